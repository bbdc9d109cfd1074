//! [`Mapping`]: a dialect's rules resolved against the columns of one table, and
//! the pure functions that turn a row's cells into event fields.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use super::Table;
use super::file::{Decode, Dialect, FieldRule, FlagRule, Names, TextRule, Wrapper, column};
use crate::model::json;
use crate::model::{Node, Object, StreamStatus, Time};

/// Decompressed payloads larger than this are not read: a small file must not
/// become gigabytes.
pub const MAX_PAYLOAD_BYTES: u64 = 64 << 20;

/// One value of a row, borrowed from the container.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    /// JSON text of a nested value, or of a number or boolean, in a line of JSON.
    Json(&'a str),
}

impl Cell<'_> {
    /// The value as text; `None` for null and for bytes.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Cell::Null | Cell::Bytes(_) => None,
            Cell::Integer(value) => Some(Cow::Owned(value.to_string())),
            Cell::Real(value) => Some(Cow::Owned(value.to_string())),
            Cell::Text(text) => Some(Cow::Borrowed(text)),
            Cell::Json(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// The value as an integer, also where it is stored as digits.
    pub fn to_integer(&self) -> Option<i64> {
        match self {
            Cell::Integer(value) => Some(*value),
            Cell::Real(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(*value as i64),
            Cell::Text(text) => text.trim().parse().ok(),
            Cell::Json(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as a moment, by its form or its size.
    pub fn to_time(&self) -> Option<Time> {
        match self {
            Cell::Integer(value) => Time::from_integer(*value),
            Cell::Real(value) => Time::from_number(*value),
            Cell::Text(text) => text_time(text),
            Cell::Json(text) => text_time(text),
            _ => None,
        }
    }
}

fn text_time(text: &str) -> Option<Time> {
    if let Ok(value) = text.parse::<i64>() {
        return Time::from_integer(value);
    }
    Time::parse(text).or_else(|| text.parse::<f64>().ok().and_then(Time::from_number))
}

/// How a value is found in a row.
#[derive(Clone, Debug)]
enum Source {
    /// Index into [`Mapping::columns`].
    Column(usize),
    /// Members to follow in the decoded payload.
    Payload(Vec<String>),
}

#[derive(Clone, Debug)]
struct Field {
    source: Source,
    after_last: Option<String>,
}

/// A piece of a template.
#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Column(usize, Vec<Filter>),
}

#[derive(Clone, Debug)]
enum Filter {
    After(String),
    Before(String),
    BeforeLast(String),
}

#[derive(Clone, Debug)]
struct Flag {
    column: usize,
    values: Vec<(String, String)>,
}

/// A dialect's rules over the columns of one table.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The columns that must be read, in the order of the cells handed in.
    columns: Vec<String>,
    stream: Vec<Piece>,
    category: Vec<Piece>,
    version: Option<usize>,
    position: Option<usize>,
    event_id: Option<Vec<Piece>>,
    event_type: Field,
    payload: Option<usize>,
    payload_decode: Vec<Decode>,
    metadata: Option<usize>,
    metadata_decode: Vec<Decode>,
    time: Option<Field>,
    status: Option<Flag>,
    mark: Option<Flag>,
    peel: Vec<Wrapper>,
}

/// A decoded payload.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub node: Node,
    /// Why it could not be decoded.
    pub error: Option<String>,
    pub duplicate_key: Option<Arc<str>>,
    /// The stored text is JSON and means the same as `node`.
    pub stored_is_json: bool,
}

struct Resolver<'a> {
    table: &'a Table,
    columns: Vec<String>,
}

