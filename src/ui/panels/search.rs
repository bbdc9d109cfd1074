//! The search through the store: a field, and a line for each event that has what is looked for,
//! with a stretch of it. The keyboard goes from the field to the list and back.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use super::{PanelCx, labels, sentence, split_header};
use crate::app::action::{Action, Panel};
use crate::app::command::{self as c, Target};
use crate::app::view::{SearchLine, SearchView, Zone};
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};

const STREAM: f32 = 12.0;
const SHAPE_TO_TYPE: f32 = 16.0;

/// The menu of an event that was found.
const MENU: Groups = &[&[&c::OPEN_ROW, &c::COPY_ROW], &[&c::SEARCH, &c::CORRELATION]];

/// Shows the panel in `rect`.
pub fn search_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let Some(view) = &cx.view.search else { return };
    let id = cx.id(Panel::Search);
    let list = id.with("list");
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    header_ui(ui, id, header, view, out);
    let columns = Columns::new(rect.width());
    let body = labels(ui, rest, |ui, line| columns.labels(ui, line, cx.zone));
    let len = view.rows.len();
    let shown = Rows::new(list, "Events found", len)
        .cursor(view.at)
        .own_cursor()
        .show(ui, body, |at| row_ui(at, &view.rows.row(at.index), len, &columns, cx.zone));
    if len == 0 {
        let words = match (view.text.trim().is_empty(), view.problem, view.looking) {
            (true, ..) => {
                "Words of payloads, metadata, ids and types, type:x, stream:x, member=value, /path/to=value, \"several words\", /a regular expression/."
            }
            (false, Some(problem), _) => &format!("{}: {}. help: {}", problem.what, problem.cause, problem.help),
            (false, None, Some(_)) => "Looking through the events…",
            (false, None, None) if view.looked_at.is_some() => "None of the events looked at has it.",
            (false, None, None) => "No event has it.",
        };
        sentence(ui, id, body, words, None);
    }
    if let Some(row) = shown.activated.or(shown.clicked.map(|(row, _)| row)).filter(|&row| row < len) {
        out.push(Action::OpenHit(row));
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let line = view.rows.row(row);
        let version = line.version.map(format::version).unwrap_or_default();
        let text = format!("{} {version} {} {}", line.stream, line.type_name, line.excerpt);
        let target = Target { open: Some(Action::OpenHit(row)), text, ..Target::default() };
        Asked { at, groups: MENU, target: Some(target) }
    });
    context_menu(ui, list.with("menu"), asked, cx.commands, out);
}

fn header_ui(ui: &mut Ui, id: Id, header: Rect, view: &SearchView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = header.center().y;
    let end = text::left(&painter, header.left() + size::PAD, y, "Search", text::TITLE, t.text);
    let left = (end + 16.0).round();
    let width = ((header.right() - left) * 0.5).clamp(120.0, 480.0);
    let place = Rect::from_min_max(pos2(left, y - 12.0), pos2(left + width, y + 12.0));
    let name = "Search the store";
    let field = Field { id: id.with("filter"), name, hint: "All streams", icon: Some(Icon::SEARCH), key: None };
    if ui.memory(|memory| memory.has_focus(field.id)) {
        keys(ui, view, out);
    }
    let output = field.show(ui, place, view.text);
    if let Some(text) = output.changed {
        out.push(Action::SearchFor(text));
    }
    if output.left && !view.rows.is_empty() {
        ui.memory_mut(|memory| memory.request_focus(id.with("list")));
    }
    let words = words(view);
    let color = if view.problem.is_some() { t.warning } else { t.quiet };
    let end = text::left_cut(
        &painter,
        place.right() + 12.0,
        y,
        &words,
        text::BODY,
        color,
        header.right() - 52.0 - place.right(),
    );
    if !words.is_empty() {
        let spot = Rect::from_min_max(pos2(place.right() + 8.0, header.top()), pos2(end, header.bottom()));
        let said = spoken(ui, id.with("count"), spot, &words);
        if let Some(problem) = view.problem {
            said.on_hover_text(format!("{}: {}. help: {}", problem.what, problem.cause, problem.help));
        }
    }
    let close = Rect::from_center_size(pos2(header.right() - 20.0, y), vec2(28.0, 28.0));
    if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Close search").clicked() {
        out.push(Action::CloseSearch);
    }
}

/// Keys that the field would take for itself: Esc ends the search, and closes it where nothing is
/// searched; Enter goes to the first event.
fn keys(ui: &Ui, view: &SearchView<'_>, out: &mut Vec<Action>) {
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        out.push(if view.looking.is_some() { Action::StopFilter } else { Action::CloseSearch });
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) && !view.rows.is_empty() {
        out.push(Action::OpenHit(view.at.unwrap_or(0)));
    }
}

