//! The rail with the playhead: a slider over every event of a stream.

use std::sync::Arc;

use egui::accesskit::{Action as Ask, ActionData, Orientation, Role};
use egui::{
    CornerRadius, CursorIcon, Event, EventFilter, Id, Key, MouseWheelUnit, Painter, Pos2, Rect, Response, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::action::Zoom;
use crate::app::view::TimelineEvents;
use crate::model::Applied;
use crate::ui::axis::{BREAK, TimeAxis};
use crate::ui::tokens::{self, Tokens, mix};
use crate::ui::{paint, text};

/// Height of labels, bars and rail. In a higher panel the bars have what is more.
pub const PLOT: f32 = 88.0;
/// Where things are, from the top of the plot (which is 32 below that of the panel).
const PILL_TOP: f32 = 0.0;
const LINE_TOP: f32 = 18.0;
const RAIL: f32 = 74.0;
/// Height of the labels above the bars: there the part that is shown can be dragged.
const STRIP: f32 = 20.0;
/// Where what is shown is marked as a part of the whole.
const PART_TOP: f32 = 84.0;
/// In one line there is only the rail, in its middle.
const LINE_RAIL: f32 = 16.0;
/// A playhead that is dragged beyond the edge moves what is shown by so much with each frame.
const PULL: f32 = 8.0;
/// How much nearer a line of the wheel is.
const PER_LINE: f64 = 1.2;
const POINTS_PER_LINE: f32 = 40.0;
/// The bars.
const BARS: (f32, f32) = (20.0, 60.0);

/// How much higher the plot is than it must be.
fn stretch(plot: Rect) -> f32 {
    (plot.height() - PLOT).max(0.0)
}

/// Where the bars are: dragging there selects.
pub fn bars(plot: Rect) -> Rect {
    Rect::from_x_y_ranges(plot.x_range(), plot.top() + BARS.0..=plot.top() + BARS.1 + stretch(plot))
}

/// A slider about to be shown.
pub struct Scrubber<'a> {
    /// Unique in the program.
    pub id: Id,
    /// Where events are.
    pub timeline: &'a TimeAxis,
    pub events: &'a dyn TimelineEvents,
    /// Only the rail is there, without labels and bars.
    pub one_line: bool,
    /// Where the playhead is.
    pub applied: Applied,
    /// Where point A is, and whether it is compared with the playhead.
    pub point_a: Option<Applied>,
    pub comparing: bool,
    /// What the pill says: `v57 · 58 of 214`.
    pub label: &'a str,
    /// As wide as the longest it can say.
    pub pill_width: f32,
    /// What a screen reader says: "version 57, 58 of 214, Withdrawn, 2026-…".
    pub spoken: &'a str,
    /// First event that stopped the replay.
    pub stopped_at: Option<Applied>,
    /// Nothing threw there: the user stopped it.
    pub halted: bool,
    /// Events left out because the reducer threw.
    pub skipped: &'a [Applied],
    /// Places that the user marked.
    pub flags: &'a [Applied],
}

/// What the user did with it.
pub struct ScrubberOutput {
    /// Where the playhead should go.
    pub scrub_to: Option<Applied>,
    /// By how many steps it should move.
    pub step: Option<i64>,
    /// Where point A should be.
    pub set_a: Option<Applied>,
    /// What should be shown.
    pub zoom: Option<Zoom>,
    /// The stretch of the bars that is dragged over, from the plot's left.
    pub dragged: Option<(f32, f32)>,
    /// What the pointer is over.
    pub hovered: Option<Applied>,
    /// Where the pill is.
    pub pill: Rect,
    /// The whole.
    pub response: Response,
}

