//! [`Engine`]: what runs the code of a reducer, and how it is found.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::Host;
use crate::replay::module::ModuleError;

/// What the user wants: `--host`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Node where it can be had in a jail, else the sandbox.
    #[default]
    Auto,
    Node,
    Sandbox,
}

/// What runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// QuickJS, in the program itself.
    Sandbox,
    /// Node in a jail.
    Node(Node),
}

/// A Node that was found, and that runs in a jail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub program: PathBuf,
    /// `20.20.2`.
    pub version: String,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Engine::Sandbox => f.write_str("sandbox"),
            Engine::Node(node) => {
                let short = node.version.rsplit_once('.').map_or(node.version.as_str(), |(short, _)| short);
                write!(f, "Node {short}, jailed")
            }
        }
    }
}

impl Engine {
    /// # Errors
    /// Node is wanted, and cannot be had.
    pub fn choose(wanted: Wanted) -> Result<Engine, ModuleError> {
        match (wanted, node()) {
            (Wanted::Sandbox, _) => Ok(Engine::Sandbox),
            (_, Ok(node)) => Ok(Engine::Node(node.clone())),
            (Wanted::Auto, Err(_)) => Ok(Engine::Sandbox),
            (Wanted::Node, Err(why)) => Err(ModuleError {
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

fn is_binary(program: &Path) -> bool {
    let mut head = [0; 4];
    let read = std::fs::File::open(program).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"\x7fELF" && program.file_name() != Some(OsStr::new("volta-shim"))
}
