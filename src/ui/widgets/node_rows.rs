//! Rows of a tree of JSON: key, value, and for states also who wrote it and what it was.

use egui::{Id, Rect, Ui, pos2};

use super::context_menu::{Asked, AskedAt, Groups, context_menu};
use crate::app::action::{Action, Tree};
use crate::app::command::{self as c, CommandContext, Target};
use crate::app::view::{LastWrite, LastWrites, TreeView, contains};
use crate::model::{Applied, Pointer, Version};
use crate::ui::tokens::{self, Tokens, mix, size};
use crate::ui::tree::{RowChange, TreeRow, TreeRows};
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};
use std::sync::Arc;

/// Where the columns of a tree are, from the panel's left edge.
#[derive(Clone, Copy, Debug)]
pub struct TreeColumns {
    /// Right edge of the version that last wrote a value; only states have it.
    pub written: f32,
    /// Keys of depth 0.
    pub key: f32,
    /// Values.
    pub value: f32,
    /// Old values.
    pub was: Option<f32>,
}

/// What only the state has.
pub struct StateColumns<'a> {
    /// Who wrote what.
    pub written: &'a dyn LastWrites,
    /// How strongly changed rows are tinted now.
    pub tint: f32,
    /// The word before the value of the other state.
    pub was: &'a str,
}

/// The menus of a row: of a state or of an event, with something below it or not.
const STATE_BRANCH_MENU: Groups = &[&[&c::TOGGLE_ROW, &c::LOOK_AT_VALUE], WRITES, COPIES, COMPARES];
const STATE_LEAF_MENU: Groups = &[&[&c::LOOK_AT_VALUE], WRITES, COPIES, COMPARES];
const BRANCH_MENU: Groups = &[&[&c::TOGGLE_ROW, &c::LOOK_AT_VALUE], EVENT_COPIES, LINKS];
const LEAF_MENU: Groups = &[&[&c::LOOK_AT_VALUE], EVENT_COPIES, LINKS];
const WRITES: &[&c::Command] = &[&c::BLAME, &c::PREVIOUS_WRITE, &c::NEXT_WRITE];
const COPIES: &[&c::Command] = &[&c::COPY_VALUE, &c::COPY_PATH, &c::COPY_STATE, &c::COPY_CHANGES];
const COMPARES: &[&c::Command] = &[&c::SET_A, &c::COMPARE];
const EVENT_COPIES: &[&c::Command] = &[&c::COPY_VALUE, &c::COPY_PATH, &c::COPY_EVENT];
const LINKS: &[&c::Command] = &[&c::FOLLOW_LINK, &c::LINKS_HERE, &c::CORRELATION];

/// Width of one level of depth.
const INDENT: f32 = 16.0;

/// Lays the tree out, or takes it from the last frame.
pub fn tree_rows(ui: &Ui, id: Id, view: &TreeView<'_>) -> Arc<TreeRows> {
    #[derive(Clone)]
    struct Kept(u64, Arc<TreeRows>);
    let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
    if let Some(Kept(revision, rows)) = kept
        && revision == view.revision
    {
        return rows;
    }
    let rows = Arc::new(TreeRows::new(view.tree, view.node, view.before, view.toggled));
    ui.data_mut(|data| data.insert_temp(id, Kept(view.revision, Arc::clone(&rows))));
    rows
}

/// Shows the rows of a tree.
#[expect(clippy::too_many_arguments, reason = "two call sites; the parts differ between them")]
pub fn node_rows_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    body: Rect,
    view: &TreeView<'_>,
    columns: TreeColumns,
    state: Option<&StateColumns<'_>>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) {
    let rows = tree_rows(ui, id.with("rows"), view);
    let len = rows.len();
    let selected = view.selected.and_then(|path| rows.index_of(path));
    let reveal = reveal(ui, id, view, &rows, out);
    let lower = view.find.map(|find| find.text.to_lowercase()).filter(|lower| !lower.is_empty());
    let shown =
        Rows::new(id, name, len).cursor(selected).reveal(reveal).tree().show(ui, body, |at| match rows.row(at.index) {
            Some(row) => row_ui(at, &row, len, columns, state, lower.as_deref()),
            None => RowNode::default(),
        });
    if let Some((index, pos)) = shown.clicked
        && let Some(row) = rows.row(index)
    {
        let chevron = body.left() + columns.key + INDENT * row.depth as f32 - 10.0;
        if row.expanded.is_some() && (pos.x - chevron).abs() <= 12.0 {
            out.push(Action::ToggleExpanded(view.tree, row.path.clone()));
        }
        if let Some((_, applied)) = state.and_then(|state| gutter_link(state, &row, pos.x - body.left(), columns)) {
            out.push(Action::JumpTo(applied));
        }
        out.push(Action::SelectPath(view.tree, Some(row.path)));
    } else if let Some(row) = shown.moved.and_then(|index| rows.row(index)) {
        out.push(Action::SelectPath(view.tree, Some(row.path)));
    }
    let toggled = shown.activated.or(shown.double_clicked).and_then(|index| rows.row(index));
    match toggled {
        Some(row) if row.expanded.is_some() => out.push(Action::ToggleExpanded(view.tree, row.path)),
        Some(row) => out.extend([Action::SelectPath(view.tree, Some(row.path)), Action::ShowValue]),
        None => {}
    }
    row_menu(ui, id.with("menu"), view.tree, &rows, shown.menu, commands, out);
}

