//! What the window does, without the window: actions, playback, state.
pub mod action;
pub mod playback;
pub mod timeline;
