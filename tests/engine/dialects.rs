//! Dialects of the user's own: what a file in the folder can say, and what is said of a bad one.

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, folder, text};

struct Place {
    program: Program,
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { program: Program::new(), folder: folder() };
        std::fs::create_dir(place.program.home.path().join("dialects")).expect("a folder");
        place
    }

    fn dialect(&self, name: &str, content: &str) {
        std::fs::write(self.program.home.path().join("dialects").join(name), content).expect("a dialect");
    }

    fn store(&self, sql: &str) -> String {
        let path = self.folder.path().join("store.db");
        Connection::open(&path).and_then(|conn| conn.execute_batch(sql)).expect("a store");
        text(&path)
    }

    fn events(&self, store: &str) -> Vec<Value> {
        self.program.json(&["events", store, "--json"])
    }
}

const TWO_TABLES: &str = r#"
id = "two-tables"
name = "Two tables"
engines = ["sqlite"]
[[detect]]
table = "messages"
columns = ["stream_no", "nr", "body", "kind|type"]
without = ["topic"]
[[detect]]
table = "streams"
columns = ["no", "name"]
[events]
table = "messages"
alias = "m"
joins = [{ table = "streams", alias = "s", on = ["m.stream_no = s.no"] }]
where = [["m.dead", "=", false], ["m.kind", "!=", "$metadata"]]
[events.map]
stream = "{s.name}"
category = "{s.name|before:/}"
version = { col = "m.nr" }
position = { col = "rowid" }
type = { col = "m.kind" }
payload = { col = "m.body", decode = ["json"] }
time = { json = "$['when'].at" }
"#;

#[test]
fn a_dialect_joins_and_tests() {
    let place = Place::new();
    place.dialect("two.toml", TWO_TABLES);
    let store = place.store(
        "CREATE TABLE streams (no INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE messages (stream_no INTEGER, nr INTEGER, kind TEXT, body TEXT, dead BOOLEAN DEFAULT 0);
         INSERT INTO streams VALUES (2, 'lamp/a'), (1, 'desk/b');
         INSERT INTO messages (stream_no, nr, kind, body) VALUES
            (2, 0, 'Lit', '{\"n\":1,\"when\":{\"at\":\"2026-03-04T05:06:07Z\"}}'), (1, 0, 'Made', '{\"n\":2}'),
            (2, 1, '$metadata', '{}'), (2, 2, NULL, '{\"n\":3}'), (9, 0, 'Lost', '{}');
         INSERT INTO messages VALUES (2, 3, 'Lit', '{\"n\":4}', 1);",
    );
    let seen: Vec<Value> = place
        .events(&store)
        .iter()
        .map(|e| json!([e["stream"], e["version"], e["position"], e["type"], e["data"]["n"], e["time"]]))
        .collect();
    assert_eq!(
        seen,
        [
            json!(["lamp/a", 0, 1, "Lit", 1, "2026-03-04T05:06:07Z"]),
            json!(["desk/b", 0, 2, "Made", 2, null]),
            json!(["lamp/a", 2, 4, "(no type)", 3, null]),
        ]
    );
    let streams = place.program.json(&["streams", &store, "--json", "--category", "lamp"]);
    assert_eq!((streams.len(), &streams[0]["events"]), (1, &json!(2)));
    let state = place.program.json(&["state", &store, "--json", "--stream", "lamp/a"]).remove(0);
    assert_eq!(state["state"]["n"], 3);
}

#[test]
fn a_store_without_numbers_counts_from_the_dialects_first() {
    let place = Place::new();
    let dialect = |base: i64| {
        format!(
            "id = \"bare\"\nname = \"Bare\"\nengines = [\"sqlite\"]\n[[detect]]\ntable = \"*\"\n\
             columns = [\"who\", \"what\", \"how\"]\n[events]\ntable = \"*\"\n[events.map]\nstream = {{ col = \"who\" }}\n\
             version = {{ col = \"nr\", optional = true, base = {base} }}\ntype = {{ col = \"what\" }}\n\
             payload = {{ rest = true, optional = true }}\n"
        )
    };
    let store = place.store(
        "CREATE TABLE log (who TEXT, what TEXT, how TEXT, why INTEGER);
         INSERT INTO log VALUES ('a-1', 'T', 'slow', 7), ('a-1', 'U', NULL, NULL);",
    );
    for base in [0, 1, 5] {
        place.dialect("bare.toml", &dialect(base));
        let seen: Vec<_> = place
            .program
            .json(&["events", &store, "--json", "--stream", "a-1"])
            .into_iter()
            .map(|e| (e["version"].clone(), e["data"].clone()))
            .collect();
        assert_eq!(
            seen,
            [(json!(base), json!({"how": "slow", "why": 7})), (json!(base + 1), json!({"how": null, "why": null})),],
            "what nothing names is the payload"
        );
    }
}

