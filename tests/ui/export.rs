//! The sheet for exporting, in the real program: by accessible labels and by keyboard, from
//! Ctrl+E to a file, and against the command line that it shows.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use egui::{Event, Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::Effect;
use eventglass::app::action::{Action, ExportAction, Format, Until, What, Which};
use eventglass::app::place::{Place, Start};
use eventglass::app::settings::{Settings, SettingsChange};
use eventglass::app::view::{ExportView, ModalView, Outcome};
use eventglass::session::{Answer, Found, JobAsk, JobId, JobNews, Progress, Reading, WrittenRows};

use crate::keyboard::focused_name;
use crate::panels::check_names;
use crate::program::{
    Case, Program, Window, bank, drawn, index, labels, pretended, problem, sample, settings, settle, sized, wait_for,
    window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn write(window: &mut Window, text: &str) {
    window.event(Event::Text(text.into()));
    settle(window);
}

/// Chooses one of several words by its name.
fn choose(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::RadioButton, name).click();
    settle(window);
}

fn click(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    settle(window);
}

fn apply(window: &mut Window, action: ExportAction) {
    window.state_mut().apply(Action::Export(action));
    settle(window);
}

/// A window on a store with the sheet in front.
fn sheet(mut window: Window) -> Window {
    press(&mut window, Modifiers::COMMAND, Key::E);
    window.get_by_label("First rows");
    window
}

fn view(program: &Program) -> Box<ExportView<'_>> {
    match program.app.view().modal {
        Some(ModalView::Export(view)) => view,
        _ => panic!("the sheet is not there"),
    }
}

fn line(window: &Window) -> String {
    view(window.state()).command.clone().expect("a line")
}

fn first_rows(window: &Window) -> String {
    view(window.state()).first.text.to_string()
}

/// What the line writes to stdout, or to the file that it names.
fn by_shell(line: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_eventglass")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder.path()).env("PATH", format!("{}:{path}", program.display()));
    let output = shell.env("EVENTGLASS_HOME", folder.path().join("home")).output().expect("sh runs");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    if !output.stdout.is_empty() {
        return output.stdout;
    }
    let mut files = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let file = files.find(|path| path.is_file()).expect("a file");
    std::fs::read(file).expect("a file")
}

fn pick(window: &mut Window, path: &Path) {
    apply(window, ExportAction::SaveAs);
    apply(window, ExportAction::Picked(path.to_owned()));
}

#[test]
fn from_ctrl_e_to_a_file_by_keyboard_alone() {
    let mut window = sheet(window(Case::Full));
    assert_eq!(focused_name(&window), "Save as…");
    check_names(&window, "export");
    // Tab goes round in the sheet; Space takes a word.
    for _ in 0..40 {
        if focused_name(&window) == "What: changes" {
            break;
        }
        press(&mut window, Modifiers::NONE, Key::Tab);
    }
    press(&mut window, Modifiers::NONE, Key::Space);
    assert_eq!(view(window.state()).what, What::Changes);
    for _ in 0..40 {
        if focused_name(&window) == "Format: CSV" {
            break;
        }
        press(&mut window, Modifiers::NONE, Key::Tab);
    }
    press(&mut window, Modifiers::NONE, Key::Space);
    press(&mut window, Modifiers::COMMAND, Key::S);
    // The desktop's dialog asks for the file.
    let asked = Effect::PickTarget("account-1042-changes-v57.csv".to_owned());
    assert!(window.state().effects.contains(&asked), "{:?}", window.state().effects);
    let path = window.state().folder().join("changes.csv");
    pick(&mut window, &path);
    wait_for(&mut window, "Written to ");
    let written = std::fs::read(&path).expect("the file");
    assert_eq!(String::from_utf8_lossy(&written).lines().next(), Some("stream,version,type,time,changes"));
    assert!(written == by_shell(&line(&window)), "{}", line(&window));
    // What another sheet asked for is nothing to this one.
    let other = window.state().folder().join("other.csv");
    apply(&mut window, ExportAction::Picked(other.clone()));
    assert!(!other.exists());
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("First rows").is_none(), "Esc closes it");
    assert_eq!(window.state().applied(), 57, "the window behind is as it was");
}

