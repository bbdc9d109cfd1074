//! The box for going to places: what is typed, what it may mean, and where that leads.
//!
//! Versions, steps, bookmarks and commands are known at once; streams, types, times and events
//! by their id are looked for by jobs of the store. `>` begins a command, `'` a bookmark, and
//! `account-1042 v57` is a version of another stream.

mod when;

use chrono::{Local, Utc};

use self::when::{Moment, When};
pub(super) use self::when::{read_so, stretch};
use super::App;
use super::action::{GoToAction, GoToScope};
use super::bookmarks::Bookmark;
use super::command::Command;
use super::desk::{Desk, Modal};
use super::store::OpenStore;
use super::stream::StreamView;
use crate::index::At;
use crate::model::{Applied, StoreId, StreamId, Text, Time, Version, uuid, visible_name};
use crate::session::fuzzy::Fuzzy;
use crate::session::goto::{FindId, FindPlaces, FoundEvent, FoundPlaces, FoundStream, FoundTime, FoundType, Places};
use crate::session::{Found, JobHandle, JobNews, Progress};

/// Longer texts are cut.
const MOST_TYPED: usize = 400;
/// Bookmarks among other places.
const FEW_BOOKMARKS: usize = 5;

/// Something that one can go to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hit {
    /// In the stream that is shown; `asked` is the version that was typed.
    Version {
        applied: Applied,
        asked: Option<Version>,
    },
    /// `all`: after everything that happened in the minute, second or day that was typed.
    Time {
        found: FoundTime,
        all: bool,
    },
    Type(FoundType),
    Event(FoundEvent),
    Stream(FoundStream),
    /// The stream that is shown, in another open store.
    Twin(Twin),
    Bookmark(Bookmark),
    Command {
        command: &'static Command,
        marks: Vec<u32>,
    },
    /// The event with the id that was typed is looked for, or will be.
    Id,
}

/// A stream of another open store that is called as the one that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Twin {
    pub(super) store: StoreId,
    pub(super) store_name: String,
    pub(super) stream: StreamId,
    pub(super) name: Text,
    pub(super) events: u64,
}

/// See the module's documentation.
pub(super) struct GoTo {
    pub(super) scope: GoToScope,
    pub(super) text: String,
    store: Option<StoreId>,
    pub(super) hits: Vec<Hit>,
    /// The stream that is shown, where another is looked for to compare it with, and its twins.
    shown: Option<StreamId>,
    twins: Vec<Twin>,
    /// The hit that the user moved to; before that it is the first.
    chosen: Option<Hit>,
    /// What is known at once.
    known: Vec<Hit>,
    /// Moments that were typed.
    moments: Vec<Moment>,
    /// The version that was typed behind the name of a stream.
    pub(super) version: Option<Version>,
    places: Option<JobHandle>,
    pub(super) found: FoundPlaces,
    /// What was found for the words before, until all is looked at.
    before: FoundPlaces,
    pub(super) id: IdSearch,
    /// Enter was pressed before it was found.
    awaited: Option<Awaited>,
    /// The store or the stream has changed since it was looked at.
    stale: bool,
    /// Why what was typed leads nowhere.
    pub(super) said: Option<String>,
}

/// Where to go as soon as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// The best of all.
    First,
    /// The event with the id.
    Event,
}

/// The search for an event by its id.
#[derive(Default)]
pub(super) struct IdSearch {
    job: Option<JobHandle>,
    pub(super) progress: Progress,
    /// It was looked for everywhere.
    pub(super) done: bool,
    found: Option<FoundEvent>,
}

impl IdSearch {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }
}

impl GoTo {
    pub(super) fn is_waiting(&self) -> bool {
        self.places.is_some() || self.id.is_running() || self.stale
    }

    /// Streams, types and times are still looked for.
    pub(super) fn is_looking(&self) -> bool {
        self.places.is_some()
    }

    /// The hit that Enter goes to.
    pub(super) fn cursor(&self) -> usize {
        let at = self.chosen.as_ref().and_then(|chosen| self.hits.iter().position(|hit| is_same(hit, chosen)));
        at.unwrap_or(0)
    }

