//! Stores that the real libraries write: `tests/stores/NAME` holds a small program for each, and
//! what the program makes says which streams, events and states the library itself has.
//!
//! `EVENTGLASS_STORES` is the folder that `tests/stores/make.sh` filled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::session::{ReducerFile, WantedHost};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use crate::support::{Program, folder, in_javascript, look, root, text, with_numbers};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    dialect: String,
    library: String,
    streams: Vec<Stream>,
    /// Codes of what is to be said of the store.
    #[serde(default)]
    findings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stream {
    stream: String,
    category: Option<String>,
    first: i64,
    events: Vec<Event>,
    #[serde(default)]
    states: Vec<State>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    version: i64,
    #[serde(rename = "type")]
    kind: String,
    /// Left out where the library does not say.
    time: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    version: i64,
    state: Value,
}

/// A test for each store, and the list of them.
macro_rules! stores {
    ($($test:ident: $name:literal,)+) => {
        $(#[test]
        fn $test() {
            check($name);
        })+
        const TESTED: &[&str] = &[$($name),+];
    };
}

stores! {
    act: "act",
    axon: "axon",
    dbos: "dbos",
    django_auditlog: "django-auditlog",
    django_pghistory: "django-pghistory",
    django_reversion: "django-reversion",
    django_simple_history: "django-simple-history",
    envers: "envers",
    eventsourcing_postgres: "eventsourcing-postgres",
    eventsourcing_sqlalchemy: "eventsourcing-sqlalchemy",
    eventsourcing_sqlite: "eventsourcing-sqlite",
    evtstore: "evtstore",
    go_workflows: "go-workflows",
    javers: "javers",
    paper_trail: "paper-trail",
    paper_trail_object: "paper-trail-object",
    sqlalchemy_continuum: "sqlalchemy-continuum",
    watermill: "watermill",
}

fn programs() -> PathBuf {
    root().join("tests/stores")
}

