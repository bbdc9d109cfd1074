//! The command line: the same engine without a window. Shapes of `--json` are stable and
//! in the README; for a person it prints aligned text.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::dialect::MapOverride;
use crate::formats::{self, OpenChoice, OpenError, Opened, ReadError};
use crate::home;
use crate::index::{EventIndex, StreamOrder, StreamRows};
use crate::model::json::{to_text, write_pretty};
use crate::model::{Applied, FindingCode, Helpful, Node, RecordedEvent, StreamId, Time, Version};
use crate::replay::Reducer;
use crate::replay::diff::{Change, diff, to_patch};
use crate::replay::js::ModuleError;
use crate::replay::merge::Merge;
use crate::replay::timeline::{HandlerError, OnError, StateAt, Timeline};
use crate::session::{Choice, Indexer, ReducerFile, StreamSource, pages};

/// Opens any event store and shows how each stream came to be what it is.
#[derive(Debug, Parser)]
#[command(name = "eventglass", version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub window: WindowArguments,
}

/// What the window opens with.
#[derive(Args, Debug, Default)]
pub struct WindowArguments {
    /// Store files to open
    #[arg(value_name = "STORE")]
    pub stores: Vec<PathBuf>,
    /// The stream to show
    #[arg(long, value_name = "S")]
    pub stream: Option<String>,
    /// The version to show it at
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub at: Option<String>,
    /// Module that computes states, with #name to choose one export
    #[arg(long, value_name = "FILE[#NAME]")]
    pub reducer: Option<String>,
    /// Who draws the window
    #[arg(long, value_enum, default_value = "auto")]
    pub renderer: Renderer,
}

/// Who draws the window: OpenGL, or wgpu (Vulkan, Metal, DirectX).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Renderer {
    /// OpenGL, then wgpu where that does not start
    #[default]
    Auto,
    Glow,
    Wgpu,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// What the store is, and how much is in it
    Info(Common),
    /// The streams
    Streams {
        #[command(flatten)]
        common: Common,
        /// Only this category
        #[arg(long, value_name = "C")]
        category: Option<String>,
        /// Only names that contain this
        #[arg(long = "match", value_name = "TEXT")]
        matching: Option<String>,
        #[arg(long, value_name = "N")]
        limit: Option<u64>,
    },
    /// The events of a stream, or of all in the store's order
    Events {
        #[command(flatten)]
        common: Common,
        #[arg(long, value_name = "S")]
        stream: Option<String>,
        /// Only this event type
        #[arg(long = "type", value_name = "T")]
        event_type: Option<String>,
        /// From this version on
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        from: Option<i64>,
        /// Up to this version
        #[arg(long, value_name = "N", allow_negative_numbers = true)]
        to: Option<i64>,
        #[arg(long, value_name = "N")]
        limit: Option<u64>,
    },
    /// The state of a stream at a version
    State {
        #[command(flatten)]
        common: Common,
        #[arg(long, value_name = "S")]
        stream: String,
        /// A version, or `initial`; the last one where left out
        #[arg(long, value_name = "N|initial", allow_negative_numbers = true, conflicts_with = "at_time")]
        at: Option<String>,
        /// A moment; without a zone it is UTC
        #[arg(long, value_name = "T")]
        at_time: Option<String>,
        #[command(flatten)]
        reducer: ReducerArguments,
    },
    /// What changed between two versions
    Diff {
        #[command(flatten)]
        common: Common,
        #[arg(long, value_name = "S")]
        stream: String,
        /// A version, or `initial`
        #[arg(long, value_name = "N|initial", allow_negative_numbers = true)]
        from: String,
        /// A version, or `initial`
        #[arg(long, value_name = "N|initial", allow_negative_numbers = true)]
        to: String,
        #[command(flatten)]
        reducer: ReducerArguments,
    },
}

#[derive(Args, Debug)]
pub struct Common {
    /// The store's file
    #[arg(value_name = "STORE")]
    store: PathBuf,
    /// Print JSON in the shapes of the README
    #[arg(long)]
    json: bool,
    /// Read it as this framework's store
    #[arg(long, value_name = "ID")]
    dialect: Option<String>,
    /// The events table
    #[arg(long, value_name = "T")]
    table: Option<String>,
    /// Columns of an unknown table: stream=COL,type=COL,data=COL,version=COL,time=COL,…
    #[arg(long, value_name = "ROLE=COL,…", value_delimiter = ',')]
    map: Vec<String>,
}

