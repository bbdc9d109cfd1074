//! The App from both ends of a pair of channels, without threads and without a window: what
//! is asked for each action, and what each answer does.

use std::sync::Arc;

use eventglass::app::action::{Action, EventTab, StateTab, StreamSort};
use eventglass::app::place::{Place, Start};
use eventglass::app::playback::PlaybackCommand::{ScrubTo, StepBy};
use eventglass::app::view::{CellText, Content, HaltView, NoticeView, StreamLine};
use eventglass::index::At;
use eventglass::model::json::{parse_text, to_text};
use eventglass::model::{Applied, Pointer, StreamId, Version};
use eventglass::replay::timeline::HandlerError;
use eventglass::replay::{Thrown, Why};
use eventglass::session::{
    Answer, CELL_BLOCK, CellNews, CellRow, FoldNews, Found, IndexNews, JobAsk, JobId, JobNews, PayloadColumn,
    PayloadPaths, Progress, Reading, ReplayAsk, StateNews, StoreAsk, StreamNews, Ticket,
};

use crate::program::{Program, index, index_of, pretended, problem, settings, state_news};

/// A store that was read at once, with this index.
fn open(news: IndexNews) -> Program {
    let mut program = opening(&[Place::of("/pretended/bank.db")]);
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    program.answer(0, Answer::Index(news));
    program.poll();
    program
}

fn opening(places: &[Place]) -> Program {
    Program::played(settings(), Start { places: places.to_vec(), ..Start::default() })
}

/// What was asked of the replayer of the `nth` session since the last look, in short.
fn asked(program: &Program, nth: usize) -> Vec<String> {
    let ticket = |ticket: Ticket| format!("{}.{}.{}", ticket.stream, ticket.reducer, ticket.seek);
    let words = |ask| match ask {
        ReplayAsk::Store(_) => "store".to_owned(),
        ReplayAsk::Select { ticket, stream, .. } => format!("select {} stream {}", ticket.stream, stream.0),
        ReplayAsk::Reduce { ticket: of, choice, on_error, .. } => {
            format!("reduce {} {choice:?} {on_error:?}", ticket(of))
        }
        ReplayAsk::Seek { ticket: of, applied } => format!("seek {} {applied}", ticket(of)),
        ReplayAsk::Cells { ticket, blocks, .. } => format!("cells {} {blocks:?}", ticket.stream),
        ReplayAsk::Compare(with) => format!("compare {with:?}"),
        ReplayAsk::Matrix { window, .. } => format!("matrix {window:?}"),
        ReplayAsk::Halt(_) => "halt".to_owned(),
        ReplayAsk::GoOn(_) => "go on".to_owned(),
        ReplayAsk::Raw(wanted) => format!("raw {wanted}"),
    };
    program.far.lock().expect("a lock")[nth].replay.try_iter().map(words).collect()
}

/// What was asked of the indexer.
fn asked_store(program: &Program) -> Vec<StoreAsk> {
    program.far.lock().expect("a lock")[0].store.try_iter().collect()
}

/// The jobs that were started.
fn jobs(program: &Program) -> Vec<JobId> {
    let id = |ask| match ask {
        JobAsk::Run { id, .. } => Some(id),
        JobAsk::Store(_) => None,
    };
    program.far.lock().expect("a lock")[0].jobs.try_iter().filter_map(id).collect()
}

fn say(program: &mut Program, answer: Answer) {
    program.answer(0, answer);
    program.poll();
}

fn ticket(stream: u64, reducer: u64, seek: u64) -> Ticket {
    Ticket { stream, reducer, seek }
}

fn state(ticket: Ticket, applied: u64, json: &str) -> Answer {
    Answer::State(Box::new(state_news(ticket, applied, parse_text(json).node)))
}

