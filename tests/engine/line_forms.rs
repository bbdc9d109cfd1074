//! Forms of lines and documents that frameworks write: which lines are events, which replace
//! others, and where names and values stand.

use std::io::Write;
use std::sync::Arc;

use eventglass::formats::{self, Location, OpenChoice, StoreChange};
use eventglass::session::Indexer;
use serde_json::{Value, json};

use crate::input;
use crate::support::{Place, folder};

/// The members of each event that are named.
fn seen(place: &Place, store: &str, names: &[&str]) -> Vec<Value> {
    let events = place.program.json(&["events", store, "--json"]);
    events.iter().map(|event| names.iter().map(|name| event[*name].clone()).collect()).collect()
}

/// Nothing is odd, and no line is passed over.
fn is_calm(place: &Place, store: &str) {
    let lines = place.program.json(&["check", store, "--json"]);
    let odd: Vec<&Value> = lines.iter().filter(|line| line["severity"] != "note").collect();
    assert!(odd.is_empty(), "{odd:?}");
}

/// A line of NeDB as Booster writes it.
fn booster(kind: &str, id: &str, at: u32, herrings: u32) -> String {
    let line = json!({"version": 1, "kind": kind, "superKind": "domain", "entityID": "p-7", "requestID": "r",
        "entityTypeName": "Penguin", "typeName": "Fed", "value": {"n": herrings},
        "createdAt": format!("2026-03-04T05:06:{at:02}.000Z"), "_id": id});
    format!("{line}\n")
}

#[test]
fn of_lines_that_replace_others_the_last_counts() {
    let place = Place::new();
    let lines = [
        booster("event", "a", 1, 1),
        booster("snapshot", "s1", 1, 9),
        "{\"$$indexCreated\":{\"fieldName\":\"x\"}}\n".to_owned(),
        booster("event", "b", 2, 2),
        booster("event", "c", 3, 3),
        // One is written anew, and one taken away.
        booster("event", "a", 1, 10),
        "{\"$$deleted\":true,\"_id\":\"c\"}\n".to_owned(),
        booster("event", "d", 4, 4),
    ];
    let store = place.write("events.json", lines.concat());
    let want = json!([[1, "a", {"n": 10}], [2, "b", {"n": 2}], [3, "d", {"n": 4}]]);
    assert_eq!(json!(seen(&place, &store, &["version", "id", "data"])), want);
    is_calm(&place, &store);
    // NeDB writes the lines in the order of their ids when it opens a file: the time orders them.
    let moved = place.write("moved.json", [&lines[3], &lines[7], &lines[5]].map(String::as_str).concat());
    assert_eq!(json!(seen(&place, &moved, &["version", "id", "data"])), want);
    // What passes by cannot be taken back.
    input::run(&place, &["events", "-", "--json"], &lines.concat()).refused(
        1,
        "its lines replace others that came before",
        "write it into a file first",
    );
}

#[test]
fn a_file_that_grows_is_read_anew_only_where_what_was_read_no_longer_counts() {
    let (folder, cache) = (folder(), folder());
    let path = folder.path().join("events.json");
    let append = |text: &str| {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path).expect("the file");
        file.write_all(text.as_bytes()).expect("written");
    };
    let open = || {
        let opened = formats::open(&Location::of(&path), cache.path(), &OpenChoice::default()).expect("a store");
        let mut indexer = Indexer::open(Arc::new(opened)).expect("an index");
        let events = indexer.run().expect("an index").events();
        (indexer, events)
    };
    append(&booster("event", "a", 1, 1));
    append(&booster("event", "b", 2, 2));
    let (mut indexer, events) = open();
    assert_eq!(events, 2);
    // The first half of a line says nothing yet.
    let next = booster("event", "c", 3, 4);
    append(&(booster("event", "c", 3, 3) + &next[..40]));
    let index = indexer.publish();
    assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Written);
    indexer.go_on();
    while indexer.step().expect("readable") {}
    let index = indexer.publish();
    assert_eq!(index.events(), 3);
    append(&next[40..]);
    assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Replaced);
    let (mut indexer, events) = open();
    assert_eq!(events, 3);
    append("{\"$$deleted\":true,\"_id\":\"b\"}\n");
    let index = indexer.publish();
    assert_eq!(indexer.change(&index).expect("looked"), StoreChange::Replaced);
    assert_eq!(open().1, 2);
}

