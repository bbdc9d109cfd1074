//! Reducers in a process of their own: the program starts itself as a host, with a hidden
//! verb, and asks it one thing at a time, in lines of JSON.
//!
//! What the user wrote, and the parser that takes its types off, run there only. A host may
//! hang, burn or crash: it is killed and replaced, and the event at fault is named. A host that
//! was never killed is used again for the next module.

mod compile;
mod process;
mod serve;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use super::js::MEMORY_BYTES;
use super::js::{too_much_memory, too_slow};
use super::module::{Export, Module, ModuleError};
use super::{Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown, Why};
use crate::model::json::{parse_text, write as write_json, write_string};
use crate::model::{FindingCode, Node, Position, Text};
use process::{Death, Limits, Process};
pub use serve::serve;

/// The verb that makes the program a host.
pub const HOST_VERB: &str = "reducer-host";

/// A call into a reducer may take this long, each of its events anew.
const CALL_TIME: Duration = Duration::from_secs(2);
/// Parsing a source text may take this long.
const COMPILE_TIME: Duration = Duration::from_secs(20);
/// Text of a batch whose memory is given back.
const LONG_TEXT: usize = 4 << 20;
/// Digits above which a whole number may not fit a JavaScript number.
const SAFE_DIGITS: usize = 15;

/// What a host is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask<'a> {
    /// Take the types off a source text, and say what it imports.
    Compile {
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        text: Cow<'a, str>,
    },
    /// Evaluate a module; what was loaded before is gone.
    Load {
        #[serde(borrow)]
        entry: Cow<'a, str>,
        #[serde(borrow)]
        file_name: Cow<'a, str>,
        #[serde(borrow)]
        sources: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
        /// What a call may take.
        milliseconds: u64,
    },
    /// The export that folds from now on.
    Use {
        #[serde(borrow)]
        export: Cow<'a, str>,
    },
    Start(Slot),
    Step {
        slot: Slot,
        #[serde(borrow)]
        stream: Cow<'a, str>,
        /// An array of rows, as the driver's `makeEvent` takes them.
        #[serde(borrow)]
        rows: &'a RawValue,
    },
    Export(Slot),
    Save(Slot),
    Restore {
        slot: Slot,
        #[serde(borrow)]
        text: Cow<'a, str>,
    },
    /// The memory it may hold.
    Limit(usize),
    /// Forget the module.
    Drop,
}

/// What it answers. While it works it also says `at N` now and then: events begun so far.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done,
    Compiled {
        source: String,
        imports: Vec<String>,
    },
    Loaded(Vec<Export>),
    /// A source or a module that cannot be used.
    Refused {
        message: String,
        help: String,
    },
    Stepped {
        done: usize,
        thrown: Option<Thrown>,
    },
    /// The rows are no text that it can read: none was folded.
    Unread(Thrown),
    State(Box<RawValue>),
    Saved {
        text: String,
        names: bool,
    },
    Thrown(Thrown),
}

/// Asks whoever waits for a reducer to wait no longer. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicU64>);

