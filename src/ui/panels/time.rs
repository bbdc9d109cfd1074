//! The time panel: transport, readout, legend, and the slider over bars of events.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{
    Context, EventFilter, Id, Key, Modifiers, Rect, RectAlign, Response, Sense, Tooltip, Ui, WidgetInfo, pos2, vec2,
};

use super::{PanelCx, problem, sentence, split_line};
use crate::app::action::{Action, Axis, FilterAction, Panel, Zoom};
use crate::app::command::{self as c, CommandContext};
use crate::app::playback::{PlaybackCommand, SPEEDS};
use crate::app::view::{Content, EventTypes, LegendEntry, TimeBody, TypeSlot, Zone};
use crate::model::{Applied, visible_name};
use crate::ui::axis::TimeAxis;
use crate::ui::course::{Bin, Course};
use crate::ui::density::{BarColors, density_ui};
use crate::ui::icons::Icon;
use crate::ui::ticks::Tick;
use crate::ui::tokens::{self, Tokens, mix, size};
use crate::ui::widgets::button::{Look, button, button_enabled, button_width, icon_button_enabled, segmented, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, asked_of, context_menu};
use crate::ui::widgets::menu::{self, Line, drop_button};
use crate::ui::widgets::scrubber::{PLOT, Scrubber, ScrubberOutput, bars};
use crate::ui::{format, paint, text};

/// Narrower than this, the slider has the whole width.
const WITH_LEGEND: f32 = 480.0;
/// Narrower than these, the first line has no switch of the axis, and no speed.
const WITH_AXIS: f32 = 440.0;
const WITH_SPEED: f32 = 272.0;
/// Width of the buttons that move the playhead.
const TRANSPORT: f32 = 164.0;
/// Width of the place of the button that folds the panel.
const FOLD: f32 = 36.0;
/// Narrower than these, the first line has no way back to the whole, and does not say which part is shown.
const WITH_WHOLE: f32 = 276.0;
const WITH_PART: f32 = 560.0;
/// The size that is kept while the panel is one line: that which it had before.
pub const UNFOLDED_TIME: &str = "unfolded time";
/// Least width of the type at the playhead that is worth showing.
const LEAST_READOUT: f32 = 40.0;

/// Keeps what a key asks for until the panel is drawn; it alone knows what is shown of the axis.
pub fn ask(ctx: &Context, action: &Action) {
    ctx.data_mut(|data| data.insert_temp(Id::unique("time asked"), action.clone()));
}

/// The menu of the place of the playhead.
const MENU: Groups = &[
    &[&c::SET_A, &c::COMPARE, &c::BOOKMARK, &c::GO_IN_STREAM],
    &[&c::FIRST, &c::STEP_BACK, &c::STEP_FORWARD, &c::LAST],
    &[&c::PLAY_PAUSE, &c::SLOWER, &c::FASTER],
    &[&c::TOGGLE_AXIS, &c::TOGGLE_UTC],
];

