//! The store a verb works on: how it is named and read, and what is in it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::CliError;
use crate::dialect::MapOverride;
use crate::formats::{self, Location, OpenChoice, OpenError, Opened};
use crate::home;
use crate::index::{EventIndex, StreamOrder};
use crate::model::{Helpful, StreamId};
use crate::session::{Indexer, StreamSource};

/// What every verb takes.
#[derive(Args, Debug)]
pub struct Common {
    /// The store's file
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
    /// Print JSON in the shapes of the README
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    choice: ChoiceArguments,
}

/// How a store is read, where that is not to be found out.
#[derive(Args, Debug, Default)]
pub struct ChoiceArguments {
    /// Read it as this framework's store
    #[arg(long, value_name = "ID")]
    pub dialect: Option<String>,
    /// The events table
    #[arg(long, value_name = "T")]
    pub table: Option<String>,
    /// Columns of an unknown table: stream=COL,type=COL,data=COL,version=COL,time=COL,…
    #[arg(long, value_name = "ROLE=COL,…", value_delimiter = ',')]
    pub map: Vec<String>,
}

impl ChoiceArguments {
    /// # Errors
    /// A `--map` that is none.
    pub fn choice(&self) -> Result<OpenChoice, CliError> {
        let mut map = MapOverride { table: self.table.clone(), ..MapOverride::default() };
        for pair in &self.map {
            let Some((role, column)) = pair.split_once('=') else {
                return Err(CliError::usage(
                    format!("--map {pair} names no column"),
                    "write ROLE=COLUMN, such as stream=entity_id",
                ));
            };
            map.columns.insert(role.trim().to_owned(), column.trim().to_owned());
        }
        if !map.columns.is_empty() {
            map.check().map_err(|error| CliError::usage(error.to_string(), OpenError::Dialect(error).help()))?;
        }
        Ok(OpenChoice { dialect: self.dialect.clone(), map, dialects: Some(home::dialects()) })
    }
}

/// A store that is read to its end.
pub struct StoreAndIndex {
    pub opened: Arc<Opened>,
    pub index: EventIndex,
}

impl Common {
    /// Opens the store; nothing is read of it but how it begins.
    pub fn open(&self) -> Result<Opened, CliError> {
        Ok(formats::open(&Location::of(&self.store), &home::cache(), &self.choice.choice()?)?)
    }
}

impl StoreAndIndex {
    pub fn open(common: &Common) -> Result<StoreAndIndex, CliError> {
        let opened = Arc::new(common.open()?);
        let index = Indexer::open(Arc::clone(&opened))?.run()?;
        Ok(StoreAndIndex { opened, index })
    }

    pub fn stream(&self, name: &str) -> Result<StreamId, CliError> {
        let streams = self.index.streams();
        streams.find(name).ok_or_else(|| {
            let order = StreamOrder { filter: name.to_owned(), ..StreamOrder::default() };
            let near: Vec<&str> = streams.list(&order).streams.iter().take(3).map(|id| streams.name(*id)).collect();
            let help = if near.is_empty() {
                "list the streams: eventglass streams STORE".to_owned()
            } else {
                format!("names that contain it: {}", near.join(", "))
            };
            CliError::failed(format!("there is no stream {name}"), help)
        })
    }

    pub fn source(&self, stream: StreamId) -> Result<StreamSource, CliError> {
        let mut source = StreamSource::open(&self.opened)?;
        source.select(self.index.rows_of(stream), stream);
        Ok(source)
    }
}
