//! What the box for going to places finds beside the window: streams and event types by part of
//! their name, the last event before a time ([`FindPlaces`]), and an event by its id ([`FindId`]).
//!
//! Both are jobs that look at slices: names and times are in the index, ids are not.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::fuzzy::Fuzzy;
use super::jobs::{Found, Job, Progress};
use super::links::{BATCH, Walk, is_same_id};
use crate::formats::{Opened, ReadError};
use crate::index::{EventIndex, NamePart, StreamRows};
use crate::model::{Applied, EventRow, Helpful, Problem, StreamId, Text, Time, TypeId, Version, uuid, visible_name};

/// Streams that are kept, the best first; further ones are counted.
const STREAMS: usize = 200;
/// Event types that are kept.
const TYPES: usize = 8;
/// Streams and rows between two looks at the clock.
const SLICE: u64 = 2_048;

/// Where to look.
pub struct Places {
    pub index: EventIndex,
    pub typed: String,
    /// Streams are looked for.
    pub streams: bool,
    /// The events of the stream that is shown, and where its playhead stands: for types and times.
    pub rows: Option<(StreamRows, Applied)>,
    pub times: Vec<Time>,
}

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub struct FoundPlaces {
    /// In the order of the question.
    pub times: Vec<FoundTime>,
    pub types: Vec<FoundType>,
    /// The best first.
    pub streams: Vec<FoundStream>,
    /// How many there are, with those that are not kept.
    pub all_streams: u64,
}

impl FoundPlaces {
    /// Keeps what fits other words too: it is shown until those are looked for.
    pub fn narrow(&mut self, typed: &str, index: &EventIndex) {
        let mut fit = NameFit::new(typed);
        let streams = std::mem::take(&mut self.streams).into_iter();
        self.streams =
            streams.filter_map(|own| fit.stream(own.id, &visible_name(index.streams().name(own.id)))).collect();
        self.streams.sort_by_key(|own| own.rank);
        self.types.retain_mut(|own| {
            let name = index.type_name_ref(own.id);
            own.marks = fit.fuzzy.marks(&visible_name(name));
            fit.fuzzy.score(&visible_name(name)).is_some()
        });
        self.times.clear();
        self.all_streams = self.streams.len() as u64;
    }

    /// Adds what was found before and is not found again yet.
    pub fn keep(&mut self, before: &FoundPlaces) {
        for own in &before.streams {
            if !self.streams.iter().any(|other| other.id == own.id) {
                self.streams.push(own.clone());
            }
        }
        self.streams.sort_by_key(|own| own.rank);
        self.streams.truncate(STREAMS);
        for own in &before.types {
            if !self.types.iter().any(|other| other.id == own.id) {
                self.types.push(own.clone());
            }
        }
        self.all_streams = self.all_streams.max(self.streams.len() as u64);
    }
}

/// The place in a stream after the last event that is not later than a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundTime {
    pub time: Time,
    pub applied: Applied,
    /// An event before that place is later, since times run backwards.
    pub later_inside: bool,
}

/// The next event of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundType {
    pub id: TypeId,
    /// The place after it.
    pub applied: Applied,
    /// There is none behind the playhead: it is the first of the stream.
    pub from_start: bool,
    /// Letters of its name that were typed.
    pub marks: Vec<u32>,
    score: u32,
}

/// A stream by part of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundStream {
    pub id: StreamId,
    /// Letters of its name that were typed.
    pub marks: Vec<u32>,
    rank: (Reverse<u32>, u32),
}

/// An event that has the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    pub stream: StreamId,
    /// The place after it in its stream.
    pub applied: Applied,
    pub version: Version,
    pub event_type: Text,
    pub time: Option<Time>,
}

/// How well names fit what was typed.
pub struct NameFit {
    fuzzy: Fuzzy,
    /// A whole UUID, which may be spelled otherwise.
    uuid: Option<NamePart>,
}

impl NameFit {
    pub fn new(typed: &str) -> NameFit {
        NameFit { fuzzy: Fuzzy::new(typed), uuid: uuid::folded(typed).map(|_| NamePart::new(typed)) }
    }

    /// A stream with that name, where it fits.
    pub fn stream(&mut self, id: StreamId, name: &str) -> Option<FoundStream> {
        let rank = self.rank(name)?;
        Some(FoundStream { id, marks: self.fuzzy.marks(name), rank })
    }

    /// The best first, and of those the shortest.
    fn rank(&mut self, name: &str) -> Option<(Reverse<u32>, u32)> {
        let otherwise = || self.uuid.as_ref().filter(|part| part.is_in(name)).map(|_| u32::MAX);
        let score = otherwise().or_else(|| self.fuzzy.score(name))?;
        Some((Reverse(score), u32::try_from(name.len()).unwrap_or(u32::MAX)))
    }
}

