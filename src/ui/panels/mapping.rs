//! The page of what a store could mean: at the top what may be meant, below it where each role
//! is read, and beside that the first events as they would be read.

use std::borrow::Cow;

use egui::{Id, Key, Modifiers, Painter, Popup, Rect, Ui, pos2, vec2};

use super::streams::severity_icon;
use super::{labels, problem, sentence, split_header, split_line};
use crate::app::action::{Action, CopyWhat, MappingAction};
use crate::app::view::{
    CandidateLine, Count, FindingLine, LayoutView, MappingView, RoleLine, Sample, SampleLines, Zone,
};
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{Look, button_enabled, button_width, flow, spoken};
use crate::ui::widgets::menu::{self, Line, combo_button};
use crate::ui::widgets::page::{appears, page_ui};
use crate::ui::widgets::pick::{Pick, Picked};
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};

/// Width of the roles where the events stand beside them, and the least that then is left.
const ROLES: f32 = 404.0;
const BESIDE: f32 = 440.0;
/// From one role to the next; where a column is named, and what it counts.
const PITCH: f32 = 28.0;
const COLUMN: f32 = 92.0;
const COLUMN_WIDTH: f32 = 176.0;
const WAY: f32 = COLUMN + COLUMN_WIDTH + 8.0;
const WAY_WIDTH: f32 = 116.0;
/// Rows of the events that are seen at least, and in a low window.
const LEAST_ROWS: f32 = 6.0;
const LOW_ROWS: f32 = 2.0;
/// A lower window scrolls as a whole.
const LOW: f32 = 360.0;

/// Shows the page in `rect`; `takes_keys` is false while a sheet is in front.
pub fn mapping_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    view: &MappingView<'_>,
    zone: Zone,
    takes_keys: bool,
    out: &mut Vec<Action>,
) {
    let ui = &mut super::region(ui, id, rect, view.title);
    let t = tokens::tokens(ui.ctx());
    let (header, rest) = split_header(ui.painter(), rect, t);
    header_ui(ui, id, header, view);
    match &view.layout {
        None => drop(sentence(ui, id, rest, "Looking at its tables.", None)),
        Some(Err(why)) => problem(ui, id.with("problem"), rest, why),
        Some(Ok(layout)) => {
            let footer = footer_height(ui.painter(), rest.width(), view);
            if rest.height() >= LOW {
                let (body, foot) = rest.split_top_bottom_at_y(rest.bottom() - footer);
                let height = body_height(ui.painter(), body, view, layout);
                page_ui(ui, id.with("page"), body, height, |ui, rect| body_ui(ui, id, rect, view, layout, zone, out));
                footer_ui(ui, id, foot, view, layout, out);
            } else {
                let height = body_height(ui.painter(), rest, view, layout) + footer;
                page_ui(ui, id.with("page"), rest, height.max(rest.height()), |ui, rect| {
                    let (body, foot) = rect.split_top_bottom_at_y(rect.bottom() - footer);
                    body_ui(ui, id, body, view, layout, zone, out);
                    footer_ui(ui, id, foot, view, layout, out);
                });
            }
        }
    }
    // From the moment the page is there, Enter opens the store, or what is missing can be chosen.
    if let Some(Ok(layout)) = &view.layout
        && takes_keys
        && appears(ui, id.with("layout"))
    {
        let first = id.with(if layout.open.is_ok() { "Open" } else { "table" });
        ui.memory_mut(|memory| memory.request_focus(first));
    }
    if takes_keys && !Popup::is_any_open(ui.ctx()) {
        keys(ui, view, out);
    }
}

/// Enter opens the store where nothing else has the keyboard; Esc goes back to an open one.
fn keys(ui: &Ui, view: &MappingView<'_>, out: &mut Vec<Action>) {
    let can_open = matches!(&view.layout, Some(Ok(layout)) if layout.open.is_ok());
    let free = ui.memory(|memory| memory.focused().is_none());
    if can_open && free && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        out.push(Action::Mapping(MappingAction::Open));
    }
    if view.can_leave && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        out.push(Action::Mapping(MappingAction::Leave));
    }
}

