//! Rows as dumps write them: lines of COPY, brackets of INSERT, records of CSV. Each is taken
//! apart into fields, and of these only those that are wanted are made readable.

use super::Flavour;
use super::outline::{Form, Holds, Kind};
use super::script::is_word;
use crate::dialect::Cell;
use crate::model::json::is_number;

/// The fields of one row, kept to be used again for the next.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// What had to be written anew to be read.
    own: Vec<u8>,
    found: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    kind: FieldKind,
    from: usize,
    to: usize,
    /// In `own`, not in the row's text.
    is_own: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Null,
    /// A text, or a value whose column says what it is.
    Text,
    /// Written without quotes where texts have them.
    Plain,
    Bytes,
}

/// What a row's text was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Bytes that the row takes, with its end.
    Row(usize),
    /// The text does not show its end.
    Unfinished,
}

impl Fields {
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Takes the row at the beginning of the text apart. `wanted` says which fields are looked at.
    pub fn read(
        &mut self,
        text: &[u8],
        is_last: bool,
        form: Form,
        flavour: Flavour,
        wanted: impl Fn(usize) -> bool,
    ) -> Found {
        self.own.clear();
        self.found.clear();
        match form {
            Form::Copy => self.line(text, is_last, wanted),
            Form::Insert => self.bracket(text, flavour, wanted),
            Form::Csv => self.record(text, is_last, wanted),
        }
    }

    fn push(&mut self, kind: FieldKind, from: usize, to: usize) {
        self.found.push(Field { kind, from, to, is_own: false });
    }

    fn push_own(&mut self, kind: FieldKind, from: usize) {
        self.found.push(Field { kind, from, to: self.own.len(), is_own: true });
    }

    fn line(&mut self, text: &[u8], is_last: bool, wanted: impl Fn(usize) -> bool) -> Found {
        let (end, taken) = match memchr::memchr(b'\n', text) {
            Some(end) => (end, end + 1),
            None if is_last => (text.len(), text.len()),
            None => return Found::Unfinished,
        };
        let line = text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]);
        let mut from = 0;
        for to in memchr::memchr_iter(b'\t', line).chain([line.len()]) {
            let field = &line[from..to];
            match field {
                _ if !wanted(self.found.len()) => self.push(FieldKind::Null, from, from),
                [b'\\', b'N'] => self.push(FieldKind::Null, from, from),
                field if memchr::memchr(b'\\', field).is_none() => self.push(FieldKind::Text, from, to),
                field => {
                    let start = self.own.len();
                    unescape_copy(field, &mut self.own);
                    self.push_own(FieldKind::Text, start);
                }
            }
            from = to + 1;
        }
        Found::Row(taken)
    }

    /// `(1, 'it''s', NULL, '\x00')`.
    fn bracket(&mut self, text: &[u8], flavour: Flavour, wanted: impl Fn(usize) -> bool) -> Found {
        let mut at = 1;
        loop {
            let Some(next) = value(text, at, flavour, wanted(self.found.len()), self) else { return Found::Unfinished };
            at = next;
            match text.get(at) {
                Some(b',') => at += 1,
                Some(_) => return Found::Row(at + 1),
                None => return Found::Unfinished,
            }
        }
    }

    fn record(&mut self, text: &[u8], is_last: bool, wanted: impl Fn(usize) -> bool) -> Found {
        let mut at = 0;
        loop {
            let wanted = wanted(self.found.len());
            if text.get(at) == Some(&b'"') {
                let start = self.own.len();
                at += 1;
                loop {
                    let Some(quote) = memchr::memchr(b'"', text.get(at..).unwrap_or_default()) else {
                        if !is_last {
                            return Found::Unfinished;
                        }
                        self.own.extend_from_slice(text.get(at..).unwrap_or_default());
                        at = text.len();
                        break;
                    };
                    if wanted {
                        self.own.extend_from_slice(&text[at..at + quote]);
                    }
                    at += quote + 1;
                    if text.get(at) != Some(&b'"') {
                        break;
                    }
                    self.own.push(b'"');
                    at += 1;
                }
                if at == text.len() && !is_last {
                    return Found::Unfinished;
                }
                self.push_own(FieldKind::Text, start);
                // What stands between a closing quote and the comma belongs to nothing.
                at += text[at..].iter().take_while(|byte| !matches!(byte, b',' | b'\n' | b'\r')).count();
            } else {
                let len = match memchr::memchr2(b',', b'\n', &text[at..]) {
                    Some(len) => len,
                    None if is_last => text.len() - at,
                    None => return Found::Unfinished,
                };
                let field = &text[at..at + len];
                let trimmed = if text.get(at + len) == Some(&b',') { field } else { field.trim_ascii_end() };
                // An empty field without quotes is null.
                let kind = if trimmed.is_empty() { FieldKind::Null } else { FieldKind::Text };
                self.push(kind, at, at + trimmed.len());
                at += len;
            }
            match text.get(at..).unwrap_or_default() {
                [b',', ..] => at += 1,
                [b'\r', b'\n', ..] => return Found::Row(at + 2),
                [b'\r'] if !is_last => return Found::Unfinished,
                [_, ..] => return Found::Row(at + 1),
                [] if is_last => return Found::Row(at),
                [] => return Found::Unfinished,
            }
        }
    }

    /// The field as a cell; what its column's type says is done to it.
    pub fn cell<'f>(&'f self, text: &'f [u8], field: usize, holds: Holds, room: &'f mut Vec<u8>) -> Cell<'f> {
        let Some(field) = self.found.get(field) else { return Cell::Null };
        let bytes = if field.is_own { &self.own } else { text };
        let bytes = bytes.get(field.from..field.to).unwrap_or_default();
        match (field.kind, holds) {
            (FieldKind::Null, _) => Cell::Null,
            (FieldKind::Bytes | FieldKind::Text, Holds::Booleans) if matches!(bytes, [0 | 1]) => {
                Cell::Integer(i64::from(bytes[0]))
            }
            (FieldKind::Bytes, _) => Cell::Bytes(bytes),
            (FieldKind::Text, Holds::Bytes) => {
                if unpack_bytes(bytes, room) {
                    Cell::Bytes(room)
                } else {
                    as_text(bytes)
                }
            }
            (_, Holds::Booleans) => match bytes {
                b"t" | b"true" | b"1" | b"TRUE" => Cell::Integer(1),
                b"f" | b"false" | b"0" | b"FALSE" => Cell::Integer(0),
                other if matches!(field.kind, FieldKind::Plain) => number(other),
                other => as_text(other),
            },
            (FieldKind::Plain, _) | (_, Holds::Numbers) => number(bytes),
            (_, Holds::Integers | Holds::LargeObjects | Holds::Unknown) => integer(bytes).unwrap_or(as_text(bytes)),
            (FieldKind::Text, Holds::Text | Holds::Json) => as_text(bytes),
        }
    }
}

