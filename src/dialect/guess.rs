//! The ranked guess at an unknown store: which table holds events, and which of its columns
//! mean what. What the rows do counts for more than what names say: a version counts up inside
//! each stream, a type varies inside it, a payload is JSON. Words and weights are those that
//! found the right table in 277 of 290 real stores with all names hidden, in all with names.

mod column;
mod names;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::{Cell, ROLES, Table};
use column::{Column, columns, members};
use names::{CATEGORY, ID, METADATA, PAYLOAD, POSITION, TIME, TYPE, names};

/// A value of a sampled row. Long ones may be cut.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampled {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Sampled {
    /// A column's value; of a long one the beginning.
    pub fn of(cell: &Cell<'_>) -> Sampled {
        let cut = |bytes: &[u8]| bytes[..bytes.len().min(CUT)].to_vec();
        match cell {
            Cell::Integer(value) => Sampled::Integer(*value),
            Cell::Real(value) => Sampled::Real(*value),
            Cell::Text(text) => Sampled::Text(String::from_utf8_lossy(&cut(text.as_bytes())).into_owned()),
            Cell::Bytes(bytes) | Cell::Opaque(bytes) | Cell::Guid(bytes) => Sampled::Bytes(cut(bytes)),
            // A number with its digits.
            Cell::Json(text) => text.parse().map_or(Sampled::Null, Sampled::Real),
            Cell::Null | Cell::Node(_) => Sampled::Null,
        }
    }
}

/// The first rows of a table, and what is known of its keys.
#[derive(Clone, Debug)]
pub struct TableSample {
    pub table: Table,
    /// As many values as the table has columns.
    pub rows: Vec<Vec<Sampled>>,
    /// Columns that are unique together, by place.
    pub keys: Vec<Vec<usize>>,
    /// Rows of the whole table.
    pub count: Option<u64>,
}

/// One table that may hold the events.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub table: String,
    /// 60 and more is likely.
    pub score: i32,
    /// The roles of `--map`, each with what stands behind its equals sign.
    pub roles: Vec<(&'static str, String)>,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// Rows of the table.
    pub rows: Option<u64>,
}

/// Longer values may be cut by whoever samples them.
pub const CUT: usize = 64 << 10;

/// Guesses below this are kept to ourselves.
const POSSIBLE: i32 = 40;
/// A table whose rows this share of which stand in another's is a copy of some of it.
const COPY: f64 = 0.8;
/// What a path into JSON is less than a column.
const MEMBER: f64 = 1.0;
/// With fewer rows only a perfect fit counts, and names must help.
const FEW: usize = 8;

impl Guess {
    pub fn is_likely(&self) -> bool {
        self.score >= 60
    }

    /// It may hold events, and can be read: no table is without a stream and a type.
    pub fn is_possible(&self) -> bool {
        let has = |role| self.roles.iter().any(|(own, _)| *own == role);
        self.score >= POSSIBLE && has("stream") && has("type")
    }
}

/// The tables that may hold the events, the likeliest first.
pub fn guess(samples: &[TableSample]) -> Vec<Guess> {
    let mut found = looks(samples);
    found.retain(Guess::is_possible);
    found
}

