//! [`Chunk`]: one file of the log, and what its header and footer say of the records in it.
//!
//! `header (128) | records | map of positions | zeros | footer (128)`, as in
//! `TransactionLog/Chunks/*.cs` of kurrent-io/KurrentDB. What one of them says is believed only
//! where the others agree: a bit that turned over must not hide a whole file.

use std::io;

use md5::{Digest, Md5};

use super::directory::{Directory, Entry};
use super::record::FRAME_BYTES;
use super::walk::{Frame, Window};
use crate::formats::bytes::{Bytes, FileBytes};
use crate::model::{FindingCode, Findings};

pub(super) const HEADER_BYTES: u64 = 128;
const FOOTER_BYTES: u64 = 128;
const MD5_BYTES: usize = 16;
/// Bytes that are read at once where a whole file is.
const BLOCK_BYTES: usize = 1 << 20;
/// Files from version 3 on are filled up to a multiple of it.
const ALIGNMENT: u64 = 4_096;
/// The newest version of the format that is known.
const NEWEST: u8 = 4;

/// The first 128 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    kind: u8,
    least_version: u8,
    pub version: u8,
    pub chunk_bytes: i32,
    pub start: i32,
    pub end: i32,
    pub is_scavenged: bool,
    /// How its bytes are turned round: 0 not at all, 1 encrypted.
    transform: u8,
}

impl Header {
    pub fn read(file: &FileBytes) -> io::Result<Option<Header>> {
        let bytes = file.head(0, HEADER_BYTES as usize)?;
        let i32_at = |at: usize| Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let parsed = || {
            let least_version = *bytes.get(1)?;
            let version = *bytes.get(34)?;
            Some(Header {
                kind: *bytes.first()?,
                least_version,
                version: if version == 0 { least_version } else { version },
                chunk_bytes: i32_at(2)?,
                start: i32_at(6)?,
                end: i32_at(10)?,
                is_scavenged: i32_at(14)? > 0,
                transform: if version >= 4 { *bytes.get(35)? } else { 0 },
            })
        };
        Ok(parsed().filter(|_| bytes.len() as u64 == HEADER_BYTES))
    }

    /// Why it cannot be what a server wrote for that chunk.
    fn fault(&self, entry: Entry, chunk_bytes: i64) -> Option<String> {
        let Header { kind, least_version, version, start, end, .. } = *self;
        if kind != 2 {
            return Some(format!("its header says that it is a file of kind {kind}, where a chunk is 2"));
        }
        if !(2..=NEWEST).contains(&least_version) || !(2..=NEWEST).contains(&version) {
            return Some(format!("its header names format version {version} ({least_version} to read it)"));
        }
        if i64::from(self.chunk_bytes) != chunk_bytes {
            return Some(format!("its header names a size of {}, where it is {chunk_bytes}", self.chunk_bytes));
        }
        if (i64::from(start), i64::from(end)) != (i64::from(entry.start), i64::from(entry.end)) {
            return Some(format!("its header says that it holds chunks {start} to {end}"));
        }
        None
    }
}

/// The last 128 bytes of a chunk that is completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footer {
    pub data_bytes: u64,
    /// Up to where in the log its records went before some were taken out.
    pub logical_bytes: u64,
    /// The same as its map tells it.
    pub mapped_bytes: u64,
    map_bytes: u64,
    has_wide_map: bool,
}

impl Footer {
    /// `None` where the chunk is not completed, or where what it says does not fit the file.
    pub fn read(file: &FileBytes) -> io::Result<Option<Footer>> {
        let len = file.len()?;
        let Some(at) = len.checked_sub(FOOTER_BYTES).filter(|at| *at >= HEADER_BYTES) else { return Ok(None) };
        let bytes = file.head(at, FOOTER_BYTES as usize)?;
        let footer = Footer::parse(&bytes).filter(|footer| footer.fits(len));
        footer.map_or(Ok(None), |footer| footer.with_its_map(file))
    }

