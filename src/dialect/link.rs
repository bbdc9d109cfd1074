//! What a dialect says of links: which events point at others, and where that stands.
//!
//! A rule is a `[[events.link]]`: a name, and where in payload or metadata the other event is
//! said, by its stream and version, its position or its id. Links are worked out of events that
//! are decoded anyway, never while a store is scanned.

use std::borrow::Cow;

use serde::Deserialize;

use super::rules::{JsonPath, Names, PathOf};
use super::template::Filter;
use crate::model::{Link, LinkTarget, Node, Text, Version};

/// One way in which events point at others. Of several places the first that says something counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkRule {
    name: String,
    /// Only events of this type.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// Only streams of this kind, as Eventide names it.
    kind: Option<String>,
    /// Events of the category without the kind that follow the other one are counted.
    #[serde(default)]
    counts_rest: bool,
    /// The payload is nothing but a text `number@stream`, and the event stands for the other one.
    #[serde(default)]
    stands_for: bool,
    stream: Option<JsonPath>,
    version: Option<JsonPath>,
    position: Option<JsonPath>,
    #[serde(default)]
    id: Vec<JsonPath>,
    /// A column that holds the id.
    pub(super) id_col: Option<Names>,
}

/// What links are read of.
pub struct Linking<'a> {
    pub event_type: &'a str,
    pub category: &'a str,
    /// The payload's bytes as stored.
    pub stored: Option<&'a [u8]>,
    pub data: &'a Node,
    pub metadata: &'a Node,
    /// What the column of a rule's `id_col` holds.
    pub cause: Option<&'a str>,
}

impl LinkRule {
    /// # Errors
    /// A rule that says nothing of where the other event is.
    pub(super) fn check(&self) -> Result<(), String> {
        let says = self.stands_for || self.stream.is_some() || self.position.is_some();
        match says || !self.id.is_empty() || self.id_col.is_some() {
            true => Ok(()),
            false => Err(format!("the link {} has no stream, position, id, id_col or stands_for", self.name)),
        }
    }

    /// Some link of this rule may lead to one event alone.
    pub(super) fn is_of_events(&self) -> bool {
        let of_stream_alone = self.stream.is_some() && self.version.is_none() && self.position.is_none();
        !(of_stream_alone && self.id.is_empty() && self.id_col.is_none())
    }

    pub(super) fn link(&self, event: &Linking<'_>) -> Option<Link> {
        let is_of_type = self.event_type.as_ref().is_none_or(|own| own == event.event_type);
        let is_of_kind =
            self.kind.as_ref().is_none_or(|own| Filter::Kind.apply(Cow::Borrowed(event.category)) == **own);
        if !is_of_type || !is_of_kind {
            return None;
        }
        let to = match self.stands_for {
            true => reference(std::str::from_utf8(event.stored?).ok()?)?,
            false => self.target(event)?,
        };
        let rest = self.kind.as_ref().filter(|_| self.counts_rest);
        let rest = rest.and_then(|kind| Some(event.category.strip_suffix(kind.as_str())?.trim_end_matches([':', '+'])));
        Some(Link { name: Text::from(self.name.as_str()), to, stands_for: self.stands_for, rest: rest.map(Text::from) })
    }

    fn target(&self, event: &Linking<'_>) -> Option<LinkTarget> {
        let at = |path: &JsonPath| {
            let whole = if path.of == PathOf::Metadata { event.metadata } else { event.data };
            path.members.iter().try_fold(whole, |node, member| node.get(member))
        };
        let text = |path: &JsonPath| at(path).and_then(text_of).filter(|text| !text.is_empty());
        let number = |path: &JsonPath| at(path).and_then(text_of).and_then(|text| text.parse().ok());
        let stream = self.stream.as_ref().and_then(text);
        let position = self.position.as_ref().and_then(number).map(LinkTarget::Position);
        match (stream, self.version.as_ref().and_then(number)) {
            (Some(stream), Some(version)) => Some(LinkTarget::Event { stream, version: Version(version) }),
            (stream, _) => position
                .or_else(|| stream.filter(|_| self.version.is_none()).map(LinkTarget::Stream))
                .or_else(|| self.id.iter().find_map(text).map(LinkTarget::Id))
                .or_else(|| {
                    let own = self.id_col.is_some().then_some(event.cause)?;
                    Some(LinkTarget::Id(own.filter(|id| !id.is_empty())?.into()))
                }),
        }
    }
}

