//! [`Guarded`]: reads a SQLite file without disturbing it or its writer, and knows whether
//! what it read can be trusted.
//!
//! How is decided anew at every opening, from what is seen outside ([`Way`]):
//! (a) nothing beside the file: `immutable=1`, so that no lock is taken; the file's change
//!     counter, size and time are compared around every read, and what was read while they
//!     moved is dropped and read again;
//! (b) a write-ahead log with its shared memory: `mode=ro`, transactions of one batch;
//! (c) a log without shared memory, or a journal whose writer was killed: a copy in our cache;
//! (d) a journal of a writer at work: it has a second to end; then as (b). Where the writer
//!     holds the file for itself, nobody can read it in its place: then as (c).
//!
//! At rest there is no connection; the next read makes one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::connect::{Mode, Timed};
use super::copy::{self, Copy, Folder};
use super::stamp::{Journal, Stamp, Way, is_held};
use crate::formats::bytes::FileBytes;
use crate::formats::{ReadError, StoreChange};
use crate::model::FindingCode;

/// A single read that takes longer is broken off: the file is damaged or hostile.
const READ_TIME: Duration = Duration::from_secs(5);
/// Reading all rows of a view may take so long, and the next of them so long: one that searches
/// without end gives none.
const ROWS_TIME: Duration = Duration::from_secs(60);
const ROW_TIME: Duration = Duration::from_secs(10);
/// Attempts to read while a writer commits, and the pause between them.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);
/// Refusals of a locked file, each after a wait of its own.
const REFUSALS: u32 = 50;
/// What a writer at work gets to end its transaction, and all writers together.
const PATIENCE: Duration = Duration::from_secs(1);
const ALL_PATIENCE: Duration = Duration::from_secs(10);

/// A store's file, and where we may put copies of it.
#[derive(Clone)]
pub(super) struct Place {
    pub path: PathBuf,
    /// Folder for working copies; never the store's own.
    pub cache: PathBuf,
    /// Where its rows have no key of their own.
    pub numbered: Option<Arc<Numbered>>,
}

/// Rows that are read from a copy in which they are numbered.
pub(super) struct Numbered {
    /// The table or view they are of.
    pub table: String,
    pub query: String,
    /// Places of the columns to find rows by.
    pub index: Option<(usize, usize)>,
    pub copy: Mutex<Option<Arc<Copy>>>,
}

/// How the file is reached just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// (a) without locks.
    Immutable,
    /// (b), (d) with locks, beside a writer.
    Shared,
    /// (c) a copy in the cache.
    Copy,
}

/// Why what is shown may not be what is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The log is too large to copy.
    NewestInLog,
    /// The journal of a change that was broken off is too large to copy.
    BrokenOff,
    /// A writer without a journal is at work.
    Uncommitted,
    /// The file is shorter than it says itself.
    CutOff,
}

impl Doubt {
    pub fn finding(self) -> (FindingCode, String) {
        let limit = copy::MAX_BYTES >> 30;
        match self {
            Doubt::NewestInLog => (
                FindingCode::TruncatedTail,
                format!("the newest events are in a log beside the file; over {limit} GiB it is not copied"),
            ),
            Doubt::BrokenOff => (
                FindingCode::Uncommitted,
                format!(
                    "a change that was broken off is partly in the file, and taking it back needs a copy; \
                     over {limit} GiB none is made"
                ),
            ),
            Doubt::CutOff => (
                FindingCode::Damaged,
                "the file is shorter than its head says: what its last pages held is lost or wrong".to_owned(),
            ),
            Doubt::Uncommitted => (
                FindingCode::Uncommitted,
                "a program holds the file for itself and keeps no journal: if it is in the middle of a change, \
                 rows are shown that it may still take back"
                    .to_owned(),
            ),
        }
    }
}

/// See the module above.
pub(super) struct Guarded {
    place: Place,
    /// `None` at rest.
    open: Option<Open>,
    /// The file as it was when it was opened last.
    seen: Seen,
}

/// A look at the file.
#[derive(Clone)]
struct Seen {
    stamp: Stamp,
    /// A later write cannot bear the same time.
    is_settled: bool,
}

struct Open {
    /// Several readers share the connection to a copy.
    conn: Arc<Mutex<Timed>>,
    access: Access,
    doubt: Option<Doubt>,
    seen: Seen,
    /// Behind the connection: it lives longer.
    file: FileBytes,
}

