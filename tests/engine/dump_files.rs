//! Dumps as files, without the database they came from: damaged anywhere, cut anywhere, with
//! very many tables and rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::formats::OpenChoice;
use eventglass::model::Helpful;
use eventglass::model::json::to_text;

use crate::support::{Chance, Place, look_as, root, text};

/// A dump of eight events, of a table as Message DB has one.
fn dump(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/fuzz/corpus/dumps").join(name)).expect("a dump")
}

/// Every event by its stream and version, and whether anything was said.
struct Read {
    events: BTreeMap<String, String>,
    is_said: bool,
}

/// `Err`: it does not open, and says why and what to do.
fn read(path: &Path, cache: &Path) -> Result<Read, String> {
    let look = match look_as(path, cache, &OpenChoice::default()) {
        Ok(look) => look,
        Err(error) => {
            let (said, help) = (error.to_string(), error.help());
            assert!(!said.is_empty() && !help.is_empty(), "{error:?}");
            return Err(said);
        }
    };
    let mut events = BTreeMap::new();
    for id in look.index.streams().ids() {
        let mut source = look.source(id).expect("a source");
        for at in 0..source.rows().len() {
            let Some(event) = source.event(at).expect("read") else { continue };
            let (data, metadata) = (to_text(&event.data), to_text(&event.metadata));
            let key = format!("{} {}", event.stream, event.version);
            events.insert(key, format!("{} {data} {metadata}", event.event_type));
        }
    }
    Ok(Read { events, is_said: look.index.findings().total() > 0 })
}

/// A dump in each form, and from which byte on it holds rows.
fn forms() -> Vec<(&'static str, Vec<u8>, usize)> {
    let (copy, bare, custom) = (dump("copy.sql"), dump("bare.dump"), dump("custom.dump"));
    let find = |bytes: &[u8], text: &[u8]| memchr::memmem::find(bytes, text).expect("it is there");
    let rows = find(&copy, b"FROM stdin;\n") + 12;
    let packed = {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut out, &copy).expect("packed");
        out.finish().expect("packed")
    };
    let in_bare = find(&bare, b"1\t0\t2026-") - 5;
    let tar = dump("archive.tar");
    let in_tar = find(&tar, b"1\t0\t2026-");
    // In the custom format the rows are one stream of zlib, behind the table of contents.
    let zlib = (0..custom.len() - 1).rev().find(|at| custom[*at..].starts_with(b"\x78\x9c")).expect("zlib");
    vec![
        ("copy.sql", copy, rows),
        ("packed.sql.gz", packed, 10),
        ("bare.dump", bare, in_bare),
        ("custom.dump", custom, zlib),
        ("archive.tar", tar, in_tar),
    ]
}

/// Where there are rows most places are tried, elsewhere some.
fn is_tried(at: usize, rows: usize) -> bool {
    if (rows..rows + 1_200).contains(&at) { !at.is_multiple_of(3) } else { at % 23 == 7 }
}

#[test]
fn a_byte_changed_anywhere_in_a_dump_hides_no_neighbour_in_silence() {
    let mut chance = Chance(20_261_129);
    for (name, bytes, rows) in forms() {
        let place = Place::new();
        let cache = place.path("cache");
        let path = PathBuf::from(place.write(name, &bytes));
        let whole = read(&path, &cache).expect(name).events;
        assert_eq!(whole.len(), 8, "{name}");
        for at in (0..bytes.len()).filter(|at| is_tried(*at, rows)) {
            let mut harmed = bytes.clone();
            harmed[at] ^= match chance.below(3) {
                0 => 1 << chance.below(8),
                _ => 1 + chance.below(255) as u8,
            };
            std::fs::write(&path, &harmed).expect("written");
            let Ok(found) = read(&path, &cache) else { continue };
            let lost = whole.iter().filter(|(key, event)| found.events.get(*key) != Some(event)).count();
            // One row is hit; a line's end that is gone or new makes one of two, or two of one.
            assert!(at < rows || lost <= 2 || found.is_said, "{name}: byte {at} hides {lost} events");
            // Of a plain dump the others are there in any case.
            let is_plain = name == "copy.sql" && at < rows + 800;
            assert!(!is_plain || at < rows || lost <= 2, "{name}: byte {at} hides {lost} events");
        }
    }
}

