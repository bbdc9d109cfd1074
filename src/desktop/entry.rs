//! The program's entry on a desktop of freedesktop.org's kind: a `.desktop` file, an icon and
//! the types of files it opens, in the user's own data folder.
//!
//! Nobody's default changes. `mimeapps.list` is not touched; but where no default was chosen,
//! desktops take the first program that names a type, and one of the user's own folder comes
//! first. So a type that another program opens already is left to it.
//!
//! Sources: Desktop Entry Specification 1.5, Shared MIME-info Database 0.21, MIME Applications
//! Associations 1.0.1.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use directories::BaseDirs;

use crate::model::Problem;

const ICON: &str = include_str!("../../assets/desktop/eventglass.svg");
const TYPES: &str = include_str!("../../assets/desktop/eventglass.xml");
/// A file without these words is not ours to replace or remove.
const OURS: &str = "Written by Eventglass for the desktop";

const ENTRY_FILE: &str = "applications/eventglass.desktop";
const ICON_FILE: &str = "icons/hicolor/scalable/apps/eventglass.svg";
const TYPES_FILE: &str = "mime/packages/eventglass.xml";
const FILES: [&str; 3] = [TYPES_FILE, ICON_FILE, ENTRY_FILE];

/// Types that only our own definitions know.
const OWN: [&str; 3] =
    ["application/vnd.eventglass.lines", "application/vnd.eventglass.dump", "application/vnd.eventglass.archive"];
/// Types that other programs may open already.
const SHARED: [&str; 2] = ["application/vnd.sqlite3", "application/sql"];

/// What `update-mime-database` makes of the packages; without packages it is of nothing.
const MADE: [&str; 12] = [
    "XMLnamespaces",
    "aliases",
    "generic-icons",
    "globs",
    "globs2",
    "icons",
    "magic",
    "mime.cache",
    "subclasses",
    "treemagic",
    "types",
    "version",
];

/// What was done, as sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// About each file.
    files: Vec<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = self.files.iter().chain(&self.notes).map(String::as_str).collect();
        f.write_str(&all.join("\n"))
    }
}

/// Adds the program to the desktop, or brings what was added up to date.
///
/// # Errors
/// No such desktop, a file of somebody else's in the way, a folder that cannot be written.
pub fn install() -> Result<Done, Problem> {
    let what = "Eventglass was not added to the desktop";
    let data = data_folder(what)?;
    let program = std::env::current_exe().map_err(|error| failed(what, Path::new("this program"), &error))?;
    let Some(program) = program.to_str() else {
        let cause = format!("{} is no text, and an entry of the desktop is one", program.display());
        return Err(problem(what, cause, "move the program to a folder with a plain name"));
    };
    for path in FILES.map(|file| data.join(file)) {
        if path.exists() && !is_ours(&path) {
            let cause = format!("{} is there and is not of this command", path.display());
            return Err(problem(what, cause, "move that file away"));
        }
    }
    let mut done = Done::default();
    for (file, text) in [(TYPES_FILE, TYPES), (ICON_FILE, ICON)] {
        done.files.push(write(&data.join(file), text).map_err(|error| failed(what, &data.join(file), &error))?);
    }
    // Before the entry is there: who opens these files now.
    let ran_types = run("update-mime-database", &data.join("mime"));
    let (ours, left): (Vec<_>, Vec<_>) =
        SHARED.into_iter().partition(|kind| opened_by(kind).is_none_or(|by| by == "eventglass.desktop"));
    let types: Vec<&str> = OWN.into_iter().chain(ours).collect();
    let path = data.join(ENTRY_FILE);
    done.files.push(write(&path, &entry(program, &types)).map_err(|error| failed(what, &path, &error))?);
    done.notes.extend(ran_types);
    done.notes.extend(run("update-desktop-database", &data.join("applications")));
    done.notes.extend(left.iter().map(|kind| {
        let by = opened_by(kind).unwrap_or_default();
        format!("Files of the type {kind} are left to {by}: choose Open With to open one here.")
    }));
    done.notes.push("eventglass --uninstall-desktop takes this out again.".to_owned());
    Ok(done)
}

/// Writes a file and the folders above it; a sentence that says so.
fn write(path: &Path, text: &str) -> io::Result<String> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, text)?;
    Ok(format!("Wrote {}.", path.display()))
}

