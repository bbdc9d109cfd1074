//! [`RowBuilder`]: from a row's cells to a row of a page, for every container; and [`decode`],
//! from a row of a page to what is inside the event.

use std::cell::OnceCell;
use std::sync::Arc;

use super::{EventPage, PageRow, Stored};
use crate::dialect::mapping::{Item, Row};
use crate::dialect::{Cell, Declared, Decoded, Linking, Mapping, not_unpacked};
use crate::model::json::{is_json, is_plain, to_text, unquoted, write, write_string};
use crate::model::{
    Content, Finding, FindingCode, Findings, Link, Marks, Node, Position, RowKey, StreamStatus, Text, Version,
};

/// Reads rows by a mapping.
pub(super) struct RowBuilder {
    mapping: Arc<Mapping>,
    /// Decoded cells of the row under way; empty where nothing is looked for inside them.
    decoded: Vec<OnceCell<Decoded>>,
    looks_inside: bool,
    stream: String,
    category: String,
    event_type: String,
    id: String,
}

/// How much of a row is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What the index keeps.
    Header,
    Whole,
    /// All of it, and what is odd of the header is said: nobody looked at it before.
    Passing,
}

impl RowBuilder {
    pub fn new(mapping: Arc<Mapping>) -> RowBuilder {
        RowBuilder {
            looks_inside: mapping.looks_inside(),
            mapping,
            decoded: Vec::new(),
            stream: String::new(),
            category: String::new(),
            event_type: String::new(),
            id: String::new(),
        }
    }

    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    #[expect(clippy::too_many_arguments, reason = "a row, how much of it, and the two places it goes to")]
    /// Adds a row to the page, or each of the events that it holds; of these only `wanted`,
    /// where they are told. `rest` is what nothing in the mapping names, as JSON. `Err` says in
    /// words why the row is no event, to be put behind the name of its place.
    pub fn push(
        &mut self,
        key: i64,
        cells: &[Cell<'_>],
        rest: Option<&str>,
        wanted: Option<&[usize]>,
        extent: Extent,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), String> {
        // Of a line only its container knows which members it has.
        let own = match extent {
            Extent::Whole if !self.mapping.is_open() => {
                self.mapping.rest().map(|rest| rest_of(&self.mapping, rest, cells))
            }
            _ => None,
        };
        let rest = rest.or(own.as_deref());
        if !self.mapping.has_items() {
            return self.push_event(RowKey(key), cells, None, rest, extent, page, notes);
        }
        let array = self.mapping.items(cells);
        let items: &[Node] = match &array {
            Node::Array(items) => items,
            // A row without the list holds no event.
            Node::Null => &[],
            _ => return Err("has something else where the list of its events should be".to_owned()),
        };
        let all: Vec<usize> = if wanted.is_none() { (0..items.len()).collect() } else { Vec::new() };
        let mut result = Ok(());
        for place in wanted.unwrap_or(&all) {
            let Some(node) = items.get(*place) else { continue };
            let item = Some(Item { node, place: *place, of: items.len() });
            let pushed = match RowKey::of_item(key, *place) {
                Some(key) => self.push_event(key, cells, item, rest, extent, page, notes),
                None => Err("holds more events than can be told apart".to_owned()),
            };
            // One that is none does not hide the others.
            result = result.and(pushed);
        }
        result
    }

    #[expect(clippy::too_many_arguments, reason = "a row, how much of it, and the two places it goes to")]
    fn push_event(
        &mut self,
        key: RowKey,
        cells: &[Cell<'_>],
        item: Option<Item<'_>>,
        rest: Option<&str>,
        extent: Extent,
        page: &mut EventPage,
        notes: &mut Findings,
    ) -> Result<(), String> {
        let mapping = &*self.mapping;
        for text in [&mut self.stream, &mut self.category, &mut self.event_type, &mut self.id] {
            text.clear();
        }
        self.decoded.clear();
        if self.looks_inside {
            self.decoded.resize_with(cells.len(), OnceCell::new);
        }
        let row = Row { cells, decoded: &self.decoded, item };
        if !mapping.holds(&row) {
            return Ok(());
        }
        let name_form = mapping.stream(&row, &mut self.stream);
        let Some(name_form) = name_form.filter(|_| !self.stream.is_empty() || !mapping.is_open()) else {
            return Err("has no stream".to_owned());
        };
        if !mapping.event_type(&row, &mut self.event_type) {
            if mapping.is_open() {
                return Err("has no event type".to_owned());
            }
            self.event_type.clear();
            self.event_type.push_str("(no type)");
        }
        let version = mapping.version(&row).map_err(|text| format!("has a version that is no integer: {text}"))?;
        let version = version.map(Version);
        mapping.category(&row, &self.stream, &mut self.category);
        let (time, time_text, is_time_number) = mapping.time(&row);
        if extent != Extent::Whole || mapping.is_grouped() {
            let mut note = |code, message: String| {
                let stream = Some(Arc::from(self.stream.as_str()));
                notes.push(Finding { code, stream, stream_id: None, version, message });
            };
            // Of a row that is whole, decoding it tells.
            if extent == Extent::Header
                && let Some(decoded) = mapping.payload_looked_into(&row)
                && let Some(error) = &decoded.error
            {
                let (code, message) = trouble("payload", decoded, error);
                note(code, message);
            }
            for (name, text) in [("stream", &self.stream), ("type", &self.event_type), ("category", &self.category)] {
                if text.contains('\u{fffd}') && mapping.has_half_pair(name, &row) {
                    let message = format!(
                        "the name of the {name} has half a surrogate pair, shown as \u{fffd}: names that differ in \
                         nothing else are taken for one"
                    );
                    note(FindingCode::ReplacedText, message);
                }
            }
            for (column, key) in mapping.twice_inside(&row) {
                let message = format!("the key \"{key}\" in {column} is there twice, the last one counts");
                note(FindingCode::DuplicateKey, message);
            }
            if let (Some(text), None) = (&time_text, time)
                && let Some(why) = mapping.why_no_time(text)
            {
                note(FindingCode::NoTime, why);
            }
        }
        let whole = extent != Extent::Header || mapping.is_grouped();
        let has_id = whole && mapping.event_id(&row, &mut self.id);
        let position = if whole || mapping.orders() { mapping.position(&row) } else { Position::None };
        let (mut payload, mut before, mut metadata) = (Held::Null, Held::Null, Held::Null);
        if whole {
            payload = Held::to_decode(mapping.payload(&row), mapping.unpacks_texts(mapping.coding(&row)));
            before = Held::of(mapping.before(&row));
            metadata = match mapping.metadata_of_members(&row) {
                Some(object) => Held::Owned(object),
                None => Held::to_decode(mapping.metadata(&row), mapping.unpacks_metadata()),
            };
            if let (Held::Null, Some(rest)) = (&payload, rest) {
                payload = Held::Borrowed(rest);
            }
        }
        let status = mapping.status(&row);
        let archived = if status == StreamStatus::Archived { Marks::ARCHIVED } else { Marks::NONE };
        let cause = if whole { mapping.cause(&row) } else { None };
        let added = page.push(&PageRow {
            key,
            version,
            time,
            status,
            position,
            stream: &self.stream,
            name_form,
            category: &self.category,
            event_type: &self.event_type,
            id: has_id.then_some(self.id.as_str()),
            cause: cause.as_deref(),
            // Of a number without a unit it is the only trace.
            time_text: time_text.as_deref().filter(|_| whole || time.is_none()),
            is_time_number,
            marks: mapping.marks(&row).and(archived),
            is_readable: true,
            payload: payload.stored(),
            before: before.stored(),
            coding: if whole { mapping.coding(&row) } else { 0 },
            metadata: metadata.stored(),
        });
        if added { Ok(()) } else { Err("is too large".to_owned()) }
    }
}

/// The columns that nothing names, as one JSON object.
fn rest_of(mapping: &Mapping, rest: &[usize], cells: &[Cell<'_>]) -> String {
    let mut object = String::from("{");
    for (at, column, cell) in rest.iter().filter_map(|at| Some((*at, mapping.columns().get(*at)?, cells.get(*at)?))) {
        if object.len() > 1 {
            object.push(',');
        }
        write_string(column.name.as_str(), &mut object);
        object.push(':');
        match cell {
            Cell::Integer(value @ (0 | 1)) if mapping.declared(at) == Some(Declared::Boolean) => {
                object.push_str(if *value == 1 { "true" } else { "false" });
            }
            Cell::Text(text) if mapping.declared(at) == Some(Declared::Json) && is_json(text) => object.push_str(text),
            Cell::Text(text) => write_string(text, &mut object),
            Cell::Bytes(bytes) | Cell::Opaque(bytes) => write(&Node::Bytes(Arc::from(*bytes)), &mut object),
            // As SQLite itself writes it in a dump: a number that is larger than any.
            Cell::Real(value) if value.is_infinite() => object.push_str(if *value > 0.0 { "1e999" } else { "-1e999" }),
            Cell::Json(text) => object.push_str(text),
            Cell::Node(node) => write(node, &mut object),
            cell => object.push_str(cell.to_text().as_deref().unwrap_or("null")),
        }
    }
    object.push('}');
    object
}

/// One row that is asked for, by one key or by several.
pub(super) struct WantedRow {
    pub row: i64,
    /// The places of its events that are wanted, where a row may hold several.
    pub items: Option<Vec<usize>>,
    /// Keys that are in it.
    pub keys: usize,
}

/// The rows of keys in their order: those that follow each other in one row are read and decoded
/// together.
pub(super) fn by_row(keys: &[RowKey], has_items: bool) -> impl Iterator<Item = WantedRow> {
    let row_of = move |key: &RowKey| if has_items { key.row_and_item().0 } else { key.0 };
    keys.chunk_by(move |a, b| has_items && row_of(a) == row_of(b)).filter_map(move |own| {
        let items = has_items.then(|| own.iter().map(|key| key.row_and_item().1).collect());
        Some(WantedRow { row: row_of(own.first()?), items, keys: own.len() })
    })
}

/// A value on its way into a page.
enum Held<'r> {
    Null,
    Borrowed(&'r str),
    Bytes(&'r [u8]),
    Opaque(&'r [u8]),
    /// JSON that was written anew: a number of a column, or a part of another value.
    Owned(String),
}

impl<'r> Held<'r> {
    /// `unpacks`: of a text in JSON its letters are decoded further.
    fn to_decode(cell: Cell<'r>, unpacks: bool) -> Held<'r> {
        match cell {
            Cell::Json(text) if unpacks && text.starts_with('"') => Held::Owned(unquoted(text).into_owned()),
            Cell::Node(Node::String(text)) if unpacks => Held::Borrowed(text),
            cell => Held::of(cell),
        }
    }

    fn of(cell: Cell<'r>) -> Held<'r> {
        match cell {
            Cell::Null => Held::Null,
            Cell::Text(text) | Cell::Json(text) => Held::Borrowed(text),
            Cell::Bytes(bytes) | Cell::Guid(bytes) => Held::Bytes(bytes),
            Cell::Opaque(bytes) => Held::Opaque(bytes),
            Cell::Integer(value) => Held::Owned(value.to_string()),
            Cell::Real(value) => Held::Owned(value.to_string()),
            Cell::Node(Node::Bytes(bytes)) => Held::Bytes(bytes),
            Cell::Node(node) => Held::Owned(to_text(node)),
        }
    }

    fn stored(&self) -> Stored<&[u8]> {
        match self {
            Held::Null => Stored::Null,
            Held::Borrowed(text) => Stored::Text(text.as_bytes()),
            Held::Owned(text) => Stored::Text(text.as_bytes()),
            Held::Bytes(bytes) => Stored::Bytes(bytes),
            Held::Opaque(bytes) => Stored::Opaque(bytes),
        }
    }
}

/// Decodes a stored value as a cell.
fn decode_stored(stored: &Stored<&[u8]>, decode: impl Fn(Cell<'_>) -> Decoded) -> Decoded {
    match stored {
        Stored::Null => decode(Cell::Null),
        Stored::Bytes(bytes) => decode(Cell::Bytes(bytes)),
        Stored::Opaque(bytes) => decode(Cell::Opaque(bytes)),
        Stored::Text(bytes) => decode(std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text)),
        Stored::Cut(beginning, of) => Decoded::cut(beginning, *of),
    }
}

/// Why a payload or metadata could not be decoded.
fn trouble(part: &str, decoded: &Decoded, error: &str) -> (FindingCode, String) {
    match &decoded.node {
        _ if decoded.is_too_large => (FindingCode::TooLarge, format!("the {part} is {error}")),
        Node::Bytes(bytes) if not_unpacked(bytes).is_some() => {
            (FindingCode::Undecodable, format!("the {part} is {error}"))
        }
        // Bytes without a known beginning: most likely a key is needed.
        Node::Bytes(_) => (FindingCode::Encrypted, format!("the {part} is encrypted or in an unknown form: {error}")),
        _ => (FindingCode::Undecodable, format!("the {part} is {error}")),
    }
}

/// What is inside a whole row.
pub(super) fn decode(mapping: &Mapping, row: &PageRow<'_>) -> Content {
    let data = decode_stored(&row.payload, |cell| mapping.decode_payload(cell, row.coding));
    let metadata = decode_stored(&row.metadata, |cell| mapping.decode_metadata(cell));
    let mut odd = Vec::new();
    for (part, decoded) in [("payload", &data), ("metadata", &metadata)] {
        if let Some(error) = &decoded.error {
            odd.push(trouble(part, decoded, error));
        }
        if let Some(key) = &decoded.duplicate_key {
            let of = if part == "payload" { "" } else { " of the metadata" };
            let message = format!("the key \"{key}\"{of} is there twice, the last one counts");
            odd.push((FindingCode::DuplicateKey, message));
        }
        if decoded.replaced {
            let message = format!("the {part} has half a surrogate pair, shown as \u{fffd}");
            odd.push((FindingCode::ReplacedText, message));
        }
    }
    Content {
        data_json: json_text(&data, &row.payload),
        metadata_json: json_text(&metadata, &row.metadata),
        undecodable: data.error.map(Text::from),
        is_typed: mapping.is_typed(),
        wrapped: data.wrapped,
        data: data.node,
        metadata: metadata.node,
        odd,
    }
}

/// The state before a whole row, where it holds one.
pub(super) fn before(mapping: &Mapping, row: &PageRow<'_>) -> Node {
    decode_stored(&row.before, |cell| mapping.decode_before(cell)).node
}

/// The texts of payload and metadata, where both need only be handed on.
pub(super) fn plain<'r>(mapping: &Mapping, row: &PageRow<'r>) -> Option<(&'r str, Option<&'r str>)> {
    let text = |stored: &Stored<&'r [u8]>| match stored {
        Stored::Text(bytes) | Stored::Bytes(bytes) => std::str::from_utf8(bytes).ok().filter(|text| is_plain(text)),
        _ => None,
    };
    if !mapping.hands_on_json() {
        return None;
    }
    let metadata = match &row.metadata {
        Stored::Null => None,
        stored => Some(text(stored)?),
    };
    Some((text(&row.payload)?, metadata))
}

/// Where the event of a whole row points.
pub(super) fn links(mapping: &Mapping, row: &PageRow<'_>, content: &Content) -> Vec<Link> {
    mapping.links(&Linking {
        event_type: row.event_type,
        category: row.category,
        stored: row.payload.bytes(),
        data: &content.data,
        metadata: &content.metadata,
        cause: row.cause,
    })
}

fn json_text(decoded: &Decoded, stored: &Stored<&[u8]>) -> Option<Text> {
    match stored {
        Stored::Text(bytes) | Stored::Bytes(bytes) | Stored::Opaque(bytes) if decoded.stored_is_json => {
            std::str::from_utf8(bytes).ok().map(Text::from)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::mapping::ROWID;
    use crate::dialect::{Dialect, Known, Sample, catalog, detect};
    use crate::model::json::parse_text;
    use std::collections::BTreeMap;
    use std::io::Write;
    use std::path::Path;

    /// A value of a sample's row, in the form in which a container hands it over.
    enum Stands {
        Bytes(Vec<u8>),
        Text(String),
        Other(toml::Value),
    }

    impl Stands {
        fn of(value: &toml::Value) -> Stands {
            let form = |name: &str| value.get(name).and_then(toml::Value::as_str);
            if let Some(hex) = form("hex") {
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
                return Stands::Bytes((0..hex.len()).step_by(2).map(byte).collect());
            }
            if let Some(text) = form("zlib") {
                let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
                packed.write_all(text.as_bytes()).expect("packed");
                return Stands::Bytes(packed.finish().expect("packed"));
            }
            match value {
                toml::Value::String(text) => Stands::Text(text.clone()),
                other => Stands::Other(other.clone()),
            }
        }

        fn cell(&self) -> Cell<'_> {
            match self {
                Stands::Bytes(bytes) => Cell::Bytes(bytes),
                Stands::Text(text) => Cell::Text(text),
                Stands::Other(toml::Value::Integer(value)) => Cell::Integer(*value),
                Stands::Other(toml::Value::Float(value)) => Cell::Real(*value),
                Stands::Other(toml::Value::Boolean(value)) => Cell::Integer(i64::from(*value)),
                Stands::Other(other) => panic!("{other:?} is no value of a cell"),
            }
        }
    }

    /// What a page's row says, with the names of `events --json`.
    fn said(page: &EventPage, content: &Content) -> BTreeMap<&'static str, String> {
        let row = page.get(0).expect("a row");
        let text = |text: &str| to_text(&Node::text(text));
        BTreeMap::from([
            ("stream", text(row.stream)),
            ("category", text(row.category)),
            ("version", row.version.map_or("null".to_owned(), |version| version.to_string())),
            ("position", to_text(&row.position.to_node())),
            ("id", row.id.map_or("null".to_owned(), text)),
            ("type", text(row.event_type)),
            ("time", row.time.map_or("null".to_owned(), |time| text(&time.to_rfc3339()))),
            ("marks", serde_json::to_string(&row.marks.words().collect::<Vec<_>>()).expect("JSON")),
            ("status", text(row.status.name())),
            ("data", to_text(&content.data)),
            ("metadata", to_text(&content.metadata)),
        ])
    }

    fn read_row(dialect: &Dialect, sample: &Sample, all: &[Known]) -> (String, BTreeMap<&'static str, String>) {
        let engine = ["sqlite", "postgres", "mysql", "kurrentdb"]
            .into_iter()
            .find(|engine| dialect.reads(engine))
            .expect("an engine");
        let found = detect(engine, &dialect.sample_tables(sample), all);
        let best = found.first().unwrap_or_else(|| panic!("{}: nothing fits its sample", dialect.id));
        let tie = found.get(1).filter(|second| second.matched == best.matched);
        assert!(tie.is_none(), "{} ties with {}", dialect.id, tie.expect("a tie").dialect.id);
        let mapping = Arc::new(best.mapping().expect("a mapping"));
        let values: Vec<Option<Stands>> = mapping
            .columns()
            .iter()
            .map(|column| {
                let value = dialect.sample_value(sample, column);
                assert!(value.is_some() || column.name.as_str() == ROWID, "{}: no {}", dialect.id, column.name);
                value.map(Stands::of)
            })
            .collect();
        let cells: Vec<Cell<'_>> = values.iter().map(|value| value.as_ref().map_or(Cell::Null, Stands::cell)).collect();
        let mut page = EventPage::default();
        let mut builder = RowBuilder::new(Arc::clone(&mapping));
        let pushed = builder.push(1, &cells, None, None, Extent::Whole, &mut page, &mut Findings::default());
        pushed.unwrap_or_else(|reason| panic!("{}: the sample {reason}", dialect.id));
        let content = decode(&mapping, &page.get(0).expect("a row"));
        (best.dialect.id.clone(), said(&page, &content))
    }

    fn read_line(line: &str, folder: &Path) -> (String, BTreeMap<&'static str, String>) {
        let path = folder.join("log.jsonl");
        std::fs::write(&path, format!("{line}\n")).expect("a file");
        read_first(&path, folder)
    }

    /// The rows of one event, in a database.
    fn read_rows(
        sample: &Sample,
        rows: &[BTreeMap<String, toml::Value>],
        folder: &Path,
    ) -> (String, BTreeMap<&'static str, String>) {
        let path = folder.join("rows.db");
        // The tables of the sample before are another dialect's.
        let _ = std::fs::remove_file(&path);
        let conn = rusqlite::Connection::open(&path).expect("a database");
        let table = sample.table.as_deref().expect("the table's name");
        let names: Vec<&str> = rows[0].keys().map(String::as_str).collect();
        conn.execute_batch(&format!("CREATE TABLE \"{table}\" ({})", names.join(", "))).expect("a table");
        let places = vec!["?"; names.len()].join(", ");
        for row in rows {
            let values = names.iter().map(|name| match &row[*name] {
                toml::Value::String(text) => rusqlite::types::Value::from(text.clone()),
                toml::Value::Integer(number) => rusqlite::types::Value::from(*number),
                other => panic!("{other:?} is no value of a cell"),
            });
            let sql = format!("INSERT INTO \"{table}\" VALUES ({places})");
            conn.execute(&sql, rusqlite::params_from_iter(values)).expect("a row");
        }
        read_first(&path, folder)
    }

    fn read_first(path: &Path, folder: &Path) -> (String, BTreeMap<&'static str, String>) {
        let location = super::super::Location::of(path);
        let opened = super::super::open(&location, folder, &Default::default()).expect("a store");
        let (mut page, mut cursor) = (EventPage::default(), super::super::ScanCursor::START);
        let mut scanner = opened.store.scanner().expect("a scanner");
        while page.is_empty() {
            let step = scanner.scan(&cursor, &mut page, &mut Findings::default()).expect("a page");
            assert!(!step.end || !page.is_empty(), "no event");
            cursor = step.cursor;
        }
        let key = page.get(0).expect("a row").key;
        page.clear();
        let mut fetcher = opened.store.fetcher().expect("a fetcher");
        fetcher.fetch(&[key], None, &mut page, &mut Findings::default()).expect("a row");
        let content = opened.store.decode(&page.get(0).expect("a row"));
        (opened.dialect, said(&page, &content))
    }

    #[test]
    fn every_sample_is_its_own_dialects_and_reads_as_it_says() {
        let all = catalog(None).dialects;
        let folder = tempfile::tempdir().expect("a folder");
        let mut wrong = Vec::new();
        for known in &all {
            let dialect = known.dialect().expect("a dialect");
            for sample in &dialect.samples {
                let (id, said) = match &sample.line {
                    Some(line) => read_line(line, folder.path()),
                    None if !sample.rows.is_empty() => read_rows(sample, &sample.rows, folder.path()),
                    // Which member names the stream is told by the rows.
                    None if dialect.seeks_stream() => {
                        read_rows(sample, std::slice::from_ref(&sample.row), folder.path())
                    }
                    None => read_row(dialect, sample, &all),
                };
                if id != dialect.id {
                    wrong.push(format!("a sample of {} is taken for {id}'s", dialect.id));
                }
                for (member, wanted) in &sample.expect {
                    let wanted = serde_json::to_string(wanted).expect("JSON");
                    let wanted = to_text(&parse_text(&wanted).node);
                    let said = said.get(member.as_str()).unwrap_or_else(|| panic!("no member {member}"));
                    if !same(said, &wanted) {
                        wrong.push(format!("{}: {member} is {said}, not {wanted}", dialect.id));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Equal but for the order of keys, which TOML does not keep.
    fn same(a: &str, b: &str) -> bool {
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        value(a) == value(b)
    }
}
