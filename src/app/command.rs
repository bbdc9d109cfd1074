//! The one table of named [`Command`]s: menus, keys and the sheet of keys are made from it.
//!
//! A command is an action without arguments that has a name, a place in a menu,
//! maybe a key, and a reason while it cannot be done.

use super::action::{Action, Axis, CopyWhat, Panel, StateTab, ThemeChoice};
use super::playback::PlaybackCommand;
use crate::model::Applied;

/// A key on the keyboard, as far as commands use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Space bar.
    Space,
    /// Escape.
    Escape,
    /// F1 to F12.
    F(u8),
    /// A character as typed, lower case for letters.
    Char(char),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// The key.
    pub key: Key,
    /// Control, or Command on a Mac.
    pub ctrl: bool,
    /// Shift. For characters that need shift on some layouts (`?`, `<`) it is not compared.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
}

const fn plain(key: Key) -> Shortcut {
    Shortcut { key, ctrl: false, shift: false, alt: false }
}

const fn letter(c: char) -> Shortcut {
    plain(Key::Char(c))
}

const fn shift(key: Key) -> Shortcut {
    Shortcut { shift: true, ..plain(key) }
}

const fn ctrl(c: char) -> Shortcut {
    Shortcut { ctrl: true, ..letter(c) }
}

const fn ctrl_shift(c: char) -> Shortcut {
    Shortcut { ctrl: true, shift: true, ..letter(c) }
}

const fn alt(c: char) -> Shortcut {
    Shortcut { alt: true, ..letter(c) }
}

impl Shortcut {
    /// The keys to press, one text per key cap (`Ctrl`, `O`).
    pub fn caps(&self) -> Vec<String> {
        let mut caps = Vec::with_capacity(3);
        for (on, name) in [(self.ctrl, "Ctrl"), (self.alt, "Alt"), (self.shift, "Shift")] {
            if on {
                caps.push(name.to_owned());
            }
        }
        caps.push(match self.key {
            Key::Left => "←".to_owned(),
            Key::Right => "→".to_owned(),
            Key::Home => "Home".to_owned(),
            Key::End => "End".to_owned(),
            Key::Space => "Space".to_owned(),
            Key::Escape => "Esc".to_owned(),
            Key::F(n) => format!("F{n}"),
            Key::Char(c) if self.ctrl || self.alt => c.to_uppercase().to_string(),
            Key::Char(c) => c.to_string(),
        });
        caps
    }

    /// The keys as one text: `Ctrl Shift O`.
    pub fn text(&self) -> String {
        self.caps().join(" ")
    }

    /// True for a key that writes text: it is off while a text field has the keyboard.
    pub fn types_text(&self) -> bool {
        !self.ctrl && !self.alt && !matches!(self.key, Key::F(_) | Key::Escape)
    }
}

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

/// What the enabling of commands depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandContext {
    /// A store is open.
    pub store_open: bool,
    /// The index is still being read.
    pub scanning: bool,
    /// The store changed on disk since it was read.
    pub store_changed: bool,
    /// A stream is shown.
    pub stream_open: bool,
    /// Number of events of the stream.
    pub events: u64,
    /// Where the playhead stands.
    pub applied: Applied,
    /// Time moves the playhead.
    pub playing: bool,
    /// Events per second.
    pub speed: u32,
    /// A state is shown.
    pub state_ready: bool,
    /// A path is selected in a tree.
    pub path_selected: bool,
    /// A reducer file is chosen.
    pub reducer_chosen: bool,
    /// Errors of the reducer are skipped.
    pub skipping_errors: bool,
    /// Number of findings.
    pub findings: u64,
    /// The list of findings is open.
    pub findings_open: bool,
    /// A sheet is in front.
    pub modal_open: bool,
    /// The axis of the slider.
    pub axis: Axis,
    /// Times are shown in UTC.
    pub utc: bool,
    /// Colours of the window.
    pub theme: ThemeChoice,
    /// Tab of the state panel.
    pub state_tab: StateTab,
}

