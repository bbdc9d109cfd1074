//! Drop-downs and menus: a chip or word that opens a pop-up of lines.

use egui::accesskit::Role;
use egui::{
    Context, Frame, Id, Key, Modifiers, Painter, Popup, PopupCloseBehavior, Rect, RectAlign, Response, ScrollArea,
    Sense, Tooltip, Ui, WidgetInfo, pos2, vec2,
};

use super::page::reveal_focus;
use super::tip::tip;
use crate::app::action::Action;
use crate::app::command::{Command, CommandContext};
use crate::app::view::TypeSlot;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::{focus, paint, text};

/// The frame of pop-ups.
pub fn popup_frame(t: &Tokens) -> Frame {
    Frame::new()
        .fill(t.panel)
        .stroke(egui::Stroke::new(1.0, t.outline))
        .corner_radius(size::RADIUS_POPUP)
        .shadow(egui::Shadow { offset: [0, 2], blur: 0, spread: 0, color: t.shadow })
        .inner_margin(egui::Margin::same(4))
}

/// Opens a pop-up of lines below a button that was clicked. Lines close it.
pub fn popup(ui: &Ui, button: &Response, name: &str, width: f32, add: impl FnOnce(&mut Ui)) {
    let frame = popup_frame(tokens::tokens(ui.ctx()));
    let is_open = || Popup::is_id_open(ui.ctx(), Popup::default_response_id(button));
    let was_open = is_open();
    if was_open {
        // Before it is shown: it may be closed meanwhile.
        focus::hold_for_menu(ui.ctx());
    }
    show(button, name, width, frame, PopupCloseBehavior::CloseOnClick, |ui, _| add(ui));
    if !was_open && is_open() {
        focus::hold_for_menu(ui.ctx());
    }
}

/// Opens a pop-up that stays open while its insides are clicked; they are told how wide it is.
pub fn popup_form(ui: &Ui, button: &Response, name: &str, width: f32, add: impl FnOnce(&mut Ui, f32)) {
    let frame = popup_frame(tokens::tokens(ui.ctx())).inner_margin(egui::Margin::ZERO);
    show(button, name, width, frame, PopupCloseBehavior::CloseOnClickOutside, add);
}

/// Opens the form of this name when its button is drawn next.
pub fn ask_form(ctx: &Context, name: &'static str) {
    ctx.data_mut(|data| data.insert_temp(Id::unique(("open form", name)), true));
}

/// A form that can be asked for by its name, and gives the keyboard back to its button. `true`: it
/// was closed just now.
pub fn asked_form(
    ui: &mut Ui,
    button: &Response,
    name: &'static str,
    width: f32,
    add: impl FnOnce(&mut Ui, f32),
) -> bool {
    let popup = Popup::default_response_id(button);
    if ui.data_mut(|data| data.remove_temp::<bool>(Id::unique(("open form", name)))).is_some() {
        Popup::open_id(ui.ctx(), popup);
    }
    popup_form(ui, button, name, width, add);
    // What had the keyboard is gone with the form.
    let was_open = button.id.with("was open");
    let is_open = Popup::is_id_open(ui.ctx(), popup);
    let before = ui.data_mut(|data| {
        let before = data.get_temp(was_open).unwrap_or(false);
        data.insert_temp(was_open, is_open);
        before
    });
    let closed = before && !is_open;
    if closed && !ui.input(|input| input.pointer.any_click()) {
        button.request_focus();
    }
    closed
}

/// A line of a form that is on or off.
pub struct Check<'a> {
    pub text: &'a str,
    pub style: text::Type,
    /// Shape of the type that it stands for.
    pub slot: Option<TypeSlot>,
    /// At the right.
    pub number: &'a str,
    /// What a screen reader says.
    pub spoken: &'a str,
    pub is_on: bool,
}

impl Check<'_> {
    /// Shows it over the whole width.
    pub fn show(&self, ui: &mut Ui, id: Id, width: f32) -> Response {
        let t = tokens::tokens(ui.ctx());
        let (rect, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
        let response = ui.interact(rect, id, Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, self.is_on, self.spoken));
        let (painter, y) = (ui.painter(), rect.center().y);
        if response.hovered() || response.has_focus() {
            painter.rect_filled(rect, 0.0, t.hover);
        }
        let square = Rect::from_center_size(pos2(rect.left() + 18.0, y), vec2(14.0, 14.0));
        paint::outline(painter, square, size::RADIUS, if self.is_on { t.accent } else { t.outline });
        if self.is_on {
            Icon::CHECK.paint(painter, square.center(), 12.0, t.accent);
        }
        let left = rect.left() + if self.slot.is_some() { 56.0 } else { 36.0 };
        if let Some(slot) = self.slot {
            paint::type_shape(painter, pos2(rect.left() + 40.0, y), 5.0, slot, t);
        }
        let end = text::right(painter, rect.right() - 12.0, y, self.number, text::DATA_SMALL, t.secondary);
        let color = if self.is_on { t.text } else { t.quiet };
        text::left_cut(painter, left, y, self.text, self.style, color, end - 8.0 - left);
        if response.has_focus() {
            paint::focus_ring(painter, rect.shrink(2.0), t);
        }
        response
    }
}