    pub(super) fn is_of_commands(&self) -> bool {
        self.text.starts_with('>') && self.scope != GoToScope::Compare
    }

    /// It is of no use any more where that store is not in front.
    pub(super) fn is_of(&self, store: Option<StoreId>) -> bool {
        self.store == store
    }

    fn move_by(&mut self, by: i64) {
        let last = self.hits.len().saturating_sub(1);
        let at = self.cursor().saturating_add_signed(by as isize).min(last);
        self.chosen = self.hits.get(at).cloned();
    }

    /// Puts the hits in their order.
    fn list(&mut self) {
        let mut hits = Vec::new();
        let (mut times, mut others): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        for hit in &self.known {
            if matches!(hit, Hit::Version { .. }) { times.push(hit.clone()) } else { others.push(hit.clone()) }
        }
        hits.append(&mut times);
        for pair in self.found.times.chunks(2) {
            if let [found, through] = pair {
                hits.push(Hit::Time { found: *found, all: false });
                if through.applied != found.applied {
                    hits.push(Hit::Time { found: *through, all: true });
                }
            }
        }
        hits.extend(self.id.found.clone().map(Hit::Event));
        hits.extend(self.found.types.iter().cloned().map(Hit::Type));
        hits.append(&mut others);
        // What is compared is compared with another.
        let others =
            self.found.streams.iter().filter(|own| self.scope != GoToScope::Compare || Some(own.id) != self.shown);
        hits.extend(others.cloned().map(Hit::Stream));
        if self.looks_for_ids() && !self.id.done {
            hits.push(Hit::Id);
        }
        self.hits = hits;
    }

    /// What was typed may be an event's id.
    fn looks_for_ids(&self) -> bool {
        let is_word = self.text.len() >= 3 && !self.text.contains(char::is_whitespace);
        self.scope == GoToScope::Anywhere && self.store.is_some() && is_word && !self.text.starts_with(['>', '\''])
    }

    /// Takes in what a job says; `false`: it is none of these.
    pub(super) fn take(&mut self, news: &JobNews) -> bool {
        let is = |job: &Option<JobHandle>| job.as_ref().is_some_and(|job| job.id() == news.id);
        let (is_places, is_id) = (is(&self.places), is(&self.id.job));
        if !is_places && !is_id {
            return false;
        }
        match &news.found {
            Found::GoTo(found) => {
                self.found = FoundPlaces::clone(found);
                if news.done {
                    self.before = FoundPlaces::default();
                } else {
                    self.found.keep(&self.before);
                }
            }
            Found::Event(found) => {
                self.id.progress = news.progress;
                self.id.found = found.as_deref().cloned();
                self.id.done = news.done;
            }
            Found::Failed(problem) => {
                self.said = Some(format!("{}: {}. help: {}", problem.what, problem.cause, problem.help));
                self.id.done |= is_id;
            }
            _ => {}
        }
        if news.done {
            self.places.take_if(|_| is_places);
            self.id.job.take_if(|_| is_id);
        }
        self.list();
        true
    }
}

/// The same place, whatever letters of its name were typed.
fn is_same(a: &Hit, b: &Hit) -> bool {
    match (a, b) {
        (Hit::Stream(a), Hit::Stream(b)) => a.id == b.id,
        (Hit::Type(a), Hit::Type(b)) => a.id == b.id,
        (Hit::Command { command: a, .. }, Hit::Command { command: b, .. }) => a == b,
        (a, b) => a == b,
    }
}

