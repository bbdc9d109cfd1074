//! The sheet of the stores that were open before.

use egui::{Context, Id, Modal, Rect, Sense, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::RecentEntry;
use crate::ui::icons::Icon;
use crate::ui::paint;
use crate::ui::text;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::icon_button;
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::appears;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};

/// Rows that are seen at once, where there is room.
const ROWS: usize = 12;

/// Shows the sheet.
pub fn recent_sheet_ui(ctx: &Context, entries: &[RecentEntry], out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("recent sheet");
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let window = ctx.content_rect().shrink(12.0);
    let rows = entries.len().clamp(1, ROWS) as f32 * size::ROW + 8.0;
    let size = vec2(640.0_f32.min(window.width()), (44.0 + rows).min(window.height()));
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let (header, body) = rect.split_top_bottom_at_y(rect.top() + 44.0);
        text::left(ui.painter(), header.left() + 16.0, header.center().y, "Open recent", text::TITLE, t.text);
        paint::hline(ui.painter(), header.left(), header.right(), header.bottom() - 1.0, t.hairline);
        let close = Rect::from_center_size(pos2(header.right() - 22.0, header.center().y), vec2(28.0, 28.0));
        if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Close recent").clicked() {
            out.push(Action::CloseModal);
        }
        let list = id.with("list");
        // In its first passes egui may give the keyboard to something else.
        let had = id.with("had the keyboard");
        if appears(ui, id) {
            ui.data_mut(|data| data.remove::<bool>(had));
        }
        let has = ui.memory(|memory| memory.has_focus(list));
        if has {
            ui.data_mut(|data| data.insert_temp(had, true));
        } else if ui.data(|data| data.get_temp::<bool>(had)).is_none() {
            ui.memory_mut(|memory| memory.request_focus(list));
            ui.ctx().request_repaint();
        }
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
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}

fn row_ui(at: &RowPaint<'_>, entry: &RecentEntry, len: u64) -> RowNode {
    let (t, y, left, right) = (at.t, at.rect.center().y, at.rect.left() + 16.0, at.rect.right() - 16.0);
    let color = if entry.missing { t.quiet } else { t.text };
    let kind = if entry.missing { "no longer there" } else { &entry.dialect };
    let end = text::right(at.painter, right, y, kind, text::LABEL.on_baseline_of(text::BODY), t.quiet) - 12.0;
    let name_end = text::left_cut(at.painter, left, y, &entry.name, text::DATA, color, (end - left) * 0.45) + 12.0;
    text::left_cut(at.painter, name_end, y, &entry.place, text::DATA, t.secondary, (end - name_end).max(0.0));
    let words = format!("{}, {}, {kind}", entry.name, entry.place);
    RowNode {
        name: format!("row {} of {len}, {words}", at.index + 1),
        tooltip: at.pointer.map(|_| format!("{}/{}", entry.place, entry.name)),
        ..RowNode::default()
    }
}
