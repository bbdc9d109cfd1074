//! Values as they stand in stores: times, names of streams, categories, payloads. Each must be
//! shown as it is, or not at all and with a word about it.

use eventglass::model::json::to_text;
use eventglass::model::{Applied, Version};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, Run, look, text};

impl Place {
    /// A table `ev (id, agg, v, t, d, at)` with these rows behind the first column.
    fn table(&self, name: &str, rows: &[&str]) -> String {
        let conn = Connection::open(self.path(name)).expect("a store");
        conn.execute_batch("CREATE TABLE ev (id INTEGER PRIMARY KEY, agg, v, t, d, at)").expect("a table");
        for row in rows {
            conn.execute_batch(&format!("INSERT INTO ev (agg, v, t, d, at) VALUES ({row})")).expect(row);
        }
        text(&self.path(name))
    }

    fn run(&self, verb: &str, store: &str, more: &[&str]) -> Run {
        self.program.run(&[&[verb, store], more].concat())
    }

    fn json(&self, verb: &str, store: &str, more: &[&str]) -> Vec<Value> {
        self.program.json(&[&[verb, store, "--json"], more].concat())
    }

    /// One member of each event.
    fn member(&self, store: &str, member: &str, more: &[&str]) -> Vec<Value> {
        self.json("events", store, more).into_iter().map(|mut event| event[member].take()).collect()
    }
}

const MAP: &str = "stream=agg,version=v,type=t,data=d,position=id";

fn map(more: &str) -> String {
    format!("{MAP},{more}")
}

#[test]
fn the_unit_of_a_time_is_found_where_one_alone_fits_and_said() {
    let place = Place::new();
    for (name, first, second, unit, want) in [
        ("s", "1575301131", "1575301132.5", "seconds since 1970", "2019-12-02T15:38:52.500Z"),
        ("ms", "1575301131083", "1575301132500", "milliseconds since 1970", "2019-12-02T15:38:52.500Z"),
        ("ticks", "637108979310830000", "637108979325000000", ".NET's ticks", "2019-12-02T15:38:52.500Z"),
        ("filetime", "132197747310830000", "132197747325000000", "Windows' file times", "2019-12-02T15:38:52.500Z"),
        ("julian", "2458820.151980127", "2458820.151996528", "Julian days", "2019-12-02T15:38:52.500Z"),
        ("digits", "20191202153851", "'20191202153852'", "the digits of date and clock", "2019-12-02T15:38:52Z"),
    ] {
        let rows = [format!("'a', 1, 'T', '{{}}', {first}"), format!("'a', 2, 'T', '{{}}', {second}")];
        let store = place.table(name, &[&rows[0], &rows[1]]);
        let map = map("time=at");
        let times = place.member(&store, "time", &["--map", &map]);
        assert_eq!(times[1], want, "{name}");
        let info = &place.json("info", &store, &["--map", &map])[0];
        assert!(info["evidence"].to_string().contains(unit), "{info}");
        assert_eq!(info["findings"], 0, "{info}");
    }
}

