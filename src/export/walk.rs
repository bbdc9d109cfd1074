//! [`StreamWalk`]: one stream after the other, each folded once; rows go out as states pass.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::pass::{BATCH, Ended, Pass, SLOT};
use super::rows::{Cell, What};
use super::streams::Streams;
use super::{ExportError, Report, Request};
use crate::formats::Opened;
use crate::index::EventIndex;
use crate::model::{Node, Pointer, Problem, Text};
use crate::replay::Reducer;
use crate::replay::diff::{Change, diff, to_patch};
use crate::replay::host::Stop;
use crate::replay::stored::Stored;
use crate::replay::timeline::HandlerError;
use crate::session::{Choice, DocumentIndex, ReducerSource, StoredDocuments};

/// Where rows go.
pub type Rows<'a> = dyn FnMut(&[Cell<'_>]) -> io::Result<()> + 'a;

/// The reducers of an export: one for each export of the module that a category needs, begun
/// anew for every stream.
pub struct Reducers {
    source: ReducerSource,
    /// Whose states they are, where the store keeps some.
    of: Option<(Arc<Opened>, EventIndex)>,
    insists: bool,
    /// Choices of the user's, by category.
    by_hand: BTreeMap<String, Choice>,
    made: Vec<(Choice, Box<dyn Reducer>)>,
    stop: Stop,
}

impl Reducers {
    pub fn new(source: ReducerSource) -> Reducers {
        Reducers { source, of: None, insists: false, by_hand: BTreeMap::new(), made: Vec::new(), stop: Stop::default() }
    }

    /// A category that none of the file's exports folds is an error.
    pub fn insisting(self) -> Reducers {
        Reducers { insists: true, ..self }
    }

    /// The same, but these categories are folded as the user chose.
    pub fn by_hand(self, by_hand: BTreeMap<String, Choice>) -> Reducers {
        Reducers { by_hand, ..self }
    }

    /// The same; their calls end once this says so.
    pub fn stopped_by(self, stop: Stop) -> Reducers {
        Reducers { stop, ..self }
    }

    /// The states are to be those that a store keeps.
    pub(super) fn is_stored(&self) -> bool {
        matches!(self.source, ReducerSource::Stored)
    }

    /// The same, of streams of this store.
    pub(super) fn of(self, opened: &Arc<Opened>, index: &EventIndex) -> Reducers {
        Reducers { of: Some((Arc::clone(opened), index.clone())), ..self }
    }

    /// Merge where no file, or none of its exports, folds the category.
    fn choice(&self, category: &str) -> Choice {
        let by_hand = self.source.file().and_then(|_| self.by_hand.get(category));
        by_hand.cloned().unwrap_or_else(|| self.source.choose(category))
    }

    /// What `--reducer` must say so that these categories are folded alike; `None` is merge.
    ///
    /// # Errors
    /// A sentence, where one `--reducer` cannot say it.
    pub fn argument<'a>(&self, categories: impl Iterator<Item = &'a str>) -> Result<Option<String>, String> {
        let ReducerSource::Module(file) = &self.source else { return Ok(self.source.named()) };
        let mut first: Option<(&str, Choice)> = None;
        let (mut by_name, mut other) = (true, None);
        for category in categories {
            let choice = self.choice(category);
            by_name &= choice != Choice::Merge && choice == file.choose(category);
            match &first {
                None => first = Some((category, choice)),
                Some((_, same)) if *same == choice => {}
                Some(_) => other = other.or(Some((category, choice))),
            }
        }
        let path = || std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
        match (first, other) {
            _ if by_name => Ok(Some(file.named())),
            (None | Some((_, Choice::Merge)), None) => Ok(None),
            (Some((_, Choice::Export(name))), None) => Ok(Some(format!("{}#{name}", path().display()))),
            (first, other) => {
                let said = |(category, choice): (&str, Choice)| match choice {
                    Choice::Merge => format!("{category} by merge"),
                    Choice::Export(name) => format!("{category} by {name}"),
                };
                let both: Vec<String> = [first, other].into_iter().flatten().map(said).collect();
                Err(format!("{}: one --reducer does not say so", both.join(", ")))
            }
        }
    }

    /// The place of the reducer for a category.
    pub(super) fn find(&mut self, category: &str) -> Result<usize, ExportError> {
        let choice = self.choice(category);
        if let Some(place) = self.made.iter().position(|(made, _)| *made == choice) {
            return Ok(place);
        }
        if let (Some(file), true, Choice::Merge) = (self.source.file(), self.insists, &choice) {
            return Err(ExportError::NoReducer(file.no_export(category)));
        }
        let reducer = match (self.source.reducer(&choice, &self.stop)?, &self.of) {
            (Some(reducer), _) => reducer,
            (None, Some((opened, index))) => {
                let documents = StoredDocuments::new(Arc::new(DocumentIndex::read(opened, index)?));
                Box::new(Stored::new(Box::new(documents)))
            }
            (None, None) => return Err(ExportError::NoReducer(of_input())),
        };
        self.made.push((choice, reducer));
        Ok(self.made.len() - 1)
    }

    pub(super) fn at(&mut self, place: usize) -> &mut dyn Reducer {
        self.made[place].1.as_mut()
    }
}

/// What passes by once keeps no states.
pub(super) fn of_input() -> Problem {
    Problem {
        what: "standard input keeps no documents or snapshots".to_owned(),
        cause: String::new(),
        help: "write it into a file, or name a reducer".to_owned(),
    }
}

/// See the module's documentation.
pub(super) struct StreamWalk {
    streams: Box<dyn Streams>,
    request: Request,
    reducers: Reducers,
    current: Option<Current>,
}

