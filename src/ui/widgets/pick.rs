//! A drop-down of any number of lines, with a field that narrows them as one types.

use std::borrow::Cow;

use egui::{Id, Key, Modifiers, Popup, Rect, Sense, Ui, vec2};

use super::field::Field;
use super::menu::{self, Line, combo_button};
use crate::app::view::{PickLines, PickNote};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::{format, text};

/// Lines that are laid out; the others come up when one types.
const SHOWN: usize = 100;
/// Up to so many lines need no field.
const FEW: usize = 3;
const WIDTH: f32 = 420.0;

/// A drop-down about to be shown.
pub struct Pick<'a> {
    pub id: Id,
    /// Name in the accessibility tree.
    pub name: &'a str,
    /// What is chosen; `None` is nothing.
    pub chosen: Option<&'a str>,
    /// The word for nothing.
    pub nothing: &'a str,
    /// Nothing can be chosen, too.
    pub may_be_nothing: bool,
    pub lines: &'a dyn PickLines,
    /// What is typed behind a line's word and a dot can be chosen as well.
    pub takes_paths: bool,
    /// It is chosen, and should not be.
    pub is_wrong: bool,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    Nothing,
    Line(usize),
    Path(String),
}

impl Pick<'_> {
    /// Shows the button in `rect`, and the lines where it is open.
    pub fn show(&self, ui: &mut Ui, rect: Rect) -> Option<Picked> {
        let t = tokens::tokens(ui.ctx());
        let color = match (self.is_wrong, self.chosen) {
            (true, _) => t.error,
            (false, Some(_)) => t.text,
            (false, None) => t.quiet,
        };
        let word = self.chosen.unwrap_or(self.nothing);
        let spoken = format!("{}: {word}", self.name);
        let response = combo_button(ui, self.id, rect, word, &spoken, color);
        let mut picked = None;
        menu::popup_form(ui, &response, self.name, WIDTH, |ui, width| {
            picked = self.lines_ui(ui, width);
            if picked.is_some() {
                ui.close();
            }
        });
        let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
        if !is_open && ui.data_mut(|data| data.remove_temp::<String>(self.id.with("typed"))).is_some() {
            // It was open: the keyboard goes back to where it was, unless it was put elsewhere.
            let outside = ui.input(|input| input.pointer.any_click()) && picked.is_none();
            if !outside {
                response.request_focus();
            }
        }
        picked
    }

    fn lines_ui(&self, ui: &mut Ui, width: f32) -> Option<Picked> {
        let typed_id = self.id.with("typed");
        let before: Option<String> = ui.data(|data| data.get_temp(typed_id));
        let opened_now = before.is_none();
        let mut typed = before.unwrap_or_default();
        let (mut entered, mut to_lines) = (false, false);
        if self.lines.len() > FEW || self.takes_paths {
            let (line, _) = ui.allocate_exact_size(vec2(width, 40.0), Sense::hover());
            let hint = if self.takes_paths { "type to find one, or a path: column.member" } else { "type to find one" };
            let name = format!("Find: {}", self.name);
            let field = Field { id: self.id.with("find"), name: &name, hint, icon: Some(Icon::SEARCH), key: None };
            // In an empty field Esc shuts the drop-down; else it empties the field.
            if typed.is_empty() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                ui.close();
            }
            let output = field.show(ui, line.shrink2(vec2(8.0, 8.0)), &typed);
            if opened_now && !ui.is_sizing_pass() {
                ui.memory_mut(|memory| memory.request_focus(field.id));
            }
            typed = output.changed.unwrap_or(typed);
            (entered, to_lines) = (output.entered, output.left);
        }
        // While it is only measured, nothing in it can have the keyboard.
        if !ui.is_sizing_pass() {
            ui.data_mut(|data| data.insert_temp(typed_id, typed.clone()));
        }
        let lower = typed.to_lowercase();
        let (mut picked, mut first, mut shown, mut more) = (None, None, 0, 0);
        let mut add = |ui: &mut Ui, word: &str, note: &str, checked: bool, what: Picked| {
            let response = Line { note, ..Line::new(word, checked) }.show(ui);
            if to_lines && first.is_none() {
                response.request_focus();
            }
            if response.clicked() {
                picked = Some(what.clone());
            }
            first.get_or_insert(what);
        };
        if self.may_be_nothing && typed.is_empty() {
            add(ui, self.nothing, "", self.chosen.is_none(), Picked::Nothing);
        }
        let is_path = |word: &str| typed.strip_prefix(word).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'));
        let mut path = false;
        for at in 0..self.lines.len() {
            let (word, note) = self.lines.line(at);
            path |= self.takes_paths && is_path(word);
            if !lower.is_empty() && !word.to_lowercase().contains(&lower) {
                continue;
            }
            if shown == SHOWN {
                more += 1;
                continue;
            }
            shown += 1;
            let note = match note {
                PickNote::Words(words) => Cow::Borrowed(words),
                PickNote::Rows(rows) => Cow::Owned(format::plural(rows, "row", "rows")),
            };
            add(ui, word, &note, self.chosen == Some(word), Picked::Line(at));
        }
        if path {
            add(ui, &typed, "inside the column", false, Picked::Path(typed.clone()));
        }
        if more > 0 || (shown == 0 && !path) {
            let t = tokens::tokens(ui.ctx());
            let (line, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
            let words = if more > 0 { format!("{} more", format::number(more)) } else { "There is none.".to_owned() };
            let left = line.left() + 28.0;
            text::left_cut(ui.painter(), left, line.center().y, &words, text::LABEL, t.quiet, width - 28.0 - size::PAD);
        }
        if entered && !typed.is_empty() { picked.or(first) } else { picked }
    }
}
