//! A pretended app with the data of the design's pictures: 12,408 streams, one account of 214 events.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use eventglass::app::action::{
    Action, Axis, CommandContext, CopyWhat, EventTab, StateTab, StreamSort, ThemeChoice, Tree,
};
use eventglass::app::playback::Playback;
use eventglass::app::timeline::idle_threshold;
use eventglass::app::view::*;
use eventglass::model::{
    Applied, CategoryId, FindingCode, Node, Pointer, Position, Problem, Severity, StreamId, StreamStatus, Text, Time,
    Version,
};

/// In which state the panels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Full,
    Empty,
    Loading,
    Error,
    Threw,
    Guess,
    Welcome,
    Failed,
}

pub struct FakeEvent {
    pub kind: usize,
    pub time: i64,
    pub amount: Option<String>,
    pub counterparty: Option<&'static str>,
}

pub const TYPES: [&str; 11] = [
    "AccountOpened",
    "HoldReleased",
    "Deposited",
    "Withdrawn",
    "FeeCharged",
    "TransferReceived",
    "TransferSent",
    "LimitChanged",
    "HoldPlaced",
    "CardIssued",
    "OwnerUpdated",
];

/// Everything that is shown, owned.
pub struct Fake {
    pub case: Case,
    pub events: Vec<FakeEvent>,
    pub states: Vec<Node>,
    pub playback: Playback,
    pub streams: Vec<(String, Vec<String>)>,
    pub collapsed: HashSet<CategoryId>,
    pub selected_stream: Option<StreamId>,
    pub stream_filter: String,
    pub stream_sort: StreamSort,
    pub event_filter: String,
    pub state_tab: StateTab,
    pub event_tab: EventTab,
    pub selected: Option<Pointer>,
    pub payload_selected: Option<Pointer>,
    pub toggled: HashSet<Pointer>,
    pub payload_toggled: HashSet<Pointer>,
    pub axis: Axis,
    pub theme: ThemeChoice,
    pub modal: Option<u8>,
    pub findings_open: bool,
    pub notice: bool,
    pub stepped: bool,
    pub stale: bool,
    pub log: Vec<Action>,
    revision: u64,
    payload: Node,
    metadata: Node,
    raw: String,
    shown_rows: Vec<u64>,
    columns: Vec<PayloadColumn>,
    legend: Vec<LegendEntry>,
    problem: Problem,
    table: Vec<ReducerRow>,
    exports: Vec<String>,
    evidence: Vec<String>,
    recent: Vec<RecentEntry>,
    samples: Vec<SampleCard>,
    wrote: Vec<String>,
    announcement: String,
}

fn flip<T: std::hash::Hash + Eq>(set: &mut HashSet<T>, item: T) {
    if let Some(item) = set.take(&item) {
        drop(item);
    } else {
        set.insert(item);
    }
}

fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

fn node(text: &str) -> Node {
    eventglass::model::json::parse_text(text).node
}

