//! The sheet of the filter's time, and of the filters that are kept under a name.

use egui::{Id, Key, Modifiers, Popup, Rect, Sense, Ui, pos2, vec2};

use crate::app::action::{Action, Edge, FilterAction};
use crate::app::command;
use crate::app::view::{EventTimes, Filter, KeptFilter, TimeEnd, Zone};
use crate::model::Time;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button_enabled, button_width, icon_button, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{Line, asked_form, drop_button, rule};
use crate::ui::widgets::page::appears;
use crate::ui::{format, text};

const WIDTH: f32 = 340.0;
/// Where the fields begin.
const FIELD: f32 = 76.0;
/// Of the sheet; by it the sheet is asked for.
pub const NAME: &str = "Time and kept filters";
/// Kept filters that have keys of their own.
const WITH_KEYS: usize = 9;
const DIGITS: [Key; WITH_KEYS] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// Shows the button in `rect`, and the sheet where it is open.
pub fn event_times_ui(ui: &mut Ui, id: Id, rect: Rect, times: &EventTimes<'_>, zone: Zone, out: &mut Vec<Action>) {
    let set = times.ends_set();
    let word = if set == 0 { "Time".to_owned() } else { format!("Time {set}") };
    let response = drop_button(ui, id, rect, &word, &spoken_times(times, zone), text::BODY);
    let closed = asked_form(ui, &response, NAME, WIDTH, |ui, width| sheet_ui(ui, id, width, times, zone, out));
    if closed {
        ui.data_mut(|data| data.remove_temp::<String>(id.with("name")));
    }
}

fn spoken_times(times: &EventTimes<'_>, zone: Zone) -> String {
    match times.ends.map(|end| end.time.map(|time| format::time_full(time, zone))) {
        [None, None] => "Times, all listed".to_owned(),
        [Some(from), None] => format!("Times from {from}"),
        [None, Some(through)] => format!("Times through {through}"),
        [Some(from), Some(through)] => format!("Times from {from} through {through}"),
    }
}

fn sheet_ui(ui: &mut Ui, id: Id, width: f32, times: &EventTimes<'_>, zone: Zone, out: &mut Vec<Action>) {
    let is_new = !ui.is_sizing_pass() && appears(ui, id);
    let t = tokens::tokens(ui.ctx());
    if times.has_times {
        for (edge, word, name, end) in [
            (Edge::From, "From", "Events from", &times.ends[0]),
            (Edge::Through, "Through", "Events through", &times.ends[1]),
        ] {
            end_ui(ui, id.with(word), width, (edge, word, name), end, zone, is_new && edge == Edge::From, out);
        }
        let (line, _) = ui.allocate_exact_size(vec2(width, 34.0), Sense::hover());
        if times.is_backwards() {
            let words = "It ends before it begins.";
            text::left(ui.painter(), line.left() + 12.0, line.center().y - 2.0, words, text::LABEL, t.warning);
            spoken(ui, id.with("backwards"), line, words);
        }
        let wide = button_width(ui.painter(), "All times", None);
        let place = Rect::from_min_size(pos2(line.right() - 8.0 - wide, line.top()), vec2(wide, 28.0));
        let enabled = if times.ends_set() > 0 { Ok(()) } else { Err("every time is listed") };
        if button_enabled(ui, id.with("all"), place, Look::Outlined, "All times", None, enabled).clicked() {
            out.push(FilterAction::Times(Default::default()).into());
        }
    } else {
        words_ui(ui, id.with("no times"), width, "The events of this stream have no times.");
    }
    rule(ui);
    kept_ui(ui, id, width, times.kept, out);
    keep_ui(ui, id, width, times, is_new && !times.has_times, out);
}

/// One end: a field, and what is meant below it.
#[expect(clippy::too_many_arguments, reason = "one call site; the parts are the end's")]
fn end_ui(
    ui: &mut Ui,
    id: Id,
    width: f32,
    (edge, word, name): (Edge, &str, &str),
    end: &TimeEnd<'_>,
    zone: Zone,
    takes_focus: bool,
    out: &mut Vec<Action>,
) {
    let t = tokens::tokens(ui.ctx());
    let meant = end.time.map(|time| typed_form(time, zone));
    let (words, color) = match (end.problem, end.time) {
        (Some(problem), _) => (problem.to_owned(), t.warning),
        (None, Some(time)) => (format::time_full(time, zone), t.secondary),
        (None, None) if edge == Edge::From => ("from the first event".to_owned(), t.quiet),
        (None, None) => ("through the last event".to_owned(), t.quiet),
    };
    // What is wrong, and what to do, is said whole.
    let below = text::paragraph_galley(ui.painter(), width - FIELD - 8.0, &words, text::LABEL, color, 4);
    let (line, _) = ui.allocate_exact_size(vec2(width, 40.0 + below.size().y), Sense::hover());
    let (y, left) = (line.top() + 22.0, line.left() + FIELD);
    text::left(ui.painter(), line.left() + 12.0, y, word, text::BODY, t.secondary);
    let field = Field { id: id.with("field"), name, hint: "Tue 14:03, 6 Oct …", icon: None, key: None };
    let place = Rect::from_min_max(pos2(left, y - 13.0), pos2(line.right() - 8.0, y + 13.0));
    close_on_escape(ui, field.id);
    let output = field.show(ui, place, end.typed.or(meant.as_deref()).unwrap_or_default());
    if let Some(typed) = output.changed {
        out.push(FilterAction::TypeTime(edge, typed).into());
    }
    if takes_focus {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    if output.entered {
        Popup::close_all(ui.ctx());
    }
    let place = Rect::from_min_max(pos2(left, y + 16.0), pos2(line.right() - 8.0, line.bottom()));
    ui.painter().galley(place.min, below, color);
    spoken(ui, id.with("meant"), place, &format!("{word}: {words}"));
}

/// Esc in a field closes the sheet; what is typed stays.
fn close_on_escape(ui: &Ui, field: Id) {
    let has_it = ui.memory(|memory| memory.has_focus(field));
    if has_it && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        Popup::close_all(ui.ctx());
    }
}

