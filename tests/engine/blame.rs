//! `blame`: its answers are those of a fold that knows every state, whatever computes them.

use serde_json::{Value, json};

use crate::support::{Place, Program, bank, jsonl, line, root, text};

/// Version, value before and value after of every write: from all states, in order, the initial
/// one first.
fn writes(initial: Value, states: &[(i64, Value)], path: &str) -> Vec<(i64, Option<Value>, Option<Value>)> {
    let mut before = initial.pointer(path).cloned();
    let mut found = Vec::new();
    for (version, state) in states {
        let after = state.pointer(path).cloned();
        if after != before {
            found.push((*version, before, after.clone()));
        }
        before = after;
    }
    found
}

/// The states as `export` writes them.
fn states(program: &Program, store: &[&str], more: &[&str]) -> (Value, Vec<(i64, Value)>) {
    let initial = program.run(&[&["state"], store, more, &["--at", "initial", "--json"]].concat()).one();
    let rows = program.run(&[&["export"], store, more, &["--what", "states"]].concat()).lines();
    let state = |row: &Value| (row["version"].as_i64().expect("a version"), row["state"].clone());
    (initial["state"].clone(), rows.iter().map(state).collect())
}

fn blame(program: &Program, store: &[&str], more: &[&str], path: &str) -> Vec<Value> {
    program.run(&[&["blame"], store, more, &["--path", path, "--json"]].concat()).lines()
}

/// `blame` says of these paths what all states say.
fn agrees(program: &Program, store: &[&str], more: &[&str], paths: &[&str]) {
    let (initial, states) = states(program, store, more);
    for path in paths {
        let rows = blame(program, store, more, path);
        let wanted = writes(initial.clone(), &states, path);
        let mut versions: Vec<i64> = rows.iter().map(|row| row["version"].as_i64().expect("a version")).collect();
        versions.dedup();
        assert_eq!(versions, wanted.iter().map(|write| write.0).collect::<Vec<_>>(), "{path} by {more:?}");
        for (version, before, after) in wanted {
            let own: Vec<&Value> = rows.iter().filter(|row| row["version"] == version).collect();
            let kind = match (&before, &after) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            if own.len() == 1 && own[0]["path"] == *path {
                let (before, after) = (before.unwrap_or(Value::Null), after.unwrap_or(Value::Null));
                let said = json!([own[0]["change"], own[0]["before"], own[0]["after"]]);
                assert_eq!(said, json!([kind, before, after]), "{path} v{version}");
                continue;
            }
            // What changed inside: each has the values that stand there before and after it.
            for row in own {
                let inside = row["path"].as_str().and_then(|whole| whole.strip_prefix(path)).expect("a path inside");
                let at = |whole: &Option<Value>| whole.as_ref().and_then(|whole| whole.pointer(inside).cloned());
                if row["change"] == "changed" {
                    let (before, after) = (at(&before).expect("a value"), at(&after).expect("a value"));
                    assert_eq!(json!([row["before"], row["after"]]), json!([before, after]), "{row}");
                }
            }
        }
    }
}

#[test]
fn every_write_of_the_balance_is_that_of_the_library() {
    let program = Program::new();
    let expected = std::fs::read_to_string(bank("expected.json")).expect("expected.json");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let of = expected["states"].as_array().expect("states").iter().filter(|state| state["stream"] == "account-1042");
    let mut states: Vec<(i64, Value)> =
        of.map(|state| (state["version"].as_i64().expect("a version"), state["state"].clone())).collect();
    states.sort_by_key(|state| state.0);
    let (store, reducer) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let more = ["--reducer", &reducer];
    let rows = blame(&program, &[&store, "--stream", "account-1042"], &more, "/balance");
    let wanted = writes(json!({"balance": 0}), &states, "/balance");
    assert!(wanted.len() > 100, "it is a busy account");
    let said: Vec<Value> = rows.iter().map(|row| json!([row["version"], row["before"], row["after"]])).collect();
    assert_eq!(said, wanted.iter().map(|(at, before, after)| json!([at, before, after])).collect::<Vec<_>>());
    let row = rows.iter().find(|row| row["version"] == 57).expect("the event that took it below zero");
    let whole = json!({"stream": "account-1042", "version": 57, "type": "Withdrawn", "time": "2026-09-29T18:42:17Z",
        "path": "/balance", "change": "changed", "before": 10601, "after": -4217});
    assert_eq!(*row, whole);
}