#[test]
fn the_line_that_is_shown_writes_what_the_file_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = folder.path().join("it's a \"bank\" $HOME #1.db");
    std::fs::copy(sample("bank.db"), &odd).expect("copied");
    for (store, reducer) in [(odd, None), (sample("bank.db"), Some(sample("reducers.mjs")))] {
        let is_odd = reducer.is_none();
        let place = Place { store, ..bank(57, reducer) };
        let start = Start { places: vec![place], ..Start::default() };
        let mut window = drawn(Program::new(settings(), start), SIZE);
        settle(&mut window);
        window.state_mut().apply(Action::SetStreamFilter("T-104".to_owned()));
        settle(&mut window);
        let mut window = sheet(window);
        let path = folder.path().join("out");
        let check = |window: &mut Window| {
            pick(window, &path);
            let (written, line) = (std::fs::read(&path).expect("the file"), line(window));
            assert!(matches!(view(window.state()).outcome, Some(Outcome::Written(Some(_), ..))), "{line}");
            assert!(!written.is_empty() && written == by_shell(&line), "{line}");
        };
        // Of the name that is hard to quote one is enough.
        for what in if is_odd { &[What::Changes][..] } else { &What::ALL } {
            let what = *what;
            apply(&mut window, ExportAction::SetWhat(what));
            for (which, until) in [
                (Which::This, Until::Playhead),
                (Which::Filtered, Until::Playhead),
                (Which::All, Until::End),
                (Which::This, Until::Time),
            ] {
                apply(&mut window, ExportAction::SetWhich(which));
                apply(&mut window, ExportAction::SetUntil(until));
                apply(&mut window, ExportAction::SetTime("2026-10-01 12:00".to_owned()));
                let formats = view(window.state()).formats;
                for format in formats.iter().filter(|_| which == Which::This || until == Until::End) {
                    apply(&mut window, ExportAction::SetFormat(*format));
                    check(&mut window);
                }
                if until == Until::Playhead && which == Which::Filtered {
                    check(&mut window);
                    assert!(line(&window).contains(" --match T-104"), "{}", line(&window));
                }
            }
        }
        apply(&mut window, ExportAction::SetWhat(What::States));
        apply(&mut window, ExportAction::SetEvery("7".to_owned()));
        apply(&mut window, ExportAction::SetChanged(true));
        assert!(line(&window).contains(" --every 7 --changed"), "{}", line(&window));
        check(&mut window);
    }
}

#[test]
fn a_reducer_as_it_stands_is_in_the_line_or_why_it_cannot_be() {
    let mut window = window(Case::Threw);
    window.state_mut().apply(Action::SkipErrors);
    settle(&mut window);
    let mut window = sheet(window);
    assert!(line(&window).contains(" --on-error skip"), "{}", line(&window));
    wait_for(&mut window, "Reducer: account.js, events that throw are skipped");
    drop(window);
    let mut window = crate::program::window(Case::Full);
    let account = window.state().app.view().toolbar.reducer.expect("a chip").table[0].category;
    window.state_mut().apply(Action::SetReducerFor { category: account, export: None });
    settle(&mut window);
    let mut window = sheet(window);
    assert!(!line(&window).contains("--reducer"), "merge was chosen by hand: {}", line(&window));
    choose(&mut window, "Streams: all");
    let why = view(window.state()).command.clone().expect_err("two reducers").into_owned();
    assert!(why.contains("account by merge") && why.contains("one --reducer does not say so"), "{why}");
    assert!(window.get_by_role_and_label(Role::Button, "Copy the command line").accesskit_node().is_disabled());
}

