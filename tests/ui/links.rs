//! System streams and links, by labels and keys, in a store that a real EventStoreDB wrote.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable;
use eventglass::app::Place;
use eventglass::app::action::Action;
use eventglass::app::place::Start;
use eventglass::app::playback::PlaybackCommand;
use eventglass::index::At;
use eventglass::model::Version;

use crate::program::{Program, Window, drawn, labels, settings, settle, start, wait_for, wait_until};

fn kurrent() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores/kurrentdb/db")
}

fn at(stream: &str, version: i64) -> Place {
    let (stream, at) = (Some(stream.to_owned()), At::Version(Version(version)));
    Place { store: kurrent(), stream, at, ..Place::default() }
}

fn is_there(window: &Window, text: &str) -> bool {
    labels(window).iter().any(|label| label.contains(text))
}

fn titled(window: &mut Window, text: &str) {
    let what = format!("the title begins with {text}");
    wait_until(window, &what, |window| window.state().app.title().starts_with(text));
}

#[test]
fn system_streams_are_listed_on_demand_and_the_choice_is_remembered() {
    let mut window = start(Place::of(kurrent()));
    wait_for(&mut window, "system streams hidden: show them");
    assert!(is_there(&window, "category order") && !is_there(&window, "category $ce"));
    window.get_by_label_contains("system streams hidden: show them").click();
    wait_for(&mut window, "181 streams");
    assert!(!is_there(&window, "system streams hidden"));
    // By its key, and in the next store of the kind.
    window.event(egui::Event::Text("s".to_owned()));
    wait_for(&mut window, "system streams hidden: show them");
    window.event(egui::Event::Text("s".to_owned()));
    wait_for(&mut window, "181 streams");
    window.state_mut().apply(Action::CloseStore);
    window.run_steps(2);
    window.state_mut().apply(Action::OpenPath(kurrent().to_string_lossy().into_owned()));
    wait_for(&mut window, "181 streams");
}

#[test]
fn a_stream_that_is_named_opens_though_it_is_not_listed() {
    let mut window = start(at("$ce-order", 0));
    titled(&mut window, "$ce-order v0 - db");
    wait_for(&mut window, "system streams hidden");
    // A store without such streams says nothing of them.
    let mut bank = start(crate::program::bank(57, None));
    wait_for(&mut bank, "category account");
    assert!(!is_there(&bank, "hidden"));
}

#[test]
fn a_link_shows_the_event_that_it_stands_for_and_is_followed_and_left_again() {
    let mut window = start(at("$ce-order", 0));
    titled(&mut window, "$ce-order v0 - db");
    wait_until(&mut window, "a link that was found", |window| {
        labels(window)
            .iter()
            .any(|label| label.starts_with("links to order-") && label.contains("OrderPlaced, shown here"))
    });
    // The payload is that of the order.
    wait_for(&mut window, "customer");
    let words = labels(&window).into_iter().find(|label| label.starts_with("links to order-")).expect("the link");
    let place = words.trim_start_matches("links to ").split(',').next().expect("a place").to_owned();
    window.get_by_label(&words).click();
    titled(&mut window, &format!("{place} - db"));
    // Alt and left: back; Alt and Enter: there again.
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    titled(&mut window, "$ce-order v0 - db");
    wait_for(&mut window, "OrderPlaced, shown here");
    window.key_press_modifiers(Modifiers::ALT, Key::Enter);
    titled(&mut window, &format!("{place} - db"));
}

#[test]
fn what_links_here_is_listed_and_opened() {
    let mut window = start(at("order-7001", 0));
    titled(&mut window, "order-7001 v0 - db");
    wait_for(&mut window, "row 1 of ");
    settle(&mut window);
    window.event(egui::Event::Text("w".to_owned()));
    wait_for(&mut window, "events point here");
    wait_until(&mut window, "the row of $ce-order", |window| {
        labels(window).iter().any(|label| label.contains("$ce-order v") && label.ends_with("links to"))
    });
    window.get_by_label_contains(", $ce-order v").click();
    titled(&mut window, "$ce-order v");
    window.state_mut().apply(Action::Back);
    titled(&mut window, "order-7001 v0 - db");
    // Of another event they are asked for anew.
    wait_for(&mut window, "Which events point at this one");
    window.get_by_label_contains("What links here").click();
    wait_for(&mut window, "events point here");
}

