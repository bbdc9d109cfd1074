//! The sheet with the version and the licences.

use egui::{Context, Id, vec2};

use crate::app::action::Action;
use crate::ui::widgets::button::spoken;
use crate::ui::widgets::page::appears;
use crate::ui::widgets::raw::{Places, raw_ui};
use crate::ui::widgets::sheet::{head_ui, sheet_ui};

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
    let id = Id::unique("about");
    sheet_ui(ctx, id, vec2(720.0, 520.0), out, |ui, rect, out| {
        let (head, body) = head_ui(ui, id, rect, ABOUT, "Close about", out);
        spoken(ui, id.with("version"), head.with_max_x(head.right() - 48.0), ABOUT);
        let licences = id.with("licences");
        if appears(ui, id) {
            ui.memory_mut(|memory| memory.request_focus(licences));
        }
        raw_ui(ui, licences, "Licences", body, (LICENCES.as_bytes(), 0), Places::default());
    });
}