    fn parse(bytes: &[u8]) -> Option<Footer> {
        let number = |at: usize, len: usize| {
            let mut wide = [0; 8];
            wide[..len].copy_from_slice(bytes.get(at..at + len)?);
            Some(u64::from_le_bytes(wide))
        };
        let has_wide_map = bytes.first()? & 2 != 0;
        let width = if has_wide_map { 8 } else { 4 };
        Some(Footer {
            data_bytes: number(1, 4)?,
            logical_bytes: number(5, width)?,
            mapped_bytes: number(5, width)?,
            map_bytes: number(5 + width, 4)?,
            has_wide_map,
        })
        // One that is written to has zeros there.
        .filter(|_| bytes[0] & 1 != 0 && bytes.iter().rev().take(MD5_BYTES).any(|byte| *byte != 0))
    }

    /// What it says of the file is so. Without a map nothing was taken out.
    fn fits(&self, len: u64) -> bool {
        let used = HEADER_BYTES + self.data_bytes + self.map_bytes + FOOTER_BYTES;
        let is_all_there = self.data_bytes == self.logical_bytes || self.data_bytes == 0;
        (used == len || used.next_multiple_of(ALIGNMENT) == len)
            && self.map_bytes.is_multiple_of(self.entry_bytes())
            && (self.map_bytes > 0 || is_all_there)
    }

    fn entry_bytes(&self) -> u64 {
        if self.has_wide_map { 12 } else { 8 }
    }

    fn map(&self) -> Option<Map> {
        let entry_bytes = self.entry_bytes();
        let map = Map { at: HEADER_BYTES + self.data_bytes, count: self.map_bytes / entry_bytes, entry_bytes };
        (map.count > 0).then_some(map)
    }

    /// The map is where the footer says: its first entries fit the first records, or its last
    /// the last. Then also where in the log the last one ends.
    fn with_its_map(mut self, file: &FileBytes) -> io::Result<Option<Footer>> {
        let Some(map) = self.map() else { return Ok(Some(self)) };
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let entry = |nth: u64| -> io::Result<(u64, u64)> {
            let bytes = file.head(map.at + nth * map.entry_bytes, map.entry_bytes as usize)?;
            let (place, behind) = bytes.split_at(bytes.len().min(4));
            Ok((number(place), number(behind)))
        };
        let len = |place: u64| Ok(number(&file.head(HEADER_BYTES + place, 4)?) + FRAME_BYTES as u64);
        let (place, behind) = entry(map.count - 1)?;
        let last: io::Result<u64> = len(place);
        let last = last?;
        self.mapped_bytes = behind.saturating_add(last);
        let first: io::Result<u64> = len(0);
        let begins = entry(0)?.0 == 0 && (map.count == 1 || entry(1)?.0 == first?);
        Ok((begins || place + last == self.data_bytes).then_some(self))
    }
}

/// Where the position of each record of a scavenged chunk is, in the order of the records:
/// place among the data (4 bytes) and place in the log behind the chunk's beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map {
    pub at: u64,
    pub count: u64,
    pub entry_bytes: u64,
}

/// Bytes of the file of a chunk that is written to.
pub(super) fn room_for(chunk_bytes: i64) -> u64 {
    (HEADER_BYTES + chunk_bytes.max(0) as u64 + FOOTER_BYTES).next_multiple_of(ALIGNMENT)
}

/// An open chunk.
#[derive(Debug)]
pub(super) struct Chunk {
    pub file: FileBytes,
    pub name: String,
    pub entry: Entry,
    /// Position in the log of its first byte, and of the first byte behind it.
    pub base: i64,
    pub bound: i64,
    /// Where in the file its records begin and end.
    pub data: u64,
    pub data_end: u64,
    /// A footer says so; else records go as far as there are some.
    pub is_complete: bool,
    pub is_scavenged: bool,
    pub map: Option<Map>,
}

