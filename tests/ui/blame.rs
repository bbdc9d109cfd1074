//! Who wrote a path, by keyboard and label: the drawer, the way from one write to the next, and
//! the gutter of the state. Values are those that Emmett wrote into the sample.

use std::sync::Arc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::{Action, Tree, Way};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::index::At;
use eventglass::model::{Applied, Pointer, Version};
use eventglass::session::{Answer, Found, JobAsk, JobId, JobNews, Progress, Reading, WriteLine, Writes};
use serde_json::Value;

use crate::program::{
    Program, Window, bank, index, labels, pretended, sample, settings, settle, start, wait_for, wait_until,
};

/// Version, value before and after of every write of the account's balance.
fn writes_of_the_balance() -> Vec<(u64, String, String)> {
    let text = std::fs::read_to_string(sample("expected.json")).expect("expected.json");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let states = expected["states"].as_array().expect("states");
    let mut of: Vec<(u64, String)> = states
        .iter()
        .filter(|state| state["stream"] == "account-1042")
        .map(|state| (state["version"].as_u64().expect("a version"), state["state"]["balance"].to_string()))
        .collect();
    of.sort_by_key(|state| state.0);
    let mut before = "0".to_owned();
    let mut found = Vec::new();
    for (version, after) in of {
        if after != before {
            found.push((version, std::mem::replace(&mut before, after.clone()), after));
        }
    }
    found
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    window.run_steps(2);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(2);
}

fn pointer(path: &str) -> Pointer {
    Pointer::parse(path).expect("a pointer")
}

/// The account at a version, with a path of the state selected by the arrows.
fn selected(version: i64, path: &str) -> Window {
    let mut window = start(bank(version, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    wait_for(&mut window, "balance ");
    settle(&mut window);
    window.key_press_modifiers(Modifiers::ALT, Key::Num3);
    window.run_steps(2);
    for _ in 0..40 {
        if window.state().selected().as_deref() == Some(path) {
            return window;
        }
        press(&mut window, Key::ArrowDown);
    }
    panic!("{path} is not among the rows");
}

fn titled(window: &mut Window, version: u64) {
    let title = format!("account-1042 v{version} - bank.db");
    wait_until(window, &title, |window| window.state().app.title() == title);
}

#[test]
fn who_wrote_it_is_listed_and_leads_there() {
    let writes = writes_of_the_balance();
    let at = writes.iter().position(|write| write.0 == 57).expect("the event that took it below zero");
    let mut window = selected(57, "/balance");
    write(&mut window, "b");
    wait_for(&mut window, &format!("Writes of balance: {} events", writes.len()));
    settle(&mut window);
    let row = |at: usize, mark: &str| {
        let (version, before, after) = &writes[at];
        (format!("row {} of {}, v{version}, ", at + 1, writes.len()), format!(", {after}, was {before}{mark}"))
    };
    let is_there = |window: &Window, (head, tail): &(String, String)| {
        labels(window).iter().any(|label| label.starts_with(head) && label.ends_with(tail))
    };
    assert!(is_there(&window, &row(at, ", at the playhead")), "{:?}", labels(&window));
    // The list has the keyboard: on to the next write.
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    titled(&mut window, writes[at + 1].0);
    settle(&mut window);
    assert!(is_there(&window, &row(at + 1, ", at the playhead")), "{:?}", labels(&window));
    // Between two writes the older one is marked.
    let gap = writes.windows(2).find(|pair| pair[1].0 > pair[0].0 + 1 && pair[0].0 > 57).expect("a gap");
    window.state_mut().apply(ScrubTo(Applied(gap[0].0 + 1)));
    settle(&mut window);
    let place = writes.iter().position(|write| write.0 == gap[0].0).expect("its place");
    wait_until(&mut window, "the write in effect", |window| is_there(window, &row(place, ", wrote what is shown")));
    // A click leads there too; Esc closes the list and the state has the keyboard again.
    window.get_by_label_contains("wrote what is shown").click();
    titled(&mut window, gap[0].0);
    settle(&mut window);
    press(&mut window, Key::Escape);
    wait_until(&mut window, "a closed list", |window| {
        !labels(window).iter().any(|label| label.starts_with("Writes of"))
    });
    press(&mut window, Key::ArrowUp);
    assert_eq!(window.state().selected().as_deref(), Some("/owner/contact"), "the state has the keyboard");
}

#[test]
fn the_key_that_opens_the_list_closes_it_and_another_path_is_another_list() {
    let mut window = selected(57, "/overdraft");
    write(&mut window, "b");
    wait_for(&mut window, "Writes of overdraft: ");
    settle(&mut window);
    // What changed inside is named.
    wait_for(&mut window, ", since \"2026-09-29T18:42:17.472Z\" was null, times 1 was 0, at the playhead");
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(pointer("/overdraft/limit"))));
    window.run_steps(2);
    write(&mut window, "b");
    wait_for(&mut window, "Writes of overdraft.limit: 4 events");
    wait_for(&mut window, "row 2 of 4, v56, LimitChanged, 2026-09-29 09:00:04, 0, was 50000, wrote what is shown");
    write(&mut window, "b");
    wait_until(&mut window, "a closed list", |window| {
        !labels(window).iter().any(|label| label.starts_with("Writes of"))
    });
    // One drawer is there at a time.
    write(&mut window, "b");
    wait_for(&mut window, "Writes of overdraft.limit: 4 events");
    window.state_mut().apply(Action::ToggleFindings);
    window.run_steps(2);
    assert!(window.query_by_label("Close writes").is_none() && window.query_by_label("Close findings").is_some());
}

