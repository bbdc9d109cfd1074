//! What lies around the events or between them: compression, encodings, arrays. Each file
//! holds the same events, and each must say so.

use std::io::Write;
use std::path::Path;

use eventglass::model::Applied;
use serde_json::{Value, json};

use crate::support::{Chance, Place, Program, folder, jsonl, line, look, text};

fn events() -> Vec<Value> {
    (1..=30).map(|version| line(&format!("s-{}", version % 3), version, "Tüt 🚀", json!({"n": version}))).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("packed");
    out.finish().expect("packed")
}

/// One frame of raw blocks, as RFC 8878 describes it: the test needs no compressor.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58];
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    let parts: Vec<&[u8]> = bytes.chunks(60_000).collect();
    for (at, part) in parts.iter().enumerate() {
        let header = (part.len() as u32) << 3 | u32::from(at + 1 == parts.len());
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.extend_from_slice(part);
    }
    out
}

/// A zip of stored or deflated members, without a checksum: that is the unpacker's business.
pub fn zip(members: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes, deflated) in members {
        let packed = if *deflated {
            let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(bytes).expect("packed");
            packer.finish().expect("packed")
        } else {
            bytes.to_vec()
        };
        let method: u16 = if *deflated { 8 } else { 0 };
        let offset = out.len() as u32;
        let mut common = Vec::new();
        common.extend_from_slice(&[20, 0, 0, 0]);
        common.extend_from_slice(&method.to_le_bytes());
        common.extend_from_slice(&[0; 8]);
        common.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        common.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend_from_slice(&(members.len() as u16).to_le_bytes());
    }
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn utf16(text: &str, little_endian: bool, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    let units = format!("{mark}{text}");
    let bytes = |unit: u16| if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() };
    units.encode_utf16().flat_map(bytes).collect()
}

/// Every event, as the program tells it.
fn told(program: &Program, store: &str) -> Vec<Value> {
    program.json(&["events", store, "--json", "--stream", "s-1"])
}

