//! [`Shape`]: how the events of a file of JSON lie: one a line, values one behind the other,
//! or the items of an array.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::each_member;
use super::values::{self, Among};
use crate::formats::bytes::Bytes;
use crate::formats::probe::{HEAD_BYTES, Head};
use crate::model::json::{BOM, end_of_value, is_json};

/// Read at once while a document is walked through.
const BLOCK: usize = 1 << 20;

/// How records lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    /// One value behind the other, each over any number of lines.
    Values,
    /// The file is an array, or several one behind the other.
    Array,
    /// Items of one array in a document.
    Items,
}

/// One way to see events in the file.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// What the user calls it with `--table`.
    pub name: String,
    pub form: Form,
    /// Where the first record begins.
    pub start: u64,
    /// Objects around the array of which they are items.
    pub depth: usize,
    /// Others are looked at only where no likely one is known.
    pub is_likely: bool,
    /// There is no record.
    pub is_empty: bool,
}

impl Shape {
    fn new(name: &str, form: Form, start: u64) -> Shape {
        Shape { name: name.to_owned(), form, start, depth: 0, is_likely: true, is_empty: false }
    }

    fn items(array: Array, is_likely: bool, is_empty: bool) -> Shape {
        let Array { name, depth, start } = array;
        Shape { name, form: Form::Items, start, depth, is_likely, is_empty }
    }

    /// The word for one record.
    pub fn what(&self) -> &'static str {
        match self.form {
            Form::Lines => "line",
            Form::Values => "value",
            Form::Array | Form::Items => "item",
        }
    }
}

fn text(head: &[u8]) -> &[u8] {
    head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start()
}

/// The head is that of JSON with objects in it.
pub(super) fn looks_like_json(head: &Head) -> bool {
    let begins = text(&head.bytes);
    let array = begins.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    if matches!(array, Some([b'{' | b']', ..])) || opens_a_document(begins, head.is_whole) {
        return true;
    }
    if goes_on(begins.split(|byte| *byte == b'\n').next().unwrap_or_default()) {
        return true;
    }
    let mut lines = begins.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let cut = lines.peek().is_none() && !head.is_whole;
        if line.trim_ascii_start().starts_with(b"{") && (cut || is_object(line)) {
            return true;
        }
    }
    false
}

fn is_object(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| each_member(line, |_, _| {}).is_ok())
}

/// Values and nothing else stand on the line.
fn is_sequence(line: &[u8]) -> bool {
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        let end = end_of_value(rest, 0).unwrap_or(0);
        if end == 0 || !std::str::from_utf8(&rest[..end]).is_ok_and(is_json) {
            return false;
        }
        rest = rest[end..].trim_ascii_start();
    }
    true
}

/// An object over several lines begins here, or one with another right behind it.
fn opens_a_document(begins: &[u8], is_whole: bool) -> bool {
    let Some(inside) = begins.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else { return false };
    // A key must follow; the rest is looked at when it is walked through.
    let first = begins.split(|byte| *byte == b'\n').next().unwrap_or_default();
    inside.starts_with(b"\"") && !is_object(first) && {
        let whole = end_of_value(begins, 0);
        match whole.and_then(|end| begins.get(..end)) {
            Some(value) if std::str::from_utf8(value).is_ok_and(is_json) => true,
            None if !is_whole && first.len() < begins.len() => true,
            // Damaged or cut off, it has the array in front.
            _ => has_array(begins),
        }
    }
}

fn has_array(begins: &[u8]) -> bool {
    let mut found = Walk::default();
    found.feed(begins, 0);
    found.arrays.iter().any(|array| array.depth == 1)
}

/// The first value on the line is damaged, and another stands behind it.
fn goes_on(line: &[u8]) -> bool {
    line.starts_with(b"{") && values::next(line, 0, Among::Values, true, false).is_some()
}

/// Where the first byte stands that is no blank.
fn first_text(bytes: &dyn Bytes) -> io::Result<u64> {
    let (mut at, mut block) = (0, Vec::new());
    loop {
        bytes.read(at, BLOCK, &mut block)?;
        let begins = text(&block);
        if !begins.is_empty() || block.len() < BLOCK {
            return Ok(at + (block.len() - begins.len()) as u64);
        }
        at += block.len() as u64;
    }
}

