//! Hyperion, a serializer of Akka.NET, with the names of fields in it: read as a tree without the
//! classes. Objects show theirs as `$type`.

use std::sync::Arc;

use super::dotnet::{date_time, date_time_offset, guid};
use super::number::{decimal, whole};
use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut hyperion = Hyperion { reader: Reader::new(bytes), room, classes: Vec::new(), objects: Vec::new() };
    let node = hyperion.value()?;
    hyperion.reader.end()?;
    Ok(node)
}

struct Hyperion<'b, 'r> {
    reader: Reader<'b>,
    room: &'r mut Room,
    classes: Vec<Arc<Class>>,
    /// None while it is being read.
    objects: Vec<Option<Node>>,
}

struct Class {
    name: Text,
    fields: Vec<Text>,
}

impl Class {
    /// It is written as a number of items, whatever fields it has.
    fn is_collection(&self) -> bool {
        self.name.starts_with("System.Collections.")
            && !self.name.starts_with("System.Collections.DictionaryEntry,")
            && !self.name.starts_with("System.Collections.Generic.KeyValuePair`2[")
    }
}

impl Hyperion<'_, '_> {
    fn value(&mut self) -> Result<Node, Trouble> {
        match self.reader.byte()? {
            0xfb => {
                let class = self.class()?;
                self.classes.push(Arc::clone(&class));
                self.object(&class)
            }
            0xfe => {
                let at = self.reader.le(2)? as usize;
                let class = self.classes.get(at).cloned();
                let class = class.ok_or_else(|| self.reader.fail("a class that was not named"))?;
                self.object(&class)
            }
            0xfd => self.again(),
            kind => self.leaf(kind),
        }
    }

    fn again(&mut self) -> Result<Node, Trouble> {
        let at = self.reader.le(4)?;
        match self.objects.get(at as usize) {
            Some(Some(node)) => {
                let node = node.clone();
                self.room.again(&node)
            }
            Some(None) => {
                self.room.open()?;
                let members = vec![(Text::from("$ref"), self.room.number(at)?)];
                self.room.object(members)
            }
            None => Err(self.reader.fail("an object that was not there before")),
        }
    }

    fn class(&mut self) -> Result<Arc<Class>, Trouble> {
        let name = self.name()?;
        let len = self.reader.byte()?;
        let mut fields = Vec::new();
        for _ in 0..len {
            let field = self.name()?;
            // What a property is kept in.
            let own = field.strip_prefix('<').and_then(|field| field.strip_suffix(">k__BackingField"));
            fields.push(own.map_or_else(|| Arc::clone(&field), Text::from));
        }
        Ok(Arc::new(Class { name, fields }))
    }

    fn name(&mut self) -> Result<Text, Trouble> {
        let len = self.reader.le(4)?;
        let bytes = self.reader.take_long(len)?;
        self.room.value(bytes.len())?;
        std::str::from_utf8(bytes).map(Text::from).map_err(|_| self.reader.fail("a name that is not UTF-8"))
    }

    fn object(&mut self, class: &Class) -> Result<Node, Trouble> {
        let at = self.objects.len();
        self.objects.push(None);
        self.room.open()?;
        let node = if class.is_collection() {
            let len = self.reader.le(4)?;
            let mut items = Vec::new();
            for _ in 0..len {
                items.push(self.value()?);
            }
            if class.name.contains("Dictionary`2[") { self.dictionary(items)? } else { self.room.array(items)? }
        } else if matches!(class.fields.as_slice(), [only] if &**only == "value__") {
            // An enum is its number.
            let number = self.value()?;
            self.room.close();
            number
        } else {
            let mut members = vec![(Text::from("$type"), self.room.text(&class.name)?)];
            for field in &class.fields {
                members.push((Arc::clone(field), self.value()?));
            }
            self.room.object(members)?
        };
        if let Some(slot) = self.objects.get_mut(at) {
            *slot = Some(node.clone());
        }
        Ok(node)
    }

    /// Its entries are objects of a key and a value.
    fn dictionary(&mut self, entries: Vec<Node>) -> Result<Node, Trouble> {
        let mut members = Vec::new();
        for entry in &entries {
            let part = |name: &str, other: &str| entry.get(name).or_else(|| entry.get(other));
            let (Some(key), Some(value)) = (part("_key", "key"), part("_value", "value")) else {
                return self.room.array(entries);
            };
            members.push((self.room.key(key)?, value.clone()));
        }
        self.room.object(members)
    }

    fn leaf(&mut self, kind: u8) -> Result<Node, Trouble> {
        let reader = &mut self.reader;
        match kind {
            0x00 => self.room.null(),
            0x02 => self.room.number(i64::from_le_bytes(reader.array()?)),
            0x03 => self.room.number(i16::from_le_bytes(reader.array()?)),
            0x04 => self.room.number(reader.byte()?),
            0x05 => {
                let (ticks, kind) = (reader.le(8)?, u64::from(reader.byte()?));
                let text = date_time(ticks & 0x3fff_ffff_ffff_ffff | kind << 62);
                self.time(text)
            }
            0x06 => self.room.bool(reader.byte()? != 0),
            0x07 => match string(reader)? {
                Some(text) => self.room.text(text),
                None => self.room.null(),
            },
            0x08 => self.room.number(i32::from_le_bytes(reader.array()?)),
            0x09 => {
                let len = reader.le(4)?;
                self.room.bytes(reader.take_long(len)?)
            }
            0x0a => {
                let text = date_time_offset(reader.le(8)?, i64::from_le_bytes(reader.array()?));
                self.time(text)
            }
            0x0b => self.room.text(&guid(reader.array()?)),
            0x0c => self.room.short_float(f32::from_le_bytes(reader.array()?)),
            0x0d => self.room.float(f64::from_le_bytes(reader.array()?)),
            0x0e => {
                let mut magnitude: [u8; 12] = reader.array()?;
                magnitude.reverse();
                let [_, _, scale, sign] = reader.array()?;
                self.room.number(decimal(&whole(sign & 0x80 != 0, &magnitude)?, -i64::from(scale)))
            }
            0x0f => {
                let unit = reader.le(2)? as u16;
                let text = String::from_utf16_lossy(&[unit]);
                self.room.replaced |= char::from_u32(unit.into()).is_none();
                self.room.text(&text)
            }
            0x11 => self.room.number(reader.le(2)?),
            0x12 => self.room.number(reader.le(4)?),
            0x13 => self.room.number(reader.le(8)?),
            0x14 => self.room.number(i8::from_le_bytes(reader.array()?)),
            _ => Err(reader.fail(format_args!("a value of kind {kind:02x}, which is not known,"))),
        }
    }

