//! What Newtonsoft's Json.NET writes around values when it keeps types and references, and how
//! Akka.NET writes numbers with it.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::read::Room;
use crate::model::json::is_number;
use crate::model::{Node, Object, Text};

/// `$values` and `{"$":"I12"}` become what they stand for, `$ref` the object it points at; `$id`
/// goes, `$type` stays, for it tells classes apart.
pub fn plain(node: &Node) -> Option<Node> {
    let mut walk = Walk { known: HashMap::new(), room: Room::default(), has_changed: false };
    let plain = walk.node(node);
    walk.has_changed.then_some(plain)
}

struct Walk<'a> {
    known: HashMap<&'a str, Node>,
    room: Room,
    has_changed: bool,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &'a Node) -> Node {
        // JSON is never too deep: it counts for what references put below.
        let is_open = self.room.open().is_ok();
        let made = match node {
            Node::Array(items) => Node::array(items.iter().map(|item| self.node(item)).collect()),
            Node::Object(object) => self.object(object, node),
            leaf => leaf.clone(),
        };
        if is_open {
            self.room.close();
        }
        made
    }

    fn object(&mut self, object: &'a Object, node: &'a Node) -> Node {
        if let [(name, Node::String(text))] = object.0.as_slice() {
            let made = match &**name {
                "$" => number(text),
                // What is not there yet is around it; what would not fit stays a reference.
                "$ref" => self.known.get(&**text).and_then(|known| self.room.again(known).ok()),
                _ => None,
            };
            if let Some(made) = made {
                self.has_changed = true;
                return made;
            }
            return node.clone();
        }
        let id = object.0.iter().find(|(name, _)| &**name == "$id").and_then(|(_, id)| id.as_str());
        let values = object.0.iter().find_map(|(name, values)| match values {
            Node::Array(values) if &**name == "$values" => Some(values),
            _ => None,
        });
        let others = object.0.iter().filter(|(name, _)| !matches!(&**name, "$id" | "$type" | "$values")).count();
        let made = match values {
            Some(values) if others == 0 => {
                self.has_changed = true;
                Node::array(values.iter().map(|item| self.node(item)).collect())
            }
            _ => {
                self.has_changed |= id.is_some();
                let members = object.0.iter().filter(|(name, _)| id.is_none() || &**name != "$id");
                let members: Vec<(Text, Node)> =
                    members.map(|(name, node)| (Arc::clone(name), self.node(node))).collect();
                Node::object(members)
            }
        };
        if let Some(id) = id {
            self.known.insert(id, made.clone());
        }
        made
    }
}

/// `I12`, `F1.5` and `M9.99`: whole numbers, floats and decimals.
fn number(text: &str) -> Option<Node> {
    let value = text.strip_prefix(['I', 'F', 'M'])?;
    match value {
        "NaN" | "Infinity" | "-Infinity" => Some(Node::text(value)),
        value => is_number(value).then(|| Node::number(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    #[test]
    fn wrappers_of_json_net_are_taken_off() {
        // fixtures/real/dotnet/akka-sql-sqlite/csv.db and orleans.sql, shortened.
        for (text, want) in [
            (r#"{"$":"I12"}"#, "12"),
            (
                r#"{"$id":"1","$type":"G.Fed, G","Grams":{"$":"M9.90"},"F":{"$":"FNaN"},"L":{"$type":"List, C","$values":["N",{"$":"I7"}]}}"#,
                r#"{"$type":"G.Fed, G","Grams":9.90,"F":"NaN","L":["N",7]}"#,
            ),
            (
                r#"{"$id":"1","W":{"$values":[{"$id":"3","$type":"Spot","Row":{"$":"I5"}},{"$ref":"3"}]},"up":{"$ref":"1"}}"#,
                r#"{"W":[{"$type":"Spot","Row":5},{"$type":"Spot","Row":5}],"up":{"$ref":"1"}}"#,
            ),
            (
                r#"{"$id":"2","$type":"Dictionary","$values":1,"a":{"$":"X1"}}"#,
                r#"{"$type":"Dictionary","$values":1,"a":{"$":"X1"}}"#,
            ),
        ] {
            assert_eq!(plain(&parse_text(text).node).map(|node| to_text(&node)).as_deref(), Some(want), "{text}");
        }
        for text in [r#"{"$type":"A","b":1}"#, "[1]", r#"{"$ref":"9"}"#] {
            assert_eq!(plain(&parse_text(text).node), None, "{text}");
        }
    }

    #[test]
    fn references_that_would_not_fit_stay() {
        let mut text = String::from(r#"[{"$id":"0","a":1}"#);
        for level in 1..80 {
            let one = format!(r#"{{"$ref":"{}"}}"#, level - 1);
            text.push_str(&format!(r#",{{"$id":"{level}","a":[{}]}}"#, [one.as_str(); 9].join(",")));
        }
        text.push(']');
        let plain = plain(&parse_text(&text).node).expect("peeled");
        assert!(plain.size_bytes() < 500_000_000, "{}", plain.size_bytes());
    }
}