#[test]
fn every_program_has_a_test() {
    let mut names: Vec<String> = std::fs::read_dir(programs())
        .expect("the programs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    assert_eq!(names, TESTED);
}

/// Where the made store is; `None` where none were made, which only CI must not leave out.
fn made(name: &str) -> Option<PathBuf> {
    let Some(made) = std::env::var_os("EVENTGLASS_STORES") else {
        assert!(std::env::var_os("EVENTGLASS_CI").is_none(), "no EVENTGLASS_STORES: see tests/stores/make.sh");
        println!("skipped: EVENTGLASS_STORES is not set, see tests/stores/make.sh");
        return None;
    };
    Some(Path::new(&made).join(name))
}

fn check(name: &str) {
    let Some(made) = made(name) else { return };
    let path = made.join("expected.json");
    let read = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let expected: Expected = serde_json::from_str(&read).unwrap_or_else(|error| panic!("{name}: {error}"));
    let files: Vec<PathBuf> = ["store.db", "store.sql", "store.dump"]
        .map(|file| made.join(file))
        .into_iter()
        .filter(|f| f.exists())
        .collect();
    assert!(!files.is_empty(), "{name} has no store");
    for file in files {
        check_events(&file, &expected);
        check_states(&file, &expected, &programs().join(name).join("reducer.mjs"));
    }
}

/// An instant to the microsecond, which is what we keep, however many places it was written with.
fn instant(time: &str) -> String {
    let time = time.strip_suffix('Z').unwrap_or_else(|| panic!("{time} is no time of UTC"));
    let (seconds, parts) = time.split_once('.').unwrap_or((time, ""));
    format!("{seconds}.{parts:0<6.6}")
}

/// Compares the dialect, the streams and their events as the program prints them.
fn check_events(store: &Path, expected: &Expected) {
    let (program, store) = (Program::new(), text(store));
    let info = program.json(&["info", &store, "--json"]).remove(0);
    assert_eq!(info["dialect"], json!(expected.dialect), "{store} of {}: {info}", expected.library);
    let run = program.run(&["check", &store, "--json"]);
    let said: Vec<String> = run.lines().iter().map(|line| line["code"].as_str().expect("a code").to_owned()).collect();
    let known = |code: &String| code == "order-not-proven" || expected.findings.contains(code);
    assert!(said.iter().all(known), "{store}: {run:?}");

    let listed: BTreeMap<String, Value> = program
        .json(&["streams", &store, "--json"])
        .into_iter()
        .map(|line| (line["stream"].as_str().expect("a name").to_owned(), line))
        .collect();
    let wanted: BTreeMap<&str, &Stream> = expected.streams.iter().map(|one| (one.stream.as_str(), one)).collect();
    assert_eq!(wanted.len(), expected.streams.len(), "{store}: a stream is expected twice");
    assert_eq!(listed.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{store}");
    let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in program.json(&["events", &store, "--json"]) {
        events.entry(line["stream"].as_str().expect("a name").to_owned()).or_default().push(line);
    }
    // The order over everything may be that of times, which is not that of a stream.
    events.values_mut().for_each(|own| own.sort_by_key(|line| line["version"].as_i64()));
    assert_eq!(events.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{store}");

    for (at, (name, one)) in wanted.into_iter().enumerate() {
        let line = &listed[name];
        assert_eq!(
            (&line["events"], &line["first"], &line["last"]),
            (&json!(one.events.len()), &json!(one.first), &json!(one.events.last().expect("an event").version)),
            "{store}: {name}"
        );
        if let Some(category) = &one.category {
            assert_eq!(line["category"], json!(category), "{store}: {name}");
        }
        let events = &events[name];
        if at % 8 == 0 {
            assert_eq!(&program.json(&["events", &store, "--json", "--stream", name]), events, "{store}: {name}");
        }
        let shown = events.iter().map(|line| (line["version"].clone(), line["type"].clone()));
        let meant = one.events.iter().map(|event| (json!(event.version), json!(event.kind)));
        assert_eq!(shown.collect::<Vec<_>>(), meant.collect::<Vec<_>>(), "{store}: {name}");
        for (line, event) in events.iter().zip(&one.events) {
            if let Some(time) = &event.time {
                let shown = line["time"].as_str().unwrap_or_else(|| panic!("{store}: {name}: no time in {line}"));
                assert_eq!(instant(shown), instant(time), "{store}: {name} v{}", event.version);
            }
        }
    }
}

/// Whole numbers to their last digit; 3 and 3.0 are the same.
fn exact(number: &Number) -> Value {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => json!(float as i64),
        _ => json!(number),
    }
}

/// Compares each state that the library gave, by the reducer that is beside the program or, of an
/// audit trail, as the rows have it; some of them also through the program.
fn check_states(store: &Path, expected: &Expected, reducer: &Path) {
    let cache = folder();
    let look = look(store, cache.path()).unwrap_or_else(|error| panic!("{}: {error}", store.display()));
    let reducer = reducer.exists().then(|| text(reducer));
    let file = reducer.as_deref().map(|path| ReducerFile::read(path, WantedHost::Auto).expect("a reducer"));
    let comparable = |state: &Value| if file.is_some() { in_javascript(state) } else { with_numbers(state, exact) };
    let same = |shown: &Value, meant: &Value, at: &str| {
        assert_eq!(comparable(shown), comparable(meant), "{}: {at}", store.display());
    };
    let mut asked = Vec::new();
    for one in expected.streams.iter().filter(|one| !one.states.is_empty()) {
        let mut fold = look.fold(&one.stream, file.as_ref()).expect("a readable store");
        // There and back: from zero and from what is known already.
        for state in one.states.iter().chain(one.states.iter().rev()) {
            same(&fold.at_version(state.version), &state.state, &format!("{} v{}", one.stream, state.version));
        }
        assert!(fold.timeline.errors().is_empty(), "{}: {:?}", one.stream, fold.timeline.errors());
        asked.extend(one.states.iter().map(|state| (&one.stream, state)));
    }
    let program = Program::new();
    for (stream, state) in asked.iter().step_by(asked.len().div_ceil(10).max(1)) {
        let (store, at) = (text(store), state.version.to_string());
        let mut arguments = vec!["state", &store, "--json", "--stream", stream, "--at", &at];
        arguments.extend(reducer.iter().flat_map(|path| ["--reducer", path]));
        let line = program.json(&arguments).remove(0);
        assert_eq!((&line["version"], &line["errors"]), (&json!(state.version), &json!([])), "{line}");
        same(&line["state"], &state.state, &format!("{stream} v{} through the program", state.version));
    }
    println!("{}: {} states of {} are equal", store.display(), asked.len(), expected.library);
}
