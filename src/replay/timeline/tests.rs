//! The laws of the engine: any route to a state gives the same bytes.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::model::Position;
use crate::model::Slice;
use crate::model::json::to_text;
use crate::replay::host::{Engine, Program, Script, Stop};
use crate::replay::merge::Merge;
use crate::replay::written::{Written, WrittenJob};
use crate::replay::{Payload, Stands, Stepped};

struct Events(Vec<Step>);

impl EventSource for Events {
    type Error = Infallible;
    fn steps(&mut self, from: u64, count: u64) -> Result<Vec<Step>, Infallible> {
        Ok(self.0.iter().skip(from as usize).take(count as usize).cloned().collect())
    }
}

fn events(payloads: &[String]) -> Events {
    let step = |(at, text): (usize, &String)| Step {
        stream: None,
        time_text: None,
        is_time_number: false,
        stands: Stands::Event,
        is_typed: false,
        version: Version(at as i64 + 1),
        event_type: Slice::from(if at % 2 == 0 { "Even" } else { "Odd" }),
        id: None,
        position: Position::None,
        time: None,
        data: Payload::new(crate::model::json::parse_text(text).node, Some(Slice::from(text.as_str()))),
        metadata: None,
        is_skipped: false,
    };
    Events(payloads.iter().enumerate().map(step).collect())
}

fn script(source: &str) -> Box<dyn Reducer> {
    let program = Program::of_text("account.mjs", source, Engine::Sandbox).expect("a module");
    Box::new(Script::new(&Arc::new(program), "default", &Stop::default()).expect("a reducer"))
}

fn timeline(reducer: Box<dyn Reducer>, len: usize, on_error: OnError) -> Timeline {
    Timeline::new(reducer, Arc::from("s"), len as u64, on_error)
}

const LONG: Duration = Duration::from_secs(60);

fn all_states(timeline: &mut Timeline, source: &mut Events) -> Vec<String> {
    timeline.build(source, u64::MAX, LONG).expect("infallible");
    (0..=timeline.reachable())
        .map(|at| to_text(&timeline.state(source, Applied(at)).expect("infallible").expect("built").state))
        .collect()
}

/// Folds without keyframes, slots or copies: every state straight from the beginning.
fn from_zero(make: impl Fn() -> Box<dyn Reducer>, source: &Events) -> Vec<String> {
    (0..=source.0.len())
        .map(|at| {
            let mut reducer = make();
            reducer.start(Slot::Build, "s").expect("starts");
            for event in &source.0[..at] {
                assert_eq!(reducer.step(Slot::Build, "s", std::slice::from_ref(event)).thrown, None);
            }
            to_text(&reducer.export(Slot::Build).expect("exports"))
        })
        .collect()
}

/// Reducers that make copying hard: in place, shared objects, classes, sets, holes.
const REDUCERS: [&str; 5] = [
    "export default (s = {n: 0}, e) => ({...s, ...e.data, n: s.n + 1})",
    "export const initialState = {list: [], last: null};
     export default (s, e) => { const item = {v: e.data.a ?? -0}; s.list.push(item); s.last = item;
       if (s.list.length > 3) { s.list[0].v++; s.list.shift(); } s.last.v += 1; }",
    "class Account { constructor() { this.log = new Map(); this.seen = new Set(); this.when = new Date(0); }
       add(e) { this.log.set(e.type, (this.log.get(e.type) ?? 0) + 1); this.seen.add(e.data.a); this.big = 10n ** BigInt(e.version); return this; } }
     export default (s = new Account(), e) => s.add(e)",
    "export default { $init: () => ({odd: 0, other: undefined}), Odd: (s, e) => { s.odd++ }, $any: (s, e) => ({...s, x: e.data.b, e}) }",
    "const start = {items: []}; start.self = start.items;
     export default (s = start, e) => { s.items.push(e.version); if (s.items.length > 4) s.self.length = 1; return s }",
];

