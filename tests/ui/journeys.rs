//! What people come for and what they complain of in other tools, each as one way by keyboard
//! alone: every step is a key, every result is read from the accessibility tree, and the store's
//! folder is the same to the byte afterwards. What is expected comes from the sample's
//! `expected.json`, which the library wrote, and from the store's rows as SQLite has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use eventglass::app::Effect;
use eventglass::app::action::{Action, ExportAction};
use eventglass::app::place::{Place, Start};
use eventglass::app::settings::Settings;
use rusqlite::Connection;
use serde_json::Value;

use crate::keyboard::focused_name;
use crate::program::{Program, Window, drawn, labels, sample, settings, settle, wait_until};

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
const CTRL_ALT: Modifiers = Modifiers { alt: true, ..Modifiers::COMMAND };

// --- A way through the program -------------------------------------------------------

/// A window and the steps that were taken in it: a key chord, however long it is held, or a word.
struct Journey {
    window: Window,
    steps: usize,
}

/// Each file below a folder: its bytes, and when it was changed last.
type Files = BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let changed = path.metadata().and_then(|facts| facts.modified()).expect("a time");
            found.insert(path.clone(), (std::fs::read(&path).expect("a file"), changed));
        }
    }
    found
}

/// Opens a store of these files, as a double click on the first does, and goes the way; afterwards its
/// folder is as it was.
fn journey_in(stored: &[(&str, Vec<u8>)], settings: Settings, way: impl FnOnce(&mut Journey)) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in stored {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let before = files(folder.path());
    let places = vec![Place::of(folder.path().join(stored[0].0))];
    let mut window = drawn(Program::new(settings, Start { places, ..Start::default() }), [1440.0, 900.0]);
    settle(&mut window);
    let mut journey = Journey { window, steps: 0 };
    way(&mut journey);
    settle(&mut journey.window);
    drop(journey);
    assert!(files(folder.path()) == before, "the store's folder has changed");
}

/// The same in the bank.
fn journey(way: impl FnOnce(&mut Journey)) {
    let stored = ["bank.db", "reducers.mjs"].map(|name| (name, std::fs::read(sample(name)).expect("a file")));
    journey_in(&stored, settings(), way);
}

impl Journey {
    fn settled(&mut self) {
        self.steps += 1;
        self.window.run_steps(3);
        settle(&mut self.window);
        // A branch is opened with each frame, and what the keyboard went to comes into sight.
        self.window.run_steps(3);
    }

    fn chord(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.settled();
    }

    fn press(&mut self, key: Key) {
        self.chord(NONE, key);
    }

    /// Types a word, or presses the key of one letter.
    fn word(&mut self, text: &str) {
        self.window.event(Event::Text(text.to_owned()));
        self.settled();
    }

    /// Ctrl+C arrives as an event of its own.
    fn copy(&mut self) -> String {
        self.window.event(Event::Copy);
        self.settled();
        self.clipboard()
    }

    fn clipboard(&self) -> String {
        self.window.state().copied().pop().expect("something was copied")
    }

    /// Holds a chord until it has led there.
    fn hold(&mut self, modifiers: Modifiers, key: Key, what: &str, is_there: impl Fn(&Journey) -> bool) {
        self.repeat(what, is_there, |journey| journey.chord(modifiers, key));
    }

    /// Holds the key of a letter until it has led there.
    fn hold_letter(&mut self, letter: &str, what: &str, is_there: impl Fn(&Journey) -> bool) {
        self.repeat(what, is_there, |journey| journey.word(letter));
    }

    fn repeat(&mut self, what: &str, is_there: impl Fn(&Journey) -> bool, once: impl Fn(&mut Journey)) {
        let steps = self.steps + 1;
        for _ in 0..250 {
            if is_there(self) {
                self.steps = steps;
                return;
            }
            once(self);
        }
        panic!("{what} is not reached; there is: {:#?}", labels(&self.window));
    }

    /// Tab until this has the keyboard.
    fn tab_to(&mut self, name: &str) {
        self.hold(NONE, Key::Tab, name, |journey| journey.focused() == name);
    }

    /// By its name among all commands.
    fn command(&mut self, name: &str) {
        self.chord(CTRL_SHIFT, Key::P);
        self.word(name);
        self.press(Key::Enter);
    }

    /// Takes the reducer that lies beside the store, which nobody does unasked.
    fn use_reducer(&mut self) {
        self.sees("reducers.mjs lies beside the store. It is not applied unasked.");
        self.command("Take what the notice offers");
        self.sees("Reducer reducers.mjs, 0 errors");
    }

    /// To a version of a stream, by the box.
    fn go(&mut self, place: &str) {
        self.chord(CTRL, Key::P);
        self.word(place);
        self.press(Key::Enter);
    }

    fn focused(&self) -> String {
        focused_name(&self.window)
    }

    fn sees(&mut self, words: &str) {
        let is_said = |window: &Window| labels(window).iter().any(|label| label.contains(words));
        wait_until(&mut self.window, words, is_said);
    }

    fn has(&self, words: &str) -> bool {
        labels(&self.window).iter().any(|label| label.contains(words))
    }

    /// What begins so.
    fn said(&self, start: &str) -> String {
        let found = labels(&self.window).into_iter().find(|label| label.starts_with(start));
        found.unwrap_or_else(|| panic!("nothing begins with {start}: {:#?}", labels(&self.window)))
    }

