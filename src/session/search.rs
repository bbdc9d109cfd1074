//! [`Search`]: the events of a store that have what a [`Query`] looks for, in the order of the file.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Found, Job, Progress};
use super::links::Walk;
use super::query::{Part, Query, Scratch, Subject, Term};
use crate::formats::{Opened, PageRow, ReadError, Sieve, Stored};
use crate::index::EventIndex;
use crate::model::{EventRow, Helpful, Problem, StreamId, Text, TypeId};

/// Rows that are read at once; of the first few the hits are there at once.
const FIRST_BATCH: u64 = 256;
const BATCH: u64 = 2_048;
/// Hits that a window keeps; further ones are counted.
pub const KEPT: u64 = 10_000;
/// Bytes of an excerpt, and of those before what was found.
const EXCERPT: usize = 240;
const BEFORE: usize = 32;

/// An event that has what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub row: EventRow,
    /// Where it is, and a stretch of that.
    pub part: Part,
    pub excerpt: Text,
    /// What is looked for in the excerpt.
    pub marks: Vec<Range<usize>>,
}

/// What a search found so far.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    pub kept: Vec<Arc<Hit>>,
    pub lacks: Lacks,
}

/// Events that were not searched whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// Their rows cannot be read any more.
    pub gone: u64,
    /// Only the beginning of what is in them is read: they are too large.
    pub cut: u64,
}

/// See the module's documentation.
pub struct Search {
    walk: Walk,
    query: Query,
    /// What every hit has in its text.
    sieve: Option<Sieve>,
    scratch: Scratch,
    /// By type: which parts the index leaves open; `None`: one is not in such an event.
    types: Vec<Option<Option<Vec<usize>>>>,
    /// The stream that was looked at last, and whether it is one that is wanted.
    stream: Option<(StreamId, bool)>,
    /// Hits that are still to be handed over; further ones are counted.
    wanted: u64,
    found: u64,
    lacks: Lacks,
    kept: Vec<Arc<Hit>>,
}

impl Search {
    /// Searches from that row on; hands over no more than so many hits.
    pub fn new(index: EventIndex, query: Query, from: u64, wanted: u64) -> Search {
        let mut walk = Walk::new(index);
        walk.at = from;
        Search {
            sieve: sieve(&walk.index, &query),
            walk,
            query,
            scratch: Scratch::default(),
            types: Vec::new(),
            stream: None,
            wanted,
            found: 0,
            lacks: Lacks::default(),
            kept: Vec::new(),
        }
    }

    /// Hits so far, with those that were not handed over.
    pub fn count(&self) -> u64 {
        self.found
    }

    pub fn lacks(&self) -> Lacks {
        self.lacks
    }

    /// Searches the next events; `true`: those were the last.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn look(&mut self, store: &Opened, each: &mut dyn FnMut(Hit)) -> Result<bool, ReadError> {
        if self.walk.is_done() {
            return Ok(true);
        }
        let (may_have, end) = self.next(store)?;
        let mut rows = Vec::new();
        for row in may_have {
            let is_counted = self.wanted == 0;
            match self.open(row) {
                None => {}
                Some([]) if is_counted => self.found += 1,
                Some(_) => rows.push(row),
            }
        }
        let mut left = &rows[..];
        while !left.is_empty() {
            left = &left[self.look_at(store, left, each)?..];
        }
        self.walk.at = end;
        Ok(self.walk.is_done())
    }

    /// The next rows that may have what is looked for, and where those behind them begin.
    fn next(&mut self, store: &Opened) -> Result<(Vec<EventRow>, u64), ReadError> {
        if let Some(sieve) = &mut self.sieve {
            match self.walk.sift(store, sieve)? {
                Some(sifted) => return Ok(sifted),
                None => self.sieve = None,
            }
        }
        let size = if self.walk.at < FIRST_BATCH { FIRST_BATCH } else { BATCH };
        let end = (self.walk.at + size).min(self.walk.index.events());
        Ok(((self.walk.at..end).map(|at| EventRow(at as u32)).collect(), end))
    }

    /// Which parts the index leaves open of an event; `None`: it is not looked for.
    fn open(&mut self, row: EventRow) -> Option<&[usize]> {
        let Search { walk, query, types, stream, .. } = self;
        let id = walk.index.type_of(row).unwrap_or(TypeId::OTHER);
        let place = usize::from(id.0);
        if types.len() <= place {
            types.resize(place + 1, None);
        }
        let of_type = types[place].get_or_insert_with(|| {
            let name = walk.index.type_name(id).to_lowercase();
            let is_refused = |term: &Term| matches!(term, Term::Type(part) if !name.contains(part.as_str()));
            let is_open = |term: &&Term| match term {
                Term::Word(word) => !name.contains(&word.text),
                Term::Member(_) | Term::Pattern(_) => true,
                Term::Type(_) | Term::Stream(_) => false,
            };
            let open = query.terms.iter().enumerate().filter(|(_, term)| is_open(term)).map(|(at, _)| at).collect();
            (!query.terms.iter().any(is_refused)).then_some(open)
        });
        let open = of_type.as_deref()?;
        let id = walk.index.stream_of(row)?;
        let is_wanted = match stream {
            Some((own, is_wanted)) if *own == id => *is_wanted,
            _ => {
                let name = walk.index.streams().name(id);
                let has = |term: &Term| if let Term::Stream(part) = term { part.is_in(name) } else { true };
                stream.insert((id, query.terms.iter().all(has))).1
            }
        };
        is_wanted.then_some(open)
    }

    /// Searches those of these rows that are read at once; how many they are.
    fn look_at(&mut self, store: &Opened, rows: &[EventRow], each: &mut dyn FnMut(Hit)) -> Result<usize, ReadError> {
        let Search { walk, query, scratch, types, wanted, found, lacks, .. } = self;
        let as_stored = store.store.hands_on_json();
        let mut read = 0;
        let looked = walk.rows(store, rows.to_vec(), |index, row, stored| {
            read += 1;
            let id = index.type_of(row).unwrap_or(TypeId::OTHER);
            let open = types.get(usize::from(id.0)).and_then(|own| own.as_ref()?.as_deref()).unwrap_or_default();
            let mut subject = Subject::new(&*store.store, as_stored, stored, scratch);
            if !open.iter().all(|at| subject.has(&query.terms[*at])) {
                lacks.cut += u64::from(is_cut(stored));
                return;
            }
            *found += 1;
            if *wanted > 0 {
                *wanted -= 1;
                each(hit(query, row, stored, &subject));
            }
        })?;
        lacks.gone += looked - read;
        Ok(looked as usize)
    }
}

