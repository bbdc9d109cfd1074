//! Sizes of panels are the app's: seams say what they are dragged to.

use std::collections::BTreeMap;

use egui::{Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::program::{Case, Program, Window, bank, drag, drawn, sample, settings, settle, window};
use eventglass::app::action::Action;
use eventglass::app::view::RootView;

fn double_click(window: &mut Window, at: Pos2) {
    window.hover_at(at);
    settle(window);
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        // All in one frame: as separate events they would be half a second apart.
        let event = egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
        window.input_mut().events.push(event);
    }
    settle(window);
}

fn width_of(window: &Window, panel: &str) -> f32 {
    window.get_by_role_and_label(egui::Role::Region, panel).rect().width()
}

fn sizes(window: &Window) -> BTreeMap<String, f32> {
    window.state().app.view().sizes.clone()
}

/// The full window with such sizes in its settings.
fn with_sizes(sizes: BTreeMap<String, f32>, size: [f32; 2]) -> Window {
    let mut settings = settings();
    settings.sizes = sizes;
    let places = vec![bank(57, Some(sample("reducers.mjs")))];
    let mut window = drawn(Program::new(settings, eventglass::app::Start { places, ..Default::default() }), size);
    settle(&mut window);
    window
}

#[test]
fn a_dragged_seam_gives_its_size_to_the_app_and_a_double_click_takes_it_back() {
    let mut window = window(Case::Full);
    assert_eq!(width_of(&window, "Streams"), 260.0);
    let left = window.get_by_role_and_label(egui::Role::Region, "Streams").rect().left();
    drag(&mut window, pos2(left + 260.0, 400.0), pos2(left + 330.0, 400.0));
    assert_eq!(sizes(&window)["streams"], 330.0);
    assert_eq!(width_of(&window, "Streams"), 330.0);
    drag(&mut window, pos2(left + 330.0, 400.0), pos2(left + 900.0, 400.0));
    assert_eq!(sizes(&window)["streams"], 480.0, "no wider than is of use");
    double_click(&mut window, pos2(left + 480.0, 400.0));
    assert!(sizes(&window).is_empty());
    assert_eq!(width_of(&window, "Streams"), 260.0);
}

#[test]
fn sizes_come_back_with_the_app_and_a_share_is_one_of_any_window() {
    let mut window = window(Case::Full);
    let state = window.get_by_role_and_label(egui::Role::Region, "State").rect();
    drag(&mut window, pos2(1_200.0, state.bottom()), pos2(1_200.0, state.bottom() - 100.0));
    let share = sizes(&window)["event"];
    assert!((0.45..0.5).contains(&share), "{share}");
    let mut again = with_sizes(sizes(&window), [1_600.0, 1_200.0]);
    let state = again.get_by_role_and_label(egui::Role::Region, "State").rect();
    assert!((state.height() - share * 1_000.0).abs() < 1.0, "{state:?}");
    again.state_mut().apply(Action::ResetLayout);
    settle(&mut again);
    assert!(again.get_by_role_and_label(egui::Role::Region, "State").rect().height() > state.height());
}

/// What a seam says of itself: where it is between its limits.
fn seam(window: &Window, name: &str) -> [f64; 3] {
    let node = window.get_by_role_and_label(egui::accesskit::Role::Splitter, name);
    let node = node.accesskit_node();
    [node.min_numeric_value(), node.numeric_value(), node.max_numeric_value()].map(|value| value.expect("a number"))
}

#[test]
fn seams_are_moved_by_keyboard() {
    let mut window = window(Case::Full);
    for (name, panel, less, more, grows) in [
        ("Width of the streams", "Streams", Key::ArrowLeft, Key::ArrowRight, 8.0),
        ("Width of the state", "State", Key::ArrowLeft, Key::ArrowRight, -8.0),
        ("Height of the state", "State", Key::ArrowUp, Key::ArrowDown, 8.0),
    ] {
        let size = |window: &Window| {
            let rect = window.get_by_role_and_label(egui::Role::Region, panel).rect();
            if name.starts_with("Width") { rect.width() } else { rect.height() }
        };
        let first = size(&window);
        window.get_by_label(name).focus();
        settle(&mut window);
        let press = |window: &mut Window, key: Key| {
            window.key_press(key);
            settle(window);
        };
        press(&mut window, more);
        assert!((size(&window) - first - grows).abs() < 1.1, "{name}: {first} became {}", size(&window));
        press(&mut window, less);
        press(&mut window, less);
        assert!((size(&window) - first + grows).abs() < 1.1, "{name}: {first} became {}", size(&window));
        let [least, now, most] = seam(&window, name);
        assert!(least < now && now < most && (now as f32 - size(&window)).abs() < 0.1, "{least} {now} {most}");
        press(&mut window, Key::Home);
        assert_eq!(size(&window), least as f32, "{name}");
        press(&mut window, Key::End);
        assert_eq!(size(&window), most as f32, "{name}");
        assert_eq!(sizes(&window).len(), 1);
        press(&mut window, Key::Enter);
        assert_eq!(size(&window), first, "{name}");
        assert!(sizes(&window).is_empty());
        assert!(window.get_by_label(name).is_focused());
        assert_eq!(window.state().applied(), 57, "no key was for the playhead");
        // What a screen reader sets.
        window.get_by_label(name).set_value_accesskit(now);
        settle(&mut window);
        assert!((size(&window) - now as f32).abs() < 1.1, "{name}");
        window.state_mut().apply(Action::ResetLayout);
        settle(&mut window);
        assert_eq!(size(&window), first, "{name}");
    }
}