#[test]
fn a_dump_cut_anywhere_gives_what_it_has_and_says_so() {
    for (name, bytes, rows) in forms() {
        let place = Place::new();
        let cache = place.path("cache");
        let path = PathBuf::from(place.write(name, &bytes));
        let whole = read(&path, &cache).expect(name).events;
        for len in (1..bytes.len()).filter(|len| is_tried(*len, rows)) {
            std::fs::write(&path, &bytes[..len]).expect("written");
            let Ok(found) = read(&path, &cache) else {
                // Of what is packed as a whole the first bytes may tell nothing of any table.
                assert!(len <= rows || name.ends_with(".gz"), "{name}: cut at {len} it does not open");
                continue;
            };
            let same = found.events.iter().all(|(key, event)| whole.get(key) == Some(event));
            assert!(same, "{name}: cut at {len} it gives other events");
            assert!(found.is_said || found.events.len() == whole.len(), "{name}: nothing says that it is cut at {len}");
        }
    }
}

// --- Many ----------------------------------------------------------------------------------

/// Rows of a table of events, `(position, stream, version, type, data)`, as INSERT statements
/// write them.
fn rows(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("({n},'s-{}',{},'T','{{\"n\":{n}}}')", n % 10, n / 10 + 1)).collect()
}

const MAP: [&str; 4] = ["--table", "ev", "--map", "stream=stream,version=version,type=type,data=data,position=pos"];

/// How many events the program counts, and whether it prints them all.
fn count(place: &Place, store: &str) -> usize {
    let run = |verb: &str| {
        let args: Vec<&str> = [verb, store, "--json"].into_iter().chain(MAP).collect();
        let run = place.program.run(&args);
        assert_eq!(run.code, 0, "{run:?}");
        run.out
    };
    let info: serde_json::Value = serde_json::from_str(&run("info")).expect("JSON");
    assert_eq!(info["findings"], 0, "{info}");
    let (count, printed) = (info["events"].as_u64().expect("a count") as usize, run("events").lines().count());
    assert_eq!(count, printed);
    count
}

#[test]
fn rows_of_insert_statements_are_all_read_however_they_are_grouped() {
    let place = Place::new();
    let rows = rows(10_000);
    let table = "CREATE TABLE ev (pos int, stream text, version int, type text, data text);\n";
    let mysql = format!("-- \n/*!40101 SET NAMES utf8mb4 */;\n{}", table.replace(" ev ", " `ev` "));
    let many = |by: usize, into: &str| -> String {
        rows.chunks(by).map(|rows| format!("INSERT INTO {into} VALUES {};\n", rows.join(","))).collect()
    };
    for (name, script) in [
        ("one.sql", format!("{mysql}{}", many(10_000, "`ev`"))),
        ("each.sql", format!("{table}{}", many(1, "ev"))),
        ("by-seven.sql", format!("{table}{}", many(7, "public.ev"))),
        ("conflict.sql", format!("{table}{}", many(7, "ev").replace(");\n", ") ON CONFLICT DO NOTHING;\n"))),
    ] {
        assert_eq!(count(&place, &place.write(name, script)), 10_000, "{name}");
    }
    // Statements of several tables in turn, and of one with its columns in another order.
    let mut mixed = table.replace(" ev ", " other ") + table;
    for (at, row) in rows.iter().enumerate() {
        mixed += &format!("INSERT INTO other VALUES {row};\nSET x = 1;\nINSERT INTO ev VALUES {row};\n");
        if at % 1_000 == 0 {
            let inside = row.trim_matches(['(', ')']).replacen(&format!("{at},"), "", 1);
            mixed +=
                &format!("INSERT INTO ev (stream, version, type, data, pos) VALUES ({inside},{});\n", 100_000 + at);
            mixed += "COPY other (pos, stream) FROM stdin;\nINSERT INTO ev VALUES (1\t2\n\\.\n";
        }
    }
    let store =
        place.write("mixed.sql", mixed.replace(",1,'T'", ",2000,'T'").replace("('s-0',2000,'T'", "('s-0',1,'T'"));
    let args: Vec<&str> = ["info", &store, "--json"].into_iter().chain(MAP).collect();
    let run = place.program.run(&args);
    assert!(run.out.contains("\"events\":10010"), "{run:?}");
}

