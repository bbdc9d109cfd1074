//! Reads a user's reducer: the file, what it imports from its own folder, types stripped;
//! and decides which export folds which category.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::home;
use crate::model::Problem;
use crate::replay::Reducer;
use crate::replay::host::{CommandLine, Compiler, Engine, Foreign, Program, Script, Stop, Sure, WantedHost};
use crate::replay::merge::{MERGE, Merge, ROWS};
use crate::replay::module::{Export, Kind, Module, ModuleError, candidates, resolve};
use crate::replay::stored::STORED;

/// A source file larger than this is no reducer.
const MAX_SOURCE_BYTES: u64 = 8 << 20;
/// Settings of TypeScript that may build on each other.
const MOST_CONFIGS: usize = 8;
/// Files that one reducer may import.
const MAX_FILES: usize = 500;

/// A module that was read, and what it exports.
#[derive(Clone, Debug)]
pub struct ReducerFile {
    pub path: PathBuf,
    pub program: Arc<Program>,
    /// `FILE#name`: this export folds everything.
    pub forced: Option<String>,
    /// SHA-256 of the sources, its own and the imported ones, in hex.
    pub stamp: String,
}

/// What computes the states of a store: what `--reducer` names.
#[derive(Clone, Debug, Default)]
pub enum ReducerSource {
    #[default]
    Merge,
    /// Nothing: they are those that the store itself keeps.
    Stored,
    Module(Arc<ReducerFile>),
    /// Any program of the user's.
    Program(Arc<CommandLine>),
}

/// Before a command, where a file could be named as well. A file of such a name is `./program:…`.
pub const PROGRAM: &str = "program:";

impl ReducerSource {
    /// `merge`, `stored`, `FILE`, `FILE#export`, or `program:COMMAND`. A file of such a name is
    /// `./stored`.
    ///
    /// # Errors
    /// As [`ReducerFile::read`]; a command that names no program.
    pub fn read(named: &str, host: WantedHost) -> Result<ReducerSource, ModuleError> {
        ReducerSource::read_if(named, host, None)?.ok_or_else(|| changed(named))
    }

    /// The same; nothing of it runs, and there is none, where a stamp is given and its sources
    /// have another.
    ///
    /// # Errors
    /// As [`ReducerSource::read`].
    pub fn read_if(named: &str, host: WantedHost, stamp: Option<&str>) -> Result<Option<ReducerSource>, ModuleError> {
        if let Some(source) = ReducerSource::word(named) {
            return Ok(Some(source));
        }
        if let Some(command) = named.strip_prefix(PROGRAM) {
            let command = CommandLine::read(command)?;
            let same = stamp.is_none_or(|stamp| stamp == command.stamp());
            return Ok(same.then(|| ReducerSource::Program(Arc::new(command))));
        }
        Ok(ReducerFile::read_if(named, host, stamp)?.map(|file| ReducerSource::Module(Arc::new(file))))
    }

    /// As [`ReducerSource::read`] takes it, wherever the program is started; `None` is merge.
    pub fn named(&self) -> Option<String> {
        match self {
            ReducerSource::Merge => None,
            ReducerSource::Stored => Some(STORED.to_owned()),
            ReducerSource::Module(file) => Some(file.named()),
            ReducerSource::Program(command) => Some(format!("{PROGRAM}{}", command.text())),
        }
    }

    /// What folds a category, unless the user says otherwise.
    pub fn choose(&self, category: &str) -> Choice {
        match self {
            ReducerSource::Merge | ReducerSource::Stored => Choice::Merge,
            ReducerSource::Module(file) => file.choose(category),
            // It is told which category it folds.
            ReducerSource::Program(_) => Choice::Export(category.to_owned()),
        }
    }

    /// What a word names that is no file.
    pub fn word(named: &str) -> Option<ReducerSource> {
        match named {
            MERGE | ROWS => Some(ReducerSource::Merge),
            STORED => Some(ReducerSource::Stored),
            _ => None,
        }
    }

