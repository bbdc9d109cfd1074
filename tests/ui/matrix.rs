//! The tab Matrix of the state, by keyboard and label: what each event around the playhead changed.
//! Values are those that Emmett wrote into the sample, and those of a long stream.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::{Action, StateTab, Tree};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::app::view::{Content, MatrixFound};
use eventglass::index::At;
use eventglass::model::{Applied, Pointer, Version};
use serde_json::Value;

use crate::program::{Program, Window, bank, drawn, labels, press, sample, settings, settle, start, wait_for, write};

/// The account's states as Emmett has them, by version.
fn states() -> BTreeMap<u64, Value> {
    let text = std::fs::read_to_string(sample("expected.json")).expect("expected.json");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let states = expected["states"].as_array().expect("states");
    let own = states.iter().filter(|state| state["stream"] == "account-1042");
    own.map(|state| (state["version"].as_u64().expect("a version"), state["state"].clone())).collect()
}

/// What the matrix says of a path at the event of that number: `none` where it changed nothing.
fn cell(window: &Window, applied: u64, path: &str) -> String {
    let workspace = window.state().workspace();
    let Content::Ready(body) = &workspace.state.content else { panic!("there is no state") };
    let path = Pointer::parse(path).expect("a pointer");
    let column = body.matrix.columns.column(applied);
    let Some(changes) = column.changes else { return "pending".to_owned() };
    if let Some(lack) = &changes.lack {
        return format!("{lack:?}");
    }
    match changes.find(&path) {
        MatrixFound::Changed(cell) => format!("{:?} {:?}", cell.before.as_deref(), cell.after.as_deref()),
        MatrixFound::Inside(count) => format!("{count} inside"),
        MatrixFound::Same => "none".to_owned(),
        MatrixFound::Unknown => "unknown".to_owned(),
    }
}

/// Every path of a value, as JSON pointers.
fn paths(value: &Value, at: &str, out: &mut BTreeSet<String>) {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| paths(value, &step(key), out)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| paths(value, &step(&i.to_string()), out)),
        _ => {}
    }
    if !at.is_empty() {
        out.insert(at.to_owned());
    }
}

/// What is to be said of a path that has one value before an event and another after it.
fn is_right(cell: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
    let is_branch = |value: Option<&Value>| (value.is_some_and(Value::is_object), value.is_some_and(Value::is_array));
    if before == after {
        return cell == "none";
    }
    if is_branch(before) == is_branch(after) && is_branch(before) != (false, false) {
        return cell.ends_with(" inside");
    }
    let side = |value: Option<&Value>| match value {
        None => "None".to_owned(),
        Some(Value::Object(members)) => format!("{:?}", Some(format!("{{{}}}", members.len()))),
        Some(Value::Array(items)) => format!("{:?}", Some(format!("[{}]", items.len()))),
        Some(leaf) => format!("{:?}", Some(leaf.to_string())),
    };
    cell == format!("{} {}", side(before), side(after))
}

/// The versions above the columns.
fn columns(window: &Window) -> Vec<String> {
    let all = labels(window);
    // Those of the list of events have names alone.
    let names = all.iter().filter_map(|label| label.strip_prefix("Column ")?.split_once(','));
    names.map(|(version, _)| version.to_owned()).collect()
}

fn row(window: &Window, name: &str) -> String {
    let rows = labels(window);
    let own = |label: &&String| label.starts_with("row ") && label.contains(&format!(", {name}"));
    // Rows of the matrix come after those of the lists.
    rows.iter().rfind(own).cloned().unwrap_or_else(|| panic!("no row {name} in {rows:#?}"))
}

fn click(window: &mut Window, pos: Pos2) {
    window.hover_at(pos);
    for pressed in [true, false] {
        let button = PointerButton::Primary;
        window.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
        window.run_steps(1);
    }
    window.run_steps(2);
    settle(window);
}

