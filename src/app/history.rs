//! [`History`]: the places that one went away from, to go back to them and forward again.

use crate::index::At;
use crate::model::{StoreId, StreamId, Text};
use crate::session::Filter;

/// Places that are remembered in each direction.
const PLACES: usize = 100;
/// A move of so many events is one to come back from.
const FAR: u64 = 30;
/// Moves by hand that follow each other as fast are one: seconds.
const ONE_MOVE: f64 = 1.0;

/// A place in one of the open stores.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) store: StoreId,
    pub(super) stream: StreamId,
    /// Its name, for a store that is read anew.
    pub(super) name: Text,
    pub(super) at: At,
    /// Which events were listed; the place is the same whichever they are.
    pub(super) filter: Filter,
}

impl PartialEq for Spot {
    fn eq(&self, other: &Spot) -> bool {
        (self.store, self.stream, &self.name, self.at) == (other.store, other.stream, &other.name, other.at)
    }
}

/// See the module's documentation.
#[derive(Default)]
pub(super) struct History {
    back: Vec<Spot>,
    forward: Vec<Spot>,
    /// When the playhead was last moved far by hand, and nothing else was done since.
    dragged: Option<f64>,
}

impl History {
    /// One goes away from here; what was ahead is ahead no more.
    pub(super) fn leave(&mut self, from: Option<Spot>) {
        let Some(from) = from else { return };
        self.dragged = None;
        self.forward.clear();
        put(&mut self.back, from);
    }

    /// The playhead was moved by so many events: far away is another place, and one drag over the
    /// slider is one move.
    pub(super) fn moved(&mut self, from: Option<Spot>, by: u64, now: f64) {
        let goes_on = self.dragged.is_some_and(|last| now - last < ONE_MOVE);
        if !goes_on && by > FAR {
            self.leave(from);
            self.dragged = Some(now);
        } else if goes_on && by > 0 {
            self.dragged = Some(now);
        }
    }

    pub(super) fn has(&self, forward: bool) -> bool {
        !if forward { &self.forward } else { &self.back }.is_empty()
    }

    /// The next place of that direction.
    pub(super) fn take(&mut self, forward: bool) -> Option<Spot> {
        self.dragged = None;
        if forward { self.forward.pop() } else { self.back.pop() }
    }

    /// The way from there leads here.
    pub(super) fn put(&mut self, forward: bool, here: Spot) {
        put(if forward { &mut self.forward } else { &mut self.back }, here);
    }

    /// A store is closed.
    pub(super) fn forget(&mut self, store: StoreId) {
        self.back.retain(|spot| spot.store != store);
        self.forward.retain(|spot| spot.store != store);
    }
}

fn put(places: &mut Vec<Spot>, spot: Spot) {
    match places.last_mut() {
        Some(last) if *last == spot => *last = spot,
        _ => places.push(spot),
    }
    if places.len() > PLACES {
        places.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    fn spot(version: i64) -> Option<Spot> {
        let at = At::Version(Version(version));
        Some(Spot { store: StoreId(1), stream: StreamId(0), name: Text::from("a"), at, filter: Filter::default() })
    }

    #[test]
    fn places_are_walked_back_and_forward_until_one_goes_elsewhere() {
        let mut history = History::default();
        history.leave(spot(1));
        history.leave(spot(1));
        history.leave(spot(2));
        // At 3: back to 2, and to 1.
        let back = history.take(false);
        assert_eq!(back, spot(2));
        history.put(true, spot(3).expect("a spot"));
        assert_eq!(history.take(false), spot(1), "one place is there once");
        history.put(true, spot(2).expect("a spot"));
        assert!(!history.has(false) && history.has(true));
        assert_eq!(history.take(true), spot(2));
        history.leave(spot(2));
        assert!(!history.has(true));
        history.forget(StoreId(1));
        assert!(!history.has(false));
    }

    #[test]
    fn a_drag_is_one_move_and_a_step_is_none() {
        let mut history = History::default();
        history.moved(spot(1), 1, 0.0);
        history.moved(spot(1), FAR, 0.0);
        assert!(!history.has(false));
        for (at, now) in [(1, 0.0), (100, 0.5), (200, 1.4), (300, 2.3)] {
            history.moved(spot(at), 100, now);
        }
        history.moved(spot(400), 100, 5.0);
        assert_eq!(history.take(false), spot(400));
        assert_eq!(history.take(false), spot(1));
        assert!(!history.has(false));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut history = History::default();
        (0..1_000).for_each(|at| history.leave(spot(at)));
        assert_eq!(history.back.len(), PLACES);
        assert_eq!(history.take(false), spot(999));
    }
}
