//! JavaScript reducers in a sandbox: QuickJS without files, network, clock or
//! randomness, with limits on time, memory and stack.
//!
//! A state stays in JavaScript between events; it leaves only to be shown or copied
//! (`driver.js`). A [`Module`] is the user's file with everything it imports, read
//! beforehand: nothing here touches a file.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Persistent, Runtime, Value};

use super::{Reducer, Saved, Slot, Step, Stepped, Thrown};
use crate::model::json::{parse_text, write as write_json, write_string};
use crate::model::{FindingCode, Node, Position, Problem, Text};

/// A call into a reducer may take this long, each of its events anew.
const CALL_TIME: Duration = Duration::from_secs(2);
/// Memory of one session, unless told otherwise.
pub const MEMORY_BYTES: usize = 256 << 20;
/// Memory that a session has beside what it holds when its limit is lowered.
const ROOM_BYTES: usize = 16 << 20;
/// Stack of one session; threads that run one have at least eight times as much.
const STACK_BYTES: usize = 1 << 20;
/// Text of a batch whose memory is given back.
const LONG_TEXT: usize = 4 << 20;
/// Digits above which a whole number may not fit a JavaScript number.
const SAFE_DIGITS: usize = 15;

const DRIVER: &str = include_str!("driver.js");

/// A user's module and what it imports, by path; types are stripped already.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Path of the file that the user named.
    pub entry: String,
    /// Last part of that path, as shown.
    pub file_name: String,
    /// Path to JavaScript text, the entry among them.
    pub sources: BTreeMap<String, Arc<str>>,
}

/// An export that can fold events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// `default`, `account`, or `reducers.account`.
    pub name: String,
    pub kind: ExportKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// `(state, event) => state`.
    Function,
    /// `{ initialState, evolve }`.
    Decider,
    /// Handlers by event type.
    Handlers,
}

/// Why a module cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ModuleError {
    pub file: String,
    pub message: String,
    pub help: String,
}

impl From<ModuleError> for Problem {
    fn from(error: ModuleError) -> Problem {
        Problem { what: format!("{} cannot be used", error.file), cause: error.message, help: error.help }
    }
}

/// The exports of a module that can fold events, in the module's order.
///
/// # Errors
/// A module that does not parse, throws while it loads, or exports no reducer.
pub fn exports(module: &Module) -> Result<Vec<Export>, ModuleError> {
    let session = Engine::open(module)?;
    let found = session.context.with(|ctx| session.list(&ctx))?;
    if found.is_empty() {
        return Err(ModuleError {
            file: module.file_name.clone(),
            message: "it exports nothing that can fold events".to_owned(),
            help: "export a function (state, event) => state, an object { initialState, evolve }, or handlers by event type"
                .to_owned(),
        });
    }
    Ok(found)
}

/// One QuickJS runtime with the user's module in it.
struct Engine {
    // Dropped in this order: values before the runtime that owns them.
    driver: Persistent<Object<'static>>,
    namespace: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    /// Milliseconds after `epoch` at which the call under way is cut off.
    until: Arc<AtomicU64>,
    epoch: Instant,
    cut: Rc<Cell<bool>>,
    memory_limit: Cell<usize>,
    /// Events begun so far; the driver counts.
    begun: Rc<Cell<u64>>,
    /// The module may make accessors or read-only members; see [`may_be_odd`].
    may_be_odd: u8,
    file_name: String,
}

/// What the driver says about a batch.
enum Folded {
    All,
    /// Its text is none that JavaScript can read; no event was folded.
    Unread(Thrown),
    /// Events folded before the one that threw.
    Threw(usize, Thrown),
}

struct InMemory(Arc<BTreeMap<String, Arc<str>>>);

impl Resolver for InMemory {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let found = resolve(base, name).and_then(|path| candidates(&path).into_iter().find(|p| self.0.contains_key(p)));
        found.ok_or_else(|| rquickjs::Error::new_resolving(base, name))
    }
}

impl Loader for InMemory {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<rquickjs::Module<'js, Declared>> {
        let source = self.0.get(name).ok_or_else(|| rquickjs::Error::new_loading(name))?;
        rquickjs::Module::declare(ctx.clone(), name, source.as_bytes())
    }
}

