//! Which panel has the keyboard, and how it gets there.
//!
//! Each panel is registered while it is drawn: its place, its list and its
//! filter. The register of the last frame answers F6, Alt+1 and `/`.

use egui::{Context, Event, FocusDirection, Id, InputState, Key, LayerId, Rect};

use super::panels::PANELS;
use crate::app::action::Panel;

/// What a panel offers the keyboard.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub panel: Panel,
    /// `None`: it is behind another one and comes to the front with the keyboard.
    pub rect: Option<Rect>,
    /// The list, or whatever else takes the keys of the panel.
    pub body: Id,
    pub filter: Id,
}

/// Registered panels: those of this frame and those of the one before.
#[derive(Clone, Debug, Default)]
struct Register {
    frame: u64,
    now: Vec<Entry>,
    before: Vec<Entry>,
}

fn register_id() -> Id {
    Id::unique("eventglass focus register")
}

/// Says that a panel is there.
pub fn register(ctx: &Context, entry: Entry) {
    let frame = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let register: &mut Register = data.get_temp_mut_or_default(register_id());
        if register.frame != frame {
            register.before = std::mem::take(&mut register.now);
            register.frame = frame;
        }
        register.now.retain(|other| other.panel != entry.panel);
        register.now.push(entry);
    });
    let asked: Option<(Panel, u8)> = ctx.data(|data| data.get_temp(opening_id()));
    if let Some((panel, left)) = asked.filter(|(panel, _)| *panel == entry.panel && entry.rect.is_some()) {
        // Right behind a sheet egui does not let it have it yet.
        let is_last = left <= 1 || ctx.data(|data| data.get_temp::<Before>(before_id())).is_none();
        ctx.data_mut(|data| match is_last {
            true => data.remove::<(Panel, u8)>(opening_id()),
            false => {
                data.insert_temp(opening_id(), (panel, left - 1));
            }
        });
        give(ctx, entry.body);
    }
}

fn opening_id() -> Id {
    Id::unique("eventglass opening panel")
}

/// Puts the keyboard on a panel as soon as it is there, and brings it to the front.
pub fn open(ctx: &Context, panel: Panel) {
    ctx.data_mut(|data| data.insert_temp(opening_id(), (panel, PASSES)));
    ask_front(ctx, panel);
}

/// The panels that can have the keyboard, in the order of F6: an empty one has nothing to give it to.
fn entries(ctx: &Context) -> Vec<Entry> {
    let frame = ctx.cumulative_pass_nr();
    let register: Register = ctx.data(|data| data.get_temp(register_id())).unwrap_or_default();
    // Asked before the panels of this frame are drawn, the last frame's are the ones on screen.
    let all = if register.frame == frame && !register.before.is_empty() { register.before } else { register.now };
    that_can(ctx, &all)
}

/// The same, once the panels of this frame are drawn.
fn drawn(ctx: &Context) -> Vec<Entry> {
    let register: Register = ctx.data(|data| data.get_temp(register_id())).unwrap_or_default();
    if register.frame == ctx.cumulative_pass_nr() { that_can(ctx, &register.now) } else { Vec::new() }
}

fn that_can(ctx: &Context, all: &[Entry]) -> Vec<Entry> {
    let of = |panel| all.iter().find(|entry| entry.panel == panel).copied();
    let can = |entry: &Entry| entry.rect.is_none() || place(ctx, entry.body).is_some();
    PANELS.iter().filter_map(|row| of(row.panel)).filter(can).collect()
}

/// Where something was drawn last. To ask egui for its response would take the keyboard from it while
/// something else is clicked.
fn place(ctx: &Context, id: Id) -> Option<Rect> {
    ctx.viewport(|viewport| {
        let now = viewport.this_pass.widgets.get(id).map(|widget| widget.rect);
        let before = viewport.prev_pass.widgets.get(id).map(|widget| widget.rect);
        // While a part of the window is drawn, its place may not be there yet.
        now.filter(|rect| rect.is_positive() && rect.is_finite()).or(before).or(now)
    })
}

