//! What the window does, without the window: the one place where state changes.
//!
//! Panels are given views (`views`) and emit [`Action`]s; threads send [`Answer`]s;
//! both arrive here, and what only the desktop can do leaves as [`Effect`]s. No egui,
//! no IO: everything that takes time is asked of the [`Session`].

pub mod action;
mod answers;
pub mod command;
pub mod playback;
pub mod settings;
pub mod timeline;
pub mod view;
mod views;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use action::{Action, Axis, CommandContext, CopyWhat, EventTab, StateTab, Tree};
use playback::{Playback, PlaybackChange};
use settings::{Recent, Settings};

use crate::formats::{OpenChoice, Opened, file_name};
use crate::index::{StreamOrder, StreamRows, StreamSort};
use crate::model::json::{to_text, write_pretty};
use crate::model::{
    Applied, CategoryId, FindingCode, Findings, Node, Pointer, Problem, StreamId, Text, Time, TypeId, Version,
};
use crate::replay::timeline::OnError;
use crate::replay::written::Written;
use crate::session::{
    Answer, CellRow, Choice, IndexNews, PayloadColumn, Reading, ReducerFile, ReducerRead, ReplayAsk, Session,
    StateNews, StoreAsk, Waker, read_reducer,
};

/// What only the desktop can do; the shell does it after each round of actions.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask for a store file.
    PickStore,
    /// Ask for a reducer file, starting in this folder.
    PickReducer(Option<PathBuf>),
    Copy(String),
    SaveSettings(Settings),
    Quit,
}

/// How the program was started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub store: Option<PathBuf>,
    pub stream: Option<String>,
    /// A version, or `initial`.
    pub at: Option<String>,
    pub reducer: Option<String>,
}

/// Folders the app hands on to sessions.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    pub cache: PathBuf,
    pub dialects: PathBuf,
    /// Folder with the sample stores, where there is one.
    pub samples: Option<PathBuf>,
}

/// A state older than this is veiled.
const VEIL_AFTER: Duration = Duration::from_millis(80);
/// Events in a block of cells.
const CELL_BLOCK: u64 = 64;
/// Blocks of cells kept.
const CELL_BLOCKS: usize = 256;
/// Stores remembered.
const RECENT: usize = 12;
/// Streams up to which every category is open at first.
const OPEN_CATEGORIES_UP_TO: usize = 400;

/// Everything the program knows while it runs.
pub struct App {
    waker: Waker,
    folders: Folders,
    settings: Settings,
    session: Option<Session>,
    has_bank: bool,
    reducers: (Sender<ReducerRead>, Receiver<ReducerRead>),
    effects: Vec<Effect>,
    /// Seconds on a steady clock, as of the last [`App::poll`].
    now: f64,

    modal: Option<Modal>,
    opening: Option<String>,
    open_problem: Option<Problem>,
    message: Option<(String, f64)>,
    announcement: String,
    commands: CommandContext,

    path: Option<PathBuf>,
    opened: Option<Arc<Opened>>,
    failed: Option<Problem>,
    start: Start,
    news: IndexNews,
    notice: Option<Notice>,
    evidence: Vec<String>,

    order: StreamOrder,
    toggled_categories: HashSet<CategoryId>,
    /// First row of each category in the list of streams, and one more for the end.
    category_rows: Vec<u64>,
    activity: RefCell<HashMap<StreamId, [u8; 8]>>,

    stream: Option<StreamView>,
    question: u64,
    /// The question with which the shown events were selected.
    select_question: u64,
    /// The first question about this stream and reducer.
    epoch: u64,
    playback: Playback,
    shown: Option<Box<StateNews>>,
    /// Since when the state shown is not the one asked for.
    stale_since: Option<f64>,
    stepped: bool,
    wrote: Vec<String>,
    written: Option<(Applied, Arc<Written>)>,
    revision: u64,
    built: u64,
    event_filter: String,
    filtered: Option<Arc<Vec<u32>>>,
    filtering: bool,
    cells: HashMap<u64, Arc<Vec<CellRow>>>,
    cell_order: VecDeque<u64>,
    wanted_cells: Cell<Option<u64>>,
    asked_cells: HashSet<u64>,
    columns: Vec<PayloadColumn>,

    state_tab: StateTab,
    event_tab: EventTab,
    toggled: HashMap<Tree, HashSet<Pointer>>,
    selected: HashMap<Tree, Pointer>,
    active_tree: Tree,
    findings_open: bool,