    /// A session that folds with the choice, until it is stopped; `None` where the states are
    /// the store's own.
    ///
    /// # Errors
    /// As [`ReducerFile::reducer`].
    pub fn reducer(&self, choice: &Choice, stop: &Stop) -> Result<Option<Box<dyn Reducer>>, ModuleError> {
        Ok(match (self, choice) {
            (ReducerSource::Stored, _) => None,
            (ReducerSource::Merge, _) | (ReducerSource::Program(_), Choice::Merge) => Some(Box::new(Merge::default())),
            (ReducerSource::Module(file), choice) => Some(file.reducer(choice, stop)?),
            (ReducerSource::Program(command), Choice::Export(category)) => {
                Some(Box::new(Foreign::new(command, category, stop)))
            }
        })
    }

    /// The files it was read from, to look whether they are saved anew.
    pub fn files(&self) -> Vec<PathBuf> {
        let Some(file) = self.file() else { return Vec::new() };
        let module = &file.program.module;
        let sources = module.sources.keys().map(|name| module.folder.join(name));
        sources.chain([file.path.clone()]).collect()
    }

    pub fn file(&self) -> Option<&Arc<ReducerFile>> {
        if let ReducerSource::Module(file) = self { Some(file) } else { None }
    }
}

/// Which reducer folds a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Export(String),
    /// No export has the category's name.
    Merge,
}

impl ReducerFile {
    /// Reads `FILE` or `FILE#export`.
    ///
    /// # Errors
    /// A file that cannot be read, does not parse, imports what is not there, or exports no reducer.
    pub fn read(named: &str, host: WantedHost) -> Result<ReducerFile, ModuleError> {
        let file = ReducerFile::read_if(named, host, None)?;
        file.ok_or_else(|| changed(named))
    }

    /// The same; nothing of it runs, and there is no file, where a stamp is given and its
    /// sources have another.
    ///
    /// # Errors
    /// As [`ReducerFile::read`].
    pub fn read_if(named: &str, host: WantedHost, stamp: Option<&str>) -> Result<Option<ReducerFile>, ModuleError> {
        let (file, forced) = match named.rsplit_once('#') {
            Some((file, export)) if !Path::new(named).exists() => (file, Some(export.to_owned())),
            _ => (named, None),
        };
        let path = PathBuf::from(file);
        let engine = Engine::choose(host, &path)?;
        let (module, found) = match engine {
            Engine::Python(_) => read_python(&path)?,
            _ => read_module(&path, &engine)?,
        };
        if stamp.is_some_and(|stamp| stamp != found) {
            return Ok(None);
        }
        let program = Program::load(module, engine)?;
        if let Some(wanted) = &forced
            && !program.exports.iter().any(|export| export.name == *wanted)
        {
            return Err(ModuleError {
                file: program.module.file_name.clone(),
                message: format!("it has no export {wanted} that can fold events"),
                help: format!("its exports are {}", names(&program.exports)),
            });
        }
        Ok(Some(ReducerFile { path, program: Arc::new(program), forced, stamp: found }))
    }

    /// `FILE` or `FILE#export`, wherever the program is started.
    pub fn named(&self) -> String {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        match &self.forced {
            Some(export) => format!("{}#{export}", path.display()),
            None => path.display().to_string(),
        }
    }

    /// The export for a category: by name, else the only or the default one.
    pub fn choose(&self, category: &str) -> Choice {
        if let Some(forced) = &self.forced {
            return Choice::Export(forced.clone());
        }
        let wanted = plain_name(category);
        let by_name = |list: &str| {
            let own = |export: &&Export| export.name.strip_prefix(list).is_some_and(|name| plain_name(name) == wanted);
            self.exports().iter().find(own)
        };
        let named = by_name("reducers.").or_else(|| by_name(""));
        let only = match self.exports() {
            [only] => Some(only),
            _ => None,
        };
        // What stands beside it there are its helpers.
        let usual = ["default", "evolve", "reducer", "reduce", "apply"];
        let usual = usual.iter().find_map(|name| self.exports().iter().find(|export| export.name == *name));
        match named.or(usual).or(only) {
            Some(export) => Choice::Export(export.name.clone()),
            None => Choice::Merge,
        }
    }

    /// A session that folds with the choice, until it is stopped.
    ///
    /// # Errors
    /// An initial state that throws.
    pub fn reducer(&self, choice: &Choice, stop: &Stop) -> Result<Box<dyn Reducer>, ModuleError> {
        match choice {
            Choice::Export(name) => Ok(Box::new(Sure::new(Script::new(&self.program, name, stop)?))),
            Choice::Merge => Ok(Box::new(Merge::default())),
        }
    }

