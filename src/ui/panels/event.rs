//! The event under the playhead: payload, metadata, bytes.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::links::{links_here_ui, links_ui, ties_ui};
use super::{PanelCx, labels, placeholder_rows, problem, sentence, split_header, split_if_room};
use crate::app::action::{Action, CopyWhat, EventTab, Panel};
use crate::app::view::{Content, Emitted, EventBody, EventMark, FindView, TreeView, Zone};
use crate::model::{Position, visible_name};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, mix, size};
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::find_line::{find_line_ui, places};
use crate::ui::widgets::node_rows::{needs, node_rows_ui, payload_columns};
use crate::ui::widgets::raw::raw_ui;
use crate::ui::widgets::tabs::{Tab, tabs, tabs_width};
use crate::ui::{format, paint, text};

const TABS: [(EventTab, &str); 4] = [
    (EventTab::Payload, "Payload"),
    (EventTab::Metadata, "Metadata"),
    (EventTab::Raw, "Raw"),
    (EventTab::Links, "Links"),
];

/// The same where there is little room.
const SHORT: [&str; 4] = ["Data", "Meta", "Raw", "Links"];

/// Narrower than this there is no room for the title beside the tabs.
const WITH_TITLE: f32 = 280.0;

/// Shows the panel in `rect`.
pub fn event_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let (view, id) = (&cx.view.event, cx.id(Panel::Event));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let y = header.center().y;
    let wide = header.width() >= WITH_TITLE || !matches!(view.content, Content::Ready(_));
    let end = if wide {
        text::left(&painter, header.left() + size::PAD, y, "Event", text::TITLE, t.text) + 20.0
    } else {
        header.left() + size::PAD
    };
    let body = match &view.content {
        Content::Ready(body) => body,
        Content::Empty => {
            let words = if cx.view.events.stream.is_some() {
                "Before the first event: this is the initial state."
            } else {
                "The event at the playhead appears here."
            };
            sentence(ui, id, rest, words, None);
            return;
        }
        Content::Loading => {
            placeholder_rows(&painter, rest, t);
            spoken(ui, id.with("loading"), rest, "Reading the event");
            return;
        }
        Content::Failed(why) => {
            problem(ui, id, rest, why);
            return;
        }
    };
    let there = if body.has_links { &TABS[..] } else { &TABS[..3] };
    let mut words: Vec<Tab<'_>> = there.iter().map(|(_, word)| Tab::new(word)).collect();
    if tabs_width(&painter, &words) > header.right() - end {
        words.iter_mut().zip(SHORT).for_each(|(tab, word)| tab.word = word);
    }
    let active = there.iter().position(|(tab, _)| *tab == view.tab).unwrap_or(0);
    let (clicked, end) = tabs(ui, id.with("tabs"), end, header, &words, active);
    if let Some(tab) = clicked {
        out.push(Action::SetEventTab(there[tab].0));
    }
    let copy = Rect::from_center_size(pos2(header.right() - 20.0, y), vec2(28.0, 28.0));
    if copy.left() >= end + 4.0
        && icon_button(ui, id.with("copy"), copy, Icon::COPY, 16.0, "Copy event as JSON").clicked()
    {
        out.push(Action::Copy(CopyWhat::Event));
    }
    let rest = labels(ui, rest, |ui, line| identity_ui(ui, id, line, body, cx.zone));
    let rest = not_applied_ui(ui, id, rest, cx, body);
    let rest = warning_ui(ui, id, rest, body);
    let rest = console_ui(ui, id, rest, body);
    let rest = links_ui(ui, id, rest, &body.links, out);
    let rest = ties_ui(ui, id, rest, &body.ties, out);
    let rest = emitted_ui(ui, id, rest, body.emitted);
    let rest = find_line_ui(ui, id, rest, Panel::Event, view.find, id.with(view.tab), out);
    match there[active].0 {
        EventTab::Links => {
            links_here_ui(ui, id.with("links here"), rest, body.here.as_ref(), view.find, cx.commands, out);
        }
        EventTab::Payload => tree_ui(ui, id.with(there[active].0), "Payload", rest, &body.payload, cx, out),
        EventTab::Metadata => tree_ui(ui, id.with(there[active].0), "Metadata", rest, &body.metadata, cx, out),
        EventTab::Raw if body.raw.is_empty() => {
            sentence(ui, id, rest, "The store keeps no bytes for this event.", None);
        }
        EventTab::Raw => {
            let starts = view.find.map(FindView::starts).unwrap_or_default();
            let bytes = (body.raw, body.payload.revision);
            raw_ui(ui, id.with(there[active].0), "Bytes as stored", rest, bytes, places(view.find, &starts));
        }
    }
}

