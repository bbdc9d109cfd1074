//! [`Reader`]: the events of the log in the order in which they were committed, and single
//! ones by their position.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::chunk::Chunk;
use super::columns::{Columns, Event};
use super::directory::{Directory, End};
use super::record::{Body, Commit, Prepare, Record, flags};
use super::rules;
use super::walk::{Place, Step, Walk};
use crate::formats::bytes::Outside;
use crate::formats::row::{Extent, RowBuilder, WantedRow, by_row};
use crate::formats::{
    EventPage, Fetcher, PAGE_BYTES, PAGE_ROWS, PayloadPage, ReadError, Run, ScanCursor, ScanStep, Scanner, StoreChange,
    payloads_of_rows,
};
use crate::model::{FindingCode, Findings, Retention, RowKey, StreamStatus};

/// Prepares that wait for their commit at once.
const MAX_PENDING: usize = 1 << 20;
/// Bytes behind the end of the log that are looked at.
const MAX_BEHIND: i64 = 16 << 20;

/// What the readers of one log share: of transactions whose commit does not follow their only
/// prepare, position and first number, by the transaction. It is not in the prepares.
#[derive(Debug, Default)]
pub(super) struct Commits(Mutex<BTreeMap<i64, Committed>>);

#[derive(Clone, Copy, Debug)]
struct Committed {
    position: i64,
    first: i64,
}

impl Commits {
    fn all(&self) -> MutexGuard<'_, BTreeMap<i64, Committed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Committed {
    /// The number of one of the transaction's events.
    fn number(self, is_delete: bool, offset: i32) -> Option<i64> {
        if is_delete { Some(i64::MAX) } else { self.first.checked_add(i64::from(offset)) }
    }
}

pub(super) struct Reader {
    commits: Arc<Commits>,
    directory: Directory,
    /// Findings of the folder that were not told yet.
    notes: Findings,
    /// Those that were told while nobody scanned.
    late: Findings,
    end: End,
    /// The last chunk file, where nothing else tells that the log grew.
    live: Option<Outside>,
    /// The folder is to be looked at before the next scan.
    is_stale: bool,
    builder: RowBuilder,
    columns: Columns,
    scan: Scan,
    /// Where single records are read.
    aside: Option<Walk>,
}

/// How far a scan came.
#[derive(Default)]
struct Scan {
    /// Position behind the last record.
    at: i64,
    /// The chunk that is opened next.
    next: i64,
    /// Position behind the records of the chunks before, for files that overlap.
    done: i64,
    walk: Option<Walk>,
    /// Position of the record before.
    before: Option<i64>,
    /// By the transaction, prepares without a commit so far: position and place in it.
    pending: HashMap<i64, Vec<(i64, i32)>>,
    waiting: usize,
    /// What was told once.
    told: HashSet<String>,
}

impl Scan {
    fn tell(&mut self, code: FindingCode, message: String, notes: &mut Findings) {
        if self.told.insert(message.clone()) {
            notes.note(code, message);
        }
    }

    fn tell_all(&mut self, found: &Findings, notes: &mut Findings) {
        for finding in found.kept() {
            self.tell(finding.code, finding.message.clone(), notes);
        }
    }
}

