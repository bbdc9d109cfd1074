//! CBOR (RFC 8949), read into the tree at once: numbers keep what they hold, and tags that are
//! numbers, times or ids are shown as such.

use chrono::{DateTime, SecondsFormat};

use super::number::{decimal, uuid, whole};
use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    let node = value(&mut reader, room)?;
    reader.end()?;
    Ok(node)
}

/// What ends a text, an array or a map of no given length.
const BREAK: u8 = 0xff;

fn value(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let first = reader.byte()?;
    match first >> 5 {
        0 => {
            let number = argument(first, reader)?;
            room.number(number)
        }
        1 => {
            let number = argument(first, reader)?;
            room.number(-1 - i128::from(number))
        }
        2 => room.bytes(&string(first, reader)?),
        3 => room.text_or_bytes(&string(first, reader)?),
        4 => array(first, reader, room),
        5 => map(first, reader, room),
        6 => {
            let tag = argument(first, reader)?;
            tagged(tag, reader, room)
        }
        _ => simple(first, reader, room),
    }
}

/// The number in or behind the first byte.
fn argument(first: u8, reader: &mut Reader<'_>) -> Result<u64, Trouble> {
    match first & 0x1f {
        own @ 0..24 => Ok(u64::from(own)),
        size @ 24..28 => reader.be(1 << (size - 24)),
        _ => Err(reader.fail("a length that is none")),
    }
}

/// The length; `None` where it ends by [`BREAK`].
fn length(first: u8, reader: &mut Reader<'_>) -> Result<Option<u64>, Trouble> {
    if first & 0x1f == 31 { Ok(None) } else { argument(first, reader).map(Some) }
}

/// There is one more of what has a length or ends by [`BREAK`], which is read.
fn goes_on(done: u64, len: Option<u64>, reader: &mut Reader<'_>) -> Result<bool, Trouble> {
    match len {
        Some(len) => Ok(done < len),
        None if reader.peek() == Some(BREAK) => reader.byte().map(|_| false),
        None => Ok(true),
    }
}

/// Bytes of a text or a byte string, in one piece or in several.
fn string(first: u8, reader: &mut Reader<'_>) -> Result<Vec<u8>, Trouble> {
    if let Some(len) = length(first, reader)? {
        return reader.take_long(len).map(<[u8]>::to_vec);
    }
    let mut all = Vec::new();
    while goes_on(0, None, reader)? {
        let piece = reader.byte()?;
        let len = length(piece, reader)?.filter(|_| piece >> 5 == first >> 5);
        let len = len.ok_or_else(|| reader.fail("a piece of another kind"))?;
        all.extend_from_slice(reader.take_long(len)?);
    }
    Ok(all)
}

fn array(first: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let len = length(first, reader)?;
    let mut items = Vec::new();
    while goes_on(items.len() as u64, len, reader)? {
        items.push(value(reader, room)?);
    }
    room.array(items)
}

fn map(first: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let len = length(first, reader)?;
    let mut members: Vec<(Text, Node)> = Vec::new();
    while goes_on(members.len() as u64, len, reader)? {
        let key = value(reader, room)?;
        members.push((room.key(&key)?, value(reader, room)?));
    }
    room.object(members)
}

fn simple(first: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    match first & 0x1f {
        20 | 21 => room.bool(first & 0x1f == 21),
        22 => room.null(),
        23 => room.text("undefined"),
        25 => room.short_float(half(u16::from_be_bytes(reader.array()?))),
        26 => room.short_float(f32::from_be_bytes(reader.array()?)),
        27 => room.float(f64::from_be_bytes(reader.array()?)),
        _ => Err(reader.fail("a value of no known meaning")),
    }
}

