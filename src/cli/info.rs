//! `info`: what the store is, and how much is in it.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{line, rfc3339, shown};
use super::store::{Common, StoreAndIndex};
use crate::model::Finding;

/// Findings that are listed; the rest are counted.
const SHOWN: usize = 20;

/// What the store is, and how much is in it
#[derive(Args, Debug)]
pub struct Info {
    #[command(flatten)]
    common: Common,
}

impl Info {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let store = StoreAndIndex::open(&self.common)?;
        if self.common.json {
            print_json(&store, out)?
        } else {
            print_text(&store, out)?
        }
        Ok(0)
    }
}

fn print_json(StoreAndIndex { opened, index }: &StoreAndIndex, out: &mut dyn Write) -> Result<(), CliError> {
    let (first, last) = index.time_range();
    let value = json!({
        "store": opened.path.display().to_string(),
        "format": opened.format,
        "dialect": opened.dialect,
        "framework": opened.framework,
        "evidence": opened.evidence,
        "streams": index.streams().len(),
        "events": index.events(),
        "first_time": rfc3339(first),
        "last_time": rfc3339(last),
        "findings": index.findings().total(),
    });
    line(out, &value)
}

fn print_text(StoreAndIndex { opened, index }: &StoreAndIndex, out: &mut dyn Write) -> Result<(), CliError> {
    let (first, last) = index.time_range();
    writeln!(out, "store      {}", opened.path.display())?;
    writeln!(out, "framework  {} ({}, {})", opened.framework, opened.dialect, opened.format)?;
    for sentence in &opened.evidence {
        writeln!(out, "because    {sentence}")?;
    }
    writeln!(out, "streams    {}", index.streams().len())?;
    writeln!(out, "events     {}", index.events())?;
    writeln!(out, "first      {}", shown(first))?;
    writeln!(out, "last       {}", shown(last))?;
    let total = index.findings().total();
    writeln!(out, "findings   {total}")?;
    for finding in index.findings().kept().iter().take(SHOWN) {
        writeln!(out, "  {:<18} {}{}", finding.code.name(), place(finding), finding.message)?;
    }
    if total > SHOWN as u64 {
        writeln!(out, "  … and {} more", total - SHOWN as u64)?;
    }
    Ok(())
}

fn place(finding: &Finding) -> String {
    match (&finding.stream, finding.version) {
        (Some(stream), Some(version)) => format!("{stream} v{version}: "),
        (Some(stream), None) => format!("{stream}: "),
        _ => String::new(),
    }
}