/// What every table with rows looks like, the likeliest first.
pub fn looks(samples: &[TableSample]) -> Vec<Guess> {
    let mut found: Vec<(f64, Look<'_>)> = samples.iter().filter_map(Look::at).collect();
    let copies: Vec<bool> = found.iter().map(|(_, own)| found.iter().any(|(_, other)| own.is_copy_of(other))).collect();
    for ((score, _), is_copy) in found.iter_mut().zip(copies) {
        *score -= if is_copy { 30.0 } else { 0.0 };
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(score, look)| look.into_guess(score)).collect()
}

/// A table, and the roles found for its columns.
struct Look<'s> {
    sample: &'s TableSample,
    columns: Vec<Column>,
    /// Each with its columns: only a stream has more than one.
    roles: Vec<(&'static str, Vec<usize>)>,
    /// Stream and version were found by what the rows do, all through.
    fits: bool,
    reasons: Vec<String>,
}

impl<'s> Look<'s> {
    /// Looks at a table; into the JSON of its columns where they alone do not tell a stream or a type.
    fn at(sample: &'s TableSample) -> Option<(f64, Look<'s>)> {
        if sample.rows.is_empty() {
            return None;
        }
        let order = order(sample);
        let columns = columns(sample, &order);
        let mut inside = members(sample, &columns, &order);
        let plain = Look::judged(sample, columns);
        if inside.is_empty() || plain.1.has("stream") && plain.1.has("type") {
            return Some(plain.1.with_any_type(plain.0));
        }
        let mut columns = plain.1.columns;
        columns.append(&mut inside);
        let (score, look) = Look::judged(sample, columns);
        Some(look.with_any_type(score))
    }

    fn judged(sample: &'s TableSample, columns: Vec<Column>) -> (f64, Look<'s>) {
        let mut look = Look { sample, columns, roles: Vec::new(), fits: false, reasons: Vec::new() };
        let score = look.stream_and_version() + look.others();
        (score + names::table(sample.table.name.as_str(), look.fits), look)
    }

    fn is_few(&self) -> bool {
        self.sample.rows.len() < FEW
    }

    fn has(&self, role: &str) -> bool {
        self.columns_of(role).is_some()
    }

    fn columns_of(&self, role: &str) -> Option<&[usize]> {
        self.roles.iter().find(|(own, _)| *own == role).map(|(_, columns)| columns.as_slice())
    }

    fn column(&self, role: &str) -> Option<&Column> {
        self.columns.get(*self.columns_of(role)?.first()?)
    }

    /// How columns are named that are a role together.
    fn path(&self, columns: &[usize]) -> String {
        columns.iter().map(|at| self.columns[*at].path.as_str()).collect::<Vec<_>>().join("+")
    }

    /// For each row one number that is equal where all these columns are.
    fn ids(&self, columns: &[usize]) -> Vec<Option<u64>> {
        let joined = |row: usize| {
            let ids = columns.iter().map(|at| self.columns[*at].facts.ids[row]);
            ids.reduce(|all, own| Some(all?.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ own?)).flatten()
        };
        (0..self.sample.rows.len()).map(joined).collect()
    }

    /// The best of the columns that have no role yet, as a role. `worth` is `None` for those that
    /// cannot be it; what only a path reaches must say so by its name.
    fn pick(&mut self, role: &'static str, worth: impl Fn(&Look<'_>, &Column, usize) -> Option<f64>) -> bool {
        let free = (0..self.columns.len()).filter(|at| !self.roles.iter().any(|(_, own)| own.contains(at)));
        let worths = free.filter_map(|at| {
            let column = &self.columns[at];
            let worth = worth(self, column, at)?;
            Some((if column.is_member { worth - MEMBER } else { worth }, at))
        });
        let least = |at: usize| if self.columns[at].is_member { 2.5 } else { 1.5 };
        match worths.filter(|(worth, at)| *worth > least(*at)).max_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, at)) => {
                self.roles.push((role, vec![at]));
                true
            }
            None => false,
        }
    }

    fn others(&mut self) -> f64 {
        let few = self.is_few();
        let mut score = 0.0;
        let metadata = self.pick("metadata", |_, own, _| {
            let (f, said) = (&own.facts, own.says(METADATA));
            (said >= 4.0 && (f.json > 0.5 || f.bytes > 0.5 || f.nulls > 0.3)).then_some(said)
        });
        score += if metadata { 4.0 } else { 0.0 };
        let payload = self.pick("data", |_, own, _| {
            let (f, said) = (&own.facts, own.says(PAYLOAD));
            let blob = f.bytes > 0.9 && f.length != 16.0;
            let long = f.integers == 0.0 && f.length >= 40.0 && said >= 4.0;
            let may = (f.json > 0.3 || blob || long) && f.nulls < 0.9 && (said >= 4.0 || !own.is_member);
            may.then(|| said + 3.0 * f.json + f.bytes + (f.length / 200.0).min(2.0) - 3.0 * f.nulls)
        });
        if payload && let Some(column) = self.column("data") {
            score += 25.0;
            let form = if column.facts.json > 0.3 { "holds JSON" } else { "holds long values" };
            self.reasons.push(format!("{} {form}", column.path));
        }
        if !payload && self.sample.table.is_open && self.roles.len() + 2 < self.columns.len() {
            // The members of a line that have no role are its payload.
            score += 12.0;
        }
        let time = self.pick("time", |_, own, _| {
            let may = own.facts.time > 0.8 && (own.says(TIME) >= 4.0 || !own.is_member);
            may.then(|| own.says(TIME) + 3.0 - 4.0 * own.facts.nulls)
        });
        score += if time { 12.0 } else { 0.0 };
        if !self.has("category") {
            self.pick("category", |look, own, at| {
                let said = own.says(CATEGORY);
                (said >= 5.0 && !look.varies(at)).then_some(said)
            });
        }
        let event_type = self.pick("type", |look, own, at| {
            let (f, said) = (&own.facts, own.says(TYPE));
            let number = f.integers > 0.1 && !(said >= 4.0 && (2..=60).contains(&f.distinct));
            let some = f.distinct <= 400 && (few && said >= 3.0 || f.distinct >= 2 && f.variety < 0.6);
            // Lines of other kinds may stand between events, without what is inside those.
            let word = f.is_word() || own.is_member && f.nulls < 0.1 && f.is_word_if_there();
            let may = word && !number && some && (said >= 3.0 && few || look.varies(at));
            let may = may && (said >= 4.0 || !own.is_member);
            may.then_some(said + if said <= 0.0 && look.fits { 1.6 } else { 0.0 })
        });
        if event_type && let Some(column) = self.column("type") {
            score += if column.says(TYPE) > 0.0 { 20.0 } else { 8.0 };
            self.reasons.push(format!("{} varies inside streams, {} words", column.path, column.facts.distinct));
        }
        let position = self.pick("position", |look, own, _| {
            let may = own.facts.integers == 1.0 && own.facts.is_unique() && own.facts.time < 0.9;
            let said = own.says(POSITION);
            // Where columns without a role are the payload, a number is most likely some of it.
            let may = may && (said >= 4.0 || !own.is_member && (look.has("data") || said >= 2.0 && own.ascends()));
            may.then(|| said + if own.ascends() { 2.0 } else { 1.0 })
        });
        score += if position { 6.0 } else { 0.0 };
        self.pick("id", |_, own, _| {
            let (f, said) = (&own.facts, own.says(ID));
            (f.is_unique() && f.json < 0.2 && f.time < 0.2 && f.length <= 64.0 && said >= 2.0).then_some(said)
        });
        // A live table with a JSON column has neither; a log of lines is none.
        let is_live = !self.sample.table.is_open && !self.has("version") && !position;
        score - if is_live { 12.0 } else { 0.0 }
    }

    /// Takes for the type what its name says to be it, where nothing varies inside streams.
    fn with_any_type(mut self, score: f64) -> (f64, Look<'s>) {
        if self.has("type") {
            return (score, self);
        }
        let found = self.pick("type", |_, own, _| {
            let said = own.says(TYPE);
            (own.facts.is_word() && own.facts.integers < 0.1 && own.facts.distinct <= 400 && said >= 4.0)
                .then_some(said)
        });
        if let (true, Some(column)) = (found, self.column("type")) {
            self.reasons.push(format!("{} is named like a type", column.path));
        }
        (score + if found { 12.0 } else { 0.0 }, self)
    }

    /// A column differs inside at least some of the streams that have several rows.
    fn varies(&self, at: usize) -> bool {
        let Some(stream) = self.columns_of("stream") else { return true };
        let mut groups: HashMap<u64, Vec<u64>> = HashMap::new();
        for (stream, value) in self.ids(stream).iter().zip(&self.columns[at].facts.ids) {
            if let (Some(stream), Some(value)) = (stream, value) {
                groups.entry(*stream).or_default().push(*value);
            }
        }
        let several: Vec<&Vec<u64>> = groups.values().filter(|group| group.len() > 1).collect();
        let differ = several.iter().filter(|group| group.iter().any(|value| *value != group[0])).count();
        several.is_empty() || differ * 10 >= several.len() * 3
    }

    /// Most of its streams and versions stand in a larger table too.
    fn is_copy_of(&self, other: &Look<'_>) -> bool {
        let (own, all) = (self.places(), other.places());
        let inside = own.intersection(&all).count() as f64;
        other.has("data") && own.len() < all.len() && !own.is_empty() && inside >= COPY * own.len() as f64
    }

    fn places(&self) -> HashSet<(u64, u64)> {
        let (Some(stream), Some(version)) = (self.columns_of("stream"), self.column("version")) else {
            return HashSet::new();
        };
        // A copy may name beside the id what each is.
        let ids = self.ids(&stream[stream.len() - 1..]).into_iter().zip(&version.facts.ids);
        ids.filter_map(|(stream, version)| stream.zip(*version)).collect()
    }

    fn into_guess(self, score: f64) -> Guess {
        let role = |role: &'static str| Some((role, self.path(self.columns_of(role)?)));
        Guess {
            table: self.sample.table.name.as_str().to_owned(),
            score: score.round() as i32,
            roles: ROLES.into_iter().filter_map(role).collect(),
            rows: self.sample.count,
            reasons: self.reasons,
        }
    }
}

/// The rows by the integer that is likeliest their order: a dump has changed rows at its end.
fn order(sample: &TableSample) -> Vec<usize> {
    let integer = |row: usize, at: usize| match sample.rows[row].get(at) {
        Some(Sampled::Integer(value)) => Some(*value),
        _ => None,
    };
    let mut order: Vec<usize> = (0..sample.rows.len()).collect();
    let unique = |at: &usize| {
        let all: Option<HashSet<i64>> = order.iter().map(|row| integer(*row, *at)).collect();
        all.is_some_and(|all| all.len() == order.len())
    };
    let says = |at: usize| names(POSITION, sample.table.columns[at].as_str());
    let best = (0..sample.table.columns.len()).filter(unique).max_by(|a, b| says(*a).total_cmp(&says(*b)));
    if let Some(at) = best.filter(|at| says(*at) > 0.0) {
        order.sort_by_key(|row| integer(*row, at));
    }
    order
}
