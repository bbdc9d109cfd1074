//! `search`: what it finds is what a plain look at every line finds.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::{Place, Program, append, bank, emmett, jsonl, line, root};

/// An event as `events --json` prints it, with payload and metadata as text.
#[derive(Deserialize)]
struct Event {
    stream: String,
    version: i64,
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    data: Box<RawValue>,
    metadata: Box<RawValue>,
}

impl Event {
    /// All that is searched.
    fn texts(&self) -> Vec<String> {
        let metadata = Some(self.metadata.get()).filter(|text| *text != "null");
        let all = [Some(self.kind.as_str()), self.id.as_deref(), Some(self.data.get()), metadata];
        all.into_iter().flatten().map(str::to_lowercase).collect()
    }
}

/// Stream and version of what is found, in order.
fn found(program: &Program, store: &str, words: &str) -> Vec<(String, i64)> {
    let rows = program.json(&["search", store, "--json", "--", words]);
    let place = |row: &Value| {
        (row["stream"].as_str().expect("a stream").to_owned(), row["version"].as_i64().expect("a version"))
    };
    let mut places: Vec<_> = rows.iter().map(place).collect();
    places.sort();
    places
}

#[test]
fn in_every_sample_store_what_is_found_is_what_its_events_say() {
    let program = Program::new();
    let stores = [
        "bank/bank.db",
        "castore/AWSDynamoDB",
        "kurrentdb/db",
        "library/lending.db",
        "marten/bank.dump",
        "messagedb/bank.dump",
        "modulith/workshop.dump",
        "orders/orders.db",
    ];
    for store in stores {
        let path = root().join("sample-stores").join(store);
        let path = path.to_str().expect("a path in UTF-8");
        let lines = program.run(&["events", path, "--stream", "$all", "--json"]).out;
        let events: Vec<Event> = lines.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
        let texts: Vec<Vec<String>> = events.iter().map(Event::texts).collect();
        let all: Vec<String> = texts.iter().map(|own| own.join(" ")).collect();
        let all: Vec<char> = all.join(" ").chars().collect();
        // Pieces of what is there, and words that are nowhere.
        let piece = |nth: usize| all.iter().skip(nth * 7_919 % all.len()).take(3 + nth % 7).collect::<String>();
        let is_word =
            |word: &String| !word.contains(['=', ' ']) && !word.starts_with(['/', '"']) && !word.contains(':');
        let words = (0..40).map(piece).filter(is_word).take(6);
        for word in words.chain(["zebra-77".to_owned(), "null".to_owned(), "É".to_owned()]) {
            let lower = word.to_lowercase();
            let has = |own: &&Vec<String>| own.iter().any(|text| text.contains(&lower));
            let wanted = events.iter().zip(&texts).filter(|(_, own)| has(own));
            let mut wanted: Vec<_> = wanted.map(|(event, _)| (event.stream.clone(), event.version)).collect();
            wanted.sort();
            assert_eq!(found(&program, path, &word), wanted, "{word:?} in {store}");
        }
    }
}

/// Two thousand lines, some of which have what the tests look for.
fn log(place: &Place) -> (String, String) {
    let events: Vec<Value> = (0..2_000)
        .map(|at| {
            let data = match at % 5 {
                0 => json!({"sku": format!("A-{}", at % 40), "lines": [{"sku": "B-1", "qty": at}]}),
                1 => json!({"note": "Two words, and a Needle", "paid": true}),
                2 => json!({"amount": 100, "url": "https://shop.example/a/b"}),
                3 => json!({"amount": 100.5, "lines": [{"sku": "A-17"}, {"sku": "A-18"}]}),
                _ => json!({"amount": at, "gone": null}),
            };
            let mut event =
                line(&format!("order-{}", at % 7), at / 7, if at % 2 == 0 { "Placed" } else { "Paid" }, data);
            event["id"] = json!(format!("id-{at}"));
            event["metadata"] = json!({"$correlationId": format!("c-{}", at / 10)});
            event
        })
        .collect();
    let text = jsonl(&events);
    (place.write("log.jsonl", &text), text)
}