fn header_ui(ui: &mut Ui, id: Id, header: Rect, view: &MappingView<'_>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = header.center().y;
    let end = text::left_cut(
        &painter,
        header.left() + size::PAD,
        y,
        view.title,
        text::TITLE,
        t.text,
        header.width() - 2.0 * size::PAD,
    );
    let room = header.right() - size::PAD - end - 16.0;
    if room > 40.0 {
        text::right_name(&painter, header.right() - size::PAD, y, view.store, text::DATA, t.text, room);
    }
    spoken(ui, id.with("title"), header, &format!("{}, {}", view.title, view.store));
}

/// The roles stand beside the events.
fn is_wide(width: f32) -> bool {
    width >= ROLES + BESIDE
}

fn why_height(painter: &Painter, width: f32, view: &MappingView<'_>) -> f32 {
    let width = (width - 2.0 * size::PAD).max(40.0);
    text::paragraph_galley(painter, width, &view.why, text::BODY, egui::Color32::PLACEHOLDER, 3).size().y + 16.0
}

/// Rows of what may be meant that are seen at once.
fn candidates_height(rect: Rect, layout: &LayoutView<'_>) -> f32 {
    let most = if rect.height() < 600.0 { 3 } else { 5 };
    match layout.candidates.len() {
        0 => 32.0,
        len => size::LABELS + size::ROW * len.min(most) as f32 + 12.0,
    }
}

/// The words below a role: a problem, else a note.
fn below<'v>(line: &'v RoleLine<'_>) -> (&'v str, bool) {
    match &line.problem {
        Some(problem) => (problem, true),
        None => (&line.note, false),
    }
}

fn role_height(painter: &Painter, width: f32, line: &RoleLine<'_>) -> f32 {
    let (words, _) = below(line);
    if words.is_empty() {
        return PITCH;
    }
    let galley = text::paragraph_galley(painter, words_width(width), words, text::LABEL, egui::Color32::PLACEHOLDER, 4);
    PITCH + galley.size().y
}

fn words_width(width: f32) -> f32 {
    (width - COLUMN - size::PAD).max(40.0)
}

fn roles_height(painter: &Painter, width: f32, layout: &LayoutView<'_>) -> f32 {
    let roles = layout.roles.iter().map(|line| role_height(painter, width, line)).sum::<f32>();
    PITCH + roles + 16.0
}

fn samples_height(rect: Rect) -> f32 {
    let rows = if rect.height() < LOW { LOW_ROWS } else { LEAST_ROWS };
    size::HEADER + size::LABELS + rows * size::ROW + 40.0
}

fn body_height(painter: &Painter, rect: Rect, view: &MappingView<'_>, layout: &LayoutView<'_>) -> f32 {
    let above = why_height(painter, rect.width(), view) + candidates_height(rect, layout);
    let below = if is_wide(rect.width()) {
        roles_height(painter, ROLES, layout).max(samples_height(rect))
    } else {
        roles_height(painter, rect.width(), layout) + samples_height(rect)
    };
    above + below
}

fn body_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    view: &MappingView<'_>,
    layout: &LayoutView<'_>,
    zone: Zone,
    out: &mut Vec<Action>,
) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let height = why_height(&painter, rect.width(), view);
    let (why, rest) = rect.split_top_bottom_at_y(rect.top() + height);
    let place = why.shrink2(vec2(size::PAD, 8.0));
    text::paragraph(&painter, place, &view.why, text::BODY, t.secondary, 3);
    spoken(ui, id.with("why"), place, &view.why);
    let (top, rest) = split_line(&painter, rest, candidates_height(rect, layout), t);
    candidates_ui(ui, id, top, layout, out);
    if is_wide(rect.width()) {
        let (left, right) = rest.split_left_right_at_x(rest.left() + ROLES);
        roles_ui(ui, id, left, layout, out);
        paint::vline(&painter, right.left(), right.top(), right.bottom(), t.hairline);
        samples_ui(ui, id, right.with_min_x(right.left() + 1.0), &layout.samples, zone);
    } else {
        let height = roles_height(&painter, rect.width(), layout);
        let (top, bottom) = split_line(&painter, rest, height, t);
        roles_ui(ui, id, top, layout, out);
        samples_ui(ui, id, bottom, &layout.samples, zone);
    }
}

/// Where the parts of a candidate's line stand.
#[derive(Clone, Copy)]
struct Columns {
    word: f32,
    /// Right edge.
    rows: f32,
    why: f32,
}

