//! Reducers in the styles that people write come to the states that a bare Node comes to: in a
//! jailed Node all of them, in the sandbox those states or a refusal that names what is refused.
//!
//! The modules, the events and what a bare Node says of them are in `tests/reducers`.
//! `EVENTGLASS_REDUCERS` is the folder that `tests/reducers/bundle.sh` made; without it the modules
//! in TypeScript and the bundles are left out, which a bare Node cannot read or are not there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use eventglass::model::json::{parse_text, to_text};
use eventglass::model::{Applied, Text, Version};
use eventglass::replay::host::{Engine, MEMORY_BYTES, Stop};
use eventglass::replay::timeline::{KEYFRAME_BYTES, OnError, RING_BYTES, Timeline};
use eventglass::replay::{Reducer, Saved, Slot, Step, Stepped, Thrown, Why};
use eventglass::session::{Choice, ReducerFile, StreamSource, WantedHost};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::support::{Look, Program, folder, look, root, text};

/// Folders of modules, and the stream that those in them fold.
const STREAMS: [(&str, &str); 4] =
    [("account", "account-7"), ("cart", "cart-12"), ("sensor", "sensor-3"), ("tree", "tree-1")];
/// What folds at once.
const THREADS: usize = 2;

/// What the sandbox refuses with reason: exports, or all of a module, and words of which its
/// refusal names one.
const SANDBOX_REFUSES: [(&str, &[&str]); 17] = [
    ("bundles/account/dates.mjs#day", &["the current time"]),
    ("bundles/account/dates.min.cjs#day", &["the current time"]),
    ("bundles/account/luxon.mjs", &["Intl."]),
    ("bundles/account/refused.mjs#luxon", &["Intl."]),
    ("bundles/account/toolkit.mjs#sorted", &["localeCompare"]),
    ("modules/account/kept-elsewhere.mjs#statics", &["RegExp."]),
    ("modules/account/locale.mjs", &["Intl", "toLocale", "localeCompare"]),
    ("modules/account/messages.mjs#messages", &["message"]),
    ("modules/account/messages.mjs#parsing", &["message"]),
    ("modules/account/messages.mjs#stack", &["stack"]),
    ("modules/account/node-clocks.mjs", &["it imports"]),
    ("modules/account/node-modules.cjs", &["it imports"]),
    ("modules/account/node-modules.mjs", &["it imports"]),
    ("modules/sensor/environment.mjs#buffers", &["Buffer"]),
    ("modules/sensor/legacy.mjs#errors", &["message"]),
    ("modules/sensor/legacy.mjs#lastMatch", &["RegExp."]),
    ("modules/sensor/newest.mjs", &["flag v"]),
];

/// One export of a module, and what a bare Node makes of it.
struct Case {
    /// `account/castore.mjs#movements`.
    name: String,
    file: PathBuf,
    export: String,
    stream: &'static str,
    states: Vec<Line>,
    /// The version that every host refuses to fold.
    refused_at: Option<i64>,
}

/// What `truth.mjs` says of a module.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    exports: Vec<String>,
    refused_at: BTreeMap<String, i64>,
}

/// What it says of a state.
#[derive(Deserialize)]
struct Line {
    export: String,
    applied: u64,
    /// `None`: null.
    state: Option<Box<RawValue>>,
    #[serde(default)]
    cycle: bool,
    threw: Option<Threw>,
}

#[derive(Deserialize)]
struct Threw {
    version: i64,
    message: String,
}

impl Line {
    fn text(&self) -> String {
        self.state.as_ref().map_or("null".to_owned(), |state| to_text(&parse_text(state.get()).node))
    }
}

