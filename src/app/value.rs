//! [`ValueSheet`]: one value with all that it may mean, and what is found in it.

use std::sync::Arc;

use super::action::{ValueAction, Way};
use super::desk::{Desk, Effect, Modal};
use super::store::{Notice, OpenStore};
use crate::model::{Node, Pointer};
use crate::session::find::{MAX_FOUND, starts};
use crate::session::{Found, JobHandle, JobNews, Meaning, MeaningsJob, Shown};

/// See the module's documentation.
pub(super) struct ValueSheet {
    pub(super) path: Pointer,
    /// What it is, where it is no value of a tree.
    pub(super) title: Option<String>,
    pub(super) node: Node,
    /// Of a text.
    pub(super) characters: Option<u64>,
    /// Looks for what it may mean.
    job: Option<JobHandle>,
    pub(super) meanings: Arc<Vec<Meaning>>,
    pub(super) tab: usize,
    pub(super) find: String,
    /// Where that begins, in bytes.
    pub(super) places: Vec<usize>,
    /// The place that is gone to.
    pub(super) at: Option<usize>,
    /// Changes whenever a place is to be seen.
    pub(super) jumps: u64,
}

impl ValueSheet {
    pub(super) fn is_waiting(&self) -> bool {
        self.job.is_some()
    }

    pub(super) fn shown(&self) -> Option<&Shown> {
        self.meanings.get(self.tab).map(|meaning| &meaning.shown)
    }

    fn look(&mut self) {
        let bytes = match self.shown() {
            Some(Shown::Text(text)) => text.as_bytes(),
            Some(Shown::Bytes(bytes)) => bytes,
            None => &[],
        };
        self.places = starts(bytes, 0..bytes.len(), &self.find, MAX_FOUND).0;
        self.at = (!self.places.is_empty()).then_some(0);
        self.jumps += 1;
    }

    fn go(&mut self, way: Way) {
        let len = self.places.len();
        let Some(at) = self.at.filter(|_| len > 0) else { return };
        let by = if way == Way::On { 1 } else { len - 1 };
        self.at = Some((at + by) % len);
        self.jumps += 1;
    }

    fn copied(&self) -> Option<String> {
        Some(match self.shown()? {
            Shown::Text(text) => text.to_string(),
            Shown::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

impl OpenStore {
    /// Shows the sheet for the value that is selected.
    pub(super) fn show_value(&mut self, desk: &mut Desk) {
        let Some(view) = &self.view else { return };
        let Some((_, path)) = view.trees.selected() else { return self.show_thrown(desk) };
        let Some(node) = view.selected_value() else {
            desk.say("There is no value here any more", 4.0);
            return;
        };
        let (path, node) = (path.clone(), node.clone());
        self.open_sheet(path, None, node, desk);
    }

    /// Shows the sheet for a message that is too long for its line.
    pub(super) fn show_message(&mut self, title: String, text: &str, desk: &mut Desk) {
        self.open_sheet(Pointer::default(), Some(title), Node::text(text), desk);
    }

    /// What the reducer threw, where the fold stopped for it.
    fn show_thrown(&mut self, desk: &mut Desk) {
        let error = self.view.as_ref().and_then(|view| view.thrown()).cloned();
        match error {
            Some(error) => self.show_message(format!("Thrown at v{}", error.version), &error.thrown.message, desk),
            None => desk.say("No path is selected", 4.0),
        }
    }

    fn open_sheet(&mut self, path: Pointer, title: Option<String>, node: Node, desk: &mut Desk) {
        let meanings = Arc::new(Meaning::itself(&node).into_iter().collect());
        let characters = match &node {
            Node::String(text) | Node::Raw(text) => Some(text.chars().count() as u64),
            _ => None,
        };
        let wanted = node.clone();
        let job = Some(self.session.run(Box::new(move || Box::new(MeaningsJob::new(wanted)))));
        self.value = Some(ValueSheet {
            path,
            title,
            node,
            characters,
            job,
            meanings,
            tab: 0,
            find: String::new(),
            places: Vec::new(),
            at: None,
            jumps: 0,
        });
        desk.modal = Some(Modal::Value);
    }

    /// Does what the user asked in the sheet.
    pub(super) fn dispatch_value(&mut self, action: ValueAction, desk: &mut Desk) {
        let Some(sheet) = &mut self.value else { return };
        match action {
            ValueAction::Show(tab) if tab < sheet.meanings.len() => {
                sheet.tab = tab;
                sheet.look();
            }
            ValueAction::Show(_) => {}
            ValueAction::Find(text) => {
                sheet.find = text;
                sheet.look();
            }
            ValueAction::Next(way) => sheet.go(way),
            ValueAction::Copy => {
                if let Some(text) = sheet.copied() {
                    desk.effect(Effect::Copy(text));
                    desk.say("Value copied", 2.0);
                }
            }
        }
    }

    /// Takes in what a value may mean; `false`: it is not about that.
    pub(super) fn take_meanings(&mut self, news: &JobNews) -> bool {
        let is_own = |sheet: &&mut ValueSheet| sheet.job.as_ref().is_some_and(|job| job.id() == news.id);
        let Some(sheet) = self.value.as_mut().filter(is_own) else { return false };
        if news.done {
            sheet.job = None;
        }
        match &news.found {
            Found::Meanings(meanings) if !meanings.is_empty() => {
                let was_there = sheet.shown().is_some();
                sheet.meanings = Arc::clone(meanings);
                if !was_there {
                    sheet.look();
                }
            }
            Found::Failed(problem) => self.notice = Some(Notice::Problem(problem.clone())),
            _ => {}
        }
        true
    }
}
