//! [`Events`]: which rows are one event, and how events are counted.

use crate::dialect::Group;
use crate::model::{RowKey, Time};

/// Rows of one event, at most.
const MAX_PARTS: usize = 256;
/// Events of one content at one time that a row may belong to.
const MAX_OPEN: usize = 16;

/// What is kept of a row until all are read.
pub(super) struct Row {
    /// Hash of what is the same in all rows of an event.
    pub content: u64,
    pub time: Option<Time>,
    pub key: RowKey,
    pub stream: u64,
    /// Hash of what is another in each.
    pub each: u32,
    pub is_done: bool,
}

/// One event.
#[derive(Clone, Copy)]
pub(super) struct Event {
    /// The place of its first row; those of the next begin behind its last.
    pub first_row: u32,
    pub version: u32,
    /// Its place in the order of all.
    pub rank: u32,
}

/// Every event, in the order in which their first rows lie.
#[derive(Default)]
pub(super) struct Events {
    /// Of each event's rows the first that was written comes first.
    pub rows: Vec<RowKey>,
    pub events: Vec<Event>,
    /// For each whether all its rows are done with.
    pub done: Vec<bool>,
}

impl Events {
    pub fn rows(&self, at: usize) -> &[RowKey] {
        let start = self.events.get(at).map_or(self.rows.len(), |event| event.first_row as usize);
        let end = self.events.get(at + 1).map_or(self.rows.len(), |event| event.first_row as usize);
        &self.rows[start..end]
    }

    /// The event whose first row that is.
    pub fn find(&self, first: RowKey) -> Option<RowKey> {
        let row = |event: &Event| self.rows[event.first_row as usize];
        let at = self.events.binary_search_by_key(&first, row).ok()?;
        Some(RowKey(at as i64))
    }

    pub fn of(mut rows: Vec<Row>, group: &Group) -> Events {
        let window = i64::from(group.seconds) * 1_000_000;
        rows.sort_unstable_by_key(|row| (row.content, row.time, row.key));
        let mut event_of = vec![0_u32; rows.len()];
        let mut firsts: Vec<u32> = Vec::new();
        for (start, end) in runs(&rows) {
            let mut open: Vec<Open> = Vec::new();
            for at in start..end {
                let row = &rows[at];
                let reaches = |own: &Open| match (row.time, own.time) {
                    (Some(time), Some(first)) => time.0.saturating_sub(first.0) <= window,
                    (None, None) => true,
                    _ => false,
                };
                // Events that may no longer be meant stand in front.
                let gone = open.iter().take_while(|own| !reaches(own)).count().max(open.len().saturating_sub(MAX_OPEN));
                open.drain(..gone);
                let takes = |own: &&mut Open| own.each.len() < MAX_PARTS && !own.each.contains(&row.each);
                match open.iter_mut().rev().find(takes) {
                    Some(own) => {
                        own.each.push(row.each);
                        event_of[at] = own.event;
                    }
                    None => {
                        let event = firsts.len() as u32;
                        event_of[at] = event;
                        open.push(Open { event, time: row.time, each: vec![row.each] });
                        firsts.push(at as u32);
                    }
                }
            }
        }
        Events::number(&rows, &event_of, &firsts)
    }

    /// Counts the events of each stream, and those of all, by their first rows.
    fn number(rows: &[Row], event_of: &[u32], firsts: &[u32]) -> Events {
        let first = |event: &u32| &rows[firsts[*event as usize] as usize];
        let mut order: Vec<u32> = (0..firsts.len() as u32).collect();
        let mut numbers = vec![Event { first_row: 0, version: 0, rank: 0 }; firsts.len()];
        order.sort_unstable_by_key(|event| (first(event).time, first(event).key));
        for (rank, event) in order.iter().enumerate() {
            numbers[*event as usize].rank = rank as u32;
        }
        order.sort_unstable_by_key(|event| (first(event).stream, numbers[*event as usize].rank));
        let mut before: Option<(u64, u32)> = None;
        for event in &order {
            let stream = first(event).stream;
            let version = before.filter(|(own, _)| *own == stream).map_or(0, |(_, version)| version + 1);
            numbers[*event as usize].version = version;
            before = Some((stream, version));
        }
        order.sort_unstable_by_key(|event| first(event).key);
        let mut place = vec![0_u32; firsts.len()];
        for (at, event) in order.iter().enumerate() {
            place[*event as usize] = at as u32;
        }
        let mut by_event: Vec<u32> = (0..rows.len() as u32).collect();
        // Rows of one event stay in the order in which they were written.
        by_event.sort_unstable_by_key(|row| (place[event_of[*row as usize] as usize], *row));
        let mut all = Events { rows: Vec::with_capacity(rows.len()), ..Events::default() };
        let mut last = None;
        for at in by_event {
            let (row, event) = (&rows[at as usize], event_of[at as usize]);
            if last != Some(event) {
                all.events.push(Event { first_row: all.rows.len() as u32, ..numbers[event as usize] });
                all.done.push(true);
                last = Some(event);
            }
            all.rows.push(row.key);
            if let Some(done) = all.done.last_mut() {
                *done &= row.is_done;
            }
        }
        all
    }
}

