//! [`Keyframes`]: copies of the state along the fold from the beginning, within a budget.

use super::Saved;

/// Shortest distance of two keyframes.
pub(super) const SHORTEST_INTERVAL: u64 = 16;

pub(super) struct Keyframe {
    pub applied: u64,
    pub saved: Saved,
    bytes: usize,
}

/// Bytes of a keyframe beside what it saved.
const KEYFRAME_SIZE: usize = size_of::<Keyframe>();

/// See the module's documentation.
pub(super) struct Keyframes {
    /// By number of events.
    list: Vec<Keyframe>,
    bytes: usize,
    budget: usize,
    /// Shortest distance from now on: it grows as they are thinned out.
    pub shortest: u64,
}

impl Keyframes {
    pub fn new(budget: usize) -> Keyframes {
        Keyframes { list: Vec::new(), bytes: 0, budget, shortest: SHORTEST_INTERVAL }
    }

    pub fn keep_within(&mut self, budget: usize) {
        self.budget = budget;
        self.thin();
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Number of events of the last one; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.list.last().map_or(0, |keyframe| keyframe.applied)
    }

    /// Keyframes of at most so many events, the nearest first.
    pub fn up_to(&self, applied: u64) -> impl Iterator<Item = &Keyframe> {
        let place = self.list.partition_point(|keyframe| keyframe.applied <= applied);
        self.list.iter().take(place).rev()
    }

    pub fn keep(&mut self, applied: u64, saved: Saved) {
        let before = self.list.last().map(|keyframe| &keyframe.saved);
        let bytes = saved.size_beside(before) + KEYFRAME_SIZE;
        self.bytes += bytes;
        self.list.push(Keyframe { applied, saved, bytes });
        self.thin();
    }

    /// Forgets those of more events.
    pub fn cut(&mut self, applied: u64) {
        self.list.retain(|keyframe| keyframe.applied <= applied);
        self.count();
    }

    pub fn clear(&mut self) {
        self.list.clear();
        self.bytes = 0;
    }

    /// Drops every second one until they are within their budget.
    fn thin(&mut self) {
        while self.bytes > self.budget && self.list.len() > 4 {
            // The first ones stay: nothing can be folded without them.
            let mut place = 0;
            self.list.retain(|_| {
                place += 1;
                place <= 2 || place % 2 == 0
            });
            self.count();
            self.shortest = (self.shortest * 2).min(1 << 20);
        }
    }

    /// Counts what they hold: each beside the one before it, which may be another than when it
    /// was made.
    fn count(&mut self) {
        let mut before: Option<&Saved> = None;
        for keyframe in &mut self.list {
            keyframe.bytes = keyframe.saved.size_beside(before) + KEYFRAME_SIZE;
            before = Some(&keyframe.saved);
        }
        self.bytes = self.list.iter().map(|keyframe| keyframe.bytes).sum();
    }
}
