//! Where settings, cache and the user's dialects are: `EVENTGLASS_HOME`, or the
//! platform's folders.

use std::path::PathBuf;

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