    reducer: Option<Arc<ReducerFile>>,
    /// The file that is being read.
    reducer_wanted: Option<String>,
    reducer_overrides: HashMap<String, Option<String>>,
    reducer_problem: Option<Problem>,
    on_error: OnError,
}

/// The sheet in front.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Modal {
    OpenPath,
    ReducerPath,
    Keys,
}

/// The bar above everything.
#[derive(Clone, Debug, PartialEq)]
enum Notice {
    Grew(u64),
    Replaced,
    Problem(Problem),
    Note(String),
}

/// The stream that is shown.
struct StreamView {
    id: StreamId,
    name: Text,
    category: CategoryId,
    category_name: Text,
    rows: StreamRows,
    types: Vec<(TypeId, u64)>,
    /// Idle stretches are longer than this, in microseconds.
    idle: i64,
}

impl App {
    /// A window without a store; `start` says what to open first.
    pub fn new(folders: Folders, settings: Settings, waker: Waker, start: Start) -> App {
        let has_bank = folders.samples.as_ref().is_some_and(|folder| folder.join("bank").is_dir());
        let mut app = App {
            waker,
            folders,
            session: None,
            has_bank,
            reducers: channel(),
            effects: Vec::new(),
            settings,
            now: 0.0,
            modal: None,
            opening: None,
            open_problem: None,
            message: None,
            announcement: String::new(),
            commands: CommandContext::default(),
            path: None,
            opened: None,
            failed: None,
            start: Start::default(),
            news: IndexNews::default(),
            notice: None,
            evidence: Vec::new(),
            order: StreamOrder::default(),
            toggled_categories: HashSet::new(),
            category_rows: vec![0],
            activity: RefCell::default(),
            stream: None,
            question: 0,
            select_question: 0,
            epoch: 0,
            playback: Playback::default(),
            shown: None,
            stale_since: None,
            stepped: false,
            wrote: Vec::new(),
            written: None,
            revision: 0,
            built: 0,
            event_filter: String::new(),
            filtered: None,
            filtering: false,
            cells: HashMap::new(),
            cell_order: VecDeque::new(),
            wanted_cells: Cell::new(None),
            asked_cells: HashSet::new(),
            columns: Vec::new(),
            state_tab: StateTab::default(),
            event_tab: EventTab::default(),
            toggled: HashMap::new(),
            selected: HashMap::new(),
            active_tree: Tree::State,
            findings_open: false,
            reducer: None,
            reducer_wanted: None,
            reducer_overrides: HashMap::new(),
            reducer_problem: None,
            on_error: OnError::Stop,
        };
        if let Some(path) = start.store.clone() {
            app.open(path, start);
        }
        app.refresh();
        app
    }

    /// The window's title.
    pub fn title(&self) -> String {
        match (&self.path, &self.stream) {
            (Some(path), Some(stream)) => {
                let version = match self.version_at(self.playback.applied()) {
                    Some(version) => format!("v{version}"),
                    None => "initial state".to_owned(),
                };
                format!("{} {version} - {}", stream.name, file_name(path))
            }
            (Some(path), None) => format!("{} - Eventglass", file_name(path)),
            _ => "Eventglass".to_owned(),
        }
    }

    /// What the shell must do now.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What commands depend on.
    pub fn commands(&self) -> &CommandContext {
        &self.commands
    }

    /// When to draw again although nothing happens; `None` = only when something does.
    pub fn next_frame_in(&self) -> Option<Duration> {
        if self.playback.is_playing() {
            return Some(Duration::from_secs_f64(1.0 / f64::from(self.playback.speed()).clamp(1.0, 60.0)));
        }
        if self.stale_since.is_some_and(|since| self.now - since < VEIL_AFTER.as_secs_f64()) {
            return Some(VEIL_AFTER);
        }
        let message = self.message.as_ref().map(|(_, until)| Duration::from_secs_f64((until - self.now).max(0.0)));
        message
            .or((self.news.reading == Reading::Running && self.opened.is_some()).then_some(Duration::from_millis(250)))
    }

