//! [`Target`]: the file of an export, which is there whole or not at all, and never the store.

use std::fs::Metadata;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tempfile::NamedTempFile;

use crate::formats::Opened;
use crate::model::Problem;

/// What a writer of a SQLite file puts beside it.
const SIDE_FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];
const BUFFER: usize = 1 << 16;

/// A file under a temporary name beside its place, until [`Target::keep`] puts it there.
pub struct Target {
    path: PathBuf,
    force: bool,
    file: BufWriter<NamedTempFile>,
    /// Behind the file: it is gone, or kept, before nobody knows of it.
    _part: Part,
}

/// The note of a temporary file, as long as it is there.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        under_way().retain(|path| *path != self.0);
    }
}

/// Why a file cannot be begun.
#[derive(Debug)]
pub enum NoTarget {
    /// Something is there, and may not be replaced.
    Exists(PathBuf),
    Refused(Problem),
}

impl From<Problem> for NoTarget {
    fn from(problem: Problem) -> NoTarget {
        NoTarget::Refused(problem)
    }
}

impl From<NoTarget> for Problem {
    fn from(error: NoTarget) -> Problem {
        match error {
            NoTarget::Exists(path) => exists(&path),
            NoTarget::Refused(problem) => problem,
        }
    }
}

impl Target {
    /// Begins a file that is to be at `path`; what is there stays until [`Target::keep`].
    ///
    /// # Errors
    /// Where it cannot be, or must not: one of these stores, a file of SQLite's beside it, a link to one of
    /// them, a place inside a store's folder; or something is there and `force` is not set.
    pub fn begin(path: &Path, stores: &[&Opened], force: bool) -> Result<Target, NoTarget> {
        let path = real_place(path)?;
        stores.iter().try_for_each(|opened| refuse_store(&path, opened))?;
        if std::fs::symlink_metadata(&path).is_ok() && !force {
            return Err(NoTarget::Exists(path));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".eventglass-").suffix(".part");
        // Who may read what was there may read what replaces it, and nobody else.
        let replaced = std::fs::metadata(&path).ok().map(|meta| meta.permissions()).filter(|_| cfg!(unix));
        #[cfg(unix)]
        builder.permissions(replaced.clone().unwrap_or_else(|| std::os::unix::fs::PermissionsExt::from_mode(0o666)));
        discard_on_signal();
        // A signal must not come between the file and the note of it.
        let mut under_way = under_way();
        let file = builder.tempfile_in(folder).map_err(|error| not_written(&path, &error))?;
        let part = file.path().to_owned();
        under_way.push(part.clone());
        drop(under_way);
        if let Some(permissions) = replaced {
            // What a new file has is less what the umask takes.
            file.as_file().set_permissions(permissions).map_err(|error| not_written(&path, &error))?;
        }
        Ok(Target { path, force, file: BufWriter::with_capacity(BUFFER, file), _part: Part(part) })
    }

    /// Puts the file to its place; it is on the disk then.
    ///
    /// # Errors
    /// Where that cannot be, and then nothing is left of it.
    pub fn keep(self) -> Result<(), NoTarget> {
        let Target { path, force, file, _part } = self;
        let file = file.into_inner().map_err(|error| not_written(&path, error.error()))?;
        file.as_file().sync_all().map_err(|error| not_written(&path, &error))?;
        let kept = match force {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        match kept {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(NoTarget::Exists(path)),
            Err(error) => Err(not_written(&path, &error.error).into()),
        }
    }

    /// Why writing to it failed.
    pub fn problem(&self, error: &io::Error) -> Problem {
        not_written(&self.path, error)
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The temporary files of the exports that run, for whoever ends the program from outside.
fn under_way() -> MutexGuard<'static, Vec<PathBuf>> {
    static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ctrl+C, or a signal that ends the program, takes away what is not finished.
fn discard_on_signal() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let handled = ctrlc::set_handler(|| {
            discard();
            // As a shell says of what Ctrl+C ended.
            std::process::exit(130);
        });
        if let Err(error) = handled {
            log::warn!("a signal would leave a temporary file behind: {error}");
        }
    });
}

