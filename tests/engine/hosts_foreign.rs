//! States that other languages compute: any program that is given events and answers with states,
//! and Python in its jail.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Place, Run, bank, jsonl, line, root, text};

/// What `tests/hosts/setup.sh` made ready.
fn ready() -> Option<PathBuf> {
    let folder = std::env::var_os("EVENTGLASS_HOSTS").map(PathBuf::from);
    if folder.is_none() {
        println!("EVENTGLASS_HOSTS is not set: no programs in other languages");
    }
    folder
}

fn sample(name: &str) -> String {
    text(&root().join("sample-stores/hosts").join(name))
}

/// What Emmett's own fold says of the accounts, by stream and version.
fn accounts() -> BTreeMap<(String, i64), Value> {
    let expected = std::fs::read_to_string(bank("expected.json")).expect("the bank's states");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let states = expected["states"].as_array().expect("states").iter();
    states
        .filter(|state| state["reducer"] == "account")
        .map(|state| {
            let stream = state["stream"].as_str().expect("a stream").to_owned();
            ((stream, state["version"].as_i64().expect("a version")), state["state"].clone())
        })
        .collect()
}

/// Checks that the options come to the bank's states: every version of one account, the last ones
/// of all.
fn is_the_bank(options: &[&str]) {
    let place = Place::new();
    let accounts = accounts();
    let store = text(&bank("bank.db"));
    let export = |more: &[&str]| place.program.json(&[&["export", &store], more, options].concat());
    let every = export(&["--what", "states", "--stream", "account-1042"]);
    let last = export(&["--what", "state", "--category", "account"]);
    assert_eq!((every.len(), last.len()), (214, 24));
    for found in every.iter().chain(&last) {
        let (stream, version) = (found["stream"].as_str().expect("a stream"), found["version"].as_i64().expect("one"));
        assert_eq!(found["state"], accounts[&(stream.to_owned(), version)], "{stream} v{version} by {options:?}");
    }
}

#[test]
fn the_accounts_of_the_bank_are_the_same_in_every_language() {
    is_the_bank(&["--host", "sandbox", "--reducer", &text(&bank("reducers.mjs"))]);
    let Some(folder) = ready() else { return };
    is_the_bank(&["--host", "node", "--reducer", &text(&bank("reducers.mjs"))]);
    is_the_bank(&["--host", "python", "--reducer", &sample("account.py")]);
    let jackson = text(&folder.join("jackson/*"));
    for command in [
        format!("python3 '{}'", sample("account.py")),
        format!("ruby '{}'", sample("account.rb")),
        format!("elixir '{}'", sample("account.exs")),
        format!("'{}'", text(&folder.join("account"))),
        format!("java -cp '{jackson}' '{}'", sample("Account.java")),
    ] {
        is_the_bank(&["--reducer-command", &command]);
    }
}

#[test]
fn a_program_that_speaks_the_whole_protocol_gives_the_same_states() {
    let whole = format!("python3 '{}'", text(&root().join("tests/hosts/whole.py")));
    is_the_bank(&["--reducer-command", &whole]);
    // Far enough for copies to be gone back to.
    let place = Place::new();
    let deposit = |version| {
        let data = json!({"amount": 5, "reference": "x", "at": format!("2026-03-{:02}T00:00:00Z", version % 28 + 1)});
        line("account-1", version, "Deposited", data)
    };
    let store = place.write("s.jsonl", jsonl(&(1..=3000).map(deposit).collect::<Vec<_>>()));
    for command in [whole, format!("python3 '{}'", sample("account.py"))] {
        for (at, back) in [("3000", "2990"), ("2000", "17"), ("5", "2999")] {
            let diff =
                ["diff", &store, "--stream", "account-1", "--from", at, "--to", back, "--json", "--reducer-command"];
            let patch = place.program.json(&[&diff[..], &[&command]].concat());
            let changed = patch[0].as_array().expect("a patch").iter().find(|change| change["path"] == "/balance");
            let cents = 5 * back.parse::<i64>().expect("a number");
            assert_eq!(changed.expect("a change")["value"], cents, "{at} to {back} by {command}");
        }
    }
}

// --- Programs that are not as they should be ---------------------------------------------

