//! The sheet for exporting: what of which streams, how it is written, its first rows, and the
//! command line that does the same.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Context, Event, Id, Key, Modifiers, Painter, Rect, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::problem;
use crate::app::action::{Action, CopyWhat, ExportAction, Format, Until, What, Which};
use crate::app::view::{ExportView, Outcome, PlayheadAt, Progress, Zone};
use crate::model::visible_name;
use crate::ui::tokens::{self, Tokens, size};
use crate::ui::widgets::button::{Look, button_enabled, button_width, flow, segmented, spoken};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::page::{appears, page_ui};
use crate::ui::widgets::raw::{Places, raw_ui};
use crate::ui::widgets::rows::{RowNode, Rows};
use crate::ui::widgets::sheet::{room, sheet_ui};
use crate::ui::{format, paint, text};

const WIDTH: f32 = 760.0;
const HEADER: f32 = 44.0;
const EDGE: f32 = 16.0;
/// From one question to the next, and where its words begin behind its label.
const PITCH: f32 = 34.0;
const CHOICE: f32 = 76.0;
/// In a narrower sheet they stand below it, so far apart.
const NARROW: f32 = 440.0;
const LINE: f32 = 30.0;
/// Rows of the preview that are seen.
const ROWS: f32 = 8.0;
const LOW_ROWS: f32 = 4.0;
const BUTTON: f32 = 28.0;
const PATH: f32 = 60.0;
/// A lower window scrolls as a whole.
const LOW: f32 = 240.0;

/// Shows the sheet.
pub fn export_sheet_ui(ctx: &Context, view: &ExportView<'_>, zone: Zone, out: &mut Vec<Action>) {
    let id = Id::unique("export");
    let sheet = Sheet::new(&ctx.layer_painter(egui::LayerId::background()), id, room(ctx), view, zone);
    sheet_ui(ctx, id, vec2(sheet.width, sheet.height()), out, |ui, rect, out| {
        // It stands in the middle by the height that it had.
        let before: Option<f32> = ui.data(|data| data.get_temp(id));
        if before != Some(rect.height()) {
            ui.data_mut(|data| data.insert_temp(id, rect.height()));
            ctx.request_repaint();
        }
        sheet.show(ui, rect, out);
        // Not before: what a sheet draws in its first frame cannot keep the keyboard.
        if appears(ui, id) {
            ui.memory_mut(|memory| memory.request_focus(sheet.first(rect)));
            ctx.request_repaint();
        }
    });
}

type FootButton = (&'static str, Option<&'static str>, Look, Result<(), String>, Option<Action>);

/// The sheet as it is laid out.
struct Sheet<'a> {
    id: Id,
    view: &'a ExportView<'a>,
    questions: [Question<'a>; 6],
    heights: Vec<f32>,
    width: f32,
    rows: f32,
    command: String,
    command_height: f32,
    said: (String, egui::Color32),
    said_height: f32,
    buttons_height: f32,
    t: &'static Tokens,
}

