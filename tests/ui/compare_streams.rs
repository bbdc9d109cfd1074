//! Side A as another stream: of the same store, and the same one in another store, with the first
//! version at which the two differ. Values are those that Emmett wrote into the sample.

use std::path::{Path, PathBuf};

use egui::{Event, Key};
use egui_kittest::kittest::Queryable;
use eventglass::app::action::{Action, CopyWhat, GoToAction, GoToScope};
use eventglass::app::command;
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::ScrubTo;
use eventglass::app::settings::{Recent, Settings, SettingsChange};
use eventglass::app::view::{Content, DivergenceView, NoticeView};
use eventglass::model::Applied;
use serde_json::Value;

use crate::program::{Program, bank, expected, labels, press, sample, settings, settle, start, wait_for, write};

/// A copy of the bank in which some rows are others.
fn altered(folder: &Path, name: &str, statements: &[&str]) -> PathBuf {
    let path = folder.join(name);
    std::fs::copy(sample("bank.db"), &path).expect("copied");
    let conn = rusqlite::Connection::open(&path).expect("a store");
    for statement in statements {
        let rows = conn.execute(&format!("{statement} AND stream_id = 'account-1042'"), []).expect("altered");
        assert!(rows > 0, "{statement}");
    }
    path
}

/// The account at v57 of the bank, beside another store.
fn two(folder: &Path, statements: &[&str], reducer: Option<PathBuf>) -> Program {
    let places = vec![bank(57, reducer), Place::of(altered(folder, "backup.db", statements))];
    let mut program = Program::new(settings(), Start { places, ..Start::default() });
    for at in [1, 0] {
        program.apply(Action::ShowNthStore(at));
        program.rest();
    }
    program
}

/// Compares with the first stream that the box for it lists.
fn compare_with(program: &mut Program, text: &str) {
    program.apply(Action::ShowGoTo(GoToScope::Compare, ""));
    program.apply(GoToAction::Type(text.to_owned()));
    program.rest();
    program.apply(GoToAction::Go(None));
    program.rest();
}

/// Side A in words, and how far it is in its stream.
fn side_a(program: &Program) -> Option<String> {
    let workspace = program.workspace();
    let Content::Ready(body) = &workspace.state.content else { panic!("there is no state") };
    let other = body.other.as_ref()?;
    Some(format!("{} in {:?} {:?} of {}", other.name, other.store, other.version.map(|v| v.0), other.events))
}

/// How many paths differ from side A; `None`: nothing is compared.
fn differing(program: &Program) -> Option<u64> {
    let workspace = program.workspace();
    let Content::Ready(body) = &workspace.state.content else { panic!("there is no state") };
    body.against.as_ref().map(|_| body.changes.len())
}

/// What is found of where the two begin to differ.
fn divergence(program: &mut Program) -> String {
    program.apply(Action::FindDivergence);
    program.rest();
    let workspace = program.workspace();
    let Content::Ready(body) = &workspace.state.content else { panic!("there is no state") };
    match body.other.as_ref().and_then(|other| other.divergence.as_ref()) {
        Some(DivergenceView::Found { words, .. }) => words.clone(),
        Some(DivergenceView::Failed(problem)) => panic!("{problem:?}"),
        _ => panic!("nothing was found"),
    }
}