impl Fake {
    pub fn new(case: Case) -> Fake {
        let events = events();
        let states = states(&events);
        let mut playback = Playback::new(events.len() as u64);
        let _ = playback.apply(eventglass::app::playback::PlaybackCommand::ScrubTo(Applied(58)));
        let path = |text: &str| Pointer::parse(text).unwrap();
        let mut counts = [0_u64; TYPES.len()];
        for event in &events {
            counts[event.kind] += 1;
        }
        let mut by_count: Vec<usize> = (0..TYPES.len()).collect();
        by_count.sort_by_key(|&kind| std::cmp::Reverse(counts[kind]));
        let legend = by_count[..3]
            .iter()
            .map(|&kind| LegendEntry { name: TYPES[kind].into(), slot: TypeSlot::of_rank(kind), count: counts[kind] })
            .collect();
        let open = matches!(case, Case::Full | Case::Threw | Case::Guess);
        let mut fake = Fake {
            case,
            states,
            playback,
            streams: streams(),
            collapsed: [1, 2, 3].map(CategoryId).into(),
            selected_stream: open.then_some(StreamId(4)),
            stream_filter: if open { "104".into() } else { String::new() },
            stream_sort: StreamSort::Name,
            event_filter: String::new(),
            state_tab: StateTab::Tree,
            event_tab: EventTab::Payload,
            selected: Some(path("/balance")),
            payload_selected: None,
            toggled: [path("/owner")].into(),
            payload_toggled: HashSet::new(),
            axis: Axis::Time,
            theme: ThemeChoice::Dark,
            modal: None,
            findings_open: false,
            notice: false,
            stepped: false,
            stale: false,
            log: Vec::new(),
            revision: 0,
            payload: Node::Null,
            metadata: Node::Null,
            raw: String::new(),
            shown_rows: Vec::new(),
            columns: vec![
                PayloadColumn { path: path("/amount"), label: "amount".into(), numeric: true },
                PayloadColumn { path: path("/counterparty"), label: "counterparty".into(), numeric: false },
            ],
            legend,
            problem: Problem {
                what: "bank.db could not be read".into(),
                cause: "page 12 is not a database page".into(),
                help: "copy the file again from where it came, or open an older copy.".into(),
            },
            table: ["account", "card", "customer", "transfer"]
                .iter()
                .enumerate()
                .map(|(i, name)| ReducerRow {
                    category: CategoryId(i as u32),
                    name: (*name).into(),
                    export: (i < 2).then(|| format!("{name}Reducer")),
                    automatic: true,
                })
                .collect(),
            exports: vec!["accountReducer".into(), "cardReducer".into()],
            evidence: vec![
                "/home/ada/stores/bank.db, 12.4 MB".into(),
                "SQL Stream Store: the tables Messages and Streams have its columns.".into(),
            ],
            recent: vec![
                RecentEntry {
                    name: "orders.jsonl".into(),
                    place: "/home/ada/stores".into(),
                    dialect: "cloudevents".into(),
                    opened: Some(Time::parse("2026-11-22T10:00:00Z").unwrap()),
                    missing: false,
                },
                RecentEntry {
                    name: "old.db".into(),
                    place: "/tmp".into(),
                    dialect: "marten".into(),
                    opened: None,
                    missing: true,
                },
            ],
            samples: vec![SampleCard {
                id: "bank",
                title: "Bank",
                text: "An account goes overdrawn and recovers. Find the event that did it.",
                file: "bank.db",
                framework: "SQL Stream Store",
            }],
            wrote: Vec::new(),
            announcement: String::new(),
            events,
        };
        fake.refresh();
        fake
    }

