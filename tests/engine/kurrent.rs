//! Folders of EventStoreDB and KurrentDB: one that real servers wrote, beside what they report
//! of it, and logs that the tests write in every form of chunk and record.

mod damage;
mod log;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use eventglass::formats::{self, Location, OpenChoice, OpenError, Opened, StoreChange};
use eventglass::index::EventIndex;
use eventglass::model::Findings;
use eventglass::session::{Indexer, StreamSource, pages};
use serde_json::{Value, json};

use crate::support::{Place, Program, folder, look, root, text};
use log::{BEGIN, Body, Chunk, DATA, DELETE, END, JSON, Log, PLAIN, PROPERTIES, Prepare, REDACTED, checkpoint};

/// What there is of a store: of each stream its status and its events as `events --json` has
/// them, and what was odd.
#[derive(Debug, PartialEq)]
struct Read {
    streams: BTreeMap<String, (String, Vec<Value>)>,
    findings: Vec<String>,
}

impl Read {
    fn events(&self, stream: &str) -> &[Value] {
        self.streams.get(stream).map_or(&[], |(_, events)| events)
    }

    fn versions(&self, stream: &str) -> Vec<i64> {
        self.events(stream).iter().filter_map(|event| event["version"].as_i64()).collect()
    }

    fn status(&self, stream: &str) -> &str {
        self.streams.get(stream).map_or("", |(status, _)| status)
    }

    fn is_found(&self, words: &str) -> bool {
        self.findings.iter().any(|finding| finding.contains(words))
    }

    /// Versions of the events that a server would not show.
    fn hidden(&self, stream: &str) -> Vec<i64> {
        let is_hidden =
            |event: &&Value| event["marks"].as_array().is_some_and(|marks| marks.contains(&json!("deleted")));
        self.events(stream).iter().filter(is_hidden).filter_map(|event| event["version"].as_i64()).collect()
    }
}

fn read(store: &Path, cache: &Path) -> Result<Read, OpenError> {
    let look = look(store, cache)?;
    let findings =
        |all: &Findings| all.kept().iter().map(|own| format!("{}: {}", own.code.name(), own.message)).collect();
    let mut read = Read { streams: BTreeMap::new(), findings: findings(look.index.findings()) };
    let mut source = StreamSource::open(&look.opened)?;
    let streams = look.index.streams();
    for id in streams.ids() {
        source.select(look.index.rows_of(id), id);
        let mut events = Vec::new();
        for at in 0..source.rows().len() {
            let event = source.event(at)?.expect("an event");
            assert!(!source.is_lost(at), "{} v{} is gone", event.stream, event.version);
            let text = eventglass::model::json::to_text(&pages::event_node(&event));
            events.push(serde_json::from_str(&text).expect("JSON"));
        }
        read.findings.extend::<Vec<String>>(findings(source.findings()));
        let status = streams.summary(id).expect("a summary").status.name().to_owned();
        read.streams.insert(streams.name(id).to_owned(), (status, events));
    }
    Ok(read)
}

/// A log in a folder of its own.
fn written(log: &Log) -> Place {
    let place = Place::new();
    log.write(place.folder.path());
    place
}

fn of(place: &Place) -> Read {
    read(place.folder.path(), place.program.home.path()).expect("a store")
}

// --- What a server wrote -----------------------------------------------------------------

fn sample(file: &str) -> std::path::PathBuf {
    root().join("sample-stores/kurrentdb").join(file)
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(sample("expected.json")).expect("a file")).expect("JSON")
}

/// A text as the server has it, as it is shown.
fn shown(stored: &Value, is_json: bool) -> Value {
    let Some(text) = stored.as_str() else { return stored.clone() };
    let parsed = if is_json { serde_json::from_str(text).ok() } else { None };
    parsed.unwrap_or_else(|| stored.clone())
}