#[test]
fn the_drawer_is_made_higher_by_keyboard() {
    for size in [[1440.0, 900.0], [1024.0, 640.0]] {
        let mut window = crate::program::sized(Case::Full, size);
        window.state_mut().apply(Action::ShowSearch);
        settle(&mut window);
        let height = |window: &Window| window.get_by_role_and_label(egui::Role::Region, "Search").rect().height();
        let first = height(&window);
        window.get_by_label("Height of the drawer").focus();
        settle(&mut window);
        window.key_press(Key::ArrowUp);
        settle(&mut window);
        let [_, now, most] = seam(&window, "Height of the drawer");
        let want = (first + 8.0).min(most as f32);
        assert!((height(&window) - want).abs() < 1.1, "{first} became {}, {now} of {most}", height(&window));
        window.key_press(Key::Home);
        settle(&mut window);
        let [least, now, _] = seam(&window, "Height of the drawer");
        assert_eq!((now, height(&window)), (least, least as f32));
    }
}

#[test]
fn a_size_that_makes_no_sense_leaves_room_for_the_others() {
    const SEAMS: [&str; 6] = ["streams", "state", "event", "findings", "narrow events", "narrow state"];
    for wild in [0.0, -5.0, 1e9, f32::INFINITY, f32::NAN] {
        let mut program = window(Case::Full).into_state();
        for seam in SEAMS {
            program.apply(Action::SetSize(seam, Some(wild)));
        }
        let kept = program.app.view().sizes;
        assert!(kept.values().all(|size| (0.0..=8_192.0).contains(size)), "the app keeps none of it: {kept:?}");
        program.apply(Action::ToggleFindings);
        // The layout takes whatever comes, also what the app would not let through.
        let sizes: BTreeMap<String, f32> = SEAMS.map(|seam| (seam.to_owned(), wild)).into();
        let mut window = Harness::builder()
            .with_size([1_440.0, 900.0])
            .with_context_setup(eventglass::ui::fonts::install)
            .build_ui_state(
                move |ui, program: &mut Program| {
                    program.poll();
                    let view = RootView { sizes: &sizes, ..program.app.view() };
                    eventglass::ui::root::root_ui(ui, &view, &mut Vec::new());
                },
                program,
            );
        window.run_steps(4);
        for panel in ["Streams", "Events", "State", "Event", "Findings", "Time"] {
            let rect = window.get_by_role_and_label(egui::Role::Region, panel).rect();
            assert!(rect.width() >= 180.0 && rect.height() >= 100.0, "{panel} is {rect:?} by {wild}");
        }
    }
}

#[test]
fn the_text_size_is_the_apps() {
    let mut window = window(Case::Full);
    window.state_mut().apply(Action::TextSize(2));
    settle(&mut window);
    assert_eq!(window.ctx.zoom_factor(), 1.2);
}

#[test]
fn the_time_panel_is_made_higher_and_folded_by_its_seam() {
    let seam_name = "Height of the timeline";
    for size in [[1440.0, 900.0], [1024.0, 900.0]] {
        let mut window = crate::program::sized(Case::Full, size);
        let time = |window: &Window| window.get_by_role_and_label(egui::Role::Region, "Time").rect();
        let first = time(&window).height();
        assert_eq!(first, 120.0);
        window.get_by_label(seam_name).focus();
        settle(&mut window);
        let press = |window: &mut Window, key: Key| {
            window.key_press(key);
            settle(window);
        };
        press(&mut window, Key::ArrowUp);
        assert_eq!(time(&window).height(), 128.0);
        press(&mut window, Key::End);
        let [least, now, most] = seam(&window, seam_name);
        assert!(least == 32.0 && now == most && most > 200.0, "{least} {now} {most}");
        assert_eq!(time(&window).height(), most as f32);
        press(&mut window, Key::Home);
        assert_eq!(time(&window).height(), 32.0, "one line");
        press(&mut window, Key::ArrowUp);
        assert_eq!(time(&window).height(), 120.0, "from the line to its least height");
        press(&mut window, Key::ArrowDown);
        assert_eq!(time(&window).height(), 32.0);
        press(&mut window, Key::Enter);
        assert_eq!(time(&window).height(), first, "as at first");
        assert!(window.get_by_label(seam_name).is_focused());
        assert_eq!(window.state().applied(), 57);
        // By mouse.
        let edge = time(&window).top();
        drag(&mut window, pos2(600.0, edge), pos2(600.0, edge - 90.0));
        assert!((time(&window).height() - 210.0).abs() < 3.0, "{:?}", time(&window));
        let edge = time(&window).top();
        drag(&mut window, pos2(600.0, edge), pos2(600.0, edge + 170.0));
        assert_eq!(time(&window).height(), 32.0, "dragged down it is folded");
        let edge = time(&window).top();
        drag(&mut window, pos2(600.0, edge), pos2(600.0, edge - 60.0));
        assert_eq!(time(&window).height(), 120.0);
    }
}
