//! [`Column`]: what stands in a column of a sample, or in one member of the JSON in it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::names::{POSITION, VERSION, Words, names};
use super::{CUT, Sampled, TableSample};
use crate::dialect::decode::looks_packed;
use crate::model::json::{is_json, parse_text, to_text};
use crate::model::{Node, uuid};

/// Members of JSON that are looked at, in one column.
const MEMBERS: usize = 64;

/// A column, or a member of the JSON in one, which a path names.
pub(super) struct Column {
    /// As `--map` says it.
    pub path: String,
    /// What its name is.
    name: String,
    pub is_member: bool,
    /// By row, in the order of judgement.
    pub integers: Vec<Option<i64>>,
    pub facts: Facts,
}

impl Column {
    fn of(path: String, name: String, is_member: bool, values: &[&Sampled]) -> Column {
        let is_number = names(VERSION, &name) >= 2.0 || names(POSITION, &name) >= 2.0;
        let integer = |value: &&Sampled| match value {
            Sampled::Integer(value) => Some(*value),
            // A number as text, or `1.0`, is one where its name says so.
            Sampled::Real(value) if is_number && value.fract() == 0.0 && value.abs() < 1e15 => Some(*value as i64),
            Sampled::Text(text) if is_number && text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        let integers = values.iter().map(integer).collect();
        Column { path, name, is_member, integers, facts: Facts::of(values) }
    }

    /// Whole numbers in nearly every row that has a value.
    pub fn holds_numbers(&self) -> bool {
        let numbers = self.integers.iter().flatten().count();
        let there = self.facts.ids.iter().flatten().count();
        numbers > 0 && numbers * 100 >= there * 99
    }

    /// The numbers never fall from row to row: they count the rows, whatever stream these are of.
    pub fn never_falls(&self) -> bool {
        self.integers.iter().flatten().is_sorted()
    }

    /// How well the name says that it has a role.
    pub fn says(&self, role: Words) -> f64 {
        names(role, &self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers go up from row to row.
    pub fn ascends(&self) -> bool {
        self.integers.iter().is_sorted_by(|a, b| a < b)
    }
}

/// The columns of a sample, its rows in this order.
pub(super) fn columns(sample: &TableSample, order: &[usize]) -> Vec<Column> {
    let values = |at: usize| order.iter().map(|row| &sample.rows[*row][at]).collect::<Vec<_>>();
    let named = sample.table.columns.iter().enumerate();
    named.map(|(at, name)| Column::of(name.to_string(), name.to_string(), false, &values(at))).collect()
}

/// What is inside columns: the values of members, by path.
pub(super) struct Inside(Vec<(String, String, Vec<Sampled>)>);

impl Inside {
    /// The members of the JSON objects in the columns.
    pub fn of(sample: &TableSample, columns: &[Column], order: &[usize]) -> Inside {
        let found =
            columns.iter().enumerate().filter(|(_, column)| column.facts.json > 0.5).flat_map(|(at, column)| {
                let values: Vec<&Sampled> = order.iter().map(|row| &sample.rows[*row][at]).collect();
                members(&column.path, &values)
            });
        Inside(found.collect())
    }

    /// The members of what is inside.
    pub fn deeper(&self) -> Inside {
        let deep = |(path, _, values): &(String, String, Vec<Sampled>)| {
            let values: Vec<&Sampled> = values.iter().collect();
            if Facts::of(&values).json > 0.5 { members(path, &values) } else { Vec::new() }
        };
        Inside(self.0.iter().flat_map(deep).take(MEMBERS).collect())
    }

    pub fn columns(&self) -> Vec<Column> {
        let column = |(path, name, values): &(String, String, Vec<Sampled>)| {
            Column::of(path.clone(), name.clone(), true, &values.iter().collect::<Vec<_>>())
        };
        self.0.iter().map(column).collect()
    }
}

/// The members of the objects that are the values of a path.
fn members(path: &str, values: &[&Sampled]) -> Vec<(String, String, Vec<Sampled>)> {
    let mut members: Vec<(String, Vec<Sampled>)> = Vec::new();
    for (place, value) in values.iter().enumerate() {
        for (key, value) in object(value) {
            let known = members.iter().position(|(own, _)| *own == key);
            let slot = known.unwrap_or(members.len());
            // A path ends such a name too early.
            if known.is_none() && members.len() < MEMBERS && !key.is_empty() && !key.contains(['.', ':', '+']) {
                members.push((key, vec![Sampled::Null; values.len()]));
            }
            if let Some((_, values)) = members.get_mut(slot) {
                values[place] = value;
            }
        }
    }
    members.into_iter().map(|(name, values)| (format!("{path}.{name}"), name, values)).collect()
}

fn object(value: &Sampled) -> Vec<(String, Sampled)> {
    let text = match value {
        Sampled::Text(text) => text.as_str(),
        Sampled::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        _ => "",
    };
    match parse_text(text).node {
        Node::Object(object) => object.0.iter().map(|(key, node)| (key.to_string(), sampled(node))).collect(),
        _ => Vec::new(),
    }
}

fn sampled(node: &Node) -> Sampled {
    match node {
        Node::Null => Sampled::Null,
        Node::Bool(value) => Sampled::Integer(i64::from(*value)),
        Node::Number(text) => match text.parse() {
            Ok(number) => Sampled::Integer(number),
            Err(_) => Sampled::Real(text.parse().unwrap_or_default()),
        },
        Node::String(text) => Sampled::Text(text.to_string()),
        node => Sampled::Text(to_text(node)),
    }
}

/// What a column's values are like.
pub(super) struct Facts {
    /// Each value as a number that is equal for equal ones.
    pub ids: Vec<Option<u64>>,
    pub nulls: f64,
    /// How many different values there are, and which share of all that is.
    pub distinct: usize,
    pub variety: f64,
    pub integers: f64,
    pub bytes: f64,
    pub json: f64,
    pub time: f64,
    pub length: f64,
    /// Holds a UUID: no other of these things has its id.
    pub uuid: f64,
    /// Nothing but 0 and 1.
    pub is_flag: bool,
}

impl Facts {
    pub fn of(values: &[&Sampled]) -> Facts {
        let there: Vec<&&Sampled> = values.iter().filter(|value| ***value != Sampled::Null).collect();
        let share = |holds: &dyn Fn(&Sampled) -> bool| {
            there.iter().filter(|value| holds(value)).count() as f64 / there.len().max(1) as f64
        };
        let ids: Vec<Option<u64>> = values.iter().map(|value| id(value)).collect();
        let distinct = ids.iter().flatten().collect::<HashSet<_>>().len();
        let length: usize = there.iter().map(|value| length(value)).sum();
        Facts {
            distinct,
            variety: distinct as f64 / there.len().max(1) as f64,
            nulls: 1.0 - there.len() as f64 / values.len().max(1) as f64,
            integers: share(&|value| matches!(value, Sampled::Integer(_))),
            bytes: share(&|value| matches!(value, Sampled::Bytes(_))),
            json: share(&is_document),
            time: share(&is_time),
            uuid: share(&is_uuid),
            length: length as f64 / there.len().max(1) as f64,
            is_flag: !there.is_empty() && share(&|value| matches!(value, Sampled::Integer(0 | 1))) == 1.0,
            ids,
        }
    }

    /// Every row has a value of its own.
    pub fn is_unique(&self) -> bool {
        self.nulls == 0.0 && self.distinct == self.ids.len()
    }

    /// Short words, in every row.
    pub fn is_word(&self) -> bool {
        self.nulls == 0.0 && self.is_word_if_there()
    }

    pub fn is_word_if_there(&self) -> bool {
        self.json < 0.2 && self.time < 0.2 && self.bytes < 0.5 && self.length < 200.0
    }
}

fn id(value: &Sampled) -> Option<u64> {
    let mut state = DefaultHasher::new();
    match value {
        Sampled::Null => return None,
        Sampled::Integer(value) => value.hash(&mut state),
        Sampled::Real(value) => value.to_bits().hash(&mut state),
        Sampled::Text(value) => value.hash(&mut state),
        Sampled::Bytes(value) => value.hash(&mut state),
    }
    Some(state.finish())
}

fn is_uuid(value: &Sampled) -> bool {
    match value {
        Sampled::Text(text) => uuid::find(text).is_some(),
        Sampled::Bytes(bytes) => bytes.len() == 16,
        _ => false,
    }
}

fn length(value: &Sampled) -> usize {
    match value {
        Sampled::Text(text) => text.len(),
        Sampled::Bytes(bytes) => bytes.len(),
        _ => 1,
    }
}

/// JSON with members or items, or bytes that hold some packed.
fn is_document(value: &Sampled) -> bool {
    match value {
        Sampled::Text(text) if text.starts_with("---\n") || text.starts_with("<?xml") => true,
        // Some write JSON into a JSON string.
        Sampled::Text(text) if text.starts_with("\"{") || text.starts_with("\"[") => is_json(text),
        Sampled::Text(text) => text.trim_start().starts_with(['{', '[']) && (text.len() >= CUT || is_json(text)),
        Sampled::Bytes(bytes) => looks_packed(bytes) || matches!(bytes.as_slice(), [b'{' | b'[' | b'<', ..]),
        _ => false,
    }
}

/// A date as text, or a number that is a time between 1995 and 2100 in some unit.
fn is_time(value: &Sampled) -> bool {
    match value {
        Sampled::Text(text) => {
            let bytes = text.as_bytes();
            let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
            let date = digits(0, 4) && digits(5, 7) && digits(8, 10) && bytes[4] == b'-' && bytes[7] == b'-';
            date && matches!(bytes.get(10), None | Some(b'T' | b' '))
        }
        Sampled::Integer(value) => {
            [1, 1_000, 1_000_000, 1_000_000_000]
                .into_iter()
                .any(|unit| (788_918_400 * unit..4_102_444_800_i64.saturating_mul(unit)).contains(value))
                || (629_245_152_000_000_000..662_379_552_000_000_000).contains(value)
        }
        Sampled::Real(value) => (788_918_400.0..4_102_444_800.0).contains(value),
        _ => false,
    }
}
