//! [`Spool`]: what a compressed file unpacks to, in a file of the cache.
//!
//! Whoever reads behind what is unpacked so far unpacks further, a block at a time: so the
//! first scan of a store writes its spool, shows the first streams at once, and can be
//! stopped. A whole spool is kept under a name made of the original's size, time and ends,
//! and the next opening finds it there; one that is not whole goes with its store.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};

use super::bytes::{Bytes, FileBytes, Now, Outside, read_at};
use super::layers::{self, Layer, Stream};

/// Unpacked at once.
const BLOCK: usize = 1 << 20;
/// All spools together, and at most half of what is free.
const MAX_BYTES: u64 = 20 << 30;
/// Bytes at both ends of a file that tell it from others.
const END_BYTES: u64 = 64 << 10;
/// Less is not spoken of.
const WORTH_A_WORD: u64 = 64 << 20;
const PREFIX: &str = "unpacking-";
const ENDING: &str = "spool";

/// See the module above.
pub(super) struct Spool {
    path: PathBuf,
    origin: Origin,
    folder: PathBuf,
    /// Where the unpacked bytes are.
    file: File,
    /// Bytes unpacked so far.
    written: AtomicU64,
    /// Bytes of the original read so far.
    consumed: Arc<AtomicU64>,
    /// Bytes that are needed at least, and bytes that were free, where it is much.
    needed: Option<(u64, u64)>,
    state: Mutex<State>,
}

/// What is unpacked.
#[derive(Clone, Debug)]
enum Origin {
    /// One file.
    Layers(Vec<Layer>),
    /// Files of lines, one behind the other.
    Files(Vec<PathBuf>),
}

impl Origin {
    fn open(&self, path: &Path, consumed: &Arc<AtomicU64>) -> io::Result<Stream> {
        match self {
            Origin::Layers(layers) => layers::open(path, layers, consumed),
            Origin::Files(files) => Ok(Box::new(BufReader::new(layers::Files::new(files.clone(), consumed)))),
        }
    }
}

struct State {
    /// `None` once everything is unpacked.
    stream: Option<Stream>,
    /// The spool's file until it is whole.
    unnamed: Option<NamedTempFile>,
    /// Its path once it is.
    named: Option<PathBuf>,
    original: Original,
    trouble: Option<String>,
    /// No more than this is written.
    room: u64,
}

/// What tells the original from another file.
#[derive(Clone, PartialEq, Eq)]
struct Original {
    outside: Outside,
    /// Hash of its ends; of several files of what is seen of each from outside.
    ends: String,
}

impl Original {
    fn of(path: &Path, origin: &Origin) -> io::Result<Original> {
        let outside = Outside::of(path)?;
        let Origin::Files(files) = origin else { return Ok(Original { ends: ends(path, outside.len)?, outside }) };
        let (mut hash, mut len) = (Sha256::new(), 0);
        for file in files {
            // One that is not there is told when its turn comes.
            let outside = Outside::of(file).ok();
            len += outside.as_ref().map_or(0, |outside| outside.len);
            hash.update(format!("{file:?} {outside:?}"));
        }
        Ok(Original { outside: Outside { len, ..outside }, ends: hex(&hash.finalize()) })
    }

    fn name(&self, origin: &Origin) -> String {
        let time = self.outside.changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let mut hash = Sha256::new();
        hash.update(format!("{origin:?} {} {:?} {}", self.outside.len, time, self.ends));
        format!("{}.{ENDING}", hex(&hash.finalize()[..16]))
    }
}

