//! Dialects: what a framework's tables mean, as data.
//!
//! A dialect is one TOML file (shape: [`file`]); matching it against the tables of a store
//! gives a [`Mapping`], which turns a row's [`Cell`]s into event fields ([`mapping`]).
//! Knows nothing of containers: they hand over table names, columns and cells.

mod catalog;
mod cell;
mod chain;
mod decode;
mod file;
mod group;
pub mod guess;
mod library;
mod link;
pub mod mapping;
mod name;
mod progress;
mod rules;
mod sample;
mod stored;
mod template;
mod tenant;
mod trail;

use crate::model::{FindingCode, Typing};

use catalog::Columns;
pub use catalog::{Catalog, Framework, Head, Known, catalog, frameworks};
pub use cell::Cell;
pub use chain::{Chain, Verifier, Vouched};
pub use decode::{Decoded, MAX_PAYLOAD_BYTES, beginning, not_unpacked};
pub use file::{Dialect, DialectError, MapOverride};
pub use group::Group;
pub use library::{Library, RowState, RowStates};
pub use link::Linking;
pub use mapping::{Layout, Mapping, Spot};
pub use name::{Name, nearest, plain};
pub use progress::PROJECTIONS;
pub use rules::{Comparison, Scalar};
pub use sample::Sample;
pub use stored::StoredTable;

/// The roles of `--map`.
pub const ROLES: [&str; 9] = ["stream", "version", "type", "data", "metadata", "time", "position", "id", "category"];

/// A table, or the shape of a file's lines, as a container found it.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: Name,
    /// The schema it is in, where there are schemas; behind the database, where one file holds several.
    pub within: Option<String>,
    pub columns: Vec<Name>,
    /// A hidden integer key exists (SQLite's rowid, a line's offset).
    pub has_rowid: bool,
    /// What a table of the store says that it holds, where its own name tells nothing.
    pub label: Option<String>,
    /// What the store's file is called, without its ending.
    pub file: Option<String>,
    /// Columns of its primary key, where that is known.
    pub key: Vec<Name>,
    /// Columns whose type says what their values are.
    pub declared: Vec<(Name, Declared)>,
    /// It is computed from others (SQL's view): a table of its own comes first.
    pub is_view: bool,
    /// Each row has keys of its own, and `columns` are only those of the first rows.
    pub is_open: bool,
    /// Members of what its first rows hold, `payload.subject`, where rows are objects of objects.
    pub inside: Vec<Name>,
    /// Whose types its values name.
    pub typing: Option<Typing>,
    /// It has no row, and its columns are only what rows of it are expected to have.
    pub is_empty: bool,
    /// Why it cannot be read, in words; it has no columns then.
    pub trouble: Option<String>,
}

/// What the type of a column says of its values that they do not say themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// 0 and 1 are false and true.
    Boolean,
    /// A text is JSON.
    Json,
}

impl Declared {
    /// By the word for the type, in whatever case.
    pub fn of(kind: &str) -> Option<Declared> {
        match kind.to_ascii_lowercase().as_str() {
            "boolean" | "bool" => Some(Declared::Boolean),
            "json" | "jsonb" => Some(Declared::Json),
            _ => None,
        }
    }
}

impl Table {
    pub fn new(name: impl Into<Name>, columns: impl IntoIterator<Item = String>, has_rowid: bool) -> Table {
        let columns = columns.into_iter().map(Name::from).collect();
        let name = name.into();
        Table {
            name,
            within: None,
            columns,
            has_rowid,
            label: None,
            file: None,
            key: Vec::new(),
            declared: Vec::new(),
            is_view: false,
            is_open: false,
            is_empty: false,
            trouble: None,
            inside: Vec::new(),
            typing: None,
        }
    }

    /// The name by which no other table is called.
    pub fn full_name(&self) -> Name {
        match &self.within {
            Some(within) => Name::from(format!("{within}.{}", self.name)),
            None => self.name.clone(),
        }
    }

    /// The same table, by name.
    pub fn is_same(&self, other: &Table) -> bool {
        (&self.within, &self.name) == (&other.within, &other.name)
    }

