//! KurrentDB projections run as on the server: the recordings of its own engine come out of the
//! program, at every event; what they would write is told and never written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Place, Program, root, text};

const ORDER: &str = "sample-stores/kurrentdb/order-summary.js";
const STORE: &str = "sample-stores/kurrentdb/db";

fn sample(path: &str) -> String {
    text(&root().join(path))
}

/// Recordings of the vendor's engine; how they are made is told in `tests/projections/record.mjs`.
struct Recordings {
    events: Value,
}

impl Recordings {
    fn new() -> Recordings {
        Recordings { events: Recordings::read("events") }
    }

    fn read(group: &str) -> Value {
        let path = root().join("tests/projections/recorded").join(format!("{group}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("a recording")).expect("JSON")
    }

    /// A line of a log for each event; none where one of them has data that no such line can have.
    fn log(&self, recording: &Value) -> Option<String> {
        let events = self.events[recording["events"].as_str().expect("a name")].as_array().expect("events");
        let mut lines = String::new();
        for (place, event) in events.iter().enumerate() {
            let data: Value = serde_json::from_str(event["data"].as_str()?).ok()?;
            let is_plain = event["isJson"] == true && event.get("linkMetadata").is_none() && event["streamId"] != "";
            if !is_plain || !(data.is_object() || data.is_array()) {
                return None;
            }
            let metadata = event["metadata"].as_str().unwrap_or("null");
            let metadata: Value =
                serde_json::from_str(metadata).ok().filter(|it: &Value| it.is_object() || it.is_null())?;
            let line = json!({
                "stream": event["streamId"], "version": event["sequenceNumber"], "position": place,
                "id": event["eventId"], "type": event["eventType"], "time": event["created"], "metadata": metadata,
                "marks": [],
            });
            // Data letter by letter: a projection may look at their text.
            let line = line.to_string();
            lines.push_str(&format!("{},\"data\":{}}}\n", &line[..line.len() - 1], event["data"].as_str()?));
        }
        Some(lines)
    }
}

/// What the states of a recording are, event by event: partitions by name where there are some.
fn states(recording: &Value) -> Vec<Value> {
    let is = |source: &str| recording["sources"][source] == true;
    let (mut partitions, mut shared) = (BTreeMap::new(), Value::Null);
    let mut all = Vec::new();
    for step in recording["steps"].as_array().expect("steps") {
        if step["status"] == "processed" {
            partitions.insert(step["partition"].as_str().unwrap_or_default().to_owned(), step["state"].clone());
            shared = step["sharedState"].clone();
        }
        let own = match is("byStreams") || is("byCustomPartitions") {
            true => json!(partitions),
            false => partitions.get("").cloned().unwrap_or_default(),
        };
        all.push(if is("biState") { json!([own, shared]) } else { own });
    }
    all
}

/// Recordings of a group, one of so many, whose faults leave nothing behind, come out of the program.
fn comes_out(group: &str, host: &str, one_of: usize) {
    let (place, recordings) = (Place::new(), Recordings::new());
    let mut count = 0;
    for recording in Recordings::read(group).as_array().expect("recordings").iter().step_by(one_of) {
        let source = recording["source"].as_str().expect("a script");
        let is_defined = ["fromAll", "fromStream", "fromCateg", "on_"].iter().any(|word| source.contains(word));
        let is_first = recording["createError"].is_null() && recording["options"]["engineVersion"] == 1;
        // A fault makes a state anew from what went before it: nothing of the event is left.
        let keeps = |step: &Value| {
            let fault = step["error"]["class"].as_str();
            fault == Some("ProjectionTransformError") || (fault.is_some() && recording["sources"]["biState"] == true)
        };
        let is_clean = !recording["steps"].as_array().expect("steps").iter().any(keeps);
        let Some(log) = recordings.log(recording).filter(|_| is_first && is_defined && is_clean) else { continue };
        count += 1;
        let (store, script) = (place.write("log.jsonl", log), place.write("projection.js", source));
        let skip = ["--on-error", "skip", "--host", host];
        let states_of = ["export", &store, "--what", "states", "--stream", "$all", "--reducer", &script];
        let run = place.program.run(&[&states_of[..], &skip].concat());
        assert_eq!(run.code, 0, "{source}: {run:?}");
        let found: BTreeMap<u64, Value> = run
            .out
            .split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .map(|row: Value| (row["events_applied"].as_u64().expect("a number"), row["state"].clone()))
            .collect();
        for (at, wanted) in states(recording).into_iter().enumerate() {
            assert_eq!(found.get(&(at as u64 + 1)), Some(&wanted), "{source} after {} events", at + 1);
        }
        let emitted = |step: &Value| step["emitted"].as_array().cloned().unwrap_or_default();
        let wanted: Vec<Value> = recording["steps"].as_array().expect("steps").iter().flat_map(emitted).collect();
        if wanted.is_empty() {
            continue;
        }
        // Of the last event, also what would have been written until then.
        let last = place
            .program
            .run(&[&["state", &store, "--stream", "$all", "--json", "--reducer", &script][..], &skip].concat());
        let last: Value = serde_json::from_str(&last.out).expect("JSON");
        let told = last["emitted"].as_array().expect("what would be written");
        assert_eq!(told.len(), wanted.len(), "{source}: {told:?}");
        for (told, wanted) in told.iter().zip(&wanted) {
            let data = wanted["data"].as_str().expect("data");
            let data = if wanted["isJson"] == true { serde_json::from_str(data).expect("JSON") } else { json!(data) };
            assert_eq!(
                [&told["stream"], &told["type"], &told["data"], &told["metadata"], &told["json"]],
                [&wanted["streamId"], &wanted["eventType"], &data, &wanted["metadata"], &wanted["isJson"]],
                "{source}"
            );
        }
    }
    assert!(count > 4, "{group} has {count} that are tried");
}

#[test]
fn every_recording_of_the_vendors_engine_comes_out_of_the_script_that_folds() {
    let check = text(&root().join("tests/projections/check.mjs"));
    // Where there is no Node, those below say the same of some of them.
    let Ok(run) = std::process::Command::new("node").arg(check).output() else { return };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

#[test]
fn whole_projections_come_out_as_the_vendors_engine_has_them() {
    comes_out("whole", "auto", 1);
}

#[test]
fn whole_projections_come_out_of_the_sandbox_alike() {
    comes_out("whole", "sandbox", 1);
}

#[test]
fn partitions_come_out_as_the_vendors_engine_has_them() {
    comes_out("partitions", "sandbox", 2);
}

#[test]
fn pairs_of_a_state_and_a_shared_one_come_out_as_the_vendors_engine_has_them() {
    comes_out("shared", "sandbox", 2);
}

#[test]
fn deleted_streams_come_out_as_the_vendors_engine_has_them() {
    comes_out("deleted", "sandbox", 2);
}

#[test]
fn what_would_be_written_comes_out_as_the_vendors_engine_has_it() {
    comes_out("writes", "sandbox", 4);
}

#[test]
fn states_of_every_kind_come_out_as_the_vendors_engine_has_them() {
    comes_out("states", "sandbox", 5);
}

#[test]
fn a_definition_that_the_engine_refuses_is_refused() {
    let (place, recordings) = (Place::new(), Recordings::new());
    let usual = json!({ "events": "usual" });
    let store = place.write("log.jsonl", recordings.log(&usual).expect("lines"));
    let mut count = 0;
    for recording in Recordings::read("options").as_array().expect("recordings") {
        let source = recording["source"].as_str().expect("a script");
        let Some(wanted) = recording["createError"]["description"].as_str() else { continue };
        // A script that only sets options is not known for a projection.
        if !["fromAll", "fromStream", "on_"].iter().any(|word| source.contains(word)) {
            continue;
        }
        count += 1;
        let script = place.write("projection.js", source);
        let run = place.program.run(&["state", &store, "--reducer", &script, "--host", "sandbox"]);
        assert!(run.code == 1 && run.err.contains(wanted), "{source}: {run:?}");
    }
    assert!(count > 10, "{count}");
}

/// The states that the server itself reported, of each order.
fn reported() -> Value {
    let path = root().join("sample-stores/kurrentdb/expected.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
    all["orders"].clone()
}

#[test]
fn a_projection_of_a_real_server_gives_what_the_server_reports() {
    let (program, wanted) = (Program::new(), reported());
    let (store, order) = (sample(STORE), sample(ORDER));
    for host in ["auto", "sandbox"] {
        let arguments = ["state", &store, "--json", "--reducer", &order, "--host", host];
        let run = program.run(&arguments).one();
        assert_eq!(run["state"], wanted, "{host}");
        assert_eq!(
            [&run["stream"], &run["version"], &run["reducer"]],
            [&json!("$ce-order"), &Value::Null, &json!("order-summary.js")]
        );
    }
    // The same, however it is asked for.
    for which in [&["--category", "order"][..], &["--stream", "$all"]] {
        let arguments = [&["state", &store, "--json", "--reducer", &order][..], which].concat();
        assert_eq!(program.run(&arguments).one()["state"], wanted, "{which:?}");
    }
    // Of one stream its own state, at any version.
    let one = |more: &[&str]| {
        let arguments = [&["state", &store, "--json", "--reducer", &order, "--stream", "order-7002"][..], more];
        program.run(&arguments.concat()).one()
    };
    assert_eq!(one(&[])["state"], wanted["order-7002"]);
    assert_eq!(one(&["--at", "0"])["state"]["status"], "placed");
    assert_eq!(one(&["--at", "initial"])["state"], Value::Null);
    let rows = program.run(&["export", &store, "--what", "state", "--reducer", &order, "--format", "jsonl"]);
    assert_eq!(rows.one()["state"], wanted);
}

#[test]
fn several_streams_are_counted_by_events_and_compared() {
    let program = Program::new();
    let (store, order) = (sample(STORE), sample(ORDER));
    let common = ["--reducer", &order, "--category", "order"];
    let diff = ["diff", &store, "--json", "--from", "0", "--to", "2"];
    let run = program.run(&[&diff[..], &common].concat());
    let changes: Value = serde_json::from_str(&run.out).expect("a patch");
    assert_eq!(changes[0]["path"], "/order-7004", "{run:?}");
    let beyond = program.run(&[&["state", &store, "--at", "4711"][..], &common].concat());
    assert!(beyond.code == 1 && beyond.err.contains("there are 42") && beyond.err.contains("--at 42"), "{beyond:?}");
    // Other reducers fold them as one state.
    let place = Place::new();
    let script = place.write("count.mjs", "export default (n = 0, e) => n + 1");
    let all = program.run(&["state", &store, "--json", "--stream", "$all", "--reducer", &script]).one();
    assert_eq!(all["state"], 132);
    let events = program.json(&["events", &store, "--json", "--category", "order"]);
    assert!(events.len() == 42 && events.iter().all(|event| event["category"] == "order"));
    let none = program.run(&["state", &store]);
    assert!(none.code == 2 && none.err.contains("--category C"), "{none:?}");
}

#[test]
fn what_a_projection_would_write_is_told_and_never_written() {
    let place = Place::new();
    let script = place.write(
        "alerts.js",
        "fromAll().when({ OrderCancelled: function (s, e) { linkTo('cancelled', e, { why: e.body.reason });
           emit('alerts-' + e.data.reason, 'Alert', { no: e.sequenceNumber }, { from: e.streamId }); } })",
    );
    let run = place.program.run(&["state", &sample(STORE), "--reducer", &script]);
    let lines: Vec<&str> = run.err.lines().filter(|line| line.starts_with("would emit: ")).collect();
    assert!(run.code == 0 && lines.len() == 6, "{run:?}");
    assert_eq!(lines[0], "would emit: $> to cancelled at v2 of order-7002: 2@order-7002");
    assert!(lines[1].starts_with("would emit: Alert to alerts-"), "{run:?}");
    let run =
        place.program.run(&["state", &sample(STORE), "--json", "--stream", "order-7002", "--reducer", &script]).one();
    let first = &run["emitted"][0];
    assert_eq!(first["at"], json!({ "stream": "order-7002", "version": 2, "applied": 3 }));
    assert_eq!([&first["stream"], &first["type"], &first["data"]], ["cancelled", "$>", "2@order-7002"]);
    assert_eq!(run["emitted"][1]["data"], json!({ "no": 2 }));
    assert_eq!(run["emitted"][1]["metadata"], json!({ "from": "order-7002" }));
}

#[test]
fn a_fault_stops_a_projection_and_names_the_event() {
    let place = Place::new();
    let script = place.write(
        "faulty.js",
        "fromCategory('payment').when({ $init: function () { return { seen: 0 }; },
           PaymentCaptured: function (s, e) { s.seen++; if (s.seen > 4) { var missing; s.x = missing.deep.value; } } })",
    );
    for host in ["auto", "sandbox"] {
        let run = place.program.run(&["state", &sample(STORE), "--json", "--reducer", &script, "--host", host]);
        let state: Value = serde_json::from_str(&run.out).expect("JSON");
        // As the server has it, which stops there.
        assert_eq!((run.code, &state["state"]), (1, &json!({ "seen": 4 })), "{run:?}");
        assert!(run.err.contains("stopped before v2 of payment-7102 PaymentCaptured: TypeError"), "{run:?}");
        assert!(run.err.contains("faulty.js:2:"), "{run:?}");
    }
}

