//! Every panel in its empty, loading, full and error state says its sentence, and every node has a name.

use std::collections::HashMap;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

use crate::program::{
    CASES, Case, Program, Window, bank, drawn, index, labels, sample, settings, settle, sized, start, wait_for, window,
};
use eventglass::app::action::{Action, GoToScope, StateTab};
use eventglass::app::playback::PlaybackCommand;
use eventglass::app::{Place, Start};
use eventglass::index::At;
use eventglass::model::Version;
use eventglass::session::{Answer, Reading, StoreAsk, WantedHost};

#[test]
fn each_state_of_each_panel_has_its_sentence() {
    let table: &[(Case, &[&str])] = &[
        (
            Case::Empty,
            &[
                "This store has no streams.",
                "Choose a stream to see its events.",
                "The state of a stream appears here, at any of its versions.",
                "The slider appears with the events of a stream.",
            ],
        ),
        (Case::Loading, &["Reading the index, 3.1 GB of 8.0 GB, ≥ 4,812 events", "≥ 4,812 streams"]),
        (Case::Full, &["account-1042, 214 events", "5 of 42 streams", "Withdrawn, v57, position 753"]),
        (Case::Threw, &["account.js threw at v58 FeeCharged: TypeError: no plan", "last good v57"]),
        (
            Case::Guess,
            &[
                "No reducer for account. This merges the top-level keys of each payload; it may not be what your \
                 program computes.",
                "Merge, a guess",
            ],
        ),
        (
            Case::Welcome,
            &[
                "Drop a file, a folder or a dump here",
                "Open file…",
                "Open folder…",
                "Open sample Bank.",
                "orders.jsonl",
            ],
        ),
        (Case::Failed, &["picture.png could not be opened. ", "it is a PNG image. help: open a store file instead"]),
    ];
    for (case, sentences) in table {
        let mut window = window(*case);
        window.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Panic);
        window.run_steps(2);
        let said = labels(&window);
        for sentence in *sentences {
            assert!(said.iter().any(|text| text.contains(sentence)), "{case:?}: no {sentence:?} in {said:#?}");
        }
    }
}

#[test]
fn errors_say_where_they_are_and_keep_the_rest() {
    let mut window = window(Case::Unreadable);
    let said = labels(&window);
    for sentence in [
        // The bar, for what concerns the whole store.
        "Events could not be read: page 12 is not a database page. help: copy the file again",
        // The state, and the chip in the toolbar.
        "account.js cannot start. page 12 is not a database page. help: copy the file again",
        "Reducer Merge, a guess, not loaded",
        // What is not touched by it: list, event and slider.
        "row 3 of 3, Deposited, v2",
        "Deposited, v2, position 9",
        "amount 7",
        "version 2, 3 of 3, Deposited",
    ] {
        assert!(said.iter().any(|text| text.contains(sentence)), "no {sentence:?} in {said:#?}");
    }
    window.get_by_label("File");
    window.get_by_label("Hide this").click();
    window.run_steps(3);
    assert!(window.query_by_label_contains("Events could not be read").is_none());
}

#[test]
fn every_focusable_node_has_a_role_and_a_name_of_its_own() {
    for case in CASES {
        for size in [[1440.0, 900.0], [1024.0, 640.0]] {
            let mut window = sized(case, size);
            check_names(&window, &format!("{case:?}"));
            let commands = Action::ShowGoTo(GoToScope::Anywhere, ">");
            let sheets = [Action::ShowOpenPath, Action::ShowReducerPath, Action::ShowProgram, Action::ShowKeys];
            for modal in sheets.into_iter().chain([commands]) {
                window.state_mut().apply(modal);
                window.run_steps(2);
                check_names(&window, &format!("{case:?}"));
            }
        }
    }
}

