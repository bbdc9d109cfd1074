//! Where the panels are, and the seams between them that can be dragged.

use egui::{CursorIcon, Id, Rect, Sense, Ui, pos2, vec2};

use super::panels::{
    event::event_ui, events::events_ui, findings::findings_ui, loading::loading_ui, notice::notice_ui, state::state_ui,
    status::status_ui, streams::streams_ui, time::time_ui,
};
use super::tokens::{self, size};
use super::{paint, panels};
use crate::app::action::{Action, CommandContext};
use crate::app::view::{WorkspaceView, Zone};

/// Sizes that the user chose; `None` = as at first.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    streams: Option<f32>,
    state: Option<f32>,
    /// Share of the right column that the state has.
    state_share: Option<f32>,
    findings: Option<f32>,
    narrow_events: Option<f32>,
    narrow_state: Option<f32>,
}

fn sizes_id() -> Id {
    Id::unique("eventglass sizes")
}

/// Panels back to their first sizes.
pub fn reset(ctx: &egui::Context) {
    ctx.data_mut(|data| data.remove::<Sizes>(sizes_id()));
}

/// Shows an open store in `rect`.
pub fn workspace_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &WorkspaceView<'_>,
    commands: &CommandContext,
    zone: Zone,
    out: &mut Vec<Action>,
) {
    let mut sizes: Sizes = ui.data(|data| data.get_temp(sizes_id())).unwrap_or_default();
    let (rect, status) = cut_bottom(rect, size::STATUS);
    status_ui(ui, status, Some(&view.status), commands);
    let mut rect = rect;
    if let Some(notice) = &view.notice {
        let bar = Rect::from_min_size(rect.min, vec2(rect.width(), size::HEADER));
        notice_ui(ui, bar, notice, out);
        rect.min.y = bar.bottom();
    }
    if let Some(loading) = &view.loading {
        let width = sizes.streams.unwrap_or(size::STREAMS);
        let (left, right) = cut_left(rect, width);
        streams_ui(ui, left, &view.streams, zone, out);
        loading_ui(ui, right, loading, out);
        seam_vertical(ui, "streams seam", left.right(), rect, &mut sizes.streams, (180.0, 480.0), width, 1.0);
    } else if rect.width() < size::NARROW {
        narrow_ui(ui, rect, view, commands, zone, &mut sizes, out);
    } else {
        wide_ui(ui, rect, view, commands, zone, &mut sizes, out);
    }
    ui.data_mut(|data| data.insert_temp(sizes_id(), sizes));
}

fn cut_bottom(rect: Rect, height: f32) -> (Rect, Rect) {
    let y = rect.bottom() - height;
    (Rect::from_min_max(rect.min, pos2(rect.right(), y)), Rect::from_min_max(pos2(rect.left(), y), rect.max))
}

fn cut_left(rect: Rect, width: f32) -> (Rect, Rect) {
    let x = (rect.left() + width).round();
    (Rect::from_min_max(rect.min, pos2(x, rect.bottom())), Rect::from_min_max(pos2(x, rect.top()), rect.max))
}

fn wide_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &WorkspaceView<'_>,
    commands: &CommandContext,
    zone: Zone,
    sizes: &mut Sizes,
    out: &mut Vec<Action>,
) {
    let (body, time) = cut_bottom(rect, size::TIME);
    let (body, drawer) = drawer(body, view, sizes);
    let streams_width = sizes.streams.unwrap_or(size::STREAMS).clamp(180.0, 480.0);
    let (streams, rest) = cut_left(body, streams_width);
    let most = (rest.width() - 360.0).max(280.0);
    let state_width = sizes.state.unwrap_or(size::STATE).clamp(280.0, most);
    let (events, right) = cut_left(rest, rest.width() - state_width);
    let share = sizes.state_share.unwrap_or(416.0 / 680.0).clamp(0.2, 0.8);
    let state_height = (right.height() * share).round();
    let (state, event) = cut_bottom(right, right.height() - state_height);

    streams_ui(ui, streams, &view.streams, zone, out);
    events_ui(ui, events, &view.events, zone, None, out);
    state_ui(ui, state, &view.state, out);
    event_ui(ui, event, &view.event, view.events.stream.is_some(), zone, out);
    time_ui(ui, time, &view.time, commands, zone, out);
    if let (Some(rect), Some(findings)) = (drawer, &view.findings) {
        findings_ui(ui, rect, findings, out);
        seam_horizontal(
            ui,
            "findings seam",
            rect.top(),
            body,
            &mut sizes.findings,
            (120.0, 480.0),
            -1.0,
            rect.height(),
        );
    }
    let t = tokens::tokens(ui.ctx());
    paint::hline(ui.painter(), time.left(), time.right(), time.top(), t.hairline);
    seam_vertical(ui, "streams seam", streams.right(), body, &mut sizes.streams, (180.0, 480.0), streams_width, 1.0);
    seam_vertical(ui, "state seam", events.right(), body, &mut sizes.state, (280.0, most), state_width, -1.0);
    let mut height = sizes.state_share.map(|share| share * right.height());
    let limits = (right.height() * 0.2, right.height() * 0.8);
    seam_horizontal(ui, "event seam", state.bottom(), right, &mut height, limits, 1.0, state_height);
    sizes.state_share = height.map(|height| height / right.height().max(1.0));
}

