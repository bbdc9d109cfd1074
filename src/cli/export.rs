//! `export`: states, events and changes, to a file or to another program.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::CliError;
use super::at::{self, AtArguments};
use super::fold::{ReducerArguments, is_all};
use super::print::{self, visible};
use super::store::{Common, ShardArgument, StoreAndIndex};
use crate::export::{About, Export as Work, ExportError, Format, Of, Reducers, Report, Request, Target, What};
use crate::formats::Opened;
use crate::index::{At, NamePart};
use crate::model::{CategoryId, Problem, Shard};
use crate::replay::merge::MERGE;
use crate::session::{Choice, Progress, ReducerFile, ReducerSource, Selected, Wanted};

/// Time between two words about how far it is.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// States, events and changes of a stream, or of many, to a file or to another program
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    common: Common,
    /// What to write
    #[arg(long, value_enum)]
    what: What,
    /// Only this stream; $all for the events of all together
    #[arg(long, value_name = "S", conflicts_with_all = ["category", "matching", "shard"])]
    stream: Option<String>,
    /// Only streams of this category
    #[arg(long, value_name = "C")]
    category: Option<String>,
    /// Only streams whose names contain this
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
    #[command(flatten)]
    shard: ShardArgument,
    /// Of states and changes: up to here. One of several streams that ends before is taken whole
    #[command(flatten)]
    at: AtArguments,
    /// Of states: those after N events, 2 N and so on, and the last
    #[arg(long, value_name = "N")]
    every: Option<u64>,
    /// Of states and changes: leave out what is equal to the one before
    #[arg(long)]
    changed: bool,
    /// How it is written; JSON for one state, else JSON lines
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write; it is there whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file where it is there already
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    reducer: ReducerArguments,
}

impl ValueEnum for What {
    fn value_variants<'a>() -> &'a [What] {
        &What::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl Export {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let (format, at, shard) = (self.format()?, self.at.place()?, self.shard.shard()?);
        self.refuse_what_says_nothing(format)?;
        let source = self.reducer.source()?;
        let request = |of| {
            let (what, every, changed) = (self.what, self.every.unwrap_or(1), self.changed);
            Request { what, format, of, at, every, changed, on_error: self.reducer.on_error() }
        };
        let reducer = match self.what {
            What::Events => String::new(),
            _ => self.reducer.named().unwrap_or(MERGE).to_owned(),
        };
        let about = About { store: self.common.store.display().to_string(), reducer };
        if self.common.is_input() {
            return self.of_input(request(Of::Input), shard, source, &about, out);
        }
        let opened = Arc::new(self.common.open()?);
        // What must not be written to is said before anything is read.
        let target = self.target(&opened)?;
        let store = StoreAndIndex::read(opened)?;
        let of = self.of(&store, shard)?;
        if let Of::Stream(id) = &of {
            // A version above the last is an error where only one stream is meant.
            at::applied(&store.index.rows_of(*id), "--at", at)?;
        }
        if let (Some(file), true) = (source.file(), self.what != What::Events) {
            folds_all(file, &store, &of)?;
        }
        let of = if self.what == What::Events { of } else { of.folded_by(&source, &store.opened, &store.index)? };
        if let Of::Together { rows, .. } = &of {
            at::applied(rows, "--at", at)?;
        }
        let reducers = Reducers::new(source);
        let work = Work::new(&store.opened, &store.index, request(of), reducers, &about)?;
        if self.what == What::Events && self.stream.is_none() {
            print::doubts_of_order(&store.index)?;
        }
        report(write(work, target, out)?.report(), at)
    }

    /// Streams of standard input are written as they pass.
    fn of_input(
        &self,
        request: Request,
        shard: Shard,
        source: ReducerSource,
        about: &About,
        out: &mut dyn Write,
    ) -> Result<u8, CliError> {
        let (stream, category) = (self.stream.clone(), self.category.clone());
        let wanted = Wanted { stream, category, matching: self.matching(), shard };
        let input = self.common.input(wanted)?;
        let target = self.target(input.opened())?;
        let reducers = Reducers::new(source).insisting();
        let at = request.at;
        let work = Work::of_input(input, request, reducers, about)?;
        report(write(work, target, out)?.report(), at)
    }

    fn target(&self, opened: &Opened) -> Result<Option<Target>, CliError> {
        let begin = |path| Target::begin(path, &[opened], self.force).map_err(|error| CliError::Failed(error.into()));
        self.output.as_deref().map(begin).transpose()
    }

    fn of(&self, store: &StoreAndIndex, shard: Shard) -> Result<Of, CliError> {
        if let Some(name) = self.stream.as_ref().filter(|name| !is_all(store, name)) {
            return Ok(Of::Stream(store.stream(name)?));
        }
        if self.stream.is_some() && self.what != What::Events {
            return Ok(Selected::all(&store.index).into());
        }
        let category = self.category.as_deref().map(|name| store.category(name)).transpose()?;
        let system = self.common.system || self.stream.is_some();
        Ok(Of::Streams { category, matching: self.matching(), shard, system })
    }

    fn matching(&self) -> NamePart {
        NamePart::new(self.matching.as_deref().unwrap_or_default())
    }

    fn format(&self) -> Result<Format, CliError> {
        let formats = self.what.formats(self.stream.is_some());
        let usual = if self.common.is_input() { Format::JsonLines } else { formats[0] };
        let format = self.format.unwrap_or(usual);
        if !formats.contains(&format) {
            let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
            let of = if self.stream.is_some() { " of one stream" } else { "" };
            return Err(CliError::usage(
                format!("--format {} is not there for --what {}{of}", format.name(), self.what.name()),
                format!("it is written as {}", names.join(", ")),
            ));
        }
        Ok(format)
    }

    /// Options that mean nothing for what is written.
    fn refuse_what_says_nothing(&self, format: Format) -> Result<(), CliError> {
        let (states, many) = (self.what != What::Events, matches!(self.what, What::States | What::Changes));
        for (option, given, holds, what) in [
            ("--at", self.at.at.is_some(), states, "state, states or changes; events has --from and --to"),
            ("--at-time", self.at.at_time.is_some(), states, "state, states or changes"),
            ("--every", self.every.is_some(), self.what == What::States, "states"),
            ("--changed", self.changed, many, "states or changes"),
        ] {
            if given && !holds {
                let what_said = format!("{option} says nothing with --what {}", self.what.name());
                return Err(CliError::usage(what_said, format!("it is for --what {what}")));
            }
        }
        if self.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(CliError::usage("-o - names no file", "leave -o out for standard output, or write ./-"));
        }
        if self.every == Some(0) {
            return Err(CliError::usage("--every 0 is no number of events", "write 1 or more"));
        }
        if format == Format::Parquet && self.output.is_none() && io::stdout().is_terminal() {
            return Err(CliError::usage("Parquet is nothing for a terminal", "name a file: -o FILE"));
        }
        Ok(())
    }
}

