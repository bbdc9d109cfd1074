//! [`EventIndex::rows_together`]: the events of several streams as if they were of one.

use std::sync::Arc;

use super::{EventIndex, StreamRows};
use crate::model::{EventRow, StreamId};

impl EventIndex {
    /// The events of those streams, in the store's order. Their places are counted: versions
    /// repeat.
    pub fn rows_together(&self, holds: impl Fn(StreamId) -> bool) -> StreamRows {
        self.rows_as_listed(self.in_order().filter(|row| self.stream_of(*row).is_some_and(&holds)).collect())
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
