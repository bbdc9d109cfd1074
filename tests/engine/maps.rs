//! What `--map` points at must be there: what is not is named, with the nearest that is.

use rusqlite::Connection;

use crate::support::{Place, append, emmett, text};

const LINES: &str =
    "{\"stream\":\"s-1\",\"version\":1,\"type\":\"T\",\"data\":{\"name\":\"a\",\"none\":null,\"at\":{\"place\":1}}}
{\"stream\":\"s-1\",\"version\":2,\"type\":\"T\",\"data\":{\"name\":\"b\",\"word\":\"w\"}}
";

const ROLES: [&str; 8] = ["stream", "version", "type", "metadata", "time", "position", "id", "category"];

/// Lines that a dialect knows, and the same as a table that none does; with what else the map must
/// say.
fn stores(place: &Place) -> [(String, &'static str); 2] {
    let lines = place.write("log.jsonl", LINES);
    let made = |name: &str, columns: &str| {
        let conn = Connection::open(place.path(name)).expect("a store");
        conn.execute_batch(&format!(
            "CREATE TABLE ev ({columns});
             INSERT INTO ev VALUES ('s-1', 1, 'T', '{{\"name\":\"a\",\"none\":null,\"at\":{{\"place\":1}}}}');
             INSERT INTO ev VALUES ('s-1', 2, 'T', '{{\"name\":\"b\",\"word\":\"w\"}}');"
        ))
        .expect("a table");
        text(&place.path(name))
    };
    [(lines, ""), (made("odd.db", "agg, v, t, data"), ",stream=agg,version=v,type=t")]
}

#[test]
fn a_member_that_no_row_has_is_an_error_in_every_role() {
    let place = Place::new();
    for (store, more) in stores(&place) {
        for role in ROLES.into_iter().filter(|role| !more.contains(&format!(",{role}="))) {
            for (path, error, help) in [
                ("data.nam", "no row has a member nam in data for the", "did you mean data.name?"),
                ("data.at.plac", "no row has a member plac in data.at for the", "did you mean data.at.place?"),
                ("data.qqqqqq", "no row has a member qqqqqq in data for the", "its members are name, none, at, word"),
                ("data.name.first", "there is no member first in data.name", "leave the member out"),
            ] {
                let map = format!("{role}={path}{more}");
                for verb in ["info", "events", "check"] {
                    let run = place.program.run(&[verb, &store, "--map", &map]);
                    run.refused(1, error, help);
                    assert!(run.err.starts_with("error: --map: ") && run.err.contains(role), "{run:?}");
                }
            }
            // What only a later row has, or has as null, is there.
            for path in ["data.word", "data.none", "data.at.place"] {
                let run = place.program.run(&["info", &store, "--map", &format!("{role}={path}{more}")]);
                assert_eq!(run.code, 0, "{role}={path}: {run:?}");
            }
        }
    }
}

#[test]
fn a_member_that_no_row_of_a_frameworks_table_has_is_an_error_too() {
    let place = Place::new();
    let conn = emmett(&place.path("store.db"), "DELETE", 4096);
    append(&conn, "s-1", 1, "T", r#"{"owner":"Ann"}"#, 1);
    drop(conn);
    let store = text(&place.path("store.db"));
    let run = place.program.run(&["info", &store, "--map", "position=message_data.ownr"]);
    run.refused(1, "no row has a member ownr in message_data for the position", "did you mean message_data.owner?");
    let events = place.program.json(&["events", &store, "--json", "--map", "id=message_data.owner"]);
    assert_eq!(events[0]["id"], "Ann");
}

#[test]
fn what_a_map_lacks_is_the_maps_fault_and_not_the_dialects() {
    let place = Place::new();
    for (store, more) in stores(&place) {
        for role in ROLES.into_iter().chain(["data"]).filter(|role| !more.contains(&format!(",{role}="))) {
            let run = place.program.run(&["info", &store, "--map", &format!("{role}=datta{more}")]);
            run.refused(1, "there is no column datta for the", "did you mean data?");
            assert!(run.err.starts_with("error: --map: there is no column"), "{run:?}");
        }
    }
}

#[test]
fn a_role_has_one_column() {
    let place = Place::new();
    let store = place.write("log.jsonl", LINES);
    let said = "--map: stream is given twice, as stream and as type";
    for maps in [&["--map", "stream=stream,stream=type"][..], &["--map", "stream=stream", "--map", "stream=type"]] {
        place.program.run(&[&["info", &store], maps].concat()).refused(2, said, "one column for each role");
    }
    place.program.run(&["info", &store, "--map", "stream"]).refused(2, "--map: stream names no column", "ROLE=COLUMN");
}

#[test]
fn a_member_that_comes_late_is_found() {
    let place = Place::new();
    let line = |n: i32, more: &str| {
        format!("{{\"stream\":\"s-1\",\"version\":{n},\"type\":\"T\",\"data\":{{\"n\":{n}{more}}}}}\n")
    };
    let many: String = (1..=6_000).map(|n| line(n, "")).collect();
    let store = place.write("late.jsonl", many.clone() + &line(6_001, ",\"at\":\"2026-01-01T00:00:00Z\""));
    let events = place.program.json(&["events", &store, "--json", "--from", "6001", "--map", "time=data.at"]);
    assert_eq!(events[0]["time"], "2026-01-01T00:00:00Z");
    let store = place.write("never.jsonl", many);
    place.program.run(&["info", &store, "--map", "time=data.at"]).refused(
        1,
        "no row has a member at in data",
        "its members are n",
    );
}
