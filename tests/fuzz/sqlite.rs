//! Target: SQLite files by mutated pages, some with a log beside them. What a plain connection
//! reads, we read; where the file is damaged it is said; the file itself is never touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::dialect::MapOverride;
use eventglass::formats::OpenChoice;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::driver::{Seen, Target, corpus};
use crate::mutate::Chance;
use crate::walk::{Walked, open, streams, walk};

/// Small pages: more of them, and more that goes wrong.
const PAGE: usize = 512;
/// How a log begins, in both orders of bytes. An input is the file, and its log from here on.
const LOG: [&[u8]; 2] = [b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"];

pub struct Sqlite {
    folder: TempDir,
}

impl Sqlite {
    pub fn new() -> Sqlite {
        Sqlite { folder: tempfile::tempdir().expect("a folder") }
    }
}

/// The stores that the corpus's scripts make: every script one file, its log behind it.
fn stores() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |(name, script): (String, Vec<u8>)| {
        let path = folder.path().join(&name);
        let conn = Connection::open(&path).expect("a new store");
        conn.pragma_update(None, "page_size", PAGE as i64).expect("a page size");
        conn.execute_batch(&String::from_utf8(script).expect("SQL")).expect("a corpus script");
        // With the connection still open the log is not yet in the file.
        let mut bytes = std::fs::read(&path).expect("the store");
        bytes.extend(std::fs::read(beside(&path, "-wal")).unwrap_or_default());
        (name, bytes)
    };
    corpus("sqlite").into_iter().map(make).collect()
}

/// For the other targets: the corpus's stores without logs in a folder.
pub fn write_stores(folder: &Path) -> Vec<PathBuf> {
    let whole = stores().into_iter().filter(|(_, bytes)| log_begins(bytes).is_none());
    let write = |(name, bytes): (String, Vec<u8>)| {
        let path = folder.join(name).with_extension("db");
        std::fs::write(&path, bytes).expect("written");
        path
    };
    whole.map(write).collect()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn log_begins(input: &[u8]) -> Option<usize> {
    (PAGE..input.len()).step_by(PAGE).find(|at| LOG.iter().any(|magic| input[*at..].starts_with(magic)))
}

impl Target for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        stores().into_iter().map(|(_, bytes)| bytes).collect()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "CREATE TABLE ",
            "CREATE VIEW ",
            "CREATE INDEX ",
            "WITHOUT ROWID",
            "INTEGER PRIMARY KEY",
            "emt_messages",
            "emt_streams",
            "stored_events",
            "stream_id",
            "stream_position",
            "message_type",
            "message_data",
            "sqlite_",
            "GENERATED ALWAYS AS (1)",
            "COLLATE NOCASE",
            "STRICT",
            "SQLite format 3\0",
        ]
    }

    /// Pages take each other's place, and the numbers by which a page is read change.
    fn twist(&self, input: &mut Vec<u8>, chance: &mut Chance) -> bool {
        let pages = input.len() / PAGE;
        if pages < 2 {
            return false;
        }
        let page = chance.below(pages) * PAGE;
        // The first page begins with the file's own head.
        let head = if page == 0 { 100 } else { 0 };
        let small = |chance: &mut Chance| [0, 1, 2, 5, 10, 13, 0x7f, 0x80, 0x81, 0xff][chance.below(10)];
        match chance.below(11) {
            0 => {
                let other = chance.below(pages) * PAGE;
                input.copy_within(other..other + PAGE, page);
            }
            1 => {
                let other = chance.below(pages) * PAGE;
                for at in 0..PAGE {
                    input.swap(page + at, other + at);
                }
            }
            2 => {
                let byte = small(chance);
                let (from, to) = (chance.below(PAGE), chance.below(PAGE));
                input[page + from.min(to)..page + from.max(to)].fill(byte);
            }
            // The page's kind, its number of cells, where they are.
            3 | 4 => input[page + head + chance.below(12)] = small(chance),
            5 | 6 => {
                let at = page + head + 8 + chance.below(40);
                input[at] = small(chance);
            }
            // A cell's own numbers stand at its beginning: look where a pointer leads.
            7 | 8 => {
                let at = page + head + 8 + 2 * chance.below(10);
                let cell = usize::from(u16::from_be_bytes([input[at], input[at + 1]]));
                if cell < PAGE - 8 {
                    input[page + cell + chance.below(8)] = small(chance);
                }
            }
            // The file's head: size of a page, counter, number of pages, freelist, encoding.
            9 => {
                let at = [16, 18, 19, 20, 21, 24, 27, 28, 31, 32, 35, 36, 44, 47, 52, 56, 59, 92, 96][chance.below(19)];
                input[at] = small(chance);
            }
            _ => input.truncate(page.max(PAGE)),
        }
        true
    }

    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        let io = |error: std::io::Error| error.to_string();
        let path = self.folder.path().join("store.db");
        let log = beside(&path, "-wal");
        let cut = log_begins(input).unwrap_or(input.len());
        std::fs::write(&path, &input[..cut]).map_err(io)?;
        if cut < input.len() {
            std::fs::write(&log, &input[cut..]).map_err(io)?;
        } else if log.exists() {
            std::fs::remove_file(&log).map_err(io)?;
        }
        let names_before = self.names()?;
        let mut result = self.read(&path, input, seen);
        // By hand as well, where the names are still known.
        if result.is_ok() && seen_by_hand(input) {
            result = self.by_map(&path, input, seen);
        }
        let after = [std::fs::read(&path).map_err(io)?, std::fs::read(&log).unwrap_or_default()].concat();
        if after != input {
            return Err("the store was changed".to_owned());
        }
        if self.names()? != names_before {
            return Err(format!("something was left beside the store: {:?}", self.names()?));
        }
        result
    }
}

