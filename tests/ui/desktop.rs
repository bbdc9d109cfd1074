//! The program among the desktop's: what it writes for that, and a file manager's way of
//! starting it (`gio launch`), which comes to one window.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use egui_kittest::kittest::Queryable;
use eventglass::app::action::Action;
use eventglass::app::{Effect, Start};

use crate::program::{Program, bank, drawn, problem, sample, settings, settle, start, wait_for};
use crate::window::{Display, ends, wait};

/// A user's folders, with nothing of the machine's but the types of files.
struct User {
    folder: tempfile::TempDir,
}

impl User {
    fn new() -> User {
        let user = User { folder: tempfile::tempdir().expect("a folder") };
        for name in ["data", "config", "others/applications"] {
            std::fs::create_dir_all(user.folder.path().join(name)).expect("a folder");
        }
        std::os::unix::fs::symlink("/usr/share/mime", user.folder.path().join("others/mime")).expect("linked");
        user
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn entry(&self) -> PathBuf {
        self.data().join("applications/eventglass.desktop")
    }

    /// Gives a command these folders.
    fn at_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let folder = self.folder.path();
        command
            .env("HOME", folder)
            .env("XDG_DATA_HOME", self.data())
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_DATA_DIRS", folder.join("others"))
            .env("LC_ALL", "C.UTF-8")
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.at_home(&mut Command::new(program)).args(arguments).output().expect("sh tests/setup.sh installs it")
    }

    /// What the program itself says.
    fn says(&self, argument: &str) -> String {
        let output = self.run(env!("CARGO_BIN_EXE_eventglass"), &[argument]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{argument}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn gio(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.run("gio", arguments).stdout).into_owned()
    }

    /// Every file in the user's folder of data, with what is in it.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.data()];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                found.insert(path.clone(), Vec::new());
                open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            } else {
                found.insert(path.clone(), std::fs::read(&path).expect("a file"));
            }
        }
        found
    }
}

#[test]
fn the_desktop_gets_an_entry_and_loses_exactly_that() {
    let user = User::new();
    let before = user.files();
    let said = user.says("--install-desktop");
    let entry = user.entry();
    assert!(said.contains(&format!("Wrote {}.", entry.display())), "{said}");
    let valid = user.run("desktop-file-validate", &[entry.to_str().expect("a plain path")]);
    assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stdout));
    let text = std::fs::read_to_string(&entry).expect("the entry");
    assert!(text.contains(&format!("Exec=\"{}\" %F\n", env!("CARGO_BIN_EXE_eventglass"))), "{text}");
    assert!(user.gio(&["mime", "application/vnd.sqlite3"]).contains("eventglass.desktop"));
    assert!(!user.folder.path().join("config/mimeapps.list").exists(), "nobody's default");
    assert!(!user.data().join("applications/mimeapps.list").exists(), "nobody's default");
    // Twice is as once.
    let once = user.files();
    assert_eq!(user.says("--install-desktop"), said);
    assert_eq!(user.files().keys().collect::<Vec<_>>(), once.keys().collect::<Vec<_>>());
    user.says("--uninstall-desktop");
    assert_eq!(user.files(), before);
    assert_eq!(user.says("--uninstall-desktop"), "There was nothing to take out.\n");
}

