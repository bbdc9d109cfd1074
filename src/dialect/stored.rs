//! [`StoredTable`]: where a framework keeps states of its streams, beside their events: documents
//! of projections, snapshots.

use std::sync::Arc;

use serde::Deserialize;

use super::file::Detect;
use super::rules::{Comparison, EventMap, Events, TableName, Test};
use super::{Candidate, Dialect, Name, Table};

/// A `[[stored]]` block of a dialect.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRule {
    /// The tables of such rows; where it is left out, the events table has them, too.
    detect: Option<Detect>,
    /// Rows for which one of these does not hold are no states.
    #[serde(default, rename = "where")]
    tests: Vec<Test>,
    /// Rows name their stream by what stands behind the first hyphen of its name.
    #[serde(default)]
    by_id: bool,
    /// Members of a state that the framework does not keep up to date.
    #[serde(default)]
    except: Vec<String>,
    /// They are written in a form of their own, so that they never equal what events come to.
    #[serde(default)]
    other_form: bool,
    /// As of events: the stream, the version of the last event in the state, the state as payload.
    map: EventMap,
}

/// A table that holds states, and how it is read.
#[derive(Clone, Debug)]
pub struct StoredTable {
    /// Reads a state as if it were an event.
    pub candidate: Candidate,
    /// What the table's own name says of the category, in plain letters.
    pub category: Option<String>,
    /// See `StoredRule::by_id`.
    pub by_id: bool,
    /// See `StoredRule::except`.
    pub except: Arc<[String]>,
    /// See `StoredRule::other_form`.
    pub other_form: bool,
}

impl Candidate {
    /// Where the states of its streams are, among the tables of the place. Documents may be in a
    /// schema of their own; where several stores are in one place, in one whose name begins that
    /// of the events.
    pub fn stored(&self, tables: &[Table]) -> Vec<StoredTable> {
        let mut found = Vec::new();
        if self.dialect.stored.is_empty() {
            return found;
        }
        let alone = self.dialect.fits(tables).len() < 2;
        for rule in &self.dialect.stored {
            let of_rule = |table: &Table| match &rule.detect {
                None => table.is_same(&self.table),
                Some(block) => !table.is_same(&self.table) && block.fits(table) && self.may_own(table, tables, alone),
            };
            let read = tables.iter().filter(|table| of_rule(table)).map(|table| StoredTable {
                candidate: Candidate {
                    dialect: rule.dialect(&self.dialect, table),
                    table: table.clone(),
                    joined: Vec::new(),
                    doubts: Vec::new(),
                    evidence: Vec::new(),
                    matched: 0,
                },
                category: rule.detect.as_ref().and_then(|block| block.table.behind(&table.name)),
                by_id: rule.by_id,
                except: rule.except.as_slice().into(),
                other_form: rule.other_form,
            });
            found.extend(read);
        }
        found
    }

    fn may_own(&self, table: &Table, tables: &[Table], alone: bool) -> bool {
        if table.within == self.table.within {
            return true;
        }
        let begins = self.table.within.as_deref().unwrap_or_default();
        let is_near = alone || table.within.as_deref().is_some_and(|within| begins.starts_with(within));
        let neighbours: Vec<Table> = tables.iter().filter(|own| own.within == table.within).cloned().collect();
        is_near && self.dialect.fits(&neighbours).is_empty()
    }
}

impl StoredRule {
    /// The dialect that reads states as if they were events.
    fn dialect(&self, of: &Dialect, table: &Table) -> Dialect {
        // Of a column that is not there nothing is equal to a value.
        let says = |test: &&Test| test.1 != Comparison::NotEqual || table.column(&test.0).is_some();
        let tests = self.tests.iter().filter(says).cloned().collect();
        let events = Events { tests, ..Events::of(self.map.clone()) };
        Dialect { events, stored: Vec::new(), ..of.clone() }
    }
}

impl TableName {
    /// What stands in a table's name where a pattern has its `*`, in plain letters.
    fn behind(&self, name: &Name) -> Option<String> {
        let TableName::Named(names) = self else { return None };
        let rest = |own: &Name| {
            let begin = own.plain().strip_suffix('*')?;
            name.plain().strip_prefix(begin).map(str::to_owned)
        };
        names.0.iter().find_map(rest)
    }
}
