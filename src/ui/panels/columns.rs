//! The columns of the list of events: where they are, their headers, which can be moved, made wider
//! and scrolled through, and the list of the payload's members that can be one.

use egui::accesskit::Role;
use egui::{
    Context, CursorIcon, Event, Id, Key, Modifiers, MouseWheelUnit, Painter, Popup, Rect, Response, Sense, Shape,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::PanelCx;

use crate::app::action::{Action, ColumnAction};
use crate::app::columns::WIDTHS;
use crate::app::command::{self as c, COLUMN_STEP, ColumnTarget, Target};
use crate::app::view::{Content, EventColumn, EventsView, PayloadColumn, Zone};
use crate::model::{Pointer, visible_name};
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button_enabled, button_width};
use crate::ui::widgets::context_menu::{Asked, Groups, asked_of, context_menu};
use crate::ui::widgets::field::find_field;
use crate::ui::widgets::menu::{Check, asked_form};
use crate::ui::widgets::page::appears;
use crate::ui::{format, paint, text};

pub const MARK: f32 = 15.0;
pub const VERSION_RIGHT: f32 = 56.0;
pub const SHAPE: f32 = 76.0;
pub const TYPE: f32 = 92.0;
pub const TIME: f32 = 220.0;
pub const SINCE_RIGHT: f32 = 472.0;
/// Narrower than this, a time has no date.
const WITH_DATE: f32 = 412.0;
/// Where a time without its date ends.
const CLOCK_RIGHT: f32 = 316.0;
/// Between columns.
const GAP: f32 = 24.0;
/// Left of the scrollbar, where rows have some room too.
const RIGHT: f32 = 18.0;
/// Columns nobody made wider: of numbers and of others.
const FIRST_WIDTHS: (f32, f32) = (64.0, 112.0);
/// The least that is of use of the last one.
const LEAST: f32 = 56.0;
/// Points of the wheel that scroll by one column.
const POINTS: f32 = 60.0;
/// Width of a button that scrolls.
const ARROW: f32 = 18.0;
/// Digits of a version that fit without a shift, and the width of one more.
const DIGITS: usize = 5;
const DIGIT_WIDTH: f32 = 7.6;
/// Of the list of members; by its name it is asked for.
const WIDTH: f32 = 340.0;
pub const NAME: &str = "Columns of payloads";
/// Members that are laid out; the others come up when one types.
const SHOWN: usize = 100;
const FEW: usize = 12;

/// The menu of a header, and that of the others and of the button.
const COLUMN_MENU: Groups = &[
    &[&c::COLUMN_LEFT, &c::COLUMN_RIGHT, &c::HIDE_COLUMN],
    &[&c::COLUMN_WIDER, &c::COLUMN_NARROWER, &c::COLUMN_FIRST_WIDTH],
    &[&c::COLUMNS, &c::NEXT_COLUMNS, &c::PREVIOUS_COLUMNS, &c::RESET_WIDTHS, &c::RESET_COLUMNS],
    &[&c::FILTER_TYPES, &c::FILTER_TIMES, &c::TOGGLE_UTC],
];
const MENU: Groups = &[COLUMN_MENU[2], COLUMN_MENU[3]];

/// Where the columns are; those without room are out of sight.
#[derive(Debug, PartialEq)]
pub struct Columns {
    /// Right edge of "since previous", where there is room for it.
    pub since: Option<f32>,
    /// For each payload column in sight: from, to.
    pub payload: Vec<(f32, f32)>,
    /// So many others are left of those in sight.
    pub first: usize,
    /// How far a number may reach to the left of its column.
    pub slack: f32,
    pub time: Clock,
    /// Everything but the mark stands so much further right: room for long versions.
    pub shift: f32,
    /// What is behind the type stands so much further right again: room for long names of types.
    pub type_room: f32,
}

/// How a time is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock {
    Whole,
    /// Without its date.
    Short,
    /// Columns have its place.
    Hidden,
}

