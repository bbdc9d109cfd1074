//! The slider shows a part of a long stream, and folds into one line where there is little room.

use egui::epaint::text::{FallbackRequest, FontData, FontInsert};
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, Role, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::program::{Case, Window, drag, labels, rest, window};
use eventglass::app::action::{Action, Axis, Zoom};
use eventglass::app::playback::PlaybackCommand;
use eventglass::app::view::Content;
use eventglass::model::Applied;
use eventglass::ui::scripts::Scripts;

fn zoom(window: &Window) -> Zoom {
    let workspace = window.state().workspace();
    let Content::Ready(body) = &workspace.time.content else { panic!("there is a slider") };
    body.zoom
}

fn slider(window: &Window) -> Rect {
    window.get_by_role_and_label(Role::Slider, "Playhead").rect()
}

fn wheel(window: &mut Window, at: Pos2, delta: Vec2, modifiers: Modifiers) {
    window.hover_at(at);
    rest(window);
    let (unit, phase, source) = (MouseWheelUnit::Point, egui::TouchPhase::Move, egui::MouseWheelSource::Unknown);
    window.event(Event::MouseWheel { unit, delta, phase, source, modifiers });
    rest(window);
}

/// `Shown: v400–v900 of 100,000`.
fn shown(window: &Window) -> Option<String> {
    labels(window).into_iter().find(|label| label.starts_with("Shown: "))
}

/// The first and the last version that are shown.
fn versions(window: &Window) -> (i64, i64) {
    let words = shown(window).expect("only a part is shown");
    let (part, _) = words.trim_start_matches("Shown: ").split_once(" of ").expect("a part of all");
    let (first, last) = part.split_once('–').expect("two versions");
    let version = |text: &str| text.trim_start_matches('v').parse().expect("a version");
    (version(first), version(last))
}

#[test]
fn the_wheel_goes_nearer_at_the_pointer_and_shift_moves_along() {
    let mut window = window(Case::Full);
    let place = slider(&window);
    assert_eq!((zoom(&window), shown(&window)), (Zoom::WHOLE, None));
    let at = pos2(place.left() + place.width() * 0.25, place.top() + 50.0);
    wheel(&mut window, at, vec2(0.0, 400.0), Modifiers::NONE);
    let near = zoom(&window);
    assert!((near.times - 1.2_f64.powi(10)).abs() < 0.01, "{near:?}");
    let (first, last) = versions(&window);
    assert!(first > 1 && last < 120 && last - first < 60, "{first} to {last}");
    wheel(&mut window, at, vec2(0.0, -200.0), Modifiers::SHIFT);
    let along = zoom(&window);
    assert!(along.times == near.times && along.left > near.left, "{along:?} after {near:?}");
    wheel(&mut window, at, vec2(200.0, 0.0), Modifiers::NONE);
    assert!((zoom(&window).left - near.left).abs() < 1e-6, "sideways back again");
    wheel(&mut window, at, vec2(0.0, -4_000.0), Modifiers::NONE);
    assert_eq!((zoom(&window), shown(&window)), (Zoom::WHOLE, None));
}

#[test]
fn keys_go_nearer_around_the_playhead_and_back_to_the_whole() {
    let mut window = window(Case::Full);
    let whole = slider(&window);
    for times in [2.0, 4.0, 8.0] {
        window.key_press(Key::Z);
        rest(&mut window);
        assert_eq!(zoom(&window).times, times);
        let (first, last) = versions(&window);
        assert!((first..=last).contains(&57), "{first} to {last}");
    }
    assert_eq!(slider(&window), whole, "the slider stays where it is");
    window.key_press_modifiers(Modifiers::SHIFT, Key::Z);
    rest(&mut window);
    assert_eq!(zoom(&window).times, 4.0);
    window.get_by_label("Whole").click();
    rest(&mut window);
    assert_eq!(zoom(&window), Zoom::WHOLE);
    window.key_press(Key::Z);
    rest(&mut window);
    window.key_press(Key::Num0);
    rest(&mut window);
    assert_eq!((zoom(&window), shown(&window)), (Zoom::WHOLE, None));
    assert!(window.state().app.commands().applied == Applied(57), "the playhead is where it was");
}

