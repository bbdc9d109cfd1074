//! Names that show nothing: the empty text, and blanks only. Each is seen, said and found by a word.

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::formats::OpenChoice;

use crate::panels::check_names;
use crate::program::{Program, Window, drawn, labels, settings, settle, wait_for};

/// A stream without a name, one of two blanks, and one with a type without a name.
fn opened() -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("blank.db");
    let conn = rusqlite::Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE events(stream_id TEXT, version INTEGER, type TEXT, payload TEXT, UNIQUE(stream_id, version));
         INSERT INTO events VALUES ('', 1, 'Opened', '{\"n\":1}'), ('', 2, '', '{\"n\":2}'), ('  ', 1, ' ', '{\"n\":1}'),
             ('user-1', 1, '', '{\"n\":1}'), ('user-1', 2, 'Paid', '{\"n\":2}');",
    )
    .expect("events");
    drop(conn);
    let mut choice = OpenChoice::default();
    choice.map.add("stream=stream_id,version=version,type=type,data=payload").expect("a mapping");
    let place = Place { stream: Some(String::new()), ..Place::of(&path) };
    let start = Start { places: vec![place], choice, ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), [1440.0, 900.0]);
    settle(&mut window);
    (window, folder)
}

fn has(window: &Window, part: &str) -> bool {
    labels(window).iter().any(|own| own.contains(part))
}

#[test]
fn an_empty_name_has_a_word_wherever_it_stands() {
    let (mut window, _folder) = opened();
    assert_eq!(window.state().app.title(), "(empty) v2 - blank.db");
    for part in [
        // The list of streams, the heading, the events, the event, the slider.
        ", (empty), 2 events",
        ", ··, 1 event",
        "(empty), 2 events",
        "row 2 of 2, (empty), v2",
        "(empty), v2",
        "Only (empty)",
        "version 2, 2 of 2, (empty)",
    ] {
        assert!(has(&window, part), "{part} in {:#?}", labels(&window));
    }
    assert!(!labels(&window).iter().any(|own| own.contains(", , ") || own.ends_with(", ")), "{:#?}", labels(&window));
    check_names(&window, "names that show nothing");
    // The other one.
    window.get_by_label_contains(", ··, 1 event").click();
    settle(&mut window);
    assert_eq!(window.state().app.title(), "·· v1 - blank.db");
    assert!(has(&window, "row 1 of 1, ·, v1"), "{:#?}", labels(&window));
    // What is copied is the name itself.
    window.state_mut().apply(Action::Copy(eventglass::app::action::CopyWhat::StreamName));
    assert_eq!(window.state().copied().last().map(String::as_str), Some("  "));
}

#[test]
fn an_empty_name_is_gone_to_by_its_word_and_names_no_file() {
    let (mut window, _folder) = opened();
    window.get_by_label_contains("user-1, 2 events").click();
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::P);
    settle(&mut window);
    window.event(Event::Text("empty".to_owned()));
    wait_for(&mut window, "Stream (empty), 2 events");
    window.key_press(Key::Escape);
    settle(&mut window);
    // The list of types, by the word too.
    window.event(Event::Text("f".to_owned()));
    window.run_steps(3);
    settle(&mut window);
    assert!(has(&window, "(empty), 1 event") && has(&window, "Paid, 1 event"), "{:#?}", labels(&window));
    window.key_press(Key::Escape);
    settle(&mut window);
    // A search, whose rows name both.
    window.state_mut().apply(Action::SearchFor("n=2".to_owned()));
    window.state_mut().apply(Action::ShowSearch);
    wait_for(&mut window, ", (empty) v2, (empty)");
}
