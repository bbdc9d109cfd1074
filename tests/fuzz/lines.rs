//! Target: files of JSON. No line is lost without a word, serde_json sees the same in a plain
//! line, and the same lines compressed, as UTF-16, as an array, or written in two parts are the
//! same events.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use eventglass::dialect::MapOverride;
use eventglass::formats::{OpenChoice, StoreChange};
use eventglass::index::EventIndex;
use eventglass::model::FindingCode;
use eventglass::model::json::{BOM, is_json, parse_text};
use eventglass::session::Indexer;
use serde_json::Value;
use tempfile::TempDir;

use crate::driver::{Seen, Target, corpus};
use crate::json::same;
use crate::mutate::Chance;
use crate::walk::{Row, Walked, open, walk};

pub struct Lines {
    folder: TempDir,
    runs: u64,
}

impl Lines {
    pub fn new() -> Lines {
        Lines { folder: tempfile::tempdir().expect("a folder"), runs: 0 }
    }
}

impl Target for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let texts: Vec<Vec<u8>> = corpus("lines").into_iter().map(|(_, bytes)| bytes).collect();
        let packed = texts.iter().flat_map(|text| [gzip(text), zip(text), zstd(text), gzip(&zstd(text))]);
        let packed: Vec<Vec<u8>> = packed.chain(texts.iter().filter_map(|text| utf16(text))).collect();
        [texts, packed].concat()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\n",
            "\r\n",
            "null",
            "true",
            "{}\n",
            "\"stream\":",
            "\"Stream\":",
            "\"stream_id\":",
            "\"streamId\":",
            "\"aggregateId\":",
            "\"version\":",
            "\"VERSION\":",
            "\"sequence_number\":",
            "\"type\":",
            "\"eventType\":",
            "\"data\":",
            "\"payload\":",
            "\"metadata\":",
            "\"time\":",
            "\"timestamp\":",
            "\"position\":",
            "\"id\":",
            "\"stream\":\"a-1\",",
            "\"\":1,",
            "\"a\\u0000b\":1,",
            "{\"stream\":\"s-1\",\"version\":1,\"type\":\"T\",\"data\":{\"a\":1}}\n",
            "\"\\ud83d\":1,",
            "\\ud83d\\ude00",
            "\"{\\\"a\\\":1}\"",
            "\"2026-03-04T05:06:07Z\"",
            "\"2026-03-04 05:06:07,5 UTC\"",
            "1772600767",
            "{\"events\":[",
        ]
    }

    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        // What is unpacked is kept in the cache, which is not looked at by name often.
        if self.runs.is_multiple_of(200) {
            self.folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        }
        self.runs += 1;
        let place = Place { path: self.folder.path().join("log"), cache: self.folder.path().join("cache") };
        let whole = place.read(input, None, seen)?;
        if input.is_empty() || is_packed(input) {
            return Ok(());
        }
        let lines = place.read(input, Some("each line"), seen)?;
        if let Ok(lines) = &lines {
            none_is_lost(input, lines)?;
            plain_lines(input, lines)?;
            place.in_two_parts(input, lines)?;
            if let Some(array) = as_array(input) {
                let items = place.read(&array, Some("each item"), &mut Seen::default())?;
                alike("as an array", &Ok(lines), &items.as_ref().map_err(Clone::clone), false)?;
            }
        }
        let packed = place.read(&gzip(input), None, &mut Seen::default())?;
        alike("with gzip", &whole.as_ref().map_err(Clone::clone), &packed.as_ref().map_err(Clone::clone), true)?;
        if let Some(text) = utf16(input) {
            let wide = place.read(&text, None, &mut Seen::default())?;
            alike("as UTF-16", &whole.as_ref().map_err(Clone::clone), &wide.as_ref().map_err(Clone::clone), false)?;
        }
        Ok(())
    }
}

struct Place {
    path: std::path::PathBuf,
    cache: std::path::PathBuf,
}

