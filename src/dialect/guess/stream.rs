//! Which columns are a table's stream and version: a version counts up inside each stream.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::names::{STREAM, VERSION, Words, is_kind_of, is_tenant, says_kind, says_thing, whose_id};
use super::{Column, FEW, Look, MEMBER};

/// Columns of a key that are one stream together, at most.
const KEY: usize = 3;

/// A name that is worth less says that a column is something else.
const NOT_IT: f64 = -2.5;

/// Streams and versions that are tried together, at most.
const PAIRS: usize = 4_000;

/// How well columns are stream and version.
struct Pair {
    score: f64,
    stream: Vec<usize>,
    version: usize,
    /// Streams with more than one row, and those in which the version counts up.
    streams: usize,
    up: usize,
}

impl Look<'_> {
    pub(super) fn stream_and_version(&mut self) -> f64 {
        let all = 0..self.columns.len();
        let mut streams: BTreeSet<Vec<usize>> = all.clone().flat_map(|at| [vec![at], self.with_kind(at)]).collect();
        streams.extend(self.sample.keys.iter().flat_map(|key| self.rest_of_key(key)));
        streams.extend(all.clone().flat_map(|at| self.behind_words(at)));
        if let Some(history) = &self.history {
            streams = BTreeSet::from([vec![history.key]]);
        }
        let tenants: Vec<Vec<usize>> = streams.iter().filter_map(|stream| self.with_tenant(stream)).collect();
        streams.extend(tenants);
        let versions: Vec<usize> = all.filter(|at| self.may_count(*at) && !self.is_of_thing(*at)).collect();
        let may_name: Vec<bool> = self.columns.iter().map(Self::may_name).collect();
        let mut streams: Vec<Vec<usize>> =
            streams.into_iter().filter(|own| own.iter().all(|at| may_name[*at])).collect();
        // One column comes before several.
        streams.sort_by_key(Vec::len);
        let fitting = streams.iter().take(PAIRS / versions.len().max(1)).flat_map(|stream| {
            let ids = self.ids(stream);
            let distinct = ids.iter().flatten().collect::<HashSet<_>>().len();
            let pairs = versions.iter().filter_map(|version| self.pair(stream, &ids, distinct, *version));
            pairs.collect::<Vec<_>>()
        });
        if let Some(mut best) = fitting.max_by(|a, b| a.score.total_cmp(&b.score)) {
            best.stream = self.without_needless(best.stream);
            let (stream, version) = (self.path(&best.stream), self.columns[best.version].path.clone());
            let (up, streams) = (best.up, best.streams);
            self.reasons.push(match streams {
                0 => format!("{stream} and {version} are a key"),
                _ => format!("{version} counts up inside {stream} in {up} of {streams} streams"),
            });
            self.take_stream(best.stream);
            self.roles.push(("version", vec![best.version]));
            self.fits = best.up * 20 >= best.streams * 19;
            return 25.0;
        }
        if let Some(history) = &self.history {
            self.roles.push(("stream", vec![history.key]));
            return 16.0;
        }
        // Too few rows, or no version: names tell.
        let Some((stream, sure)) = self.named_stream() else { return 0.0 };
        let ids = self.ids(&stream);
        let counts = |own: &Column| own.holds_numbers() && own.facts.time < 0.9 && tells_rows_apart(&ids, own);
        let distinct = ids.iter().flatten().collect::<HashSet<_>>().len();
        let is_told = self.is_few() || distinct == 1 || distinct == ids.len();
        let may = |at: &usize| is_told && !stream.contains(at);
        let version = self.best(VERSION, 5.0, &counts).filter(may);
        self.reasons.push(format!("{} is named like a stream", self.path(&stream)));
        self.take_stream(stream);
        match version {
            Some(version) => {
                self.reasons.push(format!("{} is named like a version", self.columns[version].path));
                self.roles.push(("version", vec![version]));
                16.0
            }
            None => sure,
        }
    }

    /// The same streams by fewer columns: a kind beside an id that no other kind has says nothing
    /// of which it is. Whose it is, is said all the same.
    fn without_needless(&self, mut stream: Vec<usize>) -> Vec<usize> {
        let distinct = |of: &[usize]| self.ids(of).iter().flatten().collect::<HashSet<_>>().len();
        let all = distinct(&stream);
        for column in stream.clone() {
            let rest: Vec<usize> = stream.iter().copied().filter(|own| *own != column).collect();
            let is_id = stream.last() == Some(&column);
            if !is_id && !is_tenant(self.columns[column].name()) && distinct(&rest) == all {
                stream = rest;
            }
        }
        stream
    }

    /// The stream, and its category where a column of it is one.
    fn take_stream(&mut self, stream: Vec<usize>) {
        let is_kind = |at: &&usize| stream.last().is_some_and(|id| self.is_kind_beside(**at, *id));
        if let Some(kind) = stream.iter().rev().skip(1).find(is_kind) {
            self.roles.push(("category", vec![*kind]));
        }
        self.roles.push(("stream", stream));
    }

    fn best(&self, words: Words, least: f64, may: &dyn Fn(&Column) -> bool) -> Option<usize> {
        let named = (0..self.columns.len()).filter(|at| may(&self.columns[*at]));
        let worth = |at: usize| {
            let own = &self.columns[at];
            own.says(words) - if own.is_member { MEMBER } else { 0.0 } - 3.0 * own.facts.nulls
        };
        let named = named.map(|at| (worth(at), at)).filter(|(worth, _)| *worth >= least);
        named.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
    }

    /// The column that is named like a stream, else one that is named like an id and repeats; and
    /// what that is worth.
    fn named_stream(&self) -> Option<(Vec<usize>, f64)> {
        let is_few = self.is_few();
        // Beside a column that is named like a version the first rows may be one of each stream.
        let counts = |own: &Column| own.holds_numbers() && own.facts.time < 0.9 && !own.is_member;
        let has_version = self.best(VERSION, 5.0, &counts).is_some();
        let repeats = |own: &Column| {
            let f = &own.facts;
            // Of one stream alone a column of the table must say that it names streams.
            let is_named = !own.is_member && own.says(STREAM) >= 4.0;
            let tells = is_few || f.variety < 0.9 && (f.distinct > 1 || is_named) || is_named && has_version;
            f.nulls < 0.5 && f.json < 0.2 && f.time < 0.2 && !is_tenant(own.name()) && tells
        };
        let is_id = |own: &Column| whose_id(own.name()).is_some() && own.facts.variety < 0.9 && repeats(own);
        let named = self.best(STREAM, 2.5, &repeats).map(|at| (at, 8.0));
        // A live table has such a column as well.
        let (id, sure) = named.or_else(|| Some((self.best(STREAM, 0.0, &is_id)?, -4.0)))?;
        let stream = self.with_kind(id);
        Some((self.with_tenant(&stream).unwrap_or(stream), sure))
    }

    /// The id, and before it the column that says of what: `entity` beside `entity_id`. No other
    /// thing has a UUID.
    fn with_kind(&self, id: usize) -> Vec<usize> {
        let all = 0..self.columns.len();
        let named = all.clone().find(|at| self.is_kind_beside(*at, id));
        let says_kind = |at: &usize| *at != id && self.may_join(*at) && says_kind(self.columns[*at].name());
        let is_kind =
            |kind: &usize| self.is_id(*kind) || says_thing(self.columns[*kind].name()) || self.is_fixed_by(*kind, id);
        let kind = named.or_else(|| all.clone().filter(says_kind).find(is_kind));
        let distinct = |of: &[usize]| self.ids(of).iter().flatten().collect::<HashSet<_>>().len();
        // Where no two kinds have one id, the id alone tells.
        let has_several = |kind: &usize| distinct(&[*kind, id]) > distinct(&[id]);
        kind.filter(|kind| self.columns[id].facts.uuid < 0.9 && has_several(kind)).into_iter().chain([id]).collect()
    }

    /// It is called an id: a kind that has one is no word for what happened.
    fn is_id(&self, at: usize) -> bool {
        whose_id(self.columns[at].name()).is_some()
    }

    /// Most things of an id are of one kind: what varies from row to row is none.
    fn is_fixed_by(&self, kind: usize, id: usize) -> bool {
        let distinct = |of: &[usize]| self.ids(of).iter().flatten().collect::<HashSet<_>>().len();
        distinct(&[kind, id]) * 2 <= distinct(&[id]) * 3
    }

    fn is_kind_beside(&self, kind: usize, id: usize) -> bool {
        let (kind_of, id_of) = (&self.columns[kind], &self.columns[id]);
        let inside = |column: &Column| column.path.strip_suffix(column.name()).map(str::to_owned);
        let is_named = || whose_id(id_of.name()).is_some_and(|whose| is_kind_of(kind_of.name(), &whose));
        kind != id && self.may_join(kind) && inside(kind_of) == inside(id_of) && is_named()
    }

    /// Before these columns the one that says whose they are.
    fn with_tenant(&self, stream: &[usize]) -> Option<Vec<usize>> {
        let is_whose = |at: &usize| self.may_join(*at) && is_tenant(self.columns[*at].name());
        let tenant = (0..self.columns.len()).filter(|at| !stream.contains(at)).find(is_whose)?;
        let says_more =
            self.columns[tenant].facts.distinct > 1 || self.sample.keys.iter().any(|key| key.contains(&tenant));
        says_more.then(|| [&[tenant], stream].concat())
    }

    /// A name may have it in front: short, and in every row, or the row would have no name.
    fn may_join(&self, at: usize) -> bool {
        let column = &self.columns[at];
        let is_short = column.facts.is_word() && column.facts.length <= 100.0 && !column.facts.is_flag;
        is_short && !column.path.contains('+') && (column.facts.distinct <= 400 || is_tenant(column.name()))
    }

    /// A key's columns without one of them, which may be the version.
    fn rest_of_key(&self, key: &[usize]) -> Vec<Vec<usize>> {
        let says_something = |at: &usize| {
            let facts = &self.columns[*at].facts;
            !facts.is_flag && (facts.distinct > 1 || is_tenant(self.columns[*at].name()))
        };
        let without = |version: usize| {
            let mut rest: Vec<usize> = key.iter().copied().filter(|at| *at != version).filter(says_something).collect();
            // The id is what differs most.
            rest.sort_by_key(|at| (!is_tenant(self.columns[*at].name()), self.columns[*at].facts.distinct));
            rest
        };
        let rests = key.iter().map(|version| without(*version));
        rests.filter(|rest| (2..=KEY).contains(&rest.len()) && rest.iter().all(|at| self.may_be_in_key(*at))).collect()
    }

    fn may_be_in_key(&self, at: usize) -> bool {
        let column = &self.columns[at];
        column.facts.nulls == 0.0 && column.facts.json < 0.2 && column.facts.time < 0.9 && !column.path.contains('+')
    }

    /// An id behind each column of few words.
    fn behind_words(&self, id: usize) -> Vec<Vec<usize>> {
        let column = &self.columns[id];
        let is_id = whose_id(column.name()).is_some() || column.says(STREAM) >= 1.0;
        if !is_id || column.facts.is_unique() {
            return Vec::new();
        }
        let words = (0..self.columns.len()).filter(|at| {
            let facts = &self.columns[*at].facts;
            let is_word =
                *at != id && self.may_join(*at) && facts.integers == 0.0 && (2..=30).contains(&facts.distinct);
            is_word && self.is_fixed_by(*at, id)
        });
        words.map(|at| vec![at, id]).collect()
    }

    /// A version is a number in nearly every row, and no time.
    fn may_count(&self, version: usize) -> bool {
        let column = &self.columns[version];
        let v = &column.facts;
        let may = column.holds_numbers() && v.nulls <= 0.2 && v.time <= 0.9 && !(v.is_flag && v.ids.len() >= FEW);
        // What a payload holds may count for itself.
        let least = if column.is_member { 0.0 } else { NOT_IT };
        may && column.says(VERSION) > least
    }

    /// Its values may name streams.
    fn may_name(column: &Column) -> bool {
        let s = &column.facts;
        s.json <= 0.5 && s.time <= 0.9 && (!s.is_flag || s.distinct <= 1) && column.says(STREAM) > NOT_IT
    }

    fn pair(&self, stream: &[usize], ids: &[Option<u64>], distinct: usize, version: usize) -> Option<Pair> {
        let v = &self.columns[version].facts;
        let both: HashSet<usize> = stream.iter().copied().chain([version]).collect();
        let keys = || self.sample.keys.iter().map(|key| key.iter().copied().collect::<HashSet<_>>());
        let is_key = keys().any(|key| key == both);
        let variety = distinct as f64 / ids.iter().flatten().count().max(1) as f64;
        if stream.contains(&version) || distinct < 1 {
            return None;
        }
        if !is_key && (variety > 0.9 || v.is_unique() && v.ids.len() >= FEW && distinct > 1) || distinct < 2 && !is_key
        {
            return None;
        }
        let mut groups: HashMap<u64, Vec<i64>> = HashMap::new();
        for (id, value) in ids.iter().zip(&self.columns[version].integers) {
            if let (Some(id), Some(value)) = (id, value) {
                groups.entry(*id).or_default().push(*value);
            }
        }
        let all: usize = groups.values().map(Vec::len).sum();
        let several: Vec<&Vec<i64>> = groups.values().filter(|group| group.len() > 1).collect();
        let rows: usize = several.iter().map(|group| group.len()).sum();
        // The first rows of many streams may be one of each: then a key tells, where its columns are named so.
        let is_named_key = is_key
            && self.columns[version].says(VERSION) > 0.0
            && stream.last().is_some_and(|id| self.columns[*id].says(STREAM) > 0.0);
        if several.is_empty() && !is_named_key || !is_key && rows * 2 < all {
            return None;
        }
        let different: usize = several.iter().map(|group| group.iter().collect::<HashSet<_>>().len()).sum();
        let is_up = |group: &[i64]| group.is_sorted() || !self.is_ordered && steps_alike(group);
        let is_told = is_key || self.history.is_some();
        let up = several.iter().filter(|group| is_told || is_up(group)).count();
        let mut steps = several.iter().filter(|group| group.len() > 2).map(|group| steps_alike(group)).peekable();
        let step = if steps.peek().is_none() { 1.0 } else { share(steps) };
        if (rows - different) * 20 > rows || rows < FEW && (up < several.len() || step < 1.0) {
            return None;
        }
        let is_named = || {
            let named = stream.last().is_some_and(|id| self.columns[*id].says(STREAM) > 0.0);
            // To begin all alike, or from the first on one by one, is as good as a name.
            let firsts: HashSet<i64> = groups.values().filter_map(|group| group.iter().min().copied()).collect();
            let goes_on = || several.iter().all(|group| matches!(group[0], 0 | 1) && is_one_by_one(group));
            let counts = || groups.len() > 1 && firsts.len() == 1 || goes_on();
            named && (self.columns[version].says(VERSION) > 0.0 || counts())
        };
        // Few rows, or one thing that nearly all are of, fit by chance; half of the streams do not fit.
        let largest = several.iter().map(|group| group.len()).max().unwrap_or_default();
        let is_chance = rows < FEW || largest * 10 > all * 9 || up * 2 <= several.len();
        if !is_key && is_chance && !is_named() {
            return None;
        }
        let mut begins: HashMap<i64, usize> = HashMap::new();
        let firsts = groups.values().filter_map(|group| group.iter().min());
        firsts.for_each(|first| *begins.entry(*first).or_default() += 1);
        let (first, begin) = begins.into_iter().max_by_key(|(_, streams)| *streams).unwrap_or_default();
        let begin = begin as f64 / groups.len() as f64;
        // What grows with the table grows in each of its parts, but begins in each where it is then.
        let begins_alike = begin > 0.5 && (0..=1).contains(&first);
        let grows = self.history.is_none() && distinct > 1 && self.columns[version].never_falls();
        if !is_key && grows && !begins_alike {
            return None;
        }
        let key = match () {
            () if is_key => 5.0,
            () if keys().any(|key| both.is_subset(&key)) => 2.0,
            () => 0.0,
        };
        let score = 4.0 * up as f64 / several.len().max(1) as f64 + 2.0 * step + 2.0 * begin + key;
        let said = self.said(stream, version) - if rows > different { 3.0 } else { 0.0 };
        Some(Pair { score: score + said, stream: stream.to_vec(), version, streams: several.len(), up })
    }

    /// What names add: few columns are better than many, but for those that belong together.
    fn said(&self, stream: &[usize], version: usize) -> f64 {
        let Some((id, before)) = stream.split_last() else { return 0.0 };
        let is_shared = self.columns[*id].facts.uuid < 0.9;
        let belongs = |at: &usize| is_tenant(self.columns[*at].name()) || is_shared && self.is_kind_beside(*at, *id);
        let joined: f64 = before.iter().map(|at| if belongs(at) { 0.6 } else { -0.3 }).sum();
        let members = stream.iter().chain([&version]).filter(|at| self.columns[**at].is_member).count();
        let named = self.columns[*id].says(STREAM) + self.columns[version].says(VERSION);
        0.35 * named + joined - MEMBER * members as f64
    }
}

/// No two rows of a stream have the same: a version that is 1 in every row is that of the schema.
fn tells_rows_apart(streams: &[Option<u64>], version: &Column) -> bool {
    let mut seen = HashSet::new();
    streams.iter().zip(&version.integers).all(|place| seen.insert(place))
}

/// A group of three or more numbers has one step throughout.
fn steps_alike(group: &[i64]) -> bool {
    let mut sorted = group.to_vec();
    sorted.sort_unstable();
    sorted.windows(3).all(|three| three[1].wrapping_sub(three[0]) == three[2].wrapping_sub(three[1]))
}

fn is_one_by_one(group: &[i64]) -> bool {
    group.windows(2).all(|two| two[1].wrapping_sub(two[0]) == 1)
}

fn share(all: impl Iterator<Item = bool>) -> f64 {
    let (mut holds, mut count) = (0, 0);
    for one in all {
        holds += usize::from(one);
        count += 1;
    }
    holds as f64 / f64::from(count.max(1))
}