/// The findings take their place from the bottom of the panels.
fn drawer(body: Rect, view: &WorkspaceView<'_>, sizes: &Sizes) -> (Rect, Option<Rect>) {
    if view.findings.is_none() {
        return (body, None);
    }
    let height = sizes.findings.unwrap_or(240.0).clamp(120.0, body.height() * 0.6);
    let (body, drawer) = cut_bottom(body, height.round());
    (body, Some(drawer))
}

/// Little space: events over the whole width with streams as a drop-down, state and event below.
fn narrow_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &WorkspaceView<'_>,
    commands: &CommandContext,
    zone: Zone,
    sizes: &mut Sizes,
    out: &mut Vec<Action>,
) {
    // The mock's slider is 36 higher for a watch; without one the panels have that room.
    let (body, time) = cut_bottom(rect, size::TIME);
    let (body, drawer) = drawer(body, view, sizes);
    let most = (body.height() - 160.0).max(120.0);
    let events_height = sizes.narrow_events.unwrap_or((body.height() * 0.42).round()).clamp(104.0, most);
    let (events, below) = cut_bottom(body, body.height() - events_height);
    let state_width = sizes.narrow_state.unwrap_or((body.width() * 0.5825).round()).clamp(320.0, body.width() - 280.0);
    let (state, event) = cut_left(below, state_width);

    let title_end = panels::streams_drop::streams_drop_ui(ui, events, &view.streams, zone, out);
    events_ui(ui, events, &view.events, zone, Some(title_end), out);
    // The drop-down's button is over the header that was just painted.
    panels::streams_drop::streams_drop_button_ui(ui, events, &view.streams);
    state_ui(ui, state, &view.state, out);
    event_ui(ui, event, &view.event, view.events.stream.is_some(), zone, out);
    time_ui(ui, time, &view.time, commands, zone, out);
    if let (Some(rect), Some(findings)) = (drawer, &view.findings) {
        findings_ui(ui, rect, findings, out);
    }
    let t = tokens::tokens(ui.ctx());
    paint::hline(ui.painter(), time.left(), time.right(), time.top(), t.hairline);
    let events_size = &mut sizes.narrow_events;
    seam_horizontal(ui, "narrow events seam", events.bottom(), body, events_size, (104.0, most), 1.0, events_height);
    let limits = (320.0, body.width() - 280.0);
    let state_size = &mut sizes.narrow_state;
    seam_vertical(ui, "narrow state seam", state.right(), below, state_size, limits, state_width, 1.0);
}

/// A hairline at `x` that can be dragged; `direction` says whether right makes it larger.
#[expect(clippy::too_many_arguments, reason = "five call sites of plain numbers")]
fn seam_vertical(
    ui: &mut Ui,
    name: &str,
    x: f32,
    span: Rect,
    value: &mut Option<f32>,
    limits: (f32, f32),
    now: f32,
    direction: f32,
) {
    let t = tokens::tokens(ui.ctx());
    let hit = Rect::from_min_max(pos2(x - 3.0, span.top()), pos2(x + 3.0, span.bottom()));
    let response = ui.interact(hit, Id::unique(name), Sense::DRAG | Sense::CLICK);
    let color = if response.hovered() || response.dragged() { t.accent } else { t.hairline };
    paint::vline(ui.painter(), x - 0.5, span.top(), span.bottom(), color);
    if response.dragged() {
        *value = Some((now + response.drag_delta().x * direction).clamp(limits.0, limits.1.max(limits.0)));
    }
    if response.double_clicked() {
        *value = None;
    }
    response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
}

/// A hairline at `y` that can be dragged; `direction` says whether down makes it larger.
#[expect(clippy::too_many_arguments, reason = "three call sites of plain numbers")]
fn seam_horizontal(
    ui: &mut Ui,
    name: &str,
    y: f32,
    span: Rect,
    value: &mut Option<f32>,
    limits: (f32, f32),
    direction: f32,
    now: f32,
) {
    let t = tokens::tokens(ui.ctx());
    let hit = Rect::from_min_max(pos2(span.left(), y - 3.0), pos2(span.right(), y + 3.0));
    let response = ui.interact(hit, Id::unique(name), Sense::DRAG | Sense::CLICK);
    let color = if response.hovered() || response.dragged() { t.accent } else { t.hairline };
    paint::hline(ui.painter(), span.left(), span.right(), y - 0.5, color);
    if response.dragged() {
        *value = Some((now + response.drag_delta().y * direction).clamp(limits.0, limits.1.max(limits.0)));
    }
    if response.double_clicked() {
        *value = None;
    }
    response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
}
