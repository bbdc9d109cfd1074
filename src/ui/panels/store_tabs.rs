//! The stores in the toolbar: one stands as a chip, several stand as tabs of which that chip is one.

use egui::accesskit::Role;
use egui::{Id, Painter, Popup, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::action::Action;
use crate::app::command::{self as c, CommandContext, Target};
use crate::app::view::{StoreChip, StoreTab, ToolbarView};
use crate::model::StoreId;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, asked_of, context_menu};
use crate::ui::widgets::menu::{self, Line};
use crate::ui::widgets::tip::tip;
use crate::ui::{paint, text};

/// Widest name of a store that is not in front.
const NAME: f32 = 140.0;
/// Least width of a name that is still worth reading.
const LEAST_NAME: f32 = 56.0;
/// Room for the cross that closes a tab.
const CLOSE: f32 = 24.0;
const GAP: f32 = 4.0;

/// The menus of the only store, of the one in front, and of one behind it.
const MENU: Groups = &[READ, &[&c::COPY_STORE_PATH, &c::COPY_COMMAND_LINE], &[&c::CLOSE_STORE]];
const FRONT_MENU: Groups = &[READ, &[&c::COPY_STORE_PATH, &c::COPY_COMMAND_LINE], CLOSINGS];
const BEHIND_MENU: Groups = &[&[&c::OPEN_ROW, &c::COPY_STORE_PATH], CLOSINGS];
const READ: &[&c::Command] = &[&c::RELOAD, &c::READ_DIFFERENTLY, &c::SEARCH, &c::EXPORT];
const CLOSINGS: &[&c::Command] = &[&c::CLOSE_STORE, &c::CLOSE_OTHERS];

/// The stores about to be shown.
pub struct StoreTabs<'a> {
    pub view: &'a ToolbarView<'a>,
    pub commands: &'a CommandContext,
    /// In little space the dialect is left out and names are cut sooner.
    pub narrow: bool,
}

