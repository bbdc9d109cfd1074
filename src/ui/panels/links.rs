//! Links of the event under the playhead: where it points, each a line that one can follow, and
//! the list of the events that point at it.

use egui::accesskit::Role;
use egui::{Id, Rect, Sense, Ui, WidgetInfo, pos2};

use super::{labels, sentence, split_if_room};
use crate::app::action::{Action, Tie};
use crate::app::command::{self as c, CommandContext, Target};
use crate::app::view::{FindView, LinkHereLine, LinkLine, LinksHereView};
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::spoken;
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};

const LEFT: f32 = 28.0;

/// The menu of an event that points here.
const MENU: Groups = &[&[&c::OPEN_ROW, &c::COPY_ROW]];

/// A line for each link; returns what is left.
pub fn links_ui(ui: &mut Ui, id: Id, rect: Rect, links: &[LinkLine<'_>], out: &mut Vec<Action>) -> Rect {
    let mut rest = rect;
    for (number, link) in links.iter().enumerate() {
        let (Some(line), below) = split_if_room(rest, size::ROW) else { break };
        link_ui(ui, id.with(("link", number)), line, number, link, out);
        rest = below;
    }
    rest
}

fn link_ui(ui: &mut Ui, id: Id, line: Rect, number: usize, link: &LinkLine<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let behind = match (link.looking, link.reason) {
        (Some(percent), _) => format!("looking for it, {percent} % of the store read"),
        (None, Some(why)) => format!("unresolved: {why}"),
        (None, None) if link.is_shown => format!("{}, shown here", link.event),
        (None, None) => link.event.to_string(),
    };
    let follow = link.rest.map(|(rest, of)| match rest {
        1 => format!("1 event of {of} follows"),
        _ => format!("{} of {of} follow", format::plural(rest, "event", "events")),
    });
    let behind: Vec<String> = [Some(behind), follow].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let behind = behind.join(", ");
    let words = if behind.is_empty() { link.words.clone() } else { format!("{}, {behind}", link.words) };
    let color = if link.can_follow { t.accent } else { t.secondary };
    let is_odd = link.reason.is_some();
    if is_odd {
        Icon::TRIANGLE_ALERT.paint(&painter, pos2(line.left() + 17.0, line.center().y), 14.0, t.warning);
    }
    let (x, y, end) = (line.left() + LEFT, line.center().y, line.right() - size::PAD);
    let x = text::left_cut(&painter, x, y, &link.words, text::BODY, color, end - x) + 8.0;
    if x < end {
        text::left_cut(&painter, x, y, &behind, text::BODY, if is_odd { t.text } else { t.quiet }, end - x);
    }
    if !link.can_follow {
        spoken(ui, id, line, &words).on_hover_text(&words);
        return;
    }
    let response = ui.interact(line, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    if response.hovered() {
        paint::hline(&painter, line.left() + LEFT, x - 8.0, y + 8.0, t.accent);
    }
    if response.has_focus() {
        paint::focus_ring(&painter, line.shrink(2.0), t);
    }
    if response.clicked() {
        out.push(Action::FollowLink(Some(number)));
    }
    response.on_hover_text(words);
}

/// A line of the ids that tie the event to others, each a link to the events that have it; returns
/// what is left.
pub fn ties_ui(ui: &mut Ui, id: Id, rect: Rect, ties: &[(Tie, &str)], out: &mut Vec<Action>) -> Rect {
    if ties.is_empty() {
        return rect;
    }
    let (Some(line), rest) = split_if_room(rect, size::ROW) else { return rect };
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = line.center().y;
    let each = (line.width() - LEFT - size::PAD) / ties.len() as f32;
    for (at, (tie, own)) in ties.iter().enumerate() {
        let left = line.left() + LEFT + each * at as f32;
        let place =
            Rect::from_min_max(pos2(left - 4.0, line.top() + 1.0), pos2(left + each - 8.0, line.bottom() - 1.0));
        let response = ui.interact(place, id.with(tie.name()), Sense::click());
        let words = format!("Events with this {} {}", tie.name(), text::head(own, 200));
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &words));
        let style = text::LABEL.on_baseline_of(text::DATA);
        let from = text::left_cut(&painter, left, y, tie.name(), style, t.quiet, each - 12.0) + 6.0;
        let end = text::left_cut(&painter, from, y, own, text::DATA, t.accent, place.right() - 2.0 - from);
        paint::hline(&painter, from, end, y + 8.0, if response.hovered() { t.accent } else { t.outline });
        if response.has_focus() {
            paint::focus_ring(&painter, place.shrink(2.0), t);
        }
        if response.clicked() {
            out.push(Action::SearchTied(*tie));
        }
        response.on_hover_text(words);
    }
    rest
}

