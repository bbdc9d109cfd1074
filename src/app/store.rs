//! [`OpenStore`]: one store among the tabs, from the moment it is asked for. Closing it is
//! dropping it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::action::{Action, CopyWhat, EventTab, MappingAction, StateTab};
use super::desk::{Desk, Effect, Modal};
use super::export::ExportSheet;
use super::history::Spot;
use super::mapping::MappingPage;
use super::place::Place;
use super::playback::PlaybackCommand;
use super::reducers::{Read, Reducers};
use super::search::StoreSearch;
use super::settings::{KeptReducer, Memory, ReadAs, Recent, SettingsChange};
use super::stream::{Ask, StreamView};
use super::streams_list::StreamsList;
use super::value::ValueSheet;
use crate::export::blame::changes_csv;
use crate::formats::{OpenChoice, Opened, file_name};
use crate::home;
use crate::index::At;
use crate::model::json::{to_text, write_pretty};
use crate::model::{Applied, Problem, StoreId, StreamId};
use crate::replay::timeline::OnError;
use crate::session::pages::event_node;
use crate::session::{Answer, IndexNews, PROGRAM, Reading, ReducerSource, Session, StoreAsk, WantedHost, find_stream};

/// Playheads of streams that are remembered between runs.
const REMEMBERED_PLAYHEADS: usize = 200;

/// See the module's documentation.
pub(super) struct OpenStore {
    pub(super) id: StoreId,
    /// Absolute.
    pub(super) path: PathBuf,
    /// File name; with folders where others are called alike.
    pub(super) name: String,
    /// Sentences: what it is, and why.
    pub(super) evidence: Vec<String>,
    pub(super) choice: OpenChoice,
    pub(super) session: Session,
    pub(super) phase: Phase,
    pub(super) index: IndexNews,
    pub(super) list: StreamsList,
    pub(super) reducers: Reducers,
    pub(super) notice: Option<Notice>,
    /// What F5 would take in, whether a bar says so or not.
    pub(super) changed: Option<Changed>,
    pub(super) findings_open: bool,
    pub(super) search: StoreSearch,
    pub(super) tabs: (StateTab, EventTab),
    /// Where to go once the index is there.
    start: Option<Place>,
    /// Where the playhead stood in streams visited before, by name, the latest last. Those that
    /// stood at the end are not among them.
    playheads: IndexMap<String, u64>,
    pub(super) view: Option<StreamView>,
    /// Points A of streams visited before.
    points_a: HashMap<StreamId, Applied>,
    /// What the store could mean, while that is being settled.
    pub(super) page: Option<MappingPage>,
    /// What is exported, while the sheet for it is shown or one runs.
    pub(super) export: Option<ExportSheet>,
    /// The value that is looked at, while the sheet for it is shown.
    pub(super) value: Option<ValueSheet>,
}

/// How far a store is.
pub(super) enum Phase {
    Opening,
    /// It could never be read.
    Failed(Problem),
    /// It is not clear what its columns mean: there is a page that asks.
    Unmapped,
    Open(Arc<Opened>),
}

/// The bar above everything.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Notice {
    Grew(u64),
    Replaced,
    Problem(Problem),
    Note(String),
    /// The reducer that was used here has changed since.
    ReducerChanged(String),
    /// A reducer lies beside the store, and none is chosen.
    ReducerBeside(String),
    /// The reducer that was asked for cannot be used.
    ReducerFailed(Problem),
}

/// How the store's file differs from what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    Grew,
    Replaced,
}