#[test]
fn a_time_of_no_certain_unit_is_none_and_a_finding() {
    let place = Place::new();
    let store = place.table("odd", &["'a', 1, 'T', '{}', 1575301131", "'a', 2, 'T', '{}', 7"]);
    let with = |time: &str| map(&format!("time={time}"));
    let times = |time: &str| place.member(&store, "time", &["--map", &with(time)]);
    assert_eq!(times("at"), [Value::Null, Value::Null]);
    let info = place.run("info", &store, &["--map", &with("at")]).out;
    assert!(info.contains("findings   1\n  warning  no-time") && info.contains("such as 7 and 1575301131"), "{info}");
    // A unit that is given is taken at its word.
    assert_eq!(times("at:s"), [json!("2019-12-02T15:38:51Z"), json!("1970-01-01T00:00:07Z")]);
    assert_eq!(times("at:ms"), [json!("1970-01-19T05:35:01.131Z"), json!("1970-01-01T00:00:00.007Z")]);
    for (time, error, help) in [
        ("at:mins", "mins is no way to read the time; behind a column stands s, ms, us", "did you mean at:ms?"),
        ("at:", "no way to read the time", "did you mean at:s?"),
        ("att:ms", "there is no column att for the time", "did you mean at?"),
    ] {
        place.run("info", &store, &["--map", &with(time)]).refused(1, error, help);
    }
    // What comes later and does not fit the guess is none either.
    let line = |version: i32, time: &str| {
        format!("{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"T\",\"time\":{time},\"data\":{{}}}}\n")
    };
    let many: String = (1..=5_000).map(|version| line(version, "1575301131000")).collect();
    let log = place.write("late.jsonl", many + &line(5_001, "0") + &line(5_002, "\"soon\"") + &line(5_003, "null"));
    let times = place.member(&log, "time", &["--from", "5000"]);
    assert_eq!(times, [json!("2019-12-02T15:38:51Z"), Value::Null, Value::Null, Value::Null]);
    let info = place.run("info", &log, &[]).out;
    assert!(info.contains("v5001: the time 0 is not between 1995 and 2100 in milliseconds"), "{info}");
    assert!(info.contains("v5002: the time soon is in no form that is known"), "{info}");
}