/// Everything that has a name and needs no argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each has its text and tooltip in the table below")]
pub enum Command {
    OpenFile,
    OpenPath,
    Reload,
    CloseStore,
    CopyEvent,
    CopyState,
    CopyValue,
    CopyPath,
    Quit,
    StepBack,
    StepForward,
    JumpBack,
    JumpForward,
    First,
    Last,
    PlayPause,
    Slower,
    Faster,
    FocusStreams,
    FocusEvents,
    FocusState,
    FocusTime,
    NextPanel,
    PreviousPanel,
    FocusFilter,
    TabTree,
    TabChanges,
    TabRaw,
    ToggleAxis,
    ToggleUtc,
    Findings,
    ThemeSystem,
    ThemeDark,
    ThemeLight,
    TextLarger,
    TextSmaller,
    TextReset,
    ResetLayout,
    ChooseReducer,
    ClearReducer,
    SkipErrors,
    StopAtErrors,
    CancelScan,
    Keys,
}

/// One line of the table: everything there is to say of a command but when it can be done.
pub struct CommandInfo {
    /// The command.
    pub command: Command,
    /// Its menu and the group in it; a line is drawn between groups.
    pub place: (Menu, u8),
    /// What it is called.
    pub text: &'static str,
    /// What it does, in one sentence.
    pub tooltip: &'static str,
    /// Its keys, the one to show first.
    pub keys: &'static [Shortcut],
}

const fn info(
    command: Command,
    place: (Menu, u8),
    text: &'static str,
    keys: &'static [Shortcut],
    tooltip: &'static str,
) -> CommandInfo {
    CommandInfo { command, place, text, tooltip, keys }
}

