//! The ranked guess at an unknown store: which table holds events, and which of its columns
//! mean what. What the rows do counts for more than what names say: a version counts up inside
//! each stream, a type varies inside it, a payload is JSON. Words and weights are those that
//! found the right table in 277 of 290 real stores with all names hidden, in all with names.

mod column;
mod history;
mod names;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::{Cell, ROLES, Table};
use column::{Column, Inside, columns};
use history::History;
use names::{CATEGORY, ID, METADATA, PAYLOAD, POSITION, TIME, TYPE, names, tell_of_changes};

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
    history::recognise(&mut found, samples);
    let is_copy = |own: &Look<'_>| {
        own.has("version") && found.iter().any(|(_, other)| own.is_copy_of(&other.with_alike(own, &found)))
    };
    let copies: Vec<bool> = found.iter().map(|(_, own)| is_copy(own)).collect();
    for ((score, _), is_copy) in found.iter_mut().zip(copies) {
        *score -= if is_copy { 30.0 } else { 0.0 };
    }
    let pointing: Vec<Option<usize>> =
        found.iter().map(|(_, own)| found.iter().position(|(_, other)| own.points_at(other))).collect();
    for (own, at) in pointing.into_iter().enumerate().filter_map(|(own, at)| Some((own, at?))) {
        found[own].0 -= 15.0;
        let links = &found[own].1.sample.table.name;
        let why = format!("the rows of {links} point at its own and may say which streams these are of");
        found[at].1.reasons.push(why);
    }
    let mut found: Vec<(f64, Look<'_>)> = found.into_iter().map(|(score, look)| look.with_stand_ins(score)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(score, look)| look.into_guess(score)).collect()
}

/// A table, and the roles found for its columns.
struct Look<'s> {
    sample: &'s TableSample,
    columns: Vec<Column>,
    /// The rows are in the order in which they were written.
    is_ordered: bool,
    /// Each with its columns: only a stream has more than one.
    roles: Vec<(&'static str, Vec<usize>)>,
    /// Stream and version were found by what the rows do, all through.
    fits: bool,
    reasons: Vec<String>,
    /// Its rows are what those of another table were.
    history: Option<History>,
}

impl<'s> Look<'s> {
    /// Looks at a table; into the JSON of its columns where they alone do not tell a stream or a
    /// type, and into the objects in that where it does not either.
    fn at(sample: &'s TableSample) -> Option<(f64, Look<'s>)> {
        if sample.rows.is_empty() {
            return None;
        }
        let (order, is_ordered) = order(sample);
        let order = of_one_kind(sample, order);
        let columns = columns(sample, &order);
        let inside = Inside::of(sample, &columns, &order);
        let (mut score, mut look) = Look::judged(sample, columns, is_ordered, None);
        let stages: [&dyn Fn() -> Vec<Column>; 2] = [&|| inside.columns(), &|| inside.deeper().columns()];
        for stage in stages {
            if look.has("stream") && look.has("type") {
                break;
            }
            let members = stage();
            if !members.is_empty() {
                let mut columns = look.columns;
                columns.extend(members);
                (score, look) = Look::judged(sample, columns, is_ordered, None);
            }
        }
        Some(look.with_any_type(score))
    }

    /// The roles of a table's columns, which may be those of a history.
    fn judged(
        sample: &'s TableSample,
        columns: Vec<Column>,
        is_ordered: bool,
        history: Option<History>,
    ) -> (f64, Look<'s>) {
        let (roles, reasons) = (Vec::new(), Vec::new());
        let mut look = Look { sample, columns, is_ordered, roles, fits: false, reasons, history };
        let score = look.stream_and_version() + look.others();
        let changes = if tell_of_changes(sample.table.columns.iter().map(|name| name.as_str())) { 8.0 } else { 0.0 };
        (score + names::table(sample.table.name.as_str(), look.fits) - changes, look)
    }

    fn is_few(&self) -> bool {
        self.columns.first().is_none_or(|column| column.facts.ids.len() < FEW)
    }

