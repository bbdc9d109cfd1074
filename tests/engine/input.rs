//! Standard input as a store: `export -`, `events -` and `check -` write what they write of a
//! file with the same lines, as the streams pass; what is not in order is an error.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Place, Run, bank, jsonl, line, root, text};

/// Runs the program with these bytes on standard input.
pub fn run(here: &Place, arguments: &[&str], input: &str) -> Run {
    let mut command = here.program.command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let bytes = input.as_bytes().to_vec();
    // It may end before it has read all.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
    let run = Run::from(child.wait_with_output().expect("the program ends"));
    writer.join().expect("a writer");
    run
}

/// The same of a file and of standard input.
fn both(here: &Place, file: &str, arguments: &[&str]) -> (Run, Run) {
    let (verb, options) = arguments.split_first().expect("a verb");
    let with = |store| [&[*verb, store], options].concat();
    let input = std::fs::read_to_string(file).expect("lines");
    (here.program.run(&with(file)), run(here, &with("-"), &input))
}

/// The events of the bank, of streams named by UUIDs among them, some of them skipped, stream by
/// stream.
fn events(here: &Place) -> String {
    let run = here.program.run(&["events", &text(&bank("bank.db")), "--json"]);
    let mut events = run.lines();
    for (nth, event) in events.iter_mut().enumerate() {
        let name = event["stream"].as_str().expect("a name").to_owned();
        if name.ends_with(['2', '5']) {
            // Its category is nowhere but in its own member then.
            let (_, number) = name.split_once('-').expect("a number");
            event["stream"] = json!(format!("8bc9765c-2dd4-4cca-822e-e8282{number:0>7}"));
        }
        if nth % 3 == 1 && matches!(event["type"].as_str(), Some("Deposited" | "LimitChanged" | "StepFailed")) {
            event["marks"] = json!(["skipped"]);
        }
    }
    events.sort_by_key(|event| (event["stream"].to_string(), event["version"].as_i64()));
    here.write("events.jsonl", jsonl(&events))
}

