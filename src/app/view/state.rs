//! The state at the playhead and the event there: trees of values, who wrote what, what changed.

use std::borrow::Cow;
use std::collections::HashSet;

use super::compare::{self, OtherView};
use super::find::find;
use super::{Content, EventMark, FindView, TypeSlot};
use crate::app::VEIL_AFTER;
use crate::app::action::{EventTab, Panel, StateTab, Tie, Tree};
use crate::app::links::Links;
use crate::app::store::OpenStore;
use crate::app::stream::StreamView;
use crate::model::{
    Applied, LinkTarget, Marks, Node, Pointer, Position, Problem, RecordedEvent, Time, Version, visible_name,
};
use crate::replay::Emitted;
use crate::replay::timeline::OnError;
use crate::replay::written::Written;
use crate::session::{Against, LinkEnd, MatrixColumn, Progress, StateNews, Window};

/// A tree of one node, maybe compared with an earlier one.
pub struct TreeView<'a> {
    /// Which tree, for actions.
    pub tree: Tree,
    pub node: &'a Node,
    /// What it was one event before, for signs and "was"; `None` = not compared.
    pub before: Option<&'a Node>,
    /// Branches that are not as they are at first: the app flips paths here on `ToggleExpanded`.
    pub toggled: &'a HashSet<Pointer>,
    pub selected: Option<&'a Pointer>,
    /// What is looked for in it.
    pub find: Option<FindView<'a>>,
    /// Changes whenever `node`, `before` or `toggled` does; rows are kept until then.
    pub revision: u64,
}

/// Which event last changed a path. Asked for visible rows only.
pub trait LastWrites {
    /// The last write of `path`, or of anything below it.
    fn of(&self, path: &Pointer) -> LastWrite;
}

/// Answer of [`LastWrites`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastWrite {
    /// Not known yet.
    Pending,
    /// It is as the initial state has it.
    Initial,
    /// Written by the event with this version, the `applied`-th of the stream, so many events before the
    /// playhead (0 = by the event at it).
    At { version: Version, applied: Applied, age: u64 },
}

pub struct StateView<'a> {
    pub tab: StateTab,
    /// `Empty`: no stream is chosen.
    pub content: Content<'a, StateBody<'a>>,
    /// The state shown is of an earlier playhead and has been so for over 80 ms.
    pub stale: bool,
    /// How far the fold came, where it is waited for.
    pub folding: Option<String>,
    /// What is looked for in it.
    pub find: Option<FindView<'a>>,
}

/// A state that is there.
pub struct StateBody<'a> {
    /// `tree.tree` is [`Tree::State`].
    pub tree: TreeView<'a>,
    /// The event it is after; `None` = initial state.
    pub version: Option<Version>,
    /// The event before that, for the column of old values; `None` = initial state, or nothing.
    pub previous: Option<Version>,
    pub written: &'a dyn LastWrites,
    pub changes: &'a dyn ChangeList,
    /// It is compared with the state at point A; changes, and what it was, are beside that one.
    pub against: Option<AgainstView<'a>>,
    /// The other stream that it is compared with, or will be once the state there is known.
    pub other: Option<OtherView<'a>>,
    /// The last move was a single step: changed rows are tinted for 400 ms from then on.
    pub stepped: bool,
    pub source: StateSource<'a>,
    /// The replay met an event that made the reducer throw.
    pub threw: Option<ThrowView<'a>>,
    /// The user stopped the fold before the state that was asked for.
    pub halted: Option<HaltView>,
    /// Events left out so far because the reducer threw.
    pub skipped: u64,
    /// For the tab Matrix.
    pub matrix: MatrixView<'a>,
    /// The state as pretty JSON, for the tab Raw; may stay empty while another tab is shown.
    pub raw: &'a str,
}

/// What the events around the playhead changed.
pub struct MatrixView<'a> {
    /// Its branches and leaves are the rows: paths of the state, and those that changed.
    pub tree: TreeView<'a>,
    pub columns: &'a dyn MatrixColumns,
    pub playhead: Applied,
    /// Characters of the stream's last version.
    pub version_chars: usize,
}

