//! [`StreamSource`]: the events of one stream, read in pages and kept within a
//! budget; the only place where containers meet the replay.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dialect::{Library, RowState, RowStates};
use crate::formats::{EventPage, Fetcher, Opened, PAGE_BYTES, PageRow, ReadError, Run, Store, Stored};
use crate::index::StreamRows;
use crate::model::json::write;
use crate::model::{
    Applied, Content, Finding, FindingCode, Findings, Link, Marks, NameForm, Node, Position, RecordedEvent, RowKey,
    Slice, StreamId, StreamStatus, Text, Version, typed,
};
use crate::replay::merge::laid_over;
use crate::replay::timeline::EventSource;
use crate::replay::{Payload, Stands, Step};

/// Events in a page, where no more are asked for: about as many as a seek folds. Large events make
/// smaller pages.
const PAGE: u64 = 16;
/// Events in a page at most.
const LONG_PAGE: u64 = 1_024;
/// Bytes of pages kept, unless told otherwise.
pub const CACHE_BYTES: usize = 64 << 20;

/// Reads events of one stream by their place in it.
pub struct StreamSource {
    fetcher: Box<dyn Fetcher>,
    store: Arc<dyn Store>,
    rows: StreamRows,
    name: Text,
    /// The name as its rows have it.
    stored_name: Text,
    /// `None`: its events are of several streams, each of which has its own name.
    stream: Option<StreamId>,
    /// Places whose findings are noted: an event is decoded many times.
    noted: BTreeSet<u64>,
    /// By the place of their first event, with the time of their last use.
    pages: BTreeMap<u64, (Arc<EventPage>, u64)>,
    bytes: usize,
    cache_bytes: usize,
    clock: u64,
    findings: Findings,
    /// When something was read last; `None` at rest.
    read_at: Option<Instant>,
    /// Places whose rows can no longer be read.
    lost: BTreeSet<u64>,
}

impl StreamSource {
    /// # Errors
    /// Where the store can no longer be read.
    pub fn open(opened: &Opened) -> Result<StreamSource, ReadError> {
        Ok(StreamSource {
            fetcher: opened.store.fetcher()?,
            store: Arc::clone(&opened.store),
            rows: StreamRows::default(),
            name: Arc::from(""),
            stored_name: Arc::from(""),
            stream: None,
            noted: BTreeSet::new(),
            pages: BTreeMap::new(),
            bytes: 0,
            cache_bytes: CACHE_BYTES,
            clock: 0,
            findings: Findings::default(),
            read_at: Some(Instant::now()),
            lost: BTreeSet::new(),
        })
    }

    /// Turns to a stream of the index, or to other rows of the one that is there. Returns how
    /// many events in front are the same as before, so that what was folded of them holds.
    pub fn select(&mut self, rows: StreamRows, stream: StreamId) -> u64 {
        let mut same = if self.stream == Some(stream) { same_in_front(&self.rows, &rows) } else { 0 };
        if self.tells_late() && rows.len() > self.rows.len() {
            // What became of the last one is told now.
            same = same.saturating_sub(1);
        }
        self.pages.retain(|first, (page, _)| first + page.len() as u64 <= same);
        self.bytes = self.pages.values().map(|(page, _)| page.size_bytes()).sum();
        if same == 0 {
            self.findings = Findings::default();
            self.noted.clear();
            self.lost.clear();
        } else if same < self.rows.len() {
            let first_other = rows.version(same);
            self.findings.retain(|finding| finding.version < first_other);
            self.noted.split_off(&same);
            self.lost.split_off(&same);
        }
        self.stream = Some(stream);
        self.name = Arc::from(rows.index().streams().name(stream));
        self.stored_name = Arc::from(rows.index().streams().stored_name(stream));
        self.rows = rows;
        same
    }

    /// Turns to events of several streams, which go by this name.
    pub fn select_together(&mut self, rows: StreamRows, name: &str) {
        self.pages.clear();
        self.bytes = 0;
        self.findings = Findings::default();
        self.noted.clear();
        self.lost.clear();
        (self.stream, self.name, self.stored_name) = (None, Arc::from(name), Arc::from(""));
        self.rows = rows;
    }

