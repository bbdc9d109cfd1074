//! [`StreamView`]: the stream of a store that is shown: its events, its playhead, and the
//! state there. Dropping it forgets all of that.

use std::collections::HashSet;
use std::sync::Arc;

use super::action::{Action, StateTab, Tree, Zoom};
use super::blame::Blame;
use super::columns::Cells;
use super::compare::Comparison;
use super::filter::EventFilter;
use super::idle::idle_threshold;
use super::links::Links;
use super::matrix::Matrix;
use super::playback::{Playback, PlaybackChange, PlaybackCommand};
use super::reducers::Reducers;
use crate::index::{At, EventIndex, NoSuchPlace, StreamRows};
use crate::model::json::to_text;
use crate::model::{Applied, CategoryId, Node, Pointer, Problem, StreamId, Text, Time, TypeId, Version, visible_name};
use crate::replay::timeline::HandlerError;
use crate::replay::written::Written;
use crate::session::{
    CELL_BLOCK, CellNews, Filter, FoldNews, JobNews, ReplayAsk, Session, SideA, StateNews, StreamNews, Ticket,
};

/// See the module's documentation.
pub(super) struct StreamView {
    pub(super) id: StreamId,
    pub(super) name: Text,
    /// The name that finds it: an archived one beside an active one of its name says so.
    pub(super) called: String,
    pub(super) category: CategoryId,
    pub(super) category_name: Text,
    pub(super) rows: StreamRows,
    /// Some of its events say when they happened.
    pub(super) has_times: bool,
    /// Where the playhead goes once the rows are in order.
    wanted: Option<At>,
    /// It was wanted where the stream does not reach.
    pub(super) lost: Option<NoSuchPlace>,
    /// Its types and how many events they have, most frequent first; empty until counted.
    pub(super) types: Vec<(TypeId, u64)>,
    /// Idle stretches are longer than this, in microseconds.
    pub(super) idle: i64,
    pub(super) playhead: Playback,
    /// Part of the slider's axis that is shown.
    pub(super) zoom: Zoom,
    pub(super) fold: Fold,
    pub(super) filter: EventFilter,
    pub(super) links: Links,
    pub(super) blame: Blame,
    pub(super) comparison: Comparison,
    pub(super) cells: Cells,
    pub(super) matrix: Matrix,
    pub(super) trees: Trees,
    /// Rows, columns and types are asked for.
    awaits_rows: bool,
    /// Rows are asked for that a playhead at the end goes to the end of.
    follows_end: bool,
    ticket: Ticket,
}

/// What the replayer says of the stream.
#[derive(Default)]
pub(super) struct Fold {
    pub(super) shown: Option<Box<StateNews>>,
    /// How far it came, and what it met on the way.
    pub(super) news: FoldNews,
    pub(super) written: Option<(Applied, Arc<Written>)>,
    /// The reducer cannot start, so there is no state.
    pub(super) failed: Option<Problem>,
    /// Since when the state shown is not the one asked for.
    pub(super) stale_since: Option<f64>,
    /// The playhead came here by a single step.
    pub(super) stepped: bool,
    /// Events that threw, in order.
    pub(super) skipped: Vec<Applied>,
    /// Paths that the last event changed, as a person reads them.
    pub(super) wrote: Vec<String>,
    pub(super) announcement: String,
}

/// How the trees of values look.
#[derive(Default)]
pub(super) struct Trees {
    looks: [TreeLook; 3],
    /// The tree that was used last.
    active: usize,
    /// Changes whenever a tree looks different.
    pub(super) revision: u64,
    /// Changes whenever there is something else in one.
    pub(super) contents: u64,
}

/// What is open and selected in one tree.
#[derive(Default)]
pub(super) struct TreeLook {
    /// Branches that are not as they are at first.
    pub(super) toggled: HashSet<Pointer>,
    pub(super) selected: Option<Pointer>,
}

/// What the view needs of its store to ask for something.
pub(super) struct Ask<'a> {
    pub(super) session: &'a Session,
    pub(super) reducers: &'a Reducers,
    pub(super) now: f64,
}

