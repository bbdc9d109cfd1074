//! Where the panels of a store are: trees of splits as data, and the one function that walks them.
//!
//! There is one tree for much space and two for little: a high window and a low one. Where none of
//! them fits, the panels stand behind each other and a bar of tabs says which is in front.

use egui::accesskit::{Action as Ask, ActionData, Orientation, Role};
use egui::{CursorIcon, EventFilter, Id, Key, Modifiers, Rect, Response, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use std::collections::BTreeMap;

use super::panels::{self, PANELS, PanelCx, PanelRow, loading::loading_ui, notice::notice_ui, status::status_ui};
use super::tokens::{self, size};
use super::{focus, paint, text};
use crate::app::action::{Action, Panel};

/// What is somewhere.
enum Place {
    Panel(Panel),
    /// The first scan, while no stream is chosen.
    Loading,
    Split(&'static Split),
}

/// A place divided in two: a part whose size is known, and the rest.
struct Split {
    /// Where the part is.
    side: Side,
    /// The line between them, where it can be moved.
    seam: Option<Seam>,
    first: Size,
    most: f32,
    part: Place,
    rest: Place,
}

/// A line between two panels that can be moved.
struct Seam {
    /// Under which the size of the part is kept once it is moved.
    key: &'static str,
    /// Name in the accessibility tree.
    name: &'static str,
}

/// How far an arrow key moves one.
const STEP: f32 = 8.0;

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// The unit of a size is also that of [`Action::SetSize`].
#[derive(Clone, Copy)]
enum Size {
    Points(f32),
    /// Of the whole that is divided.
    Share(f32),
    /// That of the time panel, which may be folded into one line.
    Time,
}

/// Lower than this, a notice stands on the last line instead of one of its own.
const WITH_NOTICE: f32 = 160.0;
/// Lower than this, events above and state below would have four rows each.
const STACKED: f32 = 540.0;
/// Rows that the list of events has before the time panel has more than a line.
const ROWS: f32 = 10.0;
/// Rows that it has at least where state and event stand below it, and its share of the height there.
const FEW_ROWS: f32 = 4.0;
const EVENTS_SHARE: f32 = 0.42;
/// What else its column has: header, labels, and a point or two for its edges.
const ABOVE_ROWS: f32 = size::HEADER + size::LABELS + 2.0;
const ANY: f32 = f32::INFINITY;

/// Long answers, one at a time.
static DRAWER: Split = Split {
    side: Side::Left,
    seam: None,
    first: Size::Share(0.5),
    most: ANY,
    part: Place::Panel(Panel::Findings),
    rest: Place::Split(&Split {
        side: Side::Left,
        seam: None,
        first: Size::Share(0.5),
        most: ANY,
        part: Place::Panel(Panel::Blame),
        rest: Place::Panel(Panel::Search),
    }),
};

/// The seam above the timeline, and how high that becomes.
const TIME_SEAM: Seam = Seam { key: "time", name: "Height of the timeline" };
const MOST_TIME: f32 = 360.0;

/// All panels beside each other.
static WIDE: Place = Place::Split(&Split {
    side: Side::Bottom,
    seam: Some(TIME_SEAM),
    first: Size::Time,
    most: MOST_TIME,
    part: Place::Panel(Panel::Time),
    rest: Place::Split(&Split {
        side: Side::Bottom,
        seam: Some(Seam { key: "findings", name: "Height of the drawer" }),
        first: Size::Points(240.0),
        most: 480.0,
        part: Place::Split(&DRAWER),
        rest: Place::Split(&Split {
            side: Side::Left,
            seam: Some(Seam { key: "streams", name: "Width of the streams" }),
            first: Size::Points(size::STREAMS),
            most: 480.0,
            part: Place::Panel(Panel::Streams),
            rest: Place::Split(&Split {
                side: Side::Right,
                seam: Some(Seam { key: "state", name: "Width of the state" }),
                first: Size::Points(size::STATE),
                most: ANY,
                part: Place::Split(&Split {
                    side: Side::Top,
                    seam: Some(Seam { key: "event", name: "Height of the state" }),
                    first: Size::Share(416.0 / 680.0),
                    most: ANY,
                    part: Place::Panel(Panel::State),
                    rest: Place::Panel(Panel::Event),
                }),
                rest: Place::Panel(Panel::Events),
            }),
        }),
    }),
});

/// Not wide: events over the whole width with the streams as a drop-down, state and event below.
static NARROW: Place = Place::Split(&Split {
    side: Side::Bottom,
    seam: Some(TIME_SEAM),
    first: Size::Time,
    most: MOST_TIME,
    part: Place::Panel(Panel::Time),
    rest: Place::Split(&Split {
        side: Side::Bottom,
        seam: Some(Seam { key: "findings", name: "Height of the drawer" }),
        first: Size::Points(240.0),
        most: 480.0,
        part: Place::Split(&DRAWER),
        rest: Place::Split(&Split {
            side: Side::Top,
            seam: Some(Seam { key: "narrow events", name: "Height of the events" }),
            first: Size::Share(EVENTS_SHARE),
            most: ANY,
            part: Place::Panel(Panel::Events),
            rest: Place::Split(&Split {
                side: Side::Left,
                seam: Some(Seam { key: "narrow state", name: "Width of the state" }),
                first: Size::Share(0.5825),
                most: ANY,
                part: Place::Panel(Panel::State),
                rest: Place::Panel(Panel::Event),
            }),
        }),
    }),
});

/// Low and not wide: the streams as a drop-down, state and event beside the events.
static LOW: Place = Place::Split(&Split {
    side: Side::Bottom,
    seam: Some(TIME_SEAM),
    first: Size::Time,
    most: MOST_TIME,
    part: Place::Panel(Panel::Time),
    rest: Place::Split(&Split {
        side: Side::Bottom,
        seam: Some(Seam { key: "findings", name: "Height of the drawer" }),
        first: Size::Points(240.0),
        most: 480.0,
        part: Place::Split(&DRAWER),
        rest: Place::Split(&Split {
            side: Side::Right,
            seam: Some(Seam { key: "low state", name: "Width of the state" }),
            first: Size::Share(0.42),
            most: ANY,
            part: Place::Split(&Split {
                side: Side::Top,
                seam: Some(Seam { key: "low event", name: "Height of the state" }),
                first: Size::Share(0.6),
                most: ANY,
                part: Place::Panel(Panel::State),
                rest: Place::Panel(Panel::Event),
            }),
            rest: Place::Panel(Panel::Events),
        }),
    }),
});

/// While the store is read for the first time.
static LOADING: Place = Place::Split(&Split {
    side: Side::Left,
    seam: Some(Seam { key: "streams", name: "Width of the streams" }),
    first: Size::Points(size::STREAMS),
    most: 480.0,
    part: Place::Panel(Panel::Streams),
    rest: Place::Loading,
});

/// Shows an open store in `rect`.
pub fn workspace_ui(ui: &mut Ui, rect: Rect, sizes: &BTreeMap<String, f32>, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let mut body = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - size::STATUS));
    let last_line = Rect::from_min_max(pos2(rect.left(), body.bottom()), rect.max);
    let low = rect.height() < WITH_NOTICE;
    if let Some(notice) = &cx.view.notice {
        let top = Rect::from_min_size(rect.min, vec2(rect.width(), size::HEADER));
        notice_ui(ui, cx.id("notice"), if low { last_line } else { top }, notice, out);
        body.min.y = if low { body.min.y } else { top.bottom() };
    }
    let last_line = (!low || cx.view.notice.is_none()).then_some(last_line);
    let found = match &cx.view.loading {
        Some(_) if LOADING.fits(body, cx) => Some((&LOADING, false)),
        Some(_) => Some((&Place::Loading, false)),
        None => arrangement(body, sizes, cx),
    };
    let Some((tree, time_folded)) = found else {
        stack_ui(ui, body, last_line, cx, out);
        return;
    };
    let cx = PanelCx { streams_drop: !tree.has(Panel::Streams), time_folded: Some(time_folded), ..*cx };
    walk(ui, body, tree, sizes, &cx, out);
    if let Some(last_line) = last_line {
        status_ui(ui, last_line, &cx.view.status, cx.commands);
    }
}

