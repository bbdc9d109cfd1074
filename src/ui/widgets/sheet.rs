//! A sheet in front of the window: its frame, its head, and its row of buttons.

use egui::{Context, Id, Modal, Rect, Sense, Ui, Vec2, pos2, vec2};

use super::button::{Look, button_enabled, button_width, icon_button};
use super::menu::popup_frame;
use crate::app::action::Action;
use crate::ui::icons::Icon;
use crate::ui::{paint, text, tokens};

/// Height of the head.
pub const HEAD: f32 = 44.0;

/// The room that a sheet has.
pub fn room(ctx: &Context) -> Vec2 {
    ctx.content_rect().shrink(12.0).size()
}

/// Shows a sheet of that size, or as large as there is room for.
pub fn sheet_ui(
    ctx: &Context,
    id: Id,
    size: Vec2,
    out: &mut Vec<Action>,
    add: impl FnOnce(&mut Ui, Rect, &mut Vec<Action>),
) {
    let t = tokens::tokens(ctx);
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size.min(room(ctx)), Sense::hover());
        add(ui, rect, out);
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}

/// Cuts the head off: a title, and the button that closes the sheet, by its own name. Returns both.
pub fn head_ui(ui: &mut Ui, id: Id, rect: Rect, title: &str, close: &str, out: &mut Vec<Action>) -> (Rect, Rect) {
    let t = tokens::tokens(ui.ctx());
    let (head, body) = rect.split_top_bottom_at_y(rect.top() + HEAD);
    text::left(ui.painter(), head.left() + 16.0, head.center().y, title, text::TITLE, t.text);
    paint::hline(ui.painter(), head.left(), head.right(), head.bottom() - 1.0, t.hairline);
    close_ui(ui, id, head, close, out);
    (head, body)
}

/// The button that closes the sheet, at the right of its head.
pub fn close_ui(ui: &mut Ui, id: Id, head: Rect, name: &str, out: &mut Vec<Action>) -> Rect {
    let at = Rect::from_center_size(pos2(head.right() - 22.0, head.center().y), vec2(28.0, 28.0));
    if icon_button(ui, id.with("close"), at, Icon::X, 14.0, name).clicked() {
        out.push(Action::CloseModal);
    }
    at
}

/// A button of the row: its word, its key, how it looks, and why it cannot be used.
pub type Choice<'a> = (&'a str, Option<&'a str>, Look, Result<(), &'a str>);

/// The row of buttons at the lower right, the first outermost; returns which was clicked.
pub fn choices_ui(ui: &mut Ui, id: Id, rect: Rect, choices: &[Choice<'_>]) -> Option<usize> {
    let painter = ui.painter().clone();
    let (gap, mut x, mut clicked) = (8.0, rect.right() - 16.0, None);
    let most = (rect.width() - 32.0 - gap * (choices.len() as f32 - 1.0)) / choices.len() as f32;
    for (place, (word, keys, look, enabled)) in choices.iter().enumerate() {
        let width = button_width(&painter, word, *keys).min(most);
        let at = Rect::from_min_size(pos2(x - width, rect.bottom() - 42.0), vec2(width, 28.0));
        if button_enabled(ui, id.with(word), at, *look, word, *keys, *enabled).clicked() {
            clicked = Some(place);
        }
        x -= width + gap;
    }
    clicked
}
