//! The first page: drop a file, open one, type a path, go back to a recent one, try a sample.

use egui::accesskit::Role;
use egui::{Id, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::sample_card::{CARD, PICTURE, card_ui};
use crate::app::action::Action;
use crate::app::view::{RecentEntry, WelcomeView};
use crate::ui::icons::Icon;
use crate::ui::root::hovering;
use crate::ui::tokens::{self, mix, size};
use crate::ui::widgets::button::{Look, button, button_width, icon_button, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, reveal_focus};
use crate::ui::{focus, paint, text};

const COLUMN: f32 = 896.0;
const TARGET: f32 = 184.0;

/// Shows the page in `rect`.
pub fn welcome_ui(ui: &mut Ui, rect: Rect, view: &WelcomeView<'_>, out: &mut Vec<Action>) {
    let id = Id::unique("welcome");
    let mut child = super::region(ui, id, rect, "Open a store");
    let width = COLUMN.min(rect.width() - if rect.width() < 400.0 { 24.0 } else { 48.0 });
    // As high as the design where there is room, closer to the top where not.
    let above = (rect.height() * 0.093).clamp(16.0, 78.0).round();
    egui::ScrollArea::vertical().id_salt("welcome").auto_shrink(false).show(&mut child, |ui| {
        let left = (rect.center().x - width / 2.0).round();
        let top = ui.next_widget_position().y + above;
        let bottom = content_ui(ui, id, Rect::from_min_size(pos2(left, top), vec2(width, 0.0)), view, out);
        ui.advance_cursor_after_rect(Rect::from_min_max(pos2(left, top), pos2(left + width, bottom + 24.0)));
        reveal_focus(ui);
    });
}

/// Shows everything below each other; returns where it ends.
fn content_ui(ui: &mut Ui, id: Id, column: Rect, view: &WelcomeView<'_>, out: &mut Vec<Action>) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (left, right, mut y) = (column.left(), column.right(), column.top() + 14.0);
    text::left(&painter, left, y, "Open a store", text::WELCOME, t.text);
    y += 32.0;
    let words =
        "See how each stream came to be what it is: its events, when they happened, and the state at any version.";
    let place = Rect::from_min_size(pos2(left, y - 9.0), vec2(column.width(), 18.0));
    let height = text::paragraph(&painter, place, words, text::BODY, t.secondary, 4);
    spoken(ui, id.with("words"), Rect::from_min_max(pos2(left, y - 40.0), pos2(right, y - 8.0 + height)), words);
    y += 14.0 + height;
    y = target_ui(ui, id, Rect::from_min_size(pos2(left, y), vec2(column.width(), TARGET)), view, out);
    if let Some(why) = view.problem {
        let height = super::problem_height(&painter, column.width(), why).max(84.0);
        let place = Rect::from_min_size(pos2(left, y + 12.0), vec2(column.width(), height));
        painter.rect_filled(place, size::RADIUS, mix(t.panel, t.error, 0.08));
        super::problem(ui, id.with("problem"), place, why);
        y = place.bottom();
    }
    y = section(ui, id, left, right, y, "Recent");
    if view.recent.is_empty() {
        let words = "Nothing opened yet. Stores you open are listed here, on this machine only.";
        let place = Rect::from_min_size(pos2(left, y + 7.0), vec2(column.width(), 18.0));
        let height = text::paragraph(&painter, place, words, text::BODY, t.secondary, 4);
        spoken(ui, id.with("no recent"), place.with_max_y(place.top() + height), words);
        y += 10.0 + height;
    }
    for (at, entry) in view.recent.iter().take(8).enumerate() {
        let row = Rect::from_min_size(pos2(left, y + 4.0), vec2(column.width(), size::ROW));
        recent_ui(ui, id.with(("recent", at)), row, at, entry, out);
        y += size::ROW;
    }
    if view.samples.is_empty() {
        return y;
    }
    y = section(ui, id, left, right, y, "Samples");
    // There is none where the page is not as high as a card.
    let picture = if ui.clip_rect().height() < CARD.y { 0.0 } else { PICTURE };
    let card_size = vec2(CARD.x.min(column.width()), CARD.y - PICTURE + picture);
    let mut at = pos2(left, y + 12.0);
    for card in view.samples {
        if at.x + card_size.x > right + 0.5 {
            at = pos2(left, at.y + card_size.y + 16.0);
        }
        card_ui(ui, id.with(card.id), Rect::from_min_size(at, card_size), picture, card, out);
        at.x += card_size.x + 16.0;
    }
    at.y + card_size.y
}

/// A title with a hairline below; returns where its content begins.
fn section(ui: &mut Ui, id: Id, left: f32, right: f32, above: f32, title: &str) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let center = above + 40.0;
    text::left(ui.painter(), left, center, title, text::TITLE, t.text);
    spoken(ui, id.with(title), Rect::from_min_size(pos2(left, center - 12.0), vec2(120.0, 24.0)), title);
    paint::hline(ui.painter(), left, right, center + 19.0, t.hairline);
    center + 20.0
}