/// The job that finds streams, types and times.
pub struct FindPlaces {
    ask: Places,
    fit: NameFit,
    stream: u32,
    row: u64,
    /// How well each type of the store fits.
    scores: Vec<Option<u32>>,
    /// Types that fit and were not met yet.
    open_types: usize,
    found: FoundPlaces,
    /// Where the first event stands that is later than each time.
    first_late: Vec<Option<u64>>,
}

impl FindPlaces {
    pub fn new(ask: Places) -> FindPlaces {
        let mut fit = NameFit::new(&ask.typed);
        let types = if ask.rows.is_some() && !ask.typed.is_empty() { ask.index.types() } else { 0 };
        let id = |at: usize| u16::try_from(at).map(TypeId).unwrap_or(TypeId::OTHER);
        let known = (0..types).map(id).filter(|id| *id != TypeId::OTHER);
        let scores: Vec<_> = known.map(|id| fit.fuzzy.score(&visible_name(ask.index.type_name_ref(id)))).collect();
        let times = ask.times.iter().map(|time| FoundTime { time: *time, applied: Applied(0), later_inside: false });
        FindPlaces {
            open_types: scores.iter().flatten().count(),
            found: FoundPlaces { times: times.collect(), ..FoundPlaces::default() },
            first_late: vec![None; ask.times.len()],
            scores,
            fit,
            ask,
            stream: 0,
            row: 0,
        }
    }

    fn streams_end(&self) -> u32 {
        if self.ask.streams && !self.ask.typed.is_empty() { self.ask.index.streams().len() } else { 0 }
    }

    /// Rows are looked at for times and types, from the stream's start.
    fn rows_end(&self) -> u64 {
        let needed = !self.found.times.is_empty() || self.open_types > 0;
        self.ask.rows.as_ref().filter(|_| needed).map_or(0, |(rows, _)| rows.len())
    }

    fn look_at_streams(&mut self) {
        let end = self.streams_end().min(self.stream + SLICE as u32);
        let streams = self.ask.index.streams();
        for id in (self.stream..end).map(StreamId) {
            let name = streams.name(id);
            let Some(rank) = self.fit.rank(&visible_name(name)) else { continue };
            self.found.all_streams += 1;
            let kept = &mut self.found.streams;
            let is_before = |other: &FoundStream| (other.rank, streams.name(other.id)) <= (rank, name);
            if kept.len() == STREAMS && kept.last().is_some_and(is_before) {
                continue;
            }
            let at = kept.partition_point(is_before);
            kept.insert(at, FoundStream { id, marks: self.fit.fuzzy.marks(&visible_name(name)), rank });
            kept.truncate(STREAMS);
        }
        self.stream = end.max(self.stream);
    }

    fn look_at_rows(&mut self) {
        let end = self.rows_end().min(self.row + SLICE);
        let Some((rows, playhead)) = &self.ask.rows else { return };
        let found = &mut self.found;
        for at in self.row..end {
            if !found.times.is_empty() {
                let own = rows.time(at);
                for (time, first_late) in found.times.iter_mut().zip(&mut self.first_late) {
                    match own {
                        Some(own) if own <= time.time => time.applied = Applied(at + 1),
                        Some(_) => drop(first_late.get_or_insert(at)),
                        // An event without time follows its neighbour.
                        None if time.applied.0 == at && at > 0 => time.applied = Applied(at + 1),
                        None => {}
                    }
                    time.later_inside = first_late.is_some_and(|late| late < time.applied.0);
                }
            }
            if self.scores.is_empty() {
                continue;
            }
            let Some(id) = rows.type_id(at) else { continue };
            let Some(score) = self.scores.get(usize::from(id.0)).copied().flatten() else { continue };
            let behind = at >= playhead.0;
            match found.types.iter_mut().find(|own| own.id == id) {
                // The first behind the playhead is the one that is wanted.
                Some(own) if own.from_start && behind => {
                    (own.applied, own.from_start) = (Applied(at + 1), false);
                    self.open_types -= 1;
                }
                Some(_) => {}
                None => {
                    let marks = self.fit.fuzzy.marks(&visible_name(self.ask.index.type_name_ref(id)));
                    let place = found.types.partition_point(|other| other.score >= score);
                    let applied = Applied(at + 1);
                    found.types.insert(place, FoundType { id, applied, from_start: !behind, marks, score });
                    self.open_types -= usize::from(behind);
                }
            }
        }
        self.row = end.max(self.row);
    }
}

