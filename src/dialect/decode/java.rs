//! Java's object serialization (<https://docs.oracle.com/en/java/javase/17/docs/specs/serialization/protocol.html>),
//! read as data: no class is loaded and nothing is called. Objects show their class as `@class` and
//! what their classes wrote by themselves as `@data`; collections, boxes, numbers, dates and ids of
//! Java's own library are shown as such.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat};

use super::number::{decimal, uuid, whole};
use super::read::{Reader, Room, Trouble};
use crate::model::json::MAX_DEPTH;
use crate::model::{Node, Text};

const BEGIN: [u8; 4] = [0xac, 0xed, 0x00, 0x05];
const END_OF_DATA: u8 = 0x78;

/// How a class writes itself.
const OWN_WAY: u8 = 0x01;
const SERIALIZABLE: u8 = 0x02;
const EXTERNALIZABLE: u8 = 0x04;
const IN_BLOCKS: u8 = 0x08;

pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&BEGIN)
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut java = Java { reader: Reader::new(bytes), room, handles: Vec::new() };
    if java.reader.array()? != BEGIN {
        return Err("it does not begin with ac ed 00 05".into());
    }
    let node = java.content()?;
    java.reader.end()?;
    Ok(node)
}

struct Java<'b, 'r> {
    reader: Reader<'b>,
    room: &'r mut Room,
    /// What references point at.
    handles: Vec<Handle>,
}

#[derive(Clone)]
enum Handle {
    /// It is being read.
    Begun,
    Class(Arc<Class>),
    Node(Node),
}

#[derive(Debug, Default)]
struct Class {
    name: String,
    flags: u8,
    fields: Vec<(u8, Text)>,
    parent: Option<Arc<Class>>,
    /// How many classes it comes from.
    depth: usize,
}

/// What the classes of one object wrote.
#[derive(Default)]
struct Written {
    fields: Vec<(Text, Node)>,
    /// By the classes themselves: blocks of bytes, and objects.
    data: Vec<Node>,
}

impl Written {
    fn field(&self, name: &str) -> Option<&Node> {
        self.fields.iter().rev().find(|(own, _)| &**own == name).map(|(_, node)| node)
    }

