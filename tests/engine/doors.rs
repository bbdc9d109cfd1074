//! Stores whose events begin late, end early, stand among other things, or never end.

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::layers::{gzip, zip};
use crate::support::{Place, jsonl, line, text};

/// Events of one stream.
fn events(stream: &str, count: i64) -> Vec<Value> {
    (1..=count).map(|version| line(stream, version, "T", json!({"n": version}))).collect()
}

/// What `info` says of a store that can be read: events and streams, and messages of its findings.
fn told(place: &Place, store: &str) -> (i64, i64, Vec<String>) {
    let info = place.program.json(&["info", store, "--json"]).remove(0);
    let findings = place.program.json(&["check", store, "--json"]);
    let count = |member: &str| info[member].as_i64().expect("a number");
    let said = |finding: &Value| format!("{}: {}", finding["code"].as_str().unwrap_or(""), finding["message"]);
    (count("events"), count("streams"), findings.iter().map(said).collect())
}

#[test]
fn however_much_stands_before_the_events_they_are_found() {
    let place = Place::new();
    let log = jsonl(&events("s-1", 30));
    let noise: String = (0..5_000).map(|n| format!("2026-03-04 INFO line {n} of a program that says much\n")).collect();
    let foreign: String = (0..5_000).map(|n| format!("{{\"level\":\"info\",\"text\":\"line {n}\"}}\n")).collect();
    let blank = "\n".repeat(3 << 20);
    let lines = |text: &str| text.lines().count();
    let array = serde_json::to_string_pretty(&events("s-1", 30)).expect("JSON");
    for (name, before, log, bad) in [
        ("noise.jsonl", &noise, &log, lines(&noise)),
        ("foreign.jsonl", &foreign, &log, lines(&foreign)),
        ("blank.jsonl", &blank, &log, 0),
        ("blank.json", &blank, &array, 0),
    ] {
        let store = place.write(name, format!("{before}{log}"));
        for options in [&[][..], &["--map", "stream=stream,version=version,type=type,data=data"]] {
            let mut arguments = vec!["info", &store, "--json"];
            arguments.extend(options);
            let info = place.program.json(&arguments).remove(0);
            assert_eq!((&info["events"], &info["streams"]), (&json!(30), &json!(1)), "{name} {options:?}");
            let findings = info["findings"].as_u64().expect("a number") as usize;
            // Where nothing orders the store, one finding says so.
            assert_eq!(findings, bad + 1, "{name} {options:?}");
        }
    }
    // The same, packed.
    let store = place.write("noise.gz", gzip(format!("{noise}{log}").as_bytes()));
    assert_eq!(told(&place, &store).0, 30);
}

#[test]
fn a_text_without_events_is_refused_wherever_it_is_looked_at() {
    let place = Place::new();
    let noise = "one line like the other {\n".repeat(20_000);
    let store = place.write("noise.txt", noise);
    place.program.run(&["info", &store]).refused(1, "no line of it is a JSON object", "open a SQLite file");
    let foreign = "{\"level\":\"info\"}\n".repeat(20_000);
    let store = place.write("foreign.jsonl", foreign);
    place.program.run(&["info", &store]).refused(1, "each line (level)", "point at the columns");
}

