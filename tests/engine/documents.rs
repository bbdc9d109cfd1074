//! What document databases and programs write as JSON: items and exports of DynamoDB, MongoDB's
//! Extended JSON, documents that hold events by the id of their stream, envelopes around events.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Place, Program, root, text};

fn castore(file: &str) -> PathBuf {
    root().join("tests/castore").join(file)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn items() -> Vec<Value> {
    read(&castore("scan.json"))["Items"].as_array().expect("items").clone()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text.as_bytes()).expect("packed");
    out.finish().expect("packed")
}

/// The events of a store, whatever order they are in.
fn events(program: &Program, store: &str, more: &[&str]) -> Vec<Value> {
    let mut events = program.json(&[&["events", store, "--json"], more].concat());
    events.sort_by_key(|event| (event["stream"].to_string(), event["version"].as_i64()));
    events
}

fn lines(items: &[Value], around: impl Fn(&Value) -> Value) -> String {
    items.iter().map(|item| format!("{}\n", around(item))).collect()
}

fn as_exported(item: &Value) -> Value {
    json!({"Item": item})
}

#[test]
fn items_of_dynamodb_are_the_same_events_however_they_lie() {
    let place = Place::new();
    let all = items();
    let want = events(&place.program, &text(&castore("scan.json")), &[]);
    assert_eq!(want.len(), all.len());
    let (front, back) = all.split_at(all.len() / 2);
    let page = |items: &[Value]| json!({"Items": items, "Count": items.len(), "LastEvaluatedKey": {"a": {"S": "x"}}});
    let empty = json!({"Items": [], "Count": 0});
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    let pages = [pretty(&page(front)), pretty(&empty), pretty(&page(back))].join("\n");
    let page_a_line = format!("{}\n{}\n{}\n", empty, page(front), page(back));
    let change = |item: &Value| json!({"Metadata": {"WriteTimestampMicros": {"N": "1"}}, "Keys": {"aggregateId": item["aggregateId"]}, "NewImage": item});
    for (what, content) in [
        ("pages, each over many lines", pages),
        ("a page a line, the first without items", page_a_line),
        ("pages right behind each other", format!("{}{}", page(front), page(back))),
        ("an item a line", lines(&all, Value::clone)),
        ("items over many lines", all.iter().map(pretty).collect::<Vec<_>>().join("\n")),
        ("an array", pretty(&Value::from(all.clone()))),
        ("an export", lines(&all, as_exported)),
        ("an incremental export", lines(&all, change)),
        ("requests to write", lines(&all, |item| json!({"PutRequest": {"Item": item}}))),
        ("records of a stream", lines(&all, |item| json!({"eventName": "INSERT", "dynamodb": {"NewImage": item}}))),
    ] {
        let store = place.write("items.json", &content);
        assert_eq!(events(&place.program, &store, &[]), want, "{what}");
        let packed = place.write("items.json.gz", gzip(&content));
        assert_eq!(events(&place.program, &packed, &[]), want, "{what}, packed");
    }
    let info = &place.program.json(&["info", &text(&castore("scan.json")), "--json"])[0];
    assert_eq!((&info["dialect"], &info["format"]), (&json!("castore-dynamodb"), &json!("dynamodb")));
    assert!(info["evidence"].to_string().contains("DynamoDB"), "{info}");
    // What JSON cannot say is told from what it can.
    let special = want.iter().find(|event| event["data"]["care"]["$set"].is_array()).expect("a set");
    assert!(special["data"]["label"]["$bytes"].is_string() && special["data"]["code"].is_number(), "{special}");
    let digits = place.program.run(&["events", &text(&castore("scan.json")), "--json"]).out;
    assert!(digits.contains(r#""code":70000000000000001000"#), "every digit is there");
}

/// Writes an export; the folder of its data files is told apart from that of its manifests.
fn export(place: &Place, root: &str, data: &str, parts: &[&[Value]]) {
    std::fs::create_dir_all(place.path(root)).expect("a folder");
    std::fs::create_dir_all(place.path(data)).expect("a folder");
    let mut manifest = String::new();
    for (at, part) in parts.iter().enumerate() {
        place.write(&format!("{data}/part{at}.json.gz"), gzip(&lines(part, as_exported)));
        manifest +=
            &format!("{{\"itemCount\":{},\"dataFileS3Key\":\"some/prefix/{data}/part{at}.json.gz\"}}\n", part.len());
    }
    place.write(&format!("{root}/manifest-files.json"), manifest);
    place.write(
        &format!("{root}/manifest-summary.json"),
        r#"{"tableArn":"arn:aws:dynamodb:x:0:table/parcels","outputFormat":"DYNAMODB_JSON","exportTime":"2026-03-07T08:00:00Z"}"#,
    );
}

#[test]
fn exports_to_s3_are_opened_by_any_of_their_folders() {
    let place = Place::new();
    let all = items();
    let want = events(&place.program, &text(&castore("scan.json")), &[]);
    let (front, back) = all.split_at(20);
    export(&place, "full/AWSDynamoDB/01-a", "full/AWSDynamoDB/01-a/data", &[front, &[], back]);
    export(&place, "changes/AWSDynamoDB/02-b", "changes/AWSDynamoDB/data", &[front, back]);
    // As moto writes it: no manifest.
    std::fs::create_dir_all(place.path("bare/AWSDynamoDB/x/data")).expect("a folder");
    place.write("bare/AWSDynamoDB/x/data/1.gz", gzip(&lines(front, as_exported)));
    // Without a line's end behind the last item, and not packed.
    place.write("bare/AWSDynamoDB/x/data/0.json", lines(back, as_exported).trim_end());
    for folder in [
        "full",
        "full/AWSDynamoDB",
        "full/AWSDynamoDB/01-a",
        "full/AWSDynamoDB/01-a/data",
        "changes",
        "changes/AWSDynamoDB/02-b",
        "bare",
        "bare/AWSDynamoDB/x",
        "bare/AWSDynamoDB/x/data",
    ] {
        let store = text(&place.path(folder));
        assert_eq!(events(&place.program, &store, &[]), want, "{folder}");
    }
    let info = &place.program.json(&["info", &text(&place.path("full")), "--json"])[0];
    assert!(info["evidence"].to_string().contains("of the table parcels, as it was at 2026-03-07T08:00:00Z"), "{info}");
}

#[test]
fn a_damaged_file_of_an_export_hides_none_of_the_others() {
    let place = Place::new();
    let all = items();
    let root = "AWSDynamoDB/01-a";
    export(&place, root, "AWSDynamoDB/01-a/data", &[&all[..10], &all[10..20], &all[20..]]);
    let file = place.path("AWSDynamoDB/01-a/data/part0.json.gz");
    let whole = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &whole[..whole.len() - 40]).expect("cut");
    std::fs::remove_file(place.path("AWSDynamoDB/01-a/data/part1.json.gz")).expect("removed");
    let store = text(&place.path(root));
    let left = place.program.json(&["events", &store, "--json"]).len();
    assert!((all.len() - 20..all.len() - 10).contains(&left), "{left} of {}", all.len());
    let checks = place.program.json(&["check", &store, "--json"]);
    let named =
        checks.iter().any(|line| line["code"] == "truncated-tail" && line["message"].to_string().contains("part0"));
    assert!(named, "{checks:?}");
}

#[test]
fn an_export_that_cannot_be_read_says_why() {
    let place = Place::new();
    let all = items();
    export(&place, "AWSDynamoDB/01-a", "AWSDynamoDB/01-a/data", &[&all]);
    export(&place, "AWSDynamoDB/02-b", "AWSDynamoDB/02-b/data", &[&all]);
    let run = place.program.run(&["info", &text(&place.path("AWSDynamoDB"))]);
    run.refused(1, "it holds 2 exports of DynamoDB: 01-a, 02-b", "02-b");
    place.write("AWSDynamoDB/02-b/manifest-summary.json", r#"{"outputFormat":"ION"}"#);
    let run = place.program.run(&["info", &text(&place.path("AWSDynamoDB/02-b"))]);
    run.refused(1, "in the format ION", "DYNAMODB_JSON");
}

#[test]
fn an_item_that_was_deleted_is_told() {
    let place = Place::new();
    let gone = json!({"Metadata": {"WriteTimestampMicros": {"N": "1"}}, "Keys": {"aggregateId": {"S": "PARCELS#p"}}});
    let store = place.write("changes.json", lines(&items(), as_exported) + &gone.to_string() + "\n");
    let run = place.program.run(&["check", &store, "--json"]);
    assert!(run.out.contains(r#"deletes the item {\"aggregateId\":\"PARCELS#p\"}"#), "{run:?}");
}

/// As a table of cqrs-es has them: payloads in bytes.
const UNKNOWN: &str = r#"{"Items":[
    {"AggregateTypeAndId":{"S":"Mill:1"},"Sequence":{"N":"2"},"EventType":{"S":"Ground"},"Payload":{"B":"eyJrZyI6NDB9"},"More":{"M":{"by":{"S":"ann"},"raw":{"B":"eyJhIjoxfQ=="}}}},
    {"AggregateTypeAndId":{"S":"Mill:1"},"Sequence":{"N":"1"},"EventType":{"S":"Built"},"Payload":{"B":"eyJzdG9uZXMiOjR9"},"More":{"M":{"by":{"S":"bo"},"raw":{"B":"/wA="}}}}
]}"#;

#[test]
fn an_unknown_table_of_dynamodb_is_told_and_mapped() {
    let place = Place::new();
    let store = place.write("mill.json", UNKNOWN);
    let run = place.program.run(&["info", &store]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("DynamoDB") && run.err.contains("AggregateTypeAndId"), "{run:?}");
    let map =
        "stream=AggregateTypeAndId,version=Sequence,type=EventType,data=Payload,metadata=More.raw,category=More.by";
    let events = events(&place.program, &store, &["--map", map]);
    let said: Vec<Value> = events.iter().map(|e| json!([e["version"], e["type"], e["data"], e["metadata"]])).collect();
    // Bytes that are JSON are read, others stay bytes.
    let want = json!([[1, "Built", {"stones": 4}, {"$bytes": "/wA="}], [2, "Ground", {"kg": 40}, {"a": 1}]]);
    assert_eq!(Value::from(said), want);
    let state = place.program.json(&["state", &store, "--json", "--stream", "Mill:1", "--map", map]);
    assert_eq!(state[0]["state"], json!({"stones": 4, "kg": 40}));
    // Without a payload of its own, what no role claims is the payload, with plain values.
    let rest = place.program.json(&[
        "events",
        &store,
        "--json",
        "--map",
        "stream=AggregateTypeAndId,version=Sequence,type=EventType",
    ]);
    assert_eq!((&rest[0]["data"]["More"]["by"], &rest[0]["version"]), (&json!("bo"), &json!(1)), "{rest:?}");
}

#[test]
fn streams_of_emmett_in_mongodb_are_documents() {
    let place = Place::new();
    let message = |n: i64, metadata: Value| {
        let at = json!({"$date": "2026-03-04T05:06:07Z"});
        json!({"type": "Added", "data": {"n": n, "big": {"$numberLong": "9007199254740993"}, "at": at}, "metadata": metadata})
    };
    let stream = |name: &str, count: i64| {
        let id = |n: i64| json!({"messageId": format!("{name}/{n}"), "streamPosition": {"$numberLong": n.to_string()}});
        let messages: Vec<Value> = (1..=count).map(|n| message(n, id(n))).collect();
        json!({"_id": {"$oid": "65a1b2c3d4e5f60718293a4b"}, "streamName": name, "messages": messages,
            "metadata": {"streamPosition": {"$numberLong": count.to_string()}}, "projections": {"_default": {"n": count}}})
    };
    let all = [stream("cart:1", 200), stream("cart:2", 3), stream("order:1", 0)];
    let whole = serde_json::to_string_pretty(&all).expect("JSON");
    for content in [lines(&all, Value::clone), whole] {
        let store = place.write("cart.json", content);
        let info = &place.program.json(&["info", &store, "--json"])[0];
        assert_eq!(
            (&info["dialect"], &info["streams"], &info["events"]),
            (&json!("emmett-mongodb"), &json!(2), &json!(203))
        );
        let events = place.program.json(&["events", &store, "--json", "--stream", "cart:1"]);
        assert_eq!(events.len(), 200);
        for (n, event) in (1..).zip(&events) {
            let data = json!({"n": n, "big": 9_007_199_254_740_993_i64, "at": "2026-03-04T05:06:07Z"});
            assert_eq!((&event["version"], &event["data"]), (&json!(n), &data));
            assert_eq!((&event["id"], &event["category"]), (&json!(format!("cart:1/{n}")), &json!("cart")));
        }
        let reducer =
            place.write("r.mjs", "export const cart = (s = 0n, e) => s + BigInt(e.data.n) + e.data.big - e.data.big;");
        let state = place.program.json(&["state", &store, "--json", "--stream", "cart:1", "--reducer", &reducer]);
        assert_eq!(state[0]["state"], json!({"$bigint": "20100"}), "large numbers are whole in a reducer");
    }
}

#[test]
fn of_an_export_of_developer_tools_the_last_state_is_read() {
    let place = Place::new();
    let state = read(&castore("redux.json"));
    let want = events(&place.program, &text(&castore("redux.json")), &[]);
    let mut older = state.clone();
    let slice = older["@castore_PARCELS"]["eventsByAggregateId"].as_object_mut().expect("events");
    slice.retain(|id, _| id == "parcel-2001");
    let tools = json!({
        "monitorState": {}, "nextActionId": 2, "actionsById": {"0": {"action": {"type": "@@INIT"}, "stack": [{"a": 1}]}},
        "computedStates": [{"state": older}, {"state": state}], "currentStateIndex": 1, "skippedActionIds": [],
    });
    for content in [tools.to_string(), serde_json::to_string_pretty(&tools).expect("JSON")] {
        let store = place.write("tools.json", content);
        assert_eq!(events(&place.program, &store, &[]), want);
        assert_eq!(place.program.json(&["info", &store, "--json"])[0]["dialect"], "castore-redux");
    }
}

#[test]
fn events_by_the_id_of_their_stream_are_one_table() {
    let place = Place::new();
    // Nothing in an event tells its stream.
    let by_id = |from: i64| -> Value {
        let event = |n: i64| json!({"kind": "Lit", "nr": n, "watt": 10 * n});
        (from..from + 9)
            .map(|id| (format!("lamp \"{id}\""), json!([event(1), event(2)])))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let store = place.write("lamps.json", json!({"hall": by_id(0), "yard": by_id(5)}).to_string());
    let map = ["--table", "*.*", "--map", "stream=$1,category=$2,version=nr,type=kind"];
    let events = events(&place.program, &store, &[&map[..], &["--stream", "lamp \"7\""]].concat());
    let said: Vec<Value> = events.iter().map(|e| json!([e["stream"], e["version"], e["type"], e["data"]])).collect();
    let lit = |n: i64| json!(["lamp \"7\"", n, "Lit", {"watt": 10 * n}]);
    // Both maps have a lamp of that name.
    assert_eq!(said, [lit(1), lit(1), lit(2), lit(2)]);
    let run = place.program.run(&["info", &store]);
    assert!(run.code == 1 && run.err.contains("$1"), "{run:?}");
    // Few arrays with names of their own stay tables of their own.
    let other = place.write(
        "two.json",
        r#"{"lamps":[{"stream":"a","version":1,"type":"T"}],"cars":[{"stream":"b","version":1,"type":"T"}]}"#,
    );
    place.program.run(&["info", &other]).refused(1, "cars", "");
    assert_eq!(place.program.json(&["info", &other, "--json", "--table", "cars"])[0]["events"], 1);
}

#[test]
fn a_stream_is_found_by_the_id_that_its_library_has_for_it() {
    let place = Place::new();
    for (store, id) in [("memory.json", "parcel-2001"), ("scan.json", "courier-1"), ("redux.json", "parcel-2002")] {
        let store = text(&castore(store));
        let found = place.program.json(&["events", &store, "--json", "--stream", id]);
        assert!(!found.is_empty() && found.iter().all(|event| event["stream"].as_str().expect("a name").ends_with(id)));
    }
    // Two stores have one of that name.
    let event =
        |id: &str| json!([{"aggregateId": id, "version": 1, "type": "T", "timestamp": "2026-01-01T00:00:00.000Z"}]);
    let store = place.write("two.json", json!({"A": {"x-1": event("x-1")}, "B": {"x-1": event("x-1")}}).to_string());
    place.program.run(&["events", &store, "--stream", "x-1"]).refused(1, "x-1 may be one of 2 streams", "A#x-1, B#x-1");
}

#[test]
fn an_event_one_object_deeper_is_guessed_at_by_its_path() {
    let place = Place::new();
    let line = |map: i64, n: i64| {
        let kind = if n % 2 == 0 { "map:inked" } else { "map:drawn" };
        json!({"event": {"id": format!("e{map}-{n}"), "type": kind, "documentId": format!("map-{map}"), "version": 1, "data": {"n": n}},
            "meta": {"sequence": n, "offset": 100 * n}})
    };
    let all: Vec<Value> = (1..=3).flat_map(|map| (1..=4).map(move |n| line(map, n))).collect();
    let store = place.write("maps.jsonl", lines(&all, Value::clone));
    let run = place.program.run(&["info", &store]);
    assert_eq!(run.code, 1, "{run:?}");
    for part in ["stream=event.documentId", "type=event.type", "version=meta.sequence"] {
        assert!(run.err.contains(part), "no {part} in {run:?}");
    }
    let map = "stream=event.documentId,version=meta.sequence,type=event.type,data=event.data,id=event.id";
    let events = events(&place.program, &store, &["--map", map, "--stream", "map-2"]);
    assert_eq!(events[3]["data"], json!({"n": 4}));
}