/// An archive as pg_dump 15 writes one with `-Fc -Z0`: one table of many parts, each with a row.
fn archive_of_parts(count: usize) -> Vec<u8> {
    let int = |number: usize| [&[0][..], &(number as u32).to_le_bytes()].concat();
    let words = |text: &str| [int(text.len()), text.as_bytes().to_vec()].concat();
    let none = [1, 1, 0, 0, 0];
    let mut out = b"PGDMP\x01\x0e\x00\x04\x08\x01".to_vec();
    (0..8).for_each(|_| out.extend(int(0)));
    ["db", "15.0", "15.0"].iter().for_each(|text| out.extend(words(text)));
    let mut parts = vec![(
        "TABLE",
        "ev".to_owned(),
        "CREATE TABLE ev (pos int, stream text, version int, type text, data text) PARTITION BY LIST (pos);".to_owned(),
    )];
    for part in 0..count {
        let name = format!("part_{part}");
        parts.push((
            "TABLE",
            name.clone(),
            format!("CREATE TABLE {name} (pos int, stream text, version int, type text, data text);"),
        ));
        parts.push((
            "TABLE ATTACH",
            name.clone(),
            format!("ALTER TABLE ONLY ev ATTACH PARTITION {name} FOR VALUES IN ({part});"),
        ));
        parts.push(("TABLE DATA", name, String::new()));
    }
    out.extend(int(parts.len()));
    for (id, (kind, name, definition)) in parts.iter().enumerate() {
        out.extend(int(id + 1));
        out.extend(int(1));
        for text in ["0", "0", name, kind] {
            out.extend(words(text));
        }
        out.extend(int(2));
        out.extend(words(definition));
        out.extend(words(""));
        let copy = format!("COPY {name} (pos, stream, version, type, data) FROM stdin;\n");
        out.extend(words(if *kind == "TABLE DATA" { &copy } else { "" }));
        for text in ["", "", "", "me", "false"] {
            out.extend(words(text));
        }
        out.extend(none);
        // Where its rows are was not known: it went to a pipe.
        out.push(1);
        out.extend([0; 8]);
    }
    for (id, (kind, ..)) in parts.iter().enumerate() {
        if *kind == "TABLE DATA" {
            let n = id / 3;
            out.push(1);
            out.extend(int(id + 1));
            out.extend(words(&format!("{n}\ts-{}\t{}\tT\t{{\"n\":{n}}}\n", n % 10, n / 10 + 1)));
            out.extend(words("\\.\n\n\n"));
            out.extend(int(0));
        }
    }
    out
}

#[test]
#[cfg(unix)]
fn an_archive_of_a_thousand_parts_is_read_with_few_handles() {
    let place = Place::new();
    let store = place.write("parts.dump", archive_of_parts(1_000));
    let program = env!("CARGO_BIN_EXE_eventglass");
    let limited = format!("ulimit -n 64; '{program}' info '{store}' --json {}", MAP.join(" "));
    let mut command = std::process::Command::new("sh");
    let output = command.args(["-c", &limited]).env("EVENTGLASS_HOME", place.program.home.path()).output().expect("sh");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"events\":1000"), "{said}");
    assert_eq!(count(&place, &store), 1_000);
}

#[test]
fn a_damaged_part_of_an_archive_hides_no_other() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).expect("a folder");
    // A directory's table of contents is that of a tar.
    let tar = dump("archive.tar");
    let member = |name: &str| {
        let at = memchr::memmem::find(&tar, format!("{name}\0").as_bytes()).expect("a member");
        let digits = std::str::from_utf8(&tar[at + 124..at + 135]).expect("digits");
        let len = usize::from_str_radix(digits, 8).expect("octal");
        tar[at + 512..at + 512 + len].to_vec()
    };
    place.write("folder/toc.dat", member("toc.dat"));
    let folder = text(&place.path("folder"));
    let run = place.program.run(&["info", &folder]);
    assert!(run.code == 0 && run.out.contains("cannot be read"), "the missing file is named: {run:?}");
}

