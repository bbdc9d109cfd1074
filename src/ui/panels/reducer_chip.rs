//! The chip that says what computes states, and the table behind it.

use egui::accesskit::Role;
use egui::{Id, Painter, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::store_tabs::chip;
use crate::app::action::Action;
use crate::app::view::{ReducerChip, ReducerRow};
use crate::model::CategoryId;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{Look, button, button_width, flow, spoken};
use crate::ui::widgets::menu::{self, Line};
use crate::ui::{format, paint, text};

/// How much of the chip is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Much {
    /// The word, the file, what became of it.
    All,
    /// The file and what became of it.
    NoWord,
    /// The file, cut, and the sign of what became of it.
    Less,
    /// Icons alone.
    Signs,
}

/// Widest label with all, and with less.
const LABEL: f32 = 220.0;
const SHORT_LABEL: f32 = 90.0;

/// What became of the reducer: sign, colour, words.
fn state_of(reducer: &ReducerChip<'_>, t: &Tokens) -> (Icon, egui::Color32, String) {
    if reducer.problem.is_some() {
        (Icon::CIRCLE_ALERT, t.error, "not loaded".to_owned())
    } else if reducer.errors > 0 {
        (Icon::CIRCLE_ALERT, t.error, format::plural(reducer.errors, "error", "errors"))
    } else if reducer.guess {
        (Icon::CIRCLE_DASHED, t.warning, String::new())
    } else if reducer.stored {
        (Icon::CIRCLE_CHECK, t.ok, String::new())
    } else {
        (Icon::CIRCLE_CHECK, t.ok, "0 errors".to_owned())
    }
}

/// The note as it is painted: where there is room, with what runs the module.
fn painted(reducer: &ReducerChip<'_>, note: String, much: Much) -> String {
    match (&reducer.engine, much) {
        (Some(engine), Much::All) if !note.is_empty() => format!("{note} · {engine}"),
        _ => note,
    }
}

/// Widths of the word, the label and the note, with the space behind them.
fn widths(painter: &Painter, reducer: &ReducerChip<'_>, note: &str, much: Much) -> [f32; 3] {
    let of = |words: &str, style| if words.is_empty() { 0.0 } else { text::width(painter, words, style) + 8.0 };
    let label = text::width(painter, &reducer.label, text::BODY_STRONG);
    match much {
        Much::All => [of("Reducer", text::BODY), label.min(LABEL) + 12.0, of(note, text::BODY)],
        Much::NoWord => [0.0, label.min(LABEL) + 12.0, of(note, text::BODY)],
        Much::Less => [0.0, label.min(SHORT_LABEL) + 8.0, 0.0],
        Much::Signs => [0.0, 0.0, 0.0],
    }
}

/// Width of the chip.
pub fn reducer_width(painter: &Painter, reducer: &ReducerChip<'_>, much: Much, t: &Tokens) -> f32 {
    let (_, _, note) = state_of(reducer, t);
    24.0 + widths(painter, reducer, &painted(reducer, note, much), much).iter().sum::<f32>() + 16.0 + 24.0
}

/// Shows the chip from `x` on.
pub fn reducer_ui(
    ui: &mut Ui,
    id: Id,
    bar: Rect,
    x: f32,
    reducer: &ReducerChip<'_>,
    much: Much,
    out: &mut Vec<Action>,
) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = bar.center().y;
    let (icon, color, note) = state_of(reducer, t);
    let shown = painted(reducer, note.clone(), much);
    let [word, label, words] = widths(&painter, reducer, &shown, much);
    let end = x + reducer_width(&painter, reducer, much, t);
    let mut name = match (reducer.stored, note.is_empty()) {
        (true, true) => format!("Reducer {}", reducer.label),
        (false, true) => format!("Reducer {}", reducer.label),
        (_, false) => format!("Reducer {}, {note}", reducer.label),
    };
    name.extend(reducer.engine.iter().map(|engine| format!(", by {engine}")));
    let place = Rect::from_min_max(pos2(x - 8.0, bar.top() + 6.0), pos2(end + 8.0, bar.bottom() - 7.0));
    let (response, chevron) = chip(ui, id, place, || WidgetInfo::labeled(Role::Button, true, &name));
    Icon::SQUARE_FUNCTION.paint(&painter, pos2(x + 8.0, y), 16.0, t.secondary);
    let mut at = x + 24.0;
    if word > 0.0 {
        text::left(&painter, at, y, "Reducer", text::BODY, t.quiet);
        at += word;
    }
    if label > 0.0 {
        let label_color = if reducer.guess { t.warning } else { t.text };
        let most = if much == Much::Less { SHORT_LABEL } else { LABEL };
        text::left_name(&painter, at, y, &reducer.label, text::BODY_STRONG, label_color, most);
        at += label;
    }
    icon.paint(&painter, pos2(at + 8.0, y), 16.0, color);
    if words > 0.0 {
        text::left(&painter, at + 24.0, y, &shown, text::BODY, t.secondary);
    }
    paint::chevron(&painter, pos2(end - 6.0, y), true, chevron);
    menu::popup_form(ui, &response, "Reducer", 420.0, |ui, width| table_ui(ui, id.with("table"), width, reducer, out));
    response.on_hover_text(name);
}

/// What is to be known of the module: what runs it, and why it may be slow.
fn about(reducer: &ReducerChip<'_>) -> Vec<String> {
    let engine = reducer.engine.iter().map(|engine| format!("Run by {engine}"));
    let slow = reducer.no_copies.iter().map(|why| format!("Each state is folded from the start: {why}"));
    engine.chain(slow).collect()
}

