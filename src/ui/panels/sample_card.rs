//! A card of the first page that opens a sample store, with a picture of what is to be found there.

use egui::accesskit::Role;
use egui::{Color32, Id, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::app::action::Action;
use crate::app::samples::SampleCard;
use crate::app::view::TypeSlot;
use crate::ui::tokens::{self, Tokens, mix, size};
use crate::ui::{paint, text};

pub const CARD: Vec2 = vec2(288.0, 236.0);
/// Of a card, for its picture.
pub const PICTURE: f32 = 103.0;

/// Shows a card whose words are below so many points of picture.
pub fn card_ui(ui: &mut Ui, id: Id, rect: Rect, picture: f32, card: &SampleCard, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("Open sample {}. {}", card.title, card.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let hot = response.hovered();
    if hot {
        painter.rect_filled(rect, size::RADIUS, t.hover);
    }
    paint::outline(&painter, rect, size::RADIUS, if hot { t.outline } else { t.hairline });
    let top = rect.top() + picture;
    if picture > 0.0 {
        let corner = rect.min + vec2(16.0, 16.0);
        let painter = painter.with_clip_rect(rect.intersect(ui.clip_rect()));
        Picture { painter: &painter, corner, t }.of(card.id);
        paint::hline(&painter, rect.left(), rect.right(), top, if hot { t.outline } else { t.hairline });
    }
    let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
    text::left(&painter, left, top + 21.0, card.title, text::TITLE, t.text);
    let place = Rect::from_min_size(pos2(left, top + 36.0), vec2(right - left, 54.0));
    text::paragraph(&painter, place, card.text, text::BODY, t.secondary, 3);
    let y = rect.bottom() - 23.0;
    let end = text::left(&painter, left, y, card.file, text::DATA, t.text);
    let room = right - end - 8.0;
    text::right_cut(&painter, right, y, card.framework, text::LABEL.on_baseline_of(text::DATA), t.quiet, room);
    if response.has_focus() {
        paint::focus_ring(&painter, rect, t);
    }
    if response.clicked() {
        out.push(Action::OpenSample(card.id));
    }
}

/// 256 by 72 points to draw on.
struct Picture<'a> {
    painter: &'a Painter,
    corner: Pos2,
    t: &'a Tokens,
}

impl Picture<'_> {
    fn of(&self, card: &str) {
        match card {
            "bank" => self.bank(),
            "orders" => self.orders(),
            "library" => self.library(),
            "marten" => self.marten(),
            "messagedb" => self.messagedb(),
            "kurrentdb" => self.kurrentdb(),
            "castore" => self.castore(),
            "modulith" => self.modulith(),
            _ => {}
        }
    }

    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.corner + vec2(x, y)
    }

    fn block(&self, x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(self.at(x, y), vec2(width, height))
    }

    fn fill(&self, rect: Rect, color: Color32) {
        self.painter.rect_filled(rect, 1.0, color);
    }

    /// The colour of what is there and not spoken of.
    fn plain(&self) -> Color32 {
        mix(self.t.panel, self.t.outline, 0.6)
    }

    fn line(&self, from: (f32, f32), to: (f32, f32), color: Color32) {
        self.painter.line_segment([self.at(from.0, from.1), self.at(to.0, to.1)], Stroke::new(1.25, color));
    }

    fn lane(&self, y: f32) {
        paint::hline(self.painter, self.corner.x, self.corner.x + 256.0, self.corner.y + y, self.t.outline);
    }

    /// The shapes of event types at these places.
    fn shapes(&self, places: &[(f32, f32, u8)]) {
        for (x, y, slot) in places {
            paint::type_shape(self.painter, self.at(*x, *y), 5.5, TypeSlot(*slot), self.t);
        }
    }

    /// An exclamation mark in a ring.
    fn trouble(&self, x: f32, y: f32) {
        let center = self.at(x, y);
        self.painter.circle_filled(center, 8.0, self.t.panel);
        self.painter.circle_stroke(center, 7.0, Stroke::new(1.5, self.t.error));
        text::center(self.painter, center.x, center.y, "!", text::LABEL, self.t.error);
    }

    /// The playhead over the whole height.
    fn playhead(&self, x: f32) {
        self.painter.rect_filled(self.block(x - 1.0, 0.0, 2.0, 72.0), 0.0, self.t.playhead);
    }

    /// A balance that falls below its limit and recovers, with the playhead where it did.
    fn bank(&self) {
        let steps = [(0.0, 30.0), (24.0, 22.0), (40.0, 26.0), (62.0, 12.0), (88.0, 18.0), (104.0, 36.0), (120.0, 44.0)];
        let below = [(135.0, 60.0), (168.0, 64.0)];
        let back = [(184.0, 40.0), (204.0, 28.0), (222.0, 34.0), (234.0, 16.0), (256.0, 16.0)];
        let limit = 48.0;
        let debt = mix(self.t.panel, self.t.error, 0.38);
        self.painter.rect_filled(self.block(135.0, limit, 33.0, 12.0), 0.0, debt);
        self.painter.rect_filled(self.block(168.0, limit, 16.0, 16.0), 0.0, debt);
        let (left, right) = (self.corner.x, self.corner.x + 256.0);
        paint::dashed_hline(self.painter, left, right, self.corner.y + limit, self.t.outline);
        let all: Vec<(f32, f32)> = steps.into_iter().chain(below).chain(back).collect();
        for pair in all.windows(2) {
            let ((x, y), (next, to)) = (pair[0], pair[1]);
            self.line((x, y), (next, y), self.t.text);
            if y != to {
                self.line((next, y), (next, to), self.t.text);
            }
        }
        self.playhead(135.0);
        self.painter.circle_filled(self.at(135.0, 60.0), 4.5, self.t.playhead);
    }

    /// Three streams that lead to each other; one event is in trouble.
    fn orders(&self) {
        for y in [12.0, 36.0, 60.0] {
            self.lane(y);
        }
        for (from, to) in [((8.0, 12.0), (34.0, 36.0)), ((126.0, 36.0), (140.0, 60.0)), ((172.0, 36.0), (204.0, 12.0))]
        {
            self.line(from, to, self.t.outline);
        }
        self.shapes(&[(8.0, 12.0, 0), (88.0, 12.0, 2), (204.0, 12.0, 6), (34.0, 36.0, 3), (126.0, 36.0, 5)]);
        self.shapes(&[(140.0, 60.0, 7), (222.0, 60.0, 1)]);
        self.trouble(172.0, 36.0);
    }

    /// Events before and after a day on which their form changed.
    fn library(&self) {
        for nth in 0..14 {
            let event = self.block(4.0 + 18.0 * nth as f32, 26.0, 12.0, 20.0);
            let stroke = match nth {
                5 => Stroke::new(1.75, self.t.changed),
                0..7 => Stroke::new(1.25, self.plain()),
                _ => {
                    self.fill(event, self.plain());
                    continue;
                }
            };
            self.painter.rect_stroke(event, 1.0, stroke, StrokeKind::Inside);
        }
        self.line((127.0, 10.0), (127.0, 62.0), self.t.outline);
        let y = self.corner.y + 10.0;
        text::right(self.painter, self.corner.x + 119.0, y, "revision 1", text::LABEL, self.t.quiet);
        text::left(self.painter, self.corner.x + 135.0, y, "revision 2", text::LABEL, self.t.quiet);
    }

    /// What is stored beside what the events come to; twice they differ.
    fn marten(&self) {
        text::left(self.painter, self.corner.x, self.corner.y + 20.0, "stored", text::LABEL, self.t.quiet);
        text::left(self.painter, self.corner.x, self.corner.y + 52.0, "events", text::LABEL, self.t.quiet);
        for nth in 0..11 {
            let x = 62.0 + 17.5 * nth as f32;
            for y in [12.0, 44.0] {
                let one = self.block(x, y, 12.0, 16.0);
                self.fill(one, self.plain());
                if [6, 9].contains(&nth) {
                    self.painter.rect_stroke(one, 1.0, Stroke::new(1.5, self.t.changed), StrokeKind::Inside);
                }
            }
            if [6, 9].contains(&nth) {
                let x = self.corner.x + x + 6.0;
                text::center(self.painter, x, self.corner.y + 36.0, "~", text::LABEL, self.t.changed);
            }
        }
    }

    /// Commands and what came of them; one came to something twice.
    fn messagedb(&self) {
        self.lane(14.0);
        self.lane(58.0);
        for (command, event) in [(12.0, 30.0), (60.0, 78.0), (112.0, 130.0), (190.0, 208.0)] {
            self.line((command, 14.0), (event, 58.0), self.t.outline);
            self.shapes(&[(command, 14.0, 2), (event, 58.0, 0)]);
        }
        self.line((112.0, 14.0), (168.0, 58.0), self.t.error);
        self.shapes(&[(112.0, 14.0, 2)]);
        self.trouble(168.0, 58.0);
    }

    /// Chunks of a log with their records, some of them no longer shown by the server.
    fn kurrentdb(&self) {
        for chunk in 0..4 {
            let left = 66.0 * chunk as f32;
            paint::outline(self.painter, self.block(left, 6.0, 58.0, 60.0), 2, self.t.outline);
            for record in 0..if chunk == 3 { 3 } else { 6 } {
                let width = 22.0 + ((chunk * 5 + record * 7) % 4) as f32 * 8.0;
                let place = self.block(left + 6.0, 13.0 + 8.5 * record as f32, width, 4.0);
                let is_hidden = (chunk * 6 + record) % 5 == 2;
                if is_hidden {
                    self.painter.rect_stroke(place, 0.0, Stroke::new(1.0, self.t.removed), StrokeKind::Inside);
                } else {
                    self.fill(place, self.plain());
                }
            }
        }
    }

    /// A parcel and a van that change in one transaction.
    fn castore(&self) {
        self.lane(18.0);
        self.lane(54.0);
        for x in [92.0, 196.0] {
            self.line((x, 18.0), (x, 54.0), self.t.accent);
        }
        self.shapes(&[(10.0, 18.0, 2), (38.0, 18.0, 5), (62.0, 18.0, 5), (92.0, 18.0, 7), (196.0, 18.0, 4)]);
        self.shapes(&[
            (24.0, 54.0, 0),
            (92.0, 54.0, 7),
            (130.0, 54.0, 7),
            (164.0, 54.0, 3),
            (196.0, 54.0, 4),
            (236.0, 54.0, 7),
        ]);
    }

    /// Who was told of each event, and who was not.
    fn modulith(&self) {
        for listener in 0..3 {
            for event in 0..14 {
                let place = self.block(3.0 + 18.0 * event as f32, 7.0 + 22.0 * listener as f32, 12.0, 12.0);
                match (listener, event) {
                    (1, 9) => {}
                    (0, 12 | 13) => {
                        self.painter.rect_stroke(place, 1.0, Stroke::new(1.25, self.t.warning), StrokeKind::Inside);
                    }
                    (1, 3 | 6) | (2, 1 | 5 | 8 | 11) => {}
                    _ => self.fill(place, mix(self.t.panel, self.t.ok, 0.7)),
                }
            }
        }
        self.trouble(171.0, 35.0);
    }
}
