//! The list of events of one stream: version, type, time, time since the one before, payload columns.

use egui::{Id, Rect, Ui, pos2};

use super::columns::{Clock, Columns, MARK, SHAPE, SINCE_RIGHT, TIME, TYPE, VERSION_RIGHT};
use super::event_times::event_times_ui;
use super::event_types::event_types_ui;
use super::streams_drop::streams_drop_ui;
use super::{LEAST_LIST, PanelCx, labels, placeholder_rows, problem, sentence, split_header};
use crate::app::action::{Action, FilterAction, Panel};
use crate::app::command as c;
use crate::app::view::{CellText, Content, EventLine, EventLines, EventMark, EventsView, Zone};
use crate::model::{Applied, StreamStatus, visible_name};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{key_cap, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::widgets::tip::tip;
use crate::ui::{focus, format, paint, text};

/// Of the buttons that open the list of types and the sheet of times.
const TYPES_WIDTH: f32 = 80.0;
const TIMES_WIDTH: f32 = 78.0;
/// Narrower than this, the name of the stream and the rest of the header share what room there is.
const TIGHT: f32 = 520.0;
const LEAST_BUTTON: f32 = 66.0;
/// Less of the name of the stream is not worth a count beside it.
const LEAST_NAME: f32 = 120.0;

/// The menu of an event.
const MENU: Groups = &[
    &[&c::SET_A, &c::COMPARE, &c::BOOKMARK, &c::GO_IN_STREAM],
    &[&c::FOLLOW_LINK, &c::LINKS_HERE, &c::CORRELATION],
    &[&c::FILTER_TYPES, &c::PLAY_PAUSE],
    &[&c::COPY_EVENT, &c::COPY_STREAM_NAME, &c::COPY_COMMAND_LINE, &c::EXPORT],
];

/// Shows the panel in `rect`.
pub fn events_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let (view, id) = (&cx.view.events, cx.id(Panel::Events));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let list = id.with("list");
    header_ui(ui, id, header, cx, out);
    let columns = Columns::new(ui, id, view, rest);
    let body = labels(ui, rest, |ui, line| columns.labels_ui(ui, id, line, cx, out));
    let rows = match &view.rows {
        _ if view.stream.is_none() => {
            sentence(ui, id, body, "Choose a stream to see its events.", None);
            return;
        }
        Content::Empty => {
            sentence(ui, id, body, "This stream has no events.", None);
            return;
        }
        Content::Loading => {
            placeholder_rows(&painter, body, t);
            spoken(ui, id.with("loading"), body, "Reading events");
            return;
        }
        Content::Failed(why) => {
            problem(ui, id, body, why);
            return;
        }
        Content::Ready(rows) => *rows,
    };
    if rows.is_empty() {
        if view.filtering {
            sentence(ui, id, body, "Filtering…", None);
            return;
        }
        let words = format!("0 of {} match.", format::plural(view.total.number, "event", "events"));
        // Esc clears what is typed.
        let key = (!view.filter.is_empty()).then_some("Esc");
        if sentence(ui, id, body, &words, Some(("Clear filter", key))) {
            out.push(FilterAction::Clear.into());
        }
        return;
    }
    first_focus(ui, list, view.stream.unwrap_or_default());
    let body = hidden_ui(ui, id, body, view);
    rows_ui(ui, list, body, cx, rows, &columns, out);
}