/// Ten places in a stream of `len` events: its ends, and some around which copies are kept.
fn places(len: u64) -> Vec<u64> {
    let places = [1, 2, 15, 16, 17, len / 3, len / 2, len / 2 + 1, len - 1, len];
    places.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

// --- What a bare Node says -----------------------------------------------------------------

fn bare_node() -> Command {
    let mut node = Command::new("node");
    node.env_clear().arg(root().join("tests/reducers/truth.mjs")).stdin(Stdio::null()).stderr(Stdio::null());
    node.envs(["PATH", "TZ", "LANG"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    node
}

fn lines(output: &std::process::Output) -> impl Iterator<Item = &str> {
    assert!(output.status.success(), "a bare Node ended with {}", output.status);
    std::str::from_utf8(&output.stdout).expect("UTF-8").lines()
}

/// The modules, and what a bare Node reads in their stead.
fn modules() -> Vec<(&'static str, PathBuf, PathBuf)> {
    let made = std::env::var_os("EVENTGLASS_REDUCERS").map(PathBuf::from);
    let mut found = Vec::new();
    let mut add = |folder: &Path| {
        for (name, _) in STREAMS {
            let inside = std::fs::read_dir(folder.join(name)).into_iter().flatten();
            for file in inside.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()) {
                let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
                let bare = match (ending.as_str(), &made) {
                    ("ts" | "mts" | "cts", Some(made)) => {
                        let file_name = file.file_name().expect("a name").to_string_lossy();
                        let names = ["mjs", "cjs"].map(|kind| format!("typescript/{name}/{file_name}.{kind}"));
                        let bare = names.map(|name| made.join(name)).into_iter().find(|path| path.exists());
                        bare.unwrap_or_else(|| panic!("no {file_name} in {}", made.display()))
                    }
                    ("ts" | "mts" | "cts", None) => continue,
                    _ => file.clone(),
                };
                found.push((name, file, bare));
            }
        }
    };
    add(&root().join("tests/reducers/modules"));
    match &made {
        Some(made) => ["bundles", "packages"].map(|kind| add(&made.join(kind))),
        None => {
            println!("EVENTGLASS_REDUCERS is not set: no bundles, and no modules in TypeScript");
            [(); 2]
        }
    };
    found.sort();
    found
}

/// `None` where there is no Node.
fn cases(look: &Look, asked: impl Fn(u64) -> Vec<u64> + Sync, wanted: impl Fn(&str) -> bool) -> Option<Vec<Case>> {
    let mut modules = modules();
    modules.retain(|(_, file, _)| wanted(&text(file)));
    let Ok(output) = bare_node().arg("list").args(modules.iter().map(|(_, _, bare)| bare)).output() else {
        assert!(std::env::var_os("EVENTGLASS_REDUCERS").is_none(), "there is no Node to ask");
        println!("there is no Node to ask");
        return None;
    };
    let listed: Vec<Listed> = lines(&output).map(|line| serde_json::from_str(line).expect("a module")).collect();
    assert_eq!(listed.len(), modules.len(), "modules that a bare Node loads");
    let streams: BTreeMap<_, _> = STREAMS.into_iter().collect();
    let lengths: BTreeMap<_, _> =
        STREAMS.map(|(name, stream)| (name, look.index.rows_of(look.find(stream)).len())).into();
    let made = in_threads(
        modules.len(),
        || (),
        |(), at| {
            let (category, file, bare) = &modules[at];
            let mut node = bare_node();
            node.arg("fold").arg(root().join("tests/reducers/events.jsonl")).arg(streams[category]).arg(bare);
            let output = node.args(asked(lengths[category]).iter().map(u64::to_string)).output().expect("node");
            let mut states: BTreeMap<String, Vec<Line>> = BTreeMap::new();
            for line in lines(&output) {
                let line: Line = serde_json::from_str(line).expect("a state");
                states.entry(line.export.clone()).or_default().push(line);
            }
            let kind = file.ancestors().nth(2).expect("a folder").file_name().expect("a name").to_string_lossy();
            let file_name = file.file_name().expect("a name").to_string_lossy();
            let case = |export: &String| Case {
                name: format!("{kind}/{category}/{file_name}#{export}"),
                file: file.clone(),
                export: export.clone(),
                stream: streams[category],
                states: states.remove(export).unwrap_or_else(|| panic!("no states of {file_name}#{export}")),
                refused_at: listed[at].refused_at.get(export).copied(),
            };
            // Of what is there in another form as well, some will do.
            let is_again = kind == "packages" || kind == "bundles" && !is_first_form(&file_name);
            listed[at].exports.iter().take(if is_again { 2 } else { usize::MAX }).map(case).collect::<Vec<_>>()
        },
    );
    Some(made.into_iter().flatten().collect())
}

/// A bundle that is not minified, and an ES module.
fn is_first_form(file_name: &str) -> bool {
    file_name.ends_with(".mjs") && !file_name.contains(".min.")
}

/// What `work` makes of each number below `count`, in order.
fn in_threads<T: Send, C>(
    count: usize,
    begin: impl Fn() -> C + Sync,
    work: impl Fn(&mut C, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut context = begin();
        let mut made = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return made;
            }
            made.push((number, work(&mut context, number)));
        }
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, made)| made).collect()
}

// --- What a host says ----------------------------------------------------------------------

/// The reducer, with copies of its state as often as they may be.
pub struct Often(pub Box<dyn Reducer>);

