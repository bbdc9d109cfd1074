//! From stored bytes to a [`Node`]: unpacking, the forms that values are written in, and the
//! wrappers that frameworks put around them. Nothing here fails: what cannot be decoded stays as
//! it is, with the reason.
//!
//! A decoder is a file and a line in [`DECODERS`]. Each is bounded: by [`MAX_PAYLOAD_BYTES`] of
//! what it unpacks, and by the depth and the number of values that JSON may have.

mod akka;
mod base64;
mod brotli;
mod cbor;
mod dotnet;
mod eetf;
mod hyperion;
mod inflate;
mod java;
mod jsonb;
mod lz4;
mod marshal;
mod msgpack;
mod number;
mod peel;
mod pickle;
mod plain;
mod postgres_array;
mod protobuf;
mod read;
mod wolverine;
mod xml;
mod yaml;
mod zstd;

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::Cell;
use crate::model::json;
use crate::model::{Node, Text};
use read::{Room, Trouble};

pub use peel::{Wrapper, peel};

/// Payloads larger than this are not taken apart, whether they are stored so or unpack to it: a
/// small file must not become gigabytes.
pub const MAX_PAYLOAD_BYTES: u64 = 64 << 20;

/// What is shown of a larger one.
const BEGINNING_BYTES: usize = 1 << 20;

const TOO_LARGE: &str = "too large";

/// Of bytes in which nothing is recognised.
const UNKNOWN: &str = "encrypted, or in a form that is not known";

/// JSON inside a JSON string inside … is taken out so often.
const MAX_STRINGS: usize = 4;

/// What is packed inside what is packed is unpacked so often.
const MAX_LAYERS: usize = 4;

/// One step from stored bytes towards a tree.
#[derive(Clone, Debug)]
pub enum Decode {
    /// By the first bytes, then JSON.
    Auto,
    Json,
    Named(&'static Decoder),
    /// The first that reads the whole, where nothing in a row says which: `json|yaml`.
    Either(Vec<Decode>),
}

impl Decode {
    /// `Err` is a name of no decoder.
    fn named(name: &str) -> Result<Decode, String> {
        if name.contains('|') {
            return name.split('|').map(Decode::named).collect::<Result<_, _>>().map(Decode::Either);
        }
        match name {
            "auto" => Ok(Decode::Auto),
            "json" => Ok(Decode::Json),
            name => {
                let found = DECODERS.iter().find(|decoder| decoder.name == name);
                found.map(Decode::Named).ok_or_else(|| name.to_owned())
            }
        }
    }

    fn is_named(&self) -> bool {
        matches!(self, Decode::Named(_) | Decode::Either(_))
    }
}

impl<'de> Deserialize<'de> for Decode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Decode, D::Error> {
        let name = String::deserialize(deserializer)?;
        Decode::named(&name).map_err(|name| {
            let mut known: Vec<&str> = DECODERS.iter().map(|decoder| decoder.name).chain(["auto", "json"]).collect();
            known.sort_unstable();
            D::Error::custom(format!("no decoder is called `{name}`: {}", known.join(", ")))
        })
    }
}

/// One form of bytes, and what is made of it.
#[derive(Debug)]
pub struct Decoder {
    /// In a dialect.
    name: &'static str,
    /// In a sentence.
    title: &'static str,
    /// The first bytes say that they are of this form.
    begins: fn(&[u8]) -> bool,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// To other bytes.
    Unpack(fn(&[u8]) -> Result<Vec<u8>, Trouble>),
    /// To a tree.
    Read(fn(&[u8], &mut Room) -> Result<Node, Trouble>),
}

