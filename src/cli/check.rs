//! `check`: everything odd in a store, with every payload decoded.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::compare::{Compared, compare};
use super::fold::HostArgument;
use super::ids::Ids;
use super::print::{self, FindingLine};
use super::store::{Common, ShardArgument, StoreAndIndex};
use super::{CliError, chain};
use crate::formats::page::EventPage;
use crate::formats::{Opened, PageRow, Store};
use crate::index::{EventIndex, Neighbours};
use crate::model::{EventRow, Finding, FindingCode, Findings, Severity, Shard, StreamId, Version};
use crate::session::links::Resolver;
use crate::session::{Indexer, PROGRAM, ReducerSource, Wanted};

/// Events that are decoded at once, at most.
const BATCH: usize = 256;
/// Time between two words on how far a verification is.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// Lines kept; what is odd in further streams is counted together.
const MAX_LINES: usize = 1 << 20;

/// Everything odd in a store, with every payload decoded: a line for each code and stream
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    common: Common,
    /// Also verify what the container has to verify it by: of SQLite files the pages, keys and
    /// indexes (PRAGMA integrity_check, in one read transaction), of EventStoreDB and KurrentDB
    /// the MD5 of every completed chunk. JSON lines have nothing, but events of EventSourcingDB
    /// vouch for each other by a chain of hashes
    #[arg(long)]
    verify: bool,
    /// Also compare the documents and snapshots that the store itself keeps with what this module
    /// comes to
    #[arg(long, value_name = "FILE[#NAME]")]
    reducer: Option<String>,
    /// What runs the module: Node in a jail where it is there, else the sandbox
    #[arg(long, value_enum, default_value = "auto")]
    host: HostArgument,
    /// Also compare them with what this program comes to
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["reducer", "host"])]
    reducer_command: Option<String>,
    #[command(flatten)]
    shard: ShardArgument,
    /// Exit 1 where something this bad, or worse, was found
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Warning,
    Error,
}