#[derive(Args, Debug)]
pub struct ReducerArguments {
    /// Module that computes states, with #name to choose one export; merge where left out
    #[arg(long, value_name = "FILE[#NAME]")]
    reducer: Option<String>,
    /// What to do where a handler throws
    #[arg(long, value_enum, default_value = "stop")]
    on_error: OnErrorArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnErrorArgument {
    Stop,
    Skip,
}

/// Why a verb could not do it: `error: …` and `help: …` on stderr, exit 1.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Reducer(#[from] ModuleError),
    #[error("{message}")]
    Wrong { message: String, help: String },
    /// An option that says nothing: exit 2, as for every wrong usage.
    #[error("{message}")]
    Usage { message: String, help: String },
    #[error("writing failed: {0}")]
    Write(#[from] io::Error),
}

impl CliError {
    fn wrong(message: impl Into<String>, help: impl Into<String>) -> CliError {
        CliError::Wrong { message: message.into(), help: help.into() }
    }

    fn usage(message: impl Into<String>, help: impl Into<String>) -> CliError {
        CliError::Usage { message: message.into(), help: help.into() }
    }

    /// 1: could not do it; 2: wrong usage.
    fn exit_code(&self) -> u8 {
        match self {
            CliError::Usage { .. } => 2,
            _ => 1,
        }
    }

    /// One sentence: what to do.
    pub fn help(&self) -> String {
        match self {
            CliError::Open(error) => error.help(),
            CliError::Read(error) => error.help(),
            CliError::Reducer(error) => error.help.clone(),
            CliError::Wrong { help, .. } | CliError::Usage { help, .. } => help.clone(),
            CliError::Write(_) => "check the place the output goes to".to_owned(),
        }
    }
}

/// Runs a verb. The number is the exit code: 0 done, 1 could not do it, 2 wrong usage.
pub fn run(verb: &Verb) -> u8 {
    let mut out = BufWriter::new(io::stdout().lock());
    let result = dispatch(verb, &mut out).and_then(|code| out.flush().map(|()| code).map_err(CliError::from));
    match result {
        Ok(code) => code,
        // Whoever read the output has seen enough.
        Err(CliError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            // A closed stderr is nobody's loss.
            let _ = writeln!(io::stderr(), "error: {error}\nhelp: {}", error.help());
            error.exit_code()
        }
    }
}

fn dispatch(verb: &Verb, out: &mut dyn Write) -> Result<u8, CliError> {
    match verb {
        Verb::Info(common) => info(&StoreAndIndex::open(common)?, common.json, out),
        Verb::Streams { common, category, matching, limit } => {
            let store = StoreAndIndex::open(common)?;
            streams(&store, common.json, category.as_deref(), matching.as_deref(), *limit, out)
        }
        Verb::Events { common, stream, event_type, from, to, limit } => {
            let store = StoreAndIndex::open(common)?;
            let wanted = EventFilter { event_type: event_type.as_deref(), from: *from, to: *to };
            events(&store, common.json, stream.as_deref(), &wanted, *limit, out)
        }
        Verb::State { common, stream, at, at_time, reducer } => {
            let store = StoreAndIndex::open(common)?;
            state(&store, common.json, stream, at.as_deref(), at_time.as_deref(), reducer, out)
        }
        Verb::Diff { common, stream, from, to, reducer } => {
            let store = StoreAndIndex::open(common)?;
            print_diff(&store, common.json, stream, [from, to], reducer, out)
        }
    }
}

/// A store that is read to its end.
struct StoreAndIndex {
    opened: Arc<Opened>,
    index: EventIndex,
}

impl StoreAndIndex {
    fn open(common: &Common) -> Result<StoreAndIndex, CliError> {
        let mut map = MapOverride { table: common.table.clone(), ..MapOverride::default() };
        for pair in &common.map {
            let Some((role, column)) = pair.split_once('=') else {
                return Err(CliError::usage(
                    format!("--map {pair} names no column"),
                    "write ROLE=COLUMN, such as stream=entity_id",
                ));
            };
            map.columns.insert(role.trim().to_owned(), column.trim().to_owned());
        }
        if !map.columns.is_empty() {
            map.check().map_err(|error| CliError::usage(error.to_string(), OpenError::Dialect(error).help()))?;
        }
        let choice = OpenChoice { dialect: common.dialect.clone(), map, dialects: Some(home::dialects()) };
        let opened = Arc::new(formats::open(&common.store, &home::cache(), &choice)?);
        let index = Indexer::open(Arc::clone(&opened))?.run()?;
        Ok(StoreAndIndex { opened, index })
    }

