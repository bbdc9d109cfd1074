//! [`Directory`]: which files of a folder are the log, and how far it goes.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::chunk::{Chunk, Footer, Header, md5_holds, room_for};

use crate::formats::bytes::{FileBytes, Outside};
use crate::model::{FindingCode, Findings};

/// The server's own size of a chunk, where no file tells.
const USUAL_BYTES: i64 = 256 << 20;
/// Chunks that are asked for the size, and records of each.
const ASKED: usize = 8;

/// A chunk file by its name, and which chunks of the log are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub start: u32,
    /// The last of them; the same as the first unless they were merged.
    pub end: u32,
    pub version: u32,
}

impl Entry {
    pub fn name(self) -> String {
        format!("chunk-{:06}.{:06}", self.start, self.version)
    }

    /// `chunk-000012.000001`; every other file is none.
    pub fn parse(name: &OsStr) -> Option<Entry> {
        let (start, version) = name.to_str()?.strip_prefix("chunk-")?.split_once('.')?;
        let number = |text: &str| {
            let is_number = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let start = number(start)?;
        Some(Entry { start, end: start, version: number(version)? })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub path: PathBuf,
    /// Those that are read, by their first chunk.
    pub entries: Vec<Entry>,
    /// Bytes of the log in a chunk.
    pub chunk_bytes: i64,
    /// What the folder looked like from outside.
    pub outside: Outside,
}

/// How far the log goes, as its checkpoints say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// `None` where no checkpoint can be read: as far as there are records.
    pub position: Option<i64>,
    pub is_truncated: bool,
}

impl End {
    /// Which file says so.
    pub fn file(self) -> &'static str {
        if self.is_truncated { "truncate.chk" } else { "writer.chk" }
    }
}

impl Directory {
    pub fn read(path: &Path, notes: &mut Findings) -> io::Result<Directory> {
        // Before the names, so that a later change shows.
        let outside = Outside::of(path)?;
        let mut files: Vec<Entry> = Vec::new();
        for name in std::fs::read_dir(path)? {
            files.extend(Entry::parse(&name?.file_name()));
        }
        // Of each number the newest version first.
        files.sort_by_key(|entry| (entry.start, std::cmp::Reverse(entry.version)));
        files.dedup_by_key(|entry| entry.start);
        let mut directory = Directory { path: path.to_owned(), entries: files, chunk_bytes: USUAL_BYTES, outside };
        directory.chunk_bytes = directory.vote_on_size()?;
        directory.leave_out_superseded(notes)?;
        Ok(directory)
    }

    /// A chunk file; the inner error is one of the file alone.
    pub fn open(&self, entry: Entry) -> io::Result<io::Result<FileBytes>> {
        use io::ErrorKind::{InvalidInput, NotFound, PermissionDenied};
        match FileBytes::open(&self.path.join(entry.name())) {
            Err(error) if matches!(error.kind(), NotFound | PermissionDenied | InvalidInput) => Ok(Err(error)),
            file => file.map(Ok),
        }
    }

    /// Merged chunks stand in for files that may still lie there.
    fn leave_out_superseded(&mut self, notes: &mut Findings) -> io::Result<()> {
        let files = std::mem::take(&mut self.entries);
        let mut expected = 0;
        for (at, entry) in files.iter().enumerate() {
            if entry.start < expected {
                continue;
            }
            let mut entry = *entry;
            if entry.version > 0 {
                let next = files.get(at + 1).map(|next| next.start);
                entry.end = self.merged_end(entry, next, notes)?;
            }
            expected = entry.end.saturating_add(1);
            self.entries.push(entry);
        }
        Ok(())
    }

