//! The slider's axis: where each event is, idle stretches cut short, ticks, bars.
//!
//! It is made once for a stream and a width, in slices, so that ten million
//! events never hold up a frame. All places are in points from the plot's left.

use super::format;
use crate::app::action::Axis;
use crate::app::idle::idle_threshold;
use crate::app::view::{TimelineEvents, TypeSlot};
use crate::model::{Applied, Time};

/// Events taken in one frame.
const SLICE: u64 = 200_000;
/// Places kept; longer streams are sampled.
const PLACES: u64 = 65_536;
/// Width of a bar with its gap.
pub const BAR: f32 = 4.0;
/// Width of the break that stands for an idle stretch.
pub const BREAK: f32 = 12.0;
/// Room a break takes with its margins.
const BREAK_ROOM: f32 = 20.0;
/// Most breaks on one axis.
const MAX_BREAKS: usize = 12;
/// The first event is this far behind the initial state.
const FIRST: f32 = 8.0;
/// Events of one bar whose types are looked at where some of it pass the filter.
const LOOKED_AT: usize = 1_024;

/// An idle stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Index of the event after it.
    pub before: u64,
    /// From and to, in microseconds.
    from: i64,
    to: i64,
    /// Left edge of its break.
    pub x: f32,
}

impl Gap {
    /// Its length, `9 d`.
    pub fn label(&self) -> String {
        format::gap(self.to - self.from)
    }
}

/// Counts of one bar: the three named types, then the rest.
pub type Bin = [u32; 4];

/// A stretch between breaks: from, to in time; from, to in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) time: (i64, i64),
    pub(super) x: (f32, f32),
}

#[derive(Clone, Debug)]
enum Phase {
    /// Looking for idle stretches; the next event.
    Gaps(u64),
    /// Placing events; the next event.
    Places(u64),
    Done,
}

/// The axis of one stream at one width.
#[derive(Clone, Debug)]
pub struct TimeAxis {
    axis: Axis,
    pub(super) width: f32,
    pub(super) len: u64,
    top: [Option<TypeSlot>; 3],
    phase: Phase,
    /// Time of the last event seen in this phase, never going back.
    clock: i64,
    span: (i64, i64),
    gaps: Vec<Gap>,
    pub(super) segments: Vec<Segment>,
    stride: u64,
    places: Vec<f32>,
    bins: Vec<Bin>,
    /// Each event has a bar of its own, evenly spaced.
    roomy: bool,
}

impl TimeAxis {
    /// An axis about to be made.
    pub fn new(axis: Axis, width: f32, events: &dyn TimelineEvents, top: [Option<TypeSlot>; 3]) -> TimeAxis {
        let len = events.len();
        let first = (0..len.min(1_000)).find_map(|i| events.time(i)).map_or(0, |time| time.0);
        TimeAxis {
            axis,
            width,
            len,
            top,
            phase: if axis == Axis::Time { Phase::Gaps(0) } else { Phase::Places(0) },
            clock: first,
            span: (first, first),
            gaps: Vec::new(),
            segments: Vec::new(),
            stride: len.div_ceil(PLACES).max(1),
            places: Vec::new(),
            bins: vec![[0; 4]; (width / BAR).ceil().max(1.0) as usize],
            roomy: false,
        }
    }

    /// Goes on making it; true when there is more to do.
    pub fn advance(&mut self, events: &dyn TimelineEvents) -> bool {
        let mut budget = SLICE;
        while budget > 0 {
            match self.phase {
                Phase::Done => return false,
                Phase::Gaps(from) => {
                    let to = (from + budget).min(self.len);
                    budget -= to - from;
                    self.find_gaps(events, from, to);
                    if to < self.len {
                        self.phase = Phase::Gaps(to);
                    } else {
                        self.lay_out();
                        self.phase = Phase::Places(0);
                    }
                }
                Phase::Places(from) => {
                    let to = (from + budget).min(self.len);
                    budget -= to - from;
                    self.place(events, from, to);
                    self.phase = if to < self.len { Phase::Places(to) } else { Phase::Done };
                }
            }
        }
        !matches!(self.phase, Phase::Done)
    }