#[test]
fn what_is_no_table_is_passed_over_with_a_word() {
    let place = Place::new();
    let table = "CREATE TABLE ev (pos int, stream text, version int, type text, data text);\n";
    let row = "INSERT INTO ev VALUES (1,'s',1,'T','{}');\n";
    for (script, word) in [
        (format!("{table}CNPY ev (pos) FROM stdin;\n{row}"), "is no statement: CNPY ev (pos) FROM stdin;"),
        (format!("-- PostgreSQL database dump\n{table}{row}"), "lacks the line with which its tool ends one"),
    ] {
        let store = place.write("dump.sql", &script);
        let args: Vec<&str> = ["info", &store].into_iter().chain(MAP).collect();
        let run = place.program.run(&args);
        assert!(run.code == 0 && run.out.contains(word) && run.out.contains("events     1"), "{run:?}");
    }
}

// --- Large objects ---------------------------------------------------------------------------

/// Places of a dump of large objects that are tried.
const TRIED_OBJECTS: usize = 160;

#[test]
fn large_objects_that_are_cut_or_harmed_are_not_shown_as_if_they_were_whole_in_silence() {
    let mut chance = Chance(20_261_130);
    for name in ["objects.sql", "objects.dump", "objects.tar"] {
        let place = Place::new();
        let (cache, bytes) = (place.path("cache"), dump(name));
        let path = PathBuf::from(place.write(name, &bytes));
        let whole = read(&path, &cache).expect(name);
        assert!(whole.events.len() == 8 && !whole.is_said, "{name}");
        assert!(whole.events["lamp-1 2"].ends_with(&format!("{} {}", "glow ".repeat(15) + "\"}", "{\"by\":\"ann\"}")));
        let whole = whole.events;
        // Before them stands which table they are of; the packed ones begin behind the contents.
        let begins = |text: &[u8]| memchr::memmem::find(&bytes, text);
        let rows = begins(b"1\t0\t2026-").or(begins(b"\x78\x9c")).expect("rows");
        let apart = ((bytes.len() - rows) / TRIED_OBJECTS).max(1) | 1;
        for len in (rows..bytes.len()).step_by(apart) {
            std::fs::write(&path, &bytes[..len]).expect("written");
            let Ok(found) = read(&path, &cache) else { continue };
            let same = found.events.iter().all(|(key, event)| whole.get(key) == Some(event));
            assert!(
                found.is_said || same && found.events.len() == whole.len(),
                "{name}: nothing says that it is cut at {len}"
            );
        }
        for at in (rows + apart / 2..bytes.len()).step_by(apart) {
            let mut harmed = bytes.clone();
            harmed[at] ^= 1 + chance.below(255) as u8;
            std::fs::write(&path, &harmed).expect("written");
            let Ok(found) = read(&path, &cache) else { continue };
            let lost = whole.iter().filter(|(key, event)| found.events.get(*key) != Some(event)).count();
            assert!(lost <= 2 || found.is_said, "{name}: byte {at} hides {lost} events");
        }
    }
}

