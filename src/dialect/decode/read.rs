//! What decoders share: reading bytes from the front, the room a tree may take, and why something
//! cannot be decoded.

use std::sync::Arc;

use super::MAX_PAYLOAD_BYTES;
use crate::model::json::{MAX_DEPTH, MAX_VALUES, first_duplicate, to_text};
use crate::model::{Node, Text};

/// A key that is no text is written as JSON, up to so many bytes: keys inside keys grow fast.
const MAX_KEY_BYTES: usize = 64 << 10;

/// Why bytes cannot be decoded.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub message: String,
    /// They could be, but would take too much room.
    pub is_too_large: bool,
}

impl Trouble {
    pub fn too_large(why: &str) -> Trouble {
        Trouble { message: format!("{}: {why}", super::TOO_LARGE), is_too_large: true }
    }
}

impl<T: Into<String>> From<T> for Trouble {
    fn from(message: T) -> Trouble {
        Trouble { message: message.into(), is_too_large: false }
    }
}

/// Bytes, read from the front.
#[derive(Clone, Copy, Default)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Bytes that are not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The trouble, and where it is: at the byte that was read last.
    pub fn fail(&self, what: impl std::fmt::Display) -> Trouble {
        Trouble::from(format!("{what} at byte {}", self.at.saturating_sub(1)))
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Trouble> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else {
            return Err(format!("it ends inside a value that begins at byte {}", self.at).into());
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// As many bytes as a number says that was read before.
    pub fn take_long(&mut self, len: u64) -> Result<&'a [u8], Trouble> {
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub fn byte(&mut self) -> Result<u8, Trouble> {
        Ok(self.array::<1>()?[0])
    }

    /// An unsigned number of up to eight bytes, the highest first.
    pub fn be(&mut self, len: usize) -> Result<u64, Trouble> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The same, the lowest first.
    pub fn le(&mut self, len: usize) -> Result<u64, Trouble> {
        Ok(self.take(len)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A number in groups of seven bits, the lowest first.
    pub fn varint(&mut self) -> Result<u64, Trouble> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if shift == 63 && byte > 1 {
                    break;
                }
                return Ok(number);
            }
        }
        Err(self.fail("a number of more than 64 bits"))
    }

    /// Nothing may stand behind the value.
    pub fn end(&self) -> Result<(), Trouble> {
        match self.rest().len() {
            0 => Ok(()),
            more => Err(format!("{more} bytes stand behind the value that ends at byte {}", self.at).into()),
        }
    }
}

/// What a tree may take, and what is to be said about it.
#[derive(Debug, Default)]
pub struct Room {
    depth: usize,
    values: usize,
    bytes: u64,
    /// A key that occurs twice in one object.
    pub duplicate_key: Option<Text>,
    /// Half a surrogate pair became U+FFFD.
    pub replaced: bool,
}