/// What was written, whatever its order: a file's events come by position, those of an input as
/// they pass.
fn sorted(out: &str) -> Vec<String> {
    let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn an_input_is_exported_as_a_file_of_the_same_lines() {
    let here = Place::new();
    let file = events(&here);
    let reducers = text(&bank("reducers.mjs"));
    for what in [
        &["--what", "state"][..],
        &["--what", "states"],
        &["--what", "states", "--every", "5", "--changed"],
        &["--what", "changes", "--changed"],
        &["--what", "changes", "--format", "csv"],
        &["--what", "state", "--at", "3"],
        &["--what", "states", "--at", "initial"],
        &["--what", "state", "--at", "initial"],
        &["--what", "states", "--at-time", "2026-10-01T12:00:00Z"],
        &["--what", "state", "--category", "account"],
        &["--what", "state", "--shard", "2/3"],
        &["--what", "state", "--match", "ount-103"],
        &["--what", "state", "--stream", "account-1021", "--format", "jsonl"],
    ] {
        for reducer in [&[][..], &["--reducer", reducers.as_str()]] {
            let (stored, passed) = both(&here, &file, &[&["export"], what, reducer].concat());
            assert!(stored.is_well() && passed.is_well(), "{what:?}: {stored:?} {passed:?}");
            assert!(stored.out == passed.out, "{what:?} {reducer:?} differ");
            assert_eq!(stored.out.is_empty(), what.contains(&"initial") && what.contains(&"states"));
        }
    }
    let state = both(&here, &file, &["export", "--what", "state", "--reducer", &reducers]).1.lines();
    let by = |name: &str| state.iter().filter(|line| line["reducer"] == format!("reducers.mjs#{name}")).count();
    assert!(by("account") > 4 && by("transfer") > 4, "each category has its reducer");
    for format in ["jsonl", "csv", "markdown"] {
        let (stored, passed) = both(&here, &file, &["export", "--what", "events", "--format", format]);
        assert!(stored.is_well() && passed.is_well(), "{format}: {stored:?} {passed:?}");
        assert_eq!(sorted(&stored.out), sorted(&passed.out), "{format}");
    }
}

#[test]
fn events_and_findings_of_an_input_are_those_of_a_file() {
    let here = Place::new();
    let mut all: Vec<Value> = Vec::new();
    for stream in ["cart-1", "cart-2", "cart-3"] {
        for version in [1, 2, 2, 5] {
            let kind = if version == 5 { "Closed" } else { "Added" };
            all.push(line(stream, version, kind, json!({"n": version})));
        }
    }
    all[5]["time"] = json!("no time");
    all[10]["time"] = json!("2020-01-01T00:00:00Z");
    let mut lines = jsonl(&all);
    lines.push_str(r#"{"stream":"cart-4","version":1,"type":"Odd","data":{"a":1,"a":2}}"#);
    let file = here.write("events.jsonl", &lines);
    for options in [
        &[][..],
        &["--json"],
        &["--stream", "cart-2", "--json"],
        &["--type", "Closed", "--json"],
        &["--from", "2", "--to", "4", "--json"],
        &["--limit", "5", "--json"],
        &["--json", "--map", "time=data.n:s"],
    ] {
        let (stored, passed) = both(&here, &file, &[&["events"], options].concat());
        assert_eq!((stored.code, passed.code), (0, 0), "{options:?}: {stored:?} {passed:?}");
        let (stored, all) = (sorted(&stored.out), sorted(&passed.out));
        assert_eq!(stored.len(), all.len(), "{options:?}");
        // The first of another order are others.
        assert!(stored == all || options.contains(&"--limit"), "{options:?}: {stored:?} {all:?}");
        assert!(!passed.out.is_empty());
    }
    let (stored, passed) = both(&here, &file, &["check", "--json"]);
    let odd = |run: &Run| {
        let mut lines = sorted(&run.out);
        lines.retain(|line| !line.contains("order-not-proven"));
        lines
    };
    assert_eq!((stored.code, passed.code, odd(&stored)), (0, 0, odd(&passed)));
    for code in ["gap", "duplicate-version", "time-backwards", "duplicate-key", "no-time"] {
        assert!(passed.out.contains(&format!("\"{code}\"")), "no {code} in {}", passed.out);
    }
    let (stored, passed) = both(&here, &file, &["check", "--fail-on", "warning"]);
    assert_eq!((stored.code, passed.code), (1, 1));
    assert!(passed.out.contains("13 events in 4 streams: "), "{}", passed.out);
}

#[test]
fn what_is_not_in_order_is_an_error_that_names_the_line() {
    let here = Place::new();
    let event = |stream: &str, version: i64| format!("{}\n", line(stream, version, "Added", json!({"n": version})));
    let whole = event("a-1", 1) + &event("a-1", 2) + &event("b-1", 1);
    for (broken, error) in [
        // A stream that comes back.
        (event("a-1", 3) + &event("c-1", 1), "line 4 of standard input: the stream a-1 comes back after b-1"),
        (event("c-1", 1) + &event("b-1", 2), "line 5 of standard input: the stream b-1 comes back after c-1"),
        // A version that goes back.
        (event("b-1", 0), "line 4 of standard input: the stream b-1 has v0 behind v1"),
        // Lines that are no events.
        ("{\"a\":1}\n".to_owned() + &event("c-1", 1), "line 4 has no stream"),
        ("\n\nwords\n".to_owned() + &event("c-1", 1), "line 6 is no JSON object"),
        ("[]\n".to_owned(), "line 4 is no JSON object"),
        (event("b-1", 2).replace("2,", "\"two\","), "line 4 has a version that is no integer: two"),
        // One that is cut off.
        (event("b-1", 2)[..40].to_owned(), "line 4 is the last and unfinished"),
    ] {
        let input = whole.clone() + &broken;
        for arguments in [&["export", "-", "--what", "state"][..], &["events", "-", "--json"]] {
            let run = run(&here, arguments, &input);
            run.refused(1, error, "");
            // What was written of earlier streams stands, and no stream has a second answer.
            let streams: Vec<Value> = run.lines().iter().map(|line| line["stream"].clone()).collect();
            match arguments[0] {
                "events" => assert!(streams.len() >= 3, "{run:?}"),
                _ if error.contains("after c-1") => assert_eq!(streams, ["a-1", "b-1", "c-1"]),
                _ if error.contains("after b-1") => assert_eq!(streams, ["a-1", "b-1"]),
                _ => assert_eq!(streams, ["a-1"], "the line may be one of b-1: {error}"),
            }
        }
        // Nothing of it is in a file.
        let out = text(&here.path("out.jsonl"));
        run(&here, &["export", "-", "--what", "state", "-o", &out], &input).refused(1, error, "");
        assert!(!here.path("out.jsonl").exists());
        let checked = run(&here, &["check", "-", "--json"], &input);
        checked.refused(1, error, "");
    }
    // check goes on behind a line that is no event.
    let checked = run(&here, &["check", "-"], &(whole + "words\n" + &event("c-1", 1)));
    assert!(checked.out.contains("line 4 is no JSON object") && checked.out.contains("4 events in 3 streams"));
}

#[test]
fn an_input_without_events_is_nothing_and_no_error() {
    // Of many workers one may have nothing to do.
    let here = Place::new();
    for input in ["", "\n", "\u{feff}"] {
        for (arguments, out) in [
            (&["export", "-", "--what", "state"][..], ""),
            (&["export", "-", "--what", "changes", "--format", "csv"], "stream,version,type,time,changes\r\n"),
            (&["export", "-", "--what", "state", "--map", "stream=a,type=b"], ""),
            (&["events", "-", "--dialect", "eventglass"], ""),
            (&["check", "-"], "0 events in 0 streams: nothing odd\n"),
        ] {
            let run = run(&here, arguments, input);
            assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, out, ""), "{arguments:?} {input:?}");
        }
    }
    let absent = run(
        &here,
        &["export", "-", "--what", "state", "--category", "cart"],
        &jsonl(&[line("a-1", 1, "A", json!({}))]),
    );
    assert_eq!((absent.code, absent.out.as_str()), (0, ""));
    let absent = run(&here, &["events", "-", "--stream", "b-1"], &jsonl(&[line("a-1", 1, "A", json!({}))]));
    absent.refused(1, "no stream b-1", "");
}

