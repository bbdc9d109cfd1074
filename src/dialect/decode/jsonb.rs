//! JSONB, SQLite's own form of JSON in a blob.

use super::read::{Room, Trouble};
use crate::model::{Node, json, jsonb};

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let text = jsonb::to_json(bytes).ok_or("its sizes do not fit, or bytes stand behind it")?;
    let parsed = json::parse_text(&text);
    room.duplicate_key = parsed.duplicate_key;
    room.replaced = parsed.replaced;
    match parsed.error {
        None => Ok(parsed.node),
        Some(message) => Err(Trouble { message, is_too_large: parsed.is_too_large }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_sqlite_writes_is_read() {
        // SQLite 3.45: SELECT hex(jsonb('{"a":[1,"x"]}')).
        let blob = hex("7c 17 61 4b 13 31 17 78");
        assert_eq!(shown(read, &blob), r#"{"a":[1,"x"]}"#);
        assert!(shown(read, b"{}").starts_with("! "));
        damaged(&blob, |bytes| drop(read(bytes, &mut Room::default())));
    }
}
