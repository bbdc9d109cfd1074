//! SQLite files, read without ever disturbing them or their writer.
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

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    Container, EventPage, OpenError, PAGE_BYTES, PAGE_ROWS, PageRow, PayloadPage, Place, ReadError, Run, ScanCursor,
    ScanStep, Store, StoreChange, StoreReader, Stored,
};
use crate::dialect::Table;
use crate::dialect::mapping::{Cell, Mapping};
use crate::model::{Finding, FindingCode, Findings, Position, RowKey, Version};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// A scan step's transaction ends after this, however few rows it gave: a writer's
/// checkpoint waits for no more.
const BATCH_TIME: Duration = Duration::from_millis(80);
/// A single read that takes longer is broken off: the file is damaged or hostile.
const READ_TIME: Duration = Duration::from_secs(5);
/// Attempts to read while a writer commits, and the pause between them.
const ATTEMPTS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);
/// Larger stores are not copied in case (c).
const MAX_COPY_BYTES: u64 = 1 << 30;
/// Rows passed over for each one that is wanted, at most, when a search reads rows as they lie.
const FEW_BETWEEN: u64 = 8;
/// Longest text or blob taken.
const MAX_VALUE_BYTES: i32 = 256 << 20;
/// Tables and columns looked at.
const MAX_TABLES: usize = 2_000;

pub(super) struct Sqlite;

impl Container for Sqlite {
    fn engine(&self) -> &'static str {
        "sqlite"
    }

    fn accepts(&self, head: &[u8]) -> Result<(), String> {
        if head.starts_with(MAGIC) { Ok(()) } else { Err("it does not begin like a SQLite file".to_owned()) }
    }

    fn tables(&self, place: &Place) -> Result<Vec<Table>, OpenError> {
        let mut file = Guarded::open(place.clone())?;
        Ok(file.read(tables)?)
    }

    fn store(&self, place: &Place, table: &Table, mapping: Mapping) -> Result<Arc<dyn Store>, OpenError> {
        let ordered = match mapping.position_column() {
            // A scan goes by rowid. The position is the rowid where its column is one's alias.
            Some(column) => {
                column == "rowid"
                    || Guarded::open(place.clone())?
                        .read(|conn| is_rowid_alias(conn, &table.name, column))
                        .unwrap_or(false)
            }
            None => false,
        };
        Ok(Arc::new(SqliteStore { place: place.clone(), table: table.name.clone(), mapping, ordered }))
    }
}

fn tables(conn: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut list =
        conn.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let mut rows = list.query([])?;
    let mut tables = Vec::new();
    while let Some(row) = rows.next()? {
        let (Ok(name), Ok(sql)) = (row.get::<_, String>(0), row.get::<_, Option<String>>(1)) else { continue };
        let sql = sql.unwrap_or_default().to_ascii_uppercase();
        // A virtual table would run an extension's code.
        if sql.trim_start().starts_with("CREATE VIRTUAL") || tables.len() >= MAX_TABLES {
            continue;
        }
        let mut info = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns = info.query_map([&name], |row| row.get::<_, String>(0))?.filter_map(Result::ok).collect();
        let has_rowid = conn.prepare(&format!("SELECT rowid FROM {} LIMIT 0", quote(&name))).is_ok();
        tables.push(Table { name, columns, has_rowid });
    }
    Ok(tables)
}

/// An identifier in SQL.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct SqliteStore {
    place: Place,
    table: String,
    mapping: Mapping,
    /// The position is the rowid.
    ordered: bool,
}

impl Store for SqliteStore {
    fn reader(&self) -> Result<Box<dyn StoreReader>, ReadError> {
        let mut file = Guarded::open(self.place.clone())?;
        let (table, mapping) = (self.table.clone(), self.mapping.clone());
        let by_stream = file.read(|conn| finds_by_stream(conn, &table, &mapping))?;
        Ok(Box::new(Reader { file, sql: Sql::new(&self.table, &self.mapping, by_stream), mapping }))
    }

    fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    fn has_global_order(&self) -> bool {
        self.ordered
    }
}

