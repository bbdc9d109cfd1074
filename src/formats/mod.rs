//! Containers: the only code that opens stores, and it opens them read-only.
//!
//! The way of a store: a `Probe` looks at what stands at a [`Location`]; layers such as
//! compression are taken off (`enter`, `layers`, `spool`); the first of `CONTAINERS` that knows
//! the rest lists its tables; a dialect is found by their columns; the container binds both to
//! a [`Store`]. The way of a row: container, cells, `row`, page; then to the index, or decoded
//! to an event.
//!
//! Adding a container is one file that implements `Container`, `Contents`, `Readers`,
//! [`Scanner`] and [`Fetcher`], and one line in `CONTAINERS`. What a framework's tables mean is no business
//! of a container: that is a dialect.
//!
//! No row of data makes a read fail: bad data is a [`Findings`] entry. `Err` means the
//! store itself can no longer be read.

mod bytes;
mod choose;
mod documents;
mod dump;
mod dynamodb;
mod enter;
mod error;
mod grouped;
mod input;
mod inside;
mod json_lines;
mod kurrent;
mod layers;
pub mod page;
mod probe;
mod row;
mod several;
mod sieve;
mod spool;
mod sql;
mod sqlite;
mod stream_member;
mod survey;
mod tenant;
mod unpacked;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexSet;

use crate::dialect::guess::TableSample;
use crate::dialect::{Candidate, Cell, Chain, Layout, Library, MapOverride, Mapping, Table};
use crate::model::{
    Content, FindingCode, Findings, Link, Listing, Node, Number, Numbering, RowKey, Text, Typing, Version,
};
use bytes::{Bytes, FileBytes};
use choose::{NAMED, choose, with_rows};
pub use documents::Documents;
use documents::documents;
use enter::{Entered, enter};
pub use error::{OpenError, ReadError, TieChoice, unpacking};
use input::Input;
pub use input::{INPUT, open_input};
pub use page::{EventPage, PageRow, PayloadPage, Stored};
pub use probe::Location;
use probe::Probe;
pub use sieve::{Sieve, Sifted};
use spool::Spool;
pub use survey::{ColumnShape, Survey, TableShape, survey};

/// Every container we read.
const CONTAINERS: &[&dyn Container] = &[&sqlite::Sqlite, &json_lines::JsonLines, &kurrent::Kurrent, &dump::Dump];

/// Rows in a page of a scan, at most.
pub const PAGE_ROWS: usize = 4_096;
/// Bytes after which a page is full.
pub const PAGE_BYTES: usize = 8 << 20;
/// Endings of files with another inside.
const PACKED: [&str; 4] = ["gz", "lz4", "zip", "zst"];
/// Looking for what a store may be takes no longer.
const LOOK_TIME: Duration = Duration::from_secs(10);

/// A kind of file, folder or server that can hold events.
trait Container: Sync {
    /// Looks at the probe only. `Err` says in a few words why not.
    fn accepts(&self, probe: &Probe) -> Result<(), String>;
    /// Whether a text whose head nobody knows is one of its own further on.
    fn begins_late(&self, _bytes: &dyn Bytes) -> bool {
        false
    }
    /// Looks at what is in a store, once.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError>;
}

/// What is in a store: tables of rows, and how they are read.
trait Contents {
    /// The word that dialects use in `engines`.
    fn engine(&self) -> &'static str;
    /// Lists the tables, or the shapes of the lines.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn tables(&self, reach: Reach) -> Result<Tables, OpenError>;
    /// The first rows of each table, `most` at most, to guess by what an unknown one holds.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn samples(&self, tables: &[Table], most: usize) -> Result<Vec<TableSample>, ReadError>;
    /// Binds the store to what its columns mean.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn store(&self, candidate: &Candidate, mapping: Mapping) -> Result<Bound, OpenError>;
}

/// How far the rows are looked at, where only they tell what columns there are.
#[derive(Clone, Copy, Debug)]
struct Reach {
    rows: usize,
    bytes: u64,
    /// Looking ends here in any case.
    until: Instant,
}

