//! Small things that make the window feel finished: what keys, clicks and messages do where
//! they once did something else.

use egui::{Key, Modifiers, Shape};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::action::{Action, StateTab};
use eventglass::app::place::{Place, Start};
use eventglass::app::view::{ModalView, Screen};
use eventglass::ui::tokens;

use crate::panels::painted;
use crate::program::{
    Case, Program, Window, bank, drawn, labels, sample, settings, settle, start, wait_for, wait_until, window,
};

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.run_steps(3);
}

fn write(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run_steps(3);
}

/// A window on lines of JSON.
fn lines(text: &str) -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    std::fs::write(&log, text).expect("written");
    let mut window = start(Place::of(log));
    settle(&mut window);
    (window, folder)
}

/// The window at the end of the account whose reducer throws at version 58.
fn threw(message: &str) -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("account.js");
    let message = serde_json::to_string(message).expect("JSON");
    let text = format!(
        "export default (s = {{ n: 0 }}, e) => {{ if (e.version === 58) throw new TypeError({message}); return {{ n: s.n + 1 }} }}"
    );
    std::fs::write(&reducer, text).expect("written");
    let mut window = start(bank(214, Some(reducer)));
    wait_for(&mut window, "threw at v58");
    settle(&mut window);
    (window, folder)
}

#[test]
fn a_click_on_the_stream_that_is_open_changes_nothing() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetEventFilter("fee".to_owned()));
    settle(&mut window);
    window.get_by_label_contains("account-1042, 214 events").click();
    settle(&mut window);
    assert_eq!(window.state().applied(), 57);
    assert_eq!(window.state().workspace().events.filter, "fee");
}

#[test]
fn enter_in_the_filter_of_the_streams_opens_the_first_hit() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetStreamFilter(String::new()));
    settle(&mut window);
    window.get_by_label("Filter streams").focus();
    window.run_steps(1);
    // Enter may come before the list is there.
    window.get_by_label("Filter streams").type_text("1027");
    window.run_steps(1);
    window.key_press(Key::Enter);
    wait_until(&mut window, "account-1027", |window| window.state().workspace().events.stream == Some("account-1027"));
    // Where nothing is found nothing is opened.
    window.get_by_label("Filter streams").focus();
    window.run_steps(1);
    window.get_by_label("Filter streams").type_text("nobody");
    window.run_steps(1);
    window.key_press(Key::Enter);
    settle(&mut window);
    assert_eq!(window.state().workspace().events.stream, Some("account-1027"));
}

#[test]
fn arrows_go_on_from_where_the_playhead_stands_between_two_rows() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetEventFilter("type:Deposited".to_owned()));
    settle(&mut window);
    let here = window.state().applied();
    focus_list(&mut window);
    press(&mut window, Key::ArrowUp);
    let before = window.state().applied();
    assert!(before < here, "Up went from {here} to {before}");
    window.state_mut().apply(eventglass::app::playback::PlaybackCommand::ScrubTo(eventglass::model::Applied(here)));
    settle(&mut window);
    press(&mut window, Key::ArrowDown);
    let after = window.state().applied();
    assert!(after > here && after < here + 30, "Down went from {here} to {after}");
    // Before the first there is nothing.
    window.state_mut().apply(eventglass::app::playback::PlaybackCommand::First);
    settle(&mut window);
    press(&mut window, Key::ArrowUp);
    assert_eq!(window.state().applied(), 0);
}

/// Gives the keyboard to the list of events.
fn focus_list(window: &mut Window) {
    window.key_press_modifiers(Modifiers::ALT, Key::Num2);
    window.run_steps(3);
}

#[test]
fn the_keyboard_comes_back_when_a_sheet_is_closed() {
    let mut window = window(Case::Full);
    focus_list(&mut window);
    let before = window.ctx.memory(|memory| memory.focused());
    assert!(before.is_some());
    for sheet in [Action::ShowKeys, Action::ShowOpenPath, Action::ShowReducerPath, Action::ShowProgram] {
        window.state_mut().apply(sheet.clone());
        window.run_steps(4);
        press(&mut window, Key::Escape);
        window.run_steps(3);
        assert_eq!(window.ctx.memory(|memory| memory.focused()), before, "{sheet:?}");
    }
    write(&mut window, "?");
    assert!(matches!(window.state().app.view().modal, Some(ModalView::Keys)));
    press(&mut window, Key::Escape);
    press(&mut window, Key::ArrowDown);
    assert_eq!(window.state().applied(), 58);
}

