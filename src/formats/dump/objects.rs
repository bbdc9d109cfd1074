//! Large objects of PostgreSQL: values that stand apart from the tables, whose columns of the type
//! `oid` hold their numbers. In a script they stand behind all rows, in an archive in blocks or
//! files of their own. Where each is stands in an index; its bytes are read when a row is.
//!
//! Format: PostgreSQL's src/bin/pg_dump/pg_backup_null.c, _custom.c, _directory.c and _tar.c.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::Flavour;
use super::archive::{ENDINGS, damaged};
use super::rows::{string, unpack_bytes};
use super::script::{MAX_LINE_HEAD, Statements, is_word};
use super::walk::MAX_ROW_BYTES;
use super::window::{STEP, Window};
use crate::formats::bytes::{Bytes, FileBytes};
use crate::formats::layers::{self, Layer, Stream};
use crate::model::FindingCode;

/// Objects that are remembered; each takes 16 bytes.
const MAX_OBJECTS: usize = if cfg!(test) { 1_000 } else { 16 << 20 };
/// Databases of one script.
const MAX_DATABASES: usize = 100_000;
/// A call that writes a part of an object is not longer: pg_dump writes 16 KiB at once.
pub(super) const MAX_CALL: usize = 1 << 20;
/// Bytes of the archive that are held of one object.
const HELD: u64 = 64 << 10;

/// The large objects of a dump.
pub(super) struct LargeObjects {
    stand: Stand,
    /// Of an archive it is made when the first object is asked for: no header waits for it.
    index: OnceLock<ObjectIndex>,
}

/// Where the objects of a dump stand.
pub(super) enum Stand {
    /// Calls in a script. `escapes`: backslashes in its strings do.
    Script { bytes: Arc<dyn Bytes>, escapes: bool },
    /// Blocks of a custom archive, each at its offset.
    Custom { file: Arc<FileBytes>, path: PathBuf, int_bytes: u8, unpacks: Option<Layer>, blocks: Vec<u64> },
    /// Members of a tar.
    Tar(Arc<FileBytes>),
    /// Files of a folder.
    Folder(PathBuf),
}

/// Where one object stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    number: u32,
    /// Bytes that it takes there; of 4 GiB or more, which are not read, the most there can be.
    len: u32,
    /// In a folder which of the endings its file has.
    start: u64,
}

/// Where the objects of a dump stand, by their numbers, and what is odd of them.
#[derive(Debug, Default)]
pub(super) struct ObjectIndex {
    places: Vec<Place>,
    /// Where the parts of a script begin that are of one database each: numbers are those of one.
    databases: Vec<u64>,
    /// The object that a script is writing, and where that begins.
    open: Option<(u32, u64)>,
    is_full: bool,
    /// The first that is there twice, and the first that is not whole.
    twice: Option<u32>,
    broken: Option<u32>,
    trouble: Option<String>,
}

impl ObjectIndex {
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn add(&mut self, number: u32, start: u64, len: u64) {
        if self.places.len() >= MAX_OBJECTS {
            self.is_full = true;
            return;
        }
        self.places.push(Place { number, len: u32::try_from(len).unwrap_or(u32::MAX), start });
    }

    /// What a script says from here on is of another database; `false` where there are too many.
    pub fn begin_database(&mut self, start: u64) -> bool {
        self.interrupt();
        self.databases.push(start);
        self.databases.len() <= MAX_DATABASES
    }

    /// Takes in a call of a script, behind which it goes on at `end`. `None`: it is not whole.
    pub fn take(&mut self, call: Option<Call<'_>>, end: u64) {
        match (call, self.open) {
            (Some(Call::Open(number)), _) => {
                self.interrupt();
                self.open = Some((number, end));
            }
            (Some(Call::Write(_)), Some(_)) => {}
            (Some(Call::Close), Some((number, start))) => {
                self.add(number, start, end - start);
                self.open = None;
            }
            _ => self.interrupt(),
        }
    }

    /// What follows is no part of the object that is being written, if there is one.
    pub fn interrupt(&mut self) {
        if let Some((number, _)) = self.open.take() {
            self.broken.get_or_insert(number);
        }
    }