impl Columns {
    fn new(width: f32) -> Columns {
        let word = (width * 0.22).clamp(96.0, 300.0).round();
        let rows = word + 190.0;
        Columns { word, rows, why: rows + 24.0 }
    }
}

fn candidates_ui(ui: &mut Ui, id: Id, rect: Rect, layout: &LayoutView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    if layout.candidates.is_empty() {
        let words = "No table looks like a list of events. Choose the one that is, and its columns.";
        let place = rect.shrink2(vec2(size::PAD, 0.0));
        text::left_cut(ui.painter(), place.left(), rect.top() + 12.0, words, text::BODY, t.text, place.width());
        spoken(ui, id.with("none"), place, words);
        return;
    }
    let columns = Columns::new(rect.width());
    let guessed = layout.candidates.iter().any(|line| line.of_five.is_some());
    let body = labels(ui, rect, |ui, line| {
        let y = line.center().y;
        let first = if guessed { "May be meant" } else { "Stores" };
        let last = if guessed { "Why" } else { "Command" };
        for (x, word) in [(size::PAD, first), (columns.word, "Is"), (columns.why, last)] {
            text::left_cut(ui.painter(), line.left() + x, y, word, text::LABEL, t.quiet, line.width() - x);
        }
        text::right(ui.painter(), line.left() + columns.rows, y, "Rows", text::LABEL, t.quiet);
    });
    let body = body.with_max_y(body.bottom() - 8.0);
    let len = layout.candidates.len() as u64;
    let chosen = layout.candidate.map(|at| at as u64);
    let shown = Rows::new(id.with("candidates"), "May be meant", len).cursor(chosen).show(ui, body, |at| {
        let Some(line) = layout.candidates.get(at.index as usize) else { return RowNode::default() };
        candidate_ui(at, line, len, columns)
    });
    if let Some(row) = shown.moved.or(shown.clicked.map(|(row, _)| row)).filter(|row| Some(*row) != chosen) {
        out.push(Action::Mapping(MappingAction::Choose(row as usize)));
    }
    if shown.activated.is_some() || shown.double_clicked.is_some() {
        out.push(Action::Mapping(MappingAction::Open));
    }
}

fn candidate_ui(at: &RowPaint<'_>, line: &CandidateLine<'_>, len: u64, columns: Columns) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let room = columns.word - size::PAD - 12.0;
    text::left_name(painter, x + size::PAD, y, line.table, text::DATA, t.text, room);
    let mut word = x + columns.word;
    if let Some(of_five) = line.of_five {
        let color = if line.word == "likely" { t.secondary } else { t.warning };
        for cell in 0..5 {
            let place = Rect::from_min_size(pos2(word + f32::from(cell) * 9.0, y - 4.0), vec2(7.0, 8.0));
            painter.rect_filled(place, 0.0, if cell < of_five { color } else { t.hairline });
        }
        word += 54.0;
    }
    text::left_cut(painter, word, y, line.word, text::BODY, t.text, x + columns.rows - 52.0 - word);
    let rows = line.rows.map(format::number).unwrap_or_default();
    text::right(painter, x + columns.rows, y, &rows, text::DATA, t.secondary);
    let style = if line.of_five.is_some() { text::LABEL.on_baseline_of(text::BODY) } else { text::DATA };
    let room = at.fill.right() - 8.0 - x - columns.why;
    text::left_cut(painter, x + columns.why, y, &line.why, style, quiet, room);
    let rows = line.rows.map(|rows| format!(", {}", format::plural(rows, "row", "rows"))).unwrap_or_default();
    RowNode {
        name: format!("{} of {len}, {}, {}{rows}, {}", at.index + 1, line.table, line.word, line.why),
        tooltip: at.pointer.map(|_| format!("{}: {}", line.table, line.why)),
        ..RowNode::default()
    }
}

