//! Fills the views that panels draw from what the app knows. Nothing is copied that grows
//! with the store: lists are asked row by row.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::action::Tree;
use super::{App, CELL_BLOCK, Modal, Notice, StreamView, VEIL_AFTER};
use crate::app::view::*;
use crate::formats::file_name;
use crate::model::{Applied, CategoryId, Finding, Node, Pointer, StreamId, StreamStatus, Time, TypeId, Version};
use crate::replay::timeline::OnError;
use crate::session::{Choice, Reading, StateNews};

impl App {
    /// Calls `draw` with everything on screen.
    pub fn with_view<R>(&self, draw: impl FnOnce(&RootView<'_>) -> R) -> R {
        let reducer_table = self.reducer_table();
        let exports: Vec<String> = self
            .reducer
            .as_ref()
            .map(|file| file.exports.iter().map(|export| export.name.clone()).collect())
            .unwrap_or_default();
        let reducer_problem = self.reducer_problem.as_ref().cloned();
        let label = self.reducer_label();
        let store_name = self.path.as_deref().map(file_name).unwrap_or_default();
        let dialect = self.opened.as_ref().map_or("", |opened| &opened.dialect);
        let toolbar = ToolbarView {
            tabs: &[],
            store: self.path.as_ref().filter(|_| self.failed.is_none()).map(|_| StoreChip {
                name: &store_name,
                dialect,
                evidence: &self.evidence,
                progress: (self.opened.is_none() || self.news.reading == Reading::Running)
                    .then_some(self.news.progress),
            }),
            reducer: self.opened.as_ref().map(|_| ReducerChip {
                file: self.reducer.as_ref().map(|file| file.module.file_name.as_str()),
                label: &label,
                guess: self.is_guess(),
                errors: self.shown.as_ref().map_or(0, |shown| shown.errors.len() as u64),
                problem: reducer_problem.as_ref(),
                table: &reducer_table,
                exports: &exports,
                skipping_errors: self.on_error == OnError::Skip,
            }),
        };
        let open_problem = self.open_problem.as_ref().cloned();
        let modal = self.modal.as_ref().map(|modal| match modal {
            Modal::OpenPath => ModalView::OpenPath { problem: open_problem.as_ref(), busy: self.opening.is_some() },
            Modal::ReducerPath => ModalView::ReducerPath,
            Modal::Keys => ModalView::Keys,
        });
        let zone = if self.settings.utc { Zone::Utc } else { Zone::Local };
        let root = |screen: Screen<'_>| {
            draw(&RootView {
                store: None,
                sizes: &BTreeMap::new(),
                text_size: 1.0,
                toolbar,
                screen,
                modal,
                commands: &self.commands,
                zone,
                announcement: &self.announcement,
            })
        };
        if let Some(problem) = &self.failed {
            return root(Screen::Failed { store: &store_name, problem: &problem.clone() });
        }
        if self.opened.is_none() {
            let samples = self.samples();
            let recent: Vec<RecentEntry> = self.settings.recent.iter().map(recent_entry).collect();
            return root(Screen::Welcome(WelcomeView {
                recent: &recent,
                samples: &samples,
                opening: self.opening.as_deref(),
                problem: open_problem.as_ref(),
            }));
        }
        self.workspace(|view| root(Screen::Workspace(Box::new(view))))
    }

    fn samples(&self) -> Vec<SampleCard> {
        let bank = SampleCard {
            id: "bank",
            title: "Bank",
            text: "An account goes overdrawn and recovers. Find the event that did it.",
            file: "bank.db",
            framework: "Emmett",
        };
        if self.has_bank { vec![bank] } else { Vec::new() }
    }

    fn is_guess(&self) -> bool {
        match &self.stream {
            Some(stream) => self.choice(&stream.category_name) == Choice::Merge,
            None => self.reducer.is_none(),
        }
    }

    fn reducer_label(&self) -> String {
        match &self.reducer {
            Some(file) if !self.is_guess() => file.module.file_name.clone(),
            _ => "Merge, a guess".to_owned(),
        }
    }

