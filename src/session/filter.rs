//! [`Filter`]: which events are wanted: of a chosen type, within a stretch of time, with every
//! part of what was typed. [`EventFilter`] finds those of a stream.
//!
//! What is typed means what it means in the search through the store, see [`Query`]; a word may also
//! be the event's version. What is no search, such as half an expression, is taken for words.
//!
//! The index answers for types, times and versions. Of payloads, metadata and ids the stored bytes
//! are searched: where they are JSON text they are the text shown, but for blanks between tokens.
//! Where that cannot be told, or more than words is looked for, the whole event is.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Found, Job, Progress};
use super::query::{Query, Scratch, Subject, Term};
use super::words::{StoredJson, Word, is_simple};
use crate::formats::{Beside, EventPage, Fetcher, Opened, PayloadPage, ReadError, Run, Store};
use crate::index::{EventIndex, StreamRows};
use crate::model::json::to_text;
use crate::model::{EventRow, Findings, Helpful, Problem, RowKey, StreamId, Time, TypeId};

/// Events looked at together: the first batch is small, so that its hits are there at once.
const FIRST_BATCH: u64 = 256;
const BATCH: u64 = 4_096;

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words and other parts, every one of which must be in the event.
    pub text: String,
    /// The types that are wanted; `None` wants them all.
    pub types: Option<BTreeSet<String>>,
    pub times: TimeSpan,
}

impl Filter {
    /// Of these words alone.
    pub fn words(text: &str) -> Filter {
        Filter { text: text.to_owned(), ..Filter::default() }
    }

    /// It may leave out events.
    pub fn is_set(&self) -> bool {
        !self.text.trim().is_empty() || self.types.is_some() || self.times.is_set()
    }
}

/// A stretch of time with both its ends; `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeSpan {
    pub from: Option<Time>,
    pub through: Option<Time>,
}

impl TimeSpan {
    pub fn is_set(self) -> bool {
        self != TimeSpan::default()
    }

    /// An event of this time is in it. One without a time is in none that is set.
    pub fn has(self, time: Option<Time>) -> bool {
        match time {
            Some(time) => self.from.is_none_or(|from| from <= time) && self.through.is_none_or(|end| time <= end),
            None => !self.is_set(),
        }
    }
}

/// The job; see the module above.
pub struct EventFilter {
    rows: StreamRows,
    stream: String,
    words: Words,
    fetcher: Option<Box<dyn Fetcher>>,
    /// Events that are looked at, and taken into the batch.
    at: u64,
    /// Events whose payload must be searched, and their places in the stream, by key.
    batch: Vec<(RowKey, EventRow, u32)>,
    /// The first and the last of all events looked at with them.
    run: Option<(u64, u64)>,
    page: PayloadPage,
    lower: Vec<u8>,
    /// Whole events, of which the page does not tell enough.
    whole: EventPage,
    scratch: Scratch,
    places: Vec<u32>,
    /// So many of them come before the batch.
    settled: usize,
}

impl EventFilter {
    pub fn new(rows: StreamRows, stream: StreamId, filter: &Filter) -> EventFilter {
        let streams = rows.index().streams();
        let words = Words::new(&filter.text, streams.name(stream));
        EventFilter {
            stream: streams.stored_name(stream).to_owned(),
            rows,
            words: Words { wanted: filter.types.clone(), times: filter.times, ..words },
            fetcher: None,
            at: 0,
            batch: Vec::new(),
            run: None,
            page: PayloadPage::default(),
            lower: Vec::new(),
            whole: EventPage::default(),
            scratch: Scratch::default(),
            places: Vec::new(),
            settled: 0,
        }
    }

    /// Looks at the next events in the index: what it can answer is answered, the others
    /// become the batch.
    fn take_batch(&mut self) {
        let size = if self.at == 0 { FIRST_BATCH } else { BATCH };
        let (from, to) = (self.at, (self.at + size).min(self.rows.len()));
        self.settled = self.places.len();
        for at in from..to {
            let index = self.rows.index();
            let Some(row) = self.rows.row(at) else { continue };
            match self.words.by_index(index, row) {
                Some(true) => self.places.push(at as u32),
                Some(false) => {}
                None => self.batch.extend(index.key_of(row).map(|key| (key, row, at as u32))),
            }
        }
        self.run = (to > from).then_some((from, to - 1));
        if !self.batch.is_sorted() {
            self.batch.sort_unstable();
        }
        self.at = to;
    }