/// How far the columns are scrolled, as long as they are the same.
#[derive(Clone, Debug, Default)]
struct Scrolled {
    of: Vec<Pointer>,
    by: usize,
    /// Points of the wheel that did not make a column yet.
    rest: f32,
}

fn asked_id() -> Id {
    Id::unique("columns asked")
}

/// Keeps what a key asks for until the list is drawn.
pub fn ask(ctx: &Context, is_on: bool) {
    ctx.data_mut(|data| {
        let asked: i64 = data.get_temp(asked_id()).unwrap_or_default();
        data.insert_temp(asked_id(), asked + if is_on { 1 } else { -1 });
    });
}

/// Types that are measured: the most frequent.
const MEASURED: usize = 32;

/// Width of the longest name of a type.
fn widest_type(painter: &Painter, view: &EventsView<'_>) -> f32 {
    let names = (0..view.types.len().min(MEASURED)).filter_map(|at| view.types.get(at));
    names.map(|entry| text::width(painter, &visible_name(entry.name), text::BODY)).fold(0.0, f32::max)
}

/// Times that are looked at, from the first row to the last.
const LOOKED_AT: u64 = 16;

/// Times have millionths of a second: their clock is longer.
fn has_micros(view: &EventsView<'_>) -> bool {
    let Content::Ready(rows) = &view.rows else { return false };
    let last = rows.len().saturating_sub(1);
    let looked_at = (0..=LOOKED_AT).map(|nth| last / LOOKED_AT * nth + last % LOOKED_AT * nth / LOOKED_AT);
    let micros = |at| rows.row(at).time.is_some_and(|time| time.0 % 1_000 != 0);
    !rows.is_empty() && looked_at.into_iter().any(micros)
}

/// A header that is dragged: the column, and by how much its edge is moved.
type Dragged = (Pointer, f32);

impl Columns {
    /// In `rect`, over which the wheel scrolls them sideways.
    pub fn new(ui: &Ui, id: Id, view: &EventsView<'_>, rect: Rect) -> Columns {
        let last = match &view.rows {
            Content::Ready(rows) if !rows.is_empty() => rows.row(rows.len() - 1).version.to_string().len(),
            _ => 0,
        };
        let shift = last.saturating_sub(DIGITS) as f32 * DIGIT_WIDTH;
        let width = rect.width() - shift;
        let dragged: Option<Dragged> = ui.data(|data| data.get_temp(id.with("edge")));
        let wanted: Vec<f32> = view.columns.iter().map(|column| wanted(column, dragged.as_ref())).collect();
        let behind = SINCE_RIGHT + RIGHT + wanted.iter().map(|wanted| GAP + wanted).sum::<f32>();
        let type_room = widest_type(ui.painter(), view) - (TIME - 12.0 - TYPE);
        let time_room = if has_micros(view) { (3.0 * DIGIT_WIDTH).round() } else { 0.0 };
        let type_room = type_room.min(width - behind - time_room).max(0.0).round();
        let lay_out =
            |by: usize| lay_out(width - type_room - time_room, &wanted, view.columns, view.columns_chosen, by);
        let mut columns = lay_out(scrolled(ui, id, rect, view, &lay_out));
        (columns.shift, columns.type_room) = (shift, type_room);
        if let Some(since) = &mut columns.since {
            *since += time_room;
            columns.payload.iter_mut().for_each(|(from, to)| (*from, *to) = (*from + time_room, *to + time_room));
        }
        columns
    }

