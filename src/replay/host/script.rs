//! [`Script`]: a reducer of the user in a host.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use super::process::{Death, Limits};
use super::{Ask, CALL_TIME, Engine, Host, MEMORY_BYTES, Program, Reply, Stop};
use crate::model::json::{SAFE_DIGITS, parse_text, to_text, write as write_json, write_string};
use crate::model::{FindingCode, Node, Position, Text, Time};
use crate::replay::module::ModuleError;
use crate::replay::{
    Batch, Copies, Emitted, Keep, Packed, Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown, Why, jump_in_parts,
};

/// Room that is made for the text of a batch before it is written, at most.
const LONG_TEXT: usize = 4 << 20;

/// Clocks that differ, as `node.js` has them.
pub(super) const CLOCKS: usize = 3;

/// See the module's documentation.
pub struct Script {
    name: Text,
    program: Arc<Program>,
    export: String,
    limits: Limits,
    /// Which clock its hosts are given, if any.
    clock: Option<u8>,
    /// One host folds in all slots; where the module keeps something outside the state, each slot
    /// has its own, a new one for every fold. `None`: it was killed, and the next call starts
    /// another.
    hosts: [Option<Host>; SLOTS],
    /// The module keeps something outside the state.
    apart: bool,
    /// The slot that was folded in last.
    last: Slot,
    /// A new host did not come as far as the old one: there will be no other.
    gone: Option<Thrown>,
    /// Slots that hold a state: those of a host that was killed hold none.
    filled: [bool; SLOTS],
    is_projection: bool,
    /// It folds several streams.
    is_together: bool,
    /// Bytes of the longest batch so far, as text.
    longest: usize,
}

/// What became of a batch.
#[derive(Default)]
struct Folded {
    done: usize,
    thrown: Option<Thrown>,
    said: Vec<(usize, Text)>,
    emitted: Vec<(usize, Emitted)>,
    copies: Copies,
    unsure: bool,
    /// The text of the batch could not be read.
    unread: bool,
}

impl Script {
    /// # Errors
    /// A module that does not load, an export that is not there.
    pub fn new(program: &Arc<Program>, export: &str, stop: &Stop) -> Result<Script, ModuleError> {
        let limits = Limits { time: CALL_TIME, memory: MEMORY_BYTES, stop: stop.clone() };
        let mut script = Script::with(program, export, limits, None);
        script.hosts[0] = Some(script.open()?);
        Ok(script)
    }

    /// One that starts its hosts as they are needed.
    fn with(program: &Arc<Program>, export: &str, limits: Limits, clock: Option<u8>) -> Script {
        Script {
            name: program.shown(export),
            program: Arc::clone(program),
            export: export.to_owned(),
            limits,
            clock,
            hosts: [const { None }; SLOTS],
            apart: program.module.apart.is_some(),
            last: Slot::Build,
            gone: None,
            filled: [false; SLOTS],
            is_projection: program.projection().is_some(),
            is_together: false,
            longest: 0,
        }
    }

    /// Some like it, that are given clocks which differ; `None` where its engine has none.
    pub(super) fn with_clocks(&self) -> Option<[Script; CLOCKS]> {
        matches!(self.program.engine, Engine::Node(_)).then(|| {
            std::array::from_fn(|clock| {
                let mut script = Script::with(&self.program, &self.export, self.limits.clone(), Some(clock as u8));
                script.is_together = self.is_together;
                script
            })
        })
    }

