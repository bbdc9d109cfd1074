//! [`IndexBuilder`]: pages of headers in, snapshots out.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::column::{NONE, Packed};
use super::neighbours::Neighbours;
use super::order::{Held, Order, Positions};
use super::streams::StreamTable;
use super::{EventIndex, SEGMENT_ROWS, Segment};
use crate::model::{
    CategoryId, Finding, FindingCode, Findings, Listing, Marks, NameForm, Numbering, Position, Retention, RowKey,
    StreamId, StreamStatus, Text, Time, TypeId, Version,
};

/// One header, as a page has it.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub key: RowKey,
    pub stream: &'a str,
    pub name_form: NameForm,
    pub category: &'a str,
    pub event_type: &'a str,
    /// `None`: the store numbers nothing; the ordinal in the stream is taken.
    pub version: Option<Version>,
    pub time: Option<Time>,
    /// [`Position::None`] where rows lie in the store's order anyway.
    pub position: &'a Position,
    pub status: StreamStatus,
    pub marks: Marks,
    /// Which of the stores it is in that are read together; 0 where there is one.
    pub part: u16,
}

/// Events beyond this are not indexed (product rule: 24 bytes each, up to here).
pub const MAX_EVENTS: u64 = 20_000_000;

/// Types of a category that have a shape of their own.
const RANKED_TYPES: usize = 16;

/// Collects headers; see the module above.
#[derive(Default)]
pub struct IndexBuilder {
    sealed: Vec<Arc<Segment>>,
    open: Open,
    streams: StreamTable,
    by_name: HashTable<StreamId>,
    hasher: DefaultHashBuilder,
    types: Arc<Vec<Text>>,
    type_ids: HashMap<Text, TypeId>,
    categories: HashMap<Text, CategoryId>,
    findings: Findings,
    /// What [`IndexBuilder::examine`] found.
    examined: Findings,
    /// For each category its types in the order of first appearance, as many as have a shape.
    ranks: Arc<Vec<Vec<TypeId>>>,
    first_time: Option<Time>,
    last_time: Option<Time>,
    /// The type and stream of the row before: neighbours are often alike.
    recent: Option<(StreamId, TypeId)>,
    numbering: Numbering,
    /// What the stores are called that are read together.
    parts: Vec<Text>,
    /// Events come in the order of the store.
    comes_in_order: bool,
    /// Events whose versions are only counted, and are so since this was last settled.
    counted: Counted,
    positions: Positions,
    /// The form of every name so far; `None` where there is more than one.
    one_form: Option<NameForm>,
    /// Names that were made to tell streams apart: of which, and as they were wanted.
    made: HashMap<Text, (StreamId, Text)>,
    listing: Listing,
    /// What was said of streams that have no events yet.
    awaited: HashMap<Text, Retention>,
}

/// Whose versions are counted here.
#[derive(Default)]
struct Counted {
    /// By stream: none of its events has a version of the store.
    streams: Vec<bool>,
    any: bool,
    /// Some were counted since it was last looked.
    new: bool,
}

impl Counted {
    fn note(&mut self, stream: StreamId, is_counted: bool) {
        if !self.any && !is_counted {
            return;
        }
        let at = stream.0 as usize;
        if at >= self.streams.len() {
            // Those that came before the first was counted have numbers.
            self.streams.resize(at, self.any);
            self.streams.push(true);
        }
        self.streams[at] &= is_counted;
        (self.any, self.new) = (true, self.new || is_counted);
    }

    fn has(&self, stream: StreamId) -> bool {
        self.streams.get(stream.0 as usize).copied().unwrap_or_default()
    }
}

/// The segment under way.
#[derive(Default)]
struct Open {
    streams: Vec<u32>,
    types: Vec<u16>,
    keys: Vec<i64>,
    versions: Vec<i64>,
    times: Vec<i64>,
    marks: Vec<u8>,
    positions: Vec<i64>,
    odd_positions: Vec<(u16, Position)>,
}

