//! [`Guarded`]: a connection to a SQLite file that disturbs neither it nor its writer, and
//! knows whether what it read can be trusted.
//!
//! Three cases, decided anew at every opening (see [`Access`]):
//! (a) nothing beside the file: `immutable=1`, so that no lock is taken; the file's
//!     change counter (bytes 24-27), size and time are compared around every read, and
//!     what was read while they moved is dropped and read again;
//! (b) a write-ahead log with its shared memory: `mode=ro`, transactions of one batch;
//! (c) a log without shared memory, or a hot journal: a copy in our cache is read.
//!
//! Format facts: <https://www.sqlite.org/fileformat2.html> sections 1.3, 3 and 4.1
//! (checked with SQLite 3.51).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::formats::ReadError;
use crate::formats::spool::is_gone;

/// A single read that takes longer is broken off: the file is damaged or hostile.
const READ_TIME: Duration = Duration::from_secs(5);
/// Attempts to read while a writer commits, and the pause between them.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);
/// Larger stores are not copied in case (c).
pub(super) const MAX_COPY_BYTES: u64 = 1 << 30;
/// Longest text or blob taken.
const MAX_VALUE_BYTES: i32 = 256 << 20;

/// A store's file, and where we may put copies of it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    /// Folder for working copies; never the store's own.
    pub cache: PathBuf,
}

/// How the file is reached just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// (a) nobody writes: immutable.
    Immutable,
    /// (b) beside a writer's log.
    Log,
    /// (c) a copy in the cache.
    Copy,
}

/// What can be seen of a store from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub main: Option<(u64, Option<SystemTime>, u64)>,
    /// Bytes 24-27 of the file, big-endian.
    counter: [u8; 4],
    log: Option<(u64, Option<SystemTime>)>,
    /// Bytes 16-23 of the log: its salts.
    salts: [u8; 8],
    journal: bool,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn head<const N: usize>(path: &Path) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

impl Stamp {
    pub fn of(path: &Path) -> Stamp {
        let outside = |path: &Path| std::fs::metadata(path).ok();
        let log = beside(path, "-wal");
        #[cfg(unix)]
        let inode = |meta: &std::fs::Metadata| std::os::unix::fs::MetadataExt::ino(meta);
        #[cfg(not(unix))]
        let inode = |_: &std::fs::Metadata| 0;
        let mut counter = [0; 4];
        if let Some(bytes) = head::<28>(path) {
            counter.copy_from_slice(&bytes[24..28]);
        }
        let mut salts = [0; 8];
        if let Some(bytes) = head::<24>(&log) {
            salts.copy_from_slice(&bytes[16..24]);
        }
        Stamp {
            main: outside(path).map(|meta| (meta.len(), meta.modified().ok(), inode(&meta))),
            counter,
            log: outside(&log).map(|meta| (meta.len(), meta.modified().ok())),
            salts,
            // A finished journal is gone, empty, or has a zeroed head (journal_mode PERSIST).
            journal: head::<8>(&beside(path, "-journal")).is_some_and(|magic| magic != [0; 8]),
        }
    }

    fn access(&self, path: &Path) -> Access {
        let memory = File::open(beside(path, "-shm")).is_ok();
        match (&self.log, self.journal) {
            (_, true) => Access::Copy,
            (Some(_), _) if memory => Access::Log,
            (Some((len, _)), _) if *len > 0 => Access::Copy,
            _ => Access::Immutable,
        }
    }
}

/// A connection that knows whether what it read can be trusted.
pub(super) struct Guarded {
    pub place: Place,
    conn: Timed,
    pub access: Access,
    pub stamp: Stamp,
    /// The copy's folder in case (c); removed when dropped.
    _copy: Option<CopyFolder>,
    /// The newest events are only in a log that was too large to copy.
    pub without_log: bool,
}

struct CopyFolder(PathBuf);

