//! The drawer of who wrote a path: a line for each event that did.

use super::state::percent;
use super::{FindView, Progress, TypeSlot};
use crate::app::blame::named;
use crate::app::stream::StreamView;
use crate::model::{Pointer, Problem, Time, Version};

/// Writes of one path, the oldest first.
pub struct BlameView<'a> {
    /// As the user reads it.
    pub path: String,
    pub rows: &'a dyn BlameLines,
    /// How far they are looked for, in percent; `None` at the end.
    pub looking: Option<u64>,
    /// It was ended before that: events looked at, and of how many.
    pub looked_at: Option<(u64, u64)>,
    /// Why later events are not folded.
    pub problem: Option<&'a Problem>,
    /// The write that the value at the playhead is by.
    pub in_effect: Option<u64>,
    /// The playhead stands at that event.
    pub is_here: bool,
    /// What is looked for in it.
    pub find: Option<FindView<'a>>,
    /// The states are documents, known at some versions only.
    pub is_stored: bool,
}

/// Rows of the drawer.
pub trait BlameLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> BlameLine<'_>;
}

/// One event that wrote the path.
pub struct BlameLine<'a> {
    pub version: Version,
    pub type_name: &'a str,
    pub slot: TypeSlot,
    pub time: Option<Time>,
    /// `None`: there was no value.
    pub before: Option<&'a str>,
    /// `None`: there is none any more.
    pub after: Option<&'a str>,
    /// What changed inside; it is then all there is.
    pub inside: Option<&'a str>,
}

pub(super) fn blame<'a>(view: &'a StreamView, find: Option<FindView<'a>>, is_stored: bool) -> Option<BlameView<'a>> {
    let blame = &view.blame;
    let path = blame.path.as_ref().filter(|_| blame.is_open).map(Pointer::readable)?;
    let Progress { done, of, .. } = blame.progress;
    let (at, running) = (view.playhead.applied(), blame.is_running());
    let in_effect = blame.in_effect(at);
    let problem = blame.writes.problems.last();
    Some(BlameView {
        path: named(&path).to_owned(),
        rows: view,
        looking: running.then(|| percent(blame.progress)),
        looked_at: (!running && done < of && problem.is_none()).then_some((done, of)),
        problem,
        in_effect,
        is_here: in_effect.and_then(|row| blame.writes.get(row)).is_some_and(|line| line.applied == at),
        find,
        is_stored,
    })
}

impl BlameLines for StreamView {
    fn len(&self) -> u64 {
        self.blame.writes.len()
    }

    fn row(&self, i: u64) -> BlameLine<'_> {
        let line = self.blame.writes.get(i);
        let at = line.map_or(0, |line| line.applied.0.saturating_sub(1));
        BlameLine {
            version: self.rows.version(at).unwrap_or(Version(0)),
            type_name: self.type_name_at(at),
            slot: self.slot_at(at),
            time: self.rows.time(at),
            before: line.and_then(|line| line.before.as_deref()),
            after: line.and_then(|line| line.after.as_deref()),
            inside: line.and_then(|line| line.inside.as_deref()),
        }
    }
}
