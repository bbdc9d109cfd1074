//! JSON lines: one event an object, one object a line. A row's key is the byte at which it
//! begins. The same for values that stand one behind the other, and for the items of an
//! array. Reads by position in a window; never maps or loads the file.

mod line;
mod records;
mod replaced;
mod sample;
mod shape;
mod values;
mod walk;

use std::io;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::bytes::{Bytes, Now};
use super::probe::{Kind, Probe};
use super::row::{Extent, RowBuilder};
use super::{
    Bound, Container, Contents, DialectStore, EventPage, Fetcher, LOOK_TIME, OpenError, PAGE_BYTES, PAGE_ROWS,
    PayloadPage, Reach, ReadError, Readers, Run, ScanCursor, ScanStep, Scanner, Sieve, Sifted, Source, StoreChange,
    Tables,
};
use crate::dialect::guess::TableSample;
use crate::dialect::mapping::Row;
use crate::dialect::{Candidate, Cell, Mapping, Name, Table};
use crate::model::json::with_whole_characters;
use crate::model::{Finding, FindingCode, Findings, RowKey};
use line::{Keys, Line};
use records::{MAX_RECORD_BYTES, Record, Records};
use replaced::{Replaced, Rule};
use sample::{SampledKeys, sample, sample_keys};
use shape::{Form, Shape, shapes};

/// Bytes at the end of what was read that must stand there still when the file grew.
const TAIL_BYTES: u64 = 1 << 10;
/// A page of an input that passes by is full with fewer bytes: it is used up at once.
const PASSING_BYTES: usize = 256 << 10;
/// Bytes that are searched together: they fit into the cache of a core.
const SIFTED_BYTES: usize = 256 << 10;
/// What an array without items is expected to hold.
const EXPECTED: [&str; 4] = ["stream", "version", "type", "data"];

pub(super) struct JsonLines;

impl Container for JsonLines {
    fn accepts(&self, probe: &Probe) -> Result<(), String> {
        match &probe.kind {
            Kind::File(head) if shape::looks_like_json(head) => Ok(()),
            Kind::File(_) => Err("no line of it is a JSON object".to_owned()),
            Kind::Folder(_) => Err("it is a folder".to_owned()),
        }
    }

    fn begins_late(&self, bytes: &dyn Bytes) -> bool {
        // What cannot be read is none of ours.
        shape::begins_late(bytes, Instant::now() + LOOK_TIME).unwrap_or(false)
    }

    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError> {
        let bytes = source.bytes()?;
        let shapes = shapes(&bytes).map_err(|error| ReadError::io(&source.path, error))?;
        Ok(Box::new(File { path: source.path, bytes, shapes }))
    }
}

/// A file of JSON.
struct File {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    shapes: Vec<Shape>,
}

impl File {
    fn shape_of(&self, table: &Table) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.name == table.name.as_str())
    }

    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.path, error)
    }
}

impl Contents for File {
    fn engine(&self) -> &'static str {
        "json-lines"
    }

    fn tables(&self, reach: Reach) -> Result<Tables, OpenError> {
        let is_first = reach.is_first();
        let (mut list, mut is_all) = (Vec::new(), !is_first);
        for shape in self.shapes.iter().filter(|shape| !is_first || shape.is_likely) {
            let found = match shape.is_empty {
                true => {
                    SampledKeys { columns: EXPECTED.map(str::to_owned).to_vec(), is_all: true, ..Default::default() }
                }
                false => sample_keys(&self.bytes, shape, reach).map_err(|error| self.io(error))?,
            };
            is_all &= found.is_all;
            let table = Table::new(shape.name.as_str(), found.columns, true);
            let inside = found.inside.into_iter().map(Name::from).collect();
            list.push(Table { is_open: true, is_empty: shape.is_empty, typing: shape.typing, inside, ..table });
        }
        Ok(Tables { list, is_all })
    }

    fn samples(&self, tables: &[Table], most: usize) -> Result<Vec<TableSample>, ReadError> {
        let known = tables.iter().filter_map(|table| Some((table, self.shape_of(table)?)));
        known.map(|(table, shape)| sample(&self.bytes, table, shape, most).map_err(|error| self.io(error))).collect()
    }

    fn store(&self, candidate: &Candidate, mut mapping: Mapping) -> Result<Bound, OpenError> {
        let gone = || self.io(io::Error::other("it changed while it was opened"));
        let shape = self.shape_of(&candidate.table).ok_or_else(gone)?.clone();
        // A log is in the order in which it was written only if it says so itself.
        mapping.order_by_position();
        let mapping = if shape.typing.is_some() { mapping.with_types() } else { mapping };
        if mapping.replaces().is_some() && self.bytes.passes() {
            return Err(OpenError::NotAStore {
                path: self.path.clone(),
                reason: "its lines replace others that came before, which have gone by".to_owned(),
                help: "write it into a file first, and open that".to_owned(),
            });
        }
        let replaced = Rule::of(&mapping, shape.typing).map(|rule| Arc::new(Mutex::new(Replaced::new(rule))));
        let readers = Log { path: self.path.clone(), bytes: Arc::clone(&self.bytes), shape, replaced };
        Ok(DialectStore::bound(readers, mapping, false))
    }
}

