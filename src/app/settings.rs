//! What is remembered between runs: colours, zone, axis, sizes, recent stores. One JSON file.
//!
//! Two programs lose nothing of each other: what is saved are changes, not settings. Whoever
//! saves holds a lock, reads the file as it is now, applies its own changes and puts a new
//! file in the place of the old. What cannot be read is as if it were not there, and keys of
//! newer versions are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiter::{JsonValue, PartialMode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::action::{EventTab, StreamSort, ThemeChoice};
use super::bookmarks::{self, Bookmark, Bookmarks};
use super::columns::KeptColumn;
use super::export::ExportChoice;
use super::filter::KeptFilter;
use super::place::{Place, or_default};
use crate::dialect::MapOverride;
use crate::formats::OpenChoice;
use crate::home;
use crate::session::Filter;

const FILE: &str = "settings.json";
/// Who saves holds the lock of this file; it stays empty.
const LOCK: &str = "settings.lock";
/// A copy of a file that was found broken, before it is written anew.
const BROKEN: &str = "settings.broken.json";

/// A larger file is none of ours.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// Longer texts are not remembered.
pub(super) const MAX_TEXT_BYTES: usize = 4_096;
/// Stores remembered; the first page shows the newest of them.
const RECENT: usize = 50;
/// Streams of a store whose playhead is remembered.
const PLAYHEADS: usize = 200;
/// Filters of a kind of store.
pub(super) const KEPT_FILTERS: usize = 50;
/// Entries of every other table.
pub(super) const ENTRIES: usize = 200;
/// Sizes of text, as a factor.
const TEXT_SIZES: (f32, f32) = (0.6, 3.0);
/// Sizes of panels, in points.
const SIZES: (f32, f32) = (0.0, 8_192.0);

/// Settings as they stand in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    #[serde(deserialize_with = "or_default")]
    pub theme: ThemeChoice,
    #[serde(deserialize_with = "or_default")]
    pub utc: bool,
    #[serde(deserialize_with = "or_default")]
    pub by_sequence: bool,
    /// Factor of all sizes, 1 = as delivered.
    #[serde(deserialize_with = "text_size")]
    pub text_size: f32,
    /// Sizes of panels that the user chose, by the name of the seam.
    #[serde(deserialize_with = "readable_map")]
    pub sizes: BTreeMap<String, f32>,
    /// What was exported last, by the kind of store: its dialect.
    #[serde(deserialize_with = "readable_map", skip_serializing_if = "BTreeMap::is_empty")]
    pub exports: BTreeMap<String, ExportChoice>,
    /// Kinds of store, by their dialect, whose system streams are listed.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "BTreeSet::is_empty")]
    pub system_streams: BTreeSet<String>,
    /// Columns of payloads that the user chose, by the kind of store and the category.
    #[serde(deserialize_with = "readable_map", skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, BTreeMap<String, Vec<KeptColumn>>>,
    /// Filters of events that are kept, by the kind of store.
    #[serde(deserialize_with = "readable_map", skip_serializing_if = "BTreeMap::is_empty")]
    pub filters: BTreeMap<String, Vec<KeptFilter>>,
    /// The newest first.
    #[serde(deserialize_with = "readable_list")]
    pub recent: Vec<Recent>,
    /// By store, the last that was changed first.
    #[serde(deserialize_with = "readable_list", skip_serializing_if = "Vec::is_empty")]
    pub bookmarks: Vec<Bookmarks>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// A store that was opened: the place to come back to, and what else it comes back with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    #[serde(flatten)]
    pub place: Place,
    #[serde(deserialize_with = "or_default")]
    pub dialect: String,
    #[serde(deserialize_with = "or_default")]
    pub memory: Memory,
    /// It was not there when it was last opened.
    #[serde(skip)]
    pub missing: bool,
}

