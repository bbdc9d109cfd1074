//! The ranked guess at an unknown store: which table holds events, and which of its columns
//! mean what. What the rows do counts for more than what names say: a version counts up inside
//! each stream, a type varies inside it, a payload is JSON. Words and weights are those that
//! found the right table in 277 of 290 real stores with all names hidden, in all with names.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::decode::looks_packed;
use super::{Name, ROLES, Table};
use crate::model::json::is_json;

/// A value of a sampled row. Long ones may be cut.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampled {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
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
    /// The roles of `--map`, each with its column.
    pub roles: Vec<(&'static str, String)>,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// Rows of the table.
    pub rows: Option<u64>,
}

/// Guesses below this are kept to ourselves.
const POSSIBLE: i32 = 40;
/// A table whose rows this share of which stand in another's is a copy of some of it.
const COPY: f64 = 0.8;
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
    let mut found: Vec<(f64, Looked<'_>)> = samples.iter().filter_map(Looked::at).collect();
    let copies: Vec<bool> = found.iter().map(|(_, own)| found.iter().any(|(_, other)| own.is_copy_of(other))).collect();
    for ((score, _), is_copy) in found.iter_mut().zip(copies) {
        *score -= if is_copy { 30.0 } else { 0.0 };
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(score, looked)| looked.into_guess(score)).collect()
}

/// What a column's values are like.
struct Facts {
    /// Each value as a number that is equal for equal ones.
    ids: Vec<Option<u64>>,
    nulls: f64,
    /// How many different values there are, and which share of all that is.
    distinct: usize,
    variety: f64,
    integers: f64,
    bytes: f64,
    json: f64,
    time: f64,
    length: f64,
    /// Nothing but 0 and 1.
    is_flag: bool,
}

impl Facts {
    fn of(values: &[&Sampled]) -> Facts {
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
            length: length as f64 / there.len().max(1) as f64,
            is_flag: !there.is_empty() && share(&|value| matches!(value, Sampled::Integer(0 | 1))) == 1.0,
            ids,
        }
    }

    /// Every row has a value of its own.
    fn is_unique(&self) -> bool {
        self.nulls == 0.0 && self.distinct == self.ids.len()
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
        Sampled::Text(text) => text.trim_start().starts_with(['{', '[']) && (text.len() >= CUT || is_json(text)),
        Sampled::Bytes(bytes) => looks_packed(bytes) || matches!(bytes.as_slice(), [b'{' | b'[' | b'<', ..]),
        _ => false,
    }
}

/// Longer values may be cut by whoever samples them.
pub const CUT: usize = 64 << 10;

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

/// The words of a name: `streamPosition` and `stream_position` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words of names, each with what it is worth for a role.
type Words = &'static str;

const STREAM: Words = "stream 5, streamid 6, aggregateid 6, aggregate 3, originator 5, persistence 6, entity 4, subject 4, \
    uuid 2, sourceid 3, aggregator 5, instance 5, workflow 4, item 3, object 3, key 1, root 2, id 1, \
    parent -4, revision -4, transaction -4, causation -6, correlation -6";
const VERSION: Words = "version 6, playhead 8, revision 6, rev 6, sequence 5, seq 4, counter 4, position 3, number 2, nr 2, \
    no 2, end -4, hash -5, partition -5";
const POSITION: Words = "global 7, ordering 7, checkpoint 6, pos 5, position 4, offset 5, seq 4, sequence 2, no 3, id 2, \
    index 2, number 1, internal -4";
const TYPE: Words = "type 5, topic 5, reason 5, kind 5, action 5, operation 5, class 4, name 4, op 4, label 4, \
    function 4, event 3, manifest 3, message 2, user -3, tag -6, tags -6";
const PAYLOAD: Words = "payload 8, data 6, body 6, content 6, properties 5, serialized 5, changes 5, state 4, document 4, \
    object 4, json 3, event 2, message 2, aggregate -3, error -4";
