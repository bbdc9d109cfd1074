//! A folder of KurrentDB as large as one likes, written as its server writes it: chunks of
//! 256 MiB of format version 4, records of version 1, completed with their MD5.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use md5::{Digest, Md5};

use crate::Outcome;
use crate::generate::Random;

const CHUNK_BYTES: i64 = 256 << 20;
const STREAMS: u64 = 20_000;
/// Ticks of 2026-03-04T05:06:07Z.
const TICKS: i64 = 639_081_975_670_000_000;

/// Writes records of so many bytes each until there are `bytes` of them.
pub fn folder(path: &Path, bytes: i64, record: Range<u64>) -> Outcome<()> {
    if path.join("writer.chk").exists() {
        return Ok(());
    }
    std::fs::create_dir_all(path)?;
    let mut random = Random::new(7);
    let mut numbers = vec![0_i64; STREAMS as usize];
    let note: String = (0..record.end).map(|at| char::from(b'a' + (at * at % 23) as u8)).collect();
    let (mut position, mut chunk) = (0, 0);
    while position < bytes {
        let mut file = ChunkFile::begin(path, chunk)?;
        while position < bytes {
            let stream = random.below(STREAMS);
            let number = &mut numbers[stream as usize];
            let wanted = record.start + random.below(record.end - record.start + 1);
            let record = prepare(position, stream, *number, wanted as usize, &note);
            if file.data + record.len() as i64 > CHUNK_BYTES {
                break;
            }
            *number += 1;
            position += record.len() as i64;
            file.write(&record)?;
        }
        chunk += 1;
        if position < bytes {
            file.complete()?;
            position = i64::from(chunk) * CHUNK_BYTES;
        } else {
            file.write(&[0; 128])?;
            file.out.flush()?;
        }
    }
    for (name, value) in [("chaser", position), ("truncate", -1), ("writer", position)] {
        std::fs::write(path.join(format!("{name}.chk")), value.to_le_bytes())?;
    }
    Ok(())
}

/// An append of one event of JSON, with the lengths around it.
fn prepare(position: i64, stream: u64, number: i64, bytes: usize, note: &str) -> Vec<u8> {
    let (stream, kind) = (format!("order-{stream:06}"), "LineAdded");
    let mut out = vec![0; 4];
    out.extend([0, 1]);
    out.extend(position.to_le_bytes());
    out.extend(0x127_u16.to_le_bytes());
    out.extend(position.to_le_bytes());
    out.extend(0_i32.to_le_bytes());
    out.extend((number - 1).to_le_bytes());
    out.push(stream.len() as u8);
    out.extend(stream.as_bytes());
    out.extend(u128::from(position as u64).to_le_bytes());
    out.extend([0; 16]);
    out.extend((TICKS + position).to_le_bytes());
    out.push(kind.len() as u8);
    out.extend(kind.as_bytes());
    let data = format!("{{\"note\":\"{}\"}}", &note[..bytes.saturating_sub(out.len() + 24).min(note.len())]);
    out.extend((data.len() as i32).to_le_bytes());
    out.extend(data.as_bytes());
    out.extend([0; 4]);
    let len = (out.len() as i32 - 4).to_le_bytes();
    out[..4].copy_from_slice(&len);
    out.extend(len);
    out
}

struct ChunkFile {
    out: BufWriter<File>,
    md5: Md5,
    /// Bytes of records.
    data: i64,
}

impl ChunkFile {
    fn begin(folder: &Path, number: i32) -> Outcome<ChunkFile> {
        let file = File::create(folder.join(format!("chunk-{number:06}.000000")))?;
        let mut chunk = ChunkFile { out: BufWriter::with_capacity(1 << 20, file), md5: Md5::new(), data: 0 };
        let mut header = vec![2, 3];
        for field in [CHUNK_BYTES as i32, number, number, 0] {
            header.extend(field.to_le_bytes());
        }
        header.resize(128, 0);
        header[34] = 4;
        chunk.write(&header)?;
        chunk.data = 0;
        Ok(chunk)
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.md5.update(bytes);
        self.out.write_all(bytes)?;
        self.data += bytes.len() as i64;
        Ok(())
    }

    fn complete(mut self) -> Outcome<()> {
        let data = self.data;
        let padding = (data as usize + 256).next_multiple_of(4_096) - 256 - data as usize;
        let mut end = vec![0; padding];
        end.push(3);
        end.extend((data as i32).to_le_bytes());
        end.extend(data.to_le_bytes());
        end.resize(padding + 112, 0);
        self.write(&end)?;
        self.out.write_all(&self.md5.finalize())?;
        Ok(self.out.flush()?)
    }
}
