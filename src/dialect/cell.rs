//! [`Cell`]: one value of a row, borrowed from the container, whatever that is.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::json::unquoted;
use crate::model::{Node, Number, Position, ValueKind};

/// One value of a row.
#[derive(Clone, Copy, Debug, Default)]
pub enum Cell<'a> {
    #[default]
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Bytes that are a UUID as Windows lays it out: its first three groups are turned round.
    Guid(&'a [u8]),
    /// Bytes of which the store does not say that they are JSON: text, or anything.
    Opaque(&'a [u8]),
    /// JSON text, as it stands in a line.
    Json(&'a str),
    /// A part of a decoded value.
    Node(&'a Node),
}

impl<'a> Cell<'a> {
    pub fn is_null(&self) -> bool {
        matches!(self, Cell::Null | Cell::Json("null") | Cell::Node(Node::Null))
    }

    /// The value as text; `None` for null. Bytes are a UUID where they are 16, else hex, unless
    /// they are plain letters.
    pub fn to_text(self) -> Option<Cow<'a, str>> {
        let bytes: &[u8] = match self {
            Cell::Bytes(bytes) => bytes,
            Cell::Node(Node::Bytes(bytes)) => bytes,
            _ => &[],
        };
        plain_letters(bytes).map(Cow::Borrowed).or_else(|| self.to_id())
    }

    /// The value as the name of a stream or an event; `None` for null. Bytes are never taken for
    /// letters: a UUID where they are 16, else hex, so that no two have one name.
    pub fn to_id(self) -> Option<Cow<'a, str>> {
        match self {
            Cell::Null | Cell::Json("null") | Cell::Node(Node::Null) => None,
            Cell::Integer(value) => Some(Cow::Owned(value.to_string())),
            Cell::Real(value) => Some(Cow::Owned(value.to_string())),
            Cell::Text(text) => Some(Cow::Borrowed(text)),
            Cell::Json(text) => Some(unquoted(text)),
            Cell::Bytes(bytes) => Some(Cow::Owned(uuid(bytes))),
            Cell::Opaque(bytes) => {
                Some(std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(uuid(bytes)), Cow::Borrowed))
            }
            Cell::Guid(bytes) => Some(Cow::Owned(guid(bytes))),
            Cell::Node(Node::String(text) | Node::Number(text) | Node::Raw(text)) => Some(Cow::Borrowed(text)),
            Cell::Node(Node::Bytes(bytes)) => Some(Cow::Owned(uuid(bytes))),
            Cell::Node(node) => Some(Cow::Owned(crate::model::json::to_text(node))),
        }
    }

    pub fn kind(self) -> ValueKind {
        match self {
            Cell::Null | Cell::Text(_) | Cell::Node(Node::String(_) | Node::Raw(_) | Node::Null) => ValueKind::Text,
            Cell::Integer(_) | Cell::Node(Node::Number(_)) => ValueKind::Number,
            Cell::Real(_) => ValueKind::Real,
            Cell::Bytes(_) | Cell::Guid(_) | Cell::Opaque(_) | Cell::Node(Node::Bytes(_)) => ValueKind::Bytes,
            Cell::Json(text) => match text.as_bytes().first() {
                Some(b'"') => ValueKind::Text,
                Some(b'-' | b'0'..=b'9') => ValueKind::Number,
                _ => ValueKind::Json,
            },
            Cell::Node(_) => ValueKind::Json,
        }
    }

    /// The value as a whole number, also where it is written as text, as `1.0` or as `1e3`.
    pub fn to_integer(self) -> Option<i64> {
        match self {
            Cell::Integer(value) => Some(value),
            Cell::Real(value) => whole(value),
            Cell::Bytes(_) | Cell::Guid(_) | Cell::Opaque(_) | Cell::Null => None,
            text => integer(text.to_text()?.trim()),
        }
    }

    /// The value as a position: a number keeps its digits, a text stays a text.
    pub fn to_position(self) -> Position {
        let number = |digits: &str| digits.parse().map_or_else(|_| Position::Digits(digits.into()), Position::Number);
        match self {
            Cell::Integer(value) => Position::Number(value),
            // With its point: `1000.0`, as SQLite writes it.
            Cell::Real(value) if value.is_finite() => Position::Digits(format!("{value:?}").into()),
            Cell::Json(text) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => number(text),
            Cell::Node(Node::Number(digits)) => number(digits),
            cell => cell.to_text().map_or(Position::None, |text| Position::Text(text.as_ref().into())),
        }
    }

    /// It is a number, and no text that says one.
    pub fn is_number(self) -> bool {
        match self {
            Cell::Integer(_) | Cell::Real(_) | Cell::Node(Node::Number(_)) => true,
            Cell::Json(text) => text.starts_with(|first: char| first == '-' || first.is_ascii_digit()),
            _ => false,
        }
    }

    /// The value as a number where it is one, or a text of one.
    pub fn to_number(self) -> Option<Number> {
        match self {
            Cell::Integer(value) => Some(Number::from(value)),
            Cell::Real(value) => Number::of(value),
            Cell::Null | Cell::Bytes(_) | Cell::Guid(_) | Cell::Opaque(_) => None,
            text => Number::parse(text.to_text()?.trim()),
        }
    }
}

