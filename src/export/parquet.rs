//! Parquet, by the crate's own column writers: no Arrow in between.
//!
//! Rows are gathered column by column until they are a group, which is written and let go.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::rows::{Cell, Column, Kind};
use super::sink::{About, Sink};
use super::text::write_plain;

/// Bytes of values that become one group, unless one row alone has more.
const GROUP_BYTES: usize = 32 << 20;
/// Rows of a group at most: as many as DuckDB makes.
const GROUP_ROWS: usize = 122_880;

/// See the module's documentation.
pub struct Parquet {
    /// What is in the vector goes out after every group.
    writer: SerializedFileWriter<Vec<u8>>,
    group: Vec<Values>,
    rows: usize,
    bytes: usize,
    text: String,
}

/// The values of one column that are not null, and for each row whether there is one.
struct Values {
    is_there: Vec<i16>,
    values: OfKind,
}

enum OfKind {
    Whole(Vec<i64>),
    Text(Vec<ByteArray>),
}

impl Parquet {
    pub fn new(columns: &'static [Column], about: &About) -> io::Result<Parquet> {
        let values = |column: &Column| Values {
            is_there: Vec::new(),
            values: match column.kind {
                Kind::Whole | Kind::Time => OfKind::Whole(Vec::new()),
                Kind::Text | Kind::Json => OfKind::Text(Vec::new()),
            },
        };
        let writer = writer(columns, about).map_err(io::Error::other)?;
        let group = columns.iter().map(values).collect();
        Ok(Parquet { writer, group, rows: 0, bytes: 0, text: String::new() })
    }

    fn write_group(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows > 0 {
            write_group(&mut self.writer, &mut self.group).map_err(io::Error::other)?;
            (self.rows, self.bytes) = (0, 0);
        }
        self.writer.flush()?;
        out.write_all(&std::mem::take(self.writer.inner_mut()))
    }
}

impl Sink for Parquet {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        for (cell, column) in cells.iter().zip(&mut self.group) {
            column.is_there.push(i16::from(!matches!(cell, Cell::Null)));
            match (&mut column.values, cell) {
                (_, Cell::Null) => {}
                (OfKind::Whole(values), Cell::Whole(number)) => values.push(*number),
                (OfKind::Whole(values), Cell::Time(time)) => values.push(time.0),
                (OfKind::Whole(_), _) => return Err(io::Error::other("a text in a column of numbers")),
                (OfKind::Text(values), cell) => {
                    self.text.clear();
                    write_plain(cell, &mut self.text);
                    self.bytes += self.text.len();
                    values.push(ByteArray::from(self.text.as_str()));
                }
            }
            self.bytes += size_of::<ByteArray>();
        }
        self.rows += 1;
        if self.bytes >= GROUP_BYTES || self.rows >= GROUP_ROWS {
            self.text = String::new();
            self.write_group(out)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_group(out)?;
        self.writer.finish().map_err(io::Error::other)?;
        self.writer.flush()?;
        out.write_all(&std::mem::take(self.writer.inner_mut()))
    }
}

fn writer(columns: &[Column], about: &About) -> Result<SerializedFileWriter<Vec<u8>>> {
    let fields: String = columns
        .iter()
        .map(|Column { name, kind }| match kind {
            Kind::Text | Kind::Json => format!("optional binary {name} (STRING); "),
            Kind::Whole => format!("optional int64 {name} (INTEGER(64,true)); "),
            Kind::Time => format!("optional int64 {name} (TIMESTAMP(MICROS,true)); "),
        })
        .collect();
    let schema = parse_message_type(&format!("message rows {{ {fields}}}"))?;
    let version = env!("CARGO_PKG_VERSION");
    let entry = |key: &str, value: &str| KeyValue::new(format!("eventglass.{key}"), value.to_owned());
    let mut entries = vec![entry("version", version), entry("store", &about.store)];
    if !about.reducer.is_empty() {
        entries.push(entry("reducer", &about.reducer));
    }
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("eventglass {version}"))
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(entries));
    // No two values are alike, and nobody asks for the least of them.
    for column in columns.iter().filter(|column| column.kind == Kind::Json) {
        let path = ColumnPath::from(column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))
}

/// Writes what was gathered as one group, and empties it.
fn write_group(writer: &mut SerializedFileWriter<Vec<u8>>, group: &mut [Values]) -> Result<()> {
    let mut rows = writer.next_row_group()?;
    for Values { is_there, values } in group {
        let mut column = rows.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".to_owned()))?;
        match values {
            OfKind::Whole(values) => {
                column.typed::<Int64Type>().write_batch(values, Some(is_there), None)?;
                values.clear();
            }
            OfKind::Text(values) => {
                column.typed::<ByteArrayType>().write_batch(values, Some(is_there), None)?;
                values.clear();
            }
        }
        column.close()?;
        is_there.clear();
    }
    rows.close()?;
    Ok(())
}
