//! Reducers run in a process of their own: whatever they do there, the event at fault is named,
//! the states before it are right, and nothing is left behind.

use std::convert::Infallible;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eventglass::model::json::{parse_text, to_text};
use eventglass::model::{Applied, Node, Position, Slice, Text, Version};
use eventglass::replay::host::{Engine, Program, Script, Stop, WantedHost};
use eventglass::replay::merge::Merge;
use eventglass::replay::module::ModuleError;
use eventglass::replay::timeline::{EventSource, OnError, Timeline};
use eventglass::replay::written::WrittenJob;
use eventglass::replay::{Payload, Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown, Why};
use serde_json::json;

use crate::support::{Chance, Place, jsonl, line};

fn payload(at: u64) -> Payload {
    let text = json!({ "at": at }).to_string();
    Payload::new(parse_text(&text).node, Some(Slice::from(text)))
}

/// Events of the versions from 1 on.
struct Events(u64);

impl EventSource for Events {
    type Error = Infallible;
    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, Infallible> {
        let step = |at: u64| Step {
            stream: None,
            time_text: None,
            is_time_number: false,
            is_typed: false,
            version: Version(at as i64 + 1),
            event_type: Slice::from("Counted"),
            id: None,
            position: Position::None,
            time: None,
            data: payload(at + 1),
            metadata: None,
            is_skipped: false,
            stands: Default::default(),
        };
        Ok((from..(from + count).min(self.0)).map(step).collect())
    }
}

fn program(source: &str, engine: Engine) -> Result<Arc<Program>, ModuleError> {
    Program::of_text("hostile.mjs", source, engine).map(Arc::new)
}

/// What a module may do to whoever runs it, at one event. `true`: an engine may also get through
/// it, or refuse it, and go on; then the state must be right.
const SHAPES: &[(&str, bool)] = &[
    ("while (true) {}", false),
    ("for (;;) { try { for (;;) {} } catch {} }", false),
    ("try { while (true) {} } finally { return s }", false),
    ("const f = () => f() + 1; f()", false),
    ("const f = () => { try { return f() } finally { f() } }; f()", false),
    ("const f = (n) => { try { f(n + 1) } catch { f(n + 1) } }; f(0)", false),
    ("const a = []; for (;;) a.push(new Array(1e5).fill(a.length))", false),
    ("let t = 'x'; for (;;) t = t + t + t.length", false),
    ("const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })", false),
    ("const o = {}; for (let i = 0; ; i++) o['k' + i] = [i]", false),
    ("/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))", true),
    ("/(x+x+)+y/.test('x'.repeat(40))", true),
    ("[...(function* () { for (;;) yield 1 })()]", false),
    (
        "const it = { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) }; new Set(it); [...it]",
        false,
    ),
    ("Array.from({ length: 4e9 }, () => ({}))", true),
    ("new Array(2e8).fill({}).sort(() => 1)", true),
    ("[3, 1, 2].sort(() => { for (;;) {} })", false),
    ("'y'.repeat(2 ** 29).split('').map((c) => [c])", true),
    ("new ArrayBuffer(2 ** 40)", true),
    ("let b = 3n; for (;;) b = b * b", false),
    ("2n ** (2n ** 40n)", true),
    ("JSON.stringify({ toJSON() { for (;;) {} } })", false),
    ("new Proxy({}, { get: () => { for (;;) {} } }).x", false),
    ("({ get x() { return this.x } }).x", false),
    ("({ valueOf() { for (;;) {} } }) + 1", false),
    ("let d = []; for (let i = 0; i < 1e6; i++) d = [d]; JSON.stringify(d)", true),
    ("let d = {}; for (let i = 0; i < 1e6; i++) d = { d }; return { n: s.n + 1, d }", true),
    ("throw new Error('no')", false),
    ("throw { get message() { for (;;) {} } }", false),
    ("throw null", false),
    ("throw new Proxy(new Error('no'), { get: () => { throw new Error('again') } })", false),
    ("Error.prototype.toString = () => { for (;;) {} }; throw new Error('no')", false),
    ("new Function('for (;;) {}')()", true),
    ("return Promise.resolve(s)", false),
    ("return (async () => s)()", false),
    ("Promise.resolve().then(() => { for (;;) {} }); return { n: s.n + 1 }", true),
    ("delete globalThis.JSON; delete globalThis.Object; return { n: s.n + 1 }", true),
    ("Array.prototype.push = () => { for (;;) {} }; return { n: s.n + 1 }", true),
    ("Object.defineProperty(Object.prototype, 'n', { get() { for (;;) {} } })", true),
    ("const u = new Uint8Array(1e9); for (let i = 0; ; i = (i + 1) % 1e9) u[i] = i", true),
];

