//! The command line as a user sees it: shapes of `--json`, exit codes, `error:` and `help:`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{EMMETT, Place, Program, Run, append, bank, emmett, folder, jsonl, line, text};

impl Place {
    /// An Emmett store: two plain streams in turn.
    fn emmett(&self) -> String {
        let path = self.path("store.db");
        let conn = emmett(&path, "DELETE", 4096);
        for version in 1..=5 {
            for stream in ["order-1", "order-2"] {
                let data = json!({"n": version, "stream": stream}).to_string();
                append(&conn, stream, version, "Added", &data, version as u32 * 100);
            }
        }
        append(&conn, "cart-9", 1, "Opened", r#"{"big":12345678901234567890.10,"open":true}"#, 700);
        text(&path)
    }
}

#[test]
fn info_has_its_shape() {
    let store = text(&bank("bank.db"));
    let lines = Program::new().json(&["info", &store, "--json"]);
    let [info] = lines.as_slice() else { panic!("one line: {lines:?}") };
    let keys: Vec<&String> = info.as_object().expect("an object").keys().collect();
    let wanted = [
        "store",
        "format",
        "dialect",
        "framework",
        "evidence",
        "streams",
        "events",
        "first_time",
        "last_time",
        "findings",
    ];
    assert_eq!(keys, wanted);
    assert_eq!(info["store"], json!(store));
    assert_eq!((&info["format"], &info["dialect"]), (&json!("sqlite"), &json!("emmett-sqlite")));
    assert_eq!(info["framework"], "Emmett");
    assert_eq!((&info["streams"], &info["events"]), (&json!(42), &json!(2_289)));
    let evidence = info["evidence"].as_array().expect("sentences");
    assert!(evidence.iter().any(|sentence| sentence.as_str().expect("text").starts_with("emt_messages has stream_id")));
    // What the file itself says, asked without us.
    let conn = Connection::open(bank("bank.db")).expect("the sample");
    let (first, last): (String, String) = conn
        .query_row("SELECT min(created), max(created) FROM emt_messages", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("times");
    let rfc3339 = |text: String| format!("{}Z", text.replace(' ', "T"));
    assert_eq!(info["first_time"], json!(rfc3339(first)));
    assert_eq!(info["last_time"], json!(rfc3339(last)));
    assert_eq!(info["findings"], 0);
}

#[test]
fn streams_have_their_shape_and_filters() {
    let place = Place::new();
    let store = place.emmett();
    let conn = Connection::open(&store).expect("the store");
    conn.execute("UPDATE emt_messages SET is_archived = 1 WHERE stream_id = 'order-2'", []).expect("archived");
    let want = |stream: &str, category: &str, events: u32, last: i64, times: [&str; 2], status: &str| {
        json!({
            "stream": stream, "category": category, "events": events, "first": 1, "last": last,
            "first_time": format!("2026-03-04T{}Z", times[0]), "last_time": format!("2026-03-04T{}Z", times[1]),
            "status": status,
        })
    };
    let all = [
        want("cart-9", "cart", 1, 1, ["00:11:40", "00:11:40"], "active"),
        want("order-1", "order", 5, 5, ["00:01:40", "00:08:20"], "active"),
        want("order-2", "order", 5, 5, ["00:01:40", "00:08:20"], "archived"),
    ];
    let program = &place.program;
    let lines = program.json(&["streams", &store, "--json"]);
    assert_eq!(lines, all);
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&lines[0]), keys(&all[0]), "in this order");
    assert_eq!(program.json(&["streams", &store, "--json", "--category", "order"]), all[1..]);
    assert_eq!(program.json(&["streams", &store, "--json", "--match", "ORDER-2"]), all[2..]);
    assert_eq!(program.json(&["streams", &store, "--json", "--limit", "1"]), all[..1]);
    assert_eq!(program.json(&["streams", &store, "--json", "--match", "nothing"]), [] as [Value; 0]);
}

#[test]
fn events_have_their_shape_and_filters() {
    let place = Place::new();
    let store = place.emmett();
    let want = |position: i64, stream: &str, version: i64, time: &str| {
        json!({
            "stream": stream, "category": "order", "version": version, "position": position,
            "id": format!("id-{stream}-{version}"), "type": "Added", "time": format!("2026-03-04T{time}Z"),
            "data": {"n": version, "stream": stream}, "metadata": {"by": "test"}, "marks": [],
        })
    };
    let program = &place.program;
    let run = program.run(&["events", &store, "--json", "--stream", "order-2", "--from", "2", "--to", "3"]);
    assert_eq!(run.lines(), [want(4, "order-2", 2, "00:03:20"), want(6, "order-2", 3, "00:05:00")]);
    let keys: Vec<_> = run.lines()[0].as_object().expect("an object").keys().cloned().collect();
    let wanted = ["stream", "category", "version", "position", "id", "type", "time", "data", "metadata", "marks"];
    assert_eq!(keys, wanted);
    // Without a stream: the store's own order.
    let all = program.json(&["events", &store, "--json"]);
    let positions: Vec<i64> = all.iter().map(|event| event["position"].as_i64().expect("a number")).collect();
    assert_eq!(positions, (1..=11).collect::<Vec<_>>());
    assert_eq!(all[1]["stream"], "order-2");
    let kinds = program.json(&["events", &store, "--json", "--type", "Opened"]);
    assert_eq!(kinds.len(), 1);
    assert_eq!(program.json(&["events", &store, "--json", "--limit", "3"]), all[..3]);
    assert_eq!(program.json(&["events", &store, "--json", "--from", "5"]), [all[8].clone(), all[9].clone()]);
    // Numbers as stored, which no JSON library gives back.
    let text = program.run(&["events", &store, "--json", "--stream", "cart-9"]).out;
    assert!(text.contains(r#""data":{"big":12345678901234567890.10,"open":true}"#), "{text}");
}

#[test]
fn rows_that_are_no_plain_events_are_marked() {
    let place = Place::new();
    let store = place.emmett();
    let conn = Connection::open(&store).expect("the store");
    conn.execute("UPDATE emt_messages SET message_kind = 'C' WHERE global_position IN (3, 11)", []).expect("commands");
    conn.execute("UPDATE emt_messages SET is_archived = 1 WHERE stream_id = 'cart-9'", []).expect("archived");
    let events = place.program.json(&["events", &store, "--json"]);
    let marks: Vec<&Value> = events.iter().map(|event| &event["marks"]).collect();
    assert_eq!((marks[1], marks[2], marks[10]), (&json!([]), &json!(["command"]), &json!(["command", "archived"])));
    let text = place.program.run(&["events", &store]).out;
    assert!(text.contains("  Added [command]  order-1  ") && text.contains("  Opened [command] [archived]  cart-9  "));
    // Where the name has no category there is none.
    let log = place.write("log.jsonl", jsonl(&[line("s-1", 1, "T", json!({})), line("-x", 1, "T", json!({}))]));
    let categories = |store: &str| -> Vec<Value> {
        place.program.json(&["events", store, "--json"]).into_iter().map(|mut event| event["category"].take()).collect()
    };
    assert_eq!(categories(&log), [Value::Null, json!("s")], "by time, then stream");
}

/// Lines of `check --json` as code, severity, stream, version and count.
fn checked(run: &Run) -> Vec<(String, String, Value, Value, u64)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |line: Value| {
        let keys: Vec<_> = line.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["code", "severity", "stream", "version", "message", "count"]);
        assert!(!text(&line["message"]).is_empty());
        let count = line["count"].as_u64().expect("a count");
        (text(&line["code"]), text(&line["severity"]), line["stream"].clone(), line["version"].clone(), count)
    };
    run.lines().into_iter().map(line).collect()
}

