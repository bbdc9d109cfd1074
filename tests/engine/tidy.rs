//! Rules of the source that no compiler checks: who may use whom, no panics in the making,
//! one place for colours.

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

/// The module of a file: `src/formats/sqlite.rs` is `formats`, `src/cli.rs` is `cli`.
fn module(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// The code of a file: comments and texts blanked, and what is only for tests left out.
fn code(text: &str) -> String {
    without_tests(&blanked(text))
}

/// Comments, strings and characters become blanks, line ends stay.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let starts = |at: usize, what: &str| what.chars().enumerate().all(|(nth, c)| chars.get(at + nth) == Some(&c));
    let blank = |out: &mut String, from: usize, to: usize| {
        out.extend(chars[from..to.min(chars.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    while at < chars.len() {
        let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        let end = if starts(at, "//") {
            (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len())
        } else if starts(at, "/*") {
            (at + 2..chars.len()).find(|i| starts(*i, "*/")).map_or(chars.len(), |i| i + 2)
        } else if chars[at] == 'r' && !word_before && (starts(at, "r\"") || starts(at, "r#")) {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            let close = format!("\"{}", "#".repeat(hashes));
            if chars.get(at + 1 + hashes) == Some(&'"') {
                let from = at + 2 + hashes;
                (from..chars.len()).find(|i| starts(*i, &close)).map_or(chars.len(), |i| i + 1 + hashes)
            } else {
                at
            }
        } else if chars[at] == '"' {
            let mut end = at + 1;
            while end < chars.len() && chars[end] != '"' {
                end += if chars[end] == '\\' { 2 } else { 1 };
            }
            end + 1
        } else if starts(at, "'\\") {
            (at + 3..chars.len()).find(|i| chars[*i] == '\'').map_or(chars.len(), |i| i + 1)
        } else if chars[at] == '\'' && chars.get(at + 2) == Some(&'\'') {
            at + 3
        } else {
            at
        };
        if end > at {
            blank(&mut out, at, end);
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Leaves out each item below `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::new();
    let mut rest = code;
    while let Some(found) = rest.find(MARK) {
        out += &rest[..found];
        let item = &rest[found + MARK.len()..];
        let (brace, semicolon) = (item.find('{'), item.find(';'));
        let end = match (brace, semicolon) {
            (Some(open), semicolon) if semicolon.is_none_or(|at| open < at) => {
                let mut depth = 0;
                let close = item[open..].char_indices().find(|(_, c)| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth == 0
                });
                close.map_or(item.len(), |(at, _)| open + at + 1)
            }
            (_, Some(at)) => at + 1,
            _ => item.len(),
        };
        rest = &item[end..];
    }
    out + rest
}

/// The crate's modules that a file's code uses, by `crate::x`, `crate::{x, y::z}` or `super::`.
fn uses(path: &str, code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut take = |rest: &str| match rest.strip_prefix('{') {
        None => found.extend(Some(name(rest)).filter(|name| !name.is_empty())),
        Some(list) => {
            let mut depth = 0;
            let mut start = true;
            for (at, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if depth == 0 && start && !c.is_whitespace() => {
                        found.insert(name(&list[at..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        }
    };
    for (at, _) in code.match_indices("crate::") {
        if !code[..at].ends_with("$") && !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            take(&code[at + "crate::".len()..]);
        }
    }
    // From a file right below src, or from src/x/mod.rs, `super` is the crate itself.
    let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
    let up = "super::".repeat(depth);
    for (at, _) in code.match_indices(&up) {
        if !code[..at].ends_with("super::") && !code[at + up.len()..].starts_with("super::") {
            take(&code[at + up.len()..]);
        }
    }
    found
}

/// What each module may use of the crate; what is not listed here may use everything.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("model", &["model"]),
    ("dialect", &["model", "dialect"]),
    ("formats", &["model", "dialect", "formats"]),
    ("index", &["model", "index"]),
    ("replay", &["model", "index", "replay"]),
    ("home", &["home"]),
    ("session", &["model", "dialect", "formats", "index", "replay", "session", "home"]),
    ("app", &["model", "dialect", "formats", "index", "replay", "session", "home", "app", "cli"]),
];

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut seen = BTreeSet::new();
    for (path, text) in sources() {
        let Some((of, may)) = MAY_USE.iter().find(|(of, _)| *of == module(&path)) else { continue };
        for used in uses(&path, &code(&text)) {
            assert!(may.contains(&used.as_str()), "{path}: {of} must not use {used}");
            seen.insert(used);
        }
    }
    for used in ["model", "dialect", "formats", "index", "replay", "session"] {
        assert!(seen.contains(used), "nobody uses {used}: this test is blind ({seen:?})");
    }
    // The eye itself.
    let text = "use crate::{\n  model::{Node, x}, formats,\n};\nuse crate::session::x; fn f() { crate::ui::g() }\n// crate::comment\nlet s = \"crate::text\";";
    assert_eq!(uses("src/x/y.rs", &code(text)).into_iter().collect::<Vec<_>>(), ["formats", "model", "session", "ui"]);
    assert_eq!(
        uses("src/replay/js.rs", "use super::super::app::x; use super::Slot;").into_iter().collect::<Vec<_>>(),
        ["app"]
    );
    assert_eq!(uses("src/replay/mod.rs", "use super::app::x;").into_iter().collect::<Vec<_>>(), ["app"]);
}

/// Whether a word stands in the code by itself.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

#[test]
fn egui_is_known_to_the_window_only() {
    let mut seen = 0;
    for (path, text) in sources() {
        let uses =
            ["egui", "eframe", "egui_plot", "rfd", "poll_promise"].iter().any(|word| has_word(&code(&text), word));
        if module(&path) == "ui" {
            seen += usize::from(uses);
        } else {
            assert!(!uses, "{path} knows the window's library");
        }
    }
    assert!(seen > 10, "the window uses egui: this test is blind");
}

#[test]
fn the_window_reads_no_files_and_starts_no_threads() {
    // The desktop's shell opens dialogs and starts sessions.
    const SHELL: &str = "src/ui/shell.rs";
    let mut shell = false;
    for (path, text) in sources().iter().filter(|(path, _)| module(path) == "ui") {
        let code = code(text);
        let used = uses(path, &code);
        let modules = ["session", "formats"].iter().filter(|name| used.contains(**name)).map(|name| (*name).to_owned());
        let plain: String = code.split_whitespace().collect();
        let direct =
            ["std::fs", "std::net", "std::thread", "std::process", "rusqlite", "std::{fs", "std::{net", "std::{thread"];
        let wrong: Vec<String> =
            modules.chain(direct.iter().filter(|name| plain.contains(**name)).map(|name| (*name).to_owned())).collect();
        if path == SHELL {
            shell = !wrong.is_empty();
        } else {
            assert!(wrong.is_empty(), "{path} uses {wrong:?}");
        }
    }
    assert!(shell, "{SHELL} is the desktop's shell: this test is blind");
}

#[test]
fn every_file_says_what_it_is_for() {
    let all = ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"]));
    for (path, text) in all {
        assert!(text.starts_with("//! "), "{path} does not begin with what it is for");
    }
}

#[test]
fn the_program_does_not_give_up() {
    for (path, text) in sources() {
        for (number, line) in code(&text).lines().enumerate() {
            let call = line.contains(".unwrap()") || line.contains(".expect(") || line.contains(".expect_err(");
            let macros =
                ["panic!", "todo!", "unimplemented!", "unreachable!", "dbg!"].iter().any(|word| has_macro(line, word));
            // Line numbers are right but below a test.
            assert!(!call && !macros, "{path}, near line {}: {}", number + 1, line.trim());
        }
    }
    let kept = code(
        "fn a() { x.unwrap_or(1) }\n#[cfg(test)]\nmod tests { fn b() { y.unwrap() } }\nfn c() { z.expect(\"…\") }\n#[cfg(test)]\nmod more;\n// .unwrap()",
    );
    assert!(kept.contains("z.expect(") && !kept.contains("y.unwrap()") && !kept.contains(".unwrap()"), "{kept}");
    assert!(!code("let q = '\"'; let s = r#\"x.unwrap() \" y\"#; let t = \"\\\" z.unwrap()\";").contains("unwrap"));
}

fn has_macro(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `#rrggbb` or `#rgb…` in a text, written as a colour.
fn hex_colour(text: &str) -> bool {
    text.match_indices('#').any(|(at, _)| {
        let digits = text[at + 1..].chars().take_while(char::is_ascii_hexdigit).count();
        let ends = !text[at + 1 + digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        matches!(digits, 6 | 8) && ends
    })
}

#[test]
fn colours_have_one_place() {
    const TOKENS: &str = "src/ui/tokens.rs";
    const CALLS: [&str; 8] = [
        "from_rgb(",
        "from_hex(",
        "from_rgba_unmultiplied(",
        "from_rgba_premultiplied(",
        "from_gray(",
        "from_black_alpha(",
        "from_white_alpha(",
        "hex_color!",
    ];
    let colours = |text: &str| {
        let code = code(text);
        CALLS.iter().any(|call| code.contains(call))
            || text.lines().filter(|l| !l.trim_start().starts_with("//")).any(hex_colour)
    };
    let mut tokens = false;
    for (path, text) in sources().iter().filter(|(path, _)| module(path) == "ui") {
        if path == TOKENS {
            tokens = colours(text);
        } else {
            let part = without_tests(text);
            assert!(!colours(&part), "{path} has a colour of its own");
        }
    }
    assert!(tokens, "{TOKENS} has the colours: this test is blind");
    assert!(hex_colour("\"#1a2B3c\"") && !hex_colour("#[test]") && !hex_colour("issue #123456x"));
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
