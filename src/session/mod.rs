//! Joins everything below: opens stores, reads reducers, runs the background threads.
//!
//! A [`Session`] is one open store: an indexer (`store_thread`), a replayer
//! (`replay_thread`) and a thread for long work ([`jobs`]), each with its own reader.
//! Questions go in by channel, answers come out by channel as immutable snapshots; a waker
//! tells the window that there are some. There are no locks. All sessions share one
//! [`Budget`] of memory.

pub mod budget;
mod columns;
mod divergence;
pub mod documents;
pub mod filter;
pub mod find;
mod frameworks;
pub mod fuzzy;
pub mod goto;
pub mod indexer;
mod input;
pub mod jobs;
pub mod links;
pub mod mapper;
mod matrix;
mod meanings;
pub mod pages;
pub mod query;
pub mod reducer_file;
mod replay_thread;
pub mod search;
pub mod selected;
mod store_thread;
mod track;
mod words;
mod writes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

pub use crate::replay::host::WantedHost;
pub use budget::{Budget, Share};
pub use columns::{PayloadColumn, PayloadPaths};
pub use divergence::{Differs, Divergence, FindDivergence, Side, Wanted as WantedDivergence};
pub use documents::{DocumentIndex, StoredDocuments};
pub use filter::{Filter, TimeSpan};
pub use frameworks::{FrameworkReader, Frameworks};
pub use indexer::Indexer;
pub use input::{InputStreams, Wanted};
pub use jobs::{Found, Job, JobAsk, JobHandle, JobId, JobNews, MakeJob, Progress, WrittenRows};
pub use links::{LinkEnd, LinkHere, LinkPlace};
pub use mapper::{Mapper, MapperAnswer, MapperAsk, Misfit, Preview, Sample, Save, SaveError, Saved};
pub use matrix::{Found as MatrixFound, Lack, MATRIX_COLUMNS, MatrixCell, MatrixColumn, MatrixNews, Window};
pub use meanings::{MAX_LOOKED_INTO, Meaning, MeaningsJob, Shown};
pub use pages::StreamSource;
pub use reducer_file::{Choice, PROGRAM, ReducerFile, ReducerSource};
pub use selected::Selected;
pub use writes::{WriteLine, Writes, value_in_short};

use crate::dialect::Library;
use crate::formats::{OpenChoice, Opened};
use crate::index::{EventIndex, StreamList, StreamOrder, StreamRows};
use crate::model::{
    Applied, Findings, Link, Marks, Node, Pointer, Problem, RecordedEvent, StreamId, Text, TypeId, Version,
};
use crate::replay::Emitted;
use crate::replay::diff::Change;
use crate::replay::host::Stop;
use crate::replay::timeline::{HandlerError, OnError, Said};
use crate::replay::written::Written;
use filter::EventFilter;

/// The stream of that name; or the only one that the framework's library, or its tenant, calls
/// so, or whose UUID is spelled otherwise.
///
/// # Errors
/// The streams that may be meant: none, or more than one.
pub fn find_stream(opened: &Opened, index: &EventIndex, name: &str) -> Result<StreamId, Vec<StreamId>> {
    let streams = index.streams();
    if let Some(found) = streams.find(name) {
        return Ok(found);
    }
    let may_be = |library: &Library, id: StreamId| {
        let category = streams.summary(id).map_or("", |summary| streams.category_name(summary.category));
        library.may_be(streams.name(id), category, name)
    };
    let is_meant = |library: &Library| streams.ids().filter(|id| may_be(library, *id)).collect();
    let alike: Vec<StreamId> = opened.store.library().map(is_meant).unwrap_or_default();
    match alike[..] {
        [one] => Ok(one),
        [] => Err(streams.find_uuid(name)),
        _ => Err(alike),
    }
}

/// Called from the threads when there is an answer.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Stack of a thread that folds: a reducer may use an eighth of it.
const STACK_BYTES: usize = 16 << 20;

