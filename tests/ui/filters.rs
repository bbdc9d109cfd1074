//! Filters of the events, by keyboard and label.

use std::collections::BTreeMap;

use crate::panels::check_names;
use crate::program::{Case, Window, labels, settle, wait_until, window};
use egui::{Event, Key, Modifiers, PointerButton, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::Effect;
use eventglass::app::action::{Action, FilterAction};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::app::settings::Settings;
use eventglass::app::view::Content;
use eventglass::model::{Applied, Time};

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.run_steps(3);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(3);
}

fn shown(window: &mut Window, wanted: u64) {
    let what = format!("{wanted} events");
    wait_until(window, &what, |window| window.state().workspace().events.shown == wanted);
    settle(window);
}

/// The check-boxes: word, and whether it is on.
fn boxes(window: &Window) -> BTreeMap<String, bool> {
    let boxes = window.query_all_by_role(egui::accesskit::Role::CheckBox);
    let of = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        (node.label().unwrap_or_default(), node.toggled() == Some(egui::accesskit::Toggled::True))
    };
    boxes.map(of).collect()
}

#[test]
fn types_are_chosen_by_keyboard() {
    let mut window = window(Case::Full);
    write(&mut window, "f");
    settle(&mut window);
    let all = boxes(&window);
    assert!(all.len() > 3 && all.values().all(|on| *on), "{all:?}");
    assert!(all.contains_key("Withdrawn, 107 events"), "{all:?}");
    // The first, which is the most frequent, has the keyboard.
    press(&mut window, Key::Space);
    shown(&mut window, 107);
    assert!(!boxes(&window)["Withdrawn, 107 events"]);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Space);
    settle(&mut window);
    assert_eq!(boxes(&window).values().filter(|on| !**on).count(), 2);
    // Both on again: all are listed, and nothing is left out of what comes.
    press(&mut window, Key::Space);
    press(&mut window, Key::ArrowUp);
    press(&mut window, Key::Space);
    shown(&mut window, 214);
    assert_eq!(window.state().workspace().events.types.listed(), None);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
    settle(window);
}

fn apply(window: &mut Window, action: impl Into<Action>) {
    window.state_mut().apply(action);
    settle(window);
}

/// Of every event of the stream: type and time, whatever the filter.
fn events(window: &Window) -> Vec<(String, Time)> {
    let workspace = window.state().workspace();
    let Content::Ready(time) = &workspace.time.content else { panic!("there is a slider") };
    let of = |at: u64| (time.events.type_name(at).into_owned(), time.events.time(at).expect("a time"));
    (0..time.events.len()).map(of).collect()
}

fn has(window: &Window, label: &str) -> bool {
    labels(window).iter().any(|own| own == label)
}

#[test]
fn steps_lead_to_matches_and_with_ctrl_to_every_event() {
    let mut window = window(Case::Full);
    let all = events(&window);
    let matches: Vec<u64> = (1..=all.len() as u64).filter(|at| all[*at as usize - 1].0 == "Deposited").collect();
    apply(&mut window, ScrubTo(Applied(57)));
    assert!(!matches.contains(&57));
    assert!(!has(&window, "v57 is hidden by the filter"));
    apply(&mut window, Action::SetEventTypes(Some(["Deposited".to_owned()].into())));
    // The playhead stays, and the list says where it is.
    assert_eq!(window.state().applied(), 57);
    assert!(has(&window, "v57 is hidden by the filter"));
    let after = matches.partition_point(|at| *at < 57);
    press_with(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(window.state().applied(), matches[after]);
    assert!(!labels(&window).iter().any(|label| label.ends_with("is hidden by the filter")));
    press_with(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(window.state().applied(), matches[after - 1]);
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.state().applied(), matches[(after + 9).min(matches.len() - 1)]);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowLeft);
    assert_eq!(window.state().applied(), matches[(after + 9).min(matches.len() - 1)] - 1);
    for (modifiers, key, want) in [
        (Modifiers::NONE, Key::End, matches[matches.len() - 1]),
        (Modifiers::NONE, Key::ArrowRight, matches[matches.len() - 1]),
        (Modifiers::NONE, Key::Home, matches[0]),
        (Modifiers::COMMAND, Key::Home, 0),
        (Modifiers::COMMAND, Key::ArrowRight, 1),
        (Modifiers::COMMAND, Key::End, 214),
    ] {
        press_with(&mut window, modifiers, key);
        assert_eq!(window.state().applied(), want, "{modifiers:?} {key:?}");
    }
    // The buttons do as the keys.
    window.get_by_label("Step back").click();
    settle(&mut window);
    assert_eq!(window.state().applied(), matches[matches.iter().rposition(|at| *at < 214).expect("one")]);
    // What the slider draws in colour is what the list has.
    let workspace = window.state().workspace();
    let Content::Ready(time) = &workspace.time.content else { panic!("there is a slider") };
    let places: Vec<u64> = time.matches.expect("a filter").iter().map(|place| u64::from(*place) + 1).collect();
    assert_eq!(places, matches);
}