/// What every field of a block is.
pub(super) fn holds_of(columns: &[String], table: &[Kind]) -> Vec<Holds> {
    let of = |name: &String| table.iter().find(|kind| kind.name == *name).map_or(Holds::Unknown, |kind| kind.holds);
    columns.iter().map(of).collect()
}

fn as_text(bytes: &[u8]) -> Cell<'_> {
    std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text)
}

/// A number of any kind, which keeps its digits.
fn number(bytes: &[u8]) -> Cell<'_> {
    match (integer(bytes), as_text(bytes)) {
        (Some(whole), _) if bytes != b"-0" => whole,
        (_, Cell::Text(text)) if is_number(text) => Cell::Json(text),
        (_, text) => text,
    }
}

/// A number that is written as numbers are: `007` is a text.
fn integer(bytes: &[u8]) -> Option<Cell<'static>> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    if digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    if digits.is_empty() || digits.len() == 19 {
        return std::str::from_utf8(bytes).ok()?.parse().ok().map(Cell::Integer);
    }
    let number = digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    Some(Cell::Integer(if digits.len() < bytes.len() { -number } else { number }))
}

/// `\x6162` or `a\142`, as PostgreSQL writes bytes. `false`: it is neither.
pub(super) fn unpack_bytes(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    if let Some(hex) = text.strip_prefix(b"\\x") {
        return unhex(hex, out);
    }
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [b'\\', b'\\', ..] => {
                out.push(b'\\');
                at += 2;
            }
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
                out.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                at += 4;
            }
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
            [] => break,
        }
    }
    true
}

/// As PostgreSQL writes bytes in hex.
pub(super) fn is_written_bytes(text: &[u8]) -> bool {
    text.strip_prefix(b"\\x").is_some_and(|hex| hex.len() % 2 == 0 && hex.iter().all(u8::is_ascii_hexdigit))
}