/// Every decoder but `auto` and `json`.
static DECODERS: [Decoder; 27] = [
    Decoder { name: "akka-repr", title: "Akka's representation", begins: never, step: Step::Read(akka::repr) },
    Decoder { name: "akka-snapshot", title: "Akka snapshot", begins: never, step: Step::Read(akka::snapshot) },
    Decoder { name: "base64", title: "Base64", begins: never, step: Step::Unpack(base64::unpack) },
    Decoder { name: "bool", title: "truth value", begins: never, step: Step::Read(plain::truth) },
    Decoder { name: "brotli", title: "Brotli", begins: never, step: Step::Unpack(brotli::unpack) },
    Decoder { name: "bytes", title: "bytes", begins: never, step: Step::Read(plain::bytes) },
    Decoder { name: "cbor", title: "CBOR", begins: never, step: Step::Read(cbor::read) },
    Decoder { name: "deflate", title: "deflate", begins: never, step: Step::Unpack(inflate::deflate) },
    Decoder { name: "eetf", title: "Erlang term", begins: eetf::begins, step: Step::Read(eetf::read) },
    Decoder { name: "gzip", title: "gzip", begins: inflate::is_gzip, step: Step::Unpack(inflate::gzip) },
    Decoder { name: "hyperion", title: "Hyperion", begins: never, step: Step::Read(hyperion::read) },
    Decoder { name: "int32-le", title: "number of 32 bits", begins: never, step: Step::Read(plain::int32_le) },
    Decoder { name: "int64-le", title: "number of 64 bits", begins: never, step: Step::Read(plain::int64_le) },
    Decoder { name: "java", title: "Java serialization", begins: java::begins, step: Step::Read(java::read) },
    Decoder { name: "jsonb", title: "JSONB", begins: never, step: Step::Read(jsonb::read) },
    Decoder { name: "lz4", title: "LZ4", begins: lz4::begins, step: Step::Unpack(lz4::unpack) },
    Decoder { name: "marshal", title: "Marshal", begins: marshal::begins, step: Step::Read(marshal::read) },
    Decoder { name: "msgpack", title: "MessagePack", begins: never, step: Step::Read(msgpack::read) },
    Decoder { name: "pickle", title: "pickle", begins: pickle::begins, step: Step::Read(pickle::read) },
    Decoder {
        name: "postgres-array",
        title: "PostgreSQL array",
        begins: never,
        step: Step::Unpack(postgres_array::unpack),
    },
    Decoder { name: "protobuf", title: "protobuf", begins: never, step: Step::Read(protobuf::read) },
    Decoder { name: "text", title: "text", begins: never, step: Step::Read(plain::text) },
    Decoder { name: "wolverine", title: "Wolverine envelope", begins: never, step: Step::Read(wolverine::read) },
    Decoder { name: "xml", title: "XML", begins: never, step: Step::Read(xml::read) },
    Decoder { name: "yaml", title: "YAML", begins: never, step: Step::Read(yaml::read) },
    Decoder { name: "zlib", title: "zlib", begins: inflate::is_zlib, step: Step::Unpack(inflate::zlib) },
    Decoder { name: "zstd", title: "Zstandard", begins: zstd::begins, step: Step::Unpack(zstd::unpack) },
];

/// Of forms that cannot be told from others by their first bytes.
fn never(_: &[u8]) -> bool {
    false
}

/// A decoded value, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub node: Node,
    /// Why it could not be decoded.
    pub error: Option<String>,
    /// It could be decoded, but would take too much room.
    pub is_too_large: bool,
    pub duplicate_key: Option<Text>,
    /// Half a surrogate pair became U+FFFD.
    pub replaced: bool,
    /// The stored text is JSON and means the same as `node`.
    pub stored_is_json: bool,
    /// As it was before wrappers were taken off, where there were some.
    pub wrapped: Option<Node>,
}

impl Decoded {
    /// A value of so many bytes that only its beginning is kept.
    pub fn cut(beginning: &[u8], of: u64) -> Decoded {
        let shown = beginning.len();
        let error = format!("{TOO_LARGE} to be taken apart: it has {of} bytes, the first {shown} are shown");
        Decoded { is_too_large: true, ..as_stored(beginning, error) }
    }

    fn plain(node: Node) -> Decoded {
        Decoded {
            node,
            error: None,
            is_too_large: false,
            duplicate_key: None,
            replaced: false,
            stored_is_json: false,
            wrapped: None,
        }
    }
}

