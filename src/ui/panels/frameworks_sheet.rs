//! The sheet of the frameworks whose stores are known: a filter, the list, and below it all that is
//! known of the one that the keyboard is on.

use egui::{Context, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use super::{labels, placeholder_rows, problem, sentence};
use crate::app::action::Action;
use crate::app::view::{Content, Framework, Frameworks, FrameworksView, contains};
use crate::model::Problem;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::spoken;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, begin_with};
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows, forget_place};
use crate::ui::widgets::sheet::{HEAD, head_ui, sheet_ui};
use crate::ui::{format, paint, text};

const TITLE: &str = "Known frameworks";
const NONE: &str = "No framework that is known fits. A store of another layout opens a page that asks for its columns.";
/// Rows that are seen at once, where there is room.
const ROWS: f32 = 16.0;
/// Height of the line of the filter, and of what is said below the list.
const FIELD: f32 = 44.0;
const DETAILS: f32 = 92.0;
/// In a narrower list only names, languages and versions have room.
const NARROW: f32 = 560.0;
/// Where columns begin, in parts of the width.
const WIDE: [f32; 4] = [0.0, 0.27, 0.41, 0.68];
const FEW: [f32; 3] = [0.0, 0.45, 0.66];

/// A line of the list.
#[derive(Clone, Copy)]
enum Line<'a> {
    /// A file of the user's that is no dialect.
    Broken(&'a Problem),
    Known(&'a Framework),
}

impl Line<'_> {
    /// Everything that is known of it, in words.
    fn words(&self) -> String {
        match self {
            Line::Broken(Problem { what, cause, help }) => format!("{what}: {cause}. help: {help}"),
            Line::Known(own) => {
                let of_the_user = if own.is_own { ", a dialect of yours among them" } else { "" };
                let mut words = own.name.clone();
                for (title, part) in [
                    ("", own.language.as_str()),
                    ("versions ", &own.versions),
                    ("in ", &own.containers.join(", ")),
                    ("dialects ", &own.ids.join(", ")),
                ] {
                    if !part.is_empty() {
                        words.push_str(&format!("; {title}{part}"));
                    }
                }
                words + of_the_user
            }
        }
    }

    /// Each of the words, in small letters, is in what the line says of itself.
    fn has(&self, typed: &[String]) -> bool {
        let says = match self {
            Line::Broken(problem) => format!("{} {}", problem.what, problem.cause),
            Line::Known(own) => {
                [&own.name, &own.language, &own.versions, &own.containers.join(" "), &own.ids.join(" ")]
                    .map(String::as_str)
                    .join(" ")
            }
        };
        typed.iter().all(|word| contains(&says, word))
    }
}

/// Shows the sheet.
pub fn frameworks_sheet_ui(ctx: &Context, view: &FrameworksView<'_>, out: &mut Vec<Action>) {
    let id = Id::unique("frameworks sheet");
    let height = HEAD + FIELD + size::LABELS + ROWS * size::ROW + DETAILS;
    sheet_ui(ctx, id, vec2(960.0, height), out, |ui, rect, out| {
        let (_, body) = head_ui(ui, id, rect, TITLE, "Close known frameworks", out);
        let known = match &view.known {
            Content::Ready(known) => Some(*known),
            Content::Empty | Content::Loading => None,
            Content::Failed(why) => {
                begin_with(ui, id, id.with("close"));
                return problem(ui, id.with("problem"), body, why);
            }
        };
        let (field, rest) = body.split_top_bottom_at_y(body.top() + FIELD);
        let list = id.with("list");
        let (typed, changed) = field_ui(ui, id, field, list, known);
        if changed {
            forget_place(ui, list);
        }
        let Some(known) = known else {
            return placeholder_rows(ui.painter(), rest, tokens::tokens(ui.ctx()));
        };
        let lines = lines(known, &typed);
        let (rest, below) = match rest.height() > 2.0 * DETAILS {
            true => rest.split_top_bottom_at_y(rest.bottom() - DETAILS),
            false => rest.split_top_bottom_at_y(rest.bottom()),
        };
        let at = list_ui(ui, list, rest, &lines);
        details_ui(ui, id, below, at.and_then(|at| lines.get(at as usize)), &about(view, known));
    });
}

/// What fits what was typed; files that are no dialects stand first.
fn lines<'a>(known: &'a Frameworks, typed: &str) -> Vec<Line<'a>> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let broken = known.broken.iter().map(Line::Broken);
    broken.chain(known.list.iter().map(Line::Known)).filter(|line| line.has(&words)).collect()
}

/// `You have no dialects of your own: the folder /home/a/dialects holds none.`
fn about(view: &FrameworksView<'_>, known: &Frameworks) -> String {
    let folder = &view.folder;
    let own = match known.own {
        0 => format!("You have no dialects of your own: there are none in {folder}"),
        own => format!("You have {} of your own in {folder}", format::plural(own, "dialect", "dialects")),
    };
    match known.broken.len() as u64 {
        0 => format!("{own}."),
        broken => format!("{own}; {} not understood.", format::plural(broken, "file there is", "files there are")),
    }
}

