//! Keyframes between those that the fold from the beginning left, made while nobody asks.
//!
//! The fold from the beginning copies the state seldom, so that it ends soon; a seek that
//! folds few events needs copies that are near each other.

use std::time::{Duration, Instant};

use super::{EventSource, Timeline, gather};
use crate::replay::{Batch, Keep, Slot};

/// Time that the events of a seek may take once keyframes are near each other.
const NEAR_TIME: Duration = Duration::from_micros(100);
/// Copying may take so many times as long as folding the events between.
const COPY_SHARE: f64 = 2.0;
/// Where keyframes are no more than so many times as far apart as wanted, they stay as they are.
const FAR: u64 = 4;

impl Timeline {
    /// Keyframes are farther apart than they may be.
    pub fn is_coarse(&self) -> bool {
        self.is_complete() && self.no_copies.is_none() && self.refined < self.built
    }

    /// Events between keyframes that are near: what a seek may fold, what copying may cost, and
    /// what there is room for.
    fn near(&self) -> u64 {
        let events = |seconds: f64| if self.cost > 0.0 { (seconds / self.cost) as u64 } else { 0 };
        let by_room = self.built.saturating_mul(self.keyframes.bytes_each() as u64) / self.keyframes.room() as u64;
        events(NEAR_TIME.as_secs_f64())
            .max(events(self.copy_cost / COPY_SHARE))
            .max(by_room)
            .max(self.keyframes.shortest)
    }

    /// Makes keyframes where they are far apart, for about this time. `false`: there is nothing left to do.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn refine<S: EventSource>(&mut self, source: &mut S, budget: Duration) -> Result<bool, S::Error> {
        let start = Instant::now();
        while self.is_coarse() {
            let near = self.near();
            match self.keyframes.gap(self.refined, near.saturating_mul(FAR), self.built) {
                Some((from, to)) => {
                    self.refined = from;
                    self.fill(source, from, to, near)?;
                }
                None => self.refined = self.built,
            }
            if start.elapsed() >= budget {
                break;
            }
        }
        Ok(self.is_coarse())
    }

    /// Folds one batch between two keyframes, with copies on the way.
    fn fill<S: EventSource>(&mut self, source: &mut S, from: u64, to: u64, near: u64) -> Result<(), S::Error> {
        // Who sought meanwhile left another state there.
        let at = match self.refining.filter(|at| self.seek_at == Some(*at) && (from..to).contains(at)) {
            Some(at) => at,
            None => match self.fold_to(source, Slot::Seek, from)? {
                Ok(at) if at == from => at,
                // What cannot be gone back to stays as it is.
                _ => {
                    self.refined = self.built;
                    return Ok(());
                }
            },
        };
        let until = self.next_error(at).unwrap_or(to).min(to);
        let due = (from + near).saturating_sub(at).max(1);
        // An event that is known to throw leaves the state as it is.
        let (mut came, mut failed) = (at + 1, None);
        if until > at {
            let events = gather(source, at, (until - at).min(self.batch()))?;
            let batch = Batch { stream: &self.stream, events: &events, keep: Keep { due, every: near } };
            let stepped = self.reducer.step_and_keep(Slot::Seek, &batch);
            if events.is_empty() || stepped.thrown.is_some() {
                (self.seek_at, self.refined) = (None, self.built);
                return stepped.thrown.map_or(Ok(()), |thrown| self.recover(source, &thrown));
            }
            came = at + events.len() as u64;
            let made = stepped.copies.made.into_iter().map(|(place, saved)| (at + place as u64, saved));
            self.keyframes.insert(made.filter(|(applied, _)| *applied < to).collect());
            failed = stepped.copies.refused;
        }
        (self.seek_at, self.refining) = (Some(came), Some(came));
        if came == to {
            self.refined = to;
        }
        // Where it was refused, further on the state may be one that can be copied.
        failed.map_or(Ok(()), |thrown| self.recover(source, &thrown))
    }
}
