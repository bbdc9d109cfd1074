//! SQL that reads events: a plan made of a mapping, written in the flavour of a database.

use super::row::Extent;
use crate::dialect::mapping::{Column, RowTest};
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
    /// Whole rows between two keys.
    pub range: String,
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
/// The table of a numbered copy.
const NUMBERED: &str = "rows";

/// Rows without a key of their own: numbered in a copy, in the order of a query.
pub(super) struct NumberedRows {
    /// Gives the rows; the copy has its columns as c0, c1 …
    pub query: String,
    /// Places of the columns to find rows by.
    pub index: Option<(usize, usize)>,
    /// Read the copy.
    pub queries: Queries,
}

/// The rows that are events, in the words of SQL.
struct Rows {
    table: String,
    key: String,
    /// As many as [`Mapping::columns`].
    columns: Vec<String>,
    from: String,
    /// What holds for each event.
    tests: Vec<String>,
}

/// Writes the statements. `by_stream`: an index begins with stream and version.
pub(super) fn queries(flavour: &dyn SqlFlavour, table: &str, mapping: &Mapping, by_stream: bool) -> Queries {
    let rows = rows_of_table(flavour, table, mapping);
    statements(flavour, mapping, &rows, by_stream)
}

/// Writes the statements where the rows have no key.
pub(super) fn numbered(flavour: &dyn SqlFlavour, table: &str, mapping: &Mapping) -> NumberedRows {
    let rows = rows_of_table(flavour, table, mapping);
    let place = |column: &Column| mapping.columns().iter().position(|own| own == column);
    let mut query = format!("SELECT {} {}", rows.columns.join(", "), rows.from);
    if !rows.tests.is_empty() {
        query += &format!(" WHERE {}", rows.tests.join(" AND "));
    }
    // What is appended to the store then comes behind what is there.
    if let Some(position) = mapping.position_column().and_then(place) {
        query += &format!(" ORDER BY {}", rows.columns[position]);
    }
    let index = mapping.stream_column().and_then(place).zip(mapping.version_column().and_then(place));
    let copy = Rows {
        table: NUMBERED.to_owned(),
        key: format!("{EVENTS}.rowid"),
        columns: (0..rows.columns.len()).map(|at| format!("{EVENTS}.c{at}")).collect(),
        from: format!("FROM {NUMBERED} AS {EVENTS}"),
        tests: Vec::new(),
    };
    let queries = statements(flavour, mapping, &copy, index.is_some() && !mapping.has_items());
    NumberedRows { query, index, queries }
}

fn rows_of_table(flavour: &dyn SqlFlavour, table: &str, mapping: &Mapping) -> Rows {
    let column = |column: &Column| format!("{}.{}", alias(column.table), flavour.quote(column.name.as_str()));
    Rows {
        table: flavour.quote(table),
        key: format!("{EVENTS}.{}", flavour.key()),
        columns: mapping.columns().iter().map(column).collect(),
        from: from(flavour, table, mapping, &column),
        tests: mapping.tests().iter().map(|test| condition(flavour, test, &column)).collect(),
    }
}

fn statements(flavour: &dyn SqlFlavour, mapping: &Mapping, events: &Rows, by_stream: bool) -> Queries {
    let Rows { table, key, from, .. } = events;
    let column = |column: &Column| {
        let place = mapping.columns().iter().position(|own| own == column)?;
        events.columns.get(place)
    };
    let select = |extent: Extent| {
        let wanted = events.columns.iter().zip(mapping.in_header());
        let wanted = wanted.filter(|(_, in_header)| extent == Extent::Whole || **in_header);
        format!("SELECT {key}{}", wanted.map(|(own, _)| format!(", {own}")).collect::<String>())
    };
    // Every condition is put behind those that hold for each event.
    let tests = events.tests.iter().map(|test| format!("{test} AND ")).collect::<String>();
    let rows = |what: &str| format!("{from} WHERE {tests}{what}");
    let p = |number| flavour.parameter(number);
    let run = match (mapping.stream_column().and_then(column), mapping.version_column().and_then(column)) {
        (Some(stream), Some(version)) if by_stream => {
            Some(format!("{stream} = {} AND {version} BETWEEN {} AND {}", p(1), p(2), p(3)))
        }
        _ => None,
    };
    let payload = mapping.payload_column().filter(|_| mapping.rest().is_none() && !mapping.has_items());
    let payloads = payload.and_then(column).map(|payload| {
        let select = format!("SELECT {key}, {payload}");
        PayloadQueries {
            range: format!("{select} {} ORDER BY {key}", rows(&format!("{key} BETWEEN {} AND {}", p(1), p(2)))),
            run: run.as_ref().map(|run| format!("{select} {}", rows(run))),
            one: format!("{select} {}", rows(&format!("{key} = {}", p(1)))),
        }
    });
    let all = format!("FROM {table} AS {EVENTS}");
    Queries {
        header: format!(
            "{} {} ORDER BY {key} LIMIT {}",
            select(Extent::Header),
            rows(&format!("{key} >= {}", p(1))),
            p(2)
        ),
        whole: format!("{} {}", select(Extent::Whole), rows(&format!("{key} = {}", p(1)))),
        range: format!(
            "{} {} ORDER BY {key}",
            select(Extent::Whole),
            rows(&format!("{key} BETWEEN {} AND {}", p(1), p(2)))
        ),
        run: run.map(|run| format!("{} {}", select(Extent::Whole), rows(&run))),
        max: format!("SELECT max({key}) {all}"),
        before: format!("SELECT max({key}) {all} WHERE {key} < {}", p(1)),
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
    for join in mapping.joins() {
        let kind = if join.optional { "LEFT JOIN" } else { "JOIN" };
        let table = flavour.quote(join.table.as_str());
        let same = join.on.iter().map(|(a, b)| format!("{} = {}", column(a), column(b)));
        let tests = join.tests.iter().map(|test| condition(flavour, test, column));
        let mut on: Vec<String> = same.chain(tests).collect();
        if let Some(first) = &join.first {
            // The same conditions, of the table by another name.
            let inner = |own: &Column| match own.table == join.number {
                true => format!("f.{}", flavour.quote(own.name.as_str())),
                false => column(own),
            };
            let same = join.on.iter().map(|(a, b)| format!("{} = {}", inner(a), inner(b)));
            let tests = join.tests.iter().map(|test| condition(flavour, test, &inner));
            let which = same.chain(tests).collect::<Vec<_>>().join(" AND ");
            on.push(format!("{} = (SELECT min({}) FROM {table} AS f WHERE {which})", column(first), inner(first)));
        }
        from += &format!(" {kind} {table} AS {} ON {}", alias(join.number), on.join(" AND "));
    }
    from
}

/// A test of a dialect. A null is no value: it is unequal to every one.
fn condition(flavour: &dyn SqlFlavour, test: &RowTest, column: &impl Fn(&Column) -> String) -> String {
    let (column, value) = (column(&test.column), flavour.literal(&test.value));
    match test.comparison {
        Comparison::Has => format!("instr({column}, {value}) > 0"),
        Comparison::Equal => format!("{column} = {value}"),
        Comparison::Is if test.wants_value() => format!("{column} IS NOT NULL"),
        Comparison::Is => format!("{column} IS NULL"),
        Comparison::NotEqual => format!("({column} <> {value} OR {column} IS NULL)"),
    }
}