impl Drop for CopyFolder {
    fn drop(&mut self) {
        // Nothing to do about a failure: the cache is ours and may be deleted at any time.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Guarded {
    pub fn open(place: Place) -> Result<Guarded, ReadError> {
        let path = place.path.clone();
        let mut waited = 0;
        let mut may_copy = false;
        loop {
            let stamp = Stamp::of(&path);
            if stamp.main.is_none() {
                return Err(gone(&path));
            }
            let access = match stamp.access(&path) {
                Access::Log if may_copy => Access::Copy,
                access => access,
            };
            // A journal is hot for as long as a commit takes, or for ever after a crash:
            // give a living writer time before making a copy.
            if stamp.journal && waited < 20 {
                waited += 1;
                std::thread::sleep(PAUSE);
                continue;
            }
            let (conn, copy, without_log) = match access {
                Access::Immutable => (connect(&path, "immutable=1", OpenFlags::SQLITE_OPEN_READ_ONLY)?, None, false),
                Access::Log => {
                    let timed = connect(&path, "mode=ro", OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                    // A folder that we may not write to can make the shared memory useless
                    // to SQLite: then the copy.
                    let usable = timed.conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
                    match usable {
                        Err(error) if !is_damage(&error) && !may_copy => {
                            may_copy = true;
                            continue;
                        }
                        _ => (timed, None, false),
                    }
                }
                Access::Copy => match copy(&place, &stamp)? {
                    Some(folder) => {
                        let copied = folder.0.join("store");
                        // The copy is ours: SQLite may recover the log in it.
                        let conn = connect(&copied, "mode=rw", OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                        (conn, Some(folder), false)
                    }
                    None => (connect(&path, "immutable=1", OpenFlags::SQLITE_OPEN_READ_ONLY)?, None, true),
                },
            };
            let access = if without_log { Access::Immutable } else { access };
            return Ok(Guarded { place, conn, access, stamp, _copy: copy, without_log });
        }
    }

    /// The file is no longer what it was when the connection was made.
    pub fn moved(&self) -> bool {
        let now = Stamp::of(&self.place.path);
        if self.without_log {
            // Its log grows all the time; only the file itself is read.
            return now.main != self.stamp.main || now.counter != self.stamp.counter;
        }
        now != self.stamp
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
        let mut corrupt = 0;
        for _ in 0..ATTEMPTS {
            let result = match self.access {
                Access::Immutable => {
                    if self.moved() {
                        std::thread::sleep(PAUSE / 10);
                        *self = Guarded::open(self.place.clone())?;
                        continue;
                    }
                    let result = self.conn.run(time, &mut read);
                    if self.moved() {
                        std::thread::sleep(PAUSE);
                        *self = Guarded::open(self.place.clone())?;
                        continue;
                    }
                    result
                }
                Access::Log => {
                    // The transaction is one batch long.
                    self.conn.run(time, &mut |conn| {
                        let transaction = conn.unchecked_transaction()?;
                        let result = read(conn);
                        drop(transaction);
                        result
                    })
                }
                Access::Copy => self.conn.run(time, &mut read),
            };
            match result {
                Ok(value) => return Ok(value),
                Err(error) => {
                    let source_moved = self.access == Access::Log && !is_damage(&error);
                    let busy = matches!(
                        error.sqlite_error_code(),
                        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::CannotOpen)
                    );
                    if (busy || source_moved) && corrupt < 50 {
                        corrupt += 1;
                        std::thread::sleep(PAUSE);
                        *self = Guarded::open(self.place.clone())?;
                        continue;
                    }
                    return Err(failed(&self.place.path, error));
                }
            }
        }
        Err(restless(&self.place.path))
    }
}

pub(super) fn gone(path: &Path) -> ReadError {
    ReadError::io(path, std::io::Error::new(std::io::ErrorKind::NotFound, "the file is gone"))
}

fn restless(path: &Path) -> ReadError {
    let what = format!("its pages change faster than they can be read: {}", path.display());
    ReadError::new(what, "try again when the writer pauses, or open a copy").passing()
}

pub(super) fn failed(path: &Path, source: rusqlite::Error) -> ReadError {
    let help = match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "the file is damaged or encrypted; decrypt it first",
        Some(ErrorCode::DatabaseCorrupt) => {
            "the file is damaged; try a backup, or a copy made by `sqlite3 FILE .recover`"
        }
        _ => "close the program that locks it, or open a copy",
    };
    ReadError::new(format!("SQLite cannot read it: {source}: {}", path.display()), help).because(source)
}

/// What was read is damaged, which other parts of the file need not be.
pub(super) fn is_damaged(error: &ReadError) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<rusqlite::Error>());
    source.is_some_and(is_damage)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseCorrupt
                | ErrorCode::OperationInterrupted
                | ErrorCode::TooBig
                | ErrorCode::SystemIoFailure
                | ErrorCode::NotADatabase
        )
    )
}

