//! Out of the store: states, events and changes as rows, written in the format asked for.
//!
//! An [`Export`] walks over the streams once, folds each once, and lets go of a state when its
//! row is written: memory grows neither with versions nor with streams. It works a slice at a
//! time, so that whoever runs it can show how far it is and can end it. Where the bytes go is
//! its caller's; [`Target`] is a file that is there whole or not at all.

pub mod blame;
mod events;
pub mod job;
#[cfg(feature = "parquet")]
mod parquet;
mod pass;
mod rows;
mod sink;
mod streams;
mod target;
mod text;
mod walk;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use rows::{Format, What};
pub use sink::About;
pub use target::{NoTarget, Target, discard};
pub use walk::{Reducers, errors_node};

use crate::formats::{Opened, ReadError};
use crate::index::{At, EventIndex, NamePart, StreamRows, StreamTable};
use crate::model::{CategoryId, Findings, Helpful, Problem, Shard, StreamId, Text, Version};
use crate::replay::Thrown;
use crate::replay::module::ModuleError;
use crate::replay::timeline::OnError;
use crate::session::documents::NoDocuments;
use crate::session::selected::{self, Selected};
use crate::session::{InputStreams, Progress, ReducerSource};
use events::EventWalk;
use pass::{Ended, Pass};
use sink::Sink;
use streams::{OfInput, OfStore};
use walk::StreamWalk;

/// Problems that are kept; the rest are counted.
const KEPT: usize = 10;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub what: What,
    pub format: Format,
    pub of: Of,
    /// The end of every stream. One of several streams that ends before a version is taken whole.
    pub at: At,
    /// Of states: those after so many events, twice as many, and so on, and the last.
    pub every: u64,
    /// Leave out what is equal to the row before.
    pub changed: bool,
    pub on_error: OnError,
}

/// Which streams.
#[derive(Clone, Debug)]
pub enum Of {
    Stream(StreamId),
    /// Those that are in all of these.
    Streams {
        category: Option<CategoryId>,
        matching: NamePart,
        shard: Shard,
        /// With those that hold only the server's own events and links; a category that is named is
        /// wanted whole.
        system: bool,
    },
    /// These events together, under one name.
    Together {
        name: Text,
        rows: Box<StreamRows>,
    },
    /// Those of an input: whoever reads it was told.
    Input,
}

impl Of {
    /// The same as a reducer folds it: a projection folds a category together, and where all is
    /// wanted what it reads; links of a stream are resolved for it.
    ///
    /// # Errors
    /// Where the store can no longer be read, or the projection reads a stream that is not there.
    pub fn folded_by(self, source: &ReducerSource, opened: &Opened, index: &EventIndex) -> Result<Of, ExportError> {
        let reads = source.file().and_then(|file| file.program.projection());
        let Some(reads) = reads else { return Ok(self) };
        let selected = match &self {
            Of::Stream(id) => Selected::Stream(*id),
            Of::Streams { category, matching, shard, .. } if matching.is_empty() && *shard == Shard::ALL => {
                let gone = |stream| ExportError::NoReducer(selected::not_there(stream));
                match category {
                    Some(category) => Selected::category(index, *category),
                    None => Selected::read_by(index, reads).map_err(gone)?,
                }
            }
            _ => return Ok(self),
        };
        Ok(selected.resolved(opened, index)?.into())
    }

    pub fn holds(&self, streams: &StreamTable, id: StreamId) -> bool {
        match self {
            Of::Stream(stream) => *stream == id,
            Of::Input | Of::Together { .. } => true,
            Of::Streams { category, matching, shard, system } => {
                let own = streams.summary(id).map(|summary| summary.category);
                let name = streams.name(id);
                let is_wanted = match category {
                    None => *system || !streams.is_system(id),
                    category => own == *category,
                };
                is_wanted && matching.is_in(name) && shard.holds(name)
            }
        }
    }
}

