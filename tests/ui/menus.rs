//! Menus of rows and tabs, and the menus of the toolbar by keyboard.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::action::{Action, CopyWhat, GoToScope, StateTab, StreamSort, Tree};
use eventglass::app::place::{Place, Start};
use eventglass::app::view::ModalView;
use eventglass::model::{Applied, Pointer};

use crate::keyboard::focused_name;
use crate::program::{Case, Program, Window, bank, drawn, sample, settings, settle, sized, start, window};

fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

/// A line of the menu that is open.
fn has_line(window: &Window, name: &str) -> bool {
    lines(window).iter().any(|(line, _)| line == name)
}

/// The lines of the menu that is open, and why each cannot be used.
fn lines(window: &Window) -> Vec<(String, Option<String>)> {
    let is_line =
        |node: &egui_kittest::Node<'_>| matches!(node.accesskit_node().role(), Role::MenuItem | Role::MenuItemRadio);
    let said = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        (node.label().unwrap_or_default(), node.description().filter(|_| node.is_disabled()))
    };
    window.root().children_recursive().filter(is_line).map(said).collect()
}

fn choose(window: &mut Window, line: &str) {
    let is_line = |node: &egui_kittest::Node<'_>| {
        matches!(node.accesskit_node().role(), Role::MenuItem | Role::MenuItemRadio)
            && node.accesskit_node().label().as_deref() == Some(line)
    };
    window.root().children_recursive().find(is_line).unwrap_or_else(|| panic!("no {line}")).click();
    settle(window);
}

fn right_click(window: &mut Window, label: &str) {
    window.get_by_label_contains(label).click_secondary();
    settle(window);
}

/// Names of the rows of a list that are on screen.
fn rows(window: &Window, list: &str) -> Vec<String> {
    let is_list = |node: &egui_kittest::Node<'_>| {
        matches!(node.accesskit_node().role(), Role::ListBox | Role::Tree)
            && node.accesskit_node().label().as_deref() == Some(list)
    };
    let list = window.root().children_recursive().find(is_list).expect("a list");
    list.children().filter_map(|row| row.accesskit_node().label()).collect()
}

fn right_click_first(window: &mut Window, list: &str) {
    let first = rows(window, list).into_iter().next().expect("a row");
    window.get_by_label(&first).click_secondary();
    settle(window);
}

#[test]
fn a_right_click_on_an_event_chooses_it_and_says_what_can_be_done() {
    let mut window = window(Case::Full);
    right_click(&mut window, "row 56 of 214");
    assert_eq!(window.state().applied(), 56);
    let found = lines(&window);
    for line in ["Set point A", "Bookmark…", "Copy event as JSON", "What links here", "Copy stream name"] {
        assert!(found.iter().any(|(name, _)| name == line), "{line} in {found:?}");
    }
    // What cannot be done says why.
    assert!(found.contains(&("Compare with A".to_owned(), Some("point A is not set".to_owned()))), "{found:?}");
    choose(&mut window, "Set point A");
    assert_eq!(window.state().app.commands().point_a, Some(Applied(56)));
    assert!(lines(&window).is_empty());
    // While one is open, a right click beside it opens the next.
    right_click(&mut window, "row 55 of 214");
    let balance = rows(&window, "State").into_iter().find(|row| row.contains(", balance ")).expect("a row");
    right_click(&mut window, &balance);
    assert_eq!((window.state().applied(), window.state().selected().as_deref()), (55, Some("/balance")));
    assert!(has_line(&window, "Who wrote it") && !has_line(&window, "Bookmark…"));
}

#[test]
fn the_menu_key_opens_the_menu_of_the_row_and_the_keyboard_comes_back() {
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        let mut window = window(Case::Full);
        press_with(&mut window, Modifiers::ALT, Key::Num2);
        press_with(&mut window, modifiers, key);
        assert_eq!(focused_name(&window), "Set point A", "{key:?}: the first line has the keyboard");
        // Keys are the menu's, and arrows go from line to line over those that cannot be used.
        press(&mut window, Key::ArrowDown);
        assert_eq!(focused_name(&window), "Bookmark…");
        press(&mut window, Key::ArrowUp);
        press(&mut window, Key::ArrowUp);
        assert_eq!(focused_name(&window), "Export…", "round the end");
        assert_eq!(window.state().applied(), 57);
        press(&mut window, Key::Escape);
        assert!(lines(&window).is_empty());
        assert_eq!(focused_name(&window), "Events");
        press_with(&mut window, modifiers, key);
        press(&mut window, Key::Enter);
        assert_eq!(window.state().app.commands().point_a, Some(Applied(57)));
        assert_eq!(focused_name(&window), "Events", "after a line was chosen too");
        press(&mut window, Key::ArrowDown);
        assert_eq!(window.state().applied(), 58);
    }
}