fn show(
    button: &Response,
    name: &str,
    width: f32,
    frame: Frame,
    close: PopupCloseBehavior,
    add: impl FnOnce(&mut Ui, f32),
) {
    // Never larger than the window: what is longer than the room above or below scrolls.
    let window = button.ctx.content_rect().shrink(8.0);
    let margin = frame.total_margin().sum();
    let width = width.min(window.width() - margin.x);
    let room = (window.bottom() - button.rect.bottom()).max(button.rect.top() - window.top());
    Popup::menu(button).gap(4.0).frame(frame).close_behavior(close).accessible_name(name).show(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let height = (room - 4.0 - margin.y).max(size::ROW);
        // Else it ends at 400 points, which egui gives an area that nobody measured yet.
        ui.set_max_height(height);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.set_width(width);
            add(ui, width);
            home_and_end(ui);
            focus::note_popup(ui.ctx(), ui.layer_id());
            reveal_focus(ui);
        });
    });
}

/// Lines of the menu that is drawn that can be used, and in which pass.
type Lines = (u64, Vec<Id>);

fn lines_id() -> Id {
    Id::unique("lines of the menu")
}

fn note_line(ui: &Ui, line: Id) {
    let pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| {
        let (at, lines): &mut Lines = data.get_temp_mut_or_default(lines_id());
        if *at != pass {
            (*at, *lines) = (pass, Vec::new());
        }
        lines.push(line);
    });
}

/// In a menu, Home and End give the keyboard to the first line and to the last. Asked once its lines are drawn.
pub fn home_and_end(ui: &Ui) {
    let (pass, lines): Lines = ui.data_mut(|data| data.remove_temp(lines_id())).unwrap_or_default();
    if pass != ui.ctx().cumulative_pass_nr() || ui.is_sizing_pass() || ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let asked = if pressed(Key::Home) { lines.first() } else { lines.last().filter(|_| pressed(Key::End)) };
    if let Some(line) = asked {
        ui.memory_mut(|memory| memory.request_focus(*line));
    }
}

/// One line of a menu.
pub struct Line<'a> {
    /// The word.
    pub text: &'a str,
    /// Keys, at the right.
    pub keys: &'a [String],
    /// One of several, and the one that holds.
    pub checked: bool,
    /// Said of it, at the right.
    pub note: &'a str,
    /// Why it cannot be used.
    pub enabled: Result<(), &'a str>,
    /// What it does.
    pub tooltip: &'a str,
}

impl<'a> Line<'a> {
    /// A line that can be used.
    pub fn new(text: &'a str, checked: bool) -> Line<'a> {
        Line { text, keys: &[], note: "", checked, enabled: Ok(()), tooltip: "" }
    }

    /// Shows it over the whole width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let t = tokens::tokens(ui.ctx());
        let sense = if self.enabled.is_ok() { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), sense);
        let role = if self.checked { Role::MenuItemRadio } else { Role::MenuItem };
        response.widget_info(|| WidgetInfo::labeled(role, self.enabled.is_ok(), self.text));
        if self.enabled.is_ok() {
            note_line(ui, response.id);
        }
        if let Err(reason) = self.enabled {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(reason));
        }
        let painter = ui.painter();
        if response.has_focus() {
            paint::focus_ring(painter, rect.shrink(2.0), t);
        }
        if self.enabled.is_ok() && (response.hovered() || response.has_focus()) {
            painter.rect_filled(rect, size::RADIUS, t.hover);
        }
        let y = rect.center().y;
        let color = if self.enabled.is_ok() { t.text } else { t.quiet };
        if self.checked {
            Icon::CHECK.paint(painter, pos2(rect.left() + 14.0, y), 14.0, t.accent);
        }
        let keys: f32 = self.keys.iter().map(|key| super::button::key_cap_width(painter, key) + 4.0).sum();
        let room = rect.width() - 28.0 - 8.0 - if self.enabled.is_ok() { keys } else { 0.0 };
        let end = text::left_cut(painter, rect.left() + 28.0, y, self.text, text::BODY, color, room);
        match self.enabled {
            Ok(()) => {
                let mut x = rect.right() - 8.0;
                let room = (x - end - 16.0).min(rect.width() * 0.6);
                text::right_cut(painter, x, y, self.note, text::DATA_SMALL, t.quiet, room);
                for key in self.keys.iter().rev() {
                    x -= super::button::key_cap_width(painter, key);
                    super::button::key_cap(painter, x, y, key, t);
                    x -= 4.0;
                }
            }
            Err(reason) => {
                let room = rect.right() - 8.0 - end - 16.0;
                text::right_cut(painter, rect.right() - 8.0, y, reason, text::LABEL, t.quiet, room);
            }
        }
        let reason = self.enabled.err().map(|reason| format!("\nNot now: {reason}.")).unwrap_or_default();
        if !self.tooltip.is_empty() {
            // Beside the menu, not over its next lines.
            let mut tooltip = Tooltip::for_enabled(&response).gap(10.0);
            tooltip.popup = tooltip.popup.align(RectAlign::RIGHT).align_alternatives(&[RectAlign::LEFT]);
            tooltip.show(|ui| ui.label(format!("{}{reason}", self.tooltip)));
        }
        response
    }
}

