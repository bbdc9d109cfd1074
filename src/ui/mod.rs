//! The drawing layer: panels and widgets. It does no IO and changes nothing but its own memory;
//! what the user wants leaves as actions.
pub mod view;
