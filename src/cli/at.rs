//! Where in a stream an option points.

use std::io::{self, Write};

use clap::Args;

use super::CliError;
use crate::index::{At, StreamRows};
use crate::model::{Applied, Time};

/// One place in a stream; the last event where neither is given.
#[derive(Args, Debug, Default)]
pub struct AtArguments {
    /// A version, or `initial`; the last one where left out
    #[arg(long, value_name = "N|initial", allow_negative_numbers = true, conflicts_with = "at_time")]
    pub at: Option<String>,
    /// A moment; without a zone it is UTC
    #[arg(long, value_name = "T")]
    pub at_time: Option<String>,
}

impl AtArguments {
    pub fn place(&self) -> Result<At, CliError> {
        match (&self.at, &self.at_time) {
            (Some(at), _) => version("--at", at),
            (None, Some(text)) => Time::parse(text).map(At::Time).ok_or_else(|| {
                CliError::usage(format!("--at-time {text} is no time"), "write it as 2026-11-18T14:03:05Z")
            }),
            (None, None) => Ok(At::Last),
        }
    }
}

/// What an option that takes a version was given.
pub fn version(option: &str, text: &str) -> Result<At, CliError> {
    At::parse(text)
        .ok_or_else(|| CliError::usage(format!("{option} {text} is no version"), "write a number, or initial"))
}

/// How many events are applied at a place that `option` named.
pub fn applied(rows: &StreamRows, option: &str, at: At) -> Result<Applied, CliError> {
    let (applied, later_inside) = rows.find(at).map_err(|none| {
        let help = match none.last {
            Some(last) => format!("the last version is meant by {option} {last}"),
            None => format!("its only state is meant by {option} initial"),
        };
        CliError::failed(none.to_string(), help)
    })?;
    if let (At::Time(time), true) = (at, later_inside) {
        writeln!(io::stderr(), "finding: time-backwards: an event inside is later than {}", time.to_rfc3339())?;
    }
    Ok(applied)
}
