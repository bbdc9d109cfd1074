//! What runs in a host process: it reads a line, does what it asks, and answers with a line.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::value::RawValue;

use super::{Ask, Reply, compile};
use crate::replay::js::{Folded, STACK_BYTES, Sandbox};
use crate::replay::module::{Module, ModuleError};
use crate::replay::{Thrown, Why};

/// Time between two signs of life.
const BEAT: Duration = Duration::from_millis(50);

/// Serves whoever started the process, until its input ends.
///
/// # Errors
/// The process cannot have what it needs, or its output is gone.
pub fn serve() -> io::Result<()> {
    limit_process()?;
    let (begun, busy) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, working) = (Arc::clone(&begun), Arc::clone(&busy));
    // Signs of life name the event that is under way, whatever it does.
    std::thread::Builder::new().name("beat".to_owned()).spawn(move || {
        let parent = parent();
        loop {
            std::thread::sleep(BEAT);
            if parent != self::parent() {
                // Nobody is there to tell.
                std::process::exit(1);
            }
            // Looked at with the output in hand: no sign of life comes behind the answer, where
            // it would be taken for one of the next.
            let mut out = io::stdout().lock();
            if working.load(Ordering::Acquire) {
                let line = format!("at {}\n", counted.load(Ordering::Relaxed));
                if out.write_all(line.as_bytes()).is_err() {
                    return;
                }
            }
        }
    })?;
    let engine = std::thread::Builder::new().name("engine".to_owned()).stack_size(8 * STACK_BYTES);
    let served = engine.spawn(move || Host { sandbox: None, begun }.run(&busy))?;
    served.join().unwrap_or_else(|_| Err(io::Error::other("the engine ended")))
}

/// No files are written, no memory without end is taken, and a crash leaves nothing behind.
#[cfg(unix)]
fn limit_process() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    setrlimit(Resource::Core, most(0))?;
    setrlimit(Resource::Fsize, most(0))?;
    setrlimit(Resource::Nofile, most(16))?;
    setrlimit(Resource::As, most(4 << 30))?;
    Ok(())
}

#[cfg(not(unix))]
fn limit_process() -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn parent() -> Option<rustix::process::Pid> {
    rustix::process::getppid()
}

#[cfg(not(unix))]
fn parent() {}

struct Host {
    sandbox: Option<Sandbox>,
    /// Events begun since the process started.
    begun: Arc<AtomicU64>,
}

impl Host {
    fn run(&mut self, busy: &AtomicBool) -> io::Result<()> {
        let mut input = io::stdin().lock();
        let mut line = String::new();
        loop {
            line.clear();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            self.begun.store(0, Ordering::Relaxed);
            busy.store(true, Ordering::Release);
            let reply = match serde_json::from_str::<Ask<'_>>(&line) {
                Ok(ask) => self.answer(ask),
                Err(error) => Reply::Unread(Thrown::new(Why::Unread, error.to_string())),
            };
            busy.store(false, Ordering::Release);
            let mut text = serde_json::to_vec(&reply)?;
            text.push(b'\n');
            let mut out = io::stdout().lock();
            out.write_all(&text)?;
            out.flush()?;
        }
    }

    fn answer(&mut self, ask: Ask<'_>) -> Reply {
        match self.try_answer(ask) {
            Ok(reply) => reply,
            Err(thrown) => Reply::Thrown(thrown),
        }
    }

    fn try_answer(&mut self, ask: Ask<'_>) -> Result<Reply, Thrown> {
        let refused = |error: ModuleError| Reply::Refused { message: error.message, help: error.help };
        Ok(match ask {
            Ask::Compile { name, text } => match compile::compile(&name, &text) {
                Ok((source, imports)) => Reply::Compiled { source, imports },
                Err(message) => Reply::Refused { message, help: "correct the file".to_owned() },
            },
            Ask::Load { entry, file_name, sources, milliseconds } => {
                // One at a time: the memory of the one before is given back first.
                self.sandbox = None;
                let sources: BTreeMap<String, Arc<str>> =
                    sources.into_iter().map(|(name, text)| (name.into_owned(), Arc::from(&*text))).collect();
                let module = Module { entry: entry.into_owned(), file_name: file_name.into_owned(), sources };
                let opened = Sandbox::open(&module, Duration::from_millis(milliseconds), &self.begun);
                match opened.and_then(|sandbox| Ok((sandbox.exports()?, sandbox))) {
                    Ok((exports, sandbox)) => {
                        self.sandbox = Some(sandbox);
                        Reply::Loaded(exports)
                    }
                    Err(error) => refused(error),
                }
            }
            Ask::Use { export } => {
                self.sandbox()?.choose(&export)?;
                Reply::Done
            }
            Ask::Start(slot) => {
                self.sandbox()?.start(slot)?;
                Reply::Done
            }
            Ask::Step { slot, stream, rows } => match self.sandbox()?.fold(slot, rows.get(), &stream) {
                Folded::All(done) => Reply::Stepped { done, thrown: None },
                Folded::Threw(done, thrown) => Reply::Stepped { done, thrown: Some(thrown) },
                Folded::Unread(thrown) => Reply::Unread(thrown),
            },
            Ask::Export(slot) => Reply::State(raw(self.sandbox()?.show(slot)?)?),
            Ask::Save(slot) => {
                let (text, names) = self.sandbox()?.save(slot)?;
                Reply::Saved { text, names }
            }
            Ask::Restore { slot, text } => {
                self.sandbox()?.restore(slot, &text)?;
                Reply::Done
            }
            Ask::Drop => {
                self.sandbox = None;
                Reply::Done
            }
            Ask::Limit(bytes) => {
                self.sandbox()?.limit_memory(bytes);
                Reply::Done
            }
        })
    }

    fn sandbox(&self) -> Result<&Sandbox, Thrown> {
        self.sandbox.as_ref().ok_or_else(|| Thrown::new(Why::Ended, "no module is loaded"))
    }
}

fn raw(text: String) -> Result<Box<RawValue>, Thrown> {
    RawValue::from_string(text).map_err(|error| Thrown::new(Why::NotJson, error.to_string()))
}
