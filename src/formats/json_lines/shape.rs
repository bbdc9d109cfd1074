//! [`Shape`]: how the events of a file of JSON lie: one a line, values one behind the other,
//! or the items of an array.

use std::io;
use std::sync::Arc;

use super::each_member;
use crate::formats::bytes::Bytes;
use crate::formats::probe::Head;
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
}

impl Shape {
    fn new(name: &str, form: Form, start: u64) -> Shape {
        Shape { name: name.to_owned(), form, start }
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
    if matches!(array, Some([b'{', ..])) || opens_a_document(begins, head.is_whole) {
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
            Some(value) => std::str::from_utf8(value).is_ok_and(is_json),
            None => !is_whole && first.len() < begins.len(),
        }
    }
}

/// Every way to see events in the file; the first is the likeliest.
pub(super) fn shapes(bytes: &Arc<dyn Bytes>) -> io::Result<Vec<Shape>> {
    let mut head = Vec::new();
    bytes.read(0, crate::formats::probe::HEAD_BYTES, &mut head)?;
    let is_whole = head.len() < crate::formats::probe::HEAD_BYTES;
    let begins = text(&head);
    let skipped = (head.len() - begins.len()) as u64;
    let lines = Shape::new("each line", Form::Lines, 0);
    let first = begins.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let alone = is_whole && begins[first.len()..].trim_ascii().is_empty();
    let first_is_whole = first.len() < begins.len() || is_whole;
    let first_is_json = first_is_whole && std::str::from_utf8(first).is_ok_and(is_json);
    if begins.starts_with(b"[") {
        let items = begins[1..].trim_ascii_start().starts_with(b"{") && (alone || !first_is_json);
        return Ok(vec![if items { Shape::new("each item", Form::Array, skipped + 1) } else { lines }]);
    }
    if first_is_json && !alone {
        return Ok(vec![lines]);
    }
    if !first_is_json && !opens_a_document(begins, is_whole) && first_is_whole {
        return Ok(vec![lines]);
    }
    let walk = walk(bytes, skipped)?;
    let over_lines = walk.has_line_breaks;
    if walk.next.is_some() || !walk.ends {
        let values = Shape::new("each value", Form::Values, 0);
        let damaged =
            !over_lines && !is_sequence(first) && begins.split(|byte| *byte == b'\n').nth(1).is_some_and(is_object);
        let apart = !over_lines && (walk.next.is_none() || walk.line_break_behind || damaged);
        return Ok(vec![if walk.ends && !apart { values } else { lines }]);
    }
    let form = if over_lines { Form::Values } else { Form::Lines };
    let mut all: Vec<Shape> =
        walk.arrays.into_iter().map(|(name, start)| Shape { name, form: Form::Items, start }).collect();
    // An object with plain values may be a log of one line; one without is some document.
    let line = form == Form::Lines && all.is_empty() && walk.has_plain_values;
    all.push(if line { lines } else { Shape::new("the one JSON object", form, 0) });
    Ok(all)
}

/// What a walk through the first value of the file found.
#[derive(Default)]
struct Walk {
    /// Arrays of objects by their path, and where their first item begins.
    arrays: Vec<(String, u64)>,
    has_line_breaks: bool,
    /// Some member of the outermost object is a text, a number, or the like.
    has_plain_values: bool,
    /// The value is complete.
    ends: bool,
    line_break_behind: bool,
    /// The first byte that stands behind it.
    next: Option<u8>,
}

/// Walks from bracket to bracket, a block at a time.
fn walk(bytes: &Arc<dyn Bytes>, start: u64) -> io::Result<Walk> {
    let mut found = Walk::default();
    // Keys of the objects that are open; `None` for an array.
    let mut path: Vec<Option<String>> = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    // A member of the outermost object begins next.
    let mut at_member = false;
    // The text of the last string, and the array that has just been opened.
    let (mut word, mut opened): (Vec<u8>, Option<u64>) = (Vec::new(), None);
    let (mut at, mut block) = (start, Vec::new());
    loop {
        bytes.read(at, BLOCK, &mut block)?;
        for (byte, offset) in block.iter().copied().zip(at..) {
            if in_string {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => in_string = false,
                    byte if word.len() < 256 => word.push(byte),
                    _ => {}
                }
                continue;
            }
            if byte.is_ascii_whitespace() {
                match found.ends {
                    true => found.line_break_behind |= byte == b'\n',
                    false => found.has_line_breaks |= byte == b'\n',
                }
                continue;
            }
            if found.ends {
                found.next = Some(byte);
                return Ok(found);
            }
            let array = opened.take();
            found.has_plain_values |= at_member && !matches!(byte, b'{' | b'[');
            at_member = byte == b':' && path.len() == 1;
            match byte {
                b'"' => {
                    in_string = true;
                    word.clear();
                }
                b':' => {
                    if let Some(Some(key)) = path.last_mut() {
                        *key = String::from_utf8_lossy(&word).into_owned();
                    }
                }
                b'{' => {
                    if let Some(first) = array {
                        let keys: Option<Vec<&str>> = path[..path.len() - 1].iter().map(Option::as_deref).collect();
                        // An array in an array is no table.
                        found.arrays.extend(keys.map(|keys| (keys.join("."), first)));
                    }
                    path.push(Some(String::new()));
                }
                b'[' => {
                    path.push(None);
                    opened = Some(offset + 1);
                }
                b'}' | b']' => {
                    path.pop();
                    found.ends = path.is_empty();
                }
                _ => {}
            }
        }
        if block.len() < BLOCK {
            return Ok(found);
        }
        at += block.len() as u64;
    }
}
