//! The list of events of one stream.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::time::{LegendEntry, legend_entry};
use super::{Content, Count, PayloadPaths, TypeSlot};
use crate::app::action::Edge;
use crate::app::columns::EventColumn;
use crate::app::desk::Desk;
use crate::app::filter::KeptFilter;
use crate::app::store::OpenStore;
use crate::app::stream::StreamView;
use crate::model::{Applied, Marks, StreamStatus, Time, TypeId, Version};
use crate::replay::timeline::OnError;
use crate::session::{Reading, TimeSpan};

pub struct EventsView<'a> {
    /// Name of the stream; `None` = none is chosen.
    pub stream: Option<&'a str>,
    pub status: StreamStatus,
    pub total: Count,
    /// Events that pass the filter.
    pub shown: u64,
    /// Text in the filter.
    pub filter: &'a str,
    /// The types, and which of them are listed.
    pub types: EventTypes<'a>,
    /// The stretch of time that is listed, and the filters that are kept.
    pub times: EventTimes<'a>,
    /// It may leave out events: by its text, by their types or times.
    pub filtered: bool,
    /// The filter is still being applied.
    pub filtering: bool,
    /// How many events the filter looked at, and of how many, where that is not all of them.
    pub looked_at: Option<(u64, u64)>,
    /// `Empty`: the stream has no events; a filter without a match is `Ready` with no rows.
    pub rows: Content<'a, &'a dyn EventLines>,
    /// Columns out of the payload.
    pub columns: &'a [EventColumn],
    /// The user chose them.
    pub columns_chosen: bool,
    /// Members of the payload that can be one.
    pub paths: Option<&'a PayloadPaths>,
    /// Where the playhead stands; its event is row `rows.index_of(applied)`.
    pub applied: Applied,
    /// Point A.
    pub point_a: Option<Applied>,
    /// Time of the stream's first event, for "since previous" of the first row.
    pub first_time: Option<Time>,
    /// The event at the playhead, where the filter leaves it out.
    pub hidden: Option<Version>,
    /// What the playhead does, so that the list keeps it in view.
    pub playing: bool,
}

impl EventsView<'_> {
    /// Events are there, and the filter lets none of them pass.
    pub fn none_matches(&self) -> bool {
        !self.filtering && matches!(&self.rows, Content::Ready(rows) if rows.is_empty())
    }
}

/// The stretch of time whose events are listed, and what is kept of filters.
pub struct EventTimes<'a> {
    /// The stream has times.
    pub has_times: bool,
    /// Where it begins, and where it ends.
    pub ends: [TimeEnd<'a>; 2],
    /// Filters that are kept for stores of this kind.
    pub kept: &'a [KeptFilter],
    /// The filter leaves out something, so that it can be kept.
    pub is_set: bool,
}

/// An end of a stretch of time.
#[derive(Clone, Copy, Default)]
pub struct TimeEnd<'a> {
    /// As it was typed; `None`: it came from elsewhere.
    pub typed: Option<&'a str>,
    /// What is meant; `None`: it is open.
    pub time: Option<Time>,
    /// Why what was typed is no time.
    pub problem: Option<&'a str>,
}

impl EventTimes<'_> {
    /// How many ends are set.
    pub fn ends_set(&self) -> usize {
        self.ends.iter().filter(|end| end.time.is_some()).count()
    }

    /// It ends before it begins.
    pub fn is_backwards(&self) -> bool {
        matches!([self.ends[0].time, self.ends[1].time], [Some(from), Some(through)] if from > through)
    }
}

/// The types of the stream's events, most frequent first, and which of them are listed.
#[derive(Clone, Copy)]
pub struct EventTypes<'a> {
    /// `None`: no stream is chosen.
    view: Option<&'a StreamView>,
}

impl<'a> EventTypes<'a> {
    pub fn len(self) -> usize {
        self.view.map_or(0, |view| view.types.len())
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Type `at`, where `at < len()`.
    pub fn get(self, at: usize) -> Option<LegendEntry<'a>> {
        let view = self.view?;
        view.types.get(at).map(|entry| legend_entry(view, *entry))
    }