/// Rows of a table that are looked at, where no dialect knows it.
const SAMPLED_ROWS: usize = 500;
/// Rows of the table that says what others hold.
const REGISTRY_ROWS: usize = 65_536;
/// Rows of a store that a first look takes in.
const FIRST_ROWS: usize = 2_000;

impl Reach {
    /// Enough for a store that begins with its events.
    fn first() -> Reach {
        Reach { rows: FIRST_ROWS, bytes: 8 << 20, until: Instant::now() + LOOK_TIME }
    }

    fn is_first(self) -> bool {
        self.rows == FIRST_ROWS
    }

    /// The next, where that told nothing: so much further that all looks together take little
    /// longer than the last.
    fn further(self) -> Option<Reach> {
        let Reach { rows, bytes, until } = self;
        let next = Reach { rows: rows.saturating_mul(16), bytes: bytes.saturating_mul(16), until };
        (Instant::now() < until).then_some(next)
    }
}

/// What a look at a store's tables found.
struct Tables {
    list: Vec<Table>,
    /// A further look would find nothing else.
    is_all: bool,
}

/// A store bound to a mapping.
struct Bound {
    store: Arc<dyn Store>,
    /// A sentence on the unit of its times where it was guessed, or why it is not known.
    unit: Result<Option<String>, String>,
}

/// An opened store: makes one scanner, and a fetcher for each thread.
pub trait Store: Send + Sync {
    /// # Errors
    /// Where the store can no longer be read.
    fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError>;
    /// # Errors
    /// Where the store can no longer be read.
    fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError>;
    /// What is inside a whole row.
    fn decode(&self, row: &PageRow<'_>) -> Content;
    /// The state before a whole row, where it holds one beside what changed.
    fn before(&self, _row: &PageRow<'_>) -> Node {
        Node::Null
    }
    /// The texts of payload and metadata, where each is JSON of which nothing is to be said, so
    /// that they need not be taken apart. `None` says nothing.
    fn plain<'r>(&self, _row: &PageRow<'r>) -> Option<(&'r str, Option<&'r str>)> {
        None
    }
    /// Where the event of a whole row points.
    fn links(&self, _row: &PageRow<'_>, _content: &Content) -> Vec<Link> {
        Vec::new()
    }
    /// Events may point at one event alone.
    fn has_links(&self) -> bool {
        false
    }
    /// How its streams are listed.
    fn listing(&self) -> Listing {
        Listing::default()
    }
    /// A payload as it is shown, from its bytes as stored and [`PageRow::coding`].
    fn shown(&self, payload: &[u8], coding: u8) -> Node;
    /// A payload that is stored as a JSON object or array is shown as it is stored.
    fn shows_json_as_stored(&self) -> bool {
        false
    }
    /// So are payload and metadata, and neither has anything taken off or out of it.
    fn hands_on_json(&self) -> bool {
        false
    }
    /// Looks whether the container itself is whole, where it has something to tell by; says in a
    /// few words what was looked at, and meanwhile how much of it, 0 to 1.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    fn verify(&self, _notes: &mut Findings, _progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        Ok("nothing, it has no checksums")
    }
    /// What of its table is read as what; `None` where no table alone is the store.
    fn layout(&self) -> Option<Layout> {
        None
    }
    /// The order of a scan is the store's own order over everything, without a look at positions;
    /// found out when the store is opened.
    fn has_global_order(&self) -> bool;
    /// How the events of its streams are numbered.
    fn numbering(&self) -> Numbering {
        Numbering::default()
    }
    /// What the stores are called that it is made of; none where it is one.
    fn parts(&self) -> &[Text] {
        &[]
    }
    /// What the framework's library hands out in another form; `None` where nothing is known of it.
    fn library(&self) -> Option<&Library> {
        None
    }
    /// How its events vouch for each other; `None` where they do not.
    fn chain(&self) -> Option<&Chain> {
        None
    }
    /// In which of them a row is: streams of different ones are different streams.
    fn part_of(&self, _row: RowKey) -> u16 {
        0
    }
    /// Of an input that passes by once: reads whole rows, whose keys are the numbers of their
    /// lines, and ends a page behind each line that is no event.
    fn passage(&self) -> Option<Box<dyn Scanner>> {
        None
    }
    /// The number of the row that the event is from, as the container counts.
    fn row_of(&self, key: RowKey) -> i64 {
        key.0
    }
}