/// The one table of commands, in the order of the menus.
#[rustfmt::skip]
pub const COMMANDS: &[CommandInfo] = &[
    info(Command::OpenFile, (Menu::File, 0), "Open file…", &[ctrl('o')], "Open a store with the desktop's file dialog."),
    info(Command::OpenPath, (Menu::File, 0), "Open path…", &[ctrl_shift('o')], "Open a store by typing or pasting its path."),
    info(Command::Reload, (Menu::File, 0), "Read new events", &[plain(Key::F(5))], "Read what the store has gained since it was opened."),
    info(Command::CloseStore, (Menu::File, 0), "Close store", &[ctrl('w')], "Close the store and show the first page."),
    info(Command::CopyEvent, (Menu::File, 1), "Copy event as JSON", &[ctrl('c')], "Copy the event under the playhead as one line of JSON."),
    info(Command::CopyState, (Menu::File, 1), "Copy state as JSON", &[ctrl_shift('c')], "Copy the state at the playhead as JSON."),
    info(Command::CopyValue, (Menu::File, 1), "Copy value", &[letter('y')], "Copy the selected value as JSON."),
    info(Command::CopyPath, (Menu::File, 1), "Copy path", &[shift(Key::Char('y'))], "Copy the selected path as a JSON pointer."),
    info(Command::Quit, (Menu::File, 2), "Quit", &[ctrl('q')], "End the program. Nothing is written to the store."),

    info(Command::StepBack, (Menu::Go, 0), "Step back", &[plain(Key::Left), letter('h')], "One event back."),
    info(Command::StepForward, (Menu::Go, 0), "Step forward", &[plain(Key::Right), letter('l')], "One event on."),
    info(Command::JumpBack, (Menu::Go, 0), "Ten back", &[shift(Key::Left)], "Ten events back."),
    info(Command::JumpForward, (Menu::Go, 0), "Ten forward", &[shift(Key::Right)], "Ten events on."),
    info(Command::First, (Menu::Go, 0), "Initial state", &[plain(Key::Home)], "To the state before the first event."),
    info(Command::Last, (Menu::Go, 0), "Last event", &[plain(Key::End)], "To the state after the last event."),
    info(Command::PlayPause, (Menu::Go, 1), "Play or pause", &[plain(Key::Space)], "Replay event by event, or stop doing so."),
    info(Command::Slower, (Menu::Go, 1), "Slower", &[letter('<')], "Fewer events per second."),
    info(Command::Faster, (Menu::Go, 1), "Faster", &[letter('>')], "More events per second."),
    info(Command::FocusStreams, (Menu::Go, 2), "Streams", &[alt('1')], "Put the keyboard on the list of streams."),
    info(Command::FocusEvents, (Menu::Go, 2), "Events", &[alt('2')], "Put the keyboard on the list of events."),
    info(Command::FocusState, (Menu::Go, 2), "State", &[alt('3')], "Put the keyboard on the state."),
    info(Command::FocusTime, (Menu::Go, 2), "Time", &[alt('4')], "Put the keyboard on the slider."),
    info(Command::NextPanel, (Menu::Go, 2), "Next panel", &[plain(Key::F(6))], "Put the keyboard on the next panel."),
    info(Command::PreviousPanel, (Menu::Go, 2), "Previous panel", &[shift(Key::F(6))], "Put the keyboard on the panel before."),
    info(Command::FocusFilter, (Menu::Go, 2), "Filter this panel", &[letter('/')], "Type in the filter of the panel that has the keyboard."),

    info(Command::TabTree, (Menu::View, 0), "State as a tree", &[letter('1')], "Show the state as a tree."),
    info(Command::TabChanges, (Menu::View, 0), "Changes of the state", &[letter('2')], "Show what the last event changed."),
    info(Command::TabRaw, (Menu::View, 0), "State as JSON", &[letter('3')], "Show the state as JSON text."),
    info(Command::ToggleAxis, (Menu::View, 1), "Axis: sequence or time", &[letter('t')], "Let the slider's axis measure events or time."),
    info(Command::ToggleUtc, (Menu::View, 1), "Times: local or UTC", &[letter('u')], "Show times in the zone of this machine or in UTC."),
    info(Command::Findings, (Menu::View, 1), "Findings", &[], "List what is odd in the store."),
    info(Command::ThemeSystem, (Menu::View, 2), "Theme of the desktop", &[], "Dark or light, as the desktop has it."),
    info(Command::ThemeDark, (Menu::View, 2), "Dark theme", &[], "Light text on dark."),
    info(Command::ThemeLight, (Menu::View, 2), "Light theme", &[], "Dark text on light."),
    info(Command::TextLarger, (Menu::View, 3), "Larger text", &[ctrl('+'), ctrl('=')], "Make everything larger."),
    info(Command::TextSmaller, (Menu::View, 3), "Smaller text", &[ctrl('-')], "Make everything smaller."),
    info(Command::TextReset, (Menu::View, 3), "Normal text", &[ctrl('0')], "Back to the size of delivery."),
    info(Command::ResetLayout, (Menu::View, 3), "Reset layout", &[], "Give the panels their first sizes back."),

    info(Command::ChooseReducer, (Menu::Reducer, 0), "Choose a reducer…", &[ctrl('r')], "Pick the JavaScript or TypeScript module that computes the state."),
    info(Command::ClearReducer, (Menu::Reducer, 0), "Use merge", &[], "Forget the reducer and merge payloads, which is a guess."),
    info(Command::SkipErrors, (Menu::Reducer, 1), "Skip events that throw", &[], "Leave out events that make the reducer throw, and go on."),
    info(Command::StopAtErrors, (Menu::Reducer, 1), "Stop at events that throw", &[], "Keep the last good state where the reducer throws."),

    info(Command::CancelScan, (Menu::File, 0), "Stop reading", &[plain(Key::Escape)], "Stop reading and use what is read."),
    info(Command::Keys, (Menu::Help, 0), "Keys", &[letter('?'), plain(Key::F(1))], "Show every key."),
];

const NO_STORE: &str = "no store is open";
const NO_STREAM: &str = "no stream is chosen";