/// How the user left a store, beside the place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    #[serde(deserialize_with = "or_default")]
    pub event_tab: EventTab,
    #[serde(deserialize_with = "or_default")]
    pub stream_filter: String,
    #[serde(deserialize_with = "or_default")]
    pub sort: StreamSort,
    /// It is the other way around than at first.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub sort_turned: bool,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub reducer: Option<KeptReducer>,
    /// A reducer beside the store that the user does not want to be told of.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub declined: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub skip_errors: bool,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "ReadAs::is_found_out")]
    pub read_as: ReadAs,
    /// How many events were applied, by the stream's name.
    #[serde(deserialize_with = "readable_map")]
    pub playheads: BTreeMap<String, u64>,
    /// Where point A is, by the stream's name; `None`: it was taken away, which the file does not keep.
    #[serde(deserialize_with = "readable_map", skip_serializing_if = "BTreeMap::is_empty")]
    pub points_a: BTreeMap<String, Option<u64>>,
}

/// The reducer that the user chose for a store, as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptReducer {
    /// `FILE` or `FILE#export`; in the file it stands in the place.
    #[serde(skip)]
    pub named: String,
    /// SHA-256 of its sources in hex: only the same ones are applied unasked.
    pub stamp: String,
    /// The user's choice of an export by category; `None` is merge.
    #[serde(deserialize_with = "readable_map")]
    pub table: BTreeMap<String, Option<String>>,
}

/// How the user said that a store is to be read; nothing of it is what is found out anyway.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadAs {
    pub dialect: Option<String>,
    pub table: Option<String>,
    pub tenant: Option<String>,
    /// Columns by role.
    pub map: BTreeMap<String, String>,
}

impl ReadAs {
    pub fn of(choice: &OpenChoice) -> ReadAs {
        let MapOverride { table, columns } = choice.map.clone();
        ReadAs { dialect: choice.dialect.clone(), table, tenant: choice.tenant.clone(), map: columns }
    }

    pub fn choice(self) -> OpenChoice {
        let map = MapOverride { table: self.table, columns: self.map };
        OpenChoice { dialect: self.dialect, map, tenant: self.tenant, ..OpenChoice::default() }
    }

    pub fn is_found_out(&self) -> bool {
        *self == ReadAs::default()
    }
}

/// One thing that the user changed.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsChange {
    Theme(ThemeChoice),
    Utc(bool),
    BySequence(bool),
    TextSize(f32),
    /// The size of a panel; `None` is its first size.
    Size(String, Option<f32>),
    ResetSizes,
    /// What was exported of a kind of store.
    Exported(String, ExportChoice),
    /// System streams of a kind of store are listed, or not.
    SystemStreams(String, bool),
    /// The columns of a category in a kind of store; `None`: nobody chose.
    Columns(String, String, Option<Vec<KeptColumn>>),
    /// Keeps a filter for a kind of store, in the place of the one of its name.
    KeepFilter(String, KeptFilter),
    /// Keeps the one of this name no longer.
    ForgetFilter(String, String),
    /// This store is the newest of the recent ones.
    Opened(Box<Recent>),
    /// How a recent store was left. One that was forgotten meanwhile stays so.
    Remember(PathBuf, Box<(Place, Memory)>),
    Forget(PathBuf),
    /// Sets a bookmark of a store, in the place of the one that is there.
    Bookmark(PathBuf, Bookmark),
    RemoveBookmark(PathBuf, Bookmark),
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeChoice::default(),
            utc: false,
            by_sequence: false,
            text_size: 1.0,
            sizes: BTreeMap::new(),
            exports: BTreeMap::new(),
            system_streams: BTreeSet::new(),
            columns: BTreeMap::new(),
            filters: BTreeMap::new(),
            recent: Vec::new(),
            bookmarks: Vec::new(),
            others: Map::new(),
        }
    }
}

impl Settings {
    /// Reads them. Whether recent stores are still there is not looked at: a share that
    /// does not answer must not hold the window back.
    pub fn load(folder: &Path) -> Settings {
        read(&folder.join(FILE)).map(|(settings, _)| settings).unwrap_or_default()
    }

