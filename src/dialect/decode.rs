//! From stored bytes to a [`Node`]: unpacking, JSON, and the wrappers that frameworks put
//! around values. Nothing here fails: what cannot be decoded stays as it is, with the reason.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use serde::Deserialize;

use super::Cell;
use crate::model::{Node, Object, Text};
use crate::model::{json, jsonb};

/// Payloads larger than this are not taken apart, whether they are stored so or unpack to it: a
/// small file must not become gigabytes.
pub const MAX_PAYLOAD_BYTES: u64 = 64 << 20;

/// What is shown of a larger one.
const BEGINNING_BYTES: usize = 1 << 20;

const TOO_LARGE: &str = "too large";

/// JSON inside a JSON string inside … is taken out so often.
const MAX_STRINGS: usize = 4;

/// One step from stored bytes towards JSON.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Decode {
    /// By the first bytes: zlib, gzip, then JSON.
    Auto,
    Gzip,
    Json,
    Zlib,
}

/// Wrappers taken off after decoding.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Wrapper {
    /// `{"_type_": …, "_data_": x}` becomes `x`, anywhere in the tree.
    PythonTyped,
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

/// Decodes a cell step by step.
pub(super) fn decode(cell: Cell<'_>, chain: &[Decode]) -> Decoded {
    let stored: &[u8] = match cell {
        Cell::Null => return Decoded::plain(Node::Null),
        Cell::Integer(value) => return Decoded::plain(Node::number(value)),
        Cell::Real(value) => return Decoded::plain(Node::number(value)),
        Cell::Node(node) => return from_strings(Decoded::plain(node.clone())),
        Cell::Text(text) | Cell::Json(text) => text.as_bytes(),
        Cell::Bytes(bytes) | Cell::Guid(bytes) => bytes,
        Cell::Opaque(bytes) => return opaque(bytes),
    };
    if let Some(beginning) = beginning(stored) {
        return Decoded::cut(beginning, stored.len() as u64);
    }
    let mut bytes = Cow::Borrowed(stored);
    for step in chain {
        let inflated = match step {
            // No text is packed, whatever it begins with.
            Decode::Auto if !matches!(cell, Cell::Bytes(_)) => continue,
            Decode::Auto if is_gzip(&bytes) => inflate(flate2::read::MultiGzDecoder::new(&*bytes)),
            Decode::Auto if is_zlib(&bytes) => match inflate(flate2::read::ZlibDecoder::new(&*bytes)) {
                // Words in a blob may begin so, too.
                Err(_) if std::str::from_utf8(&bytes).is_ok() => continue,
                inflated => inflated,
            },
            Decode::Gzip => inflate(flate2::read::MultiGzDecoder::new(&*bytes)),
            Decode::Zlib => inflate(flate2::read::ZlibDecoder::new(&*bytes)),
            Decode::Auto | Decode::Json => continue,
        };
        match inflated {
            Ok(out) => bytes = Cow::Owned(out),
            Err(error) => {
                let is_too_large = error.starts_with(TOO_LARGE);
                return Decoded { is_too_large, ..as_stored(&bytes, error) };
            }
        }
    }
    let mut unpacked = matches!(bytes, Cow::Owned(_));
    // Writers on Windows put a byte order mark in front.
    let text = bytes.strip_prefix(json::BOM).unwrap_or(&bytes);
    let mut parsed = json::parse(text);
    if parsed.error.is_some()
        && matches!(cell, Cell::Bytes(_))
        && let Some(text) = jsonb::to_json(&bytes)
    {
        parsed = json::parse_text(&text);
        unpacked = true;
    }
    if let Some(error) = parsed.error {
        let is_too_large = parsed.is_too_large;
        let error = if is_too_large { error } else { format!("no JSON: {error}") };
        return Decoded { is_too_large, ..as_stored(text, error) };
    }
    let stored_is_json = !unpacked && text.len() == stored.len() && !parsed.replaced;
    let decoded = Decoded {
        node: parsed.node,
        error: None,
        is_too_large: false,
        duplicate_key: parsed.duplicate_key,
        replaced: parsed.replaced,
        stored_is_json,
        wrapped: None,
    };
    from_strings(decoded)
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

fn as_stored(bytes: &[u8], error: String) -> Decoded {
    let node = match std::str::from_utf8(bytes) {
        Ok(text) => Node::Raw(Arc::from(text)),
        Err(_) => Node::Bytes(Arc::from(bytes)),
    };
    Decoded { error: Some(error), ..Decoded::plain(node) }
}

/// The bytes begin as gzip writes them.
fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The bytes begin as zlib writes them: its method and window, and a number that is a multiple
/// of 31 (RFC 1950).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, flags, ..] if (0x7800 | u16::from(*flags)) % 31 == 0)
}

/// The bytes begin like something packed that is unpacked on the way to JSON.
pub(super) fn looks_packed(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_zlib(bytes)
}

fn inflate(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    reader
        .take(MAX_PAYLOAD_BYTES + 1)
        .read_to_end(&mut out)
        .map_err(|error| format!("packed, and does not unpack: {error}"))?;
    if out.len() as u64 > MAX_PAYLOAD_BYTES {
        return Err(format!("{TOO_LARGE}: it unpacks to more than {} MiB", MAX_PAYLOAD_BYTES >> 20));
    }
    Ok(out)
}

/// Takes wrappers off.
pub(super) fn peel(decoded: &mut Decoded, wrappers: &[Wrapper]) {
    for Wrapper::PythonTyped in wrappers {
        if let Some(peeled) = peel_python(&decoded.node) {
            decoded.wrapped = Some(std::mem::replace(&mut decoded.node, peeled));
            decoded.stored_is_json = false;
        }
    }
}

/// `{"_type_": t, "_data_": x}` to `x`; `None` where nothing is wrapped.
fn peel_python(node: &Node) -> Option<Node> {
    match node {
        Node::Array(items) => {
            let peeled: Vec<Option<Node>> = items.iter().map(peel_python).collect();
            peeled.iter().any(Option::is_some).then(|| {
                Node::array(
                    peeled.into_iter().zip(items.iter()).map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect(),
                )
            })
        }
        Node::Object(object) => {
            if let [(a, _), (b, data)] = object.0.as_slice()
                && (&**a, &**b) == ("_type_", "_data_")
            {
                return Some(peel_python(data).unwrap_or_else(|| data.clone()));
            }
            let peeled: Vec<Option<Node>> = object.0.iter().map(|(_, node)| peel_python(node)).collect();
            peeled.iter().any(Option::is_some).then(|| {
                let members = peeled.into_iter().zip(&object.0);
                Node::Object(Arc::new(Object(
                    members.map(|(new, (key, old))| (Arc::clone(key), new.unwrap_or_else(|| old.clone()))).collect(),
                )))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_cannot_be_decoded_stays_visible_with_the_reason() {
        let auto = |cell| decode(cell, &[Decode::Auto]);
        let noise = auto(Cell::Bytes(&[0x9a, 0x00, 0xff]));
        assert_eq!(noise.node, Node::Bytes(Arc::from([0x9a, 0x00, 0xff])));
        assert!(noise.error.expect("an error").contains("UTF-8"));
        let torn = auto(Cell::Bytes(&[0x78, 0x9c, 0x01]));
        assert!(torn.error.expect("an error").contains("does not unpack"));
        assert_eq!(auto(Cell::Text("plain words")).node, Node::Raw(Arc::from("plain words")));
    }
}
