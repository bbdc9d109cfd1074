//! Finding something in a panel, by keyboard and label.

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::{Action, EventTab, StateTab, Tree};
use eventglass::app::place::Place;
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::model::{Applied, Pointer};
use serde_json::json;

use crate::keyboard::focused_name;
use crate::panels::check_names;
use crate::program::{Case, Window, labels, settle, start, wait_for, window};

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
    settle(window);
    // What a place is in is opened a branch with each frame.
    window.run_steps(6);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(3);
    settle(window);
    window.run_steps(6);
}

fn apply(window: &mut Window, action: impl Into<Action>) {
    window.state_mut().apply(action);
    settle(window);
    window.run_steps(3);
}

fn has(window: &Window, label: &str) -> bool {
    labels(window).iter().any(|own| own == label)
}

/// Gives a panel the keyboard by its number, and asks to find something.
fn find_in(window: &mut Window, panel: Key, text: &str) {
    press(window, Modifiers::ALT, panel);
    press(window, Modifiers::COMMAND, Key::F);
    write(window, text);
}

#[test]
fn what_is_in_folded_branches_of_the_state_is_found_and_opened() {
    let mut window = window(Case::Full);
    find_in(&mut window, Key::Num3, "malm");
    wait_for(&mut window, "Find in the state: 1 of 1");
    assert_eq!(window.state().selected().as_deref(), Some("/owner/address/city"));
    assert!(
        labels(&window).iter().any(|label| label.contains("city \"Malm") && label.starts_with("row ")),
        "it is on screen"
    );
    // Names are looked at too; Enter goes round, Shift+Enter back.
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "limit");
    let first = window.state().selected().expect("a path");
    let count = labels(&window)
        .into_iter()
        .find_map(|label| label.strip_prefix("Find in the state: 1 of ").and_then(|count| count.parse::<usize>().ok()));
    let count = count.unwrap_or_else(|| panic!("{:#?}", labels(&window)));
    assert!(count >= 2, "{count}");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let second = window.state().selected().expect("a path");
    assert_ne!(first, second);
    assert!(has(&window, &format!("Find in the state: 2 of {count}")));
    press(&mut window, Modifiers::SHIFT, Key::Enter);
    assert_eq!(window.state().selected().as_ref(), Some(&first));
    press(&mut window, Modifiers::SHIFT, Key::Enter);
    assert!(has(&window, &format!("Find in the state: {count} of {count}")));
    // Another state is looked through by itself.
    apply(&mut window, ScrubTo(Applied(0)));
    assert!(labels(&window).iter().any(|label| label.starts_with("Find in the state: ")));
    apply(&mut window, ScrubTo(Applied(57)));
    // Esc closes it and gives the keyboard back.
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Find in the state").is_none());
    assert_eq!(focused_name(&window), "State");
    // A branch that one closes stays so.
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(window.query_by_label("Find in the state").is_none());
}

#[test]
fn text_changes_and_the_event_are_looked_through() {
    let mut window = window(Case::Full);
    apply(&mut window, Action::SetStateTab(StateTab::Raw));
    wait_for(&mut window, "line 13, ");
    find_in(&mut window, Key::Num3, "MALM");
    wait_for(&mut window, "Find in the state: 1 of 1");
    assert!(
        labels(&window).iter().any(|label| label.starts_with("line ") && label.contains("Malm")),
        "it is on screen"
    );
    // The other tab of the panel has it in another place.
    apply(&mut window, Action::SetStateTab(StateTab::Changes));
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "balance");
    wait_for(&mut window, "Find in the state: 1 of ");
    assert_eq!(window.state().selected().as_deref(), Some("/balance"));
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "nobody has this");
    wait_for(&mut window, "Find in the state: not found");
    // The payload's line is one of its own.
    window.get_by_label("Payload values").focus();
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "withdr");
    wait_for(&mut window, "Find in the event: not found");
    apply(&mut window, Action::SetEventTab(EventTab::Raw));
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "AMOUNT\":14818");
    wait_for(&mut window, "Find in the event: 1 of 1");
    check_names(&window, "two lines for finding");
    window.get_by_label("Close find in the event").click();
    settle(&mut window);
    assert!(window.query_by_label("Find in the event").is_none());
    assert!(window.query_by_label("Find in the state").is_some());
}

