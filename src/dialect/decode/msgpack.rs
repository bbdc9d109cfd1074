//! MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>), read into the tree at
//! once: a reader of its own is shorter than the bounds around another's tree.

use chrono::{DateTime, SecondsFormat};

use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

/// The type that the format itself gives to times.
const TIMESTAMP: i8 = -1;

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    let node = value(&mut reader, room)?;
    reader.end()?;
    Ok(node)
}

fn value(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let first = reader.byte()?;
    match first {
        0x00..=0x7f => room.number(first),
        0xe0..=0xff => room.number(first as i8),
        0x80..=0x8f => map(u64::from(first & 0x0f), reader, room),
        0x90..=0x9f => array(u64::from(first & 0x0f), reader, room),
        0xa0..=0xbf => room.text_or_bytes(reader.take(usize::from(first & 0x1f))?),
        0xc0 => room.null(),
        0xc2 | 0xc3 => room.bool(first == 0xc3),
        0xc4..=0xc6 => {
            let len = reader.be(1 << (first - 0xc4))?;
            room.bytes(reader.take_long(len)?)
        }
        0xc7..=0xc9 => {
            let len = reader.be(1 << (first - 0xc7))?;
            extension(len, reader, room)
        }
        0xca => room.short_float(f32::from_be_bytes(reader.array()?)),
        0xcb => room.float(f64::from_be_bytes(reader.array()?)),
        0xcc..=0xcf => {
            let number = reader.be(1 << (first - 0xcc))?;
            room.number(number)
        }
        0xd0 => room.number(i8::from_be_bytes(reader.array()?)),
        0xd1 => room.number(i16::from_be_bytes(reader.array()?)),
        0xd2 => room.number(i32::from_be_bytes(reader.array()?)),
        0xd3 => room.number(i64::from_be_bytes(reader.array()?)),
        0xd4..=0xd8 => extension(1 << (first - 0xd4), reader, room),
        0xd9..=0xdb => {
            let len = reader.be(1 << (first - 0xd9))?;
            room.text_or_bytes(reader.take_long(len)?)
        }
        0xdc | 0xdd => {
            let len = reader.be(2 << (first - 0xdc))?;
            array(len, reader, room)
        }
        0xde | 0xdf => {
            let len = reader.be(2 << (first - 0xde))?;
            map(len, reader, room)
        }
        0xc1 => Err(reader.fail("0xc1, which stands for nothing,")),
    }
}

fn array(len: u64, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let mut items = Vec::new();
    for _ in 0..len {
        items.push(value(reader, room)?);
    }
    room.array(items)
}

fn map(len: u64, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let mut members: Vec<(Text, Node)> = Vec::new();
    for _ in 0..len {
        let key = value(reader, room)?;
        members.push((room.key(&key)?, value(reader, room)?));
    }
    room.object(members)
}

/// A time, or a type of the application's own with its bytes.
fn extension(len: u64, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let kind = reader.byte()? as i8;
    let bytes = reader.take_long(len)?;
    if kind == TIMESTAMP
        && let Some(time) = time(bytes)
    {
        return room.text(&time);
    }
    room.open()?;
    let members = vec![(Text::from("@type"), room.number(kind)?), (Text::from("@bytes"), room.bytes(bytes)?)];
    room.object(members)
}

/// Seconds since 1970, and nanoseconds in front of them.
fn time(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let (seconds, nanos) = match bytes.len() {
        4 => (i64::try_from(reader.be(4).ok()?).ok()?, 0),
        8 => {
            let both = reader.be(8).ok()?;
            ((both & 0x3_ffff_ffff) as i64, both >> 34)
        }
        12 => {
            let nanos = reader.be(4).ok()?;
            (i64::from_be_bytes(reader.array().ok()?), nanos)
        }
        _ => return None,
    };
    let time = DateTime::from_timestamp(seconds, u32::try_from(nanos).ok()?)?;
    Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_msgpack_writes_is_read() {
        // Python's msgpack 1.2.4: packb({"a": 1, "b": [-1, 2**64-1, -2**63, 1.5, None, True, False,
        // "é", b"\xff\x00"], 3: {"x": datetime(2024, 5, 13, 4, 14, 52, 602529, utc)}}, datetime=True).
        let packed = hex("83a16101a16299ffcfffffffffffffffffd38000000000000000cb3ff8000000000000c0c3c2a2c3a9c402ff00
            0381a178d7ff8fa773a0664193bc");
        let want = r#"{"a":1,"b":[-1,18446744073709551615,-9223372036854775808,1.5,null,true,false,"é",{"$bytes":"/wA="}],"3":{"x":"2024-05-13T04:14:52.602529Z"}}"#;
        assert_eq!(shown(read, &packed), want);
        damaged(&packed, |bytes| drop(read(bytes, &mut Room::default())));
        // packb([1.1], use_single_float=True), packb(ExtType(5, b"ab")).
        assert_eq!(shown(read, &hex("91ca3f8ccccd")), "[1.1]");
        assert_eq!(shown(read, &hex("d5056162")), r#"{"@type":5,"@bytes":{"$bytes":"YWI="}}"#);
    }

    #[test]
    fn odd_bytes_have_a_reason() {
        for (bytes, why) in [
            ("", "ends inside a value that begins at byte 0"),
            ("c1", "stands for nothing, at byte 0"),
            ("dfffffffff", "ends inside"),
            ("0102", "1 bytes stand behind"),
            ("c6ffffffff00", "ends inside"),
        ] {
            assert!(shown(read, &hex(bytes)).contains(why), "{bytes}: {}", shown(read, &hex(bytes)));
        }
        let deep = read(&[0x91; 500_000], &mut Room::default()).expect_err("deep");
        assert!(deep.is_too_large && deep.message.contains("deeper"), "{deep:?}");
        let mut room = Room::default();
        read(&hex("82a16101a16102"), &mut room).expect("a map");
        assert_eq!(room.duplicate_key.as_deref(), Some("a"));
    }
}
