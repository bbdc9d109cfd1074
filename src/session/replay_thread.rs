//! The replayer thread: the one cursor of the window. Answers the newest question first,
//! in slices of a few milliseconds, and uses the time between questions to fold ahead.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use super::{
    Answer, CellNews, CellRow, Choice, Outbox, PayloadColumn, ReducerFile, ReplayAsk, StateNews, StreamNews,
    StreamSource,
};
use crate::formats::{Opened, ReadError};
use crate::index::StreamRows;
use crate::model::json::{to_text, write_pretty};
use crate::model::{Applied, Findings, Helpful, Node, Pointer, Problem, StreamId, Text, TypeId};
use crate::replay::Reducer;
use crate::replay::diff::diff;
use crate::replay::merge::Merge;
use crate::replay::timeline::{EventSource, HandlerError, OnError, Timeline};
use crate::replay::written::WrittenJob;

/// Work done before looking at the inbox again.
const SLICE: Duration = Duration::from_millis(6);
/// Time between words about who wrote what, while it is being found out.
const TELL_WRITTEN: Duration = Duration::from_millis(100);
/// Events looked at for payload columns.
const SAMPLE: u64 = 200;
/// Events searched in one slice.
const FILTER_SLICE: u64 = 512;
/// Longest text of a cell, in characters.
const CELL_CHARS: usize = 60;

