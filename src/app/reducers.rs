//! [`Reducers`]: the reducer file of one store, and which of its exports folds which category.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::action::Action;
use super::desk::{Desk, Effect, Modal};
use super::place::typed_path;
use super::settings::KeptReducer;
use super::store::{Notice, OpenStore};
use super::stream::Ask;
use crate::model::{CategoryId, Problem, Text};
use crate::replay::stored::STORED;
use crate::replay::timeline::OnError;
use crate::session::{
    Choice, IndexNews, PROGRAM, ReducerFile, ReducerRead, ReducerSource, Waker, WantedHost, read_reducer,
};

/// See the module's documentation.
pub(super) struct Reducers {
    source: ReducerSource,
    /// What is to run the user's code.
    host: WantedHost,
    /// It needs no reading.
    came: bool,
    /// Names of its exports.
    exports: Vec<String>,
    wanted: Option<Wanted>,
    /// The name of the one in use; while this is held, its files are looked at.
    watched: Option<(String, Arc<()>)>,
    /// What was used here before and is not in use now: it is offered again the next time.
    before: Option<KeptReducer>,
    /// The user's own choices, by category; `None` is merge.
    table: BTreeMap<String, Option<String>>,
    rows: Vec<ReducerRow>,
    /// The file that cannot be used.
    problem: Option<Problem>,
    /// One that lies beside the store, and that the user does not want to be told of.
    pub(super) declined: Option<String>,
    on_error: OnError,
    answers: (Sender<ReducerRead>, Receiver<ReducerRead>),
}

/// What is being read: its name, the choices that come with it, and what is held while its files
/// are looked at.
struct Wanted {
    named: String,
    table: BTreeMap<String, Option<String>>,
    watched: Arc<()>,
}

/// The choice for one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReducerRow {
    pub category: CategoryId,
    pub name: String,
    /// The chosen export; `None` = merge.
    pub export: Option<String>,
    /// True where the choice was made by name and not by the user.
    pub automatic: bool,
}

/// Categories among the rows: as many as anybody looks through.
const ROWS: usize = 200;

/// What came of reading a reducer.
pub(super) enum Read {
    /// It computes states from now on.
    Ready,
    Failed(Problem),
    /// It is not the file that was used here before: the user decides.
    Changed(String),
}

impl Reducers {
    /// None yet; what runs those to come.
    pub(super) fn run_by(host: WantedHost) -> Reducers {
        Reducers {
            source: ReducerSource::Merge,
            host,
            came: false,
            exports: Vec::new(),
            wanted: None,
            watched: None,
            before: None,
            table: BTreeMap::new(),
            rows: Vec::new(),
            problem: None,
            declined: None,
            on_error: OnError::Stop,
            answers: channel(),
        }
    }

    /// Starts reading the reducer that the user names.
    pub(super) fn read(&mut self, named: String, waker: &Waker) {
        if let Some(source) = ReducerSource::word(&named) {
            (self.wanted, self.watched) = (None, None);
            (self.source, self.came) = (source, true);
            (self.exports, self.table, self.before, self.problem) = Default::default();
            waker();
            return;
        }
        let same = self.before.as_ref().filter(|before| before.named == named);
        let table = same.map(|before| before.table.clone()).unwrap_or_default();
        self.start(named, None, table, waker);
    }

    /// Reads the reducer in use again, with the user's choices.
    pub(super) fn reload(&mut self, waker: &Waker) {
        match self.named() {
            Some(named) if ReducerSource::word(&named).is_none() => self.start(named, None, self.table.clone(), waker),
            Some(named) => self.read(named, waker),
            None => {}
        }
    }

    /// Starts reading a reducer that was used here before. It is used only where its sources
    /// are the same.
    pub(super) fn come_back(&mut self, kept: KeptReducer, waker: &Waker) {
        if ReducerSource::word(&kept.named).is_some() {
            return self.read(kept.named, waker);
        }
        self.start(kept.named.clone(), Some(kept.stamp.clone()), kept.table.clone(), waker);
        self.before = Some(kept);
    }

