//! Damaged files: never a panic, never a hang, and streams that do not lie where the damage
//! is read as before.
//!
//! Cut at thousands of places and 20,000 single bytes changed, in two small files; where the
//! streams that a byte may harm are known, a few bytes are changed at once, and all others must
//! be as before. `EVENTGLASS_SEED` gives other bytes than the usual ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventglass::formats::OpenError;
use eventglass::model::Applied;
use eventglass::model::json::to_text;
use eventglass::replay::merge::Merge;
use eventglass::replay::timeline::{EventSource, OnError, Timeline};
use eventglass::session::StreamSource;
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Chance, Program, append, emmett, folder, jsonl, line, look, text};

/// Bytes changed, over both files.
const FLIPS: usize = 20_000;
/// A case takes milliseconds; on no machine this long.
const LIMIT: Duration = Duration::from_secs(120);
/// Bytes changed at once, where it is known what each may harm.
const AT_ONCE: usize = 4;
const STREAMS: usize = 14;
/// Events of a stream in the SQLite store, and in the log.
const EVENTS: [i64; 2] = [9, 5];

fn seed() -> u64 {
    std::env::var("EVENTGLASS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_124)
}

/// Any two differ in four letters: no single byte turns one into another.
fn name(stream: usize) -> String {
    let letter = (b'a' + stream as u8) as char;
    format!("{}-{}", letter.to_string().repeat(4), 100 + stream * 7)
}

/// What one stream looks like: its events and its last state.
type Streams = BTreeMap<String, String>;

/// Reads everything there is; the way of the window, with one reader for all streams.
fn read(path: &Path, cache: &Path) -> Result<Streams, OpenError> {
    let look = look(path, cache)?;
    let mut source = StreamSource::open(&look.opened)?;
    let mut streams = Streams::new();
    for id in look.index.streams().ids() {
        let name = look.index.streams().name(id).to_owned();
        source.select(look.index.rows_of(id), id);
        let len = source.rows().len();
        let mut seen = String::new();
        for step in source.steps(0, len)? {
            seen += &format!("{} {} {}\n", step.version, step.event_type, to_text(step.data.node()));
        }
        let mut timeline = Timeline::new(Box::new(Merge::default()), Arc::from(name.as_str()), len, OnError::Stop);
        timeline.build(&mut source, len, Duration::from_secs(60))?;
        if let Some(state) = timeline.state(&mut source, Applied(len))? {
            seen += &format!("{}: {}", state.applied, to_text(&state.state));
        }
        streams.insert(name, seen);
    }
    Ok(streams)
}

/// What must hold after a change.
#[derive(Clone, Debug)]
enum Promise {
    /// Any answer, as long as it is one.
    Anything,
    /// The store opens, and all streams but these are as before.
    AllBut(BTreeSet<String>),
    /// The store opens, and holds so many events.
    Events(usize),
}

#[derive(Clone, Debug)]
enum Harm {
    Cut(u64),
    /// Bytes, and the bits of each that change.
    Flips(Vec<(u64, u8)>),
    /// A block of [`PAGE`] bytes is lost: this stands there now.
    Block {
        number: usize,
        byte: u8,
    },
}

/// What holds after several changes.
fn all_but(promises: impl IntoIterator<Item = Promise>) -> Promise {
    let mut harmed = BTreeSet::new();
    for promise in promises {
        match promise {
            Promise::AllBut(streams) => harmed.extend(streams),
            other => return other,
        }
    }
    Promise::AllBut(harmed)
}

struct File {
    name: &'static str,
    bytes: Vec<u8>,
    /// How it reads undamaged.
    whole: Streams,
    promise: Box<dyn Fn(&Harm) -> Promise + Send + Sync>,
}

impl File {
    fn new(name: &'static str, bytes: Vec<u8>, promise: impl Fn(&Harm) -> Promise + Send + Sync + 'static) -> File {
        let place = folder();
        let path = place.path().join(name);
        std::fs::write(&path, &bytes).expect("a file");
        let whole = read(&path, place.path()).expect("it is whole");
        assert_eq!(whole.len(), STREAMS);
        File { name, bytes, whole, promise: Box::new(promise) }
    }

    /// Harms the file at `path`, a copy of this one, and looks; the copy is whole again after.
    fn case(&self, path: &Path, cache: &Path, harm: &Harm) -> Result<(), String> {
        self.harm(path, harm);
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| read(path, cache)));
        let took = start.elapsed();
        self.heal(path, harm);
        let Ok(result) = result else { return Err("a panic".to_owned()) };
        if took > LIMIT {
            return Err(format!("took {took:?}"));
        }
        let promise = (self.promise)(harm);
        match (&result, &promise) {
            (_, Promise::Anything) => Ok(()),
            (Err(error), _) => Err(format!("does not open: {error} ({promise:?})")),
            (Ok(streams), Promise::Events(events)) => {
                let found: usize = streams.values().map(|seen| seen.lines().count() - 1).sum();
                let known = streams.iter().all(|(name, seen)| {
                    let first = |text: &str| text.lines().next().map(str::to_owned);
                    self.whole.get(name).is_some_and(|whole| first(whole) == first(seen))
                });
                if found == *events && known { Ok(()) } else { Err(format!("{found} events instead of {events}")) }
            }
            (Ok(streams), Promise::AllBut(harmed)) => {
                let wrong: Vec<_> = self
                    .whole
                    .iter()
                    .filter(|(name, whole)| !harmed.contains(*name) && streams.get(*name) != Some(*whole))
                    .map(|(name, _)| name)
                    .collect();
                if wrong.is_empty() { Ok(()) } else { Err(format!("harmed may be {harmed:?}, but so are {wrong:?}")) }
            }
        }
    }

    fn harm(&self, path: &Path, harm: &Harm) {
        match harm {
            Harm::Cut(len) => {
                OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(*len)).expect("cut")
            }
            Harm::Flips(flips) => {
                flips.iter().for_each(|(at, mask)| put(path, *at, &[self.bytes[*at as usize] ^ mask]));
            }
            Harm::Block { number, byte } => put(path, (number * PAGE) as u64, &[*byte; PAGE]),
        }
    }

    fn heal(&self, path: &Path, harm: &Harm) {
        match harm {
            Harm::Cut(len) => put(path, *len, &self.bytes[*len as usize..]),
            Harm::Flips(flips) => flips.iter().for_each(|(at, _)| put(path, *at, &self.bytes[*at as usize..][..1])),
            Harm::Block { number, .. } => put(path, (number * PAGE) as u64, &self.bytes[number * PAGE..][..PAGE]),
        }
    }
}

