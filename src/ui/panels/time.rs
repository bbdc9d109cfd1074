//! The time panel: transport, readout, legend, and the slider over bars of events.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Id, Rect, RectAlign, Response, Sense, Tooltip, Ui, WidgetInfo, pos2, vec2};

use super::{PanelCx, problem, sentence, split_line};
use crate::app::action::{Action, Axis, Panel};
use crate::app::command::{self as c, CommandContext};
use crate::app::playback::{PlaybackCommand, SPEEDS};
use crate::app::view::{Content, EventTypes, TimeBody, TypeSlot, Zone};
use crate::model::Applied;
use crate::ui::axis::TimeAxis;
use crate::ui::density::density_ui;
use crate::ui::icons::Icon;
use crate::ui::ticks::Tick;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{icon_button_enabled, segmented, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, asked_of, context_menu};
use crate::ui::widgets::menu::{self, Line, drop_button};
use crate::ui::widgets::scrubber::{Scrubber, ScrubberOutput};
use crate::ui::{format, paint, text};

/// Height of labels, bars and rail.
const PLOT: f32 = 88.0;
/// Narrower than this, the slider has the whole width.
const WITH_LEGEND: f32 = 480.0;
/// Narrower than these, the first line has no switch of the axis, and no speed.
const WITH_AXIS: f32 = 440.0;
const WITH_SPEED: f32 = 272.0;
/// Least width of the type at the playhead that is worth showing.
const LEAST_READOUT: f32 = 40.0;

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
    if matches!(view.content, Content::Empty) {
        sentence(ui, id, rect, "The slider appears with the events of a stream.", None);
        return;
    }
    let (line, rest) = split_line(&painter, rect, size::HEADER, t);
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
    let right = transport_ui(ui, id, line, body, cx.commands, out);
    readout_ui(ui, id, line.with_max_x(right - 16.0), body, zone);
    let narrow = rect.width() < size::NARROW;
    let mut left = rest.left();
    if rest.width() >= WITH_LEGEND {
        let width = if narrow { 160.0 } else { size::STREAMS };
        let legend = Rect::from_min_size(rest.min, vec2(width, rest.height()));
        legend_ui(ui, id, legend, body, cx.view.events.types, narrow, out);
        paint::vline(&painter, legend.right(), rest.top(), rest.bottom(), t.hairline);
        left = legend.right();
    }
    // Too low for everything: the rail stays, labels and bars are cut from above.
    let top = rest.top().min(rest.bottom() - PLOT);
    let width = (rest.right() - 16.0 - left - 16.0).max(64.0);
    let plot = Rect::from_min_max(pos2(left + 16.0, top), pos2(left + 16.0 + width, rest.bottom()));
    ui.set_clip_rect(rest.intersect(ui.clip_rect()));
    let slider = slider_ui(ui, id.with("slider"), plot, body, zone, out);
    let asked = asked_of(ui, &slider).map(|at| Asked { at, groups: MENU, target: None });
    context_menu(ui, id.with("menu"), asked, cx.commands, out);
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
    let speed = Rect::from_min_max(pos2(line.left() + 164.0, y - 12.0), pos2(line.left() + 260.0, y + 12.0));
    let word = format!("{} {}", body.speed, if body.speed == 1 { "event/s" } else { "events/s" });
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
    let (clicked, left) = segmented(ui, id.with("axis"), line.right() - size::PAD, y, words, active);
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
    let widest = body.legend.iter().map(|entry| text::width(&painter, entry.name, text::BODY_MEDIUM));
    let room = line.right();
    let slot = widest.fold(112.0_f32, f32::max).min(160.0).ceil().min(room - left);
    if slot >= LEAST_READOUT {
        paint::type_shape(&painter, pos2(left - 14.0, y), 5.5, current.slot, t);
        text::left_name(&painter, left, y, current.type_name, text::BODY_MEDIUM, t.text, slot);
    }
    let mut words = format!("{}, v{}", current.type_name, current.version);
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
    let named = body.legend.iter().map(|entry| format!("{} {}", entry.name, format::number(entry.count)));
    let words: Vec<String> = named.chain(others).collect();
    spoken(ui, id.with("legend"), rect, &words.join(", "));
    let shown = if narrow { 3 } else { 4 };
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

/// The axis with its ticks.
type Kept = (TimeAxis, Vec<Tick>);

