//! A person's ways through the real program: the app, its threads and a real store, driven
//! by accessible labels. Values come from the sample's `expected.json`, which Emmett wrote.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::Action;
use eventglass::app::{Effect, Place};
use eventglass::index::At;
use eventglass::model::Version;

use crate::program::{Program, Window, bank, drawn, expected, labels, sample, settings, start, wait_for, wait_until};

fn bank_at(version: i64) -> Window {
    let mut window = start(bank(version, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    wait_for(&mut window, " of 214, ");
    wait_for(&mut window, "balance ");
    window
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.run_steps(2);
}

fn write(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run_steps(2);
}

/// What Emmett itself says the balance is.
fn expected_balance(version: u64) -> String {
    expected("account-1042", version)["balance"].to_string()
}

#[test]
fn why_is_this_account_negative() {
    // The whole job: open, find the stream by its name, go to the end, step back to the event.
    let mut window = drawn(Program::new(settings(), Default::default()), [1440.0, 900.0]);
    window.run_steps(2);
    window.get_by_label("Path of a store").focus();
    window.run_steps(1);
    window.get_by_label("Path of a store").type_text(&sample("bank.db").to_string_lossy());
    window.run_steps(1);
    window.key_press(Key::Enter);
    wait_for(&mut window, "category account");
    // All is read, and the first stream is shown.
    wait_for(&mut window, "row 58 of 58");

    window.get_by_label("Filter streams").focus();
    window.run_steps(1);
    window.get_by_label("Filter streams").type_text("1042");
    wait_for(&mut window, "1 of 42 streams");
    window.get_by_label_contains("account-1042, 214 events").click();
    wait_for(&mut window, "row 214 of 214");
    // Without a reducer the state says that it is a guess.
    wait_for(&mut window, "Merge, a guess");

    window.state_mut().apply(Action::UseReducer(sample("reducers.mjs").to_string_lossy().into_owned()));
    wait_for(&mut window, &format!("balance {}", expected_balance(214)));

    window.get_by_label_contains("row 200 of 214").click();
    wait_for(&mut window, &format!("balance {}", expected_balance(200)));
    press(&mut window, Key::ArrowLeft);
    wait_for(&mut window, &format!("balance {}", expected_balance(199)));
    assert!(window.state().app.title().starts_with("account-1042 v199 - bank.db"));
}

#[cfg(unix)]
#[test]
fn a_program_is_run_by_its_command() {
    let mut window = start(bank(57, None));
    wait_for(&mut window, "Reducer Merge, a guess");
    window.state_mut().apply(Action::ShowProgram);
    window.run_steps(2);
    window.get_by_label_contains("can read, write and send what you can");
    window
        .get_by_label("Command of a program")
        .type_text(r#"sh -c "while read -r line; do echo '{\"balance\":7}'; done""#);
    window.run_steps(1);
    window.get_by_label("Run").click();
    wait_for(&mut window, "balance 7");
    window.get_by_label_contains("Reducer sh -c");
}

#[test]
fn what_the_store_itself_keeps_is_shown_where_it_keeps_it() {
    let marten = sample("../marten/bank.dump");
    let place = Place {
        stream: Some("486861c9-be99-4227-8108-d7cba42a841c".to_owned()),
        at: At::Version(Version(80)),
        ..Place::of(&marten)
    };
    let mut window = start(place);
    wait_for(&mut window, "Reducer Merge, a guess");
    window.get_by_label_contains("Reducer Merge, a guess").click();
    window.run_steps(3);
    window.get_by_label("The store's own document").click();
    wait_for(&mut window, "Reducer The store's own document at v80");
    wait_for(&mut window, "Id \"486861c9");
    press(&mut window, Key::ArrowLeft);
    wait_for(&mut window, "the store holds a document at v80 only");
    press(&mut window, Key::ArrowRight);
    wait_for(&mut window, "Id \"486861c9");
    // It is part of the place, and comes back with it.
    let place = window.state().app.place().expect("a place");
    assert_eq!(place.reducer.as_deref(), Some("stored"));
    let mut again = start(place);
    wait_for(&mut again, "Reducer The store's own document at v80");
    // Nothing of the kind is offered where a store keeps none.
    let mut bank = start(bank(57, None));
    wait_for(&mut bank, "Reducer Merge, a guess");
    bank.get_by_label_contains("Reducer Merge, a guess").click();
    bank.run_steps(3);
    assert!(!labels(&bank).iter().any(|label| label.contains("own document")), "{:?}", labels(&bank));
}

#[test]
fn the_event_that_did_it_is_on_screen_with_what_it_changed() {
    let mut window = bank_at(57);
    let (before, after) = (expected_balance(56), expected_balance(57));
    wait_for(&mut window, &format!("balance {after}, changed, was {before}, written by v57"));
    // The limit was lowered one event earlier, the feature that explains it.
    wait_for(&mut window, "limit 0, written by v56");
    write(&mut window, "2");
    wait_for(&mut window, "balance changed");
    press(&mut window, Key::ArrowRight);
    wait_for(&mut window, "version 58, FeeCharged");
    write(&mut window, "1");
    wait_for(&mut window, &format!("balance {}", expected_balance(58)));
    press(&mut window, Key::Home);
    wait_for(&mut window, "initial state");
    press(&mut window, Key::End);
    wait_for(&mut window, &format!("balance {}", expected_balance(214)));
}

#[test]
fn every_version_on_the_slider_has_the_librarys_state() {
    let mut window = bank_at(1);
    for version in [3u64, 56, 57, 58, 61, 120, 150, 213, 2] {
        window.get_by_role(egui::accesskit::Role::Slider).set_value_accesskit(version as f64);
        wait_for(&mut window, &format!("balance {}", expected_balance(version)));
        wait_for(&mut window, &format!("version {version}, "));
    }
}

#[test]
fn events_are_found_by_type_and_by_payload() {
    let mut window = bank_at(57);
    window.get_by_label("Filter events").focus();
    window.run_steps(1);
    window.get_by_label("Filter events").type_text("type:limitchanged");
    wait_for(&mut window, "row 1 of ");
    wait_until(&mut window, "only LimitChanged", |window| {
        let rows: Vec<String> =
            labels(window).into_iter().filter(|l| l.starts_with("row ") && l.contains(" v")).collect();
        let events: Vec<&String> = rows.iter().filter(|l| l.contains(", v")).collect();
        !events.is_empty() && events.iter().all(|row| row.contains("LimitChanged"))
    });
    window.get_by_label("Clear filter events").click();
    wait_for(&mut window, " of 214, ");
}

#[test]
fn a_store_that_grows_says_so_and_takes_it_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let line = |version: u32| {
        format!("{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"Counted\",\"data\":{{\"n\":{version}}}}}\n")
    };
    std::fs::write(&path, line(1) + &line(2)).expect("written");
    let mut window = start(Place::of(&path));
    wait_for(&mut window, "row 2 of 2");
    std::fs::write(&path, line(1) + &line(2) + &line(3)).expect("written");
    wait_for(&mut window, "1 event");
    press(&mut window, Key::F5);
    wait_for(&mut window, "row 3 of 3");
    press(&mut window, Key::End);
    wait_for(&mut window, "n 3, changed, was 2");
    // Something else under the same name is not mixed with what was read.
    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, line(7).replace("a-1", "b-1")).expect("written");
    wait_for(&mut window, "replaced");
    press(&mut window, Key::F5);
    wait_for(&mut window, "b-1");
}

#[test]
fn a_reducer_that_throws_keeps_the_last_good_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("strict.js");
    std::fs::write(
        &reducer,
        "export default (s = { n: 0 }, e) => { if (e.version === 58) throw new TypeError('no fee'); return { n: s.n + 1 } }",
    )
    .expect("written");
    let mut window = start(bank(60, Some(reducer)));
    wait_for(&mut window, "TypeError: no fee");
    wait_for(&mut window, "n 57");
    window.get_by_label("Skip it and continue").click();
    wait_for(&mut window, "n 59");
}

#[test]
fn what_is_no_store_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("picture.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\n").expect("written");
    let mut window = start(Place::of(path));
    wait_for(&mut window, "it is a PNG image");
    wait_for(&mut window, "open a store file instead");
}

#[test]
fn a_folder_is_asked_for_by_a_button_and_in_the_menu_and_opened() {
    let mut window = drawn(Program::new(settings(), Default::default()), [1440.0, 900.0]);
    window.run_steps(2);
    window.get_by_label("Open folder…").click();
    window.run_steps(2);
    assert_eq!(window.state().effects, [Effect::PickFolder]);
    let folder = sample("bank.db").with_file_name("").join("../kurrentdb/db");
    // What the dialog comes to, or is dropped.
    window.state_mut().apply(Action::OpenFiles(vec![folder]));
    wait_for(&mut window, "32 streams");
    window.state_mut().apply(Action::SetStreamFilter("order-7001".to_owned()));
    wait_for(&mut window, "order-7001, 5 events");
    // And beside a store that is open.
    window.get_by_label("File").click();
    window.run_steps(2);
    window.get_by_label("Open folder…").click();
    window.run_steps(2);
    assert_eq!(window.state().effects.last(), Some(&Effect::PickFolder));
}
