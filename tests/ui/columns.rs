//! Columns out of payloads in the list of events, by keyboard, mouse and label.

use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::Effect;
use eventglass::app::action::{Action, ColumnAction, EventTab, Tree};
use eventglass::app::columns::KeptColumn;
use eventglass::app::place::{Place, Start};
use eventglass::app::settings::{Settings, SettingsChange};
use eventglass::model::Pointer;

use crate::panels::check_names;
use crate::program::{Case, Program, Window, bank, drawn, labels, settings, settle, window};

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(3);
    settle(window);
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
    settle(window);
}

fn path(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

/// The headers from left to right.
fn headers(window: &Window) -> Vec<String> {
    let mut found: Vec<(f32, String)> = window
        .query_all_by_role(egui::accesskit::Role::ColumnHeader)
        .map(|node| (node.rect().left(), node.accesskit_node().label().unwrap_or_default()))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, label)| label).collect()
}

/// What the settings keep for accounts of the bank.
fn kept(window: &Window) -> Option<Vec<KeptColumn>> {
    let mut settings = Settings::default();
    for effect in &window.state().effects {
        if let Effect::Save(change) = effect {
            settings.apply(change);
        }
    }
    settings.columns.get("emmett-sqlite")?.get("account").cloned()
}

fn column(path: &str, width: Option<f32>) -> KeptColumn {
    KeptColumn { path: path.to_owned(), width }
}

#[test]
fn members_are_chosen_by_keyboard_and_shown() {
    let mut window = window(Case::Full);
    let first = headers(&window);
    assert_eq!(first[0], "Column amount");
    write(&mut window, "C");
    // There are many members: one types.
    write(&mut window, "last4");
    let boxes = labels(&window).into_iter().filter(|label| label.starts_with("card.last4, in ")).count();
    assert_eq!(boxes, 1, "{:#?}", labels(&window));
    check_names(&window, "the list of members");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Space);
    press(&mut window, Modifiers::NONE, Key::Escape);
    let mut want = first.clone();
    want.push("Column card.last4".to_owned());
    assert_eq!(headers(&window), want);
    assert!(labels(&window).iter().any(|label| label.contains(", card.last4 4471")), "its values are there");
    assert_eq!(kept(&window).expect("kept").last(), Some(&column("/card/last4", None)));
    // As it comes is what nobody chose.
    window.state_mut().apply(ColumnAction::Reset);
    settle(&mut window);
    assert_eq!((headers(&window), kept(&window)), (first, None));
}

#[test]
fn the_selected_member_becomes_a_column_by_one_key() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetEventTab(EventTab::Payload));
    window.state_mut().apply(Action::SelectPath(Tree::Payload, Some(path("/card/authorisation/code"))));
    settle(&mut window);
    write(&mut window, "c");
    assert!(headers(&window).contains(&"Column card.authorisation.code".to_owned()), "{:?}", headers(&window));
    write(&mut window, "c");
    assert!(!headers(&window).contains(&"Column card.authorisation.code".to_owned()));
    // A path of the state is none of the payload.
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(path("/balance"))));
    settle(&mut window);
    let before = headers(&window);
    write(&mut window, "c");
    assert_eq!(headers(&window), before);
}