/// Events in a block of cells.
pub const CELL_BLOCK: u64 = 64;

/// Which question an answer belongs to. The window counts up, the threads hand it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// Another stream, or other rows of it.
    pub stream: u64,
    /// Another reducer.
    pub reducer: u64,
    /// Another playhead.
    pub seek: u64,
}

impl Ticket {
    pub fn same_stream(self, other: Ticket) -> bool {
        self.stream == other.stream
    }

    /// The same events under the same reducer: states differ by the playhead only.
    pub fn same_fold(self, other: Ticket) -> bool {
        self.same_stream(other) && self.reducer == other.reducer
    }
}

/// Asked of the indexer.
#[derive(Debug)]
pub enum StoreAsk {
    /// List the streams in this order from now on.
    Arrange(StreamOrder),
    /// Stop reading and use what is read.
    Cancel,
    /// Take in what the store has gained.
    Reload,
}

/// Asked of the replayer.
#[derive(Debug)]
pub enum ReplayAsk {
    /// Sent by the indexer once the store is open.
    Store(Arc<Opened>),
    /// Turn to a stream, or to more events of the same one. Its rows are worked out here, for
    /// those of a stream that was not written in order are sorted first.
    Select { ticket: Ticket, index: EventIndex, stream: StreamId },
    /// What computes states from now on, of a module which export. Folding begins with the next
    /// [`ReplayAsk::Seek`].
    Reduce { ticket: Ticket, source: ReducerSource, choice: Choice, on_error: OnError },
    /// The state after so many events.
    Seek { ticket: Ticket, applied: Applied },
    /// States are compared with this one from the next [`ReplayAsk::Seek`] on, or with none.
    Compare(Option<CompareWith>),
    /// Fold no further than it is.
    Halt(Ticket),
    /// Folds on where it was halted.
    GoOn(Ticket),
    /// These blocks of cells are wanted now, and no others: block `n` begins with the event
    /// at `n * CELL_BLOCK`, and its cells are what the payloads have at these places.
    Cells { ticket: Ticket, columns: Arc<[Pointer]>, blocks: Vec<u64> },
    /// The state's JSON text is wanted along with it, or not.
    Raw(bool),
    /// What the events of this window changed is wanted, or of none: found out while nobody waits for a
    /// state. The last question wins.
    Matrix { ticket: Ticket, window: Option<Window> },
}

/// A reducer is read on a thread of its own.
#[derive(Debug)]
pub struct ReducerRead {
    pub named: String,
    /// Its file was saved anew.
    pub again: bool,
    /// `None`: its sources are not those that were asked for.
    pub result: Result<Option<ReducerSource>, Problem>,
}

/// What the threads say.
#[derive(Debug)]
pub enum Answer {
    Opened(Arc<Opened>),
    /// The store can be read, but it is not clear what its columns mean. Nothing follows.
    Unmapped(Problem),
    /// A reducer lies beside the store; nobody has asked for it.
    ReducerBeside(String),
    /// There is no such file; [`Answer::Failed`] follows.
    Missing,
    /// The store cannot be opened, or a thread made a mistake and ended.
    Failed(Problem),
    Index(IndexNews),
    /// The store holds so many events more than the index shows.
    Grew(u64),
    /// Another file stands there now.
    Replaced,
    Stream(Box<StreamNews>),
    State(Box<StateNews>),
    Fold(FoldNews),
    Written {
        ticket: Ticket,
        applied: Applied,
        written: Arc<Written>,
    },
    Cells(CellNews),
    Matrix(MatrixNews),
    /// The chosen reducer cannot start. The states that follow are null and name the same
    /// problem; events and cells come as ever.
    ReducerFailed {
        ticket: Ticket,
        problem: Problem,
    },
    /// Reading events, or looking at the store, failed. Said once, until it works again.
    ReadFailed(Problem),
    Job(JobNews),
}

