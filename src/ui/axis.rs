//! The slider's axis: which part of a stream it shows, and where each event of it is.
//!
//! One mapping for everything on the slider: bars, ticks, rail, marks, playhead. The *whole* is the
//! axis as wide as the zoom makes it, the *slider* is what is seen of it. All places are in points
//! from the slider's left; idle stretches are cut short and as wide at every zoom.

use std::sync::Arc;

use super::course::{Bin, Course, Pause};
use super::format;
use crate::app::action::{Axis, Zoom};
use crate::app::idle::idle_threshold;
use crate::app::view::TimelineEvents;
use crate::model::Applied;

/// Width of a bar with its gap.
pub const BAR: f32 = 4.0;
/// Width of the break that stands for an idle stretch.
pub const BREAK: f32 = 12.0;
/// Room a break takes with its margins.
const BREAK_ROOM: f64 = 20.0;
/// … of which so much is left of it: the last bar is wider than its place.
const BREAK_MARGIN: f64 = 6.0;
/// The first event is this far behind the initial state.
const FIRST: f64 = 8.0;
/// Points between two events where nothing more can be seen by going nearer.
const MOST_PER_EVENT: f64 = 96.0;
/// Microseconds in a point, likewise.
const LEAST_PER_POINT: f64 = 100.0;
/// Events of one bar whose types are looked at where some of it pass the filter.
const LOOKED_AT: usize = 1_024;
/// Beyond that the places would no longer be exact.
const MOST_TIMES: f64 = 1e8;

/// An idle stretch on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    pause: Pause,
    /// Left edge of its break.
    pub x: f32,
}

impl Gap {
    /// Index of the event after it.
    pub fn before(&self) -> u64 {
        self.pause.before
    }

    /// Its length, `9 d`.
    pub fn label(&self) -> String {
        format::gap(self.pause.length())
    }
}

/// A stretch between breaks: what the axis measures, from and to, and where that is on the whole.
#[derive(Clone, Copy, Debug)]
struct Segment {
    of: (i64, i64),
    x: (f64, f64),
}