#[test]
fn another_stream_is_chosen_by_keyboard_and_stepped_through() {
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    settle(&mut window);
    write(&mut window, "D");
    wait_for(&mut window, "The state at the playhead is compared with that of the stream");
    write(&mut window, "account-1043");
    wait_for(&mut window, "Stream account-1043");
    press(&mut window, Key::Enter);
    let (there, here) = (expected("account-1043", 46), expected("account-1042", 57));
    wait_for(&mut window, "A: account-1043 v46 ⇄ v57");
    wait_for(&mut window, "Side A: account-1043, v46 · 46 of 46");
    wait_for(&mut window, &format!("balance {}, changed, was {}", here["balance"], there["balance"]));
    // The playhead moves beside it, and it beside the playhead.
    press(&mut window, Key::ArrowRight);
    wait_for(&mut window, "A: account-1043 v46 ⇄ v58");
    let here = expected("account-1042", 58);
    wait_for(&mut window, &format!("balance {}, changed, was {}", here["balance"], there["balance"]));
    for _ in 0..23 {
        window.event(Event::Text(",".to_owned()));
        window.run_steps(1);
    }
    settle(&mut window);
    wait_for(&mut window, "A: account-1043 v23 ⇄ v58");
    let there = expected("account-1043", 23);
    wait_for(&mut window, &format!("balance {}, changed, was {}", here["balance"], there["balance"]));
    window.get_by_label("Step A on").click();
    window.run_steps(2);
    wait_for(&mut window, "A: account-1043 v24 ⇄ v58");
    wait_for(&mut window, "dailyLimit ");
    // Both are folded by one reducer.
    window.state_mut().apply(Action::ClearReducer);
    settle(&mut window);
    wait_for(&mut window, "A: account-1043 v24 ⇄ v58");
    assert!(!labels(&window).iter().any(|label| label.contains("dailyLimit ")), "merge has no daily limit");
    // Esc leaves it.
    press(&mut window, Key::Escape);
    assert!(!labels(&window).iter().any(|label| label.contains("account-1043 v")));
    assert!(!window.state().app.commands().comparing);
}

#[test]
fn the_stream_itself_is_none_to_compare_it_with() {
    let mut window = start(bank(57, None));
    wait_for(&mut window, "row 57 of 214");
    settle(&mut window);
    write(&mut window, "D");
    write(&mut window, "account-104");
    wait_for(&mut window, "Stream account-1043");
    assert!(!labels(&window).iter().any(|label| label.contains("Stream account-1042")), "{:#?}", labels(&window));
}

#[test]
fn the_comparison_is_copied_as_csv_and_as_json_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = two(folder.path(), &[], Some(sample("reducers.mjs")));
    compare_with(&mut program, "account-1043");
    let count = differing(&program).expect("a comparison");
    program.apply(Action::Copy(CopyWhat::Changes));
    program.apply(Action::Copy(CopyWhat::ChangesAsLines));
    let copied = program.copied();
    let [csv, lines] = &copied[..] else { panic!("{copied:?}") };
    assert_eq!(csv.lines().count() as u64, count + 1);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len() as u64, count);
    let balance = lines.iter().find(|line| line["path"] == "/balance").expect("the balance");
    assert_eq!(balance["change"], "changed");
    assert_eq!(balance["before"], expected("account-1043", 46)["balance"]);
    assert_eq!(balance["after"], expected("account-1042", 57)["balance"]);
}

#[test]
fn the_same_stream_in_another_store_is_offered_first_and_begins_at_this_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let change = "UPDATE emt_messages SET message_type = 'Deposited' WHERE stream_position = 42";
    let mut program = two(folder.path(), &[change], Some(sample("reducers.mjs")));
    compare_with(&mut program, "");
    assert_eq!(side_a(&program).as_deref(), Some("account-1042 in Some(\"backup.db\") Some(57) of 214"));
    assert!(differing(&program).is_some_and(|count| count > 0));
    // It was a card payment once.
    let was = "Same until v41; at v42 here ";
    let words = divergence(&mut program);
    assert!(words.starts_with(was) && words.ends_with(", there Deposited."), "{words}");
    assert!(command::GO_TO_DIVERGENCE.enabled(program.app.commands()).is_ok());
    program.apply(Action::GoToDivergence);
    program.rest();
    assert_eq!(program.applied(), 42);
    assert_eq!(side_a(&program).as_deref(), Some("account-1042 in Some(\"backup.db\") Some(42) of 214"));
    assert!(differing(&program).is_some_and(|count| count > 0));
    // One event before, nothing differs.
    program.apply(ScrubTo(Applied(41)));
    program.apply(Action::LevelSideA);
    program.rest();
    assert_eq!((side_a(&program).expect("A").contains("Some(41)"), differing(&program)), (true, Some(0)));
    // The way back leads to where one was.
    program.apply(Action::Back);
    program.rest();
    assert_eq!(program.applied(), 57);
}

