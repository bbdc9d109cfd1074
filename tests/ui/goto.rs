//! Going to places by the keyboard alone: the box, the way back, bookmarks; results are read from
//! the accessibility tree.

use egui::{Event, Key, Modifiers, PointerButton, Role, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand;
use eventglass::app::{Effect, settings::Settings};
use eventglass::model::Applied;

use crate::keyboard::focused_name;
use crate::panels::check_names;
use crate::program::{Case, Program, Window, bank, drawn, labels, sample, settings, settle, wait_until, window};

const CTRL: Modifiers = Modifiers::COMMAND;

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    settle(window);
}

/// Opens the box by these keys, and types.
fn ask(window: &mut Window, modifiers: Modifiers, key: Key, text: &str) {
    press(window, modifiers, key);
    if !text.is_empty() {
        write(window, text);
    }
}

fn enter(window: &mut Window) {
    press(window, Modifiers::NONE, Key::Enter);
}

fn title(window: &Window) -> String {
    window.state().app.title()
}

/// The lines of the box, as they are said.
fn lines(window: &Window) -> Vec<String> {
    let is_line = |label: &String| label.split_once(" of ").is_some_and(|(at, _)| at.parse::<u32>().is_ok());
    let rows = window.root().children_recursive().filter(|node| node.accesskit_node().role() == Role::ListBoxOption);
    rows.filter_map(|node| node.accesskit_node().label()).filter(is_line).collect()
}

fn says(window: &Window, words: &str) -> bool {
    labels(window).iter().any(|label| label.contains(words))
}

fn is_open(window: &Window) -> bool {
    window.query_by_role_and_label(Role::Region, "Go to").is_some()
}

#[test]
fn an_account_and_a_version_are_reached_by_ten_keys() {
    let mut window = window(Case::Guess);
    ask(&mut window, CTRL, Key::P, "card1180");
    assert!(lines(&window)[0].contains(": Stream card-1180, "), "{:?}", lines(&window));
    check_names(&window, "the box");
    enter(&mut window);
    assert!(title(&window).starts_with("card-1180 v"), "{}", title(&window));
    assert_eq!(focused_name(&window), "Events", "the keyboard is where one went");
    ask(&mut window, CTRL, Key::G, "7");
    assert!(lines(&window)[0].contains(": Version v7 "), "{:?}", lines(&window));
    enter(&mut window);
    assert_eq!(title(&window), "card-1180 v7 - bank.db");
    assert!(!is_open(&window));
}

#[test]
fn versions_steps_and_ends_are_gone_to() {
    let mut window = window(Case::Guess);
    for (typed, want) in [
        ("v60", "account-1042 v60 - bank.db"),
        ("-10", "account-1042 v50 - bank.db"),
        ("+3", "account-1042 v53 - bank.db"),
        ("initial", "account-1042 initial state - bank.db"),
        ("-5", "account-1042 initial state - bank.db"),
        ("last", "account-1042 v214 - bank.db"),
        ("1", "account-1042 v1 - bank.db"),
        ("0", "account-1042 initial state - bank.db"),
    ] {
        ask(&mut window, CTRL, Key::G, typed);
        enter(&mut window);
        assert_eq!(title(&window), want, "{typed}");
    }
    ask(&mut window, CTRL, Key::G, "900");
    assert!(says(&window, "account-1042: the stream has no version 900: its last is 214."), "{:?}", labels(&window));
    enter(&mut window);
    assert!(is_open(&window), "there is nowhere to go");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!is_open(&window));
    assert_eq!(title(&window), "account-1042 initial state - bank.db");
}

