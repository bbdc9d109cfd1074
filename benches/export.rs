//! How fast states and events leave a store, beside the same rows folded for nothing, and how
//! much of a filter is in its parser. All of it is in this process and on one thread: what counts
//! is the time that thread computes, the best of some rounds.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use eventglass::export::{About, Export, Format, Of, Reducers, Request, What};
use eventglass::formats::{self, OpenChoice, Opened};
use eventglass::index::{At, EventIndex, NamePart};
use eventglass::model::Shard;
use eventglass::replay::merge::Merge;
use eventglass::replay::timeline::{EventSource, OnError};
use eventglass::replay::{Reducer, Slot};
use eventglass::session::{Indexer, InputStreams, ReducerSource, StreamSource, Wanted, pages};

use crate::{Gate, Outcome, generate, open, peak};

const ROUNDS: usize = 3;

/// Runs all of it with files in `folder`; `short` with smaller ones.
pub fn exporting(gate: &mut Gate, folder: &Path, short: bool) -> Outcome<()> {
    let events = if short { 250_000 } else { 1_000_000 };
    last_states(gate, folder, events)?;
    formats(gate, folder)?;
    filter(gate, folder, events)
}

/// Counts what is written and keeps nothing.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Seconds that this thread computed, and what came of it: the best of some rounds.
fn best<T>(mut run: impl FnMut() -> Outcome<T>) -> Outcome<(f64, T)> {
    let mut best: Option<(f64, T)> = None;
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        let done = run()?;
        let took = start.elapsed().as_secs_f64();
        if best.as_ref().is_none_or(|(least, _)| took < *least) {
            best = Some((took, done));
        }
    }
    best.ok_or_else(|| "nothing was run".into())
}

fn request(what: What, format: Format, at: At, of: Of) -> Request {
    Request { what, format, of, at, every: 1, changed: false, on_error: OnError::Stop }
}

/// Writes all of it; the number of bytes.
fn drain(mut export: Export) -> Outcome<u64> {
    let mut out = Counted::default();
    let done = loop {
        match export.step(&mut out, Duration::from_secs(1)) {
            Ok(false) => {}
            done => break done,
        }
    };
    done.map_err(|error| format!("{error:?}"))?;
    Ok(out.0)
}

fn of_store(opened: &Arc<Opened>, index: &EventIndex, request: Request) -> Outcome<u64> {
    let export = Export::new(opened, index, request, Reducers::new(ReducerSource::Merge), &About::default());
    drain(export.map_err(|error| format!("{error:?}"))?)
}

fn all() -> Of {
    Of::Streams { category: None, matching: NamePart::new(""), shard: Shard::ALL, system: false }
}

/// The last state of every stream, beside a fold of the same rows.
fn last_states(gate: &mut Gate, folder: &Path, events: u64) -> Outcome<()> {
    let store = folder.join(format!("carts-{events}.db"));
    generate::store(&store, events, events / 50, 40, None)?;
    let opened = open(&store)?;
    let index = Indexer::open(Arc::clone(&opened))?.run()?;
    let (bare, _) = best(|| {
        let (mut source, mut merge) = (StreamSource::open(&opened)?, Merge::default());
        source.keep_within(1 << 20);
        for id in index.streams().ids() {
            source.select(index.rows_of(id), id);
            let name = Arc::clone(source.name());
            drop(merge.start(Slot::Build, "s"));
            let (mut at, len) = (0, source.rows().len());
            while at < len {
                let steps = source.steps(at, 64)?;
                merge.step(Slot::Build, &name, &steps);
                at += steps.len() as u64;
            }
            std::hint::black_box(merge.export(Slot::Build).ok());
        }
        Ok(())
    })?;
    let (own, bytes) = best(|| of_store(&opened, &index, request(What::State, Format::JsonLines, At::Last, all())))?;
    let detail = format!("{events} events, ours {own:.2} s, bare {bare:.2} s, {} MiB written", bytes >> 20);
    gate.at_least("last states: a bare fold / ours", bare / own, 0.7, &detail);
    Ok(())
}

/// Bytes a second, and Parquet beside JSON lines: of states that are wide, so that little is read
/// for what is written, and of events that are small.
fn formats(gate: &mut Gate, folder: &Path) -> Outcome<()> {
    let (wide, small) = (wide(folder)?, folder.join("many-200k.db"));
    generate::store(&small, 200_000, 4_000, 40, None)?;
    for (what, name, store) in [(What::States, "states", wide), (What::Events, "events", small)] {
        let opened = open(&store)?;
        let index = Indexer::open(Arc::clone(&opened))?.run()?;
        let run = |format| best(|| of_store(&opened, &index, request(what, format, At::Last, all())));
        let (lines, bytes) = run(Format::JsonLines)?;
        let rate = bytes as f64 / 1e6 / lines;
        let detail = format!("{} MB in {lines:.2} s, {rate:.0} MB/s", bytes / 1_000_000);
        if what == What::States {
            gate.at_least("states as JSON lines, MB/s a core", rate, 150.0, &detail);
        }
        let (parquet, size) = run(Format::Parquet)?;
        let detail = format!("{detail}; Parquet {parquet:.2} s, {} MB", size / 1_000_000);
        gate.at_most(&format!("{name}: time of Parquet / of JSON lines"), parquet / lines, 2.0, &detail);
    }
    Ok(())
}