    /// Makes a change, in memory: the one place that knows what each of them means.
    pub fn apply(&mut self, change: &SettingsChange) {
        match change {
            SettingsChange::Theme(theme) => self.theme = *theme,
            SettingsChange::Utc(utc) => self.utc = *utc,
            SettingsChange::BySequence(by_sequence) => self.by_sequence = *by_sequence,
            SettingsChange::TextSize(size) => self.text_size = *size,
            SettingsChange::Size(name, Some(size)) => drop(self.sizes.insert(name.clone(), *size)),
            SettingsChange::Size(name, None) => drop(self.sizes.remove(name)),
            SettingsChange::ResetSizes => self.sizes.clear(),
            SettingsChange::Exported(kind, choice) => drop(self.exports.insert(kind.clone(), choice.clone())),
            SettingsChange::SystemStreams(kind, true) => drop(self.system_streams.insert(kind.clone())),
            SettingsChange::SystemStreams(kind, false) => drop(self.system_streams.remove(kind)),
            SettingsChange::Columns(kind, category, Some(columns)) => {
                self.columns.entry(kind.clone()).or_default().insert(category.clone(), columns.clone());
            }
            SettingsChange::Columns(kind, category, None) => {
                if let Some(own) = self.columns.get_mut(kind) {
                    own.remove(category);
                }
            }
            SettingsChange::KeepFilter(kind, filter) => {
                let kept = self.filters.entry(kind.clone()).or_default();
                match kept.iter_mut().find(|own| own.name == filter.name) {
                    Some(own) => *own = filter.clone(),
                    None => kept.push(filter.clone()),
                }
            }
            SettingsChange::ForgetFilter(kind, name) => {
                if let Some(kept) = self.filters.get_mut(kind) {
                    kept.retain(|own| own.name != *name);
                }
            }
            SettingsChange::Opened(opened) => {
                let mut opened = (**opened).clone();
                if let Some(at) = self.recent.iter().position(|recent| recent.place.store == opened.place.store) {
                    opened.memory.keep_places(self.recent.remove(at).memory);
                }
                self.recent.insert(0, opened);
            }
            SettingsChange::Remember(store, left) => {
                if let Some(recent) = self.recent.iter_mut().find(|recent| recent.place.store == *store) {
                    let (place, mut memory) = (**left).clone();
                    memory.keep_places(std::mem::take(&mut recent.memory));
                    (recent.place, recent.memory) = (Place { store: store.clone(), ..place }, memory);
                }
            }
            SettingsChange::Forget(store) => self.recent.retain(|recent| recent.place.store != *store),
            SettingsChange::Bookmark(store, bookmark) => {
                bookmarks::without(&mut self.bookmarks, store, bookmark).insert(0, bookmark.clone());
            }
            SettingsChange::RemoveBookmark(store, bookmark) => {
                bookmarks::without(&mut self.bookmarks, store, bookmark);
            }
        }
        self.bound();
    }

    /// Makes changes in the file, after those that other programs made in it.
    ///
    /// # Errors
    /// Where the file cannot be read or the folder cannot be written; then nothing is changed.
    pub fn save(folder: &Path, changes: &[SettingsChange]) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let lock = File::options().create(true).append(true).open(folder.join(LOCK))?;
        match lock.lock() {
            // On a file system without locks, one program alone still loses nothing.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        let path = folder.join(FILE);
        let (mut settings, whole) = read(&path)?;
        if !whole {
            std::fs::copy(&path, folder.join(BROKEN))?;
        }
        changes.iter().for_each(|change| settings.apply(change));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(&settings)?)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    }

    /// Brings everything that came from outside within its bounds.
    fn bound(&mut self) {
        let within = |size: f32, (least, most): (f32, f32)| size.clamp(least, most);
        self.text_size = if self.text_size.is_finite() { within(self.text_size, TEXT_SIZES) } else { 1.0 };
        self.sizes.retain(|name, size| name.len() <= MAX_TEXT_BYTES && size.is_finite());
        self.sizes.values_mut().for_each(|size| *size = within(*size, SIZES));
        shorten(&mut self.sizes);
        self.exports.retain(|kind, _| kind.len() <= MAX_TEXT_BYTES);
        shorten(&mut self.exports);
        self.system_streams.retain(|kind| kind.len() <= MAX_TEXT_BYTES);
        while self.system_streams.len() > ENTRIES {
            self.system_streams.pop_last();
        }
        self.columns.retain(|kind, own| {
            own.retain(|category, _| category.len() <= MAX_TEXT_BYTES);
            own.values_mut().for_each(|columns| KeptColumn::bound(columns, MAX_TEXT_BYTES));
            shorten(own);
            kind.len() <= MAX_TEXT_BYTES && !own.is_empty()
        });
        shorten(&mut self.columns);
        self.filters.retain(|kind, kept| {
            kept.retain(|own| !own.name.is_empty() && own.name.len() <= MAX_TEXT_BYTES && is_short(&own.filter));
            kept.truncate(KEPT_FILTERS);
            kind.len() <= MAX_TEXT_BYTES && !kept.is_empty()
        });
        shorten(&mut self.filters);
        let mut seen = std::collections::HashSet::new();
        self.recent.retain(|recent| {
            let store = &recent.place.store;
            !store.as_os_str().is_empty() && store.as_os_str().len() <= MAX_TEXT_BYTES && seen.insert(store.clone())
        });
        self.recent.truncate(RECENT);
        self.recent.iter_mut().for_each(Recent::bound);
        bookmarks::bound(&mut self.bookmarks);
    }
}