    /// The headers, and at their right the button that opens the list of members.
    pub fn labels_ui(&self, ui: &mut Ui, id: Id, line: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
        let (view, zone) = (&cx.view.events, cx.zone);
        let t = tokens::tokens(ui.ctx());
        let (x, y) = (line.left() + self.shift, line.center().y);
        let painter = ui.painter().clone();
        let whole = ui.interact(line, id.with("headers"), Sense::CLICK);
        whole.widget_info(|| WidgetInfo::labeled(Role::Row, true, "Headers of the events"));
        let mut asked = asked_of(ui, &whole).map(|at| Asked { at, groups: MENU, target: None });
        text::right(&painter, x + VERSION_RIGHT, y, "Version", text::LABEL, t.quiet);
        text::left(&painter, x + TYPE, y, "Type", text::LABEL, t.quiet);
        let x = x + self.type_room;
        let zone = match zone {
            Zone::Utc => "Time, UTC",
            Zone::Local | Zone::Fixed(_) => "Time, local",
        };
        let mut end = x + TIME - 12.0;
        if self.time != Clock::Hidden {
            end = text::left(&painter, x + TIME, y, zone, text::LABEL, t.quiet);
        }
        let since = self.since.map(|right| x + right);
        end = since.unwrap_or(end);
        let since_ui = |end: f32| {
            if let Some(right) = since {
                text::right(&painter, right.min(end), y, "Since previous", text::LABEL, t.quiet);
            }
        };
        if view.stream.is_none() {
            since_ui(line.right());
            return;
        }
        let word = "Column";
        let wide = text::width(&painter, word, text::LABEL) + 26.0;
        let painted = self.payload.iter().zip(&view.columns[self.first..]).map(|((from, to), column)| {
            let own = text::width(&painter, &column.payload.label, text::DATA_SMALL);
            if column.payload.numeric { x + to } else { x + (from + own).min(*to) }
        });
        end = painted.fold(end, f32::max);
        let narrow = end + 12.0 + wide > line.right() - 4.0;
        let behind = view.columns.len() - self.first - self.payload.len();
        let narrow = narrow || behind > 0;
        let button = line.with_min_x(line.right() - 4.0 - if narrow { 24.0 } else { wide });
        let headers_end = button.left() - if behind > 0 { ARROW } else { 0.0 } - 6.0;
        since_ui(headers_end);
        for (at, (place, column)) in self.payload.iter().zip(&view.columns[self.first..]).enumerate() {
            let right = (x + place.1).min(headers_end);
            let header = self.header_ui(ui, id, line, (at, right), column, view, out);
            if let Some(at_menu) = header.as_ref().and_then(|header| asked_of(ui, header)) {
                let column = ColumnTarget {
                    path: column.payload.path.clone(),
                    at: self.first + at,
                    of: view.columns.len(),
                    width: place.1 - place.0,
                    width_chosen: column.width.is_some(),
                };
                let target = Target { column: Some(column), ..Target::default() };
                asked = Some(Asked { at: at_menu, groups: COLUMN_MENU, target: Some(target) });
            }
        }
        let arrow = |x: f32| Rect::from_min_max(pos2(x, line.top() + 2.0), pos2(x + ARROW, line.bottom() - 3.0));
        if self.first > 0 {
            let left = self.payload.first().map_or(headers_end, |(from, _)| x + from) - ARROW - 2.0;
            let name = format!("Previous columns, {} more", self.first);
            if arrow_ui(ui, id.with("columns before"), arrow(left), -1.0, &name) {
                ask(ui.ctx(), false);
            }
        }
        if behind > 0 {
            let place = arrow(button.left() - ARROW);
            let name = format!("Next columns, {behind} more");
            if arrow_ui(ui, id.with("columns behind"), place, 1.0, &name) {
                ask(ui.ctx(), true);
            }
        }
        let opener = button_ui(ui, id.with("columns"), button, if narrow { "" } else { word }, view, out);
        if let Some(at) = asked_of(ui, &opener) {
            asked = Some(Asked { at, groups: MENU, target: None });
        }
        context_menu(ui, id.with("headers menu"), asked, cx.commands, out);
    }

