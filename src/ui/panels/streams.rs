//! The list of streams: a filter, categories with their streams, counts and findings below.

use egui::accesskit::Role;
use egui::{Id, Painter, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{LEAST_LIST, PanelCx, labels, placeholder_rows, problem, sentence, split_header};
use crate::app::action::{Action, Panel, StreamSort};
use crate::app::command::{self as c, Target};
use crate::app::view::{Content, StreamLine, StreamLines, StreamsView, Zone};
use crate::model::{Severity, StreamStatus, Time, is_blank, visible_name};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::context_menu::{Asked, Groups, asked_of, context_menu};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{focus, format, paint, text};

/// Columns, from the panel's right edge.
const EVENTS_RIGHT: f32 = 96.0;
const SPARK_LEFT: f32 = 88.0;
const LAST_RIGHT: f32 = 12.0;
/// Where names begin, and how much further right those of a kind stand.
const NAME: f32 = 28.0;
const BELOW: f32 = 14.0;
/// Room for the arrow of the column that streams are sorted by.
const ARROW: f32 = 9.0;
/// How far the columns move to the left of a scrollbar.
const BAR_ROOM: f32 = 6.0;

/// The menus of a stream, of a category, and of the labels above them.
const STREAM_MENU: Groups = &[
    &[&c::OPEN_ROW, &c::COPY_STREAM_NAME],
    &[&c::STREAMS_BY_NAME, &c::STREAMS_BY_EVENTS, &c::STREAMS_BY_LAST, &c::SYSTEM_STREAMS],
    &[&c::SEARCH, &c::FINDINGS, &c::EXPORT],
];
const CATEGORY_MENU: Groups = &[
    &[&c::TOGGLE_ROW, &c::COPY_ROW],
    &[&c::STREAMS_BY_NAME, &c::STREAMS_BY_EVENTS, &c::STREAMS_BY_LAST, &c::SYSTEM_STREAMS],
    &[&c::SEARCH, &c::FINDINGS, &c::EXPORT],
];
const LABELS_MENU: Groups =
    &[&[&c::STREAMS_BY_NAME, &c::STREAMS_BY_EVENTS, &c::STREAMS_BY_LAST], &[&c::SYSTEM_STREAMS]];

/// Shows the panel in `rect`.
pub fn streams_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let (view, id) = (&cx.view.streams, cx.id(Panel::Streams));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let room = rest.height() - size::LABELS - LEAST_LIST;
    let foot = if room < size::HEADER { 0.0 } else { size::HEADER };
    let (rest, footer) = rest.split_top_bottom_at_y(rest.bottom() - foot);
    let strip = if view.hidden == 0 || room < foot + size::ROW { 0.0 } else { size::ROW };
    let (rest, strip) = rest.split_top_bottom_at_y(rest.bottom() - strip);

    header_ui(ui, id, header, view, out);
    let body = labels(ui, rest, |ui, line| {
        let bar = match &view.rows {
            Content::Ready(rows) if rows.len() as f32 * size::ROW > rest.bottom() - line.bottom() => BAR_ROOM,
            _ => 0.0,
        };
        labels_ui(ui, id, line, cx, bar, out);
    });
    match &view.rows {
        Content::Empty => {
            sentence(ui, id, body, "This store has no streams.", None);
        }
        Content::Loading => {
            placeholder_rows(&painter, body, t);
            crate::ui::widgets::button::spoken(ui, id.with("loading"), body, "Looking for streams");
        }
        Content::Failed(why) => problem(ui, id, body, why),
        Content::Ready(rows) if rows.is_empty() => {
            let words = match (view.filter.is_empty(), view.hidden) {
                // Nothing else is there.
                (true, hidden) => format!("{}.", hidden_words(hidden)),
                _ => format!("0 of {} match.", plural_streams(view.total.number, view.total.exact)),
            };
            if view.filter.is_empty() {
                if sentence(ui, id, body, &words, Some(("Show system streams", Some("s")))) {
                    out.push(Action::ToggleSystem);
                }
            } else if sentence(ui, id, body, &words, Some(("Clear filter", Some("Esc")))) {
                out.push(Action::SetStreamFilter(String::new()));
            }
        }
        Content::Ready(rows) => rows_ui(ui, id.with("list"), body, cx, *rows, out),
    }
    if strip.height() > 0.0 {
        hidden_ui(ui, id, strip, view.hidden, out);
    }
    if foot > 0.0 {
        footer_ui(ui, id, footer, view, out);
    }
}