    /// What comes back the next time.
    pub(super) fn kept(&self) -> Option<KeptReducer> {
        let of = |file: &Arc<ReducerFile>| KeptReducer {
            named: file.named(),
            stamp: file.stamp.clone(),
            table: self.table.clone(),
        };
        match &self.source {
            ReducerSource::Module(file) => Some(of(file)),
            ReducerSource::Stored => Some(KeptReducer { named: STORED.to_owned(), ..KeptReducer::default() }),
            ReducerSource::Program(command) => Some(KeptReducer {
                named: self.named().unwrap_or_default(),
                stamp: command.stamp().to_owned(),
                ..KeptReducer::default()
            }),
            ReducerSource::Merge => self.before.clone(),
        }
    }

    fn start(&mut self, named: String, stamp: Option<String>, table: BTreeMap<String, Option<String>>, waker: &Waker) {
        let watched = Arc::new(());
        read_reducer(named.clone(), self.host, stamp, &watched, self.answers.0.clone(), Arc::clone(waker));
        self.wanted = Some(Wanted { named, table, watched });
    }

    /// What came of the reducer that was asked for last, once it is there.
    pub(super) fn poll(&mut self) -> Option<Read> {
        if std::mem::take(&mut self.came) {
            return Some(Read::Ready);
        }
        loop {
            let read = self.answers.1.try_recv().ok()?;
            if read.again {
                let is_watched = self.watched.as_ref().is_some_and(|(named, _)| *named == read.named);
                if is_watched && self.saved_anew(read.result) {
                    return Some(Read::Ready);
                }
                continue;
            }
            let Some(wanted) = self.wanted.take_if(|wanted| wanted.named == read.named) else { continue };
            let Wanted { named, table, watched } = wanted;
            return Some(match read.result {
                Ok(Some(source)) => {
                    let exports = source.file().map(|file| file.exports()).unwrap_or_default();
                    self.exports = exports.iter().map(|export| export.name.clone()).collect();
                    self.source = source;
                    self.table = table;
                    self.watched = Some((named, watched));
                    self.before = None;
                    self.problem = None;
                    Read::Ready
                }
                Ok(None) => Read::Changed(named),
                Err(problem) => {
                    // The one in use stays, and this is not its problem.
                    self.problem = Some(problem.clone()).filter(|_| matches!(self.source, ReducerSource::Merge));
                    Read::Failed(problem)
                }
            });
        }
    }

    /// The file was saved anew: the last good one stays until it loads. `true`: it is another.
    fn saved_anew(&mut self, result: Result<Option<ReducerSource>, Problem>) -> bool {
        match result {
            Ok(Some(source)) => {
                self.problem = None;
                let stamp = |source: &ReducerSource| source.file().map(|file| file.stamp.clone());
                let is_other = stamp(&source) != stamp(&self.source);
                if is_other {
                    let exports = source.file().map(|file| file.exports()).unwrap_or_default();
                    self.exports = exports.iter().map(|export| export.name.clone()).collect();
                    self.source = source;
                }
                is_other
            }
            Ok(None) => false,
            Err(problem) => {
                self.problem = Some(problem);
                false
            }
        }
    }

    /// None is in use, asked for or was used here before.
    pub(super) fn is_untouched(&self) -> bool {
        let merges = matches!(self.source, ReducerSource::Merge);
        merges && !self.is_reading() && self.before.is_none() && self.problem.is_none()
    }

    pub(super) fn is_reading(&self) -> bool {
        self.wanted.is_some() || self.came
    }

    /// Back to merge.
    pub(super) fn clear(&mut self) {
        *self = Reducers { on_error: self.on_error, ..Reducers::run_by(self.host) };
    }

    pub(super) fn choose(&mut self, category: String, export: Option<String>) {
        self.table.insert(category, export);
    }

    /// The choice for a category: the user's, else by name.
    pub(super) fn choice(&self, category: &str) -> Choice {
        match (self.source.file(), self.table.get(category)) {
            (Some(_), Some(None)) => Choice::Merge,
            (Some(_), Some(Some(export))) => Choice::Export(export.clone()),
            (None, _) | (Some(_), None) => self.source.choose(category),
        }
    }

    /// The user's own choices, by category.
    pub(super) fn by_hand(&self) -> BTreeMap<String, Choice> {
        let choice = |export: &Option<String>| export.clone().map_or(Choice::Merge, Choice::Export);
        self.table.iter().map(|(category, export)| (category.clone(), choice(export))).collect()
    }

