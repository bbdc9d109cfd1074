//! The states we compute are those that the store's own library computes.
//!
//! `EVENTGLASS_FRESH` may name more stores than the sample: `STORE=EXPECTED=REDUCERS`, several
//! with `:` between them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::session::ReducerFile;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Program, bank, folder, look, root, text};

#[derive(Deserialize)]
struct Expected {
    library: String,
    #[serde(rename = "libraryVersion")]
    version: String,
    states: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    stream: String,
    version: i64,
    reducer: String,
    state: Value,
}

/// Compares a store, whose streams begin with the version `first`, with what its library said;
/// returns how many states were compared through the library and through the program.
fn compare(store: &Path, expected: &Path, reducers: &Path, first: i64) -> (usize, usize) {
    let read = std::fs::read_to_string(expected).unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
    let expected: Expected = serde_json::from_str(&read).expect("the shape of expected.json");
    let cache = folder();
    let look = look(store, cache.path()).unwrap_or_else(|error| panic!("{}: {error}", store.display()));
    let file = ReducerFile::read(&text(reducers)).expect("the store's reducers");
    let mut by_stream: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
    for asked in &expected.states {
        by_stream.entry(&asked.stream).or_default().push(asked);
    }
    for (stream, list) in &by_stream {
        let mut fold = look.fold(stream, Some(&file)).expect("a readable store");
        assert_eq!(&*fold.timeline.reducer_name(), format!("reducers.mjs#{}", list[0].reducer));
        // There and back: from zero, from keyframes and from ready states.
        for asked in list.iter().chain(list.iter().rev()) {
            let state = fold.at_version(asked.version);
            assert_eq!(state, asked.state, "{stream} v{}", asked.version);
        }
        assert!(fold.timeline.errors().is_empty(), "{stream}: {:?}", fold.timeline.errors());
    }
    let program = Program::new();
    const RUNS: usize = 40;
    let every = expected.states.len().div_ceil(RUNS).max(1);
    let mut runs = 0;
    for asked in expected.states.iter().step_by(every) {
        let (store, reducers, at) = (text(store), text(reducers), asked.version.to_string());
        let lines =
            program.json(&["state", &store, "--json", "--stream", &asked.stream, "--at", &at, "--reducer", &reducers]);
        let want = json!({
            "stream": asked.stream,
            "version": asked.version,
            "events_applied": asked.version - first + 1,
            "reducer": format!("reducers.mjs#{}", asked.reducer),
            "state": asked.state,
            "errors": [],
        });
        assert_eq!(lines, [want]);
        runs += 1;
    }
    println!(
        "{}: {} states of {} {} equal through the library, {runs} of them through the program",
        store.display(),
        expected.states.len(),
        expected.library,
        expected.version
    );
    (expected.states.len(), runs)
}

#[test]
fn states_of_the_sample_store_are_emmetts() {
    let (states, runs) = compare(&bank("bank.db"), &bank("expected.json"), &bank("reducers.mjs"), 1);
    assert!(states >= 300 && runs >= 36, "only {states} states and {runs} runs");
}

#[test]
fn states_of_the_registry_are_those_of_its_application() {
    let file = |name: &str| root().join("sample-stores/modulith").join(name);
    let (states, runs) = compare(&file("workshop.dump"), &file("expected.json"), &file("reducers.mjs"), 0);
    assert!(states >= 150 && runs >= 36, "only {states} states and {runs} runs");
}

#[test]
fn states_of_fresh_stores_are_emmetts() {
    let Ok(list) = std::env::var("EVENTGLASS_FRESH") else {
        println!("EVENTGLASS_FRESH is not set: no fresh store to compare");
        return;
    };
    let mut stores = 0;
    for entry in list.split(':').filter(|entry| !entry.is_empty()) {
        let paths: Vec<PathBuf> = entry.split('=').map(PathBuf::from).collect();
        let [store, expected, reducers] = paths.as_slice() else { panic!("EVENTGLASS_FRESH: {entry} is no A=B=C") };
        let (states, _) = compare(store, expected, reducers, 1);
        assert!(states >= 100, "{}: only {states} states", expected.display());
        stores += 1;
    }
    assert!(stores > 0, "EVENTGLASS_FRESH names no store");
    println!("{stores} fresh stores compared");
}
