//! Every page of the window at every size and zoom: nothing breaks, nothing is out of reach,
//! and every list ends with a whole row.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use egui::accesskit::Action as Ask;
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, Rect, Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

use crate::panels::check_names;
use crate::program::{self, Case, Program, Window, bank, label, rest, sample, settle};
use eventglass::app::action::{Action, EventTab, GoToScope, StateTab, Tree};
use eventglass::app::place::Place;
use eventglass::index::At;
use eventglass::model::{Applied, Pointer, Version};
use eventglass::ui::panels::PANELS;
use eventglass::ui::tokens::size;

/// Windows in pixels.
const WINDOWS: [(f32, f32); 5] =
    [(640.0, 400.0), (1_024.0, 640.0), (1_440.0, 900.0), (2_560.0, 800.0), (3_840.0, 2_160.0)];
/// Factors of all sizes, from the least to the most, and the steps by which the user gets there.
const ZOOMS: [(f32, &[i8]); 5] = [(0.6, &[-5]), (1.0, &[]), (1.5, &[4]), (2.0, &[4, 3]), (3.0, &[12])];

/// A window without the margin of the harness.
fn whole(program: Program) -> Window {
    let mut window = Harness::builder()
        .with_max_steps(20)
        .allow_missing_glyphs()
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui_state(|ui, program: &mut Program| program.draw_whole(ui), program);
    rest(&mut window);
    window
}

fn window(case: Case) -> Window {
    whole(program::window(case).into_state())
}

/// A window on a place, once everything is read.
fn at_rest(place: Place) -> Window {
    let mut window = program::start(place);
    settle(&mut window);
    whole(window.into_state())
}

/// Calls `check` with the page at every size.
fn at_every_size(window: &mut Window, page: &str, mut check: impl FnMut(&mut Window, &str)) {
    for (zoom, steps) in ZOOMS {
        for step in [0].iter().chain(steps) {
            window.state_mut().apply(Action::TextSize(*step));
        }
        rest(window);
        assert_eq!(window.ctx.pixels_per_point(), zoom);
        for (width, height) in WINDOWS {
            window.set_size(vec2(width, height) / zoom);
            rest(window);
            let (is, wanted) = (content(window).size() * zoom, vec2(width, height));
            assert!((is - wanted).length() < 0.1, "{is} is no {wanted}");
            check(window, &format!("{page}, {width}x{height} at {zoom}"));
        }
    }
}

fn content(window: &Window) -> Rect {
    window.ctx.content_rect()
}

/// Every control has a name of its own and is in the window, or comes into it with the keyboard;
/// one that is higher than its page begins there.
fn all_is_in_reach(window: &mut Window, at: &str) {
    check_names(window, at);
    let content = content(window).expand(1.0);
    let mut outside = Vec::new();
    for node in window.root().children_recursive() {
        let access = node.accesskit_node();
        if !access.data().supports_action(Ask::Focus) {
            continue;
        }
        let (name, rect) = (label(&node), node.rect());
        assert!(rect.min.is_finite() && rect.max.is_finite(), "{at}: {name} is at {rect:?}");
        if !content.contains_rect(rect) {
            outside.push((name, access.role(), rect));
        }
    }
    for (name, role, rect) in outside {
        window.get_by_role_and_label(role, &name).focus();
        rest(window);
        let mut now = window.get_by_role_and_label(role, &name).rect();
        let page = content.height() - size::TOOLBAR - size::STATUS;
        now.max.y = now.max.y.min(now.top() + page);
        assert!(content.contains_rect(now), "{at}: {name} is at {rect:?}, and with the keyboard at {now:?}");
    }
}

fn wheel(window: &mut Window, to: Pos2, delta: Vec2) {
    window.hover_at(to);
    rest(window);
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    rest(window);
}

/// Every list, scrolled to its end, shows its last row whole; returns how many there are.
fn lists_end_with_a_whole_row(window: &mut Window, at: &str) -> usize {
    let is_list = |node: &Node<'_>| matches!(node.accesskit_node().role(), Role::ListBox | Role::Tree);
    let nodes = window.root().children_recursive().filter(is_list);
    let lists: Vec<(Role, String)> = nodes.map(|node| (node.accesskit_node().role(), label(&node))).collect();
    for (role, name) in &lists {
        let place = window.get_by_role_and_label(*role, name).rect();
        assert!(content(window).expand(1.0).contains_rect(place), "{at}: {name} is at {place:?}");
        wheel(window, place.center(), vec2(0.0, -1e7));
        let list = window.get_by_role_and_label(*role, name);
        let last = list.children().filter_map(|row| {
            let (data, rect) = (row.accesskit_node(), row.rect());
            (data.data().position_in_set()? + 1 == data.data().size_of_set()?).then_some(rect)
        });
        let rect = last.last().unwrap_or_else(|| panic!("{at}: {name} does not end with its last row: {place:?}"));
        let pixel = 1.0 / window.ctx.pixels_per_point();
        assert!(rect.height() >= 24.0 - pixel, "{at}: the last row of {name} is {rect:?} of {place:?}");
        assert!(rect.bottom() <= place.bottom() + pixel, "{at}: the last row of {name} is {rect:?} of {place:?}");
    }
    lists.len()
}

