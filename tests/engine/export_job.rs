//! The export beside the window: what its job writes, holds, refuses and leaves behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventglass::export::job::{COPY_BYTES, ExportJob, To, Wanted};
use eventglass::export::{Format, Of, Request, What};
use eventglass::index::{At, NamePart};
use eventglass::model::{Problem, Shard};
use eventglass::replay::timeline::OnError;
use eventglass::session::{
    Answer, Choice, Found, IndexNews, JobHandle, JobNews, Reading, ReducerFile, ReducerSource, Session, WantedHost,
    WrittenRows,
};

use serde_json::json;

use crate::support::{Place, Program, bank, jsonl, line, window};

/// A store whose index is read.
struct Open {
    session: Session,
    index: IndexNews,
}

fn next<T>(session: &Session, mut wanted: impl FnMut(Answer) -> Option<T>) -> T {
    let patience = Instant::now();
    loop {
        if let Some(found) = session.answer().and_then(&mut wanted) {
            return found;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "no such answer came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn open(path: &Path, cache: &Path) -> Open {
    let session = window(path, cache);
    let index = next(&session, |answer| match answer {
        Answer::Index(news) if news.reading == Reading::Done => Some(news),
        _ => None,
    });
    Open { session, index }
}

fn request(what: What, format: Format) -> Request {
    let of = Of::Streams { category: None, matching: NamePart::default(), shard: Shard::ALL, system: false };
    Request { what, format, of, at: At::Last, every: 1, changed: false, on_error: OnError::Stop }
}

impl Open {
    fn run(&self, request: Request, file: Option<&Arc<ReducerFile>>, to: To) -> JobHandle {
        self.by_hand(request, file, BTreeMap::new(), to)
    }

    fn by_hand(
        &self,
        request: Request,
        file: Option<&Arc<ReducerFile>>,
        by_hand: BTreeMap<String, Choice>,
        to: To,
    ) -> JobHandle {
        let source = file.cloned().map_or(ReducerSource::Merge, ReducerSource::Module);
        let wanted = Wanted { index: self.index.index.clone(), request, source, by_hand, to, others: Vec::new() };
        self.session.run(Box::new(move || Box::new(ExportJob::new(wanted))))
    }

    /// What the job came to.
    fn end(&self, job: &JobHandle) -> Result<Arc<WrittenRows>, Problem> {
        let news = next(&self.session, |answer| match answer {
            Answer::Job(news @ JobNews { done: true, .. }) if news.id == job.id() => Some(news),
            _ => None,
        });
        match news.found {
            Found::Rows(rows) => Ok(rows),
            Found::Failed(problem) => Err(problem),
            other => panic!("{other:?}"),
        }
    }
}

fn to_file(path: &Path, replace: bool) -> To {
    To::File { path: path.to_owned(), replace }
}

fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).expect("a folder");
    let mut all: Vec<String> = all.map(|entry| entry.expect("an entry").file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn a_job_writes_what_the_command_writes() {
    let place = Place::new();
    let store = open(&bank("bank.db"), &place.path("cache"));
    let named = bank("reducers.mjs").display().to_string();
    let file = Arc::new(ReducerFile::read(&named, WantedHost::Auto).expect("a reducer"));
    let path = bank("bank.db").display().to_string();
    for (what, format) in [
        (What::State, Format::JsonLines),
        (What::States, Format::Parquet),
        (What::Events, Format::Csv),
        (What::Changes, Format::Markdown),
    ] {
        let (ours, theirs) = (place.path("ours"), place.path("theirs"));
        let job = store.run(request(what, format), Some(&file), to_file(&ours, true));
        let written = store.end(&job).expect("written");
        let mut arguments = vec!["export", &path, "--what", what.name(), "--format", format.name(), "--force", "-o"];
        arguments.push(theirs.to_str().expect("a path"));
        if let Some(Ok(Some(reducer))) = &written.reducer {
            arguments.extend(["--reducer", reducer]);
        }
        assert!(Program::new().run(&arguments).is_well());
        let (ours, theirs) = (std::fs::read(ours).expect("a file"), std::fs::read(theirs).expect("a file"));
        assert!(ours == theirs, "{what:?} as {format:?}");
        assert_eq!(written.bytes, ours.len() as u64);
    }
}

#[test]
fn the_first_rows_are_enough_to_look_at_and_all_of_them_to_copy() {
    let place = Place::new();
    let big = "x".repeat(100_000);
    let events: Vec<_> = (1..=200).map(|n| line("s", n, "T", json!({ "n": n, "big": big }))).collect();
    place.write("log.jsonl", jsonl(&events));
    let store = open(&place.path("log.jsonl"), &place.path("cache"));
    for format in [Format::JsonLines, Format::Parquet] {
        let job = store.run(request(What::Events, format), None, To::Preview);
        let preview = store.end(&job).expect("a preview");
        assert!(preview.more && preview.text.len() <= 32 << 10, "{}", preview.text.len());
        assert!(preview.text.starts_with("{\"stream\":\"s\",\"category\":"), "Parquet is shown as lines");
    }
    let job = store.run(request(What::Events, Format::JsonLines), None, To::Copy);
    let copied = store.end(&job).expect("an answer");
    assert!(copied.more && copied.text.is_empty() && copied.bytes < 2 * COPY_BYTES as u64, "it ended in time");
    let few = Request { every: 150, ..request(What::Changes, Format::Markdown) };
    let few = Request { at: At::parse("3").expect("a version"), ..few };
    let job = store.run(few, None, To::Copy);
    let copied = store.end(&job).expect("a copy");
    assert!(!copied.more && copied.text.len() as u64 == copied.bytes);
    assert_eq!(copied.text.lines().count(), 5);
}

#[test]
fn a_job_that_is_dropped_or_fails_leaves_nothing() {
    let place = Place::new();
    let events: Vec<_> = (1..=500).map(|n| line("s", n, "T", json!({ "n": n }))).collect();
    place.write("log.jsonl", jsonl(&events));
    // Each event takes as long as it may.
    let slow = "export default (state, event) => { if (event.version > 2) for (;;); return event.data; }";
    let slow = Arc::new(ReducerFile::read(&place.write("slow.mjs", slow), WantedHost::Auto).expect("a reducer"));
    std::fs::create_dir(place.path("out")).expect("made");
    let store = open(&place.path("log.jsonl"), &place.path("cache"));
    let out = place.path("out/states.jsonl");
    let skipping = Request { on_error: OnError::Skip, ..request(What::States, Format::JsonLines) };
    let job = store.run(skipping, Some(&slow), to_file(&out, false));
    next(&store.session, |answer| match answer {
        Answer::Job(JobNews { progress, .. }) => (progress.found > 0).then_some(()),
        _ => None,
    });
    assert_eq!(names(&place.path("out")).len(), 1, "the temporary file");
    drop(job);
    let patience = Instant::now();
    while !names(&place.path("out")).is_empty() {
        assert!(patience.elapsed() < Duration::from_secs(60), "{:?}", names(&place.path("out")));
        std::thread::sleep(Duration::from_millis(1));
    }
    // A store is never written to, an existing file only where that was said.
    let log = place.path("log.jsonl");
    let before = std::fs::read(&log).expect("the log");
    let job = store.run(request(What::Events, Format::Csv), None, to_file(&log, true));
    assert!(store.end(&job).expect_err("the store").what.ends_with("is the store, which is never written to"));
    assert!(std::fs::read(&log).expect("the log") == before);
    place.write("out/states.jsonl", "mine");
    let job = store.run(request(What::State, Format::JsonLines), None, to_file(&out, false));
    assert!(store.end(&job).expect("an answer").exists);
    assert_eq!(std::fs::read_to_string(&out).expect("mine"), "mine");
    let job = store.run(request(What::State, Format::JsonLines), None, to_file(&out, true));
    assert!(!store.end(&job).expect("written").exists);
    assert!(std::fs::read_to_string(&out).expect("a state").contains("\"n\":500"));
    assert_eq!(names(&place.path("out")), ["states.jsonl"]);
    let job = store.run(request(What::State, Format::JsonLines), None, to_file(&place.path("no/where"), true));
    assert!(store.end(&job).expect_err("no folder").help.contains("make the folder first"));
}

#[test]
fn what_reducer_must_say_follows_what_was_chosen_by_hand() {
    let place = Place::new();
    let store = open(&bank("bank.db"), &place.path("cache"));
    let named = bank("reducers.mjs").display().to_string();
    let file = Arc::new(ReducerFile::read(&named, WantedHost::Auto).expect("a reducer"));
    let category = |name: &str| {
        let all = store.index.index.streams().categories();
        let place = all.iter().position(|own| **own == *name).expect("a category");
        eventglass::model::CategoryId(place as u32)
    };
    let of = |category| Of::Streams { category, matching: NamePart::default(), shard: Shard::ALL, system: false };
    let export = |name: &str| Choice::Export(name.to_owned());
    let only_account = || of(Some(category("account")));
    for (of, by_hand, want) in [
        (of(None), vec![], Ok(Some(named.clone()))),
        (only_account(), vec![("account", Choice::Merge)], Ok(None)),
        (only_account(), vec![("account", export("transfer"))], Ok(Some(format!("{named}#transfer")))),
        (only_account(), vec![("transfer", export("account"))], Ok(Some(named.clone()))),
        (of(None), vec![("account", Choice::Merge)], Err(())),
    ] {
        let by_hand: BTreeMap<String, Choice> =
            by_hand.into_iter().map(|(name, choice)| (name.to_owned(), choice)).collect();
        let request = Request { of, ..request(What::State, Format::JsonLines) };
        let job = store.by_hand(request, Some(&file), by_hand, To::Preview);
        let found = store.end(&job).expect("a preview").reducer.clone().expect("an answer");
        match (&found, want) {
            (Ok(found), Ok(want)) => assert_eq!(*found, want),
            (Err(why), Err(())) => assert!(why.contains("account by merge"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn streams_whose_names_contain_a_text_are_exported() {
    let store = bank("bank.db").display().to_string();
    let program = Program::new();
    let streams = |run: Vec<serde_json::Value>| -> Vec<String> {
        let mut names: Vec<String> = run.iter().map(|line| line["stream"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let listed = streams(program.json(&["streams", &store, "--match", "T-104", "--json"]));
    assert!(listed.len() > 1);
    for what in ["state", "states", "events", "changes"] {
        let run = program.run(&["export", &store, "--what", what, "--match", "T-104"]);
        assert!(run.is_well());
        assert_eq!(streams(run.lines()), listed, "{what}");
    }
    program.run(&["export", &store, "--what", "state", "--match", "a", "--stream", "account-1042"]).refused(
        2,
        "cannot be used with",
        "",
    );
}