impl OpenStore {
    /// Opens a store in the background. A place without stream comes back as it was left.
    pub(super) fn open(desk: &mut Desk, place: Place, choice: OpenChoice) -> OpenStore {
        let path = std::path::absolute(&place.store).unwrap_or_else(|_| place.store.clone());
        let bare = place.stream.is_none() && place.at == At::Last && place.reducer.is_none();
        let recent = desk.settings.recent.iter().find(|recent| recent.place.store == path).cloned();
        let declined = recent.as_ref().and_then(|recent| recent.memory.declined.clone());
        let recent = recent.filter(|_| bare && ReadAs::of(&choice).is_found_out());
        let choice = recent.as_ref().map_or(choice, |recent| recent.memory.read_as.clone().choice());
        let (id, session) = desk.session(&path, choice.clone());
        let mut store = OpenStore::opening(id, path, choice, session, desk.host);
        store.tabs.0 = place.tab;
        store.reducers.declined = declined;
        match recent {
            Some(recent) => store.come_back(recent.place, recent.memory, desk),
            None => {
                if let Some(reducer) = &place.reducer {
                    store.reducers.read(reducer.clone(), &desk.waker);
                }
                store.start = Some(place);
            }
        }
        store
    }

    /// A store of which nothing is known yet.
    fn opening(id: StoreId, path: PathBuf, choice: OpenChoice, session: Session, host: WantedHost) -> OpenStore {
        OpenStore {
            id,
            name: file_name(&path),
            evidence: Vec::new(),
            path,
            choice,
            session,
            phase: Phase::Opening,
            index: IndexNews::default(),
            list: StreamsList::default(),
            reducers: Reducers::run_by(host),
            notice: None,
            changed: None,
            findings_open: false,
            search: StoreSearch::default(),
            tabs: Default::default(),
            start: None,
            playheads: IndexMap::new(),
            view: None,
            points_a: HashMap::new(),
            page: None,
            export: None,
            value: None,
        }
    }

    /// As it was when it was closed; the reducer only where its sources are the same.
    fn come_back(&mut self, place: Place, memory: Memory, desk: &Desk) {
        self.tabs = (place.tab, memory.event_tab);
        self.list.order = memory.order(false);
        self.arrange();
        self.reducers.set_on_error(if memory.skip_errors { OnError::Skip } else { OnError::Stop });
        if let (Some(named), Some(kept)) = (place.reducer.clone(), memory.reducer) {
            self.reducers.come_back(KeptReducer { named, ..kept }, &desk.waker);
        }
        self.start = Some(place);
        self.playheads = memory.playheads.into_iter().collect();
    }

    /// The place that this window shows of the store.
    pub(super) fn place(&self) -> Place {
        let view = self.view.as_ref();
        let start = self.start.as_ref();
        Place {
            store: self.path.clone(),
            stream: view.map(|view| view.called.clone()).or_else(|| start.and_then(|start| start.stream.clone())),
            at: view.map(StreamView::at).or_else(|| start.map(|start| start.at)).unwrap_or_default(),
            tab: self.tabs.0,
            filter: view
                .map(|view| view.filter.text.clone())
                .or_else(|| start.map(|start| start.filter.clone()))
                .unwrap_or_default(),
            types: view
                .map(|view| view.filter.types.clone())
                .or_else(|| start.map(|start| start.types.clone()))
                .unwrap_or_default(),
            reducer: self.reducers.named(),
        }
    }

    /// Where one is, to come back to.
    pub(super) fn spot(&self) -> Option<Spot> {
        let view = self.view.as_ref()?;
        Some(Spot { store: self.id, stream: view.id, name: Arc::clone(&view.name), at: view.at() })
    }

    /// The stream of such a place, which another number may stand for since.
    pub(super) fn stream_of(&self, spot: &Spot) -> Option<StreamId> {
        let streams = self.index.index.streams();
        let is_same = streams.name(spot.stream) == &*spot.name;
        if is_same { Some(spot.stream) } else { streams.find(&spot.name) }
    }

    /// The one stream that the framework's library calls so, once all are read.
    fn called(&self, name: &str) -> Option<StreamId> {
        let all_read = self.index.reading != Reading::Running;
        find_stream(self.opened().filter(|_| all_read)?, &self.index.index, name).ok()
    }

    /// What else it comes back with.
    fn memory(&self) -> Memory {
        Memory {
            event_tab: self.tabs.1,
            stream_filter: self.list.order.filter.clone(),
            sort: self.list.order.sort,
            sort_turned: self.list.is_turned(),
            reducer: self.reducers.kept(),
            declined: self.reducers.declined.clone(),
            skip_errors: self.reducers.on_error() == OnError::Skip,
            read_as: ReadAs::of(&self.choice),
            playheads: self.playheads.iter().map(|(name, applied)| (name.clone(), *applied)).collect(),
        }
    }

