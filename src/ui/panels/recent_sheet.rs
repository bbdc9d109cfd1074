//! The sheet of the stores that were open before.

use egui::{Context, Id, vec2};

use crate::app::action::Action;
use crate::app::view::RecentEntry;
use crate::ui::text;
use crate::ui::tokens::size;
use crate::ui::widgets::page::begin_with;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::widgets::sheet::{HEAD, head_ui, sheet_ui};

/// Rows that are seen at once, where there is room.
const ROWS: usize = 12;

/// Shows the sheet.
pub fn recent_sheet_ui(ctx: &Context, entries: &[RecentEntry], out: &mut Vec<Action>) {
    let id = Id::unique("recent sheet");
    let rows = entries.len().clamp(1, ROWS) as f32 * size::ROW + 8.0;
    sheet_ui(ctx, id, vec2(640.0, HEAD + rows), out, |ui, rect, out| {
        let (_, body) = head_ui(ui, id, rect, "Open recent", "Close recent", out);
        let list = id.with("list");
        begin_with(ui, id, list);
        let len = entries.len() as u64;
        let body = body.shrink2(vec2(0.0, 4.0));
        let shown = Rows::new(list, "Recent stores", len)
            .cursor(Some(0))
            .own_cursor()
            .show(ui, body, |at| row_ui(at, &entries[at.index as usize], len));
        let chosen = shown.activated.or(shown.clicked.map(|(row, _)| row));
        if let Some(row) = chosen.filter(|&row| row < len) {
            out.push(Action::OpenRecent(row as usize));
        }
    });
}

fn row_ui(at: &RowPaint<'_>, entry: &RecentEntry, len: u64) -> RowNode {
    let (t, y, left, right) = (at.t, at.rect.center().y, at.rect.left() + 16.0, at.rect.right() - 16.0);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let color = if entry.missing { quiet } else { t.text };
    let kind = if entry.missing { "no longer there" } else { &entry.dialect };
    let end = text::right(at.painter, right, y, kind, text::LABEL.on_baseline_of(text::BODY), quiet) - 12.0;
    let name_end = text::left_name(at.painter, left, y, &entry.name, text::DATA, color, (end - left) * 0.45) + 12.0;
    if !entry.place.is_empty() {
        text::left_name(at.painter, name_end, y, &entry.place, text::DATA, t.secondary, (end - name_end).max(0.0));
    }
    let words = format!("{}, {}, {kind}", entry.name, entry.place);
    RowNode {
        name: format!("row {} of {len}, {words}", at.index + 1),
        tooltip: at.pointer.map(|_| format!("{}/{}", entry.place, entry.name)),
        ..RowNode::default()
    }
}
