//! The page of what a store could mean, in the real program: by accessible labels and by
//! keyboard, from the unknown table to its events.

use std::path::{Path, PathBuf};

use egui::{Event, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::Effect;
use eventglass::app::action::{Action, MappingAction};
use eventglass::app::place::{Place, Start};
use eventglass::app::view::{MappingView, Screen};
use eventglass::cli::Arguments;
use eventglass::dialect::MapOverride;
use eventglass::formats::OpenChoice;
use rusqlite::Connection;

use crate::keyboard::focused_name;
use crate::panels::check_names;
use crate::program::{Program, Window, drawn, labels, rest, sample, settings, settle, wait_for};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// A store with these statements run on it.
fn store(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let path = folder.join(name);
    let connection = Connection::open(&path).expect("a store");
    connection.execute_batch(sql).expect("SQL");
    path
}

/// Streams `ledger/0` … whose columns no framework knows, and a table that is none.
fn ledger(folder: &Path) -> PathBuf {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
        SELECT i * 7 + 3, 'ledger/' || (i % 6), i / 6, CASE WHEN i < 6 THEN 'Opened' WHEN i % 5 = 0 THEN 'Closed' ELSE 'Posted' END,
        '{\"amount\":' || i || '}', '{\"by\":\"ann\"}', 1772600000123 + i * 60000, 'note ' || i FROM n";
    store(
        folder,
        "ledger.sqlite",
        &format!(
            "CREATE TABLE journal(jid INTEGER PRIMARY KEY, ent TEXT, seq INT, kind TEXT, body TEXT, hdr TEXT, at INT, note TEXT);
             INSERT INTO journal {rows};
             CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bo');"
        ),
    )
}

/// A window on a store, once the page of what it could mean is there.
fn page(path: &Path, choice: OpenChoice) -> Window {
    page_of(path, choice, SIZE)
}

fn page_of(path: &Path, choice: OpenChoice, size: [f32; 2]) -> Window {
    let start = Start { places: vec![Place::of(path)], choice, ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), size);
    settle(&mut window);
    window
}

fn view(window: &Window) -> Box<MappingView<'_>> {
    match window.state().app.view().screen {
        Screen::Mapping(view) => view,
        _ => panic!("the page is not there: {:#?}", labels(window)),
    }
}

/// What a role is read from, and what it says of itself.
fn role(window: &Window, role: &str) -> (Option<String>, String) {
    let view = view(window);
    let Some(Ok(layout)) = &view.layout else { panic!("nothing is known of the store") };
    let line = layout.roles.iter().find(|line| line.role == role).expect("a role");
    let said = line.problem.clone().unwrap_or_else(|| line.note.clone());
    (line.column.as_ref().map(ToString::to_string), said.into_owned())
}

/// The previewed events as `stream vN type data`.
fn events(window: &Window) -> Vec<String> {
    let view = view(window);
    let Some(Ok(layout)) = &view.layout else { return Vec::new() };
    let rows = layout.samples.rows.iter();
    rows.map(|row| format!("{} v{} {} {}", row.stream, row.version, row.event_type, row.data)).collect()
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    settle(window);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.into()));
    settle(window);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    settle(window);
}

/// Opens a drop-down by its name, and takes one of its lines.
fn choose(window: &mut Window, combo: &str, line: &str) {
    let of_combo = |node: &egui_kittest::Node<'_>| {
        let access = node.accesskit_node();
        access.role() == Role::ComboBox && access.label().is_some_and(|label| label.starts_with(&format!("{combo}: ")))
    };
    let node = window.root().children_recursive().find(of_combo).unwrap_or_else(|| panic!("no {combo}"));
    node.click();
    settle(window);
    window
        .get_by(|node| {
            matches!(node.role(), Role::MenuItem | Role::MenuItemRadio) && node.label().as_deref() == Some(line)
        })
        .click();
    settle(window);
}

fn by_map(table: &str, map: &str) -> OpenChoice {
    let mut by = MapOverride { table: Some(table.to_owned()), ..MapOverride::default() };
    by.add(map).expect("a map");
    OpenChoice { map: by, ..OpenChoice::default() }
}

/// Streams of the store that is open, and the events of the one in front.
fn opened(window: &Window) -> (u64, u64) {
    let workspace = window.state().workspace();
    (workspace.streams.total.number, workspace.events.total.number)
}

