//! [`Track`]: one stream under one reducer, ready for any playhead; the replayer has one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::budget::Part;
use super::documents::{DocumentReader, NoDocuments};
use super::{
    Choice, DocumentIndex, FoldNews, Lack, MatrixColumn, ReducerSource, StateNews, StoredDocuments, StreamSource,
    Ticket,
};
use crate::formats::{Opened, ReadError};
use crate::index::{EventIndex, StreamRows};
use crate::model::json::write_pretty;
use crate::model::{Applied, Findings, Node, Problem, StreamId, Text};
use crate::replay::diff::diff;
use crate::replay::host::Stop;
use crate::replay::stored::{STORED, Stored};
use crate::replay::timeline::{OnError, StateAt, Timeline};
use crate::replay::written::{Written, WrittenJob};
use crate::replay::{Reducer, Thrown};

/// Work done before looking at the inbox again.
pub(super) const SLICE: Duration = Duration::from_millis(6);
/// The same of the fold from the beginning, of which several batches are under way at a time.
const FOLD_SLICE: Duration = Duration::from_millis(16);
/// Time between words about who wrote what, while it is being found out.
const TELL_WRITTEN: Duration = Duration::from_millis(100);
/// Time between words about the fold from the beginning.
const TELL_FOLD: Duration = Duration::from_millis(100);

/// What computes states.
#[derive(Clone, Debug)]
pub(super) struct Computing {
    pub source: ReducerSource,
    pub choice: Choice,
    pub on_error: OnError,
}

/// The events of a stream, their states, and what is being found out about them.
pub(super) struct Track {
    opened: Arc<Opened>,
    /// The states that the store keeps, once they are asked for.
    documents: Option<Arc<DocumentIndex>>,
    /// They are being read.
    reading: Option<DocumentReader>,
    pub source: StreamSource,
    part: Part,
    stop: Stop,
    computing: Computing,
    fold: Fold,
    /// Who wrote what in the state shown last, while it is being found out.
    written: Option<WrittenJob>,
    told_written: Instant,
    playhead: Applied,
    /// States around the playhead are there.
    ring_ready: bool,
    told: Told,
}

/// What became of the reducer.
enum Fold {
    /// Nobody asked for a state yet.
    NotBegun,
    /// It cannot start.
    Failed(Problem),
    Folding(Box<Timeline>),
}

/// What was last said of the fold.
struct Told {
    at: Instant,
    complete: bool,
    news: FoldNews,
}

/// A state, or why there is none.
struct Shown {
    applied: Applied,
    state: Node,
    problem: Option<Problem>,
}

fn cannot_be_shown(thrown: &Thrown) -> Problem {
    Problem { what: "The state cannot be shown".to_owned(), cause: thrown.to_string(), help: thrown.help().to_owned() }
}

impl Track {
    pub fn new(opened: Arc<Opened>, mut source: StreamSource, part: Part, stop: Stop) -> Track {
        source.keep_within(part.pages);
        Track {
            opened,
            documents: None,
            reading: None,
            source,
            part,
            stop,
            computing: Computing { source: ReducerSource::Merge, choice: Choice::Merge, on_error: OnError::Stop },
            fold: Fold::NotBegun,
            written: None,
            told_written: Instant::now(),
            playhead: Applied(0),
            ring_ready: true,
            told: Told { at: Instant::now(), complete: false, news: FoldNews::default() },
        }
    }

    /// Turns to a stream, or to more events of the one that is there.
    pub fn select(&mut self, index: &EventIndex, stream: StreamId) -> Result<(), ReadError> {
        let rows = index.rows_of(stream);
        let len = rows.len();
        let same = self.source.select(rows, stream);
        self.written = None;
        match (same, &mut self.fold) {
            (1.., Fold::Folding(timeline)) => timeline.invalidate_from(&mut self.source, same, len)?,
            _ => self.restart(),
        }
        Ok(())
    }

    /// Folds with another reducer from the next state on.
    pub fn compute(&mut self, computing: Computing) {
        self.computing = computing;
        self.restart();
    }