/// How many there are, and what is to be said of them.
fn words(view: &SearchView<'_>) -> String {
    if let Some(problem) = view.problem {
        return problem.cause.clone();
    }
    if view.text.trim().is_empty() {
        return String::new();
    }
    let mut words = format::plural(view.found, "event", "events");
    if view.found > view.rows.len() {
        words.push_str(&format!(", the first {} listed", format::number(view.rows.len())));
    }
    if let Some(percent) = view.looking {
        words.push_str(&format!(", {percent} % searched"));
    } else if let Some((done, of)) = view.looked_at {
        words.push_str(&format!(", {} of {} events searched", format::number(done), format::number(of)));
    }
    if view.lacks.gone > 0 {
        let events = format::plural(view.lacks.gone, "event", "events");
        words.push_str(&format!("; {events} cannot be read any more"));
    }
    if view.lacks.cut > 0 {
        let events = format::plural(view.lacks.cut, "event", "events");
        words.push_str(&format!("; of {events} only the beginning was searched"));
    }
    words
}

/// Where the columns are; those without room are left out.
struct Columns {
    version: f32,
    kind: f32,
    time: Option<f32>,
    excerpt: f32,
}

impl Columns {
    fn new(width: f32) -> Columns {
        let stream = (width * 0.16).clamp(72.0, 240.0).round();
        let version = STREAM + stream + 60.0;
        let kind = version + 20.0;
        let behind = kind + SHAPE_TO_TYPE + (width * 0.12).clamp(64.0, 160.0).round();
        let time = (width >= 900.0).then_some(behind);
        Columns { version, kind, time, excerpt: behind + if time.is_some() { 176.0 } else { 0.0 } }
    }

    fn labels(&self, ui: &Ui, line: Rect, zone: Zone) {
        let t = tokens::tokens(ui.ctx());
        let (painter, x, y) = (ui.painter(), line.left(), line.center().y);
        text::left(painter, x + STREAM, y, "Stream", text::LABEL, t.quiet);
        text::right(painter, x + self.version, y, "Version", text::LABEL, t.quiet);
        text::left(painter, x + self.kind + SHAPE_TO_TYPE, y, "Type", text::LABEL, t.quiet);
        if let Some(time) = self.time {
            let word = if zone == Zone::Utc { "Time, UTC" } else { "Time, local" };
            text::left(painter, x + time, y, word, text::LABEL, t.quiet);
        }
        text::left(painter, x + self.excerpt, y, "Found", text::LABEL, t.quiet);
    }
}

fn row_ui(at: &RowPaint<'_>, line: &SearchLine<'_>, len: u64, columns: &Columns, zone: Zone) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let version = line.version.map(format::version).unwrap_or_default();
    let left = text::right(painter, x + columns.version, y, &version, text::DATA, t.text);
    text::left_name(painter, x + STREAM, y, line.stream, text::BODY, t.text, left - 8.0 - x - STREAM);
    paint::type_shape(painter, pos2(x + columns.kind + 4.0, y), 5.0, line.slot, t);
    let kind = columns.kind + SHAPE_TO_TYPE;
    let kind_end = columns.time.unwrap_or(columns.excerpt);
    text::left_name(painter, x + kind, y, line.type_name, text::BODY, t.text, kind_end - 12.0 - kind);
    let mut when = String::new();
    if let Some((date, clock, _)) = line.time.and_then(|time| format::time_parts(time, zone)) {
        if let Some(time) = columns.time {
            let end = text::left(painter, x + time, y, &date, text::DATA, quiet);
            let from = end + text::width(painter, " ", text::DATA);
            text::left_cut(painter, from, y, &clock, text::DATA, t.secondary, x + columns.excerpt - 12.0 - from);
        }
        when = format!(", {date} {clock}");
    }
    let mut from = x + columns.excerpt;
    if line.part != "payload" {
        from = text::left(painter, from, y, line.part, text::LABEL, quiet) + 8.0;
    }
    excerpt_ui(at, from, y, line, t);
    RowNode {
        name: format!(
            "row {} of {len}, {} {version}, {}{when}, in the {}: {}",
            at.index + 1,
            visible_name(line.stream),
            visible_name(line.type_name),
            line.part,
            text::head(line.excerpt, 300)
        ),
        tooltip: at.pointer.map(|_| {
            format!("{} {version} {}\n{}", visible_name(line.stream), visible_name(line.type_name), line.excerpt)
        }),
        ..RowNode::default()
    }
}

/// What is looked for stands out.
fn excerpt_ui(at: &RowPaint<'_>, from: f32, y: f32, line: &SearchLine<'_>, t: &Tokens) {
    let mut job = LayoutJob::default();
    let mut append = |part: Option<&str>, marked: bool| {
        let color = if marked { t.accent } else { t.secondary };
        let shown: String = part.unwrap_or_default().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        job.append(&shown, 0.0, TextFormat::simple(text::DATA.font(), color));
    };
    let mut end = 0;
    for mark in line.marks {
        append(line.excerpt.get(end..mark.start), false);
        append(line.excerpt.get(mark.clone()), true);
        end = mark.end;
    }
    append(line.excerpt.get(end..), false);
    job.break_on_newline = false;
    let room = (at.fill.right() - 8.0 - from).max(0.0);
    job.wrap = TextWrapping { max_width: room, max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    let galley = at.painter.layout_job(job);
    text::place(at.painter, galley, from, y, text::DATA);
}