    /// Brings the rows up to date with the categories of the store, listed or not.
    pub(super) fn list(&mut self, index: &IndexNews) {
        let row = |(id, name): (usize, &Text)| ReducerRow {
            category: CategoryId(id as u32),
            name: name.to_string(),
            export: match self.choice(name) {
                Choice::Export(name) => Some(name),
                Choice::Merge => None,
            },
            automatic: !self.table.contains_key(&**name),
        };
        let some = self.source.file().is_some() && !index.list.flat;
        let categories = index.index.streams().categories().iter().enumerate();
        let mut rows: Vec<ReducerRow> = categories.take(if some { ROWS } else { 0 }).map(row).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        self.rows = rows;
    }

    /// What folds each category.
    pub(super) fn rows(&self) -> &[ReducerRow] {
        &self.rows
    }

    pub(super) fn source(&self) -> &ReducerSource {
        &self.source
    }

    /// The states are those that the store itself keeps.
    pub(super) fn is_stored(&self) -> bool {
        matches!(self.source, ReducerSource::Stored)
    }

    /// The file, or the command of the program.
    pub(super) fn file_name(&self) -> Option<&str> {
        match &self.source {
            ReducerSource::Merge | ReducerSource::Stored => None,
            ReducerSource::Module(file) => Some(file.file_name()),
            ReducerSource::Program(command) => Some(command.text()),
        }
    }

    pub(super) fn exports(&self) -> &[String] {
        &self.exports
    }

    /// As [`ReducerSource::named`].
    pub(super) fn named(&self) -> Option<String> {
        self.source.named()
    }

    pub(super) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    pub(super) fn on_error(&self) -> OnError {
        self.on_error
    }

    pub(super) fn set_on_error(&mut self, on_error: OnError) {
        self.on_error = on_error;
    }
}

impl OpenStore {
    /// Does what the user asked of what computes states.
    pub(super) fn dispatch_reducer(&mut self, action: Action, desk: &mut Desk) {
        let now = desk.now;
        match action {
            Action::ChooseReducer => desk.effect(Effect::PickReducer(self.path.parent().map(Path::to_owned))),
            Action::ShowReducerPath => desk.modal = Some(Modal::ReducerPath),
            Action::ShowProgram => desk.modal = Some(Modal::Program),
            Action::UseReducer(named) => {
                desk.modal = None;
                let is_path = ReducerSource::word(&named).is_none() && !named.starts_with(PROGRAM);
                let named = if is_path { typed_path(&named).to_string_lossy().into_owned() } else { named };
                desk.say(format!("Reading {}", named.strip_prefix(PROGRAM).unwrap_or(&named)), 4.0);
                self.forget_reducer_notice();
                self.reducers.read(named, &desk.waker);
            }
            Action::ReloadReducer => self.reducers.reload(&desk.waker),
            Action::ClearReducer => {
                self.reducers.clear();
                self.forget_reducer_notice();
                self.reduce(now);
            }
            Action::SetReducerFor { category, export } => {
                let name = self.index.index.streams().category_name(category).to_owned();
                self.reducers.choose(name, export);
                self.reduce(now);
            }
            Action::SkipErrors => self.set_on_error(OnError::Skip, now),
            Action::StopAtErrors => self.set_on_error(OnError::Stop, now),
            _ => {}
        }
    }

    pub(super) fn take_reducer(&mut self, read: Read, desk: &mut Desk) {
        desk.hush();
        match read {
            Read::Ready => {
                self.forget_reducer_notice();
                self.reduce(desk.now);
            }
            Read::Failed(problem) => self.notice = Some(Notice::ReducerFailed(problem)),
            Read::Changed(named) => self.notice = Some(Notice::ReducerChanged(named)),
        }
    }

    /// What the bar says of a reducer is over with the next one.
    pub(super) fn forget_reducer_notice(&mut self) {
        let of_reducer = |notice: &mut Notice| {
            matches!(notice, Notice::ReducerChanged(_) | Notice::ReducerBeside(_) | Notice::ReducerFailed(_))
        };
        self.notice.take_if(of_reducer);
    }

    pub(super) fn reduce(&mut self, now: f64) {
        self.reducers.list(&self.index);
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(view) = &mut self.view {
            view.reduce(&ask);
        }
    }

    pub(super) fn set_on_error(&mut self, on_error: OnError, now: f64) {
        self.reducers.set_on_error(on_error);
        self.reduce(now);
    }
}
