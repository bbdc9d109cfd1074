//! [`Timeline`]: the states of one stream under one reducer, at any number of events.
//!
//! One fold runs from the beginning and leaves keyframes, and more are made while nobody asks;
//! any other state is the nearest keyframe before it and a few events more. Around the playhead a ring of ready states
//! makes stepping immediate. All work is done in slices, so that the owner can attend to
//! a newer question in between.

mod build;
mod keyframes;
mod refine;
mod ring;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyframes::Keyframes;
use ring::Ring;

use super::{Emitted, Reducer, Saved, Slot, Step, Thrown, Why};
use crate::model::{Applied, Findings, Node, Text, Version};

/// Bytes of keyframes kept, unless told otherwise; beyond, every second one is dropped.
pub const KEYFRAME_BYTES: usize = 128 << 20;
/// Bytes of ready states kept around the playhead, unless told otherwise.
pub const RING_BYTES: usize = 32 << 20;
/// Events that may throw before skipping ends as well: the list of them is kept.
const MOST_ERRORS: usize = 100_000;
/// Events at which the reducer may run into its limits before skipping ends as well: each takes
/// seconds.
pub const MOST_CUTS: usize = 3;
/// Events that a projection would write, at most: the list of them is kept.
pub const MOST_EMITTED: usize = 100_000;
/// Bytes of their data at which no more are taken together.
const BATCH_BYTES: usize = 1 << 20;

/// Where events come from.
pub trait EventSource {
    /// Why they do not come.
    type Error;
    /// Events of the stream from `from` on (0-based): `count` of them, fewer where they are
    /// large, and none at its end only.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, Self::Error>;
}

/// What to do about an event whose handler throws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The last good state stays; what follows is "not reached".
    #[default]
    Stop,
    /// The event is marked and leaves the state as it was.
    Skip,
}

/// An event whose handler threw.
#[derive(Clone, Debug)]
pub struct HandlerError {
    /// The event is the `applied`-th of the stream, counted from 1.
    pub applied: Applied,
    pub version: Version,
    pub event_type: Text,
    pub thrown: Thrown,
}

/// What a reducer wrote to the console at an event.
#[derive(Clone, Debug)]
pub struct Said {
    /// The event is the `applied`-th of the stream, counted from 1.
    pub applied: Applied,
    pub version: Version,
    pub text: Text,
}

/// A state and how it came about.
#[derive(Clone, Debug)]
pub struct StateAt {
    /// Events folded into it; less than asked for where a handler threw and stopped the fold.
    pub applied: Applied,
    pub state: Node,
    /// Why there is a state but it cannot be shown (a cycle); `state` is then null.
    pub problem: Option<Thrown>,
}

/// Why the state cannot be copied.
struct NoCopies {
    why: Text,
    /// Number of events after which it is tried again.
    again_at: u64,
}

impl NoCopies {
    fn of(thrown: &Thrown, built: u64) -> Option<NoCopies> {
        // What ran into the limits would do so again; else it costs little beside the fold.
        let again_at = if thrown.why.is_cut() { u64::MAX } else { (built * 2).max(1) };
        Some(NoCopies { why: Arc::clone(&thrown.message), again_at })
    }
}

/// See the module's documentation.
pub struct Timeline {
    reducer: Box<dyn Reducer>,
    on_error: OnError,
    stream: Text,
    /// As its library calls it.
    called: Text,
    len: u64,
    /// Events folded by the fold from the beginning; its state is in [`Slot::Build`].
    built: u64,
    started: bool,
    initial: Option<Node>,
    keyframes: Keyframes,
    /// Up to here keyframes are near each other, or stay as they are.
    refined: u64,
    /// Where their making stands, while [`Slot::Seek`] does.
    refining: Option<u64>,
    /// What [`Slot::Seek`] holds, if it is good.
    seek_at: Option<u64>,
    ring: Ring,
    /// Time after which [`Timeline::state`] comes back without a state.
    patience: Duration,
    errors: Vec<HandlerError>,
    /// The fold stopped before this event (0-based).
    stopped: Option<u64>,
    /// Whoever waited for it ended it there: no event is to blame.
    halted: bool,
    /// [`Slot::Build`] does not hold the state that `built` says.
    is_spoilt: bool,
    /// One of the events before this ended whatever folded them: they are handed over one by one.
    one_by_one: u64,
    /// Events behind which whatever folds them ended, though it had one only: others may have
    /// ended it, so it is handed over once more before it is blamed.
    tried: Option<u64>,
    /// The state cannot be copied: it is folded from its start for every answer.
    no_copies: Option<NoCopies>,
    /// A state that was to be kept in passing could not be shown, and its host went with it: none is
    /// from now on.
    no_passing: bool,
    /// Seconds an event costs, smoothed.
    cost: f64,
    /// Seconds that the last copy of the state took.
    copy_cost: f64,
    findings: Findings,
    said: Vec<Said>,
    said_bytes: usize,
    /// What a projection would write, by the number of the event, counted from 1.
    emitted: Vec<(Applied, Emitted)>,
    last_kept: Node,
}