fn tree_ui(ui: &mut Ui, id: Id, name: &str, rect: Rect, view: &TreeView<'_>, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    if view.node.is_empty() || matches!(view.node, crate::model::Node::Null) {
        sentence(ui, id, rect, &format!("{name}: {}", format::value(view.node)), None);
        return;
    }
    let columns = payload_columns(rect.width(), needs(ui, id, view, cx.view.events.stream.unwrap_or_default()));
    node_rows_ui(ui, id, &format!("{name} values"), rect, view, columns, None, cx.commands, out);
}

/// One line that says which event this is.
fn identity_ui(ui: &mut Ui, id: Id, line: Rect, body: &EventBody<'_>, zone: Zone) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = line.center().y;
    let mut right = line.right() - size::PAD;
    let mut words = format!("{}, v{}", visible_name(body.type_name), body.version);
    let version = format::version(body.version);
    let least = text::width(&painter, &version, text::DATA) + 90.0;
    let position = match body.position {
        Position::None => None,
        Position::Number(n) => Some(if *n >= 0 { format::number(n.unsigned_abs()) } else { n.to_string() }),
        Position::Digits(text) | Position::Text(text) => Some(text.to_string()),
    };
    for (label, value) in [("position", position), ("id", body.id.map(str::to_owned))] {
        let Some(value) = value else { continue };
        words.push_str(&format!(", {label} {value}"));
        // Ids are long and their first characters tell them apart well enough here.
        let short = if label == "id" && value.len() > 8 { text::head(&value, 8) } else { &value };
        let width = text::width(&painter, short, text::DATA) + text::width(&painter, label, text::LABEL) + 8.0;
        if right - width < line.left() + least {
            continue;
        }
        let left = text::right(&painter, right, y, short, text::DATA, t.secondary);
        right = text::right(&painter, left - 4.0, y, label, text::LABEL.on_baseline_of(text::DATA), t.quiet) - 12.0;
    }
    paint::type_shape(&painter, pos2(line.left() + 17.0, y), 5.0, body.slot, t);
    let room = right - 8.0 - text::width(&painter, &version, text::DATA) - (line.left() + 28.0);
    let end =
        text::left_name(&painter, line.left() + 28.0, y, body.type_name, text::BODY_MEDIUM, t.text, room.max(24.0));
    text::left(&painter, end + 8.0, y, &version, text::DATA, t.secondary);
    if let Some(time) = body.time {
        words.push_str(&format!("\n{}", format::time_full(time, zone)));
    }
    if let Some(stored) = body.time_text {
        words.push_str(&format!("\nstored as {stored}"));
    }
    let response = spoken(ui, id.with("identity"), line, &words.replace('\n', ", "));
    response.on_hover_text(words);
}

/// A line for what the reducer wrote to the console; returns what is left.
fn console_ui(ui: &mut Ui, id: Id, rect: Rect, body: &EventBody<'_>) -> Rect {
    if body.console.is_empty() {
        return rect;
    }
    let t = tokens::tokens(ui.ctx());
    let (Some(line), rest) = split_if_room(rect, 28.0) else { return rect };
    let painter = ui.painter().clone();
    let y = line.center().y;
    Icon::INFO.paint(&painter, pos2(line.left() + 17.0, y), 14.0, t.secondary);
    let end = text::left(&painter, line.left() + 28.0, y, "console", text::LABEL, t.quiet);
    let (first, more) = body.console.split_once('\n').unwrap_or((&body.console, ""));
    let shown = if more.is_empty() { first.to_owned() } else { format!("{first} …") };
    text::left_cut(&painter, end + 8.0, y, &shown, text::DATA, t.text, line.right() - end - 8.0 - size::PAD);
    spoken(ui, id.with("console"), line, &format!("Console: {}", body.console)).on_hover_text(&body.console);
    rest
}

