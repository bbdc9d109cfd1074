//! [`EventFilter`]: which events of the stream are listed, by words, by type and by time; and the
//! filters that are kept under a name.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Local, Utc};
use serde::{Deserialize, Serialize};

use super::action::{Edge, FilterAction};
use super::desk::Desk;
use super::place::or_default;
use super::settings::{KEPT_FILTERS, SettingsChange};
use super::store::OpenStore;
use super::stream::StreamView;
use crate::index::StreamRows;
use crate::model::{Problem, StreamId, Time};
use crate::session::{Filter, Found, JobHandle, JobNews, Progress, Session, TimeSpan};

/// Bytes of the name of a filter.
const MOST_OF_NAME: usize = 200;

/// What was typed and chosen, and what fits it.
#[derive(Default)]
pub(super) struct EventFilter {
    pub(super) wanted: Filter,
    /// The ends of the stretch of time as they were typed, and why one is no time.
    pub(super) typed: [Option<TypedTime>; 2],
    /// It is still looking; dropping it ends that.
    job: Option<JobHandle>,
    progress: Progress,
    /// Places in the stream that match so far; `None` lists every event.
    pub(super) places: Option<Arc<Vec<u32>>>,
    /// The last filter that looked at every event, and what it found: it holds again where one
    /// that is looking is stopped.
    whole: (Filter, Option<Arc<Vec<u32>>>),
}

/// A time as it was typed.
pub(super) struct TypedTime {
    pub(super) text: String,
    pub(super) problem: Option<String>,
}

/// A filter that the user kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptFilter {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    #[serde(flatten, with = "filter_form")]
    pub filter: Filter,
}

impl EventFilter {
    pub(super) fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// Looks through the rows, where they are in order. What was found before stays until
    /// something else is.
    pub(super) fn start(&mut self, rows: Option<&StreamRows>, stream: StreamId, session: &Session) {
        self.job = None;
        self.progress = Progress::default();
        if !self.wanted.is_set() {
            self.places = None;
            self.whole = (self.wanted.clone(), None);
        } else if let Some(rows) = rows {
            self.job = Some(session.filter_events(rows.clone(), stream, &self.wanted));
        }
    }

    /// Ends the search. Half of what it would find is of no use: what held before holds again.
    pub(super) fn stop(&mut self) {
        if self.job.take().is_some() {
            (self.wanted, self.places) = self.whole.clone();
            self.typed = Default::default();
            self.progress = Progress::default();
        }
    }

    /// There are more rows now: what was found is not of all of them.
    pub(super) fn outgrow(&mut self) {
        self.whole = Default::default();
    }

    /// The rows are others now: nothing is found in them yet.
    pub(super) fn forget(&mut self) {
        self.places = self.places.take().map(|_| Arc::default());
    }

    pub(super) fn take(&mut self, news: JobNews) -> Option<Problem> {
        if self.job.as_ref().is_none_or(|job| job.id() != news.id) {
            return None;
        }
        self.progress = news.progress;
        match news.found {
            Found::Places(places) => self.places = Some(places),
            Found::Failed(problem) => {
                self.stop();
                return Some(problem);
            }
            _ => {}
        }
        if news.done {
            self.job = None;
            self.whole = (self.wanted.clone(), self.places.clone());
        }
        None
    }

    /// How many events were looked at, and of how many, while that is not all.
    pub(super) fn looked_at(&self) -> Option<(u64, u64)> {
        let Progress { done, of, .. } = self.progress;
        (self.places.is_some() && done < of).then_some((done, of))
    }
}

impl StreamView {
    /// Lists the events that this wants.
    pub(super) fn set_filter(&mut self, filter: Filter, session: &Session) {
        if filter.times != self.filter.wanted.times {
            self.filter.typed = Default::default();
        }
        self.filter.wanted = filter;
        self.apply_filter(session);
    }

    /// Lists the events of a type too, or no longer.
    pub(super) fn toggle_type(&mut self, name: String, session: &Session) {
        let index = self.rows.index();
        let all = || self.types.iter().map(|(id, _)| index.type_name_ref(*id));
        let mut filter = self.filter.wanted.clone();
        let mut on: BTreeSet<String> = filter.types.unwrap_or_else(|| all().map(str::to_owned).collect());
        if !on.remove(&name) {
            on.insert(name);
        }
        filter.types = (!all().all(|name| on.contains(name))).then_some(on);
        self.set_filter(filter, session);
    }
}