#[test]
fn what_cannot_pass_by_is_refused() {
    let here = Place::new();
    let event = jsonl(&[line("a-1", 1, "A", json!({"n": 1}))]);
    for (input, error, help) in [
        (format!("[{}]", event.trim()), "it is a JSON array", "jq -c '.[]'"),
        ("{\n  \"stream\": \"a-1\"\n}\n".to_owned(), "it is JSON over several lines", "jq -c ."),
        ("\u{1f}words\n".to_owned(), "no line of it is a JSON object", ""),
        ("{\"id\":\"a\",\"kind\":\"b\"}\n".to_owned(), "no framework is known by these columns", ""),
    ] {
        run(&here, &["check", "-"], &input).refused(1, error, help);
    }
    for verb in ["info", "streams", "state", "diff"] {
        let more: &[&str] = match verb {
            "state" => &["--stream", "a-1"],
            "diff" => &["--stream", "a-1", "--from", "1", "--to", "1"],
            _ => &[],
        };
        run(&here, &[&[verb, "-"], more].concat(), &event).refused(2, "standard input (-)", "into a file first");
    }
    // The guess is a command that works as it stands.
    let unknown = "{\"entity_id\":\"a-1\",\"happening\":\"Added\",\"seq\":1,\"payload\":{\"n\":1}}\n".repeat(3);
    let guessed = run(&here, &["events", "-"], &unknown);
    assert_eq!(guessed.code, 1);
    assert!(!guessed.err.contains("eventglass info"), "{}", guessed.err);
}

#[cfg(unix)]
#[test]
fn a_file_on_standard_input_is_never_written_to() {
    let here = Place::new();
    let file = here.write("events.jsonl", jsonl(&[line("a-1", 1, "A", json!({"n": 1}))]));
    let before = std::fs::read(&file).expect("a file");
    std::fs::hard_link(&file, here.path("link.jsonl")).expect("a link");
    for out in [file.clone(), text(&here.path("link.jsonl"))] {
        let mut command = here.program.command();
        command.args(["export", "-", "--what", "state", "--force", "-o", &out]);
        command.stdin(std::fs::File::open(&file).expect("a file"));
        Run::from(command.output().expect("the program starts")).refused(1, "is the store", "elsewhere");
        assert_eq!(std::fs::read(&file).expect("a file"), before);
    }
}

