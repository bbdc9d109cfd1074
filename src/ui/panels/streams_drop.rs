//! In little space the list of streams is a drop-down in the header of the events.

use egui::accesskit::Role;
use egui::{Popup, PopupCloseBehavior, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{PanelCx, PanelRow, panel_ui};
use crate::app::action::{Action, Panel};
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::tip::tip;
use crate::ui::{focus, paint, text};

/// Room of the button's icons beside the name.
const AROUND_NAME: f32 = 56.0;
/// Narrower than this, a header has no room for a name and a count.
const FOR_BOTH: f32 = 300.0;

/// Shows the button, and the list where it is open, in the room that there is; returns where the header's text may begin.
pub fn streams_drop_ui(ui: &mut Ui, header: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let name = cx.view.streams.selected_name.unwrap_or("Choose a stream");
    let word = &*visible_name(name);
    // A long name leaves room for how many events there are, unless there is little for both.
    let all = header.width() - 16.0 - AROUND_NAME;
    let most = if header.width() < FOR_BOTH { all } else { all.min(header.width() * 0.6) }.max(24.0);
    let width = text::width(&painter, word, text::TITLE).min(most) + AROUND_NAME;
    let rect = Rect::from_min_size(pos2(header.left() + 8.0, header.top() + 4.0), vec2(width.round(), 24.0));
    let response = ui.interact(rect, cx.id("streams drop-down"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Stream {word}")));
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    painter.rect_filled(rect, size::RADIUS, if open || response.hovered() { t.hover } else { t.panel });
    paint::outline(&painter, rect, size::RADIUS, t.outline);
    let y = rect.center().y;
    Icon::LIST_TREE.paint(&painter, pos2(rect.left() + 15.0, y), 14.0, t.secondary);
    text::left_name(&painter, rect.left() + 28.0, y, name, text::TITLE, t.text, rect.width() - 54.0);
    paint::chevron(&painter, pos2(rect.right() - 13.0, y), true, t.secondary);
    if response.has_focus() {
        paint::focus_ring(&painter, rect, t);
    }
    if !open {
        tip(response.clone(), word);
    }
    // Closed, the button stands for the panel.
    let row = PanelRow::of(Panel::Streams);
    focus::register(ui.ctx(), focus::Entry { body: response.id, ..row.entry(cx, Some(rect)) });
    let room = ui.ctx().content_rect().shrink(8.0);
    let height = (room.bottom() - rect.bottom() - 40.0).clamp(row.least.y, 420.0);
    let before = out.len();
    Popup::menu(&response)
        .gap(4.0)
        .frame(popup_frame(t).inner_margin(egui::Margin::same(1)))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("Streams")
        .show(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(320.0_f32.min(room.width()), height), Sense::hover());
            panel_ui(ui, rect, row, cx, out);
            if out[before..].iter().any(|action| matches!(action, Action::SelectStream(_))) {
                ui.close();
            }
        });
    rect.right() + 10.0
}
