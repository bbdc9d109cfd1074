//! The real program for tests: the [`App`] with its threads and a real store, drawn without a
//! display; or with the threads' end of the channels in the test's own hands.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use eventglass::app::action::Action;
use eventglass::app::place::{Place, Start};
use eventglass::app::settings::{Settings, SettingsChange};
use eventglass::app::view::{Screen, WorkspaceView};
use eventglass::app::{App, Effect, Folders};
use eventglass::formats::{Fetcher, Opened, PageRow, ReadError, Scanner, Store};
use eventglass::index::{At, Header, IndexBuilder};
use eventglass::model::json::parse_text;
use eventglass::model::{
    Applied, Content, Marks, Node, Numbering, Position, Problem, RecordedEvent, RowKey, StreamStatus, Version,
};
use eventglass::session::{Answer, Far, IndexNews, Reading, Session, StateNews, Ticket};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// In which state the window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The bank, account-1042 at version 57, with its reducers.
    Full,
    /// The same without a reducer.
    Guess,
    /// The same with a reducer that throws at version 58.
    Threw,
    /// A store without streams.
    Empty,
    /// A store whose first scan is under way.
    Loading,
    /// A store whose reducer cannot start, and that can no longer be read.
    Unreadable,
    /// No store; one that was opened before.
    Welcome,
    /// A file that is no store.
    Failed,
    /// A store whose columns no framework knows.
    Unmapped,
}

pub const CASES: [Case; 9] = [
    Case::Full,
    Case::Guess,
    Case::Threw,
    Case::Empty,
    Case::Loading,
    Case::Unreadable,
    Case::Welcome,
    Case::Failed,
    Case::Unmapped,
];

/// The app and what a test wants to know of it.
pub struct Program {
    pub app: App,
    pub effects: Vec<Effect>,
    /// What panels and keys asked for, in order.
    pub log: Vec<Action>,
    /// The threads' ends, where the test plays them.
    pub far: Arc<Mutex<Vec<Far>>>,
    /// How often a thread asked for a frame.
    pub wakes: Arc<AtomicUsize>,
    started: Instant,
    folder: tempfile::TempDir,
}

pub type Window = Harness<'static, Program>;

pub fn sample(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores/bank").join(file)
}

/// Settings that show the same everywhere.
pub fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.apply(&SettingsChange::Utc(true));
    settings
}

fn folders(folder: &Path) -> Folders {
    Folders {
        cache: folder.join("cache"),
        dialects: folder.join("dialects"),
        samples: sample("").parent().map(Path::to_owned),
    }
}

impl Program {
    /// The program as it is, with threads of its own.
    pub fn new(settings: Settings, start: Start) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let wakes = Arc::new(AtomicUsize::new(0));
        let woken = Arc::clone(&wakes);
        let waker = Arc::new(move || {
            woken.fetch_add(1, Ordering::Relaxed);
        });
        let app = App::new(folders(folder.path()), settings, waker, start);
        Program { wakes, ..Program::around(app, Arc::default(), folder) }
    }

    /// The program with sessions whose other end the test plays.
    pub fn played(settings: Settings, start: Start) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let far: Arc<Mutex<Vec<Far>>> = Arc::default();
        let opened = Arc::clone(&far);
        let opener = Box::new(move |opening: eventglass::session::Opening| {
            let (session, other) = Session::pair(opening.waker);
            opened.lock().expect("a lock").push(other);
            session
        });
        let app = App::with_opener(folders(folder.path()), settings, Arc::new(|| {}), start, opener);
        Program::around(app, far, folder)
    }

    fn around(app: App, far: Arc<Mutex<Vec<Far>>>, folder: tempfile::TempDir) -> Program {
        let (effects, log, wakes) = (Vec::new(), Vec::new(), Arc::default());
        Program { app, effects, log, far, wakes, started: Instant::now(), folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the playhead stands.
    pub fn applied(&self) -> u64 {
        self.app.commands().applied.0
    }

    /// What the panels of an open store draw.
    pub fn workspace(&self) -> Box<WorkspaceView<'_>> {
        match self.app.view().screen {
            Screen::Workspace(workspace) => workspace,
            _ => panic!("no store is open"),
        }
    }

    /// The path that is selected in a tree, as a JSON pointer.
    pub fn selected(&self) -> Option<String> {
        self.workspace().status.selected.map(ToString::to_string)
    }

    pub fn poll(&mut self) {
        self.app.poll(self.started.elapsed().as_secs_f64());
        self.effects.extend(self.app.take_effects());
    }

    pub fn apply(&mut self, action: impl Into<Action>) {
        self.app.dispatch(action.into());
        self.effects.extend(self.app.take_effects());
    }

    /// Lets the threads of the `nth` session say something.
    pub fn answer(&self, nth: usize, answer: Answer) {
        assert!(self.far.lock().expect("a lock")[nth].out.send(answer), "nobody listens");
    }

    /// Polls until everything that was asked is answered.
    pub fn rest(&mut self) {
        let mut quiet = 0;
        self.until("rest", |program| {
            quiet = if program.app.is_waiting() { 0 } else { quiet + 1 };
            quiet == 3
        });
    }

    /// Polls until this holds.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&Program) -> bool) {
        let patience = Instant::now();
        loop {
            self.poll();
            if holds(self) {
                return;
            }
            assert!(patience.elapsed() < PATIENCE, "{what} does not come");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// What was put on the clipboard, in order.
    pub fn copied(&self) -> Vec<String> {
        let copied = |effect: &Effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        };
        self.effects.iter().filter_map(copied).collect()
    }

    /// Draws one frame.
    pub fn draw(&mut self, ui: &mut egui::Ui) {
        self.poll();
        let mut actions = Vec::new();
        eventglass::ui::root::root_ui(ui, &self.app.view(), &mut actions);
        if !actions.is_empty() {
            ui.ctx().request_repaint();
        }
        self.log.extend(actions.iter().cloned());
        self.app.dispatch_all(actions);
        self.effects.extend(self.app.take_effects());
    }

    /// The same without the margin that the harness leaves.
    pub fn draw_whole(&mut self, ui: &mut egui::Ui) {
        let whole = ui.ctx().content_rect();
        let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(whole));
        ui.set_clip_rect(whole);
        self.draw(&mut ui);
    }
}

