//! A small log as a server of EventStoreDB writes it, in every form of chunk and record.

use std::path::Path;

use md5::{Digest, Md5};

pub const DATA: u16 = 0x01;
pub const BEGIN: u16 = 0x02;
pub const END: u16 = 0x04;
pub const DELETE: u16 = 0x08;
pub const COMMITTED: u16 = 0x20;
pub const JSON: u16 = 0x100;
pub const REDACTED: u16 = 0x200;
pub const PROPERTIES: u16 = 0x400;
/// What an append of one event of JSON has.
pub const PLAIN: u16 = DATA | BEGIN | END | COMMITTED | JSON;

/// Ticks of 2026-03-04T05:06:07Z.
const TICKS: i64 = 639_081_975_670_000_000;

#[derive(Clone, Debug)]
pub struct Prepare {
    pub version: u8,
    pub flags: u16,
    /// `None`: its own position.
    pub transaction: Option<i64>,
    pub offset: i32,
    pub expected: i64,
    pub stream: String,
    pub kind: String,
    pub data: Vec<u8>,
    pub metadata: Vec<u8>,
    pub seconds: i64,
}

impl Prepare {
    /// The event with that number.
    pub fn event(stream: &str, number: i64, kind: &str, data: &str) -> Prepare {
        Prepare {
            version: 1,
            flags: PLAIN,
            transaction: None,
            offset: 0,
            expected: number - 1,
            stream: stream.to_owned(),
            kind: kind.to_owned(),
            data: data.as_bytes().to_vec(),
            metadata: Vec::new(),
            seconds: number.clamp(0, 1_000),
        }
    }

    pub fn tombstone(stream: &str) -> Prepare {
        let flags = DELETE | BEGIN | END | COMMITTED;
        Prepare { flags, expected: i64::MAX - 1, ..Prepare::event(stream, 0, "$streamDeleted", "") }
    }
}

#[derive(Clone, Debug)]
pub enum Body {
    Prepare(Prepare),
    Commit { version: u8, transaction: i64, first: i64 },
    System,
}

/// A record and its place in the log.
#[derive(Clone, Debug)]
pub struct Record {
    pub position: i64,
    pub body: Body,
}

impl Record {
    /// With the lengths around it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let number = |out: &mut Vec<u8>, version: u8, number: i64| match version {
            0 if number >= i64::MAX - 1 => out.extend((i32::MAX - (i64::MAX - number) as i32).to_le_bytes()),
            0 => out.extend((number as i32).to_le_bytes()),
            _ => out.extend(number.to_le_bytes()),
        };
        let text = |out: &mut Vec<u8>, text: &str| {
            let mut len = text.len();
            while len >= 0x80 {
                out.push(len as u8 | 0x80);
                len >>= 7;
            }
            out.push(len as u8);
            out.extend(text.as_bytes());
        };
        let block = |out: &mut Vec<u8>, bytes: &[u8]| {
            out.extend((bytes.len() as i32).to_le_bytes());
            out.extend(bytes);
        };
        let (kind, version) = match &self.body {
            Body::Prepare(prepare) => (0, prepare.version),
            Body::Commit { version, .. } => (1, *version),
            Body::System => (2, 0),
        };
        out.extend([kind, version]);
        out.extend(self.position.to_le_bytes());
        match &self.body {
            Body::Prepare(own) => {
                out.extend(own.flags.to_le_bytes());
                out.extend(own.transaction.unwrap_or(self.position).to_le_bytes());
                out.extend(own.offset.to_le_bytes());
                number(&mut out, version, own.expected);
                text(&mut out, &own.stream);
                let mut id = [0; 16];
                id[..8].copy_from_slice(&self.position.to_le_bytes());
                out.extend(id);
                out.extend([0; 16]);
                out.extend((TICKS + own.seconds * 10_000_000).to_le_bytes());
                text(&mut out, &own.kind);
                block(&mut out, &own.data);
                block(&mut out, &own.metadata);
            }
            Body::Commit { transaction, first, .. } => {
                out.extend(transaction.to_le_bytes());
                number(&mut out, version, *first);
                out.extend(self.position.to_le_bytes());
                out.extend([0; 16]);
                out.extend(TICKS.to_le_bytes());
            }
            Body::System => {
                out.extend(TICKS.to_le_bytes());
                out.extend([1, 2]);
                out.extend([0; 8]);
                block(&mut out, b"{\"epochNumber\":0}");
            }
        }
        let len = (out.len() as i32).to_le_bytes();
        [&len[..], &out, &len].concat()
    }
}

