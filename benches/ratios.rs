//! Speed as ratios within one run: machines are noisy, ratios are not.
//!
//! `cargo bench` prints them all; `cargo bench -- --gate` exits 1 where one is below half
//! of its target; `--short` leaves out what takes minutes (ten million events); a word
//! (`seek`, `first`, `filter`, `frames`, `memory`, `start`, `read`, `dumps`, `export`, `find`, `dialects`)
//! runs that part only.

mod dialects;
mod dumps;
mod export;
mod finding;
mod generate;
mod kurrent;
mod reading;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use egui::{Context, Event, Key, Modifiers, Pos2, RawInput, Rect, Vec2};
use eventglass::app::samples::SampleCard;
use eventglass::app::settings::Settings;
use eventglass::app::{App, Folders, Place, Start};
use eventglass::formats::{self, Location, OpenChoice, Opened};
use eventglass::model::{Applied, StreamId};
use eventglass::replay::host::{Engine, Stop};
use eventglass::replay::merge::Merge;
use eventglass::replay::timeline::{OnError, Timeline};
use eventglass::replay::{Reducer, Slot};
use eventglass::session::{
    Answer, Budget, Filter, Indexer, Opening, Reading, ReducerFile, Session, StreamSource, WantedHost,
};
use eventglass::ui::root::root_ui;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let after = |flag: &str| arguments.iter().position(|a| a == flag).and_then(|at| arguments.get(at + 1));
    if has("--empty-window") {
        return empty_window();
    }
    if let Some(path) = after("--index") {
        return tell_peak(|| {
            std::hint::black_box(Indexer::open(open(Path::new(path))?)?.run()?);
            Ok(())
        });
    }
    if let Some(path) = after("--fold") {
        return tell_peak(|| export::fold_only(Path::new(path)));
    }
    if let Some(path) = after("--keyframes") {
        return tell(|| keyframes_only(Path::new(path), after("--by").is_some()));
    }
    if let Some(what) = after("--dialects") {
        return tell(|| dialects::only(what));
    }
    let mut gate = Gate { failed: Vec::new() };
    let parts = ["seek", "first", "filter", "frames", "memory", "start", "read", "dumps", "export", "find", "dialects"];
    let wanted: Vec<&str> = parts.into_iter().filter(|part| has(part)).collect();
    match run(&mut gate, has("--short"), if wanted.is_empty() { &parts } else { &wanted }) {
        Ok(()) if gate.failed.is_empty() || !has("--gate") => ExitCode::SUCCESS,
        Ok(()) => {
            eprintln!("below half of the target: {}", gate.failed.join("; "));
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Collects ratios against their targets.
struct Gate {
    failed: Vec<String>,
}

impl Gate {
    /// The larger the better.
    fn at_least(&mut self, name: &str, ratio: f64, target: f64, detail: &str) {
        self.report(name, ratio, target, ratio >= target, ratio >= target / 2.0, ">=", detail);
    }

    /// The smaller the better.
    fn at_most(&mut self, name: &str, ratio: f64, target: f64, detail: &str) {
        self.report(name, ratio, target, ratio <= target, ratio <= target * 2.0, "<=", detail);
    }

    #[expect(clippy::too_many_arguments, reason = "one line of the table")]
    fn report(&mut self, name: &str, ratio: f64, target: f64, good: bool, passes: bool, sign: &str, detail: &str) {
        let word = match (good, passes) {
            (true, _) => "ok",
            (false, true) => "below target",
            (false, false) => "FAILED",
        };
        println!("{name:<56} {ratio:>9.2}  target {sign} {target:<6} {word:<13} {detail}");
        if !passes {
            self.failed.push(format!("{name} = {ratio:.2}"));
        }
    }
}

fn run(gate: &mut Gate, short: bool, parts: &[&str]) -> Outcome<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&folder)?;
    let (one, lines) = (folder.join("one-1m.db"), folder.join("one-1m.jsonl"));
    let large = folder.join("many-1m.db");
    if parts.contains(&"seek") {
        generate::store(&one, 1_000_000, 1, 40, Some(&lines))?;
        seeks(gate, "1M events, cart of 40", &one, &lines, [200.0, 150.0, 60.0], short)?;
        first_state(gate)?;
        if !short {
            // A state of 100 KB: copying it out of JavaScript takes longer than folding.
            let (wide, wide_lines) = (folder.join("wide-1m.db"), folder.join("wide-1m.jsonl"));
            generate::store(&wide, 1_000_000, 1, 1_000, Some(&wide_lines))?;
            seeks(gate, "1M events, cart of 1,000", &wide, &wide_lines, [200.0, 30.0, 15.0], short)?;
        }
    }
    if parts.contains(&"first") {
        generate::store(&large, 1_000_000, 10_000, 40, None)?;
        first_streams(gate, &large)?;
        samples(gate)?;
    }
    if parts.contains(&"filter") {
        generate::store(&one, 1_000_000, 1, 40, Some(&lines))?;
        filters(gate, &one)?;
    }
    if parts.contains(&"frames") {
        let small = folder.join("many-1k.db");
        generate::store(&small, 1_000, 20, 40, None)?;
        generate::store(&one, 1_000_000, 1, 40, Some(&lines))?;
        frames(gate, &small, &one)?;
    }
    if parts.contains(&"memory") {
        let sizes =
            [("many-200k.db", 200_000, 4_000), ("many-1m.db", 1_000_000, 10_000), ("many-10m.db", 10_000_000, 100_000)];
        let mut stores = Vec::new();
        for (name, events, streams) in sizes.into_iter().take(if short { 2 } else { 3 }) {
            let path = folder.join(name);
            generate::store(&path, events, streams, 40, None)?;
            stores.push((events, path));
        }
        memory(gate, &stores)?;
        // States of 100 KB, so that keyframes fill their budget.
        let (wide, wide_lines) = (folder.join("wide-1m.db"), folder.join("wide-1m.jsonl"));
        generate::store(&wide, 1_000_000, 1, 1_000, Some(&wide_lines))?;
        budget(gate, &wide)?;
    }
    if parts.contains(&"start") {
        start_up(gate)?;
    }
    if parts.contains(&"read") {
        reading::reading(gate, &folder, short)?;
    }
    if parts.contains(&"dumps") {
        dumps::dumps(gate, &folder, short)?;
    }
    if parts.contains(&"export") {
        export::exporting(gate, &folder, short)?;
    }
    if parts.contains(&"dialects") {
        dialects::dialects(gate)?;
    }
    if parts.contains(&"find") {
        finding::finding(gate, &folder, short)?;
    }
    Ok(())
}