    /// For the settings: what the store comes back with. `None` where it was never open.
    pub(super) fn remember(&self) -> Option<SettingsChange> {
        self.opened()?;
        Some(SettingsChange::Remember(self.path.clone(), Box::new(self.left())))
    }

    /// The place to come back to, and what else comes back with it.
    fn left(&self) -> (Place, Memory) {
        let memory = self.memory();
        // A reducer that is not in use now, for its sources changed, is offered again.
        let reducer = memory.reducer.as_ref().map(|kept| kept.named.clone());
        (Place { reducer, ..self.place() }, memory)
    }

    /// Its file is this one, whatever path led to it, and it is read as it was found.
    pub(super) fn is_read_from(&self, real: &Path) -> bool {
        ReadAs::of(&self.choice).is_found_out() && self.opened().is_some_and(|opened| opened.real == real)
    }

    /// The place it is on its way to, or is at.
    pub(super) fn asked_for(&mut self) -> Place {
        self.start.take().unwrap_or_else(|| Place::of(&self.path))
    }

    pub(super) fn opened(&self) -> Option<&Arc<Opened>> {
        match &self.phase {
            Phase::Open(opened) => Some(opened),
            _ => None,
        }
    }

    /// Events of it may point at others.
    pub(super) fn has_links(&self) -> bool {
        self.opened().is_some_and(|opened| opened.store.has_links())
    }

    pub(super) fn is_reading(&self) -> bool {
        self.opened().is_some() && self.index.reading == Reading::Running
    }

    pub(super) fn is_waiting(&self) -> bool {
        if let Some(page) = &self.page {
            return page.is_waiting();
        }
        match self.phase {
            Phase::Opening => true,
            Phase::Failed(_) | Phase::Unmapped => false,
            Phase::Open(_) => {
                self.is_reading()
                    || self.reducers.is_reading()
                    || self.search.is_running()
                    || self.index.order != self.list.order
                    || self.view.as_ref().is_some_and(StreamView::is_waiting)
                    || self.export.as_ref().is_some_and(ExportSheet::is_waiting)
                    || self.value.as_ref().is_some_and(ValueSheet::is_waiting)
            }
        }
    }

    /// It came to the front, or left it.
    pub(super) fn set_front(&mut self, front: bool) {
        self.session.set_front(front);
        if !front && let Some(view) = &mut self.view {
            let _ = view.playhead.apply(PlaybackCommand::Pause);
        }
        if !front {
            self.hide_export();
        }
    }

    /// Takes in what the threads say.
    pub(super) fn poll(&mut self, desk: &mut Desk) {
        if let Some(read) = self.reducers.poll() {
            self.take_reducer(read, desk);
        }
        while let Some(answer) = self.session.answer() {
            self.take(answer, desk);
        }
        self.go_on_with_export(desk);
        self.refresh_blame();
        self.go_on_with_search();
        if let Some(page) = &mut self.page {
            page.poll(desk);
        }
    }

    /// Lets time pass; for the store in front.
    pub(super) fn tick(&mut self, now: f64) {
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(view) = &mut self.view {
            view.tick(&ask);
        }
    }

