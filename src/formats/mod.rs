//! Containers: the only code that opens stores, and it opens them read-only.
//!
//! Adding one is one file that implements [`Container`], [`Store`] and [`StoreReader`],
//! and one line in `CONTAINERS`. What a framework's tables mean is no business of a
//! container: that is a dialect, which [`open`] finds by columns.
//!
//! No row of data makes a read fail: bad data is a [`Findings`] entry. `Err` means the
//! store itself can no longer be read.

mod json_lines;
pub mod page;
mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dialect::{Candidate, Dialect, DialectError, MapOverride, Mapping, Table, catalog, detect};
use crate::model::{Findings, Helpful, RowKey, Version};

pub use page::{EventPage, PageRow, PayloadPage, Stored};

/// Every container we read.
const CONTAINERS: &[&dyn Container] = &[&sqlite::Sqlite, &json_lines::JsonLines];

/// Rows in a page of a scan, at most.
pub const PAGE_ROWS: usize = 4_096;
/// Bytes after which a page is full.
pub const PAGE_BYTES: usize = 8 << 20;

/// A kind of file or folder that can hold events.
pub trait Container: Sync {
    /// The word that dialects use in `engines`.
    fn engine(&self) -> &'static str;
    /// Looks at the first bytes only. `Err` says in a few words why not.
    fn accepts(&self, head: &[u8]) -> Result<(), String>;
    /// Lists the tables, or the shape of the lines.
    ///
    /// # Errors
    /// Where the file cannot be read.
    fn tables(&self, place: &Place) -> Result<Vec<Table>, OpenError>;
    /// Binds the file to what its columns mean.
    ///
    /// # Errors
    /// Where the file cannot be read.
    fn store(&self, place: &Place, table: &Table, mapping: Mapping) -> Result<Arc<dyn Store>, OpenError>;
}

/// An opened store: makes readers, one for each thread.
pub trait Store: Send + Sync {
    /// # Errors
    /// Where the file can no longer be read.
    fn reader(&self) -> Result<Box<dyn StoreReader>, ReadError>;
    fn mapping(&self) -> &Mapping;
    /// The order of a scan is the store's own order over everything; found out when the store is opened.
    fn has_global_order(&self) -> bool;
}

/// Where a scan goes on; opaque, made by the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanCursor(pub i64);

impl ScanCursor {
    /// Before everything.
    pub const START: ScanCursor = ScanCursor(i64::MIN);
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

/// A run of events of one stream, for readers that find them faster together.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub stream: &'a str,
    pub first: Version,
    pub last: Version,
}

/// Did the store change since the reader last looked?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreChange {
    Same,
    /// Something was written; a scan from the old cursor tells what.
    Written,
    /// Another file, or older content, stands there now.
    Replaced,
}

/// Reads one store on one thread.
pub trait StoreReader: Send {
    /// Clears `page` and fills it with headers from `cursor` on.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn scan(&mut self, cursor: ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError>;

    /// Appends to `page` the whole rows of `keys` that exist, in that order.
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn fetch(
        &mut self,
        keys: &[RowKey],
        run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), ReadError>;

