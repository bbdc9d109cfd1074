//! [`Process`]: a host process, asked one thing at a time. It is given a time for each answer,
//! and killed where it gives none.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::engine::Python;
use super::lines::{Line, Lines, Silence};
use super::{Engine, HOST_VERB, Stop};
use crate::replay::Why;

/// Time between looks at a process that does not answer.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What a look counts at most.
const LONGEST_LOOK: Duration = Duration::from_millis(500);
/// How much longer than its own limit a host may take before it is killed.
const GRACE: Duration = Duration::from_millis(500);
/// A process that waits for a busy machine uses no time of a processor: it may wait so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of one answer, at most.
const LONGEST_ANSWER: u64 = 512 << 20;
/// Memory beside what a reducer may use: the program itself, and text on its way.
const BASE_BYTES: usize = 192 << 20;
/// Variables that the process may know.
const ENVIRONMENT: [&str; 3] = ["TZ", "LANG", "SystemRoot"];

/// Before the arguments by which a host becomes Python.
pub(super) const PYTHON: &str = "python";

/// See the module's documentation.
pub(super) struct Process {
    child: Child,
    lines: Lines,
}

/// Why there is no answer; the process is gone then.
pub(super) enum Death {
    /// With the count of events begun, as the process told it last.
    TooSlow(u64),
    Memory,
    /// It ended by itself, as the system says.
    Ended(String),
    /// Its answer was not waited for.
    Stopped,
}

impl Death {
    pub fn why(&self) -> Why {
        match self {
            Death::TooSlow(_) => Why::TooSlow,
            Death::Memory => Why::Memory,
            Death::Ended(_) => Why::Ended,
            Death::Stopped => Why::Stopped,
        }
    }
}

/// What an answer may cost.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// For each event, and for all else together.
    pub time: Duration,
    pub memory: usize,
    /// Asks to wait no longer.
    pub stop: Stop,
}

impl Process {
    /// Starts one, for a module in `folder`. Nothing of ours but the three pipes goes with it.
    pub fn start(engine: &Engine, folder: &Path) -> std::io::Result<Process> {
        // What whoever started us left open would be open there as well.
        #[cfg(unix)]
        close_fds::set_fds_cloexec(3, &[]);
        let known = ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
        let mut command = Command::new(program()?);
        command.arg(HOST_VERB);
        match engine {
            Engine::Sandbox => {}
            Engine::Node(node) => {
                command.arg(&node.program).arg(folder);
            }
            Engine::Python(Python { program, prefixes, packages, .. }) => {
                let joined = |paths: &[PathBuf]| std::env::join_paths(paths).map_err(std::io::Error::other);
                command.arg(PYTHON).arg(program).arg(folder).arg(joined(prefixes)?).arg(joined(packages)?);
            }
        }
        command
            .env_clear()
            .envs(known)
            .current_dir(if cfg!(unix) { OsStr::new("/") } else { OsStr::new(".") })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = spawn(command)?;
        let lines = Lines::connect(&mut child, LONGEST_ANSWER)?;
        Ok(Process { child, lines })
    }