/// Shows the panel in `rect`.
pub fn time_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let (view, zone, id) = (&cx.view.time, cx.zone, cx.id(Panel::Time));
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let asked: Option<Action> = ui.data_mut(|data| {
        let asked = data.get_temp(Id::unique("time asked"));
        data.remove::<Action>(Id::unique("time asked"));
        asked
    });
    if matches!(view.content, Content::Empty) {
        sentence(ui, id, rect, "The slider appears with the events of a stream.", None);
        return;
    }
    let is_line = cx.time_folded == Some(true);
    let (line, rest) = if is_line { (rect, rect) } else { split_line(&painter, rect, size::HEADER, t) };
    let body = match &view.content {
        Content::Ready(body) => body,
        Content::Empty => return,
        Content::Loading => {
            spoken(ui, id.with("loading"), rest, "Reading the timeline");
            text::center(&painter, rest.center().x, rest.center().y, "Reading…", text::BODY, t.quiet);
            return;
        }
        Content::Failed(why) => {
            problem(ui, id, rest, why);
            return;
        }
    };
    let folds = matches!(asked, Some(Action::FoldTime));
    let fold = Rect::from_min_max(pos2(line.right() - FOLD, line.top()), line.right_bottom());
    let line = line.with_max_x(if cx.time_folded.is_some() { fold.left() } else { line.right() - size::PAD });
    let labels = PillLabels::of(body);
    let narrow = rect.width() < size::NARROW;
    let with_legend = !is_line && rest.width() >= WITH_LEGEND;
    let left = match (is_line, with_legend, narrow) {
        (true, ..) => line.left() + TRANSPORT + labels.width(&painter) + 8.0,
        (_, true, true) => rest.left() + 160.0,
        (_, true, false) => rest.left() + size::STREAMS,
        _ => rest.left(),
    };
    // Too low for everything: the rail stays, labels and bars are cut from above.
    let top = if is_line { rest.top() } else { rest.top().min(rest.bottom() - PLOT) };
    let right = if is_line { line.right() } else { rest.right() };
    let width = (right - 16.0 - left - 16.0).max(64.0);
    let plot = Rect::from_min_max(pos2(left + 16.0, top), pos2(left + 16.0 + width, rest.bottom()));
    let slider = Slider { id: id.with("slider"), plot, body, zone, labels, one_line: is_line };
    let shown = slider.shown(ui, asked, out);
    if is_line {
        transport_ui(ui, id, line.with_max_x(line.left() + TRANSPORT), body, cx.commands, out);
    } else {
        let right = transport_ui(ui, id, line, body, cx.commands, out);
        let right = part_ui(ui, id.with("part"), line.with_max_x(right - 16.0), body, &shown.0, out);
        readout_ui(ui, id, line.with_max_x(right - 16.0), body, zone);
    }
    if cx.time_folded.is_some() && (fold_ui(ui, id.with("fold"), fold, is_line) || folds) {
        let height = if is_line {
            cx.unfolded_time
        } else {
            out.push(Action::SetSize(UNFOLDED_TIME, Some(rect.height())));
            size::TIME_LINE
        };
        out.push(Action::SetSize("time", Some(height)));
    }
    if with_legend {
        let legend = Rect::from_min_max(rest.min, pos2(left, rest.bottom()));
        legend_ui(ui, id, legend, body, cx.view.events.types, narrow, out);
        paint::vline(&painter, legend.right(), rest.top(), rest.bottom(), t.hairline);
    }
    ui.set_clip_rect(rest.intersect(ui.clip_rect()));
    let slider = slider.show(ui, &shown, out);
    let asked = asked_of(ui, &slider).map(|at| Asked { at, groups: MENU, target: None });
    context_menu(ui, id.with("menu"), asked, cx.commands, out);
}

/// Folds the panel into one line, or opens it.
fn fold_ui(ui: &mut Ui, id: Id, rect: Rect, is_folded: bool) -> bool {
    let t = tokens::tokens(ui.ctx());
    let center = pos2(rect.center().x, rect.top() + 16.0);
    let place = Rect::from_center_size(center, vec2(24.0, 24.0));
    let name = if is_folded { "Open the timeline" } else { "Fold the timeline into one line" };
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(place, size::RADIUS, t.hover);
    }
    let color = if response.hovered() { t.text } else { t.secondary };
    // It points to where the panel's upper edge goes.
    let points = [vec2(-3.5, 1.75), vec2(0.0, -1.75), vec2(3.5, 1.75)].map(|point| match is_folded {
        true => center + point,
        false => center - point,
    });
    ui.painter().add(egui::Shape::line(points.to_vec(), egui::Stroke::new(1.5, color)));
    if response.has_focus() {
        paint::focus_ring(ui.painter(), place.shrink(2.0), t);
    }
    let clicked = response.clicked();
    response.on_hover_text(name);
    clicked
}

/// Where only a part of the axis is shown: which, and the way back to the whole. Returns where it begins.
fn part_ui(ui: &mut Ui, id: Id, line: Rect, body: &TimeBody<'_>, timeline: &TimeAxis, out: &mut Vec<Action>) -> f32 {
    let (t, painter) = (tokens::tokens(ui.ctx()), ui.painter().clone());
    let width = button_width(&painter, "Whole", None);
    if !timeline.zoom().is_part() || line.width() < WITH_WHOLE + width {
        return line.right() + 16.0;
    }
    let y = line.top() + 16.0;
    let place = Rect::from_min_max(pos2(line.right() - width, y - 12.0), pos2(line.right(), y + 12.0));
    if button(ui, id.with("whole"), place, Look::Outlined, "Whole", None).clicked() {
        out.push(Action::SetZoom(Zoom::WHOLE));
    }
    let (first, last) = timeline.shown(body.events);
    let version = |applied: Applied| format::version(body.events.version(applied.0.saturating_sub(1)));
    let of = format::number(body.events.len());
    let words = match last.0 < first.0 {
        true => format!("no event of {of}"),
        false => format!("{}–{} of {of}", version(first), version(last)),
    };
    if line.width() < WITH_PART + width + text::width(&painter, &words, text::DATA_SMALL) {
        spoken(ui, id, place.expand(1.0), &format!("Shown: {words}"));
        return place.left();
    }
    let left = text::right(&painter, place.left() - 10.0, y, &words, text::DATA_SMALL, t.secondary);
    let spot = Rect::from_min_max(pos2(left, place.top()), pos2(place.left() - 10.0, place.bottom()));
    spoken(ui, id, spot, &format!("Shown: {words}"));
    left
}

