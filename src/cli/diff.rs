//! `diff`: what changed between two versions.

use std::io::Write;

use clap::Args;

use super::fold::{Fold, ReducerArguments, StreamArguments};
use super::print::visible;
use super::store::{Common, StoreAndIndex};
use super::{CliError, at};
use crate::model::json::to_text;
use crate::replay::diff::{Change, diff, to_patch};

/// What changed between two versions
#[derive(Args, Debug)]
pub struct Diff {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    streams: StreamArguments,
    /// A version, or `initial`
    #[arg(long, value_name = "N|initial", allow_negative_numbers = true)]
    from: String,
    /// A version, or `initial`
    #[arg(long, value_name = "N|initial", allow_negative_numbers = true)]
    to: String,
    #[command(flatten)]
    reducer: ReducerArguments,
}

impl Diff {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let (from, to) = (at::version("--from", &self.from)?, at::version("--to", &self.to)?);
        let mut fold = Fold::new(&StoreAndIndex::open(&self.common)?, &self.streams, &self.reducer)?;
        let before = fold.state("--from", from)?.state;
        let after = fold.state("--to", to)?.state;
        fold.rest();
        let changes = diff(&before, &after);
        if self.common.json {
            writeln!(out, "{}", to_patch(&changes))?;
        } else {
            print_text(&changes, out)?;
        }
        fold.report()
    }
}

fn print_text(changes: &[Change], out: &mut dyn Write) -> Result<(), CliError> {
    for Change { path, before, after } in changes {
        let path = if path.0.is_empty() { "(whole state)".to_owned() } else { path.to_string() };
        let line = match (before, after) {
            (None, Some(after)) => format!("+ {path}  {}", to_text(after)),
            (Some(before), None) => format!("- {path}  was {}", to_text(before)),
            (Some(before), Some(after)) => format!("~ {path}  {}  was {}", to_text(after), to_text(before)),
            (None, None) => continue,
        };
        writeln!(out, "{}", visible(&line))?;
    }
    if changes.is_empty() {
        writeln!(out, "no difference")?;
    }
    Ok(())
}