    /// The name of the stream that the event at `at` is of.
    pub fn name_at(&self, at: u64) -> Text {
        let stream = || self.rows.row(at).and_then(|row| self.rows.index().stream_of(row));
        match self.rows.is_together().then(stream).flatten() {
            Some(stream) => Arc::from(self.rows.index().streams().name(stream)),
            None => Arc::clone(&self.name),
        }
    }

    /// Lets go of what a writer would notice where nothing was read for so long; the next read
    /// takes it again. `true`: at rest.
    pub fn rest_after(&mut self, idle: Duration) -> bool {
        if self.read_at.is_some_and(|at| at.elapsed() >= idle) {
            self.fetcher.rest();
            self.read_at = None;
        }
        self.read_at.is_none()
    }

    /// Holds no more than so many bytes of pages from now on.
    pub fn keep_within(&mut self, bytes: usize) {
        self.cache_bytes = bytes;
        self.make_room();
    }

    /// Bytes of pages held.
    pub fn held_bytes(&self) -> usize {
        self.bytes
    }

    pub fn rows(&self) -> &StreamRows {
        &self.rows
    }

    pub fn stream(&self) -> Option<StreamId> {
        self.stream
    }

    pub fn name(&self) -> &Text {
        &self.name
    }

    /// What the framework's library calls the stream.
    pub fn library_name(&self) -> Text {
        library_name(&*self.store, &self.name)
    }

