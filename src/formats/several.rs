//! [`Several`]: stores of one dialect in one place, such as the tables of two applications,
//! read as one store. They are scanned one behind the other; a row's key says in which of
//! them it is. Their streams stay apart even where they have one name: the index asks
//! [`Store::part_of`]. What orders the rows of one says nothing of those of another.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    EventPage, Fetcher, PAGE_BYTES, PageRow, PayloadPage, ReadError, Run, ScanCursor, ScanStep, Scanner, Store,
    StoreChange,
};
use crate::dialect::Library;
use crate::model::{Content, FindingCode, Findings, Link, Listing, Node, Numbering, RowKey, Text};

/// Fetchers that are kept at once: each may hold a connection.
const MAX_FETCHERS: usize = 16;

/// One store of these, which have the same dialect; there must be one at least.
pub(super) fn together(mut parts: Vec<(Text, Arc<dyn Store>)>) -> Option<Arc<dyn Store>> {
    if parts.len() < 2 {
        return parts.pop().map(|(_, store)| store);
    }
    let keys = Keys::of(parts.len());
    let (names, stores): (Vec<Text>, Vec<Arc<dyn Store>>) = parts.into_iter().unzip();
    let first = Arc::clone(stores.first()?);
    Some(Arc::new(Several { names: names.into(), stores: stores.into(), first, keys }))
}

#[derive(Clone)]
struct Several {
    /// What each is called: its table.
    names: Arc<[Text]>,
    stores: Arc<[Arc<dyn Store>]>,
    /// Stands for all in what their dialect says.
    first: Arc<dyn Store>,
    keys: Keys,
}

impl Several {
    /// Moves what was odd in a part to the others; where only a row is named, of which table.
    fn tell(&self, part: usize, mut found: Findings, notes: &mut Findings) {
        found.reword(|finding| match finding.code {
            FindingCode::BadLine | FindingCode::Damaged if finding.stream.is_none() => {
                finding.message = format!("{}: {}", self.names[part], finding.message);
            }
            _ => {}
        });
        notes.absorb(&mut found);
    }
}

impl Store for Several {
    fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError> {
        let first = self.first.scanner()?;
        Ok(Box::new(SeveralScanner { all: self.clone(), first, other: None, tail: None, at_present: false }))
    }

    fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError> {
        Ok(Box::new(SeveralFetcher { all: self.clone(), open: HashMap::new() }))
    }

    fn decode(&self, row: &PageRow<'_>) -> Content {
        let (part, _) = self.keys.parted(row.key);
        self.stores.get(part).unwrap_or(&self.first).decode(row)
    }

    fn before(&self, row: &PageRow<'_>) -> Node {
        let (part, _) = self.keys.parted(row.key);
        self.stores.get(part).unwrap_or(&self.first).before(row)
    }

    fn plain<'r>(&self, row: &PageRow<'r>) -> Option<(&'r str, Option<&'r str>)> {
        let (part, _) = self.keys.parted(row.key);
        self.stores.get(part).unwrap_or(&self.first).plain(row)
    }

    fn links(&self, row: &PageRow<'_>, content: &Content) -> Vec<Link> {
        self.first.links(row, content)
    }

    fn has_links(&self) -> bool {
        self.first.has_links()
    }

    fn listing(&self) -> Listing {
        self.first.listing()
    }

    fn shown(&self, payload: &[u8], coding: u8) -> Node {
        self.first.shown(payload, coding)
    }

    fn shows_json_as_stored(&self) -> bool {
        self.first.shows_json_as_stored()
    }

    fn hands_on_json(&self) -> bool {
        self.stores.iter().all(|store| store.hands_on_json())
    }

    /// They are in one container, which is verified as a whole.
    fn verify(&self, notes: &mut Findings, progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        self.first.verify(notes, progress)
    }

    fn has_global_order(&self) -> bool {
        false
    }

    fn numbering(&self) -> Numbering {
        self.first.numbering()
    }

    fn library(&self) -> Option<&Library> {
        self.first.library()
    }

    fn parts(&self) -> &[Text] {
        &self.names
    }

    fn part_of(&self, key: RowKey) -> u16 {
        self.keys.parted(key).0 as u16
    }
}