impl Open {
    fn seal(&self) -> Segment {
        Segment {
            streams: self.streams.as_slice().into(),
            types: self.types.as_slice().into(),
            keys: Packed::pack(&self.keys),
            versions: Packed::pack(&self.versions),
            times: Packed::pack(&self.times),
            marks: self.marks.iter().any(|marks| *marks != 0).then(|| self.marks.as_slice().into()),
            positions: self.positions.iter().any(|own| *own != NONE).then(|| Packed::pack(&self.positions)),
            odd_positions: self.odd_positions.as_slice().into(),
            order: Segment::order(&self.streams, &self.versions),
        }
    }

    fn clear(&mut self) {
        self.streams.clear();
        self.types.clear();
        self.keys.clear();
        self.versions.clear();
        self.times.clear();
        self.marks.clear();
        self.positions.clear();
        self.odd_positions.clear();
    }
}

impl IndexBuilder {
    /// `parts` names the stores that are read together, where they are several: the positions
    /// of one say nothing of those of another.
    pub fn of_store(numbering: Numbering, parts: &[Text], comes_in_order: bool) -> IndexBuilder {
        IndexBuilder { numbering, parts: parts.to_vec(), comes_in_order, ..IndexBuilder::default() }
    }

    #[must_use]
    pub fn with_listing(self, listing: Listing) -> IndexBuilder {
        IndexBuilder { listing, ..self }
    }

    /// Number of events taken so far.
    pub fn events(&self) -> u64 {
        (self.sealed.len() * SEGMENT_ROWS + self.open.streams.len()) as u64
    }

