//! [`Name`]: the name of a table or column, and how names are compared.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

/// A name as it is written. Two names are alike without case and without `_`: what
/// frameworks call `event_id`, `eventId` and `EventId` is one thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "String")]
pub struct Name {
    text: String,
    /// In small letters, without `_`.
    plain: String,
}

impl Name {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn is_like(&self, other: &Name) -> bool {
        self.plain == other.plain
    }

    /// The name as it is compared.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// How far apart two names are: letters to change, add or leave out.
    pub(super) fn distance(&self, other: &Name) -> usize {
        let other: Vec<char> = other.plain.chars().take(64).collect();
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, a) in self.plain.chars().take(64).enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, b) in other.iter().enumerate() {
                let change = diagonal + usize::from(a != *b);
                diagonal = row[j + 1];
                row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[other.len()]
    }
}

/// Small letters, without `_`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && byte != b'_' && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    text.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

impl From<String> for Name {
    fn from(text: String) -> Name {
        Name { plain: plain(&text).into_owned(), text }
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name::from(text.to_owned())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The name most like `wanted`, where one is near enough to have been meant.
pub fn nearest<'n>(wanted: &Name, names: impl IntoIterator<Item = &'n Name>) -> Option<&'n Name> {
    let long = |name: &Name| name.plain.len() > 2;
    let part = |name: &Name| name.plain.contains(&wanted.plain) || (long(name) && wanted.plain.contains(&name.plain));
    let near = names.into_iter().map(|name| (wanted.distance(name), name));
    let near = near.filter(|(distance, name)| distance * 2 <= wanted.plain.len() || part(name));
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        let names = ["agg", "v", "t", "payload", "event_type"].map(Name::from);
        let near = |wanted: &str| nearest(&Name::from(wanted), &names).map(Name::as_str);
        assert_eq!(near("aggr"), Some("agg"));
        assert_eq!(near("eventtyp"), Some("event_type"));
        assert_eq!(near("event"), Some("event_type"));
        assert_eq!(near("colour"), None);
        assert!(Name::from("eventIdentifier").is_like(&Name::from("event_identifier")));
    }
}