fn payload() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..5i64, 0..3i64).prop_map(|(a, b)| format!("{{\"a\":{a},\"b\":{{\"c\":[{b},null]}}}}")),
        "[a-b]{0,2}".prop_map(|b| format!("{{\"b\":\"{b}\"}}")),
        Just("{\"a\":null}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_route_gives_the_same_bytes(
        payloads in prop::collection::vec(payload(), 1..90),
        which in 0..=REDUCERS.len(),
        jumps in prop::collection::vec(0u64..91, 1..40),
        budget in prop_oneof![Just(2_000usize), Just(KEYFRAME_BYTES)],
    ) {
        let make = || -> Box<dyn Reducer> {
            REDUCERS.get(which).map_or_else(|| Box::new(Merge::default()) as Box<dyn Reducer>, |source| script(source))
        };
        let mut source = events(&payloads);
        let want = from_zero(make, &source);
        let mut timeline = timeline(make(), payloads.len(), OnError::Stop);
        timeline.keep_within(budget, RING_BYTES, usize::MAX);
        // While it is being built, jumping about.
        for at in &jumps {
            timeline.build(&mut source, timeline.built() + 3, LONG).expect("infallible");
            let at = at % (payloads.len() as u64 + 1);
            if let Some(state) = timeline.state(&mut source, Applied(at)).expect("infallible") {
                prop_assert_eq!(to_text(&state.state), want[at as usize].clone(), "jump to {}", at);
            }
        }
        prop_assert_eq!(&all_states(&mut timeline, &mut source), &want);
        // Back, without the ring.
        timeline.ring.cut(0);
        for at in (0..=payloads.len() as u64).rev() {
            let state = timeline.state(&mut source, Applied(at)).expect("infallible").expect("built");
            prop_assert_eq!(&to_text(&state.state), &want[at as usize]);
            timeline.ring.cut(0);
        }
        prop_assert!(budget == KEYFRAME_BYTES || timeline.keyframes() < payloads.len().max(9));
    }

    #[test]
    fn last_written_is_the_event_that_changed_it(payloads in prop::collection::vec(payload(), 1..60)) {
        let mut source = events(&payloads);
        let mut timeline = timeline(Box::new(Merge::default()), payloads.len(), OnError::Stop);
        let states = all_states(&mut timeline, &mut source);
        let target = Applied(payloads.len() as u64);
        let state = timeline.state(&mut source, target).expect("infallible").expect("built").state;
        let mut job = WrittenJob::new(target, state.clone());
        while !job.advance(&mut timeline, &mut source, Duration::ZERO).expect("infallible") {}
        let Node::Object(object) = &state else { panic!("merge makes an object") };
        for ((key, node), written) in object.0.iter().zip(&job.written().children) {
            // The last event after which the member differs from before.
            let member = |at: usize| crate::model::json::parse_text(&states[at]).node.get(key).cloned();
            let want = (1..states.len()).rev().find(|at| member(*at) != member(at - 1)).expect("it was written");
            let newest = newest_difference(written, node, want as u64);
            prop_assert_eq!(newest, Some(Applied(want as u64)), "{}", key);
        }
    }
}

/// A member whose part was taken out has no row for that part: only the rest can tell.
fn newest_difference(written: &Written, node: &Node, want: u64) -> Option<Applied> {
    let newest = written.newest();
    if node.len().is_some() { newest.max(Some(Applied(want))) } else { newest }
}

#[test]
fn a_throw_stops_or_is_skipped_and_never_spoils_the_state() {
    let source = "export default (s = {n: 0, log: []}, e) => { s.log.push(e.version); if (e.data.bad) throw new TypeError('no plan'); s.n += 1; return s }";
    let payloads: Vec<String> = (1..=300).map(|v| format!("{{\"bad\":{}}}", v % 7 == 0)).collect();
    let mut events = events(&payloads);
    let mut stop = timeline(script(source), 300, OnError::Stop);
    stop.build(&mut events, 300, LONG).expect("infallible");
    let at = stop.state(&mut events, Applied(250)).expect("infallible").expect("stopped");
    assert_eq!(at.applied, Applied(6));
    assert_eq!(to_text(&at.state), "{\"n\":6,\"log\":[1,2,3,4,5,6]}");
    assert_eq!(stop.errors()[0].version, Version(7));
    assert_eq!(&*stop.errors()[0].thrown.message, "TypeError: no plan");
    assert!(stop.errors()[0].thrown.place.starts_with("account.mjs:1:"), "{:?}", stop.errors()[0]);

    let mut skip = timeline(script(source), 300, OnError::Skip);
    skip.build(&mut events, 300, LONG).expect("infallible");
    assert_eq!(skip.errors().len(), 42);
    for target in [300u64, 5, 7, 8, 150] {
        let state = skip.state(&mut events, Applied(target)).expect("infallible").expect("built").state;
        let good: Vec<u64> = (1..=target).filter(|v| v % 7 != 0).collect();
        let text = good.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        assert_eq!(to_text(&state), format!("{{\"n\":{},\"log\":[{text}]}}", good.len()));
    }
}

#[test]
fn hostile_reducers_are_contained_and_named() {
    for (body, part) in [
        ("while (true) {}", "cut off"),
        ("try { while (true) {} } catch { return s }", "cut off"),
        ("const l = []; for (;;) l.push(new Array(100000).fill(1))", "MiB"),
        ("const f = () => f() + 1; f()", "stack"),
        ("/^(a+)+$/.test('a'.repeat(64) + 'b')", "cut off"),
        ("return { t: Date.now() }", "current time"),
        ("return { t: new Date() }", "current time"),
        ("return { t: Math.random() }", "Math.random"),
        ("Object.prototype.polluted = 1", ""),
        ("Array.prototype.extra = () => 1", ""),
        ("const c = {}; c.c = c; return c", ""),
        ("throw null", "threw"),
        ("fetch('http://x')", "not there"),
        ("require('fs')", "not defined"),
    ] {
        let source = format!(
            "export default (s = {{ok: 0}}, e) => {{ if (e.version === 3) {{ {body} }} return {{ok: s.ok + 1}} }}"
        );
        let payloads = vec!["{}".to_owned(); 6];
        let mut events = events(&payloads);
        let mut timeline = timeline(script(&source), 6, OnError::Skip);
        timeline.build(&mut events, 6, LONG).expect("infallible");
        let text = timeline.errors().first().map(|error| error.thrown.to_string()).unwrap_or_default();
        assert!(text.contains(part), "{body}: {text}");
        if !part.is_empty() {
            assert_eq!(timeline.errors().len(), 1, "{body}");
            assert_eq!(timeline.errors()[0].version, Version(3), "{body}");
            let last = timeline.state(&mut events, Applied(6)).expect("infallible").expect("built");
            assert_eq!(to_text(&last.state), "{\"ok\":5}", "{body}: the program goes on");
        }
    }
}