/// What stands around it: it must make no difference.
const AROUND: &[(&str, &str)] = &[
    ("", ""),
    ("try { ", " } catch (error) { throw error }"),
    ("{ const s = state; ", " }"),
    ("label: { ", " }"),
    (
        "(() => { const out = (function () { ",
        " })(); if (out !== undefined) held = out; })(); if (held !== null) { const h = held; held = null; return h; }",
    ),
];

fn hostile(chance: &mut Chance, at: u64) -> (String, bool) {
    let (shape, may_go_on) = SHAPES[chance.below(SHAPES.len())];
    // Only plain statements can stand inside a function of their own.
    let around = if shape.contains("return") { chance.below(4) } else { chance.below(AROUND.len()) };
    let (before, behind) = AROUND[around];
    let source = format!(
        "let held = null;\nexport const initialState = {{ n: 0 }};\nexport default (state, event) => {{ const s = state;\n\
         if (event.version === {at}) {{ {before}{shape}{behind} }}\n return {{ n: state.n + 1 }}; }}"
    );
    (source, may_go_on)
}

fn fold(source: &str, engine: Engine, at: u64, may_go_on: bool) -> Result<(), String> {
    const EVENTS: u64 = 40;
    let script = program(source, engine)
        .and_then(|program| Script::new(&program, "default", &Stop::default()))
        .map(|script| script.within(Duration::from_millis(100)))
        .map_err(|error| error.to_string())?;
    let mut source = Events(EVENTS);
    let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), EVENTS, OnError::Stop);
    timeline.build(&mut source, u64::MAX, Duration::MAX).expect("infallible");
    let reachable = timeline.reachable();
    let named = timeline.errors().first().map(|error| error.version);
    match named {
        Some(version) if version == Version(at as i64) && reachable == at - 1 => {}
        None if may_go_on => {}
        other => return Err(format!("event {at} is at fault, {other:?} is named, {reachable} can be reached")),
    }
    for wanted in [0, 1.min(at - 1), at - 1] {
        let state = timeline.state(&mut source, Applied(wanted)).expect("infallible");
        let state = state.ok_or_else(|| format!("no state after {wanted} events"))?;
        let text = to_text(&state.state);
        if text != format!("{{\"n\":{wanted}}}") {
            return Err(format!("the state after {wanted} events is {text}: {:?}", state.problem));
        }
    }
    Ok(())
}

