//! `events`: the events of a stream, or of all in the store's order.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::fold::is_all;
use super::store::{Common, StoreAndIndex};
use super::{CliError, fold, print};
use crate::formats::EventPage;
use crate::index::EventIndex;
use crate::model::{EventRow, FindingCode, Findings, Marks, RecordedEvent, TypeId, Version};
use crate::session::{Wanted, pages};

/// Events that are read at once.
const BATCH: u64 = 256;
/// So many are printed before it is known how fast they are read: more than a pipe holds.
const UNREAD: u64 = 4_096;
/// Whoever takes longer to read a batch has paused, as `less` does.
const PAUSE: Duration = Duration::from_millis(100);

/// The events of a stream, or of all in the store's order
#[derive(Args, Debug)]
pub struct Events {
    #[command(flatten)]
    common: Common,
    /// Only this stream; $all is the whole store, the server's own streams included
    #[arg(long, value_name = "S", conflicts_with = "category")]
    stream: Option<String>,
    /// Only streams of this category
    #[arg(long, value_name = "C")]
    category: Option<String>,
    /// Only this event type
    #[arg(long = "type", value_name = "T")]
    event_type: Option<String>,
    /// From this version on
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    from: Option<i64>,
    /// Up to this version
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    to: Option<i64>,
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl Events {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        if self.common.is_input() {
            return self.of_input(out);
        }
        let store = StoreAndIndex::open(&self.common)?;
        match &self.stream {
            Some(stream) if !is_all(&store, stream) => self.of_stream(&store, stream, out),
            _ => self.of_store(&store, out).map(|()| 0),
        }
    }

    /// A row that is gone since the scan has no line of its own: an error names it.
    fn of_stream(&self, store: &StoreAndIndex, stream: &str, out: &mut dyn Write) -> Result<u8, CliError> {
        let mut source = store.source(store.stream(stream)?)?;
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut lost: Vec<Version> = Vec::new();
        for at in 0..source.rows().len() {
            if left == 0 {
                break;
            }
            let rows = source.rows();
            if self.may_be(&store.index, rows.type_id(at), rows.version(at))
                && let Some(event) = source.event(at)?
            {
                match source.is_lost(at) {
                    true => lost.push(event.version),
                    false => left -= self.print(&event, out)?,
                }
            }
        }
        out.flush()?;
        print::findings(source.findings().kept())?;
        match lost.first() {
            Some(first) => Err(fold::lost(stream, *first, lost.len())),
            None => Ok(0),
        }
    }

    fn of_store(&self, store: &StoreAndIndex, out: &mut dyn Write) -> Result<(), CliError> {
        let index = &store.index;
        print::doubts_of_order(index)?;
        let streams = index.streams();
        let category = self.category.as_deref().map(|name| store.category(name)).transpose()?;
        let shows_all = self.common.system || self.stream.is_some() || category.is_some();
        let system = if shows_all { 0 } else { streams.count_system() };
        let is_shown = |row: EventRow| {
            let is_system = || index.stream_of(row).is_some_and(|stream| streams.is_system(stream));
            let own =
                || index.stream_of(row).and_then(|stream| streams.summary(stream)).map(|summary| summary.category);
            self.may_be(index, index.type_of(row), index.version_of(row))
                && (system == 0 || !is_system())
                && (category.is_none() || own() == category)
        };
        let mut rows = index.in_order().filter(|row| is_shown(*row));
        let mut fetcher = store.opened.store.fetcher()?;
        let mut notes = Findings::default();
        let mut page = EventPage::default();
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut part: Vec<EventRow> = Vec::new();
        let (mut printed, mut pauses) = (0, false);
        loop {
            part.extend(rows.by_ref().take((BATCH.min(left) as usize).saturating_sub(part.len())));
            if part.is_empty() {
                break;
            }
            page.clear();
            let keys: Vec<_> = part.iter().filter_map(|row| index.key_of(*row)).collect();
            let read = fetcher.fetch(&keys, None, &mut page, &mut notes)?.clamp(1, part.len());
            // A writer does not wait for whoever reads what is printed.
            if pauses || printed < UNREAD {
                fetcher.rest();
            }
            let begun = Instant::now();
            let mut found = page.iter().peekable();
            // Those that did not fit are asked for again.
            for row in part.drain(..read) {
                let Some(stored) = found.next_if(|stored| Some(stored.key) == index.key_of(row)) else {
                    let key = index.key_of(row).map_or(0, |key| key.0);
                    notes.note(FindingCode::Damaged, format!("the row at {key} is no longer readable"));
                    continue;
                };
                let version = index.version_of(row).unwrap_or(Version(0));
                let stream = index.stream_of(row).map_or("", |stream| index.streams().name(stream));
                let (stream, hidden) = (stream.into(), index.hidden(row));
                let event = pages::recorded(&*store.opened.store, &stored, &stream, version, hidden, &mut notes);
                let count = self.print(&event, out)?;
                (left, printed) = (left - count, printed + count);
            }
            pauses |= begun.elapsed() > PAUSE;
        }
        if !self.common.json {
            print::hidden(system, out)?;
        }
        out.flush()?;
        print::findings(notes.kept())
    }

    /// Events of an input, in its order.
    fn of_input(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let mut input = self.common.input(Wanted {
            stream: self.stream.clone(),
            category: self.category.clone(),
            ..Wanted::default()
        })?;
        let store = Arc::clone(&input.opened().store);
        let (mut notes, mut left) = (Findings::default(), self.limit.unwrap_or(u64::MAX));
        while left > 0 && input.begin()? {
            let name = input.name();
            while left > 0
                && let Some((row, version)) = input.next_event()?
            {
                if self.is_between(version) && self.is_type(row.event_type) {
                    left -=
                        self.print(&pages::recorded(&*store, &row, &name, version, Marks::NONE, &mut notes), out)?;
                }
            }
            notes.absorb(&mut input.take_findings());
        }
        out.flush()?;
        print::findings(notes.kept())?;
        Ok(0)
    }

    /// Whether an event may be wanted, as far as the index knows: types after the 65,535th
    /// have no name there.
    fn may_be(&self, index: &EventIndex, event_type: Option<TypeId>, version: Option<Version>) -> bool {
        let (Some(id), Some(version)) = (event_type, version) else { return false };
        self.is_between(version) && (id == TypeId::OTHER || self.is_type(index.type_name_ref(id)))
    }

    fn is_between(&self, version: Version) -> bool {
        self.from.is_none_or(|from| version.0 >= from) && self.to.is_none_or(|to| version.0 <= to)
    }

    fn is_type(&self, event_type: &str) -> bool {
        self.event_type.as_ref().is_none_or(|wanted| wanted == event_type)
    }

    /// Prints an event if it is wanted; the number of events printed.
    fn print(&self, event: &RecordedEvent, out: &mut dyn Write) -> Result<u64, CliError> {
        if !self.is_type(&event.event_type) {
            return Ok(0);
        }
        print::event(event, self.common.json, out)?;
        Ok(1)
    }
}