#[test]
fn the_first_difference_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = Some(sample("reducers.mjs"));
    let user = folder.path().join("users.js");
    let text = "export default (s = { by: {} }, e) => ({ by: { ...s.by, [e.metadata.userId]: e.version } })";
    std::fs::write(&user, text).expect("written");
    let metadata = "UPDATE emt_messages SET message_metadata = '{\"userId\":\"nobody\"}' WHERE stream_position = 100";
    let payload =
        "UPDATE emt_messages SET message_data = '{\"at\":\"2026-09-29\",\"amount\":1}' WHERE stream_position = 57";
    let cases: [(&str, &[&str], _, &str); 8] = [
        ("none", &[], &plain, "Same to the end, v214: events and states."),
        ("payload", &[payload], &plain, "Same until v56; at v57 Withdrawn has another payload there."),
        (
            "shorter",
            &["DELETE FROM emt_messages WHERE stream_position > 150"],
            &plain,
            "Same until v150; it ends there, and goes on here with v151 ",
        ),
        ("gap", &["DELETE FROM emt_messages WHERE stream_position = 42"], &plain, "Same until v41; then here v42 "),
        ("metadata", &[metadata], &plain, "Same to the end, v214: events and states. Metadata differ from v100 on."),
        (
            "late",
            &[metadata, "DELETE FROM emt_messages WHERE stream_position > 150"],
            &plain,
            "Same until v150; it ends there",
        ),
        ("state", &[metadata], &Some(user.clone()), "Same until v99; at v100 "),
        (
            "first",
            &["UPDATE emt_messages SET message_type = 'Other' WHERE stream_position = 1"],
            &plain,
            "From the start on: at v1 here ",
        ),
    ];
    for (name, statements, reducer, sentence) in cases {
        let at = folder.path().join(name);
        std::fs::create_dir(&at).expect("made");
        let mut program = two(&at, statements, reducer.clone());
        compare_with(&mut program, "");
        let words = divergence(&mut program);
        assert!(words.starts_with(sentence), "{name}: {words}");
        let leads = command::GO_TO_DIVERGENCE.enabled(program.app.commands()).is_ok();
        assert_eq!(leads, !words.starts_with("Same to the end"), "{name}: {words}");
        if name == "state" {
            assert!(words.contains("leads to another state there. Metadata differ from v100 on."), "{words}");
        }
    }
}

#[test]
fn a_search_for_the_first_difference_can_be_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    // Every state takes a while, and the positions of the events differ from the first on.
    let slow = folder.path().join("slow.js");
    let text = "export default (s = { n: 0 }, e) => { let x = 0; for (let i = 0; i < 3e5; i++) x += i; return { n: s.n + 1 } }";
    std::fs::write(&slow, text).expect("written");
    let metadata = "UPDATE emt_messages SET message_metadata = '{}' WHERE stream_position > 0";
    let mut program = two(folder.path(), &[metadata], Some(slow));
    compare_with(&mut program, "");
    program.apply(Action::FindDivergence);
    assert!(program.app.commands().filtering, "Esc ends it");
    let stop = command::STOP.action(program.app.commands());
    program.apply(stop);
    program.rest();
    let commands = program.app.commands();
    assert!(!commands.filtering && commands.comparing && !commands.diverges);
}

#[test]
fn what_the_other_store_gains_is_taken_in_and_closing_it_ends_the_comparison() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = "DELETE FROM emt_messages WHERE stream_position > 150";
    let mut program = two(folder.path(), &[cut], Some(sample("reducers.mjs")));
    compare_with(&mut program, "");
    assert_eq!(side_a(&program).as_deref(), Some("account-1042 in Some(\"backup.db\") Some(57) of 150"));
    // The same events come back, at the end of the store.
    let conn = rusqlite::Connection::open(folder.path().join("backup.db")).expect("a store");
    let attach = format!("ATTACH '{}' AS live", sample("bank.db").display());
    conn.execute(&attach, []).expect("attached");
    let names = "stream_id, stream_position, partition, message_kind, message_data, message_metadata, message_schema_version, message_type, message_id, is_archived, created";
    let back = format!(
        "INSERT INTO emt_messages ({names}, global_position) SELECT {names}, global_position + 100000 FROM live.emt_messages WHERE stream_id = 'account-1042' AND stream_position > 150"
    );
    conn.execute(&back, []).expect("inserted");
    drop(conn);
    program.apply(Action::ShowNthStore(1));
    program.until("the store's growth", |program| program.app.commands().store_changed);
    program.apply(Action::Reload);
    program.until("its events", |program| !program.app.commands().store_changed);
    program.apply(Action::ShowNthStore(0));
    program.until("them beside the playhead", |program| side_a(program).is_some_and(|a| a.ends_with(" of 214")));
    program.rest();
    assert_eq!(side_a(&program).as_deref(), Some("account-1042 in Some(\"backup.db\") Some(57) of 214"));
    assert_eq!(differing(&program), Some(0));
    let other = program.app.view().toolbar.tabs[1].id;
    program.apply(Action::CloseTab(other));
    program.rest();
    assert_eq!((side_a(&program), differing(&program)), (None, None));
    assert!(!program.app.commands().comparing);
    match program.workspace().notice {
        Some(NoticeView::Note(words)) => assert!(words.starts_with("backup.db was closed"), "{words}"),
        _ => panic!("nothing is said"),
    }
}