    /// Names of the rows of a list that are on screen.
    fn rows(&self, list: &str) -> Vec<String> {
        let is_list = |node: &Node<'_>| {
            let node = node.accesskit_node();
            matches!(node.role(), Role::ListBox | Role::Tree) && node.label().as_deref() == Some(list)
        };
        let found = self.window.root().children_recursive().find(is_list);
        let found = found.unwrap_or_else(|| panic!("no list {list}: {:#?}", labels(&self.window)));
        found.children().filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// The row that a list stands on: the one that has the keyboard, or is chosen.
    fn row_of(&self, list: &str) -> Option<String> {
        let is_list = |node: &Node<'_>| {
            let node = node.accesskit_node();
            matches!(node.role(), Role::ListBox | Role::Tree) && node.label().as_deref() == Some(list)
        };
        let lists = self.window.root().children_recursive().filter(is_list);
        let rows: Vec<Node<'_>> = lists.flat_map(|list| list.children().collect::<Vec<_>>()).collect();
        let chosen = |row: &&Node<'_>| row.accesskit_node().is_selected() == Some(true);
        let row = rows.iter().find(|row| row.is_focused()).or_else(|| rows.iter().find(chosen));
        row.and_then(|row| row.accesskit_node().label())
    }

    /// What the slider says of its place.
    fn slider(&self) -> String {
        let sliders = self.window.root().children_recursive();
        let mut sliders = sliders.filter(|node| node.accesskit_node().role() == Role::Slider);
        sliders.find_map(|slider| slider.value()).expect("a slider")
    }

    /// How many paths the tab of the changes says, and those of them that are on screen with what became of
    /// each, in the order of their names.
    fn changes(&self) -> (usize, Vec<String>) {
        let rows = self.rows("Changed values");
        let parts = |row: &String| {
            let (place, words) = row.split_once(", ").expect("a row");
            let all = place.rsplit_once(" of ").expect("a place").1.parse::<usize>().expect("a number");
            (all, words.split(", ").next().expect("a path").to_owned())
        };
        let mut rows: Vec<_> = rows.iter().map(parts).collect();
        rows.sort();
        (rows.first().map_or(0, |row| row.0), rows.into_iter().map(|row| row.1).collect())
    }
}

// --- What is expected ----------------------------------------------------------------

/// A state of the bank as Emmett has it, as it is written in the sample.
fn expected_text(stream: &str, version: u64) -> String {
    let text = std::fs::read_to_string(sample("expected.json")).expect("expected.json");
    let start = format!("{{\"stream\":\"{stream}\",\"version\":{version},");
    let line = text.lines().find(|line| line.starts_with(&start)).expect("a state");
    let (_, state) = line.split_once("\"state\":").expect("its state");
    let state = state.strip_suffix(',').unwrap_or(state).strip_suffix('}').expect("the end of the line");
    state.to_owned()
}

fn expected(version: u64) -> Value {
    match version {
        0 => Value::Null,
        _ => serde_json::from_str(&expected_text("account-1042", version)).expect("JSON"),
    }
}

/// The paths at which two states differ, as people write them, and what became of each.
fn differences(before: &Value, after: &Value, path: &str, found: &mut Vec<String>) {
    let mut member = |name: String, before: Option<&Value>, after: Option<&Value>| match (before, after) {
        (Some(before), Some(after)) => differences(before, after, &name, found),
        (None, Some(_)) => found.push(format!("{name} added")),
        _ => found.push(format!("{name} removed")),
    };
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                member(name, old.get(key), new.get(key));
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for at in 0..old.len().max(new.len()) {
                member(format!("{path}[{at}]"), old.get(at), new.get(at));
            }
        }
        _ if before != after => found.push(format!("{path} changed")),
        _ => {}
    }
}

/// An event as SQLite has it.
struct Row {
    stream: String,
    version: i64,
    kind: String,
    data: String,
    metadata: String,
    id: String,
    position: i64,
    /// `2026-09-29 18:42:17`.
    created: String,
}

impl Row {
    /// How the program names it: type, version, position and id.
    fn identity(&self) -> String {
        let position = match self.position {
            small @ 0..1_000 => small.to_string(),
            large => format!("{},{:03}", large / 1_000, large % 1_000),
        };
        format!("{}, v{}, position {position}, id {}, ", self.kind, self.version, self.id)
    }
}

/// Events in the order of the store.
fn stored(condition: &str) -> Vec<Row> {
    let conn = Connection::open(sample("bank.db")).expect("the sample");
    let sql = format!(
        "SELECT stream_id, stream_position, message_type, message_data, message_metadata, message_id,
            global_position, created FROM emt_messages WHERE {condition} ORDER BY global_position"
    );
    let mut rows = conn.prepare(&sql).expect("a statement");
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            stream: row.get(0)?,
            version: row.get(1)?,
            kind: row.get(2)?,
            data: row.get(3)?,
            metadata: row.get(4)?,
            id: row.get(5)?,
            position: row.get(6)?,
            created: row.get(7)?,
        })
    };
    rows.query_map([], row).expect("rows").map(|row| row.expect("a row")).collect()
}

/// The event of the account.
fn account(version: u64) -> Row {
    let found = stored(&format!("stream_id = 'account-1042' AND stream_position = {version}"));
    found.into_iter().next().expect("an event")
}

// --- The jobs ------------------------------------------------------------------------

#[test]
fn j1_the_state_of_an_account_at_a_version_of_a_store_never_seen_before() {
    // Someone double-clicks a file and wants to know how account-1042 stood after event 57.
    journey(|journey| {
        // Once for a store: its reducer, without which the state would be a guess.
        assert!(journey.has("Merge, a guess"));
        journey.use_reducer();
        // The double click was one.
        journey.steps = 1;
        journey.chord(CTRL, Key::P);
        journey.word("account-1042 v57");
        assert!(journey.rows("Places")[0].starts_with("1 of "), "{:?}", journey.rows("Places"));
        assert!(journey.rows("Places")[0].contains(": Stream account-1042, at v57"), "{:?}", journey.rows("Places"));
        journey.press(Key::Enter);
        assert!(journey.steps <= 5, "{} steps", journey.steps);
        journey.sees("balance -4217");
        assert!(journey.has("account-1042, 214 events"));
        assert!(journey.slider().starts_with("version 57, 57 of 214, Withdrawn, "), "{}", journey.slider());
        let balance = format!("balance {}, changed, was {}", expected(57)["balance"], expected(56)["balance"]);
        assert!(journey.has(&balance), "{:#?}", journey.rows("State"));
        assert!(journey.has(&account(57).identity()));
        // The whole state is the library's.
        journey.chord(CTRL_SHIFT, Key::C);
        let copied: Value = serde_json::from_str(&journey.clipboard()).expect("JSON");
        assert_eq!(copied, expected(57));
    });
}

