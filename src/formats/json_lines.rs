//! JSON lines: one event an object, one object a line. A row's key is the byte at which it
//! begins. The same for values that stand one behind the other, and for the items of an
//! array. Reads by position in a window; never maps or loads the file.

mod records;
mod shape;
mod values;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::bytes::{Bytes, Now};
use super::probe::{Kind, Probe};
use super::row::{Extent, RowBuilder, row_and_item};
use super::{
    Bound, Container, Contents, DialectStore, EventPage, Fetcher, LOOK_TIME, OpenError, PAGE_BYTES, PAGE_ROWS,
    PayloadPage, Reach, ReadError, Readers, Run, ScanCursor, ScanStep, Scanner, Source, StoreChange, Tables,
};
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::mapping::Row;
use crate::dialect::{Candidate, Cell, Mapping, Name, Table, plain};
use crate::model::json::{end_of_value, is_json, unquoted, with_whole_characters, write_string};
use crate::model::{Finding, FindingCode, Findings, RowKey};
use jiter::Jiter;
use records::{MAX_RECORD_BYTES, Record, Records};
use shape::{Shape, shapes};

/// Records, and bytes of them, whose values are looked at, where no dialect knows the keys.
const SAMPLED_RECORDS: usize = 500;
const SAMPLED_BYTES: u64 = 8 << 20;
/// Bytes at the end of what was read that must stand there still when the file grew.
const TAIL_BYTES: u64 = 1 << 10;
/// A page of an input that passes by is full with fewer bytes: it is used up at once.
const PASSING_BYTES: usize = 256 << 10;
/// Different keys whose columns are remembered.
const KNOWN_KEYS: usize = 4_096;
/// Different keys that are counted.
const SEEN_KEYS: usize = 1 << 20;
/// What an array without items is expected to hold.
const EXPECTED: [&str; 4] = ["stream", "version", "type", "data"];

pub(super) struct JsonLines;

impl Container for JsonLines {
    fn engine(&self) -> &'static str {
        "json-lines"
    }

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
    fn tables(&self, reach: Reach) -> Result<Tables, OpenError> {
        let is_first = reach.is_first();
        let (mut list, mut is_all) = (Vec::new(), !is_first);
        for shape in self.shapes.iter().filter(|shape| !is_first || shape.is_likely) {
            let (columns, whole) = match shape.is_empty {
                true => (EXPECTED.map(str::to_owned).to_vec(), true),
                false => sample_keys(&self.bytes, shape, reach).map_err(|error| self.io(error))?,
            };
            is_all &= whole;
            let table = Table::new(shape.name.as_str(), columns, true);
            list.push(Table { is_open: true, is_empty: shape.is_empty, ..table });
        }
        Ok(Tables { list, is_all })
    }

    fn samples(&self, tables: &[Table]) -> Result<Vec<TableSample>, ReadError> {
        let known = tables.iter().filter_map(|table| Some((table, self.shape_of(table)?)));
        known.map(|(table, shape)| sample(&self.bytes, table, shape).map_err(|error| self.io(error))).collect()
    }

    fn store(&self, candidate: &Candidate, mut mapping: Mapping) -> Result<Bound, OpenError> {
        let gone = || self.io(io::Error::other("it changed while it was opened"));
        let shape = self.shape_of(&candidate.table).ok_or_else(gone)?.clone();
        // A log is in the order in which it was written only if it says so itself.
        mapping.order_by_position();
        let readers = Log { path: self.path.clone(), bytes: Arc::clone(&self.bytes), shape };
        Ok(DialectStore::bound(readers, mapping, false))
    }
}