    /// What was odd about the payloads read so far.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The whole event at `at`, counted from 0.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn event(&mut self, at: u64) -> Result<Option<RecordedEvent>, ReadError> {
        if at >= self.rows.len() {
            return Ok(None);
        }
        let (first, page) = self.page(at, at)?;
        let Some(row) = page.get((at - first) as usize) else { return Ok(None) };
        let version = self.rows.version(at).unwrap_or(Version(0));
        let mut notes = Findings::default();
        let hidden = self.rows.row(at).map_or(Marks::NONE, |own| self.rows.index().hidden(own));
        let event = recorded(&*self.store, &row, &self.name_at(at), version, hidden, &mut notes);
        self.note(at, &mut notes);
        Ok(Some(event))
    }

    /// Where the event at `at` points.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn links(&mut self, at: u64) -> Result<Vec<Link>, ReadError> {
        let (first, page) = self.page(at, at)?;
        let row = page.get(at.saturating_sub(first) as usize).filter(|row| row.is_readable);
        Ok(row.map(|row| self.store.links(&row, &self.store.decode(&row))).unwrap_or_default())
    }

    /// What its rows hold, where they hold states.
    fn states(&self) -> Option<&RowStates> {
        self.store.library()?.states.as_ref()
    }

    /// The state after a row is in the next one.
    fn tells_late(&self) -> bool {
        self.states().is_some_and(RowStates::tells_late)
    }

    /// The state before a row, as far as it is stored and can be read; `data` is its payload.
    fn before(&self, row: &PageRow<'_>, data: impl FnOnce() -> Node) -> Option<Node> {
        let state = match self.states()?.kind {
            RowState::Before => data(),
            _ => Some(self.store.before(row)).filter(|state| *state != Node::Null)?,
        };
        (!matches!(state, Node::Raw(_) | Node::Bytes(_))).then_some(state)
    }

    /// The state before the row at `at`, and its payload.
    fn before_and_data(&mut self, at: u64) -> Result<(Option<Node>, Node), ReadError> {
        let (first, page) = self.page(at, at)?;
        let Some(row) = page.get((at - first) as usize) else { return Ok((None, Node::Null)) };
        let data = self.store.decode(&row).data;
        Ok((self.before(&row, || data.clone()), data))
    }

    /// Of the last rows before `end` one was followed by another state than its changes lead to.
    fn changes_in_silence(&mut self, end: u64) -> Result<bool, ReadError> {
        let (mut before, mut changes) = (None, Node::Null);
        for at in end.saturating_sub(PAGE)..end {
            let (own, data) = self.before_and_data(at)?;
            if let (Some(before), Some(own), Node::Object(_)) = (&before, &own, &changes)
                && laid_over(before, &changes) != *own
            {
                return Ok(true);
            }
            (before, changes) = (own, data);
        }
        Ok(false)
    }

    /// Gives each row the state that the next one holds, as far as there is one, else what its changes
    /// make of its own; `end` is the place behind them.
    fn tell_by_next(&mut self, end: u64, steps: &mut [Step], befores: Vec<Option<Node>>) -> Result<(), ReadError> {
        let is_last = end >= self.rows.len();
        let mut next = if is_last { None } else { self.before_and_data(end)?.0 };
        let says_all = !(is_last && self.changes_in_silence(end)?);
        let is_sure = |step: &Step| self.states().is_none_or(|states| states.is_sure(&step.event_type));
        for (step, own) in steps.iter_mut().zip(befores).rev() {
            let after = std::mem::replace(&mut next, own.clone());
            let told = match (&step.stands, after, own) {
                (Stands::Unknown(_) | Stands::Pairs { .. }, Some(state), _) => Stands::State(state),
                (Stands::Pairs { changes: Node::Null, .. }, None, Some(own)) => {
                    let why = "what it changed is not stored, and no row follows: this is the state before it";
                    Stands::Likely(own, Text::from(why))
                }
                (Stands::Pairs { changes: Node::Null, .. }, None, None) => {
                    Stands::Unknown(Text::from("what it changed is not stored, and no row follows that says it"))
                }
                (Stands::Pairs { changes, .. }, None, Some(own)) => {
                    let state = laid_over(&own, changes);
                    let why = match (is_sure(step), says_all) {
                        (true, true) => None,
                        (false, _) => Some("it has a name of the application's own, and may have ended the state"),
                        (true, false) => Some("values changed before without a word in any row: some may have again"),
                    };
                    why.map_or(Stands::State(state.clone()), |why| Stands::Likely(state, Text::from(why)))
                }
                _ => continue,
            };
            step.stands = told;
        }
        Ok(())
    }

    /// Keeps what was odd about an event when it was decoded first.
    fn note(&mut self, at: u64, notes: &mut Findings) {
        if notes.is_empty() {
            return;
        }
        if self.noted.insert(at) {
            self.findings.absorb(notes);
        } else {
            *notes = Findings::default();
        }
    }

    /// The row at `at` is gone, or is another one now; known once the event was asked for.
    pub fn is_lost(&self, at: u64) -> bool {
        self.lost.contains(&at)
    }

    /// Of the events before `applied` that were found to be gone, or to be other ones, the first
    /// and the number.
    pub fn lost_before(&self, applied: Applied) -> Option<(Version, usize)> {
        let mut lost = self.lost.range(..applied.0);
        let first = self.rows.version(*lost.next()?)?;
        Some((first, lost.count() + 1))
    }

    /// The page that the event at `at` is in, and the place of its first event. Those before
    /// `end` are asked for next.
    fn page(&mut self, at: u64, end: u64) -> Result<(u64, Arc<EventPage>), ReadError> {
        self.clock += 1;
        if let Some((first, (page, used))) = self.pages.range_mut(..=at).next_back()
            && at - first < page.len() as u64
        {
            *used = self.clock;
            return Ok((*first, Arc::clone(page)));
        }
        // Where reading begins must not depend on how it goes on: at the same places, or behind a
        // page that became full before the next of them.
        let begin = at / PAGE * PAGE;
        let behind = |(first, (page, _)): (&u64, &(Arc<EventPage>, u64))| first + page.len() as u64;
        let begin = self.pages.range(begin..=at).next_back().map_or(begin, behind);
        let mut page = self.keep(begin, end)?;
        if at - begin >= page.len() as u64 {
            // What lies between is large, and nobody asked for it.
            page = self.keep(at, end)?;
            return Ok((at, page));
        }
        Ok((begin, page))
    }

    /// Reads a page and keeps it.
    fn keep(&mut self, first: u64, end: u64) -> Result<Arc<EventPage>, ReadError> {
        let page = Arc::new(self.read(first, end)?);
        self.bytes += page.size_bytes();
        if let Some((old, _)) = self.pages.insert(first, (Arc::clone(&page), self.clock)) {
            self.bytes -= old.size_bytes().min(self.bytes);
        }
        self.make_room();
        Ok(page)
    }

    /// Lets go of the pages that were not used for longest: of several at once, since all are looked
    /// through for them.
    fn make_room(&mut self) {
        if self.bytes <= self.cache_bytes {
            return;
        }
        let mut by_use: Vec<(u64, u64)> = self.pages.iter().map(|(first, (_, used))| (*used, *first)).collect();
        by_use.sort_unstable();
        // The one that was read last stays in any case.
        by_use.pop();
        let room = self.cache_bytes - self.cache_bytes / 8;
        for (_, first) in by_use {
            if self.bytes <= room {
                break;
            }
            if let Some((page, _)) = self.pages.remove(&first) {
                self.bytes -= page.size_bytes().min(self.bytes);
            }
        }
    }

    /// Events from `first` on, to the end of their page or to `end`, or as many as fill one.
    fn read(&mut self, first: u64, end: u64) -> Result<EventPage, ReadError> {
        let last = (first / PAGE * PAGE + PAGE).max(end.min(first + LONG_PAGE)).min(self.rows.len());
        let mut keys: Vec<RowKey> = (first..last).filter_map(|at| self.rows.key(at)).collect();
        let run = match (self.rows.version(first), self.rows.version(last - 1)) {
            (Some(first), Some(last)) if !self.stored_name.is_empty() && !self.rows.is_together() => {
                Some(Run { stream: &self.stored_name, first, last })
            }
            _ => None,
        };
        let (rows, stored_name) = (self.rows.clone(), Arc::clone(&self.stored_name));
        let is_own = |row: &PageRow<'_>, at: u64| {
            row.stream == stored_name_at(&rows, &stored_name, at)
                && (row.version.is_none() || row.version == rows.version(at))
        };
        let (mut page, mut notes, mut read) = (EventPage::default(), Findings::default(), 0);
        let mut is_whole = false;
        // A run is found by the store's index, which may be damaged where the rows are not.
        for run in [run, None] {
            (page, notes) = Default::default();
            let fetched = self.fetcher.fetch(&keys, run, &mut page, &mut notes);
            self.read_at = Some(Instant::now());
            read = fetched?.max(1);
            is_whole = page.len() == read && page.iter().zip(first..).all(|(row, at)| is_own(&row, at));
            if is_whole {
                break;
            }
        }
        self.findings.absorb(&mut notes);
        if is_whole {
            return Ok(page);
        }
        keys.truncate(read);
        // Rows that are gone, or are another event now, keep their place: nothing is lost silently.
        let mut whole = EventPage::default();
        let mut found = page.iter().peekable();
        for (at, key) in keys.iter().enumerate() {
            let place = first + at as u64;
            if let Some(row) = found.next_if(|row| row.key == *key)
                && is_own(&row, place)
            {
                whole.push(&row);
                continue;
            }
            self.lost.insert(place);
            let event_type = self.rows.type_id(place).map(|id| self.rows.index().type_name(id));
            whole.push(&PageRow {
                key: *key,
                version: self.rows.version(place),
                time: self.rows.time(place),
                status: StreamStatus::Active,
                position: Position::None,
                stream: stored_name_at(&rows, &stored_name, place),
                name_form: NameForm::default(),
                category: "",
                event_type: event_type.as_deref().unwrap_or_default(),
                id: None,
                cause: None,
                time_text: None,
                is_time_number: false,
                marks: Marks::NONE,
                is_readable: false,
                payload: Stored::Null,
                before: Stored::Null,
                coding: 0,
                metadata: Stored::Null,
            });
            self.findings.push(Finding {
                code: FindingCode::Damaged,
                stream: Some(self.name_at(place)),
                stream_id: self.stream,
                version: self.rows.version(place),
                message: format!("the row at {} is no longer readable", key.0),
            });
        }
        Ok(whole)
    }
}

