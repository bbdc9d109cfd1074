//! What is odd in the store, the worst first: a line for each code and stream, with where it
//! is first, what, and how often. Opened from the footer of the streams.

use egui::{Rect, Ui, pos2, vec2};

use super::streams::severity_icon;
use super::{PanelCx, labels, sentence, split_header};
use crate::app::action::{Action, Panel};
use crate::app::command::{self as c, Target};
use crate::app::view::FindingLine;
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::find_line::find_line_ui;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, text};

const CODE: f32 = 36.0;

/// The menu of a finding.
const MENU: Groups = &[&[&c::OPEN_ROW, &c::COPY_ROW], &[&c::FINDINGS]];

/// Shows the panel in `rect`.
pub fn findings_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let Some(view) = &cx.view.findings else { return };
    let id = cx.id(Panel::Findings);
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let y = header.center().y;
    let end = text::left(&painter, header.left() + size::PAD, y, "Findings", text::TITLE, t.text);
    let count =
        format!("{}, {}", format::plural(view.kinds, "kind", "kinds"), format::plural(view.places, "place", "places"));
    let end = text::left_cut(&painter, end + 10.0, y, &count, text::BODY, t.quiet, header.right() - 44.0 - end);
    spoken(ui, id.with("count"), Rect::from_min_max(header.min, pos2(end, header.bottom())), &count);
    let close = Rect::from_center_size(pos2(header.right() - 20.0, y), vec2(28.0, 28.0));
    if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Close findings").clicked() {
        out.push(Action::ToggleFindings);
    }
    let rest = find_line_ui(ui, id, rest, Panel::Findings, view.find, id.with("list"), out);
    let columns = Columns::new(rect.width());
    let body = labels(ui, rest, |ui, line| {
        let y = line.center().y;
        for (x, word) in [(CODE, "Code"), (columns.place, "Where"), (columns.what, "What")] {
            text::left(ui.painter(), line.left() + x, y, word, text::LABEL, t.quiet);
        }
        text::right(ui.painter(), line.right() - 18.0, y, "Count", text::LABEL, t.quiet);
    });
    let len = view.rows.len();
    if len == 0 {
        sentence(ui, id, body, "Nothing odd was found.", None);
        return;
    }
    let shown = Rows::new(id.with("list"), "Findings", len)
        .own_cursor()
        .find(ui, view.find)
        .show(ui, body, |at| row_ui(at, &view.rows.row(at.index), len, columns));
    if let Some(row) = shown.activated.or(shown.clicked.map(|(row, _)| row)).filter(|&row| row < len) {
        out.push(Action::OpenFinding(row));
    }
    // The key that shows a value whole shows the message of a finding here.
    if let (true, Some(row)) = (shown.focused, shown.cursor.filter(|&row| row < len))
        && let Some(asked) = out.iter_mut().find(|action| **action == Action::ShowValue)
    {
        let line = view.rows.row(row);
        let title = format!("{} {}", line.code.name(), place(&line));
        *asked = Action::ShowMessage { title: title.trim_end().to_owned(), text: line.message.to_string() };
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let line = view.rows.row(row);
        let text = format!("{} {} {}", line.code.name(), place(&line), line.message);
        let target = Target { open: Some(Action::OpenFinding(row)), text, ..Target::default() };
        Asked { at, groups: MENU, target: Some(target) }
    });
    context_menu(ui, id.with("menu"), asked, cx.commands, out);
}

/// Stream and version.
fn place(line: &FindingLine<'_>) -> String {
    match (&line.stream, line.version) {
        (Some(stream), Some(version)) => format!("{} v{version}", visible_name(stream)),
        (Some(stream), None) => visible_name(stream).into_owned(),
        (None, _) => String::new(),
    }
}

#[derive(Clone, Copy)]
struct Columns {
    place: f32,
    what: f32,
}

impl Columns {
    fn new(width: f32) -> Columns {
        let place = (width * 0.2).clamp(160.0, 190.0).round();
        Columns { place, what: (place + (width * 0.2).clamp(140.0, 240.0)).round() }
    }
}

fn row_ui(at: &RowPaint<'_>, line: &FindingLine<'_>, len: u64, columns: Columns) -> RowNode {
    let (t, x, y, painter) = (at.t, at.rect.left(), at.rect.center().y, at.painter);
    let severity = line.code.severity();
    severity_icon(severity).paint(painter, pos2(x + 20.0, y), 14.0, t.of_severity(severity));
    text::left_cut(painter, x + CODE, y, line.code.name(), text::DATA, t.text, columns.place - CODE - 12.0);
    let place = place(line);
    let room = columns.what - columns.place - 12.0;
    if !place.is_empty() {
        text::left_name(painter, x + columns.place, y, &place, text::DATA, t.secondary, room);
    }
    let count = format::number(line.count);
    let left = text::right(painter, at.rect.right() - 18.0, y, &count, text::DATA, t.text);
    let room = left - 16.0 - x - columns.what;
    text::left_cut(painter, x + columns.what, y, &line.message, text::BODY, t.secondary, room);
    RowNode {
        name: format!(
            "row {} of {len}, {} {}, {place}, {}, {count} times",
            at.index + 1,
            severity.name(),
            line.code.name(),
            text::head(&line.message, 200)
        ),
        tooltip: at.pointer.map(|_| format!("{place}\n{}", line.message).trim_start().to_owned()),
        ..RowNode::default()
    }
}
