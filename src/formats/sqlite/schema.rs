//! What SQLite tells of a database's tables: their columns, keys and first rows.

use std::collections::HashMap;

use rusqlite::Connection;

use super::quote;
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::mapping::{Column, ROWID};
use crate::dialect::{Declared, Mapping, Name, Table};

/// SQLite's names of a row's hidden key; a column of the table may have one of them.
const KEY_NAMES: [&str; 3] = [ROWID, "_rowid_", "oid"];

/// Tables, then views; of those that cannot be read, why. Virtual tables would run a module's code.
pub(super) fn tables(conn: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut kinds = conn.prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")?;
    let kinds = kinds
        .query_map([], |row| Ok((row.get::<_, String>(0)?, (row.get::<_, String>(1)?, row.get::<_, bool>(2)?))))?;
    let kinds: HashMap<String, (String, bool)> = kinds.filter_map(Result::ok).collect();
    // Names of SQLite's own tables begin with `sqlite_`; in LIKE that `_` would be any letter.
    let mut list = conn.prepare(
        "SELECT name, type, coalesce(sql, '') FROM sqlite_master
            WHERE type IN ('table', 'view') AND lower(substr(name, 1, 7)) <> 'sqlite_' ORDER BY type, rowid",
    )?;
    let found = list.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    // With the columns that are computed.
    let mut info = conn.prepare("SELECT name, type FROM pragma_table_xinfo(?1)")?;
    let mut keys = conn.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    let mut tables = Vec::new();
    for (name, kind, sql) in found.filter_map(Result::ok) {
        let (kind, without_rowid): (String, bool) = kinds.get(&name).cloned().unwrap_or((kind, false));
        let is_view = kind == "view";
        let columns = info.query_map([&name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        let columns: Vec<(String, String)> =
            columns.into_iter().flatten().filter_map(Result::ok).filter(|_| kind != "virtual").collect();
        let declared = |(name, kind): &(String, String)| Some((Name::from(name.as_str()), Declared::of(kind)?));
        let declared = columns.iter().filter_map(declared).collect();
        let columns: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
        let trouble = match columns.is_empty() {
            false => None,
            true if kind == "virtual" => Some(of_module(&sql)),
            true => Some(why_unreadable(conn, &name)),
        };
        let has_rowid = !is_view && !without_rowid;
        let key = keys.query_map([&name], |row| row.get::<_, String>(0));
        let key = key.into_iter().flatten().filter_map(Result::ok).map(Name::from).collect();
        tables.push(Table { is_view, trouble, key, declared, ..Table::new(name, columns, has_rowid) });
    }
    Ok(tables)
}

/// Why a virtual table is not read, by the statement that made it.
fn of_module(sql: &str) -> String {
    let mut words = sql.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("using")).skip(1);
    let module = words.next().and_then(|word| word.split('(').next()).unwrap_or("an unknown module");
    format!("it is a virtual table of {module}, and reading one runs its module's code")
}

/// What SQLite says to a view whose tables or columns are gone, or that uses what is not there.
fn why_unreadable(conn: &Connection, view: &str) -> String {
    match conn.prepare(&format!("SELECT * FROM {}", quote(view))) {
        Ok(_) => "it has no columns".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What reaches a row's key in a statement; `None` where nothing does.
pub(super) fn key(conn: &Connection, table: &Table) -> rusqlite::Result<Option<String>> {
    if !table.has_rowid {
        return Ok(None);
    }
    let is_column = |name: &str| table.columns.iter().any(|own| own.as_str().eq_ignore_ascii_case(name));
    if let Some(name) = KEY_NAMES.into_iter().find(|name| !is_column(name)) {
        return Ok(Some(name.to_owned()));
    }
    for column in &table.columns {
        if is_rowid_alias(conn, table.name.as_str(), column.as_str())? {
            return Ok(Some(quote(column.as_str())));
        }
    }
    Ok(None)
}

/// The position is the rowid itself, or its column is another name of it.
pub(super) fn position_is_rowid(conn: &Connection, table: &Table, mapping: &Mapping) -> rusqlite::Result<bool> {
    let Some(Column { table: 0, name }) = mapping.position_column() else { return Ok(false) };
    if !table.has_rowid {
        return Ok(false);
    }
    Ok(!table.columns.contains(name) || is_rowid_alias(conn, table.name.as_str(), name.as_str())?)
}

/// The first rows of a table.
pub(super) fn sample(conn: &Connection, table: &Table, most: usize) -> rusqlite::Result<TableSample> {
    let name = quote(table.name.as_str());
    let columns: Vec<String> = table.columns.iter().map(|column| quote(column.as_str())).collect();
    let mut statement = conn.prepare(&format!("SELECT {} FROM {name} LIMIT {most}", columns.join(", ")))?;
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let value = |at: usize| Ok(Sampled::of(&super::cell(row.get_ref(at)?)));
        rows.push((0..columns.len()).map(value).collect::<rusqlite::Result<Vec<Sampled>>>()?);
    }
    // Counting a view's rows may take as long as making all of them.
    let count = match table.is_view {
        true => None,
        false => Some(conn.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get::<_, i64>(0))?),
    };
    let place = |column: String| table.columns.iter().position(|own| own.as_str() == column);
    let mut unique = conn.prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1")?;
    let mut parts = conn.prepare("SELECT name FROM pragma_index_info(?1)")?;
    let mut keys = Vec::new();
    for index in unique.query_map([table.name.as_str()], |row| row.get::<_, String>(0))? {
        let columns = parts.query_map([index?], |row| row.get::<_, Option<String>>(0))?;
        let columns = columns.collect::<rusqlite::Result<Vec<_>>>()?;
        // An index over an expression is no key.
        keys.extend(columns.into_iter().map(|column| place(column?)).collect::<Option<Vec<usize>>>());
    }
    Ok(TableSample { table: table.clone(), rows, keys, count: count.and_then(|count| u64::try_from(count).ok()) })
}

/// `column` is the table's INTEGER PRIMARY KEY, another name of the rowid. Other keys have an
/// index.
fn is_rowid_alias(conn: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 1 AND max(name = ?2) AND NOT EXISTS
            (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk')
        FROM pragma_table_info(?1) WHERE pk > 0";
    conn.query_row(sql, [table, column], |row| row.get::<_, Option<bool>>(0)).map(Option::unwrap_or_default)
}

/// An index begins with stream and version, so a run of one stream's events is one range.
pub(super) fn finds_by_stream(conn: &Connection, table: &str, mapping: &Mapping) -> rusqlite::Result<bool> {
    let (Some(stream), Some(version)) = (mapping.stream_column(), mapping.version_column()) else { return Ok(false) };
    if (stream.table, version.table) != (0, 0) || mapping.has_items() {
        return Ok(false);
    }
    let sql = "SELECT count(*) FROM pragma_index_list(?1) AS l
        JOIN pragma_index_info(l.name) AS a ON a.seqno = 0 AND a.name = ?2
        JOIN pragma_index_info(l.name) AS b ON b.seqno = 1 AND b.name = ?3
        WHERE l.partial = 0";
    let found: i64 = conn.query_row(sql, [table, stream.name.as_str(), version.name.as_str()], |row| row.get(0))?;
    Ok(found > 0)
}
