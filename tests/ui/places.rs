//! Places and several stores in the real App, with its threads and without a window: tabs keep
//! what is theirs, a place leads back to itself, a store comes back as it was left.

use std::path::{Path, PathBuf};

use clap::Parser;
use egui::{Key, Modifiers};
use eventglass::app::Effect;
use eventglass::app::action::{Action, CopyWhat, EventTab, StateTab, StreamSort, Tree, Zoom};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::app::settings::{Recent, Settings};
use eventglass::app::view::{CellText, Content, NoticeView, StoreTab};
use eventglass::cli::Arguments;
use eventglass::index::At;
use eventglass::model::json::to_text;
use eventglass::model::{Applied, CategoryId, Pointer, StreamId, Version};

use crate::program::{Program, bank, drawn, sample, settings, settle};

/// The program on these places, at rest, the first in front.
fn open(settings: Settings, places: &[Place]) -> Program {
    let mut program = Program::new(settings, Start { places: places.to_vec(), ..Start::default() });
    for at in (0..places.len()).rev() {
        program.apply(Action::ShowNthStore(at));
        program.rest();
    }
    program
}

/// A copy of the bank under another name.
fn copy(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::copy(sample("bank.db"), &path).expect("copied");
    path
}

fn do_all(program: &mut Program, actions: impl IntoIterator<Item = Action>) {
    for action in actions {
        program.apply(action);
        program.rest();
    }
}