#[test]
fn j1_a_version_that_the_stream_does_not_have_is_said() {
    // Someone mistypes the version behind the name of the stream.
    journey(|journey| {
        journey.go("1042 v900");
        journey.sees("account-1042: the stream has no version 900: its last is 214.");
        assert!(journey.slider().starts_with("version 214, "), "{}", journey.slider());
        // Words that are no version belong to the name.
        journey.chord(CTRL, Key::P);
        journey.word("account 1042");
        assert!(
            journey.rows("Places")[0].contains(": Stream account-1042, 214 events"),
            "{:?}",
            journey.rows("Places")
        );
    });
}

#[test]
fn j3_who_last_changed_a_flag_and_every_write_before() {
    // Someone sees a flag in the state and wants to know which events put it there.
    let flag = |version: u64| expected(version).pointer("/flags/0").cloned();
    let wanted: Vec<u64> = (1..=214).filter(|version| flag(*version) != flag(version - 1)).collect();
    assert!(wanted.len() > 2 && wanted.contains(&57), "{wanted:?}");
    journey(|journey| {
        journey.use_reducer();
        journey.go("account-1042 v57");
        journey.sees("written by v57");
        journey.chord(ALT, Key::Num3);
        journey.steps = 0;
        // One key, held until the row is reached, and the key that asks.
        journey.hold(NONE, Key::ArrowDown, "flags[0]", |journey| journey.has(", selected /flags/0"));
        journey.word("b");
        assert!(journey.steps <= 2, "{} steps", journey.steps);
        let words = format!("Writes of flags[0]: {} events", wanted.len());
        journey.sees(&words);
        let rows = journey.rows("Writes");
        let version = |row: &String| row.split(", ").nth(1).and_then(|word| word[1..].parse::<u64>().ok());
        assert_eq!(rows.iter().filter_map(version).collect::<Vec<_>>(), wanted, "{rows:#?}");
        // The one in effect is marked, and Enter on another leads there.
        let own = rows.iter().find(|row| row.contains(", v57, ")).expect("v57");
        assert!(own.contains("\"overdrawn\"") && own.ends_with(", at the playhead"), "{own}");
        journey.press(Key::ArrowDown);
        journey.press(Key::Enter);
        let next = wanted[wanted.iter().position(|version| *version == 57).expect("v57") + 1];
        assert!(journey.slider().starts_with(&format!("version {next}, ")), "{}", journey.slider());
    });
}

#[test]
fn j4_what_two_streams_that_name_one_payment_did_and_believed() {
    // A payment went through a card and an account; someone wants its events in their order, and what each
    // of the two believed at that moment.
    let wanted = stored("instr(message_metadata, '\"pay-880191\"') > 0");
    let streams: Vec<(&str, i64)> = wanted.iter().map(|row| (&*row.stream, row.version)).collect();
    assert_eq!(streams, [("card-4471", 46), ("account-1042", 57), ("card-4471", 47)], "they interleave");
    let amount = serde_json::from_str::<Value>(&wanted[0].data).expect("JSON")["amount"].clone();
    journey(|journey| {
        journey.use_reducer();
        journey.steps = 0;
        journey.chord(CTRL_SHIFT, Key::F);
        journey.word("pay-880191");
        journey.sees("3 events");
        let rows = journey.rows("Events found");
        for (at, row) in wanted.iter().enumerate() {
            let start = format!("row {} of 3, {} v{}, {}, {}", at + 1, row.stream, row.version, row.kind, row.created);
            assert!(rows[at].starts_with(&start), "{start} in {rows:#?}");
        }
        // The first of them: the card holds the money.
        journey.press(Key::ArrowDown);
        assert_eq!(journey.focused(), "Events found");
        journey.press(Key::ArrowDown);
        journey.press(Key::Enter);
        assert!(journey.slider().starts_with("version 46, 46 of 203, PaymentAuthorised"), "{}", journey.slider());
        journey.chord(CTRL_SHIFT, Key::C);
        let card: Value = serde_json::from_str(&journey.clipboard()).expect("JSON");
        assert_eq!(card.pointer("/open/P880191/amount"), Some(&amount), "{card}");
        // The account beside it, at the event that came next in the store.
        journey.word("D");
        journey.word("account-1042");
        journey.press(Key::Enter);
        journey.sees("Side A: account-1042, v214 · 214 of 214");
        journey.hold_letter(",", "v57", |journey| journey.has("Side A: account-1042, v57 · 57 of 214"));
        assert!(journey.has("A: account-1042 v57 ⇄ v46"));
        journey.word("2");
        let (count, changes) = journey.changes();
        let mut between = Vec::new();
        differences(&expected(57), &card, "", &mut between);
        assert_eq!(count, between.len());
        assert!(changes.iter().all(|change| between.contains(change)), "{changes:?} of {between:?}");
        journey.word("1");
        journey.press(Key::Escape);
        // The list has still the keyboard's place: the account itself, and then the card again.
        for (row, stream, version) in [(1, "account-1042", 57), (2, "card-4471", 47)] {
            journey.chord(CTRL_SHIFT, Key::F);
            journey.press(Key::ArrowDown);
            journey.hold(NONE, Key::ArrowDown, stream, |journey| {
                journey.row_of("Events found").is_some_and(|own| own.starts_with(&format!("row {} of 3, ", row + 1)))
            });
            journey.press(Key::Enter);
            assert!(journey.slider().starts_with(&format!("version {version}, ")), "{}", journey.slider());
            journey.chord(CTRL_SHIFT, Key::C);
            let state: Value = serde_json::from_str(&journey.clipboard()).expect("JSON");
            match stream {
                "account-1042" => assert_eq!(state, expected(57)),
                _ => assert_eq!(state.pointer("/open/P880191"), None, "it is captured: {state}"),
            }
        }
    });
}

