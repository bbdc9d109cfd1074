//! The toolbar: menus out of the command table, the store, the read-only sign, the reducer.

use egui::accesskit::Role;
use egui::{Id, Popup, Rect, Response, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::app::action::{Action, Command, CommandContext, Menu};
use crate::app::view::{ReducerChip, ReducerRow, StoreChip, ToolbarView};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button, button_width, icon_button, sign};
use crate::ui::widgets::menu::{self, Line};
use crate::ui::{paint, text};

/// Shows the toolbar in `rect`.
pub fn toolbar_ui(ui: &mut Ui, rect: Rect, view: &ToolbarView<'_>, commands: &CommandContext, out: &mut Vec<Action>) {
    let id = Id::unique("toolbar");
    let mut ui = super::panel(ui, id, rect, "Toolbar");
    let ui = &mut ui;
    let t = tokens::tokens(ui.ctx());
    paint::hline(ui.painter(), rect.left(), rect.right(), rect.bottom() - 1.0, t.hairline);
    let narrow = rect.width() < size::NARROW;
    let mut x = if narrow { one_menu_ui(ui, id, rect, commands, out) } else { menus_ui(ui, id, rect, commands, out) };
    let y = rect.center().y;
    let Some(store) = &view.store else {
        let words = "Stores are opened read-only";
        let left = text::right(ui.painter(), rect.right() - size::PAD, y, words, text::BODY, t.secondary);
        sign(ui, id.with("lock"), pos2(left - 16.0, y), Icon::LOCK, 16.0, t.secondary, words);
        return;
    };
    let group = |ui: &Ui, x: f32| {
        paint::vline(ui.painter(), x + 12.0, rect.top() + 10.0, rect.bottom() - 10.0, t.hairline);
        x + 24.0
    };
    x = group(ui, x);
    x = store_ui(ui, id, rect, x, store, narrow);
    let tip = "Read-only: no code path opens a store for writing";
    sign(ui, id.with("lock"), pos2(x + 8.0, y), Icon::LOCK, 16.0, t.ok, tip);
    x = text::left(ui.painter(), x + 24.0, y, "Read-only", text::BODY, t.secondary) + 4.0;
    if let Some(reducer) = &view.reducer {
        x = group(ui, x);
        reducer_ui(ui, id, rect, x, reducer, narrow, out);
    }
    if let Some(progress) = store.progress {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.bottom() - 2.0),
            vec2(rect.width() * progress.clamp(0.0, 1.0), 2.0),
        );
        ui.painter().rect_filled(bar, 0.0, t.accent);
    }
}

fn menus_ui(ui: &mut Ui, id: Id, rect: Rect, commands: &CommandContext, out: &mut Vec<Action>) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let y = rect.center().y;
    let mut x = rect.left() + 4.0;
    let mut buttons = Vec::with_capacity(Menu::ALL.len());
    for menu in Menu::ALL {
        let width = text::width(ui.painter(), menu.name(), text::BODY);
        let place = Rect::from_min_max(pos2(x, rect.top() + 6.0), pos2(x + width + 16.0, rect.bottom() - 7.0));
        let response = ui.interact(place, id.with(menu), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, menu.name()));
        let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
        if open || response.hovered() {
            ui.painter().rect_filled(place, size::RADIUS, t.hover);
        }
        let color = if open || response.hovered() { t.text } else { t.secondary };
        text::left(ui.painter(), x + 8.0, y, menu.name(), text::BODY, color);
        if response.has_focus() {
            paint::focus_ring(ui.painter(), place, t);
        }
        buttons.push((menu, response, open));
        x = place.right();
    }
    // With one menu open, the pointer opens the others by moving over them.
    if buttons.iter().any(|(_, _, open)| *open)
        && let Some((_, response, false)) = buttons.iter().find(|(_, response, _)| response.contains_pointer())
    {
        Popup::open_id(ui.ctx(), Popup::default_response_id(response));
    }
    for (menu, response, _) in &buttons {
        menu::popup(ui, response, menu.name(), 300.0, |ui| menu_lines(ui, *menu, commands, out));
    }
    x
}

fn menu_lines(ui: &mut Ui, menu: Menu, commands: &CommandContext, out: &mut Vec<Action>) {
    let mut lines: Vec<_> = Command::of_menu(menu).filter(|command| !command.keys_only).collect();
    lines.sort_by_key(|command| command.place.1);
    let mut group = None;
    for command in lines {
        if group.is_some_and(|group| group != command.place.1) {
            menu::rule(ui);
        }
        group = Some(command.place.1);
        let keys = command.keys.first().map(|key| key.caps()).unwrap_or_default();
        let line = Line {
            text: command.name,
            keys: &keys,
            checked: command.checked(commands),
            enabled: command.enabled(commands),
            tooltip: command.doc,
        };
        if line.show(ui).clicked() {
            out.push(command.action(commands));
        }
    }
}