#[test]
fn large_objects_are_written_in_the_ways_of_every_version() {
    let place = Place::new();
    let before = "-- PostgreSQL database dump\n";
    let table = "CREATE TABLE ev (pos int, stream text, version int, type text, data oid);
COPY ev (pos, stream, version, type, data) FROM stdin;\n1\ts\t1\tT\t16387\n\\.\n";
    let after = "-- PostgreSQL database dump complete\n";
    let open = "SELECT pg_catalog.lo_open('16387', 131072);\n";
    let write = |text: &str| format!("SELECT pg_catalog.lowrite(0, {text});\n");
    let close = "SELECT pg_catalog.lo_close(0);\n";
    let off = "SET standard_conforming_strings = off;\n";
    let said = |script: String| {
        let store = place.write("dump.sql", format!("{before}{script}{after}"));
        let all = |verb: &[&str]| {
            let args: Vec<&str> = [verb[0], &store].into_iter().chain(verb[1..].iter().copied()).chain(MAP).collect();
            let run = place.program.run(&args);
            assert_eq!(run.code, 0, "{run:?}");
            run.out
        };
        let event: serde_json::Value =
            serde_json::from_str(all(&["events", "--json"]).lines().next().expect("a line")).expect("JSON");
        (event["data"].to_string(), all(&["check"]))
    };
    // {"a":"it's \ é"}
    let hex = "7b2261223a22697427732c205c5c20c3a9227d";
    for script in [
        format!("{table}{open}{}{close}", write(&format!("'\\x{hex}'"))),
        format!(
            "{table}{open}{}{}{}{close}",
            write(&format!("'\\x{}'", &hex[..10])),
            write("'\\x'"),
            write(&format!("'\\x{}'", &hex[10..]))
        ),
        format!("{off}{table}{open}{}{close}", write(&format!("'\\\\x{hex}'"))),
        format!("{off}{table}{open}{}{close}", write(r#"'{"a":"it''s, \\\\\\\\ \\303\\251"}'"#)),
        format!("{table}{open}{}{close}", write(r#"E'{"a":"it''s, \\\\\\\\ \\303\\251"}'"#)),
        format!(
            "{table}{}{}{close}",
            open.replace("'16387'", "pg_catalog.lo_create('16387')"),
            write(&format!("'\\x{hex}'"))
        ),
        // The rows may come last.
        format!("{open}{}{close}{table}", write(&format!("'\\x{hex}'"))).replace("pg_catalog.", ""),
    ] {
        let (data, check) = said(script.clone());
        assert_eq!(data, r#"{"a":"it's, \\ é"}"#, "{script}");
        assert!(check.contains("nothing odd"), "{script}: {check}");
    }
    let good = write(&format!("'\\x{hex}'"));
    for (script, word) in [
        (format!("{table}{open}{good}"), "the large object 16387 is not whole in the dump"),
        (format!("{table}{open}{good}SELECT 1;\n{close}"), "the large object 16387 is not whole in the dump"),
        (
            format!("{table}{open}{}{good}{close}", good.replace("0, ", "1, ")),
            "the large object 16387 is not whole in the dump",
        ),
        (format!("{table}{open}{}{close}", write("'\\x7b2'")), "the large object 16387 cannot be read: it is damaged"),
        (format!("{table}{open}{}{close}", write("'\\x7bzz'")), "the large object 16387 cannot be read: it is damaged"),
        (
            format!("{table}{open}{}{close}", write("decode('7b', 'hex')")),
            "the large object 16387 cannot be read: it is damaged",
        ),
    ] {
        let (data, check) = said(script.clone());
        assert_eq!(data, "16387", "{script}");
        assert!(check.contains(word), "{script}: {check}");
    }
    let (data, check) = said(format!("{table}{open}{}{close}{open}{good}{close}", write("'\\x7b7d'")));
    assert_eq!(data, r#"{"a":"it's, \\ é"}"#);
    assert!(check.contains("the large object 16387 is in the dump twice, the last one counts"), "{check}");
    // Nothing points to it: nothing is said of it.
    let (data, check) = said(format!("{}{open}{good}", table.replace("data oid", "data int")));
    assert!(data == "16387" && check.contains("nothing odd"), "{data} {check}");
}

// --- As they lie about -----------------------------------------------------------------------

#[test]
fn rows_without_names_are_message_dbs_where_their_values_say_so() {
    let place = Place::new();
    let rows = String::from_utf8(dump("rows.copy")).expect("text");
    let before: String = rows
        .lines()
        .map(|row| {
            let f: Vec<&str> = row.split('\t').collect();
            [f[7], f[3], f[4], f[1], f[0], f[5], f[6], f[2]].join("\t") + "\n"
        })
        .collect();
    for (name, text) in [("messages.tsv", rows.clone()), ("before-1-2-4.copy", before)] {
        let run = place.program.run(&["events", &place.write(name, text), "--json", "--stream", "lamp-0"]);
        let last: serde_json::Value = serde_json::from_str(run.out.lines().last().expect("a line")).expect("JSON");
        assert_eq!(
            (&last["version"], &last["type"], &last["metadata"]["by"]),
            (&1.into(), &"Put".into(), &"ann".into())
        );
    }
    // One value of another kind: it is asked.
    let other = place.write("other.tsv", rows.replace("\t1\t2026", "\tone\t2026"));
    place.program.run(&["info", &other]).refused(1, "no framework is known by these columns", "--map");
}

/// A tar of these files, each with its path.
fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        let mut head = [0; 512];
        // A name that does not fit stands in a block before.
        let fits = name.len() <= 100;
        if !fits {
            out.extend(tar(&[("././@LongLink".to_owned(), [name.as_bytes(), b"\0"].concat())]));
            let at = out.len() - 1_024;
            out[at + 156] = b'L';
        }
        let short = &name.as_bytes()[..name.len().min(100)];
        head[..short.len()].copy_from_slice(short);
        head[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        head[156] = b'0';
        head[257..265].copy_from_slice(b"ustar\x0000");
        out.extend(head);
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out
}

#[test]
fn a_folder_in_an_archive_is_the_folder() {
    let place = Place::new();
    let db = root().join("sample-stores/kurrentdb/db");
    let told = |store: &str| {
        let run = place.program.run(&["streams", store, "--json"]);
        assert_eq!(run.code, 0, "{store}: {run:?}");
        run.out
    };
    let wanted = told(&text(&db));
    let deep = "a/rather/long/path/".repeat(6);
    for (prefix, name) in [("", "flat.tar"), ("./backup/db/", "in-folders.tar"), (&*deep, "deep.tar")] {
        let mut files = vec![("backup/readme.txt".to_owned(), b"made by night".to_vec())];
        for entry in std::fs::read_dir(&db).expect("the sample").flatten().filter(|entry| entry.path().is_file()) {
            let file = entry.file_name().to_string_lossy().into_owned();
            files.push((format!("{prefix}{file}"), std::fs::read(entry.path()).expect("a file")));
        }
        files.push(("../outside.txt".to_owned(), b"no".to_vec()));
        let packed = tar(&files);
        let store = place.write(name, &packed);
        assert_eq!(told(&store), wanted, "{name}");
        assert_eq!(told(&store), wanted, "{name}, again from the cache");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, &packed).expect("packed");
        assert_eq!(told(&place.write(&format!("{name}.gz"), gzip.finish().expect("packed"))), wanted, "{name}.gz");
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::STORE);
        for (name, bytes) in files.iter().filter(|(name, _)| !name.starts_with("..")) {
            zip.start_file(name.as_str(), stored).expect("a member");
            std::io::Write::write_all(&mut zip, bytes).expect("packed");
        }
        let packed = zip.finish().expect("packed").into_inner();
        assert_eq!(told(&place.write(&format!("{name}.zip"), packed)), wanted, "{name}.zip");
    }
    let left = std::fs::read_dir(place.program.home.path().join("cache/unpacked")).expect("the cache").flatten();
    let half = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("unpacking-")).count();
    assert_eq!(half, 0, "nothing is left half done");
    assert!(!place.path("outside.txt").exists() && !place.program.home.path().join("cache/outside.txt").exists());
}

/// The sample's files, in a folder of that name.
fn data_folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let db = std::fs::read_dir(root().join("sample-stores/kurrentdb/db")).expect("the sample").flatten();
    let mut files: Vec<PathBuf> = db.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    let named = |path: PathBuf| format!("{name}/{}", path.file_name().expect("a name").to_string_lossy());
    files.into_iter().map(|path| (named(path.clone()), std::fs::read(path).expect("a file"))).collect()
}

#[test]
fn several_folders_in_one_archive_are_asked_about() {
    let place = Place::new();
    let files = [data_folder("nodes/a"), data_folder("nodes/b")].concat();
    let packed = place.write("two.tar", tar(&files));
    let run = place.program.run(&["info", &packed]);
    run.refused(1, "is a tar archive of 2 stores: nodes/a/, nodes/b/", "two.tar nodes/b/ && eventglass info nodes/b/");
    let members: Vec<(&str, &[u8], bool)> = files.iter().map(|(name, bytes)| (&**name, &**bytes, true)).collect();
    let packed = place.write("two.zip", crate::layers::zip(&members));
    let run = place.program.run(&["info", &packed]);
    run.refused(1, "is a zip archive of 2 stores: nodes/a/, nodes/b/", "'nodes/b/*' && eventglass info nodes/b/");
}

#[test]
fn a_folder_in_an_archive_that_ends_early_is_read_to_there_with_a_finding() {
    let place = Place::new();
    let packed = tar(&data_folder("db"));
    let zipped = crate::layers::gzip(&packed);
    let mut lies = packed.clone();
    let last = memchr::memmem::rfind(&lies, b"ustar").expect("a head") - 257;
    lies[last + 124..last + 136].copy_from_slice(&[0xff; 12]);
    let mut flipped = zipped.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 1;
    for (name, bytes) in [
        ("cut.tar", &packed[..packed.len() - 700]),
        ("cut.tgz", &zipped[..zipped.len() - 3_000]),
        ("end.tgz", &zipped[..zipped.len() - 6]),
        ("sum.tgz", &flipped),
        ("lies.tar", &lies),
    ] {
        let store = place.write(name, bytes);
        for time in ["first", "again, from the cache"] {
            let run = place.program.run(&["check", &store]);
            assert!(run.code == 0 && run.out.contains("it cannot be unpacked to its end: "), "{name} {time}: {run:?}");
            assert!(run.out.contains("events in"), "{name} {time}: {run:?}");
        }
    }
}

#[test]
fn a_folder_names_the_file_in_it_that_is_a_store() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).expect("a folder");
    let folder = text(&place.path("folder"));
    place.write("folder/expected.json", "{\"streams\": {\"a\": 1}}");
    place.program.run(&["info", &folder]).refused(1, "is a folder", "name the store's file inside it");
    place.write("folder/messages.sql", dump("copy.sql"));
    place.program.run(&["info", &folder]).refused(1, "is a folder", "messages.sql");
}

