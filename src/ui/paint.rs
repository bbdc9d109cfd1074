//! Painting on the pixel grid: hairlines, dashes, rings, the hatch, shapes of event types.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::tokens::{Tokens, size};
use crate::app::view::TypeSlot;

/// Moves a coordinate to the edge of a physical pixel.
pub fn snap(painter: &Painter, x: f32) -> f32 {
    let scale = painter.pixels_per_point();
    (x * scale).round() / scale
}

/// A place as the accessibility tree has it.
pub fn bounds(rect: Rect) -> egui::accesskit::Rect {
    let (min, max) = (rect.min, rect.max);
    egui::accesskit::Rect { x0: min.x.into(), y0: min.y.into(), x1: max.x.into(), y1: max.y.into() }
}

/// Width of a hairline: one point, whole physical pixels.
fn hair(painter: &Painter) -> f32 {
    let scale = painter.pixels_per_point();
    scale.round().max(1.0) / scale
}

/// A horizontal hairline whose upper edge is `y`.
pub fn hline(painter: &Painter, left: f32, right: f32, y: f32, color: Color32) {
    let y = snap(painter, y);
    painter.rect_filled(Rect::from_min_max(pos2(left, y), pos2(right, y + hair(painter))), 0.0, color);
}

/// A vertical hairline whose left edge is `x`.
pub fn vline(painter: &Painter, x: f32, top: f32, bottom: f32, color: Color32) {
    let x = snap(painter, x);
    painter.rect_filled(Rect::from_min_max(pos2(x, top), pos2(x + hair(painter), bottom)), 0.0, color);
}

/// A rectangle's outline, 1 point, inside.
pub fn outline(painter: &Painter, rect: Rect, radius: u8, color: Color32) {
    painter.rect_stroke(rect, radius, Stroke::new(hair(painter), color), StrokeKind::Inside);
}

/// The focus ring: 2 points, outside.
pub fn focus_ring(painter: &Painter, rect: Rect, t: &Tokens) {
    painter.rect_stroke(rect, size::RADIUS, Stroke::new(2.0, t.accent), StrokeKind::Outside);
}

/// A dashed horizontal rule, 4 on 4 off.
pub fn dashed_hline(painter: &Painter, left: f32, right: f32, y: f32, color: Color32) {
    let y = snap(painter, y);
    let mut x = left;
    while x < right {
        let end = (x + 4.0).min(right);
        painter.rect_filled(Rect::from_min_max(pos2(x, y), pos2(end, y + hair(painter))), 0.0, color);
        x += 8.0;
    }
}

/// A dashed rectangle, 6 on 4 off, for a drop target.
pub fn dashed_rect(painter: &Painter, rect: Rect, color: Color32) {
    let rect = rect.shrink(0.5);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(Shape::dashed_line(&corners, Stroke::new(1.0, color), 6.0, 4.0));
}

/// A band of diagonal strokes along the four sides of a rectangle, `band` wide.
pub fn hatch_border(painter: &Painter, rect: Rect, band: f32, color: Color32) {
    let inner = rect.shrink(band);
    let sides = [
        Rect::from_min_max(rect.min, pos2(rect.right(), inner.top())),
        Rect::from_min_max(pos2(rect.left(), inner.bottom()), rect.max),
        Rect::from_min_max(pos2(rect.left(), inner.top()), pos2(inner.left(), inner.bottom())),
        Rect::from_min_max(pos2(inner.right(), inner.top()), pos2(rect.right(), inner.bottom())),
    ];
    for side in sides {
        let clipped = painter.with_clip_rect(side.intersect(painter.clip_rect()));
        // Lines x + y = const, 8 apart, phase from the whole rectangle so that the corners meet.
        let from = ((side.left() + side.top()) / 8.0).floor() * 8.0;
        let mut sum = from;
        while sum < side.right() + side.bottom() {
            let a = pos2(sum - side.top(), side.top());
            let b = pos2(sum - side.bottom(), side.bottom());
            clipped.line_segment([a, b], Stroke::new(2.0, color));
            sum += 8.0;
        }
    }
}