impl StoreTabs<'_> {
    fn are_tabs(&self) -> bool {
        self.view.tabs.len() > 1
    }

    /// Width with every name as long as it may be.
    pub fn wanted_width(&self, painter: &Painter) -> f32 {
        if !self.are_tabs() {
            return self.front_width(painter);
        }
        let widths = self.view.tabs.iter().map(|tab| self.tab_width(painter, tab));
        widths.map(|width| width + GAP).sum::<f32>() - GAP
    }

    /// Width of the one in front, cut short, and of the drop-down for the others.
    pub fn least_width(&self, painter: &Painter) -> f32 {
        let front = self.front_width(painter).min(46.0 + LEAST_NAME) + if self.are_tabs() { CLOSE } else { 0.0 };
        front + if self.are_tabs() { GAP + more_width(painter, self.view.tabs.len()) } else { 0.0 }
    }

    /// Shows them from `x` on, in as much room; returns where they end.
    pub fn show(&self, ui: &mut Ui, id: Id, bar: Rect, x: f32, room: f32, out: &mut Vec<Action>) -> f32 {
        let painter = ui.painter().clone();
        if !self.are_tabs() {
            return match &self.view.store {
                Some(store) => {
                    let (response, end) = self.chip_ui(ui, id.with("store"), bar, (x, room), store, None);
                    self.menu_ui(ui, &response, MENU, (store.id, &store.path), out);
                    tip(response, &store.path);
                    end
                }
                None => x,
            };
        }
        let tabs = &self.view.tabs;
        let shown = self.fitting(&painter, room);
        let hidden: Vec<&StoreTab> = tabs.iter().filter(|tab| !shown.contains(&tab.id)).collect();
        if shown.is_empty() {
            return more_ui(ui, id.with("more"), bar, (x, room), "stores", &hidden, out);
        }
        let end = x + room - if hidden.is_empty() { 0.0 } else { GAP + more_width(&painter, hidden.len()) };
        let mut x = x;
        for (at, tab) in tabs.iter().enumerate().filter(|(_, tab)| shown.contains(&tab.id)) {
            x = self.tab_ui(ui, id.with(("tab", tab.id)), bar, (x, end - x), (at, tab), out) + GAP;
        }
        if !hidden.is_empty() {
            x = more_ui(ui, id.with("more"), bar, (x, room), "more", &hidden, out) + GAP;
        }
        x - GAP
    }

    /// The tabs that have room: the one in front, and of the others the first ones; maybe none.
    fn fitting(&self, painter: &Painter, room: f32) -> Vec<StoreId> {
        let tabs = &self.view.tabs;
        if self.wanted_width(painter) <= room {
            return tabs.iter().map(|tab| tab.id).collect();
        }
        let mut shown = Vec::new();
        if room < self.least_width(painter) {
            return shown;
        }
        let front = tabs.iter().filter(|tab| tab.active);
        let mut left = room - more_width(painter, tabs.len());
        for tab in front.chain(tabs.iter().filter(|tab| !tab.active)) {
            left -= self.tab_width(painter, tab) + GAP;
            // The one in front stands in any case, with its name cut.
            if left < 0.0 && !(shown.is_empty() && tab.active) {
                break;
            }
            shown.push(tab.id);
        }
        shown
    }

    fn tab_width(&self, painter: &Painter, tab: &StoreTab) -> f32 {
        if tab.active && self.view.store.is_some() {
            return self.front_width(painter) + CLOSE;
        }
        let sign = if tab.reading || tab.news { 14.0 } else { 0.0 };
        8.0 + sign + text::width(painter, &tab.name, text::BODY).min(NAME) + CLOSE
    }

    fn front_width(&self, painter: &Painter) -> f32 {
        let Some(store) = &self.view.store else { return 0.0 };
        let name = text::width(painter, store.name, text::BODY_STRONG).min(self.most_name());
        let dialect = self.dialect(store);
        let dialect = if dialect.is_empty() { 0.0 } else { text::width(painter, dialect, text::BODY) + 8.0 };
        24.0 + name + dialect + 22.0
    }

    fn most_name(&self) -> f32 {
        if self.narrow { 160.0 } else { 280.0 }
    }

    fn dialect<'s>(&self, store: &'s StoreChip<'_>) -> &'s str {
        if self.narrow { "" } else { store.dialect }
    }

    /// The store in front, with what is known of it as a pop-up; returns where it ends.
    fn chip_ui(
        &self,
        ui: &mut Ui,
        id: Id,
        bar: Rect,
        (x, room): (f32, f32),
        store: &StoreChip<'_>,
        tab: Option<&str>,
    ) -> (Response, f32) {
        let t = tokens::tokens(ui.ctx());
        let painter = ui.painter().clone();
        let y = bar.center().y;
        // Too little room: the dialect goes first, then the end of the name.
        let wanted = self.front_width(&painter);
        let dialect = if wanted <= room { self.dialect(store) } else { "" };
        let end = x + wanted.min(room.max(46.0));
        let most = self.most_name().min(end - x - 46.0).max(0.0);
        let alone = format!("Store {} {}", store.name, store.dialect);
        let place = Rect::from_min_max(pos2(x - 8.0, bar.top() + 6.0), pos2(end + 8.0, bar.bottom() - 7.0));
        let place = if tab.is_some() { place.with_max_x(place.right() + CLOSE - 8.0) } else { place };
        let (response, color) = chip(ui, id, place, || match tab {
            Some(name) => WidgetInfo::selected(Role::Tab, true, true, name),
            None => WidgetInfo::labeled(Role::Button, true, alone.trim_end()),
        });
        Icon::DATABASE.paint(&painter, pos2(x + 8.0, y), 16.0, t.secondary);
        let mut after = text::left_name(&painter, x + 24.0, y, store.name, text::BODY_STRONG, t.text, most);
        if !dialect.is_empty() {
            after = text::left(&painter, after + 8.0, y, dialect, text::BODY, t.quiet);
        }
        paint::chevron(&painter, pos2((after + 16.0).min(end - 6.0), y), true, color);
        menu::popup_form(ui, &response, "Store", 380.0, |ui, width| evidence_ui(ui, width, store.evidence));
        (response, end)
    }

    /// The menu of a tab, or of the store that is alone.
    fn menu_ui(
        &self,
        ui: &Ui,
        response: &Response,
        groups: Groups,
        (id, path): (StoreId, &str),
        out: &mut Vec<Action>,
    ) {
        let asked = asked_of(ui, response).map(|at| {
            let target =
                Target { open: Some(Action::ShowStore(id)), text: path.to_owned(), store: Some(id), column: None };
            Asked { at, groups, target: Some(target) }
        });
        context_menu(ui, response.id.with("menu"), asked, self.commands, out);
    }

    /// One tab with its cross; returns where it ends.
    fn tab_ui(
        &self,
        ui: &mut Ui,
        id: Id,
        bar: Rect,
        (x, room): (f32, f32),
        (at, tab): (usize, &StoreTab),
        out: &mut Vec<Action>,
    ) -> f32 {
        let t = tokens::tokens(ui.ctx());
        let painter = ui.painter().clone();
        let name = spoken_name(tab, at, self.view.tabs.len());
        let y = bar.center().y;
        let (response, end) = match &self.view.store {
            Some(store) if tab.active => {
                let room = (room - CLOSE).max(46.0);
                let (response, end) = self.chip_ui(ui, id, bar, (x, room), store, Some(&name));
                let line = Rect::from_min_max(pos2(x - 8.0, bar.bottom() - 2.0), pos2(end + CLOSE, bar.bottom()));
                painter.rect_filled(line, 0.0, t.accent);
                (response, end + CLOSE)
            }
            _ => {
                let end = x + self.tab_width(&painter, tab).min(room.max(CLOSE));
                let place = Rect::from_min_max(pos2(x - 4.0, bar.top() + 6.0), pos2(end, bar.bottom() - 7.0));
                let (response, color) =
                    chip(ui, id, place, || WidgetInfo::selected(Role::Tab, true, tab.active, &name));
                let left = sign(&painter, x + 4.0, y, tab, t);
                text::left_name(&painter, left, y, &tab.name, text::BODY, color, end - CLOSE - left);
                if response.clicked() {
                    out.push(Action::ShowStore(tab.id));
                }
                (response, end)
            }
        };
        if response.middle_clicked() {
            out.push(Action::CloseTab(tab.id));
        }
        let groups = if tab.active { FRONT_MENU } else { BEHIND_MENU };
        self.menu_ui(ui, &response, groups, (tab.id, &tab.path), out);
        let cross = Rect::from_center_size(pos2(end - 12.0, y), vec2(20.0, 24.0));
        let twins = self.view.tabs.iter().filter(|other| other.name == tab.name).count() > 1;
        let which = if twins { format!(", {} of {}", at + 1, self.view.tabs.len()) } else { String::new() };
        let close =
            close_ui(ui, id.with("close"), cross, &format!("Close {}{which}", tab.name), response.contains_pointer());
        if close.clicked() || close.middle_clicked() {
            out.push(Action::CloseTab(tab.id));
        }
        tip(response, &format!("{}{}", tab.path, state_of(tab)));
        end
    }
}