/// Every category has its export; else that is said before the first row.
fn folds_all(file: &ReducerFile, store: &StoreAndIndex, of: &Of) -> Result<(), CliError> {
    let streams = store.index.streams();
    let mut seen = vec![false; streams.categories().len()];
    for id in streams.ids().filter(|id| of.holds(streams, *id)) {
        let Some(CategoryId(category)) = streams.summary(id).map(|summary| summary.category) else { continue };
        if !std::mem::replace(&mut seen[category as usize], true) {
            let name = streams.category_name(CategoryId(category));
            if file.choose(name) == Choice::Merge {
                return Err(CliError::Failed(file.no_export(name)));
            }
        }
    }
    Ok(())
}

/// Writes all of it to its file, or to `out`.
fn write(mut work: Work, target: Option<Target>, out: &mut dyn Write) -> Result<Work, CliError> {
    match target {
        None => {
            drive(&mut work, out, false)?;
            out.flush()?;
        }
        Some(mut target) => {
            match drive(&mut work, &mut target, true) {
                Err(ExportError::Write(error)) => return Err(CliError::Failed(target.problem(&error))),
                done => done?,
            }
            target.keep().map_err(|error| CliError::Failed(error.into()))?;
        }
    }
    Ok(work)
}

/// Works to the end; says on a terminal how far it is, where the rows go elsewhere.
fn drive(work: &mut Work, out: &mut dyn Write, to_file: bool) -> Result<(), ExportError> {
    let tells = io::stderr().is_terminal() && (to_file || !io::stdout().is_terminal());
    let mut told = Instant::now();
    let mut done = work.step(out, TELL_EVERY);
    while let Ok(false) = done {
        if tells && told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tell(work.progress());
        }
        done = work.step(out, TELL_EVERY);
    }
    if tells {
        // Nothing is left of it, also in front of an error.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    done.map(drop)
}

fn tell(Progress { done, of, found }: Progress) {
    if of == 0 {
        // How much there will be of an input nobody knows.
        let _ = write!(io::stderr(), "\r\x1b[K{done} events, {found} rows written");
        return;
    }
    let percent = (done * 100).checked_div(of).unwrap_or(100);
    // A closed stderr is nobody's loss.
    let _ = write!(io::stderr(), "\r\x1b[K{percent} %, {done} of {of} events, {found} rows written");
}

/// Says what was odd and what could not be done; the number is the exit code.
pub fn report(report: &Report, at: At) -> Result<u8, CliError> {
    if let (At::Time(time), 1..) = (at, report.later_inside) {
        let streams = report.later_inside;
        let time = time.to_rfc3339();
        writeln!(io::stderr(), "finding: time-backwards: an event inside is later than {time}, in {streams} streams")?;
    }
    print::findings_of_streams(report.findings.kept())?;
    for Problem { what, cause, .. } in &report.problems {
        writeln!(io::stderr(), "error: {}", visible(&format!("{what}: {cause}")))?;
    }
    if report.more > 0 {
        writeln!(io::stderr(), "error: … and {} more", report.more)?;
    }
    match report.problems.first() {
        Some(first) if report.failed => {
            writeln!(io::stderr(), "help: {}", visible(&first.help))?;
            Ok(1)
        }
        _ => Ok(0),
    }
}
