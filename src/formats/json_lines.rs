//! JSON lines: one event an object, one object a line. A row's key is the byte at
//! which its line begins. Reads by position in a window; never maps or loads the file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use jiter::Jiter;

use super::{
    Container, EventPage, OpenError, PAGE_BYTES, PAGE_ROWS, PageRow, PayloadPage, Place, ReadError, Run, ScanCursor,
    ScanStep, Store, StoreChange, StoreReader, Stored,
};
use crate::dialect::Table;
use crate::dialect::mapping::{Cell, Mapping};
use crate::model::json::{end_of_value, is_json};
use crate::model::{Finding, FindingCode, Findings, Position, RowKey, Version};

/// Bytes read at once.
const WINDOW_BYTES: usize = 1 << 20;
/// A longer line is passed over, as a finding.
const MAX_LINE_BYTES: usize = 64 << 20;
/// Lines looked at to learn which keys there are.
const SAMPLE_LINES: usize = 200;
/// Bytes at the end of what was read that must stand there still when the file grew.
const TAIL_BYTES: u64 = 1 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) struct JsonLines;

impl Container for JsonLines {
    fn engine(&self) -> &'static str {
        "json-lines"
    }

    fn accepts(&self, head: &[u8]) -> Result<(), String> {
        let whole = head.len() < super::HEAD_BYTES as usize;
        let mut lines = head.strip_prefix(BOM).unwrap_or(head).split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let cut = lines.peek().is_none() && !whole;
            let opens = line.trim_ascii_start().first() == Some(&b'{');
            if opens && (cut || object_keys(line).is_some()) {
                return Ok(());
            }
        }
        Err("no line of it is a JSON object".to_owned())
    }

    fn tables(&self, place: &Place) -> Result<Vec<Table>, OpenError> {
        let mut lines = Lines::open(place.path.clone())?;
        let mut columns: Vec<String> = Vec::new();
        let mut at = 0;
        for _ in 0..SAMPLE_LINES {
            let Some(line) = lines.line(at)? else { break };
            let next = line.next;
            if let Some(keys) = object_keys(lines.bytes(&line)) {
                columns.extend(keys.into_iter().filter(|key| !columns.contains(key)).collect::<Vec<_>>());
            }
            at = next;
        }
        Ok(vec![Table { name: "each line".to_owned(), columns, has_rowid: true }])
    }

    fn store(&self, place: &Place, _table: &Table, mapping: Mapping) -> Result<Arc<dyn Store>, OpenError> {
        Ok(Arc::new(LinesStore { path: place.path.clone(), mapping }))
    }
}

/// The top-level keys of a line; `None` where it is no JSON object.
fn object_keys(line: &[u8]) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    each_member(std::str::from_utf8(line).ok()?, |key, _| keys.push(key.to_owned())).ok()?;
    Some(keys)
}

struct LinesStore {
    path: PathBuf,
    mapping: Mapping,
}

impl Store for LinesStore {
    fn reader(&self) -> Result<Box<dyn StoreReader>, ReadError> {
        Ok(Box::new(Reader { lines: Lines::open(self.path.clone())?, mapping: self.mapping.clone(), numbered: (0, 0) }))
    }

    fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    fn has_global_order(&self) -> bool {
        // A log is in the order it was written only if it says so itself.
        self.mapping.position_column().is_some()
    }
}

/// A window over the file.
struct Lines {
    path: PathBuf,
    file: File,
    /// Identity of the file when it was opened.
    identity: Option<u64>,
    buffer: Vec<u8>,
    /// Offset of `buffer[0]`.
    start: u64,
}

/// Where one line lies.
struct Line {
    offset: u64,
    /// Bytes without the line's end.
    len: usize,
    next: u64,
    /// It ends with the file, not with a newline.
    unfinished: bool,
    /// It is longer than [`MAX_LINE_BYTES`]; `len` is 0.
    too_long: bool,
}

impl Lines {
    fn open(path: PathBuf) -> Result<Lines, ReadError> {
        let file = File::open(&path).map_err(|source| ReadError::Io { path: path.clone(), source })?;
        let identity = identity(&file);
        Ok(Lines { path, file, identity, buffer: Vec::new(), start: 0 })
    }

