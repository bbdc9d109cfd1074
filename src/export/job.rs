//! [`ExportJob`]: an export beside the window: its first rows to look at, all of them to copy,
//! or a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{About, Export, ExportError, Format, NoTarget, Reducers, Request, Target, What};
use crate::formats::Opened;
use crate::index::{At, EventIndex};
use crate::model::Problem;
use crate::session::{Choice, Found, Job, Progress, ReducerSource, WrittenRows};

/// Rows and bytes that are enough to look at.
const PREVIEW_ROWS: u64 = 200;
const PREVIEW_BYTES: usize = 32 << 10;
/// More than this is not copied.
pub const COPY_BYTES: usize = 8 << 20;
/// Findings that are told.
const TOLD: usize = 3;

/// What is wanted; all of it can go to another thread, as a reducer cannot.
pub struct Wanted {
    pub index: EventIndex,
    pub request: Request,
    pub source: ReducerSource,
    /// Choices of the user's, by category.
    pub by_hand: BTreeMap<String, Choice>,
    pub to: To,
    /// Stores that are open besides: none of them is written to.
    pub others: Vec<Arc<Opened>>,
}

/// Where the rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// The first of them are looked at. Parquet is no text: its rows are shown as JSON lines.
    Preview,
    /// All of them are copied, unless they are more than [`COPY_BYTES`].
    Copy,
    File {
        path: PathBuf,
        /// What is there already is given up.
        replace: bool,
    },
}

/// See the module's documentation.
pub struct ExportJob {
    /// Until it is begun.
    wanted: Option<Wanted>,
    work: Option<(Export, Out)>,
    progress: Progress,
    found: WrittenRows,
    done: bool,
    at: At,
}

enum Out {
    Held(Held),
    File { target: Option<Target>, bytes: u64 },
}

/// The first bytes of what is written; the rest is counted.
struct Held {
    bytes: Vec<u8>,
    most: usize,
    written: u64,
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Held {
    fn is_full(&self) -> bool {
        self.written > self.most as u64
    }

    /// Whole characters of it.
    fn text(&self) -> &str {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

/// A file, and how much went to it.
struct Counted<'a> {
    target: &'a mut Target,
    bytes: &'a mut u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.write(bytes)?;
        *self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

impl ExportJob {
    pub fn new(wanted: Wanted) -> ExportJob {
        let (progress, found, at) = (Progress::default(), WrittenRows::default(), wanted.request.at);
        ExportJob { wanted: Some(wanted), work: None, progress, found, done: false, at }
    }

    /// `false`: there is a file that is not to be replaced.
    fn begin(&mut self, wanted: Wanted, opened: &Arc<Opened>) -> Result<bool, Problem> {
        let Wanted { index, mut request, source, by_hand, to, others } = wanted;
        let held = |most| Out::Held(Held { bytes: Vec::new(), most, written: 0 });
        let stores: Vec<&Opened> = [opened].into_iter().chain(&others).map(|store| &**store).collect();
        let out = match &to {
            To::Preview => held(PREVIEW_BYTES),
            To::Copy => held(COPY_BYTES),
            To::File { path, replace } => match Target::begin(path, &stores, *replace) {
                Ok(target) => Out::File { target: Some(target), bytes: 0 },
                Err(NoTarget::Exists(_)) => return Ok(false),
                Err(NoTarget::Refused(problem)) => return Err(problem),
            },
        };
        if to == To::Preview && request.format == Format::Parquet {
            request.format = Format::JsonLines;
        }
        if request.what != What::Events {
            let of = request.of.folded_by(&source, opened, &index);
            request.of = of.map_err(|error| problem(error, None))?;
        }
        let reducers = Reducers::new(source).by_hand(by_hand);
        let argument = match request.what {
            What::Events => Ok(None),
            _ => reducers.argument(categories(&index, &request).into_iter()),
        };
        let reducer = match (&argument, request.what) {
            (_, What::Events) => String::new(),
            (Ok(None), _) => "merge".to_owned(),
            (Ok(Some(named)), _) => named.clone(),
            (Err(why), _) => why.clone(),
        };
        self.found.reducer = Some(argument);
        let about = About { store: opened.path.display().to_string(), reducer };
        let work = Export::new(opened, &index, request, reducers, &about).map_err(|error| problem(error, None))?;
        self.work = Some((work, out));
        Ok(true)
    }

    /// Takes over what there is to tell of.
    fn note(&mut self) {
        let Some((work, out)) = &self.work else { return };
        self.progress = work.progress();
        self.found.bytes = match out {
            Out::Held(held) => held.written,
            Out::File { bytes, .. } => *bytes,
        };
        let report = work.report();
        self.found.problems.clone_from(&report.problems);
        self.found.more_problems = report.more;
        let odd = report.findings.kept().iter().take(TOLD);
        self.found.odd = odd.map(|finding| format!("{}: {}", finding.code.name(), finding.message)).collect();
        self.found.more_odd = report.findings.total().saturating_sub(TOLD as u64);
        if let (At::Time(time), 1..) = (self.at, report.later_inside) {
            let (time, streams) = (time.to_rfc3339(), report.later_inside);
            let later = format!("time-backwards: an event inside is later than {time}, in {streams} streams");
            self.found.odd.push(later);
        }
    }
}

/// Categories of the streams that are wanted.
fn categories<'a>(index: &'a EventIndex, request: &Request) -> BTreeSet<&'a str> {
    let streams = index.streams();
    let wanted = streams.ids().filter(|id| request.of.holds(streams, *id));
    wanted.filter_map(|id| streams.summary(id)).map(|summary| streams.category_name(summary.category)).collect()
}

fn problem(error: ExportError, target: Option<&Target>) -> Problem {
    match (error, target) {
        (ExportError::Write(error), Some(target)) => target.problem(&error),
        (error, _) => error.problem("The rows could not be read"),
    }
}

impl Job for ExportJob {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        if let Some(wanted) = self.wanted.take()
            && !self.begin(wanted, store)?
        {
            self.found.exists = true;
            return Ok(true);
        }
        let Some((work, out)) = &mut self.work else { return Ok(true) };
        let done = match out {
            Out::Held(held) => {
                let done = work.step(held, budget).map_err(|error| problem(error, None))?;
                let enough = held.most == PREVIEW_BYTES && work.progress().found >= PREVIEW_ROWS;
                self.found.more = held.is_full() || (enough && !done);
                done || self.found.more
            }
            Out::File { target: Some(target), bytes } => {
                let done = work.step(&mut Counted { target, bytes }, budget);
                done.map_err(|error| problem(error, Some(target)))?
            }
            Out::File { target: None, .. } => true,
        };
        if let (true, Out::File { target, .. }) = (done, out) {
            match target.take().map(Target::keep) {
                Some(Err(NoTarget::Exists(_))) => self.found.exists = true,
                Some(Err(NoTarget::Refused(problem))) => return Err(problem),
                Some(Ok(())) | None => {}
            }
        }
        self.done = done;
        self.note();
        Ok(done)
    }

    fn progress(&self) -> Progress {
        self.progress
    }

    fn found(&self) -> Found {
        let mut found = self.found.clone();
        if let Some((_, Out::Held(held))) = &self.work
            && (held.most == PREVIEW_BYTES || (self.done && !found.more))
        {
            found.text = held.text().into();
        }
        Found::Rows(Arc::new(found))
    }
}