#[test]
fn point_a_is_moved_by_the_same_keys() {
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs");
    settle(&mut window);
    write(&mut window, "a");
    write(&mut window, "d");
    write(&mut window, ",");
    wait_for(&mut window, "A: v56 ⇄ v57");
    let balance = |version| expected("account-1042", version)["balance"].clone();
    wait_for(&mut window, &format!("balance {}, changed, was {}", balance(57), balance(56)));
    write(&mut window, ".");
    write(&mut window, ".");
    wait_for(&mut window, "A: v58 ⇄ v57");
}

// --- Between runs --------------------------------------------------------------------

/// What the settings are after the program's end.
fn left(program: &Program, mut settings: Settings) -> Settings {
    for change in program.effects.iter().filter_map(|effect| match effect {
        eventglass::app::Effect::Save(change) => Some(change),
        _ => None,
    }) {
        settings.apply(change);
    }
    program.app.remember_all().iter().for_each(|change| settings.apply(change));
    settings
}

#[test]
fn point_a_is_kept_between_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = altered(folder.path(), "b.db", &[]);
    let open = |settings: &Settings, place: Place| {
        let mut program = Program::new(settings.clone(), Start { places: vec![place], ..Start::default() });
        program.rest();
        program
    };
    let at = Place { store: store.clone(), ..bank(57, None) };
    let mut program = open(&settings(), at.clone());
    program.apply(Action::SetPointA(Applied(12)));
    let kept = left(&program, settings());
    // In the file it is a number under the stream's name.
    let text = serde_json::to_string(&kept).expect("text");
    assert!(text.contains(r#""points_a":{"account-1042":12}"#), "{text}");
    let kept: Settings = serde_json::from_str(&text).expect("settings");
    // The store alone comes back as it was left, and so does A; as it does where a place is named.
    for place in [Place::of(&store), at] {
        let mut program = open(&kept, place);
        assert_eq!(program.app.commands().point_a, Some(Applied(12)));
        program.apply(Action::Compare(true));
        program.rest();
        assert!(differing(&program).is_some_and(|count| count > 0));
        // What is taken away does not come back.
        program.apply(Action::SetPointA(Applied(12)));
        let kept = left(&program, kept.clone());
        assert_eq!(open(&kept, Place::of(&store)).app.commands().point_a, None);
        let memory = kept.recent.iter().map(|Recent { memory, .. }| &memory.points_a);
        assert!(memory.into_iter().all(|points| points.is_empty()));
    }
}

#[test]
fn a_change_of_the_settings_keeps_points_of_other_windows() {
    let mut all = Settings::default();
    let recent = Recent { place: Place::of("/a.db"), ..Recent::default() };
    all.apply(&SettingsChange::Opened(Box::new(recent)));
    let mut leave = |points: &[(&str, Option<u64>)]| {
        let mut left = (Place::of("/a.db"), all.recent[0].memory.clone());
        left.1.points_a = points.iter().map(|(name, point)| ((*name).to_owned(), *point)).collect();
        all.apply(&SettingsChange::Remember("/a.db".into(), Box::new(left)));
        all.recent[0].memory.points_a.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(leave(&[("s-1", Some(3))]), "s-1");
    assert_eq!(leave(&[("s-2", Some(4))]), "s-1 s-2");
    assert_eq!(leave(&[("s-1", None)]), "s-2");
}
