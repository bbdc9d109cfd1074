//! [`Streams`]: where the streams of an export come from, a store by its index, or an input that
//! passes by.

use std::sync::Arc;

use super::Of;
use crate::formats::{Opened, ReadError};
use crate::index::{At, EventIndex, NoSuchPlace, StreamRows};
use crate::model::{Applied, Findings, Slice, StreamId, Text, Time, Version};
use crate::replay::Step;
use crate::replay::timeline::EventSource;
use crate::session::{InputStreams, StreamSource, pages};

/// Bytes of a store's pages kept: each is read once.
const PAGE_BYTES: usize = 1 << 20;
/// Bytes of an input's events that are held for one that may follow, at most.
const HELD_BYTES: usize = 16 << 20;

/// One stream after the other, and the events of the one that is there.
pub(super) trait Streams: EventSource<Error = ReadError> {
    /// Turns to the next stream that is wanted. `false`: there are no more.
    fn next_stream(&mut self) -> Result<bool, ReadError>;
    fn name(&self) -> &Text;
    /// What the framework's library calls the stream.
    fn library_name(&self) -> Text;
    fn category(&self) -> &str;
    /// It is several streams together: events have no version of it.
    fn is_together(&self) -> bool {
        false
    }
    /// How many events of the stream are wanted, as far as `goal`: fewer than that where it ends.
    fn reach(&mut self, goal: u64) -> Result<u64, ReadError>;
    /// Events of the stream behind so many, wanted or not, where that is known.
    fn behind(&self, _at: u64) -> u64 {
        0
    }
    /// One of the wanted events is later than the time asked for.
    fn has_later_inside(&self) -> bool;
    fn version(&self, at: u64) -> Option<Version>;
    /// The event can no longer be read; known once it was asked for.
    fn is_lost(&self, _at: u64) -> bool {
        false
    }
    /// What was odd about the stream's events.
    fn findings(&mut self) -> Findings;
    /// Bytes of events that are held to be asked for again; none where the store has them.
    fn held_bytes(&self) -> usize {
        0
    }
    /// What lies before `at` will not be asked for again.
    fn let_go(&mut self, _at: u64) {}
}

/// The streams of a store.
pub(super) struct OfStore {
    index: EventIndex,
    of: Of,
    at: At,
    source: StreamSource,
    /// The stream that is looked at next.
    next: u32,
    end: u64,
    has_later_inside: bool,
}

impl OfStore {
    pub fn new(opened: &Opened, index: EventIndex, of: Of, at: At) -> Result<OfStore, ReadError> {
        let mut source = StreamSource::open(opened)?;
        source.keep_within(PAGE_BYTES);
        Ok(OfStore { index, of, at, source, next: 0, end: 0, has_later_inside: false })
    }

    /// The name of the stream that the event at `at` is of.
    pub fn name_at(&self, at: u64) -> Text {
        self.source.name_at(at)
    }
}

impl EventSource for OfStore {
    type Error = ReadError;

    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, ReadError> {
        self.source.steps(from, count)
    }
}