impl Command {
    /// Its line of the table.
    pub fn info(self) -> &'static CommandInfo {
        // Every command is in the table (tested), so the first line is never taken for another.
        COMMANDS.iter().find(|info| info.command == self).unwrap_or(&COMMANDS[0])
    }

    /// The commands of a menu, in order.
    pub fn of_menu(menu: Menu) -> impl Iterator<Item = &'static CommandInfo> {
        COMMANDS.iter().filter(move |info| info.place.0 == menu)
    }

    /// `Err` says why it cannot be done now.
    pub fn enabled(self, cx: &CommandContext) -> Result<(), &'static str> {
        let need = |ok: bool, reason: &'static str| if ok { Ok(()) } else { Err(reason) };
        let stream = need(cx.store_open, NO_STORE).and(need(cx.stream_open, NO_STREAM));
        let any_event = stream.and(need(cx.events > 0, "the stream has no events"));
        match self {
            Command::OpenFile
            | Command::OpenPath
            | Command::Quit
            | Command::Keys
            | Command::ToggleUtc
            | Command::ThemeSystem
            | Command::ThemeDark
            | Command::ThemeLight
            | Command::TextLarger
            | Command::TextSmaller
            | Command::TextReset
            | Command::ResetLayout => Ok(()),
            Command::Reload => {
                need(cx.store_open, NO_STORE).and(need(cx.store_changed, "the store has not changed since it was read"))
            }
            Command::CloseStore
            | Command::FocusStreams
            | Command::NextPanel
            | Command::PreviousPanel
            | Command::FocusFilter => need(cx.store_open, NO_STORE),
            Command::ChooseReducer => need(cx.store_open, NO_STORE),
            Command::CancelScan => need(cx.scanning, "nothing is being read"),
            Command::CopyEvent => any_event.and(need(cx.applied.0 > 0, "the playhead is before the first event")),
            Command::CopyState => stream.and(need(cx.state_ready, "no state is shown")),
            Command::CopyValue | Command::CopyPath => {
                stream.and(need(cx.path_selected, "no path is selected in a tree"))
            }
            Command::StepBack | Command::JumpBack | Command::First => {
                any_event.and(need(cx.applied.0 > 0, "the playhead is at the initial state"))
            }
            Command::StepForward | Command::JumpForward | Command::Last => {
                any_event.and(need(cx.applied.0 < cx.events, "the playhead is at the last event"))
            }
            Command::PlayPause => any_event,
            Command::Slower => any_event.and(need(cx.speed > 1, "this is the lowest speed")),
            Command::Faster => any_event.and(need(cx.speed < 100, "this is the highest speed")),
            Command::FocusEvents
            | Command::FocusState
            | Command::FocusTime
            | Command::TabTree
            | Command::TabChanges
            | Command::TabRaw
            | Command::ToggleAxis => stream,
            Command::Findings => need(cx.store_open, NO_STORE).and(need(cx.findings > 0, "nothing odd was found")),
            Command::ClearReducer => need(cx.reducer_chosen, "no reducer is chosen"),
            Command::SkipErrors => need(cx.reducer_chosen, "no reducer is chosen")
                .and(need(!cx.skipping_errors, "events that throw are skipped already")),
            Command::StopAtErrors => need(cx.reducer_chosen, "no reducer is chosen")
                .and(need(cx.skipping_errors, "the reducer stops at errors already")),
        }
    }

    /// True where the command is one of several and the one that holds.
    pub fn checked(self, cx: &CommandContext) -> bool {
        match self {
            Command::TabTree => cx.stream_open && cx.state_tab == StateTab::Tree,
            Command::TabChanges => cx.stream_open && cx.state_tab == StateTab::Changes,
            Command::TabRaw => cx.stream_open && cx.state_tab == StateTab::Raw,
            Command::ThemeSystem => cx.theme == ThemeChoice::System,
            Command::ThemeDark => cx.theme == ThemeChoice::Dark,
            Command::ThemeLight => cx.theme == ThemeChoice::Light,
            Command::Findings => cx.findings_open,
            Command::SkipErrors => cx.reducer_chosen && cx.skipping_errors,
            Command::StopAtErrors => cx.reducer_chosen && !cx.skipping_errors,
            _ => false,
        }
    }

    /// The action it stands for.
    pub fn action(self, cx: &CommandContext) -> Action {
        match self {
            Command::OpenFile => Action::OpenDialog,
            Command::OpenPath => Action::ShowOpenPath,
            Command::Reload => Action::Reload,
            Command::CloseStore => Action::CloseStore,
            Command::CopyEvent => Action::Copy(CopyWhat::Event),
            Command::CopyState => Action::Copy(CopyWhat::State),
            Command::CopyValue => Action::Copy(CopyWhat::Value),
            Command::CopyPath => Action::Copy(CopyWhat::Path),
            Command::Quit => Action::Quit,
            Command::StepBack => PlaybackCommand::StepBy(-1).into(),
            Command::StepForward => PlaybackCommand::StepBy(1).into(),
            Command::JumpBack => PlaybackCommand::StepBy(-10).into(),
            Command::JumpForward => PlaybackCommand::StepBy(10).into(),
            Command::First => PlaybackCommand::First.into(),
            Command::Last => PlaybackCommand::Last.into(),
            Command::PlayPause => PlaybackCommand::TogglePlay.into(),
            Command::Slower => PlaybackCommand::Slower.into(),
            Command::Faster => PlaybackCommand::Faster.into(),
            Command::FocusStreams => Action::FocusPanel(Panel::Streams),
            Command::FocusEvents => Action::FocusPanel(Panel::Events),
            Command::FocusState => Action::FocusPanel(Panel::State),
            Command::FocusTime => Action::FocusPanel(Panel::Time),
            Command::NextPanel => Action::FocusNextPanel(true),
            Command::PreviousPanel => Action::FocusNextPanel(false),
            Command::FocusFilter => Action::FocusFilter,
            Command::TabTree => Action::SetStateTab(StateTab::Tree),
            Command::TabChanges => Action::SetStateTab(StateTab::Changes),
            Command::TabRaw => Action::SetStateTab(StateTab::Raw),
            Command::ToggleAxis => Action::SetAxis(match cx.axis {
                Axis::Sequence => Axis::Time,
                Axis::Time => Axis::Sequence,
            }),
            Command::ToggleUtc => Action::ToggleUtc,
            Command::Findings => Action::ToggleFindings,
            Command::ThemeSystem => Action::SetTheme(ThemeChoice::System),
            Command::ThemeDark => Action::SetTheme(ThemeChoice::Dark),
            Command::ThemeLight => Action::SetTheme(ThemeChoice::Light),
            Command::TextLarger => Action::TextSize(1),
            Command::TextSmaller => Action::TextSize(-1),
            Command::TextReset => Action::TextSize(0),
            Command::ResetLayout => Action::ResetLayout,
            Command::ChooseReducer => Action::ChooseReducer,
            Command::ClearReducer => Action::ClearReducer,
            Command::SkipErrors => Action::SkipErrors,
            Command::StopAtErrors => Action::StopAtErrors,
            Command::CancelScan => Action::CancelScan,
            Command::Keys => Action::ShowKeys,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_command_is_in_the_table_once_with_its_own_text_and_keys() {
        let mut commands = HashSet::new();
        let mut texts = HashSet::new();
        let mut keys = HashSet::new();
        for info in COMMANDS {
            assert!(commands.insert(info.command), "{:?} twice", info.command);
            assert!(texts.insert(info.text), "{} twice", info.text);
            assert_eq!(info.command.info().text, info.text);
            assert!(info.tooltip.ends_with('.'), "{}", info.tooltip);
            for key in info.keys {
                assert!(keys.insert(*key), "{} twice", key.text());
            }
        }
        assert_eq!(COMMANDS.len(), Command::Keys as usize + 1, "a command is missing in the table");
    }

    #[test]
    fn reasons_follow_the_context() {
        let nothing = CommandContext::default();
        assert_eq!(Command::StepBack.enabled(&nothing), Err(NO_STORE));
        assert_eq!(Command::OpenFile.enabled(&nothing), Ok(()));
        let mut cx =
            CommandContext { store_open: true, stream_open: true, events: 3, speed: 5, ..CommandContext::default() };
        assert!(Command::StepBack.enabled(&cx).is_err());
        assert!(Command::StepForward.enabled(&cx).is_ok());
        cx.applied = Applied(3);
        assert!(Command::StepBack.enabled(&cx).is_ok());
        assert!(Command::StepForward.enabled(&cx).is_err());
        assert_eq!(Command::Reload.enabled(&cx), Err("the store has not changed since it was read"));
    }

    #[test]
    fn shortcuts_read_as_key_caps() {
        assert_eq!(Command::OpenPath.info().keys[0].text(), "Ctrl Shift O");
        assert_eq!(Command::CopyPath.info().keys[0].text(), "Shift y");
        assert!(Command::StepBack.info().keys[0].types_text(), "arrows belong to a text field first");
        assert!(!Command::OpenFile.info().keys[0].types_text());
    }
}