/// The first tree that fits, and whether its time panel is one line: as the user wants it, else where
/// the events would have too few rows, or where it fits in no other way.
fn arrangement(body: Rect, sizes: &BTreeMap<String, f32>, cx: &PanelCx<'_>) -> Option<(&'static Place, bool)> {
    let wanted = sizes.get("time").map(|height| *height <= size::TIME_LINE);
    let is_wide = body.width() >= size::NARROW;
    let is_stacked = body.height() >= STACKED;
    let is_short = body.height() - size::TIME < ABOVE_ROWS + ROWS * size::ROW;
    // In less, one panel at a time is of more use.
    let has_rows = body.height() - size::TIME_LINE >= (ABOVE_ROWS + FEW_ROWS * size::ROW) / EVENTS_SHARE;
    let trees =
        [(&WIDE, is_wide, is_short), (&NARROW, is_stacked, false), (&LOW, true, is_short), (&NARROW, has_rows, false)];
    trees.into_iter().filter(|(_, is_meant, _)| *is_meant).find_map(|(tree, _, is_short)| {
        let ways = match wanted {
            Some(folded) => [folded, true],
            None => [is_short, true],
        };
        let fits = |time_folded: &bool| tree.fits(body, &PanelCx { time_folded: Some(*time_folded), ..*cx });
        ways.into_iter().find(fits).map(|folded| (tree, folded))
    })
}