    fn fill(&mut self, offset: u64, bytes: usize) -> Result<(), ReadError> {
        let io = |source| ReadError::Io { path: self.path.clone(), source };
        self.buffer.clear();
        self.start = offset;
        self.file.seek(SeekFrom::Start(offset)).map_err(io)?;
        (&self.file).take(bytes as u64).read_to_end(&mut self.buffer).map_err(io)?;
        Ok(())
    }

    /// The line that begins at `offset`, brought into the window; `None` at the end.
    fn line(&mut self, offset: u64) -> Result<Option<Line>, ReadError> {
        let mut want = WINDOW_BYTES;
        loop {
            let inside = offset.checked_sub(self.start).map(|at| at as usize).filter(|at| *at < self.buffer.len());
            if let Some(at) = inside
                && let Some(len) = memchr::memchr(b'\n', &self.buffer[at..])
            {
                let text = &self.buffer[at..at + len];
                let trimmed = text.strip_suffix(b"\r").unwrap_or(text).len();
                let next = offset + len as u64 + 1;
                return Ok(Some(Line { offset, len: trimmed, next, unfinished: false, too_long: false }));
            }
            self.fill(offset, want)?;
            let ended = self.buffer.len() < want;
            if memchr::memchr(b'\n', &self.buffer).is_some() {
                continue;
            }
            if ended {
                let len = self.buffer.len();
                let line = Line { offset, len, next: offset + len as u64, unfinished: true, too_long: false };
                return Ok((len > 0).then_some(line));
            }
            if want >= MAX_LINE_BYTES {
                return self.pass_over(offset).map(Some);
            }
            want *= 4;
        }
    }

    /// Finds the end of a line that is too long to hold.
    fn pass_over(&mut self, offset: u64) -> Result<Line, ReadError> {
        let mut at = offset + self.buffer.len() as u64;
        loop {
            self.fill(at, WINDOW_BYTES)?;
            let found = memchr::memchr(b'\n', &self.buffer);
            let next = at + found.map_or(self.buffer.len(), |len| len + 1) as u64;
            if found.is_some() || self.buffer.len() < WINDOW_BYTES {
                return Ok(Line { offset, len: 0, next, unfinished: found.is_none(), too_long: true });
            }
            at = next;
        }
    }

    fn bytes(&self, line: &Line) -> &[u8] {
        // The window went past the beginning of a line that is too long.
        let Some(at) = line.offset.checked_sub(self.start).map(|at| at as usize) else { return &[] };
        let bytes = self.buffer.get(at..at + line.len).unwrap_or_default();
        if line.offset == 0 { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes }
    }

    fn size(&self) -> Result<u64, ReadError> {
        let meta = self.file.metadata();
        meta.map(|meta| meta.len()).map_err(|source| ReadError::Io { path: self.path.clone(), source })
    }
}

/// The inode, where there is such a thing.
fn identity(file: &File) -> Option<u64> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().ok().map(|meta| meta.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}

struct Reader {
    lines: Lines,
    mapping: Mapping,
    /// An offset and the number of lines before it.
    numbered: (u64, u64),
}