#[test]
fn times_are_read_as_languages_print_them_and_shown_as_fine_as_they_are() {
    let place = Place::new();
    let texts = [
        ("2025-07-31T06:34:40.790+0000", "2025-07-31T06:34:40.790Z"),
        ("2025-07-31 06:34:40.79+00", "2025-07-31T06:34:40.790Z"),
        ("2025-07-31 06:34:40 UTC", "2025-07-31T06:34:40Z"),
        ("2025-07-31 06:34:40,000250", "2025-07-31T06:34:40.000250Z"),
        ("2025-07-31T08:34:40+02:00[Europe/Berlin]", "2025-07-31T06:34:40Z"),
        ("20250731T063440Z", "2025-07-31T06:34:40Z"),
    ];
    let rows: Vec<String> = texts.iter().zip(1..).map(|((t, _), v)| format!("'a', {v}, 'T', '{{}}', '{t}'")).collect();
    let store = place.table("t.db", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let times = place.member(&store, "time", &["--map", &map("time=at")]);
    assert_eq!(times, texts.map(|(_, want)| json!(want)));
}

/// Each stream and its category.
fn categories(place: &Place, store: &str, more: &[&str]) -> Vec<(Value, Value)> {
    let streams = place.json("streams", store, more);
    streams.into_iter().map(|mut stream| (stream["stream"].take(), stream["category"].take())).collect()
}

const UUIDS: [&str; 2] = ["3249dc1d-def7-4078-b2a7-03e99cc195ea", "8bc9765c-2dd4-4cca-822e-e82891f44466"];

#[test]
fn a_category_is_what_the_store_calls_so_and_never_a_part_of_a_uuid() {
    let place = Place::new();
    let [order, account] = UUIDS;
    let line = |stream: &str, more: &str| {
        format!("{{\"stream\":\"{stream}\",\"version\":1,\"type\":\"T\",\"data\":{{}}{more}}}\n")
    };
    let plain =
        place.write("plain.jsonl", line(order, "") + &line(account, "") + &line("lamp", "") + &line("pot-1", ""));
    let named: Vec<Value> = categories(&place, &plain, &[]).into_iter().map(|(_, category)| category).collect();
    assert_eq!(named, [Value::Null, Value::Null, Value::Null, json!("pot")]);
    for key in ["aggregate_type", "aggregateType", "stream_type", "streamType", "entityType"] {
        let with = |kind: &str| format!(",\"{key}\":\"{kind}\"");
        let store = place.write("own.jsonl", line(order, &with("Order")) + &line(account, &with("Account")));
        let want = [(json!(account), json!("Account")), (json!(order), json!("Order"))];
        assert_eq!(categories(&place, &store, &[]), want, "{key}");
        // By hand it is found as well, and stays in a payload of unclaimed members.
        let map = "stream=stream,version=version,type=type";
        assert_eq!(categories(&place, &store, &["--map", map]), want, "{key}");
        let data = place.member(&store, "data", &["--map", map, "--stream", order]);
        assert_eq!(data, [json!({"data": {}, key: "Order"})]);
        let map = format!("{map},category={key}");
        assert_eq!(categories(&place, &store, &["--map", &map]), want, "{key}");
        assert_eq!(place.member(&store, "data", &["--map", &map, "--stream", order]), [json!({"data": {}})]);
    }
    let conn = Connection::open(place.path("own.db")).expect("a store");
    conn.execute_batch(&format!(
        "CREATE TABLE ev (id TEXT, aggregate_type TEXT, kind TEXT, n INTEGER);
         INSERT INTO ev VALUES ('{account}', 'Account', 'T', 7), ('{order}', NULL, 'T', 8)"
    ))
    .expect("a table");
    let store = text(&place.path("own.db"));
    let found = categories(&place, &store, &["--map", "stream=id,type=kind"]);
    assert_eq!(found, [(json!(order), Value::Null), (json!(account), json!("Account"))]);
}

#[test]
fn a_uuid_is_found_in_any_spelling() {
    let place = Place::new();
    let [with, _] = UUIDS;
    let without = with.replace('-', "");
    let braced = format!("{{{}}}", with.to_uppercase());
    let urn = format!("urn:uuid:{with}");
    for stored in [with, &without, &with.to_uppercase(), &braced] {
        let rows = [format!("'{stored}', 1, 'T', '{{}}', NULL"), "'other', 1, 'T', '{}', NULL".to_owned()];
        let store = place.table(&format!("{}.db", stored.len() + stored.matches('B').count()), &[&rows[0], &rows[1]]);
        for asked in [with, &without, &braced, &urn] {
            let events = place.member(&store, "stream", &["--map", MAP, "--stream", asked]);
            assert_eq!(events, [stored], "{asked}");
            let found = categories(&place, &store, &["--map", MAP, "--match", asked]);
            assert_eq!(found.len(), 1, "{asked} in {found:?}");
        }
        assert_eq!(categories(&place, &store, &["--map", MAP, "--match", &with[..18]]).len(), 1, "a part of it");
    }
    // Two that differ in nothing but the spelling are two.
    let both = [format!("'{with}', 1, 'T', '{{}}', NULL"), format!("'{without}', 1, 'U', '{{}}', NULL")];
    let store = place.table("both.db", &[&both[0], &both[1]]);
    assert_eq!(place.member(&store, "type", &["--map", MAP, "--stream", &without]), ["U"]);
    place.run("events", &store, &["--map", MAP, "--stream", &braced]).refused(1, "names 2 streams", &without);
}

#[test]
fn ids_that_are_bytes_have_names() {
    let place = Place::new();
    let rows = [
        "x'6fd0b8b41de44da78f3b231519540295', 1, 'T', '{}', NULL",
        "x'6fd0b8b41de44da78f3b231519540295', 2, 'T', '{}', NULL",
        "x'00ff', 1, 'T', '{}', NULL",
        "7, 1, 'T', '{}', NULL",
    ];
    let store = place.table("b.db", &rows);
    let streams = |stream: &str| -> Vec<Value> {
        let map = format!("stream={stream},version=v,type=t,data=d,id=agg:guid");
        place.json("streams", &store, &["--map", &map]).into_iter().map(|mut stream| stream["stream"].take()).collect()
    };
    assert_eq!(streams("agg"), ["00ff", "6fd0b8b4-1de4-4da7-8f3b-231519540295", "7"].map(Value::from).to_vec());
    assert_eq!(streams("agg:guid")[1..], ["7", "b4b8d06f-e41d-a74d-8f3b-231519540295"].map(Value::from).to_vec());
    let map = "stream=agg:guid,version=v,type=t,data=d,id=agg";
    let ask = &["--map", map, "--stream", "B4B8D06FE41DA74D8F3B231519540295"][..];
    assert_eq!(place.member(&store, "version", ask), [1, 2]);
    assert_eq!(place.member(&store, "id", ask)[0], "6fd0b8b4-1de4-4da7-8f3b-231519540295");
    place.run("info", &store, &["--map", "stream=agg:gid,type=t"]).refused(
        1,
        "gid is no way",
        "did you mean agg:guid?",
    );
}

#[test]
fn a_payload_that_is_no_json_is_a_finding_wherever_it_is_decoded_and_stays_text() {
    let place = Place::new();
    let rows =
        ["'p-1', 1, 'T', '---\na: 1\n', NULL", "'p-1', 2, 'T', '{\"n\":2}', NULL", "'p-1', 3, 'T', 'words', NULL"];
    let store = place.table("f.db", &rows);
    for more in [&["--map", MAP][..], &["--map", MAP, "--stream", "p-1"]] {
        let run = place.run("events", &store, &[&["--json"], more].concat());
        let data: Vec<Value> = run.lines().into_iter().map(|mut event| event["data"].take()).collect();
        assert_eq!(data, [json!("---\na: 1\n"), json!({"n": 2}), json!("words")]);
        let said: Vec<&str> = run.err.lines().filter(|line| line.starts_with("finding: undecodable: ")).collect();
        assert!(said.len() == 2 && said[0].contains("v1: ") && said[1].contains("v3: "), "{run:?}");
        assert_eq!(run.code, 0, "{run:?}");
    }
    let run = place.run("state", &store, &["--json", "--map", MAP, "--stream", "p-1"]);
    assert_eq!(run.one()["state"], json!({"n": 2}));
    assert_eq!(run.err.matches("finding: undecodable: ").count(), 2, "{run:?}");
}

#[test]
fn a_row_that_became_another_streams_is_never_shown_as_this_ones() {
    let place = Place::new();
    let line = |stream: &str, version: i32| {
        format!("{{\"stream\":\"{stream}\",\"version\":{version},\"type\":\"T\",\"data\":{{\"of\":\"{stream}\"}}}}\n")
    };
    let log = place.write("log.jsonl", (1..=3).map(|version| line("s-1", version)).collect::<String>());
    let seen = look(&place.path("log.jsonl"), place.folder.path()).expect("a store");
    // Written anew in its place: the second is of another stream, the third another version, or cut off.
    for third in [line("s-1", 9), "{\"stream\":".to_owned()] {
        std::fs::write(&log, line("s-1", 1) + &line("x-9", 2) + &third).expect("written");
        let mut source = seen.source(seen.find("s-1")).expect("a source");
        let mut data = |at| source.event(at).expect("read").map(|event| to_text(&event.data));
        assert_eq!(
            [0, 1, 2].map(&mut data),
            [Some("{\"of\":\"s-1\"}"), Some("null"), Some("null")].map(|d| d.map(str::to_owned))
        );
        assert_eq!([0, 1, 2].map(|at| source.is_lost(at)), [false, true, true]);
        assert_eq!(source.lost_before(Applied(3)), Some((Version(2), 2)));
        assert_eq!(source.lost_before(Applied(1)), None);
    }
}

#[test]
fn a_map_gives_single_roles_of_the_dialect_that_matched() {
    let place = Place::new();
    let log = place.write(
        "log.jsonl",
        "{\"stream\":\"s-1\",\"version\":1,\"type\":\"T\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"seen\":\"2026-02-03T04:05:06Z\",\"data\":{\"n\":1},\"more\":{\"n\":2}}\n",
    );
    let event = |map: &str| place.run("events", &log, &["--json", "--map", map]).one();
    assert_eq!(event("time=seen")["time"], "2026-02-03T04:05:06Z");
    let event = event("data=more,category=type");
    assert_eq!((&event["data"], &event["category"]), (&json!({"n": 2}), &json!("T")));
    assert_eq!((&event["time"], &event["stream"]), (&json!("2026-01-01T00:00:00Z"), &json!("s-1")));
    let info = &place.json("info", &log, &["--map", "time=seen"])[0];
    assert_eq!(info["dialect"], "plain");
    assert!(info["evidence"].to_string().contains("--map names its time"), "{info}");
    place.run("info", &log, &["--map", "tims=seen"]).refused(
        2,
        "--map: unknown role tims; time;",
        "--map stream=COLUMN",
    );
    // A table that no dialect knows needs all of them.
    let store = place.table("odd", &["'a', 1, 'T', '{}', 0"]);
    place.run("info", &store, &["--map", "data=d"]).refused(1, "--map: stream=COLUMN is missing", "");
}

#[test]
fn a_unit_stands_behind_a_path_too() {
    let place = Place::new();
    let line = |version: i32, more: &str| {
        format!(
            "{{\"stream\":\"s-1\",\"version\":{version},\"type\":\"T\",\"data\":{{\"when\":1575301131000{more}}}}}\n"
        )
    };
    let log = place.write("log.jsonl", line(1, "") + &line(2, ""));
    let times = |map: &str| place.member(&log, "time", &["--map", map]);
    assert_eq!(times("time=data.when:ms"), [json!("2019-12-02T15:38:51Z"), json!("2019-12-02T15:38:51Z")]);
    assert_eq!(times("time=data.when:us")[0], json!("1970-01-19T05:35:01.131Z"));
}

#[test]
fn words_that_would_change_a_time_make_it_none() {
    let place = Place::new();
    let times = ["0044-03-15 12:00:00+00 BC", "2024-06-01 01:00:00+00 PM", "2024-06-01 01:00:00+24:00"];
    let line = |(at, time): (usize, &&str)| {
        format!("{{\"stream\":\"s-1\",\"version\":{at},\"type\":\"T\",\"time\":\"{time}\",\"data\":{{}}}}\n")
    };
    let log = place.write("log.jsonl", times.iter().enumerate().map(line).collect::<String>());
    assert_eq!(place.member(&log, "time", &[]), [Value::Null, Value::Null, Value::Null]);
    assert_eq!(place.json("info", &log, &[])[0]["findings"], 4, "each, and the order");
}

#[test]
fn a_time_before_the_year_one_is_none_and_a_finding() {
    let place = Place::new();
    let store = place.table("julian", &["'a', 1, 'T', '{}', 7", "'a', 2, 'T', '{}', 2458820.151980127"]);
    let map = map("time=at:julian");
    let times = place.member(&store, "time", &["--map", &map]);
    assert_eq!(times, [Value::Null, json!("2019-12-02T15:38:51.083Z")]);
    let info = place.run("info", &store, &["--map", &map]).out;
    assert!(info.contains("no-time") && info.contains("the time 7 is no moment in Julian days"), "{info}");
}

#[test]
fn a_number_larger_than_any_leaves_the_rest_of_its_row_readable() {
    let place = Place::new();
    let conn = Connection::open(place.path("large.db")).expect("a store");
    conn.execute_batch(
        "create table ev (stream text, version integer, kind text, amount real);
         insert into ev values ('s', 1, 'T', 9e999), ('s', 2, 'T', -9e999), ('s', 3, 'T', 1.5);",
    )
    .expect("rows");
    drop(conn);
    let store = crate::support::text(&place.path("large.db"));
    let map = "stream=stream,version=version,type=kind";
    let run = place.program.run(&["events", &store, "--json", "--stream", "s", "--table", "ev", "--map", map]);
    let data: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split_once("\"data\":")?.1.split_once(",\"meta"))
        .map(|(data, _)| data)
        .collect();
    assert_eq!(data, ["{\"amount\":1e999}", "{\"amount\":-1e999}", "{\"amount\":1.5}"], "{run:?}");
}
