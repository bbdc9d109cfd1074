//! What verbs print alike: lines of JSON, times, events, findings. What a store, a path or a
//! module says goes to a person's terminal through [`visible`] only.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use serde_json::Value;

use super::CliError;
use crate::index::EventIndex;
use crate::model::json::to_text;
use crate::model::{Finding, FindingCode, RecordedEvent, Time, Version};
use crate::session::pages;

/// Findings of a run that are printed; the rest are counted.
const SHOWN: usize = 20;

/// A text for a terminal. What would act there (keys, colours, the window's title, a line break
/// that pretends to be another line, text that runs backwards) is spelled out: `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    spelled_out(text, |_| false)
}

/// [`visible`] for text of several lines.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    spelled_out(text, |c| c == '\n')
}

fn spelled_out(text: &str, passes: impl Fn(char) -> bool) -> Cow<'_, str> {
    let acts = |c: char| acts(c) && !passes(c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match acts(c) {
            true if matches!(c, '\n' | '\r' | '\t') => out.extend(c.escape_default()),
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Control characters, those that break a line, and those that turn the direction of text
/// (Unicode's `Bidi_Control`).
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

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
    let marks: String = event.marks.words().map(|word| format!(" [{word}]")).collect();
    let (version, time) = (event.version, shown(event.time));
    let (event_type, stream) = (visible(&event.event_type), visible(&event.stream));
    Ok(writeln!(out, "{version:>6}  {time}  {event_type}{marks}  {stream}  {}", visible(&data))?)
}

/// Findings with one code in one stream, for a person.
pub struct FindingLine<'a> {
    pub code: FindingCode,
    pub stream: Option<&'a str>,
    /// The first.
    pub version: Option<Version>,
    pub message: &'a str,
    pub count: u64,
}

impl<'a> FindingLine<'a> {
    pub fn of(first: &'a Finding, count: u64) -> FindingLine<'a> {
        let Finding { code, stream, version, message, .. } = first;
        FindingLine { code: *code, stream: stream.as_deref(), version: *version, message, count }
    }

    /// Those whose places are not known.
    pub fn further(code: FindingCode, count: u64) -> FindingLine<'static> {
        FindingLine { code, stream: None, version: None, message: "in further places", count }
    }
}

impl fmt::Display for FindingLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {:<18} ", self.code.severity().name(), self.code.name())?;
        match (self.stream, self.version) {
            (Some(stream), Some(version)) => write!(f, "{} v{version}: ", visible(stream))?,
            (Some(stream), None) => write!(f, "{}: ", visible(stream))?,
            _ => {}
        }
        f.write_str(&visible(self.message))?;
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        Ok(())
    }
}

/// What was odd about the events behind an answer, on stderr: never left out silently.
pub fn findings<'a>(all: impl IntoIterator<Item = &'a Finding>) -> Result<(), CliError> {
    print_findings(all, false)
}

/// [`findings`] of several streams: each line names its own.
pub fn findings_of_streams<'a>(all: impl IntoIterator<Item = &'a Finding>) -> Result<(), CliError> {
    print_findings(all, true)
}

fn print_findings<'a>(all: impl IntoIterator<Item = &'a Finding>, name_streams: bool) -> Result<(), CliError> {
    let mut more = 0;
    for (nth, finding) in all.into_iter().enumerate() {
        if nth >= SHOWN {
            more += 1;
            continue;
        }
        let stream = finding.stream.as_deref().filter(|_| name_streams).map(|name| format!("{} ", visible(name)));
        let stream = stream.unwrap_or_default();
        let version = finding.version.map(|version| format!("v{version}: ")).unwrap_or_default();
        writeln!(io::stderr(), "finding: {}: {stream}{version}{}", finding.code.name(), visible(&finding.message))?;
    }
    if more > 0 {
        writeln!(io::stderr(), "finding: … and {more} more")?;
    }
    Ok(())
}

/// How many streams are left out of an answer for a person, and how to see them.
pub fn hidden(streams: u64, out: &mut dyn Write) -> Result<(), CliError> {
    match streams {
        0 => Ok(()),
        1 => Ok(writeln!(out, "1 system stream is left out; --system shows it")?),
        more => Ok(writeln!(out, "{more} system streams are left out; --system shows them")?),
    }
}

/// Said before events of many streams: what is not certain of their order.
pub fn doubts_of_order(index: &EventIndex) -> Result<(), CliError> {
    findings(index.findings().kept().iter().filter(|finding| finding.code == FindingCode::OrderNotProven))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out_and_words_are_left() {
        for (text, seen) in [
            ("clear\u{1b}[2J", r"clear\u{1b}[2J"),
            ("bell\u{7}del\u{7f}back\u{8}", r"bell\u{7}del\u{7f}back\u{8}"),
            ("c1\u{9b}2J\u{85}", r"c1\u{9b}2J\u{85}"),
            ("two\nlines\r\tand\u{2028}more", r"two\nlines\r\tand\u{2028}more"),
            ("gnp.\u{202e}exe\u{2066}\u{200f}", r"gnp.\u{202e}exe\u{2066}\u{200f}"),
            ("Åsa, 文, 👩\u{200d}🔧, שלום", "Åsa, 文, 👩\u{200d}🔧, שלום"),
        ] {
            assert_eq!(visible(text), seen);
        }
        assert_eq!(visible_lines("{\n  \"a\u{1b}\"\n}"), "{\n  \"a\\u{1b}\"\n}");
    }
}
