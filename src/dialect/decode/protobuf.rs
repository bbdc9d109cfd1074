//! Protobuf without its schema: a walk over what is on the wire. Numbers stand for names, and what
//! a field is can only be guessed: the tree says so in `@guess`.

use std::collections::HashMap;

use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

/// Messages in messages are looked for so deep.
const MAX_GUESSES: usize = 32;

/// From so many letters on, a text that is a message by chance is less likely than a message that
/// looks like a text.
const LONG_TEXT: usize = 34;

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let mut members = vec![(Text::from("@guess"), room.text("protobuf without its schema: numbers stand for names")?)];
    members.extend(fields(bytes, 0, room)?);
    room.object(members)
}

/// One field as it is on the wire.
pub(super) enum Wire<'b> {
    Varint(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(&'b [u8]),
}

pub(super) fn next<'b>(reader: &mut Reader<'b>) -> Result<(u64, Wire<'b>), Trouble> {
    let tag = reader.varint()?;
    let number = tag >> 3;
    if !(1..1 << 29).contains(&number) {
        return Err(reader.fail("a field of no number"));
    }
    let wire = match tag & 7 {
        0 => Wire::Varint(reader.varint()?),
        1 => Wire::Eight(reader.array()?),
        2 => {
            let len = reader.varint()?;
            Wire::Bytes(reader.take_long(len)?)
        }
        5 => Wire::Four(reader.array()?),
        _ => return Err(reader.fail("a field of no kind")),
    };
    Ok((number, wire))
}

/// Fields by number, those that are there several times as arrays.
fn fields(bytes: &[u8], depth: usize, room: &mut Room) -> Result<Vec<(Text, Node)>, Trouble> {
    let mut reader = Reader::new(bytes);
    let mut order: Vec<(u64, Vec<Node>)> = Vec::new();
    let mut places: HashMap<u64, usize> = HashMap::new();
    while !reader.is_empty() {
        let (number, wire) = next(&mut reader)?;
        let node = guess(wire, depth, room)?;
        match places.get(&number) {
            Some(place) => order[*place].1.push(node),
            None => {
                places.insert(number, order.len());
                order.push((number, vec![node]));
            }
        }
    }
    let mut members = Vec::new();
    for (number, mut nodes) in order {
        let node = match nodes.pop() {
            Some(node) if nodes.is_empty() => node,
            last => {
                nodes.extend(last);
                room.open()?;
                room.array(nodes)?
            }
        };
        members.push((Text::from(number.to_string()), node));
    }
    Ok(members)
}

fn guess(wire: Wire<'_>, depth: usize, room: &mut Room) -> Result<Node, Trouble> {
    match wire {
        // Negative numbers are those of the highest bit.
        Wire::Varint(number) => room.number(number as i64),
        Wire::Eight(bytes) => {
            let (float, whole) = (f64::from_le_bytes(bytes), i64::from_le_bytes(bytes));
            if is_likely(float) { room.float(float) } else { room.number(whole) }
        }
        Wire::Four(bytes) => {
            let (float, whole) = (f32::from_le_bytes(bytes), i32::from_le_bytes(bytes));
            if is_likely(float.into()) { room.short_float(float) } else { room.number(whole) }
        }
        Wire::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).ok();
            let text = text.filter(|text| !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')));
            let may_be_message = match text {
                Some(text) => text.starts_with(['\n', '\r', '\t']) || text.len() >= LONG_TEXT,
                None => true,
            };
            if may_be_message && depth < MAX_GUESSES && is_message(bytes, text.is_some()) {
                room.open()?;
                let members = fields(bytes, depth + 1, room)?;
                return room.object(members);
            }
            match text {
                Some(text) => room.text(text),
                None => room.bytes(bytes),
            }
        }
    }
}

/// A float of such a size, or zero, is rather a float than a whole number.
fn is_likely(float: f64) -> bool {
    float == 0.0 || (1e-9..1e18).contains(&float.abs())
}

/// The bytes are fields up to their end; of what might be a text, all must have a length.
fn is_message(bytes: &[u8], all_have_length: bool) -> bool {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match next(&mut reader) {
            Ok((_, Wire::Bytes(_))) => {}
            Ok(_) if !all_have_length => {}
            _ => return false,
        }
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_is_on_the_wire_is_shown_with_numbers() {
        // Python's protobuf 7.36.2: google.protobuf.Struct of {"kind": "opened", "n": 2.5, "tags": ["a", None, True]}
        // and Timestamp(seconds=1715573692, nanos=-1), SerializeToString(deterministic=True).
        let bytes = hex(
            "0a100a046b696e6412081a066f70656e65640a0e0a016e12091100000000000004400a170a0474616773120f320d0a031a01610a0208000a022001",
        );
        let want = concat!(
            r#"{"@guess":"protobuf without its schema: numbers stand for names","1":[{"1":"kind","2":{"3":"opened"}},"#,
            r#"{"1":"n","2":{"2":2.5}},{"1":"tags","2":{"6":{"1":[{"3":"a"},{"1":0},{"4":1}]}}}]}"#
        );
        assert_eq!(shown(read, &bytes), want);
        damaged(&bytes, |bytes| drop(read(bytes, &mut Room::default())));
        let time = shown(read, &hex("08bca786b20610ffffffffffffffffff01"));
        assert!(time.ends_with(r#""1":1715573692,"2":-1}"#), "{time}");
    }

    #[test]
    fn texts_stay_texts_and_depths_end() {
        let text = |text: &str| [&[0x0a, text.len() as u8][..], text.as_bytes()].concat();
        for plain in ["hi", "", "two\nlines", "a longer text which is of more than thirty-four letters", "é"] {
            let got = shown(read, &text(plain));
            let want = format!(r#""1":{}}}"#, serde_json::to_string(plain).expect("JSON"));
            assert!(got.ends_with(&want), "{got}");
        }
        for bytes in ["00", "08", "0aff", "0b", "ffffffffffffffffff7f"] {
            assert!(shown(read, &hex(bytes)).starts_with("! "), "{bytes}");
        }
        let mut deep = vec![0x0a, 0x00];
        for _ in 0..1_000 {
            let len = deep.len();
            deep = [&[0x0a, len as u8 | 0x80, (len >> 7) as u8][..], &deep].concat();
        }
        assert!(read(&deep, &mut Room::default()).is_ok());
    }
}