/// The columns of the matrix, by the number of their event from 1.
pub trait MatrixColumns {
    /// The events to draw where there is room for so many; what is not there of them is asked for.
    fn window(&self, room: u64) -> Option<Window>;
    fn column(&self, applied: u64) -> ColumnLine<'_>;
}

/// One event and what it changed.
pub struct ColumnLine<'a> {
    pub applied: Applied,
    pub version: Version,
    pub type_name: &'a str,
    pub time: Option<Time>,
    /// `None`: not known yet.
    pub changes: Option<&'a MatrixColumn>,
}

/// Side A, that the state is compared with.
pub struct AgainstView<'a> {
    /// It is another stream, of this name.
    pub stream: Option<&'a str>,
    /// The event it is after; `None` = initial state.
    pub version: Option<Version>,
    /// Why there is no state there.
    pub problem: Option<&'a Problem>,
}

/// Whose state it is.
pub enum StateSource<'a> {
    /// A reducer of the user.
    Reducer,
    /// Merge, because no reducer is chosen for this category.
    Guess {
        category: &'a str,
        /// A file with a reducer is open but has none for the category.
        file: Option<&'a str>,
    },
}

/// An event that made the reducer throw.
pub struct ThrowView<'a> {
    /// Name of the module.
    pub file: &'a str,
    pub version: Version,
    pub type_name: &'a str,
    /// What was thrown: `TypeError: state.plan is undefined`.
    pub message: &'a str,
    /// Where: `account.js:41:22`; empty = not known.
    pub place: &'a str,
    /// What to do, without "help:"; empty = nothing.
    pub help: &'a str,
    /// Last version with a good state; `None` = the initial state.
    pub last_good: Option<Version>,
    /// Events after the throw that are not applied.
    pub not_reached: u64,
}

/// Where the user stopped the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HaltView {
    /// Last version with a state; `None` = the initial state.
    pub at: Option<Version>,
    pub not_reached: u64,
}

/// What one event changed, or what differs from point A, in the order of the state.
pub trait ChangeList {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Change `i`, `i < len()`.
    fn change(&self, i: u64) -> ChangeLine<'_>;
}

/// One change: added without `before`, removed without `after`.
pub struct ChangeLine<'a> {
    pub path: Cow<'a, Pointer>,
    pub before: Option<&'a Node>,
    pub after: Option<&'a Node>,
}

pub struct EventView<'a> {
    pub tab: EventTab,
    /// `Empty`: the playhead stands before the first event, or no stream is chosen.
    pub content: Content<'a, EventBody<'a>>,
    /// What is looked for in it.
    pub find: Option<FindView<'a>>,
}

/// An event that is there.
pub struct EventBody<'a> {
    pub version: Version,
    pub type_name: &'a str,
    pub slot: TypeSlot,
    /// The store's id of the event.
    pub id: Option<&'a str>,
    /// The store's order over everything.
    pub position: &'a Position,
    pub time: Option<Time>,
    /// The time as stored.
    pub time_text: Option<&'a str>,
    pub mark: EventMark,
    /// `tree` is [`Tree::Payload`].
    pub payload: TreeView<'a>,
    /// `tree` is [`Tree::Metadata`].
    pub metadata: TreeView<'a>,
    /// The payload's bytes as stored.
    pub raw: &'a [u8],
    /// Why the payload could not be decoded.
    pub undecodable: Option<&'a str>,
    /// What the reducer wrote to the console when it folded it, a line each.
    pub console: String,
    /// Where it points.
    pub links: Vec<LinkLine<'a>>,
    /// Ids that tie it to others, and that are not among the links.
    pub ties: Vec<(Tie, &'a str)>,
    /// What a projection would write at it.
    pub emitted: &'a [Emitted],
    /// Events of this kind of store may point at others.
    pub has_links: bool,
    /// Events that point at it, once they were asked for.
    pub here: Option<LinksHereView<'a>>,
}

/// Where an event points.
pub struct LinkLine<'a> {
    /// `links to order-1 v0`.
    pub words: String,
    /// The type of the event that is there; with its place where the words do not say it.
    pub event: Cow<'a, str>,
    /// So many events of this category follow it.
    pub rest: Option<(u64, &'a str)>,
    /// Why there is none, or why the store's server does not show it.
    pub reason: Option<&'a str>,
    pub can_follow: bool,
    /// How far it is looked for, in percent.
    pub looking: Option<u64>,
    /// The payload that is shown is that of the other event.
    pub is_shown: bool,
}