    /// Forgets all states.
    pub fn restart(&mut self) {
        self.fold = Fold::NotBegun;
        self.written = None;
        self.ring_ready = true;
        self.told = Told { at: Instant::now(), complete: false, news: FoldNews::default() };
    }

    /// Folds no further than it is.
    pub fn halt(&mut self) {
        if let Fold::Folding(timeline) = &mut self.fold {
            timeline.halt();
        }
    }

    /// Folds on where it was halted.
    pub fn go_on(&mut self) {
        let is_lost = match &mut self.fold {
            Fold::Folding(timeline) => !timeline.go_on(),
            _ => false,
        };
        if is_lost {
            self.restart();
        }
    }

    /// Holds no more than its part.
    pub fn keep_within(&mut self, part: Part) {
        if self.part == part {
            return;
        }
        self.part = part;
        self.source.keep_within(part.pages);
        if let Fold::Folding(timeline) = &mut self.fold {
            timeline.keep_within(part.keyframes, part.ring, part.heap);
        }
    }

    /// Starts the reducer where it is not, or makes it ready for a slice of time. The problem is
    /// told once.
    pub fn begin(&mut self) -> Result<(), Problem> {
        if !matches!(self.fold, Fold::NotBegun) {
            return Ok(());
        }
        let reducer = match self.reducer() {
            Ok(Some(reducer)) => reducer,
            Ok(None) => return Ok(()),
            Err(problem) => {
                self.fold = Fold::Failed(problem.clone());
                return Err(problem);
            }
        };
        let (name, len) = (Arc::clone(self.source.name()), self.source.rows().len());
        let mut timeline = Timeline::new(reducer, name, len, self.computing.on_error)
            .called(self.source.library_name())
            .with_patience(SLICE);
        timeline.keep_within(self.part.keyframes, self.part.ring, self.part.heap);
        if let Err(thrown) = timeline.start() {
            let what = format!("{} cannot be used", timeline.reducer_name());
            let problem = Problem { what, cause: thrown.to_string(), help: thrown.help().to_owned() };
            self.fold = Fold::Failed(problem.clone());
            return Err(problem);
        }
        self.fold = Fold::Folding(Box::new(timeline));
        Ok(())
    }

    /// `None`: it is not ready yet.
    fn reducer(&mut self) -> Result<Option<Box<dyn Reducer>>, Problem> {
        let Computing { source, choice, .. } = &self.computing;
        if let Some(reducer) = source.reducer(choice, &self.stop).map_err(Problem::from)? {
            return Ok(Some(reducer));
        }
        let Some(index) = self.documents()? else { return Ok(None) };
        let mut documents = StoredDocuments::new(index);
        documents.turn(self.source.stream());
        Ok(Some(Box::new(Stored::new(Box::new(documents)))))
    }

    /// The states that the store keeps of the streams of now; `None`: they are still being read.
    fn documents(&mut self) -> Result<Option<Arc<DocumentIndex>>, Problem> {
        let events = self.source.rows().index();
        if let Some(documents) = self.documents.as_ref().filter(|documents| documents.is_of(events)) {
            return Ok(Some(Arc::clone(documents)));
        }
        let mut reader = match self.reading.take() {
            Some(reader) => reader,
            None => DocumentReader::new(&self.opened).map_err(Problem::from)?,
        };
        if !reader.advance(SLICE).map_err(|error| Problem::from(NoDocuments::from(error)))? {
            self.reading = Some(reader);
            return Ok(None);
        }
        Ok(Some(Arc::clone(self.documents.insert(Arc::new(reader.end(events))))))
    }

    /// There is something to do while nobody asks.
    pub fn has_work(&self) -> bool {
        match &self.fold {
            Fold::Folding(timeline) => {
                self.written.is_some() || !self.ring_ready || !timeline.is_complete() || timeline.is_coarse()
            }
            _ => false,
        }
    }