impl<'a> Sheet<'a> {
    fn new(painter: &Painter, id: Id, window: egui::Vec2, view: &'a ExportView<'a>, zone: Zone) -> Sheet<'a> {
        let t = tokens::tokens(painter.ctx());
        let width = WIDTH.min(window.x);
        let command = match &view.command {
            Ok(line) => line.clone(),
            Err(why) if why.is_empty() || view.can_run.is_err() => "…".to_owned(),
            Err(why) => format!("There is none: {why}."),
        };
        let inner = width - 2.0 * EDGE;
        let height = |words: &str, style, rows| {
            text::paragraph_galley(painter, inner, words, style, egui::Color32::PLACEHOLDER, rows).size().y
        };
        let said = said(view, t);
        let mut sheet = Sheet {
            id,
            view,
            questions: questions(view, zone),
            heights: Vec::new(),
            width,
            rows: ROWS,
            command_height: height(&command, text::DATA, 3),
            command,
            said_height: height(&said.0, text::BODY, 6).max(18.0),
            said,
            buttons_height: 0.0,
            t,
        };
        let line = Rect::from_min_size(pos2(0.0, 0.0), vec2(inner, BUTTON));
        sheet.buttons_height = flow(line, &sheet.widths(painter), BUTTON).1;
        sheet.heights = sheet.questions.iter().map(|question| sheet.question_height(painter, question)).collect();
        let lacking = (sheet.height() - window.y).max(0.0);
        sheet.rows = (ROWS - (lacking / size::ROW).ceil()).max(LOW_ROWS);
        sheet
    }

    /// There is no room for labels beside what is chosen.
    fn is_narrow(&self) -> bool {
        self.width < NARROW
    }

    fn question_height(&self, painter: &Painter, question: &Question<'_>) -> f32 {
        if !self.is_narrow() {
            return PITCH;
        }
        let lines =
            lines(painter, &question.options, self.width - 2.0 * EDGE).len() + usize::from(question.typed.is_some());
        24.0 + LINE * lines as f32
    }

    fn questions_height(&self) -> f32 {
        self.heights.iter().sum::<f32>() + 8.0
    }

    fn preview_height(&self) -> f32 {
        size::LABELS + self.rows * size::ROW + 10.0
    }

    fn body_height(&self) -> f32 {
        HEADER + self.questions_height() + self.preview_height() + size::LABELS + self.command_height + 12.0
    }

    fn foot_height(&self) -> f32 {
        let path = if self.view.types_path.is_some() { PATH } else { 0.0 };
        8.0 + self.said_height + 14.0 + path + self.buttons_height + 14.0
    }

    fn height(&self) -> f32 {
        self.body_height() + self.foot_height()
    }

    /// There is no room for the buttons to stand still.
    fn is_low(&self, rect: Rect) -> bool {
        rect.height() < self.foot_height() + LOW
    }

    fn show(&self, ui: &mut Ui, rect: Rect, out: &mut Vec<Action>) {
        self.keys(ui, out);
        let id = self.id.with("page");
        if !self.is_low(rect) {
            let (body, foot) = rect.split_top_bottom_at_y(rect.bottom() - self.foot_height());
            page_ui(ui, id, body, self.body_height(), |ui, rect| self.body_ui(ui, rect, out));
            self.foot_ui(ui, foot, out);
            return;
        }
        page_ui(ui, id, rect, self.height(), |ui, rect| {
            let (body, foot) = rect.split_top_bottom_at_y(rect.bottom() - self.foot_height());
            self.body_ui(ui, body, out);
            self.foot_ui(ui, foot, out);
        });
    }

    fn body_ui(&self, ui: &mut Ui, rect: Rect, out: &mut Vec<Action>) {
        let painter = ui.painter().clone();
        let (header, rest) = rect.split_top_bottom_at_y(rect.top() + HEADER);
        let end =
            text::left(&painter, header.left() + EDGE, header.center().y, "Export", text::TITLE, self.t.text) + 16.0;
        let right = header.right() - EDGE;
        text::right_name(&painter, right, header.center().y, self.view.store, text::DATA, self.t.quiet, right - end);
        paint::hline(&painter, rect.left(), rect.right(), header.bottom() - 1.0, self.t.hairline);
        let (choices, rest) = rest.split_top_bottom_at_y(rest.top() + self.questions_height());
        // While it runs nothing can be chosen.
        let mut builder = UiBuilder::new().max_rect(choices).scope_id(self.id.with("choices"));
        if self.view.running.is_some() {
            builder = builder.disabled();
        }
        self.questions_ui(&mut ui.new_child(builder), choices, out);
        let (preview, rest) = rest.split_top_bottom_at_y(rest.top() + self.preview_height());
        self.preview(ui, preview);
        let (left, inner) = (rest.left() + EDGE, rest.shrink2(vec2(EDGE, 0.0)));
        text::left(&painter, left, inner.top() + 12.0, "Command line", text::BODY_STRONG, self.t.text);
        let color = if self.view.command.is_ok() { self.t.text } else { self.t.quiet };
        let place =
            Rect::from_min_size(pos2(left, inner.top() + size::LABELS), vec2(inner.width(), self.command_height));
        text::paragraph(&painter, place, &self.command, text::DATA, color, 3);
        spoken(ui, self.id.with("command"), place, &format!("Command line: {}", self.command))
            .on_hover_text(&self.command);
    }

    /// What is said, and the buttons.
    fn foot_ui(&self, ui: &mut Ui, rect: Rect, out: &mut Vec<Action>) {
        paint::hline(&ui.painter().clone(), rect.left(), rect.right(), rect.top(), self.t.hairline);
        let inner = rect.shrink2(vec2(EDGE, 0.0));
        let said = Rect::from_min_size(inner.min + vec2(0.0, 8.0), vec2(inner.width(), self.said_height));
        self.status(ui, said);
        let buttons = inner.with_min_y(inner.bottom() - 14.0 - self.buttons_height);
        if let Some(name) = &self.view.types_path {
            self.path_ui(
                ui,
                Rect::from_min_size(pos2(inner.left(), buttons.top() - PATH), vec2(inner.width(), 52.0)),
                name,
                out,
            );
        }
        self.buttons_ui(ui, buttons, out);
    }

    fn keys(&self, ui: &Ui, out: &mut Vec<Action>) {
        let typing = ui.ctx().text_edit_focused();
        let saves = ui.input_mut(|input| {
            let mut copies = false;
            input.events.retain(|event| {
                let is_copy = !typing && *event == Event::Copy;
                copies |= is_copy;
                !is_copy
            });
            if copies && self.can_copy().is_ok() {
                out.push(Action::Export(ExportAction::Copy));
            }
            if let (true, Ok(line)) = (input.consume_key(Modifiers::COMMAND, Key::L), &self.view.command) {
                out.push(Action::Copy(CopyWhat::Text(line.clone())));
            }
            input.consume_key(Modifiers::COMMAND, Key::S) && self.can_run().is_ok()
        });
        if saves {
            self.save_as(ui, out);
        }
    }

    /// Asks where the file goes: the desktop, or the field that stands in for it.
    fn save_as(&self, ui: &Ui, out: &mut Vec<Action>) {
        match &self.view.types_path {
            Some(_) => ui.memory_mut(|memory| memory.request_focus(self.path_id())),
            None => out.push(Action::Export(ExportAction::SaveAs)),
        }
    }

    /// Draws the questions one below the other.
    fn questions_ui(&self, ui: &mut Ui, rect: Rect, out: &mut Vec<Action>) {
        let mut top = rect.top() + 6.0;
        for (question, height) in self.questions.iter().zip(&self.heights) {
            let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), *height));
            self.question_ui(ui, place.shrink2(vec2(EDGE, 0.0)), question, out);
            top += height;
        }
    }

    fn question_ui(&self, ui: &mut Ui, rect: Rect, question: &Question<'_>, out: &mut Vec<Action>) {
        let (t, id) = (self.t, self.id.with(question.label));
        let painter = ui.painter().clone();
        let indent = if self.is_narrow() { 0.0 } else { CHOICE };
        let mut y = rect.top() + if self.is_narrow() { 10.0 } else { PITCH / 2.0 };
        let label = text::left(&painter, rect.left(), y, question.label, text::BODY, t.secondary);
        // Behind the words; in a narrow sheet behind the label.
        let (mut end, mut note_y) = (rect.left() + indent, y);
        for (nth, range) in lines(&painter, &question.options, rect.width() - indent).into_iter().enumerate() {
            if self.is_narrow() || nth > 0 {
                y += LINE;
            }
            let options = &question.options[range];
            let words: Vec<(&str, &str)> = options.iter().map(|option| (option.word, option.name)).collect();
            end = rect.left() + indent + options.iter().map(|option| word_width(&painter, option.word)).sum::<f32>();
            let active = options.iter().position(|option| option.chosen).unwrap_or(usize::MAX);
            let clicked = segmented(ui, id.with(nth), end, y, &words, active).0;
            out.extend(clicked.map(|at| Action::Export(options[at].action.clone())));
            end += 12.0;
            note_y = y;
        }
        if self.is_narrow() {
            (end, note_y) = (label + 12.0, rect.top() + 10.0);
        }
        let note = Rect::from_min_max(pos2(end, note_y - 9.0), pos2(rect.right(), note_y + 9.0));
        if !question.note.is_empty() && note.is_positive() {
            text::left_cut(&painter, end, note_y, &question.note, text::BODY, t.text, note.width());
            spoken(ui, id.with("note"), note, &format!("{}: {}", question.label, question.note));
        }
        if let Some(typed) = &question.typed {
            let left = if self.is_narrow() { rect.left() } else { end };
            y += if self.is_narrow() { LINE } else { 0.0 };
            self.typed_ui(ui, Rect::from_min_max(pos2(left, y - 12.0), pos2(rect.right(), y + 12.0)), typed, out);
        }
    }

    fn typed_ui(&self, ui: &mut Ui, rect: Rect, typed: &Typed<'_>, out: &mut Vec<Action>) {
        let painter = ui.painter().clone();
        let (y, color) = (rect.center().y, self.t.secondary);
        let mut left = rect.left();
        if !typed.before.is_empty() {
            left = text::left(&painter, left, y, typed.before, text::BODY, color) + 8.0;
        }
        let place = rect.with_min_x(left).with_max_x((left + typed.width).min(rect.right()));
        let field = Field { id: self.id.with(typed.name), name: typed.name, hint: typed.hint, icon: None, key: None };
        let changed = field.show(ui, place, typed.value).changed;
        out.extend(changed.map(typed.action).map(Action::Export));
        let room = rect.right() - place.right() - 8.0;
        text::left_cut(&painter, place.right() + 8.0, y, typed.after, text::BODY, color, room);
    }

    fn preview(&self, ui: &mut Ui, rect: Rect) {
        let (view, t, id) = (self.view, self.t, self.id.with("preview"));
        let painter = ui.painter().clone();
        let inner = rect.shrink2(vec2(EDGE, 0.0));
        let (head, body) = inner.split_top_bottom_at_y(inner.top() + size::LABELS);
        let end = text::left(&painter, head.left(), head.center().y, "First rows", text::BODY_STRONG, t.text) + 16.0;
        let note = self.preview_note();
        text::right_cut(&painter, head.right(), head.center().y, &note, text::BODY, t.quiet, head.right() - end);
        spoken(ui, id.with("note"), head, &format!("First rows: {note}"));
        let body = body.with_max_y(body.bottom() - 8.0);
        painter.rect_filled(body, size::RADIUS, t.window);
        if let Some(why) = view.problem {
            problem(ui, id, body, why);
        } else if view.format == Format::Json {
            // One value, however long.
            let text = (view.first.text.as_bytes(), revision(&view.first.text));
            raw_ui(ui, id, "First rows", body.shrink(1.0), text, Places::default());
        } else {
            let lines: Vec<&str> = view.first.text.lines().collect();
            let len = lines.len() as u64;
            Rows::new(id, "First rows", len).own_cursor().show(ui, body.shrink(1.0), |at| {
                let line = lines.get(at.index as usize).copied().unwrap_or_default();
                let room = at.fill.width() - 12.0;
                text::left_cut(at.painter, at.rect.left() + 10.0, at.rect.center().y, line, text::DATA, t.text, room);
                RowNode {
                    name: format!("line {}, {}", at.index + 1, text::head(line, 200)),
                    tooltip: at.pointer.map(|_| text::head(line, 1_000).to_owned()),
                    ..RowNode::default()
                }
            });
        }
        if view.is_old && !view.first.text.is_empty() {
            painter.rect_filled(body, size::RADIUS, t.veil);
        }
        paint::outline(&painter, body, size::RADIUS, t.hairline);
    }

    fn preview_note(&self) -> String {
        let view = self.view;
        let shape = if view.format == Format::Parquet { ", as JSON lines" } else { "" };
        match (&view.can_run, view.progress) {
            (Err(why), _) => format!("{why}"),
            (Ok(()), Some(progress)) if progress.of > 0 => {
                format!(
                    "{} of {}{shape}",
                    format::number(progress.done),
                    format::plural(progress.of, "event", "events")
                )
            }
            (Ok(()), Some(_)) => "being computed".to_owned(),
            (Ok(()), None) if view.problem.is_some() => String::new(),
            (Ok(()), None) if view.first.more => format!("there is more{shape}"),
            (Ok(()), None) => format!("this is all, {}{shape}", format::bytes(view.first.bytes)),
        }
    }

    /// How far it is, or how it ended.
    fn status(&self, ui: &mut Ui, rect: Rect) {
        let painter = ui.painter().clone();
        let (words, color) = &self.said;
        if words.is_empty() {
            return;
        }
        text::paragraph(&painter, rect, words, text::BODY, *color, 6);
        let response = ui.interact(rect, self.id.with("status"), Sense::hover());
        let role = if self.view.running.is_some() { Role::ProgressIndicator } else { Role::Status };
        response.widget_info(|| WidgetInfo::labeled(role, true, words));
        if let Some(running) = &self.view.running {
            let track = Rect::from_min_size(rect.left_bottom() + vec2(0.0, 4.0), vec2(rect.width(), 4.0));
            painter.rect_filled(track, 2.0, self.t.hover);
            let Progress { done, of, .. } = running.progress;
            let share = if of > 0 { (done as f64 / of as f64).clamp(0.0, 1.0) as f32 } else { 0.0 };
            painter.rect_filled(Rect::from_min_size(track.min, vec2(track.width() * share, 4.0)), 2.0, self.t.accent);
        }
    }

    fn can_run(&self) -> Result<(), String> {
        match (&self.view.running, &self.view.can_run) {
            (Some(_), _) => Err("an export runs".to_owned()),
            (None, Err(why)) => Err(why.to_string()),
            (None, Ok(())) => Ok(()),
        }
    }

    fn can_copy(&self) -> Result<(), String> {
        self.can_run()?;
        match self.view.format {
            Format::Parquet => Err("Parquet is no text".to_owned()),
            _ => Ok(()),
        }
    }

    /// What has the keyboard first: the button that saves, where it can be used and is in sight.
    fn first(&self, rect: Rect) -> Id {
        match self.can_run() {
            Ok(()) if !self.is_low(rect) => self.button_id("Save as…"),
            _ => self.id.with(self.questions[0].label).with(0_usize).with(0_usize),
        }
    }

    fn path_id(&self) -> Id {
        self.id.with("path")
    }

    fn button_id(&self, word: &str) -> Id {
        self.id.with(("button", word))
    }

    /// The buttons, the first of them at the right.
    fn buttons(&self) -> Vec<FootButton> {
        if self.view.running.is_some() {
            let cancel = Some(Action::Export(ExportAction::Cancel));
            return vec![("Cancel", Some("Esc"), Look::Outlined, Ok(()), cancel)];
        }
        let export = |action| Some(Action::Export(action));
        let line = self.view.command.as_ref().map_err(ToString::to_string);
        let copy_line = line.clone().ok().map(|line| Action::Copy(CopyWhat::Text(line.clone())));
        let mut buttons = vec![
            ("Save as…", Some("Ctrl S"), Look::Filled, self.can_run(), export(ExportAction::SaveAs)),
            ("Copy", Some("Ctrl C"), Look::Outlined, self.can_copy(), export(ExportAction::Copy)),
            ("Copy the command line", Some("Ctrl L"), Look::Outlined, line.map(drop), copy_line),
            ("Close", Some("Esc"), Look::Outlined, Ok(()), Some(Action::CloseModal)),
        ];
        if self.view.types_path.is_some() {
            buttons[0].2 = Look::Outlined;
        }
        buttons
    }

    fn widths(&self, painter: &Painter) -> Vec<f32> {
        self.buttons().iter().map(|(word, keys, ..)| button_width(painter, word, *keys)).collect()
    }

    fn buttons_ui(&self, ui: &mut Ui, rect: Rect, out: &mut Vec<Action>) {
        let widths = self.widths(ui.painter());
        let (mut places, height) = flow(rect, &widths, BUTTON);
        if height <= BUTTON {
            // One line: from the right edge.
            let mut right = rect.right();
            for (place, width) in places.iter_mut().zip(&widths) {
                *place = Rect::from_min_size(pos2(right - width, rect.top()), vec2(*width, BUTTON));
                right -= width + 8.0;
            }
        }
        for ((word, keys, look, enabled, action), place) in self.buttons().into_iter().zip(places) {
            let enabled = enabled.as_ref().copied().map_err(String::as_str);
            if button_enabled(ui, self.button_id(word), place, look, word, keys, enabled).clicked() {
                match action {
                    Some(Action::Export(ExportAction::SaveAs)) => self.save_as(ui, out),
                    action => out.extend(action),
                }
            }
        }
    }

    /// The path of the file, where the desktop has no dialog for it.
    fn path_ui(&self, ui: &mut Ui, rect: Rect, name: &str, out: &mut Vec<Action>) {
        let painter = ui.painter().clone();
        let about = "The desktop shows no dialog: type where the file goes.";
        text::left_cut(&painter, rect.left(), rect.top() + 9.0, about, text::BODY, self.t.secondary, rect.width());
        let id = self.path_id();
        let suggested = id.with("suggested");
        if appears(ui, id) {
            ui.data_mut(|data| data.insert_temp(id, format!("~/{name}")));
            ui.data_mut(|data| data.insert_temp(suggested, name.to_owned()));
            self.save_as(ui, out);
        }
        let mut typed: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        // Another format has another ending; the rest is the user's.
        let before: String = ui.data(|data| data.get_temp(suggested)).unwrap_or_default();
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| format!(".{ending}"));
        if let (Some(old), Some(new)) = (ending(&before), ending(name))
            && let Some(stem) = typed.strip_suffix(&old)
        {
            typed = format!("{stem}{new}");
        }
        ui.data_mut(|data| data.insert_temp(suggested, name.to_owned()));
        // Enter let the keyboard go; what came to nothing is tried again here.
        let is_idle = self.view.running.is_none() && self.view.outcome.is_some();
        if is_idle && ui.memory(|memory| memory.focused().is_none()) {
            self.save_as(ui, out);
        }
        let is_there = matches!(&self.view.outcome, Some(Outcome::Exists(path)) if path.as_os_str() == &*typed);
        let word = if is_there { "Replace it" } else { "Save" };
        let width = button_width(&painter, word, None);
        let line = rect.with_min_y(rect.top() + 24.0);
        let (place, save) = line.split_left_right_at_x(line.right() - width);
        let field = Field { id, name: "Path of the file", hint: "~/rows.jsonl", icon: None, key: None };
        let output = field.show(ui, place.with_max_x(place.right() - 8.0), &typed);
        let typed = output.changed.unwrap_or(typed);
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
        let enabled = if typed.trim().is_empty() { Err("it needs a path".to_owned()) } else { self.can_run() };
        let usable = enabled.is_ok();
        let enabled = enabled.as_ref().copied().map_err(String::as_str);
        let clicked = button_enabled(ui, id.with("save"), save, Look::Filled, word, None, enabled).clicked();
        // A file that is there is replaced only by the button that says so.
        if clicked || (output.entered && usable && !is_there) {
            out.push(Action::Export(ExportAction::Save { path: PathBuf::from(typed), replace: clicked && is_there }));
        }
    }
}

