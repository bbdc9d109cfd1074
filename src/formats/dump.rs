//! Dumps of databases: SQL scripts, and archives of pg_dump in all their formats, read without
//! a server. A row's key is where in the text it begins.
//!
//! Which tables there are and where their rows stand is found out in one pass
//! (`script`, `archive`); then only the rows of the chosen table are taken apart (`rows`). What
//! an archive holds packed is unpacked into the cache, table by table, as it is read.

mod archive;
mod rows;
mod script;
mod window;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::{Bytes, FileBytes, Now};
use super::probe::{HEAD_BYTES, Kind, Probe};
use super::row::{Extent, RowBuilder, row_and_item};
use super::spool::Spool;
use super::{
    Bound, Container, Contents, DialectStore, EventPage, Fetcher, Inside, OpenError, PAGE_BYTES, PAGE_ROWS,
    PayloadPage, Reach, ReadError, Readers, Run, ScanCursor, ScanStep, Scanner, Source, StoreChange, Tables,
};
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::mapping::{Column, Join, RowTest};
use crate::dialect::{Candidate, Cell, Comparison, Mapping, Name, Scalar, Table};
use crate::model::json::{BOM, write, write_string};
use crate::model::{FindingCode, Findings, Node, RowKey};
use archive::Packed;
use rows::{Fields, Found, holds_of};
use script::{Form, Holds, Made, Outline, Statements, insert_head, outline};
use sha2::{Digest, Sha256};
use window::Window;

/// Bits of a key that are the place in the text, where each block has a text of its own.
const TEXT_BITS: u32 = 40;
/// A longer row is passed over, as a finding.
const MAX_ROW_BYTES: usize = 256 << 20;
/// Rows that are looked at to see what columns hold whose types nothing tells.
const LOOKED_AT_ROWS: usize = 50;
/// Rows of a table that are looked at, where no dialect knows it.
const SAMPLED_ROWS: usize = 500;
/// Bytes of each of them.
const SAMPLED_BYTES: u64 = 4 << 20;

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

/// Dumps of one kind of database.
pub(super) struct Dump(pub Flavour);

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
        let is_name =
            |name: &String| !name.is_empty() && name.len() < 64 && !name.starts_with(|c: char| c.is_ascii_digit());
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
            let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let width = line.split(|byte| *byte == b'\t').count();
            ((1..=width).map(|number| format!("column{number}")).collect(), 0, Form::Copy)
        }
    };
    let mut outline = Outline::default();
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let table = outline.table(script::Place { name, ..script::Place::default() });
    outline.add_block(script::Block { table, columns: names.into(), form, data: start..u64::MAX });
    Ok(outline)
}

impl Container for Dump {
    fn engine(&self) -> &'static str {
        match self.0 {
            Flavour::Postgres => "postgres",
            Flavour::MySql => "mysql",
            Flavour::Sqlite => "sqlite",
            Flavour::SqlServer => "sqlserver",
            Flavour::Csv => "csv",
            Flavour::CopyText => "copy-text",
        }
    }

    fn accepts(&self, probe: &Probe) -> Result<(), String> {
        let found = match &probe.kind {
            Kind::File(head) if archive::is_archive(&head.bytes) => Some(Flavour::Postgres),
            Kind::File(head) => Flavour::of(&head.bytes),
            Kind::Folder(names) => names.iter().any(|name| name == "toc.dat").then_some(Flavour::Postgres),
        };
        match (found, &probe.kind) {
            (Some(flavour), _) if flavour == self.0 => Ok(()),
            (_, Kind::Folder(_)) => Err("it is a folder".to_owned()),
            // One of them says it for all.
            _ if self.0 == Flavour::Postgres => Err("it is no dump of a database".to_owned()),
            _ => Err(String::new()),
        }
    }

    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError> {
        Ok(Box::new(Dumped::of(&source, self.0)?))
    }
}

impl Contents for Dumped {
    fn tables(&self, _reach: Reach) -> Result<Tables, OpenError> {
        Ok(Tables { list: self.made().into_iter().map(|(_, table)| table).collect(), is_all: true })
    }

