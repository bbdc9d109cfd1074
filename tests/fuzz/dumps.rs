//! Target: dumps of databases. Whatever stands in a script or an archive, each row that is
//! counted is read again, alone as among others, and a script says the same when it is compressed.

use std::collections::BTreeMap;

use eventglass::dialect::MapOverride;
use eventglass::formats::OpenChoice;
use tempfile::TempDir;

use crate::driver::{Seen, Target, corpus};
use crate::lines::{alike, gzip, is_packed};
use crate::mutate::Chance;
use crate::walk::{Walked, open, walk};

pub struct Dumps {
    folder: TempDir,
    runs: u64,
}

impl Dumps {
    pub fn new() -> Dumps {
        Dumps { folder: tempfile::tempdir().expect("a folder"), runs: 0 }
    }

    fn read(&self, bytes: &[u8], choice: &OpenChoice, seen: &mut Seen) -> Result<Result<Walked, String>, String> {
        let path = self.folder.path().join("dump");
        std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
        let opened = match open(&path, &self.folder.path().join("cache"), choice, seen)? {
            Ok(opened) => opened,
            Err(said) => return Ok(Err(said)),
        };
        // What it unpacks to may be more, but not without end.
        let is_text = !is_packed(bytes) && !bytes.starts_with(b"PGDMP");
        let walked = walk(&opened, if is_text { bytes.len() } else { bytes.len() * 1_100 }, false, seen)?;
        if std::fs::read(&path).map_err(|error| error.to_string())? != bytes {
            return Err("the file was changed".to_owned());
        }
        Ok(Ok(walked))
    }
}

/// The columns of the table in the corpus, by hand.
fn by_hand() -> OpenChoice {
    let roles =
        [("stream", "stream_name"), ("version", "position"), ("type", "type"), ("data", "data"), ("time", "time")];
    let columns: BTreeMap<String, String> = roles.map(|(role, own)| (role.to_owned(), own.to_owned())).into();
    OpenChoice { map: MapOverride { table: None, columns }, ..OpenChoice::default() }
}

impl Target for Dumps {
    fn name(&self) -> &'static str {
        "dumps"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        corpus("dumps").into_iter().flat_map(|(_, bytes)| [gzip(&bytes), bytes]).collect()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "COPY message_store.messages (global_position, \"position\") FROM stdin;\n",
            "COPY messages FROM stdin;\n",
            "INSERT INTO message_store.messages VALUES ",
            "INSERT INTO `messages` VALUES ",
            "INSERT INTO messages (id, type) VALUES ",
            "CREATE TABLE message_store.messages (a bigint, b bytea);\n",
            "ALTER TABLE ONLY a.b ATTACH PARTITION message_store.messages FOR VALUES IN (1);\n",
            "ALTER TABLE message_store.messages INHERIT message_store.messages;\n",
            "\\.\n",
            "\\connect other\n",
            "\\N",
            "\\x41",
            "\\\\x4142",
            "\t",
            "\n",
            "\r\n",
            ";",
            ",",
            "'",
            "''",
            "\"",
            "`",
            "(",
            ")",
            "),\n(",
            "$$",
            "$tag$",
            "E'\\'",
            "N'",
            "X'00'",
            "0x00",
            "_binary '",
            "U&'\\0041'",
            "replace('a','a',char(10))",
            "unistr('\\u0041')",
            "CAST(N'1' AS int)",
            "ON CONFLICT DO NOTHING",
            "/*",
            "*/",
            "--",
            "DELIMITER ;;\n",
            "BEGIN ATOMIC",
            "GO\n",
            "NULL",
            "PGDMP\u{1}\u{e}\0\u{4}\u{8}\u{1}",
            "TABLE DATA",
            "BLOBS",
            "ustar",
        ]
    }

    /// Another length or offset in an archive.
    fn twist(&self, input: &mut Vec<u8>, chance: &mut Chance) -> bool {
        if input.len() < 16 || !input.starts_with(b"PGDMP") {
            return false;
        }
        let at = chance.below(input.len() - 5);
        let number = [0, 1, 0x7f, 0xff, 0x0100, 0xffff, 0x7fff_ffff, u32::MAX][chance.below(8)];
        input[at] = chance.below(3) as u8;
        input[at + 1..at + 5].copy_from_slice(&number.to_le_bytes());
        true
    }

    fn run(&mut self, input: &[u8], seen: &mut Seen) -> Result<(), String> {
        // What is unpacked is kept in the cache, which is not looked at by name often.
        if self.runs.is_multiple_of(200) {
            self.folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        }
        self.runs += 1;
        self.read(input, &by_hand(), seen)?.ok();
        let plain = self.read(input, &OpenChoice::default(), seen)?;
        if input.is_empty() || is_packed(input) || input.starts_with(b"PGDMP") {
            return Ok(());
        }
        let packed = self.read(&gzip(input), &OpenChoice::default(), &mut Seen::default())?;
        alike("with gzip", &plain.as_ref().map_err(Clone::clone), &packed.as_ref().map_err(Clone::clone), true)
    }
}
