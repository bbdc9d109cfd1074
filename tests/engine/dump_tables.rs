//! What dumps know of their tables: primary keys, the types of columns, hidden keys, and which
//! table holds what.

use std::fmt::Write;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, text};

/// The names of all streams.
fn streams(place: &Place, store: &str, options: &[&str]) -> Vec<String> {
    let args = [&["streams", store, "--json"], options].concat();
    let name = |line: &Value| line["stream"].as_str().expect("a name").to_owned();
    place.program.json(&args).iter().map(name).collect()
}

/// Tables as Envers makes them: an entity of two columns as key, and a collection of its own.
const AUDITED: &str =
    "CREATE TABLE boat (pier text NOT NULL, nr integer NOT NULL, name text, afloat boolean, tags jsonb,
    PRIMARY KEY (pier, nr));
CREATE TABLE boat_aud (pier text NOT NULL, nr integer NOT NULL, rev integer NOT NULL, revtype smallint, name text,
    afloat boolean, tags jsonb);
CREATE TABLE boat_flags_aud (rev integer NOT NULL, boat_id bigint NOT NULL, flags text NOT NULL, revtype smallint);
CREATE TABLE revinfo (rev integer NOT NULL PRIMARY KEY, revtstmp bigint);
";

const AUDITED_ROWS: &str = "INSERT INTO boat_aud VALUES ('A', 7, 1, 0, 'Gull', true, '{\"n\": 12345678901234567890}');
INSERT INTO boat_aud VALUES ('A', 7, 2, 1, 'Tern', false, '\"deck\"');
INSERT INTO boat_aud VALUES ('B', 7, 2, 0, 'Swan', NULL, NULL);
INSERT INTO boat_flags_aud VALUES (1, 7, 'red', 0);
INSERT INTO boat_flags_aud VALUES (2, 8, 'blue', 0);
INSERT INTO revinfo VALUES (1, 1772600767250);
INSERT INTO revinfo VALUES (2, 1772600768250);
";

const KEYS: &str = "ALTER TABLE ONLY boat_aud
    ADD CONSTRAINT boat_aud_pkey PRIMARY KEY (rev, pier, nr);
ALTER TABLE ONLY boat_flags_aud
    ADD CONSTRAINT boat_flags_aud_pkey PRIMARY KEY (boat_id, rev, flags);
";

#[test]
fn keys_behind_the_data_tell_entities_from_collections() {
    let place = Place::new();
    let head = "-- PostgreSQL database dump\n";
    let store = place.write("harbour.sql", format!("{head}{AUDITED}{AUDITED_ROWS}{KEYS}"));
    let info = place.program.json(&["info", &store, "--json"]).remove(0);
    assert_eq!(
        (&info["dialect"], &info["streams"], &info["events"]),
        (&json!("envers"), &json!(2), &json!(3)),
        "{info}"
    );
    assert_eq!(streams(&place, &store, &[]), ["A|7", "B|7"]);
    // Without its key the collection is taken for entities.
    let bare = place.write("bare.sql", format!("{head}{AUDITED}{AUDITED_ROWS}"));
    assert!(streams(&place, &bare, &[]).len() > 2);
}

#[test]
fn rows_hold_booleans_and_json_as_what_they_are() {
    let place = Place::new();
    let store = place.write("harbour.sql", format!("-- PostgreSQL database dump\n{AUDITED}{AUDITED_ROWS}{KEYS}"));
    let run = place.program.run(&["events", &store, "--json"]);
    for data in [
        r#""data":{"pier":"A","nr":7,"name":"Gull","afloat":true,"tags":{"n": 12345678901234567890}}"#,
        r#""data":{"pier":"A","nr":7,"name":"Tern","afloat":false,"tags":"deck"}"#,
        r#""data":{"pier":"B","nr":7,"name":"Swan","afloat":null,"tags":null}"#,
    ] {
        let plain = data.replace(": 1", ":1");
        assert!(run.out.contains(data) || run.out.contains(&plain), "{data}: {run:?}");
    }
    // The same tables in SQLite, as a file.
    let path = place.path("harbour.db");
    let keyed = AUDITED.replace("tags jsonb);", "tags jsonb, PRIMARY KEY (rev, pier, nr));");
    let keyed = keyed.replace("revtype smallint);", "revtype smallint, PRIMARY KEY (boat_id, rev, flags));");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(&format!("{keyed}{AUDITED_ROWS}")).expect("the rows");
    let data = |store: &str| -> Vec<Value> {
        place.program.json(&["events", store, "--json"]).iter().map(|event| event["data"].clone()).collect()
    };
    assert_eq!(data(&text(&path)), data(&store));
}