#[test]
fn an_unknown_table_is_guessed_at_and_opens_with_enter() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    let before = std::fs::read(&path).expect("bytes");
    let mut window = page(&path, OpenChoice::default());
    let said = labels(&window);
    for words in [
        "Layout not recognised, ledger.sqlite",
        "ledger.sqlite could not be opened: no framework is known by its columns.",
        "1 of 1, journal, likely, 60 rows, seq counts up inside ent in 6 of 6 streams; body holds JSON; kind varies \
         inside streams, 3 words",
        "of 60 events in 6 streams",
        "Time: Numbers: only as milliseconds since 1970 are they between 1995 and 2100.",
        "Category: What stands before the first hyphen of the stream's name; a UUID has none.",
        "event 2 of 20, ledger/0, v1, Posted, 2026-03-04 04:59:20.123, {\"amount\":6}",
    ] {
        assert!(said.iter().any(|text| text == words), "no {words:?} in {said:#?}");
    }
    let roles = ["stream", "version", "type", "data", "time", "position"].map(|role| self::role(&window, role).0);
    assert_eq!(roles.map(|column| column.unwrap_or_default()), ["ent", "seq", "kind", "body", "at", "jid"]);
    assert_eq!(focused_name(&window), "Open");
    press(&mut window, Key::Enter);
    assert_eq!(opened(&window), (6, 10));
    assert_eq!(window.state().app.title(), "ledger/0 v9 - ledger.sqlite");
    // Ctrl+L says how it is read, and that line comes back here.
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    settle(&mut window);
    let line = window.state().copied().pop().expect("a line");
    assert!(line.contains("--table journal --map data=body --map position=jid --map stream=ent"), "{line}");
    assert_eq!(std::fs::read(&path).expect("bytes"), before, "the store is untouched");
}

#[test]
fn what_is_changed_is_read_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = page(&ledger(folder.path()), OpenChoice::default());
    assert_eq!(events(&window)[1], "ledger/0 v1 Posted {\"amount\":6}");
    choose(&mut window, "Data", "hdr");
    assert_eq!(events(&window)[1], "ledger/0 v1 Posted {\"by\":\"ann\"}");
    choose(&mut window, "Data", "none");
    assert_eq!(role(&window, "data").1, "The columns without a role, together.");
    assert!(events(&window)[1].contains("\"note\":\"note 6\""), "{:?}", events(&window));
    choose(&mut window, "Stream", "kind");
    assert_eq!(
        events(&window)[0],
        "Opened v0 Opened {\"ent\":\"ledger/0\",\"body\":\"{\\\"amount\\\":0}\",\"hdr\":\"{\\\"by\\\":\\\"ann\\\"}\",\"note\":\"note 0\"}"
    );
    assert!(labels(&window).iter().any(|text| text.contains("duplicate-version")), "{:#?}", labels(&window));
    // A unit that is wrong is said at its role.
    choose(&mut window, "Time is", "ticks");
    assert_eq!(role(&window, "time").0.as_deref(), Some("at"));
    choose(&mut window, "Time is", "by itself");
    assert!(role(&window, "time").1.contains("only as milliseconds"), "{:?}", role(&window, "time"));
    choose(&mut window, "Version", "none");
    assert_eq!(role(&window, "version").1, "Counted from 1 in each stream.");
    click(
        &mut window,
        "1 of 1, journal, likely, 60 rows, seq counts up inside ent in 6 of 6 streams; body holds JSON; kind varies inside streams, 3 words",
    );
    assert_eq!(events(&window)[1], "ledger/0 v1 Posted {\"amount\":6}", "the guess again");
}

#[test]
fn everything_is_done_by_keyboard_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = page(&ledger(folder.path()), OpenChoice::default());
    // Tab goes round; Enter opens a drop-down, typing finds a line or says a path, Enter takes it.
    for _ in 0..60 {
        if focused_name(&window).starts_with("Data: ") {
            break;
        }
        press(&mut window, Key::Tab);
    }
    press(&mut window, Key::Enter);
    assert_eq!(focused_name(&window), "Find: Data");
    write(&mut window, "body.amount");
    press(&mut window, Key::Enter);
    assert_eq!(role(&window, "data").0.as_deref(), Some("body.amount"));
    assert_eq!(events(&window)[1], "ledger/0 v1 Posted 6");
    assert_eq!(focused_name(&window), "Data: body.amount");
    press(&mut window, Key::Enter);
    write(&mut window, "bod");
    press(&mut window, Key::ArrowDown);
    assert_eq!(focused_name(&window), "body");
    press(&mut window, Key::Enter);
    assert_eq!(events(&window)[1], "ledger/0 v1 Posted {\"amount\":6}");
    press(&mut window, Key::Enter);
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Find: Data").is_none(), "Esc shuts it");
    window.get_by_role_and_label(Role::ListBox, "May be meant").focus();
    press(&mut window, Key::Enter);
    assert_eq!(opened(&window), (6, 10));
}