impl FindPlaces {
    /// Looks at the next slice of both; `true`: that was all.
    fn look(&mut self) -> bool {
        self.look_at_rows();
        self.look_at_streams();
        self.stream >= self.streams_end() && self.row >= self.rows_end()
    }
}

impl Job for FindPlaces {
    fn step(&mut self, _: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        while !self.look() {
            if Instant::now() >= until {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn progress(&self) -> Progress {
        let of = u64::from(self.streams_end()) + self.rows_end();
        let done = (u64::from(self.stream) + self.row).min(of);
        Progress { done, of, found: self.found.all_streams + self.found.types.len() as u64 }
    }

    fn found(&self) -> Found {
        let mut found = self.found.clone();
        found.types.truncate(TYPES);
        if self.row < self.rows_end() {
            // Where the last event before a time stands is known at the end.
            found.times.clear();
        }
        Found::GoTo(Arc::new(found))
    }
}

/// The job that finds an event by its id: in the stream that is shown first, then in the store.
pub struct FindId {
    walk: Walk,
    id: Text,
    own: Option<StreamRows>,
    own_at: u64,
    found: Option<FoundEvent>,
}

impl FindId {
    pub fn new(index: EventIndex, id: &str, own: Option<StreamRows>) -> FindId {
        FindId { walk: Walk::new(index), id: Text::from(id), own, own_at: 0, found: None }
    }

    fn own_len(&self) -> u64 {
        self.own.as_ref().map_or(0, StreamRows::len)
    }

    fn look(&mut self, store: &Opened) -> Result<(), ReadError> {
        let mut found = None;
        let id = Arc::clone(&self.id);
        let own = self.own.as_ref().filter(|rows| self.own_at < rows.len());
        let mut look = |row: EventRow, own: Option<&str>| {
            if found.is_none() && own.is_some_and(|own| is_same_id(own, &id)) {
                found = Some(row);
            }
        };
        match own {
            Some(own) => {
                let end = (self.own_at + BATCH).min(own.len());
                let rows = (self.own_at..end).filter_map(|at| own.row(at)).collect();
                self.own_at += self.walk.rows(store, rows, |_, row, stored| look(row, stored.id))?;
            }
            None => self.walk.batch(store, |_, row, stored| look(row, stored.id))?,
        }
        self.found = found.and_then(|row| event(&self.walk.index, row));
        Ok(())
    }
}

/// The event of a row, and where it stands in its stream.
fn event(index: &EventIndex, row: EventRow) -> Option<FoundEvent> {
    let (stream, version) = (index.stream_of(row)?, index.version_of(row)?);
    let rows = index.rows_of(stream);
    // Of several events of one version it is one.
    let places = (0..rows.applied_at(version)).rev().take_while(|at| rows.version(*at) == Some(version));
    let at = places.into_iter().find(|at| rows.row(*at) == Some(row))?;
    let event_type = index.type_of(row).map(|id| index.type_name(id))?;
    Some(FoundEvent { stream, applied: Applied(at + 1), version, event_type, time: index.time_of(row) })
}

impl Job for FindId {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        loop {
            if self.found.is_some() || self.own_at >= self.own_len() && self.walk.is_done() {
                return Ok(true);
            }
            self.look(store).map_err(|error| error.problem("The event could not be looked for"))?;
            if Instant::now() >= until {
                return Ok(self.found.is_some());
            }
        }
    }

    fn progress(&self) -> Progress {
        let done = self.own_at + self.walk.at;
        Progress { done, of: self.own_len() + self.walk.index.events(), found: u64::from(self.found.is_some()) }
    }

    fn found(&self) -> Found {
        Found::Event(self.found.clone().map(Arc::new))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::{Header, IndexBuilder};
    use crate::model::{Marks, NameForm, Numbering, Position, RowKey, StreamStatus};

    /// An index of events: stream, type and time.
    fn index(events: &[(&str, &str, Option<i64>)]) -> EventIndex {
        let mut builder = IndexBuilder::of_store(Numbering::default(), &[], true);
        for (at, (stream, event_type, time)) in events.iter().enumerate() {
            builder.push(&Header {
                key: RowKey(at as i64),
                stream,
                category: "a",
                event_type,
                version: Some(Version(at as i64)),
                time: time.map(Time),
                position: &Position::None,
                status: StreamStatus::Active,
                marks: Marks::NONE,
                name_form: NameForm::default(),
                part: 0,
            });
        }
        builder.examine(None);
        builder.publish()
    }

    fn find(index: &EventIndex, typed: &str, playhead: u64, times: Vec<Time>) -> FoundPlaces {
        let rows = Some((index.rows_of(StreamId(0)), Applied(playhead)));
        let ask = Places { index: index.clone(), typed: typed.to_owned(), streams: true, rows, times };
        let mut job = FindPlaces::new(ask);
        while !job.look() {}
        match job.found() {
            Found::GoTo(found) => FoundPlaces::clone(&found),
            other => panic!("{other:?}"),
        }
    }

    fn names<'i>(index: &'i EventIndex, found: &FoundPlaces) -> Vec<&'i str> {
        found.streams.iter().map(|own| index.streams().name(own.id)).collect()
    }

    #[test]
    fn streams_that_fit_best_come_first_and_those_alike_by_name() {
        let events = ["order-9", "account-10421", "account-1044", "account-1042", "a1-042", "account-1043"];
        let index = index(&events.map(|name| (name, "T", None)));
        assert_eq!(names(&index, &find(&index, "1042", 0, vec![])), ["account-1042", "account-10421", "a1-042"]);
        let found = find(&index, "104", 0, vec![]);
        assert_eq!(names(&index, &found)[..3], ["account-1042", "account-1043", "account-1044"]);
        assert_eq!((found.all_streams, &found.streams[0].marks[..]), (5, &[8, 9, 10][..]));
        assert!(find(&index, "", 0, vec![]).streams.is_empty());
        assert!(find(&index, "xyz", 0, vec![]).streams.is_empty());
    }

    #[test]
    fn a_uuid_is_found_however_it_is_spelled() {
        let index = index(&[("cart-0b5a9a3c-6e0f-4bd0-9f3e-1c2d3e4f5a6b", "T", None), ("cart-1", "T", None)]);
        for typed in ["0B5A9A3C6E0F4BD09F3E1C2D3E4F5A6B", "{0b5a9a3c-6e0f-4bd0-9f3e-1c2d3e4f5a6b}"] {
            assert_eq!(find(&index, typed, 0, vec![]).streams.len(), 1, "{typed}");
        }
    }

    #[test]
    fn of_very_many_the_best_are_kept_and_all_are_counted() {
        let names: Vec<String> = (0..5_000).rev().map(|n| format!("account-{n:05}")).collect();
        let events: Vec<_> = names.iter().map(|name| (name.as_str(), "T", None)).collect();
        let index = index(&events);
        let found = find(&index, "account", 0, vec![]);
        assert_eq!((found.streams.len(), found.all_streams), (STREAMS, 5_000));
        assert_eq!(self::names(&index, &found)[..2], ["account-00000", "account-00001"]);
        // Narrowed to other words, what fits stays, and what was found before is not lost on the way.
        let mut narrowed = found.clone();
        narrowed.narrow("00042", &index);
        assert_eq!(self::names(&index, &narrowed), ["account-00042"]);
        let mut fresh = FoundPlaces::default();
        fresh.keep(&narrowed);
        assert_eq!(self::names(&index, &fresh), ["account-00042"]);
    }

    #[test]
    fn the_next_event_of_a_type_is_behind_the_playhead_or_the_first_of_the_stream() {
        let types = ["Opened", "Paid", "Moved", "Paid", "Closed"];
        let index = index(&types.map(|kind| ("a", kind, None)));
        let next = |typed: &str, playhead| {
            let found = find(&index, typed, playhead, vec![]);
            found.types.first().map(|own| (own.applied.0, own.from_start))
        };
        assert_eq!(next("paid", 0), Some((2, false)));
        assert_eq!(next("paid", 2), Some((4, false)));
        assert_eq!(next("paid", 4), Some((2, true)));
        assert_eq!(next("opened", 5), Some((1, true)));
        assert_eq!(next("refunded", 0), None);
    }

    proptest! {
        #[test]
        fn a_time_leads_to_the_last_event_that_is_not_later(
            times in proptest::collection::vec(proptest::option::weighted(0.8, 0i64..20), 0..40),
            asked in proptest::collection::vec(-1i64..22, 1..4),
        ) {
            let events: Vec<_> = times.iter().map(|time| ("a", "T", *time)).collect();
            let index = index(&events);
            let rows = index.rows_of(StreamId(0));
            let found = find(&index, "zzz", 0, asked.iter().map(|time| Time(*time)).collect());
            for (own, time) in found.times.iter().zip(&asked) {
                let (applied, later_inside) = rows.applied_at_time(Time(*time));
                prop_assert_eq!((own.applied.0, own.later_inside), (applied, later_inside));
            }
            prop_assert_eq!(found.times.len(), asked.len());
        }
    }
}
