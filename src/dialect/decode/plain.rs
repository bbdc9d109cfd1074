//! What needs no more than to be called by its name: text, and numbers as processors keep them.

use super::read::{Reader, Room, Trouble};
use crate::model::Node;

/// Text as it is, whatever it looks like.
pub fn text(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
    room.text(text)
}

/// Bytes as they are: the application alone knows what they mean.
pub fn bytes(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    room.bytes(bytes)
}

/// One byte that is 0 or 1.
pub fn truth(bytes: &[u8], _room: &mut Room) -> Result<Node, Trouble> {
    match bytes {
        [0] => Ok(Node::Bool(false)),
        [1] => Ok(Node::Bool(true)),
        _ => Err("not one byte that is 0 or 1".into()),
    }
}

/// A whole number of 32 bits, the lowest byte first.
pub fn int32_le(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    let number = i32::from_le_bytes(reader.array()?);
    reader.end()?;
    room.number(number)
}

/// A whole number of 64 bits, the lowest byte first.
pub fn int64_le(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut reader = Reader::new(bytes);
    let number = i64::from_le_bytes(reader.array()?);
    reader.end()?;
    room.number(number)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::shown;
    use super::*;

    #[test]
    fn text_stays_text_and_numbers_are_whole() {
        assert_eq!(shown(text, b"{\"a\":1}"), r#""{\"a\":1}""#);
        assert!(shown(text, b"a\xff").contains("not UTF-8 at byte 1"));
        assert_eq!((shown(truth, &[1]), shown(truth, &[0])), ("true".to_owned(), "false".to_owned()));
        assert!(shown(truth, &[2]).contains("0 or 1") && shown(bytes, &[1, 0xff]).contains("Af8"));
        assert_eq!(shown(int32_le, &(-7_i32).to_le_bytes()), "-7");
        assert_eq!(shown(int64_le, &i64::MAX.to_le_bytes()), "9223372036854775807");
        assert!(shown(int64_le, &[0; 9]).contains("1 bytes stand behind") && shown(int32_le, &[0]).contains("ends"));
    }
}
