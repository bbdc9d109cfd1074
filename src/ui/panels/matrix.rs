//! The tab Matrix of the state: a row for each path, a column for each event around the playhead,
//! and a cell where the one changed the other.

use egui::{Color32, Id, Painter, Rect, Ui, pos2, vec2};

use super::{PanelCx, labels, sentence, split_if_room};
use crate::app::action::{Action, StateTab, Tree};
use crate::app::view::{ColumnLine, Lack, LastWrite, MatrixCell, MatrixFound, StateBody, Zone};
use crate::model::visible_name;
use crate::ui::tokens::{self, Tokens, mix, size};
use crate::ui::tree::TreeRow;
use crate::ui::widgets::button::spoken;
use crate::ui::widgets::node_rows::{reveal, row_menu, tree_rows};
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};

/// Where the name of a path begins.
const KEY: f32 = 28.0;
/// Width of one level of depth.
const INDENT: f32 = 16.0;
/// Width of a column, and of a character of a version that is longer than most.
const COLUMN: f32 = 62.0;
const CHAR: f32 = 7.6;
/// Versions that a row names.
const NAMED: usize = 8;

/// Where everything is: the right edge of the names, and the columns from left to right.
struct Columns<'a> {
    left: f32,
    width: f32,
    playhead: u64,
    lines: Vec<(u64, ColumnLine<'a>)>,
}

impl Columns<'_> {
    fn rect(&self, at: usize, row: Rect) -> Rect {
        let left = self.left + self.width * at as f32;
        Rect::from_min_max(pos2(left, row.top()), pos2(left + self.width, row.bottom()))
    }

    /// The column at an x.
    fn at(&self, x: f32) -> Option<usize> {
        let at = ((x - self.left) / self.width).floor();
        (at >= 0.0 && (at as usize) < self.lines.len()).then_some(at as usize)
    }

    /// The last column up to the playhead whose event changed the row itself.
    fn in_effect(&self, row: &TreeRow) -> Option<usize> {
        let mut all = self.lines.iter().enumerate().rev();
        let changed = |line: &ColumnLine<'_>| matches!(found(line, row), MatrixFound::Changed(_));
        all.find(|(_, (applied, line))| *applied <= self.playhead && changed(line)).map(|(at, _)| at)
    }
}

/// What an event did to the path of a row.
fn found<'a>(line: &ColumnLine<'a>, row: &TreeRow) -> MatrixFound<'a> {
    line.changes.map_or(MatrixFound::Unknown, |changes| changes.find(&row.path))
}