/// Events that point at one.
pub struct LinksHereView<'a> {
    pub rows: &'a dyn LinksHereLines,
    /// With those that are not listed.
    pub count: u64,
    /// How far they are looked for, in percent; `None` at the end.
    pub looking: Option<u64>,
    /// It was ended before that.
    pub is_part: bool,
}

/// Rows of the events that point at one.
pub trait LinksHereLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> LinkHereLine<'_>;
}

/// An event that points at the one that is shown.
#[derive(Default)]
pub struct LinkHereLine<'a> {
    pub stream: &'a str,
    pub version: Option<Version>,
    pub event_type: &'a str,
    /// `caused by`.
    pub name: &'a str,
}

pub(super) fn state(store: &OpenStore, now: f64) -> StateView<'_> {
    let tab = store.tabs.0;
    let find = find(store, Panel::State);
    let Some(view) = &store.view else {
        return StateView { tab, content: Content::Empty, stale: false, folding: None, find };
    };
    let shown = view.fold.shown.as_deref();
    let problem = view.fold.failed.as_ref().or_else(|| shown?.problem.as_ref());
    let (veil, is_matrix) = (VEIL_AFTER.as_secs_f64(), tab == StateTab::Matrix);
    StateView {
        tab,
        content: match (problem, shown) {
            (Some(problem), _) => Content::Failed(problem),
            (None, None) => Content::Loading,
            (None, Some(shown)) => Content::Ready(state_body(store, view, shown)),
        },
        stale: shown.is_some() && (view.is_stale_for(veil, now) || (is_matrix && view.matrix.is_stale_for(veil, now))),
        folding: super::pages::folding(view, now),
        find,
    }
}

fn state_body<'a>(store: &'a OpenStore, view: &'a StreamView, shown: &'a StateNews) -> StateBody<'a> {
    let file = store.reducers.file_name();
    let against = view.against();
    let (before, previous) = match against {
        Some(Against { problem: Some(_), version, .. }) => (None, *version),
        Some(Against { state, version, .. }) => (Some(state), *version),
        None => (shown.previous.as_ref(), shown.previous_version),
    };
    StateBody {
        tree: TreeView { find: find(store, Panel::State), ..tree(view, Tree::State, &shown.state, before) },
        version: shown.version,
        previous,
        against: against.map(|against| AgainstView {
            stream: view.comparison.other.as_ref().map(|other| &*other.view.name),
            version: against.version,
            problem: against.problem.as_ref(),
        }),
        other: compare::other(view),
        written: view,
        changes: view,
        stepped: view.fold.stepped,
        source: if shown.guess {
            StateSource::Guess { category: &view.category_name, file }
        } else {
            StateSource::Reducer
        },
        threw: threw(view, shown, file.unwrap_or("merge")),
        halted: halted(view, shown),
        skipped: match store.reducers.on_error() {
            OnError::Skip => view.fold.skipped.partition_point(|at| *at <= shown.asked) as u64,
            OnError::Stop => 0,
        },
        matrix: MatrixView {
            tree: TreeView {
                find: find(store, Panel::State),
                ..tree(view, Tree::State, view.matrix_shown().map_or(&shown.state, |news| &news.paths), None)
            },
            columns: view,
            playhead: view.playhead.applied(),
            version_chars: view.rows.len().checked_sub(1).and_then(|last| view.rows.version(last)).map_or(0, chars),
        },
        raw: shown.raw.as_deref().unwrap_or_default(),
    }
}

fn chars(version: Version) -> usize {
    version.to_string().len()
}

fn tree<'a>(view: &'a StreamView, tree: Tree, node: &'a Node, before: Option<&'a Node>) -> TreeView<'a> {
    let look = view.trees.of(tree);
    let revision = view.trees.revision;
    let selected = look.selected.as_ref();
    TreeView { tree, node, before, toggled: &look.toggled, selected, find: None, revision }
}