    /// Said of a category that none of its exports folds.
    pub fn no_export(&self, category: &str) -> Problem {
        let name = self.file_name();
        Problem {
            what: format!("no export of {name} has the name of the category {category}"),
            cause: String::new(),
            help: format!("name it: {}#EXPORT, one of {}", self.path.display(), self.export_names()),
        }
    }

    /// What can fold events, in the module's order.
    pub fn exports(&self) -> &[Export] {
        &self.program.exports
    }

    pub fn file_name(&self) -> &str {
        &self.program.module.file_name
    }

    /// The exports' names in a sentence.
    pub fn export_names(&self) -> String {
        names(self.exports())
    }
}

fn changed(named: &str) -> ModuleError {
    ModuleError {
        file: named.to_owned(),
        message: "its sources changed while they were read".to_owned(),
        help: "try again".to_owned(),
    }
}

fn names(exports: &[Export]) -> String {
    exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A name without case, `_`, `-`, and the word that says what it is.
fn plain_name(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
    let stem = plain.strip_suffix("reducer").or_else(|| plain.strip_suffix("evolve")).unwrap_or(&plain);
    if stem.is_empty() { plain } else { stem.to_owned() }
}

/// The module, and the stamp of its sources. Names of sources are those in the folder where
/// the file really is, whatever link led to it, as Node resolves imports; messages name the
/// file as the user does.
fn read_module(path: &Path, engine: &Engine) -> Result<(Module, String), ModuleError> {
    let file_name = file_name(path);
    let real = std::fs::canonicalize(path).map_err(|error| ModuleError {
        file: file_name.clone(),
        message: not_found(path, &error),
        help: "check the path".to_owned(),
    })?;
    let (folder, entry) = (real.parent().unwrap_or(&real), self::file_name(&real));
    let wrong = |file: &str, message: String, help: &str| ModuleError {
        file: if file == entry { &file_name } else { file }.to_owned(),
        message,
        help: help.to_owned(),
    };
    let mut module =
        Module { entry: entry.clone(), file_name: file_name.clone(), folder: folder.to_owned(), ..Module::default() };
    let mut compiler = Compiler::start()?;
    let mut stamps: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut open = vec![entry.clone()];
    while let Some(name) = open.pop() {
        if module.sources.contains_key(&name) {
            continue;
        }
        if module.sources.len() >= MAX_FILES {
            return Err(wrong(&name, format!("it imports more than {MAX_FILES} files"), BUNDLE));
        }
        let text = read_source(&folder.join(&name)).map_err(|(message, help)| wrong(&name, message, help))?;
        stamps.insert(name.clone(), Sha256::digest(&text).to_vec());
        let imports = compiler
            .add(&mut module, &name, &text, is_module(&folder.join(&name)), assigns_fields(&folder.join(&name)))
            .map_err(|message| wrong(&name, message, "correct the file"))?;
        // Node says itself what is not there; a `require` that fails may be caught.
        let may_fail =
            engine.has_packages() && module.sources.get(&name).is_some_and(|source| source.kind == Kind::CommonJs);
        for import in imports {
            let refuse = |why: &str, help| Err(wrong(&name, format!("it imports \"{import}\", {why}"), help));
            let is_package = !import.starts_with('.') && !import.starts_with('/');
            if is_package && engine.has_packages() {
                module.apart.get_or_insert_with(|| format!("it imports {import}"));
                continue;
            }
            let Some(target) = resolve(&name, &import) else {
                return refuse("which is not in its own folder", if is_package { PACKAGE } else { BUNDLE });
            };
            let meant = candidates(&target).into_iter().find(|candidate| is_source(&folder.join(candidate)));
            let found = match meant {
                Some(found) => found,
                None if may_fail => continue,
                None => return refuse("which is not there", "check the import"),
            };
            // A link may lead to what is not the module's: it must not be read, and run.
            if !std::fs::canonicalize(folder.join(&found)).is_ok_and(|real| real.starts_with(folder)) {
                return refuse("which is a link out of its own folder", BUNDLE);
            }
            open.push(found);
        }
    }
    compiler.rest();
    let mut whole = Sha256::new();
    for (name, stamp) in &stamps {
        whole.update(stamp);
        whole.update(Sha256::digest(name));
    }
    let stamp = whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((module, stamp))
}

/// Why a path leads to nothing.
fn not_found(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("there is no file {}", path.display()),
        _ => format!("{}: {error}", path.display()),
    }
}

