//! `dialects`: the layouts that are known, the user's own among them.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::CliError;
use super::print::{line, visible};
use crate::dialect::{Dialect, catalog};
use crate::home;
use crate::model::FindingCode;

/// The layouts that are known
#[derive(Args, Debug)]
pub struct Dialects {
    /// Print JSON in the shapes of the README
    #[arg(long)]
    json: bool,
}

impl Dialects {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let mut catalog = catalog(Some(&home::dialects()));
        catalog.dialects.sort_by(|a, b| a.id.cmp(&b.id));
        if self.json {
            print_json(&catalog.dialects, out)?
        } else {
            print_text(&catalog.dialects, out)?
        }
        for broken in &catalog.broken {
            let code = FindingCode::BadDialect.name();
            writeln!(io::stderr(), "finding: {code}: {}", visible(&broken.to_string()))?;
        }
        Ok(0)
    }
}

fn print_json(dialects: &[Dialect], out: &mut dyn Write) -> Result<(), CliError> {
    for Dialect { id, name, language, versions, engines, .. } in dialects {
        let value = json!({
            "id": id,
            "framework": name,
            "language": language,
            "versions": versions,
            "containers": engines,
        });
        line(out, &value)?;
    }
    Ok(())
}

fn print_text(dialects: &[Dialect], out: &mut dyn Write) -> Result<(), CliError> {
    let words = |text: &Option<String>| visible(text.as_deref().unwrap_or("-")).into_owned();
    let mut rows = vec![["id", "framework", "language", "versions", "containers"].map(str::to_owned)];
    for Dialect { id, name, language, versions, engines, .. } in dialects {
        let (id, name) = (visible(id).into_owned(), visible(name).into_owned());
        rows.push([id, name, words(language), words(versions), visible(&engines.join(", ")).into_owned()]);
    }
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0).min(40);
    let [a, b, c, d] = [0, 1, 2, 3].map(width);
    for [id, name, language, versions, containers] in &rows {
        writeln!(out, "{id:<a$}  {name:<b$}  {language:<c$}  {versions:<d$}  {containers}")?;
    }
    Ok(())
}
