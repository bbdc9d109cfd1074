//! Rules of the code that draws: one place for colours, no widgets of egui's demo.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("src/ui") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else {
            let text = std::fs::read_to_string(&path).expect("a source file");
            out.push((path, text));
        }
    }
}

fn ui_sources() -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), &mut all);
    all
}

#[test]
fn only_tokens_have_colours() {
    for (path, text) in ui_sources() {
        if path.ends_with("tokens.rs") {
            continue;
        }
        for word in ["from_rgb", "from_gray", "from_black", "from_white", "Color32::WHITE", "Color32::BLACK"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn nothing_looks_like_a_demo() {
    for (path, text) in ui_sources() {
        for word in ["ui.heading(", "ui.separator(", "CollapsingHeader", "ui.spinner(", "egui::Slider", "Window::new("]
        {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn the_views_know_no_egui() {
    for (path, text) in ui_sources() {
        if path.ends_with("view.rs") {
            assert!(!text.contains("egui::"), "{}", path.display());
        }
        assert!(text.starts_with("//! "), "{} has no header", path.display());
    }
}
