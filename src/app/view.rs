//! What the panels draw: plain borrowed data, filled by the app for each frame.
//!
//! No egui types and no IO. Big lists come as small traits with `len` and `row`,
//! asked only for the rows on screen, so that a million rows are never built.
//! Where a panel has nothing to show, [`Content`] says which of its states holds.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::app::action::{Axis, CommandContext, EventTab, StateTab, StreamSort, Tree};
use crate::model::{
    Applied, CategoryId, FindingCode, Node, Pointer, Position, Problem, Severity, StoreId, StreamId, StreamStatus,
    Time, Version,
};
pub use crate::session::PayloadColumn;

/// Everything on screen.
pub struct RootView<'a> {
    /// The store in front; what belongs to it in egui's memory is told apart by this.
    pub store: Option<StoreId>,
    /// Sizes of panels that the user chose, by the name of the seam.
    pub sizes: &'a BTreeMap<String, f32>,
    /// Factor of all sizes, 1 = as delivered.
    pub text_size: f32,
    /// The toolbar.
    pub toolbar: ToolbarView<'a>,
    /// What fills the window below it.
    pub screen: Screen<'a>,
    /// The sheet in front, if any.
    pub modal: Option<ModalView<'a>>,
    /// What commands depend on; also decides which keys work.
    pub commands: &'a CommandContext,
    /// How times are shown.
    pub zone: Zone,
    /// Said once by a screen reader when it changes: "version 57, Withdrawn, balance −40.00, was 310.00".
    pub announcement: &'a str,
}

/// What fills the window below the toolbar.
pub enum Screen<'a> {
    /// No store is open.
    Welcome(WelcomeView<'a>),
    /// A store is open, maybe still being read.
    Workspace(Box<WorkspaceView<'a>>),
    /// The store could not be opened.
    Failed {
        /// Name of the store.
        store: &'a str,
        /// Why.
        problem: &'a Problem,
    },
}

/// The state a panel is in.
pub enum Content<'a, T> {
    /// There is nothing, and there will be nothing: the panel has a sentence of its own for it.
    Empty,
    /// It is being read or computed.
    Loading,
    /// It is there.
    Ready(T),
    /// It could not be had.
    Failed(&'a Problem),
}

/// A number that may still grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The number so far.
    pub number: u64,
    /// False while scanning: shown with "≥".
    pub exact: bool,
}

impl Count {
    /// A number that is certain.
    pub fn exact(number: u64) -> Count {
        Count { number, exact: true }
    }

    /// A number that may still grow.
    pub fn at_least(number: u64) -> Count {
        Count { number, exact: false }
    }
}

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// In the zone of this machine.
    #[default]
    Local,
    /// In UTC.
    Utc,
    /// So many seconds east of UTC; tests use it.
    Fixed(i32),
}

/// Shape and colour of an event type: its rank by first appearance in the
/// category. 0-7 filled shapes, 8-15 the same hollow, the rest a quiet dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeSlot(pub u8);

impl TypeSlot {
    /// Every type after the sixteenth.
    pub const REST: TypeSlot = TypeSlot(16);

    /// The slot of the type that appeared as the `rank`-th, from 0.
    pub fn of_rank(rank: usize) -> TypeSlot {
        TypeSlot(rank.min(16) as u8)
    }
}

// ---------------------------------------------------------------- toolbar

/// The toolbar: menus, store, reducer.
pub struct ToolbarView<'a> {
    /// Every open store, in the order of Ctrl+1 to Ctrl+9; the one in front is `store` as well.
    pub tabs: &'a [StoreTab],
    /// The open store.
    pub store: Option<StoreChip<'a>>,
    /// What computes states; `None` without a store.
    pub reducer: Option<ReducerChip<'a>>,
}

/// An open store among the tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreTab {
    pub id: StoreId,
    /// File name; with its folder where two are alike.
    pub name: String,
    /// Whole path.
    pub path: String,
    /// It is the one in front.
    pub active: bool,
    /// Its first scan is still running.
    pub reading: bool,
    /// It changed on disk, or something about it went wrong, and the user has not looked yet.
    pub news: bool,
}

