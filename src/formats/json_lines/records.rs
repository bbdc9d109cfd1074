//! [`Records`]: a window over the bytes, and where in them each record lies.

use std::io;
use std::sync::Arc;

use super::shape::{Form, Shape};
use super::values::{self, Among, End};
use super::walk::{Named, Walk, walk};
use crate::formats::bytes::Bytes;
use crate::model::Text;
use crate::model::json::BOM;

/// Bytes read at once where records are read one behind the other.
const WINDOW_BYTES: usize = 1 << 20;
/// Bytes read for a record that lies alone.
const SMALL_BYTES: usize = 4 << 10;
/// Records that are wanted and lie no further apart are read together.
const NEAR_BYTES: u64 = 16 << 10;
/// Bytes read at once where a record is passed over.
const LONG_BYTES: usize = 4 << 20;
/// A longer record is passed over, as a finding.
pub(super) const MAX_RECORD_BYTES: usize = 256 << 20;

/// A window over the bytes.
pub(super) struct Records {
    bytes: Arc<dyn Bytes>,
    shape: Shape,
    window: Vec<u8>,
    /// Offset of `window[0]`.
    start: u64,
    /// The window reaches to the end.
    is_last: bool,
    /// Where the document ends whose items were read: what stands behind it is none of them.
    outside: Option<u64>,
    /// The keys above the items of the array that was asked for last.
    keys: (Option<usize>, Vec<Text>),
}

/// Where one record lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub offset: u64,
    /// Bytes without the line's end.
    pub len: usize,
    pub next: u64,
    /// It ends with the file, and perhaps too early.
    pub unfinished: bool,
    /// It is longer than [`MAX_RECORD_BYTES`]; `len` is 0.
    pub too_long: bool,
}

