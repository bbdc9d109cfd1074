//! Who wrote a path of the state: the events that did, the oldest first, with the value before
//! and after each. Opened by a key from the state; the marked row wrote what the playhead shows.

use std::borrow::Cow;

use egui::{Color32, Painter, Pos2, Rect, Ui, pos2};

use super::{PanelCx, labels, sentence, split_header};
use crate::app::action::{Action, Panel};
use crate::app::command::{self as c, Target};
use crate::app::view::{BlameLine, BlameView, Zone};
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::find_line::find_line_ui;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::widgets::tip::tip;
use crate::ui::{format, paint, text};

const MARK: f32 = 15.0;
const VERSION_RIGHT: f32 = 72.0;
const SHAPE: f32 = 92.0;
const TYPE: f32 = 108.0;
const TIME: f32 = 252.0;
const BECAME: f32 = 452.0;

/// The menu of a write.
const MENU: Groups = &[&[&c::OPEN_ROW, &c::COPY_ROW], &[&c::PREVIOUS_WRITE, &c::NEXT_WRITE, &c::BLAME]];

/// Shows the panel in `rect`.
pub fn blame_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let Some(view) = &cx.view.blame else { return };
    let id = cx.id(Panel::Blame);
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let y = header.center().y;
    let end = text::left(&painter, header.left() + size::PAD, y, "Writes of", text::TITLE, t.text) + 6.0;
    let room = header.right() - 44.0 - end;
    let end = text::left_name(&painter, end, y, &view.path, text::TITLE, t.text, room * 0.5) + 10.0;
    let words = words(view);
    let color = if view.problem.is_some() { t.warning } else { t.quiet };
    let end = text::left_cut(&painter, end, y, &words, text::BODY, color, header.right() - 44.0 - end);
    let spot = Rect::from_min_max(header.min, pos2(end, header.bottom()));
    let said = spoken(ui, id.with("count"), spot, &format!("Writes of {}: {words}", view.path));
    match view.problem {
        Some(problem) => {
            drop(said.on_hover_text(format!("{}. {}. help: {}", problem.what, problem.cause, problem.help)))
        }
        None => tip(said, &view.path),
    }
    let close = Rect::from_center_size(pos2(header.right() - 20.0, y), egui::vec2(28.0, 28.0));
    if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Close writes").clicked() {
        out.push(Action::CloseBlame);
    }
    let rest = find_line_ui(ui, id, rest, Panel::Blame, view.find, id.with("list"), out);
    let columns = Columns::new(rect.width());
    let body = labels(ui, rest, |ui, line| columns.labels(ui, line, cx.zone));
    let len = view.rows.len();
    let list = id.with("list");
    let shown =
        Rows::new(list, "Writes", len)
            .cursor(view.in_effect)
            .own_cursor()
            .find(ui, view.find)
            .show(ui, body, |at| row_ui(at, &view.rows.row(at.index), view, &columns, cx.zone));
    if len == 0 {
        let words = match (view.looking, view.problem) {
            (Some(_), _) => "Looking for the events that wrote it…",
            (None, Some(_)) => "None of the events that could be folded wrote it.",
            (None, None) if view.looked_at.is_some() => "None of the events looked at wrote it.",
            (None, None) => "No event wrote it: it is as the initial state has it.",
        };
        sentence(ui, id, body, words, None);
    }
    if let Some(row) = shown.activated.or(shown.clicked.map(|(row, _)| row)).filter(|&row| row < len) {
        out.push(Action::OpenWrite(row));
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let line = view.rows.row(row);
        let became = line.inside.or(line.after).unwrap_or("removed");
        let text = format!("{} {} {became}", format::version(line.version), line.type_name);
        let target = Target { open: Some(Action::OpenWrite(row)), text, ..Target::default() };
        Asked { at, groups: MENU, target: Some(target) }
    });
    context_menu(ui, list.with("menu"), asked, cx.commands, out);
}

/// How many there are, and what is to be said of them.
fn words(view: &BlameView<'_>) -> String {
    let mut words = format::plural(view.rows.len(), "event", "events");
    if let Some(percent) = view.looking {
        words.push_str(&format!(", {percent} % looked at"));
    } else if let Some((done, of)) = view.looked_at {
        words.push_str(&format!(", {} of {} events looked at", format::number(done), format::number(of)));
    }
    if let Some(problem) = view.problem {
        words.push_str(&format!("; {}", problem.what));
    }
    if view.is_stored {
        words.push_str("; each wrote it, or one since the document before");
    }
    words
}