/// The tab at a version of the bank's account.
fn matrix_at(version: i64) -> Window {
    let mut window = start(bank(version, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    settle(&mut window);
    write(&mut window, "4");
    window
}

#[test]
fn cells_are_filled_where_an_event_changed_a_path() {
    let mut window = matrix_at(57);
    assert_eq!(window.state().app.commands().state_tab, StateTab::Matrix);
    let shown = columns(&window);
    assert!(shown.len() >= 4 && shown.contains(&"v57".to_owned()), "{shown:?}");
    let states = states();
    for version in &shown {
        let at: u64 = version[1..].parse().expect("a number");
        let (Some(before), Some(after)) = (states.get(&(at - 1)), states.get(&at)) else { continue };
        let mut all = BTreeSet::new();
        paths(before, "", &mut all);
        paths(after, "", &mut all);
        for path in &all {
            let cell = cell(&window, at, path);
            assert!(is_right(&cell, before.pointer(path), after.pointer(path)), "{path} at v{at}: {cell}");
        }
        let (was, is) = (&before["balance"], &after["balance"]);
        let want = if was == is {
            "none".to_owned()
        } else {
            format!("{:?} {:?}", Some(was.to_string()), Some(is.to_string()))
        };
        assert_eq!(cell(&window, at, "/balance"), want, "v{at}");
    }
    assert_eq!(cell(&window, 57, "/balance"), "Some(\"10601\") Some(\"-4217\")");
    // A row says what the event at the playhead did, and where else it changed.
    let balance = row(&window, "balance");
    assert!(balance.contains("balance, -4217, was 10601, also changed at v"), "{balance}");
    wait_for(&mut window, "Column v57, Withdrawn, at the playhead");
    // Left and right step through versions; the mark goes along.
    press(&mut window, Key::ArrowRight);
    assert!(window.state().app.title().starts_with("account-1042 v58"));
    wait_for(&mut window, "Column v58, FeeCharged, at the playhead");
    press(&mut window, Key::ArrowLeft);
    wait_for(&mut window, "Column v57, Withdrawn, at the playhead");
    // The window follows far moves.
    window.state_mut().apply(ScrubTo(Applied(200)));
    settle(&mut window);
    assert!(columns(&window).contains(&"v200".to_owned()));
    assert_ne!(cell(&window, 200, "/balance"), "pending");
}

#[test]
fn the_matrix_is_walked_by_keyboard() {
    let mut window = matrix_at(57);
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/balance")));
    window.key_press_modifiers(Modifiers::ALT, Key::Num3);
    window.run_steps(3);
    settle(&mut window);
    // The line below says what the cell is.
    wait_for(&mut window, "v57 Withdrawn, 20");
    wait_for(&mut window, "balance 10601 → -4217");
    press(&mut window, Key::ArrowDown);
    let below = window.state().selected().expect("a path");
    assert_ne!(below, "/balance");
    press(&mut window, Key::ArrowUp);
    assert_eq!(window.state().selected().as_deref(), Some("/balance"));
    // Enter goes to the event that wrote what is there.
    let states = states();
    let quiet = (58..214).find(|at| states[at]["balance"] == states[&(at - 1)]["balance"]).expect("an event");
    window.state_mut().apply(ScrubTo(Applied(quiet)));
    settle(&mut window);
    let wrote = (1..quiet).rev().find(|at| states[at]["balance"] != states[&(at - 1)]["balance"]).expect("a write");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().applied(), wrote, "from v{quiet}");
    // And b lists all of them.
    write(&mut window, "b");
    wait_for(&mut window, "Writes of balance:");
}

#[test]
fn a_click_goes_to_the_event_of_the_cell() {
    let mut window = matrix_at(57);
    let other = columns(&window).into_iter().find(|name| name != "v57").expect("another column");
    let column = window.get_by_label_contains(&format!("Column {other}, ")).rect();
    let name = row(&window, "balance");
    let place = window.get_by_label(&name).rect();
    click(&mut window, Pos2::new(column.center().x, place.center().y));
    assert!(window.state().app.title().starts_with(&format!("account-1042 {other} ")), "{other}");
    assert_eq!(window.state().selected().as_deref(), Some("/balance"));
}

#[test]
fn an_event_that_threw_says_so_and_what_follows_is_not_reached() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("account.js");
    let text = "export default (s = { n: 0 }, e) => { if (e.version === 58) throw new TypeError('no plan'); return { n: s.n + 1 } }";
    std::fs::write(&reducer, text).expect("written");
    let mut window = start(bank(58, Some(reducer)));
    wait_for(&mut window, "Reducer account.js");
    settle(&mut window);
    write(&mut window, "4");
    assert_eq!(cell(&window, 57, "/n"), "Some(\"56\") Some(\"57\")");
    let threw = cell(&window, 58, "/n");
    assert!(threw.starts_with("Threw(\"TypeError: no plan at account.js:1:"), "{threw}");
    assert_eq!(cell(&window, 59, "/n"), "NotReached");
    wait_for(&mut window, "Column v58, FeeCharged, at the playhead: the reducer threw: TypeError: no plan");
    wait_for(&mut window, "not reached, since the fold ended before it");
    // Left out, it changes nothing, and those behind it do.
    window.state_mut().apply(Action::SkipErrors);
    settle(&mut window);
    assert!(cell(&window, 58, "/n").starts_with("Threw("));
    assert_eq!(cell(&window, 59, "/n"), "Some(\"57\") Some(\"58\")");
    window.state_mut().apply(Action::ClearReducer);
    settle(&mut window);
    assert_eq!(cell(&window, 58, "/n"), "none", "merge has no n");
}

