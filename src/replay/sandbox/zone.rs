//! Whether the machine's own zone is UTC: then local times are those of UTC, by its name.

use std::path::Path;

/// Names that Node calls "Coordinated Universal Time".
const NAMES: [&str; 8] = ["UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"];

pub fn is_utc() -> bool {
    match std::env::var("TZ") {
        Ok(name) => NAMES.contains(&name.trim_start_matches(':')),
        Err(_) => is_utc_file(Path::new("/etc/localtime")),
    }
}

/// The file is one of those that hold the rules of the zones, found by its name.
fn is_utc_file(file: &Path) -> bool {
    match std::fs::canonicalize(file) {
        Ok(path) => {
            path.to_str().is_some_and(|path| NAMES.iter().any(|name| path.ends_with(&format!("zoneinfo/{name}"))))
        }
        // Where nothing is said, it is UTC.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound && cfg!(unix),
    }
}