fn text_of(node: &Node) -> Option<Text> {
    match node {
        Node::String(text) | Node::Number(text) => Some(Text::clone(text)),
        _ => None,
    }
}

/// `number@stream` as EventStoreDB reads it: at the first `@`, blanks around the number and zeros
/// before it are nothing, and -1 is the last event.
fn reference(text: &str) -> Option<LinkTarget> {
    let (number, stream) = text.split_once('@')?;
    let version = number.trim().parse::<i64>().ok().filter(|number| *number >= -1)?;
    if stream.is_empty() {
        return None;
    }
    let stream = Text::from(stream);
    Some(if version == -1 { LinkTarget::Last(stream) } else { LinkTarget::Event { stream, version: Version(version) } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    #[test]
    fn references_are_read_as_the_server_reads_them() {
        let said = |text: &str| reference(text).map(|target| target.to_string());
        for (text, want) in [
            ("0@order-1", Some("order-1 v0")),
            ("00017@a@b", Some("a@b v17")),
            (" 3 @ a", Some(" a v3")),
            ("-1@order-1", Some("the last event of order-1")),
            ("9223372036854775807@gone", Some("gone v9223372036854775807")),
            ("order-1", None),
            ("x@order-1", None),
            ("-2@order-1", None),
            ("1@", None),
            ("\"1@a\"", None),
            ("99999999999999999999@a", None),
        ] {
            assert_eq!(said(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn a_rule_reads_what_it_names_and_the_first_place_counts() {
        let rule = |text: &str| toml::from_str::<LinkRule>(text).expect(text);
        let triple = rule(
            "name = \"caused by\"\nstream = \"metadata:$.s\"\nversion = \"metadata:$.v\"\nposition = \"metadata:$.p\"",
        );
        let by_id = rule("name = \"caused by\"\nid = [\"metadata:$.id\", \"metadata:$['$id']\"]");
        let column = rule("name = \"caused by\"\nid_col = \"cause\"");
        let of_stream = rule("name = \"part of\"\nstream = \"$.s\"\ntype = \"T\"\nkind = \"x\"");
        let said = |rule: &LinkRule, json: &str, cause: Option<&str>| {
            let node = parse_text(json).node;
            let event = Linking { event_type: "T", category: "a:x", stored: None, data: &node, metadata: &node, cause };
            rule.link(&event).map(|link| link.to.to_string())
        };
        for (rule, json, cause, want) in [
            (&triple, r#"{"s":"a-1","v":3,"p":9}"#, None, Some("a-1 v3")),
            (&triple, r#"{"s":"a-1","p":9}"#, None, Some("position 9")),
            (&triple, r#"{"s":"a-1"}"#, None, None),
            (&triple, r#"{"s":"","v":1}"#, None, None),
            (&triple, "null", None, None),
            (&by_id, r#"{"$id":"7"}"#, None, Some("event 7")),
            (&by_id, r#"{"id":"8","$id":"7"}"#, None, Some("event 8")),
            (&by_id, r#"{"id":{"a":1}}"#, None, None),
            (&column, "{}", Some("9"), Some("event 9")),
            (&column, "{}", None, None),
            (&of_stream, r#"{"s":"a-1"}"#, None, Some("stream a-1")),
        ] {
            assert_eq!(said(rule, json, cause).as_deref(), want, "{json}");
        }
        assert!(triple.is_of_events() && by_id.is_of_events() && !of_stream.is_of_events());
        let node = Node::Null;
        let other =
            Linking { event_type: "U", category: "a:x", stored: None, data: &node, metadata: &node, cause: None };
        assert_eq!(of_stream.link(&other), None);
        assert!(rule("name = \"x\"").check().is_err() && column.check().is_ok());
    }
}