/// A record of TingoDB: lengths, key and document, each a line.
fn tingo(id: &str, deleted: bool, document: Option<&Value>) -> String {
    let mut key = json!({"_id": id, "_uid": 1, "_dt": 1_795_679_650_141_i64});
    match deleted {
        true => key["_a"] = json!("del"),
        false => key["_s"] = json!("b4836d9320481d62"),
    }
    let (key, document) = (key.to_string(), document.map(Value::to_string).unwrap_or_default());
    format!("{{\"k\":\"{:010}\",\"o\":\"{:010}\",\"v\":\"001\"}}\n{key}\n{document}\n", key.len(), document.len())
}

#[test]
fn records_of_three_lines_are_one_event_each() {
    let place = Place::new();
    let event = |id: &str, revision: u32, dispatched: bool| {
        json!({"streamId": "p 7", "aggregateId": "p 7", "aggregate": "penguin", "context": "zoo",
            "streamRevision": revision, "commitId": "c", "commitSequence": revision,
            "commitStamp": {"$wrap": "$date", "v": 1_772_600_767_500_i64, "h": "2026-03-04T05:06:07.500Z"},
            "payload": {"name": "fed", "n": revision}, "position": null, "id": id, "_id": id,
            "dispatched": dispatched})
    };
    let records = [
        tingo("a0", false, Some(&event("a0", 0, false))),
        tingo("a1", false, Some(&event("a1", 1, false))),
        tingo("a2", false, Some(&event("a2", 2, false))),
        tingo("a0", false, Some(&event("a0", 0, true))),
        tingo("a2", true, None),
    ];
    let store = place.write("events.tingo", records.concat());
    let want = json!([
        ["zoo:penguin:p 7", 0, "a0", "fed", "2026-03-04T05:06:07.500Z"],
        ["zoo:penguin:p 7", 1, "a1", "fed", "2026-03-04T05:06:07.500Z"]
    ]);
    assert_eq!(json!(seen(&place, &store, &["stream", "version", "id", "type", "time"])), want);
    is_calm(&place, &store);
}

