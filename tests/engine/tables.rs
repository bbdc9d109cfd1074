//! What SQLite can select from serves as the events table, and what lies beside a store is
//! looked at before it is opened.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, emmett, folder, text};

const MAP: &str = "stream=stream,version=version,type=type,data=data";

/// A store made by statements, in a folder of its own.
fn made(sql: &str) -> (TempDir, PathBuf, Connection) {
    let place = folder();
    let path = place.path().join("own.db");
    let conn = Connection::open(&path).expect("a new store");
    conn.execute_batch(sql).expect("its tables");
    (place, path, conn)
}

/// A table `ev` with these columns beside the usual ones, and ten events of the stream `a-1`.
fn ten(kind: &str, columns: &str, values: &str, more: &str) -> String {
    format!(
        "CREATE TABLE ev(stream TEXT, version INTEGER, type TEXT, data TEXT{columns}) {kind};
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
         INSERT INTO ev SELECT 'a-1', i, 'T', '{{\"n\":' || i || '}}'{values} FROM n; {more}"
    )
}

/// Asks for all of it in every way that reads differently.
fn assert_ten(path: &Path, table: &str, what: &str) {
    let program = Program::new();
    let ask = |verb: &str, more: &[&str]| {
        program.json(&[&[verb, &text(path), "--json", "--table", table, "--map", MAP], more].concat())
    };
    assert_eq!(ask("info", &[])[0]["events"], 10, "{what}");
    for more in [&[][..], &["--stream", "a-1"]] {
        let seen: Vec<Value> =
            ask("events", more).iter().map(|e| json!([e["stream"], e["version"], e["data"]])).collect();
        let wanted: Vec<Value> = (1..=10).map(|n| json!(["a-1", n, {"n": n}])).collect();
        assert_eq!(seen, wanted, "{what} {more:?}");
    }
    assert_eq!(ask("state", &["--stream", "a-1", "--at", "7"])[0]["state"], json!({"n": 7}), "{what}");
}

#[test]
fn a_column_with_a_name_of_the_hidden_key_hides_no_row() {
    for (columns, values) in [
        (", rowid INTEGER", ", (i + 1) / 2"),
        (", ROWID", ", NULL"),
        (", rowid TEXT", ", 'x' || i"),
        (", _rowid_ INTEGER, oid TEXT", ", 1, 'x'"),
        (", rowid, _ROWID_, oid", ", 1, 1, 1"),
        (", rowid, _rowid_, oid, id INTEGER PRIMARY KEY", ", 1, 1, 1, i * 3 - 16"),
        (", id INTEGER PRIMARY KEY DESC, rowid, _rowid_, oid", ", i - 5, 1, 1, 1"),
    ] {
        let (_place, path, conn) = made(&ten("", columns, values, ""));
        drop(conn);
        assert_ten(&path, "ev", columns);
    }
    // A column of that name is what --map names.
    let (_place, path, conn) = made(&ten("", ", rowid INTEGER", ", i * 100", ""));
    drop(conn);
    let map = format!("{MAP},position=rowid");
    let events = Program::new().json(&["events", &text(&path), "--json", "--table", "ev", "--map", &map]);
    assert_eq!(events[3]["position"], 400);
}

