//! JSONB, SQLite's own form of JSON in a blob (<https://sqlite.org/jsonb.html>), to JSON text.

use super::json::write_string;

/// The JSON text of a blob; `None` where it is not JSONB through and through. Never recurses.
pub fn to_json(blob: &[u8]) -> Option<String> {
    let mut out = String::new();
    // Ends of the arrays and objects that are open.
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        let (kind, from, to) = header(blob, at)?;
        if to > open.last().map_or(blob.len(), |open| open.end) {
            return None;
        }
        if let Some(parent) = open.last_mut() {
            out.push_str(parent.before(kind)?);
        }
        let payload = &blob[from..to];
        at = to;
        match kind {
            Kind::Array | Kind::Object => {
                let is_object = kind == Kind::Object;
                out.push(if is_object { '{' } else { '[' });
                open.push(Open { end: to, is_object, elements: 0 });
                at = from;
            }
            kind => out.push_str(&element(kind, std::str::from_utf8(payload).ok()?)?),
        }
        while let Some(closed) = open.pop_if(|open| open.end == at) {
            out.push_str(closed.after()?);
        }
        if open.is_empty() {
            return (at == blob.len()).then_some(out);
        }
    }
}

/// Begins like JSON text and is not this form of it, of which arrays of 5 and of 7 bytes begin so too.
pub fn begins_as_text(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'{' | b'[')) && bytes.len() > 8
}

struct Open {
    end: usize,
    is_object: bool,
    elements: usize,
}

impl Open {
    /// What stands in front of the next element; `None` where it may not stand there.
    fn before(&mut self, kind: Kind) -> Option<&'static str> {
        self.elements += 1;
        let is_key = self.is_object && self.elements % 2 == 1;
        match (self.is_object, self.elements) {
            _ if is_key && !kind.is_text() => None,
            (_, 1) => Some(""),
            (true, n) if n % 2 == 0 => Some(":"),
            _ => Some(","),
        }
    }

    fn after(&self) -> Option<&'static str> {
        match self.is_object {
            true => self.elements.is_multiple_of(2).then_some("}"),
            false => Some("]"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Integer,
    /// Hexadecimal, as JSON5 has it.
    Hex,
    Float,
    /// With nothing before or behind the point, as JSON5 has it.
    LooseFloat,
    /// Without anything that JSON escapes.
    Text,
    /// With JSON's escapes.
    Escaped,
    /// With JSON5's escapes.
    LooselyEscaped,
    /// To be escaped.
    Unescaped,
    Array,
    Object,
}

impl Kind {
    fn is_text(self) -> bool {
        matches!(self, Kind::Text | Kind::Escaped | Kind::LooselyEscaped | Kind::Unescaped)
    }
}

/// Kind of the element at a place, and where its payload lies.
fn header(blob: &[u8], at: usize) -> Option<(Kind, usize, usize)> {
    const KINDS: [Kind; 13] = [
        Kind::Null,
        Kind::True,
        Kind::False,
        Kind::Integer,
        Kind::Hex,
        Kind::Float,
        Kind::LooseFloat,
        Kind::Text,
        Kind::Escaped,
        Kind::LooselyEscaped,
        Kind::Unescaped,
        Kind::Array,
        Kind::Object,
    ];
    let first = *blob.get(at)?;
    let kind = *KINDS.get(usize::from(first & 15))?;
    let more = match first >> 4 {
        0..12 => 0,
        size => 1 << (size - 12),
    };
    let from = at + 1 + more;
    let size = match more {
        0 => u64::from(first >> 4),
        _ => blob.get(at + 1..from)?.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)),
    };
    let to = from.checked_add(usize::try_from(size).ok()?)?;
    (to <= blob.len()).then_some((kind, from, to))
}