/// A text whose head is foreign is JSON further on, as far as can be told by then.
pub(super) fn begins_late(bytes: &dyn Bytes, until: Instant) -> io::Result<bool> {
    let mut at = first_text(bytes)?;
    let mut block = Vec::new();
    bytes.read(at, HEAD_BYTES, &mut block)?;
    if looks_like_json(&Head { is_whole: block.len() < HEAD_BYTES, bytes: block.clone() }) {
        return Ok(true);
    }
    while Instant::now() < until {
        bytes.read(at, BLOCK, &mut block)?;
        let is_last = block.len() < BLOCK;
        // A line that does not fit is not looked at, and what is behind it is no line's beginning.
        let lines = if is_last { block.len() } else { memchr::memrchr(b'\n', &block).map_or(0, |end| end + 1) };
        let is_found = |line: &[u8]| line.trim_ascii_start().starts_with(b"{") && is_object(line);
        if block[..lines].split(|byte| *byte == b'\n').any(is_found) {
            return Ok(true);
        }
        if is_last {
            return Ok(false);
        }
        at += if lines > 0 { lines } else { block.len() } as u64;
    }
    Ok(false)
}

/// Every way to see events in the file; the first is the likeliest.
pub(super) fn shapes(bytes: &Arc<dyn Bytes>) -> io::Result<Vec<Shape>> {
    let lines = Shape::new("each line", Form::Lines, 0);
    if bytes.passes() {
        return Ok(vec![lines]);
    }
    let skipped = first_text(&**bytes)?;
    let mut begins = Vec::new();
    bytes.read(skipped, HEAD_BYTES, &mut begins)?;
    let is_whole = begins.len() < HEAD_BYTES;
    let first = begins.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let alone = is_whole && begins[first.len()..].trim_ascii().is_empty();
    let first_is_whole = first.len() < begins.len() || is_whole;
    let first_is_json = first_is_whole && std::str::from_utf8(first).is_ok_and(is_json);
    if let Some(inside) = begins.strip_prefix(b"[").map(<[u8]>::trim_ascii_start) {
        let array = Shape::new("each item", Form::Array, skipped + 1);
        return Ok(vec![match inside {
            [b'{', ..] if alone || !first_is_json => array,
            [b']', rest @ ..] if is_whole && rest.trim_ascii().is_empty() => {
                Shape { is_likely: false, is_empty: true, ..array }
            }
            _ => lines,
        }]);
    }
    if !first_is_json && !opens_a_document(&begins, is_whole) && first_is_whole {
        let values = alone && goes_on(first);
        return Ok(vec![if values { Shape::new("each value", Form::Values, 0) } else { lines }]);
    }
    let walk = walk(bytes, skipped, Walk::default())?;
    if first_is_json && !alone {
        return beside(bytes, skipped, walk, lines);
    }
    let over_lines = walk.has_line_breaks;
    if walk.next.is_some() || !walk.ends {
        let values = Shape::new("each value", Form::Values, 0);
        let is_log = begins.split(|byte| *byte == b'\n').nth(1).is_some_and(is_object);
        if !walk.ends && !is_log && walk.arrays.iter().any(|array| array.depth == 1) {
            // A document that is damaged or cut off.
            return Ok(walk.arrays.into_iter().map(|array| Shape::items(array, true, false)).collect());
        }
        let damaged = !over_lines && !is_sequence(first) && is_log;
        let apart = !over_lines && (walk.next.is_none() || walk.line_break_behind || damaged);
        let other = if walk.ends && !apart { values } else { lines };
        return beside(bytes, skipped, walk, other);
    }
    let form = if over_lines { Form::Values } else { Form::Lines };
    let mut all: Vec<Shape> = walk.arrays.into_iter().map(|array| Shape::items(array, true, false)).collect();
    // An object with plain values may be a log of one line; one without is some document.
    let line = form == Form::Lines && all.is_empty() && walk.has_plain_values;
    all.push(if line { lines } else { Shape::new("the one JSON object", form, 0) });
    all.extend(walk.empty.into_iter().map(|array| Shape::items(array, false, true)));
    Ok(all)
}

/// The first value has others behind it. They are `other`; or the first is a document, and they
/// are like the items of its array.
fn beside(bytes: &Arc<dyn Bytes>, first: u64, walk: Walk, other: Shape) -> io::Result<Vec<Shape>> {
    let keys_at = |offset: u64| {
        let mut head = Vec::new();
        bytes.read(offset, HEAD_BYTES, &mut head).map(|()| values::keys(text(&head)))
    };
    let arrays: Vec<Array> = walk.arrays.into_iter().filter(|array| array.depth == 1).collect();
    let [array, ..] = arrays.as_slice() else { return Ok(vec![other]) };
    let (own, items, next) = (keys_at(first)?, keys_at(array.start)?, keys_at(walk.end)?);
    let shared = |keys: &[String]| next.iter().filter(|key| keys.contains(key)).count();
    let is_document = shared(&items) > shared(&own);
    let items = arrays.into_iter().map(|array| Shape::items(array, is_document, false));
    Ok(std::iter::once(Shape { is_likely: !is_document, ..other }).chain(items).collect())
}