/// `column` is the table's INTEGER PRIMARY KEY, another name of the rowid.
fn is_rowid_alias(conn: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM pragma_table_info(?1) WHERE pk > 0";
    let keys: i64 = conn.query_row(sql, [table], |row| row.get(0))?;
    let sql = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2 AND pk = 1 AND upper(type) = 'INTEGER'";
    let alias: i64 = conn.query_row(sql, [table, column], |row| row.get(0))?;
    Ok(keys == 1 && alias == 1)
}

/// An index begins with stream and version, so a run of one stream's events is one range.
fn finds_by_stream(conn: &Connection, table: &str, mapping: &Mapping) -> rusqlite::Result<bool> {
    let (Some(stream), Some(version)) = (mapping.stream_column(), mapping.version_column()) else { return Ok(false) };
    let sql = "SELECT count(*) FROM pragma_index_list(?1) AS l
        JOIN pragma_index_info(l.name) AS a ON a.seqno = 0 AND a.name = ?2
        JOIN pragma_index_info(l.name) AS b ON b.seqno = 1 AND b.name = ?3
        WHERE l.partial = 0";
    let found: i64 = conn.query_row(sql, [table, stream, version], |row| row.get(0))?;
    Ok(found > 0)
}

/// How the file is reached just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// (a) nobody writes: immutable.
    Immutable,
    /// (b) beside a writer's log.
    Log,
    /// (c) a copy in the cache.
    Copy,
}