impl Answer {
    /// It changes how the store's tab looks.
    fn shows_in_tab(&self) -> bool {
        match self {
            Answer::Index(news) => news.reading != Reading::Running,
            Answer::Opened(_) | Answer::Unmapped(_) | Answer::Missing | Answer::Failed(_) | Answer::Grew(_) => true,
            Answer::Replaced | Answer::ReadFailed(_) => true,
            _ => false,
        }
    }
}

/// A new snapshot of the index.
#[derive(Clone, Debug, Default)]
pub struct IndexNews {
    pub index: EventIndex,
    pub list: Arc<StreamList>,
    /// The order that `list` has.
    pub order: StreamOrder,
    /// 0 to 1 while reading.
    pub progress: f32,
    pub reading: Reading,
}

/// How far the first scan of a store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    #[default]
    Running,
    /// The user stopped it, or the store could not be read on: counts are lower bounds.
    Stopped,
    /// Everything is indexed.
    Done,
}

/// What was found out about a stream when it was turned to.
#[derive(Debug)]
pub struct StreamNews {
    pub ticket: Ticket,
    pub rows: StreamRows,
    /// Members of the payload that are worth a column.
    pub columns: Vec<PayloadColumn>,
    /// Those that can be one.
    pub paths: PayloadPaths,
    /// Types of the stream, the most frequent first.
    pub types: Vec<(TypeId, u64)>,
}

/// A state and what goes with it.
#[derive(Debug)]
pub struct StateNews {
    pub ticket: Ticket,
    /// What was asked for.
    pub asked: Applied,
    /// What the state is after: less where a handler threw.
    pub applied: Applied,
    pub state: Node,
    /// The state one event before.
    pub previous: Option<Node>,
    pub changes: Vec<Change>,
    /// What it is compared with.
    pub against: Option<Box<Against>>,
    /// The event at `asked`, and where it points.
    pub event: Option<RecordedEvent>,
    pub links: Vec<Link>,
    /// What a projection would write at it.
    pub emitted: Vec<Emitted>,
    pub version: Option<Version>,
    pub previous_version: Option<Version>,
    pub reducer: Text,
    pub guess: bool,
    /// Why there is no state, or none that can be shown.
    pub problem: Option<Problem>,
    /// Pretty JSON, where asked for.
    pub raw: Option<Text>,
}

/// What states are compared with.
#[derive(Clone, Debug)]
pub enum CompareWith {
    /// The one after so many events of the same stream.
    Point(Applied),
    /// One that is known.
    Other(Box<Against>),
}

/// Side A of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideA {
    /// The stream itself after so many events: what was asked for.
    Point(Applied),
    /// Another stream; each that is chosen has a number of its own.
    Other(u64),
}

/// Another state that one is compared with.
#[derive(Clone, Debug)]
pub struct Against {
    pub side: SideA,
    pub version: Option<Version>,
    pub state: Node,
    /// Why there is none, or none that can be shown.
    pub problem: Option<Problem>,
    /// What differs from it.
    pub changes: Vec<Change>,
}

/// How far the fold of a stream came, and what it met: told before the state it belongs to,
/// and whenever it changes.
#[derive(Clone, Debug, Default)]
pub struct FoldNews {
    pub ticket: Ticket,
    /// Events folded from the beginning.
    pub built: u64,
    /// Events whose handler threw.
    pub errors: Arc<Vec<HandlerError>>,
    /// The fold ended before the event after this many.
    pub stopped: Option<u64>,
    /// The user ended it there.
    pub halted: bool,
    /// What the reducer wrote to the console.
    pub said: Arc<Vec<Said>>,
    /// Why each state is folded from the stream's start.
    pub no_copies: Option<Text>,
    /// Findings of the fold, and of the payloads read so far.
    pub findings: Arc<Findings>,
}

/// Payload columns of a block of events.
#[derive(Debug)]
pub struct CellNews {
    pub ticket: Ticket,
    /// As they were asked for.
    pub columns: Arc<[Pointer]>,
    pub block: u64,
    pub rows: Vec<CellRow>,
}

