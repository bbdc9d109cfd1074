//! `dialects`: the layouts that are known by framework, the user's own among them.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{line, visible};
use crate::dialect::{Framework, Known, catalog, frameworks};
use crate::home;
use crate::model::FindingCode;

/// The layouts that are known
#[derive(Args, Debug)]
pub struct Dialects {
    /// Print JSON in the shapes of the README, a line for each layout
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the table of the README, which has the built-in ones only
    #[arg(long)]
    markdown: bool,
}

impl Dialects {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        if self.markdown {
            write!(out, "{}", Framework::markdown(&frameworks(&catalog(None).dialects)))?;
            return Ok(0);
        }
        let mut catalog = catalog(Some(&home::dialects()));
        if self.json {
            catalog.dialects.sort_by(|a, b| a.head().id.cmp(&b.head().id));
            print_json(&catalog.dialects, out)?
        } else {
            print_text(&frameworks(&catalog.dialects), out)?
        }
        for broken in &catalog.broken {
            let code = FindingCode::BadDialect.name();
            writeln!(io::stderr(), "finding: {code}: {}", visible(&broken.to_string()))?;
        }
        Ok(0)
    }
}

fn print_json(dialects: &[Known], out: &mut dyn Write) -> Result<(), CliError> {
    for known in dialects {
        let head = known.head();
        let value = json!({
            "id": head.id,
            "framework": head.name,
            "family": head.family(),
            "language": head.language,
            "versions": head.versions,
            "containers": head.engines,
            "own": known.is_own(),
        });
        line(out, &value)?;
    }
    Ok(())
}

fn print_text(frameworks: &[Framework], out: &mut dyn Write) -> Result<(), CliError> {
    let word = |text: &str| visible(if text.is_empty() { "-" } else { text }).into_owned();
    let mut rows = vec![["framework", "language", "versions", "containers", "ids"].map(str::to_owned)];
    for own in frameworks {
        let (containers, ids) = (own.containers.join(", "), own.ids.join(", "));
        rows.push([&own.name, &own.language, &own.versions, &containers, &ids].map(|text| word(text)));
    }
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0).min(40);
    let [a, b, c, d] = [0, 1, 2, 3].map(width);
    for [name, language, versions, containers, ids] in &rows {
        writeln!(out, "{name:<a$}  {language:<b$}  {versions:<c$}  {containers:<d$}  {ids}")?;
    }
    Ok(())
}