/// A file for Python, which reads it and what it imports itself, and the stamp of all that is
/// beside it.
fn read_python(path: &Path) -> Result<(Module, String), ModuleError> {
    let file_name = file_name(path);
    let wrong = |message: String, help: &str| ModuleError { file: file_name.clone(), message, help: help.to_owned() };
    let real = std::fs::canonicalize(path).map_err(|error| wrong(not_found(path, &error), "check the path"))?;
    let text = read_source(&real).map_err(|(message, help)| wrong(message, help))?;
    let (folder, entry) = (real.parent().unwrap_or(&real), self::file_name(&real));
    let root = folder.ancestors().find(|folder| !folder.join("__init__.py").exists()).unwrap_or(folder);
    let mut beside = Vec::new();
    python_files(root, &mut beside);
    beside.sort();
    let mut whole = Sha256::new();
    whole.update(text);
    for file in beside {
        if let Ok(text) = read_source(&file) {
            whole.update(Sha256::digest(file.as_os_str().as_encoded_bytes()));
            whole.update(Sha256::digest(text));
        }
    }
    let module = Module { entry, file_name: file_name.clone(), folder: folder.to_owned(), ..Module::default() };
    Ok((module, whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Files that the user's own may import: no packages, nothing hidden.
fn python_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for path in entries.map(|entry| entry.path()) {
        let name = file_name(&path);
        let is_foreign = name.starts_with('.') || matches!(name.as_str(), "node_modules" | "site-packages" | "target");
        if found.len() >= MAX_FILES || is_foreign || path.is_symlink() {
            continue;
        }
        if path.extension().is_some_and(|ending| ending == "py") {
            found.push(path);
        } else if path.join("__init__.py").exists() {
            python_files(&path, found);
        }
    }
}

/// What the package of a file says of files like it: its `type`. `None` where it says nothing.
fn is_module(path: &Path) -> Option<bool> {
    const MOST_BYTES: u64 = 1 << 20;
    let package = path.ancestors().skip(1).map(|folder| folder.join("package.json")).find(|file| file.is_file())?;
    let mut text = String::new();
    home::open_regular(&package).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    match package.get("type")?.as_str()? {
        "module" => Some(true),
        "commonjs" => Some(false),
        _ => None,
    }
}

/// Whether the compiler of a TypeScript file is told to assign the fields of classes, as it did before
/// the language had them: by `useDefineForClassFields`, else by its `target`.
fn assigns_fields(path: &Path) -> bool {
    if !path.extension().is_some_and(|ending| ending == "ts" || ending == "tsx" || ending == "mts" || ending == "cts") {
        return false;
    }
    let Some(mut file) =
        path.ancestors().skip(1).map(|folder| folder.join("tsconfig.json")).find(|file| file.is_file())
    else {
        return false;
    };
    let (mut defines, mut target) = (None, None);
    for _ in 0..MOST_CONFIGS {
        let Some(config) = home::open_regular(&file).ok().and_then(|file| {
            let mut text = String::new();
            file.take(1 << 20).read_to_string(&mut text).ok()?;
            // Comments and commas behind the last member are usual in it.
            json_strip_comments::strip(&mut text).ok()?;
            serde_json::from_str::<serde_json::Value>(&text).ok()
        }) else {
            break;
        };
        let options = &config["compilerOptions"];
        defines = defines.or(options["useDefineForClassFields"].as_bool());
        target = target.or(options["target"].as_str().map(str::to_lowercase));
        let Some(base) = config["extends"].as_str().filter(|base| base.starts_with('.')) else { break };
        file = file.with_file_name(if base.ends_with(".json") { base.to_owned() } else { format!("{base}.json") });
    }
    let is_older = |target: &str| match target.strip_prefix("es") {
        Some("next") | None => false,
        Some(year) => year.parse::<u32>().is_ok_and(|year| year < 2022),
    };
    defines.map_or_else(|| target.is_some_and(|target| is_older(&target)), |defines| !defines)
}

/// When each file was written, and how long it is; `None` where it is not there.
pub(super) fn looks(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let look = |file: &PathBuf| {
        let meta = std::fs::metadata(file).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    };
    files.iter().map(look).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into())
}

/// Something that is no folder: what it is, reading it tells.
fn is_source(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| !meta.is_dir())
}