#[test]
fn what_is_no_json_and_no_boolean_stays_as_it_is() {
    let place = Place::new();
    let store = place.write(
        "ev.sql",
        "-- PostgreSQL database dump\n\
         CREATE TABLE ev (stream text, version integer, type text, a jsonb, b jsonb[], c boolean[], d boolean, e bytea);\n\
         COPY ev (stream, version, type, a, b, c, d, e) FROM stdin;\n\
         s\t1\tT\t{\"x\": \t{}\t{t,f}\tt\t\\\\x4100\n\
         s\t1\tT\t{\"x\": \t{}\t{t,f}\tt\n\
         s\t2\tT\t{\"x\":\t{}\t{t,f}\tmaybe\t\\\\x4100\n\\.\n",
    );
    let args = ["events", &store, "--json", "--table", "ev", "--map", "stream=stream,version=version,type=type"];
    let run = place.program.run(&args);
    let found: Vec<Value> = run.lines().iter().map(|event| event["data"].clone()).collect();
    let row = |d: Value, a: &str| json!({"a": a, "b": "{}", "c": "{t,f}", "d": d, "e": {"$bytes": "QQA="}});
    assert_eq!(found, [row(json!(true), "{\"x\": "), row(json!("maybe"), "{\"x\":")], "{run:?}");
}

#[test]
fn conditions_and_marks_match_booleans_as_before() {
    let place = Place::new();
    std::fs::create_dir_all(place.program.home.path().join("dialects")).expect("a folder");
    let dialect = r#"
id = "lamps"
name = "Lamps"
engines = ["postgres", "sqlite"]
[[detect]]
table = "lamps"
columns = ["lamp", "nr", "kind", "dead", "lit"]
[events]
table = "lamps"
where = [["dead", "=", false]]
[events.map]
stream = "{lamp}"
version = { col = "nr" }
type = { col = "kind" }
payload = { row_without = ["lamp", "nr", "kind"] }
mark = { col = "lit", values = { "1" = "snapshot" } }
"#;
    std::fs::write(place.program.home.path().join("dialects/lamps.toml"), dialect).expect("a dialect");
    let table = "CREATE TABLE lamps (lamp text, nr integer, kind text, dead boolean, lit boolean);\n";
    let copy = "COPY lamps (lamp, nr, kind, dead, lit) FROM stdin;\na\t1\tT\tf\tt\na\t2\tT\tt\tt\na\t3\tT\tf\tf\n\\.\n";
    let insert = "INSERT INTO lamps VALUES ('a', 1, 'T', false, true);\nINSERT INTO lamps VALUES ('a', 2, 'T', true, true);\n\
        INSERT INTO lamps VALUES ('a', 3, 'T', false, false);\n";
    let database = place.path("lamps.db");
    Connection::open(&database).and_then(|conn| conn.execute_batch(&format!("{table}{insert}"))).expect("a store");
    let head = "-- PostgreSQL database dump\n";
    let stores = [
        place.write("copy.sql", format!("{head}{table}{copy}")),
        place.write("insert.sql", format!("{head}{table}{insert}")),
        text(&database),
    ];
    for store in stores {
        let events = place.program.json(&["events", &store, "--json"]);
        let seen: Vec<Value> = events.iter().map(|e| json!([e["version"], e["marks"], e["data"]])).collect();
        let wanted = json!([
            [1, ["snapshot"], {"dead": false, "lit": true}],
            [3, [], {"dead": false, "lit": false}],
        ]);
        assert_eq!(json!(seen), wanted, "{store}");
    }
}