/// Shows the menu of a row of a tree, where it is open or asked for now.
pub fn row_menu(
    ui: &Ui,
    id: Id,
    tree: Tree,
    rows: &TreeRows,
    asked: Option<(u64, AskedAt)>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) {
    let asked = asked.and_then(|(index, at)| Some((rows.row(index)?, at))).map(|(row, at)| {
        let groups = match (tree == Tree::State, row.expanded.is_some()) {
            (true, true) => STATE_BRANCH_MENU,
            (true, false) => STATE_LEAF_MENU,
            (false, true) => BRANCH_MENU,
            (false, false) => LEAF_MENU,
        };
        let open = row.expanded.map(|_| Action::ToggleExpanded(tree, row.path.clone()));
        let text = row.path.to_string();
        out.push(Action::SelectPath(tree, Some(row.path)));
        Asked { at, groups, target: Some(Target { open, text, ..Target::default() }) }
    });
    context_menu(ui, id, asked, commands, out);
}

/// The row of what was found, once for each time that one goes there. What it is in is opened, a
/// branch with each frame.
pub fn reveal(ui: &Ui, id: Id, view: &TreeView<'_>, rows: &TreeRows, out: &mut Vec<Action>) -> Option<u64> {
    let (find, path) = (view.find?, view.selected?);
    let kept = id.with("jumps");
    if ui.data(|data| data.get_temp(kept)) == Some(find.jumps) || find.at.is_none() {
        return None;
    }
    let row = rows.index_of(path);
    let mut above = (1..path.0.len()).rev().map(|steps| Pointer(path.0[..steps].to_vec()));
    let closed = above.find(|above| row.is_none() && rows.index_of(above).is_some());
    match closed {
        Some(branch) => {
            out.push(Action::ToggleExpanded(view.tree, branch));
            ui.ctx().request_repaint();
        }
        None => ui.data_mut(|data| {
            data.insert_temp(kept, find.jumps);
        }),
    }
    row
}

