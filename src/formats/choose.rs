//! Which of a store's tables are its events, and by which dialect: by what the user says, else
//! by the columns; where several could be meant, none is taken in silence.

use std::collections::HashMap;
use std::path::Path;

use super::{OpenChoice, OpenError, TieChoice};
use crate::dialect::guess::{TableSample, guess};
use crate::dialect::{Candidate, Dialect, MapOverride, Name, Table, catalog, detect, nearest};
use crate::model::{FindingCode, Findings};

/// Tables named in a message, at most; and columns of each.
pub(super) const NAMED: usize = 24;

fn shape(table: &Table) -> String {
    let mut columns: Vec<&str> = table.columns.iter().take(NAMED).map(Name::as_str).collect();
    if table.columns.len() > NAMED {
        columns.push("…");
    }
    let typing = table.typing.map(|typing| format!("; {}", typing.sentence())).unwrap_or_default();
    format!("{} ({}{typing})", table.full_name(), columns.join(", "))
}

/// The tables to read, and as what: one, or several stores of one dialect. What could be meant
/// otherwise is asked.
pub(super) fn choose(
    path: &Path,
    engine: &str,
    tables: &[Table],
    choice: &OpenChoice,
    findings: &mut Findings,
) -> Result<Vec<Candidate>, OpenError> {
    let readable = || tables.iter().filter(|table| table.trouble.is_none());
    let shapes = || readable().take(NAMED).map(shape).collect();
    let is_meant = |table: &&Table| match &choice.map.table {
        Some(name) => is_called(table, name),
        None => readable().next().is_none(),
    };
    if let Some(Table { name, trouble: Some(trouble), .. }) = tables.iter().find(is_meant) {
        return Err(OpenError::Unreadable {
            path: path.to_owned(),
            table: name.to_string(),
            reason: trouble.clone(),
            tables: readable().take(NAMED).map(|own| own.name.to_string()).collect(),
        });
    }
    if tables.is_empty() {
        return Err(OpenError::NoTables(path.to_owned()));
    }
    if let Some(table) = &choice.map.table
        && !tables.iter().any(|own| is_called(own, table))
    {
        return Err(OpenError::NoTable {
            path: path.to_owned(),
            table: table.clone(),
            near: nearest(&Name::from(table.as_str()), &readable().map(Table::full_name).collect::<Vec<_>>())
                .map(ToString::to_string),
            tables: readable().take(NAMED).map(|own| own.full_name().to_string()).collect(),
        });
    }
    let wanted = |table: &Table| choice.map.table.as_ref().is_none_or(|name| is_called(table, name));
    if choice.map.is_whole() && choice.dialect.is_none() {
        return by_map(path, readable().filter(|table| wanted(table)), &choice.map).map(|one| vec![one]);
    }
    let catalog = catalog(choice.dialects.as_deref());
    let mut dialects = catalog.dialects;
    if let Some(id) = &choice.dialect {
        let known = dialects.iter().map(|known| known.head().id.clone()).collect();
        dialects.retain(|known| known.head().id == *id);
        if dialects.is_empty() {
            // It may be one of those that cannot be read.
            return Err(match catalog.broken.into_iter().next() {
                Some(broken) => broken.into(),
                None => OpenError::UnknownDialect(id.clone(), known),
            });
        }
    }
    for broken in &catalog.broken {
        findings.note(FindingCode::BadDialect, broken.to_string());
    }
    let mut found = detect(engine, tables, &dialects);
    found.retain(|candidate| wanted(&candidate.table));
    tables_first(&mut found);
    best_of_each_table(&mut found);
    if choice.map.table.is_none() {
        without_stored(&mut found, tables);
        without_beside(&mut found);
    }
    let is_one = |found: &[Candidate]| found.iter().all(|own| own.dialect.id == found[0].dialect.id);
    match found.as_slice() {
        // What is missing for a table that no dialect knows is said.
        [] if !choice.map.columns.is_empty() && choice.dialect.is_none() => {
            by_map(path, readable().filter(|table| wanted(table)), &choice.map).map(|one| vec![one])
        }
        [] => Err(match &choice.dialect {
            Some(id) => OpenError::DoesNotFit { path: path.to_owned(), dialect: id.clone(), tables: shapes() },
            None => OpenError::Unmapped { path: path.to_owned(), tables: shapes(), guesses: Vec::new() },
        }),
        [_] => with_roles(found, &choice.map),
        // Arrays of one document are not a framework's: one may be a copy of another.
        [first, ..] if is_one(&found) && !first.table.is_open && found.len() <= MAX_PARTS => {
            found.sort_by(|a, b| a.table.full_name().as_str().cmp(b.table.full_name().as_str()));
            with_roles(found, &choice.map)
        }
        all => {
            let of = |own: &Candidate| format!("{} ({})", own.dialect.id, own.evidence.join("; "));
            let dialects_differ = !is_one(all);
            let choices = all.iter().map(|candidate| TieChoice {
                dialect: dialects_differ.then(|| candidate.dialect.id.clone()),
                table: candidate.table.full_name().to_string(),
                rows: None,
            });
            Err(OpenError::Tie {
                path: path.to_owned(),
                candidates: all.iter().take(NAMED).map(of).collect(),
                choices: choices.collect(),
            })
        }
    }
}

