//! Long work beside the cursor: searches and the like, a step at a time on a thread of its
//! own, so that the replayer always has time for the playhead.
//!
//! Jobs take turns. Each has its own reader, says what it found so far, and ends when its
//! [`JobHandle`] is dropped. (The shape is that of gitui's `asyncjob`; turns instead of a
//! pool, since the disk is one.)

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::time::{Duration, Instant};

use super::find::FoundIn;
use super::goto::{FoundEvent, FoundPlaces};
use super::links::{LinkEnd, LinkHere};
use super::search::Hits;
use super::{Answer, Divergence, Meaning, Outbox, Writes};
use crate::formats::Opened;
use crate::model::{Problem, Text};

/// Time of one job's turn.
const STEP: Duration = Duration::from_millis(15);
/// Time between two words about a job that goes on.
const TELL_EVERY: Duration = Duration::from_millis(60);

/// Names a job; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobId(u64);

/// Holds a job: dropping it cancels.
#[derive(Debug)]
pub struct JobHandle {
    id: JobId,
    canceled: Arc<AtomicBool>,
}

impl JobHandle {
    pub fn id(&self) -> JobId {
        self.id
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.canceled.store(true, Ordering::Relaxed);
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
    pub found: u64,
}

/// What a job says.
#[derive(Clone, Debug)]
pub struct JobNews {
    pub id: JobId,
    pub progress: Progress,
    /// Nothing follows.
    pub done: bool,
    pub found: Found,
}

/// What a job found so far.
#[derive(Clone, Debug)]
pub enum Found {
    /// Places in the stream, counted from 0, in order.
    Places(Arc<Vec<u32>>),
    Rows(Arc<WrittenRows>),
    /// Which events wrote a path.
    Writes(Arc<Writes>),
    /// Where the links of an event lead.
    LinkEnds(Arc<Vec<LinkEnd>>),
    /// Which events point at one.
    LinksHere(Arc<Vec<LinkHere>>),
    /// Streams, types and times that one can go to.
    GoTo(Arc<FoundPlaces>),
    /// Events of the store that have what is looked for.
    Hits(Arc<Hits>),
    /// The event with an id.
    Event(Option<Arc<FoundEvent>>),
    /// Where something is in what a panel shows.
    InPanel(Arc<FoundIn>),
    /// What a value may mean.
    Meanings(Arc<Vec<Meaning>>),
    /// How far two streams are the same.
    Divergence(Divergence),
    /// The job ended before its time.
    Failed(Problem),
}

/// Rows that a job writes.
#[derive(Clone, Debug, Default)]
pub struct WrittenRows {
    pub bytes: u64,
    /// The rows, where they are to be looked at or copied.
    pub text: Text,
    /// There is more than could be held, so nothing follows.
    pub more: bool,
    /// The file that they were to go to is there already; nothing is written.
    pub exists: bool,
    /// What could not be done, while all else was; the first few.
    pub problems: Vec<Problem>,
    /// Problems that are not among those.
    pub more_problems: u64,
    /// What was odd, in sentences; the first few, and how many more.
    pub odd: Vec<String>,
    pub more_odd: u64,
    /// What `--reducer` must say for the same rows; nothing for merge. `Err`: no word of it does
    /// the same, and why.
    pub reducer: Option<Result<Option<String>, String>>,
}

/// Makes a job on the thread that runs it: reducers stay where they are made.
pub type MakeJob = Box<dyn FnOnce() -> Box<dyn Job> + Send>;

/// Work that takes long.
pub trait Job {
    /// Works for about `budget` on the store. `true`: all is done.
    ///
    /// # Errors
    /// Why it cannot go on.
    fn step(&mut self, store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem>;
    fn progress(&self) -> Progress;
    fn found(&self) -> Found;
}

/// Asked of the thread.
pub enum JobAsk {
    /// Sent by the indexer once the store is open; jobs wait for it.
    Store(Arc<Opened>),
    Run {
        id: JobId,
        canceled: Arc<AtomicBool>,
        make: MakeJob,
    },
}

impl fmt::Debug for JobAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobAsk::Store(opened) => write!(f, "Store({opened:?})"),
            JobAsk::Run { id, .. } => write!(f, "Run({id:?})"),
        }
    }
}

/// Hands a job to the thread.
pub(super) fn start(to: &Sender<JobAsk>, make: MakeJob) -> JobHandle {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = JobId(NEXT.fetch_add(1, Ordering::Relaxed));
    let canceled = Arc::new(AtomicBool::new(false));
    // A thread that ended has said why.
    let _ = to.send(JobAsk::Run { id, canceled: Arc::clone(&canceled), make });
    JobHandle { id, canceled }
}

struct Running {
    id: JobId,
    canceled: Arc<AtomicBool>,
    job: Box<dyn Job>,
    told: Option<(Instant, u64)>,
}

pub(super) fn run(inbox: &Receiver<JobAsk>, out: &Outbox) {
    let mut store = None;
    let mut jobs: VecDeque<Running> = VecDeque::new();
    loop {
        let idle = store.is_none() || jobs.is_empty();
        let ask = if idle { inbox.recv().map_err(|_| TryRecvError::Disconnected) } else { inbox.try_recv() };
        match ask {
            Ok(JobAsk::Store(opened)) => store = Some(opened),
            Ok(JobAsk::Run { id, canceled, make }) => {
                jobs.push_back(Running { id, canceled, job: make(), told: None });
            }
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                if let (Some(store), Some(job)) = (&store, jobs.pop_front())
                    && let Some(job) = job.turn(store, out)
                {
                    jobs.push_back(job);
                }
            }
        }
    }
}

impl Running {
    /// One turn. `None`: it is done, or nobody wants it any more.
    fn turn(mut self, store: &Arc<Opened>, out: &Outbox) -> Option<Running> {
        if self.canceled.load(Ordering::Relaxed) {
            return None;
        }
        let stepped = catch_unwind(AssertUnwindSafe(|| self.job.step(store, STEP))).unwrap_or_else(|_| {
            Err(Problem {
                what: "The program made a mistake".to_owned(),
                cause: "the work in the background stopped; the store is unchanged".to_owned(),
                help: "report what you did".to_owned(),
            })
        });
        if self.canceled.load(Ordering::Relaxed) {
            return None;
        }
        let (id, progress) = (self.id, self.job.progress());
        let done = !matches!(stepped, Ok(false));
        let found = match stepped {
            Ok(_) => self.job.found(),
            Err(problem) => Found::Failed(problem),
        };
        // What is found first is told at once, the rest now and then.
        let tell = done
            || self.told.is_none_or(|(at, found)| at.elapsed() >= TELL_EVERY || (found == 0 && progress.found > 0));
        if tell {
            self.told = Some((Instant::now(), progress.found));
            out.send(Answer::Job(JobNews { id, progress, done, found }));
        }
        (!done).then_some(self)
    }
}
