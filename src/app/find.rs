//! [`Find`]: a text that is looked for in what a panel shows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::action::{EventTab, FindAction, Panel, StateTab, Tree, Way};
use super::store::{Notice, OpenStore};
use super::stream::StreamView;
use super::view::{BlameLines, LinksHereLines};
use crate::model::{Findings, Pointer};
use crate::session::find::{FindIn, FindJob, FoundIn, FoundPlace};
use crate::session::{Found, JobHandle, JobNews};

/// Rows of a list that are looked through.
const MOST_LINES: u64 = 100_000;

/// What is found in the panels, where it is looked for.
#[derive(Default)]
pub(super) struct Finds {
    open: Vec<(Panel, Find)>,
    /// Changes whenever one of them goes to a place.
    jumps: u64,
}

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Find {
    pub(super) text: String,
    job: Option<JobHandle>,
    pub(super) found: Arc<FoundIn>,
    /// The place that is gone to.
    pub(super) at: Option<usize>,
    pub(super) jumps: u64,
    /// Tells apart what was looked through.
    of: Option<u64>,
    /// Once it is found, the first place is gone to.
    goes_there: bool,
}

impl Find {
    pub(super) fn is_looking(&self) -> bool {
        self.job.is_some()
    }

    fn place(&self) -> Option<&FoundPlace> {
        self.found.places.get(self.at?)
    }
}

impl Finds {
    pub(super) fn of(&self, panel: Panel) -> Option<&Find> {
        self.open.iter().find(|(own, _)| *own == panel).map(|(_, find)| find)
    }

    fn of_mut(&mut self, panel: Panel) -> Option<&mut Find> {
        self.open.iter_mut().find(|(own, _)| *own == panel).map(|(_, find)| find)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.open.iter().any(|(_, find)| find.is_looking())
    }
}

impl OpenStore {
    /// Does what the user asked in the line for finding in a panel.
    pub(super) fn dispatch_find(&mut self, panel: Panel, action: FindAction) {
        match action {
            FindAction::Show => {
                if self.finds.of(panel).is_none() && panel.has_find() {
                    self.finds.open.push((panel, Find::default()));
                }
            }
            FindAction::Close => self.finds.open.retain(|(own, _)| *own != panel),
            FindAction::Type(text) => {
                if let Some(find) = self.finds.of_mut(panel) {
                    (find.text, find.of, find.goes_there) = (text, None, true);
                }
                self.refresh_finds();
            }
            FindAction::Next(way) => {
                let Some(find) = self.finds.of(panel) else { return };
                let len = find.found.places.len();
                if len == 0 {
                    return;
                }
                let to = match (find.at, way) {
                    (None, Way::On) => 0,
                    (None, Way::Back) => len - 1,
                    (Some(at), Way::On) => (at + 1) % len,
                    (Some(at), Way::Back) => (at + len - 1) % len,
                };
                self.go_to_found(panel, to);
            }
        }
    }

    /// Looks anew where a panel shows something else by now.
    pub(super) fn refresh_finds(&mut self) {
        for at in 0..self.finds.open.len() {
            let panel = self.finds.open[at].0;
            let looked = self.contents(panel);
            let find = &self.finds.open[at].1;
            if find.of == Some(looked) {
                continue;
            }
            let text = find.text.clone();
            let within = if text.is_empty() { None } else { self.within(panel) };
            let job = within.map(|within| self.session.run(Box::new(move || Box::new(FindJob::new(within, &text)))));
            let find = &mut self.finds.open[at].1;
            find.of = Some(looked);
            if job.is_none() {
                (find.found, find.at) = (Arc::default(), None);
            }
            find.job = job;
        }
    }

