//! [`Part`]: a run of rows in one text, and [`Walk`]: from row to row of it.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::objects::LargeObjects;
use super::outline::{Form, Holds};
use super::rows::{Fields, Found};
use super::script::{self, Statements, insert_head};
use super::window::Window;
use super::{Flavour, rows};
use crate::dialect::Cell;
use crate::formats::bytes::Bytes;

/// A longer row is passed over, as a finding; so is a longer large object.
pub(super) const MAX_ROW_BYTES: usize = 256 << 20;

/// Room for one value that is kept for the next.
const MAX_ROOM: usize = 8 << 20;

/// Rows that are looked at to see what columns hold whose types nothing tells.
const LOOKED_AT_ROWS: usize = 50;

/// A run of rows in one text.
pub(super) struct Part {
    pub bytes: Arc<dyn Bytes>,
    /// The key of the text's first byte.
    pub base: i64,
    pub start: u64,
    pub end: u64,
    pub form: Form,
    /// For each column that is asked for the field that holds it.
    pub fields: Vec<Option<usize>>,
    /// For each field the column that it is, of those that are asked for.
    pub columns: Vec<Option<usize>>,
    /// Fields of a row.
    pub width: usize,
    /// What each field holds.
    pub holds: Vec<Holds>,
    /// How the INSERT statements begin whose rows these are; all where there is none.
    pub heads: Vec<Vec<u8>>,
    /// It is a text of its own, in an archive.
    pub is_packed: bool,
    /// The large objects whose numbers its rows hold, and in which part of the dump they are; where
    /// there are none numbers stay numbers.
    pub objects: Option<(Arc<LargeObjects>, Range<u64>)>,
}

impl Part {
    /// The columns that hold numbers of large objects, each with its field.
    pub fn pointers(&self) -> impl Iterator<Item = (usize, usize)> {
        let fields = self.fields.iter().enumerate();
        fields.filter_map(|(column, field)| Some((column, field.filter(|field| self.is_pointer(*field))?)))
    }

    /// Of a column that is asked for nothing tells the type.
    pub fn lacks_types(&self) -> bool {
        self.fields.iter().flatten().any(|field| self.holds.get(*field) == Some(&Holds::Unknown))
    }

    /// The field is of a column that is asked for, and holds numbers of large objects.
    fn is_pointer(&self, field: usize) -> bool {
        self.objects.is_some()
            && self.holds.get(field) == Some(&Holds::LargeObjects)
            && self.columns.get(field).is_some_and(Option::is_some)
    }

    /// Bytes up to the first row of a statement with rows of this part.
    fn head(&self, statement: &[u8], flavour: Flavour) -> Option<usize> {
        if self.heads.is_empty() {
            return insert_head(statement, None, flavour).map(|head| head.len);
        }
        let begins =
            |head: &&Vec<u8>| statement.strip_prefix(head.as_slice()).is_some_and(|rest| rest.starts_with(b"("));
        self.heads.iter().find(begins).map(|head| head.len())
    }