/// A window on a program.
pub fn drawn(program: Program, size: [f32; 2]) -> Window {
    Harness::builder()
        .with_size(size)
        .with_max_steps(12)
        // One merchant of the bank is Japanese; the fonts of the desktop are not there.
        .allow_missing_glyphs()
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui_state(|ui, program: &mut Program| program.draw(ui), program)
}

/// A window on a store, as the command line opens it.
pub fn start(place: Place) -> Window {
    drawn(Program::new(settings(), Start { places: vec![place], ..Start::default() }), [1440.0, 900.0])
}

pub fn bank(at: i64, reducer: Option<PathBuf>) -> Place {
    Place {
        stream: Some("account-1042".to_owned()),
        at: At::Version(Version(at)),
        reducer: reducer.map(|path| path.to_string_lossy().into_owned()),
        ..Place::of(sample("bank.db"))
    }
}

/// The window in a state, at rest.
pub fn window(case: Case) -> Window {
    sized(case, [1440.0, 900.0])
}

/// The same, of another size.
pub fn sized(case: Case, size: [f32; 2]) -> Window {
    let start = |place| Start { places: vec![place], ..Start::default() };
    let mut window = match case {
        Case::Full => drawn(Program::new(settings(), start(bank(57, Some(sample("reducers.mjs"))))), size),
        Case::Guess => drawn(Program::new(settings(), start(bank(57, None))), size),
        Case::Threw => {
            let folder = tempfile::tempdir().expect("a folder");
            let reducer = folder.path().join("account.js");
            let text = "export default (s = { n: 0 }, e) => { if (e.version === 58) throw new TypeError('no plan'); return { n: s.n + 1 } }";
            std::fs::write(&reducer, text).expect("written");
            let mut window = drawn(Program::new(settings(), start(bank(60, Some(reducer)))), size);
            // The reducer is read while its folder is there.
            settle(&mut window);
            window
        }
        Case::Failed => {
            let mut program = Program::new(settings(), Start::default());
            let path = program.folder().join("picture.png");
            std::fs::write(&path, b"\x89PNG\r\n\x1a\n").expect("written");
            program.apply(Action::OpenFiles(vec![path]));
            drawn(program, size)
        }
        Case::Unmapped => {
            let mut program = Program::new(settings(), Start::default());
            let path = program.folder().join("notes.jsonl");
            let line = |n: u32| {
                format!(
                    "{{\"about\":\"n-{}\",\"nr\":{},\"did\":\"Did{}\",\"body\":{{\"n\":{n}}}}}\n",
                    n % 5,
                    n / 5,
                    n % 3
                )
            };
            std::fs::write(&path, (0..40).map(line).collect::<String>()).expect("written");
            program.apply(Action::OpenFiles(vec![path]));
            drawn(program, size)
        }
        Case::Welcome => {
            let mut settings = settings();
            // Two of one name.
            for path in ["/home/ada/backup/orders.jsonl", "/home/ada/stores/orders.jsonl"] {
                let (place, dialect) = (Place::of(path), "plain".to_owned());
                let recent = eventglass::app::settings::Recent { place, dialect, ..Default::default() };
                settings.apply(&SettingsChange::Opened(Box::new(recent)));
            }
            drawn(Program::new(settings, Start::default()), size)
        }
        Case::Empty | Case::Loading | Case::Unreadable => drawn(played(case), size),
    };
    match case {
        Case::Full | Case::Guess | Case::Threw | Case::Failed | Case::Unmapped => settle(&mut window),
        _ => window.run_steps(4),
    }
    if case == Case::Full {
        window.state_mut().apply(Action::SetStreamFilter("104".into()));
        settle(&mut window);
    }
    window.state_mut().log.clear();
    window
}

