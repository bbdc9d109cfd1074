//! Dumps, against the database that they were made of: a real PostgreSQL, started here, and its
//! own tools.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eventglass::model::json::{parse_text, to_text};
use serde_json::Value;

use crate::support::{Chance, Place, folder, text};
use tempfile::TempDir;

/// A PostgreSQL of its own, reached through a socket in its folder; stopped when it is dropped.
struct Postgres {
    tools: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// `None` where `tests/postgres/setup.sh` was not run; `.ci/run` does.
    fn start() -> Option<Postgres> {
        let Ok(tools) = std::env::var("EVENTGLASS_POSTGRES") else {
            println!("EVENTGLASS_POSTGRES is not set: no PostgreSQL to ask");
            return None;
        };
        let server = Postgres { tools: PathBuf::from(tools), folder: folder() };
        let data = server.path("data");
        if is_root() {
            // The server refuses to run as root.
            let owned = Command::new("chown").arg("nobody").arg(server.folder.path()).status().expect("chown");
            assert!(owned.success());
        }
        server.run(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"],
        );
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off", server.socket());
        server.run("pg_ctl", &["-D", &data, "-w", "-t", "120", "-l", &server.path("log"), "-o", &options, "start"]);
        Some(server)
    }

    fn path(&self, name: &str) -> String {
        text(&self.folder.path().join(name))
    }

    fn socket(&self) -> String {
        text(self.folder.path())
    }

