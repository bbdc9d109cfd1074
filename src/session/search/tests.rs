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
