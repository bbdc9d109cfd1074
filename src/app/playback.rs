//! The playhead: where in a stream the slider stands, and whether it plays. While a filter is set,
//! it steps and plays over the events that pass it.
//!
//! Pure: no clock, no thread, no state of a stream. Commands come from the user,
//! [`Playback::tick`] brings the time; both say what changed.

use std::sync::Arc;

use crate::model::Applied;

/// Events per second that playing can have, slowest first.
pub const SPEEDS: [u32; 6] = [1, 2, 5, 10, 30, 100];

/// Index into [`SPEEDS`] at start: 5 events per second.
const DEFAULT_SPEED: usize = 2;

/// What a user can do with the playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaybackCommand {
    /// Moves by so many events, listed or not, and stops playing.
    StepBy(i64),
    /// Moves by so many of the events that pass the filter, and stops playing.
    StepMatch(i64),
    /// To the first event that passes the filter; without one, as [`PlaybackCommand::First`].
    FirstMatch,
    /// To the last event that passes the filter; without one, as [`PlaybackCommand::Last`].
    LastMatch,
    /// To the initial state, before the first event.
    First,
    /// To the state after the last event.
    Last,
    /// To this many events, clamped to the stream.
    ScrubTo(Applied),
    /// Plays; at the end it starts again from the beginning.
    Play,
    /// Stops where it is.
    Pause,
    /// Play or pause.
    TogglePlay,
    /// Sets the speed to the closest of [`SPEEDS`], in events per second.
    SetSpeed(u32),
    /// The next higher speed, if there is one.
    Faster,
    /// The next lower speed, if there is one.
    Slower,
}

/// What a command or a tick changed.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaybackChange {
    /// The playhead stands somewhere else: a new state is needed.
    pub moved: bool,
    /// Playing started or stopped, or its speed changed.
    pub settings: bool,
    /// The move was a single step of the user, hence worth a tint and an announcement.
    pub step: bool,
}

/// The playhead of one stream.
#[derive(Clone, Debug)]
pub struct Playback {
    applied: u64,
    len: u64,
    playing: bool,
    speed: usize,
    /// Time of the last tick while playing, in seconds; `None` before the first.
    last_tick: Option<f64>,
    /// Fraction of an event that has passed but not yet been shown.
    owed: f64,
    /// Places of the events that pass the filter, in order; `None`: all do.
    matches: Option<Arc<Vec<u32>>>,
}

impl Default for Playback {
    fn default() -> Self {
        Playback::new(0)
    }
}

impl Playback {
    /// A resting playhead after the last of `len` events.
    pub fn new(len: u64) -> Playback {
        let (playing, speed, last_tick) = (false, DEFAULT_SPEED, None);
        Playback { applied: len, len, playing, speed, last_tick, owed: 0.0, matches: None }
    }

    /// How many events are folded into the state that is shown.
    pub fn applied(&self) -> Applied {
        Applied(self.applied)
    }

    /// Number of events in the stream.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True for a stream without events.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True while time moves the playhead.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Events per second.
    pub fn speed(&self) -> u32 {
        SPEEDS[self.speed]
    }

    /// The stream grew or shrank; the playhead stays unless it would be outside.
    pub fn set_len(&mut self, len: u64) -> PlaybackChange {
        self.len = len;
        self.move_to(self.applied)
    }

    /// Another stream: keeps the speed, forgets everything else.
    pub fn reset(&mut self, len: u64) {
        *self = Playback { speed: self.speed, ..Playback::new(len) };
    }

    /// Steps lead to these places from now on, counted from 0 and in order; `None`: to each.
    pub fn set_matches(&mut self, matches: Option<Arc<Vec<u32>>>) {
        self.matches = matches;
    }

    /// There is an event to step to.
    pub fn can_step(&self, forward: bool) -> bool {
        self.stepped(if forward { 1 } else { -1 }).min(self.len) != self.applied
    }