    /// Works ahead for one slice: who wrote what, states around the playhead, the fold, keyframes.
    /// Returns who wrote what in the state shown last, as far as it is known, now and then.
    pub fn work(&mut self) -> Result<Option<(Applied, Arc<Written>)>, ReadError> {
        let Fold::Folding(timeline) = &mut self.fold else { return Ok(None) };
        if let Some(job) = &mut self.written {
            let done = job.advance(timeline, &mut self.source, SLICE)?;
            let (applied, tell) = (job.target(), done || self.told_written.elapsed() >= TELL_WRITTEN);
            let written = tell.then(|| Arc::new(job.written().clone()));
            if done {
                self.written = None;
            }
            if written.is_some() {
                self.told_written = Instant::now();
            }
            return Ok(written.map(|written| (applied, written)));
        }
        if !self.ring_ready {
            self.ring_ready = !timeline.densify(&mut self.source, self.playhead)?;
            return Ok(None);
        }
        match timeline.is_complete() {
            false => timeline.build(&mut self.source, u64::MAX, FOLD_SLICE)?,
            true => timeline.refine(&mut self.source, SLICE)?,
        };
        Ok(None)
    }

    /// Another playhead is asked for: what was to be found out about the old one is not.
    pub fn leave(&mut self) {
        self.written = None;
    }

    /// The state after `target` events and the event there; `None`: it takes longer, ask again.
    pub fn state(&mut self, ticket: Ticket, target: Applied, raw: bool) -> Result<Option<StateNews>, ReadError> {
        let asked = Applied(target.0.min(self.source.rows().len()));
        let (previous, at, guess) = match &mut self.fold {
            Fold::NotBegun => return Ok(None),
            Fold::Failed(problem) => {
                let at = Shown { applied: asked, state: Node::Null, problem: Some(problem.clone()) };
                (None, at, false)
            }
            Fold::Folding(timeline) => {
                let wanted = asked.0.min(timeline.reachable());
                if wanted > timeline.built() || !timeline.has_begun() {
                    timeline.build(&mut self.source, wanted, FOLD_SLICE)?;
                    return Ok(None);
                }
                // The one before first: from there it is one event to the state itself.
                let previous = match wanted.checked_sub(1) {
                    Some(before) => match timeline.state(&mut self.source, Applied(before))? {
                        Some(before) => Some(before),
                        None => return Ok(None),
                    },
                    None => None,
                };
                let Some(at) = timeline.state(&mut self.source, asked)? else { return Ok(None) };
                timeline.trim(asked);
                self.playhead = asked;
                self.ring_ready = false;
                // Between the versions of documents nothing tells which event wrote what.
                let is_folded = !matches!(self.computing.source, ReducerSource::Stored);
                self.written = is_folded.then(|| WrittenJob::new(at.applied, at.state.clone()));
                let at =
                    Shown { applied: at.applied, state: at.state, problem: at.problem.as_ref().map(cannot_be_shown) };
                let previous = previous.filter(|before| before.problem.is_none());
                (previous.map(|before| before.state), at, timeline.is_guess())
            }
        };
        let (event, links) = match asked.0.checked_sub(1) {
            Some(place) => (self.source.event(place)?, self.source.links(place)?),
            None => (None, Vec::new()),
        };
        let version = |applied: u64| applied.checked_sub(1).and_then(|place| self.source.rows().version(place));
        let emitted = match &self.fold {
            Fold::Folding(timeline) => {
                timeline.emitted(asked.0..=asked.0).iter().map(|(_, event)| event.clone()).collect()
            }
            _ => Vec::new(),
        };
        Ok(Some(StateNews {
            ticket,
            asked,
            applied: at.applied,
            version: version(at.applied.0),
            previous_version: version(at.applied.0.saturating_sub(1)),
            changes: previous.as_ref().map(|before| diff(before, &at.state)).unwrap_or_default(),
            previous,
            against: None,
            event,
            links,
            emitted,
            reducer: self.reducer_name(),
            guess,
            problem: at.problem,
            raw: raw.then(|| {
                let mut text = String::new();
                write_pretty(&at.state, &mut text);
                text.into()
            }),
            state: at.state,
        }))
    }

