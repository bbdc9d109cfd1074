//! The fold from the beginning: batch after batch, with keyframes on the way, and what becomes of
//! an event that throws.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::keyframes::SHORTEST_INTERVAL;
use super::{EventSource, HandlerError, MOST_EMITTED, NoCopies, OnError, Said, Timeline, gather, may_go_on};
use crate::model::{Applied, Finding, FindingCode, Node, Text, Version};
use crate::replay::{Batch, Copies, Keep, Slot, Step, Stepped, Thrown, Why};

/// Time that a seek may take from a keyframe: decides how far apart they are.
const SEEK_TIME: Duration = Duration::from_micros(300);
/// Folding takes so many times as long as copying the state does: that the fold ends soon comes
/// first, see `refine`.
const COPY_SHARE: f64 = 20.0;
/// Copies that take no longer are made on the way through a batch.
const QUICK_COPY: Duration = Duration::from_millis(50);
/// Time that one call of the reducer should take at most.
const SLICE_TIME: Duration = Duration::from_millis(8);
/// Events handed to the reducer at once, at most: a host takes as long to be asked as for some
/// hundred events.
const BATCH: u64 = 1_024;
/// What it costs to ask a host at all, about.
const ASKING: Duration = Duration::from_micros(200);
/// Bytes of what reducers said that are kept of a stream.
const MOST_SAID: usize = 1 << 20;
/// Parts of a fold that are under way at once: while one is folded, the next one is there already.
/// More of them would not fit into a pipe.
const UNDER_WAY: usize = 3;

/// Events that go to the reducer at once.
struct Part {
    /// Events before it.
    begin: u64,
    events: Vec<Step>,
    keep: Keep,
    /// Number of events at which the next copy is due, and that of the last copy once it is folded.
    next: u64,
    last: u64,
    /// The reducer has it already.
    is_under_way: bool,
    /// Time it took to read it and to hand it over, and when that was done.
    reading: Duration,
    ready: Instant,
}

impl Timeline {
    /// Events handed to the reducer at once: as many as take about one slice of time, so
    /// that a slow reducer does not keep a newer question waiting.
    pub(super) fn batch(&self) -> u64 {
        if self.cost > 0.0 { ((SLICE_TIME.as_secs_f64() / self.cost) as u64).clamp(1, BATCH) } else { 1 }
    }

    fn interval(&self) -> u64 {
        let by_cost =
            if self.cost > 0.0 { (SEEK_TIME.as_secs_f64() / self.cost) as u64 } else { SHORTEST_INTERVAL * 4 };
        // A state that takes long to be copied is copied seldom: most of the time is spent folding.
        let by_copy = if self.cost > 0.0 { (self.copy_cost * COPY_SHARE / self.cost) as u64 } else { 0 };
        let shortest = self.keyframes.shortest;
        by_cost.clamp(shortest, self.reducer.longest_interval().max(shortest)).max(by_copy)
    }

