//! Links between events: where those of one event lead ([`Follow`]), and which events point at
//! one ([`LinksHere`]). Both are jobs: ids are in no index, so that rows must be read.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memmem::Finder;

use super::jobs::{Found, Job, Progress};
use super::pages;
use crate::formats::{EventPage, Fetcher, Opened, PageRow, ReadError, Sieve, Sifted, Stored};
use crate::index::EventIndex;
use crate::model::{
    EventRow, Findings, Helpful, Link, LinkTarget, Marks, Position, Problem, RecordedEvent, RowKey, StreamId,
    StreamStatus, Text, Time, Version, uuid,
};

/// Rows that are read at once.
pub(super) const BATCH: u64 = 256;
/// Rows that are asked for together where only those that may have a word are read.
const SIFTED: u64 = 8_192;
/// Events that point at one are kept; further ones are counted.
const KEPT: usize = 10_000;

/// A link, and where it leads. Without a place and a reason it was not looked for yet.
#[derive(Clone, Debug)]
pub struct LinkEnd {
    pub link: Link,
    pub place: Option<LinkPlace>,
    /// Why it leads nowhere; with a place, why the store's own server does not follow it.
    pub reason: Option<Text>,
    /// Events that follow the other one, of the category that the link names.
    pub rest: Option<u64>,
    /// The event that the link stands for.
    pub event: Option<Arc<RecordedEvent>>,
}

/// An event as one goes to it; a stream as a whole has no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlace {
    pub stream: StreamId,
    pub version: Option<Version>,
    pub event_type: Text,
    pub time: Option<Time>,
}

/// An event that points at the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHere {
    pub name: Text,
    pub place: LinkPlace,
}

/// Where a link leads, as far as the index knows.
pub enum End {
    Event(EventRow),
    Stream(StreamId),
    /// Why there is nothing.
    Nowhere(String),
    /// Rows must be read to tell.
    Unknown,
}

/// Where a link of an event in the stream `from` leads; `find` gives the stream of a name.
pub fn end(index: &EventIndex, to: &LinkTarget, find: impl Fn(&str) -> Option<StreamId>) -> End {
    let streams = index.streams();
    let stream = |name: &Text| find(name).ok_or_else(|| End::Nowhere(format!("there is no stream {name}")));
    let found = match to {
        LinkTarget::Id(_) => Err(End::Unknown),
        LinkTarget::Stream(name) => stream(name).map(End::Stream),
        LinkTarget::Last(name) => stream(name).and_then(|stream| {
            let empty = || End::Nowhere(format!("{name} has no events"));
            index.last_row_of(stream).map(End::Event).ok_or_else(empty)
        }),
        LinkTarget::Event { stream: name, version } => stream(name).and_then(|stream| {
            let lacks = || {
                let why = match streams.summary(stream) {
                    Some(own) if *version > own.last => format!("{name} has no v{version}: its last is v{}", own.last),
                    Some(own) if *version < own.first => format!("{name} begins with v{}", own.first),
                    _ => format!("{name} has no v{version}"),
                };
                End::Nowhere(why)
            };
            index.row_of(stream, *version).map(End::Event).ok_or_else(lacks)
        }),
        LinkTarget::Position(position) if index.holds_positions() => {
            let none = || End::Nowhere(format!("no event has the position {position}"));
            index.row_at(*position).map(End::Event).ok_or_else(none)
        }
        LinkTarget::Position(_) => Err(End::Unknown),
    };
    found.unwrap_or_else(|end| end)
}

/// Why the store's server does not show an event, and so follows no link to it.
pub fn why_unshown(index: &EventIndex, row: EventRow) -> Option<String> {
    let (stream, version) = (index.stream_of(row)?, index.version_of(row)?);
    let (name, status) = (index.streams().name(stream), index.streams().summary(stream)?.status);
    if index.hidden(row) == Marks::NONE {
        return None;
    }
    Some(match status {
        StreamStatus::SoftDeleted => format!("{name} is soft-deleted"),
        StreamStatus::Tombstoned => format!("{name} is tombstoned"),
        StreamStatus::Active | StreamStatus::Archived => format!("its server no longer shows v{version} of {name}"),
    })
}

