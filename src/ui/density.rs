//! Bars of how many events there are where. The only module that knows egui_plot.

use egui::{Color32, Id, Rect, Sense, Stroke, Ui, UiBuilder};
use egui_plot::{Bar, BarChart, Plot, PlotBounds};

use super::axis::TimeAxis;

/// Highest bar, in points.
pub const HEIGHT: f32 = 38.0;
/// Most points for one event.
const MOST_PER_EVENT: f32 = 7.0;

/// Draws bars over `rect`, whose width is that of the axis; three types stacked, the rest on top.
pub fn density_ui(ui: &mut Ui, id: Id, rect: Rect, timeline: &TimeAxis, colors: [Color32; 4]) {
    let bins = timeline.bins();
    let fullest = bins.iter().map(|bin| bin.iter().sum::<u32>()).max().unwrap_or(0);
    if fullest == 0 {
        return;
    }
    let exact = HEIGHT / fullest as f32;
    let per_event = if exact >= 3.0 { exact.floor().min(MOST_PER_EVENT) } else { exact };
    let mut charts: [Vec<Bar>; 4] = Default::default();
    for (at, bin) in bins.iter().enumerate() {
        let total: u32 = bin.iter().sum();
        if total == 0 {
            continue;
        }
        // A bar of one event must be seen beside one of ten thousand.
        let whole = (total as f32 * per_event).max(1.0);
        let scale = f64::from(whole / total as f32);
        let mut base = 0.0;
        for (kind, count) in bin.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = f64::from(*count) * scale;
            let center = f64::from(timeline.bar_x(at) + 1.5);
            let bar = Bar::new(center, height).base_offset(base).width(3.0);
            charts[kind].push(bar.fill(colors[kind]).stroke(Stroke::NONE));
            base += height;
        }
    }
    let (width, height) = (f64::from(rect.width()), f64::from(rect.height()));
    let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
    Plot::new("bars")
        .width(rect.width())
        .height(rect.height())
        .show_axes(false)
        .show_grid(false)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .set_margin_fraction(egui::Vec2::ZERO)
        .label_formatter(|_| None)
        .sense(Sense::hover())
        .show(&mut child, move |plot| {
            plot.set_plot_bounds(PlotBounds::from_min_max([0.0, 0.0], [width, height]));
            for (chart, color) in charts.into_iter().zip(colors) {
                plot.bar_chart(BarChart::new("events", chart).color(color).allow_hover(false));
            }
        });
}
