//! The TOML shape of a dialect on disk, checked as it is read, and the test
//! whether a dialect fits the tables of a store.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Candidate, Mapping, Table, same_name};

/// A file that is no dialect.
#[derive(Debug, thiserror::Error)]
#[error("the dialect {file} is not understood: {message}")]
pub struct DialectError {
    pub file: String,
    pub message: String,
}

/// One framework's layout, as its file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Unique, stable; the command line's `--dialect`.
    pub id: String,
    /// The framework's name as shown.
    pub name: String,
    engines: Vec<String>,
    detect: Vec<Detect>,
    pub(super) events: Events,
    #[serde(default)]
    pub(super) peel: Peel,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detect {
    /// A table's name, or `*` for any.
    table: String,
    columns: Vec<Names>,
    /// The table has these columns and no others.
    #[serde(default)]
    exact: bool,
    /// The table has a hidden integer key.
    #[serde(default)]
    rowid: bool,
}

/// One name, or several that mean the same: the first that exists is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    pub(super) fn list(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Any(names) => names,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    /// The events table; `*` is the one that was detected.
    pub(super) table: String,
    pub(super) map: EventMap,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventMap {
    pub(super) stream: TextRule,
    pub(super) category: Option<String>,
    pub(super) version: Option<FieldRule>,
    pub(super) position: Option<FieldRule>,
    pub(super) event_id: Option<TextRule>,
    #[serde(rename = "type")]
    pub(super) event_type: FieldRule,
    pub(super) payload: FieldRule,
    pub(super) metadata: Option<FieldRule>,
    pub(super) time: Option<FieldRule>,
    pub(super) status: Option<FlagRule>,
    pub(super) mark: Option<FlagRule>,
}

/// A template (`"{a}-{b|before:-}"`), or one column.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum TextRule {
    Template(String),
    Field(FieldRule),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldRule {
    /// Column, or a top-level key of a line.
    pub(super) col: Option<Names>,
    /// Path in the decoded payload, `$.a.b`.
    pub(super) json: Option<String>,
    /// Keep what follows the last occurrence.
    pub(super) after_last: Option<String>,
    /// How bytes become JSON: `json`, `zlib`, `gzip`, `auto`, in order.
    #[serde(default)]
    pub(super) decode: Vec<Decode>,
    /// Older stores may lack it.
    #[serde(default)]
    pub(super) optional: bool,
}

/// One step from stored bytes towards JSON.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Decode {
    /// By the first bytes: zlib, gzip, then JSON.
    Auto,
    Gzip,
    Json,
    Zlib,
}

/// Wrappers taken off after decoding.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Wrapper {
    /// `{"_type_": …, "_data_": x}` becomes `x`, anywhere in the tree.
    PythonTyped,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peel {
    #[serde(default)]
    pub(super) payload: Vec<Wrapper>,
}

/// A column whose value has a meaning: stored value to word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagRule {
    pub(super) col: Names,
    pub(super) values: BTreeMap<String, String>,
}

/// The command line's `--table T --map stream=COL,version=COL,…`.
#[derive(Clone, Debug, Default)]
pub struct MapOverride {
    pub table: Option<String>,
    /// Role to column.
    pub columns: BTreeMap<String, String>,
}

impl MapOverride {
    /// Whether the roles are known ones and the needed ones are there.
    ///
    /// # Errors
    /// What is missing or unknown.
    pub fn check(&self) -> Result<(), DialectError> {
        Dialect::from_map(self).map(drop)
    }
}

impl Dialect {
    /// Reads one file; `name` is for the error.
    ///
    /// # Errors
    /// Where the text is no TOML, or a key is missing, unknown or of the wrong kind.
    pub fn parse(name: &str, text: &str) -> Result<Dialect, DialectError> {
        let error = |message: String| DialectError { file: name.to_owned(), message };
        let dialect: Dialect = toml::from_str(text).map_err(|cause| error(cause.to_string()))?;
        if dialect.detect.iter().map(|block| block.columns.len()).sum::<usize>() < 3 {
            return Err(error(
                "[[detect]] must name at least three columns: a table's name alone proves nothing".into(),
            ));
        }
        Ok(dialect)
    }

