//! The fast way and the slow way of searching find the same.

use proptest::prelude::*;

use super::*;
use crate::formats::{Location, OpenChoice, open};
use crate::session::{Indexer, StreamSource};

/// A log, for the way in which payloads of lines are shown.
fn log() -> &'static dyn Store {
    static LOG: std::sync::OnceLock<Arc<dyn Store>> = std::sync::OnceLock::new();
    let store = LOG.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, "{\"stream\":\"s\",\"version\":1,\"type\":\"T\",\"data\":1}\n").expect("written");
        open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store").store
    });
    &**store
}

fn slow(store: &dyn Store, payload: &[u8], word: &str) -> bool {
    to_text(&store.shown(payload, 0)).to_lowercase().contains(word)
}

fn fast(store: &dyn Store, payload: &[u8], word: &str) -> bool {
    let lower = payload.to_ascii_lowercase();
    let [one, other] = [true, false].map(|page| {
        let all_simple = page && is_simple(payload);
        let mut search = Search { store, as_stored: true, stored: StoredJson::new(all_simple) };
        search.finds(&Word::new(word.to_owned()), Some((payload, &lower)), 0)
    });
    assert_eq!(one, other, "{}", String::from_utf8_lossy(payload));
    one
}

/// Pieces of which payloads and words are made: JSON mostly, and mostly broken somewhere.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        " ",
        "\n",
        "\t",
        "a",
        "B",
        "12",
        "-0.5e3",
        "null",
        "true",
        "name",
        "\\n",
        "\\\"",
        "\\u0041",
        "\\/",
        "\\ud800",
        "é",
        "Σ",
        "İ",
        "ß",
        "K",
        "\"a\":1",
        "{\"b\" : [1, 2]}",
        "\u{7f}",
    ]);
    prop::collection::vec(piece, 0..14)
}

