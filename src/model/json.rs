//! JSON text to [`Node`] and back.
//!
//! Reading uses jiter's pull parser with an explicit stack, so hostile nesting
//! cannot exhaust ours; what is nested deeper than [`MAX_DEPTH`] stays raw text.
//! Writing keeps number texts and key order.

use std::borrow::Cow;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use jiter::{Jiter, JiterError, Peek};

use super::node::{Node, Object, Text};

/// What is a token of its own, or ends one, and what begins an escape.
pub const SIGNS: [char; 8] = ['{', '}', '[', ']', ',', ':', '"', '\\'];

/// Levels of nesting that are taken apart; deeper ones stay [`Node::Raw`].
pub const MAX_DEPTH: usize = 256;

/// Values in one text that are taken apart: each takes some 60 bytes, however short it is.
pub const MAX_VALUES: usize = 2_000_000;

/// Characters up to which a whole number fits a number of JavaScript.
pub const SAFE_DIGITS: usize = 15;

const TOO_LARGE: &str = "too large to be taken apart: more than 2,000,000 values";

/// What writers on Windows put in front of a text.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// What reading a JSON text gave; never a failure.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub node: Node,
    /// Why the text is no JSON; the node is then [`Node::Raw`].
    pub error: Option<String>,
    /// It has more values than are taken apart; the node is then [`Node::Raw`], too.
    pub is_too_large: bool,
    /// A key that occurs twice in one object.
    pub duplicate_key: Option<Text>,
    /// Half a surrogate pair stood there, which is no character: U+FFFD stands in its place.
    pub replaced: bool,
}

/// Reads JSON from bytes. Invalid UTF-8 gives [`Node::Bytes`], invalid JSON [`Node::Raw`].
pub fn parse(bytes: &[u8]) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_text(text),
        Err(error) => Parsed {
            node: Node::Bytes(Arc::from(bytes)),
            error: Some(format!("not UTF-8 at byte {}", error.valid_up_to())),
            is_too_large: false,
            duplicate_key: None,
            replaced: false,
        },
    }
}

/// Reads JSON from text. Invalid JSON gives [`Node::Raw`].
pub fn parse_text(text: &str) -> Parsed {
    let mut duplicate_key = None;
    let error = match read(text, &mut duplicate_key) {
        Ok(node) => return Parsed { node, error: None, is_too_large: false, duplicate_key, replaced: false },
        Err(error) => error,
    };
    // The parser refuses half a surrogate pair, which JSON's grammar allows.
    let mended = with_whole_characters(text);
    if let Cow::Owned(mended) = &mended
        && let Ok(node) = read(mended, &mut duplicate_key)
    {
        return Parsed { node, error: None, is_too_large: false, duplicate_key, replaced: true };
    }
    let is_too_large = error == TOO_LARGE;
    Parsed { node: Node::Raw(Arc::from(text)), error: Some(error), is_too_large, duplicate_key: None, replaced: false }
}

/// The JSON text with `\ufffd` for each escape that is half a surrogate pair without its other
/// half, as `JSON.stringify` writes a text that was cut inside an emoji.
pub fn with_whole_characters(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let unit = |at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                out.push_str(&text[kept..at]);
                out.push_str("\\ufffd");
                at += 6;
                kept = at;
            }
            // Of any other escape only the next byte belongs to it.
            _ => at += 2,
        }
        if at > bytes.len() {
            break;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// The text of a JSON string; every other value is its own text.
pub fn unquoted(text: &str) -> Cow<'_, str> {
    let Some(inside) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return Cow::Borrowed(text);
    };
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    match parse_text(text).node {
        Node::String(text) => Cow::Owned(text.to_string()),
        _ => Cow::Borrowed(text),
    }
}

enum Frame {
    Array(Vec<Node>),
    Object(Vec<(Text, Node)>, Text),
}

/// Number of members above which duplicate keys are looked for by sorting.
const LINEAR_KEYS: usize = 16;

