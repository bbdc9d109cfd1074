//! Everything a user can ask for.
//!
//! Panels, keys, menus and tests speak only in actions; nothing here knows egui.
//! Those with a name and keys are rows of [`super::command`].

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use super::blame::Way;
use super::command::Menu;
pub use super::export::{Until, Which};
use super::place::Place;
use super::playback::PlaybackCommand;
pub use crate::export::{Format, What};
pub use crate::index::StreamSort;
use crate::model::{Applied, CategoryId, Pointer, Problem, StoreId, StreamId};
use crate::replay::stored::STORED;
use crate::session::{PROGRAM, TimeSpan};

/// One intent of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Moves or plays the playhead.
    Playback(PlaybackCommand),

    /// Shows this stream.
    SelectStream(StreamId),
    /// Shows streams whose name contains the text; empty = all.
    SetStreamFilter(String),
    /// Shows the first stream that the filter of the streams finds.
    OpenFirstStream,
    /// Opens or closes a category in the list of streams.
    ToggleCategory(CategoryId),
    /// Lists the streams that hold only the server's own events and links, or leaves them out.
    ToggleSystem,
    /// Orders the streams within their category; by what they are ordered by already, the other way around.
    SetStreamSort(StreamSort),

    /// Shows events whose type or payload contains the text; empty = all.
    SetEventFilter(String),
    /// Shows events of these types only; `None` = all.
    SetEventTypes(Option<BTreeSet<String>>),
    /// Shows events of this type too, or no longer.
    ToggleEventType(String),
    /// In the line for finding something in a panel.
    Find(Panel, FindAction),
    /// Columns out of the payload in the list of events.
    Column(ColumnAction),
    /// Of the filter of the events, what else it can do.
    Filter(FilterAction),
    /// The event after which the state is wanted: a click in the list. Moves the playhead.
    SelectEvent(Applied),

    /// Goes where the event points: by the link of this number, or the first that leads somewhere.
    FollowLink(Option<usize>),
    /// Looks for the events that point at this one, and lists them.
    FindLinksHere,
    /// Goes to the event of this row among them.
    OpenLinkHere(u64),

    /// Shows the box for going to places, with this text in it.
    ShowGoTo(GoToScope, &'static str),
    /// In that box.
    GoTo(GoToAction),
    /// To the place that one came from.
    Back,
    /// To the place that one went back from.
    Forward,
    /// Shows the sheet for the bookmark at the playhead.
    ShowBookmark,
    /// Sets a bookmark at the playhead, with this note.
    SetBookmark(String),
    /// Removes the bookmark at the playhead.
    RemoveBookmark,

    /// Shows a tab of the state panel.
    SetStateTab(StateTab),
    /// Shows a tab of the event panel.
    SetEventTab(EventTab),
    /// Selects a path in a tree; `None` selects nothing.
    SelectPath(Tree, Option<Pointer>),
    /// Opens or closes a branch of a tree: flips the path in that tree's `toggled` set.
    ToggleExpanded(Tree, Pointer),

    /// Shows the sheet for the value that is selected.
    ShowValue,
    /// In that sheet.
    Value(ValueAction),

    /// Lists the events that wrote the path that is selected in the state.
    Blame,
    /// Closes that list.
    CloseBlame,
    /// Goes to the event of this row of it.
    OpenWrite(u64),
    /// Goes to the next write of the selected path, or to the one before.
    StepWrite(Way),

    /// Sets point A after so many events; where it is there already, takes it away.
    SetPointA(Applied),
    /// Compares the state with that at point A, or with nothing any more.
    Compare(bool),
    /// Moves side A of the comparison by so many events: the other stream, or point A.
    StepSideA(i64),
    /// Moves the other stream to the version that the playhead is at.
    LevelSideA,
    /// Looks for the first event at which the stream differs from the one it is compared with.
    FindDivergence,
    /// Goes there, in both.
    GoToDivergence,

    /// Shows the drawer for searching all events of the store.
    ShowSearch,
    /// Closes it; what was found is there when it is shown again.
    CloseSearch,
    /// Looks for this in all events.
    SearchFor(String),
    /// Goes to the event of this row of what was found.
    OpenHit(u64),
    /// Looks for the events that have an id of the event that is shown too.
    SearchTied(Tie),

    /// Puts text on the clipboard.
    Copy(CopyWhat),

    /// Asks the desktop for a file.
    OpenDialog,
    /// Asks the desktop for a folder.
    OpenFolderDialog,
    /// Opens what the user typed: a path (`~` allowed) or a connection string.
    OpenPath(String),
    /// Opens files: dropped on the window, or picked in the desktop's dialog.
    OpenFiles(Vec<PathBuf>),
    /// Opens what a later start of the program was to open, which this window takes over.
    OpenPlaces(Vec<Place>),
    /// Shows the sheet of the stores that were open before.
    ShowRecent,
    /// Opens the n-th entry of the list of recent stores.
    OpenRecent(usize),
    /// Takes the n-th entry out of the list of recent stores.
    ForgetRecent(usize),
    /// Opens the sample store of this name, in place.
    OpenSample(&'static str),
    /// Closes the store in front.
    CloseStore,
    /// Brings this store to the front.
    ShowStore(StoreId),
    /// Brings the store with this number, from 0, to the front.
    ShowNthStore(usize),
    /// Brings the next store to the front (`true`) or the one before.
    ShowNextStore(bool),
    /// Closes this store, whichever is in front.
    CloseTab(StoreId),
    /// Closes every store but this one, or but the one in front.
    CloseOthers(Option<StoreId>),
    /// Reads what the store has gained since, or all of it where it was replaced.
    Reload,
    /// Hides the bar that says that the store changed.
    DismissNotice,
    /// Stops reading and uses what is read.
    CancelScan,
    /// Stops the filter of the events and keeps what it found.
    StopFilter,
    /// Goes to an event from which one can come back, however near it is.
    JumpTo(Applied),
    /// Shows a message whole, under this title.
    ShowMessage { title: String, text: String },
    /// Says something in the last line.
    Say(String),
    /// Stops folding where it is.
    StopFold,
    /// Folds on where it was stopped.
    GoOnFolding,

    /// Asks the desktop for a reducer.
    ChooseReducer,
    /// Shows the sheet for typing the path of a reducer.
    ShowReducerPath,
    /// Shows the sheet for typing the command of a program.
    ShowProgram,
    /// Computes states with this module, `FILE` or `FILE#export`, or by this program, `program:COMMAND`.
    UseReducer(String),
    /// Reads the reducer again.
    ReloadReducer,
    /// Back to merge.
    ClearReducer,
    /// What computes the state of one category: an export of the module, `None` = merge.
    SetReducerFor {
        /// The category.
        category: CategoryId,
        /// Name of the export.
        export: Option<String>,
    },
    /// Leaves out events that make the reducer throw.
    SkipErrors,
    /// Stops at the first event that makes the reducer throw.
    StopAtErrors,

    /// Shows what the store in front could mean, to have it read differently.
    ReadDifferently,
    /// On the page of what a store could mean.
    Mapping(MappingAction),

    /// Shows the sheet for exporting from the store in front.
    ShowExport,
    /// In that sheet.
    Export(ExportAction),

    /// Opens or closes the list of findings.
    ToggleFindings,
    /// Goes to the n-th line of the findings, where it names a place.
    OpenFinding(u64),

    /// Dark, light, or as the desktop has it.
    SetTheme(ThemeChoice),
    /// Shows times in UTC or in the zone of this machine.
    ToggleUtc,
    /// What the slider's axis measures.
    SetAxis(Axis),
    /// Which part of it is shown.
    SetZoom(Zoom),
    /// Shows less of it (`true`) or more, around the playhead. Done by `ui`.
    ZoomAtPlayhead(bool),
    /// Folds the panel of the slider into one line, or opens it. Done by `ui`.
    FoldTime,
    /// Puts the keyboard on a panel. Done by `ui`; the app may ignore it.
    FocusPanel(Panel),
    /// Puts the keyboard on the next panel (`true`) or the one before.
    FocusNextPanel(bool),
    /// Puts the keyboard in the filter of the panel that has it.
    FocusFilter,
    /// Opens the list of the stream's types. Done by `ui`.
    ShowEventTypes,
    /// Finds something in the panel that has the keyboard. Done by `ui`.
    FindHere,
    /// Opens the list of members that can be a column. Done by `ui`.
    ShowColumns,
    /// Brings the next columns of the events into sight (`true`), or those before. Done by `ui`.
    ScrollColumns(bool),
    /// Opens the sheet of the filter's time, and of the filters that are kept. Done by `ui`.
    ShowEventTimes,
    /// Opens this menu of the toolbar by keyboard; `None` is the first. Done by `ui`.
    ShowMenu(Option<Menu>),
    /// Text larger (+1), smaller (−1), as delivered (0).
    TextSize(i8),
    /// Fills the screen with the window, or no longer. Done by `ui`.
    ToggleFullscreen,
    /// Panels back to their first sizes.
    ResetLayout,
    /// A seam between panels was dragged: its name, and the size of its panel or `None` = the first size.
    SetSize(&'static str, Option<f32>),

    /// Shows the sheet for typing a path.
    ShowOpenPath,
    /// Shows the sheet of keys.
    ShowKeys,
    /// Shows the sheet of the frameworks that are known.
    ShowFrameworks,
    /// Shows the sheet with version and licences.
    ShowAbout,
    /// Closes the sheet in front.
    CloseModal,
    /// Adds the program to the desktop: its menu entry, icon and types of files.
    AddToDesktop,
    /// What came of that: what was done, or why it was not.
    AddedToDesktop(Result<String, Problem>),
    /// No font of this machine has some letters of these scripts.
    FontsMissing(Vec<&'static str>),
    /// Ends the program.
    Quit,
}

impl Action {
    /// Computes states by a program of the user's, who has seen its command.
    pub fn run_program(command: String) -> Action {
        Action::UseReducer(format!("{PROGRAM}{command}"))
    }

    /// Shows the states that the store itself keeps.
    pub fn use_stored() -> Action {
        Action::UseReducer(STORED.to_owned())
    }
}

impl From<PlaybackCommand> for Action {
    fn from(command: PlaybackCommand) -> Action {
        Action::Playback(command)
    }
}

/// What can be done while it is not clear what a store's columns mean.
#[derive(Clone, Debug, PartialEq)]
pub enum MappingAction {
    /// Takes the n-th of what may be meant.
    Choose(usize),
    /// The n-th table of the store holds the events.
    ChooseTable(usize),
    /// A role is read from this column, or from a path into one; `None` = from none.
    SetRole(&'static str, Option<String>),
    /// What numbers or bytes of a role's column are; `None` = found out.
    SetWay(&'static str, Option<&'static str>),
    /// Opens the store as it is shown.
    Open,
    /// Shows the sheet for saving it as a dialect.
    ShowSave,
    Save {
        name: String,
        /// A dialect of this name that is there is given up.
        replace: bool,
    },
    /// Back to the store as it is open.
    Leave,
}

/// Where the box for going to places looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoToScope {
    /// In the whole store.
    Anywhere,
    /// In the stream that is shown.
    Stream,
    /// For a stream to compare the one that is shown with.
    Compare,
}

/// What can be done in the box for going to places.
#[derive(Clone, Debug, PartialEq)]
pub enum GoToAction {
    Type(String),
    /// Moves by so many hits.
    Move(i64),
    /// Goes to the hit of this row, or to the one that was moved to. A command is an action of
    /// its own.
    Go(Option<usize>),
}

impl From<GoToAction> for Action {
    fn from(action: GoToAction) -> Action {
        Action::GoTo(action)
    }
}

/// What can be done in the line for finding something in a panel.
#[derive(Clone, Debug, PartialEq)]
pub enum FindAction {
    Show,
    Type(String),
    /// Goes to the next place, or to the one before.
    Next(Way),
    Close,
}

/// What can be done with the columns of the list of events.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnAction {
    /// Shows a member of the payload as a column, or no longer; `None`: the one that is selected.
    Toggle(Option<Pointer>),
    /// Puts it in the n-th place.
    Move(Pointer, usize),
    /// Makes it so many points wide; `None`: as it comes.
    Width(Pointer, Option<f32>),
    /// All as they come.
    ResetWidths,
    /// Those that most events have, as nobody had chosen.
    Reset,
}

impl From<ColumnAction> for Action {
    fn from(action: ColumnAction) -> Action {
        Action::Column(action)
    }
}

/// What can be done with the filter of the events, beside its words and types.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterAction {
    /// Lists events of this stretch of time only.
    Times(TimeSpan),
    /// Lists events of the time from one of these events to the other, counted from 0.
    Between(u64, u64),
    /// One end of it, as typed.
    TypeTime(Edge, String),
    /// Keeps the filter under a name, for all stores of the kind.
    Keep(String),
    /// Takes the n-th of those that are kept.
    Use(usize),
    /// Keeps the one of this name no longer.
    Forget(String),
    /// Lists every event.
    Clear,
}

impl From<FilterAction> for Action {
    fn from(action: FilterAction) -> Action {
        Action::Filter(action)
    }
}

/// An id that ties events to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Of all that happened for one reason.
    Correlation,
    /// Of the event or command that led to this one.
    Causation,
}