/// Panels that stand behind each other, one after the other: by their tabs, or with the keyboard
/// where a notice has the place of the tabs; else the page as it is.
fn each_panel(window: &mut Window, mut check: impl FnMut(&mut Window)) {
    if let Some(bar) = window.query_by_role_and_label(Role::Region, "Panels") {
        let behind: Vec<String> = bar.children_recursive().map(|node| label(&node)).collect();
        for name in behind {
            let bar = window.get_by_role_and_label(Role::Region, "Panels");
            bar.get_by_label(&name).click();
            rest(window);
            assert_eq!(in_front(window), [name.as_str()]);
            check(window);
        }
        return;
    }
    check(window);
    let first = in_front(window);
    let is_alone = first.len() == 1 && window.query_by_role_and_label(Role::Region, "Loading").is_none();
    for _ in 1..if is_alone { PANELS.len() } else { 0 } {
        let before = in_front(window);
        window.key_press(Key::F6);
        rest(window);
        if in_front(window) == first {
            return;
        }
        assert_ne!(in_front(window), before, "F6 goes on");
        check(window);
    }
}

/// Titles of the panels on screen.
fn in_front(window: &Window) -> Vec<&'static str> {
    let is_there = |title: &&str| window.query_by_role_and_label(Role::Region, title).is_some();
    PANELS.iter().map(|row| row.title).filter(is_there).collect()
}

fn panels_are_in_reach(window: &mut Window, page: &str) {
    at_every_size(window, page, |window, at| each_panel(window, |window| all_is_in_reach(window, at)));
}

/// At every size there are at least so many lists, and they end with a whole row.
fn lists_are_whole(window: &mut Window, page: &str, least: usize) {
    at_every_size(window, page, |window, at| {
        let mut lists = 0;
        each_panel(window, |window| lists += lists_end_with_a_whole_row(window, at));
        assert!(lists >= least, "{at}: {lists} lists");
    });
}

/// The bank beyond the last version, which a notice says.
fn beyond(reducer: Option<PathBuf>) -> Window {
    let mut window = at_rest(bank(9_999, reducer));
    assert!(window.query_by_role_and_label(Role::Region, "Notice").is_some());
    window.state_mut().apply(Action::SelectEvent(Applied(57)));
    rest(&mut window);
    window
}

