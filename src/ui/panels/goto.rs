//! The box for going to places: a field, and below it what was found. The keyboard stays in the
//! field; arrows move over the lines.

use egui::accesskit::{Live, Role};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Context, Id, Key, Modal, Modifiers, Painter, Rect, Sense, Ui, pos2, vec2};

use crate::app::action::{Action, GoToAction};
use crate::app::command::CommandContext;
use crate::app::view::{GoToLine, GoToNote, GoToView, Zone};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{key_cap, key_cap_width, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::appears;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::{format, paint, text};

/// Lines that are seen at once.
const LINES: u64 = 12;
const HEAD: f32 = 44.0;
/// Width of the word that says what a line is.
const KIND: f32 = 72.0;

/// Shows the box at the top of the window.
pub fn goto_ui(ctx: &Context, view: &GoToView<'_>, commands: &CommandContext, zone: Zone, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("go to");
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, size::TOOLBAR));
    let shown = Modal::new(id).area(area).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let window = ctx.content_rect().shrink(12.0);
        let width = 600.0_f32.min(window.width());
        let note = view.note.as_deref();
        let note =
            note.map(|note| text::paragraph_galley(ui.painter(), width - 32.0, note, text::BODY, t.secondary, 4));
        let below = note.as_ref().map_or(4.0, |note| note.size().y + 20.0);
        let room = ((window.height() - size::TOOLBAR - HEAD - below) / size::ROW).floor().max(1.0);
        let lines = view.lines.len().min(LINES).min(room as u64) as f32 * size::ROW;
        let (rect, _) = ui.allocate_exact_size(vec2(width, HEAD + lines + below), Sense::hover());
        let ui = &mut super::region(ui, id.with("region"), rect, "Go to");
        field_ui(ui, id, Rect::from_min_size(rect.min, vec2(width, HEAD)), view, commands, out);
        let list = Rect::from_min_size(pos2(rect.left(), rect.top() + HEAD), vec2(width, lines));
        list_ui(ui, id, list, view, commands, zone, out);
        if let (Some(galley), Some(words)) = (note, &view.note) {
            let place = Rect::from_min_size(pos2(rect.left() + 16.0, list.bottom() + 8.0), galley.size());
            ui.painter().galley(place.min, galley, t.secondary);
            spoken(ui, id.with("note"), place, words);
        }
        // Said as the keyboard moves over the lines, which it is not on.
        let words = if view.lines.is_empty() { String::new() } else { spoken_line(view, view.cursor, zone) };
        let said = Rect::from_min_size(rect.min, vec2(1.0, 1.0));
        ui.interact(said, id.with("said"), Sense::hover());
        ui.ctx().accesskit_node_builder(id.with("said"), |node| {
            node.set_role(Role::Status);
            node.set_live(Live::Polite);
            node.set_label(words);
        });
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}