/// A connection whose reads are broken off when one takes too long.
struct Timed {
    conn: Connection,
    /// Milliseconds after `epoch` at which the read under way is broken off.
    until: Arc<AtomicU64>,
    epoch: Instant,
}

impl Timed {
    fn run<T>(&self, time: Duration, read: &mut impl FnMut(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let until = self.epoch.elapsed() + time;
        self.until.store(until.as_millis() as u64, Ordering::Relaxed);
        read(&self.conn)
    }
}

fn connect(path: &Path, mode: &str, flags: OpenFlags) -> Result<Timed, ReadError> {
    let fail = |source| failed(path, source);
    let uri = format!("{}?{mode}", uri(path));
    let flags = flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(uri, flags).map_err(fail)?;
    let (until, epoch) = (Arc::new(AtomicU64::new(u64::MAX)), Instant::now());
    let watched = Arc::clone(&until);
    let late = move || epoch.elapsed().as_millis() as u64 > watched.load(Ordering::Relaxed);
    conn.progress_handler(10_000, Some(late)).map_err(fail)?;
    conn.busy_timeout(Duration::from_millis(250)).map_err(fail)?;
    // A stranger's schema must not call functions, nor a row be larger than memory.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(fail)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(fail)?;
    // A column that vanished is an error, not the text of its name.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(fail)?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
    ] {
        conn.set_limit(limit, value).map_err(fail)?;
    }
    Ok(Timed { conn, until, epoch })
}

/// The path as SQLite takes it for nothing else: no byte of a name means something.
fn uri(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut uri = String::from(if bytes.starts_with(b"/") { "file://" } else { "file:///" });
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            b':' if cfg!(windows) => uri.push(':'),
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri
}

/// Copies file, then log or journal, so that both are of one moment; `None` where the
/// store is too large to copy.
fn copy(place: &Place, stamp: &Stamp) -> Result<Option<CopyFolder>, ReadError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let io = |source| ReadError::io(&place.cache, source);
    let log = stamp.log.as_ref().map_or(0, |(len, _)| *len);
    let need = stamp.main.as_ref().map_or(0, |(len, _, _)| *len) + log;
    if need > MAX_COPY_BYTES {
        return Ok(None);
    }
    let serial = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = place.cache.join(format!("copy-{}-{serial}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(io)?;
    restrict(&folder).map_err(io)?;
    let folder = CopyFolder(folder);
    sweep(&place.cache);
    for _ in 0..ATTEMPTS {
        let before = Stamp::of(&place.path);
        for (suffix, wanted) in [("", true), ("-wal", before.log.is_some()), ("-journal", before.journal)] {
            let target = folder.0.join(format!("store{suffix}"));
            if !wanted {
                drop(std::fs::remove_file(target));
                continue;
            }
            let source = beside(&place.path, suffix);
            match std::fs::copy(&source, &target) {
                Ok(_) => {}
                // The side file went away meanwhile: the stamp differs, so once more.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                    let what = format!("there is no room for a copy of {need} bytes: {}", place.path.display());
                    return Err(
                        ReadError::new(what, "free some space, or set EVENTGLASS_HOME to another disk").because(error)
                    );
                }
                Err(source) => return Err(ReadError::io(&place.path, source)),
            }
            // A read-only original gives a read-only copy, which could not be recovered.
            writable(&target).map_err(io)?;
        }
        if Stamp::of(&place.path) == before {
            return Ok(Some(folder));
        }
        std::thread::sleep(PAUSE);
    }
    Err(restless(&place.path))
}

/// Removes copies whose program was killed before it could.
fn sweep(cache: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("copy-")?.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(is_gone) {
            drop(CopyFolder(entry.path()));
        }
    }
}

/// Only for us: it holds somebody's data.
fn restrict(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    let _ = folder;
    Ok(())
}

fn writable(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?;
    }
    let _ = file;
    Ok(())
}