impl OpenStore {
    /// The filters that are kept for stores of this kind.
    pub(super) fn kept_filters<'d>(&self, desk: &'d Desk) -> &'d [KeptFilter] {
        let kept = self.opened().and_then(|opened| desk.settings.filters.get(&opened.dialect));
        kept.map_or(&[], Vec::as_slice)
    }

    /// Does what the user asked of the filter of the events.
    pub(super) fn dispatch_filter(&mut self, action: FilterAction, desk: &mut Desk) {
        let Some(kind) = self.opened().map(|opened| opened.dialect.clone()) else { return };
        let kept = match action {
            FilterAction::Use(at) => self.kept_filters(desk).get(at).map(|kept| kept.filter.clone()),
            _ => None,
        };
        let typed = match &action {
            FilterAction::TypeTime(edge, text) => Some((*edge, self.typed_time(*edge, text, desk), text.clone())),
            _ => None,
        };
        let Some(view) = &mut self.view else { return };
        let now = view.filter.wanted.clone();
        match action {
            FilterAction::Times(times) => view.set_filter(Filter { times, ..now }, &self.session),
            FilterAction::Between(first, last) => {
                let last = last.min(view.rows.len().saturating_sub(1));
                // Where clocks went back, the ends are not the first and the last.
                let all = (first..=last).filter_map(|at| view.rows.time(at));
                let ends = all.fold(None, |ends: Option<(Time, Time)>, time| {
                    Some(ends.map_or((time, time), |(from, through)| (from.min(time), through.max(time))))
                });
                if let Some((from, through)) = ends {
                    let times = TimeSpan { from: Some(from), through: Some(through) };
                    view.set_filter(Filter { times, ..now }, &self.session);
                }
            }
            FilterAction::TypeTime(..) => {
                let Some((edge, read, text)) = typed else { return };
                let (time, problem) = match read {
                    Ok(time) => (time, None),
                    Err(why) => (None, Some(why)),
                };
                let mut times = now.times;
                *(match edge {
                    Edge::From => &mut times.from,
                    Edge::Through => &mut times.through,
                }) = time;
                let is_other = times != now.times;
                let mut typed = std::mem::take(&mut view.filter.typed);
                typed[edge as usize] = Some(TypedTime { text, problem });
                if is_other {
                    view.set_filter(Filter { times, ..now }, &self.session);
                }
                view.filter.typed = typed;
            }
            FilterAction::Keep(name) => {
                let mut name = name.trim().to_owned();
                name.truncate(name.floor_char_boundary(MOST_OF_NAME));
                if !name.is_empty() && now.is_set() {
                    let keep = KeptFilter { name: name.clone(), filter: now };
                    desk.change(SettingsChange::KeepFilter(kind, keep.clone()));
                    let said = match self.kept_filters(desk).contains(&keep) {
                        true => format!("{name} is kept for stores of this kind"),
                        false => format!("{name} is not kept: it is too long, or {KEPT_FILTERS} are kept already"),
                    };
                    desk.say(said, 4.0);
                }
            }
            FilterAction::Use(at) => match kept {
                Some(filter) => view.set_filter(filter, &self.session),
                None => desk.say(format!("No filter {} is kept for stores of this kind", at.saturating_add(1)), 4.0),
            },
            FilterAction::Forget(name) => desk.change(SettingsChange::ForgetFilter(kind, name)),
            FilterAction::Clear => view.set_filter(Filter::default(), &self.session),
        }
    }

    /// The time that was typed as the end of a stretch; nothing typed is an open end.
    ///
    /// # Errors
    /// Why it is no time.
    fn typed_time(&self, edge: Edge, text: &str, desk: &Desk) -> Result<Option<Time>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let latest = self.view.as_ref().and_then(|view| self.latest(view));
        let (first, last) = match desk.settings.utc {
            true => super::goto::stretch(text, latest, &Utc)?,
            false => super::goto::stretch(text, latest, &Local)?,
        };
        Ok(Some(match edge {
            Edge::From => first,
            Edge::Through => last,
        }))
    }
}

/// A filter in the settings: words, types, and the ends of its time as text; what cannot be read
/// of it is not wanted.
pub(super) mod filter_form {
    use serde::{Deserializer, Serializer};

    use super::*;

    #[derive(Default, Serialize, Deserialize)]
    #[serde(default)]
    struct Form {
        #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
        filter: String,
        #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
        types: Option<BTreeSet<String>>,
        #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
        through: Option<String>,
    }

    pub fn serialize<S: Serializer>(filter: &Filter, to: S) -> Result<S::Ok, S::Error> {
        let Filter { text, types, times } = filter.clone();
        let (from, through) = (times.from.map(Time::to_rfc3339), times.through.map(Time::to_rfc3339));
        Form { filter: text, types, from, through }.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Filter, D::Error> {
        let Form { filter: text, types, from, through } = Form::deserialize(from)?;
        let time = |text: Option<String>| text.and_then(|text| Time::parse(&text));
        Ok(Filter { text, types, times: TimeSpan { from: time(from), through: time(through) } })
    }
}