#[test]
fn the_first_rows_follow_what_is_chosen() {
    let mut window = sheet(window(Case::Full));
    assert!(first_rows(&window).starts_with("{\"stream\":\"account-1042\",\"version\":57,\"events_applied\":57,"));
    choose(&mut window, "Up to: the end");
    assert!(first_rows(&window).contains("\"version\":214"));
    choose(&mut window, "What: events");
    assert!(first_rows(&window).starts_with("{\"stream\":\"account-1042\",\"category\":\"account\",\"version\":1,"));
    assert!(labels(&window).iter().any(|text| text == "First rows: there is more"), "{:#?}", labels(&window));
    choose(&mut window, "Format: Markdown");
    assert!(first_rows(&window).starts_with("| stream |"));
    choose(&mut window, "Format: Parquet");
    assert!(first_rows(&window).starts_with("{\"stream\""));
    assert!(labels(&window).iter().any(|text| text == "First rows: there is more, as JSON lines"));
    assert!(window.get_by_role_and_label(Role::Button, "Copy").accesskit_node().is_disabled());
    choose(&mut window, "What: states");
    choose(&mut window, "Format: JSON lines");
    window.get_by_role_and_label(Role::TextInput, "After so many events").focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "100");
    let versions: Vec<String> = first_rows(&window)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["version"].to_string())
        .collect();
    assert_eq!(versions, ["100", "200", "214"]);
    // What cannot be meant is said, and nothing is written.
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "0");
    assert!(labels(&window).iter().any(|text| text == "First rows: it needs a number of events, 1 or more"));
    assert!(window.get_by_role_and_label(Role::Button, "Save as…").accesskit_node().is_disabled());
    choose(&mut window, "What: state");
    choose(&mut window, "Up to: a time");
    let typed = window.get_by_role_and_label(Role::TextInput, "Time, UTC");
    assert_eq!(typed.value().as_deref(), Some("2026-09-29T18:42:17Z"), "it begins with that of the playhead");
    assert!(first_rows(&window).contains("\"version\":57"));
    typed.focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, "soon");
    assert!(
        labels(&window).iter().any(|text| text.starts_with("First rows: it needs a time")),
        "{:#?}",
        labels(&window)
    );
}

#[test]
fn rows_are_copied_unless_they_are_too_many() {
    let mut window = sheet(window(Case::Guess));
    window.event(Event::Copy);
    settle(&mut window);
    let copied = window.state().copied().pop().expect("a copy");
    assert_eq!(copied, first_rows(&window));
    wait_for(&mut window, "Copied: 1 row, ");
    press(&mut window, Modifiers::COMMAND, Key::L);
    assert_eq!(window.state().copied().pop().as_ref(), Some(&line(&window)));
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("big.jsonl");
    let big = "x".repeat(1_000_000);
    let event =
        |n| format!("{{\"stream\":\"s\",\"version\":{n},\"type\":\"T\",\"data\":{{\"n\":{n},\"big\":\"{big}\"}}}}\n");
    std::fs::write(&store, (1..=12).map(event).collect::<String>()).expect("written");
    window.state_mut().apply(Action::OpenFiles(vec![store]));
    settle(&mut window);
    let mut window = sheet(window);
    choose(&mut window, "What: events");
    let before = window.state().copied().len();
    click(&mut window, "Copy");
    wait_for(&mut window, "This is too much to copy. Save as… writes it to a file.");
    assert_eq!(window.state().copied().len(), before);
    assert!(first_rows(&window).len() <= 32 << 10);
}

#[test]
fn what_was_exported_last_comes_back_with_the_next_store_of_the_kind() {
    let mut window = sheet(window(Case::Guess));
    choose(&mut window, "What: states");
    choose(&mut window, "Streams: all");
    choose(&mut window, "Up to: the end");
    choose(&mut window, "Format: Parquet");
    choose(&mut window, "Rows: changed only");
    press(&mut window, Modifiers::NONE, Key::Escape);
    let mut later: Settings = settings();
    for effect in &window.state().effects {
        if let Effect::Save(change) = effect {
            later.apply(change);
        }
    }
    let text = serde_json::to_string(&later).expect("settings");
    assert!(text.contains("\"exports\":{\"emmett-sqlite\":{\"what\":\"states\""), "{text}");
    let later: Settings = serde_json::from_str(&text).expect("settings");
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.db");
    std::fs::copy(sample("bank.db"), &other).expect("copied");
    let log = folder.path().join("log.jsonl");
    std::fs::write(&log, "{\"stream\":\"s\",\"version\":1,\"type\":\"T\",\"data\":{}}\n").expect("written");
    for (store, want) in [
        (other, (What::States, Which::All, Until::End, Format::Parquet, true)),
        (log, (What::State, Which::This, Until::Playhead, Format::Json, false)),
    ] {
        let start = Start { places: vec![Place::of(store)], ..Start::default() };
        let mut window = drawn(Program::new(later.clone(), start), SIZE);
        settle(&mut window);
        let window = sheet(window);
        let view = view(window.state());
        assert_eq!((view.what, view.which, view.until, view.format, view.changed), want);
    }
}