fn open(path: &Path) -> Outcome<Arc<Opened>> {
    Ok(Arc::new(formats::open(&Location::of(path), &std::env::temp_dir(), &OpenChoice::default())?))
}

/// The events of a store's first stream.
fn first_stream(store: &Path) -> Outcome<StreamSource> {
    let opened = open(store)?;
    let index = Indexer::open(Arc::clone(&opened))?.run()?;
    let mut source = StreamSource::open(&opened)?;
    source.select(index.rows_of(StreamId(0)), StreamId(0));
    Ok(source)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 - 1.0) * part) as usize).copied().unwrap_or(0.0)
}

/// How long a new reducer takes until there is a state: a host is started, and the module loads.
fn first_state(gate: &mut Gate) -> Outcome<()> {
    let place = tempfile::tempdir()?;
    let module = place.path().join("first.mjs");
    let mut times = Vec::new();
    for at in 0..9 {
        // Another text each time: nothing of it is known.
        std::fs::write(&module, format!("export default (s = {at}, e) => s + 1"))?;
        let start = Instant::now();
        let file = ReducerFile::read(&module.to_string_lossy(), WantedHost::Auto)?;
        let mut reducer = file.reducer(&file.choose("any"), &Stop::default())?;
        reducer.start(Slot::Build, "s").map_err(|thrown| thrown.to_string())?;
        std::hint::black_box(reducer.export(Slot::Build).map_err(|thrown| thrown.to_string())?);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let ours = median(&mut times);
    gate.at_most(
        "first state by a new module, ms",
        ours,
        150.0,
        &format!("by {}", Engine::choose(WantedHost::Auto, &module)?),
    );
    Ok(())
}

/// A state at a random version of a stream of a million events, against Castore: by merge, by
/// JavaScript in Node and in the sandbox. Targets in that order.
fn seeks(gate: &mut Gate, what: &str, store: &Path, lines: &Path, targets: [f64; 3], short: bool) -> Outcome<()> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let status = Command::new("bash").arg(peers.join("setup.sh")).arg(&installed).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err("benches/peers/setup.sh failed: npm must be installed and reach its registry".into());
    }
    let read = |host| ReducerFile::read(&peers.join("reducer.mjs").to_string_lossy(), host);
    let hosts = [None, Some(WantedHost::Auto), Some(WantedHost::Sandbox)];
    for (host, target) in hosts.into_iter().zip(targets) {
        let mode = if host.is_none() { "merge" } else { "cart" };
        let file = host.map(read).transpose()?;
        let by = file.as_ref().map_or("merge".to_owned(), |file| file.program.engine.to_string());
        let peer = Command::new("node")
            .arg("--max-old-space-size=6000")
            .arg("--expose-gc")
            .arg(peers.join("castore.mjs"))
            .arg(lines)
            .args([mode, if short { "9" } else { "25" }])
            .env("NODE_PATH", installed.join("node_modules"))
            .output()?;
        let peer: serde_json::Value = serde_json::from_slice(&peer.stdout)?;
        let castore = peer["seek_p50_ms"].as_f64().ok_or("castore.mjs printed no seek_p50_ms")?;
        let reducer: Box<dyn Reducer> = match &file {
            None => Box::new(Merge::default()),
            Some(file) => file.reducer(&eventglass::session::Choice::Export(mode.to_owned()), &Stop::default())?,
        };
        let mut source = first_stream(store)?;
        let len = source.rows().len();
        let mut timeline = Timeline::new(reducer, Arc::from("cart-0000001"), len, OnError::Stop);
        let start = Instant::now();
        timeline.build(&mut source, len, Duration::MAX)?;
        let built = start.elapsed();
        let start = Instant::now();
        while timeline.refine(&mut source, Duration::MAX)? {}
        let refined = start.elapsed();
        let mut random = generate::Random::new(11);
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..200 {
            let target = Applied(1 + random.below(len));
            let start = Instant::now();
            let state = timeline.state(&mut source, target)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            std::hint::black_box(state);
        }
        let (ours, p99) = (median(&mut times), percentile(&mut times, 0.99));
        let detail = format!(
            "Castore {castore:.1} ms, ours {ours:.3} ms (p99 {p99:.2}); folded once in {:.1} s, {:.1} s more for {} keyframes, {} MiB",
            built.as_secs_f64(),
            refined.as_secs_f64(),
            timeline.keyframes(),
            timeline.held_bytes() >> 20
        );
        // What is reached is guarded where the target is not reached yet.
        let (ratio, floor) = (castore / ours, if host.is_none() { target / 2.0 } else { target / 5.0 });
        let name = format!("seek at {what}, {by}: Castore / ours");
        gate.report(&name, ratio, target, ratio >= target, ratio >= floor, ">=", &detail);
        if host == Some(WantedHost::Auto) {
            let bare = Command::new("node").arg(peers.join("fold.mjs")).arg(lines).arg(mode).output()?;
            let bare: serde_json::Value = serde_json::from_slice(&bare.stdout)?;
            let bare = bare["ms"].as_f64().ok_or("fold.mjs printed no ms")? / 1e3;
            let detail = format!("bare Node {bare:.2} s, ours {:.2} s", built.as_secs_f64());
            let (name, ratio) = (format!("fold of {what}, {by} / bare Node"), built.as_secs_f64() / bare);
            gate.report(&name, ratio, 1.3, ratio <= 1.3, ratio <= 5.0, "<=", &detail);
        }
        // One step on from where one stands, as when the Right key is held.
        let mut steps: Vec<f64> = Vec::new();
        let at = len / 2;
        timeline.state(&mut source, Applied(at))?;
        while timeline.densify(&mut source, Applied(at))? {}
        for step in 1..=50 {
            let start = Instant::now();
            std::hint::black_box(timeline.state(&mut source, Applied(at + step))?);
            steps.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let step = median(&mut steps);
        let detail = format!("step {:.4} ms", step);
        // Of a state of 100 KB few are ready: then a step is fast enough where a frame is.
        let (name, ratio) = (format!("step in {what}, {by}: seek / step"), ours / step.max(1e-6));
        let is_smooth = step <= 16.0;
        gate.report(&name, ratio, 20.0, ratio >= 20.0 || is_smooth, ratio >= 10.0 || is_smooth, ">=", &detail);
    }
    Ok(())
}

