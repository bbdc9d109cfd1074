//! Eventglass opens any event store and shows how each stream came to be what it is.
#![forbid(unsafe_code)]

pub mod app;
pub mod model;
#[cfg(feature = "gui")]
pub mod ui;