    fn stream(&self, name: &str) -> Result<StreamId, CliError> {
        self.index.streams().find(name).ok_or_else(|| {
            let order = StreamOrder { filter: name.to_owned(), ..StreamOrder::default() };
            let near: Vec<String> = self
                .index
                .streams()
                .list(&order)
                .streams
                .iter()
                .take(3)
                .map(|id| self.index.streams().name(*id).to_owned())
                .collect();
            let help = if near.is_empty() {
                "list the streams: eventglass streams STORE".to_owned()
            } else {
                format!("names that contain it: {}", near.join(", "))
            };
            CliError::wrong(format!("there is no stream {name}"), help)
        })
    }

    fn source(&self, stream: StreamId) -> Result<StreamSource, CliError> {
        let mut source = StreamSource::open(&self.opened)?;
        source.select(self.index.rows_of(stream), stream);
        Ok(source)
    }

    fn timeline(&self, stream: StreamId, len: u64, arguments: &ReducerArguments) -> Result<Timeline, CliError> {
        let streams = self.index.streams();
        let category = streams.summary(stream).map_or("", |summary| streams.category_name(summary.category));
        let reducer: Box<dyn Reducer> = match &arguments.reducer {
            None => Box::new(Merge::default()),
            Some(named) => {
                let file = ReducerFile::read(named)?;
                match file.choose(category) {
                    Choice::Merge => {
                        return Err(CliError::wrong(
                            format!("no export of {} has the name of the category {category}", file.module.file_name),
                            format!("name it: {}#EXPORT, one of {}", file.path.display(), file.export_names()),
                        ));
                    }
                    choice => file.reducer(&choice)?,
                }
            }
        };
        let on_error = match arguments.on_error {
            OnErrorArgument::Stop => OnError::Stop,
            OnErrorArgument::Skip => OnError::Skip,
        };
        Ok(Timeline::new(reducer, Arc::from(streams.name(stream)), len, on_error))
    }
}

fn line(out: &mut dyn Write, value: &Value) -> Result<(), CliError> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

fn rfc3339(time: Option<Time>) -> Value {
    time.map_or(Value::Null, |time| Value::from(time.to_rfc3339()))
}

fn shown(time: Option<Time>) -> String {
    time.map_or_else(|| "-".to_owned(), Time::to_rfc3339)
}

fn info(store: &StoreAndIndex, as_json: bool, out: &mut dyn Write) -> Result<u8, CliError> {
    let (opened, index) = (&store.opened, &store.index);
    let (first, last) = index.time_range();
    if as_json {
        let value = json!({
            "store": opened.path.display().to_string(),
            "format": opened.format,
            "dialect": opened.dialect,
            "framework": opened.framework,
            "evidence": opened.evidence,
            "streams": index.streams().len(),
            "events": index.events(),
            "first_time": rfc3339(first),
            "last_time": rfc3339(last),
            "findings": index.findings().total(),
        });
        line(out, &value)?;
        return Ok(0);
    }
    writeln!(out, "store      {}", opened.path.display())?;
    writeln!(out, "framework  {} ({}, {})", opened.framework, opened.dialect, opened.format)?;
    for sentence in &opened.evidence {
        writeln!(out, "because    {sentence}")?;
    }
    writeln!(out, "streams    {}", index.streams().len())?;
    writeln!(out, "events     {}", index.events())?;
    writeln!(out, "first      {}", shown(first))?;
    writeln!(out, "last       {}", shown(last))?;
    writeln!(out, "findings   {}", index.findings().total())?;
    const SHOWN: usize = 20;
    for finding in index.findings().kept().iter().take(SHOWN) {
        let place = match (&finding.stream, finding.version) {
            (Some(stream), Some(version)) => format!("{stream} v{version}: "),
            (Some(stream), None) => format!("{stream}: "),
            _ => String::new(),
        };
        writeln!(out, "  {:<18} {place}{}", finding.code.name(), finding.message)?;
    }
    if index.findings().total() > SHOWN as u64 {
        writeln!(out, "  … and {} more", index.findings().total() - SHOWN as u64)?;
    }
    Ok(0)
}

fn streams(
    store: &StoreAndIndex,
    as_json: bool,
    category: Option<&str>,
    matching: Option<&str>,
    limit: Option<u64>,
    out: &mut dyn Write,
) -> Result<u8, CliError> {
    let table = store.index.streams();
    let order = StreamOrder { filter: matching.unwrap_or_default().to_owned(), ..StreamOrder::default() };
    let list = table.list(&order);
    let wanted = list.streams.iter().filter_map(|id| table.summary(*id).map(|summary| (*id, summary)));
    let wanted = wanted.filter(|(_, s)| category.is_none_or(|name| table.category_name(s.category) == name));
    let wanted: Vec<_> = wanted.take(limit.unwrap_or(u64::MAX) as usize).collect();
    let width = wanted.iter().map(|(id, _)| table.name(*id).chars().count()).max().unwrap_or(0).clamp(6, 60);
    if !as_json {
        writeln!(
            out,
            "{:<width$}  {:>9}  {:>9}  {:>9}  {:<24}  status",
            "stream", "events", "first", "last", "last time"
        )?;
    }
    for (id, summary) in wanted {
        let name = table.name(id);
        if as_json {
            let value = json!({
                "stream": name,
                "category": table.category_name(summary.category),
                "events": summary.events,
                "first": summary.first.0,
                "last": summary.last.0,
                "first_time": rfc3339(summary.first_time),
                "last_time": rfc3339(summary.last_time),
                "status": summary.status.name(),
            });
            line(out, &value)?;
        } else {
            let (events, first, last) = (summary.events, summary.first, summary.last);
            let time = shown(summary.last_time);
            writeln!(out, "{name:<width$}  {events:>9}  {first:>9}  {last:>9}  {time:<24}  {}", summary.status.name())?;
        }
    }
    Ok(0)
}

struct EventFilter<'a> {
    event_type: Option<&'a str>,
    from: Option<i64>,
    to: Option<i64>,
}