    /// How many are listed; `None`: all.
    pub fn listed(self) -> Option<usize> {
        self.on().map(BTreeSet::len)
    }

    pub fn is_listed(self, name: &str) -> bool {
        self.on().is_none_or(|on| on.contains(name))
    }

    fn on(self) -> Option<&'a BTreeSet<String>> {
        self.view?.filter.wanted.types.as_ref()
    }
}

/// Rows of the list of events, in stream order, already filtered.
pub trait EventLines {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Row `i`, `i < len()`.
    fn row(&self, i: u64) -> EventLine<'_>;
    /// The last row whose event is applied at `applied`: `Ok` = exactly that event, `Err` = the
    /// number of rows before the playhead where its own event is filtered out.
    fn index_of(&self, applied: Applied) -> Result<u64, u64>;
}

/// One event in the list.
pub struct EventLine<'a> {
    /// Events applied once this one is.
    pub applied: Applied,
    pub version: Version,
    pub type_name: Cow<'a, str>,
    pub slot: TypeSlot,
    pub time: Option<Time>,
    /// Microseconds since the previous event of the stream; below 0 where time runs backwards.
    pub since_previous: Option<i64>,
    /// A long idle stretch lies before it: dashed rule above the row.
    pub idle_before: bool,
    pub mark: EventMark,
    /// Values of `EventsView::columns`, in their order.
    pub cells: Vec<CellText<'a>>,
}

/// What is special about an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventMark {
    #[default]
    None,
    /// The row is a command, not an event.
    Command,
    /// The reducer threw; the replay stopped here.
    Threw,
    /// The reducer threw; the event was left out.
    Skipped,
    /// The replay stopped before it.
    NotReached,
    /// The payload could not be decoded.
    Undecodable,
}

/// A value in a payload column.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CellText<'a> {
    /// The payload has none.
    #[default]
    Missing,
    /// Not read yet.
    Pending,
    /// The value in short: a string without quotes, a number's text, `{3}`.
    Text(Cow<'a, str>),
}

pub(super) fn events<'a>(store: &'a OpenStore, desk: &'a Desk) -> EventsView<'a> {
    let kept = store.kept_filters(desk);
    let exact = store.index.reading == Reading::Done;
    let Some(view) = &store.view else {
        return EventsView {
            stream: None,
            status: StreamStatus::Active,
            total: Count { number: 0, exact },
            shown: 0,
            filter: "",
            types: EventTypes { view: None },
            times: EventTimes { has_times: false, ends: Default::default(), kept, is_set: false },
            filtered: false,
            filtering: false,
            looked_at: None,
            rows: Content::Empty,
            columns: &[],
            columns_chosen: false,
            paths: None,
            applied: Applied(0),
            point_a: None,
            first_time: None,
            hidden: None,
            playing: false,
        };
    };
    let total = view.playhead.len();
    EventsView {
        stream: Some(&view.name),
        status: store.index.index.streams().summary(view.id).map_or(StreamStatus::Active, |summary| summary.status),
        total: Count { number: total, exact },
        shown: view.filter.places.as_ref().map_or(total, |places| places.len() as u64),
        filter: &view.filter.wanted.text,
        types: EventTypes { view: Some(view) },
        times: times(view, kept),
        filtered: view.filter.wanted.is_set(),
        filtering: view.filter.is_running(),
        looked_at: view.filter.looked_at(),
        rows: if view.is_arranging() {
            Content::Loading
        } else if view.rows.is_empty() {
            Content::Empty
        } else {
            Content::Ready(store)
        },
        columns: &view.cells.columns,
        columns_chosen: view.cells.are_chosen,
        paths: Some(&view.cells.paths),
        applied: view.playhead.applied(),
        point_a: view.comparison.point,
        first_time: view.rows.time(0),
        hidden: view.version().filter(|_| store.index_of(view.playhead.applied()).is_err()),
        playing: view.playhead.is_playing(),
    }
}

