//! The replayer: the one cursor of a store. Answers the newest question first, in slices of
//! a few milliseconds, and uses the time between questions to fold ahead.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::matrix::Matrix;
use super::track::{Computing, Track};
use super::{
    Against, Answer, CellNews, CompareWith, Outbox, ReplayAsk, Share, SideA, StateNews, StreamNews, StreamSource,
    Ticket, columns,
};
use crate::formats::{Opened, ReadError};
use crate::index::EventIndex;
use crate::model::{Applied, Helpful, Pointer, StreamId};
use crate::replay::diff::diff;
use crate::replay::host::Stop;

/// Time between looks at the share of memory, with nothing to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Where nothing was read for so long, the store is let go of.
const REST_AFTER: Duration = Duration::from_millis(250);

pub(super) fn run(inbox: &Receiver<ReplayAsk>, share: &Share, stop: Stop, out: &Outbox) {
    // Until the store is open nothing can be asked.
    let Some(opened) = wait_for_store(inbox) else { return };
    let source = match StreamSource::open(&opened) {
        Ok(source) => source,
        Err(error) => {
            out.send(Answer::ReadFailed(error.problem("Events could not be read")));
            return;
        }
    };
    let mut replayer = Replayer::new(Track::new(opened, source, share.part(), stop), out);
    loop {
        let at_rest = replayer.track.source.rest_after(REST_AFTER);
        let ask = if replayer.has_work() {
            inbox.try_recv()
        } else {
            inbox.recv_timeout(if at_rest { LOOK_EVERY } else { REST_AFTER }).map_err(|error| match error {
                RecvTimeoutError::Timeout => TryRecvError::Empty,
                RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
            })
        };
        match ask {
            Ok(ask) => replayer.take(ask),
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                replayer.track.keep_within(share.part());
                if replayer.has_work() {
                    let result = replayer.slice();
                    replayer.note(result);
                }
            }
        }
    }
}

fn wait_for_store(inbox: &Receiver<ReplayAsk>) -> Option<Arc<Opened>> {
    loop {
        if let ReplayAsk::Store(opened) = inbox.recv().ok()? {
            return Some(opened);
        }
    }
}

/// What is compared with, and its state once that is known.
struct Compared {
    with: CompareWith,
    state: Option<Box<Against>>,
}

struct Replayer<'a> {
    out: &'a Outbox,
    track: Track,
    ticket: Ticket,
    /// A stream was selected.
    selected: bool,
    /// What is still to be answered.
    seek: Option<Applied>,
    cells: VecDeque<u64>,
    /// The playhead of the state that is shown.
    playhead: Option<Applied>,
    raw: bool,
    /// What states are compared with.
    compared: Option<Compared>,
    /// Of the cells that are wanted.
    columns: Arc<[Pointer]>,
    /// The changes of a window that are wanted.
    matrix: Matrix,
    /// Reading failed, and that was said.
    troubled: bool,
}