/// What computes the state of each category.
fn table_ui(ui: &mut Ui, id: Id, width: f32, reducer: &ReducerChip<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (header, _) = ui.allocate_exact_size(vec2(width, 36.0), Sense::hover());
    let y = header.center().y;
    let none = if reducer.stored { "The store's own documents" } else { "No reducer chosen" };
    let title = reducer.file.unwrap_or(none);
    text::left_name(&painter, header.left() + size::PAD, y, title, text::BODY_STRONG, t.text, width - 2.0 * size::PAD);
    paint::hline(&painter, header.left(), header.right(), header.bottom() - 1.0, t.hairline);
    if let Some(why) = reducer.problem {
        let height = text::paragraph_galley(&painter, width - 52.0, &why.cause, text::DATA, t.text, 4).size().y + 64.0;
        let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        super::problem(ui, id.with("problem"), place, why);
    }
    for words in about(reducer) {
        let (line, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
        let room = width - 2.0 * size::PAD;
        text::left_cut(&painter, line.left() + size::PAD, line.center().y, &words, text::BODY, t.secondary, room);
        spoken(ui, id.with(&words), line, &words).on_hover_text(&words);
    }
    for row in reducer.table {
        row_ui(ui, id, width, reducer, row, out);
    }
    if reducer.table.is_empty() && !reducer.stored {
        let (line, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
        text::left(&painter, line.left() + size::PAD, line.center().y, "No categories yet.", text::BODY, t.quiet);
    }
    buttons_ui(ui, id, width, reducer, out);
}

fn buttons_ui(ui: &mut Ui, id: Id, width: f32, reducer: &ReducerChip<'_>, out: &mut Vec<Action>) {
    let errors = if reducer.skipping_errors {
        ("Stop at errors", Look::Plain, Action::StopAtErrors)
    } else {
        ("Skip errors", Look::Plain, Action::SkipErrors)
    };
    let choose = ("Choose a reducer…", Look::Outlined, Action::ChooseReducer);
    let merge = ("Use merge", Look::Plain, Action::ClearReducer);
    let mut buttons = vec![choose];
    if reducer.file.is_some() {
        buttons.push(errors);
    }
    if reducer.offers_stored && !reducer.stored {
        buttons.push(("The store's own document", Look::Plain, Action::use_stored()));
    }
    if reducer.file.is_some() || reducer.stored {
        buttons.push(merge);
    }
    let widths: Vec<f32> = buttons.iter().map(|(word, ..)| button_width(ui.painter(), word, None)).collect();
    let room = width - 2.0 * size::PAD;
    let height = flow(Rect::from_min_size(pos2(0.0, 0.0), vec2(room, 0.0)), &widths, 28.0).1;
    let (footer, _) = ui.allocate_exact_size(vec2(width, height + 20.0), Sense::hover());
    paint::hline(ui.painter(), footer.left(), footer.right(), footer.top(), tokens::tokens(ui.ctx()).hairline);
    let place = Rect::from_min_size(footer.min + vec2(size::PAD, 10.0), vec2(room, height));
    for ((word, look, action), at) in buttons.into_iter().zip(flow(place, &widths, 28.0).0) {
        if button(ui, id.with(word), at, look, word, None).clicked() {
            if matches!(action, Action::ChooseReducer | Action::ClearReducer | Action::UseReducer(_)) {
                ui.close();
            }
            out.push(action);
        }
    }
}

fn row_ui(ui: &mut Ui, id: Id, width: f32, reducer: &ReducerChip<'_>, row: &ReducerRow, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (line, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
    let y = line.center().y;
    let name = if row.name.is_empty() { "(no category)" } else { &row.name };
    text::left_name(&painter, line.left() + size::PAD, y, name, text::DATA, t.text, width * 0.36);
    let choice = row.export.as_deref().unwrap_or("Merge, a guess");
    let place =
        Rect::from_min_size(pos2(line.left() + width * 0.43, y - 12.0), vec2(150.0_f32.min(width * 0.54), 24.0));
    let color = if row.export.is_some() { t.text } else { t.warning };
    let spoken = format!("Reducer for {name}: {choice}");
    let response = menu::combo_button(ui, id.with(("choice", row.category)), place, choice, &spoken, color);
    if row.automatic && row.export.is_some() && width > 400.0 {
        text::left(&painter, place.right() + 8.0, y, "by name", text::LABEL.on_baseline_of(text::BODY), t.quiet);
    }
    // One pop-up can be open at a time: the choices unfold below their row.
    let open_id = id.with("open row");
    let open: Option<CategoryId> = ui.data(|data| data.get_temp(open_id)).flatten();
    let is_open = open == Some(row.category);
    if response.clicked() {
        let next = (!is_open).then_some(row.category);
        ui.data_mut(|data| data.insert_temp(open_id, next));
    }
    if !is_open {
        return;
    }
    let mut chosen = None;
    let chosen_now = row.export.clone();
    let exports = reducer.exports.iter().map(|export| (export.as_str(), Some(export.clone())));
    for (word, export) in exports.chain(std::iter::once(("Merge, a guess", None))) {
        let (row, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
        let place =
            Rect::from_min_max(pos2(row.left() + width * 0.4, row.top()), pos2(row.right() - 8.0, row.bottom()));
        let mut child = ui.new_child(UiBuilder::new().id_salt(("choice", word)).max_rect(place));
        if Line::new(word, chosen_now == export).show(&mut child).clicked() {
            chosen = Some(export.clone());
        }
    }
    if let Some(export) = chosen {
        out.push(Action::SetReducerFor { category: row.category, export });
        ui.data_mut(|data| data.insert_temp(open_id, None::<CategoryId>));
    }
}
