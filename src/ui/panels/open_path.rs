//! The sheet for typing or pasting the path of a store.

use egui::{Context, Id, Modal, Rect, Sense, pos2, vec2};

use super::welcome::path_field;
use crate::app::action::Action;
use crate::ui::icons::Icon;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button, button_width};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::{appears, page_ui};

/// Shows the sheet, for a store or for a reducer.
pub fn open_path_ui(ctx: &Context, reducer: bool, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique(if reducer { "reducer path" } else { "open path" });
    let (title, name, hint, about, action): (_, _, _, _, fn(String) -> Action) = if reducer {
        let about = "A JavaScript or TypeScript module; FILE#name chooses one export.";
        ("Choose a reducer", "Path of a reducer", "~/shop/reducers.ts", about, Action::UseReducer)
    } else {
        let about = "A file of events. Nothing is written to it.";
        ("Open path", "Path of a store", "~/stores/bank.db", about, Action::OpenPath)
    };
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let window = ctx.content_rect().shrink(12.0);
        let width = 560.0_f32.min(window.width());
        let height: f32 = 148.0;
        let (rect, _) = ui.allocate_exact_size(vec2(width, height.min(window.height())), Sense::hover());
        page_ui(ui, id.with("page"), rect, height, |ui, rect| {
            let painter = ui.painter().clone();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            text::left(&painter, left, rect.top() + 26.0, title, text::TITLE, t.text);
            let field = Field { id: id.with("field"), name, hint, icon: Some(Icon::FOLDER_OPEN), key: None };
            let place = Rect::from_min_max(pos2(left, rect.top() + 48.0), pos2(right, rect.top() + 76.0));
            // From the moment the sheet appears its field is empty and has the keyboard.
            let appears = appears(ui, id);
            if appears {
                ui.data_mut(|data| data.remove::<String>(field.id));
            }
            path_field(ui, &field, place, action, out);
            if appears {
                ui.memory_mut(|memory| memory.request_focus(field.id));
            }
            text::left_cut(&painter, left, place.bottom() + 16.0, about, text::BODY, t.quiet, right - left);
            let mut x = right;
            for (word, keys, look, open) in
                [("Open", Some("Enter"), Look::Filled, true), ("Cancel", Some("Esc"), Look::Outlined, false)]
            {
                let width = button_width(&painter, word, keys).min((right - left - 8.0) / 2.0);
                let at = Rect::from_min_size(pos2(x - width, rect.bottom() - 42.0), vec2(width, 28.0));
                if button(ui, id.with(word), at, look, word, keys).clicked() {
                    if open {
                        let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
                        out.push(action(typed.trim().to_owned()));
                    } else {
                        out.push(Action::CloseModal);
                    }
                }
                x -= width + 8.0;
            }
        });
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}