#[test]
fn numbers_and_bits_are_the_same_in_every_form_of_a_dump() {
    let place = Place::new();
    let table = "CREATE TABLE ev (pos bigint, stream text, version integer, type text, half double precision,
        amount numeric(40,4), bits bit(5));\n";
    let copy = "COPY ev (pos, stream, version, type, half, amount, bits) FROM stdin;
1\ts\t1\tT\t1.5\t10.5000\t00101
2\ts\t2\tT\tNaN\t123456789012345678901234567890.5\t00000
3\ts\t3\tT\t-0\t5\t\\N
\\.
";
    let insert = "INSERT INTO ev VALUES (1, 's', 1, 'T', 1.5, 10.5000, B'00101');
INSERT INTO ev VALUES (2, 's', 2, 'T', 'NaN', 123456789012345678901234567890.5, B'00000');
INSERT INTO ev VALUES (3, 's', 3, 'T', -0, 5, NULL);
";
    let wanted = [
        r#""data":{"half":1.5,"amount":10.5000,"bits":"00101"},"#,
        r#""data":{"half":"NaN","amount":123456789012345678901234567890.5,"bits":"00000"},"#,
        r#""data":{"half":-0,"amount":5,"bits":null},"#,
    ];
    for (name, rows) in [("copy.sql", copy), ("insert.sql", insert)] {
        let store = place.write(name, format!("-- PostgreSQL database dump\n{table}{rows}"));
        let map = "stream=stream,version=version,type=type,position=pos";
        let run = place.program.run(&["events", &store, "--json", "--table", "ev", "--map", map]);
        assert_eq!(run.out.lines().count(), wanted.len(), "{name}: {run:?}");
        for (line, wanted) in run.out.lines().zip(wanted) {
            assert!(line.contains(wanted), "{name}: {line}");
        }
    }
}
