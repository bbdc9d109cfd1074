//! The indexer thread: opens the store, scans it, publishes snapshots while scanning,
//! then watches whether the store grows.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::{Answer, IndexNews, Indexer, Outbox, Reading, ReplayAsk, StoreAsk};
use crate::formats::{self, OpenChoice, ReadError, StoreChange};
use crate::index::{EventIndex, StreamOrder};
use crate::model::Helpful;

/// Time between snapshots while scanning; longer where making one takes long.
const PUBLISH_EVERY: Duration = Duration::from_millis(250);
/// Time between looks at the file.
const WATCH_EVERY: Duration = Duration::from_secs(1);

pub(super) fn run(
    path: &Path,
    cache: &Path,
    choice: &OpenChoice,
    inbox: &Receiver<StoreAsk>,
    replay: &Sender<ReplayAsk>,
    out: &Outbox,
) {
    let what = || format!("{} could not be opened", formats::file_name(path));
    let opened = match formats::open(path, cache, choice) {
        Ok(opened) => Arc::new(opened),
        Err(error) => {
            out.send(Answer::Failed(error.problem(what())));
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
    // The replayer may have ended with the window.
    let _ = replay.send(ReplayAsk::Store(Arc::clone(&opened)));
    out.send(Answer::Opened(opened));
    let mut thread = Thread {
        indexer,
        index: EventIndex::default(),
        order: StreamOrder::default(),
        canceled: false,
        replaced: false,
        troubled: false,
        out,
    };
    if let Err(error) = thread.work(inbox) {
        out.send(Answer::Failed(error.problem(format!("{} can no longer be read", formats::file_name(path)))));
    }
}

struct Thread<'a> {
    indexer: Indexer,
    index: EventIndex,
    order: StreamOrder,
    canceled: bool,
    replaced: bool,
    /// The last look failed.
    troubled: bool,
    out: &'a Outbox,
}

impl Thread<'_> {
    fn work(&mut self, inbox: &Receiver<StoreAsk>) -> Result<(), ReadError> {
        if !self.scan(inbox)? {
            return Ok(());
        }
        let mut announced = self.index.events();
        loop {
            match inbox.recv_timeout(WATCH_EVERY) {
                Ok(StoreAsk::Arrange(order)) => {
                    self.order = order;
                    self.send();
                }
                Ok(StoreAsk::Cancel) => {}
                Ok(StoreAsk::Reload) => {
                    self.publish();
                    announced = self.index.events();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    if self.canceled || self.replaced {
                        continue;
                    }
                    let change = match self.indexer.change(&self.index) {
                        Ok(change) => change,
                        Err(error) => {
                            // Perhaps it is being replaced just now: said once, looked for on.
                            if !std::mem::replace(&mut self.troubled, true) {
                                self.out.send(Answer::ReplayFailed(error.problem("The store can no longer be read")));
                            }
                            continue;
                        }
                    };
                    self.troubled = false;
                    match change {
                        StoreChange::Same => {}
                        StoreChange::Replaced => {
                            self.out.send(Answer::Replaced);
                            self.replaced = true;
                        }
                        StoreChange::Written => {
                            self.indexer.go_on();
                            while self.indexer.step()? {}
                            let events = self.indexer.events();
                            if events > announced {
                                announced = events;
                                self.out.send(Answer::Grew(events - self.index.events()));
                            }
                        }
                    }
                }
            }
        }
    }

    /// Reads to the end or until canceled. `false`: the window is gone.
    fn scan(&mut self, inbox: &Receiver<StoreAsk>) -> Result<bool, ReadError> {
        let mut next = Instant::now();
        loop {
            let more = match self.indexer.step() {
                Ok(more) => more,
                Err(error) => {
                    // What was read can be used.
                    self.canceled = true;
                    self.publish();
                    return Err(error);
                }
            };
            loop {
                match inbox.try_recv() {
                    Ok(StoreAsk::Arrange(order)) => {
                        self.order = order;
                        next = Instant::now();
                    }
                    Ok(StoreAsk::Cancel) => self.canceled = true,
                    Ok(StoreAsk::Reload) => {}
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return Ok(false),
                }
            }
            let now = Instant::now();
            if !more || self.canceled || now >= next {
                if !self.publish() {
                    return Ok(false);
                }
                // Never more than a fifth of the time for snapshots.
                next = Instant::now() + PUBLISH_EVERY.max(now.elapsed() * 4);
            }
            if !more || self.canceled {
                return Ok(true);
            }
        }
    }

    fn publish(&mut self) -> bool {
        self.index = self.indexer.publish();
        self.send()
    }

    fn send(&self) -> bool {
        let list = Arc::new(self.index.streams().list(&self.order));
        self.out.send(Answer::Index(IndexNews {
            index: self.index.clone(),
            list,
            order: self.order.clone(),
            progress: self.indexer.progress(),
            reading: match (self.indexer.is_complete(), self.canceled) {
                (true, _) => Reading::Done,
                (false, true) => Reading::Stopped,
                (false, false) => Reading::Running,
            },
        }))
    }
}