/// Buttons that move the playhead at the left, the axis at the right; returns where the latter begins.
fn transport_ui(
    ui: &mut Ui,
    id: Id,
    line: Rect,
    body: &TimeBody<'_>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) -> f32 {
    let y = line.top() + 16.0;
    let play = Rect::from_min_size(pos2(line.left() + 66.0, y - 12.0), vec2(32.0, 24.0));
    let slot = |center: f32| Rect::from_center_size(pos2(line.left() + center, y), vec2(28.0, 28.0));
    for (command, icon, rect) in [
        (&c::FIRST, Icon::SKIP_BACK, slot(22.0)),
        (&c::STEP_BACK, Icon::STEP_BACK, slot(50.0)),
        (&c::STEP_FORWARD, Icon::STEP_FORWARD, slot(114.0)),
        (&c::LAST, Icon::SKIP_FORWARD, slot(142.0)),
    ] {
        let enabled = command.enabled(commands);
        let response = icon_button_enabled(ui, id.with(command.name), rect, icon, 16.0, command.name, enabled);
        if response.clicked() {
            out.push(command.action(commands));
        }
    }
    play_ui(ui, id, play, body, out);
    if line.width() < WITH_SPEED {
        return line.right();
    }
    let word = format!("{} {}", body.speed, if body.speed == 1 { "event/s" } else { "events/s" });
    let wide = (text::width(ui.painter(), &word, text::BODY).ceil() + 32.0).max(96.0);
    let left = line.left() + 164.0;
    let speed = Rect::from_min_max(pos2(left, y - 12.0), pos2((left + wide).min(line.right()), y + 12.0));
    let button = drop_button(ui, id.with("speed"), speed, &word, &format!("Speed, {word}"), text::BODY);
    menu::popup(ui, &button, "Speed", 160.0, |ui| {
        for speed in SPEEDS {
            let word = format!("{speed} {}", if speed == 1 { "event/s" } else { "events/s" });
            if Line::new(&word, speed == body.speed).show(ui).clicked() {
                out.push(PlaybackCommand::SetSpeed(speed).into());
                ui.close();
            }
        }
    });
    if line.width() < WITH_AXIS {
        return line.right();
    }
    let words = [("Sequence", "Axis: sequence"), ("Time", "Axis: time")];
    let words = if body.has_times { &words[..] } else { &words[..1] };
    let active = usize::from(body.axis == Axis::Time);
    let (clicked, left) = segmented(ui, id.with("axis"), line.right(), y, words, active);
    let t = tokens::tokens(ui.ctx());
    let left = text::right(ui.painter(), left - 10.0, y, "Axis", text::LABEL, t.quiet);
    if let Some(clicked) = clicked.filter(|&clicked| clicked != active) {
        out.push(Action::SetAxis(if clicked == 1 { Axis::Time } else { Axis::Sequence }));
    }
    left
}

/// The one filled button of the window.
fn play_ui(ui: &mut Ui, id: Id, rect: Rect, body: &TimeBody<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let name = if body.playing { "Pause" } else { "Play" };
    let response = ui.interact(rect, id.with("play"), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    let fill = if response.hovered() { t.filled_hover } else { t.filled };
    ui.painter().rect_filled(rect, size::RADIUS, fill);
    if body.playing {
        for shift in [-4.0, 1.0] {
            let bar = Rect::from_min_size(rect.center() + vec2(shift, -5.5), vec2(3.0, 11.0));
            ui.painter().rect_filled(bar, 0.0, t.on_filled);
        }
    } else {
        // Lucide's is an outline; the one filled button has a filled sign.
        let center = rect.center() + vec2(0.5, 0.0);
        let points = vec![center + vec2(-4.5, -6.0), center + vec2(5.5, 0.0), center + vec2(-4.5, 6.0)];
        ui.painter().add(egui::Shape::convex_polygon(points, t.on_filled, egui::Stroke::NONE));
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), rect, t);
    }
    if response.clicked() {
        out.push(PlaybackCommand::TogglePlay.into());
    }
    response.on_hover_text(name);
}