/// One event's columns and marks.
#[derive(Clone, Debug, Default)]
pub struct CellRow {
    /// What the payload has in each column.
    pub cells: Vec<Option<Text>>,
    pub marks: Marks,
    pub undecodable: bool,
}

/// Time between looks at the files of a reducer.
const LOOK_AT_REDUCER: Duration = Duration::from_millis(500);

/// Reads a reducer in the background: `FILE`, `FILE#export` or `program:COMMAND`. With a `stamp`
/// it is run only where its sources have that one. As long as somebody holds `wanted`, a file
/// that is saved anew is read again.
pub fn read_reducer(
    named: String,
    host: WantedHost,
    stamp: Option<String>,
    wanted: &Arc<()>,
    answer: Sender<ReducerRead>,
    waker: Waker,
) {
    let wanted = Arc::downgrade(wanted);
    let read = move || {
        let result = ReducerSource::read_if(&named, host, stamp.as_deref()).map_err(Problem::from);
        let mut files = match &result {
            Ok(Some(source)) => source.files(),
            _ => Vec::new(),
        };
        let mut known = reducer_file::looks(&files);
        // The window may be gone.
        let _ = answer.send(ReducerRead { named: named.clone(), again: false, result });
        waker();
        while !files.is_empty() {
            std::thread::sleep(LOOK_AT_REDUCER);
            if wanted.strong_count() == 0 {
                return;
            }
            let found = reducer_file::looks(&files);
            // What is being written is left alone until it is the same at two looks.
            let is_written = {
                std::thread::sleep(LOOK_AT_REDUCER / 5);
                found != reducer_file::looks(&files)
            };
            if found == known || is_written {
                continue;
            }
            known = found;
            let result = ReducerSource::read_if(&named, host, None).map_err(Problem::from);
            if let Ok(Some(source)) = &result {
                files = source.files();
                known = reducer_file::looks(&files);
            }
            if answer.send(ReducerRead { named: named.clone(), again: true, result }).is_err() {
                return;
            }
            waker();
        }
    };
    // Without a thread there is no answer, and the window goes on as it was.
    let _ = std::thread::Builder::new().name("reducer".to_owned()).stack_size(STACK_BYTES).spawn(read);
}

/// What to open, and with whose memory.
pub struct Opening {
    pub path: PathBuf,
    /// Folder for working copies.
    pub cache: PathBuf,
    pub choice: OpenChoice,
    pub share: Share,
    pub waker: Waker,
}

/// One open store and its threads. Dropping it ends them.
pub struct Session {
    store: Sender<StoreAsk>,
    replay: Sender<ReplayAsk>,
    jobs: Sender<JobAsk>,
    answers: Receiver<Answer>,
    front: Arc<AtomicBool>,
    stop: Stop,
}

/// The threads' end of a session's channels.
pub struct Far {
    pub store: Receiver<StoreAsk>,
    pub replay: Receiver<ReplayAsk>,
    pub jobs: Receiver<JobAsk>,
    pub out: Outbox,
    /// Ends a call of a reducer that the replayer waits for.
    pub stop: Stop,
}

impl Session {
    /// Opens a store in the background; answers follow.
    pub fn open(opening: Opening) -> Session {
        let Opening { path, cache, choice, share, waker } = opening;
        let (session, Far { store, replay, jobs, out, stop }) = Session::pair(waker);
        let (to_replay, to_jobs) = (session.replay.clone(), session.jobs.clone());
        spawn("indexer", out.clone(), move |out| {
            // The others hear of the store once, and of the session's end from the session.
            let tell = |opened: &Arc<Opened>| {
                let _ = to_replay.send(ReplayAsk::Store(Arc::clone(opened)));
                let _ = to_jobs.send(JobAsk::Store(Arc::clone(opened)));
                drop((to_replay, to_jobs));
            };
            store_thread::run(&path, &cache, &choice, &store, tell, &out);
        });
        spawn("replayer", out.clone(), move |out| replay_thread::run(&replay, &share, stop, &out));
        spawn("jobs", out, move |out| jobs::run(&jobs, &out));
        session
    }