/// Shows what is in a place.
fn walk(
    ui: &mut Ui,
    rect: Rect,
    place: &Place,
    sizes: &BTreeMap<String, f32>,
    cx: &PanelCx<'_>,
    out: &mut Vec<Action>,
) {
    let split = match place {
        Place::Panel(panel) => return panels::panel_ui(ui, rect, PanelRow::of(*panel), cx, out),
        Place::Loading => {
            if let Some(loading) = &cx.view.loading {
                loading_ui(ui, cx.id("loading"), rect, loading, out);
            }
            return;
        }
        Place::Split(split) if !split.part.is_there(cx) => return walk(ui, rect, &split.rest, sizes, cx, out),
        Place::Split(split) if !split.rest.is_there(cx) => return walk(ui, rect, &split.part, sizes, cx, out),
        Place::Split(split) => split,
    };
    let chosen = split.seam.as_ref().and_then(|seam| sizes.get(seam.key)).copied();
    let (part, rest) = split.cut(rect, chosen, cx);
    // In reading order, which is that of the Tab key.
    if matches!(split.side, Side::Left | Side::Top) {
        walk(ui, part, &split.part, sizes, cx, out);
        walk(ui, rest, &split.rest, sizes, cx, out);
    } else {
        walk(ui, rest, &split.rest, sizes, cx, out);
        walk(ui, part, &split.part, sizes, cx, out);
    }
    split.seam_ui(ui, rect, part, cx, out);
}

impl Place {
    /// Some panels are there only while they are open.
    fn is_there(&self, cx: &PanelCx<'_>) -> bool {
        match self {
            Place::Panel(panel) => PanelRow::of(*panel).is_there(cx),
            Place::Loading => true,
            Place::Split(split) => split.part.is_there(cx) || split.rest.is_there(cx),
        }
    }

    fn has(&self, panel: Panel) -> bool {
        match self {
            Place::Panel(other) => *other == panel,
            Place::Loading => false,
            Place::Split(split) => split.part.has(panel) || split.rest.has(panel),
        }
    }

