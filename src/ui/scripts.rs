//! Letters that the fonts of the program lack: Chinese, Arabic, Thai, emoji and so on.
//!
//! The first text that needs one has it looked up among the fonts of the desktop, on a thread of its
//! own: no frame waits for it. Until it is found, and where no font has it, a letter is a small box
//! with its number in Unicode.
#![expect(clippy::disallowed_types, reason = "fonts are looked up beside the window")]

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::epaint::text::{
    FallbackRequest, FontInsert, FontPriority, FontProvider, GlyphBitmap, GlyphRasterizer, GlyphRasterizerRequest,
    RasterizedGlyph,
};
use egui::{Color32, ColorImage, Context, FontFamily, vec2};

use super::rtl::is_rtl;

/// Letters that are looked up before what was found is shown.
const AT_ONCE: usize = 256;

/// What is known of the letters that the fonts of the program lack.
#[derive(Clone)]
pub struct Scripts(Arc<Shared>);

struct Shared {
    known: Mutex<Known>,
    asks: Sender<char>,
}

#[derive(Default)]
struct Known {
    /// The font of a letter; `None`: it is being looked up, or there is none.
    fonts: HashMap<char, Option<FontInsert>>,
    /// Scripts of which a letter is in no font.
    missing: BTreeSet<&'static str>,
    /// Some of them are new.
    is_news: bool,
}

impl Scripts {
    /// Has letters looked up with what `finder` makes, on the thread where it is used.
    pub fn install<F>(ctx: &Context, finder: impl FnOnce() -> F + Send + 'static) -> Scripts
    where
        F: Fn(&FallbackRequest<'_>) -> Option<FontInsert>,
    {
        let (asks, asked) = channel();
        let scripts = Scripts(Arc::new(Shared { known: Mutex::default(), asks }));
        let (there, window) = (scripts.clone(), ctx.clone());
        let look = move || there.look(&window, finder, &asked);
        // Without a thread the letters stay boxes; the window goes on.
        let _ = std::thread::Builder::new().name("fonts".to_owned()).spawn(look);
        scripts.show(ctx);
        let (last, first) = (scripts.clone(), scripts.clone());
        ctx.add_glyph_rasterizer(GlyphRasterizer::new("eventglass::box", move |request| last.as_box(request)));
        // egui would take a missing letter for one of the font beside it, and turn both around.
        let of_rtl = move |request: &GlyphRasterizerRequest<'_>| {
            let letter = request.cluster.chars().next().filter(|letter| is_rtl(*letter))?;
            if first.0.font(letter).is_some() { None } else { first.as_box(request) }
        };
        ctx.add_glyph_rasterizer(
            GlyphRasterizer::new("eventglass::rtl box", of_rtl).with_priority(FontPriority::Highest),
        );
        scripts
    }

    /// Scripts of which a letter is in no font, where that is news.
    pub fn news(&self) -> Option<Vec<&'static str>> {
        let mut known = self.0.known();
        std::mem::take(&mut known.is_news).then(|| known.missing.iter().copied().collect())
    }

    /// Something else is shown: letters that are in no font are news again where it has them.
    pub fn ask_anew(&self, ctx: &Context) {
        let mut known = self.0.known();
        if known.missing.is_empty() {
            return;
        }
        (known.missing, known.is_news) = Default::default();
        known.fonts.retain(|_, font| font.is_some());
        drop(known);
        self.show(ctx);
    }

    /// Makes egui ask anew.
    fn show(&self, ctx: &Context) {
        let provider: Arc<dyn FontProvider> = Arc::<Shared>::clone(&self.0);
        ctx.set_font_providers(vec![provider]);
    }

    fn look<F>(&self, ctx: &Context, finder: impl FnOnce() -> F, asked: &Receiver<char>)
    where
        F: Fn(&FallbackRequest<'_>) -> Option<FontInsert>,
    {
        // The desktop's fonts are listed when the first letter asks for them.
        let Ok(mut next) = asked.recv() else { return };
        let find = finder();
        loop {
            let mut is_found = false;
            for letter in std::iter::once(next).chain(asked.try_iter().take(AT_ONCE)) {
                let mut buffer = [0; 4];
                let cluster = &*letter.encode_utf8(&mut buffer);
                let font = find(&FallbackRequest { cluster, family: &FontFamily::Monospace });
                let mut known = self.0.known();
                if font.is_none() {
                    known.is_news |= known.missing.insert(script(letter));
                }
                is_found |= font.is_some();
                known.fonts.insert(letter, font);
            }
            if is_found {
                self.show(ctx);
            }
            ctx.request_repaint();
            let Ok(letter) = asked.recv() else { return };
            next = letter;
        }
    }

    fn as_box(&self, request: &GlyphRasterizerRequest<'_>) -> Option<RasterizedGlyph> {
        let letter = request.cluster.chars().next().filter(|letter| !letter.is_control())?;
        Some(numbered_box(letter, request.font_size_px))
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The font of a letter, where it is found; else it is looked up.
    fn font(&self, letter: char) -> Option<FontInsert> {
        let mut known = self.known();
        if let Some(font) = known.fonts.get(&letter) {
            return font.clone();
        }
        known.fonts.insert(letter, None);
        // An error: there is no thread.
        let _ = self.asks.send(letter);
        None
    }
}

impl FontProvider for Shared {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        self.font(request.cluster.chars().next()?)
    }
}

/// The digits 0 to F, 3 wide and 5 high, row by row.
const DIGITS: [u16; 16] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_001_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
    0b111_101_111_101_101,
    0b110_101_110_101_110,
    0b111_100_100_100_111,
    0b110_101_101_101_110,
    0b111_100_111_100_111,
    0b111_100_111_100_100,
];