pub(super) fn run(inbox: &Receiver<ReplayAsk>, out: &Outbox) {
    // Until the store is open nothing can be asked.
    let Some(opened) = wait_for_store(inbox) else { return };
    let source = match StreamSource::open(&opened) {
        Ok(source) => source,
        Err(error) => {
            out.send(Answer::ReplayFailed(problem(&error)));
            return;
        }
    };
    let mut thread = Thread::new(source, out);
    loop {
        // With nothing to do, sleep until somebody asks.
        let ask = if thread.has_work() {
            match inbox.try_recv() {
                Ok(ask) => Some(ask),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return,
            }
        } else {
            match inbox.recv() {
                Ok(ask) => Some(ask),
                Err(_) => return,
            }
        };
        match ask {
            Some(ask) => thread.take(ask),
            None => {
                if let Err(error) = thread.slice() {
                    thread.rest();
                    out.send(Answer::ReplayFailed(problem(&error)));
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

fn problem(error: &ReadError) -> Problem {
    error.problem("Events could not be read")
}

struct Thread<'a> {
    out: &'a Outbox,
    source: StreamSource,
    stream: Option<StreamId>,
    timeline: Option<Timeline>,
    file: Option<Arc<ReducerFile>>,
    choice: Choice,
    on_error: OnError,
    question: u64,
    seek: Option<Applied>,
    playhead: Applied,
    told_built: u64,
    /// States around the playhead are there.
    ring_ready: bool,
    written: Option<WrittenJob>,
    told_written: Instant,
    cells: Vec<(u64, u64, u64)>,
    columns: Vec<PayloadColumn>,
    filter: Option<Filter>,
    raw: bool,
    findings: Arc<Findings>,
    findings_total: u64,
    errors: Arc<Vec<HandlerError>>,
}

struct Filter {
    question: u64,
    words: Vec<Word>,
    at: u64,
    places: Vec<u32>,
    /// Found when last told.
    told: usize,
}

enum Word {
    Type(String),
    Any(String),
}

impl<'a> Thread<'a> {
    fn new(source: StreamSource, out: &'a Outbox) -> Thread<'a> {
        Thread {
            out,
            source,
            stream: None,
            timeline: None,
            file: None,
            choice: Choice::Merge,
            on_error: OnError::Stop,
            question: 0,
            seek: None,
            playhead: Applied(0),
            told_built: 0,
            ring_ready: true,
            written: None,
            told_written: Instant::now(),
            cells: Vec::new(),
            columns: Vec::new(),
            filter: None,
            raw: false,
            findings: Arc::default(),
            findings_total: 0,
            errors: Arc::default(),
        }
    }

    fn has_work(&self) -> bool {
        let unbuilt = self.timeline.as_ref().is_some_and(|timeline| !timeline.is_complete());
        self.seek.is_some()
            || !self.cells.is_empty()
            || self.filter.is_some()
            || self.written.is_some()
            || unbuilt
            || !self.ring_ready
    }

    /// Drops all work: the store cannot be read.
    fn rest(&mut self) {
        self.seek = None;
        self.cells.clear();
        self.filter = None;
        self.written = None;
        self.timeline = None;
        self.ring_ready = true;
    }

    fn take(&mut self, ask: ReplayAsk) {
        match ask {
            ReplayAsk::Store(_) => {}
            ReplayAsk::Select { question, rows, stream, .. } => self.select(question, rows, stream),
            ReplayAsk::Seek { question, applied } => {
                self.question = question;
                self.seek = Some(applied);
                self.written = None;
            }
            ReplayAsk::Reduce { question, file, choice, on_error } => {
                self.question = question;
                (self.file, self.choice, self.on_error) = (file, choice, on_error);
                self.begin();
            }
            ReplayAsk::Cells { question, from, to } => {
                // The newest block is on screen; older ones may have scrolled away.
                self.cells.push((question, from, to));
                if self.cells.len() > 8 {
                    self.cells.remove(0);
                }
            }
            ReplayAsk::Filter { question, text } => {
                let words: Vec<Word> = text
                    .split_whitespace()
                    .map(|word| match word.strip_prefix("type:") {
                        Some(name) => Word::Type(name.to_lowercase()),
                        None => Word::Any(word.to_lowercase()),
                    })
                    .collect();
                let filter = Filter { question, words, at: 0, places: Vec::new(), told: 0 };
                self.filter = (!filter.words.is_empty()).then_some(filter);
            }
            ReplayAsk::Raw(wanted) => {
                self.raw = wanted;
                if self.stream.is_some() {
                    self.seek.get_or_insert(self.playhead);
                }
            }
        }
    }

    fn select(&mut self, question: u64, rows: StreamRows, stream: StreamId) {
        self.question = question;
        let len = rows.len();
        let same = self.source.select(rows, stream) && self.stream == Some(stream);
        self.stream = Some(stream);
        self.filter = None;
        self.cells.clear();
        match &mut self.timeline {
            Some(timeline) if same => timeline.grow(len),
            _ => self.begin(),
        }
        self.columns = columns(&mut self.source);
        let types = types(self.source.rows());
        self.out.send(Answer::Stream(Box::new(StreamNews { question, columns: self.columns.clone(), types })));
    }

    /// Folds anew: another stream, another reducer.
    fn begin(&mut self) {
        self.written = None;
        self.told_built = 0;
        self.ring_ready = true;
        self.timeline = None;
        self.errors = Arc::default();
        self.findings = Arc::default();
        self.findings_total = 0;
        if self.stream.is_none() {
            return;
        }
        let reducer: Box<dyn Reducer> = match &self.file {
            None => Box::new(Merge::default()),
            Some(file) => match file.reducer(&self.choice) {
                Ok(reducer) => reducer,
                Err(error) => {
                    let problem = Problem::from(error);
                    self.out.send(Answer::ReducerFailed { question: self.question, problem });
                    Box::new(Merge::default())
                }
            },
        };
        let (name, len) = (Arc::clone(self.source.name()), self.source.rows().len());
        self.timeline = Some(Timeline::new(reducer, name, len, self.on_error));
    }

    fn slice(&mut self) -> Result<(), ReadError> {
        if let Some((question, from, to)) = self.cells.pop() {
            return self.read_cells(question, from, to);
        }
        if let Some(target) = self.seek {
            return self.answer_seek(target);
        }
        if self.filter.is_some() {
            return self.search();
        }
        let Some(timeline) = &mut self.timeline else {
            (self.ring_ready, self.written) = (true, None);
            return Ok(());
        };
        if let Some(job) = &mut self.written {
            let done = job.advance(timeline, &mut self.source, SLICE)?;
            if done || self.told_written.elapsed() >= TELL_WRITTEN {
                self.told_written = Instant::now();
                let (question, applied) = (self.question, job.target());
                self.out.send(Answer::Written { question, applied, written: Arc::new(job.written().clone()) });
            }
            if done {
                self.written = None;
            }
            return Ok(());
        }
        if !self.ring_ready {
            self.ring_ready = !timeline.densify(&mut self.source, self.playhead)?;
            return Ok(());
        }
        timeline.build(&mut self.source, u64::MAX, SLICE)?;
        self.tell_built();
        Ok(())
    }

    fn tell_built(&mut self) {
        let Some(timeline) = &self.timeline else { return };
        let built = timeline.built();
        if built >= self.told_built + (timeline.len() / 50).max(1) || timeline.is_complete() {
            self.told_built = built;
            self.out.send(Answer::Built { question: self.question, built });
        }
    }

    fn answer_seek(&mut self, target: Applied) -> Result<(), ReadError> {
        if self.timeline.is_none() && self.stream.is_some() {
            // Reading failed before: perhaps the store is back.
            self.begin();
        }
        let Some(timeline) = &mut self.timeline else {
            self.seek = None;
            return Ok(());
        };
        let target = Applied(target.0.min(timeline.len()));
        if target.0.min(timeline.reachable()) > timeline.built() {
            timeline.build(&mut self.source, target.0, SLICE)?;
            self.tell_built();
            return Ok(());
        }
        let reached = target.0.min(timeline.reachable());
        let previous = match reached.checked_sub(1) {
            Some(before) => timeline.state(&mut self.source, Applied(before))?.map(|at| at.state),
            None => None,
        };
        let Some(at) = timeline.state(&mut self.source, target)? else { return Ok(()) };
        self.seek = None;
        self.playhead = target;
        self.ring_ready = false;
        timeline.trim(target);
        let changes = previous.as_ref().map(|before| diff(before, &at.state)).unwrap_or_default();
        if timeline.errors().len() != self.errors.len() {
            self.errors = Arc::new(timeline.errors().to_vec());
        }
        let total = timeline.findings().total() + self.source.findings().total();
        if total != self.findings_total {
            self.findings_total = total;
            let mut all = timeline.findings().clone();
            all.absorb(&mut self.source.findings().clone());
            self.findings = Arc::new(all);
        }
        let raw = self.raw.then(|| {
            let mut text = String::new();
            write_pretty(&at.state, &mut text);
            text
        });
        let stopped = (timeline.reachable() < timeline.len()).then(|| timeline.reachable());
        let event = match target.0.checked_sub(1) {
            Some(place) => self.source.event(place)?,
            None => None,
        };
        let version = |applied: u64| applied.checked_sub(1).and_then(|place| self.source.rows().version(place));
        let problem = at.problem.as_ref().map(|thrown| Problem {
            what: "The state cannot be shown".to_owned(),
            cause: thrown.to_string(),
            help: thrown.help.to_owned(),
        });
        self.written = Some(WrittenJob::new(at.applied, at.state.clone()));
        self.out.send(Answer::State(Box::new(StateNews {
            question: self.question,
            asked: target,
            applied: at.applied,
            version: version(at.applied.0),
            previous_version: version(at.applied.0.saturating_sub(1)),
            previous,
            changes,
            event,
            reducer: timeline.reducer_name(),
            guess: timeline.is_guess(),
            errors: Arc::clone(&self.errors),
            stopped,
            problem,
            raw,
            findings: Arc::clone(&self.findings),
            state: at.state,
        })));
        Ok(())
    }

    fn read_cells(&mut self, question: u64, from: u64, to: u64) -> Result<(), ReadError> {
        let mut rows = Vec::new();
        for at in from..to.min(self.source.rows().len()) {
            let Some(event) = self.source.event(at)? else { break };
            let cell =
                |column: Option<&PayloadColumn>| column.and_then(|column| event.data.at(&column.path)).map(short);
            rows.push(CellRow {
                cells: [cell(self.columns.first()), cell(self.columns.get(1))],
                mark: event.mark.clone(),
                undecodable: event.undecodable.is_some(),
            });
        }
        self.out.send(Answer::Cells(CellNews { question, from, rows }));
        Ok(())
    }

    fn search(&mut self) -> Result<(), ReadError> {
        let Some(filter) = &mut self.filter else { return Ok(()) };
        let len = self.source.rows().len();
        let end = (filter.at + FILTER_SLICE).min(len);
        let types_only = filter.words.iter().all(|word| matches!(word, Word::Type(_)));
        while filter.at < end {
            let at = filter.at;
            filter.at += 1;
            let rows = self.source.rows();
            let name = rows.type_id(at).map(|id| rows.index().type_name(id).to_lowercase()).unwrap_or_default();
            let version = rows.version(at).map(|version| version.to_string()).unwrap_or_default();
            let open: Vec<&str> = filter
                .words
                .iter()
                .filter_map(|word| match word {
                    Word::Type(part) => (!name.contains(part.as_str())).then_some(""),
                    Word::Any(part) => {
                        let known = name.contains(part.as_str()) || version == part.trim_start_matches('v');
                        (!known).then_some(part.as_str())
                    }
                })
                .collect();
            let found = if open.is_empty() {
                true
            } else if types_only || open.contains(&"") {
                false
            } else {
                let text = self.source.event(at)?.map(|event| to_text(&event.data).to_lowercase()).unwrap_or_default();
                open.iter().all(|part| text.contains(part))
            };
            if found {
                filter.places.push(at as u32);
            }
        }
        let done = filter.at >= len;
        // The first hits at once, later ones as they add up.
        if done || filter.places.len() >= filter.told * 2 + 20 {
            filter.told = filter.places.len();
            let (question, places) = (filter.question, Arc::new(filter.places.clone()));
            if done {
                self.filter = None;
            }
            self.out.send(Answer::Filtered { question, places, done });
        }
        Ok(())
    }
}

/// A value as a cell shows it.
fn short(node: &Node) -> Text {
    let text = match node {
        Node::String(text) => Arc::clone(text),
        Node::Array(items) => Arc::from(format!("[{}]", items.len())),
        Node::Object(object) => Arc::from(format!("{{{}}}", object.0.len())),
        leaf => Arc::from(to_text(leaf)),
    };
    match text.char_indices().nth(CELL_CHARS) {
        Some((cut, _)) => Arc::from(format!("{}…", &text[..cut])),
        None => text,
    }
}

/// How often each type occurs, the most frequent first.
fn types(rows: &StreamRows) -> Vec<(TypeId, u64)> {
    let mut counts: HashMap<TypeId, u64> = HashMap::new();
    for at in 0..rows.len() {
        if let Some(id) = rows.type_id(at) {
            *counts.entry(id).or_default() += 1;
        }
    }
    let mut list: Vec<(TypeId, u64)> = counts.into_iter().collect();
    list.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    list
}

/// Up to two members of the payload that most events have: a number first.
fn columns(source: &mut StreamSource) -> Vec<PayloadColumn> {
    let mut seen: Vec<(Pointer, u32, u32, Vec<Text>)> = Vec::new();
    let steps = source.steps(0, SAMPLE).unwrap_or_default();
    for step in &steps {
        let Node::Object(object) = &step.data.node else { continue };
        for (key, node) in object.0.iter().take(24) {
            if !matches!(node, Node::Number(_) | Node::String(_) | Node::Bool(_)) {
                continue;
            }
            let path = Pointer(vec![Arc::clone(key)]);
            let place = seen.iter().position(|(other, ..)| *other == path).unwrap_or_else(|| {
                seen.push((path, 0, 0, Vec::new()));
                seen.len() - 1
            });
            let (_, count, numbers, values) = &mut seen[place];
            *count += 1;
            *numbers += u32::from(matches!(node, Node::Number(_)));
            let value = short(node);
            if values.len() < 32 && !values.contains(&value) {
                values.push(value);
            }
        }
    }
    // A value that never changes tells nothing, and ids and times have columns of their own.
    let telling = |(path, count, _, values): &&(Pointer, u32, u32, Vec<Text>)| {
        let name = path.0.first().map(|name| name.to_lowercase()).unwrap_or_default();
        let id_or_time = name.ends_with("id") || name == "at" || name == "timestamp" || name.ends_with("_at");
        *count * 4 >= steps.len() as u32 && (values.len() > 1 || steps.len() == 1) && !id_or_time
    };
    let mut list: Vec<&(Pointer, u32, u32, Vec<Text>)> = seen.iter().filter(telling).collect();
    list.sort_by_key(|(_, count, numbers, _)| std::cmp::Reverse((*numbers == *count, *count)));
    let number = list.iter().find(|(_, count, numbers, _)| numbers == count).copied();
    let words =
        list.iter().filter(|(_, count, numbers, _)| numbers < count).copied().max_by_key(|(_, count, ..)| *count);
    let second_number = list.iter().filter(|(_, count, numbers, _)| numbers == count).nth(1).copied();
    let chosen = [number, words.or(second_number)];
    chosen
        .into_iter()
        .flatten()
        .map(|(path, count, numbers, _)| PayloadColumn {
            path: path.clone(),
            label: path.0.iter().map(|part| &**part).collect::<Vec<_>>().join("."),
            numeric: numbers == count,
        })
        .collect()
}
