//! One value, whole: what it is said to be, what it may mean, finding in it and copying it, by
//! keyboard and label.

use base64::prelude::{BASE64_STANDARD, Engine};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::{Action, StateTab, Tree};
use eventglass::app::place::Place;
use eventglass::app::view::ModalView;
use eventglass::model::Pointer;
use serde_json::{Value, json};

use crate::program::{Window, labels, settle, start, wait_for, wait_until};

/// A window on a stream of one event with this payload.
fn payload(data: &Value) -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let line = json!({ "stream": "a-1", "version": 1, "type": "T", "time": "2026-01-01T00:00:00Z", "data": data });
    std::fs::write(&log, format!("{line}\n")).expect("written");
    let mut window = start(Place::of(log));
    settle(&mut window);
    (window, folder)
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
    settle(window);
}

fn select(window: &mut Window, tree: Tree, path: &str) {
    window.state_mut().apply(Action::SelectPath(tree, Pointer::parse(path)));
    settle(window);
}

/// Presses the key of the sheet.
fn look(window: &mut Window) {
    window.event(Event::Text("v".to_owned()));
    window.run_steps(3);
    settle(window);
}

fn has(window: &Window, label: &str) -> bool {
    labels(window).iter().any(|own| own == label)
}

/// Tabs of the sheet.
fn tabs(window: &Window) -> Vec<&'static str> {
    match window.state().app.view().modal {
        Some(ModalView::Value(view)) => view.names,
        _ => Vec::new(),
    }
}

#[test]
fn enter_on_a_value_of_any_tree_shows_it_whole() {
    let long = format!("first line\nsecond {}", "ä".repeat(3_000));
    let (mut window, _folder) = payload(&json!({ "note": long, "deep": { "n": 7 } }));
    for panel in [Key::Num3, Key::Num2] {
        press(&mut window, Modifiers::ALT, panel);
    }
    press(&mut window, Modifiers::ALT, Key::Num3);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.state().selected().as_deref(), Some("/note"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Value of note"), "{:?}", labels(&window));
    assert!(has(&window, "text, 3,018 characters, 6.0 KB (6,018 bytes)"), "{:?}", labels(&window));
    assert!(has(&window, "line 1, first line"));
    // The text has the keyboard; Esc gives it back to the tree.
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(tabs(&window).is_empty());
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.state().selected().as_deref(), Some("/deep"));
    // An object has no Enter of its own for it: the key shows it as JSON.
    look(&mut window);
    assert!(has(&window, "object, 1 member, 12 bytes as JSON"), "{:?}", labels(&window));
    assert!(has(&window, "line 2,   \"n\": 7"), "{:?}", labels(&window));
}

#[test]
fn what_a_text_may_mean_is_offered_beside_it() {
    let json = r#"{"owner":"Åsa","limits":[1,2]}"#;
    let data = json!({
        "json": json,
        "encoded": BASE64_STANDARD.encode(json),
        "at": 1_791_295_385_377_u64,
        "iso": "2026-10-06T16:03:05+02:00",
        "plain": "just words",
    });
    let (mut window, _folder) = payload(&data);
    for (path, wanted) in [
        ("/json", &["Text", "as JSON"][..]),
        ("/encoded", &["Text", "as Base64", "JSON in Base64"]),
        ("/at", &["Value", "as a time"]),
        ("/iso", &["Text", "as a time"]),
        ("/plain", &["Text"]),
        ("", &["as JSON"]),
    ] {
        for tree in [Tree::State, Tree::Payload] {
            select(&mut window, tree, path);
            look(&mut window);
            assert_eq!(tabs(&window), wanted, "{path}");
            press(&mut window, Modifiers::NONE, Key::Escape);
        }
    }
    select(&mut window, Tree::Payload, "/encoded");
    look(&mut window);
    window.get_by_label("JSON in Base64").click();
    window.run_steps(2);
    assert!(has(&window, "line 2,   \"owner\": \"Åsa\","), "{:?}", labels(&window));
    window.get_by_label("Copy what is shown").click();
    window.run_steps(2);
    let copied = window.state().copied().pop().expect("a copy");
    assert_eq!(serde_json::from_str::<Value>(&copied).expect("JSON"), serde_json::from_str::<Value>(json).unwrap());
    press(&mut window, Modifiers::NONE, Key::Escape);
    select(&mut window, Tree::State, "/at");
    look(&mut window);
    window.get_by_label("as a time").click();
    window.run_steps(2);
    assert!(has(&window, "line 1, milliseconds since 1970"), "{:?}", labels(&window));
    assert!(has(&window, "line 2,   UTC    2026-10-06T14:03:05.377Z"), "{:?}", labels(&window));
}