struct Log {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    shape: Shape,
    /// Which lines count, where some replace others.
    replaced: Option<Arc<Mutex<Replaced>>>,
}

impl Readers for Log {
    type Reader = Reader;

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Ok(Reader {
            path: self.path.clone(),
            bytes: Arc::clone(&self.bytes),
            records: Records::new(Arc::clone(&self.bytes), self.shape.clone()),
            replaced: self.replaced.clone(),
            keys: Keys::new(mapping),
            builder: RowBuilder::new(Arc::clone(mapping)),
            extent: Extent::Header,
            numbered: (self.shape.start, 0),
            tail: Vec::new(),
            present: None,
            block: Vec::new(),
        })
    }

    fn passage(&self, mapping: &Arc<Mapping>) -> Option<Reader> {
        let reader = self.reader(mapping).ok().filter(|_| self.bytes.passes())?;
        Some(Reader { extent: Extent::Passing, ..reader })
    }
}

struct Reader {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    records: Records,
    replaced: Option<Arc<Mutex<Replaced>>>,
    keys: Keys,
    builder: RowBuilder,
    /// What a scan reads of each line.
    extent: Extent,
    /// An offset and the number of records before it.
    numbered: (u64, u64),
    /// The last bytes that a scan went over.
    tail: Vec<u8>,
    /// Records that begin behind this are left for another scan.
    present: Option<u64>,
    /// Lines that are searched.
    block: Vec<u8>,
}

impl Reader {
    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.path, error)
    }

    /// Adds the record to the page under that key; `Err` says why it is no event.
    fn push(
        &mut self,
        record: &Record,
        key: i64,
        item: Option<&[usize]>,
        extent: Extent,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), String> {
        let above = match self.keys.above.is_empty() {
            true => Vec::new(),
            false => self.records.keys(record).map_err(|error| error.to_string())?.to_vec(),
        };
        let typing = self.records.shape().typing;
        let bytes = self.records.text(record);
        let text =
            std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.valid_up_to()))?;
        let line = match typing {
            Some(typing) => Line::typed(text, typing)?,
            None => Line::Text(text),
        };
        let (keys, builder) = (&mut self.keys, &mut self.builder);
        let (rows, mut half) = (page.len(), None);
        let mut push = |line: &Line<'_>, page: &mut EventPage, notes: &mut Findings| {
            let cells = keys.cells(line, &above)?;
            let rest = if extent != Extent::Header { keys.rest(line, &cells, builder.mapping()) } else { None };
            builder.push(key, &cells, rest.as_deref(), item, extent, page, notes)
        };
        if let Err(reason) = push(&line, page, notes) {
            // The parser refuses half a surrogate pair, which JSON's grammar allows.
            let whole = with_whole_characters(text);
            let odd = typing.is_none() && (whole.len() != text.len() || *whole != *text);
            if !odd || push(&Line::Text(&whole), page, notes).is_err() {
                return Err(reason);
            }
            half = Some("a key has half a surrogate pair, shown as \u{fffd}".to_owned());
        }
        if let (Extent::Header | Extent::Passing, Some(row)) = (extent, page.get(rows)) {
            let twice = keys.repeated.take().map(|message| (FindingCode::DuplicateKey, message));
            for (code, message) in half.map(|message| (FindingCode::ReplacedText, message)).into_iter().chain(twice) {
                let (stream, version) = (Some(Arc::from(row.stream)), row.version);
                notes.push(Finding { code, stream, stream_id: None, version, message });
            }
        }
        Ok(())
    }

    /// Adds the rows in this order until the page is full, then arranges them by their places.
    /// The number is that of keys that were looked at.
    fn fetch_each(
        &mut self,
        wanted: &[(RowKey, usize)],
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<usize, ReadError> {
        let has_items = self.builder.mapping().has_items();
        let row_of = |key: RowKey| if has_items { key.row_and_item().0 } else { key.0 };
        let offsets: Vec<u64> = wanted.iter().map(|(key, _)| row_of(*key).max(0) as u64).collect();
        let before = page.len();
        let mut places = Vec::with_capacity(wanted.len());
        let mut read = 0;
        while read < wanted.len() && (read == 0 || page.filled_bytes() <= PAGE_BYTES) {
            let (at, rows) = (read, page.len());
            // Items of one record are taken out of it together.
            let together = offsets[at..].iter().take_while(|offset| has_items && **offset == offsets[at]).count();
            let own = &wanted[at..at + together.max(1)];
            read += own.len();
            self.records.prepare(&offsets[at..]).map_err(|error| self.io(error))?;
            let Some(record) = self.records.record(offsets[at]).map_err(|error| self.io(error))? else { continue };
            let items: Vec<usize> = own.iter().map(|(key, _)| key.row_and_item().1).collect();
            let (key, items) = (record.offset as i64, has_items.then_some(items.as_slice()));
            if let Err(reason) = self.push(&record, key, items, Extent::Whole, page, notes) {
                let what = self.records.shape().what();
                let message = format!("the {what} at byte {} changed: it {reason}", offsets[at]);
                notes.note(FindingCode::Damaged, message);
            }
            let mut own = own.iter();
            for row in rows..page.len() {
                let key = page.get(row).map(|row| row.key);
                places.extend(own.find(|(own, _)| !has_items || Some(*own) == key).map(|(_, place)| *place));
            }
        }
        page.arrange(before, &places);
        Ok(read)
    }

    /// Looks which lines count, as far as the file goes now; `None` where none replaces another.
    /// `from`: all before it was scanned.
    fn look_for_replaced(&mut self, from: u64) -> Result<Option<u64>, ReadError> {
        let Some(replaced) = self.replaced.clone() else { return Ok(None) };
        let mut replaced = replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let found = replaced.look_on(&mut self.records, from, self.present);
        found.map(|()| Some(replaced.until())).map_err(|error| self.io(error))
    }

    fn is_replaced(&self, record: &Record) -> bool {
        let of = |own: &Arc<Mutex<Replaced>>| own.lock().unwrap_or_else(PoisonError::into_inner).has(record.offset);
        self.replaced.as_ref().is_some_and(of)
    }

    /// Keeps what is needed to see later whether it still stands there.
    fn remember(&mut self, cursor: u64) -> Result<(), ReadError> {
        let from = cursor.saturating_sub(TAIL_BYTES);
        let mut tail = std::mem::take(&mut self.tail);
        let read = self.bytes.read(from, (cursor - from) as usize, &mut tail);
        self.tail = tail;
        read.map_err(|error| self.io(error))
    }
}