impl Timeline {
    pub fn new(reducer: Box<dyn Reducer>, stream: Text, len: u64, on_error: OnError) -> Timeline {
        Timeline {
            reducer,
            on_error,
            called: Arc::clone(&stream),
            stream,
            len,
            built: 0,
            started: false,
            initial: None,
            keyframes: Keyframes::new(KEYFRAME_BYTES),
            refined: 0,
            refining: None,
            seek_at: None,
            ring: Ring::new(RING_BYTES),
            patience: Duration::MAX,
            errors: Vec::new(),
            stopped: None,
            halted: false,
            is_spoilt: false,
            one_by_one: 0,
            tried: None,
            no_copies: None,
            no_passing: false,
            cost: 0.0,
            copy_cost: 0.0,
            findings: Findings::default(),
            said: Vec::new(),
            said_bytes: 0,
            emitted: Vec::new(),
            last_kept: Node::Null,
        }
    }

    /// [`Timeline::state`] is to come back after about this time, to be asked again: its
    /// owner has others to attend to.
    pub fn with_patience(mut self, patience: Duration) -> Timeline {
        self.patience = patience;
        self
    }

    /// Holds no more than this from now on: keyframes, ready states, the reducer's heap.
    pub fn keep_within(&mut self, keyframes: usize, ring: usize, heap: usize) {
        self.keyframes.keep_within(keyframes);
        self.ring.keep_within(ring);
        self.reducer.limit_heap(heap);
    }

    pub fn reducer_name(&self) -> Text {
        Arc::clone(self.reducer.name())
    }

    /// What runs the user's code, in words.
    pub fn engine(&self) -> Option<String> {
        self.reducer.engine()
    }

    pub fn is_guess(&self) -> bool {
        self.reducer.is_guess()
    }

    /// The same of a stream which its library calls so.
    #[must_use]
    pub fn called(self, called: Text) -> Timeline {
        Timeline { called, ..self }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Events that the fold from the beginning has behind it.
    pub fn built(&self) -> u64 {
        self.built
    }

    /// Makes the initial state, where it is not there yet.
    ///
    /// # Errors
    /// What its function threw.
    pub fn start(&mut self) -> Result<(), Thrown> {
        if !self.started {
            self.begin();
        }
        match self.errors.first() {
            Some(error) if error.applied == Applied(0) => Err(error.thrown.clone()),
            _ => Ok(()),
        }
    }

    /// The initial state was made.
    pub fn has_begun(&self) -> bool {
        self.started
    }

    /// The fold from the beginning has nothing left to do.
    pub fn is_complete(&self) -> bool {
        self.started && (self.built >= self.len || self.stopped.is_some())
    }

    /// The last number of events that has a state of its own: a handler that threw stops there.
    pub fn reachable(&self) -> u64 {
        self.stopped.unwrap_or(self.len)
    }

    /// Events whose handler threw, as far as the fold came.
    pub fn errors(&self) -> &[HandlerError] {
        &self.errors
    }

    /// Why every state is folded from its start: it cannot be copied.
    pub fn no_copies(&self) -> Option<&Text> {
        self.no_copies.as_ref().map(|no| &no.why)
    }

    /// What a projection would write at the events of that range, counted from 1; the first
    /// [`MOST_EMITTED`] are known.
    pub fn emitted(&self, events: RangeInclusive<u64>) -> &[(Applied, Emitted)] {
        let from = self.emitted.partition_point(|(at, _)| at.0 < *events.start());
        let to = self.emitted.partition_point(|(at, _)| at.0 <= *events.end());
        self.emitted.get(from..to).unwrap_or_default()
    }

    /// Findings of the fold: rounded numbers, payloads that do not merge.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What the reducer wrote to the console, in order, as far as the fold came.
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// Bytes of keyframes and ready states.
    pub fn held_bytes(&self) -> usize {
        self.keyframes.bytes() + self.ring.bytes()
    }

    /// Number of keyframes.
    pub fn keyframes(&self) -> usize {
        self.keyframes.len()
    }

    /// The stream has `len` events now, and only those before `at` are what they were: what is
    /// known of later ones is forgotten, all else holds.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn invalidate_from<S: EventSource>(&mut self, source: &mut S, at: u64, len: u64) -> Result<(), S::Error> {
        self.len = len;
        if self.built.max(self.stopped.map_or(0, |stopped| stopped + 1)) <= at {
            return Ok(());
        }
        self.keyframes.cut(at);
        self.refined = self.refined.min(at);
        self.ring.cut(at);
        self.seek_at = self.seek_at.filter(|seek| *seek <= at);
        self.errors.retain(|error| error.applied.0 <= at);
        self.said.retain(|said| said.applied.0 <= at);
        self.emitted.retain(|(applied, _)| applied.0 <= at);
        if let Some(first) = source.steps(at, 1)?.first() {
            self.findings.retain(|finding| finding.version < Some(first.version));
        }
        self.stopped = self.stopped.filter(|stopped| *stopped < at);
        self.halted &= self.stopped.is_some();
        if self.built > at || self.is_spoilt {
            match self.fold_to(source, Slot::Build, at.min(self.built))? {
                Ok(came) => (self.built, self.is_spoilt) = (came, false),
                // The reducer does not do again what it did: all anew.
                Err(_) => {
                    (self.built, self.started, self.stopped) = (0, false, None);
                    self.halted = false;
                    self.keyframes.clear();
                    self.refined = 0;
                    self.errors.clear();
                    self.emitted.clear();
                    self.said.clear();
                    self.findings = Findings::default();
                }
            }
        }
        Ok(())
    }

