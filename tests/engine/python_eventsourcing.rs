//! Stores of Python's eventsourcing library (version 9 on SQLite), made here after its
//! published schema: `originator_id, originator_version, topic, state`.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use eventglass::formats::{self, Location, OpenChoice, PayloadPage, StoreChange};
use eventglass::model::Version;
use eventglass::session::Indexer;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Program, folder, look, text};

/// The two tables as the library creates them.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
        PRIMARY KEY (originator_id, originator_version));
    CREATE TABLE IF NOT EXISTS stored_snapshots (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
        PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;";

pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn typed(kind: &str, data: &str) -> Value {
    json!({ "_type_": kind, "_data_": data })
}

/// Two dogs in turn; the library's JSON has no spaces and wraps what JSON lacks.
fn dogs(path: &Path, zlib: bool) {
    let conn = Connection::open(path).expect("a store");
    conn.execute_batch(SCHEMA).expect("the tables");
    let events = [
        (
            "d1",
            1,
            "dogs.domain:Dog.Registered",
            json!({"name": "Fido", "kind": typed("uuid_hex", "0a0b"), "tricks": []}),
        ),
        ("d2", 1, "dogs.domain:Dog.Registered", json!({"name": "Rex", "weight": typed("decimal_str", "12.30")})),
        (
            "d1",
            2,
            "dogs.domain:Dog.TrickAdded",
            json!({"trick": "roll over", "tricks": [{"of": typed("uuid_hex", "77")}, typed("set", "deep")]}),
        ),
        ("d2", 2, "dogs.domain:Dog.Inner.Renamed", json!({"name": "Max"})),
    ];
    for (at, (id, version, topic, mut state)) in events.into_iter().enumerate() {
        state["timestamp"] = typed("datetime_iso", &format!("2026-05-06T07:08:0{at}.000250+00:00"));
        let text = state.to_string().into_bytes();
        let state = if zlib { packed(&text) } else { text };
        conn.execute("INSERT INTO stored_events VALUES (?1, ?2, ?3, ?4)", (id, version, topic, state))
            .expect("an event");
    }
    let snapshot = br#"{"topic":"dogs.domain:Dog","state":{"name":"SNAPSHOT"}}"#;
    conn.execute("INSERT INTO stored_snapshots VALUES ('d1', 2, 'eventsourcing.domain:Snapshot', ?1)", [&snapshot[..]])
        .expect("a snapshot");
}

#[test]
fn events_read_right_packed_or_not() {
    for zlib in [false, true] {
        let place = folder();
        let path = place.path().join("dogs.sqlite");
        dogs(&path, zlib);
        let (program, store) = (Program::new(), text(&path));
        let info = program.json(&["info", &store, "--json"]).remove(0);
        assert_eq!((&info["dialect"], &info["framework"]), (&json!("python-es"), &json!("Python eventsourcing")));
        assert_eq!((&info["events"], &info["streams"], &info["findings"]), (&json!(4), &json!(2), &json!(0)), "{info}");
        assert_eq!(
            info["evidence"],
            json!(["stored_events has originator_id, originator_version, topic, state, and no others"])
        );
        assert_eq!(info["last_time"], "2026-05-06T07:08:03.000250Z");
        let streams = program.json(&["streams", &store, "--json"]);
        assert_eq!(
            streams[0],
            json!({
                "stream": "d1", "category": "Dog", "events": 2, "first": 1, "last": 2,
                "first_time": "2026-05-06T07:08:00.000250Z", "last_time": "2026-05-06T07:08:02.000250Z", "status": "active",
            })
        );
        // The hidden rowid is the library's notification id, and the order over everything.
        let events = program.json(&["events", &store, "--json"]);
        let rows: Vec<_> =
            events.iter().map(|e| (e["position"].clone(), e["stream"].clone(), e["type"].clone())).collect();
        let row = |position: u32, stream: &str, kind: &str| (json!(position), json!(stream), json!(kind));
        assert_eq!(
            rows,
            [
                row(1, "d1", "Registered"),
                row(2, "d2", "Registered"),
                row(3, "d1", "TrickAdded"),
                row(4, "d2", "Renamed"),
            ]
        );
        assert_eq!(
            events[0],
            json!({
                "stream": "d1", "category": "Dog", "version": 1, "position": 1, "id": null, "type": "Registered", "time": "2026-05-06T07:08:00.000250Z",
                "data": {"name": "Fido", "kind": "0a0b", "tricks": [], "timestamp": "2026-05-06T07:08:00.000250+00:00"},
                "metadata": null, "marks": [],
            })
        );
        assert_eq!(events[2]["data"]["tricks"], json!([{"of": "77"}, "deep"]), "wrappers come off at any depth");
        let state = |stream: &str, at: &str| {
            program.json(&["state", &store, "--json", "--stream", stream, "--at", at]).remove(0)["state"].clone()
        };
        assert_eq!(state("d1", "1"), events[0]["data"]);
        assert_eq!(
            state("d2", "2"),
            json!({"name": "Max", "weight": "12.30", "timestamp": "2026-05-06T07:08:03.000250+00:00"})
        );
        // A reducer sees what is shown: without wrappers, by the type's short name.
        let reducer = place.path().join("dog.mjs");
        std::fs::write(
            &reducer,
            "export const dog = { Registered: (s, e) => ({ name: e.data.name, kind: e.data.kind }),
            TrickAdded: (s, e) => ({ ...s, trick: e.data.trick, deep: e.data.tricks[0].of }) };",
        )
        .expect("a reducer");
        let run = program.json(&["state", &store, "--json", "--stream", "d1", "--reducer", &text(&reducer)]).remove(0);
        assert_eq!(run["state"], json!({"name": "Fido", "kind": "0a0b", "trick": "roll over", "deep": "77"}), "{run}");
        assert_eq!(run["reducer"], "dog.mjs#dog");
    }
}