#[test]
fn mistakes_in_a_dialect_are_said_with_file_and_place() {
    let place = Place::new();
    let store = place.store("CREATE TABLE log (who TEXT, what TEXT, how TEXT);");
    for (mistake, said) in [
        (TWO_TABLES.replace("{s.name}", "{s.name"), "a { is not closed in \"{s.name\""),
        (TWO_TABLES.replace("before:/", "upper"), "there is no filter upper"),
        (TWO_TABLES.replace("m.stream_no = s.no", "m.stream_no"), "is not of the form a.column = b.column"),
        (TWO_TABLES.replace("$['when'].at", "when.at"), "is no path such as $.a.b"),
        (TWO_TABLES.replace("position =", "positon ="), "unknown field `positon`"),
        (TWO_TABLES.replace("\"!=\"", "\"like\""), "unknown variant `like`"),
    ] {
        place.dialect("mine.toml", &mistake);
        let run = place.program.run(&["info", &store, "--dialect", "two-tables"]);
        run.refused(1, "mine.toml", "or move it out of the folder");
        assert!(run.err.contains(said), "no {said:?} in {}", run.err);
    }
    // A rule that the table does not fulfil is named, too.
    place.dialect("mine.toml", &TWO_TABLES.replace("{s.name}", "{s.names}"));
    let store = place.folder.path().join("two.db");
    Connection::open(&store)
        .and_then(|conn| {
            conn.execute_batch(
                "CREATE TABLE streams (no, name); CREATE TABLE messages (stream_no, nr, kind, body, dead);",
            )
        })
        .expect("a store");
    place.program.run(&["info", &text(&store)]).refused(
        1,
        "two-tables is not understood: there is no column s.names",
        "or move it out of the folder",
    );
}

#[test]
fn one_row_may_hold_several_events() {
    let place = Place::new();
    let dialect = |version: &str| {
        format!(
            r#"
id = "commits"
name = "Commits"
engines = ["sqlite", "json-lines"]
[[detect]]
table = "*"
columns = ["bucket", "revision", "events"]
[events]
table = "*"
items = {{ col = "events", json = "$.list", decode = ["json"] }}
[events.map]
stream = {{ col = "bucket" }}
version = {version}
type = {{ json = "item:$['$type']", after_last = "." }}
payload = {{ json = "item:$.body" }}
time = {{ json = "item:$.at" }}
"#
        )
    };
    let list = |items: &[Value]| json!({ "list": items }).to_string();
    let item =
        |kind: &str, n: i64| json!({"$type": format!("shop.{kind}"), "body": {"n": n}, "at": "2026-03-04T05:06:07Z"});
    let rows = [
        ("a-1", 2, list(&[item("Made", 1), item("Sold", 2)])),
        ("a-1", 3, list(&[item("Sold", 3)])),
        ("b-1", 9, "{}".to_owned()),
    ];
    let store = place.store("CREATE TABLE commits (bucket TEXT, revision INTEGER, events TEXT);");
    let conn = Connection::open(&store).expect("the store");
    let mut log = String::new();
    for (bucket, revision, events) in &rows {
        conn.execute("INSERT INTO commits VALUES (?1, ?2, ?3)", (bucket, revision, events)).expect("a row");
        let events: Value = serde_json::from_str(events).expect("JSON");
        log += &format!("{}\n", json!({"bucket": bucket, "revision": revision, "events": events}));
    }
    drop(conn);
    let lines = place.folder.path().join("commits.jsonl");
    std::fs::write(&lines, log).expect("a log");
    for (version, wanted) in
        [("{ col = \"revision\", last_of_items = true }", [1, 2, 3]), ("{ item = 0, optional = true }", [0, 1, 0])]
    {
        place.dialect("commits.toml", &dialect(version));
        for store in [&store, &text(&lines)] {
            let mut seen: Vec<(i64, i64, String)> = place
                .program
                .json(&["events", store, "--json", "--stream", "a-1"])
                .iter()
                .map(|e| {
                    (
                        e["data"]["n"].as_i64().expect("n"),
                        e["version"].as_i64().expect("v"),
                        e["type"].as_str().expect("type").to_owned(),
                    )
                })
                .collect();
            seen.sort();
            let kinds = ["Made", "Sold", "Sold"];
            let all: Vec<_> = (0..3).map(|at| (at as i64 + 1, wanted[at], kinds[at].to_owned())).collect();
            assert_eq!(seen, all, "{version} in {store}");
            assert_eq!(
                place.program.json(&["streams", store, "--json"]).len(),
                1,
                "a row without items holds no event"
            );
        }
    }
}
