//! Several stores in one window: what is where belongs to each of them.

use std::sync::Arc;

use egui::{Event, Modifiers, MouseWheelUnit, Role, vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::program::{
    Case, Program, Window, bank, drawn, index, label, labels, pretended_at, problem, rest, sample, settings, settle,
    sized, window,
};
use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::model::StoreId;
use eventglass::session::{Answer, Reading};

fn scroll(window: &mut Window, list: &str, rows: f32) {
    let center = window.get_by_role_and_label(Role::ListBox, list).rect().center();
    window.hover_at(center);
    settle(window);
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -24.0 * rows),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    // A wheel is smoothed over some frames.
    window.run_steps(12);
    settle(window);
}

/// Labels of the rows on screen that contain a text.
fn rows(window: &Window, text: &str) -> Vec<String> {
    window.query_all_by_label_contains(text).filter_map(|node| node.accesskit_node().label()).collect()
}

fn show(window: &mut Window, store: usize) {
    window.state_mut().apply(Action::ShowNthStore(store));
    window.run_steps(2);
    settle(window);
}

/// The bank and a copy of it, both at account-1042 v57.
fn two(folder: &tempfile::TempDir) -> Window {
    let copy = folder.path().join("orders.db");
    std::fs::copy(sample("bank.db"), &copy).expect("copied");
    let first = bank(57, None);
    let second = Place { store: copy, ..first.clone() };
    let start = Start { places: vec![first, second], ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), [1440.0, 900.0]);
    for store in [1, 0] {
        show(&mut window, store);
    }
    window
}

#[test]
fn a_store_is_scrolled_to_where_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = two(&folder);
    show(&mut window, 1);
    let other = rows(&window, " of 214, ");
    show(&mut window, 0);
    let first = rows(&window, " of 214, ");
    scroll(&mut window, "Events", 40.0);
    let scrolled = rows(&window, " of 214, ");
    assert_ne!(first, scrolled);
    show(&mut window, 1);
    assert_eq!(rows(&window, " of 214, "), other, "the other store knows nothing of it");
    scroll(&mut window, "Events", -20.0);
    show(&mut window, 0);
    assert_eq!(rows(&window, " of 214, "), scrolled);
}

#[test]
fn the_list_of_the_store_that_comes_to_the_front_has_the_keyboard() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = two(&folder);
    for store in [1, 0, 1] {
        show(&mut window, store);
        let row = window.get_by_label_contains("row 57 of 214");
        assert!(row.is_focused(), "store {store}");
    }
}

/// Stores beside the bank: two are called alike, down to their folders.
const OTHERS: [&str; 4] =
    ["orders.db", "Bestellungen-und-Lieferungen-2026-überarbeitet.jsonl", "one/same/a", "two/same/a"];

