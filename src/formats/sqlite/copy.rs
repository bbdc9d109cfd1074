//! [`Copy`]: a working copy in the cache, where a store cannot be read in its place.
//!
//! Of a log or journal that outlived its writer SQLite makes a whole file, which means
//! writing: so both are copied. Rows without a key of their own (of a view, or of a table
//! WITHOUT ROWID) are numbered in a table of ours. A copy is made once for everybody who
//! reads the same file, and has no name as soon as it is open: however the program ends,
//! nothing is left. Should it end while a copy is being made, the next one removes it.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;

use super::connect::{Mode, Timed};
use super::guard::{Place, failed, is_damage};
use super::stamp::{Stamp, side};
use crate::formats::ReadError;
use crate::formats::bytes::{Bytes, FileBytes};

/// Larger copies are not made.
pub(super) const MAX_BYTES: u64 = 1 << 30;
const BLOCK: usize = 1 << 20;
/// SQLite may take so long to put a log into its file.
const RECOVER_TIME: Duration = Duration::from_secs(600);
/// Looks at both files until they are of one moment.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);
/// A file inside a folder of ours, locked while its program lives.
const LOCK: &str = "lock";

/// See the module above.
pub(super) struct Copy {
    pub conn: Arc<Mutex<Timed>>,
    /// Of what it is a copy.
    pub of: Stamp,
    /// Where a file without a name cannot be read.
    _folder: Option<Folder>,
}

impl Copy {
    /// The copy of file and log or journal, made by whoever needs it first; `None` where they
    /// are too large.
    pub fn shared(place: &Place, file: &FileBytes, stamp: &Stamp) -> Result<Option<Arc<Copy>>, ReadError> {
        let mut kept = file.kept();
        let known = kept.as_ref().and_then(|kept| Arc::clone(kept).downcast::<Copy>().ok());
        if let Some(known) = known.filter(|known| known.of.has_same_commits(stamp)) {
            return Ok(Some(known));
        }
        // The old one first: there may be no room for both.
        *kept = None;
        let Some((folder, of)) = copy_files(place, file)? else { return Ok(None) };
        let copy = Arc::new(Copy::open(folder, of)?);
        *kept = Some(Arc::<Copy>::clone(&copy));
        Ok(Some(copy))
    }

    /// A copy of which nobody else knows.
    pub fn open(folder: Folder, of: Stamp) -> Result<Copy, ReadError> {
        let store = folder.store();
        // What is not whole yet is made so by SQLite: the log or journal is gone then.
        let own = Timed::open(&store, Mode::Own)?;
        match own.run(RECOVER_TIME, |conn| conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))) {
            Err(error) if !is_damage(&error) => return Err(failed(&store, error)),
            _ => drop(own),
        }
        let is_whole = ["-wal", "-journal"].iter().all(|suffix| !side(&store, suffix).exists());
        let mode = if is_whole { Mode::Immutable } else { Mode::Own };
        let conn = Arc::new(Mutex::new(Timed::open(&store, mode)?));
        let folder = (!is_whole || cfg!(not(unix))).then_some(folder);
        Ok(Copy { conn, of, _folder: folder })
    }
}

/// Writes what a query gives into a table `rows` with the columns c0, c1 …, numbered in its
/// order; `index` are two of them to find rows by. Tells of each row that `came`. May be begun
/// again.
pub(super) fn fill(
    from: &Connection,
    query: &str,
    index: Option<(usize, usize)>,
    target: &Connection,
    came: impl Fn(),
) -> rusqlite::Result<()> {
    if !target.is_autocommit() {
        target.execute_batch("ROLLBACK")?;
    }
    let mut statement = from.prepare(query)?;
    let columns = statement.column_count();
    let names: Vec<String> = (0..columns).map(|at| format!("c{at}")).collect();
    let page: i64 = target.pragma_query_value(None, "page_size", |row| row.get(0))?;
    target.execute_batch("DROP TABLE IF EXISTS rows")?;
    target.execute_batch(&format!(
        "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA max_page_count = {};
         BEGIN; CREATE TABLE rows ({});",
        MAX_BYTES as i64 / page.max(512),
        names.join(", ")
    ))?;
    let mut insert = target.prepare(&format!("INSERT INTO rows VALUES ({})", vec!["?"; columns].join(", ")))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        came();
        for at in 0..columns {
            insert.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(row.get_ref(at)?))?;
        }
        insert.raw_execute()?;
    }
    if let Some((first, second)) = index {
        target.execute_batch(&format!("CREATE INDEX by_stream ON rows (c{first}, c{second})"))?;
    }
    Ok(())
}

