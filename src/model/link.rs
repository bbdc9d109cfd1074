//! [`Link`]: how one event points at another, as its dialect reads it.

use std::fmt;

use super::ids::Version;
use super::node::Text;

/// An event points at another one, or at a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the other is to it: `links to`, `caused by`.
    pub name: Text,
    pub to: LinkTarget,
    /// The event is nothing but this: the other one is shown in its place, and one that is not
    /// there is odd.
    pub stands_for: bool,
    /// Events of this category that follow the other one are counted: how far behind a reader is.
    pub rest: Option<Text>,
}

/// What is pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    Event {
        stream: Text,
        version: Version,
    },
    /// The last event of a stream.
    Last(Text),
    /// A stream as a whole.
    Stream(Text),
    /// The event at this place in the order of the store.
    Position(i64),
    /// The event of this id, in this store or in another one.
    Id(Text),
}

impl fmt::Display for LinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkTarget::Event { stream, version } => write!(f, "{stream} v{version}"),
            LinkTarget::Last(stream) => write!(f, "the last event of {stream}"),
            LinkTarget::Stream(stream) => write!(f, "stream {stream}"),
            LinkTarget::Position(position) => write!(f, "position {position}"),
            LinkTarget::Id(id) => write!(f, "event {id}"),
        }
    }
}