#[test]
fn a_history_is_called_as_its_file() {
    let place = Place::new();
    let history = json!({"events": [
        {"eventId": "1", "eventTime": "2026-03-04T05:06:07Z", "eventType": "STARTED", "taskId": "9", "a": {"n": 1}},
        {"eventId": "2", "eventTime": "2026-03-04T05:06:08Z", "eventType": "ENDED", "taskId": "10", "b": {}}]});
    let want = json!([["feed-1.2", 1, "STARTED", {"a": {"n": 1}}], ["feed-1.2", 2, "ENDED", {"b": {}}]]);
    for text in [history.to_string(), format!("{history:#}"), history["events"].to_string()] {
        let store = place.write("feed-1.2.json", text);
        assert_eq!(json!(seen(&place, &store, &["stream", "version", "type", "data"])), want);
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(history.to_string().as_bytes()).expect("packed");
    let store = place.write("feed-1.2.json.gz", packed.finish().expect("packed"));
    assert_eq!(json!(seen(&place, &store, &["stream", "version", "type", "data"])), want);
}

#[test]
fn messages_without_a_payload_are_none_and_headers_name_the_type() {
    let place = Place::new();
    let message = |offset: u32, headers: Value, payload: Value| {
        let line = json!({"topic": "zoo", "partition": 0, "offset": offset, "tstype": "create",
            "ts": 1_772_600_767_500_i64, "broker": 1, "headers": headers, "key": "p-7", "payload": payload});
        format!("{line}\n")
    };
    let lines = [
        message(1, json!(["x", null, "ce_type", "Hatched"]), json!("{\"n\":1}")),
        message(2, json!([]), Value::Null),
        message(3, json!(["ce_type"]), json!("{\"eventType\":\"Fed\"}")),
        // A value that is called like the name is none.
        message(4, json!(["y", "ce_type", "z", "Wrong"]), json!("{}")),
    ];
    let store = place.write("zoo.jsonl", lines.concat());
    let want = json!([[1, "Hatched", {"n": 1}], [2, "Fed", {"eventType": "Fed"}], [3, "zoo", {}]]);
    assert_eq!(json!(seen(&place, &store, &["version", "type", "data"])), want);
    is_calm(&place, &store);
}

#[test]
fn only_changes_of_an_outbox_are_events() {
    let place = Place::new();
    let change = |op: &str, after: Value| {
        json!({"before": null, "after": after, "source": {"connector": "postgresql"}, "op": op,
            "ts_ms": 1_772_600_768_000_i64})
    };
    let row = json!({"id": "e-1", "aggregatetype": "penguin", "aggregateid": "p-7", "type": "Fed",
        "payload": "{\"n\":1}", "timestamp": 1_772_600_767_500_000_i64});
    let changes = [change("c", row.clone()), change("d", Value::Null), change("u", row.clone()), change("r", row)];
    let plain: String = changes.iter().map(|change| format!("{change}\n")).collect();
    let wrapped: String = changes.iter().map(|own| format!("{}\n", json!({"schema": {}, "payload": own}))).collect();
    for (name, text, dialect) in [("a.jsonl", plain, "debezium"), ("b.jsonl", wrapped, "debezium-schema")] {
        let store = place.write(name, text);
        let info = place.program.json(&["info", &store, "--json"]);
        assert_eq!(info[0]["dialect"], dialect);
        let want = json!([["p-7", "Fed", {"n": 1}, "2026-03-04T05:06:07.500Z"], ["p-7", "Fed", {"n": 1},
            "2026-03-04T05:06:07.500Z"]]);
        assert_eq!(json!(seen(&place, &store, &["stream", "type", "data", "time"])), want);
    }
    // Changes of any other table.
    let other = change("c", json!({"id": 1, "name": "Ann"}));
    let store = place.write("c.jsonl", format!("{other}\n{other}\n"));
    place.program.run(&["info", &store]).refused(1, "no framework is known by these columns", "");
}

#[test]
fn a_page_of_a_feed_and_documents_with_several_events_count_as_they_say() {
    let place = Place::new();
    let entry = |number: u32| {
        json!({"eventId": format!("e-{number}"), "eventType": "Fed", "eventNumber": number,
            "data": "{\"n\":1}", "metaData": "", "streamId": "p-7", "isJson": true,
            "updated": format!("2026-03-04T05:06:{number:02}Z")})
    };
    let page = json!({"title": "x", "id": "x", "updated": "2026-03-04T05:06:07Z", "streamId": "p-7",
        "entries": [entry(2), entry(1), entry(0)]});
    let store = place.write("page.json", format!("{page:#}"));
    let want = json!([["p-7", 0, "e-0"], ["p-7", 1, "e-1"], ["p-7", 2, "e-2"]]);
    assert_eq!(json!(seen(&place, &store, &["stream", "version", "id"])), want);

    let event = |n: u32| json!({"t": "2026-03-04T05:06:07Z", "c": "Fed", "d": {"n": n}});
    // As an index of the database has them: in any order.
    let batches = [
        json!({"id": "-1", "p": "P-7", "i": 3, "n": 4, "e": [event(3)], "u": []}),
        json!({"id": "0", "p": "P-7", "i": 0, "n": 3, "e": [event(0), event(1), event(2)]}),
    ];
    let store = place.write("equinox.json", json!(batches).to_string());
    let want = json!([["P-7", 0, {"n": 0}], ["P-7", 1, {"n": 1}], ["P-7", 2, {"n": 2}], ["P-7", 3, {"n": 3}]]);
    assert_eq!(json!(seen(&place, &store, &["stream", "version", "data"])), want);
}

#[test]
fn commands_are_no_events_and_a_conversation_is_a_stream() {
    let place = Place::new();
    let record = |position: u32, kind: &str| {
        let line = json!({"partitionId": 1, "position": position, "key": 7, "timestamp": 1_772_600_767_500_i64,
            "recordType": kind, "valueType": "JOB", "intent": "CREATED", "rejectionType": "NULL_VAL",
            "value": {"bpmnProcessId": "feed", "processInstanceKey": 9, "version": 2}});
        format!("{line}\n")
    };
    let lines = [record(1, "COMMAND"), record(2, "EVENT"), record(3, "COMMAND_REJECTION"), record(4, "EVENT")];
    let store = place.write("zeebe.jsonl", lines.concat());
    let want = json!([["9", 1, 2, "CREATED"], ["9", 2, 4, "CREATED"]]);
    assert_eq!(json!(seen(&place, &store, &["stream", "version", "position", "type"])), want);
    is_calm(&place, &store);

    let tracker = |sender: &str| {
        json!({"sender_id": sender, "slots": {}, "latest_event_time": 1_772_600_768.5, "events": [
            {"event": "action", "timestamp": 1_772_600_767.5, "name": "action_listen"},
            {"event": "user", "timestamp": 1_772_600_768.5, "text": "hi"}]})
    };
    let want = |sender: &str| {
        vec![
            json!([sender, 1, "action", "2026-03-04T05:06:07.500Z"]),
            json!([sender, 2, "user", "2026-03-04T05:06:08.500Z"]),
        ]
    };
    let names = ["stream", "version", "type", "time"];
    let store = place.write("one.json", format!("{:#}", tracker("ann")));
    assert_eq!(seen(&place, &store, &names), want("ann"));
    let store = place.write("two.jsonl", format!("{}\n{}\n", tracker("ann"), tracker("bob")));
    // Both at the same times.
    let both = want("ann").into_iter().zip(want("bob")).flat_map(|(ann, bob)| [ann, bob]);
    assert_eq!(seen(&place, &store, &names), both.collect::<Vec<_>>());
}

/// Three events and a heartbeat, as EventSourcingDB gives them out.
const CHAIN: &str = concat!(
    r#"{"type":"event","payload":{"source":"tag:example.com,2025:shop","subject":"/orders/1002","type":"io.example.orderplaced","specversion":"1.0","id":"0","time":"2025-07-03T13:11:57.098000213Z","datacontenttype":"application/json","data":{"customer":"ember","currency":"EUR","lines":[]},"predecessorhash":"0000000000000000000000000000000000000000000000000000000000000000","hash":"60e55fdf96a53c616b94a83bd18d900957b074d5bfb498bcc8bba82bd0a6bf1c","signature":null}}"#,
    "\n{\"type\":\"heartbeat\",\"payload\":{}}\n",
    r#"{"type":"event","payload":{"source":"tag:example.com,2025:shop","subject":"/orders/1000","type":"io.example.orderplaced","specversion":"1.0","id":"1","time":"2025-07-03T13:59:59.261000654Z","datacontenttype":"application/json","data":{"customer":"amber","currency":"EUR","lines":[]},"predecessorhash":"60e55fdf96a53c616b94a83bd18d900957b074d5bfb498bcc8bba82bd0a6bf1c","hash":"b65094fd2779a08fcd1fc7a2235933d5f6961d2849ce0e80b4fcf442f6c038cb","signature":null}}"#,
    "\n",
    r#"{"type":"event","payload":{"source":"tag:example.com,2025:shop","subject":"/orders/1022","type":"io.example.orderplaced","specversion":"1.0","id":"2","time":"2025-07-03T14:05:32.616000186Z","datacontenttype":"application/json","data":{"customer":"emoji 🚲","currency":"EUR","lines":[]},"predecessorhash":"b65094fd2779a08fcd1fc7a2235933d5f6961d2849ce0e80b4fcf442f6c038cb","hash":"40df1d4c2eac39b51a16dff57485258600a3c78fadd28759b0d575fc36aed01f","signature":null}}"#,
    "\n"
);

#[test]
fn a_chain_of_hashes_names_the_event_that_was_changed() {
    let place = Place::new();
    let verify = |text: &str| {
        let store = place.write("log.ndjson", text);
        is_calm(&place, &store);
        let run = place.program.run(&["check", &store, "--verify"]);
        assert!(run.is_well(), "{run:?}");
        let lines = place.program.json(&["check", &store, "--verify", "--json"]);
        let odd = lines.iter().filter(|line| line["code"] == "hash-mismatch");
        (odd.map(|line| json!([line["stream"], line["version"], line["count"]])).collect::<Vec<_>>(), run.out)
    };
    let (odd, said) = verify(CHAIN);
    assert!(odd.is_empty(), "{odd:?}");
    assert!(said.contains("verified: the hash of every event, and that each names the hash of the one"), "{said}");
    let (odd, _) = verify(&CHAIN.replace("amber", "amperé"));
    assert_eq!(odd, [json!(["/orders/1000", 1, 1])]);
    let (odd, _) = verify(&CHAIN.replace("13:59:59.261000654Z", "13:59:59.261000655Z"));
    assert_eq!(odd, [json!(["/orders/1000", 1, 1])]);
    // Of one that is not there nothing can be said.
    let without: String = CHAIN.split_inclusive('\n').filter(|line| !line.contains("\"id\":\"1\"")).collect();
    let (odd, said) = verify(&without);
    assert!(odd.is_empty(), "{odd:?}");
    assert!(said.contains("the one before is not there for 1 of them"), "{said}");
}

/// A dialect of the user's own.
fn with_dialect(place: &Place, text: &str) {
    let folder = place.program.home.path().join("dialects");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("own.toml"), text).expect("a dialect");
}