/// Rings around what has the keyboard in the last frame.
fn rings(window: &Window) -> usize {
    let accent = tokens::tokens(&window.ctx).accent;
    let is_ring =
        |shape: &Shape| matches!(shape, Shape::Rect(rect) if rect.stroke.color == accent && rect.stroke.width == 2.0);
    window.output().shapes.iter().filter(|clipped| is_ring(&clipped.shape)).count()
}

#[test]
fn the_keyboard_is_seen_in_a_tree_where_nothing_is_selected() {
    let mut window = window(Case::Full);
    for (key, panel) in [(Key::Num3, "State"), (Key::Num2, "Events")] {
        window.key_press_modifiers(Modifiers::ALT, key);
        window.run_steps(3);
        assert!(rings(&window) > 0, "{panel}");
    }
    assert_eq!(window.state().selected(), None);
}

#[test]
fn the_message_of_a_throw_is_whole() {
    let words = "the plan of this account says that it may not be overdrawn while a hold is placed on it, and one is";
    let (window, _folder) = threw(words);
    let painted = painted(&window);
    let message: Vec<_> = painted.iter().filter(|(text, _)| text.contains("the plan of this account")).collect();
    assert!(
        !message.is_empty() && message.iter().all(|(text, cut)| !cut && text.ends_with("and one is")),
        "{message:?}"
    );
    assert!(painted.iter().any(|(text, cut)| text.starts_with("account.js:1:") && !cut), "{painted:?}");
}

#[test]
fn the_rail_ends_at_a_throw() {
    let (window, _folder) = threw("no plan");
    let t = tokens::tokens(&window.ctx);
    let mut stop = None;
    let mut rails = Vec::new();
    for clipped in &window.output().shapes {
        match &clipped.shape {
            Shape::Circle(circle) if circle.stroke.color == t.error => stop = Some(circle.center),
            Shape::Rect(rect) if rect.rect.height() == 2.0 && rect.fill == t.playhead => rails.push(rect.rect),
            _ => {}
        }
    }
    let stop = stop.expect("a mark where it threw");
    let rail = rails.iter().find(|rail| (rail.center().y - stop.y).abs() < 2.0).expect("a rail");
    assert!(rail.right() <= stop.x + 1.0, "{rail:?} goes beyond {stop:?}");
}

#[test]
fn an_event_that_was_not_applied_says_which_state_is_beside_it() {
    let (mut window, _folder) = threw("no plan");
    window.get_by_label("Not applied: the reducer threw at v58. The state shown is v57.");
    let at = |window: &mut Window, version: u64| {
        let command = eventglass::app::playback::PlaybackCommand::ScrubTo(eventglass::model::Applied(version));
        window.state_mut().apply(command);
        settle(window);
    };
    at(&mut window, 58);
    wait_for(&mut window, "Not applied: the reducer threw here. The state shown is v57.");
    at(&mut window, 57);
    assert!(window.query_by_label_contains("Not applied").is_none());
}

#[test]
fn escape_leaves_the_page_of_an_error() {
    let mut window = window(Case::Failed);
    assert!(matches!(window.state().app.view().screen, Screen::Failed { .. }));
    // A sheet in front takes the key for itself.
    write(&mut window, "?");
    press(&mut window, Key::Escape);
    assert!(matches!(window.state().app.view().screen, Screen::Failed { .. }));
    press(&mut window, Key::Escape);
    assert!(matches!(window.state().app.view().screen, Screen::Welcome(_)));
    assert!(labels(&window).iter().any(|text| text.contains("picture.png")), "why is said there too");
}

#[test]
fn characters_that_draw_nothing_are_seen() {
    let line = r#"{"stream":"a-1","version":1,"type":"T","data":{"nul":"a\u0000b","mark":"x\u202ey","na\u0000me":1}}"#;
    let (window, _folder) = lines(&format!("{line}\n"));
    let painted = painted(&window);
    for text in [r#""a\u0000b""#, r#""x\u202ey""#, r"na\u0000me"] {
        assert!(painted.iter().any(|(shown, _)| shown == text), "{text} in {painted:?}");
    }
}

