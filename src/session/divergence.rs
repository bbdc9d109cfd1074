//! [`FindDivergence`]: the first event at which two streams differ, or their states do: of one
//! stream in two stores, such as a backup and the live one.
//!
//! Events go in pairs, by their place. A pair is the same where version, type and payload are. As
//! long as a reducer is given the same it computes the same, so states are folded only from the
//! first pair on that differs in anything else that a reducer sees.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Found, Job, Progress};
use super::track::{Computing, Track};
use super::{Choice, ReducerSource, Share, StreamSource};
use crate::formats::{Opened, ReadError};
use crate::index::EventIndex;
use crate::model::{Applied, Helpful, Node, Problem, StreamId};
use crate::replay::Step;
use crate::replay::diff::diff;
use crate::replay::host::Stop;
use crate::replay::timeline::{EventSource, OnError};

/// Pairs between two looks at the clock.
const BATCH: u64 = 64;

/// What two streams have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Divergence {
    /// Events in front that are the same, and lead to the same states.
    pub same: u64,
    /// How the pair behind them differs; `None`: there is none, or it is not known yet.
    pub differs: Option<Differs>,
    /// The first pair among them whose metadata differ, counted from 0.
    pub metadata: Option<u64>,
}

/// How a pair differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    /// The first stream has no event there.
    OnlyThere,
    /// The second has none.
    OnlyHere,
    Version,
    Type,
    Payload,
    /// The events are the same, the states after them are not.
    State,
}

/// One of the two streams. All of it can go to another thread.
pub struct Side {
    /// `None`: of the store whose job it is.
    pub opened: Option<Arc<Opened>>,
    pub index: EventIndex,
    pub stream: StreamId,
    pub choice: Choice,
}

/// What is asked for.
pub struct Wanted {
    pub here: Side,
    pub there: Side,
    pub source: ReducerSource,
    pub on_error: OnError,
    pub share: Share,
    pub stop: Stop,
}

/// The job.
pub struct FindDivergence {
    /// Until it is begun.
    wanted: Option<Wanted>,
    sides: Option<[Track; 2]>,
    /// Pairs that were looked at, and all of the shorter stream.
    at: u64,
    of: u64,
    found: Divergence,
    /// The first pair that differs in something that a reducer sees.
    suspect: Option<u64>,
    /// The pairs are looked at; states are known to be the same after so many.
    folded: Option<u64>,
}

impl FindDivergence {
    pub fn new(wanted: Wanted) -> FindDivergence {
        FindDivergence {
            wanted: Some(wanted),
            sides: None,
            at: 0,
            of: 0,
            found: Divergence::default(),
            suspect: None,
            folded: None,
        }
    }

    fn begin(&mut self, store: &Arc<Opened>) -> Result<(), ReadError> {
        let Some(wanted) = self.wanted.take() else { return Ok(()) };
        let Wanted { here, there, source, on_error, share, stop } = wanted;
        let track = |side: Side| {
            let opened = side.opened.unwrap_or_else(|| Arc::clone(store));
            let events = StreamSource::open(&opened)?;
            let mut track = Track::new(opened, events, share.part(), stop.clone());
            track.select(&side.index, side.stream)?;
            track.compute(Computing { source: source.clone(), choice: side.choice, on_error });
            Ok(track)
        };
        if matches!(source, ReducerSource::Stored) {
            // What a store keeps may be anything, whatever the events are.
            self.suspect = Some(0);
        }
        let sides = [track(here)?, track(there)?];
        self.of = sides.each_ref().map(|side| side.rows().len()).into_iter().min().unwrap_or(0);
        self.sides = Some(sides);
        Ok(())
    }

