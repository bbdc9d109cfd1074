//! [`Bytes`]: what a container of text reads from, by position: a file, or what a compressed
//! one unpacks to.

use std::any::Any;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Bytes by position, for any number of threads.
pub(super) trait Bytes: Send + Sync {
    /// Fills `out` with the bytes from `offset` on: `want` of them, fewer only at the end.
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()>;

    /// Part of everything that lies before `offset`, 0 to 1.
    fn progress(&self, offset: u64) -> f32;

    /// Where it ends now, however it grows; where that is not known it has an end of its own.
    fn present(&self) -> io::Result<Option<u64>>;

    /// What stands there now, beside what was there when it was opened.
    fn now(&self) -> io::Result<Now>;

    /// They can be read once only, from front to back.
    fn passes(&self) -> bool {
        false
    }

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
/// of SQLite: a writer may then overwrite what is being read. So a file has one handle of
/// ours, whoever reads it, and none is closed while a connection with locks lives
/// ([`Locking`]).
#[derive(Debug)]
pub(super) struct FileBytes {
    path: PathBuf,
    open: Arc<OpenFile>,
    /// Dropped after `open`, which it may close.
    _closing: Closing,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    identity: Identity,
    kept: Kept,
}

/// What those who read a file made of it and share, for as long as anybody has it open.
type Kept = Mutex<Option<Arc<dyn Any + Send + Sync>>>;

/// Every handle of this process, and how many connections have locks.
struct Handles {
    files: Vec<Arc<OpenFile>>,
    locking: usize,
}

static HANDLES: Mutex<Handles> = Mutex::new(Handles { files: Vec::new(), locking: 0 });

fn handles() -> MutexGuard<'static, Handles> {
    HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Handles {
    fn close_unused(&mut self) {
        if self.locking == 0 {
            self.files.retain(|open| Arc::strong_count(open) > 1);
        }
    }
}

#[derive(Debug)]
struct Closing;

impl Drop for Closing {
    fn drop(&mut self) {
        handles().close_unused();
    }
}

/// A SQLite connection of ours that may have locks holds one of these.
#[derive(Debug)]
pub(super) struct Locking(());

impl Locking {
    pub fn begin() -> Locking {
        handles().locking += 1;
        Locking(())
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        let mut handles = handles();
        handles.locking -= 1;
        handles.close_unused();
    }
}

impl FileBytes {
    /// The handle of the file at `path`, shared with everybody who has it open.
    pub fn open(path: &Path) -> io::Result<FileBytes> {
        let mut handles = handles();
        let meta = std::fs::metadata(path)?;
        if !meta.is_file() {
            // Opening it could wait for ever.
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let identity = Outside::from(&meta).identity;
        let known = handles.files.iter().find(|open| cfg!(unix) && open.identity == identity);
        let open = match known {
            Some(open) => Arc::clone(open),
            None => {
                let file = File::open(path)?;
                let identity = Outside::from(&file.metadata()?).identity;
                let open = Arc::new(OpenFile { file, identity, kept: Kept::default() });
                handles.files.push(Arc::clone(&open));
                open
            }
        };
        Ok(FileBytes { path: path.to_owned(), open, _closing: Closing })
    }

    /// What is at most there: the head of a file, or one field of it.
    pub fn head(&self, offset: u64, want: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.read(offset, want, &mut out)?;
        Ok(out)
    }

    pub fn len(&self) -> io::Result<u64> {
        self.open.file.metadata().map(|meta| meta.len())
    }

    pub fn identity(&self) -> Identity {
        self.open.identity
    }

    pub fn kept(&self) -> MutexGuard<'_, Option<Arc<dyn Any + Send + Sync>>> {
        self.open.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first bytes of a file that is no store but lies beside one, and comes and goes with
/// every commit. `None`: connections have locks just now, so that none may be opened and closed.
pub(super) fn peek(path: &Path, want: usize) -> io::Result<Option<Vec<u8>>> {
    let handles = handles();
    if handles.locking > 0 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(want as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

impl Bytes for FileBytes {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        read_at(&self.open.file, offset, want, out)
    }

    fn progress(&self, offset: u64) -> f32 {
        let len = self.open.file.metadata().map_or(0, |meta| meta.len());
        if len == 0 { 1.0 } else { (offset as f64 / len as f64).min(1.0) as f32 }
    }

    fn present(&self) -> io::Result<Option<u64>> {
        self.len().map(Some)
    }

    fn now(&self) -> io::Result<Now> {
        let outside = Outside::of(&self.path)?;
        Ok(if outside.identity == self.open.identity { Now::Same(outside.len) } else { Now::Another })
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