/// Shows the tab in `rect`.
pub fn matrix_ui(ui: &mut Ui, id: Id, rect: Rect, state: &StateBody<'_>, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let view = &state.matrix;
    let zone = cx.zone;
    let t = tokens::tokens(ui.ctx());
    let left = rect.left() + (rect.width() * 0.27).clamp(96.0, 240.0).round();
    let width = COLUMN + view.version_chars.saturating_sub(5) as f32 * CHAR;
    let room = ((rect.right() - 14.0 - left) / width).floor().max(1.0);
    let Some(window) = view.columns.window(room as u64) else {
        sentence(ui, id, rect, "Nothing has happened before the first event.", None);
        return;
    };
    let lines = window.map(|applied| (applied, view.columns.column(applied))).collect();
    let columns = Columns { left, width, playhead: view.playhead.0, lines };
    let rest = labels(ui, rect, |ui, line| labels_ui(ui, id, line, &columns));
    let rows = tree_rows(ui, id.with("matrix rows"), &view.tree);
    let len = rows.len();
    if len == 0 {
        sentence(ui, id, rest, "The state is empty, and none of these events changed it.", None);
        return;
    }
    let (foot, rest) = match split_if_room(rest, size::ROW) {
        (Some(_), _) => {
            let (rest, foot) = rest.split_top_bottom_at_y(rest.bottom() - size::ROW);
            (Some(foot), rest)
        }
        (None, rest) => (None, rest),
    };
    let selected = view.tree.selected.and_then(|path| rows.index_of(path));
    let mut hovered = None;
    let list = id.with(StateTab::Matrix);
    let reveal = reveal(ui, list, &view.tree, &rows, out);
    let shown =
        Rows::new(list, "Changes by version", len).cursor(selected).reveal(reveal).tree().show(ui, rest, |at| {
            let Some(row) = rows.row(at.index) else { return RowNode::default() };
            let pointed = at.pointer.and_then(|pointer| columns.at(pointer.x));
            let mut node = row_ui(at, &row, len, &columns);
            if let Some(column) = pointed {
                let words = cell_words(&columns, column, &row, zone);
                node.tooltip = Some(words.clone());
                hovered = Some(words);
            }
            node
        });
    if let Some((index, pos)) = shown.clicked
        && let Some(row) = rows.row(index)
    {
        if row.expanded.is_some() && (pos.x - chevron(rect, &row)).abs() <= 12.0 {
            out.push(Action::ToggleExpanded(Tree::State, row.path.clone()));
        }
        if let Some((applied, line)) = columns.at(pos.x).map(|at| &columns.lines[at])
            && *applied != columns.playhead
        {
            out.push(Action::SelectEvent(line.applied));
        }
        out.push(Action::SelectPath(Tree::State, Some(row.path)));
    } else if let Some(row) = shown.moved.and_then(|index| rows.row(index)) {
        out.push(Action::SelectPath(Tree::State, Some(row.path)));
    }
    if let Some(row) = shown.activated.and_then(|index| rows.row(index)) {
        match (row.expanded, columns.in_effect(&row)) {
            (Some(_), _) => out.push(Action::ToggleExpanded(Tree::State, row.path)),
            (None, Some(at)) => out.push(Action::JumpTo(columns.lines[at].1.applied)),
            // Whoever wrote it stands outside of the columns.
            (None, None) => out.push(match state.written.of(&row.path) {
                LastWrite::At { applied, .. } => Action::JumpTo(applied),
                LastWrite::Initial => Action::Say(format!("{} is as it was initially", row.path.readable())),
                LastWrite::Pending => Action::Say(format!("Who wrote {} is not known yet", row.path.readable())),
            }),
        }
    }
    row_menu(ui, list.with("menu"), Tree::State, &rows, shown.menu, cx.commands, out);
    let Some(foot) = foot else { return };
    let of_selected = || {
        let row = rows.row(selected?)?;
        let here = columns.lines.iter().position(|(applied, _)| *applied == columns.playhead);
        Some(match columns.in_effect(&row).or(here) {
            Some(column) => cell_words(&columns, column, &row, zone),
            None => format!("{} is as it was initially.", named(&row)),
        })
    };
    let words = hovered.or_else(of_selected).unwrap_or_else(|| "Select a path to see what changed it.".to_owned());
    paint::hline(ui.painter(), foot.left(), foot.right(), foot.top(), t.hairline);
    let (x, room) = (foot.left() + size::PAD, foot.width() - 2.0 * size::PAD);
    text::left_cut(ui.painter(), x, foot.center().y, &words, text::LABEL, t.secondary, room);
    spoken(ui, id.with("matrix cell"), foot, &words).on_hover_text(&words);
}

