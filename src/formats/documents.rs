//! [`Documents`]: states that a framework keeps beside its events, as stores of their own: a row
//! is a state, its version that of the last event in it.

use std::sync::Arc;

use super::{Contents, OpenError, Store};
use crate::dialect::{Candidate, StoredTable, Table};
use crate::model::{FindingCode, Findings, Text};

/// A table of states.
#[derive(Clone)]
pub struct Documents {
    /// Its full name.
    pub table: Text,
    pub store: Arc<dyn Store>,
    /// The category of its streams, in plain letters, where its name says so.
    pub category: Option<Text>,
    /// Rows name their stream by what stands behind the first hyphen of its name.
    pub by_id: bool,
    /// Members of a state that the framework does not keep up to date.
    pub except: Arc<[String]>,
    /// They are in a form of their own, and not compared.
    pub other_form: bool,
}

/// The tables of states of a store's streams. One that cannot be read hides no other.
pub(super) fn documents(
    contents: &dyn Contents,
    events: &Candidate,
    tables: &[Table],
    findings: &mut Findings,
) -> Vec<Documents> {
    let mut found = Vec::new();
    for StoredTable { candidate, category, by_id, except, other_form } in events.stored(tables) {
        let table = Text::from(candidate.table.full_name().as_str());
        let bound = candidate.mapping().map_err(OpenError::from);
        match bound.and_then(|mapping| contents.store(&candidate, mapping)) {
            Ok(bound) => {
                let category = category.map(Text::from);
                found.push(Documents { table, store: bound.store, category, by_id, except, other_form });
            }
            Err(error) => findings.note(FindingCode::NotRead, format!("the documents of {table}: {error}")),
        }
    }
    found
}