    fn fits(&self, body: Rect, cx: &PanelCx<'_>) -> bool {
        let least = self.least(cx);
        least.x <= body.width() && least.y <= body.height()
    }

    /// The least room in which everything here is of use.
    fn least(&self, cx: &PanelCx<'_>) -> Vec2 {
        match self {
            Place::Panel(panel) => PanelRow::of(*panel).least(cx),
            Place::Loading => vec2(320.0, 160.0),
            Place::Split(split) if !split.part.is_there(cx) => split.rest.least(cx),
            Place::Split(split) if !split.rest.is_there(cx) => split.part.least(cx),
            Place::Split(split) => {
                let (part, rest) = (split.part.least(cx), split.rest.least(cx));
                if split.side.is_across() {
                    vec2(part.x + rest.x, part.y.max(rest.y))
                } else {
                    vec2(part.x.max(rest.x), part.y + rest.y)
                }
            }
        }
    }
}

impl Side {
    /// Left or right, so that the seam is upright.
    fn is_across(self) -> bool {
        matches!(self, Side::Left | Side::Right)
    }
}

impl Split {
    fn along(&self, size: Vec2) -> f32 {
        if self.side.is_across() { size.x } else { size.y }
    }

    /// Points for the part, so that both have their least; the part has it first.
    fn within(&self, wanted: f32, whole: Rect, cx: &PanelCx<'_>) -> f32 {
        let least = self.along(self.part.least(cx));
        let most = self.most.min(self.along(whole.size()) - self.along(self.rest.least(cx)));
        wanted.min(most).max(least)
    }

    /// The part and the rest.
    fn cut(&self, whole: Rect, chosen: Option<f32>, cx: &PanelCx<'_>) -> (Rect, Rect) {
        let wanted = match self.first {
            Size::Points(first) => chosen.unwrap_or(first),
            Size::Share(first) => self.along(whole.size()) * chosen.unwrap_or(first),
            Size::Time if cx.time_folded == Some(true) => size::TIME_LINE,
            Size::Time => chosen.filter(|chosen| *chosen > size::TIME_LINE).unwrap_or(size::TIME),
        };
        let size = self.within(wanted, whole, cx).round();
        match self.side {
            Side::Left => whole.split_left_right_at_x((whole.left() + size).round()),
            Side::Top => whole.split_top_bottom_at_y((whole.top() + size).round()),
            Side::Right => swap(whole.split_left_right_at_x((whole.right() - size).round())),
            Side::Bottom => swap(whole.split_top_bottom_at_y((whole.bottom() - size).round())),
        }
    }

