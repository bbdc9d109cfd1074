//! The loop: choose an input, mutate it, run it, keep it if it showed something new.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use crate::mutate::{Chance, mutate};

/// What is fuzzed.
pub trait Target {
    fn name(&self) -> &'static str;
    /// Inputs that are right, or wrong in a way worth knowing.
    fn seeds(&self) -> Vec<Vec<u8>>;
    /// Pieces that mean something in such an input.
    fn words(&self) -> &'static [&'static str];
    /// A change that only inputs of this kind know; `false` where none was made.
    fn twist(&self, _input: &mut Vec<u8>, _chance: &mut Chance) -> bool {
        false
    }
    /// Runs one input and notes what it showed. `Err` says what must not be.
    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String>;
}

/// What an input showed: of each kind of thing, what it was.
#[derive(Default)]
pub struct Seen(BTreeMap<&'static str, HashSet<u64>>);

/// Different things of one kind that are worth an input: messages may repeat what is in it.
const PER_KIND: usize = 60;

impl Seen {
    /// Notes a text; its numbers and what it quotes do not count.
    pub fn text(&mut self, of: &'static str, text: &str) {
        self.value(of, gist(text));
    }

    /// Notes a number by its size.
    pub fn size(&mut self, of: &'static str, number: usize) {
        self.value(of, usize::BITS - number.leading_zeros());
    }

    pub fn value(&mut self, of: &'static str, value: impl Hash) {
        self.0.entry(of).or_default().insert(hash(value));
    }

    /// Takes over what is new in `other`; whether there was anything.
    fn grow(&mut self, other: Seen) -> bool {
        let mut is_new = false;
        for (of, values) in other.0 {
            let known = self.0.entry(of).or_default();
            for value in values {
                is_new |= known.len() < PER_KIND && known.insert(value);
            }
        }
        is_new
    }

    fn len(&self) -> usize {
        self.0.values().map(HashSet::len).sum()
    }
}

/// The words of a message without its numbers and quotations.
fn gist(text: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for c in text.chars().take(400) {
        match c {
            '"' | '`' => quoted = !quoted,
            c if quoted || c.is_ascii_digit() || !c.is_ascii() => {}
            c => out.push(c),
        }
    }
    out
}

/// Failures that say the same are of one kind.
fn kind(said: &str) -> String {
    gist(said.lines().next().unwrap_or_default())
}

/// Inputs kept, and bytes of one.
const KEPT: usize = 3_000;
const LONGEST: usize = 96 << 10;
/// Runs spent on making one failure smaller.
const SHRINKS: usize = 1_500;
/// Kinds of failure after which there is no use in going on.
const FAULTS: usize = 20;
/// What takes so long will never end. Far above anything that a busy machine explains.
const NEVER: Duration = Duration::from_secs(600);
/// Peak memory of all targets together.
const MEMORY: u64 = 3 << 30;

pub fn seed() -> u64 {
    std::env::var("EVENTGLASS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_128)
}

/// Mutations that are run where no time is given: the same ones on every machine.
const RUNS: u64 = 3_000;

fn seconds() -> Option<f64> {
    std::env::var("EVENTGLASS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok())
}

/// Runs the target until its time is over. Panics where an input failed, after it was made small.
pub fn run(target: &mut dyn Target) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    std::fs::create_dir_all(&folder).expect("a folder for what fails");
    let watch = Watch::start(folder.join(format!("{}-never-ends", target.name())));
    let mut runner = Runner { name: target.name(), target, folder, watch, runs: 0, faults: BTreeMap::new() };
    if let Ok(file) = std::env::var("EVENTGLASS_FUZZ_INPUT") {
        let name = Path::new(&file).file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(runner.name) {
            runner.case(&std::fs::read(&file).expect("the input"), &mut Seen::default()).expect("nothing wrong");
        }
        return;
    }
    let (start, seconds) = (Instant::now(), seconds());
    let mut chance = Chance(seed());
    let mut known = Seen::default();
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    let seeds = runner.target.seeds();
    let mut given = seeds.iter().cloned();
    let end = RUNS + seeds.len() as u64;
    let goes_on = |runs| seconds.map_or(runs < end, |seconds| start.elapsed().as_secs_f64() < seconds);
    while goes_on(runner.runs) || given.len() > 0 {
        let input = given.next().unwrap_or_else(|| runner.next(&inputs, &mut chance));
        let mut seen = Seen::default();
        match runner.case(&input, &mut seen) {
            Err(said) => runner.failed(input, &said, &seeds),
            Ok(()) if known.grow(seen) && inputs.len() < KEPT => inputs.push(input),
            Ok(()) => {}
        }
        if runner.faults.len() >= FAULTS {
            break;
        }
    }
    let peak = peak_memory();
    println!(
        "{}: seed {}, {} runs in {:.0?}, {} seeds, {} inputs kept, {} things seen, {} MiB at most",
        runner.name,
        seed(),
        runner.runs,
        start.elapsed(),
        seeds.len(),
        inputs.len(),
        known.len(),
        peak >> 20
    );
    let said: Vec<&str> = runner.faults.values().map(String::as_str).collect();
    assert!(said.is_empty(), "{} kinds of failure, seed {}:\n{}", said.len(), seed(), said.join("\n"));
    assert!(peak < MEMORY, "{} MiB of memory", peak >> 20);
}

struct Runner<'t> {
    name: &'static str,
    target: &'t mut dyn Target,
    /// Where what fails is put.
    folder: PathBuf,
    watch: Watch,
    runs: u64,
    /// What was said, with the file, by kind.
    faults: BTreeMap<String, String>,
}

impl Runner<'_> {
    /// Runs one input; a panic is a failure like any other.
    fn case(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        self.runs += 1;
        self.watch.began(input);
        quiet();
        let result = catch_unwind(AssertUnwindSafe(|| self.target.run(input, seen)));
        self.watch.ended();
        result.unwrap_or_else(|_| Err(format!("a panic: {}", PANIC.with(RefCell::take))))
    }

    /// A mutation of an input that showed something new.
    fn next(&self, inputs: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
        let (Some(input), Some(other)) =
            (inputs.get(chance.below(inputs.len())), inputs.get(chance.below(inputs.len())))
        else {
            return Vec::new();
        };
        let mut input = input.clone();
        // Mostly a single change, sometimes many.
        for _ in 0..1 << chance.below(4) {
            if chance.below(3) > 0 || !self.target.twist(&mut input, chance) {
                mutate(&mut input, other, self.target.words(), chance);
            }
        }
        input.truncate(LONGEST);
        input
    }

    /// Keeps the first failure of each kind, made small.
    fn failed(&mut self, input: Vec<u8>, said: &str, seeds: &[Vec<u8>]) {
        let kind = kind(said);
        if self.faults.contains_key(&kind) {
            return;
        }
        let small = self.smaller(input, seeds, &kind);
        let said = self.case(&small, &mut Seen::default()).expect_err("it fails still");
        let file = self.folder.join(format!("{}-{:016x}", self.name, hash(&small)));
        std::fs::write(&file, &small).expect("the input is written");
        let said = format!("{said}\n  in {}", file.display());
        println!("{}: {said}", self.name);
        self.faults.insert(kind, said);
    }

    /// The input without what its failure does not need.
    fn smaller(&mut self, mut input: Vec<u8>, seeds: &[Vec<u8>], kind: &str) -> Vec<u8> {
        let end = self.runs + SHRINKS as u64;
        let fails = |one: &mut Self, input: &[u8]| {
            let said = one.case(input, &mut Seen::default());
            said.is_err_and(|said| self::kind(&said) == kind)
        };
        // Where only bytes differ from a seed, as many as possible are given back.
        let near = seeds.iter().filter(|seed| seed.len() == input.len());
        let distance = |seed: &&Vec<u8>| seed.iter().zip(&input).filter(|(a, b)| a != b).count();
        if let Some(seed) = near.min_by_key(distance).cloned() {
            let mut size = input.len();
            while size > 0 && self.runs < end {
                for at in (0..input.len()).step_by(size) {
                    let part = at..(at + size).min(input.len());
                    if input[part.clone()] == seed[part.clone()] || self.runs >= end {
                        continue;
                    }
                    let mut less = input.clone();
                    less[part.clone()].copy_from_slice(&seed[part]);
                    if fails(self, &less) {
                        input = less;
                    }
                }
                size /= 2;
            }
        }
        let mut size = input.len() / 2;
        while size > 0 && self.runs < end {
            let mut at = 0;
            while at < input.len() && self.runs < end {
                let mut less = input.clone();
                less.drain(at..(at + size).min(input.len()));
                if fails(self, &less) {
                    input = less;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        input
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

thread_local! {
    /// What the last panic of this thread said.
    static PANIC: RefCell<String> = RefCell::default();
    static IS_WATCHED: RefCell<bool> = const { RefCell::new(false) };
}

/// Panics of a target are told with their input, not when they happen.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANIC.with(|said| *said.borrow_mut() = info.to_string());
            if !IS_WATCHED.with(|watched| *watched.borrow()) {
                usual(info);
            }
        }));
    });
}

