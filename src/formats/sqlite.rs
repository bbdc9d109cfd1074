//! SQLite files as a container: tables, and rows by the key that SQLite gives them.

mod connect;
mod copy;
mod guard;
mod schema;
mod sifting;
mod stamp;

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::probe::{Kind, Probe};
use super::row::{Extent, RowBuilder, WantedRow, by_row};
use super::sql::{NumberedRows, Queries, SqlFlavour, numbered, queries};
use super::{
    Bound, Container, Contents, DialectStore, EventPage, Fetcher, Inside, OpenError, PAGE_BYTES, PAGE_ROWS,
    PayloadPage, Reach, ReadError, Readers, Run, ScanCursor, ScanStep, Scanner, Sieve, Sifted, Source, StoreChange,
    Tables,
};
use crate::dialect::guess::TableSample;
use crate::dialect::mapping::ROWID;
use crate::dialect::{Candidate, Cell, Mapping, Scalar, Table};
use crate::model::{FindingCode, Findings, RowKey};
use guard::{Doubt, Guarded, Numbered, Place, is_damaged};
use sifting::{SIFTED_BYTES, Sifting};
use stamp::Stamp;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// A scan step's transaction ends after this, however few rows it gave: a writer's
/// checkpoint waits for no more.
const BATCH_TIME: Duration = Duration::from_millis(80);
/// Rows passed over for each one that is wanted, at most, when a search reads rows as they lie.
const FEW_BETWEEN: u64 = 8;
/// A check of the whole file may take so long.
const VERIFY_TIME: Duration = Duration::from_secs(3_600);
/// Tables of an unknown store that are looked into.
const SAMPLED_TABLES: usize = 200;
/// No table is looked into after this.
const SAMPLE_TIME: Duration = Duration::from_secs(3);

pub(super) struct Sqlite;

impl Container for Sqlite {
    fn accepts(&self, probe: &Probe) -> Result<(), String> {
        match &probe.kind {
            Kind::File(head) if head.bytes.starts_with(MAGIC) => Ok(()),
            Kind::File(_) => Err("it does not begin like a SQLite file".to_owned()),
            Kind::Folder(_) => Err("it is a folder".to_owned()),
        }
    }

    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError> {
        Ok(Box::new(File { place: place(&source)?, inside: source.inside }))
    }
}

/// Removes copies that programs left which were killed meanwhile.
pub(super) use copy::sweep;

/// A database.
struct File {
    place: Place,
    /// Keeps the file's handle, or the unpacked copy.
    inside: Inside,
}

