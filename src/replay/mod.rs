//! From events to states: reducers, keyframes, differences, who wrote what.
//!
//! Deterministic and without side effects: no files, no clock in a result, no
//! randomness. Any route to a version gives the same bytes: from zero, from a
//! keyframe, stepping back, jumping. What the user wrote runs in a process of its own
//! ([`host`]), which may hang or end as it likes.

pub mod diff;
pub mod host;
mod js;
pub mod merge;
pub mod module;
mod sandbox;
pub mod stored;
pub mod timeline;
pub mod written;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use serde::{Deserialize, Serialize};

use crate::model::json::parse_text;
use crate::model::{FindingCode, Node, Position, Slice, Text, Time, Version};

/// An event as a reducer sees it.
#[derive(Clone, Debug)]
pub struct Step {
    pub version: Version,
    pub event_type: Slice,
    pub id: Option<Slice>,
    pub position: Position,
    /// What the framework's library calls the stream, where its name says more.
    pub stream: Option<Text>,
    pub time: Option<Time>,
    /// The time as the framework's library hands it out, else letter by letter as stored.
    pub time_text: Option<Slice>,
    /// It is stored as a number, and is one for the reducer.
    pub is_time_number: bool,
    pub data: Payload,
    /// JSON text of the metadata.
    pub metadata: Option<Slice>,
    pub stands: Stands,
    /// The store says that it is passed over: it is an event, and changes no state.
    pub is_skipped: bool,
    /// Sets, bytes and large whole numbers stand in both texts as
    /// [`crate::model::typed::write_all`] writes them.
    pub is_typed: bool,
}

/// What a row says of the state by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stands {
    /// Nothing: it must be folded.
    #[default]
    Event,
    /// This is the state after it, whatever was before.
    State(Node),
    /// This is it, or another one, in words.
    Likely(Node, Text),
    /// Members of the state by their values before and after it, `[old, new]`; of the first row
    /// of a state they are all of it.
    Pairs { changes: Node, is_first: bool },
    /// The state after it is not stored, in words.
    Unknown(Text),
}

/// A payload: its text, or what it is taken apart to.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    json: Option<Slice>,
    /// What a text is is found out when it is asked for: a script needs the text only.
    node: OnceLock<Node>,
    /// With the wrappers on, where there were some.
    pub wrapped: Option<Node>,
    /// Whoever wrote it says that it is no JSON.
    pub is_opaque: bool,
}

impl Payload {
    /// What was decoded, and the stored text, where that is JSON and means the same.
    pub fn new(node: Node, json: Option<Slice>) -> Payload {
        Payload { json, node: OnceLock::from(node), ..Payload::default() }
    }

    /// A text that [`is_plain`](crate::model::json::is_plain).
    pub fn plain(json: Slice) -> Payload {
        Payload { json: Some(json), ..Payload::default() }
    }

    /// It is only the text so far, which no number of JavaScript's would round.
    pub fn is_untouched(&self) -> bool {
        self.node.get().is_none()
    }

    /// With the framework's wrappers taken off.
    pub fn node(&self) -> &Node {
        self.node.get_or_init(|| self.json.as_deref().map_or(Node::Null, |text| parse_text(text).node))
    }

    /// The stored text, where it is JSON and means the same.
    pub fn json(&self) -> Option<&Slice> {
        self.json.as_ref()
    }
}

/// Where a reducer holds a state: one session folds for several purposes in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slot {
    /// The fold from the beginning, which leaves keyframes.
    Build = 0,
    /// The state that is shown.
    Seek = 1,
    /// The fold that finds out which event wrote what.
    Written = 2,
}

/// Number of [`Slot`]s.
pub const SLOTS: usize = 3;

/// What became of a batch of events.
#[derive(Clone, Debug, Default)]
pub struct Stepped {
    /// Events folded.
    pub done: usize,
    /// Why the next one was not; the slot is then spoilt until it is restored.
    pub thrown: Option<Thrown>,
    /// Whatever folds them ended, and at which of them is not known, nor whether others ended it:
    /// none is blamed before it was handed over alone, twice.
    pub unsure: bool,
    /// Odd things, by place in the batch.
    pub findings: Vec<(usize, FindingCode, String)>,
    /// What the reducer wrote to the console, by place in the batch.
    pub said: Vec<(usize, Text)>,
    /// What a projection would write, by place in the batch.
    pub emitted: Vec<(usize, Emitted)>,
    pub copies: Copies,
}

/// Where in a batch the state is copied: once `due` of its events are folded, and every so many
/// after them; nowhere where `due` is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    pub due: u64,
    pub every: u64,
}

