//! Fonts, icons and the base style: what egui has to know before the first frame.

use std::sync::{Arc, LazyLock};

use egui::epaint::text::{FontData, FontDefinitions};
use egui::{Context, FontFamily, FontId, Theme, Visuals};

use super::tokens::{self, Tokens, size};

const MEDIUM: &str = "inter-medium";
const SEMIBOLD: &str = "inter-semibold";
const ICONS: &str = "lucide";

/// Families with a name of their own; a clone of one costs nothing, a new one a copy of its name.
pub static MEDIUM_FAMILY: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name(MEDIUM.into()));
pub static SEMIBOLD_FAMILY: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name(SEMIBOLD.into()));
pub static ICONS_FAMILY: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name(ICONS.into()));

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
const INTER_MEDIUM: &[u8] = include_bytes!("../../assets/fonts/Inter-Medium.ttf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");
const LUCIDE: &[u8] = include_bytes!("../../assets/icons/lucide.ttf");

/// Gives a context our fonts and styles. Once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        let tokens = tokens::of_theme(theme);
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, tokens);
            style.animation_time = 0.0;
            style.scroll_animation = egui::style::ScrollAnimation::none();
            style.interaction.tooltip_delay = 0.4;
            style.interaction.selectable_labels = false;
            style.spacing.item_spacing = egui::vec2(8.0, 0.0);
            style.spacing.button_padding = egui::vec2(8.0, 4.0);
            style.text_styles = [
                (egui::TextStyle::Small, FontId::proportional(11.0)),
                (egui::TextStyle::Body, FontId::proportional(13.0)),
                (egui::TextStyle::Button, FontId::proportional(13.0)),
                (egui::TextStyle::Heading, FontId::new(15.0, SEMIBOLD_FAMILY.clone())),
                (egui::TextStyle::Monospace, FontId::monospace(12.5)),
            ]
            .into();
        });
    }
    // Ours are commands with a name and a menu entry.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [("inter", INTER), (MEDIUM, INTER_MEDIUM), (SEMIBOLD, INTER_SEMIBOLD), (ICONS, LUCIDE)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Hinting thickens the strokes of icons and of Hack's dotted zero until they are blots.
    for name in [ICONS, "Hack"] {
        if let Some(font) = fonts.font_data.get_mut(name) {
            Arc::make_mut(font).tweak.hinting = Some(false);
        }
    }
    let fallback = fonts.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    let with_fallback = |first: &str| std::iter::once(first.to_owned()).chain(fallback.iter().cloned()).collect();
    fonts.families.insert(FontFamily::Proportional, with_fallback("inter"));
    fonts.families.insert(MEDIUM_FAMILY.clone(), with_fallback(MEDIUM));
    fonts.families.insert(SEMIBOLD_FAMILY.clone(), with_fallback(SEMIBOLD));
    fonts.families.insert(ICONS_FAMILY.clone(), vec![ICONS.to_owned()]);
    // Arrows and mathematics that Hack lacks come out of Inter.
    fonts.families.entry(FontFamily::Monospace).or_default().insert(1, "inter".to_owned());
    fonts
}

fn visuals(theme: Theme, t: &Tokens) -> Visuals {
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let hairline = egui::Stroke::new(1.0, t.hairline);
    visuals.override_text_color = None;
    if theme == Theme::Dark {
        // egui's own curve makes light text on dark a weight bolder than the font is.
        visuals.text_options.color_transfer_function = egui::epaint::FontColorTransferFunction::Gamma(0.8);
    }
    visuals.panel_fill = t.panel;
    visuals.window_fill = t.panel;
    visuals.window_stroke = egui::Stroke::new(1.0, t.outline);
    visuals.window_corner_radius = size::RADIUS_POPUP.into();
    visuals.menu_corner_radius = size::RADIUS_POPUP.into();
    visuals.extreme_bg_color = t.window;
    visuals.faint_bg_color = t.hover;
    visuals.hyperlink_color = t.accent;
    visuals.error_fg_color = t.error;
    visuals.warn_fg_color = t.warning;
    visuals.selection.bg_fill = t.selected;
    visuals.selection.stroke = egui::Stroke::new(1.0, t.text);
    visuals.text_cursor.stroke = egui::Stroke::new(1.0, t.accent);
    visuals.text_cursor.blink = false;
    let shadow = egui::Shadow { offset: [0, 2], blur: 0, spread: 0, color: t.shadow };
    visuals.popup_shadow = shadow;
    visuals.window_shadow = shadow;
    for (widget, fill, text) in [
        (&mut visuals.widgets.noninteractive, t.panel, t.text),
        (&mut visuals.widgets.inactive, t.panel, t.secondary),
        (&mut visuals.widgets.hovered, t.hover, t.text),
        (&mut visuals.widgets.active, t.selected, t.text),
        (&mut visuals.widgets.open, t.hover, t.text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = hairline;
        widget.fg_stroke = egui::Stroke::new(1.0, text);
        widget.corner_radius = size::RADIUS.into();
        widget.expansion = 0.0;
    }
    visuals
}
