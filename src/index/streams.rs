//! The streams of a store: names, counts, times; and the order in which they are listed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::builder::Header;
use crate::model::uuid;
use crate::model::{
    CategoryId, NameForm, Retention, StreamId, StreamStatus, StreamSummary, Text, Time, Version, is_blank, visible_name,
};

/// Streams in a chunk. A snapshot shares all chunks but those that grew since.
const CHUNK: usize = 4_096;

#[derive(Clone, Debug, Default)]
struct Names {
    text: String,
    ends: Vec<u32>,
}

/// What is counted for one stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) summary: StreamSummary,
    /// Versions never went down in scan order.
    pub(super) ordered: bool,
    /// A time was earlier than the one before.
    pub(super) backwards: bool,
    /// A row has the version of the one before it.
    pub(super) repeats: bool,
    /// Every row is marked as the server's own or as a link.
    pub(super) is_system: bool,
    pub(super) newest: i64,
    pub(super) newest_time: i64,
    /// Which of the stores it is in that are read together.
    pub(super) part: u16,
    pub(super) name_form: NameForm,
}

/// Every stream, by [`StreamId`]; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct StreamTable {
    names: Vec<Arc<Names>>,
    facts: Vec<Arc<Vec<Facts>>>,
    categories: Arc<Vec<Text>>,
    /// Of each category that is a kind of another, that one.
    bases: Arc<Vec<Option<CategoryId>>>,
    /// Names that are shown in place of those that several streams share.
    told_apart: Arc<HashMap<StreamId, Text>>,
    /// Of the streams of which not everything is shown by their server.
    retentions: Arc<HashMap<StreamId, Retention>>,
    len: u32,
}

impl StreamTable {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = StreamId> + use<> {
        (0..self.len).map(StreamId)
    }

    /// The name that is shown; of two streams of one name each says behind it what it is.
    pub fn name(&self, id: StreamId) -> &str {
        match self.told_apart.get(&id) {
            Some(name) => name,
            None => self.stored_name(id),
        }
    }

    /// The name as it is stored.
    pub fn stored_name(&self, id: StreamId) -> &str {
        let Some(chunk) = self.names.get(id.0 as usize / CHUNK) else { return "" };
        let at = id.0 as usize % CHUNK;
        let start = at.checked_sub(1).map_or(Some(&0), |before| chunk.ends.get(before));
        let range = start.zip(chunk.ends.get(at)).map(|(start, end)| *start as usize..*end as usize);
        range.and_then(|range| chunk.text.get(range)).unwrap_or_default()
    }

    pub fn summary(&self, id: StreamId) -> Option<&StreamSummary> {
        self.facts(id).map(|facts| &facts.summary)
    }

    pub fn category_name(&self, id: CategoryId) -> &str {
        self.categories.get(id.0 as usize).map_or("", |name| name)
    }

    pub fn categories(&self) -> &[Text] {
        &self.categories
    }

    /// The stream of that name; an active one before an archived one of the same name,
    /// which `NAME (archived)` names. A UUID in the name may be spelled otherwise, where only
    /// one stream has it.
    pub fn find(&self, name: &str) -> Option<StreamId> {
        let mut found = self.ids().filter(|id| self.name(*id) == name);
        let active = |id: &StreamId| self.summary(*id).is_some_and(|s| s.status == StreamStatus::Active);
        match found.next() {
            Some(first) if active(&first) => Some(first),
            Some(first) => Some(found.find(active).unwrap_or(first)),
            None => self.find_archived(name).or_else(|| match self.find_uuid(name)[..] {
                [one] => Some(one),
                _ => None,
            }),
        }
    }

    fn find_archived(&self, name: &str) -> Option<StreamId> {
        let plain = name.strip_suffix(" (archived)")?;
        let archived = |id: &StreamId| self.summary(*id).is_some_and(|s| s.status == StreamStatus::Archived);
        self.ids().find(|id| self.name(*id) == plain && archived(id))
    }

    /// The streams whose names differ from this one only in how a UUID is spelled.
    pub fn find_uuid(&self, name: &str) -> Vec<StreamId> {
        let Some(wanted) = uuid::folded(name) else { return Vec::new() };
        self.ids().filter(|id| uuid::folded(self.name(*id)).is_some_and(|own| own == wanted)).collect()
    }