fn plural_streams(n: u64, exact: bool) -> String {
    let sign = if exact { "" } else { "≥ " };
    format!("{sign}{}", format::plural(n, "stream", "streams"))
}

fn header_ui(ui: &mut Ui, id: Id, header: Rect, view: &StreamsView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let y = header.center().y;
    let end = text::left(ui.painter(), header.left() + size::PAD, y, "Streams", text::TITLE, t.text);
    let left = (end + 16.0).round().max(header.left() + 88.0);
    let place = Rect::from_min_max(pos2(left, y - 12.0), pos2(header.right() - size::PAD, y + 12.0));
    let field = Field {
        id: id.with("filter"),
        name: "Filter streams",
        hint: "Filter",
        icon: Some(Icon::SEARCH),
        key: focus_key(ui),
    };
    let output = field.show(ui, place, view.filter);
    if let Some(text) = output.changed {
        out.push(Action::SetStreamFilter(text));
    }
    if output.entered && !view.filter.is_empty() {
        out.push(Action::OpenFirstStream);
    }
    // Where nothing matches, Enter is not for the button that clears the filter.
    if output.left || output.entered && !view.none_matches() {
        ui.memory_mut(|memory| memory.request_focus(id.with("list")));
    }
}

/// `/` is the key of this filter only while the panel has the keyboard.
fn focus_key(ui: &Ui) -> Option<&'static str> {
    (focus::current(ui.ctx()) == Some(Panel::Streams)).then_some("/")
}

fn labels_ui(ui: &mut Ui, id: Id, line: Rect, cx: &PanelCx<'_>, bar: f32, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let view = &cx.view.streams;
    let right = line.right();
    let y = line.center().y;
    text::left(ui.painter(), right - SPARK_LEFT - bar, y, "Activity", text::LABEL, t.quiet);
    let mut asked = None;
    for (word, order, at, align_right, [up, down]) in [
        ("Stream", StreamSort::Name, line.left() + size::PAD, false, ["A to Z", "Z to A"]),
        ("Events", StreamSort::Events, right - EVENTS_RIGHT - bar, true, ["fewest first", "most first"]),
        ("Last", StreamSort::LastTime, right - LAST_RIGHT - bar, true, ["oldest first", "newest first"]),
    ] {
        let active = view.sort == order;
        let width = text::width(ui.painter(), word, text::LABEL);
        let left = if align_right { at - width } else { at };
        let arrow = if !active {
            0.0
        } else if align_right {
            -ARROW
        } else {
            ARROW
        };
        let from = pos2(left - 4.0 + arrow.min(0.0), line.top());
        let rect = Rect::from_min_max(from, pos2(left + width + 4.0 + arrow.max(0.0), line.bottom() - 1.0));
        let response = ui.interact(rect, id.with(("sort", word)), Sense::click());
        let name = format!("Sort by {}", word.to_lowercase());
        let direction = if view.descending { down } else { up };
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, active, &name));
        if active {
            ui.ctx().accesskit_node_builder(response.id, |node| {
                use egui::accesskit::SortDirection::{Ascending, Descending};
                node.set_sort_direction(if view.descending { Descending } else { Ascending });
                node.set_value(direction);
            });
        }
        let color = if response.hovered() {
            t.text
        } else if active {
            t.secondary
        } else {
            t.quiet
        };
        text::left(ui.painter(), left, y, word, text::LABEL, color);
        if active {
            let x = if align_right { left - ARROW / 2.0 - 1.0 } else { left + width + ARROW / 2.0 + 1.0 };
            paint::sort_arrow(ui.painter(), pos2(x, y + 0.5), view.descending, color);
        }
        if response.has_focus() {
            paint::focus_ring(ui.painter(), rect.shrink(3.0), t);
        }
        if response.clicked() {
            out.push(Action::SetStreamSort(order));
        }
        asked = asked.or(asked_of(ui, &response));
        response.on_hover_text(match active {
            true => format!("{name}, {direction}; once more turns it around"),
            false => name,
        });
    }
    let asked = asked.map(|at| Asked { at, groups: LABELS_MENU, target: None });
    context_menu(ui, id.with("menu of labels"), asked, cx.commands, out);
}

