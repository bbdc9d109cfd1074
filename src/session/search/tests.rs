//! What is said of a hit, and what is kept.

use super::*;
use crate::formats::{Location, OpenChoice, open};
use crate::session::Indexer;

/// A log whose n-th event has this payload.
fn opened(payload: impl Fn(u64) -> String, events: u64) -> (Arc<Opened>, EventIndex, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let line = |at| format!("{{\"stream\":\"s\",\"version\":{at},\"type\":\"T\",\"data\":{}}}\n", payload(at));
    std::fs::write(&path, (0..events).map(line).collect::<String>()).expect("written");
    let opened = Arc::new(open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store"));
    let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
    (opened, index, folder)
}

fn query(text: &str) -> Query {
    Query::parse(text).expect("a search").expect("something to look for")
}

fn all(opened: &Opened, mut search: Search) -> (Vec<Hit>, u64) {
    let mut hits = Vec::new();
    while !search.look(opened, &mut |hit| hits.push(hit)).expect("a readable store") {}
    (hits, search.count())
}

#[test]
fn the_excerpt_is_a_stretch_around_the_first_mark() {
    let long = "é".repeat(400);
    let (opened, index, _folder) = opened(|_| format!("{{\"a\":\"{long}İNeedle, needle{long}\"}}"), 1);
    let (hits, _) = all(&opened, Search::new(index, query("needle"), 0, 9));
    let Hit { excerpt, marks, part, .. } = &hits[0];
    assert_eq!((*part, marks.len()), (Part::Payload, 2));
    let marked: Vec<&str> = marks.iter().map(|mark| &excerpt[mark.clone()]).collect();
    assert_eq!(marked, ["Needle", "needle"]);
    assert!(excerpt.starts_with('…') && excerpt.ends_with('…') && excerpt.len() < EXCERPT + 10, "{excerpt}");
}

#[test]
fn hits_beyond_those_that_are_wanted_are_counted() {
    let (opened, index, _folder) = opened(|at| format!("{{\"n\":{at}}}"), 5_000);
    for (text, found) in [("n", 5_000), ("type:t", 5_000), ("type:t n=7", 1), ("type:u", 0), ("t", 5_000)] {
        let (hits, all) = all(&opened, Search::new(index.clone(), query(text), 0, 30));
        assert_eq!((hits.len() as u64, all), (found.min(30), found), "{text}");
    }
    // From a row on.
    let (hits, _) = all(&opened, Search::new(index, query("n"), 4_998, 30));
    assert_eq!(hits.iter().map(|hit| hit.row.0).collect::<Vec<_>>(), [4_998, 4_999]);
}

#[test]
fn a_job_says_what_it_found_so_far() {
    let (opened, index, _folder) = opened(|at| format!("{{\"n\":{at}}}"), 3_000);
    let mut job = Search::new(index, query("n"), 0, KEPT);
    let mut steps = 0;
    while !job.step(&opened, Duration::ZERO).expect("a readable store") {
        steps += 1;
        let Found::Hits(hits) = job.found() else { panic!("no hits") };
        assert_eq!(hits.kept.len() as u64, job.progress().found);
    }
    assert!(steps > 0 && job.progress() == Progress { done: 3_000, of: 3_000, found: 3_000 });
}

#[test]
fn rows_that_are_gone_are_counted() {
    let (opened, index, folder) = opened(|at| format!("{{\"n\":{at}}}"), 10);
    let path = folder.path().join("log.jsonl");
    let text = std::fs::read_to_string(&path).expect("the log");
    let other: String = text
        .lines()
        .map(|line| if line.contains("\"n\":3}") { " ".repeat(line.len()) + "\n" } else { line.to_owned() + "\n" })
        .collect();
    std::fs::write(&path, other).expect("written");
    let mut search = Search::new(index, query("n"), 0, KEPT);
    while !search.look(&opened, &mut |_| {}).expect("a readable store") {}
    assert_eq!((search.count(), search.lacks()), (9, Lacks { gone: 1, cut: 0 }));
}

/// A SQLite store and a log with the same odd payloads, opened.
fn odd_stores() -> Vec<(Arc<Opened>, EventIndex, tempfile::TempDir)> {
    let words = [
        "Red",
        "\\u0072ed",
        "r\\u0065d",
        "\\\\u0072ed",
        "x\\nred",
        "\\/red",
        "\u{212a}elvin",
        "\u{130}",
        "é",
        "12",
        "red green",
    ];
    let payload = |at: u64| {
        let word = words[at as usize % words.len()];
        match at / 11 % 9 {
            0 => format!("{{\"a\":\"{word}\",\"n\":{at}}}"),
            1 => format!("\"{word}\""),
            2 => format!("\"{{\\\"a\\\":\\\"{}\\\"}}\"", word.replace('\\', "\\\\")),
            3 => format!("[1, 2, {{\"{word}\" : null}}]"),
            4 => at.to_string(),
            5 => "null".to_owned(),
            6 => format!("{{\"long\":\"{}\"}}", format!("{word} ").repeat(if at == 70 { 60_000 } else { 3 })),
            7 => format!("{{\"a\":{}.5,\"b\":true}}", at),
            _ => "{}".to_owned(),
        }
    };
    let log = opened(payload, 1_200);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.db");
    let conn = rusqlite::Connection::open(&path).expect("a store");
    conn.execute_batch(
        "CREATE TABLE events(id, stream_id TEXT, version INTEGER, type TEXT, payload, metadata, position INTEGER PRIMARY KEY)",
    )
    .expect("a table");
    let mut insert = conn.prepare("INSERT INTO events VALUES (?1, ?2, ?3, 'T', ?4, ?5, ?6)").expect("a statement");
    for at in 0..900_u64 {
        let text = payload(at);
        let id: Box<dyn rusqlite::ToSql> = match at % 3 {
            0 => Box::new(format!("id-{at}")),
            1 => Box::new(vec![at as u8; 16]),
            // It begins like JSON, and is shown as a UUID.
            _ if at % 2 == 0 => Box::new(format!("{{{at:0>15}").into_bytes()),
            _ => Box::new(at as i64),
        };
        let data: Box<dyn rusqlite::ToSql> = match at % 7 {
            0 => Box::new(text.clone().into_bytes()),
            1 => Box::new(vec![0xff, 0xfe, at as u8]),
            2 if at % 4 == 0 => Box::new(f64::INFINITY),
            2 => Box::new(at as f64 / 3.0),
            // SQLite's own form of ["user"] and of [7978], which begin like JSON.
            3 if at % 4 == 0 => Box::new(b"\x5b\x47user".to_vec()),
            3 if at % 4 == 1 => Box::new(b"\x7b\x640x1F2A".to_vec()),
            3 => Box::new(format!("red\t{at}")),
            _ => Box::new(text.clone()),
        };
        let metadata = (at % 5 == 0).then(|| text.clone());
        insert
            .execute(rusqlite::params![id, format!("s-{}", at % 7), at as i64 / 7 + 1, data, metadata, at as i64 + 1])
            .expect("a row");
    }
    drop(insert);
    drop(conn);
    let mut choice = OpenChoice::default();
    let map = "stream=stream_id,version=version,type=type,data=payload,metadata=metadata,position=position,id=id";
    choice.map.add(map).expect("a mapping");
    let store = Arc::new(open(&Location::of(&path), folder.path(), &choice).expect("a store"));
    let index = Indexer::open(Arc::clone(&store)).and_then(|mut indexer| indexer.run()).expect("an index");
    vec![log, (store, index, folder)]
}

#[test]
fn what_is_sifted_first_finds_the_same() {
    for (opened, index, _folder) in odd_stores() {
        let texts = [
            "red",
            "RED",
            "kelvin",
            "u0072",
            "\"red green\"",
            "12",
            "1234",
            ".5",
            "id-99",
            "tred",
            "i",
            "nowhere",
            "\\n",
            "long red",
            "red type:t",
            "é",
            "0x",
            "fffe",
            "e",
            "33",
            "true",
        ];
        for text in texts {
            let plain = Search { sieve: None, ..Search::new(index.clone(), query(text), 0, KEPT) };
            let (wanted, all_wanted) = all(&opened, plain);
            let (found, all_found) = all(&opened, Search::new(index.clone(), query(text), 0, KEPT));
            assert_eq!(found, wanted, "{opened:?} {text}");
            assert_eq!(all_found, all_wanted, "{opened:?} {text}");
        }
    }
}

#[test]
fn few_rows_are_taken_apart_where_a_word_is_rare() {
    let (opened, index, _folder) = opened(|at| format!("{{\"n\":{at},\"sku\":\"item-{}\"}}", at % 2_999), 9_000);
    let mut search = Search::new(index, query("item-77"), 0, KEPT);
    let sifted = search.next(&opened).expect("a readable store");
    assert!(sifted.1 > 2_000 && sifted.0.len() < 100, "{} of {}", sifted.0.len(), sifted.1);
}