/// Where the columns are; those without room are left out.
struct Columns {
    time: bool,
    became: f32,
    was: f32,
}

impl Columns {
    fn new(width: f32) -> Columns {
        let time = width >= 720.0;
        let became = if time { BECAME } else { TIME };
        Columns { time, became, was: (became + (width - became) * 0.5).round() }
    }

    fn labels(&self, ui: &Ui, line: Rect, zone: Zone) {
        let t = tokens::tokens(ui.ctx());
        let (painter, x, y) = (ui.painter(), line.left(), line.center().y);
        text::right(painter, x + VERSION_RIGHT, y, "Version", text::LABEL, t.quiet);
        text::left(painter, x + TYPE, y, "Type", text::LABEL, t.quiet);
        if self.time {
            let word = if zone == Zone::Utc { "Time, UTC" } else { "Time, local" };
            text::left(painter, x + TIME, y, word, text::LABEL, t.quiet);
        }
        text::left(painter, x + self.became, y, "Became", text::LABEL, t.quiet);
        text::left(painter, x + self.was, y, "Was", text::LABEL, t.quiet);
    }
}

/// Paints one of two values, so that what differs is seen.
fn apart(painter: &Painter, at: Pos2, own: &str, other: &str, color: Color32, room: f32) {
    let from = format::difference(own, other, text::data_chars(room));
    let cut = if from > 0 { Cow::Owned(format!("…{}", &own[from..])) } else { Cow::Borrowed(own) };
    text::left_cut(painter, at.x, at.y, &cut, text::DATA, color, room);
}

fn row_ui(at: &RowPaint<'_>, line: &BlameLine<'_>, view: &BlameView<'_>, columns: &Columns, zone: Zone) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let version = format::version(line.version);
    let is_here = at.selected && view.is_here;
    if is_here {
        paint::playhead_mark(painter, pos2(x + MARK, y), t);
    }
    text::right(painter, x + VERSION_RIGHT, y, &version, text::DATA, t.text);
    paint::type_shape(painter, pos2(x + SHAPE, y), 5.0, line.slot, t);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let type_end = if columns.time { TIME } else { columns.became };
    text::left_name(painter, x + TYPE, y, line.type_name, text::BODY, t.text, type_end - 12.0 - TYPE);
    let mut when = String::new();
    if let Some((date, clock, _)) = line.time.and_then(|time| format::time_parts(time, zone)) {
        if columns.time {
            let end = text::left(painter, x + TIME, y, &date, text::DATA, quiet);
            let from = end + text::width(painter, " ", text::DATA);
            text::left_cut(painter, from, y, &clock, text::DATA, t.secondary, x + columns.became - 12.0 - from);
        }
        when = format!(", {date} {clock}");
    }
    let right = at.fill.right() - 8.0;
    let value = match (line.inside, line.before, line.after) {
        (Some(inside), ..) => {
            text::left_cut(painter, x + columns.became, y, inside, text::DATA, t.text, right - x - columns.became);
            inside.to_owned()
        }
        (None, before, after) => {
            let room = columns.was - columns.became - 12.0;
            let (words, color) = after.map_or(("removed", t.removed), |after| (after, t.text));
            let (was, was_color) = before.map_or(("not there", quiet), |before| (before, t.secondary));
            apart(painter, pos2(x + columns.became, y), words, was, color, room);
            apart(painter, pos2(x + columns.was, y), was, words, was_color, right - x - columns.was);
            format!("{words}, was {was}")
        }
    };
    let mark = match (is_here, at.selected) {
        (true, _) => ", at the playhead",
        (false, true) => ", wrote what is shown",
        _ => "",
    };
    RowNode {
        name: format!(
            "row {} of {}, {version}, {}{when}, {}{mark}",
            at.index + 1,
            view.rows.len(),
            visible_name(line.type_name),
            text::head(&value, 300)
        ),
        tooltip: at.pointer.map(|_| format!("{version} {}\n{value}", visible_name(line.type_name))),
        ..RowNode::default()
    }
}