#[test]
fn the_sheet_for_a_path_begins_empty() {
    let mut window = drawn(
        Program::new(settings(), Start { places: vec![bank(57, Some(sample("reducers.mjs")))], ..Start::default() }),
        [1440.0, 900.0],
    );
    settle(&mut window);
    for _ in 0..2 {
        window.state_mut().apply(Action::ShowReducerPath);
        window.run_steps(3);
        assert_eq!(window.get_by_label("Path of a reducer").value().unwrap_or_default(), "");
        write(&mut window, "/nowhere/x.mjs");
        press(&mut window, Key::Escape);
    }
    assert_eq!(window.state().app.commands().state_tab, StateTab::Tree);
}

#[test]
fn the_card_of_the_slider_leaves_the_label_of_the_playhead_free() {
    let mut window = window(Case::Full);
    let slider = window.get_by_label("Playhead").rect();
    // Over the label, which begins at the playhead.
    let pill = painted_at(&window, "v57 · 57 of 214");
    window.hover_at(pill.center());
    // The card comes when the pointer rests.
    window.run_steps(8);
    wait_until(&mut window, "a card", |window| {
        painted(window).iter().any(|(text, _)| text.starts_with('v') && text.contains('\n'))
    });
    let card = painted(&window).into_iter().find(|(text, _)| text.contains('\n')).expect("a card").0;
    let place = painted_at(&window, &card);
    assert!(place.bottom() <= slider.top() + 1.0, "{place:?} lies on {slider:?}");
}

/// Where a text was painted in the last frame.
fn painted_at(window: &Window, wanted: &str) -> egui::Rect {
    fn find(shape: &Shape, wanted: &str) -> Option<egui::Rect> {
        match shape {
            Shape::Text(text) if text.galley.text() == wanted => Some(text.galley.rect.translate(text.pos.to_vec2())),
            Shape::Vec(shapes) => shapes.iter().find_map(|shape| find(shape, wanted)),
            _ => None,
        }
    }
    window.output().shapes.iter().find_map(|clipped| find(&clipped.shape, wanted)).expect(wanted)
}

#[test]
fn a_clock_with_millionths_leaves_the_time_since_the_event_before_free() {
    let line = |n: u32| {
        format!(
            "{{\"stream\":\"a-1\",\"version\":{n},\"type\":\"T\",\"timestamp\":\"2026-03-{n:02}T{n:02}:48:00.123456Z\",\"data\":{{}}}}\n"
        )
    };
    let (mut window, _folder) = lines(&(1..9).map(line).collect::<String>());
    wait_for(&mut window, "row 8 of 8");
    let clock = painted_at(&window, "08:48:00.123456");
    let since = painted_at(&window, "1 d 1 h");
    assert!(clock.right() + 4.0 <= since.left(), "{clock:?} beside {since:?}");
    // The longest there is.
    let room = painted_at(&window, "Since previous").right() - clock.right();
    assert!(room >= "23 h 59 m".len() as f32 * 7.6, "{room}");
}

#[test]
fn a_click_on_a_type_of_the_legend_lists_its_events_and_another_one_all() {
    let mut window = window(Case::Full);
    window.get_by_label("Only Withdrawn").click();
    wait_until(&mut window, "withdrawals", |window| window.state().workspace().events.shown == 107);
    assert_eq!(window.state().workspace().events.types.listed(), Some(1));
    window.get_by_label("Only Withdrawn").click();
    wait_until(&mut window, "all", |window| window.state().workspace().events.shown == 214);
}

#[test]
fn events_without_times_have_no_axis_of_time() {
    let line = |n: u32| format!("{{\"stream\":\"a-1\",\"version\":{n},\"type\":\"T\",\"data\":{{\"n\":{n}}}}}\n");
    let (window, _folder) = lines(&(1..9).map(line).collect::<String>());
    assert!(window.query_by_label("Axis: sequence").is_some());
    assert!(window.query_by_label("Axis: time").is_none());
}

#[test]
fn no_two_tabs_are_called_alike() {
    let window = window(Case::Full);
    for word in ["Tree", "Changes", "JSON", "Payload", "Metadata", "Raw"] {
        window.get_by_label(word);
    }
}

#[test]
fn a_store_that_was_open_before_opens_by_keyboard() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::CloseStore);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::H);
    window.run_steps(4);
    window.get_by_label_contains("row 1 of 1, bank.db");
    press(&mut window, Key::Enter);
    wait_for(&mut window, "category account");
    assert!(window.state().app.view().modal.is_none());
}

