//! The panels, one to a file, and what they share: headers, sentences, troubles.

use egui::accesskit::Role;
use egui::{Id, Painter, Rect, Ui, UiBuilder, pos2, vec2};

use super::icons::Icon;
use super::tokens::{self, size};
use super::widgets::button::{Look, button, button_width, spoken};
use super::{paint, text};
use crate::model::Problem;

pub mod event;
pub mod events;
pub mod failed;
pub mod findings;
pub mod keys_sheet;
pub mod loading;
pub mod notice;
pub mod open_path;
pub mod state;
pub mod status;
pub mod streams;
pub mod streams_drop;
pub mod time;
pub mod toolbar;
pub mod welcome;

/// A child for a panel: clipped to its place, filled, and a region of its own in the accessibility tree.
pub fn panel(ui: &mut Ui, id: Id, rect: Rect, name: &str) -> Ui {
    let mut child = ui.new_child(
        UiBuilder::new().scope_id(id).max_rect(rect).accessibility_role(Role::Region).accessibility_label(name),
    );
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child.expand_to_include_rect(rect);
    let t = tokens::tokens(ui.ctx());
    child.painter().rect_filled(rect, 0.0, t.panel);
    child
}

/// The line of 32 points at the top of a panel, with its hairline; returns it and what is left.
pub fn split_header(painter: &Painter, rect: Rect, t: &tokens::Tokens) -> (Rect, Rect) {
    split_line(painter, rect, size::HEADER, t)
}

/// A line of some height at the top, with a hairline on its lower edge.
pub fn split_line(painter: &Painter, rect: Rect, height: f32, t: &tokens::Tokens) -> (Rect, Rect) {
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), height));
    paint::hline(painter, line.left(), line.right(), line.bottom() - 1.0, t.hairline);
    (line, Rect::from_min_max(pos2(rect.left(), line.bottom()), rect.max))
}

/// The one sentence of an empty panel, in the middle, and its one button.
pub fn sentence(ui: &mut Ui, id: Id, rect: Rect, words: &str, action: Option<(&str, Option<&str>)>) -> bool {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let width = (rect.width() - 48.0).clamp(0.0, 420.0);
    let galley = text::paragraph_galley(&painter, width, words, text::BODY, t.secondary, 4);
    let height = galley.size().y + if action.is_some() { 44.0 } else { 0.0 };
    let top = (rect.center().y - height / 2.0).round();
    let left = (rect.center().x - galley.size().x / 2.0).round();
    let place = Rect::from_min_size(pos2(left, top), galley.size());
    painter.galley(place.min, galley, t.secondary);
    spoken(ui, id.with("sentence"), place.intersect(rect), words);
    let Some((word, keys)) = action else { return false };
    let button_size = vec2(button_width(&painter, word, keys), 28.0);
    let at = Rect::from_min_size(
        pos2((rect.center().x - button_size.x / 2.0).round(), place.bottom().round() + 16.0),
        button_size,
    );
    button(ui, id.with("do"), at, Look::Outlined, word, keys).clicked()
}

/// An error that fills a panel: what, why, and what to do.
pub fn problem(ui: &mut Ui, id: Id, rect: Rect, problem: &Problem) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let width = (rect.width() - 2.0 * size::PAD - 28.0).max(40.0);
    let left = rect.left() + size::PAD + 28.0;
    let mut top = rect.top() + 14.0;
    Icon::CIRCLE_ALERT.paint(&painter, pos2(rect.left() + size::PAD + 8.0, top + 9.0), 16.0, t.error);
    let mut line = |words: &str, style, color| {
        if !words.is_empty() {
            let place = Rect::from_min_size(pos2(left, top), vec2(width, 18.0));
            top += text::paragraph(&painter, place, words, style, color, 6) + 2.0;
        }
    };
    line(&problem.what, text::BODY_STRONG, t.text);
    line(&problem.cause, text::DATA, t.text);
    if !problem.help.is_empty() {
        line(&format!("help: {}", problem.help), text::BODY, t.secondary);
    }
    let words = format!("{}. {}. help: {}", problem.what, problem.cause, problem.help);
    spoken(ui, id.with("problem"), Rect::from_min_max(rect.min, pos2(rect.right(), top)).intersect(rect), &words);
}

/// Bars where rows will be.
pub fn placeholder_rows(painter: &Painter, rect: Rect, t: &tokens::Tokens) {
    let mut y = rect.top() + 12.0;
    for share in [0.42, 0.30, 0.36, 0.26, 0.33] {
        if y > rect.bottom() {
            break;
        }
        let left = rect.left() + 28.0;
        let room = rect.width() - 40.0;
        for (from, to) in [(0.0, share), (0.72, 0.72 + share / 2.0)] {
            let bar = Rect::from_min_max(pos2(left + room * from, y - 2.0), pos2(left + room * to, y + 2.0));
            painter.rect_filled(bar, 2.0, t.hover);
        }
        y += size::ROW;
    }
}