// --- The complaints ------------------------------------------------------------------

#[test]
fn complaint_2_a_stream_by_part_of_its_name_and_an_event_by_its_id_or_its_words() {
    // "I cannot find the stream or the event": all that is known is a few letters, an id or a word.
    journey(|journey| {
        // Part of a name in the list of streams.
        journey.chord(ALT, Key::Num1);
        journey.word("/");
        assert_eq!(journey.focused(), "Filter streams");
        journey.word("447");
        let conn = Connection::open(sample("bank.db")).expect("the sample");
        let sql = "SELECT count(*) FROM emt_streams WHERE instr(stream_id, '447') > 0";
        let streams: i64 = conn.query_row(sql, [], |row| row.get(0)).expect("a number");
        journey.sees(&format!("{streams} of 42 streams"));
        journey.press(Key::Enter);
        journey.sees("card-4471, 203 events");
        // Letters of it in their order in the box.
        journey.go("acc1042");
        journey.sees("account-1042, 214 events");
        // An event of another stream by its id, however that is spelled.
        let wanted = &stored("stream_id = 'card-4471' AND stream_position = 46")[0];
        for id in [wanted.id.clone(), wanted.id.replace('-', "").to_uppercase()] {
            journey.go("account-1042 v3");
            assert!(journey.slider().starts_with("version 3, 3 of 214"), "{}", journey.slider());
            journey.chord(CTRL, Key::P);
            journey.word(&id);
            let line = &journey.rows("Places")[0];
            assert!(
                line.contains(": Event card-4471 v46 PaymentAuthorised") && line.ends_with("has this id"),
                "{line}"
            );
            journey.press(Key::Enter);
            assert!(journey.slider().starts_with("version 46, 46 of 203, PaymentAuthorised"), "{}", journey.slider());
            assert!(journey.has(&wanted.identity()));
        }
        // By part of its id, by words of the payload, and by what only the metadata have.
        let part = &wanted.id[..13];
        let all = "message_id || message_type || stream_id || message_data || message_metadata";
        for (typed, found) in [
            (part, stored(&format!("instr(lower({all}), '{part}') > 0"))),
            ("cykelverkstad", stored(&format!("instr({all}, 'Cykelverkstad') > 0"))),
            ("staff:h.okafor", stored(&format!("instr({all}, 'staff:h.okafor') > 0"))),
            (
                "type:withdrawn limit-cache",
                stored(&format!("message_type = 'Withdrawn' AND instr({all}, 'limit-cache')")),
            ),
            ("paymentId=P880191", stored("json_extract(message_data, '$.paymentId') = 'P880191'")),
        ] {
            assert!(!found.is_empty(), "{typed}");
            journey.chord(CTRL_SHIFT, Key::F);
            journey.chord(CTRL, Key::A);
            journey.word(typed);
            journey.sees(&format!("{} event", found.len()));
            let rows = journey.rows("Events found");
            for (row, found) in rows.iter().zip(&found) {
                assert!(row.contains(&format!(", {} v{}, {}, ", found.stream, found.version, found.kind)), "{row}");
            }
            assert!(rows[0].starts_with(&format!("row 1 of {}, ", found.len())), "{typed}: {rows:#?}");
            journey.press(Key::Enter);
            let slider = format!("version {}, ", found[0].version);
            assert!(journey.slider().starts_with(&slider), "{typed}: {}", journey.slider());
            assert!(journey.has(&format!("id {}", found[0].id)), "{typed}");
        }
    });
}

#[test]
fn complaint_3_the_state_stands_beside_the_event_with_what_it_changed() {
    // "Show me the state for each event, and mark what it changed": event by event, without computing it
    // in one's head.
    journey(|journey| {
        journey.use_reducer();
        journey.go("account-1042 v54");
        journey.word("2");
        for version in [55, 56, 57, 58, 59, 60, 61, 62] {
            journey.press(Key::ArrowRight);
            let (row, before, after) = (account(version), expected(version - 1), expected(version));
            // The event …
            assert!(journey.has(&row.identity()), "{}", row.identity());
            let own = journey.row_of("Events").expect("a row");
            assert!(
                own.starts_with(&format!("row {version} of 214, {}, v{version}, {}", row.kind, row.created)),
                "{own}"
            );
            // … beside everything that it changed, and nothing else.
            let mut wanted = Vec::new();
            differences(&before, &after, "", &mut wanted);
            let (count, shown) = journey.changes();
            wanted.sort();
            assert_eq!((count, &shown), (wanted.len(), &wanted), "v{version}");
            // In the state itself it is marked, with what it was.
            journey.word("1");
            let balance = match before["balance"] == after["balance"] {
                true => format!(", balance {}", after["balance"]),
                false => format!(", balance {}, changed, was {}", after["balance"], before["balance"]),
            };
            let row = journey.rows("State").into_iter().find(|row| row.contains(", balance ")).expect("the balance");
            assert!(row.contains(&balance), "v{version}: {row}");
            assert_eq!(row.contains("changed"), before["balance"] != after["balance"], "v{version}: {row}");
            journey.word("2");
        }
        // Back again it is the same.
        journey.chord(CTRL, Key::G);
        journey.word("57");
        journey.press(Key::Enter);
        let mut wanted = Vec::new();
        differences(&expected(56), &expected(57), "", &mut wanted);
        wanted.sort();
        assert_eq!(journey.changes(), (wanted.len(), wanted));
    });
}