#[test]
fn a_test_for_null_is_the_same_in_tables_dumps_and_lines() {
    let place = Place::new();
    let dialect = |word: &str| {
        let text = format!(
            r#"
id = "own"
name = "Own"
engines = ["sqlite", "postgres", "json-lines"]
[[detect]]
table = "*"
columns = ["agg", "nr", "kind", "body", "gone"]
[events]
table = "*"
where = [["gone", "is", "{word}"]]
[events.map]
stream = "{{agg}}"
version = {{ col = "nr" }}
type = {{ col = "kind" }}
payload = {{ col = "body", decode = ["json"] }}
"#
        );
        with_dialect(&place, &text);
    };
    let rows = [(1, None), (2, Some("x")), (3, None), (4, Some(""))];
    let conn = rusqlite::Connection::open(place.path("a.db")).expect("a store");
    conn.execute_batch("CREATE TABLE notes (agg, nr, kind, body, gone)").expect("a table");
    let mut dump =
        "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.notes (\n    agg text,\n    nr integer,\n    \
         kind text,\n    body text,\n    gone text\n);\n\nCOPY public.notes (agg, nr, kind, body, gone) FROM stdin;\n"
            .to_owned();
    let mut lines = String::new();
    for (nr, gone) in rows {
        let body = format!("{{\"n\":{nr}}}");
        conn.execute("INSERT INTO notes VALUES ('s-1', ?1, 'T', ?2, ?3)", (nr, &body, gone)).expect("a row");
        dump.push_str(&format!("s-1\t{nr}\tT\t{body}\t{}\n", gone.unwrap_or("\\N")));
        lines.push_str(&format!("{}\n", json!({"agg": "s-1", "nr": nr, "kind": "T", "body": {"n": nr}, "gone": gone})));
    }
    // What a line lacks is null, too.
    lines.push_str("{\"agg\":\"s-1\",\"nr\":5,\"kind\":\"T\",\"body\":{}}\n");
    drop(conn);
    let stores = [
        crate::support::text(&place.path("a.db")),
        place.write("a.sql", dump + "\\.\n"),
        place.write("a.jsonl", lines),
    ];
    let versions = |store: &String| seen(&place, store, &["version"]).concat_numbers();
    dialect("null");
    assert_eq!(stores.each_ref().map(versions), [vec![1, 3], vec![1, 3], vec![1, 3, 5]]);
    dialect("not null");
    assert_eq!(stores.each_ref().map(versions), [[2, 4], [2, 4], [2, 4]]);
}