/// Takes out what [`install`] wrote.
///
/// # Errors
/// No such desktop, or a file that cannot be removed.
pub fn uninstall() -> Result<Done, Problem> {
    let what = "Eventglass was not taken out of the desktop";
    let data = data_folder(what)?;
    let mut done = Done::default();
    for path in FILES.map(|file| data.join(file)).into_iter().filter(|path| path.symlink_metadata().is_ok()) {
        if is_ours(&path) {
            std::fs::remove_file(&path).map_err(|error| failed(what, &path, &error))?;
            done.files.push(format!("Removed {}.", path.display()));
        } else {
            done.files.push(format!("{} is not of this command and stays.", path.display()));
        }
    }
    if done.files.is_empty() {
        done.notes.push("There was nothing to take out.".to_owned());
        return Ok(done);
    }
    done.notes.extend(run("update-mime-database", &data.join("mime")));
    done.notes.extend(run("update-desktop-database", &data.join("applications")));
    tidy(&data);
    Ok(done)
}

/// Removes what stands for nothing any more: lists made of files that are gone, empty folders.
fn tidy(data: &Path) {
    let is_empty = |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let mime = data.join("mime");
    if is_empty(&mime.join("packages")) {
        for name in MADE {
            let _ = std::fs::remove_file(mime.join(name));
        }
    }
    let applications = data.join("applications");
    let mut others = std::fs::read_dir(&applications).into_iter().flatten().flatten();
    if others.all(|entry| entry.file_name() == "mimeinfo.cache") {
        let _ = std::fs::remove_file(applications.join("mimeinfo.cache"));
    }
    for folder in ["mime/packages", "mime/application", "mime", "applications"] {
        // Only one that is empty can be.
        let _ = std::fs::remove_dir(data.join(folder));
    }
    for folder in Path::new(ICON_FILE).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        let _ = std::fs::remove_dir(data.join(folder));
    }
}

fn data_folder(what: &str) -> Result<PathBuf, Problem> {
    if !cfg!(target_os = "linux") {
        return Err(problem(what, "this is for desktops on Linux".to_owned(), "use Open With of the file manager"));
    }
    let folder = BaseDirs::new().map(|dirs| dirs.data_dir().to_owned());
    folder.ok_or_else(|| problem(what, "there is no home folder".to_owned(), "set HOME, or XDG_DATA_HOME"))
}

fn problem(what: &str, cause: String, help: &str) -> Problem {
    Problem { what: what.to_owned(), cause, help: help.to_owned() }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Problem {
    problem(what, format!("{}: {error}", path.display()), "see that the folder can be written, or set XDG_DATA_HOME")
}

fn is_ours(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.contains(OURS))
}

/// Has a tool of the desktop bring its lists up to date; what is to be said of that.
fn run(tool: &str, folder: &Path) -> Option<String> {
    match Command::new(tool).arg(folder).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(format!("{tool} failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(_) => Some(format!("{tool} is not there: the desktop may notice this after the next login.")),
    }
}

/// The entry of the program that opens files of a type now, chosen or not. Where nobody can
/// tell, a word for that.
fn opened_by(kind: &str) -> Option<String> {
    let Ok(output) = Command::new("gio").args(["mime", kind]).env("LC_ALL", "C").output() else {
        return Some("whoever opens them now".to_owned());
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("Default application"))?;
    line.rsplit(": ").next().map(|id| id.trim().to_owned())
}

/// The text of the `.desktop` file.
fn entry(program: &str, types: &[&str]) -> String {
    format!(
        "[Desktop Entry]\n# {OURS}\nType=Application\nName=Eventglass\nGenericName=Event store debugger\n\
         Comment=Shows how each stream of an event store came to be what it is\n\
         Exec={} %F\nTryExec={}\nIcon=eventglass\nTerminal=false\nStartupNotify=false\n\
         StartupWMClass=eventglass\nCategories=Development;Debugger;\nKeywords=events;sourcing;replay;stream;\n\
         InitialPreference=0\nMimeType={};\n",
        value(&argument(program)),
        value(program),
        types.join(";"),
    )
}

/// An argument of `Exec`, quoted so that it is this one whatever is in it.
fn argument(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '`' | '$' | '\\' => quoted.extend(['\\', c]),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value of a `.desktop` file, with what would end its line written otherwise.
fn value(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_path_is_quoted_as_the_specification_says() {
        for (path, exec) in [
            ("/opt/eventglass", r#""/opt/eventglass""#),
            ("/a b/100%/x", r#""/a b/100%%/x""#),
            (r#"/a"b`c$d\e"#, r#""/a\\"b\\`c\\$d\\\\e""#),
            ("/two\nlines", r#""/two\nlines""#),
        ] {
            assert_eq!(value(&argument(path)), exec);
        }
    }
}