/// The handler that threw, where the state shown is not the one asked for.
fn threw<'a>(view: &'a StreamView, shown: &'a StateNews, file: &'a str) -> Option<ThrowView<'a>> {
    let fold = &view.fold.news;
    let stopped = fold.stopped.filter(|_| !fold.halted)?;
    let error = fold.errors.last().filter(|_| shown.asked.0 > stopped)?;
    Some(ThrowView {
        file,
        version: error.version,
        type_name: &error.event_type,
        message: &error.thrown.message,
        place: &error.thrown.place,
        help: error.thrown.help(),
        last_good: shown.version,
        not_reached: view.playhead.len().saturating_sub(stopped + 1),
    })
}

fn halted(view: &StreamView, shown: &StateNews) -> Option<HaltView> {
    let fold = &view.fold.news;
    let stopped = fold.stopped.filter(|stopped| fold.halted && shown.asked.0 > *stopped)?;
    Some(HaltView { at: shown.version, not_reached: view.playhead.len().saturating_sub(stopped) })
}

pub(super) fn event(store: &OpenStore) -> EventView<'_> {
    let tab = store.tabs.1;
    let find = find(store, Panel::Event);
    let Some(view) = &store.view else { return EventView { tab, content: Content::Empty, find } };
    let content = match view.fold.shown.as_deref() {
        // A reducer that cannot start leaves the panel without the event as well.
        None if view.fold.failed.is_none() => Content::Loading,
        Some(StateNews { event: Some(event), asked, emitted, .. }) => {
            Content::Ready(EventBody { emitted, ..event_body(store, view, event, *asked) })
        }
        _ => Content::Empty,
    };
    EventView { tab, content, find }
}

fn event_body<'a>(
    store: &'a OpenStore,
    view: &'a StreamView,
    event: &'a RecordedEvent,
    asked: Applied,
) -> EventBody<'a> {
    let links = &view.links;
    let find = |tab: EventTab| find(store, Panel::Event).filter(|_| store.tabs.1 == tab);
    EventBody {
        version: event.version,
        type_name: &event.event_type,
        slot: view.slot_at(asked.0.saturating_sub(1)),
        id: event.id.as_deref(),
        position: &event.position,
        time: event.time,
        time_text: event.time_text.as_deref(),
        mark: if event.marks.has(Marks::COMMAND) { EventMark::Command } else { EventMark::None },
        payload: TreeView {
            find: find(EventTab::Payload),
            ..tree(view, Tree::Payload, links.stands_for().unwrap_or(&event.data), None)
        },
        metadata: TreeView { find: find(EventTab::Metadata), ..tree(view, Tree::Metadata, &event.metadata, None) },
        raw: &event.raw,
        undecodable: event.undecodable.as_deref(),
        console: console(view, asked),
        links: links.ends.iter().enumerate().map(|(at, end)| link_line(store, links, at, end)).collect(),
        ties: ties(store, links),
        emitted: &[],
        has_links: store.has_links(),
        here: links.here.as_ref().map(|here| LinksHereView {
            rows: store,
            count: here.progress.found,
            looking: here.is_running().then(|| percent(here.progress)),
            is_part: !here.is_running() && here.progress.done < here.progress.of,
        }),
    }
}

fn ties<'a>(store: &'a OpenStore, links: &Links) -> Vec<(Tie, &'a str)> {
    let is_link = |id: &str| links.ends.iter().any(|end| matches!(&end.link.to, LinkTarget::Id(own) if **own == *id));
    let of = |tie: Tie| store.tied_by(tie).filter(|id| !is_link(id)).map(|id| (tie, id));
    let mut ties: Vec<(Tie, &str)> = Tie::ALL.into_iter().filter_map(of).collect();
    // The first of a chain is its own cause.
    ties.dedup_by(|a, b| a.1 == b.1);
    ties
}

fn console(view: &StreamView, asked: Applied) -> String {
    let said = &view.fold.news.said;
    let first = said.partition_point(|said| said.applied < asked);
    let lines = said[first..].iter().take_while(|said| said.applied == asked);
    lines.map(|said| &*said.text).collect::<Vec<_>>().join("\n")
}

