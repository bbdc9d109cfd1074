//! [`Module`]: a user's file with everything it imports, read beforehand, and what it exports.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::Problem;

/// A user's module and what it imports, by path; types are stripped already.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Path of the file that the user named.
    pub entry: String,
    /// Last part of that path, as shown.
    pub file_name: String,
    /// Path to JavaScript text, the entry among them.
    pub sources: BTreeMap<String, Arc<str>>,
}

/// An export that can fold events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// `default`, `account`, or `reducers.account`.
    pub name: String,
    pub kind: ExportKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportKind {
    /// `(state, event) => state`.
    Function,
    /// `{ initialState, evolve }`.
    Decider,
    /// Handlers by event type.
    Handlers,
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
    if !name.starts_with("./") && !name.starts_with("../") {
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

/// Files that an import may mean: TypeScript writes `./x.js` or `./x` for `x.ts`.
pub fn candidates(path: &str) -> Vec<String> {
    let mut list = vec![path.to_owned()];
    for (written, meant) in
        [(".js", ".ts"), (".mjs", ".mts"), ("", ".ts"), ("", ".js"), ("", ".mjs"), ("", "/index.ts"), ("", "/index.js")]
    {
        if let Some(stem) = path.strip_suffix(written) {
            list.push(format!("{stem}{meant}"));
        }
    }
    list
}