#[test]
fn what_others_put_on_the_desktop_stays() {
    let user = User::new();
    for (path, text) in [
        ("applications/mine.desktop", "[Desktop Entry]\nType=Application\nName=Mine\nExec=mine\n"),
        ("mime/packages/mine.xml", "<mime-info xmlns=\"http://www.freedesktop.org/standards/shared-mime-info\"/>"),
        ("icons/hicolor/scalable/apps/mine.svg", "<svg/>"),
    ] {
        let path = user.data().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    let before = user.files();
    user.says("--install-desktop");
    user.says("--uninstall-desktop");
    let after = user.files();
    for (path, bytes) in before.iter().filter(|(path, _)| path.is_file()) {
        assert_eq!(after.get(path), Some(bytes), "{}", path.display());
    }
    // One of our name that is not ours is neither replaced nor removed.
    let entry = user.entry();
    std::fs::write(&entry, "[Desktop Entry]\n").expect("written");
    let output = user.run(env!("CARGO_BIN_EXE_eventglass"), &["--install-desktop"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("is not of this command\nhelp: "), "{said}");
    user.says("--uninstall-desktop");
    assert_eq!(std::fs::read_to_string(entry).expect("it stays"), "[Desktop Entry]\n");
}

#[test]
fn a_type_that_another_program_opens_is_left_to_it() {
    let user = User::new();
    let others = user.folder.path().join("others/applications");
    std::fs::write(
        others.join("browser.desktop"),
        "[Desktop Entry]\nType=Application\nName=Browser\nExec=true %F\nMimeType=application/vnd.sqlite3;text/plain;\n",
    )
    .expect("written");
    assert!(user.run("update-desktop-database", &[others.to_str().expect("plain")]).status.success());
    let opened_by = |kind: &str| {
        let text = user.gio(&["mime", kind]);
        text.lines().next().and_then(|line| line.rsplit(": ").next()).unwrap_or_default().to_owned()
    };
    assert_eq!(opened_by("application/vnd.sqlite3"), "browser.desktop");
    let said = user.says("--install-desktop");
    assert!(said.contains("application/vnd.sqlite3 are left to browser.desktop"), "{said}");
    for kind in ["application/vnd.sqlite3", "application/sql", "text/plain"] {
        assert_eq!(opened_by(kind), "browser.desktop", "{kind}");
    }
    assert_eq!(opened_by("application/vnd.eventglass.lines"), "eventglass.desktop");
}

#[test]
fn files_have_a_type_by_what_is_in_them() {
    let user = User::new();
    user.says("--install-desktop");
    let bank = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores/bank/bank.db")).expect("bank");
    for (name, bytes, kind) in [
        ("store", &bank[..], "application/vnd.sqlite3"),
        ("log", b"{\"stream\":\"a\",\"version\":1,\"type\":\"T\"}\n", "application/vnd.eventglass.lines"),
        ("cloud", b"{\"id\":\"1\",\"specversion\":\"1.0\",\"type\":\"T\"}\n", "application/vnd.eventglass.lines"),
        ("script", b"--\n-- PostgreSQL database dump\n--\n", "application/vnd.eventglass.dump"),
        ("archive", b"PGDMP\x01\x0e\0\x04\x08\x01", "application/vnd.eventglass.archive"),
        ("letter", b"Dear all,\n", "text/plain"),
        ("other", b"{\"name\":\"a\"}\n", "text/plain"),
        ("dump.sql", b"--\n-- PostgreSQL database dump\n--\n", "application/sql"),
        ("a.json", b"{\"stream\":\"a\"}\n", "application/json"),
    ] {
        let path = user.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let info = user.gio(&["info", "-a", "standard::content-type", path.to_str().expect("plain")]);
        let got = info.lines().find_map(|line| line.trim().strip_prefix("standard::content-type: "));
        if name == "other" {
            // What the desktop makes of it is not ours to say; ours it is not.
            assert!(got.is_some_and(|kind| !kind.contains("eventglass")), "{info}");
        } else {
            assert_eq!(got, Some(kind), "{name}");
        }
    }
}

/// The windows of the program on a display, by their titles.
fn windows(display: &Display) -> Vec<(String, String)> {
    let ids = display.xdotool(&["search", "--onlyvisible", "--class", "eventglass"]);
    ids.lines().map(|id| (id.to_owned(), display.xdotool(&["getwindowname", id]))).collect()
}

#[test]
fn a_file_manager_opens_stores_and_one_window_takes_those_of_later_starts() {
    let display = Display::start();
    let user = User::new();
    user.says("--install-desktop");
    let folder = user.folder.path().join("stores of Åsa, 50% #1?");
    std::fs::create_dir(&folder).expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores");
    let names = ["bank store.db", "böcker & \"annat\".db", "file.db"];
    for name in names {
        std::fs::copy(root.join("bank/bank.db"), folder.join(name)).expect("copied");
    }
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    let launch = |what: &[&Path]| {
        let mut command = display.command("gio");
        let started = user.at_home(&mut command).arg("launch").arg(user.entry()).args(what).status();
        assert!(started.expect("gio runs").success());
    };
    let shows = |wanted: &str| {
        let mut seen = Vec::new();
        let came = wait(Duration::from_secs(60), || {
            seen = windows(&display);
            matches!(&seen[..], [(_, title)] if title.contains(wanted))
        });
        assert!(came, "{wanted} is not what the one window shows: {seen:?}");
        seen.swap_remove(0).0
    };
    // Two at once: the first of them is in front.
    launch(&[&paths[0], &paths[1]]);
    let window = shows(names[0]);
    display.xdotool(&["windowactivate", "--sync", &window]);
    let second = wait(Duration::from_secs(30), || {
        display.xdotool(&["key", "ctrl+Tab"]);
        std::thread::sleep(Duration::from_millis(300));
        display.xdotool(&["getwindowname", &window]).contains(names[1])
    });
    assert!(second, "the other is a tab");
    // A later start, by a URL and of a folder, comes to the same window.
    let mut later = display.command(env!("CARGO_BIN_EXE_eventglass"));
    let url = url_of(&paths[2]);
    let mut later = later.arg(&url).spawn().expect("it starts");
    assert_eq!(ends(&mut later), Some(0), "it hands over and ends");
    assert_eq!(shows(names[2]), window);
    let log = folder.join("a log");
    std::os::unix::fs::symlink(root.join("kurrentdb/db"), &log).expect("linked");
    launch(&[&log]);
    assert_eq!(shows("a log"), window);
    // One that is not to join, or that says how stores are read, has a window of its own.
    let mut own = display.command(env!("CARGO_BIN_EXE_eventglass"));
    let mut own = own.arg("--new-window").stdout(Stdio::null()).spawn().expect("it starts");
    assert!(wait(Duration::from_secs(60), || windows(&display).len() == 2), "{:?}", windows(&display));
    drop(own.kill());
    drop(own.wait());
    display.xdotool(&["windowactivate", "--sync", &window]);
    let gone = wait(Duration::from_secs(60), || {
        display.xdotool(&["windowactivate", "--sync", &window]);
        display.xdotool(&["key", "ctrl+q"]);
        std::thread::sleep(Duration::from_millis(300));
        windows(&display).is_empty()
    });
    assert!(gone, "{:?}", windows(&display));
    let run = display.home.path().join("run");
    let left = || {
        std::fs::read_dir(&run)
            .expect("a folder")
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|kind| kind == "sock"))
    };
    assert!(wait(Duration::from_secs(30), || !left()), "the socket goes with the window");
}

