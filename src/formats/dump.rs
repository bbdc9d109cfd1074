//! Dumps of databases: SQL scripts, and archives of pg_dump in all their formats, read without
//! a server. A row's key is where in the text it begins.
//!
//! Which tables there are and where their rows stand is found out in one pass
//! (`script`, `archive`); then only the rows of the chosen table are walked and taken apart
//! (`reader`, `walk`, `rows`). What an archive holds packed is unpacked into the cache, table by
//! table, as it is read.

mod archive;
mod lex;
mod objects;
mod outline;
mod reader;
mod rows;
mod script;
mod shelf;
mod walk;
mod window;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::bytes::{Bytes, Now};
use super::probe::{HEAD_BYTES, Kind, Probe};
use super::{Bound, Container, Contents, DialectStore, Inside, LOOK_TIME, OpenError, Reach, ReadError, Source, Tables};
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::mapping::{Column, ROWID};
use crate::dialect::{Candidate, Mapping, Name, Table};
use crate::model::json::BOM;
use crate::model::{FindingCode, Time};
use objects::{LargeObjects, Stand};
use outline::{Block, Form, Holds, Kind as ColumnKind, Made, Outline, Place};
use reader::{DumpReaders, Lookup, Plan, Shared};
use rows::{Fields, Found, holds_of};
use script::outline;
use shelf::Shelf;
use walk::{Next, Part, Walk};

/// Bits of a key that are the place in the text, where each block has a text of its own.
const TEXT_BITS: u32 = 40;
/// Tables with rows that are looked at, where no dialect knows one.
const SAMPLED_TABLES: usize = 200;
/// Bytes that are looked at for each row of a sample, on average.
const SAMPLED_ROW_BYTES: u64 = 8 << 10;
/// Columns of a primary key; no database allows so many.
const MAX_KEY: usize = 4_096;

/// Whose SQL it is; or none, but one table's rows alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    Postgres,
    MySql,
    Sqlite,
    SqlServer,
    /// The names of the columns, then rows, with commas between (RFC 4180).
    Csv,
    /// Rows as PostgreSQL's COPY writes them, without the names of their columns.
    CopyText,
}

/// Dumps of databases, of any kind.
pub(super) struct Dump;

impl Dump {
    /// It begins as an archive of pg_dump, in whatever format.
    pub fn is_archive(head: &[u8]) -> bool {
        archive::is_archive(head)
    }
}

impl Flavour {
    /// By what stands at the beginning of a script; `None` where it is none.
    fn of(head: &[u8]) -> Option<Flavour> {
        let text = String::from_utf8_lossy(head);
        let mut statements = false;
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim_start) {
            let starts = |words: &[&str]| {
                words.iter().any(|word| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
            };
            if starts(&[
                "-- PostgreSQL database",
                "\\restrict",
                "\\connect",
                "SELECT pg_catalog.",
                "SET statement_timeout",
            ]) || (starts(&["COPY "]) && line.to_ascii_lowercase().contains(" from stdin"))
                || starts(&["SET session_replication_role", "SET standard_conforming_strings", "SET client_encoding"])
            {
                return Some(Flavour::Postgres);
            }
            if starts(&["-- MySQL dump", "-- MariaDB dump", "/*!", "/*M!", "INSERT INTO `", "CREATE TABLE `"]) {
                return Some(Flavour::MySql);
            }
            if starts(&["PRAGMA foreign_keys", "BEGIN TRANSACTION;"]) {
                return Some(Flavour::Sqlite);
            }
            if starts(&[
                "SET ANSI_NULLS",
                "SET IDENTITY_INSERT",
                "CREATE TABLE [",
                "INSERT [",
                "INSERT INTO [",
                "USE [",
            ]) {
                return Some(Flavour::SqlServer);
            }
            statements |= starts(&["CREATE TABLE ", "INSERT INTO ", "COPY "]);
        }
        if statements {
            return Some(Flavour::Postgres);
        }
        let lines = || text.lines().take(2).map(str::as_bytes);
        let widths: Vec<usize> = lines().map(|line| line.split(|byte| *byte == b'\t').count()).collect();
        if widths.first().is_some_and(|width| *width >= COPY_WIDTH) && widths.iter().all(|width| *width == widths[0]) {
            return Some(Flavour::CopyText);
        }
        let names = names_of_columns(head)?.0;
        let odd = |c: char| c.is_ascii_digit() || "{[<".contains(c);
        let is_name = |name: &String| {
            !name.is_empty() && name.len() < 64 && !name.starts_with(odd) && !name.contains(char::is_control)
        };
        (names.len() >= CSV_WIDTH && names.iter().all(is_name)).then_some(Flavour::Csv)
    }
}