#[test]
fn headers_are_moved_made_wider_and_hidden_by_keyboard_and_mouse() {
    let mut window = window(Case::Full);
    for path in headers(&window).iter().map(|label| label.trim_start_matches("Column ").to_owned()) {
        window.state_mut().apply(ColumnAction::Toggle(Some(self::path(&format!("/{path}")))));
    }
    for path in ["/amount", "/channel", "/paymentId"] {
        window.state_mut().apply(ColumnAction::Toggle(Some(self::path(path))));
    }
    settle(&mut window);
    assert_eq!(headers(&window), ["Column amount", "Column channel", "Column paymentId"]);
    window.get_by_label("Column paymentId").focus();
    window.run_steps(2);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(headers(&window), ["Column amount", "Column paymentId", "Column channel"]);
    assert!(window.get_by_label("Column paymentId").is_focused(), "it keeps the keyboard");
    let before = window.get_by_label("Column channel").rect().left();
    let applied = window.state().applied();
    write(&mut window, "+");
    let moved = window.get_by_label("Column channel").rect().left() - before;
    assert!((15.0..=17.0).contains(&moved), "{moved}");
    assert_eq!(kept(&window).expect("kept")[1], column("/paymentId", Some(128.0)));
    write(&mut window, "-");
    press(&mut window, Modifiers::NONE, Key::Delete);
    assert_eq!(headers(&window), ["Column amount", "Column channel"]);
    assert_eq!(window.state().applied(), applied);
    // By the mouse: the edge makes it wider, the header goes where it is dropped.
    let edge = window.get_by_label("Column amount").rect().right_center() + vec2(5.0, 0.0);
    window.drag_at(edge);
    window.run_steps(1);
    for by in [10.0, 20.0, 30.0] {
        window.hover_at(edge + vec2(by, 0.0));
        window.run_steps(1);
    }
    window.drop_at(edge + vec2(30.0, 0.0));
    window.run_steps(2);
    let width = kept(&window).expect("kept")[0].width.expect("a width");
    assert!((84.0..=104.0).contains(&width), "{width}");
    let (from, to) = (window.get_by_label("Column amount").rect(), window.get_by_label("Column channel").rect());
    window.drag_at(from.center());
    window.run_steps(1);
    window.hover_at(to.center());
    window.run_steps(1);
    window.hover_at(to.right_center() - vec2(4.0, 0.0));
    window.run_steps(1);
    window.drop_at(to.right_center() - vec2(4.0, 0.0));
    settle(&mut window);
    assert_eq!(headers(&window), ["Column channel", "Column amount"]);
}

#[test]
fn columns_come_back_for_every_store_of_the_kind() {
    let mut kept = settings();
    let columns = Some(vec![column("/channel", Some(70.0)), column("/nowhere/0", None)]);
    kept.apply(&SettingsChange::Columns("emmett-sqlite".to_owned(), "account".to_owned(), columns));
    let headers_of = |place: Place| {
        let start = Start { places: vec![place], ..Start::default() };
        let mut window = drawn(Program::new(kept.clone(), start), [1440.0, 900.0]);
        settle(&mut window);
        headers(&window)
    };
    assert_eq!(headers_of(bank(57, None)), ["Column channel", "Column nowhere[0]"]);
    // For events of another category nobody chose any.
    let card = headers_of(Place { stream: Some("card-4471".to_owned()), ..bank(57, None) });
    assert!(card.contains(&"Column amount".to_owned()), "{card:?}");
}

/// Shows these members as columns, each so many points wide.
fn with_columns(size: [f32; 2], paths: &[&str], width: f32) -> Window {
    let mut kept = settings();
    let columns = paths.iter().map(|path| column(path, Some(width))).collect();
    kept.apply(&SettingsChange::Columns("emmett-sqlite".to_owned(), "account".to_owned(), Some(columns)));
    let start = Start { places: vec![bank(57, None)], ..Start::default() };
    let mut window = drawn(Program::new(kept, start), size);
    settle(&mut window);
    window
}

const MANY: [&str; 5] = ["/amount", "/channel", "/paymentId", "/currency", "/card/last4"];

fn names(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!("Column {}", path[1..].replace('/', "."))).collect()
}

#[test]
fn columns_without_room_are_scrolled_to_by_keyboard_wheel_and_button() {
    for size in [[1440.0, 900.0], [1024.0, 640.0]] {
        let mut window = with_columns(size, &MANY, 180.0);
        let all = names(&MANY);
        let first = headers(&window);
        assert!(first.len() < all.len() && all.starts_with(&first), "{first:?}");
        let left = all.len() - first.len();
        assert!(labels(&window).contains(&format!("Next columns, {left} more")), "{:#?}", labels(&window));
        press(&mut window, Modifiers::ALT, Key::Num2);
        let mut seen = first.clone();
        for _ in 0..all.len() {
            press(&mut window, Modifiers::ALT, Key::PageDown);
            check_names(&window, "scrolled columns");
            seen.extend(headers(&window));
        }
        assert!(all.iter().all(|own| seen.contains(own)), "{seen:?}");
        let last = headers(&window);
        assert_eq!(last.last(), all.last(), "it ends with the last");
        // What stands in them is of them.
        let card = labels(&window).into_iter().find(|label| label.contains(", card.last4 4471")).expect("its value");
        assert!(!card.contains(", amount "), "{card}");
        assert_eq!(window.state().applied(), 57, "the keys were not for the playhead");
        for _ in 0..all.len() {
            press(&mut window, Modifiers::ALT, Key::PageUp);
        }
        assert_eq!(headers(&window), first);
        // The wheel with Shift, and the button.
        let list = window.get_by_role_and_label(egui::accesskit::Role::ListBox, "Events").rect();
        window.hover_at(list.center());
        window.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, -1.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::SHIFT,
        });
        window.run_steps(3);
        settle(&mut window);
        assert_ne!(headers(&window), first);
        window.get_by_label_contains("Previous columns, ").click();
        settle(&mut window);
        assert_eq!(headers(&window), first);
        window.get_by_label_contains("Next columns, ").click();
        settle(&mut window);
        assert_ne!(headers(&window), first);
    }
}

