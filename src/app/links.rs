//! [`Links`]: where the event at the playhead points, and which events point at it.

use std::sync::Arc;

use super::desk::Desk;
use super::store::{Notice, OpenStore};
use super::stream::Ask;
use crate::index::At;
use crate::model::{Link, LinkTarget, Node, RowKey, StreamId};
use crate::session::links::{Follow, LinksHere};
use crate::session::{Found, JobHandle, JobId, JobNews, LinkEnd, LinkHere, LinkPlace, Progress};

/// The links of the event that is shown.
#[derive(Default)]
pub(super) struct Links {
    /// The event they are of.
    of: Option<RowKey>,
    /// Where it points, in the order of the dialect.
    pub(super) ends: Vec<LinkEnd>,
    finding: Option<JobHandle>,
    pub(super) following: Option<Following>,
    pub(super) here: Option<Here>,
}

/// An event that is looked for by its id, to go there.
pub(super) struct Following {
    job: JobHandle,
    /// Which of the links it is.
    pub(super) link: usize,
    pub(super) progress: Progress,
}

/// Events that point at the one that is shown.
pub(super) struct Here {
    /// They are still looked for.
    job: Option<JobHandle>,
    pub(super) progress: Progress,
    pub(super) rows: Arc<Vec<LinkHere>>,
}

impl Here {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }
}

impl LinkEnd {
    /// There is a place to go to, or one that is found by reading the store.
    pub fn can_follow(&self) -> bool {
        self.place.is_some() || (self.reason.is_none() && matches!(self.link.to, LinkTarget::Id(_)))
    }
}

impl Links {
    fn has_job(&self, id: JobId) -> bool {
        let of_here = self.here.as_ref().and_then(|here| here.job.as_ref());
        let following = self.following.as_ref().map(|following| &following.job);
        [self.finding.as_ref(), following, of_here].into_iter().flatten().any(|job| job.id() == id)
    }

    /// The whole store is read for something.
    pub(super) fn is_reading(&self) -> bool {
        self.following.is_some() || self.here.as_ref().is_some_and(Here::is_running)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.finding.is_some() || self.is_reading()
    }

    /// Ends what reads the whole store; what it found stays.
    pub(super) fn stop(&mut self) {
        self.following = None;
        if let Some(here) = &mut self.here {
            here.job = None;
        }
    }

    /// What the event stands for, in its payload's place.
    pub(super) fn stands_for(&self) -> Option<&Node> {
        self.ends.iter().find_map(|end| Some(&end.event.as_ref()?.data))
    }
}

impl OpenStore {
    /// Finds where the event that is shown points, as far as that takes no time.
    pub(super) fn find_links(&mut self) {
        let Some(view) = &mut self.view else { return };
        let shown = view.fold.shown.as_ref().and_then(|shown| Some((shown.event.as_ref()?.key, &shown.links)));
        if view.links.of == shown.map(|(key, _)| key) {
            return;
        }
        let Some((key, links)) = shown else {
            view.links = Links::default();
            return;
        };
        let unknown = |link: &Link| LinkEnd { link: link.clone(), place: None, reason: None, rest: None, event: None };
        let finding = (!links.is_empty()).then(|| {
            let (index, from, links) = (self.index.index.clone(), view.id, links.clone());
            self.session.run(Box::new(move || Box::new(Follow::new(index, from, links, false))))
        });
        let ends = links.iter().map(unknown).collect();
        view.links = Links { of: Some(key), ends, finding, ..Links::default() };
    }

    /// Takes in what a job of links says; `false`: it is none.
    pub(super) fn take_links(&mut self, news: &JobNews, desk: &mut Desk) -> bool {
        let Some(view) = self.view.as_mut().filter(|view| view.links.has_job(news.id)) else { return false };
        let links = &mut view.links;
        let mut arrived = None;
        match &news.found {
            Found::LinksHere(rows) => {
                if let Some(here) = &mut links.here {
                    (here.rows, here.progress) = (Arc::clone(rows), news.progress);
                    here.job.take_if(|_| news.done);
                }
            }
            Found::LinkEnds(ends) if links.finding.as_ref().is_some_and(|job| job.id() == news.id) => {
                links.ends = ends.to_vec();
                links.finding.take_if(|_| news.done);
                view.trees.revision += 1;
                view.trees.contents += 1;
            }
            Found::LinkEnds(ends) => {
                if let Some(following) = &mut links.following {
                    following.progress = news.progress;
                    arrived = ends.first().cloned().filter(|_| news.done).map(|end| (following.link, end));
                }
            }
            Found::Failed(problem) => {
                links.stop();
                links.finding = None;
                self.notice = Some(Notice::Problem(problem.clone()));
            }
            _ => {}
        }
        if let Some((at, end)) = arrived {
            links.following = None;
            let place = end.place.clone();
            if let Some(own) = links.ends.get_mut(at) {
                *own = end;
            }
            if let Some(place) = place {
                self.follow(&place, desk);
            }
        }
        true
    }

    /// Goes where a link of the event leads: the one of that number, or the first that leads
    /// somewhere.
    pub(super) fn follow_link(&mut self, number: Option<usize>, desk: &mut Desk) {
        let Some(view) = &mut self.view else { return };
        let number = number.or_else(|| view.links.ends.iter().position(LinkEnd::can_follow));
        let Some((number, end)) = number.and_then(|number| Some((number, view.links.ends.get(number)?))) else {
            return;
        };
        if let Some(place) = end.place.clone() {
            self.follow(&place, desk);
        } else if end.can_follow() {
            let (index, from, link) = (self.index.index.clone(), view.id, end.link.clone());
            let job = self.session.run(Box::new(move || Box::new(Follow::new(index, from, vec![link], true))));
            view.links.following = Some(Following { job, link: number, progress: Progress::default() });
        }
    }

    /// Goes to the event of a row of those that point here.
    pub(super) fn open_link_here(&mut self, row: u64, desk: &mut Desk) {
        let here = self.view.as_ref().and_then(|view| view.links.here.as_ref());
        let place = here.and_then(|here| Some(here.rows.get(row as usize)?.place.clone()));
        if let Some(place) = place {
            self.follow(&place, desk);
        }
    }

    /// Looks for the events that point at the one that is shown.
    pub(super) fn find_links_here(&mut self) {
        let Some(view) = &mut self.view else { return };
        let Some(event) = view.fold.shown.as_ref().and_then(|shown| shown.event.clone()) else { return };
        let (index, stream) = (self.index.index.clone(), view.id);
        let make = move || Box::new(LinksHere::new(index, stream, &event)) as Box<_>;
        let job = Some(self.session.run(Box::new(make)));
        view.links.here = Some(Here { job, progress: Progress::default(), rows: Arc::default() });
    }

    /// Goes to a place; the way back leads here.
    fn follow(&mut self, place: &LinkPlace, desk: &mut Desk) {
        desk.history.leave(self.spot());
        self.show_at(place.stream, place.version.map(At::Version), desk.now);
    }

    /// Shows a place of a stream, which may be the one that is shown.
    pub(super) fn show_at(&mut self, stream: StreamId, at: Option<At>, now: f64) {
        let ask = Ask { session: &self.session, reducers: &self.reducers, now };
        match (&mut self.view, at) {
            (Some(view), Some(at)) if view.id == stream => view.go_to(at, &ask),
            (Some(view), None) if view.id == stream => {}
            _ => self.select(stream, at, now),
        }
    }
}