impl StoreReader for Reader {
    fn scan(&mut self, cursor: ScanCursor, page: &mut EventPage, notes: &mut Findings) -> Result<ScanStep, ReadError> {
        page.clear();
        let mut at = cursor.0.max(0) as u64;
        let mut number = if self.numbered.0 == at { Some(self.numbered.1) } else { None };
        let (mut end, mut tail) = (false, None);
        while page.len() < PAGE_ROWS && page.size_bytes() < PAGE_BYTES {
            let Some(line) = self.lines.line(at)? else {
                end = true;
                break;
            };
            let place = match number {
                Some(before) => format!("line {}", before + 1),
                None => format!("the line at byte {}", line.offset),
            };
            let bytes = self.lines.bytes(&line);
            if line.too_long {
                notes.note(FindingCode::BadLine, format!("{place} is longer than {} MiB", MAX_LINE_BYTES >> 20));
            } else if !bytes.trim_ascii().is_empty() {
                let added = match std::str::from_utf8(bytes) {
                    Ok(text) => push(&self.mapping, text, RowKey(line.offset as i64), false, page, notes),
                    Err(error) => Err(format!("is not UTF-8 at byte {}", error.valid_up_to())),
                };
                if let Err(reason) = added {
                    if line.unfinished {
                        // The writer may be in the middle of it: the next scan begins here again.
                        tail = Some(format!("{place} is the last and unfinished: {reason}"));
                        end = true;
                        break;
                    }
                    notes.note(FindingCode::BadLine, format!("{place} {reason}"));
                }
            }
            at = line.next;
            number = number.map(|n| n + 1);
        }
        if let Some(number) = number {
            self.numbered = (at, number);
        }
        let size = self.lines.size()?.max(1);
        Ok(ScanStep { cursor: ScanCursor(at as i64), end, progress: (at as f64 / size as f64).min(1.0) as f32, tail })
    }

    fn fetch(
        &mut self,
        keys: &[RowKey],
        _run: Option<Run<'_>>,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), ReadError> {
        for key in keys {
            let Some(line) = self.lines.line(key.0.max(0) as u64)? else { continue };
            if let Ok(text) = std::str::from_utf8(self.lines.bytes(&line))
                && let Err(reason) = push(&self.mapping, text, *key, true, page, notes)
            {
                notes.note(FindingCode::Damaged, format!("the line at byte {} changed: it {reason}", key.0));
            }
        }
        Ok(())
    }

    fn payloads(&mut self, keys: &[RowKey], _run: Option<Run<'_>>, page: &mut PayloadPage) -> Result<usize, ReadError> {
        page.clear();
        let Some(column) = self.mapping.payload_column() else { return Ok(keys.len()) };
        for (at, key) in keys.iter().enumerate() {
            let Some(line) = self.lines.line(key.0.max(0) as u64)? else { continue };
            let mut payload = None;
            let members = std::str::from_utf8(self.lines.bytes(&line)).map(|text| {
                each_member(text, |name, value| {
                    if name == column {
                        payload = Some(value);
                    }
                })
            });
            if let Ok(Ok(())) = members {
                page.push(*key, payload.map(str::as_bytes));
            }
            if page.bytes().len() > PAGE_BYTES {
                return Ok(at + 1);
            }
        }
        Ok(keys.len())
    }

    fn change(&mut self, cursor: ScanCursor) -> Result<StoreChange, ReadError> {
        let now = Lines::open(self.lines.path.clone())?;
        let size = now.size()?;
        let seen = cursor.0.max(0) as u64;
        if now.identity != self.lines.identity || size < seen {
            return Ok(StoreChange::Replaced);
        }
        // What was read must still stand there: compare the end of it with what the
        // window holds, where it does.
        let tail = seen.saturating_sub(TAIL_BYTES);
        let mut now = now;
        now.fill(tail, (seen - tail) as usize)?;
        let held = tail.checked_sub(self.lines.start).map(|at| at as usize);
        if let Some(held) = held.and_then(|at| self.lines.buffer.get(at..at + now.buffer.len()))
            && held != now.buffer
        {
            return Ok(StoreChange::Replaced);
        }
        Ok(if size > seen { StoreChange::Written } else { StoreChange::Same })
    }
}