impl Scrubber<'_> {
    /// Takes the pointer and the keys, and says where the pill will be. Nothing is painted yet.
    pub fn interact(&self, ui: &mut Ui, plot: Rect) -> ScrubberOutput {
        // Easier to hit at the ends than it is wide.
        let hit = plot.expand2(vec2(10.0, 0.0)).intersect(ui.clip_rect());
        let response = ui.interact(hit, self.id, Sense::click_and_drag());
        if response.has_focus() {
            let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
        }
        let pill = self.pill(ui.painter(), plot);
        let (mut scrub_to, mut set_a, mut zoom) = (None, None, self.wheel(ui, plot));
        let shift = ui.input(|input| input.modifiers.shift);
        let held = self.held(ui, &response, plot, pill);
        let origin = ui.input(|input| input.pointer.press_origin());
        let is_in_bars = |pos: &Pos2| !self.one_line && bars(plot).y_range().contains(pos.y);
        let origin = origin.filter(|pos| response.is_pointer_button_down_on() && is_in_bars(pos));
        let to = response.interact_pointer_pos().filter(|_| response.dragged());
        let dragged = origin.zip(to).map(|(from, to)| (from.x - plot.left(), to.x - plot.left()));
        let clicked = response.clicked() || response.secondary_clicked();
        if response.is_pointer_button_down_on() && origin.is_none() || clicked {
            response.request_focus();
            let place = response.interact_pointer_pos().map(|pos| self.at(pos.x, plot, response.dragged()));
            match (held.pans, shift) {
                (true, _) => {
                    let by = -response.drag_delta().x;
                    zoom = if by == 0.0 { zoom } else { Some(self.timeline.panned(by)) };
                }
                (false, true) => set_a = place.filter(|_| response.clicked()),
                (false, false) => scrub_to = place,
            }
        }
        if response.double_clicked() && self.timeline.zoom().is_part() {
            // It asks for the whole and not for another place.
            (zoom, scrub_to) = (Some(Zoom::WHOLE), Some(held.before));
        }
        let keys = if response.has_focus() { keys(ui) } else { 0 };
        let (set, asked) = self.asked(ui);
        scrub_to = set.or(scrub_to);
        let step = Some(keys + asked).filter(|step| *step != 0);
        let hovered = response.hover_pos().filter(|_| !response.dragged());
        let can_pan = hovered.is_some_and(|pos| self.is_on_strip(pos, plot, pill));
        let hovered = hovered.filter(|_| !can_pan).map(|pos| self.at(pos.x, plot, false));
        if can_pan {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        } else if held.pans && response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        self.describe(ui, &response);
        let scrub_to = scrub_to.filter(|to| *to != self.applied);
        ScrubberOutput { scrub_to, step, set_a, zoom, dragged, hovered, pill, response }
    }

    fn len(&self) -> u64 {
        self.events.len()
    }

    /// The playhead at a place of the window; what is dragged pulls a little at the edges.
    fn at(&self, x: f32, plot: Rect, is_dragged: bool) -> Applied {
        let pull = if is_dragged && self.timeline.zoom().is_part() { PULL } else { 0.0 };
        let x = (x - plot.left()).clamp(-pull, plot.width() + pull);
        self.timeline.applied_at(x, self.events)
    }

    fn is_on_strip(&self, pos: Pos2, plot: Rect, pill: Rect) -> bool {
        let strip = Rect::from_x_y_ranges(plot.x_range(), plot.top()..=plot.top() + STRIP);
        self.timeline.zoom().is_part() && !self.one_line && strip.contains(pos) && !pill.contains(pos)
    }

    /// What the button of the pointer holds, since it was pressed.
    fn held(&self, ui: &Ui, response: &Response, plot: Rect, pill: Rect) -> Held {
        let id = self.id.with("held");
        let mut held: Held = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let presses = |event: &&Event| matches!(event, Event::PointerButton { pressed: true, .. });
        let pressed = ui.input(|input| input.events.iter().filter(presses).count());
        if pressed > 0 && (response.is_pointer_button_down_on() || response.clicked()) {
            let at = ui.input(|input| input.pointer.press_origin()).or(response.interact_pointer_pos());
            held.pans = at.is_some_and(|pos| self.is_on_strip(pos, plot, pill));
            // The first press of a double click has moved the playhead when the second comes.
            held.before = if pressed > 1 { self.applied } else { held.pressed };
            held.pressed = self.applied;
            ui.data_mut(|data| data.insert_temp(id, held));
        }
        held
    }

    /// The wheel zooms at the pointer; with Shift, or sideways, it moves what is shown.
    fn wheel(&self, ui: &Ui, plot: Rect) -> Option<Zoom> {
        let pointer = ui.input(|input| input.pointer.hover_pos())?;
        if !ui.rect_contains_pointer(plot) {
            return None;
        }
        let (mut near, mut along) = (ui.input(|input| f64::from(input.zoom_delta())), 0.0);
        ui.input(|input| {
            for event in &input.events {
                let Event::MouseWheel { unit, delta, modifiers, .. } = event else { continue };
                let points = match unit {
                    MouseWheelUnit::Point => *delta,
                    MouseWheelUnit::Line => *delta * POINTS_PER_LINE,
                    MouseWheelUnit::Page => *delta * plot.width(),
                };
                match (modifiers.command, modifiers.shift) {
                    // With Ctrl it is in egui's factor already, like two fingers.
                    (true, _) => {}
                    (false, true) => along -= points.x + points.y,
                    (false, false) => {
                        along -= points.x;
                        near *= PER_LINE.powf(f64::from(points.y / POINTS_PER_LINE));
                    }
                }
            }
        });
        let zoom = if near != 1.0 {
            self.timeline.zoomed(near, pointer.x - plot.left())
        } else if along != 0.0 {
            self.timeline.panned(along)
        } else {
            return None;
        };
        (zoom != self.timeline.zoom()).then_some(zoom)
    }

    /// What a screen reader asks for: a place, and steps.
    fn asked(&self, ui: &Ui) -> (Option<Applied>, i64) {
        ui.input(|input| {
            let more = input.num_accesskit_action_requests(self.id, Ask::Increment) as i64;
            let less = input.num_accesskit_action_requests(self.id, Ask::Decrement) as i64;
            let set = input.accesskit_action_requests(self.id, Ask::SetValue).find_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) => Some(Applied((value.round().max(0.0) as u64).min(self.len()))),
                _ => None,
            });
            (set, more - less)
        })
    }

    fn describe(&self, ui: &Ui, response: &Response) {
        response.widget_info(|| WidgetInfo::slider(true, self.applied.0 as f64, "Playhead"));
        ui.ctx().accesskit_node_builder(self.id, |node| {
            node.set_role(Role::Slider);
            node.set_orientation(Orientation::Horizontal);
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(self.len() as f64);
            node.set_numeric_value(self.applied.0 as f64);
            node.set_numeric_value_step(1.0);
            node.set_value(self.spoken);
            node.add_action(Ask::SetValue);
            node.add_action(Ask::Increment);
            node.add_action(Ask::Decrement);
        });
    }

    fn x(&self, painter: &Painter, plot: Rect) -> f32 {
        self.x_at(painter, plot, self.applied)
    }

    fn x_at(&self, painter: &Painter, plot: Rect, applied: Applied) -> f32 {
        paint::snap(painter, plot.left() + self.timeline.x_of(applied, self.events))
    }

    /// Whether a place of the stream is on the slider.
    fn is_seen(&self, applied: Applied) -> bool {
        self.timeline.is_seen(self.timeline.x_of(applied, self.events))
    }

    /// Where the middle of the rail is.
    fn rail_y(&self, plot: Rect) -> f32 {
        plot.top() + if self.one_line { LINE_RAIL } else { RAIL + stretch(plot) }
    }

    /// The pill stands right of the line, and left of it where there is no room.
    fn pill(&self, painter: &Painter, plot: Rect) -> Rect {
        let width = self.pill_width;
        if self.one_line {
            // Left of the rail, where it stays.
            let left = plot.left() - 16.0 - width;
            return Rect::from_min_size(pos2(left, self.rail_y(plot) - 10.0), vec2(width, 20.0));
        }
        // A playhead that is not shown is where its pill is cut off by the edge.
        let x = self.x(painter, plot).clamp(plot.left(), plot.right());
        let top = plot.top() + PILL_TOP;
        let flips = x + width > plot.right() + 12.0;
        let left = if flips { x + 1.0 - width } else { x - 1.0 };
        Rect::from_min_size(pos2(left, top), vec2(width, 20.0))
    }

    /// Paints what lies between point A and the playhead, where the two are compared.
    pub fn paint_band(&self, painter: &Painter, plot: Rect, t: &Tokens) {
        let Some(a) = self.a_x(painter, plot).filter(|_| self.comparing) else { return };
        let x = self.x(painter, plot);
        let y = if self.one_line { plot.top() + 6.0 } else { plot.top() + STRIP };
        let band = Rect::from_x_y_ranges(a.min(x)..=a.max(x), y..=self.rail_y(plot) + 8.0);
        painter.rect_filled(band.intersect(plot), 0.0, mix(t.panel, t.text, 0.07));
    }

    /// Paints point A: its letter, a stem, and a ring on the rail. Returns where the letter is; the
    /// pill would cover it, so at the playhead it is beside the pill, and farther on only the stem and
    /// the ring are seen.
    pub fn paint_a(&self, painter: &Painter, plot: Rect, pill: Rect, t: &Tokens) -> Option<Rect> {
        let x = self.a_x(painter, plot).filter(|x| self.timeline.is_seen(x - plot.left()))?;
        if self.one_line {
            let place = pos2(x, self.rail_y(plot));
            paint::point_a_mark(painter, place, t);
            return Some(Rect::from_center_size(place, vec2(12.0, 18.0)));
        }
        let is_covered = (pill.left() - 6.0..=pill.right() + 6.0).contains(&x);
        let is_at_playhead = (x - self.x(painter, plot)).abs() < 12.0;
        let letter_x = match (is_covered, pill.center().x < self.x(painter, plot)) {
            (false, _) => x,
            (true, true) => pill.right() + 9.0,
            (true, false) => pill.left() - 9.0,
        };
        let letter = pos2(letter_x, plot.top() + 11.0);
        if !is_covered || is_at_playhead {
            text::center(painter, letter.x, letter.y, "A", text::LABEL_MEDIUM, t.text);
        }
        paint::vline(painter, x, plot.top() + 20.0, self.rail_y(plot) - 5.0, t.text);
        paint::point_a_mark(painter, pos2(x, self.rail_y(plot)), t);
        Some(Rect::from_center_size(letter, vec2(12.0, 18.0)))
    }

    fn a_x(&self, painter: &Painter, plot: Rect) -> Option<f32> {
        Some(self.x_at(painter, plot, self.point_a?))
    }

    /// Paints breaks, rail and marks. The bars are between: see [`Scrubber::paint_playhead`].
    pub fn paint_rail(&self, painter: &Painter, plot: Rect, bottom: f32, t: &Tokens) {
        let y = self.rail_y(plot);
        let (start, end) = (plot.left(), plot.right());
        let on_slider = |applied| self.x_at(painter, plot, applied).clamp(start, end);
        let x = on_slider(self.applied);
        let rail = |from: f32, to: f32, color| {
            if to > from {
                painter.rect_filled(Rect::from_min_max(pos2(from, y - 1.0), pos2(to, y + 1.0)), 0.0, color);
            }
        };
        match self.stopped_at {
            Some(stop) => {
                let stop = on_slider(stop);
                // What was not reached is not behind the playhead, wherever that stands.
                rail(start, x.min(stop), t.playhead);
                rail(x, stop, t.outline);
                let mut at = stop;
                while at < end {
                    rail(at, (at + 3.0).min(end), t.outline);
                    at += 6.0;
                }
            }
            None => {
                rail(start, x, t.playhead);
                rail(x, end, t.outline);
            }
        }
        let top = if self.one_line { plot.top() + 6.0 } else { plot.top() + STRIP };
        for gap in self.timeline.gaps() {
            let left = plot.left() + gap.x;
            let cut = Rect::from_min_max(pos2(left, top), pos2(left + BREAK, bottom));
            if !plot.intersects(cut) {
                continue;
            }
            painter.rect_filled(cut, 0.0, t.window);
            paint::vline(painter, cut.left(), cut.top(), cut.bottom(), t.hairline);
            paint::vline(painter, cut.right() - 1.0, cut.top(), cut.bottom(), t.hairline);
            for shift in [-1.75, 1.75] {
                let center = pos2(cut.center().x + shift, y);
                let ends = [center + vec2(-1.5, 4.0), center + vec2(1.5, -4.0)];
                painter.line_segment(ends, Stroke::new(1.25, t.secondary));
            }
        }
        for seen in self.flags.iter().filter(|flag| self.is_seen(**flag)) {
            flag(painter, pos2(self.x_at(painter, plot, *seen), y), t);
        }
        for skipped in self.skipped.iter().filter(|skipped| self.is_seen(**skipped)) {
            alert(painter, pos2(self.x_at(painter, plot, *skipped), y), t.warning, t);
        }
        if let Some(stop) = self.stopped_at.filter(|stop| !self.halted && self.is_seen(*stop)) {
            alert(painter, pos2(self.x_at(painter, plot, stop), y), t.error, t);
        }
        self.paint_part(painter, plot, t);
    }

    /// Where only a part is shown: which one it is of the whole.
    fn paint_part(&self, painter: &Painter, plot: Rect, t: &Tokens) {
        if !self.timeline.zoom().is_part() {
            return;
        }
        let top = if self.one_line { plot.top() + 27.0 } else { plot.top() + PART_TOP + stretch(plot) };
        let whole = Rect::from_x_y_ranges(plot.x_range(), top..=top + 3.0);
        painter.rect_filled(whole, 1.5, t.hairline);
        let (from, to) = self.timeline.part();
        let (from, to) = (plot.left() + from * plot.width(), plot.left() + to * plot.width());
        let part = Rect::from_x_y_ranges(from..=to.max(from + 6.0), whole.y_range());
        let part = part.translate(vec2((plot.right() - part.right()).min(0.0), 0.0));
        painter.rect_filled(part, 1.5, t.accent);
    }

    /// Paints the line under the pointer.
    pub fn paint_hover(&self, painter: &Painter, plot: Rect, hovered: Applied, t: &Tokens) {
        let x = self.x_at(painter, plot, hovered);
        let top = if self.one_line { plot.top() + 6.0 } else { plot.top() + LINE_TOP };
        if self.is_seen(hovered) {
            paint::vline(painter, x, top, self.rail_y(plot) + 8.0, mix(t.panel, t.text, 0.35));
        }
    }

    /// Paints the playhead over everything.
    pub fn paint_playhead(&self, painter: &Painter, plot: Rect, bottom: f32, pill: Rect, focused: bool, t: &Tokens) {
        let x = self.x(painter, plot);
        let is_seen = self.is_seen(self.applied);
        if is_seen {
            let top = if self.one_line { plot.top() + 4.0 } else { plot.top() + LINE_TOP };
            let line = Rect::from_min_max(pos2(x - 1.0, top), pos2(x + 1.0, bottom));
            painter.rect_filled(line, 0.0, t.playhead);
        }
        let handle = pos2(x.clamp(plot.left(), plot.right()), self.rail_y(plot));
        if is_seen {
            painter.circle_filled(handle, 6.0, t.playhead);
        } else {
            // It is farther that way.
            let way = if x < plot.left() { -1.0 } else { 1.0 };
            let points = [vec2(way * 5.0, 0.0), vec2(-way * 3.0, -5.0), vec2(-way * 3.0, 5.0)];
            let points = points.map(|point| handle + point).to_vec();
            painter.add(egui::Shape::convex_polygon(points, t.playhead, Stroke::NONE));
        }
        if focused {
            painter.circle_stroke(handle, 9.0, Stroke::new(2.0, t.accent));
        }
        let flipped = pill.center().x < x;
        let mut corners = CornerRadius::same(tokens::size::RADIUS);
        match (self.one_line || !is_seen, flipped) {
            (true, _) => {}
            (false, true) => corners.se = 0,
            (false, false) => corners.sw = 0,
        }
        painter.rect_filled(pill, corners, t.playhead);
        let galley: Arc<_> = text::layout(painter, self.label, text::DATA, t.on_playhead, f32::INFINITY);
        text::place(painter, galley, pill.left() + 8.0, pill.center().y - 0.5, text::DATA);
    }
}