#[test]
fn the_one_store_in_a_zip_is_opened() {
    let place = Place::new();
    let log = jsonl(&events("s-1", 5));
    let other = jsonl(&events("o-1", 3));
    let prose = b"# Events\n\n{\"stream\":\"a\",\"version\":1,\"type\":\"T\"}\n";
    let config = br#"{"name":"an export","version":2}"#;
    let bank = std::fs::read(crate::support::bank("bank.db")).expect("the sample");
    let zipped = |name: &str, members: &[(&str, &[u8])]| {
        let members: Vec<(&str, &[u8], bool)> = members.iter().map(|(name, bytes)| (*name, *bytes, true)).collect();
        place.write(name, zip(&members))
    };
    for (name, members, events) in [
        ("readme.zip", vec![("README.md", &prose[..]), ("log.jsonl", log.as_bytes())], 5),
        ("notes.zip", vec![("log.jsonl", log.as_bytes()), ("notes.txt", b"as told by Ann")], 5),
        ("config.zip", vec![("package.json", &config[..]), ("log.jsonl", log.as_bytes())], 5),
        ("mac.zip", vec![("__MACOSX/._log.jsonl", log.as_bytes()), ("log.jsonl", log.as_bytes())], 5),
        ("bank.zip", vec![("README.txt", &prose[..]), ("data/bank.db", &bank[..])], 2_289),
        ("gz.zip", vec![("README.md", &prose[..]), ("log.jsonl.gz", &gzip(log.as_bytes())[..])], 5),
    ] {
        assert_eq!(told(&place, &zipped(name, &members)).0, events, "{name}");
    }
    let several = zipped("several.zip", &[("a b.jsonl", log.as_bytes()), ("b.jsonl", other.as_bytes())]);
    let run = place.program.run(&["info", &several]);
    run.refused(1, "a zip archive of 2 stores: a b.jsonl, b.jsonl", "b.jsonl && eventglass info b.jsonl");
    assert!(run.err.contains("'a b.jsonl' && eventglass info 'a b.jsonl'"), "{run:?}");
    let none = zipped("none.zip", &[("README.md", &prose[..]), ("notes.txt", b"as told by Ann")]);
    place.program.run(&["info", &none]).refused(1, "none of them a store: README.md, notes.txt", "unzip FILE");
}

#[test]
fn a_packed_file_that_is_damaged_gives_what_it_has_however_small() {
    let place = Place::new();
    let log = jsonl(&events("s-1", 20));
    let packed = gzip(log.as_bytes());
    let mut wrong_sum = packed.clone();
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 1;
    let bank = gzip(&std::fs::read(crate::support::bank("bank.db")).expect("the sample"));
    let mut wrong_bank = bank.clone();
    let sum = wrong_bank.len() - 8;
    wrong_bank[sum] ^= 1;
    for (name, bytes, least) in [
        ("cut.gz", &packed[..packed.len() - 30], 1),
        ("sum.gz", &wrong_sum[..], 20),
        ("bank.gz", &wrong_bank[..], 2_289),
        ("tail.gz", &[&packed[..], b"something else"].concat(), 20),
    ] {
        let store = place.write(name, bytes);
        let (events, _, said) = told(&place, &store);
        assert!(events >= least, "{name}: {events}");
        assert!(said.iter().any(|said| said.starts_with("truncated-tail: ")), "{name}: {said:?}");
    }
    let store = place.write("none.gz", &packed[..12]);
    place.program.run(&["info", &store]).refused(1, "does not unpack", "another copy");
}