    fn reducer_table(&self) -> Vec<ReducerRow> {
        if self.reducer.is_none() || self.news.list.flat {
            return Vec::new();
        }
        let groups = self.news.list.categories.iter().take(200);
        let row = |group: &crate::index::CategoryGroup| ReducerRow {
            category: group.id,
            name: group.name.to_string(),
            export: match self.choice(&group.name) {
                Choice::Export(name) => Some(name),
                Choice::Merge => None,
            },
            automatic: !self.reducer_overrides.contains_key(&*group.name),
        };
        groups.map(row).collect()
    }

    fn workspace<R>(&self, draw: impl FnOnce(WorkspaceView<'_>) -> R) -> R {
        let index = &self.news.index;
        let stream_rows = StreamListLines { app: self };
        let event_rows = EventListLines { app: self };
        let timeline = Timeline { app: self };
        let finding_rows = FindingList { app: self };
        let written = WrittenBy { app: self };
        let changes = Changes { shown: self.shown.as_deref() };
        let notice = self.notice.as_ref();
        let notice_problem = match notice {
            Some(Notice::Problem(problem)) => Some(problem.clone()),
            _ => None,
        };
        let problem = self.shown.as_ref().and_then(|shown| shown.problem.as_ref()).cloned();
        let total = Count { number: u64::from(index.streams().len()), exact: self.news.reading == Reading::Done };
        let empty = HashSet::new();
        let stream = self.stream.as_ref();
        let threw_place = self.shown.as_deref().and_then(|shown| self.threw(shown));
        let folding = self.folding();
        let legend = self.legend();
        let others = stream.map_or((0, 0), |stream| {
            let rest = stream.types.iter().skip(3);
            (rest.clone().count() as u64, rest.map(|(_, count)| count).sum())
        });
        let skipped: Vec<Applied> = match (&self.shown, self.on_error) {
            (Some(shown), OnError::Skip) => shown.errors.iter().take(500).map(|error| error.applied).collect(),
            _ => Vec::new(),
        };
        let stopped = self.shown.as_ref().and_then(|shown| shown.stopped).map(|at| Applied(at + 1));
        let rows_of = |empty: bool| -> Content<'_, &dyn StreamLines> {
            if empty && self.news.reading != Reading::Running {
                Content::Empty
            } else if empty {
                Content::Loading
            } else {
                Content::Ready(&stream_rows)
            }
        };
        draw(WorkspaceView {
            streams: StreamsView {
                filter: &self.order.filter,
                sort: self.order.sort,
                rows: rows_of(index.streams().is_empty()),
                shown: self.news.list.streams.len() as u64,
                total,
                findings: self.commands.findings,
                worst: self.worst_finding().map(|code| code.severity()),
                findings_open: self.findings_open,
                selected: stream.map(|stream| stream.id),
                selected_name: stream.map(|stream| &*stream.name),
            },
            events: EventsView {
                stream: stream.map(|stream| &*stream.name),
                status: stream.map_or(StreamStatus::Active, |stream| self.status_of(stream)),
                total: Count { number: self.playback.len(), exact: self.news.reading == Reading::Done },
                shown: self.filtered.as_ref().map_or(self.playback.len(), |places| places.len() as u64),
                filter: &self.event_filter,
                filtering: self.filtering,
                rows: match stream {
                    None => Content::Empty,
                    Some(stream) if stream.rows.is_empty() => Content::Empty,
                    Some(_) => Content::Ready(&event_rows),
                },
                columns: &self.columns,
                applied: self.playback.applied(),
                first_time: stream.and_then(|stream| stream.rows.time(0)),
                playing: self.playback.is_playing(),
            },
            state: StateView {
                tab: self.state_tab,
                content: match (stream, self.shown.as_deref(), problem.as_ref()) {
                    (None, ..) => Content::Empty,
                    (_, _, Some(problem)) => Content::Failed(problem),
                    (_, None, _) => Content::Loading,
                    (Some(stream), Some(shown), _) => Content::Ready(StateBody {
                        tree: self.tree(Tree::State, &shown.state, shown.previous.as_ref(), &empty),
                        version: shown.version,
                        previous: shown.previous_version,
                        written: &written,
                        changes: &changes,
                        stepped: self.stepped,
                        source: if shown.guess {
                            StateSource::Guess {
                                category: &stream.category_name,
                                file: self.reducer.as_ref().map(|file| file.module.file_name.as_str()),
                            }
                        } else {
                            StateSource::Reducer
                        },
                        threw: threw_place,
                        skipped: skipped.iter().filter(|at| **at <= shown.asked).count() as u64,
                        raw: shown.raw.as_deref().unwrap_or_default(),
                    }),
                },
                stale: self.is_stale(),
            },
            event: EventView {
                tab: self.event_tab,
                content: match (stream, self.shown.as_deref()) {
                    (Some(_), None) => Content::Loading,
                    (Some(_), Some(StateNews { event: Some(event), .. })) => Content::Ready(EventBody {
                        version: event.version,
                        type_name: &event.event_type,
                        slot: self.slot_of_applied(self.shown.as_ref().map_or(Applied(0), |shown| shown.asked)),
                        id: event.id.as_deref(),
                        position: &event.position,
                        time: event.time,
                        time_text: event.time_text.as_deref(),
                        mark: self.mark(self.shown.as_ref().map_or(0, |shown| shown.asked.0.saturating_sub(1))),
                        payload: self.tree(Tree::Payload, &event.data, None, &empty),
                        metadata: self.tree(Tree::Metadata, &event.metadata, None, &empty),
                        raw: &event.raw,
                        undecodable: event.undecodable.as_deref(),
                    }),
                    _ => Content::Empty,
                },
            },
            time: TimeView {
                content: match stream {
                    Some(stream) if !stream.rows.is_empty() => Content::Ready(TimeBody {
                        applied: self.playback.applied(),
                        playing: self.playback.is_playing(),
                        speed: self.playback.speed(),
                        axis: self.axis(),
                        events: &timeline,
                        revision: timeline_revision(stream),
                        legend: &legend,
                        others,
                        filtered: self.filtered.is_some(),
                        stopped_at: stopped,
                        skipped: &skipped,
                        current: self.current(stream),
                    }),
                    _ => Content::Empty,
                },
            },
            status: StatusView {
                wrote: self
                    .shown
                    .as_ref()
                    .filter(|_| !self.wrote.is_empty())
                    .and_then(|shown| Some((shown.version?, self.wrote.as_slice()))),
                selected: self.selected.get(&self.active_tree),
                message: self.message.as_ref().map(|(text, _)| text.as_str()).or(folding.as_deref()),
            },
            loading: (stream.is_none() && self.news.reading == Reading::Running).then(|| {
                let bytes = self.opened.as_ref().map_or(0, |opened| opened.bytes);
                LoadingView {
                    phase: "Reading the index",
                    bytes: ((f64::from(self.news.progress) * bytes as f64) as u64, bytes),
                    events: index.events(),
                }
            }),
            notice: notice.map(|notice| match notice {
                Notice::Grew(events) => NoticeView::Grew { events: *events },
                Notice::Replaced => NoticeView::Replaced,
                Notice::Note(text) => NoticeView::Note(text),
                Notice::Problem(_) => match &notice_problem {
                    Some(problem) => NoticeView::Problem(problem),
                    None => NoticeView::Note(""),
                },
            }),
            findings: self.findings_open.then(|| FindingsView {
                rows: &finding_rows,
                kinds: self
                    .all_findings()
                    .into_iter()
                    .flatten()
                    .flat_map(|f| f.counts().keys())
                    .collect::<HashSet<_>>()
                    .len() as u64,
                places: self.commands.findings,
            }),
        })
    }