/// Opens another store beside those that are there, and shows the first again.
fn open_beside(window: &mut Window, name: &str) {
    let path = window.state().folder().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    if name.ends_with(".jsonl") {
        std::fs::write(&path, r#"{"stream":"a-1","version":1,"type":"Counted","data":{"n":1}}"#).expect("written");
    } else {
        std::fs::copy(sample("bank.db"), &path).expect("copied");
    }
    window.state_mut().apply(Action::OpenFiles(vec![path]));
    rest(window);
    window.state_mut().apply(Action::ShowNthStore(0));
    rest(window);
    window.state_mut().log.clear();
}

/// The bank and so many of the others, all of them read.
fn several(others: &[&str], size: [f32; 2]) -> Window {
    let mut window = sized(Case::Full, size);
    for name in others {
        open_beside(&mut window, name);
    }
    window
}

fn count_of_tabs(window: &Window) -> usize {
    window.query_all_by_role(Role::Tab).filter(|tab| label(tab).starts_with("Store")).count()
}

#[test]
fn one_store_is_a_chip_and_several_are_tabs() {
    let one = window(Case::Full);
    assert_eq!(count_of_tabs(&one), 0);
    one.get_by_label("Store bank.db emmett-sqlite");
    let mut window = several(&OTHERS[..2], [1_440.0, 900.0]);
    assert_eq!(count_of_tabs(&window), 3);
    window.get_by_label("Store bank.db, 1 of 3, shown").click();
    rest(&mut window);
    window.get_by_label("Emmett, sqlite");
    assert!(labels(&window).contains(&sample("bank.db").display().to_string()));
    window.get_by_label("Store bank.db, 1 of 3, shown").click();
    rest(&mut window);
    window.get_by_label("Store orders.db, 2 of 3").click();
    rest(&mut window);
    assert_eq!(window.state().log, [Action::ShowStore(StoreId(2))]);
    window.get_by_label("Store orders.db, 2 of 3, shown");
}

#[test]
fn a_tab_is_closed_by_its_cross_and_by_the_middle_button() {
    let mut window = several(&OTHERS[..2], [1_440.0, 900.0]);
    window.get_by_label("Close orders.db").click();
    rest(&mut window);
    let center = window.get_by_label("Store bank.db, 1 of 2, shown").rect().center();
    window.hover_at(center);
    for pressed in [true, false] {
        let (pos, button, modifiers) = (center, egui::PointerButton::Middle, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    rest(&mut window);
    assert_eq!(window.state().log, [Action::CloseTab(StoreId(2)), Action::CloseTab(StoreId(1))]);
    assert_eq!(count_of_tabs(&window), 0);
    window.get_by_label_contains(&format!("Store {}", OTHERS[1]));
}

#[test]
fn tabs_without_room_are_behind_a_drop_down() {
    let mut window = several(&OTHERS, [640.0, 400.0]);
    let shown = count_of_tabs(&window);
    assert!((1..5).contains(&shown), "{shown}");
    window.get_by_label(&format!("{} more stores", 5 - shown)).click();
    rest(&mut window);
    window.get_by_label(OTHERS[1]).click();
    rest(&mut window);
    assert_eq!(window.state().log, [Action::ShowStore(StoreId(3))]);
    assert!(window.query_by_label_contains(", 3 of 5, shown").is_some(), "the one in front has a tab of its own");
}

#[test]
fn what_a_store_in_the_background_does_is_said() {
    let places = ["bank.db"].iter().chain(&OTHERS).map(|name| Place::of(format!("/pretended/{name}"))).collect();
    let program = Program::played(settings(), Start { places, ..Start::default() });
    for nth in 0..5 {
        let reading = if nth == 1 { Reading::Running } else { Reading::Done };
        program.answer(nth, Answer::Opened(Arc::new(pretended_at(&format!("/pretended/{nth}")))));
        program.answer(nth, Answer::Index(index(1, 3, reading)));
    }
    program.answer(4, Answer::ReadFailed(problem("Events could not be read")));
    let mut window = drawn(program, [1_440.0, 900.0]);
    rest(&mut window);
    window.get_by_label("Store orders.db, 2 of 5, being read");
    window.get_by_label("Store two/same/a, 5 of 5, has news");
    window.set_size(vec2(640.0, 400.0));
    rest(&mut window);
    window.get_by_label_contains("more stores, has news");
}

#[test]
fn nothing_in_the_toolbar_lies_over_another() {
    for case in [Case::Welcome, Case::Failed] {
        toolbar_is_apart_at_every_width(&mut window(case), &format!("{case:?}"));
    }
    for case in [Case::Full, Case::Guess, Case::Threw, Case::Loading] {
        let mut window = window(case);
        toolbar_is_apart_at_every_width(&mut window, &format!("{case:?}"));
        for (count, name) in (2..).zip(OTHERS) {
            window.set_size(vec2(1_440.0, 640.0));
            open_beside(&mut window, name);
            toolbar_is_apart_at_every_width(&mut window, &format!("{case:?} of {count} stores"));
        }
    }
}

fn toolbar_is_apart_at_every_width(window: &mut Window, what: &str) {
    for width in [213.0, 341.0, 512.0, 640.0, 800.0, 1_024.0, 1_110.0, 1_440.0, 2_560.0] {
        window.set_size(vec2(width, 640.0));
        rest(window);
        let toolbar = window.get_by_role_and_label(Role::Region, "Toolbar");
        let parts: Vec<(String, egui::Rect)> =
            toolbar.children_recursive().map(|node| (label(&node), node.rect())).collect();
        for (at, (name, rect)) in parts.iter().enumerate() {
            assert!(rect.left() >= 0.0 && rect.right() <= width, "{what}: {name} is at {rect:?} of {width}");
            let is_in = |outer: &str| name.starts_with("Close ") && outer.starts_with("Store ");
            for (other, place) in &parts[..at] {
                let common = rect.intersect(*place);
                let apart = common.width() <= 0.5 || common.height() <= 0.5;
                assert!(apart || is_in(other), "{what}: {name} {rect:?} over {other} {place:?} of {width}");
                assert_ne!(name, other, "{what}");
            }
        }
    }
}