fn roles_ui(ui: &mut Ui, id: Id, rect: Rect, layout: &LayoutView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let mut y = rect.top() + 8.0;
    let line = |y: f32| Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), PITCH));
    let place = |y: f32| {
        let width = COLUMN_WIDTH.min(rect.width() - COLUMN - size::PAD);
        Rect::from_min_size(pos2(rect.left() + COLUMN, y + 2.0), vec2(width, 24.0))
    };
    let title = |y: f32, words: &str| {
        text::left(&painter, rect.left() + size::PAD, line(y).center().y, words, text::BODY, t.secondary);
    };
    title(y, "Table");
    let pick = Pick {
        id: id.with("table"),
        name: "Table",
        chosen: layout.table,
        nothing: "choose one",
        may_be_nothing: false,
        lines: layout.tables,
        takes_paths: false,
        is_wrong: false,
    };
    if let Some(Picked::Line(at)) = pick.show(ui, place(y)) {
        out.push(Action::Mapping(MappingAction::ChooseTable(at)));
    }
    y += PITCH;
    let Some(columns) = layout.columns else { return };
    for role in &layout.roles {
        title(y, role.title);
        let needed = matches!(role.role, "stream" | "type");
        let pick = Pick {
            id: id.with(role.role),
            name: role.title,
            chosen: role.column.as_deref(),
            nothing: if needed { "choose one" } else { "none" },
            may_be_nothing: !needed,
            lines: columns,
            takes_paths: true,
            is_wrong: role.problem.is_some() && role.column.is_some() && role.role != "time",
        };
        let picked = pick.show(ui, place(y)).map(|picked| match picked {
            Picked::Nothing => None,
            Picked::Line(at) => Some(columns.line(at).0.to_owned()),
            Picked::Path(path) => Some(path),
        });
        if let Some(column) = picked {
            out.push(Action::Mapping(MappingAction::SetRole(role.role, column)));
        }
        way_ui(ui, id, Rect::from_min_size(pos2(rect.left() + WAY, y + 2.0), vec2(WAY_WIDTH, 24.0)), rect, role, out);
        let (words, is_problem) = below(role);
        if !words.is_empty() {
            let color = if is_problem { t.error } else { t.quiet };
            let place = Rect::from_min_size(
                pos2(rect.left() + COLUMN, y + PITCH - 2.0),
                vec2(words_width(rect.width()), role_height(&painter, rect.width(), role) - PITCH),
            );
            text::paragraph(&painter, place, words, text::LABEL, color, 4);
            spoken(ui, id.with((role.role, "note")), place, &format!("{}: {words}", role.title));
        }
        y += role_height(&painter, rect.width(), role);
    }
}

/// What the numbers or bytes of a role's column are.
fn way_ui(ui: &mut Ui, id: Id, place: Rect, within: Rect, role: &RoleLine<'_>, out: &mut Vec<Action>) {
    if role.ways.is_empty() || place.left() + 40.0 > within.right() {
        return;
    }
    let place = place.with_max_x(place.right().min(within.right() - 8.0));
    let t = tokens::tokens(ui.ctx());
    let nothing = if role.role == "time" { "by itself" } else { "as it is" };
    let (word, color) = role.way.map_or((nothing, t.quiet), |way| (way, t.text));
    let name = format!("{} is: {word}", role.title);
    let response = combo_button(ui, id.with((role.role, "way")), place, word, &name, color);
    menu::popup(ui, &response, &name, 320.0, |ui| {
        let found = if role.role == "time" { "the unit is found" } else { "" };
        let nothing = (None, nothing, found);
        let ways = role.ways.iter().map(|(way, sentence)| (Some(*way), *way, *sentence));
        for (way, word, note) in std::iter::once(nothing).chain(ways) {
            if (Line { note, ..Line::new(word, role.way == way) }).show(ui).clicked() {
                out.push(Action::Mapping(MappingAction::SetWay(role.role, way)));
                response.request_focus();
            }
        }
    });
}