impl Tie {
    pub const ALL: [Tie; 2] = [Tie::Correlation, Tie::Causation];

    pub fn name(self) -> &'static str {
        match self {
            Tie::Correlation => "correlation",
            Tie::Causation => "causation",
        }
    }
}

/// An end of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    From,
    Through,
}

/// What can be done in the sheet of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueAction {
    /// Looks at it as the n-th of what it may mean.
    Show(usize),
    /// Looks for a text in what is shown.
    Find(String),
    /// Goes to the next place where that stands, or to the one before.
    Next(Way),
    /// Puts what is shown on the clipboard.
    Copy,
}

impl From<ValueAction> for Action {
    fn from(action: ValueAction) -> Action {
        Action::Value(action)
    }
}

/// What can be done in the sheet for exporting.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportAction {
    SetWhat(What),
    SetWhich(Which),
    SetUntil(Until),
    /// The time that is typed.
    SetTime(String),
    /// States after so many events, as typed.
    SetEvery(String),
    /// Leaves out what is equal to the row before.
    SetChanged(bool),
    SetFormat(Format),
    /// Puts all rows on the clipboard.
    Copy,
    /// Asks the desktop where the file goes.
    SaveAs,
    /// The desktop's answer; it asked about a file that is there.
    Picked(PathBuf),
    /// The desktop has no dialog: the path is typed.
    TypePath,
    Save {
        path: PathBuf,
        /// A file that is there is given up.
        replace: bool,
    },
    /// Ends the export that runs.
    Cancel,
}