/// Puts an input that never ends into a file, and ends the process.
struct Watch(Arc<Mutex<Running>>);

/// The input that is being run, and since when.
type Running = Option<(Instant, Vec<u8>)>;

impl Watch {
    fn start(file: PathBuf) -> Watch {
        let running: Arc<Mutex<Running>> = Arc::default();
        let weak = Arc::downgrade(&running);
        std::thread::spawn(move || {
            while let Some(running) = weak.upgrade() {
                if let Some((began, input)) = &*running.lock().expect("no panic holds it")
                    && began.elapsed() > NEVER
                {
                    std::fs::write(&file, input).expect("the input is written");
                    eprintln!("it never ends: {}", file.display());
                    std::process::abort();
                }
                drop(running);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        Watch(running)
    }

    fn began(&self, input: &[u8]) {
        IS_WATCHED.with(|watched| *watched.borrow_mut() = true);
        *self.0.lock().expect("no panic holds it") = Some((Instant::now(), input.to_vec()));
    }

    fn ended(&self) {
        IS_WATCHED.with(|watched| *watched.borrow_mut() = false);
        *self.0.lock().expect("no panic holds it") = None;
    }
}

/// The most memory this process had, where the system tells.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0);
    kib << 10
}

/// The files of `tests/fuzz/corpus/NAME`, by name.
pub fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = std::fs::read_dir(&folder).expect("the corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).expect("a file"))).collect()
}