fn read(text: &str, duplicate_key: &mut Option<Text>) -> Result<Node, String> {
    let bytes = text.as_bytes();
    // Positions of `jiter` count from `base`: it is made anew behind a raw subtree.
    let mut base = 0;
    let mut jiter = Jiter::new(bytes);
    let mut stack: Vec<Frame> = Vec::new();
    let mut values = 0;
    let fail = |jiter: &Jiter<'_>, base: usize, error: &JiterError| {
        format!("{} at byte {}", error.error_type, base + error.index.min(jiter.current_index().max(error.index)))
    };
    let mut peek = jiter.peek().map_err(|error| fail(&jiter, base, &error))?;
    loop {
        // One value begins here.
        values += 1;
        if values > MAX_VALUES {
            return Err(TOO_LARGE.to_owned());
        }
        let mut value = match peek {
            Peek::Null => jiter.known_null().map(|()| Node::Null).map_err(|e| fail(&jiter, base, &e))?,
            Peek::True | Peek::False => jiter.known_bool(peek).map(Node::Bool).map_err(|e| fail(&jiter, base, &e))?,
            Peek::String => match jiter.known_str() {
                Ok(text) => Node::String(Arc::from(text)),
                Err(error) => return Err(fail(&jiter, base, &error)),
            },
            Peek::Array | Peek::Object if stack.len() >= MAX_DEPTH => {
                let start = base + jiter.current_index();
                let end = end_of_value(bytes, start).ok_or_else(|| format!("unclosed value at byte {start}"))?;
                if !is_json(&text[start..end]) {
                    return Err(format!("no value at byte {start}"));
                }
                base = end;
                jiter = Jiter::new(&bytes[base..]);
                Node::Raw(Arc::from(&text[start..end]))
            }
            Peek::Array => match jiter.known_array() {
                Ok(Some(first)) => {
                    stack.push(Frame::Array(Vec::new()));
                    peek = first;
                    continue;
                }
                Ok(None) => Node::array(Vec::new()),
                Err(error) => return Err(fail(&jiter, base, &error)),
            },
            Peek::Object => match jiter.known_object() {
                Ok(Some(key)) => {
                    let key = Arc::from(key);
                    stack.push(Frame::Object(Vec::new(), key));
                    peek = jiter.peek().map_err(|e| fail(&jiter, base, &e))?;
                    continue;
                }
                Ok(None) => Node::object(Vec::new()),
                Err(error) => return Err(fail(&jiter, base, &error)),
            },
            _ => {
                let start = base + jiter.current_index();
                match jiter.known_number_bytes(peek) {
                    Ok(digits) => Node::Number(Arc::from(String::from_utf8_lossy(digits).as_ref())),
                    Err(error) => {
                        // The parser takes only so many digits.
                        let mut end = start;
                        if !number(bytes, &mut end) {
                            return Err(fail(&jiter, base, &error));
                        }
                        base = end;
                        jiter = Jiter::new(&bytes[base..]);
                        Node::Number(Arc::from(&text[start..end]))
                    }
                }
            }
        };
        // The value is complete: put it into its parent, closing what ends here.
        loop {
            match stack.last_mut() {
                None => {
                    jiter.finish().map_err(|error| fail(&jiter, base, &error))?;
                    return Ok(value);
                }
                Some(Frame::Array(items)) => {
                    items.push(value);
                    match jiter.array_step().map_err(|error| fail(&jiter, base, &error))? {
                        Some(next) => {
                            peek = next;
                            break;
                        }
                        None => match stack.pop() {
                            Some(Frame::Array(items)) => value = Node::array(items),
                            _ => return Err("unbalanced".to_owned()),
                        },
                    }
                }
                Some(Frame::Object(members, key)) => {
                    members.push((Arc::clone(key), value));
                    let next = match jiter.next_key() {
                        Ok(Some(next)) => Some(Arc::from(next)),
                        Ok(None) => None,
                        Err(error) => return Err(fail(&jiter, base, &error)),
                    };
                    match next {
                        Some(next) => {
                            *key = next;
                            peek = jiter.peek().map_err(|error| fail(&jiter, base, &error))?;
                            break;
                        }
                        None => match stack.pop() {
                            Some(Frame::Object(members, _)) => {
                                if duplicate_key.is_none() {
                                    *duplicate_key = first_duplicate(&members);
                                }
                                value = Node::Object(Arc::new(Object(members)));
                            }
                            _ => return Err("unbalanced".to_owned()),
                        },
                    }
                }
            }
        }
    }
}