/// The first streams are there long before the scan ends.
fn first_streams(gate: &mut Gate, store: &Path) -> Outcome<()> {
    let (first, whole) = until_streams(store)?;
    let detail = format!("first {:.0} ms, all {:.0} ms", first.as_secs_f64() * 1e3, whole.as_secs_f64() * 1e3);
    gate.at_most("first streams at 1M events / whole scan", first.as_secs_f64() / whole.as_secs_f64(), 0.2, &detail);
    Ok(())
}

/// How long it takes in the window until there are streams, and until there are all.
fn until_streams(store: &Path) -> Outcome<(Duration, Duration)> {
    let start = Instant::now();
    let session = Session::open(Opening {
        path: store.to_owned(),
        cache: std::env::temp_dir(),
        choice: OpenChoice::default(),
        share: Budget::new().share(),
        waker: Arc::new(|| {}),
    });
    let mut first = None;
    loop {
        match session.answer() {
            Some(Answer::Index(news)) => {
                if !news.index.streams().is_empty() {
                    first.get_or_insert_with(|| start.elapsed());
                }
                if news.reading != Reading::Running {
                    let whole = start.elapsed();
                    return Ok((first.unwrap_or(whole), whole));
                }
            }
            Some(Answer::Failed(problem)) => return Err(problem.cause.into()),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_micros(200)),
        }
    }
}