/// What the button of the pointer holds.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// The part that is shown, not the playhead.
    pans: bool,
    /// Where the playhead was when it was pressed, and when it was pressed before that.
    pressed: Applied,
    before: Applied,
}

/// Keys of a slider that the program has no other use for.
fn keys(ui: &Ui) -> i64 {
    let keys = [(Key::ArrowUp, 1), (Key::ArrowDown, -1), (Key::PageUp, 10), (Key::PageDown, -10)];
    ui.input_mut(|input| {
        let by = |(key, step)| step * input.count_and_consume_key(egui::Modifiers::NONE, key) as i64;
        keys.map(by).iter().sum()
    })
}

/// A flag that stands on the rail.
fn flag(painter: &Painter, foot: egui::Pos2, t: &Tokens) {
    painter.rect_filled(Rect::from_min_max(foot - vec2(0.5, 13.0), foot + vec2(0.5, 0.0)), 0.0, t.text);
    let points = vec![foot - vec2(0.0, 13.0), foot + vec2(8.0, -10.0), foot - vec2(0.0, 7.0)];
    painter.add(egui::Shape::convex_polygon(points, t.text, Stroke::NONE));
}

/// An exclamation mark in a ring, on the rail.
fn alert(painter: &Painter, center: egui::Pos2, color: egui::Color32, t: &Tokens) {
    painter.circle(center, 6.0, t.panel, Stroke::new(1.5, color));
    painter.rect_filled(Rect::from_center_size(center + vec2(0.0, -1.25), vec2(1.5, 3.5)), 0.0, color);
    painter.rect_filled(Rect::from_center_size(center + vec2(0.0, 2.5), vec2(1.5, 1.5)), 0.0, color);
}