    fn time(&mut self, text: Option<String>) -> Result<Node, Trouble> {
        match text {
            Some(text) => self.room.text(&text),
            None => Err(self.reader.fail("a time that is none")),
        }
    }
}

/// A text behind its length and one: a byte, or 255 and four.
fn string<'b>(reader: &mut Reader<'b>) -> Result<Option<&'b str>, Trouble> {
    let len = match reader.byte()? {
        0 => return Ok(None),
        255 => reader.le(4)?,
        len => u64::from(len) - 1,
    };
    let bytes = reader.take_long(len)?;
    std::str::from_utf8(bytes).map(Some).map_err(|_| reader.fail("a text that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_akka_net_writes_is_read() {
        // fixtures/real/dotnet/akka-sql-sqlite-hyperion/hyperion.db: Akka.Serialization.Hyperion 1.5.73.
        for (bytes, want) in [
            (
                "FB21000000477265656E686F7573652E426564506C616E7465642C20477265656E686F75736504130000003C41743E6B5F5F426163
                 6B696E674669656C64150000003C43726F703E6B5F5F4261636B696E674669656C64150000003C4E6F74653E6B5F5F4261636B696E
                 674669656C64170000003C506C616E74733E6B5F5F4261636B696E674669656C640A60C3DA2AC558DD080068C46108000000070662
                 6173696C070F737461727420226265642D3031220804000000",
                r#"{"$type":"Greenhouse.BedPlanted, Greenhouse","At":"2025-03-01T13:30:00.726+01:00","Crop":"basil","Note":"start \"bed-01\"","Plants":4}"#,
            ),
            (
                "FB20000000477265656E686F7573652E4861727665737465642C20477265656E686F75736503160000003C4B696C6F733E6B5F5F42
                 61636B696E674669656C64170000003C5069656365733E6B5F5F4261636B696E674669656C641D0000003C50726963655065724B69
                 6C6F3E6B5F5F4261636B696E674669656C640E1601000000000000000000000000010008010000000E530300000000000000000000
                 00000200",
                r#"{"$type":"Greenhouse.Harvested, Greenhouse","Kilos":27.8,"Pieces":1,"PricePerKilo":8.51}"#,
            ),
        ] {
            assert_eq!(shown(read, &hex(bytes)), want);
            damaged(&hex(bytes), |bytes| drop(read(bytes, &mut Room::default())));
        }
    }

    /// A class's name and its fields, as they stand where it occurs first.
    fn class(name: &str, fields: &[&str]) -> Vec<u8> {
        let text = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
        let fields: Vec<u8> = fields.iter().flat_map(|field| text(field)).collect();
        [&[0xfb][..], &text(name), &[2], &fields].concat()
    }

    #[test]
    fn classes_and_objects_that_stand_again_are_found() {
        // As in the PestSeen and BedCleared of that store, whose class names are longer.
        let list = [
            &class("System.Collections.Generic.List`1[[Spot]]", &["_items", "_size"])[..],
            &hex("03000000"),
            &class("Spot", &["<Column>k__BackingField", "<Row>k__BackingField"]),
            &hex("0802000000 0805000000 fe0100 0800000000 0808000000 fd01000000"),
        ]
        .concat();
        let want = r#"[{"$type":"Spot","Column":2,"Row":5},{"$type":"Spot","Column":0,"Row":8},{"$type":"Spot","Column":2,"Row":5}]"#;
        assert_eq!(shown(read, &list), want);
        let dictionary = [
            &class("System.Collections.Generic.Dictionary`2[[a],[b]], x", &["_buckets", "_count"])[..],
            &hex("01000000"),
            &class("System.Collections.DictionaryEntry, x", &["_key", "_value"]),
            &hex("0706726f6f7473 0801000000"),
        ]
        .concat();
        assert_eq!(shown(read, &dictionary), r#"{"roots":1}"#);
        let with_one =
            |value: u8| [&hex("fb 01000000 45 01 07000000"), &b"value__\x08"[..], &[value, 0, 0, 0]].concat();
        assert_eq!(shown(read, &with_one(2)), "2", "an enum");
        let ring = [&class("Ring", &["a", "b"])[..], &hex("fd00000000 00")].concat();
        assert_eq!(shown(read, &ring), r#"{"$type":"Ring","a":{"$ref":0},"b":null}"#);
        let deep = [&class("Ring", &["a", "b"])[..], &[0xfe, 0, 0].repeat(200_000)].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        assert!(shown(read, &[0xfc, 8]).contains("a value of kind fc, which is not known, at byte 0"));
    }
}
