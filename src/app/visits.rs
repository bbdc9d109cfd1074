//! The streams of a store that one visits: which is shown and where, where one was in the others, and
//! what of that comes back with the store.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::desk::Desk;
use super::history::Spot;
use super::place::Place;
use super::settings::{KeptReducer, Memory, ReadAs, SettingsChange};
use super::store::{Notice, OpenStore};
use super::stream::{Ask, StreamView};
use crate::index::At;
use crate::model::{Applied, StreamId, visible_name};
use crate::replay::timeline::OnError;
use crate::session::{Filter, Reading, find_stream};

/// Streams whose playheads and points A are remembered between runs.
const REMEMBERED: usize = 200;

impl OpenStore {
    /// As it was when it was closed; the reducer only where its sources are the same.
    pub(super) fn come_back(&mut self, place: Place, memory: Memory, desk: &Desk) {
        self.tabs = (place.tab, memory.event_tab);
        self.list.order = memory.order(false);
        self.arrange();
        self.reducers.set_on_error(if memory.skip_errors { OnError::Skip } else { OnError::Stop });
        if let (Some(named), Some(kept)) = (place.reducer.clone(), memory.reducer) {
            self.reducers.come_back(KeptReducer { named, ..kept }, &desk.waker);
        }
        self.start = Some(place);
        self.playheads = memory.playheads.into_iter().collect();
    }

    /// The place that this window shows of the store.
    pub(super) fn place(&self) -> Place {
        let view = self.view.as_ref();
        let start = self.start.as_ref();
        Place {
            store: self.path.clone(),
            stream: view.map(|view| view.called.clone()).or_else(|| start.and_then(|start| start.stream.clone())),
            at: view.map(StreamView::at).or_else(|| start.map(|start| start.at)).unwrap_or_default(),
            tab: self.tabs.0,
            filter: view
                .map(|view| view.filter.wanted.clone())
                .or_else(|| start.map(|start| start.filter.clone()))
                .unwrap_or_default(),
            zoom: view.map(|view| view.zoom).or_else(|| start.map(|start| start.zoom)).unwrap_or_default(),
            reducer: self.reducers.named(),
        }
    }

    /// Where one is, to come back to.
    pub(super) fn spot(&self) -> Option<Spot> {
        let view = self.view.as_ref()?;
        Some(Spot {
            store: self.id,
            stream: view.id,
            name: Arc::clone(&view.name),
            at: view.at(),
            filter: view.filter.wanted.clone(),
        })
    }

    /// Lists the events that were listed when the place was left.
    pub(super) fn list_again(&mut self, filter: Filter) {
        if let Some(view) = &mut self.view {
            view.set_filter(filter, &self.session);
        }
    }

    /// The stream of such a place, which another number may stand for since.
    pub(super) fn stream_of(&self, spot: &Spot) -> Option<StreamId> {
        let streams = self.index.index.streams();
        let is_same = streams.name(spot.stream) == &*spot.name;
        if is_same { Some(spot.stream) } else { streams.find(&spot.name) }
    }

    /// The one stream that the framework's library calls so, once all are read.
    pub(super) fn called(&self, name: &str) -> Option<StreamId> {
        let all_read = self.index.reading != Reading::Running;
        find_stream(self.opened().filter(|_| all_read)?, &self.index.index, name).ok()
    }

    /// What else it comes back with.
    pub(super) fn memory(&self) -> Memory {
        Memory {
            event_tab: self.tabs.1,
            stream_filter: self.list.order.filter.clone(),
            sort: self.list.order.sort,
            sort_turned: self.list.is_turned(),
            reducer: self.reducers.kept(),
            declined: self.reducers.declined.clone(),
            skip_errors: self.reducers.on_error() == OnError::Skip,
            read_as: ReadAs::of(&self.choice),
            playheads: self.playheads.iter().map(|(name, applied)| (name.clone(), *applied)).collect(),
            points_a: self.points_a(),
        }
    }

    /// Points A of all streams, that of the one that is shown among them.
    pub(super) fn points_a(&self) -> BTreeMap<String, Option<u64>> {
        let mut points: BTreeMap<String, Option<u64>> =
            self.points_a.iter().map(|(name, point)| (name.clone(), *point)).collect();
        if let Some(view) = &self.view {
            points.insert(view.called.clone(), view.comparison.point.map(|at| at.0));
        }
        points
    }

    /// For the settings: what the store comes back with. `None` where it was never open.
    pub(super) fn remember(&self) -> Option<SettingsChange> {
        self.opened()?;
        Some(SettingsChange::Remember(self.path.clone(), Box::new(self.left())))
    }

    /// The place to come back to, and what else comes back with it.
    pub(super) fn left(&self) -> (Place, Memory) {
        let memory = self.memory();
        // A reducer that is not in use now, for its sources changed, is offered again.
        let reducer = memory.reducer.as_ref().map(|kept| kept.named.clone());
        (Place { reducer, ..self.place() }, memory)
    }

    /// The place it is on its way to, or is at.
    pub(super) fn asked_for(&mut self) -> Place {
        self.start.take().unwrap_or_else(|| Place::of(&self.path))
    }