impl Guarded {
    pub fn open(place: Place) -> Result<Guarded, ReadError> {
        let mut open = Open::new(&place)?;
        if let Some(numbered) = &place.numbered {
            open = numbered.open(&place, open)?;
        }
        let seen = open.seen.clone();
        Ok(Guarded { place, open: Some(open), seen })
    }

    /// Lets go of everything that a writer would notice.
    pub fn rest(&mut self) {
        self.open = None;
    }

    fn opened(&mut self) -> Result<&Open, ReadError> {
        if self.open.is_none() {
            *self = Guarded::open(self.place.clone())?;
        }
        self.open.as_ref().ok_or_else(|| restless(&self.place.path))
    }

    /// What is seen of the store from outside now.
    pub fn stamp(&self) -> Result<Stamp, ReadError> {
        Stamp::of(&self.place.path, &handle(&self.place.path)?)
    }

    /// Why what was read last may not be what is committed.
    pub fn doubt(&self) -> Option<Doubt> {
        self.open.as_ref()?.doubt
    }

    /// Whether the store is still as it was when it was opened last.
    pub fn change(&mut self) -> Result<StoreChange, ReadError> {
        let file = handle(&self.place.path)?;
        let now = Stamp::of(&self.place.path, &file)?;
        if now.main.identity != self.seen.stamp.main.identity {
            return Ok(StoreChange::Replaced);
        }
        if now.has_same_commits(&self.seen.stamp) && self.seen.is_settled {
            return Ok(StoreChange::Same);
        }
        // An immutable connection, or one to a copy, would go on showing the old pages.
        self.rest();
        Ok(StoreChange::Written)
    }

    /// It was read from a copy that is older than the file: the next read makes a new one.
    pub fn is_old_copy(&mut self) -> Result<bool, ReadError> {
        let is_old = match &self.open {
            Some(open) if open.access == Access::Copy => open.has_moved(&self.place.path)?,
            _ => false,
        };
        if is_old {
            self.rest();
        }
        Ok(is_old)
    }

