//! Text or bytes as they are: numbered lines, cut to the width, hex where it is no text.

use egui::{Id, Rect, Ui, pos2};

use super::rows::{RowNode, RowPaint, Rows};
use crate::ui::text;
use crate::ui::tokens::mix;

/// Width of one character of data.
const CHAR: f32 = 7.53;
const LEFT: f32 = 12.0;
/// Bytes that are cut into lines in one frame; what follows comes with the next.
const PART: usize = 1 << 20;

/// Places in what is shown that were looked for.
#[derive(Clone, Copy, Default)]
pub struct Places<'a> {
    /// Where each begins, in bytes, and how many bytes each has.
    pub starts: &'a [usize],
    pub len: usize,
    /// The one that is gone to.
    pub at: Option<usize>,
    /// Changes whenever that one is to be seen.
    pub jumps: u64,
}

/// Lines of a text, as byte ranges, as far as it is cut into them.
#[derive(Clone, Default)]
struct Lines {
    /// Revision and length of the text, and columns: what they were made for.
    key: (u64, usize, usize),
    ranges: Vec<(usize, usize)>,
    /// Where the next line begins.
    next: usize,
}

/// Shows bytes: as text where they are, else in hex. `revision` changes whenever they do.
pub fn raw_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, (bytes, revision): (&[u8], u64), places: Places<'_>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => text_ui(ui, id, name, body, (text, revision), places),
        Err(_) => hex_ui(ui, id, name, body, bytes, places),
    }
}

fn columns(body: Rect) -> usize {
    (((body.width() - LEFT - 18.0) / CHAR) as usize).max(16)
}

/// The place to scroll to: once for each time that one is gone to.
fn jump(ui: &Ui, id: Id, places: Places<'_>) -> Option<usize> {
    let id = id.with("jumps");
    let seen: Option<u64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, places.jumps));
    let place = places.starts.get(places.at?).copied();
    place.filter(|_| seen != Some(places.jumps))
}

/// Shows a text. One that is long is cut into lines from frame to frame.
pub fn text_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, (whole, revision): (&str, u64), places: Places<'_>) {
    let key = (revision, whole.len(), columns(body));
    let mut lines = ui.data_mut(|data| data.remove_temp::<Lines>(id.with("lines"))).unwrap_or_default();
    if lines.key != key {
        lines = Lines { key, ..Lines::default() };
    }
    let jump = jump(ui, id, places);
    let wanted = lines.next.max(jump.unwrap_or(0)).saturating_add(PART);
    lines.cut(whole, wanted);
    if lines.next < whole.len() {
        ui.ctx().request_repaint();
    }
    let reveal = jump.and_then(|place| lines.ranges.partition_point(|(from, _)| *from <= place).checked_sub(1));
    let rows = Rows::new(id, name, lines.ranges.len() as u64).own_cursor().reveal(reveal.map(|row| row as u64));
    rows.show(ui, body, |at| {
        let (from, to) = lines.ranges.get(at.index as usize).copied().unwrap_or_default();
        let line = whole.get(from..to).unwrap_or_default();
        // In a text of lines they are the space that they stand for, and as many bytes.
        let line = &*line.replace(['\t', '\r'], " ");
        mark(at, line, from, places);
        text::left(at.painter, at.rect.left() + LEFT, at.rect.center().y, line, text::DATA, at.t.text);
        RowNode { name: format!("line {}, {}", at.index + 1, text::head(line, 200)), ..RowNode::default() }
    });
    ui.data_mut(|data| data.insert_temp(id.with("lines"), lines));
}

/// Paints what lies behind the places in a line that begins so many bytes from the start.
fn mark(at: &RowPaint<'_>, line: &str, from: usize, places: Places<'_>) {
    let first = places.starts.partition_point(|start| start + places.len <= from);
    let inside = places.starts.iter().enumerate().skip(first).take_while(|(_, start)| **start < from + line.len());
    for (nth, start) in inside {
        let begin = line.floor_char_boundary(start.saturating_sub(from));
        let end = line.floor_char_boundary((start + places.len).saturating_sub(from));
        let x = |to: usize| at.rect.left() + LEFT + text::width(at.painter, &line[..to], text::DATA);
        let place = Rect::from_min_max(pos2(x(begin), at.rect.top() + 2.0), pos2(x(end), at.rect.bottom() - 2.0));
        let share = if places.at == Some(nth) { 0.5 } else { 0.22 };
        at.painter.rect_filled(place, 2.0, mix(at.t.panel, at.t.accent, share));
    }
}

impl Lines {
    /// Cuts a text into lines of at most so many characters, until so many bytes are cut.
    fn cut(&mut self, whole: &str, until: usize) {
        let columns = self.key.2;
        while self.next < whole.len().min(until) {
            let rest = &whole[self.next..];
            let mut ends = rest.char_indices().take(columns).filter(|(_, c)| *c == '\n').map(|(at, _)| at);
            let wrapped = || rest.char_indices().nth(columns).map_or(rest.len(), |(at, _)| at);
            let end = ends.next().unwrap_or_else(wrapped);
            let line = rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]);
            let behind = &rest[end..];
            let newline = if behind.starts_with("\r\n") { 2 } else { usize::from(behind.starts_with('\n')) };
            self.ranges.push((self.next, self.next + line.len()));
            self.next += end + newline;
        }
    }
}

/// Shows bytes in hex.
pub fn hex_ui(ui: &mut Ui, id: Id, name: &str, body: Rect, bytes: &[u8], places: Places<'_>) {
    let per_row = if columns(body) >= 78 { 16 } else { 8 };
    let len = bytes.len().div_ceil(per_row) as u64;
    let reveal = jump(ui, id, places).map(|place| (place / per_row) as u64);
    Rows::new(id, name, len).own_cursor().reveal(reveal).show(ui, body, |at| {
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
    use super::Lines;

    #[test]
    fn lines_break_at_newlines_and_at_the_width_whole_or_in_parts() {
        let text = "abc\r\n\nabcdefä\nabc\nx\r";
        for part in [1, 5, 100] {
            let mut lines = Lines { key: (0, 0, 3), ..Lines::default() };
            while lines.next < text.len() {
                lines.cut(text, lines.next + part);
            }
            let lines: Vec<&str> = lines.ranges.iter().map(|(from, to)| &text[*from..*to]).collect();
            assert_eq!(lines, ["abc", "", "abc", "def", "ä", "abc", "x"], "{part}");
        }
    }
}