/// The path that `name` means inside the module at `base`; `None` where it is no
/// relative import or leaves the folder above the root.
pub fn resolve(base: &str, name: &str) -> Option<String> {
    if !name.starts_with("./") && !name.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Files that an import may mean: TypeScript writes `./x.js` or `./x` for `x.ts`.
pub fn candidates(path: &str) -> Vec<String> {
    let mut list = vec![path.to_owned()];
    for (written, meant) in
        [(".js", ".ts"), (".mjs", ".mts"), ("", ".ts"), ("", ".js"), ("", ".mjs"), ("", "/index.ts"), ("", "/index.js")]
    {
        if let Some(stem) = path.strip_suffix(written) {
            list.push(format!("{stem}{meant}"));
        }
    }
    list
}

impl Engine {
    fn open(module: &Module) -> Result<Engine, ModuleError> {
        let failed = |message: String, help: &str| ModuleError {
            file: module.file_name.clone(),
            message,
            help: help.to_owned(),
        };
        let engine = |error: rquickjs::Error| failed(error.to_string(), "close other programs to free memory");
        let runtime = Runtime::new().map_err(engine)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        runtime.set_max_stack_size(STACK_BYTES);
        let (until, epoch, cut) = (Arc::new(AtomicU64::new(u64::MAX)), Instant::now(), Rc::new(Cell::new(false)));
        let (watched, noted) = (Arc::clone(&until), Rc::clone(&cut));
        let begun = Rc::new(Cell::new(0u64));
        let (counted, seen) = (Rc::clone(&begun), Cell::new(0u64));
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let now = epoch.elapsed();
            // Asked every few thousand operations: another event is under way by now.
            if seen.replace(counted.get()) != counted.get() {
                watched.store((now + CALL_TIME).as_millis() as u64, Ordering::Relaxed);
            }
            let late = now.as_millis() as u64 > watched.load(Ordering::Relaxed);
            if late {
                noted.set(true);
            }
            late
        })));
        let sources = Arc::new(module.sources.clone());
        runtime.set_loader(InMemory(Arc::clone(&sources)), InMemory(sources));
        let context = Context::full(&runtime).map_err(engine)?;
        let arm = || until.store((epoch.elapsed() + CALL_TIME).as_millis() as u64, Ordering::Relaxed);
        arm();
        let loaded = context.with(|ctx| {
            let driver: Object<'_> = ctx.eval(DRIVER).catch(&ctx).map_err(|error| caught(&error).0)?;
            let counter = Rc::clone(&begun);
            Function::new(ctx.clone(), move || counter.set(counter.get() + 1))
                .and_then(|count| driver.get::<_, Function<'_>>("countWith")?.call::<_, ()>((count,)))
                .map_err(|error| error.to_string())?;
            let source = module.sources.get(&module.entry).map_or(&b""[..], |text| text.as_bytes());
            let run = || {
                let (module, promise) =
                    rquickjs::Module::declare(ctx.clone(), module.entry.as_str(), source)?.eval()?;
                promise.finish::<()>()?;
                module.namespace()
            };
            let namespace = run().catch(&ctx).map_err(|error| {
                let (message, place) = caught(&error);
                if place.is_empty() { message } else { format!("{message} at {place}") }
            })?;
            Ok((Persistent::save(&ctx, driver), Persistent::save(&ctx, namespace)))
        });
        let (driver, namespace) = loaded.map_err(|message: String| {
            let help = if cut.get() {
                "it does not come to an end while loading; move the work into the reducer"
            } else {
                "correct the module, or bundle it: npx esbuild x.ts --bundle --format=esm"
            };
            failed(message, help)
        })?;
        let file_name = module.file_name.clone();
        Ok(Engine {
            context,
            runtime,
            driver,
            namespace,
            until,
            epoch,
            cut,
            memory_limit: Cell::new(MEMORY_BYTES),
            begun,
            may_be_odd: module.sources.values().map(|text| may_be_odd(text)).max().unwrap_or(0),
            file_name,
        })
    }

    /// Memory for the session. A state that is there must not fall for the smaller share of a
    /// store beside which another was opened, so what is held stays, and some room with it.
    fn limit_memory(&self, bytes: usize) {
        let held = self.runtime.memory_usage().malloc_size as usize;
        let limit = bytes.max(held + ROOM_BYTES).min(MEMORY_BYTES);
        self.runtime.set_memory_limit(limit);
        self.memory_limit.set(limit);
    }

    /// Runs a call under the time limit.
    fn call<T>(&self, run: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>) -> Result<T, Thrown> {
        self.cut.set(false);
        self.until.store((self.epoch.elapsed() + CALL_TIME).as_millis() as u64, Ordering::Relaxed);
        let result = self.context.with(|ctx| {
            let driver = match self.driver.clone().restore(&ctx) {
                Ok(driver) => driver,
                Err(error) => return Err((error.to_string(), String::new())),
            };
            run(&ctx, &driver).catch(&ctx).map_err(|error| caught(&error))
        });
        self.until.store(u64::MAX, Ordering::Relaxed);
        result.map_err(|(message, place)| self.thrown(message, place))
    }

    /// Folds the rows of `text`.
    fn fold(&self, slot: Slot, text: &str, stream: &str, count: usize) -> Folded {
        let before = self.begun.get();
        let result = self.call(|_, driver| {
            let step: Function<'_> = driver.get("step")?;
            let answer: Vec<Value<'_>> = step.call((slot as usize, text, stream))?;
            let done = answer.first().and_then(Value::as_number).unwrap_or(0.0);
            if answer.len() < 2 {
                return Ok((done, None));
            }
            // A text that is none in UTF-8 still says that something was thrown.
            let text = |at: usize| answer.get(at).and_then(|v| v.as_string()).and_then(|s| s.to_string().ok());
            let message = text(1).unwrap_or_else(|| "threw an Error whose message is no text".to_owned());
            Ok((done, Some((message, text(2).unwrap_or_default()))))
        });
        match result {
            Ok((done, Some((message, _)))) if done < 0.0 => {
                let fatal = message.contains("out of memory");
                Folded::Unread(Thrown {
                    message: Arc::from(format!("JavaScript cannot read the data of this event: {message}")),
                    place: Arc::from(""),
                    help: "skip this event: its data is nested too deep or too big",
                    fatal,
                })
            }
            Ok((done, Some((message, place)))) => Folded::Threw(done as usize, self.thrown(message, place)),
            Ok((done, None)) if done < count as f64 => {
                let message = format!("the sandbox folded {done} events of {count}");
                Folded::Threw(done.max(0.0) as usize, self.thrown(message, String::new()))
            }
            Ok(_) => Folded::All,
            // Cut off: the count of events begun tells at which.
            Err(thrown) => {
                let at = (self.begun.get() - before).saturating_sub(1) as usize;
                Folded::Threw(at.min(count.saturating_sub(1)), thrown)
            }
        }
    }

    /// Names the limit where one was hit.
    fn thrown(&self, message: String, place: String) -> Thrown {
        let limit = self.memory_limit.get();
        let full = self.runtime.memory_usage().malloc_size as usize > limit / 2;
        let (message, help, fatal) = if self.cut.get() {
            (format!("took longer than {} s and was cut off", CALL_TIME.as_secs()), "look for an endless loop", false)
        } else if message.contains("out of memory") || (full && message.is_empty()) {
            let message = format!("used more than {} MiB and was cut off", limit >> 20);
            (message, "look for something that grows with every event", true)
        } else if message.contains("stack overflow") || message.contains("call stack") {
            (message, "look for a recursion without an end", false)
        } else {
            (message, "give missing parts a default, or let the reducer skip this event", false)
        };
        Thrown { message: Arc::from(message), place: Arc::from(place), help, fatal }
    }

    fn list<'js>(&self, ctx: &Ctx<'js>) -> Result<Vec<Export>, ModuleError> {
        let wrong = |error: rquickjs::Error| ModuleError {
            file: self.file_name.clone(),
            message: error.to_string(),
            help: "correct the module".to_owned(),
        };
        let driver = self.driver.clone().restore(ctx).map_err(wrong)?;
        let namespace = self.namespace.clone().restore(ctx).map_err(wrong)?;
        let kind_of: Function<'js> = driver.get("kindOf").map_err(wrong)?;
        let mut found = Vec::new();
        let mut look = |prefix: &str, object: &Object<'js>| -> rquickjs::Result<()> {
            for name in object.keys::<String>() {
                let name = name?;
                if prefix.is_empty() && matches!(name.as_str(), "initialState" | "upcast" | "reducers") {
                    continue;
                }
                let value: Value<'js> = object.get(&name)?;
                let kind: String = kind_of.call((value,))?;
                let kind = match kind.as_str() {
                    "function" => ExportKind::Function,
                    "decider" => ExportKind::Decider,
                    "handlers" => ExportKind::Handlers,
                    _ => continue,
                };
                found.push(Export { name: format!("{prefix}{name}"), kind });
            }
            Ok(())
        };
        look("", &namespace).map_err(wrong)?;
        if let Ok(table) = namespace.get::<_, Object<'_>>("reducers") {
            look("reducers.", &table).map_err(wrong)?;
        }
        Ok(found)
    }

    /// Makes the export the one that folds.
    fn choose(&self, export: &str, wants_all: bool) -> Result<(), Thrown> {
        self.call(|ctx, driver| {
            let namespace = self.namespace.clone().restore(ctx)?;
            let value: Value<'_> = match export.strip_prefix("reducers.") {
                Some(name) => namespace.get::<_, Object<'_>>("reducers")?.get(name)?,
                None => namespace.get(export)?,
            };
            let initial: Value<'_> =
                namespace.get("initialState").unwrap_or_else(|_| Value::new_undefined(ctx.clone()));
            driver.get::<_, Function<'_>>("use")?.call::<_, ()>((value, initial, wants_all, self.may_be_odd))
        })
    }
}