    /// The fold from the beginning ends here, where somebody wants it so: what follows is "not reached".
    pub fn halt(&mut self) {
        if !self.is_complete() {
            (self.stopped, self.halted) = (Some(self.built), true);
        }
    }

    /// It was ended by [`Timeline::halt`], or while an event was folded.
    pub fn is_halted(&self) -> bool {
        self.halted
    }

    /// Goes on where it was halted; `false`: what it had is lost, and it must be made anew.
    pub fn go_on(&mut self) -> bool {
        if std::mem::take(&mut self.halted) {
            self.stopped = None;
        }
        !self.is_spoilt
    }

    /// There are no states beyond `at` events, and why.
    fn end_at<S: EventSource>(&mut self, source: &mut S, at: u64, thrown: Thrown) -> Result<(), S::Error> {
        self.stopped = Some(at);
        if thrown.why == Why::Stopped {
            self.halted = true;
            return Ok(());
        }
        if let Some(Step { version, event_type, .. }) = source.steps(at, 1)?.into_iter().next() {
            self.errors.retain(|error| error.applied.0 <= at);
            let event_type = Text::from(&*event_type);
            self.errors.push(HandlerError { applied: Applied(at + 1), version, event_type, thrown });
        }
        Ok(())
    }

    /// Brings `slot` to `target` from the nearest keyframe, passing over events that are
    /// known to throw. Returns how far it came: less where the events end early, or where
    /// patience did, and then the slot that seeks goes on from there when asked again. The
    /// inner error: the reducer did not do again what it did before.
    fn fold_to<S: EventSource>(
        &mut self,
        source: &mut S,
        slot: Slot,
        target: u64,
    ) -> Result<Result<u64, Thrown>, S::Error> {
        match self.fold_once(source, slot, target)? {
            // The slot went with its host; what it held is folded again, once.
            Err(Thrown { why: Why::Void, .. }) => self.fold_once(source, slot, target),
            came => Ok(came),
        }
    }

