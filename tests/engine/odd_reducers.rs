//! Reducers that keep something where it is easily overlooked, or that the host could disturb by
//! looking at them: every state is that of one fold from the beginning, in whatever order it is
//! asked for.

use std::path::Path;
use std::sync::Arc;

use eventglass::replay::host::{Engine, Stop};
use eventglass::replay::timeline::{OnError, Timeline};
use eventglass::session::{ReducerFile, WantedHost};
use serde_json::{Value, json};

use crate::ordinary_reducers::Often;
use crate::support::{Fold, Place, jsonl, line, look};

const EVENTS: i64 = 60;
/// Forwards, back, and on from there.
const VERSIONS: [i64; 7] = [58, 3, 20, 21, 60, 1, 40];

fn store(place: &Place) -> String {
    let events: Vec<Value> = (1..=EVENTS)
        .map(|version| line("s-1", version, if version == 40 { "Frozen" } else { "Counted" }, json!({ "n": version })))
        .collect();
    place.write("s.jsonl", jsonl(&events))
}

fn has_node() -> bool {
    matches!(Engine::choose(WantedHost::Auto, Path::new("")), Ok(Engine::Node(_)))
}

fn has_python() -> bool {
    Engine::choose(WantedHost::Python, Path::new("")).is_ok()
}

fn hosts() -> Vec<WantedHost> {
    if has_node() { vec![WantedHost::Node, WantedHost::Sandbox] } else { vec![WantedHost::Sandbox] }
}

/// Checks that the files' first comes to these states.
fn comes_to(files: &[(&str, &str)], host: WantedHost, expected: impl Fn(i64) -> Value) {
    let place = Place::new();
    let store = store(&place);
    for (name, text) in files {
        std::fs::create_dir_all(place.path(name).parent().expect("a folder")).expect("a folder");
        place.write(name, text);
    }
    let (name, source) = files[0];
    let cache = crate::support::folder();
    let look = look(Path::new(&store), cache.path()).expect("a store");
    let file = ReducerFile::read(place.path(name).to_str().expect("a path"), host)
        .unwrap_or_else(|error| panic!("{host:?}: {error}: {source}"));
    let id = look.find("s-1");
    let stream = look.source(id).expect("a stream");
    let reducer = file.reducer(&file.choose("s"), &Stop::default()).expect("a reducer");
    let timeline = Timeline::new(Box::new(Often(reducer)), Arc::from("s-1"), stream.rows().len(), OnError::Stop);
    let mut fold = Fold { timeline, source: stream };
    for version in VERSIONS {
        assert_eq!(fold.at_version(version), expected(version), "{host:?} at v{version}: {source}");
    }
}

fn everywhere(source: &str, expected: impl Fn(i64) -> Value) {
    for host in hosts() {
        comes_to(&[("s.mjs", source)], host, &expected);
    }
}

fn in_node(files: &[(&str, &str)], expected: impl Fn(i64) -> Value) {
    if has_node() {
        comes_to(files, WantedHost::Node, expected);
    }
}

fn in_python(source: &str, expected: impl Fn(i64) -> Value) {
    if has_python() {
        comes_to(&[("s.py", source)], WantedHost::Python, expected);
    }
}

/// Why the program does not fold the stream to its end.
fn refusal(file: &str, source: &str, host: &str) -> String {
    let place = Place::new();
    let (store, file) = (store(&place), place.write(file, source));
    let run = place.program.run(&["state", &store, "--stream", "s-1", "--json", "--host", host, "--reducer", &file]);
    assert_ne!(run.code, 0, "{source}: {run:?}");
    run.err
}

#[test]
fn a_comparison_beside_a_power_is_what_it_is() {
    everywhere(
        "export default (s, e) => { const n = e.data.n; return { big: `${BigInt(n) ** 2n}`, more: n > 2 ** 3, least: n >= 3 ** 2, \
         less: n < 2 ** 3 } };",
        |n| json!({ "big": format!("{}", n * n), "more": n > 8, "least": n >= 9, "less": n < 8 }),
    );
}

#[test]
fn what_the_sandbox_would_do_otherwise_is_done_as_in_node_or_refused() {
    everywhere(
        "const text = 'ab'; const of = (n) => `${n}`;\nexport default (s, e) => ({ ...text, ...of(e.version), ...`x`, ...null, ...s?.gone, n: e.version });",
        |version| {
            let text = version.to_string();
            let second = text.chars().nth(1).unwrap_or('b').to_string();
            json!({ "0": "x", "1": second, "n": version })
        },
    );
    let said = refusal(
        "s.mjs",
        "const make = (total = 0, read = () => total) => { total += 5; return read(); };\nexport default (s, e) => make(e.version);",
        "sandbox",
    );
    assert!(said.contains("default of a parameter uses total"), "{said}");
    everywhere(
        "const make = (total = 0, read = () => total) => read() + 1;\nexport default (s, e) => make(e.version);",
        |version| json!(version + 1),
    );
}

