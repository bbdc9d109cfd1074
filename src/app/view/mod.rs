//! What the panels draw: plain borrowed data, one file for each panel, with how it is filled.
//!
//! No egui types and no IO. Big lists come as small traits with `len` and `row`, asked only
//! for the rows on screen, so that a million rows are never built; nothing is copied that
//! grows with the store. Where a panel has nothing to show, [`Content`] says which of its
//! states holds.

mod blame;
mod compare;
mod events;
mod export;
mod find;
mod frameworks;
mod goto;
mod mapping;
mod pages;
mod search;
mod state;
mod streams;
mod time;
mod toolbar;
mod value;

use std::collections::BTreeMap;

pub use blame::{BlameLine, BlameLines, BlameView};
pub use compare::{DivergenceView, OtherView};
pub use events::{CellText, EventLine, EventLines, EventMark, EventTimes, EventTypes, EventsView, TimeEnd};
pub use export::{ExportView, PlayheadAt, RunningView};
pub use find::FindView;
pub use frameworks::FrameworksView;
pub use goto::{BookmarkView, GoToLine, GoToLines, GoToNote, GoToView};
pub use mapping::{CandidateLine, LayoutView, MappingView, PickLines, PickNote, RoleLine, SampleLines, SaveView};
pub use pages::{
    FindingLine, FindingLines, FindingsView, LoadingView, NoticeView, RecentEntry, StatusView, WelcomeView,
};
pub use search::{SearchLine, SearchLines, SearchView};
pub use state::{
    AgainstView, ChangeLine, ChangeList, ColumnLine, EventBody, EventView, HaltView, LastWrite, LastWrites,
    LinkHereLine, LinkLine, LinksHereLines, LinksHereView, MatrixColumns, MatrixView, StateBody, StateSource,
    StateView, ThrowView, TreeView,
};
pub use streams::{StreamLine, StreamLines, StreamsView};
pub use time::{Flag, LegendEntry, TimeBody, TimeView, TimelineCurrent, TimelineEvents};
pub use toolbar::{ReducerChip, StoreChip, StoreTab, ToolbarView};
pub use value::ValueView;

pub use super::columns::EventColumn;
pub use super::filter::KeptFilter;
pub use super::reducers::ReducerRow;

use super::App;
use super::action::Panel;
use super::command::CommandContext;
use super::desk::Modal;
pub use super::export::Outcome;
pub use super::mapping::Saving;
use super::store::{Notice, OpenStore, Phase};
pub use crate::dialect::Framework;
use crate::model::{Problem, StoreId};
pub use crate::replay::Emitted;
pub use crate::session::find::contains;
pub use crate::session::{
    Filter, Frameworks, Lack, MatrixCell, MatrixFound, PayloadColumn, PayloadPaths, Progress, Sample, Shown,
    WrittenRows,
};

/// Everything on screen.
pub struct RootView<'a> {
    /// The store in front; what belongs to it in egui's memory is told apart by this.
    pub store: Option<StoreId>,
    /// Sizes of panels that the user chose, by the name of the seam.
    pub sizes: &'a BTreeMap<String, f32>,
    /// Factor of all sizes, 1 = as delivered.
    pub text_size: f32,
    pub toolbar: ToolbarView<'a>,
    pub screen: Screen<'a>,
    pub modal: Option<ModalView<'a>>,
    /// What commands depend on; also decides which keys work.
    pub commands: &'a CommandContext,
    pub zone: Zone,
    /// Said once by a screen reader when it changes: "version 57, Withdrawn, balance −40.00, was 310.00".
    pub announcement: &'a str,
}