    /// The line between them, which can be moved where it has a name.
    fn seam_ui(&self, ui: &mut Ui, whole: Rect, part: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
        let t = tokens::tokens(ui.ctx());
        let edge = match self.side {
            Side::Left => part.right(),
            Side::Right => part.left(),
            Side::Top => part.bottom(),
            Side::Bottom => part.top(),
        } - 0.5;
        let line = if self.side.is_across() {
            Rect::from_x_y_ranges(edge..=edge, whole.y_range())
        } else {
            Rect::from_x_y_ranges(whole.x_range(), edge..=edge)
        };
        let mut color = t.hairline;
        if let Some(seam) = &self.seam {
            let grip = if self.side.is_across() { vec2(3.0, 0.0) } else { vec2(0.0, 3.0) };
            let response = ui.interact(line.expand2(grip), Id::unique(("seam", seam.key)), Sense::click_and_drag());
            if response.hovered() || response.dragged() || response.has_focus() {
                color = t.accent;
            }
            if response.has_focus() {
                paint::focus_ring(ui.painter(), line.expand2(grip / 3.0).shrink2(grip.yx()), t);
                keep_arrows(ui, response.id);
            }
            let now = self.along(part.size());
            let [mut least, most] = [0.0, f32::INFINITY].map(|wanted| self.within(wanted, whole, cx));
            let folds = matches!(self.first, Size::Time);
            if folds {
                least = size::TIME_LINE;
            }
            self.describe(ui, response.id, seam, [least, now, most]);
            let reset = response.double_clicked()
                || response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
            let grows = if matches!(self.side, Side::Left | Side::Top) { 1.0 } else { -1.0 };
            let dragged = self.along(response.drag_delta()) * grows;
            let wanted = match response.interact_pointer_pos().filter(|_| dragged != 0.0) {
                // What jumps from a line to its least height goes by where the pointer is.
                Some(pos) if folds => Some(whole.bottom() - pos.y),
                Some(_) => Some(now + dragged),
                None => self.asked(ui, &response, now, grows),
            };
            let wanted = wanted.map(|wanted| match folds {
                true => fold(wanted, now, dragged != 0.0),
                false => wanted,
            });
            if reset {
                out.push(Action::SetSize(seam.key, None));
            } else if let Some(wanted) = wanted.map(|wanted| wanted.clamp(least, most.max(least))) {
                let chosen = match self.first {
                    Size::Points(_) | Size::Time => wanted,
                    Size::Share(_) => wanted / self.along(whole.size()).max(1.0),
                };
                out.push(Action::SetSize(seam.key, Some(chosen)));
            }
            let cursor = if self.side.is_across() { CursorIcon::ResizeHorizontal } else { CursorIcon::ResizeVertical };
            let words = format!("{}: drag, or arrows, Home and End; Enter or a double click resets it", seam.name);
            response.on_hover_and_drag_cursor(cursor).on_hover_text_at_pointer(words);
        }
        if self.side.is_across() {
            paint::vline(ui.painter(), line.left(), line.top(), line.bottom(), color);
        } else {
            paint::hline(ui.painter(), line.left(), line.right(), line.top(), color);
        }
    }

    /// The size that the keyboard or a screen reader asks for. Arrows move the line their own way.
    fn asked(&self, ui: &Ui, response: &Response, now: f32, grows: f32) -> Option<f32> {
        let (less, more) = match self.side.is_across() {
            true => (Key::ArrowLeft, Key::ArrowRight),
            false => (Key::ArrowUp, Key::ArrowDown),
        };
        let has_focus = response.has_focus();
        ui.input_mut(|input| {
            let mut by = 0.0;
            if has_focus {
                by += STEP * grows * input.count_and_consume_key(Modifiers::NONE, more) as f32;
                by -= STEP * grows * input.count_and_consume_key(Modifiers::NONE, less) as f32;
                if input.consume_key(Modifiers::NONE, Key::Home) {
                    return Some(0.0);
                }
                if input.consume_key(Modifiers::NONE, Key::End) {
                    return Some(f32::INFINITY);
                }
            }
            by += STEP * input.num_accesskit_action_requests(response.id, Ask::Increment) as f32;
            by -= STEP * input.num_accesskit_action_requests(response.id, Ask::Decrement) as f32;
            let set =
                input.accesskit_action_requests(response.id, Ask::SetValue).find_map(|request| match request.data {
                    Some(ActionData::NumericValue(value)) => Some(value as f32),
                    _ => None,
                });
            set.or((by != 0.0).then_some(now + by))
        })
    }

    /// Says what it is, and where between its limits.
    fn describe(&self, ui: &Ui, id: Id, seam: &Seam, [least, now, most]: [f32; 3]) {
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::Splitter);
            node.set_label(seam.name);
            let across = self.side.is_across();
            node.set_orientation(if across { Orientation::Vertical } else { Orientation::Horizontal });
            node.set_min_numeric_value(least.into());
            node.set_max_numeric_value(most.into());
            node.set_numeric_value(now.into());
            node.set_numeric_value_step(STEP.into());
            node.set_value(format!("{} points", now.round()));
            for action in [Ask::SetValue, Ask::Increment, Ask::Decrement] {
                node.add_action(action);
            }
        });
    }
}

