//! The panels, one to a file, and what they share: headers, sentences, troubles.
//!
//! A panel of the workspace is a file and a row of [`PANELS`].

use egui::accesskit::Role;
use egui::{Id, Painter, Rect, Ui, UiBuilder, Vec2, pos2, vec2};

use super::icons::Icon;
use super::tokens::{self, size};
use super::widgets::button::{Look, button, button_width, spoken};
use super::widgets::page::page_ui;
use super::{focus, paint, text};
use crate::app::action::{Action, Panel};
use crate::app::command::CommandContext;
use crate::app::view::{WorkspaceView, Zone};
use crate::model::{Problem, StoreId};

pub mod about;
pub mod blame;
pub mod bookmark;
pub mod columns;
mod compare;
pub mod event;
pub mod event_times;
pub mod event_types;
pub mod events;
pub mod export_sheet;
pub mod failed;
pub mod findings;
pub mod frameworks_sheet;
pub mod goto;
pub mod keys_sheet;
mod links;
pub mod loading;
pub mod mapping;
mod matrix;
pub mod notice;
pub mod open_path;
pub mod recent_sheet;
pub mod reducer_chip;
pub mod sample_card;
pub mod save_dialect;
pub mod search;
pub mod state;
pub mod status;
pub mod store_tabs;
pub mod streams;
pub mod streams_drop;
pub mod time;
pub mod toolbar;
pub mod value;
pub mod welcome;

/// What the panels of an open store are drawn from.
#[derive(Clone, Copy)]
pub struct PanelCx<'a> {
    pub view: &'a WorkspaceView<'a>,
    pub commands: &'a CommandContext,
    pub zone: Zone,
    pub store: Option<StoreId>,
    /// The streams have no place of their own: they drop down from the header of the events.
    pub streams_drop: bool,
    /// The time panel is one line; `None` = it has the whole place, and nothing is won by folding it.
    pub time_folded: Option<bool>,
    /// How high the time panel becomes when it is unfolded.
    pub unfolded_time: f32,
}

impl PanelCx<'_> {
    /// The id of something that each store has once: where it is scrolled to is the store's own.
    pub fn id(&self, name: impl std::hash::Hash + std::fmt::Debug) -> Id {
        Id::unique((self.store, name))
    }
}

