//! Where links lead: events by the name and version of their stream, or by their place in the
//! order of the store.

use super::order::Order;
use super::{EventIndex, StreamTable};
use crate::model::{EventRow, Position, StreamId, StreamStatus, Version};

impl StreamTable {
    /// The stream of that name as stored, in the same of several stores as the other stream; an
    /// active one before an archived one.
    pub fn find_beside(&self, other: StreamId, name: &str) -> Option<StreamId> {
        let part = |id: StreamId| self.facts(id).map(|facts| facts.part);
        let mut found = self.ids().filter(|id| self.stored_name(*id) == name && part(*id) == part(other));
        let first = found.next()?;
        let is_archived = |id: StreamId| self.summary(id).is_some_and(|own| own.status == StreamStatus::Archived);
        if is_archived(first) { found.find(|id| !is_archived(*id)).or(Some(first)) } else { Some(first) }
    }

    /// Which of the stores that are read together the stream is in.
    pub fn part(&self, id: StreamId) -> u16 {
        self.facts(id).map_or(0, |facts| facts.part)
    }
}

impl EventIndex {
    /// The event of that version; of several the last.
    pub fn row_of(&self, stream: StreamId, version: Version) -> Option<EventRow> {
        let rows = self.rows_of(stream);
        let at = rows.applied_at(version).checked_sub(1)?;
        rows.row(at).filter(|_| rows.version(at) == Some(version))
    }

    /// The last event.
    pub fn last_row_of(&self, stream: StreamId) -> Option<EventRow> {
        let rows = self.rows_of(stream);
        rows.row(rows.len().checked_sub(1)?)
    }

    /// The same as [`EventIndex::row_of`] where only asked whether there is one: mostly the
    /// stream's first and last versions tell.
    pub fn has_version(&self, stream: StreamId, version: Version) -> bool {
        let Some(facts) = self.streams.facts(stream) else { return false };
        let own = &facts.summary;
        if version < own.first || version > own.last {
            return false;
        }
        let span = own.last.0.checked_sub(own.first.0).and_then(|span| span.checked_add(1));
        let is_dense = facts.ordered && !facts.repeats && span == Some(i64::from(own.events));
        is_dense || self.row_of(stream, version).is_some()
    }

    /// Places are held by the index, so [`EventIndex::row_at`] can tell. Where they are not, rows
    /// lie in their order, or there are none.
    pub fn holds_positions(&self) -> bool {
        matches!(self.order, Order::Numbers) || self.segments.iter().any(|segment| segment.positions.is_some())
    }

    /// Events of a category whose place is behind that one, where the index holds places.
    pub fn count_behind(&self, category: &str, position: i64) -> Option<u64> {
        let rows = u32::try_from(self.events).ok().filter(|_| self.holds_positions())?;
        let wanted = self.streams.categories().iter().position(|own| **own == *category);
        let is_wanted = |row: &EventRow| {
            let own = self.stream_of(*row).and_then(|stream| self.streams.summary(stream));
            own.map(|own| own.category.0 as usize) == wanted
        };
        let is_behind = |row: &EventRow| matches!(self.position_of(*row), Position::Number(own) if own > position);
        Some((0..rows).map(EventRow).filter(|row| wanted.is_some() && is_wanted(row) && is_behind(row)).count() as u64)
    }

    /// The event at that place in the order of the store.
    pub fn row_at(&self, position: i64) -> Option<EventRow> {
        let rows = u32::try_from(self.events).ok()?;
        (0..rows).map(EventRow).find(|row| self.position_of(*row) == Position::Number(position))
    }
}
