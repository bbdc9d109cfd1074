//! Point A, by keyboard and label: set, compared with the playhead, copied, left. Values are those
//! that Emmett wrote into the sample.

use std::sync::Arc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::action::{Action, Tree};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::app::view::Content;
use eventglass::model::json::parse_text;
use eventglass::model::{Applied, Pointer, StreamId};
use eventglass::session::{Against, Answer, CompareWith, Reading, ReplayAsk, SideA, StateNews, Ticket};

use crate::program::{
    Program, Window, bank, expected, index, labels, press, pretended, sample, settings, settle, start, state_news,
    wait_for, wait_until, write,
};

fn go(window: &mut Window, version: u64) {
    window.state_mut().apply(ScrubTo(Applied(version)));
    settle(window);
}

fn has(window: &Window, text: &str) -> bool {
    labels(window).iter().any(|label| label.contains(text))
}

/// The account at v57 with point A at v12, compared.
fn compared() -> Window {
    let mut window = start(bank(12, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    wait_for(&mut window, &format!("balance {}", expected("account-1042", 12)["balance"]));
    settle(&mut window);
    write(&mut window, "a");
    go(&mut window, 57);
    write(&mut window, "d");
    wait_for(&mut window, "A: v12 ⇄ v57");
    window
}

#[test]
fn the_state_at_a_is_compared_with_that_at_the_playhead() {
    let mut window = compared();
    let (then, now) = (expected("account-1042", 12), expected("account-1042", 57));
    wait_for(&mut window, &format!("balance {}, changed, was {}", now["balance"], then["balance"]));
    wait_for(&mut window, "Point A at v12, compared with the playhead");
    // What is announced is the whole difference.
    let said = window.state().app.view().announcement.to_owned();
    assert!(said.starts_with("version 57, ") && said.ends_with(" changes since point A, version 12"), "{said}");
    // A step compares with the same point.
    press(&mut window, Key::ArrowRight);
    wait_for(&mut window, "A: v12 ⇄ v58");
    wait_for(
        &mut window,
        &format!("balance {}, changed, was {}", expected("account-1042", 58)["balance"], then["balance"]),
    );
    // Back at the point nothing differs.
    go(&mut window, 12);
    write(&mut window, "2");
    wait_for(&mut window, "The state is as it is at A.");
    write(&mut window, "1");
    // And before it the difference is the other way round.
    go(&mut window, 2);
    wait_for(&mut window, "A: v12 ⇄ v2");
    wait_for(
        &mut window,
        &format!("balance {}, changed, at v12: {}", expected("account-1042", 2)["balance"], then["balance"]),
    );
    write(&mut window, "2");
    wait_for(&mut window, &format!("{}, at v12: {}", expected("account-1042", 2)["balance"], then["balance"]));
    write(&mut window, "1");
    // Esc leaves it, and so does the key that began it; the point stays.
    go(&mut window, 57);
    press(&mut window, Key::Escape);
    assert!(!has(&window, "A: v12") && has(&window, "Point A at v12"));
    wait_for(
        &mut window,
        &format!("balance {}, changed, was {}", now["balance"], expected("account-1042", 56)["balance"]),
    );
    write(&mut window, "d");
    wait_for(&mut window, "A: v12 ⇄ v57");
    write(&mut window, "d");
    assert!(!has(&window, "A: v12"));
    // Once more at the point takes it away.
    go(&mut window, 12);
    write(&mut window, "a");
    assert!(!has(&window, "Point A at"));
    assert_eq!(window.state().app.commands().point_a, None);
}

#[test]
fn changes_since_a_are_listed_and_copied() {
    let mut window = compared();
    write(&mut window, "2");
    let (then, now) = (expected("account-1042", 12), expected("account-1042", 57));
    wait_for(&mut window, &format!("balance changed, {}, was {}", now["balance"], then["balance"]));
    window.get_by_label("Copy changes as CSV").click();
    window.run_steps(2);
    let copied = window.state().copied().pop().expect("something was copied");
    let lines: Vec<&str> = copied.lines().collect();
    assert_eq!(lines[0], "path,change,before,after");
    let balance = format!("/balance,changed,{},{}", then["balance"], now["balance"]);
    assert!(lines.contains(&&*balance), "{copied}");
    let count = match &window.state().workspace().state.content {
        Content::Ready(body) => body.changes.len(),
        _ => panic!("a state"),
    };
    assert_eq!(lines.len() as u64, count + 1);
    for line in &lines[1..] {
        let path = line.split(',').next().expect("a path");
        assert_ne!(then.pointer(path), now.pointer(path), "{line}");
    }
    // Without a point they are those of the event.
    press(&mut window, Key::Escape);
    window.get_by_label("Copy changes as CSV").click();
    window.run_steps(2);
    let copied = window.state().copied().pop().expect("something was copied");
    assert!(copied.contains("/balance,changed,10601,-4217\r\n"), "{copied}");
}

fn click(window: &mut Window, pos: Pos2, modifiers: Modifiers) {
    window.hover_at(pos);
    window.event(Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
        window.run_steps(1);
    }
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
    settle(window);
}

#[test]
fn shift_and_a_click_set_the_point_where_the_pointer_is() {
    let mut window = start(bank(57, None));
    wait_for(&mut window, "row 57 of 214");
    settle(&mut window);
    let row = window.get_by_label_contains("row 55 of 214").rect();
    click(&mut window, row.center(), Modifiers::SHIFT);
    wait_for(&mut window, "Point A at v55");
    assert!(window.state().app.title().starts_with("account-1042 v57"), "the playhead stays");
    let row = window.get_by_label_contains("row 55 of 214");
    assert!(row.accesskit_node().label().expect("a name").contains("point A"));
    let slider = window.get_by_role(Role::Slider).rect();
    click(&mut window, pos2(slider.right() - 1.0, slider.bottom() - 12.0), Modifiers::SHIFT);
    wait_for(&mut window, "Point A at v214");
    assert!(window.state().app.title().starts_with("account-1042 v57"), "the playhead stays");
    // Without Shift it is the playhead that goes there.
    click(&mut window, pos2(slider.right() - 1.0, slider.bottom() - 12.0), Modifiers::NONE);
    assert!(window.state().app.title().starts_with("account-1042 v214"));
}

#[test]
fn each_stream_keeps_its_point() {
    let mut window = compared();
    let first = StreamId(0);
    window.state_mut().apply(Action::SelectStream(first));
    settle(&mut window);
    assert!(!has(&window, "Point A at") && !has(&window, "A: v12"), "another stream has none");
    let commands = window.state().app.commands().clone();
    assert_eq!((commands.point_a, commands.comparing), (None, false));
    let why = eventglass::app::command::COMPARE.enabled(&commands);
    assert_eq!(why, Err("point A is not set"));
    window.get_by_label("Filter streams").focus();
    window.run_steps(1);
    window.get_by_label("Filter streams").type_text("1042");
    wait_for(&mut window, "1 of 42 streams");
    window.get_by_label_contains("account-1042, 214 events").click();
    wait_for(&mut window, "Point A at v12");
    settle(&mut window);
    press(&mut window, Key::Escape);
    write(&mut window, "d");
    wait_for(&mut window, "A: v12 ⇄ v57");
}

#[test]
fn another_reducer_is_compared_with_itself() {
    let mut window = compared();
    window.state_mut().apply(Action::ClearReducer);
    settle(&mut window);
    // Merge has no balance; what it has at both places is compared.
    wait_for(&mut window, "A: v12 ⇄ v57");
    assert!(!has(&window, "balance "), "{:?}", labels(&window));
    wait_until(&mut window, "the amounts of both", |window| {
        labels(window).iter().any(|label| label.contains("amount 14818, changed, was "))
    });
}

#[test]
fn of_two_long_texts_the_part_that_differs_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.jsonl");
    let line = |version: u32, end: &str| {
        let text = format!("{}{end}", "what every note begins with; ".repeat(300));
        serde_json::json!({"stream": "n-1", "version": version, "type": "Noted", "data": {"note": text}}).to_string()
    };
    std::fs::write(&path, format!("{}\n{}\n", line(1, "first end"), line(2, "second end"))).expect("written");
    let mut window = start(Place::of(&path));
    wait_for(&mut window, "second end");
    wait_until(&mut window, "both ends in the tree", |window| {
        let is_apart = |label: &String| {
            label.contains("note …") && label.contains("second end\"") && label.contains("first end\"")
        };
        labels(window).iter().any(is_apart)
    });
    settle(&mut window);
    write(&mut window, "2");
    wait_for(&mut window, "note changed, …");
    let row = labels(&window).into_iter().find(|label| label.contains("note changed, …")).expect("the change");
    assert!(row.contains("second end\"") && row.ends_with("first end\""), "{row}");
    // And where it is listed who wrote it.
    window.state_mut().apply(Action::SelectPath(Tree::State, Pointer::parse("/note")));
    window.run_steps(2);
    write(&mut window, "b");
    wait_for(&mut window, "Writes of note: 2 events");
    wait_until(&mut window, "both ends in the list", |window| {
        labels(window).iter().any(|label| label.contains("second end\", was …") && label.contains("first end\""))
    });
}

// --- Without threads -----------------------------------------------------------------

#[test]
fn an_answer_that_is_compared_with_another_place_is_shown_as_it_is() {
    let places = vec![Place::of("/pretended/bank.db")];
    let mut program = Program::played(settings(), Start { places, ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    program.answer(0, Answer::Index(index(1, 100, Reading::Done)));
    program.poll();
    let asked = |program: &Program| {
        let far = program.far.lock().expect("a lock");
        let compared = |ask| match ask {
            ReplayAsk::Compare(Some(CompareWith::Point(at))) => Some(Some(at)),
            ReplayAsk::Compare(with) => Some(with.map(|with| panic!("{with:?}"))),
            _ => None,
        };
        far[0].replay.try_iter().filter_map(compared).collect::<Vec<_>>()
    };
    let ticket = |seek| Ticket { stream: 1, reducer: 1, seek };
    let tell = |program: &mut Program, seek: u64, against: Option<u64>| {
        let node = |n: u64| parse_text(&format!(r#"{{"n":{n}}}"#)).node;
        let against = against.map(|at| {
            let (side, changes) = (SideA::Point(Applied(at)), Vec::new());
            Box::new(Against { side, version: None, state: node(at), problem: None, changes })
        });
        let previous = Some(node(99));
        let news = StateNews { against, previous, ..state_news(ticket(seek), 100, node(100)) };
        program.answer(0, Answer::State(Box::new(news)));
        program.poll();
    };
    let before = |program: &Program| match program.workspace().state.content {
        Content::Ready(body) => body.tree.before.and_then(|node| node.get("n").map(eventglass::model::json::to_text)),
        _ => None,
    };
    program.apply(Action::SetPointA(Applied(7)));
    assert_eq!(asked(&program), [], "nobody compares yet");
    program.apply(Action::Compare(true));
    assert_eq!(asked(&program), [Some(Applied(7))]);
    tell(&mut program, 1, None);
    assert_eq!(before(&program).as_deref(), Some("99"), "what came before the question");
    assert!(program.app.commands().folding);
    tell(&mut program, 2, Some(7));
    assert_eq!((before(&program).as_deref(), program.app.commands().folding), (Some("7"), false));
    program.apply(Action::SetPointA(Applied(8)));
    assert_eq!(asked(&program), [Some(Applied(8))]);
    assert_eq!(before(&program).as_deref(), Some("99"), "it is beside another place");
    tell(&mut program, 3, Some(8));
    assert_eq!(before(&program).as_deref(), Some("8"));
    program.apply(Action::SetPointA(Applied(8)));
    assert_eq!(asked(&program), [None], "the point is gone, and nothing is compared");
    assert_eq!(before(&program).as_deref(), Some("99"));
}
