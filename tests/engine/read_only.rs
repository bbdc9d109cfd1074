//! Nothing of ours ever changes a store, leaves something beside it, or stands in the way
//! of its writer; and what we show beside a writer is always of one moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use eventglass::formats::{self, Location, OpenChoice, OpenError, StoreChange};
use eventglass::model::Applied;
use eventglass::session::Indexer;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, Run, append, bank, emmett, folder, jsonl, line, look, text};

/// A folder from outside: names, sizes, bytes, times.
type Outside = BTreeMap<String, (Vec<u8>, SystemTime)>;

fn outside(folder: &Path) -> Outside {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let modified = entry.metadata().and_then(|meta| meta.modified()).expect("a time");
            let bytes = std::fs::read(entry.path()).expect("a file");
            (entry.file_name().to_str().expect("a plain name").to_owned(), (bytes, modified))
        })
        .collect()
}

/// What differs, without megabytes of bytes; `-shm` may, where it was there before.
fn assert_untouched(before: &Outside, folder: &Path, what: &str) {
    let after = outside(folder);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{what}: the listing");
    for (name, (bytes, modified)) in before {
        let (now, then) = &after[name];
        if name.ends_with("-shm") {
            continue;
        }
        assert!(bytes == now, "{what}: the bytes of {name} changed");
        assert_eq!(modified, then, "{what}: {name} was written");
    }
}

/// Every verb, in the ways that read most.
fn every_verb(store: &str, stream: &str, reducer: &str) -> Vec<Vec<String>> {
    let all: &[&[&str]] = &[
        &["info", store],
        &["info", store, "--json"],
        &["streams", store, "--json"],
        &["events", store, "--json"],
        &["events", store, "--stream", stream],
        &["state", store, "--stream", stream],
        &["state", store, "--json", "--stream", stream, "--reducer", reducer],
        &["state", store, "--json", "--stream", stream, "--at-time", "2026-10-01"],
        &["diff", store, "--json", "--stream", stream, "--from", "1", "--to", "2"],
    ];
    all.iter().map(|verb| verb.iter().map(|word| (*word).to_owned()).collect()).collect()
}

/// All of `events --json`: versions 1 to 30 of both streams, each with what was committed.
fn assert_whole(run: &Run, what: &str) {
    let events = run.lines();
    for (at, event) in events.iter().enumerate() {
        let version = at as i64 / 2 + 1;
        let stream = ["s-1", "t-1"][at % 2];
        let seen = (&event["stream"], &event["version"], &event["type"], &event["data"]["n"]);
        assert_eq!(seen, (&json!(stream), &json!(version), &json!("Counted"), &json!(version)), "{what}");
    }
    assert_eq!(events.len(), 60, "{what}");
}

/// A store of `events` events in two streams, in a folder of its own.
fn store(journal: &str, events: i64) -> (TempDir, PathBuf, Connection) {
    let folder = folder();
    let path = folder.path().join("store.db");
    let conn = emmett(&path, journal, 4096);
    for version in 1..=events {
        add(&conn, version);
    }
    (folder, path, conn)
}

/// One transaction that belongs together: an event for either stream, of several pages.
fn add(conn: &Connection, version: i64) {
    try_add(conn, version).expect("a commit");
}

fn try_add(conn: &Connection, version: i64) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let data = json!({"n": version, "fill": "x".repeat(3_000)}).to_string();
    for stream in ["s-1", "t-1"] {
        append(conn, stream, version, "Counted", &data, version as u32);
        conn.execute(
            "INSERT INTO emt_streams (stream_id, stream_position, stream_type, stream_metadata) VALUES (?1, ?2, 's', '[]')",
            (stream, version),
        )?;
    }
    conn.execute_batch("COMMIT")
}

const REDUCER: &str = "export default (state, event) => ({ n: event.data.n, count: (state?.count ?? 0) + 1 });";