fn stream(program: &Program, name: &str) -> StreamId {
    let workspace = program.workspace();
    let Content::Ready(rows) = workspace.streams.rows else { panic!("there are no streams") };
    let found = (0..rows.len()).find_map(|at| match rows.row(at) {
        eventglass::app::view::StreamLine::Stream { stream, name: its, .. } if its == name => Some(stream),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not listed"))
}

fn tabs(program: &Program) -> Vec<StoreTab> {
    program.app.view().toolbar.tabs
}

fn in_front(program: &Program) -> Option<usize> {
    tabs(program).iter().position(|tab| tab.active)
}

/// Everything that a tab keeps, in words.
fn kept(program: &Program) -> String {
    let view = program.app.view();
    let workspace = program.workspace();
    let Content::Ready(state) = &workspace.state.content else { panic!("there is no state") };
    let chip = view.toolbar.reducer.as_ref().expect("a chip");
    let mut toggled: Vec<String> = state.tree.toggled.iter().map(ToString::to_string).collect();
    toggled.sort();
    format!(
        "{} | {:?} | {:?} {} of {} | {:?} {:?} {} | {:?} {:?} | {:?} {:?} skip {} | {toggled:?} {:?} | {}",
        program.app.title(),
        program.app.place(),
        workspace.events.filter,
        workspace.events.shown,
        workspace.events.total.number,
        workspace.streams.filter,
        workspace.streams.sort,
        workspace.streams.shown,
        workspace.state.tab,
        workspace.event.tab,
        chip.file,
        chip.table.iter().map(|row| (&row.name, &row.export, row.automatic)).collect::<Vec<_>>(),
        chip.skipping_errors,
        state.tree.selected.map(ToString::to_string),
        to_text(state.tree.node),
    )
}

fn path(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

/// A way through one store that changes all that a tab keeps.
fn arrange(program: &mut Program) {
    let card = stream(program, "card-4471");
    do_all(
        program,
        [
            Action::SelectStream(card),
            Action::UseReducer(sample("reducers.mjs").to_string_lossy().into_owned()),
            ScrubTo(Applied(120)).into(),
            Action::SetEventFilter("type:captured".to_owned()),
            Action::SetStreamFilter("4471".to_owned()),
            Action::SetStreamSort(StreamSort::Events),
            Action::SetStateTab(StateTab::Changes),
            Action::SetEventTab(EventTab::Metadata),
            Action::SkipErrors,
            Action::SetReducerFor { category: CategoryId(2), export: None },
            Action::ToggleExpanded(Tree::State, path("/captured")),
            Action::SelectPath(Tree::State, Some(path("/risk"))),
        ],
    );
}

#[test]
fn each_tab_keeps_what_is_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = [bank(57, None), Place::of(copy(folder.path(), "b.db")), Place::of(copy(folder.path(), "c.db"))];
    let mut program = open(settings(), &places);
    let names: Vec<String> = tabs(&program).into_iter().map(|tab| tab.name).collect();
    assert_eq!(names, ["bank.db", "b.db", "c.db"]);
    let first = kept(&program);
    do_all(&mut program, [Action::ShowNthStore(1)]);
    arrange(&mut program);
    let second = kept(&program);
    assert!(second.starts_with("card-4471 v120 - b.db"), "{second}");
    assert!(second.contains("\"/captured\"") && second.contains("Some(\"/risk\")"), "{second}");
    do_all(&mut program, [Action::ShowNthStore(2)]);
    let third = kept(&program);
    for (at, kept) in [(0, &first), (1, &second), (2, &third), (1, &second), (0, &first)] {
        do_all(&mut program, [Action::ShowNthStore(at)]);
        assert_eq!(self::kept(&program), *kept);
        assert_eq!(in_front(&program), Some(at));
    }
    // The neighbours of one that is closed stay as they were.
    do_all(&mut program, [Action::ShowNthStore(1), Action::CloseStore]);
    assert_eq!(kept(&program), third, "the next one comes to the front");
    do_all(&mut program, [Action::ShowNextStore(true)]);
    assert_eq!(kept(&program), first);
    do_all(&mut program, [Action::CloseStore]);
    assert_eq!(kept(&program), third);
    assert!(tabs(&program).is_empty(), "one store needs no tabs");
    do_all(&mut program, [Action::CloseStore]);
    assert_eq!(program.app.title(), "Eventglass");
    program.apply(Action::CloseStore);
    assert_eq!(program.app.place(), None);
}

#[test]
fn a_tab_in_the_background_can_be_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = ["a.db", "b.db", "c.db"].map(|name| Place::of(copy(folder.path(), name)));
    let mut program = open(settings(), &places);
    program.apply(Action::ShowNthStore(1));
    for (closed, left) in [(0, "b.db"), (1, "b.db")] {
        let id = tabs(&program)[closed].id;
        program.apply(Action::CloseTab(id));
        assert!(program.app.title().ends_with(left), "{}", program.app.title());
        // Twice is once.
        program.apply(Action::CloseTab(id));
        program.apply(Action::ShowStore(id));
        assert!(program.app.title().ends_with(left), "{}", program.app.title());
    }
    assert_eq!(program.app.commands().stores, 1);
}

#[test]
fn a_store_that_is_open_is_shown_and_not_opened_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = copy(folder.path(), "b.db");
    let mut program = open(settings(), &[bank(57, None), Place::of(&other)]);
    do_all(&mut program, [Action::ShowNthStore(1), Action::OpenFiles(vec![sample("bank.db")])]);
    assert_eq!((tabs(&program).len(), in_front(&program)), (2, Some(0)));
    assert_eq!(program.app.title(), "account-1042 v57 - bank.db", "and it is where it was");
    // Several files dropped at once: each has a tab; the first of them is in front.
    let (third, fourth) = (copy(folder.path(), "c.db"), copy(folder.path(), "d.db"));
    do_all(&mut program, [Action::OpenFiles(vec![third, fourth, other])]);
    let names: Vec<String> = tabs(&program).into_iter().map(|tab| tab.name).collect();
    assert_eq!(names, ["bank.db", "b.db", "c.db", "d.db"]);
    assert_eq!(in_front(&program), Some(2));
}