/// The URL of a file as file managers write it.
fn url_of(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.fold("file://".to_owned(), |url, byte| match plain(*byte) {
        true => url + &char::from(*byte).to_string(),
        false => url + &format!("%{byte:02X}"),
    })
}

#[test]
fn the_menu_adds_the_program_to_the_desktop_and_what_came_of_it_is_said() {
    let mut window = drawn(Program::new(settings(), Start::default()), [1440.0, 900.0]);
    window.run_steps(2);
    window.get_by_label("Help").click();
    window.run_steps(3);
    window.get_by_label_contains("Add to the desktop").click();
    window.run_steps(3);
    assert!(window.state().effects.contains(&Effect::AddToDesktop));
    window.state_mut().apply(Action::AddedToDesktop(Ok("Added to the desktop.".to_owned())));
    window.run_steps(2);
    window.get_by_label("Added to the desktop.");
    let problem = problem("Eventglass was not added to the desktop");
    window.state_mut().apply(Action::AddedToDesktop(Err(problem)));
    window.run_steps(2);
    window.get_by_label_contains("Eventglass was not added to the desktop");
}

#[test]
fn a_reducer_beside_a_store_is_offered_and_not_applied() {
    let offered = "reducers.mjs lies beside the store. It is not applied unasked.";
    let mut window = start(bank(57, None));
    wait_for(&mut window, offered);
    wait_for(&mut window, "Reducer Merge, a guess");
    window.get_by_label("Use it").click();
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    assert!(window.query_by_label(offered).is_none(), "the bar is over with the choice");
    // Where one is chosen, none is offered.
    let mut window = start(bank(57, Some(sample("reducers.mjs"))));
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    settle(&mut window);
    assert!(window.query_by_label(offered).is_none());
}

#[test]
fn a_reducer_that_cannot_be_used_says_where_it_was_looked_for_and_the_one_in_use_stays() {
    let said = "there is no file /nowhere/fold.mjs";
    let named = sample("reducers.mjs").to_string_lossy().into_owned();
    let mut window = start(bank(57, Some("/nowhere/fold.mjs".into())));
    wait_for(&mut window, said);
    // What was said is over with the next one.
    window.state_mut().apply(Action::UseReducer(named));
    wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    assert!(window.query_by_label_contains(said).is_none());
    for wrong in ["/nowhere/fold.mjs", "/nowhere/fold.py"] {
        window.state_mut().apply(Action::UseReducer(wrong.to_owned()));
        wait_for(&mut window, &format!("there is no file {wrong}"));
        wait_for(&mut window, "Reducer reducers.mjs, 0 errors");
    }
    window.state_mut().apply(Action::ClearReducer);
    wait_for(&mut window, "Reducer Merge, a guess");
    assert!(window.query_by_label_contains("there is no file").is_none());
}
