//! The formats that are text: JSON lines, CSV, and a table in Markdown.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::rows::{Cell, Column, Kind};
use super::sink::Sink;
use crate::model::json::{self, is_json};
use crate::model::{FindingCode, Findings};

/// Rows as JSON, one a line.
pub struct JsonLines {
    columns: &'static [Column],
    line: String,
}

impl JsonLines {
    pub fn new(columns: &'static [Column]) -> JsonLines {
        JsonLines { columns, line: String::new() }
    }
}

impl Sink for JsonLines {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        for (at, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            self.line.push_str(if at == 0 { "{\"" } else { ",\"" });
            self.line.push_str(column.name);
            self.line.push_str("\":");
            match cell {
                Cell::Null => self.line.push_str("null"),
                Cell::Text(text) => json::write_string(text, &mut self.line),
                Cell::Time(time) => json::write_string(&time.to_rfc3339(), &mut self.line),
                Cell::Whole(_) | Cell::Json(_) | Cell::JsonText(_) => write_plain(cell, &mut self.line),
            }
        }
        self.line.push_str("}\n");
        out.write_all(self.line.as_bytes())?;
        let_go_of_long(&mut self.line);
        Ok(())
    }
}

/// Writes a line that was put together by way of `text`.
fn write_line(line: &mut String, text: &mut String, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(line.as_bytes())?;
    let_go_of_long(line);
    let_go_of_long(text);
    Ok(())
}

/// Texts longer than this are not kept for the next row.
const LONG: usize = 1 << 20;

fn let_go_of_long(text: &mut String) {
    if text.capacity() > LONG {
        *text = String::new();
    }
}

/// A value as text, without quotes.
pub(super) fn write_plain(cell: &Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => {}
        Cell::Text(text) | Cell::JsonText(text) => out.push_str(text),
        // Writing to a String cannot fail.
        Cell::Whole(number) => drop(write!(out, "{number}")),
        Cell::Time(time) => out.push_str(&time.to_rfc3339()),
        Cell::Json(node) => json::write(node, out),
    }
}

/// RFC 4180, with a header. Null is an empty cell, an empty text is `""`.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe in front, which makes
/// it text there; so does one that begins with such apostrophes already, so that taking one
/// off gives back every text. How many there were is a finding. (The characters are those of
/// OWASP's page on CSV injection.)
pub struct Csv {
    columns: &'static [Column],
    begun: bool,
    text: String,
    line: String,
    disarmed: u64,
}

impl Csv {
    pub fn new(columns: &'static [Column]) -> Csv {
        Csv { columns, begun: false, text: String::new(), line: String::new(), disarmed: 0 }
    }

    fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        write!(out, "{}\r\n", names.join(","))
    }
}

impl Sink for Csv {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        self.header(out)?;
        self.line.clear();
        for (at, (cell, column)) in cells.iter().zip(self.columns).enumerate() {
            if at > 0 {
                self.line.push(',');
            }
            self.text.clear();
            write_plain(cell, &mut self.text);
            let disarm = matches!(column.kind, Kind::Text | Kind::Json) && is_formula(&self.text);
            self.disarmed += u64::from(disarm);
            let quoted = disarm
                || self.text.contains([',', '"', '\r', '\n'])
                || self.text.starts_with(' ')
                || self.text.ends_with(' ')
                || (self.text.is_empty() && !matches!(cell, Cell::Null));
            match quoted {
                false => self.line.push_str(&self.text),
                true => {
                    self.line.push('"');
                    self.line.push_str(if disarm { "'" } else { "" });
                    self.line.extend(
                        self.text
                            .split('"')
                            .enumerate()
                            .flat_map(|(at, part)| [if at == 0 { "" } else { "\"\"" }, part]),
                    );
                    self.line.push('"');
                }
            }
        }
        self.line.push_str("\r\n");
        write_line(&mut self.line, &mut self.text, out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)
    }

    fn findings(&self, findings: &mut Findings) {
        if self.disarmed > 0 {
            let (cells, begin) = if self.disarmed == 1 { ("cell", "begins") } else { ("cells", "begin") };
            let message = format!(
                "{} {cells} that a spreadsheet would run as a formula {begin} with an apostrophe here",
                self.disarmed
            );
            findings.note(FindingCode::ReplacedText, message);
        }
    }
}

/// A spreadsheet would compute it, or would do so but for its apostrophes. A plain number is
/// none.
fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    let starts = bare.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    starts && !(bare.starts_with('-') && bare.len() == text.len() && is_json(text))
}

/// A table for people. What Markdown would act upon stands in a code span; line breaks and
/// other control characters are spelled out, and nothing is cut.
pub struct Markdown {
    columns: &'static [Column],
    begun: bool,
    text: String,
    line: String,
}

impl Markdown {
    pub fn new(columns: &'static [Column]) -> Markdown {
        Markdown { columns, begun: false, text: String::new(), line: String::new() }
    }

    fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        for column in self.columns {
            write!(out, "| {} ", column.name)?;
        }
        out.write_all(b"|\n")?;
        for column in self.columns {
            out.write_all(if column.kind == Kind::Whole { b"| ---: " } else { b"| --- " })?;
        }
        out.write_all(b"|\n")
    }
}

impl Sink for Markdown {
    fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        self.header(out)?;
        self.line.clear();
        for cell in cells {
            self.text.clear();
            write_plain(cell, &mut self.text);
            self.line.push_str("| ");
            match cell {
                Cell::Null => {}
                Cell::Whole(_) | Cell::Time(_) => self.line.push_str(&self.text),
                Cell::Text("") => self.line.push_str("`\"\"`"),
                Cell::Text(text) if is_plain(text) => self.line.push_str(text),
                Cell::Text(_) | Cell::Json(_) | Cell::JsonText(_) => push_code(&self.text, &mut self.line),
            }
            self.line.push(' ');
        }
        self.line.push_str("|\n");
        write_line(&mut self.line, &mut self.text, out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.header(out)
    }
}

/// Markdown shows it as it is.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | ',' | '/'))
}

/// A code span of one table cell, as GitHub's Markdown reads it: fenced by more backticks than
/// are inside, every pipe behind a backslash.
fn push_code(text: &str, out: &mut String) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    out.push_str(&fence);
    // A blank beside a backtick belongs to the fence, and so do blanks at both ends.
    let edge = |at: Option<char>| matches!(at, Some('`' | ' '));
    let is_blank = text.chars().all(|c| c == ' ');
    let pad = if !is_blank && (edge(text.chars().next()) || edge(text.chars().last())) { " " } else { "" };
    out.push_str(pad);
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\|"),
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push_str(pad);
    out.push_str(&fence);
}
