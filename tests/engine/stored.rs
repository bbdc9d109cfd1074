//! States that a store itself keeps (documents of Marten, snapshots of Message DB and of Python's
//! eventsourcing), and tenants: what a stream and its document have in common.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Place, Program, root, text};

fn sample(file: &str) -> PathBuf {
    root().join("sample-stores").join(file)
}

fn expected(file: &str) -> Value {
    let read = std::fs::read_to_string(sample(file)).expect("what the library says");
    serde_json::from_str(&read).expect("JSON")
}

/// Every state that the store keeps, by stream and version.
fn all_stored(store: &str, more: &[&str]) -> BTreeMap<(String, i64), Value> {
    let arguments = ["export", store, "--what", "states", "--reducer", "stored"];
    let lines = Program::new().json(&[&arguments, more].concat());
    let place =
        |line: &Value| (line["stream"].as_str().expect("a stream").to_owned(), line["version"].as_i64().unwrap());
    lines.iter().map(|line| (place(line), line["state"].clone())).collect()
}

#[test]
fn documents_of_marten_are_states_at_their_versions_and_nowhere_else() {
    let (program, store) = (Program::new(), text(&sample("marten/bank.dump")));
    let expected = expected("marten/expected.json");
    let rows = expected["documents"]["s1.mt_doc_account"].as_array().expect("documents");
    let mut wanted = BTreeMap::new();
    for row in rows {
        let (stream, at) = (row["id"].as_str().expect("an id"), row["version"].as_str().expect("a version"));
        let version: i64 = at.parse().expect("a number");
        let of = ["state", &store, "--stream", stream, "--reducer", "stored", "--json", "--at"];
        let state = program.run(&[&of[..], &[at]].concat());
        let found = state.one();
        assert_eq!((state.code, &found["state"], &found["reducer"]), (0, &row["data"], &json!("stored")), "{stream}");
        assert_eq!((&found["version"], &found["errors"]), (&json!(version), &json!([])));
        let before = (version - 1).to_string();
        if version > 1 {
            let only = format!("the store holds a document at v{version} only");
            program.run(&[&of[..], &[&before]].concat()).refused(1, &only, "ask for a version that the store holds");
        }
        assert_eq!(program.run(&[&of[..], &["initial"]].concat()).one()["state"], Value::Null);
        wanted.insert((stream.to_owned(), version), row["data"].clone());
    }
    assert_eq!(all_stored(&store, &[]), wanted);
    // Cards have no documents, and neither had those of other projections anything to do with a stream.
    let cards = program.json(&["streams", &store, "--category", "card", "--json"]);
    let card = cards[0]["stream"].as_str().expect("a card");
    program.run(&["state", &store, "--stream", card, "--reducer", "stored"]).refused(
        1,
        "holds no document",
        "choose a reducer",
    );
    let text =
        program.run(&["state", &store, "--stream", &rows[0]["id"].to_string().replace('"', ""), "--reducer", "stored"]);
    assert!(text.out.lines().next().is_some_and(|line| line.ends_with("by the store's own document")), "{text:?}");
}

#[test]
fn documents_are_what_the_events_come_to_but_where_something_happened() {
    let store = text(&sample("marten/bank.dump"));
    let reducers = text(&sample("marten/reducers.mjs"));
    let run = Program::new().run(&["check", &store, "--reducer", &reducers, "--json"]);
    let differ: Vec<(String, i64, String)> = run
        .lines()
        .iter()
        .filter(|line| line["code"] == "state-differs")
        .map(|line| {
            let of = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
            (of("stream")[..8].to_owned(), line["version"].as_i64().expect("a version"), of("message"))
        })
        .collect();
    // Events were marked as skipped after the documents were made.
    let places: Vec<(&str, i64)> = differ.iter().map(|(stream, version, _)| (stream.as_str(), *version)).collect();
    assert_eq!(places, [("486861c9", 80), ("698f347c", 14)], "{differ:?}");
    assert!(differ[0].2.contains("the store's own document differs at /"), "{differ:?}");
    let text = Program::new().run(&["check", &store, "--reducer", &reducers]);
    assert!(text.out.trim_end().ends_with("compared: 10 documents, 2 differ"), "{}", text.out);
}