    /// How far the fold is on its way to the playhead, while somebody waits for it.
    fn folding(&self) -> Option<String> {
        let (len, wanted) = (self.playback.len(), self.playback.applied().0);
        let late = self.stale_since.is_some_and(|since| self.now - since > VEIL_AFTER.as_secs_f64());
        (late && self.built < wanted).then(|| format!("Folding event {} of {len} on the way to {wanted}", self.built))
    }

    fn is_stale(&self) -> bool {
        let since = self.stale_since.filter(|_| self.shown.is_some());
        since.is_some_and(|since| Duration::from_secs_f64((self.now - since).max(0.0)) >= VEIL_AFTER)
    }

    fn tree<'a>(
        &'a self,
        tree: Tree,
        node: &'a Node,
        before: Option<&'a Node>,
        empty: &'a HashSet<Pointer>,
    ) -> TreeView<'a> {
        TreeView {
            tree,
            node,
            before,
            toggled: self.toggled.get(&tree).unwrap_or(empty),
            selected: self.selected.get(&tree),
            revision: self.revision,
        }
    }

    fn status_of(&self, stream: &StreamView) -> StreamStatus {
        self.news.index.streams().summary(stream.id).map_or(StreamStatus::Active, |summary| summary.status)
    }

    /// The handler that threw, where the state shown is not the one asked for.
    fn threw<'a>(&'a self, shown: &'a StateNews) -> Option<ThrowView<'a>> {
        let stopped = shown.stopped?;
        let error = shown.errors.last().filter(|_| shown.asked.0 > stopped)?;
        Some(ThrowView {
            file: self.reducer.as_ref().map_or("merge", |file| &file.module.file_name),
            version: error.version,
            type_name: &error.event_type,
            message: &error.thrown.message,
            place: &error.thrown.place,
            help: error.thrown.help,
            last_good: shown.version,
            not_reached: self.playback.len().saturating_sub(stopped + 1),
        })
    }

    fn slot(&self, stream: &StreamView, id: TypeId) -> TypeSlot {
        self.news.index.type_rank(stream.category, id).map_or(TypeSlot::REST, TypeSlot::of_rank)
    }

    fn slot_of_applied(&self, applied: Applied) -> TypeSlot {
        let id = |stream: &StreamView| stream.rows.type_id(applied.0.checked_sub(1)?);
        self.stream.as_ref().and_then(|stream| id(stream).map(|id| self.slot(stream, id))).unwrap_or(TypeSlot::REST)
    }

    fn legend(&self) -> Vec<LegendEntry> {
        let Some(stream) = &self.stream else { return Vec::new() };
        let entry = |(id, count): &(TypeId, u64)| LegendEntry {
            name: self.news.index.type_name(*id).to_string(),
            slot: self.slot(stream, *id),
            count: *count,
        };
        stream.types.iter().take(3).map(entry).collect()
    }

    fn current<'a>(&'a self, stream: &'a StreamView) -> Option<TimelineCurrent<'a>> {
        let at = self.playback.applied().0.checked_sub(1)?;
        let id = stream.rows.type_id(at)?;
        let exact = self.shown.as_ref().filter(|shown| shown.asked == self.playback.applied());
        let event = exact.and_then(|shown| shown.event.as_ref());
        Some(TimelineCurrent {
            version: stream.rows.version(at)?,
            type_name: match event {
                Some(event) => &event.event_type,
                None => self.news.index.type_name_ref(id),
            },
            slot: self.slot(stream, id),
            time: stream.rows.time(at),
            time_text: event.and_then(|event| event.time_text.as_deref()),
        })
    }

    /// What is special about event `at` (0-based).
    fn mark(&self, at: u64) -> EventMark {
        let applied = Applied(at + 1);
        if let Some(shown) = &self.shown {
            if shown.stopped.is_some_and(|stopped| at > stopped) {
                return EventMark::NotReached;
            }
            if shown.errors.binary_search_by_key(&applied, |error| error.applied).is_ok() {
                return if self.on_error == OnError::Skip { EventMark::Skipped } else { EventMark::Threw };
            }
        }
        match self.cell_row(at) {
            Some(row) if row.undecodable => EventMark::Undecodable,
            Some(row) if row.mark.as_deref() == Some("command") => EventMark::Command,
            _ => EventMark::None,
        }
    }

    fn cell_row(&self, at: u64) -> Option<&crate::session::CellRow> {
        self.cells.get(&(at / CELL_BLOCK))?.get((at % CELL_BLOCK) as usize)
    }
}

