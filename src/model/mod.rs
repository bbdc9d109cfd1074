//! Plain data shared by every layer: ids, numbers, trees of JSON, events, findings.
//!
//! Nothing here reads files, starts threads or knows egui. The words are the
//! glossary of the whole program:
//!
//! * [`Version`]: the store's own number of an event in its stream, shown verbatim.
//! * [`Applied`]: how many events of a stream are folded into a state; the slider's unit.
//! * [`Position`]: the store's order over everything, opaque and optional.
//! * [`Node`]: one immutable tree for payloads and states alike.
//! * [`Finding`]: something odd in the data; never an error.
//! * [`Problem`]: what could not be done, why, and what to do.

pub mod blank;
pub mod event;
pub mod finding;
pub mod ids;
pub mod json;
pub mod jsonb;
pub mod link;
pub mod marks;
pub mod name_form;
pub mod node;
pub mod number;
pub mod position;
pub mod problem;
pub mod shard;
pub mod slice;
pub mod time;
pub mod typed;
pub mod uuid;

pub use blank::{is_blank, visible_name};
pub use event::{Content, Listing, Numbering, RecordedEvent, Retention, StreamStatus, StreamSummary};
pub use finding::{Finding, FindingCode, FindingGroup, Findings, Severity};
pub use ids::{Applied, CategoryId, EventRow, RowKey, StoreId, StreamId, TypeId, Version};
pub use link::{Link, LinkTarget};
pub use marks::Marks;
pub use name_form::{NameForm, ValueKind};
pub use node::{Node, Object, Pointer, Text};
pub use number::number;
pub use position::{Decimal, Position};
pub use problem::{Helpful, Problem};
pub use shard::Shard;
pub use slice::Slice;
pub use time::{Number, Time, TimeUnit};
pub use typed::Typing;
