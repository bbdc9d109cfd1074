//! [`Gather`]: rows on their way to be events, and what is to be said of those that are not done
//! with.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::events::Row;
use crate::dialect::Group;
use crate::formats::{PageRow, Stored};
use crate::model::json::{parse_text, to_text};
use crate::model::{FindingCode, Findings, Node, Position, Text, Time};

/// Rows that are told apart, at most: 48 bytes each while they are.
const MAX_ROWS: usize = 4_000_000;
/// Listeners and words that are counted apart, and characters of each that are shown.
const MAX_COUNTS: usize = 1_000;
const MAX_SHOWN: usize = 400;

/// What a row says of how far it is.
pub(super) struct State {
    pub each: Text,
    pub status: Option<Text>,
    pub is_done: bool,
}

impl State {
    pub fn of(metadata: &Stored<&[u8]>, group: &Group) -> State {
        let node = parse_text(metadata.text()).node;
        let text = |name: &str| match node.get(name) {
            None | Some(Node::Null) => None,
            Some(Node::String(text)) => Some(Arc::clone(text)),
            Some(other) => Some(Text::from(to_text(other))),
        };
        let status = text(&group.status);
        let is_done = text(&group.done).is_some()
            && status.as_ref().is_none_or(|word| word.eq_ignore_ascii_case(&group.done_status));
        State { each: text(&group.each).unwrap_or_default(), status, is_done }
    }

    /// How far it is, and for whom, in short.
    pub fn shown(&self) -> (String, String) {
        let short = |text: &str| match text.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        (short(self.status.as_deref().unwrap_or("without a status")), short(&self.each))
    }
}

/// Rows on their way to be events.
#[derive(Default)]
pub(super) struct Gather {
    pub rows: Vec<Row>,
    hasher: RandomState,
    pub is_full: bool,
    /// Of rows that are not done with, by status and listener: how many, and the oldest.
    waiting: HashMap<(String, String), (u64, Option<Time>)>,
    without_status: u64,
    has_status: bool,
}

impl Gather {
    pub fn add(&mut self, row: &PageRow<'_>, group: &Group) {
        if self.rows.len() >= MAX_ROWS {
            self.is_full = true;
            return;
        }
        let state = State::of(&row.metadata, group);
        self.has_status |= state.status.is_some();
        if !state.is_done {
            self.without_status += u64::from(state.status.is_none());
            let mut key = state.shown();
            if self.waiting.len() >= MAX_COUNTS && !self.waiting.contains_key(&key) {
                key = ("of other kinds".to_owned(), "others".to_owned());
            }
            let (count, oldest) = self.waiting.entry(key).or_default();
            *count += 1;
            *oldest = (*oldest).into_iter().chain(row.time).min();
        }
        let same = match &row.position {
            Position::Text(text) => text,
            _ => row.event_type,
        };
        self.rows.push(Row {
            content: self.hasher.hash_one((same, row.payload.bytes())),
            time: row.time,
            key: row.key,
            stream: self.hasher.hash_one(row.stream),
            each: self.hasher.hash_one(&state.each) as u32,
            is_done: state.is_done,
        });
    }

    /// What is to be said of all rows, the oldest first.
    pub fn tell(&self, group: &Group, notes: &mut Findings) {
        if self.is_full {
            let message = format!("only the first {MAX_ROWS} rows are read");
            notes.note(FindingCode::TruncatedTail, message);
        }
        let count: u64 = self.waiting.values().map(|(count, _)| count).sum();
        if count == 0 {
            return;
        }
        let (of, oldest) = (self.rows.len(), self.waiting.values().filter_map(|(_, oldest)| *oldest).min());
        let mut note = |message: String| notes.note(FindingCode::Incomplete, message);
        note(format!("{count} of {of} rows are not completed, the oldest{}", written(oldest)));
        if self.without_status > 0 {
            let why = if self.has_status { &group.some_without_status } else { &group.all_without_status };
            note(format!("{} of them without a status: {why}", self.without_status));
        }
        let mut waiting: Vec<_> = self.waiting.iter().collect();
        waiting.sort_by_key(|((status, each), (_, oldest))| (*oldest, status, each));
        for ((status, each), (count, oldest)) in waiting {
            note(format!("{count} {status}, the oldest{}: {each}", written(*oldest)));
        }
    }
}

/// When a row was written, behind other words.
pub(super) fn written(time: Option<Time>) -> String {
    time.map_or_else(|| " without a time".to_owned(), |time| format!(" of {}", time.to_rfc3339()))
}
