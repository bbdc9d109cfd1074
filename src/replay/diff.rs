//! What differs between two states: for the Changes tab and for `diff --json` (RFC 6902).

use crate::model::json::{write, write_string};
use crate::model::node::Members;
use crate::model::{Node, Pointer};

/// One difference, in the order of the second state; removals where the key stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub path: Pointer,
    /// `None`: added.
    pub before: Option<Node>,
    /// `None`: removed.
    pub after: Option<Node>,
}

/// The differences that turn `before` into `after`. Equal branches in memory are skipped.
/// Applied in order as RFC 6902 operations they give `after`, but for the order of keys.
pub fn diff(before: &Node, after: &Node) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&Pointer::default(), before, after, &mut changes);
    changes
}

fn compare(path: &Pointer, before: &Node, after: &Node, out: &mut Vec<Change>) {
    if before.same(after) {
        return;
    }
    match (before, after) {
        (Node::Object(old), Node::Object(new)) if unique(old) && unique(new) => {
            let (mut in_new, mut in_old) = (Members::of(new), Members::of(old));
            for (at, (key, node)) in old.0.iter().enumerate() {
                if in_new.find(at, key).is_none() {
                    out.push(Change { path: path.child(key), before: Some(node.clone()), after: None });
                }
            }
            for (at, (key, node)) in new.0.iter().enumerate() {
                match in_old.find(at, key) {
                    Some((_, (_, was))) => compare(&path.child(key), was, node, out),
                    None => out.push(Change { path: path.child(key), before: None, after: Some(node.clone()) }),
                }
            }
        }
        (Node::Array(old), Node::Array(new)) => {
            let shared = old.len().min(new.len());
            // What was taken out of the middle is one removal, not a change of all that follows.
            let head = old.iter().zip(new.iter()).take_while(|(a, b)| a == b).count();
            let tail = old.iter().rev().zip(new.iter().rev()).take(shared - head).take_while(|(a, b)| a == b).count();
            let (gone, come) = (old.len() - head - tail, new.len() - head - tail);
            for at in head..head + gone.min(come) {
                compare(&path.child(&at.to_string()), &old[at], &new[at], out);
            }
            for at in (head + come.min(gone)..head + gone).rev() {
                out.push(Change { path: path.child(&at.to_string()), before: Some(old[at].clone()), after: None });
            }
            for at in head + gone.min(come)..head + come {
                out.push(Change { path: path.child(&at.to_string()), before: None, after: Some(new[at].clone()) });
            }
        }
        (a, b) if a == b => {}
        (a, b) => out.push(Change { path: path.clone(), before: Some(a.clone()), after: Some(b.clone()) }),
    }
}

/// No key twice: only then can a pointer name a member.
fn unique(object: &crate::model::Object) -> bool {
    let mut keys: Vec<&str> = object.0.iter().map(|(key, _)| &**key).collect();
    keys.sort_unstable();
    keys.windows(2).all(|pair| pair[0] != pair[1])
}

/// The changes as an RFC 6902 array.
pub fn to_patch(changes: &[Change]) -> String {
    let mut out = String::from("[");
    for (at, change) in changes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let (op, value) = match (&change.before, &change.after) {
            (_, None) => ("remove", None),
            (None, Some(value)) => ("add", Some(value)),
            (Some(_), Some(value)) => ("replace", Some(value)),
        };
        out.push_str("{\"op\":\"");
        out.push_str(op);
        out.push_str("\",\"path\":");
        write_string(&change.path.to_string(), &mut out);
        if let Some(value) = value {
            out.push_str(",\"value\":");
            write(value, &mut out);
        }
        out.push('}');
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Applies a patch as RFC 6902 says, on serde_json values: an implementation that
    /// shares nothing with ours.
    fn apply(mut state: Value, patch: &str) -> Value {
        let patch: Vec<Value> = serde_json::from_str(patch).expect("a patch");
        for op in patch {
            let path = op["path"].as_str().expect("path").to_owned();
            if path.is_empty() {
                state = op["value"].clone();
                continue;
            }
            let (parent, last) = path.rsplit_once('/').expect("a parent");
            let last = last.replace("~1", "/").replace("~0", "~");
            match state.pointer_mut(parent).expect("the parent exists") {
                Value::Object(map) => match op["op"].as_str() {
                    Some("remove") => drop(map.remove(&last).expect("the member exists")),
                    _ => drop(map.insert(last, op["value"].clone())),
                },
                Value::Array(items) => {
                    let at: usize = last.parse().expect("an index");
                    match op["op"].as_str() {
                        Some("remove") => drop(items.remove(at)),
                        Some("add") => items.insert(at, op["value"].clone()),
                        _ => items[at] = op["value"].clone(),
                    }
                }
                _ => panic!("no container at {parent}"),
            }
        }
        state
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4i64).prop_map(Value::from),
            "[a-c/~]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-c/~]{0,2}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect()))
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_turns_the_first_state_into_the_second(before in json(), after in json()) {
            let node = |value: &Value| parse_text(&value.to_string()).node;
            let changes = diff(&node(&before), &node(&after));
            prop_assert_eq!(changes.is_empty(), before == after);
            prop_assert_eq!(apply(before, &to_patch(&changes)), after);
        }
    }

    #[test]
    fn one_item_taken_from_a_list_is_one_removal() {
        let node = |text: &str| parse_text(text).node;
        let changes = diff(&node(r#"{"a":[1,2,3,4]}"#), &node(r#"{"a":[1,3,4]}"#));
        assert_eq!(to_patch(&changes), r#"[{"op":"remove","path":"/a/1"}]"#);
    }
}
