//! Ten thousand random actions in the real App, with its threads and two stores open: nothing
//! panics, every focusable node has a name of its own, the keyboard is never lost, and at every
//! rest what is shown is what the engine says about the place of the playhead.
//!
//! A seed says everything but the timing: `EVENTGLASS_SEED` overrides the one below.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers, PointerButton, pos2};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT;
use eventglass::app::action::{
    Action, Axis, ColumnAction, CopyWhat, Edge, EventTab, ExportAction, FilterAction, FindAction, Format, GoToAction,
    GoToScope, Panel, StateTab, StreamSort, ThemeChoice, Tie, Tree, Until, ValueAction, Way, What, Which, Zoom,
};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand;
use eventglass::app::view::{Content, Screen, WorkspaceView};
use eventglass::formats::{self, Location, OpenChoice};
use eventglass::index::At;
use eventglass::model::json::to_text;
use eventglass::model::{Applied, CategoryId, Pointer, StoreId, StreamId};
use eventglass::replay::Reducer;
use eventglass::replay::host::Stop;
use eventglass::replay::merge::Merge;
use eventglass::replay::timeline::{OnError, Timeline};
use eventglass::session::{Choice, Indexer, ReducerFile, StreamSource, WantedHost};

use crate::panels::check_names;
use crate::program::{Program, Window, bank, drawn, labels, sample, settings, settle};

const ACTIONS: u64 = 10_000;
const DRAW_EVERY: u64 = 50;
const REST_EVERY: u64 = 250;
const SEED: u64 = 20_261_128;

/// A small generator: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }
}

/// The stores and modules that the actions speak of.
struct World {
    folder: tempfile::TempDir,
    stores: Vec<PathBuf>,
    reducers: Vec<String>,
    /// Lines appended to the log.
    grown: u64,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::copy(sample("bank.db"), at("bank.db")).expect("copied");
        // The first events of a card are archived: a twin of one name.
        let conn = rusqlite::Connection::open(at("bank.db")).expect("a store");
        let archive = "UPDATE emt_messages SET is_archived = 1 WHERE stream_id = 'card-1180' AND stream_position <= 20";
        assert_eq!(conn.execute(archive, []).expect("archived"), 20);
        drop(conn);
        std::fs::write(at("log.jsonl"), log()).expect("written");
        std::fs::write(at("picture.png"), b"\x89PNG\r\n\x1a\n").expect("written");
        let mut reducers = vec![sample("reducers.mjs").to_string_lossy().into_owned()];
        for (name, text) in [
            (
                "throws.js",
                "export default (s = { n: 0 }, e) => { if (e.version % 17 === 16) throw new Error('no'); return { n: s.n + 1, at: e.version } }",
            ),
            (
                "start.js",
                "export const account = { initialState: () => { throw new Error('no start') }, evolve: s => s }\nexport const a = (s = { n: 0 }) => ({ n: s.n + 1 })",
            ),
            ("broken.js", "export default (s, e => {"),
            ("nothing.js", "export const x = 1"),
        ] {
            std::fs::write(at(name), text).expect("written");
            reducers.push(at(name).to_string_lossy().into_owned());
        }
        reducers.push(format!("{}#card", sample("reducers.mjs").display()));
        reducers.push("/nowhere/at all.js".to_owned());
        let stores = vec![at("bank.db"), at("log.jsonl")];
        World { folder, stores, reducers, grown: 0 }
    }

    /// The log gains an event at the end of a stream.
    fn grow(&mut self) {
        self.grown += 1;
        let mut file = std::fs::File::options().append(true).open(&self.stores[1]).expect("the log");
        writeln!(
            file,
            r#"{{"stream":"a-1","version":{},"type":"Late","data":{{"n":{}}}}}"#,
            1_000 + self.grown,
            self.grown
        )
        .expect("written");
    }
}