/// Type and time of the event under the playhead. The slot of the type has the
/// width of the stream's longest frequent one, so that the time does not jump.
/// `line` ends where the switch of the axis begins.
fn readout_ui(ui: &mut Ui, id: Id, line: Rect, body: &TimeBody<'_>, zone: Zone) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = line.top() + 16.0;
    let left = line.left() + 296.0;
    let Some(current) = &body.current else {
        let (x, room) = (line.left() + 276.0, line.width() - 276.0);
        if room >= LEAST_READOUT {
            text::left_cut(&painter, x, y, "Initial state", text::BODY_MEDIUM, t.secondary, room);
        }
        return;
    };
    let widest = body.legend.iter().map(|entry| text::width(&painter, &visible_name(entry.name), text::BODY_MEDIUM));
    let room = line.right();
    let slot = widest.fold(112.0_f32, f32::max).min(160.0).ceil().min(room - left);
    if slot >= LEAST_READOUT {
        paint::type_shape(&painter, pos2(left - 14.0, y), 5.5, current.slot, t);
        text::left_name(&painter, left, y, current.type_name, text::BODY_MEDIUM, t.text, slot);
    }
    let mut words = format!("{}, v{}", visible_name(current.type_name), current.version);
    let mut x = left + slot + 14.0;
    if let Some((date, clock, offset)) = current.time.and_then(|time| format::time_parts(time, zone)) {
        let whole = format!("{date} {clock}");
        words.push_str(&format!(", {whole} {offset}"));
        if x + text::width(&painter, &whole, text::DATA) < room {
            x = text::left(&painter, x, y, &whole, text::DATA, t.text) + 8.0;
            if x + 48.0 < room {
                text::left(&painter, x, y, &offset, text::DATA, t.quiet);
            }
        }
    }
    if slot < LEAST_READOUT {
        return;
    }
    let spot = Rect::from_min_max(pos2(left - 22.0, line.top()), pos2(x.max(left + slot), line.bottom() - 1.0));
    let response = spoken(ui, id.with("readout"), spot, &words);
    let stored = current.time_text.map(|stored| format!("\nstored as {stored}")).unwrap_or_default();
    response.on_hover_text(format!("{words}{stored}"));
}

/// The most frequent types; a click lists the events of one, a second click all again.
fn legend_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    body: &TimeBody<'_>,
    types: EventTypes<'_>,
    narrow: bool,
    out: &mut Vec<Action>,
) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let others = (body.others.0 > 0).then(|| {
        format!("{} {}", format::plural(body.others.0, "more type", "more types"), format::number(body.others.1))
    });
    let named = body.legend.iter().map(|entry| format!("{} {}", visible_name(entry.name), format::number(entry.count)));
    let words: Vec<String> = named.chain(others).collect();
    spoken(ui, id.with("legend"), rect, &words.join(", "));
    let shown = if narrow { 3 } else { 4 };
    let needs = |entry: &LegendEntry<'_>| {
        let number = text::width(&painter, &format::number(entry.count), text::DATA_SMALL);
        12.0 + text::width(&painter, &visible_name(entry.name), text::LABEL) + 6.0 + number
    };
    // One column where two would cut names beside large numbers.
    let one_column = !narrow && rect.height() >= 72.0 && body.legend.iter().any(|entry| needs(entry) > 106.0);
    for at in 0..shown {
        let (name, slot, count) = match body.legend.get(at) {
            Some(entry) => (entry.name.to_owned(), Some(entry.slot), entry.count),
            None if body.others.0 > 0 && (at == 3 || at == body.legend.len()) => {
                (format::plural(body.others.0, "more type", "more types"), None, body.others.1)
            }
            None => continue,
        };
        let (x, y, right) = if narrow {
            (rect.left() + 16.0, rect.top() + 14.0 + 16.0 * at as f32, rect.left() + 148.0)
        } else if one_column {
            (rect.left() + 16.0, rect.top() + 14.0 + 16.0 * at as f32, rect.left() + 248.0)
        } else {
            // Down the first column, then the second.
            let column = (at / 2) as f32;
            (
                rect.left() + 16.0 + 128.0 * column,
                rect.top() + 18.0 + 20.0 * (at % 2) as f32,
                rect.left() + 122.0 + 126.0 * column,
            )
        };
        let number = format::number(count);
        if let Some(entry) = body.legend.get(at) {
            let place = Rect::from_min_max(pos2(x - 10.0, y - 9.0), pos2(right + 6.0, y + 9.0));
            let is_on = types.listed() == Some(1) && types.is_listed(entry.name);
            if type_ui(ui, id.with(("type", at)), place, entry.name, is_on) {
                out.push(Action::SetEventTypes((!is_on).then(|| [entry.name.to_owned()].into())));
            }
        }
        match slot {
            Some(slot) => paint::type_shape(&painter, pos2(x, y), 4.5, slot, t),
            None => {
                painter.rect_filled(Rect::from_center_size(pos2(x, y), vec2(8.0, 8.0)), 0.0, t.outline);
            }
        }
        let left = text::right(&painter, right, y, &number, text::DATA_SMALL, t.secondary);
        text::left_name(&painter, x + 12.0, y, &name, text::LABEL, t.secondary, left - 6.0 - x - 12.0);
    }
}