#[test]
fn stores_called_alike_are_told_apart_by_their_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = ["x", "y"].map(|name| {
        std::fs::create_dir(folder.path().join(name)).expect("made");
        Place::of(copy(&folder.path().join(name), "bank.db"))
    });
    let program = open(settings(), &places);
    let names: Vec<String> = tabs(&program).into_iter().map(|tab| tab.name).collect();
    assert_eq!(names, ["x/bank.db", "y/bank.db"]);
    let deep = ["x", "y/x"].map(|name| {
        std::fs::create_dir_all(folder.path().join(name)).expect("made");
        Place::of(copy(&folder.path().join(name), "cards.db"))
    });
    let program = open(settings(), &[places.to_vec(), deep.to_vec()].concat());
    let names: Vec<String> = tabs(&program).into_iter().map(|tab| tab.name).collect();
    let whole = folder.path().file_name().expect("a name").to_string_lossy();
    assert_eq!(names, ["x/bank.db", "y/bank.db", &format!("{whole}/x/cards.db"), "y/x/cards.db"]);
    assert_eq!(program.app.view().toolbar.store.expect("a chip").name, "x/bank.db");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_store_that_is_open_leads_to_its_tab() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = copy(folder.path(), "b.db");
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&store, &link).expect("a link");
    let mut program = open(settings(), &[Place { store, ..bank(57, None) }, Place::of(sample("bank.db"))]);
    do_all(&mut program, [Action::ShowNthStore(1), Action::OpenFiles(vec![link])]);
    assert_eq!((tabs(&program).len(), in_front(&program)), (2, Some(0)));
    assert_eq!(program.app.title(), "account-1042 v57 - b.db", "it is where it was");
}

#[test]
fn what_is_asked_of_the_store_that_was_drawn_does_not_reach_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = open(settings(), &[bank(57, None), Place::of(copy(folder.path(), "b.db"))]);
    // Both come in one frame: the key that changes the tab, and what was typed into the filter.
    program.app.dispatch_all(vec![Action::ShowNthStore(1), Action::SetEventFilter("fee".to_owned())]);
    program.rest();
    assert_eq!((in_front(&program), program.workspace().events.filter), (Some(1), ""));
    do_all(&mut program, [Action::ShowNthStore(0)]);
    assert_eq!(program.workspace().events.filter, "fee");
    program.app.dispatch_all(vec![Action::CloseStore, Action::SetEventFilter("lost".to_owned())]);
    program.rest();
    assert_eq!(program.workspace().events.filter, "", "what is closed takes nothing, and nobody takes it for it");
}

#[test]
fn what_a_store_comes_back_with_is_saved_while_the_program_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = copy(folder.path(), "b.db");
    let mut program = open(settings(), &[Place::of(&store)]);
    arrange(&mut program);
    let before = kept(&program);
    assert!(program.app.next_frame_in().is_some(), "it will come back to that");
    let saved = |program: &Program| {
        let mut settings = self::settings();
        for effect in &program.effects {
            if let Effect::Save(change) = effect {
                settings.apply(change);
            }
        }
        settings
    };
    // What was arranged first may be saved before the rest of it.
    let is_whole = |recent: &Recent| {
        let reducer = recent.memory.reducer.as_ref();
        recent.place.filter.is_set() && reducer.is_some_and(|kept| kept.table.values().any(Option::is_none))
    };
    program.until("it is saved", |program| saved(program).recent.first().is_some_and(is_whole));
    // Whatever ends the program now.
    let mut again = open(saved(&program), &[Place::of(&store)]);
    assert_eq!(without_trees(&kept(&again)), without_trees(&before));
    // And at once after the next start, when nothing is there yet.
    let started = Program::new(saved(&again), Start { places: vec![Place::of(&store)], ..Start::default() });
    again = open(left(&started, saved(&program)), &[Place::of(&store)]);
    assert_eq!(without_trees(&kept(&again)), without_trees(&before));
}

