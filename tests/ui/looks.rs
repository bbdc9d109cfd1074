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
fn nothing_looks_like_a_demo() {
    for (path, text) in ui_sources() {
        for word in ["ui.heading(", "ui.separator(", "CollapsingHeader", "ui.spinner(", "egui::Slider", "Window::new("]
        {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn every_file_has_a_header() {
    for (path, text) in ui_sources() {
        assert!(text.starts_with("//! "), "{} has no header", path.display());
    }
}

#[test]
fn ten_million_rows_end_evenly() {
    use egui_kittest::kittest::Queryable;
    use eventglass::ui::widgets::rows::{RowNode, Rows};

    const LEN: u64 = 10_000_000;
    let mut harness = egui_kittest::Harness::builder()
        .with_size([400.0, 480.0])
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui_state(
            |ui, cursor: &mut u64| {
                let rect = ui.max_rect();
                let shown =
                    Rows::new(egui::Id::unique("many"), "Many", LEN)
                        .cursor(Some(*cursor))
                        .show(ui, rect, |at| RowNode { name: format!("row {}", at.index), ..RowNode::default() });
                *cursor = shown.moved.unwrap_or(*cursor);
            },
            LEN - 1,
        );
    harness.run();
    let rect = |label: &str| harness.get_by_label(label).rect();
    let (last, before) = (rect("row 9999999"), rect("row 9999998"));
    assert_eq!((last.top() - before.top(), last.bottom()), (24.0, 472.0), "8 points are the margin");
    harness.hover_at(egui::pos2(200.0, 200.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 12.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run();
    let moved = harness.get_by_label("row 9999998").rect();
    assert_eq!(moved.top() - before.top(), 12.0, "half a row is half a row, also down here");
}
