//! [`Walk`]: the records of a chunk, one behind the other, over what is damaged between them.

use std::io;
use std::sync::Arc;

use super::chunk::Chunk;
use super::record::{self, FRAME_BYTES, MAX_PAYLOAD_BYTES, Record};
use crate::formats::bytes::Bytes as _;

/// Bytes read at once where records are read one behind the other, and for one alone.
const WINDOW_BYTES: usize = 1 << 20;
const SMALL_BYTES: usize = 4 << 10;
/// A record whose length is damaged is looked at so far.
const UNKNOWN_BYTES: usize = 64 << 10;

/// Bytes of a chunk's file.
#[derive(Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    /// Offset of the first of them.
    start: u64,
    /// How much is read next: more from read to read that follows another closely.
    ahead: usize,
}

/// What stands at a place among the records.
pub(super) enum Frame {
    Whole {
        /// Bytes of the payload.
        len: usize,
        /// One of the lengths around it is not this.
        is_odd: bool,
    },
    /// A length of zero.
    Nothing,
    Broken(&'static str),
}

impl Window {
    /// Bytes from `offset` on: `want` of them or more, fewer only at the end of the file.
    fn read(&mut self, chunk: &Chunk, offset: u64, want: usize) -> io::Result<&[u8]> {
        let end = self.start + self.bytes.len() as u64;
        let inside = offset >= self.start && offset + want as u64 <= end;
        if !inside {
            let follows = offset >= self.start && offset <= end + SMALL_BYTES as u64;
            self.ahead = if follows { (self.ahead * 4).clamp(SMALL_BYTES, WINDOW_BYTES) } else { SMALL_BYTES };
            // What one large record took is not kept for small ones.
            if self.bytes.capacity() > 4 * WINDOW_BYTES.max(want) {
                self.bytes = Vec::new();
            }
            self.start = offset;
            // Of large ones more than one, so that those that overlap are not read again and again.
            let want = if follows && want > self.ahead { 2 * want } else { want };
            chunk.file.read(offset, want.max(self.ahead), &mut self.bytes)?;
        }
        Ok(self.bytes.get((offset - self.start) as usize..).unwrap_or_default())
    }

    /// Looks at the record at `offset`, which may go no further than `limit`.
    pub fn frame(&mut self, chunk: &Chunk, offset: u64, limit: u64) -> io::Result<Frame> {
        let room = usize::try_from(limit.saturating_sub(offset)).unwrap_or(usize::MAX);
        let Some(head) = self.read(chunk, offset, 4)?.first_chunk::<4>() else { return Ok(Frame::Broken(ENDS)) };
        let said = i32::from_le_bytes(*head);
        let said = match usize::try_from(said) {
            Ok(0) => return Ok(Frame::Nothing),
            Ok(said) if said <= MAX_PAYLOAD_BYTES => Some(said),
            _ => None,
        };
        let want = said.map_or(UNKNOWN_BYTES, |said| said + FRAME_BYTES).min(room);
        let bytes = self.read(chunk, offset, want)?;
        let bytes = &bytes[..bytes.len().min(room)];
        // Its own fields tell how long it is; that or one of the lengths may be damaged.
        let Some((_, len)) = bytes.get(4..).and_then(record::parse) else {
            let is_cut = said.is_some_and(|said| said + FRAME_BYTES > bytes.len());
            return Ok(Frame::Broken(if is_cut { ENDS } else { "it is no record" }));
        };
        let again = bytes.get(4 + len..FRAME_BYTES + len).and_then(<[u8]>::first_chunk::<4>);
        let again = again.is_some_and(|again| u32::from_le_bytes(*again) as usize == len);
        Ok(match (said == Some(len), again) {
            (false, false) => Frame::Broken("its fields do not fill its length"),
            (first, second) => Frame::Whole { len, is_odd: !(first && second) },
        })
    }
}

const ENDS: &str = "it is cut off";

/// A record and where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where in the log.
    pub position: i64,
    /// Where in the file its payload begins, and how long that is.
    offset: u64,
    len: usize,
}

impl Place {
    /// Position of what follows, in a chunk that is not scavenged.
    pub fn behind(&self) -> i64 {
        self.position + (self.len + FRAME_BYTES) as i64
    }
}

/// What a step came to.
pub(super) enum Step {
    Record(Place),
    /// Something is damaged, in words; the walk goes on behind it, or with what is left of it.
    Odd(String),
    End,
}

pub(super) struct Walk {
    pub chunk: Arc<Chunk>,
    window: Window,
    /// Over the map of a scavenged chunk.
    map_window: Window,
    offset: u64,
    /// Position behind the last record.
    behind: i64,
    /// Records before this one, where there is a map.
    nth: u64,
    /// Position at which the log ends, where it is known.
    end: Option<i64>,
    /// A record of which something odd was said first.
    held: Option<Place>,
}

