//! Values as they stand in stores: times, names of streams, categories, payloads. Each must be
//! shown as it is, or not at all and with a word about it.

use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, Run, folder, text};

/// A folder with stores, and the program that reads them.
struct Place {
    folder: TempDir,
    program: Program,
}

impl Place {
    fn new() -> Place {
        Place { folder: folder(), program: Program::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of lines.
    fn lines(&self, name: &str, lines: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), lines).expect("a file");
        text(&self.path(name))
    }

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
    assert!(info.contains("findings   1\n  no-time") && info.contains("such as 7 and 1575301131"), "{info}");
    // A unit that is given is taken at its word.
    assert_eq!(times("at:s"), [json!("2019-12-02T15:38:51Z"), json!("1970-01-01T00:00:07Z")]);
    assert_eq!(times("at:ms"), [json!("1970-01-19T05:35:01.131Z"), json!("1970-01-01T00:00:00.007Z")]);
    for (time, error, help) in [
        ("at:mins", "mins is no way to read the time; behind a column stands s, ms, us", "did you mean at:ms?"),
        ("at:", "no way to read the time", "did you mean at:s?"),
        ("ta:ms", "there is no column ta for the time", "did you mean at?"),
    ] {
        place.run("info", &store, &["--map", &with(time)]).refused(1, error, help);
    }
    // What comes later and does not fit the guess is none either.
    let line = |version: i32, time: &str| {
        format!("{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"T\",\"time\":{time},\"data\":{{}}}}\n")
    };
    let many: String = (1..=5_000).map(|version| line(version, "1575301131000")).collect();
    let log = place.lines("late.jsonl", many + &line(5_001, "0") + &line(5_002, "\"soon\"") + &line(5_003, "null"));
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