impl Stop {
    /// Ends the call that is waited for now, if any.
    pub fn stop(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A host that can be asked.
pub struct Host {
    process: Process,
    limits: Limits,
}

thread_local! {
    /// A host that nobody uses, and that holds nobody's module.
    static IDLE: RefCell<Option<Process>> = const { RefCell::new(None) };
}

impl Host {
    /// One that waits already, or a new one.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start() -> Result<Host, ModuleError> {
        let limits = Limits { time: CALL_TIME, memory: MEMORY_BYTES, stop: Stop::default() };
        // It may have been ended by others while it waited.
        let idle = IDLE
            .with(|idle| idle.borrow_mut().take())
            .and_then(|mut process| process.is_there().then_some(Ok(process)));
        let process = idle.unwrap_or_else(Process::start).map_err(|error| ModuleError {
            file: "the reducer".to_owned(),
            message: format!("the process to run it in cannot be started: {error}"),
            help: "close other programs, or start Eventglass anew".to_owned(),
        })?;
        Ok(Host { process, limits })
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Reply, Death> {
        let mut line = serde_json::to_vec(ask).map_err(|error| Death::Ended(error.to_string()))?;
        line.push(b'\n');
        self.send(line)
    }

    fn send(&mut self, line: Vec<u8>) -> Result<Reply, Death> {
        let answer = self.process.ask(line, &self.limits)?;
        serde_json::from_slice(&answer).map_err(|error| Death::Ended(format!("its answer cannot be read: {error}")))
    }

    /// JavaScript without types, and what it imports.
    ///
    /// # Errors
    /// Why the text cannot be used; the host may be gone then.
    pub fn compile(&mut self, name: &str, text: &str) -> Result<(String, Vec<String>), String> {
        self.limits.time = COMPILE_TIME;
        let reply = self.ask(&Ask::Compile { name: name.into(), text: text.into() });
        self.limits.time = CALL_TIME;
        match reply {
            Ok(Reply::Compiled { source, imports }) => Ok((source, imports)),
            Ok(Reply::Refused { message, .. }) => Err(message),
            Ok(other) => Err(format!("the host answered {other:?}")),
            Err(Death::TooSlow(_)) => Err(format!("parsing it {}", too_slow(COMPILE_TIME))),
            Err(Death::Memory) => Err(format!("parsing it {}", too_much_memory(self.limits.memory))),
            Err(Death::Ended(_) | Death::Stopped) => {
                Err("parsing it ended the parser: it is nested too deep".to_owned())
            }
        }
    }

    /// Evaluates a module, and says which of its exports can fold events, in its order.
    ///
    /// # Errors
    /// A module that does not parse, throws while it loads, or exports no reducer.
    pub fn load(&mut self, module: &Module) -> Result<Vec<Export>, ModuleError> {
        let sources = module.sources.iter().map(|(name, text)| (Cow::from(name), Cow::from(&**text))).collect();
        let milliseconds = self.limits.time.as_millis() as u64;
        let (entry, file_name) = (Cow::from(&module.entry), Cow::from(&module.file_name));
        let reply = self.ask(&Ask::Load { entry, file_name, sources, milliseconds });
        let refused = |message: String, help: String| ModuleError { file: module.file_name.clone(), message, help };
        match reply {
            Ok(Reply::Loaded(exports)) => Ok(exports),
            Ok(Reply::Refused { message, help }) => Err(refused(message, help)),
            Ok(other) => Err(refused(format!("the host answered {other:?}"), "report this".to_owned())),
            Err(death) => {
                let thrown = self.ended(&death);
                Err(refused(format!("while it loads, it {}", thrown.message), thrown.help().to_owned()))
            }
        }
    }

    /// What is said of a call whose process is gone.
    fn ended(&self, death: &Death) -> Thrown {
        let message = match death {
            Death::TooSlow(_) => too_slow(self.limits.time),
            Death::Memory => too_much_memory(self.limits.memory),
            Death::Ended(how) => format!("ended the process that ran it ({how})"),
            Death::Stopped => "was stopped".to_owned(),
        };
        Thrown { fatal: true, ..Thrown::new(death.why(), message) }
    }
}

/// A user's reducer; see [`Reducer`].
pub struct Script {
    name: Text,
    module: Arc<Module>,
    export: String,
    limits: Limits,
    /// `None`: it was killed, and the next call starts another.
    host: Option<Host>,
    /// A new host did not come as far as the old one: there will be no other.
    gone: Option<Thrown>,
    /// Number of this session: a copy that names objects of an older one is void.
    number: u64,
    /// Slots that hold a state: those of a host that was killed hold none.
    filled: [bool; SLOTS],
    /// Text of a batch, reused.
    text: String,
}

impl Script {
    /// # Errors
    /// A module that does not load, an export that is not there, an initial state that throws.
    pub fn new(module: &Arc<Module>, export: &str, stop: &Stop) -> Result<Script, ModuleError> {
        let mut script = Script {
            name: Arc::from(format!("{}#{export}", module.file_name)),
            module: Arc::clone(module),
            export: export.to_owned(),
            limits: Limits { time: CALL_TIME, memory: MEMORY_BYTES, stop: stop.clone() },
            host: None,
            gone: None,
            number: 0,
            filled: [false; SLOTS],
            text: String::new(),
        };
        script.host = Some(script.open()?);
        Ok(script)
    }

    /// A call may take no longer than this; for tests, which have many that do.
    ///
    /// # Errors
    /// As [`Script::new`].
    pub fn within(mut self, time: Duration) -> Result<Script, ModuleError> {
        self.limits.time = time;
        self.host = Some(self.open()?);
        Ok(self)
    }

    /// A host with the module in it.
    fn open(&self) -> Result<Host, ModuleError> {
        let mut host = Host { limits: self.limits.clone(), ..Host::start()? };
        host.load(&self.module)?;
        let thrown = match host.ask(&Ask::Use { export: Cow::from(&self.export) }) {
            Ok(Reply::Thrown(thrown)) => thrown,
            Err(death) => host.ended(&death),
            Ok(_) => return Ok(host),
        };
        Err(ModuleError {
            file: self.module.file_name.clone(),
            message: thrown.to_string(),
            help: thrown.help().to_owned(),
        })
    }

    /// Asks the host, a new one where the last was killed.
    fn ask(&mut self, ask: &Ask<'_>) -> Result<Reply, Thrown> {
        self.with_host(|host| host.ask(ask)).map_err(|(thrown, _)| thrown)
    }

    fn with_host(
        &mut self,
        ask: impl FnOnce(&mut Host) -> Result<Reply, Death>,
    ) -> Result<Reply, (Thrown, Option<Death>)> {
        if let Some(gone) = &self.gone {
            return Err((gone.clone(), None));
        }
        let mut host = match self.host.take() {
            Some(host) => host,
            // What others did to the first says nothing about the module.
            None => match self.open().or_else(|_| self.open()) {
                Ok(mut host) => {
                    // Where it cannot be told, it keeps the limit it began with.
                    let _ = host.ask(&Ask::Limit(self.limits.memory));
                    host
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
            Ok(Reply::Stepped { done, thrown: Some(thrown) }) if thrown.fatal => {
                self.forget();
                return Ok(Reply::Stepped { done, thrown: Some(thrown) });
            }
            Ok(reply) => {
                self.host = Some(host);
                return Ok(reply);
            }
            Err(death) => (host.ended(&death), Some(death)),
        };
        self.forget();
        Err(thrown)
    }

    /// The session is gone, and all its states.
    fn forget(&mut self) {
        self.host = None;
        self.number += 1;
        self.filled = [false; SLOTS];
    }

    /// # Errors
    /// The slot's state went with a session.
    fn check(&self, slot: Slot) -> Result<(), Thrown> {
        if self.filled[slot as usize] {
            return Ok(());
        }
        Err(Thrown { fatal: true, ..Thrown::new(Why::Void, "the state went with a session that is gone") })
    }

    /// Folds the rows of `self.text`, which are so many.
    fn fold(&mut self, slot: Slot, stream: &str, events: usize) -> Folded {
        // Lines end the text; between the parts of JSON they say nothing.
        let mut line = Vec::with_capacity(self.text.len() + stream.len() + 64);
        let mut head = format!("{{\"step\":{{\"slot\":\"{slot:?}\",\"stream\":");
        write_string(stream, &mut head);
        head.push_str(",\"rows\":");
        line.extend_from_slice(head.as_bytes());
        line.extend(self.text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        line.extend_from_slice(b"}}\n");
        match self.with_host(|host| host.send(line)) {
            Ok(Reply::Stepped { done, thrown: None }) if done != events => {
                self.forget();
                let message = format!("the host folded {done} of {events} events, and does not say why");
                Folded {
                    thrown: Some(Thrown { fatal: true, ..Thrown::new(Why::Ended, message) }),
                    unsure: true,
                    ..Folded::default()
                }
            }
            Ok(Reply::Stepped { done, thrown }) => Folded { done, thrown, ..Folded::default() },
            Ok(Reply::Unread(thrown)) => Folded { thrown: Some(thrown), unread: true, ..Folded::default() },
            Ok(Reply::Thrown(thrown)) | Err((thrown, None)) => Folded { thrown: Some(thrown), ..Folded::default() },
            // It names the event that was under way.
            Err((thrown, Some(Death::TooSlow(begun)))) => {
                Folded { done: begun.saturating_sub(1) as usize, thrown: Some(thrown), ..Folded::default() }
            }
            Err((thrown, Some(Death::Stopped))) => Folded { thrown: Some(thrown), ..Folded::default() },
            Err((thrown, Some(_))) => Folded { thrown: Some(thrown), unsure: true, ..Folded::default() },
            Ok(other) => Folded { thrown: Some(unexpected(&other)), ..Folded::default() },
        }
    }
}

/// What became of the rows of one line.
#[derive(Default)]
struct Folded {
    done: usize,
    thrown: Option<Thrown>,
    unread: bool,
    unsure: bool,
}

fn unexpected(reply: &Reply) -> Thrown {
    Thrown::new(Why::Ended, format!("the host answered {reply:?}"))
}

impl Reducer for Script {
    fn name(&self) -> &Text {
        &self.name
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot) -> Result<(), Thrown> {
        self.ask(&Ask::Start(slot)).and_then(done)?;
        self.filled[slot as usize] = true;
        Ok(())
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        if let Err(thrown) = self.check(slot) {
            return Stepped { thrown: Some(thrown), unsure: true, ..Stepped::default() };
        }
        let mut findings = Vec::new();
        self.text.clear();
        self.text.push('[');
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            write_row(event, &mut self.text);
            if !event.is_skipped
                && !event.is_typed
                && let Some(number) = imprecise(&event.data.node)
            {
                findings.push((at, FindingCode::Precision, format!("{number} is above 2^53: JavaScript rounds it")));
            }
        }
        self.text.push(']');
        let mut folded = self.fold(slot, stream, events.len());
        if folded.unread && events.len() > 1 {
            // One of them spoils the text of all: each by itself, so that the right one is blamed.
            folded = Folded::default();
            for (at, event) in events.iter().enumerate() {
                self.text.clear();
                self.text.push('[');
                write_row(event, &mut self.text);
                self.text.push(']');
                let one = self.fold(slot, stream, 1);
                folded = Folded { done: at + one.done, ..one };
                if folded.thrown.is_some() {
                    break;
                }
            }
        }
        if self.text.capacity() > LONG_TEXT {
            self.text = String::new();
        }
        let Folded { done, thrown, unsure, .. } = folded;
        Stepped { done, thrown, unsure, findings }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        self.check(slot)?;
        let text = match self.ask(&Ask::Export(slot))? {
            Reply::State(text) => text,
            other => return Err(thrown_of(other)),
        };
        let parsed = parse_text(text.get());
        match parsed.error {
            None => Ok(parsed.node),
            Some(error) => Err(Thrown::new(Why::NotJson, format!("the state cannot be shown as JSON: {error}"))),
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.check(slot)?;
        match self.ask(&Ask::Save(slot))? {
            Reply::Saved { text, names } => {
                Ok(Saved::Script { text: Arc::from(text), session: names.then_some(self.number) })
            }
            other => Err(thrown_of(other)),
        }
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        let void = || Thrown::new(Why::Void, "the copy belongs to a session that is gone");
        let Saved::Script { text, session } = saved else { return Err(void()) };
        if session.is_some_and(|session| session != self.number) {
            return Err(void());
        }
        self.ask(&Ask::Restore { slot, text: Cow::from(&**text) }).and_then(done)?;
        self.filled[slot as usize] = true;
        Ok(())
    }

    fn limit_heap(&mut self, bytes: usize) {
        // To ask what is held means a walk over the heap.
        if std::mem::replace(&mut self.limits.memory, bytes) == bytes {
            return;
        }
        if let Some(host) = &mut self.host {
            host.limits.memory = bytes;
            // A host that is gone is noticed by the next call.
            if host.ask(&Ask::Limit(bytes)).is_err() {
                self.forget();
            }
        }
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
        // Whoever is next loads another module into it.
        if let Some(host) = self.host.take() {
            host.rest();
        }
    }
}

impl Host {
    /// Gives back what the module held, and waits for the next one who needs a host.
    pub fn rest(mut self) {
        if matches!(self.ask(&Ask::Drop), Ok(Reply::Done)) {
            let Host { process, .. } = self;
            // Where the thread is ending there is no next one.
            let _ = IDLE.try_with(|idle| idle.replace(Some(process)));
        }
    }
}

/// One event as the driver's `makeEvent` takes it; null where it is skipped.
fn write_row(event: &Step, out: &mut String) {
    if event.is_skipped {
        out.push_str("null");
        return;
    }
    out.push('[');
    write_string(&event.event_type, out);
    out.push(',');
    match &event.data.json {
        Some(text) => out.push_str(text),
        None => write_json(&event.data.node, out),
    }
    // Writing to a String cannot fail.
    let _ = write!(out, ",{},", event.version);
    let optional = |text: Option<&str>, out: &mut String| match text {
        Some(text) => write_string(text, out),
        None => out.push_str("null"),
    };
    optional(event.id.as_deref(), out);
    out.push(',');
    optional(event.time_text.as_deref(), out);
    out.push(',');
    match &event.position {
        Position::Number(number) => {
            let _ = write!(out, "{number}");
        }
        other => write_json(&other.to_node(), out),
    }
    out.push(',');
    optional(event.metadata.as_deref(), out);
    // Few stores have what follows.
    if event.is_typed || event.stream.is_some() {
        out.push_str(if event.is_typed { ",true," } else { ",false," });
        optional(event.stream.as_deref(), out);
    }
    out.push(']');
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
