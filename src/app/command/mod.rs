//! The one table of [`Command`]s: menus, keys and the sheet of keys are made from it.
//!
//! A command is an action that has a name, a place in a menu, maybe keys, and a reason
//! while it cannot be done. Adding one is one row here.

mod context;
mod keys;

use super::action::{
    Action, Axis, ColumnAction, CopyWhat, FilterAction, GoToScope, Panel, StateTab, StreamSort, ThemeChoice, Tie, Way,
    Zoom,
};
use super::columns::WIDTHS;
use super::playback::PlaybackCommand;
pub use context::{COLUMN_STEP, ColumnTarget, CommandContext, Enabled, Target};
use context::{NO_OTHER, NO_STORE, need};
pub use keys::{Key, Shortcut};
use keys::{alt, alt_key, ctrl, ctrl_alt, ctrl_key, ctrl_shift, letter, plain, shift};

/// Menus of the toolbar, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    /// Stores and the clipboard.
    File,
    /// Moving through time and panels.
    Go,
    /// How things are shown.
    View,
    /// What computes states.
    Reducer,
    /// Keys.
    Help,
}

impl Menu {
    /// All menus, in order.
    pub const ALL: [Menu; 5] = [Menu::File, Menu::Go, Menu::View, Menu::Reducer, Menu::Help];

    /// The word in the toolbar.
    pub fn name(self) -> &'static str {
        match self {
            Menu::File => "File",
            Menu::Go => "Go",
            Menu::View => "View",
            Menu::Reducer => "Reducer",
            Menu::Help => "Help",
        }
    }
}

/// Where a command is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// In its menu, among all commands, among the keys.
    Everywhere,
    /// Among the keys only: its keys differ in what they do.
    Keys,
    /// In the menus of rows and tabs only: it needs one.
    Rows,
}

/// One row of the table: everything there is to say of a command.
pub struct Command {
    /// What it is called; its own.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Its keys, the one to show first.
    pub keys: &'static [Shortcut],
    /// Its menu and the group in it; a line is drawn between groups.
    pub place: (Menu, u8),
    pub listed: Listed,
    enabled: fn(&CommandContext) -> Enabled,
    checked: fn(&CommandContext) -> bool,
    effect: fn(&CommandContext, usize) -> Action,
}

impl Command {
    /// `Err` says why it cannot be done now.
    pub fn enabled(&self, cx: &CommandContext) -> Enabled {
        (self.enabled)(cx)
    }

    /// True where it is one of several and the one that holds.
    pub fn checked(&self, cx: &CommandContext) -> bool {
        (self.checked)(cx)
    }

    /// What it does, by the first of its keys.
    pub fn action(&self, cx: &CommandContext) -> Action {
        (self.effect)(cx, 0)
    }

    /// What it does by the `nth` of its keys.
    pub fn action_of_key(&self, cx: &CommandContext, nth: usize) -> Action {
        (self.effect)(cx, nth)
    }

    /// The commands of a menu, in order.
    pub fn of_menu(menu: Menu) -> impl Iterator<Item = &'static Command> {
        COMMANDS.iter().copied().filter(move |command| command.place.0 == menu)
    }

    /// The commands that can be done from anywhere.
    pub fn everywhere() -> impl Iterator<Item = &'static Command> {
        COMMANDS.iter().copied().filter(|command| command.listed == Listed::Everywhere)
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Command) -> bool {
        self.name == other.name
    }
}

const fn row(
    place: (Menu, u8),
    name: &'static str,
    keys: &'static [Shortcut],
    doc: &'static str,
    enabled: fn(&CommandContext) -> Enabled,
    effect: fn(&CommandContext, usize) -> Action,
) -> Command {
    Command { name, doc, keys, place, listed: Listed::Everywhere, enabled, checked: |_| false, effect }
}

impl Command {
    const fn checked_when(self, checked: fn(&CommandContext) -> bool) -> Command {
        Command { checked, ..self }
    }

    const fn keys_only(self) -> Command {
        Command { listed: Listed::Keys, ..self }
    }

    const fn rows_only(self) -> Command {
        Command { listed: Listed::Rows, ..self }
    }
}

/// Names each row, so that a panel can have a button for it, and lists them all.
macro_rules! commands {
    ($($name:ident = $row:expr;)*) => {
        $(pub static $name: Command = $row;)*
        /// The one table of commands, in the order of the menus.
        pub static COMMANDS: &[&Command] = &[$(&$name),*];
    };
}

const FILE: Menu = Menu::File;
const GO: Menu = Menu::Go;
const VIEW: Menu = Menu::View;
const REDUCER: Menu = Menu::Reducer;

fn always(_: &CommandContext) -> Enabled {
    Ok(())
}