/// A time as one can type it.
fn typed_form(time: Time, zone: Zone) -> String {
    match format::in_zone(time, zone) {
        Some(at) => at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        None => time.to_rfc3339(),
    }
}

/// The filters that are kept: a line for each.
fn kept_ui(ui: &mut Ui, id: Id, width: f32, kept: &[KeptFilter], out: &mut Vec<Action>) {
    if kept.is_empty() {
        words_ui(ui, id.with("none kept"), width, "No filter is kept for stores of this kind.");
    }
    for (at, own) in kept.iter().enumerate() {
        let by_key = DIGITS
            .get(at)
            .is_some_and(|digit| ui.input_mut(|input| input.consume_key(Modifiers::COMMAND | Modifiers::ALT, *digit)));
        let (line, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
        let forget = Rect::from_center_size(pos2(line.right() - 18.0, line.center().y), vec2(24.0, 24.0));
        let caps = command::NTH_FILTER.keys.get(at).map(|key| key.caps()).unwrap_or_default();
        let tooltip = about(&own.filter);
        let place = Rect::from_min_max(line.min, pos2(forget.left() - 4.0, line.bottom()));
        let clicked = ui.scope_builder(egui::UiBuilder::new().scope_id(id.with(("kept", at))).max_rect(place), |ui| {
            let words = format!("Filter {}", own.name);
            Line { keys: &caps, tooltip: &tooltip, ..Line::new(&words, false) }.show(ui).clicked()
        });
        if clicked.inner || by_key {
            out.push(FilterAction::Use(at).into());
            Popup::close_all(ui.ctx());
        }
        let name = format!("Forget filter {}", own.name);
        if icon_button(ui, id.with(("forget", at)), forget, Icon::X, 12.0, &name).clicked() {
            out.push(FilterAction::Forget(own.name.clone()).into());
        }
    }
}

/// What a filter wants, in words.
fn about(filter: &Filter) -> String {
    let mut parts = Vec::new();
    if !filter.text.trim().is_empty() {
        parts.push(text::head(&filter.text, 100).to_owned());
    }
    if let Some(types) = &filter.types {
        let names: Vec<&str> = types.iter().take(4).map(String::as_str).collect();
        let more = if types.len() > 4 { ", …" } else { "" };
        parts.push(format!("types {}{more}", names.join(", ")));
    }
    parts.extend(filter.times.from.map(|time| format!("from {}", time.to_rfc3339())));
    parts.extend(filter.times.through.map(|time| format!("through {}", time.to_rfc3339())));
    parts.join("\n")
}

/// Keeps the filter as it is, under a name.
fn keep_ui(ui: &mut Ui, id: Id, width: f32, times: &EventTimes<'_>, takes_focus: bool, out: &mut Vec<Action>) {
    let (line, _) = ui.allocate_exact_size(vec2(width, 44.0), Sense::hover());
    let y = line.center().y;
    let wide = button_width(ui.painter(), "Keep", None);
    let at = Rect::from_min_size(pos2(line.right() - 8.0 - wide, y - 14.0), vec2(wide, 28.0));
    let name = id.with("name");
    let typed: String = ui.data(|data| data.get_temp(name)).unwrap_or_default();
    let field = Field { id: name.with("field"), name: "Name of the filter", hint: "Name", icon: None, key: None };
    let place = Rect::from_min_max(pos2(line.left() + 8.0, y - 13.0), pos2(at.left() - 8.0, y + 13.0));
    close_on_escape(ui, field.id);
    let output = field.show(ui, place, &typed);
    if takes_focus {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    let mut typed = output.changed.unwrap_or(typed);
    let enabled = match (times.is_set, typed.trim().is_empty()) {
        (false, _) => Err("nothing is filtered"),
        (true, true) => Err("type a name first"),
        (true, false) => Ok(()),
    };
    let clicked = button_enabled(ui, id.with("keep"), at, Look::Outlined, "Keep", None, enabled).clicked();
    if clicked || output.entered && enabled.is_ok() {
        out.push(FilterAction::Keep(std::mem::take(&mut typed)).into());
        // Enter took the keyboard from it.
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    ui.data_mut(|data| data.insert_temp(name, typed));
}

fn words_ui(ui: &mut Ui, id: Id, width: f32, words: &str) {
    let (line, _) = ui.allocate_exact_size(vec2(width, size::ROW), Sense::hover());
    let quiet = tokens::tokens(ui.ctx()).quiet;
    text::left_cut(ui.painter(), line.left() + 12.0, line.center().y, words, text::LABEL, quiet, width - 24.0);
    spoken(ui, id, line, words);
}
