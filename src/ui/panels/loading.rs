//! The first scan, while no stream is chosen: what is being read, how far it is, and how to stop.

use egui::{Id, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::{Count, LoadingView};
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, button, button_width, spoken};
use crate::ui::widgets::page::page_ui;
use crate::ui::{format, text};

/// Shows the screen in `rect`.
pub fn loading_ui(ui: &mut Ui, id: Id, rect: Rect, view: &LoadingView<'_>, out: &mut Vec<Action>) {
    let ui = &mut super::region(ui, id, rect, "Loading");
    page_ui(ui, id.with("page"), rect, 172.0, |ui, rect| body_ui(ui, id, rect, view, out));
}

fn body_ui(ui: &mut Ui, id: Id, rect: Rect, view: &LoadingView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let width = 320.0_f32.min(rect.width() - 32.0);
    let left = (rect.center().x - width / 2.0).round();
    let mut y = (rect.center().y - 76.0).round();
    text::left(&painter, left, y, view.phase, text::TITLE, t.text);
    y += 32.0;
    let (read, whole) = view.bytes;
    let mut words = view.phase.to_owned();
    let end = text::left(&painter, left, y, &format::bytes(read), text::DATA, t.text);
    if whole > 0 {
        let end = text::left(&painter, end + 6.0, y, "of", text::BODY, t.quiet);
        text::left(&painter, end + 6.0, y, &format::bytes(whole), text::DATA, t.text);
        words.push_str(&format!(", {} of {}", format::bytes(read), format::bytes(whole)));
    }
    y += 20.0;
    let track = Rect::from_min_size(pos2(left, y - 2.0), vec2(width, 4.0));
    painter.rect_filled(track, 2.0, t.hover);
    if whole > 0 {
        let share = (read as f64 / whole as f64).clamp(0.0, 1.0) as f32;
        painter.rect_filled(Rect::from_min_size(track.min, vec2(width * share, 4.0)), 2.0, t.accent);
    }
    y += 24.0;
    let events = format::count(Count::at_least(view.events));
    let end = text::left(&painter, left, y, &events, text::DATA, t.text);
    text::left(&painter, end + 6.0, y, "events", text::BODY, t.quiet);
    words.push_str(&format!(", {events} events"));
    spoken(ui, id.with("words"), Rect::from_min_max(pos2(left, y - 90.0), pos2(left + width, y + 10.0)), &words);
    let word = "Stop and use what is read";
    let wanted = button_width(&painter, word, Some("Esc")).min(width);
    let at = Rect::from_min_size(pos2(left, y + 24.0), vec2(wanted, 28.0));
    if button(ui, id.with("stop"), at, Look::Outlined, word, Some("Esc")).clicked() {
        out.push(Action::CancelScan);
    }
}