impl StreamView {
    /// Turns to a stream; `before` is the view that it replaces. `None`: there is no such stream.
    pub(super) fn open(
        index: &EventIndex,
        id: StreamId,
        at: At,
        before: Option<&StreamView>,
        ask: &Ask<'_>,
    ) -> Option<StreamView> {
        let streams = index.streams();
        let summary = streams.summary(id)?;
        let mut playhead = before.map(|view| view.playhead.clone()).unwrap_or_default();
        playhead.reset(u64::from(summary.events));
        let mut view = StreamView {
            id,
            name: Arc::from(streams.name(id)),
            called: String::new(),
            category: summary.category,
            category_name: Arc::from(streams.category_name(summary.category)),
            rows: StreamRows::default(),
            has_times: false,
            wanted: Some(at),
            lost: None,
            types: Vec::new(),
            idle: i64::MAX,
            playhead,
            zoom: Zoom::WHOLE,
            fold: Fold::default(),
            filter: EventFilter::default(),
            links: Links::default(),
            blame: Blame::default(),
            comparison: Comparison::default(),
            cells: Cells::default(),
            trees: Trees {
                revision: before.map_or(0, |view| view.trees.revision) + 1,
                contents: before.map_or(0, |view| view.trees.contents) + 1,
                ..Trees::default()
            },
            matrix: Matrix::default(),
            awaits_rows: false,
            follows_end: false,
            ticket: before.map(|view| view.ticket).unwrap_or_default(),
        };
        ask.session.stop_fold();
        if before.is_some_and(|view| view.comparison.is_on) {
            ask.session.ask_replay(ReplayAsk::Compare(None));
        }
        view.select(index, ask);
        if let Some(rows) = index.rows_at_once(id) {
            view.arrive(rows, ask);
        }
        Some(view)
    }

    fn select(&mut self, index: &EventIndex, ask: &Ask<'_>) {
        let is_found = index.streams().find(&self.name) == Some(self.id);
        self.called = if is_found { self.name.to_string() } else { format!("{} (archived)", self.name) };
        self.ticket.stream += 1;
        self.awaits_rows = true;
        self.cells.forget_asked();
        ask.session.ask_replay(ReplayAsk::Select { ticket: self.ticket, index: index.clone(), stream: self.id });
    }

    /// The rows are in order for the first time: the playhead goes where it was wanted.
    fn arrive(&mut self, rows: StreamRows, ask: &Ask<'_>) {
        let found = rows.find(self.wanted.take().unwrap_or_default());
        self.set_rows(rows);
        let applied = found.map_or(Applied(self.rows.len()), |(applied, _)| applied);
        let _ = self.playhead.apply(PlaybackCommand::ScrubTo(applied));
        self.lost = found.err();
        self.reduce(ask);
        self.apply_filter(ask.session);
    }

    fn set_rows(&mut self, rows: StreamRows) {
        // A log whose first and last thousand have none has none that are of use.
        let (len, near) = (rows.len(), rows.len().min(1_000));
        let first = (0..near).find_map(|at| rows.time(at));
        let last = (len - near..len).rev().find_map(|at| rows.time(at));
        self.idle = match (first, last) {
            (Some(Time(first)), Some(Time(last))) => idle_threshold(len, last.saturating_sub(first)),
            _ => i64::MAX,
        };
        let _ = self.playhead.set_len(len);
        self.has_times = first.or(last).is_some();
        self.rows = rows;
        self.trees.revision += 1;
    }

    pub(super) fn is_waiting(&self) -> bool {
        let cells = self.cells.is_waiting();
        let jobs = self.filter.is_running() || self.links.is_waiting() || self.blame.is_running();
        let jobs = jobs || self.comparison.is_waiting();
        let matrix = self.matrix.is_waiting() || self.matrix.lacks_some(self.ticket);
        self.awaits_rows || self.fold.stale_since.is_some() || jobs || cells || matrix
    }

    /// Something was drawn without being there, and was not asked for.
    pub(super) fn lacks_some(&self) -> bool {
        self.cells.lack_some() || self.matrix.lacks_some(self.ticket)
    }

    /// Which stream, fold and playhead questions are of.
    pub(super) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The rows are not in order yet.
    pub(super) fn is_arranging(&self) -> bool {
        self.wanted.is_some()
    }