#[test]
fn every_event_is_as_the_server_reports_it() {
    let program = Program::new();
    let expected = expected();
    let events = program.json(&["events", &text(&sample("db")), "--system", "--json"]);
    let all = expected["events"].as_array().expect("events");
    assert_eq!(events.len(), all.len());
    for (event, own) in events.iter().zip(all) {
        // The server counts in tenths of microseconds.
        let created = own[4].as_str().expect("a time");
        let time = event["time"].as_str().expect("a time").trim_end_matches('Z');
        let cut = created.get(..26).unwrap_or(created).trim_end_matches('Z');
        assert_eq!(time.trim_end_matches(['0', '.']), cut.trim_end_matches(['0', '.']), "{own}");
        let is_json = own[6] == true;
        for (key, value) in [
            ("stream", own[0].clone()),
            ("version", own[1].clone()),
            ("type", own[2].clone()),
            ("id", own[3].clone()),
            ("position", own[5].clone()),
            ("data", shown(&own[7], is_json)),
            ("metadata", shown(&own[8], true)),
        ] {
            assert_eq!(event[key], value, "{key} of {own}");
        }
    }
}

#[test]
fn what_a_server_hides_is_marked() {
    let expected = expected();
    let read = read(&sample("db"), folder().path()).expect("a store");
    let in_ranges = |ranges: &Value, number: i64| {
        let ranges = ranges.as_array().expect("ranges");
        ranges.iter().any(|range| (range[0].as_i64()..=range[1].as_i64()).contains(&Some(number)))
    };
    let streams = expected["streams"].as_object().expect("streams");
    assert_eq!(read.streams.len(), streams.len());
    for (name, own) in streams {
        assert_eq!(read.status(name), own["status"], "{name}");
        let versions = read.versions(name);
        assert!(versions.iter().all(|version| in_ranges(&own["stored"], *version)), "{name}");
        let hidden: Vec<i64> = versions.into_iter().filter(|version| !in_ranges(&own["readable"], *version)).collect();
        assert_eq!(read.hidden(name), hidden, "{name}");
    }
    assert_eq!(read.findings, Vec::<String>::new());
    let marks = |stream: &str| read.events(stream)[0]["marks"].clone();
    assert_eq!(marks("$ce-order"), json!(["link", "system"]));
    assert_eq!(marks("order-7001"), json!([]));
    assert_eq!(marks("cancelled-orders"), json!(["link"]));
}

#[test]
fn states_are_those_of_the_servers_projection() {
    let program = Program::new();
    let (store, reducers) = (text(&sample("db")), text(&sample("reducers.mjs")));
    let orders = expected()["orders"].as_object().expect("orders").clone();
    assert_eq!(orders.len(), 10);
    for (stream, state) in orders {
        let run = program.run(&["state", &store, "--stream", &stream, "--reducer", &reducers, "--json"]);
        assert!(run.is_well(), "{run:?}");
        assert_eq!(run.one()["state"], state, "{stream}");
    }
}

#[test]
fn the_store_is_told_by_its_files() {
    let program = Program::new();
    let info = program.run(&["info", &text(&sample("db")), "--json"]).one();
    assert_eq!((&info["format"], &info["dialect"]), (&json!("kurrentdb"), &json!("kurrentdb")));
    assert_eq!((&info["streams"], &info["events"]), (&json!(181), &json!(702)));
    let dialects = program.json(&["dialects", "--json"]);
    assert!(dialects.iter().any(|own| own["id"] == "kurrentdb" && own["containers"] == json!(["kurrentdb"])));
    // What people wrote comes first.
    let streams = program.json(&["streams", &text(&sample("db")), "--system", "--json"]);
    let is_own = |name: &str| name.starts_with('$') || name == "cancelled-orders";
    let is_own: Vec<bool> = streams.iter().filter_map(|own| Some(is_own(own["stream"].as_str()?))).collect();
    assert!(is_own.is_sorted() && !is_own[0], "{streams:?}");
    // Single roles can be read differently, such as the category.
    let run = program.json(&[
        "streams",
        &text(&sample("db")),
        "--json",
        "--map",
        "category=event_type",
        "--match",
        "order-7001",
    ]);
    assert!(run.iter().any(|own| own["stream"] == "order-7001" && own["category"] == "OrderPlaced"), "{run:?}");
    // One of its files is not the store.
    let chunk = program.run(&["info", &text(&sample("db/chunk-000000.000000"))]);
    chunk.refused(1, "a chunk of a log", "open its folder");
}