#[test]
fn a_projection_that_reads_links_is_given_what_they_lead_to() {
    let place = Place::new();
    let script = place.write(
        "links.js",
        "fromStream('cancelled-orders').when({ $any: (s, e) => { (s.seen = s.seen || []).push([e.streamId, e.sequenceNumber, e.eventType]); } })",
    );
    let state = place.program.run(&["state", &sample(STORE), "--json", "--reducer", &script]).one();
    let seen = state["state"]["seen"].as_array().expect("events");
    assert!(!seen.is_empty() && seen.iter().all(|event| event[2] == "OrderCancelled"), "{state}");
    // What a stream that is not there would be given nobody knows.
    let script = place.write("gone.js", "fromStream('nowhere').when({ $any: (s) => s })");
    let run = place.program.run(&["state", &sample(STORE), "--reducer", &script]);
    assert!(run.code == 1 && run.err.contains("nowhere, which is not there"), "{run:?}");
}

#[test]
fn a_projection_that_is_given_what_it_would_not_read_is_told_so() {
    let place = Place::new();
    let script = place.write("one.js", "fromStream('order-7001').when({ $any: (s) => ({ n: (s.n || 0) + 1 }) })");
    let run = place.program.run(&["state", &sample(STORE), "--reducer", &script, "--category", "order"]);
    assert!(
        run.err.contains("note: on the server the projection reads order-7001; here it is given $ce-order"),
        "{run:?}"
    );
    let run = place.program.run(&["state", &sample(STORE), "--reducer", &script]);
    assert!(!run.err.contains("note:") && run.out.contains("\"n\": 5"), "{run:?}");
}