impl Resolver<'_> {
    fn place(&mut self, name: &str) -> usize {
        match self.columns.iter().position(|column| column == name) {
            Some(at) => at,
            None => {
                self.columns.push(name.to_owned());
                self.columns.len() - 1
            }
        }
    }

    fn find(&mut self, names: &Names) -> Option<usize> {
        let hidden = names.list().iter().any(|name| name == "rowid") && self.table.has_rowid;
        match column(self.table, names) {
            Some(name) => {
                let name = name.to_owned();
                Some(self.place(&name))
            }
            None if hidden => Some(self.place("rowid")),
            None => None,
        }
    }

    fn column(&mut self, rule: &FieldRule, role: &str) -> Result<Option<usize>, String> {
        let Some(names) = &rule.col else { return Err(format!("{role} needs a column")) };
        match self.find(names) {
            None if !rule.optional => Err(format!("no column {} for the {role}", names.list().join(" or "))),
            found => Ok(found),
        }
    }

    fn field(&mut self, rule: &FieldRule, role: &str) -> Result<Option<Field>, String> {
        let source = match &rule.json {
            Some(path) => {
                let members = path.strip_prefix("$.").ok_or_else(|| format!("{path} does not begin with $."))?;
                Source::Payload(members.split('.').map(str::to_owned).collect())
            }
            None => match self.column(rule, role)? {
                Some(at) => Source::Column(at),
                None => return Ok(None),
            },
        };
        Ok(Some(Field { source, after_last: rule.after_last.clone() }))
    }

    fn text(&mut self, rule: &TextRule, role: &str) -> Result<Option<Vec<Piece>>, String> {
        match rule {
            TextRule::Template(template) => self.template(template).map(Some),
            TextRule::Field(rule) => Ok(self.column(rule, role)?.map(|at| vec![Piece::Column(at, Vec::new())])),
        }
    }

    fn template(&mut self, template: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                pieces.push(Piece::Literal(rest[..open].to_owned()));
            }
            let close = rest.find('}').ok_or_else(|| format!("unclosed {{ in {template}"))?;
            let mut parts = rest[open + 1..close].split('|');
            let name = parts.next().unwrap_or_default();
            let at = self.find(&Names::One(name.to_owned())).ok_or_else(|| format!("no column {name}"))?;
            let filters = parts.map(filter).collect::<Result<_, _>>()?;
            pieces.push(Piece::Column(at, filters));
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Ok(pieces)
    }

    fn flag(&mut self, rule: &FlagRule) -> Option<Flag> {
        let column = self.find(&rule.col)?;
        Some(Flag { column, values: rule.values.iter().map(|(k, v)| (k.clone(), v.clone())).collect() })
    }
}

fn filter(text: &str) -> Result<Filter, String> {
    match text.split_once(':') {
        Some(("after", mark)) => Ok(Filter::After(mark.to_owned())),
        Some(("before", mark)) => Ok(Filter::Before(mark.to_owned())),
        Some(("before_last", mark)) => Ok(Filter::BeforeLast(mark.to_owned())),
        _ => Err(format!("unknown filter {text}; known are after:x, before:x, before_last:x")),
    }
}

impl Mapping {
    pub(super) fn resolve(dialect: &Dialect, table: &Table) -> Result<Mapping, String> {
        let map = &dialect.events.map;
        let mut columns = Resolver { table, columns: Vec::new() };
        let stream = columns.text(&map.stream, "stream")?.ok_or("no column for the stream")?;
        let category = match &map.category {
            // A template may name any of the stream's alternative columns.
            Some(template) => match (&map.stream, stream.as_slice()) {
                (TextRule::Field(_), [Piece::Column(at, _)]) => {
                    let name = columns.columns[*at].clone();
                    columns.template(&template.replacen("{stream", &format!("{{{name}"), 1))?
                }
                _ => columns.template(template)?,
            },
            None => stream.clone(),
        };
        let mut optional = |rule: &Option<FieldRule>, role: &str| match rule {
            Some(rule) => columns.column(rule, role),
            None => Ok(None),
        };
        let version = optional(&map.version, "version")?;
        let position = optional(&map.position, "position")?;
        let metadata = optional(&map.metadata, "metadata")?;
        let payload = optional(&Some(map.payload.clone()), "payload")?;
        let event_id = match &map.event_id {
            Some(rule) => columns.text(rule, "event id")?,
            None => None,
        };
        let event_type = columns.field(&map.event_type, "type")?.ok_or("no column for the type")?;
        let time = match &map.time {
            Some(rule) => columns.field(rule, "time")?,
            None => None,
        };
        Ok(Mapping {
            stream,
            category,
            version,
            position,
            event_id,
            event_type,
            payload,
            payload_decode: map.payload.decode.clone(),
            metadata,
            metadata_decode: map.metadata.as_ref().map(|rule| rule.decode.clone()).unwrap_or_default(),
            time,
            status: map.status.as_ref().and_then(|rule| columns.flag(rule)),
            mark: map.mark.as_ref().and_then(|rule| columns.flag(rule)),
            peel: dialect.peel.payload.clone(),
            columns: columns.columns,
        })
    }

