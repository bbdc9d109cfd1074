//! [`Sink`]: rows go in, bytes of one format come out.

use std::io::{self, Write};

use super::ExportError;
use super::rows::{Cell, Column, Format};
use super::text::{Csv, JsonLines, Markdown};
use crate::model::Findings;

/// Writes rows in one format. It holds no more than a bounded part of them.
pub trait Sink {
    /// # Errors
    /// Where the bytes cannot be written.
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()>;

    /// Writes what is left when nothing follows.
    ///
    /// # Errors
    /// Where the bytes cannot be written.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Adds what was written otherwise than it is.
    fn findings(&self, _findings: &mut Findings) {}
}

/// What a file says of itself, in the formats that have a place for it.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub store: String,
    /// Empty where no state is in it.
    pub reducer: String,
}

/// The sink of a format.
///
/// # Errors
/// A format that this build does not have.
pub fn open(format: Format, columns: &'static [Column], about: &About) -> Result<Box<dyn Sink>, ExportError> {
    Ok(match format {
        Format::Json | Format::JsonLines => Box::new(JsonLines::new(columns)),
        Format::Csv => Box::new(Csv::new(columns)),
        Format::Markdown => Box::new(Markdown::new(columns)),
        Format::Parquet => parquet(columns, about)?,
    })
}

#[cfg(feature = "parquet")]
fn parquet(columns: &'static [Column], about: &About) -> Result<Box<dyn Sink>, ExportError> {
    Ok(Box::new(super::parquet::Parquet::new(columns, about)?))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &'static [Column], _: &About) -> Result<Box<dyn Sink>, ExportError> {
    let help = "write another format, or build the program with the feature parquet";
    Err(crate::formats::ReadError::new("this build does not write Parquet", help).into())
}
