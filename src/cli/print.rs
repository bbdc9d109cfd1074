//! What verbs print alike: lines of JSON, times, events, findings.

use std::io::{self, Write};

use serde_json::Value;

use super::CliError;
use crate::model::json::to_text;
use crate::model::{Finding, RecordedEvent, Time};
use crate::session::pages;

/// Findings of a run that are printed; the rest are counted.
const SHOWN: usize = 20;

pub fn line(out: &mut dyn Write, value: &Value) -> Result<(), CliError> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

/// A time in JSON.
pub fn rfc3339(time: Option<Time>) -> Value {
    time.map_or(Value::Null, |time| Value::from(time.to_rfc3339()))
}

/// A time for a person.
pub fn shown(time: Option<Time>) -> String {
    time.map_or_else(|| "-".to_owned(), Time::to_rfc3339)
}

pub fn event(event: &RecordedEvent, as_json: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let node = pages::event_node(event);
    if as_json {
        return Ok(writeln!(out, "{}", to_text(&node))?);
    }
    let data = node.get("data").map(to_text).unwrap_or_default();
    let mark = event.mark.as_deref().map(|mark| format!(" [{mark}]")).unwrap_or_default();
    writeln!(out, "{:>6}  {}  {}{mark}  {}  {data}", event.version, shown(event.time), event.event_type, event.stream)?;
    Ok(())
}

/// What was odd about the events behind an answer, on stderr: never left out silently.
pub fn findings<'a>(all: impl IntoIterator<Item = &'a Finding>) -> Result<(), CliError> {
    let mut more = 0;
    for (nth, finding) in all.into_iter().enumerate() {
        if nth >= SHOWN {
            more += 1;
            continue;
        }
        let version = finding.version.map(|version| format!("v{version}: ")).unwrap_or_default();
        writeln!(io::stderr(), "finding: {}: {version}{}", finding.code.name(), finding.message)?;
    }
    if more > 0 {
        writeln!(io::stderr(), "finding: … and {more} more")?;
    }
    Ok(())
}
