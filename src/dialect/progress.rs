//! [`Progress`]: the table in which a framework notes how far its projections are.

use serde::Deserialize;

use super::guess::{Sampled, TableSample};
use super::rules::TableName;
use super::{Candidate, Name, Table};

/// How the sentence on projections begins.
pub const PROJECTIONS: &str = "projections";

/// Projections that are named, at most.
const NAMED: usize = 24;

/// The part `[progress]` of a dialect's file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    table: TableName,
    /// The column with the projection's name; behind a colon stands which part of the events it
    /// reads, `All` or a tenant.
    name: Name,
    /// The column with the position of the last event it has read.
    position: Name,
    /// Such a name, or one that begins so and goes on with a colon, is no projection: its position
    /// is how far projections may read.
    mark: String,
    /// Other names that are no projections.
    #[serde(default)]
    without: Vec<String>,
}

impl Candidate {
    /// The table that says how far its projections are.
    pub fn progress<'t>(&self, tables: &'t [Table]) -> Option<&'t Table> {
        let rule = self.dialect.progress.as_ref()?;
        let has = |table: &&Table| [&rule.name, &rule.position].iter().all(|name| table.column(name).is_some());
        let mut own = tables.iter().filter(|table| table.within == self.table.within && rule.table.is(&table.name));
        own.find(has)
    }

    /// How far they are, in a sentence; `None` where there are none. `alone` is false where it must
    /// say of which store.
    pub fn sentence_of_progress(&self, rows: &TableSample, alone: bool) -> Option<String> {
        let rule = self.dialect.progress.as_ref()?;
        let place = |name: &Name| rows.table.columns.iter().position(|column| column.is_like(name));
        let (name, position) = (place(&rule.name)?, place(&rule.position)?);
        let row = |row: &Vec<Sampled>| {
            let Some(Sampled::Text(name)) = row.get(name) else { return None };
            let position = match row.get(position)? {
                Sampled::Integer(position) => *position,
                Sampled::Text(text) => text.parse().ok()?,
                _ => return None,
            };
            Some((name.clone(), position))
        };
        let all: Vec<(String, i64)> = rows.rows.iter().filter_map(row).collect();
        let is_mark = |name: &str| name.split(':').next() == Some(&rule.mark);
        let mark = |tenant: &str| {
            let of = format!("{}:{tenant}", rule.mark);
            let find = |wanted: &str| all.iter().find(|(name, _)| name == wanted).map(|(_, position)| *position);
            find(&of).or_else(|| find(&rule.mark))
        };
        let is_projection = |(name, _): &&(String, i64)| !is_mark(name) && !rule.without.iter().any(|own| own == name);
        let mut said: Vec<String> = Vec::new();
        for (name, position) in all.iter().filter(is_projection) {
            let (own, tenant) = parts(name);
            let of = if tenant.is_empty() { String::new() } else { format!(" of {tenant}") };
            // It is read up to the mark, and the mark may be written later.
            let lag = mark(tenant).map(|mark| format!(", lag {}", mark.saturating_sub(*position).max(0)));
            said.push(format!("{own}{of} at seq {position}{}", lag.unwrap_or_default()));
        }
        said.sort();
        let more = said.len().saturating_sub(NAMED);
        said.truncate(NAMED);
        if more > 0 {
            said.push(format!("and {more} more"));
        }
        let of = self.table.within.as_ref().filter(|_| !alone).map(|of| format!(" of {of}")).unwrap_or_default();
        (!said.is_empty()).then(|| format!("{PROJECTIONS}{of}: {}", said.join("; ")))
    }
}

/// `Name:V2:All:tenant`: the name with its version, and the tenant.
fn parts(name: &str) -> (String, &str) {
    match name.split_once(":All") {
        Some((own, "")) => (own.replace(':', " "), ""),
        Some((own, tenant)) if tenant.starts_with(':') => (own.replace(':', " "), &tenant[1..]),
        _ => (name.to_owned(), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{catalog, detect};

    fn said(rows: &[(&str, i64)]) -> Option<String> {
        let table = |name: &str, columns: &str| Table::new(name, columns.split(' ').map(str::to_owned), false);
        let tables = [
            table("mt_events", "seq_id id stream_id version data type timestamp tenant_id"),
            table("mt_event_progression", "name last_seq_id last_updated"),
        ];
        let found = detect("postgres", &tables, &catalog(None).dialects);
        let own = found[0].progress(&tables).expect("the table").clone();
        let row = |(name, position): &(&str, i64)| {
            vec![Sampled::Text((*name).to_owned()), Sampled::Text(position.to_string()), Sampled::Null]
        };
        let rows = rows.iter().map(row).collect();
        found[0].sentence_of_progress(&TableSample { table: own, rows, keys: Vec::new(), count: None }, true)
    }

    #[test]
    fn projections_are_told_with_their_lag() {
        let marks = [("HighWaterMark", 203), ("HighWaterAllocationFence", 203), ("HighWaterStuckGap", 200)];
        assert_eq!(said(&marks), None);
        let rows = [&marks[..], &[("MonthTotals:All", 203), ("Agent Load:V2:All", 190)]].concat();
        let wanted = "projections: Agent Load V2 at seq 190, lag 13; MonthTotals at seq 203, lag 0";
        assert_eq!(said(&rows).as_deref(), Some(wanted));
        // Each tenant counts for itself; a projection may be ahead of the mark.
        let rows = [("HighWaterMark", 47), ("HighWaterMark:south", 23), ("A:All:north", 48), ("A:All:south", 20)];
        let wanted = "projections: A of north at seq 48, lag 0; A of south at seq 20, lag 3";
        assert_eq!(said(&rows).as_deref(), Some(wanted));
        assert_eq!(said(&[("Odd", 7)]).as_deref(), Some("projections: Odd at seq 7"));
    }
}