fn value(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1e3".to_owned()),
        prop::collection::vec(
            prop::sample::select(vec!["a", "Bc", " ", "é", "Σ", "İ", "\\n", "\\\"", "\\u00e9", "{", ":", ", "]),
            0..5
        )
        .prop_map(|parts| format!("\"{}\"", parts.concat())),
    ];
    leaf.prop_recursive(depth, 16, 4, |inner| {
        let blank = prop::sample::select(vec!["", " ", "\n  "]);
        (
            prop::collection::vec((prop::sample::select(vec!["a", "Name", "é", "a b"]), inner), 0..4),
            blank,
            any::<bool>(),
        )
            .prop_map(|(members, blank, list)| {
                let items: Vec<String> = members
                    .iter()
                    .map(|(key, value)| if list { value.clone() } else { format!("\"{key}\":{blank}{value}") })
                    .collect();
                let inside = items.join(&format!(",{blank}"));
                if list { format!("[{blank}{inside}]") } else { format!("{{{inside}{blank}}}") }
            })
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn stored_bytes_are_searched_as_what_they_show_would_be(
        text in prop_oneof![value(3), pieces().prop_map(|parts| parts.concat())],
        cut in any::<prop::sample::Index>(),
        length in 1usize..8,
        other in pieces(),
    ) {
        let store = log();
        let shown = to_text(&store.shown(text.as_bytes(), 0)).to_lowercase();
        // Words that are there, as stored and as shown, and words that mostly are not.
        let part = |text: &str| {
            let all: Vec<char> = text.chars().collect();
            let from = if all.is_empty() { 0 } else { cut.index(all.len()) };
            all.into_iter().skip(from).take(length).collect::<String>()
        };
        for word in [part(&shown), part(&text), other.concat()] {
            for word in word.split_whitespace().map(str::to_lowercase) {
                prop_assert_eq!(
                    fast(store, text.as_bytes(), &word), slow(store, text.as_bytes(), &word),
                    "{:?} in {:?}", word, text
                );
            }
        }
    }
}

#[test]
fn what_is_packed_or_no_text_is_searched_as_well() {
    let store = log();
    for payload in [&b"\xff\xfe{"[..], b"", b"12", b"\"Text\"", b"null", b"{", b"{\"a\":\"\xff\"}"] {
        for word in ["1", "text", "null", "$bytes", "a", "\"", "{", "\"{\""] {
            assert_eq!(fast(store, payload, word), slow(store, payload, word), "{word} in {payload:?}");
        }
    }
    let mut search = Search { store, as_stored: true, stored: StoredJson::new(false) };
    assert!(search.finds(&Word::new("ull".into()), None, 0) && !search.finds(&Word::new("x".into()), None, 0));
}

/// Runs the job to its end, a step at a time.
fn run(opened: &Arc<Opened>, rows: &StreamRows, stream: StreamId, text: &str) -> Vec<u32> {
    run_of(opened, rows, stream, text, None)
}

fn run_of(
    opened: &Arc<Opened>,
    rows: &StreamRows,
    stream: StreamId,
    text: &str,
    types: Option<BTreeSet<String>>,
) -> Vec<u32> {
    run_filter(opened, rows, stream, &Filter { types, ..Filter::words(text) })
}

fn run_filter(opened: &Arc<Opened>, rows: &StreamRows, stream: StreamId, filter: &Filter) -> Vec<u32> {
    let mut job = EventFilter::new(rows.clone(), stream, filter);
    while !job.step(opened, Duration::ZERO).expect("a readable store") {
        let Found::Places(places) = job.found() else { panic!("it failed") };
        assert!(places.is_sorted());
        assert!(job.progress().done <= job.progress().of);
    }
    assert_eq!(job.progress().done, rows.len());
    match job.found() {
        Found::Places(places) => places.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// What the words mean, said the plain way.
fn expected(source: &mut StreamSource, text: &str) -> Vec<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let holds = |event: &crate::model::RecordedEvent, word: &str| {
        let name = event.event_type.to_lowercase();
        match word.strip_prefix("type:") {
            Some(part) => name.contains(&part.to_lowercase()),
            None => {
                let word = word.to_lowercase();
                name.contains(&word)
                    || event.version.to_string() == word.trim_start_matches('v')
                    || to_text(&event.data).to_lowercase().contains(&word)
            }
        }
    };
    (0..source.rows().len())
        .filter(|at| {
            let event = source.event(*at).expect("a readable store").expect("an event");
            words.iter().all(|word| holds(&event, word))
        })
        .map(|at| at as u32)
        .collect()
}

const SEARCHES: [&str; 12] = [
    "needle",
    "NEEDLE 7",
    "type:odd",
    "type:odd needle",
    "v12",
    "12",
    "\"n\":12",
    "{\"n\":12,",
    "type:none",
    "é",
    "even",
    "null",
];

#[test]
fn every_way_of_reading_finds_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let conn = rusqlite::Connection::open(&path).expect("a new store");
    conn.execute_batch("CREATE TABLE events (stream TEXT, version INTEGER, type TEXT, data, UNIQUE (stream, version))")
        .expect("a table");
    let transaction = conn.unchecked_transaction().expect("a transaction");
    {
        let mut insert = transaction.prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4)").expect("a statement");
        // Rows lie thick in `near`, scattered in `far-n`, backwards in `back`.
        for at in 0..3_000i64 {
            let stream = match at {
                0..1_000 => "near".to_owned(),
                1_000..2_000 => format!("far-{}", at % 97),
                _ => "back".to_owned(),
            };
            let version = match at {
                0..1_000 => at,
                1_000..2_000 => at / 97,
                _ => 3_000 - at,
            };
            let data = match at % 5 {
                0 => format!("{{\"n\":{at},\"word\":\"Needle {}\"}}", at % 10),
                1 => format!("{{ \"n\" : {version}, \"é\": \"\\u006eeedle\" }}"),
                2 => format!("{{\"n\":{version},\"m\":0}}"),
                3 => "no JSON: needle".to_owned(),
                _ => "null".to_owned(),
            };
            let kind = if at % 2 == 0 { "Even" } else { "Odd" };
            insert.execute((stream, version, kind, data)).expect("a row");
        }
    }
    transaction.commit().expect("written");
    drop(conn);
    let columns = ["stream", "version", "type", "data"].map(|name| (name.to_owned(), name.to_owned()));
    let map = crate::dialect::MapOverride { table: None, columns: columns.into_iter().collect() };
    let choice = OpenChoice { map, ..OpenChoice::default() };
    let opened = Arc::new(open(&Location::of(&path), folder.path(), &choice).expect("a store"));
    let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
    for name in ["near", "far-5", "back"] {
        let stream = index.streams().find(name).expect("the stream");
        let mut source = StreamSource::open(&opened).expect("a source");
        source.select(index.rows_of(stream), stream);
        let rows = source.rows().clone();
        for text in SEARCHES {
            assert_eq!(run(&opened, &rows, stream, text), expected(&mut source, text), "{text} in {name}");
        }
    }
    // Rows that are gone since are shown with the payload null.
    let conn = rusqlite::Connection::open(&path).expect("the store");
    conn.execute("DELETE FROM events WHERE version % 3 = 0", []).expect("deleted");
    drop(conn);
    let stream = index.streams().find("near").expect("the stream");
    let mut source = StreamSource::open(&opened).expect("a source");
    source.select(index.rows_of(stream), stream);
    let rows = source.rows().clone();
    assert_eq!(run(&opened, &rows, stream, "null").len(), expected(&mut source, "null").len());
}