/// An event that more rows may belong to.
struct Open {
    event: u32,
    time: Option<Time>,
    each: Vec<u32>,
}

/// Where rows of one content begin and end.
fn runs(rows: &[Row]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    rows.chunk_by(|a, b| a.content == b.content).map(move |run| {
        let start = at;
        at += run.len();
        (start, at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Group {
        let all = crate::dialect::catalog(None).dialects;
        all.iter().find_map(|known| known.dialect().ok()?.group().cloned()).expect("a dialect that groups")
    }

    /// Content, stream, listener and tenths of a second of each row; the rows of each event.
    fn events(rows: &[(u64, u64, u32, i64)]) -> Vec<Vec<i64>> {
        let row = |(key, (content, stream, each, tenths)): (usize, &(u64, u64, u32, i64))| Row {
            content: *content,
            time: Some(Time(tenths * 100_000)),
            key: RowKey(key as i64),
            stream: *stream,
            each: *each,
            is_done: true,
        };
        let events = Events::of(rows.iter().enumerate().map(row).collect(), &group());
        (0..events.events.len()).map(|at| events.rows(at).iter().map(|key| key.0).collect()).collect()
    }

    #[test]
    fn a_listener_is_there_once_and_a_second_is_the_end() {
        // Two at once, whose rows lie between each other.
        assert_eq!(events(&[(1, 1, 1, 0), (1, 1, 1, 1), (1, 1, 2, 2), (1, 1, 2, 3)]), [vec![0, 3], vec![1, 2]]);
        assert_eq!(events(&[(1, 1, 1, 0), (1, 1, 2, 10), (1, 1, 3, 11)]), [vec![0, 1], vec![2]]);
        assert_eq!(events(&[(1, 1, 1, 0), (2, 1, 2, 0)]), [vec![0], vec![1]], "other content");
        // The row that was written first is the first, wherever it lies.
        assert_eq!(events(&[(1, 1, 1, 5), (2, 1, 1, 0), (1, 1, 2, 4)]), [vec![1], vec![2, 0]]);
    }

    #[test]
    fn each_stream_is_counted_in_the_order_of_time() {
        let row = |content, stream, tenths| Row {
            content,
            time: Some(Time(tenths)),
            key: RowKey(content as i64),
            stream,
            each: 1,
            is_done: content != 2,
        };
        let rows = vec![row(0, 7, 30), row(1, 8, 20), row(2, 7, 10), row(3, 7, 40)];
        let all = Events::of(rows, &group());
        let said: Vec<(u32, u32)> = all.events.iter().map(|event| (event.version, event.rank)).collect();
        assert_eq!(said, [(1, 2), (0, 1), (0, 0), (2, 3)]);
        assert_eq!(all.done, [true, true, false, true]);
        assert_eq!((all.find(RowKey(2)), all.find(RowKey(9))), (Some(RowKey(2)), None));
        assert!(all.rows(4).is_empty());
    }

    #[test]
    fn ever_so_many_rows_of_one_content_at_one_time_are_soon_told_apart() {
        let rows: Vec<(u64, u64, u32, i64)> = (0..50_000).map(|_| (1, 1, 1, 0)).collect();
        assert_eq!(events(&rows).len(), 50_000);
        let rows: Vec<(u64, u64, u32, i64)> = (0..50_000).map(|each| (1, 1, each, 0)).collect();
        assert_eq!(events(&rows).len(), 50_000_usize.div_ceil(MAX_PARTS));
    }
}
