//! The threads of an open store: streams while scanning, cancel, one answer for the newest question.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventglass::formats::{self, Location, OpenChoice};
use eventglass::index::EventIndex;
use eventglass::model::json::to_text;
use eventglass::model::{Applied, Node, Pointer, StreamId, Version};
use eventglass::replay::host::{Engine, Program};
use eventglass::replay::timeline::OnError;
use eventglass::session::{
    Answer, Budget, CELL_BLOCK, Choice, Filter, FoldNews, Found, IndexNews, Indexer, Opening, Reading, ReducerFile,
    ReducerSource, ReplayAsk, Session, StateNews, StoreAsk, StreamSource, Ticket, WantedHost,
};

use crate::support::window;

/// A log of `lines` events over 50 streams; version and payload count up.
fn log(folder: &Path, lines: u64) -> std::path::PathBuf {
    let path = folder.join("log.jsonl");
    let text: String = (0..lines)
        .map(|at| {
            let (stream, version) = (at % 50, at / 50 + 1);
            format!("{{\"stream\":\"s-{stream}\",\"version\":{version},\"type\":\"T\",\"data\":{{\"n\":{version}}}}}\n")
        })
        .collect();
    std::fs::write(&path, text).expect("written");
    path
}

fn next<T>(session: &Session, mut wanted: impl FnMut(Answer) -> Option<T>) -> T {
    let patience = Instant::now();
    loop {
        match session.answer() {
            Some(Answer::Failed(problem)) => panic!("{problem:?}"),
            Some(answer) => {
                if let Some(found) = wanted(answer) {
                    return found;
                }
            }
            None => {
                assert!(patience.elapsed() < Duration::from_secs(60), "no such answer came");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

fn index(answer: Answer) -> Option<IndexNews> {
    match answer {
        Answer::Index(news) => Some(news),
        _ => None,
    }
}

fn state(answer: Answer) -> Option<Box<StateNews>> {
    match answer {
        Answer::State(news) => Some(news),
        _ => None,
    }
}

/// Turns to a stream with merge; the first question.
fn select(session: &Session, index: &EventIndex, stream: StreamId) {
    let ticket = Ticket { stream: 1, ..Ticket::default() };
    session.ask_replay(ReplayAsk::Select { ticket, index: index.clone(), stream });
    session.ask_replay(ReplayAsk::Reduce {
        ticket: seek(0),
        source: ReducerSource::Merge,
        choice: Choice::Merge,
        on_error: OnError::Stop,
    });
}

fn seek(seek: u64) -> Ticket {
    Ticket { stream: 1, reducer: 1, seek }
}

#[test]
fn streams_are_there_before_the_scan_ends_and_it_can_be_stopped() {
    const LINES: u64 = 400_000;
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), LINES);
    let session = window(&path, folder.path());
    let first = next(&session, index);
    assert!(first.reading == Reading::Running && first.index.events() > 0 && first.index.events() < LINES);
    assert_eq!(first.index.streams().len(), 50);
    assert!(first.progress > 0.0 && first.progress < 1.0);
    session.ask_store(StoreAsk::Cancel);
    let last = next(&session, |answer| index(answer).filter(|news| news.reading != Reading::Running));
    assert!(last.index.events() < LINES, "it went on to the end");
    // What was read can be used.
    let len = last.index.rows_of(StreamId(7)).len();
    select(&session, &last.index, StreamId(7));
    session.ask_replay(ReplayAsk::Seek { ticket: seek(3), applied: Applied(len) });
    let news = next(&session, state);
    assert_eq!((news.ticket, to_text(&news.state)), (seek(3), format!("{{\"n\":{len}}}")));
}

#[test]
fn of_many_questions_the_newest_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 20_000);
    let session = window(&path, folder.path());
    let news = next(&session, |answer| index(answer).filter(|news| news.reading != Reading::Running));
    select(&session, &news.index, StreamId(0));
    for at in 3..=400 {
        session.ask_replay(ReplayAsk::Seek { ticket: seek(at), applied: Applied(at) });
    }
    let mut answers = 0;
    let last = next(&session, |answer| {
        let news = state(answer)?;
        answers += 1;
        assert_eq!(to_text(&news.state), format!("{{\"n\":{}}}", news.asked), "never another version's state");
        (news.ticket.seek == 400).then_some(news)
    });
    assert_eq!(last.asked, Applied(400));
    assert!(answers < 398, "every one of them was answered: {answers}");
}