    /// Everything was taken in.
    pub fn complete(mut self) -> ObjectIndex {
        self.interrupt();
        let key = |place: &Place| (place.number, place.start);
        self.places.sort_unstable_by_key(key);
        let pairs = self.places.iter().zip(self.places.iter().skip(1));
        let same = |(a, b): &(&Place, &Place)| a.number == b.number && self.within(a.start) == self.within(b.start);
        self.twice = pairs.into_iter().find(same).map(|(place, _)| place.number);
        self.places.shrink_to_fit();
        self
    }

    /// The part of a script that is of the same database.
    pub fn within(&self, offset: u64) -> Range<u64> {
        let behind = self.databases.partition_point(|start| *start <= offset);
        let start = behind.checked_sub(1).map_or(0, |at| self.databases[at]);
        start..self.databases.get(behind).copied().unwrap_or(u64::MAX)
    }

    /// The object of that number; the last where there are several.
    fn find(&self, number: u32, within: &Range<u64>) -> Option<Place> {
        let behind = self.places.partition_point(|place| (place.number, place.start) < (number, within.end));
        let place = self.places.get(behind.checked_sub(1)?)?;
        (place.number == number && place.start >= within.start).then_some(*place)
    }

    /// What is odd, in words.
    fn odd(&self) -> impl Iterator<Item = (FindingCode, String)> {
        let full = self.is_full.then(|| {
            (
                FindingCode::NotRead,
                format!("the dump holds more than {MAX_OBJECTS} large objects; the rest is not read"),
            )
        });
        let twice = self.twice.map(|number| {
            (FindingCode::Damaged, format!("the large object {number} is in the dump twice, the last one counts"))
        });
        let broken = self.broken.map(|number| {
            (
                FindingCode::Damaged,
                format!("the large object {number} is not whole in the dump, so that it is not read"),
            )
        });
        let trouble = self.trouble.clone().map(|trouble| (FindingCode::Damaged, trouble));
        full.into_iter().chain(twice).chain(broken).chain(trouble)
    }
}

/// What a script calls to write an object.
pub(super) enum Call<'t> {
    Open(u32),
    /// A string, with what stands behind it.
    Write(&'t [u8]),
    Close,
}

impl<'t> Call<'t> {
    /// The statement begins as one.
    pub fn begins(statement: &[u8]) -> bool {
        is_word(statement, b"select")
            && function(statement).is_some_and(|(name, _)| matches!(name, b"lo_open" | b"lowrite" | b"lo_close"))
    }

    /// `SELECT pg_catalog.lo_open('16387', 131072)`, `SELECT pg_catalog.lowrite(0, '\x7b7d')`,
    /// `SELECT pg_catalog.lo_close(0)`; before 9.0 `lo_open(pg_catalog.lo_create('16387'), 131072)`.
    pub fn of(statement: &'t [u8]) -> Option<Call<'t>> {
        let (name, inside) = function(statement)?;
        match name {
            b"lo_open" => {
                let (first, mode) = inside.split_at(memchr::memchr(b',', inside)?);
                let mode = mode[1..].trim_ascii().strip_suffix(b")")?;
                let first = match first.strip_suffix(b")") {
                    Some(created) => created
                        .trim_ascii_start()
                        .strip_prefix(CATALOG)
                        .unwrap_or(created)
                        .strip_prefix(b"lo_create(")?,
                    None => first,
                };
                let first = first.trim_ascii();
                let digits = first.strip_prefix(b"'").and_then(|text| text.strip_suffix(b"'")).unwrap_or(first);
                let number: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
                (number > 0 && mode.iter().all(u8::is_ascii_digit)).then_some(Call::Open(number))
            }
            b"lowrite" => inside.strip_prefix(b"0,").map(|text| Call::Write(text.trim_ascii_start())),
            b"lo_close" => (inside.trim_ascii() == b"0)").then_some(Call::Close),
            _ => None,
        }
    }
}

const CATALOG: &[u8] = b"pg_catalog.";

/// The function that a SELECT calls, and what stands behind its bracket.
fn function(statement: &[u8]) -> Option<(&[u8], &[u8])> {
    let call = statement.get(b"select".len()..)?.trim_ascii();
    let call = call.strip_prefix(CATALOG).unwrap_or(call);
    let bracket = call.iter().take(16).position(|byte| *byte == b'(')?;
    Some((&call[..bracket], &call[bracket + 1..]))
}

/// Appends what a call writes; `false` where its string is none of bytes.
fn unpack_call(text: &[u8], escapes: bool, out: &mut Vec<u8>) -> bool {
    let (text, escapes) = match text {
        [b'e' | b'E', rest @ ..] => (rest, true),
        text => (text, escapes),
    };
    let (mut plain, mut bytes) = (Vec::new(), Vec::new());
    let end = if text.starts_with(b"'") { string(text, 0, escapes, true, &mut plain) } else { None };
    let is_whole = end.is_some_and(|end| text[end..].trim_ascii() == b")") && unpack_bytes(&plain, &mut bytes);
    out.extend_from_slice(&bytes);
    is_whole
}

impl LargeObjects {
    /// Their index is made when it is needed.
    pub fn new(stand: Stand) -> LargeObjects {
        LargeObjects { stand, index: OnceLock::new() }
    }