impl OpenStore {
    /// Asks for what was typed. `anew`: it is other text than before.
    fn look(&self, go: &mut GoTo, desk: &Desk, anew: bool) {
        go.stale = false;
        (go.known, go.moments) = (Vec::new(), Vec::new());
        (go.places, go.said) = (None, None);
        let index = &self.index.index;
        let typed = go.text.trim().to_owned();
        let in_stream = stream_and_version(&typed).filter(|_| go.scope == GoToScope::Anywhere);
        go.version = in_stream.map(|(_, version)| version);
        let name = in_stream.map_or(&*typed, |(name, _)| name).to_owned();
        if anew {
            (go.id, go.awaited, go.chosen) = (IdSearch::default(), None, None);
            go.found.narrow(&name, index);
        }
        go.before = go.found.clone();
        if go.scope == GoToScope::Compare {
            let mut fuzzy = Fuzzy::new(&typed);
            let mut fits = |own: &&Twin| fuzzy.score(&format!("{} {}", own.name, own.store_name)).is_some();
            go.known = go.twins.iter().filter(&mut fits).cloned().map(Hit::Twin).collect();
            let ask = Places { index: index.clone(), typed, streams: true, rows: None, times: Vec::new() };
            go.places = Some(self.session.run(Box::new(move || Box::new(FindPlaces::new(ask)))));
            go.list();
            return;
        }
        if let Some(words) = go.text.strip_prefix('\'') {
            go.found = FoundPlaces::default();
            go.known = bookmarks(desk.bookmarks(&self.path), words.trim(), usize::MAX);
            go.list();
            return;
        }
        if typed.is_empty() {
            go.found = FoundPlaces::default();
            go.list();
            return;
        }
        let view = self.view.as_ref();
        let ready = view.filter(|view| !view.is_arranging());
        let latest = ready.and_then(|view| self.latest(view));
        let when = match desk.settings.utc {
            true => when::read(&typed, latest, &Utc),
            false => when::read(&typed, latest, &Local),
        };
        match (when, ready) {
            (Some(_), None) if view.is_some() => go.said = Some("The events are still put in order.".to_owned()),
            (Some(_), None) => go.said = Some("Versions and times are those of a stream: choose one first.".to_owned()),
            (Some(When::Untimed), _) => go.said = Some(format!("{} has no times.", self.view_name())),
            (Some(When::Moments(moments)), Some(_)) => go.moments = moments,
            (Some(when), Some(view)) => match place(view, &when) {
                Ok(hit) => go.known.push(hit),
                Err(why) => go.said = Some(why),
            },
            (None, _) => {}
        }
        let anywhere = go.scope == GoToScope::Anywhere;
        if anywhere {
            go.known.extend(bookmarks(desk.bookmarks(&self.path), &typed, FEW_BOOKMARKS));
        }
        // Behind the name of a stream nothing is meant that is in the one that is shown.
        let rows = ready.filter(|_| go.version.is_none()).map(|view| (view.rows.clone(), view.playhead.applied()));
        let times = go.moments.iter().flat_map(|moment| [moment.time, moment.through]).collect();
        let ask = Places { index: index.clone(), typed: name, streams: anywhere, rows, times };
        go.places = Some(self.session.run(Box::new(move || Box::new(FindPlaces::new(ask)))));
        let is_uuid = uuid::folded(&typed).is_some_and(|folded| folded.len() == 32);
        if is_uuid && go.looks_for_ids() && !go.id.is_running() && !go.id.done {
            self.look_for_id(go);
        }
        go.list();
    }

    /// When the stream's last event happened.
    pub(super) fn latest(&self, view: &StreamView) -> Option<Time> {
        let last = view.rows.len().checked_sub(1).and_then(|last| view.rows.time(last));
        last.or_else(|| self.index.index.streams().summary(view.id)?.last_time)
    }

    fn look_for_id(&self, go: &mut GoTo) {
        let own = self.view.as_ref().filter(|view| !view.is_arranging()).map(|view| view.rows.clone());
        let (index, id) = (self.index.index.clone(), go.text.trim().to_owned());
        let job = self.session.run(Box::new(move || Box::new(FindId::new(index, &id, own))));
        go.id = IdSearch { job: Some(job), ..IdSearch::default() };
        go.list();
    }

