//! Which member of the payloads names the stream, where a dialect cannot know it: the one that
//! repeats most over the first events.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::{EventPage, OpenError, PageRow, ReadError, ScanCursor, Store};
use crate::dialect::{Dialect, DialectError, Name, nearest};
use crate::model::{Findings, Node, RowKey};

/// Rows of each table that are looked at.
const ROWS: usize = 4_096;
/// Steps of a scan to get them.
const STEPS: usize = 64;
/// Members that are told apart.
const MEMBERS: usize = 1_000;

/// How often a member is there.
#[derive(Default)]
struct Seen {
    events: usize,
    /// Hashes of what it holds.
    values: HashSet<u64>,
    /// The place in the order in which members were met.
    order: usize,
}

impl Seen {
    fn repeats(&self) -> usize {
        self.events - self.values.len()
    }
}

/// The members to follow, none where no payload has such a member; and why, where there are rows.
pub(super) fn find(tables: &[Arc<dyn Store>], dialect: &Dialect) -> Result<(Vec<String>, Option<String>), ReadError> {
    let (mut seen, mut events, mut rows) = (HashMap::<Vec<String>, Seen>::new(), HashSet::new(), 0);
    let hasher = RandomState::new();
    for store in tables {
        each_row(&**store, |row, node| {
            rows += 1;
            if !events.insert(hasher.hash_one((row.event_type, row.payload.bytes()))) {
                return;
            }
            let Node::Object(object) = node else { return };
            for (key, value) in object.0.iter().filter(|(key, _)| dialect.may_be_stream(key)) {
                let Some((path, value)) = scalar(key, value) else { continue };
                let order = seen.len();
                if order >= MEMBERS && !seen.contains_key(&path) {
                    continue;
                }
                let member = seen.entry(path).or_insert_with(|| Seen { order, ..Seen::default() });
                member.events += 1;
                member.values.insert(hasher.hash_one(value));
            }
        })?;
    }
    let best = seen.iter().max_by_key(|(_, seen)| (seen.repeats(), seen.events, usize::MAX - seen.order));
    let Some((path, seen)) = best else {
        let sentence = "no payload has a member that names its stream, so each type of event is one: \
            --map stream=KEY names one";
        return Ok((Vec::new(), (rows > 0).then(|| sentence.to_owned())));
    };
    let (of, values) = (seen.events, seen.values.len());
    let first = if rows >= ROWS { "the first " } else { "" };
    let sentence = format!(
        "streams are named by {}, the member of the payloads that repeats most: {values} values in {first}{of} events; \
         --map stream=KEY takes another",
        path.join(".")
    );
    Ok((path.clone(), Some(sentence)))
}

/// A member that a user named must be somewhere in the first events.
///
/// # Errors
/// Where it is in none of them, or they cannot be read.
pub(super) fn check(tables: &[Arc<dyn Store>], named: &str, without: &str) -> Result<(), OpenError> {
    let (mut is_there, mut rows, mut members) = (false, 0, HashSet::<String>::new());
    for store in tables {
        each_row(&**store, |row, node| {
            rows += 1;
            is_there |= row.stream != without;
            if let Node::Object(object) = node
                && members.len() < MEMBERS
            {
                members.extend(object.0.iter().map(|(key, _)| key.to_string()));
            }
        })?;
    }
    if is_there || rows == 0 {
        return Ok(());
    }
    let mut members: Vec<Name> = members.into_iter().map(Name::from).collect();
    members.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let message = format!("there is no column {named} for the stream, and no payload has such a member");
    let help = match nearest(&Name::from(named), &members) {
        Some(near) => format!("did you mean {near}?"),
        None => "leave stream= out: the member that repeats most is taken then".to_owned(),
    };
    Err(DialectError::of_map("stream", message, help).into())
}

/// A value that can be a name, and the way to it: an id may be an object around it.
fn scalar<'n>(key: &str, value: &'n Node) -> Option<(Vec<String>, &'n str)> {
    match value {
        Node::String(text) | Node::Number(text) => Some((vec![key.to_owned()], text)),
        Node::Object(object) => match object.0.as_slice() {
            [(inner, Node::String(text) | Node::Number(text))] => Some((vec![key.to_owned(), inner.to_string()], text)),
            _ => None,
        },
        _ => None,
    }
}

/// The first rows of a store, each with its payload.
fn each_row(store: &dyn Store, mut then: impl FnMut(&PageRow<'_>, &Node)) -> Result<(), ReadError> {
    let (mut scanner, mut fetcher) = (store.scanner()?, store.fetcher()?);
    let (mut page, mut cursor, mut keys) = (EventPage::default(), ScanCursor::START, Vec::<RowKey>::new());
    for _ in 0..STEPS {
        let step = scanner.scan(&cursor, &mut page, &mut Findings::default())?;
        keys.extend(page.iter().map(|row| row.key));
        cursor = step.cursor;
        if step.end || keys.len() >= ROWS {
            break;
        }
    }
    keys.truncate(ROWS);
    let mut at = 0;
    while at < keys.len() {
        page.clear();
        at += fetcher.fetch(&keys[at..], None, &mut page, &mut Findings::default())?.max(1);
        for row in page.iter() {
            then(&row, &store.decode(&row).data);
        }
    }
    Ok(())
}
