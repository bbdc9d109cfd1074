//! The real program in a real window, on a display of the test's own: Xvfb, openbox, xdotool.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A display with a window manager; ended with the test.
pub struct Display {
    pub name: String,
    server: Child,
    manager: Child,
    pub home: tempfile::TempDir,
}

impl Display {
    pub fn start() -> Display {
        let home = tempfile::tempdir().expect("a folder");
        // The server takes a number that is free, and says it when it is ready.
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-noreset",
                "-screen",
                "0",
                "1600x1000x24",
                "+extension",
                "GLX",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts: sh tests/setup.sh installs it");
        let mut number = String::new();
        let said = BufReader::new(server.stdout.take().expect("piped")).read_line(&mut number);
        assert!(said.is_ok_and(|bytes| bytes > 1), "no display could be started");
        let name = format!(":{}", number.trim());
        let manager =
            Command::new("openbox").env("DISPLAY", &name).stderr(Stdio::null()).spawn().expect("openbox starts");
        let display = Display { name, server, manager, home };
        let manages = wait(Duration::from_secs(60), || !display.xdotool(&["get_num_desktops"]).is_empty());
        assert!(manages, "no window manager came up");
        display
    }

    fn program(&self, arguments: &[&str]) -> Child {
        self.command(env!("CARGO_BIN_EXE_eventglass")).args(arguments).spawn().expect("the program starts")
    }

