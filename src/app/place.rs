//! [`Place`]: where one is, as a value. Start, recent stores, title, Ctrl+L and reopening
//! all speak of places.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::action::{StateTab, Zoom};
use super::filter::filter_form;
use crate::dialect::MapOverride;
use crate::formats::{OpenChoice, file_name};
use crate::home;
use crate::index::At;
use crate::model::{Time, Version, visible_name};
use crate::session::{Filter, PROGRAM, WantedHost};

/// A store, and what is looked at in it. In the settings file a field that cannot be read is
/// its default, never the loss of the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    #[serde(rename = "path", with = "path_form")]
    pub store: PathBuf,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(with = "at_form", skip_serializing_if = "at_form::is_last")]
    pub at: At,
    #[serde(deserialize_with = "or_default")]
    pub tab: StateTab,
    /// Which events are listed.
    #[serde(flatten, with = "filter_form")]
    pub filter: Filter,
    /// Which part of the slider's axis is shown.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Zoom::is_whole")]
    pub zoom: Zoom,
    /// `FILE`, `FILE#export` or `program:COMMAND`; `None` is merge.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub reducer: Option<String>,
}

/// What the window opens with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub places: Vec<Place>,
    /// How every one of these stores is read.
    pub choice: OpenChoice,
    /// What runs the code of reducers.
    pub host: WantedHost,
}

impl Place {
    /// The store as it is when nothing in it was chosen yet.
    pub fn of(store: impl Into<PathBuf>) -> Place {
        Place { store: store.into(), ..Place::default() }
    }

    /// The window's title; `shown` is the version at the playhead of the stream that is shown,
    /// `Some(None)` its initial state.
    pub fn title(&self, shown: Option<Option<Version>>) -> String {
        let store = file_name(&self.store);
        match (self.stream.as_deref().map(visible_name), shown) {
            (Some(stream), Some(Some(version))) => format!("{stream} v{version} - {store}"),
            (Some(stream), Some(None)) => format!("{stream} initial state - {store}"),
            _ => format!("{store} - Eventglass"),
        }
    }

    /// The line for a shell that opens the window here, on a store that is read this way.
    pub fn command_line(&self, choice: &OpenChoice) -> String {
        let mut line = CommandLine::new("", &self.store);
        line.option("--stream", self.stream.as_deref());
        if self.stream.is_some() {
            // The window takes it with a stream only.
            line.at(self.at);
        }
        line.reducer(self.reducer.as_deref());
        line.read_as(choice);
        line.text
    }
}

/// A line for a shell, put together option by option.
pub(super) struct CommandLine {
    pub(super) text: String,
}

impl CommandLine {
    /// Begins with the program, a verb where there is one, and the store.
    pub(super) fn new(verb: &str, store: &Path) -> CommandLine {
        let bytes = store.as_os_str().as_encoded_bytes();
        // A relative path could have the name of a verb, or begin as an option does.
        let dot = if store.is_absolute() || bytes.starts_with(b".") { "" } else { "./" };
        let gap = if verb.is_empty() { "" } else { " " };
        CommandLine { text: format!("eventglass{gap}{verb} {dot}{}", quoted(bytes)) }
    }

    pub(super) fn option(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            let gap = if value.starts_with('-') { '=' } else { ' ' };
            self.text.push_str(&format!(" {name}{gap}{}", quoted(value.as_bytes())));
        }
    }

    /// What computes states, as [`Place::reducer`] names it.
    pub(super) fn reducer(&mut self, named: Option<&str>) {
        match named.and_then(|named| named.strip_prefix(PROGRAM)) {
            Some(command) => self.option("--reducer-command", Some(command)),
            None => self.option("--reducer", named),
        }
    }

    pub(super) fn flag(&mut self, name: &str) {
        self.text.push_str(&format!(" {name}"));
    }

    /// Where in a stream; nothing for its end.
    pub(super) fn at(&mut self, at: At) {
        let name = if matches!(at, At::Time(_)) { "--at-time" } else { "--at" };
        self.option(name, at_form::text(at).as_deref());
    }

    /// How the store is read.
    pub(super) fn read_as(&mut self, choice: &OpenChoice) {
        self.option("--dialect", choice.dialect.as_deref());
        self.option("--table", choice.map.table.as_deref());
        self.option("--tenant", choice.tenant.as_deref());
        for (role, column) in &choice.map.columns {
            self.option("--map", Some(&MapOverride::part(role, column)));
        }
    }
}

/// A word as every POSIX shell reads it back. Control characters would be keys where the line
/// is pasted into a terminal, and some bytes are no text: `printf` writes both.
pub fn quoted(bytes: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:@%,=#".contains(byte);
    if !bytes.is_empty() && !matches!(bytes[0], b'#' | b'=') && bytes.iter().all(plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut word = String::from("'");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' => word.push_str(r"'\''"),
                '\n' => word.push(c),
                c if c.is_control() => printed(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut word),
                c => word.push(c),
            }
        }
        if !chunk.invalid().is_empty() {
            printed(chunk.invalid(), &mut word);
        }
    }
    word.push('\'');
    word
}

