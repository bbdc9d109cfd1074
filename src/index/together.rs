//! [`EventIndex::rows_together`]: the events of several streams as if they were of one.

use std::collections::HashSet;
use std::sync::Arc;

use super::{EventIndex, StreamRows};
use crate::model::{EventRow, StreamId};

impl EventIndex {
    /// The events of those streams, in the store's order. Their places are counted: versions
    /// repeat. What lies in several of the streams is there once.
    pub fn rows_together(&self, holds: impl Fn(StreamId) -> bool) -> StreamRows {
        let mut seen = HashSet::new();
        let mut is_new =
            |row: EventRow| !self.is_tagged || self.key_of(row).is_none_or(|key| seen.insert(key.row_and_item().0));
        let held = self.in_order().filter(|row| self.stream_of(*row).is_some_and(&holds));
        self.rows_as_listed(held.filter(|row| is_new(*row)).collect())
    }

    /// These events as if they were of one stream, in their order.
    pub fn rows_as_listed(&self, rows: Vec<EventRow>) -> StreamRows {
        StreamRows {
            index: self.clone(),
            parts: Vec::new(),
            len: rows.len() as u64,
            sorted: Some(Arc::from(rows)),
            in_scan_order: false,
            is_together: true,
        }
    }
}