fn header_ui(ui: &mut Ui, id: Id, header: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let view = &cx.view.events;
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = header.center().y;
    let is_tight = cx.streams_drop && header.width() < TIGHT;
    let button = |right: f32, width: f32| {
        // In a narrow panel the field keeps its room.
        let left = right - if is_tight { LEAST_BUTTON } else { width }.min(header.width() * 0.24);
        Rect::from_min_max(pos2(left, y - 12.0), pos2(right, y + 12.0))
    };
    let times = button(header.right() - size::PAD, TIMES_WIDTH);
    let types = button(times.left(), TYPES_WIDTH);
    let field_right = types.left() - 4.0;
    let share = if is_tight { 0.28 } else { 0.34 };
    let field_width = if header.width() >= 640.0 { 240.0_f32 } else { 160.0 }.min(header.width() * share);
    let place = Rect::from_min_max(pos2(field_right - field_width, y - 12.0), pos2(field_right, y + 12.0));
    // It says which stream it is, so the title needs not.
    let room = if view.stream.is_some() { header.with_max_x(place.left() - 8.0) } else { header };
    let drop_end = cx.streams_drop.then(|| streams_drop_ui(ui, room, cx, out));
    let Some(stream) = view.stream else {
        if drop_end.is_none() {
            text::left(&painter, header.left() + size::PAD, y, "Events", text::TITLE, t.text);
        }
        return;
    };
    let count = if !view.filtered {
        let sign = if view.total.exact { "" } else { "≥ " };
        format!("{sign}{}", format::plural(view.total.number, "event", "events"))
    } else {
        let found = format!("{} of {}", format::number(view.shown), format::count(view.total));
        match view.looked_at {
            Some((done, of)) => format!("{found}, {} % looked at", done * 100 / of.max(1)),
            None => found,
        }
    };
    event_types_ui(ui, id.with("types"), types, view.types, out);
    event_times_ui(ui, id.with("times"), times, &view.times, cx.zone, out);
    let mut x = drop_end.unwrap_or(header.left() + size::PAD);
    let end = place.left() - 8.0;
    let name_width = match drop_end {
        None => text::width(&painter, &visible_name(stream), text::TITLE) + 10.0,
        Some(_) => 0.0,
    };
    // In little room the number stands alone, or is left to the tooltip; the name has the rest.
    let short = if view.filtered { format::number(view.shown) } else { format::count(view.total) };
    let shown = [&count, &short].into_iter().map(|words| (words, text::width(&painter, words, text::BODY)));
    let shown = shown.into_iter().find(|(_, width)| x + name_width.min(LEAST_NAME) + width <= end);
    if drop_end.is_none() {
        let room = end - 10.0 - shown.map_or(0.0, |(_, width)| width) - x;
        x = text::left_name(&painter, x, y, stream, text::TITLE, t.text, room) + 10.0;
    }
    if let Some((words, _)) = shown {
        x = text::left(&painter, x, y, words, text::BODY, t.quiet);
    }
    if view.status != StreamStatus::Active && x + 10.0 + text::width(&painter, view.status.name(), text::BODY) <= end {
        x = text::left(&painter, x + 10.0, y, view.status.name(), text::BODY, t.warning);
    }
    let spot = Rect::from_min_max(pos2(header.left() + size::PAD, header.top()), pos2(x, header.bottom()));
    let name = visible_name(stream);
    tip(spoken(ui, id.with("title"), spot, &format!("{name}, {count}")), &format!("{name}\n{count}"));
    let key = (focus::current(ui.ctx()) != Some(Panel::Streams)).then_some("/");
    let field = Field {
        id: id.with("filter"),
        name: "Filter events",
        hint: "Filter events",
        icon: Some(Icon::LIST_FILTER),
        key,
    };
    let output = field.show(ui, place, view.filter);
    if let Some(text) = output.changed {
        out.push(Action::SetEventFilter(text));
    }
    // Where nothing matches, Enter is not for the button that clears the filter.
    if output.left || output.entered && !view.none_matches() {
        ui.memory_mut(|memory| memory.request_focus(id.with("list")));
    }
}

fn rows_ui(
    ui: &mut Ui,
    list: Id,
    body: Rect,
    cx: &PanelCx<'_>,
    rows: &dyn EventLines,
    columns: &Columns,
    out: &mut Vec<Action>,
) {
    let (view, zone) = (&cx.view.events, cx.zone);
    let len = rows.len();
    let at_playhead = if view.applied.0 == 0 { Err(0) } else { rows.index_of(view.applied) };
    let cursor = at_playhead.ok();
    // While its own event is filtered out, the playhead stands between two rows.
    let reveal = at_playhead.err().map(|before| before.min(len - 1));
    // … and where it moved, the list goes there.
    let place = list.with("playhead");
    let moved = ui.data(|data| data.get_temp(place)) != Some(view.applied);
    ui.data_mut(|data| data.insert_temp(place, view.applied));
    let reveal = reveal.filter(|_| moved || view.playing);
    let listed = Rows::new(list, "Events", len)
        .cursor(cursor)
        .between(at_playhead.err())
        .show_between()
        .reveal(reveal)
        .in_middle(view.playing);
    let shown = listed.show(ui, body, |paint| {
        let line = rows.row(paint.index);
        let later = line.applied > view.applied;
        row_ui(paint, &line, view, columns, later, zone)
    });
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let applied = rows.row(row).applied;
        if applied != view.applied {
            out.push(Action::SelectEvent(applied));
        }
        Asked { at, groups: MENU, target: None }
    });
    context_menu(ui, list.with("menu"), asked, cx.commands, out);
    if let Some((row, _)) = shown.clicked.filter(|&(row, _)| row < len && ui.input(|input| input.modifiers.shift)) {
        out.push(Action::SetPointA(rows.row(row).applied));
        return;
    }
    let chosen = shown.moved.or(shown.clicked.map(|(row, _)| row));
    if let Some(row) = chosen.filter(|&row| row < len) {
        let applied: Applied = rows.row(row).applied;
        if applied != view.applied {
            out.push(Action::SelectEvent(applied));
        }
    }
}