/// A line for each of these commands, with a rule between groups; what is chosen goes to `out`.
/// Returns the lines that can be used.
pub fn command_lines<'c>(
    ui: &mut Ui,
    groups: impl IntoIterator<Item = impl IntoIterator<Item = &'c Command>>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) -> Vec<Id> {
    let mut usable = Vec::new();
    for (at, group) in groups.into_iter().enumerate() {
        if at > 0 {
            rule(ui);
        }
        for command in group {
            let keys = command.keys.first().map(|key| key.caps()).unwrap_or_default();
            let enabled = command.enabled(commands);
            let line = Line {
                text: command.name,
                keys: &keys,
                note: "",
                checked: command.checked(commands),
                enabled,
                tooltip: command.doc,
            };
            let response = line.show(ui);
            if enabled.is_ok() {
                usable.push(response.id);
            }
            if response.clicked() {
                out.push(command.action(commands));
                // By keyboard too.
                ui.close();
            }
        }
    }
    usable
}

/// How wide a menu of these commands is, so that the reasons why some cannot be used are read whole.
pub fn width_of<'c>(
    painter: &Painter,
    lines: impl IntoIterator<Item = &'c Command>,
    commands: &CommandContext,
    least: f32,
) -> f32 {
    let needs = |command: &Command| {
        let behind = match command.enabled(commands) {
            Ok(()) => return 0.0,
            Err(reason) => text::width(painter, reason, text::LABEL),
        };
        28.0 + text::width(painter, command.name, text::BODY) + 16.0 + behind + 12.0
    };
    lines.into_iter().map(needs).fold(least, f32::max).min(MOST_WIDE).ceil()
}

/// No menu is wider.
const MOST_WIDE: f32 = 520.0;

/// A hairline between groups of lines.
pub fn rule(ui: &mut Ui) {
    let t = tokens::tokens(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    paint::hline(ui.painter(), rect.left() + 4.0, rect.right() - 4.0, rect.center().y, t.hairline);
}

/// A framed drop-down that shows what is chosen; `rect` says where it is.
pub fn combo_button(ui: &mut Ui, id: Id, rect: Rect, word: &str, name: &str, color: egui::Color32) -> Response {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
    let painter = ui.painter();
    painter.rect_filled(rect, size::RADIUS, if response.hovered() { t.hover } else { t.window });
    paint::outline(painter, rect, size::RADIUS, t.outline);
    text::left_name(painter, rect.left() + 8.0, rect.center().y, word, text::DATA, color, rect.width() - 34.0);
    let is_cut = text::width(painter, word, text::DATA) > rect.width() - 34.0;
    paint::chevron(painter, pos2(rect.right() - 12.0, rect.center().y), true, t.secondary);
    if response.has_focus() {
        paint::focus_ring(painter, rect, t);
    }
    if is_cut {
        tip(response.clone(), word);
    }
    response
}

/// A word that opens a pop-up, with a chevron behind it; `rect` says where it is.
pub fn drop_button(ui: &mut Ui, id: Id, rect: Rect, word: &str, name: &str, style: text::Type) -> Response {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let painter = ui.painter();
    let hot = response.hovered() || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if hot {
        painter.rect_filled(rect, size::RADIUS, t.hover);
    }
    let color = if hot { t.text } else { t.secondary };
    text::left_cut(painter, rect.left() + 8.0, rect.center().y, word, style, color, rect.width() - 30.0);
    paint::chevron(painter, pos2(rect.right() - 12.0, rect.center().y), true, color);
    if response.has_focus() {
        paint::focus_ring(painter, rect, t);
    }
    response
}
