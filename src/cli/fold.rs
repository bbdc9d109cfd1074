//! States of one stream by the reducer that the options name.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::store::StoreAndIndex;
use super::{CliError, at, print};
use crate::index::At;
use crate::model::{Applied, Finding, FindingCode, Version};
use crate::replay::host::Stop;
use crate::replay::merge::MERGE;
use crate::replay::module::Reads;
use crate::replay::stored::Stored;
use crate::replay::timeline::{HandlerError, OnError, Said, StateAt, Timeline};
use crate::replay::{Emitted, Reducer};
use crate::session::selected::{self, ALL};
use crate::session::{
    Choice, DocumentIndex, PROGRAM, ReducerSource, Selected, StoredDocuments, StreamSource, WantedHost,
};

/// Errors of handlers that are printed; the rest are counted.
const SHOWN: usize = 10;

#[derive(Args, Debug)]
pub struct ReducerArguments {
    /// Module that computes states, with #name to choose one export; merge where left out; or
    /// stored: the documents and snapshots that the store itself keeps
    #[arg(long, value_name = "FILE[#NAME]|merge|stored")]
    reducer: Option<String>,
    /// What runs the module: Node in a jail where it is there, else the sandbox; Python for .py
    #[arg(long, value_enum, default_value = "auto")]
    host: HostArgument,
    /// Program that computes states, with its arguments; it is run as you would run it
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["reducer", "host"])]
    reducer_command: Option<String>,
    /// What to do where a handler throws
    #[arg(long, value_enum, default_value = "stop")]
    on_error: OnErrorArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnErrorArgument {
    Stop,
    Skip,
}

/// What runs a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum HostArgument {
    #[default]
    Auto,
    Node,
    Sandbox,
    Python,
}

impl From<HostArgument> for WantedHost {
    fn from(host: HostArgument) -> WantedHost {
        match host {
            HostArgument::Auto => WantedHost::Auto,
            HostArgument::Node => WantedHost::Node,
            HostArgument::Sandbox => WantedHost::Sandbox,
            HostArgument::Python => WantedHost::Python,
        }
    }
}

/// What is folded.
#[derive(Args, Debug, Default)]
pub struct StreamArguments {
    /// A stream, or $all: the events of all streams together, as a projection takes them
    #[arg(long, value_name = "S", conflicts_with = "category")]
    pub stream: Option<String>,
    /// The events of all streams of a category together
    #[arg(long, value_name = "C")]
    pub category: Option<String>,
}

/// All streams together are meant.
pub fn is_all(store: &StoreAndIndex, stream: &str) -> bool {
    stream == ALL && store.index.streams().find(ALL).is_none()
}

impl StreamArguments {
    /// What is named; else what the projection reads.
    fn selected(&self, store: &StoreAndIndex, reads: Option<&Reads>) -> Result<Selected, CliError> {
        let index = &store.index;
        match (&self.stream, &self.category, reads) {
            (Some(name), ..) if is_all(store, name) => Ok(Selected::all(index)),
            (Some(name), ..) => Ok(Selected::Stream(store.stream(name)?)),
            (None, Some(category), _) => Ok(Selected::category(index, store.category(category)?)),
            (None, None, Some(reads)) => {
                Selected::read_by(index, reads).map_err(|stream| CliError::Failed(selected::not_there(stream)))
            }
            (None, None, None) => {
                let help = "name one: --stream S; or several: --category C, --stream '$all'";
                Err(CliError::usage("no stream is named", help))
            }
        }
    }
}

impl ReducerArguments {
    pub fn on_error(&self) -> OnError {
        match self.on_error {
            OnErrorArgument::Stop => OnError::Stop,
            OnErrorArgument::Skip => OnError::Skip,
        }
    }

    /// What was named; `None` where nothing was, which is merge.
    pub fn named(&self) -> Option<&str> {
        self.reducer.as_deref().or(self.reducer_command.as_deref())
    }

    pub fn source(&self) -> Result<ReducerSource, CliError> {
        match &self.reducer_command {
            Some(command) => Ok(ReducerSource::read(&format!("{PROGRAM}{command}"), WantedHost::Auto)?),
            None => Ok(ReducerSource::read(self.reducer.as_deref().unwrap_or(MERGE), self.host.into())?),
        }
    }

