//! [`InputStreams`]: the streams of an input that passes by once, one after the other.
//!
//! The lines of a stream stand together, in the order of their versions: whoever sorts them has
//! room for all of them, this has not. Of each stream no more is kept than [`Seen`] needs to find
//! out that it comes back.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::pages;
use crate::formats::{EventPage, INPUT, Opened, PageRow, ReadError, ScanCursor, Scanner};
use crate::index::NamePart;
use crate::model::{Finding, FindingCode, Findings, NameForm, Shard, StreamStatus, Text, Version};

/// Which streams are wanted, by what they are called.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub stream: Option<String>,
    pub category: Option<String>,
    pub matching: NamePart,
    pub shard: Shard,
}

impl Wanted {
    fn holds(&self, name: &str, category: &str) -> bool {
        self.may_hold(name) && self.category.as_deref().is_none_or(|wanted| wanted == category)
    }

    /// As far as the name tells.
    fn may_hold(&self, name: &str) -> bool {
        self.stream.as_deref().is_none_or(|wanted| wanted == name)
            && self.matching.is_in(name)
            && self.shard.holds(name)
    }
}

/// See the module's documentation.
pub struct InputStreams {
    opened: Arc<Opened>,
    wanted: Wanted,
    scanner: Box<dyn Scanner>,
    cursor: ScanCursor,
    page: EventPage,
    /// The row of the page that comes next.
    next: usize,
    /// Nothing follows the page.
    is_last: bool,
    /// What stands behind the page and is no event.
    bad: Option<String>,
    passes_over_bad: bool,
    bad_lines: Findings,
    findings: Findings,
    seen: Seen,
    current: Option<Current>,
    met: bool,
}

/// The stream that is there.
struct Current {
    name: Text,
    category: Text,
    is_archived: bool,
    /// What its name is made of.
    form: NameForm,
    /// Events of it that have gone by.
    events: u64,
    newest: Version,
}

impl InputStreams {
    /// # Errors
    /// A store that does not pass by.
    pub fn new(opened: Arc<Opened>, wanted: Wanted) -> Result<InputStreams, ReadError> {
        let scanner = opened.store.passage().ok_or_else(|| {
            let path = opened.path.display();
            ReadError::new(format!("{path} does not pass by once"), "read it as a store")
        })?;
        Ok(InputStreams {
            opened,
            wanted,
            scanner,
            cursor: ScanCursor::START,
            page: EventPage::default(),
            next: 0,
            is_last: false,
            bad: None,
            passes_over_bad: false,
            bad_lines: Findings::default(),
            findings: Findings::default(),
            seen: Seen::default(),
            current: None,
            met: false,
        })
    }

    /// A line that is no event is a finding and not an error.
    pub fn passing_over_bad_lines(self) -> InputStreams {
        InputStreams { passes_over_bad: true, ..self }
    }

    pub fn opened(&self) -> &Arc<Opened> {
        &self.opened
    }

    /// The stream that is there.
    pub fn name(&self) -> Text {
        self.current.as_ref().map_or_else(|| Text::from(""), |current| Text::clone(&current.name))
    }

    /// What the framework's library calls it.
    pub fn library_name(&self) -> Text {
        pages::library_name(&*self.opened.store, &self.name())
    }

    pub fn category(&self) -> &str {
        self.current.as_ref().map_or("", |current| &current.category)
    }

    /// One stream alone is wanted.
    pub fn wants_one(&self) -> bool {
        self.wanted.stream.is_some()
    }

    /// What was odd about the streams since this was last asked. A page is read at once, so that
    /// some of it may be of streams that are still to come.
    pub fn take_findings(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }

    /// Of these, those of the stream that is there.
    pub fn take_own_findings(&mut self) -> Findings {
        let mut own = Findings::default();
        if !self.findings.is_empty() {
            let name = self.name();
            let is_own = |finding: &Finding| finding.stream.as_ref() == Some(&name);
            own = self.findings.clone();
            own.retain(is_own);
            self.findings.retain(|finding| !is_own(finding));
        }
        own
    }

    /// Lines that are no events, where they are passed over.
    pub fn take_bad_lines(&mut self) -> Findings {
        std::mem::take(&mut self.bad_lines)
    }

    /// Turns to the next stream that is wanted, past what is left of the one that is there.
    /// `false`: there are no more.
    ///
    /// # Errors
    /// A stream that was there before, versions that go back, a line that is no event; the one
    /// stream that is wanted was not there; or the input cannot be read.
    pub fn begin(&mut self) -> Result<bool, ReadError> {
        loop {
            while self.advance()?.is_some() {}
            self.fill()?;
            let Some(row) = self.page.get(self.next) else {
                self.current = None;
                return match &self.wanted.stream {
                    // Of a category, or a part, another program may have the streams.
                    Some(stream) if !self.met => Err(ReadError::new(
                        format!("there was no stream {stream} on {INPUT}"),
                        "name one that is there: eventglass events - lists them",
                    )),
                    _ => Ok(false),
                };
            };
            let is_archived = row.status == StreamStatus::Archived;
            if !self.seen.insert(row.stream, is_archived) {
                let before = self.name();
                let what = format!("{} comes back after {before}", self.place(&row));
                return Err(ReadError::new(what, SORT));
            }
            let is_wanted = self.wanted.holds(row.stream, row.category);
            self.met |= is_wanted;
            self.current = Some(Current {
                name: Text::from(row.stream),
                category: Text::from(row.category),
                is_archived,
                form: row.name_form,
                events: 0,
                newest: Version(i64::MIN),
            });
            if is_wanted {
                return Ok(true);
            }
        }
    }