#[test]
fn a_stretch_of_time_is_typed_kept_taken_and_forgotten() {
    let mut window = window(Case::Full);
    let all = events(&window);
    let day = all[100].1.to_rfc3339()[..10].to_owned();
    let of_day = all.iter().filter(|(_, time)| time.to_rfc3339().starts_with(&day)).count() as u64;
    let from_day = all.iter().filter(|(_, time)| time.to_rfc3339()[..10] >= *day).count() as u64;
    assert!(of_day < from_day && from_day < 214);
    write(&mut window, "F");
    settle(&mut window);
    // The first field has the keyboard; what is meant stands below it.
    write(&mut window, &day);
    shown(&mut window, from_day);
    assert!(labels(&window).iter().any(|label| label.starts_with("From: ") && label.contains("00:00:00")));
    press(&mut window, Key::Tab);
    write(&mut window, "soon");
    settle(&mut window);
    assert!(has(&window, "Through: This is no time: type 2026-10-06 14:03, Tue 14:03 or 6 Oct."));
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, &day);
    shown(&mut window, of_day);
    // It is kept under a name.
    assert!(has(&window, "No filter is kept for stores of this kind."));
    window.get_by_label("Name of the filter").focus();
    window.run_steps(2);
    write(&mut window, "That day");
    press(&mut window, Key::Enter);
    settle(&mut window);
    assert!(has(&window, "Filter That day"));
    assert!(window.get_by_label("Name of the filter").is_focused(), "the keyboard is not lost");
    check_names(&window, "the sheet of times");
    press(&mut window, Key::Escape);
    settle(&mut window);
    assert!(!has(&window, "Filter That day"), "the sheet is closed");
    apply(&mut window, FilterAction::Clear);
    assert_eq!(window.state().workspace().events.shown, 214);
    // One key takes it, and it comes with the next start of the program.
    press_with(&mut window, Modifiers::COMMAND | Modifiers::ALT, Key::Num1);
    shown(&mut window, of_day);
    let saved = |window: &Window| {
        let mut settings = Settings::default();
        for effect in &window.state().effects {
            if let Effect::Save(change) = effect {
                settings.apply(change);
            }
        }
        settings.filters.into_values().flatten().map(|kept| kept.name).collect::<Vec<_>>()
    };
    assert_eq!(saved(&window), ["That day"]);
    write(&mut window, "F");
    settle(&mut window);
    window.get_by_label("Forget filter That day").click();
    settle(&mut window);
    assert!(saved(&window).is_empty() && !has(&window, "Filter That day"));
    // The filter itself is what it was, and what the place comes back with.
    assert_eq!(window.state().workspace().events.shown, of_day);
    assert!(window.state().app.place().expect("a place").filter.times.is_set());
    window.get_by_label("All times").click();
    shown(&mut window, 214);
}

#[test]
fn what_is_dragged_over_in_the_bars_is_listed_alone() {
    let mut window = window(Case::Full);
    let bars = window.get_by_label("Playhead").rect();
    let (y, left, width) = (bars.top() + 40.0, bars.left() + 10.0, bars.width() - 20.0);
    window.drag_at(pos2(left + width * 0.4, y));
    window.run_steps(1);
    window.hover_at(pos2(left + width * 0.5, y));
    window.run_steps(1);
    window.hover_at(pos2(left + width * 0.6, y));
    window.run_steps(1);
    window.drop_at(pos2(left + width * 0.6, y));
    window.run_steps(3);
    assert_eq!(window.state().applied(), 57, "the playhead stays where it is");
    assert!(window.get_by_label("Only these events").is_focused());
    press(&mut window, Key::Enter);
    settle(&mut window);
    let times = window.state().app.place().expect("a place").filter.times;
    let inside = events(&window).iter().filter(|(_, time)| times.has(Some(*time))).count() as u64;
    assert!((2..200).contains(&inside), "{inside}");
    assert_eq!(window.state().workspace().events.shown, inside);
    assert!(!has(&window, "Only these events"));
    // A click still goes there, and Esc selects nothing.
    apply(&mut window, FilterAction::Clear);
    window.hover_at(pos2(left + width * 0.9, y));
    window.run_steps(1);
    for pressed in [true, false] {
        let (pos, button, modifiers) = (pos2(left + width * 0.9, y), PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
        window.run_steps(1);
    }
    settle(&mut window);
    assert!(window.state().applied() > 120, "{}", window.state().applied());
}

#[test]
fn tab_goes_from_end_to_end_of_the_time_and_round_its_sheet() {
    let mut window = window(Case::Full);
    write(&mut window, "F");
    settle(&mut window);
    write(&mut window, "28 Sep");
    settle(&mut window);
    press(&mut window, Key::Tab);
    assert!(window.get_by_label("Events through").is_focused());
    write(&mut window, "29 Sep");
    settle(&mut window);
    // Whoever goes on comes round to the first field, and never out of the sheet.
    let mut came = Vec::new();
    for _ in 0..8 {
        press(&mut window, Key::Tab);
        came.push(crate::keyboard::focused_name(&window));
        if came.last().is_some_and(|name| name == "Events from") {
            break;
        }
    }
    assert_eq!(came.last().map(String::as_str), Some("Events from"), "{came:?}");
    press_with(&mut window, Modifiers::SHIFT, Key::Tab);
    assert!(window.query_by_label("Events from").is_some(), "it is open still");
    assert!(!crate::keyboard::focused_name(&window).is_empty());
}

#[test]
fn going_back_lists_again_what_was_listed_there() {
    let mut window = window(Case::Full);
    apply(&mut window, Action::SetEventFilter("fee".to_owned()));
    let listed = window.state().workspace().events.shown;
    window.get_by_label_contains("account-1041, 33 events").click();
    settle(&mut window);
    assert_eq!(window.state().workspace().events.filter, "");
    apply(&mut window, Action::Back);
    shown(&mut window, listed);
    assert_eq!(window.state().workspace().events.filter, "fee");
    assert_eq!(window.state().workspace().events.stream, Some("account-1042"));
}
