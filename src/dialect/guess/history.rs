//! [`History`]: a table whose rows are what those of another were, with columns that say when and
//! by what they changed.

use std::collections::HashSet;

use super::{Look, Sampled, TableSample};

/// What a history keeps of the things of another table.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// The columns that the other table has, too.
    pub thing: Vec<usize>,
    /// Of these the one that says which it is.
    pub key: usize,
}

impl History {
    /// Most columns of the other and some of its own, more rows, and the key of the other again
    /// and again.
    fn of(own: &TableSample, live: &TableSample) -> Option<History> {
        let place = |name| own.table.columns.iter().position(|column| column == name);
        let places: Vec<Option<usize>> = live.table.columns.iter().map(place).collect();
        let thing: Vec<usize> = places.iter().flatten().copied().collect();
        let is_wider = thing.len() * 4 >= places.len() * 3 && own.table.columns.len() >= thing.len() + 2;
        let rows = |sample: &TableSample| sample.count.unwrap_or(sample.rows.len() as u64);
        if thing.len() < 3 || !is_wider || rows(own) <= rows(live) {
            return None;
        }
        let keyed = live.keys.iter().filter_map(|key| if let [one] = key.as_slice() { Some(*one) } else { None });
        // Not all stores tell of keys; mostly the first column is it.
        let first = Some(0).filter(|at| live.rows.len() > 1 && !repeats(live, *at));
        let key = keyed.chain(first).filter_map(|at| places[at]).find(|key| repeats(own, *key))?;
        // Things are as one of the rows says, the last.
        let shared = || places.iter().enumerate().filter_map(|(at, own)| Some((at, (*own)?)));
        let told = |row: &[Sampled], at: usize| row.get(at).map(|value| format!("{value:?}"));
        let was: HashSet<Vec<_>> = own.rows.iter().map(|row| shared().map(|(_, at)| told(row, at)).collect()).collect();
        let is_known = |row: &&Vec<Sampled>| was.contains(&shared().map(|(at, _)| told(row, at)).collect::<Vec<_>>());
        if live.rows.iter().filter(is_known).count() * 3 < live.rows.len() {
            return None;
        }
        Some(History { thing, key })
    }
}

fn repeats(sample: &TableSample, at: usize) -> bool {
    let values = || sample.rows.iter().filter_map(|row| row.get(at)).map(|value| format!("{value:?}"));
    values().collect::<HashSet<_>>().len() < sample.rows.len()
}

/// Looks again at tables that are histories of others, which are then no events themselves.
pub(super) fn recognise<'s>(found: &mut [(f64, Look<'s>)], samples: &'s [TableSample]) {
    let mut live: HashSet<String> = HashSet::new();
    for (score, look) in found.iter_mut() {
        let others = samples.iter().filter(|other| !other.table.is_same(&look.sample.table));
        let found = others.filter_map(|other| Some((History::of(look.sample, other)?, other))).next();
        let Some((history, other)) = found else { continue };
        // Where events have what the other lacks, or a number of both counts, that is a list of streams
        // or of snapshots.
        let of_thing = |role| look.columns_of(role).is_some_and(|columns| history.thing.contains(&columns[0]));
        let has_payload = look.has("data") && !of_thing("data");
        let is_stream = look.columns_of("stream").is_some_and(|stream| stream == [history.key]);
        if has_payload || is_stream && of_thing("version") {
            continue;
        }
        live.insert(other.table.full_name().to_string());
        let columns = std::mem::take(&mut look.columns);
        let (again, again_look) = Look::judged(look.sample, columns, look.is_ordered, Some(history));
        (*score, *look) = again_look.with_any_type(again);
        *score += 20.0;
        look.reasons.push(format!("its rows are those of {} as they were", other.table.name));
    }
    for (score, look) in found.iter_mut() {
        *score -= if live.contains(look.sample.table.full_name().as_str()) { 30.0 } else { 0.0 };
    }
}