/// The time panel is one line or has its least height; between them the nearer is meant, by keys the next.
fn fold(wanted: f32, now: f32, is_dragged: bool) -> f32 {
    let opens = if is_dragged { wanted > (size::TIME_LINE + size::TIME) / 2.0 } else { wanted > now };
    match wanted {
        _ if wanted >= size::TIME => wanted,
        _ if opens => size::TIME,
        _ => size::TIME_LINE,
    }
}

/// Arrows, Home and End are the seam's while it has the keyboard.
fn keep_arrows(ui: &Ui, id: Id) {
    focus::keep_arrows(ui.ctx(), id);
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

fn swap((a, b): (Rect, Rect)) -> (Rect, Rect) {
    (b, a)
}

/// Very little space: one panel, and a bar of tabs for the others. The one with the keyboard is in front.
fn stack_ui(ui: &mut Ui, rect: Rect, bar: Option<Rect>, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let rows: Vec<&PanelRow> = PANELS.iter().filter(|row| row.is_there(cx)).collect();
    let id = cx.id("stack");
    // The one in front, and how many there were: one that has just been opened comes to the front.
    let kept: Option<(Panel, usize)> = ui.data(|data| data.get_temp(id));
    let opened = kept.filter(|(_, count)| rows.len() > *count).and_then(|_| rows.last());
    let focused = ui.memory(|memory| memory.focused());
    let has_keyboard = |row: &&&PanelRow| focused == Some((row.body)(cx));
    let is_kept = |row: &&&PanelRow| kept.is_some_and(|(kept, _)| kept == row.panel);
    let first = if cx.view.events.stream.is_some() { Panel::Events } else { Panel::Streams };
    let asked = focus::take_front(ui.ctx()).and_then(|asked| rows.iter().find(|row| row.panel == asked));
    if let Some(asked) = asked {
        out.push(Action::FocusPanel(asked.panel));
    }
    let front = asked.or(opened).or_else(|| rows.iter().find(has_keyboard)).or_else(|| rows.iter().find(is_kept));
    let front = front.map_or(first, |row| row.panel);
    ui.data_mut(|data| data.insert_temp(id, (front, rows.len())));
    for row in &rows {
        if row.panel == front {
            panels::panel_ui(ui, rect, row, cx, out);
        } else {
            focus::register(ui.ctx(), row.entry(cx, None));
        }
    }
    if let Some(bar) = bar
        && let Some(panel) = bar_ui(ui, id.with("bar"), bar, &rows, front)
    {
        ui.data_mut(|data| data.insert_temp(id, (panel, rows.len())));
        out.push(Action::FocusPanel(panel));
    }
}

/// The tabs of the stack, equally wide, so that all of them are always there; returns the one clicked.
fn bar_ui(ui: &mut Ui, id: Id, rect: Rect, rows: &[&PanelRow], front: Panel) -> Option<Panel> {
    let t = tokens::tokens(ui.ctx());
    let ui = &mut panels::region(ui, id, rect, "Panels");
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, t.window);
    paint::hline(&painter, rect.left(), rect.right(), rect.top(), t.hairline);
    let width = rect.width() / rows.len() as f32;
    let mut clicked = None;
    for (at, row) in rows.iter().enumerate() {
        let left = rect.left() + width * at as f32;
        let place = Rect::from_min_max(pos2(left, rect.top() + 1.0), pos2(left + width, rect.bottom()));
        let response = ui.interact(place, id.with(row.panel), Sense::click());
        let is_front = row.panel == front;
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_front, row.title));
        let color = if is_front || response.hovered() { t.text } else { t.secondary };
        text::left_cut(&painter, left + 4.0, place.center().y, row.title, text::LABEL, color, width - 8.0);
        if is_front {
            paint::hline(&painter, left + 4.0, left + width - 4.0, rect.top(), t.accent);
        }
        if response.has_focus() {
            paint::focus_ring(&painter, place.shrink(3.0), t);
        }
        if response.clicked() {
            clicked = Some(row.panel);
        }
    }
    clicked
}
