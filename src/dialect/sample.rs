//! [`Sample`]: rows as a framework writes them, in its dialect's file, and how they must be read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file::TableName;
use super::mapping::{Column, ROWID};
use super::{Dialect, Table};

/// A row as the framework writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Where the row is from, where no program can be made to write one.
    pub provenance: Option<String>,
    /// The events table's name, where a dialect takes any.
    pub table: Option<String>,
    /// Column to value; of a joined table `alias.column`. Bytes are `{ hex = "…" }`, packed
    /// text is `{ zlib = "…" }`.
    #[serde(default)]
    pub row: BTreeMap<String, toml::Value>,
    /// The rows of one event, where a dialect groups them.
    #[serde(default)]
    pub rows: Vec<BTreeMap<String, toml::Value>>,
    /// A line, for dialects of lines.
    pub line: Option<String>,
    /// Members of the event as `events --json` writes it, and `category` and `status`.
    pub expect: BTreeMap<String, toml::Value>,
}

impl Dialect {
    /// The tables of a store that has nothing but the sample, for tests of dialects.
    pub fn sample_tables(&self, sample: &Sample) -> Vec<Table> {
        let events = sample.table.clone().unwrap_or_else(|| match &self.events.table {
            TableName::Named(name) => name.as_str().to_owned(),
            TableName::Any => "my_events".to_owned(),
        });
        let own = |alias: &str| {
            let keys = sample.row.keys().filter(|key| *key != ROWID);
            let columns = keys.filter_map(move |key| match key.split_once('.') {
                Some((own, column)) => (own == alias).then_some(column),
                None => alias.is_empty().then_some(key.as_str()),
            });
            columns.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut tables = vec![Table::new(events, own(""), true)];
        for join in &self.events.joins {
            tables.push(Table::new(join.table.as_str(), own(&join.alias), true));
        }
        for block in &self.detect {
            if let TableName::Named(name) = &block.table
                && !tables.iter().any(|table| table.name.is_like(name))
            {
                let columns = block.columns.iter().filter_map(|names| names.0.first());
                tables.push(Table::new(name.as_str(), columns.map(|name| name.as_str().to_owned()), true));
            }
        }
        tables
    }

    /// A value of the sample's row.
    pub fn sample_value<'s>(&self, sample: &'s Sample, column: &Column) -> Option<&'s toml::Value> {
        let alias = match column.table {
            0 => None,
            joined => self.events.joins.get(joined - 1).map(|join| join.alias.as_str()),
        };
        let key = alias.map_or(column.name.to_string(), |alias| format!("{alias}.{}", column.name));
        sample.row.get(&key)
    }
}
