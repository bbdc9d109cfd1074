//! [`Library`]: what a framework's own library hands to a reducer in another form than the
//! store holds it.

use std::borrow::Cow;

use serde::Deserialize;

use super::template::Filter;
use super::{Name, Table};
use crate::model::{Node, Time};

/// The part `[library]` of a dialect's file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// What is done with a stream's name, `"after:#"`.
    stream: Option<Filter>,
    /// Only where the table has this column the name holds more.
    with: Option<Name>,
    /// What stands between a tenant and the stream's own name.
    tenant: Option<String>,
    #[serde(default)]
    time: TimeForm,
    /// An event that stands for all before it.
    restart: Option<Restart>,
    /// Its rows hold states: nothing is folded.
    #[serde(skip)]
    pub states: Option<RowStates>,
}

/// An event that holds the state which a fold begins with anew: those before it may be gone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Restart {
    /// In small letters, how its type begins, or what is behind a dot in it.
    #[serde(rename = "type")]
    event_type: String,
    /// The member that holds the state.
    member: Name,
}

/// What rows of an audit trail hold: the part `state` of a dialect's `[events]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RowStates {
    pub kind: RowState,
    /// Types of events before which there is no state, so that their changes are all of it.
    #[serde(default)]
    pub first: Vec<String>,
}

/// A row that is marked as deleted ends the state.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// The payload is the state after it.
    Whole,
    /// The payload is the state before it.
    Before,
    /// The payload says of each member that changed its value before and after, `[old, new]`.
    Pairs,
}

/// How times are handed out.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum TimeForm {
    /// Letter by letter.
    #[default]
    AsStored,
    /// As JavaScript's `toISOString`.
    IsoMillis,
    /// In UTC, with as many digits as there are.
    Rfc3339,
}

impl Library {
    /// What of it holds for a table.
    pub(super) fn of_table(&self, table: &Table) -> Library {
        let holds = self.with.as_ref().is_none_or(|column| table.column(column).is_some());
        Library { stream: self.stream.clone().filter(|_| holds), ..self.clone() }
    }

    pub(super) fn with_states(self, states: Option<RowStates>) -> Library {
        Library { states, ..self }
    }

    /// What the library calls the stream of that name.
    pub fn stream<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match &self.stream {
            Some(filter) => filter.apply(Cow::Borrowed(name)),
            None => Cow::Borrowed(name),
        }
    }

    /// Events of the type may stand for a state: [`Library::restart`].
    pub fn restarts(&self, event_type: &str) -> bool {
        self.restart.as_ref().is_some_and(|rule| {
            let event_type = event_type.to_lowercase();
            event_type.starts_with(&rule.event_type) || event_type.contains(&format!(".{}", rule.event_type))
        })
    }

    /// The state that an event of such a type stands for; `None` where it is one of many.
    pub fn restart(&self, data: &Node) -> Option<Node> {
        let rule = self.restart.as_ref()?;
        let Node::Object(object) = data else { return None };
        let mut members = object.0.iter();
        members.find(|(key, _)| Name::from(&**key).is_like(&rule.member)).map(|(_, state)| state.clone())
    }

    /// The stream may be meant by that name: so the library calls it, or so it is called among
    /// those of its tenant.
    pub fn may_be(&self, stream: &str, name: &str) -> bool {
        let of_tenant = |between: &String| {
            let tenant = stream.strip_suffix(name).and_then(|tenant| tenant.strip_suffix(between.as_str()));
            tenant.is_some_and(|tenant| !tenant.is_empty())
        };
        stream.len() > name.len() && (self.stream(stream) == name || self.tenant.as_ref().is_some_and(of_tenant))
    }

    /// The event's time, from the moment and its text as stored.
    pub fn time<'t>(&self, time: Option<Time>, text: Option<&'t str>) -> Option<Cow<'t, str>> {
        match (time, text, self.time) {
            (Some(time), _, TimeForm::Rfc3339) => Some(Cow::Owned(time.to_rfc3339())),
            (Some(time), _, TimeForm::IsoMillis) => Some(Cow::Owned(time.to_iso_millis())),
            (Some(time), None, _) => Some(Cow::Owned(time.to_rfc3339())),
            (_, text, _) => text.map(Cow::Borrowed),
        }
    }
}