    /// Columns to read, in the order of the cells.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that a header needs: all but payload, metadata, id and position,
    /// unless a header field lies in the payload.
    pub fn is_header_column(&self, at: usize) -> bool {
        let in_payload = matches!(self.event_type.source, Source::Payload(_))
            || matches!(&self.time, Some(Field { source: Source::Payload(_), .. }));
        let pieces = |pieces: &[Piece]| pieces.iter().any(|piece| matches!(piece, Piece::Column(i, _) if *i == at));
        let field = |field: &Field| matches!(field.source, Source::Column(i) if i == at);
        pieces(&self.stream)
            || pieces(&self.category)
            || self.version == Some(at)
            || field(&self.event_type)
            || self.time.as_ref().is_some_and(field)
            || self.status.as_ref().is_some_and(|flag| flag.column == at)
            || (in_payload && self.payload == Some(at))
    }

    /// The column that alone is the stream's name, where there is one: rows of one
    /// stream can then be asked for by it.
    pub fn stream_column(&self) -> Option<&str> {
        match self.stream.as_slice() {
            [Piece::Column(at, filters)] if filters.is_empty() => Some(&self.columns[*at]),
            _ => None,
        }
    }

    /// The version's column.
    pub fn version_column(&self) -> Option<&str> {
        self.version.map(|at| self.columns[at].as_str())
    }

    /// The position's column.
    pub fn position_column(&self) -> Option<&str> {
        self.position.map(|at| self.columns[at].as_str())
    }

    /// The payload's column.
    pub fn payload_column(&self) -> Option<&str> {
        self.payload.map(|at| self.columns[at].as_str())
    }

    /// A payload that is stored as JSON text is shown as it is stored: nothing is peeled off.
    pub fn shows_json_as_stored(&self) -> bool {
        self.peel.is_empty() && self.payload_decode.iter().all(|step| matches!(step, Decode::Auto | Decode::Json))
    }

    pub fn stream(&self, cells: &[Cell<'_>], out: &mut String) -> bool {
        expand(&self.stream, cells, out)
    }

    pub fn category(&self, cells: &[Cell<'_>], out: &mut String) -> bool {
        expand(&self.category, cells, out)
    }

    pub fn event_id(&self, cells: &[Cell<'_>], out: &mut String) -> bool {
        self.event_id.as_ref().is_some_and(|pieces| expand(pieces, cells, out))
    }

    /// The stored version; `Err` with the cell's text where it is no integer.
    pub fn version(&self, cells: &[Cell<'_>]) -> Result<Option<i64>, String> {
        match self.version.map(|at| &cells[at]) {
            None | Some(Cell::Null) => Ok(None),
            Some(cell) => match cell.to_integer() {
                Some(version) => Ok(Some(version)),
                None => Err(cell.to_text().map(Cow::into_owned).unwrap_or_else(|| "bytes".to_owned())),
            },
        }
    }

    pub fn position<'c>(&self, cells: &'c [Cell<'c>]) -> &'c Cell<'c> {
        self.position.map_or(&Cell::Null, |at| &cells[at])
    }

    pub fn payload<'c>(&self, cells: &'c [Cell<'c>]) -> &'c Cell<'c> {
        self.payload.map_or(&Cell::Null, |at| &cells[at])
    }

    pub fn metadata<'c>(&self, cells: &'c [Cell<'c>]) -> &'c Cell<'c> {
        self.metadata.map_or(&Cell::Null, |at| &cells[at])
    }

    /// True where type or time lie inside the payload, so that a header needs it decoded.
    pub fn header_needs_payload(&self) -> bool {
        matches!(self.event_type.source, Source::Payload(_))
            || matches!(&self.time, Some(Field { source: Source::Payload(_), .. }))
    }

    /// The event's type; `payload` is the decoded payload where the header needs it.
    pub fn event_type<'c>(&'c self, cells: &'c [Cell<'c>], payload: Option<&'c Node>) -> Option<Cow<'c, str>> {
        let text = match &self.event_type.source {
            Source::Column(at) => cells[*at].to_text()?,
            Source::Payload(path) => Cow::Borrowed(follow(payload?, path)?.as_str()?),
        };
        Some(match &self.event_type.after_last {
            Some(mark) => match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.rsplit(mark.as_str()).next().unwrap_or(text)),
                Cow::Owned(text) => Cow::Owned(text.rsplit(mark.as_str()).next().unwrap_or(&text).to_owned()),
            },
            None => text,
        })
    }

    /// The event's time and its text as stored.
    pub fn time<'c>(
        &'c self,
        cells: &'c [Cell<'c>],
        payload: Option<&'c Node>,
    ) -> (Option<Time>, Option<Cow<'c, str>>) {
        match self.time.as_ref().map(|field| &field.source) {
            None => (None, None),
            Some(Source::Column(at)) => (cells[*at].to_time(), cells[*at].to_text()),
            Some(Source::Payload(path)) => match payload.and_then(|node| follow(node, path)) {
                Some(Node::String(text) | Node::Number(text)) => (text_time(text), Some(Cow::Borrowed(text))),
                _ => (None, None),
            },
        }
    }

    /// What the store says became of the row's stream.
    pub fn status(&self, cells: &[Cell<'_>]) -> StreamStatus {
        match self.status.as_ref().and_then(|flag| flag.word(cells)) {
            Some("archived") => StreamStatus::Archived,
            Some("soft-deleted") => StreamStatus::SoftDeleted,
            Some("tombstoned") => StreamStatus::Tombstoned,
            _ => StreamStatus::Active,
        }
    }

    /// The word for a row that is no plain event.
    pub fn mark(&self, cells: &[Cell<'_>]) -> Option<&str> {
        self.mark.as_ref().and_then(|flag| flag.word(cells))
    }

    /// Decodes a payload cell and takes the framework's wrappers off.
    pub fn decode_payload(&self, cell: &Cell<'_>) -> Decoded {
        let mut decoded = decode(cell, &self.payload_decode);
        for Wrapper::PythonTyped in &self.peel {
            if let Some(peeled) = peel_python(&decoded.node) {
                decoded.node = peeled;
                decoded.stored_is_json = false;
            }
        }
        decoded
    }

    /// Decodes a metadata cell.
    pub fn decode_metadata(&self, cell: &Cell<'_>) -> Decoded {
        decode(cell, &self.metadata_decode)
    }
}

impl Flag {
    fn word(&self, cells: &[Cell<'_>]) -> Option<&str> {
        let text = cells[self.column].to_text()?;
        self.values.iter().find(|(value, _)| value.eq_ignore_ascii_case(&text)).map(|(_, word)| word.as_str())
    }
}

fn follow<'n>(node: &'n Node, path: &[String]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, member| node.get(member))
}

