//! States of one stream by the reducer that the options name.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::store::StoreAndIndex;
use super::{CliError, at, print};
use crate::index::At;
use crate::model::{Applied, FindingCode, Version};
use crate::replay::Reducer;
use crate::replay::host::Stop;
use crate::replay::merge::MERGE;
use crate::replay::stored::Stored;
use crate::replay::timeline::{HandlerError, OnError, Said, StateAt, Timeline};
use crate::session::{Choice, DocumentIndex, PROGRAM, ReducerSource, StoredDocuments, StreamSource, WantedHost};

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

    fn reducer(&self, store: &StoreAndIndex, category: &str) -> Result<Box<dyn Reducer>, CliError> {
        let source = self.source()?;
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

/// Events that were there when the store was scanned and are no longer.
pub fn lost(stream: &str, first: Version, count: usize) -> CliError {
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let what = format!("v{first}{more} of {stream} can no longer be read: the store changed, or is damaged");
    CliError::failed(what, "ask again; if it stays so, look at the findings: eventglass info STORE")
}

/// The fold of one stream.
pub struct Fold {
    pub source: StreamSource,
    pub timeline: Timeline,
    skips: bool,
    /// The furthest place that was asked for.
    reached: Applied,
}

impl Fold {
    pub fn new(store: &StoreAndIndex, stream: &str, arguments: &ReducerArguments) -> Result<Fold, CliError> {
        let id = store.stream(stream)?;
        let source = store.source(id)?;
        let streams = store.index.streams();
        let category = streams.summary(id).map_or("", |summary| streams.category_name(summary.category));
        let on_error = arguments.on_error();
        let name = Arc::from(streams.name(id));
        let timeline = Timeline::new(arguments.reducer(store, category)?, name, source.rows().len(), on_error);
        Ok(Fold { source, timeline, skips: on_error == OnError::Skip, reached: Applied(0) })
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

    /// Prints what was odd and which handlers threw; the number is the exit code.
    pub fn report(&self) -> Result<u8, CliError> {
        let odd = self.source.findings().kept().iter().chain(self.timeline.findings().kept());
        print::findings(odd.filter(|finding| finding.code != FindingCode::HandlerThrew))?;
        let said: Vec<&Said> = self.timeline.said().iter().filter(|said| said.applied <= self.reached).collect();
        for said in said.iter().skip(said.len().saturating_sub(SHOWN)) {
            let line = format!("v{}: {}", said.version, said.text);
            writeln!(io::stderr(), "console: {}", print::visible(&line))?;
        }
        let errors = self.errors();
        // Also where events are skipped: behind too many cuts there are no more states.
        let stops = |error: &HandlerError| error.applied.0 == 0 || error.applied.0 > self.timeline.reachable();
        for error in errors.iter().take(SHOWN) {
            let what = if stops(error) { "stopped before" } else { "skipped" };
            let said = format!("v{} {}: {}", error.version, error.event_type, error.thrown);
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
