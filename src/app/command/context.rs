//! [`CommandContext`]: what there is in the window for commands to be done with, and why one cannot.

use crate::app::action::{Action, Axis, ColumnAction, CopyWhat, StateTab, StreamSort, ThemeChoice};
use crate::app::columns::WIDTHS;
use crate::model::{Applied, Pointer, StoreId};

/// Whether a command can be done now; `Err` says why not.
pub type Enabled = Result<(), &'static str>;

/// What the enabling of commands depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandContext {
    /// Stores among the tabs, open or not.
    pub stores: usize,
    /// Stores that were open before.
    pub recent: usize,
    /// The store in front is open.
    pub store_open: bool,
    /// The page of what the store could mean is in front of it, or in its place.
    pub mapping: bool,
    /// The index is still being read.
    pub scanning: bool,
    /// The filter of the events is still being applied, or events that point here are looked for.
    pub filtering: bool,
    /// Events of this kind of store may point at others.
    pub has_links: bool,
    /// The event at the playhead points at another one.
    pub can_follow: bool,
    /// There is a place that one came from, or went back from.
    pub can_go_back: bool,
    pub can_go_forward: bool,
    /// The state at the playhead is waited for.
    pub folding: bool,
    /// The store changed on disk since it was read.
    pub store_changed: bool,
    /// A bar about the store is there, and what it offers.
    pub notice: bool,
    pub notice_offer: Option<Action>,
    /// Streams that hold only the server's own events and links, and whether they are listed.
    pub system_streams: u64,
    pub system_listed: bool,
    /// A stream is shown.
    pub stream_open: bool,
    /// Number of events of the stream.
    pub events: u64,
    /// Where the playhead stands.
    pub applied: Applied,
    /// No event before the playhead, or after it, passes the filter.
    pub none_before: bool,
    pub none_after: bool,
    /// Time moves the playhead.
    pub playing: bool,
    /// Events per second.
    pub speed: u32,
    /// A state is shown.
    pub state_ready: bool,
    /// A path is selected in a tree.
    pub path_selected: bool,
    /// There is a message that can be read whole: what was thrown, or a finding.
    pub has_message: bool,
    /// A member of the payload is selected, and it has a column.
    pub payload_path: bool,
    pub payload_column: bool,
    /// A path of the state is selected, or its writes are known.
    pub state_path: bool,
    /// The writes of a path are listed, and by the key they are closed: no other path is selected.
    pub blame_open: bool,
    pub blame_closes: bool,
    /// Where point A is, and whether the state is compared with the one there.
    pub point_a: Option<Applied>,
    pub comparing: bool,
    /// It is compared with another stream; with the same one in another store; where they begin to differ
    /// is known.
    pub other_stream: bool,
    pub twin: bool,
    pub diverges: bool,
    /// The drawer of the search through the store is open.
    pub search_open: bool,
    /// The event that is shown has a correlation id.
    pub correlated: bool,
    /// A reducer file is chosen.
    pub reducer_chosen: bool,
    /// The store keeps states that can be shown.
    pub keeps_states: bool,
    /// Errors of the reducer are skipped.
    pub skipping_errors: bool,
    /// Columns out of payloads; whether the user chose them, and whether one has a width of its own.
    pub columns: usize,
    pub columns_chosen: bool,
    pub widths_chosen: bool,
    /// Number of findings.
    pub findings: u64,
    /// The list of findings is open.
    pub findings_open: bool,
    /// A sheet is in front.
    pub modal_open: bool,
    /// The axis of the slider, and whether only a part of it is shown.
    pub axis: Axis,
    pub zoomed: bool,
    /// Times are shown in UTC.
    pub utc: bool,
    /// Colours of the window.
    pub theme: ThemeChoice,
    /// Tab of the state panel.
    pub state_tab: StateTab,
    /// What streams are listed by.
    pub stream_sort: StreamSort,
    /// What the menu was opened on, while one of a row or a tab is shown.
    pub target: Option<Target>,
}

/// What the menu of a row or a tab is of, where that is not what the window shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// What Enter does on it.
    pub open: Option<Action>,
    /// What there is to copy of it: a name, a path, the words of the row.
    pub text: String,
    /// The store, where it is the tab of one.
    pub store: Option<StoreId>,
    /// The column, where it is the header of one.
    pub column: Option<ColumnTarget>,
}

