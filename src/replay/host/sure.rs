//! [`Sure`]: a reducer that may ask what time it is, as long as no state depends on the answer.
//!
//! Libraries do: luxon reads the clock for the year that a text may lack, and then does not use
//! it. Where a fold is refused for that, it is folded anew in three hosts whose clocks
//! differ: long ago, at the event's own time, and long after. A state to which all
//! come is the state of every run; the event at which they part is refused as it was.

use std::slice;

use super::script::{CLOCKS, Script, void};
use crate::model::{Node, Text};
use crate::replay::{Batch, Reducer, Saved, Slot, Step, Stepped, Thrown, Why, jump_in_parts, keep_between};

/// See the module's documentation.
pub struct Sure {
    one: Script,
    trial: Option<Trial>,
}

struct Trial {
    all: [Script; CLOCKS],
    /// What is said where they part.
    refusal: Thrown,
}

impl Sure {
    pub fn new(one: Script) -> Sure {
        Sure { one, trial: None }
    }

    /// Folds in several hosts from now on, where that may help. `false`: the refusal stays.
    fn divide(&mut self, refusal: &Thrown) -> bool {
        if refusal.why != Why::Clock || self.trial.is_some() {
            return false;
        }
        let Some(all) = self.one.with_clocks() else { return false };
        self.trial = Some(Trial { all, refusal: refusal.clone() });
        true
    }
}

impl Trial {
    /// What all answer.
    fn ask<T: PartialEq>(&mut self, ask: impl Fn(&mut Script) -> Result<T, Thrown>) -> Result<T, Thrown> {
        let answers: Vec<_> = self.all.iter_mut().map(ask).collect();
        self.one_of(answers)
    }

    fn one_of<T: PartialEq>(&self, answers: Vec<Result<T, Thrown>>) -> Result<T, Thrown> {
        // What spoils one host spoils the answer, whatever the others say.
        if let Some(fatal) = answers.iter().find_map(|answer| answer.as_ref().err().filter(|thrown| thrown.fatal)) {
            return Err(fatal.clone());
        }
        let same = answers.windows(2).all(|two| match two {
            [Ok(one), Ok(other)] => one == other,
            [Err(one), Err(other)] => one.why == other.why && one.message == other.message,
            _ => false,
        });
        let first = answers.into_iter().next().filter(|_| same);
        first.unwrap_or_else(|| Err(self.refusal.clone()))
    }

    /// Each event by itself: the one at which they part is to be named.
    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        let mut all = Stepped::default();
        for (at, event) in events.iter().enumerate() {
            let stepped: Vec<Stepped> =
                self.all.iter_mut().map(|script| script.step(slot, stream, slice::from_ref(event))).collect();
            let unsure = stepped.iter().any(|stepped| stepped.unsure);
            let mut answers = Vec::new();
            for (place, one) in stepped.into_iter().enumerate() {
                if place == 0 {
                    all.findings.extend(one.findings.into_iter().map(|(_, code, text)| (at, code, text)));
                    all.emitted.extend(one.emitted.into_iter().map(|(_, event)| (at, event)));
                    all.said.extend(one.said.into_iter().map(|(_, text)| (at, text)));
                }
                answers.push(one.thrown.map_or(Ok(()), Err));
            }
            let answer = self.one_of(answers).and_then(|()| match self.ask(|script| script.export(slot)) {
                Err(thrown) if thrown.why == Why::Clock => Err(thrown),
                _ => Ok(()),
            });
            if let Err(thrown) = answer {
                return Stepped { done: at, thrown: Some(thrown), unsure, ..all };
            }
        }
        Stepped { done: events.len(), ..all }
    }
}

impl Reducer for Sure {
    fn name(&self) -> &Text {
        self.one.name()
    }

    fn engine(&self) -> Option<String> {
        self.one.engine()
    }

    fn is_guess(&self) -> bool {
        self.one.is_guess()
    }

    fn start(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        if self.trial.is_none() {
            match self.one.start(slot, stream) {
                Err(refusal) if self.divide(&refusal) => {}
                answer => return answer,
            }
        }
        let Some(trial) = &mut self.trial else { return Err(void()) };
        trial.ask(|script| script.start(slot, stream))?;
        trial.ask(|script| script.export(slot)).map(|_| ())
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        match &mut self.trial {
            Some(trial) => trial.step(slot, stream, events),
            None => self.step_and_keep(slot, &Batch::of(stream, events)),
        }
    }

    fn hand_over(&mut self, slot: Slot, batch: &Batch<'_>) -> bool {
        self.trial.is_none() && self.one.hand_over(slot, batch)
    }

    fn step_and_keep(&mut self, slot: Slot, batch: &Batch<'_>) -> Stepped {
        if self.trial.is_some() {
            return keep_between(self, slot, batch);
        }
        let stepped = self.one.step_and_keep(slot, batch);
        match &stepped.thrown {
            // What was folded up to here, they have still to fold.
            Some(refusal) if self.divide(refusal) => {
                Stepped { thrown: Some(void()), unsure: true, ..Stepped::default() }
            }
            _ => stepped,
        }
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        match &mut self.trial {
            Some(trial) => trial.ask(|script| script.export(slot)),
            None => match self.one.export(slot) {
                Err(refusal) if self.divide(&refusal) => Err(void()),
                answer => answer,
            },
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        let Some(trial) = &mut self.trial else { return self.one.save(slot) };
        let saved = trial.ask(|script| match script.save(slot)? {
            Saved::Script(text) => Ok(text),
            Saved::Node(_) => Err(void()),
        });
        match saved {
            Ok(text) => Ok(Saved::Script(text)),
            Err(thrown) if thrown.why == Why::Clock => {
                Err(Thrown::new(Why::NoCopy, "what it keeps depends on the clock"))
            }
            Err(thrown) => Err(thrown),
        }
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        match &mut self.trial {
            Some(trial) => trial.ask(|script| script.restore(slot, saved)),
            None => self.one.restore(slot, saved),
        }
    }

    fn jump(&mut self, slot: Slot, from: &Saved, stream: &str, events: &[Step]) -> Result<Node, Thrown> {
        match self.trial {
            None => self.one.jump(slot, from, stream, events),
            Some(_) => jump_in_parts(self, slot, from, stream, events),
        }
    }

    fn limit_heap(&mut self, bytes: usize) {
        self.one.limit_heap(bytes);
        for script in self.trial.iter_mut().flat_map(|trial| &mut trial.all) {
            script.limit_heap(bytes / CLOCKS);
        }
    }

    fn fold_together(&mut self) {
        self.one.fold_together();
        for script in self.trial.iter_mut().flat_map(|trial| &mut trial.all) {
            script.fold_together();
        }
    }

    fn longest_interval(&self) -> u64 {
        self.one.longest_interval()
    }
}