#[test]
fn whatever_computes_the_states_blame_agrees_with_all_of_them() {
    let program = Program::new();
    let (store, reducer) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let stream = [&*store, "--stream", "account-1042"];
    let paths = ["/balance", "/flags", "/flags/1", "/overdraft", "/overdraft/since", "/lastEntry", "/monthly", ""];
    agrees(&program, &stream, &["--reducer", &reducer], &paths);
    agrees(&program, &stream, &[], &["/amount", "/at", "/limit", ""]);
    let python = text(&root().join("sample-stores/hosts/account.py"));
    agrees(&program, &stream, &["--reducer", &python], &["/balance", ""]);
    for (sample, stream) in [
        ("marten/bank.dump", "486861c9-be99-4227-8108-d7cba42a841c"),
        ("library/lending.db", ""),
        ("messagedb/bank.dump", ""),
    ] {
        let store = text(&root().join("sample-stores").join(sample));
        // The stream with the most states that the store keeps.
        let all = program.run(&["export", &store, "--what", "states", "--reducer", "stored"]).lines();
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        all.iter().for_each(|row| *counts.entry(row["stream"].as_str().expect("a stream")).or_default() += 1);
        let busiest = counts.iter().max_by_key(|(_, count)| **count).expect("a document").0;
        let stream = if stream.is_empty() { busiest } else { stream };
        agrees(&program, &[&store, "--stream", stream], &["--reducer", "stored"], &[""]);
    }
}

#[test]
fn events_that_throw_end_the_answer_or_are_left_out_of_it() {
    let place = Place::new();
    let events: Vec<Value> = (0..90).map(|n| line("a-1", n, "Counted", json!({"n": n / 3}))).collect();
    let store = place.write("log.jsonl", jsonl(&events));
    let source = "export default (s = { sum: 0, last: null }, e) => { if (e.version % 40 === 37) throw new Error('no');
        return { sum: s.sum + e.data.n, last: e.data.n } }";
    let reducer = place.write("sums.js", source);
    let stream = [&*store, "--stream", "a-1"];
    let skip = ["--reducer", &*reducer, "--on-error", "skip"];
    agrees(&place.program, &stream, &skip, &["/sum", "/last", ""]);
    let last = blame(&place.program, &stream, &skip, "/last");
    assert_eq!(last.last().expect("a write")["version"], 87);
    assert!(last.iter().all(|row| row["version"] != 37 && row["version"] != 77), "an event that is left out wrote it");
    let run = place.program.run(&[&["blame"], &stream[..], &["--reducer", &reducer, "--path", "/last"]].concat());
    assert_eq!((run.code, run.out.lines().count()), (1, 13), "{run:?}");
    assert!(run.err.contains("a-1 stopped before v37 Counted: Error: no"), "{run:?}");
    assert!(run.err.contains("--on-error skip"), "{run:?}");
}

#[test]
fn a_path_that_no_state_has_is_an_error_with_those_that_are_there() {
    let program = Program::new();
    let (store, reducer) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let run =
        |path: &str| program.run(&["blame", &store, "--stream", "account-1042", "--reducer", &reducer, "--path", path]);
    run("/overdraft/limits").refused(1, "no state of account-1042 has /overdraft/limits", "/overdraft/limit, /over");
    run("/balance/cents").refused(1, "has /balance/cents", "/balance has nothing inside");
    run("/blance").refused(1, "has /blance", "its last state has /status");
    run("overdraft.limit").refused(2, "is no JSON pointer", "write it as /overdraft/limit");
    let is_written_by_nobody = run("/currency");
    assert_eq!(is_written_by_nobody.code, 0, "{is_written_by_nobody:?}");
    program.run(&["blame", &store, "--path", "/x"]).refused(2, "no stream is named", "--stream S");
    let documents = ["blame", &store, "--category", "account", "--reducer", "stored", "--path", "/x"];
    program.run(&documents).refused(2, "of one stream each", "name one stream");
}

