//! [`Blame`]: which events wrote a path of the state: every one that changed the value there, or
//! anything inside it.
//!
//! A stream is folded once, and the value is compared after every event, so the answer is exact
//! where *Last written by* is not. An event that sets a value to what it was writes nothing.
//! Where states are known at some versions only, a write is that event's or of one since the
//! version before. [`BlameJob`] does it beside the window.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pass::{Pass, SLOT};
use super::rows::{BLAME, Cell};
use super::sink::Sink;
use super::streams::{OfStore, Streams};
use super::text::{Csv, JsonLines};
use super::{About, ExportError, Format, Of, Reducers, Report, sink};
use crate::formats::Opened;
use crate::index::{At, EventIndex};
use crate::model::{Applied, Findings, Node, Pointer, Problem, StreamId, Text, Time, Version};
use crate::replay::diff::{Change, diff};
use crate::replay::host::Stop;
use crate::replay::timeline::OnError;
use crate::session::{Choice, Found, Job, Progress, ReducerSource, WriteLine, Writes, value_in_short};

/// One event that wrote the path.
#[derive(Clone, Debug)]
pub struct PathWrite {
    /// It is the `applied`-th of those that are folded, counted from 1.
    pub applied: Applied,
    /// The stream that the event is of.
    pub stream: Text,
    pub version: Version,
    pub event_type: Text,
    pub time: Option<Time>,
    /// The path itself, or what differs inside it.
    pub changes: Vec<Change>,
}

/// See the module's documentation.
pub struct Blame {
    streams: OfStore,
    reducers: Reducers,
    path: Pointer,
    on_error: OnError,
    /// Events that are folded.
    len: u64,
    fold: Option<Fold>,
    was_there: bool,
    report: Report,
}

/// The fold that is under way.
struct Fold {
    /// Place of its reducer.
    reducer: usize,
    pass: Pass,
    /// The last state that is known.
    state: Node,
}

impl Blame {
    /// Of the events up to `at`.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn new(
        opened: &Arc<Opened>,
        index: &EventIndex,
        (of, at): (Of, At),
        path: Pointer,
        reducers: Reducers,
        on_error: OnError,
    ) -> Result<Blame, ExportError> {
        let mut report = Report::default();
        index.lacking().for_each(|finding| report.findings.push(finding.clone()));
        let streams = OfStore::new(opened, index.clone(), of, at)?;
        let reducers = reducers.of(opened, index);
        Ok(Blame { streams, reducers, path, on_error, len: 0, fold: None, was_there: false, report })
    }

    /// Works for about `budget` and tells each write. `true`: there are no more.
    ///
    /// # Errors
    /// See [`ExportError`]; nothing follows then.
    pub fn step(&mut self, budget: Duration, each: &mut dyn FnMut(PathWrite)) -> Result<bool, ExportError> {
        let start = Instant::now();
        if self.fold.is_none() && !self.begin()? {
            return Ok(true);
        }
        while let Some(fold) = self.fold.as_mut().filter(|fold| !fold.is_done(self.len)) {
            let (reducer, streams) = (self.reducers.at(fold.reducer), &mut self.streams);
            let before = fold.pass.at();
            fold.pass.fold_some(reducer, streams, before + 1)?;
            if fold.pass.at() > before && reducer.knows(SLOT) {
                match fold.pass.state(reducer, streams)? {
                    Ok(state) => {
                        let changes = changed_at(&self.path, &fold.state, &state);
                        self.was_there |= state.at(&self.path).is_some();
                        fold.state = state;
                        if let (false, Some(write)) = (changes.is_empty(), fold.write(streams, changes)) {
                            each(write);
                        }
                    }
                    Err(thrown) => self.report.not_shown(streams.name(), fold.pass.at(), &thrown),
                }
            }
            if start.elapsed() >= budget {
                break;
            }
        }
        let Some(fold) = self.fold.as_mut().filter(|fold| fold.is_done(self.len)) else { return Ok(false) };
        self.report.end_stream(self.streams.name(), &mut fold.pass, self.on_error);
        self.report.findings.absorb(&mut self.streams.findings());
        Ok(true)
    }

    /// `false`: there is nothing to fold.
    fn begin(&mut self) -> Result<bool, ExportError> {
        if !self.streams.next_stream()? {
            return Ok(false);
        }
        self.len = self.streams.reach(u64::MAX)?;
        let place = self.reducers.find(self.streams.category())?;
        let reducer = self.reducers.at(place);
        if self.streams.is_together() {
            reducer.fold_together();
        }
        let mut pass = Pass::begin(reducer, self.streams.library_name(), self.on_error);
        let state = match pass.ended() {
            None => pass.state(reducer, &mut self.streams)?.unwrap_or(Node::Null),
            Some(_) => Node::Null,
        };
        self.was_there = state.at(&self.path).is_some();
        self.fold = Some(Fold { reducer: place, pass, state });
        Ok(true)
    }

    pub fn path(&self) -> &Pointer {
        &self.path
    }

    /// Some state has a value there.
    pub fn was_there(&self) -> bool {
        self.was_there
    }

    /// What is there of the path in the last state: as much of it as leads somewhere, and the
    /// names below that.
    pub fn nearest(&self) -> (Pointer, Vec<Text>) {
        let mut found = Pointer::default();
        let Some(mut node) = self.fold.as_ref().map(|fold| &fold.state) else { return (found, Vec::new()) };
        for step in &self.path.0 {
            let Some(child) = node.at(&Pointer(vec![Arc::clone(step)])) else { break };
            (node, found) = (child, found.child(step));
        }
        let names = match node {
            Node::Object(object) => object.0.iter().map(|(name, _)| Arc::clone(name)).collect(),
            Node::Array(items) => (0..items.len()).map(|at| Text::from(at.to_string())).collect(),
            _ => Vec::new(),
        };
        (found, names)
    }

    /// Events behind it, and all.
    pub fn done(&self) -> (u64, u64) {
        (self.fold.as_ref().map_or(0, |fold| fold.pass.at()), self.len)
    }

    pub fn report(&mut self) -> &mut Report {
        &mut self.report
    }
}

