//! Everything by keyboard alone.

use egui::{Event, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

use crate::fake::{Case, Fake};
use crate::window;
use eventglass::app::action::{Action, Axis, CopyWhat, StateTab};
use eventglass::app::playback::PlaybackCommand;
use eventglass::model::Applied;

fn press(harness: &mut Harness<'_, Fake>, key: Key) {
    harness.key_press(key);
    harness.run();
}

fn press_with(harness: &mut Harness<'_, Fake>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run();
}

fn write(harness: &mut Harness<'_, Fake>, text: &str) {
    harness.event(Event::Text(text.into()));
    harness.run();
}

fn applied(harness: &Harness<'_, Fake>) -> u64 {
    harness.state().playback.applied().0
}

#[test]
fn the_playhead_moves_from_anywhere() {
    let mut harness = window(Case::Full);
    for (key, modifiers, want) in [
        (Key::ArrowRight, Modifiers::NONE, 59),
        (Key::ArrowLeft, Modifiers::NONE, 58),
        (Key::ArrowRight, Modifiers::SHIFT, 68),
        (Key::ArrowLeft, Modifiers::SHIFT, 58),
        (Key::End, Modifiers::NONE, 214),
        (Key::Home, Modifiers::NONE, 0),
    ] {
        press_with(&mut harness, modifiers, key);
        assert_eq!(applied(&harness), want, "{modifiers:?} {key:?}");
    }
    write(&mut harness, "l");
    assert_eq!(applied(&harness), 1);
    write(&mut harness, ">");
    assert_eq!(harness.state().playback.speed(), 10);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert!(harness.state().playback.is_playing());
}

#[test]
fn arrows_do_not_move_the_focus() {
    let mut harness = window(Case::Full);
    harness.get_by_label("Axis: sequence").focus();
    harness.run();
    press(&mut harness, Key::ArrowRight);
    assert_eq!(applied(&harness), 59);
    assert!(harness.get_by_label("Axis: sequence").is_focused());
}

#[test]
fn a_list_moves_by_arrows_letters_and_pages() {
    let mut harness = window(Case::Full);
    press_with(&mut harness, Modifiers::ALT, Key::Num2);
    assert_eq!(focused_name(&harness), "Events");
    assert!(harness.get_by_label_contains("row 58 of 214").is_focused(), "the row is the active descendant");
    for (key, want) in [(Key::ArrowDown, 59), (Key::ArrowUp, 58), (Key::PageDown, 83), (Key::PageUp, 58)] {
        press(&mut harness, key);
        assert_eq!(applied(&harness), want, "{key:?}");
    }
    write(&mut harness, "j");
    assert_eq!(applied(&harness), 59);
    write(&mut harness, "k");
    assert_eq!(applied(&harness), 58);
    harness.get_by_label_contains("row 58 of 214");
}

#[test]
fn streams_are_walked_and_opened() {
    let mut harness = window(Case::Full);
    press_with(&mut harness, Modifiers::ALT, Key::Num1);
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::ArrowDown);
    assert!(!harness.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))), "only on Enter");
    press(&mut harness, Key::Enter);
    assert!(harness.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))));
    for _ in 0..12 {
        press(&mut harness, Key::ArrowUp);
    }
    press(&mut harness, Key::Enter);
    assert!(harness.state().log.iter().any(|action| matches!(action, Action::ToggleCategory(_))));
}

#[test]
fn f6_goes_round_the_panels() {
    let mut harness = window(Case::Full);
    press_with(&mut harness, Modifiers::ALT, Key::Num1);
    let mut seen = Vec::new();
    for _ in 0..5 {
        press(&mut harness, Key::F6);
        seen.push(focused_name(&harness));
    }
    assert_eq!(seen, ["Events", "State", "Payload values", "Playhead", "Streams"]);
    press_with(&mut harness, Modifiers::SHIFT, Key::F6);
    assert_eq!(focused_name(&harness), "Playhead");
}

fn focused_name(harness: &Harness<'_, Fake>) -> String {
    let Some(focused) = harness.root().children_recursive().find(Node::is_focused) else { return String::new() };
    // A list says which of its rows is the current one; the list is what has the keyboard.
    let is_row = matches!(focused.accesskit_node().role(), Role::ListBoxOption | Role::TreeItem);
    let node = if is_row { focused.parent().unwrap_or(focused) } else { focused };
    node.accesskit_node().label().unwrap_or_default()
}