    /// There is such a column, or such a member in one.
    pub fn has(&self, name: &Name) -> bool {
        self.column(name).is_some() || self.inside.iter().any(|own| own.is_like(name))
    }

    /// The column of that name, as the table spells it. The very name comes before one that
    /// only resembles it: a key that one damaged line spells differently must not be taken
    /// for that of all others.
    pub fn column(&self, name: &Name) -> Option<&Name> {
        let same = self.columns.iter().find(|column| *column == name);
        same.or_else(|| self.columns.iter().find(|column| column.is_like(name)))
    }
}

/// A dialect that fits a table, and why.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub dialect: Dialect,
    /// The events table.
    pub table: Table,
    /// The tables that the dialect joins to it.
    joined: Vec<Table>,
    /// Sentences for the user.
    pub evidence: Vec<String>,
    /// What is not certain of how it is read, in sentences.
    pub doubts: Vec<(FindingCode, String)>,
    /// Columns that had to be there and were: more is more certain.
    pub matched: usize,
}

impl Candidate {
    /// A dialect and a table that the user put together.
    pub fn chosen(dialect: Dialect, table: Table, evidence: String) -> Candidate {
        Candidate { dialect, table, joined: Vec::new(), evidence: vec![evidence], doubts: Vec::new(), matched: 0 }
    }

    /// The tables that the dialect joins to the events, in its order.
    pub fn joined(&self) -> &[Table] {
        &self.joined
    }
}

/// The dialects that fit, best first. The best one is certain when the second has
/// fewer matched columns; else it is a tie, and the user decides.
pub fn detect(engine: &str, tables: &[Table], dialects: &[Known]) -> Vec<Candidate> {
    // Values that name their types are more than the container's.
    let mut typings: Vec<&str> = tables.iter().filter_map(|table| table.typing).map(Typing::engine).collect();
    typings.sort_unstable();
    typings.dedup();
    let reads = |dialect: &Dialect, table: &Table| {
        dialect.reads(engine) || table.typing.is_some_and(|typing| dialect.reads(typing.engine()))
    };
    let columns = Columns::of(tables);
    let mut found: Vec<Candidate> = Vec::new();
    for known in dialects {
        let head = known.head();
        let is_read = head.reads(engine) || typings.iter().any(|typing| head.reads(typing));
        if !is_read || !columns.may_fit(head) {
            continue;
        }
        let Ok(dialect) = known.dialect() else { continue };
        found.extend(dialect.fits(tables).into_iter().filter(|candidate| reads(dialect, &candidate.table)));
    }
    found.sort_by(|a, b| b.matched.cmp(&a.matched).then_with(|| a.dialect.id.cmp(&b.dialect.id)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[&str], has_rowid: bool) -> Table {
        Table::new(name, columns.iter().map(|column| (*column).to_owned()), has_rowid)
    }

    #[test]
    fn columns_decide_not_table_names() {
        let all = catalog(None).dialects;
        let renamed = table("my_events", &["originator_id", "originator_version", "topic", "state"], true);
        let found = detect("sqlite", std::slice::from_ref(&renamed), &all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].dialect.id, "python-es");
        assert_eq!(found[0].table.name.as_str(), "my_events");
        // The name alone is nothing, nor are the columns in another container.
        assert!(detect("sqlite", &[table("emt_messages", &["id", "text"], true)], &all).is_empty());
        assert!(detect("json-lines", &[renamed], &all).is_empty());
        // The snapshots table has the same columns but no rowid.
        let snapshots = table("stored_snapshots", &["originator_id", "originator_version", "topic", "state"], false);
        assert!(detect("sqlite", &[snapshots], &all).is_empty());
    }

    #[test]
    fn two_tables_of_one_shape_are_a_tie() {
        let all = catalog(None).dialects;
        let columns = ["originator_id", "originator_version", "topic", "state"];
        let found = detect("sqlite", &[table("a", &columns, true), table("b", &columns, true)], &all);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].matched, found[1].matched);
    }
}