/// The stream that is being folded.
struct Current {
    /// Its place among the reducers.
    reducer: usize,
    pass: Pass,
    /// The state of the row before; the initial one at first.
    before: Option<Node>,
}

impl StreamWalk {
    pub fn new(streams: Box<dyn Streams>, request: Request, reducers: Reducers) -> StreamWalk {
        StreamWalk { streams, request, reducers, current: None }
    }

    /// Folds a few events, or writes a row. Returns how many events are done with, `None` at
    /// the end.
    pub fn advance(&mut self, rows: &mut Rows<'_>, report: &mut Report) -> Result<Option<u64>, ExportError> {
        let Some(current) = &mut self.current else { return self.begin(report) };
        let (reducer, streams) = (self.reducers.at(current.reducer), &mut *self.streams);
        let at = current.pass.at();
        let wanted = match self.request.what {
            What::State => u64::MAX,
            What::States => (at / self.request.every + 1).saturating_mul(self.request.every),
            What::Events | What::Changes => at + 1,
        };
        // One more than is folded at once, so that the last of a stream is known for it.
        let there = streams.reach(wanted.min(at + BATCH).saturating_add(1))?;
        let goal = wanted.min(there);
        current.pass.fold_some(reducer, streams, goal.min(at + BATCH))?;
        let (now, ended) = (current.pass.at(), current.pass.ended());
        let is_last = now == there;
        if now < wanted && !is_last && ended.is_none() {
            return Ok(Some(now - at));
        }
        // A state ends with its stream, rows of many states end where the fold does.
        let is_known = reducer.knows(SLOT);
        let has_row = match (self.request.what, ended) {
            (What::States | What::Changes, _) if !is_known => false,
            (_, None) => now > 0 || self.request.what == What::State,
            (What::State, Some(ended)) => ended == Ended::Threw,
            (_, Some(_)) => false,
        };
        if has_row {
            current.write_row(&self.request, reducer, streams, rows, report)?;
        }
        if is_last || current.pass.ended().is_some() {
            // What is not folded is done with, too.
            let left = streams.behind(now);
            report.end_stream(streams.name(), &mut current.pass, self.request.on_error);
            report.later_inside += u64::from(streams.has_later_inside());
            report.findings.absorb(&mut streams.findings());
            self.current = None;
            return Ok(Some(now - at + left));
        }
        Ok(Some(now - at))
    }

    /// Turns to the next stream that is wanted.
    fn begin(&mut self, report: &mut Report) -> Result<Option<u64>, ExportError> {
        if !self.streams.next_stream()? {
            report.findings.absorb(&mut self.streams.findings());
            return Ok(None);
        }
        let place = self.reducers.find(self.streams.category())?;
        let reducer = self.reducers.at(place);
        if self.streams.is_together() {
            reducer.fold_together();
        }
        let mut pass = Pass::begin(reducer, self.streams.library_name(), self.request.on_error);
        let mut before = None;
        if self.request.what == What::Changes && pass.ended().is_none() {
            // Where it cannot be shown, the first change is the whole state.
            before = pass.state(reducer, &mut *self.streams)?.ok();
        }
        self.current = Some(Current { reducer: place, pass, before });
        Ok(Some(0))
    }
}

impl Current {
    fn write_row(
        &mut self,
        request: &Request,
        reducer: &mut dyn Reducer,
        source: &mut dyn Streams,
        rows: &mut Rows<'_>,
        report: &mut Report,
    ) -> Result<(), ExportError> {
        let state = match self.pass.state(reducer, source)? {
            Ok(state) => state,
            Err(thrown) => {
                report.not_shown(source.name(), self.pass.at(), &thrown);
                self.before = None;
                return Ok(());
            }
        };
        let stream = Text::clone(source.name());
        let applied = Cell::Whole(self.pass.at() as i64);
        let last = self.pass.last();
        let version = last.filter(|_| !source.is_together()).map_or(Cell::Null, |last| Cell::Whole(last.version.0));
        let event_type = Cell::text_or_null(last.map(|last| &*last.event_type));
        let time = Cell::time_or_null(last.and_then(|last| last.time));
        match request.what {
            What::State => {
                let errors = errors_node(self.pass.errors());
                let name = reducer.name();
                rows(&[
                    Cell::Text(&stream),
                    version,
                    applied,
                    Cell::Text(name),
                    Cell::json(&state),
                    Cell::Json(&errors),
                ])?;
            }
            What::States => {
                if !(request.changed && self.before.as_ref() == Some(&state)) {
                    rows(&[Cell::Text(&stream), version, applied, event_type, time, Cell::json(&state)])?;
                }
                self.before = request.changed.then_some(state);
            }
            What::Events | What::Changes => {
                let changes = match &self.before {
                    Some(before) => diff(before, &state),
                    None => {
                        vec![Change { path: Pointer::default(), before: Some(Node::Null), after: Some(state.clone()) }]
                    }
                };
                if !(request.changed && changes.is_empty()) {
                    rows(&[Cell::Text(&stream), version, event_type, time, Cell::JsonText(&to_patch(&changes))])?;
                }
                self.before = Some(state);
            }
        }
        Ok(())
    }
}

/// Handlers that threw, in the shape of `state --json`.
pub fn errors_node<'a>(errors: impl IntoIterator<Item = &'a HandlerError>) -> Node {
    let member = |key: &str, node: Node| (Text::from(key), node);
    let node = |error: &HandlerError| {
        let message = Node::text(&error.thrown.to_string());
        Node::object(vec![member("version", Node::number(error.version)), member("message", message)])
    };
    Node::array(errors.into_iter().map(node).collect())
}