impl Contents for File {
    fn engine(&self) -> &'static str {
        "sqlite"
    }

    fn tables(&self, _reach: Reach) -> Result<Tables, OpenError> {
        Ok(Tables { list: Guarded::open(self.place.clone())?.read(schema::tables)?, is_all: true })
    }

    fn samples(&self, tables: &[Table], most: usize) -> Result<Vec<TableSample>, ReadError> {
        let mut file = Guarded::open(self.place.clone())?;
        let (begun, mut samples) = (Instant::now(), Vec::new());
        let readable = tables.iter().filter(|table| table.trouble.is_none());
        for table in readable.take(SAMPLED_TABLES).take_while(|_| begun.elapsed() < SAMPLE_TIME) {
            // A table that is damaged is not guessed at.
            match file.read(|conn| schema::sample(conn, table, most)) {
                Ok(sample) => samples.push(sample),
                Err(error) if is_damaged(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(samples)
    }

    fn store(&self, candidate: &Candidate, mut mapping: Mapping) -> Result<Bound, OpenError> {
        let mut place = self.place.clone();
        let table = &candidate.table;
        let name = table.name.as_str();
        let (key, is_position, by_stream) = Guarded::open(place.clone())?.read(|conn| {
            let key = schema::key(conn, table)?;
            let by_stream = schema::finds_by_stream(conn, name, &mapping)?;
            Ok((key, schema::position_is_rowid(conn, table, &mapping)?, by_stream))
        })?;
        // A scan goes by rowid.
        let ordered = is_position && key.is_some();
        if !ordered {
            mapping.order_by_position();
        }
        let queries = match key {
            Some(key) => queries(&Flavour { key }, name, &mapping, by_stream),
            None => {
                let NumberedRows { query, index, queries } =
                    numbered(&Flavour { key: ROWID.to_owned() }, name, &mapping);
                let numbered = Numbered { table: name.to_owned(), query, index, copy: Mutex::default() };
                place.numbered = Some(Arc::new(numbered));
                queries
            }
        };
        let readers = TableReaders { place, inside: self.inside.clone(), queries: Arc::new(queries) };
        Ok(DialectStore::bound(readers, mapping, ordered))
    }
}

/// Side files are where the file really is, not where a link to it is.
fn place(source: &Source) -> Result<Place, ReadError> {
    let file = source.file()?;
    let path = std::fs::canonicalize(&file).map_err(|error| ReadError::io(file, error))?;
    Ok(Place { path, cache: source.cache.clone(), numbered: None })
}

/// SQL as SQLite writes it.
struct Flavour {
    /// What reaches a row's key.
    key: String,
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl SqlFlavour for Flavour {
    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    fn parameter(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn key(&self) -> String {
        self.key.clone()
    }

    fn literal(&self, value: &Scalar) -> String {
        match value {
            Scalar::Bool(value) => i64::from(*value).to_string(),
            Scalar::Integer(value) => value.to_string(),
            Scalar::Text(text) => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

struct TableReaders {
    place: Place,
    /// Keeps the file's handle, or the unpacked copy.
    inside: Inside,
    queries: Arc<Queries>,
}

impl Readers for TableReaders {
    type Reader = Reader;

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Ok(Reader {
            file: Guarded::open(self.place.clone())?,
            rows: Rows { queries: Arc::clone(&self.queries), builder: RowBuilder::new(Arc::clone(mapping)) },
            said: None,
            present: None,
            inside: self.inside.clone(),
            sifting: Sifting::default(),
        })
    }

    fn verify(&self, notes: &mut Findings, _progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        let mut file = Guarded::open(self.place.clone())?;
        let said = file.read_within(VERIFY_TIME, |conn| {
            let mut check = conn.prepare("PRAGMA integrity_check")?;
            check.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<String>>>()
        });
        match said {
            Ok(said) => said.iter().filter(|line| *line != "ok").for_each(|line| {
                notes.note(FindingCode::Damaged, format!("SQLite's integrity check: {}", line.replace('\n', "; ")));
            }),
            Err(error) if is_damaged(&error) => notes.note(FindingCode::Damaged, error.to_string()),
            Err(error) => return Err(error),
        }
        Ok("pages, keys and indexes, by SQLite's integrity check")
    }
}

/// Turns what the statements give into rows of a page.
struct Rows {
    queries: Arc<Queries>,
    builder: RowBuilder,
}

struct Reader {
    file: Guarded,
    rows: Rows,
    /// What was said of the file.
    said: Option<Doubt>,
    /// Where a scan ends if something was written since the store was seen so.
    present: Option<(i64, Stamp)>,
    inside: Inside,
    sifting: Sifting,
}

impl Scanner for Reader {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        let after = cursor.number();
        let rows = &mut self.rows;
        let step = self.file.read(|conn| rows.scan(conn, after, PAGE_ROWS, page));
        let doubt = self.file.doubt();
        if let Some(doubt) = doubt.filter(|doubt| self.said != Some(*doubt)) {
            let (code, message) = doubt.finding();
            notes.note(code, message);
            self.said = Some(doubt);
        }
        let last = match step {
            Ok((last, mut found)) => {
                notes.absorb(&mut found);
                last
            }
            Err(error) if is_damaged(&error) => match self.step_over(after, page, notes)? {
                Some(last) => Some(last),
                None => {
                    let tail = self.inside.trouble();
                    return Ok(ScanStep { cursor: cursor.clone(), end: true, progress: 1.0, tail });
                }
            },
            Err(error) => return Err(error),
        };
        // It only tells how far the scan has come.
        let max = self.last_key().unwrap_or(None);
        let behind = last.or(after);
        let progress = match (max, behind) {
            (Some(max), Some(behind)) if max > 0 => (behind.max(0) as f64 / max as f64).clamp(0.0, 1.0) as f32,
            _ => 1.0,
        };
        let cursor = behind.map_or(ScanCursor::START, ScanCursor::at);
        let end = last.is_none() || self.is_past_present(last)?;
        if end {
            self.present = None;
        }
        Ok(ScanStep { cursor, end, progress, tail: self.inside.trouble().filter(|_| end) })
    }

    fn end_at_present(&mut self) -> Result<(), ReadError> {
        let stamp = self.file.stamp()?;
        // Where it cannot be told the scan goes on to the end.
        self.present = self.last_key().ok().map(|last| (last.unwrap_or(i64::MIN), stamp));
        Ok(())
    }

    fn change(&mut self, _cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        self.file.change()
    }

    fn rest(&mut self) {
        self.file.rest();
    }
}

impl Fetcher for Reader {
    fn fetch(
        &mut self,
        keys: &[RowKey],
        run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<usize, ReadError> {
        // Rows that lie together are read as they lie, which an index only makes slower.
        let found = self.fetch_range(keys);
        let run = run.filter(|_| keys.len() > 1);
        if let Some(part) = found.or_else(|| self.fetch_run(keys, run?)) {
            let read = part.len();
            page.append(part);
            return Ok(read);
        }
        // One by one: the keys are scattered, or the range was damaged.
        let rows = &mut self.rows;
        let (mut read, mut part, mut damaged) = self.file.read(|conn| rows.one_by_one(conn, keys))?;
        if part.len() < read && self.file.is_old_copy()? {
            // It is older than the index that named these rows.
            (read, part, damaged) = self.file.read(|conn| rows.one_by_one(conn, keys))?;
        }
        notes.absorb(&mut damaged);
        page.append(part);
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        let queries = Arc::clone(&self.rows.queries);
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(0) };
        let Some(sql) = &queries.payloads else { return super::payloads_of_rows(self, keys, page) };
        // Where most rows between the first and the last are wanted, they are read as they lie.
        let span = last.0.saturating_sub(first.0).saturating_add(1) as u64;
        if span <= keys.len() as u64 * FEW_BETWEEN {
            let read = self.file.read(|conn| {
                let mut rows = conn.prepare_cached(&sql.range)?;
                take_payloads(rows.query((first.0, last.0))?, keys, page)
            });
            if let Ok(taken) = read {
                return Ok(taken);
            }
        } else if let (Some(run), Some(text)) = (run, &sql.run) {
            let read = self.file.read(|conn| {
                page.clear();
                let mut statement = conn.prepare_cached(text)?;
                let mut rows = statement.query((run.stream, run.first.0, run.last.0))?;
                while let Some(row) = rows.next()? {
                    let key = RowKey(row.get(0)?);
                    if keys.binary_search(&key).is_ok() {
                        push_payload(key, row, page)?;
                    }
                    if page.bytes().len() > PAGE_BYTES {
                        return Ok(false);
                    }
                }
                Ok(true)
            });
            if let Ok(true) = read {
                return Ok(keys.len());
            }
        }
        // One by one: the keys are scattered, the payloads large, or the tree is damaged.
        self.file.read(|conn| {
            page.clear();
            let mut statement = conn.prepare_cached(&sql.one)?;
            for (at, key) in keys.iter().enumerate() {
                // A row that cannot be read is left out, as one that is gone.
                drop(statement.query([key.0]).and_then(|mut rows| match rows.next()? {
                    Some(row) => push_payload(*key, row, page),
                    None => Ok(()),
                }));
                if page.bytes().len() > PAGE_BYTES {
                    return Ok(at + 1);
                }
            }
            Ok(keys.len())
        })
    }

    fn sift(
        &mut self,
        keys: RangeInclusive<RowKey>,
        sieve: &mut Sieve,
        found: &mut Vec<RowKey>,
    ) -> Result<Option<Sifted>, ReadError> {
        let mapping = self.rows.builder.mapping();
        let Some(columns) = mapping.shown_columns().filter(|_| mapping.rest().is_none()) else { return Ok(None) };
        let (queries, sifting) = (Arc::clone(&self.rows.queries), &mut self.sifting);
        let read = self.file.read(|conn| {
            sifting.clear();
            let mut statement = conn.prepare_cached(&queries.range)?;
            let mut rows = statement.query((keys.start().0, keys.end().0))?;
            while let Some(row) = rows.next()? {
                let key = row.get(0)?;
                sifting.begin(RowKey(key));
                for (column, is_id) in &columns {
                    sifting.take(row.get_ref(column + 1)?, *is_id, sieve.is_numeric());
                }
                if sifting.bytes() > SIFTED_BYTES {
                    return Ok(key.saturating_add(1));
                }
            }
            Ok(keys.end().0.saturating_add(1))
        });
        // What is damaged is found row by row.
        let Ok(until) = read else { return Ok(None) };
        sifting.find(sieve, found);
        Ok(Some(Sifted { until, rows: Some(sifting.rows()) }))
    }

    fn rest(&mut self) {
        self.file.rest();
    }
}

impl Reader {
    /// The largest key.
    fn last_key(&mut self) -> Result<Option<i64>, ReadError> {
        let max: &str = &self.rows.queries.max;
        self.file.read(|conn| conn.query_row(max, [], |row| row.get(0)))
    }

    /// What follows was written while the scan went on. In a store that nobody wrote to, what
    /// its tree says of the last key is not believed: it may be damaged.
    fn is_past_present(&self, last: Option<i64>) -> Result<bool, ReadError> {
        match &self.present {
            Some((end, stamp)) if last >= Some(*end) => Ok(self.file.stamp()? != *stamp),
            _ => Ok(false),
        }
    }

    /// The rows of a run by an index, if that gives just those that are wanted; as many as
    /// fill a page.
    fn fetch_run(&mut self, keys: &[RowKey], run: Run<'_>) -> Option<EventPage> {
        let queries = Arc::clone(&self.rows.queries);
        let text = queries.run.as_ref()?;
        let rows_of = &mut self.rows;
        let found = self.file.read(|conn| {
            let mut part = EventPage::default();
            let mut statement = conn.prepare_cached(text)?;
            let mut rows = statement.query((run.stream, run.first.0, run.last.0))?;
            let mut wanted = keys.iter().peekable();
            while let Some(row) = rows.next()? {
                let key = RowKey(row.get(0)?);
                if wanted.next_if(|own| **own == key).is_some() {
                    rows_of.push(row, None, Extent::Whole, &mut part, &mut Findings::default())?;
                }
                if part.filled_bytes() > PAGE_BYTES {
                    break;
                }
            }
            Ok(part)
        });
        // A damaged index may name a row twice, or in another order.
        found.ok().filter(|part| part.len() == keys.len() || part.filled_bytes() > PAGE_BYTES)
    }

    /// The rows between the first key and the last as they lie, if most of them are wanted and
    /// all that are wanted are there; as many as fill a page.
    fn fetch_range(&mut self, keys: &[RowKey]) -> Option<EventPage> {
        let (first, last) = (keys.first()?, keys.last()?);
        let span = last.0.checked_sub(first.0)? as u64;
        let is_dense = keys.len() > 1 && span < keys.len() as u64 * FEW_BETWEEN && keys.is_sorted();
        if !is_dense || self.rows.builder.mapping().has_items() {
            return None;
        }
        let queries = Arc::clone(&self.rows.queries);
        let rows_of = &mut self.rows;
        let found = self.file.read(|conn| {
            let mut part = EventPage::default();
            let mut statement = conn.prepare_cached(&queries.range)?;
            let mut rows = statement.query((first.0, last.0))?;
            let mut wanted = keys.iter().peekable();
            while let Some(row) = rows.next()? {
                let key = RowKey(row.get(0)?);
                if wanted.next_if(|own| **own < key).is_some() {
                    break;
                }
                if wanted.next_if(|own| **own == key).is_some() {
                    rows_of.push(row, None, Extent::Whole, &mut part, &mut Findings::default())?;
                }
                if part.filled_bytes() > PAGE_BYTES {
                    return Ok(part);
                }
            }
            Ok(part)
        });
        // A row that is gone, or was read as none, is looked for alone.
        found.ok().filter(|part| part.len() == keys.len() || part.filled_bytes() > PAGE_BYTES)
    }

    /// A page after `after` cannot be read: finds where reading goes on. Returns the
    /// rowid to continue after, with the rows there on the page; `None` where nothing
    /// readable follows.
    fn step_over(
        &mut self,
        after: Option<i64>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<Option<i64>, ReadError> {
        let rows_of = &mut self.rows;
        let mut reads = |page: &mut EventPage, after: Option<i64>, rows: usize| {
            self.file.read(|conn| rows_of.scan(conn, after, rows, page))
        };
        // Rows in front of the damage, ever fewer at once.
        let mut rows = PAGE_ROWS;
        while rows > 1 {
            rows /= 4;
            if let Ok((Some(last), mut found)) = reads(page, after, rows) {
                notes.absorb(&mut found);
                return Ok(Some(last));
            }
        }
        // The very next row is damaged: leap ever further, then back to the first row that reads.
        let start = after.unwrap_or(-1);
        let (mut bad, mut good) = (start, None);
        for leap in (0..u64::BITS).map(|doublings| 1_u64 << doublings) {
            let from = start.saturating_add_unsigned(leap);
            if reads(page, Some(from), 1).is_ok() {
                good = Some(from);
                break;
            }
            bad = from;
        }
        let Some(mut good) = good else {
            let place = after.map_or_else(String::new, |after| format!(" after rowid {after}"));
            notes.note(FindingCode::Damaged, format!("no row{place} can be read: the file is damaged"));
            return Ok(None);
        };
        while good.saturating_sub(bad) > 1 {
            let middle = i64::midpoint(bad, good);
            match reads(page, Some(middle), 1) {
                Ok(_) => good = middle,
                Err(_) => bad = middle,
            }
        }
        let (found, mut notes_there) = reads(page, Some(good), 1)?;
        let until = found.map_or_else(|| "the end".to_owned(), |last| format!("rowid {last}"));
        let place = after.unwrap_or(0);
        let message = format!("rows after rowid {place} and before {until} cannot be read: the file is damaged");
        notes.note(FindingCode::Damaged, message);
        notes.absorb(&mut notes_there);
        Ok(found)
    }
}

impl Rows {
    /// Reads headers after a rowid into the cleared page; the last rowid, or `None` where
    /// there is none, and what was odd.
    fn scan(
        &mut self,
        conn: &Connection,
        after: Option<i64>,
        limit: usize,
        page: &mut EventPage,
    ) -> rusqlite::Result<(Option<i64>, Findings)> {
        page.clear();
        let start = Instant::now();
        let mut notes = Findings::default();
        // Asked by the first key that may come, not by the one before it: the search must not
        // pass through a page that has nothing to give.
        let first = after.map_or(Some(i64::MIN), |after| after.checked_add(1));
        let Some(first) = first else { return Ok((None, notes)) };
        let queries = Arc::clone(&self.queries);
        let mut statement = conn.prepare_cached(&queries.header)?;
        let mut rows = statement.query((first, limit as i64 + 1))?;
        let (mut before, mut last, mut count, mut full) = (after, None, 0, false);
        while !full {
            let Some(row) = rows.next()? else { return Ok((last, notes)) };
            let key: i64 = row.get(0)?;
            // A damaged tree could lead back: the order must hold, or a scan would never end.
            before = last.or(before);
            if before.is_some_and(|before| key <= before) {
                return Err(damage());
            }
            self.push(row, None, Extent::Header, page, &mut notes)?;
            last = Some(key);
            count += 1;
            full =
                count == limit || page.filled_bytes() > PAGE_BYTES || (count % 64 == 0 && start.elapsed() > BATCH_TIME);
        }
        // A damaged key could lead far ahead, and the scan would miss what follows here: so one
        // row more is looked at than is taken. Where that one does not fit, the two rows
        // differ about the truth, and the tree is asked what comes before the last.
        let fits = match rows.next() {
            Ok(Some(row)) => row.get::<_, i64>(0).is_ok_and(|key| Some(key) > last),
            Ok(None) => true,
            Err(_) => false,
        };
        if !fits {
            let mut ask = conn.prepare_cached(&queries.before)?;
            if ask.query_row([last], |row| row.get::<_, Option<i64>>(0))?.is_some_and(|found| Some(found) > before) {
                return Err(damage());
            }
        }
        Ok((last, notes))
    }

    /// Each row by its key until a page is full: how many keys were looked at, the rows, and a
    /// finding for each that cannot be read.
    fn one_by_one(&mut self, conn: &Connection, keys: &[RowKey]) -> rusqlite::Result<(usize, EventPage, Findings)> {
        let mut part = EventPage::default();
        let mut damaged = Findings::default();
        let mut read = 0;
        let queries = Arc::clone(&self.queries);
        let mut statement = conn.prepare_cached(&queries.whole)?;
        let has_items = self.builder.mapping().has_items();
        for WantedRow { row: rowid, items, keys } in by_row(keys, has_items) {
            let result = statement.query([rowid]).and_then(|mut rows| match rows.next()? {
                Some(row) => self.push(row, items.as_deref(), Extent::Whole, &mut part, &mut Findings::default()),
                None => Ok(()),
            });
            if let Err(error) = result {
                let message = format!("the row with rowid {rowid} cannot be read: {error}");
                damaged.note(FindingCode::Damaged, message);
            }
            read += keys;
            if part.filled_bytes() > PAGE_BYTES {
                break;
            }
        }
        Ok((read, part, damaged))
    }

    /// Adds a row to the page, or a finding that names it.
    fn push(
        &mut self,
        row: &rusqlite::Row<'_>,
        wanted: Option<&[usize]>,
        extent: Extent,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> rusqlite::Result<()> {
        let key: i64 = row.get(0)?;
        let mapping = self.builder.mapping();
        let mut next = 0;
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(mapping.columns().len());
        for in_header in mapping.in_header() {
            cells.push(if extent == Extent::Whole || *in_header {
                next += 1;
                cell(row.get_ref(next)?)
            } else {
                Cell::Null
            });
        }
        if let Err(reason) = self.builder.push(key, &cells, None, wanted, extent, page, notes) {
            notes.note(FindingCode::BadLine, format!("the row with rowid {key} {reason}"));
        }
        Ok(())
    }
}

fn take_payloads(mut rows: rusqlite::Rows<'_>, keys: &[RowKey], page: &mut PayloadPage) -> rusqlite::Result<usize> {
    page.clear();
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let key = RowKey(row.get(0)?);
        while keys.get(at).is_some_and(|wanted| *wanted < key) {
            at += 1;
        }
        if keys.get(at) == Some(&key) {
            push_payload(key, row, page)?;
            at += 1;
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at);
            }
        }
    }
    Ok(keys.len())
}

fn push_payload(key: RowKey, row: &rusqlite::Row<'_>, page: &mut PayloadPage) -> rusqlite::Result<()> {
    match cell(row.get_ref(1)?) {
        Cell::Null => page.push(key, None),
        Cell::Text(text) => page.push(key, Some(text.as_bytes())),
        Cell::Bytes(bytes) => page.push(key, Some(bytes)),
        // A number is JSON.
        number => page.push(key, number.to_text().as_deref().map(str::as_bytes)),
    }
    Ok(())
}

fn damage() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None)
}

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
    }
}
