//! [`Grouped`]: a store whose rows are parts of events, such as an outbox with a row for each
//! listener. All rows are read once to tell which belong together, in 8 bytes a row and 12 an
//! event; then each event is the first of its rows, with what all of them say as a list.
//!
//! An event has no id of its own there. Rows are one event where their content is the same, each
//! is for another listener, and they were written within about a second; the same content later
//! is another event.

mod events;
mod gather;

use std::sync::{Arc, OnceLock};

use super::{
    EventPage, Fetcher, PAGE_BYTES, PAGE_ROWS, PageRow, PayloadPage, ReadError, Run, ScanCursor, ScanStep, Scanner,
    Store, StoreChange, Stored,
};
use crate::dialect::Group;
use crate::model::json::write_string;
use crate::model::{Content, Finding, FindingCode, Findings, Link, Node, Numbering, Position, RowKey, Text, Version};
use events::{Event, Events};
use gather::{Gather, State, written};

/// The store as it is shown; `inner` gives the rows of all its tables.
pub(super) fn around(inner: Arc<dyn Store>, group: Group) -> Arc<dyn Store> {
    Arc::new(Grouped { inner, group: Arc::new(group), events: Arc::default() })
}

struct Grouped {
    inner: Arc<dyn Store>,
    group: Arc<Group>,
    /// Known as soon as a scan read every row.
    events: Arc<OnceLock<Events>>,
}

impl Store for Grouped {
    fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError> {
        Ok(Box::new(GroupedScanner {
            rows: self.inner.scanner()?,
            cursor: ScanCursor::START,
            tail: None,
            gather: Gather::default(),
            reader: self.reader()?,
        }))
    }

    fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError> {
        Ok(Box::new(self.reader()?))
    }

    fn decode(&self, row: &PageRow<'_>) -> Content {
        self.inner.decode(row)
    }

    fn plain<'r>(&self, row: &PageRow<'r>) -> Option<(&'r str, Option<&'r str>)> {
        self.inner.plain(row)
    }

    fn links(&self, row: &PageRow<'_>, content: &Content) -> Vec<Link> {
        self.inner.links(row, content)
    }

    fn has_links(&self) -> bool {
        self.inner.has_links()
    }

    fn shown(&self, payload: &[u8], coding: u8) -> Node {
        self.inner.shown(payload, coding)
    }

    fn shows_json_as_stored(&self) -> bool {
        self.inner.shows_json_as_stored()
    }

    fn hands_on_json(&self) -> bool {
        self.inner.hands_on_json()
    }

    fn verify(&self, notes: &mut Findings, progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        self.inner.verify(notes, progress)
    }

    fn has_global_order(&self) -> bool {
        false
    }

    fn numbering(&self) -> Numbering {
        Numbering { first: 0, ..Numbering::default() }
    }
}

impl Grouped {
    fn reader(&self) -> Result<Reader, ReadError> {
        Ok(Reader {
            rows: self.inner.fetcher()?,
            group: Arc::clone(&self.group),
            events: Arc::clone(&self.events),
            first: EventPage::default(),
            more: EventPage::default(),
            list: String::new(),
        })
    }
}

/// Reads events by the rows that are theirs.
struct Reader {
    rows: Box<dyn Fetcher>,
    group: Arc<Group>,
    events: Arc<OnceLock<Events>>,
    /// The event's first row, alone.
    first: EventPage,
    more: EventPage,
    /// What its rows say, as the items of a list.
    list: String,
}

