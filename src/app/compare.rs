//! [`Comparison`]: side A, that the state at the playhead is compared with: point A, a place of the
//! stream itself; or another stream, of this store or of another open one.

use std::sync::Arc;

use super::App;
use super::blame::Running;
use super::desk::Desk;
use super::playback::PlaybackCommand;
use super::store::{Notice, OpenStore};
use super::stream::{Ask, StreamView};
use crate::formats::Opened;
use crate::index::{At, EventIndex};
use crate::model::{Applied, Node, Problem, StoreId, StreamId, Version};
use crate::replay::diff::Change;
use crate::replay::host::Stop;
use crate::session::{
    Against, Answer, CompareWith, Divergence, FindDivergence, Found, JobNews, Progress, ReplayAsk, Session, Side,
    SideA, WantedDivergence,
};

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Comparison {
    /// Point A, if it is set.
    pub(super) point: Option<Applied>,
    pub(super) is_on: bool,
    /// Compared with in place of the point, while it is there.
    pub(super) other: Option<Box<Other>>,
    /// Other streams that were compared with so far.
    others: u64,
}

/// A stream that another is compared with, with a cursor of its own.
pub(super) struct Other {
    number: u64,
    pub(super) store: StoreId,
    /// Its store, where that is another one.
    pub(super) store_name: Option<String>,
    opened: Arc<Opened>,
    /// Events of its store that are taken in.
    events: u64,
    session: Session,
    pub(super) view: StreamView,
    /// Where the two begin to differ, once that was asked.
    pub(super) search: Option<DivergenceSearch>,
}

/// The search for the first event at which two streams differ.
pub(super) struct DivergenceSearch {
    job: Option<Running>,
    pub(super) progress: Progress,
    pub(super) found: Divergence,
    pub(super) problem: Option<Problem>,
}

/// A stream to compare with, before it is looked at.
struct Target {
    store: StoreId,
    store_name: Option<String>,
    opened: Arc<Opened>,
    index: EventIndex,
    stream: StreamId,
}

impl DivergenceSearch {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }
}

impl Other {
    /// It is the same stream, in another store.
    pub(super) fn is_twin_of(&self, view: &StreamView) -> bool {
        self.store_name.is_some() && self.view.name == view.name
    }

    fn parts<'a>(&'a mut self, ask: &Ask<'a>) -> (&'a mut StreamView, Ask<'a>) {
        (&mut self.view, Ask { session: &self.session, reducers: ask.reducers, now: ask.now })
    }

    /// The state there, or why there is none; `None`: it is not known yet.
    fn against(&self) -> Option<Box<Against>> {
        let side = SideA::Other(self.number);
        let fold = &self.view.fold;
        let (version, state, problem) = match (&fold.failed, &fold.shown) {
            (Some(problem), _) => (self.view.version(), Node::Null, Some(problem.clone())),
            (None, Some(shown)) => (shown.version, shown.state.clone(), shown.problem.clone()),
            (None, None) => return None,
        };
        Some(Box::new(Against { side, version, state, problem, changes: Vec::new() }))
    }
}

impl Comparison {
    /// What the state is compared with, or will be.
    fn side(&self) -> Option<SideA> {
        match &self.other {
            Some(other) => Some(SideA::Other(other.number)),
            None => self.point.filter(|_| self.is_on).map(SideA::Point),
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.other.as_ref().is_some_and(|other| other.view.is_waiting()) || self.is_searching()
    }

    pub(super) fn is_searching(&self) -> bool {
        self.search().is_some_and(DivergenceSearch::is_running)
    }

    pub(super) fn search(&self) -> Option<&DivergenceSearch> {
        self.other.as_ref()?.search.as_ref()
    }

    /// Ends the search for the first event that differs.
    pub(super) fn stop(&mut self) {
        if let Some(other) = &mut self.other {
            other.search.take_if(|search| search.is_running());
        }
    }
}

impl StreamView {
    /// Sets the point; where it is set there already, it is taken away.
    pub(super) fn set_point_a(&mut self, at: Applied, ask: &Ask<'_>) {
        let at = Applied(at.0.min(self.playhead.len()));
        self.put_point_a(Some(at).filter(|at| self.comparison.point != Some(*at)), ask);
    }

    fn put_point_a(&mut self, at: Option<Applied>, ask: &Ask<'_>) {
        self.comparison.point = at;
        self.trees.revision += 1;
        if self.comparison.other.is_none() && self.comparison.is_on {
            self.comparison.is_on = at.is_some();
            self.ask_compared(ask);
        }
    }

    /// Compares the state with that at the point; or with nothing any more.
    pub(super) fn compare(&mut self, is_on: bool, ask: &Ask<'_>) {
        let is_on = is_on && self.comparison.point.is_some();
        let was_other = self.comparison.other.take().is_some();
        if was_other || is_on != self.comparison.is_on {
            self.comparison.is_on = is_on;
            self.trees.revision += 1;
            self.ask_compared(ask);
        }
    }