#[test]
fn brackets_walk_along_the_writes() {
    let writes = writes_of_the_balance();
    let at = writes.iter().position(|write| write.0 == 57).expect("the event that took it below zero");
    let mut window = selected(57, "/balance");
    for step in [1, 2] {
        write(&mut window, "]");
        titled(&mut window, writes[at + step].0);
    }
    for step in [1, 0] {
        write(&mut window, "[");
        titled(&mut window, writes[at + step].0);
    }
    assert!(!labels(&window).iter().any(|label| label.starts_with("Writes of")), "nothing is opened for it");
    // At the ends it says so.
    window.state_mut().apply(ScrubTo(Applied(writes[0].0)));
    settle(&mut window);
    write(&mut window, "[");
    wait_for(&mut window, "There is no earlier write of balance");
    let last = writes.last().expect("a write").0;
    window.state_mut().apply(ScrubTo(Applied(last)));
    settle(&mut window);
    write(&mut window, "]");
    wait_for(&mut window, "There is no later write of balance");
    titled(&mut window, last);
}

#[test]
fn a_version_in_the_gutter_leads_to_the_event_that_wrote_it() {
    let mut window = selected(57, "/owner");
    wait_for(&mut window, "limit 0, written by v56");
    let row = window.get_by_label_contains("limit 0, written by v56").rect();
    // A click on the row selects, one on the version goes there.
    click(&mut window, row.center());
    assert_eq!(window.state().selected().as_deref(), Some("/overdraft/limit"));
    assert!(window.state().app.title().starts_with("account-1042 v57"));
    click(&mut window, row.left_center() + vec2(24.0, 0.0));
    titled(&mut window, 56);
    wait_for(&mut window, "limit 0, changed, was 50000, written by v56");
}

fn click(window: &mut Window, pos: Pos2) {
    window.hover_at(pos);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(3);
}

#[test]
fn other_states_have_other_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = |on: &str| {
        let path = folder.path().join(format!("{}.js", on.len()));
        let text = format!("export default (s = {{ n: 0 }}, e) => {{ {on}; return {{ n: s.n + 1 }} }}");
        std::fs::write(&path, text).expect("written");
        path
    };
    let mut window = start(bank(57, Some(source(""))));
    wait_for(&mut window, "n 57");
    settle(&mut window);
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(pointer("/n"))));
    window.run_steps(2);
    write(&mut window, "b");
    wait_for(&mut window, "Writes of n: 214 events");
    let throws = source("if (e.version === 40) throw new Error('no')");
    window.state_mut().apply(Action::UseReducer(throws.to_string_lossy().into_owned()));
    wait_for(&mut window, "Writes of n: 39 events; account-1042 stopped before v40");
    window.state_mut().apply(Action::SkipErrors);
    wait_for(&mut window, "Writes of n: 213 events; account-1042 skipped v40");
    settle(&mut window);
    // And a path that nothing has.
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(pointer("/nowhere"))));
    window.run_steps(2);
    write(&mut window, "b");
    wait_for(&mut window, "Writes of nowhere: 0 events");
    wait_for(&mut window, "None of the events that could be folded wrote it");
}

