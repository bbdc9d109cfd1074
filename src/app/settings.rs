//! What is remembered between runs: theme, zone, axis, recent stores. One JSON file;
//! what cannot be read is as if it were not there, and keys of newer versions are kept.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::action::ThemeChoice;

/// Settings as they stand in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    theme: String,
    pub utc: bool,
    pub by_sequence: bool,
    pub recent: Vec<Recent>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// A store that was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    pub path: PathBuf,
    #[serde(default)]
    pub dialect: String,
    /// It was not there when it was last opened.
    #[serde(skip)]
    pub missing: bool,
}

const FILE: &str = "settings.json";

impl Settings {
    /// Reads them. Whether recent stores are still there is not looked at: a share that
    /// does not answer must not hold the window back.
    pub fn load(folder: &Path) -> Settings {
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes them to a temporary file, then renames it.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let temporary = folder.join(format!("{FILE}.new"));
        std::fs::write(&temporary, serde_json::to_string_pretty(self)?)?;
        std::fs::rename(temporary, folder.join(FILE))
    }

    pub fn theme(&self) -> ThemeChoice {
        match self.theme.as_str() {
            "dark" => ThemeChoice::Dark,
            "light" => ThemeChoice::Light,
            _ => ThemeChoice::System,
        }
    }

    pub fn set_theme(&mut self, theme: ThemeChoice) {
        self.theme = match theme {
            ThemeChoice::System => "system",
            ThemeChoice::Dark => "dark",
            ThemeChoice::Light => "light",
        }
        .to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_kept_with_what_newer_versions_wrote() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let path = folder.path().join(FILE);
        std::fs::write(&path, r#"{"theme":"light","later":[1],"recent":[{"path":"/gone"}]}"#).expect("written");
        let mut settings = Settings::load(folder.path());
        assert_eq!(settings.theme(), ThemeChoice::Light);
        settings.set_theme(ThemeChoice::Dark);
        settings.save(folder.path()).expect("saved");
        let text = std::fs::read_to_string(&path).expect("read");
        assert!(text.contains("later") && text.contains("dark") && text.contains("/gone"));
        std::fs::write(&path, "{ broken").expect("written");
        assert_eq!(Settings::load(folder.path()), Settings::default());
    }
}
