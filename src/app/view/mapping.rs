//! The page of what a store could mean: what may be meant, the roles and where they are read,
//! and the first events as they would be read.

use std::borrow::Cow;

use super::{Count, FindingLine, StatusView};
use crate::app::desk::Desk;
use crate::app::mapping::{Candidate, MappingPage, Saving, ways};
use crate::app::store::OpenStore;
use crate::dialect::ROLES;
use crate::dialect::mapping::ROWID;
use crate::formats::{Survey, TableShape};
use crate::model::Problem;
use crate::session::Sample;

/// The page.
pub struct MappingView<'a> {
    pub title: &'static str,
    /// Name of the store.
    pub store: &'a str,
    /// Why the page is there, in a sentence.
    pub why: Cow<'a, str>,
    /// `None` while the store is looked at; `Err` where it cannot be.
    pub layout: Option<Result<LayoutView<'a>, &'a Problem>>,
    /// The store is open behind the page.
    pub can_leave: bool,
    pub status: StatusView<'a>,
}

/// What may be meant, and what is chosen.
pub struct LayoutView<'a> {
    /// The likeliest first; of several stores in one place, each.
    pub candidates: Vec<CandidateLine<'a>>,
    /// The one that is chosen, as long as nothing of it was changed.
    pub candidate: Option<usize>,
    /// Every table of the store.
    pub tables: &'a dyn PickLines,
    pub table: Option<&'a str>,
    /// Columns of the table; `None` while none is chosen.
    pub columns: Option<&'a dyn PickLines>,
    pub roles: Vec<RoleLine<'a>>,
    pub samples: SampleLines<'a>,
    /// `Err` says why not.
    pub open: Result<(), Cow<'a, str>>,
    pub save: Result<(), Cow<'a, str>>,
}

/// One of the tables or stores that may be meant.
pub struct CandidateLine<'a> {
    pub table: &'a str,
    /// What it is: "likely", "possible", or the dialect of a store.
    pub word: &'a str,
    /// How likely, of five; `None` where it is no guess.
    pub of_five: Option<u8>,
    pub rows: Option<u64>,
    /// Why; or the command that opens it.
    pub why: String,
}

/// Lines to pick from: tables, columns.
pub trait PickLines {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Line `i`, `i < len()`: its word, and a note or a number of rows.
    fn line(&self, i: usize) -> (&str, PickNote<'_>);
}

/// What is said of a line.
pub enum PickNote<'a> {
    Words(&'a str),
    Rows(u64),
}

/// A role, and where it is read.
pub struct RoleLine<'a> {
    /// For `MappingAction::SetRole`.
    pub role: &'static str,
    pub title: &'static str,
    /// Column, or path into one; `None` = nothing is read.
    pub column: Option<Cow<'a, str>>,
    /// What its numbers or bytes may be: word and sentence. Empty where there is nothing to say.
    pub ways: Vec<(&'static str, &'static str)>,
    /// What they were said to be.
    pub way: Option<&'static str>,
    /// What follows from the choice, in a sentence.
    pub note: Cow<'a, str>,
    /// Why it cannot be read so.
    pub problem: Option<Cow<'a, str>>,
}

/// The first events, read by the choice.
pub struct SampleLines<'a> {
    pub rows: &'a [Sample],
    /// Events and streams that the choice was tried on; `None` while it is not.
    pub tried: Option<(Count, u64)>,
    /// What is odd, the worst first.
    pub odd: Vec<FindingLine<'a>>,
    /// They are the answer to an older choice.
    pub stale: bool,
    /// Why there are none.
    pub problem: Option<&'a Problem>,
    /// That is only because something is not chosen yet.
    pub is_incomplete: bool,
}

/// The sheet for naming a dialect.
pub struct SaveView<'a> {
    pub suggested: String,
    /// Where it goes.
    pub folder: String,
    pub saving: &'a Saving,
}

pub(super) fn mapping<'a>(page: &'a MappingPage, store: &'a OpenStore, desk: &'a Desk) -> MappingView<'a> {
    let layout = page.survey.as_ref().map(|survey| match survey {
        Ok(survey) => Ok(layout(page, survey, desk)),
        Err(problem) => Err(problem),
    });
    let why = match &page.problem {
        Some(problem) => Cow::Owned(format!("{}: {}.", problem.what, problem.cause)),
        None => Cow::Borrowed("This is how the store is read. Change what it should be read as."),
    };
    MappingView {
        title: if store.opened().is_none() { "Layout not recognised" } else { "Read it differently" },
        store: &store.name,
        why,
        layout,
        can_leave: store.opened().is_some(),
        status: StatusView { wrote: None, selected: None, message: desk.message().map(Cow::Borrowed) },
    }
}

fn layout<'a>(page: &'a MappingPage, survey: &'a Survey, desk: &'a Desk) -> LayoutView<'a> {
    let table = page.table();
    LayoutView {
        candidates: page.candidates.iter().map(|candidate| line(page, candidate)).collect(),
        candidate: page.candidates.iter().position(|candidate| candidate.is_chosen(&page.choice)),
        tables: survey,
        table: page.table_name(),
        columns: table.map(|table| table as &dyn PickLines),
        roles: ROLES.into_iter().map(|role| role_line(page, role)).collect(),
        samples: samples(page, desk.now),
        open: page.can_open(),
        save: page.can_save(),
    }
}

