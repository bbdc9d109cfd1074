//! Stores of Python's eventsourcing library (version 9 on SQLite), made here after its
//! published schema: `originator_id, originator_version, topic, state`.

use std::io::Write;
use std::path::Path;

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
        assert_eq!(
            (&info["dialect"], &info["framework"]),
            (&json!("python-eventsourcing"), &json!("Python eventsourcing"))
        );
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
    assert_eq!((look.opened.dialect.as_str(), look.index.events()), ("python-eventsourcing", 1));
    assert_eq!(look.names(), ["x"]);
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