/// What the state panel shows.
fn shown(program: &Program) -> String {
    match program.workspace().state.content {
        Content::Empty => "empty".to_owned(),
        Content::Loading => "loading".to_owned(),
        Content::Ready(body) => to_text(body.tree.node),
        Content::Failed(problem) => format!("failed: {}", problem.what),
    }
}

/// The first cell of each of these events, from 0; `…` where it is not read. Looking at it is
/// what drawing does.
fn cells(program: &Program, events: impl IntoIterator<Item = u64>) -> Vec<String> {
    let workspace = program.workspace();
    let Content::Ready(rows) = workspace.events.rows else { panic!("there are no rows") };
    let first = |at| match &rows.row(at).cells[0] {
        CellText::Missing => "-".to_owned(),
        CellText::Pending => "…".to_owned(),
        CellText::Text(text) => text.to_string(),
    };
    events.into_iter().map(first).collect()
}

/// The rows and columns of the first stream.
fn stream_news(stream: u64, news: &IndexNews) -> Answer {
    news_of(StreamId(0), stream, news)
}

fn news_of(id: StreamId, stream: u64, news: &IndexNews) -> Answer {
    let rows = news.index.rows_of(id);
    let types = rows.type_id(0).map(|id| (id, rows.len())).into_iter().collect();
    let path = Pointer::parse("/amount").expect("a pointer");
    let columns = vec![PayloadColumn { path, label: "amount".to_owned(), numeric: true }];
    let paths = PayloadPaths { paths: vec![(columns[0].clone(), 1)], of: 1 };
    Answer::Stream(Box::new(StreamNews { ticket: ticket(stream, 0, 0), rows, columns, paths, types }))
}

fn cell_news(stream: u64, block: u64, values: impl IntoIterator<Item = u64>) -> Answer {
    let row = |value: u64| CellRow { cells: vec![Some(Arc::from(value.to_string()))], ..CellRow::default() };
    let columns = Arc::new([Pointer::parse("/amount").expect("a pointer")]);
    Answer::Cells(CellNews {
        ticket: ticket(stream, 0, 0),
        columns,
        block,
        rows: values.into_iter().map(row).collect(),
    })
}

fn errors(program: &Program) -> u64 {
    program.app.view().toolbar.reducer.expect("a reducer's chip").errors
}

fn thrown(at: u64) -> HandlerError {
    HandlerError {
        applied: Applied(at),
        version: Version(at as i64 - 1),
        event_type: Arc::from("Deposited"),
        thrown: Thrown::new(Why::Threw, "no plan"),
    }
}

fn note(program: &Program) -> Option<String> {
    match program.workspace().notice {
        Some(NoticeView::Note(text)) => Some(text.to_owned()),
        _ => None,
    }
}

#[test]
fn each_action_asks_for_what_it_needs_and_no_more() {
    let mut program = open(index(2, 100, Reading::Done));
    assert_eq!(
        asked(&program, 0),
        ["select 1 stream 0", "reduce 1.1.0 Merge Stop", "seek 1.1.1 100", "raw false"],
        "the first stream is shown at its end"
    );
    let table: Vec<(Action, &[&str])> = vec![
        (StepBy(-1).into(), &["seek 1.1.2 99"]),
        (Action::SelectEvent(Applied(7)), &["seek 1.1.3 7"]),
        (Action::SelectEvent(Applied(7)), &[]),
        (ScrubTo(Applied(9_999)).into(), &["seek 1.1.4 100"]),
        (StepBy(1).into(), &[]),
        (Action::SetStateTab(StateTab::Raw), &["raw true"]),
        (Action::SetEventTab(EventTab::Raw), &[]),
        (Action::SkipErrors, &["reduce 1.2.4 Merge Skip", "seek 1.2.5 100"]),
        (Action::SetEventFilter("x".to_owned()), &[]),
        (Action::ToggleFindings, &[]),
        (
            Action::SelectStream(StreamId(1)),
            &["select 2 stream 1", "reduce 2.3.5 Merge Skip", "seek 2.3.6 100", "raw true"],
        ),
        (Action::SelectStream(StreamId(77)), &[]),
        (Action::OpenFinding(77), &[]),
    ];
    for (action, wanted) in table {
        let name = format!("{action:?}");
        program.apply(action);
        assert_eq!(asked(&program, 0), *wanted, "{name}");
    }
    assert_eq!(jobs(&program).len(), 1);
    assert!(asked_store(&program).is_empty());
    program.apply(Action::SetStreamFilter("x".to_owned()));
    program.apply(Action::SetStreamSort(StreamSort::Events));
    program.apply(Action::CancelScan);
    program.apply(Action::Reload);
    let asks = asked_store(&program);
    let [StoreAsk::Arrange(first), StoreAsk::Arrange(second), StoreAsk::Cancel, StoreAsk::Reload] = &asks[..] else {
        panic!("{asks:?}")
    };
    assert_eq!((&*first.filter, first.sort, first.descending), ("x", StreamSort::Name, false));
    assert_eq!((&*second.filter, second.sort, second.descending), ("x", StreamSort::Events, true));
    // A seek is asked at every step, but none while time stands still.
    program.poll();
    assert!(asked(&program, 0).is_empty());
}