impl Check {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let shard = self.shard.shard()?;
        let named = match &self.reducer_command {
            Some(command) => Some(format!("{PROGRAM}{command}")),
            None => self.reducer.clone(),
        };
        if named.is_some() && self.common.is_input() {
            let help = "write it into a file first, or leave out the reducer";
            return Err(CliError::usage("standard input keeps no documents to compare", help));
        }
        let source = named.map(|named| ReducerSource::read(&named, self.host.into())).transpose()?;
        if matches!(source, Some(ReducerSource::Merge | ReducerSource::Stored)) {
            return Err(CliError::usage("--reducer of check names no module", "name a file: --reducer FILE"));
        }
        if self.common.is_input() {
            return self.of_input(shard, out);
        }
        let opened = Arc::new(self.common.open()?);
        let mut tally = Tally::default();
        let index = read_headers(&opened, &mut tally)?;
        decode_all(&opened, &index, shard, &mut tally)?;
        let store = StoreAndIndex { opened, index };
        let (opened, index) = (&store.opened, &store.index);
        let mut compared = None;
        if let Some(source) = &source {
            let wanted = |stream| shard.holds(index.streams().name(stream));
            let mut tell =
                |stream, version, code, said: String| tally.count(code, Some(stream), Some(version), &said, 1);
            compared = Some(compare(&store, source, &wanted, &mut tell)?);
        }
        let mut verified = None;
        // What is the store's, and no stream's, is the first part's.
        if self.verify && shard.is_first() {
            let mut found = Findings::default();
            verified = Some(Cow::Borrowed(verify(&*opened.store, &mut found)?));
            tally.add_all(&found);
        }
        if let Some(chain) = opened.store.chain().filter(|_| self.verify) {
            let mut tell = |stream, version, said: &str| {
                tally.count(FindingCode::HashMismatch, stream, version, said, 1);
            };
            verified = Some(Cow::Owned(chain::verify(opened, index, chain, &mut tell)?));
        }
        let streams = index.streams();
        let mut lines = tally.lines(|stream| streams.name(stream));
        lines.retain(|line| line.stream.map_or(shard.is_first(), |name| shard.holds(name)));
        let mut total = Total::default();
        for own in streams.ids().filter(|id| shard.holds(streams.name(*id))).filter_map(|id| streams.summary(id)) {
            total.streams += 1;
            total.events += u64::from(own.events);
        }
        self.print(&lines, &mut total, out)?;
        self.end(&total, compared.as_ref(), verified.as_deref(), out)
    }

    /// What is odd about a stream of an input is printed at its end, about lines without one at
    /// the end of all.
    fn of_input(&self, shard: Shard, out: &mut dyn Write) -> Result<u8, CliError> {
        let wanted = Wanted { shard, ..Wanted::default() };
        let mut input = self.common.input(wanted)?.passing_over_bad_lines();
        let store = Arc::clone(&input.opened().store);
        let (mut total, mut of_none) = (Total::default(), Tally::default());
        of_none.add_all(&input.opened().findings);
        while input.begin()? {
            let (name, mut tally, mut neighbours) = (input.name(), Tally::default(), Neighbours::default());
            let mut ids: HashMap<String, Version> = HashMap::new();
            total.streams += 1;
            while let Some((row, version)) = input.next_event()? {
                total.events += 1;
                let mut add = |code, message: String| tally.count(code, Some(INPUT_STREAM), Some(version), &message, 1);
                neighbours.push(version, row.time, &mut add);
                store.decode(&row).odd.into_iter().for_each(|(code, text)| add(code, text));
                if let Some(first) = row.id.and_then(|id| ids.get(id)) {
                    add(FindingCode::DuplicateId, same_id(row.id.unwrap_or_default(), *first, &name));
                } else if let Some(id) = row.id {
                    ids.insert(id.to_owned(), version);
                }
            }
            // A page may have notes of the streams behind this one.
            for finding in input.take_own_findings().kept() {
                tally.count(finding.code, Some(INPUT_STREAM), finding.version, &finding.message, 1);
            }
            self.print(&tally.lines(|_| &name), &mut total, out)?;
        }
        of_none.add_all(&input.take_bad_lines());
        let lines = of_none.lines(|_| "");
        self.print(&lines, &mut total, out)?;
        let verified = if self.verify { Some(verify(&*store, &mut Findings::default())?) } else { None };
        let bad = lines.iter().find(|line| matches!(line.code, FindingCode::BadLine | FindingCode::TruncatedTail));
        let code = self.end(&total, None, verified, out)?;
        match bad {
            Some(bad) if code == 0 => Err(CliError::failed(bad.message, "correct the line, or leave it out")),
            _ => Ok(code),
        }
    }

    fn print(&self, lines: &[FindingLine<'_>], total: &mut Total, out: &mut dyn Write) -> Result<(), CliError> {
        for line in lines {
            let severity = line.code.severity();
            *total.found.entry(Reverse(severity)).or_insert(0) += line.count;
            total.bad += u64::from(self.fail_on.is_some_and(|bound| severity >= bound.severity()));
            match self.common.json {
                true => print_json(line, out)?,
                false => writeln!(out, "{line}")?,
            }
        }
        Ok(())
    }

    /// Prints the sum for a person; the number is the exit code.
    fn end(
        &self,
        total: &Total,
        compared: Option<&Compared>,
        verified: Option<&str>,
        out: &mut dyn Write,
    ) -> Result<u8, CliError> {
        if !self.common.json {
            let compared = compared.map(|own| format!("; {own}")).unwrap_or_default();
            let verified = verified.map(|what| format!("; verified: {what}")).unwrap_or_default();
            writeln!(out, "{total}{compared}{verified}")?;
        }
        out.flush()?;
        let Some(bound) = self.fail_on.filter(|_| total.bad > 0) else { return Ok(0) };
        let lines = if total.bad == 1 { "1 line is".to_owned() } else { format!("{} lines are", total.bad) };
        writeln!(io::stderr(), "error: {lines} {}", bound.words())?;
        writeln!(io::stderr(), "help: look at the first of them: eventglass STORE --stream S --at N")?;
        Ok(1)
    }
}

/// Stands for the stream that passes by.
const INPUT_STREAM: StreamId = StreamId(0);

/// All that was looked at.
#[derive(Debug, Default)]
struct Total {
    streams: u64,
    events: u64,
    found: BTreeMap<Reverse<Severity>, u64>,
    /// Lines as bad as what is to fail, or worse.
    bad: u64,
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events in {} streams: ", self.events, self.streams)?;
        let found = self.found.iter().map(|(Reverse(severity), count)| {
            let plural = if *count == 1 { "" } else { "s" };
            format!("{count} {}{plural}", severity.name())
        });
        let found: Vec<String> = found.collect();
        f.write_str(&if found.is_empty() { "nothing odd".to_owned() } else { found.join(", ") })
    }
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            FailOn::Warning => Severity::Warning,
            FailOn::Error => Severity::Error,
        }
    }

    fn words(self) -> &'static str {
        match self {
            FailOn::Warning => "a warning or an error",
            FailOn::Error => "an error",
        }
    }
}