impl Reader {
    /// Reads the rows of an event; `false` where the first is gone. `each` gets every row.
    fn read(
        &mut self,
        rows: &[RowKey],
        notes: &mut Findings,
        mut each: impl FnMut(&PageRow<'_>),
    ) -> Result<bool, ReadError> {
        self.first.clear();
        self.list.clear();
        let Some((first, mut rest)) = rows.split_first() else { return Ok(false) };
        self.rows.fetch(&[*first], None, &mut self.first, notes)?;
        let Some(row) = self.first.get(0) else { return Ok(false) };
        each(&row);
        self.list.push_str(row.metadata.text());
        while !rest.is_empty() {
            self.more.clear();
            let read = self.rows.fetch(rest, None, &mut self.more, &mut Findings::default())?.clamp(1, rest.len());
            rest = &rest[read..];
            for row in self.more.iter() {
                each(&row);
                self.list.push(',');
                self.list.push_str(row.metadata.text());
            }
        }
        Ok(true)
    }

    /// Adds an event as the index keeps it, with what is odd about it.
    fn push_header(
        &mut self,
        events: &Events,
        at: usize,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), ReadError> {
        let (Event { version, rank, .. }, mut rows) = (events.events[at], events.rows(at));
        let (version, group) = (Version(i64::from(version)), Arc::clone(&self.group));
        if events.done[at] {
            rows = &rows[..1];
        }
        let (mut found, mut waiting) = (Findings::default(), Vec::new());
        let is_there = self.read(rows, &mut found, |row| {
            let state = State::of(&row.metadata, &group);
            if !state.is_done {
                let (status, each) = state.shown();
                let id = row.id.map(|id| format!(", row {id}")).unwrap_or_default();
                waiting.push(format!("not completed, {status},{}: {each}{id}", written(row.time)));
            }
        })?;
        found.reword(|finding| finding.version = finding.stream.is_some().then_some(version));
        let Some(row) = self.first.get(0).filter(|_| is_there) else {
            notes.absorb(&mut found);
            return Ok(());
        };
        for message in waiting {
            let stream = Some(Text::from(row.stream));
            found.push(Finding {
                code: FindingCode::Incomplete,
                stream,
                stream_id: None,
                version: Some(version),
                message,
            });
        }
        notes.absorb(&mut found);
        page.push(&PageRow {
            key: RowKey(at as i64),
            version: Some(version),
            position: Position::Number(i64::from(rank)),
            time_text: row.time_text.filter(|_| row.time.is_none()),
            payload: Stored::Null,
            metadata: Stored::Null,
            ..row
        });
        Ok(())
    }
}

impl Fetcher for Reader {
    fn fetch(
        &mut self,
        keys: &[RowKey],
        _run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<usize, ReadError> {
        let all = Arc::clone(&self.events);
        let Some(events) = all.get() else { return Ok(keys.len()) };
        for (read, key) in keys.iter().enumerate() {
            if read > 0 && page.filled_bytes() > PAGE_BYTES {
                return Ok(read);
            }
            let at = usize::try_from(key.0).ok();
            let Some((at, event)) = at.and_then(|at| Some((at, events.events.get(at)?))) else { continue };
            let mut found = Findings::default();
            if !self.read(events.rows(at), &mut found, |_| {})? {
                continue;
            }
            // What is odd of an event was told when it was scanned.
            found.retain(|finding| finding.stream.is_none());
            notes.absorb(&mut found);
            let mut metadata = String::from("{");
            write_string(&self.group.list, &mut metadata);
            metadata.extend([":[", &self.list, "]}"]);
            if let Some(row) = self.first.get(0) {
                page.push(&PageRow {
                    key: *key,
                    version: Some(Version(i64::from(event.version))),
                    position: Position::Number(i64::from(event.rank)),
                    metadata: Stored::Text(metadata.as_bytes()),
                    ..row
                });
            }
        }
        Ok(keys.len())
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        let all = Arc::clone(&self.events);
        page.clear();
        let Some(events) = all.get() else { return Ok(keys.len()) };
        let first = |key: &RowKey| events.rows(usize::try_from(key.0).unwrap_or(usize::MAX)).first().copied();
        let firsts: Vec<RowKey> = keys.iter().filter_map(first).collect();
        if firsts.is_empty() {
            return Ok(keys.len());
        }
        let read = self.rows.payloads(&firsts, None, page)?;
        page.give_keys(|own| events.find(own));
        Ok(read)
    }

    fn rest(&mut self) {
        self.rows.rest();
    }
}

struct GroupedScanner {
    rows: Box<dyn Scanner>,
    /// Behind the rows that were gathered.
    cursor: ScanCursor,
    /// What they left unfinished.
    tail: Option<String>,
    gather: Gather,
    reader: Reader,
}

impl Scanner for GroupedScanner {
    /// First the rows are gathered, step by step, without an event; then the events follow. The
    /// cursor counts them.
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        let all = Arc::clone(&self.reader.events);
        let Some(events) = all.get() else { return self.gather(page, notes) };
        page.clear();
        let (from, count) = (cursor.number().unwrap_or(0).max(0) as usize, events.events.len());
        let mut at = from;
        while at < count && page.len() < PAGE_ROWS && page.filled_bytes() < PAGE_BYTES {
            self.reader.push_header(events, at, page, notes)?;
            at += 1;
        }
        let progress = GATHERED + (1.0 - GATHERED) * at as f32 / count.max(1) as f32;
        let end = at >= count;
        let tail = if end { self.tail.clone() } else { None };
        Ok(ScanStep { cursor: ScanCursor::at(at as i64), end, progress, tail })
    }

    fn end_at_present(&mut self) -> Result<(), ReadError> {
        self.rows.end_at_present()
    }

    /// Another row may belong to an event that is there already.
    fn change(&mut self, _cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        Ok(match self.rows.change(&self.cursor)? {
            StoreChange::Same => StoreChange::Same,
            StoreChange::Written | StoreChange::Replaced => StoreChange::Replaced,
        })
    }

    fn rest(&mut self) {
        self.rows.rest();
        self.reader.rest();
    }
}

/// Part of the work that is done when the rows are gathered.
const GATHERED: f32 = 0.5;

impl GroupedScanner {
    fn gather(&mut self, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        let mut found = Findings::default();
        let step = self.rows.scan(&self.cursor, page, &mut found)?;
        // What is odd of an event is told once, and not for each of its rows.
        found.retain(|finding| finding.stream.is_none());
        notes.absorb(&mut found);
        for row in page.iter() {
            self.gather.add(&row, &self.reader.group);
        }
        page.clear();
        self.cursor = step.cursor;
        self.tail = step.tail;
        if step.end || self.gather.is_full {
            let gather = std::mem::take(&mut self.gather);
            gather.tell(&self.reader.group, notes);
            let group = Arc::clone(&self.reader.group);
            self.reader.events.get_or_init(|| Events::of(gather.rows, &group));
        }
        let progress = GATHERED * if step.end { 1.0 } else { step.progress };
        Ok(ScanStep { cursor: ScanCursor::at(0), end: false, progress, tail: None })
    }
}
