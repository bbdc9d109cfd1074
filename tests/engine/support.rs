//! What the tests share: stores made on the spot, the library as the window uses it, the
//! program as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use eventglass::formats::{self, Location, OpenChoice, OpenError, Opened, ReadError};
use eventglass::index::EventIndex;
use eventglass::model::json::to_text;
use eventglass::model::{Applied, StreamId, Version};
use eventglass::replay::Reducer;
use eventglass::replay::host::Stop;
use eventglass::replay::merge::Merge;
use eventglass::replay::timeline::{OnError, Timeline};
use eventglass::session::{Budget, Choice, Indexer, Opening, ReducerFile, Session, StreamSource};
use rusqlite::Connection;
use serde_json::{Number, Value, json};
use tempfile::TempDir;

pub use crate::chance::Chance;

/// Where the checkout is.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn bank(file: &str) -> PathBuf {
    root().join("sample-stores/bank").join(file)
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub fn text(path: &Path) -> String {
    path.to_str().expect("a plain path").to_owned()
}

/// A folder for stores, and the program that reads them.
pub struct Place {
    pub folder: TempDir,
    pub program: Program,
}

impl Place {
    pub fn new() -> Place {
        Place { folder: folder(), program: Program::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).expect("a file");
        text(&self.path(name))
    }
}

/// A store as the window opens it, whose news nobody is woken for.
pub fn window(path: &Path, cache: &Path) -> Session {
    Session::open(Opening {
        path: path.to_owned(),
        cache: cache.to_owned(),
        choice: OpenChoice::default(),
        share: Budget::new().share(),
        waker: Arc::new(|| {}),
    })
}

// --- The program ---------------------------------------------------------------------

/// The program with a home of its own.
pub struct Program {
    pub home: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn new() -> Program {
        Program { home: folder() }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventglass"));
        command.env("EVENTGLASS_HOME", self.home.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command().args(arguments).output().expect("the program starts"))
    }

    /// A run that must end well and say nothing but findings on stderr: its lines as JSON.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let run = self.run(arguments);
        assert!(run.is_well(), "{arguments:?}: {run:?}");
        run.lines()
    }
}

impl Run {
    /// It could be done, and nothing but findings is on stderr.
    pub fn is_well(&self) -> bool {
        self.code == 0 && self.err.lines().all(|line| line.starts_with("finding: "))
    }

    pub fn lines(&self) -> Vec<Value> {
        let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(line).collect()
    }

    pub fn one(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{self:?}");
        lines.remove(0)
    }

    /// Checks that the run ended with `code`, `error: …` and `help: …`, both in words.
    pub fn refused(&self, code: i32, error: &str, help: &str) {
        assert_eq!(self.code, code, "{self:?}");
        let mut lines = self.err.lines();
        let (first, last) = (lines.next().unwrap_or_default(), lines.last().unwrap_or_default());
        assert!(first.starts_with("error: ") && first.contains(error), "no {error:?} in {self:?}");
        assert!(last.starts_with("help: ") && last.contains(help), "no {help:?} in {self:?}");
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }
}

// --- The library ---------------------------------------------------------------------

/// A store read to its end through the library.
pub struct Look {
    pub opened: Arc<Opened>,
    pub index: EventIndex,
}

pub fn look(path: &Path, cache: &Path) -> Result<Look, OpenError> {
    look_as(path, cache, &OpenChoice::default())
}

pub fn look_as(path: &Path, cache: &Path, choice: &OpenChoice) -> Result<Look, OpenError> {
    let opened = Arc::new(formats::open(&Location::of(path), cache, choice)?);
    let index = Indexer::open(Arc::clone(&opened))?.run()?;
    Ok(Look { opened, index })
}

impl Look {
    /// Every stream's name, in order of appearance.
    pub fn names(&self) -> Vec<String> {
        let streams = self.index.streams();
        streams.ids().map(|id| streams.name(id).to_owned()).collect()
    }

    pub fn find(&self, stream: &str) -> StreamId {
        self.index.streams().find(stream).unwrap_or_else(|| panic!("no stream {stream} in {:?}", self.names()))
    }

    pub fn source(&self, stream: StreamId) -> Result<StreamSource, ReadError> {
        let mut source = StreamSource::open(&self.opened)?;
        source.select(self.index.rows_of(stream), stream);
        Ok(source)
    }

