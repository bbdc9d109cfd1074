//! What a hundred dialects cost: the first look at all of them, and the choice among the tables of
//! a store. Each time in a process of its own, where nothing of them was read before.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use eventglass::dialect::{Table, catalog, detect};

use crate::{Gate, Outcome};

const ROUNDS: usize = 15;
const TABLES: usize = 200;

pub fn dialects(gate: &mut Gate) -> Outcome<()> {
    let count = catalog(None).dialects.len();
    let detail = format!("{count} dialects, best of {ROUNDS} starts");
    gate.at_most("built-in dialects read for the first time, ms", best("catalog")?, 3.0, &detail);
    let detail = format!("{TABLES} tables, that time in it");
    gate.at_most("choice of a dialect in a new process, ms", best("choice")?, 5.0, &detail);
    Ok(())
}

fn best(what: &str) -> Outcome<f64> {
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let out = Command::new(std::env::current_exe()?).args(["--dialects", what]).output()?;
        let told = String::from_utf8_lossy(&out.stdout);
        let nanoseconds: f64 = told.trim().parse().map_err(|_| String::from_utf8_lossy(&out.stderr).into_owned())?;
        best = best.min(nanoseconds / 1e6);
    }
    Ok(best)
}

/// Nanoseconds that one of them takes here.
pub fn only(what: &str) -> Outcome<u64> {
    let tables = tables();
    let start = Instant::now();
    let all = catalog(None).dialects;
    if what == "choice" {
        let found = detect("postgres", &tables, &all);
        if found.first().is_none_or(|first| first.dialect.id != "marten") {
            return Err("the tables are not taken for Marten's".into());
        }
        black_box(found);
    }
    let took = start.elapsed();
    black_box(all);
    Ok(took.as_nanos() as u64)
}

/// Tables of an application with much that dialects look for, and those of one event store.
fn tables() -> Vec<Table> {
    const USUAL: &str = "id type version created_at updated_at payload data metadata name status position \
                         stream_id event_type aggregate_id sequence_number event_id timestamp tenant_id body headers \
                         correlation_id topic message_id occurred_on processed_at key value revision state owner_id";
    let usual: Vec<&str> = USUAL.split_whitespace().collect();
    let own = |at: usize| {
        let columns = (0..8 + at % 20).map(|nth| match (at * 7 + nth * 11) % 3 {
            0 => format!("{}_{at}", usual[(at + nth * 7) % usual.len()]),
            _ => usual[(at * 3 + nth * 7) % usual.len()].to_owned(),
        });
        Table::new(format!("app_table_{at}"), columns, false)
    };
    let mut tables: Vec<Table> = (0..TABLES - 2).map(own).collect();
    for (name, columns) in [
        ("mt_events", "seq_id id stream_id version data type timestamp tenant_id mt_dotnet_type is_archived"),
        ("mt_streams", "id type version timestamp snapshot snapshot_version created tenant_id is_archived"),
    ] {
        tables.push(Table::new(name, columns.split(' ').map(str::to_owned), false));
    }
    tables
}