#[test]
fn what_json_cannot_show_is_encoded() {
    let source = "export default (s, e) => ({ u: undefined, b: 10n ** 20n, s: new Set(['b', 'a']), m: new Map([['k', {x: 1}]]),
        d: new Date('2025-01-02T03:04:05.006Z'), n: NaN, i: -Infinity, y: new Uint8Array([1, 2, 3]), f: () => 1, l: [undefined, () => 1],
        h: new Date(2025, 0, 2, 3).toISOString(), g: new Date('2025-01-02T03:04:05Z').getHours() })";
    let mut events = events(&["{}".to_owned()]);
    let mut timeline = timeline(script(source), 1, OnError::Stop);
    timeline.build(&mut events, 1, LONG).expect("infallible");
    let initial = timeline.state(&mut events, Applied(0)).expect("infallible").expect("built");
    assert_eq!(to_text(&initial.state), "null");
    let state = timeline.state(&mut events, Applied(1)).expect("infallible").expect("built");
    let text = to_text(&state.state);
    assert!(text.starts_with(
        "{\"b\":{\"$bigint\":\"100000000000000000000\"},\"s\":{\"$set\":[\"b\",\"a\"]},\"m\":{\"$map\":[[\"k\",{\"x\":1}]]},\
         \"d\":\"2025-01-02T03:04:05.006Z\",\"n\":{\"$number\":\"NaN\"},\"i\":{\"$number\":\"-Infinity\"},\"y\":{\"$bytes\":\"AQID\"},\
         \"l\":[null,null],"
    ), "{text}");
    assert!(text.ends_with("\"g\":3}"), "{text}");
}

#[test]
fn data_that_javascript_cannot_read_is_blamed_alone() {
    let source = "export default (s = {n: 0}, e) => ({n: s.n + 1})";
    let mut payloads = vec!["{}".to_owned(); 60];
    payloads[40] = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let mut events = events(&payloads);
    let mut timeline = timeline(script(source), 60, OnError::Skip);
    timeline.build(&mut events, 60, LONG).expect("infallible");
    let blamed: Vec<Version> = timeline.errors().iter().map(|error| error.version).collect();
    assert_eq!(blamed, [Version(41)]);
    assert!(timeline.errors()[0].thrown.message.contains("cannot read"), "{:?}", timeline.errors()[0]);
    let last = timeline.state(&mut events, Applied(60)).expect("infallible").expect("built");
    assert_eq!(to_text(&last.state), "{\"n\":59}");
}

#[test]
fn a_message_that_is_no_text_is_a_throw_all_the_same() {
    for body in
        ["throw new Error('a\\ud800b')", "throw 'a\\ud800b'", "const e = new Error('x'); e.name = '\\udc00'; throw e"]
    {
        let source = format!("export default (s = 0, e) => {{ if (e.version === 3) {{ {body} }} return s + 1 }}");
        let mut events = events(&vec!["{}".to_owned(); 5]);
        let mut timeline = timeline(script(&source), 5, OnError::Skip);
        timeline.build(&mut events, 5, LONG).expect("infallible");
        assert_eq!(timeline.errors().len(), 1, "{body}");
        assert_eq!(timeline.errors()[0].version, Version(3));
        let last = timeline.state(&mut events, Applied(5)).expect("infallible").expect("built");
        assert_eq!(to_text(&last.state), "4", "{body}");
    }
}