fn row_ui(
    at: &RowPaint<'_>,
    row: &TreeRow,
    len: u64,
    columns: TreeColumns,
    state: Option<&StateColumns<'_>>,
    find: Option<&str>,
) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let removed = row.change == RowChange::Removed;
    let differs = differs(row);
    let key_x = x + columns.key + INDENT * row.depth as f32;
    let mut written = String::new();
    if let Some(state) = state {
        if let (Some(color), false) = (differs.map(|(_, color)| color(t)), at.selected) {
            let left = x + columns.written + 4.0;
            let fill = Rect::from_min_max(pos2(left, at.rect.top()), pos2(at.fill.right(), at.rect.bottom()));
            painter.rect_filled(fill, 0.0, mix(t.panel, color, state.tint));
        }
        written = gutter(at, columns.written, state.written.of(&row.path), quiet);
        if let Some((sign, color)) = differs {
            let color = if at.selected { t.text } else { color(t) };
            text::center(painter, x + columns.written + 15.0, y, sign, text::DATA, color);
        }
    }
    for depth in 0..row.depth {
        let guide = x + columns.key + INDENT * depth as f32 - 10.0;
        paint::vline(painter, guide, at.rect.top(), at.rect.bottom(), t.hairline);
    }
    if let Some(open) = row.expanded {
        paint::chevron(painter, pos2(key_x - 10.0, y), open, t.secondary);
    }
    let label = row.label();
    let value_x = x + columns.value;
    let room = value_x - 8.0 - key_x;
    mark(at, key_x, &label, find, room);
    let end = text::left_name(painter, key_x, y, &label, text::DATA, t.secondary, room);
    if removed {
        paint::hline(painter, key_x, end, y, t.secondary);
    }
    let mut spoken = String::new();
    if let Some(now) = &row.now {
        let color = if now.len().is_some() { quiet } else { t.text };
        let was_shown = columns.was.is_some() && old_value(row, 0).is_some();
        let right = match columns.was.filter(|_| was_shown) {
            Some(was) => x + was - 12.0,
            None => at.fill.right() - 8.0,
        };
        let value = match row.before.as_ref().filter(|_| row.change == RowChange::Changed) {
            Some(before) => format::value_beside(now, before, text::data_chars(right - value_x)),
            None => format::value(now),
        };
        mark(at, value_x, &value, find, right - value_x);
        text::left_cut(painter, value_x, y, &value, text::DATA, color, right - value_x);
        spoken = text::head(&value, 200).to_owned();
    }
    let mut was = String::new();
    if let Some(was_x) = columns.was
        && let Some(old) = old_value(row, text::data_chars(at.fill.right() - x - was_x - was_room(painter, state)))
    {
        was = text::head(&old, 200).to_owned();
        let word = state.map_or("was", |state| state.was);
        let end = text::left(painter, x + was_x, y, word, text::BODY, quiet);
        let room = at.fill.right() - 8.0 - end - 4.0;
        text::left_cut(painter, end + 4.0, y, &old, text::DATA, t.secondary, room);
    }
    let sign = match row.change {
        RowChange::Same => "",
        RowChange::Added => ", added",
        RowChange::Removed => ", removed",
        RowChange::Changed => ", changed",
        RowChange::Inside => ", changed inside",
    };
    let word = state.map_or("was", |state| state.was);
    let was_spoken = if was.is_empty() { String::new() } else { format!(", {word} {was}") };
    let comma = if spoken.is_empty() { "" } else { " " };
    RowNode {
        name: format!("row {} of {len}, {label}{comma}{spoken}{sign}{was_spoken}{written}", at.index + 1),
        level: Some(row.depth + 1),
        expanded: row.expanded,
        tooltip: at.pointer.map(|pointer| {
            match state.and_then(|state| gutter_link(state, row, pointer.x - x, columns)) {
                Some((version, _)) => format!("Go to {}, which wrote it", format::version(version)),
                None => tooltip(row, word),
            }
        }),
    }
}

/// Paints what lies behind the text that is looked for, where it is within this one.
fn mark(at: &RowPaint<'_>, left: f32, words: &str, find: Option<&str>, room: f32) {
    let words = text::head(words, 400);
    let Some(find) = find.filter(|find| contains(words, find)) else { return };
    let start = words.to_ascii_lowercase().find(find).unwrap_or(0);
    let end = (start + find.len()).min(words.len());
    let (Some(before), Some(through)) = (words.get(..start), words.get(..end)) else { return };
    let [from, to] = [before, through].map(|part| text::width(at.painter, part, text::DATA).min(room));
    let place = Rect::from_min_max(pos2(left + from, at.rect.top() + 3.0), pos2(left + to, at.rect.bottom() - 3.0));
    at.painter.rect_filled(place, 2.0, mix(if at.selected { at.t.selected } else { at.t.panel }, at.t.accent, 0.3));
}

/// The event that a click so far from the left leads to: the one that wrote the row, where its
/// version stands there.
fn gutter_link(state: &StateColumns<'_>, row: &TreeRow, x: f32, columns: TreeColumns) -> Option<(Version, Applied)> {
    match state.written.of(&row.path) {
        LastWrite::At { version, applied, .. } if (0.0..=columns.written).contains(&x) => Some((version, applied)),
        _ => None,
    }
}

type ColorOf = fn(&Tokens) -> egui::Color32;

/// Sign and colour of a row that differs; a closed branch stands for what it hides.
fn differs(row: &TreeRow) -> Option<(&'static str, ColorOf)> {
    match row.change {
        RowChange::Added => Some(("+", |t| t.added)),
        RowChange::Removed => Some(("−", |t| t.removed)),
        RowChange::Changed => Some(("~", |t| t.changed)),
        RowChange::Inside if row.expanded == Some(false) => Some(("~", |t| t.changed)),
        RowChange::Inside | RowChange::Same => None,
    }
}

/// Width of the word before an old value, and of the gaps around.
const WAS: f32 = 40.0;

fn was_room(painter: &egui::Painter, state: Option<&StateColumns<'_>>) -> f32 {
    state.map_or(WAS, |state| text::width(painter, state.was, text::BODY).ceil() + 16.0)
}