/// A store whose threads the test plays.
fn played(case: Case) -> Program {
    let program =
        Program::played(settings(), Start { places: vec![Place::of("/pretended/bank.db")], ..Start::default() });
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    match case {
        Case::Empty => program.answer(0, Answer::Index(IndexNews { reading: Reading::Done, ..IndexNews::default() })),
        Case::Loading => program.answer(0, Answer::Index(index(4_812, 1, Reading::Running))),
        _ => {
            program.answer(0, Answer::Index(index(1, 3, Reading::Done)));
            program.answer(0, Answer::ReadFailed(problem("Events could not be read")));
            let ticket = Ticket { stream: 1, reducer: 1, seek: 1 };
            program.answer(0, Answer::ReducerFailed { ticket, problem: problem("account.js cannot start") });
            let news = state_news(ticket, 3, Node::Null);
            let problem = Some(problem("account.js cannot start"));
            program.answer(0, Answer::State(Box::new(StateNews { problem, event: Some(event(2)), ..news })));
        }
    }
    program
}

/// The state after so many events of the first stream of [`index`].
pub fn state_news(ticket: Ticket, applied: u64, state: Node) -> StateNews {
    let version = |applied: u64| applied.checked_sub(1).map(|place| Version(place as i64));
    StateNews {
        ticket,
        asked: Applied(applied),
        applied: Applied(applied),
        state,
        previous: None,
        against: None,
        changes: Vec::new(),
        links: Vec::new(),
        emitted: Vec::new(),
        event: None,
        version: version(applied),
        previous_version: version(applied.saturating_sub(1)),
        reducer: Arc::from("merge"),
        guess: true,
        problem: None,
        raw: None,
    }
}