fn link_line<'a>(store: &'a OpenStore, links: &Links, at: usize, end: &'a LinkEnd) -> LinkLine<'a> {
    let event = match (&end.place, &end.link.to) {
        (None, _) => Cow::Borrowed(""),
        (Some(place), LinkTarget::Event { .. } | LinkTarget::Stream(_)) => Cow::Borrowed(&*place.event_type),
        (Some(place), _) => {
            let version = place.version.map(|version| format!(" v{version}")).unwrap_or_default();
            let stream = store.index.index.streams().name(place.stream);
            Cow::Owned(format!("{}{version} {}", visible_name(stream), visible_name(&place.event_type)))
        }
    };
    let following = links.following.as_ref().filter(|following| following.link == at);
    LinkLine {
        words: format!("{} {}", end.link.name, end.link.to),
        event,
        rest: end.rest.zip(end.link.rest.as_deref()),
        reason: end.reason.as_deref(),
        can_follow: end.can_follow(),
        looking: following.map(|following| percent(following.progress)),
        is_shown: end.event.is_some(),
    }
}

pub(super) fn percent(progress: Progress) -> u64 {
    progress.done * 100 / progress.of.max(1)
}

impl LinksHereLines for OpenStore {
    fn len(&self) -> u64 {
        let here = self.view.as_ref().and_then(|view| view.links.here.as_ref());
        here.map_or(0, |here| here.rows.len() as u64)
    }

    fn row(&self, i: u64) -> LinkHereLine<'_> {
        let here = self.view.as_ref().and_then(|view| view.links.here.as_ref());
        let Some(row) = here.and_then(|here| here.rows.get(i as usize)) else { return LinkHereLine::default() };
        LinkHereLine {
            stream: self.index.index.streams().name(row.place.stream),
            version: row.place.version,
            event_type: &row.place.event_type,
            name: &row.name,
        }
    }
}

impl LastWrites for StreamView {
    fn of(&self, path: &Pointer) -> LastWrite {
        let (Some(shown), Some((applied, written))) = (&self.fold.shown, &self.fold.written) else {
            return LastWrite::Pending;
        };
        if *applied != shown.applied {
            return LastWrite::Pending;
        }
        match below(&shown.state, written, path).and_then(Written::newest) {
            None => LastWrite::Pending,
            Some(Applied(0)) => LastWrite::Initial,
            Some(at) => match self.version_at(at) {
                Some(version) => LastWrite::At { version, applied: at, age: shown.applied.0.saturating_sub(at.0) },
                None => LastWrite::Pending,
            },
        }
    }
}

/// The part of `written` that stands beside the value at `path`.
fn below<'a>(mut node: &'a Node, mut written: &'a Written, path: &Pointer) -> Option<&'a Written> {
    for step in &path.0 {
        let (place, child) = match node {
            Node::Object(object) => {
                let place = object.0.iter().rposition(|(key, _)| key == step)?;
                (place, &object.0.get(place)?.1)
            }
            Node::Array(items) => {
                let place = step.parse().ok()?;
                (place, items.get(place)?)
            }
            _ => return None,
        };
        (node, written) = (child, written.children.get(place)?);
    }
    Some(written)
}

impl MatrixColumns for StreamView {
    fn window(&self, room: u64) -> Option<Window> {
        self.matrix_window(room)
    }

    fn column(&self, applied: u64) -> ColumnLine<'_> {
        let at = applied.saturating_sub(1);
        ColumnLine {
            applied: Applied(applied),
            version: self.rows.version(at).unwrap_or(Version(0)),
            type_name: self.type_name_at(at),
            time: self.rows.time(at),
            changes: self.matrix_column(applied),
        }
    }
}

impl ChangeList for StreamView {
    fn len(&self) -> u64 {
        self.changes().map_or(0, |changes| changes.len() as u64)
    }

    fn change(&self, i: u64) -> ChangeLine<'_> {
        match self.changes().and_then(|changes| changes.get(i as usize)) {
            Some(change) => ChangeLine {
                path: Cow::Borrowed(&change.path),
                before: change.before.as_ref(),
                after: change.after.as_ref(),
            },
            None => ChangeLine { path: Cow::Owned(Pointer::default()), before: None, after: None },
        }
    }
}
