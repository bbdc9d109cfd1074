//! How fast whole stores are read, beside what people read them with: the sqlite3 shell, jq,
//! zcat. Both are processes of their own, take turns, and the best of each counts: what else
//! the machine does only makes them slower.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{Gate, Outcome, generate, kurrent, peak};

const ROUNDS: usize = 3;

/// Runs all of it with files in `folder`; `short` with smaller ones.
pub fn reading(gate: &mut Gate, folder: &Path, short: bool) -> Outcome<()> {
    let lines = if short { 200_000 } else { 1_000_000 };
    beside_sqlite3(gate, folder)?;
    orders(gate, folder, lines)?;
    different_keys(gate, folder)?;
    beside_jq(gate, folder, lines)?;
    beside_zcat(gate, folder, lines)?;
    log_of_chunks(gate, folder, if short { 512 << 20 } else { 2 << 30 })?;
    streams(gate, folder, if short { 400_000 } else { 2_000_000 })
}

/// `eventglass VERB STORE …`, with nothing in its cache.
pub fn ours(arguments: &[&str]) -> impl FnMut() -> Outcome<f64> + use<> {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    move || {
        let home = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventglass"));
        command.env("EVENTGLASS_HOME", home.path()).args(&arguments);
        seconds(&mut command)
    }
}

pub fn peer(program: &'static str, arguments: &[&str]) -> impl FnMut() -> Outcome<f64> + use<> {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    move || seconds(Command::new(program).args(&arguments))
}

fn seconds(command: &mut Command) -> Outcome<f64> {
    let start = Instant::now();
    let run = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let took = start.elapsed().as_secs_f64();
    let run = run.map_err(|error| format!("{command:?} does not start: {error}; run sh tests/setup.sh"))?;
    if !run.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&run.stderr)).into());
    }
    Ok(took)
}

/// The best of both, taken in turns.
pub fn in_turns(mut a: impl FnMut() -> Outcome<f64>, mut b: impl FnMut() -> Outcome<f64>) -> Outcome<(f64, f64)> {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        best = (best.0.min(a()?), best.1.min(b()?));
    }
    Ok(best)
}

pub fn text(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| "the path is no text".into())
}

/// What an index is made of, printed by SQLite's own shell.
fn beside_sqlite3(gate: &mut Gate, folder: &Path) -> Outcome<()> {
    let store = folder.join("many-1m.db");
    generate::store(&store, 1_000_000, 10_000, 40, None)?;
    let store = text(&store)?;
    let columns = "SELECT stream_id, stream_position, message_type, created, is_archived FROM emt_messages";
    let (own, shell) = in_turns(ours(&["info", store]), peer("sqlite3", &["-readonly", store, columns]))?;
    let detail = format!("ours {own:.2} s, sqlite3 {shell:.2} s");
    gate.at_most("info of 1M events / sqlite3 printing five columns", own / shell, 1.3, &detail);
    Ok(())
}

/// A log as it was written, newest first, and of streams and times that lie side by side.
fn orders(gate: &mut Gate, folder: &Path, lines: u64) -> Outcome<()> {
    let name = |order: &str| folder.join(format!("{order}-{lines}.jsonl"));
    let in_order = log(&name("in-order"), lines, |at| (at % 100, at / 100 + 1, at))?;
    let newest = log(&name("newest-first"), lines, |at| {
        let at = lines - 1 - at;
        (at % 100, at / 100 + 1, at)
    })?;
    let aside = log(&name("interleaved"), lines, |at| (at % 1_000, at / 1_000 + 1, at * 7_919 % lines))?;
    for (order, other) in [("newest first", newest), ("interleaved", aside)] {
        let (own, plain) =
            in_turns(ours(&["events", text(&other)?, "--json"]), ours(&["events", text(&in_order)?, "--json"]))?;
        let detail = format!("{own:.2} s, in order {plain:.2} s");
        gate.at_most(&format!("events of a log, {order} / in order"), own / plain, 1.5, &detail);
    }
    Ok(())
}

/// Writes a log whose lines have the stream, version and second that `of` gives.
pub fn log(path: &Path, lines: u64, of: impl Fn(u64) -> (u64, u64, u64)) -> Outcome<PathBuf> {
    if path.exists() {
        return Ok(path.to_owned());
    }
    let temporary = path.with_extension("part");
    let mut out = BufWriter::new(File::create(&temporary)?);
    for at in 0..lines {
        let (stream, version, second) = of(at);
        let time = 1_700_000_000_000 + second * 1_000;
        writeln!(
            out,
            "{{\"stream\":\"cart-{stream}\",\"version\":{version},\"type\":\"ItemSet\",\"data\":{{\"sku\":\"sku-{at}\",\
             \"quantity\":{},\"tags\":[\"a\",\"b\"],\"price\":{}}},\"metadata\":{{\"by\":\"user-{}\"}},\"timestamp\":{time}}}",
            at % 9,
            at * 37 % 10_000,
            at % 40
        )?;
    }
    out.into_inner()?.sync_all()?;
    std::fs::rename(temporary, path)?;
    Ok(path.to_owned())
}