/// The longest word that an event must have in its text, for no type's name has it.
fn sieve(index: &EventIndex, query: &Query) -> Option<Sieve> {
    let types = (0..index.types()).map(|at| index.type_name(TypeId(at as u16)).to_lowercase());
    // Types behind the last number have no name of their own.
    let types: Vec<String> = (index.types() < usize::from(TypeId::OTHER.0)).then(|| types.collect())?;
    let words = query.terms.iter().filter_map(|term| if let Term::Word(word) = term { Some(word) } else { None });
    let words = words.filter(|word| !types.iter().any(|name| name.contains(word.text.as_str())));
    words.max_by_key(|word| word.core().len()).and_then(|word| Sieve::new(word.core()))
}

fn is_cut(row: &PageRow<'_>) -> bool {
    [&row.payload, &row.metadata].into_iter().any(|own| matches!(own, Stored::Cut(..)))
}

/// A stretch of the event around what was found.
fn hit(query: &Query, row: EventRow, stored: &PageRow<'_>, subject: &Subject<'_>) -> Hit {
    let [data, metadata] = subject.texts().each_ref().map(|text| text.as_deref().unwrap_or_default());
    let texts = [(Part::Payload, data), (Part::Metadata, metadata), (Part::Id, stored.id.unwrap_or_default())];
    let marked = texts.into_iter().map(|(part, text)| (part, text, query.marks(text)));
    // What is in the type alone is shown by how the payload begins.
    let found = marked.into_iter().find(|(.., marks)| !marks.is_empty());
    let (part, text, marks) = found.unwrap_or((Part::Type, data, Vec::new()));
    let first = marks.first().map_or(0, |mark| mark.start);
    let start = if first <= BEFORE { 0 } else { text.floor_char_boundary(first - BEFORE) };
    let end = text.floor_char_boundary(start + EXCERPT);
    let (head, tail) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    let shift = |at: usize| at.min(end) - start + head.len();
    let marks = marks.into_iter().filter(|mark| mark.start < end).map(|mark| shift(mark.start)..shift(mark.end));
    Hit { row, part, marks: marks.collect(), excerpt: Text::from(format!("{head}{}{tail}", &text[start..end])) }
}

impl Job for Search {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        let mut hits = Vec::new();
        loop {
            let done = self.look(store, &mut |hit| hits.push(Arc::new(hit)));
            self.kept.append(&mut hits);
            if done.map_err(|error| error.problem("The store could not be searched"))? {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
        }
    }

    fn progress(&self) -> Progress {
        Progress { done: self.walk.at, of: self.walk.index.events(), found: self.found }
    }

    fn found(&self) -> Found {
        Found::Hits(Arc::new(Hits { kept: self.kept.clone(), lacks: self.lacks }))
    }
}

#[cfg(test)]
mod tests;