fn put(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).expect("the file");
    file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(bytes)).expect("written");
}

// --- The two files -----------------------------------------------------------------------

const PAGE: usize = 1_024;

/// Rows of one stream lie side by side, so that few streams share a page.
fn sqlite() -> File {
    let place = folder();
    let path = place.path().join("store.db");
    let conn = emmett(&path, "DELETE", PAGE as u32);
    for stream in 0..STREAMS {
        for version in 1..=EVENTS[0] {
            let data = json!({"n": version, "of": stream, "fill": "x".repeat(90 + stream)}).to_string();
            append(&conn, &name(stream), version, "Counted", &data, version as u32);
        }
        conn.execute("INSERT INTO emt_streams (stream_id, stream_position, stream_type, stream_metadata) VALUES (?1, ?2, '', '[]')", (name(stream), EVENTS[0]))
            .expect("a stream");
    }
    let pages = pages(&conn);
    drop(conn);
    let bytes = std::fs::read(&path).expect("the store");
    assert_eq!(bytes[16..18], (PAGE as u16).to_be_bytes());
    let leaves = pages.values().filter(|page| matches!(page, Page::Rows(_))).count();
    assert!(leaves > 25 && pages.values().any(|page| matches!(page, Page::Beside)), "{pages:?}");
    File::new("store.db", bytes, move |harm| match harm {
        // SQLite itself takes no file that is shorter than it says.
        Harm::Cut(_) => Promise::Anything,
        Harm::Flips(flips) => all_but(flips.iter().map(|(at, _)| promise(&pages, *at as usize / PAGE))),
        Harm::Block { number, .. } => promise(&pages, *number),
    })
}

