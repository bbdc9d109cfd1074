//! The index: what is in a store, in at most 24 bytes an event; positions come to it only where
//! they, and not the scan, put the events in order.
//!
//! [`IndexBuilder`] takes pages of headers and publishes [`EventIndex`] snapshots:
//! lists of immutable segments of 65,536 events that are shared, never copied, and read
//! without locks. Inside a segment events are ordered by (stream, version) with one
//! `u16` each; a stream's events are the concatenation of its parts, so no table of rows
//! per stream is kept.

mod at;
mod builder;
mod column;
mod links;
mod neighbours;
mod order;
mod streams;
mod together;

use std::sync::Arc;

pub use at::{At, NoSuchPlace};
pub use builder::{Header, IndexBuilder, MAX_EVENTS};
use column::{NONE, Packed};
pub use neighbours::Neighbours;
pub use order::InOrder;
use order::Order;
pub use streams::{CategoryGroup, NamePart, StreamList, StreamOrder, StreamSort, StreamTable};

use crate::model::{
    CategoryId, EventRow, Finding, FindingCode, Findings, Marks, Position, RowKey, Severity, StreamId, Text, Time,
    TypeId, Version,
};

/// Events in a full segment.
pub const SEGMENT_ROWS: usize = 1 << 16;

/// Columns of up to [`SEGMENT_ROWS`] events, in scan order.
#[derive(Debug)]
struct Segment {
    streams: Box<[u32]>,
    types: Box<[u16]>,
    keys: Packed,
    versions: Packed,
    times: Packed,
    /// Left out where no row has any.
    marks: Option<Box<[u8]>>,
    /// Left out where no row has any, or rows lie in the store's order.
    positions: Option<Packed>,
    /// Those that are no whole numbers, by row.
    odd_positions: Box<[(u16, Position)]>,
    /// Row numbers by (stream, version, row).
    order: Box<[u16]>,
}

impl Segment {
    /// The same rows with other versions.
    fn renumbered(&self, versions: &[i64]) -> Segment {
        Segment {
            streams: self.streams.clone(),
            types: self.types.clone(),
            keys: self.keys.clone(),
            versions: Packed::pack(versions),
            times: self.times.clone(),
            marks: self.marks.clone(),
            positions: self.positions.clone(),
            odd_positions: self.odd_positions.clone(),
            order: Segment::order(&self.streams, versions),
        }
    }

    /// Row numbers by (stream, version, row).
    fn order(streams: &[u32], versions: &[i64]) -> Box<[u16]> {
        let mut order: Vec<u16> = (0..streams.len()).map(|i| i as u16).collect();
        order.sort_by_key(|i| (streams[usize::from(*i)], versions[usize::from(*i)]));
        order.into()
    }

    /// Every row has a key and a version: where a column says none, it is the number that
    /// stands for none.
    fn least(&self, at: usize) -> Option<i64> {
        (at < self.streams.len()).then_some(NONE)
    }

    /// The part of `order` that holds the stream.
    fn part(&self, stream: StreamId) -> (u32, u32) {
        let at = |i: &u16| self.streams[usize::from(*i)];
        let lo = self.order.partition_point(|i| at(i) < stream.0);
        let hi = lo + self.order[lo..].partition_point(|i| at(i) == stream.0);
        (lo as u32, hi as u32)
    }
}

/// A snapshot of what is known; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct EventIndex {
    segments: Arc<Vec<Arc<Segment>>>,
    streams: StreamTable,
    types: Arc<Vec<Text>>,
    findings: Arc<Findings>,
    ranks: Arc<Vec<Vec<TypeId>>>,
    order: Order,
    events: u64,
    first_time: Option<Time>,
    last_time: Option<Time>,
    /// Versions are counted over all streams.
    shares_versions: bool,
    /// The number that every stream's first event has, where that is known.
    begins_at: Option<i64>,
    /// An event is in the stream of each of its tags.
    is_tagged: bool,
}

impl EventIndex {
    /// Number of events indexed.
    pub fn events(&self) -> u64 {
        self.events
    }

    pub fn streams(&self) -> &StreamTable {
        &self.streams
    }

    /// What was odd while scanning.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Those of the store as a whole that are more than a note: something of it is not here, such
    /// as a line that is no event, and of which stream it would have been nobody knows.
    pub fn lacking(&self) -> impl Iterator<Item = &Finding> {
        let is_lacking = |finding: &&Finding| finding.stream.is_none() && finding.code.severity() > Severity::Note;
        self.findings.kept().iter().filter(is_lacking)
    }

    /// Events of the stream that are not there, as its numbers tell.
    pub fn gaps_of(&self, stream: StreamId) -> Vec<Finding> {
        let mut gaps = Vec::new();
        builder::examine_one(self, stream, &mut |finding| gaps.push(finding));
        gaps.retain(|finding| finding.code == FindingCode::Gap);
        gaps
    }

