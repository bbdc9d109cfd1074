//! Dumps of pg_dump, compressed and not, beside loops that unpack the same bytes and split them
//! into rows and fields, and beside `zcat | wc -l`. The rows are as long as those of real stores:
//! some 230 bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::generate::Random;
use crate::reading::{in_turns, ours, peer, text};
use crate::{Gate, Outcome, peak};

const STREAMS: u64 = 20_000;

/// Measures them all with files in `folder`.
pub fn dumps(gate: &mut Gate, folder: &Path, short: bool) -> Outcome<()> {
    let rows = if short { 1_000_000 } else { 10_000_000 };
    let plain = folder.join(format!("dump-{rows}.sql"));
    write(&plain, rows)?;
    let name = |ending: &str| folder.join(format!("dump-{rows}.sql.{ending}"));
    let gzip = packed(&plain, &name("gz"), |from, to| {
        let mut out = flate2::write::GzEncoder::new(to, flate2::Compression::default());
        std::io::copy(from, &mut out)?;
        out.finish().map(drop)
    })?;
    let lz4 = packed(&plain, &name("lz4"), |from, to| {
        let mut out = lz4_flex::frame::FrameEncoder::new(to);
        std::io::copy(from, &mut out)?;
        out.finish().map(drop).map_err(std::io::Error::other)
    })?;
    let zstd = packed(&plain, &name("zst"), |from, to| {
        ruzstd::encoding::compress(from, to, ruzstd::encoding::CompressionLevel::Fastest);
        Ok(())
    })?;
    let counted = format!("zcat '{}' | wc -l", text(&gzip)?);
    let (own, zcat) = in_turns(ours(&["info", text(&gzip)?]), peer("sh", &["-c", &counted]))?;
    let detail = format!("{rows} rows: ours {own:.2} s, zcat {zcat:.2} s");
    gate.at_least("speed of info of a gzip dump / zcat | wc -l", zcat / own, 0.5, &detail);
    for (what, path) in [("plain", plain.clone()), ("lz4", lz4), ("zstd", zstd)] {
        let (own, bare) = in_turns(ours(&["info", text(&path)?]), || bare(&path))?;
        let detail = format!("{rows} rows: ours {own:.2} s, bare {bare:.2} s");
        let (name, ratio) = (format!("speed of info of a dump, {what} / bare loop"), bare / own);
        // Not reached yet by what unpacks fast: it must not become worse.
        gate.report(&name, ratio, 0.3, ratio >= 0.3, ratio >= 0.1, ">=", &detail);
    }
    let most = 24 * rows + 140 * STREAMS + (200 << 20);
    let peak = peak("--index", &plain)?;
    let detail = format!("{:.0} MiB for {rows} rows", peak / 1_048_576.0);
    gate.at_most("memory of a dump / what it may take", peak / most as f64, 1.0, &detail);
    Ok(())
}

/// Message DB's table as pg_dump writes it.
fn write(path: &Path, rows: u64) -> Outcome<()> {
    if path.exists() {
        return Ok(());
    }
    let temporary = path.with_extension("part");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&temporary)?);
    writeln!(
        out,
        "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\nCREATE TABLE message_store.messages (\n    \
         global_position bigint NOT NULL,\n    \"position\" bigint NOT NULL,\n    \"time\" timestamp without time zone NOT NULL,\n    \
         stream_name text NOT NULL,\n    type text NOT NULL,\n    data jsonb,\n    metadata jsonb,\n    id uuid NOT NULL\n);\n\
         COPY message_store.messages (global_position, \"position\", \"time\", stream_name, type, data, metadata, id) FROM stdin;"
    )?;
    let (mut random, mut versions) = (Random::new(7), vec![0_u64; STREAMS as usize]);
    for at in 0..rows {
        let stream = random.below(STREAMS);
        let version = &mut versions[stream as usize];
        let (day, hour, minute, second) = (1 + at / 864_000 % 28, at / 36_000 % 24, at / 600 % 60, at / 10 % 60);
        writeln!(
            out,
            "{}\t{version}\t2026-03-{day:02} {hour:02}:{minute:02}:{second:02}.{:06}\tcart-{stream}\tItemSet\t\
             {{\"sku\": \"sku-{at}\", \"tags\": [\"a\", \"b\"], \"price\": {}, \"note\": \"line one\\\\nline two\", \"quantity\": {}}}\t\
             {{\"properties\": {{\"by\": \"user-{}\"}}}}\t00000000-0000-4000-8000-{at:012}",
            at + 1,
            at % 10 * 100_000,
            at * 37 % 10_000,
            at % 9,
            at % 40
        )?;
        *version += 1;
    }
    writeln!(out, "\\.\n\n\n--\n-- PostgreSQL database dump complete\n--\n")?;
    out.into_inner()?.sync_all()?;
    std::fs::rename(temporary, path)?;
    Ok(())
}

fn packed(
    plain: &Path,
    path: &Path,
    pack: impl FnOnce(&mut BufReader<File>, &mut BufWriter<File>) -> std::io::Result<()>,
) -> Outcome<PathBuf> {
    if !path.exists() {
        let temporary = path.with_extension("part");
        let mut out = BufWriter::new(File::create(&temporary)?);
        pack(&mut BufReader::with_capacity(1 << 20, File::open(plain)?), &mut out)?;
        out.into_inner()?.sync_all()?;
        std::fs::rename(temporary, path)?;
    }
    Ok(path.to_owned())
}

/// Splits what a file unpacks to into rows and fields by what the standard library has for it, and
/// does nothing else.
fn bare(path: &Path) -> Outcome<f64> {
    let start = Instant::now();
    let file = File::open(path)?;
    let from: Box<dyn Read> = match path.extension().and_then(|end| end.to_str()) {
        Some("lz4") => Box::new(lz4_flex::frame::FrameDecoder::new(BufReader::with_capacity(1 << 20, file))),
        Some("zst") => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(BufReader::with_capacity(1 << 20, file));
            Box::new(decoder.map_err(|error| error.to_string())?)
        }
        _ => Box::new(file),
    };
    let (mut from, mut row) = (BufReader::with_capacity(1 << 20, from), Vec::new());
    let (mut rows, mut fields) = (0_u64, 0_u64);
    while from.read_until(b'\n', &mut row)? > 0 {
        rows += 1;
        fields += row.split(|byte| *byte == b'\t').map(std::hint::black_box).count() as u64;
        row.clear();
    }
    std::hint::black_box((rows, fields));
    Ok(start.elapsed().as_secs_f64())
}