#[test]
fn hostile_modules_end_within_their_limit_and_the_event_is_named() {
    const MODULES: usize = 500;
    const THREADS: usize = 4;
    let failed: Vec<String> = std::thread::scope(|scope| {
        let run = |thread: usize| {
            move || {
                let mut failed = Vec::new();
                for number in (thread..MODULES).step_by(THREADS) {
                    let mut chance = Chance(20_261_129 + number as u64);
                    let at = 1 + chance.below(30) as u64;
                    let (source, may_go_on) = hostile(&mut chance, at);
                    // Every fifth in Node, where there is one: a new process takes longer there.
                    let engine = Engine::choose(
                        if number % 5 == 4 { WantedHost::Auto } else { WantedHost::Sandbox },
                        Path::new(""),
                    );
                    let engine = engine.expect("an engine");
                    if let Err(said) = fold(&source, engine.clone(), at, may_go_on) {
                        failed.push(format!("module {number} in {engine}: {said}\n{source}"));
                    }
                }
                failed
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(run(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(failed.is_empty(), "{} of {MODULES}:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_heap_that_is_full_is_told_from_a_loop_and_from_a_crash() {
    // Both grow: one outside the state, one in it.
    for grows in
        ["for (;;) all.push({ a: all.length, b: [1, 2, 3] });", "for (;;) all.push('x'.repeat(1000) + all.length);"]
    {
        let source = format!(
            "const all = [];\nexport default (s = {{ n: 0 }}, e) => {{ if (e.version === 3) {{ {grows} }} return {{ n: s.n + 1 }}; }}"
        );
        for wanted in [WantedHost::Sandbox, WantedHost::Auto] {
            let engine = Engine::choose(wanted, Path::new("")).expect("an engine");
            let script = program(&source, engine.clone())
                .and_then(|program| Script::new(&program, "default", &Stop::default()))
                // On a busy machine it takes longer to fill it.
                .map(|script| script.within(Duration::from_secs(60)))
                .expect("a reducer");
            let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), 10, OnError::Stop);
            timeline.build(&mut Events(10), u64::MAX, Duration::MAX).expect("infallible");
            let errors: Vec<_> = timeline.errors().iter().map(|error| (error.applied.0, error.thrown.why)).collect();
            assert_eq!(errors, [(3, Why::Memory)], "{grows} in {engine}: {:?}", timeline.errors());
        }
    }
}

#[test]
fn what_a_module_replaces_makes_no_event_disappear() {
    let no_items = "function () { return { next: () => ({ done: true, value: undefined }) } }";
    for replaced in [
        format!("Array.prototype[Symbol.iterator] = {no_items}"),
        "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true, value: undefined })".to_owned(),
        "RegExp.prototype.exec = () => { for (;;) {} }".to_owned(),
        "globalThis.Error = { [Symbol.hasInstance]: () => { throw 1 } }".to_owned(),
        "globalThis.Reflect = globalThis.JSON = globalThis.Math = undefined".to_owned(),
        "Array.prototype.push = Array.prototype.map = Set.prototype.has = Map.prototype.get = () => 7".to_owned(),
    ] {
        let evolve = "if (e.version === 7) throw new Error('no'); return { n: s.n + 1 }";
        let source =
            format!("{replaced};\nexport const initialState = {{ n: 0 }};\nexport default (s, e) => {{ {evolve} }}");
        for wanted in [WantedHost::Sandbox, WantedHost::Auto] {
            let engine = Engine::choose(wanted, Path::new("")).expect("an engine");
            assert_eq!(fold(&source, engine, 7, false), Ok(()), "{replaced} {wanted:?}");
        }
    }
}

/// Merges; others end it, once, at this call.
struct Ended {
    merge: Merge,
    calls: u64,
    at: u64,
    filled: [bool; SLOTS],
}

impl Ended {
    fn call(&mut self, needs: Option<Slot>) -> Result<(), Thrown> {
        self.calls += 1;
        let fatal = |why| Err(Thrown { fatal: true, ..Thrown::new(why, "gone") });
        if self.calls == self.at {
            self.filled = [false; SLOTS];
            return fatal(Why::Ended);
        }
        if needs.is_some_and(|slot| !self.filled[slot as usize]) {
            return fatal(Why::Void);
        }
        Ok(())
    }
}

impl Reducer for Ended {
    fn name(&self) -> &Text {
        self.merge.name()
    }
    fn is_guess(&self) -> bool {
        true
    }
    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        self.call(None)?;
        self.filled[slot as usize] = true;
        self.merge.start(slot, stream)
    }
    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        match self.call(Some(slot)) {
            Ok(()) => self.merge.step(slot, stream, events),
            Err(thrown) => Stepped { thrown: Some(thrown), unsure: true, ..Stepped::default() },
        }
    }
    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        self.call(Some(slot))?;
        self.merge.export(slot)
    }
    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.call(Some(slot))?;
        self.merge.save(slot)
    }
    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        self.call(None)?;
        self.filled[slot as usize] = true;
        self.merge.restore(slot, saved)
    }
    fn longest_interval(&self) -> u64 {
        16
    }
}