#[test]
fn in_lists_their_own_filter_is_what_finds() {
    let mut window = window(Case::Full);
    press(&mut window, Modifiers::ALT, Key::Num1);
    press(&mut window, Modifiers::COMMAND, Key::F);
    assert_eq!(focused_name(&window), "Filter streams");
    press(&mut window, Modifiers::ALT, Key::Num2);
    press(&mut window, Modifiers::COMMAND, Key::F);
    assert_eq!(focused_name(&window), "Filter events");
}

#[test]
fn a_huge_payload_is_looked_through_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let items: Vec<_> =
        (0..200_000).map(|n| json!({ "n": n, "note": if n == 199_998 { "needle" } else { "hay" } })).collect();
    let line = json!({ "stream": "a-1", "version": 1, "type": "T", "time": "2026-01-01T00:00:00Z", "data": { "items": items } });
    std::fs::write(&log, format!("{line}\n")).expect("written");
    let mut window = start(Place::of(log));
    settle(&mut window);
    find_in(&mut window, Key::Num3, "needle");
    wait_for(&mut window, "Find in the state: 1 of 1");
    window.run_steps(6);
    assert_eq!(window.state().selected().as_deref(), Some("/items/199998/note"));
    assert!(labels(&window).iter().any(|label| label.contains("note \"needle\"")), "it is on screen");
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "hay");
    wait_for(&mut window, "Find in the state: 1 of 10,000 or more");
}

#[test]
fn the_drawer_of_writes_is_looked_through() {
    let mut window = window(Case::Full);
    apply(&mut window, Action::SelectPath(Tree::State, Pointer::parse("/balance")));
    write(&mut window, "b");
    wait_for(&mut window, "Writes of balance: ");
    settle(&mut window);
    assert_eq!(focused_name(&window), "Writes");
    press(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "feecharged");
    let rows = labels(&window).iter().filter(|label| label.starts_with("row ") && label.contains("FeeCharged")).count();
    assert!(rows > 0, "{:#?}", labels(&window));
    wait_for(&mut window, "Find in the writes: 1 of ");
    press(&mut window, Modifiers::NONE, Key::Enter);
    wait_for(&mut window, "Find in the writes: 2 of ");
    // Enter goes to places only; the drawer stays as it is, and Esc closes the line first.
    assert_eq!(window.state().applied(), 57);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Find in the writes").is_none());
    assert_eq!(focused_name(&window), "Writes");
    assert!(window.query_by_label("Close writes").is_some());
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Close writes").is_none());
}

#[test]
fn the_matrix_is_looked_through_too() {
    let mut window = window(Case::Full);
    apply(&mut window, Action::SetStateTab(StateTab::Matrix));
    find_in(&mut window, Key::Num3, "city");
    wait_for(&mut window, "Find in the state: 1 of ");
    assert_eq!(window.state().selected().as_deref(), Some("/owner/address/city"));
    assert!(labels(&window).iter().any(|label| label.contains(", city")), "its row is on screen");
    check_names(&window, "the matrix with its line");
    // What a cell says is found too, though the state has it no longer.
    let mut window = start(crate::program::bank(57, Some(crate::program::sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    apply(&mut window, Action::SetStateTab(StateTab::Matrix));
    find_in(&mut window, Key::Num3, "10601");
    wait_for(&mut window, "Find in the state: 1 of ");
    assert_eq!(window.state().selected().as_deref(), Some("/balance"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(focused_name(&window), "Changes by version");
}
