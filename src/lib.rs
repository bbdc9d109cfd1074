//! Eventglass opens any event store and shows how each stream came to be what it is.
#![forbid(unsafe_code)]

pub mod app;
pub mod cli;
pub mod desktop;
pub mod dialect;
pub mod export;
pub mod formats;
pub mod home;
pub mod index;
pub mod model;
pub mod replay;
pub mod session;
#[cfg(feature = "gui")]
pub mod ui;