#[test]
fn the_mapping_is_remembered_with_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    let mut window = page(&path, OpenChoice::default());
    choose(&mut window, "Data", "hdr");
    press_open(&mut window);
    let kept = window.state().effects.iter().filter_map(|effect| match effect {
        Effect::Save(change) => Some(change.clone()),
        _ => None,
    });
    let mut later = settings();
    kept.for_each(|change| later.apply(&change));
    // Also where the command line says what to show of it.
    for stream in [None, Some("ledger/2".to_owned())] {
        let again = Start { places: vec![Place { stream, ..Place::of(&path) }], ..Start::default() };
        let mut window = drawn(Program::new(later.clone(), again), SIZE);
        settle(&mut window);
        assert_eq!(opened(&window), (6, 10));
        wait_for(&mut window, "by \"ann\"");
    }
}

fn press_open(window: &mut Window) {
    window.get_by_role_and_label(Role::Button, "Open").click();
    settle(window);
}

#[test]
fn a_dialect_is_saved_and_opens_such_stores_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    let mut window = page(&path, OpenChoice::default());
    choose(&mut window, "Metadata", "hdr");
    choose(&mut window, "Data", "body.amount".split('.').next().expect("a column"));
    choose(&mut window, "Time is", "ms");
    let shown = events(&window);
    click(&mut window, "Save as dialect…");
    assert_eq!(focused_name(&window), "Name of the dialect");
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "Name of the dialect").value().as_deref(),
        Some("ledger-journal")
    );
    press(&mut window, Key::Enter);
    rest(&mut window);
    let file = window.state().folder().join("dialects/ledger-journal.toml");
    let text = std::fs::read_to_string(&file).expect("the dialect");
    assert!(text.contains("time = { col = [\"at\"], unit = \"ms\" }"), "{text}");
    assert_eq!(events(&window), shown, "the file reads what was shown");
    // Another store of that kind, opened as a double click opens it.
    let other = folder.path().join("other.sqlite");
    std::fs::copy(&path, &other).expect("copied");
    window.state_mut().apply(Action::OpenFiles(vec![other]));
    settle(&mut window);
    assert_eq!(opened(&window), (6, 10));
    assert_eq!(window.state().app.view().toolbar.store.expect("a chip").dialect, "ledger-journal");
}

#[test]
fn no_dialect_is_written_over_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = page(&ledger(folder.path()), OpenChoice::default());
    let file = window.state().folder().join("dialects/mine.toml");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, "# not to be lost").expect("written");
    let save = |window: &mut Window, name: &str| {
        window.state_mut().apply(Action::Mapping(MappingAction::ShowSave));
        settle(window);
        window.state_mut().apply(Action::Mapping(MappingAction::Save { name: name.to_owned(), replace: false }));
        rest(window);
    };
    for (name, why) in [
        ("plain", "a built-in dialect has this name"),
        ("../up", "its name is also the name of its file"),
        ("", "its name is also the name of its file"),
    ] {
        save(&mut window, name);
        assert!(labels(&window).iter().any(|text| text.contains(why)), "{name}: {:#?}", labels(&window));
    }
    save(&mut window, "mine");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), "# not to be lost");
    assert!(labels(&window).iter().any(|text| text.starts_with("There is a dialect mine in ")));
    // The button that says so replaces it, and only under that name.
    assert!(window.query_by_label("Replace it").is_none(), "another name stands in the field");
    click(&mut window, "Clear name of the dialect");
    write(&mut window, "mine");
    click(&mut window, "Replace it");
    rest(&mut window);
    assert!(std::fs::read_to_string(&file).expect("the file").contains("id = \"mine\""));
    let left = std::fs::read_dir(file.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(left, 1, "no temporary file");
}

