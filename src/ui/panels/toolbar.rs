//! The toolbar: menus out of the command table, the stores, the read-only sign, the reducer.

use egui::accesskit::Role;
use egui::{Id, Painter, Popup, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::reducer_chip::{Much, reducer_ui, reducer_width};
use super::store_tabs::StoreTabs;
use crate::app::action::Action;
use crate::app::command::{self, Command, CommandContext, Menu};
use crate::app::view::ToolbarView;
use crate::model::StoreId;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{icon_button, key_cap, key_cap_width, sign};
use crate::ui::widgets::menu::{self, Line};
use crate::ui::{paint, text};

const READ_ONLY: &str = "Read-only";
/// Between two groups, with a line in the middle.
const GROUP: f32 = 24.0;

/// What stands behind the stores, and how much of it.
#[derive(Clone, Copy)]
struct Behind {
    lock: bool,
    read_only: bool,
    reducer: Option<Much>,
}

/// The reducer gives way to the stores, then the words, then the lock.
const STEPS: [Behind; 7] = [
    Behind { lock: true, read_only: true, reducer: Some(Much::All) },
    Behind { lock: true, read_only: true, reducer: Some(Much::NoWord) },
    Behind { lock: true, read_only: true, reducer: Some(Much::Less) },
    Behind { lock: true, read_only: false, reducer: Some(Much::Less) },
    Behind { lock: true, read_only: false, reducer: Some(Much::Signs) },
    Behind { lock: true, read_only: false, reducer: None },
    Behind { lock: false, read_only: false, reducer: None },
];

/// Widths of the box for going to places: whole, in little space, its icon alone.
const FIND: [f32; 3] = [320.0, 272.0, 28.0];
const FIND_NAME: &str = "Go to stream, version or time";

impl Behind {
    fn width(self, painter: &Painter, view: &ToolbarView<'_>, t: &Tokens) -> f32 {
        let words = if self.read_only { 8.0 + text::width(painter, READ_ONLY, text::BODY) + 4.0 } else { 0.0 };
        let lock = if self.lock { GROUP + 16.0 + words } else { 0.0 };
        let reducer = view.reducer.as_ref().zip(self.reducer);
        lock + reducer.map_or(0.0, |(chip, much)| GROUP + reducer_width(painter, chip, much, t) + 8.0)
    }
}

/// Shows the toolbar in `rect`. `store` is the one in front.
pub fn toolbar_ui(
    ui: &mut Ui,
    rect: Rect,
    store: Option<StoreId>,
    view: &ToolbarView<'_>,
    commands: &CommandContext,
    out: &mut Vec<Action>,
) {
    let id = Id::unique("toolbar");
    let ui = &mut super::region(ui, id, rect, "Toolbar");
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    paint::hline(&painter, rect.left(), rect.right(), rect.bottom() - 1.0, t.hairline);
    let narrow = rect.width() < size::NARROW;
    let mut x = if narrow { one_menu_ui(ui, id, rect, commands, out) } else { menus_ui(ui, id, rect, commands, out) };
    let y = rect.center().y;
    if view.store.is_none() && view.tabs.len() < 2 {
        let words = "Stores are opened read-only";
        let right = rect.right() - size::PAD;
        let room = right - x - 48.0;
        let left = text::right_cut(&painter, right, y, words, text::BODY, t.secondary, room);
        sign(ui, id.with("lock"), pos2(left - 16.0, y), Icon::LOCK, 16.0, t.secondary, words);
        return;
    }
    let group = |x: f32| {
        paint::vline(&painter, x + GROUP / 2.0, rect.top() + 10.0, rect.bottom() - 10.0, t.hairline);
        x + GROUP
    };
    x = group(x);
    let stores = StoreTabs { view, narrow };
    let mut room = rect.right() - size::PAD - x;
    let behind_width = |behind: &Behind| behind.width(&painter, view, t);
    let (wanted, least) = (stores.wanted_width(&painter), stores.least_width(&painter));
    // The box for going to places has what is left over.
    if command::GO_TO.enabled(commands).is_ok() {
        let left = room - GROUP - wanted - behind_width(&STEPS[usize::from(narrow)]);
        if let Some(width) = FIND[usize::from(narrow)..].iter().find(|width| **width <= left) {
            let right = rect.right() - size::PAD;
            let place = Rect::from_min_max(pos2(right - width, y - 14.0), pos2(right, y + 14.0));
            find_ui(ui, id.with("find"), place, commands, out);
            room -= width + GROUP;
        }
    }
    // First less of what stands behind, then fewer tabs, then nothing behind them.
    let behind = STEPS[usize::from(narrow)..5].iter().find(|behind| wanted + behind_width(behind) <= room);
    let behind = behind.or_else(|| STEPS[4..].iter().find(|behind| least + behind_width(behind) <= room));
    let behind = *behind.unwrap_or(&STEPS[6]);
    x = stores.show(ui, id, rect, x, room - behind_width(&behind), out);
    if behind.lock {
        x += GROUP;
        let tip = "Read-only: no code path opens a store for writing";
        sign(ui, id.with("lock"), pos2(x + 8.0, y), Icon::LOCK, 16.0, t.ok, tip);
        x += 16.0;
    }
    if behind.read_only {
        x = text::left(&painter, x + 8.0, y, READ_ONLY, text::BODY, t.secondary) + 4.0;
    }
    if let Some((reducer, much)) = view.reducer.as_ref().zip(behind.reducer) {
        x = group(x);
        reducer_ui(ui, Id::unique(("reducer", store)), rect, x, reducer, much, out);
    }
    if let Some(progress) = view.store.as_ref().and_then(|store| store.progress) {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.bottom() - 2.0),
            vec2(rect.width() * progress.clamp(0.0, 1.0), 2.0),
        );
        painter.rect_filled(bar, 0.0, t.accent);
    }
}

/// Looks like a field, and opens the box for going to places.
fn find_ui(ui: &mut Ui, id: Id, rect: Rect, commands: &CommandContext, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let command = &command::GO_TO;
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, FIND_NAME));
    let painter = ui.painter();
    painter.rect_filled(rect, size::RADIUS, if response.hovered() { t.hover } else { t.window });
    paint::outline(painter, rect, size::RADIUS, t.outline);
    let y = rect.center().y;
    Icon::SEARCH.paint(painter, pos2(rect.left() + 14.0, y), 16.0, t.secondary);
    if rect.width() > FIND[2] {
        let key = command.keys[0].text();
        let left = rect.right() - 8.0 - key_cap_width(painter, &key);
        key_cap(painter, left, y, &key, t);
        let x = rect.left() + 30.0;
        text::left_cut(painter, x, y, FIND_NAME, text::BODY, t.quiet, left - 8.0 - x);
    }
    if response.has_focus() {
        paint::focus_ring(painter, rect, t);
    }
    if response.clicked() {
        out.push(command.action(commands));
    }
    response.on_hover_text(command.doc);
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
            note: "",
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
    menu::popup(ui, &response, "Menu", 300.0, |ui| {
        for menu in Menu::ALL {
            let t = tokens::tokens(ui.ctx());
            let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
            text::left(ui.painter(), line.left() + 8.0, line.center().y, menu.name(), text::LABEL, t.quiet);
            menu_lines(ui, menu, commands, out);
        }
    });
    rect.left() + 28.0
}