/// A line below the list that says that the event at the playhead is not in it; returns what is left.
fn hidden_ui(ui: &mut Ui, id: Id, body: Rect, view: &EventsView<'_>) -> Rect {
    let Some(hidden) = view.hidden else { return body };
    let words = format!("{} is hidden by the filter", format::version(hidden));
    let height = if body.height() - size::ROW < LEAST_LIST { 0.0 } else { size::ROW };
    let (rest, line) = body.split_top_bottom_at_y(body.bottom() - height);
    if height > 0.0 {
        let t = tokens::tokens(ui.ctx());
        paint::hline(ui.painter(), line.left(), line.right(), line.top(), t.hairline);
        paint::playhead_mark(ui.painter(), pos2(line.left() + MARK, line.center().y), t);
        let left = line.left() + 28.0;
        text::left_cut(
            ui.painter(),
            left,
            line.center().y,
            &words,
            text::BODY,
            t.secondary,
            line.right() - 12.0 - left,
        );
    }
    spoken(ui, id.with("hidden"), line, &words);
    rest
}

/// With another stream or another store the list gets the keyboard, unless something else has it.
fn first_focus(ui: &Ui, list: Id, stream: &str) {
    /// The stream last shown, the pass in which it appeared, and the last one in which it was there.
    #[derive(Clone)]
    struct Shown(String, u64, u64);
    // What had the keyboard on the page before is gone only a frame later.
    const PASSES: u64 = 3;
    let pass = ui.ctx().cumulative_pass_nr();
    let id = list.with("stream");
    let seen: Option<Shown> = ui.data(|data| data.get_temp(id));
    let shown = match seen {
        Some(Shown(seen, since, last)) if seen == stream && pass <= last + 1 => Shown(seen, since, pass),
        _ => Shown(stream.to_owned(), pass, pass),
    };
    let since = shown.1;
    ui.data_mut(|data| data.insert_temp(id, shown));
    if pass >= since + PASSES {
        return;
    }
    if ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(list));
    }
    ui.ctx().request_repaint();
}

