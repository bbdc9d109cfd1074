//! The store could not be opened: why, and what to do.

use egui::{Id, Key, Modifiers, Popup, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::model::Problem;
use crate::ui::focus;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button, button_width, flow};
use crate::ui::widgets::page::{appears, page_ui};

/// Shows the page in `rect`; `in_front`: no sheet is above it, and it has the keys.
pub fn failed_ui(ui: &mut Ui, rect: Rect, store: &str, problem: &Problem, in_front: bool, out: &mut Vec<Action>) {
    let id = Id::unique("failed");
    let ui = &mut super::region(ui, id, rect, "Error");
    let t = tokens::tokens(ui.ctx());
    let width = 640.0_f32.min(rect.width() - 48.0).max(120.0);
    let buttons = [
        ("Open another file…", Some("Ctrl O"), Look::Filled, Action::OpenDialog),
        ("Back", Some("Esc"), Look::Outlined, Action::CloseStore),
    ];
    let popup = Popup::is_any_open(ui.ctx());
    if in_front && !popup && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        out.push(Action::CloseStore);
    }
    let widths = buttons.each_ref().map(|(word, keys, ..)| button_width(ui.painter(), word, *keys));
    let block_height = super::problem_height(ui.painter(), width, problem) + 6.0;
    let line = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, 28.0));
    let below = 24.0 + block_height + 16.0 + flow(line, &widths, 28.0).1 + 24.0;
    // As high as the design where there is room, closer to the top where not.
    let above = (rect.height() * 0.26).round().min(rect.height() - below).max(36.0);
    let first = id.with(buttons[0].0);
    focus::register_page(ui.ctx(), first);
    // Where nothing has the keyboard when the page appears, Enter does what its first button says.
    if appears(ui, id) && in_front && !popup && ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(first));
    }
    page_ui(ui, id.with("page"), rect, above + below, |ui, rect| {
        let painter = ui.painter().clone();
        let left = (rect.center().x - width / 2.0).round();
        let top = (rect.top() + above).round();
        text::left_name(&painter, left, top, store, text::WELCOME, t.text, width);
        let block = Rect::from_min_size(pos2(left, top + 24.0), vec2(width, block_height));
        painter.rect_filled(block, 0.0, tokens::mix(t.panel, t.error, 0.08));
        painter.rect_filled(Rect::from_min_size(block.min, vec2(2.0, block.height())), 0.0, t.error);
        super::problem(ui, id, block, problem);
        let place = Rect::from_min_size(pos2(left, block.bottom() + 16.0), vec2(width, 28.0));
        for ((word, keys, look, action), at) in buttons.into_iter().zip(flow(place, &widths, 28.0).0) {
            if button(ui, id.with(word), at, look, word, keys).clicked() {
                out.push(action);
            }
        }
    });
}