impl EventFilter<'_> {
    fn takes(&self, event_type: &str, version: Version) -> bool {
        self.event_type.is_none_or(|wanted| wanted == event_type)
            && self.from.is_none_or(|from| version.0 >= from)
            && self.to.is_none_or(|to| version.0 <= to)
    }
}

fn events(
    store: &StoreAndIndex,
    as_json: bool,
    stream: Option<&str>,
    wanted: &EventFilter<'_>,
    limit: Option<u64>,
    out: &mut dyn Write,
) -> Result<u8, CliError> {
    let index = &store.index;
    let limit = limit.unwrap_or(u64::MAX);
    let mut printed = 0;
    if let Some(name) = stream {
        let mut source = store.source(store.stream(name)?)?;
        for at in 0..source.rows().len() {
            let rows = source.rows();
            let (Some(version), Some(id)) = (rows.version(at), rows.type_id(at)) else { continue };
            if printed >= limit || !wanted.takes(&index.type_name(id), version) {
                continue;
            }
            if let Some(event) = source.event(at)? {
                print_event(&event, as_json, out)?;
                printed += 1;
            }
        }
        return Ok(0);
    }
    let mut rows: Vec<crate::model::EventRow> = (0..index.events() as u32).map(crate::model::EventRow).collect();
    rows.retain(|row| match (index.type_of(*row), index.version_of(*row)) {
        (Some(id), Some(version)) => wanted.takes(&index.type_name(id), version),
        _ => false,
    });
    if !store.opened.store.has_global_order() {
        // The fixed order of stores that have none: time, stream, version. An event
        // without a time follows its neighbour.
        writeln!(io::stderr(), "finding: order-not-proven: by time, then stream, then version")?;
        let mut last = Time(i64::MIN);
        let mut keyed: Vec<(Time, &str, Option<Version>, crate::model::EventRow)> = Vec::with_capacity(rows.len());
        for row in rows {
            last = index.time_of(row).unwrap_or(last);
            let name = index.stream_of(row).map_or("", |stream| index.streams().name(stream));
            keyed.push((last, name, index.version_of(row), row));
        }
        keyed.sort();
        rows = keyed.into_iter().map(|(_, _, _, row)| row).collect();
    }
    let mut reader = store.opened.store.reader()?;
    let mut notes = crate::model::Findings::default();
    let mut page = formats::EventPage::default();
    rows.truncate(limit.min(u64::from(u32::MAX)) as usize);
    for part in rows.chunks(256) {
        page.clear();
        let keys: Vec<_> = part.iter().filter_map(|row| index.key_of(*row)).collect();
        reader.fetch(&keys, None, &mut page, &mut notes)?;
        let mut found = page.iter().peekable();
        for row in part {
            let Some(stored) = found.next_if(|stored| Some(stored.key) == index.key_of(*row)) else {
                let key = index.key_of(*row).map_or(0, |key| key.0);
                notes.note(FindingCode::Damaged, format!("the row at {key} is no longer readable"));
                continue;
            };
            let version = index.version_of(*row).unwrap_or(Version(0));
            let event = pages::recorded(store.opened.store.mapping(), &stored, version);
            print_event(&event, as_json, out)?;
        }
    }
    for finding in notes.kept() {
        writeln!(io::stderr(), "finding: {}: {}", finding.code.name(), finding.message)?;
    }
    Ok(0)
}

