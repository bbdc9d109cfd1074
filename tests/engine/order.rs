//! The order of all events of a store: by position where there is one; what is not certain of it
//! is said.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, Run, jsonl, text};

/// An event whose version tells in which line it stands.
fn event(version: usize, position: &Value) -> Value {
    json!({"stream": format!("s-{}", version % 2), "version": version, "type": "T", "position": position,
        "time": format!("2026-01-01T00:00:{:02}Z", 59 - version), "data": {}})
}

fn log(positions: &[Value]) -> String {
    let events: Vec<Value> = positions.iter().enumerate().map(|(at, position)| event(at, position)).collect();
    jsonl(&events)
}

/// The versions in the order in which they are printed.
fn versions(run: &Run) -> Vec<i64> {
    assert!(run.is_well(), "{run:?}");
    run.lines().iter().filter_map(|event| event["version"].as_i64()).collect()
}

fn doubts(run: &Run) -> Vec<&str> {
    run.err.lines().filter_map(|line| line.strip_prefix("finding: order-not-proven: ")).collect()
}

/// A table `ev` without times, whose rows lie as the positions are given.
fn table(place: &Place, name: &str, kind: &str, positions: &[&str]) -> String {
    let conn = Connection::open(place.path(name)).expect("a store");
    let key = if kind.is_empty() { "" } else { ", PRIMARY KEY (agg, v)" };
    conn.execute_batch(&format!("CREATE TABLE ev (agg, v, t, d, p{key}) {kind}")).expect("a table");
    for (version, position) in positions.iter().enumerate() {
        let row = format!("INSERT INTO ev VALUES ('s-{}', {version}, 'T', '{{}}', {position})", version % 2);
        conn.execute_batch(&row).expect(position);
    }
    conn.execute_batch("CREATE VIEW seen AS SELECT * FROM ev").expect("a view");
    text(&place.path(name))
}

const MAP: &str = "stream=agg,version=v,type=t,data=d,position=p";

#[test]
fn all_events_are_in_the_order_of_their_positions_in_lines_and_in_tables() {
    let place = Place::new();
    let (positions, order) = ([30, 10, 20, 50, 40], [1, 2, 0, 4, 3]);
    let store = place.write("log.jsonl", log(&positions.map(|own| json!(own))));
    let events = place.program.run(&["events", &store, "--json"]);
    assert_eq!((versions(&events), doubts(&events)), (order.to_vec(), vec![]));
    let export = place.program.run(&["export", &store, "--what", "events", "--format", "jsonl"]);
    assert_eq!((versions(&export), doubts(&export)), (order.to_vec(), vec![]));
    assert!(!place.program.run(&["info", &store]).out.contains("order-not-proven"));
    let texts = positions.map(|own| own.to_string());
    for (kind, name) in [("", "ev"), ("", "seen"), ("WITHOUT ROWID", "ev")] {
        let store = table(&place, &format!("{name}{kind}.db"), kind, &texts.each_ref().map(String::as_str));
        for verb in [&["events", "--json"][..], &["export", "--what", "events"]] {
            let run = place.program.run(&[verb, &[&store, "--table", name, "--map", MAP]].concat());
            assert_eq!((versions(&run), doubts(&run)), (order.to_vec(), vec![]), "{name} {kind} {verb:?}");
        }
        let check = place.program.run(&["check", &store, "--json", "--table", name, "--map", MAP]);
        assert!(check.is_well() && !check.out.contains("order-not-proven"), "{check:?}");
    }
    // In lines that need a map.
    let odd = log(&positions.map(|own| json!(own))).replace("\"position\"", "\"nr\"");
    let store = place.write("odd.jsonl", odd);
    assert_eq!(versions(&place.program.run(&["events", &store, "--json", "--map", "position=nr"])), order);
    assert_eq!(doubts(&place.program.run(&["events", &store, "--json"])).len(), 1, "without it times are used");
}