/// Whatever can have the keyboard has a role and a name, and no name is there twice in a region.
pub fn check_names(window: &Window, case: &str) {
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for node in window.root().children_recursive() {
        let access = node.accesskit_node();
        let data = access.data();
        if !data.supports_action(egui::accesskit::Action::Focus) {
            continue;
        }
        let region = region(&node);
        let name = access.label().unwrap_or_default();
        assert!(data.role() != Role::Unknown, "{case}: {name} in {region} has no role");
        assert!(!name.is_empty(), "{case}: a {:?} in {region:?} has no name", data.role());
        let times = seen.entry((region.clone(), name.clone())).or_default();
        *times += 1;
        assert_eq!(*times, 1, "{case}: {name:?} twice in {region:?}");
    }
}

/// Name of the panel a node is in.
fn region(node: &Node<'_>) -> String {
    let mut above = Some(*node);
    while let Some(node) = above {
        if node.accesskit_node().role() == Role::Region {
            return node.accesskit_node().label().unwrap_or_default();
        }
        above = node.parent();
    }
    String::new()
}

#[test]
fn a_filter_without_a_match_offers_to_clear_it() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::SetEventFilter("Frozn".into()));
    settle(&mut window);
    assert!(labels(&window).iter().any(|text| text == "0 of 214 events match."));
    window.get_by_label("Clear filter").click();
    settle(&mut window);
    assert_eq!(window.state().workspace().events.filter, "");
}

#[test]
fn rows_are_named_with_their_place() {
    let mut window = window(Case::Full);
    window.get_by_label_contains("row 57 of 214, Withdrawn, v57, 2026-09-29");
    wait_for(&mut window, "balance -4217, changed, was 10601, written by v57");
    window.get_by_label_contains("row 4 of 6, account-1042, 214 events");
    window.get_by_label_contains("category account, 5 of 24 streams");
}

#[test]
fn clicking_selects_streams_events_paths_and_tabs() {
    let mut window = window(Case::Full);
    window.get_by_label_contains("row 58 of 214").click();
    settle(&mut window);
    assert_eq!(window.state().applied(), 58);
    window.get_by_label_contains("currency \"EUR\"").click();
    settle(&mut window);
    assert_eq!(window.state().selected().as_deref(), Some("/currency"));
    window.get_by_label("Changes").click();
    settle(&mut window);
    assert_eq!(window.state().app.commands().state_tab, StateTab::Changes);
    window.get_by_label_contains("row 1 of 8, balance changed, -5717, was -4217");
    window.get_by_label_contains("account-1041, 33 events").click();
    settle(&mut window);
    let selected = window.state().log.iter().filter(|action| matches!(action, Action::SelectStream(_))).count();
    assert_eq!(selected, 1);
    window.get_by_label_contains("row 33 of 33");
    assert_eq!(window.state().app.title(), "account-1041 v33 - bank.db");
}

#[test]
fn the_buttons_after_a_throw_say_what_to_do() {
    for (label, action, then) in [
        ("Skip it and continue", Action::SkipErrors, "after 1 skipped error"),
        ("Stop here", Action::StopAtErrors, "last good v57"),
    ] {
        let mut window = window(Case::Threw);
        window.get_by_label(label).click();
        wait_for(&mut window, then);
        assert_eq!(window.state().log, [action]);
    }
}

#[test]
fn the_slider_takes_values_and_steps() {
    let mut window = window(Case::Full);
    let slider = window.get_by_role(Role::Slider);
    let node = slider.accesskit_node();
    assert_eq!((node.min_numeric_value(), node.max_numeric_value()), (Some(0.0), Some(214.0)));
    assert!(node.value().expect("a text").starts_with("version 57, 57 of 214, Withdrawn, 2026-09-29"));
    slider.set_value_accesskit(100.0);
    settle(&mut window);
    assert_eq!(window.state().applied(), 100);
    window.get_by_role(Role::Slider).increment_accesskit();
    settle(&mut window);
    assert_eq!(window.state().applied(), 101);
    window.get_by_role(Role::Slider).set_value_accesskit(9_999.0);
    settle(&mut window);
    assert_eq!(window.state().applied(), 214);
}