/// An array in a document.
#[derive(Clone, Debug)]
pub(super) struct Array {
    /// The keys that lead to it; with a number where a document has them twice.
    pub name: String,
    pub depth: usize,
    /// Where its first item begins.
    pub start: u64,
}

/// What a walk through the first value of the file found.
#[derive(Default)]
pub(super) struct Walk {
    /// Arrays of objects.
    pub arrays: Vec<Array>,
    /// Arrays without items.
    empty: Vec<Array>,
    has_line_breaks: bool,
    /// Some member of the outermost object is a text, a number, or the like.
    has_plain_values: bool,
    /// The value is complete.
    pub ends: bool,
    /// Where it ends.
    pub end: u64,
    line_break_behind: bool,
    /// The first byte that stands behind it.
    next: Option<u8>,
    /// Keys of the objects that are open; `None` for an array.
    path: Vec<Option<String>>,
    in_string: bool,
    escaped: bool,
    /// A member of the outermost object begins next.
    at_member: bool,
    /// The text of the last string.
    word: Vec<u8>,
    /// Where the array begins that has just been opened.
    opened: Option<u64>,
}

impl Walk {
    /// Begins inside of so many arrays and objects.
    pub fn inside(depth: usize) -> Walk {
        Walk { path: vec![None; depth], ..Walk::default() }
    }

    /// Goes from bracket to bracket. `true`: the value is over, and something stands behind it.
    pub fn feed(&mut self, block: &[u8], offset: u64) -> bool {
        let mut at = 0;
        while let Some(&byte) = block.get(at) {
            if self.in_string {
                at += self.through_string(&block[at..]);
                continue;
            }
            at += 1;
            if byte.is_ascii_whitespace() {
                match self.ends {
                    true => self.line_break_behind |= byte == b'\n',
                    false => self.has_line_breaks |= byte == b'\n',
                }
                continue;
            }
            if self.ends {
                self.next = Some(byte);
                return true;
            }
            self.take(byte, offset + at as u64);
        }
        false
    }

    /// Goes on in a string; how many bytes that takes.
    fn through_string(&mut self, rest: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let found = memchr::memchr2(b'"', b'\\', rest);
        let len = found.unwrap_or(rest.len());
        let room = 256_usize.saturating_sub(self.word.len());
        self.word.extend_from_slice(&rest[..len.min(room)]);
        match found {
            Some(at) if rest[at] == b'"' => self.in_string = false,
            Some(_) => self.escaped = true,
            None => return len,
        }
        len + 1
    }

    /// Takes a byte that is no part of a string; `behind` is where the next stands.
    fn take(&mut self, byte: u8, behind: u64) {
        let array = self.opened.take();
        self.has_plain_values |= self.at_member && !matches!(byte, b'{' | b'[');
        self.at_member = byte == b':' && self.path.len() == 1;
        match byte {
            b'"' => {
                self.in_string = true;
                self.word.clear();
            }
            b':' => {
                if let Some(Some(key)) = self.path.last_mut() {
                    *key = String::from_utf8_lossy(&self.word).into_owned();
                }
            }
            b'{' => {
                if let Some(found) = array.and_then(|start| self.array(start)) {
                    self.arrays.push(found);
                }
                self.path.push(Some(String::new()));
            }
            b'[' => {
                self.path.push(None);
                self.opened = Some(behind);
            }
            b'}' | b']' => {
                if let Some(found) = array.filter(|_| byte == b']').and_then(|start| self.array(start)) {
                    self.empty.push(found);
                }
                self.path.pop();
                self.ends = self.path.is_empty();
                self.end = behind;
            }
            _ => {}
        }
    }

    /// The array that was opened last. One in an array is no table.
    fn array(&self, start: u64) -> Option<Array> {
        let keys: Vec<&str> = self.path.split_last()?.1.iter().map(Option::as_deref).collect::<Option<_>>()?;
        let name = keys.join(".");
        let is_known = |name: &str| self.arrays.iter().chain(&self.empty).any(|array| array.name == name);
        let other_names = (2..).map(|nth| format!("{name}#{nth}"));
        let name = std::iter::once(name.clone()).chain(other_names).find(|name| !is_known(name))?;
        Some(Array { name, depth: keys.len(), start })
    }
}

/// Walks from a place to the end of the value there and what stands behind it, a block at a time.
pub(super) fn walk(bytes: &Arc<dyn Bytes>, start: u64, mut found: Walk) -> io::Result<Walk> {
    let (mut at, mut block) = (start, Vec::new());
    loop {
        bytes.read(at, BLOCK, &mut block)?;
        if found.feed(&block, at) || block.len() < BLOCK {
            return Ok(found);
        }
        at += block.len() as u64;
    }
}