/// From the start of the program to the first stream of each sample, with nothing cached.
fn samples(gate: &mut Gate) -> Outcome<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores");
    for card in SampleCard::all_in(Some(&folder)) {
        let store = card.store(&folder);
        let mut times = Vec::new();
        for _ in 0..5 {
            let home = tempfile::tempdir()?;
            let mut program = Command::new(env!("CARGO_BIN_EXE_eventglass"));
            program.env("EVENTGLASS_HOME", home.path()).arg("streams").arg(&store).args(["--limit", "1"]);
            let start = Instant::now();
            let done = program.output()?;
            times.push(start.elapsed().as_secs_f64());
            if !done.status.success() {
                return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
            }
        }
        let name = format!("sample {}, seconds to its streams", card.id);
        gate.at_most(&name, median(&mut times), 0.3, card.framework);
    }
    Ok(())
}

/// The event filter over the payloads of a million events, as the window uses it.
fn filters(gate: &mut Gate, store: &Path) -> Outcome<()> {
    let session = Session::open(Opening {
        path: store.to_owned(),
        cache: std::env::temp_dir(),
        choice: OpenChoice::default(),
        share: Budget::new().share(),
        waker: Arc::new(|| {}),
    });
    let next = || loop {
        match session.answer() {
            Some(answer) => break answer,
            None => std::thread::sleep(Duration::from_micros(200)),
        }
    };
    let index = loop {
        match next() {
            Answer::Index(news) if news.reading != Reading::Running => break news.index,
            Answer::Failed(problem) => return Err(problem.cause.into()),
            _ => {}
        }
    };
    // A word that is found seldom, one that is nowhere, one that is in every event.
    for (word, target) in [("4711", 0.5), ("nowhere", 0.5), ("user-1", 0.5), ("\"total\":12", 1.0)] {
        let start = Instant::now();
        let job = session.filter_events(index.rows_of(StreamId(0)), StreamId(0), &Filter::words(word));
        let mut first = None;
        let found = loop {
            match next() {
                Answer::Job(news) if news.id == job.id() => {
                    if news.progress.found > 0 {
                        first.get_or_insert_with(|| start.elapsed());
                    }
                    if news.done {
                        break news.progress.found;
                    }
                }
                _ => {}
            }
        };
        let all = start.elapsed().as_secs_f64();
        let first = first.map_or("none".to_owned(), |first| format!("{:.0} ms", first.as_secs_f64() * 1e3));
        let detail = format!("{found} found, the first after {first}");
        gate.at_most(&format!("filter of 1M events by {word}, seconds"), all, target, &detail);
    }
    Ok(())
}