#[test]
fn streams_of_system_events_and_links_are_shown_on_demand_only() {
    let program = Program::new();
    let store = text(&sample("db"));
    let names = |arguments: &[&str]| -> Vec<String> {
        let lines = program.json(&[arguments, &["--json"]].concat());
        let mut names: Vec<String> =
            lines.iter().filter_map(|line| Some(line["stream"].as_str()?.to_owned())).collect();
        names.sort();
        names.dedup();
        names
    };
    let expected = expected();
    let mut all: Vec<String> = expected["streams"].as_object().expect("streams").keys().cloned().collect();
    all.sort();
    assert_eq!(names(&["streams", &store, "--system"]), all);
    // `cancelled-orders` is what a projection made with linkTo: links only.
    let is_plain = |name: &String| !name.starts_with('$') && name != "cancelled-orders";
    let plain: Vec<String> = all.iter().filter(|name| is_plain(name)).cloned().collect();
    assert!(plain.len() > 10 && plain.len() < all.len());
    let export = ["export", &store, "--what", "events", "--format", "jsonl"];
    for verb in [&["streams", &store][..], &["events", &store]] {
        assert_eq!(names(verb), plain, "{verb:?}");
        assert_eq!(names(&[verb, &["--system"]].concat()), all, "{verb:?}");
    }
    for (arguments, want) in [(&export[..], &plain), (&[&export[..], &["--system"]].concat(), &all)] {
        let run = program.run(arguments);
        assert!(run.is_well(), "{run:?}");
        let seen: std::collections::BTreeSet<String> =
            run.lines().iter().filter_map(|line| Some(line["stream"].as_str()?.to_owned())).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), *want, "{arguments:?}");
    }
    // What is named is shown: a stream, a category.
    assert_eq!(names(&["events", &store, "--stream", "$ce-order"]), ["$ce-order"]);
    let of_category = names(&["streams", &store, "--category", "$ce"]);
    assert!(of_category.len() > 1 && of_category.iter().all(|name| name.starts_with("$ce-")), "{of_category:?}");
    // A person is told how many there are.
    let hidden = all.len() - plain.len();
    let said = format!("{hidden} system streams are left out; --system shows them");
    assert!(program.run(&["streams", &store]).out.contains(&said));
    assert!(program.run(&["events", &store, "--limit", "1"]).out.contains(&said));
    assert!(program.run(&["info", &store]).out.contains(&format!("{hidden} of them hold system events")));
    for verb in ["check", "info"] {
        assert!(program.run(&[verb, &store, "--system"]).is_well());
    }
}

#[test]
fn a_stream_with_one_event_of_a_person_is_no_system_stream() {
    let mut log = Log::new(65_536);
    log.push(Body::Prepare(Prepare::event("mixed-1", 0, "$>", "0@other-1")));
    log.event("mixed-1", 1, "{}");
    log.push(Body::Prepare(Prepare::event("links", 0, "$>", "1@mixed-1")));
    let place = written(&log);
    let names = |part: &[&str]| -> Vec<Value> {
        let store = text(place.folder.path());
        let lines = place.program.json(&[&["streams", &store, "--json"], part].concat());
        lines.into_iter().map(|line| line["stream"].clone()).collect()
    };
    assert_eq!(names(&[]), ["mixed-1"]);
    assert_eq!(names(&["--system"]), ["mixed-1", "links"]);
    assert_eq!(names(&["--match", "link"]), Vec::<Value>::new());
}