/// Tabs of the state panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateTab {
    /// The state as a tree.
    #[default]
    Tree,
    /// What the last event changed.
    Changes,
    /// The state as JSON text.
    Raw,
    /// What the events around the playhead changed, path by path.
    Matrix,
}

/// Tabs of the event panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventTab {
    /// The payload as a tree.
    #[default]
    Payload,
    /// The metadata as a tree.
    Metadata,
    /// The bytes as stored.
    Raw,
    /// Events that point at this one.
    Links,
}

/// Which tree a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The state.
    State,
    /// The payload of the event.
    Payload,
    /// The metadata of the event.
    Metadata,
}

/// What the slider's axis measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Events, evenly.
    Sequence,
    /// Time, idle stretches cut short.
    #[default]
    Time,
}

/// The part of the slider's axis that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zoom {
    /// The whole axis is so many times as wide as the slider.
    pub times: f64,
    /// This share of it is left of the slider.
    pub left: f64,
}

impl Zoom {
    /// All of it.
    pub const WHOLE: Zoom = Zoom { times: 1.0, left: 0.0 };

    /// The same as far as it makes sense, else all of it.
    pub fn or_whole(self) -> Zoom {
        let makes_sense = self.times.is_finite() && self.times > 1.0 && (0.0..=1.0).contains(&self.left);
        if makes_sense { self } else { Zoom::WHOLE }
    }