impl Reader {
    pub fn new(path: &std::path::Path, commits: Arc<Commits>, builder: RowBuilder) -> Result<Reader, ReadError> {
        let mut notes = Findings::default();
        let directory = Directory::read(path, &mut notes).map_err(|error| ReadError::io(path, error))?;
        let columns = Columns::of(builder.mapping());
        let mut reader = Reader {
            commits,
            directory,
            notes,
            late: Findings::default(),
            end: End::default(),
            live: None,
            is_stale: true,
            builder,
            columns,
            scan: Scan::default(),
            aside: None,
        };
        reader.end = reader.directory.end(&mut Findings::default()).map_err(|error| reader.io(error))?;
        Ok(reader)
    }

    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.directory.path, error)
    }

    /// Looks at the folder and its checkpoints again. These come first: what is before them is
    /// whole when it is read afterwards.
    fn look_again(&mut self, notes: &mut Findings) -> io::Result<()> {
        let mut found = std::mem::take(&mut self.notes);
        self.end = self.directory.end(&mut found)?;
        if Outside::of(&self.directory.path)? != self.directory.outside {
            self.directory = Directory::read(&self.directory.path, &mut found)?;
        }
        self.live = self.live_outside();
        // The one that was written to may be completed by now.
        if let Some(walk) = self.scan.walk.as_mut().filter(|walk| !walk.chunk.is_complete)
            && let Ok(file) = self.directory.open(walk.chunk.entry)?
            && let Some(chunk) = Chunk::of(file, walk.chunk.entry, &self.directory, &mut found)?
        {
            walk.go_on(Arc::new(chunk), self.end.position);
        }
        self.scan.tell_all(&found, notes);
        self.is_stale = false;
        Ok(())
    }

    fn live_outside(&self) -> Option<Outside> {
        let last = self.directory.entries.last()?;
        Outside::of(&self.directory.path.join(last.name())).ok()
    }

    /// Goes to a position from the beginning, without a word: transactions that are open there
    /// must be known.
    fn seek(&mut self, at: i64) -> io::Result<()> {
        let told = std::mem::take(&mut self.scan.told);
        self.scan = Scan { told, ..Scan::default() };
        let (mut page, mut notes) = (EventPage::default(), Findings::default());
        while self.scan.at < at && self.advance(&mut page, &mut notes)? {
            page.clear();
        }
        Ok(())
    }

    /// One step of the walk through all chunks; `false` at the end of the log.
    fn advance(&mut self, page: &mut EventPage, notes: &mut Findings) -> io::Result<bool> {
        let Some(walk) = &mut self.scan.walk else { return self.open_next(notes) };
        match walk.step()? {
            Step::Record(place) => {
                self.scan.at = walk.behind();
                if place.position >= self.scan.done {
                    self.take(place, page, notes)?;
                }
            }
            Step::Odd(message) => notes.note(FindingCode::Damaged, message),
            Step::End => return Ok(self.leave_chunk(notes)),
        }
        Ok(true)
    }

    /// Opens the next chunk of the log; `false` where there is none.
    fn open_next(&mut self, notes: &mut Findings) -> io::Result<bool> {
        let (scan, size) = (&mut self.scan, self.directory.chunk_bytes);
        let (next, end) = (scan.next, self.end.position);
        let is_behind = |number: i64| end.is_some_and(|end| number.saturating_mul(size) >= end);
        let entry = self.directory.at_or_behind(next).filter(|entry| !is_behind(i64::from(entry.start)));
        let Some(entry) = entry else {
            if let (Some(end), false) = (end, is_behind(next)) {
                let message = format!(
                    "chunk-{next:06} and what follows are missing: {} says that the log goes to {end}",
                    self.end.file()
                );
                scan.tell(FindingCode::Damaged, message, notes);
            }
            return Ok(false);
        };
        let start = i64::from(entry.start);
        if start > next {
            let last = start - 1;
            let which = if next == last { format!("chunk {next} is") } else { format!("chunks {next} to {last} are") };
            let (code, why) = match next {
                0 => (FindingCode::NotRead, "archived or missing"),
                _ => (FindingCode::Damaged, "missing"),
            };
            scan.tell(code, format!("{which} not in this folder: {why}"), notes);
        }
        let mut found = Findings::default();
        let chunk = match self.directory.open(entry)? {
            Ok(file) => Chunk::of(file, entry, &self.directory, &mut found)?,
            Err(error) => {
                // It was replaced just now, or cannot be read at all.
                let now = Directory::read(&self.directory.path, &mut found)?;
                if now.entries != self.directory.entries {
                    self.directory = now;
                    return Ok(true);
                }
                found.note(FindingCode::Damaged, format!("{} cannot be read: {error}", entry.name()));
                None
            }
        };
        scan.tell_all(&found, notes);
        scan.next = i64::from(entry.end) + 1;
        scan.before = None;
        scan.at = match &chunk {
            Some(chunk) => chunk.base,
            None => scan.next.saturating_mul(size),
        };
        scan.walk = chunk.map(|chunk| Walk::new(Arc::new(chunk), end));
        Ok(true)
    }

    /// All records of the chunk are read; `false` where the log ends in it.
    fn leave_chunk(&mut self, notes: &mut Findings) -> bool {
        let scan = &mut self.scan;
        let Some(walk) = &scan.walk else { return true };
        let (chunk, behind) = (Arc::clone(&walk.chunk), walk.behind());
        if let Some(end) = self.end.position.filter(|end| *end < chunk.bound) {
            if behind != end && !chunk.is_scavenged {
                let message = format!(
                    "{} says that the log goes to {end}, and the records of {} go to {behind}",
                    self.end.file(),
                    chunk.name
                );
                scan.tell(FindingCode::Damaged, message, notes);
            }
            return false;
        }
        if !chunk.is_complete {
            if self.directory.at_or_behind(scan.next).is_none() && self.end.position.is_none() {
                return false;
            }
            let message = format!("{} has no footer that fits, and further chunks follow", chunk.name);
            scan.tell(FindingCode::Damaged, message, notes);
        }
        scan.at = chunk.bound;
        scan.done = scan.done.max(behind);
        scan.walk = None;
        true
    }

    /// Takes in a record: gives out the events that are committed by it.
    fn take(&mut self, place: Place, page: &mut EventPage, notes: &mut Findings) -> io::Result<()> {
        let Reader { scan, builder, columns, commits, .. } = self;
        let Some(walk) = &mut scan.walk else { return Ok(()) };
        let Some(record) = walk.record(&place)? else { return Ok(()) };
        match record.body {
            Body::Prepare(prepare) if !prepare.is_event() => {}
            Body::Prepare(prepare) if prepare.has(flags::IS_COMMITTED) => {
                let event = Event { prepare, number: prepare.expected.checked_add(1), commit: Some(place.position) };
                push(&record, &event, Extent::Header, builder, columns, None, page, notes);
            }
            Body::Prepare(Prepare { transaction, offset, .. }) => {
                if scan.waiting >= MAX_PENDING {
                    let message =
                        format!("more than {MAX_PENDING} records wait for a commit; further ones are left out");
                    scan.tell(FindingCode::TooLarge, message, notes);
                } else {
                    scan.waiting += 1;
                    scan.pending.entry(transaction).or_default().push((place.position, offset));
                }
            }
            Body::Commit(Commit { transaction, first }) => {
                let waited = scan.pending.remove(&transaction).unwrap_or_default();
                scan.waiting -= waited.len();
                let committed = Committed { position: place.position, first };
                let follows = waited.iter().map(|(position, _)| Some(*position)).eq([scan.before]);
                if !waited.is_empty() && (!follows || walk.chunk.is_scavenged) {
                    commits.all().insert(transaction, committed);
                }
                for (position, _) in waited {
                    self.push_single(position, Some(committed), Extent::Header, None, page, notes)?;
                }
            }
            Body::System => {}
        }
        self.scan.before = Some(place.position);
        Ok(())
    }

    /// Adds the event at a position to the page; `false` where there is none.
    fn push_single(
        &mut self,
        position: i64,
        committed: Option<Committed>,
        extent: Extent,
        item: Option<&[usize]>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> io::Result<bool> {
        if !self.turn_to(position)? {
            return Ok(false);
        }
        let Some(walk) = &mut self.aside else { return Ok(false) };
        let Some(place) = walk.find(position)? else { return Ok(false) };
        let Some(Record { body: Body::Prepare(prepare), .. }) = walk.record(&place)? else { return Ok(false) };
        let (transaction, offset, is_delete) = (prepare.transaction, prepare.offset, prepare.has(flags::STREAM_DELETE));
        let (mut number, mut commit) = (prepare.expected.checked_add(1), Some(position));
        if !prepare.has(flags::IS_COMMITTED) {
            let committed = match committed.or_else(|| self.commits.all().get(&transaction).copied()) {
                None => commit_behind(walk, &place, transaction)?,
                known => known,
            };
            number = committed.and_then(|committed| committed.number(is_delete, offset));
            commit = committed.map(|committed| committed.position);
        }
        let Some(record) = walk.record(&place)? else { return Ok(false) };
        let Body::Prepare(prepare) = record.body else { return Ok(false) };
        let event = Event { prepare, number, commit };
        push(&record, &event, extent, &mut self.builder, &self.columns, item, page, notes);
        Ok(true)
    }

    /// Opens the chunk with that position aside; `false` where there is none. A file that is
    /// gone was replaced by a scavenge.
    fn turn_to(&mut self, position: i64) -> io::Result<bool> {
        let is_in = |walk: &Walk| (walk.chunk.base..walk.chunk.bound).contains(&position);
        if self.aside.as_ref().is_some_and(is_in) {
            return Ok(true);
        }
        for _ in 0..2 {
            if let Some(entry) = self.directory.entry_of(position)
                && let Ok(file) = self.directory.open(entry)?
            {
                let chunk = Chunk::of(file, entry, &self.directory, &mut Findings::default())?;
                self.aside = chunk.map(|chunk| Walk::new(Arc::new(chunk), None));
                return Ok(self.aside.is_some());
            }
            self.directory = Directory::read(&self.directory.path, &mut Findings::default())?;
        }
        Ok(false)
    }

    /// What lies behind the end of the log, in words.
    fn tail(&mut self) -> io::Result<Option<String>> {
        let (Some(end), Some(walk)) = (self.end.position, &self.scan.walk) else { return Ok(None) };
        if walk.chunk.is_scavenged || !(walk.chunk.base..walk.chunk.bound).contains(&end) {
            return Ok(None);
        }
        let mut behind = Walk::new(Arc::clone(&walk.chunk), None);
        let mut at = end;
        while at - end < MAX_BEHIND
            && let Some(place) = behind.find(at)?
        {
            at = place.behind();
        }
        let message =
            format!("{} bytes of records lie behind {}, which ends the log at {end}", at - end, self.end.file());
        Ok((at > end).then_some(message))
    }
}