    fn ask_compared(&mut self, ask: &Ask<'_>) {
        let with = match (&self.comparison.other, self.comparison.side()) {
            (Some(other), _) => other.against().map(CompareWith::Other),
            (None, Some(SideA::Point(at))) => Some(CompareWith::Point(at)),
            (None, _) => None,
        };
        ask.session.ask_replay(ReplayAsk::Compare(with));
        if !self.is_arranging() {
            self.seek(ask);
        }
    }

    /// The rows are others: the point stays at its event, the one with this version.
    pub(super) fn keep_point_a(&mut self, version: Option<Version>, ask: &Ask<'_>) {
        let Some(at) = self.comparison.point else { return };
        let moved = version.map_or(Applied(0), |version| Applied(self.rows.applied_at(version)));
        if moved != at {
            self.put_point_a(Some(moved), ask);
        }
    }

    /// Moves side A by so many events.
    pub(super) fn step_side_a(&mut self, by: i64, ask: &Ask<'_>) {
        match (&mut self.comparison.other, self.comparison.point) {
            (Some(_), _) => self.play_other(PlaybackCommand::StepBy(by), ask),
            (None, Some(at)) => {
                let to = Applied(at.0.saturating_add_signed(by).min(self.playhead.len()));
                if to != at {
                    self.put_point_a(Some(to), ask);
                }
            }
            (None, None) => {}
        }
    }

    /// Moves the other stream to the version that the playhead is at, or as near as it comes.
    pub(super) fn level_side_a(&mut self, ask: &Ask<'_>) {
        let version = self.version();
        let Some(other) = &self.comparison.other else { return };
        let to = version.map_or(Applied(0), |version| Applied(other.view.rows.applied_at(version)));
        self.play_other(PlaybackCommand::ScrubTo(to), ask);
    }

    fn play_other(&mut self, command: PlaybackCommand, ask: &Ask<'_>) {
        let Some(other) = &mut self.comparison.other else { return };
        let (view, own) = other.parts(ask);
        view.play(command, &own);
        if view.fold.stale_since.is_some() {
            self.fold.stale_since.get_or_insert(ask.now);
        }
    }

    /// Compares with another stream from now on: with its end, or at the version of the playhead where it is
    /// the same one.
    fn compare_with(&mut self, target: Target, session: Session, ask: &Ask<'_>) {
        let Target { store, store_name, opened, index, stream } = target;
        let is_twin = store_name.is_some() && index.streams().name(stream) == &*self.name;
        let at = match self.version() {
            Some(version) if is_twin => At::Version(version),
            None if is_twin => At::Initial,
            _ => At::Last,
        };
        let own = Ask { session: &session, reducers: ask.reducers, now: ask.now };
        let Some(view) = StreamView::open(&index, stream, at, None, &own) else { return };
        let events = index.events();
        self.comparison.others += 1;
        let number = self.comparison.others;
        self.comparison.other =
            Some(Box::new(Other { number, store, store_name, opened, events, session, view, search: None }));
        self.comparison.is_on = true;
        self.trees.revision += 1;
        // Until the state there is known, nothing is compared.
        self.ask_compared(ask);
    }

    /// Takes in what the other stream's cursor says.
    pub(super) fn poll_other(&mut self, ask: &Ask<'_>) {
        let Some(other) = &mut self.comparison.other else { return };
        let mut is_other_state = false;
        while let Some(answer) = other.session.answer() {
            let (view, own) = other.parts(ask);
            match answer {
                Answer::Stream(news) => view.take_stream(*news, &own),
                Answer::Fold(news) => view.take_fold(news),
                Answer::State(news) => {
                    view.take_state(news);
                    is_other_state = true;
                }
                Answer::ReducerFailed { ticket, problem } => {
                    view.take_reducer_failure(ticket, problem);
                    is_other_state = true;
                }
                Answer::ReadFailed(problem) | Answer::Failed(problem) => {
                    view.fold.failed = Some(problem);
                    view.fold.stale_since = None;
                    is_other_state = true;
                }
                _ => {}
            }
        }
        if is_other_state {
            self.ask_compared(ask);
        }
    }

    /// What computes states is another: that holds for both sides.
    pub(super) fn reduce_other(&mut self, ask: &Ask<'_>) {
        let Some(other) = &mut self.comparison.other else { return };
        other.search = None;
        let (view, own) = other.parts(ask);
        view.fold.shown = None;
        view.reduce(&own);
        ask.session.ask_replay(ReplayAsk::Compare(None));
    }

    /// What the last event changed, or what differs from side A.
    pub(super) fn changes(&self) -> Option<&[Change]> {
        match self.against() {
            Some(against) => Some(&against.changes),
            None => self.fold.shown.as_ref().map(|shown| &shown.changes[..]),
        }
    }