/// Makes readers of one store: all that a container adds to a dialect.
trait Readers: Send + Sync {
    type Reader: Scanner + Fetcher + 'static;
    /// # Errors
    /// Where the store can no longer be read.
    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Self::Reader, ReadError>;
    /// As [`Numbering::is_heap`].
    fn is_heap(&self) -> bool {
        false
    }
    /// As [`Store::verify`].
    ///
    /// # Errors
    /// Where the store can no longer be read.
    fn verify(&self, _notes: &mut Findings, _progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        Ok("nothing, it has no checksums")
    }
    /// As [`Store::passage`].
    fn passage(&self, _mapping: &Arc<Mapping>) -> Option<Self::Reader> {
        None
    }
}

/// A store whose rows a dialect explains.
struct DialectStore<R> {
    readers: R,
    mapping: Arc<Mapping>,
    /// The order of a scan is the store's own.
    ordered: bool,
}

impl<R: Readers + 'static> DialectStore<R> {
    /// With the unit of the times where the first of them tell it and nothing else does.
    fn bound(readers: R, mut mapping: Mapping, ordered: bool) -> Bound {
        let unit = match mapping.lacks_unit() {
            true => mapping.guess_unit(&first_times(&readers, &mapping)),
            false => Ok(None),
        };
        Bound { store: Arc::new(DialectStore { readers, mapping: Arc::new(mapping), ordered }), unit }
    }
}

/// The times of the first page of a scan that are numbers.
fn first_times<R: Readers>(readers: &R, mapping: &Mapping) -> Vec<Number> {
    let (mut page, mut notes) = (EventPage::default(), Findings::default());
    let reader = readers.reader(&Arc::new(mapping.clone()));
    // What cannot be read now is told when the store is scanned.
    let scanned = reader.and_then(|mut reader| reader.scan(&ScanCursor::START, &mut page, &mut notes));
    if scanned.is_err() {
        return Vec::new();
    }
    page.iter().filter_map(|row| row.time_text.and_then(Number::parse)).collect()
}

impl<R: Readers> Store for DialectStore<R> {
    fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError> {
        Ok(Box::new(self.readers.reader(&self.mapping)?))
    }

    fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError> {
        Ok(Box::new(self.readers.reader(&self.mapping)?))
    }

    fn decode(&self, row: &PageRow<'_>) -> Content {
        row::decode(&self.mapping, row)
    }

    fn before(&self, row: &PageRow<'_>) -> Node {
        row::before(&self.mapping, row)
    }

    fn plain<'r>(&self, row: &PageRow<'r>) -> Option<(&'r str, Option<&'r str>)> {
        row::plain(&self.mapping, row)
    }

    fn links(&self, row: &PageRow<'_>, content: &Content) -> Vec<Link> {
        row::links(&self.mapping, row, content)
    }

    fn has_links(&self) -> bool {
        self.mapping.has_links()
    }

    fn listing(&self) -> Listing {
        self.mapping.listing()
    }

    fn shown(&self, payload: &[u8], coding: u8) -> Node {
        self.mapping.decode_payload(Cell::Bytes(payload), coding).node
    }

    fn shows_json_as_stored(&self) -> bool {
        self.mapping.shows_json_as_stored()
    }

    fn hands_on_json(&self) -> bool {
        self.mapping.hands_on_json()
    }

    fn verify(&self, notes: &mut Findings, progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        self.readers.verify(notes, progress)
    }

    fn layout(&self) -> Option<Layout> {
        Some(self.mapping.layout())
    }

    fn has_global_order(&self) -> bool {
        self.ordered
    }

    fn numbering(&self) -> Numbering {
        let own = self.mapping.numbering();
        Numbering { is_heap: own.is_heap || self.readers.is_heap(), ..own }
    }

    fn passage(&self) -> Option<Box<dyn Scanner>> {
        let reader = self.readers.passage(&self.mapping)?;
        Some(Box::new(reader))
    }

    fn row_of(&self, key: RowKey) -> i64 {
        if self.mapping.has_items() { key.row_and_item().0 } else { key.0 }
    }

    fn library(&self) -> Option<&Library> {
        Some(self.mapping.library())
    }

    fn chain(&self) -> Option<&Chain> {
        self.mapping.chain()
    }
}