#[test]
fn every_kind_of_table_is_read() {
    for (what, table, sql) in [
        ("WITHOUT ROWID", "ev", ten("WITHOUT ROWID", ", PRIMARY KEY(stream, version)", "", "")),
        ("STRICT", "ev", ten("STRICT", "", "", "")),
        (
            "stored and virtual columns",
            "gen",
            ten(
                "",
                "",
                "",
                "
            CREATE TABLE gen(doc TEXT, stream AS (json_extract(doc, '$.s')), version INTEGER AS (doc ->> 'v') STORED,
                type AS ('T'), data AS (doc -> 'd'));
            INSERT INTO gen(doc) SELECT json_object('s', stream, 'v', version, 'd', json(data)) FROM ev;",
            ),
        ),
        ("a view", "seen", ten("", "", "", "CREATE VIEW seen AS SELECT * FROM ev ORDER BY version;")),
        (
            "a view that joins",
            "seen",
            ten(
                "",
                "",
                "",
                "
            CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO names VALUES (7, 'a-1');
            CREATE VIEW seen AS SELECT name AS stream, version, type, data FROM ev, names ORDER BY version;",
            ),
        ),
        ("UTF-16", "ev", format!("PRAGMA encoding = 'UTF-16le'; {}", ten("", "", "", ""))),
        (
            "UTF-16, a view",
            "seen",
            format!("PRAGMA encoding = 'UTF-16be'; {}", ten("", "", "", "CREATE VIEW seen AS SELECT * FROM ev;")),
        ),
        (
            "a name that looks like SQLite's own",
            "sqliteevents",
            ten("", "", "", "ALTER TABLE ev RENAME TO sqliteevents;"),
        ),
    ] {
        let (_place, path, conn) = made(&sql);
        drop(conn);
        assert_ten(&path, table, what);
    }
}

