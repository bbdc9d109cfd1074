//! The states we compute are those that the store's own library computes.
//!
//! `EVENTGLASS_FRESH` may name more stores than the sample: `STORE=EXPECTED=REDUCERS`, several
//! with `:` between them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::session::{ReducerFile, WantedHost};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Program, bank, folder, in_javascript, look, root, text};

#[derive(Deserialize)]
struct Expected {
    library: String,
    #[serde(rename = "libraryVersion")]
    version: String,
    states: Vec<Asked>,
    /// Events that the reducer does not understand, where the library does.
    #[serde(default)]
    throws: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    stream: String,
    version: i64,
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
fn compare(store: &Path, expected: &Path, reducers: &str, first: i64) -> (usize, usize) {
    let read = std::fs::read_to_string(expected).unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
    let mut expected: Expected = serde_json::from_str(&read).expect("the shape of expected.json");
    let stops = |stream: &str| expected.throws.iter().find(|event| event.stream == stream).map(|event| event.version);
    let reached = |asked: &Asked| stops(&asked.stream).is_none_or(|stop| asked.version < stop);
    expected.states.retain(reached);
    let cache = folder();
    let look = look(store, cache.path()).unwrap_or_else(|error| panic!("{}: {error}", store.display()));
    let file = ReducerFile::read(reducers, WantedHost::Auto).expect("the store's reducers");
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
            assert_eq!(in_javascript(&state), in_javascript(&asked.state), "{stream} v{}", asked.version);
        }
        assert!(fold.timeline.errors().is_empty(), "{stream}: {:?}", fold.timeline.errors());
    }
    let program = Program::new();
    const RUNS: usize = 40;
    let every = expected.states.len().div_ceil(RUNS).max(1);
    let mut runs = 0;
    for asked in expected.states.iter().step_by(every) {
        let (store, at) = (text(store), asked.version.to_string());
        let lines =
            program.json(&["state", &store, "--json", "--stream", &asked.stream, "--at", &at, "--reducer", reducers]);
        let want = json!({
            "stream": asked.stream,
            "version": asked.version,
            "events_applied": asked.version - first + 1,
            "reducer": format!("reducers.mjs#{}", asked.reducer),
            "state": asked.state,
            "errors": [],
        });
        assert_eq!(lines.iter().map(in_javascript).collect::<Vec<_>>(), [in_javascript(&want)]);
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
    let (states, runs) = compare(&bank("bank.db"), &bank("expected.json"), &text(&bank("reducers.mjs")), 1);
    assert!(states >= 300 && runs >= 36, "only {states} states and {runs} runs");
}

#[test]
fn states_of_the_registry_are_those_of_its_application() {
    let (states, runs) = compare_sample("modulith", "workshop.dump", 0);
    assert!(states >= 150 && runs >= 36, "only {states} states and {runs} runs");
}

/// Compares a sample store; see [`compare`].
fn compare_sample(name: &str, store: &str, first: i64) -> (usize, usize) {
    let file = |file: &str| root().join("sample-stores").join(name).join(file);
    compare(&file(store), &file("expected.json"), &text(&file("reducers.mjs")), first)
}

#[test]
fn states_of_the_dump_of_marten_are_martens() {
    let (states, runs) = compare_sample("marten", "bank.dump", 1);
    assert!(states == 194 && runs >= 36, "only {states} states and {runs} runs");
}

#[test]
fn states_of_the_message_db_are_those_of_the_components_that_wrote_it() {
    let (states, runs) = compare_sample("messagedb", "bank.dump", 0);
    assert!(states >= 250 && runs >= 36, "only {states} states and {runs} runs");
}

#[test]
fn states_of_python_eventsourcing_are_its_repositorys() {
    let (states, _) = compare_sample("library", "lending.db", 1);
    assert_eq!(states, 362);
    let (states, _) = compare_sample("orders", "orders.db", 1);
    assert_eq!(states, 299 - 5, "all but those that the reducer does not reach");
}

#[test]
fn the_order_whose_event_throws_is_right_without_it() {
    let file = |file: &str| text(&root().join("sample-stores/orders").join(file));
    let expected: Expected =
        serde_json::from_str(&std::fs::read_to_string(file("expected.json")).expect("a file")).expect("its shape");
    let [thrown] = &*expected.throws else { panic!("one event throws") };
    let (store, reducers) = (file("orders.db"), file("reducers.mjs"));
    let arguments = ["state", &store, "--json", "--stream", &thrown.stream, "--reducer", &reducers];
    let program = Program::new();
    let stopped = program.run(&arguments);
    assert_eq!(stopped.code, 1, "{stopped:?}");
    assert_eq!((stopped.one()["version"].as_i64(), thrown.version), (Some(1), 2));
    assert!(stopped.err.contains("v2 VoucherRedeemed"), "{stopped:?}");
    let skipped = program.run(&[&arguments[..], &["--on-error", "skip"]].concat()).one();
    let last = expected.states.iter().rfind(|asked| asked.stream == thrown.stream).expect("its states");
    assert_eq!((&skipped["state"], skipped["version"].as_i64()), (&last.state, Some(last.version)));
    assert_eq!(skipped["errors"][0]["version"], 2, "{skipped}");
}

#[test]
fn states_of_castore_are_castores_in_every_form() {
    let sample = root().join("sample-stores/castore");
    let reducers = text(&sample.join("reducers.mjs"));
    let (states, _) = compare(&sample, &sample.join("expected.json"), &reducers, 1);
    assert!(states >= 500, "only {states} states");
    let forms = root().join("tests/castore");
    for form in ["scan.json", "legacy.json", "memory.json", "redux.json", "postgres.sql"] {
        // Items of the old adapter do not tell their event store.
        let reducers = if form == "legacy.json" { format!("{reducers}#parcelsReducer") } else { reducers.clone() };
        let expected = forms.join(form).with_extension("expected.json");
        let (states, _) = compare(&forms.join(form), &expected, &reducers, 1);
        assert!(states >= 25, "only {states} states of {form}");
    }
}

#[test]
fn states_of_a_dump_of_postgresql_are_emmetts() {
    let folder = root().join("tests/emmett");
    let store = folder.join("postgres.sql");
    let (states, _) = compare(&store, &folder.join("postgres.expected.json"), &text(&folder.join("reducers.mjs")), 1);
    assert_eq!(states, 10);
    let streams = Program::new().json(&["streams", &text(&store), "--json"]);
    let archived: Vec<&Value> = streams.iter().filter(|stream| stream["status"] == "archived").collect();
    assert!(archived.len() == 1 && archived[0]["stream"] == "profile-1", "{streams:?}");
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
        let (states, _) = compare(store, expected, &text(reducers), 1);
        assert!(states >= 100, "{}: only {states} states", expected.display());
        stores += 1;
    }
    assert!(stores > 0, "EVENTGLASS_FRESH names no store");
    println!("{stores} fresh stores compared");
}
