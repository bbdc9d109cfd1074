//! The store a verb works on: how it is named and read, and what is in it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::{CliError, print};
use crate::app::quoted;
use crate::dialect::MapOverride;
use crate::dialect::guess::Guess;
use crate::formats::{self, Location, OpenChoice, OpenError, Opened, TieChoice, unpacking};
use crate::home;
use crate::index::{EventIndex, StreamOrder};
use crate::model::{CategoryId, Helpful, Problem, Shard, StreamId};
use crate::session::{Indexer, InputStreams, StreamSource, Wanted, find_stream};

/// What every verb takes.
#[derive(Args, Debug)]
pub struct Common {
    /// The store's file; of events, export and check also -, for JSON lines on standard input
    #[arg(value_name = "STORE", value_parser = store_name())]
    pub store: PathBuf,
    /// Print JSON in the shapes of the README
    #[arg(long)]
    pub json: bool,
    /// Of streams, events and export: with the streams that hold only the server's own events
    /// and links, such as $ce-order of KurrentDB. The other verbs look at all in any case
    #[arg(long)]
    pub system: bool,
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
    #[arg(long, value_name = "ROLE=COL,…")]
    pub map: Vec<String>,
    /// Only the streams of this tenant
    #[arg(long, value_name = "T")]
    pub tenant: Option<String>,
}

/// A part of the streams, for programs that share the work.
#[derive(Args, Debug, Default)]
pub struct ShardArgument {
    /// Only the I-th of N parts of the streams: by the SHA-256 of their names, nearly equal,
    /// together the whole
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
}

impl ShardArgument {
    pub fn shard(&self) -> Result<Shard, CliError> {
        let Some(text) = &self.shard else { return Ok(Shard::ALL) };
        Shard::parse(text).ok_or_else(|| {
            CliError::usage(format!("--shard {text} is no part"), "write I/N with I from 1 to N, such as 1/4")
        })
    }
}

impl ChoiceArguments {
    /// # Errors
    /// A `--map` that is none.
    pub fn choice(&self) -> Result<OpenChoice, CliError> {
        let mut map = MapOverride { table: self.table.clone(), ..MapOverride::default() };
        for text in &self.map {
            map.add(text).map_err(|error| CliError::usage(error.to_string(), error.help()))?;
        }
        if !map.columns.is_empty() {
            map.check().map_err(|error| CliError::usage(error.to_string(), error.help()))?;
        }
        Ok(OpenChoice {
            dialect: self.dialect.clone(),
            map,
            tenant: self.tenant.clone(),
            dialects: Some(home::dialects()),
        })
    }
}

/// A store is named by its path, or by the URL that a file manager gives.
pub fn store_name() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(|name| home::named_path(&name))
}

/// A store that is read to its end.
pub struct StoreAndIndex {
    pub opened: Arc<Opened>,
    pub index: EventIndex,
}

impl Common {
    /// The store is `-`: JSON lines on standard input, which are read as they pass.
    pub fn is_input(&self) -> bool {
        self.store.as_os_str() == "-"
    }

    /// The wanted streams of standard input.
    pub fn input(&self, wanted: Wanted) -> Result<InputStreams, CliError> {
        let opened = formats::open_input(Box::new(io::stdin()), &self.choice.choice()?);
        let mut opened = opened.map_err(|error| unknown(&self.store, &self.choice.map, error))?;
        // It may be a file, which nothing must be written to.
        opened.real = PathBuf::from("/dev/stdin").canonicalize().unwrap_or(opened.real);
        Ok(InputStreams::new(Arc::new(opened), wanted)?)
    }

    /// Opens the store; nothing is read of it but how it begins.
    pub fn open(&self) -> Result<Opened, CliError> {
        if self.is_input() {
            let help = "write it into a file first; events, export and check read it as it passes";
            return Err(CliError::usage("standard input (-) has no index", help));
        }
        let opened = formats::open(&Location::of(&self.store), &home::cache(), &self.choice.choice()?);
        opened.map_err(|error| unknown(&self.store, &self.choice.map, error))
    }
}

/// Guesses that are printed.
const GUESSES: usize = 3;

/// Streams of one name that are named.
const NAMED: usize = 24;

/// Files of an archive that are named.
const ARCHIVED: usize = 16;

