//! `check`: everything odd in a store, with every payload decoded.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::CliError;
use super::print::{self, FindingLine};
use super::store::{Common, ShardArgument};
use crate::formats::Opened;
use crate::formats::page::EventPage;
use crate::index::EventIndex;
use crate::model::{EventRow, Finding, FindingCode, Findings, Severity, Shard, StreamId, Version};
use crate::session::Indexer;

/// Events that are decoded at once, at most.
const BATCH: usize = 256;
/// Lines kept; what is odd in further streams is counted together.
const MAX_LINES: usize = 1 << 20;

/// Everything odd in a store, with every payload decoded: a line for each code and stream
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    common: Common,
    /// Also verify what the container has to verify it by: of SQLite files the pages, keys and
    /// indexes (PRAGMA integrity_check, in one read transaction). JSON lines have nothing, and
    /// none of the frameworks that are read keeps checksums or hash chains of its events
    #[arg(long)]
    verify: bool,
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
        let opened = Arc::new(self.common.open()?);
        let mut tally = Tally::default();
        let index = read_headers(&opened, &mut tally)?;
        decode_all(&opened, &index, shard, &mut tally)?;
        let mut verified = None;
        // What is the store's, and no stream's, is the first part's.
        if self.verify && shard.is_first() {
            let mut found = Findings::default();
            verified = Some(opened.store.verify(&mut found)?);
            tally.add_all(&found);
        }
        let mut lines = tally.lines(&index);
        lines.retain(|line| line.stream.map_or(shard.is_first(), |name| shard.holds(name)));
        for line in &lines {
            match self.common.json {
                true => print_json(line, out)?,
                false => writeln!(out, "{line}")?,
            }
        }
        if !self.common.json {
            writeln!(out, "{}", summary(&index, shard, &lines, verified))?;
        }
        out.flush()?;
        self.verdict(&lines)
    }

    /// The exit code.
    fn verdict(&self, lines: &[FindingLine<'_>]) -> Result<u8, CliError> {
        let (bound, word) = match self.fail_on {
            None => return Ok(0),
            Some(FailOn::Warning) => (Severity::Warning, "a warning or an error"),
            Some(FailOn::Error) => (Severity::Error, "an error"),
        };
        let bad = lines.iter().filter(|line| line.code.severity() >= bound).count();
        if bad == 0 {
            return Ok(0);
        }
        let lines = if bad == 1 { "1 line is".to_owned() } else { format!("{bad} lines are") };
        writeln!(io::stderr(), "error: {lines} {word}")?;
        writeln!(io::stderr(), "help: look at the first of them: eventglass STORE --stream S --at N")?;
        Ok(1)
    }
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

/// Decodes every event of the part, in the order in which they lie.
fn decode_all(opened: &Opened, index: &EventIndex, shard: Shard, tally: &mut Tally) -> Result<(), CliError> {
    let mut fetcher = opened.store.fetcher()?;
    let mut page = EventPage::default();
    let streams = index.streams();
    let is_own = |row: &EventRow| index.stream_of(*row).is_some_and(|stream| shard.holds(streams.name(stream)));
    let mut all = index.in_order(true).filter(is_own);
    let mut part: Vec<EventRow> = Vec::new();
    loop {
        part.extend(all.by_ref().take(BATCH - part.len()));
        if part.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = part.iter().filter_map(|row| index.key_of(*row)).collect();
        page.clear();
        let mut notes = Findings::default();
        let read = fetcher.fetch(&keys, None, &mut page, &mut notes)?.clamp(1, part.len());
        let mut found = page.iter().peekable();
        // Those that did not fit are asked for again.
        for row in part.drain(..read) {
            let (stream_id, version) = (index.stream_of(row), index.version_of(row));
            let mut add = |code, message| {
                tally.add_decoded(&Finding { code, stream: None, stream_id, version, message });
            };
            match found.next_if(|stored| Some(stored.key) == index.key_of(row)) {
                Some(stored) => opened.store.decode(&stored).odd.into_iter().for_each(|(code, text)| add(code, text)),
                None => add(FindingCode::Damaged, "the row is no longer readable".to_owned()),
            }
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

fn summary(index: &EventIndex, shard: Shard, lines: &[FindingLine<'_>], verified: Option<&str>) -> String {
    let found = Severity::ALL.into_iter().filter_map(|severity| {
        let of = lines.iter().filter(|line| line.code.severity() == severity);
        let count: u64 = of.map(|line| line.count).sum();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", severity.name()))
    });
    let found: Vec<String> = found.collect();
    let found = if found.is_empty() { "nothing odd".to_owned() } else { found.join(", ") };
    let verified = verified.map(|what| format!("; verified: {what}")).unwrap_or_default();
    let streams = index.streams();
    let own = streams.ids().filter(|id| shard.holds(streams.name(*id))).filter_map(|id| streams.summary(id));
    let (events, streams) = own.fold((0, 0), |(events, streams), own| (events + u64::from(own.events), streams + 1));
    format!("{events} events in {streams} streams: {found}{verified}")
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
    fn lines<'a>(&'a self, index: &'a EventIndex) -> Vec<FindingLine<'a>> {
        let line = |((_, code, stream), line): (&(_, FindingCode, Option<StreamId>), &'a Line)| FindingLine {
            code: *code,
            stream: stream.map(|stream| index.streams().name(stream)),
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
