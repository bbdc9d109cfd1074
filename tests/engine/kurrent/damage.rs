//! Damaged folders: never a panic, what is damaged is said, and every event that does not lie
//! where the damage is is there as before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::log::{Body, Chunk, DATA, JSON, Log, Prepare};
use super::{of, read, scavenged, waiting};
use crate::support::{Place, folder};

/// Every n-th byte of a record is turned over in one bit.
const STEP: usize = 3;

/// A log with something of everything, the folder of a server that was stopped.
fn small() -> (Log, Place) {
    let mut log = Log::new(1_536);
    log.push(Body::System);
    for number in 0..6 {
        for stream in ["aaaa-1", "bbbb-1", "cccc-1"] {
            log.event(stream, number, r#"{"n":1}"#);
        }
        let transaction = log.end;
        log.push(waiting((number % 2) as u8, transaction, 0, "dddd-1", r#"{"n":2}"#));
        log.push(Body::Commit {
            version: (number % 2) as u8,
            transaction: log.records.last().expect("one").position,
            first: number,
        });
    }
    log.push(Body::Prepare(Prepare::event("$$bbbb-1", 0, "$metadata", r#"{"$maxCount":2}"#)));
    log.push(Body::Prepare(Prepare::tombstone("cccc-1")));
    log.event("aaaa-1", 6, r#"{"n":1}"#);
    let place = Place::new();
    log.write(place.folder.path());
    (log, place)
}

/// The events of each stream without what others say of them.
fn plain(read: &super::Read) -> BTreeMap<String, Vec<Value>> {
    let events = |events: &[Value]| {
        let mut events = events.to_vec();
        events.iter_mut().for_each(|event| event["marks"] = Value::Null);
        events
    };
    read.streams.iter().map(|(name, (_, own))| (name.clone(), events(own))).collect()
}

/// Bytes of a file that mean something: all but the zeros behind what is there.
fn meaningful(bytes: &[u8]) -> Vec<usize> {
    let mut last = 0;
    (0..bytes.len())
        .filter(|at| {
            if bytes[*at] != 0 {
                last = *at;
            }
            *at < 128 || at + 128 >= bytes.len() || *at - last < 16
        })
        .collect()
}

fn chunks(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// Turns single bits over in every file whose name begins so. `of_byte` says which stream a byte
/// of a file is of.
fn flip(place: &Place, files: &str, of_byte: impl Fn(&str, usize) -> Option<String>) {
    let before = plain(&of(place));
    let cache = folder();
    let (mut flips, mut said) = (0, 0);
    for file in chunks(place.folder.path()) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.starts_with(files) {
            continue;
        }
        let whole = std::fs::read(&file).expect("bytes");
        for at in meaningful(&whole) {
            let harmed = of_byte(&name, at);
            if harmed.is_some() && at % STEP != 0 {
                continue;
            }
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&file, &bytes).expect("written");
            let read =
                read(place.folder.path(), cache.path()).unwrap_or_else(|error| panic!("{name} byte {at}: {error}"));
            flips += 1;
            said += usize::from(!read.findings.is_empty());
            let now = plain(&read);
            for (stream, events) in &before {
                if harmed.as_ref() != Some(stream) {
                    assert_eq!(now.get(stream), Some(events), "{name} byte {at}: {stream}, {:?}", read.findings);
                }
            }
        }
        std::fs::write(&file, &whole).expect("written");
    }
    assert!(flips > 300 && said > flips / 4, "{said} of {flips}");
}

#[test]
fn no_single_byte_harms_more_than_the_record_it_is_in() {
    let (log, place) = small();
    flip(&place, "", |name, at| {
        let number: i64 = name.strip_prefix("chunk-")?.get(..6)?.parse().ok()?;
        let position = number * log.chunk_bytes + at as i64 - 128;
        let record = log
            .records
            .iter()
            .find(|record| (record.position..record.position + record.bytes().len() as i64).contains(&position))?;
        let bound = (number + 1) * log.chunk_bytes;
        match &record.body {
            _ if at < 128 || position >= bound => None,
            Body::Prepare(prepare) => Some(prepare.stream.clone()),
            Body::Commit { .. } => Some("dddd-1".to_owned()),
            Body::System => Some(String::new()),
        }
    });
}

#[test]
fn a_scavenged_chunk_stands_as_much() {
    let (_, place) = scavenged();
    let file = place.path("chunk-000000.000003");
    let whole = std::fs::read(&file).expect("bytes");
    let mut streams = Vec::new();
    let mut at = 128;
    while let Some(len) = whole.get(at..at + 4).map(|len| i32::from_le_bytes(len.try_into().expect("four")) as usize) {
        if len == 0 {
            break;
        }
        let name = whole.get(at + 4 + 10 + 2 + 8 + 4 + 8 + 1..).and_then(|rest| std::str::from_utf8(&rest[..6]).ok());
        streams.push((at..at + len + 8, name.unwrap_or_default().to_owned()));
        at += len + 8;
    }
    flip(&place, "chunk-000000.000003", |_, at| {
        streams.iter().find(|(range, _)| range.contains(&at)).map(|(_, stream)| stream.clone())
    });
}

#[test]
fn a_file_may_end_anywhere_or_be_gone() {
    let (_, place) = small();
    let cache = folder();
    let before = plain(&of(&place));
    // The record of an event, and that of its commit, are not in the part that is cut off.
    let whole_of = |number: i64, at: usize| {
        let is_there = move |position: i64| position / 1_536 != number || (position % 1_536) as usize + 128 < at;
        move |event: &Value| {
            let own = event["id"].as_str().and_then(|id| i64::from_str_radix(id.get(..8)?, 16).ok());
            own.is_some_and(is_there) && event["position"].as_i64().is_some_and(is_there)
        }
    };
    for file in chunks(place.folder.path()) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let whole = std::fs::read(&file).expect("bytes");
        let number: Option<i64> = name.strip_prefix("chunk-").and_then(|rest| rest.get(..6)?.parse().ok());
        let ends = (0..whole.len()).step_by(37).map(Some).chain([None]);
        for end in ends {
            match end {
                Some(end) => std::fs::write(&file, &whole[..end]).expect("written"),
                None => std::fs::remove_file(&file).expect("removed"),
            }
            let read = match read(place.folder.path(), cache.path()) {
                Ok(read) => read,
                Err(error) => panic!("{name} {end:?}: {error}"),
            };
            let is_there = whole_of(number.unwrap_or(-1), end.unwrap_or(0).saturating_sub(300));
            for (stream, events) in &before {
                let now = plain(&read);
                for event in events.iter().filter(|event| is_there(event)) {
                    let found = now.get(stream).is_some_and(|now| now.contains(event));
                    assert!(found, "{name} {end:?}: {stream} {event} {:?}", read.findings);
                }
            }
            if number.is_some() && end.is_none_or(|end| end < 128) {
                assert!(!read.findings.is_empty(), "{name} {end:?}");
            }
        }
        std::fs::write(&file, &whole).expect("written");
    }
}

#[test]
fn what_is_no_chunk_at_all_is_no_panic() {
    let cache = folder();
    let mut log = Log::new(4_096);
    let data = "x".repeat(3_000);
    let flags = DATA | JSON;
    log.push(Body::Prepare(Prepare { flags, ..Prepare::event("s-1", 0, "T", &data) }));
    for bytes in [Vec::new(), vec![0; 128], vec![0xff; 5_000], vec![2; 9_000], b"{}\n".repeat(500)] {
        let place = Place::new();
        place.write("chunk-000000.000000", &bytes);
        place.write("chunk-999999.999999", &bytes);
        place.write("chunk-000001.000000", Chunk::of(&log, 0, 0).bytes());
        let read = read(place.folder.path(), cache.path()).expect("a store");
        assert!(!read.findings.is_empty());
    }
}
