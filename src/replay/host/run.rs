//! [`Run`]: a program of the user's that is running, asked line by line. It has the user's own
//! rights and environment; it is watched, and ended together with all that it started.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Stop;
use super::lines::{Line, Lines, Silence};
use super::process::{program, spawn};

/// The verb that makes the program the user's.
pub const PROGRAM_VERB: &str = "reducer-program";

/// It may take so long to its first answer: some are compiled first.
const FIRST: Duration = Duration::from_secs(60);
/// And so long to each other one.
const NEXT: Duration = Duration::from_secs(10);
/// Time between looks while it does not answer, and what a look counts at most.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_millis(500);
/// What it started may write on after it ended: so long.
const AFTERWARDS: Duration = Duration::from_millis(300);
/// Time in which it ends by itself once there is nothing to read.
const GOODBYE: Duration = Duration::from_millis(300);
/// A program that prints more than it is asked does so within this time after its answer; all
/// such waiting takes no longer than the second.
const LISTENING: Duration = Duration::from_millis(20);
const MOST_LISTENING: Duration = Duration::from_secs(1);
/// Bytes of one answer, at most.
const LONGEST_ANSWER: u64 = 64 << 20;
/// Memory of the program and all that it started, at most.
const MOST_MEMORY: u64 = 4 << 30;
/// Files it may have open.
const MOST_FILES: u64 = 4096;
/// Of what it says on its standard error, the end is kept.
const KEPT_BYTES: usize = 4096;
/// Lines of that which are shown, and of what length.
const KEPT_LINES: usize = 4;
const KEPT_LINE: usize = 200;

/// See the module's documentation.
pub(super) struct Run {
    child: Child,
    /// `None`: its input was closed.
    lines: Lines,
    said: Arc<Mutex<Words>>,
    stop: Stop,
    /// Answers so far.
    answered: u64,
    /// Time spent on waiting for answers that nobody asked for.
    listened: Duration,
}

/// What it says on its standard error: the end of it.
#[derive(Default)]
struct Words {
    bytes: VecDeque<u8>,
    /// So many of them at the end were not told yet.
    new: usize,
    /// There will be no more.
    ended: bool,
}

impl Words {
    fn keep(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let more = self.bytes.len().saturating_sub(KEPT_BYTES);
        self.bytes.drain(..more);
        self.new = (self.new + bytes.len()).min(self.bytes.len());
    }