#[test]
fn lines_are_searched_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let lines: String = (0..700)
        .map(|at| {
            let kind = if at % 2 == 0 { "Even" } else { "Odd" };
            let data =
                if at % 3 == 0 { "\"Needle\"".to_owned() } else { format!("{{\"n\": {at}, \"é\":\"\\u0041\"}}") };
            format!("{{\"stream\":\"s\",\"version\":{at},\"type\":\"{kind}\",\"data\":{data}}}\n")
        })
        .collect();
    std::fs::write(&path, lines).expect("written");
    let opened = Arc::new(open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store"));
    let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
    let mut source = StreamSource::open(&opened).expect("a source");
    source.select(index.rows_of(StreamId(0)), StreamId(0));
    let rows = source.rows().clone();
    for text in SEARCHES {
        assert_eq!(run(&opened, &rows, StreamId(0), text), expected(&mut source, text), "{text}");
    }
    // The types that are wanted hold beside the words, by their whole names.
    for (types, text) in
        [(&["Odd"][..], ""), (&["Odd"], "needle"), (&["Odd", "Even"], "v12"), (&["odd", "Od"], ""), (&[], "")]
    {
        let wanted: BTreeSet<String> = types.iter().map(|name| (*name).to_owned()).collect();
        let is_wanted = |at: &u32| types.contains(if at.is_multiple_of(2) { &"Even" } else { &"Odd" });
        let expected: Vec<u32> = expected(&mut source, text).into_iter().filter(is_wanted).collect();
        assert_eq!(run_of(&opened, &rows, StreamId(0), text, Some(wanted)), expected, "{text} of {types:?}");
    }
}

#[test]
fn a_stretch_of_time_has_both_its_ends_and_no_event_without_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    // Every tenth has no time, and some clocks are late.
    let time =
        |at: i64| (at % 10 != 7).then(|| Time((1_780_000_000 + at - if at % 13 == 5 { 40 } else { 0 }) * 1_000_000));
    let line = |at: i64| {
        let time = time(at).map(|time| format!(",\"time\":\"{}\"", time.to_rfc3339())).unwrap_or_default();
        format!("{{\"stream\":\"s\",\"version\":{at},\"type\":\"T{}\"{time},\"data\":{{\"n\":{at}}}}}\n", at % 2)
    };
    std::fs::write(&path, (0..600).map(line).collect::<String>()).expect("written");
    let opened = Arc::new(open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store"));
    let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
    let rows = index.rows_of(StreamId(0));
    for (from, through) in
        [(None, None), (Some(100), None), (None, Some(100)), (Some(100), Some(300)), (Some(9), Some(2))]
    {
        let times = TimeSpan { from: from.and_then(time), through: through.and_then(time) };
        for (text, types) in [("", None), ("5", None), ("", Some(["T1".to_owned()].into()))] {
            let filter = Filter { types, times, ..Filter::words(text) };
            let found = run_filter(&opened, &rows, StreamId(0), &filter);
            let wanted = |at: &i64| {
                let is_in = match time(*at) {
                    Some(time) => {
                        times.from.is_none_or(|from| time >= from) && times.through.is_none_or(|end| time <= end)
                    }
                    None => from.is_none() && through.is_none(),
                };
                is_in && at.to_string().contains(text) && (filter.types.is_none() || at % 2 == 1)
            };
            let expected: Vec<u32> = (0..600).filter(wanted).map(|at| at as u32).collect();
            assert_eq!(found, expected, "{text} {from:?} to {through:?}");
        }
    }
}