    fn number(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            Node::Number(digits) => Some(digits),
            _ => None,
        }
    }

    /// The first block of bytes.
    fn block(&self) -> Option<&[u8]> {
        match self.data.first()? {
            Node::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl Java<'_, '_> {
    fn content(&mut self) -> Result<Node, Trouble> {
        let kind = self.reader.byte()?;
        match kind {
            0x70 => self.room.null(),
            0x71 => self.reference(),
            0x72 | 0x7d => {
                let class = self.class_of(kind)?;
                self.room.text(&class.name)
            }
            0x73 => self.object(),
            0x74 | 0x7c => self.string(kind),
            0x75 => self.array(),
            0x76 => {
                let class = self.class()?;
                let node = self.room.text(class.as_ref().map_or("null", |class| &class.name))?;
                self.handles.push(Handle::Node(node.clone()));
                Ok(node)
            }
            0x77 | 0x7a => {
                let len = self.reader.be(if kind == 0x77 { 1 } else { 4 })?;
                self.room.bytes(self.reader.take_long(len)?)
            }
            0x7e => self.constant(),
            _ => Err(self.reader.fail(format_args!("the code {kind:02x}, which is not known here,"))),
        }
    }

    fn handle(&mut self) -> Result<(u64, Handle), Trouble> {
        let at = self.reader.be(4)?.wrapping_sub(0x7e_0000);
        let handle = usize::try_from(at).ok().and_then(|at| self.handles.get(at)).cloned();
        Ok((at, handle.ok_or_else(|| self.reader.fail("a reference to nothing"))?))
    }

    fn reference(&mut self) -> Result<Node, Trouble> {
        match self.handle()? {
            (_, Handle::Node(node)) => self.room.again(&node),
            (_, Handle::Class(class)) => self.room.text(&class.name),
            (at, Handle::Begun) => {
                self.room.open()?;
                let members = vec![(Text::from("@ref"), self.room.number(at)?)];
                self.room.object(members)
            }
        }
    }

    /// The description of a class; none for null.
    fn class(&mut self) -> Result<Option<Arc<Class>>, Trouble> {
        match self.reader.byte()? {
            0x70 => Ok(None),
            0x71 => match self.handle()? {
                (_, Handle::Class(class)) => Ok(Some(class)),
                _ => Err(self.reader.fail("a reference to no class")),
            },
            kind @ (0x72 | 0x7d) => self.class_of(kind).map(Some),
            _ => Err(self.reader.fail("no class, where one has to be,")),
        }
    }

    fn class_of(&mut self, kind: u8) -> Result<Arc<Class>, Trouble> {
        self.room.open()?;
        let at = self.handles.len();
        let mut class = Class::default();
        if kind == 0x72 {
            class.name = self.short_text()?;
            // The number of the class's version.
            self.reader.take(8)?;
            self.handles.push(Handle::Begun);
            class.flags = self.reader.byte()?;
            let len = self.reader.be(2)?;
            for _ in 0..len {
                let kind = self.reader.byte()?;
                let name = self.short_text()?;
                if matches!(kind, b'L' | b'[') {
                    self.content()?;
                }
                class.fields.push((kind, Text::from(name)));
            }
        } else {
            self.handles.push(Handle::Begun);
            let len = self.reader.be(4)?;
            let mut names = Vec::new();
            for _ in 0..len {
                names.push(self.short_text()?);
            }
            class.name = format!("a proxy of {}", names.join(", "));
            class.flags = SERIALIZABLE;
        }
        self.data()?;
        class.parent = self.class()?;
        class.depth = class.parent.as_ref().map_or(0, |parent| parent.depth + 1);
        if class.depth > MAX_DEPTH {
            return Err(Trouble::too_large(&format!("a class comes from more than {MAX_DEPTH} others")));
        }
        self.room.close();
        let class = Arc::new(class);
        if let Some(slot) = self.handles.get_mut(at) {
            *slot = Handle::Class(Arc::clone(&class));
        }
        Ok(class)
    }

    /// Blocks and objects up to their end.
    fn data(&mut self) -> Result<Vec<Node>, Trouble> {
        let mut all = Vec::new();
        while self.reader.peek() != Some(END_OF_DATA) {
            all.push(self.content()?);
        }
        self.reader.byte()?;
        Ok(all)
    }

    fn object(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        let class = self.class()?.ok_or_else(|| self.reader.fail("an object of no class"))?;
        let at = self.handles.len();
        self.handles.push(Handle::Begun);
        let mut lineage = Vec::new();
        let mut next = Some(&class);
        while let Some(class) = next {
            lineage.push(Arc::clone(class));
            next = class.parent.as_ref();
        }
        let mut written = Written::default();
        for class in lineage.iter().rev() {
            self.part(class, &mut written)?;
        }
        let node = self.made(&class, written)?;
        if let Some(slot) = self.handles.get_mut(at) {
            *slot = Handle::Node(node.clone());
        }
        Ok(node)
    }

    /// What one class of an object's wrote.
    fn part(&mut self, class: &Class, written: &mut Written) -> Result<(), Trouble> {
        self.room.value(0)?;
        if class.flags & SERIALIZABLE != 0 {
            for (kind, name) in &class.fields {
                written.fields.push((Arc::clone(name), self.value(*kind)?));
            }
            if class.flags & OWN_WAY != 0 {
                written.data.extend(self.data()?);
            }
        } else if class.flags & EXTERNALIZABLE != 0 {
            if class.flags & IN_BLOCKS == 0 {
                return Err(self.reader.fail("an object whose length only its class knows"));
            }
            written.data.extend(self.data()?);
        }
        Ok(())
    }

    fn value(&mut self, kind: u8) -> Result<Node, Trouble> {
        let reader = &mut self.reader;
        match kind {
            b'B' => self.room.number(i8::from_be_bytes(reader.array()?)),
            b'C' => {
                let unit = u16::from_be_bytes(reader.array()?);
                self.room.replaced |= char::from_u32(unit.into()).is_none();
                self.room.text(&String::from_utf16_lossy(&[unit]))
            }
            b'D' => self.room.float(f64::from_be_bytes(reader.array()?)),
            b'F' => self.room.short_float(f32::from_be_bytes(reader.array()?)),
            b'I' => self.room.number(i32::from_be_bytes(reader.array()?)),
            b'J' => self.room.number(i64::from_be_bytes(reader.array()?)),
            b'S' => self.room.number(i16::from_be_bytes(reader.array()?)),
            b'Z' => self.room.bool(reader.byte()? != 0),
            b'L' | b'[' => self.content(),
            _ => Err(reader.fail("a field of no kind")),
        }
    }

    fn array(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        let class = self.class()?.ok_or_else(|| self.reader.fail("an array of no class"))?;
        let at = self.handles.len();
        self.handles.push(Handle::Begun);
        let len = self.reader.be(4)?;
        let kind = class.name.as_bytes().get(1).copied().unwrap_or_default();
        let node = if kind == b'B' {
            self.room.close();
            self.room.bytes(self.reader.take_long(len)?)?
        } else {
            let mut items = Vec::new();
            for _ in 0..len {
                items.push(self.value(kind)?);
            }
            self.room.array(items)?
        };
        if let Some(slot) = self.handles.get_mut(at) {
            *slot = Handle::Node(node.clone());
        }
        Ok(node)
    }

    /// A constant of an enum, by its name.
    fn constant(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        self.class()?;
        let at = self.handles.len();
        self.handles.push(Handle::Begun);
        let node = self.content()?;
        self.room.close();
        if let Some(slot) = self.handles.get_mut(at) {
            *slot = Handle::Node(node.clone());
        }
        Ok(node)
    }

    fn string(&mut self, kind: u8) -> Result<Node, Trouble> {
        let len = self.reader.be(if kind == 0x74 { 2 } else { 8 })?;
        let bytes = self.reader.take_long(len)?;
        let text = self.text(bytes)?;
        let node = self.room.text(&text)?;
        self.handles.push(Handle::Node(node.clone()));
        Ok(node)
    }

    fn short_text(&mut self) -> Result<String, Trouble> {
        let len = self.reader.be(2)?;
        let bytes = self.reader.take_long(len)?;
        self.room.value(bytes.len())?;
        self.text(bytes)
    }

    /// Java's own UTF-8: zero in two bytes, and pairs of surrogates in three each.
    fn text(&mut self, bytes: &[u8]) -> Result<String, Trouble> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(text.to_owned());
        }
        let mut units = Vec::new();
        let mut rest = bytes.iter().copied();
        let fail = || self.reader.fail("a text that is not UTF-8");
        while let Some(first) = rest.next() {
            let mut more =
                || rest.next().filter(|byte| byte & 0xc0 == 0x80).map(|byte| u16::from(byte & 0x3f)).ok_or_else(fail);
            units.push(match first {
                0x00..=0x7f => u16::from(first),
                0xc0..=0xdf => u16::from(first & 0x1f) << 6 | more()?,
                0xe0..=0xef => u16::from(first & 0x0f) << 12 | more()? << 6 | more()?,
                _ => return Err(fail()),
            });
        }
        let mut replaced = false;
        let text = char::decode_utf16(units).map(|c| {
            c.unwrap_or_else(|_| {
                replaced = true;
                char::REPLACEMENT_CHARACTER
            })
        });
        let text = text.collect();
        self.room.replaced |= replaced;
        Ok(text)
    }

    /// The tree of an object, which was opened.
    fn made(&mut self, class: &Class, mut written: Written) -> Result<Node, Trouble> {
        if let Some(node) = plain(&class.name, &written) {
            self.room.close();
            return self.room.again(&node);
        }
        match shape(&class.name) {
            Shape::List => {
                written.data.retain(|node| !matches!(node, Node::Bytes(_)));
                return self.room.array(written.data);
            }
            Shape::Map => return self.map(written.data),
            // Immutable lists, sets and maps have a number that says which they are.
            Shape::Collection => {
                let is_map =
                    written.number("tag").and_then(|tag| tag.parse::<u8>().ok()).is_some_and(|tag| tag & 0xf == 3);
                if is_map {
                    return self.map(written.data);
                }
                written.data.retain(|node| !matches!(node, Node::Bytes(_)));
                return self.room.array(written.data);
            }
            Shape::Object => {}
        }
        let mut members = vec![(Text::from("@class"), self.room.text(&class.name)?)];
        members.extend(written.fields);
        if !written.data.is_empty() {
            self.room.open()?;
            members.push((Text::from("@data"), self.room.array(written.data)?));
        }
        self.room.object(members)
    }

    /// Keys and values in turns, behind a block that tells how many.
    fn map(&mut self, data: Vec<Node>) -> Result<Node, Trouble> {
        let behind = usize::from(matches!(data.first(), Some(Node::Bytes(_))));
        let mut members = Vec::new();
        for pair in data[behind..].chunks(2) {
            let [key, value] = pair else { return Err(self.reader.fail("a key without its value")) };
            members.push((self.room.key(key)?, value.clone()));
        }
        self.room.object(members)
    }
}