/// How the number of a part and a row's own key are one key: as high and low bits, so that
/// keys of one part lie together, and those of the first are the rows' own.
#[derive(Clone, Copy, Debug)]
struct Keys {
    /// Bits of the row's own key.
    bits: u32,
}

impl Keys {
    fn of(parts: usize) -> Keys {
        Keys { bits: 63 - (usize::BITS - (parts - 1).leading_zeros()) }
    }

    /// `None` where the row's own key leaves no room.
    fn joined(self, part: usize, own: RowKey) -> Option<RowKey> {
        let half = 1_i64 << (self.bits - 1);
        (-half..half).contains(&own.0).then(|| RowKey(((part as i64) << self.bits) + own.0))
    }

    fn parted(self, key: RowKey) -> (usize, RowKey) {
        let half = 1_i64 << (self.bits - 1);
        let part = (key.0.saturating_add(half) >> self.bits).max(0);
        (part as usize, RowKey(key.0 - (part << self.bits)))
    }
}

/// Which part is scanned, and where each goes on.
struct Cursors {
    part: usize,
    each: Vec<ScanCursor>,
}

impl Cursors {
    fn of(cursor: &ScanCursor, parts: usize) -> Cursors {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte));
        let (part, mut rest) = cursor.0.split_at_checked(2).unwrap_or_default();
        let mut each = Vec::with_capacity(parts);
        while let Some((len, more)) = rest.split_at_checked(2) {
            let (own, more) = more.split_at_checked(number(len)).unwrap_or_default();
            each.push(ScanCursor(own.to_vec()));
            rest = more;
        }
        each.resize(parts, ScanCursor::START);
        Cursors { part: number(part).min(parts - 1), each }
    }

    fn joined(&self) -> ScanCursor {
        let number = |number: usize| (number as u16).to_be_bytes();
        let mut bytes = number(self.part).to_vec();
        for own in &self.each {
            bytes.extend(number(own.0.len()));
            bytes.extend(&own.0);
        }
        ScanCursor(bytes)
    }
}

struct SeveralScanner {
    all: Several,
    /// That of the first part, which also tells whether the place changed.
    first: Box<dyn Scanner>,
    /// That of the part which is scanned.
    other: Option<(usize, Box<dyn Scanner>)>,
    /// What the parts that are done left unfinished.
    tail: Option<String>,
    /// Each part ends where it ended when its turn came.
    at_present: bool,
}

impl SeveralScanner {
    fn of(&mut self, part: usize) -> Result<&mut dyn Scanner, ReadError> {
        if part == 0 {
            return Ok(&mut *self.first);
        }
        let other = match self.other.take() {
            Some((of, scanner)) if of == part => scanner,
            _ => {
                let mut scanner = self.all.stores[part].scanner()?;
                if self.at_present {
                    scanner.end_at_present()?;
                }
                scanner
            }
        };
        Ok(&mut *self.other.insert((part, other)).1)
    }
}

impl Scanner for SeveralScanner {
    fn scan(&mut self, cursor: &ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        let count = self.all.stores.len();
        let Cursors { part, mut each } = Cursors::of(cursor, count);
        let mut found = Findings::default();
        let step = self.of(part)?.scan(&each[part], page, &mut found)?;
        let keys = self.all.keys;
        for own in page.give_keys(0, |own| keys.joined(part, own)) {
            let message =
                format!("the row with the key {} is too far out to be told from those of other tables", own.0);
            found.note(FindingCode::BadLine, message);
        }
        self.all.tell(part, found, notes);
        each[part] = step.cursor;
        let mut next = part;
        if step.end {
            // It is scanned anew where the place grew, and holds nothing until then.
            self.other = None;
            self.tail = self.tail.take().or(step.tail);
            next = (part + 1) % count;
        }
        let end = step.end && next == 0;
        self.at_present &= !end;
        let progress = if end { 1.0 } else { (part as f32 + step.progress) / count as f32 };
        let tail = if end { self.tail.take() } else { None };
        Ok(ScanStep { cursor: Cursors { part: next, each }.joined(), end, progress, tail })
    }