impl Fold {
    fn is_done(&self, len: u64) -> bool {
        self.pass.at() >= len || self.pass.ended().is_some()
    }

    fn write(&self, streams: &OfStore, changes: Vec<Change>) -> Option<PathWrite> {
        let last = self.pass.last()?;
        Some(PathWrite {
            applied: Applied(self.pass.at()),
            stream: streams.name_at(self.pass.at().saturating_sub(1)),
            version: last.version,
            event_type: Arc::clone(&last.event_type),
            time: last.time,
            changes,
        })
    }
}

/// What differs between two states at a path and inside it.
fn changed_at(path: &Pointer, before: &Node, after: &Node) -> Vec<Change> {
    match (before.at(path), after.at(path)) {
        (Some(before), Some(after)) => {
            let inside = diff(before, after).into_iter();
            let whole = |change: Change| Change { path: Pointer([&path.0[..], &change.path.0].concat()), ..change };
            inside.map(whole).collect()
        }
        (None, None) => Vec::new(),
        (before, after) => vec![Change { path: path.clone(), before: before.cloned(), after: after.cloned() }],
    }
}

/// `added`, `removed` or `changed`.
fn kind_of(change: &Change) -> &'static str {
    match (&change.before, &change.after) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

/// Changes as CSV, one a line.
pub fn changes_csv(changes: &[Change]) -> String {
    written(changes, Csv::new(&BLAME[PATH..]))
}

/// Changes as JSON, one a line.
pub fn changes_lines(changes: &[Change]) -> String {
    written(changes, JsonLines::new(&BLAME[PATH..]))
}

