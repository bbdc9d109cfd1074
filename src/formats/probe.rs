//! [`Location`] and [`Probe`]: where a store is, and the little that is looked at to tell
//! which container reads it.

use std::ffi::OsString;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::FileBytes;
use super::{OpenError, ReadError};

/// Bytes of a file looked at.
pub(super) const HEAD_BYTES: usize = 64 << 10;
/// Names of a folder looked at.
const NAMES: usize = 1_000;
/// How connection strings begin.
const SCHEMES: [&str; 8] = ["postgres", "postgresql", "mysql", "mongodb", "esdb", "esdb+discover", "kurrentdb", "http"];

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A file or a folder.
    Path(PathBuf),
    /// A connection string.
    Server(String),
}

impl Location {
    /// A path as a person gives it, or a connection string.
    pub fn of(path: &Path) -> Location {
        let scheme = path.to_str().and_then(|text| Some((text.split_once("://")?.0, text)));
        match scheme {
            Some((scheme, text)) if SCHEMES.contains(&scheme) => Location::Server(text.to_owned()),
            _ => Location::Path(path.to_owned()),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Path(path) => path.display().fmt(f),
            // It may hold a password.
            Location::Server(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                write!(f, "{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host))
            }
        }
    }
}

/// What was looked at.
pub(super) struct Probe {
    pub kind: Kind,
    /// Size of the file.
    pub len: u64,
    path: PathBuf,
    /// The file's handle, kept for the store: see [`FileBytes`].
    file: Option<Arc<FileBytes>>,
}

/// What stands at a location.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The first bytes of a file, its compression taken off.
    File(Head),
    /// The first names in a folder.
    Folder(Vec<OsString>),
}

/// How a file begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub bytes: Vec<u8>,
    /// There is nothing behind them.
    pub is_whole: bool,
}

impl Head {
    /// Bytes to ask for: one more than is kept, which tells whether there are more.
    pub const WANT: usize = HEAD_BYTES + 1;

    /// From the first [`Head::WANT`] bytes, or all there are.
    pub fn of(mut bytes: Vec<u8>) -> Head {
        let is_whole = bytes.len() < Head::WANT;
        bytes.truncate(HEAD_BYTES);
        Head { bytes, is_whole }
    }

    /// What can be read before an error is right all the same: whoever reads on is told of it.
    pub fn read(from: impl Read) -> std::io::Result<Head> {
        let mut bytes = Vec::new();
        let read = from.take(Head::WANT as u64).read_to_end(&mut bytes);
        match read {
            Err(error) if bytes.is_empty() => Err(error),
            read => {
                let head = Head::of(bytes);
                Ok(Head { is_whole: read.is_ok() && head.is_whole, ..head })
            }
        }
    }
}

impl Probe {
    /// Of what is no file.
    pub fn of_input(head: Vec<u8>) -> Probe {
        Probe { kind: Kind::File(Head::of(head)), len: 0, path: PathBuf::new(), file: None }
    }

    /// Of a folder with these names.
    pub fn of_names(names: Vec<OsString>) -> Probe {
        Probe { kind: Kind::Folder(names), len: 0, path: PathBuf::new(), file: None }
    }

    /// Looks at what stands at a path.
    pub fn of(path: &Path) -> Result<Probe, OpenError> {
        let io = |source| ReadError::io(path, source);
        let meta = match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(OpenError::Missing(path.to_owned()));
            }
            meta => meta.map_err(io)?,
        };
        let mut probe = Probe { kind: Kind::Folder(Vec::new()), len: meta.len(), path: path.to_owned(), file: None };
        if meta.is_dir() {
            let names = std::fs::read_dir(path).map_err(io)?;
            probe.kind = Kind::Folder(names.filter_map(|entry| Some(entry.ok()?.file_name())).take(NAMES).collect());
        } else if meta.is_file() {
            let file = Arc::new(FileBytes::open(path).map_err(io)?);
            probe.kind = Kind::File(Head::of(file.head(0, Head::WANT).map_err(io)?));
            probe.file = Some(file);
        } else {
            // Reading it could wait for ever, or never end.
            return Err(OpenError::NotAStore {
                path: path.to_owned(),
                reason: "it is a pipe or a device".to_owned(),
                help: "write what it gives into a file, and open that".to_owned(),
            });
        }
        Ok(probe)
    }

    /// The same place, where what is inside it begins like this.
    pub fn with(&self, head: Head) -> Probe {
        Probe { kind: Kind::File(head), len: self.len, path: self.path.clone(), file: self.file.clone() }
    }

    /// The folder holds a file of that name, be it behind the names that were listed.
    pub fn holds(&self, name: &str) -> bool {
        let is_listed = matches!(&self.kind, Kind::Folder(names) if names.iter().any(|own| own == name));
        is_listed || !self.path.as_os_str().is_empty() && self.path.join(name).is_file()
    }

    /// The file's handle.
    pub fn file(&self) -> Result<Arc<FileBytes>, ReadError> {
        let gone = || ReadError::io(&self.path, std::io::ErrorKind::IsADirectory.into());
        self.file.clone().ok_or_else(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_files_behind_those_that_are_listed() {
        let folder = tempfile::tempdir().expect("a folder");
        let names: Vec<String> = (0..NAMES + 200).map(|at| format!("blob_{at}.dat")).collect();
        names.iter().for_each(|name| std::fs::write(folder.path().join(name), b"").expect("a file"));
        let probe = Probe::of(folder.path()).expect("a probe");
        assert!(matches!(&probe.kind, Kind::Folder(listed) if listed.len() == NAMES));
        assert!(names.iter().all(|name| probe.holds(name)) && !probe.holds("toc.dat"));
        let probe = Probe::of_names(vec!["toc.dat".into()]);
        assert!(probe.holds("toc.dat") && !probe.holds("Cargo.toml"));
    }
}