/// The axis kept from the last frame, or a new one; in slices where the stream is long.
fn timeline(ui: &Ui, id: Id, plot: Rect, body: &TimeBody<'_>, zone: Zone) -> Arc<Kept> {
    type Key = (u64, Axis, u32, u64, Zone);
    let key: Key = (body.revision, body.axis, plot.width() as u32, body.events.len(), zone);
    let kept: Option<(Key, Arc<Kept>)> = ui.data_mut(|data| {
        let kept = data.get_temp(id);
        // Taken out while it is made, or each slice would copy it.
        data.remove::<(Key, Arc<Kept>)>(id);
        kept
    });
    let mut kept = match kept {
        Some((made_for, kept)) if made_for == key => kept,
        _ => {
            let mut top: [Option<TypeSlot>; 3] = [None; 3];
            for (place, entry) in top.iter_mut().zip(&body.legend) {
                *place = Some(entry.slot);
            }
            Arc::new((TimeAxis::new(body.axis, plot.width(), body.events, top), Vec::new()))
        }
    };
    if !kept.0.is_done() {
        let (timeline, ticks) = Arc::make_mut(&mut kept);
        if timeline.advance(body.events) {
            ui.ctx().request_repaint();
        }
        *ticks = timeline.ticks(body.events, zone);
    }
    ui.data_mut(|data| data.insert_temp(id, (key, Arc::clone(&kept))));
    kept
}

fn slider_ui(ui: &mut Ui, id: Id, plot: Rect, body: &TimeBody<'_>, zone: Zone, out: &mut Vec<Action>) -> Response {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let kept = timeline(ui, id.with("axis"), plot, body, zone);
    let (timeline, ticks) = &*kept;
    let len = body.events.len();
    let label = pill_label(body, body.applied.0, body.current.as_ref().map(|current| current.version));
    // As wide as it is at the end of the stream, so that it does not twitch while playing.
    let widest = pill_label(body, len, len.checked_sub(1).map(|last| body.events.version(last)));
    let spoken = spoken_value(body, zone);
    let flags: Vec<Applied> = body.flags.iter().map(|flag| flag.applied).collect();
    let scrubber = Scrubber {
        id,
        timeline,
        len,
        applied: body.applied,
        point_a: body.point_a,
        comparing: body.comparing,
        label: &label,
        widest: &widest,
        spoken: &spoken,
        stopped_at: body.stopped_at,
        skipped: body.skipped,
        flags: &flags,
    };
    let output = scrubber.interact(ui, plot);
    scrubber.paint_band(&painter, plot, t);
    scrubber.paint_rail(&painter, plot, plot.bottom(), t);
    let letter = scrubber.paint_a(&painter, plot, output.pill, t);
    if let Some(letter) = letter {
        point_a_ui(ui, id.with("point A"), letter, body);
    }
    labels_ui(&painter, plot, timeline, ticks, [Some(output.pill), letter], t);
    let bars = Rect::from_min_max(pos2(plot.left(), plot.top() + 20.0), pos2(plot.right(), plot.top() + 60.0));
    density_ui(ui, id.with("density"), bars, timeline, bar_colors(body, t));
    if let Some(hovered) = output.hovered.filter(|hovered| *hovered != body.applied) {
        scrubber.paint_hover(&painter, plot, hovered, t);
    }
    scrubber.paint_playhead(&painter, plot, plot.bottom(), output.pill, output.response.has_focus(), t);
    finish(body, plot, zone, &output, out);
    output.response
}

fn finish(body: &TimeBody<'_>, plot: Rect, zone: Zone, output: &ScrubberOutput, out: &mut Vec<Action>) {
    if let Some(at) = output.set_a {
        out.push(Action::SetPointA(at));
    }
    if let Some(to) = output.scrub_to {
        out.push(PlaybackCommand::ScrubTo(to).into());
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
    format!("{} {}{time}{bookmark}", format::version(events.version(index)), events.type_name(index))
}

/// What is said of the bookmark at a place.
fn bookmark(body: &TimeBody<'_>, at: Applied, before: &str) -> String {
    match body.flags.iter().find(|flag| flag.applied == at) {
        Some(flag) if flag.note.is_empty() => format!("{before}bookmark"),
        Some(flag) => format!("{before}bookmark: {}", flag.note),
        None => String::new(),
    }
}

fn bar_colors(body: &TimeBody<'_>, t: &Tokens) -> [egui::Color32; 4] {
    let of = |at: usize| match body.legend.get(at) {
        Some(entry) if !body.filtered => t.of_type(entry.slot),
        _ => t.outline,
    };
    [of(0), of(1), of(2), t.outline]
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
            format!("version {}, {of}, {}{time}", current.version, current.type_name)
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
    for gap in timeline.gaps() {
        let label = gap.label();
        let width = text::width(painter, &label, text::LABEL);
        let left = plot.left() + gap.x + (crate::ui::axis::BREAK - width) / 2.0;
        if free(&taken, left, left + width) {
            text::left(painter, left, y, &label, text::LABEL, t.quiet);
            taken.push((left, left + width));
        }
    }
    for tick in ticks {
        let x = plot.left() + tick.x;
        let height = if tick.major { 4.0 } else { 2.0 };
        let color = if tick.major { t.outline } else { t.hairline };
        paint::vline(painter, x, plot.top() + 60.0, plot.top() + 60.0 + height, color);
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
