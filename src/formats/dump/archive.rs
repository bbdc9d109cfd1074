//! Archives of pg_dump: the table of contents of the custom, the directory and the tar format,
//! and by which layers the rows of a table are unpacked.
//!
//! Format: PostgreSQL's src/bin/pg_dump/pg_backup_archiver.c and pg_backup_custom.c, versions
//! 1.12 (9.x) to 1.16 (17, 18).

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Flavour;
use super::objects::{LargeObjects, ObjectIndex, Stand, int, number_of_file, object_number, skip_chunks};
use super::outline::{Block, Form, Outline, Place};
use super::script::copy_head;
use crate::formats::bytes::FileBytes;
use crate::formats::layers::{Layer, charset_named};
use crate::formats::unpacked::tar_number;

const MAGIC: &[u8] = b"PGDMP";
/// What entries with the rows of a table are called.
const DATA: &str = "TABLE DATA";
/// What entries with large objects are called; those of one each hold none.
const LARGE_OBJECTS: &str = "BLOBS";
const LARGE_OBJECT: [&str; 2] = ["BLOB", "BLOB METADATA"];
/// The files of a folder end so.
pub(super) const ENDINGS: [(&str, Option<Layer>); 4] =
    [("", None), (".gz", Some(Layer::Gzip)), (".lz4", Some(Layer::Lz4)), (".zst", Some(Layer::Zstd))];
/// What the block of a custom archive is that holds large objects.
const BLOCK_OF_OBJECTS: u8 = 3;
/// Entries of a table of contents.
const MAX_ENTRIES: i64 = 10_000_000;
/// A text in the table of contents.
const MAX_TEXT: i64 = 64 << 20;

/// Where the rows of a block are, in the order of [`Outline::blocks`].
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// The archive itself, or the file beside its table of contents.
    pub file: PathBuf,
    pub layers: Vec<Layer>,
}

/// What an archive holds.
pub(super) struct Contents {
    pub outline: Outline,
    pub packed: Vec<Packed>,
    pub objects: LargeObjects,
}

pub(super) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || tar_of_archive(head)
}

fn tar_of_archive(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar") && head.starts_with(b"toc.dat\0")
}

/// Where the parts of an archive are.
enum Parts {
    /// In the archive itself, each at its offset.
    Custom,
    /// Files of a folder.
    Folder(PathBuf),
    /// Members of a tar.
    Tar(Members, ObjectIndex),
}

/// Reads the table of contents.
pub(super) fn contents(path: &Path) -> io::Result<Contents> {
    read(path).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends inside its table of contents"),
        _ => error,
    })
}

fn read(path: &Path) -> io::Result<Contents> {
    if path.is_dir() {
        let file = BufReader::new(File::open(path.join("toc.dat"))?);
        return Reader::begin(file)?.contents(path, Parts::Folder(path.to_owned()));
    }
    let mut file = BufReader::new(File::open(path)?);
    let mut head = [0; 512];
    let read = file.read(&mut head)?;
    if !tar_of_archive(&head[..read]) {
        file.seek(SeekFrom::Start(0))?;
        return Reader::begin(file)?.contents(path, Parts::Custom);
    }
    let (members, objects) = members(&mut file)?;
    let toc = members.get("toc.dat").map_or(512, |(offset, _)| *offset);
    file.seek(SeekFrom::Start(toc))?;
    Reader::begin(file)?.contents(path, Parts::Tar(members, objects))
}

/// The members of a tar by their names: offset and length.
type Members = HashMap<String, (u64, u64)>;

/// The members, and apart from them those that are large objects.
fn members(file: &mut BufReader<File>) -> io::Result<(Members, ObjectIndex)> {
    let (mut members, mut objects) = (Members::new(), ObjectIndex::default());
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 512];
        if file.read_exact(&mut head).is_err() || head[0] == 0 {
            return Ok((members, objects));
        }
        let name = head[..100].split(|byte| *byte == 0).next().unwrap_or_default();
        let len = tar_number(&head[124..136]);
        let name = String::from_utf8_lossy(name);
        match number_of_file(&name) {
            Some((number, "")) => objects.add(number, at + 512, len),
            _ => drop(members.insert(name.into_owned(), (at + 512, len))),
        }
        let next = len.checked_next_multiple_of(512).and_then(|len| len.checked_add(512)?.checked_add(at));
        // Beyond the end of any file.
        at = next.unwrap_or(i64::MAX as u64);
    }
}

struct Reader {
    file: BufReader<File>,
    minor: u8,
    int_bytes: u8,
    offset_bytes: u8,
    packing: Packing,
}

/// How the rows are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Lz4,
    Zstd,
}

/// One thing in the archive.
struct Entry {
    id: i64,
    place: Place,
    kind: String,
    definition: String,
    copy: String,
    /// In a custom archive; `None` where it was not known when the table of contents was written.
    offset: Option<u64>,
    file: Option<String>,
}

