//! Folders of EventStoreDB and KurrentDB: the log itself, in chunk files. What a server keeps
//! beside it can be made from it, and is not looked at.
//!
//! `directory` knows the files, `chunk` one of them, `walk` the records in it, `record` their
//! bytes; `columns` shows them to the dialect as a table, `reader` in the order of commits.

mod chunk;
mod columns;
mod directory;
mod properties;
mod reader;
mod record;
mod rules;
mod walk;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::probe::{Kind, Probe};
use super::row::{Extent, RowBuilder};
use super::{Bound, Container, Contents, DialectStore, OpenError, Reach, ReadError, Readers, Source, Tables};
use crate::dialect::guess::{Sampled, TableSample};
use crate::dialect::{Candidate, Mapping, Table};
use crate::model::{FindingCode, Findings};
use chunk::{Chunk, Footer, md5_holds};
use columns::{Columns, Event};
use directory::{Directory, Entry};
use reader::{Commits, Reader};
use record::{Body, Record};
use walk::{Step, Walk};

pub(super) struct Kurrent;

impl Container for Kurrent {
    fn accepts(&self, probe: &Probe) -> Result<(), String> {
        match &probe.kind {
            Kind::Folder(names) if names.iter().any(|name| name == "writer.chk" || Entry::parse(name).is_some()) => {
                Ok(())
            }
            Kind::Folder(_) => Err("it has no chunk files".to_owned()),
            Kind::File(_) => Err("it is no folder of chunk files".to_owned()),
        }
    }

    fn contents(&self, source: Source) -> Result<Box<dyn Contents>, OpenError> {
        Ok(Box::new(Folder { path: source.path }))
    }
}

struct Folder {
    path: PathBuf,
}

impl Contents for Folder {
    fn engine(&self) -> &'static str {
        "kurrentdb"
    }

    fn tables(&self, _reach: Reach) -> Result<Tables, OpenError> {
        Ok(Tables { list: vec![Columns::table()], is_all: true })
    }

    fn samples(&self, tables: &[Table], most: usize) -> Result<Vec<TableSample>, ReadError> {
        let rows = sample(&self.path, most).map_err(|error| ReadError::io(&self.path, error))?;
        let sample = |table: &Table| TableSample { table: table.clone(), rows, keys: Vec::new(), count: None };
        Ok(tables.first().map(sample).into_iter().collect())
    }

    fn store(&self, _candidate: &Candidate, mapping: Mapping) -> Result<Bound, OpenError> {
        let readers = Log { path: self.path.clone(), commits: Arc::default() };
        // A scan goes by commits.
        Ok(DialectStore::bound(readers, mapping, true))
    }
}

/// Of a file that is called as a chunk is, its folder.
pub(super) fn folder_of_chunk(path: &Path) -> Option<String> {
    path.file_name().and_then(Entry::parse)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Some(folder.unwrap_or(Path::new(".")).display().to_string())
}

/// The first events that are there, committed or not.
fn sample(path: &Path, most: usize) -> io::Result<Vec<Vec<Sampled>>> {
    let mut notes = Findings::default();
    let (directory, columns) = (Directory::read(path, &mut notes)?, Columns::all());
    let mut rows = Vec::new();
    for entry in &directory.entries {
        let Ok(file) = directory.open(*entry)? else { continue };
        let Some(chunk) = Chunk::of(file, *entry, &directory, &mut notes)? else { continue };
        let mut walk = Walk::new(Arc::new(chunk), None);
        while rows.len() < most {
            let place = match walk.step()? {
                Step::Record(place) => place,
                Step::Odd(_) => continue,
                Step::End => break,
            };
            if let Some(Record { body: Body::Prepare(prepare), position }) = walk.record(&place)?
                && prepare.is_event()
            {
                let event = Event { prepare, number: prepare.expected.checked_add(1), commit: Some(position) };
                rows.push(
                    columns
                        .with_cells(&event, position, Extent::Whole, |cells| cells.iter().map(Sampled::of).collect()),
                );
            }
        }
        if rows.len() >= most {
            break;
        }
    }
    Ok(rows)
}

struct Log {
    path: PathBuf,
    commits: Arc<Commits>,
}

impl Readers for Log {
    type Reader = Reader;

    fn reader(&self, mapping: &Arc<Mapping>) -> Result<Reader, ReadError> {
        Reader::new(&self.path, Arc::clone(&self.commits), RowBuilder::new(Arc::clone(mapping)))
    }

    /// The server writes the MD5 of all other bytes to the end of each chunk when it completes it.
    fn verify(&self, notes: &mut Findings, progress: &mut dyn FnMut(f32)) -> Result<&'static str, ReadError> {
        let mut check = || {
            let directory = Directory::read(&self.path, &mut Findings::default())?;
            let count = directory.entries.len() as f32;
            for (at, entry) in directory.entries.iter().enumerate() {
                // The scan has said of others that they cannot be read.
                let Ok(file) = directory.open(*entry)? else { continue };
                let is_last = at + 1 == directory.entries.len();
                match Footer::read(&file)? {
                    Some(_) if md5_holds(&file, &mut |part| progress((at as f32 + part) / count))? => {}
                    Some(_) => {
                        let message = format!("{}: its MD5 is not that of its bytes", entry.name());
                        notes.note(FindingCode::HashMismatch, message);
                    }
                    // The one that is written to has none yet.
                    None if is_last => {}
                    None => {
                        let message = format!("{} has no footer that fits, so no MD5", entry.name());
                        notes.note(FindingCode::HashMismatch, message);
                    }
                }
            }
            Ok(())
        };
        check().map_err(|error| ReadError::io(&self.path, error))?;
        Ok("completed chunks, by their MD5")
    }
}