#[test]
fn nothing_of_the_folder_is_touched() {
    let place = Place::new();
    for file in std::fs::read_dir(sample("db")).expect("a folder") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), place.path(&file.file_name().to_string_lossy())).expect("a copy");
    }
    let outside = || -> Vec<_> {
        let mut all: Vec<_> = std::fs::read_dir(place.folder.path())
            .expect("a folder")
            .map(|file| {
                let file = file.expect("a file");
                let meta = file.metadata().expect("known");
                (
                    file.file_name(),
                    meta.len(),
                    meta.modified().expect("a time"),
                    std::fs::read(file.path()).expect("bytes"),
                )
            })
            .collect();
        all.sort();
        all
    };
    let before = outside();
    let store = text(place.folder.path());
    for verb in [&["info"][..], &["check", "--verify"], &["events", "--limit", "3"], &["export", "--what", "states"]] {
        let run = place.program.run(&[&verb[..1], &[&store], &verb[1..]].concat());
        assert!(run.is_well(), "{run:?}");
    }
    assert_eq!(outside(), before);
}

// --- Forms of records and chunks ---------------------------------------------------------

/// Prepares of a transaction that is committed by a record of its own.
fn waiting(version: u8, transaction: i64, offset: i32, stream: &str, data: &str) -> Body {
    let flags = DATA | JSON;
    let transaction = Some(transaction);
    Body::Prepare(Prepare { version, flags, transaction, offset, expected: -2, ..Prepare::event(stream, 0, "T", data) })
}

fn begin(version: u8, stream: &str) -> Body {
    let prepare = Prepare { version, flags: BEGIN, offset: -1, expected: -2, ..Prepare::event(stream, 0, "", "") };
    Body::Prepare(prepare)
}