/// What is shown of a value that is too large; it ends between two characters.
pub fn beginning(value: &[u8]) -> Option<&[u8]> {
    if value.len() as u64 <= MAX_PAYLOAD_BYTES {
        return None;
    }
    let is_inside = |at: &usize| value.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let end = (BEGINNING_BYTES - 3..=BEGINNING_BYTES).rev().find(|at| !is_inside(at)).unwrap_or(BEGINNING_BYTES);
    value.get(..end)
}

/// What steps have made of a cell.
enum Value<'a> {
    /// `is_stored` as they are: nothing was unpacked.
    Bytes {
        bytes: Cow<'a, [u8]>,
        is_stored: bool,
    },
    Tree(Node),
}

/// Decodes a cell step by step.
pub(super) fn decode(cell: Cell<'_>, chain: &[Decode]) -> Decoded {
    let is_named = chain.iter().any(Decode::is_named);
    let stored: Cow<'_, [u8]> = match cell {
        Cell::Null => return Decoded::plain(Node::Null),
        Cell::Integer(value) => return Decoded::plain(Node::number(value)),
        Cell::Real(value) => return Decoded::plain(Node::number(value)),
        Cell::Node(Node::String(text)) if is_named => Cow::Borrowed(text.as_bytes()),
        Cell::Node(node) => return from_strings(Decoded::plain(node.clone())),
        Cell::Json(text) if is_named && text.starts_with('"') => match json::unquoted(text) {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
        Cell::Text(text) | Cell::Json(text) => Cow::Borrowed(text.as_bytes()),
        Cell::Opaque(bytes) if !is_named => return opaque(bytes),
        Cell::Bytes(bytes) | Cell::Guid(bytes) | Cell::Opaque(bytes) => Cow::Borrowed(bytes),
    };
    if let Some(beginning) = beginning(&stored) {
        return Decoded::cut(beginning, stored.len() as u64);
    }
    let is_bytes = matches!(cell, Cell::Bytes(_));
    let mut room = Room::default();
    let mut value = Value::Bytes { bytes: stored, is_stored: true };
    // What the first bytes promised and the others did not keep.
    let mut promised = None;
    for step in chain {
        let made = match step {
            Decode::Json => Ok(value),
            // No text is packed, whatever it begins with.
            Decode::Auto if !is_bytes && matches!(value, Value::Bytes { is_stored: true, .. }) => Ok(value),
            Decode::Auto => by_first_bytes(value, &mut room, &mut promised),
            Decode::Named(decoder) => decoder.run(value, &mut room),
            Decode::Either(all) => either(value, all, &mut room),
        };
        value = match made {
            Ok(value) => value,
            Err((bytes, trouble)) => {
                let is_text = std::str::from_utf8(&bytes).is_ok();
                let promised = promised.filter(|_| !is_text && matches!(step, Decode::Either(_)));
                let promised = promised.map(|message| format!("{UNKNOWN}: {message}"));
                let message = not_unpacked(&bytes).or(promised).unwrap_or(trouble.message);
                return Decoded { is_too_large: trouble.is_too_large, ..as_stored(&bytes, message) };
            }
        };
    }
    match value {
        Value::Tree(node) => {
            from_strings(Decoded { duplicate_key: room.duplicate_key, replaced: room.replaced, ..Decoded::plain(node) })
        }
        Value::Bytes { bytes, is_stored } => from_json(&bytes, is_stored, is_bytes, promised),
    }
}

/// Unpacks and reads what the first bytes tell.
fn by_first_bytes<'a>(
    mut value: Value<'a>,
    room: &mut Room,
    promised: &mut Option<String>,
) -> Result<Value<'a>, (Cow<'a, [u8]>, Trouble)> {
    for _ in 0..MAX_LAYERS {
        let Value::Bytes { bytes, is_stored } = value else { break };
        let Some(decoder) = DECODERS.iter().find(|decoder| (decoder.begins)(&bytes)) else {
            return Ok(Value::Bytes { bytes, is_stored });
        };
        let mut own = Room::default();
        match decoder.run(Value::Bytes { bytes, is_stored }, &mut own) {
            Ok(made) => {
                if matches!(made, Value::Tree(_)) {
                    *room = own;
                }
                value = made;
            }
            Err((bytes, trouble)) if trouble.is_too_large => return Err((bytes, trouble)),
            // Words in a blob may begin so, too.
            Err((bytes, trouble)) => {
                *promised = Some(trouble.message);
                return Ok(Value::Bytes { bytes, is_stored });
            }
        }
    }
    Ok(value)
}