/// Where a scan goes on; a few bytes that only the scanner that made them understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanCursor(Vec<u8>);

impl ScanCursor {
    /// Before everything.
    pub const START: ScanCursor = ScanCursor(Vec::new());

    /// Behind the row or byte of that number.
    pub fn at(number: i64) -> ScanCursor {
        ScanCursor(number.to_be_bytes().to_vec())
    }

    /// What [`ScanCursor::at`] was given; `None` before everything.
    pub fn number(&self) -> Option<i64> {
        self.0.as_slice().try_into().ok().map(i64::from_be_bytes)
    }
}

/// What one step of a scan came to.
#[derive(Clone, Debug)]
pub struct ScanStep {
    pub cursor: ScanCursor,
    /// Nothing follows for now.
    pub end: bool,
    /// Part of the store that is behind the cursor, 0 to 1.
    pub progress: f32,
    /// What stands unfinished behind the cursor, in words; the next step looks at it again.
    pub tail: Option<String>,
}

/// A run of events of one stream, for fetchers that find them faster together.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub stream: &'a str,
    pub first: Version,
    pub last: Version,
}

/// Did the store change since the scanner last looked?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreChange {
    Same,
    /// Something was written; a scan from the old cursor tells what.
    Written,
    /// Another file, or older content, stands there now.
    Replaced,
}

/// Reads what the index keeps, from the beginning to the end.
pub trait Scanner: Send {
    /// Clears `page` and fills it with headers from `cursor` on.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError>;

    /// The scan that goes on or begins next ends where the store ends now, however fast it is
    /// written to.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn end_at_present(&mut self) -> Result<(), ReadError>;

    /// Looks at the store's outside; cheap.
    ///
    /// # Errors
    /// Where the store is gone.
    fn change(&mut self, cursor: &ScanCursor) -> Result<StoreChange, ReadError>;

    /// Lets go of what a writer would notice; the next call takes it again.
    fn rest(&mut self) {}
}

/// Reads whole rows that the index names.
pub trait Fetcher: Send {
    /// Appends to `page` the whole rows of `keys` that exist, in that order. Returns how many
    /// of the keys, from the front, were looked at: at least one, and all of them unless the
    /// page became full, which a single large row may do.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn fetch(
        &mut self,
        keys: &[RowKey],
        run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<usize, ReadError>;

    /// Clears `page` and fills it with the payloads of `keys`, which ascend, in any order;
    /// those of rows that are gone are left out. Returns how many of the keys, from the
    /// front, were looked at: at least one. `run` is as in [`Fetcher::fetch`].
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn payloads(&mut self, keys: &[RowKey], run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError>;

    /// Looks at the rows from the first key to the last for those that may have the sieve's word in
    /// id, payload or metadata as they are shown. Adds keys to `found`, ascending: such a row is
    /// the last one at or before one of them. Keys ascend from row to row. `None`: it cannot
    /// tell.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn sift(
        &mut self,
        _keys: RangeInclusive<RowKey>,
        _sieve: &mut Sieve,
        _found: &mut Vec<RowKey>,
    ) -> Result<Option<Sifted>, ReadError> {
        Ok(None)
    }