#[test]
fn the_keyboard_comes_back_after_a_sheet_that_a_menu_opened() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    right_click(&mut window, "row 56 of 214");
    choose(&mut window, "Bookmark…");
    assert!(matches!(window.state().app.view().modal, Some(ModalView::Bookmark(_))));
    press(&mut window, Key::Escape);
    assert_eq!(focused_name(&window), "Events");
}

#[test]
fn streams_and_categories_have_menus_of_their_own() {
    let mut window = window(Case::Full);
    right_click(&mut window, "account-1044, ");
    assert_eq!(window.state().workspace().events.stream, Some("account-1042"), "it is not opened by that");
    choose(&mut window, "Copy stream name");
    assert_eq!(window.state().copied(), ["account-1044"]);
    right_click(&mut window, "account-1044, ");
    choose(&mut window, "Open");
    assert_eq!(window.state().workspace().events.stream, Some("account-1044"));
    window.state_mut().apply(Action::SetStreamFilter(String::new()));
    settle(&mut window);
    right_click(&mut window, "category account");
    assert!(!has_line(&window, "Open"));
    choose(&mut window, "Open or close");
    assert!(!rows(&window, "Streams").iter().any(|row| row.contains("account-1044, ")));
    window.get_by_label("Sort by events").click_secondary();
    settle(&mut window);
    choose(&mut window, "Streams by events");
    assert_eq!(window.state().app.commands().stream_sort, StreamSort::Events);
}

#[test]
fn rows_of_the_state_and_of_the_payload_have_menus() {
    let mut window = window(Case::Full);
    right_click(&mut window, "of 28, balance -4217");
    choose(&mut window, "Copy path");
    assert_eq!(window.state().copied(), ["/balance"]);
    right_click(&mut window, "of 28, balance -4217");
    choose(&mut window, "Who wrote it");
    assert!(window.state().workspace().blame.is_some());
    window.state_mut().apply(Action::CloseBlame);
    settle(&mut window);
    right_click(&mut window, "of 28, overdraft");
    choose(&mut window, "Open or close");
    assert!(window.query_by_label_contains("limit 0").is_none());
    let amount = rows(&window, "Payload values").into_iter().find(|row| row.contains(", amount ")).expect("a row");
    window.get_by_role_and_label(Role::TreeItem, &amount).click_secondary();
    settle(&mut window);
    assert!(!has_line(&window, "Who wrote it"), "an event is written by nobody else");
    choose(&mut window, "Copy path");
    assert_eq!(window.state().copied().last().map(String::as_str), Some("/amount"));
    window.event(egui::Event::Text("2".to_owned()));
    settle(&mut window);
    right_click(&mut window, "balance changed");
    choose(&mut window, "Copy value");
    assert_eq!(window.state().copied().last().map(String::as_str), Some("-4217"));
}

#[test]
fn the_slider_has_a_menu_at_the_place_that_was_clicked() {
    let mut window = window(Case::Full);
    window.get_by_label("Playhead").click_secondary();
    settle(&mut window);
    assert_ne!(window.state().applied(), 57);
    choose(&mut window, "Initial state");
    assert_eq!(window.state().applied(), 0);
    press_with(&mut window, Modifiers::ALT, Key::Num4);
    press(&mut window, Key::Menu);
    assert!(has_line(&window, "Faster"));
    press(&mut window, Key::Escape);
    assert_eq!(focused_name(&window), "Playhead");
}

#[test]
fn lists_of_findings_writes_and_hits_have_menus() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::ShowSearch);
    window.state_mut().apply(Action::SearchFor("type:FeeCharged".to_owned()));
    settle(&mut window);
    let before = window.state().applied();
    right_click_first(&mut window, "Events found");
    choose(&mut window, "Copy this row");
    let copied = window.state().copied().pop().expect("a row");
    assert!(copied.contains("FeeCharged") && !copied.contains("row 1"), "{copied}");
    assert_eq!(window.state().applied(), before);
    right_click_first(&mut window, "Events found");
    choose(&mut window, "Open");
    assert!(window.state().log.contains(&Action::OpenHit(0)));
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/balance")));
    window.state_mut().apply(Action::Blame);
    settle(&mut window);
    right_click_first(&mut window, "Writes");
    choose(&mut window, "Open");
    assert!(window.state().log.iter().any(|action| matches!(action, Action::OpenWrite(_))));
}

