//! The columns of the list of events: where they are, their headers, which can be moved and made
//! wider, and the list of the payload's members that can be one.

use egui::accesskit::Role;
use egui::{CursorIcon, Event, Id, Key, Modifiers, Painter, Popup, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::action::{Action, ColumnAction};
use crate::app::columns::WIDTHS;
use crate::app::view::{Content, EventColumn, EventsView, PayloadColumn, Zone};
use crate::model::Pointer;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button_enabled, button_width};
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
/// By how much a key makes a column wider.
const STEP: f32 = 16.0;
/// Digits of a version that fit without a shift, and the width of one more.
const DIGITS: usize = 5;
const DIGIT_WIDTH: f32 = 7.6;
/// Of the list of members; by its name it is asked for.
const WIDTH: f32 = 340.0;
pub const NAME: &str = "Columns of payloads";
/// Members that are laid out; the others come up when one types.
const SHOWN: usize = 100;
const FEW: usize = 12;

/// Where the columns are; those without room are left out.
pub struct Columns {
    /// Right edge of "since previous", where there is room for it.
    pub since: Option<f32>,
    /// For each payload column that has room: from, to.
    pub payload: Vec<(f32, f32)>,
    /// How far a number may reach to the left of its column.
    pub slack: f32,
    /// The time is shown without its date.
    pub short_time: bool,
    /// Everything but the mark stands so much further right: room for long versions.
    pub shift: f32,
    /// What is behind the type stands so much further right again: room for long names of types.
    pub type_room: f32,
}

/// Types that are measured: the most frequent.
const MEASURED: usize = 32;

