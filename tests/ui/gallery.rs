//! A window with pretended data, for looking at. Does nothing unless EVENTGLASS_GALLERY names a case:
//! full, empty, loading, error, threw, guess, welcome, failed; then maybe `,light`, `,findings`, `,keys`,
//! `,path`, `,notice`, `,stale`, `,sequence`, `,changes`, `,raw`, `,initial`, `,end`, `,nofilter`, `,zero`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect")]

#[allow(dead_code)]
mod fake;

use eframe::egui;
use eventglass::app::action::{Action, Axis, EventTab, StateTab, ThemeChoice};
use eventglass::app::playback::PlaybackCommand;
use fake::{Case, Fake};

fn main() {
    let Ok(wanted) = std::env::var("EVENTGLASS_GALLERY") else { return };
    let mut words = wanted.split(',');
    let mut fake = Fake::new(match words.next() {
        Some("empty") => Case::Empty,
        Some("loading") => Case::Loading,
        Some("error") => Case::Error,
        Some("threw") => Case::Threw,
        Some("guess") => Case::Guess,
        Some("welcome") => Case::Welcome,
        Some("failed") => Case::Failed,
        _ => Case::Full,
    });
    let mut size = [1440.0, 900.0];
    for word in words {
        match word {
            "light" => fake.theme = ThemeChoice::Light,
            "small" => size = [1024.0, 640.0],
            "findings" => fake.findings_open = true,
            "keys" => fake.modal = Some(1),
            "path" => fake.modal = Some(0),
            "notice" => fake.notice = true,
            "stale" => fake.stale = true,
            "sequence" => fake.axis = Axis::Sequence,
            "changes" => fake.state_tab = StateTab::Changes,
            "raw" => (fake.state_tab, fake.event_tab) = (StateTab::Raw, EventTab::Raw),
            "initial" => fake.apply(PlaybackCommand::First.into()),
            "end" => fake.apply(PlaybackCommand::Last.into()),
            "nofilter" => fake.stream_filter.clear(),
            "zero" => fake.apply(Action::SetEventFilter("Frozn".into())),
            other => eprintln!("unknown word {other}"),
        }
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_inner_size(size)
            .with_decorations(false)
            .with_position([0.0, 0.0]),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    let mut installed = false;
    let run = eframe::run_ui_native("eventglass gallery", options, move |ui, _| {
        if !installed {
            eventglass::ui::fonts::install(ui.ctx());
            installed = true;
            ui.ctx().request_repaint();
            return;
        }
        let now = ui.input(|input| input.time);
        if fake.tick(now) {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(16));
        }
        let mut out = Vec::new();
        fake.with(|view| eventglass::ui::root::root_ui(ui, view, &mut out));
        if !out.is_empty() {
            ui.ctx().request_repaint();
        }
        for action in out {
            println!("{action:?}");
            if action == Action::Quit {
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            }
            fake.apply(action);
        }
    });
    if let Err(error) = run {
        eprintln!("{error}");
    }
}