    /// Looks at the numbers and times of every stream that cannot be plain; hands over all that is
    /// odd, where [`EventIndex::findings`] keeps some of it.
    pub fn examine(&self, push: impl FnMut(Finding)) {
        builder::examine(self, push);
    }

    /// Earliest and latest time of any event.
    pub fn time_range(&self) -> (Option<Time>, Option<Time>) {
        (self.first_time, self.last_time)
    }

    pub fn type_name(&self, id: TypeId) -> Text {
        Text::from(self.type_name_ref(id))
    }

    /// Like [`EventIndex::type_name`], borrowed.
    pub fn type_name_ref(&self, id: TypeId) -> &str {
        match self.types.get(usize::from(id.0)) {
            Some(name) if id != TypeId::OTHER => name,
            _ => "(one of more than 65,535 types)",
        }
    }

    /// Place of the type among those of the category, by first appearance; `None` after
    /// the sixteenth. Growth of the store never changes it.
    pub fn type_rank(&self, category: CategoryId, id: TypeId) -> Option<usize> {
        self.ranks.get(category.0 as usize)?.iter().position(|other| *other == id)
    }

    /// Events of the stream in eight equal stretches of the store's time, 255 for the
    /// fullest. A few searches, right where times do not run backwards.
    pub fn activity(&self, stream: StreamId) -> [u8; 8] {
        let (Some(first), Some(last)) = (self.first_time, self.last_time) else { return [0; 8] };
        let rows = self.parts_of(stream);
        let width = (last.0.saturating_sub(first.0) / 8).max(1);
        let mut counts = [0u64; 8];
        let mut before = 0;
        for (at, count) in counts.iter_mut().enumerate() {
            let end = if at == 7 { i64::MAX } else { first.0.saturating_add(width * (at as i64 + 1)) };
            let until = rows.count_while(|rows, at| rows.time(at).is_none_or(|time| time.0 < end));
            *count = until.saturating_sub(before);
            before = before.max(until);
        }
        let fullest = counts.iter().max().copied().unwrap_or(0).max(1);
        counts.map(|count| (count * 255).div_ceil(fullest) as u8)
    }

    /// Number of event types seen.
    pub fn types(&self) -> usize {
        self.types.len()
    }

    pub fn stream_of(&self, row: EventRow) -> Option<StreamId> {
        let (segment, at) = self.place(row)?;
        segment.streams.get(at).map(|stream| StreamId(*stream))
    }

    pub fn type_of(&self, row: EventRow) -> Option<TypeId> {
        let (segment, at) = self.place(row)?;
        segment.types.get(at).map(|id| TypeId(*id))
    }

    pub fn key_of(&self, row: EventRow) -> Option<RowKey> {
        let (segment, at) = self.place(row)?;
        segment.keys.get(at).or_else(|| segment.least(at)).map(RowKey)
    }

    pub fn version_of(&self, row: EventRow) -> Option<Version> {
        let (segment, at) = self.place(row)?;
        segment.versions.get(at).or_else(|| segment.least(at)).map(Version)
    }

    pub fn time_of(&self, row: EventRow) -> Option<Time> {
        let (segment, at) = self.place(row)?;
        segment.times.get(at).map(Time)
    }

    /// What sets the row apart from a plain event.
    pub fn marks_of(&self, row: EventRow) -> Marks {
        let marks = self.place(row).and_then(|(segment, at)| segment.marks.as_ref()?.get(at).copied());
        marks.map_or(Marks::NONE, Marks).and(self.hidden(row))
    }

    /// The mark of an event that the store's server shows no more.
    pub fn hidden(&self, row: EventRow) -> Marks {
        let place = self.stream_of(row).zip(self.version_of(row));
        let hides = place.is_some_and(|(stream, version)| self.hides(stream, version, self.time_of(row)));
        if hides { Marks::DELETED } else { Marks::NONE }
    }

    /// The store's server does not show an event of that version and time. Ages count from the
    /// newest event of the store, so that a copy says the same every day.
    fn hides(&self, stream: StreamId, version: Version, time: Option<Time>) -> bool {
        let Some(retention) = self.streams.retention(stream) else { return false };
        let last = self.streams.summary(stream).map_or(version, |summary| summary.last);
        retention.hides(version, time, last, self.last_time)
    }

    /// The place among all events, where rows do not lie in its order; a text of digits is given
    /// as their number.
    fn position_of(&self, row: EventRow) -> Position {
        let Some((segment, at)) = self.place(row) else { return Position::None };
        match segment.positions.as_ref().and_then(|positions| positions.get(at)) {
            Some(number) => Position::Number(number),
            None => {
                let odd = segment.odd_positions.binary_search_by_key(&at, |(own, _)| usize::from(*own));
                odd.map_or(Position::None, |found| segment.odd_positions[found].1.clone())
            }
        }
    }

    fn has_odd_positions(&self) -> bool {
        self.segments.iter().any(|segment| !segment.odd_positions.is_empty())
    }