    /// Findings of the scan, collected by the reader.
    pub fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }

    /// Adds one event to its stream, which is returned; `None` when the index is full.
    pub fn push(&mut self, header: &Header<'_>) -> Option<StreamId> {
        if self.events() >= MAX_EVENTS {
            return None;
        }
        let stream = self.stream(header);
        let event_type = self.event_type(header.event_type);
        self.recent = Some((stream, event_type));
        let time = header.time.map_or(NONE, |time| time.0);
        // What is said of the whole stream counts more than what its rows say.
        let is_told = self.streams.retention(stream).is_some();
        let facts = self.streams.facts_mut(stream)?;
        let summary = &mut facts.summary;
        let category = summary.category.0 as usize;
        let ranked = self.ranks.get(category).is_some_and(|r| r.len() >= RANKED_TYPES || r.contains(&event_type));
        if !ranked {
            let ranks = Arc::make_mut(&mut self.ranks);
            if ranks.len() <= category {
                ranks.resize(category + 1, Vec::new());
            }
            ranks[category].push(event_type);
        }
        let version = match header.version {
            Some(version) => version.0,
            None => self.numbering.first + i64::from(summary.events),
        };
        summary.events += 1;
        summary.first = summary.first.min(Version(version));
        summary.last = summary.last.max(Version(version));
        if summary.last == Version(version) && !is_told {
            // The last word on what became of the stream.
            summary.status = header.status;
        }
        facts.ordered &= version >= facts.newest;
        facts.repeats |= version == facts.newest;
        facts.is_system &= header.marks.is_system() && !self.listing.with_system;
        facts.newest = version;
        if let Some(at) = header.time {
            facts.backwards |= at.0 < facts.newest_time;
            facts.newest_time = at.0;
            summary.first_time = Some(summary.first_time.map_or(at, |first| first.min(at)));
            summary.last_time = summary.last_time.max(Some(at));
            self.first_time = Some(self.first_time.map_or(at, |first| first.min(at)));
            self.last_time = self.last_time.max(Some(at));
        }
        self.counted.note(stream, header.version.is_none());
        self.open.streams.push(stream.0);
        self.open.types.push(event_type.0);
        self.open.keys.push(header.key.0);
        self.open.versions.push(version);
        self.open.times.push(time);
        self.open.marks.push(header.marks.0);
        if !self.comes_in_order && self.parts.is_empty() {
            self.push_position(header.position);
        }
        if self.open.streams.len() == SEGMENT_ROWS {
            self.sealed.push(Arc::new(self.open.seal()));
            self.open.clear();
        }
        Some(stream)
    }

    fn push_position(&mut self, position: &Position) {
        let held = self.positions.push(position);
        self.open.positions.push(if let Held::Number(number) = held { number } else { NONE });
        if let Held::Odd = held {
            let at = self.open.positions.len() - 1;
            self.open.odd_positions.push((at as u16, position.clone()));
        }
    }

    fn stream(&mut self, header: &Header<'_>) -> StreamId {
        let archived = header.status == StreamStatus::Archived;
        let is = |streams: &StreamTable, id: StreamId| {
            let same = streams.facts(id).is_some_and(|facts| {
                (facts.summary.status == StreamStatus::Archived) == archived
                    && (facts.part, facts.name_form) == (header.part, header.name_form)
            });
            same && streams.stored_name(id) == header.stream
        };
        if let Some((stream, _)) = self.recent
            && is(&self.streams, stream)
        {
            return stream;
        }
        let hash = self.hasher.hash_one(header.stream);
        if let Some(found) = self.by_name.find(hash, |id| is(&self.streams, *id)) {
            return *found;
        }
        let category = self.category(header.category);
        let id = self.streams.add(header, category);
        let (streams, hasher) = (&self.streams, &self.hasher);
        self.by_name.insert_unique(hash, id, |id| hasher.hash_one(streams.stored_name(*id)));
        if id == StreamId(0) {
            self.one_form = Some(header.name_form);
        }
        self.one_form = self.one_form.filter(|form| *form == header.name_form);
        if let Some((other, wanted)) = self.made.remove(header.stream) {
            self.name(other, wanted);
        }
        if !self.parts.is_empty() || self.one_form.is_none() {
            self.tell_apart(id, hash);
        }
        if !self.awaited.is_empty()
            && let Some(retention) = self.awaited.remove(header.stream)
        {
            self.streams.retain(id, retention);
        }
        id
    }

    /// The category of that name, new or not. One that is a kind of another brings that one.
    fn category(&mut self, name: &str) -> CategoryId {
        if let Some(id) = self.categories.get(name) {
            return *id;
        }
        let base = self
            .listing
            .kinds
            .as_deref()
            .filter(|mark| !mark.is_empty())
            .and_then(|mark| name.split_once(mark))
            .map(|(base, _)| base.to_owned());
        let base = base.filter(|base| !base.is_empty()).map(|base| self.category(&base));
        let id = self.streams.add_category(name, base);
        self.categories.insert(Arc::from(name), id);
        id
    }

    /// Says what the store's server shows of a stream.
    pub fn retain(&mut self, stream: &str, retention: Retention) {
        let hash = self.hasher.hash_one(stream);
        match self.by_name.find(hash, |id| self.streams.stored_name(*id) == stream) {
            Some(id) => self.streams.retain(*id, retention),
            None => {
                self.awaited.insert(Text::from(stream), retention);
            }
        }
    }

    /// Shows of streams that have the new one's name in which table each is, and what its name
    /// is made of, where they differ in that.
    fn tell_apart(&mut self, new: StreamId, hash: u64) {
        let of = |id: StreamId| self.streams.facts(id).map(|facts| (facts.part, facts.name_form)).unwrap_or_default();
        let stored = self.streams.stored_name(new);
        let alike = self.by_name.iter_hash(hash).copied().filter(|id| self.streams.stored_name(*id) == stored);
        let mut alike: Vec<StreamId> = alike.collect();
        let (part, form) = of(new);
        let parts_differ = alike.iter().any(|id| of(*id).0 != part);
        let forms_differ = alike.iter().any(|id| of(*id).1 != form);
        if !parts_differ && !forms_differ {
            return;
        }
        alike.sort_unstable();
        let name = |id: StreamId| {
            let (part, form) = of(id);
            let table = self.parts.get(usize::from(part)).filter(|_| parts_differ).map(|table| &**table);
            let words: Vec<&str> = table.into_iter().chain(form.word().filter(|_| forms_differ)).collect();
            let words = words.join(", ");
            Text::from(if words.is_empty() { stored.to_owned() } else { format!("{stored} ({words})") })
        };
        let alike = alike.into_iter().filter(|id| !self.streams.is_told_apart(*id));
        let names: Vec<(StreamId, Text)> = alike.map(|id| (id, name(id))).collect();
        for (id, wanted) in names {
            self.name(id, wanted);
        }
    }

    /// Gives a stream the wanted name, with a number behind it where that is another's.
    fn name(&mut self, id: StreamId, wanted: Text) {
        let is_free = |name: &str| {
            let is = |id: &StreamId| self.streams.stored_name(*id) == name;
            !self.made.contains_key(name) && self.by_name.find(self.hasher.hash_one(name), is).is_none()
        };
        let mut name = Text::clone(&wanted);
        let mut number = if *wanted == *self.streams.stored_name(id) { 1 } else { 2 };
        while !is_free(&name) {
            name = Text::from(format!("{wanted} ({number})"));
            number += 1;
        }
        self.streams.tell_apart(id, Text::clone(&name));
        self.made.insert(name, (id, wanted));
    }

    fn event_type(&mut self, name: &str) -> TypeId {
        if let Some((_, id)) = self.recent
            && self.types.get(usize::from(id.0)).is_some_and(|recent| **recent == *name)
        {
            return id;
        }
        if let Some(id) = self.type_ids.get(name) {
            return *id;
        }
        if self.types.len() >= usize::from(u16::MAX) {
            return TypeId::OTHER;
        }
        let (id, name) = (TypeId(self.types.len() as u16), Text::from(name));
        Arc::make_mut(&mut self.types).push(Arc::clone(&name));
        self.type_ids.insert(name, id);
        id
    }

    /// A snapshot of what was pushed so far.
    pub fn publish(&self) -> EventIndex {
        let mut segments = self.sealed.clone();
        if !self.open.streams.is_empty() {
            segments.push(Arc::new(self.open.seal()));
        }
        let mut findings = self.findings.clone();
        findings.absorb(&mut self.examined.clone());
        if !self.made.is_empty() {
            // Found before it was known that another stream has that name.
            findings.reword(|finding| {
                let name = finding.stream_id.map(|id| Text::from(self.streams.name(id)));
                finding.stream = name.or(finding.stream.take());
            });
        }
        EventIndex {
            segments: Arc::new(segments),
            streams: self.streams.clone(),
            types: Arc::clone(&self.types),
            findings: Arc::new(findings),
            ranks: Arc::clone(&self.ranks),
            order: if self.comes_in_order { Order::Scan } else { self.positions.order() },
            events: self.events(),
            first_time: self.first_time,
            last_time: self.last_time,
            shares_versions: self.numbering.is_shared,
            begins_at: self.numbering.begins_at,
            is_tagged: self.numbering.is_tagged,
        }
    }

    /// Where the store numbers nothing, its order does: counts the events of each stream in it.
    fn settle(&mut self) {
        if !std::mem::take(&mut self.counted.new) || self.comes_in_order {
            return;
        }
        let index = self.publish();
        match index.order {
            Order::Scan => return,
            // Rows of a table lie as they were written, whatever their times say.
            Order::Time if !self.numbering.is_heap => return,
            _ => {}
        }
        let mut counts = vec![0_i64; index.streams.ids().count()];
        let mut versions: Vec<i64> = Vec::with_capacity(index.events() as usize);
        versions.extend(index.as_scanned().map(|row| index.version_of(row).map_or(NONE, |version| version.0)));
        let mut is_other = vec![false; counts.len()];
        for row in index.in_order() {
            let Some(stream) = index.stream_of(row).filter(|stream| self.counted.has(*stream)) else { continue };
            let (Some(count), Some(version)) = (counts.get_mut(stream.0 as usize), versions.get_mut(row.0 as usize))
            else {
                continue;
            };
            let own = self.numbering.first + *count;
            *count += 1;
            is_other[stream.0 as usize] |= *version != own;
            *version = own;
        }
        for (stream, _) in is_other.iter().enumerate().filter(|(_, is_other)| **is_other) {
            if let Some(facts) = self.streams.facts_mut(StreamId(stream as u32)) {
                facts.ordered = false;
            }
        }
        let mut sealed = versions.chunks(SEGMENT_ROWS);
        for (segment, own) in self.sealed.iter_mut().zip(&mut sealed) {
            *segment = Arc::new(segment.renumbered(own));
        }
        self.open.versions = sealed.next().unwrap_or_default().to_vec();
    }

    /// Looks at the order of the events, and at the streams whose numbers tell that something is
    /// odd, once all is read but for an unfinished `tail`.
    pub fn examine(&mut self, tail: Option<String>) {
        self.settle();
        self.examined = Findings::default();
        if let Some(tail) = tail {
            self.examined.note(FindingCode::TruncatedTail, tail);
        }
        let index = self.publish();
        if !self.comes_in_order {
            let doubts = self.positions.doubts(&index);
            doubts.into_iter().for_each(|doubt| self.examined.note(FindingCode::OrderNotProven, doubt));
        }
        examine(&index, |finding| self.examined.push(finding));
    }
}