impl EventSource for StreamSource {
    type Error = ReadError;

    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, ReadError> {
        let end = from.saturating_add(count).min(self.rows.len());
        let mut steps = Vec::with_capacity(end.saturating_sub(from) as usize);
        let mut befores = Vec::new();
        let tells_late = self.tells_late() && !self.rows.is_together();
        let (mut at, mut bytes) = (from, 0);
        let mut notes = Findings::default();
        while at < end && bytes <= PAGE_BYTES {
            let (first, page) = self.page(at, end)?;
            let places = (at - first) as usize..page.len().min((end - first) as usize);
            if places.is_empty() {
                break;
            }
            for row in places.filter_map(|place| page.get(place)) {
                let version = self.rows.version(at).unwrap_or(Version(0));
                let name = self.name_at(at);
                let mut step = step(&*self.store, &row, |text| page.share(text), &name, version, &mut notes);
                if self.rows.is_together() && step.stream.is_none() {
                    step.stream = Some(name);
                }
                if tells_late {
                    befores.push(self.before(&row, || step.data.node().clone()));
                }
                steps.push(step);
                self.note(at, &mut notes);
                bytes += row.bytes();
                at += 1;
                if bytes > PAGE_BYTES {
                    break;
                }
            }
        }
        if tells_late {
            self.tell_by_next(at, &mut steps, befores)?;
        }
        Ok(steps)
    }
}

