//! The bar about the store: it grew, it was replaced, something failed on the side.

use egui::{Id, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::view::NoticeView;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, mix, size};
use crate::ui::widgets::button::{Look, button, button_width, icon_button, spoken};
use crate::ui::{format, paint, text};

/// Shows the bar in `rect`.
pub fn notice_ui(ui: &mut Ui, id: Id, rect: Rect, view: &NoticeView<'_>, out: &mut Vec<Action>) {
    let ui = &mut super::region(ui, id, rect, "Notice");
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (icon, color, words) = match view {
        NoticeView::Grew { events: 0 } => (Icon::REFRESH_CW, t.accent, "The store grew.".to_owned()),
        NoticeView::Grew { events } => {
            let more = format::plural(*events, "event", "events");
            (Icon::REFRESH_CW, t.accent, format!("The store grew by {more}."))
        }
        NoticeView::Replaced => {
            (Icon::REFRESH_CW, t.warning, "The store was replaced. What is shown is the old one.".to_owned())
        }
        NoticeView::Problem(why) => {
            let help = if why.help.is_empty() { String::new() } else { format!(" help: {}", why.help) };
            (Icon::CIRCLE_ALERT, t.error, format!("{}: {}.{help}", why.what, why.cause))
        }
        NoticeView::ProgramChanged(command) => {
            let words =
                format!("The program has changed since it was used here, and is not started unasked: {command}");
            (Icon::INFO, t.warning, words)
        }
        NoticeView::ReducerChanged(named) => {
            let words = format!("{named} has changed since it was used here. It is not applied unasked.");
            (Icon::INFO, t.warning, words)
        }
        NoticeView::ReducerBeside(named) => {
            let name = named.rsplit(['/', '\\']).next().unwrap_or(named);
            let words = format!("{name} lies beside the store. It is not applied unasked.");
            (Icon::SQUARE_FUNCTION, t.secondary, words)
        }
        NoticeView::Note(words) => (Icon::INFO, t.secondary, (*words).to_owned()),
    };
    painter.rect_filled(rect, 0.0, mix(t.panel, color, 0.08));
    paint::hline(&painter, rect.left(), rect.right(), rect.bottom() - 1.0, t.hairline);
    let y = rect.center().y - 0.5;
    let close = Rect::from_center_size(pos2(rect.right() - 20.0, y), vec2(28.0, rect.height().min(28.0)));
    if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Hide this").clicked() {
        out.push(Action::DismissNotice);
    }
    let mut right = close.left() - 8.0;
    if let Some((word, action)) = view.offer() {
        let width = button_width(&painter, word, None);
        let at = Rect::from_min_size(pos2(right - width, y - 12.0), vec2(width, 24.0));
        if button(ui, id.with("do"), at, Look::Outlined, word, None).clicked() {
            out.push(action);
        }
        right = at.left() - 12.0;
    }
    icon.paint(&painter, pos2(rect.left() + 20.0, y), 16.0, color);
    let left = rect.left() + 36.0;
    text::left_cut(&painter, left, y, &words, text::BODY, t.text, right - left);
    let spot = Rect::from_min_max(rect.min, pos2(right, rect.bottom() - size::PAD));
    spoken(ui, id.with("words"), spot, &words).on_hover_text(&words);
}