/// The panel that has the keyboard.
pub fn current(ctx: &Context) -> Option<Panel> {
    current_entry(ctx).map(|entry| entry.panel)
}

fn current_entry(ctx: &Context) -> Option<Entry> {
    entry_of(ctx, ctx.memory(|memory| memory.focused())?)
}

fn entry_of(ctx: &Context, focused: Id) -> Option<Entry> {
    let entries = entries(ctx);
    if let Some(entry) = entries.iter().find(|entry| entry.body == focused || entry.filter == focused) {
        return Some(*entry);
    }
    let center = place(ctx, focused)?.center();
    entries.into_iter().find(|entry| entry.rect.is_some_and(|rect| rect.contains(center)))
}

fn give(ctx: &Context, to: Id) {
    ctx.memory_mut(|memory| memory.request_focus(to));
    ctx.request_repaint();
}

/// Puts the keyboard on a panel.
pub fn request(ctx: &Context, panel: Panel) {
    // Of this frame where they are drawn: the list of a panel is another one with each of its tabs.
    let all = drawn(ctx).into_iter().chain(entries(ctx));
    if let Some(entry) = all.into_iter().find(|entry| entry.panel == panel) {
        give(ctx, entry.body);
    }
}

/// What had the keyboard as this pass began, and as the last one did: a click takes it away before
/// what is clicked is drawn, and so does Esc, which is noted.
#[derive(Clone, Copy, Default)]
struct Began(Option<Id>, Option<Id>, bool);

fn began_id() -> Id {
    Id::unique("eventglass focus as the pass began")
}

fn began(ctx: &Context) -> Began {
    ctx.data(|data| data.get_temp(began_id())).unwrap_or_default()
}

/// A pass begins: who has the keyboard is noted.
pub fn begin(ctx: &Context) {
    let (Began(last, ..), now) = (began(ctx), ctx.memory(|memory| memory.focused()));
    let by_escape = ctx.input(|input| input.key_pressed(Key::Escape));
    ctx.data_mut(|data| data.insert_temp(began_id(), Began(now, last, by_escape)));
}

/// What had the keyboard before a sheet, and in how many passes more it is given back: in the
/// first one after a sheet egui still holds everything below for out of reach.
#[derive(Clone, Copy)]
struct Before(Option<Id>, u8);

const PASSES: u8 = 3;

fn before_id() -> Id {
    Id::unique("eventglass focus before the sheet")
}

/// A sheet is in front: before it is drawn, and takes the keyboard, who has it is noted.
pub fn note_before_sheet(ctx: &Context) {
    let before: Option<Before> = ctx.data(|data| data.get_temp(before_id()));
    if matches!(before, None | Some(Before(_, 0..PASSES))) {
        // Where a menu opened it, that is who had it before the menu.
        let menu = open_menu(ctx);
        let Began(now, last, _) = began(ctx);
        let before = menu.map_or(now.or(last), |menu| menu.before);
        ctx.data_mut(|data| {
            data.remove::<OpenMenu>(menu_id());
            data.insert_temp(before_id(), Before(before, PASSES));
        });
    }
}

/// No sheet is in front any more: what had the keyboard before has it again, or the first panel on
/// screen where that is gone. Asked once all is drawn: what is gone must not get it.
pub fn return_from_sheet(ctx: &Context) {
    let Some(Before(before, passes)) = ctx.data(|data| data.get_temp(before_id())) else { return };
    ctx.data_mut(|data| match passes.saturating_sub(1) {
        0 => data.remove::<Before>(before_id()),
        left => {
            data.insert_temp(before_id(), Before(before, left));
        }
    });
    ctx.request_repaint();
    if ctx.memory(|memory| memory.focused()).is_some() {
        return;
    }
    let is_drawn = |id: &Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(*id).is_some());
    let there = before.filter(is_drawn);
    let panel = || drawn(ctx).iter().find(|entry| entry.rect.is_some()).map(|entry| entry.body);
    if let Some(to) = there.or_else(panel).or_else(|| first_of_page(ctx)) {
        give(ctx, to);
    }
}