impl Segment {
    /// What the axis measures at a place of the whole.
    fn measure(&self, place: f64) -> f64 {
        let (from, to) = self.x;
        let share = if to > from { ((place - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        self.of.0 as f64 + share * (self.of.1 - self.of.0) as f64
    }
}

/// A stretch between breaks as far as it is seen: times, and where they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) time: (i64, i64),
    pub(super) x: (f32, f32),
}

/// The axis of one stream at one width and zoom.
#[derive(Clone, Debug)]
pub struct TimeAxis {
    course: Arc<Course>,
    axis: Axis,
    pub(super) width: f32,
    zoom: Zoom,
    /// Points of the whole that are left of the slider.
    left: f64,
    /// By time: those between the breaks. By sequence: one, which measures events.
    segments: Vec<Segment>,
    gaps: Vec<Gap>,
    bins: Vec<Bin>,
    /// Where the first bar is, on the whole, and how many events are left of it.
    first_bar: f64,
    before: u64,
    /// Points between bars: events have bars of their own where there is room.
    pitch: f64,
}

impl TimeAxis {
    /// The axis at this zoom, or as near to it as the stream allows.
    pub fn new(course: Arc<Course>, axis: Axis, width: f32, zoom: Zoom, events: &dyn TimelineEvents) -> TimeAxis {
        let span = course.span();
        // A stream without times has only its sequence.
        let is_even = course.is_done() && span.0 == span.1;
        let axis = if is_even { Axis::Sequence } else { axis };
        let mut made = TimeAxis {
            course,
            axis,
            width,
            zoom: Zoom::WHOLE,
            left: 0.0,
            segments: Vec::new(),
            gaps: Vec::new(),
            bins: Vec::new(),
            first_bar: 0.0,
            before: 0,
            pitch: f64::from(BAR),
        };
        made.lay_out(zoom);
        if made.course.is_done() {
            made.count(events);
        }
        made
    }

    /// True when every event has its place.
    pub fn is_done(&self) -> bool {
        self.course.is_done()
    }

    /// What the axis measures in the end.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// The zoom that is shown.
    pub fn zoom(&self) -> Zoom {
        self.zoom
    }

    fn len(&self) -> u64 {
        self.course.events()
    }

    /// Divides the whole between stretches and breaks.
    fn lay_out(&mut self, zoom: Zoom) {
        let room = f64::from(self.width - BAR);
        if self.axis == Axis::Sequence {
            let most = (self.len() as f64 * MOST_PER_EVENT / room).clamp(1.0, MOST_TIMES);
            self.zoom.times = zoom.times.clamp(1.0, most);
            // The last event's bar is at the end, the initial state at the beginning.
            let x = (0.0, room * self.zoom.times);
            self.segments.push(Segment { of: (0, self.len() as i64), x });
        } else if self.course.is_done() {
            self.lay_out_times(zoom);
        }
        let most = (self.total() - f64::from(self.width)).max(0.0);
        self.left = (zoom.left * self.total()).clamp(0.0, most);
        self.zoom.left = self.left / self.total().max(1.0);
        let xs: Vec<f32> = self.segments.iter().map(|one| self.seen(one.x.1 + BREAK_MARGIN).round()).collect();
        self.gaps.iter_mut().zip(xs).for_each(|(gap, x)| gap.x = x);
    }

    fn lay_out_times(&mut self, zoom: Zoom) {
        let (first, last) = self.course.span();
        let threshold = idle_threshold(self.len(), last - first);
        let mut pauses = self.course.pauses().to_vec();
        pauses.retain(|pause| pause.length() > threshold);
        let most = ((self.width - 120.0) / 60.0).max(0.0) as usize;
        while pauses.len() > most {
            let Some(shortest) = (0..pauses.len()).min_by_key(|&at| pauses[at].length()) else { break };
            pauses.remove(shortest);
        }
        let idle: i64 = pauses.iter().map(Pause::length).sum();
        let busy = (last - first - idle).max(1) as f64;
        // Every stretch gets a little for itself, or a burst of milliseconds would have no width.
        let stretches = pauses.len() as f64 + 1.0;
        let room = f64::from(self.width - BAR) - FIRST - BREAK_ROOM * pauses.len() as f64;
        let own = (room / stretches * 0.15).min(24.0);
        let shared = room - own * stretches;
        self.zoom.times = zoom.times.clamp(1.0, (busy / LEAST_PER_POINT / room).clamp(1.0, MOST_TIMES));
        let (mut x, mut start) = (FIRST, first);
        let end = Pause { before: self.len(), from: last, to: last };
        for (at, pause) in pauses.iter().chain([&end]).enumerate() {
            let width = (own + (pause.from - start) as f64 / busy * shared) * self.zoom.times;
            self.segments.push(Segment { of: (start, pause.from), x: (x, x + width) });
            x += width;
            start = pause.to;
            if at < pauses.len() {
                self.gaps.push(Gap { pause: *pause, x: 0.0 });
                x += BREAK_ROOM;
            }
        }
    }

    /// Width of the whole.
    fn total(&self) -> f64 {
        self.segments.last().map_or(f64::from(self.width), |last| last.x.1 + f64::from(BAR))
    }

    /// Where what the axis measures is on the whole; inside an idle stretch, at its beginning.
    fn place(&self, measure: i64) -> f64 {
        let at = self.segments.partition_point(|segment| segment.of.0 <= measure).saturating_sub(1);
        let Some(segment) = self.segments.get(at) else { return 0.0 };
        let (start, end) = segment.of;
        let share = if end > start { (measure - start) as f64 / (end - start) as f64 } else { 0.0 };
        segment.x.0 + share.clamp(0.0, 1.0) * (segment.x.1 - segment.x.0)
    }

    /// How many events are left of a place of the whole, or at it.
    fn count_to(&self, place: f64, events: &dyn TimelineEvents) -> u64 {
        match (self.axis, self.segments.first()) {
            (Axis::Sequence, Some(all)) if place < all.x.1 => {
                let per_event = all.x.1 / self.len().max(1) as f64;
                // At its place to within what its own place is rounded to.
                (place / per_event * (1.0 + 1e-12)).max(0.0) as u64
            }
            (Axis::Sequence, _) => self.len(),
            (Axis::Time, _) => self.course.count_while(events, |clock| self.place(clock) <= place),
        }
    }

    /// Counts what the bars show.
    fn count(&mut self, events: &dyn TimelineEvents) {
        let per_event = self.segments.first().map_or(0.0, |all| all.x.1 / self.len().max(1) as f64);
        let right = (self.left + f64::from(self.width)).min(self.total());
        let is_roomy = self.axis == Axis::Sequence && per_event >= f64::from(BAR);
        if is_roomy {
            self.pitch = per_event;
        }
        // Bars stand where they stand on the whole, so that they move with it.
        let first = (self.left / self.pitch).floor();
        let last = ((right / self.pitch).ceil()).max(first + 1.0);
        let ends = (first as u64..=last as u64).map(|at| match is_roomy {
            true => at.min(self.len()),
            // What is at the edge belongs to the bar right of it.
            false => self.count_to((at as f64 * self.pitch).next_down(), events),
        });
        let ends: Vec<u64> = ends.collect();
        self.before = ends[0];
        let counts: Vec<Bin> = ends.into_iter().map(|n| self.course.counts(events, n)).collect();
        self.bins = counts.windows(2).map(|ends| std::array::from_fn(|kind| ends[1][kind] - ends[0][kind])).collect();
        // Around the event, which is at the end of its pitch.
        self.first_bar = first * self.pitch + if is_roomy { self.pitch - 1.5 } else { 0.0 };
    }

    /// On the slider.
    fn seen(&self, place: f64) -> f32 {
        (place - self.left) as f32
    }

    fn place_of(&self, applied: Applied, events: &dyn TimelineEvents) -> f64 {
        match (self.axis, applied.0.checked_sub(1)) {
            (_, None) => 0.0,
            (Axis::Sequence, _) => self.place(applied.0.min(self.len()) as i64),
            (Axis::Time, Some(index)) => self.place(self.course.clock(events, index.min(self.len().saturating_sub(1)))),
        }
    }

    /// Where the playhead is.
    pub fn x_of(&self, applied: Applied, events: &dyn TimelineEvents) -> f32 {
        self.seen(self.place_of(applied, events))
    }

    /// Where an event is by its ordinal; only where the axis measures events.
    pub(super) fn x_of_ordinal(&self, applied: u64) -> f32 {
        self.seen(self.place(applied as i64))
    }

    /// Where a moment is; inside an idle stretch, at its beginning.
    pub(super) fn x_of_time(&self, time: i64) -> f32 {
        self.seen(self.place(time))
    }

    /// Whether a place is on the slider.
    pub fn is_seen(&self, x: f32) -> bool {
        (-0.5..=self.width + 0.5).contains(&x)
    }

    /// The playhead nearest to a place; of several events at one place the last.
    pub fn applied_at(&self, x: f32, events: &dyn TimelineEvents) -> Applied {
        let place = self.left + f64::from(x);
        if self.axis == Axis::Sequence {
            let share = (place / (self.total() - f64::from(BAR)).max(1.0)).clamp(0.0, 1.0);
            return Applied((share * self.len() as f64).round() as u64);
        }
        let before = self.count_to(place, events);
        if before == self.len() {
            return Applied(before);
        }
        let next = self.place_of(Applied(before + 1), events);
        let last = self.place_of(Applied(before), events);
        if next - place < place - last {
            // Of several events there, the last.
            Applied(self.count_to(next, events))
        } else {
            Applied(before)
        }
    }

    /// Of each bar, what these places have in it; they are in order. Of very many in one bar, the
    /// kinds are in the proportion of a sample.
    pub fn matches(&self, places: &[u32], events: &dyn TimelineEvents) -> Vec<Bin> {
        let mut end = self.before;
        let mut rest = &places[places.partition_point(|place| u64::from(*place) < end)..];
        let of_bar = |bin: &Bin| {
            let total: u32 = bin.iter().sum();
            // Bars have their events one after the other.
            end += u64::from(total);
            let (inside, after) = rest.split_at(rest.partition_point(|place| u64::from(*place) < end));
            rest = after;
            if inside.len() == total as usize {
                return *bin;
            }
            let looked_at = inside.iter().step_by(inside.len().div_ceil(LOOKED_AT).max(1));
            let all = looked_at.len().max(1) as u64;
            let mut kinds = [0_u64; 4];
            looked_at.for_each(|place| kinds[self.course.kind(events, u64::from(*place))] += 1);
            kinds.map(|kind| (kind * inside.len() as u64 / all) as u32)
        };
        self.bins.iter().map(of_bar).collect()
    }

    /// The first and the last event from one place of the slider to another, counted from 0.
    pub fn between(&self, from: f32, to: f32, events: &dyn TimelineEvents) -> Option<(u64, u64)> {
        let place = |x: f32| self.left + f64::from(x.clamp(0.0, self.width));
        let first = self.count_to(place(from.min(to)).next_down(), events);
        let last = self.count_to(place(from.max(to)), events).checked_sub(1)?;
        (first <= last).then_some((first, last))
    }

    /// The events on the slider: the first and the last, as the playhead counts them.
    pub fn shown(&self, events: &dyn TimelineEvents) -> (Applied, Applied) {
        let last = self.count_to(self.left + f64::from(self.width), events);
        let first = self.count_to(self.left.next_down(), events) + 1;
        (Applied(first.min(last.max(1))), Applied(last))
    }

    /// Idle stretches, in order.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Bars, in order.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Left edge of a bar, 3 wide.
    pub fn bar_x(&self, bin: usize) -> f32 {
        self.seen(self.first_bar + bin as f64 * self.pitch).round()
    }

    /// What is seen of the stretches between breaks.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let (from, to) = (self.left, self.left + f64::from(self.width));
        self.segments.iter().filter(move |segment| segment.x.1 >= from && segment.x.0 <= to).map(move |segment| {
            let x = (segment.x.0.max(from), segment.x.1.min(to));
            let time = (segment.measure(x.0).round() as i64, segment.measure(x.1).round() as i64);
            Stretch { time, x: (self.seen(x.0), self.seen(x.1)) }
        })
    }

    /// Part of the whole that is seen: from and to, as shares of the slider.
    pub fn part(&self) -> (f32, f32) {
        let (width, total) = (f64::from(self.width), self.total().max(1.0));
        ((self.left / total) as f32, ((self.left + width) / total).min(1.0) as f32)
    }
}

/// Other parts of the same axis.
impl TimeAxis {
    /// The same at another zoom, without its bars.
    fn at(&self, zoom: Zoom) -> TimeAxis {
        let mut other = TimeAxis { segments: Vec::new(), gaps: Vec::new(), bins: Vec::new(), ..self.clone() };
        other.lay_out(zoom);
        other
    }