/// A log with gaps, a version that is there twice, late events, and payloads of every shape.
fn log() -> String {
    let mut text = String::new();
    let shapes =
        [r#"{"n":1,"deep":{"a":[1,{"b":null}]}}"#, r#"[1,2,3]"#, "7", "null", r#""words""#, r#"{"n":1,"n":2}"#];
    for at in 0..1_200_u64 {
        let (stream, version) = (at % 4, at / 4 + 1);
        if at % 97 == 5 {
            continue;
        }
        let version = if at % 131 == 7 { version - 1 } else { version };
        let data = match at % 11 {
            0 => shapes[(at / 11 % 6) as usize].to_owned(),
            _ => format!(r#"{{"n":{at},"name":"event {at}","amount":{}.50}}"#, at % 100),
        };
        let kind = ["Made", "Moved", "Counted"][(at % 3) as usize];
        let name = ["a-1", "a-2", "b-1", "ä-ö"][stream as usize];
        writeln!(text, r#"{{"stream":"{name}","version":{version},"type":"{kind}","data":{data}}}"#).expect("a line");
    }
    for version in [20, 10] {
        writeln!(text, r#"{{"stream":"late-1","version":{version},"type":"Made","data":{{"v":{version}}}}}"#)
            .expect("a line");
    }
    text
}

fn action(chance: &mut Chance, world: &World) -> Action {
    let number = |chance: &mut Chance| match chance.below(8) {
        0 => u64::MAX,
        1 => chance.next(),
        _ => chance.below(260),
    };
    let words = [
        "",
        "",
        "type:made",
        "type:withdrawn",
        "104",
        "a",
        "zzz",
        "event 7",
        "v12",
        "  ",
        "\u{0}\u{7f}",
        "Ö",
        "card",
        "n=7",
        "/(/",
        "/made$/",
    ];
    let paths = ["", "/n", "/deep/a/1", "/balance", "/overdraft", "/nowhere/0", "/flags/0"];
    let path = |chance: &mut Chance| Pointer::parse(chance.of(&paths)).expect("a pointer");
    let trees = [Tree::State, Tree::Payload, Tree::Metadata];
    match chance.below(76) {
        0..=11 => {
            let by = [1, -1, 10, -10, 3, i64::MIN, i64::MAX];
            let applied = Applied(number(chance));
            let commands = [
                PlaybackCommand::First,
                PlaybackCommand::Last,
                PlaybackCommand::Play,
                PlaybackCommand::Pause,
                PlaybackCommand::TogglePlay,
                PlaybackCommand::SetSpeed(number(chance) as u32),
                PlaybackCommand::Faster,
                PlaybackCommand::Slower,
            ];
            match chance.below(3) {
                0 => PlaybackCommand::StepBy(chance.of(&by)).into(),
                1 => PlaybackCommand::ScrubTo(applied).into(),
                _ => chance.of(&commands).into(),
            }
        }
        12..=17 => {
            Action::SelectStream(StreamId(if chance.one_in(6) { number(chance) } else { chance.below(44) } as u32))
        }
        18..=20 => Action::SetStreamFilter(chance.of(&words).to_owned()),
        21 | 22 => {
            Action::ToggleCategory(CategoryId(if chance.one_in(4) { number(chance) } else { chance.below(4) } as u32))
        }
        23 | 24 => Action::SetStreamSort(chance.of(&[StreamSort::Name, StreamSort::Events, StreamSort::LastTime])),
        25..=27 => Action::SetEventFilter(chance.of(&words).to_owned()),
        28..=30 => Action::SelectEvent(Applied(number(chance))),
        31 | 32 => {
            Action::SetStateTab(chance.of(&[StateTab::Tree, StateTab::Changes, StateTab::Raw, StateTab::Matrix]))
        }
        33 => {
            let tabs = [EventTab::Payload, EventTab::Metadata, EventTab::Raw, EventTab::Links].map(Action::SetEventTab);
            let links = [Action::FollowLink(None), Action::FindLinksHere, Action::OpenLinkHere(0)];
            let others = [Action::ToggleSystem, Action::FollowLink(Some(number(chance) as usize))];
            chance.of(&[&tabs[..], &links, &others].concat())
        }
        34 | 35 => Action::SelectPath(chance.of(&trees), (!chance.one_in(4)).then(|| path(chance))),
        36 | 37 => Action::ToggleExpanded(chance.of(&trees), path(chance)),
        38 => Action::Copy(chance.of(&[
            CopyWhat::Event,
            CopyWhat::State,
            CopyWhat::Value,
            CopyWhat::Path,
            CopyWhat::Changes,
            CopyWhat::ChangesAsLines,
            CopyWhat::CommandLine,
            CopyWhat::StreamName,
            CopyWhat::StorePath,
            CopyWhat::Text("x".to_owned()),
        ])),
        39 | 40 => Action::UseReducer(chance.of(&world.reducers)),
        41 => Action::ClearReducer,
        42 => {
            let exports = ["account", "card", "transfer", "default", "nobody"].map(|name| Some(name.to_owned()));
            let export = if chance.one_in(3) { None } else { chance.of(&exports) };
            Action::SetReducerFor { category: CategoryId(chance.below(5) as u32), export }
        }
        43 => Action::SkipErrors,
        44 => Action::StopAtErrors,
        45 => Action::ToggleFindings,
        46 => Action::OpenFinding(number(chance)),
        47 => chance.of(&[Action::Reload, Action::DismissNotice, Action::StopFilter, Action::CancelScan]),
        48..=51 => Action::ShowNextStore(chance.one_in(2)),
        52 => Action::ShowNthStore(number(chance) as usize),
        53 => Action::ShowStore(StoreId(number(chance) as u32)),
        54 => match chance.below(6) {
            0 if chance.one_in(4) => Action::CloseOthers(None),
            0 => Action::CloseStore,
            1 => Action::CloseTab(StoreId(number(chance) as u32)),
            2 => Action::OpenPath("~/there is no such file.db".to_owned()),
            3 => Action::OpenFiles(vec![world.folder.path().join("picture.png")]),
            4 => Action::OpenRecent(number(chance) as usize),
            _ => Action::ForgetRecent(number(chance) as usize),
        },
        55 if chance.one_in(4) => Action::ShowMenu(None),
        55 => {
            let times =
                [1.0, 2.0, 7.5, 1e3, 1e12, f64::NAN, -3.0].map(|times| (times, chance.below(110) as f64 / 100.0));
            let zooms = times.map(|(times, left)| Action::SetZoom(Zoom { times, left }));
            let axes = [Axis::Sequence, Axis::Time].map(Action::SetAxis);
            chance.of(&[&zooms[..], &axes].concat())
        }
        56 => chance.of(&[ThemeChoice::System, ThemeChoice::Dark, ThemeChoice::Light].map(Action::SetTheme)),
        57 => Action::ToggleUtc,
        58 => Action::TextSize(chance.of(&[0, 0, 1, -1, i8::MAX, i8::MIN])),
        59 => {
            let sizes = [None, Some(0.0), Some(300.0), Some(0.5), Some(f32::NAN), Some(-1e30)];
            let seams =
                ["streams", "state", "event", "findings", "narrow events", "narrow state", "low state", "time", "none"];
            Action::SetSize(chance.of(&seams), chance.of(&sizes))
        }
        60 => Action::ResetLayout,
        61 => chance.of(&[
            Action::ShowOpenPath,
            Action::ShowKeys,
            Action::ShowFrameworks,
            Action::ShowReducerPath,
            Action::ShowValue,
        ]),
        70 => match chance.below(5) {
            0 => Action::ShowValue,
            1 => ValueAction::Show(number(chance) as usize).into(),
            2 => ValueAction::Find(chance.of(&["", "a", "owner", "\u{0}"]).to_owned()).into(),
            3 => ValueAction::Next(chance.of(&[Way::Back, Way::On])).into(),
            _ => ValueAction::Copy.into(),
        },
        69 => {
            let number = number(chance);
            going(chance, number)
        }
        62 => Action::CloseModal,
        63 => Action::ShowExport,
        64..=66 => Action::Export(export(chance, world)),
        67 => match chance.below(9) {
            0 => Action::OpenWrite(number(chance)),
            1 => Action::SetPointA(Applied(number(chance))),
            2 => Action::StepSideA(chance.of(&[1, -1, 40, i64::MIN, i64::MAX])),
            3 => chance.of(&[Action::LevelSideA, Action::FindDivergence, Action::GoToDivergence]),
            4 => Action::ShowGoTo(GoToScope::Compare, ""),
            _ => Action::Compare(!chance.one_in(4)),
        },
        68 => chance.of(&[
            Action::Blame,
            Action::Blame,
            Action::CloseBlame,
            Action::StepWrite(Way::Back),
            Action::StepWrite(Way::On),
        ]),
        71 => searching(chance),
        72..=74 => listing(chance),
        _ => {
            let panels = [
                Panel::Streams,
                Panel::Events,
                Panel::State,
                Panel::Event,
                Panel::Time,
                Panel::Findings,
                Panel::Blame,
                Panel::Search,
            ];
            let focus = [Action::FocusNextPanel(true), Action::FocusFilter, Action::FocusPanel(chance.of(&panels))];
            chance.of(&[focus[0].clone(), focus[1].clone(), focus[2].clone(), Action::OpenDialog, Action::Quit])
        }
    }
}

/// Filters, columns and finding in lists.
fn listing(chance: &mut Chance) -> Action {
    let paths = ["", "/n", "/amount", "/deep/a", "/nowhere/0", "/name"];
    let path = |chance: &mut Chance| Pointer::parse(chance.of(&paths)).expect("a pointer");
    let number = |chance: &mut Chance| if chance.one_in(6) { chance.next() } else { chance.below(6) };
    let times = ["", "6 Oct", "2026-10-06", "14:03", "soon", "57", "9999-12-31", "\u{0}"];
    let filter = match chance.below(12) {
        0 => FilterAction::Between(number(chance), number(chance)),
        1 | 2 => FilterAction::TypeTime(chance.of(&[Edge::From, Edge::Through]), chance.of(&times).to_owned()),
        3 => FilterAction::Keep(chance.of(&["", "a", "b", "  "]).to_owned()),
        4 => FilterAction::Use(number(chance) as usize),
        5 => FilterAction::Forget("a".to_owned()),
        6 => FilterAction::Clear,
        7 => return ColumnAction::Toggle((!chance.one_in(3)).then(|| path(chance))).into(),
        8 => return ColumnAction::Move(path(chance), number(chance) as usize).into(),
        9 => {
            let widths = [None, Some(0.0), Some(90.0), Some(f32::NAN), Some(1e9)];
            return ColumnAction::Width(path(chance), chance.of(&widths)).into();
        }
        10 => return chance.of(&[ColumnAction::Reset, ColumnAction::ResetWidths]).into(),
        _ => {
            let panel = chance.of(&[Panel::State, Panel::State, Panel::Event, Panel::Time]);
            let ways = [Way::Back, Way::On].map(FindAction::Next);
            let typed = FindAction::Type(chance.of(&["", "a", "n", "zzz", "1"]).to_owned());
            let finds = [&ways[..], &[FindAction::Show, FindAction::Show, typed, FindAction::Close]].concat();
            return Action::Find(panel, chance.of(&finds));
        }
    };
    filter.into()
}

/// Searching the store; whether the drawer is there or not.
fn searching(chance: &mut Chance) -> Action {
    let texts =
        ["", "card", "type:a", "amount=1", "/a(b/", "/[0-9]+/", "\"a b\"", "e", "stream:1 /0=x", "\u{0}", "null"];
    match chance.below(7) {
        5 => Action::SearchTied(chance.of(&Tie::ALL)),
        0 | 1 => Action::ShowSearch,
        2 => Action::CloseSearch,
        3 => Action::SearchFor(chance.of(&texts).to_owned()),
        4 => Action::StopFilter,
        _ => Action::OpenHit(chance.below(12)),
    }
}

/// Going to places, back and forward, and marking them; whether the box or the sheet is there or not.
fn going(chance: &mut Chance, number: u64) -> Action {
    let scope = chance.of(&[GoToScope::Anywhere, GoToScope::Stream, GoToScope::Compare]);
    let texts = [
        "",
        ">",
        "'",
        "57",
        "a",
        "card",
        "Tue 14:03",
        "-10",
        ">copy",
        "2026-10-06",
        "zzz",
        "\u{0}",
        "99999999999999999999999",
    ];
    let text = chance.of(&texts);
    let row = if chance.one_in(2) { None } else { Some(number as usize) };
    match chance.below(10) {
        0 => Action::ShowGoTo(scope, text),
        1 => GoToAction::Type(text.to_owned()).into(),
        2 => GoToAction::Move(chance.of(&[1, -1, 11, i64::MAX, i64::MIN])).into(),
        3 | 4 => GoToAction::Go(row).into(),
        5 => Action::ShowBookmark,
        6 => Action::SetBookmark(text.to_owned()),
        7 => Action::RemoveBookmark,
        8 => Action::Forward,
        _ => Action::Back,
    }
}

/// What is done in the sheet for exporting; whether it is there or not.
fn export(chance: &mut Chance, world: &World) -> ExportAction {
    let places = ["out", "out", "no/where", "", "bank.db-wal"].map(|name| world.folder.path().join(name));
    match chance.below(12) {
        0 => ExportAction::SetWhat(chance.of(&What::ALL)),
        1 => ExportAction::SetWhich(chance.of(&[Which::This, Which::Filtered, Which::All])),
        2 => ExportAction::SetUntil(chance.of(&[Until::End, Until::Playhead, Until::Time])),
        3 => ExportAction::SetTime(chance.of(&["", "soon", "2026-10-01", "0001-01-01T00:00Z"]).to_owned()),
        4 => ExportAction::SetEvery(chance.of(&["", "0", "3", "18446744073709551615", "-1"]).to_owned()),
        5 => ExportAction::SetChanged(chance.one_in(2)),
        6 => ExportAction::SetFormat(chance.of(&Format::ALL)),
        7 => ExportAction::Copy,
        8 => ExportAction::SaveAs,
        9 => ExportAction::Picked(chance.of(&places)),
        10 => ExportAction::Cancel,
        _ => {
            let path = if chance.one_in(2) { chance.of(&places) } else { chance.of(&world.stores) };
            ExportAction::Save { path, replace: chance.one_in(2) }
        }
    }
}

/// What a hand does: a key, a word, a click, a wheel. `true`: a wheel, which may move what has
/// the keyboard out of sight.
fn input(chance: &mut Chance, window: &mut Window) -> bool {
    let keys = [
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Tab,
        Key::Enter,
        Key::Escape,
        Key::Space,
        Key::E,
        Key::F5,
        Key::F6,
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::W,
        Key::L,
        Key::P,
        Key::G,
        Key::Menu,
        Key::F10,
        Key::V,
        Key::H,
    ];
    let modifiers = [Modifiers::NONE, Modifiers::NONE, Modifiers::SHIFT, Modifiers::COMMAND, Modifiers::ALT];
    let pos = pos2(chance.below(1_440) as f32, chance.below(900) as f32);
    let hand = chance.below(5);
    match hand {
        0 | 1 => window.key_press_modifiers(chance.of(&modifiers), chance.of(&keys)),
        2 => window.event(Event::Text(chance.of(&["/", "t", "1", "j", "y", "?", "m", "'", "fee", "ß"]).to_owned())),
        3 => {
            window.hover_at(pos);
            let button = chance.of(&[PointerButton::Primary, PointerButton::Primary, PointerButton::Secondary]);
            for pressed in [true, false] {
                window.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
            }
        }
        _ => {
            window.hover_at(pos);
            window.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, chance.below(800) as f32 - 400.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            });
        }
    }
    hand == 4
}

/// Says what was done last, where the test fails.
struct Story {
    seed: u64,
    at: u64,
    last: VecDeque<String>,
}

impl Story {
    fn tell(&mut self, what: String) {
        self.last.push_back(what);
        if self.last.len() > 40 {
            self.last.pop_front();
        }
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("EVENTGLASS_SEED={} fails after {} actions; the last were {:#?}", self.seed, self.at, self.last);
        }
    }
}

#[test]
fn ten_thousand_random_actions_leave_everything_in_order() {
    let seed = std::env::var("EVENTGLASS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let mut story = Story { seed, at: 0, last: VecDeque::new() };
    println!("EVENTGLASS_SEED={seed}");
    let mut chance = Chance(seed);
    let mut world = World::new();
    let first = Place { store: world.stores[0].clone(), ..bank(57, Some(sample("reducers.mjs"))) };
    let places = vec![first, Place::of(&world.stores[1])];
    let mut window = drawn(Program::new(settings(), Start { places, ..Start::default() }), [1440.0, 900.0]);
    settle(&mut window);
    let (mut rests, mut compared) = (0, 0);
    // What had the keyboard when the wheel was turned.
    let mut wheeled = None;
    for at in 1..=ACTIONS {
        story.at = at;
        // The two stores are always open; tabs that only say what went wrong go after a while.
        let failed = matches!(window.state().app.view().screen, Screen::Failed { .. });
        let next = match world.stores.iter().all(|store| tab_of(&window, store).is_some()) {
            false => Action::OpenFiles(world.stores.clone()),
            true if failed && chance.one_in(4) => Action::CloseStore,
            true => action(&mut chance, &world),
        };
        story.tell(format!("{next:?}"));
        window.state_mut().apply(next);
        if chance.one_in(3) {
            window.state_mut().poll();
        }
        if chance.one_in(400) {
            world.grow();
        }
        if at.is_multiple_of(DRAW_EVERY) {
            let is_wheel = input(&mut chance, &mut window);
            if is_wheel {
                wheeled = window.ctx.memory(|memory| memory.focused());
            }
            // Two for what appeared, two more to scroll to it where the text became larger meanwhile.
            for step in 0..4 {
                window.run_steps(1);
                // Who had it before a sheet gets it back while the wheel still turns, and a sheet or a page
                // that opens meanwhile is moved by what is left of it.
                let turns = window.ctx.input(|input| input.smooth_scroll_delta() != egui::Vec2::ZERO);
                if turns || step == 3 && is_wheel && wheeled.is_none() {
                    wheeled = window.ctx.memory(|memory| memory.focused());
                }
            }
            check_names(&window, &format!("action {at}"));
            check_focus(&window, wheeled);
            window.state_mut().log.drain(..).for_each(|action| story.tell(format!("by hand {action:?}")));
        }
        if at.is_multiple_of(REST_EVERY) {
            let store = chance.of(&world.stores);
            let show = tab_of(&window, &store).map_or(Action::OpenFiles(vec![store]), Action::ShowStore);
            for action in [PlaybackCommand::Pause.into(), show, PlaybackCommand::Pause.into()] {
                story.tell(format!("rest {action:?}"));
                window.state_mut().apply(action);
            }
            settle(&mut window);
            check_names(&window, &format!("rest at action {at}"));
            check_focus(&window, wheeled);
            rests += 1;
            compared += u32::from(check_place(&window, &world));
        }
    }
    assert!(compared * 4 > rests * 3, "a state was there to compare at {compared} of {rests} rests");
}

/// The tab of a store, where there are several.
fn tab_of(window: &Window, path: &Path) -> Option<StoreId> {
    let view = window.state().app.view();
    view.toolbar.tabs.iter().find(|tab| Path::new(&tab.path) == path).map(|tab| tab.id)
}

/// Whatever has the keyboard is there, and on screen unless the wheel was turned since it got it.
fn check_focus(window: &Window, wheeled: Option<egui::Id>) {
    let Some(focused) = window.ctx.memory(|memory| memory.focused()) else { return };
    let node = window.root().children_recursive().find(Node::is_focused);
    let node = node.unwrap_or_else(|| panic!("{focused:?} has the keyboard and is not there: {:#?}", labels(window)));
    let screen = window.ctx.content_rect();
    assert!(
        wheeled == Some(focused) || screen.intersects(node.rect()),
        "{node:?} has the keyboard and is not on screen: {:?} of {screen:?}",
        node.rect()
    );
}

/// What is shown is what the engine says of the place. `false`: there is nothing to compare.
fn check_place(window: &Window, world: &World) -> bool {
    let app = &window.state().app;
    let view = app.view();
    let Screen::Workspace(workspace) = &view.screen else { return false };
    let (place, title) = (app.place().expect("a place"), app.title());
    let Some(name) = &place.stream else { return false };
    let (applied, len) = (app.commands().applied, app.commands().events);
    let fresh = Fresh::open(&place.store, name, world);

    // One place: title, list, slider, and the place as a value.
    let version = applied.0.checked_sub(1).and_then(|at| fresh.source.rows().version(at));
    let file = place.store.file_name().expect("a file").to_string_lossy().into_owned();
    let shown = version.map_or("initial state".to_owned(), |version| format!("v{version}"));
    assert_eq!(title, format!("{name} {shown} - {file}"));
    match place.at {
        At::Last => assert_eq!(applied.0, len),
        // Versions that are there twice name the last of them.
        at => {
            let (found, _) = fresh.source.rows().find(at).expect("a place");
            let of = |applied: Applied| applied.0.checked_sub(1).and_then(|at| fresh.source.rows().version(at));
            assert_eq!(of(found), version, "{at:?}");
        }
    }
    assert_eq!(workspace.events.applied, applied);
    if let Content::Ready(time) = &workspace.time.content {
        assert_eq!(time.applied, applied);
    }
    fresh.compare(app.view().toolbar.reducer.as_ref().expect("a chip"), workspace, applied, world);
    true
}

/// The same stream, opened anew.
struct Fresh {
    source: StreamSource,
    category: String,
    stream: Arc<str>,
}

impl Fresh {
    fn open(path: &Path, stream: &str, world: &World) -> Fresh {
        let cache = world.folder.path().join("cache");
        let opened = Arc::new(formats::open(&Location::of(path), &cache, &OpenChoice::default()).expect("a store"));
        let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
        let id = index.streams().find(stream).unwrap_or_else(|| panic!("no stream {stream}"));
        let category = index.streams().summary(id).expect("a summary").category;
        let mut source = StreamSource::open(&opened).expect("a source");
        source.select(index.rows_of(id), id);
        let stream = Arc::from(index.streams().name(id));
        Fresh { source, category: index.streams().category_name(category).to_owned(), stream }
    }

    /// Folds it as the toolbar says, and compares state and event.
    fn compare(
        mut self,
        chip: &eventglass::app::view::ReducerChip<'_>,
        workspace: &WorkspaceView<'_>,
        applied: Applied,
        world: &World,
    ) {
        let table = chip.table.iter().find(|row| row.name == self.category);
        let export = table.and_then(|row| row.export.clone());
        let reducer: Result<Box<dyn Reducer>, _> = match (chip.file, export) {
            (Some(file), Some(export)) => {
                let path = [sample(file), world.folder.path().join(file)].into_iter().find(|path| path.exists());
                let path = path.expect("a module of the test").to_string_lossy().into_owned();
                ReducerFile::read(&path, WantedHost::Auto)
                    .expect("a module")
                    .reducer(&Choice::Export(export), &Stop::default())
            }
            _ => Ok(Box::new(Merge::default())),
        };
        let on_error = if chip.skipping_errors { OnError::Skip } else { OnError::Stop };
        let state = reducer.ok().and_then(|reducer| {
            let len = self.source.rows().len();
            let mut timeline = Timeline::new(reducer, Arc::clone(&self.stream), len, on_error);
            // Where the initial state throws there is none.
            timeline.start().ok()?;
            loop {
                if let Some(state) = timeline.state(&mut self.source, applied).expect("events") {
                    return Some(state);
                }
                timeline.build(&mut self.source, applied.0, Duration::from_secs(1)).expect("events");
            }
        });
        match (&workspace.state.content, state.filter(|state| state.problem.is_none())) {
            (Content::Ready(body), Some(state)) => {
                assert_eq!(to_text(body.tree.node), to_text(&state.state), "the state after {applied} events");
                let version = state.applied.0.checked_sub(1).and_then(|at| self.source.rows().version(at));
                assert_eq!(body.version, version);
                assert_eq!(body.threw.is_some(), state.applied < applied, "a throw before the playhead");
            }
            (Content::Failed(_), None) => {}
            (Content::Ready(body), None) => panic!("a state where there is none: {}", to_text(body.tree.node)),
            (Content::Failed(problem), Some(_)) => panic!("{problem:?} where there is a state"),
            (Content::Loading | Content::Empty, _) => panic!("there is no state at rest"),
        }
        let event = applied.0.checked_sub(1).and_then(|at| self.source.event(at).expect("events"));
        match (&workspace.event.content, event) {
            (Content::Ready(body), Some(event)) => {
                assert_eq!((body.version, body.type_name), (event.version, &*event.event_type));
                assert_eq!(to_text(body.payload.node), to_text(&event.data), "the event at {applied}");
            }
            (Content::Empty, None) => {}
            (_, event) => panic!("the panel does not show {event:?}"),
        }
    }
}
