//! Containers: the only code that opens stores, and it opens them read-only.
//!
//! The way of a store: a `Probe` looks at what stands at a [`Location`]; layers such as
//! compression are taken off (`layers`, `spool`); the first of `CONTAINERS` that knows the
//! rest lists its tables; a dialect is found by their columns; the container binds both to a
//! [`Store`]. The way of a row: container, cells, `row`, page; then to the index, or decoded
//! to an event.
//!
//! Adding a container is one file that implements `Container`, `Readers`, [`Scanner`] and
//! [`Fetcher`], and one line in `CONTAINERS`. What a framework's tables mean is no business
//! of a container: that is a dialect.
//!
//! No row of data makes a read fail: bad data is a [`Findings`] entry. `Err` means the
//! store itself can no longer be read.

mod bytes;
mod choose;
mod dump;
mod error;
mod json_lines;
mod layers;
pub mod page;
mod probe;
mod row;
mod several;
mod spool;
mod sql;
mod sqlite;
mod survey;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dialect::guess::TableSample;
use crate::dialect::{Candidate, Cell, Layout, MapOverride, Mapping, Table};
use crate::model::{Content, FindingCode, Findings, Node, Number, RowKey, Text, Version};
use bytes::{Bytes, FileBytes};
use choose::{NAMED, choose, with_rows};
pub use error::{OpenError, ReadError, TieChoice};
pub use page::{EventPage, PageRow, PayloadPage, Stored};
pub use probe::Location;
use probe::{Kind, Probe};
use spool::Spool;
pub use survey::{ColumnShape, Survey, TableShape, survey};

/// Every container we read.
const CONTAINERS: &[&dyn Container] = &[
    &sqlite::Sqlite,
    &json_lines::JsonLines,
    &dump::Dump(dump::Flavour::Postgres),
    &dump::Dump(dump::Flavour::MySql),
    &dump::Dump(dump::Flavour::Sqlite),
    &dump::Dump(dump::Flavour::SqlServer),
    &dump::Dump(dump::Flavour::CopyText),
    &dump::Dump(dump::Flavour::Csv),
];

/// Rows in a page of a scan, at most.
pub const PAGE_ROWS: usize = 4_096;
/// Bytes after which a page is full.
pub const PAGE_BYTES: usize = 8 << 20;

/// A kind of file, folder or server that can hold events.
trait Container: Sync {
    /// The word that dialects use in `engines`.
    fn engine(&self) -> &'static str;
    /// Looks at the probe only. `Err` says in a few words why not.
    fn accepts(&self, probe: &Probe) -> Result<(), String>;
    /// Lists the tables, or the shape of the lines.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn tables(&self, source: &Source) -> Result<Vec<Table>, OpenError>;
    /// The first rows of each table, to guess by what an unknown one holds.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn samples(&self, source: &Source, tables: &[Table]) -> Result<Vec<TableSample>, ReadError>;
    /// Binds the store to what its columns mean.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn store(&self, source: Source, candidate: &Candidate, mapping: Mapping) -> Result<Arc<dyn Store>, OpenError>;
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
    /// A payload as it is shown, from its bytes as stored.
    fn shown(&self, payload: &[u8]) -> Node;
    /// A payload that is stored as a JSON object or array is shown as it is stored.
    fn shows_json_as_stored(&self) -> bool {
        false
    }
    /// Looks whether the container itself is whole, where it has something to tell by; says in a
    /// few words what was looked at.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    fn verify(&self, _notes: &mut Findings) -> Result<&'static str, ReadError> {
        Ok("nothing, it has no checksums")
    }
    /// What of its table is read as what; `None` where no table alone is the store.
    fn layout(&self) -> Option<Layout> {
        None
    }
    /// The order of a scan is the store's own order over everything; found out when the store is opened.
    fn has_global_order(&self) -> bool;
    /// The number of a stream's first event, where the store counts none.
    fn first_version(&self) -> i64 {
        1
    }
    /// What the stores are called that it is made of; none where it is one.
    fn parts(&self) -> &[Text] {
        &[]
    }
    /// In which of them a row is: streams of different ones are different streams.
    fn part_of(&self, _row: RowKey) -> u16 {
        0
    }
}

