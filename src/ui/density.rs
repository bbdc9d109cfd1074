//! Bars of how many events there are where. The only module that knows egui_plot.

use egui::{Color32, Id, Rect, Sense, Stroke, Ui, UiBuilder};
use egui_plot::{Bar, BarChart, Plot, PlotBounds};

use super::axis::TimeAxis;
use super::course::Bin;

/// The highest bar ends so many points below the upper edge.
const ABOVE: f32 = 2.0;
/// Most points for one event, where the highest bar has its least height.
const MOST_PER_EVENT: f32 = 7.0;
const LEAST_HEIGHT: f32 = 38.0;
/// Least height of what passes the filter: one event among a hundred thousand is seen.
const LEAST_MATCH: f32 = 3.0;

/// Colours of the bars.
pub struct BarColors {
    /// Of the three types and the rest.
    pub kinds: [Color32; 4],
    /// Of events that do not pass the filter.
    pub left_out: Color32,
}

/// Draws bars over `rect`, whose width is that of the axis; three types stacked, the rest on top.
/// With a filter its `matches` stand before all events.
pub fn density_ui(ui: &mut Ui, id: Id, rect: Rect, timeline: &TimeAxis, matches: Option<&[Bin]>, colors: &BarColors) {
    let bins = timeline.bins();
    let fullest = bins.iter().map(|bin| bin.iter().sum::<u32>()).max().unwrap_or(0);
    if fullest == 0 {
        return;
    }
    let highest = rect.height() - ABOVE;
    let exact = highest / fullest as f32;
    let most = MOST_PER_EVENT * highest / LEAST_HEIGHT;
    let per_event = if exact >= 3.0 { exact.floor().min(most) } else { exact };
    // Those behind come first.
    let mut charts: [Vec<Bar>; 5] = Default::default();
    for (at, bin) in bins.iter().enumerate() {
        let center = f64::from(timeline.bar_x(at) + 1.5);
        let bar = |height: f32, base: f32, color: Color32| {
            let bar = Bar::new(center, f64::from(height)).base_offset(f64::from(base)).width(3.0);
            bar.fill(color).stroke(Stroke::NONE)
        };
        let (whole, kinds) = heights(bin, matches.map(|matches| matches.get(at).unwrap_or(&[0; 4])), per_event);
        if whole > 0.0 && matches.is_some() {
            charts[0].push(bar(whole, 0.0, colors.left_out));
        }
        let mut base = 0.0;
        for (kind, height) in kinds.into_iter().enumerate().filter(|(_, height)| *height > 0.0) {
            charts[kind + 1].push(bar(height, base, colors.kinds[kind]));
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
            for chart in charts {
                plot.bar_chart(BarChart::new("events", chart).allow_hover(false));
            }
        });
}

/// The height of a whole bar, and of each kind in it that passes the filter.
fn heights(bin: &Bin, matches: Option<&Bin>, per_event: f32) -> (f32, [f32; 4]) {
    // A bar of one event must be seen beside one of ten thousand.
    let high = |bin: &Bin, least: f32| match bin.iter().sum::<u32>() {
        0 => (0.0, [0.0; 4]),
        total => {
            let whole = (total as f32 * per_event).max(least);
            (whole, bin.map(|count| count as f32 * whole / total as f32))
        }
    };
    let (whole, kinds) = high(bin, 1.0);
    (whole, matches.map_or(kinds, |matches| high(matches, LEAST_MATCH).1))
}

#[cfg(test)]
mod tests {
    use super::heights;

    #[test]
    fn one_match_among_very_many_events_is_seen() {
        let per_event = 38.0 / 100_000.0;
        let (whole, kinds) = heights(&[60_000, 40_000, 0, 0], Some(&[0, 1, 0, 0]), per_event);
        assert!((whole - 38.0).abs() < 0.01, "{whole}");
        assert_eq!(kinds, [0.0, 3.0, 0.0, 0.0]);
        assert_eq!(heights(&[1, 0, 0, 0], Some(&[0; 4]), per_event), (1.0, [0.0; 4]));
        assert_eq!(heights(&[0; 4], Some(&[0; 4]), per_event), (0.0, [0.0; 4]));
        // Many are in proportion to all.
        let (whole, kinds) = heights(&[10, 10, 0, 0], Some(&[10, 0, 0, 0]), 1.5);
        assert_eq!((whole, kinds), (30.0, [15.0, 0.0, 0.0, 0.0]));
        assert_eq!(heights(&[2, 1, 0, 1], None, 2.0), (8.0, [4.0, 2.0, 0.0, 2.0]));
    }
}