fn ends(path: &Path, len: u64) -> io::Result<String> {
    let file = FileBytes::open(path)?;
    let mut hash = Sha256::new();
    hash.update(file.head(0, END_BYTES.min(len) as usize)?);
    let tail = len.saturating_sub(END_BYTES);
    hash.update(file.head(tail, (len - tail) as usize)?);
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Spool {
    /// Begins to unpack the file at `path`, or finds what was unpacked before.
    pub fn open(path: &Path, layers: Vec<Layer>, cache: &Path) -> io::Result<Spool> {
        Spool::of(path, Origin::Layers(layers), cache)
    }

    /// The same for files of lines that belong to one folder, one behind the other.
    pub fn of_files(folder: &Path, files: Vec<PathBuf>, cache: &Path) -> io::Result<Spool> {
        Spool::of(folder, Origin::Files(files), cache)
    }

    fn of(path: &Path, origin: Origin, cache: &Path) -> io::Result<Spool> {
        let folder = folder(cache);
        std::fs::create_dir_all(&folder)?;
        let original = Original::of(path, &origin)?;
        let named = folder.join(original.name(&origin));
        let consumed = Arc::default();
        let mut needed = None;
        let mut state = State { stream: None, unnamed: None, named: None, original, trouble: None, room: 0 };
        let (file, written) = match File::options().read(true).write(true).open(&named) {
            Ok(file) => {
                // The oldest go first where there is no room; this one is in use.
                file.set_modified(SystemTime::now())?;
                state.named = Some(named);
                let len = file.metadata()?.len();
                (file, len)
            }
            Err(_) => {
                let free = fs4::available_space(&folder)?;
                state.room = make_room(&folder, free);
                let least = if let Origin::Layers(layers) = &origin { layers::least_bytes(path, layers) } else { 0 };
                if least > state.room {
                    return Err(no_room(least, state.room, &folder));
                }
                needed = (least > WORTH_A_WORD).then_some((least, free));
                let prefix = format!("{PREFIX}{}-", std::process::id());
                let unnamed = tempfile::Builder::new().prefix(&prefix).tempfile_in(&folder)?;
                let file = unnamed.reopen()?;
                state.stream = Some(origin.open(path, &consumed)?);
                state.unnamed = Some(unnamed);
                (file, 0)
            }
        };
        Ok(Spool {
            path: path.to_owned(),
            origin,
            folder,
            file,
            written: AtomicU64::new(written),
            consumed,
            needed,
            state: Mutex::new(state),
        })
    }

    /// What unpacking takes, as a sentence of the evidence, where it is much and known before.
    pub fn sentence(&self) -> Option<String> {
        let (needed, free) = self.needed?;
        Some(format!("that copy takes at least {} MiB of {} MiB that are free", needed >> 20, free >> 20))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unpacks until there are `until` bytes, or the end.
    fn unpack(&self, until: u64) -> io::Result<()> {
        let mut state = self.state();
        let mut block = vec![0; BLOCK];
        while self.written.load(Ordering::Acquire) < until {
            let Some(stream) = &mut state.stream else { return Ok(()) };
            let mut filled = 0;
            let mut ended = false;
            while filled < BLOCK && !ended {
                match stream.read(&mut block[filled..]) {
                    Ok(0) => ended = true,
                    Ok(bytes) => filled += bytes,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    // What was unpacked until here is right all the same.
                    Err(error) => {
                        state.trouble = Some(format!("it cannot be unpacked to its end: {error}"));
                        ended = true;
                        break;
                    }
                }
            }
            let written = self.written.load(Ordering::Acquire);
            if written + filled as u64 > state.room {
                let room = state.room >> 20;
                return Err(io::Error::new(
                    io::ErrorKind::StorageFull,
                    format!("it unpacks to more than {room} MiB, for which there is room in {}", self.folder.display()),
                ));
            }
            (&self.file).seek(SeekFrom::Start(written))?;
            (&self.file).write_all(&block[..filled])?;
            self.written.store(written + filled as u64, Ordering::Release);
            if ended {
                state.stream = None;
                self.keep(&mut state);
            }
        }
        Ok(())
    }

    /// Gives a whole spool the name by which it is found again.
    fn keep(&self, state: &mut State) {
        if state.trouble.is_some() {
            return;
        }
        let name = self.folder.join(state.original.name(&self.origin));
        // Where that fails it is unpacked again next time.
        let kept = match (state.unnamed.take(), &state.named) {
            (Some(unnamed), _) => match unnamed.persist(&name) {
                Ok(_) => true,
                Err(error) => {
                    state.unnamed = Some(error.file);
                    false
                }
            },
            (None, Some(old)) => std::fs::rename(old, &name).is_ok(),
            (None, None) => false,
        };
        if kept {
            state.named = Some(name);
        }
    }

    /// Unpacks everything that can be; where it is then.
    pub fn whole(&self) -> io::Result<PathBuf> {
        self.unpack(u64::MAX)?;
        let state = self.state();
        let path = state.named.clone().or_else(|| Some(state.unnamed.as_ref()?.path().to_owned()));
        path.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the unpacked copy is gone"))
    }

    /// The file became longer: what is new is unpacked behind what there is.
    fn grow(&self, state: &mut State, original: Original) -> io::Result<()> {
        self.consumed.store(0, Ordering::Relaxed);
        let mut stream = self.origin.open(&self.path, &self.consumed)?;
        io::copy(&mut (&mut stream).take(self.written.load(Ordering::Acquire)), &mut io::sink())?;
        state.room = make_room(&self.folder, fs4::available_space(&self.folder)?);
        (state.stream, state.original, state.trouble) = (Some(stream), original, None);
        Ok(())
    }
}

impl Bytes for Spool {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        self.unpack(offset.saturating_add(want as u64))?;
        let there = self.written.load(Ordering::Acquire).saturating_sub(offset);
        read_at(&self.file, offset, want.min(there as usize), out)
    }

    fn progress(&self, offset: u64) -> f32 {
        let state = self.state();
        let written = self.written.load(Ordering::Acquire);
        let unpacked = match (&state.stream, state.original.outside.len) {
            (None, _) | (_, 0) => 1.0,
            (Some(_), len) => (self.consumed.load(Ordering::Relaxed) as f64 / len as f64).min(1.0),
        };
        if written == 0 { 0.0 } else { (unpacked * (offset as f64 / written as f64).min(1.0)) as f32 }
    }

    fn present(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn now(&self) -> io::Result<Now> {
        if let Origin::Files(_) = self.origin {
            let is_same = Original::of(&self.path, &self.origin)? == self.state().original;
            return Ok(if is_same { Now::Same(self.written.load(Ordering::Acquire)) } else { Now::Another });
        }
        let outside = Outside::of(&self.path)?;
        let mut state = self.state();
        let before = state.original.clone();
        if outside == before.outside {
            return Ok(Now::Same(self.written.load(Ordering::Acquire)));
        }
        let longer = outside.identity == before.outside.identity && outside.len > before.outside.len;
        if !longer || ends(&self.path, before.outside.len)? != before.ends {
            return Ok(Now::Another);
        }
        self.grow(&mut state, Original::of(&self.path, &self.origin)?)?;
        Ok(Now::Same(u64::MAX))
    }

    fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }
}

fn no_room(needed: u64, room: u64, folder: &Path) -> io::Error {
    let (needed, room, folder) = (needed >> 20, room >> 20, folder.display());
    let said = format!("it unpacks to {needed} MiB at least, and there is room for {room} MiB in {folder}");
    io::Error::new(io::ErrorKind::StorageFull, said)
}

/// A folder of the cache into which a folder is unpacked, and how much it may hold.
pub(super) struct Room {
    pub path: PathBuf,
    pub bytes: u64,
    folder: PathBuf,
}

impl Room {
    /// For a folder that is in the file at `path` under that name.
    pub fn of_folder(path: &Path, name: &str, cache: &Path) -> io::Result<Room> {
        let folder = folder(cache);
        std::fs::create_dir_all(&folder)?;
        let origin = Origin::Layers(Vec::new());
        let mut hash = Sha256::new();
        hash.update(format!("{name:?} {}", Original::of(path, &origin)?.name(&origin)));
        let path = folder.join(format!("{}.{ENDING}", hex(&hash.finalize()[..16])));
        let bytes = if path.is_dir() { 0 } else { make_room(&folder, fs4::available_space(&folder)?) };
        Ok(Room { path, bytes, folder })
    }

    /// It was unpacked before.
    pub fn is_there(&self) -> bool {
        self.path.is_dir()
    }

    /// # Errors
    /// Where there is no room for so much.
    pub fn needs(&self, bytes: u64) -> io::Result<()> {
        if bytes <= self.bytes { Ok(()) } else { Err(no_room(bytes, self.bytes, &self.folder)) }
    }

    /// A folder that is gone with its owner, unless it is kept.
    pub fn begin(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(&self.folder)
    }

    /// Gives what is whole its name.
    pub fn keep(self, unpacked: TempDir) -> io::Result<PathBuf> {
        match std::fs::rename(unpacked.path(), &self.path) {
            // Another program was faster: its copy is the same.
            Err(error) if !self.path.is_dir() => Err(error),
            _ => Ok(self.path),
        }
    }
}

/// Removes what programs left that were killed while they unpacked.
pub(super) fn sweep(cache: &Path) {
    for (path, name) in entries(&folder(cache)) {
        if owner(&name).is_some_and(is_gone) {
            drop(remove(&path));
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// Where all spools are.
fn folder(cache: &Path) -> PathBuf {
    cache.join("unpacked")
}

fn entries(folder: &Path) -> impl Iterator<Item = (PathBuf, String)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.path(), entry.file_name().to_string_lossy().into_owned()))
}

/// The program that unpacks into a file of that name.
fn owner(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse().ok())
}

/// Removes the oldest spools where there are too many; how many bytes a new one may have.
fn make_room(folder: &Path, free: u64) -> u64 {
    let mut kept = Vec::new();
    for (path, name) in entries(folder) {
        if let (None, Ok(meta)) = (owner(&name), std::fs::metadata(&path)) {
            let len = match meta.is_dir() {
                true => entries(&path).filter_map(|(path, _)| Some(std::fs::metadata(path).ok()?.len())).sum(),
                false => meta.len(),
            };
            kept.push((meta.modified().ok(), len, path));
        }
    }
    kept.sort();
    let mut held: u64 = kept.iter().map(|(_, len, _)| len).sum();
    let mut free = free;
    for (_, len, path) in kept {
        if held <= MAX_BYTES / 2 && free / 2 >= len {
            break;
        }
        if remove(&path).is_ok() {
            held -= len;
            free += len;
        }
    }
    (free / 2).min(MAX_BYTES - held.min(MAX_BYTES))
}

/// No process has that number. Where processes cannot be looked up, all are there.
pub(super) fn is_gone(process: u32) -> bool {
    Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{process}")).exists()
}
