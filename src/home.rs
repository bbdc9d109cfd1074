//! Where settings, cache and the user's dialects are: `EVENTGLASS_HOME`, or the
//! platform's folders; and how a file of the user's own is named and opened.

use std::ffi::OsStr;
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

/// The path that is meant: file managers name a file by a URL, `file:///a%20b.db`.
pub fn named_path(name: &OsStr) -> PathBuf {
    let url = || url::Url::parse(name.to_str()?).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok();
    match name.as_encoded_bytes().get(..6) {
        Some(head) if head.eq_ignore_ascii_case(b"file:/") => url().unwrap_or_else(|| PathBuf::from(name)),
        _ => PathBuf::from(name),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_url_of_a_file_is_its_path() {
        use std::os::unix::ffi::OsStrExt;
        for (name, path) in [
            ("file:///a%20b/%C3%85.db", &b"/a b/\xc3\x85.db"[..]),
            ("FILE:///a b.db", b"/a b.db"),
            ("file://localhost/a%23%3F%25.db", b"/a#?%.db"),
            ("file:/a/%FF", b"/a/\xff"),
            ("file://other/a.db", b"file://other/a.db"),
            ("/a%20b.db", b"/a%20b.db"),
            ("file", b"file"),
            ("", b""),
        ] {
            assert_eq!(named_path(OsStr::new(name)).as_os_str().as_bytes(), path, "{name}");
        }
    }
}
