//! `search`: the events of all streams that have what is looked for.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{line, rfc3339, shown, visible};
use super::store::{Common, StoreAndIndex};
use crate::index::EventIndex;
use crate::model::Helpful;
use crate::session::query::Query;
use crate::session::search::{Hit, Search as Work};

/// The events of all streams that have what is looked for
#[derive(Args, Debug)]
pub struct Search {
    #[command(flatten)]
    common: Common,
    /// All of: word, "several words", type:X, stream:X, /path/to=VALUE, member=VALUE,
    /// /regular expression/
    #[arg(value_name = "WORDS", required = true)]
    words: Vec<String>,
    /// So many of them; the rest is counted
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl Search {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let text = self.words.join(" ");
        let query = Query::parse(&text)
            .map_err(|error| CliError::usage(format!("the search cannot be understood: {error}"), error.help()))?;
        let Some(query) = query else {
            return Err(CliError::usage("nothing is looked for", "give a word, or type:X, or member=VALUE"));
        };
        let StoreAndIndex { opened, index } = StoreAndIndex::open(&self.common)?;
        let mut work = Work::new(index.clone(), query, 0, self.limit.unwrap_or(u64::MAX));
        let (mut written, mut done, mut hits) = (Ok(()), false, 0);
        while !done && written.is_ok() {
            done = work.look(&opened, &mut |hit| {
                hits += 1;
                if written.is_ok() {
                    written = self.print(&index, &hit, out);
                }
            })?;
        }
        written?;
        out.flush()?;
        let (more, lacks) = (work.count() - hits, work.lacks());
        let mut err = io::stderr();
        if more > 0 {
            writeln!(err, "… and {more} more")?;
        }
        if lacks.gone > 0 {
            writeln!(err, "finding: gone: the rows of {} events cannot be read any more", lacks.gone)?;
        }
        if lacks.cut > 0 {
            writeln!(err, "finding: too-large: of {} events only the beginning was searched", lacks.cut)?;
        }
        Ok(u8::from(lacks.gone > 0))
    }

    fn print(&self, index: &EventIndex, hit: &Hit, out: &mut dyn Write) -> Result<(), CliError> {
        let stream = index.stream_of(hit.row).map(|id| index.streams().name(id)).unwrap_or_default();
        let version = index.version_of(hit.row).map_or(0, |version| version.0);
        let event_type = index.type_of(hit.row).map(|id| index.type_name(id)).unwrap_or_default();
        let time = index.time_of(hit.row);
        if self.common.json {
            let value = json!({
                "stream": stream,
                "version": version,
                "type": &*event_type,
                "time": rfc3339(time),
                "in": hit.part.name(),
                "excerpt": &*hit.excerpt,
            });
            return line(out, &value);
        }
        let (stream, event_type) = (visible(stream), visible(&event_type));
        let (time, excerpt) = (shown(time), visible(&hit.excerpt));
        Ok(writeln!(out, "{version:>6}  {time}  {event_type}  {stream}  {excerpt}")?)
    }
}