    /// How to ask for states of one stream, by merge or by the file's export for it.
    pub fn fold(&self, stream: &str, file: Option<&ReducerFile>) -> Result<Fold, ReadError> {
        let id = self.find(stream);
        let source = self.source(id)?;
        let streams = self.index.streams();
        let category = streams.category_name(streams.summary(id).expect("a summary").category);
        let reducer: Box<dyn Reducer> = match file {
            None => Box::new(Merge::default()),
            Some(file) => {
                let choice = file.choose(category);
                assert_ne!(choice, Choice::Merge, "no export for {category}");
                file.reducer(&choice, &Stop::default()).expect("a reducer")
            }
        };
        let timeline = Timeline::new(reducer, Arc::from(stream), source.rows().len(), OnError::Stop);
        Ok(Fold { timeline, source })
    }

    /// Messages of the findings with that code.
    pub fn findings(&self, code: &str) -> Vec<String> {
        let kept = self.index.findings().kept().iter();
        kept.filter(|finding| finding.code.name() == code).map(|finding| finding.message.clone()).collect()
    }
}

/// States of one stream.
pub struct Fold {
    pub timeline: Timeline,
    pub source: StreamSource,
}

impl Fold {
    /// The state's JSON text and how many events are in it.
    pub fn at(&mut self, applied: Applied) -> Result<(Applied, String), ReadError> {
        loop {
            if let Some(state) = self.timeline.state(&mut self.source, applied)? {
                assert_eq!(state.problem, None);
                return Ok((state.applied, to_text(&state.state)));
            }
            self.timeline.build(&mut self.source, applied.0, Duration::from_secs(1))?;
        }
    }

    pub fn at_version(&mut self, version: i64) -> Value {
        let applied = Applied(self.source.rows().applied_at(Version(version)));
        let (_, text) = self.at(applied).expect("a readable store");
        serde_json::from_str(&text).expect("a state is JSON")
    }
}

/// A state with its numbers as `number` has them.
pub fn with_numbers(state: &Value, number: fn(&Number) -> Value) -> Value {
    match state {
        Value::Number(own) => number(own),
        Value::Array(items) => items.iter().map(|item| with_numbers(item, number)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), with_numbers(value, number))).collect()
        }
        _ => state.clone(),
    }
}

/// A state as JavaScript has it: its numbers are floats, where a library may count further.
pub fn in_javascript(state: &Value) -> Value {
    with_numbers(state, |number| json!(number.as_f64()))
}

// --- Stores --------------------------------------------------------------------------

/// A store with Emmett's two tables; `page_size` in bytes.
pub fn emmett(path: &Path, journal: &str, page_size: u32) -> Connection {
    let conn = Connection::open(path).expect("a new store");
    conn.pragma_update(None, "page_size", page_size).expect("page size");
    let mode: String = conn.query_row(&format!("PRAGMA journal_mode={journal}"), [], |row| row.get(0)).expect("mode");
    assert_eq!(mode, journal.to_lowercase());
    conn.execute_batch(EMMETT).expect("Emmett's tables");
    conn
}

/// As emmett-sqlite 0.42 makes them.
pub const EMMETT: &str = "
    CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0,
        partition TEXT NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL,
        is_archived BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (stream_id, stream_position, partition, is_archived));
    CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL,
        partition TEXT NOT NULL DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E',
        message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, message_schema_version TEXT NOT NULL,
        message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
        global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
        UNIQUE (stream_id, stream_position, partition, is_archived));";

/// One message; `second` is the place in a day that is always the same.
pub fn append(conn: &Connection, stream: &str, version: i64, kind: &str, data: &str, second: u32) {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let created = format!("2026-03-04 {hour:02}:{minute:02}:{second:02}");
    conn.prepare_cached(
        "INSERT INTO emt_messages (stream_id, stream_position, message_data, message_metadata,
            message_schema_version, message_type, message_id, created) VALUES (?1, ?2, ?3, ?4, '1', ?5, ?6, ?7)",
    )
    .and_then(|mut insert| {
        let id = format!("id-{stream}-{version}");
        insert.execute((stream, version, data, r#"{"by":"test"}"#, kind, id, created))
    })
    .expect("an event");
}

/// Lines of JSON, as they stand in a file.
pub fn jsonl(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

pub fn line(stream: &str, version: i64, kind: &str, data: Value) -> Value {
    let second = version.rem_euclid(60);
    let time = format!("2026-03-04T05:06:{second:02}Z");
    json!({"stream": stream, "version": version, "type": kind, "time": time, "data": data})
}
