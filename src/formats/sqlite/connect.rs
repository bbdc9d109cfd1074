//! [`Timed`]: a connection that does not trust what it opens, and whose reads end in time.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::guard::failed;
use crate::formats::ReadError;
use crate::formats::bytes::Locking;

/// Longest text or blob taken.
const MAX_VALUE_BYTES: i32 = 256 << 20;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As if nobody could change it: without locks.
    Immutable,
    /// With locks, as SQLite reads beside writers.
    Shared,
    /// A file of our own.
    Own,
}

/// A connection whose reads are broken off when one takes too long.
pub(super) struct Timed {
    conn: Connection,
    /// Milliseconds after `epoch` at which the read under way is broken off.
    until: Arc<AtomicU64>,
    epoch: Instant,
    /// Dropped after the connection.
    _locking: Option<Locking>,
}

impl Timed {
    pub fn open(path: &Path, mode: Mode) -> Result<Timed, ReadError> {
        let fail = |source| failed(path, source);
        let (query, access) = match mode {
            Mode::Immutable => ("immutable=1", OpenFlags::SQLITE_OPEN_READ_ONLY),
            Mode::Shared => ("mode=ro", OpenFlags::SQLITE_OPEN_READ_ONLY),
            Mode::Own => ("mode=rwc", OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE),
        };
        let locking = (mode == Mode::Shared).then(Locking::begin);
        let flags = access | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(format!("{}?{query}", uri(path)), flags).map_err(fail)?;
        let (until, epoch) = (Arc::new(AtomicU64::new(u64::MAX)), Instant::now());
        let watched = Arc::clone(&until);
        let late = move || epoch.elapsed().as_millis() as u64 > watched.load(Ordering::Relaxed);
        conn.progress_handler(10_000, Some(late)).map_err(fail)?;
        conn.busy_timeout(Duration::from_millis(250)).map_err(fail)?;
        for (config, on) in [
            // A stranger's schema must not call functions.
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            // A column that vanished is an error, not the text of its name.
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            // Whoever reads a log does not move it into the file.
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode == Mode::Shared),
        ] {
            conn.set_db_config(config, on).map_err(fail)?;
        }
        for (limit, value) in [
            // No value is larger than memory.
            (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
        ] {
            conn.set_limit(limit, value).map_err(fail)?;
        }
        Ok(Timed { conn, until, epoch, _locking: locking })
    }

    /// The read under way, or the next, is broken off after `time` from now.
    pub fn end_in(&self, time: Duration) {
        let until = self.epoch.elapsed() + time;
        self.until.store(until.as_millis() as u64, Ordering::Relaxed);
    }

    /// Runs a read that is broken off after `time`.
    pub fn run<T>(&self, time: Duration, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        self.end_in(time);
        read(&self.conn)
    }
}

impl Deref for Timed {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.conn
    }
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
