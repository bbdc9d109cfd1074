//! [`Columns`]: the log as a table, for dialects: what of an event each column holds.

use std::borrow::Cow;

use super::properties;
use super::record::{Prepare, flags};
use crate::dialect::{Cell, Mapping, Table};
use crate::formats::row::Extent;

/// What the log is called as a table.
pub(super) const TABLE: &str = "log";

/// A committed event.
pub(super) struct Event<'b> {
    pub prepare: Prepare<'b>,
    /// In its stream; `None` where its commit is not known.
    pub number: Option<i64>,
    /// Position of what committed it.
    pub commit: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Stream,
    EventNumber,
    EventType,
    EventId,
    Created,
    Data,
    Metadata,
    CommitPosition,
    LogPosition,
    CorrelationId,
    IsJson,
    IsTombstone,
    Marks,
}

const ALL: [(&str, Column); 13] = [
    ("stream", Column::Stream),
    ("event_number", Column::EventNumber),
    ("event_type", Column::EventType),
    ("event_id", Column::EventId),
    ("created", Column::Created),
    ("data", Column::Data),
    ("metadata", Column::Metadata),
    ("commit_position", Column::CommitPosition),
    ("log_position", Column::LogPosition),
    ("correlation_id", Column::CorrelationId),
    ("is_json", Column::IsJson),
    ("is_tombstone", Column::IsTombstone),
    ("marks", Column::Marks),
];

/// The columns that a mapping asks for.
pub(super) struct Columns {
    wanted: Vec<Column>,
    in_header: Vec<bool>,
    payload_is_data: bool,
}

impl Columns {
    pub fn table() -> Table {
        Table::new(TABLE, ALL.map(|(name, _)| name.to_owned()), false)
    }

    pub fn of(mapping: &Mapping) -> Columns {
        let column = |name: &str| ALL.iter().find(|(own, _)| *own == name).map(|(_, column)| *column);
        Columns {
            // A mapping has only columns of the table.
            wanted: mapping.columns().iter().filter_map(|wanted| column(wanted.name.as_str())).collect(),
            in_header: mapping.in_header().to_vec(),
            payload_is_data: mapping
                .payload_column()
                .is_some_and(|own| column(own.name.as_str()) == Some(Column::Data))
                && !mapping.has_items(),
        }
    }

    /// Every column, whatever a mapping says.
    pub fn all() -> Columns {
        Columns { wanted: ALL.map(|(_, column)| column).to_vec(), in_header: Vec::new(), payload_is_data: true }
    }

    /// The payload is the event's data as they are stored.
    pub fn payload_is_data(&self) -> bool {
        self.payload_is_data
    }

    /// Hands the event's cells to `each`.
    pub fn with_cells<T>(
        &self,
        event: &Event<'_>,
        position: i64,
        extent: Extent,
        each: impl FnOnce(&[Cell<'_>]) -> T,
    ) -> T {
        let prepare = &event.prepare;
        let (stream, event_type) = (text(prepare.stream), text(prepare.event_type));
        let is_header = extent == Extent::Header;
        let has_properties = !is_header && prepare.has(flags::HAS_PROPERTIES);
        let properties = if has_properties {
            properties::to_json(prepare.metadata, &event_type, prepare.has(flags::IS_JSON))
        } else {
            None
        };
        let number = |number: Option<i64>| number.map_or(Cell::Null, Cell::Integer);
        let flag = |flag: bool| Cell::Integer(i64::from(flag));
        let mut cells = [Cell::Null; ALL.len()];
        for (at, (cell, column)) in cells.iter_mut().zip(&self.wanted).enumerate() {
            if is_header && self.in_header.get(at) == Some(&false) {
                continue;
            }
            *cell = match column {
                Column::Stream => Cell::Text(&stream),
                Column::EventNumber => number(event.number),
                Column::EventType => Cell::Text(&event_type),
                Column::EventId => Cell::Bytes(prepare.id),
                Column::Created => Cell::Integer(prepare.ticks),
                Column::Data => data(prepare),
                Column::Metadata => match &properties {
                    Some(json) => Cell::Text(json),
                    None if prepare.metadata.is_empty() => Cell::Null,
                    None => Cell::Opaque(prepare.metadata),
                },
                Column::CommitPosition => number(event.commit),
                Column::LogPosition => Cell::Integer(position),
                Column::CorrelationId => Cell::Bytes(prepare.correlation),
                Column::IsJson => flag(prepare.has(flags::IS_JSON)),
                Column::IsTombstone => flag(prepare.has(flags::STREAM_DELETE)),
                Column::Marks => marks(prepare, &stream, &event_type),
            };
        }
        each(&cells[..self.wanted.len()])
    }
}

/// As .NET reads it: what is no UTF-8 is replaced.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// One word, or a list of them.
fn marks(prepare: &Prepare<'_>, stream: &str, event_type: &str) -> Cell<'static> {
    let is_link = matches!(event_type, "$>" | "$@");
    match (is_link, stream.starts_with('$'), prepare.has(flags::IS_REDACTED)) {
        (false, false, false) => Cell::Null,
        (true, false, false) => Cell::Text("link"),
        (false, true, false) => Cell::Text("system"),
        (false, false, true) => Cell::Text("redacted"),
        (true, true, false) => Cell::Text(r#"["link","system"]"#),
        (true, false, true) => Cell::Text(r#"["link","redacted"]"#),
        (false, true, true) => Cell::Text(r#"["system","redacted"]"#),
        (true, true, true) => Cell::Text(r#"["link","system","redacted"]"#),
    }
}

/// Data are JSON where their writer says so.
fn data<'b>(prepare: &Prepare<'b>) -> Cell<'b> {
    match (prepare.shown_data(), prepare.has(flags::IS_JSON)) {
        (None, _) => Cell::Null,
        (Some(data), true) => std::str::from_utf8(data).map_or(Cell::Bytes(data), Cell::Text),
        (Some(data), false) => Cell::Opaque(data),
    }
}
