//! Names of streams: no two different stored values become one stream in silence, every stream
//! is reached by the name that is shown, and a UUID is one however it is written.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, jsonl, text};

const MAP: &str = "stream=s,version=v,type=t,data=d";

/// A table `ev` whose column `s` takes any value, with one event for each of `values`, written
/// as SQL: the first is version 1, and so on.
fn store(place: &Place, values: &[&str]) -> String {
    let path = place.path("names.db");
    let conn = Connection::open(&path).expect("a new store");
    conn.execute_batch("CREATE TABLE ev(s, v INTEGER, t TEXT, d TEXT, tenant TEXT)").expect("a table");
    for (at, value) in values.iter().enumerate() {
        let row = format!("INSERT INTO ev VALUES ({value}, {}, 'T', '{{\"n\":{}}}', 'x')", at + 1, at + 1);
        conn.execute_batch(&row).expect("a row");
    }
    text(&path)
}

/// For each stream the numbers in its events, asked by the name that `streams` shows.
fn streams(place: &Place, store: &str, map: &str) -> BTreeMap<String, Vec<i64>> {
    let mut found = BTreeMap::new();
    for stream in place.program.json(&["streams", store, "--json", "--map", map]) {
        let name = stream["stream"].as_str().expect("a name").to_owned();
        let events = place.program.json(&["events", store, "--json", "--map", map, "--stream", &name]);
        assert!(events.iter().all(|event| event["stream"] == name.as_str()), "{events:?}");
        let numbers = events.iter().map(|event| event["data"]["n"].as_i64().expect("a number")).collect();
        assert_eq!(found.insert(name.clone(), numbers), None, "{name} is there twice");
    }
    found
}

fn named(wanted: &[(&str, &[i64])]) -> BTreeMap<String, Vec<i64>> {
    wanted.iter().map(|(name, numbers)| ((*name).to_owned(), numbers.to_vec())).collect()
}

#[test]
fn no_two_stored_values_are_one_stream() {
    let place = Place::new();
    let rows = ["x'31'", "'1'", "1", "'31'", "1.0", "x'31'", "'1'", "x''", "''", "'a'"];
    let wanted: [(&str, &[i64]); 8] = [
        (" (bytes)", &[8]),
        (" (text)", &[9]),
        ("1 (number)", &[3]),
        ("1 (real)", &[5]),
        ("1 (text)", &[2, 7]),
        ("31 (bytes)", &[1, 6]),
        ("31 (text)", &[4]),
        ("a", &[10]),
    ];
    assert_eq!(streams(&place, &store(&place, &rows), MAP), named(&wanted));
}

#[test]
fn blobs_are_uuids_where_they_have_16_bytes_and_hex_else() {
    let place = Place::new();
    let letters = "x'30313233343536373839616263646566'";
    let rows = ["x'6f726465722d31'", "'6f'", "x'6f'", letters, "x'ff'"];
    let wanted: [(&str, &[i64]); 5] = [
        ("30313233-3435-3637-3839-616263646566", &[4]),
        ("6f (bytes)", &[3]),
        ("6f (text)", &[2]),
        ("6f726465722d31", &[1]),
        ("ff", &[5]),
    ];
    assert_eq!(streams(&place, &store(&place, &rows), MAP), named(&wanted));
    // Text that is no UTF-8 is what a writer's driver made of bytes: the same id.
    let rows = ["x'00e5772ac60940d19648ab7357efc224'", "CAST(x'00e5772ac60940d19648ab7357efc224' AS TEXT)"];
    std::fs::remove_file(place.path("names.db")).expect("the old one");
    let wanted: [(&str, &[i64]); 1] = [("00e5772a-c609-40d1-9648-ab7357efc224", &[1, 2])];
    assert_eq!(streams(&place, &store(&place, &rows), MAP), named(&wanted));
}