fn unhex(hex: &[u8], out: &mut Vec<u8>) -> bool {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = hex.as_chunks::<2>();
    for [high, low] in pairs {
        match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => out.push(high * 16 + low),
            _ => return false,
        }
    }
    rest.is_empty()
}

fn unescape_copy(field: &[u8], out: &mut Vec<u8>) {
    let mut rest = field;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&first, behind)) = rest.split_first() else {
            out.push(b'\\');
            return;
        };
        rest = behind;
        let number = |digits: usize, base: u32| {
            let is_digit = |byte: &&u8| (**byte as char).is_digit(base);
            let taken = behind.iter().take(digits).take_while(is_digit).count();
            let text = std::str::from_utf8(&behind[..taken]).unwrap_or_default();
            (u32::from_str_radix(text, base).unwrap_or_default(), taken)
        };
        match first {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let (number, taken) = number(2, 8);
                let first = u32::from(first - b'0') << (3 * taken);
                out.push((first + number) as u8);
                rest = &behind[taken..];
            }
            b'x' => match number(2, 16) {
                (_, 0) => out.push(b'x'),
                (number, taken) => {
                    out.push(number as u8);
                    rest = &behind[taken..];
                }
            },
            other => out.push(other),
        }
    }
    out.extend_from_slice(rest);
}

/// Reads one value of a bracket from `at` on; where what follows it begins. `None`: the text
/// does not show its end.
fn value(text: &[u8], at: usize, flavour: Flavour, wanted: bool, fields: &mut Fields) -> Option<usize> {
    let mut at = skip_space(text, at)?;
    // Words before a string that say how it is written.
    let word = text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (prefix, mut behind) = (text[at..at + word].to_ascii_lowercase(), at + word);
    let introduces = matches!(prefix.as_slice(), b"e" | b"n" | b"x" | b"b") || prefix.starts_with(b"_");
    if introduces {
        if prefix.starts_with(b"_") {
            behind = skip_space(text, behind)?;
        }
        match text.get(behind)? {
            b'\'' => at = behind,
            b'x' | b'X' if prefix == b"_binary" && text.get(behind + 1) == Some(&b'\'') => at = behind + 1,
            b'0' if prefix == b"_binary" => at = behind,
            _ => {}
        }
    }
    let by_code = prefix == b"u" && text.get(behind) == Some(&b'&') && text.get(behind + 1) == Some(&b'\'');
    if by_code {
        at = behind + 1;
    } else if let Some(quote) = behind_type(text, at) {
        at = quote;
    }
    if text.get(at)? == &b'\'' {
        let escapes = match flavour {
            Flavour::MySql => true,
            Flavour::Postgres => prefix == b"e",
            _ => false,
        };
        let start = fields.own.len();
        let end = string(text, at, escapes, wanted, &mut fields.own)?;
        let mut kind = FieldKind::Text;
        if prefix == b"x" || text.get(at.wrapping_sub(1)).is_some_and(|byte| matches!(byte, b'x' | b'X')) {
            let hex = fields.own.split_off(start);
            unhex(&hex, &mut fields.own);
            kind = FieldKind::Bytes;
        } else if by_code {
            let codes = fields.own.split_off(start);
            unistr(&codes, &mut fields.own);
        } else if prefix == b"b" && flavour == Flavour::MySql {
            // Elsewhere bits are a text of them, as their length tells: `B'00101'`.
            let digits = fields.own.split_off(start);
            let number = digits.iter().fold(0_i64, |sum, digit| sum.wrapping_mul(2) + i64::from(*digit == b'1'));
            fields.own.extend_from_slice(number.to_string().as_bytes());
            kind = FieldKind::Plain;
        } else if prefix == b"_binary" {
            kind = FieldKind::Bytes;
        }
        if wanted {
            fields.push_own(kind, start);
        } else {
            fields.push(FieldKind::Null, at, at);
        }
        // `::jsonb`, `COLLATE …` and the like say nothing of the value.
        return to_end_of_value(text, end).map(|(_, next)| next);
    }
    if flavour == Flavour::Postgres && text[at] == b'$' {
        let tag = at + 2 + memchr::memchr(b'$', &text[at + 1..])?;
        let end = tag + memchr::memmem::find(&text[tag..], &text[at..tag])?;
        fields.push(if wanted { FieldKind::Text } else { FieldKind::Null }, tag, end);
        return to_end_of_value(text, end + tag - at).map(|(_, next)| next);
    }
    let from = at;
    let (to, next) = to_end_of_value(text, at)?;
    let plain = text[from..to].trim_ascii();
    let start = fields.own.len();
    if !wanted || plain.eq_ignore_ascii_case(b"null") || plain.eq_ignore_ascii_case(b"default") {
        fields.push(FieldKind::Null, from, from);
    } else if let Some(hex) = plain.strip_prefix(b"0x").or_else(|| plain.strip_prefix(b"0X")) {
        unhex(hex, &mut fields.own);
        fields.push_own(FieldKind::Bytes, start);
    } else if let Some((inside, is_bytes)) = inside_call(plain) {
        // CAST(N'…' AS DateTime2), CONVERT(…), replace('…\n…', '\n', char(10)), decode('…', 'hex').
        call(plain, inside, is_bytes, flavour, fields);
    } else {
        let from = from + (text[from..to].len() - text[from..to].trim_ascii_start().len());
        fields.push(FieldKind::Plain, from, from + plain.len());
    }
    Some(next)
}

