//! The toolbar: menus out of the command table, the stores, the read-only sign, the reducer.

use egui::accesskit::Role;
use egui::{
    Context, FocusDirection, Id, Key, Modifiers, Painter, Popup, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::reducer_chip::{Much, reducer_ui, reducer_width};
use super::store_tabs::StoreTabs;
use crate::app::action::Action;
use crate::app::command::{self, Command, CommandContext, Listed, Menu};
use crate::app::view::ToolbarView;
use crate::model::StoreId;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{icon_button, key_cap, key_cap_width, sign};
use crate::ui::widgets::menu;
use crate::ui::{focus, paint, text};

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
    let id = bar_id();
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
    let stores = StoreTabs { view, commands, narrow };
    let mut room = rect.right() - size::PAD - x;
    let behind_width = |behind: &Behind| behind.width(&painter, view, t);
    let (wanted, least) = (stores.wanted_width(&painter), stores.least_width(&painter));
    // The box for going to places has what is left over.
    if command::GO_TO.enabled(commands).is_ok() {
        let left = room - GROUP - wanted - behind_width(&STEPS[usize::from(narrow)]);
        let width = FIND[usize::from(narrow)..].iter().find(|width| **width <= left);
        // Before it goes altogether there are fewer tabs.
        let fewer = room - GROUP - least - behind_width(&STEPS[4]);
        if let Some(width) = width.or_else(|| FIND.last().filter(|width| **width <= fewer)) {
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

/// The id of the toolbar, and below it those of its menus.
fn bar_id() -> Id {
    Id::unique("toolbar")
}

fn popup_of(bar: Id, menu: Option<Menu>) -> Id {
    menu.map_or_else(|| bar.with("menu"), |menu| bar.with(menu)).with("popup")
}

/// In little space: the menu whose first line is to get the keyboard.
fn section_id(bar: Id) -> Id {
    bar.with("section")
}

/// Opens a menu, and gives the keyboard to its first line.
pub fn open_menu(ctx: &Context, menu: Option<Menu>) {
    let (bar, menu) = (bar_id(), menu.unwrap_or(Menu::File));
    focus::menu_by_keys(ctx);
    ctx.data_mut(|data| data.insert_temp(section_id(bar), menu));
    let narrow = ctx.content_rect().width() < size::NARROW;
    Popup::open_id(ctx, popup_of(bar, (!narrow).then_some(menu)));
}

/// What a key asks of the menu that is open.
enum Ask {
    /// Another one: so many to the right.
    By(isize),
    /// The one of its letter.
    Of(Menu),
    Leave,
}

/// Takes the keys that are the bar's while a menu is open.
fn asked(ui: &Ui) -> Option<Ask> {
    let asked = ui.input_mut(|input| {
        if input.consume_key(Modifiers::NONE, Key::ArrowRight) {
            return Some(Ask::By(1));
        }
        if input.consume_key(Modifiers::NONE, Key::ArrowLeft) {
            return Some(Ask::By(-1));
        }
        if input.consume_key(Modifiers::NONE, Key::F10) {
            return Some(Ask::Leave);
        }
        let letter = |menu: &Menu| Key::from_name(menu.name().get(..1).unwrap_or_default());
        let is_asked = |menu: &&Menu| letter(menu).is_some_and(|key| input.consume_key(Modifiers::ALT, key));
        Menu::ALL.iter().find(is_asked).map(|menu| Ask::Of(*menu))
    });
    if matches!(asked, Some(Ask::By(_))) {
        // egui would move the focus by them.
        ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
    asked
}

/// The menu that is asked for from this one, round the ends.
fn next(from: Menu, ask: &Ask) -> Menu {
    let at = Menu::ALL.iter().position(|menu| *menu == from).unwrap_or(0);
    match ask {
        Ask::By(by) => Menu::ALL[(at as isize + by).rem_euclid(Menu::ALL.len() as isize) as usize],
        Ask::Of(menu) => *menu,
        Ask::Leave => from,
    }
}

fn menus_ui(ui: &mut Ui, id: Id, rect: Rect, commands: &CommandContext, out: &mut Vec<Action>) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let y = rect.center().y;
    let mut x = rect.left() + 4.0;
    let mut buttons = Vec::with_capacity(Menu::ALL.len());
    // The letter that opens it is underlined while one may want to know.
    let underlined = focus::is_menu_by_keys(ui.ctx()) || ui.input(|input| input.modifiers.alt);
    for menu in Menu::ALL {
        let width = text::width(ui.painter(), menu.name(), text::BODY);
        let place = Rect::from_min_max(pos2(x, rect.top() + 6.0), pos2(x + width + 16.0, rect.bottom() - 7.0));
        let response = ui.interact(place, id.with(menu), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, menu.name()));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_access_key(menu.name().get(..1).unwrap_or_default());
        });
        let open = Popup::is_id_open(ui.ctx(), popup_of(id, Some(menu)));
        if open || response.hovered() {
            ui.painter().rect_filled(place, size::RADIUS, t.hover);
        }
        let color = if open || response.hovered() { t.text } else { t.secondary };
        text::left(ui.painter(), x + 8.0, y, menu.name(), text::BODY, color);
        if underlined {
            let letter = text::width(ui.painter(), menu.name().get(..1).unwrap_or_default(), text::BODY);
            paint::hline(ui.painter(), x + 8.0, x + 8.0 + letter, y + 7.0, color);
        }
        if response.has_focus() {
            paint::focus_ring(ui.painter(), place, t);
        }
        buttons.push((menu, response, open));
        x = place.right();
    }
    if let Some((menu, response, _)) = buttons.iter().find(|(_, _, open)| *open) {
        // With one menu open, the pointer opens the others by moving over them.
        let hovered = buttons.iter().find(|(_, other, open)| !open && other.contains_pointer());
        let is_moving = ui.input(|input| input.pointer.delta() != egui::Vec2::ZERO);
        match (asked(ui), hovered) {
            (Some(Ask::Leave), _) => Popup::close_id(ui.ctx(), Popup::default_response_id(response)),
            (Some(ask), _) => open_menu(ui.ctx(), Some(next(*menu, &ask))),
            (None, Some((_, hovered, _))) if is_moving => {
                Popup::open_id(ui.ctx(), Popup::default_response_id(hovered));
            }
            _ => {}
        }
    }
    for (menu, response, _) in &buttons {
        let width = menu_width(ui, response, &[*menu], commands);
        menu::popup(ui, response, menu.name(), width, |ui| {
            let usable = menu_lines(ui, *menu, commands, out);
            if let (Some(first), false) = (usable.first(), ui.is_sizing_pass()) {
                focus::give_first(ui.ctx(), *first);
            }
        });
    }
    x
}