    /// A state beside the playhead; where a handler threw before it, the last there is. `None`: it takes
    /// longer, ask again, or there is no fold yet.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn state_at(&mut self, applied: Applied) -> Result<Option<StateAt>, ReadError> {
        let Fold::Folding(timeline) = &mut self.fold else { return Ok(None) };
        let wanted = applied.0.min(self.source.rows().len()).min(timeline.reachable());
        if wanted > timeline.built() || !timeline.has_begun() {
            timeline.build(&mut self.source, wanted, FOLD_SLICE)?;
            return Ok(None);
        }
        timeline.state(&mut self.source, applied)
    }

    /// What the `applied`-th event changed; `None` as above.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn column(&mut self, applied: Applied) -> Result<Option<MatrixColumn>, ReadError> {
        let Some(before) = self.state_at(Applied(applied.0.saturating_sub(1)))? else { return Ok(None) };
        let Some(after) = self.state_at(applied)? else { return Ok(None) };
        let Fold::Folding(timeline) = &self.fold else { return Ok(None) };
        let threw = timeline.errors().iter().find(|error| error.applied == applied);
        let not_shown = before.problem.as_ref().or(after.problem.as_ref());
        let lack = match (threw, not_shown) {
            (Some(error), _) => Lack::Threw(Text::from(error.thrown.to_string())),
            (None, _) if after.applied < applied => Lack::NotReached,
            (None, Some(thrown)) => Lack::NotShown(Text::from(thrown.to_string())),
            (None, None) => return Ok(Some(MatrixColumn::new(&before.state, &after.state))),
        };
        Ok(Some(MatrixColumn::lacking(lack)))
    }

    /// A state can be asked for.
    pub fn is_folding(&self) -> bool {
        matches!(self.fold, Fold::Folding(_))
    }

    fn reducer_name(&self) -> Text {
        match (&self.fold, &self.computing) {
            (Fold::Folding(timeline), _) => timeline.reducer_name(),
            (_, Computing { source: ReducerSource::Module(file), choice: Choice::Export(export), .. }) => {
                file.program.shown(export)
            }
            (_, Computing { source: ReducerSource::Stored, .. }) => Arc::from(STORED),
            (_, Computing { source: ReducerSource::Program(command), .. }) => Arc::from(command.text()),
            _ => Arc::from("merge"),
        }
    }

    /// News of the fold, where something changed. In a hurry (a state follows) what changed
    /// is told at once; else now and then, and at the end.
    pub fn fold_news(&mut self, ticket: Ticket, hurry: bool) -> Option<FoldNews> {
        let Fold::Folding(timeline) = &self.fold else { return None };
        let old = &self.told.news;
        let findings = timeline.findings().total() + self.source.findings().total();
        let stopped = (timeline.reachable() < timeline.len()).then(|| timeline.reachable());
        let (new_errors, new_findings) =
            (timeline.errors().len() != old.errors.len(), findings != old.findings.total());
        let met = new_errors
            || timeline.said().len() != old.said.len()
            || new_findings
            || (stopped, timeline.is_halted()) != (old.stopped, old.halted)
            || !old.ticket.same_fold(ticket);
        let built = timeline.built();
        let ended = timeline.is_complete() && (!self.told.complete || built != old.built);
        let grown = built >= old.built + (timeline.len() / 50).max(1);
        let due = met && (hurry || self.told.at.elapsed() >= TELL_FOLD);
        if !(due || ended || grown) {
            return None;
        }
        let news = FoldNews {
            ticket,
            built,
            stopped,
            halted: timeline.is_halted(),
            said: if timeline.said().len() != old.said.len() {
                Arc::new(timeline.said().to_vec())
            } else {
                Arc::clone(&old.said)
            },
            no_copies: timeline.no_copies().cloned(),
            errors: if new_errors { Arc::new(timeline.errors().to_vec()) } else { Arc::clone(&old.errors) },
            findings: if new_findings { Arc::new(self.findings(timeline)) } else { Arc::clone(&old.findings) },
        };
        self.told = Told { at: Instant::now(), complete: timeline.is_complete(), news: news.clone() };
        Some(news)
    }

    fn findings(&self, timeline: &Timeline) -> Findings {
        let mut all = timeline.findings().clone();
        all.absorb(&mut self.source.findings().clone());
        all.locate(|_| self.source.stream());
        all
    }

    pub fn rows(&self) -> &StreamRows {
        self.source.rows()
    }
}
