//! [`EventPage`]: a block of rows as a container gave them, in two buffers instead
//! of a dozen allocations a row. Used for headers (without payloads) and for whole
//! events alike.

use std::ops::Range;
use std::sync::Arc;

use super::PAGE_BYTES;
use crate::dialect::beginning;
use crate::model::{Marks, NameForm, Position, Retention, RowKey, Slice, StreamStatus, Time, Version};

/// Payloads alone, as stored: what a search looks at.
#[derive(Debug, Default)]
pub struct PayloadPage {
    bytes: Vec<u8>,
    rows: Vec<PayloadRow>,
}

/// A row, where its payload lies (`None` where it is null), and how it is decoded.
pub type PayloadRow = (RowKey, Option<Range<usize>>, u8);

impl PayloadPage {
    pub fn clear(&mut self) {
        if self.bytes.capacity() > 4 * PAGE_BYTES {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.rows.clear();
    }

    /// Of a payload that is too large to be shown only the beginning is kept.
    pub fn push(&mut self, key: RowKey, payload: Option<&[u8]>) {
        self.push_coded(key, payload, 0);
    }

    /// The same, of a store whose rows are not all decoded alike.
    pub fn push_coded(&mut self, key: RowKey, payload: Option<&[u8]>, coding: u8) {
        let payload = payload.map(|payload| beginning(payload).unwrap_or(payload));
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload.unwrap_or_default());
        self.rows.push((key, payload.map(|_| start..self.bytes.len()), coding));
    }

    /// Gives the rows other keys; those that get none are taken out.
    pub(super) fn give_keys(&mut self, key: impl Fn(RowKey) -> Option<RowKey>) {
        self.rows.retain_mut(|(own, ..)| match key(*own) {
            Some(key) => {
                *own = key;
                true
            }
            None => false,
        });
    }

    pub fn rows(&self) -> &[PayloadRow] {
        &self.rows
    }

    /// All payloads, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Rows of one scan step, or of one fetch.
#[derive(Debug, Default)]
pub struct EventPage {
    /// Texts of all kinds; shared with whoever took a [`Slice`] of it.
    text: Arc<String>,
    /// Payloads and metadata that are none.
    bytes: Vec<u8>,
    rows: Vec<Row>,
    /// What rows of a scan say of streams, their own or others.
    told: Vec<(String, Retention)>,
}

#[derive(Debug)]
struct Row {
    key: RowKey,
    version: Option<Version>,
    time: Option<Time>,
    status: StreamStatus,
    position: Position,
    stream: Span,
    name_form: NameForm,
    category: Span,
    event_type: Span,
    id: Option<Span>,
    cause: Option<Span>,
    time_text: Option<Span>,
    is_time_number: bool,
    marks: Marks,
    is_readable: bool,
    payload: Stored<Span>,
    before: Stored<Span>,
    coding: u8,
    metadata: Stored<Span>,
}

type Span = Range<u32>;

/// A value as stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stored<T> {
    #[default]
    Null,
    Text(T),
    Bytes(T),
    /// As [`Cell::Opaque`](crate::dialect::Cell::Opaque).
    Opaque(T),
    /// The beginning of a value that is too large to be kept, and the bytes it has.
    Cut(T, u64),
}

/// One row: what a reader says of it, and what a page gives back. Texts are copied into the page.
#[derive(Clone, Debug)]
pub struct PageRow<'a> {
    pub key: RowKey,
    /// As stored; `None` where the store numbers nothing.
    pub version: Option<Version>,
    pub time: Option<Time>,
    pub status: StreamStatus,
    pub position: Position,
    pub stream: &'a str,
    pub name_form: NameForm,
    pub category: &'a str,
    pub event_type: &'a str,
    pub id: Option<&'a str>,
    /// The id of the event that led to this one, where a column of its own holds it.
    pub cause: Option<&'a str>,
    pub time_text: Option<&'a str>,
    /// The time is stored as a number.
    pub is_time_number: bool,
    pub marks: Marks,
    /// `false`: the store no longer gives the row; only what the index knows of it is there.
    pub is_readable: bool,
    pub payload: Stored<&'a [u8]>,
    /// The state before it, where the payload says only what changed.
    pub before: Stored<&'a [u8]>,
    /// How it is decoded, where rows of one store differ: see `Mapping::coding`.
    pub coding: u8,
    pub metadata: Stored<&'a [u8]>,
}

impl PageRow<'_> {
    /// Bytes of payload and metadata.
    pub fn bytes(&self) -> usize {
        self.payload.len() + self.before.len() + self.metadata.len()
    }
}

impl<'a> Stored<&'a [u8]> {
    /// What is kept of it.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Stored::Null => None,
            Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Opaque(bytes) | Stored::Cut(bytes, _) => Some(bytes),
        }
    }

    /// The same as text; empty where it is none.
    pub fn text(&self) -> &'a str {
        self.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn len(&self) -> usize {
        self.bytes().map_or(0, <[u8]>::len)
    }
}

impl EventPage {
    pub fn clear(&mut self) {
        // What one large row took is not kept for small ones.
        if self.size_bytes() > 4 * PAGE_BYTES {
            *self = EventPage::default();
        }
        match Arc::get_mut(&mut self.text) {
            Some(text) => text.clear(),
            None => self.text = Arc::default(),
        }
        self.bytes.clear();
        self.rows.clear();
        self.told.clear();
    }

    /// Says what a server shows of a stream from here on.
    pub fn tell(&mut self, stream: &str, retention: Retention) {
        self.told.push((stream.to_owned(), retention));
    }