/// A key that occurs twice.
pub fn first_duplicate(members: &[(Text, Node)]) -> Option<Text> {
    if members.len() <= LINEAR_KEYS {
        return members
            .iter()
            .enumerate()
            .find(|(i, (key, _))| members[..*i].iter().any(|(other, _)| other == key))
            .map(|(_, (key, _))| Arc::clone(key));
    }
    let mut keys: Vec<&Text> = members.iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| Arc::clone(pair[0]))
}

/// Index just behind the JSON value that begins at `start`, by brackets and
/// quotes alone; `None` where it does not end. Never recurses.
pub fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                loop {
                    match bytes.get(at)? {
                        b'\\' => at += 2,
                        b'"' => break,
                        _ => at += 1,
                    }
                }
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                if depth == 0 {
                    return Some(at);
                }
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    (depth == 0 && at > start).then_some(at)
}

/// The text is one number of JSON and nothing else.
pub fn is_number(text: &str) -> bool {
    let mut at = 0;
    number(text.as_bytes(), &mut at) && at == text.len()
}

/// The text is one JSON value by the grammar of RFC 8259, which has no limit of depth and
/// lets lone surrogates be escaped. Never recurses.
pub fn is_json(text: &str) -> bool {
    walk(text.as_bytes(), |_| true)
}

/// Nothing need be said of the text or done to it: it is an object or an array as every parser
/// reads it, which names no key twice and has neither half a surrogate pair nor a number of more
/// than [`SAFE_DIGITS`] characters. `false` says nothing.
pub fn is_plain(text: &str) -> bool {
    const MOST_OPEN: usize = 32;
    const MOST_KEYS: usize = 32;
    // Most metadata is nothing.
    if text == "{}" {
        return true;
    }
    if !text.starts_with(['{', '[']) || text.len() > MAX_VALUES {
        return false;
    }
    // The keys of all objects that are open, and where each object's begin.
    let (mut keys, mut known) = ([&[] as &[u8]; MOST_KEYS], 0);
    let (mut open, mut depth) = ([0; MOST_OPEN], 0);
    walk(text.as_bytes(), |piece| match piece {
        Piece::Open => {
            let Some(place) = open.get_mut(depth) else { return false };
            *place = known;
            depth += 1;
            true
        }
        Piece::Close => {
            depth -= 1;
            known = open[depth];
            true
        }
        Piece::Key(key, is_escaped) => {
            let others = &keys[open[depth - 1]..known];
            if known == MOST_KEYS || is_escaped || others.contains(&key) {
                return false;
            }
            keys[known] = key;
            known += 1;
            true
        }
        // An escape may be half a pair.
        Piece::Text(text, is_escaped) => !(is_escaped && has_surrogate(text)),
        Piece::Number(digits) => digits.len() <= SAFE_DIGITS,
    })
}

/// An escape in the text may be half of a surrogate pair.
fn has_surrogate(text: &[u8]) -> bool {
    text.windows(3).any(|part| matches!(part, b"\\ud" | b"\\uD"))
}