    pub fn known(stand: Stand, index: ObjectIndex) -> LargeObjects {
        LargeObjects { stand, index: OnceLock::from(index.complete()) }
    }

    fn index(&self) -> &ObjectIndex {
        self.index.get_or_init(|| self.stand.index().complete())
    }

    /// Where they are is known.
    pub fn is_ready(&self) -> bool {
        self.index.get().is_some()
    }

    /// The part of the dump in which the objects are that rows at that offset point to.
    pub fn within(&self, offset: u64) -> Range<u64> {
        match self.stand {
            Stand::Script { .. } => self.index().within(offset),
            _ => 0..u64::MAX,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.index().is_empty()
    }

    /// There may be some, as far as is known without a look at all of the archive.
    pub fn may_be_any(&self) -> bool {
        match &self.stand {
            Stand::Custom { blocks, .. } => !blocks.is_empty(),
            _ => !self.is_empty(),
        }
    }

    pub fn has(&self, number: u32, within: &Range<u64>) -> bool {
        self.index().find(number, within).is_some()
    }

    /// What is odd of them, in words.
    pub fn odd(&self) -> impl Iterator<Item = (FindingCode, String)> {
        self.index().odd()
    }

    /// Reads the object of that number; `false` where there is none. `Err` says in words why it
    /// cannot be read.
    pub fn read(&self, number: u32, within: &Range<u64>, out: &mut Vec<u8>) -> Result<bool, String> {
        out.clear();
        let Some(place) = self.index().find(number, within) else { return Ok(false) };
        let read = match &self.stand {
            Stand::Script { bytes, escapes } => read_calls(bytes, *escapes, place, out),
            _ => self.stand.stream(place).and_then(|stream| {
                let Some(stream) = stream else { return Ok(()) };
                stream.take(MAX_ROW_BYTES as u64 + 1).read_to_end(out).map(drop)
            }),
        };
        match read {
            Err(error) => Err(format!("the large object {number} cannot be read: {error}")),
            Ok(()) if out.len() > MAX_ROW_BYTES => {
                *out = Vec::new();
                Err(format!("the large object {number} is longer than {} MiB", MAX_ROW_BYTES >> 20))
            }
            Ok(()) => Ok(true),
        }
    }
}

impl Stand {
    /// Looks for all objects. What is damaged ends the look, and is told.
    fn index(&self) -> ObjectIndex {
        let mut index = ObjectIndex::default();
        let looked = match self {
            Stand::Custom { path, int_bytes, blocks, .. } => index_of_blocks(path, *int_bytes, blocks, &mut index),
            Stand::Folder(folder) => index_of_files(folder, &mut index),
            // Known from the beginning.
            Stand::Script { .. } | Stand::Tar(_) => Ok(()),
        };
        if let Err(error) = looked {
            let why = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the archive ends inside them".to_owned(),
                _ => error.to_string(),
            };
            index.trouble = Some(format!("not all large objects can be read: {why}"));
        }
        index
    }

