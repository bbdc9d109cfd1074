//! `streams`: the streams of a store.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{self, line, rfc3339, shown, visible};
use super::store::{Common, StoreAndIndex};
use crate::index::{StreamList, StreamOrder, StreamTable};
use crate::model::{StreamSummary, visible_name};

/// The streams
#[derive(Args, Debug)]
pub struct Streams {
    #[command(flatten)]
    common: Common,
    /// Only this category
    #[arg(long, value_name = "C")]
    category: Option<String>,
    /// Only names that contain this
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// A stream and its name.
type Named<'a> = (&'a str, &'a StreamSummary);

impl Streams {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let store = StoreAndIndex::open(&self.common)?;
        let table = store.index.streams();
        let list = table.list(&self.order());
        let wanted = self.wanted(table, &list);
        if self.common.json {
            print_json(table, &wanted, out)?
        } else {
            print_text(&wanted, out)?;
            print::hidden(list.hidden, out)?
        }
        Ok(0)
    }

    /// A category that is named is wanted whole.
    fn order(&self) -> StreamOrder {
        let system = self.common.system || self.category.is_some();
        StreamOrder { filter: self.matching.clone().unwrap_or_default(), system, ..StreamOrder::default() }
    }

    fn wanted<'a>(&self, table: &'a StreamTable, list: &StreamList) -> Vec<Named<'a>> {
        let all = list.streams.iter().filter_map(|id| Some((table.name(*id), table.summary(*id)?)));
        let wanted = self.category.as_deref();
        all.filter(|(_, summary)| wanted.is_none_or(|name| table.category_name(summary.category) == name))
            .take(self.limit.unwrap_or(u64::MAX) as usize)
            .collect()
    }
}

fn print_json(table: &StreamTable, wanted: &[Named<'_>], out: &mut dyn Write) -> Result<(), CliError> {
    for (name, summary) in wanted {
        let value = json!({
            "stream": name,
            "category": Some(table.category_name(summary.category)).filter(|name| !name.is_empty()),
            "events": summary.events,
            "first": summary.first.0,
            "last": summary.last.0,
            "first_time": rfc3339(summary.first_time),
            "last_time": rfc3339(summary.last_time),
            "status": summary.status.name(),
        });
        line(out, &value)?;
    }
    Ok(())
}

fn print_text(wanted: &[Named<'_>], out: &mut dyn Write) -> Result<(), CliError> {
    let wide = |(name, _): &Named<'_>| visible(&visible_name(name)).chars().count();
    let width = wanted.iter().map(wide).max().unwrap_or(0).clamp(6, 60);
    writeln!(out, "{:<width$}  {:>9}  {:>9}  {:>9}  {:<24}  status", "stream", "events", "first", "last", "last time")?;
    for (name, StreamSummary { events, first, last, last_time, status, .. }) in wanted {
        let (seen, time) = (visible_name(name), shown(*last_time));
        let name = visible(&seen);
        writeln!(out, "{name:<width$}  {events:>9}  {first:>9}  {last:>9}  {time:<24}  {}", status.name())?;
    }
    Ok(())
}