    /// The last chunk that is in the file: what its header says, unless that would hide files
    /// and is damaged.
    fn merged_end(&self, entry: Entry, next: Option<u32>, notes: &mut Findings) -> io::Result<u32> {
        let Ok(file) = self.open(entry)? else { return Ok(entry.end) };
        let said = Header::read(&file)?.and_then(|header| u32::try_from(header.end).ok());
        let said = said.filter(|end| *end >= entry.start).unwrap_or(entry.start);
        // Where the footer is damaged, the header is not likely to be so, too.
        let Some(footer) = Footer::read(&file)? else { return Ok(said) };
        // Its records go so far in any case, and so far most such chunks go.
        let chunk_of = |bytes: u64| {
            let behind = bytes.saturating_sub(1) / self.chunk_bytes as u64;
            entry.start.saturating_add(u32::try_from(behind).unwrap_or(u32::MAX))
        };
        let told = [footer.logical_bytes, footer.mapped_bytes].map(chunk_of);
        let least = told[0].min(told[1]);
        let hides_others = next.is_some_and(|next| said.max(least) >= next);
        if told.contains(&said) || !hides_others || md5_holds(&file, &mut |_| {})? {
            return Ok(said.max(least));
        }
        let message = format!(
            "{} says that it holds chunks {} to {said}, and is damaged: of what it would replace, files behind chunk \
             {least} are read as well",
            entry.name(),
            entry.start
        );
        notes.note(FindingCode::Damaged, message);
        Ok(least)
    }

    /// Every header names the size of a chunk, and every position tells it: what most say is
    /// believed, since one may be damaged.
    fn vote_on_size(&self) -> io::Result<i64> {
        let mut votes: Vec<i64> = Vec::new();
        for entry in self.entries.iter().take(ASKED) {
            let Ok(file) = self.open(*entry)? else { continue };
            let Some(header) = Header::read(&file)? else { continue };
            votes.push(i64::from(header.chunk_bytes));
            if file.len()? == room_for(USUAL_BYTES) {
                votes.extend([USUAL_BYTES; 2]);
            }
            if entry.start > 0 && !header.is_scavenged {
                votes.extend(Chunk::said_bases(&file)?.iter().map(|base| base / i64::from(entry.start)));
            }
        }
        let count = |size: &i64| votes.iter().filter(|vote| *vote == size).count();
        let valid = votes.iter().filter(|size| **size > 0);
        // Of equals the first.
        Ok(valid.rev().max_by_key(|size| count(size)).copied().unwrap_or(USUAL_BYTES))
    }

    /// The file with the chunk of that number; else the next one there is.
    pub fn at_or_behind(&self, chunk: i64) -> Option<Entry> {
        let at = self.entries.partition_point(|entry| i64::from(entry.end) < chunk);
        self.entries.get(at).copied()
    }

    /// The file that has the position in the log.
    pub fn entry_of(&self, position: i64) -> Option<Entry> {
        let chunk = position.checked_div(self.chunk_bytes).filter(|chunk| *chunk >= 0)?;
        self.at_or_behind(chunk).filter(|entry| i64::from(entry.start) <= chunk)
    }

    /// Reads the checkpoints; what is odd about them is said.
    pub fn end(&self, notes: &mut Findings) -> io::Result<End> {
        let mut read = |name: &str| self.checkpoint(name, notes);
        // The writer is ahead of the chaser, so it is read last.
        let (truncate, chaser, writer) = (read("truncate.chk")?, read("chaser.chk")?, read("writer.chk")?);
        let writer = writer.filter(|position| *position >= 0);
        if writer.is_none() {
            notes.note(FindingCode::Damaged, "writer.chk is missing: the log is read as far as there are records");
        }
        let mut position = writer;
        if let (Some(own), Some(chaser)) = (writer, chaser)
            && chaser > own
        {
            let message = format!("writer.chk says that the log ends at {own}, and chaser.chk was at {chaser} before");
            notes.note(FindingCode::Damaged, message);
            position = Some(chaser);
        }
        let truncate = truncate.filter(|at| *at >= 0 && position.is_none_or(|end| *at < end));
        Ok(End { position: truncate.or(position), is_truncated: truncate.is_some() })
    }

    /// `None` where there is none, or one that says nothing.
    fn checkpoint(&self, name: &str, notes: &mut Findings) -> io::Result<Option<i64>> {
        let file = match FileBytes::open(&self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let bytes = file.head(0, 9)?;
        let value = <[u8; 8]>::try_from(bytes.as_slice()).ok().map(i64::from_le_bytes);
        if value.is_none() {
            let message = format!("{name} has {} bytes, where it should have 8: it is left out", bytes.len());
            notes.note(FindingCode::Damaged, message);
        }
        Ok(value)
    }
}