    /// What a history has of the thing itself says nothing of the event.
    fn is_of_thing(&self, at: usize) -> bool {
        self.history.as_ref().is_some_and(|history| history.thing.contains(&at) || self.columns[at].is_member)
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
        let rows = self.columns.first().map_or(0, |column| column.facts.ids.len());
        (0..rows).map(joined).collect()
    }

    /// The best of the columns that have no role yet, as a role. `worth` is `None` for those that
    /// cannot be it; what only a path reaches must say so by its name.
    fn pick(&mut self, role: &'static str, worth: impl Fn(&Look<'_>, &Column, usize) -> Option<f64>) -> bool {
        let is_free = |at: &usize| !self.is_of_thing(*at) && !self.roles.iter().any(|(_, own)| own.contains(at));
        let free = (0..self.columns.len()).filter(is_free);
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
        let when = |own: &Column| {
            let may = own.facts.time > 0.8 && (own.says(TIME) >= 4.0 || !own.is_member);
            may.then(|| own.says(TIME) + 3.0 - 4.0 * own.facts.nulls)
        };
        // When a row was written is known where it says so itself.
        let time = self.pick("time", |_, own, _| when(own).filter(|_| !own.is_member))
            || self.pick("time", |_, own, _| when(own));
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
            let said = column.says(TYPE);
            // Things have names, too.
            score += if said >= 5.0 || said > 0.0 && self.fits {
                20.0
            } else if said > 0.0 {
                14.0
            } else {
                8.0
            };
            self.reasons.push(match column.facts.distinct {
                1 => format!("{} is one word", column.path),
                words if self.has("stream") => format!("{} varies inside streams, {words} words", column.path),
                words => format!("{} has {words} words", column.path),
            });
        }
        // Beside a version a name is enough.
        if !payload && self.history.is_none() && self.has("version") {
            let named = self.pick("data", |_, own, _| {
                let (f, said) = (&own.facts, own.says(PAYLOAD));
                (said >= 4.0 && f.integers < 0.5 && f.nulls < 0.9 && f.time < 0.2 && !own.is_member).then_some(said)
            });
            score += if named { 12.0 } else { 0.0 };
        }
        if self.history.is_some() && !payload {
            // The row is it.
            score += 25.0;
        }
        let position = self.pick("position", |look, own, _| {
            let may = own.holds_numbers() && own.facts.is_unique() && own.facts.time < 0.9;
            let said = own.says(POSITION);
            // Where columns without a role are the payload, a number is most likely some of it.
            let has_payload = look.has("data") || look.history.is_some();
            let may = may && (said >= 4.0 || !own.is_member && (has_payload || said >= 2.0 && own.ascends()));
            may.then(|| said + if own.ascends() { 2.0 } else { 1.0 })
        });
        score += if position { 6.0 } else { 0.0 };
        self.pick("id", |_, own, _| {
            let (f, said) = (&own.facts, own.says(ID));
            (f.is_unique() && f.json < 0.2 && f.time < 0.2 && f.length <= 64.0 && said >= 2.0).then_some(said)
        });
        // A live table with a JSON column has neither; a log of lines is none.
        let goes_on = |own: &Column| own.says(POSITION) >= 4.0 && own.holds_numbers() && own.never_falls();
        let is_live =
            !self.sample.table.is_open && !self.has("version") && !position && !self.columns.iter().any(goes_on);
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

    /// Other columns where nothing says what a table of events must have, so that it can be read.
    fn with_stand_ins(mut self, score: f64) -> (f64, Look<'s>) {
        if !self.has("data") || score < f64::from(POSSIBLE) {
            return (score, self);
        }
        match (self.columns_of("stream").map(<[usize]>::to_vec), self.columns_of("type").map(<[usize]>::to_vec)) {
            (Some(stream), None) if ["version", "position", "time"].iter().any(|role| self.has(role)) => {
                let worth = |own: &Column| {
                    let f = &own.facts;
                    let may = f.is_word_if_there() && f.integers < 0.1 && f.nulls < 0.5 && f.distinct <= 60;
                    may.then(|| 2.0 + own.says(TYPE).max(0.0))
                };
                if !self.pick("type", |_, own, _| worth(own).filter(|_| !own.is_member || own.says(TYPE) >= 3.0)) {
                    self.roles.push(("type", stream[stream.len() - 1..].to_vec()));
                }
                let stands = self.path(self.columns_of("type").unwrap_or_default());
                self.reasons.push(format!("no column is a type: {stands} stands for it"));
                (score, self)
            }
            (None, Some(event_type))
                if self.column("type").is_some_and(|own| own.says(TYPE) >= 3.0 && own.facts.ids.len() > 1) =>
            {
                let types = self.path(&event_type);
                self.reasons.push(format!("no column is a stream: the events of each {types} are taken for one"));
                self.roles.push(("stream", event_type));
                (if self.has("position") { score - 6.0 } else { score }, self)
            }
            _ => (score, self),
        }
    }

    /// It has no payload, and its rows name rows of the other, which has one and no stream.
    fn points_at(&self, other: &Look<'_>) -> bool {
        if self.has("data") || !self.has("stream") || !other.has("data") || other.has("stream") {
            return false;
        }
        let is_key = |column: &&Column| !column.is_member && column.facts.integers == 0.0 && column.facts.length >= 8.0;
        let keys = || other.columns.iter().filter(is_key).filter(|column| column.facts.is_unique());
        self.columns.iter().filter(is_key).any(|column| {
            let own: HashSet<u64> = column.facts.ids.iter().flatten().copied().collect();
            let inside = |key: &Column| key.facts.ids.iter().flatten().filter(|id| own.contains(id)).count();
            own.len() >= FEW && keys().any(|key| inside(key) as f64 >= COPY * own.len() as f64)
        })
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

    /// Most of its streams and versions stand in others that hold more.
    fn is_copy_of(&self, all: &HashSet<(u64, u64)>) -> bool {
        let own = self.places();
        let inside = own.intersection(all).count() as f64;
        own.len() < all.len() && !own.is_empty() && inside >= COPY * own.len() as f64
    }

    /// Where the rows of the table are in their streams, with those of tables of the same columns:
    /// a store may have one for each kind of streams.
    fn with_alike(&self, but: &Look<'_>, found: &[(f64, Look<'_>)]) -> HashSet<(u64, u64)> {
        let is_alike = |other: &&Look<'_>| {
            !std::ptr::eq(other.sample, but.sample) && other.sample.table.columns == self.sample.table.columns
        };
        let alike =
            found.iter().map(|(_, other)| other).filter(|_| self.has("data") && !std::ptr::eq(self.sample, but.sample));
        alike.filter(is_alike).flat_map(Look::places).collect()
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