#[test]
fn snapshots_of_message_db_are_the_states_at_their_positions() {
    let store = text(&sample("messagedb/bank.dump"));
    let expected = expected("messagedb/expected.json");
    let states: BTreeMap<(String, i64), &Value> = (expected["states"].as_array().expect("states").iter())
        .map(|own| {
            ((own["stream"].as_str().expect("a stream").to_owned(), own["version"].as_i64().unwrap()), &own["state"])
        })
        .collect();
    let stored = all_stored(&store, &[]);
    assert_eq!(stored.len(), 27, "{:?}", stored.keys());
    for (place, state) in &stored {
        assert_eq!(Some(&state), states.get(place), "{place:?}");
    }
    let reducers = text(&sample("messagedb/reducers.mjs"));
    let run = Program::new().run(&["check", &store, "--reducer", &reducers]);
    assert!(run.out.trim_end().ends_with("compared: 27 documents, 0 differ"), "{}", run.out);
    // What a program comes to is compared as well.
    let (place, program) = (Place::new(), Program::new());
    let own = place.write("empty.sh", "while read -r line; do echo '{}'; done");
    let run = program.run(&["check", &store, "--reducer-command", &format!("sh '{own}'")]);
    assert!(run.out.trim_end().ends_with("compared: 27 documents, 27 differ"), "{run:?}");
    let folding = place.write(
        "fold.mjs",
        format!(
            "import * as reducers from '{reducers}'; import {{ createInterface }} from 'node:readline';
             let state, fold;
             for await (const line of createInterface({{ input: process.stdin }})) {{
               const asked = JSON.parse(line);
               if (asked.start) {{ fold = reducers[asked.start.category]; state = undefined; }}
               else state = fold(state, asked.event);
               console.log(JSON.stringify(state ?? null));
             }}"
        ),
    );
    let run = program.run(&["check", &store, "--reducer-command", &format!("node '{folding}'")]);
    assert!(run.out.trim_end().ends_with("compared: 27 documents, 0 differ"), "{run:?}");
    // Snapshots are of the entity's stream; nothing else of that id has states.
    let command = ["state", &store, "--stream", "account:command-4101", "--reducer", "stored"];
    Program::new().run(&command).refused(1, "holds no document", "choose a reducer");
}

#[test]
fn snapshots_of_python_aggregates_are_states_of_theirs() {
    let expected = expected("library/expected.json");
    let snapshots = expected["snapshots"].as_array().expect("snapshots");
    let stored = all_stored(&text(&sample("library/lending.db")), &[]);
    assert_eq!(stored.len(), snapshots.len());
    for snapshot in snapshots {
        let place = (snapshot["stream"].as_str().expect("a stream").to_owned(), snapshot["version"].as_i64().unwrap());
        let found = stored.get(&place).unwrap_or_else(|| panic!("no {place:?}"));
        // The library adds members that an older revision of the class had not, and keeps its own apart.
        let own = found
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(member, _)| !member.starts_with('_') && *member != "class_version");
        for (member, value) in own {
            assert_eq!(snapshot["state"].get(member), Some(value), "{place:?} {member} of {found}");
        }
        assert!(found.get("title").or(found.get("name")).is_some(), "{found}");
    }
}

#[test]
fn a_store_without_states_says_so() {
    let program = Program::new();
    let store = text(&sample("bank/bank.db"));
    for verb in [&["state", &store, "--stream", "account-1042"][..], &["export", &store, "--what", "state"]] {
        let run = program.run(&[verb, &["--reducer", "stored"]].concat());
        run.refused(1, "keeps no documents or snapshots", "choose a reducer");
    }
    program.run(&["check", &store, "--reducer", "stored"]).refused(2, "names no module", "--reducer FILE");
    let merged = program.json(&["state", &store, "--stream", "account-1042", "--reducer", "merge", "--json"]);
    assert_eq!(merged, program.json(&["state", &store, "--stream", "account-1042", "--json"]));
    program.run(&["export", "-", "--what", "state", "--reducer", "stored"]).refused(
        1,
        "standard input keeps no documents",
        "write it into a file",
    );
}

// --- Marten's tables, written here ---------------------------------------------------

const EVENTS: &str = "seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived";
const STREAMS: &str = "id, type, version, tenant_id, is_archived";
const DOCUMENTS: &str = "tenant_id, id, data, mt_version, mt_dotnet_type, mt_deleted";

