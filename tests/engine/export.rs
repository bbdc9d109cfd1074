//! `export`: what is written is what the other verbs show, in every format; the file is there
//! whole or not at all, and never where the store is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use eventglass::model::json::{parse_text, to_text};
use eventglass::model::{Applied, Node};
use eventglass::session::{ReducerFile, WantedHost};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, Run, append, bank, emmett, folder, jsonl, line, look, text};

/// Stores in a folder of their own, beside a file that nobody touches.
struct Stores {
    folder: TempDir,
    program: Program,
}

impl Stores {
    fn new() -> Stores {
        let folder = folder();
        std::fs::write(folder.path().join("canary"), "sings").expect("a file");
        Stores { folder, program: Program::new() }
    }

    fn path(&self, file: &str) -> String {
        text(&self.folder.path().join(file))
    }

    fn write(&self, file: &str, content: &str) -> String {
        std::fs::write(self.folder.path().join(file), content).expect("a file");
        self.path(file)
    }

    /// What stands in the folder: names and bytes.
    fn all(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => open.push(path),
                    false => drop(found.insert(path.clone(), std::fs::read(path).unwrap_or_default())),
                }
            }
        }
        found
    }

    /// An Emmett store whose names and values act in CSV, Markdown or SQL.
    fn odd(&self) -> String {
        let path = self.folder.path().join("odd.db");
        let conn = emmett(&path, "DELETE", 4096);
        let deep = format!("[\n{}1{}]", "[".repeat(300), "]".repeat(300));
        let events: [(&str, &str, &str); 9] = [
            ("order-1", "Added", r#"{"n":12345678901234567890.10,"a":"x"}"#),
            ("order-1", "=cmd|' /C calc'!A1", r#"{"n":1e400,"b":[1,2,{"c":null}]}"#),
            ("order-1", "Two\nlines, \"quoted\"", r#"{"a":"|`*_<b>","b":[1]}"#),
            ("order-1", "+1", r#"{"a":"\u0000\u001b[2J","~/":{"é":"文"}}"#),
            ("order-1", "'-1", "\"no object\""),
            ("order-1", "-5", r#"{"b":[]}"#),
            ("order-1", "``", &deep),
            ("cart|9`x", "@Opened", r#"{"open":true}"#),
            ("cart|9`x", " ", r#"{"open":false}"#),
        ];
        let mut versions = BTreeMap::new();
        for (nth, (stream, kind, data)) in events.into_iter().enumerate() {
            let version: &mut i64 = versions.entry(stream).or_insert(0);
            *version += 1;
            append(&conn, stream, *version, kind, data, nth as u32 * 100);
        }
        // Ids as they stand in no program's own stores.
        conn.execute("UPDATE emt_messages SET message_id = '' WHERE message_type = '-5'", []).expect("an id");
        text(&path)
    }

    /// Lines with gaps and repeats, without a position, ids and metadata, some without a time.
    fn lines(&self) -> String {
        let mut events = Vec::new();
        for version in [3, 4, 4, 9] {
            for stream in ["order-b", "order-a"] {
                let mut event = line(stream, version, "Added", json!({"n": version, "of": stream}));
                if version == 4 {
                    event.as_object_mut().expect("an object").remove("time");
                }
                events.push(event);
            }
        }
        self.write("lines.jsonl", &jsonl(&events))
    }

    fn export(&self, arguments: &[&str]) -> Run {
        let all: Vec<&str> = ["export"].iter().chain(arguments).copied().collect();
        self.program.run(&all)
    }

    /// An export that must end well.
    fn out(&self, arguments: &[&str]) -> String {
        let run = self.export(arguments);
        assert!(run.is_well(), "{arguments:?}: {run:?}");
        run.out
    }
}

/// Every stream of these stores, with the reducer that folds it.
fn stores(stores: &Stores) -> [(String, Option<String>); 4] {
    let reducers = Some(text(&bank("reducers.mjs")));
    let sample = text(&bank("bank.db"));
    [(sample.clone(), reducers), (sample, None), (stores.odd(), None), (stores.lines(), None)]
}

fn with_reducer<'a>(arguments: &[&'a str], reducer: Option<&'a String>) -> Vec<&'a str> {
    let reducer = reducer.into_iter().flat_map(|reducer| ["--reducer", reducer.as_str()]);
    arguments.iter().copied().chain(reducer).collect()
}

/// The JSON text of a member that stands last in its line, as written.
fn last_member<'a>(line: &'a str, name: &str) -> &'a str {
    let start = line.find(&format!(",\"{name}\":")).expect("the member") + name.len() + 4;
    &line[start..line.len() - 1]
}

/// A line's members; null where serde_json has no such number or depth.
fn parsed(line: &str) -> Value {
    let value = |(name, text): (String, String)| (name, serde_json::from_str(&text).unwrap_or(Value::Null));
    Value::Object(members(line).into_iter().map(value).collect())
}

#[test]
fn every_state_is_the_one_that_is_shown_at_its_version() {
    let here = Stores::new();
    for (store, reducer) in stores(&here) {
        let out = here.out(&with_reducer(&[&store, "--what", "states"], reducer.as_ref()));
        let look = look(Path::new(&store), here.program.home.path()).expect("a store");
        let file = reducer.as_ref().map(|file| ReducerFile::read(file, WantedHost::Auto).expect("reducers"));
        let mut lines = out.lines();
        for id in look.index.streams().ids() {
            let name = look.index.streams().name(id);
            let rows = look.index.rows_of(id);
            let mut fold = look.fold(name, file.as_ref()).expect("a fold");
            for applied in 1..=rows.len() {
                let line = lines.next().expect("a line for each event");
                let (_, state) = fold.at(Applied(applied)).expect("a state");
                assert_eq!(last_member(line, "state"), state, "{name} after {applied}");
                let value = parsed(line);
                let version = rows.version(applied - 1).map(|version| version.0);
                let time = rows.time(applied - 1).map(|time| time.to_rfc3339());
                assert_eq!(value["stream"], name);
                assert_eq!((&value["version"], &value["events_applied"]), (&json!(version), &json!(applied)));
                assert_eq!(value["type"], *rows.index().type_name(rows.type_id(applied - 1).expect("a type")));
                assert_eq!(value["time"], json!(time));
                let keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
                assert_eq!(keys, ["stream", "version", "events_applied", "type", "time", "state"]);
            }
        }
        assert_eq!(lines.next(), None);
        // The same bytes once more.
        assert_eq!(here.out(&with_reducer(&[&store, "--what", "states"], reducer.as_ref())), out);
    }
}

#[test]
fn the_last_state_of_every_stream_is_the_one_of_state() {
    let here = Stores::new();
    for (store, reducer) in stores(&here) {
        let out = here.out(&with_reducer(&[&store, "--what", "state"], reducer.as_ref()));
        let mut streams = 0;
        // The program starts for each: not for all of them.
        for line in out.lines().step_by(5) {
            let name = parsed(line)["stream"].as_str().expect("a name").to_owned();
            let run =
                here.program.run(&with_reducer(&["state", &store, "--json", "--stream", &name], reducer.as_ref()));
            assert_eq!(run.out.trim_end(), line);
            let one = here.export(&with_reducer(&[&store, "--what", "state", "--stream", &name], reducer.as_ref()));
            assert_eq!(one.out, run.out);
            streams += 1;
        }
        assert!(streams >= 1);
        assert_eq!(out.lines().count() as u64, here.program.json(&["streams", &store, "--json"]).len() as u64);
    }
}

#[test]
fn a_state_is_exported_where_it_is_asked_for() {
    let here = Stores::new();
    let store = here.lines();
    let of_one = |at: &[&str]| {
        let arguments: Vec<&str> = ["--what", "state", "--stream", "order-a"].iter().chain(at).copied().collect();
        let arguments: Vec<&str> = std::iter::once(store.as_str()).chain(arguments).collect();
        parsed(&here.out(&arguments))
    };
    for (at, applied, version) in [
        (&["--at", "initial"][..], 0, Value::Null),
        (&["--at", "2"], 0, Value::Null),
        (&["--at", "3"], 1, json!(3)),
        (&["--at", "v4"], 3, json!(4)),
        (&["--at", "8"], 3, json!(4)),
        (&["--at-time", "2026-03-04T05:06:03Z"], 3, json!(4)),
        (&[], 4, json!(9)),
    ] {
        let state = of_one(at);
        assert_eq!((&state["events_applied"], &state["version"]), (&json!(applied), &version), "{at:?}");
    }
    here.export(&[&store, "--what", "state", "--stream", "order-a", "--at", "10"]).refused(
        1,
        "the stream has no version 10: its last is 9",
        "--at 9",
    );
    // Of several streams one may be shorter: it is taken whole, and its version says so.
    let out = here.out(&[&store, "--what", "state", "--at", "10"]);
    let versions: Vec<Value> = out.lines().map(|line| parsed(line)["version"].clone()).collect();
    assert_eq!(versions, [9, 9]);
    let out = here.out(&[&store, "--what", "states", "--at", "3"]);
    assert_eq!(out.lines().count(), 2);
}

#[test]
fn states_are_thinned_by_every_and_by_changed() {
    let here = Stores::new();
    let events =
        [1, 1, 2, 2, 2, 3, 3].into_iter().zip(1..).map(|(n, version)| line("s-1", version, "Set", json!({"n": n})));
    let store = here.write("lines.jsonl", &jsonl(&events.collect::<Vec<_>>()));
    let versions = |more: &[&str]| -> Vec<i64> {
        let arguments: Vec<&str> = [store.as_str(), "--what", "states"].iter().chain(more).copied().collect();
        let out = here.out(&arguments);
        out.lines().map(|line| parsed(line)["version"].as_i64().expect("a version")).collect()
    };
    assert_eq!(versions(&[]), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(versions(&["--every", "3"]), [3, 6, 7]);
    assert_eq!(versions(&["--every", "7"]), [7]);
    assert_eq!(versions(&["--every", "100"]), [7]);
    assert_eq!(versions(&["--every", "18446744073709551615"]), [7]);
    assert_eq!(versions(&["--changed"]), [1, 3, 6]);
    assert_eq!(versions(&["--every", "2", "--changed"]), [2, 4, 6]);
    assert_eq!(versions(&["--every", "3", "--at", "5"]), [3, 5]);
    let out = here.out(&[&store, "--what", "changes", "--changed"]);
    let changed: Vec<Value> = out.lines().map(|line| parsed(line)["version"].clone()).collect();
    assert_eq!(changed, [1, 3, 6]);
}

#[test]
fn exported_events_are_those_of_events() {
    let here = Stores::new();
    for (store, _) in stores(&here) {
        let all = here.program.run(&["events", &store, "--json"]);
        let exported = here.export(&[&store, "--what", "events"]);
        assert_eq!((&exported.out, &exported.err), (&all.out, &all.err));
        let mut names: Vec<Value> = all.out.lines().map(|event| parsed(event)["stream"].clone()).collect();
        names.dedup();
        for name in names.iter().take(4).map(|name| name.as_str().expect("a name")) {
            let one = here.program.run(&["events", &store, "--json", "--stream", name]);
            assert_eq!(here.out(&[&store, "--what", "events", "--stream", name]), one.out);
        }
    }
    let sample = text(&bank("bank.db"));
    let of_category = here.out(&[&sample, "--what", "events", "--category", "transfer"]);
    let all = here.out(&[&sample, "--what", "events"]);
    let wanted: Vec<&str> = all.lines().filter(|line| parsed(line)["category"] == "transfer").collect();
    assert!(!wanted.is_empty());
    assert_eq!(of_category.lines().collect::<Vec<_>>(), wanted);
}

/// Applies a patch as RFC 6902 says, on serde_json values.
fn apply(state: &mut Value, patch: &Value) {
    for op in patch.as_array().expect("a patch") {
        let path = op["path"].as_str().expect("a path");
        if path.is_empty() {
            *state = op["value"].clone();
            continue;
        }
        let (parent, last) = path.rsplit_once('/').expect("a parent");
        let last = last.replace("~1", "/").replace("~0", "~");
        let parent = state.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
        match (op["op"].as_str().expect("an operation"), parent) {
            ("remove", Value::Object(members)) => drop(members.remove(&last).expect("a member")),
            ("remove", Value::Array(items)) => drop(items.remove(last.parse().expect("a place"))),
            ("add", Value::Array(items)) => items.insert(last.parse().expect("a place"), op["value"].clone()),
            ("replace", Value::Array(items)) => items[last.parse::<usize>().expect("a place")] = op["value"].clone(),
            ("add" | "replace", Value::Object(members)) => drop(members.insert(last, op["value"].clone())),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn changes_applied_one_after_the_other_give_the_states() {
    let here = Stores::new();
    for (store, reducer) in stores(&here).into_iter().filter(|(store, _)| !store.ends_with("odd.db")) {
        let changes = here.out(&with_reducer(&[&store, "--what", "changes"], reducer.as_ref()));
        let states = here.out(&with_reducer(&[&store, "--what", "states"], reducer.as_ref()));
        let initial = here.out(&with_reducer(&[&store, "--what", "state", "--at", "initial"], reducer.as_ref()));
        let initial = initial.lines().map(parsed).map(|line| (line["stream"].clone(), line["state"].clone()));
        let mut initial: Vec<(Value, Value)> = initial.collect();
        assert_eq!(changes.lines().count(), states.lines().count());
        for (change, state) in changes.lines().map(parsed).zip(states.lines().map(parsed)) {
            for member in ["stream", "version", "type", "time"] {
                assert_eq!(change[member], state[member]);
            }
            let of = initial.iter_mut().find(|(stream, _)| *stream == state["stream"]).expect("a stream");
            apply(&mut of.1, &change["changes"]);
            assert_eq!(of.1, state["state"], "{} v{}", state["stream"], state["version"]);
        }
    }
}

/// The cells of CSV, by RFC 4180; `None` is an empty cell without quotes.
fn csv(text: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = vec![Vec::new()];
    let mut chars = text.chars().peekable();
    while chars.peek().is_some() {
        let mut cell = String::new();
        let quoted = chars.next_if_eq(&'"').is_some();
        while let Some(c) = chars.next_if(|c| quoted || !matches!(c, ',' | '\r')) {
            if quoted && c == '"' && chars.next_if_eq(&'"').is_none() {
                break;
            }
            cell.push(c);
        }
        rows.last_mut().expect("a row").push((quoted || !cell.is_empty()).then_some(cell));
        match chars.next() {
            Some(',') => {}
            Some('\r') => {
                assert_eq!(chars.next(), Some('\n'), "a line ends with both");
                rows.push(Vec::new());
            }
            other => panic!("{other:?} behind a cell"),
        }
    }
    assert_eq!(rows.pop(), Some(Vec::new()), "the last line ends as well");
    rows
}

/// A text as it is, without the apostrophe that keeps a spreadsheet from running it.
fn armed(cell: &str) -> &str {
    let is_kept = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    cell.strip_prefix('\'').filter(|_| is_kept).unwrap_or(cell)
}

/// The text that a value of a line becomes where a format has text only.
fn plain(value: &str) -> Option<String> {
    match value {
        "null" => None,
        value if value.starts_with('"') => Some(serde_json::from_str(value).expect("a text")),
        value => Some(value.to_owned()),
    }
}

/// The columns of a line, each with its value's JSON text.
fn members(line: &str) -> Vec<(String, String)> {
    let parsed = parse_text(line);
    assert_eq!(parsed.error, None, "{line}");
    let Node::Object(object) = parsed.node else { panic!("no object: {line}") };
    object.0.iter().map(|(name, value)| (name.to_string(), to_text(value))).collect()
}

/// Names of columns, and the cells that a line makes where a format has text only. Values of
/// JSON columns stay JSON.
fn cells(line: &str) -> Vec<(String, Option<String>)> {
    let is_json = |name: &str| matches!(name, "data" | "metadata" | "marks" | "changes" | "state");
    let cell = |(name, value): (String, String)| {
        let cell = if is_json(&name) && value != "null" { Some(value) } else { plain(&value) };
        (name, cell)
    };
    members(line).into_iter().map(cell).collect()
}

#[test]
fn csv_read_back_is_what_was_written() {
    let here = Stores::new();
    for (store, reducer) in stores(&here) {
        for what in ["events", "changes"] {
            let reducer = reducer.as_ref().filter(|_| what == "changes");
            let lines = here.out(&with_reducer(&[&store, "--what", what], reducer));
            let table = csv(&here.out(&with_reducer(&[&store, "--what", what, "--format", "csv"], reducer)));
            let names: Vec<Option<String>> =
                cells(lines.lines().next().expect("a line")).into_iter().map(|(name, _)| Some(name)).collect();
            assert_eq!(table[0], names);
            assert_eq!(table.len() - 1, lines.lines().count());
            for (line, row) in lines.lines().zip(&table[1..]) {
                let row: Vec<Option<&str>> = row.iter().map(|cell| cell.as_deref().map(armed)).collect();
                let wanted = cells(line);
                let wanted: Vec<Option<&str>> = wanted.iter().map(|(_, cell)| cell.as_deref()).collect();
                assert_eq!(row, wanted);
            }
        }
    }
}

#[test]
fn nothing_in_a_csv_starts_a_formula_unsaid() {
    let here = Stores::new();
    let store = here.odd();
    let run = here.export(&[&store, "--what", "events", "--format", "csv"]);
    let findings: Vec<&str> = run.err.lines().collect();
    let said =
        "finding: replaced-text: 4 cells that a spreadsheet would run as a formula begin with an apostrophe here";
    assert_eq!((run.code, findings.last()), (0, Some(&said)));
    let types: Vec<String> = csv(&run.out)[1..].iter().map(|row| row[5].clone().unwrap_or_default()).collect();
    let wanted = ["Added", "'=cmd|' /C calc'!A1", "Two\nlines, \"quoted\"", "'+1", "''-1", "-5", "``", "'@Opened", " "];
    assert_eq!(types, wanted);
    // Nobody's text is altered where nothing would run.
    let lines = here.lines();
    let run = here.export(&[&lines, "--what", "events", "--format", "csv"]);
    assert!(!run.err.contains("apostrophe"), "{run:?}");
}

/// The cells of a row of a GitHub table: split at pipes that no backslash escapes, code spans
/// taken out of their fences.
fn markdown(row: &str) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut chars = row.strip_prefix("| ").expect("a row").chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next_if_eq(&'|').is_some() => cell.push('|'),
            '|' => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    assert_eq!(cell, "", "the row ends with a pipe");
    let bare = |cell: String| {
        let cell = cell.trim();
        let fence = cell.len() - cell.trim_start_matches('`').len();
        let inner = if fence == 0 { cell } else { &cell[fence..cell.len() - fence] };
        assert!(fence == 0 || !inner.split(|c| c != '`').any(|run| run.len() == fence), "{cell} ends early");
        let padded = inner.len() > 2 && inner.starts_with(' ') && inner.ends_with(' ') && !inner.trim().is_empty();
        if fence > 0 && padded { inner[1..inner.len() - 1].to_owned() } else { inner.to_owned() }
    };
    let mut cells: Vec<String> = cells.into_iter().map(bare).collect();
    if cells.first().is_some_and(|cell| cell.starts_with("| ")) {
        cells[0] = cells[0].trim_start_matches("| ").to_owned();
    }
    cells
}

#[test]
fn markdown_is_a_table_that_shows_every_value() {
    let here = Stores::new();
    for (store, _) in stores(&here).into_iter().skip(1) {
        let lines = here.out(&[&store, "--what", "events"]);
        let table = here.out(&[&store, "--what", "events", "--format", "markdown"]);
        let mut rows = table.lines();
        let names: Vec<String> =
            cells(lines.lines().next().expect("a line")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(rows.next().map(markdown), Some(names));
        assert_eq!(rows.next(), Some("| --- | --- | ---: | --- | --- | --- | --- | --- | --- | --- |"));
        assert_eq!(rows.clone().count(), lines.lines().count(), "a row is a line");
        for (row, line) in rows.zip(lines.lines()) {
            let shown = |(_, cell): (String, Option<String>)| match cell.as_deref() {
                None => String::new(),
                Some("") => "\"\"".to_owned(),
                Some(text) => text.replace('\n', "\\n"),
            };
            let wanted: Vec<String> = cells(line).into_iter().map(shown).collect();
            assert_eq!(markdown(row), wanted);
        }
    }
}

#[cfg(feature = "parquet")]
mod in_parquet {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;

    /// The rows of a file as cells of text, times as RFC 3339.
    fn read(path: &str) -> Vec<Vec<(String, Option<String>)>> {
        let reader = SerializedFileReader::new(std::fs::File::open(path).expect("a file")).expect("Parquet");
        let cell = |(name, field): (&String, &Field)| {
            let text = match field {
                Field::Null => None,
                Field::Str(text) => Some(text.clone()),
                Field::Long(number) => Some(number.to_string()),
                Field::TimestampMicros(micros) => Some(eventglass::model::Time(*micros).to_rfc3339()),
                other => panic!("{other:?}"),
            };
            (name.clone(), text)
        };
        reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| row.expect("a row").get_column_iter().map(cell).collect())
            .collect()
    }

    #[test]
    fn parquet_read_back_is_what_was_written() {
        let here = Stores::new();
        for (store, reducer) in stores(&here) {
            for what in ["states", "events"] {
                let reducer = reducer.as_ref().filter(|_| what == "states");
                let lines = here.out(&with_reducer(&[&store, "--what", what], reducer));
                let file = here.path("out.parquet");
                let arguments = [&store, "--what", what, "--format", "parquet", "--force", "-o", &file];
                assert_eq!(here.out(&with_reducer(&arguments, reducer)), "");
                let rows = read(&file);
                let wanted: Vec<_> = lines.lines().map(cells).collect();
                assert_eq!(rows, wanted);
                // The same bytes, also through a pipe.
                let first = std::fs::read(&file).expect("a file");
                let arguments = with_reducer(&["export", &store, "--what", what, "--format", "parquet"], reducer);
                let piped = here.program.command().args(arguments).output().expect("the program starts");
                assert!(piped.stdout == first, "{store} {what}");
            }
        }
    }

    #[test]
    fn rows_of_parquet_as_lines_fold_as_the_store_they_are_from() {
        let here = Stores::new();
        let (bank, reducers) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
        let plain = here.write(
            "nulls.jsonl",
            &jsonl(&[
                json!({"stream": "a-1", "version": 1, "type": "Set", "data": {"n": [1, null]}, "metadata": null}),
                json!({"stream": "a-1", "version": 2, "type": "Cleared", "data": null, "metadata": {"by": "ann"}}),
            ]),
        );
        let kept = here.write("kept.mjs", "export default (s, e) => [...(s ?? []), e.data, e.metadata]");
        for (store, reducer) in [(bank, reducers), (plain, kept)] {
            let file = here.path("out.parquet");
            here.out(&[&store, "--what", "events", "--format", "parquet", "--force", "-o", &file]);
            // As an engine in between writes them: what is null is left out, the rest is text.
            let line = |row: Vec<(String, Option<String>)>| {
                let there = row.into_iter().filter_map(|(name, cell)| {
                    let cell = cell?;
                    let number = (name == "version").then(|| cell.parse::<i64>().expect("a number"));
                    Some((name, number.map_or_else(|| json!(cell), |number| json!(number))))
                });
                Value::Object(there.collect())
            };
            let lines = here.write("lines.jsonl", &jsonl(&read(&file).into_iter().map(line).collect::<Vec<_>>()));
            let states = |store: &str| {
                let out = here.out(&[store, "--what", "states", "--reducer", &reducer]);
                let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(states(&lines), states(&store));
        }
    }

    #[test]
    fn parquet_says_where_it_comes_from_and_is_written_in_groups() {
        let here = Stores::new();
        // More than a group of 32 MiB.
        let long = "x".repeat(1 << 20);
        let events = (1..=40).map(|version| line("s-1", version, "Set", json!({"text": long, "n": version})));
        let store = here.write("lines.jsonl", &jsonl(&events.collect::<Vec<_>>()));
        let file = here.path("out.parquet");
        here.out(&[&store, "--what", "states", "--format", "parquet", "-o", &file]);
        let reader = SerializedFileReader::new(std::fs::File::open(&file).expect("a file")).expect("Parquet");
        let meta = reader.metadata();
        assert_eq!(meta.num_row_groups(), 2);
        let entries = meta.file_metadata().key_value_metadata().expect("metadata");
        let value = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value.clone());
        assert_eq!(value("eventglass.store"), Some(store));
        assert_eq!(value("eventglass.reducer").as_deref(), Some("merge"));
        assert_eq!(value("eventglass.version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(read(&file).len(), 40);
    }

    #[test]
    fn an_export_of_nothing_is_a_file_with_columns() {
        let here = Stores::new();
        let store = here.lines();
        let file = here.path("out.parquet");
        here.out(&[&store, "--what", "states", "--at", "initial", "--format", "parquet", "-o", &file]);
        assert_eq!(read(&file).len(), 0);
        assert_eq!(
            here.out(&[&store, "--what", "changes", "--at", "initial", "--format", "csv"]),
            "stream,version,type,time,changes\r\n"
        );
        assert_eq!(here.out(&[&store, "--what", "states", "--at", "initial"]), "");
    }

    /// A venv with DuckDB, which `.ci/run` makes.
    #[test]
    fn duckdb_reads_the_same_values() {
        let Ok(python) = std::env::var("EVENTGLASS_DUCKDB") else {
            println!("EVENTGLASS_DUCKDB is not set: no DuckDB to ask");
            return;
        };
        let here = Stores::new();
        let (store, reducers) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
        let (states, events) = (here.path("states.parquet"), here.path("events.parquet"));
        here.out(&[&store, "--what", "states", "--reducer", &reducers, "--format", "parquet", "-o", &states]);
        here.out(&[&store, "--what", "events", "--format", "parquet", "-o", &events]);
        let script = crate::support::root().join("tests/duckdb/sums.py");
        let run =
            std::process::Command::new(python).arg(script).args([&states, &events]).output().expect("Python starts");
        let run = Run::from(run);
        assert_eq!(run.code, 0, "{run:?}");
        let sum = |lines: &str, pointer: &str| -> i64 {
            lines.lines().filter_map(|line| parsed(line).pointer(pointer)?.as_i64()).sum()
        };
        let last =
            |lines: &str| lines.lines().map(|line| parsed(line)["time"].as_str().expect("a time").to_owned()).max();
        let lines = here.out(&[&store, "--what", "states", "--reducer", &reducers]);
        let stored = here.out(&[&store, "--what", "events"]);
        let wanted = json!({
            "states": lines.lines().count(), "balance": sum(&lines, "/state/balance"), "versions": sum(&lines, "/version"),
            "events": stored.lines().count(), "amount": sum(&stored, "/data/amount"), "last": last(&stored),
        });
        assert_eq!(run.one(), wanted);
        assert!(wanted["amount"] != 0 && wanted["balance"] != 0);
    }
}

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    let here = Stores::new();
    let store = here.lines();
    let before = here.all();
    for (arguments, error, help) in [
        (&["--what", "state", "--format", "json"][..], "--format json is not there for --what state", "jsonl"),
        (&["--what", "state", "--stream", "order-a", "--format", "csv"], "--format csv", "json, jsonl"),
        (&["--what", "states", "--format", "csv"], "--format csv", "jsonl, parquet"),
        (&["--what", "states", "--format", "json"], "--format json", "jsonl, parquet"),
        (&["--what", "states", "--format", "markdown"], "--format markdown", "jsonl, parquet"),
        (&["--what", "events", "--format", "json"], "--format json", "jsonl, csv, markdown, parquet"),
        (&["--what", "changes", "--format", "parquet"], "--format parquet", "jsonl, csv, markdown"),
        (&["--what", "changes", "--format", "json"], "--format json", "jsonl, csv, markdown"),
        (&["--what", "nothing"], "nothing", "--help"),
        (&[], "--what", "write eventglass"),
        (&["--what", "states", "--every", "0"], "--every 0", "1 or more"),
        (&["--what", "state", "--every", "2"], "--every says nothing", "--what states"),
        (&["--what", "events", "--changed"], "--changed says nothing", "states or changes"),
        (&["--what", "events", "--at", "3"], "--at says nothing", "--what state"),
        (&["--what", "state", "--at", "x"], "--at x is no version", "initial"),
        (&["--what", "state", "--at", "1", "--at-time", "2026-01-01"], "--at-time", "write eventglass"),
        (&["--what", "state", "--stream", "order-a", "--category", "order"], "--category", "write eventglass"),
        (&["--what", "state", "--stream", "order-a", "--shard", "1/2"], "--shard", "write eventglass"),
        (&["--what", "state", "--shard", "0/2"], "--shard 0/2 is no part", "I from 1 to N"),
        (&["--what", "state", "--shard", "3/2"], "--shard 3/2 is no part", "I from 1 to N"),
        (&["--what", "state", "--shard", "2"], "--shard 2 is no part", "I from 1 to N"),
        (&["--what", "state", "--force"], "--output", "write eventglass"),
    ] {
        let arguments: Vec<&str> = std::iter::once(store.as_str()).chain(arguments.iter().copied()).collect();
        let run = here.export(&arguments);
        run.refused(2, error, help);
        assert_eq!(run.out, "");
    }
    here.program.run(&["check", &store, "--shard", "0/1"]).refused(2, "--shard 0/1 is no part", "I from 1 to N");
    for (arguments, error) in [
        (["--what", "state", "--stream", "none"], "there is no stream none"),
        (["--what", "state", "--category", "none"], "there is no category none"),
        (["--what", "state", "--reducer", "none.mjs"], "none.mjs"),
    ] {
        let out = here.path("out");
        let arguments: Vec<&str> = [store.as_str(), "-o", &out].into_iter().chain(arguments).collect();
        here.export(&arguments).refused(1, error, "");
    }
    assert_eq!(here.all(), before);
}

#[test]
fn a_file_is_replaced_only_where_that_is_asked_for() {
    let here = Stores::new();
    let store = here.lines();
    let out = here.path("out.jsonl");
    let arguments = [&store, "--what", "state", "-o", &out];
    assert_eq!(here.out(&arguments), "");
    let written = std::fs::read_to_string(&out).expect("a file");
    assert_eq!(written, here.out(&[&store, "--what", "state"]));
    here.write("out.jsonl", "mine");
    let before = here.all();
    here.export(&arguments).refused(1, "out.jsonl is there already", "--force");
    assert_eq!(here.all(), before);
    here.out(&[&store, "--what", "state", "--force", "-o", &out]);
    assert_eq!(std::fs::read_to_string(&out).expect("a file"), written);
    assert_eq!(here.all().len(), before.len(), "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn a_new_file_is_as_readable_as_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let here = Stores::new();
    let out = here.path("out.jsonl");
    here.out(&[&here.lines(), "--what", "state", "-o", &out]);
    let mode = |path: &str| std::fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&out), mode(&here.path("canary")));
    // One that is replaced keeps its readers.
    for other in [0o600, 0o640, 0o666, 0o400] {
        std::fs::set_permissions(&out, std::fs::Permissions::from_mode(other)).expect("set");
        here.out(&[&here.lines(), "--what", "state", "--force", "-o", &out]);
        assert_eq!(mode(&out) & 0o777, other);
    }
}

#[cfg(unix)]
#[test]
fn the_store_and_what_belongs_to_it_are_never_written_to() {
    let here = Stores::new();
    let store = here.odd();
    let path = |name: &str| here.folder.path().join(name);
    std::fs::create_dir(path("sub")).expect("a folder");
    std::os::unix::fs::symlink(&store, path("sub/link.db")).expect("a link");
    std::os::unix::fs::symlink("odd.db-wal", path("to-wal")).expect("a link");
    std::os::unix::fs::symlink(here.folder.path(), path("sub/up")).expect("a link");
    std::fs::hard_link(&store, path("hard.db")).expect("a link");
    let linked = here.path("sub/link.db");
    let before = here.all();
    for target in [
        "odd.db",
        "odd.db-wal",
        "odd.db-shm",
        "odd.db-journal",
        "./sub/../odd.db",
        "sub/up/odd.db",
        "sub/up/odd.db-wal",
        "sub/link.db",
        "hard.db",
        "sub/link.db-wal",
    ] {
        for (store, force) in [(&store, &["--force"][..]), (&linked, &["--force"]), (&linked, &[])] {
            // Beside a link there is nothing of the store, unless it is opened by it.
            if target == "sub/link.db-wal" && *store != linked {
                continue;
            }
            let target = here.path(target);
            let arguments: Vec<&str> =
                [store, "--what", "events", "-o", &target].into_iter().chain(force.iter().copied()).collect();
            here.export(&arguments).refused(1, "which is never written to", "elsewhere");
            assert_eq!(here.all(), before, "{target}");
        }
    }
    for (target, error) in [
        ("to-wal", "is a link that leads nowhere"),
        ("sub", "is a folder"),
        ("sub/", "names no file"),
        ("none/out", "cannot be written"),
    ] {
        let target = here.path(target);
        here.export(&[&store, "--what", "events", "--force", "-o", &target]).refused(1, error, "");
        assert_eq!(here.all(), before, "{target}");
    }
    for device in ["/dev/null", "/dev/stdout"] {
        here.export(&[&store, "--what", "events", "--force", "-o", device]).refused(1, "a pipe or a device", "");
    }
    here.export(&[&store, "--what", "events", "-o", "-"]).refused(2, "names no file", "leave -o out");
    // A link elsewhere is followed, and stays one.
    std::os::unix::fs::symlink("sub/real", path("to-real")).expect("a link");
    here.write("sub/real", "old");
    here.out(&[&store, "--what", "events", "--force", "-o", &here.path("to-real")]);
    assert!(path("to-real").is_symlink());
    assert_eq!(std::fs::read_to_string(path("sub/real")).expect("a file"), here.out(&[&store, "--what", "events"]));
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing() {
    let here = Stores::new();
    let store = text(&bank("bank.db"));
    here.write("old.jsonl", "old");
    let before = here.all();
    for out in ["out.jsonl", "old.jsonl"] {
        // Where a file may have 16 KiB, writing on fails as on a full disk.
        let script = format!(
            "trap '' XFSZ; ulimit -f 16; exec '{}' export '{store}' --what events --force -o '{}'",
            env!("CARGO_BIN_EXE_eventglass"),
            here.path(out)
        );
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", &script]).env("EVENTGLASS_HOME", here.program.home.path());
        let run = Run::from(shell.output().expect("bash runs"));
        run.refused(1, "cannot be written", "free some space");
        assert!(!run.err.contains(".part"), "the temporary name is nobody's: {}", run.err);
        assert_eq!(here.all(), before);
    }
}

/// Kills the program should the test end before it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn an_export_that_is_ended_from_outside_leaves_nothing() {
    let here = Stores::new();
    let events: Vec<Value> = (1..=500).map(|version| line("s-1", version, "Set", json!({"n": version}))).collect();
    let store = here.write("lines.jsonl", &jsonl(&events));
    // Each event takes as long as it may.
    let reducer = here
        .write("slow.mjs", "export default (state, event) => { if (event.version > 2) for (;;); return event.data; }");
    let before = here.all();
    for signal in ["INT", "TERM", "HUP"] {
        let arguments = ["export", &store, "--what", "states", "--reducer", &reducer, "--on-error", "skip"];
        let mut command = here.program.command();
        command.args(arguments).args(["-o", &here.path("out.jsonl")]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = Running(command.spawn().expect("the program starts"));
        let start = Instant::now();
        while here.all().len() == before.len() {
            assert!(start.elapsed() < Duration::from_secs(120), "it never begins");
            std::thread::sleep(Duration::from_millis(20));
        }
        let killed =
            std::process::Command::new("kill").args([format!("-{signal}"), running.0.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        assert_eq!(running.0.wait().expect("it ends").code(), Some(130), "{signal}");
        assert_eq!(here.all(), before, "{signal}");
    }
}

#[test]
fn a_closed_pipe_ends_an_export_quietly() {
    let here = Stores::new();
    let store = text(&bank("bank.db"));
    for format in ["jsonl", "csv", "parquet"] {
        let mut command = here.program.command();
        command.args(["export", &store, "--what", "events", "--format", format]);
        let mut child = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts"));
        let mut out = BufReader::new(child.0.stdout.take().expect("a pipe"));
        out.read_until(b'\n', &mut Vec::new()).expect("a line");
        drop(out);
        assert_eq!(child.0.wait().expect("it ends").code(), Some(0), "{format}");
        let mut err = String::new();
        std::io::Read::read_to_string(&mut child.0.stderr.take().expect("a pipe"), &mut err).expect("text");
        assert_eq!(err, "", "{format}");
    }
}

#[test]
fn a_throw_ends_the_lines_of_its_stream_and_no_other() {
    let here = Stores::new();
    let mut events = Vec::new();
    for version in 1..=200 {
        for stream in ["order-a", "order-b", "order-c"] {
            let throws = stream == "order-b" && [5, 130, 131].contains(&version);
            events.push(line(stream, version, if throws { "Bad" } else { "Good" }, json!({"n": version})));
        }
    }
    let store = here.write("lines.jsonl", &jsonl(&events));
    // The state is changed before it throws: nothing of that may stay.
    let reducer = here.write(
        "r.mjs",
        "export const initialState = { sum: 0 };
         export const order = (state, event) => { state.sum += event.data.n; if (event.type === 'Bad') throw new Error('no ' + event.version); return state; };",
    );
    let arguments =
        |what: &'static str| [store.clone(), "--what".into(), what.into(), "--reducer".into(), reducer.clone()];
    let run = |what: &'static str, more: &[&str]| {
        let all = arguments(what);
        let all: Vec<&str> = all.iter().map(String::as_str).chain(more.iter().copied()).collect();
        here.export(&all)
    };
    let sums = |lines: &[Value], stream: &str| -> Vec<(i64, i64)> {
        let of = lines.iter().filter(|line| line["stream"] == stream);
        of.map(|line| (line["version"].as_i64().expect("a version"), line["state"]["sum"].as_i64().expect("a sum")))
            .collect()
    };
    let sum_to = |n: i64| n * (n + 1) / 2;
    let stopped = run("states", &[]);
    assert_eq!(stopped.code, 1);
    assert!(stopped.err.starts_with("error: order-b stopped before v5 Bad: Error: no 5"), "{}", stopped.err);
    assert!(
        stopped.err.trim_end().lines().last().is_some_and(|help| help.ends_with("--on-error skip")),
        "{}",
        stopped.err
    );
    let lines = stopped.lines();
    let all: Vec<(i64, i64)> = (1..=200).map(|n| (n, sum_to(n))).collect();
    assert_eq!(sums(&lines, "order-a"), all);
    assert_eq!(sums(&lines, "order-c"), all);
    assert_eq!(sums(&lines, "order-b"), all[..4]);
    let skipped = run("states", &["--on-error", "skip"]);
    assert_eq!((skipped.code, skipped.err.lines().count()), (0, 3), "{}", skipped.err);
    let bad = |n: i64| [5, 130, 131].into_iter().filter(|bad| *bad <= n).sum::<i64>();
    let without: Vec<(i64, i64)> = (1..=200).map(|n| (n, sum_to(n) - bad(n))).collect();
    assert_eq!(sums(&skipped.lines(), "order-b"), without);
    // One state each: the last good one, with what threw.
    let last = run("state", &[]);
    assert_eq!(last.code, 1);
    let of_b = &last.lines()[1];
    assert_eq!((&of_b["version"], &of_b["state"]["sum"]), (&json!(4), &json!(10)));
    assert_eq!(of_b["errors"].as_array().map(Vec::len), Some(1));
    let one = here.program.run(&["state", &store, "--json", "--stream", "order-b", "--reducer", &reducer]);
    assert_eq!(one.one(), *of_b);
    let last = run("state", &["--on-error", "skip"]);
    assert_eq!((last.code, &last.lines()[1]["version"]), (0, &json!(200)));
    assert_eq!(last.lines()[1]["errors"].as_array().map(Vec::len), Some(3));
    // The file is there: what could be done is in it.
    let out = here.path("out.jsonl");
    let to_file = run("states", &["-o", &out]);
    assert_eq!((to_file.code, to_file.err), (1, stopped.err));
    assert_eq!(std::fs::read_to_string(&out).expect("a file"), stopped.out);
}

#[test]
fn a_state_that_json_cannot_show_is_an_error_that_names_it() {
    let here = Stores::new();
    let events: Vec<Value> = (1..=5).map(|version| line("s-1", version, "Set", json!({"n": version}))).collect();
    let store = here.write("lines.jsonl", &jsonl(&events));
    let reducer = here.write(
        "r.mjs",
        "export default (state, event) => { const next = { n: event.data.n }; if (next.n === 3) next.me = next; return next; };",
    );
    let run = here.export(&[&store, "--what", "states", "--reducer", &reducer]);
    assert_eq!(run.code, 1);
    assert!(run.err.starts_with("error: the state of s-1 after 3 events cannot be shown: "), "{}", run.err);
    let versions: Vec<Value> = run.lines().iter().map(|line| line["version"].clone()).collect();
    assert_eq!(versions, [1, 2, 4, 5]);
    let changes = here.export(&[&store, "--what", "changes", "--reducer", &reducer]).lines();
    assert_eq!(changes[2]["changes"], json!([{"op": "replace", "path": "", "value": {"n": 4}}]));
}

#[test]
fn each_category_has_its_export_or_nothing_is_written() {
    let here = Stores::new();
    let events = ["order-1", "cart-1", "order-2"].map(|stream| line(stream, 1, "Set", json!({"n": 1})));
    let store = here.write("lines.jsonl", &jsonl(&events));
    let reducer = here.write(
        "r.mjs",
        "export const order = (state, event) => ({ order: event.data.n }); export const invoice = (state) => state;",
    );
    let before = here.all();
    let out = here.path("out.jsonl");
    let run = here.export(&[&store, "--what", "states", "--reducer", &reducer, "-o", &out]);
    run.refused(1, "no export of r.mjs has the name of the category cart", "invoice, order");
    assert_eq!(here.all(), before);
    let one = here.out(&[&store, "--what", "states", "--reducer", &reducer, "--category", "order"]);
    let states: Vec<Value> = one.lines().map(|line| parsed(line)["state"].clone()).collect();
    assert_eq!(states, [json!({"order": 1}), json!({"order": 1})]);
    let forced = here.out(&[&store, "--what", "state", "--reducer", &format!("{reducer}#order")]);
    assert_eq!(forced.lines().count(), 3);
}

#[test]
fn many_workers_write_what_one_writes() {
    let here = Stores::new();
    let (store, reducers) = (text(&bank("bank.db")), text(&bank("reducers.mjs")));
    let program = env!("CARGO_BIN_EXE_eventglass");
    for (what, more) in [("states", format!("--reducer '{reducers}'")), ("events", String::new())] {
        let part = here.path(&format!("{what}-{{}}.jsonl"));
        let script = format!(
            "seq 5 | xargs -P 3 -I '{{}}' '{program}' export '{store}' --what {what} {more} --shard '{{}}/5' -o '{part}'"
        );
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).env("EVENTGLASS_HOME", here.program.home.path());
        let run = Run::from(shell.output().expect("sh runs"));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        let mut arguments = vec![store.as_str(), "--what", what];
        if what == "states" {
            arguments.extend(["--reducer", &reducers]);
        }
        let whole = here.out(&arguments);
        let parts: Vec<String> = (1..=5)
            .map(|part| std::fs::read_to_string(here.path(&format!("{what}-{part}.jsonl"))).expect("a part"))
            .collect();
        let of = |text: &str| -> BTreeMap<String, Vec<String>> {
            let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for line in text.lines() {
                let stream = parsed(line)["stream"].as_str().expect("a name").to_owned();
                streams.entry(stream).or_default().push(line.to_owned());
            }
            streams
        };
        // A stream is in one part, its lines in order.
        let mut together = BTreeMap::new();
        for part in &parts {
            assert!(!part.is_empty(), "42 streams leave no part of 5 empty");
            for (stream, lines) in of(part) {
                assert!(together.insert(stream.clone(), lines).is_none(), "{stream} is in two parts");
            }
        }
        assert_eq!(together, of(&whole));
    }
}

#[test]
fn parts_of_a_check_are_the_whole_check() {
    let here = Stores::new();
    let mut content = String::new();
    for stream in 0..20 {
        // Gaps, repeats, payloads that cannot be read; and lines that belong to no stream.
        let events = [1, 3, 3].map(|version| line(&format!("s-{stream}"), version, "Set", json!({"n": 1})));
        content.push_str(&jsonl(&events));
        content.push_str("no json\n");
    }
    let store = here.write("lines.jsonl", &content);
    let sorted = |mut lines: Vec<Value>| {
        lines.sort_by_key(Value::to_string);
        lines
    };
    let whole = sorted(here.program.json(&["check", &store, "--json"]));
    assert!(whole.iter().any(|line| line["stream"].is_null()) && whole.len() > 40, "{whole:?}");
    let parts =
        (1..=3).flat_map(|part| here.program.json(&["check", &store, "--json", "--shard", &format!("{part}/3")]));
    assert_eq!(sorted(parts.collect()), whole);
    let said = |part: &str| here.program.run(&["check", &store, "--shard", part]).out.lines().last().map(str::to_owned);
    let counted = |said: Option<String>| -> u64 {
        said.and_then(|said| said.split(' ').next()?.parse().ok()).expect("a number of events")
    };
    assert_eq!(counted(said("1/2")) + counted(said("2/2")), 60);
}

#[test]
fn payloads_of_any_depth_stay_on_their_line() {
    let here = Stores::new();
    let store = here.odd();
    for run in [here.program.run(&["events", &store, "--json"]), here.export(&[&store, "--what", "states"])] {
        assert_eq!(run.out.lines().count(), 9, "{}", run.out);
        run.out.lines().for_each(|line| assert!(line.starts_with("{\"stream\":") && line.ends_with('}'), "{line}"));
    }
}

#[test]
fn a_skipped_event_is_counted_and_changes_no_state() {
    let here = Stores::new();
    let mut events: Vec<Value> = (1..=3).map(|n| line("cart-1", n, "Set", json!({"n": n, "of": [n]}))).collect();
    events.push(line("cart-2", 1, "Set", json!({"n": 1})));
    for (event, marks) in
        events.iter_mut().zip([json!([]), json!(["skipped", "command"]), json!([]), json!(["skipped"])])
    {
        event["marks"] = marks;
    }
    events[2]["data"] = json!({"m": 3});
    let store = here.write("marked.jsonl", &jsonl(&events));
    let sum = here.write(
        "sum.mjs",
        "export const initialState = { seen: [] }; export default (s, e) => ({ seen: [...s.seen, e.version] })",
    );
    let states = |arguments: &[&str]| -> Vec<(Value, Value)> {
        let out = here.out(&[&[store.as_str()], arguments].concat());
        out.lines().map(parsed).map(|line| (line["events_applied"].clone(), line["state"].clone())).collect()
    };
    let merged =
        [(1, json!({"n": 1, "of": [1]})), (2, json!({"n": 1, "of": [1]})), (3, json!({"n": 1, "of": [1], "m": 3}))];
    let merged: Vec<(Value, Value)> = merged.into_iter().map(|(at, state)| (json!(at), state)).collect();
    assert_eq!(states(&["--what", "states", "--stream", "cart-1"]), merged);
    assert_eq!(states(&["--what", "states", "--stream", "cart-2"]), [(json!(1), json!({}))]);
    let folded = states(&["--what", "state", "--reducer", &sum]);
    assert_eq!(folded, [(json!(3), json!({"seen": [1, 3]})), (json!(1), json!({"seen": []}))]);
    let shown = here.program.run(&["state", &store, "--stream", "cart-1", "--at", "2", "--json"]).one();
    assert_eq!((&shown["events_applied"], &shown["state"]), (&json!(2), &json!({"n": 1, "of": [1]})));
    // What is written reads back as what it was.
    let written = here.out(&[&store, "--what", "events"]);
    let again = here.write("again.jsonl", &written);
    assert_eq!(here.out(&[&again, "--what", "events"]), written);
    assert_eq!(here.program.run(&["info", &again, "--json"]).one()["dialect"], "eventglass");
}