#[test]
fn a_target_that_must_not_be_is_refused_in_the_sheet() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("bank.db");
    std::fs::copy(sample("bank.db"), &store).expect("copied");
    let before = std::fs::read(&store).expect("the store");
    let start = Start { places: vec![Place { store: store.clone(), ..bank(57, None) }], ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), SIZE);
    settle(&mut window);
    // A store in another tab is one as well.
    let log = folder.path().join("log.jsonl");
    std::fs::write(&log, "{\"stream\":\"s\",\"version\":1,\"type\":\"T\",\"data\":{}}\n").expect("written");
    window.state_mut().apply(Action::OpenFiles(vec![log.clone(), store.clone()]));
    window.state_mut().apply(Action::ShowNthStore(0));
    settle(&mut window);
    let mut window = sheet(window);
    for (path, why) in [
        (log, "log.jsonl is the store, which is never written to"),
        (store.clone(), "is the store, which is never written to. help: name a file elsewhere"),
        (folder.path().join("bank.db-wal"), "is a file of the store, which is never written to"),
        (folder.path().to_owned(), "is a folder. help: name a file to write to"),
        (folder.path().join("no/where.json"), "help: make the folder first"),
    ] {
        pick(&mut window, &path);
        wait_for(&mut window, why);
    }
    assert!(std::fs::read(&store).expect("the store") == before);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left");
    // The next choice begins anew.
    choose(&mut window, "What: events");
    assert!(view(window.state()).outcome.is_none());
}