fn element(kind: Kind, payload: &str) -> Option<String> {
    let word = |word: &str| payload.is_empty().then(|| word.to_owned());
    match kind {
        Kind::Null => word("null"),
        Kind::True => word("true"),
        Kind::False => word("false"),
        Kind::Integer | Kind::Float => Some(payload.to_owned()),
        Kind::Hex => hex(payload),
        Kind::LooseFloat => Some(loose_float(payload)),
        Kind::Text | Kind::Escaped => Some(format!("\"{payload}\"")),
        Kind::LooselyEscaped => loosely_escaped(payload),
        Kind::Unescaped => {
            let mut out = String::new();
            write_string(payload, &mut out);
            Some(out)
        }
        Kind::Array | Kind::Object => None,
    }
}

fn hex(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let digits = digits.trim_start_matches('+').get(2..)?;
    Some(format!("{sign}{}", u64::from_str_radix(digits, 16).ok()?))
}

/// `.5` and `5.` with a digit on both sides of the point.
fn loose_float(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let digits = digits.trim_start_matches('+');
    let before = if digits.starts_with('.') { "0" } else { "" };
    let mut out = format!("{sign}{before}{digits}");
    if let Some(point) = out.find('.')
        && !out[point + 1..].starts_with(|c: char| c.is_ascii_digit())
    {
        out.insert(point + 1, '0');
    }
    out
}

fn loosely_escaped(text: &str) -> Option<String> {
    let mut out = String::from("\"");
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next()? {
            '\'' => out.push('\''),
            'v' => out.push_str("\\u000b"),
            '0' => out.push_str("\\u0000"),
            'x' => out.extend(['\\', 'u', '0', '0', rest.next()?, rest.next()?]),
            // A line that goes on.
            '\n' | '\u{2028}' | '\u{2029}' => {}
            '\r' => {
                let mut next = rest.clone();
                if next.next() == Some('\n') {
                    rest = next;
                }
            }
            other => out.extend(['\\', other]),
        }
    }
    out.push('"');
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_writes_is_read() {
        let conn = rusqlite::Connection::open_in_memory().expect("SQLite");
        for (text, want) in [
            ("null", "null"),
            ("[]", "[]"),
            ("{}", "{}"),
            (r#"{"a":1,"b":[true,false,null,-0.5e3,"é\n\u0041\"x"],"":{"c":{}}}"#, ""),
            (r#"{"long":"0123456789012345678901234567890123456789","n":12345678901234567890.10}"#, ""),
            ("[0x1F,-0x10,.5,5.,+1,'it''s']", ""),
            (r"{a:'x\x41\v\0\'y'}", r#"{"a":"xA\u000b\u0000'y"}"#),
        ] {
            let ask = |sql: &str| conn.query_row(sql, [text.replace("''", "\\'")], |row| row.get::<_, Vec<u8>>(0));
            let Ok(blob) = ask("SELECT jsonb(?1)") else { panic!("{text}") };
            let got = to_json(&blob).unwrap_or_else(|| panic!("{text}: {blob:02x?}"));
            let own: String = conn.query_row("SELECT json(?1)", [&blob], |row| row.get(0)).expect("JSON");
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect(text);
            assert_eq!(value(&got), value(&own), "{text}");
            if !want.is_empty() {
                assert_eq!(value(&got), value(want), "{text}");
            }
            for end in 0..blob.len() {
                assert_eq!(to_json(&blob[..end]), None, "{text} cut at {end}");
            }
        }
    }

    #[test]
    fn deep_and_damaged_blobs_are_no_trouble() {
        let mut deep = vec![0x00];
        for _ in 0..10_000 {
            let size = (deep.len() as u32).to_be_bytes();
            deep = [&[0xeb][..], &size, &deep].concat();
        }
        assert_eq!(to_json(&deep).map(|text| text.len()), Some(20_004));
        for blob in [&b""[..], b"\x0d", b"\xff", b"\x1b\x1b", b"\x1c\x00", b"\x2c\x00\x00", b"\x17\xff", b"\x13"] {
            assert_eq!(to_json(blob), None, "{blob:02x?}");
        }
    }
}