/// In little space, all menus behind one icon.
fn one_menu_ui(ui: &mut Ui, id: Id, rect: Rect, commands: &CommandContext, out: &mut Vec<Action>) -> f32 {
    let place = Rect::from_center_size(pos2(rect.left() + 20.0, rect.center().y), vec2(28.0, 28.0));
    let response = icon_button(ui, id.with("menu"), place, Icon::MENU, 16.0, "Menu");
    let height = ui.ctx().content_rect().height() - rect.bottom() - 24.0;
    menu::popup(ui, &response, "Menu", 300.0, |ui| {
        egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for menu in Menu::ALL {
                let t = tokens::tokens(ui.ctx());
                let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
                text::left(ui.painter(), line.left() + 8.0, line.center().y, menu.name(), text::LABEL, t.quiet);
                menu_lines(ui, menu, commands, out);
            }
        });
    });
    rect.left() + 28.0
}

/// A group in the toolbar that opens a pop-up; its insides are painted by the caller.
fn chip(ui: &mut Ui, id: Id, rect: Rect, from: f32, to: f32, name: &str) -> (Response, egui::Color32) {
    let t = tokens::tokens(ui.ctx());
    let place = Rect::from_min_max(pos2(from - 8.0, rect.top() + 6.0), pos2(to + 8.0, rect.bottom() - 7.0));
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if open || response.hovered() {
        ui.painter().rect_filled(place, size::RADIUS, t.hover);
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), place, t);
    }
    (response, if open || response_hot(ui, id) { t.text } else { t.secondary })
}

fn response_hot(ui: &Ui, id: Id) -> bool {
    ui.ctx().read_response(id).is_some_and(|response| response.hovered())
}

fn store_ui(ui: &mut Ui, id: Id, rect: Rect, x: f32, store: &StoreChip<'_>, narrow: bool) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = rect.center().y;
    let dialect = if narrow { "" } else { store.dialect };
    let most = if narrow { 160.0 } else { 280.0 };
    let name_width = text::width(&painter, store.name, text::BODY_STRONG).min(most);
    let dialect_width = if dialect.is_empty() { 0.0 } else { text::width(&painter, dialect, text::BODY) + 8.0 };
    let end = x + 24.0 + name_width + dialect_width + 22.0;
    let name = format!("Store {} {}", store.name, store.dialect);
    let (response, color) = chip(ui, id.with("store"), rect, x, end, name.trim_end());
    Icon::DATABASE.paint(&painter, pos2(x + 8.0, y), 16.0, t.secondary);
    let after = text::left_cut(&painter, x + 24.0, y, store.name, text::BODY_STRONG, t.text, most);
    text::left(&painter, after + 8.0, y, dialect, text::BODY, t.quiet);
    paint::chevron(&painter, pos2(end - 6.0, y), true, color);
    menu::popup_form(ui, &response, "Store", 380.0, |ui| {
        let t = tokens::tokens(ui.ctx());
        ui.add_space(8.0);
        for sentence in store.evidence {
            let painter = ui.painter().clone();
            let galley = text::paragraph_galley(&painter, 356.0, sentence, text::BODY, t.secondary, 4);
            let (place, _) = ui.allocate_exact_size(vec2(380.0, galley.size().y + 4.0), Sense::hover());
            painter.galley(place.min + vec2(12.0, 2.0), galley, t.secondary);
            crate::ui::widgets::button::spoken(ui, ui.scope_id().with(sentence), place, sentence);
        }
        ui.add_space(8.0);
    });
    end + 24.0
}

fn reducer_ui(ui: &mut Ui, id: Id, rect: Rect, x: f32, reducer: &ReducerChip<'_>, narrow: bool, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = rect.center().y;
    let word = if narrow { "" } else { "Reducer" };
    let (icon, color, note) = if reducer.problem.is_some() {
        (Icon::CIRCLE_ALERT, t.error, "not loaded".to_owned())
    } else if reducer.errors > 0 {
        let note = crate::ui::format::plural(reducer.errors, "error", "errors");
        (Icon::CIRCLE_ALERT, t.error, note)
    } else if reducer.guess {
        (Icon::CIRCLE_DASHED, t.warning, String::new())
    } else {
        (Icon::CIRCLE_CHECK, t.ok, "0 errors".to_owned())
    };
    let word_width = if word.is_empty() { 0.0 } else { text::width(&painter, word, text::BODY) + 8.0 };
    let label_width = text::width(&painter, reducer.label, text::BODY_STRONG).min(220.0);
    let note_width = if note.is_empty() { 0.0 } else { text::width(&painter, &note, text::BODY) + 8.0 };
    let end = x + 24.0 + word_width + label_width + 12.0 + 16.0 + note_width + 24.0;
    let name = format!("Reducer {}, {}", reducer.label, if note.is_empty() { "a guess" } else { &note });
    let (response, chevron) = chip(ui, id.with("reducer"), rect, x, end, &name);
    Icon::SQUARE_FUNCTION.paint(&painter, pos2(x + 8.0, y), 16.0, t.secondary);
    let mut at = text::left(&painter, x + 24.0, y, word, text::BODY, t.quiet);
    if !word.is_empty() {
        at += 8.0;
    }
    let label_color = if reducer.guess { t.warning } else { t.text };
    at = text::left_cut(&painter, at, y, reducer.label, text::BODY_STRONG, label_color, 220.0) + 12.0;
    icon.paint(&painter, pos2(at + 8.0, y), 16.0, color);
    text::left(&painter, at + 24.0, y, &note, text::BODY, t.secondary);
    paint::chevron(&painter, pos2(end - 6.0, y), true, chevron);
    menu::popup_form(ui, &response, "Reducer", 420.0, |ui| reducer_table_ui(ui, reducer, out));
}

