//! The sandbox beside Node: the same state, or a refusal by name that sticks.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Place, Run, folder, jsonl, line};

/// A store of events that each have a number.
fn store(place: &Place, events: i64) -> String {
    let events: Vec<Value> = (1..=events)
        .map(|number| line("s-1", number, "Counted", json!({"n": number, "at": "2024-02-29T23:30:00Z"})))
        .collect();
    place.write("events.jsonl", jsonl(&events))
}

/// How the sandbox folds a module, at the last version.
fn run(place: &Place, store: &str, source: &str, zone: &str) -> Run {
    let module = place.write("reducer.mjs", source);
    let mut command = place.program.command();
    command.env("TZ", zone).args([
        "state",
        store,
        "--stream",
        "s-1",
        "--json",
        "--host",
        "sandbox",
        "--reducer",
        &module,
    ]);
    Run::from(command.output().expect("the program starts"))
}

fn state(place: &Place, store: &str, source: &str) -> Value {
    let run = run(place, store, source, "UTC");
    assert!(run.is_well(), "{source}: {run:?}");
    run.one()["state"].clone()
}

/// What Node prints for a program, as JSON; nothing where there is no Node of the version that
/// the sandbox follows.
fn node(program: &str) -> Option<Value> {
    let version = Command::new("node").arg("--version").stderr(Stdio::null()).output().ok()?;
    if !version.stdout.starts_with(b"v20.") {
        return None;
    }
    // A file: programs on the command line find more names.
    let place = folder();
    let file = place.path().join("program.mjs");
    std::fs::write(&file, program).expect("a file");
    let run = Command::new("node").env("TZ", "UTC").arg(file).output().ok()?;
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(serde_json::from_slice(&run.stdout).expect("JSON"))
}

/// What some of them begin with.
const CHANCE: &str = include_str!("sandbox/chance.js");

/// A program of `sandbox/`, a function of a seed, gives the same lines in both engines.
fn same_as_node(program: &str, events: i64) {
    let place = Place::new();
    let store = store(&place, events);
    let found = state(
        &place,
        &store,
        &format!("{CHANCE}const make = (\n{program}\n);\nexport default (s = [], e) => [...s, make(e.data.n)];"),
    );
    let wanted = node(&format!(
        "{CHANCE}const make = (\n{program}\n);\nconst all = [];\nfor (let n = 1; n <= {events}; n++) all.push(make(n));\n\
         process.stdout.write(JSON.stringify(all));"
    ));
    let Some(wanted) = wanted else { return };
    let lines = |value: &Value| -> Vec<Value> {
        value.as_array().into_iter().flatten().flat_map(|one| one.as_array().cloned().unwrap_or_default()).collect()
    };
    let (found, wanted) = (lines(&found), lines(&wanted));
    assert_eq!(found.len(), wanted.len());
    let differ: Vec<(&Value, &Value)> = wanted.iter().zip(&found).filter(|(a, b)| a != b).take(5).collect();
    assert!(differ.is_empty(), "Node and the sandbox: {differ:#?}");
}

#[test]
fn sorting_asks_and_answers_as_node_does() {
    same_as_node(include_str!("sandbox/sort.js"), 6);
}

#[test]
fn dates_are_read_written_and_set_as_in_node() {
    same_as_node(include_str!("sandbox/dates.js"), 2);
}

#[test]
fn numbers_have_the_digits_that_they_have_in_node() {
    same_as_node(include_str!("sandbox/numbers.js"), 6);
}

#[test]
fn regular_expressions_find_what_they_find_in_node() {
    same_as_node(include_str!("sandbox/regexps.js"), 4);
}

#[test]
fn builtins_take_odd_arguments_as_in_node() {
    same_as_node(include_str!("sandbox/values.js"), 6);
}

#[test]
fn urls_and_encoded_texts_are_those_of_node() {
    same_as_node(include_str!("sandbox/web.js"), 3);
}

#[test]
fn the_names_of_node_are_there_and_no_others() {
    same_as_node(include_str!("sandbox/names.js"), 1);
}