    fn place(&self, row: EventRow) -> Option<(&Segment, usize)> {
        let segment = self.segments.get(row.0 as usize / SEGMENT_ROWS)?;
        Some((segment, row.0 as usize % SEGMENT_ROWS))
    }

    /// The events of a stream, where they need not be sorted first.
    pub fn rows_at_once(&self, stream: StreamId) -> Option<StreamRows> {
        let rows = self.parts_of(stream);
        (self.streams.is_ordered(stream) || rows.parts.len() <= 1).then_some(rows)
    }

    /// The events of a stream, by version; of equal versions, as scanned. Takes a while for a
    /// long stream that was not written in order.
    pub fn rows_of(&self, stream: StreamId) -> StreamRows {
        let mut rows = self.parts_of(stream);
        if !rows.in_scan_order && rows.parts.len() > 1 {
            let mut all: Vec<EventRow> = (0..rows.len).filter_map(|at| rows.row(at)).collect();
            all.sort_by_key(|row| (self.version_of(*row), *row));
            rows.sorted = Some(Arc::from(all));
        }
        rows
    }

    /// The events of a stream segment by segment, each part by version.
    fn parts_of(&self, stream: StreamId) -> StreamRows {
        let in_scan_order = self.streams.is_ordered(stream);
        let mut rows = StreamRows { index: self.clone(), in_scan_order, ..StreamRows::default() };
        for (number, segment) in self.segments.iter().enumerate() {
            let (lo, hi) = segment.part(stream);
            if hi > lo {
                rows.parts.push(Part { segment: number as u32, lo, before: rows.len });
                rows.len += u64::from(hi - lo);
            }
        }
        rows
    }
}

/// One stream's events, or those of several, in the order they are folded.
#[derive(Clone, Debug, Default)]
pub struct StreamRows {
    index: EventIndex,
    parts: Vec<Part>,
    /// Where parts overlap by version, or there are several streams: every row, sorted.
    sorted: Option<Arc<[EventRow]>>,
    in_scan_order: bool,
    is_together: bool,
    len: u64,
}

#[derive(Clone, Debug)]
struct Part {
    segment: u32,
    /// First place in the segment's order.
    lo: u32,
    /// Events of the stream before this part.
    before: u64,
}

impl StreamRows {
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The event at `at`, counted from 0.
    pub fn row(&self, at: u64) -> Option<EventRow> {
        if at >= self.len {
            return None;
        }
        if let Some(sorted) = &self.sorted {
            return sorted.get(at as usize).copied();
        }
        let part = &self.parts[self.parts.partition_point(|part| part.before <= at) - 1];
        let segment = self.index.segments.get(part.segment as usize)?;
        let local = segment.order.get(part.lo as usize + (at - part.before) as usize)?;
        Some(EventRow(part.segment * SEGMENT_ROWS as u32 + u32::from(*local)))
    }

    pub fn version(&self, at: u64) -> Option<Version> {
        self.index.version_of(self.row(at)?)
    }

    pub fn time(&self, at: u64) -> Option<Time> {
        self.index.time_of(self.row(at)?)
    }

    pub fn type_id(&self, at: u64) -> Option<TypeId> {
        self.index.type_of(self.row(at)?)
    }

    pub fn key(&self, at: u64) -> Option<RowKey> {
        self.index.key_of(self.row(at)?)
    }

    /// They are of several streams.
    pub fn is_together(&self) -> bool {
        self.is_together
    }

    /// The stream was written by version: what it gains comes behind what is there.
    pub fn is_in_scan_order(&self) -> bool {
        self.in_scan_order
    }

    /// How many events have a version of at most `version`.
    pub fn applied_at(&self, version: Version) -> u64 {
        self.count_while(|rows, at| rows.version(at) <= Some(version))
    }

    /// How many events there are, in stream order, up to the last one that is not later than
    /// `time`; an event without time follows its neighbour. The second value is true where
    /// an event among them is later, since times run backwards.
    pub fn applied_at_time(&self, time: Time) -> (u64, bool) {
        let late = |at: &u64| self.time(*at).is_some_and(|t| t > time);
        // Times may run backwards, so this is a walk.
        let last = (0..self.len).rev().find(|at| self.time(*at).is_some_and(|t| t <= time));
        let mut applied = last.map_or(0, |at| at + 1);
        while applied < self.len && applied > 0 && self.time(applied).is_none() {
            applied += 1;
        }
        (applied, (0..applied).any(|at| late(&at)))
    }

    fn count_while(&self, holds: impl Fn(&Self, u64) -> bool) -> u64 {
        let (mut lo, mut hi) = (0, self.len);
        while lo < hi {
            let middle = lo + (hi - lo) / 2;
            if holds(self, middle) {
                lo = middle + 1;
            } else {
                hi = middle;
            }
        }
        lo
    }

    /// The index these rows belong to.
    pub fn index(&self) -> &EventIndex {
        &self.index
    }
}

#[cfg(test)]
mod tests;
