//! The slider and what surrounds it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Content, TypeSlot};
use crate::app::action::{Axis, Zoom};
use crate::app::desk::Desk;
use crate::app::store::OpenStore;
use crate::app::stream::StreamView;
use crate::model::{Applied, Time, TypeId, Version};
use crate::replay::timeline::OnError;

pub struct TimeView<'a> {
    /// `Empty`: no stream is chosen, or it has no events.
    pub content: Content<'a, TimeBody<'a>>,
}

/// A slider that has something to move through.
pub struct TimeBody<'a> {
    /// Where the playhead stands.
    pub applied: Applied,
    /// Point A.
    pub point_a: Option<Applied>,
    /// The state is compared with the one there.
    pub comparing: bool,
    /// Time moves it.
    pub playing: bool,
    /// Events per second.
    pub speed: u32,
    /// What the axis measures; events without times have only their order.
    pub axis: Axis,
    pub has_times: bool,
    /// Which part of it is shown.
    pub zoom: Zoom,
    /// Every event of the stream.
    pub events: &'a dyn TimelineEvents,
    /// Changes whenever the stream does: another one, or more events.
    pub revision: u64,
    /// The three most frequent types, most frequent first.
    pub legend: Vec<LegendEntry<'a>>,
    /// How many more types there are, and how many events they have.
    pub others: (u64, u64),
    /// Places of the events that pass the filter, in order: the others are drawn in grey. `None`: all pass.
    pub matches: Option<&'a Arc<Vec<u32>>>,
    /// First event that made the reducer throw and stopped the replay; the rail is dashed from it on.
    pub stopped_at: Option<Applied>,
    /// The user stopped it there: nothing threw.
    pub halted: bool,
    /// Events that threw and were left out, for marks on the rail (at most some hundreds).
    pub skipped: &'a [Applied],
    /// Bookmarks of the stream.
    pub flags: Vec<Flag<'a>>,
    /// The event under the playhead, for the readout; `None` = before the first.
    pub current: Option<TimelineCurrent<'a>>,
}

/// A bookmark on the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag<'a> {
    pub applied: Applied,
    pub note: &'a str,
}

/// The event under the playhead.
pub struct TimelineCurrent<'a> {
    pub version: Version,
    pub type_name: &'a str,
    pub slot: TypeSlot,
    pub time: Option<Time>,
    /// The time as stored.
    pub time_text: Option<&'a str>,
}

/// Every event of the stream, in order. Answers come out of memory at once.
pub trait TimelineEvents {
    fn len(&self) -> u64;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// When event `i` (from 0) happened.
    fn time(&self, i: u64) -> Option<Time>;
    fn slot(&self, i: u64) -> TypeSlot;
    fn version(&self, i: u64) -> Version;
    fn type_name(&self, i: u64) -> Cow<'_, str>;
}

/// A type in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegendEntry<'a> {
    pub name: &'a str,
    pub slot: TypeSlot,
    /// Its events in this stream.
    pub count: u64,
}

/// Types that are named beside the slider.
const LEGEND: usize = 3;
/// Events that were left out and have a mark on the rail.
const MARKED: usize = 500;

pub(super) fn time<'a>(store: &'a OpenStore, desk: &'a Desk, axis: Axis) -> TimeView<'a> {
    let Some(view) = store.view.as_ref().filter(|view| !view.rows.is_empty()) else {
        let arranging = store.view.as_ref().is_some_and(StreamView::is_arranging);
        return TimeView { content: if arranging { Content::Loading } else { Content::Empty } };
    };
    let skipped: &[Applied] = match store.reducers.on_error() {
        OnError::Skip => &view.fold.skipped[..view.fold.skipped.len().min(MARKED)],
        OnError::Stop => &[],
    };
    let others = view.types.get(LEGEND..).unwrap_or_default();
    TimeView {
        content: Content::Ready(TimeBody {
            applied: view.playhead.applied(),
            point_a: view.comparison.point,
            comparing: view.comparison.is_on && view.comparison.other.is_none(),
            playing: view.playhead.is_playing(),
            speed: view.playhead.speed(),
            axis: if view.has_times { axis } else { Axis::Sequence },
            has_times: view.has_times,
            zoom: view.zoom,
            events: view,
            revision: revision(view),
            legend: view.types.iter().take(LEGEND).map(|entry| legend_entry(view, *entry)).collect(),
            others: (others.len() as u64, others.iter().map(|(_, count)| count).sum()),
            matches: view.filter.places.as_ref(),
            stopped_at: view.fold.news.stopped.map(|at| Applied(at + 1)),
            halted: view.fold.news.halted,
            skipped,
            flags: store
                .bookmarks_shown(desk)
                .into_iter()
                .map(|(applied, own)| Flag { applied, note: &own.note })
                .collect(),
            current: current(view),
        }),
    }
}

/// Changes with the stream, its length, and once its types are counted.
fn revision(view: &StreamView) -> u64 {
    let counted = u64::from(!view.types.is_empty());
    u64::from(view.id.0) << 34 ^ view.rows.len() << 1 ^ counted
}

fn current(view: &StreamView) -> Option<TimelineCurrent<'_>> {
    let at = view.playhead.applied().0.checked_sub(1)?;
    let exact = view.fold.shown.as_ref().filter(|shown| shown.asked == view.playhead.applied());
    let event = exact.and_then(|shown| shown.event.as_ref());
    Some(TimelineCurrent {
        version: view.rows.version(at)?,
        type_name: event.map_or_else(|| view.type_name_at(at), |event| &event.event_type),
        slot: view.slot_at(at),
        time: view.rows.time(at),
        time_text: event.and_then(|event| event.time_text.as_deref()),
    })
}

pub(super) fn legend_entry(view: &StreamView, (id, count): (TypeId, u64)) -> LegendEntry<'_> {
    LegendEntry { name: view.rows.index().type_name_ref(id), slot: view.slot(id), count }
}

impl TimelineEvents for StreamView {
    fn len(&self) -> u64 {
        self.playhead.len()
    }

    fn time(&self, i: u64) -> Option<Time> {
        self.rows.time(i)
    }

    fn slot(&self, i: u64) -> TypeSlot {
        self.slot_at(i)
    }

    fn version(&self, i: u64) -> Version {
        self.rows.version(i).unwrap_or(Version(0))
    }

    fn type_name(&self, i: u64) -> Cow<'_, str> {
        Cow::Borrowed(self.type_name_at(i))
    }
}
