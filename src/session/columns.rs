//! What the list of events shows of payloads: which members are worth a column, and their
//! values as cells.

use std::collections::HashMap;
use std::sync::Arc;

use super::{CELL_BLOCK, CellRow, StreamSource};
use crate::formats::ReadError;
use crate::index::StreamRows;
use crate::model::json::to_text;
use crate::model::{Node, Pointer, Text, TypeId};
use crate::replay::timeline::EventSource;

/// Events looked at for payload columns.
const SAMPLE: u64 = 200;
/// How deep members are listed, how many of each object, and of all.
const DEEPEST: usize = 4;
const MEMBERS: usize = 64;
const PATHS: usize = 400;
/// Longest text of a cell, in characters.
const CELL_CHARS: usize = 60;

/// A payload member worth a column in the list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadColumn {
    /// Where in the payload.
    pub path: Pointer,
    /// What the header says: `amount`, `card.last4`.
    pub label: String,
    /// Values are numbers, set to the right.
    pub numeric: bool,
}

/// Members of payloads that can be a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayloadPaths {
    /// With the number of events that have it, the most first.
    pub paths: Vec<(PayloadColumn, u32)>,
    /// So many events were looked at.
    pub of: u32,
}

impl PayloadColumn {
    /// The column of a path of which nothing else is known.
    pub fn of(path: Pointer) -> PayloadColumn {
        PayloadColumn { label: path.readable(), path, numeric: false }
    }
}

/// The cells of a block of events.
///
/// # Errors
/// Where the store can no longer be read.
pub(super) fn cells(source: &mut StreamSource, columns: &[Pointer], block: u64) -> Result<Vec<CellRow>, ReadError> {
    let first = block.saturating_mul(CELL_BLOCK);
    let mut rows = Vec::new();
    for at in first..first.saturating_add(CELL_BLOCK).min(source.rows().len()) {
        let Some(event) = source.event(at)? else { break };
        rows.push(CellRow {
            cells: columns.iter().map(|path| event.data.at(path).map(short)).collect(),
            marks: event.marks,
            undecodable: event.undecodable.is_some(),
        });
    }
    Ok(rows)
}

/// A value as a cell shows it.
fn short(node: &Node) -> Text {
    let text = match node {
        Node::String(text) => Arc::clone(text),
        Node::Array(items) => Arc::from(format!("[{}]", items.len())),
        Node::Object(object) => Arc::from(format!("{{{}}}", object.0.len())),
        leaf => Arc::from(to_text(leaf)),
    };
    match text.char_indices().nth(CELL_CHARS) {
        Some((cut, _)) => Arc::from(format!("{}…", &text[..cut])),
        None => text,
    }
}

/// How often each type occurs, the most frequent first.
pub(super) fn types(rows: &StreamRows) -> Vec<(TypeId, u64)> {
    let mut counts: HashMap<TypeId, u64> = HashMap::new();
    for at in 0..rows.len() {
        if let Some(id) = rows.type_id(at) {
            *counts.entry(id).or_default() += 1;
        }
    }
    let mut list: Vec<(TypeId, u64)> = counts.into_iter().collect();
    list.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    list
}

