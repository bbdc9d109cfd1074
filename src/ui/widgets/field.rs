//! The text field: an icon, the text, and a × that clears it.

use egui::text::{LayoutJob, TextFormat};
use egui::{EventFilter, Id, Key, Margin, Modifiers, Rect, Response, TextEdit, Ui, UiBuilder, pos2, vec2};

use super::button::icon_button_aside;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::{paint, text};

/// A text field about to be shown.
pub struct Field<'a> {
    /// Unique in the program.
    pub id: Id,
    /// Name in the accessibility tree.
    pub name: &'a str,
    /// Shown while there is no text.
    pub hint: &'a str,
    /// At the left edge.
    pub icon: Option<Icon>,
    /// Key that puts the keyboard here, shown while there is no text.
    pub key: Option<&'a str>,
}

/// What the user did with the field.
#[derive(Debug, Default)]
pub struct FieldOutput {
    /// The new text, where it changed.
    pub changed: Option<String>,
    /// Enter was pressed.
    pub entered: bool,
    /// Esc was pressed, or an arrow down: the keyboard should go to what the field filters.
    pub left: bool,
}

impl Field<'_> {
    /// Shows the field.
    pub fn show(&self, ui: &mut Ui, rect: Rect, value: &str) -> FieldOutput {
        let t = tokens::tokens(ui.ctx());
        let painter = ui.painter().clone();
        painter.rect_filled(rect, size::RADIUS, t.window);
        let mut output = FieldOutput::default();
        let had_focus = ui.memory(|memory| memory.has_focus(self.id));
        let mut buffer = value.to_owned();
        // Before the editor: it would take these for itself.
        if had_focus {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                if buffer.is_empty() {
                    output.left = true;
                } else {
                    output.changed = Some(String::new());
                    buffer.clear();
                }
            }
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
                output.left = true;
            }
        }
        let left = rect.left() + if self.icon.is_some() { 30.0 } else { 10.0 };
        let right = rect.right() - if value.is_empty() && self.key.is_none() { 8.0 } else { 28.0 };
        let inner = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        let response = self.edit(ui, inner, &mut buffer);
        if response.changed() {
            output.changed = Some(buffer.clone());
        }
        if had_focus && ui.input(|input| input.key_pressed(Key::Enter)) {
            output.entered = true;
        }
        let y = rect.center().y;
        if let Some(icon) = self.icon {
            icon.paint(&painter, pos2(rect.left() + 16.0, y), 16.0, t.secondary);
        }
        if buffer.is_empty() {
            text::left_cut(&painter, left, y, self.hint, text::BODY, t.quiet, inner.width());
            if let Some(key) = self.key
                && !response.has_focus()
            {
                let width = super::button::key_cap_width(&painter, key);
                super::button::key_cap(&painter, rect.right() - 6.0 - width, y, key, t);
            }
        } else {
            let clear = Rect::from_center_size(pos2(rect.right() - 13.0, y), vec2(24.0, 24.0));
            let name = format!("Clear {}", self.name.to_lowercase());
            if icon_button_aside(ui, self.id.with("clear"), clear, Icon::X, 14.0, &name).clicked() {
                output.changed = Some(String::new());
                response.request_focus();
            }
        }
        paint::outline(&painter, rect, size::RADIUS, t.outline);
        if response.has_focus() {
            paint::focus_ring(&painter, rect, t);
        }
        output
    }

    fn edit(&self, ui: &mut Ui, inner: Rect, buffer: &mut String) -> Response {
        let t = tokens::tokens(ui.ctx());
        let style = text::DATA;
        let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _width: f32| {
            let mut job = LayoutJob::simple_format(
                buffer.as_str().to_owned(),
                TextFormat { line_height: Some(16.0), ..TextFormat::simple(style.font(), t.text) },
            );
            job.break_on_newline = false;
            job.wrap.max_width = f32::INFINITY;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let editor = TextEdit::singleline(buffer)
            .id(self.id)
            .frame(egui::Frame::NONE)
            .margin(Margin::ZERO)
            .desired_width(inner.width())
            .align(egui::Align2::LEFT_CENTER)
            .layouter(&mut layouter)
            .event_filter(EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true });
        let line = Rect::from_center_size(pos2(inner.center().x, inner.center().y - 1.0), vec2(inner.width(), 16.0));
        // In a child: where this one goes on below is its own affair.
        let mut child = ui.new_child(UiBuilder::new().max_rect(line));
        child.put(line, editor).accessible_name(self.name)
    }
}

/// The field of a form that finds one of its many lines; `typed` becomes what is in it. The keyboard
/// goes there as the form appears. `true`: it goes on to the lines.
pub fn find_field(ui: &mut Ui, form: Id, place: Rect, name: &str, typed: &mut String, appears: bool) -> bool {
    let kept = form.with("typed");
    *typed = ui.data(|data| data.get_temp(kept)).unwrap_or_default();
    let field = Field { id: form.with("find"), name, hint: "Find", icon: Some(Icon::SEARCH), key: None };
    let output = field.show(ui, place, typed);
    if appears {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    if let Some(changed) = output.changed {
        *typed = changed;
    }
    ui.data_mut(|data| data.insert_temp(kept, typed.clone()));
    output.left || output.entered
}