/// One row of the table: everything there is to say of a panel.
pub struct PanelRow {
    pub panel: Panel,
    pub title: &'static str,
    /// Less room than this is of no use to it.
    pub least: Vec2,
    /// What takes its keys: a list or a slider.
    pub body: fn(&PanelCx<'_>) -> Id,
    /// Draws it; its background is there.
    pub ui: fn(&mut Ui, Rect, &PanelCx<'_>, &mut Vec<Action>),
}

/// The panels of an open store, in the order of F6.
pub static PANELS: [PanelRow; 8] = [
    PanelRow {
        panel: Panel::Streams,
        title: "Streams",
        least: vec2(180.0, 136.0),
        body: |cx| cx.id(Panel::Streams).with("list"),
        ui: streams::streams_ui,
    },
    PanelRow {
        panel: Panel::Events,
        title: "Events",
        least: vec2(360.0, 104.0),
        body: |cx| cx.id(Panel::Events).with("list"),
        ui: events::events_ui,
    },
    PanelRow {
        panel: Panel::State,
        title: "State",
        least: vec2(280.0, 104.0),
        body: |cx| cx.id(Panel::State).with(cx.view.state.tab),
        ui: state::state_ui,
    },
    PanelRow {
        panel: Panel::Event,
        title: "Event",
        least: vec2(280.0, 104.0),
        body: |cx| cx.id(Panel::Event).with(cx.view.event.tab),
        ui: event::event_ui,
    },
    PanelRow {
        panel: Panel::Time,
        title: "Time",
        least: vec2(560.0, size::TIME),
        body: |cx| cx.id(Panel::Time).with("slider"),
        ui: time::time_ui,
    },
    PanelRow {
        panel: Panel::Findings,
        title: "Findings",
        least: vec2(360.0, 120.0),
        body: |cx| cx.id(Panel::Findings).with("list"),
        ui: findings::findings_ui,
    },
    PanelRow {
        panel: Panel::Blame,
        title: "Writes",
        least: vec2(360.0, 120.0),
        body: |cx| cx.id(Panel::Blame).with("list"),
        ui: blame::blame_ui,
    },
    PanelRow {
        panel: Panel::Search,
        title: "Search",
        least: vec2(360.0, 120.0),
        body: |cx| cx.id(Panel::Search).with("filter"),
        ui: search::search_ui,
    },
];

impl PanelRow {
    /// The row of a panel.
    pub fn of(panel: Panel) -> &'static PanelRow {
        PANELS.iter().find(|row| row.panel == panel).unwrap_or(&PANELS[0])
    }

    /// Less room than this is of no use to it now.
    pub fn least(&self, cx: &PanelCx<'_>) -> Vec2 {
        match self.panel {
            Panel::Time if cx.time_folded == Some(true) => vec2(self.least.x, size::TIME_LINE),
            _ => self.least,
        }
    }

    /// The drawers are there only while they are open.
    pub fn is_there(&self, cx: &PanelCx<'_>) -> bool {
        match self.panel {
            Panel::Findings => cx.view.findings.is_some(),
            Panel::Blame => cx.view.blame.is_some(),
            Panel::Search => cx.view.search.is_some(),
            _ => true,
        }
    }

    /// What it offers the keyboard, where it is on screen.
    pub fn entry(&self, cx: &PanelCx<'_>, rect: Option<Rect>) -> focus::Entry {
        let filter = cx.id(self.panel).with("filter");
        focus::Entry { panel: self.panel, rect, body: (self.body)(cx), filter }
    }
}

/// Shows a panel in `rect`.
pub fn panel_ui(ui: &mut Ui, rect: Rect, row: &PanelRow, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    focus::register(ui.ctx(), row.entry(cx, Some(rect)));
    let mut child = region(ui, cx.id(row.panel), rect, row.title);
    (row.ui)(&mut child, rect, cx, out);
}

/// A child for a part of the window: clipped to its place, and a region of its own in the accessibility tree.
pub fn region(ui: &mut Ui, id: Id, rect: Rect, name: &str) -> Ui {
    let mut child = ui.new_child(
        UiBuilder::new().scope_id(id).max_rect(rect).accessibility_role(Role::Region).accessibility_label(name),
    );
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child.expand_to_include_rect(rect);
    ui.ctx().accesskit_node_builder(id, |node| node.set_bounds(paint::bounds(rect)));
    child
}

/// The line of 32 points at the top of a panel, with its hairline; returns it and what is left.
pub fn split_header(painter: &Painter, rect: Rect, t: &tokens::Tokens) -> (Rect, Rect) {
    split_line(painter, rect, size::HEADER, t)
}

/// A line of some height at the top, with a hairline on its lower edge.
pub fn split_line(painter: &Painter, rect: Rect, height: f32, t: &tokens::Tokens) -> (Rect, Rect) {
    let (line, rest) = rect.split_top_bottom_at_y(rect.top() + height);
    paint::hline(painter, line.left(), line.right(), line.bottom() - 1.0, t.hairline);
    (line, rest)
}

/// The least height of a list that is of use: a row and a half.
const LEAST_LIST: f32 = 36.0;

/// Cuts something off the top, where the list below keeps its least height all the same.
pub fn split_if_room(rect: Rect, height: f32) -> (Option<Rect>, Rect) {
    if rect.height() - height < LEAST_LIST {
        return (None, rect);
    }
    let (top, rest) = rect.split_top_bottom_at_y(rect.top() + height);
    (Some(top), rest)
}

/// Column labels, where there is room for them: what is left, and the line painted by `add`.
pub fn labels(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui, Rect)) -> Rect {
    let (line, rest) = split_if_room(rect, size::LABELS);
    if let Some(line) = line {
        let t = tokens::tokens(ui.ctx());
        paint::hline(ui.painter(), line.left(), line.right(), line.bottom() - 1.0, t.hairline);
        add(ui, line);
    }
    rest
}

