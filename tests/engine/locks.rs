//! What a reader costs a writer: SQLite's locks are there while a batch is read beside a log,
//! and only then; writers come, go, are killed, and find nobody in their way.
#![cfg(target_os = "linux")]

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eventglass::formats::{self, Location, OpenChoice, Opened, StoreChange};
use eventglass::model::{Applied, StreamId};
use eventglass::replay::timeline::OnError;
use eventglass::session::{
    Answer, Choice, IndexNews, Indexer, Reading, ReducerSource, ReplayAsk, Session, StoreAsk, Ticket,
};
use tempfile::TempDir;

use crate::support::{Chance, EMMETT, Program, folder, look, text, window};
use crate::writer::{APPEND, Writer, append};

/// What readers lock in a file, and users of the shared memory in that.
const SHARED: u64 = 0x4000_0002;
const IN_USE: u64 = 128;

/// This process has a read lock on a byte of the file.
fn has_lock(path: &Path, byte: u64) -> bool {
    let Ok(meta) = std::fs::metadata(path) else { return false };
    let (inode, own) = (meta.ino().to_string(), std::process::id().to_string());
    let locks = std::fs::read_to_string("/proc/locks").expect("the kernel tells");
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, _, process, file, first, last] = words.as_slice() else { return false };
        let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
        *process == own && file.ends_with(&format!(":{inode}")) && (number(first)..=number(last)).contains(&byte)
    })
}

/// Both locks of a reader beside a log, or neither.
fn locks(store: &Path) -> (bool, bool) {
    (has_lock(store, SHARED), has_lock(&side(store, "-shm"), IN_USE))
}