#[test]
fn what_a_store_keeps_is_written_by_an_event_or_one_since_the_document_before() {
    let place = Place {
        stream: Some("486861c9-be99-4227-8108-d7cba42a841c".to_owned()),
        at: At::Version(Version(80)),
        reducer: Some("stored".to_owned()),
        ..Place::of(sample("../marten/bank.dump"))
    };
    let mut window = start(place);
    wait_for(&mut window, "Id \"486861c9");
    settle(&mut window);
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(pointer("/Id"))));
    window.run_steps(2);
    write(&mut window, "b");
    wait_for(&mut window, "Writes of Id: 1 event; each wrote it, or one since the document before");
    wait_for(&mut window, "row 1 of 1, v80, ");
}

// --- Without threads -----------------------------------------------------------------

fn opened() -> Program {
    let places = vec![Place::of("/pretended/bank.db")];
    let mut program = Program::played(settings(), Start { places, ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    program.answer(0, Answer::Index(index(1, 100, Reading::Done)));
    program.poll();
    program.apply(ScrubTo(Applied(50)));
    program.apply(Action::SelectPath(Tree::State, Some(pointer("/n"))));
    program
}

fn jobs(program: &Program) -> Vec<JobId> {
    let id = |ask| match ask {
        JobAsk::Run { id, .. } => Some(id),
        JobAsk::Store(_) => None,
    };
    program.far.lock().expect("a lock")[0].jobs.try_iter().filter_map(id).collect()
}

/// The search is behind so many events, and these wrote it.
fn tell(program: &mut Program, id: JobId, behind: u64, found: &[u64], done: bool) {
    let mut writes = Writes::default();
    for at in found {
        writes.push(WriteLine { applied: Applied(*at), before: None, after: Some("7".into()), inside: None });
    }
    let progress = Progress { done: behind, of: 100, found: writes.len() };
    program.answer(0, Answer::Job(JobNews { id, progress, done, found: Found::Writes(Arc::new(writes)) }));
    program.poll();
}

#[test]
fn the_playhead_goes_to_a_write_as_soon_as_it_is_known_and_no_sooner() {
    let mut program = opened();
    program.apply(Action::StepWrite(Way::Back));
    let [first] = jobs(&program)[..] else { panic!("one search") };
    tell(&mut program, first, 20, &[3, 17], false);
    assert_eq!(program.applied(), 50, "a later one may follow");
    let said = program.workspace().status.message.expect("what is waited for").into_owned();
    assert_eq!(said, "Looking for the previous write of n, 20 %");
    tell(&mut program, first, 60, &[3, 17, 48, 55], false);
    assert_eq!(program.applied(), 48);
    // What is known needs no other search.
    program.apply(Action::StepWrite(Way::On));
    assert_eq!((program.applied(), jobs(&program).len()), (55, 0));
    program.apply(Action::StepWrite(Way::On));
    tell(&mut program, first, 70, &[3, 17, 48, 55], false);
    assert_eq!(program.applied(), 55);
    tell(&mut program, first, 80, &[3, 17, 48, 55, 71, 79], false);
    assert_eq!(program.applied(), 71);
}

#[test]
fn a_search_that_is_stopped_keeps_what_it_found_and_a_newer_one_wins() {
    let mut program = opened();
    program.apply(Action::Blame);
    let [first] = jobs(&program)[..] else { panic!("one search") };
    tell(&mut program, first, 40, &[3, 17], false);
    assert!(program.app.commands().filtering, "Esc ends it");
    program.apply(Action::StopFilter);
    tell(&mut program, first, 60, &[3, 17, 48], false);
    let blame = program.workspace().blame.expect("a list");
    assert_eq!((blame.rows.len(), blame.looking, blame.looked_at), (2, None, Some((40, 100))));
    // The next write may be behind that: it is looked for from the beginning.
    program.apply(Action::StepWrite(Way::On));
    let [second] = jobs(&program)[..] else { panic!("another search") };
    program.apply(Action::SelectPath(Tree::State, Some(pointer("/m"))));
    program.apply(Action::Blame);
    let [third] = jobs(&program)[..] else { panic!("a third search") };
    tell(&mut program, second, 100, &[3, 17, 48, 51], true);
    assert_eq!(program.workspace().blame.expect("a list").rows.len(), 0, "the old search has no say");
    tell(&mut program, third, 100, &[60], true);
    let blame = program.workspace().blame.expect("a list");
    assert_eq!((&*blame.path, blame.rows.len(), blame.looking), ("m", 1, None));
}
