//! The first records of a file of JSON: their keys, by which a dialect is told, and their values,
//! where none knows the keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::line::{KNOWN_KEYS, each_member, each_plain_member, level_name};
use super::records::Records;
use super::shape::Shape;
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::{Cell, Name, Table};
use crate::formats::Reach;
use crate::formats::bytes::Bytes;
use crate::model::json::{end_of_value, to_text, unquoted};

/// Records, and bytes of them, whose values are looked at, where no dialect knows the keys.
const SAMPLED_RECORDS: usize = 500;
const SAMPLED_BYTES: u64 = 8 << 20;
/// Different keys that are counted.
const SEEN_KEYS: usize = 1 << 20;
/// A record with fewer members that are no objects is an envelope around an event.
const LEAST_MEMBERS: usize = 3;
/// Different members of what is in envelopes.
const MAX_INSIDE: usize = 256;

/// Members of members that are kept, records in which they are looked for, and how deep.
const MAX_PATHS: usize = 1_024;
const PATH_RECORDS: usize = 64;
const PATH_DEPTH: usize = 2;
/// Longer keys have no members that are looked for.
const MAX_PATH_KEY: usize = 256;

/// What keys the first records have.
#[derive(Default)]
pub(super) struct SampledKeys {
    pub columns: Vec<String>,
    /// Those of objects in the first of them, `payload.subject`.
    pub inside: Vec<String>,
    /// Further ones need not be looked at.
    pub is_all: bool,
}

/// Adds the members of an object or of the first item of an array, and those of objects in it.
fn look_inside(name: &str, value: &str, depth: usize, found: &mut Vec<String>) {
    if let Some(items) = value.strip_prefix('[') {
        // Items of an array are alike: its first.
        let items = items.trim_start();
        let end = end_of_value(items.as_bytes(), 0).filter(|_| items.starts_with('{'));
        return end.into_iter().for_each(|end| look_inside(name, &items[..end], depth, found));
    }
    if !value.starts_with('{') {
        return;
    }
    // What is no object after all has no members.
    let _ = each_member(value, |key, value| {
        let path = format!("{name}.{key}");
        if depth > 1 {
            look_inside(&path, value, depth - 1, found);
        }
        if found.len() < MAX_PATHS && !found.contains(&path) {
            found.push(path);
        }
    });
}

/// The keys of the first records, each once, and whether further ones need not be looked at.
/// Where there are very many, those count that come again: the others are values that stand where a key should.
pub(super) fn sample_keys(bytes: &Arc<dyn Bytes>, shape: &Shape, reach: Reach) -> io::Result<SampledKeys> {
    let mut records = Records::new(Arc::clone(bytes), shape.clone());
    // Of each key only its hash is kept, and whether it was taken.
    let (hasher, mut seen): (RandomState, HashMap<u64, bool>) = Default::default();
    let mut keys: Vec<String> = (1..=shape.arrays.levels()).map(level_name).collect();
    let mut inside = Vec::new();
    // What is passed over is not looked at.
    let (mut at, mut looked_at) = (shape.start, 0);
    for nth in 0..reach.rows {
        let Some(record) = records.record(at)? else { return Ok(SampledKeys { columns: keys, inside, is_all: true }) };
        if let Ok(text) = std::str::from_utf8(records.text(&record)) {
            // A record that is no object has no keys.
            let _ = each_plain_member(text, shape.typing, |key, value| {
                match seen.entry(hasher.hash_one(key)) {
                    Entry::Vacant(entry) => {
                        let taken = keys.len() < KNOWN_KEYS;
                        entry.insert(taken);
                        keys.extend(taken.then(|| key.to_owned()));
                    }
                    Entry::Occupied(mut entry) if !entry.get() && keys.len() < 2 * KNOWN_KEYS => {
                        entry.insert(true);
                        keys.push(key.to_owned());
                    }
                    Entry::Occupied(_) => {}
                }
                if let Cell::Json(value) = value
                    && nth < PATH_RECORDS
                    && key.len() <= MAX_PATH_KEY
                {
                    look_inside(key, value, PATH_DEPTH, &mut inside);
                }
            });
        }
        at = record.next;
        looked_at += record.len as u64;
        // More would not be kept, or takes too long.
        if seen.len() > SEEN_KEYS || (nth % 256 == 255 && Instant::now() > reach.until) {
            return Ok(SampledKeys { columns: keys, inside, is_all: true });
        }
        if looked_at > reach.bytes {
            break;
        }
    }
    Ok(SampledKeys { columns: keys, inside, is_all: false })
}

