//! [`narrowed`]: a store of many tenants, narrowed to one of them.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Contents, EventPage, OpenError, ScanCursor};
use crate::dialect::{Candidate, Dialect};
use crate::model::Findings;

/// Tenants that are named where the one asked for is not there, at most.
const NAMED: usize = 24;

/// The candidates without the rows of other tenants.
///
/// # Errors
/// A framework that says nothing of tenants, or a tenant that has no row.
pub(super) fn narrowed(
    contents: &dyn Contents,
    path: &Path,
    candidates: &[Candidate],
    tenant: &str,
) -> Result<Vec<Candidate>, OpenError> {
    if let Some(own) = candidates.iter().find(|own| !own.dialect.knows_tenants()) {
        return Err(OpenError::KnowsNoTenants { path: path.to_owned(), framework: own.dialect.name.clone() });
    }
    let with = |dialect: fn(&Dialect, &str) -> Dialect| -> Vec<Candidate> {
        let mut all = candidates.to_vec();
        all.iter_mut().for_each(|own| own.dialect = dialect(&own.dialect, tenant));
        all
    };
    let own = with(Dialect::of_tenant);
    if !streams(contents, &own, 1)?.is_empty() {
        return Ok(own);
    }
    let there = streams(contents, &with(|dialect, _| dialect.by_tenant()), NAMED)?;
    Err(OpenError::NoTenant { path: path.to_owned(), tenant: tenant.to_owned(), there: there.into_iter().collect() })
}

/// The names of the streams, as many as are wanted.
fn streams(contents: &dyn Contents, candidates: &[Candidate], wanted: usize) -> Result<BTreeSet<String>, OpenError> {
    let mut names = BTreeSet::new();
    for candidate in candidates {
        let mut scanner = contents.store(candidate, candidate.mapping()?)?.store.scanner()?;
        scanner.end_at_present()?;
        let (mut page, mut cursor) = (EventPage::default(), ScanCursor::START);
        loop {
            let step = scanner.scan(&cursor, &mut page, &mut Findings::default())?;
            for row in page.iter() {
                if names.len() < wanted && !names.contains(row.stream) {
                    names.insert(row.stream.to_owned());
                }
            }
            if step.end || names.len() >= wanted {
                break;
            }
            cursor = step.cursor;
        }
    }
    Ok(names)
}