    /// Shows the stream that was asked for, once it is there; else the first, once all is read.
    pub(super) fn begin(&mut self, now: f64) {
        let all_read = self.index.reading != Reading::Running;
        let streams = self.index.index.streams();
        let wanted = self.start.as_ref().and_then(|start| start.stream.clone());
        let id = match &wanted {
            Some(name) => streams.find(name).or_else(|| self.called(name)),
            None => self.index.list.streams.first().copied().filter(|_| all_read),
        };
        // While scanning, the place asked for may not be there yet; as the last event it would be
        // taken for the end, which moves on.
        let is_there = |id| match self.start.as_ref().map_or(At::Last, |start| start.at) {
            At::Last | At::Initial => true,
            At::Time(_) => false,
            at => self
                .index
                .index
                .rows_at_once(id)
                .is_some_and(|rows| rows.find(at).is_ok_and(|(applied, _)| applied.0 < rows.len())),
        };
        match id {
            Some(id) if all_read || is_there(id) => {
                let start = self.start.take().unwrap_or_default();
                self.select(id, Some(start.at).filter(|at| wanted.is_some() || *at != At::Last), now);
                if let Some(view) = &mut self.view {
                    view.set_filter(start.filter, &self.session);
                    view.zoom = start.zoom.or_whole();
                }
            }
            None if all_read && wanted.is_some() => {
                self.start = None;
                self.notice = Some(self.not_found(&wanted.unwrap_or_default()));
                self.begin(now);
            }
            _ => {}
        }
    }

    /// Shows the first stream that the filter finds, where that is wanted and known.
    pub(super) fn open_first(&mut self, desk: &mut Desk) {
        if self.list.opens_first && self.index.order == self.list.order {
            self.list.opens_first = false;
            let first = self.index.list.streams.first().copied();
            if let Some(id) = first.filter(|id| self.view.as_ref().is_none_or(|view| view.id != *id)) {
                desk.history.leave(self.spot());
                self.select(id, None, desk.now);
            }
        }
    }

    /// Shows a stream: at a place, or where its playhead stood when it was left.
    pub(super) fn select(&mut self, id: StreamId, at: Option<At>, now: f64) {
        self.keep_playhead();
        let index = &self.index.index;
        let stood = || self.playheads.get(index.streams().name(id)).map(|applied| At::Applied(Applied(*applied)));
        let at = at.or_else(stood).unwrap_or_default();
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        if let Some(mut view) = StreamView::open(index, id, at, self.view.as_ref(), &ask) {
            view.tell_tab(self.tabs.0, &self.session);
            view.comparison.point = self.points_a.get(&view.called).copied().flatten().map(Applied);
            self.view = Some(view);
            self.start = None;
            self.say_where();
        }
    }

    pub(super) fn keep_playhead(&mut self) {
        if let Some(view) = &self.view {
            let point = view.comparison.point.map(|at| at.0);
            let is_known = self.points_a.contains_key(&view.called);
            keep(&mut self.points_a, &view.called, (point.is_some() || is_known).then_some(point));
        }
        let Some(view) = self.view.as_ref().filter(|view| !view.is_arranging()) else { return };
        let applied = view.playhead.applied().0;
        keep(&mut self.playheads, &view.name, Some(applied).filter(|applied| *applied < view.rows.len()));
    }

    /// Where a version was asked for that the stream does not have, says so.
    pub(super) fn say_where(&mut self) {
        if let Some(lost) = self.view.as_mut().and_then(|view| view.lost.take()) {
            self.notice = Some(Notice::Note(format!("{}: {lost}.", self.view_name())));
        }
    }

    /// As it is shown.
    pub(super) fn view_name(&self) -> Cow<'_, str> {
        self.view.as_ref().map_or(Cow::Borrowed(""), |view| visible_name(&view.name))
    }

    /// Goes to a place of this store, as soon as it is there.
    pub(super) fn go_to(&mut self, place: Place, desk: &Desk) {
        if let Some(reducer) = &place.reducer {
            self.reducers.read(reducer.clone(), &desk.waker);
        }
        let Some(name) = &place.stream else { return };
        match self.index.index.streams().find(name).or_else(|| self.called(name)) {
            Some(id) => self.select(id, Some(place.at), desk.now),
            None if self.index.reading == Reading::Running => {
                self.keep_playhead();
                self.view = None;
                self.start = Some(place);
            }
            None => self.notice = Some(self.not_found(name)),
        }
    }

    pub(super) fn not_found(&self, name: &str) -> Notice {
        let (index, streams) = (&self.index.index, self.index.index.streams());
        let alike = self.opened().and_then(|opened| find_stream(opened, index, name).err()).unwrap_or_default();
        let alike: Vec<&str> = alike.into_iter().map(|id| streams.name(id)).collect();
        Notice::Note(match alike.is_empty() {
            true => format!("There is no stream {}.", visible_name(name)),
            false => format!("{name} may be one of several streams: {}.", alike.join(", ")),
        })
    }
}

/// Keeps a place of a stream as the latest, or that it has none.
fn keep<T>(places: &mut IndexMap<String, T>, stream: &str, place: Option<T>) {
    places.shift_remove(stream);
    if let Some(place) = place {
        places.insert(stream.to_owned(), place);
    }
    if places.len() > REMEMBERED {
        places.shift_remove_index(0);
    }
}
