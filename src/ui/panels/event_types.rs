//! The list of the stream's event types: a check-box for each, with its shape and count.

use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::EventTypes;
use crate::model::visible_name;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button, button_width};
use crate::ui::widgets::field::find_field;
use crate::ui::widgets::menu::{Check, asked_form, drop_button};
use crate::ui::widgets::page::appears;
use crate::ui::{format, text};

/// Types that are laid out; the others come up when one types.
const SHOWN: usize = 100;
/// Up to so many need no field.
const FEW: usize = 12;
const WIDTH: f32 = 320.0;
/// Of the list; by it the list is asked for.
pub const NAME: &str = "Types";

/// Shows the button in `rect`, and the list where it is open.
pub fn event_types_ui(ui: &mut Ui, id: Id, rect: Rect, types: EventTypes<'_>, out: &mut Vec<Action>) {
    let (word, spoken) = match types.listed() {
        None => ("Type".to_owned(), "Types, all listed".to_owned()),
        Some(on) => (format!("Type {}", format::number(on as u64)), format!("Types, {on} of {} listed", types.len())),
    };
    let response = drop_button(ui, id, rect, &word, &spoken, text::BODY);
    let closed = asked_form(ui, &response, NAME, WIDTH, |ui, width| list_ui(ui, id, width, types, out));
    if closed {
        ui.data_mut(|data| data.remove_temp::<String>(id.with("typed")));
    }
}

fn list_ui(ui: &mut Ui, id: Id, width: f32, types: EventTypes<'_>, out: &mut Vec<Action>) {
    let is_new = !ui.is_sizing_pass() && appears(ui, id);
    let (line, _) = ui.allocate_exact_size(vec2(width, 40.0), Sense::hover());
    let mut right = line.right() - 8.0;
    for (word, name, wanted) in [("None", "List no type", Some([].into())), ("All", "List every type", None)] {
        let wide = button_width(ui.painter(), word, None);
        let place = Rect::from_min_max(pos2(right - wide, line.top() + 6.0), pos2(right, line.bottom() - 6.0));
        let response = button(ui, id.with(name), place, Look::Outlined, word, None).on_hover_text(name);
        if response.clicked() {
            out.push(Action::SetEventTypes(wanted));
        }
        right -= wide + 8.0;
    }
    let has_field = types.len() > FEW;
    let mut typed = String::new();
    let mut to_lines = is_new && !has_field;
    if has_field {
        let place = Rect::from_min_max(pos2(line.left() + 8.0, line.top() + 8.0), pos2(right, line.bottom() - 8.0));
        to_lines |= find_field(ui, id, place, "Find a type", &mut typed, is_new);
    } else {
        let words = format::plural(types.len() as u64, "type", "types");
        let room = right - line.left() - 12.0;
        text::left_cut(
            ui.painter(),
            line.left() + 12.0,
            line.center().y,
            &words,
            text::LABEL,
            tokens::tokens(ui.ctx()).quiet,
            room,
        );
    }
    let lower = typed.to_lowercase();
    let found = (0..types.len()).filter_map(|at| types.get(at));
    let mut found = found.filter(|entry| lower.is_empty() || entry.name.to_lowercase().contains(&lower));
    let mut shown = 0;
    for entry in found.by_ref().take(SHOWN) {
        let check = Check {
            text: &visible_name(entry.name),
            style: text::BODY,
            slot: Some(entry.slot),
            number: &format::number(entry.count),
            spoken: &format!("{}, {}", visible_name(entry.name), format::plural(entry.count, "event", "events")),
            is_on: types.is_listed(entry.name),
        };
        let response = check.show(ui, id.with(("type", entry.name)), width);
        if to_lines && shown == 0 {
            response.request_focus();
        }
        if response.clicked() {
            out.push(Action::ToggleEventType(entry.name.to_owned()));
        }
        shown += 1;
    }
    let more = found.count() as u64;
    if more > 0 || shown == 0 {
        let (line, _) = ui.allocate_exact_size(vec2(width, size::ROW), Sense::hover());
        let words = if more > 0 { format!("{} more", format::number(more)) } else { "There is none.".to_owned() };
        let left = line.left() + 32.0;
        let quiet = tokens::tokens(ui.ctx()).quiet;
        text::left_cut(ui.painter(), left, line.center().y, &words, text::LABEL, quiet, line.right() - 8.0 - left);
    }
}