    /// What an app recomputes after each change.
    fn refresh(&mut self) {
        self.revision += 1;
        let at = self.playback.applied().0 as usize;
        if let Some(event) = at.checked_sub(1).and_then(|i| self.events.get(i)) {
            let amount = event.amount.clone().unwrap_or("null".into());
            let who = event.counterparty.map_or("null".into(), |who| format!("\"{who}\""));
            self.payload = node(&format!(
                r#"{{"amount":{amount},"counterparty":{who},"card":{{"last4":"8830","entryMode":"contactless",
                "authorisation":{{"code":"A7-4410","approvedBy":"issuer"}}}}}}"#
            ));
            self.metadata = node(r#"{"correlationId":"77a1","user":"till-2"}"#);
            self.announcement = format!("version {}, {}", at - 1, TYPES[event.kind]);
        }
        self.raw = format!("{{\n  \"id\": \"account-1042\",\n  \"entries\": {at}\n}}\n");
        self.wrote = if at > 0 {
            vec!["balance".into(), "overdraft.since".into(), "flags[2]".into(), "entries".into()]
        } else {
            Vec::new()
        };
        let filter = self.event_filter.to_lowercase();
        self.shown_rows = (0..self.events.len() as u64)
            .filter(|&i| TYPES[self.events[i as usize].kind].to_lowercase().contains(&filter))
            .collect();
    }

    /// A pretended update.
    pub fn apply(&mut self, action: Action) {
        self.stepped = false;
        match action.clone() {
            Action::Playback(command) => self.stepped = self.playback.apply(command).step,
            Action::SelectEvent(applied) => {
                let _ = self.playback.apply(eventglass::app::playback::PlaybackCommand::ScrubTo(applied));
            }
            Action::SelectStream(stream) => self.selected_stream = Some(stream),
            Action::SetStreamFilter(text) => self.stream_filter = text,
            Action::SetStreamSort(sort) => self.stream_sort = sort,
            Action::SetEventFilter(text) => self.event_filter = text,
            Action::ToggleCategory(category) => flip(&mut self.collapsed, category),
            Action::SetStateTab(tab) => self.state_tab = tab,
            Action::SetEventTab(tab) => self.event_tab = tab,
            Action::SelectPath(Tree::State, path) => self.selected = path,
            Action::SelectPath(_, path) => self.payload_selected = path,
            Action::ToggleExpanded(tree, path) => {
                let set = if tree == Tree::State { &mut self.toggled } else { &mut self.payload_toggled };
                flip(set, path);
            }
            Action::SetAxis(axis) => self.axis = axis,
            Action::SetTheme(theme) => self.theme = theme,
            Action::ShowKeys => self.modal = Some(1),
            Action::ShowOpenPath => self.modal = Some(0),
            Action::CloseModal => self.modal = None,
            Action::ToggleFindings => self.findings_open = !self.findings_open,
            Action::DismissNotice => self.notice = false,
            Action::Copy(CopyWhat::Event) | Action::Quit => {}
            _ => {}
        }
        self.log.push(action);
        self.refresh();
    }

    pub fn tick(&mut self, now: f64) -> bool {
        let moved = self.playback.tick(now).moved;
        if moved {
            self.refresh();
        }
        self.playback.is_playing()
    }

    fn before(&self) -> usize {
        (self.playback.applied().0 as usize).saturating_sub(1)
    }

    pub fn commands(&self) -> CommandContext {
        let stream_open = self.selected_stream.is_some();
        CommandContext {
            stores: 1,
            filtering: false,
            store_open: !matches!(self.case, Case::Welcome | Case::Failed),
            scanning: self.case == Case::Loading,
            store_changed: self.notice,
            stream_open,
            events: if stream_open { self.events.len() as u64 } else { 0 },
            applied: self.playback.applied(),
            playing: self.playback.is_playing(),
            speed: self.playback.speed(),
            state_ready: stream_open,
            path_selected: self.selected.is_some(),
            reducer_chosen: self.case != Case::Guess,
            skipping_errors: false,
            findings: 3,
            findings_open: self.findings_open,
            modal_open: self.modal.is_some(),
            axis: self.axis,
            utc: false,
            theme: self.theme,
            state_tab: self.state_tab,
        }
    }

    /// Calls `f` with the view of everything.
    pub fn with<R>(&self, f: impl FnOnce(&RootView<'_>) -> R) -> R {
        let commands = self.commands();
        let stream_rows = Streams::new(self);
        let event_rows = Events(self);
        let findings = Findings;
        let position = Position::Number(48_211);
        let sizes = std::collections::BTreeMap::new();
        let view = RootView {
            store: None,
            sizes: &sizes,
            text_size: 1.0,
            toolbar: self.toolbar(),
            screen: match self.case {
                Case::Welcome => Screen::Welcome(WelcomeView {
                    recent: &self.recent,
                    samples: &self.samples,
                    opening: None,
                    problem: None,
                }),
                Case::Failed => Screen::Failed { store: "bank.db", problem: &self.problem },
                _ => Screen::Workspace(Box::new(WorkspaceView {
                    streams: self.streams_view(&stream_rows),
                    events: self.events_view(&event_rows),
                    state: self.state_view(&event_rows),
                    event: self.event_view(&position),
                    time: self.time_view(&event_rows),
                    status: StatusView {
                        wrote: (self.selected_stream.is_some() && self.playback.applied().0 > 0)
                            .then_some((Version(self.before() as i64), &self.wrote[..])),
                        selected: self.selected_stream.and(self.selected.as_ref()),
                        message: None,
                    },
                    loading: (self.case == Case::Loading).then_some(LoadingView {
                        phase: "Reading the index",
                        bytes: (3_100_000_000, 8_000_000_000),
                        events: 1_412_306,
                    }),
                    notice: self.notice.then_some(NoticeView::Grew { events: 128 }),
                    findings: self.findings_open.then_some(FindingsView { rows: &findings, kinds: 6, places: 141 }),
                })),
            },
            modal: self.modal.map(|modal| match modal {
                0 => ModalView::OpenPath { problem: None, busy: false },
                _ => ModalView::Keys,
            }),
            commands: &commands,
            zone: Zone::Fixed(7_200),
            announcement: &self.announcement,
        };
        f(&view)
    }

    fn toolbar(&self) -> ToolbarView<'_> {
        let open = !matches!(self.case, Case::Welcome | Case::Failed);
        let guess = self.case == Case::Guess;
        ToolbarView {
            tabs: &[],
            store: open.then_some(StoreChip {
                name: "bank.db",
                dialect: "sqlstreamstore",
                evidence: &self.evidence,
                progress: (self.case == Case::Loading).then_some(0.39),
            }),
            reducer: (open && self.case != Case::Loading).then_some(ReducerChip {
                file: (!guess).then_some("account.js"),
                label: if guess { "Merge, a guess" } else { "account.js" },
                guess,
                errors: u64::from(self.case == Case::Threw),
                problem: None,
                table: &self.table,
                exports: &self.exports,
                skipping_errors: false,
            }),
        }
    }

    fn streams_view<'a>(&'a self, rows: &'a Streams<'a>) -> StreamsView<'a> {
        StreamsView {
            filter: &self.stream_filter,
            sort: self.stream_sort,
            rows: match self.case {
                Case::Empty => Content::Empty,
                Case::Error => Content::Failed(&self.problem),
                _ => Content::Ready(rows),
            },
            shown: if self.stream_filter.is_empty() { 12_408 } else { rows.streams() },
            total: match self.case {
                Case::Loading => Count::at_least(4_812),
                Case::Empty => Count::exact(0),
                _ => Count::exact(12_408),
            },
            findings: if self.case == Case::Full { 3 } else { 0 },
            worst: Some(Severity::Warning),
            findings_open: self.findings_open,
            selected: self.selected_stream,
            selected_name: self.selected_stream.map(|_| "account-1042"),
        }
    }

    fn content<'a, T>(&'a self, ready: impl FnOnce() -> T) -> Content<'a, T> {
        match self.case {
            Case::Empty => Content::Empty,
            Case::Loading => Content::Loading,
            Case::Error => Content::Failed(&self.problem),
            _ if self.selected_stream.is_none() => Content::Empty,
            _ => Content::Ready(ready()),
        }
    }

    fn events_view<'a>(&'a self, rows: &'a Events<'a>) -> EventsView<'a> {
        EventsView {
            stream: (self.selected_stream.is_some() || self.case == Case::Error).then_some("account-1042"),
            status: StreamStatus::Active,
            total: Count::exact(214),
            shown: self.shown_rows.len() as u64,
            filter: &self.event_filter,
            filtering: false,
            rows: self.content(|| rows as &dyn EventLines),
            columns: &self.columns,
            applied: self.playback.applied(),
            first_time: None,
            playing: self.playback.is_playing(),
        }
    }

    fn state_view<'a>(&'a self, written: &'a Events<'a>) -> StateView<'a> {
        let at = self.playback.applied().0 as usize;
        StateView {
            tab: self.state_tab,
            content: self.content(|| StateBody {
                tree: TreeView {
                    tree: Tree::State,
                    node: &self.states[at],
                    before: at.checked_sub(1).map(|before| &self.states[before]),
                    toggled: &self.toggled,
                    selected: self.selected.as_ref(),
                    revision: self.revision,
                },
                version: at.checked_sub(1).map(|at| Version(at as i64)),
                previous: at.checked_sub(2).map(|at| Version(at as i64)),
                written,
                changes: written,
                stepped: self.stepped,
                source: if self.case == Case::Guess {
                    StateSource::Guess { category: "account", file: None }
                } else {
                    StateSource::Reducer
                },
                threw: (self.case == Case::Threw).then_some(ThrowView {
                    file: "account.js",
                    version: Version(58),
                    type_name: "FeeCharged",
                    message: "TypeError: state.plan is undefined",
                    place: "account.js:41:22",
                    help: "the event carries no plan; give state.plan a default.",
                    last_good: Some(Version(57)),
                    not_reached: 156,
                }),
                skipped: 0,
                raw: &self.raw,
            }),
            stale: self.stale,
        }
    }

    fn event_view<'a>(&'a self, position: &'a Position) -> EventView<'a> {
        let Some(at) = (self.playback.applied().0 as usize).checked_sub(1) else {
            return EventView { tab: self.event_tab, content: Content::Empty };
        };
        let event = &self.events[at];
        let tree = |tree, node| TreeView {
            tree,
            node,
            before: None,
            toggled: &self.payload_toggled,
            selected: self.payload_selected.as_ref(),
            revision: self.revision,
        };
        EventView {
            tab: self.event_tab,
            content: self.content(|| EventBody {
                version: Version(at as i64),
                type_name: TYPES[event.kind],
                slot: TypeSlot::of_rank(event.kind),
                id: Some("9f2c41d0-77a1-4c1e-9d0e-1f2a3b4c5d6e"),
                position,
                time: Some(Time(event.time)),
                time_text: Some("2026-10-06 12:03:05.377"),
                mark: EventMark::None,
                payload: tree(Tree::Payload, &self.payload),
                metadata: tree(Tree::Metadata, &self.metadata),
                raw: br#"{"amount":50.00,"counterparty":"Kanal Hardware"}"#,
                undecodable: None,
            }),
        }
    }

    fn time_view<'a>(&'a self, events: &'a Events<'a>) -> TimeView<'a> {
        let at = self.playback.applied().0 as usize;
        let named: u64 = self.legend.iter().map(|entry| entry.count).sum();
        TimeView {
            content: self.content(|| TimeBody {
                applied: self.playback.applied(),
                playing: self.playback.is_playing(),
                speed: self.playback.speed(),
                axis: self.axis,
                events,
                revision: 1,
                legend: &self.legend,
                others: (8, self.events.len() as u64 - named),
                filtered: !self.event_filter.is_empty(),
                stopped_at: (self.case == Case::Threw).then_some(Applied(59)),
                skipped: &[],
                current: at.checked_sub(1).map(|i| TimelineCurrent {
                    version: Version(i as i64),
                    type_name: TYPES[self.events[i].kind],
                    slot: TypeSlot::of_rank(self.events[i].kind),
                    time: Some(Time(self.events[i].time)),
                    time_text: None,
                }),
            }),
        }
    }
}