/// Of tables without anything in them: one, as lines of the plainest kind.
pub(super) fn any(tables: &[Table]) -> Vec<Candidate> {
    let dialects = catalog(None).dialects;
    let plain =
        dialects.iter().find(|known| known.head().id == "plain").and_then(|known| known.dialect().ok().cloned());
    let one = plain.zip(tables.first().cloned());
    one.map(|(dialect, table)| Candidate::chosen(dialect, table, "nothing is in it".to_owned())).into_iter().collect()
}

/// What the user calls the table: its name, or as SQL writes it, `"t"` or `schema.t`.
fn is_called(table: &Table, name: &str) -> bool {
    let own = table.name.as_str();
    let full = table.full_name();
    let last = without_schema(name);
    own.eq_ignore_ascii_case(name)
        || full.as_str().eq_ignore_ascii_case(name)
        // A schema that is named must be the table's, where it is known to have one.
        || (own.eq_ignore_ascii_case(&last) && table.within.as_ref().is_none_or(|within| is_in(name, &last, within)))
}

/// What stands before the table's name ends like what the table is in.
fn is_in(name: &str, last: &str, within: &str) -> bool {
    let plain: String = name.chars().filter(|c| *c != '"').collect();
    let before = plain.strip_suffix(last).map(|before| before.trim_end_matches('.'));
    before.is_some_and(|before| {
        before.is_empty() || before.eq_ignore_ascii_case(within) || within.ends_with(&format!(".{before}"))
    })
}

/// The last part of a name in SQL, without its quotes.
fn without_schema(name: &str) -> String {
    let (mut out, mut quoted) = (String::new(), false);
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => out.push('"'),
            '"' => quoted = !quoted,
            '.' if !quoted => out.clear(),
            c => out.push(c),
        }
    }
    out
}

/// The candidates with the roles that `--map` gives instead of their dialect's.
fn with_roles(mut found: Vec<Candidate>, map: &MapOverride) -> Result<Vec<Candidate>, OpenError> {
    if !map.columns.is_empty() {
        let roles: Vec<&str> = map.columns.keys().map(String::as_str).collect();
        for candidate in &mut found {
            candidate.dialect = candidate.dialect.with_roles(map)?;
            candidate.evidence.push(format!("--map names its {}", roles.join(", ")));
        }
    }
    Ok(found)
}

/// Stores of one dialect that are read together, at most.
const MAX_PARTS: usize = 4_096;

