//! Spring Modulith's registry: a row for each event and listener, shown as events.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, root, text};

const COLUMNS: &str = "id, listener_id, event_type, serialized_event, publication_date, completion_date, status, \
    completion_attempts, last_resubmission_date";

/// One row of the registry.
#[derive(Clone, Copy)]
struct Row<'r> {
    listener: &'r str,
    kind: &'r str,
    event: &'r str,
    /// Seconds behind noon.
    at: &'r str,
    status: &'r str,
}

fn row<'r>(listener: &'r str, event: &'r str, at: &'r str) -> Row<'r> {
    Row { listener, kind: "shop.OrderPlaced", event, at, status: "COMPLETED" }
}

impl Row<'_> {
    /// The values as a script writes them.
    fn values(&self, number: usize) -> String {
        let Row { listener, kind, event, at, status } = self;
        let completed = if *status == "COMPLETED" { "'2026-03-04 13:00:00'" } else { "NULL" };
        let status = if status.is_empty() { "NULL".to_owned() } else { format!("'{status}'") };
        format!(
            "('id-{number}', '{listener}', '{kind}', '{event}', '2026-03-04 12:00:{at}', {completed}, {status}, 1, NULL)"
        )
    }
}

fn values(rows: &[Row<'_>]) -> String {
    rows.iter().enumerate().map(|(number, row)| row.values(number)).collect::<Vec<_>>().join(", ")
}

/// A SQLite file with the table, and these rows.
fn store(place: &Place, tables: &[(&str, &[Row<'_>])]) -> String {
    let path = place.path("registry.db");
    drop(std::fs::remove_file(&path));
    let conn = Connection::open(&path).expect("a file");
    for (table, rows) in tables {
        let script = format!("CREATE TABLE {table} ({COLUMNS}); INSERT INTO {table} VALUES {};", values(rows));
        conn.execute_batch(&script).expect("a table");
    }
    text(&path)
}

/// Stream, version, type, time and listeners of each event.
fn events(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let lines = place.program.json(&[&["events"], arguments, &["--json"]].concat());
    let listeners = |event: &Value| {
        let listeners = event["metadata"]["listeners"].as_array().expect("a list").iter();
        listeners.map(|listener| listener["id"].clone()).collect::<Vec<_>>()
    };
    lines.iter().map(|e| json!([e["stream"], e["version"], e["type"], e["time"], listeners(e)])).collect()
}

const ORDER: &str = r#"{"orderId":"o-1","n":1}"#;
const NOON: &str = "2026-03-04T12:00:";

fn at(second: &str) -> String {
    format!("{NOON}{second}Z")
}

#[test]
fn rows_of_one_event_are_one_event_and_the_same_content_later_is_another() {
    let place = Place::new();
    let rows = [
        row("mail", ORDER, "01.000002"),
        row("stock", ORDER, "01.000001"),
        // Later, and for a listener again within the second.
        row("mail", ORDER, "09.5"),
        row("stock", ORDER, "09.500001"),
        row("mail", ORDER, "09.500002"),
        row("stock", ORDER, "09.500003"),
        row("bill", ORDER, "30"),
        row("bill", r#"{"orderId":"o-2","n":1}"#, "30"),
    ];
    let store = store(&place, &[("event_publication", &rows)]);
    let expected = [
        json!(["o-1", 0, "OrderPlaced", at("01.000001"), ["stock", "mail"]]),
        json!(["o-1", 1, "OrderPlaced", at("09.500"), ["mail", "stock"]]),
        json!(["o-1", 2, "OrderPlaced", at("09.500002"), ["mail", "stock"]]),
        json!(["o-1", 3, "OrderPlaced", at("30"), ["bill"]]),
        json!(["o-2", 0, "OrderPlaced", at("30"), ["bill"]]),
    ];
    assert_eq!(events(&place, &[&store]), expected);
    let info = place.program.json(&["info", &store, "--json"]);
    assert_eq!(json!([info[0]["dialect"], info[0]["streams"], info[0]["events"]]), json!(["modulith", 2, 5]));
    assert!(info[0]["evidence"].to_string().contains("orderId"), "{info:?}");
    let state = place.program.run(&["state", &store, "--stream", "o-1", "--at", "3", "--json"]).one();
    assert_eq!(state["state"], json!({"orderId": "o-1", "n": 1}));
}

#[test]
fn what_a_row_says_stands_in_the_list() {
    let place = Place::new();
    let rows = [row("mail", ORDER, "01"), Row { status: "FAILED", ..row("stock", ORDER, "01.25") }];
    let store = store(&place, &[("event_publication", &rows)]);
    let lines = place.program.json(&["events", &store, "--json"]);
    let (completed, second) = ("2026-03-04T13:00:00Z", "2026-03-04T12:00:01.250Z");
    let listeners = json!([
        {"id": "mail", "status": "COMPLETED", "published": at("01"), "completed": completed, "attempts": 1,
            "resubmitted": null},
        {"id": "stock", "status": "FAILED", "published": second, "completed": null, "attempts": 1,
            "resubmitted": null},
    ]);
    assert_eq!(lines[0]["metadata"], json!({"listeners": listeners}));
    assert_eq!(json!([lines[0]["position"], lines[0]["id"]]), json!([0, "id-0"]));
}

#[test]
fn the_archive_belongs_to_the_registry_and_another_schema_does_not() {
    let place = Place::new();
    let (live, done) = ([Row { status: "PUBLISHED", ..row("mail", ORDER, "02") }], [row("stock", ORDER, "01.9")]);
    let one = store(&place, &[("event_publication", &live), ("event_publication_archive", &done)]);
    let together = json!(["o-1", 0, "OrderPlaced", at("01.900"), ["stock", "mail"]]);
    assert_eq!(events(&place, &[&one]), [together]);
    let alone = json!(["o-1", 0, "OrderPlaced", at("02"), ["mail"]]);
    assert_eq!(events(&place, &[&one, "--table", "event_publication"]), [alone]);
    let table = |schema: &str, rows: &[Row<'_>]| {
        format!(
            "CREATE TABLE {schema}.event_publication (id uuid, listener_id text, event_type text, \
             serialized_event text, publication_date timestamp, completion_date timestamp, status text, \
             completion_attempts int, last_resubmission_date timestamp);\n\
             INSERT INTO {schema}.event_publication ({COLUMNS}) VALUES {};\n",
            values(rows)
        )
    };
    let two = place.write("two.sql", format!("SET statement_timeout = 0;\n{}{}", table("a", &live), table("b", &done)));
    let lines = place.program.json(&["streams", &two, "--json"]);
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn columns_are_known_however_they_are_spelled() {
    let place = Place::new();
    let hibernate = "id uuid, completiondate timestamp, eventtype varchar, listenerid varchar, \
        publicationdate timestamp, serializedevent varchar";
    let upper = "`ID` varchar(36), `LISTENER_ID` varchar(512), `EVENT_TYPE` varchar(512), \
        `SERIALIZED_EVENT` varchar(4000), `PUBLICATION_DATE` timestamp(6), `COMPLETION_DATE` timestamp(6)";
    let jpa = format!(
        "SET statement_timeout = 0;\nCREATE TABLE app.\"EVENT_PUBLICATION\" ({hibernate});\n\
         INSERT INTO app.\"EVENT_PUBLICATION\" VALUES ('a', NULL, 'shop.OrderPlaced', 'mail', \
         '2026-03-04 14:00:01+02', '{ORDER}');\n"
    );
    let mysql = format!(
        "-- MySQL dump 10.13\nCREATE TABLE `EVENT_PUBLICATION` ({upper});\nINSERT INTO `EVENT_PUBLICATION` VALUES \
         ('a','mail','shop.OrderPlaced','{}','2026-03-04 12:00:01.000000',NULL);\n",
        ORDER.replace('"', "\\\"")
    );
    // As H2's SCRIPT writes it.
    let h2 = format!(
        "-- H2 2.4.240;\n;\nCREATE CACHED TABLE \"PUBLIC\".\"EVENT_PUBLICATION\"(\"ID\" UUID NOT NULL, \
         \"LISTENER_ID\" CHARACTER VARYING(512) NOT NULL, \"EVENT_TYPE\" CHARACTER VARYING(512), \
         \"SERIALIZED_EVENT\" CHARACTER VARYING(4000), \"PUBLICATION_DATE\" TIMESTAMP(9) WITH TIME ZONE, \
         \"COMPLETION_DATE\" TIMESTAMP(9) WITH TIME ZONE);\n-- 1 +/- SELECT COUNT(*) FROM PUBLIC.EVENT_PUBLICATION;\n\
         INSERT INTO \"PUBLIC\".\"EVENT_PUBLICATION\" VALUES\n(UUID '00000000-0000-0001-0000-000000000000', 'mail', \
         U&'sh\\00f6p.Order\\0050laced', '{ORDER}', TIMESTAMP WITH TIME ZONE '2026-03-04 13:00:01.000000000+01', NULL);\n"
    );
    for (name, script) in [("jpa.sql", jpa), ("mysql.sql", mysql), ("h2.sql", h2)] {
        let store = place.write(name, script);
        let expected = [json!(["o-1", 0, "OrderPlaced", at("01"), ["mail"]])];
        assert_eq!(events(&place, &[&store]), expected, "{name}");
        let lines = place.program.json(&["events", &store, "--json"]);
        assert_eq!(lines[0]["metadata"]["listeners"][0]["status"], Value::Null, "{name}");
    }
}

#[test]
fn an_event_is_named_by_its_class_also_inside_an_envelope() {
    let place = Place::new();
    let kind = |kind, event, at| Row { kind, ..row("mail", event, at) };
    let envelope = r#"{"aggregateId":"a","body":{"@class":"sea.Chart$Opened","title":"x"}}"#;
    let rows = [
        kind("sea.Envelope", envelope, "01"),
        // A member that may be of several classes makes no envelope.
        kind("sea.Paid", r#"{"aggregateId":"a","by":{"@class":"sea.Card"}}"#, "02"),
        // Two nested classes of one name are two events, also where their content is the same.
        kind("sea.Ship$Left", r#"{"aggregateId":"a"}"#, "03"),
        Row { listener: "stock", ..kind("sea.Boat$Left", r#"{"aggregateId":"a"}"#, "03") },
    ];
    let store = store(&place, &[("event_publication", &rows)]);
    let kinds: Vec<Value> = events(&place, &[&store]).iter().map(|event| event[2].clone()).collect();
    assert_eq!(kinds, ["Opened", "Paid", "Left", "Left"]);
}

#[test]
fn the_member_that_repeats_most_is_the_stream_unless_another_is_named() {
    let place = Place::new();
    let rows = [
        row("mail", r#"{"requestId":"r-1","orderId":{"value":"o-1"},"to":{"id":7}}"#, "01"),
        row("mail", r#"{"requestId":"r-2","orderId":{"value":"o-1"}}"#, "02"),
        row("mail", r#"{"requestId":"r-3","orderId":{"value":"o-2"}}"#, "03"),
        // Without it, and no JSON at all: nothing is lost.
        row("mail", r#"{"requestId":"r-4"}"#, "04"),
        row("mail", "<order/>", "05"),
    ];
    let store = store(&place, &[("event_publication", &rows)]);
    let streams = |arguments: &[&str]| -> Vec<Value> {
        events(&place, &[&[store.as_str()], arguments].concat()).iter().map(|event| event[0].clone()).collect()
    };
    assert_eq!(streams(&[]), ["o-1", "o-1", "o-2", "(no orderId.value)", "(no orderId.value)"]);
    let by_request = ["r-1", "r-2", "r-3", "r-4", "(no requestId)"];
    assert_eq!(streams(&["--map", "stream=requestId"]), by_request);
    assert_eq!(streams(&["--map", "stream=$.to.id"])[0], "7");
    assert_eq!(streams(&["--map", "stream=listener_id"]), ["mail"; 5]);
    let wrong = place.program.run(&["info", &store, "--map", "stream=requestID"]);
    wrong.refused(1, "there is no column requestID for the stream", "did you mean requestId?");
    let check = place.program.json(&["check", &store, "--json"]);
    let undecodable = check.iter().find(|line| line["code"] == "undecodable").expect("a line");
    assert_eq!(json!([undecodable["stream"], undecodable["version"]]), json!(["(no orderId.value)", 1]));
}

#[test]
fn without_such_a_member_each_type_is_a_stream() {
    let place = Place::new();
    let rows = [row("mail", r#"{"n":1}"#, "01"), Row { kind: "shop.Closed", ..row("mail", r#"{"n":2}"#, "02") }];
    let store = store(&place, &[("event_publication", &rows)]);
    let streams: Vec<Value> = events(&place, &[&store]).iter().map(|event| event[0].clone()).collect();
    assert_eq!(streams, ["OrderPlaced", "Closed"]);
}

#[test]
fn a_registry_without_rows_has_no_stream() {
    let place = Place::new();
    let path = place.path("registry.db");
    let conn = Connection::open(&path).expect("a file");
    conn.execute_batch(&format!("CREATE TABLE event_publication ({COLUMNS});")).expect("a table");
    let info = place.program.json(&["info", &text(&path), "--json"]);
    assert_eq!(json!([info[0]["dialect"], info[0]["streams"], info[0]["events"]]), json!(["modulith", 0, 0]));
    assert_eq!(info[0]["evidence"].as_array().map(Vec::len), Some(1), "{info:?}");
}

#[test]
fn what_is_not_completed_is_a_finding_by_listener_status_and_age() {
    let place = Place::new();
    let failed = |listener, at| Row { status: "FAILED", ..row(listener, ORDER, at) };
    // Of the version before, from before the upgrade, it has no status.
    let rows = [
        failed("mail", "20"),
        failed("mail", "10"),
        row("stock", ORDER, "10"),
        Row { status: "", ..row("x", ORDER, "01") },
    ];
    let path = store(&place, &[("event_publication", &rows)]);
    let check = |path: &str| place.program.json(&["check", path, "--json"]);
    let of = |line: &Value| json!([line["code"], line["severity"], line["stream"], line["version"], line["count"]]);
    let lines = check(&path);
    let expected = [json!(["incomplete", "warning", null, null, 4]), json!(["incomplete", "warning", "o-1", 0, 3])];
    assert_eq!(lines.iter().take(2).map(of).collect::<Vec<_>>(), expected);
    let first = "not completed, without a status, of 2026-03-04T12:00:01Z: x, row id-3";
    assert_eq!(lines[1]["message"], first);
    let said = place.program.run(&["info", &path]).out;
    for part in [
        "3 of 4 rows are not completed, the oldest of 2026-03-04T12:00:01Z",
        "1 of them without a status: they are from before the upgrade to 2.x",
        "2 FAILED, the oldest of 2026-03-04T12:00:10Z: mail",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    // Without one in any row, the table is that of 1.x.
    let path = store(&place, &[("event_publication", &rows[3..])]);
    assert!(place.program.run(&["info", &path]).out.contains("the table is that of 1.x"));
}

#[test]
fn rows_as_lines_of_json_are_grouped_too() {
    let place = Place::new();
    // As `select row_to_json(e) from event_publication e` writes them, and as a program may.
    let line = |listener: &str, at: &str| {
        json!({"id": listener, "listener_id": listener, "event_type": "shop.OrderPlaced", "serialized_event": ORDER,
            "publication_date": at, "completion_date": at})
    };
    let camel = |listener: &str, at: &str| {
        json!({"id": listener, "listenerId": listener, "eventType": "shop.OrderPlaced", "serializedEvent": ORDER,
            "publicationDate": at, "completionDate": at})
    };
    let lines =
        |line: &dyn Fn(&str, &str) -> Value| format!("{}\n{}\n", line("mail", &at("02")), line("stock", &at("01")));
    for (name, content) in [("snake.jsonl", lines(&line)), ("camel.jsonl", lines(&camel))] {
        let store = place.write(name, content);
        let expected = json!(["o-1", 0, "OrderPlaced", at("01"), ["stock", "mail"]]);
        assert_eq!(events(&place, &[&store]), [expected], "{name}");
    }
}

#[test]
fn a_dump_that_ends_in_the_middle_says_so() {
    let place = Place::new();
    let whole = format!(
        "-- PostgreSQL database dump\nCOPY public.event_publication (id, listener_id, event_type, serialized_event, \
         publication_date, completion_date) FROM stdin;\na\tmail\tshop.OrderPlaced\t{ORDER}\t2026-03-04 12:00:01+00\t\
         2026-03-04 12:00:02+00\nb\tmail\tshop.OrderPl"
    );
    let store = place.write("cut.sql", whole);
    let check = place.program.json(&["check", &store, "--json"]);
    assert!(check.iter().any(|line| line["code"] == "truncated-tail"), "{check:?}");
    assert_eq!(events(&place, &[&store]).len(), 1);
}

#[test]
fn the_sample_is_what_the_library_wrote() {
    let place = Place::new();
    let store = text(&root().join("sample-stores/modulith/workshop.dump"));
    let info = place.program.json(&["info", &store, "--json"]);
    assert_eq!(json!([info[0]["dialect"], info[0]["streams"]]), json!(["modulith", 36]));
    let lines = place.program.json(&["events", &store, "--stream", "repair-2017", "--type", "Finished", "--json"]);
    let listeners = lines[0]["metadata"]["listeners"].as_array().expect("a list");
    let said: Vec<Value> = listeners.iter().map(|own| json!([own["id"], own["status"], own["attempts"]])).collect();
    let expected = [
        json!(["workshop.Billing.record(workshop.Repair)", "COMPLETED", 1]),
        json!(["workshop.Mailer.ready(workshop.Repair$Finished)", "FAILED", 4]),
    ];
    assert_eq!(said, expected);
}