/// A session whose index is read, and that index.
fn read(path: &Path, cache: &Path) -> (Session, EventIndex) {
    let session = window(path, cache);
    let news = next(&session, |answer| index(answer).filter(|news| news.reading == Reading::Done));
    (session, news.index)
}

fn event(version: u64, data: &str) -> String {
    format!("{{\"stream\":\"s-1\",\"version\":{version},\"type\":\"T\",\"data\":{data}}}\n")
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the log");
    file.write_all(text.as_bytes()).expect("appended");
}

fn reducer(folder: &Path, source: &str) -> Option<Arc<ReducerFile>> {
    let path = folder.join("reducer.mjs");
    std::fs::write(&path, source).expect("written");
    Some(Arc::new(ReducerFile::read(path.to_str().expect("a plain path"), WantedHost::Auto).expect("a reducer")))
}

/// Turns to the stream `s-1` with a reducer.
fn fold_with(session: &Session, index: &EventIndex, file: Option<Arc<ReducerFile>>, on_error: OnError) {
    let ticket = seek(0);
    let stream = index.streams().find("s-1").expect("the stream");
    session.ask_replay(ReplayAsk::Select { ticket, index: index.clone(), stream });
    let choice = file.as_ref().map_or(Choice::Merge, |file| file.choose("s"));
    let source = file.map_or(ReducerSource::Merge, ReducerSource::Module);
    session.ask_replay(ReplayAsk::Reduce { ticket, source, choice, on_error });
}

fn fold(answer: Answer) -> Option<FoldNews> {
    match answer {
        Answer::Fold(news) => Some(news),
        _ => None,
    }
}

/// The column of the member `n`.
fn n() -> Arc<[Pointer]> {
    Arc::new([Pointer::parse("/n").expect("a pointer")])
}

/// The first column of a block of cells.
fn cells(session: &Session, ticket: Ticket, block: u64) -> Vec<String> {
    session.ask_replay(ReplayAsk::Cells { ticket, columns: n(), blocks: vec![block] });
    next(session, |answer| match answer {
        Answer::Cells(news) if news.ticket.same_stream(ticket) && news.block == block => {
            Some(news.rows.iter().map(|row| row.cells[0].as_deref().unwrap_or_default().to_owned()).collect())
        }
        _ => None,
    })
}