    fn last(&self, count: usize) -> String {
        let bytes: Vec<u8> = self.bytes.iter().skip(self.bytes.len().saturating_sub(count)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Why there is no answer; the program is gone then.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the program cannot be started: {0}")]
    NotStarted(String),
    #[error("the program {0}")]
    TooSlow(String),
    #[error("the program {0}")]
    Memory(String),
    /// It ended by itself.
    #[error("the program {0}")]
    Ended(String),
    /// It answered what is no answer.
    #[error("the program {0}")]
    Rubbish(String),
    #[error("was stopped")]
    Stopped,
}

impl Failure {
    pub fn gone() -> Failure {
        Failure::Ended("is gone".to_owned())
    }

    /// The same, and what the program said about it.
    fn with(self, said: &str) -> Failure {
        let told = |text: String| if said.is_empty() { text } else { format!("{text}; it said: {said}") };
        match self {
            Failure::NotStarted(text) => Failure::NotStarted(told(text)),
            Failure::TooSlow(text) => Failure::TooSlow(told(text)),
            Failure::Memory(text) => Failure::Memory(told(text)),
            Failure::Ended(text) => Failure::Ended(told(text)),
            Failure::Rubbish(text) => Failure::Rubbish(told(text)),
            Failure::Stopped => Failure::Stopped,
        }
    }
}

impl Run {
    /// Starts the program, in the folder and the environment of whoever started us.
    pub fn start(words: &[OsString], stop: &Stop) -> Result<Run, Failure> {
        // Nothing of ours goes with it but the three pipes.
        #[cfg(unix)]
        close_fds::set_fds_cloexec(3, &[]);
        let not_started = |error: std::io::Error| Failure::NotStarted(error.to_string());
        let mut command = Command::new(program().map_err(not_started)?);
        command.arg(PROGRAM_VERB).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: all that it starts is ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = spawn(command).map_err(not_started)?;
        let lines = Lines::connect(&mut child, LONGEST_ANSWER).map_err(not_started)?;
        let said = Arc::new(Mutex::new(Words::default()));
        if let Some(errors) = child.stderr.take() {
            let said = Arc::clone(&said);
            let reader = std::thread::Builder::new().name("program-says".to_owned());
            reader.spawn(move || read_words(errors, &said)).map_err(not_started)?;
        }
        Ok(Run { child, lines, said, stop: stop.clone(), answered: 0, listened: Duration::ZERO })
    }

    /// Sends a line and waits for its answer.
    pub fn ask(&mut self, line: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.send(line)?;
        self.answer()
    }

    /// Sends lines; their answers are waited for one by one.
    pub fn send(&mut self, lines: Vec<u8>) -> Result<(), Failure> {
        self.nothing_more(Duration::ZERO)?;
        self.lines.send(lines);
        Ok(())
    }

    /// The next answer.
    pub fn answer(&mut self) -> Result<Vec<u8>, Failure> {
        let most = if self.answered == 0 { FIRST } else { NEXT };
        let stops = self.stop.count();
        let mut waited = Duration::ZERO;
        let mut ended: Option<Duration> = None;
        loop {
            let looked = Instant::now();
            match self.lines.receive(LOOK_EVERY) {
                // What it prints while it starts is for people, where it is no JSON.
                Ok(Line::Whole(line)) if self.answered == 0 && !looks_like_json(&line) => {
                    self.keep_line(&line);
                    continue;
                }
                Ok(Line::Whole(line)) => {
                    self.answered += 1;
                    return Ok(line);
                }
                Ok(Line::TooLong) => {
                    let size = LONGEST_ANSWER >> 20;
                    return Err(self.fail(Failure::Rubbish(format!("answered with more than {size} MiB in one line"))));
                }
                Err(Silence::Ended) => return Err(self.ended()),
                Err(Silence::Timeout) => {}
            }
            // Where we were stopped (Ctrl+Z) or slept, so was the program.
            waited += looked.elapsed().min(LONGEST_LOOK);
            if self.stop.count() != stops {
                return Err(self.fail(Failure::Stopped));
            }
            if ended.is_some_and(|since| waited > since + AFTERWARDS) {
                return Err(self.ended());
            }
            if ended.is_none() && matches!(self.child.try_wait(), Ok(Some(_))) {
                ended = Some(waited);
            }
            if waited > most {
                let flush = if self.answered == 0 { "" } else { " (does it flush every line?)" };
                let text = format!("gave no answer in {} s{flush}", most.as_secs());
                return Err(self.fail(Failure::TooSlow(text)));
            }
            if waited > LONGEST_LOOK && memory(self.child.id()) > MOST_MEMORY {
                let text = format!("used more than {} GiB of memory", MOST_MEMORY >> 30);
                return Err(self.fail(Failure::Memory(text)));
            }
        }
    }

    /// All that was asked for is answered: there must be nothing more. What comes is waited for a
    /// moment, as long as that costs little; later it is only looked.
    pub fn quiet(&mut self) -> Result<(), Failure> {
        let time = if self.listened < MOST_LISTENING { LISTENING } else { Duration::ZERO };
        self.listened += time;
        self.nothing_more(time)
    }

    /// A line for people.
    fn keep_line(&self, line: &[u8]) {
        keep(&self.said, line);
        keep(&self.said, b"\n");
    }

    fn nothing_more(&mut self, time: Duration) -> Result<(), Failure> {
        match self.lines.receive(time) {
            Ok(Line::Whole(line)) if self.answered == 0 => {
                self.keep_line(&line);
                Ok(())
            }
            Ok(_) => Err(self.fail(Failure::Rubbish("printed more lines than it was asked for".to_owned()))),
            // That it has ended is told to whoever asks next.
            Err(_) => Ok(()),
        }
    }

    /// It has ended, or will not answer any more: how.
    fn ended(&mut self) -> Failure {
        for _ in 0..20 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return self.fail(Failure::Ended(format!("ended ({status}) before it answered")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.fail(Failure::Ended("closed its standard output before it answered".to_owned()))
    }

    /// Ends the program, and adds what it said.
    pub fn fail(&mut self, failure: Failure) -> Failure {
        self.kill();
        // The thread that reads may be a moment behind.
        let began = Instant::now();
        while began.elapsed() < AFTERWARDS && self.said.lock().is_ok_and(|said| !said.ended) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let said = self.said.lock().map_or_else(|_| String::new(), |said| said.last(KEPT_BYTES));
        failure.with(&last_lines(&said))
    }

    /// What it said on its standard error since this was asked last.
    pub fn words(&mut self) -> Option<String> {
        let mut said = self.said.lock().ok()?;
        let new = std::mem::take(&mut said.new);
        (new > 0).then(|| said.last(new).trim_end().to_owned())
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Where all of it has ended there is no such group.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.lines.close();
        let began = Instant::now();
        while began.elapsed() < GOODBYE && matches!(self.child.try_wait(), Ok(None)) {
            // Its last words are not waited for, only taken out of the way.
            let _ = self.lines.receive(Duration::from_millis(5));
        }
        self.kill();
    }
}

fn read_words(mut errors: impl Read, said: &Mutex<Words>) {
    let mut part = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut part) {
        keep(said, part.get(..count).unwrap_or_default());
    }
    if let Ok(mut said) = said.lock() {
        said.ended = true;
    }
}

fn keep(said: &Mutex<Words>, bytes: &[u8]) {
    if let Ok(mut said) = said.lock() {
        said.keep(bytes);
    }
}

fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(KEPT_LINES)..).unwrap_or_default();
    let short = |line: &&str| line.chars().take(KEPT_LINE).collect::<String>();
    last.iter().map(short).collect::<Vec<_>>().join(" / ")
}

fn looks_like_json(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    matches!(line.first(), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9'))
        || matches!(line, b"null" | b"true" | b"false")
}

/// Bytes of memory that the group of processes holds, where the system tells.
fn memory(group: u32) -> u64 {
    let group = group.to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    // Field 5 of proc(5)'s stat is the group; in statm pages, of 4 KiB at least.
    let of_group = processes.map(|entry| entry.path()).filter(|path| {
        let stat = std::fs::read_to_string(path.join("stat")).unwrap_or_default();
        stat.rsplit_once(')').and_then(|(_, fields)| fields.split(' ').nth(3)).is_some_and(|field| field == group)
    });
    let pages = of_group.filter_map(|path| {
        let statm = std::fs::read_to_string(path.join("statm")).ok()?;
        statm.split(' ').nth(1)?.parse::<u64>().ok()
    });
    pages.sum::<u64>() * 4096
}

/// Becomes the user's program, with limits; returns where it cannot.
#[cfg(unix)]
pub fn become_program(mut words: impl Iterator<Item = OsString>) -> std::io::Error {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use std::os::unix::process::CommandExt;
    let Some(name) = words.next() else { return std::io::Error::other("no program is named") };
    // Nobody is left behind.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL)) {
        return error.into();
    }
    for (resource, most) in [(Resource::Core, 0), (Resource::Nofile, MOST_FILES)] {
        let Rlimit { current, maximum } = getrlimit(resource);
        let lower = |limit: Option<u64>| Some(limit.map_or(most, |limit| limit.min(most)));
        if let Err(error) = setrlimit(resource, Rlimit { current: lower(current), maximum: lower(maximum) }) {
            return error.into();
        }
    }
    let error = Command::new(&name).args(words).exec();
    std::io::Error::new(error.kind(), format!("{}: {error}", name.display()))
}

/// Runs the user's program in place of this one.
#[cfg(not(unix))]
pub fn become_program(mut words: impl Iterator<Item = OsString>) -> std::io::Error {
    let Some(name) = words.next() else { return std::io::Error::other("no program is named") };
    match Command::new(name).args(words).status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}