/// Slider, list, state, event and its bytes are all of this version.
fn is_all_at(journey: &mut Journey, version: u64, how: &str) {
    settle(&mut journey.window);
    let slider = journey.slider();
    if version == 0 {
        assert!(slider.starts_with("initial state"), "{how}: {slider}");
        assert_eq!(journey.row_of("Events"), None, "{how}");
        assert!(!journey.has("line 1, {"), "{how}: there are no bytes");
    } else {
        let row = account(version);
        assert!(
            slider.starts_with(&format!("version {version}, {version} of 214, {}, {}", row.kind, row.created)),
            "{how}: {slider}"
        );
        let own = journey.row_of("Events").unwrap_or_else(|| panic!("{how}: no row is chosen"));
        assert!(own.contains(&format!(", {}, v{version}, {}", row.kind, row.created)), "{how}: {own}");
        assert!(journey.has(&row.identity()), "{how}");
        // Of long bytes only the beginning is said; it holds the time, which is the event's own.
        let bytes: String = row.data.chars().take(40).collect();
        assert!(journey.has(&format!("line 1, {bytes}")), "{how}: {bytes} in {:#?}", labels(&journey.window));
        assert!(journey.has(&format!("{}, v{version}, {}", row.kind, row.created)), "{how}: the line of the slider");
    }
    let balance = if version == 0 { "0".to_owned() } else { expected(version)["balance"].to_string() };
    let rows = journey.rows("State");
    let row = rows.iter().find(|row| row.contains(", balance ")).unwrap_or_else(|| panic!("{how}: {rows:#?}"));
    let own = row.split(", balance ").nth(1).and_then(|rest| rest.split(',').next());
    assert_eq!(own, Some(&*balance), "{how}: {row}");
}

#[test]
fn complaint_6_cursor_list_state_and_bytes_are_of_one_version_after_every_kind_of_move() {
    // "The slider says one thing and the state another": whatever moves the playhead, all follow.
    let fees = |after: u64| (after + 1..=214).find(|version| account(*version).kind == "FeeCharged").expect("a fee");
    let writes: Vec<u64> =
        (1..=214).filter(|version| expected(*version)["balance"] != expected(version - 1)["balance"]).collect();
    let next_write = |after: u64| *writes.iter().find(|version| **version > after).expect("a write");
    journey(|journey| {
        journey.use_reducer();
        journey.go("account-1042 v57");
        // The bytes of the event, by keyboard.
        journey.chord(ALT, Key::Num3);
        journey.press(Key::F6);
        journey.hold(SHIFT, Key::Tab, "Raw", |journey| journey.focused() == "Raw");
        journey.press(Key::Enter);
        is_all_at(journey, 57, "the box");
        journey.chord(ALT, Key::Num2);
        for (how, modifiers, key, version) in [
            ("→", NONE, Key::ArrowRight, 58),
            ("←", NONE, Key::ArrowLeft, 57),
            ("Shift →", SHIFT, Key::ArrowRight, 67),
            ("Shift ←", SHIFT, Key::ArrowLeft, 57),
            ("↓ in the list", NONE, Key::ArrowDown, 58),
            ("↑ in the list", NONE, Key::ArrowUp, 57),
            ("Ctrl →", CTRL, Key::ArrowRight, 58),
            ("End", NONE, Key::End, 214),
            ("Home", NONE, Key::Home, 0),
            ("→ from the start", NONE, Key::ArrowRight, 1),
            ("Ctrl End", CTRL, Key::End, 214),
            ("Ctrl Home", CTRL, Key::Home, 0),
        ] {
            journey.chord(modifiers, key);
            is_all_at(journey, version, how);
        }
        journey.press(Key::End);
        journey.press(Key::PageUp);
        let page: u64 =
            journey.slider().split([' ', ',']).nth(1).and_then(|word| word.parse().ok()).expect("a version");
        assert!(page < 214);
        is_all_at(journey, page, "Page up");
        for (how, typed, version) in [
            ("a version", "100", 100),
            ("a step", "-10", 90),
            ("a time", "2026-09-29 18:43", 57),
            ("a type", "interest", 62),
        ] {
            journey.chord(CTRL, Key::G);
            journey.word(typed);
            journey.press(Key::Enter);
            is_all_at(journey, version, how);
        }
        journey.chord(ALT, Key::ArrowLeft);
        is_all_at(journey, 57, "back");
        journey.chord(ALT, Key::ArrowRight);
        is_all_at(journey, 62, "forward");
        // On the slider itself.
        journey.chord(ALT, Key::Num4);
        assert_eq!(journey.focused(), "Playhead");
        journey.press(Key::ArrowLeft);
        is_all_at(journey, 61, "← on the slider");
        journey.word("t");
        is_all_at(journey, 61, "another axis");
        // Along the writes of a path.
        journey.chord(ALT, Key::Num3);
        journey.chord(CTRL, Key::F);
        journey.word("balance");
        journey.press(Key::Escape);
        assert!(journey.has(", selected /balance"), "{:?}", journey.said("v61"));
        journey.word("]");
        is_all_at(journey, next_write(61), "the next write");
        journey.word("[");
        is_all_at(journey, 61, "the write before");
        journey.word("b");
        journey.press(Key::ArrowDown);
        journey.press(Key::Enter);
        is_all_at(journey, next_write(61), "a row of the writes");
        journey.press(Key::Escape);
        // From match to match of a filter.
        journey.chord(ALT, Key::Num2);
        journey.word("/");
        journey.word("type:feecharged");
        journey.press(Key::Enter);
        journey.press(Key::ArrowRight);
        let fee = fees(next_write(61));
        is_all_at(journey, fee, "the next match");
        journey.press(Key::Home);
        is_all_at(journey, fees(0), "the first match");
        journey.word("/");
        journey.press(Key::Escape);
        journey.press(Key::Escape);
        is_all_at(journey, fees(0), "without the filter");
        // While it plays, and where it stops.
        journey.press(Key::Space);
        let from = fees(0);
        wait_until(&mut journey.window, "two events on", |window| window.state().applied() >= from + 2);
        journey.press(Key::Space);
        let stopped: u64 =
            journey.slider().split([' ', ',']).nth(1).and_then(|word| word.parse().ok()).expect("a version");
        assert!(stopped >= from + 2);
        is_all_at(journey, stopped, "played");
        // A search, and the way back from another stream.
        journey.chord(CTRL_SHIFT, Key::F);
        journey.word("P880191");
        journey.sees("events");
        journey.press(Key::Enter);
        assert!(journey.slider().starts_with("version 46, 46 of 203"), "{}", journey.slider());
        journey.chord(ALT, Key::ArrowLeft);
        is_all_at(journey, stopped, "back from a search");
    });
}