impl From<Selected> for Of {
    fn from(selected: Selected) -> Of {
        match selected {
            Selected::Stream(id) => Of::Stream(id),
            Selected::Together { name, rows } => Of::Together { name, rows },
        }
    }
}

/// Why an export ended before its time.
#[derive(Debug)]
pub enum ExportError {
    Read(ReadError),
    Module(ModuleError),
    /// The reducer's file folds other categories only, or the store keeps no states.
    NoReducer(Problem),
    Write(io::Error),
}

impl ExportError {
    /// The error as a [`Problem`]; `unread` could not be done where the store cannot be read.
    pub fn problem(self, unread: &str) -> Problem {
        match self {
            ExportError::Read(error) => error.problem(unread),
            ExportError::Module(error) => Problem::from(error),
            ExportError::NoReducer(problem) => problem,
            ExportError::Write(error) => Problem {
                what: "The rows could not be written".to_owned(),
                cause: error.to_string(),
                help: "try again".to_owned(),
            },
        }
    }
}

impl From<ReadError> for ExportError {
    fn from(error: ReadError) -> ExportError {
        ExportError::Read(error)
    }
}

impl From<ModuleError> for ExportError {
    fn from(error: ModuleError) -> ExportError {
        ExportError::Module(error)
    }
}

impl From<NoDocuments> for ExportError {
    fn from(none: NoDocuments) -> ExportError {
        match none {
            NoDocuments::None(problem) => ExportError::NoReducer(problem),
            NoDocuments::Unreadable(error) => ExportError::Read(error),
        }
    }
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> ExportError {
        ExportError::Write(error)
    }
}

/// What was odd, and what could not be done, while all else was.
#[derive(Debug, Default)]
pub struct Report {
    pub findings: Findings,
    /// The first of them.
    pub problems: Vec<Problem>,
    /// Problems that are not among those.
    pub more: u64,
    /// Something that was asked for is not there.
    pub failed: bool,
    /// Streams in which an event is later than the time asked for.
    pub later_inside: u64,
}

impl Report {
    fn push(&mut self, problem: impl FnOnce() -> Problem) {
        match self.problems.len() < KEPT {
            true => self.problems.push(problem()),
            false => self.more += 1,
        }
    }

    fn lost(&mut self, stream: &str, version: Version) {
        self.failed = true;
        self.push(|| Problem {
            what: format!("v{version} of {stream} can no longer be read"),
            cause: "the store changed, or is damaged".to_owned(),
            help: "ask again; if it stays so, look at the findings: eventglass info STORE".to_owned(),
        });
    }

    fn not_shown(&mut self, stream: &str, applied: u64, thrown: &Thrown) {
        self.failed = true;
        self.push(|| Problem {
            what: format!("the state of {stream} after {applied} events cannot be shown"),
            cause: thrown.to_string(),
            help: thrown.help().to_owned(),
        });
    }

    /// What became of a stream.
    fn end_stream(&mut self, stream: &str, pass: &mut Pass, on_error: OnError) {
        self.findings.absorb(pass.findings());
        let skips = on_error == OnError::Skip;
        for (nth, error) in pass.errors().iter().enumerate() {
            // Also where events are skipped: behind too many cuts there are no more states.
            let stops = pass.ended() == Some(Ended::Threw) && nth + 1 == pass.errors().len();
            let done = if stops { "stopped before" } else { "skipped" };
            let way_out = if skips || error.applied.0 == 0 { "" } else { "; or go on without it: --on-error skip" };
            self.push(|| Problem {
                what: format!("{stream} {done} v{} {}", error.version, error.event_type),
                cause: error.thrown.to_string(),
                help: format!("{}{way_out}", error.thrown.help()),
            });
        }
        match pass.ended() {
            None => {}
            Some(Ended::Threw) => self.failed = true,
            Some(Ended::Lost(version)) => self.lost(stream, version),
            Some(Ended::GoneBy(version)) => {
                self.failed = true;
                self.push(|| Problem {
                    what: format!("the states of {stream} end before v{version}, whose handler threw"),
                    cause: "the state before cannot be made again: the events have gone by, and the state is of a \
                            kind that is not copied"
                        .to_owned(),
                    help: "write the stream into a file, and export that".to_owned(),
                });
            }
            Some(Ended::Spoilt) => {
                self.failed = true;
                self.push(|| Problem {
                    what: format!("the states of {stream} end early"),
                    cause: "the reducer does not do again what it did".to_owned(),
                    help: "let it compute from the state and the event only".to_owned(),
                });
            }
        }
    }
}