#[test]
fn a_state_of_another_stream_or_reducer_is_not_shown() {
    let mut program = open(index(2, 100, Reading::Done));
    program.apply(Action::SelectStream(StreamId(1)));
    say(&mut program, state(ticket(1, 1, 1), 100, r#"{"of":"the first"}"#));
    assert_eq!(shown(&program), "loading");
    say(&mut program, Answer::ReducerFailed { ticket: ticket(1, 1, 1), problem: problem("the first") });
    assert_eq!(shown(&program), "loading");
    assert!(program.app.is_waiting());
    say(&mut program, state(ticket(2, 2, 2), 100, r#"{"of":"the second"}"#));
    assert_eq!(shown(&program), r#"{"of":"the second"}"#);
    program.apply(Action::SkipErrors);
    say(&mut program, state(ticket(2, 2, 2), 50, r#"{"of":"another reducer"}"#));
    assert_eq!(shown(&program), r#"{"of":"the second"}"#, "what is there stays until the new one comes");
    let errors = Arc::new(vec![thrown(50)]);
    say(&mut program, Answer::Fold(FoldNews { ticket: ticket(2, 2, 2), errors, ..FoldNews::default() }));
    assert_eq!(self::errors(&program), 0);
    say(&mut program, state(ticket(2, 3, 3), 100, r#"{"of":"the new reducer"}"#));
    assert_eq!(shown(&program), r#"{"of":"the new reducer"}"#);
}

#[test]
fn while_the_playhead_is_dragged_an_older_state_is_shown_and_still_waited_for() {
    let mut program = open(index(1, 100, Reading::Done));
    program.apply(ScrubTo(Applied(10)));
    program.apply(ScrubTo(Applied(20)));
    say(&mut program, state(ticket(1, 1, 2), 10, r#"{"n":10}"#));
    assert_eq!(shown(&program), r#"{"n":10}"#);
    assert!(program.app.is_waiting());
    say(&mut program, state(ticket(1, 1, 3), 20, r#"{"n":20}"#));
    assert_eq!(shown(&program), r#"{"n":20}"#);
    let written = Arc::default();
    say(&mut program, Answer::Written { ticket: ticket(1, 1, 2), applied: Applied(10), written });
    assert_eq!(shown(&program), r#"{"n":20}"#);
}

#[test]
fn a_filter_that_was_replaced_finds_nothing_any_more() {
    let mut program = open(index(2, 100, Reading::Done));
    let found = |places: &[u32]| Found::Places(Arc::new(places.to_vec()));
    let tell = |program: &mut Program, id, found, done| {
        let progress = Progress { done: 10, of: 100, found: 1 };
        say(program, Answer::Job(JobNews { id, progress, done, found }));
    };
    program.apply(Action::SetEventFilter("a".to_owned()));
    program.apply(Action::SetEventFilter("ab".to_owned()));
    let [first, second] = jobs(&program)[..] else { panic!("two jobs") };
    tell(&mut program, first, found(&[1, 2, 3]), false);
    assert_eq!(program.workspace().events.shown, 100, "the old job has no say");
    tell(&mut program, second, found(&[5, 6]), false);
    assert_eq!(program.workspace().events.shown, 2);
    assert!(program.workspace().events.filtering);
    assert_eq!(program.workspace().events.looked_at, Some((10, 100)));
    // Escape ends it, and nothing half is kept: what was listed before is listed again.
    program.apply(Action::StopFilter);
    tell(&mut program, second, found(&[5, 6, 7, 8]), true);
    let events = program.workspace().events;
    assert_eq!((events.shown, events.filtering, events.looked_at, events.filter), (100, false, None, ""));
    // One that fails says so and filters nothing.
    program.apply(Action::SetEventFilter("abc".to_owned()));
    let third = jobs(&program)[0];
    tell(&mut program, third, Found::Failed(problem("Events could not be searched")), true);
    assert!(matches!(program.workspace().notice, Some(NoticeView::Problem(why)) if why.what.contains("searched")));
    assert!(!program.workspace().events.filtering);
    // Of another stream nothing is left.
    program.apply(Action::SetEventFilter("x".to_owned()));
    let fourth = jobs(&program)[0];
    program.apply(Action::SelectStream(StreamId(1)));
    tell(&mut program, fourth, found(&[1]), true);
    assert_eq!(program.workspace().events.shown, 100);
}

#[test]
fn values_stay_beside_their_events_when_one_comes_late() {
    // The log lacks v3; then it is appended.
    let before = [1, 2, 4, 5].map(|version| ("account-0", version));
    let after = [1, 2, 4, 5, 3].map(|version| ("account-0", version));
    let mut program = open(index_of(&before, Reading::Done));
    say(&mut program, stream_news(1, &index_of(&before, Reading::Done)));
    assert_eq!(cells(&program, 0..4), ["…"; 4]);
    program.poll();
    assert!(asked(&program, 0).contains(&"cells 1 [0]".to_owned()));
    say(&mut program, cell_news(1, 0, [100, 200, 400, 500]));
    assert_eq!(cells(&program, 0..4), ["100", "200", "400", "500"]);
    program.apply(Action::SelectEvent(Applied(3)));
    asked(&program, 0);

    let grown = index_of(&after, Reading::Done);
    say(&mut program, Answer::Index(grown.clone()));
    assert_eq!(asked(&program, 0), ["select 2 stream 0"]);
    say(&mut program, stream_news(2, &grown));
    assert_eq!(cells(&program, 0..5), ["…"; 5], "values of other events would be wrong");
    assert_eq!(program.applied(), 4, "the playhead stays at v4");
    program.poll();
    let asks = asked(&program, 0);
    assert!(asks.contains(&"cells 2 [0]".to_owned()), "{asks:?}");
    assert!(asks.iter().any(|ask| ask.starts_with("seek 2.") && ask.ends_with(" 4")), "{asks:?}");
    say(&mut program, cell_news(1, 0, [100, 200, 400, 500]));
    assert_eq!(cells(&program, 0..5), ["…"; 5], "an answer of before has other rows");
    say(&mut program, cell_news(2, 0, [100, 200, 300, 400, 500]));
    assert_eq!(cells(&program, 0..5), ["100", "200", "300", "400", "500"]);
}

#[test]
fn a_stream_that_grows_at_its_end_keeps_its_full_blocks() {
    let mut program = open(index(1, 130, Reading::Done));
    say(&mut program, stream_news(1, &index(1, 130, Reading::Done)));
    for block in 0..3 {
        say(&mut program, cell_news(1, block, block * CELL_BLOCK..130.min((block + 1) * CELL_BLOCK)));
    }
    assert_eq!(cells(&program, [0, 64, 129]), ["0", "64", "129"]);
    let grown = index(1, 140, Reading::Done);
    say(&mut program, Answer::Index(grown.clone()));
    say(&mut program, stream_news(2, &grown));
    assert_eq!(cells(&program, [0, 64, 129, 139]), ["0", "64", "…", "…"]);
    assert_eq!(program.applied(), 130, "the playhead stays");
}

#[test]
fn the_end_of_a_stream_that_is_still_read_is_its_last_event() {
    let place = Place { stream: Some("account-0".to_owned()), ..Place::of("/p.db") };
    for (stands_at, wanted) in [(None, 214), (Some(10), 10)] {
        let mut program = opening(std::slice::from_ref(&place));
        program.answer(0, Answer::Opened(Arc::new(pretended())));
        say(&mut program, Answer::Index(index(1, 86, Reading::Running)));
        assert_eq!(program.applied(), 86, "what is read can be used");
        say(&mut program, Answer::Index(index(1, 150, Reading::Running)));
        if let Some(applied) = stands_at {
            program.apply(ScrubTo(Applied(applied)));
        }
        say(&mut program, Answer::Index(index(1, 214, Reading::Done)));
        say(&mut program, stream_news(2, &index(1, 150, Reading::Running)));
        assert_eq!(program.applied(), stands_at.unwrap_or(86));
        say(&mut program, state(ticket(1, 1, 1), 86, "{}"));
        assert!(program.app.is_waiting(), "the rest of its events is asked for");
        say(&mut program, stream_news(3, &index(1, 214, Reading::Done)));
        assert_eq!(program.applied(), wanted);
        // Read once, it stands where it stands.
        say(&mut program, Answer::Index(index(1, 220, Reading::Done)));
        say(&mut program, stream_news(4, &index(1, 220, Reading::Done)));
        assert_eq!(program.applied(), wanted);
        assert_eq!(program.workspace().events.total.number, 220);
    }
}

#[test]
fn a_version_that_was_asked_for_is_not_taken_for_the_end_while_the_store_is_read() {
    let place = Place { stream: Some("account-0".to_owned()), at: At::Version(Version(85)), ..Place::of("/p.db") };
    let mut program = opening(std::slice::from_ref(&place));
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    // What is read so far ends with the very event.
    say(&mut program, Answer::Index(index(1, 86, Reading::Running)));
    say(&mut program, Answer::Index(index(1, 214, Reading::Done)));
    say(&mut program, stream_news(1, &index(1, 214, Reading::Done)));
    say(&mut program, stream_news(2, &index(1, 214, Reading::Done)));
    assert_eq!(program.applied(), 86);
    assert_eq!(program.app.title(), "account-0 v85 - p.db");
}

#[test]
fn what_is_read_while_a_stream_is_put_in_order_is_taken_in() {
    // So many that they are of two segments, and not in order: sorting takes a thread.
    let events: Vec<(&str, i64)> = (0..70_000).rev().map(|version| ("account-0", version)).collect();
    let (first, all) = (index_of(&events[..66_000], Reading::Running), index_of(&events, Reading::Done));
    let place = Place { stream: Some("account-0".to_owned()), ..Place::of("/p.db") };
    let mut program = opening(std::slice::from_ref(&place));
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    say(&mut program, Answer::Index(first.clone()));
    assert!(matches!(program.workspace().events.rows, Content::Loading));
    say(&mut program, Answer::Index(all.clone()));
    asked(&program, 0);
    say(&mut program, stream_news(1, &first));
    assert!(asked(&program, 0).contains(&"select 2 stream 0".to_owned()));
    say(&mut program, stream_news(2, &all));
    assert_eq!((program.applied(), program.workspace().events.total.number), (70_000, 70_000));
}

#[test]
fn cells_on_screen_are_always_asked_for_however_fast_one_scrolls() {
    let mut program = open(index(1, 40 * CELL_BLOCK as i64, Reading::Done));
    say(&mut program, stream_news(1, &index(1, 40 * CELL_BLOCK as i64, Reading::Done)));
    asked(&program, 0);
    // Nothing is answered while the list flies by.
    for block in (0..40).chain((0..39).rev()) {
        cells(&program, [block * CELL_BLOCK, block * CELL_BLOCK + 20]);
        program.poll();
        assert_eq!(asked(&program, 0), [format!("cells 1 [{block}]")]);
        // Drawn again without news nothing is asked again.
        cells(&program, [block * CELL_BLOCK]);
        program.poll();
        assert!(asked(&program, 0).is_empty());
        assert!(program.app.is_waiting());
    }
    // Two blocks on screen, of which one comes.
    cells(&program, [CELL_BLOCK - 1, CELL_BLOCK]);
    program.poll();
    assert_eq!(asked(&program, 0), ["cells 1 [0, 1]"]);
    say(&mut program, cell_news(1, 1, 64..128));
    assert_eq!(cells(&program, [63, 64]), ["…", "64"]);
    program.poll();
    say(&mut program, cell_news(1, 0, 0..64));
    assert_eq!(cells(&program, [63, 64]), ["63", "64"]);
    program.poll();
    say(&mut program, state(ticket(1, 1, 1), 2_560, "{}"));
    assert!(!program.app.is_waiting());
}

#[test]
fn errors_found_after_the_state_are_said_at_once() {
    let mut program = open(index(1, 200, Reading::Done));
    program.apply(ScrubTo(Applied(57)));
    say(&mut program, state(ticket(1, 1, 2), 57, r#"{"n":57}"#));
    assert_eq!(errors(&program), 0);
    let (ticket, errors) = (ticket(1, 1, 2), Arc::new(vec![thrown(100)]));
    say(&mut program, Answer::Fold(FoldNews { ticket, built: 200, errors, stopped: Some(99), ..FoldNews::default() }));
    assert_eq!(self::errors(&program), 1);
    let workspace = program.workspace();
    let Content::Ready(body) = &workspace.state.content else { panic!("a state") };
    assert!(body.threw.is_none(), "v57 itself is well");
    let Content::Ready(time) = &workspace.time.content else { panic!("a slider") };
    assert_eq!(time.stopped_at, Some(Applied(100)));
}

#[test]
fn a_reducer_that_cannot_start_is_said_where_it_is_wanted_and_nowhere_else() {
    let events = [("account-0", 0), ("account-0", 1), ("card-0", 0)];
    let mut program = open(index_of(&events, Reading::Done));
    let (account, why) = (ticket(1, 1, 1), problem("account.js cannot start"));
    say(&mut program, state(account, 2, r#"{"n":2}"#));
    say(&mut program, Answer::ReducerFailed { ticket: account, problem: why.clone() });
    assert_eq!(shown(&program), "failed: account.js cannot start", "not the state of merge");
    // The null state that follows says the same and brings the event.
    let event = Some(crate::program::event(1));
    let news = state_news(account, 2, eventglass::model::Node::Null);
    say(&mut program, Answer::State(Box::new(StateNews { problem: Some(why), event, ..news })));
    assert_eq!(shown(&program), "failed: account.js cannot start");
    assert!(matches!(program.workspace().event.content, Content::Ready(body) if body.type_name == "Deposited"));
    let chip = |program: &Program| program.app.view().toolbar.reducer.expect("a chip").problem.cloned();
    assert_eq!(chip(&program).map(|problem| problem.what).as_deref(), Some("account.js cannot start"));
    // Another category's stream is not touched by it, also when the news come late.
    program.apply(Action::SelectStream(StreamId(1)));
    say(&mut program, Answer::ReducerFailed { ticket: account, problem: problem("late") });
    assert_eq!((shown(&program).as_str(), chip(&program)), ("loading", None));
    say(&mut program, news_of(StreamId(1), 2, &index_of(&events, Reading::Done)));
    say(&mut program, state(ticket(2, 2, 2), 1, r#"{"card":1}"#));
    assert_eq!((shown(&program).as_str(), chip(&program)), (r#"{"card":1}"#, None));
    assert!(!program.app.is_waiting());
}

#[test]
fn a_version_above_the_last_is_said_and_the_last_is_shown() {
    let place = Place { stream: Some("account-0".to_owned()), at: At::Version(Version(9_999)), ..Place::of("/p.db") };
    let mut program = opening(std::slice::from_ref(&place));
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    say(&mut program, Answer::Index(index(1, 3, Reading::Running)));
    assert_eq!(program.app.title(), "p.db - Eventglass", "it may still come");
    say(&mut program, Answer::Index(index(1, 3, Reading::Done)));
    assert_eq!(note(&program).as_deref(), Some("account-0: the stream has no version 9999: its last is 2."));
    assert_eq!(program.app.title(), "account-0 v2 - p.db");
    // A place that comes later, on the tab that is open.
    program.apply(Action::DismissNotice);
    let stream = Some("account-7".to_owned());
    let mut program = opening(&[Place { stream, ..place }]);
    program.answer(0, Answer::Opened(Arc::new(pretended())));
    say(&mut program, Answer::Index(index(1, 3, Reading::Done)));
    assert_eq!(note(&program).as_deref(), Some("There is no stream account-7."));
}

#[test]
fn a_finding_opens_the_very_stream_it_is_of() {
    // A gap in the archived twin, none in the active stream of that name.
    let events = [("a-1", 1), ("a-1", 2), ("a-1 (archived)", 1), ("a-1 (archived)", 2), ("a-1 (archived)", 4)];
    let news = index_of(&events, Reading::Done);
    let finding = news.index.findings().kept()[0].clone();
    assert_eq!((finding.stream.as_deref(), finding.stream_id), (Some("a-1"), Some(StreamId(1))));
    let mut program = open(news);
    asked(&program, 0);
    program.apply(Action::OpenFinding(0));
    assert_eq!(asked(&program, 0)[0], "select 2 stream 1");
    assert_eq!(program.workspace().streams.selected, Some(StreamId(1)));
    assert_eq!(program.app.title(), "a-1 (archived) v4 - bank.db");
    // In the stream that is open it only moves.
    program.apply(StepBy(-1));
    asked(&program, 0);
    program.apply(Action::OpenFinding(0));
    assert_eq!(asked(&program, 0), ["seek 2.2.4 3"]);
}

#[test]
fn a_store_that_is_closed_leaves_nothing_of_its_waiting_behind() {
    let mut program = open(index(1, 3, Reading::Done));
    assert!(program.app.is_waiting());
    program.apply(Action::CloseStore);
    assert!(!program.app.is_waiting());
    assert_eq!(program.app.next_frame_in(), None);
    program.apply(Action::OpenPath("/pretended/other.db".to_owned()));
    program.answer(1, Answer::Opened(Arc::new(pretended())));
    program.answer(1, Answer::Index(index(1, 3, Reading::Done)));
    program.poll();
    program.answer(1, stream_news(1, &index(1, 3, Reading::Done)));
    program.answer(1, state(ticket(1, 1, 1), 3, r#"{"n":3}"#));
    std::thread::sleep(std::time::Duration::from_millis(100));
    program.poll();
    assert_eq!(shown(&program), r#"{"n":3}"#);
    assert!(!program.workspace().state.stale);
    assert!(!program.app.is_waiting());
}

#[test]
fn only_a_file_that_is_gone_greys_its_entry() {
    let missing = |program: &Program| {
        let view = program.app.view();
        match view.screen {
            eventglass::app::view::Screen::Welcome(welcome) => welcome.recent.iter().map(|r| r.missing).collect(),
            _ => vec![],
        }
    };
    for (gone, cause) in [(false, "the table does not exist"), (true, "there is no such file")] {
        let mut program = opening(&[Place::of("/pretended/does not exist.db")]);
        program.answer(0, Answer::Opened(Arc::new(pretended())));
        program.poll();
        program.apply(Action::CloseStore);
        program.apply(Action::OpenRecent(0));
        if gone {
            program.answer(1, Answer::Missing);
        }
        let problem = eventglass::model::Problem { cause: cause.to_owned(), ..problem("it could not be opened") };
        program.answer(1, Answer::Failed(problem));
        program.poll();
        program.apply(Action::CloseStore);
        assert_eq!(missing(&program), [gone], "{cause}");
    }
}

/// Which categories are open, by name.
fn categories(program: &Program) -> Vec<(String, bool)> {
    let workspace = program.workspace();
    let Content::Ready(rows) = workspace.streams.rows else { panic!("there are no streams") };
    let open = |line| match line {
        StreamLine::Category { name, expanded, .. } => Some((name.into_owned(), expanded)),
        StreamLine::Stream { .. } => None,
    };
    (0..rows.len()).filter_map(|at| open(rows.row(at))).collect()
}

#[test]
fn whether_every_category_is_open_is_decided_by_all_streams() {
    let names: Vec<String> =
        (0..401).map(|at| format!("{}-{at}", ["account", "card"][usize::from(at >= 250)])).collect();
    let events: Vec<(&str, i64)> = names.iter().map(|name| (&**name, 1)).collect();
    let open = |expected: [bool; 2]| vec![("account".to_owned(), expected[0]), ("card".to_owned(), expected[1])];
    // Up to 400: every one.
    let mut program = self::open(index_of(&events[..300], Reading::Running));
    assert_eq!(categories(&program), open([true, true]));
    say(&mut program, Answer::Index(index_of(&events[..400], Reading::Running)));
    assert_eq!(categories(&program), open([true, true]));
    // One more, in a later snapshot: only the first.
    say(&mut program, Answer::Index(index_of(&events, Reading::Done)));
    assert_eq!(categories(&program), open([true, false]));
    program.apply(Action::ToggleCategory(eventglass::model::CategoryId(1)));
    assert_eq!(categories(&program), open([true, true]));
    // What the user shut meanwhile stays shut.
    let mut program = self::open(index_of(&events[..300], Reading::Running));
    program.apply(Action::ToggleCategory(eventglass::model::CategoryId(0)));
    assert_eq!(categories(&program), open([false, true]));
    say(&mut program, Answer::Index(index_of(&events, Reading::Done)));
    assert_eq!(categories(&program), open([false, false]));
}

#[test]
fn a_fold_that_the_user_stopped_threw_nothing() {
    let mut program = open(index(1, 200, Reading::Done));
    program.apply(ScrubTo(Applied(150)));
    let ticket = ticket(1, 1, 2);
    let news = FoldNews { ticket, built: 99, stopped: Some(99), halted: true, ..FoldNews::default() };
    say(&mut program, Answer::Fold(news));
    let Answer::State(state) = state(ticket, 150, r#"{"n":99}"#) else { panic!("a state") };
    let version = Some(Version(98));
    say(&mut program, Answer::State(Box::new(StateNews { applied: Applied(99), version, ..*state })));
    assert_eq!(errors(&program), 0);
    {
        let workspace = program.workspace();
        let Content::Ready(body) = &workspace.state.content else { panic!("a state") };
        assert!(body.threw.is_none());
        assert_eq!(body.halted, Some(HaltView { at: version, not_reached: 101 }));
    }
    asked(&program, 0);
    program.apply(Action::GoOnFolding);
    assert_eq!(asked(&program, 0), ["go on", "seek 1.1.3 150"]);
}
