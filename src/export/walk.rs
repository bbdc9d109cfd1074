//! [`StreamWalk`]: one stream after the other, each folded once; rows go out as states pass.

use std::io;
use std::sync::Arc;

use super::pass::{Ended, Pass};
use super::rows::{Cell, What};
use super::{ExportError, Report, Request};
use crate::formats::{Opened, ReadError};
use crate::index::{At, EventIndex, StreamRows};
use crate::model::{Applied, Node, Pointer, StreamId, Text};
use crate::replay::Reducer;
use crate::replay::diff::{Change, diff, to_patch};
use crate::replay::merge::Merge;
use crate::replay::timeline::HandlerError;
use crate::session::{Choice, ReducerFile, StreamSource};

/// Bytes of pages kept: each is read once.
const PAGE_BYTES: usize = 1 << 20;

/// Where rows go.
pub type Rows<'a> = dyn FnMut(&[Cell<'_>]) -> io::Result<()> + 'a;

/// The reducers of an export: one for each export of the module that a category needs, begun
/// anew for every stream.
pub struct Reducers {
    /// `None`: merge.
    file: Option<Arc<ReducerFile>>,
    made: Vec<(Choice, Box<dyn Reducer>)>,
}

impl Reducers {
    pub fn new(file: Option<Arc<ReducerFile>>) -> Reducers {
        Reducers { file, made: Vec::new() }
    }

    /// The place of the reducer for a category: merge where no file, or none of its exports,
    /// folds it.
    fn find(&mut self, category: &str) -> Result<usize, ExportError> {
        let choice = self.file.as_ref().map_or(Choice::Merge, |file| file.choose(category));
        if let Some(place) = self.made.iter().position(|(made, _)| *made == choice) {
            return Ok(place);
        }
        let reducer: Box<dyn Reducer> = match &self.file {
            Some(file) => file.reducer(&choice)?,
            None => Box::new(Merge::default()),
        };
        self.made.push((choice, reducer));
        Ok(self.made.len() - 1)
    }

    fn at(&mut self, place: usize) -> &mut dyn Reducer {
        self.made[place].1.as_mut()
    }
}

/// See the module's documentation.
pub struct StreamWalk {
    index: EventIndex,
    request: Request,
    reducers: Reducers,
    source: StreamSource,
    /// The stream that is looked at next.
    next: u32,
    current: Option<Current>,
}

/// The stream that is being folded.
struct Current {
    /// Its place among the reducers.
    reducer: usize,
    pass: Pass,
    /// Events of it that are folded.
    end: u64,
    /// The state of the row before; the initial one at first.
    before: Option<Node>,
}

impl StreamWalk {
    pub fn new(
        opened: &Opened,
        index: EventIndex,
        request: Request,
        reducers: Reducers,
    ) -> Result<StreamWalk, ReadError> {
        let mut source = StreamSource::open(opened)?;
        source.keep_within(PAGE_BYTES);
        Ok(StreamWalk { index, request, reducers, source, next: 0, current: None })
    }

    /// Folds a few events, or writes a row. Returns how many events are done with, `None` at
    /// the end.
    pub fn advance(&mut self, rows: &mut Rows<'_>, report: &mut Report) -> Result<Option<u64>, ExportError> {
        let Some(current) = &mut self.current else { return self.begin(report) };
        let reducer = self.reducers.at(current.reducer);
        let at = current.pass.at();
        let wanted = match self.request.what {
            What::State => current.end,
            What::States => (at / self.request.every + 1).saturating_mul(self.request.every).min(current.end),
            What::Events | What::Changes => (at + 1).min(current.end),
        };
        current.pass.fold_some(reducer, &mut self.source, wanted)?;
        let done = current.pass.at() - at;
        let ended = current.pass.ended();
        if current.pass.at() < wanted && ended.is_none() {
            return Ok(Some(done));
        }
        // A state ends with its stream, rows of many states end where the fold does.
        let has_row = match (self.request.what, ended) {
            (_, None) => current.pass.at() > 0 || self.request.what == What::State,
            (What::State, Some(ended)) => ended == Ended::Threw,
            (_, Some(_)) => false,
        };
        if has_row {
            current.write_row(&self.request, reducer, &mut self.source, rows, report)?;
        }
        let ended = current.pass.ended();
        if ended.is_some() || current.pass.at() >= current.end {
            let left = current.end - current.pass.at().min(current.end);
            report.end_stream(self.source.name(), &mut current.pass, self.request.on_error);
            report.findings.absorb(&mut self.source.findings().clone());
            self.current = None;
            return Ok(Some(done + left));
        }
        Ok(Some(done))
    }

    /// Turns to the next stream that is wanted.
    fn begin(&mut self, report: &mut Report) -> Result<Option<u64>, ExportError> {
        let streams = self.index.streams();
        let id = loop {
            let id = StreamId(self.next);
            if self.next >= streams.len() {
                return Ok(None);
            }
            self.next += 1;
            if self.request.of.holds(streams, id) {
                break id;
            }
        };
        let category = streams.summary(id).map_or("", |summary| streams.category_name(summary.category));
        let reducer = self.reducers.find(category)?;
        self.source.select(self.index.rows_of(id), id);
        let (end, later_inside) = end_of(self.source.rows(), self.request.at);
        if later_inside {
            report.later_inside += 1;
        }
        let (place, reducer) = (reducer, self.reducers.at(reducer));
        let mut pass = Pass::begin(reducer, self.request.on_error);
        let mut before = None;
        if self.request.what == What::Changes && pass.ended().is_none() {
            // Where it cannot be shown, the first change is the whole state.
            before = pass.state(reducer, &mut self.source)?.ok();
        }
        self.current = Some(Current { reducer: place, pass, end, before });
        Ok(Some(self.source.rows().len() - end))
    }
}

/// How many events of a stream are wanted, and whether one of them is later than the time asked
/// for. A stream that ends before the version asked for is wanted whole.
fn end_of(rows: &StreamRows, at: At) -> (u64, bool) {
    let (applied, later_inside) = rows.find(at).unwrap_or((Applied(rows.len()), false));
    (applied.0, later_inside)
}

impl Current {
    fn write_row(
        &mut self,
        request: &Request,
        reducer: &mut dyn Reducer,
        source: &mut StreamSource,
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
        let version = last.map_or(Cell::Null, |last| Cell::Whole(last.version.0));
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
                    Cell::Json(&state),
                    Cell::Json(&errors),
                ])?;
            }
            What::States => {
                if !(request.changed && self.before.as_ref() == Some(&state)) {
                    rows(&[Cell::Text(&stream), version, applied, event_type, time, Cell::Json(&state)])?;
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
