//! [`Indexer`]: scans a store step by step into an index, and goes on where it ended
//! when the store grows.

use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};

use super::STACK_BYTES;
use crate::formats::{EventPage, Fetcher, Opened, ReadError, ScanCursor, ScanStep, Scanner, Store, StoreChange};
use crate::index::{EventIndex, Header, IndexBuilder, MAX_EVENTS};
use crate::model::{EventRow, FindingCode, Findings};

/// Pages that are read and not yet counted, at most, where a thread reads ahead.
const AHEAD: usize = 2;

/// Reads one store's headers.
pub struct Indexer {
    scanner: Box<dyn Scanner>,
    /// Looks whether rows are still what they were; made when it is first needed.
    fetcher: Option<Box<dyn Fetcher>>,
    page: EventPage,
    taken: Taken,
    opened: Arc<Opened>,
}

/// What became of the pages so far.
struct Taken {
    builder: IndexBuilder,
    /// Behind the last of them.
    cursor: ScanCursor,
    progress: f32,
    complete: bool,
}

impl Indexer {
    /// # Errors
    /// Where the store can no longer be read.
    pub fn open(opened: Arc<Opened>) -> Result<Indexer, ReadError> {
        let mut indexer = Indexer {
            scanner: opened.store.scanner()?,
            fetcher: None,
            page: EventPage::default(),
            taken: Taken {
                builder: IndexBuilder::of_store(
                    opened.store.numbering(),
                    opened.store.parts(),
                    opened.store.has_global_order(),
                )
                .with_listing(opened.store.listing()),
                cursor: ScanCursor::START,
                progress: 0.0,
                complete: false,
            },
            opened,
        };
        indexer.taken.builder.findings().absorb(&mut indexer.opened.findings.clone());
        Ok(indexer)
    }

    /// Reads no more than there is now, however fast the store is written to.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn end_at_present(&mut self) -> Result<(), ReadError> {
        self.scanner.end_at_present()
    }

    /// Reads one more page. `false`: the end is reached.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn step(&mut self) -> Result<bool, ReadError> {
        let mut notes = Findings::default();
        let step = self.scanner.scan(&self.taken.cursor, &mut self.page, &mut notes)?;
        self.taken.take(&*self.opened.store, &self.page, step, notes);
        Ok(!self.taken.complete)
    }

    /// Reads what there is now; one thread reads while this one counts what was read.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn run(&mut self) -> Result<EventIndex, ReadError> {
        self.end_at_present()?;
        let (scanner, taken) = (&mut self.scanner, &mut self.taken);
        let (store, path) = (&*self.opened.store, &self.opened.path);
        std::thread::scope(|scope| {
            let (full, pages) = mpsc::sync_channel(AHEAD);
            let (back, empty) = mpsc::channel::<EventPage>();
            let mut cursor = taken.cursor.clone();
            let read = move || {
                loop {
                    let (mut page, mut notes) = (empty.try_recv().unwrap_or_default(), Findings::default());
                    let step = scanner.scan(&cursor, &mut page, &mut notes)?;
                    let end = step.end;
                    cursor = step.cursor.clone();
                    if full.send((page, step, notes)).is_err() || end {
                        return Ok(());
                    }
                }
            };
            let thread = std::thread::Builder::new().name("scan".to_owned()).stack_size(STACK_BYTES);
            let reader = thread.spawn_scoped(scope, read).map_err(|error| ReadError::io(path, error))?;
            for (page, step, notes) in pages {
                taken.take(store, &page, step, notes);
                if taken.complete {
                    break;
                }
                // The reader may have ended with an error.
                drop(back.send(page));
            }
            reader.join().unwrap_or_else(|panic| resume_unwind(panic))
        })?;
        Ok(self.publish())
    }

    /// What was odd since this was last asked; an index that is published later does not have it.
    pub fn take_findings(&mut self) -> Findings {
        std::mem::take(self.taken.builder.findings())
    }

    pub fn publish(&self) -> EventIndex {
        self.taken.builder.publish()
    }

    pub fn events(&self) -> u64 {
        self.taken.builder.events()
    }

    /// Part of the store that is read, 0 to 1.
    pub fn progress(&self) -> f32 {
        self.taken.progress
    }

    pub fn is_complete(&self) -> bool {
        self.taken.complete
    }

    /// Whether the file changed since it was last looked at. `shown` is an index of it: a
    /// file whose first, middle or last row is no longer what it says was replaced.
    ///
    /// # Errors
    /// Where the file is gone.
    pub fn change(&mut self, shown: &EventIndex) -> Result<StoreChange, ReadError> {
        let change = self.scanner.change(&self.taken.cursor)?;
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
            let stream = shown.stream_of(row).map_or("", |stream| shown.streams().stored_name(stream));
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
        self.taken.complete = false;
    }
}

impl Taken {
    /// Counts a page's rows, and keeps what was odd about them.
    fn take(&mut self, store: &dyn Store, page: &EventPage, step: ScanStep, mut notes: Findings) {
        let mut room = true;
        let mut streams = Vec::with_capacity(page.len());
        for row in page.iter() {
            let stream = self.builder.push(&Header {
                key: row.key,
                stream: row.stream,
                name_form: row.name_form,
                category: row.category,
                event_type: row.event_type,
                version: row.version,
                time: row.time,
                position: &row.position,
                status: row.status,
                marks: row.marks,
                part: store.part_of(row.key),
            });
            room &= stream.is_some();
            streams.extend(stream);
        }
        for (stream, retention) in page.told() {
            self.builder.retain(stream, *retention);
        }
        // Notes are made in the order of the rows, each with its stream's name.
        let mut rows = page.iter().zip(streams).peekable();
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
    }
}