fn print_event(event: &RecordedEvent, as_json: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let node = pages::event_node(event);
    if as_json {
        return Ok(writeln!(out, "{}", to_text(&node))?);
    }
    let data = node.get("data").map(to_text).unwrap_or_default();
    let mark = event.mark.as_deref().map(|mark| format!(" [{mark}]")).unwrap_or_default();
    writeln!(out, "{:>6}  {}  {}{mark}  {}  {data}", event.version, shown(event.time), event.event_type, event.stream)?;
    Ok(())
}

/// Where in a stream the user points; `option` is what `at` was given as.
fn target(rows: &StreamRows, option: &str, at: Option<&str>, at_time: Option<&str>) -> Result<Applied, CliError> {
    if let Some(text) = at_time {
        let time = Time::parse(text).ok_or_else(|| {
            CliError::usage(format!("--at-time {text} is no time"), "write it as 2026-11-18T14:03:05Z")
        })?;
        let (applied, later_inside) = rows.applied_at_time(time);
        if later_inside {
            writeln!(io::stderr(), "finding: time-backwards: an event inside is later than {}", time.to_rfc3339())?;
        }
        return Ok(Applied(applied));
    }
    let Some(at) = at else { return Ok(Applied(rows.len())) };
    if at == "initial" {
        return Ok(Applied(0));
    }
    let number: i64 = at
        .trim_start_matches('v')
        .parse()
        .map_err(|_| CliError::usage(format!("{option} {at} is no version"), "write a number, or initial"))?;
    let last = rows.version(rows.len().saturating_sub(1)).unwrap_or(Version(0));
    if number > last.0 {
        return Err(CliError::wrong(
            format!("the stream has no version {number}: its last is {last}"),
            format!("the last version is meant by {option} {last}"),
        ));
    }
    Ok(Applied(rows.applied_at(Version(number))))
}

fn fold(timeline: &mut Timeline, source: &mut StreamSource, target: Applied) -> Result<StateAt, CliError> {
    loop {
        if let Some(state) = timeline.state(source, target)? {
            return match state.problem {
                None => Ok(state),
                Some(thrown) => Err(CliError::wrong(
                    format!("the state after {} events cannot be shown: {thrown}", state.applied),
                    thrown.help,
                )),
            };
        }
        timeline.build(source, target.0, Duration::from_secs(1))?;
    }
}

fn state(
    store: &StoreAndIndex,
    as_json: bool,
    stream: &str,
    at: Option<&str>,
    at_time: Option<&str>,
    arguments: &ReducerArguments,
    out: &mut dyn Write,
) -> Result<u8, CliError> {
    let id = store.stream(stream)?;
    let mut source = store.source(id)?;
    let target = target(source.rows(), "--at", at, at_time)?;
    let mut timeline = store.timeline(id, source.rows().len(), arguments)?;
    let at = fold(&mut timeline, &mut source, target)?;
    let errors: Vec<&HandlerError> = timeline.errors().iter().filter(|error| error.applied <= target).collect();
    let version = at.applied.0.checked_sub(1).and_then(|last| source.rows().version(last));
    if as_json {
        let member = |key: &str, node: Node| (Arc::from(key), node);
        let error = |error: &&HandlerError| {
            let message = Node::text(&error.thrown.to_string());
            Node::object(vec![member("version", Node::number(error.version)), member("message", message)])
        };
        let node = Node::object(vec![
            member("stream", Node::text(stream)),
            member("version", version.map_or(Node::Null, Node::number)),
            member("events_applied", Node::number(at.applied)),
            member("reducer", Node::text(&timeline.reducer_name())),
            member("state", at.state),
            member("errors", Node::array(errors.iter().map(error).collect())),
        ]);
        writeln!(out, "{}", to_text(&node))?;
    } else {
        let version = version.map_or_else(|| "initial state".to_owned(), |version| format!("v{version}"));
        let guess = if timeline.is_guess() { ", a guess: the top-level keys of every payload" } else { "" };
        writeln!(
            out,
            "{stream} {version}, {} of {} events, by {}{guess}",
            at.applied,
            source.rows().len(),
            timeline.reducer_name()
        )?;
        let mut text = String::new();
        write_pretty(&at.state, &mut text);
        writeln!(out, "{text}")?;
    }
    print_findings(&timeline, &source)?;
    report(&errors, timeline_skips(arguments))
}

