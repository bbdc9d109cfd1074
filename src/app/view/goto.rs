//! The box for going to places, and the sheet for a bookmark.

use std::borrow::Cow;

use super::Count;
use crate::app::action::GoToScope;
use crate::app::command::{Command, CommandContext, Enabled};
use crate::app::desk::Desk;
use crate::app::goto::{GoTo, Hit};
use crate::app::store::OpenStore;
use crate::app::stream::StreamView;
use crate::model::{Applied, Time, visible_name};

pub struct GoToView<'a> {
    pub text: &'a str,
    /// Shown while nothing is typed.
    pub hint: String,
    pub lines: GoToLines<'a>,
    /// The line that Enter goes to.
    pub cursor: u64,
    /// Streams whose name fits.
    pub streams: Option<Count>,
    /// Commands that fit, and how many there are.
    pub commands: Option<(u64, u64)>,
    /// What can be typed, or why what was typed leads nowhere.
    pub note: Option<String>,
}

/// What one can go to, the best first.
pub struct GoToLines<'a> {
    go: &'a GoTo,
    store: Option<&'a OpenStore>,
    commands: &'a CommandContext,
}

/// One place.
pub struct GoToLine<'a> {
    /// What it is: a stream, a version, a menu.
    pub kind: &'static str,
    pub text: Cow<'a, str>,
    /// Letters of the text that were typed, counted from 0.
    pub marks: &'a [u32],
    /// It is a name of the store's.
    pub is_data: bool,
    /// When its event happened.
    pub time: Option<Time>,
    pub note: GoToNote,
    /// It is not gone to but done.
    pub command: Option<&'static Command>,
    /// Why a command cannot be done now.
    pub enabled: Enabled,
}

/// What is said of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum GoToNote {
    Nothing,
    Words(String),
    /// The last event that is not later.
    UpTo(Time),
    Events(u64),
}

/// The sheet for the bookmark at the playhead.
pub struct BookmarkView<'a> {
    /// `account-1042 v57`.
    pub place: String,
    /// The note of the one that is set.
    pub note: Option<&'a str>,
    /// No further one is kept.
    pub full: bool,
}

const ANYWHERE: &str = "Type part of a stream's name, also with a version as in account-7 v57, an event's id or type, v57, \
                        -10, or a time such as Tue 14:03 or 2026-10-06 14:03. > finds commands, ' bookmarks.";
const COMPARE: &str = "Type part of a stream's name. The state at the playhead is compared with that of the stream; the \
                       same stream in another open store stands first.";
const IN_STREAM: &str =
    "Type v57, -10, initial, a time such as Tue 14:03 or 2026-10-06 14:03, or part of an event's type.";

pub(super) fn goto<'a>(go: &'a GoTo, store: Option<&'a OpenStore>, commands: &'a CommandContext) -> GoToView<'a> {
    let in_stream = go.scope == GoToScope::Stream;
    let of_commands = go.is_of_commands();
    let all = || Command::everywhere().count() as u64;
    let looks_for_streams = !in_stream && !of_commands && go.found.all_streams > 0;
    let streams = Count { number: go.found.all_streams, exact: !go.is_looking() };
    GoToView {
        text: &go.text,
        hint: match store {
            Some(store) if in_stream => format!("Version, time or type in {}", store.view_name()),
            Some(store) if go.scope == GoToScope::Compare => format!("A stream to compare {} with", store.view_name()),
            _ => "Stream, version, time, event or bookmark".to_owned(),
        },
        cursor: go.cursor() as u64,
        streams: looks_for_streams.then_some(streams),
        commands: of_commands.then(|| (go.hits.len() as u64, all())),
        note: note(go, store, in_stream),
        lines: GoToLines { go, store, commands },
    }
}

fn note(go: &GoTo, store: Option<&OpenStore>, in_stream: bool) -> Option<String> {
    let is_part = store.is_some_and(OpenStore::is_reading);
    let help = match go.scope {
        _ if in_stream => IN_STREAM,
        GoToScope::Compare => COMPARE,
        _ => ANYWHERE,
    };
    let typed = go.text.trim();
    // The answer to what was asked last.
    if !typed.is_empty() && go.id.done && !go.hits.iter().any(|hit| matches!(hit, Hit::Event(_))) {
        let of = if is_part { "of those read so far" } else { "of this store" };
        let said = go.said.iter().map(|said| format!(" {said}")).collect::<String>();
        return Some(format!("No event {of} has the id {typed}.{said}"));
    }
    if let Some(said) = &go.said {
        return Some(said.clone());
    }
    if typed.is_empty() {
        return Some(help.to_owned());
    }
    let is_found = go.hits.iter().any(|hit| *hit != Hit::Id);
    match typed {
        _ if is_found => None,
        _ if go.is_looking() => Some("Looking…".to_owned()),
        _ if go.scope == GoToScope::Compare => Some(format!("No stream that is read so far is called {typed}.")),
        "'" => Some("No bookmark is set in this store. The key m sets one at the playhead.".to_owned()),
        _ if typed.starts_with('>') => Some("No command is called so.".to_owned()),
        _ if typed.starts_with('\'') => Some("No bookmark has these words.".to_owned()),
        _ if is_part => Some(format!("Nothing that is read so far is called {typed}.")),
        _ => Some(format!("Nothing here is called {typed}. {help}")),
    }
}

