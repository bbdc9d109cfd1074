//! The list of streams: categories with their streams below, filtered, sorted and folded.

use std::borrow::Cow;

use super::{Content, Count};
use crate::app::action::StreamSort;
use crate::app::command::CommandContext;
use crate::app::store::OpenStore;
use crate::model::{CategoryId, Severity, StreamId, StreamStatus, Time};
use crate::session::Reading;

pub struct StreamsView<'a> {
    /// Text in the filter.
    pub filter: &'a str,
    pub sort: StreamSort,
    /// The largest, newest or last name first.
    pub descending: bool,
    /// `Empty`: the store has no streams; a filter without a match is `Ready` with no rows.
    pub rows: Content<'a, &'a dyn StreamLines>,
    /// Streams that pass the filter.
    pub shown: u64,
    pub total: Count,
    /// System streams that pass the filter and are left out all the same.
    pub hidden: u64,
    /// Findings of the whole store, and the worst of them.
    pub findings: u64,
    pub worst: Option<Severity>,
    pub findings_open: bool,
    /// The stream that is shown.
    pub selected: Option<StreamId>,
    /// Its name, for the narrow layout's drop-down.
    pub selected_name: Option<&'a str>,
}

impl StreamsView<'_> {
    /// Streams are there, and the filter lets none of them pass.
    pub fn none_matches(&self) -> bool {
        matches!(&self.rows, Content::Ready(rows) if rows.is_empty())
    }
}

/// Rows of the list of streams.
pub trait StreamLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> StreamLine<'_>;
    /// Row of the category that row `i` is in, or is; none where streams are not grouped.
    fn category_of(&self, i: u64) -> Option<u64>;
    /// Row of a stream, where it is visible.
    fn index_of(&self, stream: StreamId) -> Option<u64>;
}

/// One row of the list of streams.
pub enum StreamLine<'a> {
    Category {
        category: CategoryId,
        /// Empty = streams without one.
        name: Cow<'a, str>,
        /// It is a kind of the category above, whose name it begins with: so many bytes.
        below: Option<usize>,
        /// Streams that pass the filter, those of its kinds among them.
        shown: u64,
        /// All its streams.
        total: Count,
        /// Its streams follow.
        expanded: bool,
    },
    Stream {
        stream: StreamId,
        /// Its full name.
        name: Cow<'a, str>,
        /// Its category is a kind of another.
        is_below: bool,
        /// Bytes at the start of the name that only repeat the category, `account-`.
        prefix: usize,
        events: u64,
        /// Events in eight equal stretches of the store's time, 255 = the stream's fullest; all 0 = not known.
        activity: [u8; 8],
        /// Time of the last event.
        last: Option<Time>,
        status: StreamStatus,
    },
}

pub(super) fn streams<'a>(store: &'a OpenStore, commands: &CommandContext) -> StreamsView<'a> {
    let streams = store.index.index.streams();
    let view = store.view.as_ref();
    let left_out = if store.index.order.system { 0 } else { store.index.list.system };
    StreamsView {
        filter: &store.list.order.filter,
        sort: store.list.order.sort,
        descending: store.list.order.descending,
        rows: match (streams.is_empty(), store.index.reading) {
            (true, Reading::Running) => Content::Loading,
            (true, _) => Content::Empty,
            (false, _) => Content::Ready(store),
        },
        shown: store.index.list.streams.len() as u64,
        hidden: store.index.list.hidden,
        total: Count {
            number: u64::from(streams.len()).saturating_sub(left_out),
            exact: store.index.reading == Reading::Done,
        },
        findings: commands.findings,
        worst: store.worst_finding().map(|code| code.severity()),
        findings_open: store.findings_open,
        selected: view.map(|view| view.id),
        selected_name: view.map(|view| &*view.name),
    }
}

impl StreamLines for OpenStore {
    fn len(&self) -> u64 {
        self.list.rows.last().copied().unwrap_or(0)
    }

    fn row(&self, i: u64) -> StreamLine<'_> {
        let list = &self.index.list;
        let place = self.list.rows.partition_point(|first| *first <= i).saturating_sub(1);
        let Some(group) = list.categories.get(place) else {
            let (name, total) = (Cow::Borrowed(""), Count::default());
            return StreamLine::Category {
                category: CategoryId(0),
                name,
                below: None,
                shown: 0,
                total,
                expanded: false,
            };
        };
        let inside = i - self.list.rows[place];
        if inside == 0 && !list.flat {
            let base = group.base.map(|base| self.index.index.streams().category_name(base).len());
            return StreamLine::Category {
                category: group.id,
                name: Cow::Borrowed(&group.name),
                below: base,
                shown: u64::from(group.listed) + u64::from(group.kinds_listed),
                total: Count {
                    number: u64::from(group.total) + u64::from(group.kinds_total),
                    exact: self.index.reading == Reading::Done,
                },
                expanded: self.list.is_open(group.id, &self.index),
            };
        }
        let at = group.start as usize + (inside - u64::from(!list.flat)) as usize;
        let id = list.streams.get(at).copied().unwrap_or(StreamId(0));
        let streams = self.index.index.streams();
        let name = streams.name(id);
        let summary = streams.summary(id);
        StreamLine::Stream {
            stream: id,
            name: Cow::Borrowed(name),
            is_below: group.base.is_some(),
            prefix: if list.flat { 0 } else { repeated(name, &group.name) },
            events: summary.map_or(0, |summary| u64::from(summary.events)),
            activity: self.list.activity(&self.index.index, id),
            last: summary.and_then(|summary| summary.last_time),
            status: summary.map_or(StreamStatus::Active, |summary| summary.status),
        }
    }

    fn category_of(&self, i: u64) -> Option<u64> {
        let place = self.list.rows.partition_point(|first| *first <= i).checked_sub(1)?;
        self.list.rows.get(place).copied().filter(|_| !self.index.list.flat)
    }

    fn index_of(&self, stream: StreamId) -> Option<u64> {
        let list = &self.index.list;
        let at = list.streams.iter().position(|id| *id == stream)? as u32;
        let place = list.categories.partition_point(|group| group.start <= at).checked_sub(1)?;
        let group = &list.categories[place];
        let is_open = |id| self.list.is_open(id, &self.index);
        if !is_open(group.id) || !group.base.is_none_or(is_open) {
            return None;
        }
        Some(self.list.rows[place] + u64::from(!list.flat) + u64::from(at - group.start))
    }
}

/// Bytes of a name that only say its category again; never all of it.
fn repeated(name: &str, category: &str) -> usize {
    let Some(rest) = name.strip_prefix(category) else { return 0 };
    let mark = rest.chars().next().filter(|c| matches!(c, '-' | '_' | ':' | '/' | '.')).map_or(0, char::len_utf8);
    let prefix = category.len() + mark;
    if prefix < name.len() { prefix } else { 0 }
}