/// The text of a file, or why it has none and what to do.
fn read_source(path: &Path) -> Result<String, (String, &'static str)> {
    const KIND: &str = "a reducer is a JavaScript, TypeScript or Python file in UTF-8";
    let mut text = String::new();
    let file = home::open_regular(path).map_err(|error| (error.to_string(), KIND))?;
    file.take(MAX_SOURCE_BYTES + 1).read_to_string(&mut text).map_err(|error| (error.to_string(), KIND))?;
    if text.len() as u64 > MAX_SOURCE_BYTES {
        return Err((format!("it has more than {} MiB", MAX_SOURCE_BYTES >> 20), KIND));
    }
    Ok(text)
}

const BUNDLE: &str = "bundle it: npx esbuild x.ts --bundle --format=esm";
const PACKAGE: &str = "bundle it: npx esbuild x.ts --bundle --format=esm, or run it in Node: --host node";

#[cfg(test)]
mod tests {
    use super::*;

    fn write(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }

    fn read(folder: &tempfile::TempDir, name: &str) -> Result<ReducerFile, ModuleError> {
        ReducerFile::read(&folder.path().join(name).to_string_lossy(), WantedHost::Sandbox)
    }

    #[test]
    fn fields_are_assigned_as_the_settings_of_typescript_say() {
        let folder = write(&[
            ("old/tsconfig.json", "{ // settings\n \"compilerOptions\": { \"target\": \"ES2020\", /* , */ }, }"),
            ("new/tsconfig.json", "{\"compilerOptions\": {\"target\": \"es2022\"}}"),
            (
                "said/tsconfig.json",
                "{\"extends\": \"../new/tsconfig\", \"compilerOptions\": {\"useDefineForClassFields\": false}}",
            ),
            ("based/tsconfig.json", "{\"extends\": \"../old/tsconfig.json\"}"),
        ]);
        for (name, assigns) in [
            ("old/deep/a.ts", true),
            ("old/a.js", false),
            ("new/a.ts", false),
            ("said/a.mts", true),
            ("based/a.ts", true),
            ("a.ts", false),
        ] {
            assert_eq!(assigns_fields(&folder.path().join(name)), assigns, "{name}");
        }
    }

    #[test]
    fn exports_match_categories_by_name() {
        let folder = write(&[(
            "all.mjs",
            "export const shoppingCart = { initialState: () => ({}), evolve: s => s };
             export function order_reducer(s, e) { return s }
             export const helper = 42; export const table = { Opened: s => s, Closed: s => s };
             export const reducers = { 'bank-account': (s) => s };",
        )]);
        let file = read(&folder, "all.mjs").expect("a reducer");
        let choose = |category: &str| match file.choose(category) {
            Choice::Export(name) => name,
            Choice::Merge => "merge".to_owned(),
        };
        assert_eq!(choose("shopping_cart"), "shoppingCart");
        assert_eq!(choose("Order"), "order_reducer");
        assert_eq!(choose("bankAccount"), "reducers.bank-account");
        assert_eq!(choose("table"), "table");
        assert_eq!(choose("workflow"), "merge");
        let forced = read(&folder, "all.mjs#table").expect("a reducer");
        assert_eq!(forced.choose("Order"), Choice::Export("table".to_owned()));
        let error = read(&folder, "all.mjs#none").expect_err("no such export");
        assert!(error.help.contains("shoppingCart, table, reducers.bank-account") || error.help.contains("table"));
    }