#[test]
fn about_says_the_version_and_the_licences() {
    let mut window = window(Case::Welcome);
    window.state_mut().apply(Action::ShowAbout);
    window.run_steps(4);
    window.get_by_label(&format!("Eventglass {}", env!("CARGO_PKG_VERSION")));
    window.get_by_label_contains("MIT License");
    press(&mut window, Key::Escape);
    assert!(window.state().app.view().modal.is_none());
}

#[test]
fn f11_fills_the_screen() {
    let mut window = window(Case::Full);
    press(&mut window, Key::F11);
    assert!(window.state().log.contains(&Action::ToggleFullscreen), "{:?}", window.state().log);
}

#[test]
fn the_reducer_is_read_again_when_that_is_asked_for() {
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    settle(&mut window);
    window.key_press_modifiers(Modifiers { shift: true, ..Modifiers::COMMAND }, Key::R);
    window.run_steps(1);
    assert!(window.state().app.is_waiting(), "it is read");
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    settle(&mut window);
    assert_eq!(window.state().applied(), 57);
}

/// Names of the streams that are listed, from above.
fn listed(window: &Window) -> Vec<String> {
    let is_stream = |node: &egui_kittest::Node<'_>| {
        let access = node.accesskit_node();
        access.role() == egui::Role::TreeItem && access.label().is_some_and(|label| label.contains(" event"))
    };
    let mut rows: Vec<_> = window.root().children_recursive().filter(is_stream).collect();
    rows.sort_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
    rows.iter().filter_map(|row| Some(row.accesskit_node().label()?.split(", ").nth(1)?.to_owned())).collect()
}

#[test]
fn a_column_that_is_sorted_by_turns_around_when_it_is_clicked_once_more() {
    use egui::accesskit::SortDirection;
    let mut window = window(Case::Full);
    let direction = |window: &Window, name: &str| window.get_by_label(name).accesskit_node().sort_direction();
    let first = listed(&window);
    assert_eq!(direction(&window, "Sort by stream"), Some(SortDirection::Ascending));
    window.get_by_label("Sort by stream").click();
    settle(&mut window);
    assert_eq!(listed(&window), first.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(direction(&window, "Sort by stream"), Some(SortDirection::Descending));
    window.get_by_label("Sort by events").click();
    settle(&mut window);
    assert_eq!(
        (direction(&window, "Sort by stream"), direction(&window, "Sort by events")),
        (None, Some(SortDirection::Descending))
    );
    let most_first = listed(&window);
    window.get_by_label("Sort by events").click();
    settle(&mut window);
    assert_eq!(listed(&window), most_first.iter().rev().cloned().collect::<Vec<_>>());
    // It comes back like that.
    let settings = left_settings(&mut window);
    let places = vec![Place::of(sample("bank.db"))];
    let mut window = drawn(Program::new(settings, Start { places, ..Start::default() }), [1440.0, 900.0]);
    settle(&mut window);
    assert_eq!(direction(&window, "Sort by events"), Some(SortDirection::Ascending));
}

/// The settings as the program leaves them.
fn left_settings(window: &mut Window) -> eventglass::app::settings::Settings {
    let mut settings = settings();
    let program = window.state_mut();
    for effect in &program.effects {
        if let eventglass::app::Effect::Save(change) = effect {
            settings.apply(change);
        }
    }
    program.app.remember_all().iter().for_each(|change| settings.apply(change));
    settings
}

#[test]
fn the_category_stays_above_its_streams() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetStreamFilter(String::new()));
    settle(&mut window);
    let list = window.get_by_role_and_label(egui::Role::Tree, "Streams").rect();
    let wheel = |window: &mut Window, by: f32| {
        window.hover_at(list.center());
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -by),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        window.run_steps(3);
    };
    wheel(&mut window, -100_000.0);
    for by in [12.0, 36.0, 48.0] {
        wheel(&mut window, by);
        let category = window.get_by_label_contains("category account, ").rect();
        assert_eq!(category.top(), list.top(), "after {by}");
        assert_eq!(category.height(), 24.0, "it is whole");
    }
    // What is under it cannot be hit there, and a row that is chosen by keyboard is not left under it.
    window.key_press_modifiers(Modifiers::ALT, Key::Num1);
    window.run_steps(3);
    for _ in 0..40 {
        press(&mut window, Key::ArrowUp);
        let focused = window.root().children_recursive().find(egui_kittest::Node::is_focused).expect("a row").rect();
        let head = window.query_all_by_label_contains("category account, ").map(|node| node.rect()).next();
        let is_free = head.is_none_or(|head| focused == head || focused.top() >= head.bottom() - 0.5);
        assert!(is_free && focused.height() >= 23.0, "{focused:?} is under {head:?}");
    }
    // A click on it shuts the category, and brings its row there.
    wheel(&mut window, 100.0);
    window.get_by_label_contains("category account, ").click();
    settle(&mut window);
    assert!(!listed(&window).iter().any(|name| name.starts_with("account-")), "{:?}", listed(&window));
    assert_eq!(window.get_by_label_contains("category account, ").rect().top(), list.top());
}