    /// Clears `page` and fills it with the payloads of `keys`, which ascend, in any order;
    /// those of rows that are gone are left out. Returns how many of the keys, from the
    /// front, were looked at: at least one. `run` is as in [`StoreReader::fetch`].
    ///
    /// # Errors
    /// Where the store itself cannot be read.
    fn payloads(&mut self, keys: &[RowKey], run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError>;

    /// Looks at the file's outside; cheap.
    ///
    /// # Errors
    /// Where the file is gone.
    fn change(&mut self, cursor: ScanCursor) -> Result<StoreChange, ReadError>;
}

/// A store's file, and where we may put copies of it.
#[derive(Clone, Debug)]
pub struct Place {
    pub path: PathBuf,
    /// Folder for working copies; never the store's own.
    pub cache: PathBuf,
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
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.path.display(), self.dialect)
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    #[error("{} is a folder, and none of its files tells that it is a store", .0.display())]
    Folder(PathBuf),
    #[error("{} is empty (0 bytes)", .0.display())]
    Empty(PathBuf),
    #[error("{} is no event store: {reason}", .path.display())]
    NotAStore { path: PathBuf, reason: String, help: String },
    #[error("{}: no framework is known by these columns: {}", .path.display(), .tables.join("; "))]
    Unmapped { path: PathBuf, tables: Vec<String> },
    #[error("{} could be {}", .path.display(), .candidates.join(", or "))]
    Tie { path: PathBuf, candidates: Vec<String> },
    #[error("{}: the dialect {dialect} does not fit its tables: {}", .path.display(), .tables.join("; "))]
    DoesNotFit { path: PathBuf, dialect: String, tables: Vec<String> },
    #[error("there is no dialect {0}")]
    UnknownDialect(String, Vec<String>),
    #[error(transparent)]
    Dialect(#[from] DialectError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Helpful for OpenError {
    fn help(&self) -> String {
        match self {
            OpenError::Missing(_) => "check the path".to_owned(),
            OpenError::Folder(_) => "name the store's file inside it".to_owned(),
            OpenError::Empty(_) => "the program that writes it may not have started; try again later".to_owned(),
            OpenError::NotAStore { help, .. } => help.clone(),
            OpenError::Unmapped { .. } => "point at the columns: --table T --map \
                stream=COL,version=COL,type=COL,data=COL,time=COL"
                .to_owned(),
            OpenError::Tie { .. } => "choose one with --dialect ID, or a table with --table T".to_owned(),
            OpenError::DoesNotFit { .. } => "leave --dialect out to have it found by the columns".to_owned(),
            OpenError::UnknownDialect(_, known) => format!("the dialects are {}", known.join(", ")),
            OpenError::Dialect(_) => "correct the dialect, or the --map option".to_owned(),
            OpenError::Read(error) => error.help(),
        }
    }
}

/// Why reading an opened store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    #[error("reading failed: {source}: {}", .path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("SQLite cannot read it: {source}: {}", .path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error("its pages change faster than they can be read: {}", .path.display())]
    Restless { path: PathBuf },
    #[error("there is no room for a copy of {need} bytes: {}", .path.display())]
    NoSpace { path: PathBuf, need: u64 },
}

impl Helpful for ReadError {
    fn help(&self) -> String {
        match self {
            ReadError::Io { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                "ask for permission to read the file".to_owned()
            }
            ReadError::Io { .. } => "check that the disk is still there, then open it again".to_owned(),
            ReadError::Sqlite { source, .. } => match source.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => {
                    "the file is damaged or encrypted; decrypt it first".to_owned()
                }
                Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
                    "the file is damaged; try a backup, or a copy made by `sqlite3 FILE .recover`".to_owned()
                }
                _ => "close the program that locks it, or open a copy".to_owned(),
            },
            ReadError::Restless { .. } => "try again when the writer pauses, or open a copy".to_owned(),
            ReadError::NoSpace { .. } => "free some space, or set EVENTGLASS_HOME to another disk".to_owned(),
        }
    }
}

/// Opens the store at `path`: finds its container by its bytes and its dialect by its columns.
///
/// # Errors
/// See [`OpenError`]; every one says what to do.
pub fn open(path: &Path, cache: &Path, choice: &OpenChoice) -> Result<Opened, OpenError> {
    let io = |source: std::io::Error| ReadError::Io { path: path.to_owned(), source };
    let meta = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(OpenError::Missing(path.to_owned()));
        }
        meta => meta.map_err(io)?,
    };
    if meta.is_dir() {
        return Err(OpenError::Folder(path.to_owned()));
    }
    if !meta.is_file() {
        // Reading it could wait for ever, or never end.
        let (reason, help) = ("it is a pipe or a device", "write what it gives into a file, and open that");
        return Err(OpenError::NotAStore { path: path.to_owned(), reason: reason.to_owned(), help: help.to_owned() });
    }
    let head = read_head(path).map_err(io)?;
    if head.is_empty() {
        return Err(OpenError::Empty(path.to_owned()));
    }
    let mut reasons = Vec::new();
    let container = CONTAINERS.iter().find(|container| match container.accepts(&head) {
        Ok(()) => true,
        Err(reason) => {
            reasons.push(reason);
            false
        }
    });
    let Some(container) = container else { return Err(not_a_store(path, &head, reasons)) };
    let place = Place { path: path.to_owned(), cache: cache.to_owned() };
    let tables = container.tables(&place)?;
    let candidate = choose(path, container.engine(), &tables, choice)?;
    let mapping = candidate.dialect.mapping(&candidate.table)?;
    Ok(Opened {
        store: container.store(&place, &candidate.table, mapping)?,
        path: path.to_owned(),
        real: std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        format: container.engine(),
        dialect: candidate.dialect.id.clone(),
        framework: candidate.dialect.name.clone(),
        evidence: candidate.evidence,
        bytes: meta.len(),
    })
}

