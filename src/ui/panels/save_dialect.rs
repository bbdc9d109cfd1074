//! The sheet for naming a dialect, so that stores of its kind open by themselves.

use egui::{Context, Id, pos2, vec2};

use crate::app::action::{Action, MappingAction};
use crate::app::view::{SaveView, Saving};
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, page_ui};
use crate::ui::widgets::sheet::{choices_ui, room, sheet_ui};

/// Shows the sheet.
pub fn save_dialect_ui(ctx: &Context, view: &SaveView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("save dialect");
    let (said, color) = match view.saving {
        Saving::Asking | Saving::Running(_) => (format!("It is kept in {}", view.folder), t.quiet),
        Saving::Exists(name) => (format!("There is a dialect {name} in {} already.", view.folder), t.warning),
        Saving::Failed(problem) => (format!("{}: {}. help: {}", problem.what, problem.cause, problem.help), t.error),
    };
    let width = 560.0_f32.min(room(ctx).x);
    let painter = ctx.layer_painter(egui::LayerId::background());
    let galley = text::paragraph_galley(&painter, width - 32.0, &said, text::BODY, color, 6);
    let height = 148.0 + galley.size().y;
    sheet_ui(ctx, id, vec2(width, height), out, |ui, rect, out| {
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
            let choices = [
                (save, Some("Enter").filter(|_| !replace), Look::Filled, enabled),
                ("Cancel", Some("Esc"), Look::Outlined, Ok(())),
            ];
            let clicked = choices_ui(ui, id, rect, &choices);
            match clicked.or((output.entered && enabled.is_ok() && !replace).then_some(0)) {
                Some(0) => out.push(Action::Mapping(MappingAction::Save { name, replace })),
                Some(_) => out.push(Action::CloseModal),
                None => {}
            }
        });
    });
}