/// Makes readers of one store: all that a container adds to a dialect.
trait Readers: Send + Sync {
    type Reader: Scanner + Fetcher + 'static;
    /// # Errors
    /// Where the store can no longer be read.
    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Self::Reader, ReadError>;
    /// As [`Store::verify`].
    ///
    /// # Errors
    /// Where the store can no longer be read.
    fn verify(&self, _notes: &mut Findings) -> Result<&'static str, ReadError> {
        Ok("nothing, it has no checksums")
    }
}

/// A store whose rows a dialect explains.
struct DialectStore<R> {
    readers: R,
    mapping: Arc<Mapping>,
    /// The order of a scan is the store's own.
    ordered: bool,
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

    fn shown(&self, payload: &[u8]) -> Node {
        self.mapping.decode_payload(Cell::Bytes(payload)).node
    }

    fn shows_json_as_stored(&self) -> bool {
        self.mapping.shows_json_as_stored()
    }

    fn verify(&self, notes: &mut Findings) -> Result<&'static str, ReadError> {
        self.readers.verify(notes)
    }

    fn layout(&self) -> Option<Layout> {
        Some(self.mapping.layout())
    }

    fn has_global_order(&self) -> bool {
        self.ordered
    }

    fn first_version(&self) -> i64 {
        self.mapping.first_version()
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
                Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Cut(bytes, _) => page.push(row.key, Some(bytes)),
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
}

impl Source {
    fn bytes(&self) -> Result<Arc<dyn Bytes>, ReadError> {
        match &self.inside {
            Inside::Folder => Err(ReadError::io(&self.path, std::io::ErrorKind::IsADirectory.into())),
            Inside::File(file) => Ok(Arc::<FileBytes>::clone(file)),
            Inside::Unpacked(spool) => Ok(Arc::<Spool>::clone(spool)),
        }
    }

    /// A file with these bytes, for containers that need one.
    fn file(&self) -> Result<PathBuf, ReadError> {
        match &self.inside {
            Inside::Folder | Inside::File(_) => Ok(self.path.clone()),
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
    let Entered { path, container, source, bytes, mut evidence } = enter(location, cache)?;
    let tables = container.tables(&source)?;
    let mut findings = Findings::default();
    let chosen = choose(path, container.engine(), &tables, choice, &mut findings).map_err(|error| {
        // Without samples the error says less, and is the same.
        let samples = || container.samples(&source, &tables).unwrap_or_default();
        with_rows(error, samples)
    })?;
    evidence.extend(chosen.iter().take(NAMED).flat_map(|candidate| candidate.evidence.iter().cloned()));
    if chosen.len() > 1 {
        let count = chosen.len();
        evidence.push(format!("these {count} tables are read together; --table T reads one of them alone"));
    }
    let mut parts = Vec::with_capacity(chosen.len());
    for candidate in &chosen {
        let mut mapping = candidate.mapping()?;
        if mapping.lacks_unit() {
            let store = container.store(source.clone(), candidate, mapping.clone())?;
            match mapping.guess_unit(&first_times(&*store)) {
                Ok(sentence) => evidence.extend(sentence),
                Err(why) => findings.note(FindingCode::NoTime, why),
            }
        }
        let store = container.store(source.clone(), candidate, mapping)?;
        parts.push((Text::from(candidate.table.full_name().as_str()), store));
    }
    let (Some(store), Some(Candidate { dialect, .. })) = (several::together(parts), chosen.first()) else {
        return Err(OpenError::NoTables(path.to_owned()));
    };
    Ok(Opened {
        store,
        path: path.to_owned(),
        real: std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        format: container.engine(),
        dialect: dialect.id.clone(),
        framework: dialect.name.clone(),
        evidence,
        bytes,
        findings,
    })
}

/// A store whose container is known, and nothing else of it.
struct Entered<'l> {
    path: &'l Path,
    container: &'static dyn Container,
    source: Source,
    /// Size of the file itself.
    bytes: u64,
    evidence: Vec<String>,
}

fn enter<'l>(location: &'l Location, cache: &Path) -> Result<Entered<'l>, OpenError> {
    let Location::Path(path) = location else { return Err(OpenError::Server(location.clone())) };
    let mut probe = Probe::of(path)?;
    let mut evidence = Vec::new();
    let (inside, bytes) = take_off_layers(path, cache, &mut probe, &mut evidence)?;
    let mut reasons = Vec::new();
    let container = CONTAINERS.iter().find(|container| match container.accepts(&probe) {
        Ok(()) => true,
        Err(reason) => {
            reasons.push(reason);
            false
        }
    });
    let container = match (container, &probe.kind) {
        (Some(container), _) => container,
        (None, Kind::Folder(names)) => return Err(folder(path, names)),
        (None, Kind::File(head)) => return Err(not_a_store(path, &head.bytes, reasons)),
    };
    let source = Source { path: path.to_owned(), cache: cache.to_owned(), inside };
    Ok(Entered { path, container: *container, source, bytes, evidence })
}