/// The commit that directly follows the only prepare of its transaction.
fn commit_behind(walk: &mut Walk, place: &Place, transaction: i64) -> io::Result<Option<Committed>> {
    let Some(behind) = walk.find(place.behind())? else { return Ok(None) };
    Ok(match walk.record(&behind)? {
        Some(Record { body: Body::Commit(commit), position }) if commit.transaction == transaction => {
            Some(Committed { position, first: commit.first })
        }
        _ => None,
    })
}

#[expect(clippy::too_many_arguments, reason = "an event, how much of it, and what it goes through and to")]
fn push(
    record: &Record<'_>,
    event: &Event<'_>,
    extent: Extent,
    builder: &mut RowBuilder,
    columns: &Columns,
    item: Option<&[usize]>,
    page: &mut EventPage,
    notes: &mut Findings,
) {
    let key = record.position;
    let pushed =
        columns.with_cells(event, key, extent, |cells| builder.push(key, cells, None, item, extent, page, notes));
    if let Err(reason) = pushed {
        notes.note(FindingCode::Damaged, format!("the record at position {key} {reason}"));
    }
    if extent == Extent::Header {
        tell_of_streams(event, page);
    }
}

/// What an event says of its stream or of another one: deletes, and metadata.
fn tell_of_streams(event: &Event<'_>, page: &mut EventPage) {
    let prepare = &event.prepare;
    let Ok(stream) = std::str::from_utf8(prepare.stream) else { return };
    if prepare.has(flags::STREAM_DELETE) {
        let gone = Retention { status: StreamStatus::Tombstoned, ..Retention::default() };
        page.tell(stream, gone);
        page.tell(&format!("{}{stream}", rules::METADATA_OF), gone);
    } else if let Some(of) = stream.strip_prefix(rules::METADATA_OF) {
        page.tell(of, rules::retention(prepare));
        page.tell(stream, Retention { newest: Some(1), ..Retention::default() });
    }
}

