//! The rail with the playhead: a slider over every event of a stream.

use std::sync::Arc;

use egui::accesskit::{Action as Ask, ActionData, Orientation, Role};
use egui::{CornerRadius, EventFilter, Id, Key, Painter, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::model::Applied;
use crate::ui::axis::{BREAK, TimeAxis};
use crate::ui::tokens::{self, Tokens, mix};
use crate::ui::{paint, text};

/// Where things are, from the top of the plot (which is 32 below that of the panel).
const PILL_TOP: f32 = 0.0;
const LINE_TOP: f32 = 18.0;
const RAIL: f32 = 74.0;
/// The bars: dragging there selects.
pub const BARS: (f32, f32) = (20.0, 60.0);

/// A slider about to be shown.
pub struct Scrubber<'a> {
    /// Unique in the program.
    pub id: Id,
    /// Where events are.
    pub timeline: &'a TimeAxis,
    /// Number of events.
    pub len: u64,
    /// Where the playhead is.
    pub applied: Applied,
    /// Where point A is, and whether it is compared with the playhead.
    pub point_a: Option<Applied>,
    pub comparing: bool,
    /// What the pill says: `v57 · 58 of 214`.
    pub label: &'a str,
    /// The longest it can say.
    pub widest: &'a str,
    /// What a screen reader says: "version 57, 58 of 214, Withdrawn, 2026-…".
    pub spoken: &'a str,
    /// First event that stopped the replay.
    pub stopped_at: Option<Applied>,
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
        let (mut scrub_to, mut set_a) = (None, None);
        let shift = ui.input(|input| input.modifiers.shift);
        let origin = ui.input(|input| input.pointer.press_origin());
        let bars = plot.top() + BARS.0..=plot.top() + BARS.1;
        let origin = origin.filter(|pos| response.is_pointer_button_down_on() && bars.contains(&pos.y));
        let to = response.interact_pointer_pos().filter(|_| response.dragged());
        let dragged = origin.zip(to).map(|(from, to)| (from.x - plot.left(), to.x - plot.left()));
        if response.is_pointer_button_down_on() && origin.is_none() || response.clicked() {
            response.request_focus();
            let place = response.interact_pointer_pos().map(|pos| self.timeline.applied_at(pos.x - plot.left()));
            match shift {
                true => set_a = place.filter(|_| response.clicked()),
                false => scrub_to = place,
            }
        }
        let keys = if response.has_focus() { keys(ui) } else { 0 };
        let (set, asked) = self.asked(ui);
        scrub_to = set.or(scrub_to);
        let step = Some(keys + asked).filter(|step| *step != 0);
        let hovered = response.hover_pos().filter(|_| !response.dragged());
        let hovered = hovered.map(|pos| self.timeline.applied_at(pos.x - plot.left()));
        self.describe(ui, &response);
        let pill = self.pill(ui.painter(), plot);
        let scrub_to = scrub_to.filter(|to| *to != self.applied);
        ScrubberOutput { scrub_to, step, set_a, dragged, hovered, pill, response }
    }

    /// What a screen reader asks for: a place, and steps.
    fn asked(&self, ui: &Ui) -> (Option<Applied>, i64) {
        ui.input(|input| {
            let more = input.num_accesskit_action_requests(self.id, Ask::Increment) as i64;
            let less = input.num_accesskit_action_requests(self.id, Ask::Decrement) as i64;
            let set = input.accesskit_action_requests(self.id, Ask::SetValue).find_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) => Some(Applied((value.round().max(0.0) as u64).min(self.len))),
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
            node.set_max_numeric_value(self.len as f64);
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
        paint::snap(painter, plot.left() + self.timeline.x_of(applied))
    }

    /// The pill stands right of the line, and left of it where there is no room.
    fn pill(&self, painter: &Painter, plot: Rect) -> Rect {
        let widths = [self.label, self.widest].map(|label| text::width(painter, label, text::DATA));
        let width = (widths[0].max(widths[1]) + 16.0).round();
        let x = self.x(painter, plot);
        let top = plot.top() + PILL_TOP;
        let flips = x + width > plot.right() + 12.0;
        let left = if flips { x + 1.0 - width } else { x - 1.0 };
        Rect::from_min_size(pos2(left, top), vec2(width, 20.0))
    }

    /// Paints what lies between point A and the playhead, where the two are compared.
    pub fn paint_band(&self, painter: &Painter, plot: Rect, t: &Tokens) {
        let Some(a) = self.a_x(painter, plot).filter(|_| self.comparing) else { return };
        let x = self.x(painter, plot);
        let band = Rect::from_x_y_ranges(a.min(x)..=a.max(x), plot.top() + 20.0..=plot.top() + RAIL + 8.0);
        painter.rect_filled(band, 0.0, mix(t.panel, t.text, 0.07));
    }

    /// Paints point A: its letter, a stem, and a ring on the rail. Returns where the letter is; the
    /// pill would cover it, so at the playhead it is beside the pill, and farther on only the stem and
    /// the ring are seen.
    pub fn paint_a(&self, painter: &Painter, plot: Rect, pill: Rect, t: &Tokens) -> Option<Rect> {
        let x = self.a_x(painter, plot)?;
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
        paint::vline(painter, x, plot.top() + 20.0, plot.top() + RAIL - 5.0, t.text);
        paint::point_a_mark(painter, pos2(x, plot.top() + RAIL), t);
        Some(Rect::from_center_size(letter, vec2(12.0, 18.0)))
    }

    fn a_x(&self, painter: &Painter, plot: Rect) -> Option<f32> {
        Some(paint::snap(painter, plot.left() + self.timeline.x_of(self.point_a?)))
    }

    /// Paints breaks, rail, marks and playhead. The bars are between: see [`Scrubber::paint_playhead`].
    pub fn paint_rail(&self, painter: &Painter, plot: Rect, bottom: f32, t: &Tokens) {
        let y = plot.top() + RAIL;
        let x = self.x(painter, plot);
        let end = plot.right();
        let rail = |from: f32, to: f32, color| {
            if to > from {
                painter.rect_filled(Rect::from_min_max(pos2(from, y - 1.0), pos2(to, y + 1.0)), 0.0, color);
            }
        };
        match self.stopped_at {
            Some(stop) => {
                let stop = plot.left() + self.timeline.x_of(stop);
                // What was not reached is not behind the playhead, wherever that stands.
                rail(plot.left(), x.min(stop), t.playhead);
                rail(x, stop, t.outline);
                let mut at = stop;
                while at < end {
                    rail(at, (at + 3.0).min(end), t.outline);
                    at += 6.0;
                }
            }
            None => {
                rail(plot.left(), x, t.playhead);
                rail(x, end, t.outline);
            }
        }
        for gap in self.timeline.gaps() {
            let left = plot.left() + gap.x;
            let cut = Rect::from_min_max(pos2(left, plot.top() + 20.0), pos2(left + BREAK, bottom));
            painter.rect_filled(cut, 0.0, t.window);
            paint::vline(painter, cut.left(), cut.top(), cut.bottom(), t.hairline);
            paint::vline(painter, cut.right() - 1.0, cut.top(), cut.bottom(), t.hairline);
            for shift in [-1.75, 1.75] {
                let center = pos2(cut.center().x + shift, y);
                let ends = [center + vec2(-1.5, 4.0), center + vec2(1.5, -4.0)];
                painter.line_segment(ends, Stroke::new(1.25, t.secondary));
            }
        }
        for flag in self.flags {
            self::flag(painter, pos2(self.x_at(painter, plot, *flag), y), t);
        }
        for skipped in self.skipped {
            alert(painter, pos2(plot.left() + self.timeline.x_of(*skipped), y), t.warning, t);
        }
        if let Some(stop) = self.stopped_at {
            alert(painter, pos2(plot.left() + self.timeline.x_of(stop), y), t.error, t);
        }
    }

    /// Paints the line under the pointer.
    pub fn paint_hover(&self, painter: &Painter, plot: Rect, hovered: Applied, t: &Tokens) {
        let x = plot.left() + self.timeline.x_of(hovered);
        paint::vline(painter, x, plot.top() + LINE_TOP, plot.top() + RAIL + 8.0, mix(t.panel, t.text, 0.35));
    }

    /// Paints the playhead over everything.
    pub fn paint_playhead(&self, painter: &Painter, plot: Rect, bottom: f32, pill: Rect, focused: bool, t: &Tokens) {
        let x = self.x(painter, plot);
        let line = Rect::from_min_max(pos2(x - 1.0, plot.top() + LINE_TOP), pos2(x + 1.0, bottom));
        painter.rect_filled(line, 0.0, t.playhead);
        let handle = pos2(x, plot.top() + RAIL);
        painter.circle_filled(handle, 6.0, t.playhead);
        if focused {
            painter.circle_stroke(handle, 9.0, Stroke::new(2.0, t.accent));
        }
        let flipped = pill.center().x < x;
        let mut corners = CornerRadius::same(tokens::size::RADIUS);
        if flipped {
            corners.se = 0;
        } else {
            corners.sw = 0;
        }
        painter.rect_filled(pill, corners, t.playhead);
        let galley: Arc<_> = text::layout(painter, self.label, text::DATA, t.on_playhead, f32::INFINITY);
        text::place(painter, galley, pill.left() + 8.0, pill.center().y - 0.5, text::DATA);
    }
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