/// Appends the template's text; `false` where a column is null or bytes.
fn expand(pieces: &[Piece], cells: &[Cell<'_>], out: &mut String) -> bool {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Column(at, filters) => {
                let Some(text) = cells[*at].to_text() else { return false };
                let mut part: &str = &text;
                for filter in filters {
                    part = match filter {
                        Filter::After(mark) => part.split_once(mark.as_str()).map_or(part, |(_, rest)| rest),
                        Filter::Before(mark) => part.split_once(mark.as_str()).map_or(part, |(first, _)| first),
                        Filter::BeforeLast(mark) => part.rsplit_once(mark.as_str()).map_or(part, |(first, _)| first),
                    };
                }
                out.push_str(part);
            }
        }
    }
    true
}

fn decode(cell: &Cell<'_>, chain: &[Decode]) -> Decoded {
    let plain = |node: Node| Decoded { node, error: None, duplicate_key: None, stored_is_json: false };
    let bytes: Cow<'_, [u8]> = match cell {
        Cell::Null => return plain(Node::Null),
        Cell::Integer(value) => return plain(Node::number(value)),
        Cell::Real(value) => return plain(Node::number(value)),
        Cell::Text(text) => Cow::Borrowed(text.as_bytes()),
        Cell::Json(text) => Cow::Borrowed(text.as_bytes()),
        Cell::Bytes(bytes) => Cow::Borrowed(bytes),
    };
    let mut bytes = bytes;
    let mut unpacked = false;
    let failed = |bytes: &[u8], error: String| Decoded {
        node: match std::str::from_utf8(bytes) {
            Ok(text) => Node::Raw(Arc::from(text)),
            Err(_) => Node::Bytes(Arc::from(bytes)),
        },
        error: Some(error),
        duplicate_key: None,
        stored_is_json: false,
    };
    for step in chain {
        let step = match step {
            Decode::Auto if bytes.starts_with(&[0x1f, 0x8b]) => Decode::Gzip,
            Decode::Auto if bytes.first() == Some(&0x78) => Decode::Zlib,
            Decode::Auto => Decode::Json,
            step => *step,
        };
        let inflated = match step {
            Decode::Zlib => inflate(flate2::read::ZlibDecoder::new(bytes.as_ref())),
            Decode::Gzip => inflate(flate2::read::MultiGzDecoder::new(bytes.as_ref())),
            Decode::Json | Decode::Auto => continue,
        };
        match inflated {
            Ok(out) => bytes = Cow::Owned(out),
            Err(error) => return failed(&bytes, error),
        }
        unpacked = true;
    }
    let parsed = json::parse(&bytes);
    match parsed.error {
        None => {
            Decoded { node: parsed.node, error: None, duplicate_key: parsed.duplicate_key, stored_is_json: !unpacked }
        }
        // A line of JSON holds plain strings; a text column may hold plain text.
        Some(error) => failed(&bytes, format!("no JSON: {error}")),
    }
}

