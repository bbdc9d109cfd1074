//! [`Shape`]: how the events of a file of JSON lie: one a line, values one behind the other,
//! or the items of an array.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::line::each_member;
use super::records::Records;
use super::values::{self, Among};
use super::walk::{Arrays, BLOCK, Named, Walk, walk};
use crate::formats::bytes::Bytes;
use crate::formats::probe::{HEAD_BYTES, Head};
use crate::model::Typing;
use crate::model::json::{BOM, end_of_value, is_json, parse};

/// Records that are looked at to see whether their values name their types.
const TYPED_RECORDS: usize = 20;
/// Bytes of them together: a document of MongoDB has at most so many.
const TYPED_BYTES: usize = 16 << 20;

/// How records lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    /// One value behind the other, each over any number of lines.
    Values,
    /// The file is an array, or several one behind the other.
    Array,
    /// Items of an array in a document, or of several that are alike.
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
    /// The arrays of which they are items.
    pub arrays: Arc<Arrays>,
    /// Brackets around each of these arrays.
    pub depth: usize,
    /// Others are looked at only where no likely one is known.
    pub is_likely: bool,
    /// There is no record.
    pub is_empty: bool,
    /// Values name their types.
    pub typing: Option<Typing>,
}

impl Shape {
    fn new(name: &str, form: Form, start: u64) -> Shape {
        let (name, arrays) = (name.to_owned(), Arc::default());
        Shape { name, form, start, arrays, depth: 0, is_likely: true, is_empty: false, typing: None }
    }

    fn items(named: Named, is_likely: bool, is_empty: bool) -> Shape {
        let Named { name, depth, arrays } = named;
        let (form, start, arrays) = (Form::Items, arrays.first(), Arc::new(arrays));
        Shape { name, form, start, arrays, depth, is_likely, is_empty, typing: None }
    }

    /// Looks whether the values of the first records name their types.
    fn with_typing(self, bytes: &Arc<dyn Bytes>) -> io::Result<Shape> {
        let mut records = Records::new(Arc::clone(bytes), self.clone());
        let (mut at, mut typing, mut left) = (self.start, None, TYPED_BYTES);
        for _ in 0..TYPED_RECORDS {
            let Some(record) = records.record(at)? else { break };
            let text = records.text(&record);
            if typing.is_some() || text.len() > left {
                break;
            }
            (at, left) = (record.next, left - text.len());
            typing = Typing::of(&parse(text).node);
        }
        Ok(Shape { typing, ..self })
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
    found.has_outer_array()
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
    bytes.read(at, Head::WANT, &mut block)?;
    if looks_like_json(&Head::of(block.clone())) {
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
    if bytes.passes() {
        return Ok(vec![Shape::new("each line", Form::Lines, 0)]);
    }
    untyped(bytes)?.into_iter().map(|shape| shape.with_typing(bytes)).collect()
}

/// The answer of a scan or query of DynamoDB, or several, page by page.
fn pages(bytes: &Arc<dyn Bytes>, head: &[u8], start: u64) -> io::Result<Option<Shape>> {
    if !head.starts_with(b"{") || memchr::memmem::find(head, b"\"Items\"").is_none() {
        return Ok(None);
    }
    let (arrays, empty) = walk(bytes, start, Walk::default())?.tables(bytes)?;
    let items = arrays.into_iter().chain(empty).find(|named| named.name == "Items");
    let Some(items) = items else { return Ok(None) };
    let shape = Shape::items(items, true, false).with_typing(bytes)?;
    Ok((shape.typing == Some(Typing::DynamoDb)).then_some(shape))
}

fn untyped(bytes: &Arc<dyn Bytes>) -> io::Result<Vec<Shape>> {
    let skipped = first_text(&**bytes)?;
    let mut begins = Vec::new();
    bytes.read(skipped, Head::WANT, &mut begins)?;
    let Head { bytes: begins, is_whole } = Head::of(begins);
    if let Some(pages) = pages(bytes, &begins, skipped)? {
        return Ok(vec![pages]);
    }
    let lines = Shape::new("each line", Form::Lines, 0);
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
        if !walk.ends && !is_log && walk.has_outer_array() {
            // A document that is damaged or cut off.
            let (arrays, _) = walk.tables(bytes)?;
            return Ok(arrays.into_iter().map(|array| Shape::items(array, true, false)).collect());
        }
        let damaged = !over_lines && !is_sequence(first) && is_log;
        let apart = !over_lines && (walk.next.is_none() || walk.line_break_behind || damaged);
        let other = if walk.ends && !apart { values } else { lines };
        return beside(bytes, skipped, walk, other);
    }
    let form = if over_lines { Form::Values } else { Form::Lines };
    let has_plain_values = walk.has_plain_values;
    let (arrays, empty) = walk.tables(bytes)?;
    let mut all: Vec<Shape> = arrays.into_iter().map(|array| Shape::items(array, true, false)).collect();
    // An object with plain values may be a log of one line; one without is some document.
    let line = form == Form::Lines && all.is_empty() && has_plain_values;
    all.push(if line { lines } else { Shape::new("the one JSON object", form, 0) });
    all.extend(empty.into_iter().map(|array| Shape::items(array, false, true)));
    Ok(all)
}

/// The first value has others behind it. They are `other`; or the first is a document, and they
/// are like the items of its array.
fn beside(bytes: &Arc<dyn Bytes>, first: u64, walk: Walk, other: Shape) -> io::Result<Vec<Shape>> {
    let keys_at = |offset: u64| {
        let mut head = Vec::new();
        bytes.read(offset, HEAD_BYTES, &mut head).map(|()| values::keys(text(&head)))
    };
    let end = walk.end;
    let arrays: Vec<Named> = walk.tables(bytes)?.0.into_iter().filter(|array| array.depth == 1).collect();
    let [array, ..] = arrays.as_slice() else { return Ok(vec![other]) };
    let (own, items, next) = (keys_at(first)?, keys_at(array.arrays.first())?, keys_at(end)?);
    let shared = |keys: &[String]| next.iter().filter(|key| keys.contains(key)).count();
    let is_document = shared(&items) > shared(&own);
    let items = arrays.into_iter().map(|array| Shape::items(array, is_document, false));
    Ok(std::iter::once(Shape { is_likely: !is_document, ..other }).chain(items).collect())
}