    /// Lets go of what a writer would notice; the next call takes it again.
    fn rest(&mut self) {}
}

/// [`Fetcher::payloads`] for those that find nothing faster than whole rows.
fn payloads_of_rows(fetcher: &mut dyn Fetcher, keys: &[RowKey], page: &mut PayloadPage) -> Result<usize, ReadError> {
    page.clear();
    let (mut whole, mut at) = (EventPage::default(), 0);
    while at < keys.len() {
        whole.clear();
        at += fetcher.fetch(&keys[at..keys.len().min(at + 64)], None, &mut whole, &mut Findings::default())?.max(1);
        for row in whole.iter() {
            match row.payload {
                Stored::Null => page.push(row.key, None),
                Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Opaque(bytes) | Stored::Cut(bytes, _) => {
                    page.push_coded(row.key, Some(bytes), row.coding);
                }
            }
        }
        if page.bytes().len() > PAGE_BYTES {
            break;
        }
    }
    Ok(at)
}

/// A store's place as a container gets it.
#[derive(Clone)]
struct Source {
    path: PathBuf,
    /// Folder for working copies; never the store's own.
    cache: PathBuf,
    inside: Inside,
}

/// What is left when all layers are off.
#[derive(Clone)]
enum Inside {
    Folder,
    File(Arc<FileBytes>),
    Unpacked(Arc<Spool>),
    Input(Arc<Input>),
}

impl Inside {
    /// Why it ends before it should.
    fn trouble(&self) -> Option<String> {
        if let Inside::Unpacked(spool) = self { spool.trouble() } else { None }
    }
}

impl Source {
    fn bytes(&self) -> Result<Arc<dyn Bytes>, ReadError> {
        match &self.inside {
            Inside::Folder => Err(ReadError::io(&self.path, std::io::ErrorKind::IsADirectory.into())),
            Inside::File(file) => Ok(Arc::<FileBytes>::clone(file)),
            Inside::Unpacked(spool) => Ok(Arc::<Spool>::clone(spool)),
            Inside::Input(input) => Ok(Arc::<Input>::clone(input)),
        }
    }

    /// A file with these bytes, for containers that need one.
    fn file(&self) -> Result<PathBuf, ReadError> {
        match &self.inside {
            Inside::Folder | Inside::File(_) | Inside::Input(_) => Ok(self.path.clone()),
            Inside::Unpacked(spool) => spool.whole().map_err(|error| ReadError::io(&self.path, error)),
        }
    }
}

/// How the user wants the store read; empty = find out.
#[derive(Clone, Debug, Default)]
pub struct OpenChoice {
    /// A dialect's id.
    pub dialect: Option<String>,
    pub map: MapOverride,
    /// Only the streams of this tenant.
    pub tenant: Option<String>,
    /// Folder with the user's own dialects.
    pub dialects: Option<PathBuf>,
}

/// A store and how it was understood.
#[derive(Clone)]
pub struct Opened {
    pub store: Arc<dyn Store>,
    pub path: PathBuf,
    /// The file itself, whatever links lead to it.
    pub real: PathBuf,
    pub format: &'static str,
    pub dialect: String,
    pub framework: String,
    /// Sentences: why this dialect.
    pub evidence: Vec<String>,
    /// Size of the file in bytes when it was opened.
    pub bytes: u64,
    /// What was odd on the way.
    pub findings: Findings,
    /// Where states of its streams are kept, by [`Store::part_of`] their events.
    pub documents: Arc<[Vec<Documents>]>,
}

impl Opened {
    /// Its rows hold states: nothing is folded.
    pub fn rows_are_states(&self) -> bool {
        self.store.library().is_some_and(|library| library.states.is_some())
    }

    /// There are tables of states of its streams.
    pub fn keeps_states(&self) -> bool {
        self.documents.iter().any(|tables| !tables.is_empty())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.path.display(), self.dialect)
    }
}