    /// A cursor more on a store that is open: a replayer, and nothing else.
    pub fn beside(opened: Arc<Opened>, share: Share, waker: Waker) -> Session {
        let (session, Far { replay, out, stop, .. }) = Session::pair(waker);
        session.ask_replay(ReplayAsk::Store(opened));
        spawn("beside", out, move |out| replay_thread::run(&replay, &share, stop, &out));
        session
    }

    /// Both ends of the channels, without threads: for tests of the one and of the other.
    pub fn pair(waker: Waker) -> (Session, Far) {
        let (answers, answered) = channel();
        let (to_store, store) = channel();
        let (to_replay, replay) = channel();
        let (to_jobs, jobs) = channel();
        let front = Arc::new(AtomicBool::new(true));
        let out = Outbox { answers, waker, front: Arc::clone(&front) };
        let stop = Stop::default();
        let far = Far { store, replay, jobs, out, stop: stop.clone() };
        (Session { store: to_store, replay: to_replay, jobs: to_jobs, answers: answered, front, stop }, far)
    }

    /// Asks the indexer. A thread that ended has said why.
    pub fn ask_store(&self, ask: StoreAsk) {
        let _ = self.store.send(ask);
    }

    /// Asks the replayer.
    pub fn ask_replay(&self, ask: ReplayAsk) {
        let _ = self.replay.send(ask);
    }

    /// Ends the call of a reducer that the replayer waits for, if there is one: its state is not
    /// wanted any more.
    pub fn stop_fold(&self) {
        self.stop.stop();
    }

    /// Looks for the events of a stream that are wanted; dropping the handle ends it.
    pub fn filter_events(&self, rows: StreamRows, stream: StreamId, filter: &Filter) -> JobHandle {
        let filter = EventFilter::new(rows, stream, filter);
        self.run(Box::new(move || Box::new(filter)))
    }

    /// Runs a job beside the cursor; dropping the handle ends it.
    pub fn run(&self, make: MakeJob) -> JobHandle {
        jobs::start(&self.jobs, make)
    }

    /// Whether somebody looks at the store. While nobody does, its threads wake the window only
    /// for what changes its tab.
    pub fn set_front(&self, front: bool) {
        self.front.store(front, Ordering::SeqCst);
    }

    /// The next answer, if there is one.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

/// Where a thread puts its answers.
#[derive(Clone)]
pub struct Outbox {
    answers: Sender<Answer>,
    waker: Waker,
    front: Arc<AtomicBool>,
}

impl Outbox {
    /// Somebody looks at the store.
    pub fn is_front(&self) -> bool {
        self.front.load(Ordering::SeqCst)
    }

    /// `false`: nobody listens any more.
    pub fn send(&self, answer: Answer) -> bool {
        let shows = answer.shows_in_tab();
        let heard = self.answers.send(answer).is_ok();
        // Asked after sending: whoever brings the store to the front meanwhile finds the answer.
        if shows || self.is_front() {
            (self.waker)();
        }
        heard
    }
}

/// Runs a thread body; a panic in it becomes an answer, not the end of the program.
fn spawn(name: &str, out: Outbox, body: impl FnOnce(Outbox) + Send + 'static) {
    let last_words = out.clone();
    let spawned = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(move || {
        if catch_unwind(AssertUnwindSafe(|| body(out.clone()))).is_err() {
            out.send(Answer::Failed(Problem {
                what: "The program made a mistake".to_owned(),
                cause: "a background thread stopped; the store is unchanged".to_owned(),
                help: "open the store again, and report what you did".to_owned(),
            }));
        }
    });
    if let Err(error) = spawned {
        last_words.send(Answer::Failed(Problem {
            what: "The store could not be opened".to_owned(),
            cause: format!("no thread could be started: {error}"),
            help: "close other programs".to_owned(),
        }));
    }
}