/// The store's name and kind.
pub struct StoreChip<'a> {
    /// File name, or the server's name.
    pub name: &'a str,
    /// Dialect, or another word for what it is; empty while unknown.
    pub dialect: &'a str,
    /// Sentences for the pop-up: path, size, why this dialect matched.
    pub evidence: &'a [String],
    /// 0.0 to 1.0 of the first scan; `None` when it is over.
    pub progress: Option<f32>,
}

/// What computes states.
pub struct ReducerChip<'a> {
    /// Name of the module, `account.js`; `None` = merge for everything.
    pub file: Option<&'a str>,
    /// What the reducer of the current stream's category is, in short: `account.js` or "Merge, a guess".
    pub label: &'a str,
    /// True where the current stream's state is a merge.
    pub guess: bool,
    /// How many events made it throw in the current stream so far.
    pub errors: u64,
    /// The module could not be loaded.
    pub problem: Option<&'a Problem>,
    /// One row for each category.
    pub table: &'a [ReducerRow],
    /// Names of the module's exports to choose from; merge is always offered besides.
    pub exports: &'a [String],
    /// Events that throw are left out instead of ending the replay.
    pub skipping_errors: bool,
}

/// The choice for one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReducerRow {
    /// The category.
    pub category: CategoryId,
    /// Its name.
    pub name: String,
    /// The chosen export; `None` = merge.
    pub export: Option<String>,
    /// True where the choice was made by name and not by the user.
    pub automatic: bool,
}

// ---------------------------------------------------------------- workspace

/// An open store.
pub struct WorkspaceView<'a> {
    /// Left panel.
    pub streams: StreamsView<'a>,
    /// Middle panel.
    pub events: EventsView<'a>,
    /// Right, above.
    pub state: StateView<'a>,
    /// Right, below.
    pub event: EventView<'a>,
    /// Bottom.
    pub time: TimeView<'a>,
    /// Last line.
    pub status: StatusView<'a>,
    /// The first scan while no stream is chosen: takes the place of the other panels.
    pub loading: Option<LoadingView<'a>>,
    /// The bar above everything.
    pub notice: Option<NoticeView<'a>>,
    /// The drawer, while open.
    pub findings: Option<FindingsView<'a>>,
}

/// The first scan.
pub struct LoadingView<'a> {
    /// What is being done: "Reading the index".
    pub phase: &'a str,
    /// Bytes read, and of how many; 0 = not known.
    pub bytes: (u64, u64),
    /// Events found so far.
    pub events: u64,
}

/// A bar about the store.
pub enum NoticeView<'a> {
    /// "Store grew by 128 events".
    Grew {
        /// So many more; 0 = not known.
        events: u64,
    },
    /// "The store was replaced".
    Replaced,
    /// Something failed that does not stop the work, such as a reducer that cannot be loaded.
    Problem(&'a Problem),
    /// A sentence.
    Note(&'a str),
}

// ---------------------------------------------------------------- streams

/// The list of streams.
pub struct StreamsView<'a> {
    /// Text in the filter.
    pub filter: &'a str,
    /// Order.
    pub sort: StreamSort,
    /// The rows. `Empty`: the store has no streams; a filter without a match is `Ready` with no rows.
    pub rows: Content<'a, &'a dyn StreamLines>,
    /// Streams that pass the filter.
    pub shown: u64,
    /// All streams.
    pub total: Count,
    /// Findings of the whole store.
    pub findings: u64,
    /// The worst of them.
    pub worst: Option<Severity>,
    /// The list of findings is open.
    pub findings_open: bool,
    /// The stream that is shown.
    pub selected: Option<StreamId>,
    /// Its name, for the narrow layout's drop-down.
    pub selected_name: Option<&'a str>,
}

/// Rows of the list: categories with their streams below, already filtered, sorted and folded.
pub trait StreamLines {
    /// Number of rows.
    fn len(&self) -> u64;
    /// True without rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> StreamLine<'_>;
    /// Row of a stream, where it is visible.
    fn index_of(&self, stream: StreamId) -> Option<u64>;
}