/// Versions above their columns; that of the playhead is filled, one that threw has a sign.
fn labels_ui(ui: &mut Ui, id: Id, line: Rect, columns: &Columns<'_>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().with_clip_rect(line.intersect(ui.clip_rect()));
    text::left(&painter, line.left() + KEY, line.center().y, "Path", text::LABEL, t.quiet);
    for (at, (applied, own)) in columns.lines.iter().enumerate() {
        let place = columns.rect(at, line);
        let (center, version) = (place.center(), format::version(own.version));
        let is_here = *applied == columns.playhead;
        let lack = own.changes.and_then(|changes| changes.lack.as_ref());
        let color = match lack {
            _ if is_here => t.on_playhead,
            Some(Lack::Threw(_)) => t.error,
            Some(_) => t.quiet,
            None => t.secondary,
        };
        if is_here {
            painter.rect_filled(place.shrink2(vec2(3.0, 3.0)), size::RADIUS, t.playhead);
        }
        let sign = if matches!(lack, Some(Lack::Threw(_))) { "! " } else { "" };
        let words = format!("{sign}{version}");
        text::center_cut(&painter, center.x, center.y, &words, text::DATA_SMALL, color, place.width() - 8.0);
        let what = lack.map(|lack| format!(": {}", lack_words(lack))).unwrap_or_default();
        let cut = own.changes.is_some_and(|changes| changes.is_cut);
        let more = if cut { ", changed more paths than are told apart here" } else { "" };
        let here = if is_here { ", at the playhead" } else { "" };
        let words = format!("Column {version}, {}{here}{what}{more}", visible_name(own.type_name));
        spoken(ui, id.with(("matrix column", at)), place, &words).on_hover_text(&words);
    }
}

fn chevron(rect: Rect, row: &TreeRow) -> f32 {
    rect.left() + KEY + INDENT * row.depth as f32 - 10.0
}

fn row_ui(at: &RowPaint<'_>, row: &TreeRow, len: u64, columns: &Columns<'_>) -> RowNode {
    let (t, y, painter) = (at.t, at.rect.center().y, at.painter);
    let key = at.rect.left() + KEY + INDENT * row.depth as f32;
    for depth in 0..row.depth {
        let guide = at.rect.left() + KEY + INDENT * depth as f32 - 10.0;
        paint::vline(painter, guide, at.rect.top(), at.rect.bottom(), t.hairline);
    }
    if let Some(open) = row.expanded {
        paint::chevron(painter, pos2(chevron(at.rect, row), y), open, t.secondary);
    }
    let label = row.label();
    text::left_cut(painter, key, y, &label, text::DATA, t.secondary, columns.left - 6.0 - key);
    let (mut here, mut others) = (String::new(), Vec::new());
    for (column, (applied, line)) in columns.lines.iter().enumerate() {
        let place = columns.rect(column, at.rect);
        let found = found(line, row);
        cell_ui(painter, place, found, row, line, t, if at.selected { t.selected } else { t.panel });
        let is_here = *applied == columns.playhead;
        if is_here {
            let color = mix(t.panel, t.playhead, 0.6);
            paint::vline(painter, place.left(), place.top(), place.bottom(), color);
            paint::vline(painter, place.right(), place.top(), place.bottom(), color);
        }
        match found {
            MatrixFound::Changed(cell) if is_here => here = format!(", {}", spoken_cell(cell)),
            MatrixFound::Inside(count) if is_here => here = format!(", {count} changed inside"),
            MatrixFound::Changed(_) | MatrixFound::Inside(_) => others.push(format::version(line.version)),
            MatrixFound::Same | MatrixFound::Unknown => {}
        }
    }
    let more = others.len().saturating_sub(NAMED);
    others.truncate(NAMED);
    let others = match (others.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(", also changed at {}", others.join(", ")),
        (false, more) => format!(", also changed at {} and {more} more", others.join(", ")),
    };
    RowNode {
        name: format!("row {} of {len}, {label}{here}{others}", at.index + 1),
        level: Some(row.depth + 1),
        expanded: row.expanded,
        tooltip: at.pointer.map(|_| row.path.readable()),
    }
}

/// Sign, its colour, and the value of a cell.
fn parts<'a>(cell: &'a MatrixCell, t: &Tokens) -> (&'static str, Color32, &'a str) {
    match (&cell.before, &cell.after) {
        (None, after) => ("+", t.added, after.as_deref().unwrap_or_default()),
        (Some(before), None) => ("−", t.removed, before),
        (Some(_), Some(after)) => ("~", t.changed, after),
    }
}