    fn fold_once<S: EventSource>(
        &mut self,
        source: &mut S,
        slot: Slot,
        target: u64,
    ) -> Result<Result<u64, Thrown>, S::Error> {
        let start = Instant::now();
        let near = self.seek_at.filter(|at| slot == Slot::Seek && *at <= target);
        let nearest = self.keyframes.up_to(target).next().map(|keyframe| keyframe.applied);
        let mut at = match near {
            Some(at) if nearest.is_none_or(|keyframe| at >= keyframe) => at,
            _ => {
                if slot == Slot::Seek {
                    self.seek_at = None;
                }
                let Timeline { keyframes, reducer, .. } = self;
                let mut restored =
                    keyframes.up_to(target).filter(|keyframe| reducer.restore(slot, &keyframe.saved).is_ok());
                match restored.next().map(|keyframe| keyframe.applied) {
                    Some(applied) => applied,
                    None => match self.reducer.start(slot, &self.called) {
                        Ok(()) => 0,
                        Err(thrown) => return Ok(Err(thrown)),
                    },
                }
            }
        };
        while at < target {
            let until = self.next_error(at).unwrap_or(target).min(target);
            if until == at {
                // This one is known to throw: it leaves the state as it is.
                at += 1;
                continue;
            }
            // Where each state costs a fold from the start, those before it are kept in passing.
            let passes = slot == Slot::Seek && self.no_copies.is_some() && !self.no_passing;
            let passing = if passes { target.saturating_sub(ring::REACH) } else { target };
            let most = if at < passing { self.batch().min(passing - at) } else { 1 };
            let events = gather(source, at, (until - at).min(most))?;
            if events.is_empty() {
                self.len = self.len.min(end_of(source, at)?);
                if self.len < at {
                    // A copy says nothing of whether the events before it are still there.
                    self.keyframes.cut(self.len);
                    self.ring.cut(self.len);
                    self.seek_at = self.seek_at.filter(|seek| *seek <= self.len);
                    return self.fold_once(source, slot, self.len);
                }
                break;
            }
            let stepped = self.reducer.step(slot, &self.stream, &events);
            if let Some(thrown) = stepped.thrown {
                if slot == Slot::Seek {
                    self.seek_at = None;
                }
                if slot != Slot::Build && thrown.why != Why::Void {
                    self.recover(source, &thrown)?;
                }
                return Ok(Err(thrown));
            }
            at += events.len() as u64;
            if passing < at && at < target && !self.ring.is_full() {
                match self.reducer.export(slot) {
                    Ok(node) => self.ring.hold(at, node.sharing(&self.last_kept)),
                    // Asking for it says why; what is folded next finds that the slot is void.
                    Err(thrown) => self.no_passing |= thrown.fatal,
                }
            }
            if slot == Slot::Seek && start.elapsed() >= self.patience {
                break;
            }
        }
        if slot == Slot::Seek {
            self.seek_at = Some(at);
        }
        Ok(Ok(at))
    }

    /// 0-based place of the first event at or after `at` that is known to throw.
    fn next_error(&self, at: u64) -> Option<u64> {
        let place = self.errors.partition_point(|error| error.applied.0 <= at);
        self.errors.get(place).map(|error| error.applied.0 - 1)
    }