    /// The place so many matches on, or back: where there are fewer, the last of them; where there
    /// is none, here.
    fn stepped(&self, by: i64) -> u64 {
        let Some(matches) = self.matches.as_deref().filter(|_| by != 0) else {
            return self.applied.saturating_add_signed(by);
        };
        let far = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        let nth = if by > 0 {
            let after = matches.partition_point(|place| u64::from(*place) < self.applied);
            (after < matches.len()).then(|| after.saturating_add(far - 1).min(matches.len() - 1))
        } else {
            let before = matches.partition_point(|place| u64::from(*place) + 1 < self.applied);
            (before > 0).then(|| before.saturating_sub(far))
        };
        nth.and_then(|nth| matches.get(nth)).map_or(self.applied, |place| u64::from(*place) + 1)
    }

    /// Does what the user asked.
    pub fn apply(&mut self, command: PlaybackCommand) -> PlaybackChange {
        match command {
            PlaybackCommand::StepBy(by) => self.step(self.applied.saturating_add_signed(by)),
            PlaybackCommand::StepMatch(by) => self.step(self.stepped(by)),
            PlaybackCommand::FirstMatch => match self.matches.as_deref().map(|matches| matches.first().copied()) {
                Some(first) => self.jump(first.map_or(self.applied, |place| u64::from(place) + 1)),
                None => self.jump(0),
            },
            PlaybackCommand::LastMatch => match self.matches.as_deref().map(|matches| matches.last().copied()) {
                Some(last) => self.jump(last.map_or(self.applied, |place| u64::from(place) + 1)),
                None => self.jump(self.len),
            },
            PlaybackCommand::First => self.jump(0),
            PlaybackCommand::Last => self.jump(self.len),
            PlaybackCommand::ScrubTo(applied) => self.jump(applied.0),
            PlaybackCommand::Play => self.set_playing(true),
            PlaybackCommand::Pause => self.set_playing(false),
            PlaybackCommand::TogglePlay => self.set_playing(!self.playing),
            PlaybackCommand::SetSpeed(wanted) => {
                let nearest = (0..SPEEDS.len()).min_by_key(|&i| SPEEDS[i].abs_diff(wanted)).unwrap_or(DEFAULT_SPEED);
                self.set_speed(nearest)
            }
            PlaybackCommand::Faster => self.set_speed((self.speed + 1).min(SPEEDS.len() - 1)),
            PlaybackCommand::Slower => self.set_speed(self.speed.saturating_sub(1)),
        }
    }

    /// Time has come to `now` (seconds on any steady clock). Moves the playhead
    /// while playing, at most to the last match, where it stops.
    pub fn tick(&mut self, now: f64) -> PlaybackChange {
        if !self.playing {
            return PlaybackChange::default();
        }
        let Some(last) = self.last_tick.replace(now) else {
            return PlaybackChange::default();
        };
        // A window that slept must not jump: at most a quarter of a second counts.
        let passed = (now - last).clamp(0.0, 0.25);
        self.owed += passed * f64::from(self.speed());
        // Ticks come a hair early now and then; an event is due all the same.
        let due = (self.owed + 1e-6).floor();
        self.owed -= due;
        let mut change = self.move_to(self.stepped(due as i64));
        if !self.can_step(true) {
            change.settings |= self.set_playing(false).settings;
        }
        change
    }

    fn jump(&mut self, target: u64) -> PlaybackChange {
        // Playing goes on from the new place, with a full interval before the next event.
        self.owed = 0.0;
        let change = self.move_to(target);
        let stopped = self.playing && !self.can_step(true) && self.set_playing(false).settings;
        PlaybackChange { settings: stopped, ..change }
    }

    fn step(&mut self, target: u64) -> PlaybackChange {
        let stopped = self.set_playing(false);
        let change = self.move_to(target);
        PlaybackChange { settings: stopped.settings, step: change.moved, ..change }
    }