/// Numbers out of lists of one.
trait Numbers {
    fn concat_numbers(&self) -> Vec<i64>;
}

impl Numbers for Vec<Value> {
    fn concat_numbers(&self) -> Vec<i64> {
        self.iter().filter_map(|own| own[0].as_i64()).collect()
    }
}

#[test]
fn the_column_of_a_payload_or_a_member_beside_it_says_how_it_is_decoded() {
    let place = Place::new();
    with_dialect(
        &place,
        r#"
id = "own"
name = "Own"
engines = ["json-lines"]
[[detect]]
table = "*"
columns = ["agg", "kind", "meta.who", "meta.at"]
[events]
table = "*"
where = [["meta.who", "!=", "bob"]]
[events.map]
stream = "{agg}"
type = { col = "kind" }
payload = { col = ["body", "packed"], decode = ["json"], decode_by_col = { packed = ["zlib"] } }
[events.map.metadata]
members = [{ name = "by", col = "meta", json = "$.who" }, { name = "kind", col = "kind" }]
"#,
    );
    let line = |who: &str, more: Value| {
        let mut line = json!({"agg": "s-1", "kind": "T", "meta": {"who": who, "at": 1}});
        line.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        format!("{line}\n")
    };
    let lines = [
        line("ann", json!({"body": {"n": 1}})),
        line("bob", json!({"body": {"n": 2}})),
        line("eve", json!({"packed": "no zlib"})),
    ];
    let store = place.write("a.jsonl", lines.concat());
    let undecodable = |store: &str| {
        let lines = place.program.json(&["check", store, "--json"]);
        let odd = lines.into_iter().filter(|line| line["code"] == "undecodable");
        odd.map(|line| json!([line["version"], line["count"]])).collect::<Vec<_>>()
    };
    let want = json!([[{"n": 1}, {"by": "ann", "kind": "T"}], ["no zlib", {"by": "eve", "kind": "T"}]]);
    assert_eq!(json!(seen(&place, &store, &["data", "metadata"])), want);
    assert_eq!(undecodable(&store), [json!([2, 1])]);

    with_dialect(
        &place,
        r#"
id = "own"
name = "Own"
engines = ["json-lines"]
[[detect]]
table = "*"
columns = ["agg", "all", "all.t", "all.d"]
[events]
table = "*"
items = { col = "all" }
[events.map]
stream = "{agg}"
type = { json = "item:$.t" }
payload = { json = "item:$.d", by = "item:$.D", decode = ["json"], decode_by = { "1" = ["zlib"] } }
"#,
    );
    let items = json!({"agg": "s-1", "all": [{"t": "T", "d": {"n": 1}}, {"t": "T", "d": "x", "D": 0},
        {"t": "T", "d": "no zlib", "D": 1}]});
    let store = place.write("b.jsonl", format!("{items}\n"));
    assert_eq!(json!(seen(&place, &store, &["data"])), json!([[{"n": 1}], ["x"], ["no zlib"]]));
    assert_eq!(undecodable(&store), [json!([3, 1])]);
}
