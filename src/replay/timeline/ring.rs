//! [`Ring`]: states around the playhead that are ready to be shown, within a budget.

use std::collections::BTreeMap;

use crate::model::Node;

/// Ready states to either side of the playhead.
pub(super) const REACH: u64 = 64;

/// See the module's documentation.
pub(super) struct Ring {
    /// By number of events.
    states: BTreeMap<u64, Node>,
    bytes: usize,
    budget: usize,
    center: u64,
    /// No room for more around this center.
    full: bool,
}

impl Ring {
    pub fn new(budget: usize) -> Ring {
        Ring { states: BTreeMap::new(), bytes: 0, budget, center: 0, full: false }
    }

    pub fn keep_within(&mut self, budget: usize) {
        self.budget = budget;
        self.shrink(self.center);
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_full(&self) -> bool {
        self.full
    }

    /// How far to either side states are to be made ready.
    pub fn reach(&self) -> u64 {
        if self.bytes > self.budget / 2 { REACH / 8 } else { REACH }
    }

    pub fn get(&self, applied: u64) -> Option<&Node> {
        self.states.get(&applied)
    }

    pub fn hold(&mut self, applied: u64, node: Node) {
        self.bytes += size(&node);
        self.states.insert(applied, node);
        self.shrink(applied);
    }

    /// Forgets those of more events.
    pub fn cut(&mut self, applied: u64) {
        self.states.retain(|at, _| *at <= applied);
        self.count();
        self.full = false;
    }

    /// The playhead moved: forgets those far from it.
    pub fn turn_to(&mut self, center: u64) {
        (self.center, self.full) = (center, false);
        let keep = center.saturating_sub(REACH * 2)..=center.saturating_add(REACH * 2);
        if self.states.len() > REACH as usize * 8 {
            self.states.retain(|at, _| keep.contains(at));
            self.count();
        }
    }

    /// Drops those that are farthest from `center` until they are within their budget.
    fn shrink(&mut self, center: u64) {
        while self.bytes > self.budget && self.states.len() > 2 {
            self.full = true;
            let (first, last) = (self.states.keys().next().copied(), self.states.keys().next_back().copied());
            let farthest = match (first, last) {
                (Some(first), Some(last)) if center.abs_diff(first) >= center.abs_diff(last) => first,
                (_, Some(last)) => last,
                _ => break,
            };
            if let Some(node) = self.states.remove(&farthest) {
                self.bytes -= size(&node).min(self.bytes);
            }
        }
    }

    fn count(&mut self) {
        self.bytes = self.states.values().map(size).sum();
    }
}

/// Bytes of a ready state. Branches are shared with neighbours, so a quarter is a careful estimate.
fn size(node: &Node) -> usize {
    node.size_bytes() / 4 + 64
}