/// Whether the text has words by which accessors (1) or read-only members (2) come to be:
/// copies then look at each member. Too many is slow, never wrong.
fn may_be_odd(text: &str) -> u8 {
    let words = ["define", "Descriptor", "Object.create", "Object[", "Reflect[", "eval", "Function("];
    if words.iter().any(|word| text.contains(word)) {
        return 2;
    }
    let makes_accessor = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
                && after.is_some_and(|c| c.is_whitespace() || matches!(c, '[' | '\'' | '"' | '/'))
        })
    };
    u8::from(makes_accessor("get") || makes_accessor("set"))
}

/// Message and place of what was thrown.
fn caught(error: &CaughtError<'_>) -> (String, String) {
    match error {
        CaughtError::Exception(exception) => {
            let name: String = exception.as_object().get("name").unwrap_or_else(|_| "Error".to_owned());
            let message = exception.message().unwrap_or_default();
            let stack = exception.stack().unwrap_or_default();
            // The user's own line, not one of the driver.
            let places =
                stack.lines().filter_map(|line| line.rsplit_once('(')).map(|(_, place)| place.trim_end_matches(')'));
            let place = places.into_iter().find(|place| !place.starts_with("eval_script:"));
            (format!("{name}: {message}"), place.unwrap_or_default().to_owned())
        }
        CaughtError::Value(_) => ("threw a value that is no Error".to_owned(), String::new()),
        CaughtError::Error(error) => (error.to_string(), String::new()),
    }
}