/// Records one behind the other, in chunks of so many bytes.
#[derive(Clone, Debug)]
pub struct Log {
    pub chunk_bytes: i64,
    pub records: Vec<Record>,
    /// Where it ends.
    pub end: i64,
}

impl Log {
    pub fn new(chunk_bytes: i64) -> Log {
        Log { chunk_bytes, records: Vec::new(), end: 0 }
    }

    /// Appends a record; what has no room in the chunk begins the next.
    pub fn push(&mut self, body: Body) -> i64 {
        let mut record = Record { position: self.end, body };
        let len = record.bytes().len() as i64;
        let bound = (self.end / self.chunk_bytes + 1) * self.chunk_bytes;
        if self.end + len > bound {
            record.position = bound;
        }
        let position = record.position;
        self.end = position + len;
        self.records.push(record);
        position
    }

    pub fn event(&mut self, stream: &str, number: i64, data: &str) -> i64 {
        self.push(Body::Prepare(Prepare::event(stream, number, "Counted", data)))
    }

    /// The records of chunks `start` to `end`.
    fn of(&self, start: i64, end: i64) -> Vec<Record> {
        let within = (start * self.chunk_bytes)..((end + 1) * self.chunk_bytes);
        self.records.iter().filter(|record| within.contains(&record.position)).cloned().collect()
    }

    /// Writes all of it as a server leaves it that was stopped.
    pub fn write(&self, folder: &Path) {
        let last = self.end / self.chunk_bytes;
        for number in 0..=last {
            let chunk = Chunk { is_complete: number < last, ..Chunk::of(self, number, number) };
            std::fs::write(folder.join(format!("chunk-{number:06}.000000")), chunk.bytes()).expect("a chunk");
        }
        for (name, position) in [("writer", self.end), ("chaser", self.end), ("truncate", -1), ("epoch", 0)] {
            checkpoint(folder, name, position);
        }
    }
}

pub fn checkpoint(folder: &Path, name: &str, position: i64) {
    std::fs::write(folder.join(format!("{name}.chk")), position.to_le_bytes()).expect("a checkpoint");
}

/// A chunk file.
pub struct Chunk {
    pub start: i64,
    pub end: i64,
    pub chunk_bytes: i64,
    pub version: u8,
    pub transform: u8,
    pub is_scavenged: bool,
    pub is_complete: bool,
    pub records: Vec<Record>,
}

impl Chunk {
    pub fn of(log: &Log, start: i64, end: i64) -> Chunk {
        Chunk {
            start,
            end,
            chunk_bytes: log.chunk_bytes,
            version: 3,
            transform: 0,
            is_scavenged: false,
            is_complete: true,
            records: log.of(start, end),
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0; 128];
        out[0] = 2;
        // Version 4 can be read by those that know 3 where nothing is transformed.
        out[1] = if self.version == 4 && self.transform == 0 { 3 } else { self.version };
        out[34] = if self.version == 4 { 4 } else { 0 };
        out[35] = self.transform;
        out[2..6].copy_from_slice(&(self.chunk_bytes as i32).to_le_bytes());
        out[6..10].copy_from_slice(&(self.start as i32).to_le_bytes());
        out[10..14].copy_from_slice(&(self.end as i32).to_le_bytes());
        out[14] = u8::from(self.is_scavenged);
        let base = self.start * self.chunk_bytes;
        let mut map = Vec::new();
        for record in &self.records {
            map.extend(((out.len() - 128) as i32).to_le_bytes());
            map.extend((record.position - base).to_le_bytes());
            out.extend(record.bytes());
        }
        let data = out.len() - 128;
        if !self.is_complete {
            out.resize((128 + self.chunk_bytes as usize + 128).next_multiple_of(4_096), 0);
            return out;
        }
        let logical = self.records.last().map_or(0, |last| last.position - base + last.bytes().len() as i64);
        let map = if self.is_scavenged { map } else { Vec::new() };
        out.extend(&map);
        if self.version > 2 {
            out.resize((out.len() + 128).next_multiple_of(4_096) - 128, 0);
        }
        let mut footer = vec![3];
        footer.extend((data as i32).to_le_bytes());
        footer.extend(logical.to_le_bytes());
        footer.extend((map.len() as i32).to_le_bytes());
        footer.resize(112, 0);
        out.extend(footer);
        let md5 = Md5::digest(&out);
        out.extend(md5.as_slice());
        out
    }
}