#[test]
fn tables_of_applications_are_found_by_their_columns() {
    let place = folder();
    let path = place.path().join("app.sqlite");
    let conn = Connection::open(&path).expect("a store");
    let named = SCHEMA.replace("stored_events", "dogschool_events").replace("stored_snapshots", "dogschool_snapshots");
    conn.execute_batch(&named).expect("the tables");
    conn.execute_batch(
        "CREATE TABLE tracking (application_name TEXT, notification_id INTEGER);
         INSERT INTO dogschool_events VALUES ('x', 5, 'a.b:C.D', '{\"timestamp\":\"2026-05-06 07:08\"}');",
    )
    .expect("an event");
    let cache = folder();
    let look = look(&path, cache.path()).expect("a store");
    assert_eq!((look.opened.dialect.as_str(), look.index.events()), ("python-es", 1));
    assert_eq!(look.names(), ["x"]);
}

/// Two applications in one file: `d1` and `d2` of each, and `only-red`.
fn two_schools(path: &Path) -> Connection {
    let conn = Connection::open(path).expect("a store");
    for (table, topic) in [("red_events", "red:Dog"), ("blue_events", "blue:Dog")] {
        conn.execute_batch(&format!("{SCHEMA} ALTER TABLE stored_events RENAME TO {table}")).expect("the tables");
        for version in 1..=70 {
            bark(&conn, table, "d1", version, topic);
        }
        bark(&conn, table, "d2", 1, topic);
    }
    bark(&conn, "red_events", "only-red", 1, "red:Dog");
    conn
}

fn bark(conn: &Connection, table: &str, dog: &str, version: i64, topic: &str) {
    let time = format!("2026-05-06T07:{:02}:{:02}+00:00", version / 60, version % 60);
    let state = json!({"timestamp": typed("datetime_iso", &time), "table": table, "n": version}).to_string();
    conn.execute(
        &format!("INSERT INTO {table} VALUES (?1, ?2, ?3, ?4)"),
        (dog, version, format!("{topic}.Barked"), state),
    )
    .expect("an event");
}