    /// A new snapshot of the index, where the stream may have gained events.
    /// While the store is read for the first time, a playhead at the end is one at the last
    /// event, which is yet to come.
    pub(super) fn take_index(&mut self, index: &EventIndex, first_scan: bool, ask: &Ask<'_>) {
        let events = index.streams().summary(self.id).map_or(0, |summary| u64::from(summary.events));
        if !self.is_arranging() && events != self.rows.len() {
            self.follows_end |= first_scan;
            self.select(index, ask);
        }
    }

    /// The rows, columns and types of the stream as it was asked for last.
    pub(super) fn take_stream(&mut self, news: StreamNews, ask: &Ask<'_>) {
        if !news.ticket.same_stream(self.ticket) {
            return;
        }
        self.awaits_rows = false;
        self.cells.learn(news.columns, news.paths);
        self.trees.revision += 1;
        if self.is_arranging() {
            self.arrive(news.rows, ask);
        } else {
            self.grow(news.rows, ask);
        }
        self.types = news.types;
    }

    /// The same stream as of a newer snapshot.
    fn grow(&mut self, rows: StreamRows, ask: &Ask<'_>) {
        let old = self.rows.len();
        // Late events may stand between the old ones: one such row moves the last.
        let last = old.saturating_sub(1);
        let same = rows.len() >= old && (old == 0 || rows.key(last) == self.rows.key(last));
        if same && rows.len() == old {
            self.rows = rows;
            return;
        }
        let stood_at = self.version();
        let point_a = self.comparison.point.and_then(|at| self.version_at(at));
        let to_end = std::mem::take(&mut self.follows_end) && self.playhead.applied().0 == old;
        if same {
            // Only the last block was not full.
            self.cells.forget_block(old / CELL_BLOCK);
        } else {
            self.cells.forget();
            self.filter.forget();
        }
        self.filter.outgrow();
        self.blame.is_stale = true;
        self.set_rows(rows);
        if to_end {
            let _ = self.playhead.apply(PlaybackCommand::Last);
        } else if let (false, Some(version)) = (same, stood_at) {
            let applied = Applied(self.rows.applied_at(version));
            let _ = self.playhead.apply(PlaybackCommand::ScrubTo(applied));
        }
        self.keep_point_a(point_a, ask);
        // Answers to what was asked before are of the old rows.
        self.seek(ask);
        self.apply_filter(ask.session);
    }

    /// Folds the stream anew: another stream, another reducer.
    pub(super) fn reduce(&mut self, ask: &Ask<'_>) {
        if self.is_arranging() {
            return;
        }
        self.ticket.reducer += 1;
        self.blame.is_stale = true;
        self.fold.written = None;
        self.fold.failed = None;
        self.fold.news = FoldNews::default();
        self.fold.skipped.clear();
        ask.session.stop_fold();
        ask.session.ask_replay(ReplayAsk::Reduce {
            ticket: self.ticket,
            source: ask.reducers.source().clone(),
            choice: ask.reducers.choice(&self.category_name),
            on_error: ask.reducers.on_error(),
        });
        self.reduce_other(ask);
        self.seek(ask);
    }

    pub(super) fn seek(&mut self, ask: &Ask<'_>) {
        self.ticket.seek += 1;
        self.fold.stale_since.get_or_insert(ask.now);
        ask.session.ask_replay(ReplayAsk::Seek { ticket: self.ticket, applied: self.playhead.applied() });
    }

    fn moved(&mut self, change: PlaybackChange, ask: &Ask<'_>) {
        if change.moved && !self.is_arranging() {
            self.fold.stepped = change.step;
            self.seek(ask);
        }
    }

    pub(super) fn play(&mut self, command: PlaybackCommand, ask: &Ask<'_>) {
        let change = self.playhead.apply(command);
        self.moved(change, ask);
    }

    pub(super) fn go_to(&mut self, at: At, ask: &Ask<'_>) {
        if self.is_arranging() {
            self.wanted = Some(at);
            return;
        }
        match self.rows.find(at) {
            Ok((applied, _)) => self.play(PlaybackCommand::ScrubTo(applied), ask),
            Err(lost) => self.lost = Some(lost),
        }
    }

    /// Lets time pass, and asks for what was drawn without being there.
    pub(super) fn tick(&mut self, ask: &Ask<'_>) {
        let change = self.playhead.tick(ask.now);
        self.moved(change, ask);
        if let Some((columns, blocks)) = self.cells.wanted() {
            ask.session.ask_replay(ReplayAsk::Cells { ticket: self.ticket, columns, blocks });
        }
        self.ask_matrix(ask);
    }