#[test]
fn words_types_paths_and_expressions_find_what_a_count_of_lines_finds() {
    let place = Place::new();
    let (path, text) = log(&place);
    let program = Program::new();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let count = |words: &str| found(&program, &path, words).len();
    let lines = |has: &dyn Fn(&str) -> bool| text.lines().filter(|line| has(line)).count();
    let values = |has: &dyn Fn(&Value) -> bool| events.iter().filter(|event| has(event)).count();
    assert_eq!(count("needle"), lines(&|line| line.contains("Needle")));
    assert_eq!(count("NEEDLE type:PAID"), lines(&|line| line.contains("Needle") && line.contains("\"Paid\"")));
    assert_eq!(count("needle stream:order-3"), lines(&|line| line.contains("Needle") && line.contains("order-3")));
    assert_eq!(count("\"two words\""), lines(&|line| line.contains("Two words")));
    assert_eq!(count("words two"), lines(&|line| line.contains("Two words")));
    assert_eq!(count("id-1999"), 1);
    assert_eq!(count("shop.example/a/b"), lines(&|line| line.contains("shop.example")));
    assert_eq!(count("/lines/0/sku=A-17"), values(&|event| event["data"]["lines"][0]["sku"] == "A-17"));
    assert_eq!(count("/lines/1/sku=a-18"), values(&|event| event["data"]["lines"][1]["sku"] == "A-18"));
    assert_eq!(count("sku=A-35"), values(&|event| event["data"]["sku"] == "A-35"));
    assert_eq!(count("sku=B-1"), values(&|event| event["data"]["lines"][0]["sku"] == "B-1"));
    assert_eq!(count("amount=100"), values(&|event| event["data"]["amount"] == 100));
    assert_eq!(count("amount=100.0"), values(&|event| event["data"]["amount"] == 100));
    assert_eq!(count("amount=100.50"), values(&|event| event["data"]["amount"] == 100.5));
    assert_eq!(count("paid=true gone=null"), 0);
    assert_eq!(count("gone=null"), values(&|event| event["data"].get("gone").is_some()));
    assert_eq!(count("note=\"two words, and a needle\""), lines(&|line| line.contains("Two words")));
    assert_eq!(count("$correlationId=c-12"), 10);
    assert_eq!(count("/Ne+dle/"), lines(&|line| line.contains("Needle")));
    assert_eq!(count("/ne+dle/"), 0, "an expression has its own case");
    assert_eq!(count("/(?i)two w/ paid"), lines(&|line| line.contains("Two words")));
    assert_eq!(
        count("/\"qty\":1[05]\\b/"),
        values(&|event| [10, 15].iter().any(|qty| event["data"]["lines"][0]["qty"] == *qty))
    );
    assert_eq!(count("type:placed"), lines(&|line| line.contains("\"Placed\"")));
    // Each says where it is, and shows it.
    let hit = program.run(&["search", &path, "$correlationId=c-199", "--limit", "1", "--json"]);
    assert_eq!((hit.one()["in"].as_str(), hit.err.as_str()), (Some("metadata"), "… and 9 more\n"));
    assert_eq!(hit.one()["excerpt"], "{\"$correlationId\":\"c-199\"}");
    assert_eq!(program.run(&["search", &path, "id-7", "--limit", "1", "--json"]).one()["in"], "id");
    let text = program.run(&["search", &path, "needle", "--limit", "2"]).out;
    assert!(text.lines().count() == 2 && text.lines().all(|line| line.contains("and a Needle")), "{text}");
}

#[test]
fn what_the_file_spells_with_escapes_or_in_another_case_is_found() {
    let place = Place::new();
    let spelled: [&str; 2] =
        [r#"{"name": "Andr\u00e9", "place": "a\/b", "s": "\u0041bc"}"#, r#"{"name":"ANDRÉ","place":"A/B","s":"ABC"}"#];
    let lines = |data: &str| {
        format!(
            "{{\"stream\":\"s\",\"version\":1,\"type\":\"T\",\"data\":{data},\"metadata\":{{\"by\":\"J\\u00fcrgen\"}}}}\n"
        )
    };
    let program = Program::new();
    for (at, data) in spelled.iter().enumerate() {
        let log = place.write(&format!("{at}.jsonl"), lines(data));
        let db = place.path(&format!("{at}.db"));
        append(&emmett(&db, "DELETE", 4096), "s", 1, "T", data, 1);
        for store in [log.as_str(), db.to_str().expect("a path in UTF-8")] {
            for words in [
                "andré",
                "ANDRÉ",
                "a/b",
                "abc",
                "name=André",
                "/name=andré",
                "/(?i)andré/",
                "/(?i)A/B/",
                "\"name\":\"andr",
            ] {
                assert_eq!(found(&program, store, words).len(), 1, "{words} in {data}, {store}");
            }
        }
        assert_eq!(found(&program, &log, "jürgen").len(), 1);
        assert_eq!(found(&program, &log, "by=JÜRGEN").len(), 1);
    }
}

#[test]
fn what_cannot_be_understood_is_said_with_its_place() {
    let store = bank("bank.db");
    let store = store.to_str().expect("a path in UTF-8");
    let program = Program::new();
    let help = "put quotes around it to find it as it is";
    program.run(&["search", store, "paid /a(b/"]).refused(2, "at character 8, \"(\": unclosed group", help);
    program.run(&["search", store, "/é[z-a]/"]).refused(2, "at character 4, \"z-a\": ", help);
    program.run(&["search", store, "/\\w{1000}{1000}/"]).refused(2, "it is too large an expression", help);
    program.run(&["search", store, " "]).refused(2, "nothing is looked for", "give a word");
    program.run(&["search", store, "type:"]).refused(2, "nothing is looked for", "give a word");
}

#[test]
fn a_store_read_by_hand_is_searched_too() {
    let place = Place::new();
    let path = place.path("own.db");
    let conn = rusqlite::Connection::open(&path).expect("a new store");
    conn.execute_batch("CREATE TABLE log (name TEXT, no INTEGER, what TEXT, body)").expect("a table");
    for at in 0..5_000_i64 {
        // Rows lie apart, so that they are read one by one too.
        let body = if at % 50 == 0 { format!("{{\"n\":{at},\"w\":\"Needle\"}}") } else { "no JSON".to_owned() };
        let sql = "INSERT INTO log (rowid, name, no, what, body) VALUES (?1, ?2, ?3, 'Noted', ?4)";
        let rowid = if at < 2_500 { at + 1 } else { at * 100 };
        conn.execute(sql, (rowid, format!("s-{}", at % 3), at / 3, body)).expect("a row");
    }
    drop(conn);
    let program = Program::new();
    let path = path.to_str().expect("a path in UTF-8");
    let arguments = ["search", path, "--map", "stream=name,version=no,type=what,data=body", "--json", "--"];
    let count = |words: &str| program.json(&[&arguments[..], &[words]].concat()).len();
    assert_eq!(count("needle"), 100);
    assert_eq!(count("w=needle n=50"), 1);
    assert_eq!(count("\"no json\""), 4_900);
    assert_eq!(count("noted"), 5_000);
}