/// Part of a dump: a table, and its rows with bars between their values.
fn copy(out: &mut String, table: &str, columns: &str, rows: &[&str]) {
    let rows: Vec<String> = rows.iter().map(|row| row.replace('|', "\t")).collect();
    writeln!(out, "COPY {table} ({columns}) FROM stdin;\n{}\n\\.\n", rows.join("\n")).expect("written");
}

fn event(seq: i64, stream: &str, version: i64, tenant: &str) -> String {
    format!("{seq}|e-{seq}|{stream}|{version}|{{\"n\": {seq}}}|counted|2026-03-04 05:06:07+00|{tenant}|f")
}

/// Two tenants with a cart of the same name, one of them with one more, and none of a tenant.
fn carts(out: &mut String, schema: &str, first: i64) {
    let of = [
        ("cart-7", 1, "north"),
        ("cart-7", 2, "north"),
        ("cart-7", 1, "south"),
        ("cart-8", 1, "south"),
        ("cart-9", 1, "*DEFAULT*"),
    ];
    let events: Vec<String> = of
        .iter()
        .enumerate()
        .map(|(at, (stream, version, tenant))| event(first + at as i64, stream, *version, tenant))
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    copy(out, &format!("{schema}.mt_events"), EVENTS, &events);
    let streams = [
        "cart-7|shopping_cart|2|north|f",
        "cart-7|shopping_cart|1|south|f",
        "cart-8|shopping_cart|1|south|f",
        "cart-9|\\N|1|*DEFAULT*|f",
    ];
    copy(out, &format!("{schema}.mt_streams"), STREAMS, &streams);
}

fn dump(tables: &str) -> String {
    format!(
        "-- PostgreSQL database dump\n\nSET client_encoding = 'UTF8';\n\n{tables}\n-- PostgreSQL database dump complete\n"
    )
}

