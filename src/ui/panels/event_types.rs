//! The list of the stream's event types: a check-box for each, with its shape and count.

use egui::accesskit::Role;
use egui::{Context, Id, Popup, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::{EventTypes, LegendEntry};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button, button_width};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{drop_button, popup_form};
use crate::ui::widgets::page::appears;
use crate::ui::{format, paint, text};

/// Types that are laid out; the others come up when one types.
const SHOWN: usize = 100;
/// Up to so many need no field.
const FEW: usize = 12;
const WIDTH: f32 = 320.0;

/// Opens the list when it is drawn next.
pub fn open(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(asked(), true));
}

fn asked() -> Id {
    Id::unique("open event types")
}

/// Shows the button in `rect`, and the list where it is open.
pub fn event_types_ui(ui: &mut Ui, id: Id, rect: Rect, types: EventTypes<'_>, out: &mut Vec<Action>) {
    let (word, spoken) = match types.listed() {
        None => ("Type".to_owned(), "Types, all listed".to_owned()),
        Some(on) => (format!("Type {}", format::number(on as u64)), format!("Types, {on} of {} listed", types.len())),
    };
    let response = drop_button(ui, id, rect, &word, &spoken, text::BODY);
    let popup = Popup::default_response_id(&response);
    if ui.data_mut(|data| data.remove_temp::<bool>(asked())).is_some() && !types.is_empty() {
        Popup::open_id(ui.ctx(), popup);
    }
    popup_form(ui, &response, "Types", WIDTH, |ui, width| list_ui(ui, id, width, types, out));
    // What had the keyboard is gone with the list.
    let was_open = id.with("was open");
    let is_open = Popup::is_id_open(ui.ctx(), popup);
    let closed = ui.data_mut(|data| {
        let before = data.get_temp(was_open).unwrap_or(false);
        data.insert_temp(was_open, is_open);
        before && !is_open
    });
    if closed {
        ui.data_mut(|data| data.remove_temp::<String>(id.with("typed")));
        if !ui.input(|input| input.pointer.any_click()) {
            response.request_focus();
        }
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
    let mut typed: String = ui.data(|data| data.get_temp(id.with("typed"))).unwrap_or_default();
    let mut to_lines = is_new && !has_field;
    if has_field {
        let place = Rect::from_min_max(pos2(line.left() + 8.0, line.top() + 8.0), pos2(right, line.bottom() - 8.0));
        let field =
            Field { id: id.with("find"), name: "Find a type", hint: "Find", icon: Some(Icon::SEARCH), key: None };
        let output = field.show(ui, place, &typed);
        if is_new {
            ui.memory_mut(|memory| memory.request_focus(field.id));
        }
        typed = output.changed.unwrap_or(typed);
        to_lines |= output.left || output.entered;
        ui.data_mut(|data| data.insert_temp(id.with("typed"), typed.clone()));
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
        let response = check_ui(ui, id.with(("type", entry.name)), width, &entry, types.is_listed(entry.name));
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

/// One type: listed or not.
fn check_ui(ui: &mut Ui, id: Id, width: f32, entry: &LegendEntry<'_>, is_on: bool) -> egui::Response {
    let t = tokens::tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
    let response = ui.interact(rect, id, Sense::click());
    let number = format::number(entry.count);
    let words = format!("{}, {}", entry.name, format::plural(entry.count, "event", "events"));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, &words));
    let (painter, y) = (ui.painter(), rect.center().y);
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 0.0, t.hover);
    }
    let square = Rect::from_center_size(pos2(rect.left() + 18.0, y), vec2(14.0, 14.0));
    paint::outline(painter, square, size::RADIUS, if is_on { t.accent } else { t.outline });
    if is_on {
        Icon::CHECK.paint(painter, square.center(), 12.0, t.accent);
    }
    paint::type_shape(painter, pos2(rect.left() + 40.0, y), 5.0, entry.slot, t);
    let end = text::right(painter, rect.right() - 12.0, y, &number, text::DATA_SMALL, t.secondary);
    let color = if is_on { t.text } else { t.quiet };
    text::left_name(painter, rect.left() + 56.0, y, entry.name, text::BODY, color, end - 8.0 - rect.left() - 56.0);
    if response.has_focus() {
        paint::focus_ring(painter, rect.shrink(2.0), t);
    }
    response
}
