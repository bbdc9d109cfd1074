//! [`Pass`]: one stream folded once, from its first event to its last, without keyframes.
//!
//! The states pass by and are gone. Only where a handler threw is something folded again:
//! the state before that event, from a copy that was made at the throw before it, or where more
//! of the stream's events were held than there is room for.

use std::sync::Arc;

use super::streams::Streams;
use crate::formats::ReadError;
use crate::model::{Applied, Finding, Findings, Node, Text, Time, Version};
use crate::replay::timeline::{HandlerError, OnError, may_go_on};
use crate::replay::{Reducer, Saved, Slot, Step, Thrown};

/// Events handed to the reducer at once; a page of a [`StreamSource`].
pub(super) const BATCH: u64 = 64;
/// Bytes of a stream's events that are held to go back to; then a copy is made to go back to.
const HELD_BYTES: usize = 4 << 20;
pub(super) const SLOT: Slot = Slot::Build;

/// Why a pass ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A handler threw; it is the last of the errors.
    Threw,
    /// The reducer does not do again what it did: the state is gone.
    Spoilt,
    /// A handler threw, and the events to fold again are gone by, without a copy to go on from.
    GoneBy(Version),
    /// The event with this version can no longer be read.
    Lost(Version),
}

/// The event folded last.
#[derive(Clone, Debug)]
pub struct LastEvent {
    pub version: Version,
    pub event_type: Text,
    pub time: Option<Time>,
}

/// See the module's documentation.
pub struct Pass {
    /// What its library calls the stream.
    called: Text,
    on_error: OnError,
    /// Events behind it, those that were skipped among them.
    at: u64,
    last: Option<LastEvent>,
    ended: Option<Ended>,
    errors: Vec<HandlerError>,
    /// A state to go on from after a throw, and how many events are behind it.
    copy: Option<(u64, Saved)>,
    /// Events in front that cannot be asked for again.
    gone: u64,
    /// One of the events before this ended whatever folded them: they are handed over one by one.
    one_by_one: u64,
    /// Events behind which whatever folds them ended, though it had one only: others may have
    /// ended it, so it is handed over once more before it is blamed.
    tried: Option<u64>,
    /// Copying the state ran into the limits: it is not tried again.
    no_copies: bool,
    findings: Findings,
}

impl Pass {
    /// Begins a stream that its library calls so; its initial state is there then.
    pub fn begin(reducer: &mut dyn Reducer, called: Text, on_error: OnError) -> Pass {
        let findings = Findings::default();
        let mut pass = Pass {
            called,
            on_error,
            at: 0,
            last: None,
            ended: None,
            errors: Vec::new(),
            copy: None,
            gone: 0,
            one_by_one: 0,
            tried: None,
            no_copies: false,
            findings,
        };
        if let Err(thrown) = reducer.start(SLOT, &pass.called) {
            pass.errors.push(HandlerError {
                applied: Applied(0),
                version: Version(0),
                event_type: Arc::from("(initial state)"),
                thrown,
            });
            pass.ended = Some(Ended::Threw);
        }
        pass
    }

    /// Events behind it.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The event folded or skipped last.
    pub fn last(&self) -> Option<&LastEvent> {
        self.last.as_ref()
    }