    fn take(&mut self, answer: Answer, desk: &mut Desk) {
        if let Answer::Job(news) = &answer
            && (self.take_links(news, desk)
                || self.take_writes(news, desk)
                || self.take_hits(news)
                || self.take_meanings(news)
                || desk.goto.as_mut().is_some_and(|go| go.take(news)))
        {
            return;
        }
        let ask = Ask { session: &self.session, reducers: &self.reducers, now: desk.now };
        match (answer, &mut self.view) {
            (Answer::Opened(opened), _) => self.opened_now(opened, desk),
            (Answer::Failed(problem), _) => self.failed(problem),
            (Answer::Unmapped(problem), _) => {
                self.phase = Phase::Unmapped;
                self.page = Some(self.map(Some(problem), desk));
            }
            (Answer::ReducerBeside(named), _) => {
                let is_declined = self.reducers.declined.as_ref() == Some(&named);
                if self.notice.is_none() && self.reducers.is_untouched() && !is_declined {
                    self.notice = Some(Notice::ReducerBeside(named));
                }
            }
            (Answer::Missing, _) => desk.missing(&self.path),
            (Answer::Index(news), _) => {
                if news.index.events() != self.index.index.events() {
                    desk.goto_is_stale();
                }
                self.take_index(news, desk);
            }
            (Answer::Grew(events), _) => {
                self.changed = Some(Changed::Grew);
                self.notice = Some(Notice::Grew(events));
            }
            (Answer::Replaced, _) => {
                self.changed = Some(Changed::Replaced);
                self.notice = Some(Notice::Replaced);
            }
            (Answer::Job(news), _) if self.export.as_ref().is_some_and(|sheet| sheet.has_job(news.id)) => {
                self.take_export(news, desk);
            }
            (Answer::ReadFailed(problem), _) => self.notice = Some(Notice::Problem(problem)),
            (_, None) => {}
            (Answer::Stream(news), Some(view)) => {
                desk.goto_is_stale();
                let was_arranging = view.is_arranging();
                view.take_stream(*news, &ask);
                if was_arranging {
                    // What was read while its rows were put in order.
                    view.take_index(&self.index.index, true, &ask);
                }
                self.say_where();
            }
            (Answer::State(news), Some(view)) => {
                view.take_state(news);
                self.find_links();
            }
            (Answer::Fold(news), Some(view)) => view.take_fold(news),
            (Answer::Written { ticket, applied, written }, Some(view)) => view.take_written(ticket, applied, written),
            (Answer::Cells(news), Some(view)) => view.take_cells(news),
            (Answer::ReducerFailed { ticket, problem }, Some(view)) => view.take_reducer_failure(ticket, problem),
            (Answer::Job(news), Some(view)) => {
                if let Some(problem) = view.filter.take(news) {
                    self.notice = Some(Notice::Problem(problem));
                }
            }
        }
    }

    fn opened_now(&mut self, opened: Arc<Opened>, desk: &mut Desk) {
        self.evidence = vec![self.path.display().to_string(), format!("{}, {}", opened.framework, opened.format)];
        self.evidence.extend(opened.evidence.iter().map(|sentence| format!("because {sentence}")));
        let dialect = opened.dialect.clone();
        self.phase = Phase::Open(opened);
        if desk.settings.system_streams.contains(&dialect) != self.list.order.system {
            self.list.order.system = !self.list.order.system;
            self.arrange();
        }
        let (place, memory) = self.left();
        desk.change(SettingsChange::Opened(Box::new(Recent { place, dialect, memory, missing: false })));
    }

    fn failed(&mut self, problem: Problem) {
        // A store that was never read is no workspace: back to where one can try again.
        if self.opened().is_some() {
            self.notice = Some(Notice::Problem(problem));
        } else {
            self.phase = Phase::Failed(problem);
        }
    }

    fn take_index(&mut self, news: IndexNews, desk: &mut Desk) {
        let now = desk.now;
        let (before, events) = (self.index.index.events(), news.index.events());
        let stopped = news.reading == Reading::Stopped && self.index.reading == Reading::Running;
        let first_scan = self.index.reading == Reading::Running;
        self.index = news;
        // Another order of the streams is a snapshot too, and takes in nothing.
        if events != before {
            self.changed.take_if(|changed| *changed == Changed::Grew);
            self.notice.take_if(|notice| matches!(notice, Notice::Grew(_)));
        }
        if stopped && self.notice.is_none() {
            self.notice = Some(Notice::Note(format!("Reading was stopped after {events} events.")));
        }
        self.list.take(&self.index);
        self.reducers.list(&self.index);
        if self.view.is_none() {
            self.begin(now);
        }
        self.open_first(desk);
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(view) = &mut self.view {
            view.take_index(&self.index.index, first_scan, &ask);
        }
    }

