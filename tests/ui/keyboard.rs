//! Everything by keyboard alone.

use egui::{Event, Key, Modifiers, Role};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::program::{Case, Window, settle, wait_until, window};
use eventglass::app::action::{Action, Axis, CopyWhat, StateTab};
use eventglass::app::playback::PlaybackCommand;
use eventglass::model::Applied;

fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.into()));
    settle(window);
}

fn applied(window: &Window) -> u64 {
    window.state().applied()
}

fn event_filter(window: &Window) -> String {
    window.state().workspace().events.filter.to_owned()
}

#[test]
fn the_playhead_moves_from_anywhere() {
    let mut window = window(Case::Full);
    for (key, modifiers, want) in [
        (Key::ArrowRight, Modifiers::NONE, 58),
        (Key::ArrowLeft, Modifiers::NONE, 57),
        (Key::ArrowRight, Modifiers::SHIFT, 67),
        (Key::ArrowLeft, Modifiers::SHIFT, 57),
        (Key::End, Modifiers::NONE, 214),
        (Key::Home, Modifiers::NONE, 0),
    ] {
        press_with(&mut window, modifiers, key);
        assert_eq!(applied(&window), want, "{modifiers:?} {key:?}");
    }
    write(&mut window, "l");
    assert_eq!(applied(&window), 1);
    write(&mut window, ">");
    assert_eq!(window.state().app.commands().speed, 10);
    window.key_press(Key::Space);
    window.run_steps(2);
    assert!(window.state().app.commands().playing);
}

#[test]
fn arrows_do_not_move_the_focus() {
    let mut window = window(Case::Full);
    window.get_by_label("Axis: sequence").focus();
    settle(&mut window);
    press(&mut window, Key::ArrowRight);
    assert_eq!(applied(&window), 58);
    assert!(window.get_by_label("Axis: sequence").is_focused());
}

#[test]
fn a_list_moves_by_arrows_letters_and_pages() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    assert_eq!(focused_name(&window), "Events");
    assert!(window.get_by_label_contains("row 57 of 214").is_focused(), "the row is the active descendant");
    for (key, want) in [(Key::ArrowDown, 58), (Key::ArrowUp, 57), (Key::PageDown, 82), (Key::PageUp, 57)] {
        press(&mut window, key);
        assert_eq!(applied(&window), want, "{key:?}");
    }
    write(&mut window, "j");
    assert_eq!(applied(&window), 58);
    write(&mut window, "k");
    assert_eq!(applied(&window), 57);
    window.get_by_label_contains("row 57 of 214");
}

#[test]
fn streams_are_walked_and_opened() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num1);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert!(!window.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))), "only on Enter");
    press(&mut window, Key::Enter);
    assert!(window.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))));
    assert_eq!(window.state().app.title(), "account-1044 v43 - bank.db");
    for _ in 0..12 {
        press(&mut window, Key::ArrowUp);
    }
    press(&mut window, Key::Enter);
    assert!(window.state().log.iter().any(|action| matches!(action, Action::ToggleCategory(_))));
}

#[test]
fn f6_goes_round_the_panels() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num1);
    let mut seen = Vec::new();
    for _ in 0..5 {
        press(&mut window, Key::F6);
        seen.push(focused_name(&window));
    }
    assert_eq!(seen, ["Events", "State", "Payload values", "Playhead", "Streams"]);
    press_with(&mut window, Modifiers::SHIFT, Key::F6);
    assert_eq!(focused_name(&window), "Playhead");
}

/// What has the keyboard; empty where nothing on screen has it.
pub fn focused_name(window: &Window) -> String {
    let Some(focused) = window.root().children_recursive().find(Node::is_focused) else { return String::new() };
    // A list says which of its rows is the current one; the list is what has the keyboard.
    let is_row = matches!(focused.accesskit_node().role(), Role::ListBoxOption | Role::TreeItem);
    let node = if is_row { focused.parent().unwrap_or(focused) } else { focused };
    node.accesskit_node().label().unwrap_or_default()
}

