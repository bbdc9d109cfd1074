//! The drawing layer, driven through its accessibility tree: no GPU, no display.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod app;
mod background;
mod blame;
mod compare;
#[cfg(target_os = "linux")]
mod desktop;
mod export;
mod filters;
mod finish;
mod flows;
mod goto;
mod keyboard;
mod layout;
mod links;
mod looks;
mod mapping;
mod menus;
mod panels;
mod places;
mod program;
mod random;
mod samples;
mod search;
mod sizes;
mod stores;
mod value;
mod window;