/// The values of the first records by key.
pub(super) fn sample(bytes: &Arc<dyn Bytes>, table: &Table, shape: &Shape) -> io::Result<TableSample> {
    let mut records = Records::new(Arc::clone(bytes), shape.clone());
    let places: HashMap<&str, usize> = table.columns.iter().map(Name::as_str).zip(0..).collect();
    let mut at = shape.start;
    let mut rows = Vec::new();
    while rows.len() < SAMPLED_RECORDS && at - shape.start <= SAMPLED_BYTES {
        let Some(record) = records.record(at)? else { break };
        let mut row = vec![Sampled::Null; table.columns.len()];
        if shape.arrays.levels() > 0 {
            for (level, key) in (1..).zip(records.keys(&record)?) {
                if let Some(slot) = places.get(level_name(level).as_str()).and_then(|column| row.get_mut(*column)) {
                    *slot = Sampled::Text(key.to_string());
                }
            }
        }
        let text = std::str::from_utf8(records.text(&record)).unwrap_or_default();
        let taken = each_plain_member(text, shape.typing, |key, value| {
            if let Some(slot) = places.get(key).and_then(|column| row.get_mut(*column)) {
                *slot = sampled(value);
            }
        });
        if taken.is_ok() && !text.is_empty() {
            rows.push(row);
        }
        at = record.next;
    }
    let mut sample = TableSample { table: table.clone(), rows, keys: Vec::new(), count: None };
    look_into_envelopes(&mut sample);
    Ok(sample)
}

/// Where records have hardly a member but objects, the event lies one deeper: their members are
/// columns, too, `event.type`.
fn look_into_envelopes(sample: &mut TableSample) {
    let is_object = |value: &Sampled| matches!(value, Sampled::Text(text) if text.starts_with('{'));
    let is_plain = |at: &usize| sample.rows.iter().any(|row| row[*at] != Sampled::Null && !is_object(&row[*at]));
    let width = sample.table.columns.len();
    let objects: Vec<usize> = (0..width).filter(|at| !is_plain(at)).collect();
    if objects.is_empty() || width - objects.len() >= LEAST_MEMBERS {
        return;
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in &mut sample.rows {
        let mut inside = Vec::new();
        for at in &objects {
            let (Sampled::Text(text), name) = (&row[*at], &sample.table.columns[*at]) else { continue };
            // What is no object after all has no members.
            let _ = each_member(text, |key, value| inside.push((format!("{name}.{key}"), sampled(Cell::Json(value)))));
        }
        for (name, value) in inside {
            let next = width + places.len();
            let at = match places.get(&name) {
                Some(at) => *at,
                None if places.len() >= MAX_INSIDE => continue,
                None => *places.entry(name).or_insert(next),
            };
            row.resize(row.len().max(at + 1), Sampled::Null);
            row[at] = value;
        }
    }
    let mut names: Vec<(usize, String)> = places.into_iter().map(|(name, at)| (at, name)).collect();
    names.sort_unstable();
    sample.table.columns.extend(names.into_iter().map(|(_, name)| Name::from(name)));
    let all = sample.table.columns.len();
    sample.rows.iter_mut().for_each(|row| row.resize(all, Sampled::Null));
}

fn sampled(value: Cell<'_>) -> Sampled {
    let value = match value {
        Cell::Json(value) => Cow::Borrowed(value),
        Cell::Node(node) => Cow::Owned(to_text(node)),
        cell => return Sampled::of(&cell),
    };
    match value.as_bytes().first() {
        None | Some(b'n') => Sampled::Null,
        Some(b'"') => Sampled::Text(unquoted(&value).into_owned()),
        Some(b't' | b'f') => Sampled::Integer(i64::from(value.starts_with('t'))),
        Some(b'{' | b'[') => Sampled::Text(value.into_owned()),
        _ => value.parse().map_or_else(|_| Sampled::Real(value.parse().unwrap_or_default()), Sampled::Integer),
    }
}
