//! [`InOrder`]: every event of a store, in the store's order.

use std::ops::Range;

use super::EventIndex;
use crate::model::{EventRow, Time};

/// Every event once; see [`EventIndex::in_order`].
pub enum InOrder {
    AsScanned(Range<u32>),
    Sorted(std::vec::IntoIter<(Time, EventRow)>),
}

impl Iterator for InOrder {
    type Item = EventRow;

    fn next(&mut self) -> Option<EventRow> {
        match self {
            InOrder::AsScanned(rows) => rows.next().map(EventRow),
            InOrder::Sorted(rows) => rows.next().map(|(_, row)| row),
        }
    }
}

impl EventIndex {
    /// Every event in the order of the scan, where that is the store's own; else by time, stream
    /// and version. An event without a time follows its neighbour.
    pub fn in_order(&self, scan_is_store_order: bool) -> InOrder {
        let rows = 0..self.events() as u32;
        if scan_is_store_order {
            return InOrder::AsScanned(rows);
        }
        let mut last = Time(i64::MIN);
        let mut timed: Vec<(Time, EventRow)> = Vec::with_capacity(rows.len());
        timed.extend(rows.map(EventRow).map(|row| {
            last = self.time_of(row).unwrap_or(last);
            (last, row)
        }));
        let of_equal_time = |row: EventRow| {
            let name = self.stream_of(row).map_or("", |stream| self.streams().name(stream));
            (name, self.version_of(row), row)
        };
        timed.sort_unstable_by(|(a_time, a), (b_time, b)| {
            a_time.cmp(b_time).then_with(|| of_equal_time(*a).cmp(&of_equal_time(*b)))
        });
        InOrder::Sorted(timed.into_iter())
    }
}