#[test]
fn documents_are_their_tenants_and_their_stores() {
    let place = Place::new();
    let mut tables = String::new();
    carts(&mut tables, "shop", 1);
    carts(&mut tables, "fair_events", 1);
    let shop = [
        "north|cart-7|{\"in\": \"shop\"}|2|Cart|f",
        "south|cart-7|{\"in\": \"south\"}|1|Cart|f",
        "south|cart-8|{\"in\": \"gone\"}|1|Cart|t",
    ];
    copy(&mut tables, "shop.mt_doc_shoppingcart", DOCUMENTS, &shop);
    // Other projections: of the same ids, a number that is no version, a UUID.
    copy(&mut tables, "shop.mt_doc_load_2", DOCUMENTS, &["*DEFAULT*|cart-9|{}|90|Load|f"]);
    copy(
        &mut tables,
        "shop.mt_doc_plain",
        DOCUMENTS,
        &["north|cart-7|{}|0d4a0e4c-0000-4000-8000-000000000000|Plain|f"],
    );
    // The documents of the other store are in a schema of their own, without tenants.
    copy(&mut tables, "fair.mt_doc_any", "id, data, mt_version, mt_dotnet_type", &["cart-9|{\"in\": \"fair\"}|1|Any"]);
    let store = place.write("two.sql", dump(&tables).as_bytes());
    let shop = all_stored(&store, &["--table", "shop.mt_events"]);
    let wanted = [(("north/cart-7", 2), json!({"in": "shop"})), (("south/cart-7", 1), json!({"in": "south"}))];
    let wanted = wanted.map(|((stream, version), state)| ((stream.to_owned(), version), state));
    let run =
        place.program.run(&["export", &store, "--what", "states", "--reducer", "stored", "--table", "shop.mt_events"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(shop, BTreeMap::from(wanted));
    let run = place.program.run(&[
        "state",
        &store,
        "--table",
        "shop.mt_events",
        "--reducer",
        "stored",
        "--stream",
        "south/cart-8",
    ]);
    run.refused(1, "the store holds no document of this stream", "choose a reducer");
    let both = all_stored(&store, &[]);
    let places: Vec<&str> = both.keys().map(|(stream, _)| stream.as_str()).collect();
    assert_eq!(
        places,
        ["cart-9 (fair_events.mt_events)", "north/cart-7 (shop.mt_events)", "south/cart-7 (shop.mt_events)"]
    );
    assert_eq!(both.values().next(), Some(&json!({"in": "fair"})));
}

#[test]
fn a_store_is_narrowed_to_one_tenant() {
    let place = Place::new();
    let mut tables = String::new();
    carts(&mut tables, "shop", 1);
    let store = place.write("carts.sql", dump(&tables).as_bytes());
    let named = |more: &[&str]| -> Vec<String> {
        let lines = place.program.json(&[&["streams", &store, "--json"], more].concat());
        lines.iter().map(|line| line["stream"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(named(&["--tenant", "south"]), ["south/cart-7", "south/cart-8"]);
    assert_eq!(named(&["--tenant", "*DEFAULT*"]), ["cart-9"]);
    assert_eq!(named(&[]).len(), 4);
    let south = place.program.json(&["info", &store, "--json", "--tenant", "south"]);
    assert_eq!((&south[0]["events"], &south[0]["findings"]), (&json!(2), &json!(0)));
    let events = place.program.json(&["events", &store, "--json", "--tenant", "north"]);
    assert_eq!(events.len(), 2);
    place.program.run(&["info", &store, "--tenant", "west"]).refused(
        1,
        "has no tenant west",
        "there are *DEFAULT*, north, south",
    );
    let bank = text(&sample("bank/bank.db"));
    place.program.run(&["info", &bank, "--tenant", "a"]).refused(
        1,
        "Emmett says nothing of tenants",
        "leave out --tenant",
    );
    // An id alone is enough where it is one stream's.
    let state = |stream: &str, more: &[&str]| {
        place.program.run(&[&["state", &store, "--json", "--stream", stream], more].concat())
    };
    assert_eq!(state("cart-8", &[]).one()["stream"], "south/cart-8");
    assert_eq!(state("cart-7", &["--tenant", "north"]).one()["stream"], "north/cart-7");
    state("cart-7", &[]).refused(1, "cart-7 may be one of 2 streams", "north/cart-7, south/cart-7");
    let diff = ["diff", &store, "--stream", "cart-8", "--from", "initial", "--to", "1", "--json"];
    assert_eq!(place.program.run(&diff).code, 0);
    let events = place.program.json(&["events", &store, "--json", "--stream", "cart-8"]);
    assert_eq!(events[0]["stream"], "south/cart-8");
    let rows = place.program.json(&["export", &store, "--what", "changes", "--stream", "cart-8"]);
    assert_eq!(rows[0]["stream"], "south/cart-8");
}

#[test]
fn a_merge_begins_anew_where_a_stream_was_compacted() {
    let place = Place::new();
    let row = |seq: i64, version: i64, kind: &str, data: &str| {
        format!("{seq}|e-{seq}|net/3|{version}|{data}|{kind}|2026-03-04 05:06:07+00|*DEFAULT*|f")
    };
    for kind in ["Compacted<Incident>", "JasperFx.Events.Compacted<Desk.Incident>", "compacted<incident>"] {
        let rows = [
            row(14, 14, "logged", r#"{"gone": true}"#),
            row(15, 15, kind, r#"{"Snapshot": {"cost": 7, "tags": ["a"]}, "PreviousStreamId": "0"}"#),
            row(16, 16, "costed", r#"{"cost": 8}"#),
            row(17, 17, "JasperFx.Events.Uncompacted<Incident>", r#"{"snapshot": {}}"#),
        ];
        let mut tables = String::new();
        copy(&mut tables, "mt_events", EVENTS, &rows.each_ref().map(String::as_str));
        let store = place.write("compacted.sql", dump(&tables).as_bytes());
        let lines = place.program.json(&["export", &store, "--what", "states"]);
        let states: Vec<&Value> = lines.iter().map(|line| &line["state"]).collect();
        let last = json!({"cost": 8, "tags": ["a"], "snapshot": {}});
        let wanted =
            [json!({"gone": true}), json!({"cost": 7, "tags": ["a"]}), json!({"cost": 8, "tags": ["a"]}), last];
        assert_eq!(states, wanted.each_ref(), "{kind}");
        // A reducer of the user's has the event as it is stored.
        let reducer = place.write("r.mjs", b"export default (s, e) => e.data");
        let lines = place.program.json(&["export", &store, "--what", "states", "--reducer", &reducer]);
        assert_eq!(lines[1]["state"]["PreviousStreamId"], "0");
    }
}

#[test]
fn how_far_projections_are_is_told() {
    let info = Program::new().json(&["info", &text(&sample("marten/bank.dump")), "--json"]);
    let evidence = info[0]["evidence"].to_string();
    assert!(
        evidence.contains("projections: MonthTotals at seq 203, lag 0; RemarkIndex at seq 203, lag 0"),
        "{evidence}"
    );
}