#[test]
fn slow_but_legal_reducers_are_not_cut_off_and_a_cut_names_its_event() {
    let source = "export default (s = 0, e) => { if (e.data.stop) while (true) {} if (e.data.slow) { let x = 0; for (let i = 0; i < e.data.slow; i++) x += i; } return s + 1 }";
    let mut reducer = script(source);
    reducer.start(Slot::Build, "s").expect("starts");
    let start = Instant::now();
    let probe = events(&["{\"slow\":1000000}".to_owned()]).0;
    assert_eq!(reducer.step(Slot::Build, "s", &probe).thrown, None);
    // About 0.3 s an event, 3.6 s the batch.
    let slow = (300_000.0 / start.elapsed().as_secs_f64()) as u64;
    let mut payloads = vec![format!("{{\"slow\":{slow}}}"); 12];
    payloads.insert(0, "{}".to_owned());
    payloads.push("{\"stop\":1}".to_owned());
    payloads.push("{}".to_owned());
    let stepped = reducer.step(Slot::Build, "s", &events(&payloads).0);
    assert!(start.elapsed() > Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(stepped.done, 13);
    assert!(stepped.thrown.expect("cut").message.contains("cut off"));
}

/// What the second reducer call sees of a state without and with a copy in between; none where
/// the state cannot be copied.
fn seen_after_a_copy(head: &str, make: &str, look: &str) -> (String, Option<String>) {
    let source = format!("{head}; export default (s, e) => {{ if (e.version === 1) {{ {make} }} {look} }}");
    let source_events = events(&["{\"a\":1}".to_owned(), "{}".to_owned()]);
    let mut list = source_events.0;
    list[0].position = Position::Number(77);
    list[0].metadata = Some(Slice::from("{\"by\":\"me\"}"));
    let mut reducer = script(&source);
    reducer.start(Slot::Build, "s").expect("starts");
    assert_eq!(reducer.step(Slot::Build, "s", &list[..1]).thrown, None, "{make}");
    let saved = reducer.save(Slot::Build);
    let mut look_at = |slot| {
        let stepped = reducer.step(slot, "s", &list[1..]);
        match stepped.thrown {
            Some(thrown) => thrown.to_string(),
            None => to_text(&reducer.export(slot).expect("exports")),
        }
    };
    let straight = look_at(Slot::Build);
    let saved = match saved {
        Ok(saved) => saved,
        Err(thrown) => {
            assert_eq!(thrown.why, Why::NoCopy, "{make}: {thrown}");
            return (straight, None);
        }
    };
    reducer.restore(Slot::Seek, &saved).expect("restores");
    let mut look_at = |slot| {
        let stepped = reducer.step(slot, "s", &list[1..]);
        match stepped.thrown {
            Some(thrown) => thrown.to_string(),
            None => to_text(&reducer.export(slot).expect("exports")),
        }
    };
    (straight, Some(look_at(Slot::Seek)))
}

#[test]
fn a_copy_is_as_good_as_the_state() {
    for (head, make, look, want) in [
        ("", "return { n: 2, get twice() { return this.n * 2 } }", "s.n = 5; return [s.twice]", "[10]"),
        (
            "",
            "const o = { list: [] }; Object.defineProperty(o, 'hid', { value: 3, writable: true }); return o",
            "return [s.hid, Object.keys(s).length]",
            "[3,1]",
        ),
        (
            "",
            "const o = {}; Object.defineProperty(o, 'only', { value: 3, enumerable: true }); return o",
            "try { s.only = 4 } catch {} return [s.only]",
            "[3]",
        ),
        ("const K = Symbol('k')", "return { [K]: { n: 1 }, a: 1 }", "return [s[K].n]", "[1]"),
        (
            "",
            "return Object.seal({ a: 1 })",
            "try { s.b = 1 } catch {} return [Object.isSealed(s), s.b ?? 0]",
            "[true,0]",
        ),
        (
            "class L extends Array { sum() { return this.reduce((a, b) => a + b, 0) } }",
            "return L.of(1, 2, 3)",
            "return [s.sum(), s instanceof L, s.length]",
            "[6,true,3]",
        ),
        (
            "class S extends Set { twice() { return this.size * 2 } }",
            "const s2 = new S([1, 2]); s2.tag = 'x'; return s2",
            "return [s.twice(), s.tag]",
            "[4,\"x\"]",
        ),
        (
            "class M extends Map { top() { return this.get('a').n } }",
            "return new M([['a', { n: 4 }]])",
            "return [s.top()]",
            "[4]",
        ),
        (
            "class D extends Date { year() { return this.getFullYear() } }",
            "return { d: new D(0) }",
            "return [s.d.year()]",
            "[1970]",
        ),
        (
            "class St { static Open = new St('open'); static Shut = new St('shut'); constructor(n) { this.n = n } }",
            "return { st: St.Open, was: [St.Shut] }",
            "return [s.st === St.Open, s.was[0] === St.Shut, s.st.n]",
            "[true,true,\"open\"]",
        ),
        (
            "class St { static Open = new St('open'); #n; constructor(n) { this.#n = n } name() { return this.#n } }",
            "return { st: St.Open }",
            "return [s.st === St.Open, s.st.name()]",
            "[true,\"open\"]",
        ),
        (
            "const OPEN = Object.freeze({ n: 'open', deep: Object.freeze([1]) })",
            "return { st: OPEN }",
            "return [s.st === OPEN, s.st.deep === OPEN.deep]",
            "[true,true]",
        ),
        ("class A { static zero = new A(); n = 0 }", "const a = A.zero; a.n++; return a", "s.n++; return [s.n]", "[2]"),
        (
            "",
            "return { e }",
            "return [s.e.position, s.e.globalPosition, s.e.metadata.by, s.e.type]",
            "[77,77,\"me\",\"Even\"]",
        ),
        (
            "",
            "const b = new ArrayBuffer(4); return { b, v: new Uint8Array(b, 1, 2), d: new DataView(b) }",
            "s.v[0] += 7; return [[...new Uint8Array(s.b)], s.d.getUint8(1), s.v.length]",
            "[[0,7,0,0],7,2]",
        ),
        (
            "",
            "return { r: /a/g }",
            "const was = s.r.lastIndex; s.r.test('aa'); return [was, s.r.lastIndex, s.r.source, s.r.flags]",
            "[0,1,\"a\",\"g\"]",
        ),
        (
            "",
            "return { e: new RangeError('no') }",
            "return [s.e.message, s.e instanceof RangeError, Object.keys(s.e).length]",
            "[\"no\",true,0]",
        ),
        ("", "const l = [1, , 3]; l.more = 2; return l", "return [1 in s, s.length, s.more]", "[false,3,2]"),
        (
            "",
            "const o = JSON.parse('{\"__proto__\":{\"x\":1},\"u\":2}'); o.u = undefined; return o",
            "return [Object.keys(s).length, s.x ?? 0, 'u' in s]",
            "[2,0,true]",
        ),
        (
            "",
            "const a = { n: 1 }; return { a, b: a, m: new Map([[a, a]]), nul: Object.create(null) }",
            "s.a.n = 9; return [s.b.n, s.m.get(s.b).n, Object.getPrototypeOf(s.nul) === null]",
            "[9,9,true]",
        ),
        (
            "",
            "return { s: '\\ud800', '\\udfff': 1, u: undefined }",
            "return [s.s === '\\ud800', s['\\udfff']]",
            "[true,1]",
        ),
        (
            "",
            "return { n: 1n, f: x => x + 1, y: Symbol.iterator, w: new Float64Array([NaN, -0]) }",
            "return [s.n === 1n, s.f(1), s.y === Symbol.iterator, Object.is(s.w[1], -0)]",
            "[true,2,true,true]",
        ),
    ] {
        let (straight, copied) = seen_after_a_copy(head, make, look);
        assert_eq!(straight, want, "{make} {look}");
        // Plain data, whatever it holds twice, must be copied.
        let must = ["return { e }", "JSON.parse", "s: '\\ud800'", "seal", "new St('open'); static"];
        assert!(copied.is_some() || !must.iter().any(|part| make.contains(part) || head.contains(part)), "{make}");
        assert_eq!(copied.as_deref().unwrap_or(want), want, "copied: {make} {look}");
    }
}

#[test]
fn a_state_that_cannot_be_copied_folds_all_the_same() {
    for source in [
        "class A { #n = 0; add() { this.#n++; return this } toJSON() { return this.#n } } export default (s = new A(), e) => s.add()",
        "export default (s = {k: {}, w: new WeakMap()}, e) => { s.w.set(s.k, (s.w.get(s.k) ?? 0) + 1); return {...s, toJSON: () => s.w.get(s.k)} }",
    ] {
        let mut events = events(&vec!["{}".to_owned(); 100]);
        let mut timeline = timeline(script(source), 100, OnError::Stop);
        timeline.build(&mut events, 100, LONG).expect("infallible");
        for at in [100u64, 3, 60] {
            let state = timeline.state(&mut events, Applied(at)).expect("infallible").expect("built");
            assert_eq!(to_text(&state.state), at.to_string(), "{source}");
        }
    }
}

#[test]
fn async_reducers_are_refused() {
    for source in
        ["export default async (s = {}, e) => s", "export default { $init: async () => ({}), Even: async (s) => s }"]
    {
        let mut reducer = script(source);
        let message = match reducer.start(Slot::Build, "s") {
            Err(thrown) => thrown.message,
            Ok(()) => {
                let stepped = reducer.step(Slot::Build, "s", &events(&["{}".to_owned()]).0);
                stepped.thrown.expect("refused").message
            }
        };
        assert!(message.contains("must not be async"), "{message}");
    }
}

#[test]
fn half_a_surrogate_pair_is_shown_as_a_replacement() {
    let source = "export default (s, e) => ({ a: 'x\\ud800y', '\\udc00k': [new Map([['\\ud800', 1]])], ok: '\\ud83d\\ude00 \\\\ud800' })";
    for source in [source.to_owned(), source.replace("[new Map([['\\ud800', 1]])]", "1")] {
        let mut events = events(&["{}".to_owned()]);
        let mut timeline = timeline(script(&source), 1, OnError::Stop);
        timeline.build(&mut events, 1, LONG).expect("infallible");
        let state = timeline.state(&mut events, Applied(1)).expect("infallible").expect("built");
        let text = to_text(&state.state);
        assert!(text.starts_with("{\"a\":\"x\u{fffd}y\",\"\u{fffd}k\":"), "{text}");
        assert!(text.ends_with("\"ok\":\"\u{1f600} \\\\ud800\"}"), "{text}");
    }
}

const DATES: &str = "
    const d = new Date('2025-07-02T23:30:05');
    const old = new Date(0); old.setYear(99); const far = new Date(0); far.setYear(2031);
    const texts = ['2025-07-02 23:30', '2025-07-02T23:30', '2025-07-02', '2025-07', 'Jul 2, 2025', 'Jul 2, 2025 23:30', '2 July 2025 23:30:05',
      '7/2/2025', '7/2/2025 11:30 PM', 'Wed Jul 02 2025 23:30:05', 'Wed Jul 02 2025', '2025/07/02 23:30:05', '2025-07-02 23:30:05.5', '+012025-07-02T01:02',
      '2025-07-02T23:30:05+02:00', '2025-07-02T23:30:05Z', 'Wed, 02 Jul 2025 23:30:05 GMT', 'Wed Jul 02 2025 23:30:05 GMT-0500', 'Wed Jul 02 2025 23:30:05 GMT+0200 (CEST)', '2025-07-02 23:30:05 +0200', 'Jul 2 2025 10:00 EST', '2025-07-02T23:30:05+02'];
    export default (s, e) => [d.getYear(), old.getTime(), far.getTime(), d.toDateString(), d.toTimeString(), `${d}`, d + '',
      d.getHours(), d.getDay(), new Date(2025, 6, 2, 23, 30).getTime(), new Date(d.toString()).getTime() - d, new Date(`${d.toDateString()} ${d.toTimeString()}`).getTime() - d,
      ...texts.map(t => Date.parse(t)), ...texts.map(t => new Date(t).getTime() === Date.parse(t) || Number.isNaN(Date.parse(t)))]";

#[test]
fn the_sandbox_has_no_local_time_where_the_zone_is_not_utc() {
    let shown = || {
        let program = match Program::of_text("account.mjs", DATES, Engine::Sandbox) {
            Ok(program) => Arc::new(program),
            Err(error) => return error.to_string(),
        };
        let mut reducer = Script::new(&program, "default", &Stop::default()).expect("a reducer");
        reducer.start(Slot::Build, "s").expect("starts");
        match reducer.step(Slot::Build, "s", &events(&["{}".to_owned()]).0).thrown {
            Some(thrown) => thrown.to_string(),
            None => to_text(&reducer.export(Slot::Build).expect("exports")),
        }
    };
    let name = "EVENTGLASS_TEST_DATES";
    if std::env::var_os(name).is_some() {
        println!("<<{}>>", shown());
        return;
    }
    let in_zone = |zone: &str| {
        let this = std::env::current_exe().expect("a test binary");
        let mut command = std::process::Command::new(this);
        command.args([
            "--exact",
            "replay::timeline::tests::the_sandbox_has_no_local_time_where_the_zone_is_not_utc",
            "--nocapture",
        ]);
        let output = command.env(name, "1").env("TZ", zone).output().expect("runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, text) = text.split_once("<<").expect("shown");
        text.split_once(">>").expect("shown").0.to_owned()
    };
    let utc = in_zone("UTC");
    println!("{utc}");
    // Zones in POSIX form need no database.
    for zone in ["IST-5:30", "EST5EDT"] {
        let there = in_zone(zone);
        assert!(there.contains("local time"), "{zone}: {there}");
    }
    assert!(utc.starts_with("[125,"), "{utc}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn after_a_change_in_the_middle_states_are_those_of_the_new_events(
        payloads in prop::collection::vec((0i64..50).prop_map(|n| format!("{{\"k{}\":{n}}}", n % 7)), 1..90),
        at in any::<prop::sample::Index>(),
        fresh in prop::collection::vec((50i64..60).prop_map(|n| format!("{{\"k{}\":{n}}}", n % 7)), 0..40),
        built in any::<prop::sample::Index>(),
        throwing in any::<bool>(),
    ) {
        let make = || -> Box<dyn Reducer> {
            if throwing {
                script("export default (s = { n: 0 }, e) => {
                    if (e.data.k3 !== undefined) throw new Error('three'); return { n: s.n + 1, ...e.data } }")
            } else {
                Box::new(Merge::default())
            }
        };
        let at = at.index(payloads.len() + 1);
        let changed: Vec<String> = payloads[..at].iter().chain(&fresh).chain(&payloads[at..]).cloned().collect();
        let (mut old, mut new) = (events(&payloads), events(&changed));
        let mut timeline = timeline(make(), payloads.len(), OnError::Skip);
        timeline.keep_within(1 << 12, RING_BYTES, usize::MAX);
        let built = Applied(built.index(payloads.len() + 1) as u64);
        timeline.build(&mut old, built.0, LONG).expect("infallible");
        timeline.state(&mut old, built).expect("infallible");
        while timeline.densify(&mut old, built).expect("infallible") {}
        timeline.invalidate_from(&mut new, at as u64, changed.len() as u64).expect("infallible");
        let mut anew = super::tests::timeline(make(), changed.len(), OnError::Skip);
        prop_assert_eq!(all_states(&mut timeline, &mut new), all_states(&mut anew, &mut new));
        let errors = |timeline: &Timeline| timeline.errors().iter().map(|error| error.applied).collect::<Vec<_>>();
        prop_assert_eq!(errors(&timeline), errors(&anew));
        prop_assert_eq!(timeline.findings().total(), anew.findings().total());
    }
}

#[test]
fn where_events_end_early_the_state_is_that_of_the_last_one() {
    let payloads: Vec<String> = (1..=200).map(|n| format!("{{\"n\":{n}}}")).collect();
    let mut all = events(&payloads);
    let mut timeline = timeline(Box::new(Merge::default()), 200, OnError::Stop);
    timeline.build(&mut all, 177, LONG).expect("infallible");
    // There is a copy behind what will be the last one.
    let saved = timeline.reducer.save(Slot::Build).expect("a copy");
    timeline.keyframes.keep(177, saved);
    timeline.build(&mut all, 200, LONG).expect("infallible");
    let mut fewer = events(&payloads[..130]);
    let last = timeline.state(&mut fewer, Applied(190)).expect("infallible").expect("built");
    assert_eq!((last.applied, to_text(&last.state).as_str()), (Applied(130), "{\"n\":130}"));
    // What is asked for next is not folded on from a place that was never reached.
    let before = timeline.state(&mut fewer, Applied(129)).expect("infallible").expect("built");
    assert_eq!((before.applied, to_text(&before.state).as_str()), (Applied(129), "{\"n\":129}"));
    // They are back.
    timeline.invalidate_from(&mut all, 130, 200).expect("infallible");
    timeline.build(&mut all, 200, LONG).expect("infallible");
    let last = timeline.state(&mut all, Applied(190)).expect("infallible").expect("built");
    assert_eq!((last.applied, to_text(&last.state).as_str()), (Applied(190), "{\"n\":190}"));
}

#[test]
fn keyframes_count_what_they_hold_after_neighbours_are_dropped() {
    // A wide state of which each event changes a tenth: beside a neighbour little, alone all.
    let payloads: Vec<String> =
        (0..2_000).map(|n| format!("{{\"k{}\":\"{}\"}}", n % 10, n.to_string().repeat(60))).collect();
    let mut all = events(&payloads);
    let mut timeline = timeline(Box::new(Merge::default()), payloads.len(), OnError::Stop);
    timeline.keep_within(20_000, RING_BYTES, usize::MAX);
    timeline.build(&mut all, u64::MAX, LONG).expect("infallible");
    let mut before = None;
    let mut all: Vec<&keyframes::Keyframe> = timeline.keyframes.up_to(u64::MAX).collect();
    all.reverse();
    let own = size_of::<keyframes::Keyframe>();
    let held: usize = all.into_iter().map(|one| one.saved.size_beside(before.replace(&one.saved)) + own).sum();
    assert_eq!(timeline.keyframes.bytes(), held);
    assert!(held <= 20_000 || timeline.keyframes() <= 4, "{held} bytes in {} keyframes", timeline.keyframes());
}

#[test]
fn a_smaller_share_is_kept_and_states_stay_the_same() {
    let payloads: Vec<String> = (0..3_000).map(|n| format!("{{\"k{}\":\"{}\"}}", n % 40, n * 7919)).collect();
    let mut all = events(&payloads);
    let mut timeline = timeline(Box::new(Merge::default()), payloads.len(), OnError::Stop);
    timeline.build(&mut all, u64::MAX, LONG).expect("infallible");
    timeline.state(&mut all, Applied(1_500)).expect("infallible");
    while timeline.densify(&mut all, Applied(1_500)).expect("infallible") {}
    let full = timeline.held_bytes();
    timeline.keep_within(full / 8, full / 8, 64 << 20);
    assert!(timeline.held_bytes() <= full / 4, "{} of {full}", timeline.held_bytes());
    let some = |timeline: &mut Timeline, source: &mut Events| {
        [1, 700, 1_499, 1_500, 3_000]
            .map(|at| to_text(&timeline.state(source, Applied(at)).expect("infallible").expect("built").state))
    };
    let mut anew = super::tests::timeline(Box::new(Merge::default()), payloads.len(), OnError::Stop);
    anew.build(&mut all, u64::MAX, LONG).expect("infallible");
    assert_eq!(some(&mut timeline, &mut all), some(&mut anew, &mut all));
}

#[test]
fn a_seek_that_lost_patience_goes_on_where_it_was() {
    let payloads: Vec<String> = (1..=3_000).map(|n| format!("{{\"n\":{n}}}")).collect();
    let mut all = events(&payloads);
    let mut timeline = timeline(Box::new(Merge::default()), payloads.len(), OnError::Stop);
    // Few keyframes, far apart, and no patience at all: one batch each time.
    timeline.keep_within(1, RING_BYTES, usize::MAX);
    timeline.build(&mut all, u64::MAX, LONG).expect("infallible");
    timeline.patience = Duration::ZERO;
    let mut asked = 0;
    let state = loop {
        asked += 1;
        if let Some(state) = timeline.state(&mut all, Applied(2_900)).expect("infallible") {
            break state;
        }
        assert!(asked < 3_000, "it never comes");
    };
    assert_eq!((state.applied, to_text(&state.state).as_str()), (Applied(2_900), "{\"n\":2900}"));
}

/// Merges, is never copied, and counts how often it is asked to fold.
struct Uncopied {
    merge: Merge,
    asked: Arc<AtomicU64>,
}

impl Reducer for Uncopied {
    fn name(&self) -> &Text {
        self.merge.name()
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        self.merge.start(slot, stream)
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.merge.step(slot, stream, events)
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        self.merge.export(slot)
    }

    fn save(&mut self, _slot: Slot) -> Result<Saved, Thrown> {
        Err(Thrown::new(Why::NoCopy, "never"))
    }

    fn restore(&mut self, _slot: Slot, _saved: &Saved) -> Result<(), Thrown> {
        Err(Thrown::new(Why::Void, "never"))
    }

    fn longest_interval(&self) -> u64 {
        self.merge.longest_interval()
    }
}

#[test]
fn what_is_never_copied_is_folded_many_events_at_once() {
    const EVENTS: u64 = 20_000;
    let payloads: Vec<String> = (1..=EVENTS).map(|n| format!("{{\"n\":{n}}}")).collect();
    let mut events = events(&payloads);
    let asked = Arc::new(AtomicU64::new(0));
    let reducer = Uncopied { merge: Merge::default(), asked: Arc::clone(&asked) };
    let mut timeline = timeline(Box::new(reducer), EVENTS as usize, OnError::Stop);
    timeline.build(&mut events, EVENTS, LONG).expect("infallible");
    assert!(timeline.is_complete() && timeline.keyframes() == 0);
    let asked = asked.load(Ordering::Relaxed);
    assert!(asked < EVENTS / 20, "{asked} times for {EVENTS} events");
    let state = timeline.state(&mut events, Applied(EVENTS)).expect("infallible").expect("built");
    assert_eq!(to_text(&state.state), format!("{{\"n\":{EVENTS}}}"));
}

#[test]
fn copies_on_the_way_are_the_states_of_their_places() {
    const EVENTS: u64 = 6_000;
    let payloads: Vec<String> = (1..=EVENTS).map(|n| format!("{{\"n\":{n}}}")).collect();
    // It changes its state in place; between 2,500 and 3,500 it cannot be copied, and then it can.
    let source = "export default (s = {sum: 0, last: [0], by: {}}, e) => {
        s.sum += e.data.n; s.last[0] = e.data.n; s.by[`k${e.data.n % 7}`] = s.last;
        if (e.version === 2500) s.odd = () => 1; if (e.version === 3500) delete s.odd;
        if (e.version === 4000) throw new Error('no'); return s; }";
    let state = |n: u64| {
        let sum = n * (n + 1) / 2 - if n >= 4_000 { 4_000 } else { 0 };
        let last = if n == 4_000 { 3_999 } else { n };
        let seen = (1..=7.min(n)).map(|key| format!("\"k{}\":[{last}]", key % 7)).collect::<Vec<_>>().join(",");
        format!("{{\"sum\":{sum},\"last\":[{last}],\"by\":{{{seen}}}}}")
    };
    let mut events = events(&payloads);
    let mut timeline = timeline(script(source), EVENTS as usize, OnError::Skip);
    // No call is slow enough for short batches.
    timeline.build(&mut events, EVENTS, LONG).expect("infallible");
    assert!(timeline.is_complete() && timeline.keyframes() >= 4, "{} keyframes", timeline.keyframes());
    assert_eq!(timeline.errors().len(), 1, "{:?}", timeline.errors());
    let mut at = 1;
    for _ in 0..300 {
        at = (at * 48_271) % EVENTS;
        let shown = timeline.state(&mut events, Applied(at)).expect("infallible").expect("built");
        assert_eq!((shown.problem, to_text(&shown.state)), (None, state(at)), "after {at}");
    }
    // More are made while nobody asks, as if an event took 10 us and the fold had left few.
    (timeline.cost, timeline.copy_cost, timeline.no_copies) = (1e-5, 1e-6, None);
    timeline.keyframes.keep_every(40);
    let few = timeline.keyframes();
    let mut rounds = 0;
    while timeline.refine(&mut events, Duration::ZERO).expect("infallible") {
        (timeline.cost, rounds) = (1e-5, rounds + 1);
        assert!(rounds < 2_000, "it never ends");
        if rounds % 3 == 0 {
            at = (at * 48_271) % EVENTS;
            let shown = timeline.state(&mut events, Applied(at)).expect("infallible").expect("built");
            assert_eq!((shown.problem, to_text(&shown.state)), (None, state(at)), "after {at}");
        }
    }
    assert!(timeline.keyframes() > few + 200, "{few}, then {}", timeline.keyframes());
    timeline.ring.cut(0);
    for at in 0..=EVENTS {
        let shown = timeline.state(&mut events, Applied(at)).expect("infallible").expect("built");
        assert_eq!(
            (shown.problem, to_text(&shown.state)),
            (None, if at == 0 { "null".to_owned() } else { state(at) }),
            "after {at}"
        );
    }
}

#[test]
fn what_a_module_keeps_in_the_language_for_a_while_spoils_no_copy() {
    const EVENTS: u64 = 6_000;
    let payloads: Vec<String> = (1..=EVENTS).map(|n| format!("{{\"n\":{n}}}")).collect();
    // A member, a `toJSON`, another value of a member: each there for some hundred events.
    for (begin, end, seen) in [
        (
            "Object.defineProperty(Array.prototype, 'extra', { value: 1, configurable: true })",
            "delete Array.prototype.extra",
            "[].extra ?? 0",
        ),
        (
            "Object.defineProperty(Array.prototype, 'toJSON', { value() { return 7; }, configurable: true })",
            "delete Array.prototype.toJSON",
            "0",
        ),
        ("P.at = function () { return 1; }", "P.at = orig", "[0].at(0)"),
    ] {
        let source = format!(
            "const P = Array.prototype; const orig = P.at;
             export default (s = {{n: 0, extra: 0, list: [1, 2]}}, e) => {{ const n = e.data.n;
               if (n % 1000 === 100) {{ {begin}; }}
               const extra = s.extra + ({seen});
               if (n % 1000 === 499) {{ {end}; }}
               return {{n, extra, list: s.list}}; }}"
        );
        let mut events = events(&payloads);
        let mut timeline = timeline(script(&source), EVENTS as usize, OnError::Stop);
        timeline.build(&mut events, EVENTS, LONG).expect("infallible");
        assert_eq!(timeline.errors().len(), 0, "{begin}: {:?}", timeline.errors());
        let of = |n: u64| if seen == "0" { 0 } else { n / 1_000 * 400 + (n % 1_000 + 1).clamp(100, 500) - 100 };
        for at in [600, 5_990, 1_300, 4_503, 2_000, 3_777, 520, 5_600] {
            let shown = timeline.state(&mut events, Applied(at)).expect("infallible").expect("built");
            let want = format!("{{\"n\":{at},\"extra\":{},\"list\":[1,2]}}", of(at));
            let inside = (100..499).contains(&(at % 1_000));
            assert!(inside || to_text(&shown.state) == want, "{begin} {at}: {:?}, not {want}", shown.state);
        }
    }
}
