//! The search through the store, by keyboard and label. What is found is counted in the sample by
//! SQLite.

use std::sync::Arc;

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::model::{EventRow, Text};
use eventglass::session::query::Part;
use eventglass::session::search::{Hit, Hits, Lacks};
use eventglass::session::{Answer, Found, JobAsk, JobId, JobNews, Progress, Reading};

use crate::program::{
    Program, Window, bank, drawn, index, labels, pretended, sample, settings, settle, start, wait_for, wait_until,
};

/// Streams and versions of the events whose payload or metadata has the word.
fn has(word: &str) -> Vec<(String, i64)> {
    let conn = rusqlite::Connection::open(sample("bank.db")).expect("the sample");
    let sql = "SELECT stream_id, stream_position FROM emt_messages
        WHERE instr(lower(json(message_data) || ' ' || json(message_metadata)), lower(?1)) > 0 ORDER BY global_position";
    let mut rows = conn.prepare(sql).expect("a statement");
    let rows = rows.query_map([word], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn search(window: &mut Window, text: &str) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    press(window, Modifiers::COMMAND, Key::A);
    window.event(Event::Text(text.to_owned()));
    window.run_steps(3);
}

fn titled(window: &mut Window, stream: &str, version: i64) {
    let title = format!("{stream} v{version} - bank.db");
    wait_until(window, &title, |window| window.state().app.title() == title);
}

fn is_open(window: &Window) -> bool {
    window.query_by_label("Close search").is_some()
}

#[test]
fn what_is_looked_for_in_all_streams_is_listed_and_leads_there() {
    let wanted = has("overdraft");
    assert!(wanted.len() > 3, "the sample has some");
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "balance ");
    settle(&mut window);
    search(&mut window, "Overdraft");
    wait_for(&mut window, &format!("{} events", wanted.len()));
    settle(&mut window);
    let (stream, version) = &wanted[1];
    let row = format!("row 2 of {}, {stream} v{version}, AccountOpened, ", wanted.len());
    wait_for(&mut window, &row);
    let label = labels(&window).into_iter().find(|label| label.starts_with(&row)).expect("the row");
    assert!(label.contains(", in the payload: …") && label.contains("\"overdraft\":{"), "{label}");
    // From the field into the list, and to the second event.
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Enter);
    titled(&mut window, stream, *version);
    settle(&mut window);
    // The way back leads to where one was, and the list is there still.
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    titled(&mut window, "account-1042", 57);
    assert!(is_open(&window));
    settle(&mut window);
    // Esc closes it, and what was found is there when it is shown again.
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!is_open(&window));
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    wait_for(&mut window, &row);
    // Enter in the field goes to the event of the list that was opened last.
    press(&mut window, Modifiers::NONE, Key::Enter);
    titled(&mut window, stream, *version);
}

#[test]
fn a_click_opens_an_event_and_other_words_find_others() {
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "balance ");
    settle(&mut window);
    search(&mut window, "zebra-77");
    wait_for(&mut window, "No event has it.");
    search(&mut window, "type:withdrawn paymentId=P880101");
    wait_for(&mut window, "row 1 of 1, account-1042 v4, Withdrawn, ");
    window.get_by_label_contains("row 1 of 1, account-1042 v4, ").click();
    titled(&mut window, "account-1042", 4);
    search(&mut window, "type:nothing");
    wait_for(&mut window, "No event has it.");
    // What is no search says where and why.
    search(&mut window, "paid /a(b/");
    wait_for(&mut window, "at character 8, \"(\": unclosed group");
    wait_for(&mut window, "The search cannot be understood: at character 8");
    // There is one drawer at a time.
    window.state_mut().apply(Action::ToggleFindings);
    window.run_steps(2);
    assert!(!is_open(&window) && window.query_by_label("Close findings").is_some());
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert!(is_open(&window) && window.query_by_label("Close findings").is_none());
}

