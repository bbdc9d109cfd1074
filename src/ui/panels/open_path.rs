//! The sheet for typing or pasting the path of a store or a reducer, or the command of a program.

use egui::{Context, Id, Rect, pos2, vec2};

use super::welcome::path_field;
use crate::app::action::Action;
use crate::ui::icons::Icon;
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{Look, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, page_ui};
use crate::ui::widgets::sheet::{choices_ui, sheet_ui};

/// What is typed.
pub struct Sheet {
    id: &'static str,
    title: &'static str,
    /// Name of the field.
    name: &'static str,
    hint: &'static str,
    icon: Icon,
    about: &'static [&'static str],
    /// What the button says.
    word: &'static str,
    action: fn(String) -> Action,
}

/// The path of a store.
pub const STORE: Sheet = Sheet {
    id: "open path",
    title: "Open path",
    name: "Path of a store",
    hint: "~/stores/bank.db",
    icon: Icon::FOLDER_OPEN,
    about: &["A file of events. Nothing is written to it."],
    word: "Open",
    action: Action::OpenPath,
};

/// The path of a reducer.
pub const REDUCER: Sheet = Sheet {
    id: "reducer path",
    title: "Choose a reducer",
    name: "Path of a reducer",
    hint: "~/shop/reducers.ts",
    icon: Icon::FOLDER_OPEN,
    about: &["A JavaScript, TypeScript or Python module; FILE#name chooses one export."],
    word: "Open",
    action: Action::UseReducer,
};

/// The command of a program.
pub const PROGRAM: Sheet = Sheet {
    id: "program",
    title: "Run a program",
    name: "Command of a program",
    hint: "ruby ~/shop/fold.rb",
    icon: Icon::SQUARE_FUNCTION,
    about: &[
        "It gets events in lines of JSON and answers with states.",
        "It runs on this machine as you, and can read, write and send what you can.",
        "It is started again unasked for this store, until the command or its files change.",
    ],
    word: "Run",
    action: Action::run_program,
};

/// Shows the sheet.
pub fn open_path_ui(ctx: &Context, sheet: &Sheet, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique(sheet.id);
    let height = 128.0 + 20.0 * sheet.about.len() as f32;
    sheet_ui(ctx, id, vec2(560.0, height), out, |ui, rect, out| {
        page_ui(ui, id.with("page"), rect, height, |ui, rect| {
            let painter = ui.painter().clone();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            text::left(&painter, left, rect.top() + 26.0, sheet.title, text::TITLE, t.text);
            let field =
                Field { id: id.with("field"), name: sheet.name, hint: sheet.hint, icon: Some(sheet.icon), key: None };
            let place = Rect::from_min_max(pos2(left, rect.top() + 48.0), pos2(right, rect.top() + 76.0));
            // From the moment the sheet appears its field is empty and has the keyboard.
            let appears = appears(ui, id);
            if appears {
                ui.data_mut(|data| data.remove::<String>(field.id));
            }
            path_field(ui, &field, place, sheet.action, out);
            if appears {
                ui.memory_mut(|memory| memory.request_focus(field.id));
            }
            for (row, about) in sheet.about.iter().enumerate() {
                let y = place.bottom() + 16.0 + 20.0 * row as f32;
                text::left_cut(&painter, left, y, about, text::BODY, t.quiet, right - left);
                let line = Rect::from_min_max(pos2(left, y - 10.0), pos2(right, y + 10.0));
                spoken(ui, id.with(("about", row)), line, about);
            }
            let choices =
                [(sheet.word, Some("Enter"), Look::Filled, Ok(())), ("Cancel", Some("Esc"), Look::Outlined, Ok(()))];
            match choices_ui(ui, id, rect, &choices) {
                Some(0) => {
                    let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
                    out.push((sheet.action)(typed.trim().to_owned()));
                }
                Some(_) => out.push(Action::CloseModal),
                None => {}
            }
        });
    });
}