    /// One header: it can be dragged to another place, its edge to another width.
    #[expect(clippy::too_many_arguments, reason = "one call site; the parts are the header's")]
    fn header_ui(
        &self,
        ui: &mut Ui,
        id: Id,
        line: Rect,
        (at, to): (usize, f32),
        column: &EventColumn,
        view: &EventsView<'_>,
        out: &mut Vec<Action>,
    ) -> Option<Response> {
        let t = tokens::tokens(ui.ctx());
        let PayloadColumn { path, label, numeric } = &column.payload;
        let (from, width) =
            self.payload.get(at).map(|(from, to)| (line.left() + self.shift + self.type_room + from, to - from))?;
        let place = Rect::from_min_max(pos2(from - 8.0, line.top()), pos2(to + 4.0, line.bottom() - 1.0));
        let own = id.with(("column", path));
        let response = ui.interact(place, own, Sense::click_and_drag());
        let words = format!("Column {label}");
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &words));
        let hot = response.hovered() || response.dragged() || response.has_focus();
        let (y, color) = (line.center().y, if hot { t.text } else { t.quiet });
        let painter = ui.painter().clone();
        if *numeric {
            text::right_cut(&painter, to, y, label, text::DATA_SMALL, color, to - from + self.slack.min(8.0));
        } else {
            text::left_cut(&painter, from, y, label, text::DATA_SMALL, color, to - from);
        }
        if response.clicked() || response.secondary_clicked() {
            response.request_focus();
        }
        if response.has_focus() {
            paint::focus_ring(&painter, place.shrink(2.0), t);
            header_keys(ui, path, self.first + at, width, out);
        }
        if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged() || response.drag_stopped()) {
            let to = self.place_of(pos.x - line.left() - self.shift - self.type_room);
            let edge = match self.payload.get(to) {
                Some((from, _)) => *from,
                None => self.payload.last().map_or(0.0, |(_, to)| to + GAP),
            };
            let x = line.left() + self.shift + self.type_room + edge - GAP / 2.0;
            paint::vline(&painter, x, line.top() + 2.0, line.bottom() - 2.0, t.accent);
            if response.drag_stopped() {
                let to = if to > at { to - 1 } else { to };
                if to != at {
                    out.push(ColumnAction::Move(path.clone(), self.first + to).into());
                }
            }
        }
        let edge = Rect::from_min_max(pos2(to + 5.0, line.top()), pos2(to + 13.0, line.bottom()));
        edge_ui(ui, id, own, edge, path, width, out);
        let known = view.paths.and_then(|paths| {
            let count = paths.paths.iter().find(|(own, _)| own.path == *path)?.1;
            Some(format!("\nin {count} of the first {}", format::plural(paths.of.into(), "event", "events")))
        });
        let keys = "drag to move, its edge to make it wider\nCtrl Shift ← → moves it, + − its width, Delete hides it";
        Some(response.on_hover_text(format!("{}{}\n{keys}", path.readable(), known.unwrap_or_default())))
    }

    /// In front of which column a place is.
    fn place_of(&self, x: f32) -> usize {
        self.payload.iter().take_while(|(from, to)| (from + to) / 2.0 < x).count()
    }
}

fn wanted(column: &EventColumn, dragged: Option<&Dragged>) -> f32 {
    match dragged {
        Some((path, width)) if *path == column.payload.path => *width,
        _ => column.width.unwrap_or(if column.payload.numeric { FIRST_WIDTHS.0 } else { FIRST_WIDTHS.1 }),
    }
}

