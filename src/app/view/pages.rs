//! The rest of the window: first page, first scan, bar, drawer of findings, status line.

use std::borrow::Cow;

use super::FindView;
use super::find::find;
use super::state::percent;
use crate::app::VEIL_AFTER;
use crate::app::action::{Action, Panel, Way};
use crate::app::blame::named;
use crate::app::desk::Desk;
use crate::app::samples::SampleCard;
use crate::app::settings::Recent;
use crate::app::store::{Notice, OpenStore};
use crate::app::stream::StreamView;
use crate::formats::file_name;
use crate::model::{FindingCode, Pointer, Problem, Version, number};
use crate::session::PROGRAM;

/// The first page.
pub struct WelcomeView<'a> {
    /// Stores opened before, latest first.
    pub recent: Vec<RecentEntry>,
    /// The samples that are there.
    pub samples: &'a [SampleCard],
    /// A store is being opened, by this name.
    pub opening: Option<&'a str>,
    /// The last attempt failed.
    pub problem: Option<&'a Problem>,
    pub status: StatusView<'a>,
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
    /// The file was no longer there when it was last opened.
    pub missing: bool,
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
    /// "Store grew by 128 events"; 0 = not known how many.
    Grew { events: u64 },
    /// "The store was replaced".
    Replaced,
    /// Something failed that does not stop the work, such as a reducer that cannot be loaded.
    Problem(&'a Problem),
    /// A sentence.
    Note(&'a str),
    /// The reducer that was used here before has other sources now: its name as `UseReducer` takes it.
    ReducerChanged(&'a str),
    /// A reducer that lies beside the store and was not asked for: its path.
    ReducerBeside(&'a str),
    /// The program that was used here before, or a file that it names, is another one now: its command.
    ProgramChanged(&'a str),
}

impl NoticeView<'_> {
    /// What the bar offers: the word of its button, and what that does.
    pub fn offer(&self) -> Option<(&'static str, Action)> {
        match self {
            NoticeView::Grew { .. } => Some(("Read them", Action::Reload)),
            NoticeView::Replaced => Some(("Read it again", Action::Reload)),
            NoticeView::ProgramChanged(command) => Some(("Run it", Action::run_program((*command).to_owned()))),
            NoticeView::ReducerChanged(named) | NoticeView::ReducerBeside(named) => {
                Some(("Use it", Action::UseReducer((*named).to_owned())))
            }
            NoticeView::Problem(_) | NoticeView::Note(_) => None,
        }
    }
}

/// Odd things in the store.
pub struct FindingsView<'a> {
    pub rows: &'a dyn FindingLines,
    /// Kinds of findings.
    pub kinds: u64,
    /// Places, all kinds together.
    pub places: u64,
    /// What is looked for in them.
    pub find: Option<FindView<'a>>,
}

/// Lines of the list of findings.
pub trait FindingLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Line `i`, `i < len()`.
    fn row(&self, i: u64) -> FindingLine<'_>;
}

/// One line of the list of findings.
pub struct FindingLine<'a> {
    pub code: FindingCode,
    /// Stream, where it is of one.
    pub stream: Option<Cow<'a, str>>,
    /// Version, where it is of an event; that of the first where there are several.
    pub version: Option<Version>,
    /// What is odd there, in words.
    pub message: Cow<'a, str>,
    /// How often it is in the stream.
    pub count: u64,
}

/// The last line of the window.
pub struct StatusView<'a> {
    /// What the event at the playhead wrote: its version, and the paths it changed as the user reads
    /// them (`balance`, `flags[2]`); long lists are cut by the line itself.
    pub wrote: Option<(Version, &'a [String])>,
    /// The selected path.
    pub selected: Option<&'a Pointer>,
    /// Something else to say, instead: "copied", "reading…".
    pub message: Option<Cow<'a, str>>,
}

/// The stores that were open before, latest first.
pub(super) fn recent(desk: &Desk) -> Vec<RecentEntry> {
    let entry = |recent: &Recent| RecentEntry {
        name: file_name(&recent.place.store),
        place: recent.place.store.parent().map(|folder| folder.display().to_string()).unwrap_or_default(),
        dialect: recent.dialect.clone(),
        missing: recent.missing,
    };
    desk.settings.recent.iter().map(entry).collect()
}