/// Which members the first events have, and up to two of them that most have: a number first.
pub(super) fn columns(source: &mut StreamSource) -> (Vec<PayloadColumn>, PayloadPaths) {
    let mut seen: Vec<(Pointer, u32, u32, Vec<Text>)> = Vec::new();
    let steps = source.steps(0, SAMPLE).unwrap_or_default();
    let paths = paths(steps.iter().map(|step| step.data.node()));
    for step in &steps {
        let Node::Object(object) = step.data.node() else { continue };
        for (key, node) in object.0.iter().take(24) {
            if !matches!(node, Node::Number(_) | Node::String(_) | Node::Bool(_)) {
                continue;
            }
            let path = Pointer(vec![Arc::clone(key)]);
            let place = seen.iter().position(|(other, ..)| *other == path).unwrap_or_else(|| {
                seen.push((path, 0, 0, Vec::new()));
                seen.len() - 1
            });
            let (_, count, numbers, values) = &mut seen[place];
            *count += 1;
            *numbers += u32::from(matches!(node, Node::Number(_)));
            let value = short(node);
            if values.len() < 32 && !values.contains(&value) {
                values.push(value);
            }
        }
    }
    // A value that never changes tells nothing, and ids and times have columns of their own.
    let telling = |(path, count, _, values): &&(Pointer, u32, u32, Vec<Text>)| {
        let name = path.0.first().map(|name| name.to_lowercase()).unwrap_or_default();
        let id_or_time = name.ends_with("id") || name == "at" || name == "timestamp" || name.ends_with("_at");
        *count * 4 >= steps.len() as u32 && (values.len() > 1 || steps.len() == 1) && !id_or_time
    };
    let mut list: Vec<&(Pointer, u32, u32, Vec<Text>)> = seen.iter().filter(telling).collect();
    list.sort_by_key(|(_, count, numbers, _)| std::cmp::Reverse((*numbers == *count, *count)));
    let number = list.iter().find(|(_, count, numbers, _)| numbers == count).copied();
    let words =
        list.iter().filter(|(_, count, numbers, _)| numbers < count).copied().max_by_key(|(_, count, ..)| *count);
    let second_number = list.iter().filter(|(_, count, numbers, _)| numbers == count).nth(1).copied();
    let chosen = [number, words.or(second_number)];
    let column = |(path, count, numbers, _): &(Pointer, u32, u32, Vec<Text>)| PayloadColumn {
        numeric: numbers == count,
        ..PayloadColumn::of(path.clone())
    };
    (chosen.into_iter().flatten().map(column).collect(), paths)
}

/// The members of these payloads and of the objects in them, by how many payloads have each.
fn paths<'n>(payloads: impl Iterator<Item = &'n Node>) -> PayloadPaths {
    /// How many have it, how many of those a number, and where it was first seen.
    #[derive(Default)]
    struct Seen(u32, u32, usize);
    fn note(node: &Node, path: &Pointer, seen: &mut HashMap<Pointer, Seen>) {
        let Node::Object(object) = node else { return };
        for (key, value) in object.0.iter().take(MEMBERS) {
            let path = path.child(key);
            if matches!(value, Node::Object(inner) if !inner.0.is_empty()) && path.0.len() < DEEPEST {
                note(value, &path, seen);
                continue;
            }
            let place = seen.len();
            if place >= PATHS && !seen.contains_key(&path) {
                continue;
            }
            let own = seen.entry(path).or_insert(Seen(0, 0, place));
            own.0 += 1;
            own.1 += u32::from(matches!(value, Node::Number(_)));
        }
    }
    let (mut seen, mut of) = (HashMap::new(), 0);
    for payload in payloads {
        of += 1;
        note(payload, &Pointer::default(), &mut seen);
    }
    let mut list: Vec<(Pointer, Seen)> = seen.into_iter().collect();
    list.sort_by_key(|(_, Seen(count, _, first))| (std::cmp::Reverse(*count), *first));
    let column = |(path, Seen(count, numbers, _)): (Pointer, Seen)| {
        // A key that is there twice counts once.
        (PayloadColumn { numeric: numbers == count, ..PayloadColumn::of(path) }, count.min(of))
    };
    PayloadPaths { paths: list.into_iter().map(column).collect(), of }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    #[test]
    fn members_are_listed_by_how_many_payloads_have_them() {
        let payloads = [
            r#"{"amount":1,"card":{"last4":"1234","of":{"bank":"x","e":{"f":1}}},"tags":[1,2]}"#,
            r#"{"card":{"last4":"9"},"amount":"much","none":{}}"#,
            r#"{"amount":2}"#,
            "[1]",
        ];
        let nodes: Vec<Node> = payloads.iter().map(|text| parse_text(text).node).collect();
        let found = paths(nodes.iter());
        let words: Vec<String> = found
            .paths
            .iter()
            .map(|(column, count)| format!("{} {count}{}", column.label, if column.numeric { " n" } else { "" }))
            .collect();
        let want = ["amount 3", "card.last4 2", "card.of.bank 1", "card.of.e.f 1 n", "tags 1", "none 1"];
        assert_eq!((words, found.of), (want.map(str::to_owned).to_vec(), 4));
        let wide: String = (0..2_000).map(|n| format!("\"k{n}\":{{\"a\":1,\"b\":2}},")).collect();
        let wide = parse_text(&format!("{{{wide}\"z\":1}}")).node;
        assert_eq!(paths([&wide].into_iter()).paths.len(), 2 * MEMBERS);
    }
}
