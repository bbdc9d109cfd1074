//! The program among the desktop's programs: its entry in the menu and what it opens
//! ([`entry`]), and the one window that a desktop has of it ([`instance`]).

pub mod entry;
#[cfg_attr(not(unix), path = "alone.rs")]
pub mod instance;
