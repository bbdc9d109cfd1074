//! The indexer thread: opens the store, scans it, publishes snapshots while scanning,
//! then watches whether the store grows.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::{Answer, IndexNews, Indexer, Outbox, Reading, StoreAsk, mapper};
use crate::formats::{self, Location, OpenChoice, OpenError, Opened, ReadError, StoreChange};
use crate::index::{EventIndex, StreamOrder};
use crate::model::Helpful;

/// What reducers are written in: first what runs as it is.
const ENDINGS: [&str; 6] = ["mjs", "js", "cjs", "ts", "mts", "py"];

/// Time between snapshots while scanning; longer where making one takes long.
const PUBLISH_EVERY: Duration = Duration::from_millis(250);
/// Time between looks at the file.
const WATCH_EVERY: Duration = Duration::from_secs(1);

pub(super) fn run(
    path: &Path,
    cache: &Path,
    choice: &OpenChoice,
    inbox: &Receiver<StoreAsk>,
    tell: impl FnOnce(&Arc<Opened>),
    out: &Outbox,
) {
    let what = || format!("{} could not be opened", formats::file_name(path));
    let opened = match formats::open(&Location::of(path), cache, choice) {
        Ok(opened) => Arc::new(opened),
        Err(error) => {
            if matches!(error, OpenError::Missing(_)) {
                out.send(Answer::Missing);
            }
            let is_about_meaning = error.is_about_meaning();
            let problem = mapper::in_short(error, what());
            out.send(if is_about_meaning { Answer::Unmapped(problem) } else { Answer::Failed(problem) });
            return;
        }
    };
    let indexer = match Indexer::open(Arc::clone(&opened)) {
        Ok(indexer) => indexer,
        Err(error) => {
            out.send(Answer::Failed(error.problem(what())));
            return;
        }
    };
    tell(&opened);
    let opened = out.send(Answer::Opened(opened));
    if let Some(reducer) = reducer_beside(path) {
        out.send(Answer::ReducerBeside(reducer));
    }
    if opened {
        Thread::new(indexer, formats::file_name(path), out).work(inbox);
    }
}

/// The file called `reducers` in the folder of a store, or in the store that is a folder.
fn reducer_beside(store: &Path) -> Option<String> {
    let inside = Some(store).filter(|path| path.is_dir());
    let folders = inside.into_iter().chain(store.parent());
    let named = |folder: &Path| ENDINGS.map(|ending| folder.join(format!("reducers.{ending}")));
    let found = folders.flat_map(named).find(|path| path.is_file())?;
    found.to_str().map(str::to_owned)
}

struct Thread<'a> {
    out: &'a Outbox,
    indexer: Indexer,
    /// Name of the store's file.
    name: String,
    index: EventIndex,
    order: StreamOrder,
    /// The first scan has not come to the end.
    unfinished: bool,
    /// The user ended it.
    stopped: bool,
    replaced: bool,
    /// The last look or read failed, and that was said.
    troubled: bool,
    /// Events of which the window was told.
    announced: u64,
}

/// Nobody listens any more.
struct Gone;

/// Why reading on came to an end before the end.
enum Ended {
    Gone,
    Failed(ReadError),
}