/// A type that can be clicked; its name and number are painted over it.
fn type_ui(ui: &mut Ui, id: Id, place: Rect, name: &str, is_on: bool) -> bool {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(place, id, Sense::click());
    let name = visible_name(name);
    let words = format!("Only {name}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, &words));
    if is_on {
        ui.painter().rect_filled(place, size::RADIUS, t.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(place, size::RADIUS, t.hover);
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), place.shrink(2.0), t);
    }
    let clicked = response.clicked();
    response.on_hover_text(if is_on { "List every type".to_owned() } else { format!("List only {name}") });
    clicked
}

/// What the pill says, and the longest that it can say: it does not twitch while playing.
struct PillLabels {
    now: String,
    widest: String,
}

impl PillLabels {
    fn of(body: &TimeBody<'_>) -> PillLabels {
        let len = body.events.len();
        PillLabels {
            now: pill_label(body, body.applied.0, body.current.as_ref().map(|current| current.version)),
            widest: pill_label(body, len, len.checked_sub(1).map(|last| body.events.version(last))),
        }
    }

    fn width(&self, painter: &egui::Painter) -> f32 {
        let widths = [&self.now, &self.widest].map(|label| text::width(painter, label, text::DATA));
        (widths[0].max(widths[1]) + 16.0).round()
    }
}

/// The slider with bars and labels.
struct Slider<'a> {
    id: Id,
    plot: Rect,
    body: &'a TimeBody<'a>,
    zone: Zone,
    labels: PillLabels,
    one_line: bool,
}

/// The axis with its ticks.
type Shown = (TimeAxis, Vec<Tick>);

/// What the axis and the playhead were in the frame before.
#[derive(Clone, Copy)]
struct Before {
    axis: Axis,
    len: u64,
    applied: Applied,
    /// Events that were shown.
    shown: (Applied, Applied),
}

