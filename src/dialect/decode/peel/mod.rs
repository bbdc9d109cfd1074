//! The wrappers that frameworks put around values, taken off after decoding. A wrapper is a file
//! and a line in [`WRAPPERS`].

mod generation;
mod newtonsoft;
mod python;
mod serde_enum;

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::Decoded;
use crate::model::{Node, Object};

/// Wrappers taken off after decoding.
#[derive(Clone, Copy, Debug)]
pub struct Wrapper {
    /// In a dialect.
    name: &'static str,
    /// What is left without; `None` where nothing is wrapped.
    peel: fn(&Node) -> Option<Node>,
}

static WRAPPERS: [Wrapper; 5] = [
    Wrapper { name: "generation", peel: generation::newest },
    Wrapper { name: "newtonsoft", peel: newtonsoft::plain },
    Wrapper { name: "python-typed", peel: python::typed },
    Wrapper { name: "python-typed-8", peel: python::typed_8 },
    Wrapper { name: "serde-enum", peel: serde_enum::inside },
];

impl PartialEq for Wrapper {
    fn eq(&self, other: &Wrapper) -> bool {
        self.name == other.name
    }
}

impl Eq for Wrapper {}

impl<'de> Deserialize<'de> for Wrapper {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wrapper, D::Error> {
        let name = String::deserialize(deserializer)?;
        WRAPPERS.iter().find(|wrapper| wrapper.name == name).copied().ok_or_else(|| {
            let known: Vec<&str> = WRAPPERS.iter().map(|wrapper| wrapper.name).collect();
            D::Error::custom(format!("no wrapper is called `{name}`: {}", known.join(", ")))
        })
    }
}

/// Takes wrappers off.
pub fn peel(decoded: &mut Decoded, wrappers: &[Wrapper]) {
    for wrapper in wrappers {
        if let Some(peeled) = (wrapper.peel)(&decoded.node) {
            let before = std::mem::replace(&mut decoded.node, peeled);
            decoded.wrapped.get_or_insert(before);
            decoded.stored_is_json = false;
        }
    }
}

/// The tree with what `inside` gives for each member and item; `None` where that is nothing.
fn each(node: &Node, mut inside: impl FnMut(&Node) -> Option<Node>) -> Option<Node> {
    match node {
        Node::Array(items) => {
            let peeled: Vec<Option<Node>> = items.iter().map(inside).collect();
            let all = peeled.iter().any(Option::is_some).then(|| peeled.into_iter().zip(items.iter()));
            Some(Node::array(all?.map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect()))
        }
        Node::Object(object) => {
            let peeled: Vec<Option<Node>> = object.0.iter().map(|(_, node)| inside(node)).collect();
            let all = peeled.iter().any(Option::is_some).then(|| peeled.into_iter().zip(&object.0));
            let members = all?.map(|(new, (key, old))| (Arc::clone(key), new.unwrap_or_else(|| old.clone())));
            Some(Node::Object(Arc::new(Object(members.collect()))))
        }
        _ => None,
    }
}