/// What sqlite3 writes of a store of Python's eventsourcing 9; `named` as with `--preserve-rowids`.
fn dogs(named: bool) -> String {
    let columns = "originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB";
    let key = "PRIMARY KEY (originator_id, originator_version)";
    let mut out = format!(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE stored_events ({columns}, {key});\n\
         CREATE TABLE stored_snapshots ({columns}, {key}) WITHOUT ROWID;\n\
         INSERT INTO stored_snapshots VALUES('d1',2,'eventsourcing.domain:Snapshot',X'7b7d');\n"
    );
    for (rowid, dog, version) in [(3, "d2", 1), (5, "d1", 1), (9, "d2", 2)] {
        let (names, first) = match named {
            true => ("(rowid,originator_id,originator_version,topic,state)", format!("{rowid},")),
            false => ("", String::new()),
        };
        // SELECT hex('{"n":1}').
        let values = format!("{first}'{dog}',{version},'dogs:Dog.Barked',X'7b226e223a317d'");
        let _ = writeln!(out, "INSERT INTO stored_events{names} VALUES({values});");
    }
    out + "COMMIT;\n"
}

#[test]
fn a_text_of_a_sqlite_file_has_its_hidden_keys() {
    let place = Place::new();
    for named in [false, true] {
        let store = place.write("dogs.sql", dogs(named));
        let info = place.program.json(&["info", &store, "--json"]).remove(0);
        assert_eq!((&info["dialect"], &info["events"]), (&json!("python-es"), &json!(3)), "{info}");
        // They are in the order of the rowids, whether these are there or not.
        let events = place.program.json(&["events", &store, "--json"]);
        let seen: Vec<Value> = events.iter().map(|e| json!([e["stream"], e["version"], e["position"]])).collect();
        let position = |rowid: i64| if named { json!(rowid) } else { Value::Null };
        assert_eq!(
            json!(seen),
            json!([["d2", 1, position(3)], ["d1", 1, position(5)], ["d2", 2, position(9)]]),
            "named: {named}"
        );
    }
}