#[test]
fn a_person_reads_what_was_written_and_a_spreadsheet_runs_none_of_it() {
    let place = Place::new();
    let of = |stream: &str, at: i64, data: Value| line(stream, at, "Set", data);
    let events = [
        of("a-1", 0, json!({"note": "=1+1", "in": {"x": 1}})),
        of("b-1", 0, json!({"in": {"x": 1, "y": [2]}})),
        of("a-1", 1, json!({"note": "two\u{1b}[2J\nlines"})),
        // It is what it was.
        of("a-1", 2, json!({"note": "two\u{1b}[2J\nlines"})),
        of("a-1", 3, json!({"note": null})),
    ];
    let store = place.write("log.jsonl", jsonl(&events));
    let run = |more: &[&str]| place.program.run(&[&["blame", &*store], more].concat());
    let read = run(&["--stream", "a-1", "--path", "/note"]);
    let lines: Vec<&str> = read.out.lines().collect();
    assert_eq!(
        lines,
        [
            r#"     0  2026-03-04T05:06:00Z  Set  + "=1+1""#,
            r#"     1  2026-03-04T05:06:01Z  Set  ~ "two\u001b[2J\nlines"  was "=1+1""#,
            r#"     3  2026-03-04T05:06:03Z  Set  ~ null  was "two\u001b[2J\nlines""#,
        ]
    );
    let csv = run(&["--stream", "a-1", "--path", "/note", "--format", "csv"]);
    assert!(csv.out.starts_with("stream,version,type,time,path,change,before,after\r\na-1,0,Set,"), "{csv:?}");
    assert!(csv.out.contains(r#"/note,added,,"""=1+1""""#), "{csv:?}");
    // Of several streams together each write names its own.
    let all = run(&["--stream", "$all", "--path", "/in"]);
    let lines: Vec<&str> = all.out.lines().collect();
    assert_eq!(
        lines,
        [
            r#"     0  2026-03-04T05:06:00Z  Set  a-1  + {"x":1}"#,
            "     0  2026-03-04T05:06:00Z  Set  b-1",
            "        + /in/y  [2]",
        ]
    );
}

#[test]
fn only_writes_up_to_a_place_are_told_where_one_is_named() {
    let program = Program::new();
    let (store, reducer) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let stream = [&*store, "--stream", "account-1042"];
    let more = ["--reducer", &*reducer];
    let all = blame(&program, &stream, &more, "/balance");
    let until = |at: &[&str]| blame(&program, &stream, &[&more[..], at].concat(), "/balance");
    let up_to = |last: i64| all.iter().filter(|row| row["version"].as_i64() <= Some(last)).cloned().collect::<Vec<_>>();
    assert_eq!(until(&["--at", "57"]), up_to(57));
    assert_eq!(until(&["--at-time", "2026-09-29T18:42:17Z"]), up_to(57));
    assert_eq!(until(&["--at", "57"]).last().expect("a write")["after"], -4217, "who wrote what stands there");
    assert!(up_to(57).len() < all.len());
    let run =
        |at: &str, path: &str| program.run(&[&["blame"], &stream[..], &more, &["--at", at, "--path", path]].concat());
    let none = run("initial", "/balance");
    assert_eq!((none.code, none.out.trim()), (0, "no event up to there wrote it: it is as the initial state has it"));
    run("57", "/nowhere").refused(1, "no state of account-1042 up to there has /nowhere", "/balance");
    run("9999", "/balance").refused(1, "9999", "--at ");
    run("soon", "/balance").refused(2, "--at soon is no version", "write a number, or initial");
}