impl GoToLines<'_> {
    pub fn len(&self) -> u64 {
        self.go.hits.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.go.hits.is_empty()
    }

    pub fn row(&self, at: u64) -> GoToLine<'_> {
        let view = self.store.and_then(|store| store.view.as_ref());
        let streams = self.store.map(|store| store.index.index.streams());
        let line = |kind, text| GoToLine {
            kind,
            text,
            marks: &[],
            is_data: false,
            time: None,
            note: GoToNote::Nothing,
            command: None,
            enabled: Ok(()),
        };
        let Some(hit) = self.go.hits.get(at as usize) else { return line("", Cow::Borrowed("")) };
        let event = |kind, applied: Applied| {
            let time = applied.0.checked_sub(1).and_then(|at| view?.rows.time(at));
            GoToLine { time, ..line(kind, Cow::Owned(view.map(|view| event_name(view, applied)).unwrap_or_default())) }
        };
        match hit {
            Hit::Version { applied, asked } => {
                let shown = view.and_then(|view| view.version_at(*applied));
                let lacks = asked.filter(|asked| Some(*asked) != shown);
                let note = lacks.map_or(GoToNote::Nothing, |asked| GoToNote::Words(format!("there is no v{asked}")));
                GoToLine { note, ..event("Version", *applied) }
            }
            Hit::Time { found, all } => {
                let note = match all {
                    _ if found.later_inside => GoToNote::Words("times run backwards before it".to_owned()),
                    true => GoToNote::Words("to the end of what was typed".to_owned()),
                    false => GoToNote::UpTo(found.time),
                };
                GoToLine { note, ..event("Time", found.applied) }
            }
            Hit::Type(found) => {
                let name = self.store.map_or("", |store| store.index.index.type_name_ref(found.id));
                let version = view.and_then(|view| view.version_at(found.applied));
                let version = version.map(|version| format!("v{version}")).unwrap_or_default();
                let words = if found.from_start { "the first of them" } else { "the next of them" };
                let time = found.applied.0.checked_sub(1).and_then(|at| view?.rows.time(at));
                let note = GoToNote::Words(format!("{words}, {version}"));
                GoToLine { marks: &found.marks, time, note, ..line("Type", visible_name(name)) }
            }
            Hit::Event(found) => {
                let name = streams.map_or("", |streams| streams.name(found.stream));
                let text = format!("{} v{} {}", visible_name(name), found.version, visible_name(&found.event_type));
                let note = GoToNote::Words("has this id".to_owned());
                GoToLine { time: found.time, note, ..line("Event", Cow::Owned(text)) }
            }
            Hit::Stream(found) => {
                let name = streams.map_or("", |streams| streams.name(found.id));
                let events = streams.and_then(|streams| streams.summary(found.id)).map_or(0, |own| own.events);
                let note = match self.go.version {
                    Some(version) => GoToNote::Words(format!("at v{version}")),
                    None => GoToNote::Events(u64::from(events)),
                };
                GoToLine { marks: &found.marks, is_data: true, note, ..line("Stream", visible_name(name)) }
            }
            Hit::Twin(twin) => GoToLine {
                is_data: true,
                note: GoToNote::Words(format!("in {}, {} events", twin.store_name, twin.events)),
                ..line("Same", visible_name(&twin.name))
            },
            Hit::Bookmark(bookmark) => match &*bookmark.note {
                "" => line("Bookmark", Cow::Owned(bookmark.place())),
                note => {
                    let place = GoToNote::Words(bookmark.place());
                    GoToLine { note: place, ..line("Bookmark", Cow::Borrowed(note)) }
                }
            },
            Hit::Command { command, marks } => GoToLine {
                marks,
                command: Some(command),
                enabled: command.enabled(self.commands),
                ..line(command.place.0.name(), Cow::Borrowed(command.name))
            },
            Hit::Id => {
                let id = &self.go.id;
                let note = match id.is_running() {
                    true => format!("{} % of the store read", id.progress.done * 100 / id.progress.of.max(1)),
                    false => "look through the whole store".to_owned(),
                };
                let text = format!("The event with the id {}", self.go.text.trim());
                GoToLine { note: GoToNote::Words(note), ..line("Event", Cow::Owned(text)) }
            }
        }
    }
}

/// `v57 Withdrawn`.
fn event_name(view: &StreamView, applied: Applied) -> String {
    match (view.version_at(applied), applied.0.checked_sub(1)) {
        (Some(version), Some(at)) => format!("v{version} {}", visible_name(view.type_name_at(at))),
        _ => "Initial state".to_owned(),
    }
}

pub(super) fn bookmark<'a>(store: &OpenStore, desk: &'a Desk) -> Option<BookmarkView<'a>> {
    let place = store.bookmark_here()?.place();
    let note = store.bookmark_set(desk).map(|own| &*own.note);
    Some(BookmarkView { place, note, full: store.bookmarks_full(desk) })
}