fn inflate(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    reader.take(MAX_PAYLOAD_BYTES + 1).read_to_end(&mut out).map_err(|error| format!("does not unpack: {error}"))?;
    if out.len() as u64 > MAX_PAYLOAD_BYTES {
        return Err(format!("unpacks to more than {} MiB", MAX_PAYLOAD_BYTES >> 20));
    }
    Ok(out)
}

/// `{"_type_": t, "_data_": x}` to `x`; `None` where nothing is wrapped.
fn peel_python(node: &Node) -> Option<Node> {
    match node {
        Node::Array(items) => {
            let peeled: Vec<Option<Node>> = items.iter().map(peel_python).collect();
            peeled.iter().any(Option::is_some).then(|| {
                Node::array(
                    peeled.into_iter().zip(items.iter()).map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect(),
                )
            })
        }
        Node::Object(object) => {
            if let [(a, _), (b, data)] = object.0.as_slice()
                && (&**a, &**b) == ("_type_", "_data_")
            {
                return Some(peel_python(data).unwrap_or_else(|| data.clone()));
            }
            let peeled: Vec<Option<Node>> = object.0.iter().map(|(_, node)| peel_python(node)).collect();
            peeled.iter().any(Option::is_some).then(|| {
                let members = peeled.into_iter().zip(&object.0);
                Node::Object(Arc::new(Object(
                    members.map(|(new, (key, old))| (Arc::clone(key), new.unwrap_or_else(|| old.clone()))).collect(),
                )))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn python() -> Mapping {
        let all = crate::dialect::catalog(None).expect("dialects");
        let columns = ["originator_id", "originator_version", "topic", "state"].map(str::to_owned).to_vec();
        let table = Table { name: "stored_events".to_owned(), columns, has_rowid: true };
        let dialect = all.iter().find(|dialect| dialect.id == "python-eventsourcing").expect("python");
        dialect.mapping(&table).expect("mapping")
    }

    #[test]
    fn fields_come_out_of_templates_and_payloads() {
        let mapping = python();
        let text = br#"{"timestamp":{"_type_":"datetime_iso","_data_":"2025-04-06T10:52:18+00:00"},"tags":[{"_type_":"uuid_hex","_data_":"ab"}]}"#;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text).expect("pack");
        let packed = packed.finish().expect("pack");
        let cells: Vec<Cell<'_>> = mapping
            .columns()
            .iter()
            .map(|name| match name.as_str() {
                "originator_id" => Cell::Text("ab12".into()),
                "originator_version" => Cell::Integer(3),
                "topic" => Cell::Text("shop.domain:Order.Confirmed".into()),
                "state" => Cell::Bytes(&packed),
                _ => Cell::Integer(77),
            })
            .collect();
        let payload = mapping.decode_payload(mapping.payload(&cells));
        assert_eq!(payload.error, None);
        assert_eq!(json::to_text(&payload.node), r#"{"timestamp":"2025-04-06T10:52:18+00:00","tags":["ab"]}"#);
        let mut category = String::new();
        assert!(mapping.category(&cells, &mut category));
        assert_eq!(category, "Order");
        assert_eq!(mapping.event_type(&cells, Some(&payload.node)).as_deref(), Some("Confirmed"));
        assert_eq!(mapping.version(&cells), Ok(Some(3)));
        assert_eq!(mapping.position(&cells), &Cell::Integer(77));
        let (time, stored) = mapping.time(&cells, Some(&payload.node));
        assert_eq!(time.map(Time::to_rfc3339).as_deref(), Some("2025-04-06T10:52:18Z"));
        assert_eq!(stored.as_deref(), Some("2025-04-06T10:52:18+00:00"));
    }

    #[test]
    fn what_cannot_be_decoded_stays_visible_with_the_reason() {
        let mapping = python();
        let noise = mapping.decode_payload(&Cell::Bytes(&[0x9a, 0x00, 0xff]));
        assert_eq!(noise.node, Node::Bytes(Arc::from([0x9a, 0x00, 0xff])));
        assert!(noise.error.expect("an error").contains("UTF-8"));
        let torn = mapping.decode_payload(&Cell::Bytes(&[0x78, 0x9c, 0x01]));
        assert!(torn.error.expect("an error").contains("does not unpack"));
        let text = mapping.decode_payload(&Cell::Text("plain words".into()));
        assert_eq!(text.node, Node::Raw(Arc::from("plain words")));
    }
}
