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
    for change in changes {
        let path = if change.path.0.is_empty() { "(whole state)".to_owned() } else { change.path.to_string() };
        writeln!(out, "{}", visible(&change_line(Some(&path), change)))?;
    }
    if changes.is_empty() {
        writeln!(out, "no difference")?;
    }
    Ok(())
}

/// `~ /balance  -4217  was 10601`, for a person.
pub fn change_line(path: Option<&str>, Change { before, after, .. }: &Change) -> String {
    let sign = match (before, after) {
        (None, _) => "+",
        (_, None) => "-",
        _ => "~",
    };
    let path = path.map(|path| format!(" {path} ")).unwrap_or_default();
    let after = after.as_ref().map(|after| format!(" {}", to_text(after))).unwrap_or_default();
    let was = before.as_ref().map(|before| format!(" was {}", to_text(before))).unwrap_or_default();
    let gap = if after.is_empty() || was.is_empty() { "" } else { " " };
    format!("{sign}{path}{after}{gap}{was}")
}