    /// Which of the stream's events its server shows, where not all of them.
    pub fn retention(&self, id: StreamId) -> Option<&Retention> {
        self.retentions.get(&id)
    }

    /// A stream that is gone for good stays so.
    pub(super) fn retain(&mut self, id: StreamId, retention: Retention) {
        let Some(facts) = self.facts_mut(id) else { return };
        let gone = StreamStatus::Tombstoned;
        if facts.summary.status == gone && retention.status != gone {
            return;
        }
        facts.summary.status = retention.status;
        if retention != Retention::default() {
            Arc::make_mut(&mut self.retentions).insert(id, retention);
        } else if self.retentions.contains_key(&id) {
            Arc::make_mut(&mut self.retentions).remove(&id);
        }
    }

    /// It holds nothing but the server's own events and links: it is listed on demand only.
    pub fn is_system(&self, id: StreamId) -> bool {
        self.facts(id).is_some_and(|facts| facts.is_system)
    }

    /// How many such streams there are.
    pub fn count_system(&self) -> u64 {
        self.ids().filter(|id| self.is_system(*id)).count() as u64
    }

    pub(super) fn is_ordered(&self, id: StreamId) -> bool {
        self.facts(id).is_none_or(|facts| facts.ordered)
    }

    pub(super) fn facts(&self, id: StreamId) -> Option<&Facts> {
        self.facts.get(id.0 as usize / CHUNK)?.get(id.0 as usize % CHUNK)
    }

    pub(super) fn facts_mut(&mut self, id: StreamId) -> Option<&mut Facts> {
        Arc::make_mut(self.facts.get_mut(id.0 as usize / CHUNK)?).get_mut(id.0 as usize % CHUNK)
    }

    pub(super) fn add_category(&mut self, name: &str, base: Option<CategoryId>) -> CategoryId {
        Arc::make_mut(&mut self.categories).push(Arc::from(name));
        Arc::make_mut(&mut self.bases).push(base);
        CategoryId(self.categories.len() as u32 - 1)
    }

    pub(super) fn is_told_apart(&self, id: StreamId) -> bool {
        self.told_apart.contains_key(&id)
    }

    /// Shows the stream by that name from now on.
    pub(super) fn tell_apart(&mut self, id: StreamId, name: Text) {
        Arc::make_mut(&mut self.told_apart).insert(id, name);
    }

    pub(super) fn add(&mut self, header: &Header<'_>, category: CategoryId) -> StreamId {
        let id = StreamId(self.len);
        if (self.len as usize).is_multiple_of(CHUNK) {
            self.names.push(Arc::default());
            self.facts.push(Arc::new(Vec::new()));
        }
        if let (Some(names), Some(facts)) = (self.names.last_mut(), self.facts.last_mut()) {
            let names = Arc::make_mut(names);
            names.text.push_str(header.stream);
            names.ends.push(names.text.len() as u32);
            Arc::make_mut(facts).push(Facts {
                summary: StreamSummary {
                    category,
                    events: 0,
                    first: Version(i64::MAX),
                    last: Version(i64::MIN),
                    first_time: None,
                    last_time: None,
                    status: header.status,
                },
                ordered: true,
                backwards: false,
                repeats: false,
                is_system: true,
                newest: i64::MIN,
                newest_time: i64::MIN,
                part: header.part,
                name_form: header.name_form,
            });
        }
        self.len += 1;
        id
    }
}

/// What streams are listed by, inside their category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamSort {
    #[default]
    Name,
    Events,
    LastTime,
}

/// A request for an order: part of the name, and what to sort by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamOrder {
    /// Part of the name, case ignored; empty for all. A UUID may be spelled otherwise.
    pub filter: String,
    pub sort: StreamSort,
    /// The largest or newest first.
    pub descending: bool,
    /// With the streams that hold only the server's own events and links.
    pub system: bool,
}

/// Streams in the order asked for, category by category.
#[derive(Clone, Debug, Default)]
pub struct StreamList {
    pub categories: Vec<CategoryGroup>,
    /// Every listed stream, grouped.
    pub streams: Vec<StreamId>,
    /// Every stream is its own category, so there is nothing to group by.
    pub flat: bool,
    /// System streams of a fitting name that are left out.
    pub hidden: u64,
    /// System streams, listed or not.
    pub system: u64,
}

