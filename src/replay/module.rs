//! [`Module`]: a user's file with everything it imports, read beforehand, and what it exports.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::Problem;

/// A user's module and what it imports, by path; types are stripped already.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Path of the file that the user named, in its folder.
    pub entry: String,
    /// Last part of that path, as shown.
    pub file_name: String,
    /// Where the file really is.
    pub folder: PathBuf,
    /// Sources by path in the folder, the entry among them.
    pub sources: BTreeMap<String, Source>,
    /// Where the user wrote what stands in them, for those that are not as they were.
    pub places: BTreeMap<String, Places>,
    /// Why no state of it can be copied, where its text shows that: it keeps something outside
    /// the state that nobody sees.
    pub apart: Option<String>,
    /// It has words by which accessors (1) or read-only members (2) come to be, or hands on what
    /// belongs to the language (4).
    pub odd: u8,
}

/// One file of a module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    pub kind: Kind,
    pub text: Arc<str>,
}

/// Where parts of a text stand, and where the user wrote them, in the text's order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Places(Vec<Place>);

/// Line and column, from 0.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Place {
    pub at: (u32, u32),
    pub written: (u32, u32),
}

impl FromIterator<Place> for Places {
    fn from_iter<T: IntoIterator<Item = Place>>(places: T) -> Places {
        Places(places.into_iter().collect())
    }
}

impl Module {
    /// `file.ts:3:34`, an engine's words for a place, as the user wrote the file.
    pub fn written_place(&self, place: &str) -> Option<String> {
        let mut parts = place.rsplitn(3, ':');
        let column: u32 = parts.next()?.parse().ok()?;
        let line: u32 = parts.next()?.parse().ok()?;
        let name = parts.next()?;
        let Places(places) = self.places.get(name)?;
        let at = (line.checked_sub(1)?, column.checked_sub(1)?);
        let found = places.get(places.partition_point(|place| place.at <= at).checked_sub(1)?)?;
        Some(format!("{name}:{}:{}", found.written.0 + 1, found.written.1 + 1))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Esm,
    CommonJs,
    Json,
    /// A script that defines a KurrentDB projection.
    Projection,
}

/// An export that can fold events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// `default`, `account`, or `reducers.account`.
    pub name: String,
    pub kind: ExportKind,
    /// What a projection reads on the server.
    #[serde(default)]
    pub reads: Option<Reads>,
}

/// The sources of a projection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    pub all: bool,
    pub categories: Vec<String>,
    pub streams: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// `(state, event) => state`.
    Function,
    /// A class whose methods apply events.
    Class,
    /// `{ initialState, evolve }`.
    Decider,
    /// Handlers by event type.
    Handlers,
    /// A KurrentDB projection.
    Projection,
}

/// Why a module cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ModuleError {
    pub file: String,
    pub message: String,
    pub help: String,
}

impl From<ModuleError> for Problem {
    fn from(error: ModuleError) -> Problem {
        Problem { what: format!("{} cannot be used", error.file), cause: error.message, help: error.help }
    }
}

/// The path that `name` means inside the module at `base`; `None` where it is no
/// relative import or leaves the folder above the root.
pub fn resolve(base: &str, name: &str) -> Option<String> {
    if !name.starts_with("./") && !name.starts_with("../") && !matches!(name, "." | "..") {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Files that an import may mean: TypeScript writes `./x.js` or `./x` for `x.ts`, and `require`
/// completes names. As `modules.js` has them.
pub fn candidates(path: &str) -> Vec<String> {
    let mut list = vec![path.to_owned()];
    for (written, meant) in [(".js", ".ts"), (".js", ".tsx"), (".mjs", ".mts"), (".cjs", ".cts"), (".jsx", ".tsx")] {
        list.extend(path.strip_suffix(written).map(|stem| format!("{stem}{meant}")));
    }
    let stem = path.trim_end_matches('/');
    for ending in [".js", ".json", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx"] {
        list.push(format!("{stem}{ending}"));
    }
    for ending in [".js", ".json", ".ts", ".mjs", ".cjs"] {
        list.push(if stem.is_empty() { format!("index{ending}") } else { format!("{stem}/index{ending}") });
    }
    list
}
