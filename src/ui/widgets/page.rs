//! What is higher than its place scrolls in it, and comes into sight with the keyboard.

use egui::{Align, Id, Rect, ScrollArea, Sense, Ui, UiBuilder, vec2};

/// Shows something so many points high in `rect`.
pub fn page_ui<R>(ui: &mut Ui, id: Id, rect: Rect, height: f32, add: impl FnOnce(&mut Ui, Rect) -> R) -> R {
    if height <= rect.height() {
        return add(ui, rect);
    }
    let mut child = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let shown = ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
        let (place, _) = ui.allocate_exact_size(vec2(rect.width(), height), Sense::hover());
        let result = add(ui, place);
        reveal_focus(ui);
        result
    });
    shown.inner
}

/// Scrolls to what has the keyboard in this part of the window, when it gets it and whenever it
/// or its place becomes another. The wheel moves it out of sight in peace.
pub fn reveal_focus(ui: &Ui) {
    let (id, sight) = (ui.scope_id().with("sight"), ui.clip_rect());
    let appears = appears(ui, id);
    let focused = ui.memory(|memory| memory.focused()).and_then(|focused| ui.ctx().read_response(focused));
    let response = focused.filter(|response| response.layer_id == ui.layer_id());
    // Compared with the last frame: egui's own word that it was gained is gone where something
    // that is drawn later gives it.
    let place = response.as_ref().map(|response| (response.id, response.rect.translate(-ui.max_rect().min.to_vec2())));
    let before: Option<(Option<(Id, Rect)>, Rect)> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, (place, sight)));
    let is_same = match (before, place) {
        (Some((Some((old, from)), seen)), Some((new, to))) => {
            !appears && old == new && seen == sight && (from.min - to.min).abs().max_elem() < 1.0
        }
        _ => false,
    };
    let Some(response) = response.filter(|_| !is_same) else { return };
    // What is seen outside of this part of the window is not of it.
    let is_elsewhere = response.interact_rect.is_positive() && !response.interact_rect.intersects(sight);
    if !is_elsewhere {
        // Of what is higher than the page, the beginning is seen.
        let is_higher = response.rect.height() > ui.clip_rect().height();
        ui.scroll_to_rect(response.rect.expand(4.0), is_higher.then_some(Align::TOP));
    }
}

/// Gives the keyboard to the list of a sheet as the sheet appears: until the list has it, for in its
/// first passes egui may give it to something else.
pub fn begin_with(ui: &Ui, sheet: Id, list: Id) {
    let had = sheet.with("had the keyboard");
    if appears(ui, sheet) {
        ui.data_mut(|data| data.remove::<bool>(had));
    }
    if ui.memory(|memory| memory.has_focus(list)) {
        ui.data_mut(|data| data.insert_temp(had, true));
    } else if ui.data(|data| data.get_temp::<bool>(had)).is_none() {
        ui.memory_mut(|memory| memory.request_focus(list));
        ui.ctx().request_repaint();
    }
}

/// What goes by this id was not there in the last frame.
pub fn appears(ui: &Ui, id: Id) -> bool {
    let pass = ui.ctx().cumulative_pass_nr();
    let last: Option<u64> = ui.data(|data| data.get_temp(id.with("shown in")));
    ui.data_mut(|data| data.insert_temp(id.with("shown in"), pass));
    last.is_none_or(|last| pass > last + 1)
}