/// The table that no dialect knows.
fn seen_by_hand(input: &[u8]) -> bool {
    memchr::memmem::find(input, b"notes").is_some()
}

impl Sqlite {
    /// What lies beside the store, the cache aside.
    fn names(&self) -> Result<Vec<String>, String> {
        let entries = std::fs::read_dir(self.folder.path()).map_err(|error| error.to_string())?;
        let mut names: Vec<String> =
            entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
        names.retain(|name| name != "cache");
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &Path, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        let cache = self.folder.path().join("cache");
        let Ok(opened) = open(path, &cache, &OpenChoice::default(), seen)? else { return no_copies(&cache) };
        let walked = walk(&opened, input.len(), true, seen)?;
        streams(&opened)?;
        drop(opened);
        no_copies(&cache)?;
        as_sqlite_reads_it(path, input, &walked, seen)
    }

    fn by_map(&self, path: &Path, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        let roles = [("stream", "author"), ("version", "place"), ("type", "kind"), ("data", "body")];
        let columns: BTreeMap<String, String> = roles.map(|(role, own)| (role.to_owned(), own.to_owned())).into();
        let map = MapOverride { table: Some("notes".to_owned()), columns };
        let cache = self.folder.path().join("cache");
        let Ok(opened) = open(path, &cache, &OpenChoice { map, ..OpenChoice::default() }, seen)? else {
            return Ok(());
        };
        walk(&opened, input.len(), true, seen).map(drop)
    }
}

/// No working copy is left. What is compressed may have been unpacked.
fn no_copies(cache: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(cache).into_iter().flatten().flatten();
    let mut left = entries.map(|entry| entry.file_name()).filter(|name| name != "unpacked");
    left.next().map_or(Ok(()), |name| Err(format!("a copy is left in the cache: {name:?}")))
}

/// A plain connection to the same bytes reads rows of Emmett's table: the same ones, or we say
/// what is damaged.
fn as_sqlite_reads_it(path: &Path, input: &[u8], walked: &Walked, seen: &mut Seen) -> Result<(), String> {
    if log_begins(input).is_some() {
        return Ok(());
    }
    let mut uri = format!("file:{}?immutable=1", path.display());
    uri.retain(|c| c != '%');
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let plain = || -> rusqlite::Result<Vec<i64>> {
        let conn = Connection::open_with_flags(&uri, flags)?;
        conn.execute_batch("PRAGMA trusted_schema = OFF")?;
        let sql = "SELECT rowid, stream_id, stream_position, message_type FROM emt_messages NOT INDEXED ORDER BY rowid";
        let mut statement = conn.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            row.get_ref(1)?;
            row.get(0)
        })?;
        rows.take(100_000).collect()
    };
    let Ok(rows) = plain() else {
        seen.value("SQLite reads it", false);
        return Ok(());
    };
    let is_said = walked.error.is_some() || walked.findings.total() > 0 || walked.tail.is_some();
    let ours: Vec<i64> = walked.rows.iter().map(|row| row.key).collect();
    if ours == rows || is_said {
        return Ok(());
    }
    Err(format!("SQLite reads {} rows, we {} and say nothing", rows.len(), ours.len()))
}