/// One row of the list of streams.
pub enum StreamLine<'a> {
    /// A category.
    Category {
        /// Its id.
        category: CategoryId,
        /// Its name; empty = streams without one.
        name: Cow<'a, str>,
        /// Streams that pass the filter.
        shown: u64,
        /// All its streams.
        total: Count,
        /// Its streams follow.
        expanded: bool,
    },
    /// A stream.
    Stream {
        /// Its id.
        stream: StreamId,
        /// Its full name.
        name: Cow<'a, str>,
        /// Bytes at the start of the name that only repeat the category, `account-`.
        prefix: usize,
        /// Number of events.
        events: u64,
        /// Events in eight equal stretches of the store's time, 255 = the stream's fullest; all 0 = not known.
        activity: [u8; 8],
        /// Time of the last event.
        last: Option<Time>,
        /// What became of it.
        status: StreamStatus,
    },
}

// ---------------------------------------------------------------- events

/// The list of events of one stream.
pub struct EventsView<'a> {
    /// Name of the stream; `None` = none is chosen.
    pub stream: Option<&'a str>,
    /// What became of the stream.
    pub status: StreamStatus,
    /// Events of the stream.
    pub total: Count,
    /// Events that pass the filter.
    pub shown: u64,
    /// Text in the filter.
    pub filter: &'a str,
    /// The filter is still being applied.
    pub filtering: bool,
    /// The rows. `Empty`: the stream has no events; a filter without a match is `Ready` with no rows.
    pub rows: Content<'a, &'a dyn EventLines>,
    /// Up to two columns out of the payload.
    pub columns: &'a [PayloadColumn],
    /// Where the playhead stands; its event is row `rows.index_of(applied)`.
    pub applied: Applied,
    /// Time of the stream's first event, for "since previous" of the first row.
    pub first_time: Option<Time>,
    /// What the playhead does, so that the list keeps it in view.
    pub playing: bool,
}

/// Rows of the list of events, in stream order, already filtered.
pub trait EventLines {
    /// Number of rows.
    fn len(&self) -> u64;
    /// True without rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> EventLine<'_>;
    /// The last row whose event is applied at `applied`: `Ok` = exactly that event, `Err` = the
    /// number of rows before the playhead where its own event is filtered out.
    fn index_of(&self, applied: Applied) -> Result<u64, u64>;
}

/// One event in the list.
pub struct EventLine<'a> {
    /// Events applied once this one is.
    pub applied: Applied,
    /// The store's number.
    pub version: Version,
    /// Name of the type.
    pub type_name: Cow<'a, str>,
    /// Its shape and colour.
    pub slot: TypeSlot,
    /// When.
    pub time: Option<Time>,
    /// Microseconds since the previous event of the stream; below 0 where time runs backwards.
    pub since_previous: Option<i64>,
    /// A long idle stretch lies before it: dashed rule above the row.
    pub idle_before: bool,
    /// What is special about it.
    pub mark: EventMark,
    /// Values of `EventsView::columns`, in their order.
    pub cells: [CellText<'a>; 2],
}

/// What is special about an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventMark {
    /// Nothing.
    #[default]
    None,
    /// The row is a command, not an event.
    Command,
    /// The reducer threw; the replay stopped here.
    Threw,
    /// The reducer threw; the event was left out.
    Skipped,
    /// The replay stopped before it.
    NotReached,
    /// The payload could not be decoded.
    Undecodable,
}

/// A value in a payload column.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CellText<'a> {
    /// The payload has none.
    #[default]
    Missing,
    /// Not read yet.
    Pending,
    /// The value in short: a string without quotes, a number's text, `{3}`.
    Text(Cow<'a, str>),
}

// ---------------------------------------------------------------- trees

/// A tree of one node, maybe compared with an earlier one.
pub struct TreeView<'a> {
    /// Which tree, for actions.
    pub tree: Tree,
    /// What is shown.
    pub node: &'a Node,
    /// What it was one event before, for signs and "was"; `None` = not compared.
    pub before: Option<&'a Node>,
    /// Branches that are not as they are at first: the app flips paths here on `ToggleExpanded`.
    pub toggled: &'a HashSet<Pointer>,
    /// The selected path.
    pub selected: Option<&'a Pointer>,
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
    /// LastWrite by the event with this version, so many events before the playhead (0 = by the event at it).
    At {
        /// Version of that event.
        version: Version,
        /// Its distance from the playhead in events.
        age: u64,
    },
}

// ---------------------------------------------------------------- state

