//! Cratis Chronicle keeps an event in every form that its type had, by number: `{"1": {…}, "2": {…}}`.

use crate::model::Node;

/// The newest form.
pub fn newest(node: &Node) -> Option<Node> {
    let Node::Object(object) = node else { return None };
    let number = |key: &str| key.parse::<u32>().ok();
    let all = object.0.iter().map(|(key, value)| Some((number(key)?, value))).collect::<Option<Vec<_>>>()?;
    all.into_iter().max_by_key(|(number, _)| *number).map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    #[test]
    fn the_highest_number_counts() {
        let peeled = |text: &str| newest(&parse_text(text).node).map(|node| to_text(&node));
        assert_eq!(peeled(r#"{"2":{"a":2},"10":{"a":10}}"#).as_deref(), Some(r#"{"a":10}"#));
        assert_eq!((peeled(r#"{"1":{},"a":1}"#), peeled("{}"), peeled("[1]")), (None, None, None));
    }
}