#[test]
fn dragging_the_slider_scrubs_from_end_to_end() {
    let mut window = window(Case::Full);
    let rect = window.get_by_role(Role::Slider).rect();
    // On the rail; over the bars it would select.
    let rail = rect.top() + 74.0 - rect.center().y;
    window.drag_at(rect.center() + egui::vec2(0.0, rail));
    settle(&mut window);
    let middle = window.state().applied();
    assert!((90..130).contains(&middle), "{middle}");
    window.hover_at(rect.right_center() + egui::vec2(50.0, 0.0));
    settle(&mut window);
    assert_eq!(window.state().applied(), 214);
    window.hover_at(rect.left_center() - egui::vec2(50.0, 0.0));
    settle(&mut window);
    assert_eq!(window.state().applied(), 0);
    window.drop_at(rect.left_center());
    settle(&mut window);
}

#[test]
fn typing_in_a_filter_emits_each_change_and_the_cross_clears() {
    let mut window = window(Case::Full);
    window.get_by_label("Filter events").focus();
    settle(&mut window);
    window.get_by_label("Filter events").type_text("fee");
    settle(&mut window);
    assert_eq!(window.state().workspace().events.filter, "fee");
    assert!(window.state().log.contains(&Action::SetEventFilter("fee".into())));
    window.get_by_label("Clear filter events").click();
    settle(&mut window);
    assert_eq!(window.state().workspace().events.filter, "");
}

#[test]
fn each_step_is_announced_once_politely() {
    let mut window = window(Case::Full);
    window.state_mut().apply(PlaybackCommand::StepBy(1));
    settle(&mut window);
    let nodes = window.root().children_recursive();
    let live: Vec<_> = nodes.filter(|node| node.accesskit_node().data().live().is_some()).collect();
    let [node] = &live[..] else { panic!("one live region, got {live:?}") };
    let node = node.accesskit_node();
    assert_eq!(node.live(), egui::accesskit::Live::Polite);
    let label = node.label().unwrap_or_default();
    assert!(label.starts_with("version 58, FeeCharged, balance -5717, was -4217"), "{label}");
}

#[test]
fn the_reducer_of_a_category_is_chosen_from_the_exports() {
    let mut window = window(Case::Full);
    window.get_by_label_contains("Reducer reducers.mjs, 0 errors").click();
    settle(&mut window);
    window.get_by_label("Reducer for card: card").click();
    settle(&mut window);
    window.get_by_label("account").click();
    settle(&mut window);
    window.get_by_label("Reducer for card: account");
    let chosen = window
        .state()
        .log
        .iter()
        .any(|action| matches!(action, Action::SetReducerFor { export: Some(export), .. } if export == "account"));
    assert!(chosen, "{:?}", window.state().log);
}

#[test]
fn in_little_space_the_streams_are_a_drop_down() {
    let mut window = sized(Case::Full, [1024.0, 640.0]);
    assert!(window.query_by_label("Filter streams").is_none());
    window.get_by_label("Stream account-1042").click();
    settle(&mut window);
    window.get_by_label_contains("account-1043, 46 events").click();
    settle(&mut window);
    assert!(window.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))));
    assert!(window.query_by_label("Filter streams").is_none(), "choosing closes it");
    assert_eq!(window.state().app.title(), "account-1043 v46 - bank.db");
}

#[test]
fn the_store_that_grew_can_be_read_again() {
    let mut window = window(Case::Empty);
    window.state().answer(0, Answer::Index(index(1, 3, Reading::Done)));
    window.state().answer(0, Answer::Grew(128));
    window.run_steps(2);
    assert!(labels(&window).iter().any(|text| text == "The store grew by 128 events."));
    window.get_by_label("Read them").click();
    window.run_steps(2);
    assert_eq!(window.state().log, [Action::Reload]);
    let far = window.state().far.lock().expect("a lock");
    assert!(matches!(far[0].store.try_recv(), Ok(StoreAsk::Reload)));
}

#[test]
fn a_reducer_that_cannot_start_leaves_events_and_cells() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("account.js");
    std::fs::write(
        &reducer,
        "export const account = { initialState: () => { throw new Error('no state') }, evolve: s => s }",
    )
    .expect("written");
    let mut window = start(bank(57, Some(reducer)));
    settle(&mut window);
    let said = labels(&window);
    for sentence in [
        "Error: no state",
        "Reducer account.js, not loaded",
        "row 57 of 214, Withdrawn, v57, 2026-09-29 18:42:17 +00:00, amount 14818, channel card",
        "Withdrawn, v57, position 753",
        "channel \"card\"",
    ] {
        assert!(said.iter().any(|text| text.contains(sentence)), "no {sentence:?} in {said:#?}");
    }
}

