//! The way of a store through the library: opened, scanned, fetched, decoded; and what must
//! hold on it whatever the store is.

use std::path::Path;

use eventglass::formats::EventPage;
use eventglass::formats::{
    self, Fetcher, Location, OpenChoice, Opened, PageRow, PayloadPage, ReadError, ScanCursor, ScanStep, Store, Stored,
};
use eventglass::model::json::{is_json, to_text};
use eventglass::model::{FindingCode, Findings, Helpful, RowKey};
use eventglass::session::{Indexer, StreamSource};

use crate::driver::Seen;
use crate::json::is_a_limit;

/// What was read of a store.
#[derive(Default)]
pub struct Walked {
    /// Rows as they were scanned, with what was fetched of each; without their keys, which
    /// depend on where things lie.
    pub rows: Vec<Row>,
    pub findings: Findings,
    /// What is unfinished at the end.
    pub tail: Option<String>,
    /// A read that ended early, in words.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub key: i64,
    /// Stream, type, version and the like.
    pub header: String,
    /// `None` where it could not be fetched.
    pub content: Option<Content>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub data: String,
    pub metadata: String,
    pub id: Option<String>,
    pub position: String,
}

/// Opens a store; an error must say what to do.
pub fn open(path: &Path, cache: &Path, choice: &OpenChoice, seen: &mut Seen) -> Result<Result<Opened, String>, String> {
    match formats::open(&Location::of(path), cache, choice) {
        Ok(opened) => Ok(Ok(opened)),
        Err(error) => {
            let said = error.to_string().replace(&*path.to_string_lossy(), "PATH");
            seen.text("open", &said);
            if said.trim().is_empty() || error.help().trim().is_empty() {
                return Err(format!("an error without words: {error:?}"));
            }
            Ok(Err(said))
        }
    }
}

/// Reads everything there is. A row of a file that was `damaged` may be gone when it is
/// fetched, if that is said.
pub fn walk(opened: &Opened, bytes: usize, damaged: bool, seen: &mut Seen) -> Result<Walked, String> {
    let mut walked = Walked::default();
    seen.value("opened", (opened.format, &opened.dialect, opened.evidence.len()));
    for finding in opened.findings.kept() {
        seen.text(finding.code.name(), &finding.message);
    }
    let store = &*opened.store;
    let mut read = || -> Result<Result<(), String>, ReadError> {
        if let Err(wrong) = scan(store, bytes, &mut walked)? {
            return Ok(Err(wrong));
        }
        fetch(store, damaged, &mut walked)
    };
    match read() {
        Ok(result) => result?,
        Err(error) => {
            if error.to_string().trim().is_empty() || error.help().trim().is_empty() {
                return Err(format!("an error without words: {error:?}"));
            }
            walked.error = Some(error.to_string());
        }
    }
    for finding in walked.findings.kept() {
        seen.text(finding.code.name(), &finding.message);
    }
    seen.text("tail", walked.tail.as_deref().unwrap_or("none"));
    // Behind the last colon is the path.
    let error = walked.error.as_deref().map(|said| said.rsplit_once(": ").map_or(said, |(said, _)| said));
    seen.text("error", error.unwrap_or("none"));
    seen.size("rows", walked.rows.len());
    seen.size("unfetched", walked.rows.iter().filter(|row| row.content.is_none()).count());
    Ok(walked)
}

/// Scans to the end, in no more steps than the size explains, and always onwards.
fn scan(store: &dyn Store, bytes: usize, walked: &mut Walked) -> Result<Result<(), String>, ReadError> {
    let mut scanner = store.scanner()?;
    let (mut cursor, mut page) = (ScanCursor::START, EventPage::default());
    let most = 64 + bytes / 16;
    for _ in 0..most {
        let step: ScanStep = scanner.scan(&cursor, &mut page, &mut walked.findings)?;
        walked.rows.extend(page.iter().map(|row| Row { key: row.key.0, header: header(&row), content: None }));
        if walked.rows.len() > bytes + 64 {
            return Ok(Err(format!("{} rows of {bytes} bytes", walked.rows.len())));
        }
        if !(0.0..=1.0).contains(&step.progress) {
            return Ok(Err(format!("a progress of {}", step.progress)));
        }
        if !step.end && step.cursor.number() <= cursor.number() && cursor.number().is_some() {
            return Ok(Err(format!("the scan does not go on: {cursor:?}, {step:?}")));
        }
        cursor = step.cursor;
        if step.end {
            walked.tail = step.tail;
            return Ok(Ok(()));
        }
    }
    Ok(Err(format!("no end after {most} steps of a scan of {bytes} bytes")))
}

/// What a scan and a fetch say of one row alike.
fn header(row: &PageRow<'_>) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        row.stream, row.category, row.event_type, row.version, row.time, row.status, row.marks
    )
}

