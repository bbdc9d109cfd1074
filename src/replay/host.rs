//! Reducers in a process of their own: the program starts itself as a host, with a hidden
//! verb, and asks it one thing at a time, in lines of JSON.
//!
//! What the user wrote, and the parser that takes its types off, run there only: in Node, which
//! the host becomes once it is in its jail, or in a sandbox of ours where there is no Node. A host
//! may hang, burn or crash: it is killed and replaced, and the event at fault is named.

mod compile;
mod engine;
mod foreign;
#[cfg(target_os = "linux")]
mod jail;
#[cfg(target_os = "linux")]
mod jailed;
mod lines;
mod process;
mod run;
mod script;
mod serve;
mod sure;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use super::js::MEMORY_BYTES;
use super::js::{Copied, too_much_memory, too_slow};
use super::module::{Export, Module, ModuleError, Reads, Source};
use super::{Emitted, Keep, Slot, Thrown};
use crate::model::Text;
use compile::Compiled;
pub use engine::{Engine, WantedHost};
pub use foreign::{CommandLine, Foreign};
use process::{Death, Limits, Process};
pub use run::{PROGRAM_VERB, become_program};
pub use script::Script;
pub use serve::serve;
pub use sure::Sure;

/// The verb that makes the program a host.
pub const HOST_VERB: &str = "reducer-host";

/// A call into a reducer may take this long, each of its events anew.
const CALL_TIME: Duration = Duration::from_secs(2);
/// Parsing a source text may take this long.
const COMPILE_TIME: Duration = Duration::from_secs(20);

/// What a host is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask<'a> {
    /// Say what you are.
    Hello,
    /// Take the types off a source text, and say what it imports.
    Compile {
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        text: Cow<'a, str>,
        /// What the package of the file says of files like it.
        is_module: Option<bool>,
        /// Fields of classes are assigned, as its compiler is told.
        assigns_fields: bool,
    },
    /// Evaluate a module; what was loaded before is gone.
    Load {
        #[serde(borrow)]
        entry: Cow<'a, str>,
        #[serde(borrow)]
        file_name: Cow<'a, str>,
        #[serde(borrow)]
        folder: Cow<'a, str>,
        sources: Cow<'a, BTreeMap<String, Source>>,
        /// Why no state can be copied, or empty.
        #[serde(borrow)]
        apart: Cow<'a, str>,
        /// Which of several clocks it is given; `None`: it is refused.
        clock: Option<u8>,
        /// What a call may take.
        milliseconds: u64,
    },
    /// The export that folds from now on.
    Use {
        #[serde(borrow)]
        export: Cow<'a, str>,
        odd: u8,
    },
    Start {
        slot: Slot,
        #[serde(borrow)]
        stream: Cow<'a, str>,
    },
    Step {
        slot: Slot,
        #[serde(borrow)]
        stream: Cow<'a, str>,
        /// An array of rows, as the driver's `EventRecord` takes them.
        #[serde(borrow)]
        rows: &'a RawValue,
        #[serde(flatten)]
        keep: Keep,
        /// It goes on from the step before it, and is void where that one did not come to its end.
        follows: bool,
    },
    Export(Slot),
    Save(Slot),
    Restore {
        slot: Slot,
        #[serde(borrow)]
        text: Cow<'a, str>,
    },
    /// The same of a state that JSON says all of: as a text in a text it would be read twice.
    Put {
        slot: Slot,
        #[serde(borrow)]
        state: &'a RawValue,
    },
    /// The memory it may hold.
    Limit(usize),
    /// Forget the module.
    Drop,
}

impl Ask<'_> {
    fn to_line(&self) -> Vec<u8> {
        // It has no map whose keys are no texts, so it is always written.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// What it answers. While it works it also says `at N` now and then: events begun so far.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done,
    /// The engine's version.
    Hello(String),
    Compiled(Compiled),
    Loaded(Vec<Export>),
    /// A source or a module that cannot be used.
    Refused {
        message: String,
        place: Text,
        help: String,
    },
    Stepped {
        done: usize,
        thrown: Option<Thrown>,
        /// What was written to the console, with the place of the event.
        #[serde(default)]
        said: Vec<(usize, String)>,
        /// What a projection would write, likewise.
        #[serde(default)]
        emitted: Vec<(usize, Emitted)>,
        #[serde(default)]
        copied: Copied,
    },
    /// The rows are no text that it can read: none was folded.
    Unread(Thrown),
    State(Box<RawValue>),
    Saved(String),
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
    /// A module is in it, and folded something.
    used: bool,
    /// Questions that were handed over, and whose answers were not taken.
    handed_over: usize,
}