fn samples_ui(ui: &mut Ui, id: Id, rect: Rect, view: &SampleLines<'_>, zone: Zone) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let y = header.center().y;
    let end = text::left(&painter, header.left() + size::PAD, y, "First events", text::TITLE, t.text);
    let caption = match view.tried {
        None if view.problem.is_none() => "being read".to_owned(),
        None => String::new(),
        Some((Count { number: 0, .. }, _)) => "No row can be read as an event this way, or there is none.".to_owned(),
        Some((count, streams)) => {
            let first = if count.exact { "of" } else { "tried on the first" };
            let events = format::plural(count.number, "event", "events");
            format!("{first} {events} in {}", format::plural(streams, "stream", "streams"))
        }
    };
    let room = header.right() - size::PAD - end - 10.0;
    text::left_cut(&painter, end + 10.0, y, &caption, text::BODY, t.quiet, room);
    spoken(ui, id.with("caption"), header, &caption);
    match view.problem {
        Some(why) if view.is_incomplete => {
            sentence(ui, id.with("incomplete"), rest, &format!("{}: {}.", why.cause, why.help), None);
            return;
        }
        Some(why) => return problem(ui, id.with("misfit"), rest, why),
        None => {}
    }
    let rest = odd_ui(ui, id, rest, view, t);
    if view.rows.is_empty() {
        return;
    }
    let has_time = view.rows.iter().any(|row| row.time.is_some() || row.time_text.is_some());
    let cells = Cells::new(rect.width(), has_time);
    let body = labels(ui, rest, |ui, line| {
        let y = line.center().y;
        text::right(ui.painter(), line.left() + cells.version, y, "Version", text::LABEL, t.quiet);
        let time = if zone == Zone::Utc { "Time, UTC" } else { "Time, local" };
        let time = if has_time { time } else { "" };
        for (x, word) in [(size::PAD, "Stream"), (cells.kind, "Type"), (cells.time, time), (cells.data, "Data")] {
            text::left(ui.painter(), line.left() + x, y, word, text::LABEL, t.quiet);
        }
    });
    let len = view.rows.len() as u64;
    Rows::new(id.with("samples"), "First events", len).own_cursor().show(ui, body, |at| {
        let Some(row) = view.rows.get(at.index as usize) else { return RowNode::default() };
        sample_ui(at, row, len, cells, zone)
    });
    if view.stale {
        ui.painter().rect_filled(body, 0.0, t.veil);
    }
}

/// What is odd, in two lines at the bottom; returns what is left above.
fn odd_ui(ui: &mut Ui, id: Id, rect: Rect, view: &SampleLines<'_>, t: &Tokens) -> Rect {
    if view.odd.is_empty() {
        return rect;
    }
    let said = |line: &FindingLine<'_>| match line.count {
        1 => format!("{}: {}", line.code.name(), line.message),
        count => format!("{}, {} times: {}", line.code.name(), format::number(count), line.message),
    };
    let all: Vec<String> = view.odd.iter().map(said).collect();
    let shown = all.len().min(2);
    let (rest, place) = rect.split_top_bottom_at_y(rect.bottom() - 18.0 * shown as f32 - 12.0);
    let painter = ui.painter().clone();
    paint::hline(&painter, place.left(), place.right(), place.top(), t.hairline);
    for (at, (line, words)) in view.odd.iter().zip(&all).take(shown).enumerate() {
        let y = place.top() + 15.0 + 18.0 * at as f32;
        let severity = line.code.severity();
        let center = pos2(place.left() + size::PAD + 7.0, y);
        severity_icon(severity).paint(&painter, center, 14.0, t.of_severity(severity));
        let more = all.len() - shown;
        let words = if at + 1 == shown && more > 0 { format!("{words} (and {more} more)") } else { words.clone() };
        let left = place.left() + size::PAD + 20.0;
        text::left_cut(&painter, left, y, &words, text::LABEL, t.secondary, place.right() - size::PAD - left);
    }
    let all = all.join("\n");
    spoken(ui, id.with("odd"), place, &all).on_hover_text(all);
    rest
}

/// Where the parts of an event stand.
#[derive(Clone, Copy)]
struct Cells {
    /// Right edge.
    version: f32,
    kind: f32,
    time: f32,
    data: f32,
}

impl Cells {
    fn new(width: f32, has_time: bool) -> Cells {
        let stream = (width * 0.2).clamp(90.0, 260.0).round();
        let version = stream + size::PAD + 56.0;
        let kind = version + 16.0;
        let time = kind + (width * 0.17).clamp(80.0, 200.0).round();
        Cells { version, kind, time, data: time + if has_time { 196.0 } else { 0.0 } }
    }
}