impl Reducer for Often {
    fn name(&self) -> &Text {
        self.0.name()
    }
    fn is_guess(&self) -> bool {
        self.0.is_guess()
    }
    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        self.0.start(slot, stream)
    }
    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        self.0.step(slot, stream, events)
    }
    fn export(&mut self, slot: Slot) -> Result<eventglass::model::Node, Thrown> {
        self.0.export(slot)
    }
    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.0.save(slot)
    }
    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        self.0.restore(slot, saved)
    }
    fn longest_interval(&self) -> u64 {
        1
    }
}

/// Whether a host came to the states of a bare Node; the text says what it did instead.
enum Came {
    There,
    Refused(String),
    Elsewhere(String),
}

struct Fold {
    timeline: Timeline,
    source: StreamSource,
    is_sandbox: bool,
}

impl Fold {
    fn new(look: &Look, case: &Case, file: &ReducerFile) -> Result<Fold, String> {
        let source = look.source(look.find(case.stream)).expect("a readable store");
        let reducer =
            file.reducer(&Choice::Export(case.export.clone()), &Stop::default()).map_err(|e| e.to_string())?;
        let (stream, len) = (Text::from(case.stream), source.rows().len());
        let timeline = Timeline::new(Box::new(Often(reducer)), stream, len, OnError::Stop);
        Ok(Fold { timeline, source, is_sandbox: file.program.engine == Engine::Sandbox })
    }

    /// Events in the state, and the state or why it cannot be shown.
    fn at(&mut self, applied: u64) -> (u64, Result<String, Thrown>) {
        loop {
            if let Some(state) = self.timeline.state(&mut self.source, Applied(applied)).expect("a readable store") {
                return (state.applied.0, state.problem.map_or_else(|| Ok(to_text(&state.state)), Err));
            }
            self.timeline.build(&mut self.source, applied, std::time::Duration::MAX).expect("a readable store");
        }
    }

    /// Looks at the state after `line.applied` events. `Ok(false)`: the fold does not come so far,
    /// as it should.
    fn look_at(&mut self, case: &Case, line: &Line) -> Result<bool, Came> {
        let elsewhere = |said: String| Came::Elsewhere(format!("after {} events {said}", line.applied));
        let before_refusal = case.refused_at.map(|version| self.source.rows().applied_at(Version(version)) - 1);
        let most = before_refusal.unwrap_or(u64::MAX);
        if line.applied > most || line.threw.is_some() {
            let (end, version) = match (&line.threw, case.refused_at) {
                (Some(threw), _) => (line.applied, threw.version),
                (None, version) => (most, version.unwrap_or_default()),
            };
            let (came, _) = self.at(end + 1);
            let error = self.timeline.errors().first();
            return match error {
                Some(error) if came == end && error.version == Version(version) => {
                    let (why, message) = (error.thrown.why, &*error.thrown.message);
                    let is_said = match &line.threw {
                        Some(_) if message.contains("must not be async") => true,
                        // The words of an engine are its own; the kind of error is not.
                        Some(threw) if self.is_sandbox => message.split(':').next() == threw.message.split(':').next(),
                        Some(threw) => message == threw.message,
                        None => is_refused(why),
                    };
                    if is_said { Ok(false) } else { Err(elsewhere(format!("it says {message}"))) }
                }
                _ => Err(elsewhere(format!("it goes on to {came}, with {error:?}"))),
            };
        }
        let (came, state) = self.at(line.applied);
        if came < line.applied {
            let Some(error) = self.timeline.errors().first() else { return Err(elsewhere(format!("it is at {came}"))) };
            let said = format!("v{}: {}", error.version, error.thrown);
            return Err(if is_refused(error.thrown.why) { Came::Refused(said) } else { elsewhere(said) });
        }
        match state {
            Ok(state) if !line.cycle && state == line.text() => Ok(true),
            Ok(state) => Err(elsewhere(format!("it is\n    {state}\n    {}", line.text()))),
            Err(thrown) if line.cycle && thrown.message.contains("a cycle") => Ok(true),
            Err(thrown) if is_refused(thrown.why) => Err(Came::Refused(thrown.to_string())),
            Err(thrown) => Err(elsewhere(format!("it cannot be shown: {thrown}"))),
        }
    }

    /// There and back.
    fn compare(&mut self, case: &Case) -> Result<(), Came> {
        let mut seen = Vec::new();
        for line in &case.states {
            if !self.look_at(case, line)? {
                break;
            }
            seen.push(line);
        }
        // No state that was shown is ready any more.
        self.timeline.keep_within(KEYFRAME_BYTES, 0, MEMORY_BYTES);
        self.timeline.keep_within(KEYFRAME_BYTES, RING_BYTES, MEMORY_BYTES);
        self.timeline.trim(Applied(seen.last().map_or(0, |line| line.applied)));
        for line in seen.iter().rev().skip(1) {
            self.look_at(case, line)?;
        }
        Ok(())
    }
}

