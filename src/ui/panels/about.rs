//! The sheet with the version and the licences.

use egui::{Context, Id, vec2};

use crate::app::action::Action;
use crate::ui::widgets::button::spoken;
use crate::ui::widgets::page::begin_with;
use crate::ui::widgets::raw::{Places, raw_ui};
use crate::ui::widgets::sheet::{head_ui, sheet_ui};

const ABOUT: &str = concat!("Eventglass ", env!("CARGO_PKG_VERSION"));

/// What the program is made of, each under its own licence.
const LICENCES: &str = concat!(
    "Eventglass: MIT\n\n",
    include_str!("../../../LICENSE"),
    "\n\nBuilt in\n\n",
    "QuickJS: MIT. SQLite: public domain. The crates of Rust below, of which nucleo-matcher and \
     option-ext are under the Mozilla Public License 2.0; the source of each is at https://crates.io/crates/NAME.\n\n",
    include_str!("../../../assets/licences/crates.txt"),
    "\n\nFont Inter\n\n",
    include_str!("../../../assets/fonts/LICENSE-Inter.txt"),
    "\n\nFont Hack\n\n",
    include_str!("../../../assets/licences/font-hack.txt"),
    "\n\nFont Ubuntu Light\n\n",
    include_str!("../../../assets/licences/font-ubuntu.txt"),
    "\n\nFont Noto Emoji\n\n",
    include_str!("../../../assets/licences/font-noto-emoji.txt"),
    "\n\nFont emoji-icon-font\n\n",
    include_str!("../../../assets/licences/font-emoji-icons.txt"),
    "\n\nIcons of Lucide\n\n",
    include_str!("../../../assets/icons/LICENSE-lucide.txt"),
    "\n\nnucleo-matcher and option-ext: Mozilla Public License 2.0\n\n",
    include_str!("../../../assets/licences/MPL-2.0.txt"),
);

/// Shows the sheet.
pub fn about_ui(ctx: &Context, out: &mut Vec<Action>) {
    let id = Id::unique("about");
    sheet_ui(ctx, id, vec2(720.0, 520.0), out, |ui, rect, out| {
        let (head, body) = head_ui(ui, id, rect, ABOUT, "Close about", out);
        spoken(ui, id.with("version"), head.with_max_x(head.right() - 48.0), ABOUT);
        let licences = id.with("licences");
        begin_with(ui, id, licences);
        raw_ui(ui, licences, "Licences", body, (LICENCES.as_bytes(), 0), Places::default());
    });
}

#[cfg(test)]
mod tests {
    use super::LICENCES;

    #[test]
    fn whatever_the_program_is_built_of_is_named() {
        let manifest = include_str!("../../../Cargo.toml");
        let (_, wanted) = manifest.split_once("\n[dependencies]\n").expect("dependencies");
        let (wanted, _) = wanted.split_once("\n[").unwrap_or((wanted, ""));
        let names: Vec<&str> = wanted
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            .filter_map(|line| Some(line.split_once([' ', '.', '='])?.0))
            .collect();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            let line = format!("\n  {name} v");
            assert!(LICENCES.contains(&line), "run assets/licences/make.sh: {name} is not named");
        }
        let (_, mpl) = LICENCES.split_once("\nMPL-2.0:\n").expect("a list");
        assert!(mpl.starts_with("  nucleo-matcher v"), "{}", &mpl[..80]);
        assert!(LICENCES.contains("Mozilla Public License Version 2.0"));
    }
}
