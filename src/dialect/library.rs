//! [`Library`]: what a framework's own library hands to a reducer in another form than the
//! store holds it.

use std::borrow::Cow;

use serde::Deserialize;

use super::template::Filter;
use super::{Name, Table};
use crate::model::{Number, Time};

/// The part `[library]` of a dialect's file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// What is done with a stream's name, `"after:#"`.
    stream: Option<Filter>,
    /// Only where the table has this column the name holds more.
    with: Option<Name>,
    #[serde(default)]
    time: TimeForm,
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
}

impl Library {
    /// What of it holds for a table.
    pub(super) fn of_table(&self, table: &Table) -> Library {
        let holds = self.with.as_ref().is_none_or(|column| table.column(column).is_some());
        Library { stream: self.stream.clone().filter(|_| holds), ..self.clone() }
    }

    /// What the library calls the stream of that name.
    pub fn stream<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match &self.stream {
            Some(filter) => filter.apply(Cow::Borrowed(name)),
            None => Cow::Borrowed(name),
        }
    }

    /// The event's time, from the moment and its text as stored.
    pub fn time<'t>(&self, time: Option<Time>, text: Option<&'t str>) -> Option<Cow<'t, str>> {
        match (time, text, self.time) {
            (Some(time), _, TimeForm::IsoMillis) => Some(Cow::Owned(time.to_iso_millis())),
            // What a number counts only the dialect knows.
            (Some(time), Some(text), _) if Number::parse(text.trim()).is_some() => Some(Cow::Owned(time.to_rfc3339())),
            (Some(time), None, _) => Some(Cow::Owned(time.to_rfc3339())),
            (_, text, _) => text.map(Cow::Borrowed),
        }
    }
}