    /// A call may take no longer than this; for tests, which have many that do.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Script {
        self.limits.time = time;
        self.hosts = [const { None }; SLOTS];
        self
    }

    /// A host in which the export folds.
    fn open(&self) -> Result<Host, ModuleError> {
        let mut host = self.program.open(&self.limits, self.clock)?;
        let ask = Ask::Use { export: Cow::from(&self.export), odd: self.program.module.odd };
        let thrown = match host.ask(&ask) {
            Ok(Reply::Thrown(thrown)) => thrown,
            Err(death) => host.ended(&death),
            Ok(_) => return Ok(host),
        };
        Err(ModuleError {
            file: self.program.module.file_name.clone(),
            message: thrown.to_string(),
            help: thrown.help().to_owned(),
        })
    }

    fn place(&self, slot: Slot) -> usize {
        if self.apart { slot as usize } else { 0 }
    }

    /// Asks the slot's host, a new one where the last was killed.
    fn ask(&mut self, slot: Slot, ask: &Ask<'_>) -> Result<Reply, Thrown> {
        self.with_host(slot, |host| host.ask(ask)).map_err(|(thrown, _)| thrown)
    }

    fn with_host(
        &mut self,
        slot: Slot,
        ask: impl FnOnce(&mut Host) -> Result<Reply, Death>,
    ) -> Result<Reply, (Thrown, Option<Death>)> {
        if let Some(gone) = &self.gone {
            return Err((gone.clone(), None));
        }
        let (place, stops) = (self.place(slot), self.limits.stop.count());
        let is_stopped = || self.limits.stop.count() != stops;
        let mut host = match self.hosts[place].take() {
            Some(host) => host,
            // What others did to the first says nothing about the module.
            None => match self.open().or_else(|error| if is_stopped() { Err(error) } else { self.open() }) {
                Ok(mut host) => {
                    // Where it cannot be told, it keeps the limit it began with.
                    let _ = host.ask(&Ask::Limit(self.limits.memory));
                    host
                }
                Err(_) if is_stopped() => {
                    return Err((Thrown::new(Why::Stopped, "was stopped"), Some(Death::Stopped)));
                }
                Err(error) => {
                    let thrown = Thrown::new(Why::Ended, error.message);
                    self.gone = Some(thrown.clone());
                    return Err((thrown, None));
                }
            },
        };
        let thrown = match ask(&mut host) {
            Ok(Reply::Thrown(thrown) | Reply::Unread(thrown)) if thrown.fatal => (thrown, None),
            Ok(reply @ Reply::Stepped { thrown: Some(Thrown { fatal: true, .. }), .. }) => {
                self.forget(slot);
                return Ok(reply);
            }
            Ok(mut reply) => {
                if let Reply::Thrown(thrown) | Reply::Stepped { thrown: Some(thrown), .. } = &mut reply
                    && let Some(written) = self.program.module.written_place(&thrown.place)
                {
                    thrown.place = Arc::from(written);
                }
                self.hosts[place] = Some(host);
                return Ok(reply);
            }
            Err(death) => (host.ended(&death), Some(death)),
        };
        self.forget(slot);
        Err(thrown)
    }

    /// The slot's host is gone, and the states in it.
    fn forget(&mut self, slot: Slot) {
        self.hosts[self.place(slot)] = None;
        if self.apart {
            self.filled[slot as usize] = false;
        } else {
            self.filled = [false; SLOTS];
        }
    }

    /// The module keeps something outside the state: from now on a fold has a host for itself.
    /// The one that is under way may go on in the host it is in.
    fn part(&mut self) {
        self.apart = true;
        let (last, host) = (self.last as usize, self.hosts[0].take());
        self.hosts[last] = host;
        for (slot, filled) in self.filled.iter_mut().enumerate() {
            *filled &= slot == last;
        }
    }

    /// Puts another state into the slot, by `ask`.
    fn begin(&mut self, slot: Slot, ask: &Ask<'_>) -> Result<(), Thrown> {
        self.filled[slot as usize] = false;
        if self.apart && self.hosts[slot as usize].as_ref().is_some_and(|host| host.used) {
            self.hosts[slot as usize] = None;
        }
        let mut answer = self.ask(slot, ask);
        if !self.apart
            && let Ok(Reply::Thrown(Thrown { why: Why::NoCopy, .. })) = &answer
        {
            self.part();
            self.hosts[slot as usize] = None;
            answer = self.ask(slot, ask);
        }
        done(answer?)?;
        self.filled[slot as usize] = true;
        self.last = slot;
        Ok(())
    }

    /// # Errors
    /// The slot's state went with a host.
    fn check(&self, slot: Slot) -> Result<(), Thrown> {
        if self.filled[slot as usize] {
            return Ok(());
        }
        Err(void())
    }

    /// The state as the host tells it.
    fn shown(&self, text: &RawValue) -> Result<Node, Thrown> {
        let parsed = parse_text(text.get());
        match parsed.error {
            None if self.is_projection => Ok(parts(&parsed.node, self.is_together)),
            None => Ok(parsed.node),
            Some(error) => Err(Thrown::new(Why::NotJson, format!("the state cannot be shown as JSON: {error}"))),
        }
    }

    /// The question that puts a copy into the slot.
    fn restoring<'a>(&self, slot: Slot, text: &'a str) -> Ask<'a> {
        let json = text.strip_prefix('j').filter(|_| self.program.engine.is_javascript());
        match json.and_then(|json| serde_json::from_str(json).ok()) {
            Some(state) => Ask::Put { slot, state },
            None => Ask::Restore { slot, text: Cow::from(text) },
        }
    }

    /// The question for a batch.
    fn line(&mut self, slot: Slot, batch: &Batch<'_>, follows: bool) -> Vec<u8> {
        let Batch { stream, events, keep: Keep { due, every } } = *batch;
        let write_row = if self.is_projection { write_projected } else { write_row };
        let wraps = self.program.engine.knows_wrappers();
        let mut text = String::with_capacity(self.longest.min(LONG_TEXT));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{{\"step\":{{\"slot\":\"{slot:?}\",\"due\":{due},\"every\":{every},\"follows\":{follows},\"stream\":"
        );
        write_string(stream, &mut text);
        text.push_str(",\"rows\":[");
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            write_row(event, wraps, &mut text);
        }
        text.push_str("]}}");
        self.longest = self.longest.max(text.len());
        let mut line = text.into_bytes();
        // Lines end the text; between the parts of JSON they say nothing.
        let mut at = 0;
        while let Some(end) = memchr::memchr2(b'\n', b'\r', &line[at..]) {
            at += end;
            line[at] = b' ';
        }
        line.push(b'\n');
        line
    }

    /// Folds events in one question, which may have been asked already.
    fn fold(&mut self, slot: Slot, batch: &Batch<'_>) -> Folded {
        let is_asked = self.hosts[self.place(slot)].as_ref().is_some_and(|host| host.handed_over > 0);
        let line = if is_asked { None } else { Some(self.line(slot, batch, false)) };
        let events = batch.events.len();
        let reply = self.with_host(slot, |host| {
            if let Some(line) = line {
                host.hand_over(line);
            }
            let reply = host.take_answer()?;
            if !matches!(&reply, Reply::Stepped { done, thrown: None, .. } if *done == events) {
                // What follows on it is void. A host that ends now is noticed by the next call.
                let _ = host.settle();
            }
            Ok(reply)
        });
        match reply {
            Ok(Reply::Stepped { thrown: Some(Thrown { why: Why::Outside, .. }), .. }) => {
                self.part();
                Folded { thrown: Some(void()), unsure: true, ..Folded::default() }
            }
            Ok(Reply::Stepped { done, thrown: None, .. }) if done != events => {
                self.forget(slot);
                let message = format!("the host folded {done} of {events} events, and does not say why");
                Folded {
                    thrown: Some(Thrown { fatal: true, ..Thrown::new(Why::Ended, message) }),
                    unsure: true,
                    ..Folded::default()
                }
            }
            Ok(Reply::Stepped { done, thrown, said, emitted, copied }) => {
                self.last = slot;
                let said = said.into_iter().map(|(at, text)| (at, Arc::from(text))).collect();
                let made = copied.made.into_iter().filter(|(at, _)| *at <= done);
                let copies = Copies {
                    made: made.map(|(at, text)| (at, Saved::Script(Packed::of(&text)))).collect(),
                    refused: copied.refused,
                    took: Duration::try_from_secs_f64(copied.milliseconds / 1e3).unwrap_or_default(),
                };
                Folded { done, thrown, said, emitted, copies, ..Folded::default() }
            }
            Ok(Reply::Unread(thrown)) => Folded { thrown: Some(thrown), unread: true, ..Folded::default() },
            Ok(Reply::Thrown(thrown)) | Err((thrown, None)) => Folded { thrown: Some(thrown), ..Folded::default() },
            // It names the event that was under way; of one there is no other.
            Err((thrown, Some(Death::TooSlow(begun)))) if self.program.engine.names_events() || events == 1 => {
                Folded { done: begun.saturating_sub(1) as usize, thrown: Some(thrown), ..Folded::default() }
            }
            Err((thrown, Some(Death::Memory))) if events == 1 => Folded { thrown: Some(thrown), ..Folded::default() },
            Err((thrown, Some(Death::Stopped))) => Folded { thrown: Some(thrown), ..Folded::default() },
            Err((thrown, Some(_))) => Folded { thrown: Some(thrown), unsure: true, ..Folded::default() },
            Ok(other) => Folded { thrown: Some(unexpected(&other)), ..Folded::default() },
        }
    }
}

