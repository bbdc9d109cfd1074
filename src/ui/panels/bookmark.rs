//! The sheet for the bookmark at the playhead.

use egui::{Context, Id, Modal, Rect, Sense, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::BookmarkView;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button_enabled, button_width};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::{appears, page_ui};

/// Shows the sheet.
pub fn bookmark_ui(ctx: &Context, view: &BookmarkView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("bookmark");
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let window = ctx.content_rect().shrink(12.0);
        let (width, height) = (560.0_f32.min(window.width()), 156.0_f32);
        let (rect, _) = ui.allocate_exact_size(vec2(width, height.min(window.height())), Sense::hover());
        page_ui(ui, id.with("page"), rect, height, |ui, rect| {
            let painter = ui.painter().clone();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            text::left(&painter, left, rect.top() + 26.0, "Bookmark", text::TITLE, t.text);
            text::left_cut(&painter, left, rect.top() + 50.0, &view.place, text::DATA, t.secondary, right - left);
            let name = format!("Note on {}", view.place);
            let field = Field { id: id.with("field"), name: &name, hint: "A note", icon: None, key: None };
            let appears = appears(ui, id);
            if appears {
                ui.data_mut(|data| data.insert_temp(field.id, view.note.unwrap_or_default().to_owned()));
                egui::text_edit::TextEditState::default().store(ctx, field.id);
            }
            let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
            let place = Rect::from_min_max(pos2(left, rect.top() + 66.0), pos2(right, rect.top() + 94.0));
            let output = field.show(ui, place, &typed);
            if appears {
                ui.memory_mut(|memory| memory.request_focus(field.id));
            }
            let typed = output.changed.unwrap_or(typed);
            ui.data_mut(|data| data.insert_temp(field.id, typed.clone()));
            let can_set = if view.full { Err("500 bookmarks are set in this store: remove one first") } else { Ok(()) };
            let can_remove = view.note.map(|_| ()).ok_or("there is no bookmark here");
            let mut x = right;
            for (word, keys, look, enabled, action) in [
                ("Save", Some("Enter"), Look::Filled, can_set, Action::SetBookmark(typed.clone())),
                ("Remove", None, Look::Outlined, can_remove, Action::RemoveBookmark),
                ("Cancel", Some("Esc"), Look::Outlined, Ok(()), Action::CloseModal),
            ] {
                let width = button_width(&painter, word, keys).min((right - left - 16.0) / 3.0);
                let at = Rect::from_min_size(pos2(x - width, rect.bottom() - 42.0), vec2(width, 28.0));
                if button_enabled(ui, id.with(word), at, look, word, keys, enabled).clicked() {
                    out.push(action);
                }
                x -= width + 8.0;
            }
            if output.entered && can_set.is_ok() {
                out.push(Action::SetBookmark(typed));
            }
        });
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}