    fn move_to(&mut self, target: u64) -> PlaybackChange {
        let target = target.min(self.len);
        let moved = target != self.applied;
        self.applied = target;
        PlaybackChange { moved, ..PlaybackChange::default() }
    }

    fn set_playing(&mut self, playing: bool) -> PlaybackChange {
        let is_something = self.len > 0 && self.matches.as_deref().is_none_or(|matches| !matches.is_empty());
        let playing = playing && is_something;
        if playing == self.playing {
            return PlaybackChange::default();
        }
        self.playing = playing;
        self.last_tick = None;
        self.owed = 0.0;
        let moved = playing && !self.can_step(true) && self.move_to(0).moved;
        PlaybackChange { moved, settings: true, step: false }
    }

    fn set_speed(&mut self, speed: usize) -> PlaybackChange {
        let settings = speed != self.speed;
        self.speed = speed;
        PlaybackChange { settings, ..PlaybackChange::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PlaybackCommand::{
        Faster, First, FirstMatch, Last, LastMatch, Pause, Play, ScrubTo, SetSpeed, Slower, StepBy, StepMatch,
        TogglePlay,
    };

    fn at(len: u64, applied: u64) -> Playback {
        let mut playback = Playback::new(len);
        let _ = playback.apply(ScrubTo(Applied(applied)));
        playback
    }

    #[test]
    fn commands_move_and_clamp() {
        // (events, start, command, end, moved, step)
        let table = [
            (214, 58, StepBy(1), 59, true, true),
            (214, 58, StepBy(-1), 57, true, true),
            (214, 58, StepBy(10), 68, true, true),
            (214, 5, StepBy(-10), 0, true, true),
            (214, 214, StepBy(1), 214, false, false),
            (214, 0, StepBy(-1), 0, false, false),
            (214, 58, First, 0, true, false),
            (214, 58, Last, 214, true, false),
            (214, 58, ScrubTo(Applied(9_999)), 214, true, false),
            (214, 58, ScrubTo(Applied(58)), 58, false, false),
            (0, 0, StepBy(1), 0, false, false),
            (0, 0, Last, 0, false, false),
            (u64::MAX, 3, StepBy(i64::MIN), 0, true, true),
        ];
        for (len, start, command, end, moved, step) in table {
            let mut playback = at(len, start);
            let change = playback.apply(command);
            assert_eq!(playback.applied(), Applied(end), "{command:?} from {start} of {len}");
            assert_eq!((change.moved, change.step), (moved, step), "{command:?} from {start} of {len}");
        }
    }

    #[test]
    fn plays_at_its_speed_and_stops_at_the_end() {
        let mut playback = at(10, 0);
        assert!(playback.apply(SetSpeed(10)).settings);
        assert!(playback.apply(Play).settings);
        assert!(!playback.tick(100.0).moved, "the first tick only starts the clock");
        assert!(!playback.tick(100.05).moved);
        assert!(playback.tick(100.10).moved);
        assert_eq!(playback.applied(), Applied(1));
        let mut now = 100.10;
        for _ in 0..4 {
            now += 0.2;
            let _ = playback.tick(now);
        }
        assert_eq!(playback.applied(), Applied(9));
        let change = playback.tick(now + 0.2);
        assert!(change.moved && change.settings && !playback.is_playing());
        assert_eq!(playback.applied(), Applied(10));
    }

    #[test]
    fn playing_from_the_end_starts_over() {
        let mut playback = at(3, 3);
        let change = playback.apply(TogglePlay);
        assert!(change.moved && playback.is_playing());
        assert_eq!(playback.applied(), Applied(0));
    }

    #[test]
    fn a_sleeping_window_does_not_jump() {
        let mut playback = at(1_000, 0);
        let _ = playback.apply(Play);
        let _ = playback.tick(0.0);
        let _ = playback.tick(3_600.0);
        assert_eq!(playback.applied(), Applied(1));
    }

    #[test]
    fn stepping_pauses_and_scrubbing_plays_on() {
        let mut playback = at(100, 10);
        let _ = playback.apply(Play);
        assert!(!playback.apply(ScrubTo(Applied(20))).settings && playback.is_playing());
        assert!(playback.apply(StepBy(1)).settings && !playback.is_playing());
        assert!(!playback.apply(Pause).settings, "already at rest");
        let _ = playback.apply(Play);
        assert!(playback.apply(Last).settings && !playback.is_playing());
    }

    #[test]
    fn steps_lead_to_what_passes_the_filter_and_others_to_every_event() {
        // The events after 4, 8, 9 and 91 applied ones pass: their places are counted from 0.
        let matches = Some(Arc::new(vec![3, 7, 8, 90]));
        let table = [
            (0, StepMatch(1), 4),
            (4, StepMatch(1), 8),
            (5, StepMatch(1), 8),
            (5, StepMatch(-1), 4),
            (4, StepMatch(-1), 4),
            (3, StepMatch(-1), 3),
            (8, StepMatch(10), 91),
            (91, StepMatch(1), 91),
            (95, StepMatch(1), 95),
            (95, StepMatch(-1), 91),
            (95, StepMatch(-2), 9),
            (95, StepMatch(i64::MIN), 4),
            (0, StepMatch(i64::MAX), 91),
            (50, FirstMatch, 4),
            (50, LastMatch, 91),
            (50, First, 0),
            (50, Last, 100),
            (50, StepBy(1), 51),
            (50, StepBy(-10), 40),
        ];
        for (start, command, end) in table {
            let mut playback = at(100, start);
            playback.set_matches(matches.clone());
            let _ = playback.apply(command);
            assert_eq!(playback.applied(), Applied(end), "{command:?} from {start}");
        }
        let mut playback = at(100, 50);
        for command in [StepMatch(1), StepMatch(-10), FirstMatch, LastMatch, Play] {
            playback.set_matches(Some(Arc::default()));
            assert_eq!(playback.apply(command), PlaybackChange::default(), "{command:?} where nothing passes");
        }
        for (command, end) in [(FirstMatch, 0), (LastMatch, 100), (StepMatch(-3), 97)] {
            playback.set_matches(None);
            let _ = playback.apply(command);
            assert_eq!(playback.applied(), Applied(end), "{command:?} without a filter");
        }
    }

    #[test]
    fn playing_goes_from_match_to_match_and_ends_with_the_last() {
        let mut playback = at(100, 100);
        playback.set_matches(Some(Arc::new(vec![3, 7, 90])));
        let _ = playback.apply(SetSpeed(10));
        let change = playback.apply(Play);
        assert!(change.moved && playback.applied() == Applied(0), "behind the last it starts over");
        let _ = playback.tick(1.0);
        let mut seen = Vec::new();
        for step in 1..=5 {
            let _ = playback.tick(1.0 + f64::from(step) * 0.1);
            seen.push(playback.applied().0);
        }
        assert_eq!(seen, [4, 8, 91, 91, 91]);
        assert!(!playback.is_playing());
    }

    #[test]
    fn speed_goes_through_the_table() {
        let mut playback = at(10, 0);
        let mut seen = Vec::new();
        for _ in 0..7 {
            let _ = playback.apply(Faster);
            seen.push(playback.speed());
        }
        assert_eq!(seen, [10, 30, 100, 100, 100, 100, 100]);
        for _ in 0..9 {
            let _ = playback.apply(Slower);
        }
        assert_eq!(playback.speed(), 1);
        let _ = playback.apply(SetSpeed(25));
        assert_eq!(playback.speed(), 30);
    }

    #[test]
    fn length_changes_keep_the_place() {
        let mut playback = at(100, 40);
        assert!(!playback.set_len(228).moved);
        assert!(playback.set_len(30).moved);
        assert_eq!(playback.applied(), Applied(30));
        let _ = playback.apply(SetSpeed(100));
        playback.reset(7);
        assert_eq!((playback.applied(), playback.speed()), (Applied(7), 100));
    }
}