    /// All is shown.
    pub fn is_whole(&self) -> bool {
        !self.is_part()
    }

    /// Only a part is shown.
    pub fn is_part(self) -> bool {
        self.times > 1.0
    }
}

impl Default for Zoom {
    fn default() -> Zoom {
        Zoom::WHOLE
    }
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the desktop has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// The panels of an open store; [`ui::panels`](crate::ui::panels) has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Panel {
    Streams,
    Events,
    State,
    /// The event under the playhead.
    Event,
    /// The slider.
    Time,
    /// What is odd in the store; only while it is open.
    Findings,
    /// Who wrote a path; only while it is open.
    Blame,
    /// The search through the store; only while it is open.
    Search,
}

/// What to put on the clipboard.
#[derive(Clone, Debug, PartialEq)]
pub enum CopyWhat {
    /// The event under the playhead as one line of JSON.
    Event,
    /// The state at the playhead as JSON.
    State,
    /// What the tab of the changes lists, as CSV.
    Changes,
    /// The same as JSON lines.
    ChangesAsLines,
    /// The selected value as JSON.
    Value,
    /// The selected path as a JSON pointer.
    Path,
    /// The name of the stream that is shown.
    StreamName,
    /// Where the store is.
    StorePath,
    /// The command line that opens the window at this place.
    CommandLine,
    /// This text.
    Text(String),
}