#[test]
fn find_counts_and_goes_from_place_to_place() {
    let lines: Vec<String> =
        (0..4_000).map(|n| format!("line {n} {}", if n % 1_000 == 999 { "Needle" } else { "hay" })).collect();
    let (mut window, _folder) = payload(&json!({ "log": lines.join("\n") }));
    select(&mut window, Tree::Payload, "/log");
    look(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::F);
    window.event(Event::Text("needle".to_owned()));
    window.run_steps(4);
    let at = |window: &Window, nth: u64, line: u64| {
        assert!(has(window, &format!("Found: {nth} of 4")), "{:?}", labels(window));
        assert!(has(window, &format!("line {}, line {line} Needle", line + 1)), "{:?}", labels(window));
    };
    at(&window, 1, 999);
    for (modifiers, nth, line) in [
        (Modifiers::NONE, 2, 1_999),
        (Modifiers::NONE, 3, 2_999),
        (Modifiers::SHIFT, 2, 1_999),
        (Modifiers::SHIFT, 1, 999),
        (Modifiers::SHIFT, 4, 3_999),
        (Modifiers::NONE, 1, 999),
    ] {
        press(&mut window, modifiers, Key::Enter);
        at(&window, nth, line);
    }
    window.event(Event::Text("s and pins".to_owned()));
    window.run_steps(3);
    assert!(has(&window, "Found: not found"), "{:?}", labels(&window));
}

#[test]
fn a_text_of_many_megabytes_is_there_at_once_and_found_to_its_end() {
    let text = format!("{}the end", "0123456789 abcdef\n".repeat(600_000));
    let (mut window, _folder) = payload(&json!({ "blob": text }));
    select(&mut window, Tree::Payload, "/blob");
    window.event(Event::Text("v".to_owned()));
    window.run_steps(4);
    assert!(has(&window, "line 1, 0123456789 abcdef"), "it is shown before it is laid out");
    wait_for(&mut window, "too long to look for JSON, Base64 or hex in it");
    press(&mut window, Modifiers::COMMAND, Key::F);
    window.event(Event::Text("THE END".to_owned()));
    wait_until(&mut window, "the end", |window| has(window, "line 600001, the end"));
    assert!(has(&window, "Found: 1 of 1"));
}

#[test]
fn a_value_that_is_gone_and_no_value_say_so() {
    let (mut window, _folder) = payload(&json!({ "a": 1 }));
    look(&mut window);
    assert!(tabs(&window).is_empty(), "no path is selected");
    select(&mut window, Tree::State, "/was/here");
    look(&mut window);
    assert!(tabs(&window).is_empty());
    wait_for(&mut window, "There is no value here any more");
    // Behind the sheet the window stays as it is, and a closed store takes its sheet along.
    select(&mut window, Tree::State, "/a");
    window.state_mut().apply(Action::SetStateTab(StateTab::Raw));
    look(&mut window);
    assert_eq!(tabs(&window), ["Value"]);
    window.state_mut().apply(Action::CloseStore);
    settle(&mut window);
    assert!(tabs(&window).is_empty());
}