#[test]
fn powers_and_functions_of_math_have_nodes_last_digits() {
    let place = Place::new();
    let store = store(&place, 1);
    let found = state(
        &place,
        &store,
        "let n = 10, big = 3n, box = { v: 1.0594 };
         export default () => { n **= -3; big **= 40n; box.v **= 5.29; (() => box)()['v'] **= 2;
           return [n, big, box.v, 0.19123628492047962 ** 21, Math.pow(3.5499488028180164e-60, -3), 2 ** -1074, (-8) ** (1 / 3), Math.exp(1),
             Math.sin(862), Math.cos(-5.591137270692263e226), Math.tanh(0.38587969812590117), Math.log10(53), Math.cbrt(5e-324),
             Math.hypot(258842244.4678502, 23), Math.acosh(0.5), (0.1).toString(3), (2 ** 56 + 2 ** 10).toString(36),
             eval('2 ** 0.5'), new Function('a', 'return a ** 0.1')(7), (0, eval)('3 ** 0.3')].map(String); }",
    );
    assert_eq!(
        found,
        json!([
            "0.001",
            "12157665459056928801",
            "1.8413420360077917",
            "8.184200542807246e-16",
            "2.235289256764193e+178",
            "5e-324",
            "NaN",
            "2.718281828459045",
            "0.9333421683683805",
            "0.9084824560228197",
            "0.3678027270610034",
            "1.7242758696007892",
            "1.7031839360032603e-108",
            "258842244.46785125",
            "NaN",
            "0.0022002200220022002200220022002201",
            "jpia9pm8kjk",
            "1.4142135623730951",
            "1.214814044039067",
            "1.3903891703159093"
        ])
    );
}

#[test]
fn what_is_refused_sticks_whatever_the_module_does() {
    let place = Place::new();
    let store = store(&place, 2);
    let cases = [
        ("try { return Date.now() } catch { return 1 }", "the current time"),
        ("try { return new Date().getTime() } finally { return 1 }", "the current time"),
        ("try { return Reflect.construct(Date, []) } catch { return 1 }", "the current time"),
        ("return [1].map(() => { try { return Math.random() } catch { return 0 } })", "Math.random"),
        ("try { return performance.now() } catch { return 1 }", "performance.now"),
        ("try { return crypto.randomUUID() } catch { return 1 }", "crypto.randomUUID"),
        ("try { return new Intl.NumberFormat('de').format(1) } catch { return 1 }", "Intl.NumberFormat"),
        ("return globalThis.Intl?.PluralRules?.('en') ?? 1", "Intl.PluralRules"),
        ("try { return (1234.5).toLocaleString() } catch { return 1 }", "toLocaleString"),
        ("try { return ['b', 'a'].sort((a, b) => a.localeCompare(b)) } catch { return 1 }", "localeCompare"),
        ("try { return 'I'.toLocaleLowerCase() } catch { return 1 }", "toLocaleLowerCase"),
        ("try { return new Date(0).toLocaleDateString() } catch { return 1 }", "toLocaleDateString"),
        ("try { return Buffer.from('a') } catch { return 1 }", "Buffer.from"),
        ("try { setTimeout(() => 1) } catch { return 1 }", "setTimeout"),
        ("try { return process.hrtime.bigint() } catch { return 1 }", "process.hrtime"),
        ("try { return process.cwd() } catch { return 1 }", "process.cwd"),
        ("try { return process.env.HOME } catch { return 1 }", "process.env.HOME"),
        ("try { return fetch('http://x') } catch { return 1 }", "fetch"),
        ("try { return new Error('x').stack } catch { return 1 }", "the stack of an error"),
        (
            "try { null.f() ; } catch (e) { return Object.getOwnPropertyDescriptor(e, 'stack').value }",
            "the stack of an error",
        ),
        ("try { JSON.parse('{') } catch (e) { return e.message }", "the wording (message)"),
        ("try { (1)() } catch (e) { return `${e}` }", "the wording (message)"),
        ("/(a)/.exec('a'); return RegExp.$1", "RegExp.$1"),
        ("try { return new RegExp('a', 'v') } catch { return 1 }", "the flag v"),
        ("const f = () => f(); try { f() } catch { return 'deep' }", "Maximum call stack"),
        ("return `${(a) => a ** 2}`", "the text of a function"),
        (
            "const t = new EventTarget(); t.addEventListener('a', () => { throw new Error('no') }); t.dispatchEvent(new Event('a')); return 1",
            "in a listener",
        ),
    ];
    for (body, what) in cases {
        let run = run(&place, &store, &format!("export default (s, e) => {{ {body} }};"), "UTC");
        run.refused(1, what, "");
        assert!(run.err.contains("v1"), "{body}: {run:?}");
    }
}

