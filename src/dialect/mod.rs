//! Dialects: what a framework's tables mean, as data.
//!
//! A dialect is one TOML file (shape: [`file`]); matching it against the tables of
//! a store gives a [`Mapping`], which turns cells into event fields ([`mapping`]).
//! Knows nothing of containers: they hand over table names, columns and cells.

mod file;
pub mod mapping;

use std::path::Path;

use include_dir::{Dir, include_dir};

pub use file::{Dialect, DialectError, MapOverride};
pub use mapping::{Cell, Mapping};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/dialects");

/// A table, or the shape of a file's lines, as a container found it.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    /// A hidden integer key exists (SQLite's rowid, a line's offset).
    pub has_rowid: bool,
}

/// A dialect that fits a table, and why.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub dialect: Dialect,
    /// The events table.
    pub table: Table,
    /// Sentences for the user.
    pub evidence: Vec<String>,
    /// Columns that had to be there and were: more is more certain.
    pub matched: usize,
}

/// Every dialect: the built-in ones, then those of the user's folder, which
/// replace a built-in one of the same id.
///
/// # Errors
/// The first file that is no dialect, with its name and the place in it.
pub fn catalog(user_folder: Option<&Path>) -> Result<Vec<Dialect>, DialectError> {
    let mut dialects = Vec::new();
    for file in BUILT_IN.files() {
        let name = file.path().display().to_string();
        dialects.push(Dialect::parse(&name, file.contents_utf8().unwrap_or_default())?);
    }
    let Some(entries) = user_folder.and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Ok(dialects);
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| DialectError { file: name.clone(), message: error.to_string() })?;
        let dialect = Dialect::parse(&name, &text)?;
        dialects.retain(|other| other.id != dialect.id);
        dialects.push(dialect);
    }
    Ok(dialects)
}

/// The dialects that fit, best first. The best one is certain when the second has
/// fewer matched columns; else it is a tie, and the user decides.
pub fn detect(engine: &str, tables: &[Table], dialects: &[Dialect]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> =
        dialects.iter().filter(|dialect| dialect.reads(engine)).flat_map(|dialect| dialect.fits(tables)).collect();
    found.sort_by(|a, b| b.matched.cmp(&a.matched).then_with(|| a.dialect.id.cmp(&b.dialect.id)));
    found
}

/// Column names are compared without case and without `_`.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect::<String>();
    a == b || plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[&str], has_rowid: bool) -> Table {
        Table { name: name.to_owned(), columns: columns.iter().map(|c| (*c).to_owned()).collect(), has_rowid }
    }

    #[test]
    fn every_built_in_dialect_parses_and_ids_are_unique() {
        let all = catalog(None).expect("dialects");
        let mut ids: Vec<_> = all.iter().map(|dialect| dialect.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["emmett-sqlite", "plain", "python-eventsourcing"]);
    }

    #[test]
    fn columns_decide_not_table_names() {
        let all = catalog(None).expect("dialects");
        let renamed = table("my_events", &["originator_id", "originator_version", "topic", "state"], true);
        let found = detect("sqlite", std::slice::from_ref(&renamed), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].dialect.id, "python-eventsourcing");
        assert_eq!(found[0].table.name, "my_events");
        // The name alone is nothing, nor are the columns in another container.
        assert!(detect("sqlite", &[table("emt_messages", &["id", "text"], true)], &all).is_empty());
        assert!(detect("json-lines", &[renamed], &all).is_empty());
        // The snapshots table has the same columns but no rowid.
        let snapshots = table("stored_snapshots", &["originator_id", "originator_version", "topic", "state"], false);
        assert!(detect("sqlite", &[snapshots], &all).is_empty());
    }

    #[test]
    fn two_tables_of_one_shape_are_a_tie() {
        let all = catalog(None).expect("dialects");
        let columns = ["originator_id", "originator_version", "topic", "state"];
        let found = detect("sqlite", &[table("a", &columns, true), table("b", &columns, true)], &all);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].matched, found[1].matched);
    }
}
