//! What a stream's metadata say of which of its events a server shows.

use super::record::{Prepare, flags};
use crate::model::json::{end_of_value, parse};
use crate::model::{Node, Retention, StreamStatus, Version};

/// Begins the name of the stream with the metadata of another one.
pub(super) const METADATA_OF: &str = "$$";

const SECOND: i64 = 1_000_000;

/// What the newest event of `$$S` says of `S`: nothing where it is no such JSON.
pub(super) fn retention(prepare: &Prepare<'_>) -> Retention {
    let json = prepare.shown_data().filter(|_| prepare.has(flags::IS_JSON));
    json.and_then(|json| rules(json, prepare.is_old)).unwrap_or_default()
}

/// A value of a wrong kind makes all of it void; one that is no use is left out. What stands
/// behind the object is not read.
fn rules(json: &[u8], is_old: bool) -> Option<Retention> {
    let start = json.iter().position(|byte| *byte == b'{')?;
    let Node::Object(object) = parse(&json[start..end_of_value(json, start)?]).node else { return None };
    let mut rules = Retention::default();
    let whole = |node: &Node| match node {
        Node::Number(text) => text.parse::<i64>().ok(),
        _ => None,
    };
    for (key, value) in &object.0 {
        match &**key {
            "$maxCount" => rules.newest = u64::try_from(whole(value)?).ok().filter(|count| *count > 0),
            "$maxAge" => {
                rules.within = Some(whole(value)?).filter(|age| *age > 0).map(|age| age.saturating_mul(SECOND))
            }
            "$cacheControl" => {
                whole(value)?;
            }
            "$acl" if !matches!(value, Node::Object(_)) => return None,
            "$tb" => {
                let from = whole(value)?;
                let is_all = from == i64::MAX || (is_old && from == i64::from(i32::MAX));
                rules.status = if is_all { StreamStatus::SoftDeleted } else { StreamStatus::Active };
                rules.from = (from >= 0).then_some(Version(from));
            }
            _ => {}
        }
    }
    Some(rules)
}
