//! One recorded event in full, and what is known of a stream.

use std::sync::Arc;

use super::finding::FindingCode;
use super::ids::{CategoryId, RowKey, Version};
use super::marks::Marks;
use super::node::{Node, Text};
use super::position::Position;
use super::time::Time;

/// An event with everything the store says of it.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// Where the container keeps it.
    pub key: RowKey,
    /// Name of its stream.
    pub stream: Text,
    /// Empty where there is none.
    pub category: Text,
    pub version: Version,
    pub position: Position,
    /// The store's id of the event, where it has one.
    pub id: Option<Text>,
    pub event_type: Text,
    /// Moment in UTC, where the stored text could be read.
    pub time: Option<Time>,
    /// The time exactly as stored.
    pub time_text: Option<Text>,
    pub marks: Marks,
    /// The payload, decoded and with its framework's wrappers taken off.
    pub data: Node,
    /// The metadata, decoded.
    pub metadata: Node,
    /// The payload's bytes as stored.
    pub raw: Arc<[u8]>,
    /// JSON text of `data` for a JavaScript reducer, where the stored text is just that.
    pub data_json: Option<Text>,
    /// Why the payload could not be decoded; `data` then holds it raw.
    pub undecodable: Option<Text>,
}

/// What is inside an event: the payload and metadata of a row, decoded.
#[derive(Clone, Debug)]
pub struct Content {
    pub data: Node,
    /// JSON text of `data`, where the stored text is just that.
    pub data_json: Option<Text>,
    /// `data` before the wrappers of its library were taken off, where there were some.
    pub wrapped: Option<Node>,
    /// Why the payload could not be decoded; `data` then holds it raw.
    pub undecodable: Option<Text>,
    pub metadata: Node,
    /// JSON text of `metadata`, where there is some and the stored text is just that.
    pub metadata_json: Option<Text>,
    /// Both may hold sets, bytes and numbers that the framework's library gives a reducer as such:
    /// see [`super::typed`].
    pub is_typed: bool,
    /// What else is odd about them, in words.
    pub odd: Vec<(FindingCode, String)>,
}

/// How a store numbers the events of its streams.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    /// The number of a stream's first event, where the store counts none.
    pub first: i64,
    /// The number that every stream's first event has, where that is known of those the store counts:
    /// a stream that begins later lacks some.
    pub begins_at: Option<i64>,
    /// Numbers are counted over all streams: those of one have gaps, and nothing is lost.
    pub is_shared: bool,
    /// Rows lie in no order, or in one that is not theirs: where the store counts none, their times
    /// tell the numbers.
    pub is_heap: bool,
    /// There are no streams but of what events are tagged with: one event is in several.
    pub is_tagged: bool,
}

impl Default for Numbering {
    fn default() -> Numbering {
        Numbering { first: 1, begins_at: None, is_shared: false, is_heap: false, is_tagged: false }
    }
}

/// What became of a stream, as the store marks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StreamStatus {
    #[default]
    Active,
    Archived,
    SoftDeleted,
    Tombstoned,
}

impl StreamStatus {
    /// The word used in JSON output and on screen.
    pub fn name(self) -> &'static str {
        match self {
            StreamStatus::Active => "active",
            StreamStatus::Archived => "archived",
            StreamStatus::SoftDeleted => "soft-deleted",
            StreamStatus::Tombstoned => "tombstoned",
        }
    }
}

/// How the streams of a kind of store are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// What stands behind this in a category is a kind of its streams, which are listed below it.
    pub kinds: Option<Text>,
    /// Streams of the server's own events are listed as others are.
    pub with_system: bool,
}

/// What the server of a store shows of a stream; nothing is left out where it is the default.
/// Other events may be in the store still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// None below this version.
    pub from: Option<Version>,
    /// Only so many versions up to the last.
    pub newest: Option<u64>,
    /// None that is older than the newest event of the store by more than so many microseconds.
    pub within: Option<i64>,
    /// None at all, where the stream is not active.
    pub status: StreamStatus,
}

impl Retention {
    /// An event is not shown in a stream whose last version is `last`, at the time `now`.
    pub fn hides(&self, version: Version, time: Option<Time>, last: Version, now: Option<Time>) -> bool {
        let newest = self.newest.map(|count| last.0.saturating_sub_unsigned(count));
        let oldest = self.within.zip(now).map(|(within, now)| now.0.saturating_sub(within));
        self.status != StreamStatus::Active
            || self.from.is_some_and(|from| version < from)
            || newest.is_some_and(|newest| version.0 <= newest)
            || oldest.zip(time).is_some_and(|(oldest, time)| time.0 < oldest)
    }
}

/// What the index knows of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSummary {
    pub category: CategoryId,
    /// Number of events.
    pub events: u32,
    /// Lowest and highest version.
    pub first: Version,
    pub last: Version,
    /// Earliest and latest time of an event that has one.
    pub first_time: Option<Time>,
    pub last_time: Option<Time>,
    pub status: StreamStatus,
}
