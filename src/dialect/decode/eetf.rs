//! Erlang's external term format (<https://www.erlang.org/doc/apps/erts/erl_ext_dist.html>), read
//! into the tree at once: atoms are texts (`nil`, `true` and `false` are JSON's), tuples and lists
//! are arrays, maps objects, whose `__struct__` stays; nothing is made an atom or run.

use std::sync::Arc;

use super::inflate;
use super::number::whole;
use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

const VERSION: u8 = 131;
const PACKED: u8 = 80;

pub fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [VERSION, PACKED | 70 | 77 | 82 | 88..=90 | 97..=120, ..])
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return Err(reader.fail("no 131, with which terms begin,"));
    }
    if reader.peek() == Some(PACKED) {
        reader.byte()?;
        let len = reader.be(4)?;
        let inside = inflate::zlib(reader.rest())?;
        if inside.len() as u64 != len {
            return Err(format!("it says that it unpacks to {len} bytes, and has {}", inside.len()).into());
        }
        return whole_term(Reader::new(&inside), room);
    }
    whole_term(reader, room)
}

fn whole_term(mut reader: Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let node = term(&mut reader, room)?;
    reader.end()?;
    Ok(node)
}

fn term(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    match reader.byte()? {
        tag @ (104 | 105) => tuple(tag, reader, room),
        108 => list(reader, room),
        113 => function(reader, room),
        116 => map(reader, room),
        tag => leaf(tag, reader, room),
    }
}

/// A term without others in it.
fn leaf(tag: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    match tag {
        70 => room.float(f64::from_be_bytes(reader.array()?)),
        77 => {
            let len = reader.be(4)?;
            let bits = reader.byte()?;
            let bytes = reader.take_long(len)?;
            room.open()?;
            let members = vec![(Text::from("@bits"), room.number(bits)?), (Text::from("@bytes"), room.bytes(bytes)?)];
            room.object(members)
        }
        88 | 89 | 90 | 102 | 103 | 114 | 120 => own(tag, reader, room),
        97 => {
            let number = reader.byte()?;
            room.number(number)
        }
        98 => room.number(i32::from_be_bytes(reader.array()?)),
        99 => float_text(reader.take(31)?, room),
        100 | 115 | 118 | 119 => {
            let name = atom(tag, reader)?;
            match &*name {
                "nil" => room.null(),
                "true" => room.bool(true),
                "false" => room.bool(false),
                name => room.text(name),
            }
        }
        106 => {
            room.open()?;
            room.array(Vec::new())
        }
        107 => {
            let len = reader.be(2)?;
            room.open()?;
            let numbers = reader.take_long(len)?.iter().map(|number| room.number(number));
            let numbers: Result<Vec<Node>, Trouble> = numbers.collect();
            room.array(numbers?)
        }
        109 => {
            let len = reader.be(4)?;
            room.text_or_bytes(reader.take_long(len)?)
        }
        110 | 111 => {
            let len = reader.be(if tag == 110 { 1 } else { 4 })?;
            let is_negative = reader.byte()? != 0;
            let magnitude: Vec<u8> = reader.take_long(len)?.iter().rev().copied().collect();
            room.number(whole(is_negative, &magnitude)?)
        }
        112 => {
            // Its size counts itself.
            let size = reader.be(4)?.saturating_sub(4);
            let bytes = reader.take_long(size)?;
            room.open()?;
            let members = vec![(Text::from("@function"), room.bytes(bytes)?)];
            room.object(members)
        }
        _ => Err(reader.fail(format_args!("the tag {tag}, which is not known,"))),
    }
}

fn terms(len: u64, reader: &mut Reader<'_>, room: &mut Room) -> Result<Vec<Node>, Trouble> {
    let mut items = Vec::new();
    for _ in 0..len {
        items.push(term(reader, room)?);
    }
    Ok(items)
}

fn tuple(tag: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let len = reader.be(if tag == 104 { 1 } else { 4 })?;
    room.open()?;
    let items = terms(len, reader, room)?;
    room.array(items)
}

fn map(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let len = reader.be(4)?;
    room.open()?;
    let mut members: Vec<(Text, Node)> = Vec::new();
    for _ in 0..len {
        let key = term(reader, room)?;
        members.push((room.key(&key)?, term(reader, room)?));
    }
    room.object(members)
}

/// A function of a module, by its name.
fn function(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let parts = terms(3, reader, room)?;
    room.close();
    match parts.as_slice() {
        [Node::String(module), Node::String(name), Node::Number(arity)] => {
            room.text(&format!("&{module}.{name}/{arity}"))
        }
        _ => Err(reader.fail("a function without a name")),
    }
}

/// A list, which ends in an empty one or in something else.
fn list(reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    const EMPTY: u8 = 106;
    let len = reader.be(4)?;
    room.open()?;
    let items = terms(len, reader, room)?;
    if reader.peek() == Some(EMPTY) {
        reader.byte()?;
        return room.array(items);
    }
    let items = room.array(items)?;
    room.open()?;
    let members = vec![(Text::from("@list"), items), (Text::from("@tail"), term(reader, room)?)];
    room.object(members)
}

