//! The line below a panel's header for finding something in it.

use egui::{Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use super::button::{icon_button, icon_button_enabled, spoken};
use super::field::Field;
use super::page::appears;
use super::raw::Places;
use crate::app::action::{Action, FindAction, Panel, Way};
use crate::app::view::FindView;
use crate::ui::icons::Icon;
use crate::ui::panels::split_if_room;
use crate::ui::tokens;
use crate::ui::{format, paint, text};

const HEIGHT: f32 = 32.0;

/// Shows the line where it is asked for; returns what is left. `list` has the keyboard afterwards.
pub fn find_line_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    panel: Panel,
    view: Option<FindView<'_>>,
    list: Id,
    out: &mut Vec<Action>,
) -> Rect {
    let Some(view) = view else { return rect };
    let (Some(line), rest) = split_if_room(rect, HEIGHT) else { return rect };
    let t = tokens::tokens(ui.ctx());
    paint::hline(ui.painter(), line.left(), line.right(), line.bottom() - 1.0, t.hairline);
    let name = match panel {
        Panel::State => "Find in the state",
        Panel::Findings => "Find in the findings",
        Panel::Blame => "Find in the writes",
        _ => "Find in the event",
    };
    let field = Field { id: id.with("filter"), name, hint: "Find", icon: Some(Icon::SEARCH), key: None };
    if appears(ui, field.id) {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    let mut close = false;
    let mut go = None;
    if ui.memory(|memory| memory.has_focus(field.id)) {
        ui.input_mut(|input| {
            close = input.consume_key(Modifiers::NONE, Key::Escape);
            for (modifiers, way) in [(Modifiers::SHIFT, Way::Back), (Modifiers::NONE, Way::On)] {
                if input.consume_key(modifiers, Key::Enter) {
                    go = Some(way);
                }
            }
        });
    }
    let (y, mut right) = (line.center().y, line.right() - 6.0);
    let mut slot = || {
        right -= 26.0;
        Rect::from_center_size(pos2(right + 13.0, y), vec2(26.0, 26.0))
    };
    let lower = name.to_lowercase();
    close |= icon_button(ui, id.with("close find"), slot(), Icon::X, 14.0, &format!("Close {lower}")).clicked();
    let enabled = if view.is_empty() { Err("nothing is found") } else { Ok(()) };
    for (way, icon, word) in [(Way::On, Icon::STEP_FORWARD, "Next"), (Way::Back, Icon::STEP_BACK, "Previous")] {
        let words = format!("{word} place, {lower}");
        if icon_button_enabled(ui, id.with(word), slot(), icon, 14.0, &words, enabled).clicked() {
            go = Some(way);
        }
    }
    let count = count(view);
    let room = text::width(ui.painter(), &count, text::BODY).max(84.0).min(line.width() * 0.4);
    let place = Rect::from_min_max(pos2(line.left() + 8.0, y - 12.0), pos2(right - room - 16.0, y + 12.0));
    text::right_cut(ui.painter(), right - 6.0, y, &count, text::BODY, t.secondary, room);
    if !count.is_empty() {
        let said = Rect::from_min_max(pos2(right - room - 6.0, y - 10.0), pos2(right - 6.0, y + 10.0));
        let node = spoken(ui, id.with("count"), said, &format!("{name}: {count}"));
        ui.ctx().accesskit_node_builder(node.id, |node| node.set_live(egui::accesskit::Live::Polite));
    }
    let output = field.show(ui, place, view.text);
    if let Some(typed) = output.changed {
        out.push(Action::Find(panel, FindAction::Type(typed)));
    }
    if let Some(way) = go {
        out.push(Action::Find(panel, FindAction::Next(way)));
    }
    if close {
        out.push(Action::Find(panel, FindAction::Close));
    }
    // Where there is no list, nothing has the keyboard.
    if (close || output.left) && ui.ctx().read_response(list).is_some() {
        ui.memory_mut(|memory| memory.request_focus(list));
    }
    rest
}

/// `3 of 17`.
fn count(view: FindView<'_>) -> String {
    let more = if view.has_more { " or more" } else { "" };
    let all = format::number(view.len() as u64);
    match (view.at, view.len()) {
        _ if view.text.is_empty() => String::new(),
        (_, 0) if view.looking => "Looking…".to_owned(),
        (_, 0) => "not found".to_owned(),
        (Some(at), _) => format!("{} of {all}{more}", format::number(at as u64 + 1)),
        (None, _) => format!("{all}{more} found"),
    }
}

/// The places in a text, as they are marked in it.
pub fn places<'s>(view: Option<FindView<'_>>, starts: &'s [usize]) -> Places<'s> {
    let Some(view) = view else { return Places::default() };
    Places { starts, len: view.text.len(), at: view.at, jumps: view.jumps }
}