/// The filter and how much fits it: what is typed, and whether it has just become another.
fn field_ui(ui: &mut Ui, id: Id, rect: Rect, list: Id, known: Option<&Frameworks>) -> (String, bool) {
    let t = tokens::tokens(ui.ctx());
    let hint = "Framework, language, container or dialect";
    let field = Field { id: id.with("filter"), name: "Filter frameworks", hint, icon: Some(Icon::SEARCH), key: None };
    if appears(ui, field.id) {
        ui.data_mut(|data| data.remove::<String>(field.id));
        egui::text_edit::TextEditState::default().store(ui.ctx(), field.id);
    }
    begin_with(ui, id, field.id);
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F)) {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
    let (y, right) = (rect.center().y, rect.right() - 16.0);
    let room = 150.0_f32.min(rect.width() * 0.3);
    let place = Rect::from_min_max(pos2(rect.left() + 16.0, y - 14.0), pos2(right - room - 12.0, y + 14.0));
    let output = field.show(ui, place, &typed);
    if output.left && known.is_some() {
        ui.memory_mut(|memory| memory.request_focus(list));
    }
    let changed = output.changed.is_some();
    let typed = output.changed.unwrap_or(typed);
    if changed {
        ui.data_mut(|data| data.insert_temp(field.id, typed.clone()));
    }
    let Some(known) = known else { return (typed, changed) };
    let all = known.list.len() as u64;
    let count = match lines(known, &typed).iter().filter(|line| matches!(line, Line::Known(_))).count() as u64 {
        found if found == all => format::plural(all, "framework", "frameworks"),
        found => format!("{found} of {}", format::plural(all, "framework", "frameworks")),
    };
    text::right_cut(ui.painter(), right, y, &count, text::BODY, t.secondary, room);
    let said = Rect::from_min_max(pos2(right - room, y - 12.0), pos2(right, y + 12.0));
    let node = spoken(ui, id.with("count"), said, &count);
    ui.ctx().accesskit_node_builder(node.id, |node| node.set_live(egui::accesskit::Live::Polite));
    (typed, changed)
}

/// Where the columns of a list as wide begin, and its columns.
fn columns(width: f32) -> (&'static [f32], &'static [&'static str]) {
    match width < NARROW {
        true => (&FEW, &["Framework", "Language", "Versions tried"]),
        false => (&WIDE, &["Framework", "Language", "Versions tried", "Containers"]),
    }
}

/// The room of a column, in a line.
fn cell(line: Rect, starts: &[f32], at: usize) -> Rect {
    let (left, width) = (line.left() + 16.0, line.width() - 32.0);
    let end = starts.get(at + 1).map_or(left + width, |end| left + width * end - 12.0);
    Rect::from_min_max(pos2(left + width * starts[at], line.top()), pos2(end, line.bottom()))
}

/// Shows the list; returns the line that the keyboard is on.
fn list_ui(ui: &mut Ui, list: Id, rect: Rect, lines: &[Line<'_>]) -> Option<u64> {
    let t = tokens::tokens(ui.ctx());
    let rect = labels(ui, rect, |ui, line| {
        let (starts, names) = columns(line.width());
        for (at, name) in names.iter().enumerate() {
            let place = cell(line, starts, at);
            text::left_cut(ui.painter(), place.left(), line.center().y, name, text::LABEL, t.quiet, place.width());
        }
    });
    if lines.is_empty() {
        sentence(ui, list.with("none"), rect, NONE, None);
        return None;
    }
    let len = lines.len() as u64;
    let rows = Rows::new(list, "Frameworks", len).cursor(Some(0)).own_cursor();
    rows.show(ui, rect, |at| row_ui(at, &lines[at.index as usize], len)).cursor
}

fn row_ui(at: &RowPaint<'_>, line: &Line<'_>, len: u64) -> RowNode {
    let (t, y) = (at.t, at.rect.center().y);
    let (starts, _) = columns(at.rect.width());
    let secondary = if at.selected { t.text } else { t.secondary };
    let put = |column: usize, words: &str, color| {
        let place = cell(at.rect, starts, column);
        text::left_cut(at.painter, place.left(), y, words, text::BODY, color, place.width());
    };
    match line {
        Line::Broken(problem) => {
            let place = cell(at.rect, &[0.0], 0);
            text::left_cut(at.painter, place.left(), y, &problem.cause, text::BODY, t.error, place.width());
        }
        Line::Known(own) => {
            let containers = own.containers.join(", ");
            put(0, &own.name, t.text);
            put(1, &own.language, secondary);
            put(2, &own.versions, secondary);
            if starts.len() > 3 {
                put(3, &containers, secondary);
            }
        }
    }
    let words = line.words();
    RowNode {
        name: format!("row {} of {len}, {words}", at.index + 1),
        tooltip: at.pointer.map(|_| words),
        ..RowNode::default()
    }
}

/// All of the line that the keyboard is on, and of the user's own dialects.
fn details_ui(ui: &mut Ui, id: Id, rect: Rect, line: Option<&Line<'_>>, about: &str) {
    let t = tokens::tokens(ui.ctx());
    let place = rect.shrink2(vec2(16.0, 8.0));
    if rect.height() > 0.0 {
        paint::hline(ui.painter(), rect.left(), rect.right(), rect.top(), t.hairline);
        if let Some(line) = line {
            text::paragraph(ui.painter(), place, &line.words(), text::BODY, t.text, 3);
        }
        text::left_cut(ui.painter(), place.left(), place.bottom() - 9.0, about, text::BODY, t.secondary, place.width());
    }
    spoken(ui, id.with("about"), place, about).on_hover_text(about);
}