    /// What is in an object; `None`: nothing is.
    fn stream(&self, place: Place) -> io::Result<Option<Stream>> {
        let piece = |file: &Arc<FileBytes>, len: u64| -> Stream {
            let piece = Piece { file: Arc::clone(file), at: place.start, left: len, held: Vec::new() };
            Box::new(BufReader::with_capacity(len.clamp(1, HELD) as usize, piece))
        };
        let (mut stream, unpacks) = match self {
            Stand::Script { .. } => return Ok(None),
            Stand::Custom { file, int_bytes, unpacks, .. } => {
                let chunks = Layer::Chunks { offset: place.start, int_bytes: *int_bytes, has_head: false };
                (layers::inside(piece(file, u64::from(place.len)), &[chunks])?, *unpacks)
            }
            Stand::Tar(file) => (piece(file, u64::from(place.len)), None),
            Stand::Folder(folder) => {
                let (ending, layer) = ENDINGS.get(place.start as usize).copied().unwrap_or_default();
                let file = folder.join(format!("{PREFIX}{}{SUFFIX}{ending}", place.number));
                if !file.is_file() {
                    return Err(io::Error::other("its file is gone"));
                }
                (layers::open(&file, &[], &Arc::default())?, layer)
            }
        };
        // What has no byte is not packed either.
        if stream.fill_buf()?.is_empty() {
            return Ok(None);
        }
        layers::inside(stream, unpacks.as_slice()).map(Some)
    }
}

/// What stands in the calls from there on.
fn read_calls(bytes: &Arc<dyn Bytes>, escapes: bool, place: Place, out: &mut Vec<u8>) -> io::Result<()> {
    // One read, where it is small.
    let mut window = Window::with_step(Arc::clone(bytes), STEP.min(place.len as usize + MAX_LINE_HEAD));
    window.seek(place.start);
    let mut statements = Statements::new(window, Flavour::Postgres);
    let harmed = || io::Error::other("it is damaged");
    while out.len() <= MAX_ROW_BYTES {
        if !statements.find_statement(&mut None)? {
            return Err(harmed());
        }
        let text = statements.text(MAX_CALL)?.ok_or_else(harmed)?;
        match Call::of(&text) {
            Some(Call::Write(text)) if unpack_call(text, escapes, out) => {}
            Some(Call::Close) => return Ok(()),
            _ => return Err(harmed()),
        }
    }
    Ok(())
}

/// Blocks of a custom archive: of each object its number and its chunks, then the number 0.
fn index_of_blocks(path: &PathBuf, int_bytes: u8, blocks: &[u64], index: &mut ObjectIndex) -> io::Result<()> {
    let mut file = BufReader::with_capacity(HELD as usize, File::open(path)?);
    for block in blocks {
        if index.is_full {
            break;
        }
        file.seek(SeekFrom::Start(*block))?;
        file.seek_relative(2 + i64::from(int_bytes))?;
        loop {
            let number = object_number(&mut file, int_bytes)?;
            if number == 0 || index.is_full {
                break;
            }
            let start = file.stream_position()?;
            skip_chunks(&mut file, int_bytes)?;
            index.add(number, start, file.stream_position()? - start);
        }
    }
    Ok(())
}

/// Goes over chunks, each behind its length, and over the length 0 behind them.
pub(super) fn skip_chunks(file: &mut BufReader<File>, int_bytes: u8) -> io::Result<()> {
    loop {
        match int(file, int_bytes)? {
            0 => return Ok(()),
            len if len < 0 => return Err(damaged("a length is negative")),
            len => file.seek_relative(len)?,
        }
    }
}

/// A number of an archive: its sign, then its bytes from the least on.
pub(super) fn int(file: &mut impl Read, int_bytes: u8) -> io::Result<i64> {
    let mut held = [0; 9];
    file.read_exact(&mut held[..=usize::from(int_bytes).min(8)])?;
    let [sign, bytes @ ..] = held;
    let number = i64::try_from(u64::from_le_bytes(bytes)).map_err(|_| damaged("a number is too large"))?;
    Ok(if sign == 0 { number } else { -number })
}

/// The number of the object that comes next; 0 behind the last.
pub(super) fn object_number(file: &mut impl Read, int_bytes: u8) -> io::Result<u32> {
    // It is written as if it had a sign.
    let number = int(file, int_bytes)?;
    let number = if number < 0 { number.saturating_add(1 << 32) } else { number };
    u32::try_from(number).map_err(|_| damaged("a large object has no number"))
}

const PREFIX: &str = "blob_";
const SUFFIX: &str = ".dat";

/// The number of the object in the file of that name, and the name's ending.
pub(super) fn number_of_file(name: &str) -> Option<(u32, &str)> {
    let (digits, ending) = name.strip_prefix(PREFIX)?.split_once(SUFFIX)?;
    let number = digits.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == digits)?;
    Some((number, ending))
}