#[test]
fn the_keyboard_goes_along_with_the_tabs_of_a_panel() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num3);
    for tab in ["2", "3", "4", "1"] {
        write(&mut window, tab);
        wait_until(&mut window, &format!("the keyboard in tab {tab}"), |window| !focused_name(window).is_empty());
        let name = focused_name(&window);
        press_with(&mut window, Modifiers::ALT, Key::Num3);
        assert_eq!(focused_name(&window), name, "tab {tab}");
    }
    press(&mut window, Key::ArrowDown);
    assert_eq!(window.state().selected().as_deref(), Some("/status"), "the tree has the arrows");
}

#[test]
fn esc_takes_the_keyboard_from_no_button() {
    let mut window = window(Case::Full);
    for name in ["File", "Axis: sequence", "Step forward"] {
        window.get_by_label(name).focus();
        settle(&mut window);
        press(&mut window, Key::Escape);
        assert!(window.get_by_label(name).is_focused(), "{name}");
    }
    // A click beside everything does.
    let beside = egui::pos2(720.0, 889.0);
    window.hover_at(beside);
    window.drag_at(beside);
    window.drop_at(beside);
    settle(&mut window);
    assert_eq!(focused_name(&window), "");
}

#[test]
fn a_list_without_a_match_has_the_keyboard_and_esc_clears_its_filter() {
    let mut window = window(Case::Full);
    let clears = |window: &Window| window.query_all_by_label("Clear filter").count();
    for (panel, other) in [(Key::Num2, Key::Num3), (Key::Num1, Key::Num2)] {
        press_with(&mut window, Modifiers::ALT, panel);
        write(&mut window, "/");
        write(&mut window, "Frozn");
        assert_eq!(clears(&window), 1);
        press(&mut window, Key::Enter);
        assert_eq!(clears(&window), 1, "Enter in the field clears nothing");
        assert!(focused_name(&window).starts_with("Filter "), "{}", focused_name(&window));
        // From another panel, and from its own.
        for from in [other, panel] {
            press_with(&mut window, Modifiers::ALT, from);
            assert_eq!(focused_name(&window) == "Clear filter", from == panel);
            press(&mut window, Key::Escape);
            assert_eq!(clears(&window), 0, "{panel:?} from {from:?}");
            assert!(!focused_name(&window).is_empty());
            press_with(&mut window, Modifiers::ALT, panel);
            write(&mut window, "/");
            write(&mut window, "Frozn");
        }
        // Its own filter is found in, not another panel's.
        press_with(&mut window, Modifiers::ALT, panel);
        press_with(&mut window, Modifiers::COMMAND, Key::F);
        assert!(focused_name(&window).starts_with("Filter "), "{}", focused_name(&window));
        press(&mut window, Key::Escape);
        assert_eq!(clears(&window), 0);
    }
}

#[test]
fn tab_leaves_every_panel() {
    let mut window = window(Case::Full);
    let mut names = Vec::new();
    for _ in 0..80 {
        press(&mut window, Key::Tab);
        names.push(focused_name(&window));
    }
    for name in ["Streams", "Events", "State", "Payload values", "Playhead", "File", "Play"] {
        assert!(names.iter().any(|seen| seen == name), "{name} is never reached: {names:?}");
    }
}

#[test]
fn the_keyboard_is_kept_where_what_had_it_is_gone() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num3);
    for (tab, list) in [("2", "Changed values"), ("3", "State as JSON"), ("4", "Changes by version"), ("1", "State")] {
        write(&mut window, tab);
        settle(&mut window);
        assert_eq!(focused_name(&window), list);
    }
    // A button that is gone with its notice.
    let mut guess = crate::program::window(Case::Guess);
    guess.get_by_label("Use it").focus();
    settle(&mut guess);
    press(&mut guess, Key::Enter);
    settle(&mut guess);
    assert!(guess.query_by_label("Use it").is_none());
    assert_eq!(focused_name(&guess), "Events");
    // The last store is closed.
    press_with(&mut window, Modifiers::COMMAND, Key::W);
    settle(&mut window);
    assert_eq!(focused_name(&window), "Open file…");
}