/// An event of the first stream of [`index`].
pub fn event(version: i64) -> RecordedEvent {
    RecordedEvent {
        key: RowKey(version),
        stream: Arc::from("account-0"),
        version: Version(version),
        position: Position::Number(version + 7),
        id: None,
        event_type: Arc::from("Deposited"),
        time: None,
        time_text: None,
        marks: eventglass::model::Marks::NONE,
        category: "account".into(),
        data: parse_text(r#"{"amount":7}"#).node,
        data_json: None,
        metadata: Node::Null,
        undecodable: None,
        raw: Arc::from(*br#"{"amount":7}"#),
    }
}

pub fn problem(what: &str) -> Problem {
    Problem {
        what: what.to_owned(),
        cause: "page 12 is not a database page".to_owned(),
        help: "copy the file again from where it came".to_owned(),
    }
}

/// A snapshot with streams `account-0`, `account-1` … of so many events each.
pub fn index(streams: u32, events: i64, reading: Reading) -> IndexNews {
    let names: Vec<String> = (0..streams).map(|stream| format!("account-{stream}")).collect();
    let all: Vec<(&str, i64)> = names.iter().flat_map(|name| (0..events).map(|version| (&**name, version))).collect();
    index_of(&all, reading)
}

/// A snapshot of these events: stream, where it may be `NAME (archived)`, and version.
pub fn index_of(events: &[(&str, i64)], reading: Reading) -> IndexNews {
    let mut builder = IndexBuilder::of_store(Numbering::default(), &[], true);
    for (at, (name, version)) in events.iter().enumerate() {
        let stream = name.strip_suffix(" (archived)");
        builder.push(&Header {
            key: RowKey(at as i64),
            stream: stream.unwrap_or(name),
            category: name.split('-').next().unwrap_or_default(),
            event_type: "Deposited",
            version: Some(Version(*version)),
            time: None,
            position: &Position::None,
            status: if stream.is_some() { StreamStatus::Archived } else { StreamStatus::Active },
            marks: Marks::NONE,
            name_form: eventglass::model::NameForm::default(),
            part: 0,
        });
    }
    builder.examine(None);
    let index = builder.publish();
    let list = Arc::new(index.streams().list(&Default::default()));
    IndexNews { index, list, progress: 0.39, reading, ..IndexNews::default() }
}

/// A store that nothing can be read from.
pub fn pretended() -> Opened {
    pretended_at("/pretended/bank.db")
}

/// The same, of this path.
pub fn pretended_at(path: &str) -> Opened {
    struct Nothing;
    impl Store for Nothing {
        fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError> {
            Err(ReadError::new("it is only pretended", "open another"))
        }
        fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError> {
            Err(ReadError::new("it is only pretended", "open another"))
        }
        fn decode(&self, _row: &PageRow<'_>) -> Content {
            panic!("nothing is read from it")
        }
        fn shown(&self, _payload: &[u8], _coding: u8) -> Node {
            panic!("nothing is read from it")
        }
        fn has_global_order(&self) -> bool {
            true
        }
    }
    Opened {
        store: Arc::new(Nothing),
        path: PathBuf::from(path),
        real: PathBuf::from(path),
        format: "sqlite",
        dialect: "emmett-sqlite".to_owned(),
        framework: "Emmett".to_owned(),
        evidence: vec!["emt_messages has its columns".to_owned()],
        bytes: 8_000_000_000,
        findings: Default::default(),
        documents: Arc::new([]),
    }
}

/// Draws until everything that was asked is answered.
pub fn settle(window: &mut Window) {
    let patience = Instant::now();
    let mut quiet = 0;
    while quiet < 3 {
        window.run_steps(1);
        quiet = if window.state().app.is_waiting() { 0 } else { quiet + 1 };
        if quiet == 0 {
            assert!(patience.elapsed() < PATIENCE, "it never comes to rest; there is: {:#?}", labels(window));
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Draws until nothing moves any more and what was asked is answered; where the test plays the
/// threads, nobody answers.
pub fn rest(window: &mut Window) {
    window.run();
    let is_played = !window.state().far.lock().expect("a lock").is_empty();
    while !is_played && window.state().app.is_waiting() {
        settle(window);
        window.run();
    }
}

/// Draws until a node's label contains the text; the threads answer in their own time.
pub fn wait_for(window: &mut Window, text: &str) {
    wait_until(window, text, |window| window.query_all_by_label_contains(text).next().is_some());
}

pub fn wait_until(window: &mut Window, what: &str, holds: impl Fn(&Window) -> bool) {
    let patience = Instant::now();
    loop {
        window.run_steps(2);
        if holds(window) {
            return;
        }
        assert!(patience.elapsed() < PATIENCE, "{what} does not come up; there is: {:#?}", labels(window));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a node says of itself.
pub fn label(node: &egui_kittest::Node<'_>) -> String {
    node.accesskit_node().label().unwrap_or_default()
}

/// Every label and value in the accessibility tree.
pub fn labels(window: &Window) -> Vec<String> {
    let nodes = window.root().children_recursive();
    nodes.flat_map(|node| [node.accesskit_node().label(), node.value()]).flatten().collect()
}

/// Types a text, and waits for what it does.
pub fn write(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run_steps(2);
    settle(window);
}

/// Presses a key, and waits for what it does.
pub fn press(window: &mut Window, key: egui::Key) {
    window.key_press_modifiers(egui::Modifiers::NONE, key);
    window.run_steps(2);
    settle(window);
}

/// Drags by way of a place between, as a hand does.
pub fn drag(window: &mut Window, from: egui::Pos2, to: egui::Pos2) {
    window.hover_at(from);
    settle(window);
    window.drag_at(from);
    settle(window);
    window.hover_at(from + (to - from) * 0.5);
    settle(window);
    window.hover_at(to);
    settle(window);
    window.drop_at(to);
    settle(window);
}

/// A state of the bank as Emmett has it.
pub fn expected(stream: &str, version: u64) -> serde_json::Value {
    let text = std::fs::read_to_string(sample("expected.json")).expect("expected.json");
    let expected: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let states = expected["states"].as_array().expect("states");
    let state = states.iter().find(|state| state["stream"] == stream && state["version"] == version);
    state.expect("a state")["state"].clone()
}