/// An error about what the store means, with the commands that may be meant.
fn unknown(store: &Path, maps: &[String], error: OpenError) -> CliError {
    let command = |options: &[(&str, &str)]| {
        let store = quoted(store.as_os_str().as_encoded_bytes());
        let words = options.iter().map(|(option, value)| {
            // What looks like an option is none behind an equals sign.
            let between = if value.starts_with('-') { '=' } else { ' ' };
            format!(" {option}{between}{}", quoted(value.as_bytes()))
        });
        // An input cannot be read twice.
        let verb = if store == "-" { "events" } else { "info" };
        format!("eventglass {verb} {store}{}", words.collect::<String>())
    };
    let rows = |rows: Option<u64>| {
        rows.map(|rows| format!(", {rows} row{}", if rows == 1 { "" } else { "s" })).unwrap_or_default()
    };
    let (help, lines) = match &error {
        OpenError::Unmapped { guesses, .. } if !guesses.is_empty() => {
            let lines = guesses.iter().take(GUESSES).flat_map(|guess| {
                let map: Vec<String> =
                    guess.roles.iter().map(|(role, column)| MapOverride::part(role, column)).collect();
                let likely = if guess.is_likely() { "likely" } else { "possible" };
                let Guess { table, score, reasons, .. } = guess;
                let why = format!("{table} is {likely} ({score}{}): {}", rows(guess.rows), reasons.join("; "));
                [why, command(&[("--table", table), ("--map", &map.join(","))])]
            });
            ("a guess, the likeliest first; say what is meant".to_owned(), lines.collect())
        }
        OpenError::Tie { choices, .. } => {
            let lines = choices.iter().flat_map(|choice| {
                let TieChoice { dialect, table, .. } = choice;
                let of = dialect.as_ref().map(|id| format!(" as {id}")).unwrap_or_default();
                let mut options = vec![("--table", table.as_str())];
                options.extend(dialect.as_deref().map(|id| ("--dialect", id)));
                options.extend(maps.iter().map(|map| ("--map", map.as_str())));
                [format!("{table}{of}{}", rows(choice.rows)), command(&options)]
            });
            ("they are not the same; open one".to_owned(), lines.collect())
        }
        OpenError::Archive { is_tar, stores, .. } => {
            let archive = quoted(store.as_os_str().as_encoded_bytes());
            let lines = stores.iter().take(ARCHIVED).map(|name| {
                let (tool, what) = (unpacking(*is_tar), quoted(name.as_bytes()));
                // unzip takes a pattern for what is in a folder.
                let all =
                    if !is_tar && name.ends_with('/') { quoted(format!("{name}*").as_bytes()) } else { what.clone() };
                format!("{tool} {archive} {all} && eventglass info {what}")
            });
            ("unpack one of them and open that".to_owned(), lines.collect())
        }
        _ => return error.into(),
    };
    CliError::Unknown(Problem { what: error.to_string(), cause: String::new(), help }, lines)
}

impl StoreAndIndex {
    /// Opens the store, reads it to its end, and says what of it is not there.
    pub fn open(common: &Common) -> Result<StoreAndIndex, CliError> {
        let store = StoreAndIndex::read(Arc::new(common.open()?))?;
        print::findings(store.index.lacking())?;
        Ok(store)
    }

    /// Reads an opened store to its end. Whoever does so says what is odd.
    pub fn read(opened: Arc<Opened>) -> Result<StoreAndIndex, CliError> {
        let index = Indexer::open(Arc::clone(&opened))?.run()?;
        Ok(StoreAndIndex { opened, index })
    }

    pub fn stream(&self, name: &str) -> Result<StreamId, CliError> {
        let streams = self.index.streams();
        find_stream(&self.opened, &self.index, name).map_err(|alike| {
            if !alike.is_empty() {
                let names: Vec<&str> = alike.iter().take(NAMED).map(|id| streams.name(*id)).collect();
                let what = match streams.find_uuid(name).is_empty() {
                    true => format!("{name} may be one of {} streams", alike.len()),
                    false => format!("{name} names {} streams, which spell its UUID otherwise", alike.len()),
                };
                return CliError::failed(what, format!("write it as one of them: {}", names.join(", ")));
            }
            let order = StreamOrder { filter: name.to_owned(), system: true, ..StreamOrder::default() };
            let near: Vec<&str> = streams.list(&order).streams.iter().take(3).map(|id| streams.name(*id)).collect();
            let help = if near.is_empty() {
                "list the streams: eventglass streams STORE".to_owned()
            } else {
                format!("names that contain it: {}", near.join(", "))
            };
            CliError::failed(format!("there is no stream {name}"), help)
        })
    }

    pub fn category(&self, name: &str) -> Result<CategoryId, CliError> {
        let all = self.index.streams().categories();
        let place = all.iter().position(|category| **category == *name);
        place.map(|place| CategoryId(place as u32)).ok_or_else(|| {
            let names: Vec<&str> = all.iter().take(5).map(|name| &**name).filter(|name| !name.is_empty()).collect();
            let help = match names.is_empty() {
                true => "this store has none".to_owned(),
                false => format!("there are {}", names.join(", ")),
            };
            CliError::failed(format!("there is no category {name}"), help)
        })
    }

    pub fn source(&self, stream: StreamId) -> Result<StreamSource, CliError> {
        let mut source = StreamSource::open(&self.opened)?;
        source.select(self.index.rows_of(stream), stream);
        Ok(source)
    }
}