/// Width of the longest name of a type.
fn widest_type(painter: &Painter, view: &EventsView<'_>) -> f32 {
    let names = (0..view.types.len().min(MEASURED)).filter_map(|at| view.types.get(at));
    names.map(|entry| text::width(painter, entry.name, text::BODY)).fold(0.0, f32::max)
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
    pub fn new(ui: &Ui, id: Id, view: &EventsView<'_>, width: f32) -> Columns {
        let last = match &view.rows {
            Content::Ready(rows) if !rows.is_empty() => rows.row(rows.len() - 1).version.to_string().len(),
            _ => 0,
        };
        let shift = last.saturating_sub(DIGITS) as f32 * DIGIT_WIDTH;
        let width = width - shift;
        let dragged: Option<Dragged> = ui.data(|data| data.get_temp(id.with("edge")));
        let wanted: Vec<f32> = view.columns.iter().map(|column| wanted(column, dragged.as_ref())).collect();
        let behind = SINCE_RIGHT + RIGHT + wanted.iter().map(|wanted| GAP + wanted).sum::<f32>();
        let type_room = widest_type(ui.painter(), view) - (TIME - 12.0 - TYPE);
        let time_room = if has_micros(view) { (3.0 * DIGIT_WIDTH).round() } else { 0.0 };
        let type_room = type_room.min(width - behind - time_room).max(0.0).round();
        let mut columns = lay_out(width - type_room - time_room, &wanted, view.columns, view.columns_chosen);
        (columns.shift, columns.type_room) = (shift, type_room);
        if let Some(since) = &mut columns.since {
            *since += time_room;
            columns.payload.iter_mut().for_each(|(from, to)| (*from, *to) = (*from + time_room, *to + time_room));
        }
        columns
    }

    /// The headers, and at their right the button that opens the list of members.
    pub fn labels_ui(&self, ui: &mut Ui, id: Id, line: Rect, view: &EventsView<'_>, zone: Zone, out: &mut Vec<Action>) {
        let t = tokens::tokens(ui.ctx());
        let (x, y) = (line.left() + self.shift, line.center().y);
        let painter = ui.painter().clone();
        text::right(&painter, x + VERSION_RIGHT, y, "Version", text::LABEL, t.quiet);
        text::left(&painter, x + TYPE, y, "Type", text::LABEL, t.quiet);
        let x = x + self.type_room;
        let zone = match zone {
            Zone::Utc => "Time, UTC",
            Zone::Local | Zone::Fixed(_) => "Time, local",
        };
        let mut end = text::left(&painter, x + TIME, y, zone, text::LABEL, t.quiet);
        if let Some(right) = self.since {
            text::right(&painter, x + right, y, "Since previous", text::LABEL, t.quiet);
            end = x + right;
        }
        if view.stream.is_none() {
            return;
        }
        let word = "Column";
        let wide = text::width(&painter, word, text::LABEL) + 26.0;
        let painted = self.payload.iter().zip(view.columns).map(|((from, to), column)| {
            let own = text::width(&painter, &column.payload.label, text::DATA_SMALL);
            if column.payload.numeric { x + to } else { x + (from + own).min(*to) }
        });
        end = painted.fold(end, f32::max);
        let narrow = end + 12.0 + wide > line.right() - 4.0;
        let button = line.with_min_x(line.right() - 4.0 - if narrow { 24.0 } else { wide });
        for (at, (place, column)) in self.payload.iter().zip(view.columns).enumerate() {
            let right = (x + place.1).min(button.left() - 6.0);
            self.header_ui(ui, id, line, (at, right), column, view, out);
        }
        button_ui(ui, id.with("columns"), button, if narrow { "" } else { word }, view, self.payload.len(), out);
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
    ) {
        let t = tokens::tokens(ui.ctx());
        let PayloadColumn { path, label, numeric } = &column.payload;
        let Some((from, width)) =
            self.payload.get(at).map(|(from, to)| (line.left() + self.shift + self.type_room + from, to - from))
        else {
            return;
        };
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
        if response.clicked() {
            response.request_focus();
        }
        if response.has_focus() {
            paint::focus_ring(&painter, place.shrink(2.0), t);
            header_keys(ui, path, at, width, out);
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
                    out.push(ColumnAction::Move(path.clone(), to).into());
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
        response.on_hover_text(format!("{}{}\n{keys}", path.readable(), known.unwrap_or_default()));
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

/// Columns that the user chose take the place of the time since the event before, then of dates.
fn lay_out(width: f32, wanted: &[f32], columns: &[EventColumn], are_chosen: bool) -> Columns {
    let end = width - RIGHT;
    let all = wanted.iter().sum::<f32>() + GAP * wanted.len().saturating_sub(1) as f32;
    let with_since = width >= SINCE_RIGHT + 16.0;
    let starts = [(SINCE_RIGHT + GAP, false), (WITH_DATE + 12.0, false), (CLOCK_RIGHT + GAP, true)];
    let fits = |(start, _): &&(f32, bool)| start + all <= end;
    let chosen =
        if are_chosen && !wanted.is_empty() { starts.iter().find(fits).unwrap_or(&starts[2]) } else { &starts[0] };
    let since = (with_since && chosen.0 > SINCE_RIGHT).then_some(SINCE_RIGHT);
    let mut payload = Vec::new();
    let mut left = chosen.0;
    for (at, (column, wanted)) in columns.iter().zip(wanted).enumerate() {
        let stretches = at + 1 == columns.len() && !column.payload.numeric && column.width.is_none();
        let right = match are_chosen {
            _ if stretches => end,
            true => (left + wanted).min(end),
            false => left + wanted,
        };
        if right > end || right - left < LEAST.min(*wanted) {
            break;
        }
        payload.push((left, right));
        left = right + GAP;
    }
    let slack = if are_chosen { 0.0 } else { 16.0 };
    Columns { since, payload, slack, short_time: width < WITH_DATE || chosen.1, shift: 0.0, type_room: 0.0 }
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
                wider += STEP;
                false
            }
            Event::Text(text) if text == "-" => {
                wider -= STEP;
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

/// The button at the right of the headers, and the list where it is open.
fn button_ui(ui: &mut Ui, id: Id, rect: Rect, word: &str, view: &EventsView<'_>, shown: usize, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(rect, id, Sense::click());
    let name = match view.columns.len() - shown {
        0 => "Columns".to_owned(),
        more => format!("Columns, {more} without room"),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
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
    response.on_hover_text(name);
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

    fn laid_out(width: f32, widths: &[Option<f32>], are_chosen: bool) -> Columns {
        let columns = columns(widths);
        let wanted: Vec<f32> = columns.iter().map(|column| wanted(column, None)).collect();
        lay_out(width, &wanted, &columns, are_chosen)
    }

    #[test]
    fn chosen_columns_take_the_place_of_what_matters_less() {
        // Room beside everything.
        let own = laid_out(720.0, &[None, None], true);
        assert_eq!((own.since, own.payload.len(), own.short_time), (Some(SINCE_RIGHT), 2, false));
        // Then the time since the event before goes, then the date.
        let own = laid_out(720.0, &[None, None, None], true);
        assert_eq!((own.since, own.payload.len(), own.short_time), (None, 3, false));
        let own = laid_out(720.0, &[None; 4], true);
        assert_eq!((own.since, own.payload.len(), own.short_time), (None, 4, true));
        // What has no room then is left out, and nothing is drawn over anything.
        let own = laid_out(720.0, &[Some(200.0); 4], true);
        assert_eq!(own.payload.len(), 2);
        assert!(own.payload.is_sorted_by(|a, b| a.1 < b.0) && own.payload.iter().all(|(_, to)| *to <= 720.0 - RIGHT));
        // Nobody chose: what is worth a column gives way.
        let own = laid_out(540.0, &[None, None], false);
        assert_eq!((own.since, own.payload.len()), (Some(SINCE_RIGHT), 0));
    }
}