/// One thing to choose.
struct Question<'a> {
    label: &'static str,
    /// Words to choose one of.
    options: Vec<Choice>,
    note: Cow<'a, str>,
    typed: Option<Typed<'a>>,
}

struct Choice {
    word: &'static str,
    name: &'static str,
    chosen: bool,
    action: ExportAction,
}

/// A field, and the words around it.
struct Typed<'a> {
    before: &'static str,
    name: &'static str,
    hint: &'static str,
    value: &'a str,
    width: f32,
    after: &'static str,
    action: fn(String) -> ExportAction,
}

fn word_width(painter: &Painter, word: &str) -> f32 {
    text::width(painter, word, text::BODY_MEDIUM).ceil() + 20.0
}

/// Words that stand beside each other, line by line.
fn lines(painter: &Painter, options: &[Choice], room: f32) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut width = 0.0;
    for (at, option) in options.iter().enumerate() {
        let own = word_width(painter, option.word);
        match lines.last_mut() {
            Some(line) if width + own <= room => line.end = at + 1,
            _ => {
                lines.push(at..at + 1);
                width = 0.0;
            }
        }
        width += own;
    }
    lines
}

fn questions<'a>(view: &'a ExportView<'_>, zone: Zone) -> [Question<'a>; 6] {
    let question = |label, options: Vec<Choice>, note| Question { label, options, note, typed: None };
    let what = |what, word, name| Choice { word, name, chosen: view.what == what, action: ExportAction::SetWhat(what) };
    let whats = vec![
        what(What::State, "State", "What: state"),
        what(What::States, "States", "What: states"),
        what(What::Events, "Events", "What: events"),
        what(What::Changes, "Changes", "What: changes"),
    ];
    let note = match view.what {
        What::State => "one of each stream",
        What::States => "of each stream, as they follow each other",
        What::Events => "as stored",
        What::Changes => "that each event made in the state, as JSON patches",
    };
    let format = |format: &Format| {
        let (word, name) = match format {
            Format::Json => ("JSON", "Format: JSON"),
            Format::JsonLines => ("JSON lines", "Format: JSON lines"),
            Format::Csv => ("CSV", "Format: CSV"),
            Format::Markdown => ("Markdown", "Format: Markdown"),
            Format::Parquet => ("Parquet", "Format: Parquet"),
        };
        Choice { word, name, chosen: view.format == *format, action: ExportAction::SetFormat(*format) }
    };
    let as_table = if view.format == Format::Markdown { "a table to paste into a ticket" } else { "" };
    [
        question("What", whats, note.into()),
        streams(view),
        up_to(view, zone),
        rows(view),
        question("Format", view.formats.iter().map(format).collect(), as_table.into()),
        question("Reducer", Vec::new(), Cow::Borrowed(&view.reducer)),
    ]
}