    /// One of its programs, as a user who may run it.
    fn command(&self, program: &str) -> Command {
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "nobody", "--", "env"]);
                command
            }
            false => Command::new("env"),
        };
        let bin = text(&self.tools.join("bin"));
        let path = format!("PATH={bin}:{}", std::env::var("PATH").unwrap_or_default());
        let host = format!("PGHOST={}", self.socket());
        command.current_dir(self.folder.path()).args([&path, &host, "PGUSER=postgres", "HOME=/", program]);
        command
    }

    /// What the program writes.
    fn run(&self, program: &str, args: &[&str]) -> String {
        let mut command = self.command(program);
        // What a server that stays writes would keep the pipe open.
        let output = match program {
            "pg_ctl" => command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).output(),
            _ => command.args(args).output(),
        };
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program} {args:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn sql(&self, database: &str, sql: &str) -> String {
        std::fs::write(self.folder.path().join("script.sql"), sql).expect("a script");
        self.run("psql", &["-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", &self.path("script.sql")])
    }

    /// Dumps of a database, in every form that its tools know.
    fn dumps(&self, database: &str, table: &str) -> Vec<String> {
        let forms: [(&str, &[&str]); 13] = [
            ("plain.sql", &[]),
            ("inserts.sql", &["--inserts"]),
            ("named.sql", &["--column-inserts"]),
            ("rows.sql", &["--rows-per-insert=7"]),
            ("data.sql", &["--data-only"]),
            ("data-inserts.sql", &["--data-only", "--column-inserts"]),
            ("root.sql", &["--load-via-partition-root"]),
            ("plain.sql.gz", &["-Z6"]),
            ("custom.dump", &["-Fc"]),
            ("bare.dump", &["-Fc", "-Z0"]),
            ("inserts.dump", &["-Fc", "--inserts"]),
            ("folder", &["-Fd"]),
            ("archive.tar", &["-Ft"]),
        ];
        let mut files = Vec::new();
        for (name, options) in forms {
            let path = self.path(&format!("{database}-{name}"));
            let args: Vec<&str> = options.iter().copied().chain(["-d", database, "-f", &path]).collect();
            self.run("pg_dump", &args);
            files.push(path);
        }
        // A pipe: the archive cannot say where its blocks are.
        let piped = self.path(&format!("{database}-piped.dump"));
        let output = self.command("pg_dump").args(["-Fc", "-d", database]).output().expect("pg_dump");
        std::fs::write(&piped, output.stdout).expect("a file");
        files.push(piped);
        let csv = self.path(&format!("{database}.csv"));
        self.sql(database, &format!("copy (select * from {table}) to '{csv}' with (format csv, header)"));
        files.push(csv);
        files
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.path("data");
        // It may not have started.
        let _ = self.command("pg_ctl").args(["-D", &data, "-m", "immediate", "stop"]).output();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id");
    output.stdout.trim_ascii() == b"0"
}

/// Texts that dumps must escape.
const HARD: [&str; 10] = [
    "tab\tand\nline\r\nends",
    "a\\b \\N \\. \\x41 \\101",
    "it's \"quoted\" ''twice''",
    "Žluťoučký kůň 日本 🚋",
    "$$ not a quote $tag$",
    "); insert into x values (1); --",
    "/* no comment */ -- nor this",
    "",
    "\u{1}\u{7f}\u{85}\u{2028}",
    "COPY x FROM stdin;\n\\.\n",
];

/// One event as one line, its JSON in one spelling.
fn spelled(line: &str) -> Value {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    for member in ["data", "metadata"] {
        let found = event.as_object().and_then(|all| all.get(member)).map(ToString::to_string).unwrap_or_default();
        event[member] = Value::from(to_text(&parse_text(&found).node));
    }
    event
}

#[test]
fn a_dump_of_message_db_says_what_the_database_says() {
    let Some(server) = Postgres::start() else { return };
    let install = text(&server.tools.join("message-db/database/install.sh"));
    server.run("bash", &[&install]);

    let mut chance = Chance(41);
    let mut script = String::from("set search_path to message_store, public;\n");
    for number in 0..400 {
        let stream = ["account", "account:command", "transfer", "lamp"][chance.below(4)];
        let stream = format!("{stream}-{}", chance.below(12));
        let hard = HARD[chance.below(HARD.len())];
        let data = serde_json::json!({"n": number, "text": hard, "large": "x".repeat(chance.below(300))});
        let data = data.to_string().replace("\"n\":", "\"big\":123456789012345678901234567890,\"exact\":10.50,\"n\":");
        let metadata = match chance.below(3) {
            0 => "null".to_owned(),
            1 => "'{}'".to_owned(),
            _ => quoted(&serde_json::json!({"correlationStreamName": stream, "properties": {"k": hard}}).to_string()),
        };
        let kind = ["Opened", "Moved", "Closed"][chance.below(3)];
        script += &format!(
            "select write_message(gen_random_uuid()::text, {}, '{kind}', {}, {metadata});\n",
            quoted(&stream),
            quoted(&data.to_string())
        );
    }
    server.sql("message_store", &script);
    server.sql(
        "message_store",
        "delete from message_store.messages where global_position % 41 = 0;
         update message_store.messages set time = '2026-01-01 00:00:00'::timestamp + global_position * interval '1.000007 minutes';
         update message_store.messages set data = null where global_position % 67 = 0;",
    );
    let wanted = server.sql(
        "message_store",
        "select json_build_object('stream', stream_name, 'version', position, 'position', global_position, 'id', id,
            'type', type, 'data', data, 'metadata', metadata)::text from message_store.messages order by time",
    );
    let wanted: Vec<Value> = wanted.lines().map(spelled).collect();
    assert!(wanted.len() > 300, "{}", wanted.len());
    for path in server.dumps("message_store", "message_store.messages") {
        compare(&path, &[], &wanted, "message-db");
    }
}