/// CPU of the UI thread for one frame, at two sizes of the same script.
fn frames(gate: &mut Gate, small: &Path, large: &Path) -> Outcome<()> {
    let (few, many) = (script(small)?, script(large)?);
    let ratio = many.1 / few.1;
    let detail =
        format!("p99 {:.2} ms at 1,000, {:.2} ms at 1M; median {:.2} and {:.2} ms", few.1, many.1, few.0, many.0);
    gate.at_most("UI pass p99, 1M events / 1,000", ratio, 2.0, &detail);
    Ok(())
}

/// 300 frames: steps, jumps, scrolling, filters, tabs, going to places, a search. Median and p99 in ms of CPU.
fn script(store: &Path) -> Outcome<(f64, f64)> {
    let ctx = Context::default();
    eventglass::ui::fonts::install(&ctx);
    ctx.enable_accesskit();
    let folders = Folders { cache: std::env::temp_dir(), ..Folders::default() };
    let start = Start { places: vec![Place::of(store)], ..Start::default() };
    let mut app = App::new(folders, Settings::default(), Arc::new(|| {}), start);
    let mut clock = 0.0;
    let mut frame = |app: &mut App, events: Vec<Event>| {
        clock += 1.0 / 60.0;
        let screen = Rect::from_min_size(Pos2::ZERO, Vec2::new(1440.0, 900.0));
        let input = RawInput { screen_rect: Some(screen), time: Some(clock), events, ..RawInput::default() };
        let cpu = ThreadTime::now();
        app.poll(clock);
        let mut actions = Vec::new();
        let mut out = ctx.run_ui(input, |ui| root_ui(ui, &app.view(), &mut actions));
        app.dispatch_all(actions);
        let primitives = ctx.tessellate(std::mem::take(&mut out.shapes), out.pixels_per_point);
        let spent = cpu.elapsed();
        std::hint::black_box(primitives.len());
        out.drop_without_applying_deltas();
        app.take_effects();
        spent.as_secs_f64() * 1e3
    };
    // Until the store is read and a state is on screen.
    let patience = Instant::now();
    while !app.commands().state_ready || app.commands().scanning {
        frame(&mut app, Vec::new());
        std::thread::sleep(Duration::from_millis(5));
        if patience.elapsed() > Duration::from_secs(60) {
            return Err("the store was not read within a minute".into());
        }
    }
    for _ in 0..30 {
        frame(&mut app, Vec::new());
        std::thread::sleep(Duration::from_millis(5));
    }
    let pressed =
        |key: Key, modifiers| vec![Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }];
    let key = |key: Key| pressed(key, Modifiers::NONE);
    let mut random = generate::Random::new(3);
    let mut times = Vec::new();
    for at in 0..300u64 {
        let events = match at % 10 {
            0..=3 => key(Key::ArrowLeft),
            4 => key(Key::Home),
            5 => key(Key::ArrowRight),
            6 => {
                let applied = Applied(random.below(app.commands().events.max(1)));
                app.dispatch(eventglass::app::action::Action::SelectEvent(applied));
                Vec::new()
            }
            7 => key(if at % 20 == 7 { Key::Num2 } else { Key::Num1 }),
            8 => vec![
                Event::PointerMoved(Pos2::new(600.0, 400.0)),
                Event::MouseWheel {
                    source: egui::MouseWheelSource::Unknown,
                    unit: egui::MouseWheelUnit::Line,
                    delta: Vec2::new(0.0, -6.0),
                    phase: egui::TouchPhase::Move,
                    modifiers: Modifiers::NONE,
                },
            ],
            // The box for going to places, and the hits of a search over the whole store.
            _ => match at / 10 % 6 {
                0 => pressed(Key::P, Modifiers::COMMAND),
                3 => pressed(Key::F, Modifiers::COMMAND | Modifiers::SHIFT),
                1 | 4 => vec![Event::Text("user-3".to_owned())],
                _ => key(Key::Escape),
            },
        };
        times.push(frame(&mut app, events));
        // The replayer works beside, as in life.
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok((median(&mut times.clone()), percentile(&mut times, 0.99)))
}

