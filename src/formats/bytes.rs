//! [`Bytes`]: what a container of text reads from, by position: a file, or what a compressed
//! one unpacks to.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

/// Bytes by position, for any number of threads.
pub(super) trait Bytes: Send + Sync {
    /// Fills `out` with the bytes from `offset` on: `want` of them, fewer only at the end.
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()>;

    /// Part of everything that lies before `offset`, 0 to 1.
    fn progress(&self, offset: u64) -> f32;

    /// What stands there now, beside what was there when it was opened.
    fn now(&self) -> io::Result<Now>;

    /// Why the bytes end before they should.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// What stands in a file's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Now {
    /// The same file, with so many bytes.
    Same(u64),
    Another,
}

/// What can be seen of a file from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outside {
    pub len: u64,
    pub changed: Option<SystemTime>,
    pub identity: Identity,
}

/// Device and inode; where there is no such thing all files are alike.
pub(super) type Identity = (u64, u64);

impl Outside {
    /// Looks at the file without opening it.
    pub fn of(path: &Path) -> io::Result<Outside> {
        std::fs::metadata(path).map(|meta| Outside::from(&meta))
    }
}

impl From<&Metadata> for Outside {
    fn from(meta: &Metadata) -> Outside {
        #[cfg(unix)]
        let identity = (std::os::unix::fs::MetadataExt::dev(meta), std::os::unix::fs::MetadataExt::ino(meta));
        #[cfg(not(unix))]
        let identity = (0, 0);
        Outside { len: meta.len(), changed: meta.modified().ok(), identity }
    }
}

/// A file that is read by position.
///
/// Closing any handle of a file drops all POSIX locks that the process has on it, also those
/// of SQLite. So there is one handle of ours for a file, whoever reads it, and it lives until
/// the last of them is gone: a connection to it never loses its locks.
#[derive(Debug)]
pub(super) struct FileBytes {
    path: PathBuf,
    file: File,
    identity: Identity,
}

static OPEN: Mutex<Option<HashMap<Identity, Weak<FileBytes>>>> = Mutex::new(None);

impl FileBytes {
    /// The handle of the file at `path`, shared with everybody who has it open.
    pub fn open(path: &Path) -> io::Result<Arc<FileBytes>> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let open = open.get_or_insert_default();
        if cfg!(unix)
            && let Some(known) = open.get(&Outside::of(path)?.identity).and_then(Weak::upgrade)
        {
            return Ok(known);
        }
        let file = File::open(path)?;
        let identity = Outside::from(&file.metadata()?).identity;
        let bytes = Arc::new(FileBytes { path: path.to_owned(), file, identity });
        open.retain(|_, known| known.strong_count() > 0);
        open.insert(identity, Arc::downgrade(&bytes));
        Ok(bytes)
    }

    /// What is at most there: the head of a file, or one field of it.
    pub fn head(&self, offset: u64, want: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.read(offset, want, &mut out)?;
        Ok(out)
    }
}

impl Bytes for FileBytes {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        read_at(&self.file, offset, want, out)
    }

    fn progress(&self, offset: u64) -> f32 {
        let len = self.file.metadata().map_or(0, |meta| meta.len());
        if len == 0 { 1.0 } else { (offset as f64 / len as f64).min(1.0) as f32 }
    }

    fn now(&self) -> io::Result<Now> {
        let outside = Outside::of(&self.path)?;
        Ok(if outside.identity == self.identity { Now::Same(outside.len) } else { Now::Another })
    }
}

/// Where the room for a read costs more than a look at the file's length.
const LARGE: usize = 16 << 10;

/// Reads without moving anybody's place in the file.
pub(super) fn read_at(file: &File, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
    // No room is made for what is not there: a large read mostly wants far more than a small file has.
    let there = if want > LARGE { file.metadata()?.len().saturating_sub(offset) } else { u64::MAX };
    let want = want.min(usize::try_from(there).unwrap_or(usize::MAX));
    out.resize(want, 0);
    let mut filled = 0;
    while filled < want {
        let at = offset + filled as u64;
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, &mut out[filled..], at);
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, &mut out[filled..], at);
        match read {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    out.truncate(filled);
    Ok(())
}
