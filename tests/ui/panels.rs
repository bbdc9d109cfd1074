//! Every panel in its empty, loading, full and error state says its sentence, and every node has a name.

use std::collections::HashMap;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

use crate::fake::{Case, Fake};
use crate::{sized, window};
use eventglass::app::action::{Action, StateTab};
use eventglass::app::playback::PlaybackCommand;
use eventglass::model::Applied;

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
        (Case::Loading, &["Reading the index, 3.1 GB of 8.0 GB, ≥ 1,412,306 events", "≥ 4,812 streams"]),
        (Case::Full, &["account-1042, 214 events", "28 of 12,408 streams", "Withdrawn, v57, position 48,211"]),
        (Case::Threw, &["account.js threw at v58 FeeCharged: TypeError: state.plan is undefined", "last good v57"]),
        (
            Case::Guess,
            &[
                "No reducer for account. This merges the top-level keys of each payload; it may not be what your \
                 program computes.",
                "Merge, a guess",
            ],
        ),
        (Case::Welcome, &["Drop a store file here", "Open file…", "Open sample Bank."]),
        (Case::Failed, &["bank.db could not be read. page 12 is not a database page. help: copy"]),
    ];
    for (case, sentences) in table {
        let harness = window(*case);
        let said = said(&harness);
        for sentence in *sentences {
            assert!(said.iter().any(|text| text.contains(sentence)), "{case:?}: no {sentence:?} in {said:#?}");
        }
    }
}

#[test]
fn errors_fill_the_panels_and_keep_the_rest() {
    let harness = window(Case::Error);
    let said = said(&harness);
    let count = said.iter().filter(|text| text.starts_with("bank.db could not be read")).count();
    assert_eq!(count, 5, "streams, events, state, event and time: {said:#?}");
    harness.get_by_label("File");
}

#[test]
fn every_focusable_node_has_a_role_and_a_name_of_its_own() {
    let cases =
        [Case::Full, Case::Threw, Case::Guess, Case::Empty, Case::Loading, Case::Error, Case::Welcome, Case::Failed];
    for case in cases {
        for size in [[1440.0, 900.0], [1024.0, 640.0]] {
            let mut harness = sized(case, size);
            check_names(&harness, case);
            for modal in [0, 1] {
                harness.state_mut().modal = Some(modal);
                harness.run();
                check_names(&harness, case);
            }
        }
    }
}

fn check_names(harness: &Harness<'_, Fake>, case: Case) {
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for node in harness.root().children_recursive() {
        let access = node.accesskit_node();
        let data = access.data();
        if !data.supports_action(egui::accesskit::Action::Focus) {
            continue;
        }
        let region = region(&node);
        let name = access.label().unwrap_or_default();
        assert!(data.role() != Role::Unknown, "{case:?}: {name} in {region} has no role");
        assert!(!name.is_empty(), "{case:?}: a {:?} in {region:?} has no name", data.role());
        let times = seen.entry((region.clone(), name.clone())).or_default();
        *times += 1;
        assert_eq!(*times, 1, "{case:?}: {name:?} twice in {region:?}");
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

/// Every label in the accessibility tree.
fn said(harness: &Harness<'_, Fake>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    nodes.flat_map(|node| [node.accesskit_node().label(), node.value()]).flatten().collect()
}

#[test]
fn a_filter_without_a_match_offers_to_clear_it() {
    let mut harness = window(Case::Full);
    harness.state_mut().apply(Action::SetEventFilter("Frozn".into()));
    harness.run();
    assert!(said(&harness).iter().any(|text| text == "0 of 214 events match."));
    harness.get_by_label("Clear filter").click();
    harness.run();
    assert_eq!(harness.state().event_filter, "");
}

#[test]
fn rows_are_named_with_their_place() {
    let harness = window(Case::Full);
    harness.get_by_label_contains("row 58 of 214, Withdrawn, v57, 2026-09-26");
    harness.get_by_label_contains("balance -40.00, changed, was 310.00, written by v57");
    harness.get_by_label_contains("row 6 of 24, account-1042, 214 events");
    harness.get_by_label_contains("category account, 20 of 9,120 streams");
}

#[test]
fn clicking_selects_streams_events_paths_and_tabs() {
    let mut harness = window(Case::Full);
    harness.get_by_label_contains("account-1045, 9 events").click();
    harness.run();
    harness.get_by_label_contains("row 56 of 214").click();
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(56));
    harness.get_by_label_contains("currency \"EUR\"").click();
    harness.run();
    assert_eq!(harness.state().selected.as_ref().map(ToString::to_string).as_deref(), Some("/currency"));
    harness.get_by_label("Changes").click();
    harness.run();
    assert_eq!(harness.state().state_tab, StateTab::Changes);
    harness.get_by_label_contains("row 6 of 6, entries changed");
    let selected = harness.state().log.iter().filter(|action| matches!(action, Action::SelectStream(_))).count();
    assert_eq!(selected, 1);
}

#[test]
fn the_buttons_after_a_throw_say_what_to_do() {
    let mut harness = window(Case::Threw);
    harness.get_by_label("Skip it and continue").click();
    harness.run();
    harness.get_by_label("Stop here").click();
    harness.run();
    assert_eq!(harness.state().log, [Action::SkipErrors, Action::StopAtErrors]);
}

#[test]
fn the_slider_takes_values_and_steps() {
    let mut harness = window(Case::Full);
    let slider = harness.get_by_role(Role::Slider);
    let node = slider.accesskit_node();
    assert_eq!((node.min_numeric_value(), node.max_numeric_value()), (Some(0.0), Some(214.0)));
    assert!(node.value().expect("a text").starts_with("version 57, 58 of 214, Withdrawn, 2026-09-26"));
    slider.set_value_accesskit(100.0);
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(100));
    harness.get_by_role(Role::Slider).increment_accesskit();
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(101));
    harness.get_by_role(Role::Slider).set_value_accesskit(9_999.0);
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(214));
}