#[test]
fn applications_in_one_file_open_together_and_their_streams_stay_apart() {
    let place = folder();
    let path = place.path().join("schools.sqlite");
    drop(two_schools(&path));
    let (program, store) = (Program::new(), text(&path));
    let info = program.json(&["info", &store, "--json"]).remove(0);
    assert_eq!((&info["events"], &info["streams"]), (&json!(143), &json!(5)), "{info}");
    let evidence = info["evidence"].to_string();
    for part in ["blue_events has originator_id", "red_events has", "2 tables are read together", "--table T"] {
        assert!(evidence.contains(part), "{part} in {evidence}");
    }
    let names = |more: &[&str]| {
        let mut names: Vec<String> = program
            .json(&[&["streams", &store, "--json"], more].concat())
            .into_iter()
            .map(|stream| format!("{} {}", stream["stream"].as_str().expect("a name"), stream["events"]))
            .collect();
        names.sort();
        names
    };
    let together =
        ["d1 (blue_events) 70", "d1 (red_events) 70", "d2 (blue_events) 1", "d2 (red_events) 1", "only-red 1"];
    assert_eq!(names(&[]), together, "a name that only one has stays as it is");
    assert_eq!(names(&["--table", "blue_events"]), ["d1 70", "d2 1"]);
    for table in ["red_events", "blue_events"] {
        let stream = format!("d1 ({table})");
        let state = program.json(&["state", &store, "--json", "--stream", &stream]).remove(0);
        assert_eq!((&state["stream"], &state["state"]["table"]), (&json!(stream), &json!(table)), "{state}");
        assert_eq!((&state["version"], &state["state"]["n"]), (&json!(70), &json!(70)));
        let events = program.json(&["events", &store, "--json", "--stream", &stream]);
        assert!(events.len() == 70 && events.iter().all(|event| event["data"]["table"] == table));
        assert_eq!(events[69]["stream"], json!(stream));
    }
    program.run(&["state", &store, "--stream", "d1"]).refused(1, "no stream d1", "d1 (blue_events), d1 (red_events)");
    // All events: no order of one table says anything of those of the other, times do.
    let run = program.run(&["events", &store, "--json"]);
    assert!(run.is_well() && run.err.contains("order-not-proven"), "{run:?}");
    let events = run.lines();
    assert_eq!(events.len(), 143);
    assert!(events.is_sorted_by_key(|event| event["time"].as_str().expect("a time").to_owned()));
    for event in &events {
        let (stream, table) = (event["stream"].as_str().expect("a name"), event["data"]["table"].as_str());
        assert!(stream == "only-red" || stream.ends_with(&format!("({})", table.expect("a table"))), "{event}");
    }
    let check = program.json(&["check", &store, "--json"]);
    assert!(check.iter().all(|line| line["code"] == "order-not-proven"), "{check:?}");
}

#[test]
fn a_stream_that_another_table_gets_later_is_told_apart_then() {
    let (place, cache) = (folder(), folder());
    let path = place.path().join("schools.sqlite");
    let conn = two_schools(&path);
    let opened = Arc::new(formats::open(&Location::of(&path), cache.path(), &OpenChoice::default()).expect("a store"));
    let mut indexer = Indexer::open(Arc::clone(&opened)).expect("an indexer");
    let before = indexer.run().expect("an index");
    assert!(before.streams().find("only-red").is_some());
    bark(&conn, "blue_events", "only-red", 1, "blue:Dog");
    bark(&conn, "red_events", "only-red", 2, "red:Dog");
    bark(&conn, "red_events", "late", 1, "red:Dog");
    assert_eq!(indexer.change(&before).expect("a look"), StoreChange::Written);
    indexer.go_on();
    let after = indexer.run().expect("an index");
    assert_eq!(after.events(), before.events() + 3);
    let events = |name: &str| after.streams().find(name).map(|id| after.rows_of(id).len());
    assert_eq!((events("only-red (red_events)"), events("only-red (blue_events)")), (Some(2), Some(1)));
    assert_eq!((events("only-red"), events("late")), (None, Some(1)));
    assert_eq!(indexer.change(&after).expect("a look"), StoreChange::Same);
    // A payload is searched where it is.
    let rows = after.rows_of(after.streams().find("d1 (red_events)").expect("a stream"));
    let keys: Vec<_> = (0..rows.len()).filter_map(|at| rows.key(at)).collect();
    let (mut page, mut fetcher) = (PayloadPage::default(), opened.store.fetcher().expect("a fetcher"));
    let run = formats::Run { stream: "d1", first: Version(1), last: Version(70) };
    assert_eq!(fetcher.payloads(&keys, Some(run), &mut page).expect("payloads"), 70);
    assert!(page.rows().iter().map(|own| own.0).eq(keys.iter().copied()));
    assert!(!String::from_utf8_lossy(page.bytes()).contains("blue_events"));
}

