//! [`StreamsList`]: how the streams of a store are listed, and which categories are open.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::settings::Memory;
use crate::index::{EventIndex, StreamOrder, StreamSort};
use crate::model::{CategoryId, StreamId};
use crate::session::IndexNews;

/// Streams up to which every category is open at first.
const OPEN_CATEGORIES_UP_TO: usize = 400;

/// The list of streams.
pub(super) struct StreamsList {
    pub(super) order: StreamOrder,
    /// The first stream of that order is to be shown once it is known.
    pub(super) opens_first: bool,
    /// With many streams only the first category is open at first.
    shut_at_first: bool,
    /// Categories that are not as they are at first.
    toggled: HashSet<CategoryId>,
    /// First row of each category, and one more for the end.
    pub(super) rows: Vec<u64>,
    /// Of streams that were on screen; emptied with every snapshot of the index.
    activity: RefCell<HashMap<StreamId, [u8; 8]>>,
}

impl Default for StreamsList {
    fn default() -> StreamsList {
        StreamsList {
            order: StreamOrder::default(),
            opens_first: false,
            shut_at_first: false,
            toggled: HashSet::new(),
            rows: vec![0],
            activity: RefCell::default(),
        }
    }
}

impl StreamsList {
    pub(super) fn take(&mut self, index: &IndexNews) {
        if !self.shut_at_first && index.index.streams().len() as usize > OPEN_CATEGORIES_UP_TO {
            // What the user opened and shut so far stays: all were open until now.
            let open = index.list.categories.iter().take(1).filter(|group| !self.toggled.contains(&group.id));
            self.toggled = open.map(|group| group.id).collect();
            self.shut_at_first = true;
        }
        self.activity.borrow_mut().clear();
        self.place_rows(index);
    }

    pub(super) fn toggle(&mut self, id: CategoryId, index: &IndexNews) {
        if !self.toggled.remove(&id) {
            self.toggled.insert(id);
        }
        self.place_rows(index);
    }

    pub(super) fn is_open(&self, category: CategoryId, index: &IndexNews) -> bool {
        // A filter shows what it found.
        !index.order.filter.is_empty() || self.toggled.contains(&category) == self.shut_at_first
    }

    /// By what they are sorted by already, they are sorted the other way around.
    pub(super) fn sort_by(&mut self, sort: StreamSort) {
        let order = &mut self.order;
        order.descending = if order.sort == sort { !order.descending } else { is_descending(sort) };
        order.sort = sort;
    }

    /// They are sorted the other way around than at first.
    pub(super) fn is_turned(&self) -> bool {
        self.order.descending != is_descending(self.order.sort)
    }

    fn place_rows(&mut self, index: &IndexNews) {
        let list = &index.list;
        let mut rows = Vec::with_capacity(list.categories.len() + 1);
        let mut at = 0;
        let mut is_base_open = true;
        for group in &list.categories {
            rows.push(at);
            let is_open = self.is_open(group.id, index);
            if group.base.is_none() {
                is_base_open = is_open;
            } else if !is_base_open {
                continue;
            }
            at += u64::from(!list.flat) + if is_open { u64::from(group.listed) } else { 0 };
        }
        rows.push(at);
        self.rows = rows;
    }

    /// Events of a stream in eight equal stretches of the store's time.
    pub(super) fn activity(&self, index: &EventIndex, id: StreamId) -> [u8; 8] {
        /// As many as are on screen, and some more.
        const KEPT: usize = 4_096;
        let mut known = self.activity.borrow_mut();
        if known.len() > KEPT {
            known.clear();
        }
        *known.entry(id).or_insert_with(|| index.activity(id))
    }
}

/// The largest or newest first, names from the start.
fn is_descending(sort: StreamSort) -> bool {
    sort != StreamSort::Name
}

impl Memory {
    /// How the streams were listed.
    pub(super) fn order(&self, system: bool) -> StreamOrder {
        let descending = is_descending(self.sort) != self.sort_turned;
        StreamOrder { filter: self.stream_filter.clone(), sort: self.sort, descending, system }
    }
}