#[test]
fn an_event_that_comes_late_between_others_moves_values_and_states() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let text: String = (1..=200).filter(|v| *v != 3).map(|v| event(v, &format!("{{\"n\":{}}}", v * 100))).collect();
    std::fs::write(&path, text).expect("written");
    let (session, index) = read(&path, folder.path());
    fold_with(&session, &index, None, OnError::Stop);
    assert_eq!(cells(&session, seek(0), 0)[..4], ["100", "200", "400", "500"]);
    session.ask_replay(ReplayAsk::Seek { ticket: seek(1), applied: Applied(150) });
    assert_eq!(to_text(&next(&session, state).state), "{\"n\":15100}");

    append(&path, &event(3, "{\"n\":300}"));
    next(&session, |answer| matches!(answer, Answer::Grew(1)).then_some(()));
    session.ask_store(StoreAsk::Reload);
    let index = next(&session, self::index).index;
    let again = Ticket { stream: 2, reducer: 1, seek: 2 };
    let stream = index.streams().find("s-1").expect("the stream");
    session.ask_replay(ReplayAsk::Select { ticket: again, index, stream });
    session.ask_replay(ReplayAsk::Seek { ticket: again, applied: Applied(150) });
    let values: Vec<String> = (0..4).flat_map(|block| cells(&session, again, block)).collect();
    assert_eq!(values, (1..=200).map(|v| (v * 100).to_string()).collect::<Vec<_>>());
    session.ask_replay(ReplayAsk::Seek { ticket: again, applied: Applied(3) });
    let news = next(&session, |answer| state(answer).filter(|news| news.asked == Applied(3)));
    assert_eq!(to_text(&news.state), "{\"n\":300}");
    assert_eq!(news.event.map(|event| event.version), Some(Version(3)));
    // Asked before the stream grew, answered never: the blocks have moved.
    session.ask_replay(ReplayAsk::Cells { ticket: seek(1), columns: n(), blocks: vec![0] });
    session.ask_replay(ReplayAsk::Seek { ticket: again, applied: Applied(4) });
    next(&session, |answer| match answer {
        Answer::Cells(news) => panic!("block {} of old rows", news.block),
        answer => state(answer).filter(|news| news.asked == Applied(4)),
    });
}

#[test]
fn of_cells_those_asked_for_last_come_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    std::fs::write(&path, (1..=6_000).map(|v| event(v, &format!("{{\"n\":{v}}}"))).collect::<String>()).expect("a log");
    let (session, index) = read(&path, folder.path());
    fold_with(&session, &index, None, OnError::Stop);
    next(&session, |answer| matches!(answer, Answer::Stream(_)).then_some(()));
    // A drag over the whole list, faster than anything is read.
    for block in 0..90 {
        session.ask_replay(ReplayAsk::Cells {
            ticket: seek(0),
            columns: n(),
            blocks: vec![block, block + 1, block + 2],
        });
    }
    let mut open = vec![89, 90, 91];
    next(&session, |answer| match answer {
        Answer::Cells(news) => {
            assert_eq!(news.rows.len() as u64, CELL_BLOCK.min(6_000_u64.saturating_sub(news.block * CELL_BLOCK)));
            open.retain(|block| *block != news.block);
            open.is_empty().then_some(())
        }
        _ => None,
    });
    // Asked once more they come once more: nothing stays "asked".
    assert_eq!(cells(&session, seek(0), 0)[0], "1");
    assert_eq!(cells(&session, seek(0), 0)[0], "1");
}

#[test]
fn errors_found_later_are_told_without_being_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    std::fs::write(&path, (1..=400).map(|v| event(v, &format!("{{\"n\":{v}}}"))).collect::<String>()).expect("a log");
    let (session, index) = read(&path, folder.path());
    let file = reducer(
        folder.path(),
        "export default (s = { n: 0 }, e) => {
            if (e.data.n === 300) throw new Error('three hundred'); return { n: s.n + 1 } }",
    );
    fold_with(&session, &index, file, OnError::Skip);
    session.ask_replay(ReplayAsk::Seek { ticket: seek(1), applied: Applied(57) });
    let (mut errors, mut shown) = (0, false);
    next(&session, |answer| {
        match answer {
            Answer::Fold(news) => errors = news.errors.len(),
            Answer::State(news) => {
                assert_eq!(to_text(&news.state), "{\"n\":57}");
                shown = true;
            }
            _ => {}
        }
        (shown && errors == 1).then_some(())
    });
    // Before a state that lies behind the error comes the word of it.
    session.ask_replay(ReplayAsk::Seek { ticket: seek(2), applied: Applied(350) });
    let news = next(&session, state);
    assert_eq!(to_text(&news.state), "{\"n\":349}");

    // Stopped at the error, the fold says so on its own as well.
    fold_with(
        &session,
        &index,
        reducer(
            folder.path(),
            "export default (s = 0, e) => {
        if (e.data.n === 300) throw new Error('three hundred'); return s + 1 }",
        ),
        OnError::Stop,
    );
    session.ask_replay(ReplayAsk::Seek { ticket: seek(3), applied: Applied(57) });
    let news = next(&session, |answer| fold(answer).filter(|news| news.stopped.is_some()));
    assert_eq!((news.stopped, news.errors.len()), (Some(299), 1));
    let findings = news.findings.kept();
    assert_eq!(findings.iter().map(|finding| finding.stream_id).collect::<Vec<_>>(), [index.streams().find("s-1")]);
}