fn sample_ui(at: &RowPaint<'_>, row: &Sample, len: u64, cells: Cells, zone: Zone) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let room = cells.version - 56.0 - size::PAD;
    text::left_name(painter, x + size::PAD, y, &row.stream, text::DATA, t.text, room);
    let version = row.version.to_string();
    text::right(painter, x + cells.version, y, &version, text::DATA, t.text);
    text::left_name(painter, x + cells.kind, y, &row.event_type, text::BODY, t.text, cells.time - cells.kind - 8.0);
    let time = row.time.map(|time| match format::time_parts(time, zone) {
        Some((date, clock, _)) => format!("{date} {clock}"),
        None => format::time_full(time, zone),
    });
    let (time, color) = match (time, &row.time_text) {
        (Some(time), _) => (time, t.secondary),
        (None, Some(text)) => (text.clone(), t.warning),
        (None, None) => (String::new(), t.secondary),
    };
    text::left_cut(painter, x + cells.time, y, &time, text::DATA, color, cells.data - cells.time - 12.0);
    let color = if row.undecodable.is_some() { t.warning } else { t.secondary };
    text::left_cut(painter, x + cells.data, y, &row.data, text::DATA, color, at.fill.right() - 8.0 - x - cells.data);
    let odd = row.undecodable.as_ref().map(|why| format!(", not decoded: {why}")).unwrap_or_default();
    let data = text::head(&row.data, 120);
    RowNode {
        name: format!(
            "event {} of {len}, {}, v{version}, {}, {time}, {data}{odd}",
            at.index + 1,
            row.stream,
            row.event_type
        ),
        tooltip: at.pointer.map(|_| format!("{} {}\n{}{odd}", row.stream, row.event_type, row.data)),
        ..RowNode::default()
    }
}

type FootButton<'v> = (&'static str, Option<&'static str>, Look, Result<(), &'v str>, Action);

/// The buttons, the first of them at the right.
fn buttons<'v>(view: &'v MappingView<'_>) -> Vec<FootButton<'v>> {
    let Some(Ok(layout)) = &view.layout else { return Vec::new() };
    let reason = |can: &'v Result<(), Cow<'_, str>>| match can {
        Ok(()) => Ok(()),
        Err(why) => Err(&**why),
    };
    let open = reason(&layout.open);
    let leave = match view.can_leave {
        true => ("Back", Some("Esc"), Look::Outlined, Ok(()), Action::Mapping(MappingAction::Leave)),
        false => ("Close", Some("Ctrl W"), Look::Outlined, Ok(()), Action::CloseStore),
    };
    vec![
        ("Open", Some("Enter"), Look::Filled, open, Action::Mapping(MappingAction::Open)),
        ("Save as dialect…", None, Look::Outlined, reason(&layout.save), Action::Mapping(MappingAction::ShowSave)),
        ("Copy the command line", Some("Ctrl L"), Look::Outlined, open, Action::Copy(CopyWhat::CommandLine)),
        leave,
    ]
}

fn footer_height(painter: &Painter, width: f32, view: &MappingView<'_>) -> f32 {
    let widths: Vec<f32> = buttons(view).iter().map(|(word, keys, ..)| button_width(painter, word, *keys)).collect();
    let line = Rect::from_min_size(pos2(0.0, 0.0), vec2(width - 2.0 * size::PAD, 28.0));
    flow(line, &widths, 28.0).1 + 16.0
}

fn footer_ui(ui: &mut Ui, id: Id, rect: Rect, view: &MappingView<'_>, layout: &LayoutView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    paint::hline(&painter, rect.left(), rect.right(), rect.top(), t.hairline);
    let inside = rect.shrink2(vec2(size::PAD, 8.0));
    let buttons = buttons(view);
    let widths: Vec<f32> = buttons.iter().map(|(word, keys, ..)| button_width(&painter, word, *keys)).collect();
    let (mut places, height) = flow(inside, &widths, 28.0);
    let mut left = inside.right();
    if height <= 28.0 {
        // One line: from the right edge.
        for (place, width) in places.iter_mut().zip(&widths) {
            *place = Rect::from_min_size(pos2(left - width, inside.top()), vec2(*width, 28.0));
            left -= width + 8.0;
        }
    }
    for ((word, keys, look, enabled, action), place) in buttons.into_iter().zip(&places) {
        if button_enabled(ui, id.with(word), *place, look, word, keys, enabled).clicked() {
            out.push(action);
        }
    }
    let (words, color) = match &layout.open {
        Ok(()) => ("Read-only: the choice is kept beside your settings, never in the store.".to_owned(), t.quiet),
        Err(why) => (format!("It cannot be opened: {why}."), t.warning),
    };
    if height <= 28.0 && left - inside.left() > 160.0 {
        let room = left - inside.left() - 8.0;
        text::left_cut(&painter, inside.left(), inside.center().y, &words, text::LABEL, color, room);
    }
    spoken(ui, id.with("foot"), rect.with_max_y(rect.top() + 8.0), &words);
}
