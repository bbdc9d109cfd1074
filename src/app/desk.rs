//! [`Desk`]: what the window has whichever store is in front, and what only the desktop can do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frameworks::FrameworksSheet;
use super::goto::GoTo;
use super::history::History;
use super::samples::SampleCard;
use super::settings::{Settings, SettingsChange};
use crate::formats::{OpenChoice, Opened};
use crate::model::{Problem, StoreId};
use crate::session::budget::Budget;
use crate::session::{Mapper, Opening, Session, Share, Waker, WantedHost};

/// What only the desktop can do; the shell does it after each round of actions.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask for a store file.
    PickStore,
    /// Ask for a store that is a folder.
    PickFolder,
    /// Ask for a reducer file, starting in this folder.
    PickReducer(Option<PathBuf>),
    /// Ask where an export goes, with a name for it.
    PickTarget(String),
    Copy(String),
    Save(SettingsChange),
    /// Add the program to the desktop, and say [`Action::AddedToDesktop`](super::action::Action).
    AddToDesktop,
    Quit,
}

/// Folders the app hands on to sessions.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    pub cache: PathBuf,
    pub dialects: PathBuf,
    /// Folder with the sample stores, where there is one.
    pub samples: Option<PathBuf>,
}

/// Opens a store in the background; tests put their own end of the channels here.
pub type Opener = Box<dyn Fn(Opening) -> Session>;

/// The sheet in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Modal {
    OpenPath,
    ReducerPath,
    Program,
    Keys,
    Recent,
    About,
    Frameworks,
    SaveDialect,
    Export,
    GoTo,
    Bookmark,
    Value,
}

/// See the module's documentation.
pub(super) struct Desk {
    pub(super) folders: Folders,
    /// The samples that are there.
    pub(super) samples: Vec<SampleCard>,
    pub(super) settings: Settings,
    /// What runs the code of reducers.
    pub(super) host: WantedHost,
    pub(super) waker: Waker,
    /// Every store that is open.
    pub(super) opened: Vec<Arc<Opened>>,
    /// Scripts of which no font has some letters.
    pub(super) no_fonts: BTreeSet<&'static str>,
    /// Seconds on a steady clock, as of the last [`App::poll`](super::App::poll).
    pub(super) now: f64,
    pub(super) modal: Option<Modal>,
    /// The box for going to places, while it is shown.
    pub(super) goto: Option<GoTo>,
    /// The frameworks that are known, once they were asked for.
    pub(super) frameworks: Option<FrameworksSheet>,
    /// Where one was.
    pub(super) history: History,
    /// Why the last store could not be opened.
    pub(super) problem: Option<Problem>,
    /// Said in the status line, until when.
    message: Option<(String, f64)>,
    effects: Vec<Effect>,
    opener: Opener,
    budget: Budget,
    last_store: StoreId,
}

impl Desk {
    pub(super) fn new(folders: Folders, settings: Settings, host: WantedHost, waker: Waker, opener: Opener) -> Desk {
        let samples = SampleCard::all_in(folders.samples.as_deref());
        Desk {
            folders,
            samples,
            settings,
            host,
            waker,
            opened: Vec::new(),
            no_fonts: BTreeSet::new(),
            now: 0.0,
            modal: None,
            goto: None,
            frameworks: None,
            history: History::default(),
            problem: None,
            message: None,
            effects: Vec::new(),
            opener,
            budget: Budget::new(),
            last_store: StoreId(0),
        }
    }

    /// A session of its own for a store, and the id that nothing else had or will have.
    pub(super) fn session(&mut self, path: &Path, choice: OpenChoice) -> (StoreId, Session) {
        self.last_store = StoreId(self.last_store.0 + 1);
        let choice = OpenChoice { dialects: Some(self.folders.dialects.clone()), ..choice };
        let session = (self.opener)(Opening {
            path: path.to_owned(),
            cache: self.folders.cache.clone(),
            choice,
            share: self.budget.share(),
            waker: Arc::clone(&self.waker),
        });
        (self.last_store, session)
    }

    /// A cursor more on a store that is open.
    pub(super) fn beside(&self, opened: Arc<Opened>) -> Session {
        Session::beside(opened, self.share(), Arc::clone(&self.waker))
    }

    /// A part of the memory that all stores have together.
    pub(super) fn share(&self) -> Share {
        self.budget.share()
    }

    /// Looks at what a store could mean, beside its session.
    pub(super) fn mapper(&self, path: &Path, choice: OpenChoice) -> Mapper {
        let choice = OpenChoice { dialects: Some(self.folders.dialects.clone()), ..choice };
        Mapper::start(path.to_owned(), self.folders.cache.clone(), choice, Arc::clone(&self.waker))
    }

    /// The file of a recent store is gone.
    pub(super) fn missing(&mut self, path: &Path) {
        for recent in self.settings.recent.iter_mut().filter(|recent| recent.place.store == path) {
            recent.missing = true;
        }
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Changes a setting here and in the file.
    pub(super) fn change(&mut self, change: SettingsChange) {
        self.settings.apply(&change);
        self.effects.push(Effect::Save(change));
    }

    pub(super) fn say(&mut self, words: impl Into<String>, seconds: f64) {
        self.message = Some((words.into(), self.now + seconds));
    }

    pub(super) fn hush(&mut self) {
        self.message = None;
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.message.as_ref().map(|(words, _)| words.as_str())
    }

    /// Seconds until what is said is over.
    pub(super) fn message_ends_in(&self) -> Option<f64> {
        self.message.as_ref().map(|(_, until)| (until - self.now).max(0.0))
    }

    pub(super) fn let_time_pass(&mut self, now: f64) {
        self.now = now;
        if self.message.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.message = None;
        }
    }
}