fn streams<'a>(view: &'a ExportView<'_>) -> Question<'a> {
    let choice = |which: &Which| {
        let (word, name) = match which {
            Which::This => ("This", "Streams: this"),
            Which::Filtered => ("Filtered", "Streams: filtered"),
            Which::All => ("All", "Streams: all"),
        };
        Choice { word, name, chosen: view.which == *which, action: ExportAction::SetWhich(*which) }
    };
    let streams = || format::plural(view.streams.number, "stream", "streams");
    let note = match view.which {
        Which::This => visible_name(view.named),
        Which::Filtered => Cow::Owned(format!("{} whose names contain {}", streams(), view.named)),
        Which::All => Cow::Owned(streams()),
    };
    Question { label: "Streams", options: view.whiches.iter().map(choice).collect(), note, typed: None }
}

/// Where each stream ends.
fn up_to<'a>(view: &'a ExportView<'_>, zone: Zone) -> Question<'a> {
    let choice = |until: &Until| {
        let (word, name) = match until {
            Until::End => ("The end", "Up to: the end"),
            Until::Playhead => ("The playhead", "Up to: the playhead"),
            Until::Time => ("A time", "Up to: a time"),
        };
        Choice { word, name, chosen: view.until == *until, action: ExportAction::SetUntil(*until) }
    };
    let note: Cow<'_, str> = match (view.untils.is_empty(), view.until, view.playhead) {
        (true, ..) => "Every event.".into(),
        (false, Until::End, _) => "every event".into(),
        (false, Until::Time, _) => "".into(),
        (false, Until::Playhead, PlayheadAt::Initial) => "the initial state".into(),
        (false, Until::Playhead, PlayheadAt::Version(version)) => format::version(version).into(),
        (false, Until::Playhead, PlayheadAt::Time(time)) => {
            format!("its time, {}", format::time_full(time, zone)).into()
        }
        (false, Until::Playhead, PlayheadAt::End) => "the end".into(),
    };
    let typed = (view.until == Until::Time && !view.untils.is_empty()).then_some(Typed {
        before: "",
        name: if zone == Zone::Utc { "Time, UTC" } else { "Time, local" },
        hint: "2026-11-22T15:00",
        value: view.time,
        width: 260.0,
        after: if zone == Zone::Utc { "UTC, without a zone" } else { "local, without a zone" },
        action: ExportAction::SetTime,
    });
    Question { label: "Up to", options: view.untils.iter().map(choice).collect(), note, typed }
}