fn times<'a>(view: &'a StreamView, kept: &'a [KeptFilter]) -> EventTimes<'a> {
    let filter = &view.filter;
    let end = |at: usize, time| TimeEnd {
        typed: filter.typed[at].as_ref().map(|typed| &*typed.text),
        time,
        problem: filter.typed[at].as_ref().and_then(|typed| typed.problem.as_deref()),
    };
    let TimeSpan { from, through } = filter.wanted.times;
    let ends = [end(Edge::From as usize, from), end(Edge::Through as usize, through)];
    EventTimes { has_times: view.has_times, ends, kept, is_set: filter.wanted.is_set() }
}

impl StreamView {
    pub(super) fn slot(&self, id: TypeId) -> TypeSlot {
        self.rows.index().type_rank(self.category, id).map_or(TypeSlot::REST, TypeSlot::of_rank)
    }

    /// The slot of the event at `at`, counted from 0.
    pub(super) fn slot_at(&self, at: u64) -> TypeSlot {
        self.rows.type_id(at).map_or(TypeSlot::REST, |id| self.slot(id))
    }

    pub(super) fn type_name_at(&self, at: u64) -> &str {
        self.rows.type_id(at).map_or("", |id| self.rows.index().type_name_ref(id))
    }

    /// What is special about the event at `at`, counted from 0.
    pub(super) fn mark(&self, at: u64, on_error: OnError) -> EventMark {
        let fold = &self.fold.news;
        if fold.stopped.is_some_and(|stopped| at > stopped || (fold.halted && at == stopped)) {
            return EventMark::NotReached;
        }
        if fold.errors.binary_search_by_key(&Applied(at + 1), |error| error.applied).is_ok() {
            return if on_error == OnError::Skip { EventMark::Skipped } else { EventMark::Threw };
        }
        match self.cells.row(at) {
            Some(row) if row.undecodable => EventMark::Undecodable,
            Some(row) if row.marks.has(Marks::COMMAND) => EventMark::Command,
            _ => EventMark::None,
        }
    }
}

impl EventLines for OpenStore {
    fn len(&self) -> u64 {
        let Some(view) = &self.view else { return 0 };
        view.filter.places.as_ref().map_or(view.playhead.len(), |places| places.len() as u64)
    }

    fn row(&self, i: u64) -> EventLine<'_> {
        let Some(view) = &self.view else { return EventLine::default() };
        let at = match &view.filter.places {
            Some(places) => places.get(i as usize).map_or(0, |place| u64::from(*place)),
            None => i,
        };
        let time = view.rows.time(at);
        let before = at.checked_sub(1).and_then(|before| view.rows.time(before));
        let since = time.zip(before).map(|(time, before)| time.0.saturating_sub(before.0));
        let row = view.cells.row(at);
        let cell = |column: usize| match row {
            None => CellText::Pending,
            Some(row) => {
                let text = row.cells.get(column).and_then(Option::as_ref);
                text.map_or(CellText::Missing, |text| CellText::Text(Cow::Borrowed(text)))
            }
        };
        EventLine {
            applied: Applied(at + 1),
            version: view.rows.version(at).unwrap_or(Version(0)),
            type_name: Cow::Borrowed(view.type_name_at(at)),
            slot: view.slot_at(at),
            time,
            since_previous: since,
            idle_before: since.is_some_and(|since| since > view.idle),
            mark: view.mark(at, self.reducers.on_error()),
            cells: (0..view.cells.columns.len()).map(cell).collect(),
        }
    }

    fn index_of(&self, applied: Applied) -> Result<u64, u64> {
        let Some(at) = applied.0.checked_sub(1) else { return Err(0) };
        match self.view.as_ref().and_then(|view| view.filter.places.as_ref()) {
            None => Ok(at),
            Some(places) => match places.binary_search(&(at as u32)) {
                Ok(place) => Ok(place as u64),
                Err(place) => Err(place as u64),
            },
        }
    }
}

impl Default for EventLine<'_> {
    fn default() -> Self {
        EventLine {
            applied: Applied(0),
            version: Version(0),
            type_name: Cow::Borrowed(""),
            slot: TypeSlot::REST,
            time: None,
            since_previous: None,
            idle_before: false,
            mark: EventMark::None,
            cells: Vec::new(),
        }
    }
}