    /// Folds on from where the fold from the beginning stands, until `until` events are
    /// folded or `budget` is spent. `true`: there is nothing left to do up to `until`.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn build<S: EventSource>(&mut self, source: &mut S, until: u64, budget: Duration) -> Result<bool, S::Error> {
        let start = Instant::now();
        if !self.started {
            self.begin();
        }
        let until = until.min(self.len);
        let (mut parts, mut folded) = (VecDeque::new(), start);
        while self.built < until && self.stopped.is_none() {
            while parts.is_empty() || (start.elapsed() < budget && self.may_hand_over(&parts, until)) {
                match self.next_part(source, &parts, until) {
                    Ok(Some(part)) => parts.push_back(part),
                    Ok(None) => break,
                    // It is asked for again, and said then.
                    Err(_) if !parts.is_empty() => break,
                    Err(error) => return Err(error),
                }
            }
            let Some(part) = parts.pop_front() else {
                // The store lost events meanwhile; the index will say so.
                self.len = self.built;
                break;
            };
            // Where another was under way, this one had to wait for it.
            let since = folded.max(part.ready);
            if !self.fold_part(source, part, since)? {
                parts.clear();
            }
            folded = Instant::now();
            if start.elapsed() >= budget && parts.is_empty() {
                break;
            }
        }
        Ok(self.built >= until || self.stopped.is_some())
    }

    pub(super) fn begin(&mut self) {
        (self.started, self.is_spoilt) = (true, false);
        match self.reducer.start(Slot::Build, &self.called).and_then(|()| self.reducer.export(Slot::Build)) {
            Ok(node) => {
                self.initial = Some(node);
                match self.reducer.save(Slot::Build) {
                    Ok(saved) => self.keyframes.keep(0, saved),
                    Err(thrown) => self.no_copies = NoCopies::of(&thrown, 0),
                }
            }
            // Nobody waits for it any more: it is made anew by whoever goes on.
            Err(thrown) if thrown.why == Why::Stopped => {
                self.initial = Some(Node::Null);
                (self.stopped, self.halted, self.is_spoilt) = (Some(0), true, true);
            }
            Err(thrown) => {
                self.initial = Some(Node::Null);
                self.stopped = Some(0);
                self.errors.push(HandlerError {
                    applied: Applied(0),
                    version: Version(0),
                    event_type: Arc::from("(initial state)"),
                    thrown,
                });
            }
        }
    }

    /// One more part may be under way behind these: nothing else is asked between it and the last of them.
    fn may_hand_over(&self, parts: &VecDeque<Part>, until: u64) -> bool {
        let Some(part) = parts.back() else { return false };
        let end = part.begin + part.events.len() as u64;
        // Where an event threw lately, what is read ahead is likely to be read in vain.
        let is_smooth = self.errors.last().is_none_or(|error| error.applied.0 + BATCH <= part.begin);
        parts.len() < UNDER_WAY
            && end < until
            && part.is_under_way
            && part.begin > 0
            && end >= self.one_by_one
            && (part.keep.due > 0 || end < part.next)
            && is_smooth
    }

    /// Reads the events behind those that are under way, and hands them over. `None`: there are no more.
    fn next_part<S: EventSource>(
        &mut self,
        source: &mut S,
        parts: &VecDeque<Part>,
        until: u64,
    ) -> Result<Option<Part>, S::Error> {
        let start = Instant::now();
        let before = parts.back();
        let begin = before.map_or(self.built, |part| part.begin + part.events.len() as u64);
        let (kept, interval) = (before.map_or(self.keyframes.last(), |part| part.last), self.interval());
        // The first keyframe is after the first event: the initial state may be an object
        // of the module that a reducer changes in place.
        let next = match &self.no_copies {
            _ if begin == 0 => 1,
            // The next copy is tried there, and not before.
            Some(no) => no.again_at,
            None => kept + interval,
        };
        let due = next.saturating_sub(begin).max(1);
        let most = if begin < self.one_by_one { 1 } else { self.batch() };
        // A copy that takes long is made in a call of its own, so that no event is blamed for it.
        let is_quick = self.no_copies.is_none() && self.copy_cost > 0.0 && self.copy_cost < QUICK_COPY.as_secs_f64();
        let keep = if is_quick && most > 1 { Keep { due, every: interval } } else { Keep::default() };
        let events = gather(source, begin, (until - begin).min(most).min(if keep.due == 0 { due } else { most }))?;
        if events.is_empty() {
            return Ok(None);
        }
        let count = events.len() as u64;
        let last = if (1..=count).contains(&keep.due) { begin + count - (count - keep.due) % interval } else { kept };
        let is_under_way = self.reducer.hand_over(Slot::Build, &Batch { stream: &self.stream, events: &events, keep });
        Ok(Some(Part {
            begin,
            events,
            keep,
            next,
            last,
            is_under_way,
            reading: start.elapsed(),
            ready: Instant::now(),
        }))
    }

    /// Folds a part, whose turn it is since then, and keeps what comes of it. `false`: those behind
    /// it are void.
    fn fold_part<S: EventSource>(&mut self, source: &mut S, part: Part, since: Instant) -> Result<bool, S::Error> {
        let Part { events, keep, next, reading, .. } = part;
        let batch = Batch { stream: &self.stream, events: &events, keep };
        let mut stepped = self.reducer.step_and_keep(Slot::Build, &batch);
        let took = (reading + since.elapsed()).saturating_sub(stepped.copies.took).as_secs_f64();
        // To ask a host costs the same for few events as for many.
        let cost = (took - ASKING.as_secs_f64()).max(took / 16.0) / events.len() as f64;
        self.cost = if self.cost == 0.0 { cost } else { self.cost * 0.8 + cost * 0.2 };
        let (thrown, unsure, done) = (stepped.thrown.take(), stepped.unsure, stepped.done);
        let no_more_copies = self.take(stepped, &events, thrown.is_none() || !unsure);
        let is_whole = thrown.is_none();
        match thrown {
            None => self.built += events.len() as u64,
            Some(thrown) if unsure && (events.len() > 1 || self.tried.replace(self.built) != Some(self.built)) => {
                self.one_by_one = self.built + events.len() as u64;
                self.recover(source, &thrown)?;
            }
            Some(thrown) => {
                let at = self.built + done as u64;
                let event = events.get(done).or(events.last());
                self.threw(source, at, event, thrown)?;
            }
        }
        if let Some(thrown) = no_more_copies {
            self.no_copies = NoCopies::of(&thrown, self.built);
            self.recover(source, &thrown)?;
        }
        let is_due = self.built >= next && keep.due == 0;
        if self.built == 1 || (is_due && self.stopped.is_none()) {
            self.keep_built(source)?;
        }
        Ok(is_whole)
    }

    /// Keeps what came out of a batch beside the state; returns why there are no more copies.
    fn take(&mut self, stepped: Stepped, events: &[Step], is_sure: bool) -> Option<Thrown> {
        let begin = self.built;
        for (at, event) in stepped.emitted {
            if is_sure && at < stepped.done && self.emitted.len() < MOST_EMITTED {
                self.emitted.push((Applied(begin + at as u64 + 1), event));
            }
        }
        for (at, code, message) in stepped.findings {
            if let Some(event) = events.get(at).filter(|_| at <= stepped.done) {
                let (stream, version) = (Some(Arc::clone(&self.stream)), Some(event.version));
                self.findings.push(Finding { code, stream, stream_id: None, version, message });
            }
        }
        self.note_said(stepped.said, events);
        let Copies { made, refused, took } = stepped.copies;
        if !made.is_empty() {
            let each = took.as_secs_f64() / made.len() as f64;
            // One that others held up says little.
            let weight = if each > self.copy_cost { 0.1 } else { 0.5 };
            self.copy_cost += (each - self.copy_cost) * weight;
        }
        for (at, saved) in made {
            self.keyframes.keep(begin + at as u64, saved);
        }
        refused
    }

    /// Event `at` (0-based) threw: the state before it is made again, and kept.
    fn threw<S: EventSource>(
        &mut self,
        source: &mut S,
        at: u64,
        event: Option<&Step>,
        thrown: Thrown,
    ) -> Result<(), S::Error> {
        if thrown.fatal {
            self.seek_at = None;
        }
        self.halted |= thrown.why == Why::Stopped;
        if let Some(event) = event.filter(|_| !self.halted) {
            self.findings.push(Finding {
                code: FindingCode::HandlerThrew,
                stream: Some(Arc::clone(&self.stream)),
                stream_id: None,
                version: Some(event.version),
                message: thrown.to_string(),
            });
            self.errors.push(HandlerError {
                applied: Applied(at + 1),
                version: event.version,
                event_type: Text::from(&*event.event_type),
                thrown,
            });
        }
        match self.fold_to(source, Slot::Build, at)? {
            Ok(_) => {
                self.built = at;
                // So that the next throw does not fold all this once more.
                if self.keyframes.last() < at {
                    self.keep_built(source)?;
                }
                match self.on_error {
                    OnError::Skip if !self.halted && may_go_on(&self.errors) => self.built = at + 1,
                    _ => self.stopped = Some(at),
                }
            }
            // What was folded once does not fold again: the reducer is not repeatable.
            Err(_) => {
                self.built = at;
                self.stopped = Some(at);
                self.is_spoilt = true;
            }
        }
        Ok(())
    }

    /// Keeps the state of the fold from the beginning, where it can be copied.
    fn keep_built<S: EventSource>(&mut self, source: &mut S) -> Result<(), S::Error> {
        if self.no_copies.as_ref().is_some_and(|no| self.built < no.again_at) {
            return Ok(());
        }
        let start = Instant::now();
        match self.reducer.save(Slot::Build) {
            Ok(saved) => {
                self.no_copies = None;
                self.copy_cost = start.elapsed().as_secs_f64();
                self.keyframes.keep(self.built, saved);
            }
            Err(thrown) => {
                self.no_copies = NoCopies::of(&thrown, self.built);
                self.recover(source, &thrown)?;
            }
        }
        Ok(())
    }

    fn note_said(&mut self, lines: Vec<(usize, Text)>, events: &[Step]) {
        // What is folded again says it again.
        let known = self.said.last().map_or(0, |said| said.applied.0);
        for (at, text) in lines {
            let applied = self.built + at as u64 + 1;
            let Some(event) = events.get(at).filter(|_| applied > known && self.said_bytes < MOST_SAID) else {
                continue;
            };
            self.said_bytes += text.len() + size_of::<Said>();
            self.said.push(Said { applied: Applied(applied), version: event.version, text });
        }
    }
}
