//! The drawing layer: panels and widgets.
//!
//! It does no IO, never waits, and changes nothing but egui's memory and small
//! memories of its widgets (first row on screen, sizes of panels). What is shown
//! comes in as [`view`](crate::app::view) structs; what the user wants leaves as
//! [`Action`](crate::app::action::Action)s.
#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what the drawing layer must not do: .clippy.toml"
)]

pub mod axis;
pub mod course;
pub mod density;
pub mod focus;
pub mod fonts;
pub mod format;
pub mod icons;
pub mod keys;
pub mod layout;
pub mod paint;
pub mod panels;
pub mod root;
pub mod rtl;
pub mod scripts;
pub mod shell;
pub mod text;
pub mod ticks;
pub mod tokens;
pub mod tree;
pub mod widgets;