enum Shape {
    List,
    Map,
    Collection,
    Object,
}

fn shape(class: &str) -> Shape {
    match class {
        "java.util.ArrayList"
        | "java.util.LinkedList"
        | "java.util.ArrayDeque"
        | "java.util.HashSet"
        | "java.util.LinkedHashSet"
        | "java.util.TreeSet" => Shape::List,
        "java.util.HashMap" | "java.util.LinkedHashMap" | "java.util.TreeMap" => Shape::Map,
        "java.util.CollSer" => Shape::Collection,
        _ => Shape::Object,
    }
}

/// Values of Java's library that are plain ones everywhere else.
fn plain(class: &str, written: &Written) -> Option<Node> {
    match class {
        "java.lang.Integer"
        | "java.lang.Long"
        | "java.lang.Short"
        | "java.lang.Byte"
        | "java.lang.Double"
        | "java.lang.Float"
        | "java.lang.Boolean"
        | "java.lang.Character" => written.field("value").cloned(),
        "java.math.BigInteger" => {
            let Node::Bytes(magnitude) = written.field("magnitude")? else { return None };
            Some(Node::number(whole(written.number("signum")? == "-1", magnitude).ok()?))
        }
        "java.math.BigDecimal" => {
            let digits = written.number("intVal")?;
            Some(Node::number(decimal(digits, -written.number("scale")?.parse::<i64>().ok()?)))
        }
        "java.util.UUID" => {
            let half = |name: &str| written.number(name)?.parse::<i64>().ok();
            let both = (half("mostSigBits")? as u64 as u128) << 64 | half("leastSigBits")? as u64 as u128;
            Some(Node::text(&uuid(both.to_be_bytes())))
        }
        "java.util.Date" | "java.sql.Timestamp" if class == "java.util.Date" || written.field("nanos").is_some() => {
            let millis = i64::from_be_bytes(written.block()?.try_into().ok()?);
            let time = DateTime::from_timestamp_millis(millis)?;
            let time = match written.number("nanos") {
                Some(nanos) => DateTime::from_timestamp(time.timestamp(), nanos.parse().ok()?)?,
                None => time,
            };
            Some(Node::text(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
        }
        "java.time.Ser" => java_time(written.block()?).map(|text| Node::text(&text)),
        "java.util.Arrays$ArrayList" => written.field("a").cloned(),
        "java.util.Collections$UnmodifiableMap" => written.field("m").cloned(),
        "java.util.Collections$UnmodifiableCollection"
        | "java.util.Collections$UnmodifiableList"
        | "java.util.Collections$UnmodifiableRandomAccessList"
        | "java.util.Collections$UnmodifiableSet" => written.field("c").cloned(),
        _ => None,
    }
}

/// Instants and local dates of `java.time`.
fn java_time(block: &[u8]) -> Option<String> {
    let mut reader = Reader::new(block);
    let kind = reader.byte().ok()?;
    let text = match kind {
        2 => {
            let seconds = i64::from_be_bytes(reader.array().ok()?);
            let time = DateTime::from_timestamp(seconds, reader.be(4).ok()?.try_into().ok()?)?;
            time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        }
        3 => {
            let year = i32::from_be_bytes(reader.array().ok()?);
            let [month, day] = reader.array().ok()?;
            NaiveDate::from_ymd_opt(year, month.into(), day.into())?.format("%Y-%m-%d").to_string()
        }
        _ => return None,
    };
    reader.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_java_writes_is_read() {
        // OpenJDK 17: ObjectOutputStream.writeObject of an object of ours with a field of each kind.
        let bytes = hex(
            "aced0005737200074a244f726465720000000000000002020020420001624a00036269674300016344000164460001665a00026f
             6b530001734c000261737400104c6a6176612f7574696c2f4c6973743b4c000261747400134c6a6176612f74696d652f496e7374
             616e743b4c000262697400164c6a6176612f6d6174682f426967496e74656765723b4c0005626f7865647400134c6a6176612f6c
             616e672f496e74656765723b4c0005636f6c6f727400094c4a24436f6c6f723b4c0004646174657400104c6a6176612f7574696c
             2f446174653b4c00036461797400154c6a6176612f74696d652f4c6f63616c446174653b4c00036475727400144c6a6176612f74
             696d652f4475726174696f6e3b4c0005656d6f6a697400124c6a6176612f6c616e672f537472696e673b4c000269647400104c6a
             6176612f7574696c2f555549443b4c0002696d71007e00014c0004696d617074000f4c6a6176612f7574696c2f4d61703b5b0004
             696e74737400025b494c00036c64747400194c6a6176612f74696d652f4c6f63616c4461746554696d653b4c00036d617071007e
             000b4c00036e696c7400124c6a6176612f6c616e672f4f626a6563743b4c00046e6f6e657400144c6a6176612f7574696c2f4f70
             74696f6e616c3b4c00036f626a71007e000e4c000570726963657400164c6a6176612f6d6174682f426967446563696d616c3b5b
             00037261777400025b424c000473656c667400094c4a244f726465723b4c000373657474000f4c6a6176612f7574696c2f536574
             3b5b0004737472737400135b4c6a6176612f6c616e672f537472696e673b4c00047461677371007e00014c0002746d7400134c6a
             6176612f7574696c2f547265654d61703b787200064a244261736500000000000000010200024900016e4c00046e616d6571007e
             00097870fffffff9740004c3857361057fffffffffffffff00783ff80000000000003f8ccccd01fffd7372001a6a6176612e7574
             696c2e4172726179732441727261794c697374d9a43cbecd8806d20200015b0001617400135b4c6a6176612f6c616e672f4f626a
             6563743b7870757200135b4c6a6176612e6c616e672e537472696e673badd256e7e91d7b470200007870000000017400016d7372
             000d6a6176612e74696d652e536572955d84ba1b2248b20c00007870770d0200000000664193bc23e9dce878737200146a617661
             2e6d6174682e426967496e74656765728cfc9f1fa93bfb1d030006490008626974436f756e744900096269744c656e6774684900
             1366697273744e6f6e7a65726f427974654e756d49000c6c6f776573745365744269744900067369676e756d5b00096d61676e69
             7475646571007e0011787200106a6176612e6c616e672e4e756d62657286ac951d0b94e08b0200007870ffffffffffffffffffff
             fffefffffffeffffffff757200025b42acf317f8060854e002000078700000000940000000000000000078737200116a6176612e
             6c616e672e496e746567657212e2a0a4f781873802000149000576616c75657871007e00220000002a7e7200074a24436f6c6f72
             00000000000000001200007872000e6a6176612e6c616e672e456e756d000000000000000012000078707400035245447372000e
             6a6176612e7574696c2e44617465686a81014b597419030000787077080000018f702918ba787371007e001f770703000007e805
             0d787371007e001f770d01000000000000005a0000000078740008eda0bdedba80c0807372000e6a6176612e7574696c2e555549
             44bc9903f7986d852f0200024a000c6c65617374536967426974734a000b6d6f73745369674269747378708899aabbccddeeff00
             11223344556677737200116a6176612e7574696c2e436f6c6c536572578eabb63a1ba81103000149000374616778700000000177
             040000000374000178740001797400017a787371007e003300000003770400000002740001717371007e00260000000778757200
             025b494dba602676eab2a502000078700000000200000001000000027371007e001f770a05000007e8050d040ecb78737200176a
             6176612e7574696c2e4c696e6b6564486173684d617034c04e5c106cc0fb0200015a000b6163636573734f72646572787200116a
             6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c64
             78703f40000000000001770800000002000000017400016b7372000e6a6176612e6c616e672e4c6f6e673b8be490cc8f23df0200
             014a000576616c75657871007e0022000000000000000178007070737200054a24457874393ccca5b6ceba280c00007870770400
             000009740002696e78737200146a6176612e6d6174682e426967446563696d616c54c71557f981284f0300024900057363616c65
             4c0006696e7456616c71007e00037871007e0022000000027371007e0021fffffffffffffffffffffffefffffffe000000017571
             007e00240000000204e278787571007e002400000002ff0071007e0017737200116a6176612e7574696c2e48617368536574ba44
             859596b8b7340300007870770c000000103f4000000000000174000173787571007e001c000000027400017070737200136a6176
             612e7574696c2e41727261794c6973747881d21d99c7619d03000149000473697a65787000000002770400000002740001617400
             016278737200116a6176612e7574696c2e547265654d61700cc1f63e2d256ae60300014c000a636f6d70617261746f727400164c
             6a6176612f7574696c2f436f6d70617261746f723b787070770400000001740001747371007e00260000000178",
        );
        assert!(begins(&bytes));
        assert_eq!(shown(read, &bytes), WANT);
        damaged(&bytes, |bytes| drop(read(bytes, &mut Room::default())));
    }

    const WANT: &str = r#"{"@class":"J$Order","n":-7,"name":"Åsa","b":5,"big":9223372036854775807,"c":"x","d":1.5,"f":1.1,"ok":true,"s":-3,"as":["m"],"at":"2024-05-13T04:14:52.602529Z","bi":-1180591620717411303424,"boxed":42,"color":"RED","date":"2024-05-13T04:14:52.602Z","day":"2024-05-13","dur":{"@class":"java.time.Ser","@data":[{"$bytes":"AQAAAAAAAABaAAAAAA=="}]},"emoji":"🚀\u0000","id":"00112233-4455-6677-8899-aabbccddeeff","im":["x","y","z"],"imap":{"q":7},"ints":[1,2],"ldt":{"@class":"java.time.Ser","@data":[{"$bytes":"BQAAB+gFDQQOyw=="}]},"map":{"k":1},"nil":null,"none":null,"obj":{"@class":"J$Ext","@data":[{"$bytes":"AAAACQ=="},"in"]},"price":12.50,"raw":{"$bytes":"/wA="},"self":{"@ref":23},"set":["s"],"strs":["p",null],"tags":["a","b"],"tm":{"t":1}}"#;

    #[test]
    fn depths_end() {
        // An array of Object in an array of Object, whose class is told once.
        let first =
            [&BEGIN[..], &hex("75 72 0013"), b"[Ljava.lang.Object;", &hex("90ce589f1073296c 02 0000 78 70 00000001")]
                .concat();
        let deep = [&first[..], &hex("75 71 007e0000 00000001").repeat(60_000)].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        let class = [&hex("72 0001 41 0000000000000000 02 0000 78")[..]].concat();
        let deep = [&BEGIN[..], &[0x73], &class.repeat(30_000)].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        // Each class in an array comes from the one before it, by a reference.
        let mut chain = first[..first.len() - 4].to_vec();
        chain.extend(100_000_u32.to_be_bytes());
        for at in 0..100_000_u32 {
            let parent = if at == 0 { vec![0x70] } else { [&[0x71][..], &(0x7e_0001 + at).to_be_bytes()].concat() };
            chain.extend([&hex("72 0001 41 0000000000000000 02 0000 78")[..], &parent].concat());
        }
        let trouble = read(&chain, &mut Room::default()).expect_err("a long chain");
        assert!(trouble.is_too_large && trouble.message.contains("comes from more"), "{trouble:?}");
        assert!(shown(read, &[&BEGIN[..], &[0x71, 0, 0, 0, 0]].concat()).contains("a reference to nothing"));
    }
}