pub(super) fn welcome<'a>(desk: &'a Desk, opening: Option<&'a str>) -> WelcomeView<'a> {
    WelcomeView {
        recent: recent(desk),
        samples: &desk.samples,
        opening,
        problem: desk.problem.as_ref(),
        status: no_store(desk),
    }
}

pub(super) fn loading(store: &OpenStore, bytes: u64) -> LoadingView<'_> {
    LoadingView {
        phase: "Reading the index",
        bytes: ((f64::from(store.index.progress) * bytes as f64) as u64, bytes),
        events: store.index.index.events(),
    }
}

impl Notice {
    pub(in crate::app) fn view(&self) -> NoticeView<'_> {
        match self {
            Notice::Grew(events) => NoticeView::Grew { events: *events },
            Notice::Replaced => NoticeView::Replaced,
            Notice::Note(text) => NoticeView::Note(text),
            Notice::Problem(problem) | Notice::ReducerFailed(problem) => NoticeView::Problem(problem),
            Notice::ReducerBeside(named) => NoticeView::ReducerBeside(named),
            Notice::ReducerChanged(named) => match named.strip_prefix(PROGRAM) {
                Some(command) => NoticeView::ProgramChanged(command),
                None => NoticeView::ReducerChanged(named),
            },
        }
    }
}

pub(super) fn findings(store: &OpenStore, places: u64) -> FindingsView<'_> {
    let mut kinds: Vec<FindingCode> = store.findings().flat_map(|f| f.counts().keys().copied()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    FindingsView { rows: store, kinds: kinds.len() as u64, places, find: find(store, Panel::Findings) }
}

impl FindingLines for OpenStore {
    fn len(&self) -> u64 {
        self.findings().map(|findings| findings.groups().len() as u64).sum()
    }

    fn row(&self, i: u64) -> FindingLine<'_> {
        let Some((findings, group)) = self.finding_group(i) else {
            let message = Cow::Borrowed("");
            return FindingLine { code: FindingCode::Damaged, stream: None, version: None, message, count: 0 };
        };
        let first = findings.places(group).next();
        FindingLine {
            code: group.code,
            stream: first.and_then(|finding| finding.stream.as_deref()).map(Cow::Borrowed),
            version: first.and_then(|finding| finding.version),
            message: first.map_or(Cow::Borrowed("in further places"), |finding| Cow::Borrowed(&finding.message)),
            count: group.count,
        }
    }
}

/// The line where no store is open.
pub(super) fn no_store(desk: &Desk) -> StatusView<'_> {
    StatusView { wrote: None, selected: None, message: Some(Cow::Borrowed(desk.message().unwrap_or("No store open"))) }
}

pub(super) fn status<'a>(desk: &'a Desk, view: Option<&'a StreamView>) -> StatusView<'a> {
    let wrote = view.filter(|view| !view.fold.wrote.is_empty());
    StatusView {
        wrote: wrote.and_then(|view| Some((view.fold.shown.as_ref()?.version?, view.fold.wrote.as_slice()))),
        selected: view.and_then(|view| Some(view.trees.selected()?.1)),
        message: desk.message().map(Cow::Borrowed).or_else(|| waiting(view?, desk.now).map(Cow::Owned)),
    }
}

/// What is waited for.
fn waiting(view: &StreamView, now: f64) -> Option<String> {
    let blame = &view.blame;
    let Some(way) = blame.going() else { return folding(view, now) };
    let which = if way == Way::On { "next" } else { "previous" };
    let path = blame.path.as_ref().map(Pointer::readable).unwrap_or_default();
    Some(format!("Looking for the {which} write of {}, {} %", named(&path), percent(blame.progress)))
}

/// How far the fold is on its way to the playhead, while somebody waits for it.
pub(super) fn folding(view: &StreamView, now: f64) -> Option<String> {
    let (len, wanted, built) = (view.playhead.len(), view.playhead.applied().0, view.fold.news.built);
    let late = view.is_stale_for(VEIL_AFTER.as_secs_f64(), now) && built < wanted;
    late.then(|| format!("Folding event {} of {} on the way to {}", number(built), number(len), number(wanted)))
}