/// Fewer fields are a text with a few tabs or commas in it.
const COPY_WIDTH: usize = 4;
const CSV_WIDTH: usize = 4;

/// The first record of a file of CSV, and where the next begins.
fn names_of_columns(head: &[u8]) -> Option<(Vec<String>, u64)> {
    let bom = if head.starts_with(BOM) { BOM.len() } else { 0 };
    let (head, mut fields) = (&head[bom..], Fields::default());
    let Found::Row(len) = fields.read(head, false, Form::Csv, Flavour::Csv, |_| true) else { return None };
    let mut room = Vec::new();
    let name = |at: usize| fields.cell(head, at, Holds::Text, &mut room).to_text().map(Cow::into_owned);
    let names: Option<Vec<String>> = (0..fields.len()).map(name).collect();
    Some((names?, (bom + len) as u64))
}

/// A file that is one table's rows.
fn one_table(path: &Path, bytes: &Arc<dyn Bytes>, flavour: Flavour) -> io::Result<Outline> {
    let mut head = Vec::new();
    bytes.read(0, HEAD_BYTES, &mut head)?;
    let (names, start, form) = match flavour {
        Flavour::Csv => names_of_columns(&head).map(|(names, start)| (names, start, Form::Csv)).unwrap_or_default(),
        _ => {
            let lines: Vec<&[u8]> = head.split_inclusive(|byte| *byte == b'\n').collect();
            let width = lines.first().map_or(0, |line| line.split(|byte| *byte == b'\t').count());
            let names = names_by_values(&lines);
            (names.unwrap_or_else(|| (1..=width).map(|at| format!("column{at}")).collect()), 0, Form::Copy)
        }
    };
    let mut outline = Outline::default();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let table = outline.table(Place { name, ..Place::default() });
    outline.add_block(Block { table, columns: names.into(), form, data: start..u64::MAX, heads: Vec::new() });
    Ok(outline)
}

/// The columns of Message DB's table, where every row that is whole holds values of their types:
/// no other store has these eight one behind the other.
fn names_by_values(lines: &[&[u8]]) -> Option<Vec<String>> {
    type Is = fn(&str) -> bool;
    let is_number: Is = |text| text.parse::<i64>().is_ok_and(|number| number >= 0);
    let is_time: Is = |text| Time::parse(text).is_some();
    let is_word: Is = |text| !text.is_empty() && text != "\\N" && !text.starts_with(['{', '[']);
    let is_object: Is = |text| text == "\\N" || text.starts_with('{') && text.ends_with('}');
    let is_uuid: Is = |text| {
        let is_hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        text.len() == 36 && text.bytes().enumerate().all(|(at, byte)| is_hyphen(at) == (byte == b'-'))
    };
    let (stream, kind): ((&str, Is), (&str, Is)) = (("stream_name", is_word), ("type", is_word));
    let (data, metadata) = (("data", is_object), ("metadata", is_object));
    let (global, position) = (("global_position", is_number), ("position", is_number));
    let (id, time) = (("id", is_uuid), ("time", is_time));
    // Since 1.2.4, and before.
    let orders = [
        [global, position, time, stream, kind, data, metadata, id],
        [id, stream, kind, position, global, data, metadata, time],
    ];
    let whole: Vec<&str> = lines.iter().filter_map(|line| std::str::from_utf8(line).ok()?.strip_suffix('\n')).collect();
    let fits = |line: &&str, columns: &[(&str, Is); 8]| {
        let fields: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        let is_row = || fields.iter().zip(columns).all(|(field, (_, is))| is(field));
        *line == "\\." || fields.len() == columns.len() && is_row()
    };
    let is_it = |columns: &&[(&str, Is); 8]| !whole.is_empty() && whole.iter().all(|line| fits(line, columns));
    orders.iter().find(is_it).map(|columns| columns.iter().map(|(name, _)| (*name).to_owned()).collect())
}