/// The keys of the first records, each once, and whether further ones need not be looked at.
/// Where there are very many, those count that come again: the others are values that stand where a key should.
fn sample_keys(bytes: &Arc<dyn Bytes>, shape: &Shape, reach: Reach) -> io::Result<(Vec<String>, bool)> {
    let mut records = Records::new(Arc::clone(bytes), shape.clone());
    // Of each key only its hash is kept, and whether it was taken.
    let (hasher, mut seen): (RandomState, HashMap<u64, bool>) = Default::default();
    let mut keys = Vec::new();
    // What is passed over is not looked at.
    let (mut at, mut looked_at) = (shape.start, 0);
    for nth in 0..reach.rows {
        let Some(record) = records.record(at)? else { return Ok((keys, true)) };
        if let Ok(text) = std::str::from_utf8(records.text(&record)) {
            // A record that is no object has no keys.
            let _ = each_member(text, |key, _| match seen.entry(hasher.hash_one(key)) {
                Entry::Vacant(entry) => {
                    let taken = keys.len() < KNOWN_KEYS;
                    entry.insert(taken);
                    keys.extend(taken.then(|| key.to_owned()));
                }
                Entry::Occupied(mut entry) if !entry.get() && keys.len() < 2 * KNOWN_KEYS => {
                    entry.insert(true);
                    keys.push(key.to_owned());
                }
                Entry::Occupied(_) => {}
            });
        }
        at = record.next;
        looked_at += record.len as u64;
        // More would not be kept, or takes too long.
        if seen.len() > SEEN_KEYS || (nth % 256 == 255 && Instant::now() > reach.until) {
            return Ok((keys, true));
        }
        if looked_at > reach.bytes {
            break;
        }
    }
    Ok((keys, false))
}

/// The values of the first records by key.
fn sample(bytes: &Arc<dyn Bytes>, table: &Table, shape: &Shape) -> io::Result<TableSample> {
    let mut records = Records::new(Arc::clone(bytes), shape.clone());
    let places: HashMap<&str, usize> = table.columns.iter().map(Name::as_str).zip(0..).collect();
    let mut at = shape.start;
    let mut rows = Vec::new();
    while rows.len() < SAMPLED_RECORDS && at - shape.start <= SAMPLED_BYTES {
        let Some(record) = records.record(at)? else { break };
        let mut row = vec![Sampled::Null; table.columns.len()];
        let text = std::str::from_utf8(records.text(&record)).unwrap_or_default();
        let taken = each_member(text, |key, value| {
            if let Some(slot) = places.get(key).and_then(|column| row.get_mut(*column)) {
                *slot = sampled(value);
            }
        });
        if taken.is_ok() && !text.is_empty() {
            rows.push(row);
        }
        at = record.next;
    }
    Ok(TableSample { table: table.clone(), rows, keys: Vec::new(), count: None })
}

fn sampled(value: &str) -> Sampled {
    match value.as_bytes().first() {
        None | Some(b'n') => Sampled::Null,
        Some(b'"') => Sampled::Text(unquoted(value).into_owned()),
        Some(b't' | b'f') => Sampled::Integer(i64::from(value.starts_with('t'))),
        Some(b'{' | b'[') => Sampled::Text(value.to_owned()),
        _ => value.parse().map_or_else(|_| Sampled::Real(value.parse().unwrap_or_default()), Sampled::Integer),
    }
}

struct Log {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    shape: Shape,
}

impl Readers for Log {
    type Reader = Reader;

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Ok(Reader {
            path: self.path.clone(),
            bytes: Arc::clone(&self.bytes),
            records: Records::new(Arc::clone(&self.bytes), self.shape.clone()),
            keys: Keys::new(mapping),
            builder: RowBuilder::new(Arc::clone(mapping)),
            extent: Extent::Header,
            numbered: (self.shape.start, 0),
            tail: Vec::new(),
            present: None,
        })
    }

    fn passage(&self, mapping: &Arc<Mapping>) -> Option<Reader> {
        let reader = self.reader(mapping).ok().filter(|_| self.bytes.passes())?;
        Some(Reader { extent: Extent::Passing, ..reader })
    }
}

/// Which columns the keys of a line belong to.
struct Keys {
    columns: usize,
    /// So many of them, in front, hold what has a role.
    claimed: usize,
    /// Columns by their name as it is compared, each with its very name.
    by_name: HashMap<String, Vec<(usize, Name)>>,
    /// The keys of the line before, in their order: lines of one log are mostly alike.
    before: Vec<(String, Arc<[Place]>)>,
    /// What a key has that belongs to no column.
    none: Arc<[Place]>,
    /// What the line has twice though it has a role, in words.
    repeated: Option<String>,
}

/// A column, and whether the key is its very name.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    exact: bool,
}