/// Five events of one stream, and a program for a shell: `n` is the number of the line that is
/// asked, `$@` what is done with it before the answer. The third event is in line 4.
struct Shell {
    place: Place,
    store: String,
}

impl Shell {
    fn new() -> Shell {
        let place = Place::new();
        let events: Vec<Value> =
            (1..=5).map(|version| line("s-1", version, "Added", json!({ "n": version }))).collect();
        let store = place.write("s.jsonl", jsonl(&events));
        Shell { place, store }
    }

    fn command(&self, before: &str, at: &str) -> String {
        let script =
            format!("{before}\nn=0\nwhile read -r line; do\nn=$((n+1))\n{at}\nprintf '{{\"n\":%d}}\\n' \"$n\"\ndone\n");
        format!("sh '{}'", self.place.write("program.sh", script))
    }

    fn run(&self, before: &str, at: &str, more: &[&str]) -> Run {
        let command = self.command(before, at);
        let arguments = ["state", &self.store, "--stream", "s-1", "--json", "--reducer-command", &command];
        self.place.program.run(&[&arguments[..], more].concat())
    }

    /// The third event is at fault, for a reason in which these words are.
    fn fails(&self, at: &str, words: &[&str]) {
        let run = self.run("", &format!("if [ $n = 4 ]; then {at}; fi"), &[]);
        assert_eq!(run.code, 1, "{run:?}");
        let found = run.one();
        let (events, last) = (found["events_applied"].as_i64().expect("a number"), &found["errors"][0]);
        // Whatever came before is right: a line is a state.
        assert_eq!(found["state"], json!({ "n": events + 1 }), "{run:?}");
        assert_eq!(last["version"].as_i64(), Some(events + 1), "{run:?}");
        let message = last["message"].as_str().expect("a message");
        assert!(words.iter().all(|word| message.contains(word)), "{words:?} in {run:?}");
        assert!(run.err.contains("help: "), "{run:?}");
    }
}

#[test]
fn a_program_that_answers_is_asked_for_every_event_once() {
    let shell = Shell::new();
    let run = shell.run("echo 'Welcome to version 1.0'", "", &[]);
    assert!(run.code == 0 && run.err == "console: v1: Welcome to version 1.0\n", "{run:?}");
    // Two lines begin a fold: the initial state, and that of the stream.
    assert_eq!(run.one()["state"], json!({ "n": 7 }));
    let reducer = run.one()["reducer"].as_str().expect("a name").to_owned();
    assert_eq!(reducer, shell.command("echo 'Welcome to version 1.0'", ""));
}

#[test]
fn a_program_that_ends_is_shown_at_the_event_with_its_last_words() {
    let shell = Shell::new();
    shell.fails("echo 'boom at three' >&2; exit 3", &["exit status: 3", "boom at three"]);
    shell.fails("kill -9 $$", &["signal: 9"]);
    shell.fails("exec 1>&-; sleep 1000", &["closed its standard output"]);
}

#[test]
fn what_is_no_answer_is_shown() {
    let shell = Shell::new();
    shell.fails("echo 'hello world'", &["no JSON", "hello world"]);
    shell.fails("printf '{\"n\":'", &["no JSON"]);
    shell.fails("printf '\\377\\n'", &["no JSON"]);
    shell.fails("cat /dev/zero", &["64 MiB"]);
    let run = shell.run("", "echo 1", &[]);
    assert!(run.code == 1 && run.err.contains("more lines"), "{run:?}");
    // One line too many behind the last event, and lines without an end.
    for at in ["case $line in *'\"version\":5,'*) echo 1;; esac", "if [ $n = 4 ]; then yes 1; fi"] {
        let run = shell.run("", at, &[]);
        assert!(run.code == 1 && run.err.contains("more lines than it was asked for"), "{run:?}");
    }
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    let shell = Shell::new();
    let pid = shell.place.path("pid");
    let run = shell.run(
        "",
        &format!("if [ $n = 4 ]; then sleep 1000 & echo $! > '{}'; wait; fi", text(&pid)),
        &["--at", "3"],
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("no answer in 10 s"), "{run:?}");
    assert!(is_gone(&std::fs::read_to_string(&pid).expect("a pid")));
    // It leaves a child behind that holds its output.
    let run = shell.run("", &format!("if [ $n = 4 ]; then sleep 1000 & echo $! > '{}'; exit 0; fi", text(&pid)), &[]);
    assert!(run.code == 1 && run.err.contains("exit status: 0"), "{run:?}");
    assert!(is_gone(&std::fs::read_to_string(&pid).expect("a pid")));
    // Also where nothing is wrong with it.
    let run = shell.run(&format!("sleep 1000 & echo $! > '{}'", text(&pid)), "", &[]);
    assert!(run.is_well(), "{run:?}");
    assert!(is_gone(&std::fs::read_to_string(&pid).expect("a pid")));
}

