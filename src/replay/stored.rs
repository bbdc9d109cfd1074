//! The reducer that computes nothing: the states are those that the store itself keeps, known
//! only at some versions. Elsewhere there is no state, and the answer says so.

use std::sync::Arc;

use super::{Packed, Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown, Why};
use crate::model::{Node, Text, Version};

/// What the reducer is called; `--reducer` takes it.
pub const STORED: &str = "stored";

/// The states that a store keeps.
pub trait StoredStates {
    /// Turns to a stream, by the name that is shown.
    fn turn_to(&mut self, stream: &str);
    /// Versions at which there is a state of it, in their order.
    fn versions(&self) -> &[Version];
    /// The state at one of them. `Err` says in words why it cannot be read.
    ///
    /// # Errors
    /// The store can no longer be read, or the document cannot be decoded.
    fn state(&mut self, version: Version) -> Result<Node, String>;
}

/// See the module's documentation. Before the first event the state is null.
pub struct Stored {
    name: Text,
    states: Box<dyn StoredStates>,
    stream: Text,
    /// The version of the event that each slot is behind.
    at: [Option<Version>; SLOTS],
}

impl Stored {
    pub fn new(states: Box<dyn StoredStates>) -> Stored {
        Stored { name: Arc::from(STORED), states, stream: Arc::from(""), at: [None; SLOTS] }
    }

    fn elsewhere(&self) -> Thrown {
        let versions = self.states.versions();
        let message = match versions {
            [] => "the store holds no document of this stream".to_owned(),
            [only] => format!("the store holds a document at v{only} only"),
            [all @ .., last] => {
                const NAMED: usize = 6;
                let named: Vec<String> =
                    all.iter().rev().take(NAMED).rev().map(|version| format!("v{version}")).collect();
                let more = if all.len() > NAMED { "…, " } else { "" };
                format!("the store holds documents at {more}{} and v{last} only", named.join(", "))
            }
        };
        Thrown::new(Why::Elsewhere, message)
    }
}

impl Reducer for Stored {
    fn name(&self) -> &Text {
        &self.name
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot, _stream: &str) -> Result<(), Thrown> {
        self.at[slot as usize] = None;
        Ok(())
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        if *self.stream != *stream {
            self.stream = Arc::from(stream);
            self.states.turn_to(stream);
        }
        if let Some(last) = events.last() {
            self.at[slot as usize] = Some(last.version);
        }
        Stepped { done: events.len(), ..Stepped::default() }
    }

    fn knows(&self, slot: Slot) -> bool {
        self.at[slot as usize].is_none_or(|at| self.states.versions().binary_search(&at).is_ok())
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        let Some(version) = self.at[slot as usize] else { return Ok(Node::Null) };
        if !self.knows(slot) {
            return Err(self.elsewhere());
        }
        let said = |cause| Thrown::new(Why::Elsewhere, format!("the document at v{version} {cause}"));
        self.states.state(version).map_err(said)
    }

    /// Only the place is kept: the states are in the store.
    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        let text = self.at[slot as usize].map_or_else(String::new, |version| version.to_string());
        Ok(Saved::Script(Packed::of(&text)))
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        if let Saved::Script(packed) = saved {
            let text = packed.text().unwrap_or_default();
            self.at[slot as usize] = text.parse().ok().map(Version);
        }
        Ok(())
    }

    fn longest_interval(&self) -> u64 {
        1 << 13
    }
}
