//! In little space the list of streams is a drop-down in the header of the events.

use egui::accesskit::Role;
use egui::{Id, Popup, PopupCloseBehavior, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::streams::streams_ui;
use crate::app::action::Action;
use crate::app::view::{StreamsView, Zone};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::menu::popup_frame;
use crate::ui::{paint, text};

fn button_id() -> Id {
    Id::unique("streams drop-down")
}

fn place(ui: &Ui, events: Rect, view: &StreamsView<'_>) -> Rect {
    let word = view.selected_name.unwrap_or("Choose a stream");
    let most = (events.width() * 0.45 - 70.0).max(80.0);
    let width = text::width(ui.painter(), word, text::TITLE).min(most) + 56.0;
    Rect::from_min_size(pos2(events.left() + 8.0, events.top() + 4.0), vec2(width.round(), 24.0))
}

/// Shows the pop-up where it is open; returns where the header's text may begin.
pub fn streams_drop_ui(ui: &mut Ui, events: Rect, view: &StreamsView<'_>, zone: Zone, out: &mut Vec<Action>) -> f32 {
    let rect = place(ui, events, view);
    let response = ui.interact(rect, button_id(), Sense::click());
    let t = tokens::tokens(ui.ctx());
    let height = (ui.ctx().content_rect().bottom() - rect.bottom() - 48.0).min(420.0);
    let before = out.len();
    Popup::menu(&response)
        .gap(4.0)
        .frame(popup_frame(t).inner_margin(egui::Margin::same(1)))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("Streams")
        .show(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(320.0, height), Sense::hover());
            streams_ui(ui, rect, view, zone, out);
            if out[before..].iter().any(|action| matches!(action, Action::SelectStream(_))) {
                ui.close();
            }
        });
    rect.right() + 10.0
}

/// Paints the button of the drop-down; after the header it is over.
pub fn streams_drop_button_ui(ui: &mut Ui, events: Rect, view: &StreamsView<'_>) {
    let rect = place(ui, events, view);
    let response = ui.interact(rect, button_id(), Sense::click());
    let word = view.selected_name.unwrap_or("Choose a stream");
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Stream {word}")));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter();
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    painter.rect_filled(rect, size::RADIUS, if open || response.hovered() { t.hover } else { t.panel });
    paint::outline(painter, rect, size::RADIUS, t.outline);
    let y = rect.center().y;
    Icon::LIST_TREE.paint(painter, pos2(rect.left() + 15.0, y), 14.0, t.secondary);
    text::left_cut(painter, rect.left() + 28.0, y, word, text::TITLE, t.text, rect.width() - 54.0);
    paint::chevron(painter, pos2(rect.right() - 13.0, y), true, t.secondary);
    if response.has_focus() {
        paint::focus_ring(painter, rect, t);
    }
}