thread_local! {
    /// A host that nobody uses, and that holds nobody's module.
    static IDLE: RefCell<Option<Process>> = const { RefCell::new(None) };
}

impl Host {
    /// One that waits already, or a new one, for a module in `folder`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(engine: &Engine, folder: &Path) -> Result<Host, ModuleError> {
        let limits = Limits { time: CALL_TIME, memory: MEMORY_BYTES, stop: Stop::default() };
        // It may have been ended by others while it waited.
        let idle = if *engine == Engine::Sandbox { IDLE.with(|idle| idle.borrow_mut().take()) } else { None }
            .and_then(|mut process| process.is_there().then_some(Ok(process)));
        let process = idle.unwrap_or_else(|| Process::start(engine, folder)).map_err(|error| ModuleError {
            file: "the reducer".to_owned(),
            message: format!("the process to run it in cannot be started: {error}"),
            help: "close other programs, or start Eventglass anew".to_owned(),
        })?;
        Ok(Host { process, limits, used: false, handed_over: 0 })
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Reply, Death> {
        self.settle()?;
        self.process.send(ask.to_line());
        self.answer()
    }

    /// Asks it to fold what is in the line, without waiting.
    fn hand_over(&mut self, line: Vec<u8>) {
        self.used = true;
        self.process.send(line);
        self.handed_over += 1;
    }

    /// The answer to what was handed over first.
    fn take_answer(&mut self) -> Result<Reply, Death> {
        self.handed_over = self.handed_over.saturating_sub(1);
        self.answer()
    }

    /// Passes over the answers to what was handed over.
    fn settle(&mut self) -> Result<(), Death> {
        while self.handed_over > 0 {
            self.take_answer()?;
        }
        Ok(())
    }

    fn answer(&mut self) -> Result<Reply, Death> {
        let answer = self.process.answer(&self.limits)?;
        serde_json::from_slice(&answer).map_err(|error| Death::Ended(format!("its answer cannot be read: {error}")))
    }

    /// The version of its engine, where it runs at all.
    fn hello(&mut self) -> Result<String, String> {
        match self.ask(&Ask::Hello) {
            Ok(Reply::Hello(version)) => Ok(version),
            Ok(other) => Err(format!("it answered {other:?}")),
            Err(death) => Err(self.ended(&death).message.to_string()),
        }
    }