#[test]
fn the_slash_goes_to_the_filter_and_escape_backs_out() {
    let mut window = window(Case::Full);
    write(&mut window, "/");
    assert_eq!(focused_name(&window), "Filter events");
    assert_eq!(event_filter(&window), "", "the key itself is not typed");
    write(&mut window, "t");
    assert_eq!(event_filter(&window), "t");
    assert_eq!(window.state().app.commands().axis, Axis::Time, "letters belong to the field");
    press(&mut window, Key::Escape);
    assert_eq!(event_filter(&window), "");
    press(&mut window, Key::Escape);
    assert_eq!(focused_name(&window), "Events");
    write(&mut window, "t");
    assert_eq!(window.state().app.commands().axis, Axis::Sequence);
}

#[test]
fn commands_have_their_keys() {
    let mut window = window(Case::Full);
    window.get_by_label_contains("row 8 of 28, balance -4217").click();
    settle(&mut window);
    write(&mut window, "2");
    assert_eq!(window.state().app.commands().state_tab, StateTab::Changes);
    write(&mut window, "y");
    write(&mut window, "Y");
    window.event(Event::Copy);
    settle(&mut window);
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    press_with(&mut window, Modifiers::COMMAND, Key::L);
    let copies: Vec<_> = window.state().log.iter().filter(|action| matches!(action, Action::Copy(_))).collect();
    let want = [CopyWhat::Value, CopyWhat::Path, CopyWhat::Event, CopyWhat::State, CopyWhat::CommandLine];
    assert_eq!(copies, want.map(Action::Copy).iter().collect::<Vec<_>>());
    let texts = window.state().copied();
    assert_eq!(texts[..2], ["-4217", "/balance"]);
    assert!(
        texts[2].starts_with(r#"{"stream":"account-1042","category":"account","version":57,"position":753,"#),
        "{}",
        texts[2]
    );
    press_with(&mut window, Modifiers::COMMAND, Key::O);
    assert!(window.state().log.contains(&Action::OpenDialog));
}

#[test]
fn the_sheets_open_and_close() {
    let mut window = window(Case::Full);
    write(&mut window, "?");
    window.get_by_label("Close keys");
    press(&mut window, Key::ArrowRight);
    assert_eq!(applied(&window), 57, "a sheet takes the keys");
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Close keys").is_none());
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert_eq!(focused_name(&window), "Path of a store");
    write(&mut window, "/nowhere/bank.db");
    press(&mut window, Key::Enter);
    assert!(window.state().log.contains(&Action::OpenPath("/nowhere/bank.db".into())), "{:?}", window.state().log);
}

#[test]
fn trees_open_and_close_by_enter() {
    let mut window = window(Case::Full);
    window.get_by_label_contains("row 8 of 28, balance -4217").click();
    settle(&mut window);
    press_with(&mut window, Modifiers::ALT, Key::Num3);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert_eq!(window.state().selected().as_deref(), Some("/overdraft"));
    window.get_by_label_contains("limit 0");
    press(&mut window, Key::Enter);
    assert!(window.query_by_label_contains("limit 0").is_none());
}

#[test]
fn playing_follows_the_playhead_in_the_list() {
    let mut window = window(Case::Full);
    window.state_mut().apply(PlaybackCommand::ScrubTo(Applied(200)));
    settle(&mut window);
    window.get_by_label_contains("row 200 of 214");
    window.state_mut().apply(PlaybackCommand::First);
    settle(&mut window);
    window.state_mut().apply(PlaybackCommand::ScrubTo(Applied(3)));
    settle(&mut window);
    window.get_by_label_contains("row 3 of 214");
}

#[test]
fn a_menu_takes_the_keys_until_escape() {
    let mut window = window(Case::Full);
    window.get_by_label("Go").click();
    settle(&mut window);
    window.get_by_label("Ten forward");
    press(&mut window, Key::End);
    assert_eq!(applied(&window), 57);
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Ten forward").is_none());
    press(&mut window, Key::End);
    assert_eq!(applied(&window), 214);
}

#[test]
fn menus_do_what_can_be_done() {
    let mut window = window(Case::Full);
    window.state_mut().apply(PlaybackCommand::Last);
    settle(&mut window);
    window.get_by_label("Go").click();
    settle(&mut window);
    assert!(window.get_by_label("Ten forward").accesskit_node().is_disabled());
    window.get_by_label("Ten back").click();
    settle(&mut window);
    assert_eq!(applied(&window), 204);
}

#[test]
fn a_key_pressed_and_let_go_within_one_frame_is_taken_with_its_modifiers() {
    let mut window = window(Case::Full);
    for from in ["Events", "Filter events"] {
        let role = if from == "Events" { Role::ListBox } else { Role::TextInput };
        window.get_by_role_and_label(role, from).focus();
        settle(&mut window);
        let key = |pressed| {
            let (key, modifiers) = (Key::Num3, Modifiers::ALT);
            Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }
        };
        let (held, free) = (Event::ModifiersChanged(Modifiers::ALT), Event::ModifiersChanged(Modifiers::NONE));
        let events = [held, key(true), Event::Text("3".into()), key(false), free];
        window.input_mut().events.extend(events);
        settle(&mut window);
        assert_eq!(window.state().workspace().state.tab, StateTab::Tree, "3 alone would be Raw");
        assert_eq!(window.state().workspace().events.filter, "");
        assert_eq!(focused_name(&window), "State");
    }
}