/// A log of many streams whose versions have gaps, with its findings open, a reducer and a notice.
fn odd(folder: &Path) -> Window {
    let mut log = String::new();
    for stream in 0..40 {
        for version in (0..30).map(|place| place * 2 + place % 2) {
            let data = format!(r#"{{"amount":{version},"card":{{"last4":"8830","entryMode":"contactless"}}}}"#);
            let line = format!(r#""stream":"account-{stream}","version":{version},"type":"Deposited","data":{data}"#);
            writeln!(log, "{{{line}}}").expect("text");
        }
    }
    std::fs::write(folder.join("odd.jsonl"), log).expect("written");
    let reducer = folder.join("account.js");
    std::fs::write(&reducer, "export default (s = { n: 0 }, e) => ({ n: s.n + 1, last: e.data, balance: 7 - s.n })")
        .expect("written");
    let mut window = at_rest(Place {
        stream: Some("account-7".to_owned()),
        at: At::Version(Version(9_999)),
        reducer: Some(reducer.to_string_lossy().into_owned()),
        ..Place::of(folder.join("odd.jsonl"))
    });
    window.state_mut().apply(Action::ToggleFindings);
    rest(&mut window);
    assert!(window.state().app.commands().findings > 500, "{}", window.state().app.commands().findings);
    assert!(window.query_by_role_and_label(Role::Region, "Notice").is_some());
    window
}

#[test]
fn every_page_is_in_reach_at_every_size() {
    for case in [Case::Full, Case::Threw, Case::Guess] {
        panels_are_in_reach(&mut window(case), &format!("{case:?}"));
    }
}

#[test]
fn pages_without_a_state_are_in_reach_at_every_size() {
    for case in [Case::Empty, Case::Loading, Case::Unreadable] {
        panels_are_in_reach(&mut window(case), &format!("{case:?}"));
    }
    for case in [Case::Welcome, Case::Failed, Case::Unmapped] {
        at_every_size(&mut window(case), &format!("{case:?}"), all_is_in_reach);
    }
}

#[test]
fn a_page_with_findings_and_a_notice_is_in_reach_at_every_size() {
    let folder = tempfile::tempdir().expect("a folder");
    panels_are_in_reach(&mut odd(folder.path()), "odd");
}

#[test]
fn every_list_ends_with_a_whole_row_at_every_size() {
    lists_are_whole(&mut window(Case::Full), "Full", 3);
    lists_are_whole(&mut beyond(None), "beyond the last version", 3);
}

#[test]
fn lists_with_findings_and_a_notice_end_with_a_whole_row_at_every_size() {
    let folder = tempfile::tempdir().expect("a folder");
    lists_are_whole(&mut odd(folder.path()), "odd", 4);
    let mut window = beyond(Some(sample("reducers.mjs")));
    window.state_mut().apply(Action::ToggleFindings);
    lists_are_whole(&mut window, "beyond the last version, findings open", 3);
}

#[test]
fn lists_beside_raw_text_end_with_a_whole_row_at_every_size() {
    let mut window = window(Case::Threw);
    window.state_mut().apply(Action::SetStateTab(StateTab::Raw));
    window.state_mut().apply(Action::SetEventTab(EventTab::Raw));
    lists_are_whole(&mut window, "raw", 1);
}

#[test]
fn the_sheets_are_in_reach_at_every_size() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/owner")));
    for sheet in
        [Action::ShowOpenPath, Action::ShowReducerPath, Action::ShowProgram, Action::ShowKeys, Action::ShowExport]
            .into_iter()
            .chain(["", "104", ">", "zzz", "'"].map(|text| Action::ShowGoTo(GoToScope::Anywhere, text)))
            .chain([Action::ShowBookmark, Action::ShowValue])
    {
        window.state_mut().apply(Action::CloseModal);
        window.state_mut().apply(sheet.clone());
        at_every_size(&mut window, &format!("{sheet:?}"), all_is_in_reach);
    }
}

#[test]
fn every_menu_is_in_reach_at_every_size() {
    let mut window = window(Case::Full);
    for store in 1..6 {
        let path = window.state().folder().join(format!("store-{store}.db"));
        std::fs::copy(sample("bank.db"), &path).expect("copied");
        window.state_mut().apply(Action::OpenFiles(vec![path]));
        rest(&mut window);
    }
    window.state_mut().apply(Action::ShowNthStore(0));
    at_every_size(&mut window, "menus", |window, at| {
        let toolbar = window.get_by_role_and_label(Role::Region, "Toolbar");
        let names: Vec<String> = toolbar.children_recursive().map(|node| label(&node)).collect();
        let opens = |name: &&String| {
            let words = ["File", "Go", "View", "Reducer", "Help", "Menu"];
            words.contains(&name.as_str())
                || name.ends_with("shown")
                || name.contains("errors")
                || name.contains("more")
        };
        let menus: Vec<&String> = names.iter().filter(opens).collect();
        assert!(!menus.is_empty(), "{at}");
        for name in menus {
            window.get_by_label(name).click();
            rest(window);
            assert!(egui::Popup::is_any_open(&window.ctx), "{at}: {name} opens");
            all_is_in_reach(window, &format!("{name} {at}"));
            egui::Popup::close_all(&window.ctx);
            rest(window);
        }
    });
}

#[test]
fn panels_behind_each_other_come_to_the_front_with_the_keyboard() {
    let mut window = window(Case::Full);
    window.set_size(vec2(340.0, 213.0));
    rest(&mut window);
    assert_eq!(in_front(&window), ["Events"]);
    window.key_press_modifiers(Modifiers::ALT, Key::Num3);
    rest(&mut window);
    assert_eq!(in_front(&window), ["State"]);
    for panel in ["Event", "Time", "Streams", "Events", "State"] {
        window.key_press(Key::F6);
        rest(&mut window);
        assert_eq!(in_front(&window), [panel]);
        window.key_press(Key::ArrowRight);
        rest(&mut window);
        assert_eq!(in_front(&window), [panel], "it stays");
    }
    window.state_mut().apply(Action::ToggleFindings);
    rest(&mut window);
    assert_eq!(in_front(&window), ["Findings"], "what was asked for is seen");
}

#[test]
fn the_count_of_events_is_whole_or_left_out() {
    for (size, drops) in [([720.0, 450.0], true), ([512.0, 320.0], true), ([1_440.0, 900.0], false)] {
        let window = program::sized(Case::Full, size);
        let painted = crate::panels::painted(&window);
        let count: Vec<_> =
            painted.iter().filter(|(text, _)| text.ends_with(" events") && text.starts_with("214")).collect();
        assert!(count.iter().all(|(_, is_cut)| !is_cut), "{size:?}: {count:?}");
        assert_eq!(count.is_empty(), drops, "{size:?}: {painted:?}");
    }
}

#[test]
fn with_large_text_there_are_rows_of_events() {
    for size in [[610.0, 381.0], [555.0, 346.0]] {
        let window = crate::program::sized(Case::Full, size);
        let rows = program::labels(&window)
            .iter()
            .filter(|label| label.starts_with("row ") && label.contains(" of 214"))
            .count();
        assert!(rows >= 4, "{rows} rows at {size:?}");
    }
}