    /// The state after `target` events. `None`: the fold has not come that far, or patience
    /// ended; build on, and ask again. Where a handler threw and stopped the fold, or the
    /// events end early, the last state there is.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn state<S: EventSource>(&mut self, source: &mut S, target: Applied) -> Result<Option<StateAt>, S::Error> {
        if !self.started {
            self.begin();
        }
        let wanted = target.0.min(self.reachable());
        if wanted > self.built {
            return Ok(None);
        }
        self.ready(source, wanted)
    }

    /// The state after `applied` events, which the fold has behind it; `None` as above.
    fn ready<S: EventSource>(&mut self, source: &mut S, applied: u64) -> Result<Option<StateAt>, S::Error> {
        let good = |applied: u64, state: Node| StateAt { applied: Applied(applied), state, problem: None };
        let bad = |thrown: Thrown| StateAt { applied: Applied(applied), state: Node::Null, problem: Some(thrown) };
        if applied == 0 {
            return Ok(Some(good(0, self.initial.clone().unwrap_or(Node::Null))));
        }
        if let Some(node) = self.ring.get(applied) {
            return Ok(Some(good(applied, node.clone())));
        }
        // The fold from the beginning stands there, and to fold once more would be as long.
        if self.no_copies.is_some() && applied == self.built && !self.is_spoilt {
            match self.reducer.export(Slot::Build) {
                Ok(node) => {
                    self.ring.hold(applied, node.clone());
                    return Ok(Some(good(applied, node)));
                }
                // To ask once more would take as long, and end alike.
                Err(thrown) if thrown.why.is_cut() => {
                    self.recover(source, &thrown)?;
                    return Ok(Some(bad(thrown)));
                }
                Err(_) => {}
            }
        }
        match self.jump(source, applied)? {
            Some(Ok(node)) => return Ok(Some(good(applied, self.hold(applied, node)))),
            Some(Err(thrown)) => return Ok(Some(bad(thrown))),
            None => {}
        }
        let came = match self.fold_to(source, Slot::Seek, applied)? {
            Ok(came) => came,
            Err(thrown) => return Ok(Some(bad(thrown))),
        };
        if came < applied.min(self.len) {
            return Ok(None);
        }
        if self.built > self.len {
            self.invalidate_from(source, self.len, self.len)?;
        }
        match self.reducer.export(Slot::Seek) {
            Ok(node) => Ok(Some(good(came, self.hold(came, node)))),
            Err(thrown) => {
                self.recover(source, &thrown)?;
                Ok(Some(bad(thrown)))
            }
        }
    }

    /// The state after `applied` events in one question, where a keyframe is near. `None`: it is to
    /// be asked for in parts, which also tells what stands in the way.
    fn jump<S: EventSource>(&mut self, source: &mut S, applied: u64) -> Result<Option<Result<Node, Thrown>>, S::Error> {
        let near = self.keyframes.up_to(applied).next().map(|keyframe| (keyframe.applied, keyframe.saved.clone()));
        let Some((at, saved)) = near.filter(|_| self.no_copies.is_none() && self.built <= self.len) else {
            return Ok(None);
        };
        let is_nearer = self.seek_at.is_some_and(|seek| (at..=applied).contains(&seek));
        if is_nearer || applied - at > self.batch() || self.next_error(at).is_some_and(|error| error < applied) {
            return Ok(None);
        }
        let events = if at == applied { Vec::new() } else { gather(source, at, applied - at)? };
        if at + (events.len() as u64) < applied {
            return Ok(None);
        }
        self.seek_at = None;
        match self.reducer.jump(Slot::Seek, &saved, &self.stream, &events) {
            Ok(node) => {
                self.seek_at = Some(applied);
                Ok(Some(Ok(node)))
            }
            // To ask once more would take as long, and end alike.
            Err(thrown) if thrown.fatal && thrown.why != Why::Void => {
                self.recover(source, &thrown)?;
                Ok(Some(Err(thrown)))
            }
            Err(_) => Ok(None),
        }
    }

    /// Keeps a state as ready.
    fn hold(&mut self, applied: u64, node: Node) -> Node {
        let node = node.sharing(&self.last_kept);
        self.last_kept = node.clone();
        self.ring.hold(applied, node.clone());
        node
    }

    /// Makes one more state around the playhead ready. `false`: all are.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn densify<S: EventSource>(&mut self, source: &mut S, playhead: Applied) -> Result<bool, S::Error> {
        if self.ring.is_full() {
            // One more would push another out, for ever.
            return Ok(false);
        }
        let top = self.built.min(self.reachable());
        let center = playhead.0.min(top);
        let reach = self.ring.reach();
        // Ahead first, one after the other: each is one event further.
        for at in center..=(center + reach).min(top) {
            if at > 0 && self.ring.get(at).is_none() {
                return Ok(self.ready(source, at)?.is_none_or(|state| state.problem.is_none()));
            }
        }
        if self.no_copies.is_some() {
            // Those behind were kept in passing.
            return Ok(false);
        }
        // Behind, a few at a time, each run upwards from its lowest.
        let mut high = center;
        let lowest = center.saturating_sub(reach).max(1);
        while high > lowest {
            let low = high.saturating_sub(8).max(lowest);
            if let Some(at) = (low..high).find(|at| self.ring.get(*at).is_none()) {
                return Ok(self.ready(source, at)?.is_none_or(|state| state.problem.is_none()));
            }
            high = low;
        }
        Ok(false)
    }

    /// The playhead moved: forgets ready states far from it.
    pub fn trim(&mut self, playhead: Applied) {
        self.ring.turn_to(playhead.0);
    }

    /// Number of events of the nearest keyframe below `applied`; the initial state is as good.
    pub(super) fn keyframe_below(&self, applied: u64) -> Option<u64> {
        let below = applied.checked_sub(1)?;
        Some(self.keyframes.up_to(below).next().map_or(0, |keyframe| keyframe.applied))
    }

    /// The state at a keyframe, as shown. Uses [`Slot::Written`].
    pub(super) fn keyframe_node(&mut self, applied: u64) -> Option<Node> {
        let Some(keyframe) = self.keyframes.up_to(applied).next().filter(|keyframe| keyframe.applied == applied) else {
            return self.initial.clone().filter(|_| applied == 0);
        };
        match keyframe.saved.clone() {
            Saved::Node(node) => Some(node),
            saved => {
                let restored = self.reducer.restore(Slot::Written, &saved);
                let shown = restored.and_then(|()| self.reducer.export(Slot::Written));
                if shown.as_ref().is_err_and(|thrown| thrown.fatal) {
                    // The other slots went with it: who needs one next folds it again.
                    self.seek_at = None;
                }
                shown.ok()
            }
        }
    }

    /// Brings [`Slot::Written`] to `at`, for [`Timeline::replay_some`].
    pub(super) fn begin_block<S: EventSource>(
        &mut self,
        source: &mut S,
        at: u64,
    ) -> Result<Result<u64, Thrown>, S::Error> {
        self.fold_to(source, Slot::Written, at)
    }

    /// Folds on in [`Slot::Written`], which stands at `at`, and shows the state after every
    /// event, until `to` or until the budget is spent. Returns how far it came.
    pub(super) fn replay_some<S: EventSource>(
        &mut self,
        source: &mut S,
        mut at: u64,
        to: u64,
        budget: Duration,
        mut each: impl FnMut(u64, Node),
    ) -> Result<Result<u64, Thrown>, S::Error> {
        let start = Instant::now();
        while at < to {
            if self.next_error(at) == Some(at) {
                at += 1;
                continue;
            }
            let until = self.next_error(at).unwrap_or(to).min(to);
            let events = source.steps(at, (until - at).min(16))?;
            if events.is_empty() {
                break;
            }
            for event in &events {
                let stepped = self.reducer.step(Slot::Written, &self.stream, std::slice::from_ref(event));
                let shown = match stepped.thrown {
                    Some(thrown) => Err(thrown),
                    None => self.reducer.export(Slot::Written),
                };
                at += 1;
                match shown {
                    Ok(node) => each(at, node),
                    Err(thrown) => {
                        self.recover(source, &thrown)?;
                        return Ok(Err(thrown));
                    }
                }
                if start.elapsed() >= budget {
                    return Ok(Ok(at));
                }
            }
        }
        Ok(Ok(at))
    }

    /// After memory ran out the session was made anew: copies that name its objects are
    /// void, no slot holds a state, and the fold from the beginning must be brought back.
    fn recover<S: EventSource>(&mut self, source: &mut S, thrown: &Thrown) -> Result<(), S::Error> {
        if !thrown.fatal {
            return Ok(());
        }
        self.seek_at = None;
        if let Err(thrown) = self.fold_to(source, Slot::Build, self.built)? {
            // It does not fold again within its limits: what is shown is all there is.
            let at = self.keyframes.last();
            self.end_at(source, at, thrown)?;
        }
        Ok(())
    }
}