#[test]
fn without_a_reducer_that_starts_there_is_no_state_and_all_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    std::fs::write(&path, (1..=5).map(|v| event(v, &format!("{{\"n\":{v}}}"))).collect::<String>()).expect("a log");
    let (session, index) = read(&path, folder.path());
    let mut file = ReducerFile::clone(&reducer(folder.path(), "export const s = (s = 0) => s").expect("a reducer"));
    let other = Program::of_text("reducer.mjs", "export const other = (s) => s", Engine::Sandbox).expect("a module");
    (file.program, file.forced) = (Arc::new(other), Some("s".to_owned()));
    fold_with(&session, &index, Some(Arc::new(file)), OnError::Stop);
    let mut failed = 0;
    for at in [3, 4] {
        session.ask_replay(ReplayAsk::Seek { ticket: seek(at), applied: Applied(at) });
        let news = next(&session, |answer| {
            failed += u64::from(matches!(answer, Answer::ReducerFailed { .. }));
            state(answer)
        });
        assert_eq!(news.state, Node::Null, "no merge in its place");
        assert!(news.problem.is_some() && !news.guess && &*news.reducer == "reducer.mjs#s");
        assert_eq!(news.event.map(|event| to_text(&event.data)), Some(format!("{{\"n\":{at}}}")));
    }
    assert_eq!(failed, 1, "said once");
    assert_eq!(cells(&session, seek(4), 0), ["1", "2", "3", "4", "5"]);
    // Another reducer works at once.
    fold_with(&session, &index, None, OnError::Stop);
    session.ask_replay(ReplayAsk::Seek { ticket: seek(5), applied: Applied(5) });
    assert_eq!(to_text(&next(&session, state).state), "{\"n\":5}");
}

#[test]
fn a_module_is_evaluated_once_for_a_selection() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 100);
    let (session, index) = read(&path, folder.path());
    // The order in which the window asks: nothing folds before it is known what with.
    let ticket = seek(1);
    session.ask_replay(ReplayAsk::Select { ticket, index: index.clone(), stream: StreamId(1) });
    next(&session, |answer| matches!(answer, Answer::Stream(_)).then_some(()));
    session.ask_replay(ReplayAsk::Raw(true));
    session.ask_replay(ReplayAsk::Cells { ticket, columns: n(), blocks: vec![0] });
    next(&session, |answer| match answer {
        Answer::Cells(_) => Some(()),
        Answer::State(_) | Answer::Fold(_) => panic!("it folds unasked"),
        _ => None,
    });
}

