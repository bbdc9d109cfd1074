//! [`Ids`]: finds events that have the id of another one, in eight bytes an event.

use std::hash::{BuildHasher, RandomState};

use crate::index::MAX_EVENTS;
use crate::model::EventRow;

/// Bits of a number that name the event; the others are of its id's hash.
const ROW_BITS: u32 = 25;
const _: () = assert!(MAX_EVENTS < 1 << ROW_BITS);

/// The ids seen so far.
#[derive(Default)]
pub struct Ids {
    seen: Vec<u64>,
    hasher: RandomState,
}

impl Ids {
    /// Takes an event's id; `part` is the store it is in, where several are read together.
    pub fn add(&mut self, part: u16, id: &str, row: EventRow) {
        let hash = self.hasher.hash_one((part, id));
        self.seen.push(hash >> ROW_BITS << ROW_BITS | u64::from(row.0));
    }

    /// Events whose ids may be equal, those that may be beside each other, each with what they have
    /// in common: the hash is short, so the ids themselves must be looked at.
    pub fn suspects(mut self) -> Vec<(u64, EventRow)> {
        self.seen.sort_unstable();
        let row = |seen: &u64| (seen >> ROW_BITS, EventRow((seen & ((1 << ROW_BITS) - 1)) as u32));
        let alike = self.seen.chunk_by(|a, b| a >> ROW_BITS == b >> ROW_BITS).filter(|alike| alike.len() > 1);
        alike.flatten().map(row).collect()
    }
}
