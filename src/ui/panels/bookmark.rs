//! The sheet for the bookmark at the playhead.

use egui::{Context, Id, Rect, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::BookmarkView;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::Look;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, page_ui};
use crate::ui::widgets::sheet::{choices_ui, sheet_ui};

/// Shows the sheet.
pub fn bookmark_ui(ctx: &Context, view: &BookmarkView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("bookmark");
    let height = 156.0;
    sheet_ui(ctx, id, vec2(560.0, height), out, |ui, rect, out| {
        page_ui(ui, id.with("page"), rect, height, |ui, rect| {
            let painter = ui.painter().clone();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            text::left(&painter, left, rect.top() + 26.0, "Bookmark", text::TITLE, t.text);
            text::left_name(&painter, left, rect.top() + 50.0, &view.place, text::DATA, t.secondary, right - left);
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
            let choices = [
                ("Save", Some("Enter"), Look::Filled, can_set),
                ("Remove", None, Look::Outlined, can_remove),
                ("Cancel", Some("Esc"), Look::Outlined, Ok(())),
            ];
            let clicked = choices_ui(ui, id, rect, &choices);
            match clicked.or((output.entered && can_set.is_ok()).then_some(0)) {
                Some(0) => out.push(Action::SetBookmark(typed)),
                Some(1) => out.push(Action::RemoveBookmark),
                Some(_) => out.push(Action::CloseModal),
                None => {}
            }
        });
    });
}