#[test]
fn a_finding_has_a_menu() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let line = |version: u32| format!("{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"T\",\"data\":{{}}}}\n");
    std::fs::write(&log, [1, 2, 5].map(line).concat()).expect("written");
    let mut window = start(Place::of(log));
    settle(&mut window);
    window.state_mut().apply(Action::ToggleFindings);
    settle(&mut window);
    right_click_first(&mut window, "Findings");
    choose(&mut window, "Copy this row");
    let copied = window.state().copied().pop().expect("a row");
    assert!(copied.starts_with("gap a-1 v"), "{copied}");
    right_click_first(&mut window, "Findings");
    choose(&mut window, "Open");
    assert!(window.state().log.contains(&Action::OpenFinding(0)));
}

/// Two stores, the bank in front.
fn two() -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    let line = "{\"stream\":\"a-1\",\"version\":1,\"type\":\"T\",\"data\":{\"n\":1}}\n";
    std::fs::write(&log, line).expect("written");
    let places = vec![bank(57, Some(sample("reducers.mjs"))), Place::of(log)];
    let mut window = drawn(Program::new(settings(), Start { places, ..Start::default() }), [1440.0, 900.0]);
    settle(&mut window);
    (window, folder)
}

#[test]
fn the_menu_of_a_tab_is_of_its_store_whichever_is_in_front() {
    let (mut window, folder) = two();
    right_click(&mut window, "Store log.jsonl");
    assert!(!has_line(&window, "Export…"), "that is of the one in front");
    choose(&mut window, "Copy path of the store");
    assert_eq!(window.state().copied(), [folder.path().join("log.jsonl").to_string_lossy()]);
    right_click(&mut window, "Store log.jsonl");
    choose(&mut window, "Close store");
    assert_eq!(window.state().app.commands().stores, 1);
    assert!(window.state().app.title().starts_with("account-1042"), "{}", window.state().app.title());
    let (mut window, _folder) = two();
    right_click(&mut window, "Store log.jsonl");
    choose(&mut window, "Close the other stores");
    assert_eq!(window.state().app.commands().stores, 1);
    assert!(window.state().app.title().ends_with("log.jsonl"), "{}", window.state().app.title());
    // Alone, its chip has the menu.
    right_click(&mut window, "Store log.jsonl");
    assert!(has_line(&window, "Export…") && !has_line(&window, "Close the other stores"));
}

#[test]
fn f10_opens_the_menus_and_leaves_them() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    press(&mut window, Key::F10);
    assert_eq!(focused_name(&window), "Open file…");
    press(&mut window, Key::ArrowRight);
    assert_eq!(focused_name(&window), "Go to…");
    press(&mut window, Key::ArrowLeft);
    press(&mut window, Key::ArrowLeft);
    assert_eq!(focused_name(&window), "All commands…", "round the end");
    press(&mut window, Key::F10);
    assert!(lines(&window).is_empty());
    assert_eq!(focused_name(&window), "Events");
    assert_eq!(window.state().applied(), 57, "no arrow was for the playhead");
    press(&mut window, Key::F10);
    press(&mut window, Key::Escape);
    assert_eq!(focused_name(&window), "Events");
}

#[test]
fn alt_and_its_letter_open_a_menu() {
    for size in [[1440.0, 900.0], [1024.0, 640.0]] {
        let mut window = sized(Case::Full, size);
        press_with(&mut window, Modifiers::ALT, Key::Num2);
        press_with(&mut window, Modifiers::ALT, Key::V);
        assert_eq!(focused_name(&window), "State as a tree", "{size:?}");
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::Enter);
        let tab = window.state().app.commands().state_tab;
        assert_eq!(tab, StateTab::Changes, "{size:?}");
        assert_eq!(focused_name(&window), "Events");
        // From one to the next, also while one is open, and from a text field.
        window.event(egui::Event::Text("/".to_owned()));
        settle(&mut window);
        press_with(&mut window, Modifiers::ALT, Key::G);
        assert_eq!(focused_name(&window), "Go to…");
        press(&mut window, Key::ArrowRight);
        assert_eq!(focused_name(&window), "State as a tree");
        press_with(&mut window, Modifiers::ALT, Key::H);
        assert_eq!(focused_name(&window), "All commands…");
        press(&mut window, Key::Escape);
        assert_eq!(focused_name(&window), "Filter events");
        assert_eq!(window.state().workspace().events.filter, "");
    }
}

