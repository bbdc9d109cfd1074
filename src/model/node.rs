//! [`Node`]: the immutable tree in which payloads, metadata and states are held.
//!
//! Shown as stored: numbers keep their text, keys their order and their
//! duplicates. Branches are shared by `Arc`, so a state costs only what differs
//! from its neighbour, and comparing two states skips equal pointers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Shared immutable text.
pub type Text = Arc<str>;

/// A JSON value as stored, or the closest thing to one.
#[derive(Clone, Debug)]
pub enum Node {
    Null,
    Bool(bool),
    /// The number's text, unchanged (`1e400`, `0.10`, `9223372036854775809`).
    Number(Text),
    String(Text),
    Array(Arc<Vec<Node>>),
    Object(Arc<Object>),
    /// JSON text that was not taken apart: nested deeper than [`crate::model::json::MAX_DEPTH`],
    /// or text that is no JSON.
    Raw(Text),
    /// Bytes that are no text.
    Bytes(Arc<[u8]>),
}

/// Members in stored order; duplicate keys are kept.
#[derive(Clone, Debug, Default)]
pub struct Object(pub Vec<(Text, Node)>);

impl Object {
    /// The value of `key`; of duplicates the last, as `JSON.parse` has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().rev().find(|(name, _)| &**name == key).map(|(_, node)| node)
    }
}

/// Finds members of one object by key, fast however many there are: neighbouring states
/// mostly have the same keys in the same places.
pub struct Members<'a> {
    object: &'a Object,
    by_key: Option<HashMap<&'a str, usize>>,
}

/// Objects with more members than this are looked up by a table.
const LINEAR_MEMBERS: usize = 16;

impl<'a> Members<'a> {
    pub fn of(object: &'a Object) -> Members<'a> {
        Members { object, by_key: None }
    }

    /// The place and value of `key`, of duplicates the last; `place` is where to look first.
    pub fn find(&mut self, place: usize, key: &str) -> Option<(usize, &'a (Text, Node))> {
        let members: &'a [(Text, Node)] = &self.object.0;
        if members.len() <= LINEAR_MEMBERS {
            let found = members.iter().rposition(|(name, _)| &**name == key)?;
            return Some((found, &members[found]));
        }
        if let Some(member) = members.get(place).filter(|(name, _)| &**name == key)
            && self.by_key.is_none()
        {
            return Some((place, member));
        }
        let table = self
            .by_key
            .get_or_insert_with(|| members.iter().enumerate().map(|(at, (name, _))| (&**name, at)).collect());
        let found = *table.get(key)?;
        Some((found, &members[found]))
    }
}

impl Node {
    pub fn text(value: &str) -> Node {
        Node::String(Arc::from(value))
    }

    pub fn number(value: impl fmt::Display) -> Node {
        Node::Number(Arc::from(value.to_string()))
    }

    pub fn object(members: Vec<(Text, Node)>) -> Node {
        Node::Object(Arc::new(Object(members)))
    }

    pub fn array(items: Vec<Node>) -> Node {
        Node::Array(Arc::new(items))
    }

    /// Member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// The text of a string node.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// Number of members or items; `None` for a leaf.
    pub fn len(&self) -> Option<usize> {
        match self {
            Node::Array(items) => Some(items.len()),
            Node::Object(object) => Some(object.0.len()),
            _ => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// True where the node has rows below it in a tree.
    pub fn is_branch(&self) -> bool {
        self.len().is_some_and(|len| len > 0)
    }

    /// The two are one branch in memory, hence equal; `false` says nothing.
    pub fn same(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Array(a), Node::Array(b)) => Arc::ptr_eq(a, b),
            (Node::Object(a), Node::Object(b)) => Arc::ptr_eq(a, b),
            (Node::String(a), Node::String(b)) | (Node::Number(a), Node::Number(b)) => Arc::ptr_eq(a, b),
            (Node::Null, Node::Null) => true,
            _ => false,
        }
    }