/// What computes the state of each category.
fn reducer_table_ui(ui: &mut Ui, reducer: &ReducerChip<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let width = 420.0;
    let id = Id::unique("reducer table");
    let (header, _) = ui.allocate_exact_size(vec2(width, 36.0), Sense::hover());
    let y = header.center().y;
    let title = reducer.file.unwrap_or("No reducer chosen");
    text::left_cut(&painter, header.left() + size::PAD, y, title, text::BODY_STRONG, t.text, 220.0);
    paint::hline(&painter, header.left(), header.right(), header.bottom() - 1.0, t.hairline);
    if let Some(why) = reducer.problem {
        let height = text::paragraph_galley(&painter, 360.0, &why.cause, text::DATA, t.text, 4).size().y + 64.0;
        let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        super::problem(ui, id.with("problem"), place, why);
    }
    for row in reducer.table {
        reducer_row_ui(ui, id, width, reducer, row, out);
    }
    if reducer.table.is_empty() {
        let (line, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
        text::left(&painter, line.left() + size::PAD, line.center().y, "No categories yet.", text::BODY, t.quiet);
    }
    let (footer, _) = ui.allocate_exact_size(vec2(width, 48.0), Sense::hover());
    paint::hline(&painter, footer.left(), footer.right(), footer.top(), t.hairline);
    let word = "Choose a reducer…";
    let mut at = Rect::from_min_size(
        pos2(footer.left() + size::PAD, footer.center().y - 14.0),
        vec2(button_width(&painter, word, None), 28.0),
    );
    if button(ui, id.with("choose"), at, Look::Outlined, word, None).clicked() {
        out.push(Action::ChooseReducer);
        ui.close();
    }
    let (word, action) = if reducer.skipping_errors {
        ("Stop at errors", Action::StopAtErrors)
    } else {
        ("Skip errors", Action::SkipErrors)
    };
    if reducer.file.is_some() {
        at = Rect::from_min_size(pos2(at.right() + 8.0, at.top()), vec2(button_width(&painter, word, None), 28.0));
        if button(ui, id.with("errors"), at, Look::Plain, word, None).clicked() {
            out.push(action);
        }
        let word = "Use merge";
        at = Rect::from_min_size(pos2(at.right() + 8.0, at.top()), vec2(button_width(&painter, word, None), 28.0));
        if button(ui, id.with("clear"), at, Look::Plain, word, None).clicked() {
            out.push(Action::ClearReducer);
            ui.close();
        }
    }
}

fn reducer_row_ui(ui: &mut Ui, id: Id, width: f32, reducer: &ReducerChip<'_>, row: &ReducerRow, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (line, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
    let y = line.center().y;
    let name = if row.name.is_empty() { "(no category)" } else { &row.name };
    text::left_cut(&painter, line.left() + size::PAD, y, name, text::DATA, t.text, 150.0);
    let choice = row.export.as_deref().unwrap_or("Merge, a guess");
    let place = Rect::from_min_size(pos2(line.left() + 180.0, y - 12.0), vec2(150.0, 24.0));
    let color = if row.export.is_some() { t.text } else { t.warning };
    let response = ui.interact(place, id.with(("choice", row.category)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Reducer for {name}: {choice}")));
    painter.rect_filled(place, size::RADIUS, if response.hovered() { t.hover } else { t.window });
    paint::outline(&painter, place, size::RADIUS, t.outline);
    text::left_cut(&painter, place.left() + 8.0, y, choice, text::DATA, color, 116.0);
    paint::chevron(&painter, pos2(place.right() - 12.0, y), true, t.secondary);
    if response.has_focus() {
        paint::focus_ring(&painter, place, t);
    }
    if row.automatic && row.export.is_some() {
        text::left(&painter, place.right() + 8.0, y, "by name", text::LABEL.on_baseline_of(text::BODY), t.quiet);
    }
    // One pop-up can be open at a time: the choices unfold below their row.
    let open_id = id.with("open row");
    let open: Option<crate::model::CategoryId> = ui.data(|data| data.get_temp(open_id)).flatten();
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
        let place = Rect::from_min_max(pos2(row.left() + 168.0, row.top()), pos2(row.right() - 8.0, row.bottom()));
        let mut child = ui.new_child(UiBuilder::new().id_salt(("choice", word)).max_rect(place));
        if Line::new(word, chosen_now == export).show(&mut child).clicked() {
            chosen = Some(export.clone());
        }
    }
    if let Some(export) = chosen {
        out.push(Action::SetReducerFor { category: row.category, export });
        ui.data_mut(|data| data.insert_temp(open_id, None::<crate::model::CategoryId>));
    }
}
