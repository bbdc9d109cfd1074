//! [`Shelf`]: the texts of an archive's blocks. Each is unpacked when it is read, and few are
//! open at once, however many there are.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::Packed;
use crate::formats::bytes::{Bytes, FileBytes, Now, Outside};
use crate::formats::file_name;
use crate::formats::layers::{self, Layer};
use crate::formats::spool::Spool;

/// Texts that are open at once. One takes up to three handles.
const OPEN: usize = 12;
/// A text that is no longer is held in memory, not in the cache.
const SMALL: u64 = 256 << 10;

pub(super) struct Shelf {
    cache: PathBuf,
    packed: Vec<Packed>,
    /// By the block's number, the one that was used last at the end.
    open: Mutex<VecDeque<(usize, Arc<dyn Bytes>)>>,
}

impl Shelf {
    pub fn new(packed: Vec<Packed>, cache: PathBuf) -> Arc<Shelf> {
        Arc::new(Shelf { cache, packed, open: Mutex::default() })
    }

    /// The text of a block; it need not be there.
    pub fn text(self: &Arc<Shelf>, block: usize) -> Arc<dyn Bytes> {
        let outside = self.packed.get(block).and_then(|packed| Outside::of(&packed.file).ok());
        Arc::new(OnShelf { shelf: Arc::clone(self), block, outside })
    }

    fn open(&self, block: usize) -> io::Result<Arc<dyn Bytes>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match open.iter().position(|(own, _)| *own == block) {
            Some(at) => open.remove(at),
            None => None,
        };
        let (_, bytes) = found.map_or_else(|| self.unpack(block).map(|bytes| (block, bytes)), Ok)?;
        open.push_back((block, Arc::clone(&bytes)));
        if open.len() > OPEN {
            open.pop_front();
        }
        Ok(bytes)
    }

    fn unpack(&self, block: usize) -> io::Result<Arc<dyn Bytes>> {
        let Some(Packed { file, layers }) = self.packed.get(block) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        if let Err(error) = File::open(file) {
            let trouble = format!("{} cannot be read: {error}", file_name(file));
            return Ok(Arc::new(Held { text: Vec::new(), trouble: Some(trouble) }));
        }
        match layers.as_slice() {
            [] => return Ok(Arc::new(FileBytes::open(file)?)),
            [Layer::Member { offset, len, deflated: false, .. }] => {
                return Ok(Arc::new(Part { file: FileBytes::open(file)?, offset: *offset, len: *len }));
            }
            _ => {}
        }
        let mut text = Vec::new();
        let read = layers::open(file, layers, &Arc::new(AtomicU64::new(0)))
            .and_then(|stream| stream.take(SMALL + 1).read_to_end(&mut text));
        if text.len() as u64 > SMALL {
            return Ok(Arc::new(Spool::open(file, layers.clone(), &self.cache)?));
        }
        // What was unpacked until there is right all the same.
        let trouble = read.err().map(|error| format!("{} cannot be unpacked to its end: {error}", file_name(file)));
        Ok(Arc::new(Held { text, trouble }))
    }
}

/// One text of the shelf.
struct OnShelf {
    shelf: Arc<Shelf>,
    block: usize,
    /// What its file looked like at first.
    outside: Option<Outside>,
}

impl Bytes for OnShelf {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        self.shelf.open(self.block)?.read(offset, want, out)
    }

    fn progress(&self, offset: u64) -> f32 {
        self.shelf.open(self.block).map_or(0.0, |bytes| bytes.progress(offset))
    }

    fn present(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn now(&self) -> io::Result<Now> {
        let file = self.shelf.packed.get(self.block).map(|packed| &packed.file);
        let now = file.map(|file| Outside::of(file)).transpose().unwrap_or_default();
        Ok(if now == self.outside { Now::Same(0) } else { Now::Another })
    }

    fn trouble(&self) -> Option<String> {
        self.shelf.open(self.block).ok()?.trouble()
    }
}

/// A text in memory.
struct Held {
    text: Vec<u8>,
    trouble: Option<String>,
}

impl Bytes for Held {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.text.len());
        out.clear();
        out.extend_from_slice(&self.text[from..from.saturating_add(want).min(self.text.len())]);
        Ok(())
    }

    fn progress(&self, offset: u64) -> f32 {
        (offset as f32 / self.text.len().max(1) as f32).min(1.0)
    }

    fn present(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn now(&self) -> io::Result<Now> {
        Ok(Now::Same(0))
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }
}

/// A text that stands in a file as it is.
struct Part {
    file: FileBytes,
    offset: u64,
    len: u64,
}

impl Bytes for Part {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let want = self.len.saturating_sub(offset).min(want as u64) as usize;
        self.file.read(self.offset.saturating_add(offset), want, out)
    }

    fn progress(&self, offset: u64) -> f32 {
        (offset as f32 / self.len.max(1) as f32).min(1.0)
    }

    fn present(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn now(&self) -> io::Result<Now> {
        self.file.now()
    }

    fn trouble(&self) -> Option<String> {
        let there = self.file.len().ok()?.saturating_sub(self.offset);
        (there < self.len).then(|| "the archive ends in the middle".to_owned())
    }
}