/// Events to fold, and where to copy the state.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    pub stream: &'a str,
    pub events: &'a [Step],
    pub keep: Keep,
}

impl<'a> Batch<'a> {
    /// Without copies.
    pub fn of(stream: &'a str, events: &'a [Step]) -> Batch<'a> {
        Batch { stream, events, keep: Keep::default() }
    }
}

/// Copies of the state that were made on the way through a batch.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    /// Each with the number of the batch's events that are in it.
    pub made: Vec<(usize, Saved)>,
    /// Why there are no more.
    pub refused: Option<Thrown>,
    pub took: Duration,
}

/// An event that a projection would write: nothing ever is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Emitted {
    /// The stream that it would be written to.
    pub stream_id: String,
    pub event_type: String,
    /// JSON text, or what a link links to.
    pub data: String,
    pub is_json: bool,
    /// Texts by name.
    pub metadata: Option<BTreeMap<String, Option<String>>>,
}

/// What a reducer threw, or why it was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thrown {
    pub message: Text,
    /// `account.js:41:22`; empty where unknown.
    pub place: Text,
    pub why: Why,
    /// The session is gone with it: copies that name its objects are void.
    pub fatal: bool,
}

/// What kind of end it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The reducer threw.
    Threw,
    /// It asked for something that would give another state every time, or that its host has not.
    Refused,
    /// It asked what time it is.
    Clock,
    /// The state cannot be copied, so it is folded from the start.
    NoCopy,
    /// Something that the module keeps outside the state changed, so what was folded beside it is
    /// void.
    Outside,
    /// It did not come to an end in time.
    TooSlow,
    /// It used more memory than it may.
    Memory,
    /// It called itself too deep.
    Stack,
    /// A program of the user's ended, or answered what is no answer.
    Program,
    /// The data of the event cannot be read by it.
    Unread,
    /// The state is none that JSON can show.
    NotJson,
    /// The process that ran it ended.
    Ended,
    /// The user did not wait for it.
    Stopped,
    /// The copy is of a session that is gone.
    Void,
    /// The store keeps no state there.
    Elsewhere,
}

impl Why {
    /// It ran into a limit: what did so some times is not run any more.
    pub fn is_cut(self) -> bool {
        matches!(self, Why::TooSlow | Why::Memory | Why::Ended | Why::Program)
    }
}

impl Thrown {
    pub fn new(why: Why, message: impl Into<Text>) -> Thrown {
        Thrown { message: message.into(), place: Arc::from(""), why, fatal: false }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self.why {
            Why::Refused | Why::Clock => "let the event carry it",
            Why::NoCopy | Why::Outside => "keep all of it in the state",
            Why::Threw => "give missing parts a default, or let the reducer skip this event",
            Why::TooSlow => "look for an endless loop",
            Why::Memory => "look for something that grows with every event",
            Why::Stack => "look for a recursion without an end",
            Why::Unread => "skip this event: its data is nested too deep or too big",
            Why::NotJson => "let the state hold plain values; in JavaScript give it a toJSON() that returns them",
            Why::Ended => "look for a recursion or a text without an end, or let the reducer skip this event",
            Why::Program => "run the program by itself and give it a line, as sample-stores/hosts/README.md has it",
            Why::Stopped => "choose the reducer again to fold on",
            Why::Elsewhere => "ask for a version that the store holds a document at, or choose a reducer",
            Why::Void => "fold again from an older copy",
        }
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.place.is_empty() {
            write!(f, " at {}", self.place)?;
        }
        Ok(())
    }
}

/// A copy of a state from which a fold can go on.
#[derive(Clone, Debug)]
pub enum Saved {
    Node(Node),
    /// A state as its host wrote it.
    Script(Packed),
}

/// A text that is kept packed: states say much more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Arc<[u8]>);

impl Packed {
    pub fn of(text: &str) -> Packed {
        Packed(compress_prepend_size(text.as_bytes()).into())
    }

    /// The text; `None` where it was packed by others.
    pub fn text(&self) -> Option<String> {
        String::from_utf8(decompress_size_prepended(&self.0).ok()?).ok()
    }
}

impl Saved {
    /// Bytes held that `before` does not hold already: members that did not change are shared.
    pub fn size_beside(&self, before: Option<&Saved>) -> usize {
        match self {
            Saved::Node(Node::Object(object)) => {
                let old = match before {
                    Some(Saved::Node(Node::Object(old))) => Some(old),
                    _ => None,
                };
                let member = |(at, (key, node)): (usize, &(Text, Node))| {
                    let twin = old.and_then(|old| old.0.get(at)).filter(|(name, _)| name == key);
                    let shared = twin.is_some_and(|(_, old)| node.same(old));
                    size_of::<(Text, Node)>() + if shared { 0 } else { node.size_bytes() }
                };
                64 + object.0.iter().enumerate().map(member).sum::<usize>()
            }
            Saved::Node(node) => node.size_bytes(),
            Saved::Script(packed) => packed.0.len() + 32,
        }
    }
}