#[test]
fn a_reducer_that_is_away_for_once_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, reducer, away) = (copy(folder.path(), "b.db"), folder.path().join("r.js"), folder.path().join("away"));
    std::fs::write(&reducer, "export const account = (s = { n: 0 }) => ({ n: s.n + 1 }), other = s => s")
        .expect("written");
    let mut first = open(settings(), &[Place { store: store.clone(), ..bank(57, Some(reducer.clone())) }]);
    do_all(&mut first, [Action::SetReducerFor { category: CategoryId(1), export: Some("other".to_owned()) }]);
    let before = kept(&first);
    assert!(before.ends_with(r#"{"n":57}"#), "{before}");
    std::fs::rename(&reducer, &away).expect("moved");
    let second = open(left(&first, settings()), &[Place::of(&store)]);
    assert!(matches!(second.workspace().notice, Some(NoticeView::Problem(_))));
    std::fs::rename(&away, &reducer).expect("moved back");
    let third = open(left(&second, left(&first, settings())), &[Place::of(&store)]);
    assert_eq!(without_trees(&kept(&third)), without_trees(&before));
}

#[test]
fn tabs_are_changed_and_closed_by_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let places: Vec<Place> = ["a.db", "b.db", "c.db"].iter().map(|name| Place::of(copy(folder.path(), name))).collect();
    let mut window = drawn(open(settings(), &places), [1440.0, 900.0]);
    settle(&mut window);
    let (ctrl, shift) = (Modifiers::COMMAND, Modifiers::SHIFT);
    for (key, modifiers, front) in [
        (Key::Num3, ctrl, Some(2)),
        (Key::Num9, ctrl, Some(2)),
        (Key::Num1, ctrl, Some(0)),
        (Key::Tab, ctrl, Some(1)),
        (Key::Tab, ctrl, Some(2)),
        (Key::Tab, ctrl, Some(0)),
        (Key::Tab, ctrl | shift, Some(2)),
        (Key::W, ctrl, Some(1)),
        (Key::Num1, ctrl, Some(0)),
    ] {
        window.key_press_modifiers(modifiers, key);
        settle(&mut window);
        assert_eq!(in_front(window.state()), front, "{modifiers:?} {key:?}");
    }
    assert_eq!(tabs(window.state()).len(), 2);
}

/// The words of a line as a POSIX shell takes them apart.
fn shell_words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {line}");
    let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("sh runs");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_command_line_of_a_place_opens_the_same_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = copy(folder.path(), "it's a \"bank\" $HOME #1.db");
    for (store, reducer, at) in [
        (odd.clone(), Some(format!("{}#account", sample("reducers.mjs").display())), 57),
        (odd, None, 214),
        (sample("bank.db"), Some(sample("reducers.mjs").to_string_lossy().into_owned()), 0),
    ] {
        let mut program = open(settings(), &[Place { store, reducer, ..bank(1, None) }]);
        do_all(&mut program, [ScrubTo(Applied(at)).into(), Action::Copy(CopyWhat::CommandLine)]);
        let (place, title, state) = (program.app.place().expect("a place"), program.app.title(), kept(&program));
        let line = program.copied().pop().expect("a line");
        let words = shell_words(&line);
        assert_eq!(words[0], "eventglass", "{line}");
        let arguments = Arguments::try_parse_from(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
        let start = arguments.window.start().unwrap_or_else(|error| panic!("{line}: {error}"));
        let mut again = Program::new(settings(), start);
        again.rest();
        assert_eq!(again.app.place(), Some(place), "{line}");
        assert_eq!(again.app.title(), title, "{line}");
        assert_eq!(kept(&again), state, "{line}");
    }
}

#[test]
fn the_title_says_what_is_shown() {
    let mut program = open(settings(), &[bank(57, None)]);
    for (at, title) in [
        (57, "account-1042 v57 - bank.db"),
        (0, "account-1042 initial state - bank.db"),
        (214, "account-1042 v214 - bank.db"),
    ] {
        program.apply(ScrubTo(Applied(at)));
        assert_eq!(program.app.title(), title);
        let place = program.app.place().expect("a place");
        assert_eq!((place.stream.as_deref(), place.store), (Some("account-1042"), sample("bank.db")));
        let place = match at {
            0 => At::Initial,
            214 => At::Last,
            at => At::Version(Version(at as i64)),
        };
        assert_eq!(program.app.place().expect("a place").at, place);
    }
}