/// The text as a constant of SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The program's events of a store are these, and its streams are as long as they should be.
fn compare(path: &str, options: &[&str], wanted: &[Value], dialect: &str) {
    let place = Place::new();
    let all = |verb: &str| {
        let args: Vec<&str> = [verb, path, "--json"].iter().chain(options).copied().collect();
        let run = place.program.run(&args);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        run.out
    };
    let info: Value = serde_json::from_str(&all("info")).expect("JSON");
    assert_eq!(info["dialect"], dialect, "{path}");
    assert_eq!(info["events"], wanted.len(), "{path}");
    let found: Vec<Value> = all("events").split_terminator('\n').map(spelled).collect();
    assert_eq!(found.len(), wanted.len(), "{path}");
    for (found, wanted) in found.iter().zip(wanted) {
        for (member, value) in wanted.as_object().expect("an object") {
            assert_eq!(&found[member], value, "{path}: {member} of {found}");
        }
    }
}

#[test]
fn rows_of_partitions_and_children_are_their_parents() {
    let Some(server) = Postgres::start() else { return };
    server.run("createdb", &["ledger"]);
    let mut chance = Chance(17);
    let mut script = String::from(
        "create schema \"Odd Names\";
         set search_path to \"Odd Names\";
         create table entries (
            seq bigint not null, \"Subject Id\" uuid not null, version integer not null, kind text not null,
            body bytea, made timestamptz not null, done boolean not null, amount numeric,
            twice numeric generated always as (amount * 2) stored, words text[], primary key (seq, done)
         ) partition by list (done);
         create table entries_done partition of entries for values in (true);
         create table entries_open partition of entries for values in (false);
         create table calendar (id int, events text);
         insert into calendar values (1, 'INSERT INTO entries VALUES (1);');
         create table old (like entries excluding generated);
         create function noise() returns text language sql as $body$ select 'COPY entries (seq) FROM stdin;' $body$;\n",
    );
    for number in 1..=200_i64 {
        let subject = format!("00000000-0000-4000-8000-{:012}", chance.below(9));
        let hard = HARD[chance.below(HARD.len())];
        let body = serde_json::json!({"n": number, "text": hard}).to_string();
        script += &format!(
            "insert into entries values ({number}, '{subject}', (select count(*) + 1 from entries where \"Subject Id\" = '{subject}'),
                'Kind{}', convert_to({}, 'UTF8'), '2026-01-01 00:00:00+05:30'::timestamptz + {number} * interval '1.5 seconds', {}, {}.50,
                default, array['a', {}]);\n",
            number % 3,
            quoted(&body),
            number % 4 == 0,
            number,
            quoted(hard),
        );
    }
    server.sql("ledger", &script);
    let wanted = server.sql(
        "ledger",
        "select json_build_object('stream', \"Subject Id\", 'version', version, 'type', kind,
            'data', convert_from(body, 'UTF8')::json, 'metadata', null)::text from \"Odd Names\".entries order by seq",
    );
    let wanted: Vec<Value> = wanted.lines().map(spelled).collect();
    let map = "stream=Subject Id,version=version,type=kind,data=body,time=made,position=seq";
    for path in server.dumps("ledger", "\"Odd Names\".entries") {
        let is_csv = Path::new(&path).extension().is_some_and(|end| end == "csv");
        let options = ["--table", if is_csv { "ledger" } else { "entries" }, "--map", map];
        compare(&path, &options, &wanted, "map");
    }
}

/// The options by which the table of events with large objects is read.
const OBJECTS: [&str; 4] = [
    "--table",
    "entries",
    "--map",
    "stream=subject,version=version,type=kind,data=payload,metadata=meta,time=made,position=seq",
];

/// Words of an event's JSON that only one of them has.
fn needle(number: usize) -> String {
    format!("needle{number:04}")
}