/// Takes away the temporary files of the exports that run: the program is being ended.
pub fn discard() {
    for path in under_way().drain(..) {
        // There is nobody left to tell.
        let _ = std::fs::remove_file(path);
    }
}

fn exists(path: &Path) -> Problem {
    Problem {
        what: format!("{} is there already", path.display()),
        cause: String::new(),
        help: "name another file, or replace it with --force".to_owned(),
    }
}

fn not_written(path: &Path, error: &io::Error) -> Problem {
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space, or name a file on another disk"
        }
        io::ErrorKind::NotFound => "make the folder first, or name a file in another one",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "name a file in a folder of your own",
        _ => "name a file in another folder",
    };
    let error = error.to_string();
    // The temporary file's own name says nothing to anyone.
    let why = error.split_once(" at path \"").map_or(&*error, |(why, _)| why);
    Problem {
        what: format!("{} cannot be written: {why}", path.display()),
        cause: String::new(),
        help: help.to_owned(),
    }
}

/// The place that a path leads to: links are followed, and what can be no file is refused.
fn real_place(path: &Path) -> Result<PathBuf, Problem> {
    let refused = |why: &str| Problem {
        what: format!("{} {why}", path.display()),
        cause: String::new(),
        help: "name a file to write to".to_owned(),
    };
    let ends_in_slash =
        path.as_os_str().as_encoded_bytes().last().is_some_and(|byte| std::path::is_separator(*byte as char));
    let Some(name) = path.file_name().filter(|_| !ends_in_slash) else { return Err(refused("names no file")) };
    if std::fs::symlink_metadata(path).is_ok() {
        // Behind a link such as /dev/stdout there may be a pipe, which has no path.
        let found = std::fs::metadata(path).map_err(|_| refused("is a link that leads nowhere"))?;
        return match (found.is_file(), found.is_dir()) {
            (true, _) => path.canonicalize().map_err(|error| not_written(path, &error)),
            (_, true) => Err(refused("is a folder")),
            _ => Err(refused("is a pipe or a device, not a file")),
        };
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(folder.canonicalize().map_err(|error| not_written(path, &error))?.join(name))
}

/// Nothing of the store is written to, not even where it does not exist yet.
fn refuse_store(path: &Path, opened: &Opened) -> Result<(), Problem> {
    let refused = |what: &str| Problem {
        what: format!("{} is {what}, which is never written to", path.display()),
        cause: String::new(),
        help: "name a file elsewhere".to_owned(),
    };
    let store = opened.path.canonicalize().unwrap_or_else(|_| opened.path.clone());
    let named = std::path::absolute(&opened.path).unwrap_or_else(|_| opened.path.clone());
    for base in [&store, &opened.real, &named] {
        if path.starts_with(base) && path != base {
            return Err(refused("inside the store"));
        }
        for side in SIDE_FILES {
            let mut own = base.as_os_str().to_owned();
            own.push(side);
            let what = if side.is_empty() { "the store" } else { "a file of the store" };
            if is_same(path, Path::new(&own)) {
                return Err(refused(what));
            }
        }
    }
    Ok(())
}

/// The two are one place, or one file by two names.
fn is_same(a: &Path, b: &Path) -> bool {
    // On some systems `A.db` is `a.db`; where it is not, nobody misses the name.
    let alike = |a: &Path, b: &Path| a.as_os_str().eq_ignore_ascii_case(b.as_os_str());
    let twins = |a: &Metadata, b: &Metadata| identity(a).is_some() && identity(a) == identity(b);
    alike(a, b) || matches!((std::fs::metadata(a), std::fs::metadata(b)), (Ok(a), Ok(b)) if twins(&a, &b))
}

#[cfg(unix)]
fn identity(meta: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}
