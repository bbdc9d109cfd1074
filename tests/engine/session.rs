//! The threads of an open store: streams while scanning, cancel, one answer for the newest question.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventglass::formats::OpenChoice;
use eventglass::model::json::to_text;
use eventglass::model::{Applied, StreamId};
use eventglass::replay::timeline::OnError;
use eventglass::session::{Answer, Choice, IndexNews, Reading, ReplayAsk, Session, StateNews, StoreAsk};

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

fn open(path: &Path, cache: &Path) -> Session {
    Session::open(path.to_owned(), cache.to_owned(), OpenChoice::default(), Arc::new(|| {}))
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

#[test]
fn streams_are_there_before_the_scan_ends_and_it_can_be_stopped() {
    const LINES: u64 = 400_000;
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), LINES);
    let session = open(&path, folder.path());
    let first = next(&session, index);
    assert!(first.reading == Reading::Running && first.index.events() > 0 && first.index.events() < LINES);
    assert_eq!(first.index.streams().len(), 50);
    assert!(first.progress > 0.0 && first.progress < 1.0);
    session.ask_store(StoreAsk::Cancel);
    let last = next(&session, |answer| index(answer).filter(|news| news.reading != Reading::Running));
    assert!(last.index.events() < LINES, "it went on to the end");
    // What was read can be used.
    let rows = last.index.rows_of(StreamId(7));
    let len = rows.len();
    session.ask_replay(ReplayAsk::Select { question: 1, rows, stream: StreamId(7), category: "s".into() });
    session.ask_replay(ReplayAsk::Reduce { question: 2, file: None, choice: Choice::Merge, on_error: OnError::Stop });
    session.ask_replay(ReplayAsk::Seek { question: 3, applied: Applied(len) });
    let news = next(&session, state);
    assert_eq!((news.question, to_text(&news.state)), (3, format!("{{\"n\":{len}}}")));
}

#[test]
fn of_many_questions_the_newest_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = log(folder.path(), 20_000);
    let session = open(&path, folder.path());
    let news = next(&session, |answer| index(answer).filter(|news| news.reading != Reading::Running));
    let rows = news.index.rows_of(StreamId(0));
    session.ask_replay(ReplayAsk::Select { question: 1, rows, stream: StreamId(0), category: "s".into() });
    session.ask_replay(ReplayAsk::Reduce { question: 2, file: None, choice: Choice::Merge, on_error: OnError::Stop });
    for question in 3..=400 {
        session.ask_replay(ReplayAsk::Seek { question, applied: Applied(question) });
    }
    let mut answers = 0;
    let last = next(&session, |answer| {
        let news = state(answer)?;
        answers += 1;
        assert_eq!(to_text(&news.state), format!("{{\"n\":{}}}", news.asked), "never another version's state");
        (news.question == 400).then_some(news)
    });
    assert_eq!(last.asked, Applied(400));
    assert!(answers < 398, "every one of them was answered: {answers}");
}
