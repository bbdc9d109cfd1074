//! [`Sure`]: a reducer that may ask what time it is, or for chance, as long as no state depends on
//! the answer.
//!
//! Libraries do: luxon reads the clock for the year that a text may lack, and then does not use
//! it. Where a fold is refused for that, it is folded anew in two hosts whose clocks and dice
//! differ in everything. A state to which both come is the state of every run; the event at which
//! they part is refused as it was.

use std::slice;

use super::script::{Script, void};
use crate::model::{Node, Text};
use crate::replay::{Reducer, Saved, Slot, Step, Stepped, Thrown, Why};

/// See the module's documentation.
pub struct Sure {
    one: Script,
    pair: Option<Pair>,
}

struct Pair {
    both: [Script; 2],
    /// What is said where they part.
    refusal: Thrown,
}

impl Sure {
    pub fn new(one: Script) -> Sure {
        Sure { one, pair: None }
    }

    /// Folds in two hosts from now on, where that may help. `false`: the refusal stays.
    fn divide(&mut self, refusal: &Thrown) -> bool {
        if refusal.why != Why::Refused || self.pair.is_some() {
            return false;
        }
        let Some(both) = self.one.with_chances() else { return false };
        self.pair = Some(Pair { both, refusal: refusal.clone() });
        true
    }
}

impl Pair {
    /// What both answer.
    fn ask<T: PartialEq>(&mut self, ask: impl Fn(&mut Script) -> Result<T, Thrown>) -> Result<T, Thrown> {
        let [one, other] = &mut self.both;
        match (ask(one), ask(other)) {
            (Ok(one), Ok(other)) if one == other => Ok(one),
            // What spoils one host spoils the answer, whatever the other says.
            (Err(thrown), _) | (_, Err(thrown)) if thrown.fatal => Err(thrown),
            (Err(one), Err(other)) if one.why == other.why && one.message == other.message => Err(one),
            _ => Err(self.refusal.clone()),
        }
    }

    /// Each event by itself: the one at which they part is to be named.
    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        let mut all = Stepped::default();
        for (at, event) in events.iter().enumerate() {
            let [one, other] = &mut self.both;
            let [stepped, again] = [one, other].map(|script| script.step(slot, stream, slice::from_ref(event)));
            all.findings.extend(stepped.findings.into_iter().map(|(_, code, text)| (at, code, text)));
            all.said.extend(stepped.said.into_iter().map(|(_, text)| (at, text)));
            let thrown = match (stepped.thrown, again.thrown) {
                (None, None) => self.ask(|script| script.export(slot)).err().filter(|thrown| thrown.why == Why::Refused),
                (Some(one), Some(other)) if one.why == other.why && one.message == other.message => Some(one),
                (Some(thrown), _) | (_, Some(thrown)) if thrown.fatal => Some(thrown),
                _ => Some(self.refusal.clone()),
            };
            if thrown.is_some() {
                let unsure = stepped.unsure || again.unsure;
                return Stepped { done: at, thrown, unsure, ..all };
            }
        }
        Stepped { done: events.len(), ..all }
    }
}

impl Reducer for Sure {
    fn name(&self) -> &Text {
        self.one.name()
    }

    fn is_guess(&self) -> bool {
        self.one.is_guess()
    }

    fn start(&mut self, slot: Slot) -> Result<(), Thrown> {
        if self.pair.is_none() {
            match self.one.start(slot) {
                Err(refusal) if self.divide(&refusal) => {}
                answer => return answer,
            }
        }
        let Some(pair) = &mut self.pair else { return Err(void()) };
        pair.ask(|script| script.start(slot))?;
        pair.ask(|script| script.export(slot)).map(|_| ())
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        if let Some(pair) = &mut self.pair {
            return pair.step(slot, stream, events);
        }
        let stepped = self.one.step(slot, stream, events);
        match &stepped.thrown {
            // What was folded up to here, the two have still to fold.
            Some(refusal) if self.divide(refusal) => Stepped { thrown: Some(void()), unsure: true, ..Stepped::default() },
            _ => stepped,
        }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        match &mut self.pair {
            Some(pair) => pair.ask(|script| script.export(slot)),
            None => match self.one.export(slot) {
                Err(refusal) if self.divide(&refusal) => Err(void()),
                answer => answer,
            },
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        let Some(pair) = &mut self.pair else { return self.one.save(slot) };
        let saved = pair.ask(|script| match script.save(slot)? {
            Saved::Script(text) => Ok(text),
            Saved::Node(_) => Err(void()),
        });
        match saved {
            Ok(text) => Ok(Saved::Script(text)),
            Err(thrown) if thrown.why == Why::Refused => {
                Err(Thrown::new(Why::NoCopy, "what it keeps depends on the clock or on chance"))
            }
            Err(thrown) => Err(thrown),
        }
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        match &mut self.pair {
            Some(pair) => pair.ask(|script| script.restore(slot, saved)),
            None => self.one.restore(slot, saved),
        }
    }

    fn limit_heap(&mut self, bytes: usize) {
        self.one.limit_heap(bytes);
        for script in self.pair.iter_mut().flat_map(|pair| &mut pair.both) {
            script.limit_heap(bytes / 2);
        }
    }

    fn longest_interval(&self) -> u64 {
        self.one.longest_interval()
    }
}
