//! Bookmarks: places of a store with a note, kept in the settings.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::desk::{Desk, Modal};
use super::place::{at_form, or_default, path_form};
use super::playback::PlaybackCommand;
use super::settings::{ENTRIES, MAX_TEXT_BYTES, SettingsChange, readable_list};
use super::store::{Notice, OpenStore};
use super::stream::{Ask, StreamView};
use crate::index::At;
use crate::model::{Applied, visible_name};

/// Bookmarks of a store.
const PLACES: usize = 500;
/// Bytes of a note.
const NOTE_BYTES: usize = 400;

/// The bookmarks of a store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bookmarks {
    #[serde(rename = "path", with = "path_form")]
    pub store: PathBuf,
    /// The latest first.
    #[serde(deserialize_with = "readable_list")]
    pub places: Vec<Bookmark>,
}

/// A place in a stream that the user marked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bookmark {
    #[serde(deserialize_with = "or_default")]
    pub stream: String,
    /// A version, or the initial state.
    #[serde(with = "at_form")]
    pub at: At,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Bookmark {
    /// It marks the same place.
    pub fn is_at(&self, other: &Bookmark) -> bool {
        (&self.stream, self.at) == (&other.stream, other.at)
    }

    /// `account-1042 v57`.
    pub fn place(&self) -> String {
        let stream = visible_name(&self.stream);
        match self.at {
            At::Version(version) => format!("{stream} v{version}"),
            _ => format!("{stream} initial state"),
        }
    }
}

impl Bookmarks {
    fn bound(&mut self) {
        let is_path = !self.store.as_os_str().is_empty() && self.store.as_os_str().len() <= MAX_TEXT_BYTES;
        // One at the end, such as a hand may write, would move as the stream grows.
        let is_place = |own: &Bookmark| matches!(own.at, At::Initial | At::Version(_));
        self.places.retain(|own| is_path && is_place(own) && own.stream.len() <= MAX_TEXT_BYTES);
        self.places.truncate(PLACES);
        for own in &mut self.places {
            own.note.truncate(own.note.floor_char_boundary(NOTE_BYTES));
        }
    }
}

/// The bookmarks of a store, which becomes the first, without the one at a place.
pub(super) fn without<'a>(all: &'a mut Vec<Bookmarks>, store: &Path, place: &Bookmark) -> &'a mut Vec<Bookmark> {
    let known = all.iter().position(|own| own.store == store);
    let mut own = known.map(|at| all.remove(at)).unwrap_or_default();
    own.store = store.to_owned();
    own.places.retain(|other| !other.is_at(place));
    all.insert(0, own);
    &mut all[0].places
}

/// Brings what came from outside within its bounds.
pub(super) fn bound(all: &mut Vec<Bookmarks>) {
    all.iter_mut().for_each(Bookmarks::bound);
    let mut seen = std::collections::HashSet::new();
    all.retain(|own| !own.places.is_empty() && seen.insert(own.store.clone()));
    all.truncate(ENTRIES);
}

impl Desk {
    /// The bookmarks of a store, the latest first.
    pub(super) fn bookmarks(&self, store: &Path) -> &[Bookmark] {
        self.settings.bookmarks.iter().find(|own| own.store == store).map_or(&[], |own| &own.places)
    }
}

impl OpenStore {
    /// The playhead's place as a bookmark without a note.
    pub(super) fn bookmark_here(&self) -> Option<Bookmark> {
        let view = self.view.as_ref().filter(|view| !view.is_arranging())?;
        let at = view.version().map_or(At::Initial, At::Version);
        Some(Bookmark { stream: view.called.clone(), at, note: String::new() })
    }

    /// The bookmark that is set at the playhead.
    pub(super) fn bookmark_set<'d>(&self, desk: &'d Desk) -> Option<&'d Bookmark> {
        let here = self.bookmark_here()?;
        desk.bookmarks(&self.path).iter().find(|own| own.is_at(&here))
    }

    /// Bookmarks of the stream that is shown, and where they are in it.
    pub(super) fn bookmarks_shown<'d>(&self, desk: &'d Desk) -> Vec<(Applied, &'d Bookmark)> {
        let all = desk.bookmarks(&self.path);
        let Some(view) = self.view.as_ref().filter(|_| !all.is_empty()) else { return Vec::new() };
        let own = all.iter().filter(|own| own.stream == view.called);
        own.filter_map(|own| Some((place(view, own)?, own))).collect()
    }

    /// No further one is kept.
    pub(super) fn bookmarks_full(&self, desk: &Desk) -> bool {
        desk.bookmarks(&self.path).len() >= PLACES && self.bookmark_set(desk).is_none()
    }

    /// Does what the user asked of bookmarks.
    pub(super) fn dispatch_bookmark(&mut self, action: Action, desk: &mut Desk) {
        let Some(here) = self.bookmark_here() else { return };
        match action {
            Action::ShowBookmark => {
                let ask = Ask { session: &self.session, reducers: &self.reducers, now: desk.now };
                if let Some(view) = &mut self.view {
                    view.play(PlaybackCommand::Pause, &ask);
                }
                desk.modal = Some(Modal::Bookmark);
            }
            Action::SetBookmark(note) => {
                if self.bookmarks_full(desk) {
                    return;
                }
                desk.modal = None;
                let note = note.trim().to_owned();
                desk.change(SettingsChange::Bookmark(self.path.clone(), Bookmark { note, ..here }));
                desk.say("Bookmark set", 2.0);
            }
            _ => {
                desk.modal = None;
                desk.change(SettingsChange::RemoveBookmark(self.path.clone(), here));
                desk.say("Bookmark removed", 2.0);
            }
        }
    }

    /// Goes to a bookmark.
    pub(super) fn open_bookmark(&mut self, bookmark: &Bookmark, desk: &mut Desk) {
        match self.index.index.streams().find(&bookmark.stream) {
            Some(id) => {
                desk.history.leave(self.spot());
                self.show_at(id, Some(bookmark.at), desk.now);
            }
            None => self.notice = Some(Notice::Note(format!("There is no stream {} here.", bookmark.stream))),
        }
    }
}

/// Where a bookmark is in its stream; one that the stream does not reach any more is nowhere.
fn place(view: &StreamView, bookmark: &Bookmark) -> Option<Applied> {
    view.rows.find(bookmark.at).ok().map(|(applied, _)| applied)
}
