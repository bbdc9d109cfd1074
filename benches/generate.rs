//! Stores for the benches: Emmett's tables with generated rows. The shape is that of
//! emmett-sqlite 0.42; the data are a cart with an account beside it, about 190 bytes an
//! event. The real library writes 1,000 events a second, too few for ten million.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::{Connection, params};

/// A small generator of numbers: the same for the same seed on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }
}

/// Type and payload of one event; `total` and `balance` run along.
fn event(random: &mut Random, items: u64, total: &mut i64, balance: &mut i64) -> (&'static str, String) {
    let by = random.below(40);
    match random.below(10) {
        0..=6 => {
            let (sku, quantity, price) = (random.below(items), 1 + random.below(9), 100 + random.below(9_900));
            *total += price as i64;
            let data = format!(
                "{{\"items\":{{\"sku-{sku}\":{{\"name\":\"Item number {sku} of the catalogue\",\"quantity\":{quantity},\
                 \"price\":{price},\"tags\":[\"a{by}\",\"b\"]}}}},\"total\":{total},\"updatedBy\":\"user-{by}\"}}"
            );
            ("ItemSet", data)
        }
        7 => {
            let sku = random.below(items);
            (
                "ItemRemoved",
                format!("{{\"items\":{{\"sku-{sku}\":null}},\"total\":{total},\"updatedBy\":\"user-{by}\"}}"),
            )
        }
        _ => {
            *balance += 1_000 - random.below(1_900) as i64;
            let data = format!(
                "{{\"balance\":{balance},\"status\":\"open\",\"memo\":\"payment {} at shop {by}\",\"updatedBy\":\"user-{by}\"}}",
                random.below(1_000_000)
            );
            ("Deposited", data)
        }
    }
}

/// Writes an Emmett-shaped store of `events` events over `streams` streams, in random
/// order, or one stream; a cart holds up to `items` kinds; `lines` gets the same events as JSON lines for the peer.
pub fn store(
    path: &Path,
    events: u64,
    streams: u64,
    items: u64,
    lines: Option<&Path>,
) -> Result<(), Box<dyn std::error::Error>> {
    if path.exists() {
        return Ok(());
    }
    let temporary = path.with_extension("part");
    drop(std::fs::remove_file(&temporary));
    let mut conn = Connection::open(&temporary)?;
    conn.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
         CREATE TABLE emt_streams(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0,
           partition TEXT NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL,
           is_archived BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (stream_id, partition, is_archived));
         CREATE TABLE emt_messages(stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL,
           partition TEXT NOT NULL DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E',
           message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, message_schema_version TEXT NOT NULL,
           message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
           global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
           UNIQUE (stream_id, stream_position, partition, is_archived));",
    )?;
    let mut out = lines.map(File::create).transpose()?.map(BufWriter::new);
    let mut random = Random::new(7);
    let (mut total, mut balance) = (0, 0);
    let mut versions = vec![0u64; streams as usize];
    let transaction = conn.transaction()?;
    {
        let mut insert = transaction.prepare(
            "INSERT INTO emt_messages(stream_id, stream_position, partition, message_data, message_metadata,
               message_schema_version, message_type, message_id, created)
             VALUES (?1, ?2, 'emt:default', ?3, '{}', '1', ?4, ?5, datetime(?6, 'unixepoch'))",
        )?;
        let mut second = 1_700_000_000u64;
        for at in 0..events {
            let stream = match streams {
                1 => 0,
                // Each event is a stream of its own.
                streams if streams == events => at,
                streams => random.below(streams),
            };
            versions[stream as usize] += 1;
            let version = versions[stream as usize];
            let (kind, data) = event(&mut random, items, &mut total, &mut balance);
            second += random.below(120);
            let name = format!("cart-{:07}", stream + 1);
            insert.execute(params![name, version as i64, data, kind, format!("m-{at:012}"), second as i64])?;
            if let Some(out) = &mut out {
                writeln!(out, "{{\"version\":{version},\"type\":\"{kind}\",\"data\":{data}}}")?;
            }
        }
    }
    transaction.commit()?;
    drop(conn);
    std::fs::rename(temporary, path)?;
    Ok(())
}