#[test]
fn what_node_has_looks_as_if_it_were_there() {
    let place = Place::new();
    let store = store(&place, 1);
    let found = state(
        &place,
        &store,
        "export default () => [typeof Intl, typeof Intl.NumberFormat, typeof crypto.subtle, typeof performance.now, typeof process.hrtime,
           typeof setTimeout, typeof Buffer.from, Buffer.isBuffer(new Uint8Array(1)), {} instanceof Blob, 'fetch' in globalThis,
           typeof navigator, typeof Iterator, typeof Object.groupBy, 'union' in Set.prototype, typeof Promise.withResolvers, typeof window, typeof require,
           process.env.NODE_ENV === undefined, global === globalThis, typeof Error.captureStackTrace, Error.stackTraceLimit,
           clearTimeout(undefined) === undefined, Object.prototype.toString.call(process), `${Array.prototype.push}`, `${Math.pow}`];",
    );
    assert_eq!(
        found,
        json!([
            "object",
            "function",
            "object",
            "function",
            "function",
            "function",
            "function",
            false,
            false,
            true,
            "undefined",
            "undefined",
            "undefined",
            false,
            "undefined",
            "undefined",
            "undefined",
            true,
            true,
            "function",
            10,
            true,
            "[object process]",
            "function push() { [native code] }",
            "function pow() { [native code] }"
        ])
    );
}

#[test]
fn while_a_module_loads_chance_and_clock_give_fixed_values() {
    let place = Place::new();
    let store = store(&place, 1);
    let found = state(
        &place,
        &store,
        "const chance = [Math.random(), Math.random()], then = Date.now(), today = new Date().toISOString(), bytes = crypto.getRandomValues(new Uint8Array(4));
         const id = crypto.randomUUID(), stack = typeof new Error('x').stack;
         export default () => [chance.every((x) => x > 0 && x < 1), chance[0] !== chance[1], then, today, bytes.length, id.length, stack];",
    );
    assert_eq!(found, json!([true, true, 1_577_836_800_000_i64, "2020-01-01T00:00:00.000Z", 4, 36, "string"]));
}

#[test]
fn errors_have_the_words_of_node_or_none() {
    let place = Place::new();
    let store = store(&place, 1);
    let found = state(
        &place,
        &store,
        "class Mine extends TypeError { constructor(m) { super(m, { cause: 1 }); this.name = 'Mine'; } }
         const of = (f) => { try { return f() } catch (e) { return [e.name, e.message, e instanceof TypeError, e instanceof Error, Object.keys(e), 'stack' in e] } };
         let never;
         export default (s, { data }) => [of(() => data.a.b), of(() => { never.x = 1 }), of(() => nothing), of(() => { later; let later }), of(() => new Array(-1)),
           of(() => 1n / 0n), of(() => { throw new Mine('own') }), of(() => { throw new RangeError }), of(() => new AggregateError([1], 'two').message),
           of(() => new Date(NaN).toISOString()), of(() => (1).toString(99)), of(() => new URL('no')), of(() => structuredClone(() => 1)), `${new Mine('m')}`];",
    );
    let read = "Cannot read properties of undefined (reading 'b')";
    assert_eq!(
        found,
        json!([
            ["TypeError", read, true, true, [], true],
            ["TypeError", "Cannot set properties of undefined (setting 'x')", true, true, [], true],
            ["ReferenceError", "nothing is not defined", false, true, [], true],
            ["ReferenceError", "Cannot access 'later' before initialization", false, true, [], true],
            ["RangeError", "Invalid array length", false, true, [], true],
            ["RangeError", "Division by zero", false, true, [], true],
            ["Mine", "own", true, true, ["name"], true],
            ["RangeError", "", false, true, [], true],
            "two",
            ["RangeError", "Invalid time value", false, true, [], true],
            ["RangeError", "toString() radix must be between 2 and 36", false, true, [], true],
            ["TypeError", "Invalid URL", true, true, ["code", "input"], true],
            ["DataCloneError", "() => 1 could not be cloned.", false, true, [], true],
            "Mine: m"
        ])
    );
}