fn rows_ui(ui: &mut Ui, list: Id, body: Rect, cx: &PanelCx<'_>, rows: &dyn StreamLines, out: &mut Vec<Action>) {
    let (view, zone) = (&cx.view.streams, cx.zone);
    let len = rows.len();
    let selected = view.selected.and_then(|stream| rows.index_of(stream));
    let latest = latest_time(rows);
    let head_of = |row: u64| rows.category_of(row);
    let listed = Rows::new(list, "Streams", len).cursor(selected).own_cursor().tree().head_of(&head_of);
    let shown = listed.show(ui, body, |paint| row_ui(paint, rows.row(paint.index), view.filter, latest, zone, len));
    let open = |row: u64| match rows.row(row) {
        StreamLine::Category { category, .. } => Action::ToggleCategory(category),
        StreamLine::Stream { stream, .. } => Action::SelectStream(stream),
    };
    let chosen = shown.clicked.map(|(row, _)| row).or(shown.activated);
    if let Some(row) = chosen.filter(|&row| row < len) {
        out.push(open(row));
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let (groups, text) = match rows.row(row) {
            StreamLine::Category { name, .. } => (CATEGORY_MENU, name.into_owned()),
            StreamLine::Stream { name, .. } => (STREAM_MENU, name.into_owned()),
        };
        Asked { at, groups, target: Some(Target { open: Some(open(row)), text, ..Target::default() }) }
    });
    context_menu(ui, list.with("menu"), asked, cx.commands, out);
}

/// The latest time on the first rows: what "within a year" is measured from.
fn latest_time(rows: &dyn StreamLines) -> Option<Time> {
    (0..rows.len().min(64))
        .filter_map(|i| match rows.row(i) {
            StreamLine::Stream { last, .. } => last,
            StreamLine::Category { .. } => None,
        })
        .max()
}

fn row_ui(at: &RowPaint<'_>, row: StreamLine<'_>, filter: &str, latest: Option<Time>, zone: Zone, len: u64) -> RowNode {
    let place = format!("row {} of {}", at.index + 1, format::number(len));
    match row {
        StreamLine::Category { name, below, shown, total, expanded, .. } => {
            let cut = category_ui(at, &name, below, shown, total, expanded);
            let name = if name.is_empty() { "without a category" } else { &name };
            RowNode {
                name: format!("{place}, category {name}, {} of {} streams", shown, format::count(total)),
                level: Some(if below.is_some() { 2 } else { 1 }),
                expanded: Some(expanded),
                tooltip: at.pointer.filter(|_| cut).map(|_| name.to_owned()),
            }
        }
        StreamLine::Stream { name, is_below, prefix, events, activity, last, status, .. } => {
            let t = at.t;
            let (quiet, y) = (if at.selected { t.secondary } else { t.quiet }, at.rect.center().y);
            let last_right = last_right(at);
            let count = format::number(events);
            let count_left =
                text::right(at.painter, last_right - EVENTS_RIGHT + LAST_RIGHT, y, &count, text::DATA, t.text);
            let left = at.rect.left() + if is_below { NAME + BELOW } else { NAME };
            let room = count_left - 8.0 - left;
            let cut = name_ui(at, left, &name, prefix, filter, room, quiet);
            if status == StreamStatus::Active {
                spark(at.painter, pos2(last_right - SPARK_LEFT + LAST_RIGHT, y + 5.0), activity, at.selected, t);
                let date = last.map(|last| format::short_date(last, latest, zone)).unwrap_or_default();
                text::right(at.painter, last_right, y, &date, text::LABEL.on_baseline_of(text::BODY), quiet);
            } else {
                let style = text::LABEL.on_baseline_of(text::BODY);
                text::right(at.painter, last_right, y, status.name(), style, quiet);
            }
            let state = if status == StreamStatus::Active { "" } else { status.name() };
            let comma = if state.is_empty() { "" } else { ", " };
            let events = format::plural(events, "event", "events");
            let name = visible_name(&name);
            let tooltip = at.pointer.map(|_| match last {
                Some(last) => format!("{name}\nlast event {}", format::time_full(last, zone)),
                None => name.to_string(),
            });
            RowNode {
                name: format!("{place}, {name}, {events}{comma}{state}"),
                level: Some(if is_below { 3 } else { 2 }),
                expanded: None,
                tooltip: tooltip.filter(|_| cut || last.is_some()),
            }
        }
    }
}

