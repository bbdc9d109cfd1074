//! Metadata of 25.1 and newer: `google.protobuf.Struct` as JSON.
//!
//! Struct: 1 = map of fields (1 = key, 2 = Value). Value: 1 null, 2 number, 3 text, 4 bool,
//! 5 Struct, 6 ListValue (1 = Value).

use std::fmt::Write;

use crate::model::json::write_string;

/// Structs and lists inside each other, at most.
const DEPTH: usize = 128;

/// As the server shows them: with the event's type as `$schema.name`, and `$schema.format`
/// where the data are JSON. `None` where the bytes are no such thing.
pub(super) fn to_json(bytes: &[u8], event_type: &str, is_json: bool) -> Option<String> {
    let mut out = String::new();
    let own: &[(&str, &str)] = &[("$schema.name", event_type), ("$schema.format", "Json")];
    let own = if is_json { own } else { &own[..1] };
    write_struct(bytes, own, &mut out, 0)?;
    // The closing bracket comes last.
    out.pop();
    for (key, text) in own {
        if out.len() > 1 {
            out.push(',');
        }
        write_string(key, &mut out);
        out.push(':');
        write_string(text, &mut out);
    }
    out.push('}');
    Some(out)
}

struct Message<'b>(&'b [u8]);

enum Field<'b> {
    Varint(u64),
    Fixed(u64),
    Bytes(&'b [u8]),
}

impl<'b> Message<'b> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn bytes(&mut self, len: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    /// The next field and its number; `None` where the bytes are none.
    fn field(&mut self) -> Option<(u64, Field<'b>)> {
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?)),
            2 => {
                let len = usize::try_from(self.varint()?).ok()?;
                Field::Bytes(self.bytes(len)?)
            }
            5 => Field::Fixed(u64::from(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))),
            _ => return None,
        };
        Some((tag >> 3, field))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes all members but those.
fn write_struct(bytes: &[u8], without: &[(&str, &str)], out: &mut String, depth: usize) -> Option<()> {
    let mut message = Message(bytes);
    out.push('{');
    let mut first = true;
    while !message.is_empty() {
        let (1, Field::Bytes(entry)) = message.field()? else { continue };
        let (mut key, mut value, mut entry) = ("", &[][..], Message(entry));
        while !entry.is_empty() {
            match entry.field()? {
                (1, Field::Bytes(text)) => key = std::str::from_utf8(text).ok()?,
                (2, Field::Bytes(bytes)) => value = bytes,
                _ => {}
            }
        }
        if without.iter().any(|(own, _)| *own == key) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        write_value(value, out, depth + 1)?;
    }
    out.push('}');
    Some(())
}

fn write_value(bytes: &[u8], out: &mut String, depth: usize) -> Option<()> {
    if depth > DEPTH {
        return None;
    }
    let mut message = Message(bytes);
    // Of several kinds the last one counts.
    let mut last = None;
    while !message.is_empty() {
        last = Some(message.field()?);
    }
    match last {
        None | Some((1, _)) => out.push_str("null"),
        Some((2, Field::Fixed(bits))) => match f64::from_bits(bits) {
            number if number.is_finite() => write!(out, "{number}").ok()?,
            number => write_string(&number.to_string(), out),
        },
        Some((3, Field::Bytes(text))) => write_string(std::str::from_utf8(text).ok()?, out),
        Some((4, Field::Varint(value))) => out.push_str(if value == 0 { "false" } else { "true" }),
        Some((5, Field::Bytes(bytes))) => write_struct(bytes, &[], out, depth)?,
        Some((6, Field::Bytes(bytes))) => {
            let mut list = Message(bytes);
            out.push('[');
            let mut first = true;
            while !list.is_empty() {
                let (1, Field::Bytes(value)) = list.field()? else { continue };
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                write_value(value, out, depth + 1)?;
            }
            out.push(']');
        }
        Some(_) => return None,
    }
    Some(())
}
