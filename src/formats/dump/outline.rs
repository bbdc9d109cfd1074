//! [`Outline`]: which tables a dump makes, and where in its text the rows of each stand.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::Flavour;
use super::lex::Tokens;
use super::objects::ObjectIndex;
use crate::model::FindingCode;

/// Tables, and runs of rows, that are remembered.
const MAX_TABLES: usize = 100_000;
const MAX_BLOCKS: usize = 200_000;
/// Ways in which the statements of one run begin.
const MAX_HEADS: usize = 16;
/// Of a table's name the words at its end that may say which part of another it is.
const MAX_ENDS: usize = 8;

/// What a script or an archive holds.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub tables: Vec<Made>,
    pub blocks: Vec<Block>,
    /// The text ends inside a statement, or inside rows.
    pub is_cut: bool,
    /// More than is remembered.
    pub is_too_large: bool,
    /// It begins with the comment of its tool, and does not end with it.
    pub lacks_end: bool,
    /// Where something begins that is no statement, and how.
    pub odd: Option<(u64, String)>,
    /// Where values stand that are beside the tables, of a script.
    pub objects: ObjectIndex,
    /// Backslashes in its strings escape.
    pub escapes: bool,
    by_name: HashMap<String, Vec<usize>>,
    /// Of each table the block to which further INSERT statements belong.
    open: HashMap<usize, usize>,
}

/// A table's name, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Of a file of several.
    pub database: Option<String>,
    pub schema: Option<String>,
    pub name: String,
}

/// A table that the script makes, or fills.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub place: Place,
    pub columns: Vec<Kind>,
    /// The table whose part it is.
    pub parent: Option<usize>,
    /// A CREATE TABLE stands there.
    pub is_declared: bool,
    /// Columns of its primary key, as the script spells them.
    pub key: Vec<String>,
    /// Its rows had a hidden integer key, SQLite's rowid.
    pub has_rowid: bool,
}

/// A column and what its values are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub name: String,
    pub holds: Holds,
}

/// What a column's type says of the text of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holds {
    Integers,
    /// Fractions and numbers of any length, or a word such as NaN.
    Numbers,
    Bytes,
    Booleans,
    Text,
    /// Text that is JSON.
    Json,
    /// The numbers of large objects.
    LargeObjects,
    /// Nothing told its type.
    Unknown,
}

/// Rows of one table, one behind the other. Between INSERT statements others may stand.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub table: usize,
    /// What each field is called.
    pub columns: Arc<[String]>,
    pub form: Form,
    pub data: Range<u64>,
    /// How the INSERT statements begin whose rows these are, up to the first row; all where there
    /// is none.
    pub heads: Vec<Vec<u8>>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// PostgreSQL's COPY, text.
    #[default]
    Copy,
    /// INSERT statements.
    Insert,
    /// RFC 4180.
    Csv,
}

impl Outline {
    /// The table of that name; made where there is none yet.
    pub fn table(&mut self, place: Place) -> usize {
        let same = |own: &Made| {
            own.place.database == place.database
                && (own.place.schema == place.schema || place.schema.is_none() || own.place.schema.is_none())
        };
        let named = self.by_name.entry(place.name.clone()).or_default();
        if let Some(at) = named.iter().find(|at| same(&self.tables[**at])) {
            return *at;
        }
        named.push(self.tables.len());
        let (columns, key) = (Vec::new(), Vec::new());
        self.tables.push(Made { place, columns, parent: None, is_declared: false, key, has_rowid: false });
        self.tables.len() - 1
    }

    /// There is room for no more tables or blocks.
    pub fn is_full(&self) -> bool {
        self.tables.len() > MAX_TABLES || self.blocks.len() > MAX_BLOCKS
    }

    /// What follows stands behind something that a walk through INSERT statements must not enter.
    pub fn close_blocks(&mut self) {
        self.open.clear();
    }

    pub fn add_block(&mut self, block: Block) {
        if self.tables[block.table].columns.is_empty() {
            let unknown = |name: &String| Kind { name: name.clone(), holds: Holds::Unknown };
            self.tables[block.table].columns = block.columns.iter().map(unknown).collect();
        }
        if block.form == Form::Copy {
            self.close_blocks();
        }
        let root = self.root(block.table);
        if block.form == Form::Insert
            && let Some(open) = self.open.get(&root).and_then(|at| self.blocks.get_mut(*at))
            && (open.table, &open.columns) == (block.table, &block.columns)
        {
            let is_new = |head: &Vec<u8>| !open.heads.contains(head);
            let new: Vec<Vec<u8>> = block.heads.iter().filter(|head| is_new(head)).cloned().collect();
            if open.heads.len() + new.len() <= MAX_HEADS {
                open.heads.extend(new);
                open.data.end = block.data.end;
                return;
            }
        }
        if block.form == Form::Insert {
            self.open.insert(root, self.blocks.len());
        }
        self.blocks.push(block);
    }