#[test]
fn no_verb_changes_the_store_or_its_folder() {
    let program = Program::new();
    // The sample, a copy of it with a writer's usual neighbours, and a log.
    let place = folder();
    let sample = place.path().join("bank.db");
    std::fs::copy(bank("bank.db"), &sample).expect("a copy");
    std::fs::copy(bank("reducers.mjs"), place.path().join("reducers.mjs")).expect("a copy");
    let log = place.path().join("log.jsonl");
    let lines: Vec<Value> = (1..=50).map(|version| line("s-1", version, "T", json!({ "n": version }))).collect();
    std::fs::write(&log, jsonl(&lines)).expect("a log");
    std::fs::write(place.path().join("order.mjs"), REDUCER).expect("a reducer");
    let before = outside(place.path());
    let mut verbs = every_verb(&text(&sample), "account-1042", &text(&place.path().join("reducers.mjs")));
    verbs.extend(every_verb(&text(&log), "s-1", &text(&place.path().join("order.mjs"))));
    for verb in &verbs {
        let run = program.run(&verb.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{verb:?}: {run:?}");
        assert_untouched(&before, place.path(), &verb.join(" "));
    }
    // Verbs that fail, too.
    for verb in
        [["state", "--stream=nobody"], ["info", "--dialect=python-es"], ["info", "--map=stream=a,type=b,data=c"]]
    {
        let run = program.run(&[verb[0], &text(&sample), verb[1]]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_untouched(&before, place.path(), verb[1]);
    }
}

#[test]
fn a_log_of_a_living_writer_is_read_and_left_alone() {
    let (place, path, conn) = store("WAL", 30);
    let before = outside(place.path());
    assert_eq!(before.keys().collect::<Vec<_>>(), ["store.db", "store.db-shm", "store.db-wal"]);
    let elsewhere = folder();
    let reducer = elsewhere.path().join("r.mjs");
    std::fs::write(&reducer, REDUCER).expect("a reducer");
    let program = Program::new();
    for verb in every_verb(&text(&path), "s-1", &text(&reducer)) {
        let run = program.run(&verb.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{verb:?}: {run:?}");
        assert_untouched(&before, place.path(), &verb.join(" "));
    }
    assert_whole(&program.run(&["events", &text(&path), "--json"]), "beside a writer");
    drop(conn);
}

/// A store whose log or journal outlived its writer, in a folder of its own.
fn orphan(conn: &Connection, path: &Path, suffixes: &[&str]) -> (TempDir, PathBuf) {
    let place = folder();
    let copy = place.path().join("store.db");
    for suffix in [&[""], suffixes].concat() {
        let from = format!("{}{suffix}", text(path));
        std::fs::copy(from, format!("{}{suffix}", text(&copy))).expect("a copy");
    }
    assert!(!conn.is_busy());
    (place, copy)
}

/// Starts a change that is half written, as a crash would leave it: the journal is on disk
/// and pages of the store are overwritten already.
fn half_a_change(conn: &Connection) {
    conn.execute_batch(
        "PRAGMA cache_size = 5; PRAGMA cache_spill = 5; BEGIN;
         UPDATE emt_messages SET message_data = '{\"n\":666}', message_type = 'Wrong';
         INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata, message_schema_version,
            message_type, message_id) SELECT 'ghost-1', stream_position, message_data || '    ' , '{}', '1', 'Wrong', message_id
            FROM emt_messages WHERE stream_id = 's-1';",
    )
    .expect("half a change");
}

#[test]
fn what_a_dead_writer_left_is_shown_and_left_alone() {
    let program = Program::new();
    let elsewhere = folder();
    let reducer = elsewhere.path().join("r.mjs");
    std::fs::write(&reducer, REDUCER).expect("a reducer");
    let (_keep, path, conn) = store("WAL", 30);
    let wal = orphan(&conn, &path, &["-wal"]);
    let whole = orphan(&conn, &path, &["-wal", "-shm"]);
    assert!(std::fs::metadata(&wal.1).expect("a file").len() < 100_000, "the events are only in the log");
    let (_keep, path, conn) = store("DELETE", 30);
    half_a_change(&conn);
    let hot = orphan(&conn, &path, &["-journal"]);
    // The file alone shows what never happened: so the journal must be used.
    let alone = folder();
    std::fs::copy(&hot.1, alone.path().join("store.db")).expect("a copy");
    let alone = Connection::open(alone.path().join("store.db")).expect("a store");
    let torn = alone
        .query_row("SELECT count(*) FROM emt_messages WHERE message_type = 'Wrong'", [], |row| row.get::<_, i64>(0));
    assert!(!matches!(torn, Ok(0)), "the journal is not hot: {torn:?}");
    for ((place, store), what) in [(wal, "-wal"), (whole, "-wal and -shm"), (hot, "hot journal")] {
        let before = outside(place.path());
        for verb in every_verb(&text(&store), "s-1", &text(&reducer)) {
            let run = program.run(&verb.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(run.code, 0, "{what} {verb:?}: {run:?}");
            assert_untouched(&before, place.path(), &format!("{what} {}", verb.join(" ")));
        }
        assert_whole(&program.run(&["events", &text(&store), "--json"]), what);
        let state = program.json(&["state", &text(&store), "--json", "--stream", "s-1", "--reducer", &text(&reducer)]);
        assert_eq!(state[0]["state"], json!({"n": 30, "count": 30}), "{what}");
        let streams = program.json(&["streams", &text(&store), "--json"]);
        assert_eq!(streams.len(), 2, "{what}: {streams:?}");
        // Working copies are gone, and they were in the cache.
        let cache = program.home.path().join("cache");
        let left = std::fs::read_dir(&cache).map_or(0, |entries| entries.count());
        assert_eq!(left, 0, "{what}: copies left in {}", cache.display());
    }
}

// --- Without permission to write ---------------------------------------------------------

/// What cannot be tested here must be said, and is an error in CI.
fn cannot(why: &str) {
    eprintln!("NOT TESTED: {why}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "not tested in CI: {why}");
}

#[cfg(unix)]
#[test]
fn a_user_who_may_only_read_sees_everything() {
    use std::os::unix::fs::{PermissionsExt, chown};
    const NOBODY: u32 = 65_534;
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root || Command::new("setpriv").arg("--version").output().is_err() {
        return cannot("this needs root and setpriv");
    }
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let place = folder();
    mode(place.path(), 0o755);
    let binary = place.path().join("eventglass");
    std::fs::copy(env!("CARGO_BIN_EXE_eventglass"), &binary).expect("the program");
    mode(&binary, 0o755);
    let home = place.path().join("home");
    std::fs::create_dir(&home).expect("a folder");
    chown(&home, Some(NOBODY), Some(NOBODY)).expect("its owner");
    let reducer = place.path().join("r.mjs");
    std::fs::write(&reducer, REDUCER).expect("a reducer");
    mode(&reducer, 0o444);
    let as_nobody = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(program).args(arguments);
        command.env("EVENTGLASS_HOME", &home).env("HOME", &home).current_dir("/");
        Run::from(command.output().expect("setpriv starts"))
    };
    let (_keep, plain, plain_writer) = store("DELETE", 30);
    let (_keep, logged, log_writer) = store("WAL", 30);
    let (_keep, torn, torn_writer) = store("DELETE", 30);
    half_a_change(&torn_writer);
    for (name, conn, path, suffixes) in [
        ("plain", &plain_writer, &plain, &[][..]),
        ("log", &log_writer, &logged, &["-wal"]),
        ("log and memory", &log_writer, &logged, &["-wal", "-shm"]),
        ("hot journal", &torn_writer, &torn, &["-journal"]),
    ] {
        let (_keep, from) = orphan(conn, path, suffixes);
        let sealed = place.path().join(name);
        std::fs::create_dir(&sealed).expect("a folder");
        for entry in std::fs::read_dir(from.parent().expect("a folder")).expect("a folder") {
            let entry = entry.expect("an entry");
            let copy = sealed.join(entry.file_name());
            std::fs::copy(entry.path(), &copy).expect("a copy");
            mode(&copy, 0o444);
        }
        mode(&sealed, 0o555);
        let touched = as_nobody(Path::new("touch"), &[&text(&sealed.join("x"))]);
        assert_ne!(touched.code, 0, "{name}: that user must not be able to write there");
        let before = outside(&sealed);
        let store = text(&sealed.join("store.db"));
        for verb in every_verb(&store, "s-1", &text(&reducer)) {
            let run = as_nobody(&binary, &verb.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(run.code, 0, "{name} {verb:?}: {run:?}");
            assert_untouched(&before, &sealed, &format!("{name} {}", verb.join(" ")));
        }
        assert_whole(&as_nobody(&binary, &["events", &store, "--json"]), name);
    }
    // And one who may not even read is told so.
    let secret = place.path().join("secret.db");
    std::fs::copy(&plain, &secret).expect("a copy");
    mode(&secret, 0o600);
    as_nobody(&binary, &["info", &text(&secret)]).refused(1, "Permission denied", "ask for permission");
}

// --- What the kernel saw -----------------------------------------------------------------

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_sees_no_write_near_the_store() {
    let (wal_place, wal, writer) = store("WAL", 30);
    let (dead_place, dead) = orphan(&writer, &wal, &["-wal"]);
    let plain_place = folder();
    let plain = plain_place.path().join("bank.db");
    std::fs::copy(bank("bank.db"), &plain).expect("a copy");
    let (_keep, torn, torn_writer) = store("DELETE", 30);
    half_a_change(&torn_writer);
    let (hot_place, hot) = orphan(&torn_writer, &torn, &["-journal"]);
    let elsewhere = folder();
    let reducer = elsewhere.path().join("r.mjs");
    std::fs::write(&reducer, REDUCER).expect("a reducer");
    let program = Program::new();
    for (what, place, store, stream) in [
        ("plain", plain_place.path(), &plain, "account-1042"),
        ("beside a writer", wal_place.path(), &wal, "s-1"),
        ("dead writer's log", dead_place.path(), &dead, "s-1"),
        ("hot journal", hot_place.path(), &hot, "s-1"),
    ] {
        let before = outside(place);
        for (nth, verb) in every_verb(&text(store), stream, &text(&reducer)).iter().enumerate() {
            let trace = elsewhere.path().join("trace");
            let mut command = Command::new("strace");
            // `-y` prints the path of every descriptor; `?` lets a name be unknown on this machine.
            command.args(["-f", "-y", "-s", "16", "-o", &text(&trace), "-e"]);
            command.arg(format!("trace={}", CALLS.map(|call| format!("?{call}")).join(",")));
            command.arg(env!("CARGO_BIN_EXE_eventglass")).args(verb);
            command.env("EVENTGLASS_HOME", program.home.path()).current_dir("/");
            let run = match command.output() {
                Ok(output) if output.status.code() == Some(0) => Run::from(output),
                Ok(output) => {
                    return cannot(&format!("strace does not run here: {}", String::from_utf8_lossy(&output.stderr)));
                }
                Err(error) => return cannot(&format!("there is no strace: {error}")),
            };
            assert!(!run.out.is_empty(), "{verb:?}");
            let trace = std::fs::read_to_string(&trace).expect("a trace");
            let seen = forbidden(&trace, place);
            assert!(seen.opened > 0, "{what} {verb:?}: the trace does not see the store:\n{trace}");
            assert!(seen.wrong.is_empty(), "{what} {verb:?} ({nth}):\n{}", seen.wrong.join("\n"));
            assert_untouched(&before, place, &format!("{what} {verb:?}"));
        }
    }
    // The eye itself: what it must not overlook.
    let place = Path::new("/data/stores");
    for line in [
        r#"7 openat(AT_FDCWD</>, "/data/stores/a.db", O_RDWR|O_CLOEXEC) = 3</data/stores/a.db>"#,
        r#"7 openat(AT_FDCWD</>, "/data/stores/a.db-journal", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3</data/stores/a.db-journal>"#,
        r#"7 pwrite64(3</data/stores/a.db>, "x"..., 4096, 0) = 4096"#,
        r#"7 write(5</data/stores/a.db-wal>, "x", 1) = 1"#,
        r#"7 ftruncate(5</data/stores/a.db-wal>, 0) = 0"#,
        r#"7 unlink("/data/stores/a.db-wal") = 0"#,
        r#"7 renameat2(AT_FDCWD</>, "/tmp/x", AT_FDCWD</>, "/data/stores/a.db", 0) = 0"#,
        r#"7 mkdir("/data/stores/new", 0777) = 0"#,
    ] {
        assert_eq!(forbidden(line, place).wrong.len(), 1, "overlooked: {line}");
    }
    for line in [
        r#"7 openat(AT_FDCWD</>, "/data/stores/a.db", O_RDONLY|O_CLOEXEC) = 3</data/stores/a.db>"#,
        r#"7 openat(AT_FDCWD</>, "/data/stores/a.db-wal", O_RDWR|O_CREAT|O_NOFOLLOW, 0644) = 4</data/stores/a.db-wal>"#,
        r#"7 write(3</home/x/cache/copy>, "x", 1) = 1"#,
        r#"7 pwrite64(5</data/stores/a.db-shm>, "x", 1, 0) = 1"#,
        r#"7 openat(AT_FDCWD</>, "/data/stores/a.db", O_RDWR) = -1 EACCES (Permission denied)"#,
    ] {
        let seen = forbidden(line, place);
        assert!(seen.wrong.is_empty() || line.contains("EACCES"), "too strict: {line}");
    }
}

#[cfg(target_os = "linux")]
const CALLS: [&str; 30] = [
    "openat",
    "openat2",
    "open",
    "creat",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "truncate",
    "ftruncate",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "utimensat",
    "fallocate",
    "copy_file_range",
    "sendfile",
    "setxattr",
];

#[cfg(target_os = "linux")]
struct Seen {
    /// How often something in the folder was opened.
    opened: usize,
    wrong: Vec<String>,
}

/// The calls of a trace that would change something in `place`. Opening a log that is there
/// for reading and writing is SQLite's habit; it then never writes to it.
#[cfg(target_os = "linux")]
fn forbidden(trace: &str, place: &Path) -> Seen {
    let inside = format!("{}/", text(place));
    let mut seen = Seen { opened: 0, wrong: Vec::new() };
    for line in trace.lines().filter(|line| line.contains(&inside) && !line.contains("resumed>")) {
        let call = line.split_whitespace().nth(1).unwrap_or_default().split('(').next().unwrap_or_default();
        let memory = line.contains("-shm\"") || line.contains("-shm>");
        let side_file = ["-wal\"", "-journal\""].iter().any(|end| line.contains(end));
        let wrong = match call {
            "openat" | "openat2" | "open" => {
                seen.opened += 1;
                let writes = line.contains("O_RDWR") || line.contains("O_WRONLY");
                line.contains("O_TRUNC") || (writes && !memory && !side_file)
            }
            // The source of a copy comes first.
            "copy_file_range" => line.rsplit(',').nth(3).is_some_and(|target| target.contains(&inside)),
            "sendfile" => {
                line.split('(').nth(1).is_some_and(|rest| rest.split(',').next().is_some_and(|to| to.contains(&inside)))
            }
            _ => !memory,
        };
        if wrong {
            seen.wrong.push(line.to_owned());
        }
    }
    seen
}

// --- Beside a writer ---------------------------------------------------------------------

const COMMITS: i64 = 200;

/// Looks at the store again and again while a writer without any patience commits.
fn beside_a_writer(journal: &str, pause: Duration) {
    let place = folder();
    let path = place.path().join("store.db");
    let conn = emmett(&path, journal, 4096);
    add(&conn, 1);
    conn.busy_timeout(Duration::ZERO).expect("no patience");
    let done = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&done);
    let writer = std::thread::spawn(move || {
        let mut failed = Vec::new();
        for version in 2..=COMMITS {
            if let Err(error) = try_add(&conn, version) {
                failed.push(format!("commit {version}: {error}"));
                break;
            }
            std::thread::sleep(pause);
        }
        ended.store(true, Ordering::SeqCst);
        // The connection stays open until the reader has seen everything.
        (conn, failed)
    });
    let cache = folder();
    let (mut last, mut answers, mut different) = (0, 0, 0);
    loop {
        let over = done.load(Ordering::SeqCst);
        let look = match look(&path, cache.path()) {
            Ok(look) => look,
            // No answer is no wrong answer, as long as the writer leaves no gap and the end is seen.
            Err(OpenError::Read(error)) if error.is_passing() && pause.is_zero() && !over => continue,
            Err(error) => panic!("{journal}: after {last}: {error}"),
        };
        let events = look.index.events();
        assert_eq!(events % 2, 0, "{journal}: half a transaction");
        assert!(look.index.findings().is_empty(), "{journal}: {:?}", look.index.findings());
        for stream in ["s-1", "t-1"] {
            let mut fold = look.fold(stream, None).expect("readable");
            let len = fold.source.rows().len();
            assert_eq!(len, events / 2, "{journal}: both streams stand at the same place");
            for applied in [len, len / 2 + 1, 1] {
                let (done, state) = fold.at(Applied(applied)).expect("readable");
                let state: Value = serde_json::from_str(&state).expect("JSON");
                assert_eq!((done.0, &state["n"]), (applied, &json!(applied)), "{journal}: torn");
            }
            assert!(fold.source.findings().is_empty(), "{journal}: {:?}", fold.source.findings());
        }
        assert!(events >= last, "{journal}: the states count up, {last} then {events}");
        different += usize::from(events > last);
        last = events;
        answers += 1;
        if over {
            break;
        }
    }
    let (conn, failed) = writer.join().expect("the writer ends");
    assert_eq!(failed, [] as [String; 0], "{journal}: the writer was disturbed");
    let rows: i64 = conn.query_row("SELECT count(*) FROM emt_messages", [], |row| row.get(0)).expect("a count");
    assert_eq!(
        (rows, last),
        (2 * COMMITS, 2 * COMMITS as u64),
        "{journal}: all of it was written, and all seen in the end"
    );
    println!("{journal}, pause {pause:?}: {answers} answers, {different} different ones, during {COMMITS} commits");
    assert!(different >= 3 || pause.is_zero(), "{journal}: only {different} looks saw something new");
}

#[test]
fn a_writer_with_a_journal_is_never_disturbed() {
    beside_a_writer("DELETE", Duration::from_millis(4));
}

#[test]
fn a_writer_with_a_journal_in_a_hurry_is_never_disturbed() {
    beside_a_writer("DELETE", Duration::ZERO);
}

#[test]
fn a_writer_that_keeps_its_journal_is_never_disturbed() {
    beside_a_writer("PERSIST", Duration::from_millis(2));
    beside_a_writer("TRUNCATE", Duration::from_millis(2));
}

#[test]
fn a_writer_with_a_log_is_never_disturbed() {
    beside_a_writer("WAL", Duration::ZERO);
    beside_a_writer("WAL", Duration::from_millis(3));
}

// --- A store that changes between two looks ----------------------------------------------

/// Opens, reads to the end; what the window does for every store.
fn indexer(path: &Path, cache: &Path) -> Indexer {
    let opened = formats::open(&Location::of(path), cache, &OpenChoice::default()).expect("a store");
    let mut indexer = Indexer::open(Arc::new(opened)).expect("readable");
    indexer.run().expect("readable");
    indexer
}

/// Looks until nothing new is written; times on disk are not fine enough to tell that at once.
fn read_on(indexer: &mut Indexer) -> eventglass::index::EventIndex {
    loop {
        let index = indexer.publish();
        match indexer.change(&index).expect("there") {
            StoreChange::Same => return index,
            StoreChange::Written => indexer.go_on(),
            StoreChange::Replaced => panic!("it was replaced"),
        }
        while indexer.step().expect("readable") {}
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_store_that_grows_is_noticed_and_read_on() {
    for journal in ["DELETE", "WAL"] {
        let (_keep, path, conn) = store(journal, 10);
        let cache = folder();
        let mut indexer = indexer(&path, cache.path());
        let mut index = read_on(&mut indexer);
        for round in 1..=3_i64 {
            // Times on disk have a granularity.
            std::thread::sleep(Duration::from_millis(20));
            for version in 1..=5 {
                add(&conn, round * 5 + 5 + version);
            }
            assert_eq!(indexer.change(&index).expect("there"), StoreChange::Written, "{journal}");
            indexer.go_on();
            while indexer.step().expect("readable") {}
            index = read_on(&mut indexer);
            assert_eq!(index.events(), 20 + 10 * round as u64, "{journal}");
            let id = index.streams().find("s-1").expect("the stream");
            let versions: Vec<i64> =
                (0..index.rows_of(id).len()).filter_map(|at| Some(index.rows_of(id).version(at)?.0)).collect();
            assert_eq!(versions, (1..=10 + 5 * round).collect::<Vec<_>>(), "{journal}: nothing twice, nothing lost");
        }
        assert!(index.findings().is_empty(), "{journal}: {:?}", index.findings());
    }
}

#[test]
fn a_store_that_is_replaced_is_noticed() {
    let cache = folder();
    // Another file under the same name.
    let (place, path, conn) = store("DELETE", 10);
    drop(conn);
    let mut first = indexer(&path, cache.path());
    let (_keep, other, conn) = store("DELETE", 12);
    drop(conn);
    std::fs::rename(&path, place.path().join("old.db")).expect("a rename");
    std::fs::copy(&other, &path).expect("a copy");
    let index = first.publish();
    assert_eq!(first.change(&index).expect("there"), StoreChange::Replaced);
    // Other rows in the same file.
    let (_keep, path, conn) = store("DELETE", 10);
    let mut second = indexer(&path, cache.path());
    conn.execute_batch("UPDATE emt_messages SET stream_id = 'x-' || stream_id").expect("a change");
    let index = second.publish();
    assert_eq!(second.change(&index).expect("there"), StoreChange::Replaced);
    // Rows gone from its end.
    let (_keep, path, conn) = store("DELETE", 10);
    let mut third = indexer(&path, cache.path());
    conn.execute_batch("DELETE FROM emt_messages WHERE stream_position > 8").expect("a change");
    let index = third.publish();
    assert_eq!(third.change(&index).expect("there"), StoreChange::Replaced);
    // Gone altogether.
    std::fs::remove_file(&path).expect("removed");
    let error = third.change(&index).expect_err("gone");
    assert!(error.to_string().contains("gone"), "{error}");
}

#[test]
fn a_log_that_grows_or_is_replaced_is_noticed() {
    let (place, cache) = (folder(), folder());
    let path = place.path().join("log.jsonl");
    let lines: Vec<String> =
        (1..=40).map(|version| jsonl(&[line("s-1", version, "T", json!({ "n": version }))])).collect();
    let write = |content: String| std::fs::write(&path, content).expect("a file");
    write(lines[..10].concat());
    let mut indexer = indexer(&path, cache.path());
    let mut index = indexer.publish();
    assert_eq!(indexer.change(&index).expect("there"), StoreChange::Same);
    let mut grow = |bytes: &str, events: u64, index: &mut eventglass::index::EventIndex| {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("the file");
        file.write_all(bytes.as_bytes()).expect("written");
        assert_eq!(indexer.change(index).expect("there"), StoreChange::Written);
        indexer.go_on();
        while indexer.step().expect("readable") {}
        *index = indexer.publish();
        assert_eq!(index.events(), events);
        indexer.change(index).expect("there")
    };
    assert_eq!(grow(&lines[10..15].concat(), 15, &mut index), StoreChange::Same);
    // Half a line is not taken, and is said once, however often it is looked at.
    let (half, rest) = lines[15].split_at(30);
    grow(half, 15, &mut index);
    for _ in 0..3 {
        grow("", 15, &mut index);
    }
    let tails = |index: &eventglass::index::EventIndex| {
        index
            .findings()
            .counts()
            .iter()
            .filter(|(code, _)| code.name() == "truncated-tail")
            .map(|(_, count)| *count)
            .sum::<u64>()
    };
    assert_eq!(tails(&index), 1, "{:?}", index.findings());
    // Once it is whole it is an event like any other.
    assert_eq!(grow(rest, 16, &mut index), StoreChange::Same);
    assert_eq!(tails(&index), 0, "{:?}", index.findings());
    // Older content, or other content of the same length, is another file.
    write(lines[..12].concat());
    assert_eq!(indexer.change(&index).expect("there"), StoreChange::Replaced);
    let mut other = self::indexer(&path, cache.path());
    let index = other.publish();
    write(lines[..13].concat().replace("s-1", "x-1"));
    assert_eq!(other.change(&index).expect("there"), StoreChange::Replaced);
}
