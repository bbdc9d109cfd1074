//! The widgets that panels are made of. Each paints itself on the grid of the
//! design and has a role and a name in the accessibility tree.

pub mod button;
pub mod context_menu;
pub mod field;
pub mod find_line;
pub mod menu;
pub mod node_rows;
pub mod page;
pub mod pick;
pub mod raw;
pub mod rows;
mod scroll;
pub mod scrubber;
pub mod sheet;
pub mod tabs;
pub mod tip;