/// Says on a terminal how far it is.
fn verify(store: &dyn Store, found: &mut Findings) -> Result<&'static str, CliError> {
    let tells = io::stderr().is_terminal();
    let mut told = Instant::now();
    let verified = store.verify(found, &mut |part| {
        if tells && told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            // A closed stderr is nobody's loss.
            let _ = write!(io::stderr(), "\r\x1b[K{:.0} % verified", part * 100.0);
        }
    });
    if tells {
        // Nothing is left of it.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    Ok(verified?)
}

/// Reads the store to its end; what is odd of headers and numbers goes into the tally.
fn read_headers(opened: &Arc<Opened>, tally: &mut Tally) -> Result<EventIndex, CliError> {
    let mut indexer = Indexer::open(Arc::clone(opened))?;
    indexer.end_at_present()?;
    while indexer.step()? {
        tally.add_all(&indexer.take_findings());
    }
    tally.add_all(&indexer.take_findings());
    let index = indexer.publish();
    // The index itself keeps only some of those of streams.
    index.findings().kept().iter().filter(|finding| finding.stream_id.is_none()).for_each(|finding| tally.add(finding));
    index.examine(|finding| tally.add(&finding));
    Ok(index)
}

/// Decodes every event of the part, in the order in which they lie. An id may be that of an event
/// of another part, so the ids of all are looked at.
fn decode_all(opened: &Opened, index: &EventIndex, shard: Shard, tally: &mut Tally) -> Result<(), CliError> {
    let streams = index.streams();
    let is_own = |row: EventRow| index.stream_of(row).is_some_and(|stream| shard.holds(streams.name(stream)));
    let mut ids = Ids::default();
    let links = opened.store.has_links().then(|| Resolver::new(index));
    let mut said = each_row(opened, index, index.as_scanned(), |row, stored| {
        if let Some(PageRow { id: Some(id), key, .. }) = stored {
            ids.add(opened.store.part_of(*key), id, row);
        }
        if !is_own(row) {
            return;
        }
        let (stream_id, version) = (index.stream_of(row), index.version_of(row));
        let mut add = |code, message| {
            tally.add_decoded(&Finding { code, stream: None, stream_id, version, message });
        };
        match stored {
            Some(stored) => {
                let mut content = opened.store.decode(stored);
                content.odd.drain(..).for_each(|(code, text)| add(code, text));
                let Some((resolver, from)) = links.as_ref().zip(stream_id) else { return };
                for link in opened.store.links(stored, &content) {
                    if let Some(why) = resolver.why_unresolved(from, &link) {
                        add(FindingCode::UnresolvedLink, format!("{} {}: {why}", link.name, link.to));
                    }
                }
            }
            None => add(FindingCode::Damaged, "the row is no longer readable".to_owned()),
        }
    })?;
    let suspects = ids.suspects();
    // Of what is gone the rows say it.
    said.retain(|finding| finding.stream.as_deref().is_some_and(|name| shard.holds(name)));
    said.locate(|finding| streams.find(finding.stream.as_deref()?));
    tally.add_all(&said);
    // Those with the hash that is looked at, each id with the first that has it.
    let mut alike: (u64, HashMap<(u16, String), EventRow>) = Default::default();
    let mut hashes = suspects.iter().map(|(hash, _)| *hash);
    each_row(opened, index, suspects.iter().map(|(_, row)| *row), |row, stored| {
        let hash = hashes.next().unwrap_or_default();
        if alike.0 != hash {
            alike = (hash, HashMap::new());
        }
        let Some(PageRow { id: Some(id), key, .. }) = stored else { return };
        let first = *alike.1.entry((opened.store.part_of(*key), (*id).to_owned())).or_insert(row);
        if first != row && is_own(row) {
            let version = index.version_of(first).unwrap_or(Version(0));
            let of = index.stream_of(first).map_or("", |stream| streams.name(stream));
            let message = same_id(id, version, of);
            tally.count(FindingCode::DuplicateId, index.stream_of(row), index.version_of(row), &message, 1);
        }
    })?;
    Ok(())
}

fn same_id(id: &str, first: Version, of: &str) -> String {
    format!("its id {id} is that of v{first} of {of}, too")
}