#[rustfmt::skip]
commands! {
    OPEN_FILE = row((FILE, 0), "Open file…", &[ctrl('o')], "Open a store with the desktop's file dialog.",
        always, |_, _| Action::OpenDialog);
    OPEN_FOLDER = row((FILE, 0), "Open folder…", &[], "Open a store that is a folder, such as that of EventStoreDB, with the desktop's dialog.",
        always, |_, _| Action::OpenFolderDialog);
    OPEN_PATH = row((FILE, 0), "Open path…", &[ctrl_shift('o')], "Open a store by typing or pasting its path.",
        always, |_, _| Action::ShowOpenPath);
    OPEN_RECENT = row((FILE, 0), "Open recent…", &[ctrl('h')], "Open one of the stores that were open before.",
        |cx| need(cx.recent > 0, "no store was opened before"), |_, _| Action::ShowRecent);
    RELOAD = row((FILE, 0), "Read new events", &[plain(Key::F(5))], "Read what the store has gained since it was opened.",
        |cx| cx.store().and(need(cx.store_changed, "the store has not changed since it was read")), |_, _| Action::Reload);
    READ_DIFFERENTLY = row((FILE, 0), "Read it differently…", &[], "Point at the columns of the store in front, or take another of its tables.",
        CommandContext::store, |_, _| Action::ReadDifferently);
    STOP = row((FILE, 0), "Stop reading", &[plain(Key::Escape)], "Stop reading, filtering or folding, and use what is there; or comparing.",
        |cx| need(cx.scanning || cx.filtering || cx.folding || cx.comparing, "nothing is being read"),
        |cx, _| match (cx.scanning, cx.filtering, cx.folding) {
            (true, ..) => Action::CancelScan,
            (_, true, _) => Action::StopFilter,
            (_, _, true) => Action::StopFold,
            _ => Action::Compare(false),
        });
    CLOSE_STORE = row((FILE, 0), "Close store", &[ctrl('w')], "Close the store in front.",
        |cx| need(cx.stores > 0, NO_STORE), |cx, _| cx.target_store().map_or(Action::CloseStore, Action::CloseTab));
    CLOSE_OTHERS = row((FILE, 0), "Close the other stores", &[], "Close every store but this one.",
        CommandContext::several, |cx, _| Action::CloseOthers(cx.target_store()));
    COPY_EVENT = row((FILE, 1), "Copy event as JSON", &[ctrl('c')], "Copy the event under the playhead as one line of JSON.",
        |cx| cx.any_event().and(need(cx.applied.0 > 0, "the playhead is before the first event")), |_, _| Action::Copy(CopyWhat::Event));
    COPY_STATE = row((FILE, 1), "Copy state as JSON", &[ctrl_shift('c')], "Copy the state at the playhead as JSON.",
        |cx| cx.stream().and(need(cx.state_ready, "no state is shown")), |_, _| Action::Copy(CopyWhat::State));
    COPY_CHANGES = row((FILE, 1), "Copy changes as CSV", &[], "Copy what the last event changed, or what differs from side A, as CSV.",
        |cx| cx.stream().and(need(cx.state_ready, "no state is shown")), |_, _| Action::Copy(CopyWhat::Changes));
    COPY_CHANGES_AS_LINES = row((FILE, 1), "Copy changes as JSON lines", &[], "Copy what the last event changed, or what differs from side A, as JSON, one change a line.",
        |cx| cx.stream().and(need(cx.state_ready, "no state is shown")), |_, _| Action::Copy(CopyWhat::ChangesAsLines));
    COPY_VALUE = row((FILE, 1), "Copy value", &[letter('y')], "Copy the selected value as JSON.",
        CommandContext::path, |_, _| Action::Copy(CopyWhat::Value));
    COPY_PATH = row((FILE, 1), "Copy path", &[shift(Key::Char('y'))], "Copy the selected path as a JSON pointer.",
        CommandContext::path, |_, _| Action::Copy(CopyWhat::Path));
    COPY_STREAM_NAME = row((FILE, 1), "Copy stream name", &[], "Copy the name of the stream.",
        |cx| if cx.target.is_some() { Ok(()) } else { cx.stream() }, |cx, _| cx.text_or(CopyWhat::StreamName));
    COPY_STORE_PATH = row((FILE, 1), "Copy path of the store", &[], "Copy where the store is on this machine.",
        |cx| need(cx.stores > 0, NO_STORE), |cx, _| cx.text_or(CopyWhat::StorePath));
    COPY_ROW = row((FILE, 1), "Copy this row", &[], "Copy the words of this row.",
        |cx| need(cx.target.is_some(), "no row is chosen"), |cx, _| cx.text_or(CopyWhat::StreamName)).rows_only();
    COPY_COMMAND_LINE = row((FILE, 1), "Copy command line", &[ctrl('l')], "Copy the command that opens the window at this place.",
        |cx| if cx.mapping { Ok(()) } else { cx.store() }, |_, _| Action::Copy(CopyWhat::CommandLine));
    EXPORT = row((FILE, 2), "Export…", &[ctrl('e')], "Write states, events or changes to a file, or copy them.",
        |cx| cx.store().and(need(!cx.scanning, "the store is still being read")), |_, _| Action::ShowExport);
    QUIT = row((FILE, 3), "Quit", &[ctrl('q')], "End the program. Nothing is written to the store.",
        always, |_, _| Action::Quit);

    OPEN_ROW = row((GO, 0), "Open", &[], "Go there, as Enter does on the row.",
        CommandContext::opens, |cx, _| cx.open()).rows_only();
    TOGGLE_ROW = row((GO, 0), "Open or close", &[], "Show or hide what is below, as Enter does on the row.",
        CommandContext::opens, |cx, _| cx.open()).rows_only();
    GO_TO = row((GO, 0), "Go to…", &[ctrl('p')], "Go to a stream, a version, a time, an event by its id or type, or a bookmark.",
        CommandContext::store, |_, _| Action::ShowGoTo(GoToScope::Anywhere, ""));
    GO_IN_STREAM = row((GO, 0), "Go to in this stream…", &[ctrl('g')], "Go to a version, a time or the next event of a type in the stream that is shown.",
        CommandContext::stream, |_, _| Action::ShowGoTo(GoToScope::Stream, ""));
    SEARCH = row((GO, 0), "Search the store…", &[ctrl_shift('f')], "Find events by words, type:x, member=value or a /regular expression/ in payloads, metadata and ids of all streams.",
        CommandContext::store, |_, _| Action::ShowSearch).checked_when(|cx| cx.search_open);
    BACK = row((GO, 0), "Back", &[alt_key(Key::Left)], "Back to the place that you came from.",
        |cx| need(cx.can_go_back, "there is no place to go back to"), |_, _| Action::Back);
    FORWARD = row((GO, 0), "Forward", &[alt_key(Key::Right)], "To the place that you went back from.",
        |cx| need(cx.can_go_forward, "you did not go back"), |_, _| Action::Forward);
    BOOKMARK = row((GO, 0), "Bookmark…", &[letter('m')], "Mark the place of the playhead with a note, or change or remove its bookmark.",
        CommandContext::stream, |_, _| Action::ShowBookmark);
    BOOKMARKS = row((GO, 0), "Bookmarks…", &[letter('\'')], "List the bookmarks of this store.",
        CommandContext::store, |_, _| Action::ShowGoTo(GoToScope::Anywhere, "'"));

    STEP_BACK = row((GO, 1), "Step back", &[plain(Key::Left), letter('h')], "One event back, of those that pass the filter.",
        CommandContext::step_back, |_, _| PlaybackCommand::StepMatch(-1).into());
    STEP_FORWARD = row((GO, 1), "Step forward", &[plain(Key::Right), letter('l')], "One event on, of those that pass the filter.",
        CommandContext::step_forward, |_, _| PlaybackCommand::StepMatch(1).into());
    JUMP_BACK = row((GO, 1), "Ten back", &[shift(Key::Left)], "Ten events back, of those that pass the filter.",
        CommandContext::step_back, |_, _| PlaybackCommand::StepMatch(-10).into());
    JUMP_FORWARD = row((GO, 1), "Ten forward", &[shift(Key::Right)], "Ten events on, of those that pass the filter.",
        CommandContext::step_forward, |_, _| PlaybackCommand::StepMatch(10).into());
    FIRST = row((GO, 1), "Initial state", &[plain(Key::Home)], "To the state before the first event; with a filter, to the first event that passes it.",
        CommandContext::step_back, |_, _| PlaybackCommand::FirstMatch.into());
    LAST = row((GO, 1), "Last event", &[plain(Key::End)], "To the state after the last event; with a filter, to the last event that passes it.",
        CommandContext::step_forward, |_, _| PlaybackCommand::LastMatch.into());
    ANY_BACK = row((GO, 1), "Any event back", &[ctrl_key(Key::Left)], "One event back, whether it passes the filter or not.",
        CommandContext::back, |_, _| PlaybackCommand::StepBy(-1).into());
    ANY_FORWARD = row((GO, 1), "Any event on", &[ctrl_key(Key::Right)], "One event on, whether it passes the filter or not.",
        CommandContext::forward, |_, _| PlaybackCommand::StepBy(1).into());
    INITIAL = row((GO, 1), "Before any event", &[ctrl_key(Key::Home)], "To the state before the first event, whatever the filter.",
        CommandContext::back, |_, _| PlaybackCommand::First.into());
    LAST_OF_ALL = row((GO, 1), "Last of all events", &[ctrl_key(Key::End)], "To the state after the last event, whatever the filter.",
        CommandContext::forward, |_, _| PlaybackCommand::Last.into());
    PLAY_PAUSE = row((GO, 1), "Play or pause", &[plain(Key::Space)], "Replay event by event, or stop doing so.",
        CommandContext::any_event, |_, _| PlaybackCommand::TogglePlay.into());
    SLOWER = row((GO, 1), "Slower", &[letter('<')], "Fewer events per second.",
        |cx| cx.any_event().and(need(cx.speed > 1, "this is the lowest speed")), |_, _| PlaybackCommand::Slower.into());
    FASTER = row((GO, 1), "Faster", &[letter('>')], "More events per second.",
        |cx| cx.any_event().and(need(cx.speed < 100, "this is the highest speed")), |_, _| PlaybackCommand::Faster.into());
    FOCUS_STREAMS = row((GO, 2), "Streams", &[alt('1')], "Put the keyboard on the list of streams.",
        CommandContext::store, |_, _| Action::FocusPanel(Panel::Streams));
    FOCUS_EVENTS = row((GO, 2), "Events", &[alt('2')], "Put the keyboard on the list of events.",
        CommandContext::stream, |_, _| Action::FocusPanel(Panel::Events));
    FOCUS_STATE = row((GO, 2), "State", &[alt('3')], "Put the keyboard on the state.",
        CommandContext::stream, |_, _| Action::FocusPanel(Panel::State));
    FOCUS_TIME = row((GO, 2), "Time", &[alt('4')], "Put the keyboard on the slider.",
        CommandContext::stream, |_, _| Action::FocusPanel(Panel::Time));
    NEXT_PANEL = row((GO, 2), "Next panel", &[plain(Key::F(6))], "Put the keyboard on the next panel.",
        CommandContext::store, |_, _| Action::FocusNextPanel(true));
    PREVIOUS_PANEL = row((GO, 2), "Previous panel", &[shift(Key::F(6))], "Put the keyboard on the panel before.",
        CommandContext::store, |_, _| Action::FocusNextPanel(false));
    FOCUS_FILTER = row((GO, 2), "Filter this panel", &[letter('/')], "Type in the filter of the panel that has the keyboard.",
        CommandContext::store, |_, _| Action::FocusFilter);
    FIND = row((GO, 2), "Find in this panel…", &[ctrl('f')], "Find something in the panel that has the keyboard: in a tree, in its text, or in the list by its filter.",
        CommandContext::store, |_, _| Action::FindHere);
    FILTER_TYPES = row((GO, 2), "Types of events…", &[letter('f')], "Choose the types whose events are listed.",
        CommandContext::any_event, |_, _| Action::ShowEventTypes);
    FILTER_TIMES = row((GO, 2), "Time of events, kept filters…", &[shift(Key::Char('f'))], "List the events of a stretch of time only, keep the filter under a name, or take one that is kept.",
        CommandContext::any_event, |_, _| Action::ShowEventTimes);
    NTH_FILTER = row((GO, 2), "First to ninth kept filter",
        &[ctrl_alt('1'), ctrl_alt('2'), ctrl_alt('3'), ctrl_alt('4'), ctrl_alt('5'), ctrl_alt('6'), ctrl_alt('7'), ctrl_alt('8'), ctrl_alt('9')],
        "List the events that the filter with this number lets pass.",
        CommandContext::stream, |_, nth| FilterAction::Use(nth).into()).keys_only();
    COLUMNS = row((GO, 2), "Columns of payloads…", &[shift(Key::Char('c'))], "Choose the members of payloads that have a column in the list of events.",
        CommandContext::any_event, |_, _| Action::ShowColumns);
    NEXT_COLUMNS = row((GO, 2), "Next columns", &[alt_key(Key::PageDown)], "Bring the columns of the list of events into sight that are right of those shown; so does the wheel with Shift.",
        CommandContext::has_columns, |_, _| Action::ScrollColumns(true));
    PREVIOUS_COLUMNS = row((GO, 2), "Previous columns", &[alt_key(Key::PageUp)], "Bring the columns of the list of events into sight that are left of those shown.",
        CommandContext::has_columns, |_, _| Action::ScrollColumns(false));
    RESET_WIDTHS = row((GO, 2), "Reset widths of columns", &[], "Make every column of the list of events as wide as it comes.",
        |cx| cx.has_columns().and(need(cx.widths_chosen, "no column was made wider or narrower")), |_, _| ColumnAction::ResetWidths.into());
    RESET_COLUMNS = row((GO, 2), "Reset columns", &[], "Show the members of payloads as columns that are worth one, as if nobody had chosen.",
        |cx| cx.any_event().and(need(cx.columns_chosen, "nobody chose others")), |_, _| ColumnAction::Reset.into());
    COLUMN_LEFT = row((GO, 2), "Move it left", &[], "Change places with the column left of it.",
        |cx| cx.of_column().and(need(cx.column().is_some_and(|own| own.at > 0), "it is the first column")),
        |cx, _| cx.with_column(|own| ColumnAction::Move(own.path.clone(), own.at.saturating_sub(1)))).rows_only();
    COLUMN_RIGHT = row((GO, 2), "Move it right", &[], "Change places with the column right of it.",
        |cx| cx.of_column().and(need(cx.column().is_some_and(|own| own.at + 1 < own.of), "it is the last column")),
        |cx, _| cx.with_column(|own| ColumnAction::Move(own.path.clone(), own.at + 1))).rows_only();
    COLUMN_WIDER = row((GO, 2), "Wider", &[], "Make the column wider.",
        |cx| cx.of_column().and(need(cx.column().is_some_and(|own| own.width < WIDTHS.1), "no column is wider")),
        |cx, _| cx.widened(COLUMN_STEP)).rows_only();
    COLUMN_NARROWER = row((GO, 2), "Narrower", &[], "Make the column narrower.",
        |cx| cx.of_column().and(need(cx.column().is_some_and(|own| own.width > WIDTHS.0), "no column is narrower")),
        |cx, _| cx.widened(-COLUMN_STEP)).rows_only();
    COLUMN_FIRST_WIDTH = row((GO, 2), "First width", &[], "Make the column as wide as it comes.",
        |cx| cx.of_column().and(need(cx.column().is_some_and(|own| own.width_chosen), "it was not made wider or narrower")),
        |cx, _| cx.with_column(|own| ColumnAction::Width(own.path.clone(), None))).rows_only();
    HIDE_COLUMN = row((GO, 2), "Hide this column", &[], "Take the column away; the list of members has it back.",
        CommandContext::of_column, |cx, _| cx.with_column(|own| ColumnAction::Toggle(Some(own.path.clone())))).rows_only();
    MENUS = row((GO, 2), "Menus", &[plain(Key::F(10))], "Open the menus by keyboard, or leave them.",
        always, |_, _| Action::ShowMenu(None));
    SHOW_MENU = row((GO, 2), "Menu of that letter", &[alt('f'), alt('g'), alt('v'), alt('r'), alt('h')],
        "Open the menu that begins with the letter.",
        always, |_, nth| Action::ShowMenu(Menu::ALL.get(nth).copied())).keys_only();
    TAKE_OFFER = row((GO, 2), "Take what the notice offers", &[], "Do what the button in the bar about the store does, such as using the reducer beside it.",
        |cx| need(cx.notice_offer.is_some(), "no notice offers anything"), |cx, _| cx.notice_offer.clone().unwrap_or(Action::DismissNotice));
    HIDE_NOTICE = row((GO, 2), "Hide the notice", &[], "Hide the bar about the store.",
        |cx| need(cx.notice, "there is no notice"), |_, _| Action::DismissNotice);
    NEXT_STORE = row((GO, 3), "Next store", &[ctrl_key(Key::Tab)], "Bring the next store to the front.",
        CommandContext::several, |_, _| Action::ShowNextStore(true));
    PREVIOUS_STORE = row((GO, 3), "Previous store", &[Shortcut { shift: true, ..ctrl_key(Key::Tab) }], "Bring the store before to the front.",
        CommandContext::several, |_, _| Action::ShowNextStore(false));
    NTH_STORE = row((GO, 3), "First to ninth store",
        &[ctrl('1'), ctrl('2'), ctrl('3'), ctrl('4'), ctrl('5'), ctrl('6'), ctrl('7'), ctrl('8'), ctrl('9')],
        "Bring the store with this number to the front.",
        CommandContext::several, |_, nth| Action::ShowNthStore(nth)).keys_only();
    FOLLOW_LINK = row((GO, 4), "Follow link", &[alt_key(Key::Enter)], "Go to the event that this one points at.",
        |cx| cx.any_event().and(need(cx.can_follow, "this event points at no other")), |_, _| Action::FollowLink(None));
    LINKS_HERE = row((GO, 4), "What links here", &[letter('w')], "List the events that point at this one.",
        |cx| cx.any_event().and(need(cx.has_links, "events of this kind of store do not point at others"))
            .and(need(cx.applied.0 > 0, "the playhead is before the first event")), |_, _| Action::FindLinksHere);
    CORRELATION = row((GO, 4), "Events with this correlation", &[shift(Key::Char('w'))], "List the events of all streams that have the correlation id of this one anywhere.",
        |cx| cx.any_event().and(need(cx.correlated, "this event has no correlation id")), |_, _| Action::SearchTied(Tie::Correlation));

    LOOK_AT_VALUE = row((GO, 5), "Look at the value…", &[letter('v')], "Show the selected value whole, and what it may mean: JSON in a text, Base64, hex, a time.",
        |cx| if cx.has_message { Ok(()) } else { cx.path() }, |_, _| Action::ShowValue);
    AS_COLUMN = row((GO, 5), "Show as a column", &[letter('c')], "Give the selected member of the payload a column in the list of events, or take it away.",
        |cx| cx.any_event().and(need(cx.payload_path, "no member of the payload is selected")),
        |_, _| ColumnAction::Toggle(None).into()).checked_when(|cx| cx.payload_column);
    BLAME = row((GO, 5), "Who wrote it", &[letter('b')], "List every event that wrote the selected path of the state.",
        CommandContext::state_path, |cx, _| if cx.blame_closes { Action::CloseBlame } else { Action::Blame }).checked_when(|cx| cx.blame_open);
    PREVIOUS_WRITE = row((GO, 5), "Previous write", &[letter('[')], "Back to the event that wrote the selected path before.",
        CommandContext::state_path, |_, _| Action::StepWrite(Way::Back));
    NEXT_WRITE = row((GO, 5), "Next write", &[letter(']')], "On to the next event that writes the selected path.",
        CommandContext::state_path, |_, _| Action::StepWrite(Way::On));

    SET_A = row((GO, 5), "Set point A", &[letter('a')], "Keep this place as point A, to compare others with it; once more takes it away.",
        CommandContext::any_event, |cx, _| Action::SetPointA(cx.applied)).checked_when(|cx| cx.stream_open && cx.point_a == Some(cx.applied));
    COMPARE = row((GO, 5), "Compare with A", &[letter('d')], "Show how the state at the playhead differs from that at point A.",
        |cx| cx.any_event().and(need(cx.point_a.is_some() || cx.other_stream, "point A is not set")), |cx, _| Action::Compare(!cx.comparing)).checked_when(|cx| cx.comparing && !cx.other_stream);
    COMPARE_WITH = row((GO, 5), "Compare with…", &[shift(Key::Char('d'))], "Compare the state with that of another stream, or of the same one in another open store.",
        CommandContext::stream, |_, _| Action::ShowGoTo(GoToScope::Compare, ""));
    SIDE_A_BACK = row((GO, 5), "Step A back", &[letter(',')], "Move side A of the comparison, point A or the other stream, one event back.",
        CommandContext::side_a, |_, _| Action::StepSideA(-1));
    SIDE_A_ON = row((GO, 5), "Step A on", &[letter('.')], "Move side A of the comparison, point A or the other stream, one event on.",
        CommandContext::side_a, |_, _| Action::StepSideA(1));
    SIDE_A_LEVEL = row((GO, 5), "A to this version", &[], "Move the other stream to the version that the playhead is at.",
        |cx| cx.any_event().and(need(cx.other_stream, NO_OTHER)), |_, _| Action::LevelSideA);
    FIND_DIVERGENCE = row((GO, 5), "First divergence", &[], "Find the first version at which the events of the stream, or its states, differ between the two stores.",
        |cx| cx.stream().and(need(cx.twin, "no stream is compared with itself in another store")), |_, _| Action::FindDivergence);
    GO_TO_DIVERGENCE = row((GO, 5), "Go to the first divergence", &[], "Go to the first version that differs, in both streams.",
        |cx| cx.stream().and(need(cx.diverges, "where the two begin to differ was not found out")), |_, _| Action::GoToDivergence);

    TAB_TREE = row((VIEW, 0), "State as a tree", &[letter('1')], "Show the state as a tree.",
        CommandContext::stream, |_, _| Action::SetStateTab(StateTab::Tree)).checked_when(|cx| cx.stream_open && cx.state_tab == StateTab::Tree);
    TAB_CHANGES = row((VIEW, 0), "Changes of the state", &[letter('2')], "Show what the last event changed.",
        CommandContext::stream, |_, _| Action::SetStateTab(StateTab::Changes)).checked_when(|cx| cx.stream_open && cx.state_tab == StateTab::Changes);
    TAB_RAW = row((VIEW, 0), "State as JSON", &[letter('3')], "Show the state as JSON text.",
        CommandContext::stream, |_, _| Action::SetStateTab(StateTab::Raw)).checked_when(|cx| cx.stream_open && cx.state_tab == StateTab::Raw);
    TAB_MATRIX = row((VIEW, 0), "Matrix of changes", &[letter('4')], "Show which of the events around the playhead changed which path of the state.",
        CommandContext::stream, |_, _| Action::SetStateTab(StateTab::Matrix)).checked_when(|cx| cx.stream_open && cx.state_tab == StateTab::Matrix);
    TOGGLE_AXIS = row((VIEW, 1), "Axis: sequence or time", &[letter('t')], "Let the slider's axis measure events or time.",
        CommandContext::stream, |cx, _| Action::SetAxis(if cx.axis == Axis::Time { Axis::Sequence } else { Axis::Time }));
    ZOOM_IN = row((VIEW, 1), "Nearer", &[letter('z')], "Show less of the timeline, around the playhead; so does the wheel, at the pointer.",
        CommandContext::any_event, |_, _| Action::ZoomAtPlayhead(true));
    ZOOM_OUT = row((VIEW, 1), "Farther", &[shift(Key::Char('z'))], "Show more of the timeline.",
        CommandContext::zoomed, |_, _| Action::ZoomAtPlayhead(false));
    ZOOM_WHOLE = row((VIEW, 1), "Whole timeline", &[letter('0')], "Show the timeline from the first event to the last; so does a double click on it.",
        CommandContext::zoomed, |_, _| Action::SetZoom(Zoom::WHOLE));
    FOLD_TIME = row((VIEW, 1), "Timeline: one line or open", &[shift(Key::Char('t'))], "Fold the timeline into one line with the slider, or open it with its bars and labels.",
        CommandContext::any_event, |_, _| Action::FoldTime);
    TOGGLE_UTC = row((VIEW, 1), "Times: local or UTC", &[letter('u')], "Show times in the zone of this machine or in UTC.",
        always, |_, _| Action::ToggleUtc);
    FINDINGS = row((VIEW, 1), "Findings", &[], "List what is odd in the store.",
        |cx| cx.store().and(need(cx.findings > 0, "nothing odd was found")), |_, _| Action::ToggleFindings).checked_when(|cx| cx.findings_open);
    SYSTEM_STREAMS = row((VIEW, 1), "Show system streams", &[letter('s')], "List the streams that hold only the server's own events and links, or leave them out.",
        |cx| cx.store().and(need(cx.system_streams > 0, "this store has no system streams")), |_, _| Action::ToggleSystem).checked_when(|cx| cx.system_listed);
    STREAMS_BY_NAME = row((VIEW, 1), "Streams by name", &[], "List streams by their name; once more turns the order around.",
        CommandContext::store, |_, _| Action::SetStreamSort(StreamSort::Name)).checked_when(|cx| cx.store_open && cx.stream_sort == StreamSort::Name);
    STREAMS_BY_EVENTS = row((VIEW, 1), "Streams by events", &[], "List streams by how many events they have, most first; once more turns the order around.",
        CommandContext::store, |_, _| Action::SetStreamSort(StreamSort::Events)).checked_when(|cx| cx.store_open && cx.stream_sort == StreamSort::Events);
    STREAMS_BY_LAST = row((VIEW, 1), "Streams by last event", &[], "List streams by the time of their last event, newest first; once more turns the order around.",
        CommandContext::store, |_, _| Action::SetStreamSort(StreamSort::LastTime)).checked_when(|cx| cx.store_open && cx.stream_sort == StreamSort::LastTime);
    THEME_SYSTEM = row((VIEW, 2), "Theme of the desktop", &[], "Dark or light, as the desktop has it.",
        always, |_, _| Action::SetTheme(ThemeChoice::System)).checked_when(|cx| cx.theme == ThemeChoice::System);
    THEME_DARK = row((VIEW, 2), "Dark theme", &[], "Light text on dark.",
        always, |_, _| Action::SetTheme(ThemeChoice::Dark)).checked_when(|cx| cx.theme == ThemeChoice::Dark);
    THEME_LIGHT = row((VIEW, 2), "Light theme", &[], "Dark text on light.",
        always, |_, _| Action::SetTheme(ThemeChoice::Light)).checked_when(|cx| cx.theme == ThemeChoice::Light);
    TEXT_LARGER = row((VIEW, 3), "Larger text", &[ctrl('+'), ctrl('=')], "Make everything larger.",
        always, |_, _| Action::TextSize(1));
    TEXT_SMALLER = row((VIEW, 3), "Smaller text", &[ctrl('-')], "Make everything smaller.",
        always, |_, _| Action::TextSize(-1));
    TEXT_RESET = row((VIEW, 3), "Normal text", &[ctrl('0')], "Back to the size of delivery.",
        always, |_, _| Action::TextSize(0));
    FULLSCREEN = row((VIEW, 3), "Full screen", &[plain(Key::F(11))], "Fill the screen with the window, or stop doing so.",
        always, |_, _| Action::ToggleFullscreen);
    RESET_LAYOUT = row((VIEW, 3), "Reset layout", &[], "Give the panels their first sizes back.",
        always, |_, _| Action::ResetLayout);

    CHOOSE_REDUCER = row((REDUCER, 0), "Choose a reducer…", &[ctrl('r')], "Pick the JavaScript or TypeScript module that computes the state.",
        CommandContext::store, |_, _| Action::ChooseReducer);
    RUN_PROGRAM = row((REDUCER, 0), "Run a program…", &[], "Have a program of yours compute the state, in any language: an event in, a state out.",
        CommandContext::store, |_, _| Action::ShowProgram);
    USE_STORED = row((REDUCER, 0), "The store's own documents", &[], "Show the documents and snapshots that the store keeps, at the versions where it holds one.",
        |cx| cx.store().and(need(cx.keeps_states, "this store keeps no documents or snapshots")),
        |_, _| Action::use_stored());
    RELOAD_REDUCER = row((REDUCER, 0), "Reload reducer", &[ctrl_shift('r')], "Read the reducer again and compute the state anew.",
        CommandContext::reducer, |_, _| Action::ReloadReducer);
    CLEAR_REDUCER = row((REDUCER, 0), "Use merge", &[], "Forget the reducer and merge payloads, which is a guess.",
        CommandContext::reducer, |_, _| Action::ClearReducer);
    SKIP_ERRORS = row((REDUCER, 1), "Skip events that throw", &[], "Leave out events that make the reducer throw, and go on.",
        |cx| cx.reducer().and(need(!cx.skipping_errors, "events that throw are skipped already")),
        |_, _| Action::SkipErrors).checked_when(|cx| cx.reducer_chosen && cx.skipping_errors);
    STOP_AT_ERRORS = row((REDUCER, 1), "Stop at events that throw", &[], "Keep the last good state where the reducer throws.",
        |cx| cx.reducer().and(need(cx.skipping_errors, "the reducer stops at errors already")),
        |_, _| Action::StopAtErrors).checked_when(|cx| cx.reducer_chosen && !cx.skipping_errors);

    ALL_COMMANDS = row((Menu::Help, 0), "All commands…", &[ctrl_shift('p')], "Find any command by its name.",
        always, |_, _| Action::ShowGoTo(GoToScope::Anywhere, ">"));
    KEYS = row((Menu::Help, 0), "Keys", &[letter('?'), plain(Key::F(1))], "Show every key.",
        always, |_, _| Action::ShowKeys);
    FRAMEWORKS = row((Menu::Help, 0), "Known frameworks…", &[], "List the frameworks whose stores are known, with languages, versions and containers.",
        always, |_, _| Action::ShowFrameworks);
    ABOUT = row((Menu::Help, 1), "About Eventglass", &[], "Show the version and the licences.",
        always, |_, _| Action::ShowAbout);
    ADD_TO_DESKTOP = row((Menu::Help, 1), "Add to the desktop", &[], "Give the program a menu entry on this desktop, and let the file manager open stores with it.",
        |_| need(cfg!(target_os = "linux"), "this is for desktops on Linux"), |_, _| Action::AddToDesktop);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    use crate::model::{Applied, StoreId};

    #[test]
    fn every_command_has_its_own_name_and_keys() {
        let mut names = HashSet::new();
        let mut keys = HashSet::new();
        for command in COMMANDS {
            assert!(names.insert(command.name), "{} twice", command.name);
            assert!(command.doc.ends_with('.'), "{}", command.doc);
            assert!(
                command.listed != Listed::Keys || command.keys.len() > 1,
                "{} has nothing to tell its keys apart",
                command.name
            );
            for key in command.keys {
                assert!(keys.insert(*key), "{} twice", key.text());
            }
        }
    }

    #[test]
    fn each_menu_has_the_key_of_its_first_letter() {
        let letters = Menu::ALL.map(|menu| menu.name().chars().next().map(|c| c.to_ascii_lowercase()));
        let keys: Vec<_> = SHOW_MENU.keys.iter().map(|key| (key.alt, key.key)).collect();
        assert_eq!(keys, letters.map(|c| (true, Key::Char(c.expect("a name")))));
    }

    #[test]
    fn a_row_is_copied_and_opened_only_where_there_is_one() {
        let mut cx = CommandContext { store_open: true, stores: 2, ..CommandContext::default() };
        assert!(OPEN_ROW.enabled(&cx).is_err() && COPY_ROW.enabled(&cx).is_err());
        assert_eq!(CLOSE_STORE.action(&cx), Action::CloseStore);
        let open = Some(Action::ShowStore(StoreId(2)));
        cx.target =
            Some(Target { open: open.clone(), text: "/a.db".to_owned(), store: Some(StoreId(2)), column: None });
        assert_eq!(OPEN_ROW.action(&cx), Action::ShowStore(StoreId(2)));
        assert_eq!(CLOSE_STORE.action(&cx), Action::CloseTab(StoreId(2)));
        assert_eq!(CLOSE_OTHERS.action(&cx), Action::CloseOthers(Some(StoreId(2))));
        assert_eq!(COPY_STORE_PATH.action(&cx), Action::Copy(CopyWhat::Text("/a.db".to_owned())));
    }

    #[test]
    fn reasons_follow_the_context() {
        let nothing = CommandContext::default();
        assert_eq!(STEP_BACK.enabled(&nothing), Err(NO_STORE));
        assert_eq!(OPEN_FILE.enabled(&nothing), Ok(()));
        let mut cx =
            CommandContext { store_open: true, stream_open: true, events: 3, speed: 5, ..CommandContext::default() };
        assert!(STEP_BACK.enabled(&cx).is_err());
        assert!(STEP_FORWARD.enabled(&cx).is_ok());
        cx.applied = Applied(3);
        assert!(STEP_BACK.enabled(&cx).is_ok());
        assert!(STEP_FORWARD.enabled(&cx).is_err());
        assert_eq!(RELOAD.enabled(&cx), Err("the store has not changed since it was read"));
    }

    #[test]
    fn the_key_decides_which_store_comes_to_the_front() {
        let cx = CommandContext { stores: 3, ..CommandContext::default() };
        assert_eq!(NTH_STORE.keys[2].text(), "Ctrl 3");
        assert_eq!(NTH_STORE.action_of_key(&cx, 2), Action::ShowNthStore(2));
        assert!(NTH_STORE.enabled(&CommandContext { stores: 1, ..cx }).is_err());
    }

    #[test]
    fn shortcuts_read_as_key_caps() {
        assert_eq!(OPEN_PATH.keys[0].text(), "Ctrl Shift O");
        assert_eq!(COPY_PATH.keys[0].text(), "Shift y");
        assert!(STEP_BACK.keys[0].types_text(), "arrows belong to a text field first");
        assert!(!OPEN_FILE.keys[0].types_text());
    }
}