fn field_ui(ui: &mut Ui, id: Id, rect: Rect, view: &GoToView<'_>, commands: &CommandContext, out: &mut Vec<Action>) {
    let t = tokens::tokens(ui.ctx());
    let field = Field { id: id.with("field"), name: "Go to", hint: &view.hint, icon: Some(Icon::SEARCH), key: None };
    let count = match (view.commands, view.streams) {
        (Some((found, all)), _) => format!("{found} of {}", format::plural(all, "command", "commands")),
        (None, Some(streams)) if streams.exact => format::plural(streams.number, "stream", "streams"),
        (None, Some(streams)) => format!("{} streams", format::count(streams)),
        (None, None) => String::new(),
    };
    let y = rect.center().y;
    let right = if count.is_empty() {
        rect.right() - 8.0
    } else {
        text::right(ui.painter(), rect.right() - 16.0, y, &count, text::LABEL, t.quiet) - 8.0
    };
    if appears(ui, id) {
        // Where the caret stood in the text of the last time means nothing now.
        egui::text_edit::TextEditState::default().store(ui.ctx(), field.id);
    }
    let focused = ui.memory(|memory| memory.focused()).and_then(|focused| ui.ctx().read_response(focused));
    if focused.is_none_or(|focused| focused.layer_id != ui.layer_id()) {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    if ui.memory(|memory| memory.has_focus(field.id)) {
        keys(ui, view, commands, out);
    }
    let place = Rect::from_min_max(pos2(rect.left() + 8.0, rect.top() + 8.0), pos2(right, rect.bottom() - 8.0));
    if let Some(typed) = field.show(ui, place, view.text).changed {
        out.push(GoToAction::Type(typed).into());
    }
}

/// Keys that the field has no use for.
fn keys(ui: &Ui, view: &GoToView<'_>, commands: &CommandContext, out: &mut Vec<Action>) {
    let page = LINES as i64 - 1;
    for (key, by) in [(Key::ArrowDown, 1), (Key::ArrowUp, -1), (Key::PageDown, page), (Key::PageUp, -page)] {
        let times = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as i64;
        if times > 0 {
            out.push(GoToAction::Move(by * times).into());
        }
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        go(view, None, commands, out);
    }
}

/// Goes to a line, or to the one that was moved to; does it, where it is a command.
fn go(view: &GoToView<'_>, at: Option<u64>, commands: &CommandContext, out: &mut Vec<Action>) {
    let line = (!view.lines.is_empty()).then(|| view.lines.row(at.unwrap_or(view.cursor)));
    match line.and_then(|line| Some((line.command?, line.enabled))) {
        Some((command, Ok(()))) => out.extend([Action::CloseModal, command.action(commands)]),
        Some((_, Err(_))) => {}
        None => out.push(GoToAction::Go(at.map(|at| at as usize)).into()),
    }
}

fn list_ui(
    ui: &mut Ui,
    id: Id,
    rect: Rect,
    view: &GoToView<'_>,
    commands: &CommandContext,
    zone: Zone,
    out: &mut Vec<Action>,
) {
    if view.lines.is_empty() {
        return;
    }
    paint::hline(ui.painter(), rect.left(), rect.right(), rect.top() - 1.0, tokens::tokens(ui.ctx()).hairline);
    let rows = Rows::new(id.with("list"), "Places", view.lines.len()).cursor(Some(view.cursor));
    let shown = rows.show(ui, rect, |at| row_ui(at, view, zone));
    if let Some((row, _)) = shown.clicked {
        go(view, Some(row), commands, out);
    }
}

fn row_ui(at: &RowPaint<'_>, view: &GoToView<'_>, zone: Zone) -> RowNode {
    let (t, y, painter) = (at.t, at.rect.center().y, at.painter);
    let line = view.lines.row(at.index);
    let quiet = if at.selected { t.secondary } else { t.quiet };
    let label = text::LABEL.on_baseline_of(text::BODY);
    let (left, right) = (at.rect.left() + 16.0, at.rect.right() - 18.0);
    text::left_cut(painter, left, y, line.kind, label, quiet, KIND - 8.0);
    let left = left + KIND;
    let behind = behind_ui(painter, &line, (right, y), (right - left) * 0.6, quiet, zone, t);
    let color = if line.enabled.is_ok() { t.text } else { quiet };
    let end = left + name_ui(painter, &line, left, y, color, (behind - 12.0 - left).max(0.0), t);
    let time = line.time.and_then(|time| format::time_parts(time, zone));
    let time = time.map(|(date, clock, _)| format!("{date} {clock}")).unwrap_or_default();
    if behind - 12.0 - end > 24.0 {
        text::left_cut(painter, end + 12.0, y, &time, text::DATA, quiet, behind - 24.0 - end);
    }
    let tooltip = at.pointer.map(|_| line.command.map_or_else(|| line.text.to_string(), |own| own.doc.to_owned()));
    RowNode { name: spoken_line(view, at.index, zone), tooltip, ..RowNode::default() }
}

/// What is said of a line, or its keys, at the right; returns where it begins.
fn behind_ui(
    painter: &Painter,
    line: &GoToLine<'_>,
    (right, y): (f32, f32),
    room: f32,
    color: egui::Color32,
    zone: Zone,
    t: &Tokens,
) -> f32 {
    let caps = line.command.and_then(|command| command.keys.first()).map(|key| key.caps()).unwrap_or_default();
    if line.enabled.is_ok() && !caps.is_empty() {
        let mut x = right;
        for cap in caps.iter().rev() {
            x -= key_cap_width(painter, cap);
            key_cap(painter, x, y, cap, t);
            x -= 4.0;
        }
        return x;
    }
    text::right_cut(painter, right, y, &note(line, zone), text::LABEL.on_baseline_of(text::BODY), color, room)
}

fn note(line: &GoToLine<'_>, zone: Zone) -> String {
    match (&line.note, line.enabled) {
        (_, Err(reason)) => reason.to_owned(),
        (GoToNote::Nothing, _) => String::new(),
        (GoToNote::Words(words), _) => words.clone(),
        (GoToNote::UpTo(time), _) => format!("up to {}", format::time_full(*time, zone)),
        (GoToNote::Events(count), _) => format::plural(*count, "event", "events"),
    }
}

/// The name with the letters that were typed; returns its width.
fn name_ui(painter: &Painter, line: &GoToLine<'_>, x: f32, y: f32, color: egui::Color32, room: f32, t: &Tokens) -> f32 {
    let (plain, strong) = if line.is_data { (text::DATA, text::DATA) } else { (text::BODY, text::BODY_STRONG) };
    let name = text::head(&line.text, text::MAX_LAYOUT_BYTES);
    let chars: Vec<char> = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    // Of what is too long the middle is left out, by the widest that the rest may be.
    let cut = text::name_ends(painter, &chars, strong, room);
    let left_out = cut.map_or(chars.len()..chars.len(), |(head, tail)| head..chars.len() - tail);
    let mut job = LayoutJob::default();
    let mut marks = line.marks.iter().peekable();
    let (mut part, mut part_marked) = (String::new(), false);
    let append = |job: &mut LayoutJob, part: &str, marked: bool| {
        let (style, color) = if marked { (strong, t.accent) } else { (plain, color) };
        job.append(part, 0.0, TextFormat::simple(style.font(), color));
    };
    for (at, letter) in chars.iter().enumerate() {
        let marked = marks.next_if(|mark| **mark as usize == at).is_some();
        if left_out.contains(&at) && at > left_out.start {
            continue;
        }
        if marked != part_marked && !part.is_empty() {
            append(&mut job, &part, part_marked);
            part.clear();
        }
        part_marked = marked;
        part.push(if left_out.contains(&at) { '…' } else { *letter });
    }
    append(&mut job, &part, part_marked);
    job.break_on_newline = false;
    job.wrap = TextWrapping { max_width: room, max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    let galley = painter.layout_job(job);
    let width = galley.size().x;
    text::place(painter, galley, x, y, plain);
    width
}

/// `1 of 12: stream account-1042, 214 events`.
fn spoken_line(view: &GoToView<'_>, at: u64, zone: Zone) -> String {
    let line = view.lines.row(at);
    let time = line.time.map(|time| format::time_full(time, zone));
    let keys = line.command.and_then(|command| command.keys.first()).map(|key| key.text());
    let note = Some(note(&line, zone)).filter(|note| !note.is_empty());
    let behind: String = [time, note, keys].into_iter().flatten().map(|part| format!(", {part}")).collect();
    format!("{} of {}: {} {}{behind}", at + 1, view.lines.len(), line.kind, line.text)
}
