//! The reader of a dump: what is read of a row, the rows of joined tables, and the scan and fetch.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::objects::LargeObjects;
use super::outline::Form;
use super::walk::{Next, Part, Walk};
use super::{Dumped, Flavour, TEXT_BITS};
use crate::dialect::mapping::{Column, Join, RowTest};
use crate::dialect::{Cell, Mapping};
use crate::formats::bytes::Now;
use crate::formats::row::{Extent, RowBuilder, WantedRow, by_row};
use crate::formats::{
    EventPage, Fetcher, PAGE_BYTES, PAGE_ROWS, PayloadPage, ReadError, Readers, Run, ScanCursor, ScanStep, Scanner,
    StoreChange, payloads_of_rows,
};
use crate::model::{Finding, FindingCode, Findings, RowKey};

/// What is read of a row.
pub(super) struct Plan {
    /// The mapping's columns, then others that say which rows are events.
    pub columns: Vec<Column>,
    /// How many of them are the mapping's.
    pub mapped: usize,
    /// For each whether a header needs it; and that all of them are wanted.
    pub in_header: Vec<bool>,
    pub all: Vec<bool>,
    /// What holds for each event, and of which column.
    pub tests: Vec<(usize, RowTest)>,
}

impl Plan {
    pub fn of(mapping: &Mapping) -> Plan {
        let mut plan = Plan {
            columns: mapping.columns().to_vec(),
            mapped: mapping.columns().len(),
            in_header: mapping.in_header().to_vec(),
            all: Vec::new(),
            tests: Vec::new(),
        };
        for test in mapping.tests() {
            let at = plan.place(&test.column);
            plan.tests.push((at, test.clone()));
        }
        for join in mapping.joins() {
            let compared = join.on.iter().flat_map(|(left, right)| [left, right]);
            for column in compared.chain(join.tests.iter().map(|test| &test.column)).chain(&join.first) {
                plan.place(column);
            }
        }
        plan.all = vec![true; plan.columns.len()];
        plan
    }

    /// The column's place; a header needs it.
    fn place(&mut self, column: &Column) -> usize {
        let at = self.find(column).unwrap_or(self.columns.len());
        if at == self.columns.len() {
            self.columns.push(column.clone());
            self.in_header.push(true);
        }
        self.in_header[at] = true;
        at
    }

    fn find(&self, column: &Column) -> Option<usize> {
        self.columns.iter().position(|own| own == column)
    }
}

/// A joined table's rows, by the values that join them.
pub(super) struct Lookup {
    /// Of the columns that are read, those of the events that are compared.
    on: Vec<usize>,
    /// By a hash of these values which row.
    rows: HashMap<u128, u32>,
    /// What rows hold, each once.
    values: Vec<Vec<Kept>>,
    /// Which columns these values are.
    columns: Vec<usize>,
    optional: bool,
}

impl Lookup {
    pub fn read(dump: &Dumped, table: usize, join: &Join, all: &[Join], plan: &Plan) -> Result<Lookup, ReadError> {
        let mut own_keys = Vec::new();
        let mut on = Vec::new();
        for (left, right) in &join.on {
            let (own, other) = if left.table == join.number { (left, right) } else { (right, left) };
            own_keys.extend(plan.find(own));
            on.extend(plan.find(other));
        }
        // What another table is joined by is needed as well.
        let others = || all.iter().filter(|own| own.number != join.number).flat_map(|own| &own.on);
        let joins = |column: &Column| others().any(|(left, right)| left == column || right == column);
        let of_table =
            |at: &usize| plan.columns[*at].table == join.number && (*at < plan.mapped || joins(&plan.columns[*at]));
        let columns: Vec<usize> = (0..plan.columns.len()).filter(of_table).collect();
        let mut lookup =
            Lookup { on, rows: HashMap::new(), values: Vec::new(), columns: columns.clone(), optional: join.optional };
        let mut known: HashMap<Vec<Kept>, u32> = HashMap::new();
        let tests: Vec<(usize, &RowTest)> =
            join.tests.iter().filter_map(|test| Some((plan.find(&test.column)?, test))).collect();
        let first = join.first.as_ref().and_then(|column| plan.find(column));
        let mut numbers: HashMap<u128, i64> = HashMap::new();
        let is_wanted = |at: usize| {
            own_keys.contains(&at)
                || columns.contains(&at)
                || first == Some(at)
                || tests.iter().any(|(tested, _)| *tested == at)
        };
        let wanted: Vec<bool> = (0..plan.columns.len()).map(is_wanted).collect();
        for part in dump.parts(table, &plan.columns, join.number)? {
            let mut walk = Walk::new(&part, dump.flavour);
            loop {
                match walk.next(&part, &wanted).map_err(|error| dump.io(error))? {
                    Next::End | Next::Cut => break,
                    Next::Odd(..) => {}
                    Next::Row(_) => {
                        let (key, values) = walk.cells(&part, &wanted, |cells| {
                            let kept = |at: &usize| Kept::of(cells[*at]);
                            let is_one = tests.iter().all(|(at, test)| test.holds(&cells[*at]));
                            let key = hash(own_keys.iter().map(|at| &cells[*at])).filter(|_| is_one);
                            let number = first.map(|at| cells[at].to_integer().unwrap_or(i64::MAX));
                            (key.map(|key| (key, number)), columns.iter().map(kept).collect::<Vec<_>>())
                        });
                        let Some((key, number)) = key else { continue };
                        if let Some(number) = number {
                            match numbers.get(&key) {
                                Some(least) if *least <= number => continue,
                                _ => numbers.insert(key, number),
                            };
                        }
                        let next = lookup.values.len() as u32;
                        let at = *known.entry(values).or_insert_with_key(|values| {
                            lookup.values.push(values.clone());
                            next
                        });
                        lookup.rows.insert(key, at);
                    }
                }
            }
        }
        Ok(lookup)
    }