    /// Follows an RFC 6901 pointer.
    pub fn at(&self, pointer: &Pointer) -> Option<&Node> {
        let mut node = self;
        for step in &pointer.0 {
            node = match node {
                Node::Object(object) => object.get(step)?,
                Node::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// Bytes held, roughly; shared branches count in full.
    pub fn size_bytes(&self) -> usize {
        const SELF: usize = size_of::<Node>();
        match self {
            Node::Null | Node::Bool(_) => SELF,
            Node::Number(text) | Node::String(text) | Node::Raw(text) => SELF + 16 + text.len(),
            Node::Bytes(bytes) => SELF + 16 + bytes.len(),
            Node::Array(items) => SELF + 40 + items.iter().map(Node::size_bytes).sum::<usize>(),
            Node::Object(object) => {
                let members = object.0.iter().map(|(key, node)| 32 + key.len() + node.size_bytes());
                SELF + 40 + members.sum::<usize>()
            }
        }
    }

    /// A tree equal to `self` that uses the branches of `before` wherever they
    /// are equal, so that states of neighbouring versions share memory.
    pub fn sharing(self, before: &Node) -> Node {
        if self.same(before) {
            return before.clone();
        }
        match (self, before) {
            (Node::Array(items), Node::Array(old)) => {
                let shared: Vec<Node> = items
                    .iter()
                    .enumerate()
                    .map(|(i, node)| match old.get(i) {
                        Some(old) => node.clone().sharing(old),
                        None => node.clone(),
                    })
                    .collect();
                let equal = shared.len() == old.len() && shared.iter().zip(old.iter()).all(|(a, b)| a.same_or_leaf(b));
                if equal { Node::Array(Arc::clone(old)) } else { Node::array(shared) }
            }
            (Node::Object(object), Node::Object(old)) => {
                let mut members = Members::of(old);
                let shared: Vec<(Text, Node)> = object
                    .0
                    .iter()
                    .enumerate()
                    .map(|(i, (key, node))| match members.find(i, key).map(|(_, twin)| twin) {
                        Some((name, old)) => (Arc::clone(name), node.clone().sharing(old)),
                        None => (Arc::clone(key), node.clone()),
                    })
                    .collect();
                let equal = shared.len() == old.0.len()
                    && shared.iter().zip(&old.0).all(|(a, b)| a.0 == b.0 && a.1.same_or_leaf(&b.1));
                if equal { Node::Object(Arc::clone(old)) } else { Node::object(shared) }
            }
            (node, old) => {
                if node == *old {
                    old.clone()
                } else {
                    node
                }
            }
        }
    }

    fn same_or_leaf(&self, other: &Node) -> bool {
        self.same(other) || (self.len().is_none() && self == other)
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        if self.same(other) {
            return true;
        }
        match (self, other) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(a), Node::Bool(b)) => a == b,
            (Node::Number(a), Node::Number(b)) | (Node::String(a), Node::String(b)) | (Node::Raw(a), Node::Raw(b)) => {
                a == b
            }
            (Node::Bytes(a), Node::Bytes(b)) => a == b,
            (Node::Array(a), Node::Array(b)) => a == b,
            (Node::Object(a), Node::Object(b)) => a.0 == b.0,
            _ => false,
        }
    }
}

/// A path into a tree, RFC 6901 (`/overdraft/limit`, `/flags/2`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(pub Vec<Text>);

impl Pointer {
    /// The pointer of a member or item below this one.
    pub fn child(&self, step: &str) -> Pointer {
        let mut steps = self.0.clone();
        steps.push(Arc::from(step));
        Pointer(steps)
    }

    /// As a person reads it: `overdraft.since`, `flags[2]`; nothing for the whole.
    pub fn readable(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
                text.push_str(&format!("[{step}]"));
                continue;
            }
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(step);
        }
        text
    }

    /// Reads `/a/b~1c`; `None` where a non-empty text does not begin with `/`.
    pub fn parse(text: &str) -> Option<Pointer> {
        if text.is_empty() {
            return Some(Pointer::default());
        }
        let rest = text.strip_prefix('/')?;
        Some(Pointer(rest.split('/').map(|step| Arc::from(step.replace("~1", "/").replace("~0", "~"))).collect()))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            write!(f, "/{}", step.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    #[test]
    fn pointers_escape_and_follow() {
        let node = parse_text(r#"{"a/b":[{"~":1}],"":2}"#).node;
        for (text, want) in [("/a~1b/0/~0", "1"), ("/", "2")] {
            let pointer = Pointer::parse(text).expect("a pointer");
            assert_eq!(pointer.to_string(), text);
            assert_eq!(node.at(&pointer), Some(&Node::number(want)));
        }
        assert!(Pointer::parse("a").is_none());
        assert_eq!(Pointer::parse("/flags/2/a").expect("a pointer").readable(), "flags[2].a");
        assert!(node.at(&Pointer::parse("/a~1b/7").expect("a pointer")).is_none());
    }

    #[test]
    fn sharing_keeps_the_value_and_reuses_equal_branches() {
        let before = parse_text(r#"{"a":{"x":[1,2]},"b":1}"#).node;
        let after = parse_text(r#"{"a":{"x":[1,2]},"b":2}"#).node;
        let shared = after.clone().sharing(&before);
        assert_eq!(shared, after);
        assert!(shared.get("a").expect("a").same(before.get("a").expect("a")));
        assert!(after.clone().sharing(&after.clone()).same(&after));
        let reordered = parse_text(r#"{"b":1,"a":{"x":[1,2]}}"#).node;
        assert_ne!(reordered.clone().sharing(&before), before, "key order is part of the value");
        assert_eq!(reordered.clone().sharing(&before), reordered);
    }
}