#[test]
fn check_decodes_everything_and_says_a_line_for_each_code_and_stream() {
    let place = Place::new();
    let path = place.path("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    let payloads = [r#"{"n":1}"#, "{oops}", r#"{"n":3,"n":4}"#, "[1,"];
    for stream in ["a-1", "b-1"] {
        for (version, data) in payloads.iter().enumerate() {
            append(&conn, stream, version as i64 + 1, "T", data, 0);
        }
    }
    append(&conn, "b-1", 9, "T", "{}", 0);
    let store = text(&path);
    let run = place.program.run(&["check", &store, "--json"]);
    assert!(run.code == 0 && run.err.is_empty(), "{run:?}");
    let line = |code: &str, severity: &str, stream: &str, version: i64, count| {
        (code.to_owned(), severity.to_owned(), json!(stream), json!(version), count)
    };
    let wanted = [
        line("undecodable", "error", "a-1", 2, 2),
        line("undecodable", "error", "b-1", 2, 2),
        line("gap", "warning", "b-1", 9, 1),
        line("duplicate-key", "note", "a-1", 3, 1),
        line("duplicate-key", "note", "b-1", 3, 1),
    ];
    assert_eq!(checked(&run), wanted);
    // For a person: the same, and the sum.
    let person = place.program.run(&["check", &store]).out;
    let lines: Vec<&str> = person.lines().collect();
    assert!(lines[0].starts_with("error    undecodable        a-1 v2: the payload is no JSON: "), "{person}");
    assert!(lines[0].ends_with(" (2 times)"), "{person}");
    assert_eq!(lines[5..], ["9 events in 2 streams: 4 errors, 1 warning, 2 notes"]);
    for (bound, code) in [("error", 1), ("warning", 1)] {
        let run = place.program.run(&["check", &store, "--json", "--fail-on", bound]);
        assert_eq!((run.code, run.lines().len()), (code, 5), "all lines, then the verdict");
        run.refused(1, "lines are", "--stream S");
    }
    place.program.run(&["check", &store, "--fail-on", "note"]).refused(2, "invalid value 'note'", "--help");
    // What is only odd fails where it is asked to.
    let gap = place.write("gap.jsonl", jsonl(&[plain_line(1), plain_line(2), plain_line(4)]));
    let code = |bound: &str| place.program.run(&["check", &gap, "--fail-on", bound]).code;
    assert_eq!((code("error"), code("warning")), (0, 1));
    let bank = text(&bank("bank.db"));
    let run = place.program.run(&["check", &bank, "--fail-on", "warning"]);
    assert_eq!((run.code, run.out.as_str()), (0, "2289 events in 42 streams: nothing odd\n"));
}

fn plain_line(version: i64) -> Value {
    line("s-1", version, "T", json!({}))
}

#[test]
fn check_counts_what_the_index_no_longer_keeps() {
    let place = Place::new();
    let mut log = String::new();
    for n in 0..6_000 {
        for version in [1, 2, 4] {
            log += &format!("{{\"stream\":\"s-{n}\",\"version\":{version},\"type\":\"T\",\"data\":{{}}}}\n");
        }
        log += "oops\n";
    }
    let store = place.write("many.jsonl", &log);
    let lines = checked(&place.program.run(&["check", &store, "--json"]));
    let gaps = lines.iter().filter(|line| line.0 == "gap").collect::<Vec<_>>();
    assert_eq!((gaps.len(), &gaps[5_999].2), (6_000, &json!("s-5999")), "a line for each stream");
    let bad: Vec<_> = lines.iter().filter(|line| line.0 == "bad-line").map(|line| (&line.2, line.4)).collect();
    assert_eq!(bad, [(&Value::Null, 6_000)], "those of the store are one line");
}

#[test]
fn a_payload_that_a_header_was_looked_for_in_is_counted_once() {
    let place = Place::new();
    let path = place.path("own.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
            PRIMARY KEY (originator_id, originator_version));
         INSERT INTO stored_events VALUES ('a', 1, 'm:Dog.Barked', '{\"timestamp\":1}'), ('a', 2, 'm:Dog.Barked', '{oops}'),
            ('a', 3, 'm:Dog.Barked', x'9a00ff');",
    )
    .expect("a table");
    let lines = checked(&place.program.run(&["check", &text(&path), "--json"]));
    let of = |code: &str| lines.iter().filter(|line| line.0 == code).map(|line| line.4).sum::<u64>();
    assert_eq!((of("encrypted"), of("undecodable")), (1, 1), "{lines:?}");
}

#[test]
fn check_verifies_the_pages_of_a_sqlite_store() {
    let place = Place::new();
    let store = place.emmett();
    let well = place.program.run(&["check", &store, "--verify"]).out;
    assert!(well.ends_with("nothing odd; verified: pages, keys and indexes, by SQLite's integrity check\n"), "{well}");
    assert!(place.program.json(&["check", &store, "--verify", "--json"]).is_empty());
    // An index that says something else than its table: no read meets it.
    let conn = Connection::open(&store).expect("the store");
    conn.execute_batch(
        "CREATE INDEX by_type ON emt_messages (message_type); PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX by_type ON emt_messages (stream_id)' WHERE name = 'by_type';",
    )
    .expect("a wrong index");
    drop(conn);
    assert!(place.program.json(&["check", &store, "--json"]).is_empty(), "no payload is odd");
    let run = place.program.run(&["check", &store, "--verify", "--json", "--fail-on", "error"]);
    let line = checked(&run).remove(0);
    assert_eq!((run.code, line.0.as_str(), &line.2, &line.3), (1, "damaged", &Value::Null, &Value::Null));
    let help = place.program.run(&["check", "--help"]).out;
    assert!(help.contains("JSON lines have nothing"), "it says what is not checked: {help}");
}

#[test]
fn dialects_are_listed_with_the_users_own() {
    let place = Place::new();
    let folder = place.program.home.path().join("dialects");
    std::fs::create_dir(&folder).expect("a folder");
    let own = "id = \"mine\"\nname = \"Ours\\u001b\"\nengines = [\"sqlite\"]\n[[detect]]\ntable = \"*\"\n\
        columns = [\"a\", \"b\", \"c\"]\n[events]\ntable = \"*\"\n[events.map]\nstream = \"{a}\"\n\
        type = { col = \"b\" }\npayload = { col = \"c\" }\n";
    std::fs::write(folder.join("mine.toml"), own).expect("a dialect");
    std::fs::write(folder.join("bad.toml"), "id = 3\nname = \"x\"").expect("a file");
    let run = place.program.run(&["dialects", "--json"]);
    assert!(run.is_well(), "{run:?}");
    let finding = "bad.toml is not understood: invalid type: integer `3`, expected a string in line 1: id = 3\n";
    assert!(run.err.starts_with("finding: bad-dialect: ") && run.err.ends_with(finding), "{run:?}");
    let lines = run.lines();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert!(ids.is_sorted_by_key(|id| id.as_str()) && ids.contains(&&json!("mine")), "{ids:?}");
    let emmett = lines.iter().find(|line| line["id"] == "emmett-sqlite").expect("Emmett");
    let wanted = json!({
        "id": "emmett-sqlite", "framework": "Emmett", "family": "Emmett", "language": "TypeScript",
        "versions": "0.38 to 0.42", "containers": ["sqlite"], "own": false,
    });
    assert_eq!(emmett, &wanted);
    let of = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!((&of("mine")["own"], &of("axon5")["family"]), (&json!(true), &json!("Axon Framework")));
    // For a person a line each framework.
    let text = place.program.run(&["dialects"]).out;
    let axon: Vec<&str> = text.lines().filter(|line| line.starts_with("Axon Framework ")).collect();
    assert!(axon.len() == 1 && axon[0].ends_with("  axon2, axon4, axon5"), "{axon:?}");
    let own = text.lines().find(|line| line.ends_with("  mine")).expect("the user's own");
    assert!(own.starts_with(r"Ours\u{1b}  "), "{own}");
}

#[test]
fn the_table_of_dialects_in_the_readme_is_the_one_that_is_printed() {
    let place = Place::new();
    let folder = place.program.home.path().join("dialects");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("bad.toml"), "id = 3").expect("a file");
    let run = place.program.run(&["dialects", "--markdown"]);
    assert!(run.is_well() && run.err.is_empty(), "the user's own are not in it: {run:?}");
    let readme = std::fs::read_to_string(crate::support::root().join("README.md")).expect("README.md");
    let (_, behind) = readme.split_once("<!-- made by: eventglass dialects --markdown -->\n").expect("its beginning");
    let (table, _) = behind.split_once("<!-- end of what is made -->").expect("its end");
    for (own, printed) in table.lines().zip(run.out.lines()) {
        assert_eq!(own, printed, "put what eventglass dialects --markdown prints into README.md");
    }
    assert_eq!(table, run.out, "put what eventglass dialects --markdown prints into README.md");
}