/// 3 MB of lines in which no key comes twice, and of lines that are alike.
fn different_keys(gate: &mut Gate, folder: &Path) -> Outcome<()> {
    let (many, few) = (folder.join("keys-many.jsonl"), folder.join("keys-few.jsonl"));
    let write = |path: &Path, key: &dyn Fn(usize, usize) -> String| -> Outcome<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for line in 0..200 {
            let members: Vec<String> = (0..1_000).map(|at| format!("\"{}\":1", key(line, at))).collect();
            let version = line + 1;
            writeln!(out, "{{{},\"stream\":\"k-1\",\"version\":{version},\"type\":\"T\"}}", members.join(","))?;
        }
        Ok(())
    };
    write(&many, &|line, at| format!("key{:08}", line * 1_000 + at))?;
    write(&few, &|_, at| format!("key{:08}", at % 10))?;
    let (own, plain) = in_turns(ours(&["info", text(&many)?]), ours(&["info", text(&few)?]))?;
    let detail = format!("{:.0} ms, with ten keys {:.0} ms", own * 1e3, plain * 1e3);
    gate.at_most("200,000 different keys in 3 MB / ten keys", own / plain, 2.0, &detail);
    Ok(())
}

/// Every event printed as JSON, beside jq that prints every line.
fn beside_jq(gate: &mut Gate, folder: &Path, lines: u64) -> Outcome<()> {
    let store = folder.join(format!("in-order-{lines}.jsonl"));
    let store = text(&store)?;
    let (own, jq) = in_turns(ours(&["events", store, "--json"]), peer("jq", &["-c", ".", store]))?;
    let detail = format!("ours {own:.2} s, jq {jq:.2} s");
    gate.at_least("speed of events of a log / jq", jq / own, 0.4, &detail);
    Ok(())
}

/// A compressed log read to its end, beside zcat that only unpacks it.
fn beside_zcat(gate: &mut Gate, folder: &Path, lines: u64) -> Outcome<()> {
    let (store, plain) = (folder.join(format!("log-{lines}.gz")), folder.join(format!("in-order-{lines}.jsonl")));
    if !store.exists() {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::copy(&mut BufReader::new(File::open(plain)?), &mut out)?;
        std::fs::write(&store, out.finish()?)?;
    }
    let store = text(&store)?;
    let counted = format!("zcat '{store}' | wc -l");
    let (own, zcat) = in_turns(ours(&["info", store]), peer("sh", &["-c", &counted]))?;
    let detail = format!("ours {own:.2} s, zcat {zcat:.2} s");
    gate.at_least("speed of info of a gzip log / zcat | wc -l", zcat / own, 0.4, &detail);
    Ok(())
}

/// A folder of KurrentDB, beside `cat` that only reads its bytes; and small records.
fn log_of_chunks(gate: &mut Gate, folder: &Path, bytes: i64) -> Outcome<()> {
    let store = folder.join(format!("kurrent-{bytes}"));
    kurrent::folder(&store, bytes, 1_000..4_000)?;
    let store = text(&store)?;
    let counted = format!("cat '{store}'/chunk-* | wc -c");
    let (own, cat) = in_turns(ours(&["info", store]), peer("sh", &["-c", &counted]))?;
    let detail = format!("{} MiB: ours {own:.2} s, cat {cat:.2} s", bytes >> 20);
    gate.at_least("speed of info of a KurrentDB folder / cat | wc -c", cat / own, 0.3, &detail);
    let small = folder.join(format!("kurrent-small-{bytes}"));
    kurrent::folder(&small, bytes / 8, 200..200)?;
    let mut info = ours(&["info", text(&small)?]);
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        best = best.min(info()?);
    }
    let events = bytes as f64 / 8.0 / 200.0 / 1e6;
    // A speed, no ratio, so it is told and gates nothing.
    println!("{:.2} M events a second of a KurrentDB folder with records of 200 bytes", events / best);
    Ok(())
}

/// Streams of one event each: time and memory.
fn streams(gate: &mut Gate, folder: &Path, count: u64) -> Outcome<()> {
    let (store, small) = (folder.join(format!("streams-{count}.db")), folder.join("many-1k.db"));
    generate::store(&store, count, count, 40, None)?;
    generate::store(&small, 1_000, 20, 40, None)?;
    let mut info = ours(&["info", text(&store)?]);
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        best = best.min(info()?);
    }
    let (peak, base) = (peak("--index", &store)?, peak("--index", &small)?);
    let two_millions = best * 2e6 / count as f64;
    gate.at_most("opening 2,000,000 streams, seconds", two_millions, 4.0, &format!("{count} in {best:.2} s"));
    let detail = format!("{:.0} MiB for {count}", peak / 1048576.0);
    gate.at_most("memory for each stream, bytes", (peak - base) / count as f64, 140.0, &detail);
    Ok(())
}
