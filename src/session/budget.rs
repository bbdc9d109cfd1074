//! [`Budget`]: the memory that all open stores may hold together, and each one's [`Share`].
//!
//! The program stays below 512 MiB beside its index, however many stores are open. What can
//! be made anew is bounded: pages of events, keyframes, ready states, and the heap in which
//! a JavaScript reducer works, in its own process; together 480 MiB. Stores divide each of them equally. A share
//! becomes smaller when another store opens and larger when one closes; whoever holds the
//! memory asks for its part between two slices of work, and lets go of the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pages;
use crate::replay::{host, timeline};

/// What is divided. Clones are the same budget.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    stores: Arc<AtomicUsize>,
}

impl Budget {
    pub fn new() -> Budget {
        Budget::default()
    }

    /// One more store's share. It is given back when the last clone of it is dropped.
    pub fn share(&self) -> Share {
        self.stores.fetch_add(1, Ordering::Relaxed);
        Share(Arc::new(Held(self.clone())))
    }

    /// Stores that have a share now.
    pub fn stores(&self) -> usize {
        self.stores.load(Ordering::Relaxed)
    }
}

/// One store's part of a [`Budget`].
#[derive(Clone, Debug)]
pub struct Share(Arc<Held>);

#[derive(Debug)]
struct Held(Budget);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.stores.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Share {
    /// What the store may hold just now.
    pub fn part(&self) -> Part {
        let stores = self.0.0.stores().max(1);
        Part {
            pages: pages::CACHE_BYTES / stores,
            keyframes: timeline::KEYFRAME_BYTES / stores,
            ring: timeline::RING_BYTES / stores,
            heap: host::MEMORY_BYTES / stores,
        }
    }
}

/// Bytes, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Pages of events.
    pub pages: usize,
    pub keyframes: usize,
    /// Ready states around the playhead.
    pub ring: usize,
    /// The heap of a JavaScript reducer.
    pub heap: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_divide_the_budget_and_get_back_what_one_leaves() {
        let budget = Budget::new();
        let one = budget.share();
        let whole = one.part();
        assert!(whole.pages + whole.keyframes + whole.ring + whole.heap <= 512 << 20);
        let two = budget.share();
        let also_two = two.clone();
        assert_eq!((one.part().heap, two.part().keyframes), (whole.heap / 2, whole.keyframes / 2));
        drop(two);
        assert_eq!(one.part().heap, whole.heap / 2, "a clone still holds it");
        drop(also_two);
        assert_eq!(one.part(), whole);
        drop(one);
        assert_eq!(budget.stores(), 0);
    }
}