/// What can be seen of a store from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    main: Option<(u64, Option<SystemTime>, u64)>,
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
    fn of(path: &Path) -> Stamp {
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
struct Guarded {
    place: Place,
    conn: Timed,
    access: Access,
    stamp: Stamp,
    /// The copy's folder in case (c); removed when dropped.
    _copy: Option<CopyFolder>,
    /// The newest events are only in a log that was too large to copy.
    without_log: bool,
}

struct CopyFolder(PathBuf);

impl Drop for CopyFolder {
    fn drop(&mut self) {
        // Nothing to do about a failure: the cache is ours and may be deleted at any time.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Guarded {
    fn open(place: Place) -> Result<Guarded, ReadError> {
        let path = place.path.clone();
        let mut waited = 0;
        let mut may_copy = false;
        loop {
            let stamp = Stamp::of(&path);
            if stamp.main.is_none() {
                let source = std::io::Error::new(std::io::ErrorKind::NotFound, "the file is gone");
                return Err(ReadError::Io { path, source });
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
    fn moved(&self) -> bool {
        let now = Stamp::of(&self.place.path);
        if self.without_log {
            // Its log grows all the time; only the file itself is read.
            return now.main != self.stamp.main || now.counter != self.stamp.counter;
        }
        now != self.stamp
    }

    /// Runs one read so that what it returns is of one moment, again where the file
    /// moved meanwhile.
    fn read<T>(&mut self, mut read: impl FnMut(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let mut corrupt = 0;
        for _ in 0..ATTEMPTS {
            let result = match self.access {
                Access::Immutable => {
                    if self.moved() {
                        std::thread::sleep(PAUSE / 10);
                        *self = Guarded::open(self.place.clone())?;
                        continue;
                    }
                    let result = self.conn.run(&mut read);
                    if self.moved() {
                        std::thread::sleep(PAUSE);
                        *self = Guarded::open(self.place.clone())?;
                        continue;
                    }
                    result
                }
                Access::Log => {
                    // The transaction is one batch long.
                    self.conn.run(&mut |conn| {
                        let transaction = conn.unchecked_transaction()?;
                        let result = read(conn);
                        drop(transaction);
                        result
                    })
                }
                Access::Copy => self.conn.run(&mut read),
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
                    return Err(ReadError::Sqlite { path: self.place.path.clone(), source: error });
                }
            }
        }
        Err(ReadError::Restless { path: self.place.path.clone() })
    }
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

/// A connection whose reads are broken off when one takes longer than [`READ_TIME`].
struct Timed {
    conn: Connection,
    /// Milliseconds after `epoch` at which the read under way is broken off.
    until: Arc<AtomicU64>,
    epoch: Instant,
}

impl Timed {
    fn run<T>(&self, read: &mut impl FnMut(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let until = self.epoch.elapsed() + READ_TIME;
        self.until.store(until.as_millis() as u64, Ordering::Relaxed);
        read(&self.conn)
    }
}

fn connect(path: &Path, mode: &str, flags: OpenFlags) -> Result<Timed, ReadError> {
    let fail = |source| ReadError::Sqlite { path: path.to_owned(), source };
    // Characters that mean something in a URI.
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let uri = format!("file:{name}?{mode}");
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

/// Copies file, then log or journal, so that both are of one moment; `None` where the
/// store is too large to copy.
fn copy(place: &Place, stamp: &Stamp) -> Result<Option<CopyFolder>, ReadError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let io = |source| ReadError::Io { path: place.cache.clone(), source };
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
                    return Err(ReadError::NoSpace { path: place.path.clone(), need });
                }
                Err(source) => return Err(ReadError::Io { path: place.path.clone(), source }),
            }
            // A read-only original gives a read-only copy, which could not be recovered.
            writable(&target).map_err(io)?;
        }
        if Stamp::of(&place.path) == before {
            return Ok(Some(folder));
        }
        std::thread::sleep(PAUSE);
    }
    Err(ReadError::Restless { path: place.path.clone() })
}

/// Removes copies whose program was killed before it could.
fn sweep(cache: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("copy-")?.split('-').next()?.parse::<u32>().ok());
        // Where processes cannot be looked up nothing is removed.
        if let Some(owner) = owner
            && Path::new("/proc/self").exists()
            && !Path::new(&format!("/proc/{owner}")).exists()
        {
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

/// The statements that give rowid and payload.
struct PayloadSql {
    /// Between two rowids.
    range: String,
    /// A run of one stream by version.
    run: Option<String>,
    one: String,
}

/// The statements of one table.
struct Sql {
    header: String,
    whole: String,
    /// A run of one stream by version.
    run: Option<String>,
    max: String,
    /// The rowid before a rowid.
    before: String,
    /// Payloads alone; `None` where the table has none.
    payloads: Option<PayloadSql>,
    /// Columns that a header leaves out: their cells are null.
    in_header: Vec<bool>,
}

impl Sql {
    fn new(table: &str, mapping: &Mapping, by_stream: bool) -> Sql {
        let columns = mapping.columns();
        let in_header: Vec<bool> = (0..columns.len()).map(|at| mapping.is_header_column(at)).collect();
        let list = |all: bool| {
            let wanted = columns.iter().enumerate().filter(|(at, _)| all || in_header[*at]);
            wanted.map(|(_, name)| format!(", {}", quote_column(name))).collect::<String>()
        };
        let table = quote(table);
        let by_run = match (mapping.stream_column(), mapping.version_column()) {
            (Some(stream), Some(version)) if by_stream => {
                Some(format!("{} = ?1 AND {} BETWEEN ?2 AND ?3", quote_column(stream), quote_column(version)))
            }
            _ => None,
        };
        let payloads = mapping.payload_column().map(|payload| {
            let select = format!("SELECT rowid, {} FROM {table} WHERE", quote_column(payload));
            PayloadSql {
                range: format!("{select} rowid BETWEEN ?1 AND ?2 ORDER BY rowid"),
                run: by_run.as_ref().map(|run| format!("{select} {run}")),
                one: format!("{select} rowid = ?1"),
            }
        });
        let run = by_run.map(|run| format!("SELECT rowid{} FROM {table} WHERE {run}", list(true)));
        Sql {
            header: format!("SELECT rowid{} FROM {table} WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2", list(false)),
            whole: format!("SELECT rowid{} FROM {table} WHERE rowid = ?1", list(true)),
            run,
            max: format!("SELECT max(rowid) FROM {table}"),
            before: format!("SELECT max(rowid) FROM {table} WHERE rowid < ?1"),
            payloads,
            in_header,
        }
    }
}

fn quote_column(name: &str) -> String {
    if name == "rowid" { name.to_owned() } else { quote(name) }
}

struct Reader {
    file: Guarded,
    sql: Sql,
    mapping: Mapping,
}

impl StoreReader for Reader {
    fn scan(&mut self, cursor: ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        if self.file.without_log && cursor == ScanCursor::START {
            let limit = MAX_COPY_BYTES >> 30;
            let message = format!("the newest events are in a log beside the file; over {limit} GiB it is not copied");
            notes.note(FindingCode::TruncatedTail, message);
        }
        let (sql, mapping) = (&self.sql, &self.mapping);
        let mut after = cursor.0;
        let step = self.file.read(|conn| scan_rows(conn, sql, mapping, after, PAGE_ROWS, page));
        let last = match step {
            Ok((last, mut found)) => {
                notes.absorb(&mut found);
                last
            }
            Err(ReadError::Sqlite { source, .. }) if is_damage(&source) => {
                match self.step_over(cursor.0, page, notes)? {
                    Some(last) => Some(last),
                    None => return Ok(ScanStep { cursor, end: true, progress: 1.0, tail: None }),
                }
            }
            Err(error) => return Err(error),
        };
        let max: Option<i64> =
            self.file.read(|conn| conn.query_row(&self.sql.max, [], |row| row.get(0))).unwrap_or(None);
        if let Some(last) = last {
            after = last;
        }
        let progress = match max {
            Some(max) if max > 0 => (after.max(0) as f64 / max as f64).clamp(0.0, 1.0) as f32,
            _ => 1.0,
        };
        Ok(ScanStep { cursor: ScanCursor(after), end: last.is_none(), progress, tail: None })
    }

    fn fetch(
        &mut self,
        keys: &[RowKey],
        run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), ReadError> {
        let (sql, mapping) = (&self.sql, &self.mapping);
        let mut wanted: HashMap<i64, usize> = HashMap::new();
        if let (Some(run), Some(text), true) = (run, &sql.run, keys.len() > 1) {
            wanted.extend(keys.iter().enumerate().map(|(at, key)| (key.0, at)));
            let found = self.file.read(|conn| {
                let mut part = EventPage::default();
                let mut statement = conn.prepare_cached(text)?;
                let mut rows = statement.query((run.stream, run.first.0, run.last.0))?;
                let mut order = Vec::with_capacity(keys.len());
                while let Some(row) = rows.next()? {
                    let key: i64 = row.get(0)?;
                    if let Some(at) = wanted.get(&key) {
                        push(mapping, sql, row, true, &mut part, &mut Findings::default())?;
                        order.push(*at);
                    }
                }
                Ok((part, order))
            });
            if let Ok((part, order)) = found
                && order.len() == keys.len()
                && part.len() == keys.len()
                // A damaged index may name a row twice.
                && order.iter().copied().eq(0..keys.len())
            {
                page.append(part);
                return Ok(());
            }
        }
        // One by one: the keys are scattered, or the range was damaged.
        let mut one_by_one = |conn: &Connection| {
            let mut part = EventPage::default();
            let mut damaged: Vec<(RowKey, String)> = Vec::new();
            let mut statement = conn.prepare_cached(&sql.whole)?;
            for key in keys {
                let result = statement.query([key.0]).and_then(|mut rows| match rows.next()? {
                    Some(row) => push(mapping, sql, row, true, &mut part, &mut Findings::default()),
                    None => Ok(()),
                });
                if let Err(error) = result {
                    damaged.push((*key, error.to_string()));
                }
            }
            Ok((part, damaged))
        };
        let (mut part, mut damaged) = self.file.read(&mut one_by_one)?;
        if part.len() < keys.len() && self.file.access == Access::Copy && self.file.moved() {
            // The copy is older than the index that named these rows.
            self.file = Guarded::open(self.file.place.clone())?;
            (part, damaged) = self.file.read(&mut one_by_one)?;
        }
        for (key, error) in damaged {
            notes.note(FindingCode::Damaged, format!("the row with rowid {} cannot be read: {error}", key.0));
        }
        page.append(part);
        Ok(())
    }

    fn payloads(&mut self, keys: &[RowKey], run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        let (Some(sql), Some(first), Some(last)) = (&self.sql.payloads, keys.first(), keys.last()) else {
            return Ok(keys.len());
        };
        // Where most rows between the first and the last are wanted, they are read as they lie.
        let span = last.0.saturating_sub(first.0).saturating_add(1) as u64;
        if span <= keys.len() as u64 * FEW_BETWEEN {
            let read = self.file.read(|conn| {
                let mut rows = conn.prepare_cached(&sql.range)?;
                take_payloads(rows.query((first.0, last.0))?, keys, page)
            });
            if let Ok(taken) = read {
                return Ok(taken);
            }
        } else if let (Some(run), Some(text)) = (run, &sql.run) {
            let read = self.file.read(|conn| {
                page.clear();
                let mut statement = conn.prepare_cached(text)?;
                let mut rows = statement.query((run.stream, run.first.0, run.last.0))?;
                while let Some(row) = rows.next()? {
                    let key = RowKey(row.get(0)?);
                    if keys.binary_search(&key).is_ok() {
                        push_payload(key, row, page)?;
                    }
                    if page.bytes().len() > PAGE_BYTES {
                        return Ok(false);
                    }
                }
                Ok(true)
            });
            if let Ok(true) = read {
                return Ok(keys.len());
            }
        }
        // One by one: the keys are scattered, the payloads large, or the tree is damaged.
        self.file.read(|conn| {
            page.clear();
            let mut statement = conn.prepare_cached(&sql.one)?;
            for (at, key) in keys.iter().enumerate() {
                // A row that cannot be read is left out, as one that is gone.
                drop(statement.query([key.0]).and_then(|mut rows| match rows.next()? {
                    Some(row) => push_payload(*key, row, page),
                    None => Ok(()),
                }));
                if page.bytes().len() > PAGE_BYTES {
                    return Ok(at + 1);
                }
            }
            Ok(keys.len())
        })
    }

    fn change(&mut self, _cursor: ScanCursor) -> Result<StoreChange, ReadError> {
        let now = Stamp::of(&self.file.place.path);
        let Some(main) = &now.main else {
            let source = std::io::Error::new(std::io::ErrorKind::NotFound, "the file is gone");
            return Err(ReadError::Io { path: self.file.place.path.clone(), source });
        };
        let before = self.file.stamp.clone();
        if before.main.as_ref().is_some_and(|old| old.2 != main.2) {
            return Ok(StoreChange::Replaced);
        }
        if now == before {
            return Ok(StoreChange::Same);
        }
        // An immutable connection, or one to a copy, would go on showing the old pages.
        self.file = Guarded::open(self.file.place.clone())?;
        Ok(StoreChange::Written)
    }
}

impl Reader {
    /// A page after `after` cannot be read: finds where reading goes on. Returns the
    /// rowid to continue after, with the rows there on the page; `None` where nothing
    /// readable follows.
    fn step_over(&mut self, after: i64, page: &mut EventPage, notes: &mut Findings) -> Result<Option<i64>, ReadError> {
        let (sql, mapping) = (&self.sql, &self.mapping);
        let mut reads = |page: &mut EventPage, from: i64, rows: usize| {
            self.file.read(|conn| scan_rows(conn, sql, mapping, from, rows, page))
        };
        // Rows in front of the damage, ever fewer at once.
        let mut rows = PAGE_ROWS;
        while rows > 1 {
            rows /= 4;
            if let Ok((Some(last), mut found)) = reads(page, after, rows) {
                notes.absorb(&mut found);
                return Ok(Some(last));
            }
        }
        // The very next row is damaged: leap ever further, then back to the first row that reads.
        let (mut bad, mut good) = (after.max(-1), None);
        for leap in (0..i64::BITS - 1).map(|doublings| 1_i64 << doublings) {
            let from = after.max(-1).saturating_add(leap);
            if reads(page, from, 1).is_ok() {
                good = Some(from);
                break;
            }
            bad = from;
        }
        let Some(mut good) = good else {
            let place = if after < 0 { String::new() } else { format!(" after rowid {after}") };
            notes.note(FindingCode::Damaged, format!("no row{place} can be read: the file is damaged"));
            return Ok(None);
        };
        while good - bad > 1 {
            let middle = bad + (good - bad) / 2;
            match reads(page, middle, 1) {
                Ok(_) => good = middle,
                Err(_) => bad = middle,
            }
        }
        let (found, mut notes_there) = reads(page, good, 1)?;
        let until = found.map_or_else(|| "the end".to_owned(), |last| format!("rowid {last}"));
        let message =
            format!("rows after rowid {} and before {until} cannot be read: the file is damaged", after.max(0));
        notes.note(FindingCode::Damaged, message);
        notes.absorb(&mut notes_there);
        Ok(found)
    }
}

/// Reads headers after a rowid into the cleared page; the last rowid, or `None` where
/// there is none, and what was odd.
fn scan_rows(
    conn: &Connection,
    sql: &Sql,
    mapping: &Mapping,
    after: i64,
    limit: usize,
    page: &mut EventPage,
) -> rusqlite::Result<(Option<i64>, Findings)> {
    page.clear();
    let start = Instant::now();
    let mut notes = Findings::default();
    // Asked by the first key that may come, not by the one before it: the search must not
    // pass through a page that has nothing to give.
    let Some(first) = after.checked_add(1) else { return Ok((None, notes)) };
    let mut statement = conn.prepare_cached(&sql.header)?;
    let mut rows = statement.query((first, limit as i64 + 1))?;
    let (mut before, mut last, mut count, mut full) = (after, None, 0, false);
    while !full {
        let Some(row) = rows.next()? else { return Ok((last, notes)) };
        let key: i64 = row.get(0)?;
        // A damaged tree could lead back: the order must hold, or a scan would never end.
        before = last.unwrap_or(before);
        if key <= before {
            return Err(damage());
        }
        push(mapping, sql, row, false, page, &mut notes)?;
        last = Some(key);
        count += 1;
        full = count == limit || page.size_bytes() > PAGE_BYTES || (count % 64 == 0 && start.elapsed() > BATCH_TIME);
    }
    // A damaged key could lead far ahead, and the scan would miss what follows here: so one
    // row more is looked at than is taken. Where that one does not fit, the two rows
    // differ about the truth, and the tree is asked what comes before the last.
    let fits = match rows.next() {
        Ok(Some(row)) => row.get::<_, i64>(0).is_ok_and(|key| Some(key) > last),
        Ok(None) => true,
        Err(_) => false,
    };
    if !fits {
        let mut ask = conn.prepare_cached(&sql.before)?;
        if ask.query_row([last], |row| row.get::<_, Option<i64>>(0))?.is_some_and(|found| found > before) {
            return Err(damage());
        }
    }
    Ok((last, notes))
}

/// Takes those of the ascending `rows` that `keys` name; how many keys were looked at.
fn take_payloads(mut rows: rusqlite::Rows<'_>, keys: &[RowKey], page: &mut PayloadPage) -> rusqlite::Result<usize> {
    page.clear();
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let key = RowKey(row.get(0)?);
        while keys.get(at).is_some_and(|wanted| *wanted < key) {
            at += 1;
        }
        if keys.get(at) == Some(&key) {
            push_payload(key, row, page)?;
            at += 1;
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at);
            }
        }
    }
    Ok(keys.len())
}

fn push_payload(key: RowKey, row: &rusqlite::Row<'_>, page: &mut PayloadPage) -> rusqlite::Result<()> {
    match row.get_ref(1)? {
        ValueRef::Null => page.push(key, None),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => page.push(key, Some(bytes)),
        // A number is JSON.
        number => page.push(key, cell(number).to_text().as_deref().map(str::as_bytes)),
    }
    Ok(())
}

fn damage() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None)
}