    /// Does what the user asked of the stream; `false`: it is none of its business.
    pub(super) fn dispatch(&mut self, action: Action, ask: &Ask<'_>) -> bool {
        match action {
            Action::Playback(command) => self.play(command, ask),
            Action::SelectEvent(applied) => self.play(PlaybackCommand::ScrubTo(applied), ask),
            Action::SetEventFilter(text) => {
                self.set_filter(Filter { text, ..self.filter.wanted.clone() }, ask.session);
            }
            Action::SetEventTypes(types) => {
                self.set_filter(Filter { types, ..self.filter.wanted.clone() }, ask.session);
            }
            Action::ToggleEventType(name) => self.toggle_type(name, ask.session),
            Action::StopFilter => {
                self.filter.stop();
                self.playhead.set_matches(self.filter.places.clone());
                self.links.stop();
                self.blame.stop();
                self.comparison.stop();
            }
            Action::StopFold => {
                ask.session.stop_fold();
                ask.session.ask_replay(ReplayAsk::Halt(self.ticket));
            }
            Action::GoOnFolding => {
                ask.session.ask_replay(ReplayAsk::GoOn(self.ticket));
                self.seek(ask);
            }
            Action::SetZoom(zoom) => self.zoom = zoom.or_whole(),
            Action::SetPointA(at) => self.set_point_a(at, ask),
            Action::Compare(is_on) => self.compare(is_on, ask),
            Action::StepSideA(by) => self.step_side_a(by, ask),
            Action::LevelSideA => self.level_side_a(ask),
            Action::CloseBlame => self.blame.is_open = false,
            Action::SelectPath(tree, path) => self.trees.select(tree, path),
            Action::ToggleExpanded(tree, path) => self.trees.toggle(tree, path),
            _ => return false,
        }
        true
    }

    pub(super) fn apply_filter(&mut self, session: &Session) {
        let rows = (!self.is_arranging()).then_some(&self.rows);
        self.filter.start(rows, self.id, session);
        self.playhead.set_matches(self.filter.places.clone());
    }

    /// Takes in what the filter found.
    pub(super) fn take_filter(&mut self, news: JobNews) -> Option<Problem> {
        let problem = self.filter.take(news);
        self.playhead.set_matches(self.filter.places.clone());
        problem
    }

    pub(super) fn take_state(&mut self, news: Box<StateNews>) {
        // An older state of the same stream is better than none while dragging; of another
        // stream or reducer it would be wrong.
        if !news.ticket.same_fold(self.ticket) {
            return;
        }
        self.fold.wrote = news.changes.iter().take(12).map(|change| readable(&change.path)).collect();
        if news.ticket == self.ticket {
            self.fold.stale_since = None;
            self.fold.announcement = announce(&news);
        }
        self.trees.revision += 1;
        self.trees.contents += 1;
        self.fold.shown = Some(news);
    }

    /// What the reducer threw, where the fold stopped for it.
    pub(super) fn thrown(&self) -> Option<&HandlerError> {
        let news = &self.fold.news;
        news.errors.last().filter(|_| news.stopped.is_some() && !news.halted)
    }

    pub(super) fn take_fold(&mut self, news: FoldNews) {
        if news.ticket.same_fold(self.ticket) {
            self.fold.skipped = news.errors.iter().map(|error| error.applied).collect();
            self.fold.news = news;
        }
    }

    pub(super) fn take_written(&mut self, ticket: Ticket, applied: Applied, written: Arc<Written>) {
        if ticket == self.ticket {
            self.fold.written = Some((applied, written));
        }
    }

    pub(super) fn take_cells(&mut self, news: CellNews) {
        if news.ticket.same_stream(self.ticket) {
            self.cells.take(news);
        }
    }

    /// The reducer cannot start: there is no state, and what was shown is of another reducer.
    pub(super) fn take_reducer_failure(&mut self, ticket: Ticket, problem: Problem) {
        if ticket.same_fold(self.ticket) {
            self.fold.stale_since = None;
            self.fold.shown = None;
            self.trees.contents += 1;
            self.fold.failed = Some(problem);
            self.matrix = Matrix::default();
        }
    }