#[test]
fn the_events_of_one_correlation_are_found_across_streams() {
    let conn = rusqlite::Connection::open(sample("bank.db")).expect("the sample");
    let sql = "SELECT json_extract(message_metadata, '$.correlationId') FROM emt_messages
        WHERE stream_id = 'account-1042' AND stream_position = 4";
    let id: String = conn.query_row(sql, [], |row| row.get(0)).expect("its correlation id");
    let wanted = has(&format!("\"{id}\""));
    assert!(wanted.iter().any(|(stream, _)| stream != "account-1042"), "{wanted:?}");
    let mut window = start(bank(4, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "balance ");
    settle(&mut window);
    window.event(Event::Text("W".to_owned()));
    window.run_steps(3);
    wait_for(&mut window, &format!("{} events", wanted.len()));
    for (at, (stream, version)) in wanted.iter().enumerate().take(4) {
        wait_for(&mut window, &format!("row {} of {}, {stream} v{version}, ", at + 1, wanted.len()));
    }
}

// --- Without threads -----------------------------------------------------------------

fn opened() -> Window {
    let places = vec![Place::of("/pretended/bank.db")];
    let mut program = Program::played(settings(), Start { places, ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    program.answer(0, Answer::Index(index(3, 100, Reading::Done)));
    program.poll();
    let _ = jobs(&program);
    let mut window = drawn(program, [1440.0, 900.0]);
    window.run_steps(3);
    window
}

fn jobs(program: &Program) -> Vec<JobId> {
    let id = |ask| match ask {
        JobAsk::Run { id, .. } => Some(id),
        JobAsk::Store(_) => None,
    };
    program.far.lock().expect("a lock")[0].jobs.try_iter().filter_map(id).collect()
}

/// The search is behind so many events, and these rows have it; of all of them so many.
fn tell(window: &mut Window, id: JobId, behind: u64, rows: &[u32], done: bool) {
    let hit = |row: &u32| {
        Arc::new(Hit {
            row: EventRow(*row),
            part: Part::Payload,
            excerpt: Text::from("{\"n\":7}"),
            marks: std::iter::once(1..4).collect(),
        })
    };
    let hits = Hits { kept: rows.iter().map(hit).collect(), lacks: Lacks { gone: 2, cut: 1 } };
    let progress = Progress { done: behind, of: behind.max(300), found: rows.len() as u64 + 5 };
    window.state_mut().answer(0, Answer::Job(JobNews { id, progress, done, found: Found::Hits(Arc::new(hits)) }));
    window.run_steps(3);
}

#[test]
fn hits_come_in_as_they_are_found_and_esc_keeps_them() {
    let mut window = opened();
    search(&mut window, "n");
    let [first] = jobs(window.state())[..] else { panic!("one search") };
    wait_for(&mut window, "Looking through the events…");
    tell(&mut window, first, 150, &[3, 120], false);
    wait_for(&mut window, "7 events, the first 2 listed, 50 % searched");
    // The newest question wins.
    search(&mut window, "nn");
    let [second] = jobs(window.state())[..] else { panic!("another search") };
    tell(&mut window, first, 300, &[3, 120, 200], true);
    wait_for(&mut window, "0 events, 0 % searched");
    tell(&mut window, second, 100, &[50], false);
    wait_for(
        &mut window,
        "6 events, the first 1 listed, 33 % searched; 2 events cannot be read any more; of 1 event only the beginning was searched",
    );
    press(&mut window, Modifiers::NONE, Key::Escape);
    wait_for(&mut window, "6 events, the first 1 listed, 100 of 300 events searched");
    window.get_by_label("Close search").click();
    window.run_steps(3);
    assert!(!is_open(&window));
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    wait_for(&mut window, "row 1 of 1, account-");
    assert!(jobs(window.state()).is_empty(), "nothing is searched anew");
}

#[test]
fn events_that_the_store_gains_are_searched_too() {
    let mut window = opened();
    search(&mut window, "n");
    let [first] = jobs(window.state())[..] else { panic!("one search") };
    tell(&mut window, first, 300, &[3, 120], true);
    assert!(jobs(window.state()).is_empty());
    window.state_mut().answer(0, Answer::Index(index(3, 120, Reading::Done)));
    window.run_steps(3);
    let found = jobs(window.state());
    let second = *found.last().expect("another search");
    tell(&mut window, second, 360, &[310], true);
    wait_for(&mut window, "13 events, the first 3 listed");
}

#[test]
fn ids_that_tie_events_are_links_in_the_event() {
    let conn = rusqlite::Connection::open(sample("bank.db")).expect("the sample");
    let id = |member: &str| -> String {
        let sql = format!(
            "SELECT json_extract(message_metadata, '$.{member}') FROM emt_messages
                WHERE stream_id = 'account-1042' AND stream_position = 4"
        );
        conn.query_row(&sql, [], |row| row.get(0)).expect("an id")
    };
    let (correlation, causation) = (id("correlationId"), id("causationId"));
    let wanted = has(&format!("\"{correlation}\""));
    let mut window = start(bank(4, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "balance ");
    settle(&mut window);
    // By Tab from the tabs of the event.
    let name = format!("Events with this correlation {correlation}");
    window.get_by_label("Metadata").focus();
    window.run_steps(2);
    for _ in 0..8 {
        if crate::keyboard::focused_name(&window) == name {
            break;
        }
        press(&mut window, Modifiers::NONE, Key::Tab);
    }
    assert_eq!(crate::keyboard::focused_name(&window), name);
    press(&mut window, Modifiers::NONE, Key::Enter);
    wait_for(&mut window, &format!("{} events", wanted.len()));
    // The event that caused it is a link of the dialect, and stands there once.
    let links = labels(&window).into_iter().filter(|label| !label.starts_with("row ") && label.contains(&causation));
    assert_eq!(links.collect::<Vec<_>>(), [format!("caused by event {causation}")]);
}