#[test]
fn local_time_is_that_of_utc_or_refused() {
    let place = Place::new();
    let store = store(&place, 1);
    let local = "export default (s, { data }) => { const d = new Date(data.at); return [String(d), d.getHours(), new Date(2024, 0, 31).getTime()] };";
    assert_eq!(
        state(&place, &store, local),
        json!(["Thu Feb 29 2024 23:30:00 GMT+0000 (Coordinated Universal Time)", 23, 1_706_659_200_000_i64])
    );
    run(&place, &store, local, "America/St_Johns").refused(1, "local time", "");
    let utc = "export default (s, { data }) => { const d = new Date(data.at); d.setUTCDate(1); \
               return [d.toISOString(), d.getUTCHours(), d.toUTCString(), JSON.stringify(d), Date.UTC(2024, 1), new Date(NaN).getHours()] };";
    let run = run(&place, &store, utc, "America/St_Johns");
    assert_eq!(
        run.one()["state"],
        json!(["2024-02-01T23:30:00.000Z", 23, "Thu, 01 Feb 2024 23:30:00 GMT", "\"2024-02-01T23:30:00.000Z\"", 1_706_745_600_000_i64, {"$number": "NaN"}])
    );
}

#[test]
fn recursion_may_be_thousands_deep() {
    let place = Place::new();
    let store = store(&place, 1);
    let found = state(
        &place,
        &store,
        "const sum = (n) => (n === 0 ? 0 : n + sum(n - 1));
         const nest = (n) => { let top = null; for (let i = 0; i < n; i++) top = { below: [top] }; return top };
         const count = (it) => (it ? 1 + it.below.map((b) => count(b)).reduce((a, b) => a + b, 0) : 0);
         const wide = ({ below: [next, ...others] = [], ...rest } = {}, path = []) => (next ? 1 + wide(next, [...path.slice(-3), Object.keys(rest).length]) : 1);
         const sorted = (n) => (n === 0 ? 0 : [1, 2].sort((a, b) => (a === 1 ? 1 : 0) + 0 * sorted(n - 1))[0]);
         export default () => { const top = nest(5000); return [sum(5000), count(top), wide(top), JSON.parse(JSON.stringify(top)).below.length, sorted(1500), structuredClone(nest(2000)).below.length] };",
    );
    assert_eq!(found, json!([12_502_500, 5000, 5000, 1, 1, 1]));
}

#[test]
fn copies_events_and_weak_references_are_those_of_one_run() {
    let place = Place::new();
    let store = store(&place, 1);
    let run = run(
        &place,
        &store,
        "export default () => {
           const a = { d: new Date(5), m: new Map([[1, new Set([2])]]), r: /x/gi, b: new Uint8Array([1, 2]), e: new RangeError('r'), n: null, u: undefined };
           a.self = a; class P { x = 1; get y() { return 2 } } a.p = new P(); const c = structuredClone(a);
           const seen = []; const stop = new AbortController(); stop.signal.addEventListener('abort', (e) => seen.push(e.type, stop.signal.reason.name)); stop.abort(); stop.abort();
           const weak = new WeakRef({ v: 1 }); let late = 0; queueMicrotask(() => { late = 1 });
           console.group('g'); console.table([{ a: 1 }]); console.log('%s %d', 'x', 1, a); console.groupEnd();
           return [c.self === c, c !== a, c.d.getTime(), c.m.get(1).has(2), `${c.r}`, [...c.b], c.e instanceof RangeError, c.e.message, 'u' in c, c.p.constructor === Object, c.p.x, 'y' in c.p,
             seen, weak.deref().v, late, atob(btoa('a\\u00e9')), new TextDecoder().decode(new TextEncoder().encode('é😀')), [...new URL('https://a/?b=1&b=2').searchParams.getAll('b')], -5n < -1.5];
         };",
        "UTC",
    );
    assert!(run.err.contains("console: v1: g\n") && run.err.contains("  x 1 { d: 1970"), "{run:?}");
    assert_eq!(
        run.one()["state"],
        json!([
            true,
            true,
            5,
            true,
            "/x/gi",
            [1, 2],
            true,
            "r",
            true,
            true,
            1,
            false,
            ["abort", "AbortError"],
            1,
            0,
            "aé",
            "é😀",
            ["1", "2"],
            true
        ])
    );
}