/// The list of the events that point here.
pub fn links_here_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    view: Option<&LinksHereView<'_>>,
    find: Option<FindView<'_>>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) {
    let Some(view) = view else {
        let words = "Which events point at this one is found by reading the store.";
        if sentence(ui, id, rect, words, Some(("What links here", Some("w")))) {
            out.push(Action::FindLinksHere);
        }
        return;
    };
    let read = view.looking.map(|percent| format!("{percent} % of the store read"));
    if view.rows.is_empty() {
        match read {
            Some(read) => {
                if sentence(
                    ui,
                    id,
                    rect,
                    &format!("Looking for events that point here: {read}."),
                    Some(("Stop", Some("Esc"))),
                ) {
                    out.push(Action::StopFilter);
                }
            }
            None if view.is_part => {
                sentence(ui, id, rect, "None was found in the part of the store that was read.", None);
            }
            None => {
                sentence(ui, id, rect, "No event of this store points at this one.", None);
            }
        }
        return;
    }
    let events = format::plural(view.count, "event points here", "events point here");
    let words = match read {
        Some(read) => format!("{events}, {read}"),
        None if view.is_part => format!("{events}, in the part of the store that was read"),
        None => events,
    };
    let body = labels(ui, rect, |ui, line| {
        let t = tokens::tokens(ui.ctx());
        text::left(ui.painter(), line.left() + size::PAD, line.center().y, &words, text::LABEL, t.quiet);
        spoken(ui, id.with("count"), line, &words);
    });
    let len = view.rows.len();
    let shown = Rows::new(id.with("list"), "Links here", len)
        .own_cursor()
        .find(ui, find)
        .show(ui, body, |at| row_ui(at, &view.rows.row(at.index), len));
    if let Some(row) = shown.activated.or(shown.clicked.map(|(row, _)| row)).filter(|&row| row < len) {
        out.push(Action::OpenLinkHere(row));
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let line = view.rows.row(row);
        let text = format!("{} {} {}", place(&line), line.event_type, line.name);
        let target = Target { open: Some(Action::OpenLinkHere(row)), text, ..Target::default() };
        Asked { at, groups: MENU, target: Some(target) }
    });
    context_menu(ui, id.with("menu"), asked, commands, out);
}

/// Stream and version.
fn place(line: &LinkHereLine<'_>) -> String {
    let version = line.version.map(|version| format!(" v{version}")).unwrap_or_default();
    format!("{}{version}", visible_name(line.stream))
}

fn row_ui(at: &RowPaint<'_>, line: &LinkHereLine<'_>, len: u64) -> RowNode {
    let (t, y, painter) = (at.t, at.rect.center().y, at.painter);
    let place = place(line);
    let (left, right) = (at.rect.left() + size::PAD, at.rect.right() - 18.0);
    let name_left = text::right(painter, right, y, line.name, text::LABEL.on_baseline_of(text::BODY), t.quiet);
    let room = name_left - 8.0 - left;
    let end = text::left_name(painter, left, y, &place, text::DATA, t.text, room * 0.6) + 10.0;
    text::left_name(painter, end, y, line.event_type, text::BODY, t.secondary, (name_left - 8.0 - end).max(0.0));
    RowNode {
        name: format!("row {} of {len}, {place}, {}, {}", at.index + 1, visible_name(line.event_type), line.name),
        tooltip: at.pointer.map(|_| format!("{place}, {}", visible_name(line.event_type))),
        ..RowNode::default()
    }
}