#[test]
fn a_host_that_others_end_costs_no_event_and_changes_no_state() {
    const EVENTS: u64 = 60;
    // Before that the initial state is made.
    for at in 4..140 {
        let ended = Ended { merge: Merge::default(), calls: 0, at, filled: [false; SLOTS] };
        let mut timeline = Timeline::new(Box::new(ended), Arc::from("s"), EVENTS, OnError::Skip);
        let mut source = Events(EVENTS);
        for turn in 1..=EVENTS {
            timeline.build(&mut source, turn, Duration::MAX).expect("infallible");
            let wanted = Applied(turn * 7 % (timeline.built() + 1));
            let mut state = || timeline.state(&mut source, wanted).expect("infallible").expect("it is folded");
            // It may be said once that the state was lost.
            let state = Some(state()).filter(|state| state.problem.is_none()).unwrap_or_else(&mut state);
            assert_eq!((state.problem, state.applied), (None, wanted), "ended at call {at}");
            let merged = if wanted == Applied(0) { "{}".to_owned() } else { json!({ "at": wanted.0 }).to_string() };
            assert_eq!(to_text(&state.state), merged, "ended at call {at}");
        }
        assert!(timeline.errors().is_empty(), "ended at call {at}: {:?}", timeline.errors());
        assert_eq!(timeline.reachable(), EVENTS, "ended at call {at}");
    }
}

#[test]
fn what_was_handed_over_behind_an_event_that_ends_its_batch_is_folded_once() {
    const EVENTS: u64 = 9_000;
    // What an event does, and whether it is passed over for that.
    let troubles = [
        ("throw new Error('no');", true),
        ("while (true) {}", true),
        ("return Promise.resolve(s);", true),
        ("outside += 1;", false),
        ("Intl.extra = 1;", false),
        ("Array.prototype.extra = 1;", false),
    ];
    for wanted in [WantedHost::Sandbox, WantedHost::Auto] {
        for (trouble, is_passed_over) in troubles {
            // After three that do not end, the fold does.
            let at: &[u64] = if trouble.starts_with("while") { &[2_500, 5_001] } else { &[2_500, 5_000, 5_001] };
            let source = format!(
                "let outside = 0;\nexport const initialState = {{ n: 0, sum: 0 }};\nexport default (s, e) => {{\n\
                 if ({at:?}.includes(e.version)) {{ {trouble} }}\n\
                 return {{ n: s.n + 1, sum: s.sum + e.version }}; }}"
            );
            let engine = Engine::choose(wanted, Path::new("")).expect("an engine");
            let script = program(&source, engine.clone())
                .and_then(|program| Script::new(&program, "default", &Stop::default()))
                .map(|script| script.within(Duration::from_millis(300)))
                .expect("a reducer");
            let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), EVENTS, OnError::Skip);
            let mut source = Events(EVENTS);
            // In slices, and asked for states in between.
            while !timeline.build(&mut source, u64::MAX, Duration::from_millis(60)).expect("infallible") {
                let half = Applied(timeline.built() / 2);
                timeline.state(&mut source, half).expect("infallible");
            }
            let blamed: Vec<u64> = timeline.errors().iter().map(|error| error.applied.0).collect();
            assert_eq!(blamed, if is_passed_over { at.to_vec() } else { Vec::new() }, "{trouble} in {engine}");
            for applied in [1, 2_499, 2_500, 2_501, 3_600, 4_999, 5_000, 5_001, 5_002, EVENTS] {
                let folded = (1..=applied).filter(|version| !is_passed_over || !at.contains(version));
                let want = json!({ "n": folded.clone().count(), "sum": folded.sum::<u64>() });
                let state = timeline.state(&mut source, Applied(applied)).expect("infallible").expect("it is folded");
                assert_eq!(to_text(&state.state), want.to_string(), "{trouble} in {engine}, after {applied}");
            }
        }
    }
}

#[test]
fn a_copy_that_memory_is_not_enough_for_spoils_nothing_that_was_handed_over_behind_it() {
    const EVENTS: u64 = 9_000;
    // Small to hold and too large to write, for a while.
    let source = "const long = 'x'.repeat(1 << 20);\nexport const initialState = { n: 0 };\nexport default (s, e) => {\n\
                  if (e.version === 3000) s.list = Array(400).fill(long);\n\
                  if (e.version === 6000) delete s.list;\ns.n += 1; return s; }";
    for wanted in [WantedHost::Sandbox, WantedHost::Auto] {
        let engine = Engine::choose(wanted, Path::new("")).expect("an engine");
        let script = program(source, engine.clone())
            .and_then(|program| Script::new(&program, "default", &Stop::default()))
            .map(|script| script.within(Duration::from_secs(60)))
            .expect("a reducer");
        let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), EVENTS, OnError::Stop);
        let mut source = Events(EVENTS);
        timeline.build(&mut source, u64::MAX, Duration::MAX).expect("infallible");
        assert_eq!((timeline.errors().len(), timeline.reachable()), (0, EVENTS), "{engine}: {:?}", timeline.errors());
        for applied in [1, 2_000, 2_999, 6_000, 7_000, EVENTS] {
            let state = timeline.state(&mut source, Applied(applied)).expect("infallible").expect("it is folded");
            assert_eq!(to_text(&state.state), json!({ "n": applied }).to_string(), "{engine}: {:?}", state.problem);
        }
    }
}