/// There is no such process, or will be none in a moment: who is killed takes some time to die.
fn is_gone(pid: &str) -> bool {
    let is_there = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        // Those that are dead and not buried yet are gone, too.
        stat.rsplit_once(") ").is_some_and(|(_, fields)| !fields.starts_with(['Z', 'X']))
    };
    (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !is_there()
    })
}

#[test]
fn an_error_is_of_its_event_and_may_be_skipped() {
    let shell = Shell::new();
    let at = r#"case $line in *'"n":2'*) echo '{"$error":"no such account"}'; continue;; esac"#;
    let run = shell.run("", at, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.one()["errors"], json!([{"version": 2, "message": "no such account"}]));
    let run = shell.run("", at, &["--on-error", "skip"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.one()["errors"], json!([{"version": 2, "message": "no such account"}]));
}

#[test]
fn a_program_has_the_environment_and_the_folder_of_the_user() {
    let shell = Shell::new();
    let script = "while read -r line; do printf '{\"at\":\"%s %s\"}\\n' \"$FOO\" \"$PWD\"; done";
    shell.place.write("where.sh", script);
    let mut command = shell.place.program.command();
    command.env("FOO", "bar").current_dir(shell.place.folder.path());
    let arguments = ["state", &shell.store, "--stream", "s-1", "--json", "--reducer-command", "sh where.sh"];
    let run = Run::from(command.args(arguments).output().expect("the program starts"));
    let folder = text(&std::fs::canonicalize(shell.place.folder.path()).expect("a folder"));
    assert_eq!(run.one()["state"], json!({ "at": format!("bar {folder}") }), "{run:?}");
}

#[test]
fn a_command_that_cannot_be_run_says_why() {
    let shell = Shell::new();
    let run = |command: &str| {
        shell.place.program.run(&["state", &shell.store, "--stream", "s-1", "--reducer-command", command])
    };
    run("").refused(1, "names no program", "as in a shell");
    run("ruby 'x").refused(1, "no end", "as in a shell");
    run("/nonexistent/program").refused(1, "/nonexistent/program: No such file", "by itself");
    let both = ["state", &shell.store, "--stream", "s-1", "--reducer", "x.mjs", "--reducer-command", "x"];
    assert_eq!(shell.place.program.run(&both).code, 2);
}

// --- Python ------------------------------------------------------------------------------

/// States of the five events, by a file for Python: the run of `state` with more options.
fn python(source: &str, more: &[&str]) -> Run {
    let shell = Shell::new();
    let file = shell.place.write("reducer.py", source);
    let arguments = ["state", &shell.store, "--stream", "s-1", "--json", "--reducer", &file];
    shell.place.program.run(&[&arguments[..], more].concat())
}

/// The state after five events.
fn folded(source: &str) -> Value {
    let run = python(source, &[]);
    assert!(run.is_well(), "{source}: {run:?}");
    run.one()["state"].clone()
}

#[test]
fn python_folds_in_the_styles_that_people_use() {
    let sum = |source: &str, expected: Value| assert_eq!(folded(source), expected, "{source}");
    sum("def s(state, event):\n    return (state or 0) + event['data']['n']", json!(15));
    sum("def s(state, event):\n    return (state or 0) + event.payload['n']", json!(15));
    sum("initial_state = {'n': 0}\ndef s(state, event):\n    state['n'] += event.data['n']", json!({"n": 15}));
    sum("s = {'$init': lambda: 1, 'Added': lambda state, event: state + event.data['n']}", json!(16));
    sum(
        "class S:\n    initial_state = 2\n    @staticmethod\n    def evolve(state, event):\n        return state + event.data['n']",
        json!(17),
    );
    sum(
        "class Sum:\n    def __init__(self, stream):\n        self.stream, self.n = stream, 0\n    \
         def apply(self, event):\n        getattr(self, '_' + event.type)(**event.data)\n    \
         def _Added(self, n):\n        self.n += n",
        json!({"stream": "s-1", "n": 15}),
    );
    sum("class Sum:\n    n = 0\n    def on_added(self, event):\n        self.n += event.data['n']", json!({"n": 15}));
    sum(
        "import decimal, datetime, uuid, enum\nclass C(enum.Enum):\n    RED = 'red'\n\
         def s(state, event):\n    return [decimal.Decimal('1.50'), datetime.date(2026, 1, 2), uuid.UUID(int=5), C.RED, \
         {3, 1}, (1, 2), b'abc', 2**70, 0.1 + 0.2, float('nan'), {1: 'a'}]",
        json!(["1.50", "2026-01-02", "00000000-0000-0000-0000-000000000005", "red", {"$set": [1, 3]}, [1, 2],
            {"$bytes": "YWJj"}, serde_json::from_str::<Value>("1180591620717411303424").expect("a number"),
            0.30000000000000004, {"$number": "NaN"}, {"$map": [[1, "a"]]}]),
    );
}

#[test]
fn python_is_refused_what_no_second_run_would_give() {
    for (source, what) in [
        ("import time\ndef s(state, event):\n    return time.time()", "time.time"),
        ("from datetime import datetime as D\ndef s(state, event):\n    return D.now().isoformat()", "datetime.now"),
        ("from datetime import date\ndef s(state, event):\n    return date.today().isoformat()", "date.today"),
        ("import time\ndef s(state, event):\n    return time.strftime('%Y')", "time.strftime"),
        ("from random import random\ndef s(state, event):\n    return random()", "random.random"),
        ("import random\ndef s(state, event):\n    return random.Random().random()", "random.Random"),
        ("from uuid import uuid4\ndef s(state, event):\n    return str(uuid4())", "uuid.uuid4"),
        ("import secrets\ndef s(state, event):\n    return secrets.token_hex()", "secrets.token_hex"),
        ("import os\ndef s(state, event):\n    return os.urandom(4)", "os.urandom"),
        // A refusal sticks.
        (
            "import time\ndef s(state, event):\n    try:\n        return time.time()\n    except Exception:\n        return 1",
            "time.time",
        ),
    ] {
        let run = python(source, &[]);
        assert_eq!(run.code, 1, "{source}: {run:?}");
        assert_eq!(run.one()["events_applied"], 0, "{source}");
        assert!(
            run.err.contains(&format!("{what} ")) && run.err.contains("is not there in a reducer"),
            "{source}: {run:?}"
        );
    }
    // While it loads it has them; what is not by chance is not refused.
    let source = "import time, uuid, random, logging\nT, U = time.time(), uuid.uuid4()\n\
         def s(state, event):\n    logging.warning('seen')\n    return [time.gmtime(0).tm_year, random.Random(7).randint(1, 6)]";
    let run = python(source, &["--at", "1"]);
    assert!(run.code == 0 && run.err == "console: v1: WARNING:root:seen\n", "{run:?}");
    assert_eq!(run.one()["state"][0], json!(1970));
}

#[test]
fn what_python_keeps_beside_the_state_is_of_one_fold() {
    let sources = [
        "n = 0\ndef s(state, event):\n    global n\n    n += 1\n    return n",
        "import itertools\nids = itertools.count(1)\ndef s(state, event):\n    return next(ids)",
        "def s(state, event, seen=[]):\n    seen.append(1)\n    return len(seen)",
        "class S:\n    all = []\n    def on_added(self, event):\n        S.all.append(1)\n        self.n = len(S.all)",
    ];
    for source in sources {
        let shell = Shell::new();
        let file = shell.place.write("reducer.py", source);
        let program = &shell.place.program;
        let export = program.json(&["export", &shell.store, "--what", "states", "--reducer", &file]);
        let counts: Vec<Value> =
            export.iter().map(|row| row["state"].get("n").unwrap_or(&row["state"]).clone()).collect();
        assert_eq!(json!(counts), json!([1, 2, 3, 4, 5]), "{source}");
        let diff = ["diff", &shell.store, "--stream", "s-1", "--from", "4", "--to", "2", "--json", "--reducer", &file];
        let changed = program.json(&diff);
        assert_eq!(changed[0][0]["value"], json!(2), "{source}: {changed:?}");
    }
}

#[test]
fn an_error_of_python_names_the_users_line() {
    let run = python(
        "def s(state, event):\n    return check(event)\n\ndef check(event):\n    return event['data']['amount']",
        &[],
    );
    assert!(run.code == 1 && run.err.contains("KeyError: 'amount' at reducer.py:5"), "{run:?}");
    for (source, words) in [
        ("def s(state, event):\n    return (", "never closed"),
        ("raise ValueError('at load')", "ValueError: at load at reducer.py:1"),
        ("x = 1", "nothing that can fold events"),
        ("import nosuch", "No module named 'nosuch'"),
        ("while True:\n    pass", "2 s"),
    ] {
        python(source, &[]).refused(1, words, "");
    }
    for (source, words) in [
        ("def s(state, event):\n    while event.version == 3:\n        pass\n    return event.version", "2 s"),
        ("def s(state, event):\n    return s(state, event)", "too deep"),
        ("async def s(state, event):\n    return 1", "async"),
        ("import os\ndef s(state, event):\n    os._exit(3)", "exit status: 3"),
    ] {
        let run = python(source, &[]);
        assert!(run.code == 1 && run.err.contains(words), "{source}: {run:?}");
    }
}

#[test]
fn python_in_its_jail_reaches_nothing() {
    let shell = Shell::new();
    let secret = shell.place.write("secret.txt", "secret");
    let folder = shell.place.path("reducers");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("helper.py"), "def add(a, b):\n    return a + b\n").expect("a file");
    for attempt in [
        format!("open({secret:?}).read()"),
        format!("open({:?}, 'w')", text(&folder.join("new.txt"))),
        format!("os.unlink({secret:?})"),
        format!("os.chmod({secret:?}, 0o777)"),
        "open('/etc/passwd').read()".to_owned(),
        "os.listdir('/root')".to_owned(),
        "socket.socket()".to_owned(),
        "socket.create_connection(('127.0.0.1', 80))".to_owned(),
        "subprocess.run(['true'])".to_owned(),
        "os.fork()".to_owned(),
        "os.kill(os.getppid(), 9)".to_owned(),
        "os.execv('/bin/true', ['true'])".to_owned(),
        "ctypes.CDLL(None).fork() > -1 or 1 / 0".to_owned(),
        "os.setxattr(__file__, 'user.x', b'1')".to_owned(),
        "os.utime(__file__, (0, 0))".to_owned(),
    ] {
        let source = format!(
            "import os, socket, subprocess, ctypes\nfrom helper import add\n\
             def s(state, event):\n    try:\n        {attempt}\n    except Exception as error:\n        \
             return [add('re', 'fused'), type(error).__name__]\n    return 'done'"
        );
        std::fs::write(folder.join("r.py"), source).expect("a file");
        let file = text(&folder.join("r.py"));
        let arguments = ["state", &shell.store, "--stream", "s-1", "--at", "1", "--json", "--reducer", &file];
        let run = shell.place.program.run(&arguments);
        assert_eq!(run.one()["state"][0], json!("refused"), "{attempt}: {run:?}");
    }
    assert_eq!(std::fs::read_to_string(&secret).expect("still there"), "secret");
}

