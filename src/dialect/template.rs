//! [`Template`]: a text made of a row's values, `"{topic|after::|before_last:.}"`.
//!
//! Taken apart when a dialect's file is read, so that a mistake in it is found there and a
//! column may have any name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::model::{Node, json, uuid};

/// Literal texts and places for values.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(pub Vec<Part>);

#[derive(Clone, Debug)]
pub(super) enum Part {
    Literal(String),
    /// The value of that name, and what is done with its text.
    Value(String, Vec<Filter>),
}

/// What is done with a text.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(super) enum Filter {
    After(String),
    AfterLast(String),
    Before(String),
    BeforeLast(String),
    /// Of a stream's name its category.
    Category,
    /// Of a stream's name or category its kind as Eventide writes it: `position` in
    /// `account:command+position-7`; nothing, where it has none.
    Kind,
    /// Nothing, where it is this text: a value that means that there is none.
    Unless(String),
    /// What stands behind it, where there is something.
    Then(String),
    /// This text, where there is no value.
    Or(String),
    /// Nothing, where it has not this in it.
    With(String),
    /// Of a value written as JSON its text; of an object those of its members.
    Unquoted,
    /// Another text for some.
    Named(Arc<BTreeMap<String, String>>),
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Literal(rest[..open].to_owned()));
            }
            let inside = &rest[open + 1..];
            let close = inside.find('}').ok_or_else(|| format!("a {{ is not closed in {text:?}"))?;
            let mut words = inside[..close].split('|');
            let name = words.next().unwrap_or_default();
            if name.is_empty() {
                return Err(format!("{{}} names nothing in {text:?}"));
            }
            parts.push(Part::Value(name.to_owned(), words.map(Filter::parse).collect::<Result<_, _>>()?));
            rest = &inside[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Template(parts))
    }
}

impl TryFrom<String> for Filter {
    type Error = String;

    fn try_from(text: String) -> Result<Filter, String> {
        Filter::parse(&text)
    }
}

impl Filter {
    fn parse(text: &str) -> Result<Filter, String> {
        match text.split_once(':') {
            Some(("after", mark)) => Ok(Filter::After(mark.to_owned())),
            Some(("after_last", mark)) => Ok(Filter::AfterLast(mark.to_owned())),
            Some(("before", mark)) => Ok(Filter::Before(mark.to_owned())),
            Some(("before_last", mark)) => Ok(Filter::BeforeLast(mark.to_owned())),
            Some(("unless", value)) => Ok(Filter::Unless(value.to_owned())),
            Some(("with", mark)) => Ok(Filter::With(mark.to_owned())),
            Some(("then", behind)) => Ok(Filter::Then(behind.to_owned())),
            Some(("or", text)) => Ok(Filter::Or(text.to_owned())),
            None if text == "category" => Ok(Filter::Category),
            None if text == "kind" => Ok(Filter::Kind),
            None if text == "unquoted" => Ok(Filter::Unquoted),
            _ => {
                let known = "after:x, after_last:x, before:x, before_last:x, category, kind, unquoted, unless:x, with:x, then:x, or:x";
                Err(format!("there is no filter {text}; known are {known}"))
            }
        }
    }

    /// What stands in the place of a value that is not there.
    pub fn instead(filters: &[Filter]) -> Option<&str> {
        filters.iter().find_map(|filter| if let Filter::Or(text) = filter { Some(text.as_str()) } else { None })
    }

    /// The text without what the filter takes off; all of it where its mark is not there.
    pub fn apply<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if let Filter::Then(behind) = self {
            return if text.is_empty() { text } else { Cow::Owned(text.into_owned() + behind) };
        }
        if let Filter::Named(names) = self {
            return names.get(&*text).map_or(text, |name| Cow::Owned(name.clone()));
        }
        if let Filter::Unquoted = self {
            return unquoted(text);
        }
        let cut = |text: &str| match self {
            Filter::Then(_) | Filter::Or(_) | Filter::Named(_) | Filter::Unquoted => None,
            Filter::With(mark) => (!text.contains(mark.as_str())).then_some((0, 0)),
            Filter::Unless(value) => (text == value).then_some((0, 0)),
            Filter::After(mark) => text.find(mark.as_str()).map(|at| (at + mark.len(), text.len())),
            Filter::AfterLast(mark) => text.rfind(mark.as_str()).map(|at| (at + mark.len(), text.len())),
            Filter::Before(mark) => text.find(mark.as_str()).map(|at| (0, at)),
            Filter::BeforeLast(mark) => text.rfind(mark.as_str()).map(|at| (0, at)),
            Filter::Category => Some((0, category_of(text).len())),
            Filter::Kind => {
                let category = &text[..text.find('-').unwrap_or(text.len())];
                let last = |types: usize| category[types..].rfind('+').map_or(types, |plus| types + plus + 1);
                Some(category.find(':').map_or((0, 0), |colon| (last(colon + 1), category.len())))
            }
        };
        match (cut(&text), text) {
            (None, text) => text,
            (Some((from, to)), Cow::Borrowed(text)) => Cow::Borrowed(&text[from..to]),
            (Some((from, to)), Cow::Owned(text)) => Cow::Owned(text[from..to].to_owned()),
        }
    }
}

