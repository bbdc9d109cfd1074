//! Exports of DynamoDB to S3: which files of a folder hold the items. What is in them is read
//! as lines of JSON.
//!
//! `PREFIX/AWSDynamoDB/ID/` has the manifests and, of a full export, the data; those of
//! incremental ones lie together in `PREFIX/AWSDynamoDB/data/`. Manifests name keys of the
//! bucket, so files are found by their last part.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::FileBytes;
use super::layers;
use super::probe::{HEAD_BYTES, Head};
use super::{OpenError, ReadError};
use crate::model::json::{parse, parse_text};
use crate::model::{Node, Typing};

const SUMMARY: &str = "manifest-summary.json";
const FILES: &str = "manifest-files.json";
const ROOT: &str = "AWSDynamoDB";
const DATA: &str = "data";
/// Of a manifest so much is read: some 200 bytes each for more files than one export has.
const MANIFEST_BYTES: usize = 64 << 20;
const NAMED: usize = 5;

/// An export that lies in a folder.
pub(super) struct Export {
    pub files: Vec<PathBuf>,
    /// Of all files.
    pub bytes: u64,
    /// A sentence for the user.
    pub evidence: String,
}

impl Export {
    fn new(files: Vec<PathBuf>, evidence: String) -> Export {
        let len = |file: &PathBuf| std::fs::metadata(file).map_or(0, |meta| meta.len());
        Export { bytes: files.iter().map(len).sum(), files, evidence }
    }
}

/// The export that lies in or around the folder; `None` where there is none.
pub(super) fn export(folder: &Path, names: &[OsString]) -> Result<Option<Export>, OpenError> {
    let has = |name: &str| names.iter().any(|own| own == name);
    let is_root = |path: &Path| path.ends_with(ROOT);
    if folder.ends_with(DATA)
        && let Some(parent) = folder.parent().filter(|parent| parent.join(FILES).is_file())
    {
        return of_manifest(parent).map(Some);
    }
    if !is_root(folder) && !has(ROOT) {
        return of_export(folder, names);
    }
    let root = if has(ROOT) { folder.join(ROOT) } else { folder.to_owned() };
    let mut exports = Vec::new();
    for path in entries(&root)?.into_iter().filter(|path| !path.ends_with(DATA)) {
        let names: Vec<OsString> =
            entries(&path)?.iter().filter_map(|path| Some(path.file_name()?.to_owned())).collect();
        if names.iter().any(|name| name == FILES || name == DATA) {
            exports.push((path, names));
        }
    }
    match exports.as_slice() {
        [] => Ok(None),
        [(one, names)] => of_export(one, names),
        [.., (last, _)] => {
            let shown: Vec<String> = exports.iter().take(NAMED).map(|(path, _)| super::file_name(path)).collect();
            Err(OpenError::NotAStore {
                path: folder.to_owned(),
                reason: format!("it holds {} exports of DynamoDB: {}", exports.len(), shown.join(", ")),
                help: format!("open one of them, such as {}", last.display()),
            })
        }
    }
}

/// What lies in a folder, by name; nothing where it is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(|error| ReadError::io(folder, error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

/// The export in a folder that is one export's own, or that has nothing but its files.
fn of_export(folder: &Path, names: &[OsString]) -> Result<Option<Export>, OpenError> {
    let has = |name: &str| names.iter().any(|own| own == name);
    if has(FILES) {
        return of_manifest(folder).map(Some);
    }
    // Emulators write no manifest, and who copies the data may leave it behind.
    let data = if has(DATA) { folder.join(DATA) } else { folder.to_owned() };
    without_manifest(entries(&data)?)
}

fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    let bytes = FileBytes::open(path).and_then(|file| file.head(0, MANIFEST_BYTES));
    bytes.map_err(|error| ReadError::io(path, error).into())
}

/// The files that a manifest names.
fn of_manifest(folder: &Path) -> Result<Export, OpenError> {
    let summary = read(&folder.join(SUMMARY)).map_or(Node::Null, |text| parse(&text).node);
    let said = |name: &str| summary.get(name).and_then(Node::as_str);
    if let Some(format) = said("outputFormat").filter(|format| *format != "DYNAMODB_JSON") {
        return Err(OpenError::NotAStore {
            path: folder.to_owned(),
            reason: format!("it is an export of DynamoDB in the format {format}"),
            help: "export the table again: aws dynamodb export-table-to-point-in-time --export-format DYNAMODB_JSON"
                .to_owned(),
        });
    }
    let manifest = read(&folder.join(FILES))?;
    let manifest = String::from_utf8_lossy(&manifest);
    let mut files = Vec::new();
    for line in manifest.lines() {
        let line = parse_text(line).node;
        let key = line.get("dataFileS3Key").and_then(Node::as_str);
        let Some(name) = key.and_then(|key| key.rsplit('/').next()).filter(|name| !name.is_empty()) else { continue };
        let own = folder.join(DATA).join(name);
        let beside = folder.parent().map(|parent| parent.join(DATA).join(name)).filter(|path| path.is_file());
        files.push(if own.is_file() { own } else { beside.unwrap_or(own) });
    }
    if files.is_empty() {
        return Err(OpenError::NotAStore {
            path: folder.to_owned(),
            reason: format!("it is an export of DynamoDB whose {FILES} names no file"),
            help: "copy the whole export: aws s3 sync s3://BUCKET/PREFIX/AWSDynamoDB AWSDynamoDB".to_owned(),
        });
    }
    let table = said("tableArn").and_then(|arn| arn.rsplit('/').next()).map(|name| format!(" of the table {name}"));
    let time = said("exportTime").or(said("exportToTime")).map(|time| format!(", as it was at {time}"));
    let (table, time) = (table.unwrap_or_default(), time.unwrap_or_default());
    let part = if said("exportType") == Some("INCREMENTAL_EXPORT") { "changes" } else { "items" };
    Ok(Export::new(files, format!("it is an export of DynamoDB: the {part}{table}{time}")))
}

/// Files without a manifest: all of them look like data files, and the first that holds something
/// begins with an item.
fn without_manifest(files: Vec<PathBuf>) -> Result<Option<Export>, OpenError> {
    let is_data = |path: &PathBuf| {
        let name = super::file_name(path);
        (name.ends_with(".gz") || name.ends_with(".json")) && path.is_file()
    };
    if files.is_empty() || !files.iter().all(is_data) {
        return Ok(None);
    }
    let head = |file: &PathBuf| layers::open_any(file, &Arc::default()).and_then(Head::read).unwrap_or_default().bytes;
    let first = files.iter().map(head).find(|head| !head.is_empty()).unwrap_or_default();
    let line = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_item = line.len() < HEAD_BYTES && Typing::of(&parse(line).node) == Some(Typing::DynamoDb);
    let evidence = format!("{} files hold items of DynamoDB", files.len());
    Ok(is_item.then(|| Export::new(files, evidence)))
}
