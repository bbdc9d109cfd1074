//! Why a store could not be opened, and why reading it failed.

use std::error::Error;
use std::path::PathBuf;

use super::Location;
use crate::dialect::guess::Guess;
use crate::dialect::{DialectError, MapOverride};
use crate::model::Helpful;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    #[error("{} is a folder, and none of its files tells that it is a store", .path.display())]
    Folder { path: PathBuf, store: Option<PathBuf> },
    #[error("{} is empty (0 bytes)", .0.display())]
    Empty(PathBuf),
    #[error("{0} is a server, and servers are not read yet")]
    Server(Location),
    #[error("{} is no event store: {reason}", .path.display())]
    NotAStore { path: PathBuf, reason: String, help: String },
    /// Folders among the stores end with a slash.
    #[error("{} is a {} archive of {} stores: {}", .path.display(), if *.is_tar { "tar" } else { "zip" }, .stores.len(), few(.stores))]
    Archive { path: PathBuf, is_tar: bool, stores: Vec<String> },
    #[error("{}: {table} cannot be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, table: String, reason: String, tables: Vec<String> },
    #[error("{}: no event store, for no framework is known by these columns: {}", .path.display(), .tables.join("; "))]
    Unmapped { path: PathBuf, tables: Vec<String>, guesses: Vec<Guess> },
    #[error("{} has no tables", .0.display())]
    NoTables(PathBuf),
    #[error("{} has no table {table}; its tables are {}", .path.display(), .tables.join(", "))]
    NoTable { path: PathBuf, table: String, tables: Vec<String>, near: Option<String> },
    #[error("{} could be {}", .path.display(), .candidates.join(", or "))]
    Tie { path: PathBuf, candidates: Vec<String>, choices: Vec<TieChoice> },
    #[error("{}: the dialect {dialect} does not fit its tables: {}", .path.display(), .tables.join("; "))]
    DoesNotFit { path: PathBuf, dialect: String, tables: Vec<String> },
    #[error("{} has no tenant {tenant}", .path.display())]
    NoTenant { path: PathBuf, tenant: String, there: Vec<String> },
    #[error("{}: {framework} says nothing of tenants", .path.display())]
    KnowsNoTenants { path: PathBuf, framework: String },
    #[error("there is no dialect {0}")]
    UnknownDialect(String, Vec<String>),
    #[error(transparent)]
    Dialect(#[from] DialectError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl OpenError {
    /// Other rows of the store may tell more than those that were looked at.
    pub fn is_about_rows(&self) -> bool {
        use OpenError::{Dialect, DoesNotFit, NoTable, NoTables, Unmapped};
        matches!(self, Unmapped { .. } | NoTable { .. } | NoTables(_) | DoesNotFit { .. } | Dialect(_))
    }

    /// The store can be read; it is not clear what its columns mean.
    pub fn is_about_meaning(&self) -> bool {
        use OpenError::{Tie, UnknownDialect, Unreadable};
        (self.is_about_rows() && !matches!(self, OpenError::NoTables(_)))
            || matches!(self, Tie { .. } | UnknownDialect(..))
            || matches!(self, Unreadable { tables, .. } if !tables.is_empty())
    }
}

/// Of tables that hold no events as far as one can tell, the one that is called most like it.
fn nearest_table(shapes: &[String]) -> Option<String> {
    let names: Vec<&str> = shapes.iter().map(|shape| shape.split(" (").next().unwrap_or(shape)).collect();
    let words = ["events", "event_store", "event", "messages", "journal", "log"];
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let same = words.iter().find_map(|word| names.iter().find(|name| last(name) == *word));
    let like = || words.iter().find_map(|word| names.iter().find(|name| last(name).contains(word)));
    // Lines are no table.
    let name = same.or_else(like).or(names.first()).copied().filter(|name| *name != "each line")?;
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    Some(if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) })
}

