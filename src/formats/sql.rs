//! SQL that reads events: a plan made of a mapping, written in the flavour of a database.

use super::row::Extent;
use crate::dialect::mapping::{Column, ROWID, RowTest};
use crate::dialect::{Comparison, Mapping, Scalar};

/// How one kind of database writes SQL.
pub(super) trait SqlFlavour {
    /// A name of a table or column.
    fn quote(&self, name: &str) -> String;
    /// The place of a value, counted from 1.
    fn parameter(&self, number: usize) -> String;
    /// What a row's key is called in the events table.
    fn key(&self) -> String;
    /// A constant.
    fn literal(&self, value: &Scalar) -> String;
}

/// The statements that read one events table. The first column of each is the row's key.
pub(super) struct Queries {
    /// Headers from a key on; then how many.
    pub header: String,
    /// The whole row of a key.
    pub whole: String,
    /// Whole rows of one stream between two versions, where an index finds them.
    pub run: Option<String>,
    /// The largest key.
    pub max: String,
    /// The largest key before a key.
    pub before: String,
    /// Payloads alone; `None` where they have no column of their own.
    pub payloads: Option<PayloadQueries>,
}

/// The statements that give keys and payloads.
pub(super) struct PayloadQueries {
    /// Between two keys.
    pub range: String,
    /// As [`Queries::run`].
    pub run: Option<String>,
    pub one: String,
}

/// What an events table's name in a statement is.
const EVENTS: &str = "e";

/// Writes the statements. `by_stream`: an index begins with stream and version.
pub(super) fn queries(flavour: &dyn SqlFlavour, table: &str, mapping: &Mapping, by_stream: bool) -> Queries {
    let key = format!("{EVENTS}.{}", flavour.key());
    let column = |column: &Column| match column {
        Column { table: 0, name } if name.as_str() == ROWID => key.clone(),
        Column { table, name } => format!("{}.{}", alias(*table), flavour.quote(name.as_str())),
    };
    let select = |extent: Extent| {
        let wanted = mapping.columns().iter().zip(mapping.in_header());
        let wanted = wanted.filter(|(_, in_header)| extent == Extent::Whole || **in_header);
        format!("SELECT {key}{}", wanted.map(|(own, _)| format!(", {}", column(own))).collect::<String>())
    };
    let from = from(flavour, table, mapping, &column);
    // Every condition is put behind those that hold for each event.
    let tests = mapping.tests().iter().map(|test| condition(flavour, test, &column));
    let tests = tests.map(|test| format!("{test} AND ")).collect::<String>();
    let rows = |what: &str| format!("{from} WHERE {tests}{what}");
    let p = |number| flavour.parameter(number);
    let run = match (mapping.stream_column(), mapping.version_column()) {
        (Some(stream), Some(version)) if by_stream => {
            Some(format!("{} = {} AND {} BETWEEN {} AND {}", column(stream), p(1), column(version), p(2), p(3)))
        }
        _ => None,
    };
    let payloads = mapping.payload_column().filter(|_| mapping.rest().is_none()).map(|payload| {
        let select = format!("SELECT {key}, {}", column(payload));
        PayloadQueries {
            range: format!("{select} {} ORDER BY {key}", rows(&format!("{key} BETWEEN {} AND {}", p(1), p(2)))),
            run: run.as_ref().map(|run| format!("{select} {}", rows(run))),
            one: format!("{select} {}", rows(&format!("{key} = {}", p(1)))),
        }
    });
    let events = format!("FROM {} AS {EVENTS}", flavour.quote(table));
    Queries {
        header: format!(
            "{} {} ORDER BY {key} LIMIT {}",
            select(Extent::Header),
            rows(&format!("{key} >= {}", p(1))),
            p(2)
        ),
        whole: format!("{} {}", select(Extent::Whole), rows(&format!("{key} = {}", p(1)))),
        run: run.map(|run| format!("{} {}", select(Extent::Whole), rows(&run))),
        max: format!("SELECT max({key}) {events}"),
        before: format!("SELECT max({key}) {events} WHERE {key} < {}", p(1)),
        payloads,
    }
}

fn alias(table: usize) -> String {
    match table {
        0 => EVENTS.to_owned(),
        joined => format!("j{joined}"),
    }
}

fn from(flavour: &dyn SqlFlavour, table: &str, mapping: &Mapping, column: &impl Fn(&Column) -> String) -> String {
    let mut from = format!("FROM {} AS {EVENTS}", flavour.quote(table));
    for (join, number) in mapping.joins().iter().zip(1..) {
        let kind = if join.optional { "LEFT JOIN" } else { "JOIN" };
        let on: Vec<String> = join.on.iter().map(|(a, b)| format!("{} = {}", column(a), column(b))).collect();
        let table = flavour.quote(join.table.as_str());
        from += &format!(" {kind} {table} AS {} ON {}", alias(number), on.join(" AND "));
    }
    from
}

/// A test of a dialect. A null is no value: it is unequal to every one.
fn condition(flavour: &dyn SqlFlavour, test: &RowTest, column: &impl Fn(&Column) -> String) -> String {
    let (column, value) = (column(&test.column), flavour.literal(&test.value));
    match test.comparison {
        Comparison::Equal => format!("{column} = {value}"),
        Comparison::NotEqual => format!("({column} <> {value} OR {column} IS NULL)"),
    }
}