#[test]
fn a_column_that_is_added_comes_into_sight() {
    let mut window = with_columns([1440.0, 900.0], &MANY[..4], 180.0);
    window.state_mut().apply(ColumnAction::Toggle(Some(path("/card/last4"))));
    settle(&mut window);
    assert!(headers(&window).contains(&"Column card.last4".to_owned()), "{:?}", headers(&window));
}

/// The lines of the menu that is open, those that can be used.
fn menu(window: &Window) -> Vec<String> {
    let is_line = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        matches!(node.role(), egui::Role::MenuItem | egui::Role::MenuItemRadio) && !node.is_disabled()
    };
    let lines = window.root().children_recursive().filter(is_line);
    lines.map(|node| node.accesskit_node().label().unwrap_or_default()).collect()
}

fn choose(window: &mut Window, line: &str) {
    window.get_by_role_and_label(egui::Role::MenuItem, line).click();
    settle(window);
}

#[test]
fn headers_have_a_menu_by_mouse_and_by_key() {
    let mut window = with_columns([1440.0, 900.0], &MANY[..2], 120.0);
    window.get_by_label("Column amount").click_secondary();
    settle(&mut window);
    let lines = menu(&window);
    for line in ["Move it right", "Hide this column", "Wider", "First width", "Reset widths of columns"] {
        assert!(lines.iter().any(|own| own == line), "{line} in {lines:?}");
    }
    assert!(!lines.contains(&"Move it left".to_owned()), "it is the first");
    choose(&mut window, "Move it right");
    assert_eq!(headers(&window), names(&["/channel", "/amount"]));
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        window.get_by_label("Column channel").focus();
        window.run_steps(2);
        press(&mut window, modifiers, key);
        assert!(menu(&window).contains(&"Wider".to_owned()), "{key:?}: {:?}", menu(&window));
        press(&mut window, Modifiers::NONE, Key::Escape);
        assert!(window.get_by_label("Column channel").is_focused(), "it has the keyboard again");
    }
    let chosen = |window: &mut Window, line: &str| {
        window.get_by_label("Column channel").click_secondary();
        settle(window);
        choose(window, line);
    };
    chosen(&mut window, "Wider");
    assert_eq!(kept(&window).expect("kept")[0], column("/channel", Some(136.0)));
    chosen(&mut window, "First width");
    assert_eq!(kept(&window).expect("kept")[0], column("/channel", None));
    chosen(&mut window, "Reset widths of columns");
    assert!(kept(&window).expect("kept").iter().all(|own| own.width.is_none()));
    chosen(&mut window, "Hide this column");
    assert_eq!(headers(&window), names(&["/amount"]));
    // The other headers and the button have what is of all columns.
    let button = window.get_by_label("Columns").rect();
    window.get_by_label("Columns").click_secondary();
    settle(&mut window);
    assert!(!menu(&window).contains(&"Wider".to_owned()) && button.is_positive());
    choose(&mut window, "Reset columns");
    assert_eq!(kept(&window), None);
    let line = window.get_by_label("Headers of the events").rect();
    window.hover_at(line.left_center() + vec2(110.0, 0.0));
    window.run_steps(1);
    for pressed in [true, false] {
        window.event(Event::PointerButton {
            pos: line.left_center() + vec2(110.0, 0.0),
            button: egui::PointerButton::Secondary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    window.run_steps(3);
    settle(&mut window);
    choose(&mut window, "Types of events…");
    assert!(labels(&window).iter().any(|label| label.starts_with("Withdrawn, ")), "{:#?}", labels(&window));
}