/// A table whose payloads are large objects: of several sizes and with the numbers of others mixed
/// in; one that is shared, one that is empty, one that is not there, and some that nothing points to.
fn fill_with_objects(server: &Postgres, database: &str, salt: u64) {
    server.run("createdb", &[database]);
    let mut chance = Chance(salt);
    let mut script = String::from(
        "create domain lo as oid;
         create table entries (seq bigint, subject text, version int, kind text, payload oid, meta lo, made timestamptz, note text);
         create table snapshots (subject text, state oid);
         select lo_from_bytea(0, 'nobody points at this') from generate_series(1, 20);\n",
    );
    for number in 1..=120 {
        let hard = HARD[chance.below(HARD.len())];
        let size = [0, 10, 300, 2_000, 16_384, 49_152, 120_000][chance.below(7)];
        let body = serde_json::json!({"n": number, "salt": salt, "word": needle(number), "text": hard, "long": "ab ".repeat(size / 3)});
        let meta = match number % 4 {
            0 => "null".to_owned(),
            1 => "(select meta from entries where seq = 2)".to_owned(),
            _ => format!(
                "lo_from_bytea(0, convert_to({}, 'UTF8'))",
                quoted(&serde_json::json!({"by": hard}).to_string())
            ),
        };
        // Numbers may be larger than a signed one of four bytes.
        let own = if number == 7 { 4_000_000_007_u32 } else { 0 };
        script += &format!(
            "insert into entries values ({number}, 's-{}', {}, 'Kind', lo_from_bytea({own}, convert_to({}, 'UTF8')), {meta},
                '2026-01-01'::timestamptz + {number} * interval '1 minute', 'x');
             insert into snapshots values ('s', lo_from_bytea(0, 'old')); select lo_unlink(lo_from_bytea(0, 'gone'));\n",
            number % 5,
            number / 5,
            quoted(&body.to_string())
        );
    }
    server.sql(database, &script);
}

/// Every event as the database says it.
fn with_objects(server: &Postgres, database: &str) -> Vec<Value> {
    let wanted = server.sql(
        database,
        "select json_build_object('stream', subject, 'version', version, 'position', seq, 'type', kind,
            'data', convert_from(lo_get(payload), 'UTF8')::json,
            'metadata', convert_from(lo_get(meta), 'UTF8')::json)::text from entries order by seq",
    );
    wanted.lines().map(spelled).collect()
}

#[test]
fn payloads_that_are_large_objects_are_what_the_database_says() {
    let Some(server) = Postgres::start() else { return };
    fill_with_objects(&server, "lights", 5);
    let wanted = with_objects(&server, "lights");
    assert!(wanted.iter().any(|event| event["data"].to_string().len() > 100_000));
    let place = Place::new();
    let mut files = server.dumps("lights", "entries");
    files.retain(|file| !file.contains("data") && !file.ends_with(".csv"));
    assert_eq!(files.len(), 12, "{files:?}");
    // A tar that was unpacked, and a folder whose files are packed in each of the ways that are known.
    let tar = files.iter().find(|file| file.ends_with(".tar")).expect("a tar");
    let (unpacked, mixed) = (server.path("unpacked"), server.path("mixed"));
    std::fs::create_dir(&unpacked).expect("a folder");
    assert!(Command::new("tar").args(["-xf", tar, "-C", &unpacked]).status().expect("tar").success());
    std::fs::create_dir(&mixed).expect("a folder");
    for entry in std::fs::read_dir(&unpacked).expect("a folder").flatten() {
        let (name, bytes) = (text(Path::new(&entry.file_name())), std::fs::read(entry.path()).expect("a file"));
        let is_object = name.starts_with("blob_");
        let (ending, bytes) = match bytes.len() % 4 {
            0 if is_object => (".gz", crate::layers::gzip(&bytes)),
            1 if is_object => {
                let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
                std::io::Write::write_all(&mut out, &bytes).expect("packed");
                (".lz4", out.finish().expect("packed"))
            }
            2 if is_object => {
                (".zst", ruzstd::encoding::compress_to_vec(&*bytes, ruzstd::encoding::CompressionLevel::Fastest))
            }
            _ => ("", bytes),
        };
        std::fs::write(Path::new(&mixed).join(name + ending), bytes).expect("a file");
    }
    let flat = server.path("lights-flat");
    server.run("pg_dump", &["-Fd", "-Z0", "-d", "lights", "-f", &flat]);
    files.extend([unpacked, mixed, flat, format!("{}/restore.sql", server.path("unpacked"))]);
    for path in &files {
        compare(path, &OBJECTS, &wanted, "map");
        let args: Vec<&str> = ["check", path].into_iter().chain(OBJECTS).collect();
        let run = place.program.run(&args);
        assert!(run.out.contains("nothing odd"), "{path}: {run:?}");
        // A search looks at what is shown.
        let words = needle(42);
        let args: Vec<&str> = ["search", path, "--json"].into_iter().chain(OBJECTS).chain(["--", &words]).collect();
        let found = place.program.json(&args);
        assert_eq!(found.len(), 1, "{path}");
        assert_eq!((&found[0]["stream"], &found[0]["version"]), (&"s-2".into(), &8.into()), "{path}: {found:?}");
    }
}

