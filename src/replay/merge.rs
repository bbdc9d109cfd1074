//! The built-in reducer: every event's top-level keys replace those of the state; a row that holds
//! a state by itself is that state.
//!
//! Merging needs no knowledge of the domain, so its states are labelled a guess. Those that rows
//! hold are none.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Packed, Reducer, SLOTS, Saved, Slot, Stands, Step, Stepped, Thrown, Why};
use crate::model::{FindingCode, Node, Object, Text};

/// What the reducer is called; `--reducer` takes it.
pub const MERGE: &str = "merge";
/// What it is called where every row holds a state by itself.
pub const ROWS: &str = "rows";

/// Shallow merge. The initial state is an empty object; a payload that is no object
/// leaves the state as it is and is a finding.
pub struct Merge {
    names: [Text; 2],
    slots: [State; SLOTS],
    /// Something was merged.
    merged: bool,
    /// A row held a state.
    held: bool,
}

#[derive(Clone)]
enum State {
    Members(IndexMap<Text, Node>),
    /// Null after a row that ends it, or what else a row holds.
    Other(Node),
    /// It is not stored, in words.
    Unknown(Text),
}

impl Default for State {
    fn default() -> State {
        State::Members(IndexMap::new())
    }
}

impl State {
    fn of(node: Node) -> State {
        match node {
            Node::Object(object) => State::Members(object.0.iter().cloned().collect()),
            other => State::Other(other),
        }
    }

    /// The members to be changed; after the end of a state they begin anew.
    fn members(&mut self) -> Option<&mut IndexMap<Text, Node>> {
        if let State::Other(_) = self {
            *self = State::default();
        }
        if let State::Members(members) = self { Some(members) } else { None }
    }
}

impl Default for Merge {
    fn default() -> Merge {
        Merge { names: [MERGE, ROWS].map(Text::from), slots: Default::default(), merged: false, held: false }
    }
}

impl Merge {
    /// Odd things of an event, in words.
    fn take(&mut self, slot: Slot, event: &Step) -> Option<(FindingCode, String)> {
        let state = &mut self.slots[slot as usize];
        match &event.stands {
            Stands::State(node) => {
                self.held = true;
                *state = State::of(node.clone());
            }
            Stands::Likely(node, why) => {
                self.merged = true;
                *state = State::of(node.clone());
                return Some((FindingCode::NotMerged, why.to_string()));
            }
            Stands::Unknown(why) => {
                self.held = true;
                *state = State::Unknown(Arc::clone(why));
                return Some((FindingCode::NotMerged, why.to_string()));
            }
            Stands::Pairs { changes, is_first } => {
                if *is_first {
                    *state = State::default();
                }
                // After the end of a state there is none to change either.
                let has_none = match state {
                    State::Members(members) => members.is_empty(),
                    State::Other(_) => true,
                    State::Unknown(_) => false,
                };
                let is_late = !is_first && has_none;
                self.merged |= is_late;
                self.held |= !is_late;
                let says_nothing = *changes == Node::Null;
                self.merged |= says_nothing;
                lay_over(state.members()?, changes);
                let why = match (says_nothing, is_late) {
                    (true, _) => "what it changed is not stored: it leaves the state",
                    (_, true) => "what it did not change is not known: no row before it is whole",
                    _ => return None,
                };
                return Some((FindingCode::NotMerged, why.into()));
            }
            Stands::Event => {
                self.merged = true;
                match event.data.node() {
                    Node::Object(object) if !is_bytes(object) => state.members()?.extend(object.0.iter().cloned()),
                    _ => {
                        let message = "the payload is no object: merge leaves the state".into();
                        return Some((FindingCode::NotMerged, message));
                    }
                }
            }
        }
        None
    }
}

impl Reducer for Merge {
    fn name(&self) -> &Text {
        &self.names[usize::from(!self.is_guess())]
    }

    fn is_guess(&self) -> bool {
        self.merged || !self.held
    }

    fn start(&mut self, slot: Slot, _stream: &str) -> Result<(), Thrown> {
        self.slots[slot as usize] = State::default();
        Ok(())
    }

    fn step(&mut self, slot: Slot, _stream: &str, events: &[Step]) -> Stepped {
        let mut findings = Vec::new();
        for (at, event) in events.iter().enumerate().filter(|(_, event)| !event.is_skipped) {
            findings.extend(self.take(slot, event).map(|(code, message)| (at, code, message)));
        }
        Stepped { done: events.len(), findings, ..Stepped::default() }
    }

