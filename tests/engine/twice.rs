//! What is there twice, or looks as if it were one: ids, keys, names with half a character.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, jsonl, text};

/// Lines of `check` of this code: stream, version and message.
fn found(place: &Place, store: &str, code: &str, more: &[&str]) -> Vec<Value> {
    let lines = place.program.json(&[&["check", store, "--json"], more].concat());
    let of = lines.iter().filter(|line| line["code"] == code);
    of.map(|line| json!([line["stream"], line["version"], line["message"], line["count"]])).collect()
}

fn with_id(stream: &str, version: i64, id: &str) -> Value {
    json!({"stream": stream, "version": version, "type": "T", "id": id, "data": {}})
}

#[test]
fn an_id_that_two_events_have_is_found_in_every_part() {
    let place = Place::new();
    let mut events: Vec<Value> = (1..=700).map(|n| with_id("many-1", n, &format!("m{n}"))).collect();
    for event in [with_id("a-1", 1, "m3"), with_id("a-1", 2, "x"), with_id("b-1", 1, "x"), with_id("b-1", 2, "x")] {
        events.push(event);
    }
    let store = place.write("log.jsonl", jsonl(&events));
    let wanted = vec![
        json!(["a-1", 1, "its id m3 is that of v3 of many-1, too", 1]),
        json!(["b-1", 1, "its id x is that of v2 of a-1, too", 2]),
    ];
    assert_eq!(found(&place, &store, "duplicate-id", &[]), wanted);
    let mut parts: Vec<Value> = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        parts.extend(found(&place, &store, "duplicate-id", &["--shard", shard]));
    }
    parts.sort_by_key(Value::to_string);
    assert_eq!(parts, wanted);
    let run = place.program.run(&["check", &store, "--fail-on", "warning"]);
    assert!(run.code == 1 && run.out.contains("warning  duplicate-id"), "{run:?}");
    // In a table, with columns that were pointed at.
    let conn = Connection::open(place.path("ids.db")).expect("a store");
    conn.execute_batch(
        "CREATE TABLE ev (agg, v, t, d, u);
         INSERT INTO ev VALUES ('s', 1, 'T', '{}', 'one'), ('s', 2, 'T', '{}', 'two'), ('s', 3, 'T', '{}', 'one'),
            ('s', 4, 'T', '{}', NULL), ('s', 5, 'T', '{}', NULL);",
    )
    .expect("a table");
    let map = ["--map", "stream=agg,version=v,type=t,data=d,id=u"];
    let twice = found(&place, &text(&place.path("ids.db")), "duplicate-id", &map);
    assert_eq!(twice, [json!(["s", 3, "its id one is that of v1 of s, too", 1])]);
}

#[test]
fn a_key_with_a_role_that_is_there_twice_is_a_finding() {
    let place = Place::new();
    let line = |own: &str| format!("{{\"stream\":\"s-1\",\"type\":\"T\",{own}}}\n");
    let store = place.write(
        "log.jsonl",
        line("\"version\":7,\"version\":1,\"data\":{}")
            + &line("\"version\":2,\"data\":{\"n\":1},\"data\":{}")
            + &line("\"VERSION\":7,\"Version\":3,\"data\":{}")
            + &line("\"version\":4,\"Version\":9,\"data\":{}")
            + &line("\"version\":5,\"type\":\"U\",\"data\":{}"),
    );
    let twice = found(&place, &store, "duplicate-key", &[]);
    assert_eq!(twice, [json!(["s-1", 1, "the key \"version\" is there twice, the last one counts", 4])]);
    let info = place.program.run(&["info", &store]).out;
    for key in ["version", "data", "Version", "type"] {
        assert!(info.contains(&format!("the key \"{key}\" is there twice")), "{info}");
    }
    // In an object that is looked into for a role, too.
    let store = place.write(
        "inside.jsonl",
        "{\"type\":\"T\",\"v\":1,\"about\":{\"s\":\"a\",\"s\":\"b\"},\"data\":{}}\n{\"type\":\"T\",\"v\":2,\"about\":{\"s\":\"b\"},\"data\":{}}\n",
    );
    let map = ["--map", "stream=about.s,version=v,type=type,data=data"];
    let twice = found(&place, &store, "duplicate-key", &map);
    assert_eq!(twice, [json!(["b", 1, "the key \"s\" in about is there twice, the last one counts", 1])]);
}

#[test]
fn names_with_half_a_character_do_not_become_one_in_silence() {
    let place = Place::new();
    let half = |name: &str, version: i32| {
        format!("{{\"stream\":\"{name}\",\"version\":{version},\"type\":\"T\",\"data\":{{\"of\":\"{name}\"}}}}\n")
    };
    let store = place.write("log.jsonl", half("a\\ud83d", 1) + &half("a\\ud83e", 2) + &half("a\u{fffd}", 3));
    let what = "the name of the stream has half a surrogate pair";
    let said = |map: &[&str], what: &str| {
        let run = place.program.run(&[&["info", &store][..], map].concat());
        assert!(run.out.contains(what) && run.out.contains("warning  replaced-text"), "{what}: {run:?}");
    };
    said(&[], what);
    said(&["--map", "stream=data.of"], what);
    said(&["--map", "type=data.of,stream=type"], "the name of the type has half");
    said(&["--map", "category=data.of"], "the name of the category has half");
    assert_eq!(found(&place, &store, "replaced-text", &[])[0][3], 4, "two names and two payloads");
    let whole =
        place.write("whole.jsonl", half("a\\ud83d\\ude00", 1) + &half("a\u{fffd}", 1) + &half("\\\\ud83d\u{fffd}", 1));
    assert_eq!(found(&place, &whole, "replaced-text", &[]), [] as [Value; 0]);
}