#[test]
fn while_it_plays_the_playhead_is_in_the_middle_third_of_the_list() {
    use eventglass::app::playback::PlaybackCommand;
    let mut window = window(Case::Full);
    let list = window.get_by_role_and_label(egui::Role::ListBox, "Events").rect();
    window.state_mut().apply(PlaybackCommand::ScrubTo(eventglass::model::Applied(60)));
    settle(&mut window);
    window.state_mut().apply(PlaybackCommand::SetSpeed(100));
    window.state_mut().apply(PlaybackCommand::Play);
    wait_until(&mut window, "event 140", |window| {
        let applied = window.state().applied();
        if applied > 70 {
            let row = window.get_by_label_contains(&format!("row {applied} of 214")).rect();
            let third = list.height() / 3.0;
            let middle = list.top() + third - 1.0..=list.bottom() - third + 1.0;
            assert!(middle.contains(&row.center().y), "row {applied} is at {row:?} of {list:?}");
        }
        applied >= 140
    });
}

#[test]
fn a_long_name_keeps_its_end_and_what_is_cut_is_told_whole() {
    let name = "invoice-eu-west-1-production-000000000000000000000000000000000000000000004711";
    let kind = "TheReservationOfTheWarehouseItemWasReleasedAfterTheTimeoutOfTheCustomerHadPassed";
    let path = "theFullyQualifiedNameOfTheMemberThatIsMeant";
    let value = format!("it begins {} and it ends", "and goes on ".repeat(40));
    let line = format!(
        "{{\"stream\":\"{name}\",\"version\":1,\"type\":\"{kind}\",\"data\":{{\"{path}\":\"{value}\",\"n\":{{\"a\":[1,2]}}}}}}\n"
    );
    let (mut window, _folder) = lines(&line);
    let shown = painted(&window);
    for (whole, end) in [(name, "4711"), (kind, "Passed")] {
        let cut = shown.iter().rfind(|(text, _)| text.contains('…') && text.ends_with(end));
        let (cut, _) = cut.unwrap_or_else(|| panic!("{whole} is not cut in the middle in {shown:?}"));
        let (beginning, _) = cut.split_once('…').expect("it is cut");
        assert!(beginning.len() > 3 && whole.contains(beginning), "{cut}");
    }
    for (role, label, wanted) in [
        (egui::Role::ListBoxOption, ", TheReservation", kind.to_owned()),
        (egui::Role::TreeItem, ", theFullyQualified", format!("{path}\n\"{value}\"")),
    ] {
        let is_row = |node: &egui_kittest::Node<'_>| {
            node.accesskit_node().role() == role
                && node.accesskit_node().label().is_some_and(|words| words.contains(label))
        };
        let row = window.root().children_recursive().find(is_row).expect("a row").rect();
        window.hover_at(egui::pos2(row.left() + row.width() * 0.3, row.center().y));
        window.run_steps(2);
        wait_until(&mut window, &wanted, |window| painted(window).iter().any(|(text, _)| *text == wanted));
    }
}

#[test]
fn columns_are_as_wide_as_is_needed_where_there_is_room() {
    let line = r#"{"stream":"a-1","version":1,"type":"TheReservationOfTheItemWasReleased","data":{"aMemberWithALongName":1,"n":2}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.jsonl");
    std::fs::write(&log, line).expect("written");
    let start = Start { places: vec![Place::of(log)], ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), [1800.0, 900.0]);
    settle(&mut window);
    let shown = painted(&window);
    for whole in ["TheReservationOfTheItemWasReleased", "aMemberWithALongName"] {
        let times = shown.iter().filter(|(text, _)| text == whole).count();
        assert!(times >= 2, "{whole} is whole {times} times in {shown:?}");
    }
}