    /// Goes to a hit; `false`: it is not there yet.
    fn go_to_hit(&mut self, hit: Hit, go: &mut GoTo, desk: &mut Desk) -> bool {
        let shown = self.view.as_ref().map(|view| view.id);
        let (stream, at): (Option<StreamId>, _) = match hit {
            Hit::Version { applied, .. } => (shown, Some(At::Applied(applied))),
            Hit::Time { found, .. } => (shown, Some(At::Applied(found.applied))),
            Hit::Type(found) => (shown, Some(At::Applied(found.applied))),
            Hit::Event(found) => (Some(found.stream), Some(At::Applied(found.applied))),
            Hit::Stream(found) => (Some(found.id), go.version.map(At::Version)),
            Hit::Bookmark(bookmark) => {
                self.open_bookmark(&bookmark, desk);
                return true;
            }
            Hit::Command { .. } | Hit::Twin(_) => return false,
            // Enter came before the first answer: it meant no search of the whole store.
            Hit::Id if go.chosen.is_none() && go.is_looking() => {
                go.awaited = Some(Awaited::First);
                return false;
            }
            Hit::Id => {
                go.awaited = Some(Awaited::Event);
                if !go.id.is_running() {
                    self.look_for_id(go);
                }
                return false;
            }
        };
        let Some(stream) = stream else { return false };
        desk.history.leave(self.spot());
        self.show_at(stream, at, desk.now);
        true
    }
}

/// `account-1042 v57`, as titles and bookmarks name a place.
fn stream_and_version(typed: &str) -> Option<(&str, Version)> {
    let (name, last) = typed.rsplit_once(char::is_whitespace)?;
    let number = last.strip_prefix(['v', 'V'])?.parse().ok()?;
    Some((name.trim_end(), Version(number))).filter(|_| !typed.starts_with(['>', '\'']))
}

/// The place in the stream that a version or a step means.
fn place(view: &StreamView, when: &When) -> Result<Hit, String> {
    let (at, asked) = match when {
        When::Initial => (At::Initial, None),
        When::Version(version) => (At::Version(*version), Some(*version)),
        When::By(by) => (At::Applied(Applied(view.playhead.applied().0.saturating_add_signed(*by))), None),
        _ => (At::Last, None),
    };
    let (applied, _) = view.rows.find(at).map_err(|lost| format!("{}: {lost}.", visible_name(&view.name)))?;
    Ok(Hit::Version { applied, asked })
}

/// Bookmarks whose note or stream fits.
fn bookmarks(all: &[Bookmark], words: &str, most: usize) -> Vec<Hit> {
    let mut fuzzy = Fuzzy::new(words);
    let mut fits = |own: &&Bookmark| fuzzy.score(&format!("{} {}", own.note, own.stream)).is_some();
    all.iter().filter(|own| fits(own)).take(most).cloned().map(Hit::Bookmark).collect()
}

/// Commands whose name fits, the best first.
fn commands(words: &str) -> Vec<Hit> {
    let mut fuzzy = Fuzzy::new(words);
    let all = Command::everywhere();
    // Behind those come the ones whose sentence has the words, not as the end of others: "thing" is not
    // in "Nothing is written".
    let lower = words.to_lowercase();
    let says = |command: &Command| {
        let sentence = command.doc.to_lowercase();
        let mut places = sentence.match_indices(&lower);
        places.any(|(at, _)| !sentence[..at].ends_with(char::is_alphanumeric)).then_some(0)
    };
    let mut score = |command: &Command| fuzzy.score(command.name).or_else(|| says(command));
    let mut found: Vec<_> = all.filter_map(|command| Some((score(command)?, command))).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, command)| Hit::Command { command, marks: fuzzy.marks(command.name) }).collect()
}

impl App {
    /// Shows the box with this text in it.
    pub(super) fn show_goto(&mut self, scope: GoToScope, text: &str) {
        let go = GoTo {
            scope,
            text: String::new(),
            store: self.store().map(|store| store.id),
            hits: Vec::new(),
            shown: self.store().and_then(|store| Some(store.view.as_ref()?.id)),
            twins: if scope == GoToScope::Compare { self.twins() } else { Vec::new() },
            chosen: None,
            known: Vec::new(),
            moments: Vec::new(),
            version: None,
            places: None,
            found: FoundPlaces::default(),
            before: FoundPlaces::default(),
            id: IdSearch::default(),
            awaited: None,
            stale: false,
            said: None,
        };
        self.desk.modal = Some(Modal::GoTo);
        self.desk.goto = Some(go);
        self.goto(GoToAction::Type(text.to_owned()));
    }