/// The settings that a program leaves behind: what it saved, in order, and its last words.
fn left(program: &Program, mut settings: Settings) -> Settings {
    for effect in &program.effects {
        if let Effect::Save(change) = effect {
            settings.apply(change);
        }
    }
    program.app.remember_all().iter().for_each(|change| settings.apply(change));
    settings
}

#[test]
fn a_store_comes_back_as_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = copy(folder.path(), "b.db");
    let mut program = open(settings(), &[Place::of(&store)]);
    arrange(&mut program);
    let before = kept(&program);
    // By the end of the program, and by closing the store in it.
    let settings = left(&program, self::settings());
    let again = open(settings, &[Place::of(&store)]);
    assert_eq!(without_trees(&kept(&again)), without_trees(&before));
    do_all(&mut program, [Action::CloseStore, Action::OpenRecent(0)]);
    assert_eq!(without_trees(&kept(&program)), without_trees(&before));
    // Who asks for another place gets that place.
    let place = Place { store, ..bank(57, None) };
    let other = open(left(&program, self::settings()), &[place]);
    assert_eq!(other.app.title(), "account-1042 v57 - b.db");
    assert_eq!(other.app.view().toolbar.reducer.expect("a chip").file, None);
}

/// What is open and selected in trees is of the window and not remembered.
fn without_trees(kept: &str) -> String {
    let parts: Vec<&str> = kept.split(" | ").collect();
    [&parts[..6], &parts[7..]].concat().join(" | ")
}