#[test]
fn a_name_that_is_made_of_a_table_is_never_another_streams() {
    // Tables are read by name, so the first stream here is met before the names are made and the
    // last behind them.
    for (table, extra) in [("blue_events", "d1 (red_events)"), ("red_events", "d1 (blue_events)")] {
        let place = folder();
        let path = place.path().join("schools.sqlite");
        let conn = two_schools(&path);
        bark(&conn, table, extra, 1, "own:Dog");
        bark(&conn, table, &format!("{extra} (2)"), 1, "own:Dog");
        drop(conn);
        let (program, store) = (Program::new(), text(&path));
        let mut met = Vec::new();
        for stream in program.json(&["streams", &store, "--json"]) {
            let name = stream["stream"].as_str().expect("a name").to_owned();
            let events = program.json(&["events", &store, "--json", "--stream", &name]);
            assert_eq!(json!(events.len()), stream["events"], "{name}");
            met.push((name, events[0]["data"]["table"].as_str().expect("a table").to_owned()));
        }
        met.sort();
        let other = extra.strip_prefix("d1 (").and_then(|name| name.strip_suffix(')')).expect("a table");
        let mut wanted: Vec<(String, String)> = [
            ("d2 (blue_events)", "blue_events"),
            ("d2 (red_events)", "red_events"),
            ("only-red", "red_events"),
            (&format!("d1 ({table})"), table),
            (extra, table),
            (&format!("{extra} (2)"), table),
            (&format!("{extra} (3)"), other),
        ]
        .map(|(name, table)| (name.to_owned(), table.to_owned()))
        .into();
        wanted.sort();
        assert_eq!(met, wanted, "{extra}");
    }
}

#[test]
fn a_finding_of_a_row_names_its_table() {
    let place = folder();
    let path = place.path().join("schools.sqlite");
    let conn = two_schools(&path);
    conn.execute_batch(
        "INSERT INTO red_events VALUES ('d2', 'soon', 'red:Dog.Barked', '{}');
         INSERT INTO red_events VALUES ('d1', 71, 'red:Dog.Barked', 'no JSON');
         INSERT INTO blue_events (rowid, originator_id, originator_version, topic, state)
            VALUES (9000000000000000000, 'far', 1, 'blue:Dog.Barked', '{}');",
    )
    .expect("odd rows");
    let cache = folder();
    let look = look(&path, cache.path()).expect("a store");
    let bad = look.findings("bad-line");
    let has = |parts: [&str; 2]| bad.iter().any(|said| parts.iter().all(|part| said.contains(part)));
    assert!(has(["red_events: the row with rowid 73 ", "no integer: soon"]), "{bad:?}");
    assert!(has(["blue_events: the row with the key 9000000000000000000", "too far out"]), "{bad:?}");
    let of = look.index.findings().kept().iter().find(|finding| finding.code.name() == "undecodable");
    assert_eq!(of.and_then(|finding| finding.stream.as_deref()), Some("d1 (red_events)"), "{bad:?}");
}

#[test]
fn encrypted_states_are_shown_as_bytes_and_said() {
    let place = folder();
    let path = place.path().join("secret.sqlite");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(SCHEMA).expect("the tables");
    let insert = |version: i64, state: &[u8]| {
        conn.execute("INSERT INTO stored_events VALUES ('s', ?1, 'm:Safe.Locked', ?2)", (version, state))
            .expect("an event");
    };
    insert(1, &[0x9a, 0x01, 0xff, 0xfe]);
    insert(2, br#"{"open":true}"#);
    insert(3, &packed(b"{}")[..5]);
    insert(4, b"");
    let (program, store) = (Program::new(), text(&path));
    let info = program.run(&["info", &store]).out;
    assert!(info.contains("encrypted          s v1: the payload is encrypted or in an unknown form"), "{info}");
    assert!(info.contains("encrypted          s v3: the payload is encrypted or in an unknown form"), "{info}");
    let events = program.json(&["events", &store, "--json"]);
    assert_eq!(events.len(), 4, "the row is there all the same");
    assert_eq!(events[0]["data"], json!({"$bytes": "mgH//g=="}));
    assert_eq!(events[1]["data"], json!({"open": true}));
    assert_eq!(events[2]["data"].as_object().map(|data| data.len()), Some(1), "{}", events[2]);
    assert_eq!((&events[0]["type"], &events[0]["time"]), (&json!("Locked"), &Value::Null));
    let state = program.json(&["state", &store, "--json", "--stream", "s"]).remove(0);
    assert_eq!(state["state"], json!({"open": true}));
}