#[test]
fn aggregates_of_pythons_library_are_mutated_by_their_own_events() {
    let Some(folder) = ready() else { return };
    let place = Place::new();
    let library = root().join("sample-stores/library");
    let path = format!("{}:{}", text(&folder.join("python/bin")), std::env::var("PATH").expect("a PATH"));
    let mut command = place.program.command();
    let (store, module) = (text(&library.join("lending.db")), text(&library.join("revision-2/lending.py")));
    command.env("PATH", path).args(["export", &store, "--what", "states", "--host", "python", "--reducer", &module]);
    let run = Run::from(command.output().expect("the program starts"));
    assert!(run.is_well(), "{run:?}");
    let expected = std::fs::read_to_string(library.join("expected.json")).expect("the library's states");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let states = expected["states"].as_array().expect("states");
    let found: BTreeMap<(String, i64), Value> = run
        .lines()
        .into_iter()
        .map(|row| {
            let stream = row["stream"].as_str().expect("a stream").to_owned();
            ((stream, row["version"].as_i64().expect("a version")), row["state"].clone())
        })
        .collect();
    assert_eq!((states.len(), found.len()), (362, 362));
    for state in states {
        let key = (state["stream"].as_str().expect("a stream").to_owned(), state["version"].as_i64().expect("one"));
        assert_eq!(found[&key], state["state"], "{key:?}");
    }
}

