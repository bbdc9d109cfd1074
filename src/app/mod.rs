//! What the window does, without the window: the one place where state changes.
//!
//! An [`App`] is a `Desk` and the stores that are open (`OpenStore`), each with the
//! stream that it shows (`StreamView`). Panels are given views
//! ([`view`]) and emit [`Action`]s; threads send answers; both arrive here, and what only
//! the desktop can do leaves as [`Effect`]s. No egui, no IO: everything that takes time is
//! asked of a session.

pub mod action;
mod blame;
pub mod bookmarks;
pub mod columns;
pub mod command;
mod compare;
mod desk;
mod export;
mod filter;
mod find;
mod findings;
mod frameworks;
mod goto;
mod history;
pub mod idle;
mod links;
mod mapping;
mod matrix;
pub mod place;
pub mod playback;
mod reducers;
pub mod samples;
mod search;
pub mod settings;
mod store;
mod stream;
mod streams_list;
mod value;
pub mod view;
mod visits;

use std::path::PathBuf;
use std::time::Duration;

pub use desk::{Effect, Folders, Opener};

use action::{Action, Axis, Tie};
use command::CommandContext;
use desk::{Desk, Modal};
use findings::NO_FONT;
use frameworks::FrameworksSheet;
use goto::GoTo;
pub use place::{Place, Start, quoted};
use settings::{Settings, SettingsChange};
use store::{Notice, OpenStore, Phase};

use crate::formats::OpenChoice;
use crate::model::{Findings, Problem, StoreId};
use crate::replay::timeline::OnError;
use crate::session::{LinkEnd, ReducerSource, Session, Waker};

/// A state older than this is veiled.
const VEIL_AFTER: Duration = Duration::from_millis(80);

/// Everything the program knows while it runs.
pub struct App {
    desk: Desk,
    stores: Vec<OpenStore>,
    /// Which of them is in front.
    active: usize,
    /// Since when what stores come back with is not saved.
    unsaved_since: Option<f64>,
    commands: CommandContext,
}

impl App {
    /// A window that opens what `start` says.
    pub fn new(folders: Folders, settings: Settings, waker: Waker, start: Start) -> App {
        App::with_opener(folders, settings, waker, start, Box::new(Session::open))
    }

    /// The same, with sessions that the caller makes.
    pub fn with_opener(folders: Folders, settings: Settings, waker: Waker, start: Start, opener: Opener) -> App {
        let mut app = App {
            desk: Desk::new(folders, settings, start.host, waker, opener),
            stores: Vec::new(),
            active: 0,
            unsaved_since: None,
            commands: CommandContext::default(),
        };
        for place in start.places {
            app.open(place, start.choice.clone());
        }
        app.show(0);
        app.refresh();
        app
    }

    /// What the window shows, as a value that leads back here; `None` without a store.
    pub fn place(&self) -> Option<Place> {
        self.store().map(OpenStore::place)
    }

    /// The store in front.
    pub fn in_front(&self) -> Option<StoreId> {
        self.store().map(|store| store.id)
    }

    /// The window's title.
    pub fn title(&self) -> String {
        let version = |store: &OpenStore| store.view.as_ref().map(|view| view.version());
        self.store().map_or_else(|| "Eventglass".to_owned(), |store| store.place().title(version(store)))
    }