#[test]
fn a_class_without_a_constructor_is_made_as_the_class_it_extends() {
    everywhere(
        "class Aggregate { constructor(id) { this.id = id; this.v = 0; } }\n\
         export class S extends Aggregate { apply(e) { this.v++; } }",
        |version| json!({ "id": "s-1", "v": version }),
    );
    everywhere("export class S extends Array { apply(e) { this[0] = e.version; } }", |version| json!([version]));
}

#[test]
fn looking_at_a_state_does_not_change_it() {
    everywhere(
        "const withTotal = (items) => ({ items, get total() { const value = this.items.length; \
         Object.defineProperty(this, 'total', { value, enumerable: true, writable: true }); return value; } });\n\
         export default (s = withTotal([]), e) => { s.items = [...s.items, e.version].slice(-2); s.n = (s.n ?? 0) + 1; return s; };",
        |version| {
            let items: Vec<i64> = [version - 1, version].into_iter().filter(|n| *n > 0).collect();
            json!({ "items": items, "total": items.len(), "n": version })
        },
    );
    everywhere(
        "export class S { n = 0; shown = 0; seen = new Map(); list = []; apply(e) { this.n++; }\n\
         toJSON() { this.shown++; this.seen.set(this.n, 1); this.list.push(1); this.late = 1;\n\
         return { n: this.n, shown: this.shown, seen: this.seen.size, list: this.list.length, keys: Object.keys(this).length }; } }",
        |version| json!({ "n": version, "shown": 1, "seen": 1, "list": 1, "keys": 5 }),
    );
}

#[test]
fn what_is_frozen_or_hidden_on_the_way_is_kept_outside_the_state() {
    everywhere(
        "const rates = { EUR: 1 };\n\
         export default (s = { n: 0 }, e) => { if (e.type === 'Frozen') Object.freeze(rates); return { n: s.n + 1, f: Object.isFrozen(rates) }; };",
        |version| json!({ "n": version, "f": version >= 40 }),
    );
    everywhere(
        "const cols = { a: 1, b: 2 };\n\
         export default (s, e) => { if (e.type === 'Frozen') Object.defineProperty(cols, 'b', { enumerable: false }); return Object.keys(cols); };",
        |version| if version < 40 { json!(["a", "b"]) } else { json!(["a"]) },
    );
    everywhere(
        "export default (s, e) => { if (e.type === 'Frozen') Object.preventExtensions(Array.prototype); return { f: Object.isExtensible(Array.prototype) }; };",
        |version| json!({ "f": version < 40 }),
    );
}

#[test]
fn what_a_module_keeps_in_the_language_by_another_name_is_its_own() {
    everywhere(
        "const log = console;\n\
         export default (s = { n: 0 }, e) => { log.lines = (log.lines ?? 0) + 1; return { n: s.n + 1, lines: log.lines }; };",
        |version| json!({ "n": version, "lines": version }),
    );
    // The last match, by whatever name.
    for read in ["const { $1: x } = RegExp;", "const x = RegExp['$1'];", "const R = RegExp; const x = R.$1;"] {
        in_node(
            &[(
                "s.mjs",
                &format!(
                    "export default (s = {{ n: 0 }}, e) => {{ if (e.version % 20 === 1) /(\\d+)/.exec(`${{e.version}}`); {read} return {{ n: s.n + 1, x }}; }};"
                ),
            )],
            |version| json!({ "n": version, "x": format!("{}", (version - 1) / 20 * 20 + 1) }),
        );
    }
}

#[test]
fn names_that_only_a_script_on_the_command_line_has_are_not_there() {
    in_node(
        &[(
            "s.mjs",
            "export default () => [typeof events, typeof path, typeof fs, typeof buffer, typeof crypto.subtle, typeof crypto.createHash, typeof Buffer, typeof process, typeof console];",
        )],
        |_| {
            json!([
                "undefined",
                "undefined",
                "undefined",
                "undefined",
                "object",
                "undefined",
                "function",
                "object",
                "object"
            ])
        },
    );
}

