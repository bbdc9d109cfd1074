//! Rust's serde writes a variant as `{"Variant": {…}}`: its name is the event's type already.

use crate::model::Node;

/// What is inside the only member, where that is named as variants are.
pub fn inside(node: &Node) -> Option<Node> {
    let Node::Object(object) = node else { return None };
    let [(name, inside)] = object.0.as_slice() else { return None };
    name.starts_with(|first: char| first.is_uppercase()).then(|| inside.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    #[test]
    fn only_a_variant_is_taken_off() {
        let peeled = |text: &str| inside(&parse_text(text).node).map(|node| to_text(&node));
        assert_eq!(peeled(r#"{"Opened":{"by":"a"}}"#).as_deref(), Some(r#"{"by":"a"}"#));
        for other in [r#"{"by":1}"#, r#"{"A":1,"B":2}"#, r#""Closed""#, "[1]"] {
            assert_eq!(peeled(other), None, "{other}");
        }
    }
}