    /// What the shell must do now.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.desk.take_effects()
    }

    /// What commands depend on.
    pub fn commands(&self) -> &CommandContext {
        &self.commands
    }

    /// What the stores that are still open come back with; for the end of the program.
    pub fn remember_all(&self) -> Vec<SettingsChange> {
        self.stores.iter().filter_map(OpenStore::remember).collect()
    }

    /// Something was asked for the store in front and is not answered yet.
    pub fn is_waiting(&self) -> bool {
        self.store().is_some_and(OpenStore::is_waiting)
            || self.desk.goto.as_ref().is_some_and(GoTo::is_waiting)
            || self.desk.frameworks.as_ref().is_some_and(FrameworksSheet::is_waiting)
    }

    /// When to draw again although nothing happens; `None` = only when something does.
    pub fn next_frame_in(&self) -> Option<Duration> {
        let save = self.unsaved_since.filter(|_| !self.stores.is_empty());
        let save =
            save.map(|since| SAVE_AFTER.saturating_sub(Duration::from_secs_f64((self.desk.now - since).max(0.0))));
        [self.next_picture_in(), save].into_iter().flatten().min()
    }

    /// The same, for what is seen.
    fn next_picture_in(&self) -> Option<Duration> {
        let message = self.desk.message_ends_in().map(Duration::from_secs_f64);
        let Some(store) = self.store() else { return message };
        if let Some(page) = &store.page {
            return page.veils_in(self.desk.now).or(message);
        }
        let Some(view) = &store.view else { return message.or(store.is_reading().then_some(PROGRESS_EVERY)) };
        if view.lacks_some() {
            return Some(Duration::ZERO);
        }
        if view.playhead.is_playing() {
            return Some(Duration::from_secs_f64(1.0 / f64::from(view.playhead.speed()).clamp(1.0, 60.0)));
        }
        let (veil, now) = (VEIL_AFTER.as_secs_f64(), self.desk.now);
        let is_fresh = |is_waiting: bool, is_stale: bool| is_waiting && !is_stale;
        if is_fresh(view.fold.stale_since.is_some(), view.is_stale_for(veil, now))
            || is_fresh(view.matrix.is_waiting(), view.matrix.is_stale_for(veil, now))
        {
            return Some(VEIL_AFTER);
        }
        message.or(store.is_reading().then_some(PROGRESS_EVERY))
    }

    /// Takes in what the threads say, and lets time pass.
    pub fn poll(&mut self, now: f64) {
        self.desk.let_time_pass(now);
        for store in &mut self.stores {
            store.poll(&mut self.desk);
        }
        if let Some(store) = self.stores.get_mut(self.active) {
            store.tick(now);
        }
        self.give_way();
        self.follow_compared();
        self.go_on_with_goto();
        if let Some(sheet) = &mut self.desk.frameworks {
            sheet.poll();
        }
        if self.unsaved_since.is_some_and(|since| now - since >= SAVE_AFTER.as_secs_f64()) {
            self.unsaved_since = None;
            for change in self.remember_all() {
                self.desk.change(change);
            }
        }
        self.refresh();
    }

    /// Does what the user asked of what was drawn: if one of the actions brings another store to
    /// the front, the others are still of the one that was there.
    pub fn dispatch_all(&mut self, actions: Vec<Action>) {
        let drawn = self.store().map(|store| store.id);
        for action in actions {
            self.dispatch_to(drawn, action);
        }
    }

    /// Does what the user asked.
    pub fn dispatch(&mut self, action: Action) {
        self.dispatch_to(self.store().map(|store| store.id), action);
    }

    fn dispatch_to(&mut self, target: Option<StoreId>, action: Action) {
        let left = self.store().and_then(OpenStore::spot).filter(|_| !matches!(action, Action::Back | Action::Forward));
        match action {
            Action::OpenDialog => self.desk.effect(Effect::PickStore),
            Action::OpenFolderDialog => self.desk.effect(Effect::PickFolder),
            Action::ShowOpenPath => self.desk.modal = Some(Modal::OpenPath),
            Action::ShowRecent => self.desk.modal = Some(Modal::Recent),
            Action::ShowAbout => self.desk.modal = Some(Modal::About),
            Action::ShowFrameworks => self.show_frameworks(),
            Action::ShowKeys => self.desk.modal = Some(Modal::Keys),
            Action::CloseModal => self.close_modal(),
            Action::OpenPath(text) => self.open_path(place::typed_path(&text)),
            Action::OpenFiles(paths) => self.open_places(paths.into_iter().map(Place::of)),
            Action::OpenPlaces(places) => self.open_places(places),
            Action::OpenRecent(at) => {
                if let Some(recent) = self.desk.settings.recent.get(at) {
                    self.open_path(recent.place.store.clone());
                }
            }
            Action::ForgetRecent(at) => {
                if let Some(recent) = self.desk.settings.recent.get(at) {
                    let path = recent.place.store.clone();
                    self.desk.change(SettingsChange::Forget(path));
                }
            }
            Action::OpenSample(id) => self.open_sample(id),
            Action::ShowGoTo(scope, text) => self.show_goto(scope, text),
            Action::GoTo(action) => self.goto(action),
            Action::Back => self.go_through_history(false),
            Action::Forward => self.go_through_history(true),
            Action::ShowStore(id) => self.show(self.position(id)),
            Action::ShowNthStore(nth) => self.show(nth),
            Action::ShowNextStore(forward) => {
                let count = self.stores.len().max(1);
                self.show((self.active + if forward { 1 } else { count - 1 }) % count);
            }
            Action::CloseStore => self.close(target.map_or(usize::MAX, |id| self.position(id))),
            Action::CloseTab(id) => self.close(self.position(id)),
            Action::CloseOthers(id) => self.close_others(id.or(target)),
            Action::SetTheme(theme) => self.desk.change(SettingsChange::Theme(theme)),
            Action::ToggleUtc => self.desk.change(SettingsChange::Utc(!self.desk.settings.utc)),
            Action::SetAxis(axis) => self.desk.change(SettingsChange::BySequence(axis == Axis::Sequence)),
            Action::TextSize(step) => {
                let factor = match step {
                    0 => 1.0,
                    step => self.desk.settings.text_size * 1.1_f32.powi(i32::from(step)),
                };
                self.desk.change(SettingsChange::TextSize((factor * 10.0).round() / 10.0));
            }
            Action::SetSize(seam, size) => self.desk.change(SettingsChange::Size(seam.to_owned(), size)),
            Action::ResetLayout => self.desk.change(SettingsChange::ResetSizes),
            Action::AddToDesktop => self.desk.effect(Effect::AddToDesktop),
            Action::AddedToDesktop(added) => self.added_to_desktop(added),
            Action::FontsMissing(scripts) => {
                let mut is_known = true;
                for own in &scripts {
                    is_known &= !self.desk.no_fonts.insert(own);
                }
                if !is_known {
                    self.desk.say(format!("{}: {NO_FONT}.", scripts.join(", ")), 30.0);
                }
                if let Some(store) = self.stores.iter_mut().find(|store| Some(store.id) == target) {
                    store.lack_fonts(&scripts);
                }
            }
            Action::Say(words) => self.desk.say(words, 4.0),
            Action::Quit => self.desk.effect(Effect::Quit),
            // Done by the drawing layer itself.
            Action::FocusPanel(_) | Action::FocusNextPanel(_) | Action::FocusFilter | Action::FindHere => {}
            Action::ShowEventTypes | Action::ShowEventTimes | Action::ShowColumns | Action::ScrollColumns(_) => {}
            Action::ToggleFullscreen => {}
            Action::ZoomAtPlayhead(_) | Action::FoldTime | Action::ShowMenu(_) => {}
            action => {
                if let Some(store) = self.stores.iter_mut().find(|store| Some(store.id) == target) {
                    store.dispatch(action, &mut self.desk);
                }
            }
        }
        // Another store came to the front, and the one before is open still.
        if let Some(left) = left
            && self.store().is_some_and(|store| store.id != left.store)
            && self.position(left.store) < self.stores.len()
        {
            self.desk.history.leave(Some(left));
        }
        self.unsaved_since.get_or_insert(self.desk.now);
        self.refresh();
    }

    /// Goes back to where one was, or forward again; places that are gone are passed over.
    fn go_through_history(&mut self, forward: bool) {
        let here = self.store().and_then(OpenStore::spot);
        while let Some(spot) = self.desk.history.take(forward) {
            let at = self.position(spot.store);
            let found = self.stores.get_mut(at).and_then(|store| Some((store.stream_of(&spot)?, store)));
            let Some((stream, store)) = found.filter(|_| Some(&spot) != here.as_ref()) else { continue };
            if let Some(here) = here {
                self.desk.history.put(!forward, here);
            }
            let was_shown = store.view.as_ref().is_some_and(|view| view.id == stream);
            store.show_at(stream, Some(spot.at), self.desk.now);
            if !was_shown {
                store.list_again(spot.filter);
            }
            self.show(at);
            return;
        }
    }

    /// Closes the sheet in front. While an export runs, that is what ends first.
    fn close_modal(&mut self) {
        let store = self.stores.get_mut(self.active).filter(|_| self.desk.modal == Some(Modal::Export));
        if store.is_none_or(|store| store.leave_export(&mut self.desk)) {
            self.desk.modal = None;
        }
    }

    fn store(&self) -> Option<&OpenStore> {
        self.stores.get(self.active)
    }

    /// Place of a store among the tabs; none where it is closed.
    fn position(&self, id: StoreId) -> usize {
        self.stores.iter().position(|store| store.id == id).unwrap_or(usize::MAX)
    }

    fn open_path(&mut self, path: PathBuf) {
        self.open(Place::of(path), OpenChoice::default());
    }

    /// Says what came of adding the program to the desktop, in front of whatever is shown.
    fn added_to_desktop(&mut self, added: Result<String, Problem>) {
        match (added, self.stores.get_mut(self.active)) {
            (Ok(said), _) => self.desk.say(said, 10.0),
            (Err(problem), Some(store)) => store.notice = Some(Notice::Problem(problem)),
            (Err(problem), None) => self.desk.problem = Some(problem),
        }
    }

    /// Opens several; the first of them comes to the front.
    fn open_places(&mut self, places: impl IntoIterator<Item = Place>) {
        let mut first = None;
        for place in places {
            self.open(place, OpenChoice::default());
            first = first.or(self.store().map(|store| store.id));
        }
        self.show(first.map_or(usize::MAX, |id| self.position(id)));
    }

    /// Opens a store in a tab of its own, or shows the tab that it has.
    fn open(&mut self, place: Place, choice: OpenChoice) {
        self.desk.modal = None;
        self.desk.problem = None;
        let path = std::path::absolute(&place.store).unwrap_or_else(|_| place.store.clone());
        let open = |store: &OpenStore| store.path == path && !matches!(store.phase, Phase::Failed(_));
        if let Some(at) = self.stores.iter().position(open) {
            self.stores[at].go_to(place, &self.desk);
            self.show(at);
            return;
        }
        // A tab that only says why it could not be opened gives way.
        if self.store().is_some_and(|store| matches!(store.phase, Phase::Failed(_))) {
            self.stores.remove(self.active);
        }
        let store = OpenStore::open(&mut self.desk, place, choice);
        self.stores.push(store);
        self.name_tabs();
        self.show(self.stores.len() - 1);
    }

    fn open_sample(&mut self, id: &str) {
        let card = self.desk.samples.iter().find(|card| card.id == id);
        if let (Some(card), Some(samples)) = (card, &self.desk.folders.samples) {
            self.open(card.place(samples), OpenChoice::default());
        }
    }

    /// A store that turns out to be one that is open already gives way to its tab.
    fn give_way(&mut self) {
        let twin = |store: &OpenStore| {
            let real = &store.opened().filter(|opened| store.is_read_from(&opened.real))?.real;
            self.stores.iter().position(|other| other.id < store.id && other.is_read_from(real))
        };
        let found = self.stores.iter().enumerate().find_map(|(at, store)| Some((at, twin(store)?)));
        let Some((at, first)) = found else { return };
        let place = self.stores[at].asked_for();
        let was_active = self.active == at;
        self.stores.remove(at);
        self.active -= usize::from(self.active >= at && self.active > 0);
        self.stores[first].go_to(place, &self.desk);
        self.name_tabs();
        self.show(if was_active { first } else { self.active });
    }

    /// Names the stores, so that those called alike can be told apart.
    fn name_tabs(&mut self) {
        let paths: Vec<PathBuf> = self.stores.iter().map(|store| store.path.clone()).collect();
        for store in &mut self.stores {
            store.name = place::tab_name(&store.path, &paths);
        }
    }

    /// Brings a tab to the front.
    fn show(&mut self, at: usize) {
        if at >= self.stores.len() {
            return;
        }
        self.active = at;
        for (place, store) in self.stores.iter_mut().enumerate() {
            store.set_front(place == at);
        }
    }

    fn close(&mut self, at: usize) {
        if at >= self.stores.len() {
            return;
        }
        let store = self.stores.remove(at);
        self.desk.history.forget(store.id);
        if let Some(change) = store.remember() {
            self.desk.change(change);
        }
        if let (Phase::Failed(problem), true) = (store.phase, self.stores.is_empty()) {
            self.desk.problem = Some(problem);
        }
        self.name_tabs();
        if self.active > at || self.active >= self.stores.len() {
            self.active = self.active.saturating_sub(1);
        }
        self.show(self.active);
    }

    /// Closes every store but this one.
    fn close_others(&mut self, kept: Option<StoreId>) {
        if self.stores.iter().all(|store| Some(store.id) != kept) {
            return;
        }
        while let Some(at) = self.stores.iter().position(|store| Some(store.id) != kept) {
            self.close(at);
        }
    }

    /// Brings [`CommandContext`] up to date.
    fn refresh(&mut self) {
        self.desk.opened = self.stores.iter().filter_map(OpenStore::opened).cloned().collect();
        // A sheet is of the store in front.
        let has_sheet = self.store().is_some_and(|store| store.export.is_some());
        self.desk.modal.take_if(|modal| *modal == Modal::Export && !has_sheet);
        let front = self.store().map(|store| store.id);
        let can_mark = self.store().and_then(|store| store.view.as_ref()).is_some_and(|view| !view.is_arranging());
        self.desk.modal.take_if(|modal| *modal == Modal::Bookmark && !can_mark);
        let has_value = self.store().is_some_and(|store| store.value.is_some());
        self.desk.modal.take_if(|modal| *modal == Modal::Value && !has_value);
        if self.desk.modal != Some(Modal::Value) {
            self.stores.iter_mut().for_each(|store| store.value = None);
        }
        let is_of_front = self.desk.goto.as_ref().is_some_and(|go| go.is_of(front));
        self.desk.modal.take_if(|modal| *modal == Modal::GoTo && !is_of_front);
        self.desk.goto.take_if(|_| self.desk.modal != Some(Modal::GoTo));
        let settings = &self.desk.settings;
        let store = self.store();
        let mapping = store.is_some_and(|store| store.page.is_some());
        // What the page is in front of is out of reach.
        let store = store.filter(|_| !mapping);
        let view = store.and_then(|store| store.view.as_ref());
        let playhead = view.map(|view| &view.playhead);
        let notice = store.and_then(|store| store.notice.as_ref());
        self.commands = CommandContext {
            stores: self.stores.len(),
            recent: settings.recent.len(),
            mapping,
            store_open: store.is_some_and(|store| store.opened().is_some()),
            scanning: store.is_some_and(OpenStore::is_reading),
            filtering: store.is_some_and(|store| store.search.is_running())
                || view.is_some_and(|view| {
                    view.filter.is_running()
                        || view.links.is_reading()
                        || view.blame.is_running()
                        || view.comparison.is_searching()
                }),
            has_links: store.is_some_and(OpenStore::has_links),
            can_follow: view.is_some_and(|view| view.links.ends.iter().any(LinkEnd::can_follow)),
            can_go_back: self.desk.history.has(false),
            can_go_forward: self.desk.history.has(true),
            folding: view.is_some_and(|view| view.fold.stale_since.is_some()),
            store_changed: store.is_some_and(|s| s.changed.is_some()),
            notice: notice.is_some(),
            notice_offer: notice.and_then(|notice| notice.view().offer()).map(|(_, action)| action),
            system_streams: store.map_or(0, |store| store.index.list.system),
            system_listed: store.is_some_and(|store| store.list.order.system),
            stream_open: view.is_some(),
            events: playhead.map_or(0, |playhead| playhead.len()),
            applied: playhead.map(|playhead| playhead.applied()).unwrap_or_default(),
            none_before: playhead.is_some_and(|playhead| !playhead.can_step(false)),
            none_after: playhead.is_some_and(|playhead| !playhead.can_step(true)),
            playing: playhead.is_some_and(|playhead| playhead.is_playing()),
            speed: playhead.map_or(0, |playhead| playhead.speed()),
            state_ready: view.is_some_and(|view| view.fold.shown.is_some()),
            has_message: store.is_some_and(|store| store.findings_open)
                || view.is_some_and(|view| view.thrown().is_some()),
            path_selected: view.is_some_and(|view| view.trees.selected().is_some()),
            payload_path: view.is_some_and(|view| view.payload_path().is_some()),
            payload_column: view.is_some_and(|view| view.payload_path().is_some_and(|path| view.is_column(path))),
            columns: view.map_or(0, |view| view.cells.columns.len()),
            columns_chosen: view.is_some_and(|view| view.cells.are_chosen),
            widths_chosen: view.is_some_and(|view| view.cells.columns.iter().any(|own| own.width.is_some())),
            state_path: view.is_some_and(|view| view.state_path().or(view.blame.path.as_ref()).is_some()),
            blame_open: view.is_some_and(|view| view.blame.is_open),
            blame_closes: view.is_some_and(|view| {
                view.blame.is_open && (view.state_path().is_none() || view.state_path() == view.blame.path.as_ref())
            }),
            point_a: view.and_then(|view| view.comparison.point),
            comparing: view.is_some_and(|view| view.comparison.is_on),
            other_stream: view.is_some_and(|view| view.comparison.other.is_some()),
            twin: view.is_some_and(|view| view.comparison.other.as_ref().is_some_and(|other| other.is_twin_of(view))),
            diverges: view
                .and_then(|view| view.comparison.search())
                .is_some_and(|search| !search.is_running() && search.found.differs.is_some()),
            correlated: store.is_some_and(|store| store.tied_by(Tie::Correlation).is_some()),
            search_open: store.is_some_and(|store| store.search.is_open),
            reducer_chosen: store.is_some_and(|store| !matches!(store.reducers.source(), ReducerSource::Merge)),
            keeps_states: store.and_then(OpenStore::opened).is_some_and(|opened| opened.keeps_states()),
            skipping_errors: store.is_some_and(|store| store.reducers.on_error() == OnError::Skip),
            findings: store.map_or(0, |store| store.findings().map(Findings::total).sum()),
            findings_open: store.is_some_and(|store| store.findings_open),
            modal_open: self.desk.modal.is_some(),
            zoomed: view.is_some_and(|view| view.zoom.is_part()),
            axis: if settings.by_sequence { Axis::Sequence } else { Axis::Time },
            utc: settings.utc,
            theme: settings.theme,
            state_tab: store.map(|store| store.tabs.0).unwrap_or_default(),
            stream_sort: store.map(|store| store.list.order.sort).unwrap_or_default(),
            target: None,
        };
    }
}

/// What stores come back with is saved so long after something was done.
const SAVE_AFTER: Duration = Duration::from_secs(2);
/// Time between frames while the first scan shows its progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
