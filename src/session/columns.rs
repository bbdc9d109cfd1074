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

/// The cells of a block of events.
///
/// # Errors
/// Where the store can no longer be read.
pub(super) fn cells(
    source: &mut StreamSource,
    columns: &[PayloadColumn],
    block: u64,
) -> Result<Vec<CellRow>, ReadError> {
    let first = block.saturating_mul(CELL_BLOCK);
    let mut rows = Vec::new();
    for at in first..first.saturating_add(CELL_BLOCK).min(source.rows().len()) {
        let Some(event) = source.event(at)? else { break };
        let cell = |column: Option<&PayloadColumn>| column.and_then(|column| event.data.at(&column.path)).map(short);
        rows.push(CellRow {
            cells: [cell(columns.first()), cell(columns.get(1))],
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

/// Up to two members of the payload that most events have: a number first.
pub(super) fn columns(source: &mut StreamSource) -> Vec<PayloadColumn> {
    let mut seen: Vec<(Pointer, u32, u32, Vec<Text>)> = Vec::new();
    let steps = source.steps(0, SAMPLE).unwrap_or_default();
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
    chosen
        .into_iter()
        .flatten()
        .map(|(path, count, numbers, _)| PayloadColumn {
            path: path.clone(),
            label: path.0.iter().map(|part| &**part).collect::<Vec<_>>().join("."),
            numeric: numbers == count,
        })
        .collect()
}