impl Chunk {
    /// A chunk; `Ok(None)` where nothing of it can be read, as a finding says.
    pub fn of(file: FileBytes, entry: Entry, directory: &Directory, notes: &mut Findings) -> io::Result<Option<Chunk>> {
        let name = entry.name();
        let len = file.len()?;
        let Some(header) = Header::read(&file)? else {
            notes.note(FindingCode::Damaged, format!("{name} cannot be read: it ends inside its header"));
            return Ok(None);
        };
        let footer = Footer::read(&file)?;
        let map = footer.and_then(|footer| footer.map());
        let base = i64::from(entry.start).saturating_mul(directory.chunk_bytes);
        let bound = (i64::from(entry.end) + 1).saturating_mul(directory.chunk_bytes);
        let mut chunk = Chunk {
            file,
            entry,
            base,
            bound,
            data: HEADER_BYTES,
            data_end: footer.map_or(len, |footer| HEADER_BYTES + footer.data_bytes),
            is_complete: footer.is_some(),
            is_scavenged: header.is_scavenged || map.is_some(),
            map,
            name,
        };
        if !chunk.is_scavenged {
            // Its records go no further than the next chunk.
            chunk.data_end = chunk.data_end.min(HEADER_BYTES + (bound - base).max(0) as u64);
        }
        if chunk.is_readable_in_spite_of(&header, directory, notes)? { Ok(Some(chunk)) } else { Ok(None) }
    }

    /// Says what is odd about the header, and believes the first record more than that.
    fn is_readable_in_spite_of(
        &self,
        header: &Header,
        directory: &Directory,
        notes: &mut Findings,
    ) -> io::Result<bool> {
        let name = &self.name;
        let fault = header.fault(self.entry, directory.chunk_bytes);
        if header.transform == 0 && fault.is_none() {
            return Ok(true);
        }
        let begins = self.begins_with_a_record()?;
        if !begins && header.transform == 1 {
            notes.note(FindingCode::Encrypted, format!("{name} is encrypted at rest: its events are not shown"));
            return Ok(false);
        }
        let transformed = || format!("its header says that its bytes are transformed in way {}", header.transform);
        let fault = fault.unwrap_or_else(transformed);
        let read = if begins { "is read all the same" } else { "cannot be read" };
        notes.note(FindingCode::Damaged, format!("{name} {read}: {fault}"));
        // Without a record there may be none, or the header may be right.
        Ok(begins || (header.transform == 0 && header.least_version <= NEWEST))
    }

    fn begins_with_a_record(&self) -> io::Result<bool> {
        let frame = Window::default().frame(self, self.data, self.data_end)?;
        Ok(matches!(frame, Frame::Whole { .. }))
    }
}

impl Chunk {
    /// Where the chunk begins in the log, as its first two records tell.
    pub fn said_bases(file: &FileBytes) -> io::Result<Vec<i64>> {
        let (mut bases, mut at) = (Vec::new(), 0);
        for _ in 0..2 {
            let bytes = file.head(HEADER_BYTES + at, 14)?;
            let (Some(len), Some(position)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<8>()) else { break };
            let Ok(len) = u64::try_from(i32::from_le_bytes(*len)) else { break };
            bases.extend(i64::from_le_bytes(*position).checked_sub(at as i64));
            at += len + FRAME_BYTES as u64;
        }
        Ok(bases)
    }
}

/// Whether the bytes of a completed chunk are what they were when it was completed. `progress`
/// is told which part of them is read.
pub(super) fn md5_holds(file: &FileBytes, progress: &mut dyn FnMut(f32)) -> io::Result<bool> {
    let len = file.len()?;
    let end = len.saturating_sub(MD5_BYTES as u64);
    let stored = file.head(end, MD5_BYTES)?;
    let (mut hasher, mut at, mut block) = (Md5::new(), 0, Vec::new());
    while at < end {
        let want = usize::try_from(end - at).unwrap_or(usize::MAX).min(BLOCK_BYTES);
        file.read(at, want, &mut block)?;
        if block.is_empty() {
            return Ok(false);
        }
        hasher.update(&block);
        at += block.len() as u64;
        progress(at as f32 / end as f32);
    }
    Ok(hasher.finalize().as_slice() == stored)
}
