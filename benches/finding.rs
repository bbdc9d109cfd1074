//! Search beside what people search with: rg over the same JSON lines, a bare loop over the rows of
//! the same SQLite table; and going to a stream among two millions.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventglass::formats::Opened;
use eventglass::index::EventIndex;
use eventglass::session::goto::{FindPlaces, Places};
use eventglass::session::query::Query;
use eventglass::session::search::{KEPT, Search};
use eventglass::session::{Found, Indexer, Job};
use memchr::memmem::Finder;
use rusqlite::{Connection, OpenFlags};

use crate::reading::{log, text};
use crate::{Gate, Outcome, generate, open};

/// Turns that each side takes; the best counts.
const ROUNDS: usize = 5;

pub fn finding(gate: &mut Gate, folder: &Path, short: bool) -> Outcome<()> {
    let lines = log(&folder.join("in-order-1000000.jsonl"), 1_000_000, |at| (at % 100, at / 100 + 1, at))?;
    let store = folder.join("many-1m.db");
    generate::store(&store, 1_000_000, 10_000, 40, None)?;
    // In payloads, and seldom.
    for word in ["sku-77123", "nowhere"] {
        beside_rg(gate, &lines, word)?;
    }
    for word in ["payment 4711", "nowhere"] {
        beside_a_scan(gate, &store, word)?;
    }
    let count = if short { 400_000 } else { 2_000_000 };
    let many = folder.join(format!("streams-{count}.db"));
    generate::store(&many, count, count, 40, None)?;
    go_to(gate, &many, count)
}

fn opened(path: &Path) -> Outcome<(Arc<Opened>, EventIndex)> {
    let opened = open(path)?;
    let index = Indexer::open(Arc::clone(&opened))?.run()?;
    Ok((opened, index))
}

/// The best time of each, taken in turns, and how many they found.
fn in_turns(
    mut ours: impl FnMut() -> Outcome<u64>,
    mut peer: impl FnMut() -> Outcome<u64>,
    what: &str,
) -> Outcome<(f64, f64, u64)> {
    let mut best = (f64::MAX, f64::MAX, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let own = ours()?;
        best.0 = best.0.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let other = peer()?;
        best.1 = best.1.min(start.elapsed().as_secs_f64());
        best.2 = own;
        if own != other {
            return Err(format!("{what}: {own} hits here, {other} there").into());
        }
    }
    Ok(best)
}

fn search(opened: &Arc<Opened>, index: &EventIndex, word: &str) -> Outcome<u64> {
    let query = Query::parse(&format!("\"{word}\""))?.ok_or("nothing is looked for")?;
    let mut search = Search::new(index.clone(), query, 0, KEPT);
    while !search.look(opened, &mut |hit| drop(std::hint::black_box(hit)))? {}
    Ok(search.count())
}

fn beside_rg(gate: &mut Gate, lines: &Path, word: &str) -> Outcome<()> {
    let (opened, index) = opened(lines)?;
    let rg = || -> Outcome<u64> {
        let mut command = Command::new("rg");
        command.args(["--no-config", "-c", "-F", word, text(lines)?]).stdin(Stdio::null());
        let run = command.output().map_err(|error| format!("rg does not start: {error}; run sh tests/setup.sh"))?;
        Ok(String::from_utf8_lossy(&run.stdout).trim().parse().unwrap_or(0))
    };
    let (own, peer, hits) = in_turns(|| search(&opened, &index, word), rg, word)?;
    let detail = format!("{hits} hits, ours {:.0} ms, rg {:.0} ms", own * 1e3, peer * 1e3);
    gate.at_least(&format!("rg / search of 1M JSON lines for {word}"), peer / own, 0.6, &detail);
    Ok(())
}

fn beside_a_scan(gate: &mut Gate, store: &Path, word: &str) -> Outcome<()> {
    let (opened, index) = opened(store)?;
    let conn = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let finder = Finder::new(word);
    let scan = || -> Outcome<u64> {
        let mut statement = conn.prepare("SELECT message_id, message_data, message_metadata FROM emt_messages")?;
        let mut rows = statement.query([])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let mut has = false;
            for column in 0..3 {
                has |= finder.find(row.get_ref(column)?.as_bytes()?).is_some();
            }
            found += u64::from(has);
        }
        Ok(found)
    };
    let (own, peer, hits) = in_turns(|| search(&opened, &index, word), scan, word)?;
    let detail = format!("{hits} hits, ours {:.0} ms, a bare scan {:.0} ms", own * 1e3, peer * 1e3);
    gate.at_least(&format!("bare scan / search of 1M rows of SQLite for {word}"), peer / own, 0.5, &detail);
    Ok(())
}

/// Until there are first hits.
fn go_to(gate: &mut Gate, store: &Path, count: u64) -> Outcome<()> {
    let (opened, index) = opened(store)?;
    let mut worst = Duration::ZERO;
    for typed in ["77", "cart-0399", "crt12", "cart-0000001"] {
        let places =
            Places { index: index.clone(), typed: typed.to_owned(), streams: true, rows: None, times: Vec::new() };
        let mut job = FindPlaces::new(places);
        let start = Instant::now();
        loop {
            let is_done = job.step(&opened, Duration::from_millis(8)).map_err(|problem| problem.cause.to_string())?;
            if matches!(job.found(), Found::GoTo(found) if !found.streams.is_empty()) {
                break;
            }
            if is_done {
                return Err(format!("no stream is found by {typed}").into());
            }
        }
        worst = worst.max(start.elapsed());
    }
    let detail = format!("the slowest of four, {count} streams");
    gate.at_most("go to a stream, first hits, ms", worst.as_secs_f64() * 1e3, 50.0, &detail);
    Ok(())
}