    /// JavaScript without types, and what it is; `is_module` as its package says.
    ///
    /// # Errors
    /// Why the text cannot be used; the host may be gone then.
    fn compile(
        &mut self,
        name: &str,
        text: &str,
        is_module: Option<bool>,
        assigns_fields: bool,
    ) -> Result<Compiled, String> {
        self.limits.time = COMPILE_TIME;
        let reply = self.ask(&Ask::Compile { name: name.into(), text: text.into(), is_module, assigns_fields });
        self.limits.time = CALL_TIME;
        match reply {
            Ok(Reply::Compiled(compiled)) => Ok(compiled),
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
    fn load(&mut self, module: &Module, clock: Option<u8>) -> Result<Vec<Export>, ModuleError> {
        let folder = module.folder.to_string_lossy();
        let reply = self.ask(&Ask::Load {
            entry: Cow::from(&module.entry),
            file_name: Cow::from(&module.file_name),
            folder: Cow::from(folder.as_ref()),
            sources: Cow::Borrowed(&module.sources),
            apart: Cow::from(module.apart.as_deref().unwrap_or_default()),
            clock,
            milliseconds: self.limits.time.as_millis() as u64,
        });
        let refused = |message: String, help: &str| {
            Err(ModuleError { file: module.file_name.clone(), message, help: help.to_owned() })
        };
        match reply {
            Ok(Reply::Loaded(exports)) if exports.is_empty() => refused(
                "it exports nothing that can fold events".to_owned(),
                "export a function (state, event) => state, an object { initialState, evolve }, handlers by event \
                 type, or a class that applies events",
            ),
            Ok(Reply::Loaded(exports)) => Ok(exports),
            Ok(Reply::Refused { message, place, help }) => {
                let place = module.written_place(&place).unwrap_or_else(|| place.to_string());
                // Types that one file takes from another and hands on: only a compiler of all files knows them.
                let is_type =
                    ["does not provide an export", "Could not find export"].iter().any(|it| message.contains(it));
                let help =
                    if is_type { "correct the name; where it is a type, write export type { … }" } else { &help };
                let message = if place.is_empty() { message } else { format!("{message} at {place}") };
                refused(message, help)
            }
            Ok(other) => refused(format!("the host answered {other:?}"), "report this"),
            Err(death) => {
                let thrown = self.ended(&death);
                refused(format!("while it loads, it {}", thrown.message), thrown.help())
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

    /// Gives back what the module held, and waits for the next one who needs a host.
    fn rest(mut self) {
        if matches!(self.ask(&Ask::Drop), Ok(Reply::Done)) {
            let Host { process, .. } = self;
            // Where the thread is ending there is no next one.
            let _ = IDLE.try_with(|idle| idle.replace(Some(process)));
        }
    }
}

/// Takes the types off sources, one after the other.
pub struct Compiler(Host);

impl Compiler {
    /// # Errors
    /// As [`Host::start`].
    pub fn start() -> Result<Compiler, ModuleError> {
        Ok(Compiler(Host::start(&Engine::Sandbox, Path::new("/"))?))
    }

    /// Puts a source into the module, and says what it imports.
    ///
    /// # Errors
    /// Why the text cannot be used.
    pub fn add(
        &mut self,
        module: &mut Module,
        name: &str,
        text: &str,
        is_module: Option<bool>,
        assigns_fields: bool,
    ) -> Result<Vec<String>, String> {
        let Compiled { source, places, imports, apart, odd } = self.0.compile(name, text, is_module, assigns_fields)?;
        module.apart = module.apart.take().or(apart);
        module.odd |= odd;
        module.sources.insert(name.to_owned(), source);
        module.places.insert(name.to_owned(), places);
        Ok(imports)
    }

    pub fn rest(self) {
        self.0.rest();
    }
}

/// A module and what runs it.
pub struct Program {
    pub module: Module,
    pub engine: Engine,
    pub exports: Vec<Export>,
    /// A host with the module in it that nobody uses: a module is loaded once.
    spare: Mutex<Option<Host>>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("module", &self.module.file_name).field("engine", &self.engine).finish()
    }
}

impl Program {
    /// # Errors
    /// A module that does not load.
    pub fn load(module: Module, engine: Engine) -> Result<Program, ModuleError> {
        let mut host = Host::start(&engine, &module.folder)?;
        let exports = host.load(&module, None)?;
        Ok(Program { module, engine, exports, spare: Mutex::new(Some(host)) })
    }

    /// A module of one source that is in no file.
    ///
    /// # Errors
    /// A text that does not parse, or does not load.
    pub fn of_text(name: &str, text: &str, engine: Engine) -> Result<Program, ModuleError> {
        let (entry, file_name) = (name.to_owned(), name.to_owned());
        let mut module = Module { entry, file_name, folder: "/nonexistent".into(), ..Module::default() };
        let mut compiler = Compiler::start()?;
        compiler.add(&mut module, name, text, None, false).map_err(|message| ModuleError {
            file: name.to_owned(),
            message,
            help: "correct it".to_owned(),
        })?;
        compiler.rest();
        Program::load(module, engine)
    }

    /// It is a KurrentDB projection, which reads this.
    pub fn projection(&self) -> Option<&Reads> {
        self.exports.iter().find_map(|export| export.reads.as_ref())
    }

    /// What an export is called beside a state.
    pub fn shown(&self, export: &str) -> Text {
        let file = &self.module.file_name;
        if self.projection().is_some() { Arc::from(file.as_str()) } else { Arc::from(format!("{file}#{export}")) }
    }

    /// A host with the module in it, as it was when it had loaded.
    fn open(&self, limits: &Limits, clock: Option<u8>) -> Result<Host, ModuleError> {
        let spare = self.spare.lock().ok().filter(|_| clock.is_none()).and_then(|mut spare| spare.take());
        if let Some(mut host) = spare
            && host.process.is_there()
        {
            host.limits = limits.clone();
            return Ok(host);
        }
        let mut host = Host { limits: limits.clone(), ..Host::start(&self.engine, &self.module.folder)? };
        host.load(&self.module, clock)?;
        Ok(host)
    }

    fn give_back(&self, host: Host) {
        if let Ok(mut spare) = self.spare.lock() {
            spare.get_or_insert(host);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Whoever is next loads another module into it.
        let spare = self.spare.get_mut().ok().and_then(Option::take);
        if let Some(host) = spare
            && self.engine == Engine::Sandbox
        {
            host.rest();
        }
    }
}
