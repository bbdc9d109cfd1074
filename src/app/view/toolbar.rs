//! The toolbar: the open stores, the one in front, and what computes its states.

use std::borrow::Cow;

use crate::app::reducers::ReducerRow;
use crate::app::store::{Notice, OpenStore, Phase};
use crate::app::stream::StreamView;
use crate::model::{Problem, StoreId, Version};
use crate::replay::timeline::OnError;
use crate::session::{Choice, ReducerSource};

pub struct ToolbarView<'a> {
    /// Every open store, in the order of Ctrl+1 to Ctrl+9; the one in front is `store` as well.
    pub tabs: Vec<StoreTab>,
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
    pub id: StoreId,
    /// Whole path.
    pub path: String,
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
    pub label: Cow<'a, str>,
    /// What runs the module, in words.
    pub engine: Option<String>,
    /// Why each state of the current stream is folded from its start.
    pub no_copies: Option<&'a str>,
    /// True where the current stream's state is a merge.
    pub guess: bool,
    /// The states are those that the store keeps.
    pub stored: bool,
    /// The store keeps states that can be shown instead.
    pub offers_stored: bool,
    /// How many events made it throw in the current stream so far.
    pub errors: u64,
    /// The module could not be loaded, or cannot start for this stream.
    pub problem: Option<&'a Problem>,
    /// One row for each category.
    pub table: &'a [ReducerRow],
    /// Names of the module's exports to choose from; merge is always offered besides.
    pub exports: &'a [String],
    /// Events that throw are left out instead of ending the replay.
    pub skipping_errors: bool,
}

pub(super) fn toolbar(stores: &[OpenStore], active: usize) -> ToolbarView<'_> {
    // Alone, a store that could not be opened has a page that says so, and no chip.
    let shown = |store: &&OpenStore| stores.len() > 1 || !matches!(store.phase, Phase::Failed(_));
    let store = stores.get(active).filter(shown);
    ToolbarView {
        tabs: if stores.len() > 1 { tabs(stores, active) } else { Vec::new() },
        store: store.map(|store| StoreChip {
            id: store.id,
            path: store.path.display().to_string(),
            name: &store.name,
            dialect: store.opened().map_or("", |opened| &opened.dialect),
            evidence: &store.evidence,
            progress: (matches!(store.phase, Phase::Opening) || store.is_reading()).then_some(store.index.progress),
        }),
        reducer: store.filter(|store| store.opened().is_some()).map(reducer),
    }
}

fn tabs(stores: &[OpenStore], active: usize) -> Vec<StoreTab> {
    let tab = |(at, store): (usize, &OpenStore)| StoreTab {
        id: store.id,
        name: store.name.clone(),
        path: store.path.display().to_string(),
        active: at == active,
        reading: matches!(store.phase, Phase::Opening) || store.is_reading(),
        news: at != active
            && (matches!(store.phase, Phase::Failed(_))
                || matches!(
                    store.notice,
                    Some(Notice::Grew(_) | Notice::Replaced | Notice::Problem(_) | Notice::ReducerFailed(_))
                )),
    };
    stores.iter().enumerate().map(tab).collect()
}

/// The version of the state that is shown, where there is one.
fn known_at(view: &StreamView) -> Option<Version> {
    view.fold.shown.as_ref().filter(|shown| shown.problem.is_none())?.version
}

fn reducer(store: &OpenStore) -> ReducerChip<'_> {
    let reducers = &store.reducers;
    let view = store.view.as_ref();
    let stored = matches!(reducers.source(), ReducerSource::Stored);
    let merges = view.is_none_or(|view| reducers.choice(&view.category_name) == Choice::Merge);
    let in_rows = merges && !stored && store.opened().is_some_and(|opened| opened.rows_are_states());
    let guess = match view {
        _ if stored || in_rows => false,
        Some(view) => reducers.choice(&view.category_name) == Choice::Merge,
        None => matches!(reducers.source(), ReducerSource::Merge),
    };
    ReducerChip {
        file: reducers.file_name(),
        label: match view.and_then(known_at) {
            Some(version) if stored => Cow::Owned(format!("The store's own document at v{version}")),
            _ if stored => Cow::Borrowed("The store's own document"),
            _ if in_rows => Cow::Borrowed("The rows' own states"),
            _ => Cow::Borrowed(reducers.file_name().filter(|_| !guess).unwrap_or("Merge, a guess")),
        },
        engine: reducers.source().file().filter(|_| !guess).map(|file| file.program.engine.to_string()),
        no_copies: view.and_then(|view| view.fold.news.no_copies.as_deref()).filter(|_| !guess),
        guess,
        stored,
        offers_stored: store.opened().is_some_and(|opened| opened.keeps_states()),
        errors: view.map_or(0, |view| view.fold.news.errors.len() as u64),
        problem: reducers.problem().or_else(|| view?.fold.failed.as_ref()),
        table: reducers.rows(),
        exports: reducers.exports(),
        skipping_errors: reducers.on_error() == OnError::Skip,
    }
}