impl Helpful for OpenError {
    fn help(&self) -> String {
        match self {
            OpenError::Missing(_) => "check the path".to_owned(),
            OpenError::Folder { store: None, .. } => "name the store's file inside it".to_owned(),
            OpenError::Folder { store: Some(file), .. } => {
                format!("name the store's file inside it, such as {}", file.display())
            }
            OpenError::Empty(_) => "the program that writes it may not have started; try again later".to_owned(),
            OpenError::Server(_) => "make a dump or a copy of it, and open that".to_owned(),
            OpenError::NotAStore { help, .. } => help.clone(),
            OpenError::Archive { is_tar, stores, .. } => {
                let (tool, store) = (unpacking(*is_tar), stores.first().map_or("", String::as_str));
                format!("unpack one of them and open that: {tool} FILE {store}")
            }
            OpenError::Unreadable { tables, .. } if tables.is_empty() => "mend it, or open another file".to_owned(),
            OpenError::Unreadable { tables, .. } => {
                format!("name another with --table T; there are {}", tables.join(", "))
            }
            OpenError::Unmapped { guesses, .. } if !guesses.is_empty() => {
                let Guess { table, roles, .. } = &guesses[0];
                let map: Vec<String> = roles.iter().map(|(role, column)| MapOverride::part(role, column)).collect();
                format!("{table} may hold the events: --table {table} --map {}", map.join(","))
            }
            OpenError::Unmapped { tables, .. } => {
                let table = nearest_table(tables).map(|table| format!("--table {table} ")).unwrap_or_default();
                format!(
                    "point at the columns, if it holds events: \
                    {table}--map stream=COL,version=COL,type=COL,data=COL,time=COL"
                )
            }
            OpenError::NoTables(_) => "open the file that the program writes its events to".to_owned(),
            OpenError::NoTable { near: Some(near), .. } => format!("did you mean --table {near}?"),
            OpenError::NoTable { .. } => "name one of them with --table T".to_owned(),
            OpenError::Tie { .. } => "choose one with --dialect ID, or a table with --table T".to_owned(),
            OpenError::DoesNotFit { .. } => "leave --dialect out to have it found by the columns".to_owned(),
            OpenError::NoTenant { there, .. } if there.is_empty() => "it has none at all".to_owned(),
            OpenError::NoTenant { there, .. } => format!("there are {}", there.join(", ")),
            OpenError::KnowsNoTenants { .. } => "leave out --tenant".to_owned(),
            OpenError::UnknownDialect(_, known) => format!("the dialects are {}", known.join(", ")),
            OpenError::Dialect(error) => error.help(),
            OpenError::Read(error) => error.help(),
        }
    }
}

/// The first few of many names.
fn few(names: &[String]) -> String {
    const FEW: usize = 5;
    let more = if names.len() > FEW { ", …" } else { "" };
    names[..names.len().min(FEW)].join(", ") + more
}

/// One of several stores in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TieChoice {
    /// Of several dialects, the one.
    pub dialect: Option<String>,
    pub table: String,
    /// Rows of the table, where they were counted.
    pub rows: Option<u64>,
}

/// Why reading a store failed: one form for every container, whose own error is its source.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ReadError {
    /// In words, with the cause and the place.
    what: String,
    help: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    passes: bool,
}

impl ReadError {
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> ReadError {
        ReadError { what: what.into(), help: help.into(), source: None, passes: false }
    }

    /// Reading the file at `path` failed.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> ReadError {
        let help = match source.kind() {
            std::io::ErrorKind::PermissionDenied => "ask for permission to read the file",
            std::io::ErrorKind::StorageFull => "free some space, or set EVENTGLASS_HOME to another disk",
            _ => "check that the disk is still there, then open it again",
        };
        let what = format!("reading failed: {source}: {}", path.into().display());
        ReadError::new(what, help).because(source)
    }

    /// With what the container itself said.
    pub fn because(mut self, source: impl Error + Send + Sync + 'static) -> ReadError {
        self.source = Some(Box::new(source));
        self
    }

    /// The same read may succeed a moment later: a writer was in the way.
    pub fn passing(mut self) -> ReadError {
        self.passes = true;
        self
    }

    pub fn is_passing(&self) -> bool {
        self.passes
    }
}

impl Helpful for ReadError {
    fn help(&self) -> String {
        self.help.clone()
    }
}

/// The command that unpacks an archive.
pub fn unpacking(is_tar: bool) -> &'static str {
    if is_tar { "tar -xf" } else { "unzip" }
}
