//! The other stream of a comparison: where it stands, and where the two begin to differ.

use super::Progress;
use crate::app::compare::DivergenceSearch;
use crate::app::stream::StreamView;
use crate::model::{Applied, Problem, Version, visible_name};
use crate::session::{Differs, Divergence};

/// A stream that the one that is shown is compared with: side A.
pub struct OtherView<'a> {
    pub name: &'a str,
    /// Its store, where that is another one.
    pub store: Option<&'a str>,
    /// Where it stands; `None` = its initial state.
    pub version: Option<Version>,
    pub applied: Applied,
    pub events: u64,
    /// It is the same stream in another store, so that the two may be the same in front.
    pub is_twin: bool,
    /// Where they begin to differ, once that was asked.
    pub divergence: Option<DivergenceView<'a>>,
}

/// What is known of where two streams begin to differ.
pub enum DivergenceView<'a> {
    /// How far it is looked for, in percent.
    Looking(u64),
    Found {
        /// In a sentence.
        words: String,
        /// There is a place to go to.
        leads: bool,
    },
    Failed(&'a Problem),
}

pub(super) fn other(view: &StreamView) -> Option<OtherView<'_>> {
    let other = view.comparison.other.as_deref()?;
    let own = &other.view;
    Some(OtherView {
        name: &own.name,
        store: other.store_name.as_deref(),
        version: own.version(),
        applied: own.playhead.applied(),
        events: own.playhead.len(),
        is_twin: other.is_twin_of(view),
        divergence: other.search.as_ref().map(|search| divergence(search, view, own)),
    })
}

fn divergence<'a>(search: &'a DivergenceSearch, here: &StreamView, there: &StreamView) -> DivergenceView<'a> {
    let Progress { done, of, .. } = search.progress;
    match &search.problem {
        Some(problem) => DivergenceView::Failed(problem),
        None if search.is_running() => DivergenceView::Looking(done * 100 / of.max(1)),
        None => {
            DivergenceView::Found { words: sentence(search.found, here, there), leads: search.found.differs.is_some() }
        }
    }
}

/// `Same until v41; at v42 here Withdrawn, there Deposited.`
fn sentence(found: Divergence, here: &StreamView, there: &StreamView) -> String {
    let Divergence { same, differs, metadata } = found;
    let version = |view: &StreamView, at: u64| {
        view.rows.version(at).map_or_else(|| "the end".to_owned(), |version| format!("v{version}"))
    };
    let until = match same.checked_sub(1) {
        None => "From the start on: ".to_owned(),
        Some(last) => format!("Same until {}; ", version(here, last)),
    };
    let at = version(here, same);
    let (own, other) = (visible_name(here.type_name_at(same)), visible_name(there.type_name_at(same)));
    let mut words = match differs {
        None => match same.checked_sub(1) {
            None => "Neither has an event.".to_owned(),
            Some(last) => format!("Same to the end, {}: events and states.", version(here, last)),
        },
        Some(Differs::OnlyHere) => format!("{until}it ends there, and goes on here with {at} {own}."),
        Some(Differs::OnlyThere) => {
            format!("{until}it ends here, and goes on there with {} {other}.", version(there, same))
        }
        Some(Differs::Version) => format!("{until}then here {at} {own}, there {} {other}.", version(there, same)),
        Some(Differs::Type) => format!("{until}at {at} here {own}, there {other}."),
        Some(Differs::Payload) => format!("{until}at {at} {own} has another payload there."),
        Some(Differs::State) => {
            format!(
                "{until}at {at} {own} is the same but for what stands beside its payload, and leads to another state there."
            )
        }
    };
    if let Some(first) = metadata {
        words.push_str(&format!(" Metadata differ from {} on.", version(here, first)));
    }
    words
}