/// Rows of the list of streams.
pub struct Streams<'a> {
    fake: &'a Fake,
    rows: Vec<(usize, Option<usize>)>,
}

impl<'a> Streams<'a> {
    fn new(fake: &'a Fake) -> Streams<'a> {
        let mut rows = Vec::new();
        for (category, (_, streams)) in fake.streams.iter().enumerate() {
            let matching: Vec<usize> =
                (0..streams.len()).filter(|&at| streams[at].contains(&fake.stream_filter)).collect();
            if matching.is_empty() {
                continue;
            }
            rows.push((category, None));
            if !fake.collapsed.contains(&CategoryId(category as u32)) {
                rows.extend(matching.into_iter().map(|at| (category, Some(at))));
            }
        }
        Streams { fake, rows }
    }

    fn streams(&self) -> u64 {
        let all = self.fake.streams.iter().flat_map(|(_, streams)| streams);
        all.filter(|name| name.contains(&self.fake.stream_filter)).count() as u64
    }
}

impl StreamLines for Streams<'_> {
    fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    fn row(&self, i: u64) -> StreamLine<'_> {
        let (category, stream) = self.rows[i as usize];
        let (name, streams) = &self.fake.streams[category];
        let totals = [9_120, 1_204, 1_877, 207];
        let Some(at) = stream else {
            let shown = streams.iter().filter(|name| name.contains(&self.fake.stream_filter)).count() as u64;
            let total = totals[category];
            return StreamLine::Category {
                category: CategoryId(category as u32),
                name: Cow::Borrowed(name),
                shown: if self.fake.case == Case::Loading {
                    total / 3
                } else if self.fake.stream_filter.is_empty() {
                    total
                } else {
                    shown
                },
                total: if self.fake.case == Case::Loading { Count::at_least(total / 3) } else { Count::exact(total) },
                expanded: !self.fake.collapsed.contains(&CategoryId(category as u32)),
            };
        };
        let mut seed = 7 + at as u64 * 7_919;
        let mut activity = [0; 8];
        for bar in &mut activity {
            *bar = (random(&mut seed) % 256) as u8;
        }
        let counts = [88, 41, 88, 12, 214, 156, 9, 63, 27, 1_180, 5, 74, 33, 118, 2, 46, 91, 19, 240, 57];
        StreamLine::Stream {
            stream: StreamId(at as u32),
            name: Cow::Borrowed(&streams[at]),
            prefix: name.len() + 1,
            events: counts[at % counts.len()],
            activity,
            last: Some(Time(1_795_300_000_000_000 - (at as i64 % 7) * 86_400_000_000 * if at == 10 { 500 } else { 3 })),
            status: if at == 14 { StreamStatus::Archived } else { StreamStatus::Active },
        }
    }

    fn index_of(&self, stream: StreamId) -> Option<u64> {
        self.rows.iter().position(|row| *row == (0, Some(stream.0 as usize))).map(|at| at as u64)
    }
}

