//! The last line: what the event at the playhead wrote, and the useful keys.

use egui::{Id, Painter, Rect, Ui, pos2};

use crate::app::command;
use crate::app::command::{Command, CommandContext};
use crate::app::view::StatusView;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{key_cap, key_cap_width, spoken};
use crate::ui::widgets::tip::tip;
use crate::ui::{format, paint, text};

/// Shows the line in `rect`.
pub fn status_ui(ui: &mut Ui, rect: Rect, view: &StatusView<'_>, commands: &CommandContext) {
    let id = Id::unique("status");
    let ui = &mut super::region(ui, id, rect, "Status");
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, t.window);
    paint::hline(&painter, rect.left(), rect.right(), rect.top(), t.hairline);
    let keys_left = keys_ui(&painter, rect, commands, t);
    let y = rect.center().y + 0.5;
    let x = rect.left() + size::PAD;
    let words = match (&view.message, view.wrote) {
        (Some(message), _) => {
            text::left_cut(&painter, x, y, message, text::LABEL, t.secondary, keys_left - 16.0 - x);
            message.to_string()
        }
        (None, Some((version, paths))) => {
            let head = format::version(version);
            let list = paths.join(", ");
            let end = text::left(&painter, x, y, &head, text::DATA_SMALL, t.text);
            let verb = if paths.is_empty() { "wrote nothing" } else { "wrote" };
            let end = text::left(&painter, end + 4.0, y, verb, text::LABEL, t.quiet);
            let end = paths_ui(&painter, end + 4.0, y, paths, keys_left - 24.0, t);
            selected_ui(&painter, end, y, rect, view, keys_left, t);
            format!("{head} {verb} {list}")
        }
        (None, None) => {
            selected_ui(&painter, x - 16.0, y, rect, view, keys_left, t);
            String::new()
        }
    };
    let spot = Rect::from_min_max(rect.min, pos2(keys_left.max(rect.left() + 1.0), rect.bottom()));
    let words = match view.selected {
        None => words,
        Some(path) if words.is_empty() => format!("selected {path}"),
        // A sentence has its end already.
        Some(path) if words.ends_with(['.', '!', '?']) => format!("{words} Selected {path}"),
        Some(path) => format!("{words}, selected {path}"),
    };
    let said = spoken(ui, id.with("words"), spot, &words);
    if !words.is_empty() {
        tip(said, &words);
    }
}

/// Paths with quiet commas, as many as there is room for; returns where they end.
fn paths_ui(painter: &Painter, x: f32, y: f32, paths: &[String], right: f32, t: &tokens::Tokens) -> f32 {
    let mut x = x;
    for (at, path) in paths.iter().enumerate() {
        if at > 0 {
            x = text::left(painter, x, y, ",", text::LABEL, t.quiet) + 4.0;
        }
        let width = text::width(painter, path, text::DATA_SMALL);
        let more = if at + 1 < paths.len() { 60.0 } else { 0.0 };
        if at > 0 && x + width + more > right {
            let rest = format!("{} more", paths.len() - at);
            return text::left(painter, x, y, &rest, text::LABEL, t.quiet);
        }
        x = text::left_name(painter, x, y, path, text::DATA_SMALL, t.text, right - x);
    }
    x
}

fn selected_ui(
    painter: &Painter,
    end: f32,
    y: f32,
    rect: Rect,
    view: &StatusView<'_>,
    keys_left: f32,
    t: &tokens::Tokens,
) {
    let Some(path) = view.selected else { return };
    let path = path.to_string();
    let x = end + 14.0;
    if x + 120.0 > keys_left {
        return;
    }
    let first = end <= rect.left() + size::PAD;
    if !first {
        paint::vline(painter, x, rect.top() + 7.0, rect.bottom() - 6.0, t.hairline);
    }
    let x = if first { rect.left() + size::PAD } else { x + 15.0 };
    let x = text::left(painter, x, y, "Selected", text::LABEL, t.quiet) + 5.0;
    let shown = if path.is_empty() { "/" } else { &path };
    text::left_name(painter, x, y, shown, text::DATA_SMALL, t.text, keys_left - 16.0 - x);
}

/// Paints the useful keys from the right; returns where they begin.
fn keys_ui(painter: &Painter, rect: Rect, commands: &CommandContext, t: &tokens::Tokens) -> f32 {
    let hints: &[(&[&Command], &str)] = if commands.stream_open {
        &[
            (&[&command::STEP_BACK, &command::STEP_FORWARD], "step"),
            (&[&command::PLAY_PAUSE], "play"),
            (&[&command::FOCUS_FILTER], "filter"),
            (&[&command::NEXT_PANEL], "next panel"),
            (&[&command::KEYS], "keys"),
        ]
    } else if commands.store_open {
        &[(&[&command::FOCUS_FILTER], "filter"), (&[&command::NEXT_PANEL], "next panel"), (&[&command::KEYS], "keys")]
    } else {
        &[(&[&command::OPEN_FILE], "open a file"), (&[&command::OPEN_PATH], "open a path"), (&[&command::KEYS], "keys")]
    };
    let y = rect.center().y + 0.5;
    let most = rect.width() * 0.6;
    let mut x = rect.right() - size::PAD;
    for (at, (keys, word)) in hints.iter().rev().enumerate() {
        let caps: Vec<String> = keys.iter().filter_map(|command| command.keys.first().map(|key| key.text())).collect();
        let width: f32 = caps.iter().map(|cap| key_cap_width(painter, cap) + 3.0).sum::<f32>()
            + text::width(painter, word, text::LABEL)
            + 4.0;
        if at > 0 && rect.right() - (x - width) > most {
            break;
        }
        let left = text::right(painter, x, y, word, text::LABEL, t.quiet);
        x = left - 6.0;
        for cap in caps.iter().rev() {
            x -= key_cap_width(painter, cap);
            key_cap(painter, x, y, cap, t);
            x -= 3.0;
        }
        x -= 12.0;
    }
    x
}