/// Where the string begins that stands behind the name of its type, as H2 writes it:
/// `TIMESTAMP WITH TIME ZONE '…'`.
fn behind_type(text: &[u8], at: usize) -> Option<usize> {
    const TYPES: [&[u8]; 5] = [b"uuid", b"timestamp", b"date", b"time", b"json"];
    const LONGEST: usize = 40;
    let rest = text.get(at..)?;
    if !TYPES.iter().any(|name| is_word(rest, name)) {
        return None;
    }
    let words = rest.iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b' ').count();
    (rest.get(words) == Some(&b'\'')).then_some(at + words)
}

/// The first string inside a call, and whether the call makes bytes of it.
fn inside_call(plain: &[u8]) -> Option<(usize, bool)> {
    let bracket = memchr::memchr(b'(', plain)?;
    let name = plain[..bracket].trim_ascii().to_ascii_lowercase();
    let known: [&[u8]; 6] = [b"cast", b"convert", b"replace", b"decode", b"unistr", b"try_cast"];
    known.contains(&name.as_slice()).then_some((bracket + 1, name == b"decode"))
}

/// Writes what a call gives that tools put around values.
fn call(plain: &[u8], inside: usize, is_bytes: bool, flavour: Flavour, fields: &mut Fields) {
    let name = plain[..inside].to_ascii_lowercase();
    let start = fields.own.len();
    // The strings in it, and what stands behind each.
    let (mut strings, mut behind) = (Vec::new(), Vec::new());
    let mut at = inside;
    while let Some(quote) = memchr::memchr(b'\'', &plain[at..]) {
        let mut out = Vec::new();
        let Some(end) = string(plain, at + quote, flavour == Flavour::MySql, true, &mut out) else { break };
        strings.push(out);
        behind.push(&plain[end..]);
        at = end;
    }
    match strings.as_slice() {
        [] => {
            // CAST(0x0011 AS …), CAST(3 AS …)
            let end = memchr::memmem::find(&plain.to_ascii_lowercase(), b" as ").unwrap_or(plain.len());
            let value = plain[inside.min(end)..end].trim_ascii();
            match value.strip_prefix(b"0x") {
                Some(hex) if unhex(hex, &mut fields.own) => fields.push_own(FieldKind::Bytes, start),
                _ => {
                    fields.own.truncate(start);
                    fields.own.extend_from_slice(value);
                    fields.push_own(FieldKind::Plain, start);
                }
            }
        }
        [hex, ..] if is_bytes => {
            unhex(hex, &mut fields.own);
            fields.push_own(FieldKind::Bytes, start);
        }
        [text, ..] if name.starts_with(b"unistr") => {
            unistr(text, &mut fields.own);
            fields.push_own(FieldKind::Text, start);
        }
        // sqlite3's .dump nests one such call for carriage returns in one for line feeds; each names
        // a mark that the text does not hold, and the character for which it stands.
        [text, marks @ ..] if name.starts_with(b"replace") => {
            let mut text = text.clone();
            for (mark, behind) in marks.iter().zip(&behind[1..]) {
                if let Some(character) = character(behind) {
                    text = replaced(&text, mark, character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            fields.own.extend_from_slice(&text);
            fields.push_own(FieldKind::Text, start);
        }
        [text, ..] => {
            fields.own.extend_from_slice(text);
            fields.push_own(FieldKind::Text, start);
        }
    }
}

/// Of `, char(10))` the character.
fn character(behind: &[u8]) -> Option<char> {
    let call = behind.trim_ascii_start().strip_prefix(b",")?.trim_ascii_start();
    let number = call.get(..5).filter(|name| name.eq_ignore_ascii_case(b"char(")).and(call.get(5..))?;
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    char::from_u32(std::str::from_utf8(&number[..digits]).ok()?.parse().ok()?)
}

fn replaced(text: &[u8], mark: &[u8], by: &[u8]) -> Vec<u8> {
    let (mut out, mut from) = (Vec::new(), 0);
    // Nothing stands for nothing.
    for at in memchr::memmem::find_iter(text, mark).filter(|_| !mark.is_empty()) {
        out.extend_from_slice(&text[from..at]);
        out.extend_from_slice(by);
        from = at + mark.len();
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// SQLite's `unistr('a\u000ab')`, and standard SQL's `U&'a\000ab'`.
fn unistr(text: &[u8], out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(text);
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let (skip, digits) = match rest.as_bytes().first() {
            Some(b'u') => (1, 4),
            Some(b'U') => (1, 8),
            Some(b'+') => (1, 6),
            Some(b'\\') => (1, 0),
            _ => (0, 4),
        };
        let code = rest.get(skip..skip + digits).filter(|_| digits > 0);
        match code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)) {
            Some(c) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[skip + digits..];
            }
            None => {
                out.push(b'\\');
                rest = &rest[usize::from(digits == 0)..];
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Goes over blanks and comments.
fn skip_space(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at..)? {
            [] => return None,
            [byte, ..] if byte.is_ascii_whitespace() => at += 1,
            [b'-', b'-', rest @ ..] => at += 2 + memchr::memchr(b'\n', rest)?,
            [b'/', b'*', rest @ ..] => at += 4 + memchr::memmem::find(rest, b"*/")?,
            _ => return Some(at),
        }
    }
}

/// The string whose quote stands at `at`; where what follows it begins.
pub(super) fn string(text: &[u8], at: usize, escapes: bool, wanted: bool, out: &mut Vec<u8>) -> Option<usize> {
    let mut from = at + 1;
    loop {
        let rest = text.get(from..)?;
        let found = if escapes { memchr::memchr2(b'\'', b'\\', rest)? } else { memchr::memchr(b'\'', rest)? };
        if wanted {
            out.extend_from_slice(&rest[..found]);
        }
        from += found + 1;
        let next = *text.get(from)?;
        match (text[from - 1], next) {
            (b'\'', b'\'') => out.push(b'\''),
            (b'\'', _) => return Some(from),
            (_, b'n') => out.push(b'\n'),
            (_, b't') => out.push(b'\t'),
            (_, b'r') => out.push(b'\r'),
            (_, b'b') => out.push(8),
            (_, b'0') => out.push(0),
            (_, b'Z') => out.push(26),
            (_, b'f') => out.push(12),
            (_, other) => out.push(other),
        }
        from += 1;
    }
}

/// Where a value that begins at `at` ends, and the comma or bracket behind it.
fn to_end_of_value(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let (mut at, mut depth) = (at, 0_usize);
    loop {
        match *text.get(at)? {
            b'(' | b'[' => depth += 1,
            b')' | b',' if depth == 0 => return Some((at, at)),
            b')' | b']' => depth = depth.saturating_sub(1),
            b'\'' => at = string(text, at, false, false, &mut Vec::new())? - 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of the row at the beginning of a text, in words, and what is left of the text.
    fn read(text: &str, form: Form, flavour: Flavour, holds: Holds) -> Option<(Vec<String>, String)> {
        let mut fields = Fields::default();
        let Found::Row(len) = fields.read(text.as_bytes(), true, form, flavour, |_| true) else { return None };
        let said = |at: usize| {
            let mut room = Vec::new();
            match fields.cell(text.as_bytes(), at, holds, &mut room) {
                Cell::Null => "null".to_owned(),
                Cell::Integer(number) => format!("number {number}"),
                Cell::Bytes(bytes) => format!("bytes {}", String::from_utf8_lossy(bytes)),
                cell => cell.to_text().map(String::from).unwrap_or_default(),
            }
        };
        Some(((0..fields.len()).map(said).collect(), text[len..].to_owned()))
    }

    fn insert(text: &str, flavour: Flavour) -> Vec<String> {
        let (fields, rest) = read(text, Form::Insert, flavour, Holds::Text).expect(text);
        assert_eq!(rest, "!", "{text}");
        fields
    }

    #[test]
    fn lines_of_copy_are_what_the_server_reads() {
        let copy = |line: &str| read(line, Form::Copy, Flavour::Postgres, Holds::Text).expect(line).0;
        assert_eq!(copy("a\t\\N\t\t\\\\N\r\n"), ["a", "null", "", "\\N"]);
        assert_eq!(copy("\\t\\n\\r\\b\\f\\v\\\\\\x41\\101\\q\n"), ["\t\n\r\u{8}\u{c}\u{b}\\AAq"]);
        assert_eq!(copy("\\x4g\\0617\n"), ["\u{4}g17"]);
        let bytes = |line: &str| read(line, Form::Copy, Flavour::Postgres, Holds::Bytes).expect(line).0;
        assert_eq!(bytes("\\\\x4142\ta\\\\102\\\\\\\\c\t\\\\x4\n"), ["bytes AB", "bytes aB\\c", "\\x4"]);
        let typed = |line: &str| read(line, Form::Copy, Flavour::Postgres, Holds::Integers).expect(line).0;
        assert_eq!(typed("7\t-12\t007\t1.5\n"), ["number 7", "number -12", "007", "1.5"]);
    }

    #[test]
    fn brackets_hold_values_of_every_kind() {
        let postgres = |text: &str| insert(text, Flavour::Postgres);
        assert_eq!(postgres("( 1 , 'it''s (1), (2);', NULL,true)!"), ["number 1", "it's (1), (2);", "null", "true"]);
        assert_eq!(postgres("(E'a\\'b\\n', 'c\\', $$d'$$, $q$e$$f$q$)!"), ["a'b\n", "c\\", "d'", "e$$f"]);
        assert_eq!(
            postgres("('1'::jsonb, ARRAY['a,b', ')'], -- here\n /* and ) */ 2.5)!"),
            ["1", "ARRAY['a,b', ')']", "2.5"]
        );
        assert_eq!(
            postgres("(decode('4142', 'hex'), '2026-01-01'::timestamp with time zone)!"),
            ["bytes AB", "2026-01-01"]
        );
        let mysql = |text: &str| insert(text, Flavour::MySql);
        assert_eq!(mysql("('a\\'b\\\\\\0', _binary 'x\\'y', 0x4142, x'43', b'101', _utf8mb4'z')!")[..1], ["a'b\\\0"]);
        assert_eq!(
            mysql("(_binary 'x\\'y', 0x4142, x'43', b'101', _utf8mb4'z')!"),
            ["bytes x'y", "bytes AB", "bytes C", "number 5", "z"]
        );
        let sqlite = |text: &str| insert(text, Flavour::Sqlite);
        assert_eq!(
            sqlite("(X'4142',replace(replace('a\\nb\\rc','\\r',char(13)),'\\n',char(10)),unistr('a\\u000ab\\\\'))!"),
            ["bytes AB", "a\nb\rc", "a\nb\\"]
        );
        assert_eq!(
            sqlite("(replace('a\\nb\\012c','\\012',char(10)),replace('a(1)b','(1)',char(13)))!"),
            ["a\\nb\nc", "a\rb"]
        );
        let server = |text: &str| insert(text, Flavour::SqlServer);
        assert_eq!(
            server(
                "(1, N'it''s', CAST(N'2026-01-01T00:00:00.000' AS DateTime2), 0x4142, CAST(1.50 AS Decimal(9, 2)))!"
            ),
            ["number 1", "it's", "2026-01-01T00:00:00.000", "bytes AB", "1.50"]
        );
    }

    #[test]
    fn records_of_csv_keep_what_stands_in_quotes() {
        let csv = |text: &str| read(text, Form::Csv, Flavour::Csv, Holds::Text).expect(text);
        assert_eq!(csv("a,\"b,\"\"c\"\"\nd\",,\"\"\r\nnext").0, ["a", "b,\"c\"\nd", "null", ""]);
        assert_eq!(csv("a,b\nnext").1, "next");
        assert_eq!(csv("a,\"b").0, ["a", "b"]);
    }

    #[test]
    fn what_ends_too_early_is_no_row() {
        for text in ["(1, 'a", "(1", "(1, $$a$", "(", "('a'"] {
            assert_eq!(read(text, Form::Insert, Flavour::Postgres, Holds::Text), None, "{text}");
        }
        let mut fields = Fields::default();
        let found = fields.read(b"a\tb", false, Form::Copy, Flavour::Postgres, |_| true);
        assert_eq!(found, Found::Unfinished);
    }
}