#[test]
fn the_same_events_are_read_through_every_layer_and_form() {
    let (program, place) = (Program::new(), folder());
    let lines = jsonl(&events());
    let half = lines.len() / 2;
    let pretty: Vec<String> = events().iter().map(|event| serde_json::to_string_pretty(event).expect("JSON")).collect();
    let array = json!(events());
    let document = json!({"made": "2026-03-04", "by": ["a", "b"], "what": {"events": events()}});
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("plain.jsonl", lines.clone().into_bytes()),
        ("log.gz", gzip(lines.as_bytes())),
        // Members that meet in the middle of a line.
        ("members.gz", [gzip(&lines.as_bytes()[..half]), gzip(&lines.as_bytes()[half..])].concat()),
        ("log.zst", zstd(lines.as_bytes())),
        ("frames.zst", [zstd(&lines.as_bytes()[..half]), zstd(&lines.as_bytes()[half..])].concat()),
        ("both.gz", gzip(&zstd(lines.as_bytes()))),
        ("other.zst", zstd(&gzip(lines.as_bytes()))),
        ("one.zip", zip(&[("a/log.jsonl", lines.as_bytes(), true), ("a/.hidden", b"x", false)])),
        ("stored.zip", zip(&[("log.jsonl.gz", &gzip(lines.as_bytes()), false)])),
        ("le.jsonl", utf16(&lines, true, true)),
        ("be.jsonl", utf16(&lines.replace('\n', "\r\n"), false, true)),
        ("bare.jsonl", utf16(&lines, true, false)),
        ("packed16.gz", gzip(&utf16(&lines, true, true))),
        ("array.json", array.to_string().into_bytes()),
        ("pretty.json", serde_json::to_string_pretty(&array).expect("JSON").into_bytes()),
        ("rows.json", format!("[\n{}\n]\n", lines.trim_end().replace('\n', ",\n")).into_bytes()),
        ("document.json", document.to_string().into_bytes()),
        ("pretty-document.json", serde_json::to_string_pretty(&document).expect("JSON").into_bytes()),
        ("behind.json", pretty.join("\n").into_bytes()),
        ("touching.json", events().iter().map(Value::to_string).collect::<String>().into_bytes()),
        ("marked.jsonl", lines.replace('\n', "\n\u{feff}").into_bytes()),
    ];
    let wanted = {
        let store = place.path().join("wanted.jsonl");
        std::fs::write(&store, &lines).expect("a file");
        told(&program, &text(&store))
    };
    assert_eq!(wanted.len(), 10);
    for (name, bytes) in forms {
        let store = place.path().join(name);
        std::fs::write(&store, &bytes).expect("a file");
        // The second time it is already unpacked.
        for _ in 0..2 {
            assert_eq!(told(&program, &text(&store)), wanted, "{name}");
        }
        assert_eq!(std::fs::read(&store).expect("a file"), bytes, "{name} is as it was");
    }
    let left: Vec<_> = std::fs::read_dir(program.home.path().join("cache/unpacked"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(left.iter().all(|name| name.ends_with(".spool")) && left.len() == 12, "{left:?}");
}

/// Found by fuzzing: all lines are damaged, the first looks like names of columns, and the file
/// ends where a look at its beginning ends.
#[test]
fn a_file_as_long_as_the_first_look_is_taken_alike_in_every_encoding() {
    let (program, place) = (Program::new(), folder());
    let first = "{\"stream\":\"a-1\",\"version\":1,\"type\":\"T\",\"da}\n{\"stream_id\":\"b-1,\"type\":\"E\",\"position\":\"7\"}\n";
    let lines = format!("{first}{}", "{\"stream\":\"s-1\",\"version\":[}\n".repeat(3_000));
    let good = line("s-1", 1, "T", json!({})).to_string();
    for (len, end) in [(64 << 10, ""), ((64 << 10) - 1, ""), ((64 << 10) + 1, ""), (64 << 10, good.as_str())] {
        let text_of = format!("{}\n{end}", &lines[..len - 1]);
        let opened = ["plain", "utf16"].map(|name| {
            let store = place.path().join(name);
            let bytes = if name == "plain" { text_of.clone().into_bytes() } else { utf16(&text_of, true, true) };
            std::fs::write(&store, bytes).expect("a file");
            let out = program.run(&["events", &text(&store), "--json"]);
            let told = |text: &str| text.replace(name, "NAME").replace("UTF-16", "");
            (out.code, told(&out.out), told(&out.err))
        });
        assert_eq!(opened[0].0, opened[1].0, "{len} {opened:?}");
        assert_eq!(opened[0].1, opened[1].1, "{len}");
        assert!(!opened[0].2.contains("known by these columns"), "{:?}", opened[0].2);
        assert_eq!(opened[0].1.contains("s-1"), !end.is_empty(), "{opened:?}");
    }
}

#[test]
fn a_damaged_first_line_makes_no_other_form_of_a_log() {
    let place = folder();
    let events: Vec<Value> = (1..=6).map(|version| line("s-1", version, "T", json!({"n": version}))).collect();
    let log = jsonl(&events);
    let end = log.find('\n').expect("a line");
    // The end of the first line is another letter, and a quote is lost in the fourth.
    let fourth = log.match_indices('\n').nth(2).expect("a line").0 + 3;
    for letter in ["K", "{", "\"", "\\"] {
        let mut log = log.clone();
        log.replace_range(end..=end, letter);
        log.replace_range(fourth..=fourth, "x");
        let store = place.path().join("log.jsonl");
        std::fs::write(&store, log).expect("a file");
        let look = look(&store, place.path()).expect("a store");
        assert_eq!(look.findings("bad-line").len(), 2, "{letter}: {:?}", look.findings("bad-line"));
        assert_eq!(look.index.events(), 3, "{letter}");
    }
}

#[test]
fn a_sqlite_file_may_be_packed_too() {
    let (program, place) = (Program::new(), folder());
    let bank = std::fs::read(crate::support::bank("bank.db")).expect("the sample");
    let whole = program.json(&["info", &text(&crate::support::bank("bank.db")), "--json"]).remove(0);
    for (name, bytes) in [("bank.db.gz", gzip(&bank)), ("bank.zip", zip(&[("bank.db", &bank, true)]))] {
        let store = place.path().join(name);
        std::fs::write(&store, bytes).expect("a file");
        let info = program.json(&["info", &text(&store), "--json"]).remove(0);
        assert_eq!((&info["events"], &info["streams"]), (&whole["events"], &whole["streams"]), "{name}");
        assert_eq!(info["format"], "sqlite");
    }
}

#[test]
fn several_arrays_are_several_tables() {
    let (program, place) = (Program::new(), folder());
    let event = |stream: &str, version: i64| line(stream, version, "T", json!({}));
    let document = json!({"old": [event("o-1", 1)], "new": [event("n-1", 1), event("n-1", 2)], "users": [{"id": 1}]});
    let store = place.path().join("both.json");
    std::fs::write(&store, document.to_string()).expect("a file");
    let run = |table: Option<&str>| {
        let mut arguments = vec!["info".to_owned(), text(&store), "--json".to_owned()];
        arguments.extend(table.into_iter().flat_map(|table| ["--table".to_owned(), table.to_owned()]));
        program.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run(None).refused(1, "old has stream", "both.json --table new");
    assert_eq!(run(Some("new")).one()["events"], 2);
    assert_eq!(run(Some("old")).one()["events"], 1);
    run(Some("neu")).refused(1, "has no table neu; its tables are old, new, users", "--table new");
}

#[test]
fn a_file_that_ends_early_gives_what_it_has_and_says_so() {
    let place = folder();
    let mut chance = Chance(11);
    let noise: String = (0..4_000).map(|_| char::from(b'a' + chance.below(26) as u8)).collect();
    let lines: String = (1..=500)
        .map(|v| jsonl(&[line("s-1", v, "T", json!({"n": v, "fill": noise[chance.below(3_000)..]}))]))
        .collect();
    let packed = gzip(lines.as_bytes());
    let store = place.path().join("cut.gz");
    std::fs::write(&store, &packed[..packed.len() / 2]).expect("a file");
    let look = look(&store, place.path()).expect("a store");
    assert!((100..500).contains(&look.index.events()), "{}", look.index.events());
    let said = look.findings("truncated-tail");
    assert!(said.len() == 1 && said[0].contains("cannot be unpacked to its end"), "{said:?}");
    let mut fold = look.fold("s-1", None).expect("readable");
    let applied = Applied(look.index.events());
    assert_eq!(fold.at(applied).expect("readable").0, applied);
    drop((fold, look));
    let left = std::fs::read_dir(place.path().join("unpacked")).expect("a folder").count();
    assert_eq!(left, 0, "what is not whole is not kept");
}

#[test]
fn archives_of_several_files_are_named() {
    let (program, place) = (Program::new(), folder());
    let store = place.path().join("two.zip");
    let log = jsonl(&[line("a-1", 1, "T", json!({}))]);
    let member = |name| (name, log.as_bytes(), false);
    std::fs::write(&store, zip(&[member("a.jsonl"), member("b.jsonl")])).expect("a file");
    let info = |store: &Path| program.run(&["info", &text(store)]);
    info(&store).refused(1, "a zip archive of 2 stores: a.jsonl, b.jsonl", "b.jsonl && eventglass info b.jsonl");
    let tar = place.path().join("log.tar.gz");
    let mut block = vec![0; 1024];
    block[257..262].copy_from_slice(b"ustar");
    std::fs::write(&tar, gzip(&block)).expect("a file");
    info(&tar).refused(1, "it is a tar archive", "tar -xf FILE");
}

#[test]
fn what_stands_behind_an_array_is_read_or_said() {
    let (program, place) = (Program::new(), folder());
    let event = |stream: &str| format!("{{\"stream\":\"{stream}\",\"version\":1,\"type\":\"T\",\"data\":{{}}}}");
    let [a, b, c] = ["a-1", "b-1", "c-1"].map(event);
    for (name, content, streams, findings) in [
        ("two.json", format!("[{a},\n{b}]\n[\n{c}\n]\n"), 3, 0),
        ("then-lines.json", format!("[\n  {a}\n]\n{b}\n{c}\n"), 3, 0),
        ("then-noise.json", format!("[\n{a}\n]\nnoise\n"), 1, 1),
        ("nested.json", format!("[\n{a},\n[{b}]]"), 1, 1),
    ] {
        let store = place.path().join(name);
        std::fs::write(&store, content).expect("a file");
        let lines = program.json(&["check", &text(&store), "--json"]);
        let said = ["bad-line", "truncated-tail"];
        let bad = lines.iter().filter(|line| said.iter().any(|code| line["code"] == *code)).count();
        let info = program.json(&["info", &text(&store), "--json"]).remove(0);
        assert_eq!((info["streams"].as_i64(), bad), (Some(streams), findings), "{name}: {lines:?}");
    }
}

#[test]
fn what_unpacks_to_more_than_there_is_room_for_is_refused_before_it_is_unpacked() {
    let place = Place::new();
    let line = b"{\"stream\":\"s\",\"version\":1,\"type\":\"T\",\"data\":{}}\n";
    // A frame of one block as it stands, whose head says that it is a million TB long.
    let mut frame = b"\x28\xb5\x2f\xfd\xc0\x58".to_vec();
    frame.extend((1_u64 << 60).to_le_bytes());
    frame.extend(&((line.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    frame.extend(line);
    let store = place.write("log.jsonl.zst", frame);
    place.program.run(&["info", &store]).refused(1, "there is room for", "free some space");
    let left = std::fs::read_dir(place.program.home.path().join("cache/unpacked")).expect("a folder").count();
    assert_eq!(left, 0);
}