/// What a text consists of, without the quotes; of what has them, whether anything is escaped.
enum Piece<'a> {
    Open,
    Close,
    Key(&'a [u8], bool),
    Text(&'a [u8], bool),
    Number(&'a [u8]),
}

/// Hands over the pieces of one JSON value in their order; `false` where it is none, or where
/// `take` wants no more of it.
#[inline]
fn walk<'a>(bytes: &'a [u8], mut take: impl FnMut(Piece<'a>) -> bool) -> bool {
    let mut open = Open::default();
    let mut at = 0;
    loop {
        blank(bytes, &mut at);
        let from = at;
        let begins = match bytes.get(at) {
            Some(b'{' | b'[') => {
                let is_object = bytes[at] == b'{';
                at += 1;
                if !take(Piece::Open) {
                    return false;
                }
                blank(bytes, &mut at);
                if bytes.get(at) != Some(&closing(is_object)) {
                    open.push(is_object);
                    if is_object && !key(bytes, &mut at, &mut take) {
                        return false;
                    }
                    continue;
                }
                at += 1;
                take(Piece::Close)
            }
            Some(b'"') => {
                string(bytes, &mut at).is_some_and(|is_escaped| take(Piece::Text(&bytes[from + 1..at - 1], is_escaped)))
            }
            Some(b't') => word(bytes, &mut at, b"true"),
            Some(b'f') => word(bytes, &mut at, b"false"),
            Some(b'n') => word(bytes, &mut at, b"null"),
            _ => number(bytes, &mut at) && take(Piece::Number(&bytes[from..at])),
        };
        if !begins {
            return false;
        }
        // A value is behind us: what may follow depends on what is open.
        loop {
            blank(bytes, &mut at);
            let next = bytes.get(at);
            at += 1;
            match (open.last(), next) {
                (None, None) => return true,
                (Some(true), Some(b',')) if key(bytes, &mut at, &mut take) => break,
                (Some(false), Some(b',')) => break,
                (Some(is_object), Some(byte)) if *byte == closing(is_object) && take(Piece::Close) => open.pop(),
                _ => return false,
            }
        }
    }
}

/// The lists and objects that are open, for each whether it is an object. Those of a usual depth
/// take no memory.
#[derive(Default)]
struct Open {
    near: u64,
    depth: u32,
    far: Vec<bool>,
}

impl Open {
    fn push(&mut self, is_object: bool) {
        if self.depth == u64::BITS {
            self.far.push(is_object);
        } else {
            self.near = self.near << 1 | u64::from(is_object);
            self.depth += 1;
        }
    }

    fn pop(&mut self) {
        if self.far.pop().is_none() {
            self.near >>= 1;
            self.depth = self.depth.saturating_sub(1);
        }
    }

    fn last(&self) -> Option<bool> {
        self.far.last().copied().or((self.depth > 0).then_some(self.near & 1 == 1))
    }
}

fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

fn blank(bytes: &[u8], at: &mut usize) {
    while matches!(bytes.get(*at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        *at += 1;
    }
}

/// A member's name, and what stands between it and its value.
fn key<'a>(bytes: &'a [u8], at: &mut usize, take: &mut impl FnMut(Piece<'a>) -> bool) -> bool {
    blank(bytes, at);
    let from = *at + 1;
    let is_taken = string(bytes, at).is_some_and(|is_escaped| take(Piece::Key(&bytes[from..*at - 1], is_escaped)));
    blank(bytes, at);
    *at += 1;
    is_taken && bytes.get(*at - 1) == Some(&b':')
}

/// Whether anything in it is escaped; `None` where it is no string.
#[inline]
fn string(bytes: &[u8], at: &mut usize) -> Option<bool> {
    if bytes.get(*at) != Some(&b'"') {
        return None;
    }
    *at += 1;
    let mut is_escaped = false;
    loop {
        *at += letters(&bytes[*at..]);
        let byte = bytes.get(*at)?;
        *at += 1;
        match byte {
            b'"' => return Some(is_escaped),
            0..0x20 => return None,
            b'\\' => {
                is_escaped = true;
                *at += 1;
                match bytes.get(*at - 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                    Some(b'u') if bytes.get(*at..*at + 4).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => {
                        *at += 4
                    }
                    _ => return None,
                }
            }
            _ => {}
        }
    }
}

/// How many bytes in front stand for themselves in a string.
fn letters(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let (eights, rest) = bytes.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // A byte that is found may make those behind it look so too: the first is right.
        let [quote, slash] = [b'"', b'\\'].map(|byte| word ^ (ONES * u64::from(byte)));
        let found = (word.wrapping_sub(ONES << 5) & !word)
            | (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash);
        if found & HIGH != 0 {
            return at * 8 + (found & HIGH).trailing_zeros() as usize / 8;
        }
    }
    eights.len() * 8 + rest.iter().take_while(|byte| is_letter(**byte)).count()
}

/// It stands for itself in a string.
fn is_letter(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

fn word(bytes: &[u8], at: &mut usize, word: &[u8]) -> bool {
    let found = bytes[*at..].starts_with(word);
    *at += word.len();
    found
}

fn number(bytes: &[u8], at: &mut usize) -> bool {
    let digits = |at: &mut usize| {
        let from = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at - from
    };
    if bytes.get(*at) == Some(&b'-') {
        *at += 1;
    }
    let zero = bytes.get(*at) == Some(&b'0');
    let whole = digits(at);
    if whole == 0 || (zero && whole > 1) {
        return false;
    }
    if bytes.get(*at) == Some(&b'.') {
        *at += 1;
        if digits(at) == 0 {
            return false;
        }
    }
    if matches!(bytes.get(*at), Some(b'e' | b'E')) {
        *at += 1;
        if matches!(bytes.get(*at), Some(b'+' | b'-')) {
            *at += 1;
        }
        return digits(at) > 0;
    }
    true
}

/// Writes a node as compact JSON on one line, numbers as their own text. [`Node::Raw`] text is
/// written as it is where it is JSON, its line breaks as blanks, else as a string; bytes become
/// `{"$bytes":"base64"}`.
pub fn write(node: &Node, out: &mut String) {
    write_indented(node, None, out);
}

/// Writes a node as JSON with two spaces of indentation.
pub fn write_pretty(node: &Node, out: &mut String) {
    write_indented(node, Some(0), out);
}

/// The compact JSON text of a node.
pub fn to_text(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write_indented(node: &Node, indent: Option<usize>, out: &mut String) {
    let line = |out: &mut String, level: Option<usize>| {
        if let Some(level) = level {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", level));
        }
    };
    let deeper = indent.map(|level| level + 1);
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(true) => out.push_str("true"),
        Node::Bool(false) => out.push_str("false"),
        Node::Number(text) => out.push_str(text),
        Node::String(text) => write_string(text, out),
        // Inside its strings a line break cannot be.
        Node::Raw(text) if is_json(text) => out
            .extend(text.split(['\n', '\r']).enumerate().flat_map(|(at, part)| [if at == 0 { "" } else { " " }, part])),
        Node::Raw(text) => write_string(text, out),
        Node::Bytes(bytes) => {
            out.push_str("{\"$bytes\":\"");
            BASE64_STANDARD.encode_string(bytes, out);
            out.push_str("\"}");
        }
        Node::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, deeper);
                write_indented(item, deeper, out);
            }
            if !items.is_empty() {
                line(out, indent);
            }
            out.push(']');
        }
        Node::Object(object) => {
            out.push('{');
            for (i, (key, value)) in object.0.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, deeper);
                write_string(key, out);
                out.push(':');
                if indent.is_some() {
                    out.push(' ');
                }
                write_indented(value, deeper, out);
            }
            if !object.0.is_empty() {
                line(out, indent);
            }
            out.push('}');
        }
    }
}

