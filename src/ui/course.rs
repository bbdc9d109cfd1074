//! What is known of a stream's events once and for all: when they were, where nothing happened,
//! and how many of each type there are up to where.
//!
//! It is made in slices, so that ten million events never hold up a frame; what the slider shows of
//! it at any zoom is looked up, never counted again.

use crate::app::view::{TimelineEvents, TypeSlot};
use crate::model::Time;

/// Events taken in one frame.
const SLICE: u64 = 200_000;
/// Places at which clock and counts are kept; between them events are looked at one by one.
const MARKS: u64 = 65_536;
/// Most idle stretches that are kept, the longest.
const MAX_PAUSES: usize = 12;

/// Counts of events: of the three named types, then of the rest.
pub type Bin = [u32; 4];

/// A stretch of time without events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pause {
    /// Index of the event after it.
    pub before: u64,
    /// From and to, in microseconds.
    pub from: i64,
    pub to: i64,
}

impl Pause {
    /// In microseconds.
    pub fn length(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}

/// The course of one stream.
#[derive(Clone, Debug)]
pub struct Course {
    len: u64,
    top: [Option<TypeSlot>; 3],
    stride: u64,
    /// The event that is looked at next.
    next: u64,
    /// Time of the last event looked at, never going back; the first where it was the first.
    clock: i64,
    first: i64,
    /// Of all events looked at.
    count: Bin,
    pauses: Vec<Pause>,
    /// At each mark: the clock of the event there, and the counts of those before it.
    marks: Vec<(i64, Bin)>,
}

impl Course {
    /// A course about to be made.
    pub fn new(events: &dyn TimelineEvents, top: [Option<TypeSlot>; 3]) -> Course {
        let len = events.len();
        let first = (0..len.min(1_000)).find_map(|i| events.time(i)).map_or(0, |time| time.0);
        Course {
            len,
            top,
            stride: len.div_ceil(MARKS).max(1),
            next: 0,
            clock: first,
            first,
            count: [0; 4],
            pauses: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Goes on making it; true when there is more to do.
    pub fn advance(&mut self, events: &dyn TimelineEvents) -> bool {
        let to = (self.next + SLICE).min(self.len);
        for i in self.next..to {
            if let Some(Time(time)) = events.time(i).filter(|time| time.0 > self.clock) {
                if i > 0 {
                    self.note(Pause { before: i, from: self.clock, to: time });
                }
                self.clock = time;
            }
            if i.is_multiple_of(self.stride) {
                self.marks.push((self.clock, self.count));
            }
            self.count[self.kind(events, i)] += 1;
        }
        self.next = to;
        if self.is_done() {
            self.pauses.sort_by_key(|pause| pause.before);
        }
        !self.is_done()
    }

    fn note(&mut self, pause: Pause) {
        if self.pauses.len() < MAX_PAUSES {
            self.pauses.push(pause);
        } else if let Some(shortest) = self.pauses.iter_mut().min_by_key(|pause| pause.length())
            && shortest.length() < pause.length()
        {
            *shortest = pause;
        }
    }

    /// Which of the counts of a [`Bin`] an event is in.
    pub fn kind(&self, events: &dyn TimelineEvents, i: u64) -> usize {
        let slot = Some(events.slot(i));
        self.top.iter().position(|top| *top == slot).unwrap_or(3)
    }

    /// True when every event was looked at.
    pub fn is_done(&self) -> bool {
        self.next == self.len
    }

    /// Number of events.
    pub fn events(&self) -> u64 {
        self.len
    }

    /// Time of the first event and of the last.
    pub fn span(&self) -> (i64, i64) {
        (self.first, self.clock)
    }

    /// The longest stretches without events, in order.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// When event `i` was: its own time, or that of an earlier one where it has none or time went back.
    pub fn clock(&self, events: &dyn TimelineEvents, i: u64) -> i64 {
        let at = (i / self.stride).min((self.marks.len() as u64).saturating_sub(1));
        let Some(&(clock, _)) = self.marks.get(at as usize) else { return self.first };
        let from = at * self.stride + 1;
        (from..=i).filter_map(|i| events.time(i)).fold(clock, |clock, time| clock.max(time.0))
    }

    /// How many events there are up to which the clock meets a condition that ends once.
    pub fn count_while(&self, events: &dyn TimelineEvents, holds: impl Fn(i64) -> bool) -> u64 {
        let after = self.marks.partition_point(|&(clock, _)| holds(clock));
        let Some(at) = after.checked_sub(1) else { return 0 };
        let mut clock = self.marks[at].0;
        let from = at as u64 * self.stride;
        let to = (from + self.stride).min(self.len);
        for i in from + 1..to {
            if let Some(Time(time)) = events.time(i) {
                clock = clock.max(time);
            }
            if !holds(clock) {
                return i;
            }
        }
        to
    }

    /// Counts of the first `n` events.
    pub fn counts(&self, events: &dyn TimelineEvents, n: u64) -> Bin {
        let at = (n / self.stride).min((self.marks.len() as u64).saturating_sub(1));
        let Some(&(_, mut bin)) = self.marks.get(at as usize) else { return [0; 4] };
        for i in at * self.stride..n.min(self.len) {
            bin[self.kind(events, i)] += 1;
        }
        bin
    }
}
