//! [`Library`]: what a framework's own library hands to a reducer in another form than the
//! store holds it.

use std::borrow::Cow;

use serde::Deserialize;

use super::rules::FieldRule;
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
    /// How names of streams end that are put together.
    #[serde(skip)]
    endings: Vec<Ending>,
}

/// The id at the end of a stream's name, behind what says whose or of what kind it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What stands before the id.
    pub between: String,
    /// How often the same stands before that, where no value has it in itself.
    pub earlier: usize,
}

impl Ending {
    /// The stream, which is of a category, has this id.
    fn is_id(&self, stream: &str, category: &str, id: &str) -> bool {
        let before = stream.strip_suffix(id).and_then(|rest| rest.strip_suffix(self.between.as_str()));
        let begins = !category.is_empty()
            && stream.strip_prefix(category).is_some_and(|rest| rest.starts_with(self.between.as_str()));
        before.is_some_and(|before| match begins && self.earlier == 0 {
            true => before == category,
            false => before.matches(self.between.as_str()).count() == self.earlier,
        })
    }
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowStates {
    pub kind: RowState,
    /// Types of events before which there is no state, so that their changes are all of it.
    #[serde(default)]
    pub first: Vec<String>,
    /// Types of events for which that is sure; others are an application's own, and may hold
    /// something else. All, where none is named.
    #[serde(default)]
    sure: Vec<String>,
    /// Where the payload says what changed, the column of the whole state before it.
    pub(super) before: Option<FieldRule>,
}

impl RowStates {
    /// What became of the last row is told by one that comes after it.
    pub fn tells_late(&self) -> bool {
        self.kind == RowState::Before || self.before.is_some()
    }

    /// Rows of this type hold what others do.
    pub fn is_sure(&self, event_type: &str) -> bool {
        self.sure.is_empty() || self.sure.iter().any(|own| own == event_type)
    }
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

    pub(super) fn with_endings(self, endings: Vec<Ending>) -> Library {
        Library { endings, ..self }
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
    /// those of its tenant or of its kind.
    pub fn may_be(&self, stream: &str, category: &str, name: &str) -> bool {
        let of_tenant = |between: &String| {
            let tenant = stream.strip_suffix(name).and_then(|tenant| tenant.strip_suffix(between.as_str()));
            tenant.is_some_and(|tenant| !tenant.is_empty())
        };
        let is_id = || self.endings.iter().any(|ending| ending.is_id(stream, category, name));
        stream.len() > name.len()
            && !name.is_empty()
            && (self.stream(stream) == name || self.tenant.as_ref().is_some_and(of_tenant) || is_id())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_alone_is_what_stands_behind_the_kind() {
        let library = |between: &str, earlier| {
            Library::default().with_endings(vec![Ending { between: between.to_owned(), earlier }])
        };
        let colon = library(":", 0);
        assert!(colon.may_be("Oven:o-1", "Oven", "o-1") && colon.may_be("Oven:o-1", "", "o-1"));
        assert!(!colon.may_be("Oven:o-1", "Oven", "1") && !colon.may_be("Oven:o-1", "Oven", ""));
        // A kind and an id may have the same in themselves.
        assert!(colon.may_be("a:b:c", "a", "b:c") && !colon.may_be("a:b:c", "a", "c"));
        assert!(colon.may_be("a:b:c", "a:b", "c") && !colon.may_be("a:b:c", "a:b", "b:c"));
        let three = library("-", 1);
        assert!(three.may_be("acme-lamp-7", "lamp", "7") && !three.may_be("acme-lamp-7", "lamp", "lamp-7"));
        assert!(!Library::default().may_be("Oven:o-1", "Oven", "o-1"));
    }
}