pub(super) fn damaged(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the archive of pg_dump is damaged: {}", message.into()))
}

impl Reader {
    fn begin(mut file: BufReader<File>) -> io::Result<Reader> {
        let mut head = [0; 11];
        file.read_exact(&mut head)?;
        if !head.starts_with(MAGIC) {
            return Err(damaged("its table of contents does not begin as one"));
        }
        let [major, minor, _revision, int_bytes, offset_bytes, _format] =
            [head[5], head[6], head[7], head[8], head[9], head[10]];
        if major != 1
            || !(12..=16).contains(&minor)
            || !(1..=8).contains(&int_bytes)
            || !(1..=8).contains(&offset_bytes)
        {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!(
                    "archives of version {major}.{minor} are not known, those of 1.12 to 1.16 are; pg_restore -f NEW.sql makes a script of it"
                ),
            ));
        }
        let mut reader = Reader { file, minor, int_bytes, offset_bytes, packing: Packing::None };
        reader.packing = if minor >= 15 {
            match reader.byte()? {
                0 => Packing::None,
                1 => Packing::Gzip,
                2 => Packing::Lz4,
                3 => Packing::Zstd,
                other => return Err(damaged(format!("there is no compression {other}"))),
            }
        } else if reader.int()? == 0 {
            Packing::None
        } else {
            Packing::Gzip
        };
        Ok(reader)
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.file.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn little_endian(&mut self, bytes: u8) -> io::Result<u64> {
        let mut held = [0; 8];
        self.file.read_exact(&mut held[..usize::from(bytes)])?;
        Ok(u64::from_le_bytes(held))
    }

    fn int(&mut self) -> io::Result<i64> {
        int(&mut self.file, self.int_bytes)
    }

    fn text(&mut self) -> io::Result<Option<String>> {
        let len = self.int()?;
        if len < 0 {
            return Ok(None);
        }
        if len > MAX_TEXT {
            return Err(damaged("a text is too long"));
        }
        let mut text = Vec::new();
        (&mut self.file).take(len as u64).read_to_end(&mut text)?;
        if text.len() as i64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    }

    fn contents(mut self, path: &Path, parts: Parts) -> io::Result<Contents> {
        // When it was made.
        for _ in 0..7 {
            self.int()?;
        }
        // Database, versions of the server and of pg_dump.
        for _ in 0..3 {
            self.text()?;
        }
        let count = self.int()?;
        if !(0..=MAX_ENTRIES).contains(&count) {
            return Err(damaged(format!("it has {count} entries")));
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            let entry = self.entry(matches!(parts, Parts::Custom))?;
            // There may be a great many.
            if !LARGE_OBJECT.contains(&entry.kind.as_str()) {
                entries.push(entry);
            }
        }
        let start = self.file.stream_position()?;
        let is_unknown = |entry: &Entry| [DATA, LARGE_OBJECTS].contains(&entry.kind.as_str()) && entry.offset.is_none();
        if matches!(parts, Parts::Custom) && entries.iter().any(is_unknown) {
            self.find_blocks(start, &mut entries)?;
        }
        self.outline(path, parts, &entries)
    }

    fn entry(&mut self, is_custom: bool) -> io::Result<Entry> {
        let id = self.int()?;
        let _had_dumper = self.int()?;
        let (_table, _oid, name) = (self.text()?, self.text()?, self.text()?.unwrap_or_default());
        let kind = self.text()?.unwrap_or_default();
        let _section = self.int()?;
        let definition = self.text()?.unwrap_or_default();
        let _drop = self.text()?;
        let copy = self.text()?.unwrap_or_default();
        let (schema, _tablespace) = (self.text()?, self.text()?);
        if self.minor >= 14 {
            self.text()?;
        }
        if self.minor >= 16 {
            self.int()?;
        }
        let (_owner, _oids) = (self.text()?, self.text()?);
        while self.text()?.is_some() {}
        let (mut offset, mut file) = (None, None);
        if is_custom {
            let state = self.byte()?;
            let number = self.little_endian(self.offset_bytes)?;
            offset = (state == 2).then_some(number);
        } else {
            file = self.text()?.filter(|name| !name.is_empty());
        }
        let place = Place { database: None, schema: schema.filter(|name| !name.is_empty()), name };
        Ok(Entry { id, place, kind, definition, copy, offset, file })
    }

    /// An archive that was written to a pipe does not say where its blocks are.
    fn find_blocks(&mut self, start: u64, entries: &mut [Entry]) -> io::Result<()> {
        let without = entries.iter_mut().filter(|entry| entry.offset.is_none());
        let mut without: HashMap<i64, &mut Entry> = without.map(|entry| (entry.id, entry)).collect();
        self.file.seek(SeekFrom::Start(start))?;
        loop {
            let at = self.file.stream_position()?;
            let Ok(kind) = self.byte() else { return Ok(()) };
            let Ok(id) = self.int() else { return Ok(()) };
            if let Some(entry) = without.remove(&id) {
                entry.offset = Some(at);
            }
            let int_bytes = self.int_bytes;
            // A cut archive ends here; what was found until then is there. Behind what can be
            // there it ends as well.
            loop {
                if kind == BLOCK_OF_OBJECTS && !object_number(&mut self.file, int_bytes).is_ok_and(|number| number > 0)
                {
                    break;
                }
                if skip_chunks(&mut self.file, int_bytes).is_err() {
                    return Ok(());
                }
                if kind != BLOCK_OF_OBJECTS {
                    break;
                }
            }
        }
    }

    fn outline(&self, path: &Path, parts: Parts, entries: &[Entry]) -> io::Result<Contents> {
        let (mut outline, mut all) = (Outline::default(), Vec::new());
        let charset = entries.iter().find(|entry| entry.kind == "ENCODING");
        let charset = charset.and_then(|entry| charset_named(entry.definition.as_bytes()));
        for entry in entries {
            outline.read_statement(entry.definition.trim_start().as_bytes(), None, Flavour::Postgres);
        }
        for entry in entries.iter().filter(|entry| entry.kind == DATA) {
            if outline.is_full() {
                outline.is_too_large = true;
                break;
            }
            // Without a COPY its rows are INSERT statements.
            let form = if entry.copy.is_empty() { Form::Insert } else { Form::Copy };
            let columns = copy_head(entry.copy.as_bytes(), None).and_then(|(_, columns)| columns);
            let table = outline.table(entry.place.clone());
            let columns = columns
                .unwrap_or_else(|| outline.tables[table].columns.iter().map(|column| column.name.clone()).collect());
            let Some(mut packed) = self.packed(path, &parts, entry)? else { continue };
            packed.layers.extend(charset);
            // Each is a text of its own.
            outline.close_blocks();
            let heads = Vec::new();
            outline.add_block(Block { table, columns: columns.into(), form, data: 0..u64::MAX, heads });
            all.push(packed);
        }
        Ok(Contents { outline, packed: all, objects: self.objects(path, parts, entries)? })
    }

    fn objects(&self, path: &Path, parts: Parts, entries: &[Entry]) -> io::Result<LargeObjects> {
        Ok(match parts {
            Parts::Custom => {
                let blocks = entries.iter().filter(|entry| entry.kind == LARGE_OBJECTS);
                LargeObjects::new(Stand::Custom {
                    file: Arc::new(FileBytes::open(path)?),
                    path: path.to_owned(),
                    int_bytes: self.int_bytes,
                    unpacks: self.unpacks(),
                    blocks: blocks.filter_map(|entry| entry.offset).collect(),
                })
            }
            Parts::Folder(folder) => LargeObjects::new(Stand::Folder(folder)),
            Parts::Tar(_, index) => LargeObjects::known(Stand::Tar(Arc::new(FileBytes::open(path)?)), index),
        })
    }

    /// The layer that is in a custom archive around the rows of a table, and around a large object.
    fn unpacks(&self) -> Option<Layer> {
        match self.packing {
            Packing::None => None,
            Packing::Gzip => Some(Layer::Zlib),
            Packing::Lz4 => Some(Layer::Lz4),
            Packing::Zstd => Some(Layer::Zstd),
        }
    }

    fn packed(&self, path: &Path, parts: &Parts, entry: &Entry) -> io::Result<Option<Packed>> {
        Ok(match (parts, entry.offset, &entry.file) {
            (Parts::Custom, Some(offset), _) => {
                let chunks = Layer::Chunks { offset, int_bytes: self.int_bytes, has_head: true };
                let layers = [Some(chunks), self.unpacks()].into_iter().flatten().collect();
                Some(Packed { file: path.to_owned(), layers })
            }
            (Parts::Folder(folder), _, Some(name)) => {
                if name.contains(['/', '\\']) {
                    return Err(damaged(format!("it names the file {name}")));
                }
                let plain = folder.join(name);
                let found = ENDINGS.into_iter().find_map(|(ending, layer)| {
                    let file = folder.join(format!("{name}{ending}"));
                    file.is_file().then(|| Packed { file, layers: layer.into_iter().collect() })
                });
                Some(found.unwrap_or(Packed { file: plain, layers: Vec::new() }))
            }
            (Parts::Tar(members, _), _, Some(name)) => members.get(name).map(|(offset, len)| Packed {
                file: path.to_owned(),
                layers: vec![Layer::Member { offset: *offset, len: *len, deflated: false, size: *len }],
            }),
            _ => None,
        })
    }
}