fn promise(pages: &BTreeMap<usize, Page>, block: usize) -> Promise {
    match pages.get(&(block + 1)) {
        Some(Page::Rows(streams)) => Promise::AllBut(streams.clone()),
        Some(Page::Beside) => Promise::AllBut(BTreeSet::new()),
        None => Promise::Anything,
    }
}

/// What a page of the SQLite file holds.
#[derive(Debug)]
enum Page {
    /// Events, of these streams.
    Rows(BTreeSet<String>),
    /// An index, or a table that no event is in.
    Beside,
}

/// Which page holds what, by walking the trees as the format's description says
/// (<https://www.sqlite.org/fileformat2.html> section 1.6); what is not listed, such as the
/// schema and the inner pages of the events' tree, may take everything with it.
fn pages(conn: &Connection) -> BTreeMap<usize, Page> {
    let path = PathBuf::from(conn.path().expect("a path"));
    let bytes = std::fs::read(path).expect("the store");
    let mut pages = BTreeMap::new();
    let mut roots =
        conn.prepare("SELECT type, tbl_name, rootpage FROM sqlite_master WHERE rootpage > 0").expect("a query");
    let roots = roots.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("roots");
    for root in roots {
        let (kind, table, root): (String, String, u32) = root.expect("a root");
        let events = kind == "table" && table == "emt_messages";
        let mut open = vec![root as usize];
        while let Some(number) = open.pop() {
            assert_ne!(number, 1, "the first page is the schema's");
            let page = &bytes[(number - 1) * PAGE..number * PAGE];
            let inner = matches!(page[0], 2 | 5);
            assert!(inner || matches!(page[0], 10 | 13), "page {number} has the kind {}", page[0]);
            let u16_at = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
            let u32_at = |at: usize| u32::from_be_bytes(page[at..at + 4].try_into().expect("four")) as usize;
            let cells: Vec<usize> = (0..u16_at(3)).map(|cell| u16_at(if inner { 12 } else { 8 } + cell * 2)).collect();
            if inner {
                open.push(u32_at(8));
                open.extend(cells.iter().map(|cell| u32_at(*cell)));
            }
            if !events {
                pages.insert(number, Page::Beside);
            } else if !inner {
                let rowid = |cell: &usize| varint(&page[varint(&page[*cell..]).1 + cell..]).0;
                let stream = |rowid: i64| {
                    conn.query_row("SELECT stream_id FROM emt_messages WHERE rowid = ?1", [rowid], |row| row.get(0))
                        .expect("a row")
                };
                pages.insert(number, Page::Rows(cells.iter().map(rowid).map(stream).collect()));
            }
        }
    }
    pages
}

/// A number in SQLite's own coding, and its length.
fn varint(bytes: &[u8]) -> (i64, usize) {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(8) {
        value = value << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return (value, at + 1);
        }
    }
    (value << 8 | i64::from(bytes[8]), 9)
}

fn lines() -> File {
    let mut content = String::new();
    let mut places: Vec<(Range<u64>, String)> = Vec::new();
    for version in 1..=EVENTS[1] {
        for stream in 0..STREAMS {
            let start = content.len() as u64;
            let data = json!({"n": version, "of": [stream, {"deep": true}], "text": "grün\n"});
            content += &jsonl(&[line(&name(stream), version, "Counted", data)]);
            places.push((start..content.len() as u64, name(stream)));
        }
    }
    File::new("log.jsonl", content.into_bytes(), move |harm| match harm {
        // The last line counts where only its end is cut off.
        Harm::Cut(len) => match places.iter().filter(|(place, _)| place.end - 1 <= *len).count() {
            0 => Promise::Anything,
            events => Promise::Events(events),
        },
        Harm::Flips(flips) => all_but(flips.iter().map(|(at, _)| {
            let hit = places.iter().position(|(place, _)| place.contains(at)).expect("a line");
            // Without its end a line takes the next one with it.
            let last = if *at + 1 == places[hit].0.end { hit + 1 } else { hit };
            Promise::AllBut(places.iter().take(last + 1).skip(hit).map(|(_, name)| name.clone()).collect())
        })),
        Harm::Block { number, .. } => {
            let lost = (number * PAGE) as u64..((number + 1) * PAGE) as u64;
            let hit = places.iter().filter(|(place, _)| place.start < lost.end && lost.start < place.end + 1);
            Promise::AllBut(hit.map(|(_, name)| name.clone()).collect())
        }
    })
}