    /// Shows the stream that was asked for, once it is there; else the first, once all is read.
    fn begin(&mut self, now: f64) {
        let all_read = self.index.reading != Reading::Running;
        let streams = self.index.index.streams();
        let wanted = self.start.as_ref().and_then(|start| start.stream.clone());
        let id = match &wanted {
            Some(name) => streams.find(name).or_else(|| self.called(name)),
            None => self.index.list.streams.first().copied().filter(|_| all_read),
        };
        // While scanning, the place asked for may not be there yet; as the last event it would be
        // taken for the end, which moves on.
        let is_there = |id| match self.start.as_ref().map_or(At::Last, |start| start.at) {
            At::Last | At::Initial => true,
            At::Time(_) => false,
            at => self
                .index
                .index
                .rows_at_once(id)
                .is_some_and(|rows| rows.find(at).is_ok_and(|(applied, _)| applied.0 < rows.len())),
        };
        match id {
            Some(id) if all_read || is_there(id) => {
                let start = self.start.take().unwrap_or_default();
                self.select(id, Some(start.at).filter(|at| wanted.is_some() || *at != At::Last), now);
                if let Some(view) = &mut self.view {
                    view.set_filter(start.filter, start.types, &self.session);
                }
            }
            None if all_read && wanted.is_some() => {
                self.start = None;
                self.notice = Some(self.not_found(&wanted.unwrap_or_default()));
                self.begin(now);
            }
            _ => {}
        }
    }

    /// Shows the first stream that the filter finds, where that is wanted and known.
    fn open_first(&mut self, desk: &mut Desk) {
        if self.list.opens_first && self.index.order == self.list.order {
            self.list.opens_first = false;
            let first = self.index.list.streams.first().copied();
            if let Some(id) = first.filter(|id| self.view.as_ref().is_none_or(|view| view.id != *id)) {
                desk.history.leave(self.spot());
                self.select(id, None, desk.now);
            }
        }
    }

    /// Shows a stream: at a place, or where its playhead stood when it was left.
    pub(super) fn select(&mut self, id: StreamId, at: Option<At>, now: f64) {
        self.keep_playhead();
        let index = &self.index.index;
        let stood = || self.playheads.get(index.streams().name(id)).map(|applied| At::Applied(Applied(*applied)));
        let at = at.or_else(stood).unwrap_or_default();
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(mut view) = StreamView::open(index, id, at, self.view.as_ref(), &ask) {
            view.tell_tab(self.tabs.0, &self.session);
            view.point_a.at = self.points_a.get(&id).copied();
            self.view = Some(view);
            self.start = None;
            self.say_where();
        }
    }

    fn keep_playhead(&mut self) {
        if let Some(view) = &self.view {
            match view.point_a.at {
                Some(at) => self.points_a.insert(view.id, at),
                None => self.points_a.remove(&view.id),
            };
        }
        let Some(view) = self.view.as_ref().filter(|view| !view.is_arranging()) else { return };
        self.playheads.shift_remove(&*view.name);
        let applied = view.playhead.applied().0;
        if applied < view.rows.len() {
            self.playheads.insert(view.name.to_string(), applied);
        }
        if self.playheads.len() > REMEMBERED_PLAYHEADS {
            self.playheads.shift_remove_index(0);
        }
    }

    /// Where a version was asked for that the stream does not have, says so.
    fn say_where(&mut self) {
        if let Some(lost) = self.view.as_mut().and_then(|view| view.lost.take()) {
            self.notice = Some(Notice::Note(format!("{}: {lost}.", self.view_name())));
        }
    }

    pub(super) fn view_name(&self) -> &str {
        self.view.as_ref().map_or("", |view| &view.name)
    }