/// Adds a row to the page, or a finding that names it.
fn push(
    mapping: &Mapping,
    sql: &Sql,
    row: &rusqlite::Row<'_>,
    whole: bool,
    page: &mut EventPage,
    notes: &mut Findings,
) -> rusqlite::Result<()> {
    let key: i64 = row.get(0)?;
    let mut next = 0;
    let mut cells: Vec<Cell<'_>> = Vec::with_capacity(sql.in_header.len());
    for in_header in &sql.in_header {
        cells.push(if whole || *in_header {
            next += 1;
            cell(row.get_ref(next)?)
        } else {
            Cell::Null
        });
    }
    let mut bad = |what: String| notes.note(FindingCode::BadLine, format!("the row with rowid {key} {what}"));
    let mut stream = String::new();
    if !mapping.stream(&cells, &mut stream) {
        bad("has no stream".to_owned());
        return Ok(());
    }
    let version = match mapping.version(&cells) {
        Ok(version) => version.map(Version),
        Err(text) => {
            bad(format!("has a version that is no integer: {text}"));
            return Ok(());
        }
    };
    let mut category = String::new();
    if !whole {
        mapping.category(&cells, &mut category);
    }
    let payload = mapping.header_needs_payload().then(|| mapping.decode_payload(mapping.payload(&cells)));
    if let (Some(decoded), false) = (&payload, whole)
        && let Some(error) = &decoded.error
    {
        // Bytes without a known beginning: most likely a key is needed.
        let hidden = matches!(decoded.node, crate::model::Node::Bytes(_));
        notes.push(Finding {
            code: if hidden { FindingCode::Encrypted } else { FindingCode::Undecodable },
            stream: Some(Arc::from(stream.as_str())),
            stream_id: None,
            version,
            message: format!(
                "the payload {}{error}",
                if hidden { "is encrypted or in an unknown form: " } else { "is " }
            ),
        });
    }
    let payload = payload.map(|decoded| decoded.node);
    let event_type = mapping.event_type(&cells, payload.as_ref()).unwrap_or(Cow::Borrowed("(no type)"));
    let (time, time_text) = mapping.time(&cells, payload.as_ref());
    if let (Some(text), None, false) = (&time_text, time, whole) {
        notes.push(Finding {
            code: FindingCode::Undecodable,
            stream: Some(Arc::from(stream.as_str())),
            stream_id: None,
            version,
            message: format!("the time {text} is in no form that is known"),
        });
    }
    let mut id = String::new();
    let has_id = whole && mapping.event_id(&cells, &mut id);
    let position = match mapping.position(&cells) {
        Cell::Integer(number) => Position::Number(*number),
        cell => cell.to_text().map_or(Position::None, |text| Position::Text(Arc::from(text.as_ref()))),
    };
    // A number is JSON; as text it needs a place while the row is copied.
    let text_of = |cell: &Cell<'_>| match cell {
        Cell::Integer(_) | Cell::Real(_) if whole => cell.to_text().map(Cow::into_owned),
        _ => None,
    };
    let (payload, metadata) = (mapping.payload(&cells), mapping.metadata(&cells));
    let numbers = (text_of(payload), text_of(metadata));
    page.push(&PageRow {
        key: RowKey(key),
        version,
        time,
        status: mapping.status(&cells),
        position,
        stream: &stream,
        category: &category,
        event_type: &event_type,
        id: has_id.then_some(id.as_str()),
        time_text: if whole { time_text.as_deref() } else { None },
        mark: mapping.mark(&cells),
        payload: if whole { stored(payload, &numbers.0) } else { Stored::Null },
        metadata: if whole { stored(metadata, &numbers.1) } else { Stored::Null },
    });
    Ok(())
}

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Integer(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cell::Text(Cow::Borrowed(text)),
            Err(_) => Cell::Bytes(bytes),
        },
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
    }
}

fn stored<'c>(cell: &'c Cell<'_>, number: &'c Option<String>) -> Stored<&'c [u8]> {
    match (cell, number) {
        (Cell::Text(text), _) => Stored::Text(text.as_bytes()),
        (Cell::Bytes(bytes), _) => Stored::Bytes(bytes),
        (_, Some(text)) => Stored::Text(text.as_bytes()),
        _ => Stored::Null,
    }
}