impl Thread<'_> {
    fn new(indexer: Indexer, name: String, out: &Outbox) -> Thread<'_> {
        Thread {
            out,
            indexer,
            name,
            index: EventIndex::default(),
            order: StreamOrder::default(),
            unfinished: true,
            stopped: false,
            replaced: false,
            troubled: false,
            announced: 0,
        }
    }

    /// Reads the store, then watches it, until nobody listens.
    fn work(&mut self, inbox: &Receiver<StoreAsk>) {
        let read = self.read(inbox);
        let mut listening = self.note(read);
        while listening.is_ok() {
            self.indexer.rest();
            listening = match inbox.recv_timeout(WATCH_EVERY) {
                Ok(ask) => self.take(ask),
                Err(RecvTimeoutError::Disconnected) => Err(Gone),
                Err(RecvTimeoutError::Timeout) if self.stopped || self.replaced => Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    let looked = self.look(inbox);
                    self.note(looked)
                }
            };
        }
    }

    fn take(&mut self, ask: StoreAsk) -> Result<(), Gone> {
        match ask {
            StoreAsk::Arrange(order) => {
                self.order = order;
                self.send()
            }
            StoreAsk::Cancel => {
                self.stopped |= self.unfinished;
                Ok(())
            }
            StoreAsk::Reload => self.publish(),
        }
    }

    /// Looks whether the store changed, and reads what it gained or what is left of a scan
    /// that failed.
    fn look(&mut self, inbox: &Receiver<StoreAsk>) -> Result<(), Ended> {
        match self.indexer.change(&self.index).map_err(Ended::Failed)? {
            StoreChange::Same => {}
            StoreChange::Written => self.indexer.go_on(),
            StoreChange::Replaced => {
                self.replaced = true;
                self.out.send(Answer::Replaced);
                return Ok(());
            }
        }
        if self.indexer.is_complete() { Ok(()) } else { self.read(inbox) }
    }

    /// Reads on to the end, or until the user ends the first scan. Of that, snapshots are
    /// published as it goes; of growth, only how much there is.
    fn read(&mut self, inbox: &Receiver<StoreAsk>) -> Result<(), Ended> {
        let mut next = Instant::now();
        while self.indexer.step().map_err(Ended::Failed)? && !self.stopped {
            // What came before the first snapshot was published is attended to here as well.
            loop {
                match inbox.try_recv() {
                    Ok(ask) => self.take(ask).map_err(|Gone| Ended::Gone)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Err(Ended::Gone),
                }
            }
            let now = Instant::now();
            if self.unfinished && now >= next && !self.stopped && self.out.is_front() {
                self.publish().map_err(|Gone| Ended::Gone)?;
                // Never more than a fifth of the time for snapshots.
                next = Instant::now() + PUBLISH_EVERY.max(now.elapsed() * 4);
            }
        }
        if self.unfinished {
            self.unfinished = !self.indexer.is_complete();
            return self.publish().map_err(|Gone| Ended::Gone);
        }
        let events = self.indexer.events();
        if events > self.announced {
            self.announced = events;
            self.out.send(Answer::Grew(events - self.index.events()));
        }
        Ok(())
    }

    /// A failure is said once; the next look tries again, and what was read can be used.
    fn note(&mut self, result: Result<(), Ended>) -> Result<(), Gone> {
        match result {
            Ok(()) => {
                self.troubled = false;
                Ok(())
            }
            Err(Ended::Gone) => Err(Gone),
            Err(Ended::Failed(error)) => {
                if std::mem::replace(&mut self.troubled, true) {
                    return Ok(());
                }
                let problem = error.problem(format!("{} can no longer be read", self.name));
                self.out.send(Answer::ReadFailed(problem));
                if self.unfinished { self.publish() } else { Ok(()) }
            }
        }
    }

    fn publish(&mut self) -> Result<(), Gone> {
        self.index = self.indexer.publish();
        self.announced = self.index.events();
        self.send()
    }

    fn send(&self) -> Result<(), Gone> {
        let list = Arc::new(self.index.streams().list(&self.order));
        let heard = self.out.send(Answer::Index(IndexNews {
            index: self.index.clone(),
            list,
            order: self.order.clone(),
            progress: self.indexer.progress(),
            reading: match (self.unfinished, self.stopped || self.troubled) {
                (false, _) => Reading::Done,
                (true, true) => Reading::Stopped,
                (true, false) => Reading::Running,
            },
        }));
        if heard { Ok(()) } else { Err(Gone) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::formats::{EventPage, Fetcher, PageRow, ScanCursor, ScanStep, Scanner, Store};
    use crate::model::{Content, Findings, Node};
    use crate::session::{Far, Session};

    /// A store whose disk comes and goes.
    struct Shaky {
        store: Arc<dyn Store>,
        away: Arc<AtomicBool>,
    }

    struct ShakyScanner {
        scanner: Box<dyn Scanner>,
        away: Arc<AtomicBool>,
    }

    impl Store for Shaky {
        fn scanner(&self) -> Result<Box<dyn Scanner>, ReadError> {
            Ok(Box::new(ShakyScanner { scanner: self.store.scanner()?, away: Arc::clone(&self.away) }))
        }

        fn fetcher(&self) -> Result<Box<dyn Fetcher>, ReadError> {
            self.store.fetcher()
        }

        fn decode(&self, row: &PageRow<'_>) -> Content {
            self.store.decode(row)
        }

        fn shown(&self, payload: &[u8], coding: u8) -> Node {
            self.store.shown(payload, coding)
        }

        fn has_global_order(&self) -> bool {
            self.store.has_global_order()
        }
    }

    impl Scanner for ShakyScanner {
        fn scan(
            &mut self,
            cursor: &ScanCursor,
            page: &mut EventPage,
            notes: &mut Findings,
        ) -> Result<ScanStep, ReadError> {
            match self.away.load(Ordering::SeqCst) {
                true => Err(ReadError::io("log", std::io::Error::other("the disk is away"))),
                false => self.scanner.scan(cursor, page, notes),
            }
        }

        fn end_at_present(&mut self) -> Result<(), ReadError> {
            self.scanner.end_at_present()
        }

        fn change(&mut self, cursor: &ScanCursor) -> Result<StoreChange, ReadError> {
            self.scanner.change(cursor)
        }
    }

    fn next<T>(session: &Session, mut wanted: impl FnMut(Answer) -> Option<T>) -> T {
        let patience = Instant::now();
        loop {
            match session.answer().map(&mut wanted) {
                Some(Some(found)) => return found,
                Some(None) => {}
                None => {
                    assert!(patience.elapsed() < Duration::from_secs(60), "no such answer came");
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
    }

    #[test]
    fn a_failed_read_is_said_once_and_reading_goes_on_when_it_can() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        let line = |v: u64| format!("{{\"stream\":\"s-{v}\",\"version\":1,\"type\":\"T\",\"data\":{{}}}}\n");
        std::fs::write(&path, (0..20_000).map(line).collect::<String>()).expect("a log");
        let opened = formats::open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store");
        let away = Arc::new(AtomicBool::new(true));
        let store = Arc::new(Shaky { store: Arc::clone(&opened.store), away: Arc::clone(&away) });
        let indexer = Indexer::open(Arc::new(Opened { store, ..opened })).expect("an indexer");
        let (session, Far { store: inbox, out, .. }) = Session::pair(Arc::new(|| {}));
        let thread = std::thread::spawn(move || Thread::new(indexer, "log.jsonl".to_owned(), &out).work(&inbox));

        // The first scan fails at once. What is asked for is done all the same.
        let problem = next(&session, |answer| match answer {
            Answer::ReadFailed(problem) => Some(problem),
            _ => None,
        });
        assert_eq!(problem.what, "log.jsonl can no longer be read");
        let order = StreamOrder { filter: "s-1".to_owned(), ..StreamOrder::default() };
        session.ask_store(StoreAsk::Arrange(order.clone()));
        let index = |answer: Answer| match answer {
            Answer::Index(news) => Some(news),
            Answer::ReadFailed(_) => panic!("said twice"),
            _ => None,
        };
        let news = next(&session, |answer| index(answer).filter(|news| news.order == order));
        assert_eq!((news.reading, news.index.events()), (Reading::Stopped, 0));
        // The disk is back: the scan goes to its end without being asked.
        away.store(false, Ordering::SeqCst);
        let news = next(&session, |answer| index(answer).filter(|news| news.reading == Reading::Done));
        assert_eq!(news.index.events(), 20_000);

        // The same while the store grows.
        away.store(true, Ordering::SeqCst);
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("the log");
        std::io::Write::write_all(&mut file, (20_000..20_005).map(line).collect::<String>().as_bytes())
            .expect("written");
        next(&session, |answer| matches!(answer, Answer::ReadFailed(_)).then_some(()));
        session.ask_store(StoreAsk::Arrange(StreamOrder::default()));
        let news = next(&session, index);
        assert_eq!((news.reading, news.list.streams.len()), (Reading::Done, 20_000));
        away.store(false, Ordering::SeqCst);
        next(&session, |answer| matches!(answer, Answer::Grew(5)).then_some(()));
        session.ask_store(StoreAsk::Reload);
        assert_eq!(next(&session, index).index.events(), 20_005);
        drop(session);
        thread.join().expect("it ends with the session");
    }
}
