//! How a host goes into the jail and becomes Node or Python there.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::IntoRawFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use super::MEMORY_BYTES;
use super::jail::{self, Allowed};
use super::process::PYTHON;

/// Becomes what the arguments say, `NODE FOLDER` or `python PYTHON FOLDER PREFIXES PACKAGES`;
/// returns where it cannot.
pub(super) fn become_other(arguments: &[OsString]) -> io::Error {
    match arguments {
        [kind, python, folder, prefixes, packages] if kind == PYTHON => {
            become_python(Path::new(python), Path::new(folder), prefixes, packages)
        }
        [node, folder] => become_node(Path::new(node), Path::new(folder)),
        _ => io::Error::other("a host is started by Eventglass only"),
    }
}

/// What Node runs: the driver, and a host around it.
const NODE_SCRIPT: &str = concat!(
    "const makeDriver =\n",
    include_str!("../driver.js"),
    ";\nconst makeModules =\n",
    include_str!("../modules.js"),
    ";\nconst makeProjection =\n",
    include_str!("../projection.js"),
    ";\n",
    include_str!("../node.js"),
);
/// Where libraries of the system lie.
const LIBRARIES: [&str; 8] =
    ["/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store"];
/// What Node reads beside them.
const READS: [&str; 8] = [
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/localtime",
    "/etc/timezone",
    "/usr/share/zoneinfo",
    "/proc/self",
    "/proc/meminfo",
    "/dev/urandom",
];

/// What asks the host and what it answers to, by the numbers of their files, and nothing in their
/// stead: what user code reads from the standard input or writes to the output is no question and
/// no answer.
struct Ways {
    input: String,
    output: String,
    nothing: [File; 2],
}

impl Ways {
    fn new() -> io::Result<Ways> {
        Ok(Ways {
            input: rustix::io::dup(io::stdin())?.into_raw_fd().to_string(),
            output: rustix::io::dup(io::stdout())?.into_raw_fd().to_string(),
            nothing: [File::open("/dev/null")?, File::options().write(true).open("/dev/null")?],
        })
    }
}

/// Goes into the jail, and becomes Node there; returns where it cannot.
fn become_node(node: &Path, folder: &Path) -> io::Error {
    let Ways { input, output, nothing: [no_input, no_output] } = match Ways::new() {
        Ok(ways) => ways,
        Err(error) => return error,
    };
    let mut reads: Vec<PathBuf> = READS.iter().map(PathBuf::from).collect();
    if folder != Path::new("/") {
        reads.push(folder.to_owned());
    }
    for above in folder.ancestors() {
        let packages = above.join("node_modules");
        reads.extend(linked(&packages));
        reads.push(packages);
        reads.push(above.join("package.json"));
    }
    let mut runs: Vec<PathBuf> = LIBRARIES.iter().map(PathBuf::from).collect();
    runs.push(node.to_owned());
    if let Err(error) = jail::enter(&Allowed { reads, runs }) {
        return error;
    }
    let heap = format!("--max-old-space-size={}", MEMORY_BYTES >> 20);
    std::process::Command::new(node)
        .args(["--experimental-vm-modules", "--no-warnings", &heap, "-e", NODE_SCRIPT, &input, &output])
        .stdin(no_input)
        .stdout(no_output)
        .exec()
}

/// What Python runs.
const PYTHON_SCRIPT: &str = concat!(
    include_str!("../python/world.py"),
    include_str!("../python/file.py"),
    include_str!("../python/fold.py"),
    include_str!("../python/state.py"),
    include_str!("../python/host.py"),
);

/// Goes into the jail, and becomes Python there; returns where it cannot.
fn become_python(python: &Path, folder: &Path, prefixes: &OsStr, packages: &OsStr) -> io::Error {
    if let Err(error) = super::serve::limit(rustix::process::Resource::As, 4 << 30) {
        return error;
    }
    let Ways { input, output, nothing: [no_input, no_output] } = match Ways::new() {
        Ok(ways) => ways,
        Err(error) => return error,
    };
    let packages: Vec<PathBuf> = std::env::split_paths(packages).collect();
    let mut reads: Vec<PathBuf> = READS.iter().map(PathBuf::from).collect();
    // A package is imported from the folder above it.
    let root = folder.ancestors().find(|folder| !folder.join("__init__.py").exists()).unwrap_or(folder);
    if root != Path::new("/") {
        reads.push(root.to_owned());
    }
    let mut runs: Vec<PathBuf> = LIBRARIES.iter().map(PathBuf::from).collect();
    // Those of the system hold all programs.
    let wide = ["/", "/usr", "/usr/local"].map(Path::new);
    runs.extend(std::env::split_paths(prefixes).filter(|prefix| !wide.contains(&prefix.as_path())));
    runs.extend(packages.iter().filter(|path| !wide.contains(&path.as_path())).cloned());
    runs.push(python.to_owned());
    runs.extend(python.canonicalize());
    if let Err(error) = jail::enter(&Allowed { reads, runs }) {
        return error;
    }
    // Sets of texts have the same order in every run.
    std::process::Command::new(python)
        .args(["-s", "-B", "-c", PYTHON_SCRIPT, &input, &output])
        .stdin(no_input)
        .stdout(no_output)
        .args(packages)
        .env("PYTHONHASHSEED", "0")
        .exec()
}

/// Packages that are links to elsewhere, as in a workspace of several.
fn linked(packages: &Path) -> Vec<PathBuf> {
    const MOST: usize = 2_000;
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        entries.take(MOST).map(|entry| entry.path()).collect()
    };
    let is_scope = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"@"));
    let all = inside(packages).into_iter().flat_map(|path| if is_scope(&path) { inside(&path) } else { vec![path] });
    all.filter(|path| path.is_symlink()).filter_map(|path| path.canonicalize().ok()).collect()
}