/// Changes with the stream, its length, and once its types are counted.
fn timeline_revision(stream: &StreamView) -> u64 {
    let counted = u64::from(!stream.types.is_empty());
    u64::from(stream.id.0) << 34 ^ stream.rows.len() << 1 ^ counted
}

fn recent_entry(recent: &super::settings::Recent) -> RecentEntry {
    RecentEntry {
        name: file_name(&recent.path),
        place: recent.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default(),
        dialect: recent.dialect.clone(),
        opened: None,
        missing: recent.missing,
    }
}

struct StreamListLines<'a> {
    app: &'a App,
}

impl StreamLines for StreamListLines<'_> {
    fn len(&self) -> u64 {
        self.app.category_rows.last().copied().unwrap_or(0)
    }

    fn row(&self, i: u64) -> StreamLine<'_> {
        let (app, list) = (self.app, &self.app.news.list);
        let place = app.category_rows.partition_point(|first| *first <= i).saturating_sub(1);
        let Some(group) = list.categories.get(place) else {
            let name = Cow::Borrowed("");
            return StreamLine::Category {
                category: CategoryId(0),
                name,
                shown: 0,
                total: Count::default(),
                expanded: false,
            };
        };
        let inside = i - app.category_rows[place];
        if inside == 0 && !list.flat {
            return StreamLine::Category {
                category: group.id,
                name: Cow::Borrowed(&group.name),
                shown: u64::from(group.listed),
                total: Count { number: u64::from(group.total), exact: app.news.reading == Reading::Done },
                expanded: app.is_open(group.id),
            };
        }
        let at = group.start as usize + (inside - u64::from(!list.flat)) as usize;
        let id = list.streams.get(at).copied().unwrap_or(StreamId(0));
        let streams = app.news.index.streams();
        let name = streams.name(id);
        let prefix = match name.strip_prefix(&*group.name) {
            Some(rest) if !list.flat => {
                group.name.len()
                    + rest.chars().next().filter(|c| matches!(c, '-' | '_' | ':' | '/' | '.')).map_or(0, char::len_utf8)
            }
            _ => 0,
        };
        let summary = streams.summary(id);
        StreamLine::Stream {
            stream: id,
            name: Cow::Borrowed(name),
            prefix: if prefix < name.len() { prefix } else { 0 },
            events: summary.map_or(0, |summary| u64::from(summary.events)),
            activity: app.activity_of(id),
            last: summary.and_then(|summary| summary.last_time),
            status: summary.map_or(StreamStatus::Active, |summary| summary.status),
        }
    }

    fn index_of(&self, stream: StreamId) -> Option<u64> {
        let list = &self.app.news.list;
        let at = list.streams.iter().position(|id| *id == stream)? as u32;
        let place = list.categories.partition_point(|group| group.start <= at).checked_sub(1)?;
        let group = &list.categories[place];
        if !self.app.is_open(group.id) {
            return None;
        }
        Some(self.app.category_rows[place] + u64::from(!list.flat) + u64::from(at - group.start))
    }
}