/// How wide the menu of the button is, while it is open.
fn menu_width(ui: &Ui, button: &Response, menus: &[Menu], commands: &CommandContext) -> f32 {
    const LEAST: f32 = 300.0;
    if !button.clicked() && !Popup::is_id_open(ui.ctx(), Popup::default_response_id(button)) {
        return LEAST;
    }
    let lines = menus.iter().flat_map(|menu| Command::of_menu(*menu));
    menu::width_of(ui.painter(), lines.filter(|command| command.listed == Listed::Everywhere), commands, LEAST)
}

fn menu_lines(ui: &mut Ui, menu: Menu, commands: &CommandContext, out: &mut Vec<Action>) -> Vec<Id> {
    let mut lines: Vec<_> = Command::of_menu(menu).filter(|command| command.listed == Listed::Everywhere).collect();
    lines.sort_by_key(|command| command.place.1);
    let groups = lines.chunk_by(|one, other| one.place.1 == other.place.1);
    menu::command_lines(ui, groups.map(|group| group.iter().copied()), commands, out)
}

/// In little space, all menus behind one icon.
fn one_menu_ui(ui: &mut Ui, id: Id, rect: Rect, commands: &CommandContext, out: &mut Vec<Action>) -> f32 {
    let place = Rect::from_center_size(pos2(rect.left() + 20.0, rect.center().y), vec2(28.0, 28.0));
    let response = icon_button(ui, id.with("menu"), place, Icon::MENU, 16.0, "Menu");
    let ask = Popup::is_id_open(ui.ctx(), popup_of(id, None)).then(|| asked(ui)).flatten();
    if matches!(ask, Some(Ask::Leave)) {
        Popup::close_id(ui.ctx(), popup_of(id, None));
    }
    let underlined = focus::is_menu_by_keys(ui.ctx()) || ui.input(|input| input.modifiers.alt);
    let width = menu_width(ui, &response, &Menu::ALL, commands);
    menu::popup(ui, &response, "Menu", width, |ui| {
        let t = tokens::tokens(ui.ctx());
        let focused = ui.memory(|memory| memory.focused());
        let (mut firsts, mut here) = (Vec::new(), Menu::File);
        for menu in Menu::ALL {
            let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
            let (x, y) = (line.left() + 8.0, line.center().y);
            text::left(ui.painter(), x, y, menu.name(), text::LABEL, t.quiet);
            if underlined {
                let letter = text::width(ui.painter(), menu.name().get(..1).unwrap_or_default(), text::LABEL);
                paint::hline(ui.painter(), x, x + letter, y + 6.0, t.quiet);
            }
            let usable = menu_lines(ui, menu, commands, out);
            if focused.is_some_and(|focused| usable.contains(&focused)) {
                here = menu;
            }
            firsts.push((menu, usable.first().copied()));
        }
        if ui.is_sizing_pass() {
            return;
        }
        let first_of = |wanted: Menu| firsts.iter().find(|(menu, _)| *menu == wanted).and_then(|(_, first)| *first);
        let section: Option<Menu> = ui.data(|data| data.get_temp(section_id(id)));
        if let Some(first) = first_of(section.unwrap_or(Menu::File)) {
            focus::give_first(ui.ctx(), first);
        }
        if let Some(first) = ask.as_ref().and_then(|ask| first_of(next(here, ask))) {
            ui.memory_mut(|memory| memory.request_focus(first));
        }
    });
    rect.left() + 28.0
}