/// The state at the playhead.
pub struct StateView<'a> {
    /// The tab shown.
    pub tab: StateTab,
    /// `Empty`: no stream is chosen.
    pub content: Content<'a, StateBody<'a>>,
    /// The state shown is of an earlier playhead and has been so for over 80 ms.
    pub stale: bool,
}

/// A state that is there.
pub struct StateBody<'a> {
    /// The state; `tree.tree` is [`Tree::State`].
    pub tree: TreeView<'a>,
    /// The event it is after; `None` = initial state.
    pub version: Option<Version>,
    /// The event before that, for the column of old values; `None` = initial state, or nothing.
    pub previous: Option<Version>,
    /// Who wrote what.
    pub written: &'a dyn LastWrites,
    /// What the last event changed.
    pub changes: &'a dyn ChangeList,
    /// The last move was a single step: changed rows are tinted for 400 ms from then on.
    pub stepped: bool,
    /// Whose state it is.
    pub source: StateSource<'a>,
    /// The replay met an event that made the reducer throw.
    pub threw: Option<ThrowView<'a>>,
    /// Events left out so far because the reducer threw.
    pub skipped: u64,
    /// The state as pretty JSON, for the tab Raw; may stay empty while another tab is shown.
    pub raw: &'a str,
}

/// Whose state it is.
pub enum StateSource<'a> {
    /// A reducer of the user.
    Reducer,
    /// Merge, because no reducer is chosen for this category.
    Guess {
        /// Name of the category.
        category: &'a str,
        /// A file with a reducer is open but has none for the category.
        file: Option<&'a str>,
    },
}

/// An event that made the reducer throw.
pub struct ThrowView<'a> {
    /// Name of the module.
    pub file: &'a str,
    /// Version of the event.
    pub version: Version,
    /// Type of the event.
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

/// What one event changed, in the order of the state.
pub trait ChangeList {
    /// Number of changes.
    fn len(&self) -> u64;
    /// True without changes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Change `i`, `i < len()`.
    fn change(&self, i: u64) -> ChangeLine<'_>;
}

/// One change: added without `before`, removed without `after`.
pub struct ChangeLine<'a> {
    /// Where.
    pub path: Cow<'a, Pointer>,
    /// The value before.
    pub before: Option<&'a Node>,
    /// The value after.
    pub after: Option<&'a Node>,
}

// ---------------------------------------------------------------- event

/// The event under the playhead.
pub struct EventView<'a> {
    /// The tab shown.
    pub tab: EventTab,
    /// `Empty`: the playhead stands before the first event, or no stream is chosen.
    pub content: Content<'a, EventBody<'a>>,
}

/// An event that is there.
pub struct EventBody<'a> {
    /// The store's number.
    pub version: Version,
    /// Name of the type.
    pub type_name: &'a str,
    /// Its shape and colour.
    pub slot: TypeSlot,
    /// The store's id of the event.
    pub id: Option<&'a str>,
    /// The store's order over everything.
    pub position: &'a Position,
    /// When.
    pub time: Option<Time>,
    /// The time as stored.
    pub time_text: Option<&'a str>,
    /// What is special about it.
    pub mark: EventMark,
    /// The payload; `tree` is [`Tree::Payload`].
    pub payload: TreeView<'a>,
    /// The metadata; `tree` is [`Tree::Metadata`].
    pub metadata: TreeView<'a>,
    /// The payload's bytes as stored.
    pub raw: &'a [u8],
    /// Why the payload could not be decoded.
    pub undecodable: Option<&'a str>,
}

// ---------------------------------------------------------------- time

/// The slider and what surrounds it.
pub struct TimeView<'a> {
    /// `Empty`: no stream is chosen, or it has no events.
    pub content: Content<'a, TimeBody<'a>>,
}

/// A slider that has something to move through.
pub struct TimeBody<'a> {
    /// Where the playhead stands.
    pub applied: Applied,
    /// Time moves it.
    pub playing: bool,
    /// Events per second.
    pub speed: u32,
    /// What the axis measures.
    pub axis: Axis,
    /// Every event of the stream.
    pub events: &'a dyn TimelineEvents,
    /// Changes whenever the stream does: another one, or more events.
    pub revision: u64,
    /// The three most frequent types, most frequent first.
    pub legend: &'a [LegendEntry],
    /// How many more types there are, and how many events they have.
    pub others: (u64, u64),
    /// Events that pass the filter differ from all: density is drawn in grey.
    pub filtered: bool,
    /// First event that made the reducer throw and stopped the replay; the rail is dashed from it on.
    pub stopped_at: Option<Applied>,
    /// Events that threw and were left out, for marks on the rail (at most some hundreds).
    pub skipped: &'a [Applied],
    /// The event under the playhead, for the readout; `None` = before the first.
    pub current: Option<TimelineCurrent<'a>>,
}

