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