/// Events that a projection would write that have a line of their own.
const EMITTED: usize = 4;

/// A line for each event that the projection would write at this one, which nobody does here;
/// returns what is left.
fn emitted_ui(ui: &mut Ui, id: Id, rect: Rect, emitted: &[Emitted]) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let mut rest = rect;
    let more = emitted.len().saturating_sub(EMITTED);
    for (number, event) in emitted.iter().take(EMITTED).enumerate() {
        let (Some(line), below) = split_if_room(rest, size::ROW) else { break };
        let painter = ui.painter().clone();
        let mut words = format!("would emit {} to {}", event.event_type, event.stream_id);
        if number + 1 == EMITTED && more > 0 {
            words.push_str(&format!(", and {}", format::plural(more as u64, "other", "others")));
        }
        let (x, y, end) = (line.left() + 28.0, line.center().y, line.right() - size::PAD);
        let x = text::left_cut(&painter, x, y, &words, text::BODY, t.secondary, end - x) + 8.0;
        if x < end {
            text::left_cut(&painter, x, y, &event.data, text::DATA, t.quiet, end - x);
        }
        let words = format!("{words}, {}", event.data);
        spoken(ui, id.with(("emitted", number)), line, &words).on_hover_text(&words);
        rest = below;
    }
    rest
}

/// A line where the state beside the event is not the one after it; returns what is left.
fn not_applied_ui(ui: &mut Ui, id: Id, rect: Rect, cx: &PanelCx<'_>, body: &EventBody<'_>) -> Rect {
    let (threw, halted) = match &cx.view.state.content {
        Content::Ready(state) if state.version != Some(body.version) => (state.threw.as_ref(), state.halted),
        _ => (None, None),
    };
    if let Some(halted) = halted {
        let good = halted.at.map_or("the initial state".to_owned(), format::version);
        let words = format!("Not applied: the fold was stopped. The state shown is {good}.");
        return note_ui(ui, id.with("not applied"), rect, Icon::INFO, false, &words);
    }
    let Some(threw) = threw else { return rect };
    let good = threw.last_good.map_or("the initial state".to_owned(), format::version);
    let threw_at = format::version(threw.version);
    let words = match threw.version == body.version {
        true => format!("Not applied: the reducer threw here. The state shown is {good}."),
        false => format!("Not applied: the reducer threw at {threw_at}. The state shown is {good}."),
    };
    note_ui(ui, id.with("not applied"), rect, Icon::CIRCLE_ALERT, true, &words)
}

/// A line for what is odd about the event; returns what is left.
fn warning_ui(ui: &mut Ui, id: Id, rect: Rect, body: &EventBody<'_>) -> Rect {
    let words = match (body.undecodable, body.mark) {
        (Some(why), _) => format!("The payload could not be decoded: {why}"),
        (None, EventMark::Command) => "This row is a command, not an event.".to_owned(),
        _ => return rect,
    };
    let (icon, is_odd) = if body.undecodable.is_some() { (Icon::TRIANGLE_ALERT, true) } else { (Icon::INFO, false) };
    note_ui(ui, id.with("warning"), rect, icon, is_odd, &words)
}

/// One line with a sign; returns what is left.
fn note_ui(ui: &mut Ui, id: Id, rect: Rect, icon: Icon, is_odd: bool, words: &str) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let (Some(line), rest) = split_if_room(rect, 28.0) else { return rect };
    let painter = ui.painter().clone();
    let color = if is_odd { t.warning } else { t.secondary };
    painter.rect_filled(line, 0.0, mix(t.panel, color, 0.08));
    icon.paint(&painter, pos2(line.left() + 17.0, line.center().y), 14.0, color);
    let room = line.width() - 28.0 - size::PAD;
    text::left_cut(&painter, line.left() + 28.0, line.center().y, words, text::BODY, t.text, room);
    spoken(ui, id, line, words).on_hover_text(words);
    rest
}