#[test]
fn dragging_the_slider_scrubs_from_end_to_end() {
    let mut harness = window(Case::Full);
    let rect = harness.get_by_role(Role::Slider).rect();
    harness.drag_at(rect.center());
    harness.run();
    let middle = harness.state().playback.applied().0;
    assert!((90..130).contains(&middle), "{middle}");
    harness.hover_at(rect.right_center() + egui::vec2(50.0, 0.0));
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(214));
    harness.hover_at(rect.left_center() - egui::vec2(50.0, 0.0));
    harness.run();
    assert_eq!(harness.state().playback.applied(), Applied(0));
    harness.drop_at(rect.left_center());
    harness.run();
}

#[test]
fn typing_in_a_filter_emits_each_change_and_the_cross_clears() {
    let mut harness = window(Case::Full);
    harness.get_by_label("Filter events").focus();
    harness.run();
    harness.get_by_label("Filter events").type_text("fee");
    harness.run();
    assert_eq!(harness.state().event_filter, "fee");
    assert!(harness.state().log.contains(&Action::SetEventFilter("fee".into())));
    harness.get_by_label("Clear filter events").click();
    harness.run();
    assert_eq!(harness.state().event_filter, "");
}

#[test]
fn each_step_is_announced_once_politely() {
    let mut harness = window(Case::Full);
    harness.state_mut().apply(PlaybackCommand::StepBy(1).into());
    harness.run();
    let nodes = harness.root().children_recursive();
    let live: Vec<_> = nodes.filter(|node| node.accesskit_node().data().live().is_some()).collect();
    let [node] = &live[..] else { panic!("one live region, got {live:?}") };
    let node = node.accesskit_node();
    assert_eq!(node.live(), egui::accesskit::Live::Polite);
    assert!(node.label().is_some_and(|label| label.starts_with("version 58, ")), "{:?}", node.label());
}

#[test]
fn the_reducer_of_a_category_is_chosen_from_the_exports() {
    let mut harness = window(Case::Full);
    harness.get_by_label_contains("Reducer account.js, 0 errors").click();
    harness.run();
    harness.get_by_label("Reducer for card: cardReducer").click();
    harness.run();
    harness.get_by_label("accountReducer").click();
    harness.run();
    let want =
        Action::SetReducerFor { category: eventglass::model::CategoryId(1), export: Some("accountReducer".into()) };
    assert!(harness.state().log.contains(&want), "{:?}", harness.state().log);
}

#[test]
fn in_little_space_the_streams_are_a_drop_down() {
    let mut harness = sized(Case::Full, [1024.0, 640.0]);
    assert!(harness.query_by_label("Filter streams").is_none());
    harness.get_by_label("Stream account-1042").click();
    harness.run();
    harness.get_by_label_contains("account-1046, 63 events").click();
    harness.run();
    assert!(harness.state().log.iter().any(|action| matches!(action, Action::SelectStream(_))));
    assert!(harness.query_by_label("Filter streams").is_none(), "choosing closes it");
}

#[test]
fn the_store_that_grew_can_be_read_again() {
    let mut harness = window(Case::Full);
    harness.state_mut().notice = true;
    harness.run();
    assert!(said(&harness).iter().any(|text| text == "The store grew by 128 events."));
    harness.get_by_label("Read them").click();
    harness.run();
    assert_eq!(harness.state().log, [Action::Reload]);
}
