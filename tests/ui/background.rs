//! What stores cost that nobody looks at: no frame while they are in the background, and no
//! thread and no memory once they are closed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand;
use eventglass::model::Applied;

use crate::program::{Program, bank, sample, settings};

/// How long nothing must happen. A busy machine makes the test weaker, never red.
const QUIET: Duration = Duration::from_millis(700);

fn two(first: Place, second: Place) -> Program {
    let mut program = Program::new(settings(), Start { places: vec![first, second], ..Start::default() });
    for at in [1, 0] {
        program.apply(Action::ShowNthStore(at));
        program.rest();
    }
    program
}

/// The program on this store, at rest, beside a file that is none: nothing wakes but the store.
fn beside_nothing(store: Place) -> Program {
    let mut program = two(store, Place::of(sample("reducers.mjs")));
    // A store at rest still says who wrote what, and how far it folded ahead.
    let patience = Instant::now();
    let mut quiet = (Instant::now(), usize::MAX);
    while quiet.0.elapsed() < Duration::from_millis(200) && patience.elapsed() < Duration::from_secs(60) {
        program.poll();
        let wakes = program.wakes.load(Ordering::Relaxed);
        if wakes != quiet.1 {
            quiet = (Instant::now(), wakes);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    program
}

/// How often the window was woken during a while of doing nothing.
fn wakes(program: &mut Program) -> usize {
    // What was under way when the store left the front has been told.
    std::thread::sleep(Duration::from_millis(100));
    program.until("what is remembered is saved", |program| program.app.next_frame_in().is_none());
    let before = program.wakes.load(Ordering::Relaxed);
    let start = Instant::now();
    while start.elapsed() < QUIET {
        program.poll();
        assert_eq!(program.app.next_frame_in(), None, "the store in front is at rest");
        std::thread::sleep(Duration::from_millis(20));
    }
    program.wakes.load(Ordering::Relaxed) - before
}

/// A log of one stream with so many events.
fn log(folder: &Path, events: u64) -> PathBuf {
    let path = folder.join("log.jsonl");
    let line = |n| format!("{{\"stream\":\"a-1\",\"version\":{n},\"type\":\"Counted\",\"data\":{{\"n\":{n}}}}}\n");
    std::fs::write(&path, (1..=events).map(line).collect::<String>()).expect("written");
    path
}

#[test]
fn a_store_that_plays_pauses_when_it_leaves_the_front() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = beside_nothing(Place::of(log(folder.path(), 100)));
    program.apply(PlaybackCommand::First);
    program.apply(PlaybackCommand::Play);
    program.rest();
    assert!(program.app.next_frame_in().is_some_and(|after| after <= Duration::from_millis(200)), "it plays");
    program.apply(Action::ShowNthStore(1));
    program.rest();
    assert_eq!(wakes(&mut program), 0);
    program.apply(Action::ShowNthStore(0));
    assert!(!program.app.commands().playing);
    assert!(program.applied() < 100, "it did not play on");
}

#[test]
fn a_store_that_folds_in_the_background_wakes_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let reducer = folder.path().join("slow.js");
    let text = "export default (s = { n: 0 }, e) => { let x = 0; for (let i = 0; i < 2000000; i++) x += i; return { n: s.n + 1, x } }";
    std::fs::write(&reducer, text).expect("written");
    let mut program = beside_nothing(Place::of(log(folder.path(), 20_000)));
    program.apply(Action::UseReducer(reducer.to_string_lossy().into_owned()));
    program.until("the reducer", |program| program.app.commands().reducer_chosen);
    assert!(program.app.is_waiting());
    program.apply(Action::ShowNthStore(1));
    // A word that was being said when it left the front may wake once.
    let wakes = wakes(&mut program);
    assert!(wakes <= 1, "woken {wakes} times");
    program.apply(Action::ShowNthStore(0));
    assert!(program.app.is_waiting(), "it was at work all the while");
    program.apply(PlaybackCommand::ScrubTo(Applied(3)));
    program.rest();
    assert_eq!(program.app.title(), "a-1 v3 - log.jsonl");
}

#[test]
fn a_store_that_grows_in_the_background_says_so_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 10);
    let mut program = beside_nothing(Place::of(&path));
    program.apply(Action::ShowNthStore(1));
    program.rest();
    let before = program.wakes.load(Ordering::Relaxed);
    let line = "{\"stream\":\"a-1\",\"version\":11,\"type\":\"Counted\",\"data\":{\"n\":11}}\n";
    let mut file = std::fs::File::options().append(true).open(&path).expect("the log");
    file.write_all(line.as_bytes()).expect("written");
    program.until("news on its tab", |program| program.app.view().toolbar.tabs[0].news);
    assert_eq!(program.wakes.load(Ordering::Relaxed) - before, 1);
    assert_eq!(wakes(&mut program), 0);
}

#[test]
fn a_store_that_is_closed_gives_back_its_threads_and_its_memory() {
    // In a process of its own, for others of this one open and close stores as well.
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "background::in_a_process_of_its_own", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "the test above runs it in a process of its own"]
fn in_a_process_of_its_own() {
    const TIMES: usize = 20;
    const MOST_BYTES: u64 = 20 << 20;
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.db");
    std::fs::copy(sample("bank.db"), &other).expect("copied");
    let mut program = Program::new(settings(), Start { places: vec![bank(57, None)], ..Start::default() });
    program.rest();
    let threads = session_threads();
    assert_eq!(threads, 3, "indexer, replayer and jobs of the store in front");
    let mut warm = 0;
    for time in 0..TIMES + 5 {
        program.apply(Action::OpenPath(other.to_string_lossy().into_owned()));
        program.rest();
        program.apply(Action::UseReducer(sample("reducers.mjs").to_string_lossy().into_owned()));
        program.rest();
        program.apply(Action::SetEventFilter("type:withdrawn".to_owned()));
        program.apply(PlaybackCommand::First);
        program.rest();
        assert_eq!(session_threads(), 6);
        program.apply(Action::CloseStore);
        let patience = Instant::now();
        while session_threads() > threads {
            assert!(patience.elapsed() < Duration::from_secs(60), "the threads of a closed store go on");
            std::thread::sleep(Duration::from_millis(5));
        }
        if time == 4 {
            warm = resident_bytes();
        }
    }
    let now = resident_bytes();
    println!("{} KiB after the first stores, {} KiB after {TIMES} more", warm >> 10, now >> 10);
    assert!(now < warm + MOST_BYTES, "{warm} bytes became {now}");
    assert_eq!(program.app.title(), "account-1042 v57 - bank.db");
}

/// Threads of sessions in this process.
fn session_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc");
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    let names = tasks.filter_map(Result::ok).map(name);
    names.filter(|name| ["indexer", "replayer", "jobs"].contains(&name.trim_end())).count()
}

/// What this process holds in memory.
fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("/proc");
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("pages") * 4_096
}