/// What the first of these reads that can.
fn either<'a>(value: Value<'a>, all: &[Decode], room: &mut Room) -> Result<Value<'a>, (Cow<'a, [u8]>, Trouble)> {
    let Value::Bytes { bytes, is_stored } = value else { return Ok(value) };
    let mut why: Vec<String> = Vec::new();
    for step in all {
        let mut own = Room::default();
        match step {
            Decode::Named(decoder) => {
                match decoder.run(Value::Bytes { bytes: Cow::Borrowed(&*bytes), is_stored }, &mut own) {
                    Ok(Value::Tree(node)) => {
                        *room = own;
                        return Ok(Value::Tree(node));
                    }
                    Ok(Value::Bytes { bytes, .. }) => {
                        return Ok(Value::Bytes { bytes: Cow::Owned(bytes.into_owned()), is_stored: false });
                    }
                    Err((_, trouble)) if trouble.is_too_large => return Err((bytes, trouble)),
                    Err((_, trouble)) => why.push(trouble.message),
                }
            }
            _ => {
                let parsed = json::parse(bytes.strip_prefix(json::BOM).unwrap_or(&bytes));
                match parsed.error {
                    None => return Ok(Value::Bytes { bytes, is_stored }),
                    Some(error) => why.push(format!("no JSON: {error}")),
                }
            }
        }
    }
    // Text is shown as it is, and what is no text may have a key.
    let said = why.join("; ");
    let unknown = std::str::from_utf8(&bytes).is_err();
    Err((bytes, if unknown { format!("{UNKNOWN}: {said}").into() } else { said.into() }))
}

impl Decoder {
    fn run<'a>(&self, value: Value<'a>, room: &mut Room) -> Result<Value<'a>, (Cow<'a, [u8]>, Trouble)> {
        let bytes = match value {
            Value::Bytes { bytes, .. } => bytes,
            Value::Tree(Node::String(text)) => Cow::Owned(text.as_bytes().to_vec()),
            Value::Tree(Node::Bytes(bytes)) => Cow::Owned(bytes.to_vec()),
            Value::Tree(node) => {
                let error =
                    format!("`{}` needs bytes, and the step before it gave a tree: change the dialect", self.name);
                return Err((Cow::Owned(json::to_text(&node).into_bytes()), error.into()));
            }
        };
        let made = match self.step {
            Step::Unpack(unpack) => unpack(&bytes).map(|bytes| Value::Bytes { bytes: bytes.into(), is_stored: false }),
            Step::Read(read) => read(&bytes, room).map(Value::Tree),
        };
        made.map_err(|trouble| match self.step {
            _ if trouble.is_too_large => (bytes, trouble),
            Step::Unpack(_) => {
                (bytes, format!("packed with {}, and does not unpack: {}", self.title, trouble.message).into())
            }
            Step::Read(_) => (bytes, format!("no {}: {}", self.title, trouble.message).into()),
        })
    }
}

/// Reads what is left when all steps are done.
fn from_json(bytes: &[u8], mut is_stored: bool, may_be_jsonb: bool, promised: Option<String>) -> Decoded {
    // Writers on Windows put a byte order mark in front.
    let text = bytes.strip_prefix(json::BOM).unwrap_or(bytes);
    let mut parsed = json::parse(text);
    if parsed.error.is_some()
        && may_be_jsonb
        && let Some(text) = crate::model::jsonb::to_json(bytes)
    {
        parsed = json::parse_text(&text);
        is_stored = false;
    }
    if let Some(error) = parsed.error {
        let is_too_large = parsed.is_too_large;
        let error = match std::str::from_utf8(text) {
            _ if is_too_large => error,
            Ok(_) => format!("no JSON: {error}"),
            Err(_) => format!("{UNKNOWN}: {}", promised.unwrap_or(error)),
        };
        return Decoded { is_too_large, ..as_stored(text, not_unpacked(text).unwrap_or(error)) };
    }
    let stored_is_json = is_stored && text.len() == bytes.len() && !parsed.replaced;
    from_strings(Decoded {
        duplicate_key: parsed.duplicate_key,
        replaced: parsed.replaced,
        stored_is_json,
        ..Decoded::plain(parsed.node)
    })
}

