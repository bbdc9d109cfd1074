//! [`Blame`]: which events wrote a path of the state, in a list, and the way from one to the next.

use std::sync::Arc;

use super::desk::Desk;
use super::playback::PlaybackCommand;
use super::store::{Notice, OpenStore};
use super::stream::{Ask, StreamView};
use crate::export::blame::{BlameJob, Wanted};
use crate::model::{Applied, Pointer};
use crate::replay::host::Stop;
use crate::session::{Found, JobHandle, JobNews, Progress, Writes};

/// The writes of one path, as far as they are known.
#[derive(Default)]
pub(super) struct Blame {
    pub(super) path: Option<Pointer>,
    job: Option<Running>,
    pub(super) writes: Arc<Writes>,
    pub(super) progress: Progress,
    /// No others follow.
    is_whole: bool,
    /// They are listed.
    pub(super) is_open: bool,
    /// Where the playhead goes once it is known: to the next of them, or to the one before.
    going: Option<Way>,
    /// The events, or what computes the states, are others by now.
    pub(super) is_stale: bool,
}

/// A way along the writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Back,
    On,
}

/// Dropping it ends the job, and the call of the reducer that it waits for.
pub(super) struct Running {
    pub(super) handle: JobHandle,
    pub(super) stop: Stop,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl Blame {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// Ends the search; what it found stays.
    pub(super) fn stop(&mut self) {
        (self.job, self.going) = (None, None);
    }

    /// The way that the playhead waits for.
    pub(super) fn going(&self) -> Option<Way> {
        self.going.filter(|_| self.is_running())
    }

    /// The last write at or before the playhead: who wrote what is there.
    pub(super) fn in_effect(&self, at: Applied) -> Option<u64> {
        self.writes.up_to(at).checked_sub(1)
    }

    /// The next write on that way. `None`: it is not known yet; `Err`: there is none.
    fn next(&self, way: Way, at: Applied) -> Option<Result<Applied, ()>> {
        let (row, is_known) = match way {
            Way::On => (Some(self.writes.up_to(at)), false),
            Way::Back => {
                let before = Applied(at.0.saturating_sub(1));
                (self.in_effect(before), self.progress.done >= before.0)
            }
        };
        let line = row.and_then(|row| self.writes.get(row));
        match line {
            Some(line) if way == Way::On || is_known || self.is_whole => Some(Ok(line.applied)),
            None if is_known || self.is_whole => Some(Err(())),
            _ => None,
        }
    }
}

impl OpenStore {
    /// Lists the writes of the path that is selected in the state.
    pub(super) fn show_blame(&mut self) {
        let path = self.view.as_ref().and_then(StreamView::state_path).cloned();
        if let Some(path) = path {
            self.find_writes(path);
        }
        if self.view.as_ref().is_some_and(|view| view.blame.path.is_some()) {
            self.close_drawers();
        }
        if let Some(view) = self.view.as_mut().filter(|view| view.blame.path.is_some()) {
            view.blame.is_open = true;
        }
    }

    /// Looks for the writes of a path from the beginning; the last question wins.
    fn find_writes(&mut self, path: Pointer) {
        let Some(view) = &mut self.view else { return };
        let stop = Stop::default();
        let wanted = Wanted {
            index: view.rows.index().clone(),
            stream: view.id,
            path: path.clone(),
            source: self.reducers.source().clone(),
            by_hand: self.reducers.by_hand(),
            on_error: self.reducers.on_error(),
            stop: stop.clone(),
        };
        let handle = self.session.run(Box::new(move || Box::new(BlameJob::new(wanted))));
        let (is_open, going) = (view.blame.is_open, view.blame.going);
        let job = Some(Running { handle, stop });
        view.blame = Blame { path: Some(path), job, is_open, going, ..Blame::default() };
    }

    /// The writes that are listed are looked for once more where they may be others.
    pub(super) fn refresh_blame(&mut self) {
        let Some(view) = self.view.as_mut().filter(|view| view.blame.is_stale && !view.is_arranging()) else { return };
        let blame = std::mem::take(&mut view.blame);
        if let (true, Some(path)) = (blame.is_open, blame.path) {
            view.blame.is_open = true;
            self.find_writes(path);
        }
    }

    /// Goes to the next write of the selected path, or to the one before.
    pub(super) fn step_write(&mut self, way: Way, desk: &mut Desk) {
        let Some(view) = &mut self.view else { return };
        let Some(path) = view.state_path().or(view.blame.path.as_ref()).cloned() else { return };
        view.blame.going = Some(way);
        let is_other = view.blame.path.as_ref() != Some(&path);
        let is_cut = !view.blame.is_running() && view.blame.next(way, view.playhead.applied()).is_none();
        if is_other || is_cut {
            self.find_writes(path);
        }
        self.go_on_to_write(desk);
    }

    fn go_on_to_write(&mut self, desk: &mut Desk) {
        let Some(view) = &mut self.view else { return };
        let at = view.playhead.applied();
        let Some((way, next)) = view.blame.going.and_then(|way| Some((way, view.blame.next(way, at)?))) else { return };
        view.blame.going = None;
        match next {
            Ok(applied) => {
                desk.history.leave(self.spot());
                self.go_to_write(applied, desk.now);
            }
            Err(()) => {
                let path = view.blame.path.as_ref().map(Pointer::readable).unwrap_or_default();
                let which = if way == Way::On { "later" } else { "earlier" };
                desk.say(format!("There is no {which} write of {}", named(&path)), 4.0);
            }
        }
    }

    /// As a step, so that what it changed is tinted.
    pub(super) fn go_to_write(&mut self, applied: Applied, now: f64) {
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(view) = &mut self.view {
            let by = applied.0.cast_signed() - view.playhead.applied().0.cast_signed();
            view.play(PlaybackCommand::StepBy(by), &ask);
        }
    }

    /// Goes to the event of a row of the list.
    pub(super) fn open_write(&mut self, row: u64, now: f64) {
        let line = self.view.as_ref().and_then(|view| view.blame.writes.get(row));
        if let Some(applied) = line.map(|line| line.applied) {
            self.go_to_write(applied, now);
        }
    }

    /// Takes in what the search says; `false`: it is none.
    pub(super) fn take_writes(&mut self, news: &JobNews, desk: &mut Desk) -> bool {
        let is_own = |view: &&mut StreamView| view.blame.job.as_ref().is_some_and(|job| job.handle.id() == news.id);
        let Some(view) = self.view.as_mut().filter(is_own) else { return false };
        let blame = &mut view.blame;
        blame.progress = news.progress;
        match &news.found {
            Found::Writes(writes) => {
                blame.writes = Arc::clone(writes);
                blame.is_whole = news.done;
            }
            Found::Failed(problem) => {
                self.notice = Some(Notice::Problem(problem.clone()));
                blame.going = None;
            }
            _ => {}
        }
        if news.done {
            blame.job = None;
        }
        self.go_on_to_write(desk);
        true
    }
}

/// A path in a sentence.
pub(super) fn named(path: &str) -> &str {
    if path.is_empty() { "the state" } else { path }
}
