//! The envelope in which Wolverine keeps a message: when it was sent, headers, and the message.

use super::dotnet::date_time;
use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text, json};

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    let sent = date_time(reader.le(8)?).ok_or("it was sent at no time that there is")?;
    let len = reader.le(4)?;
    room.open()?;
    room.open()?;
    let mut headers: Vec<(Text, Node)> = Vec::new();
    for _ in 0..len {
        let name = Text::from(string(&mut reader)?);
        headers.push((name, room.text(string(&mut reader)?)?));
    }
    let headers = room.object(headers)?;
    let len = reader.le(4)?;
    let message = message(reader.take_long(len)?, room)?;
    reader.end()?;
    let members = [("sent", room.text(&sent)?), ("headers", headers), ("message", message)];
    room.object(members.map(|(name, node)| (Text::from(name), node)).into())
}

/// JSON, unless the application chose another form.
fn message(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let parsed = json::parse(bytes);
    if parsed.is_too_large {
        return Err(Trouble::too_large("its message has more than 2,000,000 values"));
    }
    if parsed.error.is_some() {
        return room.text_or_bytes(bytes);
    }
    room.duplicate_key = room.duplicate_key.take().or(parsed.duplicate_key);
    room.replaced |= parsed.replaced;
    Ok(parsed.node)
}

fn string<'b>(reader: &mut Reader<'b>) -> Result<&'b str, Trouble> {
    let len = reader.varint()?;
    std::str::from_utf8(reader.take_long(len)?).map_err(|_| reader.fail("a header that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_wolverine_writes_is_read() {
        // fixtures/real/dotnet/wolverine/wolverine.db: WolverineFx 6.62.0.
        let body = hex(
            "106afa308e4bdf480a00000006736f757263650770617263656c730c6d6573736167652d747970651650617263656c732e52656d
             696e645265636569766572097265706c792d757269106c6f63616c3a2f2f7265706c6965732f0c636f6e74656e742d7479706510
             6170706c69636174696f6e2f6a736f6e0e636f7272656c6174696f6e2d69642461666132393930372d323562342d343239622d62
             3438642d3165316163346137393033650f636f6e766572736174696f6e2d69642430386466346238652d333066612d366132302d
             636135632d6631663061653830303030300b64657374696e6174696f6e1f6c6f63616c3a2f2f70617263656c732e72656d696e64
             72656365697665722f1661636365707465642d636f6e74656e742d7479706573106170706c69636174696f6e2f6a736f6e026964
             2430386466346238652d333066612d366132302d636135632d6631663061653830303030300c74696d652d746f2d73656e641b32
             3033312d30312d30325430363a30303a30302e303030303030301a0000007b226e756d626572223a2250303031222c2264617922
             3a31337d",
        );
        let got = shown(read, &body);
        assert!(got.starts_with(r#"{"sent":"2026-11-"#), "{got}");
        assert!(got.contains(r#""headers":{"source":"parcels","message-type":"Parcels.RemindReceiver","#), "{got}");
        assert!(got.ends_with(r#""message":{"number":"P001","day":13}}"#), "{got}");
        damaged(&body, |bytes| drop(read(bytes, &mut Room::default())));
        assert!(shown(read, &hex("106AFA308E4BDF48 00000000 01000000 7b00")).contains("1 bytes stand behind"));
    }
}