impl Slider<'_> {
    /// The course of the stream: kept from the last frame, or a new one; in slices where it is long.
    fn course(&self, ui: &Ui) -> Arc<Course> {
        type Key = (u64, u64);
        let (body, id) = (self.body, self.id.with("course"));
        let key: Key = (body.revision, body.events.len());
        // Taken out while it is made, or each slice would copy it.
        let kept: Option<(Key, Arc<Course>)> = ui.data_mut(|data| {
            let kept = data.get_temp(id);
            data.remove::<(Key, Arc<Course>)>(id);
            kept
        });
        let mut course = match kept {
            Some((made_for, course)) if made_for == key => course,
            _ => {
                let mut top: [Option<TypeSlot>; 3] = [None; 3];
                for (place, entry) in top.iter_mut().zip(&body.legend) {
                    *place = Some(entry.slot);
                }
                Arc::new(Course::new(body.events, top))
            }
        };
        if !course.is_done() && Arc::make_mut(&mut course).advance(body.events) {
            ui.ctx().request_repaint();
        }
        ui.data_mut(|data| data.insert_temp(id, (key, Arc::clone(&course))));
        course
    }

    /// What is shown of the axis; where something else should be, that is asked for and shown.
    fn shown(&self, ui: &Ui, asked: Option<Action>, out: &mut Vec<Action>) -> Arc<Shown> {
        let (body, course) = (self.body, self.course(ui));
        let shown = self.at(ui, &course, body.zoom);
        if !course.is_done() {
            return shown;
        }
        let id = self.id.with("before");
        let before: Option<Before> = ui.data(|data| data.get_temp(id));
        let mut timeline = Arc::clone(&shown);
        let mut show = |timeline: &mut Arc<Shown>, zoom: Zoom| {
            *timeline = self.at(ui, &course, zoom);
            out.push(Action::SetZoom(zoom));
        };
        let axis = timeline.0.axis();
        if let Some(before) = before.filter(|_| body.zoom.is_part()) {
            // Another axis, or more events: the same ones are shown.
            if before.axis != axis || before.len != body.events.len() {
                let zoom = timeline.0.showing(before.shown, body.events);
                show(&mut timeline, zoom);
            }
            let is_dragged = ui.ctx().is_being_dragged(self.id);
            let margin = if is_dragged { 0.0 } else { 24.0 };
            let moved = before.applied != body.applied;
            if let Some(zoom) = timeline.0.revealing(body.applied, margin, body.events).filter(|_| moved) {
                show(&mut timeline, zoom);
            }
        }
        if let Some(Action::ZoomAtPlayhead(is_nearer)) = asked {
            if let Some(zoom) = timeline.0.revealing(body.applied, self.plot.width() / 2.0, body.events) {
                show(&mut timeline, zoom);
            }
            let x = timeline.0.x_of(body.applied, body.events);
            let zoom = timeline.0.zoomed(if is_nearer { 2.0 } else { 0.5 }, x);
            show(&mut timeline, zoom);
        }
        let (len, applied) = (body.events.len(), body.applied);
        let before = Before { axis, len, applied, shown: timeline.0.shown(body.events) };
        ui.data_mut(|data| data.insert_temp(id, before));
        timeline
    }

    /// The axis at a zoom, kept while nothing changes.
    fn at(&self, ui: &Ui, course: &Arc<Course>, zoom: Zoom) -> Arc<Shown> {
        let (body, id) = (self.body, self.id.with("axis"));
        let bits = [zoom.times.to_bits(), zoom.left.to_bits()];
        let key: MadeFor = (body.revision, body.axis, self.plot.width() as u32, body.events.len(), self.zone, bits);
        let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
        if let Some((_, shown)) = kept.filter(|(made_for, _)| *made_for == key) {
            return shown;
        }
        let timeline = TimeAxis::new(Arc::clone(course), body.axis, self.plot.width(), zoom, body.events);
        let ticks = timeline.ticks(body.events, self.zone);
        let shown = Arc::new((timeline, ticks));
        if course.is_done() {
            ui.data_mut(|data| data.insert_temp::<Kept>(id, (key, Arc::clone(&shown))));
        }
        shown
    }

    fn show(&self, ui: &mut Ui, shown: &Arc<Shown>, out: &mut Vec<Action>) -> Response {
        let t = tokens::tokens(ui.ctx());
        let painter = ui.painter().clone();
        let (body, plot, id) = (self.body, self.plot, self.id);
        let (timeline, ticks) = &**shown;
        let spoken = spoken_value(body, self.zone);
        let flags: Vec<Applied> = body.flags.iter().map(|flag| flag.applied).collect();
        let scrubber = Scrubber {
            id,
            timeline,
            events: body.events,
            one_line: self.one_line,
            applied: body.applied,
            point_a: body.point_a,
            comparing: body.comparing,
            label: &self.labels.now,
            pill_width: self.labels.width(&painter),
            spoken: &spoken,
            stopped_at: body.stopped_at,
            halted: body.halted,
            skipped: body.skipped,
            flags: &flags,
        };
        let output = scrubber.interact(ui, plot);
        let bottom = if self.one_line { plot.bottom() - 6.0 } else { plot.bottom() };
        scrubber.paint_band(&painter, plot, t);
        scrubber.paint_rail(&painter, plot, bottom, t);
        let letter = scrubber.paint_a(&painter, plot, output.pill, t);
        if let Some(letter) = letter {
            point_a_ui(ui, id.with("point A"), letter, body);
        }
        if !self.one_line {
            labels_ui(&painter, plot, timeline, ticks, [Some(output.pill), letter], t);
        }
        let bars = bars(plot);
        let selected = selection(ui, id.with("selection"), timeline, body, &output).filter(|_| !self.one_line);
        if let Some((first, last)) = selected {
            let x = [first, last].map(|at| plot.left() + timeline.x_of(Applied(at + 1), body.events));
            let band = Rect::from_x_y_ranges(x[0] - 2.0..=x[1] + 3.0, bars.y_range());
            painter.with_clip_rect(bars.expand2(vec2(3.0, 0.0))).rect_filled(band, 0.0, t.selected);
        }
        if !self.one_line {
            let matches = matches(ui, id.with("matches"), shown, body);
            let matches = matches.as_deref().map(Vec::as_slice);
            density_ui(ui, id.with("density"), bars, timeline, matches, &bar_colors(body, t));
        }
        if let Some(hovered) = output.hovered.filter(|hovered| *hovered != body.applied) {
            scrubber.paint_hover(&painter, plot, hovered, t);
        }
        scrubber.paint_playhead(&painter, plot, bottom, output.pill, output.response.has_focus(), t);
        if let Some(selected) = selected.filter(|_| output.dragged.is_none()) {
            selected_ui(ui, id, bars, timeline, body, selected, out);
        }
        finish(body, plot, self.zone, &output, out);
        output.response
    }
}

/// What the axis is made for, and it.
type MadeFor = (u64, Axis, u32, u64, Zone, [u64; 2]);
type Kept = (MadeFor, Arc<Shown>);