    /// A dialect from `--map`: the user points at the columns.
    ///
    /// # Errors
    /// An unknown role, or one of the needed ones missing.
    pub fn from_map(map: &MapOverride) -> Result<Dialect, DialectError> {
        const ROLES: [&str; 8] = ["stream", "version", "type", "data", "metadata", "time", "position", "id"];
        let error = |message: String| DialectError { file: "--map".to_owned(), message };
        if let Some(role) = map.columns.keys().find(|role| !ROLES.contains(&role.as_str())) {
            return Err(error(format!("unknown role {role}; the roles are {}", ROLES.join(", "))));
        }
        let field = |role: &str| {
            map.columns.get(role).map(|column| FieldRule {
                col: Some(Names::One(column.clone())),
                json: None,
                after_last: None,
                decode: vec![Decode::Auto],
                optional: false,
            })
        };
        let needed = |role: &str| field(role).ok_or_else(|| error(format!("{role}=COLUMN is missing")));
        let stream = needed("stream")?;
        let category = map.columns.get("stream").map(|column| format!("{{{column}|before:-}}"));
        Ok(Dialect {
            id: "map".to_owned(),
            name: "Columns by hand".to_owned(),
            engines: vec!["sqlite".to_owned(), "json-lines".to_owned()],
            detect: vec![Detect {
                // Whoever opens the store keeps to the table that the user named.
                table: "*".to_owned(),
                columns: map.columns.values().cloned().map(Names::One).collect(),
                exact: false,
                rowid: true,
            }],
            events: Events {
                table: "*".to_owned(),
                map: EventMap {
                    stream: TextRule::Field(stream),
                    category,
                    version: field("version"),
                    position: field("position"),
                    event_id: field("id").map(TextRule::Field),
                    event_type: needed("type")?,
                    payload: needed("data")?,
                    metadata: field("metadata"),
                    time: field("time"),
                    status: None,
                    mark: None,
                },
            },
            peel: Peel::default(),
        })
    }

    pub(super) fn reads(&self, engine: &str) -> bool {
        self.engines.iter().any(|known| known == engine)
    }

    /// Every way this dialect fits the tables: one for each table that can be its events.
    pub(super) fn fits(&self, tables: &[Table]) -> Vec<Candidate> {
        let mut evidence = Vec::new();
        let mut matched = 0;
        let mut wild: Vec<&Table> = Vec::new();
        let mut named: Option<&Table> = None;
        for block in &self.detect {
            let fitting: Vec<&Table> = tables.iter().filter(|table| block.fits(table)).collect();
            let Some(first) = fitting.first() else { return Vec::new() };
            matched += block.columns.len();
            if block.table == "*" {
                wild = fitting;
            } else {
                evidence.push(block.sentence(first));
                if same_name(&first.name, &self.events.table) {
                    named = Some(first);
                }
            }
        }
        let targets = if self.events.table == "*" { wild } else { named.into_iter().collect() };
        targets
            .into_iter()
            .map(|table| {
                let mut evidence = evidence.clone();
                if self.events.table == "*" {
                    evidence.extend(self.detect.iter().filter(|b| b.table == "*").map(|b| b.sentence(table)));
                }
                Candidate { dialect: self.clone(), table: table.clone(), evidence, matched }
            })
            .collect()
    }

    /// Resolves the rules against the columns that exist.
    ///
    /// # Errors
    /// A needed column that the table lacks.
    pub fn mapping(&self, table: &Table) -> Result<Mapping, DialectError> {
        Mapping::resolve(self, table)
            .map_err(|message| DialectError { file: self.id.clone(), message: format!("{message} in {}", table.name) })
    }
}

impl Detect {
    fn fits(&self, table: &Table) -> bool {
        (self.table == "*" || same_name(&self.table, &table.name))
            && (!self.rowid || table.has_rowid)
            && (!self.exact || table.columns.len() == self.columns.len())
            && self.columns.iter().all(|names| column(table, names).is_some())
    }

    fn sentence(&self, table: &Table) -> String {
        let columns: Vec<&str> = self.columns.iter().filter_map(|names| column(table, names)).collect();
        let exact = if self.exact { ", and no others" } else { "" };
        format!("{} has {}{exact}", table.name, columns.join(", "))
    }
}

/// The first of the names that the table has, as the table spells it. The very name comes
/// before one that only resembles it: a key that one damaged line spells differently must
/// not be taken for that of all others.
pub(super) fn column<'a>(table: &'a Table, names: &Names) -> Option<&'a str> {
    let find = |fits: &dyn Fn(&String) -> bool| table.columns.iter().find(|column| fits(column)).map(String::as_str);
    names
        .list()
        .iter()
        .find_map(|name| find(&|column| column == name).or_else(|| find(&|column| same_name(column, name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("id = 1", "invalid type"),
            ("id = \"x\"\nname = \"x\"\nengines = []\ncolour = 1", "colour"),
            (
                "id=\"x\"\nname=\"x\"\nengines=[]\n[[detect]]\ntable=\"events\"\ncolumns=[\"id\"]\n[events]\ntable=\"*\"\n\
                 [events.map]\nstream=\"{id}\"\ntype={col=\"t\"}\npayload={col=\"p\"}",
                "three columns",
            ),
        ] {
            let error = Dialect::parse("x.toml", text).expect_err(text).to_string();
            assert!(error.contains("x.toml") && error.contains(part), "{error}");
        }
        let map = MapOverride { table: None, columns: [("colour".to_owned(), "c".to_owned())].into() };
        assert!(Dialect::from_map(&map).expect_err("role").to_string().contains("unknown role colour"));
    }
}