/// One category's part of [`StreamList::streams`].
#[derive(Clone, Debug)]
pub struct CategoryGroup {
    pub id: CategoryId,
    pub name: Text,
    /// The category that it is a kind of, which stands before it.
    pub base: Option<CategoryId>,
    /// Streams of its kinds, and those of them that are listed.
    pub kinds_total: u32,
    pub kinds_listed: u32,
    /// Streams of the category, whether their names fit or not.
    pub total: u32,
    /// First of its streams, and how many are listed.
    pub start: u32,
    pub listed: u32,
    pub events: u64,
    pub last_time: Option<Time>,
}

/// Part of a stream's name, as [`StreamOrder::filter`] has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePart {
    lower: String,
    /// Where it may be part of a UUID: without what spellings of one differ in.
    folded: Option<String>,
}

impl NamePart {
    pub fn new(text: &str) -> NamePart {
        let lower = text.to_lowercase();
        let folded = uuid::folded(lower.trim()).or_else(|| uuid::digits_of_part(lower.trim()));
        NamePart { folded, lower }
    }

    /// It is in every name.
    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    pub fn is_in(&self, name: &str) -> bool {
        let spelled_otherwise = || {
            let part = self.folded.as_ref()?;
            uuid::folded(&name.to_lowercase()).filter(|name| name.contains(part.as_str()))
        };
        let as_seen = || is_blank(name) && contains_ignoring_case(&visible_name(name), &self.lower);
        self.lower.is_empty() || contains_ignoring_case(name, &self.lower) || spelled_otherwise().is_some() || as_seen()
    }
}

impl StreamTable {
    /// Lists the streams; work for a background thread.
    pub fn list(&self, order: &StreamOrder) -> StreamList {
        let part = NamePart::new(&order.filter);
        let may_list = |id: &StreamId| order.system || !self.is_system(*id);
        let mut streams: Vec<StreamId> = self.ids().filter(|id| part.is_in(self.name(*id))).collect();
        let fitting = streams.len();
        streams.retain(may_list);
        let hidden = (fitting - streams.len()) as u64;
        // Names that are ids without a prefix would give a category each.
        let flat = self.categories.len() > 16 && self.categories.len() * 2 > self.len as usize;
        let category = |id: StreamId| self.summary(id).map_or(0, |summary| summary.category.0);
        let mut rank: Vec<u32> = vec![0; self.categories.len()];
        let mut by_name: Vec<u32> = (0..self.categories.len() as u32).collect();
        // A server's own streams, `$ce-order`, come behind those that people write.
        let mut is_own = vec![true; self.categories.len()];
        let base = |id: u32| self.bases.get(id as usize).copied().flatten().map_or(id, |base| base.0);
        for id in self.ids().filter(|id| !self.is_system(*id)) {
            if let Some(own) = is_own.get_mut(base(category(id)) as usize) {
                *own = false;
            }
        }
        by_name.sort_by(|a, b| {
            let (of_a, of_b) = (base(*a) as usize, base(*b) as usize);
            let name = |id: usize| &self.categories[id];
            let by_base = is_own[of_a].cmp(&is_own[of_b]).then_with(|| natural(name(of_a), name(of_b)));
            let (a, b) = (*a as usize, *b as usize);
            // A category stands before its kinds.
            by_base.then_with(|| (a != of_a).cmp(&(b != of_b))).then_with(|| natural(name(a), name(b)))
        });
        by_name.iter().enumerate().for_each(|(place, id)| rank[*id as usize] = place as u32);
        let group = |id: StreamId| if flat { 0 } else { rank.get(category(id) as usize).copied().unwrap_or(0) };
        streams.sort_by(|a, b| group(*a).cmp(&group(*b)).then_with(|| self.compare(*a, *b, order)));
        let mut totals: Vec<(u32, u64, Option<Time>)> = vec![(0, 0, None); if flat { 1 } else { rank.len() }];
        for id in self.ids().filter(may_list) {
            if let (Some(summary), Some(total)) = (self.summary(id), totals.get_mut(group(id) as usize)) {
                total.0 += 1;
                total.1 += u64::from(summary.events);
                total.2 = total.2.max(summary.last_time);
            }
        }
        let mut kinds_total = vec![0; self.categories.len()];
        for id in (0..self.categories.len() as u32).filter(|id| !flat && base(*id) != *id) {
            kinds_total[base(id) as usize] += totals[rank[id as usize] as usize].0;
        }
        let mut categories: Vec<CategoryGroup> = Vec::new();
        let mut start = 0;
        let add = |groups: &mut Vec<CategoryGroup>, place: usize, start: u32, listed: u32| {
            let id = if flat { 0 } else { by_name[place] };
            let name = if flat { Arc::from("all streams") } else { Arc::clone(&self.categories[id as usize]) };
            let (total, events, last_time) = totals[place];
            let base = (!flat && base(id) != id).then(|| CategoryId(base(id)));
            let kinds_total = if flat { 0 } else { kinds_total[id as usize] };
            let (id, kinds_listed) = (CategoryId(id), 0);
            let own =
                CategoryGroup { id, name, base, kinds_total, kinds_listed, total, start, listed, events, last_time };
            groups.push(own);
        };
        let mut above = None;
        for part in streams.chunk_by(|a, b| group(*a) == group(*b)) {
            let place = group(part[0]) as usize;
            let listed = part.len() as u32;
            let own = if flat { 0 } else { by_name[place] };
            if !flat && above != Some(base(own)) {
                above = Some(base(own));
                if base(own) != own {
                    // None of the streams that are listed is its own.
                    add(&mut categories, rank[base(own) as usize] as usize, start, 0);
                }
            }
            add(&mut categories, place, start, listed);
            if !flat && base(own) != own {
                let of_base = categories.iter_mut().rev().find(|group| group.id.0 == base(own));
                of_base.into_iter().for_each(|group| group.kinds_listed += listed);
            }
            start += listed;
        }
        StreamList { categories, streams, flat, hidden, system: self.count_system() }
    }