/// The bars of what passes the filter, as long as filter and axis are the same.
fn matches(ui: &Ui, id: Id, axis: &Arc<Shown>, body: &TimeBody<'_>) -> Option<Arc<Vec<Bin>>> {
    type Made = (Arc<Shown>, Arc<Vec<u32>>, Arc<Vec<Bin>>);
    let places = body.matches?;
    let made: Option<Made> = ui.data(|data| data.get_temp(id));
    if let Some((of, all, bins)) = made
        && Arc::ptr_eq(&of, axis)
        && Arc::ptr_eq(&all, places)
    {
        return Some(bins);
    }
    let bins = Arc::new(axis.0.matches(places, body.events));
    // One that is still being made is not held: it would be copied with each slice.
    if axis.0.is_done() {
        ui.data_mut(|data| data.insert_temp::<Made>(id, (Arc::clone(axis), Arc::clone(places), Arc::clone(&bins))));
    }
    Some(bins)
}

/// The events that were dragged over in the bars: the first and the last, counted from 0.
fn selection(ui: &Ui, id: Id, timeline: &TimeAxis, body: &TimeBody<'_>, output: &ScrubberOutput) -> Option<(u64, u64)> {
    type Kept = (u64, (u64, u64));
    if let Some((from, to)) = output.dragged {
        match timeline.between(from, to, body.events) {
            Some(events) => {
                ui.data_mut(|data| data.insert_temp::<Kept>(id, (body.revision, events)));
            }
            None => ui.data_mut(|data| data.remove::<Kept>(id)),
        }
        // The button appears once it is let go.
        ui.data_mut(|data| data.insert_temp(id.with("fresh"), true));
    }
    let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
    let kept = kept.filter(|(revision, _)| *revision == body.revision && !output.response.clicked());
    if kept.is_none() {
        ui.data_mut(|data| data.remove::<Kept>(id));
    }
    kept.map(|(_, events)| events)
}