impl Scanner for Reader {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        page.clear();
        notes.absorb(&mut self.late);
        let at = cursor.number().unwrap_or(0);
        let mut read = || {
            if self.is_stale {
                self.look_again(notes)?;
            }
            if self.scan.at != at {
                self.seek(at)?;
            }
            while page.len() < PAGE_ROWS && page.filled_bytes() < PAGE_BYTES {
                if !self.advance(page, notes)? {
                    self.is_stale = true;
                    return Ok((true, self.tail()?));
                }
            }
            Ok((false, None))
        };
        let (end, tail) = read().map_err(|error| self.io(error))?;
        let whole = self.end.position.unwrap_or_else(|| {
            self.directory.entries.last().map_or(1, |last| (i64::from(last.end) + 1) * self.directory.chunk_bytes)
        });
        let progress = if end { 1.0 } else { (self.scan.at as f64 / whole.max(1) as f64).clamp(0.0, 1.0) as f32 };
        Ok(ScanStep { cursor: ScanCursor::at(self.scan.at), end, progress, tail })
    }

    /// A scan takes the end of the log from its checkpoints when it begins.
    fn end_at_present(&mut self) -> Result<(), ReadError> {
        let mut late = Findings::default();
        self.look_again(&mut late).map_err(|error| self.io(error))?;
        self.late.absorb(&mut late);
        Ok(())
    }

    fn change(&mut self, cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        let seen = cursor.number().unwrap_or(0);
        let mut look = || {
            let mut notes = Findings::default();
            let mut change = StoreChange::Same;
            let end = self.directory.end(&mut notes)?;
            let live = self.live_outside();
            if end != self.end || (end.position.is_none() && live != self.live) {
                change = StoreChange::Written;
            }
            if end.position.is_some_and(|end| end < seen && self.end.position.is_some_and(|old| end < old)) {
                return Ok(StoreChange::Replaced);
            }
            if Outside::of(&self.directory.path)? != self.directory.outside {
                let now = Directory::read(&self.directory.path, &mut notes)?;
                let size = now.chunk_bytes;
                let read = |directory: &Directory| -> Vec<_> {
                    let entries = directory.entries.iter();
                    entries.take_while(|entry| (i64::from(entry.start)) * size < seen).copied().collect()
                };
                if read(&now) != read(&self.directory) {
                    return Ok(StoreChange::Replaced);
                }
                if now.entries != self.directory.entries {
                    change = StoreChange::Written;
                }
                self.directory = now;
            }
            Ok(change)
        };
        let looked = look();
        self.is_stale = true;
        looked.map_err(|error| self.io(error))
    }

    fn rest(&mut self) {
        self.aside = None;
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
        let has_items = self.builder.mapping().has_items();
        let mut read = 0;
        for WantedRow { row, items, keys } in by_row(keys, has_items) {
            if read > 0 && page.filled_bytes() > PAGE_BYTES {
                break;
            }
            read += keys;
            let pushed = self.push_single(row, None, Extent::Whole, items.as_deref(), page, notes);
            pushed.map_err(|error| self.io(error))?;
        }
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        if !self.columns.payload_is_data() {
            return payloads_of_rows(self, keys, page);
        }
        for (at, key) in keys.iter().enumerate() {
            let mut read = || {
                if self.turn_to(key.0)?
                    && let Some(walk) = &mut self.aside
                    && let Some(place) = walk.find(key.0)?
                    && let Some(Record { body: Body::Prepare(prepare), .. }) = walk.record(&place)?
                {
                    page.push(*key, prepare.shown_data());
                }
                Ok(())
            };
            read().map_err(|error: io::Error| self.io(error))?;
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at + 1);
            }
        }
        Ok(keys.len())
    }

    fn rest(&mut self) {
        self.aside = None;
    }
}