pub(super) fn void() -> Thrown {
    Thrown { fatal: true, ..Thrown::new(Why::Void, "the state went with a host that is gone") }
}

fn unexpected(reply: &Reply) -> Thrown {
    let what = match reply {
        Reply::Done => "that it is done",
        Reply::State(_) => "with a state",
        Reply::Saved(_) => "with a copy",
        Reply::Stepped { .. } => "with what it folded",
        _ => "another question",
    };
    let message =
        format!("the host answered {what}, which it was not asked for: does the reducer write answers itself?");
    Thrown { fatal: true, ..Thrown::new(Why::Ended, message) }
}

impl Reducer for Script {
    fn name(&self) -> &Text {
        &self.name
    }

    fn engine(&self) -> Option<String> {
        Some(self.program.engine.to_string())
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        self.begin(slot, &Ask::Start { slot, stream: Cow::from(stream) })
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        self.step_and_keep(slot, &Batch::of(stream, events))
    }

    fn hand_over(&mut self, slot: Slot, batch: &Batch<'_>) -> bool {
        // One that is to be started, or holds no state, is for the step to deal with.
        let place = self.place(slot);
        let Some(mut host) = self.hosts[place].take_if(|_| self.filled[slot as usize]) else { return false };
        host.hand_over(self.line(slot, batch, host.handed_over > 0));
        self.hosts[place] = Some(host);
        true
    }