/// The name of an atom, whose tag was read.
fn atom(tag: u8, reader: &mut Reader<'_>) -> Result<Text, Trouble> {
    let len = reader.be(if matches!(tag, 100 | 118) { 2 } else { 1 })?;
    let name = reader.take_long(len)?;
    match (tag, std::str::from_utf8(name)) {
        // Latin-1.
        (100 | 115, _) => Ok(name.iter().map(|byte| char::from(*byte)).collect::<String>().into()),
        (_, Ok(name)) => Ok(Arc::from(name)),
        _ => Err(reader.fail("an atom that is not UTF-8")),
    }
}

/// Floats of before 2010 are texts with a zero byte behind.
fn float_text(text: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let text = std::str::from_utf8(text).unwrap_or_default().trim_end_matches('\0').trim_start();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => room.float(number),
        _ => Err("a float that is no number".into()),
    }
}

/// Processes, ports and references, as the shell prints them.
fn own(tag: u8, reader: &mut Reader<'_>, room: &mut Room) -> Result<Node, Trouble> {
    let words = match tag {
        90 | 114 => reader.be(2)?,
        _ => 0,
    };
    let name_tag = reader.byte()?;
    let node = match name_tag {
        100 | 115 | 118 | 119 => atom(name_tag, reader)?,
        _ => return Err(reader.fail("a process or reference without a node")),
    };
    let (what, sizes): (&str, &[usize]) = match tag {
        88 => ("pid", &[4, 4, 4]),
        103 => ("pid", &[4, 4, 1]),
        89 => ("port", &[4, 4]),
        102 => ("port", &[4, 1]),
        120 => ("port", &[8, 4]),
        90 => ("ref", &[4]),
        _ => ("ref", &[1]),
    };
    let mut numbers = Vec::new();
    for size in sizes.iter().copied().chain((0..words).map(|_| 4)) {
        numbers.push(reader.be(size)?.to_string());
    }
    room.text(&format!("#{what}<{node}.{}>", numbers.join(".")))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_erlang_writes_is_read() {
        // Erlang/OTP 25: term_to_binary(#{a => 1, <<"b">> => [1,2,3], c => {-5, 1.5, 18446744073709551616,
        // -18446744073709551616, 300, 70000}, d => nil, e => true, f => <<"é"/utf8>>, g => <<255,0>>, h => "",
        // i => [1,300], {1,2} => x, j => #{0 => foo}, k => -70000, l => undefined}).
        let bytes =
            hex("83740000000d64000161610164000163680662fffffffb463ff80000000000006e09000000000000000000016e0901000000
            000000000001620000012c6200011170640001646400036e696c6400016564000474727565640001666d00000002c3a9640001676d00
            000002ff00640001686a640001696c000000026101620000012c6a6400016a74000000016100640003666f6f6400016b62fffeee9064
            00016c640009756e646566696e6564680261016102640001786d00000001626b0003010203");
        let want = concat!(
            r#"{"a":1,"c":[-5,1.5,18446744073709551616,-18446744073709551616,300,70000],"d":null,"e":true,"f":"é","#,
            r#""g":{"$bytes":"/wA="},"h":[],"i":[1,300],"j":{"0":"foo"},"k":-70000,"l":"undefined","[1,2]":"x","b":[1,2,3]}"#
        );
        assert!(begins(&bytes));
        assert_eq!(shown(read, &bytes), want);
        damaged(&bytes, |bytes| drop(read(bytes, &mut Room::default())));
    }

    #[test]
    fn odd_terms_are_shown() {
        for (bytes, want) in [
            // [compressed], [1,2|3], <<5:3>>, self(), make_ref(), fun lists:map/2, 1.5 with minor_version 0.
            ("8350000000ff789ccb6260604a04000253012a", "! "),
            ("836c00000002610161026103", r#"{"@list":[1,2],"@tail":3}"#),
            ("834d0000000103a0", r#"{"@bits":3,"@bytes":{"$bytes":"oA=="}}"#),
            ("835864000d6e6f6e6f6465406e6f686f7374000000090000000000000000", r##""#pid<nonode@nohost.9.0.0>""##),
            (
                "835a000364000d6e6f6e6f6465406e6f686f73740000000000027c34bc6c0002433b4afb",
                r##""#ref<nonode@nohost.0.162868.3161194498.1127959291>""##,
            ),
            ("83716400056c697374736400036d61706102", r#""&lists.map/2""#),
            ("8363312e3530303030303030303030303030303030303030652b30300000000000", "1.5"),
            ("8364000178616100", "! "),
        ] {
            let got = shown(read, &hex(bytes));
            assert!(got == want || (want == "! " && got.starts_with(want)), "{bytes}: {got}");
        }
        // term_to_binary(lists:duplicate(40, <<"abc">>), [compressed]).
        let packed = hex("835000000146789ccb616060d0c80512cc8949c9a334797416008d40406f");
        assert_eq!(shown(read, &packed), format!("[{}]", ["\"abc\""; 40].join(",")));
        let deep = [&[VERSION][..], &[104, 1].repeat(250_000)].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        let deep = [&[VERSION][..], &[108, 0, 0, 0, 1].repeat(100_000)].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        let deep = [&[VERSION][..], &[113; 500_000]].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
    }
}