/// Where a file is dropped, and the other ways to one; returns where it ends.
fn target_ui(ui: &mut Ui, id: Id, rect: Rect, view: &WelcomeView<'_>, out: &mut Vec<Action>) -> f32 {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let (word, keys) = ("Open file…", "Ctrl O");
    let inside = rect.width() - 48.0;
    let open_width = button_width(&painter, word, Some(keys)).max(150.0).min(inside);
    let folder_width = button_width(&painter, "Open folder…", None).min(inside);
    // What has no room beside the first button goes below it, the field first.
    let in_a_row = open_width + 12.0 + folder_width <= inside;
    let buttons = if in_a_row { open_width + 12.0 + folder_width } else { open_width.max(folder_width) };
    let beside = in_a_row && buttons + 12.0 + 160.0 <= inside;
    let field_width = 300.0_f32.min(if beside { inside - buttons - 12.0 } else { inside });
    let kinds = "Castore, EventStoreDB and KurrentDB, Marten, Message DB, Emmett, Spring Modulith, Python \
                 eventsourcing, JSON lines, and any table by pointing at its columns";
    let kinds_galley = text::paragraph_galley(&painter, inside, kinds, text::LABEL, t.quiet, 4);
    let below = [in_a_row, beside].into_iter().filter(|fits| !fits).count() as f32 * 36.0;
    let more = below + kinds_galley.size().y - 18.0;
    let rect = rect.with_max_y(rect.bottom() + more);
    painter.rect_filled(rect, size::RADIUS_POPUP, t.window);
    if hovering(ui.ctx()) {
        painter.rect_stroke(rect, size::RADIUS_POPUP, Stroke::new(2.0, t.accent), StrokeKind::Inside);
    } else {
        paint::dashed_rect(&painter, rect, t.outline);
    }
    let x = rect.center().x.round();
    Icon::FILE_DOWN.paint(&painter, pos2(x, rect.top() + 44.0), 24.0, t.secondary);
    let title = match view.opening {
        Some(name) => format!("Opening {name}…"),
        None => "Drop a file, a folder or a dump here".to_owned(),
    };
    text::center_cut(&painter, x, rect.top() + 80.0, &title, text::TITLE, t.text, inside);
    let spot = Rect::from_center_size(pos2(x, rect.top() + 80.0), vec2(300.0_f32.min(inside), 20.0));
    spoken(ui, id.with("drop"), spot, &title);

    let y = rect.top() + 118.0;
    let width = if beside { buttons + 12.0 + field_width } else { buttons };
    let open = Rect::from_min_size(pos2((x - width / 2.0).round(), y - 14.0), vec2(open_width, 28.0));
    let corner = if in_a_row { open.right_top() + vec2(12.0, 0.0) } else { open.left_bottom() + vec2(0.0, 8.0) };
    let folder = Rect::from_min_size(corner, vec2(folder_width, 28.0));
    let open_id = id.with("open");
    if button(ui, open_id, open, Look::Filled, word, Some(keys)).clicked() {
        out.push(Action::OpenDialog);
    }
    if button(ui, id.with("folder"), folder, Look::Outlined, "Open folder…", None).clicked() {
        out.push(Action::OpenFolderDialog);
    }
    focus::register_page(ui.ctx(), open_id);
    // When the page appears and nothing has the keyboard, its first button gets it.
    if appears(ui, id) && ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(open_id));
    }
    let field = Field { id: id.with("path"), name: "Path of a store", hint: "or type its path", icon: None, key: None };
    let corner =
        if beside { folder.right_top() + vec2(12.0, 0.0) } else { pos2(x - field_width / 2.0, folder.bottom() + 8.0) };
    path_field(ui, &field, Rect::from_min_size(corner, vec2(field_width, 28.0)), Action::OpenPath, out);
    let place = pos2(x - kinds_galley.size().x / 2.0, rect.top() + 149.0 + below);
    painter.galley(place, kinds_galley, t.quiet);
    rect.bottom()
}

/// A field for a path that keeps what is typed and opens it on Enter.
pub fn path_field(ui: &mut Ui, field: &Field<'_>, place: Rect, action: fn(String) -> Action, out: &mut Vec<Action>) {
    let typed: String = ui.data(|data| data.get_temp(field.id)).unwrap_or_default();
    let output = field.show(ui, place, &typed);
    let typed = output.changed.unwrap_or(typed);
    if output.entered && !typed.trim().is_empty() {
        out.push(action(typed.trim().to_owned()));
    }
    ui.data_mut(|data| data.insert_temp(field.id, typed));
}

fn recent_ui(ui: &mut Ui, id: Id, row: Rect, at: usize, entry: &RecentEntry, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let main = Rect::from_min_max(row.min, pos2(row.right() - 28.0, row.bottom()));
    let sense = if entry.missing { Sense::hover() } else { Sense::click() };
    let response = ui.interact(main, id, sense);
    let missing = if entry.missing { ", no longer there" } else { "" };
    let name = format!("Open {}, {}{missing}", entry.name, entry.place);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, !entry.missing, &name));
    if response.hovered() && !entry.missing {
        painter.rect_filled(main.expand2(vec2(8.0, 0.0)), size::RADIUS, t.hover);
    }
    let y = row.center().y;
    let color = if entry.missing { t.quiet } else { t.text };
    let wide = row.width() >= 560.0;
    let room = if wide { 220.0 } else { main.width() - 8.0 };
    text::left_name(&painter, row.left(), y, &entry.name, text::DATA, color, room);
    if wide {
        let place = row.left() + 236.0;
        let dialect = row.right() - 180.0;
        if !entry.place.is_empty() {
            text::left_name(&painter, place, y, &entry.place, text::DATA, t.quiet, dialect - 16.0 - place);
        }
        let kind = if entry.missing { "no longer there" } else { &entry.dialect };
        text::left_cut(&painter, dialect, y, kind, text::BODY, t.quiet, main.right() - 8.0 - dialect);
    }
    if response.has_focus() {
        paint::focus_ring(&painter, main.expand2(vec2(6.0, 0.0)), t);
    }
    if response.clicked() {
        out.push(Action::OpenRecent(at));
    }
    let forget = Rect::from_center_size(pos2(row.right() - 12.0, y), vec2(24.0, 24.0));
    let name = format!("Forget {}, {}", entry.name, entry.place);
    if icon_button(ui, id.with("forget"), forget, Icon::X, 14.0, &name).clicked() {
        out.push(Action::ForgetRecent(at));
    }
}