/// Takes a line apart and adds it to the page; `Err` says what is wrong with it.
fn push(
    mapping: &Mapping,
    line: &str,
    key: RowKey,
    whole: bool,
    page: &mut EventPage,
    notes: &mut Findings,
) -> Result<(), String> {
    let mut cells: Vec<Cell<'_>> = vec![Cell::Null; mapping.columns().len()];
    let mut raw: Vec<&str> = vec![""; cells.len()];
    each_member(line, |name, value| {
        if let Some(at) = mapping.columns().iter().position(|column| column == name) {
            raw[at] = value;
            cells[at] = cell(value);
        }
    })?;
    let mut stream = String::new();
    if !mapping.stream(&cells, &mut stream) || stream.is_empty() {
        return Err("has no stream".to_owned());
    }
    let mut category = String::new();
    mapping.category(&cells, &mut category);
    let payload =
        if mapping.header_needs_payload() { Some(mapping.decode_payload(mapping.payload(&cells)).node) } else { None };
    let Some(event_type) = mapping.event_type(&cells, payload.as_ref()) else {
        return Err("has no event type".to_owned());
    };
    let version = mapping.version(&cells).map_err(|text| format!("has a version that is no integer: {text}"))?;
    let (time, time_text) = mapping.time(&cells, payload.as_ref());
    if let Some(text) = &time_text
        && time.is_none()
        && !whole
        && text != "null"
    {
        notes.push(Finding {
            code: FindingCode::Undecodable,
            stream: Some(Arc::from(stream.as_str())),
            stream_id: None,
            version: version.map(Version),
            message: format!("the time {text} is in no form that is known"),
        });
    }
    let mut id = String::new();
    let has_id = whole && mapping.event_id(&cells, &mut id);
    let position = match mapping.position(&cells) {
        Cell::Null | Cell::Bytes(_) => Position::None,
        cell => match (cell.to_integer(), cell.to_text()) {
            (Some(number), _) => Position::Number(number),
            (None, Some(text)) => Position::Text(Arc::from(text.as_ref())),
            _ => Position::None,
        },
    };
    let stored = |cell: &Cell<'_>, raw: &'_ [&str]| -> Option<usize> {
        cells.iter().position(|other| std::ptr::eq(other, cell)).filter(|at| whole && !raw[*at].is_empty())
    };
    let text_of = |at: Option<usize>| match at {
        Some(at) => Stored::Text(raw[at].as_bytes()),
        None => Stored::Null,
    };
    let added = page.push(&PageRow {
        key,
        version: version.map(Version),
        time,
        status: mapping.status(&cells),
        position,
        stream: &stream,
        category: &category,
        event_type: &event_type,
        id: has_id.then_some(id.as_str()),
        time_text: if whole { time_text.as_deref() } else { None },
        mark: mapping.mark(&cells),
        payload: text_of(stored(mapping.payload(&cells), &raw)),
        metadata: text_of(stored(mapping.metadata(&cells), &raw)),
    });
    if added { Ok(()) } else { Err("is too large".to_owned()) }
}

/// A member's text as a cell.
fn cell(value: &str) -> Cell<'_> {
    match value.as_bytes().first() {
        Some(b'"') => match Jiter::new(value.as_bytes()).next_str() {
            Ok(text) => Cell::Text(Cow::Owned(text.to_owned())),
            Err(_) => Cell::Json(value),
        },
        Some(b'n') | None => Cell::Null,
        _ => Cell::Json(value),
    }
}

/// Calls `each` with every top-level key of the object and the text of its value.
fn each_member<'l>(line: &'l str, mut each: impl FnMut(&str, &'l str)) -> Result<(), String> {
    let bytes = line.as_bytes();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let wrong = |error: jiter::JiterError| format!("is no JSON: {}", error.error_type);
    if bytes.get(start) != Some(&b'{') {
        return Err("is no JSON object".to_owned());
    }
    // Positions count from `base`, which moves when the parser is made anew behind a
    // value that it refuses.
    let mut base = 0;
    let mut parser = Jiter::new(bytes);
    let mut key = parser.next_object().map_err(wrong)?.map(str::to_owned);
    while let Some(name) = key {
        let peek = parser.peek().map_err(wrong)?;
        let from = base + parser.current_index();
        if parser.known_skip(peek).is_err() {
            // What JSON allows and the parser does not: depth, and surrogates that stand alone.
            let to = end_of_value(bytes, from).ok_or("is no JSON: it ends inside a value")?;
            if !is_json(&line[from..to]) {
                return Err("is no JSON".to_owned());
            }
            base = to;
            parser = Jiter::new(&bytes[base..]);
        }
        let to = base + parser.current_index();
        each(&name, &line[from..to]);
        key = parser.next_key().map_err(wrong)?.map(str::to_owned);
    }
    parser.finish().map_err(wrong)
}