/// Writes `text` as a JSON string.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    // What is escaped is ASCII, so a slice ends between characters.
    let mut written = 0;
    loop {
        let at = written + letters(&text.as_bytes()[written..]);
        out.push_str(&text[written..at]);
        let Some(byte) = text.as_bytes().get(at) else { break };
        written = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte => out.push_str(&format!("\\u{byte:04x}")),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round(text: &str) -> String {
        let parsed = parse_text(text);
        assert_eq!(parsed.error, None, "{text}");
        to_text(&parsed.node)
    }

    proptest! {
        #[test]
        fn the_first_byte_that_is_no_letter_is_found(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let plain: Vec<u8> = bytes.iter().map(|byte| if is_letter(*byte) { *byte } else { b'x' }).collect();
            prop_assert_eq!(letters(&plain), plain.len());
            prop_assert_eq!(letters(&bytes), bytes.iter().take_while(|byte| is_letter(**byte)).count());
            for (at, odd) in (0..plain.len()).zip([0x1f, b'"', b'\\', 0, b'\n'].into_iter().cycle()) {
                let mut one = plain.clone();
                one[at] = odd;
                prop_assert_eq!(letters(&one), at);
            }
        }
    }

    #[test]
    fn lists_and_objects_may_be_open_in_any_number() {
        for depth in [1, 63, 64, 65, 66, 200] {
            let open: String = (0..depth).map(|at| if at % 3 == 0 { "[" } else { "{\"a\":" }).collect();
            let close: String = (0..depth).rev().map(|at| if at % 3 == 0 { ']' } else { '}' }).collect();
            assert!(is_json(&format!("{open}1{close}")), "{depth}");
            assert!(is_json(&format!("{open}[1,{{}},[]]{close}")), "{depth}");
            assert!(!is_json(&format!("{open}1{}", &close[1..])), "{depth}");
            assert!(!is_json(&format!("{open}1{close}]")), "{depth}");
            let wrong = close.replace('}', "]");
            assert!(wrong == close || !is_json(&format!("{open}1{wrong}")), "{depth}");
        }
    }

    #[test]
    fn raw_json_stays_on_its_line() {
        let deep = format!("{}\"a\\n\"{}", "[\r\n".repeat(300), "\n]".repeat(300));
        let text = to_text(&Node::Raw(Arc::from(deep.as_str())));
        assert!(!text.contains(['\n', '\r']), "{text}");
        assert_eq!(text.replace(' ', ""), deep.replace(['\r', '\n'], ""));
    }

    #[test]
    fn a_plain_text_has_nothing_that_need_be_said() {
        for text in [
            r#"{"a":1,"b":[{"a":1,"c":2},{"a":"é\u00e9 \\ \n"}],"d":{"a":-1.5e3,"e":null},"f":123456789012345}"#,
            "[ ]",
            "{}",
            " [true,false]".trim_start(),
        ] {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"c":[],"b":2}}"#,
            r#"{"\u0061":1,"a":2}"#,
            r#"{"a":1234567890123456}"#,
            r#"["\ud83d"]"#,
            r#"["\uD83D\uDE00"]"#,
            r#""text""#,
            "12",
            r#"{"a":1}x"#,
            r#"{"a":01}"#,
            "{\"a\":\"\n\"}",
            &"[".repeat(40),
            &format!("{}{}", "[".repeat(40), "]".repeat(40)),
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "0",
            "-1.5e3",
            "123456789012345",
            "9007199254740993",
            "null",
            "true",
            r#""a""#,
            r#""\u00e9""#,
            r#""\ud83d""#,
            r#""\\ud""#,
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
            let key = prop::sample::select(vec!["a", "b", "c", "\\u0061"]);
            let members = prop::collection::vec((key, inner.clone()), 0..4).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                format!("{{{}}}", members.join(","))
            });
            let items = prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" ,")));
            prop_oneof![members, items]
        })
    }

    proptest! {
        #[test]
        fn of_what_is_plain_the_parser_says_nothing(text in json_text(), cut in 0_usize..40) {
            prop_assert!(is_json(&text));
            if is_plain(&text) {
                let parsed = parse_text(&text);
                prop_assert_eq!((parsed.error, parsed.duplicate_key, parsed.replaced), (None, None, false));
                let is_safe = text.starts_with(['{', '[']) && !text.contains("9007199254740993");
                prop_assert!(is_safe, "{}", text);
            }
            let cut = text.get(..text.len().saturating_sub(cut + 1)).unwrap_or_default();
            let is_whole = is_plain(cut);
            prop_assert!(!is_whole, "{}", cut);
        }
    }

    #[test]
    fn keeps_numbers_keys_and_order_as_stored() {
        for text in [
            r#"{"b":1e400,"a":-0,"c":9223372036854775809,"d":0.1000000000000000055511151231257827}"#,
            r#"{"a":1,"a":2,"":[],"x":{}}"#,
            r#"[[[[]]],null,true,false,"\"\\\n\u0001é🚀"]"#,
            "12",
            r#""text""#,
        ] {
            assert_eq!(round(text), text);
        }
        let twice = parse_text(r#"{"a":1,"a":2}"#);
        assert_eq!(twice.duplicate_key.as_deref(), Some("a"));
        assert_eq!(twice.node.get("a"), Some(&Node::number(2)), "the last of duplicates wins");
    }

    #[test]
    fn a_number_has_as_many_digits_as_it_has() {
        let digits = "7".repeat(5_000);
        for text in [digits.clone(), format!("{{\"a\":[1,{digits},2],\"b\":-{digits}.{digits}e9}}")] {
            assert_eq!(round(&text), text);
        }
        assert!(parse_text(&format!("[{digits}x]")).error.is_some());
    }

    #[test]
    fn deep_nesting_stays_raw_text_and_is_written_back() {
        for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
            let text = format!("{}1{}", open.repeat(5000), close.repeat(5000));
            assert_eq!(round(&text), text);
            let wrapped = format!("{{\"a\":{text},\"b\":[{text},2],\"c\":3}}");
            assert_eq!(round(&wrapped), wrapped);
        }
    }

    #[test]
    fn more_values_than_there_is_room_for_stay_one_text() {
        let text = format!("[{}1]", "1,".repeat(MAX_VALUES));
        let parsed = parse_text(&text);
        assert!(parsed.is_too_large && parsed.error.is_some_and(|error| error.contains("more than 2,000,000 values")));
        assert_eq!(parsed.node, Node::Raw(Arc::from(text.as_str())));
        assert_eq!(to_text(&parsed.node), text, "it is JSON all the same");
    }

    #[test]
    fn the_grammar_is_known_at_any_depth() {
        for text in [
            "0",
            "-0.5e+10",
            " [ 1 , {\"a\" : [ ] , \"b\":{}} ]\n",
            "\"\\ud800\\n\"",
            "true",
            "null",
            "{}",
            "[[],[]]",
            &format!("{}1{}", "[{\"a\":".repeat(5000), "}]".repeat(5000)),
        ] {
            assert!(is_json(text), "{text:.60}");
        }
        for text in [
            "",
            " ",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "-",
            "nul",
            "truex",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "[1}",
            "[1",
            "1 2",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "{oops}",
            "[]]",
            "{\"a\":1 \"b\":2}",
        ] {
            assert!(!is_json(text), "{text}");
        }
        // What is not JSON is never written as if it were, however deep.
        let deep = format!("{}oops{}", "[".repeat(300), "]".repeat(300));
        assert!(parse_text(&deep).error.is_some());
        for text in ["{oops}", "[1,]", "words"] {
            let written = to_text(&parse_text(text).node);
            assert_eq!(serde_json::from_str::<String>(&written).expect("a string"), text);
        }
    }

    #[test]
    fn no_json_is_raw_with_the_reason() {
        for text in ["", "{", "[1,", "nul", "{\"a\" 1}", "1 2", "[1]]"] {
            let parsed = parse_text(text);
            assert!(parsed.error.is_some(), "{text:?}");
            assert_eq!(parsed.node, Node::Raw(Arc::from(text)));
        }
        let deep = "[".repeat(400);
        assert!(parse_text(&deep).error.is_some());
        let parsed = parse(b"{\"a\":\"\xff\"}");
        assert_eq!(parsed.error.as_deref(), Some("not UTF-8 at byte 6"));
    }
}