#[test]
fn several_stores_in_one_place_are_each_listed_with_their_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = |name: &str| {
        format!(
            "CREATE TABLE {name}(a TEXT, b INT, c TEXT, d TEXT);
             INSERT INTO {name} VALUES ('{name}-1', 1, 'Made', '{{}}'), ('{name}-1', 2, 'Done', '{{}}');"
        )
    };
    let path = store(folder.path(), "two.db", &format!("{} {}", table("blue"), table("red")));
    let mut choice = by_map("x", "stream=a,version=b,type=c,data=d");
    choice.map.table = None;
    let mut window = page(&path, choice);
    let said = labels(&window);
    assert!(said.iter().any(|text| text.contains("it holds several stores, and one is read at a time")), "{said:#?}");
    let line = said.iter().find(|text| text.starts_with("2 of 2, red, a store, 2 rows, eventglass ")).expect("a line");
    assert!(line.ends_with("/two.db --table red --map data=d --map stream=a --map type=c --map version=b"), "{line}");
    assert_eq!(events(&window)[0], "blue-1 v1 Made {}");
    window.get_by_role_and_label(Role::ListBox, "May be meant").focus();
    settle(&mut window);
    press(&mut window, Key::ArrowDown);
    assert_eq!(events(&window)[0], "red-1 v1 Made {}");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().app.title(), "red-1 v2 - two.db");
}

#[test]
fn a_store_that_is_open_can_be_read_differently() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bank.db");
    std::fs::copy(sample("bank.db"), &path).expect("copied");
    let mut window = page(&path, OpenChoice::default());
    let streams = opened(&window).0;
    window.state_mut().apply(Action::ReadDifferently);
    settle(&mut window);
    let said = labels(&window);
    assert!(said.iter().any(|text| text == "Read it differently, bank.db"), "{said:#?}");
    // It begins with what is.
    assert_eq!(role(&window, "stream").0.as_deref(), Some("stream_id"));
    assert_eq!(role(&window, "time").0.as_deref(), Some("created"));
    press(&mut window, Key::Escape);
    assert_eq!(opened(&window).0, streams, "back, as it was");
    window.state_mut().apply(Action::ReadDifferently);
    settle(&mut window);
    choose(&mut window, "Stream", "message_type");
    press_open(&mut window);
    assert_ne!(opened(&window).0, streams);
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    settle(&mut window);
    let line = window.state().copied().pop().expect("a line");
    assert!(line.contains("--table emt_messages") && line.contains("--map stream=message_type"), "{line}");
}

#[test]
fn the_window_takes_table_and_map_and_says_where_they_do_not_fit() {
    use clap::Parser;
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    let start = |arguments: &[&str]| {
        let path = path.to_str().expect("a path");
        let all = ["eventglass", path].into_iter().chain(arguments.iter().copied());
        Arguments::try_parse_from(all).expect("arguments").window.start().expect("a start").choice
    };
    let map = "stream=ent,version=seq,type=kind,data=hdr,time=at:ms";
    let window = page(&path, start(&["--table", "journal", "--map", map]));
    assert_eq!(opened(&window), (6, 10));
    // A column that is not there is said at its role, the others are kept.
    let mut window = page(&path, start(&["--table", "journal", "--map", "stream=entt,version=seq,type=kind"]));
    let (column, why) = role(&window, "stream");
    assert_eq!(column.as_deref(), Some("entt"));
    assert_eq!(why, "--map: there is no column entt for the stream in journal: did you mean ent?");
    assert_eq!(role(&window, "version").0.as_deref(), Some("seq"));
    assert!(window.get_by_role_and_label(Role::Button, "Open").accesskit_node().is_disabled());
    choose(&mut window, "Stream", "ent");
    press_open(&mut window);
    assert_eq!(opened(&window), (6, 10));
    // Neither is a table; the likeliest one is offered.
    let window = page(&path, start(&["--table", "journals"]));
    let said = labels(&window);
    assert!(said.iter().any(|text| text.contains("has no table journals")), "{said:#?}");
    assert_eq!(role(&window, "stream").0.as_deref(), Some("ent"));
    // A table alone is read by what it looks like.
    let window = page(&path, start(&["--table", "customers"]));
    assert_eq!(view(&window).layout.as_ref().and_then(|layout| layout.as_ref().ok()?.table), Some("customers"));
}

