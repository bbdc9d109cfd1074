//! [`Sandbox`]: JavaScript reducers in QuickJS without files, network, clock or randomness,
//! with limits on time, memory and stack. It runs in a host process only.
//!
//! A state stays in JavaScript between events; it leaves only to be shown or copied
//! (`driver.js`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};

use rquickjs::context::EvalOptions;
use rquickjs::convert::List;
use rquickjs::function::Func;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Array, CatchResultExt, CaughtError, Context, Ctx, Function, Object, Persistent, Runtime, Value};

use super::module::{Export, Kind, Module, ModuleError, Source, candidates, resolve};
use super::sandbox::{Hook, furnish, rewrite};
use super::{Emitted, Keep, Slot, Thrown, Why};
use crate::model::Text;

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
const MODULES: &str = include_str!("modules.js");
const PROJECTION: &str = include_str!("projection.js");
/// While a module loads, sources find the host by this name: they hand it their variables, and
/// those that are no ES modules get what they export.
const HOST: &str = "$eventglass";

/// One QuickJS runtime with the user's module in it.
pub(super) struct Sandbox {
    // Dropped in this order: values before the runtime that owns them.
    driver: Persistent<Object<'static>>,
    namespace: Persistent<Object<'static>>,
    world: Persistent<Object<'static>>,
    _hook: Hook,
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
    file_name: String,
}

/// What the driver says about a batch.
pub(super) enum Folded {
    /// So many events.
    All(usize, Out),
    /// Its text is none that JavaScript can read; no event was folded.
    Unread(Thrown),
    /// Events folded before the one that threw.
    Threw(usize, Thrown, Out),
}

/// What came out of a batch beside the state, with the place of the event.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Out {
    /// Lines.
    #[serde(rename = "logs")]
    pub said: Vec<(usize, String)>,
    /// Events that a projection would write.
    pub emitted: Vec<(usize, Emitted)>,
    #[serde(skip)]
    pub copied: Copied,
}

/// Copies made while a batch was folded.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Copied {
    /// Each with the number of the batch's events that are in it.
    pub made: Vec<(usize, String)>,
    /// Why there are no more.
    pub refused: Option<Thrown>,
    /// What they took.
    pub milliseconds: f64,
}

#[derive(Clone)]
struct InMemory(Arc<BTreeMap<String, Source>>, PathBuf);

impl Resolver for InMemory {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        // By its own name a source is asked for by us only.
        if base.is_empty() && self.0.contains_key(name) {
            return Ok(name.to_owned());
        }
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
        if source.kind == Kind::Esm {
            let module = rquickjs::Module::declare(ctx.clone(), name, source.text.as_bytes())?;
            let place = self.1.join(name);
            let (meta, text) = (module.meta()?, |path: &Path| path.to_string_lossy().into_owned());
            meta.set("dirname", text(place.parent().unwrap_or(&self.1)))?;
            meta.set("filename", text(&place))?;
            meta.set("url", url::Url::from_file_path(&place).map(String::from).unwrap_or_default())?;
            return Ok(module);
        }
        // It runs now, so that the names of what it exports are known.
        let exports: Function<'js> = ctx.globals().get::<_, Function<'js>>(HOST)?.get("exports")?;
        let names: Vec<String> = exports.call::<_, Object<'js>>((name,))?.get("names")?;
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let mut text =
            format!("const {{ exported }} = globalThis.{HOST}.exports({});\nexport default exported;\n", quoted(name));
        for (at, own) in names.iter().enumerate() {
            let own = quoted(own);
            text.push_str(&format!("const m{at} = exported[{own}];\nexport {{ m{at} as {own} }};\n"));
        }
        rquickjs::Module::declare(ctx.clone(), name, text.as_bytes())
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
        let module = &rewritten(module)?;
        let sources = InMemory(Arc::new(module.sources.clone()), module.folder.clone());
        runtime.set_loader(sources.clone(), sources);
        let context = Context::full(&runtime).map_err(engine)?;
        until.set(clock.elapsed() + limit);
        let loaded = context.with(|ctx| {
            let run = || {
                let counter = Arc::clone(begun);
                let count = Function::new(ctx.clone(), move || {
                    counter.fetch_add(1, Ordering::Relaxed);
                })?;
                let (world, hook) = furnish(&ctx, count)?;
                let driver: Object<'_> = ctx.eval::<Function<'_>, _>(DRIVER)?.call((world.clone(),))?;
                Ok((world, hook, driver))
            };
            let said = |(message, place): (String, String)| {
                if place.is_empty() { message } else { format!("{message} at {place}") }
            };
            let (world, hook, driver) = run().catch(&ctx).map_err(|error| said(caught(&error)))?;
            let namespace = load(&ctx, module, &world, &driver).map_err(|error| {
                let thrown = tell(&ctx, &driver, error);
                said((thrown.message.to_string(), thrown.place.to_string()))
            })?;
            if cut.get().is_some() {
                return Err(too_slow(limit));
            }
            let saved = |object| Persistent::save(&ctx, object);
            Ok((saved(driver), saved(namespace), saved(world), hook))
        });
        let (driver, namespace, world, hook) = loaded.map_err(|message: String| {
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
            world,
            _hook: hook,
            until,
            clock,
            limit,
            cut,
            memory_limit: Cell::new(MEMORY_BYTES),
            begun: Arc::clone(begun),
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
            (Ok(_), Some(_)) => Err(self.thrown(Thrown::new(Why::Threw, ""))),
            (result, _) => result,
        }
    }