impl Recent {
    fn bound(&mut self) {
        let Recent { place, dialect, memory, .. } = self;
        if !is_short(&place.filter) {
            place.filter = Filter::default();
        }
        for text in [dialect, &mut memory.stream_filter] {
            if text.len() > MAX_TEXT_BYTES {
                text.clear();
            }
        }
        let ReadAs { dialect, table, tenant, map } = &mut memory.read_as;
        map.retain(|role, column| role.len() <= MAX_TEXT_BYTES && column.len() <= MAX_TEXT_BYTES);
        shorten(map);
        for text in [&mut place.stream, &mut place.reducer, dialect, table, tenant] {
            text.take_if(|text| text.len() > MAX_TEXT_BYTES);
        }
        let short = |text: &str| text.len() <= MAX_TEXT_BYTES;
        memory.declined.take_if(|named| !short(named));
        if let Some(KeptReducer { stamp, table, .. }) = &mut memory.reducer {
            stamp.truncate(if stamp.len() <= MAX_TEXT_BYTES { stamp.len() } else { 0 });
            table.retain(|category, export| short(category) && export.as_deref().is_none_or(short));
            shorten(table);
        }
        memory.points_a.retain(|stream, point| short(stream) && point.is_some());
        shorten(&mut memory.points_a);
        memory.playheads.retain(|stream, _| short(stream));
        while memory.playheads.len() > PLAYHEADS {
            // Some stream that is not shown.
            let other = memory.playheads.keys().rev().find(|name| place.stream.as_ref() != Some(*name)).cloned();
            let Some(other) = other else { break };
            memory.playheads.remove(&other);
        }
    }
}

impl Memory {
    /// Playheads and points A of streams that another window visited, as far as there is room.
    fn keep_places(&mut self, older: Memory) {
        for (stream, point) in older.points_a {
            self.points_a.entry(stream).or_insert(point);
        }
        for (stream, applied) in older.playheads {
            if self.playheads.len() >= PLAYHEADS {
                return;
            }
            self.playheads.entry(stream).or_insert(applied);
        }
    }
}

fn is_short(filter: &Filter) -> bool {
    let names = filter.types.iter().flatten();
    names.clone().count() <= ENTRIES && names.chain([&filter.text]).all(|text| text.len() <= MAX_TEXT_BYTES)
}

fn shorten<T>(entries: &mut BTreeMap<String, T>) {
    while entries.len() > ENTRIES {
        entries.pop_last();
    }
}

/// The settings in a file, and whether all of it could be read. No file: the first settings.
fn read(path: &Path) -> io::Result<(Settings, bool)> {
    let mut bytes = Vec::new();
    match home::open_regular(path) {
        Ok(file) => file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Settings::default(), true)),
        Err(error) => return Err(error),
    };
    let (value, whole) = match serde_json::from_slice(&bytes) {
        Ok(value) => (value, true),
        _ if bytes.len() as u64 > MAX_FILE_BYTES => (Value::Null, false),
        Err(_) => (salvage(&bytes), false),
    };
    let mut settings: Settings = serde_json::from_value(value).unwrap_or_default();
    settings.bound();
    Ok((settings, whole))
}

/// What broken JSON says before it breaks.
fn salvage(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let parse = |end: usize| {
        let part = text.as_bytes().get(..end).unwrap_or_default();
        JsonValue::parse_with_config(part, true, PartialMode::On)
    };
    match parse(text.len()).or_else(|error| parse(error.index)) {
        Ok(value) => plain(&value),
        Err(_) => Value::Null,
    }
}

