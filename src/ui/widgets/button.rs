//! Buttons: filled, outlined, icon only, link, and the two-way switch.

use egui::accesskit::Role;
use egui::{Id, Painter, Pos2, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::icons::Icon;
use crate::ui::tokens::{self, mix, size};
use crate::ui::{paint, text};

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The one that matters; at most one in a view.
    Filled,
    /// With an outline.
    Outlined,
    /// Text alone until the pointer is over it.
    Plain,
}

/// Width a button needs.
pub fn button_width(painter: &Painter, label: &str, keys: Option<&str>) -> f32 {
    let caps = keys.map_or(0.0, |keys| text::width(painter, keys, text::LABEL_MEDIUM) + 20.0);
    (text::width(painter, label, text::BODY_MEDIUM) + caps + 24.0).ceil()
}

/// Places for buttons beside each other, 8 apart, in further lines where there is no room; and how high they are.
pub fn flow(place: Rect, widths: &[f32], height: f32) -> (Vec<Rect>, f32) {
    let mut at = place.min;
    let places: Vec<Rect> = widths
        .iter()
        .map(|width| {
            if at.x > place.left() && at.x + width > place.right() + 0.5 {
                at = pos2(place.left(), at.y + height + 8.0);
            }
            let rect = Rect::from_min_size(at, vec2(width.min(place.width()), height));
            at.x += width + 8.0;
            rect
        })
        .collect();
    (places, at.y + height - place.top())
}

/// A button with text, and keys behind it.
pub fn button(ui: &mut Ui, id: Id, rect: Rect, look: Look, label: &str, keys: Option<&str>) -> Response {
    button_enabled(ui, id, rect, look, label, keys, Ok(()))
}

/// Like [`button`]; `Err` is the reason why it cannot be used.
pub fn button_enabled(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    look: Look,
    label: &str,
    keys: Option<&str>,
    enabled: Result<(), &str>,
) -> Response {
    let sense = if enabled.is_ok() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled() && enabled.is_ok(), label));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter();
    let hot = enabled.is_ok() && (response.hovered() || response.is_pointer_button_down_on());
    let (text_color, keys_color) = match (look, enabled) {
        (Look::Filled, Ok(())) => {
            painter.rect_filled(rect, size::RADIUS, if hot { t.filled_hover } else { t.filled });
            (t.on_filled, t.on_filled)
        }
        (look, _) => {
            if hot {
                painter.rect_filled(rect, size::RADIUS, t.hover);
            }
            if look != Look::Plain {
                paint::outline(painter, rect, size::RADIUS, if enabled.is_ok() { t.outline } else { t.hairline });
            }
            (if enabled.is_ok() { t.text } else { t.quiet }, t.quiet)
        }
    };
    let y = rect.center().y;
    // Too little room: the keys go first, then the end of the word.
    let keys = keys.filter(|_| button_width(painter, label, keys) <= rect.width() + 0.5);
    match keys {
        Some(keys) => {
            text::left(painter, rect.left() + 12.0, y, label, text::BODY_MEDIUM, text_color);
            text::right(painter, rect.right() - 12.0, y, keys, text::LABEL_MEDIUM, keys_color);
        }
        None => {
            text::center_cut(painter, rect.center().x, y, label, text::BODY_MEDIUM, text_color, rect.width() - 16.0)
        }
    }
    if response.has_focus() {
        paint::focus_ring(painter, rect, t);
    }
    match enabled {
        Ok(()) => response,
        Err(reason) => response.on_hover_text(format!("{label}: {reason}")),
    }
}

/// A button of one icon, with a name that is also its tooltip. `rect` is what can be hit.
pub fn icon_button(ui: &mut Ui, id: Id, rect: Rect, icon: Icon, icon_size: f32, name: &str) -> Response {
    icon_button_enabled(ui, id, rect, icon, icon_size, name, Ok(()))
}

/// Like [`icon_button`]; `Err` is the reason why it cannot be used.
pub fn icon_button_enabled(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    icon: Icon,
    icon_size: f32,
    name: &str,
    enabled: Result<(), &str>,
) -> Response {
    let sense = if enabled.is_ok() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    icon_ui(ui, &response, icon, icon_size, name, enabled.is_ok());
    match enabled {
        Ok(()) => response.on_hover_text(name),
        Err(reason) => response.on_hover_text(format!("{name}: {reason}")),
    }
}