    /// Runs one read so that what it returns is of one moment, again where the file
    /// moved meanwhile.
    pub fn read<T>(&mut self, read: impl FnMut(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        self.read_within(READ_TIME, read)
    }

    /// [`Guarded::read`] that is broken off after `time`.
    pub fn read_within<T>(
        &mut self,
        time: Duration,
        mut read: impl FnMut(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        self.read_timed(time, |conn| read(conn))
    }

    /// [`Guarded::read_within`] of which the read itself may move the end.
    fn read_timed<T>(
        &mut self,
        time: Duration,
        mut read: impl FnMut(&Timed) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        let path = self.place.path.clone();
        let (begun, mut refusals) = (Instant::now(), 0);
        for _ in 0..ATTEMPTS {
            if begun.elapsed() > ALL_PATIENCE + time {
                break;
            }
            let open = self.opened()?;
            if open.must_reopen(&path)? {
                self.rest();
                continue;
            }
            let result = open.read(time, &mut read);
            if open.access == Access::Immutable && open.has_moved(&path)? {
                self.rest();
                std::thread::sleep(PAUSE);
                continue;
            }
            match result {
                Ok(value) => return Ok(value),
                // Side files come and go, and a writer may lock all others out for a moment.
                Err(error) if open.access == Access::Shared && !is_damage(&error) && refusals < REFUSALS => {
                    refusals += 1;
                    self.rest();
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(failed(&path, error)),
            }
        }
        Err(restless(&path))
    }
}

/// What is tried while a store is being opened.
struct Opening<'a> {
    place: &'a Place,
    begun: Instant,
    refusals: u32,
    /// The journal of the writer that is waited for, since when.
    waiting: Option<(Option<Journal>, Instant)>,
}

impl Open {
    fn new(place: &Place) -> Result<Open, ReadError> {
        let mut opening = Opening { place, begun: Instant::now(), refusals: 0, waiting: None };
        loop {
            if let Some(open) = opening.attempt()? {
                return Ok(open);
            }
            if opening.begun.elapsed() > ALL_PATIENCE {
                return Err(restless(&place.path));
            }
        }
    }

    fn read<T>(&self, time: Duration, read: &mut impl FnMut(&Timed) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        conn.end_in(time);
        // The transaction is one batch long.
        let transaction = (self.access == Access::Shared).then(|| conn.unchecked_transaction()).transpose()?;
        let result = read(&conn);
        drop(transaction);
        result
    }

    /// The file is no longer what it was when the connection was made.
    fn has_moved(&self, path: &Path) -> Result<bool, ReadError> {
        let now = Stamp::of(path, &self.file)?;
        Ok(match self.doubt {
            // Only the file itself is read, however its log grows.
            Some(Doubt::NewestInLog) => !now.has_same_file(&self.seen.stamp),
            _ if self.access == Access::Copy => !now.has_same_commits(&self.seen.stamp),
            _ => now != self.seen.stamp,
        })
    }

    /// The connection is of no use for the next read.
    fn must_reopen(&self, path: &Path) -> Result<bool, ReadError> {
        match self.access {
            Access::Immutable => self.has_moved(path),
            // The writer has ended: locks are no longer needed.
            Access::Shared => Ok(Stamp::of(path, &self.file)?.way() != self.seen.stamp.way()),
            Access::Copy => Ok(false),
        }
    }
}

/// The head tells how many pages of which size there are (SQLite's file format, 1.3.2 and 1.3.7),
/// where the last to write it knew to keep that number.
fn is_cut_off(file: &FileBytes) -> std::io::Result<bool> {
    let head = file.head(0, 100)?;
    let number = |at: usize| head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    let (Some(first), Some(counter), Some(pages), Some(valid)) = (number(16), number(24), number(28), number(92))
    else {
        return Ok(false);
    };
    let size = match first >> 16 {
        1 => 65_536,
        size => u64::from(size),
    };
    Ok(counter == valid && file.len()? < u64::from(pages) * size)
}

impl Opening<'_> {
    /// `None`: it must be tried again.
    fn attempt(&mut self) -> Result<Option<Open>, ReadError> {
        let path = &self.place.path;
        let file = handle(path)?;
        let stamp = Stamp::of(path, &file)?;
        let way = stamp.way();
        let is_held = way == Way::Alone && is_held(file.identity());
        if (way == Way::Journal || is_held) && self.waits_for(&stamp) {
            std::thread::sleep(PAUSE / 10);
            return Ok(None);
        }
        let seen = Seen { is_settled: stamp.is_settled(), stamp };
        match way {
            Way::Alone => {
                let cut = is_cut_off(&file).map_err(|error| ReadError::io(path, error))?.then_some(Doubt::CutOff);
                let doubt = if is_held { Some(Doubt::Uncommitted) } else { cut };
                Open::immutable(path, file, seen, doubt).map(Some)
            }
            Way::OrphanLog => self.copied(file, seen),
            Way::Log | Way::Journal => {
                let timed = Timed::open(path, Mode::Shared)?;
                let usable =
                    timed.run(READ_TIME, |conn| conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())));
                match usable {
                    Err(error) if !is_damage(&error) => {
                        drop(timed);
                        self.refused(file, seen, error)
                    }
                    _ => {
                        let conn = Arc::new(Mutex::new(timed));
                        Ok(Some(Open { conn, access: Access::Shared, doubt: None, seen, file }))
                    }
                }
            }
        }
    }

    /// A writer is at work, and has time left to end: a second for one transaction.
    fn waits_for(&mut self, stamp: &Stamp) -> bool {
        let is_same = |known: &Option<Journal>| match (known, &stamp.journal) {
            (Some(known), Some(journal)) => known.is_same(journal),
            (None, None) => true,
            _ => false,
        };
        let since = match &self.waiting {
            Some((journal, since)) if is_same(journal) => *since,
            _ => {
                self.waiting = Some((stamp.journal.clone(), Instant::now()));
                Instant::now()
            }
        };
        since.elapsed() < PATIENCE && stamp.quiet_for() < PATIENCE
    }

    /// SQLite does not let us in: a writer is in the way, or what is beside the file needs
    /// more than reading.
    fn refused(&mut self, file: FileBytes, seen: Seen, error: rusqlite::Error) -> Result<Option<Open>, ReadError> {
        let path = &self.place.path;
        if Stamp::of(path, &file)?.way() != seen.stamp.way() {
            return Ok(None);
        }
        let is_busy = matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
        if is_busy && seen.stamp.way() == Way::Log {
            self.refusals += 1;
            if self.refusals > REFUSALS {
                return Err(failed(path, error));
            }
            std::thread::sleep(PAUSE);
            return Ok(None);
        }
        self.copied(file, seen)
    }

    /// Through the copy that all readers of the file share.
    fn copied(&self, file: FileBytes, seen: Seen) -> Result<Option<Open>, ReadError> {
        match Copy::shared(self.place, &file, &seen.stamp)? {
            Some(copy) => {
                let (conn, stamp) = (Arc::clone(&copy.conn), copy.of.clone());
                let seen = Seen { stamp, ..seen };
                Ok(Some(Open { conn, access: Access::Copy, doubt: None, seen, file }))
            }
            None => {
                let doubt = if seen.stamp.journal.is_some() { Doubt::BrokenOff } else { Doubt::NewestInLog };
                Open::immutable(&self.place.path, file, seen, Some(doubt)).map(Some)
            }
        }
    }
}