    fn compare(&self, a: StreamId, b: StreamId, order: &StreamOrder) -> Ordering {
        let name = || natural(self.name(a), self.name(b));
        let by = |key: fn(&StreamSummary) -> i64| {
            let of = |id| self.summary(id).map_or(i64::MIN, key);
            of(a).cmp(&of(b))
        };
        let ordering = match order.sort {
            StreamSort::Name => name(),
            StreamSort::Events => by(|summary| i64::from(summary.events)),
            StreamSort::LastTime => by(|summary| summary.last_time.map_or(i64::MIN, |time| time.0)),
        };
        let ordering = if order.descending { ordering.reverse() } else { ordering };
        ordering.then_with(name)
    }
}

fn contains_ignoring_case(name: &str, needle: &str) -> bool {
    if name.is_ascii() && needle.is_ascii() {
        let (name, needle) = (name.as_bytes(), needle.as_bytes());
        return name.len() >= needle.len() && name.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
    }
    name.to_lowercase().contains(needle)
}

/// Compares as a person does: `a-2` before `a-10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let digits = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_digit()).count();
                let (i, j) = (digits(a), digits(b));
                let value = |text: &[u8]| text.iter().position(|c| *c != b'0').unwrap_or(text.len());
                let (m, n) = (&a[value(&a[..i])..i], &b[value(&b[..j])..j]);
                let ordering = m.len().cmp(&n.len()).then_with(|| m.cmp(n)).then_with(|| i.cmp(&j));
                if ordering != Ordering::Equal {
                    return ordering;
                }
                (a, b) = (&a[i..], &b[j..]);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_shows_nothing_is_found_by_what_stands_for_it() {
        let is_in = |typed: &str, name: &str| NamePart::new(typed).is_in(name);
        assert!(is_in("(Empty", "") && is_in("··", "  ") && is_in("", ""));
        assert!(!is_in("(empty", " ") && !is_in("·", "a b") && !is_in("x", ""));
    }

    #[test]
    fn numbers_in_names_sort_by_value() {
        let mut names = ["a-10", "a-9", "b", "a-09", "a-1000000000000000000000", "a", "a-2x", "a-2"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "a-2", "a-2x", "a-9", "a-09", "a-10", "a-1000000000000000000000", "b"]);
    }
}