const METADATA: Words = "metadata 8, meta 7, headers 7, header 5, context 4, custom 1";
const TIME: Words = "timestamp 8, ts 7, occurred 7, recorded 6, created 5, inserted 5, issued 5, added 5, time 5, \
    date 5, stamp 5, published 4, started 4, at 2, on 2, utc 2, write 1, end -3, completed -3, \
    expires -6, until -6, retention -6";
const CATEGORY: Words = "category 8, aggregatetype 8, streamtype 8, entitytype 8, itemtype 6, aggregatename 5";
const ID: Words = "id 3, uuid 5, guid 5, eventid 8, messageid 8, uid 4";

/// How well a name says that a column has a role.
fn names(role: Words, name: &Name) -> f64 {
    let words = words(name.as_str());
    let all = || role.split(", ").filter_map(|entry| entry.split_once(' '));
    let all = || all().filter_map(|(word, worth)| Some((word, worth.parse::<f64>().ok()?)));
    let worth = |word: &str| all().find(|(own, _)| *own == word).map_or(0.0, |(_, worth)| worth);
    let together: f64 = words.iter().map(|word| worth(word)).sum();
    let parts = together / (1.0 + 0.15 * (words.len().max(1) - 1) as f64);
    // `eventtype` is one word, with the role's at its end.
    let ending = match words.as_slice() {
        [word] => {
            let ends = all().filter(|(own, _)| own.len() > 3 && word.len() > own.len() && word.ends_with(own));
            ends.map(|(_, worth)| worth * 0.9).fold(0.0, f64::max)
        }
        _ => 0.0,
    };
    worth(&words.concat()).max(parts).max(ending)
}

/// A table, and the roles found for its columns.
struct Looked<'s> {
    sample: &'s TableSample,
    facts: Vec<Facts>,
    roles: Vec<(&'static str, usize)>,
    /// Stream and version were found by what the rows do, all through.
    fits: bool,
    reasons: Vec<String>,
}

/// How well a pair of columns is stream and version.
struct Pair {
    score: f64,
    stream: usize,
    version: usize,
    /// Streams with more than one row, and those in which the version counts up.
    streams: usize,
    up: usize,
}