    fn samples(&self, tables: &[Table]) -> Result<Vec<TableSample>, ReadError> {
        let all = self.made();
        let known = tables.iter().filter_map(|table| {
            let (at, _) = all.iter().find(|(_, own)| own.is_same(table))?;
            Some((*at, table))
        });
        known.map(|(at, table)| self.sample(at, table)).collect()
    }

    fn store(&self, candidate: &Candidate, mut mapping: Mapping) -> Result<Bound, OpenError> {
        let gone = || self.io(io::Error::other("it changed while it was opened"));
        let all = self.made();
        let find = |wanted: &Table| all.iter().find(|(_, own)| own.is_same(wanted)).map(|(at, _)| *at);
        let table = find(&candidate.table).ok_or_else(gone)?;
        // Rows stand in a dump as they lay in the table, which is no order.
        mapping.order_by_position();
        let plan = Plan::of(&mapping);
        let mut lookups = Vec::new();
        for join in mapping.joins() {
            let joined = candidate.joined().get(join.number - 1).and_then(find).ok_or_else(gone)?;
            lookups.push(Lookup::read(self, joined, join, &plan)?);
        }
        let parts = self.parts(table, &plan.columns, 0)?;
        let readers = DumpReaders {
            path: self.path.clone(),
            flavour: self.flavour,
            len: self.len()?,
            is_cut: self.outline.is_cut,
            shared: Arc::new(Shared { parts, lookups, plan }),
        };
        Ok(DialectStore::bound(readers, mapping, false))
    }
}

/// A dump that was looked through.
struct Dumped {
    path: PathBuf,
    cache: PathBuf,
    flavour: Flavour,
    outline: Outline,
    /// What the blocks are parts of.
    text: Text,
}

enum Text {
    /// One text for all of them.
    Whole(Arc<dyn Bytes>),
    /// One for each, packed.
    Packed(Vec<Packed>),
}

