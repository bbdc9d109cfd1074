//! Every colour and size of the window, for both themes. No other file has a colour literal.
#![expect(clippy::disallowed_methods, reason = "the one place for colours")]

use egui::{Color32, Context, Theme};

use crate::app::view::TypeSlot;
use crate::model::Severity;

/// The colours of one theme, by role.
pub struct Tokens {
    /// Behind everything: text fields, status line, idle gaps.
    pub window: Color32,
    /// Panels.
    pub panel: Color32,
    /// A row or button under the pointer.
    pub hover: Color32,
    /// A selected row.
    pub selected: Color32,
    /// Lines between panels.
    pub hairline: Color32,
    /// Borders of controls.
    pub outline: Color32,
    /// Text.
    pub text: Color32,
    /// Text that matters less.
    pub secondary: Color32,
    /// Text that matters least, still readable.
    pub quiet: Color32,
    /// Focus, links, active tabs.
    pub accent: Color32,
    /// A filled button.
    pub filled: Color32,
    /// A filled button under the pointer.
    pub filled_hover: Color32,
    /// Text on a filled button.
    pub on_filled: Color32,
    /// The playhead.
    pub playhead: Color32,
    /// Text on the playhead's pill.
    pub on_playhead: Color32,
    /// Sign and tint of something added.
    pub added: Color32,
    /// Sign and tint of something removed.
    pub removed: Color32,
    /// Sign and tint of something changed.
    pub changed: Color32,
    /// Errors.
    pub error: Color32,
    /// Warnings.
    pub warning: Color32,
    /// All is well.
    pub ok: Color32,
    /// Colours of event types, by slot.
    pub types: [Color32; 8],
    /// How strongly changed rows are tinted.
    pub change_tint: f32,
    /// The flat shadow of pop-ups.
    pub shadow: Color32,
    /// The veil over a stale state.
    pub veil: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

static DARK: Tokens = Tokens {
    window: rgb(0x101318),
    panel: rgb(0x171B22),
    hover: rgb(0x222A35),
    selected: rgb(0x1B345C),
    hairline: rgb(0x2C343F),
    outline: rgb(0x6B7786),
    text: rgb(0xE6EAF0),
    secondary: rgb(0xB4BDC9),
    quiet: rgb(0x9DA8B6),
    accent: rgb(0x6CA8FF),
    filled: rgb(0x2563C9),
    filled_hover: rgb(0x2A6AD2),
    on_filled: rgb(0xFFFFFF),
    playhead: rgb(0xFFB454),
    on_playhead: rgb(0x101318),
    added: rgb(0x76E2E2),
    removed: rgb(0xF37986),
    changed: rgb(0xFDDC5B),
    error: rgb(0xFF8080),
    warning: rgb(0xF0B429),
    ok: rgb(0x4CC38A),
    types: [
        rgb(0x587EEA),
        rgb(0xF6AA21),
        rgb(0x22B782),
        rgb(0xA97391),
        rgb(0xD9E6A4),
        rgb(0x9DEFEF),
        rgb(0xDC5E2A),
        rgb(0xCEA7FF),
    ],
    change_tint: 0.09,
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 110),
    veil: Color32::from_rgba_premultiplied(12, 14, 18, 128),
};

static LIGHT: Tokens = Tokens {
    window: rgb(0xF3F5F8),
    panel: rgb(0xFFFFFF),
    hover: rgb(0xEBEFF4),
    selected: rgb(0xD6E6FF),
    hairline: rgb(0xD5DBE3),
    outline: rgb(0x7A8594),
    text: rgb(0x1A2029),
    secondary: rgb(0x3B4553),
    quiet: rgb(0x4B5665),
    accent: rgb(0x1557C0),
    filled: rgb(0x1B62D1),
    filled_hover: rgb(0x1557C0),
    on_filled: rgb(0xFFFFFF),
    playhead: rgb(0xA84A00),
    on_playhead: rgb(0xFFFFFF),
    added: rgb(0x34698C),
    removed: rgb(0x900D30),
    changed: rgb(0x8C6802),
    error: rgb(0xB42318),
    warning: rgb(0x8A5A00),
    ok: rgb(0x116B3A),
    types: [
        rgb(0x475CDF),
        rgb(0x5E3001),
        rgb(0x005845),
        rgb(0xBB2F72),
        rgb(0x756B17),
        rgb(0x1190A3),
        rgb(0xB07366),
        rgb(0x5B0080),
    ],
    change_tint: 0.08,
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 40),
    veil: Color32::from_rgba_premultiplied(150, 150, 150, 150),
};

/// The colours of the theme in use.
pub fn tokens(ctx: &Context) -> &'static Tokens {
    of_theme(ctx.theme())
}

/// The colours of a theme.
pub fn of_theme(theme: Theme) -> &'static Tokens {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

impl Tokens {
    /// Colour of a type's shape and bars.
    pub fn of_type(&self, slot: TypeSlot) -> Color32 {
        match slot.0 {
            0..16 => self.types[usize::from(slot.0 % 8)],
            _ => self.quiet,
        }
    }

    /// Colour of a severity, always beside an icon.
    pub fn of_severity(&self, severity: Severity) -> Color32 {
        match severity {
            Severity::Note => self.secondary,
            Severity::Warning => self.warning,
            Severity::Error => self.error,
        }
    }
}

/// `base` with `share` (0 to 1) of `over`.
pub fn mix(base: Color32, over: Color32, share: f32) -> Color32 {
    let one = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(one(base.r(), over.r()), one(base.g(), over.g()), one(base.b(), over.b()))
}

/// Sizes in points.
pub mod size {
    /// Height of the toolbar.
    pub const TOOLBAR: f32 = 40.0;
    /// Height of a panel's header.
    pub const HEADER: f32 = 32.0;
    /// Height of a line of column labels.
    pub const LABELS: f32 = 24.0;
    /// Height of a row.
    pub const ROW: f32 = 24.0;
    /// Height of the status line.
    pub const STATUS: f32 = 24.0;
    /// Height of the time panel.
    pub const TIME: f32 = 120.0;
    /// Height of the time panel in one line.
    pub const TIME_LINE: f32 = 32.0;
    /// Padding inside a panel.
    pub const PAD: f32 = 12.0;
    /// First width of the list of streams.
    pub const STREAMS: f32 = 260.0;
    /// First width of the state.
    pub const STATE: f32 = 460.0;
    /// Corners of controls.
    pub const RADIUS: u8 = 4;
    /// Corners of pop-ups.
    pub const RADIUS_POPUP: u8 = 6;
    /// Below this width the window is laid out for little space.
    pub const NARROW: f32 = 1100.0;
    /// Width of a scrollbar.
    pub const SCROLLBAR: f32 = 6.0;
}
