//! Looks whether what `--map` points at inside a column is there: a member that no row has would
//! read as nothing, without a word.

use super::{Contents, EventPage, OpenError, ReadError, ScanCursor, Store};
use crate::dialect::{Candidate, DialectError, MapOverride, Mapping, Name, Spot, nearest};
use crate::model::{Findings, Node};

/// Rows whose members are looked at to say which there are, and members that are named.
const ROWS: usize = 64;
const NAMED: usize = 12;

/// # Errors
/// A member that no row has, with the nearest that one has.
pub(super) fn check(contents: &dyn Contents, chosen: &[Candidate], map: &MapOverride) -> Result<(), OpenError> {
    for role in map.columns.keys() {
        let mut missing = None;
        for candidate in chosen {
            let mapping = candidate.mapping()?;
            let Some(spot) = mapping.inside(role) else { continue };
            let store = |members| contents.store(candidate, mapping.looking_for(role, members));
            // What cannot be read now is told when the store is scanned.
            if is_there(&*store(spot.path.len())?.store).unwrap_or(true) {
                missing = None;
                break;
            }
            missing = missing.or(Some((candidate, mapping, spot)));
        }
        if let Some((candidate, mapping, spot)) = missing
            && let Some(error) = error(contents, candidate, &mapping, role, &spot)?
        {
            return Err(error.into());
        }
    }
    Ok(())
}

/// Some row has something there; a store without rows has nothing to miss.
fn is_there(store: &dyn Store) -> Result<bool, ReadError> {
    let (mut scanner, mut page, mut cursor) = (store.scanner()?, EventPage::default(), ScanCursor::START);
    let mut is_empty = true;
    loop {
        let step = scanner.scan(&cursor, &mut page, &mut Findings::default())?;
        if page.iter().any(|row| row.time.is_some() || row.time_text.is_some()) {
            return Ok(true);
        }
        is_empty &= page.is_empty();
        if step.end {
            return Ok(is_empty);
        }
        cursor = step.cursor;
    }
}

/// What is wrong with the path; `None` where its member is there, and null in every row.
fn error(
    contents: &dyn Contents,
    candidate: &Candidate,
    mapping: &Mapping,
    role: &str,
    spot: &Spot,
) -> Result<Option<DialectError>, OpenError> {
    for depth in (0..spot.path.len()).rev() {
        let store = contents.store(candidate, mapping.looking_for(role, depth))?.store;
        let members = members(&*store).unwrap_or_default();
        if members.is_empty() {
            continue;
        }
        let outside = |depth: usize| Spot { path: spot.path[..depth].to_vec(), way: "", ..spot.clone() };
        let wanted = &spot.path[depth];
        if members.iter().any(|own| own.as_str() == wanted) {
            let Some(inner) = spot.path.get(depth + 1) else { return Ok(None) };
            let message =
                format!("there is no member {inner} in {} for the {role}: it is no object", outside(depth + 1));
            return Ok(Some(DialectError::of_map(role, message, "leave the member out")));
        }
        let message = format!("no row has a member {wanted} in {} for the {role}", outside(depth));
        let help = match nearest(&Name::from(wanted.as_str()), &members) {
            Some(near) => format!("did you mean {}.{near}?", outside(depth)),
            None => {
                let named: Vec<&str> = members.iter().take(NAMED).map(Name::as_str).collect();
                let more = if members.len() > NAMED { ", …" } else { "" };
                format!("its members are {}{more}", named.join(", "))
            }
        };
        return Ok(Some(DialectError::of_map(role, message, help)));
    }
    let message = format!("no row has a member {} in {} for the {role}", spot.path.join("."), spot.column);
    let help = format!("{} holds no JSON object in the first rows: name another column", spot.column);
    Ok(Some(DialectError::of_map(role, message, help)))
}

/// The members of the payloads of the first rows.
fn members(store: &dyn Store) -> Result<Vec<Name>, ReadError> {
    let (mut page, mut notes) = (EventPage::default(), Findings::default());
    store.scanner()?.scan(&ScanCursor::START, &mut page, &mut notes)?;
    let keys: Vec<_> = page.iter().take(ROWS).map(|row| row.key).collect();
    page.clear();
    store.fetcher()?.fetch(&keys, None, &mut page, &mut notes)?;
    let mut members: Vec<Name> = Vec::new();
    for row in page.iter() {
        let Node::Object(object) = store.decode(&row).data else { continue };
        for (key, _) in &object.0 {
            if !members.iter().any(|own| own.as_str() == &**key) {
                members.push(Name::from(&**key));
            }
        }
    }
    Ok(members)
}
