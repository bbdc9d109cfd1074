//! [`Meaning`]: what a value may mean beside what it is: JSON in a text, Base64, hex, a time.
//! Nothing here is claimed; it is offered where it is so. [`MeaningsJob`] does it beside the
//! window.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use chrono::{DateTime, Local, SecondsFormat};

use super::{Found, Job, Progress};
use crate::formats::Opened;
use crate::model::json::{is_json, parse_text, to_text, write_pretty};
use crate::model::{Node, Number, Problem, Text, Time, TimeUnit};

/// Texts longer than this are shown, and not looked into.
pub const MAX_LOOKED_INTO: usize = 8 << 20;
/// Blanks that JSON is indented by.
const MAX_BLANKS: usize = 64 << 20;
/// How often JSON may be a text within JSON.
const MAX_WRAPPED: usize = 4;
/// Shorter texts are words by chance.
const MIN_ENCODED: usize = 8;
/// The same for one whose bytes are no text.
const MIN_BINARY: usize = 16;
/// Characters of a time or a number.
const MAX_TIME: usize = 64;

/// What is shown of a value.
#[derive(Clone, Debug)]
pub enum Shown {
    Text(Text),
    Bytes(Arc<[u8]>),
}

/// One way to look at a value.
#[derive(Clone, Debug)]
pub struct Meaning {
    pub name: &'static str,
    pub shown: Shown,
}

impl Meaning {
    fn text(name: &'static str, text: impl Into<Text>) -> Meaning {
        Meaning { name, shown: Shown::Text(text.into()) }
    }

    /// The value itself; `None` for an object or an array, which is to be written first.
    pub fn itself(node: &Node) -> Option<Meaning> {
        Some(match node {
            Node::Null => Meaning::text("Value", "null"),
            Node::Bool(value) => Meaning::text("Value", value.to_string()),
            Node::Number(text) => Meaning::text("Value", Arc::clone(text)),
            Node::String(text) | Node::Raw(text) => Meaning::text("Text", Arc::clone(text)),
            Node::Bytes(bytes) => Meaning { name: "Bytes", shown: Shown::Bytes(Arc::clone(bytes)) },
            Node::Array(_) | Node::Object(_) => return None,
        })
    }

    /// Everything that a value may mean, the value itself first.
    pub fn all(node: &Node) -> Vec<Meaning> {
        let mut all = vec![Meaning::itself(node).unwrap_or_else(|| Meaning::text("as JSON", pretty(node)))];
        match node {
            Node::Number(text) => all.extend(as_time(text)),
            Node::String(text) | Node::Raw(text) if text.len() <= MAX_LOOKED_INTO => {
                all.extend(as_json(text).map(|json| Meaning::text("as JSON", json)));
                if let Some(bytes) = from_base64(text) {
                    decoded("as Base64", "JSON in Base64", bytes, &mut all);
                }
                if let Some(bytes) = from_hex(text) {
                    decoded("as hex", "JSON in hex", bytes, &mut all);
                }
                all.extend(as_time(text));
            }
            _ => {}
        }
        all
    }
}

/// Indented, where that is not out of all proportion: deep values have more blanks than text.
fn pretty(node: &Node) -> String {
    if blanks(node, 1) > MAX_BLANKS {
        return to_text(node);
    }
    let mut text = String::new();
    write_pretty(node, &mut text);
    text
}

/// Blanks before the members of a value that stands so deep.
fn blanks(node: &Node, level: usize) -> usize {
    let own = node.len().unwrap_or(0) * 2 * level;
    own + match node {
        Node::Array(items) => items.iter().map(|item| blanks(item, level + 1)).sum::<usize>(),
        Node::Object(object) => object.0.iter().map(|(_, value)| blanks(value, level + 1)).sum(),
        _ => 0,
    }
}

/// Adds what was encoded: as text where it is one, as JSON too, else as bytes.
fn decoded(name: &'static str, with_json: &'static str, bytes: Vec<u8>, all: &mut Vec<Meaning>) {
    match String::from_utf8(bytes) {
        Ok(text) if is_readable(&text) => {
            let json = as_json(&text);
            all.push(Meaning::text(name, text));
            all.extend(json.map(|json| Meaning::text(with_json, json)));
        }
        Ok(text) => all.push(Meaning { name, shown: Shown::Bytes(text.into_bytes().into()) }),
        Err(error) => all.push(Meaning { name, shown: Shown::Bytes(error.into_bytes().into()) }),
    }
}