impl<'a> Replayer<'a> {
    fn new(track: Track, out: &'a Outbox) -> Replayer<'a> {
        Replayer {
            out,
            track,
            ticket: Ticket::default(),
            selected: false,
            seek: None,
            cells: VecDeque::new(),
            playhead: None,
            raw: false,
            compared: None,
            columns: Arc::default(),
            matrix: Matrix::default(),
            troubled: false,
        }
    }

    fn has_work(&self) -> bool {
        self.seek.is_some() || !self.cells.is_empty() || self.has_matrix() || self.track.has_work()
    }

    fn has_matrix(&self) -> bool {
        self.matrix.has_work() && self.track.is_folding()
    }

    fn take(&mut self, ask: ReplayAsk) {
        match ask {
            ReplayAsk::Store(_) => {}
            ReplayAsk::Select { ticket, index, stream } => self.select(ticket, &index, stream),
            ReplayAsk::Reduce { ticket, source, choice, on_error } => {
                self.ticket = ticket;
                (self.seek, self.playhead) = (None, None);
                self.forget_compared();
                self.matrix.forget();
                self.track.compute(Computing { source, choice, on_error });
            }
            ReplayAsk::Seek { ticket, applied } => {
                self.ticket = ticket;
                self.seek = self.selected.then_some(applied);
                self.track.leave();
            }
            ReplayAsk::Compare(with) => self.compared = with.map(|with| Compared { with, state: None }),
            ReplayAsk::Halt(ticket) if ticket.same_fold(self.ticket) => {
                self.track.halt();
            }
            ReplayAsk::GoOn(ticket) if ticket.same_fold(self.ticket) => self.track.go_on(),
            ReplayAsk::Halt(_) | ReplayAsk::GoOn(_) => {}
            // Asked beside the playhead, so the ticket may be older than that of a seek.
            ReplayAsk::Cells { ticket, columns, blocks } => {
                self.columns = columns;
                self.cells = if ticket.same_stream(self.ticket) { blocks.into() } else { VecDeque::new() };
            }
            ReplayAsk::Matrix { ticket, window } => {
                self.matrix.want(window.filter(|_| ticket.same_fold(self.ticket)));
            }
            ReplayAsk::Raw(wanted) => {
                self.raw = wanted;
                // The state shown is wanted once more, with its text.
                self.seek = self.seek.or(self.playhead);
            }
        }
    }

    fn select(&mut self, ticket: Ticket, index: &EventIndex, stream: StreamId) {
        self.ticket = ticket;
        self.selected = true;
        (self.seek, self.playhead) = (None, None);
        self.cells.clear();
        self.forget_compared();
        self.matrix.forget();
        let selected = self.track.select(index, stream);
        let (columns, paths) = columns::columns(&mut self.track.source);
        let rows = self.track.rows().clone();
        let types = columns::types(&rows);
        self.out.send(Answer::Stream(Box::new(StreamNews { ticket, rows, columns, paths, types })));
        if selected.is_err() {
            self.note(selected);
        }
    }

    fn slice(&mut self) -> Result<(), ReadError> {
        let ticket = self.ticket;
        if let Some(block) = self.cells.pop_front() {
            let rows = columns::cells(&mut self.track.source, &self.columns, block)?;
            let columns = Arc::clone(&self.columns);
            self.out.send(Answer::Cells(CellNews { ticket, columns, block, rows }));
            return Ok(());
        }
        if let Some(target) = self.seek {
            if let Err(problem) = self.track.begin() {
                self.out.send(Answer::ReducerFailed { ticket, problem });
            }
            if !self.know_compared(ticket)? {
                self.tell_fold(false);
                return Ok(());
            }
            let state = self.track.state(ticket, target, self.raw)?;
            self.tell_fold(state.is_some());
            if let Some(mut news) = state {
                news.against = self.compared.as_ref().and_then(|compared| compared.state.clone());
                if let Some(against) = news.against.as_mut().filter(|against| against.problem.is_none()) {
                    against.changes = diff(&against.state, &news.state);
                }
                self.seek = None;
                self.playhead = Some(news.asked);
                self.out.send(Answer::State(Box::new(news)));
            }
            return Ok(());
        }
        if self.has_matrix() {
            self.work_on_matrix(ticket)?;
            self.tell_fold(false);
            return Ok(());
        }
        if let Some((applied, written)) = self.track.work()? {
            self.out.send(Answer::Written { ticket, applied, written });
        }
        self.tell_fold(false);
        Ok(())
    }

    /// One more event of the window, or its end.
    fn work_on_matrix(&mut self, ticket: Ticket) -> Result<(), ReadError> {
        if let Some(next) = self.matrix.next() {
            if let Some(column) = self.track.column(next)? {
                self.matrix.put(next, column);
            }
        } else if let Some(end) = self.matrix.end()
            && let Some(last) = self.track.state_at(end)?
        {
            self.matrix.put_end(last.state);
        }
        if let Some(news) = self.matrix.news(ticket) {
            self.out.send(Answer::Matrix(news));
        }
        Ok(())
    }

    fn forget_compared(&mut self) {
        if let Some(compared) = &mut self.compared {
            compared.state = None;
        }
    }

    /// The state to compare with is known, where there is one; `false`: ask again.
    fn know_compared(&mut self, ticket: Ticket) -> Result<bool, ReadError> {
        let Some(compared) = self.compared.as_mut().filter(|compared| compared.state.is_none()) else {
            return Ok(true);
        };
        let against = match &compared.with {
            CompareWith::Other(against) => against.clone(),
            CompareWith::Point(at) => {
                let Some(news) = self.track.state(ticket, *at, false)? else { return Ok(false) };
                let StateNews { version, state, problem, .. } = news;
                Box::new(Against { side: SideA::Point(*at), version, state, problem, changes: Vec::new() })
            }
        };
        compared.state = Some(against);
        Ok(true)
    }

    fn tell_fold(&mut self, hurry: bool) {
        if let Some(news) = self.track.fold_news(self.ticket, hurry) {
            self.out.send(Answer::Fold(news));
        }
    }

    /// A failure is said once, and ends the work under way: the next question tries again.
    fn note(&mut self, result: Result<(), ReadError>) {
        let Err(error) = result else {
            self.troubled = false;
            return;
        };
        self.seek = None;
        self.cells.clear();
        self.track.restart();
        if !std::mem::replace(&mut self.troubled, true) {
            self.out.send(Answer::ReadFailed(error.problem("Events could not be read")));
        }
    }
}