/// The one sentence of an empty panel, in the middle, and its one button.
pub fn sentence(ui: &mut Ui, id: Id, rect: Rect, words: &str, action: Option<(&str, Option<&str>)>) -> bool {
    let t = tokens::tokens(ui.ctx());
    let width = (rect.width() - 48.0).clamp(0.0, 420.0);
    let galley = text::paragraph_galley(ui.painter(), width, words, text::BODY, t.secondary, 4);
    let height = galley.size().y + if action.is_some() { 44.0 } else { 0.0 };
    page_ui(ui, id.with("sentence page"), rect, height, |ui, rect| {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let top = (rect.center().y - height / 2.0).round();
        let left = (rect.center().x - galley.size().x / 2.0).round();
        let place = Rect::from_min_size(pos2(left, top), galley.size());
        painter.galley(place.min, galley, t.secondary);
        spoken(ui, id.with("sentence"), place.intersect(rect), words);
        let Some((word, keys)) = action else { return false };
        let width = button_width(&painter, word, keys).min(rect.width());
        let left = (rect.center().x - width / 2.0).round();
        let at = Rect::from_min_size(pos2(left, place.bottom().round() + 16.0), vec2(width, 28.0));
        // In the place of the list: it takes the keys of the panel.
        button(ui, id.with("list"), at, Look::Outlined, word, keys).clicked()
    })
}

/// The three parts of a problem as they are set, one below the other.
fn problem_lines(problem: &Problem) -> [(String, text::Type); 3] {
    let help = if problem.help.is_empty() { String::new() } else { format!("help: {}", problem.help) };
    [(problem.what.clone(), text::BODY_STRONG), (problem.cause.clone(), text::DATA), (help, text::BODY)]
}

/// How high a problem is, set in so much width.
pub fn problem_height(painter: &Painter, width: f32, problem: &Problem) -> f32 {
    let width = problem_width(width);
    let height = |(words, style): &(String, text::Type)| match words.is_empty() {
        true => 0.0,
        false => text::paragraph_galley(painter, width, words, *style, egui::Color32::PLACEHOLDER, 6).size().y + 2.0,
    };
    28.0 + problem_lines(problem).iter().map(height).sum::<f32>()
}

fn problem_width(width: f32) -> f32 {
    (width - 2.0 * size::PAD - 28.0).max(40.0)
}

/// An error that fills a panel: what, why, and what to do.
pub fn problem(ui: &mut Ui, id: Id, rect: Rect, problem: &Problem) {
    let t = tokens::tokens(ui.ctx());
    let height = problem_height(ui.painter(), rect.width(), problem);
    page_ui(ui, id.with("problem page"), rect, height, |ui, rect| {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let left = rect.left() + size::PAD + 28.0;
        let mut top = rect.top() + 14.0;
        Icon::CIRCLE_ALERT.paint(&painter, pos2(rect.left() + size::PAD + 8.0, top + 9.0), 16.0, t.error);
        for ((words, style), color) in problem_lines(problem).iter().zip([t.text, t.text, t.secondary]) {
            if !words.is_empty() {
                let place = Rect::from_min_size(pos2(left, top), vec2(problem_width(rect.width()), 18.0));
                top += text::paragraph(&painter, place, words, *style, color, 6) + 2.0;
            }
        }
        let words = format!("{}. {}. help: {}", problem.what, problem.cause, problem.help);
        spoken(ui, id.with("problem"), Rect::from_min_max(rect.min, pos2(rect.right(), top)).intersect(rect), &words);
    });
}

/// Bars where rows will be.
pub fn placeholder_rows(painter: &Painter, rect: Rect, t: &tokens::Tokens) {
    let mut y = rect.top() + 12.0;
    for share in [0.42, 0.30, 0.36, 0.26, 0.33] {
        if y > rect.bottom() {
            break;
        }
        let left = rect.left() + 28.0;
        let room = rect.width() - 40.0;
        for (from, to) in [(0.0, share), (0.72, 0.72 + share / 2.0)] {
            let bar = Rect::from_min_max(pos2(left + room * from, y - 2.0), pos2(left + room * to, y + 2.0));
            painter.rect_filled(bar, 2.0, t.hover);
        }
        y += size::ROW;
    }
}
