//! Joins everything below: opens stores, reads reducers, runs the background threads.
//!
//! A [`Session`] is one open store: an indexer thread (`store_thread`) and a replayer
//! thread (`replay_thread`), each with its own reader. Questions go in by channel, answers
//! come out by channel as immutable snapshots; a waker tells the window that there are some.
//! There are no locks.

pub mod indexer;
pub mod pages;
pub mod reducer_file;
mod replay_thread;
mod store_thread;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

pub use indexer::Indexer;
pub use pages::StreamSource;
pub use reducer_file::{Choice, ReducerFile};

use crate::formats::{OpenChoice, Opened};
use crate::index::{EventIndex, StreamList, StreamOrder, StreamRows};
use crate::model::{Applied, Findings, Node, Pointer, Problem, RecordedEvent, StreamId, Text, TypeId, Version};
use crate::replay::diff::Change;
use crate::replay::timeline::{HandlerError, OnError};
use crate::replay::written::Written;

/// Called from the threads when there is an answer.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Stack of a thread that folds: a reducer may use an eighth of it.
const STACK_BYTES: usize = 16 << 20;

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

/// Asked of the replayer. `question` numbers come back with the answers, so that an
/// answer to an older question can be told apart.
#[derive(Debug)]
pub enum ReplayAsk {
    /// Sent by the indexer thread once the store is open.
    Store(Arc<Opened>),
    /// Turn to a stream, or to more events of the same one.
    Select { question: u64, rows: StreamRows, stream: StreamId, category: String },
    /// The state after so many events.
    Seek { question: u64, applied: Applied },
    /// What computes states from now on: `None` is merge.
    Reduce { question: u64, file: Option<Arc<ReducerFile>>, choice: Choice, on_error: OnError },
    /// Payload columns of events from..to (0-based).
    Cells { question: u64, from: u64, to: u64 },
    /// Which events contain every word; empty ends the filter.
    Filter { question: u64, text: String },
    /// The state's JSON text is wanted along with it, or not.
    Raw(bool),
}

/// A reducer is read on a thread of its own.
#[derive(Debug)]
pub struct ReducerRead {
    pub named: String,
    pub result: Result<Arc<ReducerFile>, Problem>,
}

/// What the threads say.
#[derive(Debug)]
pub enum Answer {
    Opened(Arc<Opened>),
    /// The store cannot be opened, or no longer be read.
    Failed(Problem),
    Index(IndexNews),
    /// The store holds so many events more than the index shows.
    Grew(u64),
    /// Another file stands there now.
    Replaced,
    Stream(Box<StreamNews>),
    State(Box<StateNews>),
    Written {
        question: u64,
        applied: Applied,
        written: Arc<Written>,
    },
    Cells(CellNews),
    Filtered {
        question: u64,
        places: Arc<Vec<u32>>,
        done: bool,
    },
    /// How far the fold came.
    Built {
        question: u64,
        built: u64,
    },
    /// The chosen reducer cannot start.
    ReducerFailed {
        question: u64,
        problem: Problem,
    },
    /// Reading events failed; the store may be gone.
    ReplayFailed(Problem),
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
    pub question: u64,
    pub columns: Vec<PayloadColumn>,
    /// Types of the stream, the most frequent first.
    pub types: Vec<(TypeId, u64)>,
}

/// A payload member worth a column in the list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadColumn {
    /// Where in the payload.
    pub path: Pointer,
    /// What the header says: `amount`, `card.last4`.
    pub label: String,
    /// Values are numbers, set to the right.
    pub numeric: bool,
}

/// A state and what goes with it.
#[derive(Debug)]
pub struct StateNews {
    pub question: u64,
    /// What was asked for.
    pub asked: Applied,
    /// What the state is after: less where a handler threw.
    pub applied: Applied,
    pub state: Node,
    /// The state one event before.
    pub previous: Option<Node>,
    pub changes: Vec<Change>,
    /// The event at `asked`.
    pub event: Option<RecordedEvent>,
    pub version: Option<Version>,
    pub previous_version: Option<Version>,
    pub reducer: Text,
    pub guess: bool,
    pub errors: Arc<Vec<HandlerError>>,
    /// The fold ended before the event after this many.
    pub stopped: Option<u64>,
    pub problem: Option<Problem>,
    /// Pretty JSON, where asked for.
    pub raw: Option<String>,
    /// Findings of the fold and of payloads read so far.
    pub findings: Arc<Findings>,
}

/// Payload columns of a block of events.
#[derive(Debug)]
pub struct CellNews {
    pub question: u64,
    pub from: u64,
    pub rows: Vec<CellRow>,
}

/// One event's columns and marks.
#[derive(Clone, Debug, Default)]
pub struct CellRow {
    pub cells: [Option<Text>; 2],
    pub mark: Option<Text>,
    pub undecodable: bool,
}

/// Reads a reducer in the background: `FILE` or `FILE#export`.
pub fn read_reducer(named: String, answer: Sender<ReducerRead>, waker: Waker) {
    let read = move || {
        let result = match catch_unwind(AssertUnwindSafe(|| ReducerFile::read(&named))) {
            Ok(result) => result.map(Arc::new).map_err(Problem::from),
            Err(_) => Err(Problem {
                what: format!("{named} cannot be used"),
                cause: "reading it stopped the compiler".to_owned(),
                help: "report the file; the store is unchanged".to_owned(),
            }),
        };
        // The window may be gone.
        let _ = answer.send(ReducerRead { named, result });
        waker();
    };
    // Without a thread there is no answer, and the window goes on as it was.
    let _ = std::thread::Builder::new().name("reducer".to_owned()).stack_size(STACK_BYTES).spawn(read);
}

/// One open store and its threads. Dropping it ends them.
pub struct Session {
    store: Sender<StoreAsk>,
    replay: Sender<ReplayAsk>,
    answers: Receiver<Answer>,
}

impl Session {
    /// Opens a store in the background; answers follow.
    pub fn open(path: PathBuf, cache: PathBuf, choice: OpenChoice, waker: Waker) -> Session {
        let (answer, answers) = channel();
        let (store, store_inbox) = channel();
        let (replay, replay_inbox) = channel();
        let out = Outbox { answers: answer, waker };
        let (to_replay, other) = (replay.clone(), out.clone());
        spawn("indexer", out, move |out| store_thread::run(&path, &cache, &choice, &store_inbox, &to_replay, &out));
        spawn("replayer", other, move |out| replay_thread::run(&replay_inbox, &out));
        Session { store, replay, answers }
    }

    /// Asks the indexer. A thread that ended has said why.
    pub fn ask_store(&self, ask: StoreAsk) {
        let _ = self.store.send(ask);
    }

    /// Asks the replayer.
    pub fn ask_replay(&self, ask: ReplayAsk) {
        let _ = self.replay.send(ask);
    }

    /// The next answer, if there is one.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

/// Where a thread puts its answers.
#[derive(Clone)]
struct Outbox {
    answers: Sender<Answer>,
    waker: Waker,
}

impl Outbox {
    /// `false`: nobody listens any more.
    fn send(&self, answer: Answer) -> bool {
        let heard = self.answers.send(answer).is_ok();
        (self.waker)();
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
