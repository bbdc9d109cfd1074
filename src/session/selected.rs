//! [`Selected`]: the events that one fold is over: of a stream, or of several together, as the
//! projections of KurrentDB are.

use super::StreamSource;
use crate::formats::{Opened, ReadError};
use crate::index::{EventIndex, StreamRows, StreamTable};
use crate::model::{CategoryId, Node, Problem, StreamId, Text, Version};
use crate::replay::module::Reads;

/// The name of all streams together.
pub const ALL: &str = "$all";
/// The type of a link, whose data are `number@stream`.
const LINK: &str = "$>";
/// Before the name of a category, that of its streams together.
const OF_CATEGORY: &str = "$ce-";

/// See the module's documentation.
#[derive(Clone, Debug)]
pub enum Selected {
    Stream(StreamId),
    /// Events of several streams in the store's order, and the name that they go by.
    Together {
        name: Text,
        rows: Box<StreamRows>,
    },
}

impl Selected {
    /// The events of the whole store, as a projection of the server gets them: without those of
    /// the server's own streams.
    pub fn all(index: &EventIndex) -> Selected {
        let streams = index.streams();
        let rows = index.rows_together(|id| is_in_all(streams, id));
        Selected::Together { name: ALL.into(), rows: Box::new(rows) }
    }

    /// The events of a category.
    pub fn category(index: &EventIndex, category: CategoryId) -> Selected {
        let streams = index.streams();
        let name = format!("{OF_CATEGORY}{}", streams.category_name(category)).into();
        let rows = index.rows_together(|id| streams.summary(id).is_some_and(|summary| summary.category == category));
        Selected::Together { name, rows: Box::new(rows) }
    }

    /// What a projection reads on the server.
    ///
    /// # Errors
    /// The name of a stream that is not there.
    pub fn read_by<'r>(index: &EventIndex, reads: &'r Reads) -> Result<Selected, &'r str> {
        let streams = index.streams();
        if reads.all || (reads.categories.is_empty() && reads.streams.is_empty()) {
            return Ok(Selected::all(index));
        }
        let mut categories: Vec<&str> = reads.categories.iter().map(String::as_str).collect();
        let mut named = Vec::new();
        for name in &reads.streams {
            match (streams.find(name), name.strip_prefix(OF_CATEGORY)) {
                (_, Some(category)) => categories.push(category),
                (Some(id), None) => named.push(id),
                (None, None) => return Err(name),
            }
        }
        if let ([only], []) = (&named[..], &categories[..]) {
            return Ok(Selected::Stream(*only));
        }
        let is_of = |id: StreamId| {
            let own = streams.summary(id).map_or("", |summary| streams.category_name(summary.category));
            named.contains(&id) || categories.contains(&own)
        };
        let name = words(reads).into();
        Ok(Selected::Together { name, rows: Box::new(index.rows_together(is_of)) })
    }

    /// The same with the events that links lead to in the place of links, as the server gives them
    /// to a projection that reads the stream; links that lead nowhere are left out.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn resolved(self, opened: &Opened, index: &EventIndex) -> Result<Selected, ReadError> {
        let Selected::Stream(id) = self else { return Ok(self) };
        let rows = index.rows_of(id);
        let is_link = |at: u64| rows.type_id(at).is_some_and(|id| index.type_name_ref(id) == LINK);
        if !(0..rows.len()).any(is_link) {
            return Ok(self);
        }
        let streams = index.streams();
        let target = |data: &Node| {
            let (number, stream) = data.as_str()?.split_once('@')?;
            let rows = index.rows_of(streams.find(stream)?);
            let version = Version(number.parse().ok()?);
            let at = rows.applied_at(version).checked_sub(1)?;
            rows.row(at).filter(|_| rows.version(at) == Some(version))
        };
        let mut source = StreamSource::open(opened)?;
        source.select(rows.clone(), id);
        let mut list = Vec::with_capacity(rows.len() as usize);
        for at in 0..rows.len() {
            match is_link(at) {
                false => list.extend(rows.row(at)),
                true => list.extend(source.event(at)?.and_then(|event| target(&event.data))),
            }
        }
        Ok(Selected::Together { name: streams.name(id).into(), rows: Box::new(index.rows_as_listed(list)) })
    }

    /// Its events in their order.
    pub fn rows(&self, index: &EventIndex) -> StreamRows {
        match self {
            Selected::Stream(id) => index.rows_of(*id),
            Selected::Together { rows, .. } => StreamRows::clone(rows),
        }
    }

    pub fn name<'a>(&'a self, streams: &'a StreamTable) -> &'a str {
        match self {
            Selected::Stream(id) => streams.name(*id),
            Selected::Together { name, .. } => name,
        }
    }
}

/// Said of a stream that a projection reads.
pub fn not_there(stream: &str) -> Problem {
    Problem {
        what: format!("the projection reads {stream}, which is not there"),
        cause: String::new(),
        help: "name what it is to be given: --stream S, or --category C".to_owned(),
    }
}

/// What a projection reads, in words.
pub fn words(reads: &Reads) -> String {
    if reads.all {
        return ALL.to_owned();
    }
    let categories = reads.categories.iter().map(|category| format!("{OF_CATEGORY}{category}"));
    categories.chain(reads.streams.iter().cloned()).collect::<Vec<_>>().join(", ")
}

/// The server's own streams are left out; what it says about others is there.
fn is_in_all(streams: &StreamTable, id: StreamId) -> bool {
    !streams.is_system(id) || streams.name(id).strip_prefix("$$").is_some_and(|of| !of.starts_with('$'))
}