/// The old value in so many characters, where one is worth showing.
fn old_value(row: &TreeRow, room: usize) -> Option<String> {
    match row.change {
        RowChange::Changed => Some(format::value_beside(row.before.as_ref()?, row.now.as_ref()?, room).into_owned()),
        RowChange::Removed => row.before.as_ref().map(|old| format::value(old).into_owned()),
        RowChange::Inside if row.expanded == Some(false) => {
            let old = row.before.as_ref()?;
            // `{3}` beside `{3}` says nothing.
            (old.len() != row.now.as_ref().and_then(crate::model::Node::len)).then(|| format::value(old).into_owned())
        }
        _ => None,
    }
}

/// Paints the cell of the last write, the more filled the younger; returns the words for it.
fn gutter(at: &RowPaint<'_>, right: f32, written: LastWrite, quiet: egui::Color32) -> String {
    let (t, x, y) = (at.t, at.rect.left(), at.rect.center().y);
    let LastWrite::At { version, age, .. } = written else {
        return String::new();
    };
    let share = match age {
        0 => 0.38,
        1..=3 => 0.24,
        4..=12 => 0.14,
        13..=26 => 0.08,
        _ => 0.0,
    };
    let cell = Rect::from_min_max(pos2(x + 12.0, y - 9.0), pos2(x + right, y + 9.0));
    if share > 0.0 {
        let base = if at.selected { t.selected } else { t.panel };
        at.painter.rect_filled(cell, 3.0, mix(base, t.accent, share));
    }
    let color = if age <= 3 {
        t.text
    } else if age <= 26 {
        t.secondary
    } else {
        quiet
    };
    text::right_cut(
        at.painter,
        cell.right() - 5.0,
        y,
        &format::version(version),
        text::DATA,
        color,
        cell.width() - 4.0,
    );
    format!(", written by v{version}")
}

fn tooltip(row: &TreeRow, word: &str) -> String {
    let path = row.path.readable();
    let now = row.now.as_ref().map(|now| format!("\n{}", format::whole(now))).unwrap_or_default();
    let differs = !matches!(row.change, RowChange::Same | RowChange::Added);
    let was = row.before.as_ref().filter(|_| differs).map(|old| format!("\n{word} {}", format::whole(old)));
    format!("{path}{now}{}", was.unwrap_or_default())
}

/// How wide keys, values and old values of a tree are, in its columns.
pub type Needs = [f32; 3];

/// What the columns of a tree need. What was needed once by trees of one kind, such as the states of a
/// stream, is kept, so that they stand still while the playhead moves.
pub fn needs(ui: &Ui, id: Id, view: &TreeView<'_>, kind: &str) -> Needs {
    #[derive(Clone)]
    struct Kept {
        kind: String,
        revision: u64,
        needs: Needs,
    }
    let kept: Option<Kept> = ui.data(|data| data.get_temp(id.with("needs")));
    let kept = kept.filter(|kept| kept.kind == kind);
    if let Some(kept) = kept.as_ref().filter(|kept| kept.revision == view.revision) {
        return kept.needs;
    }
    let mut needs = kept.map_or([0.0; 3], |kept| kept.needs);
    let rows = tree_rows(ui, id.with("rows"), view);
    let chars = |words: &str| words.chars().take(MEASURED).count() as f32 * CHAR_WIDTH;
    for row in (0..rows.len().min(LOOKED_AT)).filter_map(|at| rows.row(at)) {
        let key = INDENT * row.depth as f32 + chars(&row.label()) + 12.0;
        let value = row.now.as_ref().map_or(0.0, |now| chars(&format::value(now)) + 16.0);
        let was = old_value(&row, MEASURED).map_or(0.0, |old| chars(&old) + WAS + 16.0);
        needs = [needs[0].max(key), needs[1].max(value), needs[2].max(was)];
    }
    let kept = Kept { kind: kind.to_owned(), revision: view.revision, needs };
    ui.data_mut(|data| data.insert_temp(id.with("needs"), kept));
    needs
}

/// Rows and characters that are looked at to find what a column needs.
const LOOKED_AT: u64 = 200;
const MEASURED: usize = 60;
/// No column gives up more than leaves it this, and to keys not more than leaves it that.
const LEAST: f32 = 64.0;
const KEPT: f32 = 96.0;