/// A place in the toolbar that opens a pop-up or comes to the front; its insides are painted by the caller.
pub fn chip(ui: &Ui, id: Id, place: Rect, info: impl Fn() -> WidgetInfo) -> (Response, egui::Color32) {
    let t = tokens::tokens(ui.ctx());
    let response = ui.interact(place, id, Sense::click());
    response.widget_info(info);
    let hot = response.hovered() || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if hot {
        ui.painter().rect_filled(place, size::RADIUS, t.hover);
    }
    if response.has_focus() {
        paint::focus_ring(ui.painter(), place, t);
    }
    (response, if hot { t.text } else { t.secondary })
}

/// The cross of a tab: there for the pointer over the tab, for the keyboard, and for a screen reader.
fn close_ui(ui: &mut Ui, id: Id, rect: Rect, name: &str, seen: bool) -> Response {
    let focused = ui.memory(|memory| memory.has_focus(id));
    let seen = seen || focused || ui.rect_contains_pointer(rect);
    if seen {
        return icon_button(ui, id, rect, Icon::X, 14.0, name);
    }
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response
}

/// A ring for a store that is being read, a dot for one with news; returns where the name begins.
fn sign(painter: &Painter, x: f32, y: f32, tab: &StoreTab, t: &Tokens) -> f32 {
    let center = pos2(x + 4.0, y);
    if tab.news {
        painter.circle_filled(center, 3.5, t.warning);
    } else if tab.reading {
        painter.circle_stroke(center, 3.0, egui::Stroke::new(1.5, t.accent));
    } else {
        return x;
    }
    x + 14.0
}