#[test]
fn the_keys_fit_a_usual_window_and_scroll_in_a_small_one() {
    let mut window = window(Case::Full);
    write(&mut window, "?");
    let (first, last) =
        (window.get_by_label("Open file…: Ctrl O").rect(), window.get_by_label("To the next control: Tab").rect());
    let screen = window.ctx.content_rect();
    assert!(screen.contains_rect(first) && screen.contains_rect(last), "{last:?} is outside of {screen:?}");
    let mut window = crate::program::sized(Case::Full, [1024.0, 640.0]);
    write(&mut window, "?");
    let top = |window: &Window| window.get_by_label("Open file…: Ctrl O").rect().top();
    let before = top(&window);
    press(&mut window, Key::End);
    assert!(top(&window) < before, "it scrolls by keyboard");
    press(&mut window, Key::Home);
    assert_eq!(top(&window), before);
    assert_eq!(window.state().applied(), 57);
}

#[test]
fn about_names_the_licences_of_what_is_built_in() {
    let mut window = window(Case::Welcome);
    window.state_mut().apply(Action::ShowAbout);
    window.run_steps(4);
    for _ in 0..400 {
        if window.query_by_label_contains("nucleo-matcher v").is_some() {
            break;
        }
        press(&mut window, Key::PageDown);
    }
    window.get_by_label_contains("nucleo-matcher v");
    window.get_by_label_contains("MPL-2.0");
}

#[test]
fn a_reducer_beside_the_store_that_was_declined_is_not_offered_again() {
    let offered = "reducers.mjs lies beside the store. It is not applied unasked.";
    let mut window = start(bank(57, None));
    wait_for(&mut window, offered);
    window.get_by_label("Hide this").click();
    settle(&mut window);
    let settings = left_settings(&mut window);
    for place in [bank(57, None), Place::of(sample("bank.db"))] {
        let mut window =
            drawn(Program::new(settings.clone(), Start { places: vec![place], ..Start::default() }), [1440.0, 900.0]);
        settle(&mut window);
        wait_for(&mut window, "Reducer Merge, a guess");
        settle(&mut window);
        assert!(window.query_by_label(offered).is_none());
    }
    // It is about that one reducer: at another store it is offered.
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["bank.db", "reducers.mjs"] {
        std::fs::copy(sample(file), folder.path().join(file)).expect("copied");
    }
    let places = vec![Place::of(folder.path().join("bank.db"))];
    let mut window = drawn(Program::new(settings, Start { places, ..Start::default() }), [1440.0, 900.0]);
    wait_for(&mut window, offered);
}

#[test]
fn a_click_on_a_row_gives_the_keyboard_to_its_list() {
    let mut window = window(Case::Full);
    for (row, list) in [("row 56 of 214", "Events"), (", currency \"EUR\"", "State"), ("account-1044, ", "Streams")] {
        window.get_by_label_contains(row).click();
        settle(&mut window);
        assert_eq!(crate::keyboard::focused_name(&window), list);
    }
    focus_list(&mut window);
    window.get_by_label("Go to stream, version or time").click();
    settle(&mut window);
    press(&mut window, Key::Escape);
    window.run_steps(3);
    assert_eq!(crate::keyboard::focused_name(&window), "Events", "after a sheet that was clicked open");
}

#[test]
fn escape_stops_a_slow_fold_and_it_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("slow.mjs");
    let text = "export default (s = { n: 0 }) => { let x = 0; for (let i = 0; i < 6e6; i++) x += i % 7; return { n: s.n + 1 } }";
    std::fs::write(&reducer, text).expect("written");
    let mut window = start(bank(214, Some(reducer)));
    wait_for(&mut window, "Folding event");
    press(&mut window, Key::Escape);
    wait_for(&mut window, "Stopped by you at");
    settle(&mut window);
    let said = labels(&window);
    assert!(!said.iter().any(|label| label.contains("threw")), "{said:#?}");
    assert!(said.iter().any(|label| label.contains("0 errors")), "{said:#?}");
    assert_eq!(window.state().app.commands().findings, 0);
    window.get_by_label("Continue").click();
    wait_for(&mut window, "n 214");
    settle(&mut window);
    assert!(!labels(&window).iter().any(|label| label.contains("Stopped by you")));
}

