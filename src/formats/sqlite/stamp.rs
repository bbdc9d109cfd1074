//! [`Stamp`]: what can be seen of a SQLite store without disturbing anybody, and what follows
//! from it for a reader ([`Way`]).
//!
//! Files are asked by `stat`. The change counter is read through the one handle that lives
//! as long as the store; the log and the shared memory are never opened by our own code.
//!
//! Format facts: <https://www.sqlite.org/fileformat2.html> sections 1.3, 3 and 4.1; which
//! bytes are locked: <https://www.sqlite.org/lockingv3.html> and `os.h` (checked with SQLite
//! 3.54).

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::guard::gone;
use crate::formats::ReadError;
use crate::formats::bytes::{FileBytes, Identity, Outside, peek};

/// Times on disk are no finer than this.
const TICK: Duration = Duration::from_millis(20);
/// Bytes of a journal's head that tell it from the next one in the same file.
const JOURNAL_HEAD: usize = 16;

/// What can be seen of a store from outside at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stamp {
    pub main: Outside,
    /// Bytes 24-27 of the file.
    counter: Vec<u8>,
    pub log: Option<Outside>,
    /// The shared memory of those who use the log is there.
    memory: bool,
    pub journal: Option<Journal>,
}

/// A journal that is needed to tell what is committed.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    identity: Identity,
    /// `None`: it could not be looked at.
    head: Option<Vec<u8>>,
    changed: Option<SystemTime>,
}

impl Journal {
    /// Both are of one transaction.
    pub fn is_same(&self, other: &Journal) -> bool {
        let heads = self.head.as_ref().zip(other.head.as_ref());
        self.identity == other.identity && heads.is_none_or(|(head, other)| head == other)
    }
}

impl PartialEq for Journal {
    fn eq(&self, other: &Journal) -> bool {
        self.is_same(other) && self.changed == other.changed
    }
}

/// How a store must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// (a) nobody writes.
    Alone,
    /// (b) beside a log that is in use.
    Log,
    /// (c) a log that nobody uses any more.
    OrphanLog,
    /// (c) or (d) a journal: of a writer that was killed, or of one at work.
    Journal,
}

impl Stamp {
    pub fn of(path: &Path, file: &FileBytes) -> Result<Stamp, ReadError> {
        let main = Outside::of(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => gone(path),
            _ => ReadError::io(path, error),
        })?;
        let counter = file.head(24, 4).map_err(|error| ReadError::io(path, error))?;
        let log = beside(path, "-wal")?;
        let memory = beside(path, "-shm")?.is_some();
        let journal = match beside(path, "-journal")? {
            Some(outside) if outside.len > 0 => journal(path, &outside)?,
            _ => None,
        };
        Ok(Stamp { main, counter, log, memory, journal })
    }

    pub fn way(&self) -> Way {
        match (&self.journal, &self.log) {
            (Some(_), _) => Way::Journal,
            (None, Some(_)) if self.memory => Way::Log,
            (None, Some(log)) if log.len > 0 => Way::OrphanLog,
            _ => Way::Alone,
        }
    }

    /// The file itself is as it was, whatever its log says.
    pub fn has_same_file(&self, other: &Stamp) -> bool {
        self.main == other.main && self.counter == other.counter
    }

    /// What is committed is the same. A journal keeps the pages as they were when its
    /// transaction began: while that is under way, nothing is committed.
    pub fn has_same_commits(&self, other: &Stamp) -> bool {
        match (&self.journal, &other.journal) {
            (Some(own), Some(journal)) => own.is_same(journal) && self.main.identity == other.main.identity,
            _ => self == other,
        }
    }

    /// A later write cannot bear the same time.
    pub fn is_settled(&self) -> bool {
        self.log.is_none() || self.quiet_for() > TICK
    }

    /// How long nothing was written.
    pub fn quiet_for(&self) -> Duration {
        let log = self.log.as_ref().and_then(|log| log.changed);
        let journal = self.journal.as_ref().and_then(|journal| journal.changed);
        let latest = self.main.changed.max(log).max(journal);
        latest.map_or(Duration::MAX, |latest| SystemTime::now().duration_since(latest).unwrap_or_default())
    }
}

/// The path of a side file.
pub(super) fn side(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Looks at a side file, which must be one: opening a pipe could wait for ever.
fn beside(path: &Path, suffix: &str) -> Result<Option<Outside>, ReadError> {
    let path = side(path, suffix);
    match std::fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_file() => Ok(Some(Outside::from(&meta))),
        Ok(_) => {
            let what = format!("this is no regular file, and SQLite would use it: {}", path.display());
            Err(ReadError::new(what, "move it away, or copy the store to another folder and open it there"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ReadError::io(path, error)),
    }
}

/// The journal, if it is needed: its head is zero before the file itself is changed, and
/// where it outlives its transaction (`journal_mode` PERSIST).
fn journal(path: &Path, outside: &Outside) -> Result<Option<Journal>, ReadError> {
    let path = side(path, "-journal");
    let head = match peek(&path, JOURNAL_HEAD) {
        Ok(Some(head)) if head.first().is_none_or(|first| *first == 0) => return Ok(None),
        Ok(head) => head,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::io(path, error)),
    };
    Ok(Some(Journal { identity: outside.identity, head, changed: outside.changed }))
}

/// A writer holds the file for itself: what it has not committed may stand in the file. Only
/// Linux tells who has locks.
pub(super) fn is_held(identity: Identity) -> bool {
    // The list comes in pieces: where others take and leave locks meanwhile, a line may be passed
    // over, though hardly so often.
    (0..4).any(|_| {
        let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        locks.lines().any(|line| holds_for_itself(line, identity.1))
    })
}

/// A line of `/proc/locks` is a write lock on the bytes that every reader locks.
fn holds_for_itself(line: &str, inode: u64) -> bool {
    const SHARED: (u64, u64) = (0x4000_0002, 0x4000_01ff);
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "POSIX" | "OFDLCK", _, "WRITE", _, file, first, last] = words.as_slice() else { return false };
    let number = |text: &str| text.parse::<u64>().ok();
    let is_same = file.rsplit(':').next().and_then(number) == Some(inode);
    // To the end of the file: no lock of SQLite's.
    is_same && number(first).is_some_and(|first| first <= SHARED.0) && number(last).is_some_and(|last| last >= SHARED.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_lock_on_what_readers_lock_holds_a_file() {
        for (line, holds) in [
            ("1: POSIX  ADVISORY  WRITE 4242 08:01:131 1073741824 1073742335", true),
            ("1: POSIX  ADVISORY  WRITE 4242 08:01:131 1073741826 1073742335", true),
            ("1: POSIX  ADVISORY  READ  4242 08:01:131 1073741826 1073742335", false),
            // RESERVED alone: nothing is written yet.
            ("1: POSIX  ADVISORY  WRITE 4242 08:01:131 1073741825 1073741825", false),
            ("1: POSIX  ADVISORY  WRITE 4242 08:01:132 1073741826 1073742335", false),
            ("1: -> POSIX  ADVISORY  WRITE 4242 08:01:131 1073741826 1073742335", false),
            ("1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF", false),
            ("", false),
        ] {
            assert_eq!(holds_for_itself(line, 131), holds, "{line}");
        }
    }
}