/// An application in two files: the transcodings are in the one, the aggregate in the other.
const SHOP: [(&str, &str); 3] = [
    ("shop/__init__.py", ""),
    (
        "shop/domain.py",
        "from decimal import Decimal
from eventsourcing.domain import Aggregate, event

class Money:
    def __init__(self, amount, currency):
        self.amount, self.currency = amount, currency

class Order(Aggregate):
    @event('Placed')
    def __init__(self, total: Decimal):
        self.total, self.lines = total, []
    @event('LineAdded')
    def add(self, what: str, price: Money):
        self.lines.append((what, price))
        self.total += price.amount
    class Cancelled(Aggregate.Event):
        reason: str
        def apply(self, order):
            order.reason = self.reason
",
    ),
    (
        "shop/app.py",
        "from decimal import Decimal
from eventsourcing.application import Application
from eventsourcing.persistence import Transcoding
from .domain import Money, Order

class MoneyAsText(Transcoding):
    type, name = Money, 'money'
    def encode(self, obj):
        return f'{obj.amount} {obj.currency}'
    def decode(self, data):
        amount, currency = data.split()
        return Money(Decimal(amount), currency)

class Shop(Application):
    def register_transcodings(self, transcoder):
        super().register_transcodings(transcoder)
        transcoder.register(MoneyAsText())
",
    ),
];

