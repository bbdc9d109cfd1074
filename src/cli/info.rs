//! `info`: what the store is, and how much is in it.

use std::io::Write;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{FindingLine, line, rfc3339, shown, visible};
use super::store::{Common, StoreAndIndex};
use crate::dialect::PROJECTIONS;

/// Findings of one code and stream that are printed, and such groups; the rest are counted.
const SHOWN: usize = 10;
const GROUPS: usize = 20;

/// What the store is, and how much is in it
#[derive(Args, Debug)]
pub struct Info {
    #[command(flatten)]
    common: Common,
}

impl Info {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let store = StoreAndIndex::read(Arc::new(self.common.open()?))?;
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
    writeln!(out, "store      {}", visible(&opened.path.display().to_string()))?;
    writeln!(out, "framework  {} ({}, {})", visible(&opened.framework), visible(&opened.dialect), opened.format)?;
    for sentence in &opened.evidence {
        let label = if sentence.starts_with(PROJECTIONS) { "" } else { "because    " };
        writeln!(out, "{label}{}", visible(sentence))?;
    }
    writeln!(out, "streams    {}", index.streams().len())?;
    match index.streams().count_system() {
        0 => {}
        system => {
            writeln!(out, "           {system} of them hold system events and links only: streams --system lists them")?
        }
    }
    writeln!(out, "events     {}", index.events())?;
    writeln!(out, "first      {}", shown(first))?;
    writeln!(out, "last       {}", shown(last))?;
    let (findings, groups) = (index.findings(), index.findings().groups());
    writeln!(out, "findings   {}", findings.total())?;
    for group in groups.iter().take(GROUPS) {
        for finding in findings.places(group).take(SHOWN) {
            writeln!(out, "  {}", FindingLine::of(finding, 1))?;
        }
        match (findings.places(group).count(), group.count) {
            (0, count) => writeln!(out, "  {}", FindingLine::further(group.code, count))?,
            (_, count) if count > SHOWN as u64 => writeln!(out, "  … and {} more of these", count - SHOWN as u64)?,
            _ => {}
        }
    }
    if groups.len() > GROUPS {
        let more: u64 = groups[GROUPS..].iter().map(|group| group.count).sum();
        writeln!(out, "  … and {more} more: eventglass check STORE lists them all")?;
    }
    Ok(())
}