    #[test]
    fn typescript_and_imports_from_its_own_folder_load() {
        let folder = write(&[
            (
                "src/account.ts",
                "import type { Missing } from 'nowhere';
              import { add } from './lib/add.js';
              interface State { n: number }
              enum Kind { A = 'a' }
              export default function (state: State = { n: 0 }, event: { data: any }): State {
                return { n: add(state.n, event.data!.by satisfies number) } as State }
              export const kind = Kind.A;",
            ),
            ("src/lib/add.ts", "export const add = (a: number, b: number): number => a + b;"),
        ]);
        let file = read(&folder, "src/account.ts").expect("a reducer");
        assert_eq!(file.exports().len(), 1);
        let mut reducer = file.reducer(&file.choose("anything"), &Stop::default()).expect("a session");
        reducer.start(crate::replay::Slot::Build, "s").expect("starts");
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_the_modules_folder_are_refused_by_name() {
        use std::os::unix::fs::symlink;
        let folder = write(&[
            ("secret.mjs", "export const secret = 'from outside';"),
            ("own/by-file.mjs", "import { secret } from './inner.mjs'; export default s => secret"),
            ("own/by-folder.mjs", "import { secret } from './lib/secret.mjs'; export default s => secret"),
            ("own/by-link.mjs", "import { one } from './one.mjs'; export default s => one"),
            ("own/deep/one.mjs", "import { two } from './two.mjs'; export const one = two"),
            ("own/deep/two.mjs", "export const two = 2"),
            ("own/two.mjs", "export const two = 2"),
        ]);
        let path = |name: &str| folder.path().join(name);
        symlink("../secret.mjs", path("own/inner.mjs")).expect("a link");
        symlink("..", path("own/lib")).expect("a link");
        symlink("deep/one.mjs", path("own/one.mjs")).expect("a link");
        for (name, import) in [("own/by-file.mjs", "./inner.mjs"), ("own/by-folder.mjs", "./lib/secret.mjs")] {
            let error = read(&folder, name).expect_err(name);
            assert!(error.message.contains(import) && error.message.contains("a link out of"), "{error:?}");
        }
        read(&folder, "own/by-link.mjs").expect("a link inside the folder");
        // The reducer itself may be a link: it is read where it is, and named as the user names it.
        symlink("own/by-link.mjs", path("mine.mjs")).expect("a link");
        let file = read(&folder, "mine.mjs").expect("a reducer by a link");
        assert_eq!((file.file_name(), file.program.module.entry.as_str()), ("mine.mjs", "by-link.mjs"));
        symlink("loop.mjs", path("loop.mjs")).expect("a link");
        assert_eq!(read(&folder, "loop.mjs").expect_err("a circle").file, "loop.mjs");
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_no_reducers() {
        let folder = write(&[("uses.mjs", "import { x } from './pipe.mjs'; export default s => x")]);
        let pipe = folder.path().join("pipe.mjs");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.mjs")).expect("a link");
        std::fs::create_dir(folder.path().join("folder.mjs")).expect("a folder");
        let said = |name| read(&folder, name).expect_err(name);
        for (name, file, message) in [
            ("pipe.mjs", "pipe.mjs", "a pipe or a device"),
            ("uses.mjs", "pipe.mjs", "a pipe or a device"),
            ("zero.mjs", "zero.mjs", "a pipe or a device"),
            ("folder.mjs", "folder.mjs", "is a directory"),
        ] {
            let error = said(name);
            assert!(error.file == file && error.message.contains(message), "{error:?}");
        }
        let large = folder.path().join("large.mjs");
        std::fs::File::create(&large).and_then(|file| file.set_len(MAX_SOURCE_BYTES + 1)).expect("a large file");
        assert!(said("large.mjs").message.contains("more than 8 MiB"));
    }

    #[test]
    fn what_cannot_load_says_why_and_what_to_do() {
        let folder = write(&[
            ("bare.js", "import x from 'lodash'; export default s => s"),
            ("outside.js", "import x from '../../etc/passwd'; export default s => s"),
            ("gone.js", "import x from './gone-too.js'; export default s => s"),
            ("syntax.js", "export default (s => {\n\n"),
            ("nothing.js", "export const a = 1"),
            ("throws.js", "throw new Error('at load')\nexport default s => s"),
            ("loop.js", "while (true) {}\nexport default s => s"),
        ]);
        for (name, message, help) in [
            ("bare.js", "lodash", "npx esbuild"),
            ("outside.js", "own folder", "npx esbuild"),
            ("gone.js", "not there", "check the import"),
            ("syntax.js", "line", "correct"),
            ("nothing.js", "nothing that can fold", "export a function"),
            ("throws.js", "at load", "correct"),
            ("loop.js", "", "come to an end"),
            ("missing.js", "", "check the path"),
        ] {
            let error = read(&folder, name).expect_err(name);
            assert!(error.message.contains(message) && error.help.contains(help), "{name}: {error} / {}", error.help);
        }
        let folder = write(&[("common.cjs", "module.exports = { account: (s, e) => s, other: { evolve: s => s } }")]);
        let file = read(&folder, "common.cjs").expect("CommonJS");
        assert_eq!(file.choose("account"), Choice::Export("account".to_owned()));
    }
}