#[test]
fn order_without_a_global_one_is_time_then_stream_then_version() {
    let place = Place::new();
    let event = |stream: &str, version: i64, time: Value| json!({"stream": stream, "version": version, "type": "T", "time": time, "data": {}});
    let events = [
        event("b", 2, json!("2026-01-01T00:00:02Z")),
        event("b", 3, Value::Null),
        event("a", 2, json!("2026-01-01T00:00:01Z")),
        event("a", 1, json!("2026-01-01T00:00:01Z")),
        event("b", 1, json!("2026-01-01T00:00:01Z")),
    ];
    let store = place.write("log.jsonl", jsonl(&events));
    let order: Vec<String> = place
        .program
        .json(&["events", &store, "--json"])
        .iter()
        .map(|event| format!("{}{}", event["stream"].as_str().expect("text"), event["version"]))
        .collect();
    assert_eq!(order, ["a1", "a2", "b1", "b2", "b3"], "b3 has no time and follows its neighbour");
    let said = place.program.run(&["events", &store, "--json"]).err;
    assert!(said.starts_with("finding: order-not-proven: the store has no order over everything: time, "), "{said}");
    assert_eq!(said.lines().count(), 1);
    let info = place.program.run(&["info", &store]);
    assert!(info.out.contains("order-not-proven"), "{info:?}");
}

#[test]
fn state_at_every_kind_of_place() {
    let place = Place::new();
    let store = place.emmett();
    let program = &place.program;
    let state = |more: &[&str]| {
        let base = ["state", store.as_str(), "--json", "--stream", "order-1"];
        let lines = program.json(&[&base[..], more].concat());
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.into_iter().next().expect("a line")
    };
    let want = |version: Option<i64>| {
        let state = version.map_or(json!({}), |n| json!({"n": n, "stream": "order-1"}));
        json!({
            "stream": "order-1", "version": version, "events_applied": version.unwrap_or(0), "reducer": "merge",
            "state": state, "errors": [],
        })
    };
    let keys: Vec<_> = state(&[]).as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["stream", "version", "events_applied", "reducer", "state", "errors"]);
    assert_eq!(state(&[]), want(Some(5)), "left out: the last");
    for (at, version) in [("3", Some(3)), ("5", Some(5)), ("v2", Some(2)), ("initial", None), ("0", None), ("-7", None)]
    {
        assert_eq!(state(&["--at", at]), want(version), "--at {at}");
    }
    for (time, version) in [
        ("2026-03-04T00:05:00Z", Some(3)),
        ("2026-03-04T00:04:59.999Z", Some(2)),
        ("2026-03-04 00:05:00", Some(3)),
        ("2026-03-04T02:05:00+02:00", Some(3)),
        ("2026-03-04", None),
        ("2030-01-01", Some(5)),
    ] {
        assert_eq!(state(&["--at-time", time]), want(version), "--at-time {time}");
    }
    let base = ["state", store.as_str(), "--stream", "order-1"];
    let refused = |more: &[&str]| program.run(&[&base[..], more].concat());
    refused(&["--at", "6"]).refused(1, "no version 6: its last is 5", "--at 5");
    let diff = |from: &str, to: &str| program.run(&["diff", &store, "--stream", "order-1", "--from", from, "--to", to]);
    diff("1", "6").refused(1, "no version 6: its last is 5", "--to 5");
    diff("soon", "1").refused(2, "--from soon is no version", "initial");
    refused(&["--at", "soon"]).refused(2, "--at soon is no version", "initial");
    refused(&["--at-time", "yesterday"]).refused(2, "yesterday is no time", "2026-11-18T14:03:05Z");
    // For a person: what it is, then the state.
    let run = program.run(&[&base[..], &["--at", "2"]].concat());
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("order-1 v2, 2 of 5 events, by merge, a guess"), "{run:?}");
    assert!(run.out.contains("\n  \"n\": 2,\n"), "{run:?}");
}

#[test]
fn a_time_that_runs_backwards_is_said() {
    let place = Place::new();
    let mut events: Vec<Value> = (1..=3).map(|v| line("s-1", v, "T", json!({"n": v}))).collect();
    events[1]["time"] = json!("2026-03-04T06:00:00Z");
    let store = place.write("log.jsonl", jsonl(&events));
    let run = place.program.run(&["state", &store, "--stream", "s-1", "--at-time", "2026-03-04T05:30:00Z", "--json"]);
    assert_eq!((run.code, run.one()["version"].clone()), (0, json!(3)), "up to the last event that is not later");
    assert!(run.err.starts_with("finding: time-backwards: "), "{run:?}");
    let info = place.program.run(&["info", &store]).out;
    assert!(info.contains("time-backwards") && info.contains("s-1 v3: 53 min before v2"), "{info}");
}

#[test]
fn versions_with_gaps_repeats_and_none() {
    let place = Place::new();
    let mut events = Vec::new();
    for version in [2, 3, 7, 8] {
        events.push(line("gap-1", version, "T", json!({ "n": version })));
    }
    for (nth, version) in [1, 2, 2, 3].into_iter().enumerate() {
        events.push(line("twice-1", version, "T", json!({ "n": nth + 1 })));
    }
    for n in 1..=3 {
        let mut event = line("none-1", n, "T", json!({ "n": n * 10 }));
        event.as_object_mut().expect("an object").remove("version");
        events.push(event);
    }
    let store = place.write("log.jsonl", jsonl(&events));
    let at = |stream: &str, at: &str| {
        let state = place.program.json(&["state", &store, "--json", "--stream", stream, "--at", at]).remove(0);
        (state["version"].clone(), state["events_applied"].clone(), state["state"]["n"].clone())
    };
    // After the last event numbered at most N.
    assert_eq!(at("gap-1", "1"), (Value::Null, json!(0), Value::Null));
    assert_eq!(at("gap-1", "2"), (json!(2), json!(1), json!(2)));
    assert_eq!(at("gap-1", "6"), (json!(3), json!(2), json!(3)));
    assert_eq!(at("gap-1", "8"), (json!(8), json!(4), json!(8)));
    place.program.run(&["state", &store, "--stream", "gap-1", "--at", "9"]).refused(1, "its last is 8", "--at 8");
    // After the last of repeats.
    assert_eq!(at("twice-1", "1"), (json!(1), json!(1), json!(1)));
    assert_eq!(at("twice-1", "2"), (json!(2), json!(3), json!(3)));
    // Without numbers: counted.
    assert_eq!(at("none-1", "2"), (json!(2), json!(2), json!(20)));
    let info = place.program.run(&["info", &store]).out;
    assert!(info.contains("gap-1 v7: v4 to v6 are not in the store"), "{info}");
    assert!(info.contains("twice-1 v2: v2 is there more than once"), "{info}");
    let events = place.program.json(&["events", &store, "--json", "--stream", "none-1"]);
    let versions: Vec<_> = events.iter().map(|event| event["version"].clone()).collect();
    assert_eq!(versions, [1, 2, 3]);
}