/// A user's reducer; see [`Reducer`].
pub struct Script {
    name: Text,
    module: Module,
    export: String,
    session: Engine,
    /// Number of this session: a copy that names objects of an older one is void.
    number: u64,
    wants_all: bool,
    /// Memory asked of the last [`Reducer::limit_heap`].
    heap: usize,
    /// The batch under way as JSON text, reused.
    text: String,
}

impl Script {
    /// # Errors
    /// A module that does not load, an export that is not there, an initial state that throws.
    pub fn new(module: &Module, export: &str) -> Result<Script, ModuleError> {
        let session = Engine::open(module)?;
        let source = module.sources.get(&module.entry).map_or("", |text| text);
        // `{ ...event }` and the like copy own members only, so then all are there.
        let wants_all = ["Object.assign", "Object.entries", "Object.keys", "Object.values", "JSON.stringify"]
            .iter()
            .any(|word| source.contains(word))
            || source.match_indices("...").any(|(at, _)| {
                let name = source[at + 3..].trim_start();
                ["e", "ev", "evt", "event", "rest", "action", "msg", "message"].iter().any(|word| {
                    name.strip_prefix(word)
                        .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_'))
                })
            });
        session.choose(export, wants_all).map_err(|thrown| ModuleError {
            file: module.file_name.clone(),
            message: thrown.to_string(),
            help: thrown.help.to_owned(),
        })?;
        Ok(Script {
            name: Arc::from(format!("{}#{export}", module.file_name)),
            module: module.clone(),
            export: export.to_owned(),
            session,
            number: 0,
            wants_all,
            heap: MEMORY_BYTES,
            text: String::new(),
        })
    }