#[test]
fn what_an_application_stores_in_a_form_of_its_own_is_decoded_by_it() {
    let Some(folder) = ready() else { return };
    let place = Place::new();
    std::fs::create_dir(place.path("shop")).expect("a folder");
    for (name, source) in SHOP {
        place.write(name, source);
    }
    let make = "import sys
from decimal import Decimal
from shop.app import Money, Order, Shop
app = Shop(env={'PERSISTENCE_MODULE': 'eventsourcing.sqlite', 'SQLITE_DBNAME': sys.argv[1]})
order = Order(total=Decimal('1.10'))
order.add('tea', Money(Decimal('2.25'), 'EUR'))
order.trigger_event(Order.Cancelled, reason='no')
app.save(order)";
    let store = text(&place.path("shop.db"));
    let made = Command::new(folder.join("python/bin/python3"))
        .args(["-c", make, &store])
        .current_dir(place.folder.path())
        .output()
        .expect("Python");
    assert!(made.status.success(), "{made:?}");
    let path = format!("{}:{}", text(&folder.join("python/bin")), std::env::var("PATH").expect("a PATH"));
    let mut command = place.program.command();
    command.env("PATH", path).args([
        "export",
        &store,
        "--what",
        "states",
        "--reducer",
        &text(&place.path("shop/app.py")),
    ]);
    let run = Run::from(command.output().expect("the program starts"));
    assert!(run.is_well(), "{run:?}");
    let states: Vec<Value> = run.lines().into_iter().map(|row| row["state"].clone()).collect();
    assert_eq!(
        json!(states),
        json!([
            {"total": "1.10", "lines": []},
            {"total": "3.35", "lines": [["tea", "2.25 EUR"]]},
            {"total": "3.35", "lines": [["tea", "2.25 EUR"]], "reason": "no"},
        ])
    );
}

#[test]
fn the_examples_are_as_their_languages_want_them() {
    // C# cannot be had here: its text is looked at only.
    let text = std::fs::read_to_string(sample("Account.cs")).expect("the example");
    assert!(text.contains("asked[\"start\"]") && text.contains("[\"$error\"]"));
    let Some(_) = ready() else { return };
    let formatted = Command::new("gofmt").args(["-l", &sample("account.go")]).output().expect("gofmt");
    assert!(formatted.stdout.is_empty() && formatted.status.success(), "{formatted:?}");
}