/// Tells of many links which lead nowhere.
pub struct Resolver<'i> {
    index: &'i EventIndex,
    /// Streams by the store they are in and their name; made for the first link.
    names: OnceCell<HashMap<(u16, &'i str), StreamId>>,
}

impl<'i> Resolver<'i> {
    pub fn new(index: &'i EventIndex) -> Resolver<'i> {
        Resolver { index, names: OnceCell::new() }
    }

    fn find(&self, from: StreamId, name: &str) -> Option<StreamId> {
        let streams = self.index.streams();
        let names = self.names.get_or_init(|| {
            let is_archived = |id| streams.summary(id).is_some_and(|own| own.status == StreamStatus::Archived);
            let mut names = HashMap::with_capacity(streams.len() as usize);
            // Of two of one name the active one, as where one link is followed.
            for id in streams.ids().rev() {
                let own = names.entry((streams.part(id), streams.stored_name(id))).or_insert(id);
                if is_archived(*own) || !is_archived(id) {
                    *own = id;
                }
            }
            names
        });
        names.get(&(streams.part(from), name)).copied()
    }

    /// Why a link of an event in the stream `from` leads nowhere; of a link that stands for an
    /// event also why its server does not show it. Ids and places are not looked for: they may be
    /// those of another store.
    pub fn why_unresolved(&self, from: StreamId, link: &Link) -> Option<String> {
        let find = |name: &str| self.find(from, name);
        if let LinkTarget::Event { stream, version } = &link.to
            && let Some(id) = find(stream)
            && self.index.streams().retention(id).is_none()
            && self.index.has_version(id, *version)
        {
            return None;
        }
        if !matches!(link.to, LinkTarget::Event { .. } | LinkTarget::Last(_)) {
            return None;
        }
        match end(self.index, &link.to, find) {
            End::Nowhere(why) => Some(why),
            End::Event(row) if link.stands_for => why_unshown(self.index, row),
            _ => None,
        }
    }
}

fn place(index: &EventIndex, row: EventRow) -> Option<LinkPlace> {
    Some(LinkPlace {
        stream: index.stream_of(row)?,
        version: index.version_of(row),
        event_type: index.type_of(row).map(|id| index.type_name(id))?,
        time: index.time_of(row),
    })
}

/// Rows of a store, one batch after the other.
pub(super) struct Walk {
    pub(super) index: EventIndex,
    fetcher: Option<Box<dyn Fetcher>>,
    pub(super) at: u64,
    page: EventPage,
    /// What the store said of rows that may have a word.
    sifted: Vec<RowKey>,
}

impl Walk {
    pub(super) fn new(index: EventIndex) -> Walk {
        Walk { index, fetcher: None, at: 0, page: EventPage::default(), sifted: Vec::new() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.index.events()
    }

    fn fetch(&mut self, store: &Opened, rows: &[EventRow]) -> Result<usize, ReadError> {
        let fetcher = match &mut self.fetcher {
            Some(fetcher) => fetcher,
            empty => empty.insert(store.store.fetcher()?),
        };
        let keys: Vec<_> = rows.iter().filter_map(|row| self.index.key_of(*row)).collect();
        self.page.clear();
        fetcher.fetch(&keys, None, &mut self.page, &mut Findings::default())
    }

    /// The next rows that may have the word, and where those behind them begin; `None`: nobody
    /// can tell which have it.
    pub(super) fn sift(
        &mut self,
        store: &Opened,
        sieve: &mut Sieve,
    ) -> Result<Option<(Vec<EventRow>, u64)>, ReadError> {
        let fetcher = match &mut self.fetcher {
            Some(fetcher) => fetcher,
            empty => empty.insert(store.store.fetcher()?),
        };
        let (at, index) = (self.at, &self.index);
        let key = |row: u64| index.key_of(EventRow(row as u32));
        let end = (at + SIFTED).min(index.events());
        let (Some(first), Some(last)) = (key(at), key(end - 1)) else { return Ok(None) };
        self.sifted.clear();
        let Some(Sifted { until, rows }) = fetcher.sift(first..=last, sieve, &mut self.sifted)? else {
            return Ok(None);
        };
        // The last row between the two with such a key, and where the first larger one is.
        let behind = |wanted: i64, from: u64| {
            let (mut low, mut high) = (from, end);
            while low < high {
                let middle = low + (high - low) / 2;
                if key(middle).is_some_and(|own| own.0 <= wanted) { low = middle + 1 } else { high = middle }
            }
            low
        };
        let next = behind(until.saturating_sub(1), at);
        if next == at || rows.is_some_and(|rows| rows != next - at) {
            // One row is larger than what is looked at together, or some are not there any more.
            let next = next.max(at + 1);
            return Ok(Some(((at..next).map(|row| EventRow(row as u32)).collect(), next)));
        }
        let (mut found, mut from) = (Vec::new(), at);
        for key in &self.sifted {
            let row = behind(key.0, from.saturating_sub(1).max(at)).saturating_sub(1).max(at);
            if row < next && found.last() != Some(&EventRow(row as u32)) {
                found.push(EventRow(row as u32));
            }
            from = row + 1;
        }
        Ok(Some((found, next)))
    }

    /// Hands over the next rows that can still be read.
    pub(super) fn batch(
        &mut self,
        store: &Opened,
        each: impl FnMut(&EventIndex, EventRow, &PageRow<'_>),
    ) -> Result<(), ReadError> {
        let end = (self.at + BATCH).min(self.index.events());
        let rows: Vec<EventRow> = (self.at..end).map(|at| EventRow(at as u32)).collect();
        self.at += self.rows(store, rows, each)?;
        Ok(())
    }

    /// Hands over those of these rows that can still be read; returns how many were looked at.
    pub(super) fn rows(
        &mut self,
        store: &Opened,
        rows: Vec<EventRow>,
        mut each: impl FnMut(&EventIndex, EventRow, &PageRow<'_>),
    ) -> Result<u64, ReadError> {
        let read = self.fetch(store, &rows)?.clamp(1, rows.len().max(1));
        let mut found = self.page.iter().peekable();
        for row in rows.into_iter().take(read) {
            if let Some(stored) = found.next_if(|stored| Some(stored.key) == self.index.key_of(row)) {
                each(&self.index, row, &stored);
            }
        }
        Ok(read as u64)
    }

    /// One row.
    fn row<T>(
        &mut self,
        store: &Opened,
        row: EventRow,
        each: impl FnOnce(&PageRow<'_>) -> T,
    ) -> Result<Option<T>, ReadError> {
        self.fetch(store, &[row])?;
        Ok(self.page.get(0).as_ref().map(each))
    }

    /// The event at a place in the order of the store, where rows lie in it.
    fn row_at(&mut self, store: &Opened, position: i64) -> Result<Option<EventRow>, ReadError> {
        if !store.store.has_global_order() {
            return Ok(None);
        }
        let (mut low, mut high) = (0, self.index.events());
        while low < high {
            let middle = low + (high - low) / 2;
            let own = self.row(store, EventRow(middle as u32), |stored| stored.position.clone())?;
            match own {
                Some(Position::Number(own)) if own == position => return Ok(Some(EventRow(middle as u32))),
                Some(Position::Number(own)) if own < position => low = middle + 1,
                Some(Position::Number(_)) => high = middle,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}

/// The job that finds where the links of one event lead.
pub struct Follow {
    walk: Walk,
    from: StreamId,
    ends: Vec<LinkEnd>,
    /// Rows are read to find ids.
    reads_ids: bool,
    begun: bool,
}

impl Follow {
    /// `reads_ids`: events are looked for by their ids, which takes as long as reading the store.
    pub fn new(index: EventIndex, from: StreamId, links: Vec<Link>, reads_ids: bool) -> Follow {
        let end = |link| LinkEnd { link, place: None, reason: None, rest: None, event: None };
        Follow { walk: Walk::new(index), from, ends: links.into_iter().map(end).collect(), reads_ids, begun: false }
    }

    fn find_all(&mut self, store: &Opened) -> Result<(), ReadError> {
        for at in 0..self.ends.len() {
            let index = self.walk.index.clone();
            let streams = index.streams();
            let to = self.ends[at].link.to.clone();
            let mut found = end(&index, &to, |name| streams.find_beside(self.from, name));
            if let (End::Unknown, LinkTarget::Position(position)) = (&found, &to) {
                let row = self.walk.row_at(store, *position)?;
                let none = || End::Nowhere(format!("no event was found at the position {position}"));
                found = row.map_or_else(none, End::Event);
            }
            match found {
                End::Event(row) => self.arrive(store, at, row)?,
                End::Stream(stream) => {
                    let place = LinkPlace { stream, version: None, event_type: Text::from(""), time: None };
                    self.ends[at].place = Some(place);
                }
                End::Nowhere(why) => self.ends[at].reason = Some(why.into()),
                End::Unknown => {}
            }
            let link = &self.ends[at].link;
            if let (LinkTarget::Position(position), Some(category)) = (&link.to, &link.rest) {
                self.ends[at].rest = index.count_behind(category, *position);
            }
        }
        Ok(())
    }

    fn arrive(&mut self, store: &Opened, at: usize, row: EventRow) -> Result<(), ReadError> {
        let index = self.walk.index.clone();
        let mut event = None;
        if self.ends[at].link.stands_for {
            let (stream, version) = (index.stream_of(row), index.version_of(row).unwrap_or(Version(0)));
            let name = Text::from(stream.map_or("", |stream| index.streams().name(stream)));
            event = self.walk.row(store, row, |stored| {
                let hidden = index.hidden(row);
                pages::recorded(&*store.store, stored, &name, version, hidden, &mut Findings::default())
            })?;
        }
        let end = &mut self.ends[at];
        end.place = place(&index, row);
        end.reason = why_unshown(&index, row).map(Text::from);
        end.event = event.map(Arc::new);
        Ok(())
    }

    /// Ids that are still looked for.
    fn wanted(&self) -> Vec<(usize, Text)> {
        let open = self.ends.iter().enumerate().filter(|(_, end)| end.place.is_none() && end.reason.is_none());
        let id = |(at, end): (usize, &LinkEnd)| match &end.link.to {
            LinkTarget::Id(id) => Some((at, Text::clone(id))),
            _ => None,
        };
        open.filter_map(id).collect()
    }

    fn read_ids(&mut self, store: &Opened, until: Instant) -> Result<bool, ReadError> {
        let mut wanted = self.wanted();
        let part = self.walk.index.streams().part(self.from);
        while !wanted.is_empty() && !self.walk.is_done() {
            let mut found = Vec::new();
            self.walk.batch(store, |_, row, stored| {
                let Some(own) = stored.id.filter(|_| store.store.part_of(stored.key) == part) else { return };
                found.extend(wanted.iter().filter(|(_, id)| is_same_id(own, id)).map(|(at, _)| (*at, row)));
            })?;
            for (at, row) in found {
                self.arrive(store, at, row)?;
            }
            wanted = self.wanted();
            if Instant::now() >= until && !self.walk.is_done() && !wanted.is_empty() {
                return Ok(false);
            }
        }
        for (at, id) in wanted {
            self.ends[at].reason = Some(format!("no event of this store has the id {id}").into());
        }
        Ok(true)
    }
}

/// UUIDs are spelled in several ways.
pub(super) fn is_same_id(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || uuid::folded(a).is_some_and(|a| uuid::folded(b) == Some(a))
}

impl Job for Follow {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        let problem = |error: ReadError| error.problem("The link could not be followed");
        if !std::mem::replace(&mut self.begun, true) {
            self.find_all(store).map_err(problem)?;
        }
        if self.reads_ids { self.read_ids(store, until).map_err(problem) } else { Ok(true) }
    }

    fn progress(&self) -> Progress {
        let found = self.ends.iter().filter(|end| end.place.is_some()).count() as u64;
        Progress { done: self.walk.at, of: self.walk.index.events(), found }
    }

    fn found(&self) -> Found {
        Found::LinkEnds(Arc::new(self.ends.clone()))
    }
}

/// The job that finds the events that point at one.
pub struct LinksHere {
    walk: Walk,
    to: Here,
    found: Vec<LinkHere>,
    count: u64,
}

/// The event that is pointed at, by everything that can name it.
struct Here {
    part: u16,
    /// As stored.
    stream: Text,
    version: Version,
    is_last: bool,
    position: Position,
    id: Option<Text>,
    /// One of these stands in every row that points at it, unless it is written with escapes.
    needles: Vec<Finder<'static>>,
}

impl LinksHere {
    pub fn new(index: EventIndex, stream: StreamId, event: &RecordedEvent) -> LinksHere {
        let streams = index.streams();
        let name = Text::from(streams.stored_name(stream));
        let is_last = streams.summary(stream).is_some_and(|own| own.last == event.version);
        let mut needles = vec![Finder::new(name.as_bytes()).into_owned()];
        if let Position::Number(position) = event.position {
            needles.push(Finder::new(position.to_string().as_bytes()).into_owned());
        }
        let to = Here {
            part: streams.part(stream),
            stream: name,
            version: event.version,
            is_last,
            position: event.position.clone(),
            id: event.id.clone(),
            needles,
        };
        LinksHere { walk: Walk::new(index), to, found: Vec::new(), count: 0 }
    }
}

impl Here {
    fn is_end_of(&self, link: &Link) -> bool {
        match &link.to {
            LinkTarget::Event { stream, version } => *stream == self.stream && *version == self.version,
            LinkTarget::Last(stream) => *stream == self.stream && self.is_last,
            LinkTarget::Position(position) => self.position == Position::Number(*position),
            LinkTarget::Id(id) => self.id.as_ref().is_some_and(|own| is_same_id(own, id)),
            LinkTarget::Stream(_) => false,
        }
    }

    /// How the id begins, however it is spelled.
    fn id_head(&self) -> Option<&[u8]> {
        let id = self.id.as_deref()?.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).as_bytes();
        (!id.is_empty()).then(|| &id[..id.len().min(8)])
    }

    /// A row that does not say the name, the position or an id points elsewhere: it need not be
    /// decoded to tell.
    fn may_be_end_of(&self, row: &PageRow<'_>) -> bool {
        let may = |stored: &Stored<&[u8]>| {
            let Some(bytes) = stored.bytes() else { return false };
            let has_id = |head: &[u8]| bytes.windows(head.len()).any(|part| part.eq_ignore_ascii_case(head));
            // What is no plain text may be packed.
            bytes.contains(&b'\\')
                || std::str::from_utf8(bytes).is_err()
                || self.needles.iter().any(|needle| needle.find(bytes).is_some())
                || self.id_head().is_some_and(has_id)
        };
        row.cause.is_some() || may(&row.payload) || may(&row.metadata)
    }
}

impl Job for LinksHere {
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        let LinksHere { walk, to, found, count } = self;
        while !walk.is_done() {
            let before = *count;
            let looked = walk.batch(store, |index, row, stored| {
                if store.store.part_of(stored.key) != to.part || !to.may_be_end_of(stored) {
                    return;
                }
                let links = store.store.links(stored, &store.store.decode(stored));
                for link in links.into_iter().filter(|link| to.is_end_of(link)) {
                    *count += 1;
                    if let (Some(place), true) = (place(index, row), found.len() < KEPT) {
                        found.push(LinkHere { name: link.name, place });
                    }
                }
            });
            looked.map_err(|error| error.problem("Events could not be searched"))?;
            if Instant::now() >= until || (before == 0 && *count > 0) {
                return Ok(walk.is_done());
            }
        }
        Ok(true)
    }

    fn progress(&self) -> Progress {
        Progress { done: self.walk.at, of: self.walk.index.events(), found: self.count }
    }

    fn found(&self) -> Found {
        Found::LinksHere(Arc::new(self.found.clone()))
    }
}
