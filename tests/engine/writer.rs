//! A writer in a process of its own: what the kernel knows of locks it knows by process.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::Connection;

/// The store that a child writes to.
const STORE: &str = "EVENTGLASS_TEST_WRITER";
/// Begins what a child says; the rest is of the test's frame.
const MARK: &str = "writer: ";
/// Makes a child commit until it is killed.
const FOREVER: &str = "commit until killed";

pub struct Writer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Writer {
    /// A connection without any patience, and as many kinds of journal as SQLite has.
    pub fn start(store: &Path) -> Writer {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "writer::in_a_process_of_its_own", "--ignored", "--nocapture"])
            .env(STORE, store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program again");
        let (to, from) = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        Writer { child, to, from: BufReader::new(from) }
    }

    /// The first column of the first row, or what SQLite says is wrong.
    pub fn sql(&mut self, sql: &str) -> Result<String, String> {
        writeln!(self.to, "{}", sql.replace('\n', " ")).expect("it listens");
        self.answer()
    }

    pub fn must(&mut self, sql: &str) -> String {
        self.sql(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Again until it can be done.
    pub fn may(&mut self, sql: &str) -> String {
        let patience = Instant::now();
        loop {
            match self.sql(sql) {
                Ok(answer) => return answer,
                Err(error) => assert!(patience.elapsed() < Duration::from_secs(60), "{sql}: {error}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Commits one event after the other to a stream of its own, until it is killed; returns when
    /// the first is there.
    pub fn commits(&mut self) {
        self.must(FOREVER);
    }

    fn answer(&mut self) -> Result<String, String> {
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).expect("text") > 0, "the writer is gone");
            // The frame does not end its own line before the first answer.
            let Some((_, answer)) = line.trim_end_matches('\n').split_once(MARK) else { continue };
            match answer.split_once(' ').expect("a word first") {
                ("ok", answer) => return Ok(answer.to_owned()),
                (_, error) => return Err(error.to_owned()),
            }
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("it is dead");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // One that has ended already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Appends an event to the stream `s-1` of an Emmett store.
pub const APPEND: &str = "INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata,
    message_schema_version, message_type, message_id)
    SELECT 's-1', n, '{\"n\":' || n || '}', '{}', '1', 'Counted', 'id-' || n
    FROM (SELECT coalesce(max(stream_position), 0) + 1 AS n FROM emt_messages WHERE stream_id = 's-1')";

/// Appends so many events at once.
pub fn append(count: u32) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata,
            message_schema_version, message_type, message_id)
         SELECT 's-1', i + (SELECT coalesce(max(stream_position), 0) FROM emt_messages WHERE stream_id = 's-1'),
            '{{}}', '{{}}', '1', 'Counted', 'id-' || i FROM n"
    )
}

#[test]
#[ignore = "run by the tests that need a writer"]
fn in_a_process_of_its_own() {
    let Some(store) = std::env::var_os(STORE) else { return };
    let conn = Connection::open(store).expect("a store");
    let mut out = std::io::stdout();
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let done = match line.as_str() {
            FOREVER => {
                conn.busy_timeout(Duration::from_secs(30)).expect("patience");
                append_own(&conn, 1).map(|()| String::new())
            }
            sql => first(&conn, sql),
        };
        let (word, said) = match done {
            Ok(value) => ("ok", value),
            Err(error) => ("error", error.to_string()),
        };
        writeln!(out, "{MARK}{word} {said}").expect("somebody listens");
        if line == FOREVER {
            for version in 2.. {
                // However slow the others are, the store stays one that is soon read.
                std::thread::sleep(Duration::from_millis(1));
                append_own(&conn, version).expect("nothing stands in its way");
            }
        }
    }
}

/// Numbers of processes come again; the moment of the first call does not.
fn own_number() -> u128 {
    static NUMBER: OnceLock<u128> = OnceLock::new();
    *NUMBER.get_or_init(|| SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("now").as_nanos())
}

/// Appends an event to a stream that only this process writes.
fn append_own(conn: &Connection, version: i64) -> rusqlite::Result<()> {
    conn.execute(
        "INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata,
            message_schema_version, message_type, message_id) VALUES (?1, ?2, '{}', '{}', '1', 'Counted', 'id')",
        (format!("w-{}", own_number()), version),
    )
    .map(drop)
}

fn first(conn: &Connection, sql: &str) -> rusqlite::Result<String> {
    conn.busy_timeout(Duration::ZERO)?;
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = None;
    while let Some(row) = rows.next()? {
        if found.is_none() {
            found = Some(row.get::<_, rusqlite::types::Value>(0)?);
        }
    }
    Ok(match found {
        Some(rusqlite::types::Value::Text(text)) => text,
        Some(rusqlite::types::Value::Integer(value)) => value.to_string(),
        _ => String::new(),
    })
}