/// Rows of the list of events, the timeline, who wrote what, and changes.
pub struct Events<'a>(&'a Fake);

impl EventLines for Events<'_> {
    fn len(&self) -> u64 {
        self.0.shown_rows.len() as u64
    }

    fn row(&self, i: u64) -> EventLine<'_> {
        let index = self.0.shown_rows[i as usize] as usize;
        let event = &self.0.events[index];
        let before = index.checked_sub(1).map(|before| self.0.events[before].time);
        let span = self.0.events[self.0.events.len() - 1].time - self.0.events[0].time;
        let since = before.map(|before| event.time - before);
        let cell = |value: Option<String>| value.map_or(CellText::Missing, |value| CellText::Text(value.into()));
        EventLine {
            applied: Applied(index as u64 + 1),
            version: Version(index as i64),
            type_name: Cow::Borrowed(TYPES[event.kind]),
            slot: TypeSlot::of_rank(event.kind),
            time: Some(Time(event.time)),
            since_previous: since,
            idle_before: since.is_some_and(|since| since > idle_threshold(self.0.events.len() as u64, span)),
            mark: match (self.0.case, index) {
                (Case::Threw, 58) => EventMark::Threw,
                (Case::Threw, 54) => EventMark::Command,
                _ => EventMark::None,
            },
            cells: [cell(event.amount.clone()), cell(event.counterparty.map(str::to_owned))],
        }
    }

    fn index_of(&self, applied: Applied) -> Result<u64, u64> {
        let index = applied.0.checked_sub(1).ok_or(0_u64)?;
        self.0.shown_rows.binary_search(&index).map(|at| at as u64).map_err(|at| at as u64)
    }
}

