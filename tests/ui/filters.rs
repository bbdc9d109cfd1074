//! Filters of the events, by keyboard and label.

use std::collections::BTreeMap;

use crate::program::{Case, Window, settle, wait_until, window};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

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
