//! The guess at a store that no framework is known for: the command it prints works as it is
//! typed, and opens the right events.

use std::collections::BTreeMap;
use std::process::Command;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, jsonl, text};

/// The roles that are guessed first for a store, and the words of that command.
fn guessed(place: &Place, store: &str) -> (String, Vec<String>) {
    let run = place.program.run(&["info", store]);
    let line = run.err.lines().find_map(|line| line.strip_prefix("help: eventglass "));
    let command = line.unwrap_or_else(|| panic!("no command in {run:?}"));
    let words = Command::new("sh").args(["-c", &format!("printf '%s\\n' {command}")]).output().expect("sh");
    let words = String::from_utf8(words.stdout).expect("text");
    let words: Vec<String> = words.lines().map(str::to_owned).collect();
    let map = words.iter().position(|word| word == "--map").expect("a map");
    (words[map + 1].clone(), words)
}

/// The streams that the guessed command opens, each with the versions and types of its events.
fn opened(place: &Place, words: &[String]) -> BTreeMap<String, Vec<(i64, String)>> {
    let ask = |verb: &str, more: &[&str]| {
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        place.program.json(&[&[verb], &words[..], &["--json"], more].concat())
    };
    let mut streams = BTreeMap::new();
    for stream in ask("streams", &[]) {
        let name = stream["stream"].as_str().expect("a name").to_owned();
        let events = ask("events", &["--stream", &name]);
        let event = |event: &Value| (event["version"].as_i64().expect("a version"), event["type"].to_string());
        streams.insert(name, events.iter().map(event).collect());
    }
    streams
}

fn lines(place: &Place, lines: &[Value]) -> String {
    place.write("log.jsonl", jsonl(lines))
}