impl<'s> Looked<'s> {
    fn at(sample: &'s TableSample) -> Option<(f64, Looked<'s>)> {
        if sample.rows.is_empty() {
            return None;
        }
        let mut looked = Looked { sample, facts: Vec::new(), roles: Vec::new(), fits: false, reasons: Vec::new() };
        let order = looked.order();
        let values = |at: usize| order.iter().filter_map(|row| sample.rows[*row].get(at)).collect::<Vec<_>>();
        looked.facts = (0..sample.table.columns.len()).map(|at| Facts::of(&values(at))).collect();
        let mut score = looked.stream_and_version(&order);
        score += looked.others();
        score += looked.table_name();
        Some((score, looked))
    }

    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|(own, _)| *own == role)
    }

    fn column(&self, role: &str) -> Option<usize> {
        self.roles.iter().find(|(own, _)| *own == role).map(|(_, at)| *at)
    }

    fn name(&self, at: usize) -> &Name {
        &self.sample.table.columns[at]
    }

    /// The rows by the integer that is likeliest their order: a dump has changed rows at its end.
    fn order(&self) -> Vec<usize> {
        let rows = &self.sample.rows;
        let integer = |row: &Vec<Sampled>, at: usize| match row.get(at) {
            Some(Sampled::Integer(value)) => Some(*value),
            _ => None,
        };
        let unique = |at: &usize| {
            let all: Option<HashSet<i64>> = rows.iter().map(|row| integer(row, *at)).collect();
            all.is_some_and(|all| all.len() == rows.len())
        };
        let columns = (0..self.sample.table.columns.len()).filter(unique);
        let best = columns.max_by(|a, b| names(POSITION, self.name(*a)).total_cmp(&names(POSITION, self.name(*b))));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        if let Some(at) = best.filter(|at| names(POSITION, self.name(*at)) > 0.0) {
            order.sort_by_key(|row| integer(&rows[*row], at));
        }
        order
    }

    fn stream_and_version(&mut self, order: &[usize]) -> f64 {
        let columns = 0..self.facts.len();
        let pairs = columns.clone().flat_map(|s| columns.clone().map(move |v| (s, v)));
        let fitting = pairs.filter_map(|(stream, version)| self.pair(stream, version, order));
        if let Some(best) = fitting.max_by(|a, b| a.score.total_cmp(&b.score)) {
            let (stream, version) = (self.name(best.stream), self.name(best.version));
            let (up, streams) = (best.up, best.streams);
            self.reasons.push(format!("{version} counts up inside {stream} in {up} of {streams} streams"));
            self.roles.extend([("stream", best.stream), ("version", best.version)]);
            self.fits = best.up == best.streams;
            return 25.0;
        }
        // Too few rows, or no version: names tell.
        let best = |words: Words, least: f64, may: &dyn Fn(&Facts) -> bool| {
            let named = (0..self.facts.len()).filter(|at| may(&self.facts[*at]));
            let named = named.map(|at| (names(words, self.name(at)), at)).filter(|(worth, _)| *worth >= least);
            named.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
        };
        let is_few = self.sample.rows.len() < FEW;
        let name = |facts: &Facts| facts.nulls < 0.5 && facts.json < 0.2 && facts.time < 0.2;
        let repeats = |facts: &Facts| name(facts) && (is_few || facts.variety < 0.9);
        let Some(stream) = best(STREAM, 2.5, &repeats) else { return 0.0 };
        let counts = |facts: &Facts| facts.integers == 1.0 && facts.time < 0.9;
        let version = best(VERSION, 5.0, &counts).filter(|at| is_few && *at != stream);
        self.reasons.push(format!("{} is named like a stream", self.name(stream)));
        self.roles.push(("stream", stream));
        match version {
            Some(version) => {
                self.reasons.push(format!("{} is named like a version", self.name(version)));
                self.roles.push(("version", version));
                16.0
            }
            None => 8.0,
        }
    }

    fn pair(&self, stream: usize, version: usize, order: &[usize]) -> Option<Pair> {
        let (s, v) = (&self.facts[stream], &self.facts[version]);
        let both = HashSet::from([stream, version]);
        let keys = || self.sample.keys.iter().map(|key| key.iter().copied().collect::<HashSet<_>>());
        let is_key = keys().any(|key| key == both);
        if stream == version || s.distinct < 1 || s.json > 0.5 || s.time > 0.9 || (s.is_flag && s.distinct > 1) {
            return None;
        }
        if v.integers < 0.99 || v.nulls > 0.2 || v.time > 0.9 || v.is_flag && v.ids.len() >= FEW {
            return None;
        }
        if !is_key && (s.variety > 0.9 || v.is_unique() && v.ids.len() >= FEW && s.distinct > 1)
            || s.distinct < 2 && !is_key
        {
            return None;
        }
        let mut groups: HashMap<u64, Vec<i64>> = HashMap::new();
        for (at, row) in order.iter().enumerate() {
            if let (Some(id), Some(Sampled::Integer(value))) = (s.ids[at], self.sample.rows[*row].get(version)) {
                groups.entry(id).or_default().push(*value);
            }
        }
        let all: usize = groups.values().map(Vec::len).sum();
        let several: Vec<&Vec<i64>> = groups.values().filter(|group| group.len() > 1).collect();
        let rows: usize = several.iter().map(|group| group.len()).sum();
        if several.is_empty() || !is_key && rows * 2 < all {
            return None;
        }
        let different: usize = several.iter().map(|group| group.iter().collect::<HashSet<_>>().len()).sum();
        let up = several.iter().filter(|group| is_key || group.is_sorted_by(|a, b| a < b)).count();
        let mut steps = several.iter().filter(|group| group.len() > 2).map(|group| steps_alike(group)).peekable();
        let step = if steps.peek().is_none() { 1.0 } else { share(steps) };
        if (rows - different) * 20 > rows || rows < FEW && (up < several.len() || step < 1.0) {
            return None;
        }
        let mut begins: HashMap<i64, usize> = HashMap::new();
        groups
            .values()
            .filter_map(|group| group.iter().min())
            .for_each(|first| *begins.entry(*first).or_default() += 1);
        let begin = begins.values().max().copied().unwrap_or_default() as f64 / groups.len() as f64;
        let key = if is_key {
            5.0
        } else if keys().any(|key| both.is_subset(&key)) {
            2.0
        } else {
            0.0
        };
        let said = names(STREAM, self.name(stream)) + names(VERSION, self.name(version));
        let score = 4.0 * up as f64 / several.len() as f64 + 2.0 * step + 2.0 * begin + key + 0.35 * said;
        Some(Pair { score, stream, version, streams: several.len(), up })
    }

    /// The best of the columns that have no role yet, as a role. `worth` is `None` for those that cannot be it.
    fn pick(&mut self, role: &'static str, worth: impl Fn(&Looked<'_>, usize) -> Option<f64>) -> bool {
        let free = (0..self.facts.len()).filter(|at| !self.roles.iter().any(|(_, own)| own == at));
        let worths = free.filter_map(|at| Some((worth(self, at)?, at))).filter(|(worth, _)| *worth > 1.5);
        match worths.max_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, at)) => {
                self.roles.push((role, at));
                true
            }
            None => false,
        }
    }

    fn others(&mut self) -> f64 {
        let few = self.sample.rows.len() < FEW;
        let mut score = 0.0;
        let metadata = self.pick("metadata", |own, at| {
            let (f, said) = (&own.facts[at], names(METADATA, own.name(at)));
            (said >= 4.0 && (f.json > 0.5 || f.bytes > 0.5 || f.nulls > 0.3)).then_some(said)
        });
        score += if metadata { 4.0 } else { 0.0 };
        let payload = self.pick("data", |own, at| {
            let (f, said) = (&own.facts[at], names(PAYLOAD, own.name(at)));
            let blob = f.bytes > 0.9 && f.length != 16.0;
            let long = f.integers == 0.0 && f.length >= 40.0 && said >= 4.0;
            let may = (f.json > 0.3 || blob || long) && f.nulls < 0.9;
            may.then(|| said + 3.0 * f.json + f.bytes + (f.length / 200.0).min(2.0) - 3.0 * f.nulls)
        });
        if payload {
            score += 25.0;
            let at = self.column("data").unwrap_or_default();
            let form = if self.facts[at].json > 0.3 { "holds JSON" } else { "holds long values" };
            self.reasons.push(format!("{} {form}", self.name(at)));
        }
        let time = self.pick("time", |own, at| {
            let f = &own.facts[at];
            (f.time > 0.8).then(|| names(TIME, own.name(at)) + 3.0 - 4.0 * f.nulls)
        });
        score += if time { 12.0 } else { 0.0 };
        self.pick("category", |own, at| {
            let said = names(CATEGORY, own.name(at));
            (said >= 5.0 && !own.varies(at)).then_some(said)
        });
        let event_type = self.pick("type", |own, at| {
            let (f, said) = (&own.facts[at], names(TYPE, own.name(at)));
            let word = f.nulls == 0.0 && f.json < 0.2 && f.time < 0.2 && f.bytes < 0.5 && f.length < 200.0;
            let number = f.integers > 0.1 && !(said >= 4.0 && (2..=60).contains(&f.distinct));
            let some = f.distinct <= 400 && (few && said >= 3.0 || f.distinct >= 2 && f.variety < 0.6);
            let may = word && !number && some && (said >= 3.0 && few || own.varies(at));
            may.then_some(said + if said <= 0.0 && own.fits { 1.6 } else { 0.0 })
        });
        if event_type {
            let at = self.column("type").unwrap_or_default();
            let said = names(TYPE, self.name(at)) > 0.0;
            score += if said { 20.0 } else { 8.0 };
            self.reasons.push(format!("{} varies inside streams, {} words", self.name(at), self.facts[at].distinct));
        }
        let position = self.pick("position", |own, at| {
            let f = &own.facts[at];
            let may = f.integers == 1.0 && f.is_unique() && f.time < 0.9;
            may.then(|| names(POSITION, own.name(at)) + if own.ascends(at) { 2.0 } else { 1.0 })
        });
        score += if position { 6.0 } else { 0.0 };
        self.pick("id", |own, at| {
            let f = &own.facts[at];
            let said = names(ID, own.name(at));
            (f.is_unique() && f.json < 0.2 && f.time < 0.2 && f.length <= 64.0 && said >= 2.0).then_some(said)
        });
        // A live table with a JSON column has neither.
        score - if !self.has("version") && !position { 12.0 } else { 0.0 }
    }

    /// A column differs inside at least some of the streams that have several rows.
    fn varies(&self, at: usize) -> bool {
        let Some(stream) = self.column("stream") else { return true };
        let mut groups: HashMap<u64, Vec<u64>> = HashMap::new();
        for (stream, value) in self.facts[stream].ids.iter().zip(&self.facts[at].ids) {
            if let (Some(stream), Some(value)) = (stream, value) {
                groups.entry(*stream).or_default().push(*value);
            }
        }
        let several: Vec<&Vec<u64>> = groups.values().filter(|group| group.len() > 1).collect();
        let differ = several.iter().filter(|group| group.iter().any(|value| *value != group[0])).count();
        several.is_empty() || differ * 10 >= several.len() * 3
    }

    /// The column's numbers go up from row to row as they lie.
    fn ascends(&self, at: usize) -> bool {
        let number = |row: &Vec<Sampled>| match row.get(at) {
            Some(Sampled::Integer(value)) => Some(*value),
            _ => None,
        };
        self.sample.rows.iter().map(number).is_sorted_by(|a, b| a < b)
    }

    fn table_name(&self) -> f64 {
        let name = self.sample.table.name.as_str().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let mut score = 0.0;
        if has(&["event", "journal", "message", "commit", "outbox", "log", "version", "history", "audit", "_aud"]) {
            score += 8.0;
        }
        if has(&["snapshot", "saga"]) {
            score -= if self.fits { 5.0 } else { 30.0 };
        } else if has(&[
            "projection",
            "token",
            "subscription",
            "checkpoint",
            "migration",
            "bookmark",
            "tracking",
            "_tag",
            "tags",
            "lock",
            "offsets",
            "dead_letter",
        ]) {
            score -= 30.0;
        }
        score
    }

    /// Most of its streams and versions stand in a larger table too.
    fn is_copy_of(&self, other: &Looked<'_>) -> bool {
        let (own, all) = (self.places(), other.places());
        let inside = own.intersection(&all).count() as f64;
        other.has("data") && own.len() < all.len() && !own.is_empty() && inside >= COPY * own.len() as f64
    }

    fn places(&self) -> HashSet<(u64, u64)> {
        let (Some(stream), Some(version)) = (self.column("stream"), self.column("version")) else {
            return HashSet::new();
        };
        let ids = self.facts[stream].ids.iter().zip(&self.facts[version].ids);
        ids.filter_map(|(stream, version)| stream.zip(*version)).collect()
    }

    fn into_guess(self, score: f64) -> Guess {
        let role = |role: &'static str| Some((role, self.name(self.column(role)?).as_str().to_owned()));
        Guess {
            table: self.sample.table.name.as_str().to_owned(),
            score: score.round() as i32,
            roles: ROLES.into_iter().filter_map(role).collect(),
            rows: self.sample.count,
            reasons: self.reasons,
        }
    }
}