    /// After memory ran out nothing of the session can be trusted.
    fn renew(&mut self) {
        if let Ok(session) = Engine::open(&self.module)
            && session.choose(&self.export, self.wants_all).is_ok()
        {
            session.limit_memory(self.heap);
            self.session = session;
            self.number += 1;
        }
    }

    fn checked<T>(&mut self, result: Result<T, Thrown>) -> Result<T, Thrown> {
        if let Err(thrown) = &result
            && thrown.fatal
        {
            self.renew();
        }
        result
    }
}

impl Reducer for Script {
    fn name(&self) -> &Text {
        &self.name
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot) -> Result<(), Thrown> {
        let result =
            self.session.call(|_, driver| driver.get::<_, Function<'_>>("start")?.call::<_, ()>((slot as usize,)));
        self.checked(result)
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
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
        let mut folded = self.session.fold(slot, &self.text, stream, events.len());
        if matches!(folded, Folded::Unread(_)) && events.len() > 1 {
            // One of them spoils the text of all: each by itself, so that the right one is blamed.
            folded = Folded::All;
            for (at, event) in events.iter().enumerate() {
                self.text.clear();
                self.text.push('[');
                write_row(event, &mut self.text);
                self.text.push(']');
                match self.session.fold(slot, &self.text, stream, 1) {
                    Folded::All => {}
                    Folded::Unread(thrown) | Folded::Threw(_, thrown) => {
                        folded = Folded::Threw(at, thrown);
                        break;
                    }
                }
            }
        }
        if self.text.capacity() > LONG_TEXT {
            self.text = String::new();
        }
        match folded {
            Folded::All => Stepped { done: events.len(), thrown: None, findings },
            Folded::Unread(thrown) => Stepped { done: 0, thrown: self.checked::<()>(Err(thrown)).err(), findings },
            // Out of memory can be caught by the driver; the session is spoilt all the same.
            Folded::Threw(done, thrown) => Stepped { done, thrown: self.checked::<()>(Err(thrown)).err(), findings },
        }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        let result =
            self.session.call(|_, driver| driver.get::<_, Function<'_>>("show")?.call::<_, String>((slot as usize,)));
        let parsed = parse_text(&self.checked(result)?);
        match parsed.error {
            None => Ok(parsed.node),
            Some(error) => Err(Thrown {
                message: Arc::from(format!("the state cannot be shown as JSON: {error}")),
                place: Arc::from(""),
                help: "give the state a toJSON() that returns plain values",
                fatal: false,
            }),
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        let result = self.session.call(|_, driver| {
            let (text, names): (String, bool) = {
                let answer: Vec<Value<'_>> = driver.get::<_, Function<'_>>("save")?.call((slot as usize,))?;
                let text = answer.first().and_then(|v| v.as_string()).map(|s| s.to_string()).transpose()?;
                (text.unwrap_or_default(), answer.get(1).and_then(Value::as_bool).unwrap_or(true))
            };
            Ok((text, names))
        });
        let (text, names) = self.checked(result)?;
        Ok(Saved::Script { text: Arc::from(text), session: names.then_some(self.number) })
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        let void = || Thrown {
            message: Arc::from("the copy belongs to a session that is gone"),
            place: Arc::from(""),
            help: "fold again from an older copy",
            fatal: false,
        };
        let Saved::Script { text, session } = saved else { return Err(void()) };
        if session.is_some_and(|session| session != self.number) {
            return Err(void());
        }
        let result = self
            .session
            .call(|_, driver| driver.get::<_, Function<'_>>("restore")?.call::<_, ()>((slot as usize, &**text)));
        self.checked(result)
    }

    fn limit_heap(&mut self, bytes: usize) {
        // To ask what is held means a walk over the heap.
        if std::mem::replace(&mut self.heap, bytes) != bytes {
            self.session.limit_memory(bytes);
        }
    }

    fn longest_interval(&self) -> u64 {
        8_192
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
