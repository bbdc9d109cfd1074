//! [`Writes`]: which events wrote a path, in short, as they are found.

use std::sync::Arc;

use crate::model::{Applied, Problem, Text};

/// Lines that are shared between copies.
const BLOCK: usize = 512;
/// Bytes of lines that are held; more are not looked for.
const MOST_BYTES: usize = 32 << 20;

/// One event that wrote the path. Values are in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteLine {
    /// The event is the `applied`-th of the stream, counted from 1.
    pub applied: Applied,
    /// `None`: there was no value.
    pub before: Option<Text>,
    /// `None`: there is none any more.
    pub after: Option<Text>,
    /// What changed inside, where the value stayed an object or a list; it is then all there is.
    pub inside: Option<Text>,
}

/// Lines in the order of the stream. A copy shares all but the last of them.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    full: Vec<Arc<Vec<WriteLine>>>,
    rest: Vec<WriteLine>,
    bytes: usize,
    /// What could not be folded; known at the end.
    pub problems: Vec<Problem>,
}

impl Writes {
    pub fn push(&mut self, line: WriteLine) {
        let texts = [&line.before, &line.after, &line.inside].into_iter().flatten();
        self.bytes += size_of::<WriteLine>() + texts.map(|text| text.len() + 16).sum::<usize>();
        self.rest.push(line);
        if self.rest.len() == BLOCK {
            self.full.push(Arc::new(std::mem::take(&mut self.rest)));
        }
    }

    pub fn len(&self) -> u64 {
        (self.full.len() * BLOCK + self.rest.len()) as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No more of them are held.
    pub fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    pub fn get(&self, at: u64) -> Option<&WriteLine> {
        let (block, at) = (at as usize / BLOCK, at as usize % BLOCK);
        self.full.get(block).map_or(&self.rest[..], |block| &block[..]).get(at)
    }

    /// How many of them are by the first `applied` events.
    pub fn up_to(&self, applied: Applied) -> u64 {
        let is_before = |line: &WriteLine| line.applied <= applied;
        let full = self.full.partition_point(|block| block.last().is_some_and(is_before));
        let block = self.full.get(full).map_or(&self.rest[..], |block| &block[..]);
        (full * BLOCK + block.partition_point(is_before)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number_and_by_event() {
        let mut writes = Writes::default();
        let line = |at: u64| WriteLine { applied: Applied(at), before: None, after: None, inside: None };
        for at in 1..=1_300 {
            writes.push(line(at * 2));
        }
        assert_eq!((writes.len(), writes.get(0), writes.get(1_299)), (1_300, Some(&line(2)), Some(&line(2_600))));
        assert_eq!(writes.get(1_300), None);
        for (applied, count) in [(0, 0), (1, 0), (2, 1), (1_023, 511), (1_024, 512), (1_025, 512), (9_999, 1_300)] {
            assert_eq!(writes.up_to(Applied(applied)), count, "{applied}");
        }
        assert!(!writes.is_full());
    }
}