    fn run<T>(&self, run: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>) -> Result<T, Thrown> {
        self.cut.set(None);
        self.until.set(self.clock.elapsed() + self.limit);
        let result = self.context.with(|ctx| {
            let driver = match self.driver.clone().restore(&ctx) {
                Ok(driver) => driver,
                Err(error) => return Err(Thrown::new(Why::Threw, error.to_string())),
            };
            run(&ctx, &driver).map_err(|error| tell(&ctx, &driver, error))
        });
        self.until.set(Duration::MAX);
        result.map_err(|thrown| self.thrown(thrown))
    }

    /// What was written to the console since it was asked last, with the place of the event among
    /// those of the last fold.
    pub fn said(&self) -> Vec<(usize, String)> {
        let lines = self.context.with(|ctx| {
            let lines: Function<'_> = self.world.clone().restore(&ctx)?.get("lines")?;
            lines.call::<_, Vec<List<(usize, String)>>>(())
        });
        // What cannot be told is not worth an error.
        lines.unwrap_or_default().into_iter().map(|List(line)| line).collect()
    }

    /// Folds the rows of `text`, and copies the state where `keep` says.
    pub fn fold(&self, slot: Slot, text: &str, stream: &str, keep: Keep) -> Folded {
        let before = self.begun.load(Ordering::Relaxed);
        let rows = self.run(|_, driver| {
            let rows: Value<'_> = driver.get::<_, Function<'_>>("parse")?.call((text,))?;
            Ok(Persistent::save(rows.ctx(), rows.clone()))
        });
        let rows = match rows {
            Ok(rows) => rows,
            Err(thrown) => {
                let message = format!("JavaScript cannot read the data of this event: {}", thrown.message);
                return Folded::Unread(Thrown { fatal: thrown.fatal, ..Thrown::new(Why::Unread, message) });
            }
        };
        let result = self.run(|ctx, driver| {
            let answer: Object<'_> = driver.get::<_, Function<'_>>("step")?.call((
                slot as usize,
                rows.restore(ctx)?,
                stream,
                keep.due,
                keep.every,
            ))?;
            let done: f64 = answer.get("done")?;
            let thrown: Option<Object<'_>> = answer.get("thrown")?;
            let is_empty =
                |name| answer.get::<_, Option<Array<'_>>>(name).map(|list| list.is_none_or(|list| list.is_empty()));
            let copied = answer.get::<_, Option<Object<'_>>>("copied")?.map(|copied| copies(&copied)).transpose()?;
            answer.remove("copied")?;
            let mut out = match is_empty("emitted")? && is_empty("logs")? {
                true => Out::default(),
                false => {
                    let text = ctx.json_stringify(answer)?.map(|text| text.to_string()).transpose()?;
                    serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default()
                }
            };
            out.copied = copied.unwrap_or_default();
            Ok((done, thrown.map(|thrown| said(&thrown)).transpose()?, out))
        });
        match result {
            Ok((done, Some(thrown), out)) => {
                let cut = self.cut.get().map(|begun| (begun - before).saturating_sub(1) as usize);
                Folded::Threw(cut.unwrap_or(done as usize), self.thrown(thrown), out)
            }
            Ok((done, None, out)) if self.cut.get().is_none() => Folded::All(done.max(0.0) as usize, out),
            // Cut off: the count of events begun tells at which.
            result => {
                let thrown = result.err().unwrap_or_else(|| self.thrown(Thrown::new(Why::Threw, "")));
                let begun = self.cut.get().unwrap_or_else(|| self.begun.load(Ordering::Relaxed)) - before;
                Folded::Threw(begun.saturating_sub(1) as usize, thrown, Out::default())
            }
        }
    }