/// Of lines those that are of the kind which most of what there is belongs to: a log may have
/// lines of its own between those of events.
fn of_one_kind(sample: &TableSample, order: Vec<usize>) -> Vec<usize> {
    if !sample.table.is_open {
        return order;
    }
    let there = |row: &Vec<Sampled>| -> Vec<usize> { (0..row.len()).filter(|at| row[*at] != Sampled::Null).collect() };
    let mut kinds: HashMap<Vec<usize>, usize> = HashMap::new();
    sample.rows.iter().for_each(|row| *kinds.entry(there(row)).or_default() += 1);
    let Some((most, _)) = kinds.into_iter().max_by_key(|(columns, rows)| (columns.len() * rows, columns.clone()))
    else {
        return order;
    };
    let is_alike = |row: &usize| {
        let own = there(&sample.rows[*row]);
        let both = own.iter().filter(|at| most.contains(at)).count();
        both * 2 > most.len().max(own.len())
    };
    let alike: Vec<usize> = order.iter().copied().filter(is_alike).collect();
    // Where lines are of all kinds none is it.
    if alike.len() * 5 >= order.len() && alike.len() >= FEW { alike } else { order }
}

/// The rows by the integer that is likeliest their order: a dump has changed rows at its end. And
/// whether there is an order.
fn order(sample: &TableSample) -> (Vec<usize>, bool) {
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
    let best = best.filter(|at| says(*at) > 0.0);
    if let Some(at) = best {
        order.sort_by_key(|row| integer(*row, at));
    }
    (order, best.is_some() || sample.table.has_rowid)
}