#[test]
fn positions_of_any_form_are_in_order_and_printed_as_they_are_stored() {
    let place = Place::new();
    let big = |text: &str| serde_json::from_str::<Value>(text).expect("a number");
    for (name, positions, order) in [
        ("fractions", vec![json!(2.5), json!(1), json!(1.5), json!(2)], vec![1, 2, 3, 0]),
        ("digits", vec![json!("0010"), json!("0009"), json!("7")], vec![2, 1, 0]),
        ("words", vec![json!("01HB"), json!("01HA"), json!("0009")], vec![2, 1, 0]),
        ("numbers and digits", vec![json!("20"), json!(3), json!("100")], vec![1, 0, 2]),
        ("large", vec![big("18446744073709551615"), big("9223372036854775807"), json!(-1)], vec![2, 1, 0]),
    ] {
        let store = place.write(&format!("{name}.jsonl"), log(&positions));
        let run = place.program.run(&["events", &store, "--json"]);
        assert_eq!((versions(&run), doubts(&run)), (order.clone(), vec![]), "{name}");
        let printed: Vec<Value> = run.lines().iter().map(|event| event["position"].clone()).collect();
        let wanted: Vec<Value> = order.iter().map(|at| positions[*at as usize].clone()).collect();
        assert_eq!(printed, wanted, "{name}");
    }
    // Letter by letter, which values do not tell; as a number, and as a text where it is one.
    for stored in ["1000.0", "1e3", "-1.50", "18446744073709551616", "\"1.50\"", "123456789012345678901234567890"] {
        let store = place.write("one.jsonl", log(&[json!("HERE")]).replace("\"HERE\"", stored));
        for verb in [&["events", "--json"][..], &["export", "--what", "events"]] {
            let run = place.program.run(&[verb, &[&store]].concat());
            assert!(run.out.contains(&format!("\"position\":{stored},")), "{stored}: {run:?}");
        }
    }
    let store = table(&place, "reals.db", "", &["1000.0", "1.5", "-2.25", "2"]);
    let run = place.program.run(&["events", &store, "--json", "--table", "ev", "--map", MAP]);
    assert_eq!(versions(&run), [2, 1, 3, 0]);
    for (at, stored) in ["-2.25", "1.5", "2", "1000.0"].iter().enumerate() {
        let line = run.out.lines().nth(at).unwrap_or_default();
        assert!(line.contains(&format!("\"position\":{stored},")), "{line}");
    }
}

#[test]
fn what_is_not_certain_of_the_order_is_said_by_every_verb() {
    let place = Place::new();
    for (name, positions, order, said) in [
        ("ties", vec![json!(2), json!(1), json!(2)], vec![1, 0, 2], "two events have the same position"),
        (
            "ties as they lie",
            vec![json!(1), json!(1), json!(1)],
            vec![0, 1, 2],
            "2 events have the position of another",
        ),
        ("missing", vec![json!(2), Value::Null, json!(1)], vec![2, 0, 1], "one event has no position"),
        ("missing in front", vec![Value::Null, json!(2), json!(1)], vec![0, 2, 1], "one event has no position"),
        // Times run backwards in these logs.
        ("none", vec![Value::Null, Value::Null], vec![1, 0], "the store has no order over everything: time, then"),
        ("words", vec![json!("C:9"), json!("C:10")], vec![1, 0], "no order, such as \"C:9\" and \"C:10\": time, then"),
        ("words and numbers", vec![json!("a"), json!(1)], vec![1, 0], "no order, such as \"a\" and 1: time, then"),
        ("numbers and words", vec![json!(1), json!("a")], vec![1, 0], "no order, such as \"a\" and 1: time, then"),
    ] {
        let store = place.write(&format!("{name}.jsonl"), log(&positions));
        for verb in [&["events", "--json"][..], &["export", "--what", "events"]] {
            let run = place.program.run(&[verb, &[&store]].concat());
            assert_eq!(versions(&run), order, "{name}");
            assert!(matches!(doubts(&run)[..], [doubt] if doubt.contains(said)), "{name}: {run:?}");
        }
        let check = place.program.json(&["check", &store, "--json"]);
        let line = check.iter().find(|line| line["code"] == "order-not-proven").expect("a line");
        assert!(line["message"].as_str().expect("words").contains(said), "{line}");
        let info = place.program.run(&["info", &store]);
        assert!(info.out.contains(said), "{info:?}");
    }
}