#[test]
fn behind_states_that_cannot_be_shown_nobody_knows_who_wrote_what() {
    const EVENTS: u64 = 400;
    let source = "export const initialState = {};\nexport default (s, e) => ({ by: e.version === 50 ? 'it' : s.by,\n\
                  toJSON() { if (e.version < 300) throw new Error('no'); return { by: this.by } } })";
    let script = Script::new(&program(source, Engine::Sandbox).expect("a module"), "default", &Stop::default())
        .expect("a reducer");
    let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), EVENTS, OnError::Stop);
    let mut source = Events(EVENTS);
    timeline.build(&mut source, u64::MAX, Duration::MAX).expect("infallible");
    let state = timeline.state(&mut source, Applied(EVENTS)).expect("infallible").expect("it is folded");
    assert_eq!(to_text(&state.state), r#"{"by":"it"}"#);
    let mut job = WrittenJob::new(Applied(EVENTS), state.state);
    while !job.advance(&mut timeline, &mut source, Duration::MAX).expect("infallible") {}
    let by = job.written().children[0].at;
    assert!(by.is_none() || by == Some(Applied(50)), "{by:?}");
}

#[test]
fn where_skipping_ends_the_fold_is_said_to_have_stopped() {
    let place = Place::new();
    let log = counted(&place);
    let slow = "export default (s = 0, e) => { if (e.version % 2) for (;;) {} return s + 1 }";
    let initial = "export const initialState = { get n() { for (;;) {} } };\nexport default (s, e) => s";
    let state = ["state", &log, "--stream", "a"];
    let export = ["export", &log, "--what", "state"];
    let cases =
        [("slow.mjs", slow, state, "v5"), ("slow.mjs", slow, export, "v5"), ("initial.mjs", initial, state, "v0")];
    for (name, source, verb, at) in cases {
        let reducer = place.write(name, source);
        let run = place.program.run(&[&verb[..], &["--reducer", &reducer, "--on-error", "skip"]].concat());
        assert_eq!(run.code, 1, "{name}: {run:?}");
        assert!(run.err.contains(&format!("stopped before {at}")), "{name}: {run:?}");
        assert!(!run.err.contains("--on-error skip"), "{name}: {run:?}");
    }
}

fn counted(place: &Place) -> String {
    let events: Vec<_> = (1..=10).map(|version| line("a", version, "Counted", json!({}))).collect();
    place.write("log.jsonl", jsonl(&events))
}

#[test]
fn what_a_logger_writes_by_itself_is_no_answer() {
    let place = Place::new();
    let store = counted(&place);
    let module = place.write(
        "logged.mjs",
        "import fs from 'node:fs';
         export default (s = 0, e) => { fs.writeSync(1, `{\"state\":9}\\n`); process.stdout.write('x\\n'); return s + 1; }",
    );
    let arguments = ["state", &store, "--json", "--stream", "a", "--reducer", &module, "--host", "node"];
    let run = place.program.run(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.one()["state"], run.one()["events_applied"], "{run:?}");
    assert!(run.err.ends_with("console: v10: {\"state\":9}\nconsole: v10: x\n"), "{run:?}");
}