    /// Goes to a place of this store, as soon as it is there.
    pub(super) fn go_to(&mut self, place: Place, desk: &Desk) {
        if let Some(reducer) = &place.reducer {
            self.reducers.read(reducer.clone(), &desk.waker);
        }
        let Some(name) = &place.stream else { return };
        match self.index.index.streams().find(name).or_else(|| self.called(name)) {
            Some(id) => self.select(id, Some(place.at), desk.now),
            None if self.index.reading == Reading::Running => {
                self.keep_playhead();
                self.view = None;
                self.start = Some(place);
            }
            None => self.notice = Some(self.not_found(name)),
        }
    }

    fn not_found(&self, name: &str) -> Notice {
        let (index, streams) = (&self.index.index, self.index.index.streams());
        let alike = self.opened().and_then(|opened| find_stream(opened, index, name).err()).unwrap_or_default();
        let alike: Vec<&str> = alike.into_iter().map(|id| streams.name(id)).collect();
        Notice::Note(match alike.is_empty() {
            true => format!("There is no stream {name}."),
            false => format!("{name} may be one of several streams: {}.", alike.join(", ")),
        })
    }

    fn take_reducer(&mut self, read: Read, desk: &mut Desk) {
        desk.hush();
        match read {
            Read::Ready => {
                self.forget_reducer_notice();
                self.reduce(desk.now);
            }
            Read::Failed(problem) => self.notice = Some(Notice::ReducerFailed(problem)),
            Read::Changed(named) => self.notice = Some(Notice::ReducerChanged(named)),
        }
    }

    /// What the bar says of a reducer is over with the next one.
    fn forget_reducer_notice(&mut self) {
        let of_reducer = |notice: &mut Notice| {
            matches!(notice, Notice::ReducerChanged(_) | Notice::ReducerBeside(_) | Notice::ReducerFailed(_))
        };
        self.notice.take_if(of_reducer);
    }

    fn reduce(&mut self, now: f64) {
        self.reducers.list(&self.index);
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(view) = &mut self.view {
            view.reduce(&ask);
        }
    }

    /// The page that asks what the store means.
    fn map(&self, problem: Option<Problem>, desk: &Desk) -> MappingPage {
        let mapper = desk.mapper(&self.path, self.choice.clone());
        MappingPage::new(mapper, &self.path, problem, self.choice.clone(), desk.now)
    }

    /// Does what the user asked on that page.
    fn dispatch_page(&mut self, action: MappingAction, desk: &mut Desk) {
        match (action, &mut self.page) {
            (MappingAction::Open, Some(page)) => {
                if let Some(choice) = page.opens() {
                    self.reopen(choice, desk);
                }
            }
            (MappingAction::Leave, _) if matches!(self.phase, Phase::Open(_)) => self.page = None,
            (action, Some(page)) => page.dispatch(action, desk),
            (_, None) => {}
        }
    }

    /// Opens the store anew, read by another choice: its streams may be other ones.
    fn reopen(&mut self, choice: OpenChoice, desk: &mut Desk) {
        let (_, session) = desk.session(&self.path, choice.clone());
        let fresh = OpenStore::opening(self.id, std::mem::take(&mut self.path), choice, session, desk.host);
        *self = OpenStore {
            name: std::mem::take(&mut self.name),
            reducers: std::mem::replace(&mut self.reducers, Reducers::run_by(desk.host)),
            tabs: self.tabs,
            start: self.start.take(),
            ..fresh
        };
    }

    fn arrange(&self) {
        self.session.ask_store(StoreAsk::Arrange(self.list.order.clone()));
    }

    /// Does what the user asked of the store in front; from far away one can come back.
    pub(super) fn dispatch(&mut self, action: Action, desk: &mut Desk) {
        let from = self.spot();
        let applied = |store: &OpenStore| store.view.as_ref().map(|view| (view.id, view.playhead.applied().0));
        let before = applied(self);
        self.act(action, desk);
        if let (Some((stream, before)), Some((now_in, after))) = (before, applied(self))
            && stream == now_in
        {
            desk.history.moved(from, before.abs_diff(after), desk.now);
        }
    }