impl Scanner for Reader {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        page.clear();
        self.records.look_again();
        let shape = self.records.shape();
        let (what, start) = (shape.what(), shape.start);
        let mut at = cursor.number().map_or(start, |at| at.max(0) as u64);
        let mut number = if self.numbered.0 == at { Some(self.numbered.1) } else { None };
        let (mut end, mut tail) = (false, None);
        // What was written since then may replace what was scanned.
        let looked_at = self.look_for_replaced(at)?;
        let passes = self.extent == Extent::Passing;
        let full = if passes { PASSING_BYTES } else { PAGE_BYTES };
        while page.len() < PAGE_ROWS && page.filled_bytes() < full {
            if self.present.into_iter().chain(looked_at).any(|present| at >= present) {
                end = true;
                break;
            }
            let Some(record) = self.records.record(at).map_err(|error| self.io(error))? else {
                end = true;
                break;
            };
            let place = || match number {
                Some(before) => format!("{what} {}", before + 1),
                None => format!("the {what} at byte {}", record.offset),
            };
            let key = match number {
                Some(before) if passes => before as i64 + 1,
                _ => record.offset as i64,
            };
            let mut bad = None;
            if record.too_long {
                bad = Some(format!("{} is longer than {} MiB", place(), MAX_RECORD_BYTES >> 20));
            } else if !self.records.text(&record).trim_ascii().is_empty()
                && !self.is_replaced(&record)
                && let Err(reason) = self.push(&record, key, None, self.extent, page, notes)
            {
                if record.unfinished {
                    // The writer may be in the middle of it: the next scan begins here again.
                    tail = Some(format!("{} is the last and unfinished: it {reason}", place()));
                    end = true;
                    break;
                }
                bad = Some(format!("{} {reason}", place()));
            }
            at = record.next;
            number = number.map(|n| n + 1);
            if let Some(message) = bad {
                notes.note(FindingCode::BadLine, message);
                if passes {
                    break;
                }
            }
        }
        if let Some(number) = number {
            self.numbered = (at, number);
        }
        if end {
            self.present = None;
            if !passes {
                self.remember(at)?;
            }
            // Where the bytes themselves end early, the last line is only what is left of one.
            tail = self.bytes.trouble().or(tail);
        }
        let progress = if end { 1.0 } else { self.bytes.progress(at) };
        Ok(ScanStep { cursor: ScanCursor::at(at as i64), end, progress, tail })
    }

    fn end_at_present(&mut self) -> Result<(), ReadError> {
        self.present = self.bytes.present().map_err(|error| self.io(error))?;
        Ok(())
    }

    fn change(&mut self, cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        let seen = cursor.number().unwrap_or(0).max(0) as u64;
        let len = match self.bytes.now().map_err(|error| self.io(error))? {
            Now::Same(len) if len >= seen => len,
            _ => return Ok(StoreChange::Replaced),
        };
        // What was read must still stand there.
        let mut tail = Vec::new();
        let from = seen.saturating_sub(self.tail.len() as u64);
        self.bytes.read(from, (seen - from) as usize, &mut tail).map_err(|error| self.io(error))?;
        if tail != self.tail {
            return Ok(StoreChange::Replaced);
        }
        if len > seen && self.replaced.is_some() {
            self.records.look_again();
            self.look_for_replaced(seen)?;
        }
        let is_stale = |own: &Arc<Mutex<Replaced>>| own.lock().unwrap_or_else(PoisonError::into_inner).is_stale;
        Ok(match self.replaced.as_ref().is_some_and(is_stale) {
            true => StoreChange::Replaced,
            false if len > seen => StoreChange::Written,
            false => StoreChange::Same,
        })
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
        self.records.look_again();
        let mut wanted: Vec<(RowKey, usize)> = keys.iter().copied().zip(0..).collect();
        if keys.is_sorted() {
            return self.fetch_each(&wanted, page, notes);
        }
        // Read as they lie, whatever order they are asked for in.
        wanted.sort_unstable();
        let (mut part, mut found) = (EventPage::default(), Findings::default());
        let mut read = self.fetch_each(&wanted, &mut part, &mut found)?;
        if read < keys.len() {
            // Those that fit are not those in front: as they are asked for, then.
            wanted.sort_unstable_by_key(|(_, place)| *place);
            (part, found) = (EventPage::default(), Findings::default());
            read = self.fetch_each(&wanted, &mut part, &mut found)?;
        }
        page.append(part);
        notes.absorb(&mut found);
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        self.records.look_again();
        let mapping = self.builder.mapping();
        let is_typed = self.records.shape().typing.is_some();
        if is_typed
            || mapping.has_items()
            || mapping.has_codings()
            || (mapping.payload_column().is_none() && mapping.looks_inside())
        {
            return super::payloads_of_rows(self, keys, page);
        }
        let offsets: Vec<u64> = keys.iter().map(|key| key.0.max(0) as u64).collect();
        for (at, key) in keys.iter().enumerate() {
            self.records.prepare(&offsets[at..]).map_err(|error| self.io(error))?;
            let Some(record) = self.records.record(offsets[at]).map_err(|error| self.io(error))? else { continue };
            let Ok(text) = std::str::from_utf8(self.records.text(&record)) else { continue };
            let text = with_whole_characters(text);
            let line = Line::Text(&text);
            let Ok(cells) = self.keys.cells(&line, &[]) else { continue };
            let mapping = self.builder.mapping();
            match (mapping.payload(&Row::plain(&cells)), self.keys.rest(&line, &cells, mapping)) {
                (Cell::Json(payload), _) => page.push(*key, Some(payload.as_bytes())),
                (_, rest) => page.push(*key, rest.as_deref().map(str::as_bytes)),
            }
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at + 1);
            }
        }
        Ok(keys.len())
    }
    fn sift(
        &mut self,
        keys: RangeInclusive<RowKey>,
        sieve: &mut Sieve,
        found: &mut Vec<RowKey>,
    ) -> Result<Option<Sifted>, ReadError> {
        let shape = self.records.shape();
        let is_line = shape.form == Form::Lines && shape.typing.is_none() && self.keys.above.is_empty();
        if !is_line || self.builder.mapping().shown_columns().is_none() {
            return Ok(None);
        }
        let from = keys.start().0.max(0);
        self.bytes
            .read(from as u64, SIFTED_BYTES, &mut self.block)
            .map_err(|error| ReadError::io(&self.path, error))?;
        let is_end = self.block.len() < SIFTED_BYTES;
        let whole =
            if is_end { self.block.len() } else { memchr::memrchr(b'\n', &self.block).map_or(0, |end| end + 1) };
        found.extend(sieve.places(&self.block[..whole]).iter().map(|place| RowKey(from + *place as i64)));
        Ok(Some(Sifted { until: from + whole as i64, rows: None }))
    }
}