impl Records {
    pub fn new(bytes: Arc<dyn Bytes>, shape: Shape) -> Records {
        Records { bytes, shape, window: Vec::new(), start: 0, is_last: false, outside: None, keys: (None, Vec::new()) }
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// More may have been written behind the end.
    pub fn look_again(&mut self) {
        if self.is_last {
            self.window.clear();
            self.is_last = false;
        }
    }

    fn fill(&mut self, offset: u64, want: usize) -> io::Result<()> {
        self.start = offset;
        self.window.clear();
        // What one large record took is not kept for small ones.
        if self.window.capacity() > 16 * WINDOW_BYTES.max(want) {
            self.window = Vec::new();
        }
        self.bytes.read(offset, want, &mut self.window)?;
        self.is_last = self.window.len() < want;
        Ok(())
    }

    /// Brings the first of these offsets into the window, and with it those that follow and
    /// lie near: one that lies alone costs one small read.
    pub fn prepare(&mut self, offsets: &[u64]) -> io::Result<()> {
        let [first, ..] = offsets else { return Ok(()) };
        if self.inside(*first).is_some_and(|at| self.record_in(self.shape.form, at, *first).is_some()) {
            return Ok(());
        }
        let is_near = |pair: &&[u64]| pair[1].checked_sub(pair[0]).is_some_and(|gap| gap <= NEAR_BYTES);
        let near = offsets.windows(2).take_while(is_near).count();
        let last = offsets[..=near].iter().rfind(|last| *last - first < WINDOW_BYTES as u64).unwrap_or(first);
        self.fill(*first, (last - first) as usize + SMALL_BYTES)
    }

    fn inside(&self, offset: u64) -> Option<usize> {
        offset.checked_sub(self.start).map(|at| at as usize).filter(|at| *at < self.window.len())
    }

    /// The record that begins at `offset`, brought into the window; `None` at the end.
    pub fn record(&mut self, offset: u64) -> io::Result<Option<Record>> {
        if self.shape.form != Form::Items {
            return self.record_as(self.shape.form, offset);
        }
        if self.outside.is_some_and(|end| offset >= end) {
            return self.behind_document(offset);
        }
        let mut at = offset;
        loop {
            if let Some(record) = self.record_as(Form::Items, at)? {
                return Ok(Some(record));
            }
            match self.shape.arrays.behind(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        match self.end_of_document(at)? {
            Some(end) => self.behind_document(end),
            None => Ok(None),
        }
    }

    /// The keys above a record, from the innermost outwards.
    pub fn keys(&mut self, record: &Record) -> io::Result<&[Text]> {
        let array = self.shape.arrays.array_of(record.offset);
        if self.keys.0 != array {
            let keys = match array {
                Some(array) => self.shape.arrays.keys(array, &self.bytes)?,
                None => Vec::new(),
            };
            self.keys = (array, keys);
        }
        Ok(&self.keys.1)
    }

    /// Where the document ends whose array ends at `offset`.
    fn end_of_document(&mut self, offset: u64) -> io::Result<Option<u64>> {
        let at = self.inside(offset).unwrap_or(self.window.len());
        let rest = &self.window[at..];
        let Some(bracket) = rest.iter().position(|byte| *byte == b']') else { return Ok(None) };
        let inside = Walk::inside(self.shape.depth + 1);
        let found = walk(&self.bytes, offset + bracket as u64, inside)?;
        Ok(found.ends.then_some(found.end))
    }

    /// What stands behind the document: another with the same array, whose items are records as
    /// well; else a record itself.
    fn behind_document(&mut self, offset: u64) -> io::Result<Option<Record>> {
        self.outside = Some(offset);
        let Some(record) = self.record_as(Form::Values, offset)? else { return Ok(None) };
        let mut found = Walk::default();
        found.feed(self.text(&record), record.offset);
        let (arrays, empty) = found.tables(&self.bytes)?;
        // Of ids there is no second one: whose they would be is not known.
        let is_single = self.shape.arrays.levels() == 0;
        let is_same = |own: &Named| is_single && own.name == self.shape.name;
        match arrays.into_iter().chain(empty).find(is_same) {
            Some(own) => {
                self.outside = None;
                self.record(own.arrays.first())
            }
            None => Ok(Some(record)),
        }
    }

    fn record_as(&mut self, form: Form, offset: u64) -> io::Result<Option<Record>> {
        if let Some(found) = self.inside(offset).and_then(|at| self.record_in(form, at, offset)) {
            return Ok(found);
        }
        if self.is_last && offset >= self.start + self.window.len() as u64 {
            return Ok(None);
        }
        // The window did not reach: a larger one.
        let mut want = WINDOW_BYTES;
        loop {
            self.fill(offset, want)?;
            if let Some(found) = self.record_in(form, 0, offset) {
                return Ok(found);
            }
            if want >= MAX_RECORD_BYTES {
                return self.pass_over(form, offset).map(Some);
            }
            want *= 4;
        }
    }

    /// The record at a place of the window: `None` where the window does not show its end,
    /// `Some(None)` where there is none.
    fn record_in(&self, form: Form, at: usize, offset: u64) -> Option<Option<Record>> {
        match form {
            Form::Lines => self.line_in(at, offset),
            Form::Values | Form::Array | Form::Items => self.value_in(form, at),
        }
    }

    fn line_in(&self, at: usize, offset: u64) -> Option<Option<Record>> {
        let Some(rest) = self.window.get(at..).filter(|rest| !rest.is_empty()) else {
            return self.is_last.then_some(None);
        };
        let Some(len) = memchr::memchr(b'\n', rest) else {
            let (len, next) = (rest.len(), offset + rest.len() as u64);
            return self.is_last.then_some(Some(Record { offset, len, next, unfinished: true, too_long: false }));
        };
        let text = &rest[..len];
        let trimmed = text.strip_suffix(b"\r").unwrap_or(text).len();
        let next = offset + len as u64 + 1;
        Some(Some(Record { offset, len: trimmed, next, unfinished: false, too_long: false }))
    }

    fn value_in(&self, form: Form, at: usize) -> Option<Option<Record>> {
        let mut from = at;
        let mut closed = false;
        loop {
            match self.window.get(from) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => from += 1,
                Some(b',') if form != Form::Values => from += 1,
                // What stands behind a whole array is looked at, too: files are put together.
                Some(b']') if form == Form::Array => {
                    (closed, from) = (true, from + 1);
                }
                Some(b'[') if closed => (closed, from) = (false, from + 1),
                Some(b']') if form == Form::Items => return Some(None),
                Some(0xef) if self.window[from..].starts_with(BOM) => from += BOM.len(),
                Some(_) => break,
                None => return self.is_last.then_some(None),
            }
        }
        let offset = self.start + from as u64;
        let among = if form == Form::Values { Among::Values } else { Among::Items };
        let (end, is_whole) = match values::end(&self.window, from, self.is_last) {
            End::At(end) if end < self.window.len() || self.is_last => (end, true),
            End::At(_) => return None,
            End::Cut if !self.is_last => return None,
            // It may have swallowed those that follow; cut off, it may be in the middle of being written.
            cut => match values::next(&self.window, from, among, self.is_last, cut == End::Cut) {
                Some(next) => (next, true),
                None if self.is_last => (self.window.len(), false),
                None => return None,
            },
        };
        let text = &self.window[from..end];
        let unfinished = !is_whole || (end >= self.window.len() && !text.ends_with(b"}"));
        Some(Some(Record { offset, len: text.len(), next: self.start + end as u64, unfinished, too_long: false }))
    }

    /// Finds the end of a record that is too long to hold: of a line its end, of a value where
    /// another may begin.
    fn pass_over(&mut self, form: Form, offset: u64) -> io::Result<Record> {
        let mut at = offset + self.window.len() as u64;
        loop {
            self.fill(at, LONG_BYTES)?;
            let found = match form {
                Form::Lines => memchr::memchr(b'\n', &self.window).map(|end| end + 1),
                Form::Values => values::next(&self.window, 0, Among::Values, self.is_last, false),
                Form::Array | Form::Items => values::next(&self.window, 0, Among::Items, self.is_last, false),
            };
            let next = at + found.unwrap_or(self.window.len()) as u64;
            if found.is_some() || self.is_last {
                return Ok(Record { offset, len: 0, next, unfinished: found.is_none(), too_long: true });
            }
            at = next;
        }
    }

    pub fn text(&self, record: &Record) -> &[u8] {
        // The window went past the beginning of a record that is too long.
        let Some(at) = record.offset.checked_sub(self.start).map(|at| at as usize) else { return &[] };
        let bytes = self.window.get(at..at + record.len).unwrap_or_default();
        // Files that were put together may have one in the middle, too.
        bytes.strip_prefix(BOM).unwrap_or(bytes)
    }
}