/// What is not said to be JSON is no worse for being none. An object or array it is all the same.
fn opaque(bytes: &[u8]) -> Decoded {
    if let Some(beginning) = beginning(bytes) {
        return Decoded::cut(beginning, bytes.len() as u64);
    }
    if bytes.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'[')) {
        let parsed = json::parse(bytes);
        if parsed.error.is_none() {
            let stored_is_json = !parsed.replaced;
            let (duplicate_key, replaced) = (parsed.duplicate_key, parsed.replaced);
            return Decoded { duplicate_key, replaced, stored_is_json, ..Decoded::plain(parsed.node) };
        }
    }
    Decoded::plain(match std::str::from_utf8(bytes) {
        Ok(text) => Node::text(text),
        Err(_) => Node::Bytes(Arc::from(bytes)),
    })
}

/// Some writers put JSON into a JSON string, once or twice over.
fn from_strings(mut decoded: Decoded) -> Decoded {
    let mut inner = decoded.node.clone();
    for _ in 0..MAX_STRINGS {
        let Node::String(text) = &inner else { break };
        let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        if !start.starts_with(['{', '[', '"']) {
            return decoded;
        }
        let parsed = json::parse_text(start);
        if parsed.error.is_some() {
            return decoded;
        }
        if !matches!(parsed.node, Node::String(_)) {
            decoded.duplicate_key = parsed.duplicate_key;
            decoded.replaced |= parsed.replaced;
            decoded.stored_is_json = false;
            decoded.node = parsed.node;
            return decoded;
        }
        inner = parsed.node;
    }
    decoded
}

/// Why bytes are not unpacked that say by what they are packed.
pub fn not_unpacked(bytes: &[u8]) -> Option<String> {
    let is_bzip2 = |level: u8, rest: &[u8]| level.is_ascii_digit() && rest.starts_with(b"1AY&SY");
    let name = match bytes {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz",
        [b'B', b'Z', b'h', level, rest @ ..] if is_bzip2(*level, rest) => "bzip2",
        _ => return None,
    };
    Some(format!("compressed by {name}, which is not read"))
}

fn as_stored(bytes: &[u8], error: String) -> Decoded {
    let node = match std::str::from_utf8(bytes) {
        Ok(text) => Node::Raw(Arc::from(text)),
        Err(_) => Node::Bytes(Arc::from(bytes)),
    };
    Decoded { error: Some(error), ..Decoded::plain(node) }
}

/// The bytes begin like something packed, or like a tree of some form.
pub(super) fn looks_packed(bytes: &[u8]) -> bool {
    DECODERS.iter().any(|decoder| (decoder.begins)(bytes))
}

#[cfg(test)]
mod tests {
    use super::read::tests::hex;
    use super::*;
    use crate::model::json::to_text;

    fn shown(cell: Cell<'_>) -> String {
        let decoded = decode(cell, &[Decode::Json]);
        assert_eq!(decoded.error, None, "{cell:?}");
        to_text(&decoded.node)
    }