#[test]
fn the_filter_runs_beside_the_cursor_and_ends_with_its_handle() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let text = (1..=30_000).map(|v| event(v, &format!("{{\"n\":{v},\"even\":{}}}", v % 2 == 0))).collect::<String>();
    std::fs::write(&path, text).expect("a log");
    let (session, index) = read(&path, folder.path());
    let stream = index.streams().find("s-1").expect("the stream");
    fold_with(&session, &index, None, OnError::Stop);
    let dropped = {
        let job = session.filter_events(index.rows_of(stream), stream, &Filter::words("\"even\":true"));
        job.id()
    };
    let kept = session.filter_events(index.rows_of(stream), stream, &Filter::words("\"n\":29"));
    session.ask_replay(ReplayAsk::Seek { ticket: seek(1), applied: Applied(20_000) });
    let (mut first, mut told) = (None, 0);
    let places = next(&session, |answer| match answer {
        Answer::Job(news) if news.id == kept.id() => {
            told += 1;
            first.get_or_insert(news.progress.found);
            match (news.done, news.found) {
                (true, Found::Places(places)) => Some(places),
                (_, Found::Failed(problem)) => panic!("{problem:?}"),
                _ => None,
            }
        }
        Answer::Job(news) => {
            assert!(news.id == dropped && !news.done, "a job without a handle went on");
            None
        }
        _ => None,
    });
    assert!(told >= 2, "it was told at the end only");
    let wanted = (1..=30_000u32).filter(|v| v.to_string().starts_with("29")).map(|v| v - 1);
    assert_eq!(places.to_vec(), wanted.collect::<Vec<_>>());
    session.ask_replay(ReplayAsk::Seek { ticket: seek(2), applied: Applied(3) });
    next(&session, |answer| state(answer).filter(|news| news.asked == Applied(3)));
}

#[test]
fn pages_are_let_go_when_the_share_becomes_smaller() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 50_000);
    let opened = Arc::new(formats::open(&Location::of(&path), folder.path(), &OpenChoice::default()).expect("a store"));
    let index = Indexer::open(Arc::clone(&opened)).and_then(|mut indexer| indexer.run()).expect("an index");
    let mut source = StreamSource::open(&opened).expect("a source");
    source.select(index.rows_of(StreamId(3)), StreamId(3));
    let last = |source: &mut StreamSource| {
        (0..1_000).filter_map(|at| source.event(at).expect("a readable store")).last().map(|event| event.version)
    };
    assert_eq!(last(&mut source), Some(Version(1_000)));
    let all = source.held_bytes();
    source.keep_within(all / 4);
    assert!(source.held_bytes() <= all / 4);
    assert_eq!(last(&mut source), Some(Version(1_000)));
    assert!(source.held_bytes() <= all / 4, "{} of {all}", source.held_bytes());
}

/// Waits until the threads of a session that was dropped are gone with all they held.
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !holds() {
        assert!(patience.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn closing_a_store_gives_its_memory_back_whatever_it_was_doing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 200_000);
    let budget = Budget::new();
    let open = || {
        Session::open(Opening {
            path: path.clone(),
            cache: folder.path().to_owned(),
            choice: OpenChoice::default(),
            share: budget.share(),
            waker: Arc::new(|| {}),
        })
    };
    let opened = |answer: Answer| match answer {
        Answer::Opened(opened) => Some(Arc::downgrade(&opened)),
        _ => None,
    };
    // In the middle of the scan.
    let session = open();
    let store = next(&session, opened);
    drop(session);
    wait_until("the scan goes on for nobody", || store.upgrade().is_none() && budget.stores() == 0);

    // In the middle of a fold that would take a minute, beside a job.
    let session = open();
    let store = next(&session, opened);
    let index = next(&session, |answer| index(answer).filter(|news| news.reading == Reading::Done)).index;
    let file = reducer(
        folder.path(),
        "export default (s = 0, e) => { for (let i = 0; i < 300000; i++) s = (s * 31 + i) % 1000003; return s }",
    );
    fold_with(&session, &index, file, OnError::Stop);
    session.ask_replay(ReplayAsk::Seek { ticket: seek(1), applied: Applied(4_000) });
    let job = session.filter_events(index.rows_of(StreamId(1)), StreamId(1), &Filter::words("nowhere"));
    next(&session, |answer| matches!(answer, Answer::Fold(_)).then_some(()));
    let other = open();
    assert_eq!(budget.stores(), 2);
    drop(session);
    wait_until("the fold goes on for nobody", || store.upgrade().is_none() && budget.stores() == 1);
    drop((job, other));
    wait_until("a share was not given back", || budget.stores() == 0);
}