    /// What the state shown is compared with, once it is there.
    pub(super) fn against(&self) -> Option<&Against> {
        let against = self.fold.shown.as_ref()?.against.as_deref()?;
        (self.comparison.side() == Some(against.side)).then_some(against)
    }
}

impl OpenStore {
    /// Looks for the first event at which the stream differs from the one it is compared with.
    pub(super) fn find_divergence(&mut self, desk: &Desk) {
        let Some(view) = &mut self.view else { return };
        let (index, stream) = (view.rows.index().clone(), view.id);
        let choice = self.reducers.choice(&view.category_name);
        let Some(other) = view.comparison.other.as_mut().filter(|other| !other.view.is_arranging()) else { return };
        let stop = Stop::default();
        let wanted = WantedDivergence {
            here: Side { opened: None, index, stream, choice },
            there: Side {
                opened: Some(Arc::clone(&other.opened)),
                index: other.view.rows.index().clone(),
                stream: other.view.id,
                choice: self.reducers.choice(&other.view.category_name),
            },
            source: self.reducers.source().clone(),
            on_error: self.reducers.on_error(),
            share: desk.share(),
            stop: stop.clone(),
        };
        let handle = self.session.run(Box::new(move || Box::new(FindDivergence::new(wanted))));
        let (progress, found) = Default::default();
        other.search = Some(DivergenceSearch { job: Some(Running { handle, stop }), progress, found, problem: None });
    }

    /// Takes in what that search says; `false`: it is none.
    pub(super) fn take_divergence(&mut self, news: &JobNews) -> bool {
        let search = self.view.as_mut().and_then(|view| view.comparison.other.as_mut()?.search.as_mut());
        let is_own = |search: &&mut DivergenceSearch| search.job.as_ref().is_some_and(|job| job.handle.id() == news.id);
        let Some(search) = search.filter(is_own) else { return false };
        search.progress = news.progress;
        match &news.found {
            Found::Divergence(found) => search.found = *found,
            Found::Failed(problem) => search.problem = Some(problem.clone()),
            _ => {}
        }
        search.job.take_if(|_| news.done);
        true
    }

    /// Goes to the first event that differs, in both streams.
    pub(super) fn go_to_divergence(&mut self, now: f64) {
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        let Some(view) = &mut self.view else { return };
        let search = view.comparison.search().filter(|search| !search.is_running());
        let Some(to) = search.map(|search| Applied(search.found.same + 1)) else { return };
        view.play(PlaybackCommand::ScrubTo(to), &ask);
        view.play_other(PlaybackCommand::ScrubTo(to), &ask);
    }
}

impl App {
    /// Compares the stream that a store shows with one of another store, or of its own.
    pub(super) fn compare_with(&mut self, store: StoreId, with: StoreId, stream: StreamId) {
        let Some(source) = self.stores.iter().find(|own| own.id == with) else { return };
        let Some(opened) = source.opened().cloned() else { return };
        let store_name = (with != store).then(|| source.name.clone());
        let target = Target { store: with, store_name, opened, index: source.index.index.clone(), stream };
        let session = self.desk.beside(Arc::clone(&target.opened));
        let Some(own) = self.stores.iter_mut().find(|own| own.id == store) else { return };
        let ask = Ask { session: &own.session, reducers: &own.reducers, now: self.desk.now };
        if let Some(view) = own.view.as_mut().filter(|view| !view.is_arranging()) {
            view.compare_with(target, session, &ask);
        }
    }

    /// The stores of streams that are compared with may have gained events, or be closed by now.
    pub(super) fn follow_compared(&mut self) {
        if !self.stores.iter().any(|store| store.view.as_ref().is_some_and(|view| view.comparison.other.is_some())) {
            return;
        }
        let sources: Vec<(StoreId, Arc<Opened>, EventIndex)> = self
            .stores
            .iter()
            .filter_map(|store| Some((store.id, Arc::clone(store.opened()?), store.index.index.clone())))
            .collect();
        for store in &mut self.stores {
            let ask = Ask { session: &store.session, reducers: &store.reducers, now: self.desk.now };
            let Some(view) = &mut store.view else { continue };
            let Some(other) = &mut view.comparison.other else { continue };
            let source =
                sources.iter().find(|(id, opened, _)| *id == other.store && Arc::ptr_eq(opened, &other.opened));
            match source {
                Some((_, _, index)) if index.events() == other.events => {}
                Some((_, _, index)) => {
                    other.events = index.events();
                    let (view, own) = other.parts(&ask);
                    view.take_index(index, false, &own);
                }
                None => {
                    let name = other.store_name.clone().unwrap_or_else(|| store.name.clone());
                    view.compare(false, &ask);
                    let words = format!("{name} was closed or read anew, so nothing is compared with it any more.");
                    store.notice.get_or_insert(Notice::Note(words));
                }
            }
        }
    }
}