#[test]
fn the_chip_says_what_runs_the_reducer() {
    let start =
        Start { places: vec![bank(57, Some(sample("reducers.mjs")))], host: WantedHost::Sandbox, ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), [1440.0, 900.0]);
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors, by sandbox");
}

#[test]
fn a_reducer_that_is_saved_anew_is_read_again_and_the_last_good_one_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("account.mjs");
    let save = |text: &str| std::fs::write(&reducer, text).expect("written");
    save("export const account = (s = { is: 'first' }) => s");
    let mut window = start(bank(57, Some(reducer.clone())));
    wait_for(&mut window, "is \"first\"");
    save("export const account = (s = { is: 'second' }) => s;");
    wait_for(&mut window, "is \"second\"");
    save("export const account = (");
    wait_for(&mut window, "Reducer account.mjs, not loaded");
    assert!(labels(&window).iter().any(|text| text.contains("is \"second\"")), "{:#?}", labels(&window));
    save("export const account = (s = { is: 'the third' }) => s");
    wait_for(&mut window, "is \"the third\"");
    wait_for(&mut window, "Reducer account.mjs, 0 errors");
    // Another one that cannot be used changes nothing about that.
    window.state_mut().apply(Action::UseReducer("nowhere.mjs".to_owned()));
    wait_for(&mut window, "nowhere.mjs");
    save("export const account = (s = { is: 'the fourth' }) => s");
    wait_for(&mut window, "is \"the fourth\"");
}

/// Texts painted in the last frame, and whether their end was cut off.
pub fn painted<T>(harness: &Harness<'_, T>) -> Vec<(String, bool)> {
    fn texts(shape: &egui::Shape, out: &mut Vec<(String, bool)>) {
        match shape {
            egui::Shape::Text(text) => out.push((text.galley.text().to_owned(), text.galley.elided)),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| texts(&clipped.shape, &mut out));
    out
}

#[test]
fn long_versions_are_whole_in_the_list_and_in_the_state() {
    for first in [0, 950, 99_950, 1_234_510] {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log.jsonl");
        let line = |at: i64| {
            let version = first + at;
            format!("{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"Counted\",\"data\":{{\"n\":{at}}}}}\n")
        };
        std::fs::write(&log, (0..60).map(line).collect::<String>()).expect("written");
        let place = Place { stream: Some("a-1".into()), at: At::Version(Version(first + 57)), ..Place::of(log) };
        let mut window = start(place);
        wait_for(&mut window, &format!("n 57, changed, was 56, written by v{}", first + 57));
        // It was written by the event at the playhead, whose version is also in the list.
        let (in_list, in_state) = ((first + 57).to_string(), format!("v{}", first + 57));
        let painted = painted(&window);
        for text in [&in_list, &in_state] {
            assert!(painted.contains(&(text.clone(), false)), "{text} is whole");
            assert!(!painted.contains(&(text.clone(), true)), "{text} is cut");
        }
    }
}

#[test]
fn another_text_at_the_same_place_has_its_own_lines() {
    use eventglass::ui::widgets::raw::raw_ui;
    let mut harness =
        Harness::builder().with_size([400.0, 200.0]).with_context_setup(eventglass::ui::fonts::install).build_ui_state(
            |ui, (bytes, revision): &mut (Vec<u8>, u64)| {
                let rect = ui.max_rect();
                raw_ui(ui, egui::Id::unique("raw"), "Raw", rect, (bytes, *revision), Default::default());
            },
            (b"one\nthree".to_vec(), 0),
        );
    harness.run();
    harness.get_by_label("line 2, three");
    let (bytes, revision) = harness.state_mut();
    bytes.copy_from_slice(b"three\none");
    *revision += 1;
    harness.run();
    harness.get_by_label("line 1, three");
}
