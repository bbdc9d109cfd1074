//! The tooltip of what is cut: the whole of it, wrapped, as long as a tooltip may be.

use egui::{Response, Tooltip};

use crate::ui::{text, tokens};

/// Widest line, and most of them.
const WIDTH: f32 = 520.0;
const ROWS: usize = 24;

/// Shows data beside the pointer while it rests here.
pub fn tip(response: Response, words: &str) {
    let t = tokens::tokens(&response.ctx);
    Tooltip::for_enabled(&response).at_pointer().gap(12.0).show(|ui| {
        let width = WIDTH.min(ui.ctx().content_rect().width() - 32.0);
        let galley = text::paragraph_galley(ui.painter(), width, words, text::DATA, t.text, ROWS);
        ui.set_max_width(width);
        ui.label(galley);
    });
}