impl Open {
    fn immutable(path: &Path, file: FileBytes, seen: Seen, doubt: Option<Doubt>) -> Result<Open, ReadError> {
        let conn = Arc::new(Mutex::new(Timed::open(path, Mode::Immutable)?));
        Ok(Open { conn, access: Access::Immutable, doubt, seen, file })
    }
}

impl Numbered {
    /// Through the copy of the rows, made anew where the store moved.
    fn open(&self, place: &Place, source: Open) -> Result<Open, ReadError> {
        let mut kept = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.as_ref().filter(|copy| copy.of.has_same_commits(&source.seen.stamp));
        let copy = match known {
            Some(copy) => Arc::clone(copy),
            None => {
                *kept = None;
                Arc::clone(kept.insert(Arc::new(self.copy(place)?)))
            }
        };
        let seen = Seen { stamp: copy.of.clone(), ..source.seen };
        Ok(Open { conn: Arc::clone(&copy.conn), access: Access::Copy, doubt: source.doubt, seen, file: source.file })
    }

    fn copy(&self, place: &Place) -> Result<Copy, ReadError> {
        let folder = Folder::new(&place.cache)?;
        let mut source = Guarded::open(Place { numbered: None, ..place.clone() })?;
        let target = Timed::open(&folder.store(), Mode::Own)?;
        let filled = source.read_timed(ROW_TIME, |source| {
            let begun = Instant::now();
            target.run(ROWS_TIME, |target| {
                let came = || source.end_in(ROW_TIME.min(ROWS_TIME.saturating_sub(begun.elapsed())));
                copy::fill(source, &self.query, self.index, target, came)?;
                target.execute_batch("COMMIT")
            })
        });
        drop(target);
        filled.map_err(|error| if is_late(&error) { self.endless(place).because(error) } else { error })?;
        Copy::open(folder, source.seen.stamp)
    }

    fn endless(&self, place: &Place) -> ReadError {
        let (table, path) = (&self.table, place.path.display());
        let (row, rows) = (ROW_TIME.as_secs(), ROWS_TIME.as_secs());
        let what = format!("{table} gave no row for {row} seconds, or not all of them in {rows}: {path}");
        ReadError::new(what, "it may never end: mend it, or name a table that has the rows with --table T")
    }
}

fn handle(path: &Path) -> Result<FileBytes, ReadError> {
    FileBytes::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => gone(path),
        _ => ReadError::io(path, error),
    })
}

pub(super) fn gone(path: &Path) -> ReadError {
    ReadError::io(path, std::io::Error::new(std::io::ErrorKind::NotFound, "the file is gone"))
}

pub(super) fn restless(path: &Path) -> ReadError {
    let what = format!("its pages change faster than they can be read: {}", path.display());
    ReadError::new(what, "try again when the writer pauses, or open a copy").passing()
}

pub(super) fn failed(path: &Path, source: rusqlite::Error) -> ReadError {
    let help = match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "the file is damaged or encrypted; decrypt it first",
        Some(ErrorCode::DatabaseCorrupt) => {
            "the file is damaged; try a backup, or a copy made by `sqlite3 FILE .recover`"
        }
        Some(ErrorCode::DiskFull) => "free some space, set EVENTGLASS_HOME to another disk, or name a smaller table",
        _ => "close the program that locks it, or open a copy",
    };
    ReadError::new(format!("SQLite cannot read it: {source}: {}", path.display()), help).because(source)
}

/// The read took longer than it may.
fn is_late(error: &ReadError) -> bool {
    code(error) == Some(ErrorCode::OperationInterrupted)
}

fn code(error: &ReadError) -> Option<ErrorCode> {
    std::error::Error::source(error)?.downcast_ref::<rusqlite::Error>()?.sqlite_error_code()
}

/// What was read is damaged, which other parts of the file need not be.
pub(super) fn is_damaged(error: &ReadError) -> bool {
    is_damage_code(code(error))
}

pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    is_damage_code(error.sqlite_error_code())
}

fn is_damage_code(code: Option<ErrorCode>) -> bool {
    matches!(
        code,
        Some(
            ErrorCode::DatabaseCorrupt
                | ErrorCode::OperationInterrupted
                | ErrorCode::TooBig
                | ErrorCode::SystemIoFailure
                | ErrorCode::NotADatabase
        )
    )
}