impl Keys {
    fn new(mapping: &Mapping) -> Keys {
        let columns = mapping.columns();
        let mut by_name: HashMap<String, Vec<(usize, Name)>> = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            by_name.entry(column.name.plain().to_owned()).or_default().push((at, column.name.clone()));
        }
        let claimed = (0..columns.len()).filter(|column| mapping.claims(*column)).count();
        let columns = columns.len();
        Keys { columns, claimed, by_name, before: Vec::new(), none: Arc::default(), repeated: None }
    }

    /// The columns of the line's key of that number.
    fn places(&mut self, nth: usize, key: &str) -> &[Place] {
        if self.before.get(nth).is_none_or(|(before, _)| before != key) {
            let places = self.look_up(key);
            self.before.truncate(KNOWN_KEYS);
            match self.before.get_mut(nth) {
                Some((before, old)) => {
                    before.clear();
                    before.push_str(key);
                    *old = places;
                }
                None => self.before.push((key.to_owned(), places)),
            }
        }
        // The line has more keys than are remembered: the last place serves for all of them.
        self.before.get(nth).or(self.before.last()).map_or(&[], |(_, places)| places)
    }

    fn look_up(&self, key: &str) -> Arc<[Place]> {
        match self.by_name.get(plain(key).as_ref()) {
            None => Arc::clone(&self.none),
            Some(alike) => {
                alike.iter().map(|(column, own)| Place { column: *column, exact: own.as_str() == key }).collect()
            }
        }
    }

    /// The cells of a line, by the mapping's columns.
    fn cells<'l>(&mut self, line: &'l str) -> Result<Vec<Cell<'l>>, String> {
        let mut cells = vec![Cell::Null; self.columns];
        // Columns whose very name the line has, and those that have one like it.
        let (mut exact, mut alike) = (0_u128, 0_u128);
        let (mut nth, claimed, mut repeated) = (0, self.claimed, None);
        each_member(line, |key, value| {
            for place in self.places(nth, key) {
                let bit = 1_u128.checked_shl(place.column as u32).unwrap_or(0);
                if bit & if place.exact { exact } else { alike & !exact } != 0 && place.column < claimed {
                    repeated = Some(format!("the key \"{key}\" is there twice, the last one counts"));
                }
                alike |= bit;
                if place.exact || exact & bit == 0 {
                    cells[place.column] = Cell::Json(value);
                    exact |= if place.exact { bit } else { 0 };
                }
            }
            nth += 1;
        })?;
        self.repeated = repeated;
        Ok(cells)
    }

    /// The members that nothing in the mapping names, as an object, where they are the payload.
    fn rest(&mut self, line: &str, cells: &[Cell<'_>], mapping: &Mapping) -> Option<String> {
        mapping.rest().filter(|_| mapping.payload(&Row::plain(cells)).is_null())?;
        let mut rest = String::from("{");
        let mut nth = 0;
        // The line was read before.
        let _ = each_member(line, |key, value| {
            if !self.places(nth, key).iter().any(|place| mapping.claims(place.column)) {
                if rest.len() > 1 {
                    rest.push(',');
                }
                write_string(key, &mut rest);
                rest.push(':');
                rest.push_str(value);
            }
            nth += 1;
        });
        (rest.len() > 1).then(|| rest + "}")
    }
}