impl Walk {
    /// From the first record on.
    pub fn new(chunk: Arc<Chunk>, end: Option<i64>) -> Walk {
        let (offset, behind) = (chunk.data, chunk.base);
        let (window, map_window) = Default::default();
        Walk { chunk, window, map_window, offset, behind, nth: 0, end, held: None }
    }

    /// Goes on in the same chunk, which may have grown or been completed, to another end.
    pub fn go_on(&mut self, chunk: Arc<Chunk>, end: Option<i64>) {
        (self.chunk, self.end) = (chunk, end);
        // What lies behind the old end was perhaps not whole.
        self.window.bytes.clear();
    }

    /// Position behind the last record that was met.
    pub fn behind(&self) -> i64 {
        self.behind
    }

    /// Where the records must end, and whether that is certain.
    fn limit(&self) -> (u64, bool) {
        let chunk = &*self.chunk;
        match self.end {
            Some(end) if !chunk.is_scavenged && end < chunk.bound => {
                let limit = chunk.data + (end - chunk.base).max(0) as u64;
                (limit.min(chunk.data_end), limit <= chunk.data_end)
            }
            _ => (chunk.data_end, chunk.is_complete),
        }
    }

    pub fn record(&mut self, place: &Place) -> io::Result<Option<Record<'_>>> {
        let bytes = self.window.read(&self.chunk, place.offset, place.len)?;
        let Some((mut record, _)) = bytes.get(..place.len).and_then(record::parse) else { return Ok(None) };
        record.position = place.position;
        Ok(Some(record))
    }

    pub fn step(&mut self) -> io::Result<Step> {
        if let Some(place) = self.held.take() {
            return Ok(Step::Record(place));
        }
        let (limit, is_certain) = self.limit();
        let offset = self.offset;
        if offset >= limit {
            return Ok(Step::End);
        }
        let (why, may_be_the_end) = match self.window.frame(&self.chunk, offset, limit)? {
            Frame::Whole { len, is_odd } => match self.place(offset + 4, len)? {
                Some((place, _)) if self.end.is_some_and(|end| place.position >= end) => return Ok(Step::End),
                Some((place, is_moved)) => return Ok(self.take(place, is_odd, is_moved)),
                None => ("its position does not fit its place", false),
            },
            Frame::Nothing => ("its length is zero", !is_certain),
            Frame::Broken(why) => (why, false),
        };
        let found = self.next_whole(offset, limit)?;
        self.offset = found.unwrap_or(limit);
        let name = &self.chunk.name;
        Ok(match found {
            None if may_be_the_end => Step::End,
            None => {
                let lost = limit - offset;
                Step::Odd(format!("{name}: the last {lost} bytes, from byte {offset} on, cannot be read: {why}"))
            }
            Some(found) => {
                let lost = found - offset;
                Step::Odd(format!("{name}: {lost} bytes from byte {offset} on are passed over: {why}"))
            }
        })
    }

    /// Goes behind a record; what is odd about it is said first.
    fn take(&mut self, place: Place, is_odd: bool, is_moved: bool) -> Step {
        let offset = place.offset - 4;
        self.offset = place.offset + (place.len + 4) as u64;
        self.behind = place.behind();
        self.nth += 1;
        if !is_odd && !is_moved {
            return Step::Record(place);
        }
        self.held = Some(place);
        let what = if is_odd { "a length" } else { "the position" };
        let name = &self.chunk.name;
        Step::Odd(format!("{name}: {what} of the record at byte {offset} is damaged; it is read all the same"))
    }

    /// The place in the log of the record whose payload is there, and whether it names another
    /// one itself.
    fn place(&mut self, offset: u64, len: usize) -> io::Result<Option<(Place, bool)>> {
        let bytes = self.window.read(&self.chunk, offset, len)?;
        let Some((record, _)) = bytes.get(..len).and_then(record::parse) else { return Ok(None) };
        let said = record.position;
        let chunk = &*self.chunk;
        if !chunk.is_scavenged {
            let position = chunk.base + (offset - 4 - chunk.data) as i64;
            return Ok(Some((Place { position, offset, len }, position != said)));
        }
        // Two tell it: the record and the map.
        let mapped = self.map_entry(self.nth)?.filter(|(at, _)| *at == offset - 4).map(|(_, position)| position);
        let next = self.map_entry(self.nth + 1)?.map_or(self.chunk.bound, |(_, position)| position);
        let fits = |position: &i64| *position >= self.behind && *position < next;
        let within = |position: &i64| *position >= self.chunk.base && *position < self.chunk.bound;
        let told = [Some(said), mapped];
        let position = told.into_iter().flatten().find(fits).or(Some(said).filter(within));
        Ok(position.map(|position| (Place { position, offset, len }, mapped.is_some_and(|mapped| mapped != said))))
    }

    /// The map's entry of that number: place in the file and position in the log.
    fn map_entry(&mut self, nth: u64) -> io::Result<Option<(u64, i64)>> {
        let Some(map) = self.chunk.map.filter(|map| nth < map.count) else { return Ok(None) };
        let bytes = self.map_window.read(&self.chunk, map.at + nth * map.entry_bytes, map.entry_bytes as usize)?;
        let parsed = || {
            let place = u32::from_le_bytes(*bytes.first_chunk()?);
            let behind = match map.entry_bytes {
                12 => i64::from_le_bytes(bytes.get(4..12)?.try_into().ok()?),
                _ => i64::from(i32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)),
            };
            Some((self.chunk.data + u64::from(place), self.chunk.base.checked_add(behind)?))
        };
        Ok(parsed())
    }

    /// Where behind `from` a whole record begins.
    fn next_whole(&mut self, from: u64, limit: u64) -> io::Result<Option<u64>> {
        if self.chunk.map.is_some() {
            while let Some((offset, _)) = self.map_entry(self.nth)? {
                if offset > from && offset < limit && self.is_whole(offset, limit)? {
                    return Ok(Some(offset));
                }
                self.nth += 1;
            }
            return Ok(None);
        }
        let mut at = from + 1;
        loop {
            let want = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX).min(WINDOW_BYTES);
            if want < POSITION_AT + 8 {
                return Ok(None);
            }
            let (base, data, bound) = (self.chunk.base, self.chunk.data, self.chunk.bound);
            let bytes = self.window.read(&self.chunk, at, want)?;
            let bytes = &bytes[..bytes.len().min(want)];
            let begins = |(nth, part): (usize, &[u8])| {
                let position = part.get(POSITION_AT..).and_then(<[u8]>::first_chunk::<8>);
                let position = i64::from_le_bytes(*position?);
                let own = base + (at + nth as u64 - data) as i64;
                let fits = match self.chunk.is_scavenged {
                    false => position == own,
                    true => (self.behind..bound).contains(&position) && part[4] <= 2 && part[5] <= 1,
                };
                fits.then_some(nth)
            };
            match bytes.windows(POSITION_AT + 8).enumerate().find_map(begins) {
                Some(nth) => {
                    at += nth as u64;
                    if self.is_whole(at, limit)? {
                        return Ok(Some(at));
                    }
                    at += 1;
                }
                None if bytes.len() < want => return Ok(None),
                None => at += (want - POSITION_AT - 7) as u64,
            }
        }
    }

    fn is_whole(&mut self, offset: u64, limit: u64) -> io::Result<bool> {
        Ok(matches!(self.window.frame(&self.chunk, offset, limit)?, Frame::Whole { is_odd: false, .. }))
    }

    /// The record at that position in the log.
    pub fn find(&mut self, position: i64) -> io::Result<Option<Place>> {
        let chunk = Arc::clone(&self.chunk);
        let offset = match chunk.is_scavenged {
            false => position.checked_sub(chunk.base).and_then(|behind| u64::try_from(behind).ok()),
            true => self.mapped(position)?,
        };
        if let Some(offset) = offset.and_then(|offset| offset.checked_add(chunk.data))
            && let Frame::Whole { len, .. } = self.window.frame(&chunk, offset, chunk.data_end)?
        {
            return Ok(Some(Place { position, offset: offset + 4, len }));
        }
        if !chunk.is_scavenged {
            return Ok(None);
        }
        // The map is damaged, or the position in the record: from where the last one was found.
        if position < self.behind {
            *self = Walk::new(chunk, None);
        }
        loop {
            match self.step()? {
                Step::Record(place) if place.position == position => return Ok(Some(place)),
                Step::Record(_) | Step::Odd(_) => {}
                Step::End => return Ok(None),
            }
        }
    }

    /// Where among the data the map says the record at that position is.
    fn mapped(&mut self, position: i64) -> io::Result<Option<u64>> {
        let (mut low, mut high) = (0, self.chunk.map.map_or(0, |map| map.count));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.map_entry(middle)? {
                Some((offset, found)) if found == position => return Ok(offset.checked_sub(self.chunk.data)),
                Some((_, found)) if found < position => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(None)
    }
}

/// Where in a record with its length its position stands.
const POSITION_AT: usize = 6;