/// The name of the stream that an event is of, as its row has it; that of all of them where they
/// are of one stream.
fn stored_name_at<'a>(rows: &'a StreamRows, name: &'a str, at: u64) -> &'a str {
    let stream = || rows.row(at).and_then(|row| rows.index().stream_of(row));
    rows.is_together().then(stream).flatten().map_or(name, |stream| rows.index().streams().stored_name(stream))
}

/// How many events in front two snapshots of one stream have in common. Late rows of a
/// stream that was not written in order land between old ones.
fn same_in_front(old: &StreamRows, new: &StreamRows) -> u64 {
    if new.len() < old.len() {
        return 0;
    }
    let same_key = |at: u64| old.key(at) == new.key(at);
    let last = old.len().saturating_sub(1);
    if new.is_in_scan_order() && same_key(0) && same_key(last) {
        return old.len();
    }
    let same = (0..old.len()).take_while(|at| same_key(*at)).count() as u64;
    match new.version(same) {
        // Equal versions are told apart by their order only: they stay together.
        Some(Version(first_other)) if same < old.len() => {
            same.min(new.applied_at(Version(first_other.saturating_sub(1))))
        }
        _ => same,
    }
}

/// What the framework's library calls the stream of that name.
pub(super) fn library_name(store: &dyn Store, name: &Text) -> Text {
    let own = store.library().map(|library| library.stream(name));
    own.filter(|own| **own != **name).map_or_else(|| Arc::clone(name), Text::from)
}

/// What is inside a row; what is odd there becomes findings.
fn content(store: &dyn Store, row: &PageRow<'_>, stream: &Text, version: Version, notes: &mut Findings) -> Content {
    let mut content = store.decode(row);
    for (code, message) in content.odd.drain(..) {
        let (stream, version) = (Some(Arc::clone(stream)), Some(version));
        notes.push(Finding { code, stream, stream_id: None, version, message });
    }
    content
}

/// The event as a reducer sees it. `stream` is the name that is shown.
/// Texts of the row are taken by `share`.
pub fn step(
    store: &dyn Store,
    row: &PageRow<'_>,
    share: impl Fn(&str) -> Slice,
    stream: &Text,
    version: Version,
    notes: &mut Findings,
) -> Step {
    let library = store.library();
    let own_name = library.map(|library| library.stream(stream)).filter(|own| **own != **stream);
    let time_text = match library {
        Some(library) => library.time(row.time, row.time_text),
        None => row.time_text.map(Cow::Borrowed),
    };
    let is_time_number = row.is_time_number && time_text.as_deref() == row.time_text;
    let (data, metadata, is_typed) = match store.plain(row) {
        Some((data, metadata)) => (Payload::plain(share(data)), metadata.map(&share), false),
        None => taken_apart(store, row, stream, version, notes),
    };
    Step {
        stands: library.map_or(Stands::Event, |library| stands(library, row, &data)),
        version,
        event_type: share(row.event_type),
        id: row.id.map(&share),
        position: row.position.clone(),
        stream: own_name.map(Text::from),
        time: row.time,
        time_text: time_text.map(|text| share(&text)),
        is_time_number,
        data,
        metadata,
        is_skipped: row.marks.has(Marks::SKIPPED),
        is_typed,
    }
}

