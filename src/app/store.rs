//! [`OpenStore`]: one store among the tabs, from the moment it is asked for. Closing it is
//! dropping it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::action::{Action, CopyWhat, EventTab, StateTab};
use super::desk::{Desk, Effect};
use super::export::ExportSheet;
use super::find::Finds;
use super::mapping::MappingPage;
use super::place::Place;
use super::playback::PlaybackCommand;
use super::reducers::Reducers;
use super::search::StoreSearch;
use super::settings::{ReadAs, Recent, SettingsChange};
use super::stream::{Ask, StreamView};
use super::streams_list::StreamsList;
use super::value::ValueSheet;
use crate::export::blame::{changes_csv, changes_lines};
use crate::formats::{OpenChoice, Opened, file_name};
use crate::index::At;
use crate::model::json::{to_text, write_pretty};
use crate::model::{Findings, Problem, StoreId};
use crate::session::pages::event_node;
use crate::session::{Answer, IndexNews, Reading, Session, StoreAsk, WantedHost};

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
    pub(super) start: Option<Place>,
    /// Where the playhead stood in streams visited before, by name, the latest last. Those that
    /// stood at the end are not among them.
    pub(super) playheads: IndexMap<String, u64>,
    pub(super) view: Option<StreamView>,
    /// Points A of streams visited before, the latest last; `None` = taken away since.
    pub(super) points_a: IndexMap<String, Option<u64>>,
    /// What the store could mean, while that is being settled.
    pub(super) page: Option<MappingPage>,
    /// What is exported, while the sheet for it is shown or one runs.
    pub(super) export: Option<ExportSheet>,
    /// The value that is looked at, while the sheet for it is shown.
    pub(super) value: Option<ValueSheet>,
    pub(super) finds: Finds,
    /// Scripts without a font that were seen in it, and the finding that says so.
    pub(super) no_fonts: BTreeSet<&'static str>,
    pub(super) unshown: Findings,
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
    /// Opens a store in the background. It is read as it was read before; a place without stream comes back as it
    /// was left.
    pub(super) fn open(desk: &mut Desk, place: Place, choice: OpenChoice) -> OpenStore {
        let path = std::path::absolute(&place.store).unwrap_or_else(|_| place.store.clone());
        let bare = place.stream.is_none() && place.at == At::Last && place.reducer.is_none();
        let recent = desk.settings.recent.iter().find(|recent| recent.place.store == path).cloned();
        let points_a = recent.as_ref().map(|recent| recent.memory.points_a.clone()).unwrap_or_default();
        let declined = recent.as_ref().and_then(|recent| recent.memory.declined.clone());
        let recent = recent.filter(|_| ReadAs::of(&choice).is_found_out());
        let choice = recent.as_ref().map_or(choice, |recent| recent.memory.read_as.clone().choice());
        let recent = recent.filter(|_| bare);
        let (id, session) = desk.session(&path, choice.clone());
        let mut store = OpenStore::opening(id, path, choice, session, desk.host);
        store.tabs.0 = place.tab;
        store.points_a = points_a.into_iter().collect();
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
    pub(super) fn opening(
        id: StoreId,
        path: PathBuf,
        choice: OpenChoice,
        session: Session,
        host: WantedHost,
    ) -> OpenStore {
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
            points_a: IndexMap::new(),
            page: None,
            export: None,
            value: None,
            finds: Finds::default(),
            no_fonts: BTreeSet::new(),
            unshown: Findings::default(),
        }
    }

    /// Its file is this one, whatever path led to it, and it is read as it was found.
    pub(super) fn is_read_from(&self, real: &Path) -> bool {
        ReadAs::of(&self.choice).is_found_out() && self.opened().is_some_and(|opened| opened.real == real)
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
                    || self.finds.is_waiting()
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
        let ask = Ask { session: &self.session, reducers: &self.reducers, now: desk.now };
        if let Some(view) = &mut self.view {
            view.poll_other(&ask);
        }
        self.go_on_with_search();
        self.refresh_finds();
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
                || self.take_divergence(news)
                || self.take_hits(news)
                || self.take_meanings(news)
                || self.take_found(news)
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
                self.arrange_columns(desk);
                let ask = Ask { session: &self.session, reducers: &self.reducers, now: desk.now };
                let Some(view) = &mut self.view else { return };
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
            (Answer::Matrix(news), Some(view)) => view.take_matrix(news),
            (Answer::ReducerFailed { ticket, problem }, Some(view)) => view.take_reducer_failure(ticket, problem),
            (Answer::Job(news), Some(view)) => {
                if let Some(problem) = view.take_filter(news) {
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

    pub(super) fn arrange(&self) {
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
                if let Some(view) = &mut self.view {
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
            Action::Find(panel, action) => self.dispatch_find(panel, action),
            Action::Column(action) => self.dispatch_column(action, desk),
            Action::Filter(action) => self.dispatch_filter(action, desk),
            Action::ShowValue => self.show_value(desk),
            Action::ShowMessage { title, text } => self.show_message(title, &text, desk),
            Action::Value(action) => self.dispatch_value(action, desk),
            Action::Copy(what) => self.copy(&what, desk),
            Action::Reload => self.reload(desk),
            Action::DismissNotice => {
                if let Some(Notice::ReducerBeside(named)) = self.notice.take() {
                    self.reducers.declined = Some(named);
                }
            }
            Action::CancelScan => self.session.ask_store(StoreAsk::Cancel),
            Action::ChooseReducer | Action::ShowReducerPath | Action::ShowProgram | Action::UseReducer(_) => {
                self.dispatch_reducer(action, desk);
            }
            Action::ReloadReducer | Action::ClearReducer | Action::SetReducerFor { .. } => {
                self.dispatch_reducer(action, desk);
            }
            Action::SkipErrors | Action::StopAtErrors => self.dispatch_reducer(action, desk),
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
            Action::SearchTied(tie) => self.search_tied(tie),
            Action::Blame => self.show_blame(),
            Action::OpenWrite(row) => {
                desk.history.leave(self.spot());
                self.open_write(row, now);
            }
            Action::JumpTo(applied) => {
                desk.history.leave(self.spot());
                self.go_to_write(applied, now);
            }
            Action::StepWrite(way) => self.step_write(way, desk),
            Action::FindDivergence => self.find_divergence(desk),
            Action::GoToDivergence => {
                desk.history.leave(self.spot());
                self.go_to_divergence(now);
            }
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

    /// Takes in what the store gained, or all of it anew where another file stands there.
    fn reload(&mut self, desk: &mut Desk) {
        self.notice = None;
        if self.changed.take() != Some(Changed::Replaced) {
            self.session.ask_store(StoreAsk::Reload);
            return;
        }
        let (place, memory, system) = (self.place(), self.memory(), self.list.order.system);
        let kept = (std::mem::take(&mut self.playheads), self.points_a().into_iter().collect());
        self.reopen(self.choice.clone(), desk);
        self.start = Some(place);
        (self.playheads, self.points_a) = kept;
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
            CopyWhat::ChangesAsLines => (view.and_then(StreamView::changes).map(changes_lines), "Changes copied"),
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