#[test]
fn a_store_without_a_table_that_could_be_meant_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let sql = "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, mail TEXT);
        INSERT INTO customers VALUES (1, 'Ann', 'a@x'), (2, 'Bo', 'b@x'); CREATE TABLE vacant(a, b, c);";
    let mut window = page(&store(folder.path(), "people.db", sql), OpenChoice::default());
    let said = labels(&window);
    for words in [
        "No table looks like a list of events. Choose the one that is, and its columns.",
        "no table is chosen: choose the table that holds the events.",
        "It cannot be opened: no table is chosen.",
    ] {
        assert!(said.iter().any(|text| text == words), "no {words:?} in {said:#?}");
    }
    assert_eq!(focused_name(&window), "Table: choose one");
    // An empty table can be pointed at all the same, and opens without events.
    choose(&mut window, "Table", "vacant");
    let said = role(&window, "stream");
    assert!(said.1.contains("needs a column"), "{said:?} {:#?}", labels(&window));
    choose(&mut window, "Stream", "a");
    choose(&mut window, "Type", "b");
    wait_for(&mut window, "No row can be read as an event this way");
    press_open(&mut window);
    assert_eq!(opened(&window), (0, 0));
}

#[test]
fn hostile_names_and_numbers_are_shown_and_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let column = |at: usize| format!("\"c{at}\u{1b}[31m \"\"q\"\" | a,b\"");
    let columns: Vec<String> = (0..200).map(column).collect();
    let values: Vec<String> = (0..200).map(|at| format!("'v{at}'")).collect();
    let one = format!(
        "CREATE TABLE \"w\n\u{7}\"({}); INSERT INTO \"w\n\u{7}\" VALUES ({});",
        columns.join(","),
        values.join(",")
    );
    let path = store(folder.path(), "wide.db", &one);
    let mut window = page(&path, OpenChoice::default());
    choose(&mut window, "Stream", "c7\u{1b}[31m \"q\" | a,b");
    choose(&mut window, "Type", "c8\u{1b}[31m \"q\" | a,b");
    choose(&mut window, "Data", "c9\u{1b}[31m \"q\" | a,b");
    assert_eq!(events(&window), ["v7 v1 v8 \"v9\""]);
    check_names(&window, "hostile names");
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    settle(&mut window);
    let line = window.state().copied().pop().expect("a line");
    assert!(!line.contains('\u{1b}') && line.contains("printf"), "{line:?}");
    click(&mut window, "Save as dialect…");
    press(&mut window, Key::Enter);
    rest(&mut window);
    assert_eq!(events(&window), ["v7 v1 v8 \"v9\""], "{:#?}", labels(&window));
    press_open(&mut window);
    assert_eq!(opened(&window), (1, 1));

    let tables: String = (0..2_000).map(|at| format!("CREATE TABLE t{at}(a, b, c);")).collect();
    let mut window = page(&store(folder.path(), "many.db", &format!("BEGIN; {tables} COMMIT;")), OpenChoice::default());
    let name = window.get_by_label("Table: choose one");
    name.click();
    settle(&mut window);
    write(&mut window, "t1999");
    press(&mut window, Key::Enter);
    assert!(labels(&window).iter().any(|text| text == "Table: t1999"), "{:#?}", labels(&window));
}

#[test]
fn the_page_has_names_at_every_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    for size in [[1440.0, 900.0], [1024.0, 640.0], [512.0, 320.0], [320.0, 200.0]] {
        let mut window = page_of(&path, OpenChoice::default(), size);
        check_names(&window, &format!("{size:?}"));
        press(&mut window, Key::Enter);
        assert_eq!(opened(&window), (6, 10), "Enter opens at {size:?}");
    }
}

#[test]
fn a_store_that_cannot_be_looked_at_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = ledger(folder.path());
    let mut window = page(&path, OpenChoice::default());
    std::fs::remove_file(&path).expect("gone");
    choose(&mut window, "Data", "hdr");
    let said = labels(&window);
    assert!(said.iter().any(|text| text.contains("does not exist")), "{said:#?}");
    assert!(window.get_by_role_and_label(Role::Button, "Open").accesskit_node().is_disabled());
    click(&mut window, "Close");
    assert_eq!(window.state().app.title(), "Eventglass");
}
