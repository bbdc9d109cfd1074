//! [`StoreSearch`]: what is looked for in all events of a store, and those that have it.

use std::sync::Arc;

use super::action::Tie;
use super::desk::Desk;
use super::store::OpenStore;
use crate::index::At;
use crate::model::{Helpful, Node, Problem};
use crate::session::query::{Query, QueryError};
use crate::session::search::{Hit, Hits, KEPT, Lacks, Search};
use crate::session::{Found, JobHandle, JobNews, Progress};

/// How deep a correlation id is looked for, and among how many members of each object.
const DEEPEST: usize = 3;
const MEMBERS: usize = 64;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct StoreSearch {
    /// As it was typed.
    pub(super) text: String,
    /// Why that is no search, or why the store could not be searched.
    pub(super) problem: Option<Problem>,
    job: Option<JobHandle>,
    /// What earlier jobs found, of the events that were there then.
    before: Earlier,
    pub(super) hits: Arc<Hits>,
    pub(super) found: u64,
    pub(super) progress: Progress,
    /// It was ended before it was through, so that it does not go on by itself.
    is_stopped: bool,
    /// The hit that one went to.
    pub(super) at: Option<u64>,
    pub(super) is_open: bool,
}

/// What was found of the first events.
#[derive(Clone, Default)]
struct Earlier {
    hits: Arc<Hits>,
    found: u64,
}

impl StoreSearch {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// Ends the search; what it found stays.
    pub(super) fn stop(&mut self) {
        self.is_stopped |= self.job.take().is_some();
    }

    pub(super) fn hit(&self, row: u64) -> Option<&Hit> {
        self.hits.kept.get(row as usize).map(|hit| &**hit)
    }
}

impl OpenStore {
    /// Shows the drawer; what was looked for there last is there still.
    pub(super) fn show_search(&mut self) {
        self.close_drawers();
        self.search.is_open = true;
    }

    /// There is one drawer.
    pub(super) fn close_drawers(&mut self) {
        self.findings_open = false;
        self.search.is_open = false;
        if let Some(view) = &mut self.view {
            view.blame.is_open = false;
        }
    }

    /// Looks for something else; the last question wins.
    pub(super) fn search_for(&mut self, text: String) {
        let problem = |error: QueryError| error.problem("The search cannot be understood");
        let query = Query::parse(&text);
        let is_something = matches!(query, Ok(Some(_)));
        let problem = query.err().map(problem);
        self.search = StoreSearch { text, problem, is_open: self.search.is_open, ..StoreSearch::default() };
        if is_something {
            self.search_from(0);
        }
    }

    /// The id that ties the event that is shown to others.
    pub(super) fn tied_by(&self, tie: Tie) -> Option<&str> {
        let event = self.view.as_ref()?.fold.shown.as_ref()?.event.as_ref()?;
        [&event.metadata, &event.data].into_iter().find_map(|node| tie_in(node, tie, DEEPEST))
    }

    /// Lists the events that have it too.
    pub(super) fn search_tied(&mut self, tie: Tie) {
        let text = self.tied_by(tie).map(|id| if id.contains('"') { id.to_owned() } else { format!("\"{id}\"") });
        if let Some(text) = text {
            self.show_search();
            self.search_for(text);
        }
    }

    /// Looks at the events from that row on.
    fn search_from(&mut self, from: u64) {
        let Ok(Some(query)) = Query::parse(&self.search.text) else { return };
        let (index, wanted) = (self.index.index.clone(), KEPT - self.search.hits.kept.len() as u64);
        let search = &mut self.search;
        search.before = Earlier { hits: Arc::clone(&search.hits), found: search.found };
        search.progress = Progress { done: from, of: index.events(), found: search.found };
        search.job = Some(self.session.run(Box::new(move || Box::new(Search::new(index, query, from, wanted)))));
    }

    /// Events that the store has gained since are searched too.
    pub(super) fn go_on_with_search(&mut self) {
        let search = &self.search;
        let is_through = !search.is_running() && !search.is_stopped && search.progress.of > 0;
        if is_through && search.is_open && search.problem.is_none() && self.index.index.events() > search.progress.of {
            self.search_from(search.progress.of);
        }
    }

    /// Takes in what the search says; `false`: it is none.
    pub(super) fn take_hits(&mut self, news: &JobNews) -> bool {
        let search = &mut self.search;
        if search.job.as_ref().is_none_or(|job| job.id() != news.id) {
            return false;
        }
        search.progress = news.progress;
        match &news.found {
            Found::Hits(hits) => {
                let before = &search.before;
                search.found = before.found + news.progress.found;
                search.hits = if before.found == 0 { Arc::clone(hits) } else { Arc::new(together(&before.hits, hits)) };
            }
            Found::Failed(problem) => search.problem = Some(problem.clone()),
            _ => {}
        }
        if news.done {
            search.job = None;
        }
        true
    }

    /// Goes to the event of a row of the list; the way back leads here.
    pub(super) fn open_hit(&mut self, row: u64, desk: &mut Desk) {
        let Some(hit) = self.search.hit(row).map(|hit| hit.row) else { return };
        let index = &self.index.index;
        let Some((stream, version)) = index.stream_of(hit).zip(index.version_of(hit)) else { return };
        self.search.at = Some(row);
        desk.history.leave(self.spot());
        self.show_at(stream, Some(At::Version(version)), desk.now);
    }
}

/// The member that the name says is the id: of the object itself before those inside.
fn tie_in(node: &Node, tie: Tie, depth: usize) -> Option<&str> {
    let Node::Object(object) = node else { return None };
    let members = || object.0.iter().take(MEMBERS);
    let own = members().find_map(|(name, value)| {
        let name: String = name.chars().filter(|c| c.is_alphanumeric()).take(MEMBERS).collect();
        let name = name.to_lowercase();
        let (Node::String(id) | Node::Number(id)) = value else { return None };
        (name.strip_suffix("id") == Some(tie.name()) && !id.trim().is_empty()).then_some(&**id)
    });
    own.or_else(|| members().filter(|_| depth > 1).find_map(|(_, value)| tie_in(value, tie, depth - 1)))
}

fn together(before: &Hits, hits: &Hits) -> Hits {
    let lacks = Lacks { gone: before.lacks.gone + hits.lacks.gone, cut: before.lacks.cut + hits.lacks.cut };
    Hits { kept: before.kept.iter().chain(&hits.kept).cloned().collect(), lacks }
}