impl App {
    fn activity_of(&self, id: StreamId) -> [u8; 8] {
        let mut known = self.activity.borrow_mut();
        if let Some(activity) = known.get(&id) {
            return *activity;
        }
        if known.len() > 4_096 {
            known.clear();
        }
        // As many as are on screen; emptied with every snapshot of the index.
        let activity = self.news.index.activity(id);
        known.insert(id, activity);
        activity
    }
}

struct EventListLines<'a> {
    app: &'a App,
}

impl EventListLines<'_> {
    fn place(&self, i: u64) -> u64 {
        match &self.app.filtered {
            Some(places) => places.get(i as usize).map_or(0, |place| u64::from(*place)),
            None => i,
        }
    }
}

impl EventLines for EventListLines<'_> {
    fn len(&self) -> u64 {
        match &self.app.filtered {
            Some(places) => places.len() as u64,
            None => self.app.playback.len(),
        }
    }

    fn row(&self, i: u64) -> EventLine<'_> {
        let app = self.app;
        let at = self.place(i);
        let stream = app.stream.as_ref();
        let rows = stream.map(|stream| &stream.rows);
        let id = rows.and_then(|rows| rows.type_id(at));
        let time = rows.and_then(|rows| rows.time(at));
        let before = rows.and_then(|rows| rows.time(at.checked_sub(1)?));
        let since = time.zip(before).map(|(time, before)| time.0.saturating_sub(before.0));
        let row = app.cell_row(at);
        if row.is_none() {
            app.wanted_cells.set(Some(at / CELL_BLOCK));
        }
        let cell = |column: usize| match row {
            None => CellText::Pending,
            Some(row) => {
                row.cells[column].as_ref().map_or(CellText::Missing, |text| CellText::Text(Cow::Borrowed(text)))
            }
        };
        EventLine {
            applied: Applied(at + 1),
            version: rows.and_then(|rows| rows.version(at)).unwrap_or(Version(0)),
            type_name: Cow::Owned(id.map(|id| app.news.index.type_name(id).to_string()).unwrap_or_default()),
            slot: stream.zip(id).map_or(TypeSlot::REST, |(stream, id)| app.slot(stream, id)),
            time,
            since_previous: since,
            idle_before: since.zip(stream).is_some_and(|(since, stream)| since > stream.idle),
            mark: app.mark(at),
            cells: [cell(0), cell(1)],
        }
    }

    fn index_of(&self, applied: Applied) -> Result<u64, u64> {
        let Some(at) = applied.0.checked_sub(1) else { return Err(0) };
        match &self.app.filtered {
            None => Ok(at),
            Some(places) => match places.binary_search(&(at as u32)) {
                Ok(place) => Ok(place as u64),
                Err(place) => Err(place as u64),
            },
        }
    }
}