    fn act(&mut self, action: Action, desk: &mut Desk) {
        let now = desk.now;
        if action == Action::StopFilter {
            self.search.stop();
        }
        match action {
            // The one that is shown stays as it is: its playhead, its filter, its trees.
            Action::SelectStream(id) if self.view.as_ref().is_some_and(|view| view.id == id) => {}
            Action::SelectStream(id) => {
                if self.view.is_some() {
                    desk.history.leave(self.spot());
                }
                self.select(id, None, now);
            }
            Action::OpenFirstStream => {
                self.list.opens_first = true;
                self.open_first(desk);
            }
            Action::SetStreamFilter(filter) => {
                self.list.order.filter = filter;
                self.list.opens_first = false;
                self.arrange();
            }
            Action::SetStreamSort(sort) => {
                self.list.sort_by(sort);
                self.arrange();
            }
            Action::ToggleSystem => self.toggle_system(desk),
            Action::ToggleCategory(id) => self.list.toggle(id, &self.index),
            Action::SetStateTab(tab) => {
                self.tabs.0 = tab;
                if let Some(view) = &self.view {
                    view.tell_tab(tab, &self.session);
                }
            }
            Action::SetEventTab(tab) => self.tabs.1 = tab,
            Action::FollowLink(number) => self.follow_link(number, desk),
            Action::FindLinksHere => {
                self.tabs.1 = EventTab::Links;
                self.find_links_here();
            }
            Action::OpenLinkHere(row) => self.open_link_here(row, desk),
            Action::ShowValue => self.show_value(desk),
            Action::Value(action) => self.dispatch_value(action, desk),
            Action::Copy(what) => self.copy(&what, desk),
            Action::Reload => self.reload(desk),
            Action::DismissNotice => {
                if let Some(Notice::ReducerBeside(named)) = self.notice.take() {
                    self.reducers.declined = Some(named);
                }
            }
            Action::CancelScan => self.session.ask_store(StoreAsk::Cancel),
            Action::ChooseReducer => desk.effect(Effect::PickReducer(self.path.parent().map(Path::to_owned))),
            Action::ShowReducerPath => desk.modal = Some(Modal::ReducerPath),
            Action::ShowProgram => desk.modal = Some(Modal::Program),
            Action::UseReducer(named) => {
                desk.modal = None;
                let is_path = ReducerSource::word(&named).is_none() && !named.starts_with(PROGRAM);
                let named = if is_path { typed_path(&named).to_string_lossy().into_owned() } else { named };
                desk.say(format!("Reading {}", named.strip_prefix(PROGRAM).unwrap_or(&named)), 4.0);
                self.forget_reducer_notice();
                self.reducers.read(named, &desk.waker);
            }
            Action::ReloadReducer => self.reducers.reload(&desk.waker),
            Action::ClearReducer => {
                self.reducers.clear();
                self.forget_reducer_notice();
                self.reduce(now);
            }
            Action::SetReducerFor { category, export } => {
                let name = self.index.index.streams().category_name(category).to_owned();
                self.reducers.choose(name, export);
                self.reduce(now);
            }
            Action::SkipErrors => self.set_on_error(OnError::Skip, now),
            Action::StopAtErrors => self.set_on_error(OnError::Stop, now),
            Action::ReadDifferently => self.page = Some(self.map(None, desk)),
            Action::Mapping(action) => self.dispatch_page(action, desk),
            Action::ShowExport => self.show_export(desk),
            Action::Export(action) => self.dispatch_export(action, desk),
            Action::ToggleFindings => {
                let is_open = self.findings_open;
                self.close_drawers();
                self.findings_open = !is_open;
            }
            Action::ShowSearch => self.show_search(),
            Action::CloseSearch => self.search.is_open = false,
            Action::SearchFor(text) => self.search_for(text),
            Action::OpenHit(row) => self.open_hit(row, desk),
            Action::SearchCorrelation => self.search_correlation(),
            Action::Blame => self.show_blame(),
            Action::OpenWrite(row) => {
                desk.history.leave(self.spot());
                self.open_write(row, now);
            }
            Action::StepWrite(way) => self.step_write(way, desk),
            Action::OpenFinding(at) => self.open_finding(at, desk),
            Action::ShowBookmark | Action::SetBookmark(_) | Action::RemoveBookmark => {
                self.dispatch_bookmark(action, desk);
            }
            action => {
                let ask = Ask { session: &self.session, reducers: &self.reducers, now };
                if let Some(view) = &mut self.view {
                    view.dispatch(action, &ask);
                }
            }
        }
    }