    /// Searches payloads of the batch, as many as are read at once.
    fn search_batch(&mut self, store: &Opened) -> Result<(), ReadError> {
        let fetcher = match &mut self.fetcher {
            Some(fetcher) => fetcher,
            empty => empty.insert(store.store.fetcher()?),
        };
        let keys: Vec<RowKey> = self.batch.iter().map(|(key, ..)| *key).collect();
        let run = self.run.and_then(|(first, last)| {
            let (first, last) = (self.rows.version(first)?, self.rows.version(last)?);
            (!self.stream.is_empty()).then_some(Run { stream: &self.stream, first, last })
        });
        let looked_at = fetcher.payloads(&keys, run, &mut self.page)?.clamp(1, keys.len());
        self.lower.clear();
        self.lower.extend_from_slice(self.page.bytes());
        self.lower.make_ascii_lowercase();
        let mut search = Search {
            store: &*store.store,
            as_stored: store.store.shows_json_as_stored(),
            stored: StoredJson::new(is_simple(self.page.bytes())),
        };
        let mut found: Vec<u32> = Vec::new();
        // Places in the batch of events that must be looked at whole.
        let mut closer = Vec::new();
        let mut is_there = vec![false; keys.len()];
        let mut next = 0;
        for own in self.page.rows() {
            // Mostly they come in the order of the keys.
            let place = match keys.get(next) == Some(&own.key) {
                true => next,
                false => match keys.binary_search(&own.key) {
                    Ok(place) => place,
                    Err(_) => continue,
                },
            };
            next = place + 1;
            is_there[place] = true;
            let (_, row, at) = self.batch[place];
            let of = |span: &Range<usize>| (&self.page.bytes()[span.clone()], &self.lower[span.clone()]);
            let payload = own.payload.as_ref().map(of);
            let beside = own.beside.as_ref();
            let beside = beside.map(|Beside { metadata, id }| [metadata.as_ref().map(of), id.as_ref().map(of)]);
            let mut has_all = Some(true);
            for term in self.words.open(self.rows.index(), row) {
                match search.has(term, payload, own.coding, beside) {
                    Some(true) => {}
                    Some(false) => {
                        has_all = Some(false);
                        break;
                    }
                    None => has_all = None,
                }
            }
            match has_all {
                Some(true) => found.push(at),
                Some(false) => {}
                None => closer.push(place),
            }
        }
        for ((_, row, at), _) in self.batch[..looked_at].iter().zip(is_there).filter(|(_, there)| !there) {
            // A row that is gone is shown with the payload null.
            let mut open = self.words.open(self.rows.index(), *row);
            if open.all(|term| matches!(term, Term::Word(word) if search.finds(word, None, 0))) {
                found.push(*at);
            }
        }
        let mut left = &closer[..];
        while !left.is_empty() {
            let keys: Vec<RowKey> = left.iter().map(|place| self.batch[*place].0).collect();
            self.whole.clear();
            let read = fetcher.fetch(&keys, run, &mut self.whole, &mut Findings::default())?.clamp(1, keys.len());
            let (now, later) = left.split_at(read);
            let mut rows = self.whole.iter().peekable();
            for place in now {
                let (key, row, at) = self.batch[*place];
                let Some(whole) = rows.next_if(|whole| whole.key == key) else { continue };
                let as_stored = store.store.hands_on_json();
                let mut subject = Subject::new(&*store.store, as_stored, &whole, &mut self.scratch);
                if self.words.open(self.rows.index(), row).all(|term| subject.has(term)) {
                    found.push(at);
                }
            }
            left = later;
        }
        self.batch.drain(..looked_at);
        if !found.is_empty() {
            self.places.append(&mut found);
            // Those that the index found in this batch lie between.
            self.places[self.settled..].sort_unstable();
        }
        Ok(())
    }
}

impl Job for EventFilter {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        loop {
            if self.batch.is_empty() {
                self.take_batch();
            }
            if !self.batch.is_empty() {
                self.search_batch(store).map_err(|error| error.problem("Events could not be searched"))?;
            }
            if self.at >= self.rows.len() && self.batch.is_empty() {
                return Ok(true);
            }
            if Instant::now() >= until || (self.at == FIRST_BATCH && !self.places.is_empty()) {
                return Ok(false);
            }
        }
    }

    fn progress(&self) -> Progress {
        let done = self.at - self.batch.len() as u64;
        Progress { done, of: self.rows.len(), found: self.places.len() as u64 }
    }

    fn found(&self) -> Found {
        Found::Places(Arc::new(self.places.clone()))
    }
}

/// What was typed, and what the index says about it.
struct Words {
    /// Types that are wanted, where not all are.
    wanted: Option<BTreeSet<String>>,
    times: TimeSpan,
    of_type: Vec<String>,
    /// It is of another stream.
    is_elsewhere: bool,
    anywhere: Vec<Term>,
    /// By type: what is known of events of it.
    types: Vec<Option<TypeAnswer>>,
}

#[derive(Clone)]
struct TypeAnswer {
    /// It is not wanted, or a word that must be in it is not.
    refused: bool,
    /// Places in `anywhere` of what is not in the type's name.
    open: Vec<usize>,
}