fn came(look: &Look, case: &Case, file: &Result<ReducerFile, String>) -> Came {
    let file = match file {
        Ok(file) => file,
        Err(message) => return Came::Refused(message.clone()),
    };
    if !file.exports().iter().any(|export| export.name == case.export) {
        return Came::Elsewhere(format!("it exports {} only", file.export_names()));
    }
    let compared = Fold::new(look, case, file).map_err(Came::Refused).and_then(|mut fold| fold.compare(case));
    compared.err().unwrap_or(Came::There)
}

/// What does not hold, and a count for people.
fn compare(cases: &[&Case], events: &Path, cache: &Path, host: WantedHost) -> Vec<String> {
    let start = Instant::now();
    let begin = || (look(events, cache).expect("a store"), None::<(PathBuf, Result<ReducerFile, String>)>);
    let all = in_threads(cases.len(), begin, |(look, last), number| {
        let case = cases[number];
        if last.as_ref().is_none_or(|(file, _)| *file != case.file) {
            let read = ReducerFile::read(&text(&case.file), host).map_err(|error| error.to_string());
            *last = Some((case.file.clone(), read));
        }
        last.as_ref().map_or(Came::There, |(_, file)| came(look, case, file))
    });
    let mut wrong = Vec::new();
    let mut refused = 0;
    for (case, came) in cases.iter().zip(all) {
        match came {
            Came::There => {}
            Came::Refused(message) if host == WantedHost::Sandbox && is_deserved(&case.name, &message) => refused += 1,
            Came::Refused(said) => wrong.push(format!("{host:?} {}: refused, {said}", case.name)),
            Came::Elsewhere(said) => wrong.push(format!("{host:?} {}: {said}", case.name)),
        }
    }
    let there = cases.len() - refused - wrong.len();
    println!("{host:?}: {there} as in a bare Node, {refused} refused, {} wrong, {:.0?}", wrong.len(), start.elapsed());
    wrong
}

fn is_refused(why: Why) -> bool {
    matches!(why, Why::Refused | Why::Clock)
}

fn is_deserved(name: &str, message: &str) -> bool {
    SANDBOX_REFUSES.iter().any(|(refused, words)| {
        let rest = name.strip_prefix(refused);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
            && words.iter().any(|word| message.contains(word))
    })
}

#[test]
fn ordinary_reducers_come_to_the_states_of_a_bare_node() {
    let (cache, events) = (folder(), root().join("tests/reducers/events.jsonl"));
    let start = Instant::now();
    let look = look(&events, cache.path()).expect("a store");
    let Some(cases) = cases(&look, places, |_| true) else { return };
    println!("{} exports, {:.0?} in a bare Node", cases.len(), start.elapsed());
    assert!(cases.len() >= 300, "{} exports", cases.len());
    let all: Vec<&Case> = cases.iter().collect();
    // Packages are looked for by Node only.
    let alone: Vec<&Case> = cases.iter().filter(|case| !case.name.starts_with("packages/")).collect();
    let mut wrong = compare(&all, &events, cache.path(), WantedHost::Node);
    wrong.extend(compare(&alone, &events, cache.path(), WantedHost::Sandbox));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_program_writes_the_states_of_ordinary_reducers() {
    let (cache, events) = (folder(), root().join("tests/reducers/events.jsonl"));
    let look = look(&events, cache.path()).expect("a store");
    let some =
        ["account/redux.mjs", "account/module-state.mjs", "cart/plain.cjs", "cart/collections.mjs", "tree/trees.mjs"];
    let wanted = |file: &str| file.contains("/modules/") && some.iter().any(|name| file.ends_with(name));
    let Some(cases) = cases(&look, |len| (1..=len).collect(), wanted) else { return };
    let program = Program::new();
    for case in cases.iter().step_by(4) {
        let named = format!("{}#{}", text(&case.file), case.export);
        let store = text(&events);
        let arguments = ["export", &store, "--what", "states", "--stream", case.stream, "--reducer", &named];
        let run = program.run(&arguments);
        assert!(run.is_well(), "{}: {run:?}", case.name);
        let states = run.lines();
        let expected: Vec<&Line> = case.states.iter().filter(|line| line.applied > 0).collect();
        assert_eq!(states.len(), expected.len(), "{}", case.name);
        for (line, state) in expected.iter().zip(&states) {
            assert_eq!(state["events_applied"], line.applied, "{}", case.name);
            assert_eq!(
                to_text(&parse_text(&state["state"].to_string()).node),
                line.text(),
                "{} {}",
                case.name,
                line.applied
            );
        }
    }
}
