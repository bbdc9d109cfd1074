//! The drawing layer, driven through its accessibility tree: no GPU, no display.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod app;
mod background;
mod blame;
mod blanks;
mod columns;
mod compare;
mod compare_streams;
mod contrast;
#[cfg(target_os = "linux")]
mod desktop;
mod export;
mod filters;
mod find;
mod finish;
mod flows;
mod frameworks;
mod goto;
mod journeys;
mod keyboard;
mod layout;
mod links;
mod looks;
mod mapping;
mod matrix;
mod menus;
mod panels;
mod places;
mod program;
mod random;
mod samples;
mod search;
mod sizes;
mod slider;
mod stores;
mod value;
mod window;