/// Leaves of each table the dialects that know most of it: more than one are a tie.
fn best_of_each_table(found: &mut Vec<Candidate>) {
    let mut best: HashMap<Name, usize> = HashMap::new();
    for candidate in found.iter() {
        let best = best.entry(candidate.table.full_name()).or_default();
        *best = candidate.matched.max(*best);
    }
    found.retain(|candidate| best.get(&candidate.table.full_name()) == Some(&candidate.matched));
}

/// A table in which another's dialect keeps states, snapshots such as events look, is none of events.
fn without_stored(found: &mut Vec<Candidate>, tables: &[Table]) {
    let stored = |own: &Candidate| own.stored(tables).into_iter().map(|of| of.candidate.table).collect::<Vec<_>>();
    let of_others: Vec<(usize, Vec<Table>)> = found.iter().map(|own| (own.matched, stored(own))).collect();
    found.retain(|own| {
        let is_it = |table: &Table| table.is_same(&own.table);
        !of_others.iter().any(|(matched, tables)| *matched > own.matched && tables.iter().any(is_it))
    });
}

/// What only stands beside event stores is not meant where there is one; that it is there is told.
fn without_beside(found: &mut Vec<Candidate>) {
    if found.iter().all(|own| own.dialect.beside) {
        return;
    }
    let (beside, mut stores): (Vec<Candidate>, Vec<Candidate>) =
        std::mem::take(found).into_iter().partition(|own| own.dialect.beside);
    let mut told: Vec<&str> = Vec::new();
    for own in &beside {
        if told.contains(&own.dialect.id.as_str()) {
            continue;
        }
        told.push(&own.dialect.id);
        let Dialect { name, id, .. } = &own.dialect;
        if let Some(first) = stores.first_mut() {
            first.evidence.push(format!("{name} is in the same place: --dialect {id} reads it"));
        }
    }
    *found = stores;
}

/// Adds what the rows tell to an error about what they mean.
pub(super) fn with_rows(error: OpenError, samples: impl FnOnce() -> Vec<TableSample>) -> OpenError {
    match error {
        OpenError::Unmapped { path, tables, .. } => OpenError::Unmapped { path, tables, guesses: guess(&samples()) },
        OpenError::Tie { path, candidates, mut choices } => {
            let samples = samples();
            for choice in &mut choices {
                let sample = samples.iter().find(|sample| sample.table.full_name().as_str() == choice.table);
                choice.rows = sample.and_then(|sample| sample.count);
            }
            OpenError::Tie { path, candidates, choices }
        }
        other => other,
    }
}

/// A view of a table that fits says nothing more.
fn tables_first(found: &mut Vec<Candidate>) {
    if found.iter().any(|candidate| !candidate.table.is_view) {
        found.retain(|candidate| !candidate.table.is_view);
    }
}

/// The table that has every column of the user's `--map`.
fn by_map<'t>(path: &Path, tables: impl Iterator<Item = &'t Table>, map: &MapOverride) -> Result<Candidate, OpenError> {
    let dialect = Dialect::from_map(map)?;
    let (mut fitting, mut lacks) = (Vec::new(), None);
    for table in tables {
        let candidate = Candidate::chosen(dialect.clone(), table.clone(), "--map names its columns".to_owned());
        match candidate.mapping() {
            Ok(_) => fitting.push(candidate),
            Err(error) => lacks = lacks.or(Some(error)),
        }
    }
    tables_first(&mut fitting);
    match (fitting.len(), lacks) {
        (1, _) => Ok(fitting.swap_remove(0)),
        (0, Some(lacks)) => Err(lacks.into()),
        _ => {
            let candidates = fitting.iter().map(|candidate| shape(&candidate.table)).collect();
            let choice = |candidate: &Candidate| candidate.table.full_name().to_string();
            let choices = fitting.iter().map(|own| TieChoice { dialect: None, table: choice(own), rows: None });
            Err(OpenError::Tie { path: path.to_owned(), candidates, choices: choices.collect() })
        }
    }
}
