//! Files that are no store, and stores that mean harm: each gets its exact answer, and the
//! rest of the data is there all the same.

use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use eventglass::model::Applied;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::python_eventsourcing::packed;
use crate::support::{Chance, Look, Place, Program, append, emmett, folder, jsonl, line, look, text};

// --- No stores ---------------------------------------------------------------------------

#[test]
fn files_that_are_no_store_say_what_they_are() {
    let place = Place::new();
    let refused = |store: &str, error: &str, help: &str| place.program.run(&["info", store]).refused(1, error, help);
    refused(&text(&place.path("none.db")), "none.db does not exist", "check the path");
    refused(&place.write("empty.db", b""), "empty.db is empty (0 bytes)", "try again later");
    refused(&text(place.folder.path()), "is a folder", "name the store's file");
    let no_store = [
        ("image.png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "it is a PNG image", "open a store file"),
        ("log.gz", b"\x1f\x8b\x08\0\0\0\0\0", "gzip, and does not unpack", "try another copy"),
        ("log.zst", b"\x28\xb5\x2f\xfd\x04", "zstd, and does not unpack", "try another copy"),
        ("log.zip", b"PK\x03\x04\x14", "it is a zip archive that cannot be read", "unzip FILE"),
        ("utf16le.txt", b"\xff\xfeo\0h\0", "no line of it is a JSON object", "JSON lines"),
        ("words.txt", b"Dear diary,\ntoday nothing happened.\n", "no line of it is a JSON object", "JSON lines"),
        ("array.json", b"[1, 2, 3]", "no line of it is a JSON object", "JSON lines"),
        (
            "nul.bin",
            &[0; 5000],
            "it does not begin like a SQLite file, and no line",
            "encrypted store must be decrypted",
        ),
    ];
    for (name, bytes, error, help) in no_store {
        let store = place.write(name, bytes);
        refused(&store, &format!("{name} is no event store: "), help);
        refused(&store, error, help);
    }
    // What SQLCipher leaves: bytes without a pattern.
    let mut chance = Chance(5);
    let noise: Vec<u8> = (0..8_192).map(|_| chance.next() as u8).collect();
    refused(&place.write("cipher.db", &noise), "does not begin like a SQLite file", "must be decrypted first");
    // Or a plain head over the same.
    let masked = [&b"SQLite format 3\0"[..], &noise[16..]].concat();
    refused(&place.write("masked.db", &masked), "SQLite cannot read it", "damaged or encrypted");
    let bare = place.write("bare.db", b"SQLite format 3\0");
    refused(&bare, "SQLite cannot read it", "");
    // A store without events, and one without tables.
    let path = place.path("fresh.db");
    drop(emmett(&path, "DELETE", 4096));
    let info = place.program.json(&["info", &text(&path), "--json"]).remove(0);
    assert_eq!((&info["events"], &info["streams"], &info["first_time"]), (&json!(0), &json!(0), &Value::Null));
    let path = place.path("blank.db");
    Connection::open(&path).and_then(|conn| conn.execute_batch("CREATE TABLE t (a); DROP TABLE t;")).expect("a store");
    refused(&text(&path), "blank.db has no tables", "writes its events to");
    let dump = place.write("dump.sql", "--\n-- PostgreSQL database dump\n--\n\nSET lock_timeout = 0;\n");
    refused(&dump, "dump.sql has no tables", "writes its events to");
    // JSON lines of another kind.
    let other = place.write("other.jsonl", b"{\"level\":\"info\",\"msg\":\"up\"}\n");
    refused(&other, "each line (level, msg)", "--map stream=COL");
}

#[cfg(unix)]
#[test]
fn special_files_do_not_block() {
    let place = Place::new();
    let pipe = text(&place.path("pipe"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success();
    assert!(made);
    for special in [pipe.as_str(), "/dev/zero", "/dev/null"] {
        let start = Instant::now();
        let mut child = place
            .program
            .command()
            .args(["info", special])
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("starts");
        let ended = loop {
            match child.try_wait().expect("a child") {
                Some(status) => break Some(status),
                None if start.elapsed() > Duration::from_secs(10) => break None,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        if ended.is_none() {
            child.kill().and_then(|()| child.wait()).expect("killed");
        }
        assert_eq!(ended.and_then(|status| status.code()), Some(1), "{special} blocks");
    }
}

// --- Lines -------------------------------------------------------------------------------

/// Ten good events, and what a test puts between them, after the fourth.
fn around(odd: &[u8]) -> Vec<u8> {
    let lines: Vec<String> =
        (1..=10).map(|version| jsonl(&[line("s-1", version, "T", json!({ "n": version }))])).collect();
    [lines[..4].concat().as_bytes(), odd, lines[4..].concat().as_bytes()].concat()
}

struct Found {
    look: Look,
    /// `code: message` of everything odd, but for the order.
    findings: Vec<String>,
    _folder: TempDir,
}

fn read(name: &str, bytes: &[u8]) -> Found {
    let folder = folder();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let look = look(&path, folder.path()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let kept = look.index.findings().kept().iter();
    let findings = kept.filter(|finding| finding.code.name() != "order-not-proven");
    let findings = findings.map(|finding| format!("{}: {}", finding.code.name(), finding.message)).collect();
    Found { look, findings, _folder: folder }
}

impl Found {
    /// The good events are all there and fold.
    fn has_the_good_ones(&self, more: u64) {
        assert_eq!(self.look.index.events(), 10 + more);
        let mut fold = self.look.fold("s-1", None).expect("readable");
        assert_eq!(fold.at_version(10)["n"], 10);
        assert_eq!(fold.at_version(4)["n"], 4);
    }
}

#[test]
fn lines_that_are_no_events_are_named_by_their_number() {
    let good = String::from_utf8(around(b"")).expect("UTF-8");
    let third = good.lines().nth(2).expect("a line");
    let twice = format!("{third}{third}\n");
    let hole = [&[0; 4096][..], b"\n"].concat();
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("clean", b"", &[]),
        ("blank lines", b"\n   \n\t\n\r\n", &[]),
        ("invalid UTF-8", b"{\"stream\":\"s-1\",\"version\":99,\"type\":\"T\",\"data\":{\"x\":\"\xff\xfe\"}}\n", &["bad-line: line 5 is not UTF-8 at byte 53"]),
        ("Latin-1", b"caf\xe9\n", &["bad-line: line 5 is not UTF-8 at byte 3"]),
        ("NUL bytes", &hole, &["bad-line: line 5 is no JSON object"]),
        (
            "noise",
            b"2026-01-01 INFO started\n[]\nnull\n42\n\"text\"\n{}\n{\"level\":\"info\"}\n{\"stream\":\"\",\"type\":\"T\",\"version\":1}\n{\"stream\":null,\"type\":\"T\",\"version\":1}\n{\"stream\":\"s-1\",\"version\":1}\n{\"stream\":\"s-1\",\"type\":\"T\",\"version\":\"one\"}\n{\"stream\":\"s-1\",\"type\":\"T\",\"version\":1.5}\n{\"stream\":\"s-1\"\n}\n",
            &[
                "bad-line: line 5 is no JSON object",
                "bad-line: line 6 is no JSON object",
                "bad-line: line 7 is no JSON object",
                "bad-line: line 8 is no JSON object",
                "bad-line: line 9 is no JSON object",
                "bad-line: line 10 has no stream",
                "bad-line: line 11 has no stream",
                "bad-line: line 12 has no stream",
                "bad-line: line 13 has no stream",
                "bad-line: line 14 has no event type",
                "bad-line: line 15 has a version that is no integer: one",
                "bad-line: line 16 has a version that is no integer: 1.5",
                "bad-line: line 17 is no JSON: EOF while parsing an object",
                "bad-line: line 18 is no JSON object",
            ],
        ),
        ("two in one line", twice.as_bytes(), &["bad-line: line 5 is no JSON: trailing characters"]),
        ("version too large", b"{\"stream\":\"s-1\",\"type\":\"T\",\"version\":9223372036854775808}\n", &["bad-line: line 5 has a version that is no integer: 9223372036854775808"]),
    ];
    for (name, odd, wanted) in cases {
        let found = read("log.jsonl", &around(odd));
        assert_eq!(found.findings, *wanted, "{name}");
        found.has_the_good_ones(0);
    }
}

#[test]
fn ends_of_lines_and_files_in_every_form() {
    let good = String::from_utf8(around(b"")).expect("UTF-8");
    let bom = format!("\u{feff}{good}");
    for (name, content) in
        [("CRLF", good.replace('\n', "\r\n")), ("BOM", bom), ("no final newline", good.trim_end().to_owned())]
    {
        let found = read("log.jsonl", content.as_bytes());
        assert_eq!(found.findings, [] as [String; 0], "{name}");
        found.has_the_good_ones(0);
    }
    let cut = read("log.jsonl", &[good.as_bytes(), b"{\"stream\":\"s-1\",\"versi"].concat());
    assert_eq!(
        cut.findings,
        ["truncated-tail: line 11 is the last and unfinished: it is no JSON: EOF while parsing a string"]
    );
    cut.has_the_good_ones(0);
}

#[test]
fn order_gaps_and_repeats_are_by_version() {
    let event = |version: i64, n: i64| jsonl(&[line("s-1", version, "T", json!({ "n": n }))]);
    // Shuffled: the version orders, not the line.
    let mut chance = Chance(7);
    let mut lines: Vec<String> = (1..=300).map(|version| event(version, version)).collect();
    for at in (1..lines.len()).rev() {
        lines.swap(at, chance.below(at + 1));
    }
    let found = read("log.jsonl", lines.concat().as_bytes());
    assert_eq!(found.look.findings("gap"), [] as [String; 0]);
    assert_eq!(found.look.findings("duplicate-version"), [] as [String; 0]);
    let mut fold = found.look.fold("s-1", None).expect("readable");
    for version in [1, 2, 150, 299, 300] {
        assert_eq!(fold.at_version(version)["n"], version);
    }
    // Gaps and repeats name the version.
    let odd: String = [(1, 1), (2, 2), (5, 5), (6, 6), (6, 66), (8, 8)].map(|(version, n)| event(version, n)).concat();
    let found = read("log.jsonl", odd.as_bytes());
    assert_eq!(found.look.findings("gap"), ["v3 to v4 are not in the store", "v7 is not in the store"]);
    assert_eq!(found.look.findings("duplicate-version"), ["v6 is there more than once"]);
    let mut fold = found.look.fold("s-1", None).expect("readable");
    assert_eq!((fold.at_version(6), fold.at_version(7)), (json!({"n": 66}), json!({"n": 66})));
    // Versions at the ends of their type, and times at the ends of theirs.
    let ends: String = [i64::MIN + 1, -1, 0, i64::MAX].map(|version| event(version, 1)).concat();
    let ends = ends.replacen("2026-03-04", "-262143-01-01", 1).replacen("2026-03-04", "+262142-12-31", 1);
    let found = read("log.jsonl", ends.as_bytes());
    assert_eq!(found.look.index.events(), 4);
    let mut fold = found.look.fold("s-1", None).expect("readable");
    assert_eq!(fold.at_version(i64::MAX), json!({"n": 1}));
    let wild: String = ["+262142-12-31T00:00:00", "-262143-01-01T00:00:00", "2026-03-04"]
        .iter()
        .enumerate()
        .map(|(at, time)| jsonl(&[json!({"stream": "s-1", "version": at, "type": "T", "time": time, "data": {}})]))
        .collect();
    let found = read("log.jsonl", wild.as_bytes());
    assert_eq!(found.look.index.events(), 3, "{:?}", found.findings);
}

#[test]
fn numbers_and_texts_come_out_as_they_stand() {
    let place = Place::new();
    let data = [
        r#"{"big":1e400,"over":9223372036854775809,"two64":18446744073709551616,"tiny":1e-400}"#,
        r#"{"exact":0.1000000000000000055511151231257827,"zero":-0,"one":1.0,"plus":1E+2}"#,
        r#"{"a":1,"a":2,"":0,"__proto__":{"x":1},"\u0000":"\u0000","b":{"k":1,"k":1}}"#,
        r#"{"lone":"\ud800","after":1}"#,
        r#"{"text":"\u2028 é 🚀 \"\\\/\b"}"#,
        r#"42"#,
        r#""words""#,
        r#"[1,[2,[3]]]"#,
        r#"null"#,
    ];
    let lines: String = data
        .iter()
        .enumerate()
        .map(|(at, data)| format!("{{\"stream\":\"s-1\",\"version\":{},\"type\":\"T\",\"data\":{data}}}\n", at + 1))
        .collect();
    let store = place.write("log.jsonl", lines.as_bytes());
    let run = place.program.run(&["events", &store, "--json"]);
    assert!(run.is_well(), "{}", run.err);
    let shown: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split(",\"data\":").nth(1)?.strip_suffix(",\"metadata\":null,\"marks\":[]}"))
        .collect();
    for (at, (shown, data)) in shown.iter().zip(&data).enumerate() {
        // Strings are decoded and written anew; all else is the same text.
        let same = *shown == *data || matches!(at, 2..=4);
        assert!(same, "{data} became {shown}");
    }
    assert_eq!(shown.len(), data.len());
    assert!(shown[2].starts_with(r#"{"a":1,"a":2,"":0,"__proto__":{"x":1},"\u0000":"\u0000""#), "{}", shown[2]);
    assert_eq!(shown[3], "{\"lone\":\"\u{fffd}\",\"after\":1}");
    let text: Value = serde_json::from_str(shown[4]).expect("JSON");
    assert_eq!(text, serde_json::from_str::<Value>(data[4]).expect("JSON"));
    // What JavaScript cannot hold is said with the state.
    let path = Path::new(&store);
    let found = look(path, place.folder.path()).expect("a store");
    let mut fold = found.fold("s-1", None).expect("readable");
    let (_, state) = fold.at(Applied(9)).expect("readable");
    for member in [r#""big":1e400"#, r#""tiny":1e-400"#, r#""zero":-0"#, r#""a":2"#, r#""__proto__":{"x":1}"#] {
        assert!(state.contains(member), "no {member} in {state}");
    }
    let notes: Vec<String> = fold
        .source
        .findings()
        .kept()
        .iter()
        .map(|f| format!("{}: v{}: {}", f.code.name(), f.version.expect("a version"), f.message))
        .collect();
    assert!(
        notes.iter().any(|note| note == "duplicate-key: v3: the key \"a\" is there twice, the last one counts"
            || note == "duplicate-key: v3: the key \"k\" is there twice, the last one counts"),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.starts_with("replaced-text: v4: ")), "{notes:?}");
    let merged: Vec<String> =
        fold.timeline.findings().kept().iter().map(|f| format!("v{}", f.version.expect("a version"))).collect();
    for version in ["v6", "v7", "v8"] {
        assert!(merged.iter().any(|known| known == version), "merge of {version} is a finding: {merged:?}");
    }
    let reducer = place.write("sum.mjs", b"export default (s, e) => e.version > 1 ? s : ({ big: String(e.data.big), over: e.data.over, proto: ({}).x ?? 'clean' });");
    let state = place.program.json(&["state", &store, "--json", "--stream", "s-1", "--reducer", &reducer]).remove(0);
    assert_eq!(state["state"], json!({"big": "Infinity", "over": 9223372036854776000u64, "proto": "clean"}));
}

#[test]
fn depth_and_length_have_no_limit_that_hurts() {
    let place = Place::new();
    let objects = format!("{}1{}", "{\"k\":".repeat(5_000), "}".repeat(5_000));
    let arrays = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = "x".repeat(3 << 20);
    let mut odd = String::new();
    for (version, data) in [(11, &objects), (12, &arrays), (13, &format!("{{\"long\":\"{long}\"}}"))] {
        odd += &format!("{{\"stream\":\"s-1\",\"version\":{version},\"type\":\"T\",\"data\":{data}}}\n");
    }
    let bytes = around(odd.as_bytes());
    let found = read("log.jsonl", &bytes);
    assert_eq!(found.findings, [] as [String; 0]);
    found.has_the_good_ones(3);
    let store = place.write("log.jsonl", &bytes);
    let run = place.program.run(&["events", &store, "--json", "--from", "11"]);
    assert!(run.is_well(), "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    for (line, data) in lines.iter().zip([&objects, &arrays, &long]) {
        assert!(line.contains(data.as_str()), "the text is unchanged");
    }
    let person = place.program.run(&["state", &store, "--stream", "s-1"]);
    assert_eq!(person.code, 0, "{}", person.err);
    let reducer = place.write(
        "depth.mjs",
        b"const depth = (x) => { let n = 0; while (x && typeof x === 'object') { x = x.k ?? x[0]; n++ } return n };
        export default (s, e) => ({ ...s, [e.version]: depth(e.data) });",
    );
    let state =
        place.program.run(&["state", &store, "--json", "--stream", "s-1", "--reducer", &reducer, "--on-error", "skip"]);
    assert_eq!(state.code, 0, "{}", state.err);
    assert_eq!(
        state.one()["state"]["10"],
        1,
        "whatever the parser of the sandbox says to 5,000 levels, the others are there"
    );
    // A bad one deep down is said, and hides nobody.
    let broken = format!(
        "{{\"stream\":\"s-1\",\"version\":11,\"type\":\"T\",\"data\":{}oops{}}}\n",
        "[".repeat(400),
        "]".repeat(400)
    );
    let found = read("log.jsonl", &around(broken.as_bytes()));
    assert_eq!(found.findings, ["bad-line: line 5 is no JSON"]);
    found.has_the_good_ones(0);
}

#[test]
fn keys_that_are_values_do_not_hide_those_that_are_names() {
    let place = folder();
    let path = place.path().join("keys.jsonl");
    // More different keys than are looked at, before the names and in every line others.
    let line = |version: usize, names: &str| {
        let members: String = (0..5_000).map(|at| format!("\"key {version} {at}\":1,")).collect();
        format!("{{{members}{names}}}\n")
    };
    let event = |version: usize| line(version, &format!("\"stream\":\"k-1\",\"version\":{version},\"Type\":\"T\""));
    std::fs::write(&path, (1..=4).map(event).collect::<String>()).expect("a log");
    let look = look(&path, place.path()).expect("a store");
    assert_eq!((look.names(), look.index.events()), (vec!["k-1".to_owned()], 4));
    // A log in which nothing comes again is no store, and is no work that grows with its square.
    std::fs::write(&path, (1..=20).map(|version| line(version, "\"a\":1")).collect::<String>()).expect("a log");
    let program = Program::new();
    program.run(&["info", &text(&path)]).refused(1, "no framework is known", "");
}

#[test]
fn a_line_of_hundreds_of_megabytes_is_passed_over() {
    let folder = folder();
    let path = folder.path().join("log.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let good = String::from_utf8(around(b"")).expect("UTF-8");
    let (first, rest) = good.split_at(good.find('\n').expect("a line") + 1);
    file.write_all(first.as_bytes()).expect("written");
    // Nothing is written there, so that it takes no room on the disk.
    file.seek_relative(257 << 20).expect("far ahead");
    file.write_all(b"\n").and_then(|()| file.write_all(rest.as_bytes())).and_then(|()| file.flush()).expect("written");
    let found = look(&path, folder.path()).expect("a store");
    assert_eq!(found.findings("bad-line"), ["line 2 is longer than 256 MiB"]);
    assert_eq!(found.index.events(), 10);
    // The same in front of all events.
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    file.write_all(b"{\"stream\":\"").expect("written");
    file.seek_relative(257 << 20).expect("far ahead");
    file.write_all(b"\n").and_then(|()| file.write_all(good.as_bytes())).and_then(|()| file.flush()).expect("written");
    let found = look(&path, folder.path()).expect("a store");
    assert_eq!(found.findings("bad-line"), ["line 1 is longer than 256 MiB"]);
    assert_eq!(found.index.events(), 10);
}

#[test]
fn times_in_every_form() {
    let forms = [
        ("\"2026-03-04T05:06:07Z\"", Some("2026-03-04T05:06:07Z")),
        ("1772600767", Some("2026-03-04T05:06:07Z")),
        ("1772600767.123456", Some("2026-03-04T05:06:07.123456Z")),
        ("\"1772600767\"", Some("2026-03-04T05:06:07Z")),
        ("\"2026-03-04T10:36:07+05:30\"", Some("2026-03-04T05:06:07Z")),
        ("\"2026-03-04 05:06:07.5\"", Some("2026-03-04T05:06:07.500Z")),
        ("\"2026-03-04\"", Some("2026-03-04T00:00:00Z")),
        ("\"Wed, 04 Mar 2026 05:06:07 +0000\"", Some("2026-03-04T05:06:07Z")),
        ("null", None),
        ("\"soon\"", None),
    ];
    let place = Place::new();
    let lines: String = forms
        .iter()
        .enumerate()
        .map(|(at, (time, _))| {
            format!("{{\"stream\":\"s-1\",\"version\":{at},\"type\":\"T\",\"time\":{time},\"data\":{{}}}}\n")
        })
        .collect();
    let store = place.write("log.jsonl", lines.as_bytes());
    let events = place.program.json(&["events", &store, "--json", "--stream", "s-1"]);
    for (event, (form, wanted)) in events.iter().zip(forms) {
        assert_eq!(event["time"], json!(wanted), "{form}");
    }
    let found = read("log.jsonl", lines.as_bytes());
    assert!(
        found.findings.contains(&"no-time: the time soon is in no form that is known".to_owned()),
        "{:?}",
        found.findings
    );
}

// --- SQLite ------------------------------------------------------------------------------

#[test]
fn a_small_payload_that_unpacks_to_gigabytes_is_refused() {
    let place = Place::new();
    let path = place.path("bomb.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB)",
    )
    .expect("a table");
    let mut bomb = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        bomb.write_all(&zeros).expect("packed");
    }
    let bomb = bomb.finish().expect("packed");
    assert!(bomb.len() < 4 << 20, "{} bytes", bomb.len());
    for (version, state) in [(1, packed(b"{\"n\":1}")), (2, bomb), (3, packed(b"{\"n\":3}"))] {
        conn.execute("INSERT INTO stored_events VALUES ('b', ?1, 'm:Box.Filled', ?2)", (version, state))
            .expect("an event");
    }
    let look = look(&path, place.folder.path()).expect("a store");
    assert_eq!(look.index.events(), 3);
    let said = look.findings("too-large");
    assert!(said.len() == 1 && said[0].contains("unpacks to more than 64 MiB"), "{said:?}");
    assert_eq!(look.fold("b", None).expect("readable").at_version(3), json!({"n": 3}));
}

#[test]
fn views_triggers_and_functions_of_a_stranger_are_not_run() {
    let place = Place::new();
    let path = place.path("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    for version in 1..=3 {
        append(&conn, "s-1", version, "T", &json!({ "n": version }).to_string(), version as u32);
    }
    // Names that could be taken for events; endless, and with side effects where they ran.
    let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT";
    conn.execute_batch(&format!(
        "CREATE VIEW stored_events AS {endless} n AS originator_id, n AS originator_version, n AS topic, n AS state FROM r;
         CREATE TABLE \"evil\"\"table; DROP TABLE emt_messages; --\" (a, b GENERATED ALWAYS AS (hex(zeroblob(500000000))) VIRTUAL);
         CREATE TABLE \"select\" (\"from\" TEXT);
         CREATE TRIGGER t AFTER INSERT ON emt_messages BEGIN DELETE FROM emt_messages; END;
         CREATE VIEW emt_other AS SELECT load_extension('/tmp/evil') AS x;
         CREATE VIRTUAL TABLE words USING fts5(body);"
    ))
    .or_else(|_| conn.execute_batch("SELECT 1"))
    .expect("a stranger's schema");
    let before = std::fs::read(&path).expect("the store");
    let start = Instant::now();
    let look = look(&path, place.folder.path()).expect("a store");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!((look.opened.dialect.as_str(), look.index.events()), ("emmett-sqlite", 3));
    assert_eq!(look.fold("s-1", None).expect("readable").at_version(3), json!({"n": 3}));
    // Asked for by name a view is no table.
    let store = text(&path);
    let map = ["--map", "stream=originator_id,type=topic,data=state"];
    let view = place.program.run(&[&["info", &store, "--table", "stored_events"], &map[..]].concat());
    assert_eq!(view.code, 1, "{view:?}");
    assert_eq!(before, std::fs::read(&path).expect("the store"));
}

#[test]
fn generated_columns_are_read_within_limits() {
    let place = Place::new();
    let path = place.path("generated.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE things (entity TEXT, kind TEXT, seed TEXT, body TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL,
            small TEXT GENERATED ALWAYS AS ('{\"is\":' || seed || '}') VIRTUAL);
         INSERT INTO things (entity, kind, seed) VALUES ('a', 'T', '1'), ('b', 'T', '2');",
    )
    .expect("a table");
    let store = text(&path);
    let ask = |body: &str| {
        place.program.run(&["events", &store, "--json", "--map", &format!("stream=entity,type=kind,data={body}")])
    };
    let start = Instant::now();
    // What is computed is read like any other column, but for what no memory holds.
    let small: Vec<_> = ask("small").lines().iter().map(|event| event["data"].clone()).collect();
    assert_eq!(small, [json!({"is": 1}), json!({"is": 2})]);
    let body = ask("body");
    assert_eq!((body.code, body.out.as_str()), (0, ""), "{body:?}");
    assert!(body.err.contains("the row with rowid 1 cannot be read: string or blob too big"), "{body:?}");
    let data: Vec<_> = ask("seed").lines().iter().map(|event| event["data"].clone()).collect();
    assert_eq!(data, [json!(1), json!(2)]);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn rows_with_odd_values_are_named_by_their_rowid() {
    let place = Place::new();
    let path = place.path("odd.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE emt_streams (stream_id, stream_position, stream_type, is_archived);
         CREATE TABLE emt_messages (stream_id, stream_position, message_kind, message_data, message_metadata, message_type,
            message_id, is_archived, global_position INTEGER PRIMARY KEY, created);
         INSERT INTO emt_messages VALUES
            ('s-1', 1, 'E', '{\"n\":1}', NULL, 'T', 'a', 0, -9223372036854775807, '2026-03-04 05:06:07'),
            ('s-1', '2', 'C', '{\"n\":2}', '{}', 'T', 'b', '0', -5, 1772600767),
            (NULL, 3, 'E', '{}', '{}', 'T', 'c', 0, 0, NULL),
            (x'ff00', 3, 'E', '{}', '{}', 'T', 'c', 0, 1, NULL),
            ('s-1', 'three', 'E', '{}', '{}', 'T', 'd', 0, 7, NULL),
            ('s-1', 3.0, 'E', '{\"n\":3}', 'words', NULL, NULL, 0, 8, 'whenever'),
            ('s-1', 4.5, 'E', '{}', '{}', 'T', 'e', 0, 9, NULL),
            ('s-1', NULL, 'E', x'7b226e223a347d', x'ff', 'T', 5, NULL, 10, NULL),
            (77, 1, 'E', NULL, NULL, 'T', NULL, 1, 11, NULL),
            ('s-1', 9223372036854775807, 'E', '{\"n\":9}', '{}', 'T', 'z', 0, 9223372036854775807, NULL);",
    )
    .expect("rows");
    let look = look(&path, place.folder.path()).expect("a store");
    assert_eq!(
        look.findings("bad-line"),
        [
            "the row with rowid 0 has no stream",
            "the row with rowid 7 has a version that is no integer: three",
            "the row with rowid 9 has a version that is no integer: 4.5",
        ]
    );
    assert_eq!(look.findings("no-time"), ["the time whenever is in no form that is known"]);
    // A name of bytes is a name.
    assert_eq!(look.names(), ["s-1", "ff00", "77"]);
    let store = text(&path);
    let events = place.program.json(&["events", &store, "--json", "--stream", "s-1"]);
    let rows: Vec<_> =
        events.iter().map(|e| (e["version"].clone(), e["position"].clone(), e["data"]["n"].clone())).collect();
    let row = |version: i64, position: i64, n: i64| (json!(version), json!(position), json!(n));
    assert_eq!(
        rows,
        [row(1, i64::MIN + 1, 1), row(2, -5, 2), row(3, 8, 3), row(4, 10, 4), row(i64::MAX, i64::MAX, 9),]
    );
    assert_eq!(events[2]["type"], "(no type)");
    assert_eq!((&events[2]["metadata"], &events[3]["id"]), (&json!("words"), &json!("5")));
    assert_eq!(
        (&events[0]["time"], &events[1]["time"]),
        (&json!("2026-03-04T05:06:07Z"), &json!("2026-03-04T05:06:07Z"))
    );
    let person = place.program.run(&["events", &store, "--stream", "s-1"]).out;
    assert!(person.contains("T [command]  s-1  {\"n\":2}"), "{person}");
    let streams = place.program.json(&["streams", &store, "--json"]);
    assert_eq!(
        (&streams[0]["stream"], &streams[0]["status"], &streams[2]["last"]),
        (&json!("77"), &json!("archived"), &json!(i64::MAX))
    );
    let state = place.program.json(&["state", &store, "--json", "--stream", "s-1", "--at", "100"]).remove(0);
    assert_eq!((&state["version"], &state["state"]), (&json!(4), &json!({"n": 4})));
}

#[test]
fn a_stream_name_can_be_anything() {
    let names = [
        "",
        " ",
        "a'b",
        "a\"b",
        "a;DROP TABLE emt_messages;--",
        "🚀-1",
        "a\nb",
        "a\u{0}b",
        "%",
        "--at",
        "e\u{301}",
        &"n".repeat(100_000),
    ];
    let place = Place::new();
    let path = place.path("names.db");
    let conn = emmett(&path, "DELETE", 4096);
    for name in names {
        for version in 1..=2 {
            append(&conn, name, version, "T", &json!({"name": name, "n": version}).to_string(), 0);
        }
    }
    let look = look(&path, place.folder.path()).expect("a store");
    let mut shown = look.names();
    shown.sort();
    let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    wanted.sort();
    assert_eq!(shown, wanted);
    for name in names {
        let state = look.fold(name, None).expect("readable").at_version(2);
        assert_eq!(state, json!({"name": name, "n": 2}));
    }
    let store = text(&path);
    for name in ["a'b", "a\nb", "🚀-1", "%"] {
        let state = place.program.json(&["state", &store, "--json", &format!("--stream={name}")]).remove(0);
        assert_eq!((&state["stream"], &state["state"]["n"]), (&json!(name), &json!(2)));
    }
    // Paths can be anything, too.
    let odd = place.path("a b%20?mode=rw#x&y'\"é.db");
    std::fs::copy(&path, &odd).expect("a copy");
    assert_eq!(place.program.json(&["streams", &text(&odd), "--json"]).len(), names.len());
}