impl Streams for OfStore {
    fn next_stream(&mut self) -> Result<bool, ReadError> {
        let streams = self.index.streams();
        if let Of::Together { name, rows } = &self.of {
            if std::mem::replace(&mut self.next, u32::MAX) == u32::MAX {
                return Ok(false);
            }
            self.source.select_together(StreamRows::clone(rows), name);
            (self.end, self.has_later_inside) = end_of(self.source.rows(), self.at);
            return Ok(true);
        }
        while self.next < streams.len() {
            let id = StreamId(self.next);
            self.next += 1;
            if self.of.holds(streams, id) {
                self.source.select(self.index.rows_of(id), id);
                (self.end, self.has_later_inside) = end_of(self.source.rows(), self.at);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn name(&self) -> &Text {
        self.source.name()
    }

    fn library_name(&self) -> Text {
        self.source.library_name()
    }

    fn category(&self) -> &str {
        if let Of::Together { name, .. } = &self.of {
            return name.strip_prefix("$ce-").unwrap_or_default();
        }
        let streams = self.index.streams();
        let summary = self.source.stream().and_then(|id| streams.summary(id));
        summary.map_or("", |summary| streams.category_name(summary.category))
    }

    fn is_together(&self) -> bool {
        self.source.rows().is_together()
    }

    fn reach(&mut self, goal: u64) -> Result<u64, ReadError> {
        Ok(goal.min(self.end))
    }

    fn behind(&self, at: u64) -> u64 {
        self.source.rows().len().saturating_sub(at)
    }

    fn has_later_inside(&self) -> bool {
        self.has_later_inside
    }

    fn version(&self, at: u64) -> Option<Version> {
        self.source.rows().version(at)
    }

    fn is_lost(&self, at: u64) -> bool {
        self.source.is_lost(at)
    }

    fn findings(&mut self) -> Findings {
        self.source.findings().clone()
    }
}

/// How many events of a stream are wanted, and whether one of them is later than the time asked
/// for. A stream that ends before the version asked for is wanted whole.
fn end_of(rows: &StreamRows, at: At) -> (u64, bool) {
    let (applied, later_inside) = rows.find(at).unwrap_or((Applied(rows.len()), false));
    (applied.0, later_inside)
}

/// The streams of an input. Events are held until they are let go of; of those that are later
/// than the time asked for it cannot be told before the end of the stream whether they are
/// wanted.
pub(super) struct OfInput {
    input: InputStreams,
    at: At,
    name: Text,
    category: Text,
    /// Wanted events from `first` on.
    held: Vec<Step>,
    first: u64,
    held_bytes: usize,
    /// The stream ends behind them, or what follows is not wanted.
    is_whole: bool,
    /// The version of the event that was read last.
    last: Option<Version>,
    later: Later,
    has_later_inside: bool,
    findings: Findings,
}

/// Events behind the time asked for: wanted where one follows that is not.
#[derive(Default)]
struct Later {
    events: Vec<Step>,
    bytes: usize,
    /// There were too many to be held.
    gone: bool,
}

impl OfInput {
    pub fn new(input: InputStreams, at: At) -> OfInput {
        OfInput {
            input,
            at,
            name: Text::from(""),
            category: Text::from(""),
            held: Vec::new(),
            first: 0,
            held_bytes: 0,
            is_whole: true,
            last: None,
            later: Later::default(),
            has_later_inside: false,
            findings: Findings::default(),
        }
    }

    /// Reads one event more.
    fn read(&mut self) -> Result<(), ReadError> {
        let store = Arc::clone(&self.input.opened().store);
        let count = self.first + self.held.len() as u64;
        if self.at == At::Initial || matches!(self.at, At::Applied(end) if count >= end.0) {
            self.is_whole = true;
            return Ok(());
        }
        let Some((row, version)) = self.input.next_event()? else {
            self.is_whole = true;
            let last = self.last;
            return match self.at {
                // A version above the last is an error where only one stream is meant.
                At::Version(asked) if self.input.wants_one() && last < Some(asked) => {
                    let none = NoSuchPlace { asked, last, is_count: false };
                    Err(ReadError::new(none.to_string(), "leave --at out for the last one"))
                }
                _ => Ok(()),
            };
        };
        self.last = Some(version);
        if matches!(self.at, At::Version(last) if version > last) {
            self.is_whole = true;
            return Ok(());
        }
        let step = pages::step(&*store, &row, |text| Slice::from(text), &self.name, version, &mut self.findings);
        let bytes = STEP_BYTES + 3 * row.bytes();
        let At::Time(end) = self.at else {
            self.hold(step, bytes);
            return Ok(());
        };
        let follows = step.time.is_none() && count > 0 && self.later.events.is_empty() && !self.later.gone;
        if follows {
            self.hold(step, bytes);
        } else if step.time.is_some_and(|time| time <= end) {
            if self.later.gone {
                return Err(too_late(&self.name, version, end));
            }
            let Later { events, bytes: later, .. } = std::mem::take(&mut self.later);
            self.has_later_inside |= events.iter().any(|event| event.time > Some(end));
            self.held.extend(events);
            self.hold(step, bytes + later);
        } else if !self.later.gone {
            self.later.events.push(step);
            self.later.bytes += bytes;
            if self.later.bytes > HELD_BYTES {
                self.later = Later { gone: true, ..Later::default() };
            }
        }
        Ok(())
    }

    fn hold(&mut self, step: Step, bytes: usize) {
        self.held.push(step);
        self.held_bytes += bytes;
    }
}

/// Bytes of an event beside its payload, about.
const STEP_BYTES: usize = 256;

fn too_late(stream: &Text, version: Version, end: Time) -> ReadError {
    let end = end.to_rfc3339();
    let what = format!("v{version} of {stream} is not later than {end}, and too many events before it are");
    ReadError::new(what, "times run backwards there: ask for a version with --at, or read a file")
}

impl EventSource for OfInput {
    type Error = ReadError;

    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, ReadError> {
        let Some(skip) = from.checked_sub(self.first) else { return Ok(Vec::new()) };
        Ok(self.held.iter().skip(skip as usize).take(count as usize).cloned().collect())
    }
}

impl Streams for OfInput {
    fn next_stream(&mut self) -> Result<bool, ReadError> {
        self.held.clear();
        (self.first, self.held_bytes, self.is_whole, self.has_later_inside) = (0, 0, false, false);
        (self.last, self.later) = (None, Later::default());
        let begun = self.input.begin()?;
        (self.name, self.category) = (self.input.name(), Text::from(self.input.category()));
        Ok(begun)
    }

    fn name(&self) -> &Text {
        &self.name
    }

    fn library_name(&self) -> Text {
        self.input.library_name()
    }

    fn category(&self) -> &str {
        &self.category
    }

    fn reach(&mut self, goal: u64) -> Result<u64, ReadError> {
        while !self.is_whole && self.first + (self.held.len() as u64) < goal {
            self.read()?;
        }
        Ok(goal.min(self.first + self.held.len() as u64))
    }

    fn has_later_inside(&self) -> bool {
        self.has_later_inside
    }

    fn version(&self, at: u64) -> Option<Version> {
        self.held.get(at.checked_sub(self.first)? as usize).map(|step| step.version)
    }

    fn findings(&mut self) -> Findings {
        let mut found = std::mem::take(&mut self.findings);
        found.absorb(&mut self.input.take_findings());
        found
    }

    fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn let_go(&mut self, at: u64) {
        let count = at.saturating_sub(self.first).min(self.held.len() as u64) as usize;
        let before = self.held.len().max(1);
        self.held.drain(..count);
        self.first += count as u64;
        self.held_bytes = self.held_bytes / before * self.held.len();
    }
}