/// The event under the playhead.
pub struct TimelineCurrent<'a> {
    /// The store's number.
    pub version: Version,
    /// Name of the type.
    pub type_name: &'a str,
    /// Its shape and colour.
    pub slot: TypeSlot,
    /// When.
    pub time: Option<Time>,
    /// The time as stored.
    pub time_text: Option<&'a str>,
}

/// Every event of the stream, in order. Answers come out of memory at once.
pub trait TimelineEvents {
    /// Number of events.
    fn len(&self) -> u64;
    /// True without events.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// When event `i` (from 0) happened.
    fn time(&self, i: u64) -> Option<Time>;
    /// Its shape and colour.
    fn slot(&self, i: u64) -> TypeSlot;
    /// Its version.
    fn version(&self, i: u64) -> Version;
    /// Name of its type.
    fn type_name(&self, i: u64) -> Cow<'_, str>;
}

/// A type in the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    /// Its name.
    pub name: String,
    /// Its shape and colour.
    pub slot: TypeSlot,
    /// Its events in this stream.
    pub count: u64,
}

// ---------------------------------------------------------------- the rest

/// The last line of the window.
pub struct StatusView<'a> {
    /// What the event at the playhead wrote: its version, and the paths it changed as the user reads
    /// them (`balance`, `flags[2]`); long lists are cut by the line itself.
    pub wrote: Option<(Version, &'a [String])>,
    /// The selected path.
    pub selected: Option<&'a Pointer>,
    /// Something else to say, instead: "copied", "reading…".
    pub message: Option<&'a str>,
}

/// The first page.
pub struct WelcomeView<'a> {
    /// Stores opened before, latest first.
    pub recent: &'a [RecentEntry],
    /// The samples that are there.
    pub samples: &'a [SampleCard],
    /// A store is being opened, by this name.
    pub opening: Option<&'a str>,
    /// The last attempt failed.
    pub problem: Option<&'a Problem>,
}

/// A store opened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentEntry {
    /// File name.
    pub name: String,
    /// Folder, or server.
    pub place: String,
    /// Dialect it had.
    pub dialect: String,
    /// When it was opened last.
    pub opened: Option<Time>,
    /// The file is no longer there.
    pub missing: bool,
}

/// A sample store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCard {
    /// For `Action::OpenSample`; decides the picture: `bank`, `orders`, `library`.
    pub id: &'static str,
    /// "Bank".
    pub title: &'static str,
    /// One or two sentences.
    pub text: &'static str,
    /// File name.
    pub file: &'static str,
    /// Framework.
    pub framework: &'static str,
}

/// Odd things in the store.
pub struct FindingsView<'a> {
    /// The lines.
    pub rows: &'a dyn FindingLines,
    /// Kinds of findings.
    pub kinds: u64,
    /// Places, all kinds together.
    pub places: u64,
}

/// Lines of the list of findings.
pub trait FindingLines {
    /// Number of lines.
    fn len(&self) -> u64;
    /// True without lines.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Line `i`, `i < len()`.
    fn row(&self, i: u64) -> FindingLine<'_>;
}

/// One line of the list of findings.
pub struct FindingLine<'a> {
    /// What is odd.
    pub code: FindingCode,
    /// Stream, where it is of one.
    pub stream: Option<Cow<'a, str>>,
    /// Version, where it is of an event.
    pub version: Option<Version>,
    /// What is odd, in words.
    pub message: Cow<'a, str>,
    /// How often.
    pub count: u64,
}

/// The sheet in front.
pub enum ModalView<'a> {
    /// Typing a path.
    OpenPath {
        /// The last try failed.
        problem: Option<&'a Problem>,
        /// Something is being opened.
        busy: bool,
    },
    /// Typing the path of a reducer.
    ReducerPath,
    /// The keys.
    Keys,
}