    fn step_and_keep(&mut self, slot: Slot, batch: &Batch<'_>) -> Stepped {
        let Batch { stream, events, .. } = *batch;
        if let Err(thrown) = self.check(slot) {
            return Stepped { thrown: Some(thrown), unsure: true, ..Stepped::default() };
        }
        let (mut findings, mut said, mut emitted) = (Vec::new(), Vec::new(), Vec::new());
        for (at, event) in events.iter().enumerate() {
            // What the server says of a stream is of no concern to a projection.
            let is_system = self.is_projection && event.event_type.starts_with('$');
            if !self.program.engine.has_whole_numbers()
                && !event.is_skipped
                && !event.is_typed
                && !is_system
                && !event.data.is_untouched()
                && let Some(number) = imprecise(event.data.node())
            {
                findings.push((at, FindingCode::Precision, format!("{number} is above 2^53: JavaScript rounds it")));
            }
        }
        let mut folded = self.fold(slot, batch);
        if folded.unread && events.len() > 1 {
            // One of them spoils the text of all: each by itself, so that the right one is blamed.
            folded = Folded::default();
            for (at, event) in events.iter().enumerate() {
                let mut one = self.fold(slot, &Batch::of(stream, std::slice::from_ref(event)));
                said.extend(one.said.drain(..).map(|(_, text)| (at, text)));
                emitted.extend(one.emitted.drain(..).map(|(_, event)| (at, event)));
                folded = Folded { done: at + one.done, ..one };
                if folded.thrown.is_some() {
                    break;
                }
            }
        }
        let Folded { done, thrown, unsure, said: rest, emitted: others, copies, .. } = folded;
        said.extend(rest);
        emitted.extend(others);
        Stepped { done, thrown, unsure, findings, said, emitted, copies }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        self.check(slot)?;
        match self.ask(slot, &Ask::Export(slot))? {
            Reply::State(text) => self.shown(&text),
            other => Err(thrown_of(other)),
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.check(slot)?;
        match self.ask(slot, &Ask::Save(slot))? {
            Reply::Saved(text) => Ok(Saved::Script(Packed::of(&text))),
            other => Err(thrown_of(other)),
        }
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        let Saved::Script(packed) = saved else { return Err(void()) };
        let text = packed.text().ok_or_else(void)?;
        self.begin(slot, &self.restoring(slot, &text))
    }

    fn jump(&mut self, slot: Slot, from: &Saved, stream: &str, events: &[Step]) -> Result<Node, Thrown> {
        let Saved::Script(packed) = from else { return Err(void()) };
        if self.apart {
            return jump_in_parts(self, slot, from, stream, events);
        }
        // Asked at once: to wait for each answer takes longer than what is asked for.
        let text = packed.text().ok_or_else(void)?;
        let mut lines = self.restoring(slot, &text).to_line();
        if !events.is_empty() {
            lines.extend(self.line(slot, &Batch::of(stream, events), false));
        }
        lines.extend(Ask::Export(slot).to_line());
        self.filled[slot as usize] = false;
        let reply = self.with_host(slot, |host| {
            host.settle()?;
            host.used = true;
            host.process.send(lines);
            let restored = host.answer()?;
            let stepped = if events.is_empty() { None } else { Some(host.answer()?) };
            let shown = host.answer()?;
            Ok(match (restored, stepped) {
                (Reply::Done, None | Some(Reply::Stepped { thrown: None, .. })) => shown,
                (Reply::Done, Some(Reply::Stepped { thrown: Some(thrown), .. })) => Reply::Thrown(thrown),
                (Reply::Done, Some(other)) | (other, _) => other,
            })
        });
        match reply.map_err(|(thrown, _)| thrown)? {
            Reply::State(text) => {
                self.filled[slot as usize] = true;
                self.last = slot;
                self.shown(&text)
            }
            other => Err(thrown_of(other)),
        }
    }

    fn limit_heap(&mut self, bytes: usize) {
        // To ask what is held means a walk over the heap.
        if std::mem::replace(&mut self.limits.memory, bytes) == bytes {
            return;
        }
        for slot in [Slot::Build, Slot::Seek, Slot::Written] {
            // A host that is gone is noticed by the next call.
            let Some(host) = &mut self.hosts[slot as usize] else { continue };
            host.limits.memory = bytes;
            if host.ask(&Ask::Limit(bytes)).is_err() {
                self.forget(slot);
            }
        }
    }

    fn fold_together(&mut self) {
        self.is_together = true;
    }

    fn longest_interval(&self) -> u64 {
        8_192
    }
}

fn done(reply: Reply) -> Result<(), Thrown> {
    match reply {
        Reply::Done => Ok(()),
        other => Err(thrown_of(other)),
    }
}

fn thrown_of(reply: Reply) -> Thrown {
    match reply {
        Reply::Thrown(thrown) => thrown,
        other => unexpected(&other),
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // What folds apart has changed the module that is in it.
        if !self.apart
            && self.clock.is_none()
            && let Some(host) = self.hosts[0].take()
        {
            self.program.give_back(host);
        }
    }
}

/// One event as the driver's `EventRecord` takes it; null where it is skipped.
fn write_row(event: &Step, wrapped: bool, out: &mut String) {
    if event.is_skipped {
        out.push_str("null");
        return;
    }
    out.push('[');
    write_string(&event.event_type, out);
    out.push(',');
    match event.data.json() {
        Some(text) => out.push_str(text),
        None => write_json(event.data.node(), out),
    }
    // Writing to a String cannot fail.
    let _ = write!(out, ",{},", event.version);
    let optional = |text: Option<&str>, out: &mut String| match text {
        Some(text) => write_string(text, out),
        None => out.push_str("null"),
    };
    optional(event.id.as_deref(), out);
    out.push(',');
    match &event.time_text {
        Some(number) if event.is_time_number && is_json_number(number) => out.push_str(number),
        text => optional(text.as_deref(), out),
    }
    out.push(',');
    match &event.position {
        Position::Number(number) => {
            let _ = write!(out, "{number}");
        }
        other => write_json(&other.to_node(), out),
    }
    out.push(',');
    out.push_str(event.metadata.as_deref().unwrap_or("{}"));
    // Few stores have what follows.
    let wrapped = event.data.wrapped.as_ref().filter(|_| wrapped);
    if event.is_typed || event.stream.is_some() || wrapped.is_some() {
        out.push_str(if event.is_typed { ",true," } else { ",false," });
        optional(event.stream.as_deref(), out);
    }
    if let Some(wrapped) = wrapped {
        out.push(',');
        write_string(&to_text(wrapped), out);
    }
    out.push(']');
}

/// One event as the driver's `projected` takes it; null where it is skipped.
fn write_projected(event: &Step, _wrapped: bool, out: &mut String) {
    if event.is_skipped {
        out.push_str("null");
        return;
    }
    let optional = |text: Option<&str>, out: &mut String| match text {
        Some(text) => write_string(text, out),
        None => out.push_str("null"),
    };
    out.push('[');
    write_string(&event.event_type, out);
    // Writing to a String cannot fail.
    let _ = write!(out, ",{},", event.version);
    write_string(event.id.as_deref().unwrap_or_default(), out);
    out.push_str(if event.data.is_opaque { ",false," } else { ",true," });
    let time = event.time.map(Time::to_rfc3339);
    write_string(time.as_deref().or(event.time_text.as_deref()).unwrap_or_default(), out);
    out.push(',');
    if let Some(text) = event.data.json() {
        write_string(text, out);
    } else {
        match event.data.node() {
            Node::Null => out.push_str("null"),
            Node::Raw(text) => write_string(text, out),
            Node::String(text) if event.data.is_opaque => write_string(text, out),
            Node::Bytes(bytes) => write_string(&String::from_utf8_lossy(bytes), out),
            node => write_string(&to_text(node), out),
        }
    }
    out.push(',');
    optional(event.metadata.as_deref(), out);
    if event.stream.is_some() {
        out.push(',');
        optional(event.stream.as_deref(), out);
    }
    out.push(']');
}

/// The state of a projection from all of its parts: of one stream its partition, else all of them
/// by name; with the shared one where there is one.
fn parts(node: &Node, is_together: bool) -> Node {
    let partitions = node.get("partitions").unwrap_or(&Node::Null);
    let own = match (node.get("by").and_then(Node::as_str), partitions) {
        (Some("partitions"), _) => partitions.clone(),
        (Some("streams"), _) if is_together => partitions.clone(),
        (_, Node::Object(object)) => object.0.first().map_or(Node::Null, |(_, state)| state.clone()),
        _ => Node::Null,
    };
    match node.get("shared") {
        Some(shared) => Node::array(vec![own, shared.clone()]),
        None => own,
    }
}

/// A whole number that JavaScript would round.
fn imprecise(node: &Node) -> Option<Text> {
    match node {
        Node::Number(text) => {
            if text.len() <= SAFE_DIGITS {
                return None;
            }
            let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            let size = text.trim_start_matches('-').parse::<u128>().unwrap_or(u128::MAX);
            (whole && size > 1 << 53).then(|| Arc::clone(text))
        }
        Node::Array(items) => items.iter().find_map(imprecise),
        Node::Object(object) => object.0.iter().find_map(|(_, node)| imprecise(node)),
        _ => None,
    }
}

fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}
