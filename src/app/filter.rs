//! [`EventFilter`]: which events of the stream are listed, by words and by type.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::index::StreamRows;
use crate::model::{Problem, StreamId};
use crate::session::{Found, JobHandle, JobNews, Progress, Session};

/// What was typed and chosen, and what fits both.
#[derive(Default)]
pub(super) struct EventFilter {
    pub(super) text: String,
    /// The types that are listed; `None` lists them all.
    pub(super) types: Option<BTreeSet<String>>,
    /// It is still looking; dropping it ends that.
    job: Option<JobHandle>,
    progress: Progress,
    /// Places in the stream that match so far; `None` lists every event.
    pub(super) places: Option<Arc<Vec<u32>>>,
}

impl EventFilter {
    /// It may leave out events.
    pub(super) fn is_set(&self) -> bool {
        !self.text.trim().is_empty() || self.types.is_some()
    }

    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// Looks through the rows, where they are in order. What was found before stays until
    /// something else is.
    pub(super) fn start(&mut self, rows: Option<&StreamRows>, stream: StreamId, session: &Session) {
        self.job = None;
        self.progress = Progress::default();
        if !self.is_set() {
            self.places = None;
        } else if let Some(rows) = rows {
            self.job = Some(session.filter_events(rows.clone(), stream, &self.text, self.types.clone()));
        }
    }

    /// Ends the search; what it found stays.
    pub(super) fn stop(&mut self) {
        self.job = None;
    }

    /// The rows are others now: nothing is found in them yet.
    pub(super) fn forget(&mut self) {
        self.places = self.places.take().map(|_| Arc::default());
    }

    pub(super) fn take(&mut self, news: JobNews) -> Option<Problem> {
        if self.job.as_ref().is_none_or(|job| job.id() != news.id) {
            return None;
        }
        self.progress = news.progress;
        if news.done {
            self.job = None;
        }
        match news.found {
            Found::Places(places) => {
                self.places = Some(places);
                None
            }
            Found::Failed(problem) => Some(problem),
            _ => None,
        }
    }

    /// How many events were looked at, and of how many, where that is not all: it goes on, or
    /// was stopped.
    pub(super) fn looked_at(&self) -> Option<(u64, u64)> {
        let Progress { done, of, .. } = self.progress;
        (self.places.is_some() && done < of).then_some((done, of))
    }
}