/// Leaves the single quotes for bytes in octal.
fn printed(bytes: &[u8], word: &mut String) {
    let octal: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
    word.push_str(&format!("'\"$(printf '{octal}')\"'"));
}

/// What the user types: a path or the URL of a file; `~/` is the user's home, as in a shell. A
/// path may begin and end with spaces.
pub(super) fn typed_path(text: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match text.strip_prefix("~/").and_then(|rest| home().map(|home| home.join(rest))) {
        Some(path) => path,
        None => home::named_path(text.as_ref()),
    }
}

/// What a store is called among others: its file, with as many folders in front as tell it apart.
pub(super) fn tab_name(path: &Path, all: &[PathBuf]) -> String {
    let alike: Vec<&PathBuf> =
        all.iter().filter(|other| *other != path && other.file_name() == path.file_name()).collect();
    let end = |path: &Path, parts: usize| -> PathBuf {
        let all: Vec<_> = path.components().collect();
        all[all.len().saturating_sub(parts)..].iter().collect()
    };
    let most = path.components().count().max(1);
    let parts = (1..most).find(|parts| alike.iter().all(|other| end(other, *parts) != end(path, *parts)));
    match parts {
        Some(1) => file_name(path),
        _ => end(path, parts.unwrap_or(most)).display().to_string(),
    }
}

/// Reads a field of the settings; one that cannot be read is its default.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    Ok(serde_json::Value::deserialize(from).ok().and_then(|value| T::deserialize(value).ok()).unwrap_or_default())
}

/// [`At`] as text: nothing for the last event, `initial`, `57`, or a time.
pub(super) mod at_form {
    use serde::Serializer;

    use super::*;

    pub fn is_last(at: &At) -> bool {
        *at == At::Last
    }

    pub fn text(at: At) -> Option<String> {
        match at {
            At::Last => None,
            At::Initial => Some("initial".to_owned()),
            At::Version(version) => Some(version.to_string()),
            At::Time(time) => Some(time.to_rfc3339()),
            // Only while the events are put in order; nobody can write it.
            At::Applied(_) => None,
        }
    }

    pub fn serialize<S: Serializer>(at: &At, to: S) -> Result<S::Ok, S::Error> {
        text(*at).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<At, D::Error> {
        let text: Option<String> = or_default(from)?;
        let parse = |text: &str| At::parse(text).or_else(|| Time::parse(text).map(At::Time));
        Ok(text.and_then(|text| parse(&text)).unwrap_or_default())
    }
}

/// A path as text; one that is no text, as its bytes.
pub(super) mod path_form {
    use serde::Serializer;

    use super::*;

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => text.serialize(to),
            None => path.as_os_str().as_encoded_bytes().serialize(to),
        }
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Text(PathBuf),
        Bytes(Vec<u8>),
    }

    impl Default for Form {
        fn default() -> Form {
            Form::Text(PathBuf::new())
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(match or_default(from)? {
            Form::Text(path) => path,
            Form::Bytes(bytes) => of_bytes(bytes),
        })
    }

    #[cfg(unix)]
    fn of_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    #[cfg(not(unix))]
    fn of_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::TimeSpan;

    fn read(text: &str) -> Place {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_place_comes_back_from_text_as_it_was() {
        for at in [At::Last, At::Initial, At::Version(Version(-3)), At::Time(Time(1_772_600_000_123_456))] {
            let place = Place {
                store: PathBuf::from("/a b/c.db"),
                stream: Some("s-1".to_owned()),
                at,
                tab: StateTab::Changes,
                filter: Filter {
                    types: Some(["X".to_owned()].into()),
                    times: TimeSpan { from: Some(Time(1_772_600_000_123_456)), through: None },
                    ..Filter::words("type:X")
                },
                zoom: Zoom { times: 3.5, left: 0.25 },
                reducer: Some("r.mjs#x".to_owned()),
            };
            let text = serde_json::to_string(&place).expect("text");
            assert_eq!(read(&text), place, "{text}");
        }
        assert_eq!(read(r#"{"path":"/old.db"}"#), Place::of("/old.db"), "as first versions wrote it");
    }

    #[test]
    fn a_field_that_cannot_be_read_is_its_default() {
        let text = r#"{"path":"/a","stream":7,"at":"soon","tab":"sideways","filter":[],"types":7,"from":"soon","through":{},"reducer":"r.js"}"#;
        assert_eq!(read(text), Place { reducer: Some("r.js".to_owned()), ..Place::of("/a") });
        assert_eq!(read(r#"{"path":{},"at":57}"#), Place::default());
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_comes_back() {
        use std::os::unix::ffi::OsStringExt;
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/odd\xff.db".to_vec()));
        let text = serde_json::to_string(&Place::of(&path)).expect("text");
        assert_eq!(read(&text).store, path);
    }
}