/// As JaVers writes keys: `"x"` is x, and `{"shelf": "R", "box": 0}` is `R,0`.
fn unquoted(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.trim_start().starts_with(['"', '{']) {
        return text;
    }
    let parsed = json::parse_text(&text);
    let plain = |node: &Node| node.as_str().map_or_else(|| json::to_text(node), str::to_owned);
    match parsed.node {
        _ if parsed.error.is_some() => text,
        Node::String(own) => Cow::Owned(own.to_string()),
        Node::Object(object) => {
            Cow::Owned(object.0.iter().map(|(_, value)| plain(value)).collect::<Vec<_>>().join(","))
        }
        _ => text,
    }
}

/// The category that a stream's name tells: what stands before its first hyphen. A UUID has
/// none, nor has a name without a hyphen.
pub(super) fn category_of(stream: &str) -> &str {
    let Some(hyphen) = stream.find('-') else { return "" };
    match uuid::find(stream) {
        Some(uuid) if uuid.start < hyphen => {
            stream[..uuid.start].trim_end_matches(['_', ':', '/', '.', '|', '{', '(', '[', ' '])
        }
        _ => &stream[..hyphen],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_stand_where_they_like() {
        let parse = |text: &str| Template::try_from(text.to_owned());
        assert!(matches!(&parse("a}b{x}").expect("a template").0[..],
            [Part::Literal(a), Part::Value(x, _)] if a == "a}b" && x == "x"));
        assert!(matches!(&parse("{a}}{b}").expect("a template").0[..], [_, Part::Literal(brace), _] if brace == "}"));
        for (wrong, said) in [("{a", "is not closed"), ("{}", "names nothing"), ("{a|upper}", "no filter upper")] {
            assert!(parse(wrong).expect_err(wrong).contains(said), "{wrong}");
        }
    }

    #[test]
    fn a_category_stands_before_the_hyphen_and_never_in_a_uuid() {
        for (stream, category) in [
            ("order-7", "order"),
            ("order-7-8", "order"),
            ("lamp", ""),
            ("", ""),
            ("-7", ""),
            ("406e2ac5-3c59-4776-9f4a-f37552a78ca2", ""),
            ("406e2ac5-3c59-4776-9f4a-f37552a78ca2-7", ""),
            ("{406E2AC5-3C59-4776-9F4A-F37552A78CA2}", ""),
            ("order-406e2ac5-3c59-4776-9f4a-f37552a78ca2", "order"),
            ("order_406e2ac5-3c59-4776-9f4a-f37552a78ca2", "order"),
            ("urn:order:406e2ac5-3c59-4776-9f4a-f37552a78ca2", "urn:order"),
            ("2024-01", "2024"),
            ("406e2ac53c5947769f4af37552a78ca2-order", ""),
            ("urn:uuid:406e2ac5-3c59-4776-9f4a-f37552a78ca2", ""),
            ("{406e2ac53c5947769f4af37552a78ca2}-7", ""),
            ("order_406e2ac53c5947769f4af37552a78ca2-7", "order"),
        ] {
            assert_eq!(Filter::Category.apply(Cow::Borrowed(stream)), category, "{stream}");
        }
    }

    #[test]
    fn a_kind_is_the_last_type_of_a_category() {
        for (stream, kind) in [
            ("account-7", ""),
            ("account:command-7", "command"),
            ("account:command+position", "position"),
            ("account:command+position-account:component", "position"),
            ("tour:position-tours:v2", "position"),
            ("seedLot:snapshot-1+2", "snapshot"),
            ("account-a:command", ""),
            ("", ""),
        ] {
            assert_eq!(Filter::Kind.apply(Cow::Borrowed(stream)), kind, "{stream}");
        }
    }

    #[test]
    fn filters_leave_what_they_do_not_know() {
        let all = "m:A.B";
        for (filter, left) in
            [("after::", "A.B"), ("before:.", "m:A"), ("after_last:.", "B"), ("before_last::", "m"), ("after:-", all)]
        {
            assert_eq!(Filter::parse(filter).expect(filter).apply(Cow::Borrowed(all)), left, "{filter}");
        }
        let tenant = |text: &str| {
            let filters = ["unless:*", "then:/"].map(|filter| Filter::parse(filter).expect(filter));
            filters.iter().fold(Cow::Owned(text.to_owned()), |text, filter| filter.apply(text)).into_owned()
        };
        assert_eq!((tenant("*"), tenant("north"), tenant("")), (String::new(), "north/".to_owned(), String::new()));
    }
}