/// Folds events into states, in [`SLOTS`] places. Law: equal events give equal exports,
/// whatever was folded, saved or restored in between.
pub trait Reducer {
    /// Shown beside every state: `merge`, or `FILE#export`.
    fn name(&self) -> &Text;
    /// What runs the user's code, in words, where there is some.
    fn engine(&self) -> Option<String> {
        None
    }
    /// The state is a guess, not what the user's program computes.
    fn is_guess(&self) -> bool;
    /// Puts the initial state into the slot; of a stream that its library calls so.
    ///
    /// # Errors
    /// What the initial state's function threw.
    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown>;
    /// Folds events of `stream` in order until one throws; passes over those that are skipped.
    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped;
    /// The same, with copies on the way.
    fn step_and_keep(&mut self, slot: Slot, batch: &Batch<'_>) -> Stepped {
        keep_between(self, slot, batch)
    }
    /// Where another process does the work, it may begin: those that are handed over are stepped
    /// next, in order, and nothing else is asked for before. Where one of them throws, the ones
    /// behind it are forgotten. `false`: nothing has begun.
    fn hand_over(&mut self, _slot: Slot, _batch: &Batch<'_>) -> bool {
        false
    }
    /// There is a state in the slot: one that the store keeps is there at some versions only.
    fn knows(&self, _slot: Slot) -> bool {
        true
    }
    /// The state as it is shown.
    ///
    /// # Errors
    /// A state that JSON cannot show.
    fn export(&mut self, slot: Slot) -> Result<Node, Thrown>;
    /// A copy to go on from.
    ///
    /// # Errors
    /// A state that cannot be copied.
    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown>;
    /// Goes back to a copy; `Err` where the copy is void.
    ///
    /// # Errors
    /// A copy of a session that is gone.
    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown>;
    /// The state some events behind a copy, as it is shown.
    ///
    /// # Errors
    /// As each of the three steps; the slot is then spoilt.
    fn jump(&mut self, slot: Slot, from: &Saved, stream: &str, events: &[Step]) -> Result<Node, Thrown> {
        jump_in_parts(self, slot, from, stream, events)
    }
    /// The memory it may take from now on, where it has one of its own.
    fn limit_heap(&mut self, _bytes: usize) {}
    /// What follows folds several streams.
    fn fold_together(&mut self) {}
    /// Events between keyframes at most, whatever they cost.
    fn longest_interval(&self) -> u64;
}

/// Goes back to a copy, folds events, and shows the state behind them, one after the other.
fn jump_in_parts(
    reducer: &mut (impl Reducer + ?Sized),
    slot: Slot,
    from: &Saved,
    stream: &str,
    events: &[Step],
) -> Result<Node, Thrown> {
    reducer.restore(slot, from)?;
    match reducer.step(slot, stream, events).thrown {
        Some(thrown) => Err(thrown),
        None => reducer.export(slot),
    }
}

/// Folds up to each place where a copy is due, and copies the state there.
fn keep_between(reducer: &mut (impl Reducer + ?Sized), slot: Slot, batch: &Batch<'_>) -> Stepped {
    let Batch { stream, events, keep: Keep { due, every } } = *batch;
    let (mut all, mut due) = (Stepped::default(), due as usize);
    loop {
        let (from, is_due) = (all.done, (1..=events.len()).contains(&due));
        let to = if is_due { due } else { events.len() };
        let part = reducer.step(slot, stream, events.get(from..to).unwrap_or_default());
        all.done += part.done;
        (all.thrown, all.unsure) = (part.thrown, part.unsure);
        all.findings.extend(part.findings.into_iter().map(|(at, code, text)| (from + at, code, text)));
        all.said.extend(part.said.into_iter().map(|(at, text)| (from + at, text)));
        all.emitted.extend(part.emitted.into_iter().map(|(at, event)| (from + at, event)));
        if all.thrown.is_some() || !is_due {
            return all;
        }
        let start = Instant::now();
        match reducer.save(slot) {
            Ok(saved) => {
                all.copies.made.push((to, saved));
                due += every as usize;
            }
            Err(thrown) => {
                all.copies.refused = Some(thrown);
                due = 0;
            }
        }
        all.copies.took += start.elapsed();
        if to == events.len() || all.copies.refused.as_ref().is_some_and(|thrown| thrown.fatal) {
            return all;
        }
    }
}