impl Place {
    /// Writes the bytes and reads them, as the table of that name; `Err` inside where it does
    /// not open.
    fn read(&self, bytes: &[u8], table: Option<&str>, seen: &mut Seen) -> Result<Result<Walked, String>, String> {
        std::fs::write(&self.path, bytes).map_err(|error| error.to_string())?;
        // What it unpacks to may be more, but not without end.
        let most = if is_packed(bytes) { bytes.len() * 1_100 } else { bytes.len() };
        let opened = open(&self.path, &self.cache, &choice(table), seen)?;
        let walked = match opened {
            Ok(opened) => walk(&opened, most, false, seen)?,
            Err(said) => return Ok(Err(said)),
        };
        if std::fs::read(&self.path).map_err(|error| error.to_string())? != bytes {
            return Err("the file was changed".to_owned());
        }
        match &walked.error {
            Some(error) => Err(format!("a file that is there cannot be read: {error}")),
            None => Ok(Ok(walked)),
        }
    }

    /// Written up to the end of a line and read, then written on and read on, it is the same.
    fn in_two_parts(&self, input: &[u8], whole: &Walked) -> Result<(), String> {
        let half = input.len() / 2;
        let Some(cut) = input[half..].iter().position(|byte| *byte == b'\n').map(|at| half + at + 1) else {
            return Ok(());
        };
        std::fs::write(&self.path, &input[..cut]).map_err(|error| error.to_string())?;
        let Ok(opened) = open(&self.path, &self.cache, &choice(Some("each line")), &mut Seen::default())? else {
            return Ok(());
        };
        let read = || -> Result<Option<EventIndex>, eventglass::formats::ReadError> {
            let mut indexer = Indexer::open(Arc::new(opened.clone()))?;
            let first = indexer.run()?;
            let mut file = std::fs::OpenOptions::new().append(true).open(&self.path).expect("the log");
            file.write_all(&input[cut..]).expect("written on");
            let change = indexer.change(&first)?;
            let grown = if cut < input.len() { StoreChange::Written } else { StoreChange::Same };
            if change != grown {
                return Ok(None);
            }
            indexer.go_on();
            indexer.run().map(Some)
        };
        match read() {
            Ok(Some(index)) if index.events() as usize == whole.rows.len() => Ok(()),
            Ok(Some(index)) => Err(format!("{} events in one go, {} in two parts", whole.rows.len(), index.events())),
            Ok(None) => Err("a file that was written on is taken for another".to_owned()),
            Err(error) => Err(format!("a file that was written on cannot be read: {error}")),
        }
    }
}

fn choice(table: Option<&str>) -> OpenChoice {
    let map = MapOverride { table: table.map(str::to_owned), columns: BTreeMap::new() };
    OpenChoice { map, ..OpenChoice::default() }
}

/// Two forms of one content: both open or neither does, and they hold the same events.
pub fn alike(
    form: &str,
    plain: &Result<&Walked, String>,
    other: &Result<&Walked, String>,
    same_places: bool,
) -> Result<(), String> {
    match (plain, other) {
        (Ok(plain), Ok(other)) => {
            let differs = |(a, b): (&Row, &Row)| a.header != b.header || a.content != b.content;
            if plain.rows.len() != other.rows.len() {
                return Err(format!("{} events plain, {} {form}", plain.rows.len(), other.rows.len()));
            }
            if let Some((a, b)) = plain.rows.iter().zip(&other.rows).find(|pair| differs(*pair)) {
                return Err(format!("another event {form}:\n{a:?}\n{b:?}"));
            }
            if same_places && plain.findings.kept() != other.findings.kept() {
                let (a, b) = (plain.findings.kept(), other.findings.kept());
                return Err(format!("other findings {form}:\n{a:?}\n{b:?}"));
            }
            if plain.findings.counts() != other.findings.counts() {
                let (a, b) = (plain.findings.counts(), other.findings.counts());
                return Err(format!("more or fewer findings {form}:\n{a:?}\n{b:?}"));
            }
            Ok(())
        }
        (Err(_), Err(_)) => Ok(()),
        (Ok(_), Err(said)) => Err(format!("does not open {form}: {said}")),
        (Err(said), Ok(_)) => Err(format!("opens only {form}; plain: {said}")),
    }
}