impl Container for Dump {
    fn accepts(&self, probe: &Probe) -> Result<(), String> {
        match &probe.kind {
            Kind::File(head) if archive::is_archive(&head.bytes) || Flavour::of(&head.bytes).is_some() => Ok(()),
            Kind::File(_) => Err("it is no dump of a database".to_owned()),
            Kind::Folder(_) if probe.holds("toc.dat") => Ok(()),
            Kind::Folder(_) => Err("it is a folder".to_owned()),
        }
    }

    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError> {
        Ok(Box::new(Dumped::of(&source)?))
    }
}

impl Contents for Dumped {
    fn engine(&self) -> &'static str {
        match self.flavour {
            Flavour::Postgres => "postgres",
            Flavour::MySql => "mysql",
            Flavour::Sqlite => "sqlite",
            Flavour::SqlServer => "sqlserver",
            Flavour::Csv => "csv",
            Flavour::CopyText => "copy-text",
        }
    }

    fn tables(&self, _reach: Reach) -> Result<Tables, OpenError> {
        Ok(Tables { list: self.made().into_iter().map(|(_, table)| table).collect(), is_all: true })
    }

    fn samples(&self, tables: &[Table], most: usize) -> Result<Vec<TableSample>, ReadError> {
        let (all, begun) = (self.made(), Instant::now());
        let filled: HashSet<usize> = self.outline.blocks.iter().map(|block| self.outline.root(block.table)).collect();
        let known = all.iter().filter(|(at, own)| filled.contains(at) && tables.iter().any(|table| table.is_same(own)));
        let known = known.take(SAMPLED_TABLES).take_while(|_| begun.elapsed() < LOOK_TIME);
        known.map(|(at, table)| self.sample(*at, table, most)).collect()
    }

    fn store(&self, candidate: &Candidate, mut mapping: Mapping) -> Result<Bound, OpenError> {
        let gone = || self.io(io::Error::other("it changed while it was opened"));
        let all = self.made();
        let find = |wanted: &Table| all.iter().find(|(_, own)| own.is_same(wanted)).map(|(at, _)| *at);
        let table = find(&candidate.table).ok_or_else(gone)?;
        // Rows stand in a dump as they lay in the table, which is no order; but where the position
        // was SQLite's rowid, which a dump leaves out, it wrote them in that order.
        let ordered = candidate.table.has_rowid && self.lacks_rowids(table, &mapping);
        if !ordered {
            mapping.order_by_position();
        }
        let plan = Plan::of(&mapping);
        let mut lookups = Vec::new();
        for join in mapping.joins() {
            let joined = candidate.joined().get(join.number - 1).and_then(find).ok_or_else(gone)?;
            lookups.push(Lookup::read(self, joined, join, mapping.joins(), &plan)?);
        }
        let parts = self.parts(table, &plan.columns, 0)?;
        let mut passed_over = self.outline.passed_over();
        if self.objects.may_be_any() && parts.iter().any(Part::lacks_types) {
            let said = "the dump holds large objects, and nothing in it tells which columns point to them; dump it \
                        again with its tables' definitions, not with --data-only";
            passed_over.push((FindingCode::NotRead, said.to_owned()));
        }
        let readers = DumpReaders {
            path: self.path.clone(),
            flavour: self.flavour,
            len: self.len()?,
            tail: self.outline.tail(),
            passed_over,
            is_heap: !ordered,
            shared: Arc::new(Shared { parts, lookups, plan }),
        };
        Ok(DialectStore::bound(readers, mapping, ordered))
    }
}