#[test]
fn an_array_without_items_is_an_empty_store() {
    let place = Place::new();
    for (name, content) in [
        ("array.json", "[]"),
        ("array-lines.json", "\n[\n]\n"),
        ("document.json", r#"{"events":[]}"#),
        ("export.json", "{\n  \"made\": \"2026-03-04\",\n  \"events\": []\n}\n"),
    ] {
        let store = place.write(name, content);
        let info = place.program.json(&["info", &store, "--json"]).remove(0);
        assert_eq!((&info["events"], &info["dialect"]), (&json!(0), &json!("plain")), "{name}");
        let said = info["evidence"][0].as_str().expect("a sentence").to_owned();
        assert!(said.ends_with(" is empty"), "{name}: {said}");
        assert!(place.program.json(&["streams", &store, "--json"]).is_empty());
    }
    let store = place.write("empty-list.jsonl", r#"{"stream":"s","version":1,"type":"T","data":[]}"#);
    assert_eq!(told(&place, &store).0, 1, "an event with an empty list is an event");
}

#[test]
fn a_document_and_what_stands_behind_it_are_both_read() {
    let place = Place::new();
    let document = json!({"made": "2026-03-04", "events": events("d-1", 3), "next": 2});
    let again = json!({"made": "2026-03-05", "events": events("e-1", 2), "next": null});
    let lines = jsonl(&events("l-1", 4));
    let pretty = serde_json::to_string_pretty(&document).expect("JSON");
    for (name, content, count, streams) in [
        ("lines.json", format!("{document}\n{lines}"), 7, 2),
        ("pretty.json", format!("{pretty}\n{lines}"), 7, 2),
        ("pages.json", format!("{document}\n{again}\n"), 5, 2),
        ("touching.json", format!("{document}{again}"), 5, 2),
        ("all.json", format!("{document}\n{lines}{again}\n"), 9, 3),
    ] {
        let store = place.write(name, content);
        let (events, found, said) = told(&place, &store);
        assert_eq!((events, found), (count, streams), "{name}: {said:?}");
        assert!(said.iter().all(|said| said.starts_with("order-not-proven")), "{name}: {said:?}");
        for stream in ["d-1", "l-1", "e-1"] {
            let shown = place.program.run(&["events", &store, "--stream", stream, "--json"]);
            let whole = shown.out.lines().all(|line| line.contains("\"data\":{\"n\":"));
            assert!(whole, "{name}: {shown:?}");
        }
    }
    let store = place.write("noise.json", format!("{document}\nthis is none\n"));
    let (events, _, said) = told(&place, &store);
    assert_eq!(events, 3);
    assert!(said.iter().any(|said| said.contains("is no JSON")), "{said:?}");
}

#[test]
fn a_key_that_a_document_has_twice_is_named_twice() {
    let place = Place::new();
    let part = |stream: &str| serde_json::to_string(&events(stream, 2)).expect("JSON");
    let store = place.write("twice.json", format!("{{\"events\":{},\"events\":{}}}", part("a"), part("b")));
    let run = place.program.run(&["info", &store]);
    run.refused(1, "events#2 has stream", "--table events#2");
    assert!(run.err.contains("--table events\n"), "{run:?}");
    for (table, stream) in [("events", "a"), ("events#2", "b")] {
        let streams = place.program.json(&["streams", &store, "--table", table, "--json"]);
        assert_eq!(streams[0]["stream"], stream);
    }
}

#[test]
fn one_damaged_value_costs_no_other() {
    let place = Place::new();
    let all = events("s-1", 40);
    let one = |at: usize| all[at].to_string();
    let nested =
        json!({"stream": "s-1", "version": 21, "type": "T", "data": {"list": [{"a": 1}, {"b": "c"}]}}).to_string();
    // A quote, a bracket and a brace that are lost, and one too many.
    let damages: [(&str, String); 6] = [
        ("quote", one(20).replacen("\"T\"", "\"T", 1)),
        ("first quote", one(20).replacen("\"T\"", "T\"", 1)),
        ("brace", one(20).replacen("}}", "}", 1)),
        ("bracket", nested.replacen("]", "", 1)),
        ("open brace", one(20).replacen("\"data\":{", "\"data\":{{", 1)),
        ("cut", one(20)[..40].to_owned()),
    ];
    for (what, damaged) in &damages {
        let parts = |between: &str| {
            let part = |at: usize| if at == 20 { damaged.clone() } else { one(at) };
            (0..40).map(part).collect::<Vec<String>>().join(between)
        };
        let pretty: String = all
            .iter()
            .enumerate()
            .map(|(at, event)| match at {
                20 => damaged.replace(",\"", ",\n  \"") + "\n",
                _ => serde_json::to_string_pretty(event).expect("JSON") + "\n",
            })
            .collect();
        for (name, content) in [
            ("touching.json", parts("")),
            ("apart.json", parts(" ")),
            ("pretty.json", pretty),
            ("array.json", format!("[{}]", parts(","))),
            ("array-lines.json", format!("[\n{}\n]\n", parts(",\n"))),
            ("document.json", format!("{{\"events\":[{}]}}", parts(","))),
        ] {
            let store = place.write(name, content);
            let (events, _, said) = told(&place, &store);
            assert_eq!(events, 39, "{what} {name}: {said:?}");
            let bad: Vec<&String> = said.iter().filter(|said| said.starts_with("bad-line")).collect();
            assert!(bad.len() == 1 && bad[0].contains(" 21 "), "{what} {name}: {said:?}");
        }
    }
}

#[test]
fn a_damaged_first_value_costs_no_other() {
    let place = Place::new();
    let all: Vec<String> = events("s-1", 10).iter().map(Value::to_string).collect();
    let damaged = all[0].replacen("\"T\"", "\"T", 1);
    let rest = |between: &str| [std::slice::from_ref(&damaged), &all[1..]].concat().join(between);
    for (name, content) in [
        ("touching.json", rest("")),
        ("lines.json", rest("\n")),
        ("array.json", format!("[{}]", rest(","))),
        ("document.json", format!("{{\"events\":[{}]}}", rest(","))),
        ("document-lines.json", format!("{{\n\"events\":[\n{}\n]\n}}\n", rest(",\n"))),
    ] {
        let (events, _, said) = told(&place, &place.write(name, content));
        assert_eq!(events, 9, "{name}: {said:?}");
        assert!(said.iter().any(|said| said.contains(" 1 is no JSON")), "{name}: {said:?}");
    }
}

#[test]
fn many_damaged_values_take_no_more_time_than_whole_ones() {
    let place = Place::new();
    let good = events("s-1", 1).remove(0).to_string();
    for bad in ["{\"a\":{", "{\"a\":[{},", "{\"a\":\"", "}{\"", "[[[[", "{\"a\":[0,{\"b\":["] {
        let content = format!("{good}{}", format!("{bad}{good}").repeat(5_000));
        let store = place.write("damaged.json", content);
        let begun = Instant::now();
        place.program.run(&["info", &store]);
        assert!(begun.elapsed() < Duration::from_secs(60), "{bad}");
    }
}

// --- SQLite ---------------------------------------------------------------------------

fn database(place: &Place, name: &str, sql: &str) -> String {
    let conn = Connection::open(place.path(name)).expect("a new store");
    conn.execute_batch(sql).expect("its tables");
    text(&place.path(name))
}

const EVENTS: &str = "CREATE TABLE log (stream TEXT, version INTEGER, type TEXT, data TEXT);
    INSERT INTO log VALUES ('a', 1, 'T', '{}');";
const MAP: &str = "stream=stream,version=version,type=type,data=data";

#[test]
fn a_table_that_cannot_be_read_is_named_with_the_reason() {
    let place = Place::new();
    let sql = format!(
        "{EVENTS} CREATE TABLE gone (stream, version, type, data);
        CREATE VIEW v AS SELECT * FROM gone; CREATE VIEW w AS SELECT stream, colour FROM log; DROP TABLE gone;
        CREATE VIRTUAL TABLE words USING fts5(stream, version, type, data);"
    );
    let store = database(&place, "views.db", &sql);
    let info = |table: &str| place.program.run(&["info", &store, "--table", table, "--map", MAP]);
    info("v").refused(1, "v cannot be read: no such table: main.gone", "there are log");
    info("w").refused(1, "w cannot be read: no such column: colour", "there are log");
    info("words").refused(1, "words cannot be read: it is a virtual table of fts5", "there are log");
    assert_eq!(info("log").code, 0);
    let alone = database(
        &place,
        "alone.db",
        "CREATE TABLE gone (a, b, c); CREATE VIEW v AS SELECT * FROM gone; DROP TABLE gone;",
    );
    place.program.run(&["info", &alone]).refused(1, "v cannot be read: no such table: main.gone", "mend it");
}

#[test]
fn a_view_without_end_is_given_up() {
    let place = Place::new();
    let sql = format!(
        "{EVENTS} CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT stream, i AS version, type, data FROM log, n WHERE i < 0;"
    );
    let store = database(&place, "endless.db", &sql);
    for verb in [&["info"][..], &["events", "--limit", "1"]] {
        let mut arguments = verb.to_vec();
        arguments.extend([store.as_str(), "--table", "v", "--map", MAP]);
        let begun = Instant::now();
        place.program.run(&arguments).refused(1, "v gave no row for 10 seconds", "name a table that has the rows");
        assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", begun.elapsed());
    }
}

// --- Writers --------------------------------------------------------------------------

#[test]
fn a_verb_ends_where_the_store_ended_when_it_began() {
    let place = Place::new();
    let log = place.write("log.jsonl", jsonl(&events("s-1", 3)));
    let look = crate::support::look(Path::new(&log), place.folder.path()).expect("a store");
    let mut scanner = look.opened.store.scanner().expect("a scanner");
    scanner.end_at_present().expect("a look");
    let mut file = std::fs::OpenOptions::new().append(true).open(&log).expect("the log");
    file.write_all(jsonl(&events("later", 10_000)).as_bytes()).expect("written");
    assert_eq!(scanned(&mut *scanner), 3);

    let path = place.path("log.db");
    let conn = crate::support::emmett(&path, "WAL", 4_096);
    let add = |from: i64, count: i64| {
        conn.execute_batch("BEGIN").expect("begun");
        (from..from + count).for_each(|version| crate::support::append(&conn, "s-1", version, "T", "{}", 1));
        conn.execute_batch("COMMIT").expect("committed");
    };
    add(1, 5_000);
    let look = crate::support::look(&path, place.folder.path()).expect("a store");
    let mut scanner = look.opened.store.scanner().expect("a scanner");
    scanner.end_at_present().expect("a look");
    add(5_001, 20_000);
    let found = scanned(&mut *scanner);
    // What a page holds that was begun before the end is taken.
    assert!((5_000..10_000).contains(&found), "{found}");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_reads_keeps_no_writer_waiting() {
    let place = Place::new();
    let path = place.path("log.db");
    let conn = crate::support::emmett(&path, "WAL", 4_096);
    let fill = "x".repeat(200);
    conn.execute_batch("BEGIN").expect("begun");
    for version in 1..=3_000 {
        crate::support::append(&conn, "s-1", version, "T", &json!({"fill": fill}).to_string(), 1);
    }
    conn.execute_batch("COMMIT").expect("committed");
    let mut command = place.program.command();
    command.args(["events", &text(&path), "--json"]).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut first = [0];
    child.stdout.as_mut().expect("its output").read_exact(&mut first).expect("an event");
    // Leaving the log needs the file alone. The program still has much to print.
    let begun = Instant::now();
    let left = loop {
        let mode: Result<String, _> = conn.query_row("PRAGMA journal_mode=DELETE", [], |row| row.get(0));
        if mode.is_ok_and(|mode| mode == "delete") {
            break true;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            break false;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut rest = String::new();
    child.stdout.take().expect("its output").read_to_string(&mut rest).expect("text");
    assert!(child.wait().expect("it ends").success());
    assert!(left, "the program holds the store while nobody reads");
    assert_eq!(rest.lines().count(), 3_000);
}

/// The number of events until the scan says that it is over.
fn scanned(scanner: &mut dyn eventglass::formats::Scanner) -> usize {
    use eventglass::formats::{EventPage, ScanCursor};
    let (mut page, mut cursor, mut count) = (EventPage::default(), ScanCursor::START, 0);
    loop {
        let step = scanner.scan(&cursor, &mut page, &mut Default::default()).expect("readable");
        count += page.len();
        cursor = step.cursor;
        if step.end {
            return count;
        }
    }
}

// --- What is left behind ----------------------------------------------------------------

#[cfg(target_os = "linux")]
#[test]
fn every_start_removes_what_a_killed_program_left() {
    let place = Place::new();
    let cache = place.program.home.path().join("cache");
    let unpacked = cache.join("unpacked");
    for verb in [&["dialects"][..], &["info", "sample-stores/bank/bank.db"], &["--help"]] {
        std::fs::create_dir_all(&unpacked).expect("a folder");
        // No process has that number: it is larger than the kernel gives.
        let spool = unpacked.join("unpacking-4999999-x");
        std::fs::write(&spool, "half").expect("a file");
        let copy = cache.join("copy-4999999-0");
        std::fs::create_dir_all(&copy).expect("a folder");
        std::fs::write(copy.join("lock"), "").and_then(|()| std::fs::write(copy.join("store"), "half")).expect("files");
        let mine = unpacked.join(format!("unpacking-{}-x", std::process::id()));
        std::fs::write(&mine, "of a program that lives").expect("a file");
        place.program.command().current_dir(crate::support::root()).args(verb).output().expect("it starts");
        let is_help = verb[0] == "--help";
        assert_eq!((spool.exists(), copy.exists()), (is_help, is_help), "{verb:?}");
        assert!(mine.exists());
    }
}