    pub(super) fn tell_tab(&mut self, tab: StateTab, session: &Session) {
        session.ask_replay(ReplayAsk::Raw(tab == StateTab::Raw));
        self.leave_matrix(tab, session);
    }

    pub(super) fn is_stale_for(&self, seconds: f64, now: f64) -> bool {
        self.fold.stale_since.is_some_and(|since| now - since >= seconds)
    }

    pub(super) fn version_at(&self, applied: Applied) -> Option<Version> {
        self.rows.version(applied.0.checked_sub(1)?)
    }

    /// The version of the event at the playhead; `None` at the initial state.
    pub(super) fn version(&self) -> Option<Version> {
        self.version_at(self.playhead.applied())
    }

    /// Where the playhead stands, as a place that can be found again.
    pub(super) fn at(&self) -> At {
        match self.version() {
            _ if self.is_arranging() => self.wanted.unwrap_or_default(),
            None => At::Initial,
            Some(_) if self.playhead.applied().0 == self.rows.len() => At::Last,
            Some(version) => At::Version(version),
        }
    }

    /// The path that is selected in the state.
    pub(super) fn state_path(&self) -> Option<&Pointer> {
        self.trees.of(Tree::State).selected.as_ref()
    }

    /// The value that is selected in the active tree.
    pub(super) fn selected_value(&self) -> Option<&Node> {
        let shown = self.fold.shown.as_ref()?;
        let (tree, path) = self.trees.selected()?;
        let root = match tree {
            Tree::State => &shown.state,
            Tree::Payload => self.links.stands_for().unwrap_or(&shown.event.as_ref()?.data),
            Tree::Metadata => &shown.event.as_ref()?.metadata,
        };
        root.at(path)
    }
}

impl Trees {
    pub(super) fn select(&mut self, tree: Tree, path: Option<Pointer>) {
        self.active = tree as usize;
        self.looks[self.active].selected = path;
    }

    fn toggle(&mut self, tree: Tree, path: Pointer) {
        let toggled = &mut self.looks[tree as usize].toggled;
        if !toggled.remove(&path) {
            toggled.insert(path);
        }
        self.revision += 1;
    }

    pub(super) fn of(&self, tree: Tree) -> &TreeLook {
        &self.looks[tree as usize]
    }

    /// The selected path of the tree that was used last.
    pub(super) fn selected(&self) -> Option<(Tree, &Pointer)> {
        let tree = [Tree::State, Tree::Payload, Tree::Metadata][self.active];
        self.looks[self.active].selected.as_ref().map(|path| (tree, path))
    }
}

/// What a screen reader says of a step: `version 57, Withdrawn, balance −40, was 10`.
fn announce(news: &StateNews) -> String {
    let Some(version) = news.version else { return "initial state".to_owned() };
    let mut text = format!("version {version}");
    if let Some(against) = &news.against {
        let from = against.version.map_or("the initial state".to_owned(), |version| format!("version {version}"));
        let count = against.changes.len();
        return match against.side {
            SideA::Point(_) if count == 0 => format!("{text}, as at point A, {from}"),
            SideA::Point(_) => format!("{text}, {count} changes since point A, {from}"),
            SideA::Other(_) if count == 0 => format!("{text}, as the other stream at {from}"),
            SideA::Other(_) => format!("{text}, {count} differences from the other stream at {from}"),
        };
    }
    if let Some(event) = &news.event {
        text.push_str(&format!(", {}", visible_name(&event.event_type)));
    }
    if let Some(change) = news.changes.first() {
        let value = |node: &Option<Node>| node.as_ref().map(to_text);
        text.push_str(&format!(", {}", readable(&change.path)));
        match (value(&change.after), value(&change.before)) {
            (Some(after), Some(before)) => text.push_str(&format!(" {after}, was {before}")),
            (Some(after), None) => text.push_str(&format!(" {after}, new")),
            (None, Some(before)) => text.push_str(&format!(" removed, was {before}")),
            (None, None) => {}
        }
        if news.changes.len() > 1 {
            text.push_str(&format!(", and {} more", news.changes.len() - 1));
        }
    }
    text
}

/// A path as a person writes it, the whole state included.
fn readable(path: &Pointer) -> String {
    if path.0.is_empty() { "everything".to_owned() } else { path.readable() }
}
