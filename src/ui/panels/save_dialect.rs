//! The sheet for naming a dialect, so that stores of its kind open by themselves.

use egui::{Context, Id, Modal, Sense, pos2, vec2};

use crate::app::action::{Action, MappingAction};
use crate::app::view::{SaveView, Saving};
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button_enabled, button_width, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::{appears, page_ui};

/// Shows the sheet.
pub fn save_dialect_ui(ctx: &Context, view: &SaveView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("save dialect");
    let (said, color) = match view.saving {
        Saving::Asking | Saving::Running(_) => (format!("It is kept in {}", view.folder), t.quiet),
        Saving::Exists(name) => (format!("There is a dialect {name} in {} already.", view.folder), t.warning),
        Saving::Failed(problem) => (format!("{}: {}. help: {}", problem.what, problem.cause, problem.help), t.error),
    };
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let window = ctx.content_rect().shrink(12.0);
        let width = 560.0_f32.min(window.width());
        let galley = text::paragraph_galley(ui.painter(), width - 32.0, &said, text::BODY, color, 6);
        let height = 148.0 + galley.size().y;
        let (rect, _) = ui.allocate_exact_size(vec2(width, height.min(window.height())), Sense::hover());
        page_ui(ui, id.with("page"), rect, height, |ui, rect| {
            let painter = ui.painter().clone();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            text::left(&painter, left, rect.top() + 26.0, "Save as dialect", text::TITLE, t.text);
            let about = "Stores with these columns then open by themselves.";
            text::left_cut(&painter, left, rect.top() + 50.0, about, text::BODY, t.secondary, right - left);
            let field =
                Field { id: id.with("field"), name: "Name of the dialect", hint: "shop-events", icon: None, key: None };
            let appears = appears(ui, id);
            if appears {
                ui.data_mut(|data| data.insert_temp(field.id, view.suggested.clone()));
            }
            let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
            let place = egui::Rect::from_min_max(pos2(left, rect.top() + 66.0), pos2(right, rect.top() + 94.0));
            let output = field.show(ui, place, &typed);
            if appears {
                ui.memory_mut(|memory| memory.request_focus(field.id));
            }
            let typed = output.changed.unwrap_or(typed);
            ui.data_mut(|data| data.insert_temp(field.id, typed.clone()));
            let name = typed.trim().to_owned();
            let top = place.bottom() + 8.0;
            let below = egui::Rect::from_min_size(pos2(left, top), galley.size());
            painter.galley(below.min, galley, color);
            spoken(ui, id.with("said"), below, &said);
            // A dialect that is there is replaced only by a button that says so.
            let replace = *view.saving == Saving::Exists(name.clone());
            let enabled = match view.saving {
                Saving::Running(_) => Err("it is being saved"),
                _ if name.is_empty() => Err("it needs a name"),
                _ => Ok(()),
            };
            let save = if replace { "Replace it" } else { "Save" };
            let mut x = right;
            for (word, keys, look, enabled) in [
                (save, Some("Enter").filter(|_| !replace), Look::Filled, enabled),
                ("Cancel", Some("Esc"), Look::Outlined, Ok(())),
            ] {
                let width = button_width(&painter, word, keys).min((right - left - 8.0) / 2.0);
                let at = egui::Rect::from_min_size(pos2(x - width, rect.bottom() - 42.0), vec2(width, 28.0));
                if button_enabled(ui, id.with(word), at, look, word, keys, enabled).clicked() {
                    out.push(match word {
                        "Cancel" => Action::CloseModal,
                        _ => Action::Mapping(MappingAction::Save { name: name.clone(), replace }),
                    });
                }
                x -= width + 8.0;
            }
            if output.entered && enabled.is_ok() && !replace {
                out.push(Action::Mapping(MappingAction::Save { name, replace }));
            }
        });
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}
