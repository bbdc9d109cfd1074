//! The sheet of one value: all of it, what it may mean, and a field to find something in it.

use egui::{Context, Event, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use super::{placeholder_rows, region};
use crate::app::action::{Action, ValueAction, Way};
use crate::app::view::{Shown, ValueView};
use crate::ui::icons::Icon;
use crate::ui::tokens;
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::appears;
use crate::ui::widgets::raw::{Places, hex_ui, text_ui};
use crate::ui::widgets::rows::forget_place;
use crate::ui::widgets::sheet::{close_ui, sheet_ui};
use crate::ui::widgets::tabs::{Tab, tabs};
use crate::ui::{format, paint, text};

/// Heights of the lines above the value; what is said about it is only spoken in a small window.
struct Lines {
    head: f32,
    about: f32,
    find: f32,
    tabs: f32,
}

const WIDE: Lines = Lines { head: 44.0, about: 24.0, find: 44.0, tabs: 32.0 };
const SMALL: Lines = Lines { head: 32.0, about: 0.0, find: 32.0, tabs: 28.0 };
/// A lower sheet is small.
const LOW: f32 = 220.0;
/// More than a value may mean.
const MOST_TABS: usize = 8;

/// Shows the sheet.
pub fn value_ui(ctx: &Context, view: &ValueView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("value");
    sheet_ui(ctx, id, vec2(900.0, 640.0), out, |ui, rect, out| {
        let ui = &mut region(ui, id.with("region"), rect, "Value");
        let line = |top: f32, height: f32| {
            Rect::from_min_size(pos2(rect.left(), rect.top() + top), vec2(rect.width(), height))
        };
        let Lines { head, about, find, tabs: height } = if rect.height() < LOW { SMALL } else { WIDE };
        head_ui(ui, id, line(0.0, head), view, out);
        about_ui(ui, id, line(head - 6.0, about), view);
        find_ui(ui, id, line(head + about, find), view, out);
        let header = line(head + about + find - 6.0, height);
        paint::hline(ui.painter(), header.left(), header.right(), header.bottom() - 1.0, t.hairline);
        let words: Vec<Tab<'_>> = view.names.iter().map(|name| Tab::new(name)).collect();
        let (clicked, _) = tabs(ui, id.with("tabs"), header.left() + 16.0, header, &words, view.tab);
        if let Some(tab) = clicked {
            out.push(ValueAction::Show(tab).into());
        }
        let body = Rect::from_min_max(pos2(rect.left(), header.bottom()), rect.max);
        body_ui(ui, id, body, view);
    });
}

fn head_ui(ui: &mut Ui, id: Id, rect: Rect, view: &ValueView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let y = rect.center().y;
    let copy = close_ui(ui, id, rect, "Close value", out).translate(vec2(-32.0, 0.0));
    let path = if view.path.is_empty() { "everything" } else { &view.path };
    let left = text::left(ui.painter(), rect.left() + 16.0, y, "Value", text::TITLE, t.text) + 12.0;
    text::left_name(ui.painter(), left, y, path, text::DATA, t.secondary, copy.left() - 8.0 - left);
    spoken(ui, id.with("path"), rect.with_max_x(copy.left() - 8.0), &format!("Value of {path}")).on_hover_text(path);
    let field_has = ui.memory(|memory| memory.has_focus(id.with("find")));
    let wants_copy = !field_has && ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    if icon_button(ui, id.with("copy"), copy, Icon::COPY, 16.0, "Copy what is shown").clicked() || wants_copy {
        out.push(ValueAction::Copy.into());
    }
}

fn about_ui(ui: &mut Ui, id: Id, rect: Rect, view: &ValueView<'_>) {
    let t = tokens::tokens(ui.ctx());
    let words = about(view);
    let room = rect.width() - 32.0;
    if rect.height() > 0.0 {
        text::left_cut(ui.painter(), rect.left() + 16.0, rect.center().y, &words, text::BODY, t.secondary, room);
    }
    spoken(ui, id.with("about"), rect, &words).on_hover_text(&words);
}

/// `text, 1,234 characters, 1.3 KB (1,312 bytes)`.
fn about(view: &ValueView<'_>) -> String {
    let mut words = view.kind.to_owned();
    if let Some(members) = view.members {
        let (one, many) = if view.kind == "array" { ("item", "items") } else { ("member", "members") };
        words.push_str(&format!(", {}", format::plural(members, one, many)));
    }
    if let Some(characters) = view.characters {
        words.push_str(&format!(", {}", format::plural(characters, "character", "characters")));
    }
    if let Some(bytes) = view.bytes {
        let exact = format::plural(bytes, "byte", "bytes");
        let size = if bytes < 1_000 { exact } else { format!("{} ({exact})", format::bytes(bytes)) };
        words.push_str(&format!(", {size}{}", if view.members.is_some() { " as JSON" } else { "" }));
    }
    if view.is_too_long {
        words.push_str("; too long to look for JSON, Base64 or hex in it");
    }
    words
}

fn find_ui(ui: &mut Ui, id: Id, rect: Rect, view: &ValueView<'_>, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let field =
        Field { id: id.with("find"), name: "Find in the value", hint: "Find", icon: Some(Icon::SEARCH), key: None };
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F)) {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    if ui.memory(|memory| memory.has_focus(field.id)) {
        for (modifiers, way) in [(Modifiers::SHIFT, Way::Back), (Modifiers::NONE, Way::On)] {
            if ui.input_mut(|input| input.consume_key(modifiers, Key::Enter)) {
                out.push(ValueAction::Next(way).into());
            }
        }
    }
    let (y, right) = (rect.center().y, rect.right() - 16.0);
    let count = match (view.at, view.places.len()) {
        _ if view.find.is_empty() => String::new(),
        (Some(at), found) => {
            let more = if view.has_more { " or more" } else { "" };
            format!("{} of {}{more}", format::number(at as u64 + 1), format::number(found as u64))
        }
        (None, _) => "not found".to_owned(),
    };
    let room = 150.0_f32.min(rect.width() * 0.3);
    let place = Rect::from_min_max(pos2(rect.left() + 16.0, y - 14.0), pos2(right - room - 12.0, y + 14.0));
    text::right_cut(ui.painter(), right, y, &count, text::BODY, t.secondary, room);
    if !count.is_empty() {
        let said = Rect::from_min_max(pos2(right - room, y - 12.0), pos2(right, y + 12.0));
        let node = spoken(ui, id.with("count"), said, &format!("Found: {count}"));
        ui.ctx().accesskit_node_builder(node.id, |node| node.set_live(egui::accesskit::Live::Polite));
    }
    let output = field.show(ui, place, view.find);
    if let Some(typed) = output.changed {
        out.push(ValueAction::Find(typed).into());
    }
    if output.left {
        ui.memory_mut(|memory| memory.request_focus(list_id(id, view)));
    }
}