/// How far the columns are scrolled, after what was asked for in this frame: by keys, by the wheel, or
/// because a column was added or moved out of sight.
fn scrolled(ui: &Ui, id: Id, rect: Rect, view: &EventsView<'_>, lay_out: &dyn Fn(usize) -> Columns) -> usize {
    let (kept, len) = (id.with("scrolled"), view.columns.len());
    let mut scrolled: Scrolled = ui.data(|data| data.get_temp(kept)).unwrap_or_default();
    let asked: i64 = ui.data_mut(|data| data.remove_temp(asked_id())).unwrap_or_default();
    scrolled.rest += sideways(ui, rect) / POINTS;
    let whole = scrolled.rest.trunc();
    scrolled.rest -= whole;
    let is_all = |by: usize| {
        let columns = lay_out(by);
        columns.first + columns.payload.len() >= len
    };
    // Never farther than to the last column, from where it is: the window may be wider by now.
    let mut by = scrolled.by.min(len);
    for _ in 0..asked.saturating_add(whole as i64).clamp(0, len as i64) {
        by += usize::from(!is_all(by));
    }
    by = by.saturating_sub(asked.saturating_add(whole as i64).min(0).unsigned_abs() as usize);
    while by > 0 && is_all(by - 1) {
        by -= 1;
    }
    if !view.columns.iter().map(|column| &column.payload.path).eq(&scrolled.of) {
        let of: Vec<Pointer> = view.columns.iter().map(|column| column.payload.path.clone()).collect();
        let focused = ui.memory(|memory| memory.focused());
        let is_new = |path: &&Pointer| !scrolled.of.contains(path);
        // Many new ones are those of other events.
        let new = match of.iter().filter(is_new).count() {
            0 => of.iter().position(|path| focused == Some(id.with(("column", path)))),
            1 if !scrolled.of.is_empty() && view.columns_chosen => of.iter().position(|path| is_new(&path)),
            _ => {
                by = 0;
                None
            }
        };
        if let Some(new) = new {
            let sees = |by: usize| {
                let columns = lay_out(by);
                (columns.first..columns.first + columns.payload.len()).contains(&new)
            };
            let nearest = (0..=len).filter(|by| sees(*by)).min_by_key(|own| own.abs_diff(by));
            by = nearest.unwrap_or(by);
        }
        scrolled.of = of;
    }
    scrolled.by = by;
    ui.data_mut(|data| data.insert_temp(kept, scrolled));
    by
}

/// Points that the wheel moves sideways over `rect`, to the right positive.
fn sideways(ui: &Ui, rect: Rect) -> f32 {
    if !ui.rect_contains_pointer(rect) {
        return 0.0;
    }
    ui.input(|input| {
        let wheel = input.events.iter().filter_map(|event| match event {
            Event::MouseWheel { unit, delta, modifiers, .. } if !modifiers.command => {
                let by = if modifiers.shift && delta.x == 0.0 { delta.y } else { delta.x };
                Some(if *unit == MouseWheelUnit::Point { by } else { by.signum() * POINTS * by.abs().ceil() })
            }
            _ => None,
        });
        -wheel.sum::<f32>()
    })
}

/// Columns that the user chose take the place of the time since the event before, then of dates. `by`:
/// they are scrolled by so many steps; the first brings those into sight for which there is no room else.
fn lay_out(width: f32, wanted: &[f32], columns: &[EventColumn], are_chosen: bool, by: usize) -> Columns {
    let end = width - RIGHT;
    let all = wanted.iter().sum::<f32>() + GAP * wanted.len().saturating_sub(1) as f32;
    let with_since = width >= SINCE_RIGHT + 16.0;
    let starts = [
        (SINCE_RIGHT + GAP, Clock::Whole),
        (WITH_DATE + 12.0, Clock::Whole),
        (CLOCK_RIGHT + GAP, Clock::Short),
        (TIME, Clock::Hidden),
    ];
    let fits = |(start, _): &(f32, Clock)| start + all <= end;
    let mut chosen = if are_chosen && !wanted.is_empty() { starts[..3].iter().position(fits).unwrap_or(2) } else { 0 };
    let mut first = 0;
    if by > 0 && !wanted.is_empty() {
        let shows_none = lay_out(width, wanted, columns, are_chosen, 0).payload.is_empty();
        first = if shows_none { by - 1 } else { by }.min(wanted.len() - 1);
        let has_room = |(start, _): &(f32, Clock)| start + LEAST.min(wanted[first]) <= end;
        chosen += starts[chosen..].iter().position(has_room).unwrap_or(3 - chosen);
    }
    let (start, time) = starts[chosen];
    let since = (with_since && start > SINCE_RIGHT).then_some(SINCE_RIGHT);
    let mut payload = Vec::new();
    let mut left = start;
    for (at, (column, wanted)) in columns.iter().zip(wanted).enumerate().skip(first) {
        let stretches = at + 1 == columns.len() && !column.payload.numeric && column.width.is_none();
        let right = match () {
            _ if stretches => end,
            _ if are_chosen || by > 0 => (left + wanted).min(end),
            _ => left + wanted,
        };
        // Of what is scrolled to, at least one is in sight, however little room there is.
        let is_forced = by > 0 && payload.is_empty();
        if !is_forced && (right > end || right - left < LEAST.min(*wanted)) {
            break;
        }
        payload.push((left, right));
        left = right + GAP;
    }
    let slack = if are_chosen || by > 0 { 0.0 } else { 16.0 };
    let time = if time == Clock::Whole && width < WITH_DATE { Clock::Short } else { time };
    Columns { since, payload, first, slack, time, shift: 0.0, type_room: 0.0 }
}