impl Dumped {
    fn of(source: &Source, flavour: Flavour) -> Result<Dumped, ReadError> {
        let io = |error| ReadError::io(&source.path, error);
        let (path, cache) = (source.path.clone(), source.cache.clone());
        let archive = match &source.inside {
            Inside::Folder => Some(source.path.clone()),
            Inside::File(file) if archive::is_archive(&file.head(0, 512).map_err(io)?) => Some(source.path.clone()),
            // The script of an archive that was unpacked: its rows are in the files beside it.
            Inside::File(_) if path.file_name().is_some_and(|name| name == "restore.sql") => {
                path.parent().filter(|folder| folder.join("toc.dat").is_file()).map(Path::to_owned)
            }
            Inside::File(_) | Inside::Input(_) => None,
            Inside::Unpacked(spool) => {
                let mut head = Vec::new();
                spool.read(0, 512, &mut head).map_err(io)?;
                if archive::is_archive(&head) { Some(source.file()?) } else { None }
            }
        };
        let (outline, text) = match archive {
            Some(file) => {
                let contents = archive::contents(&file).map_err(io)?;
                (contents.outline, Text::Packed(contents.packed))
            }
            None => {
                let bytes = source.bytes()?;
                let outline = match flavour {
                    Flavour::Csv | Flavour::CopyText => one_table(&path, &bytes, flavour),
                    _ => outline(&bytes, flavour),
                };
                (outline.map_err(io)?, Text::Whole(bytes))
            }
        };
        Ok(Dumped { path, cache, flavour, outline, text })
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
            let place = &made.place;
            let within: Vec<&str> =
                [&place.database, &place.schema].into_iter().flatten().map(String::as_str).collect();
            let within = (!within.is_empty()).then(|| within.join("."));
            let table = Table { within, ..Table::new(place.name.as_str(), names, false) };
            (!made.columns.is_empty()).then_some((at, table))
        };
        self.outline.tables.iter().enumerate().filter_map(of).collect()
    }

    /// The text that a block is a part of, and the key of that text's first byte.
    fn text_of(&self, block: usize) -> Result<(Arc<dyn Bytes>, i64), ReadError> {
        match &self.text {
            Text::Whole(bytes) => Ok((Arc::clone(bytes), 0)),
            Text::Packed(packed) => {
                let Some(packed) = packed.get(block) else {
                    return Err(self.io(io::ErrorKind::NotFound.into()));
                };
                let bytes: Arc<dyn Bytes> = if packed.layers.is_empty() {
                    Arc::new(FileBytes::open(&packed.file).map_err(|error| ReadError::io(&packed.file, error))?)
                } else {
                    let spool = Spool::open(&packed.file, packed.layers.clone(), &self.cache);
                    Arc::new(spool.map_err(|error| ReadError::io(&packed.file, error))?)
                };
                Ok((bytes, (block as i64) << TEXT_BITS))
            }
        }
    }

    /// Where the rows of a table stand, and which of their fields are these columns. `number` is
    /// the table's in the mapping.
    fn parts(&self, table: usize, columns: &[Column], number: usize) -> Result<Vec<Part>, ReadError> {
        let mut parts = Vec::new();
        for (at, block) in self.outline.blocks.iter().enumerate() {
            if self.outline.root(block.table) != table {
                continue;
            }
            let (bytes, base) = self.text_of(at)?;
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
            let fields =
                columns.iter().map(|column| if column.table == number { field(column.name.as_str()) } else { None });
            let mut part = Part {
                bytes,
                base,
                start: block.data.start,
                end: block.data.end,
                form: block.form,
                fields: fields.collect(),
                width: names.len(),
                holds,
            };
            part.find_bytes(self.flavour).map_err(|error| self.io(error))?;
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

    fn sample(&self, at: usize, table: &Table) -> Result<TableSample, ReadError> {
        let mut rows = Vec::new();
        for (number, block) in self.outline.blocks.iter().enumerate() {
            if self.outline.root(block.table) != at || rows.len() >= SAMPLED_ROWS {
                continue;
            }
            let (bytes, base) = self.text_of(number)?;
            let names = &block.columns;
            let place = |column: &Name| names.iter().position(|own| own == column.as_str());
            let part = Part {
                bytes,
                base,
                start: block.data.start,
                end: block.data.end,
                form: block.form,
                fields: table.columns.iter().map(place).collect(),
                width: names.len(),
                holds: holds_of(names, &self.outline.tables[at].columns),
            };
            let mut walk = Walk::new(&part, self.flavour);
            let wanted = vec![true; part.fields.len()];
            while rows.len() < SAMPLED_ROWS && walk.offset() < part.start + SAMPLED_BYTES {
                match walk.next(&part, &wanted).map_err(|error| self.io(error))? {
                    Next::End | Next::Cut => break,
                    Next::Odd(..) => {}
                    Next::Row(_) => rows.push(walk.cells(&part, &wanted, |cells| cells.iter().map(sampled).collect())),
                }
            }
        }
        Ok(TableSample { table: table.clone(), rows, keys: Vec::new(), count: None })
    }
}

fn sampled(cell: &Cell<'_>) -> Sampled {
    match cell {
        Cell::Integer(value) => Sampled::Integer(*value),
        Cell::Real(value) => Sampled::Real(*value),
        Cell::Text(text) => Sampled::Text((*text).to_owned()),
        Cell::Bytes(bytes) => Sampled::Bytes(bytes.to_vec()),
        _ => Sampled::Null,
    }
}

/// A run of rows in one text.
struct Part {
    bytes: Arc<dyn Bytes>,
    /// The key of the text's first byte.
    base: i64,
    start: u64,
    end: u64,
    form: Form,
    /// For each column that is asked for the field that holds it.
    fields: Vec<Option<usize>>,
    /// Fields of a row.
    width: usize,
    /// What each field holds.
    holds: Vec<Holds>,
}

impl Part {
    /// Where nothing tells a column's type, it holds bytes if its first values are all written
    /// as bytes are.
    fn find_bytes(&mut self, flavour: Flavour) -> io::Result<()> {
        let unknown = |field: &usize| self.holds.get(*field) == Some(&Holds::Unknown);
        let fields: Vec<usize> = self.fields.iter().flatten().copied().filter(unknown).collect();
        if fields.is_empty() {
            return Ok(());
        }
        let mut written = vec![(false, true); self.fields.len()];
        let wanted = vec![true; self.fields.len()];
        let mut walk = Walk::new(self, flavour);
        for _ in 0..LOOKED_AT_ROWS {
            match walk.next(self, &wanted)? {
                Next::End | Next::Cut => break,
                Next::Odd(..) => {}
                Next::Row(_) => walk.cells(self, &wanted, |cells| {
                    for (cell, (seen, bytes)) in cells.iter().zip(&mut written) {
                        *seen |= !cell.is_null();
                        *bytes &= match cell {
                            Cell::Null => true,
                            Cell::Text(text) => rows::is_written_bytes(text.as_bytes()),
                            _ => false,
                        };
                    }
                }),
            }
        }
        for (column, (seen, bytes)) in written.into_iter().enumerate() {
            if let (true, Some(field)) = (seen && bytes, self.fields[column]) {
                self.holds[field] = Holds::Bytes;
            }
        }
        Ok(())
    }
}

/// Goes from row to row of one part.
struct Walk {
    statements: Statements,
    fields: Fields,
    /// The row that was read last: its offset, and its length.
    row: (u64, usize),
    rooms: Vec<Vec<u8>>,
}

/// What stands next in a part.
enum Next {
    /// A row, by its offset in the text.
    Row(u64),
    /// Something that is no row of the table, and why.
    Odd(u64, String),
    /// The text ends inside a row.
    Cut,
    End,
}

impl Walk {
    fn new(part: &Part, flavour: Flavour) -> Walk {
        let mut window = Window::new(Arc::clone(&part.bytes));
        window.seek(part.start);
        Walk { statements: Statements { window, flavour }, fields: Fields::default(), row: (0, 0), rooms: Vec::new() }
    }

    fn offset(&self) -> u64 {
        self.statements.window.offset()
    }

    /// Reads the row that stands here or comes next. `wanted` says of which of the mapping's
    /// columns.
    fn next(&mut self, part: &Part, wanted: &[bool]) -> io::Result<Next> {
        if !self.find_row(part)? {
            return Ok(Next::End);
        }
        let offset = self.offset();
        let asked = |field: usize| part.fields.iter().zip(wanted).any(|(own, wanted)| *wanted && *own == Some(field));
        loop {
            let window = &self.statements.window;
            let found = self.fields.read(window.rest(), window.is_last(), part.form, self.statements.flavour, asked);
            match found {
                Found::Row(len) => {
                    let unfinished = window.is_last()
                        && len == window.rest().len()
                        && !window.rest().ends_with(b"\n")
                        && part.form == Form::Copy;
                    if unfinished {
                        return Ok(Next::Cut);
                    }
                    self.row = (offset, len);
                    if self.fields.len() != part.width {
                        let (has, width) = (self.fields.len(), part.width);
                        self.leave(part)?;
                        return Ok(Next::Odd(offset, format!("has {has} values, not {width}")));
                    }
                    return Ok(Next::Row(offset));
                }
                Found::Unfinished if window.rest().len() >= MAX_ROW_BYTES => {
                    self.statements.window.skip(MAX_ROW_BYTES);
                    self.statements.window.skip_line()?;
                    self.row = (offset, 0);
                    return Ok(Next::Odd(offset, format!("is longer than {} MiB", MAX_ROW_BYTES >> 20)));
                }
                Found::Unfinished => {
                    if !self.statements.window.grow()? {
                        return Ok(Next::Cut);
                    }
                }
            }
        }
    }

    /// Goes to where a row begins; `false` where there is none.
    fn find_row(&mut self, part: &Part) -> io::Result<bool> {
        if self.row.1 > 0 {
            self.leave(part)?;
        }
        if part.form != Form::Insert {
            let window = &mut self.statements.window;
            window.ensure(4)?;
            if part.form == Form::Copy && script::is_end_of_copy(window.rest()) {
                return Ok(false);
            }
            return Ok(self.offset() < part.end && self.statements.window.peek()?.is_some());
        }
        loop {
            if self.offset() >= part.end {
                return Ok(false);
            }
            if self.statements.window.peek()? == Some(b'(') {
                return Ok(true);
            }
            if !self.statements.find_statement(&mut None)? || self.offset() >= part.end {
                return Ok(false);
            }
            self.statements.window.ensure(script::MAX_HEAD)?;
            match insert_head(self.statements.window.rest(), None, self.statements.flavour) {
                Some(head) => self.statements.window.skip(head.len),
                None => {
                    self.statements.walk(|_| {})?;
                }
            }
        }
    }

    /// Goes behind the row that was read last.
    fn leave(&mut self, part: &Part) -> io::Result<()> {
        let (offset, len) = std::mem::take(&mut self.row);
        self.statements.window.seek(offset + len as u64);
        if part.form != Form::Insert {
            return Ok(());
        }
        self.statements.skip_space()?;
        if self.statements.window.peek()? == Some(b',') {
            self.statements.window.skip(1);
            self.statements.skip_space()?;
        } else if self.statements.flavour != Flavour::SqlServer
            || !script::begins_statement(self.statements.window.rest())
        {
            // ON CONFLICT and the like.
            self.statements.walk(|_| {})?;
        }
        Ok(())
    }

    /// Where the walk goes on, behind the row that was read last.
    fn behind(&self) -> u64 {
        if self.row.1 > 0 { self.row.0 + self.row.1 as u64 } else { self.offset() }
    }

    /// Goes to a row by its offset.
    fn seek(&mut self, offset: u64) {
        self.row = (0, 0);
        self.statements.window.seek(offset);
    }

    /// The cells of the row that was read last, by the mapping's columns.
    fn cells<T>(&mut self, part: &Part, wanted: &[bool], then: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let text = self.statements.window.rest();
        let text = text.get(..self.row.1).unwrap_or_default();
        self.rooms.resize_with(part.fields.len(), Vec::new);
        let fields = &self.fields;
        let cells: Vec<Cell<'_>> = part
            .fields
            .iter()
            .zip(wanted)
            .zip(&mut self.rooms)
            .map(|((field, wanted), room)| match field {
                Some(field) if *wanted => {
                    let holds = part.holds.get(*field).copied().unwrap_or(Holds::Unknown);
                    fields.cell(text, *field, holds, room)
                }
                _ => Cell::Null,
            })
            .collect();
        then(&cells)
    }
}

/// What is read of a row.
struct Plan {
    /// The mapping's columns, then others that say which rows are events.
    columns: Vec<Column>,
    /// How many of them are the mapping's.
    mapped: usize,
    /// For each whether a header needs it.
    in_header: Vec<bool>,
    /// What holds for each event, and of which column.
    tests: Vec<(usize, RowTest)>,
}

impl Plan {
    fn of(mapping: &Mapping) -> Plan {
        let mut plan = Plan {
            columns: mapping.columns().to_vec(),
            mapped: mapping.columns().len(),
            in_header: mapping.in_header().to_vec(),
            tests: Vec::new(),
        };
        for test in mapping.tests() {
            let at = plan.place(&test.column);
            plan.tests.push((at, test.clone()));
        }
        for (left, right) in mapping.joins().iter().flat_map(|join| &join.on) {
            plan.place(left);
            plan.place(right);
        }
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

fn holds(cell: &Cell<'_>, test: &RowTest) -> bool {
    let equal = match (&test.value, cell) {
        // A null is no value: it is unequal to every one.
        (_, Cell::Null) => false,
        (Scalar::Bool(value), cell) => {
            let text = cell.to_text().unwrap_or_default();
            matches!(&*text, "1" | "t" | "true") == *value
        }
        (Scalar::Integer(value), cell) => cell.to_integer() == Some(*value),
        (Scalar::Text(value), cell) => cell.to_text().as_deref() == Some(value.as_str()),
    };
    equal == (test.comparison == Comparison::Equal)
}

/// A joined table's rows, by the values that join them.
struct Lookup {
    /// Of the columns that are read, those of the events that are compared.
    on: Vec<usize>,
    /// By a hash of these values which row.
    rows: HashMap<u128, u32>,
    /// What rows hold, each once.
    values: Vec<Vec<Option<String>>>,
    /// Which columns these values are.
    columns: Vec<usize>,
    optional: bool,
}

impl Lookup {
    fn read(dump: &Dumped, table: usize, join: &Join, plan: &Plan) -> Result<Lookup, ReadError> {
        let mut own_keys = Vec::new();
        let mut on = Vec::new();
        for (left, right) in &join.on {
            let (own, other) = if left.table == join.number { (left, right) } else { (right, left) };
            own_keys.extend(plan.find(own));
            on.extend(plan.find(other));
        }
        let of_table = |at: &usize| plan.columns[*at].table == join.number && *at < plan.mapped;
        let columns: Vec<usize> = (0..plan.columns.len()).filter(of_table).collect();
        let mut lookup =
            Lookup { on, rows: HashMap::new(), values: Vec::new(), columns: columns.clone(), optional: join.optional };
        let mut known: HashMap<Vec<Option<String>>, u32> = HashMap::new();
        let wanted: Vec<bool> =
            (0..plan.columns.len()).map(|at| own_keys.contains(&at) || columns.contains(&at)).collect();
        for part in dump.parts(table, &plan.columns, join.number)? {
            let mut walk = Walk::new(&part, dump.flavour);
            loop {
                match walk.next(&part, &wanted).map_err(|error| dump.io(error))? {
                    Next::End | Next::Cut => break,
                    Next::Odd(..) => {}
                    Next::Row(_) => {
                        let (key, values) = walk.cells(&part, &wanted, |cells| {
                            let text = |at: &usize| cells[*at].to_text().map(Cow::into_owned);
                            (hash(own_keys.iter().map(|at| &cells[*at])), columns.iter().map(text).collect::<Vec<_>>())
                        });
                        let Some(key) = key else { continue };
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
    fn find(&self, cells: &[Cell<'_>]) -> Option<&[Option<String>]> {
        let key = hash(self.on.iter().filter_map(|at| cells.get(*at)))?;
        self.values.get(*self.rows.get(&key)? as usize).map(Vec::as_slice)
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

struct Shared {
    parts: Vec<Part>,
    lookups: Vec<Lookup>,
    plan: Plan,
}

struct DumpReaders {
    path: PathBuf,
    flavour: Flavour,
    /// Bytes of the dump when it was opened, where it is one text.
    len: u64,
    is_cut: bool,
    shared: Arc<Shared>,
}

impl Readers for DumpReaders {
    type Reader = Reader;

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Ok(Reader {
            path: self.path.clone(),
            flavour: self.flavour,
            len: self.len,
            is_cut: self.is_cut,
            shared: Arc::clone(&self.shared),
            builder: RowBuilder::new(Arc::clone(mapping)),
            at: None,
        })
    }
}

struct Reader {
    path: PathBuf,
    flavour: Flavour,
    len: u64,
    is_cut: bool,
    shared: Arc<Shared>,
    builder: RowBuilder,
    /// The part that is walked, and how far.
    at: Option<(usize, Walk)>,
}

impl Reader {
    fn io(&self, error: io::Error) -> ReadError {
        ReadError::io(&self.path, error)
    }

    /// The walk through a part.
    fn walk(&mut self, part: usize) -> &mut Walk {
        if self.at.as_ref().is_none_or(|(at, _)| *at != part) {
            self.at = None;
        }
        let (shared, flavour) = (&self.shared, self.flavour);
        &mut self.at.get_or_insert_with(|| (part, Walk::new(&shared.parts[part], flavour))).1
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
        let shared = Arc::clone(&self.shared);
        let (plan, own) = (&shared.plan, &shared.parts[part]);
        let all = vec![true; plan.columns.len()];
        let wanted = if extent == Extent::Whole { &all } else { &plan.in_header };
        let Some((_, walk)) = &mut self.at else { return Ok(()) };
        let builder = &mut self.builder;
        walk.cells(own, wanted, |cells| {
            if !plan.tests.iter().all(|(at, test)| holds(&cells[*at], test)) {
                return Ok(());
            }
            let mut cells = cells.to_vec();
            for lookup in &shared.lookups {
                match lookup.find(&cells) {
                    Some(values) => {
                        for (at, value) in lookup.columns.iter().zip(values) {
                            cells[*at] = value.as_deref().map_or(Cell::Null, Cell::Text);
                        }
                    }
                    None if lookup.optional => {}
                    None => return Ok(()),
                }
            }
            let rest = match (extent, builder.mapping().rest()) {
                (Extent::Whole, Some(columns)) => Some(rest_of(columns, &cells, plan)),
                _ => None,
            };
            builder.push(key, &cells[..plan.mapped], rest.as_deref(), item, extent, page, notes)
        })
    }

    /// The part in which a key is, and where in its text.
    fn part_of(&self, key: i64) -> Option<(usize, u64)> {
        let parts = &self.shared.parts;
        let behind = parts.partition_point(|part| part.base.saturating_add(part.start as i64) <= key);
        let at = behind.checked_sub(1)?;
        Some((at, u64::try_from(key.checked_sub(parts[at].base)?).ok()?))
    }
}

/// Columns that nothing names, as an object.
fn rest_of(columns: &[usize], cells: &[Cell<'_>], plan: &Plan) -> String {
    let mut rest = String::from("{");
    for at in columns {
        if rest.len() > 1 {
            rest.push(',');
        }
        write_string(plan.columns[*at].name.as_str(), &mut rest);
        rest.push(':');
        match cells[*at] {
            Cell::Null => rest.push_str("null"),
            Cell::Integer(number) => rest.push_str(&number.to_string()),
            Cell::Bytes(bytes) => write(&Node::Bytes(bytes.into()), &mut rest),
            cell => write_string(&cell.to_text().unwrap_or_default(), &mut rest),
        }
    }
    rest + "}"
}

impl Scanner for Reader {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        page.clear();
        let shared = Arc::clone(&self.shared);
        let parts = &shared.parts;
        // The cursor is behind a row: the part's number, and where its text goes on.
        let (mut at, mut offset) = match cursor.number() {
            None => (0, None),
            Some(number) => (((number >> TEXT_BITS) as usize), Some((number & ((1 << TEXT_BITS) - 1)) as u64)),
        };
        let mut tail = None;
        while page.len() < PAGE_ROWS && page.filled_bytes() < PAGE_BYTES {
            let Some(part) = parts.get(at) else { break };
            let walk = self.walk(at);
            if let Some(offset) = offset.take()
                && walk.offset() != offset
            {
                walk.seek(offset);
            }
            let next = walk.next(part, &shared.plan.in_header).map_err(|error| ReadError::io(&self.path, error))?;
            match next {
                Next::Row(offset) => {
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
                    tail = Some(format!("the row at byte {offset} is the last and unfinished"));
                    (at, self.at) = (at + 1, None);
                }
                Next::End => {
                    tail = tail.or(part.bytes.trouble());
                    (at, self.at) = (at + 1, None);
                }
            }
        }
        let end = at >= parts.len();
        if end && tail.is_none() && self.is_cut {
            tail = Some("the dump ends in the middle".to_owned());
        }
        let offset = self.at.as_mut().map_or(0, |(_, walk)| walk.behind());
        let within = parts.get(at).map_or(0.0, |part| part.bytes.progress(offset.max(part.start)));
        let progress = match (end, shared.is_one_text()) {
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
        let all = vec![true; shared.plan.columns.len()];
        let mut read = 0;
        for key in keys {
            if read > 0 && page.filled_bytes() > PAGE_BYTES {
                break;
            }
            read += 1;
            let (row, item) = if has_items { row_and_item(*key) } else { (key.0, 0) };
            let Some((at, offset)) = self.part_of(row) else { continue };
            let walk = self.walk(at);
            walk.seek(offset);
            let next = walk.next(&shared.parts[at], &all).map_err(|error| ReadError::io(&self.path, error))?;
            if !matches!(next, Next::Row(found) if found == offset) {
                continue;
            }
            let item = [item];
            let pushed = self.push(at, row, has_items.then_some(&item[..]), Extent::Whole, page, notes);
            if let Err(reason) = pushed {
                notes.note(FindingCode::Damaged, format!("the row at byte {offset} changed: it {reason}"));
            }
        }
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        super::payloads_of_rows(self, keys, page)
    }
}