    /// What the row has that belongs to this one; `None` where there is none.
    fn find(&self, cells: &[Cell<'_>]) -> Option<&[Kept]> {
        let key = hash(self.on.iter().filter_map(|at| cells.get(*at)))?;
        self.values.get(*self.rows.get(&key)? as usize).map(Vec::as_slice)
    }
}

/// A cell of a joined table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kept {
    Null,
    Integer(i64),
    /// Its bits, which can be compared.
    Real(u64),
    Text(String),
    Json(String),
    Bytes(Vec<u8>),
}

impl Kept {
    fn of(cell: Cell<'_>) -> Kept {
        match cell {
            Cell::Null => Kept::Null,
            Cell::Integer(value) => Kept::Integer(value),
            Cell::Real(value) => Kept::Real(value.to_bits()),
            Cell::Json(text) => Kept::Json(text.to_owned()),
            Cell::Bytes(bytes) | Cell::Guid(bytes) | Cell::Opaque(bytes) => Kept::Bytes(bytes.to_vec()),
            text @ (Cell::Text(_) | Cell::Node(_)) => {
                text.to_text().map_or(Kept::Null, |text| Kept::Text(text.into_owned()))
            }
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Kept::Null => Cell::Null,
            Kept::Integer(value) => Cell::Integer(*value),
            Kept::Real(bits) => Cell::Real(f64::from_bits(*bits)),
            Kept::Text(text) => Cell::Text(text),
            Kept::Json(text) => Cell::Json(text),
            Kept::Bytes(bytes) => Cell::Bytes(bytes),
        }
    }
}

/// Of the values that join rows; `None` where one is null, which joins nothing.
fn hash<'c>(cells: impl Iterator<Item = &'c Cell<'c>>) -> Option<u128> {
    let mut hash = Sha256::new();
    for cell in cells {
        let text = cell.to_text()?;
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().first_chunk().map(|bytes| u128::from_le_bytes(*bytes))
}

pub(super) struct Shared {
    pub parts: Vec<Part>,
    pub lookups: Vec<Lookup>,
    pub plan: Plan,
}

pub(super) struct DumpReaders {
    pub path: PathBuf,
    pub flavour: Flavour,
    /// Bytes of the dump when it was opened, where it is one text.
    pub len: u64,
    /// What is missing at its end, in words.
    pub tail: Option<&'static str>,
    /// What of it is not read, in words.
    pub passed_over: Vec<(FindingCode, String)>,
    /// Its rows lie in no order.
    pub is_heap: bool,
    pub shared: Arc<Shared>,
}

impl Readers for DumpReaders {
    type Reader = Reader;

    fn is_heap(&self) -> bool {
        self.is_heap
    }

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Ok(Reader {
            path: self.path.clone(),
            flavour: self.flavour,
            len: self.len,
            tail: self.tail,
            passed_over: self.passed_over.clone(),
            shared: Arc::clone(&self.shared),
            builder: RowBuilder::new(Arc::clone(mapping)),
            at: None,
            cut: None,
            pointed: Pointed::default(),
        })
    }
}

pub(super) struct Reader {
    path: PathBuf,
    flavour: Flavour,
    len: u64,
    tail: Option<&'static str>,
    passed_over: Vec<(FindingCode, String)>,
    shared: Arc<Shared>,
    builder: RowBuilder,
    /// The part that is walked, and how far.
    at: Option<(usize, Walk)>,
    /// What the scan found unfinished so far.
    cut: Option<String>,
    pointed: Pointed,
}

/// The large objects to which the rows of a scan point.
#[derive(Default)]
struct Pointed {
    /// Those that were not looked for yet: of an archive it takes a while to know where they are.
    pending: Vec<u32>,
    is_any: bool,
    /// The first that is not there.
    lost: Option<u32>,
}