fn is_readable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// JSON that is an object or an array, maybe written as a text within JSON a few times.
fn as_json(text: &str) -> Option<String> {
    let mut text = Cow::Borrowed(text.trim());
    for _ in 0..MAX_WRAPPED {
        if !text.starts_with(['{', '[', '"']) || !is_json(&text) {
            return None;
        }
        match parse_text(&text).node {
            Node::String(inside) => text = Cow::Owned(inside.trim().to_owned()),
            node => return Some(pretty(&node)),
        }
    }
    None
}

/// Both alphabets, with and without padding, in lines or in one.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: Cow<'_, str> = match text.trim() {
        text if text.contains(['\n', '\r']) => text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect(),
        text => text.into(),
    };
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).unwrap_or(&text);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if text.len() < MIN_ENCODED || is_hex {
        return None;
    }
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&alphabet, config).decode(text.as_bytes()).ok()?;
    // A name may be spelled by the alphabet alone.
    let mixed = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let is_mixed = mixed(u8::is_ascii_digit) && mixed(u8::is_ascii_uppercase) && mixed(u8::is_ascii_lowercase);
    let is_text = std::str::from_utf8(&bytes).is_ok_and(is_readable);
    (is_text || (is_mixed && text.len() >= MIN_BINARY)).then_some(bytes)
}

/// Digits in pairs, maybe behind `0x` or `\x`.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let named = ["0x", "0X", "\\x"].iter().find_map(|sign| text.strip_prefix(sign));
    let digits = named.unwrap_or(text).as_bytes();
    let is_number = named.is_none() && digits.iter().all(u8::is_ascii_digit);
    if digits.len() < MIN_ENCODED || digits.len() % 2 == 1 || is_number {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// A time as written, or the moments that a number may count to.
fn as_time(text: &str) -> Option<Meaning> {
    let text = text.trim();
    if text.len() > MAX_TIME {
        return None;
    }
    let mut out = String::new();
    if let Some(number) = Number::parse(text) {
        for unit in TimeUnit::ALL {
            if let Some(time) = unit.time(number).filter(|time| time.is_likely()) {
                out.push_str(&moment(unit.sentence(), time));
            }
        }
    } else if let Some(time) = Time::parse(text) {
        let is_date = text.len() <= "2026-10-06".len();
        let has_zone = !is_date && Time::parse(&format!("{text}Z")).is_none();
        out = moment(if has_zone { "as written" } else { "as written, taken as UTC: it names no zone" }, time);
    }
    (!out.is_empty()).then(|| Meaning::text("as a time", out))
}

fn moment(what: &str, time: Time) -> String {
    let local = DateTime::from_timestamp_micros(time.0).map(|at| at.with_timezone(&Local));
    let local = local.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, false)).unwrap_or_default();
    format!("{what}\n  UTC    {}\n  local  {local}\n", time.to_rfc3339())
}

/// Looks for everything that one value may mean.
pub struct MeaningsJob {
    node: Node,
    found: Arc<Vec<Meaning>>,
}

impl MeaningsJob {
    pub fn new(node: Node) -> MeaningsJob {
        MeaningsJob { node, found: Arc::default() }
    }
}

impl Job for MeaningsJob {
    fn step(&mut self, _: &Arc<Opened>, _: Duration) -> Result<bool, Problem> {
        self.found = Arc::new(Meaning::all(&self.node));
        Ok(true)
    }

    fn progress(&self) -> Progress {
        Progress::default()
    }