fn index_of_files(folder: &PathBuf, index: &mut ObjectIndex) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let found = name.to_str().and_then(number_of_file);
        if let Some((number, ending)) = found
            && let Some(at) = ENDINGS.iter().position(|(own, _)| *own == ending)
        {
            index.add(number, at as u64, 0);
        }
    }
    Ok(())
}

/// A part of a file.
struct Piece {
    file: Arc<FileBytes>,
    at: u64,
    left: u64,
    held: Vec<u8>,
}

impl Read for Piece {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let want = self.left.min(buffer.len() as u64) as usize;
        self.file.read(self.at, want, &mut self.held)?;
        buffer[..self.held.len()].copy_from_slice(&self.held);
        self.at += self.held.len() as u64;
        self.left -= self.held.len() as u64;
        if self.held.is_empty() && want > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.held.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script that writes an object for each number, each in two calls.
    fn script(numbers: impl IntoIterator<Item = u32>) -> String {
        let one = |number| {
            format!(
                "SELECT pg_catalog.lo_open('{number}', 131072);\nSELECT pg_catalog.lowrite(0, '\\x7b22');\n\
                 SELECT pg_catalog.lowrite(0, '\\x{:08x}');\nSELECT pg_catalog.lo_close(0);\n\n",
                number
            )
        };
        numbers.into_iter().map(one).collect()
    }

    fn read(text: &str) -> LargeObjects {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let bytes: Arc<dyn Bytes> = Arc::new(FileBytes::open(file.path()).expect("open"));
        let outline = super::super::script::outline(&bytes, Flavour::Postgres).expect("read");
        LargeObjects::known(Stand::Script { bytes, escapes: outline.escapes }, outline.objects)
    }

    fn said(objects: &LargeObjects) -> Vec<String> {
        objects.odd().map(|(_, said)| said).collect()
    }

    const ALL: Range<u64> = 0..u64::MAX;

    #[test]
    fn every_object_is_found_by_its_number() {
        let numbers = [16_387, 4_294_967_295, 5, 70_000];
        let objects = read(&script(numbers));
        let mut out = Vec::new();
        for number in numbers {
            assert_eq!(objects.read(number, &ALL, &mut out), Ok(true));
            assert_eq!(out, [&b"{\""[..], &number.to_be_bytes()].concat());
        }
        for number in [0, 4, 6, 16_386, 4_294_967_294] {
            assert_eq!(objects.read(number, &ALL, &mut out), Ok(false));
        }
        assert_eq!(said(&objects), [""; 0]);
    }

    #[test]
    fn more_objects_than_are_remembered_end_in_a_finding() {
        let most = MAX_OBJECTS as u32;
        let objects = read(&script(1..=most));
        assert!(objects.has(most, &ALL) && said(&objects).is_empty());
        let objects = read(&script(1..=most + 500));
        assert!(objects.has(most, &ALL) && !objects.has(most + 1, &ALL));
        assert_eq!(said(&objects), ["the dump holds more than 1000 large objects; the rest is not read"]);
        // Nor is what is only begun.
        let objects = read(&"SELECT pg_catalog.lo_open('7', 131072);\n".repeat(5_000));
        assert!(objects.is_empty());
        assert_eq!(said(&objects), ["the large object 7 is not whole in the dump, so that it is not read"]);
    }