/// A box with the number of a letter in two lines: `2F` over `A1`.
fn numbered_box(letter: char, font_size_px: f32) -> RasterizedGlyph {
    let digits = format!("{:04X}", u32::from(letter));
    // An odd number has a zero before it, so that both lines are as long.
    let digits = if digits.len().is_multiple_of(2) { digits } else { format!("0{digits}") };
    let columns = digits.len() / 2;
    let (width, height) = (4 * columns + 3, 15);
    let mut cells = vec![false; width * height];
    for y in 0..height {
        for x in 0..width {
            cells[y * width + x] = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
        }
    }
    for (at, digit) in digits.chars().filter_map(|digit| digit.to_digit(16)).enumerate() {
        let (left, top) = (2 + 4 * (at % columns), 2 + 6 * (at / columns));
        for cell in 0..15 {
            let is_on = DIGITS[digit as usize] >> (14 - cell) & 1 == 1;
            cells[(top + cell / 3) * width + left + cell % 3] = is_on;
        }
    }
    // Whole pixels for each cell, or the digits could not be read.
    let scale = ((font_size_px / 13.0).round() as usize).max(1);
    let size = [width * scale, height * scale];
    let pixel = |at: usize| cells[at / size[0] / scale * width + at % size[0] / scale];
    let pixels = (0..size[0] * size[1]).map(|at| if pixel(at) { Color32::WHITE } else { Color32::TRANSPARENT });
    let scale = scale as f32;
    RasterizedGlyph {
        bitmap: GlyphBitmap {
            image: ColorImage::new(size, pixels.collect()),
            offset_px: vec2(scale, -12.0 * scale),
            is_color: false,
        },
        advance_px: (width as f32 + 2.0) * scale,
    }
}

/// What a person calls the script of a letter.
fn script(letter: char) -> &'static str {
    match u32::from(letter) {
        0x0530..=0x058f => "Armenian",
        0x0590..=0x05ff | 0xfb1d..=0xfb4f => "Hebrew",
        0x0600..=0x06ff | 0x0750..=0x077f | 0x08a0..=0x08ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => "Arabic",
        0x0900..=0x097f => "Devanagari",
        0x0980..=0x09ff => "Bengali",
        0x0b80..=0x0bff => "Tamil",
        0x0c00..=0x0c7f => "Telugu",
        0x0e00..=0x0e7f => "Thai",
        0x10a0..=0x10ff => "Georgian",
        0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7af => "Korean",
        0x1200..=0x139f => "Ethiopic",
        0x3040..=0x30ff => "Japanese",
        0x2e80..=0x303f | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => "Chinese",
        0x1_f000..=0x1_faff | 0x2600..=0x27bf => "emoji",
        0xe000..=0xf8ff | 0xf_0000.. => "private use",
        0x2000..=0x2bff => "symbols",
        _ => "another script",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_says_the_number() {
        for (letter, columns) in [('ก', 2), ('漢', 2), ('😀', 3), ('\u{10ffff}', 3)] {
            for (size, scale) in [(11.0, 1), (13.0, 1), (26.0, 2)] {
                let made = numbered_box(letter, size);
                let image = &made.bitmap.image;
                assert_eq!(image.size, [(4 * columns + 3) * scale, 15 * scale], "{letter} at {size}");
                assert!(made.advance_px > image.size[0] as f32);
            }
        }
        // U+0E01: the cells of its digits, read back.
        let image = numbered_box('ก', 13.0).bitmap.image;
        let read = |left: usize, top: usize| {
            let cells = (0..15).map(|cell| image[(left + cell % 3, top + cell / 3)] == Color32::WHITE);
            let bits = cells.fold(0_u16, |bits, cell| bits << 1 | u16::from(cell));
            DIGITS.iter().position(|digit| *digit == bits)
        };
        assert_eq!([read(2, 2), read(6, 2), read(2, 8), read(6, 8)], [Some(0), Some(14), Some(0), Some(1)]);
    }

    #[test]
    fn scripts_have_names() {
        let found = ["א", "ع", "ก", "漢", "한", "か", "😀", "क"].map(|text| text.chars().next().map_or("", script));
        assert_eq!(found, ["Hebrew", "Arabic", "Thai", "Chinese", "Korean", "Japanese", "emoji", "Devanagari"]);
    }
}
