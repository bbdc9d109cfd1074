//! [`EventWalk`]: the events of a stream, or of many in the store's order, as rows.

use std::sync::Arc;

use super::rows::Cell;
use super::walk::Rows;
use super::{ExportError, Of, Report};
use crate::formats::{EventPage, Fetcher, Opened, PAGE_BYTES, ReadError};
use crate::index::{EventIndex, InOrder};
use crate::model::{EventRow, Marks, Node, Position, RecordedEvent, Version};
use crate::session::{InputStreams, StreamSource, pages};

/// Events that are read at once, at most.
const BATCH: usize = 256;

/// See the module's documentation.
pub enum EventWalk {
    Stream { source: Box<StreamSource>, at: u64 },
    Store(Box<StoreWalk>),
    Input(Box<InputStreams>),
}

/// Events of many streams.
pub struct StoreWalk {
    opened: Arc<Opened>,
    index: EventIndex,
    of: Of,
    fetcher: Box<dyn Fetcher>,
    order: InOrder,
    page: EventPage,
    /// Events that are read next.
    part: Vec<EventRow>,
}

impl EventWalk {
    /// # Errors
    /// Where the store can no longer be read.
    pub fn new(opened: &Arc<Opened>, index: EventIndex, of: Of) -> Result<EventWalk, ReadError> {
        if let Of::Stream(stream) = of {
            let mut source = Box::new(StreamSource::open(opened)?);
            source.keep_within(PAGE_BYTES);
            source.select(index.rows_of(stream), stream);
            return Ok(EventWalk::Stream { source, at: 0 });
        }
        let (fetcher, order) = (opened.store.fetcher()?, index.in_order());
        let (opened, page, part) = (Arc::clone(opened), EventPage::default(), Vec::new());
        Ok(EventWalk::Store(Box::new(StoreWalk { opened, index, of, fetcher, order, page, part })))
    }

    /// Writes some rows. Returns how many events are done with, `None` at the end.
    pub fn advance(&mut self, rows: &mut Rows<'_>, report: &mut Report) -> Result<Option<u64>, ExportError> {
        let (source, at) = match self {
            EventWalk::Stream { source, at } => (source, at),
            EventWalk::Store(store) => return store.advance(rows, report),
            EventWalk::Input(input) => return pass_by(input, rows, report),
        };
        let Some(event) = source.event(*at)? else {
            report.findings.absorb(&mut source.findings().clone());
            return Ok(None);
        };
        match source.is_lost(*at) {
            true => report.lost(source.name(), event.version),
            false => write_row(&event, rows)?,
        }
        *at += 1;
        Ok(Some(1))
    }
}

/// Writes the next event of an input.
fn pass_by(input: &mut InputStreams, rows: &mut Rows<'_>, report: &mut Report) -> Result<Option<u64>, ExportError> {
    let (store, name) = (Arc::clone(&input.opened().store), input.name());
    if let Some((row, version)) = input.next_event()? {
        let event = pages::recorded(&*store, &row, &name, version, Marks::NONE, &mut report.findings);
        write_row(&event, rows)?;
        return Ok(Some(1));
    }
    let has_begun = input.begin()?;
    report.findings.absorb(&mut input.take_findings());
    Ok(has_begun.then_some(0))
}

impl StoreWalk {
    fn advance(&mut self, rows: &mut Rows<'_>, report: &mut Report) -> Result<Option<u64>, ExportError> {
        let (index, streams) = (&self.index, self.index.streams());
        let wanted = |row: &EventRow| index.stream_of(*row).is_some_and(|stream| self.of.holds(streams, stream));
        self.part.extend(self.order.by_ref().filter(wanted).take(BATCH - self.part.len()));
        if self.part.is_empty() {
            return Ok(None);
        }
        let keys: Vec<_> = self.part.iter().filter_map(|row| index.key_of(*row)).collect();
        self.page.clear();
        let read = self.fetcher.fetch(&keys, None, &mut self.page, &mut report.findings)?;
        let read = read.clamp(1, self.part.len());
        let mut found = self.page.iter().peekable();
        // Those that did not fit are asked for again.
        for row in self.part.drain(..read) {
            let version = index.version_of(row).unwrap_or(Version(0));
            let stream = index.stream_of(row).map_or("", |stream| streams.name(stream));
            match found.next_if(|stored| Some(stored.key) == index.key_of(row)) {
                Some(stored) => {
                    let (store, hidden) = (&*self.opened.store, index.hidden(row));
                    let event = pages::recorded(store, &stored, &stream.into(), version, hidden, &mut report.findings);
                    write_row(&event, rows)?;
                }
                None => report.lost(stream, version),
            }
        }
        Ok(Some(read as u64))
    }
}

fn write_row(event: &RecordedEvent, rows: &mut Rows<'_>) -> Result<(), ExportError> {
    let marks = Node::array(event.marks.words().map(Node::text).collect());
    Ok(rows(&[
        Cell::Text(&event.stream),
        Cell::text_or_null(Some(&*event.category).filter(|category| !category.is_empty())),
        Cell::Whole(event.version.0),
        match &event.position {
            Position::None => Cell::Null,
            Position::Number(number) => Cell::Whole(*number),
            Position::Digits(digits) => Cell::JsonText(digits),
            Position::Text(text) => Cell::Text(text),
        },
        Cell::text_or_null(event.id.as_deref()),
        Cell::Text(&event.event_type),
        Cell::time_or_null(event.time),
        Cell::json(&event.data),
        Cell::json(&event.metadata),
        Cell::Json(&marks),
    ])?)
}