    /// Looks at some pairs. `true`: it is known how far the events are the same.
    fn look(&mut self, budget: Duration) -> Result<bool, ReadError> {
        let Some([here, there]) = &mut self.sides else { return Ok(true) };
        let start = Instant::now();
        while self.at < self.of {
            let count = BATCH.min(self.of - self.at);
            let (own, other) = (here.source.steps(self.at, count)?, there.source.steps(self.at, count)?);
            if own.is_empty() || other.is_empty() {
                // The store lost events meanwhile; its index will say so.
                self.of = self.at;
                break;
            }
            for (own, other) in own.iter().zip(&other) {
                self.found.differs = differs(own, other);
                if self.found.differs.is_some() {
                    return Ok(true);
                }
                if self.found.metadata.is_none() && own.metadata != other.metadata {
                    self.found.metadata = Some(self.at);
                }
                if self.suspect.is_none() && !is_alike(own, other) {
                    self.suspect = Some(self.at);
                }
                self.at += 1;
            }
            if start.elapsed() >= budget {
                return Ok(self.at >= self.of && self.end());
            }
        }
        Ok(self.end())
    }

    /// All pairs are the same; one of the streams may go on.
    fn end(&mut self) -> bool {
        let lens = self.sides.as_ref().map(|sides| sides.each_ref().map(|side| side.rows().len()));
        self.found.differs = match lens {
            Some([here, there]) if here > self.of && there == self.of => Some(Differs::OnlyHere),
            Some([here, there]) if there > self.of && here == self.of => Some(Differs::OnlyThere),
            _ => None,
        };
        true
    }

    /// Compares the states from the first pair on that may make them differ. `true`: all of them are.
    fn fold(&mut self, after: u64, budget: Duration) -> Result<bool, Problem> {
        let Some([here, there]) = &mut self.sides else { return Ok(true) };
        let unread = |error: ReadError| error.problem("The streams could not be compared");
        let start = Instant::now();
        let mut next = after + 1;
        while next <= self.at {
            here.begin()?;
            there.begin()?;
            let own = here.state_at(Applied(next)).map_err(unread)?;
            // Only where the one is there: the other would be asked for once more.
            let other = if own.is_some() { there.state_at(Applied(next)).map_err(unread)? } else { None };
            if let (Some(own), Some(other)) = (own, other) {
                let is_same =
                    own.applied == other.applied && own.problem == other.problem && is_equal(&own.state, &other.state);
                if !is_same {
                    self.found.same = next - 1;
                    self.found.differs = Some(Differs::State);
                    return Ok(true);
                }
                self.folded = Some(next);
                next += 1;
            }
            if start.elapsed() >= budget {
                return Ok(next > self.at);
            }
        }
        Ok(true)
    }
}

/// How a pair differs, metadata apart.
fn differs(own: &Step, other: &Step) -> Option<Differs> {
    let same_text = || own.data.json().is_some() && own.data.json() == other.data.json();
    if own.version != other.version {
        Some(Differs::Version)
    } else if own.event_type != other.event_type {
        Some(Differs::Type)
    } else if !same_text() && !is_equal(own.data.node(), other.data.node()) {
        Some(Differs::Payload)
    } else {
        None
    }
}

/// Equal but for the order of keys, which some stores do not keep.
fn is_equal(one: &Node, other: &Node) -> bool {
    one == other || diff(one, other).is_empty()
}

/// A reducer is given the same, payload and version apart.
fn is_alike(own: &Step, other: &Step) -> bool {
    own.metadata == other.metadata
        && own.data.json() == other.data.json()
        && (own.data.json().is_some() || own.data.node() == other.data.node())
        && (&own.id, &own.position, &own.stream) == (&other.id, &other.position, &other.stream)
        && (own.time, &own.time_text, own.is_time_number) == (other.time, &other.time_text, other.is_time_number)
        && (&own.stands, own.is_skipped, own.is_typed) == (&other.stands, other.is_skipped, other.is_typed)
}

impl Job for FindDivergence {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let unread = |error: ReadError| error.problem("The streams could not be compared");
        self.begin(store).map_err(unread)?;
        let Some(folded) = self.folded else {
            if self.look(budget).map_err(unread)? {
                self.found.same = self.at;
                self.folded = Some(self.suspect.unwrap_or(self.at));
                return Ok(self.suspect.is_none());
            }
            return Ok(false);
        };
        self.fold(folded, budget)
    }

    fn progress(&self) -> Progress {
        // Folding goes over the pairs once more.
        let folds = u64::from(self.suspect.is_some());
        let done = self.at + self.folded.unwrap_or(0);
        Progress { done, of: self.of * (1 + folds), found: self.found.same }
    }

    fn found(&self) -> Found {
        Found::Divergence(self.found)
    }
}