/// See the module's documentation.
pub struct Export {
    walk: Walk,
    sink: Box<dyn Sink>,
    progress: Progress,
    report: Report,
}

enum Walk {
    Streams(Box<StreamWalk>),
    Events(EventWalk),
}

impl Export {
    /// # Errors
    /// Where the store can no longer be read, or this build lacks the format.
    pub fn new(
        opened: &Arc<Opened>,
        index: &EventIndex,
        request: Request,
        reducers: Reducers,
        about: &About,
    ) -> Result<Export, ExportError> {
        let sink = sink::open(request.format, request.what.columns(), about)?;
        let streams = index.streams();
        let wanted = streams.ids().filter(|id| request.of.holds(streams, *id));
        let of = match &request.of {
            Of::Together { rows, .. } => rows.len(),
            _ => wanted.filter_map(|id| streams.summary(id)).map(|summary| u64::from(summary.events)).sum(),
        };
        let walk = match request.what {
            What::Events => Walk::Events(EventWalk::new(opened, index.clone(), request.of.clone())?),
            _ => {
                let streams = OfStore::new(opened, index.clone(), request.of.clone(), request.at)?;
                let reducers = reducers.of(opened, index);
                Walk::Streams(Box::new(StreamWalk::new(Box::new(streams), request, reducers)))
            }
        };
        let mut report = Report::default();
        index.lacking().for_each(|finding| report.findings.push(finding.clone()));
        Ok(Export { walk, sink, progress: Progress { done: 0, of, found: 0 }, report })
    }

    /// Of an input; how much there is of it is not known before its end.
    ///
    /// # Errors
    /// This build lacks the format, or what an input does not have is asked for.
    pub fn of_input(
        input: InputStreams,
        request: Request,
        reducers: Reducers,
        about: &About,
    ) -> Result<Export, ExportError> {
        if reducers.is_stored() && request.what != What::Events {
            return Err(ExportError::NoReducer(walk::of_input()));
        }
        let sink = sink::open(request.format, request.what.columns(), about)?;
        let walk = match request.what {
            What::Events => Walk::Events(EventWalk::Input(Box::new(input))),
            _ => {
                let streams = Box::new(OfInput::new(input, request.at));
                Walk::Streams(Box::new(StreamWalk::new(streams, request, reducers)))
            }
        };
        Ok(Export { walk, sink, progress: Progress::default(), report: Report::default() })
    }

    /// Works for about `budget` and writes what it comes to. `true`: all is written.
    ///
    /// # Errors
    /// See [`ExportError`]; nothing follows then.
    pub fn step(&mut self, out: &mut dyn Write, budget: Duration) -> Result<bool, ExportError> {
        let start = Instant::now();
        let Export { walk, sink, progress, report } = self;
        while start.elapsed() < budget {
            let mut rows = |cells: &[rows::Cell<'_>]| {
                progress.found += 1;
                sink.row(cells, out)
            };
            let done = match walk {
                Walk::Streams(walk) => walk.advance(&mut rows, report)?,
                Walk::Events(walk) => walk.advance(&mut rows, report)?,
            };
            let Some(done) = done else {
                sink.end(out)?;
                sink.findings(&mut report.findings);
                return Ok(true);
            };
            progress.done += done;
        }
        Ok(false)
    }

    /// How many events are done with; `found` are the rows.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    pub fn report(&self) -> &Report {
        &self.report
    }
}
