//! [`Engine`]: what runs the code of a reducer, and how it is found.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;

use super::Host;
use crate::replay::module::ModuleError;

/// What the user wants: `--host`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WantedHost {
    /// Node where it can be had in a jail, else the sandbox.
    #[default]
    Auto,
    Node,
    Sandbox,
    Python,
}

/// What runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// QuickJS, in the program itself.
    Sandbox,
    /// Node in a jail.
    Node(Node),
    /// Python in a jail.
    Python(Python),
}

/// A Node that was found, and that runs in a jail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub program: PathBuf,
    /// `20.20.2`.
    pub version: String,
}

/// The Python of the user, that runs in a jail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Python {
    pub program: PathBuf,
    /// `3.11.2`.
    pub version: String,
    /// Folders that it is installed in.
    pub prefixes: Vec<PathBuf>,
    /// Where it finds packages.
    pub packages: Vec<PathBuf>,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |version: &str| version.rsplit_once('.').map_or(version, |(short, _)| short).to_owned();
        match self {
            Engine::Sandbox => f.write_str("sandbox"),
            Engine::Node(node) => write!(f, "Node {}, jailed", short(&node.version)),
            Engine::Python(python) => write!(f, "Python {}, jailed", short(&python.version)),
        }
    }
}

impl Engine {
    /// What runs the file.
    ///
    /// # Errors
    /// What is wanted cannot be had.
    pub fn choose(wanted: WantedHost, file: &Path) -> Result<Engine, ModuleError> {
        let is_python = wanted == WantedHost::Auto && file.extension() == Some(OsStr::new("py"));
        if is_python || wanted == WantedHost::Python {
            return python().map(|python| Engine::Python(python.clone())).map_err(|why| ModuleError {
                file: "--host python".to_owned(),
                message: why.clone(),
                help: "install Python 3.9 or newer so that `python3` is on the PATH".to_owned(),
            });
        }
        match (wanted, node()) {
            (WantedHost::Sandbox, _) => Ok(Engine::Sandbox),
            (_, Ok(node)) => Ok(Engine::Node(node.clone())),
            (WantedHost::Auto | WantedHost::Python, Err(_)) => Ok(Engine::Sandbox),
            (WantedHost::Node, Err(why)) => Err(ModuleError {
                file: "--host node".to_owned(),
                message: why.clone(),
                help: "install Node 20 or newer so that `node` is on the PATH, or use --host sandbox".to_owned(),
            }),
        }
    }

    /// Its signs of life name the event that is under way, whatever it does.
    pub(super) fn names_events(&self) -> bool {
        *self == Engine::Sandbox
    }

    /// Its copies are those of `driver.js`.
    pub(super) fn is_javascript(&self) -> bool {
        matches!(self, Engine::Node(_) | Engine::Sandbox)
    }

    /// It keeps every digit of whole numbers.
    pub(super) fn has_whole_numbers(&self) -> bool {
        matches!(self, Engine::Python(_))
    }

    /// It has the library whose wrappers a dialect takes off.
    pub(super) fn knows_wrappers(&self) -> bool {
        matches!(self, Engine::Python(_))
    }

    /// It finds packages in the user's folders.
    pub fn has_packages(&self) -> bool {
        matches!(self, Engine::Node(_))
    }
}

/// The oldest that is good enough.
const OLDEST: u32 = 20;

/// The Node of the user, or why there is none; looked for once.
fn node() -> Result<&'static Node, &'static String> {
    static FOUND: OnceLock<Result<Node, String>> = OnceLock::new();
    FOUND.get_or_init(find).as_ref()
}

fn find() -> Result<Node, String> {
    if !cfg!(target_os = "linux") {
        return Err("Node runs in a jail on Linux only".to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["node", "nodejs"];
    let all = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let mut why = "there is no `node` on the PATH".to_owned();
    for program in all.flat_map(|folder| names.map(|name| folder.join(name))) {
        // A script that starts another program cannot do so in a jail.
        let Some(program) = program.canonicalize().ok().filter(|program| is_binary(program)) else { continue };
        match try_node(&program) {
            Ok(node) => return Ok(node),
            Err(error) => why = format!("{}: {error}", program.display()),
        }
    }
    Err(why)
}

fn try_node(program: &Path) -> Result<Node, String> {
    let engine = Engine::Node(Node { program: program.to_owned(), version: String::new() });
    let mut host = Host::start(&engine, Path::new("/nonexistent")).map_err(|error| error.message)?;
    let said = host.hello()?;
    let version = said.trim_start_matches('v').to_owned();
    let major = version.split('.').next().and_then(|part| part.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(format!("it is Node {version}, and {OLDEST} is the oldest that is good enough"));
    }
    Ok(Node { program: program.to_owned(), version })
}

/// The Python of the user, or why there is none; looked for once.
fn python() -> Result<&'static Python, &'static String> {
    static FOUND: OnceLock<Result<Python, String>> = OnceLock::new();
    FOUND.get_or_init(find_python).as_ref()
}

/// What Python says of itself; the name on the PATH may be a script that chooses one.
const ABOUT: &str = "import json, os, sys
prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
packages = [os.path.abspath(path) for path in sys.path if path and os.path.exists(path)]
print(json.dumps({'program': sys.executable, 'version': '.'.join(map(str, sys.version_info[:3])),
    'prefixes': sorted(prefixes), 'packages': packages}))";

/// The oldest that is good enough.
const OLDEST_PYTHON: (u32, u32) = (3, 9);

fn find_python() -> Result<Python, String> {
    if !cfg!(target_os = "linux") {
        return Err("Python runs in a jail on Linux only".to_owned());
    }
    let asked = Command::new("python3").args(["-c", ABOUT]).current_dir("/").stdin(Stdio::null()).output();
    let said = asked.map_err(|error| format!("python3: {error}"))?.stdout;
    let python: Python = serde_json::from_slice(&said).map_err(|error| format!("python3 says: {error}"))?;
    let mut parts = python.version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    if (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) < OLDEST_PYTHON {
        return Err(format!("it is Python {}, and 3.9 is the oldest that is good enough", python.version));
    }
    let engine = Engine::Python(python.clone());
    let mut host = Host::start(&engine, Path::new("/nonexistent")).map_err(|error| error.message)?;
    host.hello()?;
    Ok(python)
}

fn is_binary(program: &Path) -> bool {
    let mut head = [0; 4];
    let read = std::fs::File::open(program).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"\x7fELF" && program.file_name() != Some(OsStr::new("volta-shim"))
}