/// Versions that the list of events shows, as far as they are on screen.
fn listed(journey: &Journey) -> Vec<u64> {
    let version = |row: &String| row.split(", v").nth(1)?.split(',').next()?.parse().ok();
    journey.rows("Events").iter().filter_map(version).collect()
}

#[test]
fn complaint_7_filters_are_edited_stopped_kept_and_used_again() {
    // "The filter that is on cannot be changed or stopped, nothing can be kept, and headers are not looked at."
    let of = |condition: &str| -> Vec<u64> {
        let rows = stored(&format!("stream_id = 'account-1042' AND {condition}"));
        rows.iter().map(|row| row.version as u64).collect()
    };
    let withdrawn = of("message_type = 'Withdrawn'");
    let at_machines = of("message_type = 'Withdrawn' AND instr(lower(message_data), '\"atm\"') > 0");
    let by_risk = of("instr(message_metadata, 'system:risk') > 0 AND instr(message_data, 'system:risk') = 0");
    assert!(at_machines.len() > 1 && at_machines.len() < withdrawn.len() && !by_risk.is_empty());
    let check = |journey: &mut Journey, wanted: &[u64]| {
        journey.sees(&format!("account-1042, {} of 214", wanted.len()));
        settle(&mut journey.window);
        let shown = listed(journey);
        assert!(!shown.is_empty() && shown.len() == wanted.len().min(shown.len()));
        assert!(wanted.windows(shown.len()).any(|part| part == shown), "{shown:?} of {wanted:?}");
    };
    let mut kept = settings();
    journey(|journey| {
        journey.go("account-1042 v57");
        journey.word("/");
        assert_eq!(journey.focused(), "Filter events");
        journey.word("type:withdrawn");
        check(journey, &withdrawn);
        // It is changed where it stands, later too.
        journey.press(Key::Enter);
        assert_eq!(journey.focused(), "Events");
        journey.word("/");
        journey.press(Key::End);
        journey.word(r#" "atm""#);
        check(journey, &at_machines);
        // Kept under a name.
        journey.press(Key::Enter);
        journey.word("F");
        journey.tab_to("Name of the filter");
        journey.word("At machines");
        journey.press(Key::Enter);
        journey.sees("Filter At machines");
        journey.press(Key::Escape);
        // Stopped: every event is there again, and the playhead where it was.
        journey.word("/");
        journey.press(Key::Escape);
        journey.sees("account-1042, 214 events");
        assert!(journey.slider().starts_with("version 57, 57 of 214"), "{}", journey.slider());
        journey.press(Key::Escape);
        assert_eq!(journey.focused(), "Events");
        // What only the metadata have is found by the search, in one stream or in all.
        journey.chord(CTRL_SHIFT, Key::F);
        journey.word("stream:account-1042 system:risk");
        journey.sees(&format!("{} events", by_risk.len()));
        for (row, version) in journey.rows("Events found").iter().zip(&by_risk) {
            assert!(row.contains(&format!(", account-1042 v{version}, ")) && row.contains("in the metadata"), "{row}");
        }
        journey.press(Key::Escape);
        // Used again by one chord, and taken off.
        journey.chord(CTRL_ALT, Key::Num1);
        check(journey, &at_machines);
        journey.word("/");
        journey.press(Key::Escape);
        journey.sees("account-1042, 214 events");
        for effect in &journey.window.state().effects {
            if let Effect::Save(change) = effect {
                kept.apply(change);
            }
        }
    });
    // In another copy of the bank, at the next start of the program.
    let files = ["bank.db"].map(|name| (name, std::fs::read(sample(name)).expect("a file")));
    journey_in(&files, kept, |journey| {
        journey.go("account-1042 v3");
        journey.chord(CTRL_ALT, Key::Num1);
        check(journey, &at_machines);
        assert!(journey.has("v3 is hidden by the filter"));
    });
}

/// A field of CSV.
fn csv(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\n', '\r']);
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

#[test]
fn complaint_8_everything_is_copied_and_written_to_files_as_it_is() {
    // "Let me copy the event, and give me the stream as a file, without ten lines of code."
    let event = |row: &Row| {
        let time = format!("{}Z", row.created.replace(' ', "T"));
        let Row { stream, version, kind, data, metadata, id, position, .. } = row;
        format!(
            "{{\"stream\":\"{stream}\",\"category\":\"account\",\"version\":{version},\"position\":{position},\"id\":\"{id}\",\"type\":\"{kind}\",\"time\":\"{time}\",\"data\":{data},\"metadata\":{metadata},\"marks\":[]}}"
        )
    };
    let out = tempfile::tempdir().expect("a folder");
    let save = |journey: &mut Journey, name: &str| -> String {
        let path = out.path().join(name);
        journey.chord(CTRL, Key::S);
        // The desktop of this test has no dialog: it says so, and the path is typed.
        let asked = journey.window.state().effects.iter().rev().any(|effect| matches!(effect, Effect::PickTarget(_)));
        assert!(asked, "{name}");
        journey.window.state_mut().apply(Action::Export(ExportAction::TypePath));
        settle(&mut journey.window);
        journey.window.run_steps(3);
        assert_eq!(journey.focused(), "Path of the file");
        journey.chord(CTRL, Key::A);
        journey.word(path.to_str().expect("a path"));
        journey.press(Key::Enter);
        journey.sees("Written to ");
        std::fs::read_to_string(path).expect("the file")
    };
    let choose = |journey: &mut Journey, name: &str| {
        journey.tab_to(name);
        journey.press(Key::Space);
    };
    journey(|journey| {
        journey.use_reducer();
        journey.go("account-1042 v57");
        // The event, the state, a value of it and its path.
        assert_eq!(journey.copy(), event(&account(57)));
        journey.chord(CTRL_SHIFT, Key::C);
        let state = expected_text("account-1042", 57);
        let copied = journey.clipboard();
        assert_eq!(serde_json::from_str::<Value>(&copied).expect("JSON"), expected(57));
        journey.chord(ALT, Key::Num3);
        journey.hold(NONE, Key::ArrowDown, "since", |journey| journey.has(", selected /overdraft/since"));
        journey.word("y");
        assert_eq!(journey.clipboard(), expected(57)["overdraft"]["since"].to_string());
        journey.word("Y");
        assert_eq!(journey.clipboard(), "/overdraft/since");
        // A snapshot of the state in a file.
        journey.chord(CTRL, Key::E);
        let written = save(journey, "state.json");
        let wanted = format!(
            "{{\"stream\":\"account-1042\",\"version\":57,\"events_applied\":57,\"reducer\":\"reducers.mjs#account\",\"state\":{state},\"errors\":[]}}\n"
        );
        assert_eq!(written, wanted);
        journey.press(Key::Escape);
        // Its events, as JSON lines and as CSV.
        let rows = stored("stream_id = 'account-1042'");
        journey.chord(CTRL, Key::E);
        choose(journey, "What: events");
        choose(journey, "Format: JSON lines");
        let lines: String = rows.iter().map(|row| event(row) + "\n").collect();
        assert_eq!(save(journey, "events.jsonl"), lines);
        choose(journey, "Format: CSV");
        let written = save(journey, "events.csv");
        let line = |row: &Row| {
            let time = format!("{}Z", row.created.replace(' ', "T"));
            let (version, position) = (row.version.to_string(), row.position.to_string());
            let fields = [
                &*row.stream,
                "account",
                &version,
                &position,
                &row.id,
                &row.kind,
                &time,
                &row.data,
                &row.metadata,
                "[]",
            ];
            fields.map(csv).join(",") + "\r\n"
        };
        let head = "stream,category,version,position,id,type,time,data,metadata,marks\r\n".to_owned();
        assert_eq!(written, rows.iter().fold(head, |text, row| text + &line(row)));
        journey.press(Key::Escape);
        assert!(journey.slider().starts_with("version 57, "), "{}", journey.slider());
    });
}

/// What has the keyboard is there and on screen.
fn is_in_sight(journey: &Journey) -> bool {
    let node = journey.window.root().children_recursive().find(Node::is_focused);
    node.is_some_and(|node| journey.window.ctx.content_rect().intersects(node.rect()))
}

/// Names of the lines of the menu that is open, and why each cannot be used.
fn menu(journey: &Journey) -> Vec<(String, Option<String>)> {
    let is_line = |node: &Node<'_>| matches!(node.accesskit_node().role(), Role::MenuItem | Role::MenuItemRadio);
    let said = |node: Node<'_>| {
        let node = node.accesskit_node();
        (node.label().unwrap_or_default(), node.description().filter(|_| node.is_disabled()))
    };
    journey.window.root().children_recursive().filter(is_line).map(said).collect()
}

/// All commands as the palette says them: menu and name, and whether it can be done.
fn palette(journey: &mut Journey) -> Vec<String> {
    journey.chord(CTRL_SHIFT, Key::P);
    let mut found = Vec::new();
    loop {
        let said = journey.row_of("Places").expect("a line");
        let (place, words) = said.split_once(": ").expect("a line");
        let (at, of) = place.split_once(" of ").expect("a place");
        found.push(words.to_owned());
        if at == of {
            break;
        }
        journey.press(Key::ArrowDown);
    }
    journey.press(Key::Escape);
    found
}

#[test]
fn complaint_9_every_function_is_reached_by_keyboard_and_the_keyboard_is_never_lost() {
    // "The tool needs the mouse": each menu is walked, each command done from the palette.
    journey(|journey| {
        journey.use_reducer();
        journey.go("account-1042 v57");
        let all = palette(journey);
        // The menus: arrows lead to each line that can be used, and the others say why not.
        let mut in_menus = 0;
        for (letter, name) in
            [(Key::F, "File"), (Key::G, "Go"), (Key::V, "View"), (Key::R, "Reducer"), (Key::H, "Help")]
        {
            journey.chord(ALT, letter);
            let lines = menu(journey);
            let mut walked = Vec::new();
            while !walked.contains(&journey.focused()) {
                walked.push(journey.focused());
                journey.press(Key::ArrowDown);
            }
            let usable: Vec<_> = lines.iter().filter(|line| line.1.is_none()).map(|line| line.0.clone()).collect();
            assert_eq!(walked, usable, "{name}");
            for (line, _) in &lines {
                let is_it = |words: &&String| {
                    let rest = words.strip_prefix(&format!("{name} {line}"));
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
                };
                assert_eq!(all.iter().filter(is_it).count(), 1, "{name}: {line} among all commands");
            }
            in_menus += lines.len();
            journey.press(Key::Escape);
            assert!(menu(journey).is_empty() && is_in_sight(journey), "{name}");
        }
        assert_eq!(in_menus, all.len());
        // Each command by its name; whatever it does, something in sight has the keyboard.
        let (mut done, mut lost) = (0, Vec::new());
        for words in &all {
            let name = words.split_once(' ').expect("its menu").1.split(", ").next().expect("its name");
            if name == "Quit" {
                continue;
            }
            journey.chord(CTRL_SHIFT, Key::P);
            journey.word(name);
            let rows = journey.rows("Places");
            let is_it = |row: &String| {
                let said = row.split_once(": ").map(|(_, said)| said.to_owned()).unwrap_or_default();
                said.split_once(' ').is_some_and(|(_, rest)| rest == name || rest.starts_with(&format!("{name}, ")))
            };
            assert!(rows.iter().any(is_it), "{name} in {rows:#?}");
            journey.hold(NONE, Key::ArrowDown, name, |journey| journey.row_of("Places").as_ref().is_some_and(is_it));
            journey.press(Key::Enter);
            if journey.focused() == "Go to" && journey.has(": ") && journey.row_of("Places").as_ref().is_some_and(is_it)
            {
                // It cannot be done now, and its line says why.
                assert!(is_in_sight(journey), "{name}");
                journey.press(Key::Escape);
                continue;
            }
            done += 1;
            if name == "Play or pause" {
                journey.press(Key::Space);
            }
            let is_open = journey.has("Events");
            if !is_in_sight(journey) {
                lost.push(format!("after {name}"));
            }
            // Out of what it opened.
            for _ in 0..3 {
                journey.press(Key::Escape);
                if !is_in_sight(journey) {
                    lost.push(format!("Esc after {name}"));
                }
            }
            if !is_open || !journey.has("account-1042, ") {
                journey.chord(CTRL, Key::H);
                journey.press(Key::Enter);
                journey.sees("account-1042, 214 events");
            }
        }
        assert!(lost.is_empty(), "the keyboard is lost: {lost:#?}");
        assert!(done > 60, "{done} of {}", all.len());
    });
}

#[cfg(unix)]
#[test]
fn complaint_11_one_instant_in_utc_in_local_time_and_as_it_is_stored() {
    // "Times are not local, or not UTC, and nobody says which": around the hours that clocks lose and have
    // twice, by one key.
    const IN_ZONE: &str = "EVENTGLASS_TEST_JOURNEY_ZONE";
    if std::env::var_os(IN_ZONE).is_none() {
        // The zone of a program is that of its start. In POSIX form it needs no database.
        let this = std::env::current_exe().expect("a test binary");
        let name = "journeys::complaint_11_one_instant_in_utc_in_local_time_and_as_it_is_stored";
        let mut command = std::process::Command::new(this);
        command.args(["--exact", name, "--nocapture"]).env(IN_ZONE, "1").env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
        let output = command.output().expect("runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let times = [
        ("2026-03-29T01:59:59+01:00", "2026-03-29 00:59:59 +00:00", "2026-03-29 01:59:59 +01:00"),
        ("2026-03-29T03:00:00+02:00", "2026-03-29 01:00:00 +00:00", "2026-03-29 03:00:00 +02:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25 00:30:00 +00:00", "2026-10-25 02:30:00 +02:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25 01:30:00 +00:00", "2026-10-25 02:30:00 +01:00"),
        ("2026-10-25T02:30:00.250-05:00", "2026-10-25 07:30:00.250 +00:00", "2026-10-25 08:30:00.250 +01:00"),
        ("2026-12-31T23:30:00Z", "2026-12-31 23:30:00 +00:00", "2027-01-01 00:30:00 +01:00"),
    ];
    let line = |(at, (stored, ..)): (usize, &(&str, &str, &str))| {
        format!(
            "{{\"stream\":\"clock-1\",\"version\":{},\"type\":\"Ticked\",\"time\":\"{stored}\",\"data\":{{\"n\":1}}}}\n",
            at + 1
        )
    };
    let log: String = times.iter().enumerate().map(line).collect();
    journey_in(&[("clocks.jsonl", log.into_bytes())], settings(), |journey| {
        let check = |journey: &mut Journey, is_utc: bool| {
            journey.press(Key::Home);
            for (at, (stored, utc, local)) in times.iter().enumerate() {
                journey.press(Key::ArrowRight);
                let (version, shown) = (at + 1, if is_utc { utc } else { local });
                let own = journey.row_of("Events").expect("a row");
                let wanted = format!("row {version} of 6, Ticked, v{version}, {shown}");
                assert!(own == wanted || own.starts_with(&format!("{wanted}, ")), "{wanted} in {own}");
                let slider = format!("version {version}, {version} of 6, Ticked, {shown}");
                assert_eq!(journey.slider(), slider);
                journey.sees(&format!("Ticked, v{version}, {shown}"));
                // What the store has stands beside it, to the letter.
                journey.sees(&format!("{shown}, stored as {stored}"));
                // What is copied is the instant, whatever is shown.
                let copied: Value = serde_json::from_str(&journey.copy()).expect("JSON");
                let instant = utc.replacen(' ', "T", 1).replace(" +00:00", "Z");
                assert_eq!(copied["time"], Value::from(instant), "{stored}");
            }
        };
        check(journey, true);
        journey.word("u");
        check(journey, false);
        // An hour that was there twice is two places, each with its offset; in UTC it is one.
        journey.chord(CTRL, Key::G);
        journey.word("2026-10-25 02:30");
        let lines = journey.rows("Places");
        assert!(
            lines.iter().any(|line| line.contains("v4") && line.contains("2026-10-25 02:30:00 +01:00")),
            "{lines:#?}"
        );
        assert!(
            lines.iter().any(|line| line.contains("v3") && line.contains("2026-10-25 02:30:00 +02:00")),
            "{lines:#?}"
        );
        journey.press(Key::Enter);
        assert!(journey.slider().starts_with("version 4, "), "the later one: {}", journey.slider());
        // One that was left out is the moment before it.
        journey.chord(CTRL, Key::G);
        journey.word("2026-03-29 02:30");
        journey.press(Key::Enter);
        assert!(journey.slider().starts_with("version 1, "), "{}", journey.slider());
        journey.word("u");
        journey.chord(CTRL, Key::G);
        journey.word("2026-10-25 02:30");
        let lines = journey.rows("Places");
        assert!(lines[0].contains("v4") && lines.iter().all(|line| !line.contains("+02:00")), "{lines:#?}");
        journey.press(Key::Escape);
        // A stretch of time is of the zone that is shown.
        journey.word("u");
        journey.word("F");
        journey.word("2026-10-25 02:30");
        journey.tab_to("Events through");
        journey.word("2026-10-25 02:30");
        journey.press(Key::Enter);
        journey.sees("clock-1, 2 of 6");
        assert_eq!(listed(journey), [3, 4]);
        journey.word("u");
        assert_eq!(listed(journey), [3, 4], "the instants stay");
        assert!(journey.rows("Events")[0].contains("2026-10-25 00:30:00 +00:00"));
    });
}