    /// Where nothing tells a column's type, it holds bytes if its first values are all written
    /// as bytes are. `false` where there is no row to look at.
    pub fn find_bytes(&mut self, flavour: Flavour) -> io::Result<bool> {
        let unknown = |field: &usize| self.holds.get(*field) == Some(&Holds::Unknown);
        let fields: Vec<usize> = self.fields.iter().flatten().copied().filter(unknown).collect();
        if fields.is_empty() {
            return Ok(true);
        }
        let mut written = vec![(false, true); self.fields.len()];
        let wanted = vec![true; self.fields.len()];
        let mut walk = Walk::new(self, flavour);
        let mut found = false;
        for _ in 0..LOOKED_AT_ROWS {
            match walk.next(self, &wanted)? {
                Next::End | Next::Cut => break,
                Next::Odd(..) => {}
                Next::Row(_) => walk.cells(self, &wanted, |cells| {
                    found = true;
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
        Ok(found)
    }
}

/// Goes from row to row of one part.
pub(super) struct Walk {
    statements: Statements,
    fields: Fields,
    /// The row that was read last: its offset, and its length.
    row: (u64, usize),
    rooms: Vec<Vec<u8>>,
    /// What of the row that was read last cannot be read, in words.
    pub troubles: Vec<String>,
}

/// What stands next in a part.
pub(super) enum Next {
    /// A row, by its offset in the text.
    Row(u64),
    /// Something that is no row of the table, and why.
    Odd(u64, String),
    /// The text ends inside a row.
    Cut,
    End,
}

impl Walk {
    pub fn new(part: &Part, flavour: Flavour) -> Walk {
        let mut window = Window::new(Arc::clone(&part.bytes));
        window.seek(part.start);
        Walk {
            statements: Statements::new(window, flavour),
            fields: Fields::default(),
            row: (0, 0),
            rooms: Vec::new(),
            troubles: Vec::new(),
        }
    }

    pub fn offset(&self) -> u64 {
        self.statements.window.offset()
    }

    /// Reads the row that stands here or comes next. `wanted` says of which of the mapping's
    /// columns; numbers of large objects are read in any case.
    pub fn next(&mut self, part: &Part, wanted: &[bool]) -> io::Result<Next> {
        if !self.find_row(part)? {
            return Ok(Next::End);
        }
        let offset = self.offset();
        let asked = |field: usize| {
            let column = part.columns.get(field).copied().flatten();
            column.and_then(|column| wanted.get(column)).is_some_and(|wanted| *wanted) || part.is_pointer(field)
        };
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
            match part.head(self.statements.window.rest(), self.statements.flavour) {
                Some(len) => self.statements.window.skip(len),
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
        self.find_next(part)
    }

    /// From behind a row to where the next may begin: to its bracket, or behind the statement.
    fn find_next(&mut self, part: &Part) -> io::Result<()> {
        if part.form != Form::Insert {
            return Ok(());
        }
        self.statements.skip_space()?;
        match self.statements.window.peek()? {
            Some(b'(') => {}
            Some(b',') => {
                self.statements.window.skip(1);
                self.statements.skip_space()?;
            }
            _ if self.statements.flavour == Flavour::SqlServer
                && script::begins_statement(self.statements.window.rest()) => {}
            // ON CONFLICT and the like.
            _ => {
                self.statements.walk(|_| {})?;
            }
        }
        Ok(())
    }

    /// Goes on where [`Walk::behind`] was.
    pub fn go_on(&mut self, part: &Part, behind: u64) -> io::Result<()> {
        self.seek(behind);
        if behind > part.start { self.find_next(part) } else { Ok(()) }
    }

    /// Where the walk goes on, behind the row that was read last.
    pub fn behind(&self) -> u64 {
        if self.row.1 > 0 { self.row.0 + self.row.1 as u64 } else { self.offset() }
    }

    /// Rows of COPY end with a line that says so; it stands here.
    pub fn is_at_end(&self) -> bool {
        script::is_end_of_copy(self.statements.window.rest())
    }

    /// Goes to a row by its offset.
    pub fn seek(&mut self, offset: u64) {
        self.row = (0, 0);
        self.statements.window.seek(offset);
    }

    /// The numbers of large objects to which the row points that was read last.
    pub fn pointed(&self, part: &Part, mut each: impl FnMut(u32)) {
        let text = self.statements.window.rest();
        let text = text.get(..self.row.1).unwrap_or_default();
        for (_, field) in part.pointers() {
            if let Some(number) = number_of_object(self.fields.cell(text, field, Holds::LargeObjects, &mut Vec::new()))
            {
                each(number);
            }
        }
    }

    /// The cells of the row that was read last, by the mapping's columns; large objects in place of
    /// their numbers.
    pub fn cells<T>(&mut self, part: &Part, wanted: &[bool], then: impl FnOnce(&[Cell<'_>]) -> T) -> T {
        let text = self.statements.window.rest();
        let text = text.get(..self.row.1).unwrap_or_default();
        self.rooms.resize_with(part.fields.len(), Vec::new);
        self.troubles.clear();
        let (fields, troubles) = (&self.fields, &mut self.troubles);
        let cells: Vec<Cell<'_>> = part
            .fields
            .iter()
            .zip(wanted)
            .zip(&mut self.rooms)
            .map(|((field, wanted), room)| match field {
                Some(field) if *wanted => {
                    let holds = part.holds.get(*field).copied().unwrap_or(Holds::Unknown);
                    let mut number = None;
                    if part.is_pointer(*field) {
                        number = number_of_object(fields.cell(text, *field, holds, &mut Vec::new()));
                    }
                    let (Some(number), Some((objects, within))) = (number, &part.objects) else {
                        return fields.cell(text, *field, holds, room);
                    };
                    match objects.read(number, within, room) {
                        Ok(true) => return Cell::Bytes(room),
                        Ok(false) => {}
                        Err(trouble) => troubles.push(trouble),
                    }
                    Cell::Integer(i64::from(number))
                }
                _ => Cell::Null,
            })
            .collect();
        let result = then(&cells);
        self.rooms.iter_mut().filter(|room| room.capacity() > MAX_ROOM).for_each(|room| *room = Vec::new());
        result
    }
}

/// What a cell points to.
fn number_of_object(cell: Cell<'_>) -> Option<u32> {
    let Cell::Integer(number) = cell else { return None };
    u32::try_from(number).ok().filter(|number| *number > 0)
}