    #[test]
    fn a_call_that_is_too_long_is_no_part_of_an_object() {
        let call = |bytes: usize| {
            let hex = "41".repeat(bytes);
            read(&script([1, 2]).replacen("\\x7b22", &format!("\\x{hex}"), 1))
        };
        let objects = call(MAX_CALL / 2 - 100);
        let mut out = Vec::new();
        assert_eq!(objects.read(1, &ALL, &mut out), Ok(true));
        assert_eq!(out.len(), MAX_CALL / 2 - 96);
        let objects = call(MAX_CALL / 2);
        assert!(!objects.has(1, &ALL) && objects.has(2, &ALL));
        assert_eq!(said(&objects), ["the large object 1 is not whole in the dump, so that it is not read"]);
    }

    #[test]
    fn numbers_are_those_of_a_database() {
        let text = format!("{}\\connect two\n{}\\connect three\nSELECT 1;\n", script([1, 2]), script([2, 3]));
        let objects = read(&text);
        let place = |text_of: &str| text.find(text_of).expect("it is there") as u64;
        let (one, two, three) =
            (objects.within(0), objects.within(place("connect two") + 20), objects.within(text.len() as u64));
        let has = |within: &Range<u64>| [1, 2, 3].map(|number| objects.has(number, within));
        assert_eq!((has(&one), has(&two)), ([true, true, false], [false, true, true]));
        assert_eq!(has(&three), [false; 3]);
        assert_eq!(said(&objects), [""; 0]);
        assert_eq!(said(&read(&script([1, 2, 1]))), ["the large object 1 is in the dump twice, the last one counts"]);
    }

    #[test]
    fn a_block_of_an_archive_that_lies_is_told_and_nothing_is_read_beyond_it() {
        let int = |number: i32| [&[u8::from(number < 0)][..], &number.unsigned_abs().to_le_bytes()].concat();
        let head = || [vec![3], int(9)].concat();
        let chunk = |text: &[u8]| [int(text.len() as i32), text.to_vec()].concat();
        let objects = |block: Vec<u8>, blocks: Vec<u64>| {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), block).expect("written");
            let archive = Arc::new(FileBytes::open(file.path()).expect("open"));
            let stand =
                Stand::Custom { file: archive, path: file.path().to_owned(), int_bytes: 4, unpacks: None, blocks };
            let objects = LargeObjects::new(stand);
            // The index is made while the file is there.
            assert!(!objects.is_ready());
            objects.is_empty();
            objects
        };
        let whole = [head(), int(5), chunk(b"ab"), chunk(b"c"), int(0), int(-2), int(0), int(0)].concat();
        let good = objects(whole.clone(), vec![0]);
        let mut out = Vec::new();
        assert_eq!((good.read(5, &ALL, &mut out), out.as_slice()), (Ok(true), &b"abc"[..]));
        assert_eq!((good.read(u32::MAX - 1, &ALL, &mut out), out.as_slice()), (Ok(true), &b""[..]));
        assert_eq!(said(&good), [""; 0]);
        for (block, has) in [
            (whole[..whole.len() - 5].to_vec(), true),
            (whole[..14].to_vec(), false),
            ([head(), int(5), int(i32::MAX), b"ab".to_vec()].concat(), false),
            ([head(), int(5), int(-1)].concat(), false),
        ] {
            let cut = objects(block, vec![0]);
            assert_eq!(cut.has(5, &ALL), has);
            assert!(
                said(&cut).iter().any(|said| said.starts_with("not all large objects can be read: ")),
                "{:?}",
                said(&cut)
            );
        }
        // The same block a thousand times.
        let twice = objects(whole, vec![0; 2_000]);
        let all = [
            "the dump holds more than 1000 large objects; the rest is not read",
            "the large object 5 is in the dump twice, the last one counts",
        ];
        assert_eq!(said(&twice), all);
    }

    #[test]
    fn names_of_files_tell_numbers() {
        assert_eq!(number_of_file("blob_37623.dat.gz"), Some((37_623, ".gz")));
        assert_eq!(number_of_file("blob_4294967295.dat"), Some((u32::MAX, "")));
        for name in [
            "blob_.dat",
            "blob_0.dat",
            "blob_07.dat",
            "blob_+7.dat",
            "blob_4294967296.dat",
            "blob_7",
            "7.dat",
            "blobs.toc",
        ] {
            assert_eq!(number_of_file(name), None, "{name}");
        }
    }
}
