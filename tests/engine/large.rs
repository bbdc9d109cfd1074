//! What is large: rows that fill a page alone, long names, many tables. Nothing is lost for its
//! size, and reading comes to an end.

use std::path::Path;

use eventglass::formats::{EventPage, PAGE_BYTES};
use eventglass::model::Findings;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{EMMETT, Program, append, emmett, folder, jsonl, line, look, text};

/// Events of one stream, each larger than a third of a page, between small ones.
const LARGE: i64 = 9;

fn large(version: i64) -> Value {
    let bytes = if version % 4 == 0 { 10 } else { PAGE_BYTES / 3 };
    json!({ (format!("k{version}")): version, "pad": "x".repeat(bytes) })
}

fn stores(folder: &Path) -> [String; 2] {
    let (table, log) = (folder.join("large.db"), folder.join("large.jsonl"));
    let conn = emmett(&table, "DELETE", 4096);
    let versions = || 1..=LARGE;
    versions().for_each(|version| append(&conn, "a", version, "T", &large(version).to_string(), version as u32));
    drop(conn);
    // Not in the order of its versions.
    let lines: Vec<Value> = versions().rev().map(|version| line("a", version, "T", large(version))).collect();
    std::fs::write(&log, jsonl(&lines)).expect("a log");
    [text(&table), text(&log)]
}

#[test]
fn rows_that_fill_pages_alone_are_all_there() {
    let place = folder();
    let program = Program::new();
    for store in stores(place.path()) {
        for more in [&[][..], &["--stream", "a"]] {
            let events = program.json(&[&["events", &store, "--json"], more].concat());
            let wanted: Vec<Value> = (1..=LARGE).map(large).collect();
            let found: Vec<Value> = events.into_iter().map(|mut event| event["data"].take()).collect();
            assert!(found == wanted, "{store} {more:?}: {} events", found.len());
        }
        let state = program.json(&["state", &store, "--json", "--stream", "a"]).remove(0);
        assert_eq!(state["events_applied"], LARGE, "{store}");
        (1..=LARGE).for_each(|version| assert_eq!(state["state"][format!("k{version}")], version, "{store}"));
        assert_eq!(
            program.json(&["check", &store, "--json"]).iter().filter(|line| line["severity"] == "error").count(),
            0
        );
    }
}

#[test]
fn a_page_ends_where_it_is_full_and_what_follows_is_asked_for_again() {
    let (place, cache) = (folder(), folder());
    for store in stores(place.path()) {
        let look = look(Path::new(&store), cache.path()).expect("a store");
        let mut fetcher = look.opened.store.fetcher().expect("a fetcher");
        let rows = look.index.rows_of(look.find("a"));
        let keys: Vec<_> = (0..rows.len()).filter_map(|at| rows.key(at)).collect();
        let (mut at, mut pages, mut versions) = (0, 0, Vec::new());
        while at < keys.len() {
            let (mut page, mut notes) = (EventPage::default(), Findings::default());
            let read = fetcher.fetch(&keys[at..], None, &mut page, &mut notes).expect("rows");
            assert!(read > 0 && page.len() == read && notes.is_empty(), "{store}: {read} of {} from {at}", keys.len());
            assert!(
                page.filled_bytes() < PAGE_BYTES * 3 / 2,
                "{store}: a page is no larger than its last row makes it"
            );
            versions.extend(page.iter().filter_map(|row| row.version).map(|version| version.0));
            at += read;
            pages += 1;
        }
        assert!(pages > 1 && versions.iter().copied().eq(1..=LARGE), "{store}: {pages} pages, {versions:?}");
        // Backwards, too.
        let mut source = look.source(look.find("a")).expect("a source");
        for at in (0..rows.len()).rev() {
            let event = source.event(at).expect("a store").expect("an event");
            assert_eq!((Some(event.version), source.is_lost(at)), (rows.version(at), false), "{store}");
        }
    }
}

#[test]
fn a_payload_that_is_too_large_is_shown_as_it_begins_and_hides_no_neighbour() {
    let place = folder();
    let program = Program::new();
    let (table, log) = (place.path().join("huge.db"), place.path().join("huge.jsonl"));
    let huge = json!({ "pad": "é".repeat(33 << 20) });
    let payloads = [json!({"first": 1}), huge.clone(), json!({"last": 3})];
    let conn = emmett(&table, "DELETE", 4096);
    let mut lines = String::new();
    for (payload, version) in payloads.iter().zip(1..) {
        append(&conn, "a", version, "T", &payload.to_string(), 1);
        lines += &jsonl(&[line("a", version, "T", payload.clone())]);
    }
    std::fs::write(&log, lines).expect("a log");
    let said = format!("v2: the payload is too large to be taken apart: it has {} bytes", huge.to_string().len());
    for store in [text(&table), text(&log)] {
        let run = program.run(&["events", &store, "--json", "--stream", "a"]);
        assert!(run.is_well() && run.err.contains(&said) && run.err.contains("too-large"), "{store}: {}", run.err);
        let events = run.lines();
        assert_eq!((&events[0]["data"], &events[2]["data"]), (&payloads[0], &payloads[2]), "{store}");
        let shown = events[1]["data"].as_str().expect("a text");
        assert!(shown.len() > 1_000_000 && shown.starts_with("{\"pad\":\"éé") && shown.ends_with('é'), "{store}");
        let run = program.run(&["state", &store, "--json", "--stream", "a"]);
        assert_eq!(run.one()["state"], json!({"first": 1, "last": 3}), "{store}");
        assert!(run.err.contains(&said), "{store}: {}", run.err);
        let check = program.json(&["check", &store, "--json"]);
        assert!(check.iter().any(|line| line["code"] == "too-large" && line["version"] == 2), "{store}: {check:?}");
    }
}

#[test]
fn long_names_fill_a_page_only_while_they_are_in_it() {
    let place = folder();
    let program = Program::new();
    let (table, log) = (place.path().join("long.db"), place.path().join("long.jsonl"));
    let conn = emmett(&table, "DELETE", 4096);
    let count = 9_000;
    let kind = |version: i64| format!("T{version}{}", "y".repeat(1_200));
    conn.execute_batch("BEGIN").expect("a transaction");
    (1..=count).for_each(|version| append(&conn, "a", version, &kind(version), "{}", 1));
    conn.execute_batch("COMMIT").expect("written");
    let lines: Vec<Value> = (1..=count).map(|version| line("a", version, &kind(version), json!({}))).collect();
    std::fs::write(&log, jsonl(&lines)).expect("a log");
    for store in [text(&table), text(&log)] {
        let info = program.json(&["info", &store, "--json"]).remove(0);
        assert_eq!((&info["events"], &info["streams"]), (&json!(count), &json!(1)), "{store}");
    }
}

#[test]
fn events_are_found_behind_any_number_of_tables() {
    let place = folder();
    let path = place.path().join("tables.db");
    let conn = Connection::open(&path).expect("a store");
    let tables: String = (0..2_100).map(|number| format!("CREATE TABLE a{number} (x, y, z);")).collect();
    conn.execute_batch(&format!("BEGIN; {tables} {EMMETT} COMMIT;")).expect("tables");
    append(&conn, "a", 1, "T", "{}", 1);
    drop(conn);
    let info = Program::new().json(&["info", &text(&path), "--json"]).remove(0);
    assert_eq!((&info["dialect"], &info["events"]), (&json!("emmett-sqlite"), &json!(1)));
}