    fn found(&self) -> Found {
        Found::Meanings(Arc::clone(&self.found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and what is shown, bytes as hex, without the value itself.
    fn others(node: &Node) -> Vec<(&'static str, String)> {
        let shown = |shown: &Shown| match shown {
            Shown::Text(text) => text.to_string(),
            Shown::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        Meaning::all(node)[1..].iter().map(|meaning| (meaning.name, shown(&meaning.shown))).collect()
    }

    fn of_text(text: &str) -> Vec<(&'static str, String)> {
        others(&Node::text(text))
    }

    fn names(text: &str) -> Vec<&'static str> {
        of_text(text).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn json_in_a_text_is_offered_however_often_it_is_wrapped() {
        let pretty = "{\n  \"a\": [\n    1.0\n  ]\n}".to_owned();
        for text in [r#"{"a":[1.0]}"#, " {\"a\" : [1.0]}\n", r#""{\"a\":[1.0]}""#] {
            assert_eq!(of_text(text), [("as JSON", pretty.clone())], "{text}");
        }
        for text in ["{", "{a:1}", r#"{"a":1} and more"#, r#""a word""#, "true", "[1", ""] {
            assert!(of_text(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn base64_is_offered_in_each_of_its_forms_and_not_for_words() {
        for text in ["SGVsbG8sIHdvcmxkIQ==", "SGVsbG8sIHdvcmxkIQ", "SGVsbG8s\r\nIHdvcmxkIQ==\r\n"] {
            assert_eq!(of_text(text), [("as Base64", "Hello, world!".to_owned())], "{text}");
        }
        assert_eq!(names("eyJhIjoxfQ=="), ["as Base64", "JSON in Base64"]);
        assert_eq!(of_text("-_-_AAEC-_8wMTIz")[0].1, "fbffbf000102fbff30313233");
        for text in ["customer", "Withdrawn", "OPENED_LATE_", "account-1042", "SGVsbG8*IHdvcmxkIQ==", "========"] {
            assert!(of_text(text).is_empty(), "{text}: {:?}", of_text(text));
        }
        assert_eq!(names("0x48656C6C6F2C20776F726C6421"), ["as hex"]);
        assert!(names("550e8400e29b41d4a716446655440000").iter().all(|name| *name == "as hex"));
        assert!(names("550e8400-e29b-41d4-a716-446655440000").is_empty());
    }

    #[test]
    fn hex_is_offered_with_and_without_its_sign() {
        for text in ["48656c6c6f", "0x48656C6C6F", "\\x48656c6c6f"] {
            assert_eq!(of_text(text), [("as hex", "Hello".to_owned())], "{text}");
        }
        assert_eq!(of_text("ff00ff00"), [("as hex", "ff00ff00".to_owned())]);
        for text in ["48656c6c6", "cafe", "0x", "12345678", "ff00ff0g", "äöäöäöäö"] {
            assert!(!names(text).contains(&"as hex"), "{text}");
        }
    }

    #[test]
    fn numbers_and_texts_may_be_times() {
        let utc = "  UTC    2026-10-06T14:03:05";
        for (number, unit) in [
            ("1791295385", "seconds since 1970"),
            ("1791295385377", "milliseconds since 1970"),
            ("1791295385377000", "microseconds since 1970"),
            ("1791295385.377", "seconds since 1970"),
            ("639268921853770000", ".NET's ticks since the year 1"),
        ] {
            for found in [others(&Node::number(number)), of_text(number)] {
                let (name, text) = found.last().expect("a meaning").clone();
                assert_eq!(name, "as a time");
                assert!(text.contains(&format!("{unit}\n{utc}")), "{number}: {text}");
            }
        }
        assert!(of_text("2026-10-06T16:03:05+02:00")[0].1.starts_with(&format!("as written\n{utc}Z\n")));
        for text in ["2026-10-06 14:03:05", "2026-10-06"] {
            assert!(of_text(text)[0].1.contains("names no zone"), "{text}");
        }
        for number in ["0", "-40.00", "57", "1e400", "-1791295385", "99999999999999999999999"] {
            assert!(others(&Node::number(number)).is_empty(), "{number}");
        }
    }

    #[test]
    fn what_is_too_long_is_shown_and_not_looked_into() {
        let long = format!("[{}1]", "1,".repeat(MAX_LOOKED_INTO / 2));
        assert_eq!(Meaning::all(&Node::text(&long)).len(), 1);
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(names(&deep), ["as JSON"], "nothing recurses");
        let wide = format!("{}{}1{}", "[".repeat(100), "1,".repeat(1_000_000), "]".repeat(100));
        assert_eq!(of_text(&wide)[0].1.len(), wide.len(), "not a hundred blanks for each digit");
    }

    #[test]
    fn a_value_is_itself_first() {
        let itself = |node: Node| Meaning::all(&node).remove(0);
        assert!(matches!(itself(Node::Null).shown, Shown::Text(text) if &*text == "null"));
        assert!(matches!(itself(parse_text("[1]").node).shown, Shown::Text(text) if &*text == "[\n  1\n]"));
        assert!(matches!(itself(Node::Bytes(Arc::from([0u8, 255]))).shown, Shown::Bytes(bytes) if bytes.len() == 2));
    }
}