#[test]
fn a_file_is_known_for_a_projection_by_what_it_calls() {
    let place = Place::new();
    place.write("package.json", r#"{"type":"module"}"#);
    let state = |name: &str, source: &str| {
        let script = place.write(name, source);
        place.program.run(&["state", &sample(STORE), "--json", "--stream", "order-7001", "--reducer", &script])
    };
    let count = "when({ $init: () => ({ n: 0 }), $any: (s) => { s.n++; } })";
    assert_eq!(state("p.js", &format!("fromAll().{count}")).one()["state"]["n"], 5);
    assert_eq!(state("p.ts", &format!("const by: number = 1; fromAll().{count}")).one()["state"]["n"], 5);
    assert_eq!(state("old.js", "on_any(function (s) { s.n = (s.n || 0) + 1; })").one()["state"]["n"], 5);
    // What a module calls so is its own.
    let module = "const fromAll = () => 1; export default (n = 0) => n + fromAll();";
    assert_eq!(state("m.mjs", module).one()["state"], 5);
    let broken = state("broken.js", "fromAll().when({");
    assert!(broken.code == 1 && broken.err.contains("line 1"), "{broken:?}");
}

#[test]
fn what_a_script_keeps_outside_its_states_is_right_at_every_event() {
    let place = Place::new();
    let script = place
        .write("keeps.js", "let all = 0; fromAll().when({ $any: (s, e) => ({ all: ++all, at: e.sequenceNumber }) })");
    for at in ["42", "3", "17", "3"] {
        let arguments = ["state", &sample(STORE), "--json", "--category", "order", "--at", at, "--reducer", &script];
        assert_eq!(place.program.run(&arguments).one()["state"]["all"], at.parse::<u64>().expect("a number"));
    }
    let rows =
        place.program.run(&["export", &sample(STORE), "--what", "states", "--category", "order", "--reducer", &script]);
    for (at, row) in rows.lines().iter().enumerate() {
        assert_eq!(row["state"]["all"], at + 1);
    }
}