fn plain(value: &JsonValue<'_>) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(yes) => Value::from(*yes),
        JsonValue::Int(number) => Value::from(*number),
        JsonValue::Float(number) => Value::from(*number),
        JsonValue::Str(text) => Value::from(text.as_ref()),
        JsonValue::Array(items) => items.iter().map(plain).collect(),
        JsonValue::Object(members) => members.iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
    }
}

fn text_size<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    let size: Option<f32> = or_default(from)?;
    Ok(size.unwrap_or(1.0))
}

/// The items that can be read.
pub(super) fn readable_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = or_default(from)?;
    Ok(items.into_iter().filter_map(|item| T::deserialize(item).ok()).collect())
}

/// The members that can be read.
fn readable_map<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<BTreeMap<String, T>, D::Error> {
    let members: Map<String, Value> = or_default(from)?;
    Ok(members.into_iter().filter_map(|(key, value)| Some((key, T::deserialize(value).ok()?))).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::index::At;
    use crate::model::Version;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    /// Settings from a file with this text.
    fn loaded(text: impl AsRef<[u8]>) -> Settings {
        let folder = folder();
        std::fs::write(folder.path().join(FILE), text).expect("written");
        Settings::load(folder.path())
    }

    fn opened(store: &str) -> SettingsChange {
        SettingsChange::Opened(Box::new(Recent { place: Place::of(store), ..Recent::default() }))
    }

    fn bookmark(version: i64, note: &str) -> Bookmark {
        Bookmark { stream: "s-1".to_owned(), at: At::Version(Version(version)), note: note.to_owned() }
    }

    fn mark(store: &str, version: i64, note: &str) -> SettingsChange {
        SettingsChange::Bookmark(PathBuf::from(store), bookmark(version, note))
    }

    fn column(path: &str, width: Option<f32>) -> KeptColumn {
        KeptColumn { path: path.to_owned(), width }
    }

    fn kept(name: &str, words: &str) -> KeptFilter {
        KeptFilter { name: name.to_owned(), filter: Filter::words(words) }
    }

    fn stores(settings: &Settings) -> Vec<&str> {
        settings.recent.iter().filter_map(|recent| recent.place.store.to_str()).collect()
    }

    #[test]
    fn what_newer_versions_wrote_is_kept() {
        let folder = folder();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let path = folder.path().join(FILE);
        std::fs::write(&path, r#"{"theme":"light","later":[1,18446744073709551615],"recent":[{"path":"/gone"}]}"#)
            .expect("written");
        assert_eq!(Settings::load(folder.path()).theme, ThemeChoice::Light);
        Settings::save(folder.path(), &[SettingsChange::Theme(ThemeChoice::Dark)]).expect("saved");
        let text = std::fs::read_to_string(&path).expect("read");
        for part in ["later", "18446744073709551615", "\"dark\"", "/gone"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!folder.path().join(BROKEN).exists());
    }

    #[test]
    fn every_change_is_there_after_the_next_start() {
        let folder = folder();
        let place = Place {
            stream: Some("s-1".to_owned()),
            at: At::Version(Version(57)),
            filter: Filter::words("type:X"),
            ..Place::of("/a.db")
        };
        let memory = Memory {
            event_tab: EventTab::Raw,
            sort: StreamSort::LastTime,
            reducer: Some(KeptReducer {
                stamp: "0f".to_owned(),
                table: [("a".to_owned(), None), ("b".to_owned(), Some("f".to_owned()))].into(),
                ..KeptReducer::default()
            }),
            playheads: [("s-1".to_owned(), 57)].into(),
            points_a: [("s-1".to_owned(), Some(12))].into(),
            ..Memory::default()
        };
        let changes = [
            SettingsChange::Utc(true),
            SettingsChange::BySequence(true),
            SettingsChange::TextSize(1.5),
            SettingsChange::Size("gone".to_owned(), Some(1.0)),
            SettingsChange::ResetSizes,
            SettingsChange::Size("streams".to_owned(), Some(300.0)),
            SettingsChange::Size("state".to_owned(), Some(300.0)),
            SettingsChange::Size("state".to_owned(), None),
            opened("/forgotten.db"),
            opened("/a.db"),
            opened("/b.db"),
            SettingsChange::Forget(PathBuf::from("/forgotten.db")),
            SettingsChange::Remember(PathBuf::from("/a.db"), Box::new((place.clone(), memory.clone()))),
            SettingsChange::Remember(PathBuf::from("/forgotten.db"), Box::default()),
            SettingsChange::Columns("d".to_owned(), "account".to_owned(), Some(vec![column("/a", Some(90.0))])),
            SettingsChange::Columns("d".to_owned(), "card".to_owned(), Some(Vec::new())),
            SettingsChange::Columns("d".to_owned(), "gone".to_owned(), Some(vec![column("/a", None)])),
            SettingsChange::Columns("d".to_owned(), "gone".to_owned(), None),
            SettingsChange::KeepFilter("d".to_owned(), kept("large", "amount")),
            SettingsChange::KeepFilter("d".to_owned(), kept("gone", "x")),
            SettingsChange::KeepFilter("e".to_owned(), kept("gone", "x")),
            SettingsChange::KeepFilter("d".to_owned(), kept("large", "fee")),
            SettingsChange::ForgetFilter("d".to_owned(), "gone".to_owned()),
            SettingsChange::ForgetFilter("e".to_owned(), "gone".to_owned()),
            mark("/a.db", 57, "it went below zero"),
            mark("/a.db", 3, "gone"),
            mark("/b.db", 1, "gone"),
            mark("/a.db", 57, "below zero"),
            SettingsChange::RemoveBookmark(PathBuf::from("/a.db"), bookmark(3, "")),
            SettingsChange::RemoveBookmark(PathBuf::from("/b.db"), bookmark(1, "")),
        ];
        let mut here = Settings::default();
        changes.iter().for_each(|change| here.apply(change));
        Settings::save(folder.path(), &changes).expect("saved");
        let there = Settings::load(folder.path());
        assert_eq!(there, here);
        assert!(there.utc && there.by_sequence);
        assert_eq!((there.text_size, &there.sizes), (1.5, &[("streams".to_owned(), 300.0)].into()));
        let columns = [("account".to_owned(), vec![column("/a", Some(90.0))]), ("card".to_owned(), Vec::new())];
        assert_eq!(there.columns, [("d".to_owned(), columns.into())].into());
        assert_eq!(there.filters, [("d".to_owned(), vec![kept("large", "fee")])].into());
        assert_eq!(stores(&there), ["/b.db", "/a.db"]);
        assert_eq!((&there.recent[1].place, &there.recent[1].memory), (&place, &memory));
        let marked = Bookmarks { store: PathBuf::from("/a.db"), places: vec![bookmark(57, "below zero")] };
        assert_eq!(there.bookmarks, [marked]);
    }

    #[test]
    fn a_store_that_is_opened_again_moves_to_the_front_and_keeps_its_playheads() {
        let mut settings = Settings::default();
        (0..70).for_each(|n| settings.apply(&opened(&format!("/{n}.db"))));
        assert_eq!(stores(&settings)[..2], ["/69.db", "/68.db"]);
        assert_eq!(settings.recent.len(), RECENT);
        let left = |stream: &str, applied| {
            let memory = Memory { playheads: [(stream.to_owned(), applied)].into(), ..Memory::default() };
            SettingsChange::Remember(PathBuf::from("/60.db"), Box::new((Place::of("/60.db"), memory)))
        };
        [left("a", 1), left("b", 2), left("a", 3), opened("/60.db")].iter().for_each(|change| settings.apply(change));
        assert_eq!(stores(&settings)[..2], ["/60.db", "/69.db"]);
        assert_eq!(settings.recent.len(), RECENT);
        assert_eq!(settings.recent[0].memory.playheads, [("a".to_owned(), 3), ("b".to_owned(), 2)].into());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut settings = Settings::default();
        settings.apply(&opened("/a.db"));
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        let memory = Memory {
            stream_filter: long.clone(),
            reducer: Some(KeptReducer {
                table: (0..1_000).map(|n| (n.to_string(), None)).collect(),
                ..KeptReducer::default()
            }),
            playheads: (0..1_000).map(|n| (format!("s-{n:03}"), n)).chain([(long.clone(), 1)]).collect(),
            ..Memory::default()
        };
        let filter = Filter { types: Some([long.clone()].into()), ..Filter::default() };
        let place = Place { stream: Some("s-999".to_owned()), filter, ..Place::default() };
        settings.apply(&SettingsChange::Remember(PathBuf::from("/a.db"), Box::new((place, memory))));
        let Recent { place, memory, .. } = &settings.recent[0];
        assert_eq!(memory.playheads.len(), PLAYHEADS);
        assert_eq!(memory.reducer.as_ref().map(|kept| kept.table.len()), Some(ENTRIES));
        assert_eq!(memory.playheads.get("s-999"), Some(&999), "the stream that is shown");
        assert_eq!((&place.filter, memory.stream_filter.as_str()), (&Filter::default(), ""));
        let keep = |name: &str, filter| {
            SettingsChange::KeepFilter("d".to_owned(), KeptFilter { name: name.to_owned(), filter })
        };
        (0..1_000).for_each(|n| settings.apply(&keep(&n.to_string(), Filter::words("w"))));
        [keep("0", Filter::words(&long)), keep("1", Filter::words("x")), keep(&long, Filter::default())]
            .iter()
            .for_each(|change| settings.apply(change));
        let odd = vec![column("/a", Some(f32::NAN)), column("no pointer", None), column("/b", Some(-3.0))];
        settings.apply(&SettingsChange::Columns("d".to_owned(), "c".to_owned(), Some(odd)));
        assert_eq!(settings.columns["d"]["c"], [column("/a", None), column("/b", Some(40.0))]);
        let kept = &settings.filters["d"];
        assert!(kept.len() < KEPT_FILTERS && kept[0].name == "1" && kept[0].filter.text == "x", "{kept:?}");
        (0..1_000).for_each(|n| settings.apply(&mark("/a.db", n, &"é".repeat(1_000))));
        (0..1_000).for_each(|n| settings.apply(&mark(&format!("/{n}.db"), 1, "")));
        settings.apply(&mark("/a.db", 0, ""));
        assert_eq!(settings.bookmarks.len(), ENTRIES);
        let long = SettingsChange::Bookmark(PathBuf::from("/a.db"), Bookmark { stream: long, ..bookmark(5, "") });
        settings.apply(&long);
        assert_eq!(settings.bookmarks[0].places, [bookmark(0, "")], "the others were of the oldest store");
        (0..1_000).for_each(|n| settings.apply(&mark("/a.db", n, &"é".repeat(1_000))));
        let places = &settings.bookmarks[0].places;
        assert_eq!((places.len(), places[0].at, places[0].note.len()), (500, At::Version(Version(999)), 400));
        for (size, want) in [(f32::NAN, 1.0), (f32::INFINITY, 1.0), (0.0, 0.6), (-5.0, 0.6), (1e9, 3.0), (1.25, 1.25)] {
            settings.apply(&SettingsChange::TextSize(size));
            assert_eq!(settings.text_size, want, "{size}");
            settings.apply(&SettingsChange::Size("streams".to_owned(), Some(size)));
            assert!(settings.sizes.values().all(|size| (0.0..=8_192.0).contains(size)));
        }
        (0..1_000).for_each(|n| settings.apply(&SettingsChange::Size(n.to_string(), Some(1.0))));
        assert_eq!(settings.sizes.len(), ENTRIES);
    }

    #[test]
    fn one_bad_field_does_not_empty_the_rest() {
        let text = r#"{"theme":"sepia","utc":"yes","by_sequence":true,"text_size":"big","sizes":{"a":1,"b":"wide"},
            "bookmarks":[7,{"path":"/a","places":[{"stream":"s-1","at":"7","note":3},{"stream":"s-1","at":"soon"},
                {"stream":"s-1","at":"initial"},9]},{"places":[{"stream":"s-1","at":"7"}]}],
            "recent":[3,{"dialect":"no path"},{"path":"/a","dialect":7,"at":"soon"},{"path":"/a"},
                {"path":"/b","memory":{"event_tab":"raw","sort":{},"playheads":{"s":-1,"t":2}}},
                {"path":"/c","memory":"none"}]}"#;
        let settings = loaded(text);
        assert_eq!(settings.bookmarks.len(), 1, "{:?}", settings.bookmarks);
        assert_eq!(settings.bookmarks[0].places, [bookmark(7, ""), Bookmark { at: At::Initial, ..bookmark(7, "") }]);
        assert!(settings.by_sequence && !settings.utc);
        assert_eq!((settings.theme, settings.text_size), (ThemeChoice::System, 1.0));
        assert_eq!(settings.sizes, [("a".to_owned(), 1.0)].into());
        assert_eq!(stores(&settings), ["/a", "/b", "/c"], "the same store once");
        assert_eq!(settings.recent[1].memory.event_tab, EventTab::Raw);
        assert_eq!(settings.recent[1].memory.playheads, [("t".to_owned(), 2)].into());
    }

    #[test]
    fn a_broken_file_gives_what_it_has_and_is_kept_beside() {
        for text in [
            r#"{"theme":"dark","recent":[{"path":"/a"},{"path":"/b","mem"#,
            r#"{"text_size":1e999,"theme":"dark","recent":[{"path":"/a"}]}"#,
            "{\"theme\":\"dark\",\"recent\":[{\"path\":\"/a\"}],\"x\":\"\0\",\"utc\":true}",
            r#"{"theme":"dark","recent":[{"path":"/a"}], utc: true}"#,
            r#"{"text_size":NaN,"theme":"dark","theme":"dark","recent":[{"path":"/a"}]} and more"#,
        ] {
            let settings = loaded(text);
            assert_eq!((settings.theme, settings.text_size), (ThemeChoice::Dark, 1.0), "{text}");
            assert_eq!(stores(&settings)[0], "/a", "{text}");
        }
        for bytes in [&b""[..], b"{ broken", b"[]", b"7", b"\xff\xfe", &b"[".repeat(100_000)] {
            assert_eq!(loaded(bytes), Settings::default(), "{}", bytes[..bytes.len().min(20)].escape_ascii());
        }
        let folder = folder();
        std::fs::write(folder.path().join(FILE), r#"{"utc":true,"recent":[{"pa"#).expect("written");
        Settings::save(folder.path(), &[SettingsChange::BySequence(true)]).expect("saved");
        let settings = Settings::load(folder.path());
        assert!(settings.utc && settings.by_sequence);
        let kept = std::fs::read_to_string(folder.path().join(BROKEN)).expect("kept");
        assert_eq!(kept, r#"{"utc":true,"recent":[{"pa"#);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written_over() {
        let folder = folder();
        std::fs::create_dir(folder.path().join(FILE)).expect("a folder in its place");
        Settings::save(folder.path(), &[SettingsChange::Utc(true)]).expect_err("it cannot be read");
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 2, "the lock, and no temporary file");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_the_place_of_the_file_is_not_waited_for() {
        let folder = folder();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(FILE)).status().expect("mkfifo");
        assert!(made.success());
        assert_eq!(Settings::load(folder.path()), Settings::default());
        Settings::save(folder.path(), &[SettingsChange::Utc(true)]).expect_err("it cannot be read");
    }

    #[test]
    fn savers_at_once_lose_nothing_of_each_other_and_the_file_is_always_whole() {
        const SAVERS: usize = 8;
        const CHANGES: usize = 20;
        let folder = folder();
        Settings::save(folder.path(), &[opened("/first.db"), SettingsChange::Utc(true)]).expect("saved");
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let (settings, whole) = read(&folder.path().join(FILE)).expect("a file");
                    assert!(whole && settings.utc && stores(&settings).contains(&"/first.db"));
                }
            });
            let savers: Vec<_> = (0..SAVERS)
                .map(|saver| {
                    let folder = folder.path();
                    scope.spawn(move || {
                        Settings::save(folder, &[opened(&format!("/{saver}.db"))]).expect("saved");
                        for change in 0..CHANGES {
                            let size = SettingsChange::Size(format!("{saver} {change}"), Some(change as f32));
                            Settings::save(folder, &[size]).expect("saved");
                        }
                    })
                })
                .collect();
            savers.into_iter().for_each(|saver| saver.join().expect("it saved"));
            ended.store(true, Ordering::Relaxed);
            reader.join().expect("the file was always whole");
        });
        let settings = Settings::load(folder.path());
        assert_eq!(settings.sizes.len(), SAVERS * CHANGES);
        assert_eq!(settings.recent.len(), SAVERS + 1);
    }
}