/// Numbers of large objects that wait until they are looked for, at most.
const MAX_PENDING: usize = 1 << 20;

impl Pointed {
    /// Takes in the row that was read last.
    fn take(&mut self, walk: &Walk, part: &Part) {
        walk.pointed(part, |number| {
            self.is_any = true;
            if self.lost.is_none() {
                self.pending.push(number);
            }
        });
    }

    /// Looks for those that wait. A table is in one database, so that one part tells where.
    fn look(&mut self, objects: &LargeObjects, within: &Range<u64>) {
        let lost = self.pending.drain(..).find(|number| !objects.has(*number, within));
        self.lost = self.lost.or(lost);
    }

    /// Says what is odd of the objects, and whether some are not there.
    fn tell(&self, shared: &Shared, objects: &LargeObjects, notes: &mut Findings) {
        if !self.is_any {
            return;
        }
        objects.odd().for_each(|(code, said)| notes.note(code, said));
        let Some(number) = self.lost else { return };
        let is_pointer =
            |column: &usize| shared.parts.iter().any(|part| part.pointers().any(|(own, _)| own == *column));
        let names = (0..shared.plan.columns.len()).filter(is_pointer);
        let names: Vec<&str> = names.map(|column| shared.plan.columns[column].name.as_str()).collect();
        let (which, lack) = match objects.is_empty() {
            true => ("the", "the dump holds none".to_owned()),
            false => ("some", format!("the dump lacks some of them, the first is {number}")),
        };
        let names = names.join(" and ");
        let said = format!(
            "{which} payloads are not in the file: in {names} stand the numbers of large objects, and {lack}; dump it \
             again with -b (--large-objects)"
        );
        notes.note(FindingCode::Incomplete, said);
    }
}

impl Reader {
    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.path, error)
    }

    /// The walk through a part.
    fn walk(&mut self, part: usize) -> &mut Walk {
        let own = &self.shared.parts[part];
        let is_there = self.at.as_ref().is_some_and(|(at, _)| *at == part);
        if !is_there && let Some((at, walk)) = &mut self.at {
            // Of one text there may be a great many parts.
            if Arc::ptr_eq(&self.shared.parts[*at].bytes, &own.bytes) {
                walk.seek(own.start);
                *at = part;
            } else {
                self.at = None;
            }
        }
        &mut self.at.get_or_insert_with(|| (part, Walk::new(own, self.flavour))).1
    }

    /// Adds the row that was read last to the page. `Err` says why it is no event.
    fn push(
        &mut self,
        part: usize,
        key: i64,
        item: Option<&[usize]>,
        extent: Extent,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), String> {
        let Reader { shared, builder, at, .. } = self;
        let (plan, own) = (&shared.plan, &shared.parts[part]);
        let wanted = if extent == Extent::Whole { &plan.all } else { &plan.in_header };
        let Some((_, walk)) = at else { return Ok(()) };
        let pushed = walk.cells(own, wanted, |cells| {
            if !plan.tests.iter().all(|(at, test)| test.holds(&cells[*at])) {
                return Ok(());
            }
            if shared.lookups.is_empty() {
                return builder.push(key, &cells[..plan.mapped], None, item, extent, page, notes);
            }
            let mut cells = cells.to_vec();
            for lookup in &shared.lookups {
                match lookup.find(&cells) {
                    Some(values) => {
                        for (at, value) in lookup.columns.iter().zip(values) {
                            cells[*at] = value.cell();
                        }
                    }
                    None if lookup.optional => {}
                    None => return Ok(()),
                }
            }
            builder.push(key, &cells[..plan.mapped], None, item, extent, page, notes)
        });
        let row = page.len().checked_sub(1).and_then(|last| page.get(last)).filter(|row| row.key.0 == key);
        for trouble in &walk.troubles {
            let (stream, version) =
                (row.as_ref().map(|row| row.stream.into()), row.as_ref().and_then(|row| row.version));
            let message = trouble.clone();
            notes.push(Finding { code: FindingCode::Damaged, stream, stream_id: None, version, message });
        }
        pushed
    }

    /// The part in which a key is, and where in its text.
    fn part_of(&self, key: i64) -> Option<(usize, u64)> {
        let parts = &self.shared.parts;
        let behind = parts.partition_point(|part| part.base.saturating_add(part.start as i64) <= key);
        let at = behind.checked_sub(1)?;
        Some((at, u64::try_from(key.checked_sub(parts[at].base)?).ok()?))
    }
}