/// Peak memory of a process that indexes a store, by number of events.
fn memory(gate: &mut Gate, stores: &[(u64, PathBuf)]) -> Outcome<()> {
    let mut peaks: Vec<(f64, f64)> = Vec::new();
    for (events, store) in stores {
        peaks.push((*events as f64, peak("--index", store)?));
    }
    let (Some(first), Some(last)) = (peaks.first(), peaks.last()) else { return Ok(()) };
    let slope = (last.1 - first.1) / (last.0 - first.0);
    let list: Vec<String> = peaks.iter().map(|(n, peak)| format!("{n}: {:.1} MiB", peak / 1048576.0)).collect();
    gate.at_most("peak memory, bytes for each further event", slope, 24.0, &list.join(", "));
    Ok(())
}

/// Bytes at most of a process that does nothing else than `what` says, with a file.
fn peak(what: &str, file: &Path) -> Outcome<f64> {
    let out = Command::new(std::env::current_exe()?).arg(what).arg(file).output()?;
    let told = String::from_utf8_lossy(&out.stdout);
    Ok(told.trim().parse().map_err(|_| String::from_utf8_lossy(&out.stderr).into_owned())?)
}

/// What a fold holds of the budget, as the system counts it: for merge, and in Node with its host.
fn budget(gate: &mut Gate, store: &Path) -> Outcome<()> {
    let part = Budget::new().share().part();
    let room = (part.keyframes + part.ring + part.pages) as f64;
    for (by, budget) in [("merge", room), ("a host", room + part.heap as f64)] {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--keyframes").arg(store);
        if by != "merge" {
            command.args(["--by", by]);
        }
        let out = command.output()?;
        let told = String::from_utf8_lossy(&out.stdout);
        let held: f64 = told.trim().parse().map_err(|_| String::from_utf8_lossy(&out.stderr).into_owned())?;
        let detail = format!("{:.0} of {:.0} MiB", held / 1048576.0, budget / 1048576.0);
        gate.at_most(&format!("memory of a fold by {by} / its budget"), held / budget, 1.2, &detail);
    }
    Ok(())
}

/// Folds a store of one stream with keyframes that fill their budget, looks at states here and
/// there, and counts what this process and those it started hold more than before.
fn keyframes_only(store: &Path, in_host: bool) -> Outcome<u64> {
    let mut source = first_stream(store)?;
    let before = resident(std::process::id())?;
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/reducer.mjs");
    let reducer: Box<dyn Reducer> = if in_host {
        let file = ReducerFile::read(&module.to_string_lossy(), WantedHost::Auto)?;
        file.reducer(&eventglass::session::Choice::Export("cart".to_owned()), &Stop::default())?
    } else {
        Box::new(Merge::default())
    };
    let part = Budget::new().share().part();
    let len = source.rows().len();
    let mut timeline = Timeline::new(reducer, Arc::from("cart-0000001"), len, OnError::Stop);
    timeline.keep_within(part.keyframes, part.ring, part.heap);
    source.keep_within(part.pages);
    timeline.build(&mut source, len, Duration::MAX)?;
    while timeline.refine(&mut source, Duration::MAX)? {}
    let mut random = generate::Random::new(11);
    for _ in 0..400 {
        std::hint::black_box(timeline.state(&mut source, Applied(1 + random.below(len)))?);
    }
    let mut held = resident(std::process::id())?.saturating_sub(before);
    for child in children(std::process::id())? {
        held += resident(child)?;
    }
    Ok(held)
}