#[test]
fn a_log_that_grows_out_of_order_is_in_order() {
    use crate::support::folder;
    use eventglass::formats::{self, Location, OpenChoice};
    use eventglass::session::Indexer;
    use std::sync::Arc;
    let (place, cache) = (Place::new(), folder());
    let positions = [20, 30, 40, 10];
    let whole = log(&positions.map(|own| json!(own)));
    let in_front = whole.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    place.write("log.jsonl", &in_front);
    let location = Location::of(&place.path("log.jsonl"));
    let opened = formats::open(&location, cache.path(), &OpenChoice::default()).expect("a store");
    let mut indexer = Indexer::open(Arc::new(opened)).expect("readable");
    let rows = |index: &eventglass::index::EventIndex| index.in_order().map(|row| row.0).collect::<Vec<_>>();
    assert_eq!(rows(&indexer.run().expect("readable")), [0, 1, 2]);
    place.write("log.jsonl", &whole);
    indexer.go_on();
    assert_eq!(rows(&indexer.run().expect("readable")), [3, 0, 1, 2]);
}

#[test]
fn versions_that_step_by_more_than_one_are_gaps() {
    let place = Place::new();
    let steps = |versions: &[i64]| -> Vec<Value> {
        let line = |version: &i64| json!({"stream": "s-1", "version": version, "type": "T", "data": {}});
        let store = place.write("steps.jsonl", jsonl(&versions.iter().map(line).collect::<Vec<_>>()));
        let check = place.program.json(&["check", &store, "--json"]);
        let gaps = check.into_iter().filter(|line| line["code"] == "gap");
        gaps.map(|line| json!([line["version"], line["count"], line["message"]])).collect()
    };
    assert_eq!(steps(&[0, 5]), [json!([5, 1, "v1 to v4 are not in the store"])]);
    assert_eq!(steps(&[0, 5, 10]), [json!([5, 2, "v1 to v4 are not in the store"])]);
    assert_eq!(steps(&[0, 1, 2]), [] as [Value; 0]);
}

#[test]
fn a_check_says_which_streams_lack_their_first_events() {
    let place = Place::new();
    let path = place.path("journal.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE event_journal (ordering INTEGER PRIMARY KEY, persistence_id TEXT, sequence_number INTEGER,
            deleted BOOLEAN, writer TEXT, write_timestamp INTEGER, adapter_manifest TEXT, event_ser_id INTEGER,
            event_ser_manifest TEXT, event_payload BLOB);
        INSERT INTO event_journal VALUES (1, 'Lamp|1', 3, 0, 'w', 1772600767500, '', 31, 'home.Lit', CAST('{}' AS BLOB)),
            (2, 'Lamp|1', 4, 0, 'w', 1772600767500, '', 31, 'home.Lit', CAST('{}' AS BLOB)),
            (3, 'Lamp|2', 1, 0, 'w', 1772600767500, '', 31, 'home.Lit', CAST('{}' AS BLOB));",
    )
    .expect("rows");
    let found = place.program.json(&["check", &text(&path), "--json"]);
    let gaps: Vec<_> = found.iter().filter(|line| line["code"] == "gap").collect();
    assert_eq!(gaps.len(), 1, "{found:?}");
    assert_eq!((&gaps[0]["stream"], &gaps[0]["version"]), (&json!("Lamp|1"), &json!(3)));
    assert!(gaps[0]["message"].as_str().expect("a text").starts_with("v1 to v2 are not in the store"), "{gaps:?}");
    // What the store keeps of such a stream is not compared with what no fold comes to.
    conn.execute_batch(
        "CREATE TABLE snapshot (persistence_id TEXT, sequence_number INTEGER, created INTEGER, snapshot_ser_id INTEGER,
            snapshot_ser_manifest TEXT, snapshot_payload BLOB);
        INSERT INTO snapshot VALUES ('Lamp|1', 4, 1772600767500, 31, 'home.State', CAST('4' AS BLOB)),
            ('Lamp|2', 1, 1772600767500, 31, 'home.State', CAST('1' AS BLOB));",
    )
    .expect("rows");
    let module = place.write("count.mjs", "export default (n = 0, event) => n + 1;");
    let compared = place.program.run(&["check", &text(&path), "--reducer", &module]);
    let said = "compared: 1 documents, 0 differ; 1 stand behind events that are not in the store";
    assert!(compared.out.contains(said), "{compared:?}");
    // So does whoever shows a state of such a stream, and of no other.
    let folded = |stream: &str| place.program.run(&["state", &text(&path), "--stream", stream]).err;
    assert!(folded("Lamp|1").contains("v1 to v2 are not in the store"), "{}", folded("Lamp|1"));
    assert_eq!(folded("Lamp|2"), "");
}