impl TimelineEvents for Events<'_> {
    fn len(&self) -> u64 {
        self.0.events.len() as u64
    }
    fn time(&self, i: u64) -> Option<Time> {
        Some(Time(self.0.events[i as usize].time))
    }
    fn slot(&self, i: u64) -> TypeSlot {
        TypeSlot::of_rank(self.0.events[i as usize].kind)
    }
    fn version(&self, i: u64) -> Version {
        Version(i as i64)
    }
    fn type_name(&self, i: u64) -> Cow<'_, str> {
        TYPES[self.0.events[i as usize].kind].into()
    }
}

impl LastWrites for Events<'_> {
    fn of(&self, path: &Pointer) -> LastWrite {
        let at = self.0.before() as i64;
        let age = match path.to_string().as_str() {
            "/balance" | "/overdraft" | "/overdraft/since" | "/flags" | "/flags/2" | "/entries" => 0,
            "/overdraft/limit" => 1,
            "/hold" => 2,
            "/owner" => 16,
            "/overdraft/feeRate" => 26,
            "/flags/1" => 45,
            _ => at,
        };
        LastWrite::At { version: Version((at - age).max(0)), age: age as u64 }
    }
}

impl ChangeList for Events<'_> {
    fn len(&self) -> u64 {
        let at = self.0.playback.applied().0;
        if at == 0 { 0 } else { 6 }
    }

    fn change(&self, i: u64) -> ChangeLine<'_> {
        let at = self.0.playback.applied().0 as usize;
        let paths = ["/balance", "/overdraft/limit", "/overdraft/since", "/hold", "/flags/2", "/entries"];
        let path = Pointer::parse(paths[i as usize]).unwrap();
        ChangeLine {
            before: self.0.states[at - 1].at(&path),
            after: self.0.states[at].at(&path),
            path: Cow::Owned(path),
        }
    }
}

pub struct Findings;

impl FindingLines for Findings {
    fn len(&self) -> u64 {
        6
    }