fn row_ui(
    at: &RowPaint<'_>,
    line: &EventLine<'_>,
    view: &EventsView<'_>,
    columns: &Columns,
    later: bool,
    zone: Zone,
) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left() + columns.shift, at.rect.center().y, at.painter);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    // What is after the playhead has not happened yet: everything but the shape steps back.
    let main = if later { t.quiet } else { t.text };
    let middle = if later {
        t.quiet
    } else if at.selected {
        t.text
    } else {
        t.secondary
    };
    if line.idle_before {
        paint::dashed_hline(painter, x + TYPE, at.fill.right(), at.rect.top(), t.outline);
    }
    let is_a = view.point_a == Some(line.applied);
    if at.selected {
        paint::playhead_mark(painter, pos2(at.rect.left() + MARK, y), t);
    } else if is_a {
        paint::point_a_mark(painter, pos2(at.rect.left() + MARK, y), t);
    }
    text::right(painter, x + VERSION_RIGHT, y, &line.version.to_string(), text::DATA, main);
    paint::type_shape(painter, pos2(x + SHAPE, y), 5.0, line.slot, t);
    let mark = mark_of(line.mark);
    let mark_room = match mark {
        Some((Some(_), _)) => 22.0,
        Some((None, _)) => 40.0,
        None => 0.0,
    };
    let room = TIME + columns.type_room - 12.0 - TYPE - mark_room;
    let type_end = text::left_name(painter, x + TYPE, y, &line.type_name, text::BODY, main, room);
    match mark {
        Some((Some((icon, is_error)), _)) => {
            let color = if is_error { t.error } else { t.warning };
            icon.paint(painter, pos2(type_end + 14.0, y), 14.0, color);
        }
        Some((None, _)) => {
            key_cap(painter, type_end + 8.0, y, "cmd", t);
        }
        None => {}
    }
    let x = x + columns.type_room;
    let time_end = if columns.time == Clock::Hidden {
        x + TIME
    } else if let Some(time) = line.time.and_then(|time| format::time_parts(time, zone)) {
        let from = if columns.time == Clock::Short {
            x + TIME
        } else {
            let end = text::left(painter, x + TIME, y, &time.0, text::DATA, quiet);
            end + text::width(painter, " ", text::DATA)
        };
        text::left(painter, from, y, &time.1, text::DATA, middle)
    } else {
        text::left(painter, x + TIME, y, "-", text::DATA, quiet)
    };
    if let Some(right) = columns.since {
        let since = line.since_previous.map(format::duration).unwrap_or_default();
        let backwards = line.since_previous.is_some_and(|since| since < 0);
        let color = if backwards { t.warning } else { quiet };
        // A clock may be longer than those that were looked at.
        text::right_cut(painter, x + right, y, &since, text::DATA, color, x + right - time_end - 8.0);
    } else if line.idle_before {
        // Without that column the rule says how long it was.
        let gap = line.since_previous.map(format::gap).unwrap_or_default();
        text::right(painter, at.fill.right() - 4.0, at.rect.top() + 7.0, &gap, text::LABEL, quiet);
    }
    let mut values = String::new();
    let cells = line.cells.get(columns.first..).unwrap_or_default();
    for (i, ((from, to), cell)) in columns.payload.iter().zip(cells).enumerate() {
        let Some(column) = view.columns.get(columns.first + i).map(|column| &column.payload) else { break };
        let value = match cell {
            CellText::Missing => "-",
            CellText::Pending => "…",
            CellText::Text(value) => value,
        };
        let color = match (cell, i) {
            (CellText::Missing | CellText::Pending, _) => t.quiet,
            (_, _) if column.numeric => main,
            _ => middle,
        };
        if column.numeric {
            text::right_cut(painter, x + to, y, value, text::DATA, color, to - from + columns.slack);
        } else {
            text::left_cut(painter, x + from, y, value, text::DATA, color, to - from);
        }
        if !matches!(cell, CellText::Missing | CellText::Pending) {
            values.push_str(&format!(", {} {}", column.label, text::head(value, 80)));
        }
    }
    let when = line.time.map(|time| format!(", {}", format::time_full(time, zone))).unwrap_or_default();
    let special = mark.map(|(_, word)| format!(", {word}")).unwrap_or_default();
    let point_a = if is_a { ", point A" } else { "" };
    RowNode {
        name: format!(
            "row {} of {}, {}, v{}{when}{special}{point_a}{values}",
            at.index + 1,
            format::number(view.shown.max(at.index + 1)),
            visible_name(&line.type_name),
            line.version
        ),
        level: None,
        expanded: None,
        tooltip: at.pointer.and_then(|pointer| {
            let over = |(from, to): &(f32, f32)| (*from..*to).contains(&(pointer.x - x));
            let cell = columns.payload.iter().position(over).and_then(|cell| cells.get(cell));
            match cell {
                Some(CellText::Text(value)) => Some(text::head(value, MOST_TOLD).to_owned()),
                Some(_) => None,
                None => tooltip(line, pointer.x - x, columns, mark.map(|(_, word)| word), zone),
            }
        }),
    }
}

/// Bytes of a value that a tooltip shows.
const MOST_TOLD: usize = 2_000;

/// What stands behind the cell under the pointer.
fn tooltip(line: &EventLine<'_>, x: f32, columns: &Columns, mark: Option<&str>, zone: Zone) -> Option<String> {
    if columns.time != Clock::Hidden && x > TIME && x < SINCE_RIGHT {
        let utc = line.time?.to_rfc3339();
        return Some(format!("{}\n{utc}", format::time_full(line.time?, zone)));
    }
    if x > SHAPE - 8.0 - columns.type_room && x < TIME {
        return Some(match mark {
            Some(mark) => format!("{}: {mark}", visible_name(&line.type_name)),
            None => visible_name(&line.type_name).into_owned(),
        });
    }
    None
}

/// Icon, whether it is an error, and words of a mark; no icon = the word is shown.
fn mark_of(mark: EventMark) -> Option<(Option<(Icon, bool)>, &'static str)> {
    match mark {
        EventMark::None | EventMark::NotReached => None,
        EventMark::Command => Some((None, "command")),
        EventMark::Threw => Some((Some((Icon::CIRCLE_ALERT, true)), "the reducer threw here")),
        EventMark::Skipped => Some((Some((Icon::CIRCLE_ALERT, false)), "left out, the reducer threw")),
        EventMark::Undecodable => Some((Some((Icon::TRIANGLE_ALERT, false)), "the payload could not be decoded")),
    }
}
