//! [`Sandbox`]: JavaScript reducers in QuickJS without files, network, clock or randomness,
//! with limits on time, memory and stack. It runs in a host process only.
//!
//! A state stays in JavaScript between events; it leaves only to be shown or copied
//! (`driver.js`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Persistent, Runtime, Value};

use super::module::{Export, ExportKind, Module, ModuleError, candidates, resolve};
use super::{Slot, Thrown, Why};

/// Memory of one session, unless told otherwise.
pub const MEMORY_BYTES: usize = 256 << 20;
/// Memory that a session has beside what it holds when its limit is lowered.
const ROOM_BYTES: usize = 16 << 20;
/// Stack of one session; the thread that runs it has eight times as much. The engine takes more
/// for no limit at all.
pub(super) const STACK_BYTES: usize = 16 << 20;

/// Said of what was thrown and is none.
const NO_ERROR: &str = "threw a value that is no Error";

const DRIVER: &str = include_str!("driver.js");

/// One QuickJS runtime with the user's module in it.
pub(super) struct Sandbox {
    // Dropped in this order: values before the runtime that owns them.
    driver: Persistent<Object<'static>>,
    namespace: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    /// The thread's own time at which the call under way is cut off: what others do on the
    /// machine does not count.
    until: Rc<Cell<Duration>>,
    clock: ThreadTime,
    /// What a call into the reducer may take, each of its events anew.
    limit: Duration,
    /// Events begun when the call under way was cut off. Once cut it has failed, whatever it
    /// returns: a cut can be caught, or dropped.
    cut: Rc<Cell<Option<u64>>>,
    memory_limit: Cell<usize>,
    /// Events begun so far; the driver counts.
    begun: Arc<AtomicU64>,
    /// The module may make accessors or read-only members; see [`may_be_odd`].
    may_be_odd: u8,
    /// The module copies events: see [`copies_events`].
    wants_all: bool,
    file_name: String,
}