fn choose(path: &Path, engine: &str, tables: &[Table], choice: &OpenChoice) -> Result<Candidate, OpenError> {
    let shapes = || tables.iter().map(|table| format!("{} ({})", table.name, table.columns.join(", "))).collect();
    let wanted = |table: &Table| choice.map.table.as_ref().is_none_or(|name| table.name.eq_ignore_ascii_case(name));
    let tables: Vec<Table> = tables.to_vec();
    let dialects = if choice.map.columns.is_empty() {
        let all = catalog(choice.dialects.as_deref())?;
        match &choice.dialect {
            None => all,
            Some(id) => {
                let known = all.iter().map(|dialect| dialect.id.clone()).collect();
                let one: Vec<Dialect> = all.into_iter().filter(|dialect| dialect.id == *id).collect();
                if one.is_empty() {
                    return Err(OpenError::UnknownDialect(id.clone(), known));
                }
                one
            }
        }
    } else {
        vec![Dialect::from_map(&choice.map)?]
    };
    let mut found = detect(engine, &tables, &dialects);
    found.retain(|candidate| wanted(&candidate.table));
    match (found.first(), found.get(1)) {
        (Some(first), Some(second)) if first.matched == second.matched => {
            let same = found.iter().take_while(|candidate| candidate.matched == first.matched);
            let candidates = same.map(|c| format!("{} ({})", c.dialect.id, c.evidence.join("; "))).collect();
            Err(OpenError::Tie { path: path.to_owned(), candidates })
        }
        (Some(_), _) => Ok(found.swap_remove(0)),
        (None, _) => Err(match &choice.dialect {
            Some(id) => OpenError::DoesNotFit { path: path.to_owned(), dialect: id.clone(), tables: shapes() },
            None => OpenError::Unmapped { path: path.to_owned(), tables: shapes() },
        }),
    }
}

/// Bytes looked at to tell a container.
const HEAD_BYTES: u64 = 64 << 10;

fn read_head(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// Names what the file is instead, where its first bytes tell.
fn not_a_store(path: &Path, head: &[u8], reasons: Vec<String>) -> OpenError {
    const KNOWN: [(&[u8], &str, &str); 9] = [
        (b"\x89PNG", "it is a PNG image", "open a store file instead"),
        (b"\xff\xd8\xff", "it is a JPEG image", "open a store file instead"),
        (b"GIF8", "it is a GIF image", "open a store file instead"),
        (b"%PDF", "it is a PDF document", "open a store file instead"),
        (b"\x1f\x8b", "it is compressed with gzip", "unpack it first: gunzip --keep FILE"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstd", "unpack it first: unzstd FILE"),
        (b"PK\x03\x04", "it is a zip archive", "unpack it first: unzip FILE"),
        (b"\xff\xfe", "it is UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW"),
        (b"\xfe\xff", "it is UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW"),
    ];
    let known = KNOWN.iter().find(|(magic, _, _)| head.starts_with(magic));
    let (reason, help) = match known {
        Some((_, reason, help)) => ((*reason).to_owned(), (*help).to_owned()),
        None => (
            reasons.join(", and "),
            "open a SQLite file or a file of JSON lines; an encrypted store must be decrypted first".to_owned(),
        ),
    };
    OpenError::NotAStore { path: path.to_owned(), reason, help }
}

/// The last part of a path, as shown.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