    /// Takes in what the threads say, and lets time pass.
    pub fn poll(&mut self, now: f64) {
        self.now = now;
        while let Ok(read) = self.reducers.1.try_recv() {
            self.reducer_read(read);
        }
        while let Some(answer) = self.session.as_ref().and_then(Session::answer) {
            self.take(answer);
        }
        if self.message.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.message = None;
        }
        let change = self.playback.tick(now);
        self.moved(change);
        if let Some(block) = self.wanted_cells.take()
            && self.asked_cells.insert(block)
        {
            self.ask_replay(ReplayAsk::Cells {
                question: self.question,
                from: block * CELL_BLOCK,
                to: (block + 1) * CELL_BLOCK,
            });
        }
        self.refresh();
    }

    /// Does what the user asked.
    pub fn dispatch(&mut self, action: Action) {
        match action {
            Action::Playback(command) => {
                let change = self.playback.apply(command);
                self.moved(change);
            }
            Action::SelectEvent(applied) => {
                let change = self.playback.apply(playback::PlaybackCommand::ScrubTo(applied));
                self.moved(change);
            }
            Action::SelectStream(id) => self.select(id, None),
            Action::SetStreamFilter(filter) => {
                self.order.filter = filter;
                self.arrange();
            }
            Action::SetStreamSort(sort) => {
                (self.order.sort, self.order.descending) = match sort {
                    StreamSort::Name => (sort, false),
                    StreamSort::Events | StreamSort::LastTime => (sort, true),
                };
                self.arrange();
            }
            Action::ToggleCategory(id) => {
                if !self.toggled_categories.remove(&id) {
                    self.toggled_categories.insert(id);
                }
                self.flatten();
            }
            Action::SetEventFilter(filter) => self.set_event_filter(filter),
            Action::SetStateTab(tab) => {
                self.state_tab = tab;
                self.ask_replay(ReplayAsk::Raw(tab == StateTab::Raw));
            }
            Action::SetEventTab(tab) => self.event_tab = tab,
            Action::SelectPath(tree, path) => {
                self.active_tree = tree;
                match path {
                    Some(path) => drop(self.selected.insert(tree, path)),
                    None => drop(self.selected.remove(&tree)),
                }
            }
            Action::ToggleExpanded(tree, path) => {
                let toggled = self.toggled.entry(tree).or_default();
                if !toggled.remove(&path) {
                    toggled.insert(path);
                }
                self.revision += 1;
            }
            Action::Copy(what) => self.copy(&what),
            Action::OpenDialog => self.effects.push(Effect::PickStore),
            Action::ShowOpenPath => self.modal = Some(Modal::OpenPath),
            Action::ShowKeys => self.modal = Some(Modal::Keys),
            Action::CloseModal => self.modal = None,
            Action::OpenPath(text) => self.open(expand_home(&text), Start::default()),
            Action::OpenDropped(paths) => {
                if let Some(path) = paths.into_iter().next() {
                    self.open(path, Start::default());
                }
            }
            Action::OpenRecent(at) => {
                if let Some(recent) = self.settings.recent.get(at) {
                    self.open(recent.path.clone(), Start::default());
                }
            }
            Action::ForgetRecent(at) => {
                if at < self.settings.recent.len() {
                    self.settings.recent.remove(at);
                    self.effects.push(Effect::SaveSettings(self.settings.clone()));
                }
            }
            Action::OpenSample(id) => self.open_sample(id),
            Action::CloseStore => self.close(),
            Action::Reload => match self.notice.take() {
                Some(Notice::Replaced) => {
                    if let Some(path) = self.path.clone() {
                        let start = Start {
                            stream: self.stream.as_ref().map(|stream| stream.name.to_string()),
                            ..Start::default()
                        };
                        self.open(path, start);
                    }
                }
                _ => self.ask_store(StoreAsk::Reload),
            },
            Action::DismissNotice => self.notice = None,
            Action::CancelScan => self.ask_store(StoreAsk::Cancel),
            Action::ChooseReducer => {
                let folder = self.path.as_deref().and_then(Path::parent).map(Path::to_owned);
                self.effects.push(Effect::PickReducer(folder));
            }
            Action::ShowReducerPath => self.modal = Some(Modal::ReducerPath),
            Action::UseReducer(named) => {
                self.modal = None;
                self.use_reducer(expand_home(&named).to_string_lossy().into_owned());
            }
            Action::ClearReducer => {
                self.reducer = None;
                self.reducer_wanted = None;
                self.reducer_problem = None;
                self.reducer_overrides.clear();
                self.reduce();
            }
            Action::SetReducerFor { category, export } => {
                let name = self.news.index.streams().category_name(category).to_owned();
                self.reducer_overrides.insert(name, export);
                self.reduce();
            }
            Action::SkipErrors => self.set_on_error(OnError::Skip),
            Action::StopAtErrors => self.set_on_error(OnError::Stop),
            Action::ToggleFindings => self.findings_open = !self.findings_open,
            Action::OpenFinding(at) => self.open_finding(at),
            Action::SetTheme(theme) => {
                self.settings.set_theme(theme);
                self.effects.push(Effect::SaveSettings(self.settings.clone()));
            }
            Action::ToggleUtc => {
                self.settings.utc = !self.settings.utc;
                self.effects.push(Effect::SaveSettings(self.settings.clone()));
            }
            Action::SetAxis(axis) => {
                self.settings.by_sequence = axis == Axis::Sequence;
                self.effects.push(Effect::SaveSettings(self.settings.clone()));
            }
            Action::Quit => self.effects.push(Effect::Quit),
            // Done by the drawing layer itself.
            Action::FocusPanel(_)
            | Action::FocusNextPanel(_)
            | Action::FocusFilter
            | Action::TextSize(_)
            | Action::SetSize(..)
            | Action::ShowStore(_)
            | Action::ShowNthStore(_)
            | Action::ShowNextStore(_)
            | Action::StopFilter
            | Action::CloseTab(_)
            | Action::ResetLayout => {}
        }
        self.refresh();
    }

    /// The user chose a reducer file.
    pub fn use_reducer(&mut self, named: String) {
        self.message = Some((format!("Reading {named}"), self.now + 4.0));
        self.reducer_wanted = Some(named.clone());
        read_reducer(named, self.reducers.0.clone(), Arc::clone(&self.waker));
    }

    fn ask_replay(&self, ask: ReplayAsk) {
        if let Some(session) = &self.session {
            session.ask_replay(ask);
        }
    }

    fn ask_store(&self, ask: StoreAsk) {
        if let Some(session) = &self.session {
            session.ask_store(ask);
        }
    }

    fn open(&mut self, path: PathBuf, start: Start) {
        let choice = OpenChoice { dialects: Some(self.folders.dialects.clone()), ..OpenChoice::default() };
        self.opening = Some(file_name(&path));
        self.open_problem = None;
        self.modal = None;
        let session = Session::open(path.clone(), self.folders.cache.clone(), choice, Arc::clone(&self.waker));
        self.forget_store();
        if let Some(reducer) = start.reducer.clone() {
            self.use_reducer(reducer);
        }
        self.session = Some(session);
        self.path = Some(path);
        self.start = start;
    }

    fn open_sample(&mut self, id: &str) {
        let Some(folder) = self.folders.samples.as_ref().map(|folder| folder.join(id)) else { return };
        let start = Start {
            stream: Some("account-1042".to_owned()),
            at: Some("57".to_owned()),
            // The card offers the sample with its reducer: to click it is to ask for both.
            reducer: Some(folder.join("reducers.mjs").to_string_lossy().into_owned()),
            ..Start::default()
        };
        self.open(folder.join("bank.db"), start);
    }

    fn close(&mut self) {
        self.forget_store();
        self.session = None;
        self.path = None;
        self.opening = None;
    }

    /// Everything that belongs to one store.
    fn forget_store(&mut self) {
        self.opened = None;
        self.failed = None;
        self.start = Start::default();
        self.news = IndexNews::default();
        self.notice = None;
        self.evidence.clear();
        self.order = StreamOrder::default();
        self.toggled_categories.clear();
        self.activity.borrow_mut().clear();
        self.findings_open = false;
        self.reducer = None;
        self.reducer_wanted = None;
        self.reducer_problem = None;
        self.reducer_overrides.clear();
        self.on_error = OnError::Stop;
        self.forget_stream();
        self.stream = None;
        self.flatten();
    }

    fn forget_stream(&mut self) {
        self.shown = None;
        self.written = None;
        self.wrote.clear();
        self.built = 0;
        self.event_filter.clear();
        self.filtered = None;
        self.filtering = false;
        self.forget_cells();
        self.columns.clear();
        self.selected.clear();
        self.toggled.clear();
        self.announcement.clear();
        self.revision += 1;
    }

    fn forget_cells(&mut self) {
        self.cells.clear();
        self.cell_order.clear();
        self.asked_cells.clear();
    }

    fn select(&mut self, id: StreamId, at: Option<&str>) {
        let streams = self.news.index.streams();
        let Some(summary) = streams.summary(id) else { return };
        let rows = self.news.index.rows_of(id);
        let stream = StreamView {
            id,
            name: Arc::from(streams.name(id)),
            category: summary.category,
            category_name: Arc::from(streams.category_name(summary.category)),
            idle: idle_of(&rows),
            rows,
            types: Vec::new(),
        };
        self.playback.reset(stream.rows.len());
        let wanted = match at {
            Some("initial") => Some(Applied(0)),
            Some(text) => {
                text.trim_start_matches('v').parse().ok().map(|v| Applied(stream.rows.applied_at(Version(v))))
            }
            None => None,
        };
        if let Some(applied) = wanted {
            let change = self.playback.apply(playback::PlaybackCommand::ScrubTo(applied));
            self.stepped = change.step;
        }
        self.forget_stream();
        self.stream = Some(stream);
        self.question += 1;
        self.ask_select();
        self.reduce();
    }

    fn ask_select(&mut self) {
        self.select_question = self.question;
        // Blocks that were asked for before are not answered any more.
        self.asked_cells.clear();
        if let Some(stream) = &self.stream {
            self.ask_replay(ReplayAsk::Select {
                question: self.question,
                rows: stream.rows.clone(),
                stream: stream.id,
                category: stream.category_name.to_string(),
            });
            self.ask_replay(ReplayAsk::Raw(self.state_tab == StateTab::Raw));
        }
    }

    /// The choice for a category: the user's, else by name.
    fn choice(&self, category: &str) -> Choice {
        match (&self.reducer, self.reducer_overrides.get(category)) {
            (None, _) | (Some(_), Some(None)) => Choice::Merge,
            (Some(_), Some(Some(export))) => Choice::Export(export.clone()),
            (Some(file), None) => file.choose(category),
        }
    }

    /// Folds the shown stream anew.
    fn reduce(&mut self) {
        let Some(stream) = &self.stream else { return };
        let choice = self.choice(&stream.category_name);
        self.question += 1;
        self.epoch = self.question;
        self.written = None;
        self.built = 0;
        self.ask_replay(ReplayAsk::Reduce {
            question: self.question,
            file: self.reducer.clone(),
            choice,
            on_error: self.on_error,
        });
        self.ask_state();
    }

    fn set_on_error(&mut self, on_error: OnError) {
        self.on_error = on_error;
        self.reduce();
    }

    fn moved(&mut self, change: PlaybackChange) {
        if change.moved {
            self.stepped = change.step;
            self.ask_state();
        }
    }

    fn ask_state(&mut self) {
        if self.stream.is_some() {
            self.question += 1;
            self.stale_since.get_or_insert(self.now);
            self.ask_replay(ReplayAsk::Seek { question: self.question, applied: self.playback.applied() });
        }
    }

    fn set_event_filter(&mut self, filter: String) {
        self.event_filter = filter;
        let empty = self.event_filter.trim().is_empty();
        self.filtering = !empty;
        if empty {
            self.filtered = None;
        }
        self.ask_replay(ReplayAsk::Filter { question: self.filter_question(), text: self.event_filter.clone() });
    }

    /// Filters are told apart by their text and stream, not by the playhead.
    fn filter_question(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.stream.as_ref().map(|stream| (stream.id, stream.rows.len())), &self.event_filter).hash(&mut hasher);
        hasher.finish()
    }

    fn arrange(&mut self) {
        self.ask_store(StoreAsk::Arrange(self.order.clone()));
    }

    fn is_open(&self, category: CategoryId) -> bool {
        // A filter shows what it found.
        !self.news.order.filter.is_empty() || !self.toggled_categories.contains(&category)
    }

    /// Places the rows of the list of streams.
    fn flatten(&mut self) {
        let mut rows = Vec::with_capacity(self.news.list.categories.len() + 1);
        let mut at = 0;
        for group in &self.news.list.categories {
            rows.push(at);
            let header = u64::from(!self.news.list.flat);
            at += header + if self.is_open(group.id) { u64::from(group.listed) } else { 0 };
        }
        rows.push(at);
        self.category_rows = rows;
    }

    fn version_at(&self, applied: Applied) -> Option<Version> {
        self.stream.as_ref()?.rows.version(applied.0.checked_sub(1)?)
    }

    fn copy(&mut self, what: &CopyWhat) {
        let shown = self.shown.as_ref();
        let (text, said) = match what {
            CopyWhat::Text(text) => (Some(text.clone()), "Copied"),
            CopyWhat::CommandLine => (None, ""),
            CopyWhat::Event => {
                let event = shown.and_then(|shown| shown.event.as_ref());
                (event.map(|event| to_text(&crate::session::pages::event_node(event))), "Event copied")
            }
            CopyWhat::State => {
                let pretty = |node: &Node| {
                    let mut text = String::new();
                    write_pretty(node, &mut text);
                    text
                };
                (shown.map(|shown| pretty(&shown.state)), "State copied")
            }
            CopyWhat::Path => (self.selected.get(&self.active_tree).map(Pointer::to_string), "Path copied"),
            CopyWhat::Value => {
                let node = shown.and_then(|shown| match self.active_tree {
                    Tree::State => Some(&shown.state),
                    Tree::Payload => shown.event.as_ref().map(|event| &event.data),
                    Tree::Metadata => shown.event.as_ref().map(|event| &event.metadata),
                });
                let path = self.selected.get(&self.active_tree);
                (node.zip(path).and_then(|(node, path)| node.at(path)).map(to_text), "Value copied")
            }
        };
        if let Some(text) = text {
            self.effects.push(Effect::Copy(text));
            self.message = Some((said.to_owned(), self.now + 2.0));
        }
    }

    /// Findings of the store and of the stream that is shown.
    fn all_findings(&self) -> [Option<&Findings>; 2] {
        [Some(self.news.index.findings()), self.shown.as_ref().map(|shown| &*shown.findings)]
    }

    fn finding(&self, at: u64) -> Option<&crate::model::Finding> {
        self.all_findings().into_iter().flatten().flat_map(|findings| findings.kept()).nth(at as usize)
    }

    fn open_finding(&mut self, at: u64) {
        let place = self.finding(at).and_then(|finding| Some((finding.stream.clone()?, finding.version)));
        let Some((stream, version)) = place else { return };
        if self.stream.as_ref().is_none_or(|shown| shown.name != stream) {
            let Some(id) = self.news.index.streams().find(&stream) else { return };
            self.select(id, None);
        }
        if let (Some(version), Some(stream)) = (version, &self.stream) {
            let applied = Applied(stream.rows.applied_at(version));
            let change = self.playback.apply(playback::PlaybackCommand::ScrubTo(applied));
            self.moved(change);
        }
    }

    /// Brings [`CommandContext`] up to date.
    fn refresh(&mut self) {
        let findings = self.all_findings().into_iter().flatten().map(Findings::total).sum();
        self.commands = CommandContext {
            stores: usize::from(self.path.is_some()),
            filtering: false,
            store_open: self.opened.is_some(),
            scanning: self.opened.is_some() && self.news.reading == Reading::Running,
            store_changed: matches!(self.notice, Some(Notice::Grew(_) | Notice::Replaced)),
            stream_open: self.stream.is_some(),
            events: self.playback.len(),
            applied: self.playback.applied(),
            playing: self.playback.is_playing(),
            speed: self.playback.speed(),
            state_ready: self.shown.is_some(),
            path_selected: self.selected.contains_key(&self.active_tree),
            reducer_chosen: self.reducer.is_some(),
            skipping_errors: self.on_error == OnError::Skip,
            findings,
            findings_open: self.findings_open,
            modal_open: self.modal.is_some(),
            axis: self.axis(),
            utc: self.settings.utc,
            theme: self.settings.theme(),
            state_tab: self.state_tab,
        };
    }

    fn axis(&self) -> Axis {
        if self.settings.by_sequence { Axis::Sequence } else { Axis::Time }
    }

    /// The worst code among the findings.
    fn worst_finding(&self) -> Option<FindingCode> {
        let codes = self.all_findings().into_iter().flatten().flat_map(|findings| findings.counts().keys().copied());
        codes.max_by_key(|code| code.severity())
    }
}

fn idle_of(rows: &StreamRows) -> i64 {
    let last = rows.len().saturating_sub(1);
    let span = match (rows.time(0), rows.time(last)) {
        (Some(Time(first)), Some(Time(last))) => last.saturating_sub(first),
        _ => 0,
    };
    timeline::idle_threshold(rows.len(), span)
}

/// A path as a person writes it: `overdraft.since`, `flags[2]`.
fn readable(path: &Pointer) -> String {
    if path.0.is_empty() {
        return "everything".to_owned();
    }
    let mut text = String::new();
    for step in &path.0 {
        if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
            text.push_str(&format!("[{step}]"));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(step);
        }
    }
    text
}

fn expand_home(text: &str) -> PathBuf {
    let text = text.trim();
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match text.strip_prefix("~/").and_then(|rest| home().map(|home| home.join(rest))) {
        Some(path) => path,
        None => PathBuf::from(text),
    }
}