    /// Does what the user asked in the box.
    pub(super) fn goto(&mut self, action: GoToAction) {
        let Some(mut go) = self.desk.goto.take() else { return };
        let store = self.stores.iter_mut().find(|store| Some(store.id) == go.store && store.opened().is_some());
        let mut is_there = true;
        match action {
            GoToAction::Type(mut text) => {
                text.truncate(text.floor_char_boundary(MOST_TYPED));
                go.text = text;
                look(&mut go, store.as_deref(), &self.desk, true);
            }
            GoToAction::Move(by) => go.move_by(by),
            GoToAction::Go(at) => {
                let hit = go.hits.get(at.unwrap_or_else(|| go.cursor())).cloned();
                match (hit, store) {
                    (Some(Hit::Twin(twin)), Some(own)) => {
                        let own = own.id;
                        self.compare_with(own, twin.store, twin.stream);
                        is_there = false;
                    }
                    (Some(Hit::Stream(found)), Some(own)) if go.scope == GoToScope::Compare => {
                        let own = own.id;
                        self.compare_with(own, own, found.id);
                        is_there = false;
                    }
                    (Some(hit), Some(store)) => is_there = !store.go_to_hit(hit, &mut go, &mut self.desk),
                    (None, Some(_)) => go.awaited = Some(Awaited::First),
                    _ => {}
                }
            }
        }
        if is_there {
            self.desk.goto = Some(go);
        } else {
            self.desk.modal = None;
        }
    }

    /// The stream that is shown, in the other stores that are open.
    fn twins(&self) -> Vec<Twin> {
        let front = self.store();
        let Some(view) = front.and_then(|store| store.view.as_ref()) else { return Vec::new() };
        let others =
            self.stores.iter().filter(|store| store.opened().is_some() && front.is_none_or(|own| own.id != store.id));
        let twin = |store: &OpenStore| {
            let streams = store.index.index.streams();
            let stream = streams.find(&view.name)?;
            let events = streams.summary(stream).map_or(0, |own| u64::from(own.events));
            let (store, store_name) = (store.id, store.name.clone());
            Some(Twin { store, store_name, stream, name: Text::clone(&view.name), events })
        };
        others.filter_map(twin).collect()
    }

    /// Looks anew where something changed, and goes where Enter was pressed too early.
    pub(super) fn go_on_with_goto(&mut self) {
        let Some(go) = &mut self.desk.goto else { return };
        if go.stale && go.places.is_none() {
            let Some(mut go) = self.desk.goto.take() else { return };
            let store = self.stores.iter().find(|store| Some(store.id) == go.store && store.opened().is_some());
            look(&mut go, store, &self.desk, false);
            self.desk.goto = Some(go);
        }
        let Some(go) = &mut self.desk.goto else { return };
        let (there, is_over) = match go.awaited {
            Some(Awaited::First) => (go.hits.first().filter(|hit| **hit != Hit::Id).map(|_| 0), !go.is_looking()),
            Some(Awaited::Event) => (go.hits.iter().position(|hit| matches!(hit, Hit::Event(_))), !go.id.is_running()),
            None => return,
        };
        if there.is_some() || is_over {
            go.awaited = None;
        }
        if there.is_some() {
            self.goto(GoToAction::Go(there));
        }
    }
}

/// Asks for what was typed, where there is a store; commands are there without one.
fn look(go: &mut GoTo, store: Option<&OpenStore>, desk: &Desk, anew: bool) {
    if let Some(words) = go.text.strip_prefix('>').filter(|_| go.scope != GoToScope::Compare) {
        let known = commands(words.trim());
        (go.known, go.found, go.moments) = (known, FoundPlaces::default(), Vec::new());
        (go.places, go.said, go.stale, go.id) = (None, None, false, IdSearch::default());
        if anew {
            go.chosen = None;
        }
        go.list();
    } else if let Some(store) = store {
        store.look(go, desk, anew);
    } else {
        (go.hits, go.stale) = (Vec::new(), false);
        go.said = Some("No store is open: > lists the commands.".to_owned());
    }
}

impl Desk {
    /// The store in front, or its stream, is another one than was looked at.
    pub(super) fn goto_is_stale(&mut self) {
        if let Some(go) = &mut self.goto {
            go.stale = true;
        }
    }
}