    fn reducer(
        source: &ReducerSource,
        store: &StoreAndIndex,
        selected: &Selected,
    ) -> Result<Box<dyn Reducer>, CliError> {
        let streams = store.index.streams();
        let category = match selected {
            Selected::Stream(id) => streams.summary(*id).map_or("", |own| streams.category_name(own.category)),
            Selected::Together { name, .. } => name.strip_prefix("$ce-").unwrap_or_default(),
        };
        let choice = source.choose(category);
        if let (Some(file), Choice::Merge) = (source.file(), &choice) {
            return Err(CliError::Failed(file.no_export(category)));
        }
        if let Some(reducer) = source.reducer(&choice, &Stop::default())? {
            return Ok(reducer);
        }
        let documents = DocumentIndex::read(&store.opened, &store.index)?;
        print::findings(documents.findings().kept().iter())?;
        Ok(Box::new(Stored::new(Box::new(StoredDocuments::new(Arc::new(documents))))))
    }
}

/// Says where a projection is given other events than the server would give it.
fn tell_other(reads: &Reads, selected: &Selected, store: &StoreAndIndex) -> Result<(), CliError> {
    let (own, name) = (selected::words(reads), selected.name(store.index.streams()));
    let is_own = own.is_empty() || own == name || own.split(", ").any(|part| part == name);
    // One stream of a category is folded as the server folds it among the others.
    let is_part = match selected {
        Selected::Stream(id) => {
            let streams = store.index.streams();
            let category = streams.summary(*id).map_or("", |summary| streams.category_name(summary.category));
            reads.all || own.split(", ").any(|part| part.strip_prefix("$ce-") == Some(category))
        }
        Selected::Together { .. } => false,
    };
    if !is_own && !is_part {
        let said = format!("note: on the server the projection reads {own}; here it is given {name}");
        writeln!(io::stderr(), "{}", print::visible(&said))?;
    }
    Ok(())
}

/// What a reducer folds: what is named, else what a projection reads; a projection gets the events
/// that links lead to.
pub fn selected(
    store: &StoreAndIndex,
    streams: &StreamArguments,
    source: &ReducerSource,
) -> Result<Selected, CliError> {
    let reads = source.file().and_then(|file| file.program.projection());
    let selected = streams.selected(store, reads)?;
    if matches!((source, &selected), (ReducerSource::Stored, Selected::Together { .. })) {
        let help = "name one stream, or a reducer";
        return Err(CliError::usage("the documents that a store keeps are of one stream each", help));
    }
    let Some(reads) = reads else { return Ok(selected) };
    tell_other(reads, &selected, store)?;
    Ok(selected.resolved(&store.opened, &store.index)?)
}

/// Events that were there when the store was scanned and are no longer.
pub fn lost(stream: &str, first: Version, count: usize) -> CliError {
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let what = format!("v{first}{more} of {stream} can no longer be read: the store changed, or is damaged");
    CliError::failed(what, "ask again; if it stays so, look at the findings: eventglass info STORE")
}

/// The fold of one stream, or of several together.
pub struct Fold {
    pub source: StreamSource,
    pub timeline: Timeline,
    pub is_projection: bool,
    skips: bool,
    /// The furthest place that was asked for.
    reached: Applied,
}

impl Fold {
    pub fn new(
        store: &StoreAndIndex,
        streams: &StreamArguments,
        arguments: &ReducerArguments,
    ) -> Result<Fold, CliError> {
        let reducer = arguments.source()?;
        let is_projection = reducer.file().is_some_and(|file| file.program.projection().is_some());
        let selected = selected(store, streams, &reducer)?;
        let mut folding = ReducerArguments::reducer(&reducer, store, &selected)?;
        let source = match selected {
            Selected::Stream(id) => store.source(id)?,
            Selected::Together { name, rows } => {
                folding.fold_together();
                let mut source = StreamSource::open(&store.opened)?;
                source.select_together(*rows, &name);
                source
            }
        };
        let (on_error, name) = (arguments.on_error(), Arc::clone(source.name()));
        let timeline = Timeline::new(folding, name, source.rows().len(), on_error).called(source.library_name());
        let skips = on_error == OnError::Skip;
        Ok(Fold { source, timeline, is_projection, skips, reached: Applied(0) })
    }

