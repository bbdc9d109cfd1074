//! Where settings, cache and the user's dialects are: `EVENTGLASS_HOME`, or the
//! platform's folders; and how a file of the user's own is opened.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

fn under(part: &str, platform: impl Fn(&ProjectDirs) -> PathBuf) -> PathBuf {
    match std::env::var_os("EVENTGLASS_HOME") {
        Some(home) if !home.is_empty() => PathBuf::from(home).join(part),
        _ => match ProjectDirs::from("", "", "eventglass") {
            Some(dirs) => platform(&dirs),
            None => std::env::temp_dir().join("eventglass").join(part),
        },
    }
}

/// Working copies and indexes; may be deleted at any time.
pub fn cache() -> PathBuf {
    under("cache", |dirs| dirs.cache_dir().to_owned())
}

/// The user's own dialects.
pub fn dialects() -> PathBuf {
    under("dialects", |dirs| dirs.config_dir().join("dialects"))
}

/// What is remembered between runs.
pub fn data() -> PathBuf {
    under("data", |dirs| dirs.data_dir().to_owned())
}

/// Opens a file that the user wrote: a dialect, a reducer, the settings. Reading a pipe or a
/// device could wait for ever, or never end; so it is refused before it is opened.
///
/// # Errors
/// What is no regular file, or cannot be opened.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let meta = std::fs::metadata(path)?;
    if meta.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    File::open(path)
}