    /// True when every event has its place.
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// What the axis measures in the end: a stream without times has only its sequence.
    pub fn axis(&self) -> Axis {
        if self.axis == Axis::Time && self.span.0 == self.span.1 { Axis::Sequence } else { self.axis }
    }

    fn find_gaps(&mut self, events: &dyn TimelineEvents, from: u64, to: u64) {
        for i in from..to {
            let Some(Time(time)) = events.time(i) else { continue };
            if i > 0 && time > self.clock {
                let gap = Gap { before: i, from: self.clock, to: time, x: 0.0 };
                let shortest = self.gaps.iter().enumerate().min_by_key(|(_, gap)| gap.to - gap.from);
                match shortest.map(|(at, gap)| (at, gap.to - gap.from)) {
                    Some((at, length)) if self.gaps.len() >= MAX_BREAKS => {
                        if time - self.clock > length {
                            self.gaps[at] = gap;
                        }
                    }
                    _ => self.gaps.push(gap),
                }
            }
            self.clock = self.clock.max(time);
        }
        self.span.1 = self.clock;
    }

    /// Idle stretches are known: divides the width.
    fn lay_out(&mut self) {
        let threshold = idle_threshold(self.len, self.span.1 - self.span.0);
        self.gaps.retain(|gap| gap.to - gap.from > threshold);
        self.gaps.sort_by_key(|gap| gap.before);
        let most = ((self.width - 120.0) / 60.0).max(0.0) as usize;
        while self.gaps.len() > most {
            let Some(shortest) = (0..self.gaps.len()).min_by_key(|&at| self.gaps[at].to - self.gaps[at].from) else {
                break;
            };
            self.gaps.remove(shortest);
        }
        let idle: i64 = self.gaps.iter().map(|gap| gap.to - gap.from).sum();
        let busy = (self.span.1 - self.span.0 - idle).max(1) as f64;
        // Every stretch gets a little for itself, or a burst of milliseconds would have no width.
        let stretches = self.gaps.len() as f32 + 1.0;
        let room = self.width - FIRST - BREAK_ROOM * self.gaps.len() as f32 - BAR;
        let own = (room / stretches * 0.15).min(24.0);
        let shared = f64::from(room - own * stretches);
        let mut x = FIRST;
        let mut start = self.span.0;
        let ends: Vec<(i64, i64)> = self.gaps.iter().map(|gap| (gap.from, gap.to)).collect();
        let last = (self.span.1, self.span.1);
        for (at, (end, next)) in ends.into_iter().chain(std::iter::once(last)).enumerate() {
            let width = own + ((end - start) as f64 / busy * shared) as f32;
            self.segments.push(Segment { time: (start, end), x: (x, x + width) });
            x += width;
            if let Some(gap) = self.gaps.get_mut(at) {
                gap.x = (x + (BREAK_ROOM - BREAK) / 2.0 + BAR / 2.0).round();
                x += BREAK_ROOM;
            }
            start = next;
        }
        self.clock = self.span.0;
    }

    fn place(&mut self, events: &dyn TimelineEvents, from: u64, to: u64) {
        let by_time = self.axis() == Axis::Time;
        if from == 0 && !by_time && self.len as f32 * BAR <= self.width - BAR {
            self.roomy = true;
            self.bins = vec![[0; 4]; self.len as usize];
        }
        for i in from..to {
            if let Some(Time(time)) = events.time(i) {
                self.clock = self.clock.max(time);
            }
            let x = if by_time { self.x_of_time(self.clock) } else { self.x_of_ordinal(i + 1) };
            if i.is_multiple_of(self.stride) {
                self.places.push(x);
            }
            let bin = if self.roomy { i as usize } else { (x / BAR) as usize }.min(self.bins.len() - 1);
            let kind = self.kind(events.slot(i));
            self.bins[bin][kind] += 1;
        }
    }