/// A dump that was looked through.
struct Dumped {
    path: PathBuf,
    flavour: Flavour,
    outline: Outline,
    /// What the blocks are parts of.
    text: Text,
    objects: Arc<LargeObjects>,
}

enum Text {
    /// One text for all of them.
    Whole(Arc<dyn Bytes>),
    /// One for each.
    Packed(Arc<Shelf>),
}

impl Dumped {
    fn of(source: &Source) -> Result<Dumped, ReadError> {
        let io = |error| ReadError::io(&source.path, error);
        let path = source.path.clone();
        let mut head = Vec::new();
        if !matches!(source.inside, Inside::Folder) {
            source.bytes()?.read(0, HEAD_BYTES, &mut head).map_err(io)?;
        }
        let archive = match &source.inside {
            Inside::Folder => Some(path.clone()),
            _ if archive::is_archive(&head) => Some(source.file()?),
            // The script of an archive that was unpacked: its rows are in the files beside it.
            Inside::File(_) if path.file_name().is_some_and(|name| name == "restore.sql") => {
                path.parent().filter(|folder| folder.join("toc.dat").is_file()).map(Path::to_owned)
            }
            _ => None,
        };
        let script = Flavour::of(&head).unwrap_or(Flavour::Postgres);
        let flavour = if archive.is_some() { Flavour::Postgres } else { script };
        let (outline, text, objects) = match archive {
            Some(file) => {
                let contents = archive::contents(&file).map_err(io)?;
                let text = Text::Packed(Shelf::new(contents.packed, source.cache.clone()));
                (contents.outline, text, contents.objects)
            }
            None => {
                let bytes = source.bytes()?;
                let outline = match flavour {
                    Flavour::Csv | Flavour::CopyText => one_table(&path, &bytes, flavour),
                    _ => outline(&bytes, flavour),
                };
                let mut outline = outline.map_err(io)?;
                let stand = Stand::Script { bytes: Arc::clone(&bytes), escapes: outline.escapes };
                let objects = LargeObjects::known(stand, std::mem::take(&mut outline.objects));
                (outline, Text::Whole(bytes), objects)
            }
        };
        Ok(Dumped { path, flavour, outline, text, objects: Arc::new(objects) })
    }

    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.path, error)
    }

    /// The tables that are no parts of others, by their number.
    fn made(&self) -> Vec<(usize, Table)> {
        let of = |(at, made): (usize, &Made)| {
            if self.outline.root(at) != at {
                return None;
            }
            let names = made.columns.iter().map(|column| column.name.clone());
            let declared = |kind: &ColumnKind| Some((Name::from(kind.name.as_str()), kind.holds.declared()?));
            let declared = made.columns.iter().filter_map(declared).collect();
            let place = &made.place;
            let within: Vec<&str> =
                [&place.database, &place.schema].into_iter().flatten().map(String::as_str).collect();
            let within = (!within.is_empty()).then(|| within.join("."));
            let table = Table::new(place.name.as_str(), names, made.has_rowid);
            // A key of columns that are not there is none.
            let spelled = |name: &String| table.column(&Name::from(name.as_str())).cloned();
            let key = made.key.iter().take(MAX_KEY).map(spelled).collect::<Option<Vec<Name>>>().unwrap_or_default();
            let table = Table { within, key, declared, ..table };
            (!made.columns.is_empty()).then_some((at, table))
        };
        self.outline.tables.iter().enumerate().filter_map(of).collect()
    }

    /// The position is the rowid, and no rows of the table say theirs.
    fn lacks_rowids(&self, table: usize, mapping: &Mapping) -> bool {
        let is_rowid = |column: &Column| (column.table, column.name.as_str()) == (0, ROWID);
        let mut own = self.outline.blocks.iter().filter(|block| self.outline.root(block.table) == table);
        mapping.position_column().is_some_and(is_rowid)
            && own.all(|block| block.columns.iter().all(|column| column != ROWID))
    }

    /// The text that a block is a part of, and the key of that text's first byte.
    fn text_of(&self, block: usize) -> (Arc<dyn Bytes>, i64) {
        match &self.text {
            Text::Whole(bytes) => (Arc::clone(bytes), 0),
            Text::Packed(shelf) => (shelf.text(block), (block as i64) << TEXT_BITS),
        }
    }

    /// Where the rows of a table stand, and which of their fields are these columns. `number` is
    /// the table's in the mapping.
    fn parts(&self, table: usize, columns: &[Column], number: usize) -> Result<Vec<Part>, ReadError> {
        let mut parts: Vec<Part> = Vec::new();
        // The table and columns whose rows told what they hold.
        let mut known = None;
        for (at, block) in self.outline.blocks.iter().enumerate() {
            if self.outline.root(block.table) != table {
                continue;
            }
            let (bytes, base) = self.text_of(at);
            let own = &self.outline.tables[block.table].columns;
            let own = if own.is_empty() { &self.outline.tables[table].columns } else { own };
            let names: Vec<String> = match block.columns.is_empty() {
                true => own.iter().map(|column| column.name.clone()).collect(),
                false => block.columns.to_vec(),
            };
            let parent = &self.outline.tables[table].columns;
            let mut holds = holds_of(&names, own);
            for (holds, parent) in holds.iter_mut().zip(holds_of(&names, parent)) {
                *holds = if *holds == Holds::Unknown { parent } else { *holds };
            }
            let field = |name: &str| names.iter().position(|own| own == name);
            let fields: Vec<Option<usize>> = columns
                .iter()
                .map(|column| if column.table == number { field(column.name.as_str()) } else { None })
                .collect();
            let column_of = |field: usize| fields.iter().position(|own| *own == Some(field));
            let mut part = Part {
                bytes,
                base,
                start: block.data.start,
                end: block.data.end,
                form: block.form,
                columns: (0..names.len()).map(column_of).collect(),
                fields,
                width: names.len(),
                holds,
                heads: block.heads.clone(),
                is_packed: matches!(self.text, Text::Packed(_)),
                objects: None,
            };
            match parts.last() {
                Some(last) if known == Some((block.table, &block.columns)) => part.holds = last.holds.clone(),
                _ => {
                    let is_told = part.find_bytes(self.flavour).map_err(|error| self.io(error))?;
                    known = is_told.then_some((block.table, &block.columns));
                }
            }
            // Values of a joined table are held for all its rows: there a number stays one.
            part.objects = (number == 0).then(|| (Arc::clone(&self.objects), self.objects.within(block.data.start)));
            parts.push(part);
        }
        Ok(parts)
    }

    /// Bytes of the dump itself.
    fn len(&self) -> Result<u64, ReadError> {
        match &self.text {
            Text::Whole(bytes) => match bytes.now().map_err(|error| self.io(error))? {
                Now::Same(len) => Ok(len),
                Now::Another => Ok(0),
            },
            Text::Packed(_) => Ok(0),
        }
    }

    fn sample(&self, at: usize, table: &Table, most: usize) -> Result<TableSample, ReadError> {
        let columns: Vec<Column> = table.columns.iter().map(|name| Column { table: 0, name: name.clone() }).collect();
        let wanted = vec![true; columns.len()];
        let mut rows = Vec::new();
        for part in self.parts(at, &columns, 0)? {
            let mut walk = Walk::new(&part, self.flavour);
            while rows.len() < most && walk.offset() < part.start + SAMPLED_ROW_BYTES * most as u64 {
                match walk.next(&part, &wanted).map_err(|error| self.io(error))? {
                    Next::End | Next::Cut => break,
                    Next::Odd(..) => {}
                    Next::Row(_) => {
                        rows.push(walk.cells(&part, &wanted, |cells| cells.iter().map(Sampled::of).collect()));
                    }
                }
            }
        }
        Ok(TableSample { table: table.clone(), rows, keys: Vec::new(), count: None })
    }
}
