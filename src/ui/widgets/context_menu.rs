//! The menu of a row, a tab or the slider: opened by the right button of the mouse, by the Menu key
//! and by Shift+F10; its lines are commands of the table.

use egui::{
    Context, Id, LayerId, Popup, PopupCloseBehavior, PopupKind, Pos2, Rect, Response, ScrollArea, SetOpenCommand, Ui,
    Vec2,
};

use super::menu::{command_lines, home_and_end, popup_frame, width_of};
use super::page::reveal_focus;
use crate::app::action::Action;
use crate::app::command::{Command, CommandContext, Target};
use crate::ui::{focus, tokens};

const WIDTH: f32 = 300.0;

/// Commands, in groups.
pub type Groups = &'static [&'static [&'static Command]];

/// Where a menu was asked for, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskedAt {
    pub pos: Pos2,
    pub by_keys: bool,
}

/// What was asked for: a menu with these lines, of this row or tab.
#[derive(Clone)]
pub struct Asked {
    pub at: AskedAt,
    pub groups: Groups,
    pub target: Option<Target>,
}

/// A menu that is open.
#[derive(Clone)]
struct Open {
    asked: Asked,
    /// Of each menu that is opened another: a click that closes one opens the next.
    number: u64,
}

/// The key that asks for the menu of what has the keyboard was pressed.
pub fn asked_by_keys(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        let menu = input.consume_key(egui::Modifiers::NONE, egui::Key::Menu);
        menu || input.consume_key(egui::Modifiers::SHIFT, egui::Key::F10)
    })
}

/// Where the menu of a widget was asked for: by the pointer, or by a key while it has the keyboard.
pub fn asked_of(ui: &Ui, response: &Response) -> Option<AskedAt> {
    if response.secondary_clicked() {
        let pos = response.interact_pointer_pos().unwrap_or(response.rect.center());
        return Some(AskedAt { pos, by_keys: false });
    }
    let by_keys = response.has_focus() && asked_by_keys(ui);
    by_keys.then(|| AskedAt { pos: response.rect.left_bottom(), by_keys })
}

/// Shows the menu called `id`, where it is open or was just asked for.
pub fn context_menu(ui: &Ui, id: Id, asked: Option<Asked>, commands: &CommandContext, out: &mut Vec<Action>) {
    let ctx = ui.ctx();
    let was: Option<Open> = ctx.data(|data| data.get_temp(id));
    if let Some(asked) = asked {
        let open = Open { number: was.map_or(0, |open| open.number + 1), asked };
        if open.asked.at.by_keys {
            focus::menu_by_keys(ctx);
        }
        Popup::open_id(ctx, popup_id(id, open.number));
        ctx.data_mut(|data| data.insert_temp(id, open));
    }
    let Some(open) = ctx.data(|data| data.get_temp::<Open>(id)) else { return };
    let popup = popup_id(id, open.number);
    if !Popup::is_id_open(ctx, popup) {
        return;
    }
    focus::hold_for_menu(ctx);
    let Asked { at, groups, target } = open.asked;
    let cx = CommandContext { target, ..commands.clone() };
    let width = width_of(ui.painter(), groups.iter().flat_map(|group| group.iter().copied()), &cx, WIDTH);
    show(ctx, popup, ui.layer_id(), (at.pos, width), |ui| {
        let groups = groups.iter().map(|group| group.iter().copied());
        let usable = command_lines(ui, groups, &cx, out);
        if let (Some(first), false) = (usable.first(), ui.is_sizing_pass()) {
            focus::give_first(ui.ctx(), *first);
        }
    });
}

fn popup_id(id: Id, number: u64) -> Id {
    id.with(("context menu", number))
}

fn show(ctx: &Context, popup: Id, layer: LayerId, (at, width): (Pos2, f32), add: impl FnOnce(&mut Ui)) {
    let window = ctx.content_rect().shrink(8.0);
    let frame = popup_frame(tokens::tokens(ctx));
    let margin = frame.total_margin().sum();
    let width = width.min(window.width() - margin.x);
    let room = (window.bottom() - at.y).max(at.y - window.top()).max(window.height() / 2.0);
    Popup::new(popup, ctx.clone(), Rect::from_pos(at), layer)
        .kind(PopupKind::Menu)
        .open_memory(None::<SetOpenCommand>)
        .close_behavior(PopupCloseBehavior::CloseOnClick)
        .frame(frame)
        .accessible_name("Menu of this")
        .show(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            // Else it ends at 400 points, which egui gives an area that nobody measured yet.
            ui.set_max_height(room - margin.y);
            ScrollArea::vertical().max_height(room - margin.y).show(ui, |ui| {
                ui.set_width(width);
                add(ui);
                home_and_end(ui);
                focus::note_popup(ui.ctx(), ui.layer_id());
                reveal_focus(ui);
            });
        });
}
