//! [`Indexer`]: scans a store step by step into an index, and goes on where it ended
//! when the store grows.

use std::sync::Arc;

use crate::formats::{EventPage, Fetcher, Opened, ReadError, ScanCursor, Scanner, StoreChange};
use crate::index::{EventIndex, Header, IndexBuilder, MAX_EVENTS};
use crate::model::{EventRow, FindingCode, Findings};

/// Reads one store's headers.
pub struct Indexer {
    scanner: Box<dyn Scanner>,
    /// Looks whether rows are still what they were; made when it is first needed.
    fetcher: Option<Box<dyn Fetcher>>,
    builder: IndexBuilder,
    cursor: ScanCursor,
    page: EventPage,
    progress: f32,
    complete: bool,
    opened: Arc<Opened>,
}

impl Indexer {
    /// # Errors
    /// Where the store can no longer be read.
    pub fn open(opened: Arc<Opened>) -> Result<Indexer, ReadError> {
        let mut indexer = Indexer {
            scanner: opened.store.scanner()?,
            fetcher: None,
            builder: IndexBuilder::counting_from(opened.store.first_version()),
            cursor: ScanCursor::START,
            page: EventPage::default(),
            progress: 0.0,
            complete: false,
            opened,
        };
        indexer.builder.findings().absorb(&mut indexer.opened.findings.clone());
        if !indexer.opened.store.has_global_order() {
            let message = "the store has no order over everything: time, then stream, then version is used";
            indexer.builder.findings().note(FindingCode::OrderNotProven, message);
        }
        Ok(indexer)
    }

    /// Reads one more page. `false`: the end is reached.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn step(&mut self) -> Result<bool, ReadError> {
        let mut notes = Findings::default();
        let step = self.scanner.scan(&self.cursor, &mut self.page, &mut notes)?;
        let mut room = true;
        let mut streams = Vec::with_capacity(self.page.len());
        for row in self.page.iter() {
            let stream = self.builder.push(&Header {
                key: row.key,
                stream: row.stream,
                category: row.category,
                event_type: row.event_type,
                version: row.version,
                time: row.time,
                status: row.status,
                marks: row.marks,
            });
            room &= stream.is_some();
            streams.extend(stream);
        }
        // Notes are made in the order of the rows, each with its stream's name.
        let mut rows = self.page.iter().zip(streams).peekable();
        notes.locate(|note| {
            let name = note.stream.as_deref()?;
            // The row stays in front: there may be another note of it.
            while rows.next_if(|(row, _)| row.stream != name || row.version != note.version).is_some() {}
            rows.peek().map(|(_, stream)| *stream)
        });
        self.builder.findings().absorb(&mut notes);
        if !room {
            let message = format!("only the first {MAX_EVENTS} events are indexed");
            self.builder.findings().note(FindingCode::TruncatedTail, message);
        }
        self.cursor = step.cursor;
        self.progress = step.progress;
        self.complete = step.end || !room;
        if self.complete {
            self.builder.examine(step.tail);
        }
        Ok(!self.complete)
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn run(&mut self) -> Result<EventIndex, ReadError> {
        while self.step()? {}
        Ok(self.builder.publish())
    }

    /// What was odd since this was last asked; an index that is published later does not have it.
    pub fn take_findings(&mut self) -> Findings {
        std::mem::take(self.builder.findings())
    }

    pub fn publish(&self) -> EventIndex {
        self.builder.publish()
    }

    pub fn events(&self) -> u64 {
        self.builder.events()
    }

    /// Part of the store that is read, 0 to 1.
    pub fn progress(&self) -> f32 {
        self.progress
    }

    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether the file changed since it was last looked at. `shown` is an index of it: a
    /// file whose first, middle or last row is no longer what it says was replaced.
    ///
    /// # Errors
    /// Where the file is gone.
    pub fn change(&mut self, shown: &EventIndex) -> Result<StoreChange, ReadError> {
        let change = self.scanner.change(&self.cursor)?;
        if change != StoreChange::Written || shown.events() == 0 {
            return Ok(change);
        }
        let last = shown.events() as u32 - 1;
        for row in [0, last / 2, last].map(EventRow) {
            let Some(key) = shown.key_of(row) else { continue };
            self.page.clear();
            let fetcher = match &mut self.fetcher {
                Some(fetcher) => fetcher,
                empty => empty.insert(self.opened.store.fetcher()?),
            };
            fetcher.fetch(&[key], None, &mut self.page, &mut Findings::default())?;
            let stream = shown.stream_of(row).map_or("", |stream| shown.streams().name(stream));
            let event_type = shown.type_of(row).map(|id| shown.type_name(id));
            let same = self.page.get(0).is_some_and(|now| {
                now.stream == stream
                    && event_type.as_deref() == Some(now.event_type)
                    && (now.version.is_none() || now.version == shown.version_of(row))
            });
            if !same {
                return Ok(StoreChange::Replaced);
            }
        }
        Ok(change)
    }

    /// Lets go of what a writer would notice, until the next step or look.
    pub fn rest(&mut self) {
        self.scanner.rest();
        if let Some(fetcher) = &mut self.fetcher {
            fetcher.rest();
        }
    }

    /// The store grew: the next [`Indexer::step`] goes on.
    pub fn go_on(&mut self) {
        self.complete = false;
    }
}