/// What the row says of the state by itself. Of one that holds the state before it the next row
/// tells: see [`StreamSource::steps`].
fn stands(library: &Library, row: &PageRow<'_>, data: &Payload) -> Stands {
    let Some(rule) = &library.states else {
        let restarts = library.restarts(row.event_type);
        return restarts.then(|| library.restart(data.node())).flatten().map_or(Stands::Event, Stands::State);
    };
    if row.marks.has(Marks::DELETED) {
        return Stands::State(Node::Null);
    }
    match (data.node(), rule.kind) {
        (Node::Raw(_) | Node::Bytes(_), _) => Stands::Unknown(Text::from("the row's state cannot be read")),
        (node, RowState::Whole) if rule.is_sure(row.event_type) => Stands::State(node.clone()),
        (node, RowState::Whole) => {
            let label = row.event_type;
            let why = format!("{label} is a name of the application's own: the row may be the one before the change");
            Stands::Likely(node.clone(), Text::from(why))
        }
        (_, RowState::Before) => {
            Stands::Unknown(Text::from("the row holds the state before it, not what became of it"))
        }
        (node, RowState::Pairs) => {
            let is_first = rule.first.iter().any(|own| own == row.event_type);
            Stands::Pairs { changes: node.clone(), is_first }
        }
    }
}

/// Payload and metadata as a reducer gets them, and whether JSON's own values do not say all of
/// them.
fn taken_apart(
    store: &dyn Store,
    row: &PageRow<'_>,
    stream: &Text,
    version: Version,
    notes: &mut Findings,
) -> (Payload, Option<Slice>, bool) {
    let content = content(store, row, stream, version, notes);
    let is_typed = content.is_typed && [&content.data, &content.metadata].into_iter().any(typed::is_more_than_json);
    let text = |node: &Node| {
        let mut out = String::new();
        if is_typed {
            typed::write_all(node, &mut out)
        } else {
            write(node, &mut out)
        }
        Slice::from(out)
    };
    let metadata = match (content.metadata_json.filter(|_| !is_typed), &content.metadata) {
        (Some(text), _) => Some(Slice::from(text)),
        (None, Node::Null) => None,
        (None, node) => Some(text(node)),
    };
    let json = if is_typed { Some(text(&content.data)) } else { content.data_json.map(Slice::from) };
    let mut data = Payload::new(content.data, json);
    data.wrapped = content.wrapped;
    data.is_opaque = matches!(row.payload, Stored::Opaque(_));
    (data, metadata, is_typed)
}

/// The event in full, for the inspector and for output. `stream` is the name that is shown,
/// `hidden` what [`EventIndex::hidden`](crate::index::EventIndex::hidden) says of it.
pub fn recorded(
    store: &dyn Store,
    row: &PageRow<'_>,
    stream: &Text,
    version: Version,
    hidden: Marks,
    notes: &mut Findings,
) -> RecordedEvent {
    let content = content(store, row, stream, version, notes);
    let raw: &[u8] = match row.payload {
        Stored::Null => &[],
        Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Opaque(bytes) | Stored::Cut(bytes, _) => bytes,
    };
    RecordedEvent {
        key: row.key,
        stream: Arc::clone(stream),
        category: Arc::from(row.category),
        version,
        position: row.position.clone(),
        id: row.id.map(Text::from),
        event_type: Arc::from(row.event_type),
        time: row.time,
        time_text: row.time_text.map(Text::from),
        marks: marks(row).and(hidden),
        data_json: content.data_json,
        undecodable: content.undecodable,
        data: content.data,
        metadata: content.metadata,
        raw: Arc::from(raw),
    }
}

/// What the dialect says of the row, and what became of its stream.
fn marks(row: &PageRow<'_>) -> Marks {
    match row.status {
        StreamStatus::Active => row.marks,
        StreamStatus::Archived => row.marks.and(Marks::ARCHIVED),
        StreamStatus::SoftDeleted | StreamStatus::Tombstoned => row.marks.and(Marks::DELETED),
    }
}

/// One event in the shape of `events --json`, as a node: numbers and keys as stored.
pub fn event_node(event: &RecordedEvent) -> Node {
    let text = |value: &str| Node::text(value);
    let member = |key: &str, node: Node| (Arc::from(key), node);
    Node::object(vec![
        member("stream", text(&event.stream)),
        member("category", if event.category.is_empty() { Node::Null } else { text(&event.category) }),
        member("version", Node::number(event.version)),
        member("position", event.position.to_node()),
        member("id", event.id.as_deref().map_or(Node::Null, text)),
        member("type", text(&event.event_type)),
        member("time", event.time.map_or(Node::Null, |time| text(&time.to_rfc3339()))),
        member("data", event.data.clone()),
        member("metadata", event.metadata.clone()),
        member("marks", Node::array(event.marks.words().map(text).collect())),
    ])
}