/// Reads these rows whole, in their order; `None` for one that is gone. Returns what was odd of
/// them on the way.
pub(super) fn each_row(
    opened: &Opened,
    index: &EventIndex,
    mut rows: impl Iterator<Item = EventRow>,
    mut each: impl FnMut(EventRow, Option<&PageRow<'_>>),
) -> Result<Findings, CliError> {
    let mut fetcher = opened.store.fetcher()?;
    let mut page = EventPage::default();
    let mut part: Vec<EventRow> = Vec::new();
    let mut notes = Findings::default();
    loop {
        part.extend(rows.by_ref().take(BATCH - part.len()));
        if part.is_empty() {
            return Ok(notes);
        }
        let keys: Vec<_> = part.iter().filter_map(|row| index.key_of(*row)).collect();
        page.clear();
        let read = fetcher.fetch(&keys, None, &mut page, &mut notes)?.clamp(1, part.len());
        let mut found = page.iter().peekable();
        // Those that did not fit are asked for again.
        for row in part.drain(..read) {
            each(row, found.next_if(|stored| Some(stored.key) == index.key_of(row)).as_ref());
        }
    }
}

fn print_json(line: &FindingLine<'_>, out: &mut dyn Write) -> Result<(), CliError> {
    let value = json!({
        "code": line.code.name(),
        "severity": line.code.severity().name(),
        "stream": line.stream,
        "version": line.version.map(|version| version.0),
        "message": line.message,
        "count": line.count,
    });
    print::line(out, &value)
}

/// What was found, by code and stream: as much memory as there are lines to print.
#[derive(Default)]
struct Tally {
    lines: BTreeMap<(Reverse<Severity>, FindingCode, Option<StreamId>), Line>,
    /// Messages that many lines have are held once.
    messages: HashSet<Arc<str>>,
    /// Events whose payload a header was looked for in, without success: decoding it again says
    /// nothing new.
    looked_into: HashSet<(StreamId, Version)>,
}

struct Line {
    version: Option<Version>,
    message: Arc<str>,
    count: u64,
}

impl Tally {
    fn add_all(&mut self, findings: &Findings) {
        for group in findings.groups() {
            let mut placed = 0;
            for finding in findings.places(group) {
                placed += 1;
                self.add(finding);
            }
            self.count(group.code, None, None, "in further places", group.count - placed);
        }
    }

    /// One that the scan met.
    fn add(&mut self, finding: &Finding) {
        if let (Some(stream), Some(version)) = (finding.stream_id, finding.version)
            && is_of_payload(finding)
        {
            self.looked_into.insert((stream, version));
        }
        self.count(finding.code, finding.stream_id, finding.version, &finding.message, 1);
    }

    /// One that was met when an event was decoded.
    fn add_decoded(&mut self, finding: &Finding) {
        let place = finding.stream_id.zip(finding.version);
        if !(is_of_payload(finding) && place.is_some_and(|place| self.looked_into.contains(&place))) {
            self.count(finding.code, finding.stream_id, finding.version, &finding.message, 1);
        }
    }

    fn count(&mut self, code: FindingCode, stream: Option<StreamId>, at: Option<Version>, message: &str, count: u64) {
        if count == 0 {
            return;
        }
        let key = |stream| (Reverse(code.severity()), code, stream);
        if let Some(line) = self.lines.get_mut(&key(stream)) {
            line.count += count;
            if at < line.version {
                (line.version, line.message) = (at, held(&mut self.messages, message));
            }
            return;
        }
        let (stream, at, message) =
            if self.lines.len() < MAX_LINES { (stream, at, message) } else { (None, None, "in further streams") };
        let message = held(&mut self.messages, message);
        let line = self.lines.entry(key(stream)).or_insert(Line { version: at, message, count: 0 });
        line.count += count;
    }

    /// The worst first, then by code, then the streams in the order in which they begin.
    fn lines<'a>(&'a self, name: impl Fn(StreamId) -> &'a str) -> Vec<FindingLine<'a>> {
        let line = |((_, code, stream), line): (&(_, FindingCode, Option<StreamId>), &'a Line)| FindingLine {
            code: *code,
            stream: stream.map(&name),
            version: line.version,
            message: &line.message,
            count: line.count,
        };
        self.lines.iter().map(line).collect()
    }
}

fn is_of_payload(finding: &Finding) -> bool {
    matches!(finding.code, FindingCode::Undecodable | FindingCode::Encrypted)
        && finding.message.starts_with("the payload")
}

fn held(messages: &mut HashSet<Arc<str>>, message: &str) -> Arc<str> {
    if let Some(held) = messages.get(message) {
        return Arc::clone(held);
    }
    let held: Arc<str> = Arc::from(message);
    messages.insert(Arc::clone(&held));
    held
}