fn page_id() -> Id {
    Id::unique("eventglass first of the page")
}

/// On a page without panels this has the keyboard where what had it is gone; said in each frame.
pub fn register_page(ctx: &Context, first: Id) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(page_id(), (pass, first)));
}

fn first_of_page(ctx: &Context) -> Option<Id> {
    let said: Option<(u64, Id)> = ctx.data(|data| data.get_temp(page_id()));
    said.filter(|(pass, _)| *pass == ctx.cumulative_pass_nr()).map(|(_, first)| first)
}

/// A menu that is open, or was in the pass before.
#[derive(Clone, Copy)]
struct OpenMenu {
    /// What had the keyboard.
    before: Option<Id>,
    /// The last pass in which it was open.
    pass: u64,
    /// It was opened by keyboard, and its first line is still to get it.
    wants_first: bool,
    by_keys: bool,
}

fn menu_id() -> Id {
    Id::unique("eventglass open menu")
}

fn open_menu(ctx: &Context) -> Option<OpenMenu> {
    ctx.data(|data| data.get_temp(menu_id()))
}

/// A menu is about to open, or to give way to another one: the keyboard goes to its first line.
pub fn menu_by_keys(ctx: &Context) {
    hold_for_menu(ctx);
    if let Some(menu) = open_menu(ctx) {
        ctx.data_mut(|data| data.insert_temp(menu_id(), OpenMenu { wants_first: true, by_keys: true, ..menu }));
    }
    ctx.request_repaint();
}

/// A menu is open: it has the keyboard, and who had it is noted.
pub fn hold_for_menu(ctx: &Context) {
    let pass = ctx.cumulative_pass_nr();
    let menu = match open_menu(ctx) {
        Some(menu) => OpenMenu { pass, ..menu },
        None => {
            let focused = ctx.memory(|memory| memory.focused());
            if let Some(focused) = focused {
                ctx.memory_mut(|memory| memory.surrender_focus(focused));
            }
            // Where a sheet opened it, that is who had it before the sheet.
            let sheet: Option<Before> = ctx.data(|data| data.get_temp(before_id()));
            let before = sheet.and_then(|sheet| sheet.0).or(focused).or(began(ctx).0);
            OpenMenu { before, pass, wants_first: false, by_keys: false }
        }
    };
    ctx.data_mut(|data| data.insert_temp(menu_id(), menu));
}

/// A menu of lines is open, as no form is.
pub fn is_menu_open(ctx: &Context) -> bool {
    open_menu(ctx).is_some()
}

/// The menu that is open was opened by keyboard.
pub fn is_menu_by_keys(ctx: &Context) -> bool {
    open_menu(ctx).is_some_and(|menu| menu.by_keys)
}

/// Gives the keyboard to the first line of the menu that is open, where that is still to be done.
pub fn give_first(ctx: &Context, line: Id) {
    if let Some(menu) = open_menu(ctx).filter(|menu| menu.wants_first) {
        ctx.data_mut(|data| data.insert_temp(menu_id(), OpenMenu { wants_first: false, ..menu }));
        give(ctx, line);
    }
}

/// No menu is open any more: what had the keyboard before has it again, unless something else
/// took it. Asked once all is drawn.
pub fn return_from_menu(ctx: &Context) {
    let pass = ctx.cumulative_pass_nr();
    let Some(menu) = open_menu(ctx).filter(|menu| menu.pass < pass) else { return };
    ctx.data_mut(|data| data.remove::<OpenMenu>(menu_id()));
    let is_drawn = |id: &Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(*id).is_some());
    if ctx.memory(|memory| memory.focused()).as_ref().is_some_and(is_drawn) {
        return;
    }
    match menu.before {
        Some(before) if is_drawn(&before) => give(ctx, before),
        Some(gone) => give_instead(ctx, gone),
        None => {}
    }
}