fn written(changes: &[Change], mut sink: impl Sink) -> String {
    let mut out = Vec::new();
    for change in changes {
        let path = change.path.to_string();
        // Writing to memory cannot fail.
        let _ = sink.row(&change_cells(&path, change), &mut out);
    }
    let _ = sink.end(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The last columns of a row.
fn change_cells<'c>(path: &'c str, change: &'c Change) -> [Cell<'c>; 4] {
    let value = |node: &'c Option<Node>| node.as_ref().map_or(Cell::Null, Cell::json);
    [Cell::Text(path), Cell::Text(kind_of(change)), value(&change.before), value(&change.after)]
}

/// Where the path stands among the columns.
const PATH: usize = 4;

/// Writes of a path as rows, one for each change.
pub struct BlameRows {
    sink: Box<dyn Sink>,
}

impl BlameRows {
    /// # Errors
    /// A format that this build does not have.
    pub fn new(format: Format) -> Result<BlameRows, ExportError> {
        Ok(BlameRows { sink: sink::open(format, BLAME, &About::default())? })
    }

    /// # Errors
    /// Where the rows cannot be written.
    pub fn write(&mut self, write: &PathWrite, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        for change in &write.changes {
            let path = change.path.to_string();
            let event = [
                Cell::Text(&write.stream),
                Cell::Whole(write.version.0),
                Cell::Text(&write.event_type),
                Cell::time_or_null(write.time),
            ];
            self.sink.row(&[&event[..], &change_cells(&path, change)].concat(), out)?;
        }
        Ok(())
    }

    /// # Errors
    /// Where the rows cannot be written.
    pub fn end(&mut self, findings: &mut Findings, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        self.sink.end(out)?;
        self.sink.findings(findings);
        Ok(())
    }
}

/// What is wanted of a [`BlameJob`]; all of it can go to another thread, as a reducer cannot.
pub struct Wanted {
    pub index: EventIndex,
    pub stream: StreamId,
    pub path: Pointer,
    pub source: ReducerSource,
    /// Choices of the user's, by category.
    pub by_hand: BTreeMap<String, Choice>,
    pub on_error: OnError,
    pub stop: Stop,
}

/// The writes of a path in short, beside the window.
pub struct BlameJob {
    /// Until it is begun.
    wanted: Option<Wanted>,
    work: Option<Blame>,
    writes: Writes,
}

impl BlameJob {
    pub fn new(wanted: Wanted) -> BlameJob {
        BlameJob { wanted: Some(wanted), work: None, writes: Writes::default() }
    }
}

impl Job for BlameJob {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        if let Some(Wanted { index, stream, path, source, by_hand, on_error, stop }) = self.wanted.take() {
            let reducers = Reducers::new(source).by_hand(by_hand).stopped_by(stop);
            let work = Blame::new(store, &index, (Of::Stream(stream), At::Last), path, reducers, on_error);
            self.work = Some(work.map_err(not_found_out)?);
        }
        let Some(work) = &mut self.work else { return Ok(true) };
        let (writes, path) = (&mut self.writes, work.path.clone());
        let done = work.step(budget, &mut |write| writes.push(in_short(&path, &write))).map_err(not_found_out)?;
        if done {
            writes.problems.clone_from(&work.report().problems);
        }
        Ok(done || writes.is_full())
    }

    fn progress(&self) -> Progress {
        let (done, of) = self.work.as_ref().map_or((0, 0), Blame::done);
        Progress { done, of, found: self.writes.len() }
    }

    fn found(&self) -> Found {
        Found::Writes(Arc::new(self.writes.clone()))
    }
}

fn not_found_out(error: ExportError) -> Problem {
    error.problem("It could not be found out who wrote it")
}

/// Changes inside that are named.
const NAMED: usize = 3;

/// A line for a list.
fn in_short(path: &Pointer, write: &PathWrite) -> WriteLine {
    match &write.changes[..] {
        [change] if change.path == *path => WriteLine {
            applied: write.applied,
            before: change.before.as_ref().map(|node| value_in_short(node, change.after.as_ref())),
            after: change.after.as_ref().map(|node| value_in_short(node, change.before.as_ref())),
            inside: None,
        },
        changes => {
            let mut inside: Vec<String> =
                changes.iter().take(NAMED).map(|change| change_in_short(path, change)).collect();
            if changes.len() > NAMED {
                inside.push(format!("and {} more", changes.len() - NAMED));
            }
            let inside = Some(Text::from(inside.join(", ")));
            WriteLine { applied: write.applied, before: None, after: None, inside }
        }
    }
}

/// `since added null`, `balance 7 was 3`, `flags[1] removed`.
fn change_in_short(path: &Pointer, change: &Change) -> String {
    let inside = Pointer(change.path.0[path.0.len()..].to_vec()).readable();
    match (&change.before, &change.after) {
        (_, None) => format!("{inside} removed"),
        (None, Some(after)) => format!("{inside} added {}", value_in_short(after, None)),
        (Some(before), Some(after)) => {
            let (now, was) = (value_in_short(after, Some(before)), value_in_short(before, Some(after)));
            format!("{inside} {now} was {was}")
        }
    }
}