fn side(store: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", text(store)))
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !holds() {
        assert!(patience.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A store of `events` events, and its writer.
fn store(journal: &str, events: u32) -> (TempDir, PathBuf, Writer) {
    let place = folder();
    let path = place.path().join("store.db");
    let mut writer = Writer::start(&path);
    assert_eq!(writer.must(&format!("PRAGMA journal_mode = {journal}")), journal.to_lowercase());
    for table in EMMETT.split(';').filter(|sql| !sql.trim().is_empty()) {
        writer.must(table);
    }
    writer.must(&append(events));
    (place, path, writer)
}

fn open(path: &Path, cache: &Path) -> Arc<Opened> {
    Arc::new(formats::open(&Location::of(path), cache, &OpenChoice::default()).expect("a store"))
}

#[test]
fn locks_hold_while_a_log_is_read_whatever_else_is_opened_and_closed() {
    let (place, path, mut writer) = store("WAL", 10_000);
    let cache = folder();
    let mut indexer = Indexer::open(open(&path, cache.path())).expect("readable");
    indexer.step().expect("readable");
    assert!(!indexer.is_complete(), "one batch is not all");
    assert_eq!(locks(&path), (true, true), "while it is being read");
    // Another tab on the same store, one by another name, and what lies beside it.
    drop(look(&path, cache.path()).expect("a store"));
    let other = place.path().join("other.db");
    std::fs::hard_link(&path, &other).expect("a link");
    // Its log does not bear that name.
    drop(formats::open(&Location::of(&other), cache.path(), &OpenChoice::default()));
    std::fs::remove_file(&other).expect("removed");
    for suffix in ["-shm", "-wal"] {
        let opened = formats::open(&Location::of(&side(&path, suffix)), cache.path(), &OpenChoice::default());
        opened.expect_err("no store");
    }
    let index = indexer.publish();
    writer.must(APPEND);
    assert_eq!(locks(&path), (true, true), "after all that");
    assert_eq!(indexer.change(&index).expect("there"), StoreChange::Written);
    indexer.go_on();
    while indexer.step().expect("readable") {}
    assert_eq!(indexer.events(), 10_001);
    indexer.rest();
    assert_eq!(locks(&path), (false, false), "at rest");
    drop(indexer);
    assert_eq!(writer.must("PRAGMA wal_checkpoint(TRUNCATE)"), "0");
}

#[test]
fn a_file_that_nobody_writes_is_read_without_locks() {
    let (_place, path, mut writer) = store("DELETE", 10_000);
    let cache = folder();
    let mut indexer = Indexer::open(open(&path, cache.path())).expect("readable");
    while indexer.step().expect("readable") {
        assert_eq!(locks(&path), (false, false), "while it is being read");
    }
    // A commit is seen by the file's change counter.
    let index = indexer.publish();
    writer.must(APPEND);
    assert_eq!(indexer.change(&index).expect("there"), StoreChange::Written);
    indexer.go_on();
    while indexer.step().expect("readable") {}
    assert_eq!(indexer.events(), 10_001);
}

// --- A window --------------------------------------------------------------------------

fn next<T>(session: &Session, mut wanted: impl FnMut(Answer) -> Option<T>) -> T {
    let mut found = None;
    eventually("no such answer came", || {
        while let Some(answer) = session.answer() {
            match answer {
                Answer::Failed(problem) | Answer::ReadFailed(problem) => panic!("{problem:?}"),
                answer => found = wanted(answer),
            }
            if found.is_some() {
                return true;
            }
        }
        false
    });
    found.expect("an answer")
}

fn read_to_the_end(session: &Session) -> IndexNews {
    next(session, |answer| match answer {
        Answer::Index(news) if news.reading == Reading::Done => Some(news),
        _ => None,
    })
}

fn newest(news: &IndexNews) -> StreamId {
    news.index.streams().ids().last().expect("a stream")
}

/// Asks for the last state of the newest stream.
fn seek(session: &Session, news: &IndexNews, round: u64) -> u64 {
    let stream = newest(news);
    let ticket = Ticket { stream: round, ..Ticket::default() };
    session.ask_replay(ReplayAsk::Select { ticket, index: news.index.clone(), stream });
    let ticket = Ticket { reducer: round, ..ticket };
    session.ask_replay(ReplayAsk::Reduce {
        ticket,
        source: ReducerSource::Merge,
        choice: Choice::Merge,
        on_error: OnError::Stop,
    });
    let (ticket, last) = (Ticket { seek: 1, ..ticket }, news.index.rows_of(stream).len());
    session.ask_replay(ReplayAsk::Seek { ticket, applied: Applied(last) });
    next(session, |answer| match answer {
        Answer::State(news) if news.ticket == ticket => Some(news.applied.0),
        _ => None,
    })
}

#[test]
fn an_idle_window_is_in_no_writers_way() {
    let (place, path, mut writer) = store("WAL", 2_000);
    let cache = folder();
    let session = window(&path, cache.path());
    let news = read_to_the_end(&session);
    assert_eq!(seek(&session, &news, 1), 2_000);
    eventually("an idle window has no locks", || locks(&path) == (false, false));
    // Each needs the file for itself.
    assert_eq!(writer.may("PRAGMA wal_checkpoint(TRUNCATE)"), "0");
    assert_eq!(writer.may("PRAGMA journal_mode = DELETE"), "delete");
    writer.may("BEGIN EXCLUSIVE");
    writer.must(APPEND);
    writer.must("COMMIT");
    let names: Vec<_> = std::fs::read_dir(place.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(names, ["store.db"], "the log is gone");
    // The window reads again when there is something to read.
    next(&session, |answer| matches!(answer, Answer::Grew(1)).then_some(()));
    assert_eq!(writer.may("PRAGMA journal_mode = WAL"), "wal");
    writer.must(APPEND);
    next(&session, |answer| matches!(answer, Answer::Grew(2)).then_some(()));
    session.ask_store(StoreAsk::Reload);
    let news = read_to_the_end(&session);
    assert_eq!(seek(&session, &news, 2), 2_002);
    eventually("and has none again", || locks(&path) == (false, false));
}

// --- Journals --------------------------------------------------------------------------

#[test]
fn a_writer_with_a_journal_is_waited_for_and_never_copied() {
    let (_place, path, mut writer) = store("DELETE", 10);
    // A file where copies would go: none can be made.
    let cache = folder();
    let nowhere = cache.path().join("no folder");
    std::fs::write(&nowhere, "").expect("a file");
    // Without `fsync` the journal counts from its first byte on.
    writer.must("PRAGMA synchronous = OFF");
    writer.must("BEGIN");
    writer.must(APPEND);
    assert!(std::fs::metadata(side(&path, "-journal")).expect("a journal").len() > 0);
    let seen = look(&path, &nowhere).expect("a store");
    assert_eq!(seen.index.events(), 10, "what is committed");
    assert!(seen.index.findings().is_empty(), "{:?}", seen.index.findings());
    assert_eq!(locks(&path), (false, false));
    writer.must("COMMIT");
    assert_eq!(look(&path, &nowhere).expect("a store").index.events(), 11);
}

#[test]
fn what_a_writer_holds_for_itself_is_shown_as_it_was_or_with_a_finding() {
    let cache = folder();
    for journal in ["DELETE", "PERSIST", "MEMORY", "OFF"] {
        let (_place, path, mut writer) = store(journal, 1_000);
        // Pages of what is not committed are in the file already.
        writer.must("PRAGMA cache_size = 5");
        writer.must("BEGIN");
        writer.must(&append(5_000));
        let seen = look(&path, cache.path()).expect("a store");
        let told = seen.findings("uncommitted");
        match journal {
            "DELETE" | "PERSIST" => assert_eq!((seen.index.events(), told.len()), (1_000, 0), "{journal}: {told:?}"),
            _ => assert_eq!(told.len(), 1, "{journal}: {} events, and nothing said", seen.index.events()),
        }
        writer.must("COMMIT");
        let seen = look(&path, cache.path()).expect("a store");
        assert_eq!((seen.index.events(), seen.findings("uncommitted").len()), (6_000, 0), "{journal}");
    }
}

// --- Copies ----------------------------------------------------------------------------

/// A store whose newest events are in a log that nobody uses any more.
fn orphan(events: u32) -> (TempDir, PathBuf) {
    let (place, path, mut writer) = store("WAL", events);
    writer.kill();
    std::fs::remove_file(side(&path, "-shm")).expect("removed");
    assert!(std::fs::metadata(side(&path, "-wal")).expect("a log").len() > 0);
    (place, path)
}

/// Copies that this process has open: they have no name any more.
fn open_copies(cache: &Path) -> usize {
    let cache = text(cache);
    let handles = std::fs::read_dir("/proc/self/fd").expect("the kernel tells").flatten();
    let names = handles.filter_map(|handle| std::fs::read_link(handle.path()).ok()).map(|path| text(&path));
    names.filter(|name| name.starts_with(&cache) && name.ends_with("store (deleted)")).count()
}

fn copies(cache: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cache).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| text(path).contains("/copy-")).collect()
}

#[test]
fn a_session_makes_one_copy_of_a_log_without_a_writer() {
    let (_place, path) = orphan(3_000);
    let cache = folder();
    let session = window(&path, cache.path());
    let news = read_to_the_end(&session);
    assert_eq!(seek(&session, &news, 1), 3_000);
    assert_eq!((open_copies(cache.path()), copies(cache.path())), (1, vec![]));
    // A second tab has the same one.
    let other = window(&path, cache.path());
    let news = read_to_the_end(&other);
    assert_eq!(seek(&other, &news, 1), 3_000);
    assert_eq!((open_copies(cache.path()), copies(cache.path())), (1, vec![]));
    drop((session, other));
    eventually("it goes with the last of them", || open_copies(cache.path()) == 0);
}

#[test]
fn no_signal_leaves_a_copy() {
    use std::io::{BufRead, BufReader};
    let (_place, path) = orphan(20_000);
    for signal in ["-TERM", "-INT", "-KILL"] {
        let program = Program::new();
        let mut command = program.command();
        let mut child =
            command.args(["events", &text(&path), "--json"]).stdout(std::process::Stdio::piped()).spawn().expect("it");
        // Its output is not read on: it is in the middle of its work for as long as we like.
        let mut line = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("a line");
        let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()), "{signal}");
        assert!(!child.wait().expect("it ends").success());
        assert_eq!(copies(&program.home.path().join("cache")), [] as [PathBuf; 0], "{signal}");
    }
    // One whose making was broken off goes at the next start; one in the making stays.
    let program = Program::new();
    let cache = program.home.path().join("cache");
    let (left, made) = (cache.join("copy-7-0"), cache.join("copy-7-1"));
    for path in [&left, &made] {
        std::fs::create_dir_all(path).expect("a folder");
        std::fs::write(path.join("store"), "half").expect("a file");
        std::fs::write(path.join("lock"), "").expect("a file");
    }
    let lock = std::fs::File::open(made.join("lock")).expect("a file");
    lock.lock().expect("a lock");
    assert_eq!(program.json(&["info", &text(&path), "--json"])[0]["events"], 20_000);
    assert_eq!(copies(&cache), [made]);
}