fn list_id(id: Id, view: &ValueView<'_>) -> Id {
    id.with("shown").with(view.tab)
}

fn body_ui(ui: &mut Ui, id: Id, rect: Rect, view: &ValueView<'_>) {
    let list = list_id(id, view);
    if appears(ui, id) {
        for tab in 0..MOST_TABS {
            forget_place(ui, id.with("shown").with(tab));
        }
        ui.memory_mut(|memory| memory.request_focus(list));
        egui::text_edit::TextEditState::default().store(ui.ctx(), id.with("find"));
        let opened: u64 = ui.data(|data| data.get_temp(id.with("opened"))).unwrap_or_default();
        ui.data_mut(|data| data.insert_temp(id.with("opened"), opened + 1));
    }
    let opened: u64 = ui.data(|data| data.get_temp(id.with("opened"))).unwrap_or_default();
    let places = Places { starts: view.places, len: view.find.len(), at: view.at, jumps: (opened << 32) + view.jumps };
    match view.shown {
        Some(Shown::Text(whole)) => text_ui(ui, list, "Whole value", rect, (whole, opened), places),
        Some(Shown::Bytes(bytes)) => hex_ui(ui, list, "Whole value", rect, bytes, places),
        None => placeholder_rows(ui.painter(), rect, tokens::tokens(ui.ctx())),
    }
}