/// Keys of a header that has the keyboard.
fn header_keys(ui: &Ui, path: &Pointer, at: usize, width: f32, out: &mut Vec<Action>) {
    let (mut by, mut wider, mut hide) = (0_i64, 0.0, false);
    ui.input_mut(|input| {
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        by += input.count_and_consume_key(both, Key::ArrowRight) as i64;
        by -= input.count_and_consume_key(both, Key::ArrowLeft) as i64;
        hide = input.consume_key(Modifiers::NONE, Key::Delete);
        input.events.retain(|event| match event {
            Event::Text(text) if text == "+" || text == "=" => {
                wider += COLUMN_STEP;
                false
            }
            Event::Text(text) if text == "-" => {
                wider -= COLUMN_STEP;
                false
            }
            _ => true,
        });
    });
    if by != 0 {
        out.push(ColumnAction::Move(path.clone(), at.saturating_add_signed(by as isize)).into());
    }
    if wider != 0.0 {
        let width = (width + wider).clamp(WIDTHS.0, WIDTHS.1);
        out.push(ColumnAction::Width(path.clone(), Some(width)).into());
    }
    if hide {
        out.push(ColumnAction::Toggle(Some(path.clone())).into());
    }
}

/// The right edge of a column: dragged, it is made wider; a double click makes it as it comes.
fn edge_ui(ui: &Ui, id: Id, own: Id, place: Rect, path: &Pointer, width: f32, out: &mut Vec<Action>) {
    let response = ui.interact(place, own.with("edge"), Sense::CLICK | Sense::DRAG);
    let kept = id.with("edge");
    let is_own = |dragged: &Dragged| dragged.0 == *path;
    let dragged: Option<Dragged> = ui.data(|data| data.get_temp(kept)).filter(is_own);
    if response.dragged() {
        let width = dragged.as_ref().map_or(width, |(_, width)| *width) + response.drag_delta().x;
        ui.data_mut(|data| data.insert_temp::<Dragged>(kept, (path.clone(), width.clamp(WIDTHS.0, WIDTHS.1))));
    } else if let Some((path, width)) = dragged {
        ui.data_mut(|data| data.remove::<Dragged>(kept));
        out.push(ColumnAction::Width(path, Some(width)).into());
    }
    if response.double_clicked() {
        out.push(ColumnAction::Width(path.clone(), None).into());
    }
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        let t = tokens::tokens(ui.ctx());
        paint::vline(ui.painter(), place.center().x, place.top() + 2.0, place.bottom() - 2.0, t.outline);
    }
}

