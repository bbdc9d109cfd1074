//! The drawer of a search through the store: what is looked for, and a line for each event that
//! has it.

use std::ops::Range;

use super::state::percent;
use super::{Progress, TypeSlot};
use crate::app::store::OpenStore;
use crate::model::{Problem, Time, Version};
use crate::session::search::Lacks;

pub struct SearchView<'a> {
    /// As it was typed.
    pub text: &'a str,
    /// Why that is no search, or why the store could not be searched.
    pub problem: Option<&'a Problem>,
    pub rows: &'a dyn SearchLines,
    /// With those that are not kept.
    pub found: u64,
    pub lacks: Lacks,
    /// How far the store is searched, in percent; `None` at the end.
    pub looking: Option<u64>,
    /// It was ended before that: events looked at, and of how many.
    pub looked_at: Option<(u64, u64)>,
    /// The row that one went to.
    pub at: Option<u64>,
}

/// Rows of the drawer.
pub trait SearchLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> SearchLine<'_>;
}

/// One event that has what is looked for.
pub struct SearchLine<'a> {
    pub stream: &'a str,
    pub version: Option<Version>,
    pub type_name: &'a str,
    pub slot: TypeSlot,
    pub time: Option<Time>,
    /// In which part of the event it is: "payload".
    pub part: &'static str,
    pub excerpt: &'a str,
    /// What is looked for in it, in bytes.
    pub marks: &'a [Range<usize>],
}

pub(super) fn search(store: &OpenStore) -> Option<SearchView<'_>> {
    let search = Some(&store.search).filter(|search| search.is_open)?;
    let Progress { done, of, .. } = search.progress;
    let running = search.is_running();
    Some(SearchView {
        text: &search.text,
        problem: search.problem.as_ref(),
        rows: store,
        found: search.found,
        lacks: search.hits.lacks,
        looking: running.then(|| percent(search.progress)),
        looked_at: (!running && done < of).then_some((done, of)),
        at: search.at,
    })
}

impl SearchLines for OpenStore {
    fn len(&self) -> u64 {
        self.search.hits.kept.len() as u64
    }

    fn row(&self, i: u64) -> SearchLine<'_> {
        let index = &self.index.index;
        let hit = self.search.hit(i);
        let row = hit.map(|hit| hit.row);
        let (stream, event_type) = (row.and_then(|row| index.stream_of(row)), row.and_then(|row| index.type_of(row)));
        let category = stream.and_then(|id| index.streams().summary(id)).map(|summary| summary.category);
        let rank = category.zip(event_type).and_then(|(category, id)| index.type_rank(category, id));
        SearchLine {
            stream: stream.map_or("", |id| index.streams().name(id)),
            version: row.and_then(|row| index.version_of(row)),
            type_name: event_type.map_or("", |id| index.type_name_ref(id)),
            slot: rank.map_or(TypeSlot::REST, TypeSlot::of_rank),
            time: row.and_then(|row| index.time_of(row)),
            part: hit.map_or("", |hit| hit.part.name()),
            excerpt: hit.map_or("", |hit| &hit.excerpt),
            marks: hit.map_or(&[], |hit| &hit.marks),
        }
    }
}