/// Gives columns what they need, as far as others have more than they need. The first, the keys, has
/// up to half of all before that, for long values are cut anyway.
fn fit<const N: usize>(mut widths: [f32; N], needs: [f32; N]) -> [f32; N] {
    let whole: f32 = widths.iter().sum();
    let over: [f32; N] = std::array::from_fn(|at| if at == 0 { 0.0 } else { (widths[at] - KEPT).max(0.0) });
    let all_over: f32 = over.iter().sum();
    let wanted = (needs[0].min(whole / 2.0) - widths[0]).clamp(0.0, all_over);
    if wanted > 0.0 {
        widths = std::array::from_fn(|at| widths[at] - over[at] * wanted / all_over);
        widths[0] += wanted;
    }
    let lacks: [f32; N] = std::array::from_fn(|at| (needs[at] - widths[at]).max(0.0));
    let spares: [f32; N] = std::array::from_fn(|at| (widths[at] - needs[at].max(LEAST)).max(0.0));
    let (lacking, spare) = (lacks.iter().sum::<f32>(), spares.iter().sum::<f32>());
    let moved = lacking.min(spare);
    let share = |part: f32, whole: f32| if whole > 0.0 { part * moved / whole } else { 0.0 };
    std::array::from_fn(|at| widths[at] + share(lacks[at], lacking) - share(spares[at], spare))
}

/// Characters of a version that the first column has room for, and the width of one more.
const VERSION_CHARS: usize = 4;
const CHAR_WIDTH: f32 = 7.6;

/// Columns of a state this wide; the longest version in it has so many characters, `v57` = 3.
/// Without old values to show, the values have their room.
pub fn state_columns(width: f32, version_chars: usize, has_was: bool, needs: Needs) -> TreeColumns {
    let shift = version_chars.saturating_sub(VERSION_CHARS) as f32 * CHAR_WIDTH;
    let more = (width - shift - size::STATE).max(-180.0);
    let value = 212.0 + shift + more * 0.32;
    let was = 328.0 + shift + more * 0.68;
    let room_for_was = has_was && was + 60.0 < width;
    let (key, written) = (96.0 + shift, 52.0 + shift);
    if !room_for_was {
        let [keys, _] = fit([value - key, width - value], [needs[0], needs[1]]);
        return TreeColumns { written, key, value: (key + keys).round(), was: None };
    }
    let [keys, values, _] = fit([value - key, was - value, width - was], needs);
    TreeColumns { written, key, value: (key + keys).round(), was: Some((key + keys + values).round()) }
}

/// Columns of a payload this wide.
pub fn payload_columns(width: f32, needs: Needs) -> TreeColumns {
    let (key, value) = (28.0, (width * 0.46).clamp(120.0, 212.0));
    let [keys, _] = fit([value - key, width - value], [needs[0], needs[1]]);
    TreeColumns { written: 0.0, key, value: (key + keys).round(), was: None }
}

/// Tints of changed rows: stronger for a moment after a step.
pub fn change_tint(ui: &Ui, id: Id, revision: u64, stepped: bool) -> f32 {
    const TINTED_SECS: f64 = 0.4;
    let t = tokens::tokens(ui.ctx());
    let now = ui.input(|input| input.time);
    let (seen, since): (u64, f64) = ui.data(|data| data.get_temp(id)).unwrap_or((revision, f64::NEG_INFINITY));
    let since = if seen == revision {
        since
    } else if stepped {
        now
    } else {
        f64::NEG_INFINITY
    };
    ui.data_mut(|data| data.insert_temp(id, (revision, since)));
    if now - since < TINTED_SECS {
        ui.ctx().request_repaint_after_secs((TINTED_SECS - (now - since)) as f32 + 0.01);
        0.25
    } else {
        t.change_tint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_what_they_need_of_what_others_have_over() {
        // Nothing lacks: nothing moves.
        assert_eq!(fit([116.0, 116.0, 132.0], [80.0, 116.0, 100.0]), [116.0, 116.0, 132.0]);
        // There is enough: whoever lacks has all it needs.
        assert_eq!(fit([116.0, 116.0, 132.0], [80.0, 140.0, 100.0])[1], 140.0);
        // There is not: whoever has more than it needs gives all of that, and no column is lost.
        let [key, value, was] = fit([116.0, 116.0, 132.0], [500.0, 20.0, 0.0]);
        assert_eq!((key, value, was), (236.0, LEAST, LEAST));
        // Values without end leave the keys half of all.
        assert_eq!(fit([116.0, 344.0], [180.0, 9_000.0]), [180.0, 280.0]);
        assert_eq!(fit([116.0, 344.0], [9_000.0, 9_000.0]), [230.0, 230.0]);
        let state = |needs| state_columns(460.0, 3, true, needs);
        assert_eq!((state([0.0; 3]).value, state([0.0; 3]).was), (212.0, Some(328.0)));
        assert!(state([180.0, 50.0, 50.0]).value >= 96.0 + 180.0);
        assert_eq!(payload_columns(460.0, [0.0; 3]).value, 212.0);
        assert!(payload_columns(460.0, [300.0, 60.0, 0.0]).value >= 328.0);
    }
}