/// A number of 16 bits (IEEE 754).
fn half(bits: u16) -> f32 {
    let fraction = f32::from(bits & 0x03ff);
    let size = match (bits >> 10) & 0x1f {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1024.0 + fraction) * 2_f32.powi(i32::from(exponent) - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

fn tagged(tag: u64, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let node = value(reader, room)?;
    let text = match (tag, &node) {
        // A text that is a time or a date, one with a meaning that it shows, a mark of the format,
        // and JSON's own types in other tags.
        (0 | 32..=36 | 1004 | 55799, _) => {
            room.close();
            return Ok(node);
        }
        (1, Node::Number(seconds)) => time(seconds),
        (2 | 3, Node::Bytes(bytes)) => {
            room.close();
            return big(tag == 3, bytes, room);
        }
        (4, Node::Array(parts)) => match parts.as_slice() {
            [Node::Number(exponent), Node::Number(digits)] => match exponent.parse() {
                Ok(exponent) => {
                    room.close();
                    return room.number(decimal(digits, exponent));
                }
                Err(_) => None,
            },
            _ => None,
        },
        (37, Node::Bytes(bytes)) => <[u8; 16]>::try_from(&**bytes).ok().map(uuid),
        _ => None,
    };
    if let Some(text) = text {
        room.close();
        return room.text(&text);
    }
    let members = vec![(Text::from("@tag"), room.number(tag)?), (Text::from("@value"), node)];
    room.object(members)
}

fn big(is_negative: bool, bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    if !is_negative {
        return room.number(whole(false, bytes)?);
    }
    // It is -1 minus the number.
    let mut more = bytes.to_vec();
    let carried = more.iter_mut().rev().any(|byte| {
        *byte = byte.wrapping_add(1);
        *byte != 0
    });
    if !carried {
        more.insert(0, 1);
    }
    room.number(whole(true, &more)?)
}

/// Seconds since 1970.
fn time(seconds: &str) -> Option<String> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let time = match fraction.trim_end_matches('0') {
        "" => DateTime::from_timestamp(whole.parse().ok()?, 0)?,
        // No float of our days knows more than microseconds.
        _ => DateTime::from_timestamp_micros((seconds.parse::<f64>().ok()? * 1e6).round() as i64)?,
    };
    Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_cbor2_writes_is_read() {
        // Python's cbor2 6.3.0: dumps({"a": 1, "n": -500, "big": 2**70, "nbig": -2**70,
        // "d": Decimal("12.50"), "u": UUID("00112233-…"), "t": datetime(2024, 5, 13, 4, 14, 52, 602529, utc),
        // "x": [1.5, 1.1, inf, None, True], "b": b"\xff", 7: "seven"}).
        let packed =
            hex("aa616101616e3901f363626967c249400000000000000000646e626967c3493fffffffffffffffff6164c482211904e2
            6175d8255000112233445566778899aabbccddeeff6174c0781b323032342d30352d31335430343a31343a35322e3630323532395a
            617885fb3ff8000000000000fb3ff199999999999af97c00f6f5616241ff0765736576656e");
        let want = concat!(
            r#"{"a":1,"n":-500,"big":1180591620717411303424,"nbig":-1180591620717411303424,"d":12.50,"#,
            r#""u":"00112233-4455-6677-8899-aabbccddeeff","t":"2024-05-13T04:14:52.602529Z","#,
            r#""x":[1.5,1.1,"Infinity",null,true],"b":{"$bytes":"/w=="},"7":"seven"}"#
        );
        assert_eq!(shown(read, &packed), want);
        damaged(&packed, |bytes| drop(read(bytes, &mut Room::default())));
        assert_eq!(shown(read, &hex("a16165c11a664193bc")), r#"{"e":"2024-05-13T04:14:52Z"}"#);
        assert_eq!(shown(read, &hex("d903ec6a323032342d30352d3133")), r#""2024-05-13""#);
    }

    #[test]
    fn what_jackson_writes_is_read() {
        // fixtures/real/jvm/akka-jdbc/akka-cbor.db, the first event: a map of no given length.
        let packed =
            hex("BF646E616D65734F274E65696C6C205C2053C3B6686E65203435646C696E65694220E28093206E65756573656174730467
            656D7074794B67C4822119E7B966636F6C6F75726A4E494748545F424C5545676275696C744F6E6A323031372D31322D3135FF");
        let want = r#"{"name":"O'Neill \\ Söhne 45","line":"B – neu","seats":4,"emptyKg":593.21,"colour":"NIGHT_BLUE","builtOn":"2017-12-15"}"#;
        assert_eq!(shown(read, &packed), want);
    }

    #[test]
    fn appendix_a_of_the_standard_is_read() {
        for (bytes, want) in [
            ("1bffffffffffffffff", "18446744073709551615"),
            ("3bffffffffffffffff", "-18446744073709551616"),
            ("c249010000000000000000", "18446744073709551616"),
            ("c349010000000000000000", "-18446744073709551617"),
            ("f90001", "5.9604645e-8"),
            ("f90400", "6.1035156e-5"),
            ("f9c400", "-4.0"),
            ("f97bff", "65504.0"),
            ("fa47c35000", "100000.0"),
            ("f97e00", r#""NaN""#),
            ("f9fc00", r#""-Infinity""#),
            ("f7", r#""undefined""#),
            ("c1fb41d452d9ec200000", r#""2013-03-21T20:04:00.500Z""#),
            ("5f42010243030405ff", r#"{"$bytes":"AQIDBAU="}"#),
            ("7f657374726561646d696e67ff", r#""streaming""#),
            ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"),
            ("bf61610161629f0203ffff", r#"{"a":1,"b":[2,3]}"#),
            ("d74401020304", r#"{"@tag":23,"@value":{"$bytes":"AQIDBA=="}}"#),
        ] {
            assert_eq!(shown(read, &hex(bytes)), want, "{bytes}");
        }
        for bytes in ["ff", "7f01ff", "1c", "8201", "0000"] {
            assert!(shown(read, &hex(bytes)).starts_with("! "), "{bytes}");
        }
        for byte in [0x81, 0x9f, 0xc1, 0xbf] {
            let deep = read(&[byte; 500_000], &mut Room::default()).expect_err("deep");
            assert!(deep.is_too_large, "{deep:?}");
        }
    }
}
