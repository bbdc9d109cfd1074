//! How Akka's and Pekko's first JDBC journals keep a message: protobuf around the bytes of another
//! serializer, `PersistentRepr` in their `MessageFormats.proto`; and a snapshot, with numbers in
//! front of it.

use super::protobuf::{Wire, next};
use super::read::{Reader, Room, Trouble};
use crate::model::{Node, Text};

/// `{payload, serializer, manifest, sequence, id, writer, time}`, as far as they are there; `time`
/// in milliseconds.
pub fn repr(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let mut reader = Reader::new(bytes);
    let mut members: Vec<(Text, Node)> = Vec::new();
    let mut has_payload = false;
    while !reader.is_empty() {
        match next(&mut reader)? {
            (1, Wire::Bytes(own)) => {
                has_payload = true;
                payload(own, &mut members, room)?;
            }
            (2, Wire::Varint(sequence)) => members.push(("sequence".into(), room.number(sequence)?)),
            (3, Wire::Bytes(id)) => members.push(("id".into(), text(id, room)?)),
            (13, Wire::Bytes(writer)) => members.push(("writer".into(), text(writer, room)?)),
            (14, Wire::Varint(time)) => {
                let time = (time >> 1) as i64 ^ -((time & 1) as i64);
                members.push(("time".into(), room.number(time)?));
            }
            _ => {}
        }
    }
    if !has_payload {
        return Err("it has no payload".into());
    }
    room.object(members)
}

/// `PersistentPayload`.
fn payload(bytes: &[u8], members: &mut Vec<(Text, Node)>, room: &mut Room) -> Result<(), Trouble> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match next(&mut reader)? {
            (1, Wire::Varint(serializer)) => members.push(("serializer".into(), room.number(serializer)?)),
            (2, Wire::Bytes(own)) => members.push(("payload".into(), room.bytes(own)?)),
            (3, Wire::Bytes(manifest)) => members.push(("manifest".into(), text(manifest, room)?)),
            _ => {}
        }
    }
    Ok(())
}

/// `{serializer, manifest, payload}`: the length of number and manifest, the number, the manifest,
/// the rest.
pub fn snapshot(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    room.open()?;
    let mut reader = Reader::new(bytes);
    let len = u32::from_le_bytes(reader.array()?);
    let serializer = i32::from_le_bytes(reader.array()?);
    let manifest = reader.take_long(u64::from(len).checked_sub(4).ok_or("its head is too short")?)?;
    let members = vec![
        ("serializer".into(), room.number(serializer)?),
        ("manifest".into(), text(manifest, room)?),
        ("payload".into(), room.bytes(reader.rest())?),
    ];
    room.object(members)
}

fn text(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    room.text(std::str::from_utf8(bytes).map_err(|_| "a text that is not UTF-8")?)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{hex, shown};
    use super::*;

    #[test]
    fn a_message_has_its_serializer_and_its_time() {
        // By hand after MessageFormats.proto: serializer 31, `{}`, manifest `A#1`, sequence 7, id
        // `L|1`, writer `w`, time 1 ms as zigzag.
        let bytes = hex("0a0b 081f 1202 7b7d 1a03 412331 1007 1a03 4c7c31 6a01 77 7002".replace(' ', "").as_str());
        let said = shown(repr, &bytes);
        assert!(said.starts_with(r#"{"serializer":31,"payload":"#), "{said}");
        assert!(said.ends_with(r#""manifest":"A#1","sequence":7,"id":"L|1","writer":"w","time":1}"#), "{said}");
        for end in 1..bytes.len() {
            shown(repr, &bytes[..end]);
        }
        assert!(shown(repr, &[0x10, 7]).contains("no payload"));
    }

    #[test]
    fn a_snapshot_has_numbers_in_front() {
        let bytes = hex("070000001f000000412331aabb");
        let said = shown(snapshot, &bytes);
        assert!(said.starts_with(r#"{"serializer":31,"manifest":"A#1","payload":"#), "{said}");
        assert!(shown(snapshot, &[3, 0, 0, 0, 1, 0, 0, 0]).contains("too short"));
        assert!(shown(snapshot, &[0xff; 12]).starts_with("!") || !shown(snapshot, &[0xff; 12]).is_empty());
    }
}