#[test]
fn a_large_object_that_is_empty_or_not_in_the_dump_is_not_taken_for_another() {
    let Some(server) = Postgres::start() else { return };
    fill_with_objects(&server, "lights", 6);
    server.sql(
        "lights",
        "update entries set payload = lo_from_bytea(0, '') where seq = 3;
         select lo_unlink(payload) from entries where seq = 4; update entries set payload = 0 where seq = 5",
    );
    let numbers = server.sql("lights", "select payload from entries where seq = 4");
    let gone: u64 = numbers.trim().parse().expect("a number");
    let place = Place::new();
    let told = |path: &str, verb: &[&str]| {
        let table = if path.ends_with(".csv") { "lights" } else { "entries" };
        let options = ["--table", table, OBJECTS[2], OBJECTS[3]];
        let args: Vec<&str> = [verb[0], path].into_iter().chain(verb[1..].iter().copied()).chain(options).collect();
        let run = place.program.run(&args);
        assert_eq!(run.code, 0, "{path}: {run:?}");
        run.out
    };
    for path in server.dumps("lights", "entries") {
        let events: Vec<Value> = told(&path, &["events", "--json"]).split_terminator('\n').map(spelled).collect();
        let data = |at: usize| &events[at - 1]["data"];
        let check = told(&path, &["check"]);
        if path.ends_with(".csv") {
            assert_eq!(*data(4), gone.to_string(), "{path}");
            assert!(!check.contains("large object"), "{path}: {check}");
            continue;
        }
        assert_eq!((data(4), data(5)), (&Value::from(gone.to_string()), &Value::from("0")), "{path}");
        if path.contains("data") {
            // Without the tables' definitions nothing tells that these are no numbers.
            assert!(data(3).as_str().is_some_and(|text| text.parse::<u64>().is_ok()), "{path}: {}", data(3));
            assert!(check.contains("nothing in it tells which columns point to them"), "{path}: {check}");
            continue;
        }
        assert_eq!(data(3), "\"\"", "{path}");
        let lacks = format!(
            "some payloads are not in the file: in payload and meta stand the numbers of large objects, and the dump lacks \
             some of them, the first is {gone}; dump it again with -b (--large-objects)"
        );
        assert_eq!(check.matches("payloads are not in the file").count(), 1, "{path}: {check}");
        assert!(check.contains(&lacks), "{path}: {check}");
    }
    // Without its objects the table alone is left.
    for (name, options) in
        [("table.sql", &[][..]), ("table.dump", &["-Fc"]), ("table.tar", &["-Ft"]), ("table", &["-Fd"])]
    {
        let path = server.path(name);
        let args: Vec<&str> = ["-d", "lights", "-t", "entries", "-f", &path].iter().chain(options).copied().collect();
        server.run("pg_dump", &args);
        let numbers = server.sql("lights", "select payload from entries order by seq");
        let events: Vec<Value> = told(&path, &["events", "--json"]).split_terminator('\n').map(spelled).collect();
        for (event, number) in events.iter().zip(numbers.lines()) {
            assert_eq!(event["data"], number, "{path}");
        }
        let check = told(&path, &["check"]);
        let lacks = "the payloads are not in the file: in payload and meta stand the numbers of large objects, and the dump \
                     holds none; dump it again with -b (--large-objects)";
        assert!(check.matches("not in the file").count() == 1 && check.contains(lacks), "{path}: {check}");
        // As it says.
        let args: Vec<&str> = [args, vec!["-b", "-f"]].concat();
        let again = server.path(&format!("again-{name}"));
        server.run("pg_dump", &[&args[..], &[&again]].concat());
        assert!(told(&again, &["events", "--json"]).contains("needle0001"), "{again}");
    }
}