#[test]
fn a_throw_in_an_input_ends_or_is_skipped_as_in_a_file() {
    let here = Place::new();
    // More than is held of a stream to go back to.
    let filler = "x".repeat(4_000);
    let mut events = Vec::new();
    for stream in ["order-a", "order-b", "order-c"] {
        for version in 1..=900 {
            let throws = stream == "order-b" && [5, 700, 701, 890].contains(&version);
            let kind = if throws { "Bad" } else { "Good" };
            events.push(line(stream, version, kind, json!({"n": version, "filler": filler})));
        }
    }
    let file = here.write("events.jsonl", jsonl(&events));
    let plain = "export const initialState = () => ({ sum: 0 });
         export const order = (state, event) => { state.sum += event.data.n;
           if (event.type === 'Bad') throw new Error('no'); return state; };";
    let uncopied = "export default { $init: () => ({ sum: 0 }), $any: (state, event) => {
           if (event.type === 'Bad' && event.version > 600) throw new Error('no');
           state.known ??= new WeakSet(); state.sum += event.data.n; return state; } };";
    let (plain, uncopied) = (here.write("plain.mjs", plain), here.write("uncopied.mjs", uncopied));
    for what in [&["--what", "state"][..], &["--what", "states", "--every", "50"]] {
        for on_error in ["stop", "skip"] {
            let options = ["--reducer", &plain, "--on-error", on_error];
            let (stored, passed) = both(&here, &file, &[&["export"], what, &options].concat());
            assert_eq!(stored.code, i32::from(on_error == "stop"));
            assert!((stored.code, &stored.out, &stored.err) == (passed.code, &passed.out, &passed.err), "{passed:?}");
        }
    }
    // Such a state is never copied: what cannot be told is said, and the other streams are whole.
    let (stored, passed) = both(&here, &file, &["export", "--what", "state", "--reducer", &uncopied]);
    assert_eq!((stored.code, passed.code), (1, 1));
    assert!(passed.err.contains("the states of order-b end before v700"), "{}", passed.err);
    let others = |run: &Run| run.lines().into_iter().filter(|line| line["stream"] != "order-b").collect::<Vec<_>>();
    assert_eq!((others(&stored), passed.lines().len()), (others(&passed), 2));
}

#[test]
fn times_that_run_backwards_in_an_input_are_cut_as_in_a_file() {
    let here = Place::new();
    let mut events = Vec::new();
    for (stream, times) in [
        ("a-1", ["01", "05", "02", "06", "07"]),
        ("a-2", ["05", "06", "07", "08", "09"]),
        ("a-3", ["", "01", "", "05", ""]),
        ("a-4", ["", "05", "", "02", ""]),
    ] {
        for (version, time) in (1..).zip(times) {
            let mut event = line(stream, version, "Set", json!({"n": version}));
            event["time"] = if time.is_empty() { Value::Null } else { json!(format!("2026-03-{time}T00:00:00Z")) };
            events.push(event);
        }
    }
    let file = here.write("events.jsonl", jsonl(&events));
    for what in ["state", "states"] {
        let arguments = ["export", "--what", what, "--at-time", "2026-03-03T00:00:00Z"];
        let (stored, passed) = both(&here, &file, &arguments);
        assert_eq!((stored.code, &stored.out, &stored.err), (passed.code, &passed.out, &passed.err));
        assert!(passed.err.contains("time-backwards") && passed.err.contains("in 2 streams"), "{passed:?}");
    }
    let above = both(&here, &file, &["export", "--what", "state", "--stream", "a-1", "--at", "9"]);
    assert_eq!((above.0.code, above.1.code), (1, 1));
    above.1.refused(1, "the stream has no version 9: its last is 5", "");
}

#[test]
fn a_category_without_an_export_ends_an_input() {
    let here = Place::new();
    let events = [line("cart-1", 1, "A", json!({})), line("bike-1", 1, "A", json!({}))];
    let reducers =
        here.write("r.mjs", "export const cart = (s = {}, e) => ({ n: 1 }); export const boat = (s = {}) => s;");
    let run = run(&here, &["export", "-", "--what", "state", "--reducer", &reducers], &jsonl(&events));
    run.refused(1, "no export of r.mjs has the name of the category bike", "#EXPORT");
    assert_eq!(run.lines().len(), 1);
}