    /// Names the limit where one was hit.
    fn thrown(&self, thrown: Thrown) -> Thrown {
        let limit = self.memory_limit.get();
        let message = &*thrown.message;
        // Where there is no memory left for an error, the engine throws null.
        let is_null = matches!(message, "" | NO_ERROR | "threw null");
        let (message, why) = if self.cut.get().is_some() {
            (Text::from(too_slow(self.limit)), Why::TooSlow)
        } else if message == "InternalError: out of memory" || (is_null && self.most_held() > limit / 2) {
            (Text::from(too_much_memory(limit)), Why::Memory)
        } else if message == "RangeError: Maximum call stack size exceeded" {
            (Arc::clone(&thrown.message), Why::Stack)
        } else {
            (Arc::clone(&thrown.message), thrown.why)
        };
        // After memory ran out nothing of the session can be trusted.
        Thrown { message, place: thrown.place, why, fatal: thrown.fatal || why == Why::Memory }
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
    /// A getter of the module's that throws.
    pub fn exports(&self) -> Result<Vec<Export>, ModuleError> {
        let list = self.call(|ctx, driver| {
            let namespace = self.namespace.clone().restore(ctx)?;
            let list: Value<'_> = driver.get::<_, Function<'_>>("list")?.call((namespace,))?;
            Ok(ctx.json_stringify(list)?.map(|text| text.to_string()).transpose()?.unwrap_or_default())
        });
        let failed = |message: String| ModuleError {
            file: self.file_name.clone(),
            message,
            help: "correct the module".to_owned(),
        };
        serde_json::from_str(&list.map_err(|thrown| failed(thrown.to_string()))?)
            .map_err(|error| failed(error.to_string()))
    }

    pub fn start(&self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("start")?.call::<_, ()>((slot as usize, stream)))
    }

    /// The state as JSON text.
    pub fn show(&self, slot: Slot) -> Result<String, Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("show")?.call::<_, String>((slot as usize,)))
    }

    /// A copy as text.
    pub fn save(&self, slot: Slot) -> Result<String, Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("save")?.call::<_, String>((slot as usize,)))
    }

    pub fn restore(&self, slot: Slot, text: &str) -> Result<(), Thrown> {
        self.call(|_, driver| driver.get::<_, Function<'_>>("restore")?.call::<_, ()>((slot as usize, text)))
    }

    /// Makes the export the one that folds.
    pub fn choose(&self, export: &str, odd: u8) -> Result<(), Thrown> {
        self.call(|ctx, driver| {
            let namespace = self.namespace.clone().restore(ctx)?;
            driver.get::<_, Function<'_>>("use")?.call::<_, ()>((namespace, export, odd))
        })
    }
}

/// The module with its sources as the sandbox runs them.
fn rewritten(module: &Module) -> Result<Module, ModuleError> {
    let mut module = module.clone();
    // A projection's sums are those of its server, which no engine here has to the last digit.
    let is_rewritten = |kind| !matches!(kind, Kind::Json | Kind::Projection);
    for (name, source) in module.sources.iter_mut().filter(|(_, source)| is_rewritten(source.kind)) {
        let text = rewrite(&source.text, source.kind == Kind::Esm).map_err(|message| ModuleError {
            file: name.clone(),
            message,
            help: "choose Node as the host".to_owned(),
        })?;
        source.text = text.into();
    }
    Ok(module)
}