/// What fills the window below the toolbar.
pub enum Screen<'a> {
    /// No store is open.
    Welcome(WelcomeView<'a>),
    /// A store is open, maybe still being read.
    Workspace(Box<WorkspaceView<'a>>),
    /// It is being settled what the store in front means.
    Mapping(Box<MappingView<'a>>),
    /// The store in front could not be opened.
    Failed { store: &'a str, problem: &'a Problem, status: StatusView<'a> },
}

/// An open store.
pub struct WorkspaceView<'a> {
    pub streams: StreamsView<'a>,
    pub events: EventsView<'a>,
    pub state: StateView<'a>,
    pub event: EventView<'a>,
    pub time: TimeView<'a>,
    pub status: StatusView<'a>,
    /// The first scan while no stream is chosen: takes the place of the other panels.
    pub loading: Option<LoadingView<'a>>,
    pub notice: Option<NoticeView<'a>>,
    pub findings: Option<FindingsView<'a>>,
    pub blame: Option<BlameView<'a>>,
    pub search: Option<SearchView<'a>>,
}

/// The sheet in front.
pub enum ModalView<'a> {
    /// Typing a path.
    OpenPath,
    /// Typing the path of a reducer.
    ReducerPath,
    /// Typing the command of a program.
    Program,
    Keys,
    /// Stores that were open before.
    Recent(Vec<RecentEntry>),
    /// Version and licences.
    About,
    /// What is known.
    Frameworks(FrameworksView<'a>),
    /// Naming a dialect.
    SaveDialect(SaveView<'a>),
    Export(Box<ExportView<'a>>),
    /// Going to a place.
    GoTo(Box<GoToView<'a>>),
    /// The bookmark at the playhead.
    Bookmark(BookmarkView<'a>),
    /// One value.
    Value(Box<ValueView<'a>>),
}

/// The state a panel is in.
pub enum Content<'a, T> {
    /// There is nothing, and there will be nothing: the panel has a sentence of its own for it.
    Empty,
    /// It is being read or computed.
    Loading,
    Ready(T),
    /// It could not be had.
    Failed(&'a Problem),
}

/// A number that may still grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub number: u64,
    /// False while scanning: shown with "≥".
    pub exact: bool,
}

impl Count {
    pub fn exact(number: u64) -> Count {
        Count { number, exact: true }
    }

    pub fn at_least(number: u64) -> Count {
        Count { number, exact: false }
    }
}

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// In the zone of this machine.
    #[default]
    Local,
    Utc,
    /// So many seconds east of UTC; tests use it.
    Fixed(i32),
}

/// Shape and colour of an event type: its rank by first appearance in the
/// category. 0-7 filled shapes, 8-15 the same hollow, the rest a quiet dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeSlot(pub u8);

impl TypeSlot {
    /// Every type after the sixteenth.
    pub const REST: TypeSlot = TypeSlot(16);

    /// The slot of the type that appeared as the `rank`-th, from 0.
    pub fn of_rank(rank: usize) -> TypeSlot {
        TypeSlot(rank.min(16) as u8)
    }
}

impl App {
    /// Everything on screen.
    pub fn view(&self) -> RootView<'_> {
        let desk = &self.desk;
        let store = self.store();
        let opening = store.filter(|store| matches!(store.phase, Phase::Opening)).map(|store| store.name.as_str());
        RootView {
            store: store.map(|store| store.id),
            sizes: &desk.settings.sizes,
            text_size: desk.settings.text_size,
            toolbar: toolbar::toolbar(&self.stores, self.active),
            screen: match store {
                Some(store @ OpenStore { page: Some(page), .. }) => {
                    Screen::Mapping(Box::new(mapping::mapping(page, store, desk)))
                }
                Some(OpenStore { phase: Phase::Failed(problem), name, .. }) => {
                    Screen::Failed { store: name, problem, status: pages::no_store(desk) }
                }
                Some(store @ OpenStore { phase: Phase::Open(opened), .. }) => {
                    Screen::Workspace(Box::new(self.workspace(store, opened.bytes)))
                }
                _ => Screen::Welcome(pages::welcome(desk, opening)),
            },
            modal: desk.modal.as_ref().and_then(|modal| match modal {
                Modal::OpenPath => Some(ModalView::OpenPath),
                Modal::ReducerPath => Some(ModalView::ReducerPath),
                Modal::Program => Some(ModalView::Program),
                Modal::Keys => Some(ModalView::Keys),
                Modal::Recent => Some(ModalView::Recent(pages::recent(desk))),
                Modal::About => Some(ModalView::About),
                Modal::Frameworks => Some(ModalView::Frameworks(frameworks::frameworks(desk)?)),
                Modal::Export => Some(ModalView::Export(Box::new(export::export(store?, desk)?))),
                Modal::GoTo => Some(ModalView::GoTo(Box::new(goto::goto(desk.goto.as_ref()?, store, &self.commands)))),
                Modal::Bookmark => Some(ModalView::Bookmark(goto::bookmark(store?, desk)?)),
                Modal::Value => Some(ModalView::Value(Box::new(value::value(store?)?))),
                Modal::SaveDialect => Some(ModalView::SaveDialect(mapping::save(store?.page.as_ref()?, desk))),
            }),
            commands: &self.commands,
            zone: if desk.settings.utc { Zone::Utc } else { Zone::Local },
            announcement: store.and_then(|store| store.view.as_ref()).map_or("", |view| &view.fold.announcement),
        }
    }

    fn workspace<'a>(&'a self, store: &'a OpenStore, bytes: u64) -> WorkspaceView<'a> {
        let now = self.desk.now;
        let view = store.view.as_ref();
        WorkspaceView {
            streams: streams::streams(store, &self.commands),
            events: events::events(store, &self.desk),
            state: state::state(store, now),
            event: state::event(store),
            time: time::time(store, &self.desk, self.commands.axis),
            status: pages::status(&self.desk, view),
            loading: (view.is_none() && store.is_reading()).then(|| pages::loading(store, bytes)),
            notice: store.notice.as_ref().map(Notice::view),
            blame: view
                .and_then(|view| blame::blame(view, find::find(store, Panel::Blame), store.reducers.is_stored())),
            search: search::search(store),
            findings: store.findings_open.then(|| pages::findings(store, self.commands.findings)),
        }
    }
}