/// What a scan counts is what a fetch gives: all rows together, one alone, and their payloads.
fn fetch(store: &dyn Store, damaged: bool, walked: &mut Walked) -> Result<Result<(), String>, ReadError> {
    let mut fetcher = store.fetcher()?;
    for at in (0..walked.rows.len()).step_by(64) {
        let part = at..(at + 64).min(walked.rows.len());
        let keys: Vec<RowKey> = walked.rows[part.clone()].iter().map(|row| RowKey(row.key)).collect();
        let (mut page, mut notes) = (EventPage::default(), Findings::default());
        fetcher.fetch(&keys, None, &mut page, &mut notes)?;
        let mut fetched = page.iter().peekable();
        for row in &mut walked.rows[part] {
            let Some(whole) = fetched.next_if(|whole| whole.key.0 == row.key) else {
                if !damaged {
                    return Ok(Err(format!("scanned, and not fetched: {}; {:?}", row.header, notes.kept())));
                }
                continue;
            };
            if header(&whole) != row.header {
                // Of a damaged tree the way to a row may lead elsewhere than the way along all rows.
                if damaged {
                    continue;
                }
                return Ok(Err(format!("scanned as {}, fetched as {}", row.header, header(&whole))));
            }
            match content(store, &whole, &mut notes) {
                Ok(content) => row.content = Some(content),
                Err(wrong) => return Ok(Err(wrong)),
            }
        }
        if let Some(more) = fetched.next() {
            return Ok(Err(format!("fetched, and not asked for: {:?}", more.key)));
        }
        walked.findings.absorb(&mut notes);
        if !damaged && let Err(wrong) = fetched_otherwise(store, &mut *fetcher, &keys, &page)? {
            return Ok(Err(wrong));
        }
    }
    Ok(Ok(()))
}

fn content(store: &dyn Store, row: &PageRow<'_>, notes: &mut Findings) -> Result<Content, String> {
    let content = store.decode(row);
    let (data, metadata) = (to_text(&content.data), to_text(&content.metadata));
    for text in [&data, &metadata] {
        if !is_json(text) {
            return Err(format!("what is shown is no JSON: {text:.200}"));
        }
        match serde_json::from_str::<serde_json::Value>(text) {
            Err(error) if !is_a_limit(&error) => return Err(format!("what is shown is no JSON: {error}")),
            _ => {}
        }
    }
    let is_said = content.odd.iter().any(|(code, _)| matches!(code, FindingCode::Undecodable | FindingCode::Encrypted));
    if content.undecodable.is_some() && !is_said {
        return Err("a payload is not decoded, and no finding says so".to_owned());
    }
    for (code, message) in content.odd {
        notes.note(code, message);
    }
    let id = row.id.map(str::to_owned);
    Ok(Content { data, metadata, id, position: format!("{:?}", row.position) })
}

/// The last row alone, and the payloads by the way of a search, are the same.
fn fetched_otherwise(
    store: &dyn Store,
    fetcher: &mut dyn Fetcher,
    keys: &[RowKey],
    page: &EventPage,
) -> Result<Result<(), String>, ReadError> {
    let Some(last) = page.get(page.len().wrapping_sub(1)) else { return Ok(Ok(())) };
    let mut alone = EventPage::default();
    fetcher.fetch(&[last.key], None, &mut alone, &mut Findings::default())?;
    let same = alone.get(0).is_some_and(|row| header(&row) == header(&last) && row.payload == last.payload);
    if !same || alone.len() != 1 {
        return Ok(Err(format!("fetched alone it is another row: {}", header(&last))));
    }
    let mut ascending = keys.to_vec();
    ascending.sort_unstable();
    ascending.dedup();
    let mut payloads = PayloadPage::default();
    let mut from = 0;
    while from < ascending.len() {
        let looked = fetcher.payloads(&ascending[from..], None, &mut payloads)?;
        if looked == 0 {
            return Ok(Err("a search that does not go on".to_owned()));
        }
        from += looked;
        for (key, place, coding) in payloads.rows() {
            let Some(row) = page.iter().find(|row| row.key == *key) else { continue };
            let bytes = place.clone().map(|place| &payloads.bytes()[place]);
            let shown = bytes.map_or_else(|| "null".to_owned(), |bytes| to_text(&store.shown(bytes, *coding)));
            let decoded = to_text(&store.decode(&row).data);
            if shown != decoded && !is_a_plain_value(&row) {
                return Ok(Err(format!("a search sees {shown:.200}, the event is {decoded:.200}")));
            }
        }
    }
    Ok(Ok(()))
}

/// A number of a column is searched as its text.
fn is_a_plain_value(row: &PageRow<'_>) -> bool {
    matches!(row.payload, Stored::Null)
}

/// The way of the window: every event of a stream is that stream's, and as many are shown as
/// were counted.
pub fn streams(opened: &Opened) -> Result<(), String> {
    let opened = std::sync::Arc::new(opened.clone());
    let read = || -> Result<Result<(), String>, ReadError> {
        let index = Indexer::open(std::sync::Arc::clone(&opened))?.run()?;
        let mut source = StreamSource::open(&opened)?;
        for id in index.streams().ids() {
            let name = index.streams().name(id);
            source.select(index.rows_of(id), id);
            for at in 0..source.rows().len() {
                match source.event(at)? {
                    Some(event) if *event.stream == *name => {}
                    Some(event) => return Ok(Err(format!("an event of {:?} is shown in {name:?}", event.stream))),
                    None => return Ok(Err(format!("event {at} of {name:?} is not shown"))),
                }
            }
        }
        Ok(Ok(()))
    };
    // A store that can no longer be read says so.
    read().unwrap_or(Ok(()))
}