const THROWS: &str = "
export const order = {
  initialState: () => ({ sum: 0, last: null }),
  evolve: (state, event) => {
    if (event.data.n === 3 || event.data.n === 4) throw new RangeError(`no ${event.data.n}`);
    return { sum: state.sum + event.data.n, last: event.data.n };
  },
};";

#[test]
fn a_handler_that_throws_stops_or_is_skipped() {
    let place = Place::new();
    let (store, reducer) = (place.emmett(), place.write("orders.mjs", THROWS));
    let base = ["state", store.as_str(), "--json", "--stream", "order-1", "--reducer", reducer.as_str()];
    let run = |more: &[&str]| place.program.run(&[&base[..], more].concat());
    let errors = |value: &Value| -> Vec<(i64, String)> {
        let list = value["errors"].as_array().expect("a list").iter();
        list.map(|error| {
            assert_eq!(error.as_object().expect("an object").len(), 2, "{error}");
            (error["version"].as_i64().expect("a version"), error["message"].as_str().expect("text").to_owned())
        })
        .collect()
    };
    let stopped = run(&[]);
    stopped.refused(1, "stopped before v3 Added: RangeError: no 3", "--on-error skip");
    let state = stopped.one();
    assert_eq!(state["version"], 2);
    assert_eq!(state["events_applied"], 2);
    assert_eq!(state["reducer"], "orders.mjs#order");
    assert_eq!(state["state"], json!({"sum": 3, "last": 2}));
    let found = errors(&state);
    assert_eq!((found.len(), found[0].0), (1, 3));
    assert!(found[0].1.starts_with("RangeError: no 3 at orders.mjs:5:"), "{found:?}");
    assert_eq!(run(&["--on-error", "stop"]).one(), state, "stop is what is meant where nothing is said");
    // Before the event all is well.
    let before = run(&["--at", "2"]);
    assert_eq!((before.code, before.err.as_str()), (0, ""));
    assert_eq!(errors(&before.one()), []);
    let skipped = run(&["--on-error", "skip"]);
    assert_eq!(skipped.code, 0, "{skipped:?}");
    let state = skipped.one();
    assert_eq!((&state["version"], &state["state"]), (&json!(5), &json!({"sum": 8, "last": 5})));
    let versions: Vec<i64> = errors(&state).into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [3, 4]);
    assert!(skipped.err.contains("error: skipped v4 Added: RangeError: no 4"), "{skipped:?}");
    // A diff across it says so too.
    let diff = place.program.run(&[
        "diff",
        &store,
        "--json",
        "--stream",
        "order-1",
        "--reducer",
        &reducer,
        "--from",
        "1",
        "--to",
        "5",
    ]);
    assert_eq!(diff.code, 1);
    assert_eq!(patch(&json!({"sum": 1, "last": 1}), &diff.one()), json!({"sum": 3, "last": 2}));
}

#[test]
fn reducers_that_cannot_be_used_are_refused() {
    let place = Place::new();
    let (store, reducer) =
        (place.emmett(), place.write("orders.mjs", format!("{THROWS}\nexport const other = (s) => s;")));
    let with =
        |stream: &str, reducer: &str| place.program.run(&["state", &store, "--stream", stream, "--reducer", reducer]);
    with("cart-9", &reducer).refused(1, "no export of orders.mjs has the name of the category cart", "order, other");
    with("order-1", &format!("{reducer}#none")).refused(1, "no export none", "order, other");
    with("order-1", &text(&place.path("gone.mjs"))).refused(1, "gone.mjs", "check the path");
    let broken = place.write("broken.mjs", "export default (state, event => state");
    with("order-1", &broken).refused(1, "broken.mjs", "correct the file");
    let bare = place.write("bare.mjs", "import x from 'lodash'; export default (s) => s");
    with("order-1", &bare).refused(1, "lodash", "npx esbuild");
    let endless = place.write("endless.mjs", "export default (s) => { for (;;) {} }");
    with("order-1", &endless).refused(1, "longer than", "endless loop");
    // The clock and chance are not there, and the place is the user's own line.
    for (what, why) in
        [("Date.now()", "the current time"), ("new Date()", "the current time"), ("Math.random()", "andom")]
    {
        let nosy = place.write("nosy.mjs", format!("export default (state, event) => {{\n  return {what};\n}}"));
        let run = with("order-1", &nosy);
        run.refused(1, why, "");
        assert!(run.err.contains("at nosy.mjs:2:"), "{run:?}");
    }
}

#[test]
fn a_reducer_sees_nothing_of_the_world() {
    let place = Place::new();
    let store = place.emmett();
    for import in [
        "await import('std')",
        "await import('/etc/hostname')",
        "(await import('node:fs')).readFileSync('/etc/hostname')",
    ] {
        let nosy = place.write("nosy.mjs", format!("const it = {import}; export default () => it;"));
        let run = place.program.run(&["state", &store, "--stream", "order-1", "--reducer", &nosy]);
        run.refused(1, "nosy.mjs", "");
    }
}

#[test]
fn the_sandbox_has_the_local_time_of_utc_only() {
    let place = Place::new();
    let (store, dates) = (place.emmett(), place.write(
        "dates.mjs",
        "const all = ['2026-01-02T03:04:05', '2026-07-02 03:04', 'Jul 2 2026 03:04:05', '2026-07-02', '2026-07-02T03:04:05.5+02:00',
            'Thu, 02 Jul 2026 03:04:05 GMT', '2026-07-02T03:04:05Z', 'Jul 2 2026 03:04:05 EST', 'nonsense'];
         const time = (date) => isNaN(date) ? null : new Date(date).toISOString();
         export default (s, e) => ({
            parsed: all.map((text) => time(new Date(text))), again: all.map((text) => time(Date.parse(text))),
            parts: [time(new Date(2026, 6, 2, 3, 4, 5, 6)), time(new Date(2026, 6)), time(new Date(99, 0))],
            copies: [time(new Date(new Date(5))), time(new Date(5)), time(new Date({ valueOf: () => 7 })), time(new Date(null))],
            texts: [new Date(0).toString(), `${new Date(0)}`, new Date(0).toDateString(), new Date(0).toTimeString(), new Date(NaN).toDateString(),
                new Date(0).getHours(), new Date(0).getTimezoneOffset()],
            kind: [new Date(0) instanceof Date, class extends Date {}.name, new (class D extends Date {})(9).getTime()],
         });",
    ));
    let run = |zone: &str| {
        let mut command = place.program.command();
        command.env("TZ", zone).args(["state", &store, "--json", "--stream", "cart-9", "--reducer", &dates]);
        command.args(["--host", "sandbox"]);
        crate::support::Run::from(command.output().expect("starts"))
    };
    let (here, there) = (run("UTC"), run("America/St_Johns"));
    assert_eq!(here.code, 0, "{here:?}");
    // Where the zone is another, the sandbox has no local time, and says so.
    there.refused(1, "local time", "carry it");
    assert!(there.err.contains("--host node"), "{there:?}");
    let state = &here.one()["state"];
    assert_eq!(
        state["parsed"],
        json!([
            "2026-01-02T03:04:05.000Z",
            "2026-07-02T03:04:00.000Z",
            "2026-07-02T03:04:05.000Z",
            "2026-07-02T00:00:00.000Z",
            "2026-07-02T01:04:05.500Z",
            "2026-07-02T03:04:05.000Z",
            "2026-07-02T03:04:05.000Z",
            "2026-07-02T08:04:05.000Z",
            null,
        ])
    );
    assert_eq!(state["again"], state["parsed"]);
    assert_eq!(
        state["parts"],
        json!(["2026-07-02T03:04:05.006Z", "2026-07-01T00:00:00.000Z", "1999-01-01T00:00:00.000Z"])
    );
    let early = |ms: u32| format!("1970-01-01T00:00:00.{ms:03}Z");
    assert_eq!(state["copies"], json!([early(5), early(5), early(7), early(0)]));
    assert_eq!(state["kind"], json!([true, "", 9]));
}