#[test]
fn a_file_is_there_once_however_it_is_imported() {
    let registry = "export const handlers = new Map(); export const on = (t, f) => handlers.set(t, f);";
    let item =
        |from: &str| format!("import {{ on }} from '{from}'; on('Counted', (s) => s + 1); on('Frozen', (s) => s + 1);");
    let fold = "export default (s = 0, e) => handlers.get(e.type)?.(s, e) ?? 'none';";
    let main =
        |import: &str, last: &str| format!("import {{ handlers }} from './registry.mjs'; {import}\n{fold}\n{last}");
    in_node(
        &[
            ("s.mjs", &main("for (const n of ['item']) await import(`./parts/${n}.mjs`);", "")),
            ("registry.mjs", registry),
            ("parts/item.mjs", &item("../registry.mjs")),
        ],
        |version| json!(version),
    );
    in_node(
        &[
            (
                "s.js",
                "import { handlers } from 'own/reg'; import './item.js';\nexport default (s = 0, e) => handlers.get(e.type)?.(s, e) ?? 'none';",
            ),
            ("item.js", &item("#reg")),
            ("registry.js", registry),
            (
                "package.json",
                r##"{"name":"own","type":"module","imports":{"#reg":"./registry.js"},"exports":{"./reg":"./registry.js"}}"##,
            ),
        ],
        |version| json!(version),
    );
    let common = "exports.handlers = {}; exports.on = (t, f) => { exports.handlers[t] = f };";
    let part = "const { on } = require('../registry'); on('Counted', (s) => s + 1); on('Frozen', (s) => s + 1);";
    for required in ["require('./parts/' + 'item.js')", "require(require('path').join(__dirname, 'parts', 'item.js'))"]
    {
        in_node(
            &[
                (
                    "s.cjs",
                    &format!(
                        "const {{ handlers }} = require('./registry'); {required};\nmodule.exports = (s = 0, e) => handlers[e.type]?.(s, e) ?? 'none';"
                    ),
                ),
                ("registry.js", common),
                ("parts/item.js", part),
            ],
            |version| json!(version),
        );
    }
    in_node(
        &[
            (
                "s.mjs",
                "import { createRequire } from 'node:module'; import './item.mjs';\nconst { handlers } = createRequire(import.meta.url)('./registry.cjs');\nexport default (s = 0, e) => handlers[e.type]?.(s, e) ?? 'none';",
            ),
            (
                "item.mjs",
                "import reg from './registry.cjs'; reg.on('Counted', (s) => s + 1); reg.on('Frozen', (s) => s + 1);",
            ),
            ("registry.cjs", common),
        ],
        |version| json!(version),
    );
}

#[test]
fn what_python_keeps_behind_something_that_is_called_is_seen() {
    let fold = "\ndef s(state, event):\n    return {\"n\": (state or {}).get(\"n\", 0) + 1, \"t\": tick()}\n";
    for tick in [
        "import itertools\ntick = itertools.count(1).__next__",
        "class C:\n    def __init__(self): self.n = 0\n    def go(self): self.n += 1; return self.n\ntick = C().go",
        "class C:\n    __slots__ = (\"n\",)\n    def __init__(self): self.n = 0\n    def __call__(self): self.n += 1; return self.n\ntick = C()",
        "import functools\ndef bump(cache): cache[0] = cache.get(0, 0) + 1; return cache[0]\ntick = functools.partial(bump, {})",
        "import functools\n@functools.lru_cache(maxsize=None)\ndef held(): return {\"n\": 0}\ndef tick(): held()[\"n\"] += 1; return held()[\"n\"]",
        "import json\ndef tick():\n    json.seen = getattr(json, \"seen\", 0) + 1\n    return json.seen",
    ] {
        in_python(&format!("{tick}{fold}"), |version| json!({ "n": version, "t": version }));
    }
    in_python(
        "from decimal import Decimal, getcontext\ndef s(state, event):\n    if event.version == 40: getcontext().prec = 3\n    return str(Decimal(1) / Decimal(3))\n",
        |version| json!(if version < 40 { "0.3333333333333333333333333333" } else { "0.333" }),
    );
    // `random.Random(42)` of Python's own, which is the same everywhere.
    in_python(
        "import random\nrnd = random.Random(42).random\ndef s(state, event):\n    rnd()\n    return (state or 0) + 1\n",
        |version| json!(version),
    );
    in_python(
        "class S(dict):\n    def apply(self, e): self[\"n\"] = self.get(\"n\", 0) + 1\n",
        |version| json!({ "n": version }),
    );
}

#[test]
fn errors_whose_message_throws_name_their_event() {
    let mut thrown = vec![];
    for throw in [
        "const x = new Error('a'); Object.defineProperty(x, 'message', { get() { throw x } }); throw x",
        "throw new Proxy(new Error('x'), { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
    ] {
        let source = format!("export default (s = 0, e) => {{ if (e.version === 3) {{ {throw} }} return s + 1; }};");
        thrown.push(refusal("s.mjs", &source, "sandbox"));
        if has_node() {
            thrown.push(refusal("s.mjs", &source, "node"));
        }
    }
    if has_python() {
        thrown.push(refusal(
            "s.py",
            "class B(Exception):\n    def __str__(self): raise self\ndef s(state, event):\n    if event.version == 3: raise B()\n    return 1\n",
            "python",
        ));
    }
    for said in thrown {
        assert!(said.contains("v3") && (said.contains("can be read") || said.contains("cannot be read")), "{said}");
    }
}

