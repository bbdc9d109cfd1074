//! Text or bytes as they are: numbered lines, cut to the width, hex where it is no text.

use std::sync::Arc;

use egui::{Id, Rect, Ui};

use super::rows::{RowNode, Rows};
use crate::ui::text;

/// Width of one character of data.
const CHAR: f32 = 7.53;
const LEFT: f32 = 12.0;

/// Lines of a text, as byte ranges.
#[derive(Clone)]
struct Lines {
    /// Revision and length of the text, and columns: what they were made for.
    key: (u64, usize, usize),
    ranges: Arc<Vec<(usize, usize)>>,
}

/// Shows bytes: as text where they are, else in hex. `revision` changes whenever they do.
pub fn raw_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, bytes: &[u8], revision: u64) {
    let columns = (((body.width() - LEFT - 18.0) / CHAR) as usize).max(16);
    match std::str::from_utf8(bytes) {
        Ok(text) => text_ui(ui, id, name, body, (text, revision), columns),
        Err(_) => hex_ui(ui, id, name, body, bytes, columns),
    }
}

fn text_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, (whole, revision): (&str, u64), columns: usize) {
    let key = (revision, whole.len(), columns);
    let kept: Option<Lines> = ui.data(|data| data.get_temp(id.with("lines")));
    let lines = kept.filter(|lines| lines.key == key).unwrap_or_else(|| {
        let lines = Lines { key, ranges: Arc::new(split(whole, columns)) };
        ui.data_mut(|data| data.insert_temp(id.with("lines"), lines.clone()));
        lines
    });
    Rows::new(id, name, lines.ranges.len() as u64).own_cursor().show(ui, body, |at| {
        let (from, to) = lines.ranges.get(at.index as usize).copied().unwrap_or_default();
        let line = whole.get(from..to).unwrap_or_default();
        text::left(at.painter, at.rect.left() + LEFT, at.rect.center().y, line, text::DATA, at.t.text);
        RowNode { name: format!("line {}, {}", at.index + 1, text::head(line, 200)), ..RowNode::default() }
    });
}

/// Cuts a text into lines of at most so many characters.
fn split(whole: &str, columns: usize) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in whole.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let mut from = start;
        let mut count = 0;
        for (at, _) in whole[start..end].char_indices() {
            if count == columns {
                ranges.push((from, start + at));
                from = start + at;
                count = 0;
            }
            count += 1;
        }
        ranges.push((from, end));
        start += line.len();
    }
    ranges
}

fn hex_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, bytes: &[u8], columns: usize) {
    let per_row = if columns >= 78 { 16 } else { 8 };
    let len = bytes.len().div_ceil(per_row) as u64;
    Rows::new(id, name, len).own_cursor().show(ui, body, |at| {
        let from = at.index as usize * per_row;
        let row = &bytes[from.min(bytes.len())..(from + per_row).min(bytes.len())];
        let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let plain: String =
            row.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '.' }).collect();
        let (x, y) = (at.rect.left() + LEFT, at.rect.center().y);
        let offset = format!("{from:08x}");
        let end = text::left(at.painter, x, y, &offset, text::DATA, at.t.quiet) + 2.0 * CHAR;
        text::left(at.painter, end, y, &hex.join(" "), text::DATA, at.t.text);
        text::left(at.painter, end + (per_row * 3 + 1) as f32 * CHAR, y, &plain, text::DATA, at.t.secondary);
        RowNode { name: format!("{offset}: {}", hex.join(" ")), ..RowNode::default() }
    });
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lines_break_at_newlines_and_at_the_width() {
        let text = "abc\r\n\nabcdefä";
        let lines: Vec<&str> = split(text, 3).into_iter().map(|(from, to)| &text[from..to]).collect();
        assert_eq!(lines, ["abc", "", "abc", "def", "ä"]);
    }
}