#[test]
fn the_first_button_of_the_page_of_an_error_has_the_keyboard() {
    let mut window = window(Case::Failed);
    assert!(window.get_by_label_contains("Open another file").is_focused());
    press(&mut window, Key::Enter);
    assert_eq!(window.state().log, [Action::OpenDialog]);
}

#[test]
fn a_long_message_of_a_throw_is_read_whole_by_keyboard() {
    let message = format!("no plan {} the end", "for this one ".repeat(60));
    let (mut window, _folder) = threw(&message);
    write(&mut window, "v");
    settle(&mut window);
    let shown = |window: &Window| match window.state().app.view().modal {
        Some(ModalView::Value(sheet)) => Some(sheet.path),
        _ => None,
    };
    assert_eq!(shown(&window).as_deref(), Some("Thrown at v58"));
    assert!(painted(&window).iter().any(|(text, _)| text.contains("the end")));
    press(&mut window, Key::Escape);
    // Also where a path is selected, by its button; and from the list of findings.
    window.get_by_label("Whole message…").click();
    settle(&mut window);
    assert_eq!(shown(&window).as_deref(), Some("Thrown at v58"));
    press(&mut window, Key::Escape);
    window.state_mut().apply(Action::ToggleFindings);
    settle(&mut window);
    let list = window.get_all_by_label("Findings").find(|node| node.accesskit_node().role() == egui::Role::ListBox);
    list.expect("a list").focus();
    press(&mut window, Key::ArrowDown);
    write(&mut window, "v");
    settle(&mut window);
    let title = shown(&window).expect("a sheet");
    assert!(title.contains("account-1042 v58"), "{title}");
}

#[test]
fn a_tab_in_a_name_is_no_blank() {
    let line = |name: &str| format!("{{\"stream\":{name},\"version\":1,\"type\":\"A\",\"data\":{{}}}}\n");
    let (window, _folder) = lines(&(line("\"a\\tb\"") + &line("\"a b\"")));
    let all = painted(&window);
    assert!(all.iter().any(|(text, _)| text == "a\\tb"), "{all:?}");
}

#[test]
fn the_speed_is_whole() {
    let mut window = window(Case::Full);
    for _ in 0..3 {
        write(&mut window, ">");
        let all = painted(&window);
        let own = all.iter().find(|(text, _)| text.ends_with("events/s")).expect("a speed");
        assert!(!own.1, "{own:?}");
    }
}

#[test]
fn the_row_of_the_playhead_has_rows_around_it_after_a_jump() {
    let mut window = window(Case::Full);
    window.state_mut().apply(eventglass::app::playback::PlaybackCommand::ScrubTo(eventglass::model::Applied(150)));
    settle(&mut window);
    for (to, beside) in [(118, [116, 120]), (57, [55, 59]), (100, [98, 102])] {
        window.state_mut().apply(eventglass::app::playback::PlaybackCommand::ScrubTo(eventglass::model::Applied(to)));
        settle(&mut window);
        for row in beside {
            window.get_by_label_contains(&format!("row {row} of 214"));
        }
    }
}

#[test]
fn the_last_line_joins_what_is_said_and_what_is_selected() {
    let mut window = window(Case::Full);
    window
        .state_mut()
        .apply(Action::SelectPath(eventglass::app::action::Tree::State, eventglass::model::Pointer::parse("/balance")));
    window.state_mut().apply(Action::Say("It is a sentence.".to_owned()));
    settle(&mut window);
    window.get_by_label("It is a sentence. Selected /balance");
    window.state_mut().apply(Action::Say("It is none".to_owned()));
    settle(&mut window);
    window.get_by_label("It is none, selected /balance");
}

#[test]
fn with_many_stores_the_box_for_going_to_places_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |at: usize| {
        let path = folder.path().join(format!("a store with a long name {at}.db"));
        std::fs::copy(sample("bank.db"), &path).expect("copied");
        Place::of(path)
    };
    let program = Program::new(settings(), Start { places: (0..11).map(place).collect(), ..Start::default() });
    let mut window = drawn(program, [1440.0, 900.0]);
    settle(&mut window);
    window.get_by_label("Go to stream, version or time");
}