fn cell_ui(
    painter: &Painter,
    place: Rect,
    found: MatrixFound<'_>,
    row: &TreeRow,
    line: &ColumnLine<'_>,
    t: &Tokens,
    base: Color32,
) {
    let count;
    let (sign, color, value) = match found {
        MatrixFound::Changed(cell) => parts(cell, t),
        // What changed has rows of its own where the branch is open.
        MatrixFound::Inside(inside) if row.expanded == Some(false) => {
            count = format!("({inside})");
            ("~", t.changed, &*count)
        }
        MatrixFound::Inside(_) | MatrixFound::Same => return,
        MatrixFound::Unknown => {
            let threw = line.changes.is_some_and(|changes| matches!(changes.lack, Some(Lack::Threw(_))));
            let (sign, color) = if threw { ("!", t.error) } else { ("…", t.quiet) };
            text::center(painter, place.center().x, place.center().y, sign, text::DATA_SMALL, color);
            return;
        }
    };
    let fill = place.shrink2(vec2(1.5, 1.5));
    painter.rect_filled(fill, 3.0, mix(base, color, 0.16));
    let y = place.center().y;
    text::center(painter, fill.left() + 7.0, y, sign, text::DATA_SMALL, color);
    let ink = if sign == "−" { t.secondary } else { t.text };
    let x = fill.left() + 14.0;
    let room = fill.right() - 3.0 - x;
    // A number that is cut would be read as another one.
    let is_number = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let value = if is_number && text::width(painter, value, text::DATA_SMALL) > room { "…" } else { value };
    let end = text::left_cut(painter, x, y, value, text::DATA_SMALL, ink, room);
    if sign == "−" {
        paint::hline(painter, x, end, y, t.secondary);
    }
}

fn spoken_cell(cell: &MatrixCell) -> String {
    match (&cell.before, &cell.after) {
        (None, after) => format!("added {}", after.as_deref().unwrap_or_default()),
        (Some(before), None) => format!("removed, was {before}"),
        (Some(before), Some(after)) => format!("{after}, was {before}"),
    }
}

fn lack_words(lack: &Lack) -> String {
    match lack {
        Lack::Threw(message) => format!("the reducer threw: {message}"),
        Lack::NotReached => "not reached, since the fold ended before it".to_owned(),
        Lack::NotShown(why) => format!("the state there cannot be shown: {why}"),
    }
}

fn named(row: &TreeRow) -> String {
    let path = row.path.readable();
    if path.is_empty() { "the state".to_owned() } else { path }
}

/// `v57 Withdrawn, 2026-11-18 14:03:05.377 +00:00: balance 10 → −40`.
fn cell_words(columns: &Columns<'_>, column: usize, row: &TreeRow, zone: Zone) -> String {
    let Some((_, line)) = columns.lines.get(column) else { return String::new() };
    let time = line.time.map(|time| format!(", {}", format::time_full(time, zone))).unwrap_or_default();
    let path = named(row);
    let what = match (found(line, row), line.changes) {
        (MatrixFound::Changed(MatrixCell { before: Some(before), after: Some(after) }), _) => {
            format!("{path} {before} → {after}")
        }
        (MatrixFound::Changed(cell), _) => format!("{path} {}", spoken_cell(cell)),
        (MatrixFound::Inside(count), _) => {
            format!("{path}, {} inside", format::plural(count as u64, "change", "changes"))
        }
        (MatrixFound::Same, _) => format!("{path} as it was"),
        (MatrixFound::Unknown, None) => "not known yet".to_owned(),
        (MatrixFound::Unknown, Some(changes)) => match &changes.lack {
            Some(lack) => lack_words(lack),
            None => format!("{path} may have changed: more paths did than are told apart here"),
        },
    };
    format!("{} {}{time}: {what}", format::version(line.version), visible_name(line.type_name))
}
