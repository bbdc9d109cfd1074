//! Target: JSON text. Both of our parsers and serde_json agree on what it is, and what is
//! written is what was read.

use eventglass::model::Node;
use eventglass::model::json::{self, MAX_DEPTH};
use serde_json::Value;

use crate::driver::{Seen, Target, corpus};

pub struct Json;

impl Target for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        corpus("json").into_iter().map(|(_, bytes)| bytes).collect()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u",
            "\\\"",
            "null",
            "true",
            "false",
            "NaN",
            "Infinity",
            "-Infinity",
            "-",
            ".",
            "e",
            "E+",
            "0",
            "//",
            "/*",
            "'",
            " ",
            "\t",
            "\\ud83d\\ude00",
            "\\ud800\\u0041",
            "\"a\":",
            "1,",
        ]
    }

    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        let parsed = json::parse(input);
        let Ok(text) = std::str::from_utf8(input) else {
            let kept = matches!(&parsed.node, Node::Bytes(bytes) if **bytes == *input);
            return if kept && parsed.error.is_some() {
                Ok(())
            } else {
                Err("bytes that are no text are changed".to_owned())
            };
        };
        seen.text("error", parsed.error.as_deref().unwrap_or("none"));
        seen.value("flags", (parsed.duplicate_key.is_some(), parsed.replaced));
        agree(text, &parsed)?;
        if parsed.error.is_some() {
            let kept = matches!(&parsed.node, Node::Raw(raw) if **raw == *text);
            return if kept { Ok(()) } else { Err("text that is no JSON is changed".to_owned()) };
        }
        let mut found = Found::default();
        look(&parsed.node, 0, &mut found, seen);
        seen.size("nodes", found.nodes);
        if found.depth > MAX_DEPTH {
            return Err(format!("taken apart down to level {}", found.depth));
        }
        if found.nodes > input.len() {
            return Err(format!("{} nodes of {} bytes", found.nodes, input.len()));
        }
        if found.has_duplicate != parsed.duplicate_key.is_some() {
            return Err(format!("a key twice: {}, said: {:?}", found.has_duplicate, parsed.duplicate_key));
        }
        written_is_read(&parsed.node)?;
        let trimmed = text.trim_ascii();
        if trimmed.starts_with(['{', '[', '"']) && json::end_of_value(trimmed.as_bytes(), 0) != Some(trimmed.len()) {
            return Err("the value ends elsewhere by its brackets".to_owned());
        }
        Ok(())
    }
}

/// Both parsers of ours, and serde_json where it is no stricter than JSON's grammar.
fn agree(text: &str, parsed: &json::Parsed) -> Result<(), String> {
    let fits = parsed.error.is_none();
    if json::is_json(text) != fits {
        return Err(format!("by the grammar it is JSON: {}, by the parser: {:?}", !fits, parsed.error));
    }
    let mended = json::with_whole_characters(text);
    if json::with_whole_characters(&mended) != mended {
        return Err("a mended text is mended again".to_owned());
    }
    match serde_json::from_str::<Value>(&mended) {
        Ok(value) if fits => same(&parsed.node, &value),
        Ok(_) => Err(format!("serde_json reads it, we do not: {:?}", parsed.error)),
        // Limits of its own: depth, and numbers that no f64 holds.
        Err(error) if fits && !is_a_limit(&error) => Err(format!("we read it, serde_json does not: {error}")),
        Err(_) => Ok(()),
    }
}

pub fn is_a_limit(error: &serde_json::Error) -> bool {
    let said = error.to_string();
    said.contains("recursion limit") || said.contains("number out of range")
}

/// The node is this value: the last of duplicate keys counts, numbers are the same f64.
pub fn same(node: &Node, value: &Value) -> Result<(), String> {
    let differs = || Err(format!("we read another value than serde_json:\n{node:?}\n{value}"));
    match (node, value) {
        (Node::Null, Value::Null) => Ok(()),
        (Node::Bool(a), Value::Bool(b)) if a == b => Ok(()),
        (Node::String(a), Value::String(b)) if **a == **b => Ok(()),
        (Node::Number(a), Value::Number(b)) if is_number(a, b) => Ok(()),
        (Node::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).try_for_each(|(node, value)| same(node, value))
        }
        (Node::Object(a), Value::Object(b)) => {
            b.iter().try_for_each(|(key, value)| a.get(key).map_or_else(differs, |node| same(node, value)))?;
            if a.0.iter().all(|(key, _)| b.contains_key(&**key)) { Ok(()) } else { differs() }
        }
        (Node::Raw(text), value) => {
            let inner: Value = serde_json::from_str(text).map_err(|error| format!("raw text is no JSON: {error}"))?;
            if inner == *value { Ok(()) } else { differs() }
        }
        _ => differs(),
    }
}

/// serde_json's f64 may be off in the last digit.
fn is_number(text: &str, number: &serde_json::Number) -> bool {
    let (Ok(a), Some(b)) = (text.parse::<f64>(), number.as_f64()) else { return false };
    a == b || (a - b).abs() <= a.abs() * 1e-14
}

#[derive(Default)]
struct Found {
    nodes: usize,
    depth: usize,
    has_duplicate: bool,
}

fn look(node: &Node, depth: usize, found: &mut Found, seen: &mut Seen) {
    found.nodes += 1;
    let kind = match node {
        Node::Null => "null",
        Node::Bool(_) => "bool",
        Node::Number(text) if text.len() > 20 => "long number",
        Node::Number(text) if text.contains(['e', 'E']) => "number with exponent",
        Node::Number(_) => "number",
        Node::String(text) if text.contains('\u{fffd}') => "mended string",
        Node::String(text) if text.is_empty() => "empty string",
        Node::String(_) => "string",
        Node::Raw(_) => "raw",
        Node::Bytes(_) => "bytes",
        Node::Array(items) => {
            found.depth = found.depth.max(depth + 1);
            items.iter().for_each(|item| look(item, depth + 1, found, seen));
            "array"
        }
        Node::Object(object) => {
            found.depth = found.depth.max(depth + 1);
            let mut keys: Vec<&str> = object.0.iter().map(|(key, _)| &**key).collect();
            keys.sort_unstable();
            found.has_duplicate |= keys.windows(2).any(|pair| pair[0] == pair[1]);
            object.0.iter().for_each(|(_, item)| look(item, depth + 1, found, seen));
            "object"
        }
    };
    seen.value(kind, usize::BITS - depth.leading_zeros());
}

/// Written compactly or with lines, it is read as the same again.
fn written_is_read(node: &Node) -> Result<(), String> {
    let mut pretty = String::new();
    json::write_pretty(node, &mut pretty);
    let compact = json::to_text(node);
    for text in [&compact, &pretty] {
        let again = json::parse_text(text);
        if !json::is_json(text) || again.error.is_some() {
            return Err(format!("what we write is no JSON: {:?}", again.error));
        }
        // Raw text keeps its blanks, so that only the compact form is compared.
        if again.node != *node && !has_raw(node) {
            return Err("what we write is read as something else".to_owned());
        }
        if json::to_text(&again.node) != compact && !has_raw(node) {
            return Err("it is written in two ways".to_owned());
        }
    }
    Ok(())
}

fn has_raw(node: &Node) -> bool {
    match node {
        Node::Raw(_) => true,
        Node::Array(items) => items.iter().any(has_raw),
        Node::Object(object) => object.0.iter().any(|(_, node)| has_raw(node)),
        _ => false,
    }
}