/// Which of the rows are written.
fn rows<'a>(view: &'a ExportView<'_>) -> Question<'a> {
    let choice = |changed, word, name| {
        let action = ExportAction::SetChanged(changed);
        Choice { word, name, chosen: view.changed == changed, action }
    };
    let note = match view.what {
        What::State => "One for each stream.",
        What::Events => "One for each event.",
        What::Changes => "one for each event",
        What::States => "",
    };
    let options = match view.what {
        What::State | What::Events => Vec::new(),
        _ => vec![choice(false, "All", "Rows: all"), choice(true, "Changed only", "Rows: changed only")],
    };
    let typed = (view.what == What::States).then_some(Typed {
        before: "after every",
        name: "After so many events",
        hint: "1",
        value: view.every,
        width: 76.0,
        after: "events, and the last",
        action: ExportAction::SetEvery,
    });
    Question { label: "Rows", options, note: note.into(), typed }
}

/// Another text has another number.
fn revision(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// How far it is, or how it ended, and what was odd.
fn said(view: &ExportView<'_>, t: &Tokens) -> (String, egui::Color32) {
    if let Some(running) = &view.running {
        let Progress { done, of, found } = running.progress;
        let events = format!("{} of {}", format::number(done), format::plural(of, "event", "events"));
        let rows = format::plural(found, "row", "rows");
        return (format!("{events}, {rows}, {}", format::bytes(running.bytes)), t.text);
    }
    match view.outcome {
        None => (view.caution.to_string(), t.warning),
        Some(Outcome::Written(path, rows, written)) => {
            let size = format!("{}, {}", format::plural(*rows, "row", "rows"), format::bytes(written.bytes));
            let first = match path {
                Some(path) => format!("Written to {}: {size}.", path.display()),
                None => format!("Copied: {size}."),
            };
            let problems =
                written.problems.iter().take(2).map(|problem| format!("{}: {}.", problem.what, problem.cause));
            let all: Vec<String> = [first].into_iter().chain(problems).chain(written.odd.iter().cloned()).collect();
            let untold = (written.problems.len() as u64).saturating_sub(2) + written.more_problems + written.more_odd;
            let more = if untold > 0 { format!(" And {} more.", format::number(untold)) } else { String::new() };
            let color = if written.problems.is_empty() { t.ok } else { t.warning };
            (format!("{}{more}", all.join("\n")), color)
        }
        Some(Outcome::TooLarge) => ("This is too much to copy. Save as… writes it to a file.".to_owned(), t.warning),
        Some(Outcome::Exists(path)) => (format!("{} is there already.", path.display()), t.warning),
        Some(Outcome::Canceled) => ("Cancelled. Nothing is left of it.".to_owned(), t.quiet),
        Some(Outcome::Failed(problem)) => {
            let cause = if problem.cause.is_empty() { String::new() } else { format!(": {}", problem.cause) };
            (format!("{}{cause}. help: {}", problem.what, problem.help), t.error)
        }
    }
}
