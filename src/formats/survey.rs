//! [`Survey`]: everything that a user may want to know of a store whose layout is not clear:
//! its tables, their columns with an example of what they hold, and what may be meant.

use std::path::Path;

use super::{Location, OpenChoice, OpenError, SAMPLED_ROWS, TieChoice, enter, understand, with_rows};
use crate::dialect::Table;
use crate::dialect::guess::{Guess, Sampled, TableSample, looks};
use crate::model::Findings;

/// Characters of an example.
const EXAMPLE: usize = 48;

/// What stands in a store.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The container's word.
    pub format: &'static str,
    /// In the store's order.
    pub tables: Vec<TableShape>,
    /// The tables that may hold the events, the likeliest first.
    pub guesses: Vec<Guess>,
    /// The stores that are there, where it is several.
    pub ties: Vec<TieChoice>,
}

/// A table, and what its first rows look like.
#[derive(Clone, Debug)]
pub struct TableShape {
    pub table: Table,
    /// As many as the table has columns.
    pub columns: Vec<ColumnShape>,
    /// Rows of the table, where they were counted.
    pub rows: Option<u64>,
    /// The likeliest column of each role; of few tables all of them.
    pub roles: Vec<(&'static str, String)>,
}

/// What a column holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnShape {
    /// The first value that is not null, in short.
    pub example: String,
    /// It holds 16 bytes: a UUID, laid out one way or another.
    pub is_id_bytes: bool,
}

/// Looks at a store that is, or was to be, opened by `choice`.
///
/// # Errors
/// Where the store cannot be read at all.
pub fn survey(location: &Location, cache: &Path, choice: &OpenChoice) -> Result<Survey, OpenError> {
    let entered = enter(location, cache, choice)?;
    let (path, engine, contents) = (entered.path, entered.engine, &*entered.contents);
    let (tables, chosen) = understand(path, engine, contents, choice, &mut Findings::default())?;
    // Tables without samples are there to be chosen all the same.
    let samples = contents.samples(&tables, SAMPLED_ROWS).unwrap_or_default();
    let looks = looks(&samples);
    let ties = match chosen.map_err(|error| with_rows(error, || samples.clone())) {
        Err(OpenError::Tie { choices, .. }) => choices,
        _ => Vec::new(),
    };
    let shape = |table: Table| {
        let sample = samples.iter().find(|sample| sample.table.name == table.name);
        let look = looks.iter().find(|look| look.table == table.name.as_str());
        TableShape {
            columns: (0..table.columns.len()).map(|at| sample.map(|own| column(own, at)).unwrap_or_default()).collect(),
            rows: sample.and_then(|sample| sample.count),
            roles: look.map(|look| look.roles.clone()).unwrap_or_default(),
            table,
        }
    };
    Ok(Survey {
        format: engine,
        tables: tables.into_iter().filter(|table| table.trouble.is_none()).map(shape).collect(),
        guesses: looks.iter().filter(|look| look.is_possible()).cloned().collect(),
        ties,
    })
}

fn column(sample: &TableSample, at: usize) -> ColumnShape {
    let values = || sample.rows.iter().filter_map(|row| row.get(at)).filter(|value| **value != Sampled::Null);
    ColumnShape {
        example: values().next().map(example).unwrap_or_default(),
        is_id_bytes: values().any(|value| matches!(value, Sampled::Bytes(bytes) if bytes.len() == 16)),
    }
}

fn example(value: &Sampled) -> String {
    let cut = |text: &str| match text.char_indices().nth(EXAMPLE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    match value {
        Sampled::Null => String::new(),
        Sampled::Integer(value) => value.to_string(),
        Sampled::Real(value) => value.to_string(),
        Sampled::Text(text) => cut(text),
        Sampled::Bytes(bytes) => {
            let hex: String = bytes.iter().take(EXAMPLE).map(|byte| format!("{byte:02x}")).collect();
            format!("0x{}", cut(&hex))
        }
    }
}