impl Scanner for Reader {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        page.clear();
        let shared = Arc::clone(&self.shared);
        let parts = &shared.parts;
        let path = self.path.clone();
        let failed = |error| ReadError::io(&path, error);
        // The cursor is behind a row: the part's number, and where its text goes on.
        let (mut at, mut offset) = match cursor.number() {
            None => (0, None),
            Some(number) => (((number >> TEXT_BITS) as usize), Some((number & ((1 << TEXT_BITS) - 1)) as u64)),
        };
        if *cursor == ScanCursor::START {
            self.passed_over.iter().for_each(|(code, said)| notes.note(*code, said.as_str()));
            (self.cut, self.pointed) = (None, Pointed::default());
        }
        while page.len() < PAGE_ROWS && page.filled_bytes() < PAGE_BYTES {
            let Some(part) = parts.get(at) else { break };
            let walk = self.walk(at);
            if let Some(offset) = offset.take()
                && walk.behind() != offset
            {
                walk.go_on(part, offset).map_err(failed)?;
            }
            match walk.next(part, &shared.plan.in_header).map_err(failed)? {
                Next::Row(offset) => {
                    if let Some((_, walk)) = &self.at {
                        self.pointed.take(walk, part);
                    }
                    let key = part.base + offset as i64;
                    if let Err(reason) = self.push(at, key, None, Extent::Header, page, notes) {
                        notes.note(FindingCode::BadLine, format!("the row at byte {offset} {reason}"));
                    }
                }
                Next::Odd(offset, reason) => {
                    notes.note(FindingCode::BadLine, format!("the row at byte {offset} {reason}"));
                }
                Next::Cut => {
                    let offset = self.walk(at).offset();
                    self.cut = Some(format!("the row at byte {offset} is the last and unfinished"));
                    at += 1;
                }
                Next::End => {
                    let is_early = part.is_packed && part.form == Form::Copy && !self.walk(at).is_at_end();
                    let early = || is_early.then(|| "the rows of a table end too early".to_owned());
                    self.cut = self.cut.take().or_else(|| part.bytes.trouble()).or_else(early);
                    at += 1;
                }
            }
        }
        let is_behind = at >= parts.len();
        let mut end = is_behind;
        if let Some((objects, within)) = parts.first().and_then(|part| part.objects.as_ref()) {
            // The rows of the last page are shown before it takes a while.
            end &= self.pointed.pending.is_empty() || objects.is_ready() || page.is_empty();
            if end || self.pointed.pending.len() > MAX_PENDING {
                self.pointed.look(objects, within);
            }
            if end {
                self.pointed.tell(&shared, objects, notes);
            }
        }
        let tail = self.cut.clone().or(self.tail.filter(|_| end).map(str::to_owned));
        let offset = self.at.as_ref().filter(|(part, _)| *part == at).map_or(0, |(_, walk)| walk.behind());
        let within = parts.get(at).map_or(0.0, |part| part.bytes.progress(offset.max(part.start)));
        let progress = match (is_behind, shared.is_one_text()) {
            (true, _) => 1.0,
            (false, true) => within,
            (false, false) => (at as f32 + within) / parts.len().max(1) as f32,
        };
        let cursor = ScanCursor::at(((at as i64) << TEXT_BITS) + offset as i64);
        Ok(ScanStep { cursor, end, progress, tail })
    }

    /// A dump that is still being written is another one when it is longer.
    fn end_at_present(&mut self) -> Result<(), ReadError> {
        Ok(())
    }

    fn change(&mut self, _cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        let Some(part) = self.shared.parts.first() else { return Ok(StoreChange::Same) };
        let now = part.bytes.now().map_err(|error| self.io(error))?;
        Ok(match now {
            Now::Same(len) if !self.shared.is_one_text() || len == self.len => StoreChange::Same,
            // A dump that is written anew, or still being written, is read from its beginning.
            _ => StoreChange::Replaced,
        })
    }
}

impl Shared {
    fn is_one_text(&self) -> bool {
        self.parts.iter().all(|part| part.base == 0)
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
        let shared = Arc::clone(&self.shared);
        let mut read = 0;
        for WantedRow { row, items, keys } in by_row(keys, has_items) {
            if read > 0 && page.filled_bytes() > PAGE_BYTES {
                break;
            }
            read += keys;
            let Some((at, offset)) = self.part_of(row) else { continue };
            let walk = self.walk(at);
            walk.seek(offset);
            let next =
                walk.next(&shared.parts[at], &shared.plan.all).map_err(|error| ReadError::io(&self.path, error))?;
            if !matches!(next, Next::Row(found) if found == offset) {
                continue;
            }
            let pushed = self.push(at, row, items.as_deref(), Extent::Whole, page, notes);
            if let Err(reason) = pushed {
                notes.note(FindingCode::Damaged, format!("the row at byte {offset} changed: it {reason}"));
            }
        }
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        payloads_of_rows(self, keys, page)
    }
}