impl Room {
    /// An object or array begins: how deep it may be is known.
    pub fn open(&mut self) -> Result<(), Trouble> {
        if self.depth >= MAX_DEPTH {
            return Err(Trouble::too_large(&format!("values are nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        Ok(())
    }

    /// It ends.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Another value of so many bytes.
    pub fn value(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.values += 1;
        self.bytes += bytes as u64;
        if self.values > MAX_VALUES {
            return Err(Trouble::too_large("it has more than 2,000,000 values"));
        }
        if self.bytes > MAX_PAYLOAD_BYTES {
            return Err(Trouble::too_large(&format!("it comes to more than {} MiB", MAX_PAYLOAD_BYTES >> 20)));
        }
        Ok(())
    }

    /// A value that stands here once more: it counts as often as it is shown.
    pub fn again(&mut self, node: &Node) -> Result<Node, Trouble> {
        let depth = self.depth;
        let counted = self.count(node);
        self.depth = depth;
        counted.map(|()| node.clone())
    }

    fn count(&mut self, node: &Node) -> Result<(), Trouble> {
        match node {
            Node::Null | Node::Bool(_) => self.value(0),
            Node::Number(text) | Node::String(text) | Node::Raw(text) => self.value(text.len()),
            Node::Bytes(bytes) => self.value(bytes.len()),
            Node::Array(items) => {
                self.value(0)?;
                self.open()?;
                items.iter().try_for_each(|item| self.count(item))?;
                self.close();
                Ok(())
            }
            Node::Object(object) => {
                self.value(0)?;
                self.open()?;
                for (key, node) in &object.0 {
                    self.bytes += key.len() as u64;
                    self.count(node)?;
                }
                self.close();
                Ok(())
            }
        }
    }

    pub fn null(&mut self) -> Result<Node, Trouble> {
        self.value(0)?;
        Ok(Node::Null)
    }

    pub fn bool(&mut self, value: bool) -> Result<Node, Trouble> {
        self.value(0)?;
        Ok(Node::Bool(value))
    }

    /// A number as it is written in JSON.
    pub fn number(&mut self, value: impl std::fmt::Display) -> Result<Node, Trouble> {
        let text = value.to_string();
        self.value(text.len())?;
        Ok(Node::Number(Arc::from(text)))
    }

    /// A number with a point, or the word for what is none.
    pub fn float(&mut self, value: f64) -> Result<Node, Trouble> {
        if value.is_finite() { self.number(format_args!("{value:?}")) } else { self.text(word(value)) }
    }

    /// The same in half as many bits, of which fewer digits are known.
    pub fn short_float(&mut self, value: f32) -> Result<Node, Trouble> {
        if value.is_finite() { self.number(format_args!("{value:?}")) } else { self.text(word(value.into())) }
    }

    pub fn text(&mut self, text: &str) -> Result<Node, Trouble> {
        self.value(text.len())?;
        Ok(Node::text(text))
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Result<Node, Trouble> {
        self.value(bytes.len())?;
        Ok(Node::Bytes(Arc::from(bytes)))
    }

    /// Text where the bytes are UTF-8.
    pub fn text_or_bytes(&mut self, bytes: &[u8]) -> Result<Node, Trouble> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            Err(_) => self.bytes(bytes),
        }
    }

    /// An object or array that was opened ends.
    pub fn array(&mut self, items: Vec<Node>) -> Result<Node, Trouble> {
        self.close();
        self.value(0)?;
        Ok(Node::array(items))
    }

    /// See [`Room::array`].
    pub fn object(&mut self, members: Vec<(Text, Node)>) -> Result<Node, Trouble> {
        self.close();
        self.value(0)?;
        if self.duplicate_key.is_none() {
            self.duplicate_key = first_duplicate(&members);
        }
        Ok(Node::object(members))
    }

    /// The text of a key; of one that is none its JSON text.
    pub fn key(&mut self, node: &Node) -> Result<Text, Trouble> {
        let key = match node {
            Node::String(text) => Arc::clone(text),
            node => Arc::from(to_text(node)),
        };
        if !matches!(node, Node::String(_)) && key.len() > MAX_KEY_BYTES {
            return Err(Trouble::too_large("a key that is no text is longer than 64 KiB"));
        }
        self.bytes += key.len() as u64;
        Ok(key)
    }
}

/// What is no number, in a word.
pub fn word(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "NaN",
        _ if value < 0.0 => "-Infinity",
        _ => "Infinity",
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Bytes of a hex text, blanks left out.
    pub fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex");
        digits.chunks(2).map(byte).collect()
    }

    /// The JSON text of what a decoder makes of bytes.
    pub fn shown(read: fn(&[u8], &mut Room) -> Result<Node, Trouble>, bytes: &[u8]) -> String {
        match read(bytes, &mut Room::default()) {
            Ok(node) => to_text(&node),
            Err(trouble) => format!("! {}", trouble.message),
        }
    }

    /// Each cut, and bytes changed in many ways: nothing panics, whatever it gives.
    pub fn damaged(bytes: &[u8], mut read: impl FnMut(&[u8])) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below.max(1)
        };
        for _ in 0..200 {
            read(&bytes[..random(bytes.len() + 1)]);
        }
        for _ in 0..2_000 {
            let mut changed = bytes.to_vec();
            for _ in 0..=random(3) {
                let at = random(changed.len());
                match random(5) {
                    0 => changed.insert(at, random(256) as u8),
                    1 if changed.len() > 1 => drop(changed.remove(at)),
                    2 => changed[at] ^= 1 << random(8),
                    3 => changed[at] = [0, 0x7f, 0x80, 0xff][random(4)],
                    _ => changed[at] = random(256) as u8,
                }
            }
            read(&changed);
        }
    }

    #[test]
    fn what_stands_again_counts_again() {
        let mut room = Room::default();
        room.open().expect("room");
        let mut node = room.array(vec![Node::text(&"x".repeat(1 << 10))]).expect("room");
        for level in 0.. {
            room.open().expect("room");
            let twice = room.again(&node).and_then(|one| Ok(vec![one, room.again(&node)?]));
            match twice.and_then(|items| room.array(items)) {
                Ok(next) => node = next,
                Err(trouble) => {
                    assert!(trouble.is_too_large && (10..20).contains(&level), "{level} {trouble:?}");
                    break;
                }
            }
        }
    }

    #[test]
    fn keys_inside_keys_end() {
        let mut room = Room::default();
        let mut node = Node::text("\"");
        let ended = (0..100).any(|_| match room.key(&Node::array(vec![node.clone()])) {
            Ok(key) => {
                node = Node::String(key);
                false
            }
            Err(trouble) => trouble.is_too_large,
        });
        assert!(ended);
    }
}
