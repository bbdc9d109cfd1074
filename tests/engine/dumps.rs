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