#[test]
fn a_key_that_cannot_act_says_why() {
    let mut window = window(Case::Full);
    for (key, words) in [
        ("b", "Who wrote it: "),
        ("c", "Show as a column: "),
        ("y", "Copy value"),
        ("d", "Compare with A: point A is not set"),
        ("[", "Previous write: "),
        (",", "Step A back: "),
        ("v", "Look at the value…: "),
    ] {
        write(&mut window, key);
        let said = window.state().workspace().status.message.map(std::borrow::Cow::into_owned).unwrap_or_default();
        assert!(said.starts_with(words), "{key}: {said}");
    }
    // What is typed into a field is no command.
    window.state_mut().apply(Action::Say("quiet".to_owned()));
    write(&mut window, "/");
    write(&mut window, "b");
    assert_eq!(window.state().workspace().status.message.as_deref(), Some("quiet"));
}

#[test]
fn in_one_panel_the_keyboard_goes_along_with_the_tabs() {
    let mut window = crate::program::sized(Case::Full, [512.0, 320.0]);
    press_with(&mut window, Modifiers::ALT, Key::Num3);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    let selected = window.state().selected();
    assert!(selected.is_some());
    for (key, list) in [("4", "Changes by version"), ("2", "Changed values"), ("1", "State")] {
        write(&mut window, key);
        window.run_steps(4);
        settle(&mut window);
        assert_eq!(focused_name(&window), list);
    }
    press(&mut window, Key::ArrowDown);
    assert_ne!(window.state().selected(), selected);
}

#[test]
fn findings_that_are_opened_have_the_keyboard() {
    let mut window = window(Case::Threw);
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    write(&mut window, "findings");
    press(&mut window, Key::Enter);
    window.run_steps(6);
    settle(&mut window);
    assert!(window.state().app.commands().findings_open);
    assert_eq!(focused_name(&window), "Findings");
}

#[test]
fn an_empty_state_keeps_the_keyboard() {
    let mut window = window(Case::Guess);
    press_with(&mut window, Modifiers::ALT, Key::Num3);
    press(&mut window, Key::Home);
    press_with(&mut window, Modifiers::NONE, Key::ArrowLeft);
    window.state_mut().apply(PlaybackCommand::First);
    settle(&mut window);
    window.run_steps(3);
    assert_eq!(focused_name(&window), "State");
}

#[test]
fn keys_of_the_window_leave_a_form() {
    let mut window = window(Case::Full);
    for (modifiers, key) in [(Modifiers::ALT, Key::Num3), (Modifiers::NONE, Key::F6)] {
        write(&mut window, "f");
        window.run_steps(3);
        assert!(window.query_all_by_label_contains("Withdrawn, 107 events").next().is_some());
        press_with(&mut window, modifiers, key);
        window.run_steps(3);
        assert!(!egui::Popup::is_any_open(&window.ctx), "{key:?}");
        assert!(!focused_name(&window).is_empty());
    }
    write(&mut window, "f");
    window.run_steps(3);
    press_with(&mut window, Modifiers::COMMAND, Key::P);
    assert!(window.state().app.view().modal.is_some());
}