    fn kind(&self, slot: TypeSlot) -> usize {
        self.top.iter().position(|top| *top == Some(slot)).unwrap_or(3)
    }

    /// Of each bar, what these places have in it; they are in order. Of very many in one bar, the
    /// kinds are in the proportion of a sample.
    pub fn matches(&self, places: &[u32], events: &dyn TimelineEvents) -> Vec<Bin> {
        let (mut rest, mut end) = (places, 0_u64);
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
            looked_at.for_each(|place| kinds[self.kind(events.slot(u64::from(*place)))] += 1);
            kinds.map(|kind| (kind * inside.len() as u64 / all) as u32)
        };
        self.bins.iter().map(of_bar).collect()
    }

    pub(super) fn x_of_ordinal(&self, applied: u64) -> f32 {
        let share = applied as f64 / self.len.max(1) as f64;
        let most = f64::from(self.width - BAR);
        // The last event's bar is at the end, the initial state at the beginning.
        (share * most) as f32
    }

    /// Where a moment is; inside an idle stretch, at its beginning.
    pub(super) fn x_of_time(&self, time: i64) -> f32 {
        let at = self.segments.partition_point(|segment| segment.time.0 <= time).saturating_sub(1);
        let Some(segment) = self.segments.get(at) else { return 0.0 };
        let (start, end) = segment.time;
        let share = if end > start { (time - start) as f64 / (end - start) as f64 } else { 0.0 };
        segment.x.0 + (share.clamp(0.0, 1.0) * f64::from(segment.x.1 - segment.x.0)) as f32
    }

    /// Where the playhead is.
    pub fn x_of(&self, applied: Applied) -> f32 {
        let Some(index) = applied.0.checked_sub(1) else { return 0.0 };
        if self.axis() == Axis::Sequence {
            return self.x_of_ordinal(applied.0);
        }
        let at = (index / self.stride) as usize;
        let (Some(&low), high) = (self.places.get(at), self.places.get(at + 1)) else {
            return self.places.last().copied().unwrap_or(0.0);
        };
        let share = (index % self.stride) as f32 / self.stride as f32;
        low + (high.copied().unwrap_or(low) - low) * share
    }

    /// The playhead nearest to a place; of several events at one place the last.
    pub fn applied_at(&self, x: f32) -> Applied {
        if self.axis() == Axis::Sequence {
            let share = f64::from(x / (self.width - BAR)).clamp(0.0, 1.0);
            return Applied((share * self.len as f64).round() as u64);
        }
        let Some(&first) = self.places.first() else { return Applied(0) };
        if x < first / 2.0 {
            return Applied(0);
        }
        let after = self.places.partition_point(|&place| place <= x);
        let before = after.saturating_sub(1);
        let near = match self.places.get(after) {
            Some(&next) if next - x < x - self.places[before] => {
                // Of several events there, the last.
                self.places.partition_point(|&place| place <= next) - 1
            }
            _ => before,
        };
        let index = if self.stride == 1 {
            near as u64
        } else {
            let low = self.places[before];
            let high = self.places.get(before + 1).copied().unwrap_or(low);
            let share = if high > low { ((x - low) / (high - low)).clamp(0.0, 1.0) } else { 1.0 };
            before as u64 * self.stride + (share * self.stride as f32) as u64
        };
        Applied((index + 1).min(self.len))
    }

    /// The first and the last event from one place to another, counted from 0.
    pub fn between(&self, from: f32, to: f32) -> Option<(u64, u64)> {
        // Places never go back.
        let before = |x: f32, is_in: &dyn Fn(f32, f32) -> bool| {
            let (mut low, mut high) = (0, self.len);
            while low < high {
                let middle = low + (high - low) / 2;
                if is_in(self.x_of(Applied(middle + 1)), x) { low = middle + 1 } else { high = middle }
            }
            low
        };
        let first = before(from.min(to), &|own, x| own < x);
        let last = before(from.max(to), &|own, x| own <= x).checked_sub(1)?;
        (first <= last).then_some((first, last))
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
        if self.roomy { (self.x_of_ordinal(bin as u64 + 1) - 1.5).round() } else { bin as f32 * BAR }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::Zone;
    use crate::model::Version;
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

    fn made(axis: Axis, times: Vec<Option<i64>>) -> (TimeAxis, Fake) {
        let events = Fake(times);
        let mut timeline = TimeAxis::new(axis, 1_000.0, &events, [Some(TypeSlot(0)), None, None]);
        while timeline.advance(&events) {}
        (timeline, events)
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
            let inside = |at: &u64| (low..=high).contains(&timeline.x_of(Applied(at + 1)));
            let all: Vec<u64> = (0..events.len()).filter(inside).collect();
            let want = all.first().copied().zip(all.last().copied());
            assert_eq!(timeline.between(from, to), want, "{from} to {to}");
        }
    }

    fn every_place_comes_back(timeline: &TimeAxis, len: u64) {
        let mut last = -1.0;
        for applied in 0..=len {
            let x = timeline.x_of(Applied(applied));
            assert!(x >= last && x <= 1_000.0, "{applied} at {x} after {last}");
            let back = timeline.applied_at(x);
            assert_eq!(timeline.x_of(back), x, "{applied} came back as {back}");
            last = x;
        }
    }

    #[test]
    fn two_bursts_have_a_break_between_them() {
        let burst = |start: i64| (0..50).map(move |i| Some(start + i * HOUR));
        let (timeline, events) = made(Axis::Time, burst(0).chain(burst(90 * DAY)).collect());
        let [gap] = timeline.gaps() else { panic!("one gap, got {:?}", timeline.gaps()) };
        assert_eq!((gap.before, gap.label().as_str()), (50, "87 d"));
        let (before, after) = (timeline.x_of(Applied(50)), timeline.x_of(Applied(51)));
        assert!(before < gap.x && gap.x + BREAK < after, "{before} {} {after}", gap.x);
        every_place_comes_back(&timeline, 100);
        assert_eq!(timeline.bins().iter().flatten().sum::<u32>(), 100);
        let ticks = timeline.ticks(&events, Zone::Utc);
        assert!(ticks.iter().any(|tick| tick.label == "1 Apr"), "{ticks:?}");
    }

    #[test]
    fn time_that_runs_backwards_or_is_missing_follows_its_neighbour() {
        let (timeline, _) = made(Axis::Time, vec![Some(10 * DAY), None, Some(9 * DAY), Some(12 * DAY)]);
        every_place_comes_back(&timeline, 4);
        assert_eq!(timeline.x_of(Applied(1)), timeline.x_of(Applied(3)));
    }

    #[test]
    fn without_times_there_is_only_the_sequence() {
        for times in [vec![None; 10], vec![Some(5); 10]] {
            let (timeline, events) = made(Axis::Time, times);
            assert_eq!(timeline.axis(), Axis::Sequence);
            every_place_comes_back(&timeline, 10);
            assert_eq!(timeline.ticks(&events, Zone::Utc)[1].label, "v0");
        }
    }

    #[test]
    fn long_streams_are_made_in_slices() {
        let events = Fake((0..500_000).map(|i| Some(i * SECOND)).collect());
        let mut timeline = TimeAxis::new(Axis::Time, 1_000.0, &events, [None; 3]);
        let mut slices = 1;
        while timeline.advance(&events) {
            slices += 1;
        }
        assert!(slices >= 5, "{slices}");
        let middle = timeline.applied_at(500.0);
        assert!((timeline.x_of(middle) - 500.0).abs() < 1.0);
        assert_eq!(timeline.applied_at(2_000.0), Applied(500_000));
    }
}