/// The times of the first page of a scan that are numbers.
fn first_times(store: &dyn Store) -> Vec<Number> {
    let (mut page, mut notes) = (EventPage::default(), Findings::default());
    // What cannot be read now is told when the store is scanned.
    let scanned = store.scanner().and_then(|mut scanner| scanner.scan(&ScanCursor::START, &mut page, &mut notes));
    if scanned.is_err() {
        return Vec::new();
    }
    page.iter().filter_map(|row| row.time_text.and_then(Number::parse)).collect()
}

/// Finds what is inside all layers, and puts how that begins into the probe. The number is
/// the size of the file itself.
fn take_off_layers(
    path: &Path,
    cache: &Path,
    probe: &mut Probe,
    evidence: &mut Vec<String>,
) -> Result<(Inside, u64), OpenError> {
    let Kind::File(head) = &mut probe.kind else { return Ok((Inside::Folder, 0)) };
    if head.bytes.is_empty() {
        return Err(OpenError::Empty(path.to_owned()));
    }
    let (layers, inner) = layers::find(path, std::mem::take(head)).map_err(|(reason, help)| OpenError::NotAStore {
        path: path.to_owned(),
        reason,
        help,
    })?;
    *head = inner;
    if layers.is_empty() {
        return Ok((Inside::File(probe.file()?), probe.len));
    }
    evidence.extend(layers.iter().map(|layer| layer.sentence().to_owned()));
    evidence.push("it is read from an unpacked copy in the cache".to_owned());
    let spool = Spool::open(path, layers, cache).map_err(|error| ReadError::io(path, error))?;
    Ok((Inside::Unpacked(Arc::new(spool)), probe.len))
}

/// A folder that no container knows, with the file inside it that may be meant.
fn folder(path: &Path, names: &[OsString]) -> OpenError {
    const ENDINGS: [&str; 6] = ["db", "sqlite", "sqlite3", "jsonl", "ndjson", "json"];
    let mut files: Vec<&Path> = names.iter().map(Path::new).collect();
    files.sort();
    let ends = |file: &&&Path| file.extension().and_then(OsStr::to_str).is_some_and(|end| ENDINGS.contains(&end));
    OpenError::Folder { path: path.to_owned(), store: files.iter().find(ends).map(|file| path.join(file)) }
}

/// Names what the file is instead, where its first bytes tell.
fn not_a_store(path: &Path, head: &[u8], reasons: Vec<String>) -> OpenError {
    const KNOWN: [(&[u8], &str, &str); 7] = [
        (b"\x89PNG", "it is a PNG image", "open a store file instead"),
        (b"\xff\xd8\xff", "it is a JPEG image", "open a store file instead"),
        (b"GIF8", "it is a GIF image", "open a store file instead"),
        (b"%PDF", "it is a PDF document", "open a store file instead"),
        (b"PK\x03\x04", "it is a zip archive inside another file", "unpack it first: unzip FILE"),
        (b"BZh", "it is compressed with bzip2", "unpack it first: bunzip2 --keep FILE"),
        (b"\xfd7zXZ", "it is compressed with xz", "unpack it first: unxz --keep FILE"),
    ];
    let known = KNOWN.iter().find(|(magic, _, _)| head.starts_with(magic));
    let (reason, help) = match known {
        Some((_, reason, help)) => ((*reason).to_owned(), (*help).to_owned()),
        None if head.get(257..262) == Some(b"ustar") => {
            ("it is a tar archive".to_owned(), "unpack it first: tar -xf FILE".to_owned())
        }
        None => (
            reasons.into_iter().filter(|reason| !reason.is_empty()).collect::<Vec<_>>().join(", and "),
            "open a SQLite file, a file of JSON lines or a dump; an encrypted store must be decrypted first".to_owned(),
        ),
    };
    OpenError::NotAStore { path: path.to_owned(), reason, help }
}

/// The last part of a path, as shown.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