    /// Takes in what a statement that makes or alters a table says; others say nothing.
    pub fn read_statement(&mut self, text: &[u8], database: Option<&String>, flavour: Flavour) {
        let mut tokens = Tokens::new(text, flavour);
        match tokens.word().as_deref() {
            Some("create") => self.create(&mut tokens, database),
            Some("alter") => self.alter(&mut tokens, database),
            _ => {}
        }
    }

    fn create(&mut self, tokens: &mut Tokens<'_>, database: Option<&String>) {
        while tokens.is_any(&["unlogged", "temporary", "temp", "global", "local", "memory", "cached"]) {}
        if !tokens.is_any(&["table"]) {
            return;
        }
        while tokens.is_any(&["if", "not", "exists"]) {}
        let Some(place) = tokens.place(database) else { return };
        let at = self.table(place);
        self.tables[at].is_declared = true;
        if tokens.is_any(&["partition"]) && tokens.is_any(&["of"]) {
            if let Some(parent) = tokens.place(database) {
                self.set_parent(at, parent);
            }
            return;
        }
        if let Some((columns, key)) = tokens.columns() {
            (self.tables[at].columns, self.tables[at].key) = (columns, key);
            self.tables[at].has_rowid = tokens.flavour == Flavour::Sqlite && !tokens.is_without_rowid();
        }
        if tokens.is_any(&["inherits"])
            && tokens.is_symbol(b'(')
            && let Some(parent) = tokens.place(database)
        {
            self.set_parent(at, parent);
        }
    }

    /// `ALTER TABLE ONLY parent ATTACH PARTITION child`, `ALTER TABLE child INHERIT parent`,
    /// `ALTER TABLE ONLY own ADD CONSTRAINT own_pkey PRIMARY KEY (a, b)`.
    fn alter(&mut self, tokens: &mut Tokens<'_>, database: Option<&String>) {
        if !tokens.is_any(&["table"]) {
            return;
        }
        while tokens.is_any(&["only", "if", "exists"]) {}
        let Some(place) = tokens.place(database) else { return };
        if tokens.is_any(&["attach"]) && tokens.is_any(&["partition"]) {
            if let Some(child) = tokens.place(database) {
                let child = self.table(child);
                self.set_parent(child, place);
            }
        } else if tokens.is_any(&["inherit"])
            && let Some(parent) = tokens.place(database)
        {
            let child = self.table(place);
            self.set_parent(child, parent);
        } else if tokens.is_any(&["add"])
            && let Some(key) = tokens.primary_key()
        {
            let own = self.table(place);
            self.tables[own].key = key;
        }
    }

    fn set_parent(&mut self, child: usize, parent: Place) {
        let parent = self.table(parent);
        if parent != child {
            self.tables[child].parent = Some(parent);
        }
    }

    /// Where no statement says of what a table is a part, tables that are alike but for the end
    /// of their names are parts of one: `e_2024`, `e_2025`, and `e_default` alone.
    pub fn join_partitions(&mut self) {
        let mut alike: HashMap<_, usize> = HashMap::new();
        let key = |own: &'_ Made, prefix: &'_ str| {
            let mut hash = DefaultHasher::new();
            (&own.place.database, &own.place.schema, &own.columns, prefix).hash(&mut hash);
            hash.finish()
        };
        let prefixes = |own: &'_ Made| -> Vec<String> {
            let ends = own.place.name.rmatch_indices('_').take(MAX_ENDS);
            ends.map(|(end, _)| own.place.name[..end].to_owned()).collect()
        };
        for own in &self.tables {
            for prefix in prefixes(own) {
                *alike.entry(key(own, &prefix)).or_default() += 1;
            }
        }
        for at in 0..self.tables.len() {
            let own = &self.tables[at];
            let is_part = |prefix: &String| {
                &own.place.name[prefix.len()..] == "_default"
                    || alike.get(&key(own, prefix)).is_some_and(|all| *all > 1)
            };
            let Some(prefix) = prefixes(own).into_iter().find(is_part) else { continue };
            let place = Place { name: prefix, ..own.place.clone() };
            let columns = own.columns.clone();
            let parent = self.table(place);
            if self.tables[parent].columns.is_empty() {
                self.tables[parent].columns = columns;
            }
            if parent != at {
                self.tables[at].parent = Some(parent);
            }
        }
    }

    /// What is missing at its end, in words.
    pub fn tail(&self) -> Option<&'static str> {
        match self {
            Outline { is_too_large: true, .. } => Some("the dump has more tables and runs of rows than are read"),
            Outline { is_cut: true, .. } => Some("the dump ends in the middle"),
            Outline { lacks_end: true, .. } => Some("the dump lacks the line with which its tool ends one"),
            _ => None,
        }
    }

    /// What of it is not read, in words.
    pub fn passed_over(&self) -> Vec<(FindingCode, String)> {
        let odd = self.odd.iter().map(|(at, text)| {
            (FindingCode::BadLine, format!("what stands at byte {at} is passed over, for it is no statement: {text}"))
        });
        odd.collect()
    }

    /// The table that holds its rows: its own, or that of which it is a part.
    pub fn root(&self, table: usize) -> usize {
        let mut at = table;
        // A script may name a circle.
        for _ in 0..16 {
            match self.tables.get(at).and_then(|own| own.parent) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }
}