fn table(place: &Place, sql: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let path = place.path("own.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(sql).expect("a table");
    for row in rows {
        let row: Vec<String> = row.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
        conn.execute_batch(&format!("INSERT INTO own_log VALUES ({})", row.join(", "))).expect("a row");
    }
    text(&path)
}

#[test]
fn a_type_that_never_varies_inside_a_stream_is_a_type() {
    let place = Place::new();
    let row = |n: i64| {
        let thing = n % 5;
        json!({"thing": format!("t{thing}"), "nr": n / 5 + 1, "action": if thing < 2 { "moved" } else { "weighed" },
            "body": {"n": n}})
    };
    let log = lines(&place, &(0..40).map(row).collect::<Vec<_>>());
    let (map, words) = guessed(&place, &log);
    assert_eq!(map, "stream=thing,version=nr,type=action,data=body");
    assert_eq!(opened(&place, &words).len(), 5);
    let rows = (0..40)
        .map(|n| vec![format!("t{}", n % 5), (n / 5 + 1).to_string(), "Moved".to_owned(), format!("{{\"n\":{n}}}")]);
    let store = table(&place, "CREATE TABLE own_log (thing_id TEXT, nr INTEGER, event_type TEXT, body TEXT)", rows);
    let (map, words) = guessed(&place, &store);
    assert_eq!(map, "stream=thing_id,version=nr,type=event_type,data=body");
    let streams = opened(&place, &words);
    assert!(streams.len() == 5 && streams["t3"].len() == 8, "{streams:?}");
}

#[test]
fn a_tenant_beside_the_id_is_part_of_the_stream() {
    let row = |n: i64| {
        let (tenant, order, step) = (["acme", "beta"][n as usize % 2], n / 2 % 3, n / 6 + 1);
        let kind = if step == 1 { "Made" } else { "Moved" };
        (tenant, format!("order-{order}"), step, kind, format!("{{\"n\":{n}}}"))
    };
    let sql = "CREATE TABLE own_log (nr INTEGER PRIMARY KEY, tenant TEXT, order_id TEXT, step INTEGER, kind TEXT,
        body TEXT";
    for key in ["", ", UNIQUE (tenant, order_id, step)"] {
        let place = Place::new();
        let rows = (0..48).map(|n| {
            let (tenant, order, step, kind, body) = row(n);
            vec![n.to_string(), tenant.to_owned(), order, step.to_string(), kind.to_owned(), body]
        });
        let store = table(&place, &format!("{sql}{key})"), rows);
        let (map, words) = guessed(&place, &store);
        assert_eq!(map, "stream=tenant+order_id,version=step,type=kind,data=body,position=nr", "{key}");
        let streams = opened(&place, &words);
        assert_eq!(streams.keys().next().map(String::as_str), Some("acme-order-0"));
        assert!(streams.len() == 6 && streams["beta-order-2"].len() == 8, "{key}: {streams:?}");
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let category = place.program.json(&[&["streams"], &words[..], &["--json"]].concat());
        assert!(category.iter().all(|stream| stream["category"] == "order"), "{category:?}");
    }
    // Without a version too, and in lines.
    let place = Place::new();
    let line = |n: i64| {
        let (tenant, order, _, kind, _) = row(n);
        json!({"tenantId": tenant, "orderId": order, "kind": kind, "body": {"n": n}})
    };
    let log = lines(&place, &(0..48).map(line).collect::<Vec<_>>());
    let (map, words) = guessed(&place, &log);
    assert_eq!(map, "stream=tenantId+orderId,type=kind,data=body");
    assert_eq!(opened(&place, &words)["acme-order-1"].len(), 8);
}

#[test]
fn an_id_stands_behind_what_it_is_the_id_of() {
    let place = Place::new();
    let line = |n: i64| {
        let (entity, id) = (["account", "order"][n as usize % 2], n / 2 % 3);
        json!({"entity": entity, "entity_id": id, "type": if n % 5 == 0 { "made" } else { "moved" },
            "at": format!("2026-03-04T05:06:{n:02}Z"), "amount": n * 3})
    };
    let log = lines(&place, &(0..48).map(line).collect::<Vec<_>>());
    let (map, words) = guessed(&place, &log);
    // The amount is of the payload, whatever it does.
    assert_eq!(map, "stream=entity+entity_id,type=type,time=at,category=entity");
    let streams = opened(&place, &words);
    let names: Vec<&str> = streams.keys().map(String::as_str).collect();
    assert_eq!(names, ["account-0", "account-1", "account-2", "order-0", "order-1", "order-2"]);
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let events = place.program.json(&[&["events"], &words[..], &["--json", "--stream", "order-1"]].concat());
    assert_eq!((&events[0]["category"], &events[0]["data"]), (&json!("order"), &json!({"amount": 9})));
}

#[test]
fn roles_are_found_inside_json() {
    let place = Place::new();
    let sql = "CREATE TABLE own_log (nr INTEGER PRIMARY KEY, uid TEXT, payload TEXT, metadata TEXT)";
    let rows = (0..40).map(|n| {
        let meta = json!({"aggregate_id": format!("lamp-{}", n % 4), "aggregate_version": n / 4 + 1,
            "event_name": if n < 4 { "Lit" } else { "Dimmed" }});
        vec![n.to_string(), format!("u{n}"), json!({"watt": n * 7 % 11}).to_string(), meta.to_string()]
    });
    let store = table(&place, sql, rows);
    let (map, words) = guessed(&place, &store);
    let wanted = "stream=metadata.aggregate_id,version=metadata.aggregate_version,type=metadata.event_name,\
        data=payload,metadata=metadata,position=nr";
    assert!(map.starts_with(wanted), "{map}");
    let streams = opened(&place, &words);
    assert!(streams.len() == 4 && streams["lamp-3"].len() == 10, "{streams:?}");
    assert_eq!(streams["lamp-3"][1], (2, "\"Dimmed\"".to_owned()));
    // The event one object deeper, in lines.
    let line = |n: i64| {
        json!({"seq": n, "event": {"stream": format!("lamp-{}", n % 4), "version": n / 4 + 1,
            "type": if n < 4 { "Lit" } else { "Dimmed" }, "data": {"watt": n * 7 % 11}}})
    };
    let log = lines(&place, &(0..40).map(line).collect::<Vec<_>>());
    let (map, words) = guessed(&place, &log);
    assert_eq!(map, "stream=event.stream,version=event.version,type=event.type,data=event.data,position=seq");
    let streams = opened(&place, &words);
    assert!(streams.len() == 4 && streams["lamp-0"].len() == 10, "{streams:?}");
}

#[test]
fn several_columns_are_a_stream_by_hand_unless_one_is_called_so() {
    let place = Place::new();
    let line = |n: i64| json!({"a": n % 2, "b": {"c": format!("x{}", n % 3)}, "a+b": n % 5, "t": "T", "d": {"n": n}});
    let log = lines(&place, &(0..30).map(line).collect::<Vec<_>>());
    let count = |map: &str| place.program.json(&["streams", &log, "--json", "--map", map]).len();
    assert_eq!(count("stream=a+b.c,type=t,data=d"), 6);
    assert_eq!(count("stream=a+b,type=t,data=d"), 5);
    let run = place.program.run(&["streams", &log, "--map", "stream=a+bb.c,type=t,data=d"]);
    run.refused(1, "there is no column bb.c for the stream", "");
}