    /// Lists system streams, or not, here and in the next stores of the kind.
    fn toggle_system(&mut self, desk: &mut Desk) {
        let Some(kind) = self.opened().map(|opened| opened.dialect.clone()) else { return };
        let system = !self.list.order.system;
        self.list.order.system = system;
        self.arrange();
        desk.change(SettingsChange::SystemStreams(kind, system));
    }

    fn set_on_error(&mut self, on_error: OnError, now: f64) {
        self.reducers.set_on_error(on_error);
        self.reduce(now);
    }

    /// Takes in what the store gained, or all of it anew where another file stands there.
    fn reload(&mut self, desk: &mut Desk) {
        self.notice = None;
        if self.changed.take() != Some(Changed::Replaced) {
            self.session.ask_store(StoreAsk::Reload);
            return;
        }
        let (place, memory, system) = (self.place(), self.memory(), self.list.order.system);
        let playheads = std::mem::take(&mut self.playheads);
        self.reopen(self.choice.clone(), desk);
        (self.start, self.playheads) = (Some(place), playheads);
        self.list.order = memory.order(system);
        self.arrange();
    }

    fn copy(&mut self, what: &CopyWhat, desk: &mut Desk) {
        let view = self.view.as_ref();
        let shown = view.and_then(|view| view.fold.shown.as_ref());
        let (text, said) = match what {
            CopyWhat::Text(text) => (Some(text.clone()), "Copied"),
            CopyWhat::CommandLine => {
                let choice = self.page.as_ref().map_or(&self.choice, |page| &page.choice);
                (Some(self.place().command_line(choice)), "Command line copied")
            }
            CopyWhat::Event => {
                let event = shown.and_then(|shown| shown.event.as_ref());
                (event.map(|event| to_text(&event_node(event))), "Event copied")
            }
            CopyWhat::State => {
                let pretty = |node| {
                    let mut text = String::new();
                    write_pretty(node, &mut text);
                    text
                };
                (shown.map(|shown| pretty(&shown.state)), "State copied")
            }
            CopyWhat::Changes => (view.and_then(StreamView::changes).map(changes_csv), "Changes copied"),
            CopyWhat::StreamName => (view.map(|view| view.name.to_string()), "Name copied"),
            CopyWhat::StorePath => (Some(self.path.display().to_string()), "Path copied"),
            CopyWhat::Path => (view.and_then(|view| Some(view.trees.selected()?.1.to_string())), "Path copied"),
            CopyWhat::Value => (view.and_then(StreamView::selected_value).map(to_text), "Value copied"),
        };
        if let Some(text) = text {
            desk.effect(Effect::Copy(text));
            desk.say(said, 2.0);
        }
    }
}

/// What the user types: a path or the URL of a file; `~/` is the user's home, as in a shell. A
/// path may begin and end with spaces.
pub(super) fn typed_path(text: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match text.strip_prefix("~/").and_then(|rest| home().map(|home| home.join(rest))) {
        Some(path) => path,
        None => home::named_path(text.as_ref()),
    }
}

/// What a store is called among others: its file, with as many folders in front as tell it apart.
pub(super) fn tab_name(path: &Path, all: &[PathBuf]) -> String {
    let alike: Vec<&PathBuf> =
        all.iter().filter(|other| *other != path && other.file_name() == path.file_name()).collect();
    let end = |path: &Path, parts: usize| -> PathBuf {
        let all: Vec<_> = path.components().collect();
        all[all.len().saturating_sub(parts)..].iter().collect()
    };
    let most = path.components().count().max(1);
    let parts = (1..most).find(|parts| alike.iter().all(|other| end(other, *parts) != end(path, *parts)));
    match parts {
        Some(1) => file_name(path),
        _ => end(path, parts.unwrap_or(most)).display().to_string(),
    }
}