/// What was odd about the events behind an answer: never left out silently.
fn print_findings(timeline: &Timeline, source: &StreamSource) -> Result<(), CliError> {
    const SHOWN: usize = 20;
    let all = [source.findings(), timeline.findings()];
    let odd = all.into_iter().flat_map(|findings| findings.kept());
    let odd: Vec<_> = odd.filter(|finding| finding.code != FindingCode::HandlerThrew).collect();
    for finding in odd.iter().take(SHOWN) {
        let version = finding.version.map(|version| format!("v{version}: ")).unwrap_or_default();
        writeln!(io::stderr(), "finding: {}: {version}{}", finding.code.name(), finding.message)?;
    }
    if odd.len() > SHOWN {
        writeln!(io::stderr(), "finding: … and {} more", odd.len() - SHOWN)?;
    }
    Ok(())
}

fn timeline_skips(arguments: &ReducerArguments) -> bool {
    arguments.on_error == OnErrorArgument::Skip
}

/// Errors of handlers: stop means exit 1.
fn report(errors: &[&HandlerError], skipped: bool) -> Result<u8, CliError> {
    const SHOWN: usize = 10;
    for error in errors.iter().take(SHOWN) {
        let what = if skipped { "skipped" } else { "stopped before" };
        writeln!(io::stderr(), "error: {what} v{} {}: {}", error.version, error.event_type, error.thrown)?;
    }
    if errors.len() > SHOWN {
        writeln!(io::stderr(), "error: … and {} more", errors.len() - SHOWN)?;
    }
    match errors.first() {
        Some(error) if !skipped => {
            let help = if error.applied.0 == 0 { "" } else { "; or go on without it: --on-error skip" };
            writeln!(io::stderr(), "help: {}{help}", error.thrown.help)?;
            Ok(1)
        }
        _ => Ok(0),
    }
}

fn print_diff(
    store: &StoreAndIndex,
    as_json: bool,
    stream: &str,
    versions: [&str; 2],
    arguments: &ReducerArguments,
    out: &mut dyn Write,
) -> Result<u8, CliError> {
    let id = store.stream(stream)?;
    let mut source = store.source(id)?;
    let mut timeline = store.timeline(id, source.rows().len(), arguments)?;
    let mut states = Vec::new();
    let mut furthest = Applied(0);
    for (option, version) in ["--from", "--to"].into_iter().zip(versions) {
        let target = target(source.rows(), option, Some(version), None)?;
        furthest = furthest.max(target);
        states.push(fold(&mut timeline, &mut source, target)?.state);
    }
    let changes = diff(&states[0], &states[1]);
    if as_json {
        writeln!(out, "{}", to_patch(&changes))?;
    } else {
        for Change { path, before, after } in &changes {
            let path = if path.0.is_empty() { "(whole state)".to_owned() } else { path.to_string() };
            match (before, after) {
                (None, Some(after)) => writeln!(out, "+ {path}  {}", to_text(after))?,
                (Some(before), None) => writeln!(out, "- {path}  was {}", to_text(before))?,
                (Some(before), Some(after)) => writeln!(out, "~ {path}  {}  was {}", to_text(after), to_text(before))?,
                (None, None) => {}
            }
        }
        if changes.is_empty() {
            writeln!(out, "no difference")?;
        }
    }
    let errors: Vec<&HandlerError> = timeline.errors().iter().filter(|error| error.applied <= furthest).collect();
    print_findings(&timeline, &source)?;
    report(&errors, timeline_skips(arguments))
}