#[test]
fn the_playhead_stays_in_sight_when_keys_move_it() {
    let mut window = window(Case::Full);
    for _ in 0..4 {
        window.key_press(Key::Z);
        rest(&mut window);
    }
    let before = zoom(&window);
    for (move_by, version) in [
        (PlaybackCommand::Last, 214),
        (PlaybackCommand::StepBy(-10), 204),
        (PlaybackCommand::StepBy(-90), 114),
        (PlaybackCommand::ScrubTo(Applied(3)), 3),
    ] {
        window.state_mut().apply(move_by);
        rest(&mut window);
        let applied = window.state().applied() as i64;
        let (first, last) = versions(&window);
        let stands_at = applied - 1 + versions_begin(&window);
        assert!((first..=last).contains(&stands_at), "{version}: v{stands_at} is not in {first} to {last}");
        assert_eq!(zoom(&window).times, before.times);
    }
}

/// The number of the first event.
fn versions_begin(window: &Window) -> i64 {
    let workspace = window.state().workspace();
    let Content::Ready(body) = &workspace.time.content else { panic!("there is a slider") };
    body.events.version(0).0
}

#[test]
fn the_labels_are_dragged_to_move_along_and_the_rail_to_move_the_playhead() {
    let mut window = window(Case::Full);
    window.key_press(Key::Z);
    rest(&mut window);
    window.key_press(Key::Z);
    rest(&mut window);
    let (place, before) = (slider(&window), zoom(&window));
    let strip = pos2(place.left() + 40.0, place.top() + 8.0);
    drag(&mut window, strip, strip + vec2(-30.0, 0.0));
    let along = zoom(&window);
    assert!(along.left > before.left && along.times == before.times, "{along:?} after {before:?}");
    assert_eq!(window.state().applied(), 57, "the playhead is where it was");
    let rail = pos2(place.center().x, place.top() + 74.0);
    drag(&mut window, rail, rail + vec2(60.0, 0.0));
    assert_eq!(zoom(&window), along, "what is shown stays");
    let (first, last) = versions(&window);
    assert_ne!(window.state().applied(), 57);
    let stands_at = window.state().applied() as i64 - 1 + versions_begin(&window);
    assert!((first..=last).contains(&stands_at), "{stands_at}");
}

#[test]
fn a_double_click_shows_the_whole_and_leaves_the_playhead() {
    let mut window = window(Case::Full);
    window.key_press(Key::Z);
    rest(&mut window);
    let place = slider(&window);
    let at = pos2(place.right() - 100.0, place.top() + 50.0);
    window.hover_at(at);
    rest(&mut window);
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.input_mut().events.push(Event::PointerButton { pos: at, button, pressed, modifiers });
    }
    rest(&mut window);
    assert_eq!(zoom(&window), Zoom::WHOLE);
    assert_eq!(window.state().applied(), 57);
}

#[test]
fn the_same_events_are_shown_on_the_other_axis() {
    let mut window = window(Case::Full);
    for _ in 0..3 {
        window.key_press(Key::Z);
        rest(&mut window);
    }
    let (first, last) = versions(&window);
    window.state_mut().apply(Action::SetAxis(Axis::Sequence));
    rest(&mut window);
    let other = versions(&window);
    assert!((other.0 - first).abs() <= 2 && (other.1 - last).abs() <= 2, "{first} to {last} is {other:?}");
}

/// Rows of the list of events that are on screen whole.
fn rows(window: &Window) -> usize {
    let list = window.get_by_role_and_label(Role::ListBox, "Events");
    let (place, pixel) = (list.rect().expand(0.5), 23.9);
    list.children().filter(|row| place.contains_rect(row.rect()) && row.rect().height() >= pixel).count()
}

fn height(window: &Window, panel: &str) -> f32 {
    window.get_by_role_and_label(Role::Region, panel).rect().height()
}

/// The window of so many pixels at this factor, which these steps lead to.
fn at(window: &mut Window, pixels: Vec2, factor: f32, steps: &[i8]) {
    for step in [0].iter().chain(steps) {
        window.state_mut().apply(Action::TextSize(*step));
    }
    rest(window);
    assert_eq!(window.ctx.pixels_per_point(), factor);
    // The harness has a margin of 8 points on every side.
    window.set_size(pixels / factor + vec2(16.0, 16.0));
    rest(window);
}