/// A button that scrolls to the left (−1) or to the right (1); true where it was used.
fn arrow_ui(ui: &Ui, id: Id, place: Rect, to: f32, name: &str) -> bool {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(place, size::RADIUS, t.hover);
    }
    let color = if response.hovered() { t.text } else { t.secondary };
    let points = [vec2(-1.75 * to, -3.5), vec2(1.75 * to, 0.0), vec2(-1.75 * to, 3.5)];
    let points = points.map(|point| place.center() + point).to_vec();
    ui.painter().add(Shape::line(points, Stroke::new(1.1, color)));
    if response.has_focus() {
        paint::focus_ring(ui.painter(), place, t);
    }
    let clicked = response.clicked();
    response.on_hover_text(name);
    clicked
}

/// The button at the right of the headers, and the list where it is open.
fn button_ui(ui: &mut Ui, id: Id, rect: Rect, word: &str, view: &EventsView<'_>, out: &mut Vec<Action>) -> Response {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(rect, id, Sense::click());
    let name = "Columns";
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let popup = Popup::default_response_id(&response);
    let hot = response.hovered() || Popup::is_id_open(ui.ctx(), popup);
    let color = if hot { t.text } else { t.secondary };
    text::left(ui.painter(), rect.left() + 4.0, rect.center().y, word, text::LABEL, color);
    paint::chevron(ui.painter(), pos2(rect.right() - 12.0, rect.center().y), true, color);
    if response.has_focus() {
        paint::focus_ring(ui.painter(), rect.shrink(2.0), t);
    }
    let closed = asked_form(ui, &response, NAME, WIDTH, |ui, width| list_ui(ui, id, width, view, out));
    if closed {
        ui.data_mut(|data| data.remove_temp::<String>(id.with("typed")));
    }
    response.on_hover_text(name)
}

