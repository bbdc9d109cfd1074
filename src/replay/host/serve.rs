//! What runs in a host process: it reads a line, does what it asks, and answers with a line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use super::{Ask, Reply, compile};
use crate::replay::js::{Folded, STACK_BYTES, Sandbox};
use crate::replay::module::{Module, ModuleError};
use crate::replay::{Thrown, Why};

/// Time between two signs of life.
const BEAT: Duration = Duration::from_millis(50);
/// An answer waits no longer for the next ones.
const WITHOUT_A_WORD: Duration = Duration::from_millis(20);
/// Bytes read at once.
const INPUT_BYTES: usize = 64 << 10;

/// Serves whoever started the process, until its input ends. Arguments: none, or those by which
/// it becomes Node or Python.
///
/// # Errors
/// The process cannot have what it needs, or its output is gone.
pub fn serve(arguments: impl Iterator<Item = OsString>) -> io::Result<()> {
    limit_process()?;
    let arguments: Vec<OsString> = arguments.collect();
    if !arguments.is_empty() {
        #[cfg(target_os = "linux")]
        return Err(super::jailed::become_other(&arguments));
        #[cfg(not(target_os = "linux"))]
        return Err(io::Error::other("there is no jail on this system"));
    }
    limit_memory()?;
    // It asks the system for nothing: where there is no jail, it runs without.
    #[cfg(target_os = "linux")]
    let _ = super::jail::enter(&super::jail::Allowed { reads: vec!["/proc/self".into()], runs: Vec::new() });
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
    let served = engine.spawn(move || Host { sandbox: None, begun, is_spoilt: false }.run(&busy))?;
    served.join().unwrap_or_else(|_| Err(io::Error::other("the engine ended")))
}

/// No files are written, a crash leaves nothing behind, and nobody is left behind.
#[cfg(unix)]
fn limit_process() -> io::Result<()> {
    use rustix::process::Resource;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)
}

/// No memory without end is taken, and no files are opened.
#[cfg(unix)]
fn limit_memory() -> io::Result<()> {
    use rustix::process::Resource;
    limit(Resource::Nofile, 16)?;
    limit(Resource::As, 4 << 30)
}

#[cfg(unix)]
pub(super) fn limit(resource: rustix::process::Resource, most: u64) -> io::Result<()> {
    let most = rustix::process::Rlimit { current: Some(most), maximum: Some(most) };
    Ok(rustix::process::setrlimit(resource, most)?)
}

#[cfg(not(unix))]
fn limit_process() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn limit_memory() -> io::Result<()> {
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
    /// The last step did not come to its end: what follows on it is void.
    is_spoilt: bool,
}

impl Host {
    fn run(&mut self, busy: &AtomicBool) -> io::Result<()> {
        let mut input = BufReader::with_capacity(INPUT_BYTES, io::stdin().lock());
        let (mut line, mut unsent) = (String::new(), Vec::new());
        loop {
            line.clear();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let began = Instant::now();
            self.begun.store(0, Ordering::Relaxed);
            busy.store(true, Ordering::Release);
            let ask = serde_json::from_str::<Ask<'_>>(&line);
            if matches!(ask, Ok(Ask::Step { follows: true, .. })) && !unsent.is_empty() {
                // Who handed it over waits for the answer to the one before it.
                send(&mut unsent)?;
            }
            let reply = match ask {
                Ok(Ask::Step { follows: true, .. }) if self.is_spoilt => {
                    Reply::Thrown(Thrown::new(Why::Void, "what it follows on was not folded"))
                }
                Ok(ask) => self.answer(ask),
                Err(error) => Reply::Unread(Thrown::new(Why::Unread, error.to_string())),
            };
            busy.store(false, Ordering::Release);
            self.is_spoilt = !matches!(reply, Reply::Done | Reply::Stepped { thrown: None, .. });
            serde_json::to_writer(&mut unsent, &reply)?;
            unsent.push(b'\n');
            // Whoever asked several things at once is told all of it at once, where none took long.
            if input.buffer().contains(&b'\n') && began.elapsed() < WITHOUT_A_WORD {
                continue;
            }
            send(&mut unsent)?;
        }
    }

    fn answer(&mut self, ask: Ask<'_>) -> Reply {
        match self.try_answer(ask) {
            Ok(reply) => reply,
            Err(thrown) => Reply::Thrown(thrown),
        }
    }

    fn try_answer(&mut self, ask: Ask<'_>) -> Result<Reply, Thrown> {
        let refused =
            |error: ModuleError| Reply::Refused { message: error.message, place: Arc::from(""), help: error.help };
        Ok(match ask {
            Ask::Hello => Reply::Hello(env!("CARGO_PKG_VERSION").to_owned()),
            Ask::Compile { name, text, is_module, assigns_fields } => {
                match compile::compile(&name, &text, is_module, assigns_fields) {
                    Ok(compiled) => Reply::Compiled(compiled),
                    Err(message) => {
                        Reply::Refused { message, place: Arc::from(""), help: "correct the file".to_owned() }
                    }
                }
            }
            Ask::Load { entry, file_name, folder, sources, apart, clock: _, milliseconds } => {
                // One at a time: the memory of the one before is given back first.
                self.sandbox = None;
                let module = Module {
                    entry: entry.into_owned(),
                    file_name: file_name.into_owned(),
                    folder: folder.into_owned().into(),
                    sources: sources.into_owned(),
                    places: BTreeMap::new(),
                    apart: Some(apart.into_owned()).filter(|why| !why.is_empty()),
                    odd: 0,
                };
                let opened = Sandbox::open(&module, Duration::from_millis(milliseconds), &self.begun);
                match opened.and_then(|sandbox| Ok((sandbox.exports()?, sandbox))) {
                    Ok((exports, sandbox)) => {
                        self.sandbox = Some(sandbox);
                        Reply::Loaded(exports)
                    }
                    Err(error) => refused(error),
                }
            }
            Ask::Use { export, odd } => {
                self.sandbox()?.choose(&export, odd)?;
                Reply::Done
            }
            Ask::Start { slot, stream } => {
                self.sandbox()?.start(slot, &stream)?;
                Reply::Done
            }
            Ask::Step { slot, stream, rows, keep, follows: _ } => {
                let sandbox = self.sandbox()?;
                let folded = sandbox.fold(slot, rows.get(), &stream, keep);
                let mut said = sandbox.said();
                match folded {
                    Folded::All(done, out) => {
                        said.extend(out.said);
                        Reply::Stepped { done, thrown: None, said, emitted: out.emitted, copied: out.copied }
                    }
                    Folded::Threw(done, thrown, out) => {
                        said.extend(out.said);
                        Reply::Stepped { done, thrown: Some(thrown), said, emitted: out.emitted, copied: out.copied }
                    }
                    Folded::Unread(thrown) => Reply::Unread(thrown),
                }
            }
            Ask::Export(slot) => Reply::State(raw(self.sandbox()?.show(slot)?)?),
            Ask::Save(slot) => Reply::Saved(self.sandbox()?.save(slot)?),
            Ask::Restore { slot, text } => {
                self.sandbox()?.restore(slot, &text)?;
                Reply::Done
            }
            Ask::Put { slot, state } => {
                self.sandbox()?.restore(slot, &format!("j{state}"))?;
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

/// Sends what is ready, and forgets it.
fn send(unsent: &mut Vec<u8>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(unsent)?;
    out.flush()?;
    unsent.clear();
    Ok(())
}

fn raw(text: String) -> Result<Box<RawValue>, Thrown> {
    RawValue::from_string(text).map_err(|error| Thrown::new(Why::NotJson, error.to_string()))
}