/// The records of a file of lines, without ends and marks; blank ones are none.
fn records(input: &[u8]) -> Vec<&[u8]> {
    let bare = |line| -> &[u8] {
        let line: &[u8] = line;
        line.strip_prefix(BOM).unwrap_or(line)
    };
    let lines = input.split(|byte| *byte == b'\n').map(|line| bare(line.strip_suffix(b"\r").unwrap_or(line)));
    lines.filter(|line| !line.trim_ascii().is_empty()).collect()
}

/// Each line is an event, or a finding, or the unfinished end.
fn none_is_lost(input: &[u8], walked: &Walked) -> Result<(), String> {
    let lines = records(input).len() as u64;
    let bad = walked.findings.counts().get(&FindingCode::BadLine).copied().unwrap_or(0);
    let told = walked.rows.len() as u64 + bad + u64::from(walked.tail.is_some());
    if lines == told { Ok(()) } else { Err(format!("{lines} lines, of which {told} are told: {:?}", walked.tail)) }
}

/// A line with the plain names and nothing odd is the event that serde_json sees.
fn plain_lines(input: &[u8], walked: &Walked) -> Result<(), String> {
    const NAMES: [&str; 4] = ["stream", "version", "type", "data"];
    let mut rows = walked.rows.iter();
    for line in records(input) {
        let Ok(text) = std::str::from_utf8(line) else { continue };
        let (Ok(Value::Object(value)), parsed) = (serde_json::from_str(text), parse_text(text)) else { continue };
        if parsed.duplicate_key.is_some() || value.len() != 4 || !NAMES.iter().all(|name| value.contains_key(*name)) {
            continue;
        }
        let (Some(stream), Some(version), Some(event_type)) =
            (value["stream"].as_str(), value["version"].as_i64(), value["type"].as_str())
        else {
            continue;
        };
        // JSON in a string is taken out.
        if stream.is_empty() || value["data"].is_string() || value["data"].is_null() {
            continue;
        }
        let begins = format!("{stream:?} ");
        let says = format!(" {event_type:?} Some(Version({version})) ");
        // Other lines may look alike in front.
        let is_it = |row: &Row| {
            let data = row.content.as_ref().map(|content| same(&parse_text(&content.data).node, &value["data"]));
            row.header.starts_with(&begins) && row.header.contains(&says) && data.is_none_or(|same| same.is_ok())
        };
        if !rows.any(is_it) {
            return Err(format!("a plain line is no event, or not in its place: {text:.300}"));
        }
    }
    Ok(())
}

/// The lines as items of an array, where each is JSON.
fn as_array(input: &[u8]) -> Option<Vec<u8>> {
    let lines = records(input);
    let fits = |line: &&[u8]| line.trim_ascii().starts_with(b"{") && std::str::from_utf8(line).is_ok_and(is_json);
    if lines.is_empty() || !lines.iter().all(fits) {
        return None;
    }
    Some([b"[\n", lines.join(&b",\n"[..]).as_slice(), b"\n]\n"].concat())
}

/// The file is compressed or wide as it is.
pub fn is_packed(input: &[u8]) -> bool {
    let magic: [&[u8]; 6] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK", b"\xff\xfe", b"\xfe\xff", b"\0"];
    magic.iter().any(|magic| input.starts_with(magic))
        || input.get(1) == Some(&0)
        || input.get(1..4) == Some(b"\x2a\x4d\x18")
}

/// As two members, cut anywhere.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let cut = Chance(bytes.len() as u64).below(bytes.len());
    let member = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).expect("packed");
        out.finish().expect("packed")
    };
    [member(&bytes[..cut]), member(&bytes[cut..])].concat()
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut archive = zip::ZipWriter::new(&mut out);
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::STORE);
    archive.start_file("log.jsonl", options).expect("a member");
    archive.write_all(bytes).expect("packed");
    archive.finish().expect("packed");
    out.into_inner()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// With its mark, little-endian. `None` where it is no text, or begins with a mark already.
fn utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('\u{feff}') && !text.is_empty())?;
    Some(std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect())
}

/// For the other targets: a log in a folder.
pub fn write_log(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("log.jsonl");
    let (_, bytes) = corpus("lines").into_iter().next().expect("a log");
    std::fs::write(&path, bytes).expect("written");
    path
}