    /// So many points of this whole are left of the slider.
    fn with_left(&self, left: f64) -> Zoom {
        let most = (self.total() - f64::from(self.width)).max(0.0);
        Zoom { times: self.zoom.times, left: left.clamp(0.0, most) / self.total().max(1.0) }
    }

    /// So much nearer, with what is at `x` staying there.
    pub fn zoomed(&self, by: f64, x: f32) -> Zoom {
        let other = self.at(Zoom { times: self.zoom.times * by, ..self.zoom });
        let place = self.left + f64::from(x);
        let at = self.segments.partition_point(|segment| segment.x.0 <= place);
        let moved = match at.checked_sub(1).and_then(|at| Some((self.segments.get(at)?, other.segments.get(at)?))) {
            Some((old, new)) if place <= old.x.1 => {
                let share = if old.x.1 > old.x.0 { (place - old.x.0) / (old.x.1 - old.x.0) } else { 0.0 };
                new.x.0 + share * (new.x.1 - new.x.0)
            }
            // In a break, which is as wide as before.
            Some((old, new)) => new.x.1 + place - old.x.1,
            None => place,
        };
        other.with_left(moved - f64::from(x))
    }

    /// Moved by so many points, to what is right of the slider.
    pub fn panned(&self, by: f32) -> Zoom {
        self.with_left(self.left + f64::from(by))
    }

