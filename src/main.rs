//! Starts the window, or a command-line verb.
fn main() {}