// --- The runs ----------------------------------------------------------------------------

/// Runs all cases on all cores; every failure is told by its case.
fn run(file: File, harms: Vec<Harm>, what: &str) {
    let start = Instant::now();
    let (file, harms) = (Arc::new(file), Arc::new(harms));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let next = Arc::new(AtomicUsize::new(0));
    let failures: Arc<Mutex<Vec<String>>> = Arc::default();
    let epoch = Instant::now();
    // For each worker: milliseconds at which its case began, and which it is.
    let clocks: Arc<Vec<(AtomicU64, AtomicUsize)>> = Arc::new((0..workers).map(|_| Default::default()).collect());
    let threads: Vec<_> = (0..workers)
        .map(|worker| {
            let (file, harms, next, failures, clocks) =
                (Arc::clone(&file), Arc::clone(&harms), Arc::clone(&next), Arc::clone(&failures), Arc::clone(&clocks));
            let body = move || {
                let place = folder();
                let path = place.path().join(file.name);
                let cache = place.path().join("cache");
                std::fs::write(&path, &file.bytes).expect("a copy");
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(harm) = harms.get(at) else { break };
                    clocks[worker].1.store(at, Ordering::Relaxed);
                    clocks[worker].0.store(epoch.elapsed().as_millis() as u64, Ordering::Relaxed);
                    if let Err(failure) = file.case(&path, &cache, harm) {
                        failures.lock().expect("no panic holds it").push(format!("{harm:?}: {failure}"));
                    }
                }
                clocks[worker].0.store(u64::MAX, Ordering::Relaxed);
                assert_eq!(std::fs::read(&path).expect("the copy"), file.bytes, "the copy is whole again");
            };
            // As large a stack as the program's own threads have.
            std::thread::Builder::new().stack_size(16 << 20).spawn(body).expect("a thread")
        })
        .collect();
    while threads.iter().any(|thread| !thread.is_finished()) {
        std::thread::sleep(Duration::from_millis(20));
        for (began, at) in clocks.iter() {
            let began = began.load(Ordering::Relaxed);
            let took = (epoch.elapsed().as_millis() as u64).saturating_sub(began);
            assert!(took < 2 * LIMIT.as_millis() as u64, "hangs: {:?}", harms[at.load(Ordering::Relaxed)]);
        }
    }
    for thread in threads {
        thread.join().expect("a worker");
    }
    println!("{} {what}: {} cases in {:.1?}, seed {}", file.name, harms.len(), start.elapsed(), seed());
    let failures = failures.lock().expect("all have ended");
    let shown: Vec<&String> = failures.iter().take(12).collect();
    assert!(failures.is_empty(), "{} of {} cases, seed {}: {shown:#?}", failures.len(), harms.len(), seed());
}

/// One byte changed, half the time by one bit only, as failing memory does it.
fn flip(bytes: &[u8], chance: &mut Chance) -> (u64, u8) {
    let at = chance.below(bytes.len()) as u64;
    let mask = if chance.below(2) == 0 { 1 << chance.below(8) } else { 1 + chance.below(255) as u8 };
    (at, mask)
}

/// So many bytes changed: several at once, unless one of them may take everything with it.
fn flips(file: &File, count: usize, seed: u64) -> Vec<Harm> {
    let mut chance = Chance(seed);
    let (mut harms, mut together) = (Vec::new(), Vec::new());
    for flip in (0..count).map(|_| flip(&file.bytes, &mut chance)) {
        if !matches!((file.promise)(&Harm::Flips(vec![flip])), Promise::AllBut(_)) {
            harms.push(Harm::Flips(vec![flip]));
            continue;
        }
        // One byte twice would be whole again.
        if together.len() == AT_ONCE || together.iter().any(|(at, _)| *at == flip.0) {
            harms.push(Harm::Flips(std::mem::take(&mut together)));
        }
        together.push(flip);
    }
    harms.push(Harm::Flips(together));
    harms
}