    fn knows(&self, slot: Slot) -> bool {
        !matches!(self.slots[slot as usize], State::Unknown(_))
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        match &self.slots[slot as usize] {
            State::Members(members) => {
                Ok(Node::object(members.iter().map(|(key, node)| (Arc::clone(key), node.clone())).collect()))
            }
            State::Other(node) => Ok(node.clone()),
            State::Unknown(why) => Err(Thrown::new(Why::Elsewhere, why.to_string())),
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        match &self.slots[slot as usize] {
            State::Unknown(why) => Ok(Saved::Script(Packed::of(why))),
            _ => self.export(slot).map(Saved::Node),
        }
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        self.slots[slot as usize] = match saved {
            Saved::Node(node) => State::of(node.clone()),
            Saved::Script(why) => State::Unknown(Text::from(why.text().unwrap_or_default())),
        };
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

/// A state after such changes.
pub fn laid_over(state: &Node, changes: &Node) -> Node {
    let mut members: IndexMap<Text, Node> = match state {
        Node::Object(object) => object.0.iter().cloned().collect(),
        _ => IndexMap::new(),
    };
    lay_over(&mut members, changes);
    Node::object(members.into_iter().collect())
}

/// Sets each member to the new one of its two values. Of a relation to many, as django-auditlog
/// writes it, `{"type": "m2m", "operation": "add", "objects": […]}` says what came or went.
fn lay_over(members: &mut IndexMap<Text, Node>, changes: &Node) {
    let Node::Object(changes) = changes else { return };
    for (key, change) in &changes.0 {
        match change {
            Node::Array(pair) if pair.len() == 2 => {
                members.insert(Arc::clone(key), pair[1].clone());
            }
            Node::Object(_) if let Some(Node::Array(objects)) = change.get("objects") => {
                let is_there =
                    members.get(key).and_then(|own| if let Node::Array(own) = own { Some(own) } else { None });
                let mut all: Vec<Node> = is_there.map(|own| own.to_vec()).unwrap_or_default();
                match change.get("operation").and_then(Node::as_str) {
                    Some("delete" | "remove") => all.retain(|own| !objects.contains(own)),
                    Some("clear") => all.clear(),
                    _ => {
                        let new: Vec<Node> = objects.iter().filter(|object| !all.contains(object)).cloned().collect();
                        all.extend(new);
                        all.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                    }
                }
                members.insert(Arc::clone(key), Node::array(all));
            }
            // Some writers keep the new value alone.
            other => {
                members.insert(Arc::clone(key), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};
    use crate::model::{Position, Slice, Version};
    use crate::replay::Payload;

    fn folded(rows: &[Stands]) -> (String, bool) {
        let mut merge = Merge::default();
        let step = |stands: &Stands| Step {
            version: Version(1),
            event_type: Slice::from("x"),
            id: None,
            position: Position::None,
            stream: None,
            time: None,
            time_text: None,
            is_time_number: false,
            data: Payload::new(parse_text(r#"{"a":1}"#).node, None),
            metadata: None,
            stands: stands.clone(),
            is_skipped: false,
            is_typed: false,
        };
        let steps: Vec<Step> = rows.iter().map(step).collect();
        merge.start(Slot::Build, "s").expect("a start");
        // Step by step and by copies gives the same.
        for step in &steps {
            merge.step(Slot::Build, "s", std::slice::from_ref(step));
            let saved = merge.save(Slot::Build).expect("a copy");
            merge.restore(Slot::Seek, &saved).expect("a state");
            merge.restore(Slot::Build, &saved).expect("a state");
        }
        let text =
            |state: Result<Node, Thrown>| state.map_or_else(|thrown| thrown.message.to_string(), |node| to_text(&node));
        let (build, seek) = (text(merge.export(Slot::Build)), text(merge.export(Slot::Seek)));
        assert_eq!(build, seek);
        (build, merge.is_guess())
    }

    fn state(text: &str) -> Stands {
        Stands::State(parse_text(text).node)
    }

    fn pairs(text: &str, is_first: bool) -> Stands {
        Stands::Pairs { changes: parse_text(text).node, is_first }
    }

    #[test]
    fn rows_that_hold_states_are_them_and_no_guess() {
        assert_eq!(folded(&[state(r#"{"b":1,"c":2}"#), state(r#"{"b":3}"#)]), (r#"{"b":3}"#.into(), false));
        assert_eq!(folded(&[state(r#"{"b":1}"#), Stands::State(Node::Null)]), ("null".into(), false));
        assert_eq!(folded(&[state(r#"{"b":1}"#), Stands::Unknown("not stored".into())]), ("not stored".into(), false));
        // An event that is merged makes all of it a guess.
        assert_eq!(folded(&[state(r#"{"b":1}"#), Stands::Event]), (r#"{"b":1,"a":1}"#.into(), true));
        assert_eq!(folded(&[]), ("{}".into(), true));
    }

    #[test]
    fn changes_are_laid_over_each_other() {
        let rows = [
            pairs(r#"{"name":[null,"Ann"],"n":[null,null]}"#, true),
            pairs(r#"{"n":[null,"5"],"tags":{"type":"m2m","operation":"add","objects":["b","a"]}}"#, false),
            pairs(r#"{"name":["Ann","Bo"],"tags":{"type":"m2m","operation":"delete","objects":["b"]}}"#, false),
        ];
        assert_eq!(folded(&rows), (r#"{"name":"Bo","n":"5","tags":["a"]}"#.into(), false));
        // What was there before the first is not known, nor what came back after the end.
        let again = [pairs(r#"{"n":[null,1]}"#, true), Stands::State(Node::Null), pairs(r#"{"n":[1,2]}"#, false)];
        assert_eq!(folded(&again), (r#"{"n":2}"#.into(), true));
        assert!(folded(&rows[1..]).1);
        // A row that says nothing is no reason to be sure.
        let silent = [rows[0].clone(), Stands::Pairs { changes: Node::Null, is_first: false }];
        assert_eq!(folded(&silent), (r#"{"name":"Ann","n":null}"#.into(), true));
        assert!(folded(&[Stands::Pairs { changes: Node::Null, is_first: true }]).1);
    }
}