/// Right edge of the last column: left of the scrollbar, where there is one.
fn last_right(at: &RowPaint<'_>) -> f32 {
    let bar = if at.rect.right() - at.fill.right() > 8.0 { BAR_ROOM } else { 0.0 };
    at.rect.right() - LAST_RIGHT - bar
}

/// Paints the row of a category; true where its name is cut.
fn category_ui(
    at: &RowPaint<'_>,
    name: &str,
    below: Option<usize>,
    shown: u64,
    total: crate::app::view::Count,
    expanded: bool,
) -> bool {
    let (t, y) = (at.t, at.rect.center().y);
    let indent = if below.is_some() { BELOW } else { 0.0 };
    paint::chevron(at.painter, pos2(at.rect.left() + 17.0 + indent, y), expanded, t.secondary);
    let right = last_right(at);
    let left = if total.exact && shown == total.number {
        text::right(at.painter, right, y, &format::number(shown), text::DATA, t.text)
    } else {
        let left = text::right(at.painter, right, y, &format::count(total), text::DATA, t.quiet);
        if shown == total.number {
            left
        } else {
            let left = text::right(at.painter, left - 4.0, y, "of", text::BODY, t.quiet);
            text::right(at.painter, left - 4.0, y, &format::number(shown), text::DATA, t.text)
        }
    };
    let x = at.rect.left() + NAME + indent;
    let (word, color) = match (name, below) {
        ("", _) => ("(no category)", t.quiet),
        (name, None) => (name, t.text),
        (name, Some(base)) => (name.get(base..).unwrap_or(name), t.secondary),
    };
    let room = left - 8.0 - x;
    text::left_name(at.painter, x, y, word, text::BODY_STRONG, color, room);
    text::width(at.painter, word, text::BODY_STRONG) > room
}

/// Paints the name with the category quiet and the match underlined; true where it was cut.
fn name_ui(
    at: &RowPaint<'_>,
    x: f32,
    name: &str,
    prefix: usize,
    filter: &str,
    room: f32,
    quiet: egui::Color32,
) -> bool {
    let (t, y) = (at.t, at.rect.center().y);
    if is_blank(name) {
        text::left_name(at.painter, x, y, name, text::DATA, quiet, room);
        return false;
    }
    let full = text::width(at.painter, name, text::DATA);
    let split = name.floor_char_boundary(prefix.min(name.len()));
    if full > room {
        // The end tells streams of one category apart: cut the category first.
        let tail = &name[split..];
        let tail_width = text::width(at.painter, tail, text::DATA);
        let head_room = room - tail_width;
        if split > 0 && head_room > 24.0 {
            let end = text::left_cut(at.painter, x, y, &name[..split], text::DATA, quiet, head_room);
            text::left(at.painter, end, y, tail, text::DATA, t.text);
        } else {
            text::left_name(at.painter, x, y, tail, text::DATA, t.text, room);
        }
        return true;
    }
    let end = text::left(at.painter, x, y, &name[..split], text::DATA, quiet);
    text::left(at.painter, end, y, &name[split..], text::DATA, t.text);
    if let Some((from, to)) = find(name, filter) {
        let left = x + text::width(at.painter, &name[..from], text::DATA);
        let right = x + text::width(at.painter, &name[..to], text::DATA);
        paint::hline(at.painter, left, right, y + 7.0, t.accent);
    }
    false
}