#[test]
fn bytes_changed_in_a_sqlite_store() {
    let file = sqlite();
    let harms = flips(&file, FLIPS / 2, seed());
    run(file, harms, "bytes changed");
}

#[test]
fn bytes_changed_in_a_log() {
    let file = lines();
    let harms = flips(&file, FLIPS / 2, seed() + 1);
    run(file, harms, "bytes changed");
}

#[test]
fn whole_blocks_lost() {
    for file in [sqlite(), lines()] {
        let blocks = file.bytes.len() / PAGE;
        let harms =
            (0..blocks).flat_map(|number| [0x00, 0xff, 0x0d, b'x', b'"'].map(|byte| Harm::Block { number, byte }));
        let harms = harms.collect();
        run(file, harms, "blocks lost");
    }
}

#[test]
fn a_sqlite_store_cut_anywhere() {
    let file = sqlite();
    // Every byte around the ends of pages, where it matters, and every seventh elsewhere.
    let near_an_end = |at: &u64| (at + 64) % PAGE as u64 <= 128 || at.is_multiple_of(7) || *at < PAGE as u64;
    let harms = (0..file.bytes.len() as u64).filter(near_an_end).map(Harm::Cut).collect();
    run(file, harms, "cut");
}

#[test]
fn a_log_cut_anywhere() {
    let file = lines();
    // Every byte of the first lines and the last, every seventh between.
    let len = file.bytes.len() as u64;
    let harms = (0..len).filter(|at| *at < 400 || len - at < 400 || at % 7 == 0).map(Harm::Cut).collect();
    run(file, harms, "cut");
}

#[test]
fn the_program_survives_too() {
    let program = Program::new();
    let mut chance = Chance(seed() + 2);
    let (place, mut codes) = (folder(), BTreeMap::new());
    for file in [sqlite(), lines()] {
        let path = place.path().join(file.name);
        std::fs::write(&path, &file.bytes).expect("a copy");
        for nth in 0..30 {
            let cut = Harm::Cut(chance.below(file.bytes.len()) as u64);
            let harm = if nth % 3 == 0 { cut } else { Harm::Flips(vec![flip(&file.bytes, &mut chance)]) };
            file.harm(&path, &harm);
            let stream = name(chance.below(STREAMS));
            let (verb, more): (&str, &[&str]) = match nth / 3 % 3 {
                0 => ("info", &["--json"]),
                1 => ("events", &[]),
                _ => ("state", &["--stream", &stream]),
            };
            let run = program.run(&[&[verb, &text(&path)], more].concat());
            assert!(matches!(run.code, 0 | 1), "{} {harm:?}: {run:?}", file.name);
            assert_eq!(run.code == 1, run.err.contains("error: ") && run.err.contains("help: "), "{harm:?}: {run:?}");
            *codes.entry(run.code).or_insert(0) += 1;
            file.heal(&path, &harm);
        }
    }
    println!("exit codes: {codes:?}");
    assert!(codes.len() == 2, "some damage is told by the exit code: {codes:?}");
}

#[test]
fn a_sqlite_file_that_is_shorter_than_its_head_says_is_said_to_be() {
    let (program, place) = (Program::new(), folder());
    let path = place.path().join("cut.db");
    let conn = emmett(&path, "DELETE", 4096);
    for version in 1..=200 {
        append(&conn, "s-1", version, "T", r#"{"n":1}"#, 0);
    }
    drop(conn);
    let store = text(&path);
    assert_eq!(program.json(&["info", &store, "--json"])[0]["findings"], 0);
    let whole = std::fs::read(&path).expect("the store");
    std::fs::write(&path, &whole[..whole.len() - 3]).expect("cut");
    let run = program.run(&["check", &store, "--fail-on", "error"]);
    assert!(run.code == 1 && run.out.contains("shorter than its head says"), "{run:?}");
}