/// Evaluates the module, tells the driver what is its own, and returns what it exports.
fn load<'js>(
    ctx: &Ctx<'js>,
    module: &Module,
    world: &Object<'js>,
    driver: &Object<'js>,
) -> rquickjs::Result<Object<'js>> {
    let loading: Function<'js> = world.get("loading")?;
    loading.call::<_, ()>((true,))?;
    let compile = Func::from(|ctx: Ctx<'js>, text: String, name: String| {
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(name);
        ctx.eval_with_options::<Value<'js>, _>(
            format!("(function (exports, require, module, __filename, __dirname) {{{text}\n}})"),
            options,
        )
    });
    let native: Function<'js> = ctx.eval(
        "(name) => (wanted) => { throw new Error(`Cannot find module '${wanted}': the sandbox has no packages`) }",
    )?;
    let modules: Object<'js> = ctx.eval::<Function<'js>, _>(MODULES)?.call((compile, native))?;
    let sources: Value<'js> = ctx.json_parse(serde_json::to_vec(&module.sources).unwrap_or_default())?;
    modules.get::<_, Function<'js>>("give")?.call::<_, ()>((sources,))?;
    let exported = ctx.eval::<Function<'js>, _>(
        "(modules) => (name) => { const exported = modules.require(name, (it) => `/${it}`); return { exported, names: \
         modules.kindOf(name) === 'json' ? [] : modules.names(exported) } }",
    )?;
    let exported: Function<'js> = exported.call((modules.clone(),))?;
    let globals = ctx.globals();
    let variable: Function<'js> = modules.get("variable")?;
    variable.set("exports", exported.clone())?;
    globals.set(HOST, variable)?;
    let own: Function<'js> = modules.get("exported")?;
    let entry = module.sources.get(&module.entry);
    let namespace = if let Some(Source { kind: Kind::Projection, text }) = entry {
        let world = Object::new(ctx.clone())?;
        let name = module.entry.clone();
        let evaluate = Func::from(move |ctx: Ctx<'js>, text: String| {
            let mut options = EvalOptions::default();
            options.strict = false;
            options.filename = Some(name.clone());
            ctx.eval_with_options::<Value<'js>, _>(text, options)
        });
        world.set("evaluate", evaluate)?;
        let open: Function<'js> = ctx.eval::<Function<'js>, _>(PROJECTION)?.call((world,))?;
        let project: Function<'js> = driver.get("project")?;
        let variables: Value<'js> = project.call((open, &**text))?;
        let space = Object::new(ctx.clone())?;
        own.call::<_, ()>((space.clone(),))?;
        modules.get::<_, Function<'js>>("variable")?.call::<_, ()>((variables,))?;
        space
    } else if entry.is_some_and(|source| source.kind != Kind::Esm) {
        let whole: Value<'js> = exported.call::<_, Object<'js>>((module.entry.as_str(),))?.get("exported")?;
        modules.get::<_, Function<'js>>("space")?.call((whole,))?
    } else {
        let mut entry_namespace = None;
        // Each is evaluated once, whoever imports it first; here its variables are asked for.
        let names = [&module.entry].into_iter().chain(module.sources.keys());
        for name in names.filter(|name| module.sources.get(*name).is_some_and(|source| source.kind == Kind::Esm)) {
            let promise = rquickjs::Module::import(ctx, name.as_str())?;
            let namespace: Object<'js> = promise.finish()?;
            entry_namespace.get_or_insert_with(|| namespace.clone());
            own.call::<_, ()>((namespace,))?;
        }
        entry_namespace.ok_or(rquickjs::Error::new_loading(&module.entry))?
    };
    globals.remove(HOST)?;
    let refused: String = world.get::<_, Function<'js>>("refusal")?.call(())?;
    if !refused.is_empty() {
        return Err(rquickjs::Exception::throw_message(ctx, &refused));
    }
    let variables: Value<'js> = modules.get::<_, Function<'js>>("variables")?.call(())?;
    loading.call::<_, ()>((false,))?;
    let apart = module.apart.as_deref().unwrap_or_default();
    driver.get::<_, Function<'js>>("loaded")?.call::<_, ()>((variables, apart))?;
    Ok(namespace)
}

/// What went wrong, in the driver's words where it was thrown.
fn tell<'js>(ctx: &Ctx<'js>, driver: &Object<'js>, error: rquickjs::Error) -> Thrown {
    if !matches!(error, rquickjs::Error::Exception) {
        return Thrown::new(Why::Threw, error.to_string());
    }
    let value = ctx.catch();
    let words = || said(&driver.get::<_, Function<'js>>("thrown")?.call::<_, Object<'js>>((value,))?);
    words().catch(ctx).unwrap_or_else(|error| Thrown::new(Why::Threw, caught(&error).0))
}

/// What the driver says was thrown.
fn said(thrown: &Object<'_>) -> rquickjs::Result<Thrown> {
    let text = |name: &str| {
        let value: Value<'_> = thrown.get(name)?;
        // A text that is none in UTF-8 still says that something was thrown.
        Ok::<String, rquickjs::Error>(value.as_string().and_then(|text| text.to_string().ok()).unwrap_or_default())
    };
    let why = match text("why")?.as_str() {
        "refused" => Why::Refused,
        "no_copy" => Why::NoCopy,
        "outside" => Why::Outside,
        _ => Why::Threw,
    };
    let fatal = thrown.get::<_, Option<bool>>("fatal")?.unwrap_or_default();
    Ok(Thrown { place: Arc::from(text("place")?), fatal, ..Thrown::new(why, text("message")?) })
}

/// What the driver says of copies.
fn copies(copied: &Object<'_>) -> rquickjs::Result<Copied> {
    let made = copied.get::<_, Vec<List<(usize, String)>>>("made")?.into_iter().map(|List(copy)| copy).collect();
    let refused = copied.get::<_, Option<Object<'_>>>("refused")?.map(|thrown| said(&thrown)).transpose()?;
    Ok(Copied { made, refused, milliseconds: copied.get("milliseconds")? })
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