/// A stream whose state comes to 200 members, about 20 KB.
fn wide(folder: &Path) -> Outcome<PathBuf> {
    written(folder.join("wide-states.jsonl"), |out| {
        let mut random = generate::Random::new(3);
        for version in 1..=20_000 {
            let (sku, price) = (random.below(200), random.below(10_000));
            writeln!(
                out,
                "{{\"stream\":\"cart-1\",\"version\":{version},\"type\":\"ItemSet\",\"data\":{{\"sku-{sku}\":{{\"name\":\
                 \"Item number {sku} of the catalogue\",\"price\":{price},\"tags\":[\"a\",\"b\"]}},\"total\":{price}}}}}"
            )?;
        }
        Ok(())
    })
}

/// A file that is there whole, made where it is not there yet.
fn written(path: PathBuf, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome<PathBuf> {
    if !path.exists() {
        let temporary = path.with_extension("part");
        let mut out = BufWriter::new(File::create(&temporary)?);
        write(&mut out)?;
        out.into_inner()?.sync_all()?;
        std::fs::rename(temporary, &path)?;
    }
    Ok(path)
}

/// Lines of streams one behind the other.
fn sorted(folder: &Path, events: u64, streams: u64) -> Outcome<PathBuf> {
    written(folder.join(format!("sorted-{events}-{streams}.jsonl")), |out| {
        let mut random = generate::Random::new(5);
        for at in 0..events {
            let (stream, version) = (at * streams / events, at % (events / streams) + 1);
            let (sku, price, memo) = (random.below(40), random.below(10_000), random.below(1_000_000));
            writeln!(
                out,
                "{{\"stream\":\"{stream:08x}-59c4-4b5d-9a3e-0123456789ab\",\"category\":\"cart\",\"version\":{version},\
                 \"type\":\"ItemSet\",\"time\":\"2026-03-04T05:06:07Z\",\"data\":{{\"items\":{{\"sku-{sku}\":\
                 {{\"quantity\":1,\"price\":{price}}}}},\"total\":{price},\"memo\":\"payment {memo}\"}},\"marks\":[]}}"
            )?;
        }
        Ok(())
    })
}

fn input(path: &Path) -> Outcome<InputStreams> {
    let opened = formats::open_input(Box::new(File::open(path)?), &OpenChoice::default())?;
    Ok(InputStreams::new(Arc::new(opened), Wanted::default())?)
}

/// The filter: states of an input.
fn fold(path: &Path, what: What) -> Outcome<u64> {
    let request = request(what, Format::JsonLines, At::Last, Of::Input);
    let export = Export::of_input(input(path)?, request, Reducers::new(ReducerSource::Merge), &About::default());
    drain(export.map_err(|error| format!("{error:?}"))?)
}

/// What a filter adds to its parser, and its memory by the number of streams.
fn filter(gate: &mut Gate, folder: &Path, events: u64) -> Outcome<()> {
    let lines = sorted(folder, events, events / 50)?;
    let (parsed, _) = best(|| {
        let mut input = input(&lines)?;
        let store = Arc::clone(&input.opened().store);
        while input.begin()? {
            let name = input.name();
            while let Some((row, version)) = input.next_event()? {
                std::hint::black_box(pages::step(
                    &*store,
                    &row,
                    |text| text.into(),
                    &name,
                    version,
                    &mut Default::default(),
                ));
            }
        }
        Ok(())
    })?;
    let (cat, _) = best(|| fold(&lines, What::Events))?;
    let (own, _) = best(|| fold(&lines, What::State))?;
    let detail = format!("{events} lines in {own:.2} s, parsed {parsed:.2} s, parsed and written {cat:.2} s");
    gate.at_most("states of an input / its lines parsed for nothing", own / parsed, 1.3, &detail);
    let (few, many) = (sorted(folder, 1_000_000, 1_000)?, sorted(folder, 1_000_000, 1_000_000)?);
    let (few, many) = (peak("--fold", &few)? / 1048576.0, peak("--fold", &many)? / 1048576.0);
    let detail = format!("1,000,000 streams {many:.1} MiB, 1,000 streams {few:.1} MiB");
    gate.at_most("memory of a filter over a million streams, MiB more", many - few, 40.0, &detail);
    Ok(())
}

/// Only folds an input, in a process whose memory is then told.
pub fn fold_only(path: &Path) -> Outcome<()> {
    fold(path, What::State).map(|_| ())
}