#[test]
fn a_number_and_its_text_in_lines_are_two_streams() {
    let place = Place::new();
    let line = |stream: Value, n: i64| json!({"s": stream, "v": n, "t": "T", "d": {"n": n}});
    let log = [line(json!(1), 1), line(json!("1"), 2), line(json!(1), 3), line(json!("true"), 4), line(json!(true), 5)];
    let store = place.write("log.jsonl", jsonl(&log));
    let wanted: [(&str, &[i64]); 4] =
        [("1 (number)", &[1, 3]), ("1 (text)", &[2]), ("true (json)", &[5]), ("true (text)", &[4])];
    assert_eq!(streams(&place, &store, MAP), named(&wanted));
    let states = place.program.json(&["export", &store, "--what", "state", "--map", MAP]);
    let mut names: Vec<&str> = states.iter().filter_map(|state| state["stream"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["1 (number)", "1 (text)", "true (json)", "true (text)"]);
}

#[test]
fn two_columns_are_one_stream_only_where_both_are_alike() {
    let place = Place::new();
    let dialects = place.program.home.path().join("dialects");
    std::fs::create_dir_all(&dialects).expect("a folder");
    let dialect = "id = \"own\"\nname = \"own\"\nengines = [\"sqlite\"]\n\n[[detect]]\ntable = \"ev\"\n\
        columns = [\"tenant\", \"s\", \"v\", \"t\", \"d\"]\n\n[events]\ntable = \"ev\"\n\n[events.map]\n\
        stream = \"{tenant}-{s}\"\nversion = { col = \"v\" }\ntype = { col = \"t\" }\npayload = { col = \"d\" }\n";
    std::fs::write(dialects.join("own.toml"), dialect).expect("a dialect");
    let store = store(&place, &["'b-c'", "'c'", "'c'", "'d'"]);
    let conn = Connection::open(place.path("names.db")).expect("the store");
    conn.execute_batch("UPDATE ev SET tenant = CASE v WHEN 1 THEN 'a' WHEN 4 THEN 'a' ELSE 'a-b' END")
        .expect("tenants");
    drop(conn);
    let mut found = BTreeMap::new();
    for stream in place.program.json(&["streams", &store, "--json"]) {
        let name = stream["stream"].as_str().expect("a name").to_owned();
        let events = place.program.json(&["events", &store, "--json", "--stream", &name]);
        found.insert(name, events.iter().map(|event| event["data"]["n"].as_i64().expect("a number")).collect());
    }
    assert_eq!(found, named(&[("a-b-c (1)", &[1]), ("a-b-c (2)", &[2, 3]), ("a-d", &[4])]));
}

const DASHED: &str = "406e2ac5-3c59-4776-9f4a-f37552a78ca2";
const PLAIN: &str = "406e2ac53c5947769f4af37552a78ca2";

#[test]
fn two_spellings_of_one_uuid_are_named_unless_one_is_written() {
    let place = Place::new();
    let program = &place.program;
    let rows = [format!("'{DASHED}'"), format!("'{PLAIN}'"), "'other'".to_owned()];
    let store = store(&place, &rows.each_ref().map(String::as_str));
    let events = |stream: &str| program.json(&["events", &store, "--json", "--map", MAP, "--stream", stream]);
    assert_eq!(events(DASHED)[0]["data"], json!({"n": 1}));
    assert_eq!(events(PLAIN)[0]["data"], json!({"n": 2}));
    let (large, braces, urn) = (PLAIN.to_uppercase(), format!("{{{DASHED}}}"), format!("urn:uuid:{DASHED}"));
    for asked in [&large, &braces, &urn] {
        for verb in ["events", "state"] {
            let run = program.run(&[verb, &store, "--map", MAP, "--stream", asked]);
            run.refused(
                1,
                &format!("{asked} names 2 streams, which spell its UUID otherwise"),
                &format!("{DASHED}, {PLAIN}"),
            );
        }
        let listed = program.run(&["streams", &store, "--json", "--map", MAP, "--match", asked]);
        let names: Vec<Value> = listed.lines().iter().map(|stream| stream["stream"].clone()).collect();
        assert_eq!(names, [json!(DASHED), json!(PLAIN)], "{asked}");
    }
}

#[test]
fn only_the_uuid_of_a_name_may_be_spelled_otherwise() {
    let place = Place::new();
    let program = &place.program;
    let rows = [format!("'order1-{DASHED}'"), format!("'basket_{PLAIN}'")];
    let store = store(&place, &rows.each_ref().map(String::as_str));
    let ask = |stream: &str| program.run(&["state", &store, "--json", "--map", MAP, "--stream", stream]);
    for (asked, stored) in [
        (format!("order1-{PLAIN}"), format!("order1-{DASHED}")),
        (format!("order1-{}", DASHED.to_uppercase()), format!("order1-{DASHED}")),
        (format!("basket_{{{DASHED}}}"), format!("basket_{PLAIN}")),
    ] {
        assert_eq!(ask(&asked).one()["stream"], json!(stored), "{asked}");
        let listed = program.json(&["streams", &store, "--json", "--map", MAP, "--match", &asked]);
        assert_eq!(listed.len(), 1, "{asked}");
        assert_eq!(listed[0]["stream"], json!(stored), "{asked}");
    }
    for other in [format!("order-1{DASHED}"), format!("order1{DASHED}"), format!("order1-{DASHED}-")] {
        ask(&other).refused(1, &format!("there is no stream {other}"), "");
    }
}

#[test]
fn a_uuid_is_no_category_in_any_spelling() {
    let place = Place::new();
    let names = [
        (DASHED.to_owned(), Value::Null),
        (format!("{PLAIN}-order"), Value::Null),
        (format!("{DASHED}-order"), Value::Null),
        (format!("urn:uuid:{DASHED}"), Value::Null),
        (format!("URN:UUID:{DASHED}"), Value::Null),
        (format!("{{{PLAIN}}}-7"), Value::Null),
        (format!("order_{PLAIN}-7"), json!("order")),
        (format!("order-{PLAIN}"), json!("order")),
        (format!("order:urn:uuid:{DASHED}"), json!("order")),
    ];
    let rows: Vec<String> = names.iter().map(|(name, _)| format!("'{name}'")).collect();
    let store = store(&place, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let listed = place.program.json(&["streams", &store, "--json", "--map", MAP]);
    for (name, category) in &names {
        let stream = listed.iter().find(|stream| stream["stream"] == name.as_str()).expect("the stream");
        assert_eq!(stream["category"], *category, "{name}");
    }
}

#[test]
fn a_state_names_the_stream_as_the_store_does() {
    let place = Place::new();
    let store = store(&place, &[&format!("'{DASHED}'")]);
    let more = ["--json", "--map", MAP, "--stream", &PLAIN.to_uppercase()];
    let state = place.program.json(&[&["state", &store], &more[..]].concat());
    assert_eq!(state[0]["stream"], DASHED);
    let export = place.program.json(&[&["export", &store, "--what", "state"], &more[1..]].concat());
    assert_eq!(export, state);
    let people = place.program.run(&[&["state", &store], &more[1..]].concat());
    assert!(people.out.starts_with(DASHED), "{people:?}");
}

#[test]
fn a_text_that_begins_like_something_packed_is_a_text() {
    let place = Place::new();
    let path = place.path("words.db");
    let conn = Connection::open(&path).expect("a new store");
    conn.execute_batch("CREATE TABLE ev(s TEXT, v INTEGER, t TEXT, d)").expect("a table");
    for (at, value) in ["'xylophone'", "'x^2 + y'", "x'785e32202b2079'", "x'787878'"].iter().enumerate() {
        conn.execute_batch(&format!("INSERT INTO ev VALUES ('a', {}, 'T', {value})", at + 1)).expect("a row");
    }
    conn.execute_batch("INSERT INTO ev VALUES ('a', 5, 'T', x'789c0102ff')").expect("a row");
    drop(conn);
    let run = place.program.run(&["events", &text(&path), "--map", MAP, "--json", "--stream", "a"]);
    let data: Vec<Value> = run.lines().iter().map(|event| event["data"].clone()).collect();
    assert_eq!(data[..4].iter().filter(|data| data.get("$bytes").is_some()).count(), 0, "{data:?}");
    let packed: Vec<&str> = run.err.lines().filter(|line| line.contains("does not unpack")).collect();
    assert_eq!(packed.len(), 1, "{run:?}");
    assert!(packed[0].contains("v5") || packed[0].contains('5'), "{run:?}");
}

#[test]
fn an_id_alone_names_a_stream_where_only_one_has_it() {
    let place = Place::new();
    let path = place.path("ovens.db");
    let conn = Connection::open(&path).expect("a new store");
    conn.execute_batch(
        "CREATE TABLE events(aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT,
            event_version TEXT, payload TEXT, metadata TEXT);
        INSERT INTO events VALUES ('Oven', 'o-1', 1, 'Lit', '1.0', '{\"Lit\":{\"n\":1}}', '{}'),
            ('Oven', 'both', 1, 'Lit', '1.0', '{\"Lit\":{\"n\":2}}', '{}'),
            ('Mill', 'both', 1, 'Lit', '1.0', '{\"Lit\":{\"n\":3}}', '{}'),
            ('Mill', 'a:b', 1, 'Lit', '1.0', '{\"Lit\":{\"n\":4}}', '{}')",
    )
    .expect("rows");
    let store = text(&path);
    let numbers = |name: &str, map: &[&str]| {
        let words = [&["events", &store, "--json", "--stream", name], map].concat();
        place.program.json(&words).iter().map(|event| event["data"]["n"].as_i64()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("o-1", &[]), [Some(1)]);
    assert_eq!((numbers("Oven:o-1", &[]), numbers("a:b", &[])), (vec![Some(1)], vec![Some(4)]));
    // By hand it is the same.
    let map = ["--map", "stream=aggregate_type+aggregate_id,type=event_type,data=payload.Lit"];
    assert_eq!((numbers("o-1", &map), numbers("a:b", &map)), (vec![Some(1)], vec![Some(4)]));
    let refused = |name: &str, why: &str| {
        let run = place.program.run(&["events", &store, "--stream", name]);
        run.refused(1, why, "");
    };
    refused("both", "both may be one of 2 streams");
    // What is no id is none.
    for name in ["b", "1", ""] {
        refused(name, "there is no stream");
    }
}