#[test]
fn sources_that_are_nested_without_end_are_refused_by_name() {
    let place = Place::new();
    let log = counted(&place);
    let deep = 200_000;
    for (name, open, middle, close) in [
        ("parentheses.mjs", "(", "1", ")"),
        ("arrays.mjs", "[", "1", "]"),
        ("objects.mjs", "{a:", "1", "}"),
        ("arrows.mjs", "a=>", "1", ""),
        ("templates.mjs", "`${", "1", "}`"),
        ("calls.ts", "f(", "1", ")"),
        ("types.ts", "1 as A<", "1", ">"),
    ] {
        let body = format!("{}{middle}{}", open.repeat(deep), close.repeat(deep));
        let reducer = place.write(name, format!("export default (s, e) => ({body});"));
        let run = place.program.run(&["state", &log, "--stream", "a", "--json", "--reducer", &reducer]);
        assert!(run.code == 0 || run.code == 1, "{name}: {run:?}");
        if run.code == 1 {
            assert!(run.err.contains(name) && run.err.contains("\nhelp: "), "{name}: {run:?}");
        }
    }
}

#[test]
fn who_waits_for_a_reducer_can_stop_waiting() {
    let stop = Stop::default();
    let source = "export default (s = 0, e) => { if (e.version === 3) for (;;) {} return s + 1 }";
    let script = program(source, Engine::Sandbox)
        .and_then(|program| Script::new(&program, "default", &stop))
        .map(|script| script.within(Duration::from_secs(3_600)))
        .expect("a reducer");
    let ended = AtomicBool::new(false);
    let (built, is_halted, errors) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                stop.stop();
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let mut timeline = Timeline::new(Box::new(script), Arc::from("s"), 10, OnError::Stop);
        timeline.build(&mut Events(10), u64::MAX, Duration::MAX).expect("infallible");
        ended.store(true, Ordering::Relaxed);
        (timeline.reachable(), timeline.is_halted(), timeline.errors().len())
    });
    // No event is to blame.
    assert_eq!((is_halted, errors), (true, 0));
    assert!(built <= 2, "{built}");
}

/// The hosts that a process started.
#[cfg(target_os = "linux")]
fn hosts_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("the system's processes");
    let number = |name: std::ffi::OsString| name.to_str()?.parse::<u32>().ok();
    let own = |id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).to_owned();
        fields.split(' ').nth(2) == Some(parent.to_string().as_str())
    };
    processes.filter_map(|entry| number(entry.ok()?.file_name())).filter(own).collect()
}

/// Waits, for as long as a busy machine needs, until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_host_is_given_nothing_and_ends_with_whoever_started_it() {
    let place = Place::new();
    let log = counted(&place);
    let reducer = place.write("loop.mjs", "export default (s, e) => { for (;;) {} }");
    // Whoever starts the program has left something open.
    let mut program = std::process::Command::new("sh");
    program.args(["-c", "exec 9<\"$0\" && exec \"$@\"", &log, env!("CARGO_BIN_EXE_eventglass")]);
    program.args(["state", &log, "--stream", "a", "--reducer", &reducer, "--on-error", "skip"]);
    program.env("EVENTGLASS_HOME", place.program.home.path()).env("SECRET", "for nobody");
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut program = program.spawn().expect("the program starts");
    let mut host = 0;
    until("a host is started", || {
        host = hosts_of(program.id()).first().copied().unwrap_or(0);
        // It is the program of before until it has become itself.
        let line = std::fs::read_to_string(format!("/proc/{host}/cmdline")).unwrap_or_default();
        host != 0 && line.contains("reducer-host")
    });
    let root = format!("/proc/{host}");
    let known = std::fs::read_to_string(format!("{root}/environ")).expect("its variables");
    let names: Vec<&str> =
        known.split('\0').filter_map(|entry| entry.split('=').next()).filter(|name| !name.is_empty()).collect();
    assert!(names.iter().all(|name| ["TZ", "LANG"].contains(name)), "{names:?}");
    assert_eq!(std::fs::read_link(format!("{root}/cwd")).expect("its folder"), Path::new("/"));
    // Its libraries are open while it starts.
    until("it has three pipes and nothing else", || {
        let handles = std::fs::read_dir(format!("{root}/fd")).expect("its handles").flatten();
        handles.map(|handle| std::fs::read_link(handle.path()).unwrap_or_default()).all(|to| {
            let to = to.to_string_lossy();
            to.is_empty() || to.starts_with("pipe:") || to == "/dev/null"
        })
    });
    program.kill().expect("killed");
    program.wait().expect("ended");
    until("the host ends as well", || !Path::new(&root).exists());
}
