//! The sheet with the version and the licences.

use egui::{Context, Id, Modal, Rect, Sense, pos2, vec2};

use crate::app::action::Action;
use crate::ui::icons::Icon;
use crate::ui::tokens;
use crate::ui::widgets::button::{icon_button, spoken};
use crate::ui::widgets::menu::popup_frame;
use crate::ui::widgets::page::appears;
use crate::ui::widgets::raw::raw_ui;
use crate::ui::{paint, text};

const ABOUT: &str = concat!("Eventglass ", env!("CARGO_PKG_VERSION"));

/// What the program is made of, each under its own licence; the crates are named in Cargo.lock.
const LICENCES: &str = concat!(
    "Eventglass: MIT\n\n",
    include_str!("../../../LICENSE"),
    "\n\nFont Inter\n\n",
    include_str!("../../../assets/fonts/LICENSE-Inter.txt"),
    "\n\nIcons of Lucide\n\n",
    include_str!("../../../assets/icons/LICENSE-lucide.txt"),
    "\n\nThe crates of Rust that are built in are named in Cargo.lock, each under its own licence.\n",
);

/// Shows the sheet.
pub fn about_ui(ctx: &Context, out: &mut Vec<Action>) {
    let t = tokens::tokens(ctx);
    let id = Id::unique("about");
    let frame = popup_frame(t).inner_margin(egui::Margin::ZERO);
    let window = ctx.content_rect().shrink(12.0);
    let size = vec2(720.0_f32.min(window.width()), 520.0_f32.min(window.height()));
    let shown = Modal::new(id).frame(frame).backdrop_color(t.veil).show(ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let (header, body) = rect.split_top_bottom_at_y(rect.top() + 44.0);
        let y = header.center().y;
        text::left(ui.painter(), header.left() + 16.0, y, ABOUT, text::TITLE, t.text);
        spoken(ui, id.with("version"), header.with_max_x(header.right() - 48.0), ABOUT);
        paint::hline(ui.painter(), header.left(), header.right(), header.bottom() - 1.0, t.hairline);
        let close = Rect::from_center_size(pos2(header.right() - 22.0, y), vec2(28.0, 28.0));
        if icon_button(ui, id.with("close"), close, Icon::X, 14.0, "Close about").clicked() {
            out.push(Action::CloseModal);
        }
        let licences = id.with("licences");
        if appears(ui, id) {
            ui.memory_mut(|memory| memory.request_focus(licences));
        }
        raw_ui(ui, licences, "Licences", body, LICENCES.as_bytes(), 0);
    });
    if shown.should_close() {
        out.push(Action::CloseModal);
    }
}