/// What has the keyboard is gone, such as a button that did its work or the list of another tab: its
/// panel has it, or the events where it was in none. What Esc took it from and is there has it again.
/// Asked once all is drawn; a sheet or a menu that is closed gives it back itself.
pub fn return_from_what_is_gone(ctx: &Context) {
    let has_sheet = ctx.data(|data| data.get_temp::<Before>(before_id()).is_some());
    if has_sheet || open_menu(ctx).is_some() {
        return;
    }
    go_on_to_panel(ctx);
    let is_drawn = |id: Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).is_some());
    let gone = match (ctx.memory(|memory| memory.focused()), began(ctx)) {
        // What was asked for in this pass comes with the next; where it does not come, as the list of a
        // filter without a match, who had it before keeps it.
        (Some(focused), Began(now, last, _)) if now == Some(focused) && !is_drawn(focused) => match last {
            Some(last) if last != focused && is_drawn(last) => return give(ctx, last),
            _ => focused,
        },
        (None, Began(None, Some(last), true)) if is_drawn(last) => return give(ctx, last),
        // Enter in a filter that nothing passes.
        (None, Began(Some(last), ..))
            if is_drawn(last)
                && ctx.input(|input| input.key_pressed(Key::Enter))
                && drawn(ctx).iter().any(|entry| entry.filter == last) =>
        {
            return give(ctx, last);
        }
        (None, Began(None, Some(last), true)) => last,
        _ => return,
    };
    give_instead(ctx, gone);
}

/// Gives the keyboard to the panel of what is gone, or to the events where it was in none.
fn give_instead(ctx: &Context, gone: Id) {
    let is_drawn = |id: Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).is_some());
    let there: Vec<Entry> = drawn(ctx).into_iter().filter(|entry| is_drawn(entry.body)).collect();
    let of = |panel: Option<Panel>| there.iter().find(|entry| Some(entry.panel) == panel);
    let own = entry_of(ctx, gone).map(|entry| entry.panel);
    let entry = of(own).or_else(|| of(Some(Panel::Events))).or_else(|| there.first());
    let Some(to) = entry.map(|entry| entry.body).or_else(|| first_of_page(ctx)) else { return };
    give(ctx, to);
    if let Some(panel) = own.filter(|own| of(Some(*own)).is_none()) {
        ctx.data_mut(|data| data.insert_temp(awaited_id(), Awaited { panel, meanwhile: to }));
    }
}

/// A panel whose list is still to be computed, and what has the keyboard until it is there.
#[derive(Clone, Copy)]
struct Awaited {
    panel: Panel,
    meanwhile: Id,
}

fn awaited_id() -> Id {
    Id::unique("eventglass awaited panel")
}

/// The list of the panel is there: the keyboard goes on to it, unless the user did something meanwhile.
fn go_on_to_panel(ctx: &Context) {
    let Some(Awaited { panel, meanwhile }) = ctx.data(|data| data.get_temp(awaited_id())) else { return };
    let did = |event: &Event| {
        matches!(event, Event::Key { pressed: true, .. } | Event::Text(_) | Event::PointerButton { .. })
    };
    let is_over =
        ctx.memory(|memory| memory.focused()) != Some(meanwhile) || ctx.input(|input| input.events.iter().any(did));
    let is_drawn = |id: Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).is_some());
    let there = drawn(ctx).into_iter().find(|entry| entry.panel == panel && is_drawn(entry.body));
    if is_over || there.is_some() {
        ctx.data_mut(|data| data.remove::<Awaited>(awaited_id()));
    }
    if let Some(entry) = there.filter(|_| !is_over) {
        give(ctx, entry.body);
    }
}

fn popup_layer_id() -> Id {
    Id::unique("eventglass layer of the open popup")
}

/// A pop-up is drawn on this layer: Tab stays in it. Said in each frame.
pub fn note_popup(ctx: &Context, layer: LayerId) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(popup_layer_id(), (layer, pass)));
}