    /// The next event of the stream, whole, with its version; `None` at its end.
    ///
    /// # Errors
    /// As [`InputStreams::begin`].
    pub fn next_event(&mut self) -> Result<Option<(PageRow<'_>, Version)>, ReadError> {
        let version = self.advance()?;
        Ok(version.and_then(|version| Some((self.page.get(self.next - 1)?, version))))
    }

    /// Goes past the next event of the stream.
    fn advance(&mut self) -> Result<Option<Version>, ReadError> {
        if self.current.is_none() {
            return Ok(None);
        }
        self.fill()?;
        let (Some(row), Some(current)) = (self.page.get(self.next), &self.current) else { return Ok(None) };
        if *row.stream != *current.name || (row.status == StreamStatus::Archived) != current.is_archived {
            return Ok(None);
        }
        if row.name_form != current.form {
            // A file's index would tell them apart.
            let what = format!("{} is another than the one before, whose name is written otherwise", self.place(&row));
            return Err(ReadError::new(what, "give one of them another name: 1 and \"1\" are not the same"));
        }
        let ordinal = current.events as i64 + self.opened.store.numbering().first;
        let version = row.version.unwrap_or(Version(ordinal));
        if version < current.newest {
            let what = format!("{} has v{version} behind v{}", self.place(&row), current.newest);
            return Err(ReadError::new(what, SORT));
        }
        self.next += 1;
        if let Some(current) = &mut self.current {
            (current.events, current.newest) = (current.events + 1, version);
        }
        Ok(Some(version))
    }

    /// Reads on where the page is used up.
    fn fill(&mut self) -> Result<(), ReadError> {
        while self.next >= self.page.len() {
            if let Some(bad) = self.bad.take() {
                return Err(ReadError::new(bad, "correct it, or leave it out; nothing is written for what follows"));
            }
            if self.is_last {
                return Ok(());
            }
            let mut notes = Findings::default();
            let step = self.scanner.scan(&self.cursor, &mut self.page, &mut notes)?;
            (self.next, self.cursor, self.is_last) = (0, step.cursor, step.end);
            if let Some(tail) = step.tail {
                notes.note(FindingCode::TruncatedTail, tail);
            }
            // No more than one line of a page is no event.
            let is_bad = |note: &&Finding| matches!(note.code, FindingCode::BadLine | FindingCode::TruncatedTail);
            match notes.kept().iter().find(is_bad) {
                Some(bad) if self.passes_over_bad => self.bad_lines.push(bad.clone()),
                Some(bad) => self.bad = Some(bad.message.clone()),
                None => {}
            }
            let wanted = &self.wanted;
            notes.retain(|note| note.stream.as_deref().is_some_and(|name| wanted.may_hold(name)));
            self.findings.absorb(&mut notes);
        }
        Ok(())
    }

    /// A row, as messages name it.
    fn place(&self, row: &PageRow<'_>) -> String {
        let line = self.opened.store.row_of(row.key);
        format!("line {line} of {INPUT}: the stream {}", row.stream)
    }
}

const SORT: &str = "sort the lines by stream and version, and give all of a stream to one program";

/// Streams that have gone by: 16 bytes of the SHA-256 of each name, so that two names are never
/// taken for one.
#[derive(Default)]
struct Seen {
    sorted: Vec<u128>,
    /// Those that came since.
    recent: BTreeSet<u128>,
}

impl Seen {
    /// `false`: it was there before.
    fn insert(&mut self, name: &str, is_archived: bool) -> bool {
        let digest = Sha256::new_with_prefix(name).chain_update([u8::from(is_archived)]).finalize();
        let hash = digest.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte));
        if self.sorted.binary_search(&hash).is_ok() || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() > 4_096.max(self.sorted.len() / 16) {
            // No more room than is needed; two runs are merged.
            self.sorted.reserve_exact(self.recent.len());
            self.sorted.extend(std::mem::take(&mut self.recent));
            self.sorted.sort();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_comes_back_is_found_among_many() {
        let mut seen = Seen::default();
        for number in 0..30_000 {
            assert!(seen.insert(&format!("account-{number}"), false), "{number}");
        }
        assert!(seen.sorted.is_sorted() && seen.sorted.len() + seen.recent.len() == 30_000);
        for number in [0, 1, 4_096, 17_000, 29_999] {
            assert!(!seen.insert(&format!("account-{number}"), false), "{number}");
        }
        assert!(seen.insert("account-1", true), "an archived one is another");
    }
}