/// The members: those that have a column first, in their order.
fn list_ui(ui: &mut Ui, id: Id, width: f32, view: &EventsView<'_>, out: &mut Vec<Action>) {
    let is_new = !ui.is_sizing_pass() && appears(ui, id);
    let t = tokens::tokens(ui.ctx());
    let Some(paths) = view.paths else { return };
    let is_shown = |path: &Pointer| view.columns.iter().any(|column| column.payload.path == *path);
    let count = |path: &Pointer| paths.paths.iter().find(|(own, _)| own.path == *path).map_or(0, |(_, count)| *count);
    let shown = view.columns.iter().map(|column| (&column.payload, count(&column.payload.path)));
    let others = paths.paths.iter().map(|(column, count)| (column, *count));
    let others = others.filter(|(column, _)| !is_shown(&column.path));
    let (line, _) = ui.allocate_exact_size(vec2(width, 40.0), Sense::hover());
    let wide = button_width(ui.painter(), "As it comes", None);
    let place = Rect::from_min_max(pos2(line.right() - 8.0 - wide, line.top() + 6.0), line.max - vec2(8.0, 6.0));
    let enabled = if view.columns_chosen { Ok(()) } else { Err("nobody chose others") };
    if button_enabled(ui, id.with("reset"), place, Look::Outlined, "As it comes", None, enabled).clicked() {
        out.push(ColumnAction::Reset.into());
    }
    let has_field = paths.paths.len() > FEW;
    let mut typed = String::new();
    let mut to_lines = is_new && !has_field;
    let left = Rect::from_min_max(line.min + vec2(8.0, 8.0), pos2(place.left() - 8.0, line.bottom() - 8.0));
    if has_field {
        to_lines |= find_field(ui, id, left, "Find a member", &mut typed, is_new);
    } else {
        let words = format!("of the first {}", format::plural(paths.of.into(), "event", "events"));
        text::left_cut(ui.painter(), left.left() + 4.0, left.center().y, &words, text::LABEL, t.quiet, left.width());
    }
    let lower = typed.to_lowercase();
    let mut found = shown.chain(others).filter(|(column, _)| column.label.to_lowercase().contains(&lower));
    let mut drawn = 0;
    for (column, count) in found.by_ref().take(SHOWN) {
        let check = Check {
            text: &column.label,
            style: text::DATA,
            slot: None,
            number: &format!("{count} of {}", paths.of),
            spoken: &format!("{}, in {count} of {}", column.label, paths.of),
            is_on: is_shown(&column.path),
        };
        let response = check.show(ui, id.with(("member", &column.path)), width);
        if to_lines && drawn == 0 {
            response.request_focus();
        }
        if response.clicked() {
            out.push(ColumnAction::Toggle(Some(column.path.clone())).into());
        }
        drawn += 1;
    }
    let more = found.count() as u64;
    if more > 0 || drawn == 0 {
        let (line, _) = ui.allocate_exact_size(vec2(width, size::ROW), Sense::hover());
        let words = if more > 0 { format!("{} more", format::number(more)) } else { "There is none.".to_owned() };
        text::left_cut(ui.painter(), line.left() + 32.0, line.center().y, &words, text::LABEL, t.quiet, width - 40.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(widths: &[Option<f32>]) -> Vec<EventColumn> {
        let column = |(at, width): (usize, &Option<f32>)| EventColumn {
            payload: PayloadColumn {
                path: Pointer::parse(&format!("/{at}")).expect("a pointer"),
                label: at.to_string(),
                numeric: true,
            },
            width: *width,
        };
        widths.iter().enumerate().map(column).collect()
    }

    fn laid_out(width: f32, widths: &[Option<f32>], are_chosen: bool, by: usize) -> Columns {
        let columns = columns(widths);
        let wanted: Vec<f32> = columns.iter().map(|column| wanted(column, None)).collect();
        lay_out(width, &wanted, &columns, are_chosen, by)
    }

    #[test]
    fn chosen_columns_take_the_place_of_what_matters_less() {
        // Room beside everything.
        let own = laid_out(720.0, &[None, None], true, 0);
        assert_eq!((own.since, own.payload.len(), own.time), (Some(SINCE_RIGHT), 2, Clock::Whole));
        // Then the time since the event before goes, then the date.
        let own = laid_out(720.0, &[None, None, None], true, 0);
        assert_eq!((own.since, own.payload.len(), own.time), (None, 3, Clock::Whole));
        let own = laid_out(720.0, &[None; 4], true, 0);
        assert_eq!((own.since, own.payload.len(), own.time), (None, 4, Clock::Short));
        // What has no room then is left out, and nothing is drawn over anything.
        let own = laid_out(720.0, &[Some(200.0); 4], true, 0);
        assert_eq!(own.payload.len(), 2);
        assert!(own.payload.is_sorted_by(|a, b| a.1 < b.0) && own.payload.iter().all(|(_, to)| *to <= 720.0 - RIGHT));
        // Nobody chose: what is worth a column gives way.
        let own = laid_out(540.0, &[None, None], false, 0);
        assert_eq!((own.since, own.payload.len()), (Some(SINCE_RIGHT), 0));
    }
    #[test]
    fn every_column_can_be_scrolled_to() {
        for width in [360.0, 420.0, 540.0, 720.0, 1_400.0] {
            for are_chosen in [false, true] {
                for widths in [&[None; 24][..], &[Some(WIDTHS.1); 5], &[Some(WIDTHS.0), None, Some(300.0)]] {
                    let mut seen = vec![false; widths.len()];
                    for by in 0..=widths.len() {
                        let own = laid_out(width, widths, are_chosen, by);
                        seen[own.first..own.first + own.payload.len()].fill(true);
                        assert!(by == 0 || !own.payload.is_empty(), "{width} {by}");
                        let place = |(from, to): &(f32, f32)| from < to && *to <= width && *from >= TIME;
                        assert!(own.payload.iter().all(place), "{width} {by}: {own:?}");
                    }
                    assert!(seen.iter().all(|seen| *seen), "{width} {are_chosen}: {seen:?}");
                }
            }
        }
    }
}