#[test]
fn large_lines_and_many_streams_pass() {
    let here = Place::new();
    let mut events: Vec<Value> = (0..5_000).map(|n| line(&format!("s-{n}"), 1, "A", json!({"n": n}))).collect();
    events.insert(2_500, line("large-1", 1, "A", json!({"text": "x".repeat(6 << 20)})));
    let run = run(&here, &["export", "-", "--what", "state"], &jsonl(&events));
    assert!(run.is_well(), "{}", run.err);
    assert_eq!((run.out.lines().count(), run.out.len() > 6 << 20), (5_001, true));
    assert!(run.out.lines().zip(&events).all(|(line, event)| line.contains(event["stream"].as_str().expect("a name"))));
}

#[test]
fn events_of_a_store_that_pass_by_come_to_what_the_store_comes_to() {
    let here = Place::new();
    let store = text(&here.path("table.db"));
    let rows = r#"CREATE TABLE log (name TEXT, nr INT, kind TEXT, body);
        INSERT INTO log VALUES ('a-1', 1, 'Set', '{"n":1}'), ('a-1', 2, 'Set', x'00ff'), ('a-1', 3, 'Set', 'words'),
            ('a-1', 4, 'Set', '{"m":1e400,"n":null}'), ('b-1', 1, 'Set', x'00'), ('b-1', 2, 'Set', NULL),
            ('c-1', 1, 'Set', '"{\"q\":1}"'), ('c-1', 2, 'Set', '[[1]]'), ('c-1', 3, 'Set', '5'), ('c-1', 4, 'Set', '"5"')"#;
    rusqlite::Connection::open(&store).and_then(|conn| conn.execute_batch(rows)).expect("a table");
    let map = ["--table", "log", "--map", "stream=name,version=nr,type=kind,data=body"];
    let events = here.program.run(&[&["events", &store, "--json"], &map[..]].concat()).out;
    let kept = here.write("kept.mjs", "export default (s, e) => [...(s ?? []), e.data]");
    for reducer in [&[][..], &["--reducer", &kept]] {
        for what in ["state", "states", "changes"] {
            let stored = here.program.run(&[&["export", &store, "--what", what], &map[..], reducer].concat());
            let passed = run(&here, &[&["export", "-", "--what", what], reducer].concat(), &events);
            assert!(stored.code == 0 && stored.out.lines().count() >= 3, "{stored:?}");
            assert_eq!(passed.out, stored.out, "{what} {reducer:?}");
        }
    }
}

#[test]
fn a_line_that_is_too_long_is_named_however_early_it_comes() {
    let here = Place::new();
    let event = |version: i64| jsonl(&[line("a-1", version, "Added", json!({"n": version}))]);
    let file = here.path("long.jsonl");
    std::fs::write(&file, event(1)).expect("written");
    let mut long = std::fs::OpenOptions::new().append(true).open(&file).expect("a file");
    // Zeros that take no room on the disk.
    long.set_len((257 << 20) + 1).expect("long");
    long.write_all(format!("\n{}", event(2)).as_bytes()).expect("written");
    for (arguments, rows) in
        [(&["export", "-", "--what", "events"][..], 1), (&["check", "-"], 2), (&["export", "-", "--what", "state"], 0)]
    {
        let mut command = here.program.command();
        command.args(arguments).stdin(std::fs::File::open(&file).expect("a file"));
        let run = Run::from(command.output().expect("the program ends"));
        run.refused(1, "line 2 is longer than 256 MiB", "or leave it out");
        assert_eq!(run.out.lines().count(), rows, "{run:?}");
    }
}