#[test]
fn a_day_and_a_clock_lead_to_the_last_event_before_and_to_the_end_of_that_minute() {
    let mut window = window(Case::Guess);
    // v57 is of Tuesday, 2026-09-29 18:42:17; v56 of that morning.
    ask(&mut window, CTRL, Key::G, "2026-09-29 18:42");
    let shown = lines(&window);
    assert!(shown[0].contains(": Time v56 LimitChanged, 2026-09-29 09:00:04"), "{shown:?}");
    assert!(shown[0].ends_with("up to 2026-09-29 18:42:00 +00:00"), "{shown:?}");
    assert!(shown[1].contains(": Time v57 Withdrawn, 2026-09-29 18:42:17"), "{shown:?}");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(says(&window, "2 of 2: Time v57 Withdrawn"), "what the keyboard is on is said");
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    enter(&mut window);
    assert_eq!(title(&window), "account-1042 v56 - bank.db");
    // The last Tuesday at or before the last event, which is of 22 November.
    ask(&mut window, CTRL, Key::P, "Tue 23:59");
    assert!(lines(&window)[0].contains("up to 2026-11-17 23:59:00"), "{:?}", lines(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    ask(&mut window, CTRL, Key::G, "1999-01-01");
    assert!(lines(&window)[0].contains(": Time Initial state"), "{:?}", lines(&window));
}

#[test]
fn the_next_event_of_a_type_is_gone_to() {
    let mut window = window(Case::Guess);
    ask(&mut window, CTRL, Key::G, "interest");
    let shown = lines(&window);
    assert!(shown[0].contains(": Type InterestPaid") && shown[0].ends_with("the next of them, v62"), "{shown:?}");
    enter(&mut window);
    assert_eq!(title(&window), "account-1042 v62 - bank.db");
    ask(&mut window, CTRL, Key::G, "accountopened");
    assert!(lines(&window)[0].ends_with("the first of them, v1"), "{:?}", lines(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    ask(&mut window, CTRL, Key::G, "nothing of the kind");
    assert!(
        says(&window, "Nothing here is called nothing of the kind. Type v57, -10, initial"),
        "{:?}",
        labels(&window)
    );
}

#[test]
fn an_event_is_found_by_its_id_in_the_stream_and_in_the_store() {
    let mut window = window(Case::Guess);
    let id = labels(&window).iter().find_map(|label| label.strip_prefix("caused by event ").map(str::to_owned));
    let id = id.expect("v57 has a cause").split([',', ' ']).next().expect("an id").to_owned();
    ask(&mut window, CTRL, Key::P, &id);
    let there = lines(&window).iter().any(|line| line.contains(": Event ") && line.ends_with("has this id"));
    let text = format!("No event of this store has the id {id}.");
    assert!(there || says(&window, &text), "{:?}", lines(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    // The own id of another stream's event, spelled otherwise.
    window.state_mut().apply(Action::SelectStream(eventglass::model::StreamId(0)));
    settle(&mut window);
    let own = title(&window);
    let copied = {
        window.state_mut().apply(Action::Copy(eventglass::app::action::CopyWhat::Event));
        window.state().copied().pop().expect("an event")
    };
    let event: serde_json::Value = serde_json::from_str(&copied).expect("JSON");
    let id = event["id"].as_str().expect("an id").replace('-', "").to_uppercase();
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(title(&window), "account-1042 v57 - bank.db");
    ask(&mut window, CTRL, Key::P, &id);
    assert!(lines(&window)[0].ends_with("has this id"), "{:?}", lines(&window));
    enter(&mut window);
    assert_eq!(title(&window), own);
    // What is no UUID is looked for when one says so.
    ask(&mut window, CTRL, Key::P, "no-such-id");
    assert!(lines(&window)[0].contains("The event with the id no-such-id, look through the whole store"));
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    enter(&mut window);
    assert!(says(&window, "No event of this store has the id no-such-id."), "{:?}", labels(&window));
    assert!(is_open(&window));
}

#[test]
fn enter_before_the_first_answer_goes_to_the_best_hit() {
    let mut window = window(Case::Guess);
    window.key_press_modifiers(CTRL, Key::P);
    window.run_steps(3);
    window.event(Event::Text("card-1180".to_owned()));
    window.key_press(Key::Enter);
    wait_until(&mut window, "the stream", |window| title(window).starts_with("card-1180 v"));
}

#[test]
fn any_command_is_found_by_its_name_with_its_key_or_the_reason() {
    let mut window = window(Case::Guess);
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "utc");
    assert_eq!(lines(&window)[0], "1 of 1: View Times: local or UTC, u");
    enter(&mut window);
    assert!(!window.state().app.commands().utc && !is_open(&window));
    // From the box of places by a sign; what cannot be done says why and stays.
    ask(&mut window, CTRL, Key::P, ">read new");
    assert_eq!(lines(&window)[0], "1 of 1: File Read new events, the store has not changed since it was read, F5");
    enter(&mut window);
    assert!(is_open(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    // One that opens a sheet of its own, and one that moves the keyboard.
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "open path");
    enter(&mut window);
    assert!(says(&window, "Path of a store"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "> nothing so");
    assert!(says(&window, "No command is called so."));
    press(&mut window, Modifiers::NONE, Key::Escape);
    // Words of its sentence find one too, the end of a word does not: Enter would quit at "Nothing is written".
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "thing");
    assert!(!lines(&window).iter().any(|line| line.contains("Quit")), "{:?}", lines(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "nothing is");
    assert!(lines(&window).iter().any(|line| line.contains("Quit")), "{:?}", lines(&window));
}

#[test]
fn commands_are_there_without_a_store() {
    let mut window = window(Case::Welcome);
    ask(&mut window, CTRL, Key::P, "");
    assert!(!is_open(&window), "there is nowhere to go");
    ask(&mut window, CTRL | Modifiers::SHIFT, Key::P, "dark");
    enter(&mut window);
    assert_eq!(window.state().app.commands().theme, eventglass::app::action::ThemeChoice::Dark);
}

#[test]
fn places_are_gone_back_to_and_forward_again() {
    let mut window = window(Case::Guess);
    let forward = |window: &mut Window| press(window, Modifiers::ALT, Key::ArrowRight);
    let back = |window: &mut Window| press(window, Modifiers::ALT, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    ask(&mut window, CTRL, Key::G, "100");
    enter(&mut window);
    window.state_mut().apply(PlaybackCommand::ScrubTo(Applied(200)));
    window.state_mut().apply(PlaybackCommand::ScrubTo(Applied(150)));
    settle(&mut window);
    ask(&mut window, CTRL, Key::P, "card-1180");
    enter(&mut window);
    let there = title(&window);
    for want in ["account-1042 v150 - bank.db", "account-1042 v100 - bank.db", "account-1042 v58 - bank.db"] {
        back(&mut window);
        assert_eq!(title(&window), want);
    }
    assert!(window.state().app.commands().can_go_forward && !window.state().app.commands().can_go_back);
    back(&mut window);
    assert_eq!(title(&window), "account-1042 v58 - bank.db");
    // The buttons of the mouse.
    let mouse = |window: &mut Window, button| {
        for pressed in [true, false] {
            window.event(Event::PointerButton { pos: pos2(700.0, 400.0), button, pressed, modifiers: Modifiers::NONE });
        }
        settle(window);
    };
    mouse(&mut window, PointerButton::Extra2);
    assert_eq!(title(&window), "account-1042 v100 - bank.db");
    mouse(&mut window, PointerButton::Extra1);
    assert_eq!(title(&window), "account-1042 v58 - bank.db");
    for _ in 0..3 {
        forward(&mut window);
    }
    assert_eq!(title(&window), there);
    // Going elsewhere leaves nothing ahead.
    back(&mut window);
    ask(&mut window, CTRL, Key::G, "3");
    enter(&mut window);
    assert!(!window.state().app.commands().can_go_forward);
}

#[test]
fn the_way_back_leads_through_open_stores_and_past_closed_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let line = |n| format!("{{\"stream\":\"s-1\",\"version\":{n},\"type\":\"T\",\"data\":{{\"n\":{n}}}}}\n");
    std::fs::write(&log, (1..=40).map(line).collect::<String>()).expect("written");
    let places = vec![bank(57, None), Place::of(&log)];
    let mut window = drawn(Program::new(settings(), Start { places, ..Start::default() }), [1440.0, 900.0]);
    settle(&mut window);
    press(&mut window, CTRL, Key::Num2);
    wait_until(&mut window, "the log", |window| title(window) == "s-1 v40 - log.jsonl");
    ask(&mut window, CTRL, Key::G, "2");
    enter(&mut window);
    press(&mut window, CTRL, Key::Num1);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(title(&window), "s-1 v2 - log.jsonl");
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(title(&window), "account-1042 v57 - bank.db");
    // The log is closed: what was in it is passed over.
    window.state_mut().apply(Action::ShowNthStore(1));
    press(&mut window, CTRL, Key::W);
    assert_eq!(title(&window), "account-1042 v57 - bank.db");
    press(&mut window, Modifiers::ALT, Key::ArrowRight);
    assert_eq!(title(&window), "account-1042 v57 - bank.db");
}

/// The settings as they stand after what was saved.
fn saved(window: &Window) -> Settings {
    let mut settings = settings();
    for effect in &window.state().effects {
        if let Effect::Save(change) = effect {
            settings.apply(change);
        }
    }
    settings
}

#[test]
fn a_place_is_marked_with_a_note_listed_and_found_after_the_next_start() {
    let mut window = window(Case::Guess);
    write(&mut window, "m");
    check_names(&window, "the sheet");
    assert!(says(&window, "Note on account-1042 v57"), "{:?}", labels(&window));
    write(&mut window, "it went below zero");
    enter(&mut window);
    assert!(!says(&window, "Note on"), "the sheet is closed");
    assert!(says(&window, "bookmark: it went below zero"), "the slider says so");
    ask(&mut window, CTRL, Key::G, "3");
    enter(&mut window);
    write(&mut window, "m");
    enter(&mut window);
    // Both are listed, and found by their words.
    write(&mut window, "'");
    assert_eq!(lines(&window).len(), 2, "{:?}", lines(&window));
    write(&mut window, "zero");
    assert_eq!(lines(&window), ["1 of 1: Bookmark it went below zero, account-1042 v57"]);
    enter(&mut window);
    assert_eq!(title(&window), "account-1042 v57 - bank.db");
    // Another start has them; from another stream, among other places.
    let again = Start { places: vec![Place::of(sample("bank.db"))], ..Start::default() };
    let mut next = drawn(Program::new(saved(&window), again), [1440.0, 900.0]);
    settle(&mut next);
    ask(&mut next, CTRL, Key::P, "below");
    assert!(lines(&next)[0].ends_with(": Bookmark it went below zero, account-1042 v57"), "{:?}", lines(&next));
    enter(&mut next);
    assert_eq!(title(&next), "account-1042 v57 - bank.db");
    // The same key changes it, and a button removes it.
    write(&mut next, "m");
    write(&mut next, ", twice");
    enter(&mut next);
    assert!(says(&next, "bookmark: it went below zero, twice"));
    write(&mut next, "m");
    next.get_by_label("Remove").click();
    settle(&mut next);
    assert!(!says(&next, "bookmark: "));
    write(&mut next, "'");
    assert_eq!(lines(&next), ["1 of 1: Bookmark account-1042 v3"]);
}

#[test]
fn without_a_bookmark_the_list_says_how_one_is_set() {
    let mut window = window(Case::Guess);
    write(&mut window, "'");
    assert!(says(&window, "No bookmark is set in this store. The key m sets one at the playhead."));
}

#[test]
fn one_comes_back_from_a_jump_to_a_neighbour() {
    let mut window = window(Case::Full);
    for version in ["v100", "v57"] {
        ask(&mut window, CTRL, Key::P, version);
        enter(&mut window);
    }
    window.state_mut().apply(Action::JumpTo(Applied(56)));
    settle(&mut window);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(window.state().applied(), 57);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(window.state().applied(), 100);
}

#[test]
fn an_id_that_looks_like_a_version_is_answered() {
    let mut window = window(Case::Full);
    ask(&mut window, CTRL, Key::P, "v9999");
    for _ in 0..8 {
        press(&mut window, Modifiers::NONE, Key::ArrowDown);
    }
    enter(&mut window);
    wait_until(&mut window, "an answer", |window| says(window, "No event of this store has the id v9999."));
}