    #[test]
    fn json_in_strings_is_taken_out_and_words_are_left() {
        let twice = r#""\"{\\\"a\\\":1}\"""#;
        for text in [r#"{"a":1}"#, r#""{\"a\":1}""#, twice, "\u{feff}{\"a\":1}", r#""\ufeff{\"a\":1}""#] {
            assert_eq!(shown(Cell::Json(text)), r#"{"a":1}"#, "{text}");
        }
        for text in [r#""5""#, r#""words""#, r#""{oops""#, r#""\"words\"""#] {
            assert_eq!(shown(Cell::Json(text)), text);
        }
    }

    #[test]
    fn jsonb_is_json() {
        let conn = rusqlite::Connection::open_in_memory().expect("SQLite");
        let text = r#"{"owner":"Ann","n":12345678901234567890.10,"tags":["a"]}"#;
        let blob: Vec<u8> = conn.query_row("SELECT jsonb(?1)", [text], |row| row.get(0)).expect("JSONB");
        assert_eq!(shown(Cell::Bytes(&blob)), text);
        assert!(!decode(Cell::Bytes(&blob), &[Decode::Json]).stored_is_json);
    }

    #[test]
    fn half_a_surrogate_pair_costs_one_character() {
        let text = r#"{"a":"x\ud83d","\udc00b":1,"c":"\ud83d\ude00\\ud800"}"#;
        let decoded = decode(Cell::Text(text), &[Decode::Json]);
        assert!(decoded.replaced && decoded.error.is_none() && !decoded.stored_is_json, "{decoded:?}");
        assert_eq!(to_text(&decoded.node), "{\"a\":\"x\u{fffd}\",\"\u{fffd}b\":1,\"c\":\"😀\\\\ud800\"}");
    }

    fn chain(names: &[&str]) -> Vec<Decode> {
        names.iter().map(|name| Decode::named(name).expect("a decoder")).collect()
    }

    fn by(cell: Cell<'_>, names: &[&str]) -> String {
        let decoded = decode(cell, &chain(names));
        assert!(!decoded.stored_is_json, "{cell:?}");
        match decoded.error {
            None => to_text(&decoded.node),
            Some(error) => format!("! {error}"),
        }
    }

    #[test]
    fn what_cannot_be_decoded_stays_visible_with_the_reason() {
        let auto = |cell| decode(cell, &[Decode::Auto]);
        let noise = auto(Cell::Bytes(&[0x9a, 0x00, 0xff]));
        assert_eq!(noise.node, Node::Bytes(Arc::from([0x9a, 0x00, 0xff])));
        assert_eq!(noise.error.expect("an error"), format!("{UNKNOWN}: not UTF-8 at byte 0"));
        let torn = auto(Cell::Bytes(&[0x78, 0x9c, 0x01]));
        let error = torn.error.expect("an error");
        assert!(error.starts_with(UNKNOWN) && error.contains("zlib, and does not unpack"), "{error}");
        assert_eq!(auto(Cell::Text("plain words")).node, Node::Raw(Arc::from("plain words")));
    }

    #[test]
    fn the_first_bytes_tell_and_all_others_have_to_agree() {
        let gzip = hex("1f8b0800000000000203ab564a54b2524ac401946a01d5ab836420000000");
        for (bytes, want) in [
            (gzip.as_slice(), r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#),
            (&hex("87d96df6000000207f7b2261223a226101000150616161227d"), r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#),
            (&hex("28b52ffd24207d0000487b2261223a2261227d01003530024c1f4684"), r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#),
            (&hex("836b0003010203"), "[1,2,3]"),
            (&hex("04085b07690649220661063a064554"), r#"[1,"a"]"#),
            (&hex("80025d71004b01612e"), "[1]"),
            (&hex("aced0005740002c3a9"), r#""é""#),
        ] {
            assert_eq!(by(Cell::Bytes(bytes), &["auto"]), want);
            // A byte more, and it is something else.
            let more = [bytes, &[0xff]].concat();
            let said = by(Cell::Bytes(&more), &["auto"]);
            assert!(said.starts_with("! "), "{said}");
        }
        // What is packed twice is unpacked twice; text is never packed.
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &gzip).expect("packed");
        let packed = packed.finish().expect("packed");
        assert_eq!(by(Cell::Bytes(&packed), &["auto"]), r#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#);
        let words = decode(Cell::Text("x\u{1}words"), &[Decode::Auto]);
        assert!(words.error.expect("an error").starts_with("no JSON"));
    }

    #[test]
    fn steps_follow_each_other() {
        // DBOS: Base64 of pickle.
        assert_eq!(by(Cell::Text("gAJdcQBLAWEu"), &["base64", "pickle"]), "[1]");
        assert_eq!(by(Cell::Text("gAJdcQBLAWEu"), &["base64", "auto"]), "[1]");
        assert_eq!(by(Cell::Json(r#""---\n:a: 1\n""#), &["yaml"]), r#"{"a":1}"#);
        assert_eq!(by(Cell::Node(&Node::text("eyJhIjoxfQ==")), &["base64", "json"]), r#"{"a":1}"#);
        assert_eq!(by(Cell::Opaque(b"\x81\xa1a\x01"), &["msgpack"]), r#"{"a":1}"#);
        assert_eq!(by(Cell::Bytes(b"{\"a\":1}"), &["text"]), r#"{"a":1}"#, "JSON in a text is taken out");
        assert_eq!(
            by(Cell::Bytes(b"\xc1"), &["msgpack"]),
            "! no MessagePack: 0xc1, which stands for nothing, at byte 0"
        );
        let said = by(Cell::Bytes(b"\x80"), &["msgpack", "yaml"]);
        assert_eq!(said, "! `yaml` needs bytes, and the step before it gave a tree: change the dialect");
        let mut room = decode(Cell::Bytes(b"\x82\xa1a\x01\xa1a\x02"), &chain(&["msgpack"]));
        assert_eq!(room.duplicate_key.take().as_deref(), Some("a"));
    }

    #[test]
    fn what_packs_bytes_that_are_not_unpacked_is_named() {
        for (bytes, name) in [(&b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F"[..], "xz"), (&b"BZh91AY&SY\xd8\x0f"[..], "bzip2")] {
            for chain_of in [&["auto"][..], &["auto", "json|msgpack"]] {
                let decoded = decode(Cell::Bytes(bytes), &chain(chain_of));
                assert_eq!(decoded.error, Some(format!("compressed by {name}, which is not read")));
                assert_eq!(decoded.node, Node::Bytes(Arc::from(bytes)));
            }
        }
        let text = decode(Cell::Bytes(b"BZh9 is a name"), &chain(&["auto"])).error.expect("an error");
        assert!(text.starts_with("no JSON"), "{text}");
    }

    #[test]
    fn a_decoder_that_is_none_is_named_with_all_that_are() {
        let error = serde_json::from_str::<Vec<Decode>>(r#"["gzp"]"#).expect_err("an error").to_string();
        assert!(
            error.starts_with(
                "no decoder is called `gzp`: akka-repr, akka-snapshot, auto, base64, bool, brotli, bytes, cbor,"
            ),
            "{error}"
        );
        let all = serde_json::from_str::<Vec<Decode>>(r#"["auto","json","zlib"]"#).expect("a chain");
        assert!(matches!(&all[..], [Decode::Auto, Decode::Json, Decode::Named(own)] if own.name == "zlib"), "{all:?}");
    }

    #[test]
    fn of_several_forms_the_first_that_reads_the_whole_counts() {
        let forms = ["json|yaml|msgpack"];
        for (bytes, said) in [
            (&b"{\"a\":1}"[..], r#"{"a":1}"#),
            (&b"---\na: 1\n"[..], r#"{"a":1}"#),
            (&b"\x81\xa1a\x01"[..], r#"{"a":1}"#),
        ] {
            assert_eq!(to_text(&decode(Cell::Bytes(bytes), &chain(&forms)).node), said, "{bytes:?}");
        }
        let none = decode(Cell::Bytes(&[0xc1, 0xff, 0x00]), &chain(&forms));
        assert_eq!(none.node, Node::Bytes(Arc::from([0xc1, 0xff, 0x00])));
        assert!(none.error.expect("an error").starts_with(UNKNOWN));
        assert!(serde_json::from_str::<Vec<Decode>>(r#"["json|yml"]"#).is_err());
        assert!(DECODERS.is_sorted_by_key(|decoder| decoder.name));
    }
}