    /// A program on this display, with a home of the test's own.
    pub fn command(&self, program: &str) -> Command {
        use std::os::unix::fs::PermissionsExt;
        let runtime = self.home.path().join("run");
        std::fs::create_dir_all(&runtime).expect("a folder");
        std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).expect("the user's own");
        let mut command = Command::new(program);
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("DISPLAY", &self.name)
            .env("EVENTGLASS_HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", runtime)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stderr(Stdio::null());
        command
    }

    pub fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool").env("DISPLAY", &self.name).args(arguments).output().expect("xdotool runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts the program and waits for its window, which then has the keyboard. A display
    /// that was started just now may turn the first program away, and a window manager that
    /// starts beside it forgets the window's wish to be shown: then once more.
    pub fn open(&self, arguments: &[&str]) -> (Child, String) {
        for _ in 0..4 {
            let mut program = self.program(arguments);
            let pid = program.id().to_string();
            let mut id = String::new();
            wait(Duration::from_secs(30), || {
                id = self.xdotool(&["search", "--onlyvisible", "--pid", &pid]);
                id = id.lines().last().unwrap_or_default().to_owned();
                !id.is_empty() || program.try_wait().expect("asked").is_some()
            });
            if id.is_empty() {
                drop(program.kill());
                drop(program.wait());
                continue;
            }
            let focused = wait(Duration::from_secs(30), || {
                self.xdotool(&["windowactivate", "--sync", &id]);
                self.xdotool(&["getwindowfocus"]) == id
            });
            assert!(focused, "the window does not get the keyboard");
            return (program, id);
        }
        panic!("no window appeared");
    }

    pub fn title_becomes(&self, window: &str, wanted: &str) {
        let mut title = String::new();
        let came = wait(Duration::from_secs(60), || {
            title = self.xdotool(&["getwindowname", window]);
            title == wanted
        });
        assert!(came, "the title is {title:?}, not {wanted:?}");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

pub fn wait(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < patience {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

pub fn ends(program: &mut Child) -> Option<i32> {
    let mut status = None;
    wait(Duration::from_secs(30), || {
        status = program.try_wait().expect("asked");
        status.is_some()
    });
    status.and_then(|status| status.code())
}

#[test]
fn a_real_window_steps_filters_and_closes() {
    let display = Display::start();
    let bank = "sample-stores/bank/bank.db";
    let (mut program, window) = display.open(&[bank, "--stream", "account-1042", "--at", "57"]);
    display.title_becomes(&window, "account-1042 v57 - bank.db");
    for version in [58, 59, 60] {
        display.xdotool(&["key", "Right"]);
        display.title_becomes(&window, &format!("account-1042 v{version} - bank.db"));
    }
    // A filter takes the letters; the playhead does not move by them.
    display.xdotool(&["key", "slash"]);
    display.xdotool(&["type", "--delay", "40", "fee"]);
    std::thread::sleep(Duration::from_millis(500));
    display.title_becomes(&window, "account-1042 v60 - bank.db");
    // Out of the filter the arrows are the playhead's again; a busy machine takes its time.
    let moved = wait(Duration::from_secs(60), || {
        display.xdotool(&["key", "Escape"]);
        std::thread::sleep(Duration::from_millis(500));
        display.xdotool(&["key", "Right"]);
        std::thread::sleep(Duration::from_millis(500));
        display.xdotool(&["getwindowname", &window]) != "account-1042 v60 - bank.db"
    });
    assert!(moved, "the arrow does not move the playhead after a filter");
    display.xdotool(&["key", "ctrl+q"]);
    assert_eq!(ends(&mut program), Some(0));
}

#[test]
fn a_name_with_a_nul_does_not_end_the_program() {
    let display = Display::start();
    let log = display.home.path().join("nul.jsonl");
    std::fs::write(&log, "{\"stream\":\"nul\\u0000mid\",\"version\":1,\"type\":\"T\",\"data\":{}}\n").expect("written");
    let (mut program, window) = display.open(&[log.to_str().expect("a path")]);
    display.title_becomes(&window, "nul\\u0000mid v1 - nul.jsonl");
    display.xdotool(&["key", "ctrl+q"]);
    assert_eq!(ends(&mut program), Some(0));
}

/// The commands of the README's code blocks, without the prompt, and what stands below each.
fn readme_commands() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside && line.trim_end() == "```console";
            continue;
        }
        match (inside, line.strip_prefix("$ ")) {
            (true, Some(command)) => commands.push((command.to_owned(), Vec::new())),
            (true, None) => commands.last_mut().expect("a command above its output").1.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

#[test]
fn the_readmes_commands_do_what_it_says() {
    let commands = readme_commands();
    let program = env!("CARGO_BIN_EXE_eventglass");
    let mut ran = 0;
    for (command, output) in &commands {
        // The test command is what runs this; set-up was done by it.
        let command = command.replace("sh tests/setup.sh run && ", "");
        if command.contains("cargo test") {
            continue;
        }
        let command = command.replace("cargo run --release -- ", "eventglass ");
        let arguments = command.strip_prefix("eventglass ").unwrap_or_else(|| panic!("an unknown command: {command}"));
        let verb = arguments.split(' ').next().unwrap_or_default();
        if ["info", "streams", "events", "state", "diff", "blame", "search", "export", "check", "dialects"]
            .contains(&verb)
        {
            let home = tempfile::tempdir().expect("a folder");
            let result = Command::new("sh")
                .args(["-c", &format!("'{program}' {arguments}")])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .env("EVENTGLASS_HOME", home.path())
                .output()
                .expect("sh runs");
            let printed = String::from_utf8_lossy(&result.stdout);
            let printed: Vec<&str> = printed.lines().collect();
            assert_eq!(printed, *output, "{command}: {}", String::from_utf8_lossy(&result.stderr));
        } else {
            let display = Display::start();
            let words: Vec<&str> = arguments.split(' ').collect();
            let (mut child, window) = display.open(&words);
            let file = Path::new(words[0]).file_name().expect("a file").to_string_lossy().into_owned();
            let named = wait(Duration::from_secs(60), || display.xdotool(&["getwindowname", &window]).contains(&file));
            assert!(named, "{command}");
            display.xdotool(&["key", "ctrl+q"]);
            assert_eq!(ends(&mut child), Some(0), "{command}");
        }
        ran += 1;
    }
    assert!(ran >= 6, "only {ran} commands were found");
}

#[test]
fn without_a_display_the_cause_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_eventglass"))
        .arg("sample-stores/bank/bank.db")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("DISPLAY", ":59999")
        .env("EVENTGLASS_HOME", home.path())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Failed to open connection to X server") && said.contains("check DISPLAY"), "{said}");
}