impl Words {
    fn new(text: &str, stream: &str) -> Words {
        let plain = |word: &str| Term::Word(Box::new(Word::new(word.to_lowercase())));
        let terms = match Query::parse(text) {
            Ok(query) => query.map_or(Vec::new(), |query| query.terms),
            Err(_) => text.split_whitespace().map(plain).collect(),
        };
        let (mut of_type, mut anywhere, mut is_elsewhere) = (Vec::new(), Vec::new(), false);
        for term in terms {
            match term {
                Term::Type(name) => of_type.push(name),
                Term::Stream(part) => is_elsewhere |= !part.is_in(stream),
                term => anywhere.push(term),
            }
        }
        Words { wanted: None, times: TimeSpan::default(), of_type, is_elsewhere, anywhere, types: Vec::new() }
    }

    /// What the index alone says of an event; `None`: its payload must be searched.
    fn by_index(&mut self, index: &EventIndex, row: EventRow) -> Option<bool> {
        if self.times.is_set() && !self.times.has(index.time_of(row)) {
            return Some(false);
        }
        let id = index.type_of(row).unwrap_or(TypeId::OTHER);
        let place = usize::from(id.0);
        if self.types.len() <= place {
            self.types.resize(place + 1, None);
        }
        if self.types[place].is_none() {
            let name = index.type_name_ref(id);
            let unwanted = self.wanted.as_ref().is_some_and(|wanted| !wanted.contains(name));
            let name = name.to_lowercase();
            let refused =
                unwanted || self.is_elsewhere || self.of_type.iter().any(|part| !name.contains(part.as_str()));
            let is_open = |term: &Term| !matches!(term, Term::Word(word) if name.contains(word.text.as_str()));
            let open = self.anywhere.iter().enumerate().filter(|(_, term)| is_open(term));
            let open = open.map(|(place, _)| place).collect();
            self.types[place] = Some(TypeAnswer { refused, open });
        }
        match &self.types[place] {
            Some(answer) if answer.refused => Some(false),
            Some(answer) if answer.open.is_empty() => Some(true),
            _ if self.anywhere.iter().any(|term| version_of(term).is_some()) => {
                self.open(index, row).next().is_none().then_some(true)
            }
            _ => None,
        }
    }

    /// What neither the type nor the version of an event has.
    fn open<'w>(&'w self, index: &'w EventIndex, row: EventRow) -> impl Iterator<Item = &'w Term> {
        let id = index.type_of(row).unwrap_or(TypeId::OTHER);
        let answer = self.types.get(usize::from(id.0)).and_then(Option::as_ref);
        let open = answer.map_or(&[][..], |answer| &answer.open);
        let terms = open.iter().filter_map(|place| self.anywhere.get(*place));
        terms.filter(move |term| {
            let asked = version_of(term);
            asked.is_none() || asked != index.version_of(row).map(|version| version.0)
        })
    }
}

/// The version that a word names.
fn version_of(term: &Term) -> Option<i64> {
    if let Term::Word(word) = term { word.version } else { None }
}

/// Stored bytes, and the same with ASCII in lower case.
type Bytes<'b> = (&'b [u8], &'b [u8]);

/// How one page of payloads is searched.
struct Search<'s> {
    store: &'s dyn Store,
    /// JSON text is shown as it is stored.
    as_stored: bool,
    stored: StoredJson,
}

impl Search<'_> {
    /// What is looked for is in payload, metadata or id; `None`: the whole event must be looked at.
    fn has(
        &mut self,
        term: &Term,
        payload: Option<Bytes<'_>>,
        coding: u8,
        beside: Option<[Option<Bytes<'_>>; 2]>,
    ) -> Option<bool> {
        let Term::Word(word) = term else { return None };
        if self.finds(word, payload, coding) {
            return Some(true);
        }
        let [metadata, id] = beside?;
        let in_id = id.is_some_and(|(id, _)| String::from_utf8_lossy(id).to_lowercase().contains(&word.text));
        match metadata {
            _ if in_id => Some(true),
            None => Some(false),
            Some((bytes, lower)) => self.stored.finds(word, bytes, lower),
        }
    }

    /// The word is in the payload's JSON as shown.
    fn finds(&mut self, word: &Word, payload: Option<Bytes<'_>>, coding: u8) -> bool {
        let Some((bytes, lower)) = payload else { return "null".contains(&word.text) };
        match self.stored.finds(word, bytes, lower).filter(|_| self.as_stored) {
            Some(found) => found,
            None => {
                let shown = to_text(&self.store.shown(bytes, coding));
                shown.to_lowercase().contains(&word.text)
            }
        }
    }
}

#[cfg(test)]
mod tests;