#[test]
fn a_menu_is_as_long_as_the_window_has_room() {
    fn texts(shape: &egui::Shape, out: &mut Vec<(String, egui::Rect)>) {
        match shape {
            egui::Shape::Text(text) => {
                out.push((text.galley.text().to_owned(), text.galley.rect.translate(text.pos.to_vec2())));
            }
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, out)),
            _ => {}
        }
    }
    for (letter, last) in [(Key::F, "Quit"), (Key::V, "Reset layout")] {
        let mut window = window(Case::Full);
        press_with(&mut window, Modifiers::ALT, letter);
        let is_seen = window.output().shapes.iter().any(|clipped| {
            let mut found = Vec::new();
            texts(&clipped.shape, &mut found);
            found.iter().any(|(text, place)| text == last && clipped.clip_rect.contains_rect(*place))
        });
        assert!(is_seen, "{last} is out of sight");
    }
}

#[test]
fn a_menu_that_was_clicked_has_the_arrows() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    window.get_by_label("Go").click();
    settle(&mut window);
    press(&mut window, Key::ArrowDown);
    assert_eq!(focused_name(&window), "Go to…");
    assert_eq!(window.state().applied(), 57);
    press(&mut window, Key::Enter);
    assert!(matches!(window.state().app.view().modal, Some(ModalView::GoTo(_))));
    press(&mut window, Key::Escape);
    assert_eq!(focused_name(&window), "Events");
}

#[test]
fn the_letter_is_underlined_while_alt_is_held() {
    let mut window = window(Case::Full);
    let letters = |window: &Window| {
        let file = window.get_by_label("File").rect();
        let is_line = |shape: &egui::Shape| match shape {
            egui::Shape::Rect(rect) => {
                let rect = rect.rect;
                rect.height() <= 1.0 && rect.width() < 12.0 && file.contains(rect.center())
            }
            _ => false,
        };
        window.output().shapes.iter().filter(|clipped| is_line(&clipped.shape)).count()
    };
    assert_eq!(letters(&window), 0);
    window.event(egui::Event::ModifiersChanged(Modifiers::ALT));
    window.run_steps(1);
    assert_eq!(letters(&window), 1);
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(1);
    assert_eq!(letters(&window), 0);
}

#[test]
fn what_needs_a_row_is_in_no_other_list() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::ShowGoTo(GoToScope::Anywhere, ">copy"));
    settle(&mut window);
    assert!(window.query_by_label_contains("Copy this row").is_none());
    assert!(window.query_by_label_contains("Copy stream name").is_some());
    press(&mut window, Key::Escape);
    window.state_mut().apply(Action::Copy(CopyWhat::StreamName));
    settle(&mut window);
    assert_eq!(window.state().copied(), ["account-1042"]);
}

#[test]
fn home_and_end_go_to_the_ends_of_a_menu() {
    let mut window = window(Case::Full);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    press_with(&mut window, Modifiers::SHIFT, Key::F10);
    assert_eq!(focused_name(&window), "Set point A");
    press(&mut window, Key::End);
    assert_eq!(focused_name(&window), "Export…");
    press(&mut window, Key::Home);
    assert_eq!(focused_name(&window), "Set point A");
    assert_eq!(window.state().applied(), 57, "the keys were not for the playhead");
    press(&mut window, Key::Escape);
    press_with(&mut window, Modifiers::ALT, Key::F);
    press(&mut window, Key::End);
    assert_eq!(focused_name(&window), "Quit");
    press(&mut window, Key::Home);
    assert_eq!(focused_name(&window), "Open file…");
}

#[test]
fn reasons_in_a_menu_are_whole() {
    let mut window = window(Case::Full);
    press(&mut window, Key::F10);
    for _ in 0..4 {
        let cut: Vec<String> = crate::panels::painted(&window)
            .into_iter()
            .filter(|(text, cut)| *cut && lines(&window).iter().any(|(_, reason)| reason.as_ref() == Some(text)))
            .map(|(text, _)| text)
            .collect();
        assert!(cut.is_empty(), "{cut:?}");
        press(&mut window, Key::ArrowRight);
    }
}