#[test]
fn a_view_serves_where_no_table_does_and_never_stands_in_its_way() {
    let place = folder();
    let path = place.path().join("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    conn.execute_batch(
        "CREATE VIEW newest AS SELECT * FROM emt_messages ORDER BY global_position DESC;
         CREATE VIEW broken AS SELECT a FROM nowhere;
         CREATE VIEW slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;",
    )
    .expect("views");
    crate::support::append(&conn, "s-1", 1, "T", "{}", 1);
    drop(conn);
    let program = Program::new();
    let info = program.json(&["info", &text(&path), "--json"]);
    assert_eq!((&info[0]["dialect"], &info[0]["events"]), (&json!("emmett-sqlite"), &json!(1)));
    let run = program.run(&["info", &text(&path), "--table", "broken", "--map", "stream=a,type=a,data=a"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.starts_with("error: "), "{run:?}");
}

#[test]
fn rows_without_a_key_are_read_on_when_there_are_more() {
    use eventglass::dialect::MapOverride;
    use eventglass::formats::{self, Location, OpenChoice};
    use eventglass::session::Indexer;
    use std::sync::Arc;
    let (_place, path, conn) = made(&ten("", "", "", "CREATE VIEW seen AS SELECT * FROM ev;"));
    let cache = folder();
    let map = MapOverride {
        table: Some("seen".to_owned()),
        columns: MAP
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect(),
    };
    let choice = OpenChoice { map, ..OpenChoice::default() };
    let opened = formats::open(&Location::of(&path), cache.path(), &choice).expect("a store");
    let mut indexer = Indexer::open(Arc::new(opened)).expect("readable");
    let index = indexer.run().expect("readable");
    conn.execute_batch("INSERT INTO ev VALUES ('b-1', 1, 'T', '{}')").expect("one more");
    assert_eq!(indexer.change(&index).expect("there"), formats::StoreChange::Written);
    indexer.go_on();
    assert_eq!(indexer.run().expect("readable").events(), 11);
}

#[test]
fn keys_at_both_ends_of_the_numbers_are_keys() {
    let place = folder();
    let path = place.path().join("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    let keys = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
    for (key, version) in keys.iter().zip(1..) {
        crate::support::append(&conn, "s-1", version, "T", "{}", 1);
        conn.execute("UPDATE emt_messages SET global_position = ?1 WHERE stream_position = ?2", (key, version))
            .expect("its key");
    }
    drop(conn);
    let program = Program::new();
    for more in [&[][..], &["--stream", "s-1"]] {
        let events = program.json(&[&["events", &text(&path), "--json"], more].concat());
        let positions: Vec<i64> = events.iter().filter_map(|event| event["position"].as_i64()).collect();
        assert_eq!(positions, keys, "{more:?}");
    }
}

#[test]
fn no_table_is_left_out_because_there_are_many() {
    let place = folder();
    let path = place.path().join("store.db");
    let conn = Connection::open(&path).expect("a new store");
    let many: String = (0..2_100).map(|n| format!("CREATE TABLE a{n}(x, y);")).collect();
    conn.execute_batch(&format!("BEGIN; {many} {} COMMIT;", crate::support::EMMETT)).expect("tables");
    crate::support::append(&conn, "s-1", 1, "T", "{}", 1);
    drop(conn);
    assert_eq!(Program::new().json(&["info", &text(&path), "--json"])[0]["events"], 1);
}

#[test]
fn long_names_make_no_page_smaller() {
    use eventglass::formats::{EventPage, ScanCursor};
    let place = folder();
    let path = place.path().join("store.db");
    let conn = emmett(&path, "DELETE", 4096);
    conn.execute_batch("BEGIN").expect("begun");
    for n in 0..12_000 {
        crate::support::append(&conn, &format!("{n:01000}"), 1, "T", "{}", 1);
    }
    conn.execute_batch("COMMIT").expect("committed");
    drop(conn);
    let opened = crate::support::look(&path, place.path()).expect("a store").opened;
    let mut scanner = opened.store.scanner().expect("a scanner");
    let (mut cursor, mut page, mut notes) = (ScanCursor::START, EventPage::default(), Default::default());
    let mut pages = Vec::new();
    loop {
        let step = scanner.scan(&cursor, &mut page, &mut notes).expect("readable");
        if step.end && page.is_empty() {
            break;
        }
        pages.push(page.len());
        cursor = step.cursor;
        if step.end {
            break;
        }
    }
    // A busy machine may end a page by its time.
    assert!(pages.iter().sum::<usize>() == 12_000 && pages.len() < 100, "{pages:?}");
}

// --- Beside the file ---------------------------------------------------------------------

#[cfg(unix)]
#[test]
fn what_is_no_file_beside_a_store_is_named_and_not_waited_for() {
    let program = Program::new();
    for suffix in ["-wal", "-shm", "-journal"] {
        for kind in ["pipe", "folder", "device", "loop"] {
            let place = folder();
            let path = place.path().join("store.db");
            drop(emmett(&path, "DELETE", 4096));
            let odd = place.path().join(format!("store.db{suffix}"));
            match kind {
                "pipe" => {
                    let made = std::process::Command::new("mkfifo").arg(&odd).status();
                    assert!(made.is_ok_and(|status| status.success()));
                }
                "folder" => std::fs::create_dir(&odd).expect("a folder"),
                "device" => std::os::unix::fs::symlink("/dev/zero", &odd).expect("a link"),
                _ => std::os::unix::fs::symlink(&odd, &odd).expect("a link"),
            }
            for verb in ["info", "events"] {
                let run = program.run(&[verb, &text(&path), "--json"]);
                run.refused(1, &format!("store.db{suffix}"), "move it away");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_is_opened_by_the_name_it_has() {
    use std::os::unix::ffi::OsStrExt;
    let program = Program::new();
    for name in [
        &b"shop\xff.db"[..],
        b"file:shop.db?mode=memory",
        b"a%41b.db",
        b":memory:",
        b"a?b#c&d=e.db",
        b" ",
        b"-wal",
        b"\"'`.db",
    ] {
        let place = folder();
        let made = place.path().join("made.db");
        let conn = emmett(&made, "DELETE", 4096);
        crate::support::append(&conn, "s-1", 1, "T", "{}", 1);
        drop(conn);
        std::fs::rename(&made, place.path().join(std::ffi::OsStr::from_bytes(name))).expect("its name");
        // From within the folder, by itself, and from elsewhere with two slashes in front.
        let whole = [b"/", place.path().as_os_str().as_bytes(), b"/", name].concat();
        let own = [b"./", name].concat();
        for asked in [own.as_slice(), &whole] {
            let asked = std::ffi::OsStr::from_bytes(asked);
            let output = program.command().args(["info", "--json"]).arg(asked).current_dir(place.path()).output();
            let output = output.expect("the program starts");
            assert!(output.status.success(), "{asked:?}: {output:?}");
            let info: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(info["events"], 1, "{asked:?}");
        }
        assert_eq!(std::fs::read_dir(place.path()).expect("a folder").count(), 1, "nothing appeared beside it");
    }
}