/// A column of the list of events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnTarget {
    pub path: Pointer,
    /// Its place among so many.
    pub at: usize,
    pub of: usize,
    /// How wide it is, and whether the user made it so.
    pub width: f32,
    pub width_chosen: bool,
}

/// How much wider a column becomes by a key or a command, in points.
pub const COLUMN_STEP: f32 = 16.0;

pub(super) const NO_STORE: &str = "no store is open";
const NO_STREAM: &str = "no stream is chosen";
pub(super) const NO_OTHER: &str = "no other stream is compared with";

pub(super) fn need(ok: bool, reason: &'static str) -> Enabled {
    if ok { Ok(()) } else { Err(reason) }
}

impl CommandContext {
    pub(super) fn store(&self) -> Enabled {
        need(self.store_open, NO_STORE)
    }

    pub(super) fn stream(&self) -> Enabled {
        self.store().and(need(self.stream_open, NO_STREAM))
    }

    pub(super) fn any_event(&self) -> Enabled {
        self.stream().and(need(self.events > 0, "the stream has no events"))
    }

    pub(super) fn has_columns(&self) -> Enabled {
        self.any_event().and(need(self.columns > 0, "no member of the payload has a column"))
    }

    pub(super) fn zoomed(&self) -> Enabled {
        self.any_event().and(need(self.zoomed, "the whole timeline is shown"))
    }

    pub(super) fn back(&self) -> Enabled {
        self.any_event().and(need(self.applied.0 > 0, "the playhead is at the initial state"))
    }

    pub(super) fn forward(&self) -> Enabled {
        self.any_event().and(need(self.applied.0 < self.events, "the playhead is at the last event"))
    }

    pub(super) fn step_back(&self) -> Enabled {
        self.back().and(need(!self.none_before, "no event before this one passes the filter"))
    }

    pub(super) fn step_forward(&self) -> Enabled {
        self.forward().and(need(!self.none_after, "no event after this one passes the filter"))
    }

    pub(super) fn path(&self) -> Enabled {
        self.stream().and(need(self.path_selected, "no path is selected in a tree"))
    }

    pub(super) fn state_path(&self) -> Enabled {
        self.any_event().and(need(self.state_path, "no path of the state is selected"))
    }

    pub(super) fn side_a(&self) -> Enabled {
        let is_set = self.other_stream || self.point_a.is_some();
        self.any_event().and(need(is_set, "point A is not set, and no other stream is compared with"))
    }

    pub(super) fn reducer(&self) -> Enabled {
        need(self.reducer_chosen, "no reducer is chosen")
    }

    pub(super) fn several(&self) -> Enabled {
        need(self.stores > 1, "only one store is open")
    }

    pub(super) fn opens(&self) -> Enabled {
        let opens = self.target.as_ref().is_some_and(|target| target.open.is_some());
        need(opens, "there is nothing to open here")
    }

    /// What Enter does on the row; without one there is nothing to do.
    pub(super) fn open(&self) -> Action {
        self.target.as_ref().and_then(|target| target.open.clone()).unwrap_or(Action::CloseModal)
    }

    /// The text of the row or the tab, or what the window shows of the kind.
    pub(super) fn text_or(&self, shown: CopyWhat) -> Action {
        Action::Copy(self.target.as_ref().map_or(shown, |target| CopyWhat::Text(target.text.clone())))
    }

    pub(super) fn column(&self) -> Option<&ColumnTarget> {
        self.target.as_ref()?.column.as_ref()
    }

    pub(super) fn of_column(&self) -> Enabled {
        need(self.column().is_some(), "no column is chosen")
    }

    /// What is done with the column whose menu is open.
    pub(super) fn with_column(&self, act: impl FnOnce(&ColumnTarget) -> ColumnAction) -> Action {
        self.column().map_or(Action::CloseModal, |own| act(own).into())
    }

    pub(super) fn widened(&self, by: f32) -> Action {
        self.with_column(|own| ColumnAction::Width(own.path.clone(), Some((own.width + by).clamp(WIDTHS.0, WIDTHS.1))))
    }

    pub(super) fn target_store(&self) -> Option<StoreId> {
        self.target.as_ref().and_then(|target| target.store)
    }
}
