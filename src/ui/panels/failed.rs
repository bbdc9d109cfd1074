//! The store could not be opened: why, and what to do.

use egui::{Id, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::model::Problem;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button, button_width};

/// Shows the page in `rect`.
pub fn failed_ui(ui: &mut Ui, rect: Rect, store: &str, problem: &Problem, out: &mut Vec<Action>) {
    let id = Id::unique("failed");
    let mut ui = super::panel(ui, id, rect, "Error");
    let ui = &mut ui;
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let width = 640.0_f32.min(rect.width() - 48.0);
    let left = (rect.center().x - width / 2.0).round();
    let top = (rect.top() + rect.height() * 0.26).round();
    text::left_cut(&painter, left, top, store, text::WELCOME, t.text, width);
    let rows = text::paragraph_galley(&painter, width - 52.0, &problem.cause, text::DATA, t.text, 6).size().y;
    let block = Rect::from_min_size(pos2(left, top + 24.0), vec2(width, rows + 76.0));
    painter.rect_filled(block, 0.0, tokens::mix(t.panel, t.error, 0.08));
    painter.rect_filled(Rect::from_min_size(block.min, vec2(2.0, block.height())), 0.0, t.error);
    super::problem(ui, id, block, problem);
    let mut x = left;
    for (word, keys, look, action) in [
        ("Open another file…", Some("Ctrl O"), Look::Filled, Action::OpenDialog),
        ("Back", None, Look::Outlined, Action::CloseStore),
    ] {
        let at = Rect::from_min_size(pos2(x, block.bottom() + 16.0), vec2(button_width(&painter, word, keys), 28.0));
        if button(ui, id.with(word), at, look, word, keys).clicked() {
            out.push(action);
        }
        x = at.right() + 8.0;
    }
}
