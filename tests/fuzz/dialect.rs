//! Target: dialects of the user, and what `--map` says. A text is a dialect or is refused in
//! words; one that is taken reads stores that are whole without a panic, and what it scans it
//! also fetches. A broken one hides no other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventglass::dialect::{Dialect, MapOverride};
use eventglass::formats::OpenChoice;
use eventglass::model::{FindingCode, Helpful};
use tempfile::TempDir;

use crate::driver::{Seen, Target, corpus};
use crate::lines::write_log;
use crate::sqlite::write_stores;
use crate::walk::{open, walk};

/// An input that begins so is a `ROLE=COLUMN` on each further line.
const BY_HAND: &str = "--map\n";

pub struct Dialects {
    folder: TempDir,
    stores: Vec<PathBuf>,
}

impl Dialects {
    pub fn new() -> Dialects {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stores = write_stores(folder.path());
        stores.push(write_log(folder.path()));
        std::fs::create_dir(folder.path().join("dialects")).expect("a folder");
        Dialects { folder, stores }
    }

    fn in_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads every store with it; whether one of them opened.
    fn read(&self, choice: &OpenChoice, seen: &mut Seen) -> Result<bool, String> {
        let mut opens = false;
        for store in &self.stores {
            let before = std::fs::read(store).map_err(|error| error.to_string())?;
            let Ok(opened) = open(store, &self.in_folder("cache"), choice, seen)? else { continue };
            opens = true;
            let walked = walk(&opened, before.len(), false, seen)?;
            if let Some(error) = walked.error {
                return Err(format!("a store that is whole cannot be read: {error}"));
            }
        }
        Ok(opens)
    }
}

impl Target for Dialects {
    fn name(&self) -> &'static str {
        "dialect"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dialects");
        let entries = std::fs::read_dir(built_in).expect("the built-in dialects");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        let built_in = paths.iter().map(|path| std::fs::read(path).expect("a dialect"));
        built_in.chain(corpus("dialect").into_iter().map(|(_, bytes)| bytes)).collect()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "{",
            "}",
            "{}",
            "{stream}",
            "{a|",
            "|before:-}",
            "|after_last:.",
            "|before_last:",
            "|after:",
            "||",
            "\"",
            "'",
            "=",
            "[",
            "]",
            "[[",
            "]]",
            "\n",
            ",",
            ".",
            "*",
            "%",
            "_",
            "--",
            ";",
            "stream_id",
            "stream_position",
            "message_data",
            "message_type",
            "message_id",
            "global_position",
            "is_archived",
            "emt_streams",
            "emt_messages",
            "notes",
            "author",
            "place",
            "kind",
            "body",
            "data",
            "version",
            "type",
            "rowid",
            "key\"quote",
            "col = ",
            "json = ",
            "\"$.a\"",
            "\"$['a'].b\"",
            "\"metadata:$.by\"",
            "\"item:$\"",
            "optional = true",
            "rest = true",
            "base = -1",
            "item = 0",
            "last_of_items = true",
            "decode = [\"json\"]",
            "\"zlib\"",
            "\"gzip\"",
            "\"auto\"",
            "where = [[\"kind\", \"!=\", 3]]",
            "s.stream_id",
            "values = { \"1\" = \"archived\" }",
            "[[sample]]",
            "[events.map]",
            "[peel]",
            "[[events.joins]]",
            "9223372036854775807",
            "-9223372036854775808",
        ]
    }

    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        let Ok(text) = std::str::from_utf8(input) else { return Ok(()) };
        if let Some(map) = text.strip_prefix(BY_HAND) {
            let roles = map.lines().filter_map(|line| line.split_once('='));
            let columns: BTreeMap<String, String> =
                roles.map(|(role, column)| (role.to_owned(), column.to_owned())).collect();
            let map = MapOverride { table: None, columns };
            if let Err(error) = map.check() {
                seen.text("map", &error.to_string());
            }
            let opens = self.read(&OpenChoice { map, ..OpenChoice::default() }, seen)?;
            seen.value("map opens", opens);
            return Ok(());
        }
        let file = self.in_folder("dialects/own.toml");
        std::fs::write(&file, input).map_err(|error| error.to_string())?;
        let dialects = Some(self.in_folder("dialects"));
        match Dialect::parse("own.toml", text) {
            Ok(dialect) => {
                seen.size("samples", dialect.samples.len());
                let opens =
                    self.read(&OpenChoice { dialect: Some(dialect.id), dialects, ..OpenChoice::default() }, seen)?;
                seen.value("opens", opens);
                Ok(())
            }
            Err(error) => {
                let said = error.to_string();
                seen.text("parse", &said);
                if !said.contains("own.toml") || said.contains('\n') || error.help().is_empty() {
                    return Err(format!("a message that names no file or has many lines: {said:?}"));
                }
                // The others are as they were, and it is said.
                let choice = OpenChoice { dialects, ..OpenChoice::default() };
                let store = &self.stores[0];
                let Ok(opened) = open(store, &self.in_folder("cache"), &choice, &mut Seen::default())? else {
                    return Err("a broken dialect hides the built-in ones".to_owned());
                };
                let codes = opened.findings.counts();
                let is_told = codes.get(&FindingCode::BadDialect) == Some(&1);
                if is_told { Ok(()) } else { Err(format!("a broken dialect is passed over in silence: {codes:?}")) }
            }
        }
    }
}
