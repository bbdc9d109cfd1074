//! The icons, one glyph each of the Lucide subset in `assets/icons` (made by `make.py` there).

use egui::{Align2, Color32, FontId, Painter, Pos2};

use super::fonts::ICONS_FAMILY;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(char);

impl Icon {
    /// Paints it around `center`, `size` points wide, on the pixel grid.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let font = FontId::new(size, ICONS_FAMILY.clone());
        painter.text(center, Align2::CENTER_CENTER, self.0, font, color);
    }
}

/// Icons by their Lucide names.
#[rustfmt::skip]
#[expect(missing_docs, reason = "the names are Lucide's")]
impl Icon {
    pub const CHECK: Icon = Icon('\u{e06c}');
    pub const CIRCLE_ALERT: Icon = Icon('\u{e077}');
    pub const CIRCLE_CHECK: Icon = Icon('\u{e226}');
    pub const CIRCLE_DASHED: Icon = Icon('\u{e4b0}');
    pub const COPY: Icon = Icon('\u{e09e}');
    pub const DATABASE: Icon = Icon('\u{e0ad}');
    pub const FILE_DOWN: Icon = Icon('\u{e318}');
    pub const FOLDER_OPEN: Icon = Icon('\u{e247}');
    pub const INFO: Icon = Icon('\u{e0f9}');
    pub const LIST_FILTER: Icon = Icon('\u{e460}');
    pub const LIST_TREE: Icon = Icon('\u{e408}');
    pub const LOCK: Icon = Icon('\u{e10b}');
    pub const MENU: Icon = Icon('\u{e115}');
    pub const REFRESH_CW: Icon = Icon('\u{e145}');
    pub const SEARCH: Icon = Icon('\u{e151}');
    pub const SKIP_BACK: Icon = Icon('\u{e15f}');
    pub const SKIP_FORWARD: Icon = Icon('\u{e160}');
    pub const SQUARE_FUNCTION: Icon = Icon('\u{e22d}');
    pub const STEP_BACK: Icon = Icon('\u{e3e9}');
    pub const STEP_FORWARD: Icon = Icon('\u{e3ea}');
    pub const TRIANGLE_ALERT: Icon = Icon('\u{e193}');
    pub const X: Icon = Icon('\u{e1b2}');
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn the_table_is_that_of_the_font() {
        let table = include_str!("../../assets/icons/icons.txt");
        assert!(table.lines().any(|line| line == format!("x {:x}", u32::from(Icon::X.0))));
        assert_eq!(include_str!("icons.rs").matches("Icon = Icon(").count() - 1, table.lines().count());
    }
}