/// What the driver says about a batch.
pub(super) enum Folded {
    /// So many events.
    All(usize),
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

impl Sandbox {
    /// Evaluates the module. `begun` counts events, for whoever watches.
    pub fn open(module: &Module, limit: Duration, begun: &Arc<AtomicU64>) -> Result<Sandbox, ModuleError> {
        let failed = |message: String, help: &str| ModuleError {
            file: module.file_name.clone(),
            message,
            help: help.to_owned(),
        };
        let engine = |error: rquickjs::Error| failed(error.to_string(), "close other programs to free memory");
        let runtime = Runtime::new().map_err(engine)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        runtime.set_max_stack_size(STACK_BYTES);
        let (until, clock, cut) = (Rc::new(Cell::new(Duration::MAX)), ThreadTime::now(), Rc::new(Cell::new(None)));
        let (watched, noted) = (Rc::clone(&until), Rc::clone(&cut));
        let (counted, seen) = (Arc::clone(begun), Cell::new(0u64));
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let (now, count) = (clock.elapsed(), counted.load(Ordering::Relaxed));
            // Asked every few thousand operations: another event is under way by now.
            if seen.replace(count) != count {
                watched.set(now + limit);
            }
            let late = now > watched.get();
            if late && noted.get().is_none() {
                noted.set(Some(count));
            }
            late
        })));
        let sources = Arc::new(module.sources.clone());
        runtime.set_loader(InMemory(Arc::clone(&sources)), InMemory(sources));
        let context = Context::full(&runtime).map_err(engine)?;
        until.set(clock.elapsed() + limit);
        let loaded = context.with(|ctx| {
            let driver: Object<'_> = ctx.eval(DRIVER).catch(&ctx).map_err(|error| caught(&error).0)?;
            let counter = Arc::clone(begun);
            Function::new(ctx.clone(), move || {
                counter.fetch_add(1, Ordering::Relaxed);
            })
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
            if cut.get().is_some() {
                return Err(too_slow(limit));
            }
            Ok((Persistent::save(&ctx, driver), Persistent::save(&ctx, namespace)))
        });
        let (driver, namespace) = loaded.map_err(|message: String| {
            let help = if cut.get().is_some() {
                "it does not come to an end while loading; move the work into the reducer"
            } else {
                "correct the module, or bundle it: npx esbuild x.ts --bundle --format=esm"
            };
            failed(message, help)
        })?;
        let file_name = module.file_name.clone();
        Ok(Sandbox {
            context,
            runtime,
            driver,
            namespace,
            until,
            clock,
            limit,
            cut,
            memory_limit: Cell::new(MEMORY_BYTES),
            begun: Arc::clone(begun),
            may_be_odd: module.sources.values().map(|text| may_be_odd(text)).max().unwrap_or(0),
            wants_all: module.sources.get(&module.entry).is_some_and(|text| copies_events(text)),
            file_name,
        })
    }

    /// Memory for the session. A state that is there must not fall for the smaller share of a
    /// store beside which another was opened, so what is held stays, and some room with it.
    pub fn limit_memory(&self, bytes: usize) {
        let held = self.runtime.memory_usage().malloc_size as usize;
        let limit = bytes.max(held + ROOM_BYTES).min(MEMORY_BYTES);
        self.runtime.set_memory_limit(limit);
        self.memory_limit.set(limit);
    }

    /// Runs a call under the time limit; what was cut off has failed, whatever it returns.
    fn call<T>(&self, run: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>) -> Result<T, Thrown> {
        match (self.run(run), self.cut.get()) {
            (Ok(_), Some(_)) => Err(self.thrown(String::new(), String::new())),
            (result, _) => result,
        }
    }

    fn run<T>(&self, run: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>) -> Result<T, Thrown> {
        self.cut.set(None);
        self.until.set(self.clock.elapsed() + self.limit);
        let result = self.context.with(|ctx| {
            let driver = match self.driver.clone().restore(&ctx) {
                Ok(driver) => driver,
                Err(error) => return Err((error.to_string(), String::new())),
            };
            run(&ctx, &driver).catch(&ctx).map_err(|error| caught(&error))
        });
        self.until.set(Duration::MAX);
        result.map_err(|(message, place)| self.thrown(message, place))
    }

    /// Folds the rows of `text`.
    pub fn fold(&self, slot: Slot, text: &str, stream: &str) -> Folded {
        let before = self.begun.load(Ordering::Relaxed);
        let result = self.run(|_, driver| {
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
                let fatal = message == "InternalError: out of memory";
                let message = format!("JavaScript cannot read the data of this event: {message}");
                Folded::Unread(Thrown { fatal, ..Thrown::new(Why::Unread, message) })
            }
            Ok((done, Some((message, place)))) => {
                let cut = self.cut.get().map(|begun| (begun - before).saturating_sub(1) as usize);
                Folded::Threw(cut.unwrap_or(done as usize), self.thrown(message, place))
            }
            Ok((done, None)) if self.cut.get().is_none() => Folded::All(done.max(0.0) as usize),
            // Cut off: the count of events begun tells at which.
            result => {
                let thrown = result.err().unwrap_or_else(|| self.thrown(String::new(), String::new()));
                let begun = self.cut.get().unwrap_or_else(|| self.begun.load(Ordering::Relaxed)) - before;
                Folded::Threw(begun.saturating_sub(1) as usize, thrown)
            }
        }
    }

    /// Names the limit where one was hit.
    fn thrown(&self, message: String, place: String) -> Thrown {
        let limit = self.memory_limit.get();
        // Where there is no memory left for an error, the engine throws null.
        let is_null = || matches!(message.as_str(), "" | NO_ERROR | "threw null");
        let (message, why) = if self.cut.get().is_some() {
            (too_slow(self.limit), Why::TooSlow)
        } else if message == "InternalError: out of memory" || (is_null() && self.most_held() > limit / 2) {
            (too_much_memory(limit), Why::Memory)
        } else if message == "RangeError: Maximum call stack size exceeded" {
            (message, Why::Stack)
        } else {
            (message, Why::Threw)
        };
        // After memory ran out nothing of the session can be trusted.
        Thrown { place: Arc::from(place), fatal: why == Why::Memory, ..Thrown::new(why, message) }
    }

    /// The most memory that was held at any time, where the system tells; else what is held now.
    fn most_held(&self) -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        let held = self.runtime.memory_usage().malloc_size as usize;
        peak.map_or(held, |kilobytes: usize| kilobytes << 10)
    }

    /// The exports that can fold events, in the module's order.
    ///
    /// # Errors
    /// There is none.
    pub fn exports(&self) -> Result<Vec<Export>, ModuleError> {
        let found = self.call(|ctx, driver| self.list(ctx, driver)).map_err(|thrown| ModuleError {
            file: self.file_name.clone(),
            message: thrown.to_string(),
            help: "correct the module".to_owned(),
        })?;
        if found.is_empty() {
            return Err(ModuleError {
                file: self.file_name.clone(),
                message: "it exports nothing that can fold events".to_owned(),
                help: "export a function (state, event) => state, an object { initialState, evolve }, or handlers by \
                       event type"
                    .to_owned(),
            });
        }
        Ok(found)
    }

    pub fn start(&self, slot: Slot) -> Result<(), Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("start")?.call::<_, ()>((slot as usize,)))
    }

    /// The state as JSON text.
    pub fn show(&self, slot: Slot) -> Result<String, Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("show")?.call::<_, String>((slot as usize,)))
    }

    /// A copy as text, and whether it names objects of this session.
    pub fn save(&self, slot: Slot) -> Result<(String, bool), Thrown> {
        self.call(|_, driver| {
            let answer: Vec<Value<'_>> = driver.get::<_, Function<'_>>("save")?.call((slot as usize,))?;
            let text = answer.first().and_then(|v| v.as_string()).map(|s| s.to_string()).transpose()?;
            Ok((text.unwrap_or_default(), answer.get(1).and_then(Value::as_bool).unwrap_or(true)))
        })
    }

    pub fn restore(&self, slot: Slot, text: &str) -> Result<(), Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("restore")?.call::<_, ()>((slot as usize, text)))
    }

    fn list<'js>(&self, ctx: &Ctx<'js>, driver: &Object<'js>) -> rquickjs::Result<Vec<Export>> {
        let namespace = self.namespace.clone().restore(ctx)?;
        let kind_of: Function<'js> = driver.get("kindOf")?;
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
        look("", &namespace)?;
        if let Ok(table) = namespace.get::<_, Object<'_>>("reducers") {
            look("reducers.", &table)?;
        }
        Ok(found)
    }

    /// Makes the export the one that folds.
    pub fn choose(&self, export: &str) -> Result<(), Thrown> {
        self.call(|ctx, driver| {
            let namespace = self.namespace.clone().restore(ctx)?;
            let value: Value<'_> = match export.strip_prefix("reducers.") {
                Some(name) => namespace.get::<_, Object<'_>>("reducers")?.get(name)?,
                None => namespace.get(export)?,
            };
            let initial: Value<'_> =
                namespace.get("initialState").unwrap_or_else(|_| Value::new_undefined(ctx.clone()));
            driver.get::<_, Function<'_>>("use")?.call::<_, ()>((value, initial, self.wants_all, self.may_be_odd))
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

/// `{ ...event }` and the like copy own members only, so then all are there.
fn copies_events(source: &str) -> bool {
    ["Object.assign", "Object.entries", "Object.keys", "Object.values", "JSON.stringify"]
        .iter()
        .any(|word| source.contains(word))
        || source.match_indices("...").any(|(at, _)| {
            let name = source[at + 3..].trim_start();
            ["e", "ev", "evt", "event", "rest", "action", "msg", "message"].iter().any(|word| {
                name.strip_prefix(word)
                    .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_'))
            })
        })
}

pub(super) fn too_slow(limit: Duration) -> String {
    format!("took longer than {} s and was cut off", limit.as_secs_f64())
}

pub(super) fn too_much_memory(bytes: usize) -> String {
    format!("used more than {} MiB and was cut off", bytes >> 20)
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
        CaughtError::Value(_) => (NO_ERROR.to_owned(), String::new()),
        CaughtError::Error(error) => (error.to_string(), String::new()),
    }
}