/// The button that lists the selected events alone. Esc, or a click elsewhere, selects nothing.
fn selected_ui(
    ui: &mut Ui,
    slider: Id,
    bars: Rect,
    timeline: &TimeAxis,
    body: &TimeBody<'_>,
    (first, last): (u64, u64),
    out: &mut Vec<Action>,
) {
    let (t, id) = (tokens::tokens(ui.ctx()), slider.with("selection"));
    let word = "Only these events";
    let width = button_width(ui.painter(), word, None);
    let center =
        bars.left() + [first, last].map(|at| timeline.x_of(Applied(at + 1), body.events)).iter().sum::<f32>() / 2.0;
    let left = (center - width / 2.0).clamp(bars.left(), (bars.right() - width).max(bars.left()));
    let place = Rect::from_min_size(pos2(left.round(), bars.center().y - 12.0), vec2(width, 24.0));
    ui.painter().rect_filled(place, size::RADIUS, t.panel);
    let enabled = if body.has_times { Ok(()) } else { Err("these events have no times") };
    let response = button_enabled(ui, id.with("only"), place, Look::Outlined, word, None, enabled);
    if ui.data_mut(|data| data.remove_temp::<bool>(id.with("fresh"))).is_some() && enabled.is_ok() {
        response.request_focus();
    }
    if response.has_focus() {
        let filter = EventFilter { escape: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    let escape = response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    let elsewhere = ui.input(|input| input.pointer.any_click()) && !response.clicked() && !response.hovered();
    if response.clicked() {
        out.push(FilterAction::Between(first, last).into());
    }
    if response.clicked() || escape || elsewhere && !response.gained_focus() {
        ui.data_mut(|data| data.remove::<(u64, (u64, u64))>(id));
        if !elsewhere {
            ui.memory_mut(|memory| memory.request_focus(slider));
        }
    }
}

fn finish(body: &TimeBody<'_>, plot: Rect, zone: Zone, output: &ScrubberOutput, out: &mut Vec<Action>) {
    if let Some(zoom) = output.zoom {
        out.push(Action::SetZoom(zoom));
    }
    if let Some(at) = output.set_a {
        out.push(Action::SetPointA(at));
    }
    if let Some(to) = output.scrub_to {
        out.push(PlaybackCommand::ScrubTo(to).into());
    }
    if let Some(step) = output.step {
        out.push(PlaybackCommand::StepMatch(step).into());
    }
    if let (Some(hovered), Some(pointer)) = (output.hovered, output.response.hover_pos()) {
        // Above the plot: at the pointer it would lie on the playhead's label.
        let column = Rect::from_x_y_ranges(pointer.x..=pointer.x, plot.y_range());
        let mut card = Tooltip::for_enabled(&output.response);
        card.popup = card.popup.anchor(column).align(RectAlign::TOP).align_alternatives(&[]);
        card.show(|ui| ui.label(hover_card(body, hovered, zone)));
    }
}

/// Says where point A is.
fn point_a_ui(ui: &mut Ui, id: Id, letter: Rect, body: &TimeBody<'_>) {
    let Some(at) = body.point_a else { return };
    let version = at.0.checked_sub(1).map(|place| format::version(body.events.version(place)));
    let version = version.unwrap_or_else(|| "the initial state".to_owned());
    let words = if body.comparing { ", compared with the playhead" } else { "" };
    spoken(ui, id, letter, &format!("Point A at {version}{words}"));
}

fn hover_card(body: &TimeBody<'_>, at: Applied, zone: Zone) -> String {
    let (events, bookmark) = (body.events, bookmark(body, at, "\n"));
    let Some(index) = at.0.checked_sub(1) else { return format!("Initial state{bookmark}") };
    let time = events.time(index).map(|time| format!("\n{}", format::time_full(time, zone))).unwrap_or_default();
    format!("{} {}{time}{bookmark}", format::version(events.version(index)), visible_name(&events.type_name(index)))
}

/// What is said of the bookmark at a place.
fn bookmark(body: &TimeBody<'_>, at: Applied, before: &str) -> String {
    match body.flags.iter().find(|flag| flag.applied == at) {
        Some(flag) if flag.note.is_empty() => format!("{before}bookmark"),
        Some(flag) => format!("{before}bookmark: {}", flag.note),
        None => String::new(),
    }
}

fn bar_colors(body: &TimeBody<'_>, t: &Tokens) -> BarColors {
    // What passes the filter is told apart from what does not, whatever its type.
    let rest = if body.matches.is_some() { t.text } else { t.outline };
    let of = |at: usize| body.legend.get(at).map_or(rest, |entry| t.of_type(entry.slot));
    BarColors { kinds: [of(0), of(1), of(2), rest], left_out: mix(t.panel, t.outline, 0.4) }
}

/// `v57 · 58 of 214`.
fn pill_label(body: &TimeBody<'_>, applied: u64, version: Option<crate::model::Version>) -> String {
    let of = format!("{} of {}", format::number(applied), format::number(body.events.len()));
    match version {
        Some(version) => format!("{} · {of}", format::version(version)),
        None => format!("initial · {of}"),
    }
}

fn spoken_value(body: &TimeBody<'_>, zone: Zone) -> String {
    let bookmark = bookmark(body, body.applied, ", ");
    let of = format!("{} of {}{bookmark}", body.applied, body.events.len());
    match &body.current {
        None => format!("initial state, {of}"),
        Some(current) => {
            let time = current.time.map(|time| format!(", {}", format::time_full(time, zone))).unwrap_or_default();
            format!("version {}, {of}, {}{time}", current.version, visible_name(current.type_name))
        }
    }
}

/// Labels above the bars and ticks below; a label that would touch another is dropped.
fn labels_ui(
    painter: &egui::Painter,
    plot: Rect,
    timeline: &TimeAxis,
    ticks: &[Tick],
    over: [Option<Rect>; 2],
    t: &Tokens,
) {
    let y = plot.top() + 10.0;
    let mut taken: Vec<(f32, f32)> =
        over.into_iter().flatten().map(|rect| (rect.left() - 4.0, rect.right() + 4.0)).collect();
    let free = |taken: &[(f32, f32)], from: f32, to: f32| taken.iter().all(|(a, b)| to + 8.0 < *a || from > *b + 8.0);
    for gap in timeline.gaps().iter().filter(|gap| timeline.is_seen(gap.x)) {
        let label = gap.label();
        let width = text::width(painter, &label, text::LABEL);
        let left = plot.left() + gap.x + (crate::ui::axis::BREAK - width) / 2.0;
        if free(&taken, left, left + width) {
            text::left(painter, left, y, &label, text::LABEL, t.quiet);
            taken.push((left, left + width));
        }
    }
    for tick in ticks.iter().filter(|tick| timeline.is_seen(tick.x)) {
        let x = plot.left() + tick.x;
        let height = if tick.major { 4.0 } else { 2.0 };
        let color = if tick.major { t.outline } else { t.hairline };
        paint::vline(painter, x, bars(plot).bottom(), bars(plot).bottom() + height, color);
        if tick.label.is_empty() {
            continue;
        }
        let width = text::width(painter, &tick.label, text::LABEL);
        let left = if tick.x < 20.0 { x } else { x - width / 2.0 }.min(plot.right() - width);
        if free(&taken, left, left + width) {
            text::left(painter, left, y, &tick.label, text::LABEL, t.secondary);
            taken.push((left, left + width));
        }
    }
}