struct Timeline<'a> {
    app: &'a App,
}

impl TimelineEvents for Timeline<'_> {
    fn len(&self) -> u64 {
        self.app.playback.len()
    }

    fn time(&self, i: u64) -> Option<Time> {
        self.app.stream.as_ref()?.rows.time(i)
    }

    fn slot(&self, i: u64) -> TypeSlot {
        self.app.slot_of_applied(Applied(i + 1))
    }

    fn version(&self, i: u64) -> Version {
        self.app.stream.as_ref().and_then(|stream| stream.rows.version(i)).unwrap_or(Version(0))
    }

    fn type_name(&self, i: u64) -> Cow<'_, str> {
        let id = self.app.stream.as_ref().and_then(|stream| stream.rows.type_id(i));
        Cow::Owned(id.map(|id| self.app.news.index.type_name(id).to_string()).unwrap_or_default())
    }
}

struct WrittenBy<'a> {
    app: &'a App,
}

impl LastWrites for WrittenBy<'_> {
    fn of(&self, path: &Pointer) -> LastWrite {
        let (Some(shown), Some((applied, written))) = (&self.app.shown, &self.app.written) else {
            return LastWrite::Pending;
        };
        if *applied != shown.applied {
            return LastWrite::Pending;
        }
        let (mut node, mut written): (&Node, &crate::replay::written::Written) = (&shown.state, written);
        for step in &path.0 {
            let place = match node {
                Node::Object(object) => object.0.iter().rposition(|(key, _)| key == step),
                Node::Array(_) => step.parse().ok(),
                _ => None,
            };
            let child = place.and_then(|place| {
                let below = match node {
                    Node::Object(object) => object.0.get(place).map(|(_, node)| node),
                    Node::Array(items) => items.get(place),
                    _ => None,
                };
                below.zip(written.children.get(place))
            });
            let Some(next) = child else { return LastWrite::Pending };
            (node, written) = next;
        }
        match written.newest() {
            None => LastWrite::Pending,
            Some(Applied(0)) => LastWrite::Initial,
            Some(at) => match self.app.version_at(at) {
                Some(version) => LastWrite::At { version, age: shown.applied.0.saturating_sub(at.0) },
                None => LastWrite::Pending,
            },
        }
    }
}

struct Changes<'a> {
    shown: Option<&'a StateNews>,
}

impl ChangeList for Changes<'_> {
    fn len(&self) -> u64 {
        self.shown.map_or(0, |shown| shown.changes.len() as u64)
    }

    fn change(&self, i: u64) -> ChangeLine<'_> {
        match self.shown.and_then(|shown| shown.changes.get(i as usize)) {
            Some(change) => ChangeLine {
                path: Cow::Borrowed(&change.path),
                before: change.before.as_ref(),
                after: change.after.as_ref(),
            },
            None => ChangeLine { path: Cow::Owned(Pointer::default()), before: None, after: None },
        }
    }
}

struct FindingList<'a> {
    app: &'a App,
}

impl FindingLines for FindingList<'_> {
    fn len(&self) -> u64 {
        self.app.all_findings().into_iter().flatten().map(|findings| findings.kept().len() as u64).sum()
    }

    fn row(&self, i: u64) -> FindingLine<'_> {
        match self.app.finding(i) {
            Some(Finding { code, stream, version, message }) => FindingLine {
                code: *code,
                stream: stream.as_ref().map(|stream| Cow::Borrowed(&**stream)),
                version: *version,
                message: Cow::Borrowed(message),
                count: 1,
            },
            None => FindingLine {
                code: crate::model::FindingCode::Damaged,
                stream: None,
                version: None,
                message: Cow::Borrowed(""),
                count: 0,
            },
        }
    }
}
