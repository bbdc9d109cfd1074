//! Setting text: one line at a time, on a common baseline, cut with "…" where it does not fit.

use std::borrow::Cow;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontFamily, FontId, Galley, Painter, Pos2, Rect, pos2};

use super::fonts::{MEDIUM_FAMILY, SEMIBOLD_FAMILY};
use super::{rtl, tokens};
use crate::model::{is_blank, visible_name};

/// Texts longer than this are cut before they are laid out.
pub const MAX_LAYOUT_BYTES: usize = 4096;

/// A font and size with the place of its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    face: Face,
    size: f32,
    /// How far the baseline is below the middle of the line.
    drop: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Face {
    Regular,
    Medium,
    SemiBold,
    Mono,
}

/// Column labels, legends.
pub const LABEL: Type = Type { face: Face::Regular, size: 11.0, drop: 4.0 };
/// Key caps.
pub const LABEL_MEDIUM: Type = Type { face: Face::Medium, size: 11.0, drop: 4.0 };
/// Everything else of the interface.
pub const BODY: Type = Type { face: Face::Regular, size: 13.0, drop: 5.0 };
/// Tabs, buttons.
pub const BODY_MEDIUM: Type = Type { face: Face::Medium, size: 13.0, drop: 5.0 };
/// Names in the toolbar, categories.
pub const BODY_STRONG: Type = Type { face: Face::SemiBold, size: 13.0, drop: 5.0 };
/// Titles of panels.
pub const TITLE: Type = Type { face: Face::SemiBold, size: 15.0, drop: 5.0 };
/// The title of the first page.
pub const WELCOME: Type = Type { face: Face::SemiBold, size: 20.0, drop: 7.0 };
/// Data.
pub const DATA: Type = Type { face: Face::Mono, size: 12.5, drop: 5.0 };
/// Data in the status line, counts in tabs and legends.
pub const DATA_SMALL: Type = Type { face: Face::Mono, size: 11.0, drop: 4.0 };

impl Type {
    /// The font as egui has it.
    pub fn font(self) -> FontId {
        let family = match self.face {
            Face::Regular => FontFamily::Proportional,
            Face::Medium => MEDIUM_FAMILY.clone(),
            Face::SemiBold => SEMIBOLD_FAMILY.clone(),
            Face::Mono => FontFamily::Monospace,
        };
        FontId::new(self.size, family)
    }

    /// The same, with its baseline moved to that of another type.
    pub const fn on_baseline_of(self, other: Type) -> Type {
        Type { drop: other.drop, ..self }
    }
}

/// Lays out one line; `max_width` cuts it.
pub fn layout(painter: &Painter, text: &str, style: Type, color: Color32, max_width: f32) -> Arc<Galley> {
    let line = one_line(head(text, MAX_LAYOUT_BYTES));
    if rtl::has_rtl(&line) {
        return layout_rtl(painter, line, style, color, max_width);
    }
    let mut job = LayoutJob::simple_format(line, TextFormat::simple(style.font(), color));
    job.break_on_newline = false;
    job.wrap = TextWrapping {
        max_width: max_width.max(0.0),
        max_rows: 1,
        break_anywhere: true,
        overflow_character: Some('…'),
    };
    painter.layout_job(job)
}

/// The same with words from right to left. What is cut off is the end as it is written, wherever
/// that is seen.
fn layout_rtl(painter: &Painter, mut line: String, style: Type, color: Color32, max_width: f32) -> Arc<Galley> {
    let set = |line: &str| {
        let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
        for part in rtl::parts(line) {
            job.append(&part, 0.0, TextFormat::simple(style.font(), color));
        }
        painter.layout_job(job)
    };
    let whole = set(&line);
    if whole.size().x <= max_width {
        return whole;
    }
    let ends: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
    let cut = |end: usize| format!("{}…", &line[..end]);
    let fits = ends.partition_point(|end| set(&cut(*end)).size().x <= max_width);
    line = cut(fits.checked_sub(1).map_or(0, |at| ends[at]));
    set(&line)
}

/// Lays out a name in one line; where it is too long its middle is left out, for names often differ
/// at their end. One that shows nothing has a quiet word that stands for it.
pub fn layout_name(painter: &Painter, text: &str, style: Type, color: Color32, max_width: f32) -> Arc<Galley> {
    let color = if is_blank(text) { tokens::tokens(painter.ctx()).secondary } else { color };
    let text = visible_name(text);
    let whole = ends(&text, MAX_LAYOUT_BYTES);
    let chars: Vec<char> = one_line(&whole).chars().collect();
    match name_ends(painter, &chars, style, max_width) {
        None => layout(painter, &whole, style, color, f32::INFINITY),
        Some(kept) => layout(painter, &without_middle(&chars, kept), style, color, f32::INFINITY),
    }
}