#[test]
fn large_text_leaves_ten_events_and_all_panels_with_a_drawer_too() {
    let mut window = window(Case::Full);
    for (pixels, factor, steps, least) in [
        (vec2(1_440.0, 900.0), 2.0, &[4, 3][..], 10),
        (vec2(1_440.0, 900.0), 1.5, &[4], 10),
        (vec2(1_024.0, 640.0), 1.5, &[4], 10),
        (vec2(1_024.0, 640.0), 1.0, &[], 5),
    ] {
        at(&mut window, pixels, factor, steps);
        let case = format!("{pixels} at {factor}");
        assert!(rows(&window) >= least, "{case}: {} rows", rows(&window));
        assert_eq!(factor == 2.0 || pixels.x == 1_024.0 && factor == 1.5, height(&window, "Time") < 40.0, "{case}");
        for is_open in [false, true] {
            for panel in ["Events", "State", "Event", "Time"] {
                assert!(window.query_by_role_and_label(Role::Region, panel).is_some(), "{case}: {panel}, {is_open}");
            }
            window.state_mut().apply(Action::ToggleFindings);
            rest(&mut window);
        }
    }
}

#[test]
fn the_time_panel_is_one_line_or_open_as_the_user_wants() {
    let mut window = window(Case::Full);
    assert_eq!(height(&window, "Time"), 120.0);
    window.key_press_modifiers(Modifiers::SHIFT, Key::T);
    rest(&mut window);
    assert_eq!(height(&window, "Time"), 32.0);
    let place = slider(&window);
    assert!(place.width() > 600.0, "{place:?}");
    assert!(window.query_by_label("Play").is_some() && window.query_by_label_contains("Deposited 1").is_none());
    let rail = pos2(place.center().x, place.center().y);
    drag(&mut window, rail, rail + vec2(30.0, 0.0));
    assert_ne!(window.state().applied(), 57, "the slider is there");
    window.get_by_label("Open the timeline").click();
    rest(&mut window);
    assert_eq!(height(&window, "Time"), 120.0);
    window.get_by_label("Fold the timeline into one line").click();
    rest(&mut window);
    assert_eq!(height(&window, "Time"), 32.0);
    // It unfolds to the height that it had.
    window.state_mut().apply(Action::SetSize("time", Some(200.0)));
    rest(&mut window);
    window.get_by_label("Fold the timeline into one line").click();
    rest(&mut window);
    window.get_by_label("Open the timeline").click();
    rest(&mut window);
    assert_eq!(height(&window, "Time"), 200.0);
    window.state_mut().apply(Action::ResetLayout);
    rest(&mut window);
    assert_eq!(height(&window, "Time"), 120.0);
}

#[test]
fn a_letter_that_the_fonts_lack_is_looked_up_beside_the_window() {
    /// One of the icons' own letters, which no font for text has.
    const LETTER: char = '\u{e06c}';
    const NOWHERE: &str = "ก";
    static LUCIDE: &[u8] = include_bytes!("../../assets/icons/lucide.ttf");
    let find = |request: &FallbackRequest<'_>| {
        let is_there = request.cluster.starts_with(|c| ('\u{e000}'..'\u{f8ff}').contains(&c));
        is_there.then(|| FontInsert::new("found", FontData::from_static(LUCIDE), Vec::new()))
    };
    let draw = |ui: &mut egui::Ui, text: &mut String| drop(ui.label(&**text));
    let mut harness = Harness::builder().with_size([300.0, 100.0]).build_ui_state(draw, String::new());
    eventglass::ui::fonts::install(&harness.ctx);
    let scripts = Scripts::install(&harness.ctx, move || find);
    harness.run_steps(2);
    // A letter without a box would panic here.
    *harness.state_mut() = format!("{NOWHERE} {LETTER} שלום abc");
    let font = egui::FontId::proportional(13.0);
    let patience = std::time::Instant::now();
    let mut missing = Vec::new();
    while missing.len() < 2 || !harness.ctx.fonts_mut(|fonts| fonts.has_glyph(&font, LETTER)) {
        harness.run_steps(2);
        missing.extend(scripts.news().unwrap_or_default());
        assert!(patience.elapsed().as_secs() < 60, "it never comes: {missing:?}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    missing.sort_unstable();
    missing.dedup();
    assert_eq!(missing, ["Hebrew", "Thai"]);
    // What is shown next is asked for anew: the same letters are news again, others are not.
    *harness.state_mut() = format!("{NOWHERE} {LETTER} abc");
    harness.run_steps(2);
    assert_eq!(scripts.news(), None);
    scripts.ask_anew(&harness.ctx);
    missing.clear();
    while missing.is_empty() {
        harness.run_steps(2);
        missing.extend(scripts.news().unwrap_or_default());
        assert!(patience.elapsed().as_secs() < 60, "it does not come again");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(missing, ["Thai"]);
    assert!(harness.query_by_label_contains("abc").is_some());
}