    /// Moved so that the playhead is seen, so many points from the edge; `None` where it is.
    pub fn revealing(&self, applied: Applied, margin: f32, events: &dyn TimelineEvents) -> Option<Zoom> {
        let place = self.place_of(applied, events);
        let width = f64::from(self.width);
        let x = place - self.left;
        if (0.0..=width - f64::from(BAR)).contains(&x) {
            return None;
        }
        // A little beyond the edge: as little as possible. Farther: into the middle.
        let left = match x {
            _ if x < 0.0 && x > -width => place - f64::from(margin),
            _ if x >= 0.0 && x < 2.0 * width => place + f64::from(BAR + margin) - width,
            _ => place - width / 2.0,
        };
        let zoom = self.with_left(left);
        (zoom != self.zoom).then_some(zoom)
    }

    /// The zoom that shows these events and little else.
    pub fn showing(&self, shown: (Applied, Applied), events: &dyn TimelineEvents) -> Zoom {
        let whole = self.at(Zoom::WHOLE);
        let places = |axis: &TimeAxis| (axis.place_of(shown.0, events), axis.place_of(shown.1, events));
        let (from, to) = places(&whole);
        let breaks = BREAK_ROOM * whole.segments.iter().filter(|one| one.x.0 > from && one.x.0 <= to).count() as f64;
        let room = f64::from(self.width) - 2.0 * f64::from(BAR) - breaks;
        let times = room / (to - from - breaks).max(1e-6);
        let near = self.at(Zoom { times, left: 0.0 });
        let (from, to) = places(&near);
        near.with_left((from + to - f64::from(self.width)) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::{TypeSlot, Zone};
    use crate::model::{Time, Version};
    use crate::ui::format::{DAY, HOUR, SECOND};
    use std::borrow::Cow;

    struct Fake(Vec<Option<i64>>);

    impl TimelineEvents for Fake {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn time(&self, i: u64) -> Option<Time> {
            self.0[i as usize].map(Time)
        }
        fn slot(&self, i: u64) -> TypeSlot {
            TypeSlot((i % 5) as u8)
        }
        fn version(&self, i: u64) -> Version {
            Version(i as i64)
        }
        fn type_name(&self, _: u64) -> Cow<'_, str> {
            "Type".into()
        }
    }

    fn course(events: &Fake) -> Arc<Course> {
        let mut course = Course::new(events, [Some(TypeSlot(0)), None, None]);
        while course.advance(events) {}
        Arc::new(course)
    }

    fn made(axis: Axis, times: Vec<Option<i64>>) -> (TimeAxis, Fake) {
        let events = Fake(times);
        (TimeAxis::new(course(&events), axis, 1_000.0, Zoom::WHOLE, &events), events)
    }

    fn every_place_comes_back(timeline: &TimeAxis, events: &Fake) {
        let mut last = f32::MIN;
        for applied in 0..=events.len() {
            let x = timeline.x_of(Applied(applied), events);
            assert!(x >= last, "{applied} at {x} after {last}");
            let back = timeline.applied_at(x, events);
            assert_eq!(timeline.x_of(back, events), x, "{applied} came back as {back}");
            last = x;
        }
    }

    /// Fifty events, one an hour, then nothing for a quarter of a year, then fifty more.
    fn two_bursts() -> Vec<Option<i64>> {
        let burst = |start: i64| (0..50).map(move |i| Some(start + i * HOUR));
        burst(0).chain(burst(90 * DAY)).collect()
    }

    fn sum(timeline: &TimeAxis) -> u32 {
        timeline.bins().iter().flatten().sum()
    }

    #[test]
    fn what_passes_the_filter_is_counted_in_the_bar_that_it_is_in() {
        let times = |n: i64| (0..n).map(|i| Some(i * SECOND + i / 40 * 3 * HOUR)).collect::<Vec<_>>();
        let long = (0..90_000).map(|i| Some(i * SECOND)).collect();
        for (axis, times) in [
            (Axis::Time, times(400)),
            (Axis::Sequence, times(400)),
            (Axis::Sequence, times(60)),
            (Axis::Time, vec![Some(5); 3_000]),
            (Axis::Time, long),
        ] {
            let (timeline, events) = made(axis, times);
            let len = events.len();
            let all: Vec<u32> = (0..len as u32).collect();
            assert_eq!(timeline.matches(&all, &events), timeline.bins(), "all of them");
            let none = timeline.matches(&[], &events);
            assert!(none.iter().all(|bin| *bin == [0; 4]) && none.len() == timeline.bins().len());
            let some: Vec<u32> = all.iter().copied().filter(|i| i % 7 == 3).collect();
            let found = timeline.matches(&some, &events);
            let sum = |bins: &[Bin]| bins.iter().flatten().map(|count| u64::from(*count)).sum::<u64>();
            // Of very many in one bar the kinds are rounded.
            assert!(sum(&found).abs_diff(some.len() as u64) <= 3, "{} of {}", sum(&found), some.len());
            assert!(found.iter().zip(timeline.bins()).all(|(own, bin)| own.iter().sum::<u32>() <= bin.iter().sum()));
            // One alone is in the bar that is there for it.
            let one = len as u32 / 2;
            let found = timeline.matches(&[one], &events);
            let at = found.iter().position(|bin| *bin != [0; 4]).expect("a bar");
            let before: u64 = sum(&timeline.bins()[..at]);
            assert!((before..before + sum(&timeline.bins()[at..=at])).contains(&u64::from(one)), "bar {at}");
            assert_eq!(sum(&found), 1);
        }
    }

    #[test]
    fn a_stretch_of_the_axis_has_the_events_in_it() {
        let (timeline, events) = made(Axis::Time, (0..500).map(|i| Some(i * i * SECOND)).collect());
        for (from, to) in
            [(0.0_f32, 1_000.0_f32), (100.0, 400.0), (400.0, 100.0), (999.0, 1_000.0), (-5.0, 3.0), (7.0, 9.0)]
        {
            let (low, high) = (from.min(to), to.max(from));
            let inside = |at: &u64| (low..=high).contains(&timeline.x_of(Applied(at + 1), &events));
            let all: Vec<u64> = (0..events.len()).filter(inside).collect();
            let want = all.first().copied().zip(all.last().copied());
            assert_eq!(timeline.between(from, to, &events), want, "{from} to {to}");
        }
    }

    #[test]
    fn two_bursts_have_a_break_between_them() {
        let (timeline, events) = made(Axis::Time, two_bursts());
        let [gap] = timeline.gaps() else { panic!("one gap, got {:?}", timeline.gaps()) };
        assert_eq!((gap.before(), gap.label().as_str()), (50, "87 d"));
        let (before, after) = (timeline.x_of(Applied(50), &events), timeline.x_of(Applied(51), &events));
        assert!(before < gap.x && gap.x + BREAK < after, "{before} {} {after}", gap.x);
        every_place_comes_back(&timeline, &events);
        assert!(timeline.x_of(Applied(100), &events) <= 1_000.0);
        assert_eq!(sum(&timeline), 100);
        let ticks = timeline.ticks(&events, Zone::Utc);
        assert!(ticks.iter().any(|tick| tick.label == "1 Apr"), "{ticks:?}");
    }

    #[test]
    fn time_that_runs_backwards_or_is_missing_follows_its_neighbour() {
        let (timeline, events) = made(Axis::Time, vec![Some(10 * DAY), None, Some(9 * DAY), Some(12 * DAY)]);
        every_place_comes_back(&timeline, &events);
        assert_eq!(timeline.x_of(Applied(1), &events), timeline.x_of(Applied(3), &events));
    }

    #[test]
    fn without_times_there_is_only_the_sequence() {
        for times in [vec![None; 10], vec![Some(5); 10]] {
            let (timeline, events) = made(Axis::Time, times);
            assert_eq!(timeline.axis(), Axis::Sequence);
            every_place_comes_back(&timeline, &events);
            assert_eq!(timeline.ticks(&events, Zone::Utc)[1].label, "v0");
        }
    }

    #[test]
    fn long_streams_are_made_in_slices() {
        let events = Fake((0..500_000).map(|i| Some(i * SECOND)).collect());
        let mut course = Course::new(&events, [None; 3]);
        let mut slices = 1;
        while course.advance(&events) {
            slices += 1;
        }
        assert!(slices >= 3, "{slices}");
        let timeline = TimeAxis::new(Arc::new(course), Axis::Time, 1_000.0, Zoom::WHOLE, &events);
        let middle = timeline.applied_at(500.0, &events);
        assert!((timeline.x_of(middle, &events) - 500.0).abs() < 1.0);
        assert_eq!(timeline.applied_at(2_000.0, &events), Applied(500_000));
        assert_eq!(sum(&timeline), 500_000);
    }

    #[test]
    fn the_last_event_before_a_break_is_left_of_it_in_a_long_stream() {
        // The 100,000 events of each burst are sampled; none is a sample on both sides of the break.
        let burst = |start: i64| (0..100_001).map(move |i| Some(start + i * SECOND));
        let (timeline, events) = made(Axis::Time, burst(0).chain(burst(900 * DAY)).collect());
        let [gap] = timeline.gaps() else { panic!("one gap, got {:?}", timeline.gaps()) };
        let last = gap.before();
        assert_eq!(last, 100_001);
        let per_event = (timeline.x_of(Applied(last), &events) - timeline.x_of(Applied(1), &events)) / 100_000.0;
        for back in 0..8 {
            let exact = timeline.x_of(Applied(1), &events) + per_event * (100_000 - back) as f32;
            let x = timeline.x_of(Applied(last - back), &events);
            assert!((x - exact).abs() < 0.1, "{back} before the break is at {x}, not at {exact}");
            assert!(x <= gap.x, "{x} is in the break at {}", gap.x);
        }
        assert!(timeline.x_of(Applied(last + 1), &events) > gap.x + BREAK);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        for axis in [Axis::Sequence, Axis::Time] {
            let (whole, events) = made(axis, two_bursts());
            for place in [0_u64, 1, 30, 50, 51, 77, 100].map(Applied) {
                let x = whole.x_of(place, &events);
                let zoom = whole.zoomed(5.0, x);
                let near = TimeAxis::new(course(&events), axis, 1_000.0, zoom, &events);
                assert_eq!(near.zoom(), zoom);
                assert!((near.x_of(place, &events) - x).abs() < 4.5, "{axis:?}: {place} went from {x}");
                if (51..100).contains(&place.0) || (1..50).contains(&place.0) && place.0 > 20 {
                    assert!((near.x_of(place, &events) - x).abs() < 0.01, "{axis:?}: {place} went from {x}");
                }
                every_place_comes_back(&near, &events);
                let back = near.zoomed(0.2, x);
                assert!((back.times - 1.0).abs() < 1e-9 && back.left == 0.0, "{back:?}");
            }
        }
    }

    #[test]
    fn breaks_are_as_wide_at_every_zoom_and_bars_add_up() {
        let (whole, events) = made(Axis::Time, two_bursts());
        let at = whole.gaps()[0].x;
        let near = TimeAxis::new(course(&events), Axis::Time, 1_000.0, whole.zoomed(8.0, at), &events);
        let (before, after) = (near.x_of(Applied(50), &events), near.x_of(Applied(51), &events));
        assert!((after - before - 20.0).abs() < 0.01, "{before} {after}");
        assert!((near.gaps()[0].x - at).abs() <= 1.0, "{} was at {at}", near.gaps()[0].x);
        let (first, last) = near.shown(&events);
        assert_eq!(u64::from(sum(&near)), last.0 - first.0 + 1, "{first} to {last}");
        assert!(first.0 > 1 && last.0 < 100, "{first} to {last}");
    }

    #[test]
    fn the_ends_hold_and_the_playhead_is_brought_into_sight() {
        let (whole, events) = made(Axis::Sequence, vec![None; 1_000]);
        assert_eq!(whole.panned(-50.0), Zoom::WHOLE);
        assert_eq!(whole.zoomed(0.5, 300.0), Zoom::WHOLE);
        assert_eq!(whole.revealing(Applied(1_000), 24.0, &events), None);
        let at = |zoom| TimeAxis::new(course(&events), Axis::Sequence, 1_000.0, zoom, &events);
        let near = at(whole.zoomed(10.0, 0.0));
        assert_eq!(near.shown(&events), (Applied(1), Applied(100)));
        assert_eq!(near.revealing(Applied(100), 24.0, &events), None);
        for hidden in [101, 500, 1_000].map(Applied) {
            let there = at(near.revealing(hidden, 24.0, &events).expect("it is not seen"));
            assert!(there.is_seen(there.x_of(hidden, &events)), "{hidden}");
            assert_eq!(there.revealing(hidden, 24.0, &events), None);
        }
        let most = at(whole.zoomed(1e9, 500.0));
        assert!(most.zoom().times < 100.0, "{:?}: nothing more is to be seen", most.zoom());
        assert_eq!(at(near.panned(1e9)).shown(&events).1, Applied(1_000));
    }

    #[test]
    fn a_part_of_one_axis_is_found_on_the_other() {
        let (whole, events) = made(Axis::Time, two_bursts());
        let near = TimeAxis::new(course(&events), Axis::Time, 1_000.0, whole.zoomed(4.0, 900.0), &events);
        let shown = near.shown(&events);
        let other = TimeAxis::new(course(&events), Axis::Sequence, 1_000.0, Zoom::WHOLE, &events);
        let zoom = other.showing(shown, &events);
        let other = TimeAxis::new(course(&events), Axis::Sequence, 1_000.0, zoom, &events);
        let (first, last) = other.shown(&events);
        assert!(first.0.abs_diff(shown.0.0) <= 1 && last.0.abs_diff(shown.1.0) <= 1, "{shown:?} is {first} to {last}");
    }

    #[test]
    fn a_zoom_of_a_million_events_is_counted_without_looking_at_all_of_them() {
        struct Counting(Fake, std::cell::Cell<u64>);
        impl TimelineEvents for Counting {
            fn len(&self) -> u64 {
                self.0.len()
            }
            fn time(&self, i: u64) -> Option<Time> {
                self.1.set(self.1.get() + 1);
                self.0.time(i)
            }
            fn slot(&self, i: u64) -> TypeSlot {
                self.1.set(self.1.get() + 1);
                self.0.slot(i)
            }
            fn version(&self, i: u64) -> Version {
                self.0.version(i)
            }
            fn type_name(&self, i: u64) -> Cow<'_, str> {
                self.0.type_name(i)
            }
        }
        let events = Counting(Fake((0..1_000_000).map(|i| Some(i * SECOND)).collect()), std::cell::Cell::new(0));
        let mut course = Course::new(&events, [Some(TypeSlot(0)), Some(TypeSlot(1)), None]);
        while course.advance(&events) {}
        let course = Arc::new(course);
        for zoom in [Zoom::WHOLE, Zoom { times: 700.0, left: 0.4 }] {
            events.1.set(0);
            let timeline = TimeAxis::new(Arc::clone(&course), Axis::Time, 1_000.0, zoom, &events);
            assert!(events.1.get() < 20_000, "{} looked at", events.1.get());
            let shown = timeline.shown(&events);
            let (first, last) = (shown.0.0 - 1, shown.1.0);
            let mut counted = [0_u32; 4];
            timeline.bins().iter().for_each(|bin| (0..4).for_each(|kind| counted[kind] += bin[kind]));
            let mut exact = [0_u32; 4];
            (first..last).for_each(|i| exact[[0, 1, 3, 3, 3][(i % 5) as usize]] += 1);
            let apart: u32 = (0..4).map(|kind| counted[kind].abs_diff(exact[kind])).sum();
            // Half a bar at each edge is not on the slider, yet drawn.
            assert!(apart <= timeline.bins().iter().flatten().max().copied().unwrap_or(0) * 4, "{counted:?} {exact:?}");
        }
    }
}