/// Opens the store at a location: finds its container by its bytes and its dialect by its
/// columns.
///
/// # Errors
/// See [`OpenError`]; every one says what to do.
pub fn open(location: &Location, cache: &Path, choice: &OpenChoice) -> Result<Opened, OpenError> {
    let entered = enter(location, cache, choice)?;
    let mut findings = Findings::default();
    let understood = understand(entered.path, entered.engine, &*entered.contents, choice, &mut findings)?;
    bind(entered, understood, choice, findings)
}

/// Binds a container to what was understood of it.
fn bind(
    entered: Entered<'_>,
    understood: Understood,
    choice: &OpenChoice,
    mut findings: Findings,
) -> Result<Opened, OpenError> {
    let (Entered { path, engine, contents, bytes, mut evidence, trouble }, (all, chosen)) = (entered, understood);
    if let Some(trouble) = trouble {
        findings.note(FindingCode::TruncatedTail, format!("it cannot be unpacked to its end: {trouble}"));
    }
    let mut chosen = chosen.map_err(|error| {
        // Without samples the error says less, and is the same.
        with_rows(error, || contents.samples(&all, SAMPLED_ROWS).unwrap_or_default())
    })?;
    chosen.iter_mut().for_each(|own| own.table.file = Some(plain_name(path)));
    let registry = chosen.first().and_then(|own| own.registry(&all)).map(std::slice::from_ref);
    // Without its rows the tables' own names do.
    let registry = registry.and_then(|table| contents.samples(table, REGISTRY_ROWS).ok()?.pop());
    let labels = registry.and_then(|rows| chosen.first().map(|own| own.labels(&rows))).unwrap_or_default();
    chosen.iter_mut().for_each(|own| own.name_by(&labels));
    inside::check(&*contents, &chosen, &choice.map)?;
    let chosen = match &choice.tenant {
        Some(tenant) => tenant::narrowed(&*contents, path, &chosen, tenant)?,
        None => chosen,
    };
    let typing = chosen.iter().find_map(|candidate| candidate.table.typing);
    evidence.extend(typing.map(|typing| typing.sentence().to_owned()));
    evidence.extend(chosen.iter().take(NAMED).flat_map(|candidate| match candidate.table.is_empty {
        true => vec![format!("{} is empty", candidate.table.name)],
        false => candidate.evidence.clone(),
    }));
    // What is said of the store is said by each of its tables.
    let doubts: IndexSet<&(FindingCode, String)> = chosen.iter().flat_map(|own| &own.doubts).collect();
    doubts.into_iter().for_each(|(code, says)| findings.note(*code, says.clone()));
    for own in &chosen {
        let rows = own.progress(&all).map(|table| contents.samples(std::slice::from_ref(table), SAMPLED_ROWS));
        // It is beside the events, which can be read all the same.
        let rows = rows.and_then(Result::ok).into_iter().flatten().next();
        let alone = chosen.len() == 1;
        evidence.extend(rows.and_then(|rows| own.sentence_of_progress(&rows, alone)));
    }
    if chosen.len() > 1 {
        let count = chosen.len();
        evidence.push(format!("these {count} tables are read together; --table T reads one of them alone"));
    }
    let mut parts = Vec::with_capacity(chosen.len());
    let mut stored = Vec::with_capacity(chosen.len());
    for candidates in chosen.chunk_by(Candidate::is_one_with) {
        let are_all = candidates.len() == chosen.len();
        let candidates = with_streams(&*contents, candidates, are_all, &mut evidence)?;
        let mut tables = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            let Bound { store, unit } = contents.store(candidate, candidate.mapping()?)?;
            match unit {
                Ok(sentence) => evidence.extend(sentence),
                Err(why) => findings.note(FindingCode::NoTime, why),
            }
            tables.push((Text::from(candidate.table.full_name().as_str()), store));
        }
        match candidates.first().and_then(|own| Some((&own.table, own.dialect.group()?))) {
            None => {
                let of = |own| documents(&*contents, own, &all, &mut findings);
                stored.extend(candidates.iter().map(of));
                parts.extend(tables);
            }
            Some((table, group)) => {
                stored.push(Vec::new());
                let store = several::together(tables).map(|rows| grouped::around(rows, group.clone()));
                parts.extend(store.map(|store| (Text::from(table.full_name().as_str()), store)));
            }
        }
    }
    let (Some(store), Some(Candidate { dialect, .. })) = (several::together(parts), chosen.first()) else {
        return Err(OpenError::NoTables(path.to_owned()));
    };
    Ok(Opened {
        store,
        path: path.to_owned(),
        real: std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        format: typing.map_or(engine, Typing::engine),
        dialect: dialect.id.clone(),
        framework: dialect.name.clone(),
        evidence,
        bytes,
        findings,
        documents: stored.into(),
    })
}

