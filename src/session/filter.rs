//! [`Filter`]: which events are wanted: of a chosen type, within a stretch of time, with every
//! word that was typed. [`EventFilter`] finds those of a stream.
//!
//! A word is looked for in the event's type, in its version, and in the payload's JSON as it
//! is shown; upper and lower case are alike. `type:x` looks in the type only.
//!
//! The index answers for types, times and versions. Of payloads the stored bytes are searched:
//! where they are JSON text they are the text shown, but for blanks between tokens, and
//! where that cannot be told they are decoded, written and searched as shown.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Found, Job, Progress};
use super::words::{StoredJson, Word, is_simple};
use crate::formats::{Fetcher, Opened, PayloadPage, ReadError, Run, Store};
use crate::index::{EventIndex, StreamRows};
use crate::model::json::to_text;
use crate::model::{EventRow, Helpful, Problem, RowKey, StreamId, Time, TypeId};

/// Events looked at together: the first batch is small, so that its hits are there at once.
const FIRST_BATCH: u64 = 256;
const BATCH: u64 = 4_096;

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words, every one of which must be in the event.
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
    places: Vec<u32>,
    /// So many of them come before the batch.
    settled: usize,
}

impl EventFilter {
    pub fn new(rows: StreamRows, stream: StreamId, filter: &Filter) -> EventFilter {
        EventFilter {
            stream: rows.index().streams().stored_name(stream).to_owned(),
            rows,
            words: Words { wanted: filter.types.clone(), times: filter.times, ..Words::new(&filter.text) },
            fetcher: None,
            at: 0,
            batch: Vec::new(),
            run: None,
            page: PayloadPage::default(),
            lower: Vec::new(),
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
        let mut is_there = vec![false; keys.len()];
        let mut next = 0;
        for (key, span, coding) in self.page.rows() {
            // Mostly they come in the order of the keys.
            let place = match keys.get(next) == Some(key) {
                true => next,
                false => match keys.binary_search(key) {
                    Ok(place) => place,
                    Err(_) => continue,
                },
            };
            next = place + 1;
            is_there[place] = true;
            let (_, row, at) = self.batch[place];
            let payload = span.clone().map(|span| (&self.page.bytes()[span.clone()], &self.lower[span]));
            if self.words.open(self.rows.index(), row).all(|word| search.finds(word, payload, *coding)) {
                found.push(at);
            }
        }
        for ((_, row, at), _) in self.batch[..looked_at].iter().zip(is_there).filter(|(_, there)| !there) {
            // A row that is gone is shown with the payload null.
            if self.words.open(self.rows.index(), *row).all(|word| search.finds(word, None, 0)) {
                found.push(*at);
            }
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

/// The words, and what the index says about them.
struct Words {
    /// Types that are wanted, where not all are.
    wanted: Option<BTreeSet<String>>,
    times: TimeSpan,
    of_type: Vec<String>,
    anywhere: Vec<Word>,
    /// By type: what is known of events of it.
    types: Vec<Option<TypeAnswer>>,
}

#[derive(Clone)]
struct TypeAnswer {
    /// It is not wanted, or a word that must be in it is not.
    refused: bool,
    /// Places in `anywhere` of the words that are not in the type's name.
    open: Vec<usize>,
}

impl Words {
    fn new(text: &str) -> Words {
        let (mut of_type, mut anywhere) = (Vec::new(), Vec::new());
        for word in text.split_whitespace() {
            match word.strip_prefix("type:") {
                Some(name) => of_type.push(name.to_lowercase()),
                None => anywhere.push(Word::new(word.to_lowercase())),
            }
        }
        Words { wanted: None, times: TimeSpan::default(), of_type, anywhere, types: Vec::new() }
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
            let refused = unwanted || self.of_type.iter().any(|part| !name.contains(part.as_str()));
            let words = self.anywhere.iter().enumerate();
            let open = words.filter(|(_, word)| !name.contains(word.text.as_str())).map(|(place, _)| place).collect();
            self.types[place] = Some(TypeAnswer { refused, open });
        }
        match &self.types[place] {
            Some(answer) if answer.refused => Some(false),
            Some(answer) if answer.open.is_empty() => Some(true),
            _ if self.anywhere.iter().any(|word| word.version.is_some()) => {
                self.open(index, row).next().is_none().then_some(true)
            }
            _ => None,
        }
    }

    /// The words that neither the type nor the version of an event has.
    fn open<'w>(&'w self, index: &'w EventIndex, row: EventRow) -> impl Iterator<Item = &'w Word> {
        let id = index.type_of(row).unwrap_or(TypeId::OTHER);
        let answer = self.types.get(usize::from(id.0)).and_then(Option::as_ref);
        let open = answer.map_or(&[][..], |answer| &answer.open);
        let words = open.iter().filter_map(|place| self.anywhere.get(*place));
        words.filter(move |word| {
            word.version.is_none() || word.version != index.version_of(row).map(|version| version.0)
        })
    }
}

/// How one page of payloads is searched.
struct Search<'s> {
    store: &'s dyn Store,
    /// JSON text is shown as it is stored.
    as_stored: bool,
    stored: StoredJson,
}

impl Search<'_> {
    /// The word is in the payload's JSON as shown. `payload`: the stored bytes, and the same
    /// with ASCII in lower case.
    fn finds(&mut self, word: &Word, payload: Option<(&[u8], &[u8])>, coding: u8) -> bool {
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
