//! Values that Python's `eventsourcing` wraps, for JSON has no such types.

use std::sync::Arc;

use super::super::base64;
use super::each;
use crate::model::{Node, Text};

/// Version 9: `{"_type_": t, "_data_": x}` to `x`, anywhere in the tree.
pub fn typed(node: &Node) -> Option<Node> {
    if let Node::Object(object) = node
        && let [(a, _), (b, data)] = object.0.as_slice()
        && (&**a, &**b) == ("_type_", "_data_")
    {
        return Some(typed(data).unwrap_or_else(|| data.clone()));
    }
    each(node, typed)
}

/// Version 8: objects with one member, whose name says the type.
pub fn typed_8(node: &Node) -> Option<Node> {
    if let Node::Object(object) = node
        && let [(name, inside)] = object.0.as_slice()
        && let Some(bare) = bare(name, inside)
    {
        return Some(bare);
    }
    each(node, typed_8)
}

fn bare(name: &str, inside: &Node) -> Option<Node> {
    let peeled = |node: &Node| typed_8(node).unwrap_or_else(|| node.clone());
    // Of a subclass there is its topic beside.
    let state = inside.get("topic").and_then(|_| inside.get("state"));
    match (name, inside) {
        (
            "UUID" | "__decimal__" | "ISO8601_datetime" | "ISO8601_date" | "ISO8601_time" | "__type__",
            Node::String(_),
        ) => Some(inside.clone()),
        ("__bytes__", Node::String(text)) => Some(Node::Bytes(base64::unpack(text.as_bytes()).ok()?.into())),
        ("__tuple__" | "__list__" | "__set__" | "__frozenset__" | "__deque__", inside) => match state.unwrap_or(inside)
        {
            items @ Node::Array(_) => Some(peeled(items)),
            _ => None,
        },
        ("__enum__", inside) => inside.get("topic").and_then(|_| inside.get("name")).cloned(),
        ("__class__" | "__dict__", inside) => {
            let (Node::Object(state), topic) = (peeled(state?), inside.get("topic")?.clone()) else { return None };
            let members = std::iter::once((Text::from("@class"), topic));
            Some(Node::object(
                members.chain(state.0.iter().map(|(key, node)| (Arc::clone(key), node.clone()))).collect(),
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    #[test]
    fn wrappers_of_version_8_are_taken_off() {
        // eventsourcing 8.2.5: ObjectJSONEncoder().encode of each; `Price` is a class of ours.
        let text = r#"{"id":{"UUID":"00112233445566778899aabbccddeeff"},"price":{"__decimal__":"12.50"},"at":{"ISO8601_datetime":"2024-05-13T04:14:52.602529+0000"},"parts":{"__tuple__":[1,{"__decimal__":"2"}]},"own":{"__tuple__":{"state":["x"],"topic":"shop#Pair"}},"words":{"__set__":["a"]},"bytes":{"__bytes__":"/wA="},"colour":{"__enum__":{"name":"RED","topic":"shop#Colour"}},"money":{"__class__":{"state":{"amount":{"__decimal__":"1"}},"topic":"shop#Price"}}}"#;
        let want = r#"{"id":"00112233445566778899aabbccddeeff","price":"12.50","at":"2024-05-13T04:14:52.602529+0000","parts":[1,"2"],"own":["x"],"words":["a"],"bytes":{"$bytes":"/wA="},"colour":"RED","money":{"@class":"shop#Price","amount":"1"}}"#;
        assert_eq!(typed_8(&parse_text(text).node).map(|node| to_text(&node)).as_deref(), Some(want));
        for text in [r#"{"UUID":1}"#, r#"{"__set__":{"a":1}}"#, r#"{"UUID":"a","b":1}"#, "1"] {
            assert_eq!(typed_8(&parse_text(text).node), None, "{text}");
        }
    }
}