#[test]
fn tab_leaves_every_panel() {
    let mut harness = window(Case::Full);
    let mut names = Vec::new();
    for _ in 0..80 {
        press(&mut harness, Key::Tab);
        names.push(focused_name(&harness));
    }
    for name in ["Streams", "Events", "State", "Payload values", "Playhead", "File", "Play"] {
        assert!(names.iter().any(|seen| seen == name), "{name} is never reached: {names:?}");
    }
}

#[test]
fn the_slash_goes_to_the_filter_and_escape_backs_out() {
    let mut harness = window(Case::Full);
    write(&mut harness, "/");
    assert_eq!(focused_name(&harness), "Filter events");
    assert_eq!(harness.state().event_filter, "", "the key itself is not typed");
    write(&mut harness, "t");
    assert_eq!(harness.state().event_filter, "t");
    assert_eq!(harness.state().axis, Axis::Time, "letters belong to the field");
    press(&mut harness, Key::Escape);
    assert_eq!(harness.state().event_filter, "");
    press(&mut harness, Key::Escape);
    assert_eq!(focused_name(&harness), "Events");
    write(&mut harness, "t");
    assert_eq!(harness.state().axis, Axis::Sequence);
}

#[test]
fn commands_have_their_keys() {
    let mut harness = window(Case::Full);
    write(&mut harness, "2");
    assert_eq!(harness.state().state_tab, StateTab::Changes);
    write(&mut harness, "y");
    write(&mut harness, "Y");
    harness.event(Event::Copy);
    harness.run();
    press_with(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    let copies: Vec<_> = harness.state().log.iter().filter(|action| matches!(action, Action::Copy(_))).collect();
    let want = [CopyWhat::Value, CopyWhat::Path, CopyWhat::Event, CopyWhat::State].map(Action::Copy);
    assert_eq!(copies, want.iter().collect::<Vec<_>>());
    press_with(&mut harness, Modifiers::COMMAND, Key::O);
    assert!(harness.state().log.contains(&Action::OpenDialog));
}

#[test]
fn the_sheets_open_and_close() {
    let mut harness = window(Case::Full);
    write(&mut harness, "?");
    harness.get_by_label("Close keys");
    press(&mut harness, Key::ArrowRight);
    assert_eq!(applied(&harness), 58, "a sheet takes the keys");
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Close keys").is_none());
    press_with(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert_eq!(focused_name(&harness), "Path of a store");
    write(&mut harness, "~/bank.db");
    press(&mut harness, Key::Enter);
    assert!(harness.state().log.contains(&Action::OpenPath("~/bank.db".into())), "{:?}", harness.state().log);
}

#[test]
fn trees_open_and_close_by_enter() {
    let mut harness = window(Case::Full);
    press_with(&mut harness, Modifiers::ALT, Key::Num3);
    press(&mut harness, Key::ArrowDown);
    assert_eq!(harness.state().selected.as_ref().map(ToString::to_string).as_deref(), Some("/overdraft"));
    harness.get_by_label_contains("limit 0.00");
    press(&mut harness, Key::Enter);
    assert!(harness.query_by_label_contains("limit 0.00").is_none());
}

#[test]
fn playing_follows_the_playhead_in_the_list() {
    let mut harness = window(Case::Full);
    harness.state_mut().apply(PlaybackCommand::ScrubTo(Applied(200)).into());
    harness.run();
    harness.get_by_label_contains("row 200 of 214");
    harness.state_mut().apply(PlaybackCommand::First.into());
    harness.run();
    harness.state_mut().apply(PlaybackCommand::ScrubTo(Applied(3)).into());
    harness.run();
    harness.get_by_label_contains("row 3 of 214");
}

#[test]
fn a_menu_takes_the_keys_until_escape() {
    let mut harness = window(Case::Full);
    harness.get_by_label("Go").click();
    harness.run();
    harness.get_by_label("Ten forward");
    press(&mut harness, Key::End);
    assert_eq!(applied(&harness), 58);
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Ten forward").is_none());
    press(&mut harness, Key::End);
    assert_eq!(applied(&harness), 214);
}

#[test]
fn menus_do_what_can_be_done() {
    let mut harness = window(Case::Full);
    harness.state_mut().apply(PlaybackCommand::Last.into());
    harness.run();
    harness.get_by_label("Go").click();
    harness.run();
    assert!(harness.get_by_label("Ten forward").accesskit_node().is_disabled());
    harness.get_by_label("Ten back").click();
    harness.run();
    assert_eq!(applied(&harness), 204);
}