#[test]
fn a_reducer_that_was_changed_meanwhile_is_asked_about_and_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, reducer) = (copy(folder.path(), "b.db"), folder.path().join("count.js"));
    let write = |text: &str| std::fs::write(&reducer, text).expect("written");
    write("export default (s = { n: 0 }, e) => ({ n: s.n + 1 })");
    let place = Place { store: store.clone(), ..bank(57, Some(reducer.clone())) };
    let program = open(settings(), &[place]);
    assert!(kept(&program).ends_with(r#"{"n":57}"#), "{}", kept(&program));
    let settings = left(&program, self::settings());

    // Were it run, already its first line would throw, and that would be said.
    write("throw new Error('it was run')");
    let mut again = open(settings.clone(), &[Place::of(&store)]);
    let notice = |program: &Program| match program.workspace().notice {
        Some(NoticeView::ReducerChanged(named)) => named.to_owned(),
        Some(NoticeView::Problem(problem)) => format!("{} {}", problem.what, problem.cause),
        _ => "nothing".to_owned(),
    };
    assert_eq!(notice(&again), reducer.to_string_lossy());
    let chip = |program: &Program| {
        let chip = program.app.view().toolbar.reducer.expect("a chip");
        (chip.file.map(str::to_owned), chip.problem.cloned())
    };
    assert_eq!(chip(&again), (None, None));
    let state = kept(&again);
    assert!(
        state.starts_with("account-1042 v57 - b.db") && state.contains("\"merchant\""),
        "merge, at its place: {state}"
    );
    // It runs once the user says so.
    write("export default (s = { m: 0 }, e) => ({ m: s.m + 2 })");
    let named = notice(&again);
    do_all(&mut again, [Action::UseReducer(named)]);
    assert_eq!(notice(&again), "nothing");
    assert!(kept(&again).ends_with(r#"{"m":114}"#), "{}", kept(&again));

    // Unchanged, it is used unasked.
    write("export default (s = { n: 0 }, e) => ({ n: s.n + 1 })");
    let unchanged = open(settings, &[Place::of(&store)]);
    assert_eq!(notice(&unchanged), "nothing");
    assert!(kept(&unchanged).ends_with(r#"{"n":57}"#));
}

#[cfg(unix)]
#[test]
fn a_program_comes_back_unasked_until_its_command_or_its_files_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, script) = (copy(folder.path(), "b.db"), folder.path().join("count.sh"));
    let write = |step: u32| {
        let text = format!(
            r#"while read -r line; do
case $line in '{{"start'*) n=0;; *) n=$((n+{step}));; esac
echo "{{\"n\":$n}}"
done
"#
        );
        std::fs::write(&script, text).expect("written");
    };
    write(1);
    let command = format!("sh '{}'", script.display());
    let mut program = open(settings(), &[Place { store: store.clone(), ..bank(57, None) }]);
    do_all(&mut program, [Action::run_program(command.clone())]);
    assert!(kept(&program).ends_with(r#"{"n":57}"#), "{}", kept(&program));
    let chip = |program: &Program| program.app.view().toolbar.reducer.expect("a chip").label.into_owned();
    assert_eq!(chip(&program), command);
    let line = program.app.place().expect("a place").command_line(&Default::default());
    assert!(line.contains(" --reducer-command 'sh "), "{line}");
    let settings = left(&program, self::settings());
    drop(program);

    let again = open(settings.clone(), &[Place::of(&store)]);
    assert!(kept(&again).ends_with(r#"{"n":57}"#), "{}", kept(&again));
    drop(again);

    // Another program by the same command is not started: the user is shown the command.
    write(2);
    let mut changed = open(settings, &[Place::of(&store)]);
    assert!(kept(&changed).contains("\"merchant\""), "merge: {}", kept(&changed));
    match changed.workspace().notice {
        Some(NoticeView::ProgramChanged(shown)) => assert_eq!(shown, command),
        _ => panic!("no question"),
    }
    do_all(&mut changed, [Action::run_program(command)]);
    assert!(kept(&changed).ends_with(r#"{"n":114}"#), "{}", kept(&changed));
}

#[test]
fn streams_visited_before_stand_where_they_were_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = copy(folder.path(), "b.db");
    let mut program = open(settings(), &[Place::of(&store)]);
    let [a, b, c] = ["account-1030", "card-9024", "transfer-3001"].map(|name| stream(&program, name));
    do_all(
        &mut program,
        [
            Action::SelectStream(a),
            ScrubTo(Applied(20)).into(),
            Action::SelectStream(b),
            ScrubTo(Applied(0)).into(),
            Action::SelectStream(c),
        ],
    );
    assert_eq!(program.app.title(), "transfer-3001 v13 - b.db");
    let walk = |program: &mut Program| {
        for (id, title) in
            [(a, "account-1030 v20 - b.db"), (b, "card-9024 initial state - b.db"), (c, "transfer-3001 v13 - b.db")]
        {
            do_all(program, [Action::SelectStream(id)]);
            assert_eq!(program.app.title(), title);
        }
    };
    walk(&mut program);
    walk(&mut open(left(&program, settings()), &[Place::of(&store)]));
}

#[test]
fn a_replaced_store_is_read_again_with_nothing_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = copy(folder.path(), "b.db");
    let mut program = open(settings(), &[Place::of(&store)]);
    arrange(&mut program);
    let before = kept(&program);
    // Another file under the same name.
    let other = copy(folder.path(), "other.db");
    std::fs::rename(other, &store).expect("renamed");
    program.until("word of the other file", |program| matches!(program.workspace().notice, Some(NoticeView::Replaced)));
    assert_eq!(kept(&program), before, "what is shown is the old one");
    // The bar says it; hiding the bar changes nothing.
    program.apply(Action::DismissNotice);
    assert!(program.app.commands().store_changed);
    program.apply(Action::Reload);
    program.rest();
    assert!(program.workspace().notice.is_none());
    assert_eq!(without_trees(&kept(&program)), without_trees(&before));
}

#[test]
fn every_row_shows_its_own_payload_after_a_late_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let line = |version: u64| {
        format!(
            "{{\"stream\":\"a-1\",\"version\":{version},\"type\":\"Counted\",\"data\":{{\"n\":{}}}}}\n",
            version * 100
        )
    };
    let mut text: String = [1, 2, 4, 5].into_iter().map(line).collect();
    std::fs::write(&path, &text).expect("written");
    let mut program = open(settings(), &[Place::of(&path)]);
    let rows = |program: &Program| -> Vec<String> {
        let workspace = program.workspace();
        let Content::Ready(rows) = workspace.events.rows else { panic!("there are no rows") };
        let words = |at| {
            let row = rows.row(at);
            let value = match &row.cells[0] {
                CellText::Text(text) => text.to_string(),
                other => format!("{other:?}"),
            };
            format!("v{}={value}", row.version)
        };
        (0..rows.len()).map(words).collect()
    };
    rows(&program);
    program.rest();
    assert_eq!(rows(&program), ["v1=100", "v2=200", "v4=400", "v5=500"]);
    program.apply(ScrubTo(Applied(3)));
    text += &line(3);
    std::fs::write(&path, &text).expect("written");
    program.until("word of the new event", |program| {
        matches!(program.workspace().notice, Some(NoticeView::Grew { events: 1 }))
    });
    program.apply(Action::Reload);
    program.until("the new event", |program| rows(program).len() == 5 && !program.app.is_waiting());
    assert_eq!(rows(&program), ["v1=100", "v2=200", "v3=300", "v4=400", "v5=500"]);
    assert_eq!(program.app.title(), "a-1 v4 - log.jsonl", "the playhead stays at its event");
    assert!(kept(&program).ends_with(r#"{"n":400}"#), "{}", kept(&program));
}

#[test]
fn a_file_that_is_no_store_gives_its_tab_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("does not exist.db");
    std::fs::write(&bad, b"\x89PNG\r\n\x1a\n").expect("written");
    let mut program = open(settings(), &[bank(57, None)]);
    do_all(&mut program, [Action::OpenFiles(vec![bad.clone()])]);
    assert_eq!(tabs(&program).len(), 2, "it says why it is none");
    do_all(&mut program, [Action::OpenFiles(vec![copy(folder.path(), "b.db")])]);
    let names: Vec<String> = tabs(&program).into_iter().map(|tab| tab.name).collect();
    assert_eq!(names, ["bank.db", "b.db"]);
}

#[test]
fn the_part_of_the_axis_that_was_shown_comes_back() {
    let mut program = open(settings(), &[bank(57, None)]);
    let zoom = Zoom { times: 4.0, left: 0.25 };
    do_all(&mut program, [Action::SetZoom(zoom)]);
    let kept = left(&program, settings());
    let place = kept.recent[0].place.clone();
    assert_eq!(place.zoom, zoom);
    for place in [place, Place::of(sample("bank.db"))] {
        let program = open(kept.clone(), &[place]);
        let workspace = program.workspace();
        let Content::Ready(body) = &workspace.time.content else { panic!("no time") };
        assert_eq!(body.zoom, zoom);
    }
}

#[test]
fn a_script_without_a_font_is_a_finding_of_the_store_in_front() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = open(settings(), &[bank(57, None), Place::of(copy(folder.path(), "other.db"))]);
    let of = |program: &Program| {
        let findings = program.workspace().findings.expect("the list is open");
        (0..findings.rows.len()).map(|at| findings.rows.row(at).message.into_owned()).collect::<Vec<_>>()
    };
    do_all(&mut program, [Action::ToggleFindings, Action::FontsMissing(vec!["Thai"])]);
    do_all(&mut program, [Action::FontsMissing(vec!["Ethiopic", "Thai"])]);
    let found = of(&program);
    let own: Vec<&String> = found.iter().filter(|words| words.contains("no font here")).collect();
    assert!(own.len() == 1 && own[0].starts_with("Ethiopic, Thai: "), "{found:?}");
    // Another store has no such letters until it shows one.
    do_all(&mut program, [Action::ShowNthStore(1), Action::ToggleFindings]);
    if program.workspace().findings.is_some() {
        assert!(!of(&program).iter().any(|words| words.contains("Thai")));
    } else {
        do_all(&mut program, [Action::ToggleFindings]);
    }
    do_all(&mut program, [Action::FontsMissing(vec!["Thai"])]);
    let found = of(&program);
    assert!(found.iter().any(|words| words.starts_with("Thai: no font here")), "{found:?}");
}
