//! Tabs in a panel's header: words with an accent underline on the hairline.

use egui::accesskit::Role;
use egui::{Id, Painter, Rect, Sense, Ui, WidgetInfo, pos2};

use crate::ui::tokens;
use crate::ui::{paint, text};

/// One tab: its word, and a count behind it.
pub struct Tab<'a> {
    /// The word.
    pub word: &'a str,
    /// What it is called where the word is a short one.
    pub name: &'a str,
    /// How much there is behind it.
    pub count: Option<String>,
}

impl<'a> Tab<'a> {
    /// A tab without a count.
    pub fn new(word: &'a str) -> Tab<'a> {
        Tab { word, name: word, count: None }
    }
}

/// How wide they are together.
pub fn tabs_width(painter: &Painter, tabs: &[Tab<'_>]) -> f32 {
    tabs.iter().map(|tab| text::width(painter, tab.word, text::BODY_MEDIUM) + 16.0).sum()
}

/// Paints tabs from `x` on in a header; returns the one clicked and where they end.
pub fn tabs(ui: &mut Ui, id: Id, x: f32, header: Rect, tabs: &[Tab<'_>], active: usize) -> (Option<usize>, f32) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let mut clicked = None;
    let mut x = x;
    for (i, tab) in tabs.iter().enumerate() {
        let word = text::layout(&painter, tab.word, text::BODY_MEDIUM, t.text, f32::INFINITY);
        let count_width = tab.count.as_ref().map_or(0.0, |count| 8.0 + text::width(&painter, count, text::DATA_SMALL));
        let end = x + word.size().x + count_width;
        let rect = Rect::from_min_max(pos2(x - 6.0, header.top() + 2.0), pos2(end + 6.0, header.bottom()));
        let response = ui.interact(rect, id.with(i), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, i == active, tab.name));
        let color = if i == active || response.hovered() { t.text } else { t.secondary };
        let after = text::left(&painter, x, header.center().y, tab.word, text::BODY_MEDIUM, color);
        if let Some(count) = &tab.count {
            let style = text::DATA_SMALL.on_baseline_of(text::BODY);
            text::left(&painter, after + 8.0, header.center().y, count, style, t.quiet);
        }
        if i == active {
            let line = Rect::from_min_max(
                pos2(x.round(), header.bottom() - 2.0),
                pos2((x + word.size().x).round(), header.bottom()),
            );
            painter.rect_filled(line, 0.0, t.accent);
        }
        if response.has_focus() {
            paint::focus_ring(&painter, rect.shrink2(egui::vec2(2.0, 4.0)), t);
        }
        if response.clicked() {
            clicked = Some(i);
        }
        x = end + 16.0;
    }
    (clicked, x - 16.0)
}
