//! The drawing layer, driven through its accessibility tree: no GPU, no display.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect")]

#[allow(dead_code)]
mod fake;
mod flows;
mod keyboard;
mod looks;
mod panels;
mod window;

use egui_kittest::Harness;
use fake::{Case, Fake};

/// A window with pretended data whose actions are applied at once.
pub fn window(case: Case) -> Harness<'static, Fake> {
    sized(case, [1440.0, 900.0])
}

/// The same, of another size.
pub fn sized(case: Case, size: [f32; 2]) -> Harness<'static, Fake> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_max_steps(12)
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui_state(
            |ui, fake: &mut Fake| {
                let mut out = Vec::new();
                fake.with(|view| eventglass::ui::root::root_ui(ui, view, &mut out));
                if !out.is_empty() {
                    ui.ctx().request_repaint();
                }
                for action in out {
                    fake.apply(action);
                }
            },
            Fake::new(case),
        );
    harness.run();
    harness.state_mut().log.clear();
    harness
}