    fn row(&self, i: u64) -> FindingLine<'_> {
        let (code, stream, version, message, count) = [
            (FindingCode::HandlerThrew, "account-1042", 58, "state.plan is undefined", 1),
            (FindingCode::Undecodable, "card-0931", 4, "not UTF-8 at byte 212; hex shown", 3),
            (FindingCode::Gap, "transfer-77", 31, "v29 and v30 are not in the store", 2),
            (FindingCode::TimeBackwards, "account-1048", 902, "38 ms before v901", 118),
            (FindingCode::Precision, "loan-0007", 2, "amount is above 2^53; text kept", 16),
            (FindingCode::DuplicateKey, "customer-0412", 0, "\"note\" twice, the last one wins", 1),
        ][i as usize];
        FindingLine {
            code,
            stream: Some(stream.into()),
            version: Some(Version(version)),
            message: message.into(),
            count,
        }
    }
}

fn streams() -> Vec<(String, Vec<String>)> {
    let accounts = [
        "0104", "1040", "1041", "1043x", "1042", "1044", "1045", "1046", "1047", "1048", "1049", "1104", "2104",
        "3104", "4104", "5104", "6104", "7104", "8104", "9104",
    ];
    vec![
        ("account".into(), accounts.iter().map(|id| format!("account-{id}")).collect()),
        ("card".into(), ["104", "1041", "5104"].iter().map(|id| format!("card-{id}")).collect()),
        ("customer".into(), ["0104", "1041", "1042", "5104"].iter().map(|id| format!("customer-{id}")).collect()),
        ("transfer".into(), vec!["transfer-1042".into()]),
    ]
}

fn events() -> Vec<FakeEvent> {
    const HOUR: u64 = 3_600_000_000;
    let mut seed = 42;
    let mut time = Time::parse("2026-09-01T06:00:00Z").unwrap().0;
    let names = ["Quayside Coffee", "Till 2, evening", "Card fee", "Guild of Bakers", "Mill and Flour", "Hotel Fjord"];
    let mut events = Vec::new();
    for i in 0..214_u64 {
        let kind = if i == 0 {
            0
        } else {
            match random(&mut seed) % 20 {
                0..=7 => 3,
                8..=12 => 2,
                13..=14 => 4,
                15 => 5,
                16 => 6,
                17 => 8,
                18 => 7,
                _ => 1 + (random(&mut seed) % 10) as usize,
            }
        };
        let step = match i {
            31 => 96 * HOUR,
            44 => 219 * HOUR,
            90 => 110 * HOUR,
            160 => 130 * HOUR,
            57 => 7_400_000,
            58 => 2_000,
            _ => random(&mut seed) % (12 * HOUR),
        };
        time += step as i64;
        let money = matches!(kind, 2..=6 | 8);
        events.push(FakeEvent {
            kind: if i == 57 { 3 } else { kind },
            time,
            amount: money.then(|| format!("{}.{:02}", random(&mut seed) % 180, (random(&mut seed) % 10) * 10)),
            counterparty: money.then(|| names[(random(&mut seed) % 6) as usize]),
        });
    }
    events
}

fn states(events: &[FakeEvent]) -> Vec<Node> {
    let text = |value: &str| Node::text(value);
    let key = |name: &str| -> Text { Arc::from(name) };
    let mut states = vec![Node::object(Vec::new())];
    let mut balance = 31_000_i64;
    for at in 1..=events.len() {
        balance += if at == 58 { -35_000 } else { (at as i64 * 37 % 101 - 50) * 10 };
        if at == 57 {
            balance = 31_000;
        }
        let mut overdraft = vec![
            (key("limit"), Node::number(if at >= 58 { "0.00" } else { "100.00" })),
            (key("feeRate"), Node::number("0.125")),
        ];
        let mut flags = vec![text("verified"), text("business")];
        if at >= 58 {
            overdraft.push((key("since"), text("2026-10-06T12:03:05.377Z")));
            flags.push(text("overdrawn"));
        }
        let mut members = vec![
            (key("id"), text("account-1042")),
            (key("status"), text("open")),
            (key("currency"), text("EUR")),
            (key("balance"), Node::number(format!("{}.{:02}", balance / 100, (balance % 100).abs()))),
            (key("overdraft"), Node::object(overdraft)),
        ];
        if at < 58 {
            members.push((key("hold"), node(r#"{"amount":25,"at":"Hotel Fjord"}"#)));
        }
        members.push((key("flags"), Node::array(flags)));
        members.push((key("entries"), Node::number(at)));
        members.push((key("owner"), node(r#"{"name":"Ada","since":2019,"city":"Bergen","vip":false}"#)));
        members.push((key("note"), text(&"long ".repeat(30))));
        states.push(Node::object(members));
    }
    states
}