#[test]
fn a_tab_that_is_asked_for_by_its_key_comes_to_the_front() {
    let places = vec![at("order-7001", 0)];
    let mut window = drawn(Program::new(settings(), Start { places, ..Start::default() }), [500.0, 320.0]);
    titled(&mut window, "order-7001 v0 - db");
    settle(&mut window);
    let is_seen = |window: &Window, panel| window.query_by_role_and_label(Role::Region, panel).is_some();
    assert_eq!((is_seen(&window, "Events"), is_seen(&window, "Event")), (true, false), "one panel at a time");
    window.event(egui::Event::Text("w".to_owned()));
    wait_for(&mut window, "events point here");
    assert_eq!((is_seen(&window, "Events"), is_seen(&window, "Event")), (false, true));
    window.event(egui::Event::Text("2".to_owned()));
    settle(&mut window);
    assert!(is_seen(&window, "State"));
}

#[test]
fn kinds_of_a_category_are_listed_below_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("messages.csv");
    let mut csv = "global_position,position,time,stream_name,type,data,metadata,id\n".to_owned();
    let streams = ["account:command-7", "account-7", "account-8", "tour:position", "account:snapshot-7", "hold-1"];
    for (at, stream) in streams.iter().enumerate() {
        csv += &format!("{at},0,2026-03-04 05:06:07,{stream},T,{{}},{{}},00000000-0000-4000-8000-00000000000{at}\n");
    }
    std::fs::write(&path, csv).expect("written");
    let mut window = start(Place::of(&path));
    let listed = |window: &Window| -> Vec<String> {
        let rows = labels(window).into_iter().filter(|label| label.starts_with("row "));
        let rows = rows.filter(|label| label.contains("category ") || label.contains(", 1 event"));
        rows.map(|label| label.split(", ").nth(1).unwrap_or_default().to_owned()).collect()
    };
    let all = [
        "category account",
        "account-7",
        "account-8",
        "category account:command",
        "account:command-7",
        "category account:snapshot",
        "account:snapshot-7",
        "category hold",
        "hold-1",
        "category tour",
        "category tour:position",
        "tour:position",
    ];
    wait_until(&mut window, "all categories", |window| listed(window) == all);
    // The number at the top is that of all its kinds.
    assert!(
        is_there(&window, "category account, 4 of 4 streams") && is_there(&window, "account:command, 1 of 1 streams")
    );
    // Closed, a category takes its kinds along.
    window.get_by_label_contains("category account, 4").click();
    wait_until(&mut window, "the rest", |window| {
        listed(window).first().is_some_and(|row| row == "category account") && listed(window)[1..] == all[7..]
    });
    window.get_by_label_contains("tour:position, 1 event").click();
    titled(&mut window, "tour:position v0");
    window.get_by_label_contains("category account, 4").click();
    wait_until(&mut window, "all categories", |window| listed(window) == all);
    window.get_by_label_contains("category account:command, 1").click();
    wait_until(&mut window, "without commands", |window| !listed(window).contains(&"account:command-7".to_owned()));
}

#[test]
fn a_link_by_position_says_what_is_there_and_how_much_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("messages.csv");
    let mut csv = "global_position,position,time,stream_name,type,data,metadata,id\n".to_owned();
    let rows = [
        ("hold-7", 0, "Placed", "{}"),
        ("hold-7", 1, "Released", "{}"),
        ("hold-8", 0, "Placed", "{}"),
        ("hold:position", 0, "Recorded", r#""{""position"":11}""#),
    ];
    for (at, (stream, position, kind, data)) in rows.into_iter().enumerate() {
        let id = format!("00000000-0000-4000-8000-00000000000{at}");
        csv += &format!("{},{position},2026-03-04 05:06:07,{stream},{kind},{data},{{}},{id}\n", at + 10);
    }
    std::fs::write(&path, csv).expect("written");
    let mut window = start(Place { stream: Some("hold:position".to_owned()), ..Place::of(&path) });
    wait_for(&mut window, "has read to position 11, hold-7 v1 Released, 1 event of hold follows");
    window.get_by_label_contains("has read to position 11").click();
    titled(&mut window, "hold-7 v1 - messages.csv");
}

#[test]
fn what_a_projection_would_write_stands_at_its_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("alerts.js");
    let text =
        "fromAll().when({ $init: () => ({ n: 0 }), OrderCancelled: (s, e) => { s.n++; linkTo('cancelled', e); } })";
    std::fs::write(&script, text).expect("a file");
    let reducer = Some(script.to_string_lossy().into_owned());
    let mut window = start(Place { reducer, ..at("order-7002", 2) });
    titled(&mut window, "order-7002 v2 - db");
    wait_for(&mut window, "would emit $> to cancelled, 2@order-7002");
    window.state_mut().apply(Action::Playback(PlaybackCommand::StepBy(-1)));
    titled(&mut window, "order-7002 v1 - db");
    settle(&mut window);
    assert!(!is_there(&window, "would emit"));
}