/// The lines of the README's *Beyond one machine*, run as they stand there by a venv with Spark,
/// which `.ci/run` makes.
#[test]
fn spark_folds_in_four_parts_what_one_run_folds() {
    let Ok(python) = std::env::var("EVENTGLASS_SPARK") else {
        println!("EVENTGLASS_SPARK is not set: no Spark to fold in");
        return;
    };
    let here = Place::new();
    events(&here);
    // As they lie in a log: not stream by stream.
    let mut lines: Vec<String> =
        std::fs::read_to_string(here.path("events.jsonl")).expect("lines").lines().map(str::to_owned).collect();
    lines.sort_by_key(|line| serde_json::from_str::<Value>(line).expect("JSON")["position"].as_i64());
    let file = here.write("events.jsonl", lines.join("\n") + "\n");
    std::fs::copy(bank("reducers.mjs"), here.path("reducers.mjs")).expect("a copy");
    let reducers = text(&here.path("reducers.mjs"));
    let parquet = text(&here.path("events.parquet"));
    let export = |arguments: &[&str]| {
        let run = here.program.run(&[&["export", file.as_str()], arguments].concat());
        assert!(run.is_well(), "{run:?}");
        run.out
    };
    let wanted = sorted(&export(&["--what", "state", "--reducer", &reducers]));
    let has = |text: &str| wanted.iter().any(|line| line.contains(text));
    assert!(wanted.len() == 42 && has("8bc9765c-") && has("#account") && has("#transfer"));

    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let code = readme.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the lines");
    let from_parquet = readme.split("Of Parquet the lines are `").nth(1).and_then(|rest| rest.split('`').next());
    let mut codes = vec![code.to_owned()];
    if cfg!(feature = "parquet") {
        export(&["--what", "events", "--format", "parquet", "-o", &parquet]);
        let other = code.replace(".read.text(\"events.jsonl\")", from_parquet.expect("the other lines"));
        assert_ne!(other, code);
        codes.push(other);
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_eventglass")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(program.to_owned()).chain(std::env::split_paths(&path)));
    for (nth, code) in codes.into_iter().enumerate() {
        here.write("fold.py", code.replace("\"states\"", &format!("\"states-{nth}\"")));
        let mut spark = std::process::Command::new(&python);
        spark.arg("fold.py").current_dir(here.folder.path()).env("EVENTGLASS_HOME", here.program.home.path());
        spark.env("PATH", path.as_ref().expect("a path")).env("SPARK_LOCAL_IP", "127.0.0.1");
        let run = Run::from(spark.output().expect("Python starts"));
        assert_eq!(run.code, 0, "{run:?}");
        let parts = (0..4).map(|part| here.path(&format!("states-{nth}/part-{part:05}")));
        let parts: Vec<String> = parts.map(|part| std::fs::read_to_string(part).expect("a part")).collect();
        assert!(parts.iter().all(|part| !part.is_empty()), "each has something to fold");
        assert!(sorted(&parts.concat()) == wanted, "the parts together are not what one run gives");
    }
}

#[test]
fn what_a_files_index_tells_apart_is_never_one_stream_of_an_input() {
    let here = Place::new();
    let event = |stream: &str, version: i64| {
        format!("{{\"stream\":{stream},\"version\":{version},\"type\":\"A\",\"data\":{{\"n\":{version}}}}}\n")
    };
    let input = event("1", 1) + &event("1", 2) + &event("\"1\"", 2) + &event("\"1\"", 3);
    run(&here, &["export", "-", "--what", "state"], &input).refused(
        1,
        "line 3 of standard input: the stream 1 is another",
        "",
    );
    // An archived stream may have the name of an active one: side by side they are two.
    let marked = |version: i64, marks: &str| {
        let mut event = line("a-1", version, "A", json!({"n": version}));
        event["marks"] = serde_json::from_str(marks).expect("JSON");
        event
    };
    let twins = [marked(1, "[\"archived\"]"), marked(2, "[\"archived\"]"), marked(1, "[]"), marked(2, "[]")];
    let file = here.write("twins.jsonl", jsonl(&twins));
    let (stored, passed) = both(&here, &file, &["export", "--what", "states"]);
    assert!(stored.is_well() && stored.out == passed.out && stored.out.lines().count() == 4, "{stored:?} {passed:?}");
    let mixed = jsonl(&[twins[0].clone(), twins[2].clone(), twins[1].clone()]);
    run(&here, &["export", "-", "--what", "state"], &mixed).refused(
        1,
        "line 3 of standard input: the stream a-1 comes back",
        "",
    );
}

#[test]
fn ids_that_come_twice_in_a_stream_are_found_as_it_passes() {
    let here = Place::new();
    let mut events: Vec<Value> = (1..=3).map(|n| line("a-1", n, "A", json!({"n": n}))).collect();
    for (event, id) in events.iter_mut().zip(["x", "y", "x"]) {
        event["id"] = json!(id);
    }
    let file = here.write("events.jsonl", jsonl(&events));
    let (stored, passed) = both(&here, &file, &["check", "--json"]);
    let own = |run: &Run| run.lines().into_iter().filter(|line| line["code"] == "duplicate-id").collect::<Vec<_>>();
    assert_eq!((own(&stored), own(&stored).len()), (own(&passed), 1));
}
