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
        self.insert(vec![(applied, saved)]);
    }

    /// The first two neighbours from `from` on that are at least so far apart; behind the last one
    /// comes `end`.
    pub fn gap(&self, from: u64, far: u64, end: u64) -> Option<(u64, u64)> {
        let first = self.list.partition_point(|keyframe| keyframe.applied < from);
        let rest = self.list.get(first..).unwrap_or_default();
        let next = rest.iter().skip(1).map(|keyframe| keyframe.applied).chain([end]);
        rest.iter().map(|keyframe| keyframe.applied).zip(next).find(|(from, to)| to.saturating_sub(*from) >= far)
    }

    /// Puts some, in order, between two that are there, or behind the last one.
    pub fn insert(&mut self, some: Vec<(u64, Saved)>) {
        let Some((first, _)) = some.first() else { return };
        let place = self.list.partition_point(|keyframe| keyframe.applied < *first);
        let mut before = place.checked_sub(1).and_then(|at| self.list.get(at)).map(|keyframe| keyframe.saved.clone());
        let mut made = Vec::with_capacity(some.len());
        for (applied, saved) in some {
            let bytes = saved.size_beside(before.as_ref()) + KEYFRAME_SIZE;
            self.bytes += bytes;
            before = Some(saved.clone());
            made.push(Keyframe { applied, saved, bytes });
        }
        self.list.splice(place..place, made);
        self.thin();
    }

    /// Drops all but every so many. The first ones stay: nothing can be folded without them.
    pub fn keep_every(&mut self, every: usize) {
        let mut place = 0;
        self.list.retain(|_| {
            place += 1;
            place <= 2 || place % every == 0
        });
        self.count();
    }

    /// Bytes that one takes, on average.
    pub fn bytes_each(&self) -> usize {
        self.bytes / self.list.len().max(1)
    }

    /// Bytes that all of them may take without being thinned out soon.
    pub fn room(&self) -> usize {
        (self.budget - self.budget / 8).max(1)
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
            self.keep_every(2);
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