#[test]
fn large_objects_of_two_databases_with_the_same_numbers_are_two() {
    let Some(server) = Postgres::start() else { return };
    let script = |word: &str| {
        format!(
            "create table entries (seq bigint, subject text, version int, kind text, payload oid, meta oid, made timestamptz);
             insert into entries select n, 's', n, 'Kind', lo_from_bytea(50000 + n, convert_to('{{\"{word}\":' || n || '}}', 'UTF8')),
                null, '2026-01-01' from generate_series(1, 9) n;"
        )
    };
    for word in ["one", "two"] {
        server.run("createdb", &[word]);
        server.sql(word, &script(word));
    }
    let path = server.path("all.sql");
    server.run("pg_dumpall", &["-f", &path]);
    for word in ["one", "two"] {
        let wanted: Vec<Value> = (1..=9)
            .map(|n| spelled(&serde_json::json!({"version": n, "data": {word: n}, "metadata": null}).to_string()))
            .collect();
        let table = format!("{word}.public.entries");
        let options = ["--table", &table, OBJECTS[2], OBJECTS[3]];
        compare(&path, &options, &wanted, "map");
        let place = Place::new();
        let args: Vec<&str> = ["check", &path].into_iter().chain(options).collect();
        assert!(place.program.run(&args).out.contains("nothing odd"), "{word}");
    }
}

#[test]
fn every_form_of_a_dump_knows_the_keys_and_types_of_its_tables() {
    let Some(server) = Postgres::start() else { return };
    server.sql("postgres", "create database harbour");
    server.sql(
        "harbour",
        r#"create table berth_aud (pier text, nr integer, rev integer, revtype smallint, taken boolean, plan jsonb,
             primary key (rev, pier, nr));
           create table berth_marks_aud (rev integer, berth bigint, mark text, revtype smallint,
             primary key (rev, berth, mark));
           create table revinfo (rev integer primary key, revtstmp bigint);
           insert into berth_aud values ('A', 7, 1, 0, true, '{"n": [1, "x"]}'), ('B', 7, 2, 0, false, null);
           insert into berth_marks_aud values (1, 7, 'red', 0);
           insert into revinfo values (1, 1772600767250), (2, 1772600768250);"#,
    );
    let place = Place::new();
    let forms = server.dumps("harbour", "berth_aud");
    // Rows alone do not say it.
    let whole = forms.iter().filter(|path| !path.contains("-data") && !path.ends_with(".csv"));
    let mut count = 0;
    for path in whole {
        let found: Vec<Value> = place.program.json(&["events", path, "--json"]);
        let seen: Vec<Value> =
            found.iter().map(|e| serde_json::json!([e["stream"], e["version"], e["data"]])).collect();
        let wanted = serde_json::json!([
            ["A|7", 1, {"pier": "A", "nr": 7, "taken": true, "plan": {"n": [1, "x"]}}],
            ["B|7", 2, {"pier": "B", "nr": 7, "taken": false, "plan": null}],
        ]);
        assert_eq!(Value::from(seen), wanted, "{path}");
        count += 1;
    }
    assert_eq!(count, forms.len() - 3);
}
