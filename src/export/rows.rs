//! What is exported, in which format, and the rows that go from the streams to the file.

use serde::{Deserialize, Serialize};

use crate::model::{Node, Time};

/// What is written of the streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// One state of each stream.
    #[default]
    State,
    /// The states of each stream, as they follow each other.
    States,
    /// The events as stored.
    Events,
    /// What each event changed in the state.
    Changes,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The one state there is.
    Json,
    /// A line for each row.
    #[serde(rename = "jsonl")]
    JsonLines,
    /// RFC 4180, with a header.
    Csv,
    /// A table to paste into a ticket.
    Markdown,
    Parquet,
}

/// One column of the rows.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
}

/// What stands in a column; where a format has no types, all of it is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number of 64 bits.
    Whole,
    Time,
    /// Any value, as JSON.
    Json,
}

/// One value of a row.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    Null,
    Text(&'a str),
    Whole(i64),
    Time(Time),
    Json(&'a Node),
    /// JSON that is text already.
    JsonText(&'a str),
}

impl Cell<'_> {
    /// A null is one in every format, also where it is one of JSON's.
    pub fn json(node: &Node) -> Cell<'_> {
        if matches!(node, Node::Null) { Cell::Null } else { Cell::Json(node) }
    }

    pub fn text_or_null(text: Option<&str>) -> Cell<'_> {
        text.map_or(Cell::Null, Cell::Text)
    }

    pub fn time_or_null(time: Option<Time>) -> Cell<'static> {
        time.map_or(Cell::Null, Cell::Time)
    }
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const STATE: &[Column] = &[
    column("stream", Kind::Text),
    column("version", Kind::Whole),
    column("events_applied", Kind::Whole),
    column("reducer", Kind::Text),
    column("state", Kind::Json),
    column("errors", Kind::Json),
];
const STATES: &[Column] = &[
    column("stream", Kind::Text),
    column("version", Kind::Whole),
    column("events_applied", Kind::Whole),
    column("type", Kind::Text),
    column("time", Kind::Time),
    column("state", Kind::Json),
];
const EVENTS: &[Column] = &[
    column("stream", Kind::Text),
    column("category", Kind::Text),
    column("version", Kind::Whole),
    column("position", Kind::Text),
    column("id", Kind::Text),
    column("type", Kind::Text),
    column("time", Kind::Time),
    column("data", Kind::Json),
    column("metadata", Kind::Json),
    column("marks", Kind::Json),
];
const CHANGES: &[Column] = &[
    column("stream", Kind::Text),
    column("version", Kind::Whole),
    column("type", Kind::Text),
    column("time", Kind::Time),
    column("changes", Kind::Json),
];

pub(super) const BLAME: &[Column] = &[
    column("stream", Kind::Text),
    column("version", Kind::Whole),
    column("type", Kind::Text),
    column("time", Kind::Time),
    column("path", Kind::Text),
    column("change", Kind::Text),
    column("before", Kind::Json),
    column("after", Kind::Json),
];

impl What {
    pub const ALL: [What; 4] = [What::State, What::States, What::Events, What::Changes];

    pub fn name(self) -> &'static str {
        match self {
            What::State => "state",
            What::States => "states",
            What::Events => "events",
            What::Changes => "changes",
        }
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            What::State => STATE,
            What::States => STATES,
            What::Events => EVENTS,
            What::Changes => CHANGES,
        }
    }

    /// The formats it can be written in, the one that is meant unless another is named first.
    pub fn formats(self, one_stream: bool) -> &'static [Format] {
        match self {
            What::State if one_stream => &[Format::Json, Format::JsonLines],
            What::State => &[Format::JsonLines],
            What::States => &[Format::JsonLines, Format::Parquet],
            What::Events => &[Format::JsonLines, Format::Csv, Format::Markdown, Format::Parquet],
            What::Changes => &[Format::JsonLines, Format::Csv, Format::Markdown],
        }
    }
}

impl Format {
    pub const ALL: [Format; 5] = [Format::Json, Format::JsonLines, Format::Csv, Format::Markdown, Format::Parquet];

    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::JsonLines => "jsonl",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Parquet => "parquet",
        }
    }

    /// What names of its files end in.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            other => other.name(),
        }
    }
}