/// Tab goes round in the pop-up that is open. Asked as the pass begins, before egui moves the keyboard on.
pub fn stay_in_popup(ctx: &Context) {
    let back = |input: &InputState| input.modifiers.shift;
    let Some(back) = ctx.input(|input| input.key_pressed(Key::Tab).then(|| back(input))) else { return };
    let noted: Option<(LayerId, u64)> = ctx.data(|data| data.get_temp(popup_layer_id()));
    let Some((layer, pass)) = noted else { return };
    if pass + 1 < ctx.cumulative_pass_nr() {
        return;
    }
    let stops: Vec<Id> = ctx.viewport(|viewport| {
        let all = viewport.prev_pass.widgets.get_layer(layer);
        all.filter(|widget| widget.enabled && widget.sense.is_focusable()).map(|widget| widget.id).collect()
    });
    let at = ctx.memory(|memory| memory.focused()).and_then(|own| stops.iter().position(|stop| *stop == own));
    let to = match (at, back) {
        (None, false) => stops.first(),
        (None, true) => stops.last(),
        (Some(at), false) => stops.get((at + 1) % stops.len()),
        (Some(at), true) => stops.get((at + stops.len() - 1) % stops.len()),
    };
    let Some(to) = to else { return };
    ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    give(ctx, *to);
}

fn arrows_id() -> Id {
    Id::unique("eventglass arrows")
}

/// What has the keyboard needs arrows, Home and End itself; said in each frame.
pub fn keep_arrows(ctx: &Context, id: Id) {
    ctx.data_mut(|data| data.insert_temp(arrows_id(), id));
}

/// Arrows, Home and End belong to what has the keyboard.
pub fn keeps_arrows(ctx: &Context) -> bool {
    let focused = ctx.memory(|memory| memory.focused());
    focused.is_some() && ctx.data(|data| data.get_temp(arrows_id())) == focused
}

fn front_id() -> Id {
    Id::unique("eventglass front panel")
}

/// Asks that a panel be seen, where it is behind another one: what the user asked for shows in it.
pub fn ask_front(ctx: &Context, panel: Panel) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(front_id(), (panel, pass)));
    ctx.request_repaint();
}

/// The panel that the last frame asked for.
pub fn take_front(ctx: &Context) -> Option<Panel> {
    let pass = ctx.cumulative_pass_nr();
    let asked: Option<(Panel, u64)> = ctx.data_mut(|data| {
        let asked = data.get_temp(front_id());
        data.remove::<(Panel, u64)>(front_id());
        asked
    });
    asked.filter(|(_, at)| pass <= at + 1).map(|(panel, _)| panel)
}

/// Puts the keyboard on the next panel, or on the one before.
pub fn request_next(ctx: &Context, forward: bool) {
    let entries = entries(ctx);
    if entries.is_empty() {
        return;
    }
    let at = current(ctx).and_then(|panel| entries.iter().position(|entry| entry.panel == panel));
    let next = match (at, forward) {
        (None, true) => 0,
        (None, false) => entries.len() - 1,
        (Some(at), true) => (at + 1) % entries.len(),
        (Some(at), false) => (at + entries.len() - 1) % entries.len(),
    };
    give(ctx, entries[next].body);
}

/// Puts the keyboard in the filter of the panel that has it, where there is one.
pub fn request_own_filter(ctx: &Context) {
    if let Some(entry) = current_entry(ctx).filter(|entry| ctx.read_response(entry.filter).is_some()) {
        give(ctx, entry.filter);
    }
}

/// Puts the keyboard in the filter of the panel that has it, else in that of the events, else of the streams.
pub fn request_filter(ctx: &Context) {
    let entries = entries(ctx);
    let on_screen = |entry: &Entry| place(ctx, entry.filter).map(|_| entry.filter);
    let of = |panel| entries.iter().find(|entry| entry.panel == panel).and_then(on_screen);
    let own = current_entry(ctx).as_ref().and_then(on_screen);
    if let Some(filter) = own.or_else(|| of(Panel::Events)).or_else(|| of(Panel::Streams)) {
        give(ctx, filter);
    }
}