/// An array of JSON as PostgreSQL writes it into a dump, of jobs as River keeps them.
#[test]
fn the_attempts_in_an_array_of_json_are_events() {
    let place = Place::new();
    let columns = "id, args, attempt, attempted_at, attempted_by, errors, finalized_at, kind, max_attempts, queue, state, scheduled_at";
    let error = |attempt: u32, why: &str| {
        format!(r#"{{"at": "2026-03-04T05:06:0{attempt}.5Z", "error": "{why}", "trace": "", "attempt": {attempt}}}"#)
    };
    let item = |json: &str| format!("\"{}\"", json.replace('\\', "\\\\").replace('"', "\\\""));
    let errors = format!("{{{},{}}}", item(&error(1, r#"no \"light\", {x}"#)), item(&error(2, "é")));
    let rows = format!(
        "7\t{{\"n\": 1}}\t2\t\\N\t\\N\t{}\t\\N\texpose\t4\tdefault\tretryable\t\\N\n\
         8\t{{}}\t0\t\\N\t\\N\t{{}}\t\\N\texpose\t4\tdefault\tavailable\t\\N\n\
         9\t{{}}\t0\t\\N\t\\N\t\\N\t\\N\texpose\t4\tdefault\tavailable\t\\N\n",
        errors.replace('\\', "\\\\"),
    );
    let store = place.write(
        "river.sql",
        format!(
            "-- PostgreSQL database dump\nCREATE TABLE public.river_job (id bigint NOT NULL, args jsonb, attempt smallint,\n\
             attempted_at timestamp with time zone, attempted_by text[], errors jsonb[], finalized_at timestamp with time zone,\n\
             kind text, max_attempts smallint, queue text, state text, scheduled_at timestamp with time zone);\n\
             COPY public.river_job ({columns}) FROM stdin;\n{rows}\\.\n"
        ),
    );
    let events = place.program.json(&["events", &store, "--json"]);
    let seen: Vec<Value> =
        events.iter().map(|e| json!([e["stream"], e["version"], e["time"], e["data"]["error"]])).collect();
    let wanted =
        json!([["7", 1, "2026-03-04T05:06:01.500Z", "no \"light\", {x}"], ["7", 2, "2026-03-04T05:06:02.500Z", "é"],]);
    assert_eq!(json!(seen), wanted);
}

#[test]
fn every_table_of_a_large_registry_gets_its_name() {
    let place = Place::new();
    let mut script = String::from(
        "-- PostgreSQL database dump\nCREATE TABLE event_streams (no bigint, real_stream_name text, stream_name text);\n\
         CREATE TABLE _last (no bigint, event_id uuid, event_name text, payload json, metadata jsonb, created_at timestamp);\n\
         COPY event_streams (no, real_stream_name, stream_name) FROM stdin;\n",
    );
    let count = 3_000;
    for nr in 1..count {
        let _ = writeln!(script, "{nr}\tstream-{nr}\t_{nr:040x}");
    }
    let _ = writeln!(script, "{count}\tthe last\tpublic._last\n\\.");
    script.push_str(
        "COPY _last (no, event_id, event_name, payload, metadata, created_at) FROM stdin;\n\
         1\t5c0f3a52-2f7e-4b1b-9a7d-0f5c2f7d9e11\tOpened\t{}\t{}\t2026-03-04 05:06:07\n\\.\n",
    );
    let store = place.write("prooph.sql", script);
    assert_eq!(streams(&place, &store, &[]), ["the last"]);
}

/// Events of the Python library's DCB recorder: tables as its 9.5 makes them.
const TAGGED: &str = "-- PostgreSQL database dump
CREATE TABLE mill_events_tt_main (id bigint NOT NULL, type text NOT NULL, data bytea, tags text[] NOT NULL);
COPY mill_events_tt_main (id, type, data, tags) FROM stdin;
3\tmill:Sack.Moved\t\\\\x7b226e223a337d\t{sack-1,\"cart 2\",sack-1,NULL}
1\tmill:Sack.Filled\t\\\\x7b226e223a317d\t{sack-1}
2\tmill:Day.Begun\t\\\\x7b226e223a327d\t{}
\\.
";

#[test]
fn an_event_is_in_the_stream_of_each_of_its_tags() {
    let place = Place::new();
    let seen = |store: &str| -> Vec<Value> {
        let events = place.program.json(&["events", store, "--json"]);
        let named = |event: &Value| {
            json!([
                event["stream"],
                event["category"],
                event["version"],
                event["position"],
                event["type"],
                event["data"]
            ])
        };
        events.iter().map(named).collect()
    };
    let store = place.write("mill.sql", TAGGED);
    let mut events = seen(&store);
    events.sort_by_key(|event| (event[3].as_i64(), event[0].to_string()));
    assert_eq!(
        json!(events),
        json!([
            ["sack-1", "sack", 1, 1, "Filled", {"n": 1}],
            ["(no tag)", null, 1, 2, "Begun", {"n": 2}],
            ["cart 2", null, 1, 3, "Moved", {"n": 3}],
            ["sack-1", "sack", 2, 3, "Moved", {"n": 3}],
        ])
    );
    let told = place.program.run(&["check", &store]).out;
    assert!(told.contains("1 are listed and counted once more"), "{told}");
    // Of all streams together each event is one.
    let module = place.write("count.mjs", "export default (n = 0, event) => n + 1;");
    let counted = place.program.json(&["state", &store, "--stream", "$all", "--reducer", &module, "--json"]);
    assert_eq!(counted[0]["state"], json!(3), "{counted:?}");
    // disintegrate has a column for each identifier.
    let inn = "-- PostgreSQL database dump
CREATE TABLE event (event_id bigint NOT NULL, event_type text, payload bytea, inserted_at timestamptz, guest text, room bigint);
COPY event (event_id, event_type, payload, inserted_at, guest, room) FROM stdin;
2\tRoomLeft\t\\\\x7b22526f6f6d4c656674223a7b226e223a327d7d\t2026-03-04 05:06:07+00\tg: 1\t101
1\tRoomOpened\t\\\\x7b22526f6f6d4f70656e6564223a7b226e223a317d7d\t2026-03-04 05:06:06+00\t\\N\t101
3\tDayClosed\t\\\\x7b22446179436c6f736564223a7b7d7d\t2026-03-04 05:06:08+00\t\\N\t\\N
\\.
";
    let store = place.write("inn.sql", inn);
    let mut events = seen(&store);
    events.sort_by_key(|event| (event[3].as_i64(), event[0].to_string()));
    assert_eq!(
        json!(events),
        json!([
            ["room:101", "room", 1, 1, "RoomOpened", {"n": 1}],
            ["guest:g: 1", "guest", 1, 2, "RoomLeft", {"n": 2}],
            ["room:101", "room", 2, 2, "RoomLeft", {"n": 2}],
            ["(no identifier)", null, 1, 3, "DayClosed", {}],
        ])
    );
}