// --- Killed ----------------------------------------------------------------------------

/// A writer is killed and started again so many times, beside the command line and a window.
fn kills(count: usize) {
    let seed = std::env::var("EVENTGLASS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_128);
    let (mut chance, begun) = (Chance(seed), Instant::now());
    let (_place, path, mut writer) = store("WAL", 200);
    writer.kill();
    let (cache, ended) = (folder(), Arc::new(AtomicBool::new(false)));
    let (store, stop) = (text(&path), Arc::clone(&ended));
    let program = std::thread::spawn(move || {
        let (program, mut runs, mut last) = (Program::new(), 0, 0);
        while !stop.load(Ordering::SeqCst) || runs == 0 {
            let found = program.json(&["info", &store, "--json"])[0]["events"].as_u64().expect("a number");
            assert!(found >= last, "{last}, then {found} events");
            (runs, last) = (runs + 1, found);
        }
        runs
    });
    let session = window(&path, cache.path());
    let mut news = read_to_the_end(&session);
    for round in 0..count as u64 {
        let mut writer = Writer::start(&path);
        writer.commits();
        std::thread::sleep(Duration::from_millis(chance.below(20) as u64));
        if chance.below(4) == 0 {
            session.ask_store(StoreAsk::Reload);
            news = read_to_the_end(&session);
        }
        assert_eq!(seek(&session, &news, round + 1), news.index.rows_of(newest(&news)).len());
        writer.kill();
        if (round + 1) % 100 == 0 {
            println!("{} of {count}, {} events, {:.0?}", round + 1, news.index.events(), begun.elapsed());
        }
    }
    ended.store(true, Ordering::SeqCst);
    let runs = program.join().expect("every run answered");
    let mut writer = Writer::start(&path);
    assert_eq!(writer.may("PRAGMA integrity_check"), "ok");
    let events: u64 = writer.may("SELECT count(*) FROM emt_messages").parse().expect("a number");
    let seen = look(&path, cache.path()).expect("a store");
    assert_eq!(seen.index.events(), events);
    println!("{count} writers killed, {events} events, {runs} runs beside them, seed {seed}");
    drop(session);
}

#[test]
fn writers_are_killed_and_come_back() {
    kills(25);
}

#[test]
#[ignore = "takes minutes; .ci/full runs it"]
fn two_thousand_writers_are_killed_and_come_back() {
    kills(2_000);
}