#[test]
fn transactions_come_when_they_are_committed() {
    for version in [0, 1] {
        let mut log = Log::new(65_536);
        log.push(Body::System);
        let a = log.push(begin(version, "a-1"));
        let b = log.push(begin(version, "b-1"));
        let lost = log.push(begin(version, "c-1"));
        log.push(waiting(version, a, 0, "a-1", r#"{"n":1}"#));
        log.push(waiting(version, b, 0, "b-1", r#"{"n":2}"#));
        log.push(waiting(version, lost, 0, "c-1", r#"{"n":3}"#));
        log.event("d-1", 0, r#"{"n":4}"#);
        log.push(waiting(version, a, 1, "a-1", r#"{"n":5}"#));
        let end = Prepare { version, flags: END, transaction: Some(b), offset: -1, ..Prepare::event("b-1", 0, "", "") };
        log.push(Body::Prepare(end));
        let second = log.push(Body::Commit { version, transaction: b, first: 7 });
        let first = log.push(Body::Commit { version, transaction: a, first: 0 });
        // As 1.x and 2.x wrote every event, and a tombstone.
        let single = log.end;
        log.push(waiting(version, single, 0, "e-1", r#"{"n":6}"#));
        let third = log.push(Body::Commit { version, transaction: single, first: 3 });
        let gone = log.end;
        let delete = Prepare { version, flags: DELETE | BEGIN | END, ..Prepare::tombstone("e-1") };
        log.push(Body::Prepare(delete));
        log.push(Body::Commit { version, transaction: gone, first: i64::MAX });
        let place = written(&log);
        let all = place.program.json(&["events", &text(place.folder.path()), "--json"]);
        let seen: Vec<_> =
            all.iter().map(|event| json!([event["stream"], event["version"], event["data"]["n"]])).collect();
        let want = [("d-1", 0, json!(4)), ("b-1", 7, json!(2)), ("a-1", 0, json!(1)), ("a-1", 1, json!(5))];
        let want = want.into_iter().chain([("e-1", 3, json!(6)), ("e-1", i64::MAX, Value::Null)]);
        assert_eq!(seen, want.map(|(stream, number, n)| json!([stream, number, n])).collect::<Vec<_>>());
        let positions: Vec<i64> = all[1..5].iter().filter_map(|event| event["position"].as_i64()).collect();
        assert_eq!(positions, [second, first, first, third]);
        let read = of(&place);
        assert_eq!((read.status("e-1"), &*read.findings), ("tombstoned", &[][..]));
    }
}

#[test]
fn every_version_of_a_chunk_is_read() {
    for version in [2, 3, 4] {
        let mut log = Log::new(1_024);
        (0..20).for_each(|number| {
            log.event(&format!("s-{}", number % 2), number / 2, r#"{"n":1}"#);
        });
        let place = written(&log);
        for number in 0..log.end / log.chunk_bytes {
            let chunk = Chunk { version, ..Chunk::of(&log, number, number) };
            place.write(&format!("chunk-{number:06}.000000"), chunk.bytes());
        }
        let read = of(&place);
        assert_eq!(read.findings, Vec::<String>::new(), "version {version}");
        assert_eq!(read.versions("s-1"), (0..10).collect::<Vec<_>>(), "version {version}");
        let run = place.program.run(&["check", &text(place.folder.path()), "--verify", "--fail-on", "warning"]);
        assert!(run.is_well() && run.out.contains("verified: completed chunks, by their MD5"), "{run:?}");
    }
}

/// Ten events of each of three streams in small chunks; of stream `bbbb-1` every second is scavenged
/// from the first two, which are then one file.
fn scavenged() -> (Log, Place) {
    let mut log = Log::new(1_024);
    for number in 0..10 {
        for stream in ["aaaa-1", "bbbb-1", "cccc-1"] {
            log.event(stream, number, r#"{"n":1}"#);
        }
    }
    let place = written(&log);
    let mut merged = Chunk { is_scavenged: true, version: 4, ..Chunk::of(&log, 0, 1) };
    merged.records.retain(
        |record| !matches!(&record.body, Body::Prepare(own) if own.stream == "bbbb-1" && own.expected % 2 == 0),
    );
    place.write("chunk-000000.000003", merged.bytes());
    (log, place)
}

#[test]
fn merged_chunks_stand_in_for_what_lies_beside_them() {
    let (_, place) = scavenged();
    let read = of(&place);
    assert_eq!(read.versions("aaaa-1"), (0..10).collect::<Vec<_>>());
    let left = read.versions("bbbb-1");
    assert!(left.len() < 10 && left.ends_with(&[8, 9]), "{left:?}");
    assert!(read.findings.iter().all(|finding| finding.starts_with("gap: ")), "{:?}", read.findings);
    // Without the files that it stands in for it is the same.
    std::fs::remove_file(place.path("chunk-000000.000000")).expect("removed");
    std::fs::remove_file(place.path("chunk-000001.000000")).expect("removed");
    assert_eq!(of(&place), read);
}

#[test]
fn chunks_that_cannot_be_read_are_named_and_the_others_shown() {
    let mut log = Log::new(1_024);
    (0..30).for_each(|number| {
        log.event("s-1", number, r#"{"n":1}"#);
    });
    let place = written(&log);
    let all = of(&place).versions("s-1");
    assert_eq!(all.len(), 30);
    let inside = |number: i64| -> Vec<i64> {
        let within = number * 1_024..(number + 1) * 1_024;
        (0..30).filter(|at| within.contains(&log.records[*at as usize].position)).collect()
    };
    let without = |number: i64| -> Vec<i64> { all.iter().copied().filter(|at| !inside(number).contains(at)).collect() };
    // Encrypted: what stands there is nobody's guess.
    let file = place.path("chunk-000001.000000");
    let whole = std::fs::read(&file).expect("a chunk");
    let mut encrypted = Chunk { version: 4, transform: 1, ..Chunk::of(&log, 1, 1) }.bytes();
    let end = encrypted.len() - 128;
    encrypted[128..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&file, encrypted).expect("written");
    let read = of(&place);
    assert!(read.is_found("encrypted: chunk-000001.000000 is encrypted at rest"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), without(1));
    // Missing in the middle, and from the beginning on.
    std::fs::remove_file(&file).expect("removed");
    let read = of(&place);
    assert!(read.is_found("damaged: chunk 1 is not in this folder: missing"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), without(1));
    std::fs::write(&file, whole).expect("written");
    std::fs::remove_file(place.path("chunk-000000.000000")).expect("removed");
    let read = of(&place);
    assert!(read.is_found("not-read: chunk 0 is not in this folder: archived or missing"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), without(0));
    // Written by a version that nobody knows.
    let mut newer = Chunk { version: 5, ..Chunk::of(&log, 1, 1) }.bytes();
    newer[128..200].fill(0xee);
    std::fs::write(&file, newer).expect("written");
    let read = of(&place);
    assert!(
        read.is_found("chunk-000001.000000 cannot be read: its header names format version 5"),
        "{:?}",
        read.findings
    );
}

#[test]
fn the_log_ends_where_its_checkpoints_say() {
    let mut log = Log::new(65_536);
    let positions: Vec<i64> = (0..10).map(|number| log.event("s-1", number, r#"{"n":1}"#)).collect();
    let place = written(&log);
    let folder = place.folder.path();
    let versions = |count: i64| (0..count).collect::<Vec<_>>();
    // Records behind it were perhaps never answered for.
    for (name, chaser) in [("writer", positions[6]), ("truncate", log.end)] {
        checkpoint(folder, "chaser", chaser);
        checkpoint(folder, name, positions[7]);
        let read = of(&place);
        assert_eq!(read.versions("s-1"), versions(7), "{name}");
        let behind = log.end - positions[7];
        let said = format!("truncated-tail: {behind} bytes of records lie behind {name}.chk");
        assert!(read.is_found(&said), "{:?}", read.findings);
        checkpoint(folder, "writer", log.end);
    }
    checkpoint(folder, "truncate", -1);
    // One that lies: the other is believed, or the records.
    checkpoint(folder, "writer", positions[3]);
    let read = of(&place);
    assert!(read.is_found("damaged: writer.chk says that the log ends at"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), versions(10));
    checkpoint(folder, "writer", log.end + 300);
    let read = of(&place);
    assert!(read.is_found("damaged: writer.chk says that the log goes to"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), versions(10));
    checkpoint(folder, "writer", log.end + 2 * 65_536);
    assert!(of(&place).is_found("damaged: chunk-000001 and what follows are missing"));
    place.write("writer.chk", [1, 2, 3]);
    let read = of(&place);
    assert!(read.is_found("damaged: writer.chk has 3 bytes"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), versions(10));
    std::fs::remove_file(place.path("writer.chk")).expect("removed");
    let read = of(&place);
    assert!(read.is_found("damaged: writer.chk is missing"), "{:?}", read.findings);
    assert_eq!(read.versions("s-1"), versions(10));
}

#[test]
fn an_empty_folder_of_a_server_is_an_empty_store() {
    let place = written(&Log::new(65_536));
    let read = of(&place);
    assert_eq!((read.streams.len(), read.findings), (0, Vec::new()));
    std::fs::remove_file(place.path("chunk-000000.000000")).expect("removed");
    assert_eq!(of(&place).streams.len(), 0);
}

#[test]
fn metadata_say_what_is_hidden() {
    for (metadata, hidden, status) in [
        (r#"{"$maxCount":3}"#, 0..7, "active"),
        (r#"{"$tb":4}"#, 0..4, "active"),
        (r#"{"$tb":4,"$maxCount":2}"#, 0..8, "active"),
        // The newest event of all is at second 11.
        (r#"{"$maxAge":5}"#, 0..6, "active"),
        (r#"{"$tb":9223372036854775807}"#, 0..10, "soft-deleted"),
        (r#"{"$maxCount":0,"$tb":-1,"$maxAge":-5,"owner":"ops"}"#, 0..0, "active"),
        (r#"{"$maxCount":"3","$tb":4}"#, 0..0, "active"),
        (r#"{"$maxCount":1.5}"#, 0..0, "active"),
        ("no JSON", 0..0, "active"),
        (r#"{"$tb":4} and more"#, 0..4, "active"),
    ] {
        for comes_first in [false, true] {
            let mut log = Log::new(65_536);
            let tell = |log: &mut Log| {
                log.push(Body::Prepare(Prepare::event("$$s-1", 0, "$metadata", r#"{"$maxCount":1}"#)));
                log.push(Body::Prepare(Prepare::event("$$s-1", 1, "$metadata", metadata)));
            };
            if comes_first {
                tell(&mut log);
            }
            (0..10).for_each(|number| {
                log.event("s-1", number, r#"{"n":1}"#);
            });
            if !comes_first {
                tell(&mut log);
            }
            log.event("t-1", 11, "{}");
            let read = of(&written(&log));
            assert_eq!(read.hidden("s-1"), hidden.clone().collect::<Vec<_>>(), "{metadata}");
            assert_eq!(read.status("s-1"), status, "{metadata}");
            assert_eq!(read.hidden("$$s-1"), [0], "only the newest metadata are shown");
        }
    }
    // Metadata that are gone again, and a stream that is gone for good.
    let mut log = Log::new(65_536);
    log.event("s-1", 0, "{}");
    log.push(Body::Prepare(Prepare::event("$$s-1", 0, "$metadata", r#"{"$tb":9223372036854775807}"#)));
    log.event("s-1", 1, "{}");
    log.push(Body::Prepare(Prepare::event("$$s-1", 1, "$metadata", r#"{"$tb":1}"#)));
    log.event("t-1", 0, "{}");
    log.push(Body::Prepare(Prepare::event("$$t-1", 0, "$metadata", r#"{"$maxCount":9}"#)));
    log.push(Body::Prepare(Prepare::tombstone("t-1")));
    let read = of(&written(&log));
    assert_eq!((read.status("s-1"), read.hidden("s-1")), ("active", vec![0]));
    assert_eq!((read.status("t-1"), read.hidden("t-1")), ("tombstoned", vec![0, i64::MAX]));
    assert_eq!((read.status("$$t-1"), read.hidden("$$t-1")), ("tombstoned", vec![0]));
    assert_eq!(read.findings, Vec::<String>::new(), "a tombstone's number is no gap");
}

#[test]
fn payloads_are_what_their_writer_says() {
    let mut log = Log::new(65_536);
    let mut push = |number: i64, flags: u16, data: &[u8], metadata: &[u8]| {
        let prepare = Prepare::event("s-1", number, "", "");
        let (data, metadata) = (data.to_vec(), metadata.to_vec());
        log.push(Body::Prepare(Prepare { flags, data, metadata, ..prepare }));
    };
    let plain = PLAIN & !JSON;
    push(0, plain, b"words", b"\xff\x00");
    push(1, plain, b"\xff\xfe", b"{\"by\":\"ann\"}");
    push(2, plain, b"{\"a\":1}", b"");
    push(3, PLAIN, b"", b"");
    push(4, PLAIN, b"{\"a\":", b"");
    push(5, PLAIN | REDACTED, &[0; 20], b"{}");
    // A struct: text, number, list of a bool and null, struct inside.
    let properties = [
        &b"\x0a\x0a\x0a\x01t\x12\x05\x1a\x03ann"[..],
        b"\x0a\x0e\x0a\x01n\x12\x09\x11\0\0\0\0\0\0\x04\x40",
        b"\x0a\x0f\x0a\x01l\x12\x0a\x32\x08\x0a\x02\x20\x01\x0a\x02\x08\x00",
        b"\x0a\x0e\x0a\x01s\x12\x09\x2a\x07\x0a\x05\x0a\x01x\x12\x00",
    ];
    push(6, PLAIN | PROPERTIES, b"[1]", &properties.concat());
    push(7, PLAIN | PROPERTIES, b"1", b"no protobuf");
    let read = of(&written(&log));
    let event = |at: usize| (read.events("s-1")[at]["data"].clone(), read.events("s-1")[at]["metadata"].clone());
    assert_eq!(event(0), (json!("words"), json!({"$bytes": "/wA="})));
    assert_eq!(event(1), (json!({"$bytes": "//4="}), json!({"by": "ann"})));
    assert_eq!(event(2).0, json!({"a": 1}));
    assert_eq!(event(3), (Value::Null, Value::Null));
    assert_eq!(event(4).0, json!("{\"a\":"));
    assert_eq!(event(5), (Value::Null, json!({})));
    assert_eq!(read.events("s-1")[5]["marks"], json!(["redacted"]));
    assert_eq!(
        event(6),
        (
            json!([1]),
            json!({"t": "ann", "n": 2.5, "l": [true, null], "s": {"x": null}, "$schema.name": "", "$schema.format": "Json"})
        )
    );
    assert_eq!((event(7).0, event(7).1), (json!(1), json!("no protobuf")));
    assert_eq!(read.findings.len(), 1, "only what is said to be JSON and is none: {:?}", read.findings);
    assert!(read.is_found("undecodable: the payload is no JSON"));
}

// --- A server at work --------------------------------------------------------------------

#[test]
fn a_log_that_grows_is_followed() {
    let mut log = Log::new(1_024);
    log.event("s-1", 0, r#"{"n":0}"#);
    let place = written(&log);
    let opened = formats::open(&Location::of(place.folder.path()), place.program.home.path(), &OpenChoice::default());
    let opened = Arc::new(opened.expect("a store"));
    let mut indexer = Indexer::open(Arc::clone(&opened)).expect("an indexer");
    let mut index = read_on(&mut indexer, &opened, &log);
    // Over the end of two chunks, an event at a time, and three at once.
    let mut number = 1;
    for events in [1, 1, 1, 3, 1, 1, 3, 1, 1, 1, 1, 1, 3] {
        for _ in 0..events {
            log.event("s-1", number, r#"{"n":1}"#);
            number += 1;
        }
        log.write(place.folder.path());
        assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Written, "event {number}");
        indexer.go_on();
        index = read_on(&mut indexer, &opened, &log);
    }
    assert!(log.end > 2 * 1_024);
}

/// Reads what there is of the only stream; nothing is odd about it, and nothing changed since.
fn read_on(indexer: &mut Indexer, opened: &Arc<Opened>, log: &Log) -> EventIndex {
    while indexer.step().expect("read") {}
    let index = indexer.publish();
    let mut source = StreamSource::open(opened).expect("a source");
    let id = index.streams().find("s-1").expect("the stream");
    source.select(index.rows_of(id), id);
    for at in 0..source.rows().len() {
        assert!(source.event(at).expect("read").is_some() && !source.is_lost(at), "event {at}");
    }
    assert_eq!(index.findings().kept(), []);
    assert_eq!(index.events(), log.records.len() as u64);
    assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Same);
    indexer.rest();
    index
}

#[test]
fn a_scavenge_while_the_store_is_open_is_seen() {
    let mut log = Log::new(1_024);
    (0..20).for_each(|number| {
        log.event("s-1", number, r#"{"n":1}"#);
    });
    let place = written(&log);
    let look = look(place.folder.path(), place.program.home.path()).expect("a store");
    let mut indexer = Indexer::open(Arc::clone(&look.opened)).expect("an indexer");
    let index = indexer.run().expect("read");
    let id = look.find("s-1");
    // Which files there are it learns now.
    let mut source = look.source(id).expect("a source");
    let mut chunk = Chunk { is_scavenged: true, ..Chunk::of(&log, 1, 1) };
    let gone = chunk.records.remove(0);
    std::fs::remove_file(place.path("chunk-000001.000000")).expect("removed");
    place.write("chunk-000001.000001", chunk.bytes());
    assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Replaced);
    let place_of_gone = log.records.iter().position(|record| record.position == gone.position).expect("a record");
    for at in 0..20 {
        let event = source.event(at).expect("read").expect("an event");
        assert_eq!(source.is_lost(at), at == place_of_gone as u64, "{}", event.version);
    }
}
