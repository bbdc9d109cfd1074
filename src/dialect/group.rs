//! [`Group`]: several rows that are one event, as in an outbox with a row for each listener;
//! and the member of such events' payloads that tells to which stream they belong.

use serde::Deserialize;

use super::rules::{FieldRule, JsonPath, JsonPaths, PathOf, TextRule};
use super::template::{Part, Template};
use super::{Candidate, Dialect, Name};

/// An event stands in a row of its own for each of those it is handed to. Rows of one event have
/// the same payload; their metadata becomes a list. All tables of a schema are read together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// A column that is the same in all rows of an event, beside the payload.
    pub(super) same: Name,
    /// The member of the event's metadata that lists what the rows say.
    pub list: String,
    /// The member of a row's metadata that is another in each row of an event.
    pub each: String,
    /// Rows of one event are at most so far apart.
    pub seconds: u32,
    /// The member that is null as long as the row is not done with.
    pub done: String,
    /// The member that says in a word how far a row is.
    pub status: String,
    /// The word for rows that are done with; a row without a word is, where `done` says so.
    pub done_status: String,
    /// What rows without that word mean, where others have one.
    pub some_without_status: String,
    /// What they mean where none has one.
    pub all_without_status: String,
}

/// How members may be called of which one names the stream: `id`, or `*Id` for all that end so.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StreamMember {
    member: Vec<String>,
}

impl Candidate {
    /// Rows of both tables may be of one event.
    pub fn is_one_with(&self, other: &Candidate) -> bool {
        self.dialect.group().is_some() && self.table.within == other.table.within
    }
}

impl Dialect {
    /// Several rows are one event.
    pub fn group(&self) -> Option<&Group> {
        self.events.group.as_ref()
    }

    /// The stream is a member of the payload, and rows must tell which.
    pub fn seeks_stream(&self) -> bool {
        matches!(self.events.map.stream, TextRule::Member(_))
    }

    /// A member of that name may be the stream.
    pub fn may_be_stream(&self, name: &str) -> bool {
        let TextRule::Member(StreamMember { member }) = &self.events.map.stream else { return false };
        member.iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(end) => name.len() > end.len() && name.ends_with(end),
            None => name == pattern,
        })
    }

    /// The same dialect with that member of the payload as its stream; without one each type of
    /// event is a stream.
    #[must_use]
    pub fn with_stream(&self, path: &[String]) -> Dialect {
        let mut dialect = self.clone();
        let map = &mut dialect.events.map;
        let (rule, category) = match path.first() {
            Some(member) => {
                let or = Some(without(&path.join(".")));
                (
                    FieldRule { json: JsonPaths(vec![in_payload(path.to_vec())]), or, ..FieldRule::default() },
                    category(member),
                )
            }
            None => (map.event_type.clone(), TextRule::Template(Template(Vec::new()))),
        };
        map.stream = TextRule::Field(rule);
        map.category.get_or_insert(category);
        dialect
    }

    /// What a user called the stream, which may be a member of the payload, and what events
    /// without it are called.
    pub fn stream_by_hand(&self) -> Option<(String, &str)> {
        let TextRule::Field(FieldRule { in_payload: true, col: Some(names), or: Some(or), .. }) =
            &self.events.map.stream
        else {
            return None;
        };
        Some((names.or(), or))
    }
}

/// What a user's `--map stream=…` makes of a dialect's rule.
pub(super) fn stream_by_hand(own: &TextRule, by_hand: FieldRule) -> TextRule {
    let name = by_hand.col.as_ref().map(super::rules::Names::or).unwrap_or_default();
    TextRule::Field(match own {
        TextRule::Member(_) => FieldRule { in_payload: true, or: Some(without(&name)), ..by_hand },
        _ => by_hand,
    })
}

/// The stream of events that lack the member.
fn without(member: &str) -> String {
    format!("(no {member})")
}

fn in_payload(members: Vec<String>) -> JsonPath {
    JsonPath { of: PathOf::Payload, members }
}

/// The category of streams that a member names: `order` of `orderId`. An `aggregateId` says no
/// more than that it is one, and `aggregateType` beside it which.
fn category(member: &str) -> TextRule {
    let stem = stem(member).to_owned();
    match stem.as_str() {
        "aggregate" | "entity" | "stream" => {
            let beside = JsonPaths(vec![in_payload(vec![format!("{stem}Type")])]);
            TextRule::Field(FieldRule { json: beside, or: Some(stem), ..FieldRule::default() })
        }
        "" => TextRule::Template(Template(Vec::new())),
        _ => TextRule::Template(Template(vec![Part::Literal(stem)])),
    }
}

/// What a member that names a stream calls it: `order` of `orderId`.
fn stem(member: &str) -> &str {
    let ends = ["Id", "ID", "Key", "_id", "_key"];
    ends.iter().find_map(|end| member.strip_suffix(end)).unwrap_or_default()
}
