//! The built-in reducer: every event's top-level keys replace those of the state.
//!
//! It needs no knowledge of the domain, so its states are labelled a guess.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown};
use crate::model::{FindingCode, Node, Object, Text};

/// What the reducer is called; `--reducer` takes it.
pub const MERGE: &str = "merge";

/// Shallow merge. The initial state is an empty object; a payload that is no object
/// leaves the state as it is and is a finding. An event that stands for a whole state is that state.
pub struct Merge {
    name: Text,
    slots: [IndexMap<Text, Node>; SLOTS],
}

impl Default for Merge {
    fn default() -> Merge {
        Merge { name: Arc::from(MERGE), slots: Default::default() }
    }
}

impl Reducer for Merge {
    fn name(&self) -> &Text {
        &self.name
    }

    fn is_guess(&self) -> bool {
        true
    }

    fn start(&mut self, slot: Slot, _stream: &str) -> Result<(), Thrown> {
        self.slots[slot as usize].clear();
        Ok(())
    }

    fn step(&mut self, slot: Slot, _stream: &str, events: &[Step]) -> Stepped {
        let state = &mut self.slots[slot as usize];
        let mut findings = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let node = event.restart.as_ref().unwrap_or(event.data.node());
            match node {
                _ if event.is_skipped => {}
                Node::Object(object) if event.restart.is_some() => *state = object.0.iter().cloned().collect(),
                Node::Object(object) if !is_bytes(object) => state.extend(object.0.iter().cloned()),
                _ => findings.push((
                    at,
                    FindingCode::NotMerged,
                    "the payload is no object: merge leaves the state".into(),
                )),
            }
        }
        Stepped { done: events.len(), findings, ..Stepped::default() }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        let members = self.slots[slot as usize].iter();
        Ok(Node::object(members.map(|(key, node)| (Arc::clone(key), node.clone())).collect()))
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.export(slot).map(Saved::Node)
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        let state = &mut self.slots[slot as usize];
        state.clear();
        if let Saved::Node(Node::Object(object)) = saved {
            state.extend(object.0.iter().cloned());
        }
        Ok(())
    }

    fn longest_interval(&self) -> u64 {
        // A copy is a list of shared members, so they can be close together; where states
        // are wide the budget thins them out.
        64
    }
}

/// Bytes, as they stand in the lines of `events --json`: of the store itself they are no object either.
fn is_bytes(object: &Object) -> bool {
    matches!(object.0.as_slice(), [(name, Node::String(_))] if &**name == "$bytes")
}