    /// Another number for other contents of a panel.
    fn contents(&self, panel: Panel) -> u64 {
        let mut hasher = DefaultHasher::new();
        let view = self.view.as_ref();
        match panel {
            Panel::Findings => self.findings().for_each(|findings| findings.total().hash(&mut hasher)),
            Panel::Blame => {
                let blame = view.map(|view| (&view.blame.path, view.blame.writes.len()));
                blame.hash(&mut hasher);
            }
            Panel::Event => {
                let here = view.and_then(|view| Some(view.links.here.as_ref()?.rows.len()));
                (self.tabs.1, here, view.map(|view| view.trees.contents)).hash(&mut hasher);
            }
            _ => {
                let matrix = view.filter(|_| self.tabs.0 == StateTab::Matrix).and_then(StreamView::matrix_shown);
                let matrix = matrix.map(|news| (news.window.clone(), news.columns.len()));
                (self.tabs.0, view.map(|view| view.trees.contents), matrix).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// What a panel shows.
    fn within(&self, panel: Panel) -> Option<FindIn> {
        let view = self.view.as_ref();
        let shown = view.and_then(|view| view.fold.shown.as_ref());
        Some(match (panel, self.tabs) {
            (Panel::State, (StateTab::Tree, _)) => FindIn::Tree(shown?.state.clone()),
            (Panel::State, (StateTab::Changes, _)) => FindIn::Changes(view?.changes()?.to_vec()),
            (Panel::State, (StateTab::Matrix, _)) => match view?.matrix_shown() {
                Some(news) => FindIn::Matrix(news.paths.clone(), news.columns.values().cloned().collect()),
                None => FindIn::Tree(shown?.state.clone()),
            },
            (Panel::State, (StateTab::Raw, _)) => FindIn::Text(Arc::clone(shown?.raw.as_ref()?)),
            (Panel::Event, (_, EventTab::Payload)) => {
                FindIn::Tree(view?.links.stands_for().unwrap_or(&shown?.event.as_ref()?.data).clone())
            }
            (Panel::Event, (_, EventTab::Metadata)) => FindIn::Tree(shown?.event.as_ref()?.metadata.clone()),
            (Panel::Event, (_, EventTab::Raw)) => FindIn::Bytes(Arc::clone(&shown?.event.as_ref()?.raw)),
            (Panel::Event, (_, EventTab::Links)) => lines(LinksHereLines::len(self), |at| {
                let line = LinksHereLines::row(self, at);
                let version = line.version.map(|version| format!(" v{version}")).unwrap_or_default();
                format!("{}{version} {} {}", line.stream, line.event_type, line.name)
            }),
            (Panel::Blame, _) => {
                let view = view?;
                lines(BlameLines::len(view), |at| {
                    let line = BlameLines::row(view, at);
                    let values = [line.before, line.after, line.inside].map(Option::unwrap_or_default).join("\n");
                    format!("v{} {}\n{values}", line.version, line.type_name)
                })
            }
            (Panel::Findings, _) => FindIn::Lines { lines: self.finding_lines(), is_part: false },
            _ => return None,
        })
    }

    /// What the rows of the list of findings say.
    fn finding_lines(&self) -> Vec<String> {
        let line = |(findings, group): (&Findings, &crate::model::FindingGroup)| {
            let first = findings.places(group).next();
            let stream = first.and_then(|first| first.stream.as_deref()).unwrap_or_default();
            let version = first.and_then(|first| first.version).map(|version| format!(" v{version}"));
            let message = first.map_or("in further places", |first| &first.message);
            format!("{}\n{stream}{}\n{message}", group.code.name(), version.unwrap_or_default())
        };
        self.finding_groups().map(line).collect()
    }

    /// Takes in what was found; `false`: it is something else.
    pub(super) fn take_found(&mut self, news: &JobNews) -> bool {
        let is_own = |find: &Find| find.job.as_ref().is_some_and(|job| job.id() == news.id);
        let Some((panel, find)) = self.finds.open.iter_mut().find(|(_, find)| is_own(find)) else { return false };
        let panel = *panel;
        find.job.take_if(|_| news.done);
        match &news.found {
            Found::InPanel(found) => {
                // Where one went to is the same place as before, if it is there still.
                let before = find.place().cloned().filter(|_| !find.goes_there);
                find.found = Arc::clone(found);
                find.at = before.and_then(|before| found.places.iter().position(|place| *place == before));
            }
            Found::Failed(problem) => self.notice = Some(Notice::Problem(problem.clone())),
            _ => {}
        }
        if find.goes_there && !find.found.places.is_empty() {
            find.goes_there = false;
            self.go_to_found(panel, 0);
        }
        true
    }

    /// Selects a place in its tree; lists and texts are only scrolled.
    fn go_to_found(&mut self, panel: Panel, to: usize) {
        self.finds.jumps += 1;
        let jumps = self.finds.jumps;
        let Some(find) = self.finds.of_mut(panel) else { return };
        (find.at, find.jumps) = (Some(to), jumps);
        let place = find.place().cloned();
        let Some(view) = &mut self.view else { return };
        let path: Option<Pointer> = match place {
            Some(FoundPlace::Path(path)) => Some(path),
            Some(FoundPlace::Row(row)) if panel == Panel::State => {
                view.changes().and_then(|changes| changes.get(row as usize)).map(|change| change.path.clone())
            }
            _ => None,
        };
        let tree = match (panel, self.tabs.1) {
            (Panel::State, _) => Tree::State,
            (_, EventTab::Metadata) => Tree::Metadata,
            _ => Tree::Payload,
        };
        if let Some(path) = path {
            view.trees.select(tree, Some(path));
        }
    }
}

impl Panel {
    /// It has a line for finding something.
    pub fn has_find(self) -> bool {
        matches!(self, Panel::State | Panel::Event | Panel::Findings | Panel::Blame)
    }
}

/// Rows of a list as they are read.
fn lines(len: u64, line: impl Fn(u64) -> String) -> FindIn {
    FindIn::Lines { lines: (0..len.min(MOST_LINES)).map(line).collect(), is_part: len > MOST_LINES }
}