#[test]
fn where_the_desktop_has_no_dialog_the_path_is_typed() {
    let mut window = sheet(window(Case::Guess));
    apply(&mut window, ExportAction::SaveAs);
    apply(&mut window, ExportAction::TypePath);
    assert_eq!(focused_name(&window), "Path of the file");
    let value = |window: &Window| window.get_by_role_and_label(Role::TextInput, "Path of the file").value();
    assert_eq!(value(&window).as_deref(), Some("~/account-1042-state-v57.json"));
    // Another format has another ending, in a path of one's own too; what ends otherwise stays.
    apply(&mut window, ExportAction::SetFormat(Format::JsonLines));
    assert_eq!(value(&window).as_deref(), Some("~/account-1042-state-v57.jsonl"));
    for (typed, format, then) in [
        ("~/my.rows.jsonl", Format::Json, "~/my.rows.json"),
        ("~/rows.txt", Format::JsonLines, "~/rows.txt"),
        ("~/rows.txt", Format::Json, "~/rows.txt"),
    ] {
        press(&mut window, Modifiers::COMMAND, Key::A);
        write(&mut window, typed);
        apply(&mut window, ExportAction::SetFormat(format));
        assert_eq!(value(&window).as_deref(), Some(then));
    }
    let path = window.state().folder().join("typed.json");
    std::fs::write(&path, "mine").expect("written");
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, path.to_str().expect("a path"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    wait_for(&mut window, "typed.json is there already.");
    settle(&mut window);
    assert_eq!(focused_name(&window), "Path of the file", "to name another one");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(std::fs::read_to_string(&path).expect("mine"), "mine", "Enter alone replaces nothing");
    // What cannot be written is corrected where it stands, and Ctrl+S comes back to it from anywhere.
    settle(&mut window);
    write(&mut window, "/no");
    press(&mut window, Modifiers::NONE, Key::Enter);
    wait_for(&mut window, "help: ");
    settle(&mut window);
    assert_eq!(focused_name(&window), "Path of the file");
    press(&mut window, Modifiers::NONE, Key::Tab);
    assert_ne!(focused_name(&window), "Path of the file");
    press(&mut window, Modifiers::COMMAND, Key::S);
    assert_eq!(focused_name(&window), "Path of the file");
    press(&mut window, Modifiers::COMMAND, Key::A);
    write(&mut window, path.to_str().expect("a path"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    wait_for(&mut window, "typed.json is there already.");
    click(&mut window, "Replace it");
    wait_for(&mut window, "Written to ");
    assert!(std::fs::read_to_string(&path).expect("a state").starts_with("{\"stream\":\"account-1042\""));
    assert!(window.query_by_role_and_label(Role::TextInput, "Path of the file").is_none());
}

#[test]
fn in_little_space_the_keyboard_begins_in_sight() {
    let mut window = sized(Case::Guess, [1024.0, 640.0]);
    window.state_mut().apply(Action::TextSize(i8::MAX));
    settle(&mut window);
    let mut window = sheet(window);
    let in_sight = |window: &Window| {
        let node = window
            .root()
            .children_recursive()
            .find(|node| node.accesskit_node().is_focused())
            .expect("something has the keyboard");
        window.ctx.content_rect().contains_rect(node.rect())
    };
    assert_eq!((focused_name(&window).as_str(), in_sight(&window)), ("What: state", true));
    // The page is left where its last button is.
    for _ in 0..40 {
        if focused_name(&window) == "Close" {
            break;
        }
        press(&mut window, Modifiers::NONE, Key::Tab);
    }
    press(&mut window, Modifiers::NONE, Key::Enter);
    let window = sheet(window);
    assert_eq!((focused_name(&window).as_str(), in_sight(&window)), ("What: state", true));
}

#[test]
fn an_export_that_runs_is_cancelled_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, out) = (folder.path().join("log.jsonl"), folder.path().join("out"));
    std::fs::create_dir(&out).expect("made");
    let event = |n| format!("{{\"stream\":\"s\",\"version\":{n},\"type\":\"T\",\"data\":{{\"n\":{n}}}}}\n");
    std::fs::write(&store, (1..=500).map(event).collect::<String>()).expect("written");
    // Each event takes long, but not longer than it may.
    let slow = folder.path().join("slow.mjs");
    let source = "export default (s, e) => { let n = 0; if (e.version > 2) while (n < 5e5) n++; return e.data; }";
    std::fs::write(&slow, source).expect("written");
    let start = Start { places: vec![Place::of(store)], ..Start::default() };
    let mut window = drawn(Program::new(settings(), start), SIZE);
    settle(&mut window);
    let mut window = sheet(window);
    choose(&mut window, "What: states");
    choose(&mut window, "Up to: the end");
    press(&mut window, Modifiers::NONE, Key::Escape);
    let steps = |window: &mut Window, action: Action| {
        window.state_mut().apply(action);
        window.run_steps(3);
    };
    window.state_mut().apply(Action::SkipErrors);
    steps(&mut window, Action::UseReducer(slow.to_string_lossy().into_owned()));
    wait_for(&mut window, "slow.mjs");
    steps(&mut window, Action::SkipErrors);
    steps(&mut window, Action::ShowExport);
    // Until its reducer is read nothing can be written; then the sheet goes on by itself.
    wait_for(&mut window, "slow.mjs --on-error skip");
    let save = ExportAction::Save { path: out.join("states.jsonl"), replace: false };
    steps(&mut window, Action::Export(save));
    wait_for(&mut window, " of 500 events, ");
    let count = || std::fs::read_dir(&out).expect("a folder").count();
    let patience = std::time::Instant::now();
    while count() == 0 {
        assert!(patience.elapsed().as_secs() < 60, "it never begins");
        window.run_steps(1);
    }
    // While it runs nothing else can be chosen.
    steps(&mut window, Action::Export(ExportAction::SetWhat(What::Events)));
    assert_eq!(view(window.state()).what, What::States);
    window.key_press(Key::Escape);
    window.run_steps(3);
    wait_for(&mut window, "Cancelled. Nothing is left of it.");
    let patience = std::time::Instant::now();
    while count() > 0 {
        assert!(patience.elapsed().as_secs() < 60, "the file stays");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert!(window.query_by_label("First rows").is_none(), "the next Esc closes the sheet");
}

/// Jobs that the program asked for, in order.
fn jobs(program: &Program) -> Vec<JobId> {
    let far = program.far.lock().expect("a lock");
    let id = |ask| match ask {
        JobAsk::Run { id, .. } => Some(id),
        JobAsk::Store(_) => None,
    };
    far[0].jobs.try_iter().filter_map(id).collect()
}

fn played() -> Program {
    let mut program =
        Program::played(settings(), Start { places: vec![Place::of("/pretended/bank.db")], ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    program.answer(0, Answer::Index(index(3, 4, Reading::Done)));
    program.poll();
    program
}

fn news(id: JobId, done: bool, found: Found) -> Answer {
    Answer::Job(JobNews { id, progress: Progress { done: 3, of: 12, found: 2 }, done, found })
}

#[test]
fn progress_and_a_full_disk_are_said_in_the_sheet() {
    let mut program = played();
    program.apply(Action::ShowExport);
    let preview = jobs(&program)[0];
    let rows = |text: &str| {
        let reducer = Some(Ok(None));
        Found::Rows(Arc::new(WrittenRows { text: text.into(), bytes: 2_500, reducer, ..WrittenRows::default() }))
    };
    program.answer(0, news(preview, true, rows("{}\n")));
    program.poll();
    program.apply(Action::Export(ExportAction::Save { path: PathBuf::from("/full/x.json"), replace: true }));
    let job = jobs(&program)[0];
    program.answer(0, news(job, false, rows("")));
    let mut window = drawn(program, SIZE);
    window.run_steps(4);
    window.get_by_role_and_label(Role::ProgressIndicator, "3 of 12 events, 2 rows, 2.5 KB");
    window.get_by_role_and_label(Role::Button, "Cancel");
    // What an older preview says is nobody's any more, and the file's own news end it.
    window.state().answer(0, news(preview, true, rows("old")));
    window.state().answer(0, news(job, true, Found::Failed(problem("/full/x.json cannot be written"))));
    window.run_steps(4);
    let said =
        "/full/x.json cannot be written: page 12 is not a database page. help: copy the file again from where it came";
    window.get_by_role_and_label(Role::Status, said);
    assert_eq!(first_rows(&window), "{}\n");
}

#[test]
fn an_export_goes_on_where_another_store_comes_to_the_front() {
    let mut program = played();
    program.apply(Action::ShowExport);
    program.apply(Action::Export(ExportAction::Save { path: PathBuf::from("/there/x.json"), replace: true }));
    let job = *jobs(&program).last().expect("a job");
    program.apply(Action::OpenFiles(vec![PathBuf::from("/pretended/other.db")]));
    assert!(program.app.view().modal.is_none());
    program.answer(0, news(job, true, Found::Rows(Arc::default())));
    program.poll();
    program.apply(Action::ShowNthStore(0));
    let note = match &program.workspace().notice {
        Some(eventglass::app::view::NoticeView::Note(text)) => text.to_string(),
        _ => panic!("nothing is said"),
    };
    assert_eq!(note, "Exported to /there/x.json.");
}

#[test]
fn the_sheet_needs_a_store_that_is_read() {
    let window = sized(Case::Loading, SIZE);
    let command = eventglass::app::command::EXPORT.enabled(window.state().app.commands());
    assert_eq!(command, Err("the store is still being read"));
    let mut window = sized(Case::Welcome, SIZE);
    press(&mut window, Modifiers::COMMAND, Key::E);
    assert!(window.state().app.view().modal.is_none());
    let mut kept = settings();
    kept.apply(&SettingsChange::Exported("x".repeat(5_000), Default::default()));
    assert!(kept.exports.is_empty(), "a name of any length is not remembered");
}
