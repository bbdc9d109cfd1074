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
