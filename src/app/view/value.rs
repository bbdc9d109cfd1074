//! The sheet of one value.

use crate::app::store::OpenStore;
use crate::model::Node;
use crate::session::Shown;
use crate::session::find::MAX_FOUND;

/// A value with all that it may mean.
pub struct ValueView<'a> {
    /// As the user reads it; empty = the whole.
    pub path: String,
    /// What JSON calls it.
    pub kind: &'static str,
    /// Members of an object, items of an array.
    pub members: Option<u64>,
    pub characters: Option<u64>,
    /// Bytes of the value, or of what is written for it.
    pub bytes: Option<u64>,
    /// It is too long to be looked into.
    pub is_too_long: bool,
    /// What it may be looked at as, the value itself first; empty while it is being written.
    pub names: Vec<&'static str>,
    pub tab: usize,
    pub shown: Option<&'a Shown>,
    pub find: &'a str,
    /// Where that begins in what is shown, in bytes.
    pub places: &'a [usize],
    /// There may be more than these.
    pub has_more: bool,
    /// Which of them one is at.
    pub at: Option<usize>,
    /// Changes whenever that one is to be seen.
    pub jumps: u64,
}

pub(super) fn value(store: &OpenStore) -> Option<ValueView<'_>> {
    let sheet = store.value.as_ref()?;
    let kind = match sheet.node {
        Node::Null => "null",
        Node::Bool(_) => "true or false",
        Node::Number(_) => "number",
        Node::String(_) => "text",
        Node::Array(_) => "array",
        Node::Object(_) => "object",
        Node::Raw(_) => "text that was not taken apart",
        Node::Bytes(_) => "bytes",
    };
    let bytes = sheet.meanings.first().map(|meaning| match &meaning.shown {
        Shown::Text(text) => text.len() as u64,
        Shown::Bytes(bytes) => bytes.len() as u64,
    });
    let own_text = match &sheet.node {
        Node::String(text) | Node::Raw(text) => Some(text),
        _ => None,
    };
    Some(ValueView {
        path: sheet.title.clone().unwrap_or_else(|| sheet.path.readable()),
        kind,
        members: sheet.node.len().map(|len| len as u64),
        characters: sheet.characters,
        bytes,
        is_too_long: own_text.is_some_and(|text| text.len() > crate::session::MAX_LOOKED_INTO),
        names: sheet.meanings.iter().map(|meaning| meaning.name).collect(),
        tab: sheet.tab,
        shown: sheet.shown(),
        find: &sheet.find,
        places: &sheet.places,
        has_more: sheet.places.len() == MAX_FOUND,
        at: sheet.at,
        jumps: sheet.jumps,
    })
}