#[test]
fn the_standard_input_is_empty_and_nobody_sleeps() {
    in_node(
        &[(
            "s.mjs",
            "import fs from 'node:fs';\nexport default (s = 0, e) => s + 1 + fs.readFileSync(0, 'utf8').length + fs.readvSync(0, [Buffer.alloc(9)]);",
        )],
        |version| json!(version),
    );
    in_node(
        &[(
            "s.mjs",
            "import fs from 'node:fs';\nexport default (s = 0, e) => { if (e.version === 2) fs.closeSync(0); return s + 1; };",
        )],
        |version| json!(version),
    );
    in_node(
        &[(
            "s.mjs",
            "import fs from 'node:fs';\nexport default (s = 0, e) => { if (e.version === 2) fs.writevSync(1, [Buffer.from(JSON.stringify('done') + String.fromCharCode(10))]); if (e.version === 3) fs.closeSync(1); return s + 1; };",
        )],
        |version| json!(version),
    );
    in_python("import os\ndef s(state, event): return (state or 0) + 1 + len(os.read(0, 10))\n", |version| {
        json!(version)
    });
    if has_python() {
        let said = refusal("s.py", "import time\ndef s(state, event):\n    time.sleep(5)\n    return 1\n", "python");
        assert!(said.contains("time.sleep is not there"), "{said}");
        let start = std::time::Instant::now();
        let said = refusal(
            "s.py",
            "import threading\ndef s(state, event):\n    threading.Event().wait(30)\n    return 1\n",
            "python",
        );
        assert!(said.contains("longer than 2 s") && start.elapsed().as_secs() < 15, "{said} {:?}", start.elapsed());
    }
}

#[test]
fn a_fold_that_asks_for_the_month_or_the_time_it_took_depends_on_the_clock() {
    for asks in [
        "new Date().getUTCMonth() === 10",
        "new Date().getUTCDay() === 1",
        "new Date().getHours() === 20",
        "-performance.now() + (JSON.stringify(e), performance.now()) > 0.5",
    ] {
        if has_node() {
            let source = format!("export default (s = 0, e) => s + ({asks} ? 1 : 0);");
            let said = refusal("s.mjs", &source, "node");
            assert!(said.contains("is not there in a reducer"), "{asks}: {said}");
        }
    }
}

#[test]
fn a_load_that_waits_for_ever_says_so() {
    if has_node() {
        let said = refusal("s.mjs", "await new Promise(() => {});\nexport default (s) => s;", "node");
        assert!(said.contains("waits for something that never comes"), "{said}");
    }
}

#[test]
fn a_type_that_is_handed_on_is_named() {
    let place = Place::new();
    let (store, file) =
        (store(&place), place.write("s.ts", "export { Foo, one } from './types'; export default (n = 0) => n;"));
    place.write("types.ts", "export interface Foo { a: number } export const one = 1;");
    for host in ["auto", "sandbox"] {
        let run = place.program.run(&["state", &store, "--stream", "s-1", "--host", host, "--reducer", &file]);
        run.refused(1, "Foo", "export type");
    }
}

#[test]
fn typescript_is_what_its_settings_and_its_endings_say() {
    let fields = "class Base { version = 0; constructor() { this.setup() } setup(): void {} }\n\
                  export class S extends Base { balance!: number; override setup() { this.balance = 100 } apply(e: any) { this.version++; this.balance++ } }";
    for host in hosts() {
        comes_to(
            &[("s.ts", fields), ("tsconfig.json", r#"{"compilerOptions":{"target":"ES2020"}}"#)],
            host,
            |version| json!({ "version": version, "balance": 100 + version }),
        );
        comes_to(
            &[
                ("s.cts", "import { one } from './one';\nexport const s = (n: number = 0, e: any) => n + one;"),
                ("one.ts", "export const one = 1;"),
            ],
            host,
            |version| json!(version),
        );
        comes_to(
            &[(
                "s.ts",
                "namespace N { export let [p, q = 5] = [1]; export const { a } = { a: 2 }; export function go() { later(); [p, q] = [q, p]; ({ p, q } = { p: q, q: p }); return [p, q, a] } }\nnamespace N { export namespace M { export const x = 2 } }\nnamespace N { export const later = () => { q += a - M.x } }\nexport const s = (n: number = 0, e: any) => e.version === 1 ? N.go() : n;",
            )],
            host,
            |_| json!([1, 5, 2]),
        );
    }
}