/// Bytes of memory that a process holds.
fn resident(process: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

fn children(process: u32) -> Outcome<Vec<u32>> {
    let mut all = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let list = std::fs::read_to_string(thread?.path().join("children"))?;
        all.extend(list.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    Ok(all)
}

/// Works, and prints how many bytes this process had at most.
fn tell_peak(work: impl FnOnce() -> Outcome<()>) -> ExitCode {
    tell(|| {
        work()?;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    })
}

/// Prints what it comes to.
fn tell(bytes: impl FnOnce() -> Outcome<u64>) -> ExitCode {
    match bytes() {
        Ok(bytes) => {
            println!("{bytes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

/// Time from start to the second frame, beside an eframe window with nothing in it.
fn start_up(gate: &mut Gate) -> Outcome<()> {
    let display = Display::start()?;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores/bank/bank.db");
    let ours: Vec<&str> = vec![env!("CARGO_BIN_EXE_eventglass"), sample.to_str().ok_or("the path is no text")?];
    let this = std::env::current_exe()?;
    let empty: Vec<&str> = vec![this.to_str().ok_or("the path is no text")?, "--empty-window"];
    let (mut of_ours, mut of_empty) = (Vec::new(), Vec::new());
    for round in 0..8 {
        let (a, b) = (display.until_drawn(&empty)?, display.until_drawn(&ours)?);
        // The first round warms the disk.
        if round > 0 {
            of_empty.push(a);
            of_ours.push(b);
        }
    }
    let (ours, empty) = (median(&mut of_ours), median(&mut of_empty));
    let detail = format!("ours {:.0} ms, empty {:.0} ms", ours * 1e3, empty * 1e3);
    gate.at_most("start-up / empty eframe window", ours / empty, 1.5, &detail);
    Ok(())
}

/// A display of our own.
struct Display {
    server: std::process::Child,
    number: u32,
}

impl Display {
    fn start() -> Outcome<Display> {
        for attempt in 0..20 {
            let number = 300 + (std::process::id() + attempt * 37) % 600;
            let socket = PathBuf::from(format!("/tmp/.X11-unix/X{number}"));
            if socket.exists() {
                continue;
            }
            let server = Command::new("Xvfb")
                .args([&format!(":{number}"), "-screen", "0", "1600x1000x24", "+extension", "GLX", "-nolisten", "tcp"])
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| format!("Xvfb does not start: {error}; run sh tests/setup.sh"))?;
            let mut display = Display { server, number };
            let patience = Instant::now();
            while !socket.exists() && patience.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(50));
            }
            if display.server.try_wait()?.is_none() && socket.exists() {
                std::thread::sleep(Duration::from_millis(1_500));
                return Ok(display);
            }
        }
        Err("no display could be started".into())
    }

    /// Seconds until the program says that it drew. A display that was started just now may
    /// turn the first program away, so a launch is tried again.
    fn until_drawn(&self, command: &[&str]) -> Outcome<f64> {
        let mut result = self.launch(command);
        for _ in 0..4 {
            if result.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(500));
            result = self.launch(command);
        }
        result
    }

    fn launch(&self, command: &[&str]) -> Outcome<f64> {
        let start = Instant::now();
        let mut child = Command::new(command[0])
            .args(&command[1..])
            .env("DISPLAY", format!(":{}", self.number))
            .env("EVENTGLASS_HOME", std::env::temp_dir().join("eventglass-bench"))
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("RUST_LOG", "eventglass=info")
            .env_remove("WAYLAND_DISPLAY")
            .stderr(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stderr.take().ok_or("no stderr")?).lines();
        let (mut drawn, mut said) = (None, String::new());
        for line in lines {
            let line = line?;
            said.push_str(&line);
            if line.contains("second frame") {
                drawn = Some(start.elapsed());
                break;
            }
        }
        child.kill()?;
        child.wait()?;
        Ok(drawn.ok_or_else(|| format!("{} ended before it drew: {said}", command[0]))?.as_secs_f64())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

fn empty_window() -> ExitCode {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    let mut frame = 0;
    let result = eframe::run_ui_native("empty", options, move |ui, _| {
        frame += 1;
        if frame == 2 {
            eprintln!("second frame");
        }
        ui.ctx().request_repaint();
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}