    /// What was told of streams, the last word last.
    pub fn told(&self) -> &[(String, Retention)] {
        &self.told
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of its rows: when a page is full. Room that an earlier page left is not counted.
    pub fn filled_bytes(&self) -> usize {
        self.text.len() + self.bytes.len() + self.rows.len() * size_of::<Row>()
    }

    /// Bytes held.
    pub fn size_bytes(&self) -> usize {
        self.text.capacity() + self.bytes.capacity() + self.rows.capacity() * size_of::<Row>()
    }

    /// Adds a row. A page never holds 4 GiB: readers end a page long before
    /// (`PAGE_BYTES`); should one row alone be larger, it is `false` and not added.
    pub fn push(&mut self, row: &PageRow<'_>) -> bool {
        let texts = row.stream.len() + row.category.len() + row.event_type.len();
        if self.text.len() + self.bytes.len() + texts + row.bytes() > (u32::MAX / 2) as usize {
            return false;
        }
        let stream = self.keep_text(row.stream);
        let category = self.keep_text(row.category);
        let event_type = self.keep_text(row.event_type);
        let id = row.id.map(|text| self.keep_text(text));
        let cause = row.cause.map(|text| self.keep_text(text));
        let time_text = row.time_text.map(|text| self.keep_text(text));
        let payload = self.keep_stored(&row.payload);
        let before = self.keep_stored(&row.before);
        let metadata = self.keep_stored(&row.metadata);
        self.rows.push(Row {
            key: row.key,
            version: row.version,
            time: row.time,
            status: row.status,
            position: row.position.clone(),
            stream,
            name_form: row.name_form,
            category,
            event_type,
            id,
            cause,
            time_text,
            is_time_number: row.is_time_number,
            marks: row.marks,
            is_readable: row.is_readable,
            payload,
            before,
            coding: row.coding,
            metadata,
        });
        true
    }

    /// Adds the rows of another page behind its own.
    pub fn append(&mut self, other: EventPage) {
        if self.rows.is_empty() {
            *self = other;
            return;
        }
        for row in other.iter() {
            self.push(&row);
        }
    }

    /// Gives the rows from `from` on other keys; those that get none are taken out, and their
    /// keys returned.
    pub(super) fn give_keys(&mut self, from: usize, key: impl Fn(RowKey) -> Option<RowKey>) -> Vec<RowKey> {
        let mut without = Vec::new();
        let mut at = 0;
        self.rows.retain_mut(|row| {
            at += 1;
            let given = if at > from { key(row.key) } else { Some(row.key) };
            match given {
                Some(key) => row.key = key,
                None => without.push(row.key),
            }
            given.is_some()
        });
        without
    }

    /// Sorts the rows from `from` on by the place of each in `places`.
    pub(super) fn arrange(&mut self, from: usize, places: &[usize]) {
        if places.is_sorted() {
            return;
        }
        let mut rows: Vec<(usize, Row)> = places.iter().copied().zip(self.rows.drain(from..)).collect();
        rows.sort_by_key(|(place, _)| *place);
        self.rows.extend(rows.into_iter().map(|(_, row)| row));
    }

    fn keep_text(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        Arc::make_mut(&mut self.text).push_str(text);
        start..self.text.len() as u32
    }

    fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len() as u32
    }

    fn keep_stored(&mut self, value: &Stored<&[u8]>) -> Stored<Span> {
        match value {
            Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Opaque(bytes)
                if let Some(beginning) = beginning(bytes) =>
            {
                Stored::Cut(self.keep(beginning), bytes.len() as u64)
            }
            Stored::Null => Stored::Null,
            Stored::Cut(bytes, of) => Stored::Cut(self.keep(bytes), *of),
            Stored::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Stored::Text(self.keep_text(text)),
                Err(_) => Stored::Bytes(self.keep(bytes)),
            },
            Stored::Bytes(bytes) => Stored::Bytes(self.keep(bytes)),
            Stored::Opaque(bytes) => Stored::Opaque(self.keep(bytes)),
        }
    }

    /// The row at `at`, counted from 0.
    pub fn get(&self, at: usize) -> Option<PageRow<'_>> {
        let row = self.rows.get(at)?;
        let stored = |value: &Stored<Span>| match value {
            Stored::Null => Stored::Null,
            Stored::Text(span) => Stored::Text(self.text(span).as_bytes()),
            Stored::Bytes(span) => Stored::Bytes(self.slice(span)),
            Stored::Opaque(span) => Stored::Opaque(self.slice(span)),
            Stored::Cut(span, of) => Stored::Cut(self.slice(span), *of),
        };
        Some(PageRow {
            key: row.key,
            version: row.version,
            time: row.time,
            status: row.status,
            position: row.position.clone(),
            stream: self.text(&row.stream),
            name_form: row.name_form,
            category: self.text(&row.category),
            event_type: self.text(&row.event_type),
            id: row.id.as_ref().map(|span| self.text(span)),
            cause: row.cause.as_ref().map(|span| self.text(span)),
            time_text: row.time_text.as_ref().map(|span| self.text(span)),
            is_time_number: row.is_time_number,
            marks: row.marks,
            is_readable: row.is_readable,
            payload: stored(&row.payload),
            before: stored(&row.before),
            coding: row.coding,
            metadata: stored(&row.metadata),
        })
    }

    /// A text of one of its rows, without a copy.
    pub fn share(&self, text: &str) -> Slice {
        Slice::of(&self.text, text)
    }

    pub fn iter(&self) -> impl Iterator<Item = PageRow<'_>> {
        (0..self.rows.len()).filter_map(|at| self.get(at))
    }

    fn slice(&self, span: &Span) -> &[u8] {
        self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn text(&self, span: &Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}