struct Reader {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    records: Records,
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
        let bytes = self.records.text(record);
        let text =
            std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.valid_up_to()))?;
        let (keys, builder) = (&mut self.keys, &mut self.builder);
        let (rows, mut half) = (page.len(), None);
        if let Err(reason) = push_text(text, key, item, extent, keys, builder, page, notes) {
            // The parser refuses half a surrogate pair, which JSON's grammar allows.
            let whole = with_whole_characters(text);
            let odd = whole.len() != text.len() || *whole != *text;
            if !odd || push_text(&whole, key, item, extent, keys, builder, page, notes).is_err() {
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
        let row_of = |key: RowKey| if has_items { row_and_item(key).0 } else { key.0 };
        let offsets: Vec<u64> = wanted.iter().map(|(key, _)| row_of(*key).max(0) as u64).collect();
        let before = page.len();
        let mut places = Vec::with_capacity(wanted.len());
        let mut read = 0;
        for (key, place) in wanted {
            if read > 0 && page.filled_bytes() > PAGE_BYTES {
                break;
            }
            let at = read;
            read += 1;
            self.records.prepare(&offsets[at..]).map_err(|error| self.io(error))?;
            let Some(record) = self.records.record(offsets[at]).map_err(|error| self.io(error))? else { continue };
            let item = [row_and_item(*key).1];
            let (item, rows) = (has_items.then_some(&item[..]), page.len());
            match self.push(&record, record.offset as i64, item, Extent::Whole, page, notes) {
                Ok(()) => places.extend((page.len() > rows).then_some(*place)),
                Err(reason) => {
                    let what = self.records.shape().what();
                    let message = format!("the {what} at byte {} changed: it {reason}", key.0);
                    notes.note(FindingCode::Damaged, message);
                }
            }
        }
        page.arrange(before, &places);
        Ok(read)
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

#[expect(clippy::too_many_arguments, reason = "a line, how much of it, and what it goes through and to")]
fn push_text(
    text: &str,
    key: i64,
    item: Option<&[usize]>,
    extent: Extent,
    keys: &mut Keys,
    builder: &mut RowBuilder,
    page: &mut EventPage,
    notes: &mut Findings,
) -> Result<(), String> {
    let cells = keys.cells(text)?;
    let rest = if extent != Extent::Header { keys.rest(text, &cells, builder.mapping()) } else { None };
    builder.push(key, &cells, rest.as_deref(), item, extent, page, notes)
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
        let passes = self.extent == Extent::Passing;
        let full = if passes { PASSING_BYTES } else { PAGE_BYTES };
        while page.len() < PAGE_ROWS && page.filled_bytes() < full {
            if self.present.is_some_and(|present| at >= present) {
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
                && let Err(reason) = self.push(&record, key, None, self.extent, page, notes)
            {
                if record.unfinished {
                    // The writer may be in the middle of it: the next scan begins here again.
                    tail = Some(format!("{} is the last and unfinished: {reason}", place()));
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
        Ok(if len > seen { StoreChange::Written } else { StoreChange::Same })
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
        if mapping.has_items() || (mapping.payload_column().is_none() && mapping.looks_inside()) {
            return super::payloads_of_rows(self, keys, page);
        }
        let offsets: Vec<u64> = keys.iter().map(|key| key.0.max(0) as u64).collect();
        for (at, key) in keys.iter().enumerate() {
            self.records.prepare(&offsets[at..]).map_err(|error| self.io(error))?;
            let Some(record) = self.records.record(offsets[at]).map_err(|error| self.io(error))? else { continue };
            let Ok(text) = std::str::from_utf8(self.records.text(&record)) else { continue };
            let text = with_whole_characters(text);
            let Ok(cells) = self.keys.cells(&text) else { continue };
            let mapping = self.builder.mapping();
            match (mapping.payload(&Row::plain(&cells)), self.keys.rest(&text, &cells, mapping)) {
                (Cell::Json(payload), _) => page.push(*key, Some(payload.as_bytes())),
                (_, rest) => page.push(*key, rest.as_deref().map(str::as_bytes)),
            }
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at + 1);
            }
        }
        Ok(keys.len())
    }
}

/// Calls `each` with every top-level key of the object and the text of its value.
fn each_member<'l>(line: &'l str, mut each: impl FnMut(&str, &'l str)) -> Result<(), String> {
    let bytes = line.as_bytes();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let wrong = |error: jiter::JiterError| format!("is no JSON: {}", error.error_type);
    if bytes.get(start) != Some(&b'{') {
        return Err("is no JSON object".to_owned());
    }
    // Positions count from `base`, which moves when the parser is made anew behind a
    // value that it refuses.
    let mut base = 0;
    let mut parser = Jiter::new(bytes);
    let mut name = String::new();
    let mut more = keep(parser.next_object().map_err(wrong)?, &mut name);
    while more {
        let peek = parser.peek().map_err(wrong)?;
        let from = base + parser.current_index();
        if parser.known_skip(peek).is_err() {
            // What JSON allows and the parser does not: depth, and surrogates that stand alone.
            let to = end_of_value(bytes, from).ok_or("is no JSON: it ends inside a value")?;
            if !is_json(&line[from..to]) {
                return Err("is no JSON".to_owned());
            }
            base = to;
            parser = Jiter::new(&bytes[base..]);
        }
        let to = base + parser.current_index();
        each(&name, &line[from..to]);
        more = keep(parser.next_key().map_err(wrong)?, &mut name);
    }
    parser.finish().map_err(wrong)
}

/// Keeps a key while the parser goes on; `false` where there is none.
fn keep(key: Option<&str>, name: &mut String) -> bool {
    name.clear();
    name.push_str(key.unwrap_or_default());
    key.is_some()
}