/// Looks at the streams whose numbers tell that something is odd.
pub(super) fn examine(index: &EventIndex, mut push: impl FnMut(Finding)) {
    for id in index.streams.ids() {
        examine_one(index, id, &mut push);
    }
}

/// The same of one stream.
pub(super) fn examine_one(index: &EventIndex, id: StreamId, push: &mut impl FnMut(Finding)) {
    let Some(facts) = index.streams.facts(id) else { return };
    if let Some(begins_at) = index.begins_at.filter(|begins_at| facts.summary.first.0 > *begins_at) {
        examine_beginning(index, id, begins_at, facts.summary.first, push);
    }
    let span = facts.summary.last.0.checked_sub(facts.summary.first.0).and_then(|span| span.checked_add(1));
    // A repeat can make up for a gap.
    let is_plain = facts.ordered && !facts.repeats && !facts.backwards;
    if !is_plain || span != Some(i64::from(facts.summary.events)) {
        examine_stream(index, id, push);
    }
}

/// Of a stream whose first events are gone no fold gives the state.
fn examine_beginning(
    index: &EventIndex,
    stream: StreamId,
    begins_at: i64,
    first: Version,
    push: &mut impl FnMut(Finding),
) {
    // What a server hides of a stream is known.
    if index.streams.retention(stream).is_some() {
        return;
    }
    let gone = first.0 - 1;
    let which = if gone == begins_at { format!("v{gone} is") } else { format!("v{begins_at} to v{gone} are") };
    push(Finding {
        code: FindingCode::Gap,
        stream: Some(Text::from(index.streams.name(stream))),
        stream_id: Some(stream),
        version: Some(first),
        message: format!("{which} not in the store: what is folded of the rest may not be the state"),
    });
}

/// Gaps, repeated versions and times that run backwards in one stream.
fn examine_stream(index: &EventIndex, stream: StreamId, found: &mut impl FnMut(Finding)) {
    let rows = index.rows_of(stream);
    let name: Text = Arc::from(index.streams().name(stream));
    let mut push = |code, version: Version, message: String| {
        let (name, version) = (Some(Arc::clone(&name)), Some(version));
        found(Finding { code, stream: name, stream_id: Some(stream), version, message });
    };
    let mut neighbours = Neighbours::default();
    for at in 0..rows.len() {
        let Some(version) = rows.version(at) else { continue };
        // Another stream may have the number, and what a server no longer shows may be gone.
        let may_lack = index.shares_versions
            || index.hides(stream, Version(version.0.saturating_sub(1)), rows.time(at.saturating_sub(1)));
        neighbours.push(version, rows.time(at), |code, message| {
            if code != FindingCode::Gap || !may_lack {
                push(code, version, message);
            }
        });
    }
}