    /// Nothing more is folded.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    pub fn errors(&self) -> &[HandlerError] {
        &self.errors
    }

    pub fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }

    /// Folds some events, no more than up to `to`: none where the pass ended.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn fold_some(&mut self, reducer: &mut dyn Reducer, source: &mut dyn Streams, to: u64) -> Result<(), ReadError> {
        if self.at >= to || self.ended.is_some() {
            return Ok(());
        }
        let most = if self.at < self.one_by_one { 1 } else { BATCH - self.at % BATCH };
        let count = (to - self.at).min(most);
        let mut events = source.steps(self.at, count)?;
        // What is gone, or is another event now, is never folded, nor is what follows it.
        let lost = (0..events.len().max(1) as u64).find(|nth| source.is_lost(self.at + nth) || events.is_empty());
        events.truncate(lost.unwrap_or(count) as usize);
        if let Some(nth) = lost {
            self.ended = Some(Ended::Lost(source.version(self.at + nth).unwrap_or(Version(0))));
        }
        if events.is_empty() {
            return Ok(());
        }
        let stepped = reducer.step(SLOT, source.name(), &events);
        for (at, code, message) in stepped.findings {
            if let Some(event) = events.get(at).filter(|_| at <= stepped.done) {
                let (stream, version) = (Some(Arc::clone(source.name())), Some(event.version));
                self.findings.push(Finding { code, stream, stream_id: None, version, message });
            }
        }
        if stepped.unsure && (events.len() > 1 || self.tried.replace(self.at) != Some(self.at)) {
            self.one_by_one = self.at + events.len() as u64;
            if self.copy.as_ref().map_or(0, |(at, _)| *at) < self.gone {
                self.ended = Some(Ended::GoneBy(events[0].version));
            } else if !self.fold_again(reducer, source)? {
                self.ended = Some(Ended::Spoilt);
            }
            return Ok(());
        }
        let done = stepped.thrown.as_ref().map_or(events.len(), |_| stepped.done.min(events.len() - 1));
        self.at += done as u64;
        self.last = events[..done].last().map(LastEvent::of).or(self.last.take());
        if let (Some(thrown), Some(event)) = (stepped.thrown, events.get(done)) {
            return self.threw(reducer, source, event, thrown);
        }
        if source.held_bytes() > HELD_BYTES {
            self.copy(reducer, source)?;
            self.gone = self.at;
            source.let_go(self.at);
        }
        Ok(())
    }

    /// Makes a copy to go on from, where the state can be copied.
    fn copy(&mut self, reducer: &mut dyn Reducer, source: &mut dyn Streams) -> Result<(), ReadError> {
        if self.no_copies {
            return Ok(());
        }
        match reducer.save(SLOT) {
            Ok(saved) => self.copy = Some((self.at, saved)),
            Err(thrown) => {
                self.no_copies = thrown.why.is_cut();
                // Whatever tried to copy it is gone, and the state with it.
                if thrown.fatal && !self.fold_again(reducer, source)? {
                    self.ended = Some(Ended::Spoilt);
                }
            }
        }
        Ok(())
    }

    /// The event behind `at` threw: the state before it is made again.
    fn threw(
        &mut self,
        reducer: &mut dyn Reducer,
        source: &mut dyn Streams,
        event: &Step,
        thrown: Thrown,
    ) -> Result<(), ReadError> {
        if self.copy.as_ref().map_or(0, |(at, _)| *at) < self.gone {
            self.ended = Some(Ended::GoneBy(event.version));
            return Ok(());
        }
        let is_repeatable = self.fold_again(reducer, source)?;
        self.errors.push(HandlerError {
            applied: Applied(self.at + 1),
            version: event.version,
            event_type: Text::from(&*event.event_type),
            thrown,
        });
        if !is_repeatable {
            self.ended = Some(Ended::Spoilt);
        } else if self.on_error == OnError::Skip && may_go_on(&self.errors) {
            self.copy(reducer, source)?;
            self.last = Some(LastEvent::of(event));
            self.at += 1;
        } else {
            self.ended = Some(Ended::Threw);
        }
        Ok(())
    }

    /// Makes the state after `at` events once more. `false`: the reducer does not do again what
    /// it did.
    fn fold_again(&mut self, reducer: &mut dyn Reducer, source: &mut dyn Streams) -> Result<bool, ReadError> {
        let copy = self.copy.as_ref().filter(|(_, saved)| reducer.restore(SLOT, saved).is_ok());
        let mut at = copy.map_or(0, |(at, _)| *at);
        if copy.is_none() && reducer.start(SLOT, &self.called).is_err() {
            return Ok(false);
        }
        let mut skipped = self.errors.partition_point(|error| error.applied.0 <= at);
        while at < self.at {
            let next_skipped = self.errors.get(skipped).map_or(u64::MAX, |error| error.applied.0 - 1);
            if next_skipped == at {
                (at, skipped) = (at + 1, skipped + 1);
                continue;
            }
            let events = source.steps(at, (self.at.min(next_skipped) - at).min(BATCH - at % BATCH))?;
            if events.is_empty() || reducer.step(SLOT, source.name(), &events).thrown.is_some() {
                return Ok(false);
            }
            at += events.len() as u64;
        }
        Ok(true)
    }

    /// The state as it is shown.
    ///
    /// # Errors
    /// The inner one: a state that JSON cannot show. The outer: the store can no longer be read.
    pub fn state(
        &mut self,
        reducer: &mut dyn Reducer,
        source: &mut dyn Streams,
    ) -> Result<Result<Node, Thrown>, ReadError> {
        if self.errors.first().is_some_and(|error| error.applied == Applied(0)) {
            return Ok(Ok(Node::Null));
        }
        let shown = reducer.export(SLOT);
        if let Err(thrown) = &shown
            && thrown.fatal
            && !self.fold_again(reducer, source)?
        {
            self.ended = Some(Ended::Spoilt);
        }
        Ok(shown)
    }
}

impl LastEvent {
    fn of(step: &Step) -> LastEvent {
        LastEvent { version: step.version, event_type: Text::from(&*step.event_type), time: step.time }
    }
}