/// Like [`icon_button`], but Tab passes it by: a key does the same.
pub fn icon_button_aside(ui: &mut Ui, id: Id, rect: Rect, icon: Icon, icon_size: f32, name: &str) -> Response {
    let response = ui.interact(rect, id, Sense::CLICK);
    icon_ui(ui, &response, icon, icon_size, name, true);
    response.on_hover_text(name)
}

fn icon_ui(ui: &Ui, response: &Response, icon: Icon, icon_size: f32, name: &str, enabled: bool) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let t = tokens::tokens(ui.ctx());
    let (painter, rect, hovered) = (ui.painter(), response.rect, response.hovered());
    let color = match (enabled, hovered) {
        (true, true) => t.text,
        (true, false) => t.secondary,
        (false, _) => mix(t.panel, t.quiet, 0.72),
    };
    if hovered && enabled {
        let fill = Rect::from_center_size(rect.center(), vec2(rect.width().min(28.0), rect.height().min(24.0)));
        painter.rect_filled(fill, size::RADIUS, t.hover);
    }
    icon.paint(painter, rect.center(), icon_size, color);
    if response.has_focus() {
        paint::focus_ring(painter, rect.shrink(2.0), t);
    }
}

/// A switch of two or three words in one frame; returns the one that was clicked.
pub fn segmented(
    ui: &mut Ui,
    id: Id,
    right: f32,
    center_y: f32,
    words: &[(&str, &str)],
    active: usize,
) -> (Option<usize>, f32) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let widths: Vec<f32> =
        words.iter().map(|(word, _)| text::width(&painter, word, text::BODY_MEDIUM).ceil() + 20.0).collect();
    let left = right - widths.iter().sum::<f32>();
    let frame = Rect::from_min_max(pos2(left, center_y - 12.0), pos2(right, center_y + 12.0));
    let mut clicked = None;
    let mut x = left;
    for (i, ((word, name), width)) in words.iter().zip(&widths).enumerate() {
        let rect = Rect::from_min_size(pos2(x, frame.top()), vec2(*width, 24.0));
        let response = ui.interact(rect, id.with(i), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, i == active, name));
        let corners = egui::CornerRadius {
            nw: if i == 0 { size::RADIUS } else { 0 },
            sw: if i == 0 { size::RADIUS } else { 0 },
            ne: if i + 1 == words.len() { size::RADIUS } else { 0 },
            se: if i + 1 == words.len() { size::RADIUS } else { 0 },
        };
        if i == active {
            painter.rect_filled(rect, corners, t.selected);
        } else if response.hovered() {
            painter.rect_filled(rect, corners, t.hover);
        }
        let color = if i == active { t.text } else { t.secondary };
        text::center(&painter, rect.center().x, center_y, word, text::BODY_MEDIUM, color);
        if i > 0 {
            paint::vline(&painter, x, frame.top(), frame.bottom(), t.outline);
        }
        if response.has_focus() {
            paint::focus_ring(&painter, rect, t);
        }
        if response.clicked() {
            clicked = Some(i);
        }
        x += width;
    }
    paint::outline(&painter, frame, size::RADIUS, t.outline);
    (clicked, left)
}

/// A key cap that begins at `x`; returns where it ends.
pub fn key_cap(painter: &Painter, x: f32, center_y: f32, key: &str, t: &tokens::Tokens) -> f32 {
    let galley = text::layout(painter, key, text::LABEL_MEDIUM, t.secondary, f32::INFINITY);
    let width = (galley.size().x + 10.0).max(16.0).round();
    let cap = Rect::from_min_size(pos2(x.round(), (center_y - 8.0).round()), vec2(width, 16.0));
    paint::outline(painter, cap, size::RADIUS, t.outline);
    let start = cap.left() + (width - galley.size().x) / 2.0;
    text::place(painter, galley, start, cap.center().y, text::LABEL_MEDIUM);
    cap.right()
}

/// Width of a key cap.
pub fn key_cap_width(painter: &Painter, key: &str) -> f32 {
    (text::width(painter, key, text::LABEL_MEDIUM) + 10.0).max(16.0).round()
}

/// An icon with a name in the accessibility tree and a tooltip, that does nothing.
pub fn sign(ui: &mut Ui, id: Id, center: Pos2, icon: Icon, icon_size: f32, color: egui::Color32, tip: &str) {
    icon.paint(ui.painter(), center, icon_size, color);
    let response = ui.interact(Rect::from_center_size(center, vec2(24.0, 24.0)), id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tip));
    response.on_hover_text(tip);
}

/// A line of text for the accessibility tree only: what is painted here says it.
pub fn spoken(ui: &mut Ui, id: Id, rect: Rect, words: &str) -> Response {
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    response
}