    fn end_at_present(&mut self) -> Result<(), ReadError> {
        self.at_present = true;
        self.first.end_at_present()
    }

    fn change(&mut self, cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
        self.first.change(&Cursors::of(cursor, self.all.stores.len()).each[0])
    }

    fn rest(&mut self) {
        self.first.rest();
        self.other = None;
    }
}

struct SeveralFetcher {
    all: Several,
    /// By part.
    open: HashMap<usize, Box<dyn Fetcher>>,
}

impl SeveralFetcher {
    /// The fetcher of a part; `None` where there is no such part.
    fn of(&mut self, part: usize) -> Result<Option<&mut Box<dyn Fetcher>>, ReadError> {
        let Some(store) = self.all.stores.get(part) else { return Ok(None) };
        if !self.open.contains_key(&part) {
            if self.open.len() >= MAX_FETCHERS {
                self.open.clear();
            }
            self.open.insert(part, store.fetcher()?);
        }
        Ok(self.open.get_mut(&part))
    }

    /// The leading keys that are in one part, as its own.
    fn leading(&self, keys: &[RowKey]) -> (usize, Vec<RowKey>) {
        let parted = || keys.iter().map(|key| self.all.keys.parted(*key));
        let first = parted().next().map_or(0, |(part, _)| part);
        (first, parted().take_while(|(part, _)| *part == first).map(|(_, own)| own).collect())
    }
}

impl Fetcher for SeveralFetcher {
    fn fetch(
        &mut self,
        keys: &[RowKey],
        run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<usize, ReadError> {
        let mut read = 0;
        while read < keys.len() && (read == 0 || page.filled_bytes() <= PAGE_BYTES) {
            let (part, own) = self.leading(&keys[read..]);
            let (from, mut found) = (page.len(), Findings::default());
            let looked_at = match self.of(part)? {
                // A run is of one stream, so all of it is in one part.
                Some(fetcher) => fetcher.fetch(&own, run.filter(|_| own.len() == keys.len()), page, &mut found)?,
                None => own.len(),
            };
            let joined = self.all.keys;
            page.give_keys(from, |own| joined.joined(part, own));
            if !found.is_empty() {
                self.all.tell(part, found, notes);
            }
            read += looked_at;
            if looked_at < own.len() {
                break;
            }
        }
        Ok(read)
    }

    fn payloads(&mut self, keys: &[RowKey], run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        let (part, own) = self.leading(keys);
        let Some(fetcher) = self.of(part)? else { return Ok(own.len()) };
        let looked_at = fetcher.payloads(&own, run.filter(|_| own.len() == keys.len()), page)?;
        let joined = self.all.keys;
        page.give_keys(|own| joined.joined(part, own));
        Ok(looked_at)
    }

    fn rest(&mut self) {
        self.open.values_mut().for_each(|fetcher| fetcher.rest());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_the_part_and_the_row() {
        for parts in [2, 3, 4, 5, 700] {
            let keys = Keys::of(parts);
            let half = 1_i64 << (keys.bits - 1);
            let mut all = Vec::new();
            for part in 0..parts {
                for own in [-half, -1, 0, 1, half - 1] {
                    let joined = keys.joined(part, RowKey(own)).expect("room");
                    assert_eq!(keys.parted(joined), (part, RowKey(own)), "{parts} parts");
                    all.push(joined);
                }
                assert_eq!(keys.joined(part, RowKey(half)), None);
                assert_eq!(keys.joined(part, RowKey(i64::MIN)), None);
            }
            assert!(all.is_sorted(), "keys of one part lie together");
        }
    }

    #[test]
    fn cursors_are_kept_apart() {
        let cursors = Cursors { part: 2, each: vec![ScanCursor::at(-5), ScanCursor::START, ScanCursor::at(7)] };
        let again = Cursors::of(&cursors.joined(), 3);
        assert_eq!((again.part, again.each), (2, cursors.each));
        let start = Cursors::of(&ScanCursor::START, 2);
        assert_eq!((start.part, start.each), (0, vec![ScanCursor::START; 2]));
    }
}