/// Events from `from` on, of as many pages as it takes.
fn gather<S: EventSource>(source: &mut S, from: u64, count: u64) -> Result<Vec<Step>, S::Error> {
    let size =
        |events: &[Step]| events.iter().map(|event| event.data.json().map_or(64, |text| text.len())).sum::<usize>();
    let mut events = source.steps(from, count)?;
    let mut bytes = size(&events);
    while !events.is_empty() && (events.len() as u64) < count && bytes < BATCH_BYTES {
        let more = source.steps(from + events.len() as u64, count - events.len() as u64)?;
        if more.is_empty() {
            break;
        }
        bytes += size(&more);
        events.extend(more);
    }
    Ok(events)
}

/// Number of events that there are, where it is `most` at most.
fn end_of<S: EventSource>(source: &mut S, most: u64) -> Result<u64, S::Error> {
    let (mut there, mut gone) = (0, most + 1);
    // Mostly all of them are.
    let mut looked = most;
    while there + 1 < gone {
        match source.steps(looked - 1, 1)?.is_empty() {
            true => gone = looked,
            false => there = looked,
        }
        looked = there.midpoint(gone);
    }
    Ok(there)
}

/// Whether an event may be skipped once more, after these.
pub fn may_go_on(errors: &[HandlerError]) -> bool {
    // Who stopped the fold wants no more of it.
    if errors.last().is_some_and(|error| error.thrown.why == Why::Stopped) {
        return false;
    }
    let cuts = errors.iter().filter(|error| error.thrown.why.is_cut()).take(MOST_CUTS);
    errors.len() < MOST_ERRORS && cuts.count() < MOST_CUTS
}

#[cfg(test)]
mod tests;
