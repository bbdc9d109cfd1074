//! Audit trails: what tells the objects apart whose histories the rows of a table are.

use super::{Dialect, Name, Table};

impl Dialect {
    /// What tells the objects of an audit trail apart: the table's own key without the trail's
    /// columns, else that of the table of living objects, where there is one. `None`: its rows are no
    /// objects but members of a collection, which have no other columns.
    pub(super) fn key_of_objects(&self, table: &Table, tables: &[&Table]) -> Option<Vec<Name>> {
        // What other tables are found by is not the trail's own here.
        let blocks = || self.detect.iter().filter(|block| block.fits(table));
        let named = || blocks().flat_map(|block| &block.columns).flat_map(|names| &names.0);
        let of_trail =
            |column: &Name| named().any(|own| own.is_like(column)) || self.events.map.payload.leaves_out(column, table);
        let key: Vec<Name> = table.key.iter().filter(|column| !of_trail(column)).cloned().collect();
        if !key.is_empty() {
            let is_collection = table.columns.iter().all(|own| of_trail(own) || table.key.contains(own));
            return (!is_collection).then_some(key);
        }
        let is_trail = |other: &Table| blocks().any(|block| block.fits(other));
        let is_here = |column: &Name| !of_trail(column) && table.column(column).is_some();
        let has_key = |other: &Table| !other.key.is_empty() && other.key.iter().all(is_here);
        let mut living: Vec<(usize, &Table)> = tables
            .iter()
            .filter(|own| !own.is_same(table) && !is_trail(own) && has_key(own))
            .map(|own| (own.columns.iter().filter(|column| is_here(column)).count(), *own))
            .collect();
        // A trail may leave columns out, so its name says more than they do.
        let by_name = living.iter().filter(|(here, own)| here * 2 >= own.columns.len() && is_named_for(table, own));
        let by_name = by_name.max_by_key(|(_, own)| own.name.as_str().len()).map(|(_, own)| own.key.clone());
        living.retain(|(here, own)| *here == own.columns.len());
        let by_columns = || living.iter().max_by_key(|(here, _)| *here).map(|(_, own)| own.key.clone());
        Some(by_name.or_else(by_columns).unwrap_or_default())
    }
}

/// A trail's name is that of the table whose objects it keeps, with one word in it, before it or
/// behind it.
fn is_named_for(trail: &Table, living: &Table) -> bool {
    let (trail, living) = (trail.name.plain().as_bytes(), living.name.plain().as_bytes());
    let same = |a: &mut dyn Iterator<Item = (&u8, &u8)>| a.take_while(|(a, b)| a == b).count();
    let in_front = same(&mut trail.iter().zip(living));
    let behind = same(&mut trail.iter().rev().zip(living.iter().rev()));
    trail.len() > living.len() && in_front + behind >= living.len()
}