    /// It has not ended by itself, nor was it ended by others.
    pub fn is_there(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends lines, each with its end; each is answered by one.
    pub fn send(&mut self, lines: Vec<u8>) {
        self.lines.send(lines);
    }

    /// Waits for the next line that answers one.
    ///
    /// # Errors
    /// There is none: the process was killed, or ended.
    pub fn answer(&mut self, limits: &Limits) -> Result<Vec<u8>, Death> {
        let stops = limits.stop.count();
        // Most answers are there at once: what it used is asked for at the first look only.
        let (mut begun, mut waited, mut used) = (0, Duration::ZERO, None);
        // Who waits while the machine is free waits for what never comes.
        let mut asleep = Duration::ZERO;
        // Bytes it held at the first look, and the most at any: one that ends holds none.
        let mut held: Option<(usize, usize)> = None;
        // An engine whose heap is nearly full spends its time on looking for room, or falls.
        let is_full = |held: Option<(usize, usize)>| {
            held.is_some_and(|(first, most)| most > limits.memory && most - first > limits.memory / 2)
        };
        loop {
            let looked = Instant::now();
            match self.lines.receive(LOOK_EVERY) {
                Ok(Line::TooLong) => {
                    self.end();
                    let most = LONGEST_ANSWER >> 20;
                    return Err(Death::Ended(format!("its answer has more than {most} MiB")));
                }
                Ok(Line::Whole(answer)) => match beat(&answer) {
                    None => return Ok(answer),
                    Some(count) if count != begun => {
                        (begun, waited, used, asleep) = (count, Duration::ZERO, None, Duration::ZERO);
                    }
                    Some(_) => {}
                },
                Err(Silence::Ended) => {
                    let how = self.end();
                    return Err(if is_full(held) { Death::Memory } else { Death::Ended(how) });
                }
                Err(Silence::Timeout) => {}
            }
            // Where we were stopped (Ctrl+Z) or slept, so was the process.
            let more = looked.elapsed().min(LONGEST_LOOK);
            waited += more;
            if waited < LOOK_EVERY {
                continue;
            }
            let before = *used.get_or_insert_with(|| self.processor_time());
            if self.is_asleep() {
                asleep += more;
            }
            if let Some(now) = self.resident() {
                held = Some(held.map_or((now, now), |(first, most)| (first, most.max(now))));
            }
            let death = if limits.stop.count() != stops {
                Death::Stopped
            } else if held.is_some_and(|(_, most)| most > limits.memory.saturating_add(BASE_BYTES)) {
                Death::Memory
            } else if waited > limits.time + GRACE
                && (waited > limits.time + PATIENCE
                    || asleep > limits.time + GRACE
                    || self.processor_time().saturating_sub(before) > limits.time + GRACE)
            {
                if is_full(held) { Death::Memory } else { Death::TooSlow(begun) }
            } else {
                continue;
            };
            self.end();
            return Err(death);
        }
    }

    /// Ends it where it has not ended, and says how it did.
    fn end(&mut self) -> String {
        // It may have ended by itself a moment ago; then that is what is said.
        for _ in 0..20 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.to_string();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    /// Time of a processor it used. Where the system does not tell, none: then only patience ends.
    fn processor_time(&self) -> Duration {
        // Fields 14 and 15 of proc(5), in hundredths of a second, behind a name in brackets.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks: u64 = fields.split(' ').skip(12).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// None of its threads runs, wants to run, or waits for a disk, where the system tells.
    fn is_asleep(&self) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let mut threads = threads.into_iter().flatten().filter_map(Result::ok).peekable();
        threads.peek().is_some()
            && threads.all(|thread| {
                let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
                stat.rsplit_once(')').is_some_and(|(_, fields)| fields.trim_start().starts_with('S'))
            })
    }

    /// Bytes of memory it holds, where the system tells.
    fn resident(&self) -> Option<usize> {
        // In pages, of 4 KiB at least.
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).ok()?;
        Some(pages.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the command in a thread that never ends: the system ends a host together with the
/// thread that started it, whatever the host does then.
pub(super) fn spawn(command: Command) -> std::io::Result<Child> {
    type Wish = (Command, SyncSender<std::io::Result<Child>>);
    static STARTER: OnceLock<Mutex<Sender<Wish>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (wishes, inbox) = channel::<Wish>();
        // Where there is no thread, nobody answers, which is said below.
        let _ = std::thread::Builder::new().name("hosts".to_owned()).spawn(move || {
            while let Ok((mut command, answer)) = inbox.recv() {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(wishes)
    });
    let gone = || std::io::Error::other("there is no thread to start it");
    let (answer, child) = sync_channel(1);
    starter.lock().map_err(|_| gone())?.send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

/// The count of events begun, where the line is no answer but a sign of life.
fn beat(line: &[u8]) -> Option<u64> {
    std::str::from_utf8(line.strip_prefix(b"at ")?).ok()?.parse().ok()
}

/// The program itself; where a test or a bench runs, the one that was built with it.
pub(super) fn program() -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().filter(|folder| folder.file_name() == Some(OsStr::new("deps")));
    if let Some(built) = folder.and_then(Path::parent) {
        let mut name = OsString::from("eventglass");
        name.push(std::env::consts::EXE_SUFFIX);
        return Ok(built.join(name));
    }
    // It is there even where its file was replaced meanwhile.
    let running = Path::new("/proc/self/exe");
    Ok(if running.exists() { running.to_owned() } else { own })
}
