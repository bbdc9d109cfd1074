//! The sheet for exporting: what is chosen, the first rows, the command line, and how far it is.

use std::borrow::Cow;

use super::{Count, Progress, WrittenRows};
use crate::app::action::{Format, Until, What, Which};
use crate::app::desk::Desk;
use crate::app::export::Outcome;
use crate::app::store::{Changed, OpenStore};
use crate::index::At;
use crate::model::{FindingCode, Problem, Time, Version};
use crate::replay::timeline::OnError;
use crate::session::ReducerSource;

pub struct ExportView<'a> {
    /// Name of the store.
    pub store: &'a str,
    pub what: What,
    pub whiches: Vec<Which>,
    pub which: Which,
    /// Name of this stream; or the filter of the streams.
    pub named: &'a str,
    /// How many streams that is.
    pub streams: Count,
    /// Empty where there is nothing to choose.
    pub untils: Vec<Until>,
    pub until: Until,
    /// Where the playhead stands.
    pub playhead: PlayheadAt,
    /// What is typed.
    pub time: &'a str,
    pub every: &'a str,
    pub changed: bool,
    pub formats: &'static [Format],
    pub format: Format,
    /// The reducer as it stands.
    pub reducer: Cow<'a, str>,
    pub first: &'a WrittenRows,
    /// How far they are computed, while they are.
    pub progress: Option<Progress>,
    /// They are those of an older choice.
    pub is_old: bool,
    pub problem: Option<&'a Problem>,
    /// The line that does the same; `Err` says why there is none.
    pub command: Result<String, Cow<'a, str>>,
    pub running: Option<RunningView>,
    pub outcome: Option<&'a Outcome>,
    /// `Err` says why nothing can be exported.
    pub can_run: Result<(), Cow<'a, str>>,
    /// What is to be said of the store.
    pub caution: Cow<'a, str>,
    /// A name for the file, where its path is typed here.
    pub types_path: Option<String>,
}

/// Where the playhead stands, as an export has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayheadAt {
    Initial,
    Version(Version),
    Time(Time),
    End,
}

/// An export under way.
pub struct RunningView {
    pub progress: Progress,
    pub bytes: u64,
}

/// What is not certain of the order of all events; the first of it.
fn doubt_of_order(store: &OpenStore) -> Cow<'_, str> {
    let findings = store.index.index.findings().kept();
    let doubt = findings.iter().find(|finding| finding.code == FindingCode::OrderNotProven);
    doubt.map_or(Cow::Borrowed(""), |doubt| Cow::Owned(format!("{}: {}.", doubt.code.name(), doubt.message)))
}

/// `None`: there is no sheet.
pub(super) fn export<'a>(store: &'a OpenStore, desk: &Desk) -> Option<ExportView<'a>> {
    let sheet = store.export.as_ref()?;
    let utc = desk.settings.utc;
    let which = sheet.which(store);
    let (named, streams) = match (which, &store.view) {
        (Which::This, Some(view)) => (&*view.name, Count::exact(1)),
        (Which::Filtered, _) => {
            let listed = store.index.list.streams.len() as u64;
            let exact = store.index.order == store.list.order;
            (store.list.order.filter.as_str(), Count { number: listed, exact })
        }
        _ => ("", Count::exact(u64::from(store.index.index.streams().len()))),
    };
    let version = store.view.as_ref().and_then(|view| view.version());
    let playhead = match (sheet.playhead(store), version) {
        (Some(At::Initial), _) => PlayheadAt::Initial,
        (Some(At::Time(time)), _) => PlayheadAt::Time(time),
        (Some(_), Some(version)) => PlayheadAt::Version(version),
        _ => PlayheadAt::End,
    };
    let reducer = match (sheet.what(), store.reducers.file_name()) {
        (What::Events, _) => Cow::Borrowed("Events are written as stored."),
        (_, None) => Cow::Borrowed(match store.reducers.source() {
            ReducerSource::Stored => "the store's own documents, where it holds some",
            _ if store.opened().is_some_and(|opened| opened.rows_are_states()) => "the states that its rows hold",
            _ => "merge, which is a guess",
        }),
        (_, Some(file)) if store.reducers.on_error() == OnError::Skip => {
            Cow::Owned(format!("{file}, events that throw are skipped"))
        }
        (_, Some(file)) => Cow::Borrowed(file),
    };
    let caution = match store.changed {
        Some(Changed::Grew) => Cow::Borrowed("The store has grown since it was read; F5 reads what is new."),
        Some(Changed::Replaced) => Cow::Borrowed("Another file stands there by now; F5 reads it."),
        None if sheet.what() == What::Events && which != Which::This => doubt_of_order(store),
        None => Cow::Borrowed(""),
    };
    Some(ExportView {
        store: &store.name,
        what: sheet.what(),
        whiches: sheet.whiches(store),
        which,
        named,
        streams,
        untils: sheet.untils(store),
        until: sheet.until(store),
        playhead,
        time: &sheet.time,
        every: &sheet.every,
        changed: sheet.changed(),
        formats: sheet.formats(store),
        format: sheet.format(store),
        reducer,
        first: &sheet.first.0,
        progress: sheet.is_previewing().then_some(sheet.first.1),
        is_old: sheet.is_old,
        problem: sheet.problem.as_ref(),
        command: sheet.command(store, utc),
        running: sheet.running.as_ref().map(|running| RunningView { progress: running.progress, bytes: running.bytes }),
        outcome: sheet.outcome.as_ref(),
        can_run: sheet.request(store, utc).map(drop),
        caution,
        types_path: sheet.types_path.then(|| sheet.file_name(store)),
    })
}