impl<'a> From<&'a Node> for Cell<'a> {
    fn from(node: &'a Node) -> Cell<'a> {
        match node {
            Node::Null => Cell::Null,
            Node::Bytes(bytes) => Cell::Bytes(bytes),
            node => Cell::Node(node),
        }
    }
}

/// `7`, `7.0` and `7e0`, if it is whole and fits.
fn integer(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.as_bytes().first() {
        Some(b'-') => ("-", &mantissa[1..]),
        Some(b'+') => ("", &mantissa[1..]),
        _ => ("", mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{}", fraction.trim_end_matches('0'));
    if (whole.is_empty() && fraction.is_empty()) || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits behind the point after the exponent moved it, or zeros before it.
    let shift = exponent.checked_sub((all.len() - whole.len()) as i64)?;
    let significant = all.trim_start_matches('0');
    let all = match (significant, usize::try_from(shift)) {
        ("", _) => "0".to_owned(),
        (digits, Ok(zeros)) if zeros <= 19 => digits.to_owned() + &"0".repeat(zeros),
        (digits, Err(_)) => {
            let behind = usize::try_from(shift.unsigned_abs()).ok()?;
            let (front, tail) = digits.split_at_checked(digits.len().checked_sub(behind)?)?;
            tail.bytes().all(|byte| byte == b'0').then(|| front.to_owned())?
        }
        _ => return None,
    };
    format!("{sign}{all}").parse().ok()
}

/// Above 2^53 a float no longer tells whole numbers apart.
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

/// Some tables keep their words in columns of blobs.
fn plain_letters(bytes: &[u8]) -> Option<&str> {
    let is_plain = !bytes.is_empty() && bytes.iter().all(|byte| (0x20..0x7f).contains(byte));
    std::str::from_utf8(bytes).ok().filter(|_| is_plain)
}

/// Bytes as hex, with the hyphens of a UUID where they are 16.
fn uuid(bytes: &[u8]) -> String {
    // `binary(255)` pads what is put into it.
    let padded = bytes.split_at_checked(16).filter(|(_, rest)| rest.len() >= 16 && rest.iter().all(|byte| *byte == 0));
    let bytes = padded.map_or(bytes, |(id, _)| id);
    let mut out = String::with_capacity(bytes.len() * 2 + 4);
    for (at, byte) in bytes.iter().enumerate() {
        if bytes.len() == 16 && matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn guid(bytes: &[u8]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    match <[u8; 16]>::try_from(bytes) {
        Ok(stored) => uuid(&ORDER.map(|at| stored[at])),
        Err(_) => uuid(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        for text in ["3", "3.0", "0.3e1", "3000e-3", "0.0000003e7", "\"3\"", "\"3.0\""] {
            assert_eq!(Cell::Json(text).to_integer(), Some(3), "{text}");
        }
        for text in [
            "2.5",
            "1e400",
            "inf",
            "\"x\"",
            "null",
            "9223372036854775808",
            "true",
            "[1]",
            "3.000000000000000001",
            "1e-3",
        ] {
            assert_eq!(Cell::Json(text).to_integer(), None, "{text}");
        }
        assert_eq!(Cell::Json("-9223372036854775808").to_integer(), Some(i64::MIN));
        assert_eq!(Cell::Json("9007199254740993.0").to_integer(), Some(9_007_199_254_740_993), "no float in between");
        assert_eq!(Cell::Json("0.000e9").to_integer(), Some(0));
    }

    #[test]
    fn a_position_is_as_it_is_stored() {
        let digits = |text: &str| Position::Digits(text.into());
        for (cell, position) in [
            (Cell::Integer(-7), Position::Number(-7)),
            (Cell::Json("155"), Position::Number(155)),
            (Cell::Json("1.5"), digits("1.5")),
            (Cell::Json("1000.0"), digits("1000.0")),
            (Cell::Json("18446744073709551615"), digits("18446744073709551615")),
            (Cell::Node(&Node::number("1e3")), digits("1e3")),
            (Cell::Real(1000.0), digits("1000.0")),
            (Cell::Real(1.5), digits("1.5")),
            (Cell::Real(f64::INFINITY), Position::Text("inf".into())),
            (Cell::Text("0000155"), Position::Text("0000155".into())),
            (Cell::Json("\"0155\""), Position::Text("0155".into())),
            (Cell::Json("null"), Position::None),
        ] {
            assert_eq!(cell.to_position(), position, "{cell:?}");
        }
    }

    #[test]
    fn bytes_have_names() {
        let id: Vec<u8> = (0x10..0x20).collect();
        assert_eq!(Cell::Bytes(&id).to_text().as_deref(), Some("10111213-1415-1617-1819-1a1b1c1d1e1f"));
        assert_eq!(Cell::Guid(&id).to_text().as_deref(), Some("13121110-1514-1716-1819-1a1b1c1d1e1f"));
        let padded = [id.as_slice(), &[0; 239]].concat();
        assert_eq!(Cell::Bytes(&padded).to_id(), Cell::Bytes(&id).to_id());
        assert_eq!(Cell::Bytes(&padded[..20]).to_id().map(|id| id.len()), Some(40));
        assert_eq!(Cell::Bytes(&[0xff, 0]).to_text().as_deref(), Some("ff00"));
        assert_eq!(Cell::Bytes(b"order-1").to_text().as_deref(), Some("order-1"));
        assert_eq!(Cell::Bytes(b"order-1").to_id().as_deref(), Some("6f726465722d31"));
    }
}