    /// What a projection would write up to a place.
    pub fn emitted(&self, applied: Applied) -> &[(Applied, Emitted)] {
        self.timeline.emitted(0..=applied.0)
    }

    /// An event of the fold, counted from 1, as it is named.
    pub fn event_name(&self, applied: Applied, version: Version) -> String {
        match applied.0.checked_sub(1) {
            Some(at) if self.source.rows().is_together() => format!("v{version} of {}", self.source.name_at(at)),
            _ => format!("v{version}"),
        }
    }

    /// What runs the user's code, in words.
    pub fn engine(&self) -> Option<String> {
        self.timeline.engine()
    }

    /// The state at a place that `option` named.
    pub fn state(&mut self, option: &str, place: At) -> Result<StateAt, CliError> {
        let target = at::applied(self.source.rows(), option, place)?;
        self.reached = self.reached.max(target);
        loop {
            match self.timeline.state(&mut self.source, target)? {
                None => self.timeline.build(&mut self.source, target.0, Duration::from_secs(1))?,
                Some(StateAt { applied, problem: Some(thrown), .. }) => {
                    let what = format!("the state after {applied} events cannot be shown: {thrown}");
                    return Err(CliError::failed(what, thrown.help()));
                }
                Some(state) => {
                    return match self.source.lost_before(target) {
                        Some((first, count)) => Err(lost(self.source.name(), first, count)),
                        None => Ok(state),
                    };
                }
            };
        }
    }

    /// Handlers that threw on the way.
    pub fn errors(&self) -> Vec<&HandlerError> {
        self.timeline.errors().iter().filter(|error| error.applied <= self.reached).collect()
    }

    /// All states that are wanted are there: a writer need not wait until they are printed.
    pub fn rest(&mut self) {
        self.source.rest_after(Duration::ZERO);
    }

    /// Events that are not there before the furthest place: without them a state is a guess.
    fn gaps(&self) -> Vec<Finding> {
        let rows = self.source.rows();
        let reached = self.reached.0.min(self.timeline.reachable());
        let last = reached.checked_sub(1).and_then(|at| rows.version(at));
        let stream = self.source.stream().filter(|_| last.is_some());
        let mut gaps = stream.map(|stream| rows.index().gaps_of(stream)).unwrap_or_default();
        gaps.retain(|gap| gap.version <= last);
        gaps
    }

    /// Prints what was odd and which handlers threw; the number is the exit code.
    pub fn report(&self) -> Result<u8, CliError> {
        let odd = self.source.findings().kept().iter().chain(self.timeline.findings().kept());
        print::findings(odd.filter(|finding| finding.code != FindingCode::HandlerThrew))?;
        print::findings(self.gaps().iter())?;
        let said: Vec<&Said> = self.timeline.said().iter().filter(|said| said.applied <= self.reached).collect();
        for said in said.iter().skip(said.len().saturating_sub(SHOWN)) {
            let line = format!("{}: {}", self.event_name(said.applied, said.version), said.text);
            writeln!(io::stderr(), "console: {}", print::visible(&line))?;
        }
        let errors = self.errors();
        // Also where events are skipped: behind too many cuts there are no more states.
        let stops = |error: &HandlerError| error.applied.0 == 0 || error.applied.0 > self.timeline.reachable();
        for error in errors.iter().take(SHOWN) {
            let what = if stops(error) { "stopped before" } else { "skipped" };
            let event = self.event_name(error.applied, error.version);
            let said = format!("{event} {}: {}", error.event_type, error.thrown);
            writeln!(io::stderr(), "error: {what} {}", print::visible(&said))?;
        }
        if errors.len() > SHOWN {
            writeln!(io::stderr(), "error: … and {} more", errors.len() - SHOWN)?;
        }
        match errors.last() {
            Some(error) if stops(error) => {
                let can_skip = !self.skips && error.applied.0 > 0;
                let help = if can_skip { "; or go on without it: --on-error skip" } else { "" };
                writeln!(io::stderr(), "help: {}{help}", print::visible(error.thrown.help()))?;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}