#[test]
fn what_was_there_for_a_while_has_a_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.jsonl");
    let data = [r#"{"a":1}"#, r#"{"hold":{"sum":5}}"#, r#"{"hold":null,"a":2}"#, r#"{"b":[1,2]}"#, r#"{"b":[1]}"#];
    let line = |(at, data): (usize, &&str)| {
        format!("{{\"stream\":\"n-1\",\"version\":{},\"type\":\"Noted\",\"data\":{data}}}\n", at + 1)
    };
    std::fs::write(&path, data.iter().enumerate().map(line).collect::<String>()).expect("written");
    let mut window = start(Place::of(&path));
    settle(&mut window);
    write(&mut window, "4");
    assert_eq!(columns(&window), ["v1", "v2", "v3", "v4", "v5"]);
    for (at, path, want) in [
        (1, "/a", "None Some(\"1\")"),
        (2, "/a", "none"),
        (2, "/hold", "None Some(\"{1}\")"),
        (2, "/hold/sum", "None Some(\"5\")"),
        (3, "/hold", "Some(\"{1}\") Some(\"null\")"),
        (3, "/hold/sum", "Some(\"5\") None"),
        (5, "/b", "1 inside"),
        (5, "/b/1", "Some(\"2\") None"),
    ] {
        assert_eq!(cell(&window, at, path), want, "{path} at v{at}");
    }
    // Members of what is gone by now, and the item that was taken away.
    wait_for(&mut window, "sum, also changed at v2, v3");
    wait_for(&mut window, "[1], removed, was 2, also changed at v4");
}

#[test]
fn a_window_anywhere_in_a_long_stream_is_there() {
    const EVENTS: u64 = 120_000;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.jsonl");
    let mut text = String::new();
    for at in 1..=EVENTS {
        let key = if at.is_multiple_of(10) { "tenth" } else { "n" };
        writeln!(text, "{{\"stream\":\"n-1\",\"version\":{at},\"type\":\"T\",\"data\":{{\"{key}\":{at}}}}}")
            .expect("a line");
    }
    std::fs::write(&path, text).expect("written");
    let place = Place { stream: Some("n-1".to_owned()), at: At::Version(Version(84_004)), ..Place::of(&path) };
    let program = Program::new(settings(), Start { places: vec![place], ..Start::default() });
    let mut window = drawn(program, [1440.0, 900.0]);
    settle(&mut window);
    write(&mut window, "4");
    let check = |window: &Window, at: u64| {
        let shown: Vec<u64> = columns(window).iter().map(|name| name[1..].parse().expect("a number")).collect();
        assert!(shown.len() > 2 && shown.contains(&at), "{shown:?}");
        for at in shown {
            let (own, other) = if at.is_multiple_of(10) { ("/tenth", "/n") } else { ("/n", "/tenth") };
            let before = match at {
                _ if own == "/tenth" => at - 10,
                at if (at - 1).is_multiple_of(10) => at - 2,
                at => at - 1,
            };
            assert_eq!(cell(window, at, own), format!("Some(\"{before}\") Some(\"{at}\")"));
            assert_eq!(cell(window, at, other), "none");
        }
    };
    check(&window, 84_004);
    for at in [32, 119_991, 60_003, 84_004] {
        window.state_mut().apply(ScrubTo(Applied(at)));
        settle(&mut window);
        check(&window, at);
    }
    // However wide it is, no more are asked for than can be seen.
    let shown = columns(&window);
    assert!(shown.len() < 64, "{}", shown.len());
    // Another tab ends it.
    write(&mut window, "1");
    assert_eq!(cell(&window, 84_004, "/n"), "pending");
}