/// A group of three or more numbers has one step throughout.
fn steps_alike(group: &[i64]) -> bool {
    let mut sorted = group.to_vec();
    sorted.sort_unstable();
    sorted.windows(3).all(|three| three[1].wrapping_sub(three[0]) == three[2].wrapping_sub(three[1]))
}

fn share(all: impl Iterator<Item = bool>) -> f64 {
    let (mut holds, mut count) = (0, 0);
    for one in all {
        holds += usize::from(one);
        count += 1;
    }
    holds as f64 / f64::from(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: impl Into<String>) -> Sampled {
        Sampled::Text(text.into())
    }

    fn sample(name: &str, columns: &[&str], rows: Vec<Vec<Sampled>>) -> TableSample {
        let table = Table::new(name, columns.iter().map(|column| (*column).to_owned()), true);
        TableSample { table, count: Some(rows.len() as u64), rows, keys: Vec::new() }
    }

    /// Events of `streams` streams in turn: position, stream, version, type, payload, time.
    fn events(streams: i64, versions: i64) -> Vec<Vec<Sampled>> {
        let mut rows = Vec::new();
        for version in 1..=versions {
            for stream in 0..streams {
                let kind = if version == 1 { "Made" } else { "Moved" };
                let payload = format!("{{\"n\":{version},\"of\":{stream}}}");
                let at = Sampled::Integer(1_772_600_000 + version * 60 + stream);
                let position = Sampled::Integer(rows.len() as i64 * 7 + 3);
                rows.push(vec![
                    position,
                    text(format!("s-{stream}")),
                    Sampled::Integer(version),
                    text(kind),
                    text(payload),
                    at,
                ]);
            }
        }
        rows
    }

    fn said(guess: &Guess) -> String {
        guess.roles.iter().map(|(role, column)| format!("{role}={column}")).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn structure_tells_where_names_say_nothing() {
        let found = guess(&[sample("t", &["a", "b", "c", "d", "e", "f"], events(5, 6))]);
        assert_eq!(said(&found[0]), "stream=b,version=c,type=d,data=e,time=f,position=a");
        assert!(found[0].is_likely() && found[0].rows == Some(30), "{found:?}");
        assert!(found[0].reasons.iter().any(|why| why == "c counts up inside b in 5 of 5 streams"), "{found:?}");
    }

    #[test]
    fn names_tell_where_there_is_one_row() {
        let columns = ["id", "aggregate_id", "version", "event_type", "payload", "timestamp"];
        let row = vec![
            text("e1"),
            text("u-1"),
            Sampled::Integer(1),
            text("Made"),
            text("{\"a\":1}"),
            text("2026-04-24T09:18:47Z"),
        ];
        let snapshots = sample("snapshots", &columns[1..], vec![row[1..].to_vec()]);
        let found = guess(&[snapshots, sample("events", &columns, vec![row])]);
        assert_eq!(found[0].table, "events");
        assert_eq!(
            said(&found[0]),
            "stream=aggregate_id,version=version,type=event_type,data=payload,time=timestamp,id=id"
        );
    }

    #[test]
    fn copies_and_lists_are_no_events() {
        let columns = ["position", "stream_id", "version", "type", "data", "created"];
        let archive = sample("outbox", &columns, events(5, 3));
        let people = (0..20).map(|n| vec![Sampled::Integer(n), text(format!("name {n}")), text("x@y")]).collect();
        let people = sample("customers", &["id", "name", "mail"], people);
        let found =
            guess(&[archive, people, sample("things", &columns, events(5, 6)), sample("events", &columns, Vec::new())]);
        let tables: Vec<&str> = found.iter().map(|guess| guess.table.as_str()).collect();
        assert_eq!(tables[0], "things", "{found:?}");
        assert!(!tables.contains(&"customers") && !tables.contains(&"events"), "{found:?}");
    }

    #[test]
    fn rows_of_a_dump_may_lie_in_any_order() {
        let mut rows = events(4, 6);
        rows.rotate_left(9);
        let found = guess(&[sample("t", &["pos", "b", "c", "d", "e", "f"], rows)]);
        assert_eq!(said(&found[0]), "stream=b,version=c,type=d,data=e,time=f,position=pos");
    }
}