/// Of a name that has no room: how many characters at its beginning and at its end have.
pub fn name_ends(painter: &Painter, chars: &[char], style: Type, max_width: f32) -> Option<(usize, usize)> {
    // By trying: how wide some characters are depends on those beside them.
    let fits = |words: &str| width(painter, words, style) <= max_width;
    if fits(&chars.iter().collect::<String>()) {
        return None;
    }
    let ends = |count: usize| (count.div_ceil(2), count / 2);
    let (mut least, mut most) = (0, chars.len());
    while most - least > 1 {
        let middle = least.midpoint(most);
        if fits(&without_middle(chars, ends(middle))) { least = middle } else { most = middle }
    }
    Some(ends(least))
}

fn without_middle(chars: &[char], (head, tail): (usize, usize)) -> String {
    chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
}

/// The first and the last bytes of a text, at most `max`, whole characters, with "…" between them.
fn ends(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max {
        return Cow::Borrowed(text);
    }
    let tail = text.ceil_char_boundary(text.len() - max / 2);
    Cow::Owned(format!("{}…{}", head(text, max / 2 - '…'.len_utf8()), &text[tail..]))
}

/// The first bytes of a text, at most `max`, whole characters.
pub fn head(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// Longer than a title is in any bar.
const MAX_TITLE_BYTES: usize = 400;

/// A title as a window's bar can have it: one line without characters that a window system turns
/// away (a NUL ends the program) or that turn the rest around; its middle is left out where it is long.
pub fn title(text: &str) -> String {
    one_line(&ends(text, MAX_TITLE_BYTES))
}

/// Width of a character of [`DATA`].
const DATA_CHAR: f32 = 7.6;

/// How many characters of [`DATA`] there is room for.
pub fn data_chars(room: f32) -> usize {
    (room / DATA_CHAR) as usize
}

/// Characters that would break a line or draw nothing show as a picture or as their escape.
fn one_line(text: &str) -> String {
    if !text.contains(is_invisible) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push('↵'),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_invisible(c) => push_escaped(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// Nothing is drawn for it, or it turns the order of what follows around. The two joiners are
/// part of how some scripts and emoji are written.
pub fn is_invisible(c: char) -> bool {
    let marks = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}');
    let ranges = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    c.is_control() || marks || ranges
}

/// A character as JSON writes it: `\u0000`.
pub fn push_escaped(out: &mut String, c: char) {
    out.push_str(&format!("\\u{:04x}", u32::from(c)));
}

/// Paints a line that begins at `x`, in the middle of `center_y`; returns where it ends.
pub fn left(painter: &Painter, x: f32, center_y: f32, text: &str, style: Type, color: Color32) -> f32 {
    left_cut(painter, x, center_y, text, style, color, f32::INFINITY)
}

/// Like [`left`], cut at `max_width`.
pub fn left_cut(
    painter: &Painter,
    x: f32,
    center_y: f32,
    text: &str,
    style: Type,
    color: Color32,
    max_width: f32,
) -> f32 {
    if text.is_empty() {
        return x;
    }
    let galley = layout(painter, text, style, color, max_width);
    place(painter, galley, x, center_y, style)
}

/// Like [`left_cut`], for names: what is too long is cut in the middle.
pub fn left_name(
    painter: &Painter,
    x: f32,
    center_y: f32,
    text: &str,
    style: Type,
    color: Color32,
    max_width: f32,
) -> f32 {
    let galley = layout_name(painter, text, style, color, max_width);
    place(painter, galley, x, center_y, style)
}

/// Paints a line that ends at `x`; returns where it begins.
pub fn right(painter: &Painter, x: f32, center_y: f32, text: &str, style: Type, color: Color32) -> f32 {
    if text.is_empty() {
        return x;
    }
    let galley = layout(painter, text, style, color, f32::INFINITY);
    let start = x - galley.size().x;
    place(painter, galley, start, center_y, style);
    start
}

/// Like [`right`], cut at `max_width`.
pub fn right_cut(
    painter: &Painter,
    x: f32,
    center_y: f32,
    text: &str,
    style: Type,
    color: Color32,
    max_width: f32,
) -> f32 {
    let galley = layout(painter, text, style, color, max_width);
    let start = x - galley.size().x;
    place(painter, galley, start, center_y, style);
    start
}

/// Like [`right_cut`], for names: what is too long is cut in the middle.
pub fn right_name(
    painter: &Painter,
    x: f32,
    center_y: f32,
    text: &str,
    style: Type,
    color: Color32,
    max_width: f32,
) -> f32 {
    let galley = layout_name(painter, text, style, color, max_width);
    let start = x - galley.size().x;
    place(painter, galley, start, center_y, style);
    start
}

/// Paints a line around `x`.
pub fn center(painter: &Painter, x: f32, center_y: f32, text: &str, style: Type, color: Color32) {
    center_cut(painter, x, center_y, text, style, color, f32::INFINITY);
}

/// Like [`center`], cut at `max_width`.
pub fn center_cut(painter: &Painter, x: f32, center_y: f32, text: &str, style: Type, color: Color32, max_width: f32) {
    let galley = layout(painter, text, style, color, max_width);
    let start = x - galley.size().x / 2.0;
    place(painter, galley, start, center_y, style);
}

/// Width of a line.
pub fn width(painter: &Painter, text: &str, style: Type) -> f32 {
    layout(painter, text, style, Color32::PLACEHOLDER, f32::INFINITY).size().x
}

/// Paints a laid out line with its baseline where the style has it; returns where it ends.
pub fn place(painter: &Painter, galley: Arc<Galley>, x: f32, center_y: f32, style: Type) -> f32 {
    let end = x + galley.size().x;
    let top = (center_y + style.drop).round() - baseline(&galley);
    painter.galley(pos2(x, top), galley, Color32::PLACEHOLDER);
    end
}

/// Distance of the first baseline from a galley's top.
fn baseline(galley: &Galley) -> f32 {
    let first = galley.rows.first().and_then(|row| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y));
    first.unwrap_or(0.0)
}

/// Paints a paragraph wrapped at the width of `rect`, lines 18 apart; returns its height.
pub fn paragraph(painter: &Painter, rect: Rect, text: &str, style: Type, color: Color32, max_rows: usize) -> f32 {
    let galley = paragraph_galley(painter, rect.width(), text, style, color, max_rows);
    let height = galley.size().y;
    painter.galley(Pos2::new(rect.left(), rect.top().round()), galley, Color32::PLACEHOLDER);
    height
}

/// Lays a paragraph out.
pub fn paragraph_galley(
    painter: &Painter,
    width: f32,
    text: &str,
    style: Type,
    color: Color32,
    max_rows: usize,
) -> Arc<Galley> {
    let format = TextFormat { line_height: Some(18.0), ..TextFormat::simple(style.font(), color) };
    let mut job = LayoutJob::simple_format(head(text, MAX_LAYOUT_BYTES).to_owned(), format);
    job.wrap = TextWrapping { max_width: width, max_rows, break_anywhere: false, overflow_character: Some('…') };
    painter.layout_job(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is painted of a name in so much room, and how wide that is.
    fn cut(text: &str, style: Type, room: f32) -> (String, f32) {
        let ctx = egui::Context::default();
        super::super::fonts::install(&ctx);
        let mut shown = (String::new(), 0.0);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let galley = layout_name(ui.painter(), text, style, Color32::PLACEHOLDER, room);
            shown = (galley.text().to_owned(), galley.size().x);
        });
        output.textures_delta.clear();
        shown
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        let name = "WarehouseItemReservationWasReleasedAfterTimeout";
        assert_eq!(cut(name, BODY, 1_000.0).0, name);
        for (style, room) in [(BODY, 120.0), (DATA, 120.0), (BODY, 60.0), (DATA, 300.0)] {
            let (shown, width) = cut(name, style, room);
            let (head, tail) = shown.split_once('…').expect("something is left out");
            assert!(name.starts_with(head) && name.ends_with(tail), "{shown}");
            assert!(head.chars().count().abs_diff(tail.chars().count()) <= 3, "{shown}");
            assert!(width <= room && width > room - 20.0, "{shown} is {width} wide in {room}");
        }
    }

    #[test]
    fn a_title_has_no_character_that_a_window_system_turns_away() {
        assert_eq!(title("nul\0mid v5 - names.db"), "nul\\u0000mid v5 - names.db");
        assert_eq!(title("a\nb\u{202e}c v1 - x.db"), "a↵b\\u202ec v1 - x.db");
        let long = title(&format!("{} v5 - names.db", "é".repeat(4_000)));
        assert!(long.len() <= MAX_TITLE_BYTES && long.starts_with('é') && long.ends_with(" v5 - names.db"), "{long}");
    }

    #[test]
    fn no_room_and_texts_without_end_are_no_trouble() {
        for room in [0.0, 3.0, -5.0, 12.0] {
            let (shown, width) = cut("account-1042", DATA, room);
            assert!(shown.contains('…') && width < 24.0, "{shown} in {room}");
        }
        let huge = format!("start-{}-end", "ä".repeat(100_000));
        let (shown, _) = cut(&huge, DATA, 200.0);
        assert!(shown.starts_with("start-") && shown.ends_with("-end"), "{shown}");
        assert_eq!(cut("", DATA, 100.0).0, "(empty)");
    }
}
