//! Rules of the source that neither compiler nor clippy checks: who may use whom, what each
//! file says of itself. (Panics, colours and IO of the window are clippy's: `.clippy.toml`.)

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Every file with one of the endings below `folder`, with its path from the checkout.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if endings.iter().any(|ending| path.extension().is_some_and(|own| own == *ending)) {
            let name = path.strip_prefix(root()).expect("inside").to_str().expect("a plain path").replace('\\', "/");
            found.push((name, std::fs::read_to_string(&path).expect("a text")));
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    let mut found = files("src", &["rs"]);
    // Named by `#[cfg(test)] mod tests;`.
    found.retain(|(path, _)| !path.ends_with("/tests.rs"));
    assert!(found.len() > 30, "the sources are where they were: {found:?}");
    found
}

/// The module of a file: `src/formats/sqlite.rs` is `formats`, `src/home.rs` is `home`.
fn module(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// The crate's modules that a file names as `crate::x`, or lists in `use crate::{x, y::z}`.
/// Comments count only where code follows on the line.
fn uses(text: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            None => drop(found.insert(name(part))),
            Some(list) => {
                let list = list.split(';').next().unwrap_or_default();
                let mut depth = 0;
                for word in list.split_inclusive(['{', '}', ',']) {
                    if depth == 0 {
                        found.extend(Some(name(word.trim_start())).filter(|name| !name.is_empty()));
                    }
                    depth += i32::from(word.ends_with('{')) - i32::from(word.ends_with('}'));
                }
            }
        }
    }
    found
}

/// What each module may use of the crate; what is not listed here may use everything.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("model", &["model"]),
    ("dialect", &["model", "dialect", "home"]),
    ("formats", &["model", "dialect", "formats"]),
    ("index", &["model", "index"]),
    ("replay", &["model", "index", "replay", "home"]),
    ("home", &["home"]),
    ("session", &["model", "dialect", "formats", "index", "replay", "session", "home"]),
    ("export", &["model", "formats", "index", "replay", "session", "export"]),
    ("desktop", &["model", "home", "session", "app", "desktop"]),
    ("app", &["model", "dialect", "formats", "index", "replay", "session", "export", "home", "app"]),
];

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut seen = BTreeSet::new();
    for (path, text) in sources() {
        let Some((of, may)) = MAY_USE.iter().find(|(of, _)| *of == module(&path)) else { continue };
        for used in uses(&text) {
            assert!(may.contains(&used.as_str()), "{path}: {of} must not use {used}");
            seen.insert(used);
        }
    }
    for used in ["model", "dialect", "formats", "index", "replay", "session"] {
        assert!(seen.contains(used), "nobody uses {used}: this test is blind ({seen:?})");
    }
    // The eye itself.
    let text = "use crate::{\n  model::{Node, x}, formats,\n};\nuse crate::session::x;\nfn f() { crate::ui::g() }\n// crate::comment";
    assert_eq!(uses(text).into_iter().collect::<Vec<_>>(), ["formats", "model", "session", "ui"]);
}

#[test]
fn nobody_climbs_out_of_a_module_by_super() {
    for (path, text) in sources() {
        // From src/x/y.rs one step leads to x, two would lead out of it; from src/x.rs one would.
        let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        assert!(!own.contains(&"super::".repeat(depth)), "{path} names a neighbour without crate::");
    }
}

#[test]
fn the_window_asks_the_app_only() {
    // The desktop's shell starts sessions, and nothing else in the window knows the engine.
    for (path, text) in sources().iter().filter(|(path, _)| module(path) == "ui") {
        let below = uses(text);
        for name in ["session", "formats", "dialect", "replay"] {
            assert!(!below.contains(name) || path == "src/ui/shell.rs", "{path} uses {name}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let all = ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"]));
    for (path, text) in all {
        assert!(text.starts_with("//! "), "{path} does not begin with what it is for");
    }
}

/// Whether a word stands in the code by itself.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

#[test]
fn every_dialect_is_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let dialects = files("assets/dialects", &["toml"]);
    assert!(!dialects.is_empty());
    for (path, text) in dialects {
        let id = text
            .lines()
            .find_map(|line| line.strip_prefix("id = \"")?.split('"').next())
            .unwrap_or_else(|| panic!("{path} has no id"));
        assert_eq!(
            Path::new(&path).file_stem().and_then(|stem| stem.to_str()),
            Some(id),
            "{path}: the file is named by its id"
        );
        assert!(
            readme.contains(&format!("`{id}`")) || has_word(&readme, id),
            "README.md does not know the dialect {id}"
        );
    }
}

#[test]
fn nothing_points_outside_the_checkout() {
    // Written so that this file does not find itself.
    let outside = [["..", "shared"].join("/"), ["/work", "shared"].join("/"), ["/work", "main"].join("/")];
    let kinds = ["rs", "toml", "md", "mjs", "js", "py", "sh", "json", "yml", "yaml", "txt", "html"];
    let mut looked = 0;
    for folder in ["src", "tests", "benches", "assets", "sample-stores", ".ci"]
        .iter()
        .filter(|folder| root().join(folder).exists())
    {
        for (path, text) in files(folder, &kinds) {
            for word in &outside {
                assert!(!text.contains(word), "{path} names {word}");
            }
            looked += 1;
        }
    }
    for file in ["Cargo.toml", "README.md"].iter().filter(|file| root().join(file).exists()) {
        let text = std::fs::read_to_string(root().join(file)).expect("a text");
        assert!(outside.iter().all(|word| !text.contains(word)), "{file} points outside");
    }
    assert!(looked > 60, "only {looked} files");
}