/// The candidates, which are read as one, with the member of their payloads that names the
/// stream, where that is to be found by them; one that the user named must be there.
fn with_streams(
    contents: &dyn Contents,
    candidates: &[Candidate],
    are_all: bool,
    evidence: &mut Vec<String>,
) -> Result<Vec<Candidate>, OpenError> {
    let mut candidates = candidates.to_vec();
    let Some(dialect) = candidates.first().map(|own| own.dialect.clone()) else { return Ok(candidates) };
    let bind = |own: &Candidate| Ok(contents.store(own, own.mapping()?)?.store);
    let tables = || candidates.iter().map(bind).collect::<Result<Vec<_>, OpenError>>();
    if let Some((named, without)) = dialect.stream_by_hand() {
        stream_member::check(&tables()?, &named, without)?;
    } else if dialect.seeks_stream() {
        let (path, sentence) = stream_member::find(&tables()?, &dialect)?;
        // Of other tables another is told.
        let names = candidates.iter().map(|own| own.table.name.as_str()).collect::<Vec<_>>().join(", ");
        evidence.extend(sentence.map(|said| if are_all { said } else { format!("in {names} {said}") }));
        candidates.iter_mut().for_each(|own| own.dialect = own.dialect.with_stream(&path));
    }
    Ok(candidates)
}

/// The tables of a store, and which of them are read as what.
type Understood = (Vec<Table>, Result<Vec<Candidate>, OpenError>);

/// Finds out what the tables mean. Where the first rows do not tell, it looks
/// further, to the end of the store or for as long as that may take.
fn understand(
    path: &Path,
    engine: &str,
    contents: &dyn Contents,
    choice: &OpenChoice,
    findings: &mut Findings,
) -> Result<Understood, OpenError> {
    let mut reach = Reach::first();
    loop {
        let Tables { list, is_all } = contents.tables(reach)?;
        let mut found = Findings::default();
        let chosen = choose(path, engine, &list, choice, &mut found);
        let may_be_further = chosen.as_ref().is_err_and(OpenError::is_about_rows);
        match reach.further().filter(|_| may_be_further && !is_all) {
            Some(further) => reach = further,
            None => {
                findings.absorb(&mut found);
                return Ok((list, chosen));
            }
        }
    }
}

/// The last part of a path, as shown.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The same without its ending, and that of what it is packed with: `a` of `a.json.gz`.
fn plain_name(path: &Path) -> String {
    let is_packed = |ending: &std::ffi::OsStr| PACKED.iter().any(|own| ending.eq_ignore_ascii_case(own));
    let name = Path::new(path.file_name().unwrap_or(path.as_os_str()));
    let inner = name.file_stem().filter(|_| name.extension().is_some_and(is_packed)).map_or(name, Path::new);
    inner.file_stem().unwrap_or(inner.as_os_str()).to_string_lossy().into_owned()
}

/// Removes what programs left in the cache that were killed while they made a copy.
pub fn sweep(cache: &Path) {
    sqlite::sweep(cache);
    spool::sweep(cache);
}