fn line<'a>(page: &MappingPage, candidate: &'a Candidate) -> CandidateLine<'a> {
    let (word, of_five, why) = match &candidate.is {
        Ok(dialect) => (dialect.as_deref().unwrap_or("a store"), None, page.command(&candidate.choice)),
        Err(score) => {
            let of_five = (score.clamp(&0, &100) / 20).clamp(1, 5) as u8;
            let word = if *score >= 60 { "likely" } else { "possible" };
            (word, Some(of_five), candidate.reasons.join("; "))
        }
    };
    CandidateLine { table: &candidate.table, word, of_five, rows: candidate.rows, why }
}

fn role_line<'a>(page: &'a MappingPage, role: &'static str) -> RoleLine<'a> {
    const TITLES: [&str; 9] = ["Stream", "Version", "Type", "Data", "Metadata", "Time", "Position", "Id", "Category"];
    let at = ROLES.iter().position(|own| *own == role).unwrap_or_default();
    let (column, way) = page.column_and_way(role).map_or((None, None), |(column, way)| (Some(column), way));
    let preview = page.preview.as_ref().filter(|_| page.misfit.is_none());
    let layout = preview.and_then(|preview| preview.layout.as_ref());
    let note = match (role, layout) {
        ("time", Some(layout)) if column.is_some() => Cow::Borrowed(layout.time.as_str()),
        ("category", Some(layout)) => Cow::Borrowed(layout.category.as_str()),
        ("data", Some(_)) if column.is_none() => Cow::Borrowed("The columns without a role, together."),
        ("version", Some(_)) if column.is_none() => Cow::Borrowed("Counted from 1 in each stream."),
        _ => Cow::Borrowed(""),
    };
    let misfit = page.misfit.as_ref().filter(|misfit| misfit.role == Some(role)).map(|misfit| &misfit.problem);
    let no_time = preview.and_then(|preview| preview.no_time.as_deref()).filter(|_| role == "time" && column.is_some());
    let problem = match (misfit, no_time) {
        (Some(Problem { cause, help, .. }), _) => Some(Cow::Owned(format!("{cause}: {help}"))),
        (None, no_time) => no_time.map(Cow::Borrowed),
    };
    let holds_ids = || {
        let (Some(table), Some(column)) = (page.table(), &column) else { return false };
        let at = table.table.columns.iter().position(|name| name.as_str() == column);
        at.and_then(|at| table.columns.get(at)).is_some_and(|shape| shape.is_id_bytes)
    };
    let says = column.is_some() && (role == "time" || way.is_some() || holds_ids());
    let ways = if says { ways(role) } else { Vec::new() };
    RoleLine { role, title: TITLES[at], ways, way, note, problem, column }
}

fn samples<'a>(page: &'a MappingPage, now: f64) -> SampleLines<'a> {
    let problem = page.misfit.as_ref().map(|misfit| &misfit.problem);
    let is_incomplete = page.lacks().is_some();
    let Some(preview) = page.preview.as_ref().filter(|_| problem.is_none()) else {
        return SampleLines { rows: &[], tried: None, odd: Vec::new(), stale: false, problem, is_incomplete };
    };
    let odd = preview.odd.iter().map(|(code, message, count)| {
        let message = Cow::Borrowed(message.as_str());
        FindingLine { code: *code, stream: None, version: None, message, count: *count }
    });
    SampleLines {
        rows: &preview.samples,
        tried: Some((Count { number: preview.events, exact: preview.is_all }, u64::from(preview.streams))),
        odd: odd.collect(),
        stale: page.is_veiled(now),
        problem: None,
        is_incomplete,
    }
}

pub(super) fn save<'a>(page: &'a MappingPage, desk: &Desk) -> SaveView<'a> {
    let folder = desk.folders.dialects.display().to_string();
    SaveView { suggested: page.suggested_name(), folder, saving: &page.saving }
}

impl PickLines for Survey {
    fn len(&self) -> usize {
        self.tables.len()
    }

    fn line(&self, i: usize) -> (&str, PickNote<'_>) {
        let shape = &self.tables[i];
        (shape.table.name.as_str(), shape.rows.map_or(PickNote::Words(""), PickNote::Rows))
    }
}

/// Rows have a number of their own that no column shows.
fn has_hidden_number(shape: &TableShape) -> bool {
    let table = &shape.table;
    table.has_rowid && !table.is_open && table.columns.iter().all(|name| !name.as_str().eq_ignore_ascii_case(ROWID))
}

impl PickLines for TableShape {
    fn len(&self) -> usize {
        self.table.columns.len() + usize::from(has_hidden_number(self))
    }

    fn line(&self, i: usize) -> (&str, PickNote<'_>) {
        let example = self.columns.get(i).map_or("the row's own number", |column| column.example.as_str());
        (self.table.columns.get(i).map_or(ROWID, |name| name.as_str()), PickNote::Words(example))
    }
}