#[test]
fn what_is_asked_for_is_the_window_that_is_drawn() {
    use eventglass::session::{Answer, IndexNews, Reading, ReplayAsk};
    use std::sync::Arc;
    let places = vec![Place::of("/pretended/bank.db")];
    let program = Program::played(settings(), Start { places, ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(crate::program::pretended())));
    let news: IndexNews = crate::program::index(1, 1_000, Reading::Done);
    program.answer(0, Answer::Index(news));
    let mut window = drawn(program, [1440.0, 900.0]);
    window.run_steps(2);
    let ticket = eventglass::session::Ticket { stream: 1, reducer: 1, seek: 1 };
    let state = crate::program::state_news(ticket, 1_000, eventglass::model::json::parse_text(r#"{"n":1}"#).node);
    window.state().answer(0, Answer::State(Box::new(state)));
    window.state_mut().apply(Action::SetStateTab(StateTab::Matrix));
    window.run_steps(3);
    let asked = |window: &Window| {
        let far = window.state().far.lock().expect("a lock");
        let matrix = |ask| match ask {
            ReplayAsk::Matrix { window, .. } => Some(window),
            _ => None,
        };
        far[0].replay.try_iter().filter_map(matrix).collect::<Vec<_>>()
    };
    let first = asked(&window);
    let [Some(drawn)] = &first[..] else { panic!("{first:?}") };
    assert!(*drawn.end() == 1_000 && drawn.end() - drawn.start() < 12, "{drawn:?}");
    window.run_steps(3);
    assert_eq!(asked(&window), [], "once is enough");
    // Until the playhead comes near the edge it is the same; then the last that is asked for counts.
    window.state_mut().apply(ScrubTo(Applied(999)));
    window.run_steps(2);
    assert_eq!(asked(&window), []);
    for at in [500, 400] {
        window.state_mut().apply(ScrubTo(Applied(at)));
        window.run_steps(2);
    }
    let far = asked(&window);
    assert!(
        far.len() == 2 && far.iter().flatten().all(|window| window.contains(&500) || window.contains(&400)),
        "{far:?}"
    );
    // Nobody looks at it any more.
    window.state_mut().apply(Action::SetStateTab(StateTab::Tree));
    window.run_steps(1);
    assert_eq!(asked(&window), [None]);
}

#[test]
fn enter_goes_to_a_writer_outside_of_the_columns() {
    let mut window = matrix_at(58);
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/dailyLimit")));
    settle(&mut window);
    window.get_by_label("Changes by version").focus();
    settle(&mut window);
    press(&mut window, Key::Enter);
    assert_eq!(window.state().applied(), 30);
    // Before the first event nobody wrote it, and that is said.
    window.state_mut().apply(ScrubTo(Applied(0)));
    settle(&mut window);
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/balance")));
    settle(&mut window);
    assert!(!labels(&window).iter().any(|label| label.contains("Select a path to see")), "one is selected");
}

#[test]
fn a_number_that_has_no_room_is_not_read_as_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let line = |at: u64| {
        let data = format!("{{\"in\":{{\"six\":{},\"long\":{}}}}}", 123_450 + at, 123_456_789_012_u64 + at);
        format!("{{\"stream\":\"a-1\",\"version\":{at},\"type\":\"Set\",\"data\":{data}}}\n")
    };
    std::fs::write(&log, (1..9).map(line).collect::<String>()).expect("written");
    let mut window = start(Place { stream: Some("a-1".into()), ..Place::of(log) });
    settle(&mut window);
    write(&mut window, "4");
    wait_for(&mut window, "Changes by version");
    settle(&mut window);
    let all = crate::panels::painted(&window);
    assert!(all.contains(&("123454".to_owned(), false)), "{all:?}");
    let cut = all.iter().filter(|(text, cut)| *cut && text.starts_with("1234567"));
    assert_eq!(cut.count(), 0, "{all:?}");
}