fn state_of(tab: &StoreTab) -> &'static str {
    match (tab.reading, tab.news) {
        (_, true) => ", has news",
        (true, false) => ", being read",
        (false, false) => "",
    }
}

fn spoken_name(tab: &StoreTab, at: usize, of: usize) -> String {
    let shown = if tab.active { ", shown" } else { "" };
    format!("Store {}, {} of {of}{shown}{}", tab.name, at + 1, state_of(tab))
}

fn more_width(painter: &Painter, hidden: usize) -> f32 {
    text::width(painter, &format!("{hidden} more"), text::BODY) + 44.0
}

/// The tabs without room, as lines of a drop-down; returns where its button ends.
fn more_ui(
    ui: &mut Ui,
    id: Id,
    bar: Rect,
    (x, room): (f32, f32),
    noun: &str,
    hidden: &[&StoreTab],
    out: &mut Vec<Action>,
) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = bar.center().y;
    let word = format!("{} {noun}", hidden.len());
    let end = x + (text::width(&painter, &word, text::BODY) + 44.0).min(room);
    let place = Rect::from_min_max(pos2(x - 4.0, bar.top() + 6.0), pos2(end, bar.bottom() - 7.0));
    let telling = hidden.iter().find(|tab| tab.news).or_else(|| hidden.iter().find(|tab| tab.reading));
    let stores = if noun == "more" { " stores" } else { "" };
    let name = format!("{word}{stores}{}", telling.map_or("", |tab| state_of(tab)));
    let (response, color) = chip(ui, id, place, || WidgetInfo::labeled(Role::Button, true, &name));
    let left = telling.map_or(x + 4.0, |tab| sign(&painter, x + 4.0, y, tab, t));
    text::left_cut(&painter, left, y, &word, text::BODY, color, end - 24.0 - left);
    paint::chevron(&painter, pos2(end - 12.0, y), true, color);
    menu::popup(ui, &response, "Stores", 280.0, |ui| {
        for tab in hidden {
            let line = format!("{}{}", tab.name, state_of(tab));
            if Line::new(&line, tab.active).show(ui).on_hover_text(&tab.path).clicked() {
                out.push(Action::ShowStore(tab.id));
                ui.close();
            }
        }
    });
    end
}

/// Path, size and why the dialect matched.
fn evidence_ui(ui: &mut Ui, width: f32, evidence: &[String]) {
    let t = tokens::tokens(ui.ctx());
    ui.add_space(8.0);
    for sentence in evidence {
        let painter = ui.painter().clone();
        let galley = text::paragraph_galley(&painter, width - 24.0, sentence, text::BODY, t.secondary, 4);
        let (place, _) = ui.allocate_exact_size(vec2(width, galley.size().y + 4.0), Sense::hover());
        painter.galley(place.min + vec2(12.0, 2.0), galley, t.secondary);
        spoken(ui, ui.scope_id().with(sentence), place, sentence);
    }
    ui.add_space(8.0);
}