#[test]
fn one_payload_that_is_no_json_does_not_hide_its_neighbours() {
    let place = Place::new();
    let path = place.path("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    for (version, data) in
        [r#"{"n":1}"#, "{oops}", r#"{"n":3}"#, "", "[1,", r#"{"n":6,"half":"\ud83d"}"#].iter().enumerate()
    {
        append(&conn, "order-1", version as i64 + 1, "T", data, 0);
    }
    let (store, reducer) = (text(&path), place.write("order.mjs", "export default (s, e) => [...(s ?? []), e.data];"));
    // What JavaScript's own parser takes is an object, half an emoji shown as U+FFFD; the rest is its text.
    let run = place.program.run(&["state", &store, "--json", "--stream", "order-1", "--reducer", &reducer]);
    assert!(run.is_well(), "{run:?}");
    let places: Vec<_> =
        run.err.lines().filter_map(|line| line.strip_prefix("finding: undecodable: ")?.split(':').next()).collect();
    assert_eq!(places, ["v2", "v4", "v5"], "{run:?}");
    assert!(run.err.contains("finding: replaced-text: v6: the payload has half a surrogate pair"), "{run:?}");
    let wanted = r#""state":[{"n":1},"{oops}",{"n":3},"","[1,",{"n":6,"half":"�"}],"errors":[]"#;
    assert!(run.out.contains(wanted), "{run:?}");
    let events = place.program.run(&["events", &store, "--json"]).out;
    let data: Vec<&str> =
        events.lines().filter_map(|line| line.split("\"data\":").nth(1)?.split(",\"metadata\"").next()).collect();
    assert_eq!(
        data,
        [r#"{"n":1}"#, r#""{oops}""#, r#"{"n":3}"#, r#""""#, r#""[1,""#, "{\"n\":6,\"half\":\"\u{fffd}\"}",]
    );
    let merged = place.program.json(&["state", &store, "--json", "--stream", "order-1", "--at", "5"]).remove(0);
    assert_eq!(merged["state"], json!({"n": 3}));
}

#[test]
fn wrong_usage_exits_2() {
    let place = Place::new();
    let store = place.emmett();
    for arguments in [
        &["state", &store][..],
        &["state", &store, "--stream", "order-1", "--on-error", "cry"],
        &["state", &store, "--stream", "order-1", "--at", "1", "--at-time", "2026-01-01"],
        &["diff", &store, "--stream", "order-1", "--from", "1"],
        &["diff", &store, "--stream", "order-1", "--from", "1", "--to", "x"],
        &["info"],
        &["info", &store, "--colour", "red"],
        &["info", &store, &store],
        &["streams", &store, "--limit", "many"],
        &["events", &store, "--from", "first"],
        &["events", &store, "--map", "stream"],
        &["events", &store, "--map", "colour=red"],
    ] {
        let run = place.program.run(arguments);
        run.refused(2, "", "");
        assert_eq!((run.err.lines().count(), run.out.as_str()), (2, ""), "{arguments:?}: {run:?}");
    }
    let run = |arguments: &[&str]| place.program.run(arguments);
    run(&["info"]).refused(2, "not provided: <STORE>", "write eventglass info <STORE>");
    run(&["info", &store, "--colour"]).refused(2, "'--colour'", "write eventglass info <STORE>");
    run(&["state", &store, "--on-error", "cry"]).refused(2, "[possible values: stop, skip]", "--help");
    for arguments in [&["--help"][..], &["state", "--help"], &["--version"]] {
        let run = place.program.run(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn what_the_window_takes_is_checked_before_it_opens() {
    let place = Place::new();
    let store = place.emmett();
    // Without a display: what gets as far as the window fails there.
    let run = |arguments: &[&str]| {
        let mut command = place.program.command();
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        Run::from(command.args(arguments).output().expect("the program starts"))
    };
    let there = [store.as_str(), "--stream", "order-1"];
    let refused = |more: &[&str], error: &str, help: &str| run(&[&there[..], more].concat()).refused(2, error, help);
    refused(&["--at", "abc"], "--at abc is no version", "initial");
    refused(&["--at-time", "nonsense"], "--at-time nonsense is no time", "2026-11-18T14:03:05Z");
    refused(&["--at", "1", "--at-time", "2026-01-01"], "cannot be used with '--at-time", "eventglass");
    refused(&["--map", "colour=red"], "colour", "--map");
    run(&[&store, "--at", "1"]).refused(2, "--at says nothing without --stream", "--stream S");
    run(&["--stream", "order-1"]).refused(2, "--stream says nothing without a STORE", "STORE");
    // The window itself says that a store is not there.
    for arguments in [&[&store, "/nowhere.db", "--stream", "order-1", "--at", "-7"][..], &["/nowhere.db"]] {
        let run = run(arguments);
        assert!(run.err.contains("no window"), "{arguments:?}: {run:?}");
    }
}

#[test]
fn types_after_the_65_535th_are_found_by_name() {
    let place = Place::new();
    let mut log = String::new();
    for n in 1..=65_540 {
        let stream = if n % 2 == 0 { "even" } else { "odd" };
        log += &format!("{{\"stream\":\"{stream}\",\"version\":{n},\"type\":\"T{n}\",\"data\":{{\"n\":{n}}}}}\n");
    }
    let store = place.write("many.jsonl", &log);
    for (kind, found) in [("T1", 1), ("T65535", 1), ("T65536", 1), ("T65538", 1), ("T65541", 0)] {
        let events = place.program.json(&["events", &store, "--json", "--type", kind, "--limit", "3"]);
        assert_eq!(events.len(), found, "{kind}");
        assert!(events.iter().all(|event| event["type"] == kind));
    }
    let of_stream = |kind: &str| place.program.json(&["events", &store, "--json", "--stream", "even", "--type", kind]);
    assert_eq!((of_stream("T65538").len(), of_stream("T65537").len()), (1, 0));
}

#[test]
fn events_that_are_filtered_keep_the_order_they_have_among_all() {
    let place = Place::new();
    let event = |stream: &str, version: i64, time: Value| json!({"stream": stream, "version": version, "type": "T", "time": time, "data": {}});
    let events = [
        event("late", 1, json!("2026-01-01T00:00:09Z")),
        event("late", 2, Value::Null),
        event("early", 1, json!("2026-01-01T00:00:01Z")),
        event("early", 2, json!("2026-01-01T00:00:02Z")),
    ];
    let store = place.write("log.jsonl", jsonl(&events));
    let order = |more: &[&str]| -> Vec<Value> {
        let events = place.program.json(&[&["events", &store, "--json"], more].concat());
        events.into_iter().map(|mut event| event["stream"].take()).collect()
    };
    assert_eq!(order(&[]), ["early", "early", "late", "late"]);
    assert_eq!(order(&["--from", "2"]), ["early", "late"], "its neighbour has the time, wanted or not");
}

#[test]
fn an_unknown_stream_suggests_names() {
    let place = Place::new();
    let store = place.emmett();
    for verb in ["state", "events"] {
        let ask = |stream: &str| place.program.run(&[verb, &store, "--stream", stream]);
        ask("order").refused(1, "there is no stream order", "order-1, order-2");
        ask("zzz").refused(1, "there is no stream zzz", "eventglass streams");
    }
}

/// Applies a patch as RFC 6902 says; shares nothing with the code under test.
fn patch(state: &Value, operations: &Value) -> Value {
    let mut state = state.clone();
    for operation in operations.as_array().expect("an array of operations") {
        let keys: Vec<_> = operation.as_object().expect("an operation").keys().map(String::as_str).collect();
        let kind = operation["op"].as_str().expect("op");
        assert!(matches!((kind, keys.len()), ("remove", 2) | ("add" | "replace", 3)), "{operation}");
        let path = operation["path"].as_str().expect("path");
        let value = operation.get("value").cloned();
        if path.is_empty() {
            state = value.expect("a value");
            continue;
        }
        let (parent, last) = path.rsplit_once('/').expect("a pointer");
        let last = last.replace("~1", "/").replace("~0", "~");
        match (state.pointer_mut(parent).expect("the parent exists"), kind) {
            (Value::Object(map), "remove") => drop(map.remove(&last).expect("what is removed exists")),
            (Value::Object(map), "add") => {
                assert_eq!(map.insert(last, value.expect("a value")), None, "what is added is new");
            }
            (Value::Object(map), "replace") => {
                *map.get_mut(&last).expect("what is replaced exists") = value.expect("a value")
            }
            (Value::Array(items), "remove") => drop(items.remove(last.parse().expect("an index"))),
            (Value::Array(items), "add") => items.insert(last.parse().expect("an index"), value.expect("a value")),
            (Value::Array(items), "replace") => {
                items[last.parse::<usize>().expect("an index")] = value.expect("a value")
            }
            (parent, kind) => panic!("{kind} in {parent}"),
        }
    }
    state
}

#[test]
fn a_diff_turns_one_state_into_the_other() {
    let (store, reducers) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let program = Program::new();
    for (stream, from, to) in [
        ("account-1042", "56", "57"),
        ("account-1042", "57", "56"),
        ("account-1042", "initial", "214"),
        ("account-1042", "150", "initial"),
        ("account-1042", "9", "9"),
        ("card-9024", "1", "30"),
        ("transfer-3007", "20", "3"),
    ] {
        for reducer in [None, Some(&reducers)] {
            let mut more = vec!["--json", "--stream", stream];
            if let Some(reducer) = reducer {
                more.extend(["--reducer", reducer]);
            }
            let state = |at: &str| {
                let arguments = [&["state", &store, "--at", at], more.as_slice()].concat();
                program.json(&arguments).remove(0)["state"].clone()
            };
            let diff =
                program.json(&[&["diff", &store, "--from", from, "--to", to], more.as_slice()].concat()).remove(0);
            let (before, after) = (state(from), state(to));
            assert_eq!(patch(&before, &diff), after, "{stream} {from} to {to} by {reducer:?}");
            assert_eq!(diff == json!([]), before == after, "{stream} {from} to {to}");
        }
    }
    // The question of the sample: what happened at version 57?
    let run = program.run(&[
        "diff",
        &store,
        "--stream",
        "account-1042",
        "--from",
        "56",
        "--to",
        "57",
        "--reducer",
        &reducers,
    ]);
    assert!(run.out.lines().any(|line| line.starts_with("~ /balance  -4217  was 10601")), "{run:?}");
}

#[test]
fn a_dialect_can_be_forced() {
    let place = Place::new();
    let store = place.emmett();
    let info = place.program.json(&["info", &store, "--json", "--dialect", "emmett-sqlite"]).remove(0);
    assert_eq!(info["dialect"], "emmett-sqlite");
    let ask = |id: &str| place.program.run(&["info", &store, "--dialect", id]);
    ask("emet").refused(1, "there is no dialect emet", "emmett-sqlite, envers-own, ");
    ask("python-es").refused(1, "the dialect python-es does not fit its tables: emt_", "leave --dialect out");
    // The user's own folder counts too.
    let own =
        std::fs::read_to_string(crate::support::root().join("assets/dialects/emmett-sqlite.toml")).expect("a dialect");
    let folder = place.program.home.path().join("dialects");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("mine.toml"), own.replace("\"Emmett\"", "\"Ours\"")).expect("a dialect");
    assert_eq!(place.program.json(&["info", &store, "--json"]).remove(0)["framework"], "Ours", "same id: it replaces");
    std::fs::write(folder.join("bad.toml"), "id = 3").expect("a file");
    // A broken one is a finding, and the rest are read.
    let info = place.program.run(&["info", &store]);
    assert_eq!(info.code, 0, "{info:?}");
    assert!(info.out.contains("bad-dialect") && info.out.contains("bad.toml"), "{info:?}");
    ask("emet").refused(1, "bad.toml", "or move it out of the folder");
}

#[test]
fn an_unknown_table_is_read_by_pointing_at_its_columns() {
    let place = Place::new();
    let path = place.path("own.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE things (entity TEXT, n INTEGER, kind TEXT, body TEXT, at INTEGER, extra BLOB);
         CREATE TABLE notes (id INTEGER, words TEXT);
         INSERT INTO things VALUES ('lamp-1', 10, 'Made', '{\"colour\":\"red\"}', 1772600000, x'00'),
            ('lamp-1', 20, 'Painted', '{\"colour\":\"blue\"}', 1772600060, NULL),
            ('desk-1', 10, 'Made', '{\"legs\":4}', 1772600030, NULL);",
    )
    .expect("a table");
    let store = text(&path);
    let map = "stream=entity,version=n,type=kind,data=body,time=at";
    place.program.run(&["info", &store]).refused(
        1,
        "no event store, for no framework is known by these columns: things (entity, n, kind, body, at, extra); notes (id, words)",
        &format!("eventglass info {store} --table things --map {map}"),
    );
    for more in [&["--map", map][..], &["--table", "things", "--map", map], &["--table", "THINGS", "--map", map]] {
        let run = |verb: &str, rest: &[&str]| place.program.json(&[&[verb, &store, "--json"], more, rest].concat());
        let info = run("info", &[]).remove(0);
        assert_eq!((&info["dialect"], &info["events"]), (&json!("map"), &json!(3)));
        assert_eq!(run("streams", &["--category", "lamp"]).len(), 1, "the part before - is the category");
        let state = run("state", &["--stream", "lamp-1", "--at", "15"]).remove(0);
        assert_eq!((&state["version"], &state["state"]), (&json!(10), &json!({"colour": "red"})));
        let events = run("events", &["--stream", "lamp-1"]);
        assert_eq!(
            events[0],
            json!({
                "stream": "lamp-1", "category": "lamp", "version": 10, "position": null, "id": null, "type": "Made",
                "time": "2026-03-04T04:53:20Z", "data": {"colour": "red"}, "metadata": null, "marks": [],
            })
        );
        // No position: by time.
        let order: Vec<_> = run("events", &[]).iter().map(|event| event["stream"].clone()).collect();
        assert_eq!(order, ["lamp-1", "desk-1", "lamp-1"]);
    }
    let wrong = |map: &str| place.program.run(&["info", &store, "--map", map]);
    wrong("stream=entity,data=body").refused(1, "error: --map: type=COLUMN is missing", "--map stream=COLUMN");
    wrong("stream=entity,type=kind,data=nowhere").refused(1, "there is no column nowhere for the payload", "--map");
    wrong("stream=entiti,type=kind,data=body").refused(1, "there is no column entiti for the stream", "entity");
    let table = |table: &str| place.program.run(&["info", &store, "--table", table, "--map", map]);
    table("nowhere").refused(1, "has no table nowhere; its tables are things, notes", "--table T");
    for name in ["things", "THINGS", "main.things", "\"things\"", "main.\"things\""] {
        assert!(table(name).is_well(), "{name}: {:?}", table(name));
    }
    table("thing").refused(1, "has no table thing; its tables are things, notes", "--table things");
    // A JSON-lines file likewise.
    let log = place.write(
        "own.jsonl",
        "{\"who\":\"a-1\",\"what\":\"T\",\"how\":{\"x\":1}}\n{\"who\":\"a-1\",\"what\":\"U\",\"how\":{\"x\":2}}\n",
    );
    place.program.run(&["info", &log]).refused(1, "each line (who, what, how)", "--map");
    let state =
        place.program.json(&["state", &log, "--json", "--stream", "a-1", "--map", "stream=who,type=what,data=how"]);
    assert_eq!((&state[0]["version"], &state[0]["state"]), (&json!(2), &json!({"x": 2})));
}

#[test]
fn the_guess_at_an_unknown_store_is_a_command_that_works() {
    let place = Place::new();
    let path = place.path("own 'store'.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE \"odd\u{1b}\nname\" (a TEXT, b INTEGER, kind TEXT, c TEXT);
         CREATE TABLE records (nr INTEGER PRIMARY KEY, of TEXT, step INTEGER, what TEXT, how TEXT, whenever TEXT);
         CREATE TABLE records_snapshot (of TEXT, step INTEGER, what TEXT, how TEXT);
         CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, mail TEXT);",
    )
    .expect("tables");
    for n in 0..40 {
        let (of, step) = (format!("lamp-{}", n % 4), n / 4 + 1);
        let (what, how) = (if step == 1 { "Lit" } else { "Dimmed" }, format!("{{\"n\":{n}}}"));
        let at = format!("2026-03-04 05:06:{n:02}");
        conn.execute("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6)", (n, &of, step, what, &how, at))
            .expect("row");
        conn.execute("INSERT INTO people VALUES (?1, ?2, 'x@y')", (n, &of)).expect("a row");
        if step % 5 == 0 {
            conn.execute("INSERT INTO records_snapshot VALUES (?1, ?2, ?3, ?4)", (of, step, what, how)).expect("row");
        }
    }
    let run = place.program.run(&["info", &text(&path)]);
    assert!(run.code == 1 && !run.err.contains('\u{1b}'), "{run:?}");
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(lines[2].starts_with("help: records is likely (") && lines[2].contains("40 rows"), "{run:?}");
    assert!(lines[2].contains("step counts up inside of in 4 of 4 streams"), "{run:?}");
    let command = lines[3].strip_prefix("help: eventglass ").expect("a command");
    assert!(
        command.ends_with("--table records --map stream=of,version=step,type=what,data=how,time=whenever,position=nr")
    );
    assert!(!run.err.contains("people is"), "{run:?}");
    // As a shell reads it.
    let words =
        std::process::Command::new("sh").args(["-c", &format!("printf '%s\\n' {command}")]).output().expect("sh");
    let words = String::from_utf8(words.stdout).expect("text");
    let words: Vec<&str> = words.lines().chain(["--json"]).collect();
    let info = place.program.json(&words).remove(0);
    assert_eq!((&info["streams"], &info["events"]), (&json!(4), &json!(40)));
    // One row: names tell. Lines likewise.
    let columns = [("aggregate_id", "u-1"), ("kind", "Made"), ("body", "x")];
    let members: serde_json::Map<String, Value> =
        columns.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    let mut event = Value::Object(members);
    event["body"] = json!({"n": 1});
    event["when"] = json!("2026-03-04T05:06:07Z");
    let log = place.write("log.jsonl", jsonl(&[event]));
    place.program.run(&["info", &log]).refused(
        1,
        "no framework is known",
        "--map stream=aggregate_id,type=kind,data=body",
    );
}

#[test]
fn numbers_in_data_columns_are_data() {
    let place = Place::new();
    let path = place.path("own.db");
    let conn = Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE things (entity TEXT, kind TEXT, body);
         INSERT INTO things VALUES ('a', 'T', 42), ('a', 'T', 0.5), ('a', 'T', NULL), ('a', 'T', 'words'), ('a', 'T', x'00ff'), ('a', 'T', '{oops}');",
    )
    .expect("a table");
    let events = place.program.json(&[
        "events",
        &text(&path),
        "--json",
        "--stream",
        "a",
        "--map",
        "stream=entity,type=kind,data=body",
    ]);
    let data: Vec<Value> = events.into_iter().map(|mut event| event["data"].take()).collect();
    let bytes = |base64: &str| json!({ "$bytes": base64 });
    assert_eq!(data, [json!(42), json!(0.5), Value::Null, json!("words"), bytes("AP8="), json!("{oops}")]);
}

#[test]
fn a_tie_is_asked_about() {
    let place = Place::new();
    let path = place.path("two.db");
    let conn = Connection::open(&path).expect("a store");
    // Tables that nobody knows, alike.
    for (table, stream) in [("blue", "b"), ("red", "r")] {
        conn.execute_batch(&format!(
            "CREATE TABLE {table} (k TEXT, t TEXT, d TEXT); INSERT INTO {table} VALUES ('{stream}', 'Barked', '{{}}');"
        ))
        .expect("a table");
    }
    let (store, map) = (text(&path), ["--map", "stream=k,type=t,data=d"]);
    let run = place.program.run(&[&["info", store.as_str()], &map[..]].concat());
    run.refused(1, "could be blue (k, t, d), or red", "--table red");
    assert!(run.err.contains("help: they are not the same; open one\n"), "{run:?}");
    assert!(run.err.contains("help: blue, 1 row\n"), "{run:?}");
    for (table, stream) in [("blue", "b"), ("red", "r")] {
        let streams = place.program.json(&[&["streams", &store, "--json", "--table", table], &map[..]].concat());
        assert_eq!((streams.len(), &streams[0]["stream"]), (1, &json!(stream)));
    }
    // Stores of two frameworks, though one of them has more columns that tell.
    conn.execute_batch(EMMETT).expect("Emmett's tables");
    append(&conn, "cart-1", 1, "Opened", "{}", 1);
    conn.execute_batch(
        "CREATE TABLE dogs (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
            PRIMARY KEY (originator_id, originator_version));
         INSERT INTO dogs VALUES ('d', 1, 'm:Dog.Barked', '{}');",
    )
    .expect("a table");
    let run = place.program.run(&["info", &store]);
    run.refused(1, "emmett-sqlite (", &format!("eventglass info {store} --table dogs --dialect python-es"));
    assert!(run.err.contains("help: emt_messages as emmett-sqlite, 1 row\n"), "{run:?}");
    for choice in [["--dialect", "python-es"], ["--table", "dogs"]] {
        let streams = place.program.json(&[&["streams", &store, "--json"], &choice[..]].concat());
        assert_eq!((streams.len(), &streams[0]["stream"]), (1, &json!("d")));
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let (store, program) = (text(&bank("bank.db")), Program::new());
    for (arguments, lines) in [
        (&["events", &store, "--json"][..], 1),
        (&["events", &store], 1),
        (&["streams", &store, "--json"], 0),
        (&["info", &store], 0),
        (&["state", &store, "--stream", "account-1042"], 0),
        (&["diff", &store, "--stream", "account-1042", "--from", "1", "--to", "9"], 0),
    ] {
        let mut child =
            program.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        for _ in 0..lines {
            let mut line = String::new();
            out.read_line(&mut line).expect("a line");
            assert!(!line.is_empty());
        }
        drop(out);
        let mut err = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        let code = child.wait().expect("it ends").code();
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn output_for_a_person_is_aligned_text() {
    let place = Place::new();
    let store = place.emmett();
    let run = |arguments: &[&str]| {
        let run = place.program.run(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
        run.out
    };
    let info = run(&["info", &store]);
    assert!(info.contains("framework  Emmett (emmett-sqlite, sqlite)\nbecause    emt_messages has"), "{info}");
    assert!(info.contains("streams    3\nevents     11\n"), "{info}");
    let streams = run(&["streams", &store]);
    let rows: Vec<Vec<&str>> = streams.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["stream", "events", "first", "last", "last", "time", "status"]);
    assert_eq!(rows[2], ["order-1", "5", "1", "5", "2026-03-04T00:08:20Z", "active"]);
    let events = run(&["events", &store, "--stream", "cart-9"]);
    assert!(
        events.contains("2026-03-04T00:11:40Z  Opened  cart-9  {\"big\":12345678901234567890.10,\"open\":true}"),
        "{events}"
    );
    let same = run(&["diff", &store, "--stream", "order-1", "--from", "2", "--to", "2"]);
    assert_eq!(same, "no difference\n");
}

/// Whatever acts on a terminal, and what it may look like in a name.
const HOSTILE: [&str; 9] = [
    "clear\u{1b}[2J\u{1b}[H",
    "title\u{1b}]0;owned\u{7}",
    "c1\u{9b}2J",
    "back\u{8}\u{8}",
    "del\u{7f}",
    "return\rhidden",
    "two\nerror: lines\nhelp: run this",
    "gnp.\u{202e}exe",
    "tab\tnext\u{85}line\u{2028}",
];

/// Characters that must not reach a terminal.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c)
}

#[test]
fn nothing_of_a_store_acts_on_the_terminal() {
    let place = Place::new();
    let mut events = Vec::new();
    for stream in HOSTILE {
        for (version, text) in [(1, "a\u{1b}[2J\u{9b}"), (2, "b\u{7}\u{202e}"), (4, "c\r")] {
            let data = json!({"key\u{1b}]0;x\u{7}\nnext": text, "n": version});
            events.push(line(stream, version, "Paid\u{1b}]8;;http://x\u{7}\u{9d}\ntwice", data));
        }
    }
    let store = place.write("hostile\u{1b}[2J\nname.jsonl", jsonl(&events));
    let thrown = "export default () => { throw new Error('x\\x1b[2J\\x9b1m\\u202e\\nhelp: run this'); };";
    let reducer = place.write("thrower.mjs", thrown);
    let run = |arguments: &[&str], lines: usize, errors: usize| {
        let run = place.program.run(arguments);
        for text in [&run.out, &run.err] {
            assert!(!text.contains(acts), "{arguments:?}: {text:?}");
        }
        let counts = (run.out.lines().count(), run.err.lines().count());
        assert_eq!(counts, (lines, errors), "{arguments:?}: {run:?}");
        run
    };
    let info = run(&["info", &store], 7 + 1 + HOSTILE.len() + 1, 0);
    assert!(info.out.contains(r"two\nerror: lines\nhelp: run this v4: v3 is not in the store"), "{info:?}");
    run(&["streams", &store], HOSTILE.len() + 1, 0);
    run(&["events", &store], 3 * HOSTILE.len(), 1);
    let of = |more: &[&'static str]| -> Vec<&str> {
        [&[more[0], store.as_str(), "--stream", HOSTILE[6]], &more[1..]].concat()
    };
    run(&of(&["events"]), 3, 0);
    run(&of(&["state"]), 1 + 4, 1);
    run(&of(&["diff", "--from", "1", "--to", "4"]), 2, 1);
    let reducing = [&of(&["state"])[..], &["--reducer", &reducer]].concat();
    assert!(run(&reducing, 2, 2).err.contains(r"x\u{1b}[2J\u{9b}1m\u{202e}\nhelp: run this"));
    run(&["state", &store, "--stream", "lines"], 0, 2);
    run(&["state", &store, "--stream", HOSTILE[6], "--map", HOSTILE[6]], 0, 2);
    run(&["info", &format!("{store}\u{9b}\n")], 0, 2);
    run(&["info", &store, "--map", "stream=a\u{1b}\nb,type=type"], 0, 2);
    // JSON stays JSON, with the texts as they are.
    let streams = place.program.json(&["streams", &store, "--json"]);
    assert!(streams.iter().any(|stream| stream["stream"] == HOSTILE[7]));
}

#[test]
fn the_home_is_used_and_nothing_else() {
    let place = Place::new();
    let store = place.emmett();
    // Without the variable it would be a folder of the user's.
    let home = folder();
    let run = |command: &mut std::process::Command| command.env("HOME", home.path()).status().expect("runs").success();
    assert!(run(place.program.command().args(["info", &store, "--json"]).stdout(Stdio::null())));
    let left = |path: &Path| std::fs::read_dir(path).expect("a folder").count();
    assert_eq!(left(home.path()), 0, "nothing in $HOME");
}

#[test]
fn what_of_a_store_is_not_in_an_answer_is_said_beside_it() {
    let here = Place::new();
    let mut lines = [1, 2].map(|version| format!("{}\n", line("a-1", version, "Added", json!({"n": version}))));
    lines[0].push_str("words\n");
    let log = here.write("log.jsonl", lines.concat() + "{\"stream\":\"a-1");
    let table = here.path("table.db");
    let rows = "CREATE TABLE log (name TEXT, nr, kind TEXT, body TEXT);
        INSERT INTO log VALUES ('a-1', 1, 'Added', '{}'), ('a-1', 'two', 'Added', '{}'), ('a-1', 2, 'Added', '{}')";
    Connection::open(&table).and_then(|conn| conn.execute_batch(rows)).expect("a table");
    let table = text(&table);
    let map = ["--table", "log", "--map", "stream=name,version=nr,type=kind,data=body"];
    for (store, options, said) in [
        (
            &log,
            &[][..],
            &["bad-line: line 2 is no JSON object", "truncated-tail: line 4 is the last and unfinished: it"][..],
        ),
        (&table, &map, &["bad-line: the row with rowid 2 "]),
    ] {
        for arguments in [
            &["events"][..],
            &["events", "--stream", "a-1"],
            &["streams"],
            &["state", "--stream", "a-1"],
            &["diff", "--stream", "a-1", "--from", "1", "--to", "2"],
            &["export", "--what", "state"],
            &["export", "--what", "events", "--stream", "a-1"],
        ] {
            let run = here.program.run(&[&[arguments[0], store], &arguments[1..], options].concat());
            assert_eq!(run.code, 0, "{run:?}");
            for said in said {
                assert_eq!(run.err.matches(&format!("finding: {said}")).count(), 1, "{arguments:?}: {}", run.err);
            }
        }
        // Those that list all that is odd say it once.
        for verb in ["info", "check"] {
            let run = here.program.run(&[&[verb, store.as_str()], options].concat());
            assert!(run.err.is_empty() && run.out.contains("bad-line"), "{run:?}");
        }
    }
}