/// Where a filter matches, ignoring case.
fn find(name: &str, filter: &str) -> Option<(usize, usize)> {
    if filter.is_empty() {
        return None;
    }
    let from = name.to_lowercase().find(&filter.to_lowercase())?;
    let to = from + filter.len();
    (name.is_char_boundary(from) && name.is_char_boundary(to.min(name.len()))).then_some((from, to.min(name.len())))
}

/// Eight bars of activity, 3 wide and 1 apart, up to 13 high.
fn spark(painter: &Painter, bottom_left: egui::Pos2, activity: [u8; 8], selected: bool, t: &Tokens) {
    if activity == [0; 8] {
        return;
    }
    let color = if selected { t.secondary } else { t.outline };
    for (i, level) in activity.into_iter().enumerate() {
        let height = (f32::from(level) / 255.0 * 13.0).round().max(1.0);
        let left = bottom_left.x + i as f32 * 4.0;
        let bar = Rect::from_min_max(pos2(left, bottom_left.y - height), pos2(left + 3.0, bottom_left.y));
        painter.rect_filled(bar, 0.0, color);
    }
}

fn hidden_words(hidden: u64) -> String {
    format!("{} hidden", format::plural(hidden, "system stream", "system streams"))
}

/// A line that says how many streams are left out, and lists them where it is clicked.
fn hidden_ui(ui: &mut Ui, id: Id, line: Rect, hidden: u64, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let words = hidden_words(hidden);
    let response = ui.interact(line, id.with("hidden"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words}: show them")));
    if response.hovered() {
        ui.painter().rect_filled(line, 0.0, t.hover);
    }
    let color = if response.hovered() { t.text } else { t.quiet };
    text::left(ui.painter(), line.left() + size::PAD, line.center().y, &words, text::LABEL, color);
    if response.has_focus() {
        paint::focus_ring(ui.painter(), line.shrink(2.0), t);
    }
    if response.clicked() {
        out.push(Action::ToggleSystem);
    }
    response.on_hover_text("Show system streams");
}

fn footer_ui(ui: &mut Ui, id: Id, line: Rect, view: &StreamsView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = line.center().y;
    paint::hline(&painter, line.left(), line.right(), line.top(), t.hairline);
    let total = plural_streams(view.total.number, view.total.exact);
    let words = if view.shown == view.total.number || view.filter.is_empty() {
        total
    } else {
        format!("{} of {total}", format::number(view.shown))
    };
    let end = text::left(&painter, line.left() + size::PAD, y, &words, text::LABEL, t.secondary);
    let count = Rect::from_min_max(pos2(line.left() + size::PAD, line.top()), pos2(end, line.bottom()));
    crate::ui::widgets::button::spoken(ui, id.with("count"), count, &words);
    if view.findings == 0 {
        return;
    }
    let words = format::plural(view.findings, "finding", "findings");
    let width = text::width(&painter, &words, text::LABEL);
    let left = line.right() - size::PAD - width;
    let rect = Rect::from_min_max(pos2(left - 28.0, line.top() + 4.0), pos2(line.right() - 6.0, line.bottom() - 4.0));
    let response = ui.interact(rect, id.with("findings"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, view.findings_open, &words));
    if view.findings_open {
        painter.rect_filled(rect, size::RADIUS, t.selected);
    } else if response.hovered() {
        painter.rect_filled(rect, size::RADIUS, t.hover);
    }
    let worst = view.worst.unwrap_or(Severity::Warning);
    severity_icon(worst).paint(&painter, pos2(left - 14.0, y), 14.0, t.of_severity(worst));
    text::left(&painter, left, y, &words, text::LABEL, t.text);
    if response.has_focus() {
        paint::focus_ring(&painter, rect.expand2(vec2(-1.0, -1.0)), t);
    }
    if response.clicked() {
        out.push(Action::ToggleFindings);
    }
}

/// The icon of a severity.
pub fn severity_icon(severity: Severity) -> Icon {
    match severity {
        Severity::Note => Icon::INFO,
        Severity::Warning => Icon::TRIANGLE_ALERT,
        Severity::Error => Icon::CIRCLE_ALERT,
    }
}