/// A folder of ours in the cache; removed when dropped.
pub(super) struct Folder {
    path: PathBuf,
    /// Held for as long as the folder is.
    _lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing to do about a failure: the cache is ours and may be deleted at any time.
        drop(std::fs::remove_dir_all(&self.path));
    }
}

impl Folder {
    pub fn new(cache: &Path) -> Result<Folder, ReadError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let io = |source| ReadError::io(cache, source);
        std::fs::create_dir_all(cache).map_err(io)?;
        loop {
            let name = format!("copy-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = cache.join(name);
            match std::fs::create_dir(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made.map_err(io)?,
            }
            // Another program may take the folder for one that was left, until it is locked.
            match restrict(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                done => done.map_err(io)?,
            }
            let lock = match File::create(path.join(LOCK)) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                lock => lock.map_err(io)?,
            };
            // Where there are no locks nothing is swept either.
            let is_taken = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
            if !is_taken && path.join(LOCK).exists() {
                return Ok(Folder { path, _lock: lock });
            }
        }
    }

    /// The file in it.
    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }
}

/// Removes what programs left that were killed while they made a copy.
pub(in crate::formats) fn sweep(cache: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_ours = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("copy-"));
        match File::options().read(true).write(true).open(path.join(LOCK)) {
            Ok(lock) if is_ours && lock.try_lock().is_ok() => drop(std::fs::remove_dir_all(&path)),
            // Killed before it was locked; one that is not empty stays.
            Err(error) if is_ours && error.kind() == ErrorKind::NotFound => drop(std::fs::remove_dir(&path)),
            _ => {}
        }
    }
}

/// Copies file, then log or journal, so that both are of one moment; `None` where they are
/// too large.
fn copy_files(place: &Place, file: &FileBytes) -> Result<Option<(Folder, Stamp)>, ReadError> {
    let folder = Folder::new(&place.cache)?;
    for _ in 0..ATTEMPTS {
        let before = Stamp::of(&place.path, file)?;
        let need = before.main.len + before.log.as_ref().map_or(0, |log| log.len);
        if need > MAX_BYTES {
            return Ok(None);
        }
        if !before.is_settled() {
            std::thread::sleep(PAUSE);
            continue;
        }
        let mut done = copy_file(file, &folder.store(), &place.path)?;
        for (suffix, is_wanted) in [("-wal", before.log.is_some()), ("-journal", before.journal.is_some())] {
            let (from, to) = (side(&place.path, suffix), side(&folder.store(), suffix));
            if !is_wanted {
                drop(std::fs::remove_file(to));
                continue;
            }
            match FileBytes::open(&from) {
                Ok(from) => done &= copy_file(&from, &to, &place.path)?,
                // It went away meanwhile: once more.
                Err(error) if error.kind() == ErrorKind::NotFound => done = false,
                Err(error) => return Err(ReadError::io(from, error)),
            }
        }
        let now = Stamp::of(&place.path, file)?;
        if done && now.has_same_commits(&before) && now.main.identity == file.identity() {
            return Ok(Some((folder, now)));
        }
        if now.way() != before.way() {
            // What is beside it now is read otherwise.
            break;
        }
        std::thread::sleep(PAUSE);
    }
    Err(super::guard::restless(&place.path))
}

/// Copies what the handle reads. `false`: there is no end of it.
fn copy_file(from: &FileBytes, to: &Path, store: &Path) -> Result<bool, ReadError> {
    let mut target = File::create(to).map_err(|error| ReadError::io(to, error))?;
    let (mut block, mut offset) = (Vec::new(), 0);
    loop {
        from.read(offset, BLOCK, &mut block).map_err(|error| ReadError::io(store, error))?;
        target.write_all(&block).map_err(|error| match error.kind() {
            ErrorKind::StorageFull => {
                let what = format!("there is no room for a copy: {}", store.display());
                ReadError::new(what, "free some space, or set EVENTGLASS_HOME to another disk").because(error)
            }
            _ => ReadError::io(to, error),
        })?;
        offset += block.len() as u64;
        if block.len() < BLOCK {
            return Ok(true);
        }
        if offset > MAX_BYTES {
            return Ok(false);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_while_others_sweep() {
        let cache = tempfile::tempdir().expect("a folder");
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    sweep(cache.path());
                }
            });
            for _ in 0..500 {
                let folder = Folder::new(cache.path());
                assert!(folder.as_ref().is_ok_and(|folder| folder.path.is_dir()), "{:?}", folder.err());
            }
            done.store(true, Ordering::Relaxed);
        });
    }
}