/// The shape of an event type, about `radius` around `center`.
pub fn type_shape(painter: &Painter, center: Pos2, radius: f32, slot: TypeSlot, t: &Tokens) {
    let color = t.of_type(slot);
    if slot.0 >= 16 {
        painter.circle_filled(center, radius * 0.6, color);
        return;
    }
    let hollow = slot.0 >= 8;
    let r = if hollow { radius - 0.75 } else { radius };
    let stroke = Stroke::new(1.5, color);
    let corners = |points: Vec<Pos2>| {
        let shape = if hollow {
            Shape::closed_line(points, stroke)
        } else {
            Shape::convex_polygon(points, color, Stroke::NONE)
        };
        painter.add(shape);
    };
    let around = |n: usize, turn: f32, r: f32| -> Vec<Pos2> {
        (0..n)
            .map(|i| {
                let angle = std::f32::consts::TAU * (i as f32 / n as f32) + turn;
                center + vec2(angle.sin(), -angle.cos()) * r
            })
            .collect()
    };
    match slot.0 % 8 {
        0 => {
            if hollow {
                painter.circle_stroke(center, r, stroke);
            } else {
                painter.circle_filled(center, r, color);
            }
        }
        1 => corners(vec![center + vec2(0.0, -r), center + vec2(r, r * 0.8), center + vec2(-r, r * 0.8)]),
        2 => {
            let square = Rect::from_center_size(center, vec2(r, r) * 1.8);
            if hollow {
                painter.rect_stroke(square, 0.0, stroke, StrokeKind::Middle);
            } else {
                painter.rect_filled(square, 0.0, color);
            }
        }
        3 => corners(around(4, 0.0, r * 1.12)),
        4 => corners(vec![center + vec2(-r, -r * 0.8), center + vec2(r, -r * 0.8), center + vec2(0.0, r)]),
        5 => corners(around(5, 0.0, r * 1.06)),
        6 => cross(painter, center, r, hollow, color),
        _ => corners(around(6, std::f32::consts::PI / 6.0, r * 1.06)),
    }
}

/// A plus sign; a cross is not convex, hence not one polygon.
fn cross(painter: &Painter, center: Pos2, r: f32, hollow: bool, color: Color32) {
    let arm = if hollow { 1.0 } else { r * 0.42 };
    painter.rect_filled(Rect::from_center_size(center, vec2(r * 2.0, arm * 2.0)), 0.0, color);
    painter.rect_filled(Rect::from_center_size(center, vec2(arm * 2.0, r * 2.0)), 0.0, color);
}

/// The playhead's triangle beside a row, 7 by 10.
pub fn playhead_mark(painter: &Painter, center: Pos2, t: &Tokens) {
    let points = vec![center + vec2(-3.5, -5.0), center + vec2(3.5, 0.0), center + vec2(-3.5, 5.0)];
    painter.add(Shape::convex_polygon(points, t.playhead, Stroke::NONE));
}

/// The playhead between two rows: a thin line with its triangle.
pub fn playhead_between(painter: &Painter, left: f32, right: f32, y: f32, t: &Tokens) {
    let y = snap(painter, y);
    painter.rect_filled(Rect::from_min_max(pos2(left, y - 1.0), pos2(right, y + 1.0)), 0.0, t.playhead);
    playhead_mark(painter, pos2(left + 11.0, y), t);
}

/// The ring of point A.
pub fn point_a_mark(painter: &Painter, center: Pos2, t: &Tokens) {
    painter.circle(center, 5.0, t.panel, Stroke::new(1.5, t.text));
}

/// The chevron before a branch or category: a small open angle.
pub fn chevron(painter: &Painter, center: Pos2, open: bool, color: Color32) {
    let points = if open {
        vec![center + vec2(-3.5, -1.75), center + vec2(0.0, 1.75), center + vec2(3.5, -1.75)]
    } else {
        vec![center + vec2(-1.75, -3.5), center + vec2(1.75, 0.0), center + vec2(-1.75, 3.5)]
    };
    painter.add(Shape::line(points, Stroke::new(1.1, color)));
}

/// The small arrow beside the word of a column that is sorted by: down where the largest is first.
pub fn sort_arrow(painter: &Painter, center: Pos2, down: bool, color: Color32) {
    let y = if down { 1.0 } else { -1.0 };
    let points = vec![center + vec2(-3.5, -2.0 * y), center + vec2(3.5, -2.0 * y), center + vec2(0.0, 2.5 * y)];
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}
