//! `blame`: which events wrote a path of the state.

use std::io::Write;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::at::{self, AtArguments};
use super::diff::change_line;
use super::export::report;
use super::fold::{ReducerArguments, StreamArguments};
use super::print::{shown, visible};
use super::store::{Common, StoreAndIndex};
use super::{CliError, fold};
use crate::export::blame::{Blame as Work, BlameRows, PathWrite};
use crate::export::{Format, Reducers};
use crate::index::At;
use crate::model::Pointer;

/// Time between two looks.
const SLICE: Duration = Duration::from_secs(1);
/// Names beside a path that is not there.
const NAMED: usize = 12;

/// Which events wrote a path of the state
#[derive(Args, Debug)]
pub struct Blame {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    streams: StreamArguments,
    /// The path, a JSON pointer such as /balance; a write of anything inside counts
    #[arg(long, value_name = "P")]
    path: String,
    #[command(flatten)]
    at: AtArguments,
    #[command(flatten)]
    reducer: ReducerArguments,
    /// How it is written: text, JSON lines, or CSV
    #[arg(long, value_enum, conflicts_with = "json")]
    format: Option<As>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum As {
    Text,
    Json,
    Csv,
}

impl Blame {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let path = Pointer::parse(&self.path).ok_or_else(|| {
            CliError::usage(
                format!("--path {} is no JSON pointer", self.path),
                format!("write it as /{}", self.path.replace('.', "/")),
            )
        })?;
        let place = self.at.place()?;
        let store = StoreAndIndex::open(&self.common)?;
        let source = self.reducer.source()?;
        let selected = fold::selected(&store, &self.streams, &source)?;
        let name = selected.name(store.index.streams()).to_owned();
        let reducers = Reducers::new(source).insisting();
        let until = match place {
            At::Last => At::Last,
            place => At::Applied(at::applied(&selected.rows(&store.index), "--at", place)?),
        };
        let of = (selected.into(), until);
        let mut work = Work::new(&store.opened, &store.index, of, path.clone(), reducers, self.reducer.on_error())?;
        let format = if self.common.json { As::Json } else { self.format.unwrap_or(As::Text) };
        let mut rows = match format {
            As::Text => None,
            As::Json => Some(BlameRows::new(Format::JsonLines)?),
            As::Csv => Some(BlameRows::new(Format::Csv)?),
        };
        let (mut written, mut writes, mut done) = (Ok(()), 0_u64, false);
        while !done && written.is_ok() {
            done = work.step(SLICE, &mut |write| {
                writes += 1;
                if written.is_ok() {
                    written = match &mut rows {
                        Some(rows) => rows.write(&write, out),
                        None => print_text(&path, &name, &write, out),
                    };
                }
            })?;
        }
        written?;
        if let Some(rows) = &mut rows {
            rows.end(&mut work.report().findings, out)?;
        } else if writes == 0 && work.was_there() {
            let until = if place == At::Last { "" } else { " up to there" };
            writeln!(out, "no event{until} wrote it: it is as the initial state has it")?;
        }
        out.flush()?;
        if !work.was_there() && !work.report().failed {
            return Err(unknown(&work, &name, place));
        }
        report(work.report(), place)
    }
}

fn print_text(path: &Pointer, name: &str, write: &PathWrite, out: &mut dyn Write) -> std::io::Result<()> {
    let of = if *write.stream == *name { String::new() } else { format!("  {}", write.stream) };
    let (version, time) = (write.version, shown(write.time));
    let head = format!("{version:>6}  {time}  {}{of}", write.event_type);
    if let [change] = &write.changes[..]
        && change.path == *path
    {
        let line = change_line(None, change);
        return writeln!(out, "{}  {}", visible(&head), visible(&line));
    }
    writeln!(out, "{}", visible(&head))?;
    write.changes.iter().try_for_each(|change| {
        let path = change.path.to_string();
        writeln!(out, "        {}", visible(&change_line(Some(&path), change)))
    })
}

/// None of the states has the path.
fn unknown(work: &Work, stream: &str, place: At) -> CliError {
    let (found, names) = work.nearest();
    let paths = names.iter().take(NAMED).map(|name| found.child(name).to_string());
    let more = if names.len() > NAMED { ", …" } else { "" };
    let help = match names.is_empty() {
        true if found.0.is_empty() => "its states are empty, or no objects: look at one: eventglass state".to_owned(),
        true => format!("{found} has nothing inside"),
        false if place != At::Last => format!("the state there has {}{more}", paths.collect::<Vec<_>>().join(", ")),
        false => format!("its last state has {}{more}", paths.collect::<Vec<_>>().join(", ")),
    };
    let until = if place == At::Last { "" } else { " up to there" };
    CliError::failed(format!("no state of {stream}{until} has {}", work.path()), help)
}
