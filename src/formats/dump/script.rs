//! SQL scripts as the tools of databases write them: which tables they make, and where in the
//! text the rows of each stand. Only what stands where a statement stands counts: bodies of
//! functions, comments, strings and rows may hold anything.
//!
//! pg_dump, pg_dumpall and psql; mysqldump and MariaDB's; sqlite3's `.dump`; scripts of SQL
//! Server Management Studio.

use std::io;
use std::sync::Arc;

use super::Flavour;
use super::lex::{Lex, Tokens, Within, is_name};
use super::objects::{Call, MAX_CALL};
use super::outline::{Block, Form, Outline, Place};
use super::window::Window;
use crate::formats::bytes::Bytes;

/// A statement that makes a table is not longer.
const MAX_STATEMENT: usize = 1 << 20;
/// Of a statement with rows so much is looked at to find the first of them.
pub(super) const MAX_HEAD: usize = 256 << 10;

/// Reads a whole script.
pub(super) fn outline(bytes: &Arc<dyn Bytes>, flavour: Flavour) -> io::Result<Outline> {
    let mut reader = Statements::new(Window::new(Arc::clone(bytes)), flavour);
    let mut outline = Outline::default();
    let mut database = None;
    loop {
        let before = database.clone();
        if !reader.find_statement(&mut database)? {
            break;
        }
        if outline.is_full() {
            outline.is_too_large = true;
            break;
        }
        if database != before {
            outline.close_blocks();
            outline.is_too_large |= !outline.objects.begin_database(reader.window.offset());
        }
        reader.statement(&mut outline, database.as_ref())?;
    }
    if !outline.tables.iter().any(|table| table.is_declared) {
        outline.join_partitions();
    }
    outline.lacks_end = reader.begun > 0;
    Ok(outline)
}

/// Walks over the statements of a script.
pub(super) struct Statements {
    pub window: Window,
    pub flavour: Flavour,
    /// Dumps that began with the comment of their tool, and did not end with it yet.
    begun: usize,
}

impl Statements {
    pub fn new(window: Window, flavour: Flavour) -> Statements {
        Statements { window, flavour, begun: 0 }
    }

    /// Goes to where the next statement begins; `false` at the end.
    pub fn find_statement(&mut self, database: &mut Option<String>) -> io::Result<bool> {
        loop {
            self.window.ensure(MAX_LINE_HEAD)?;
            let rest = self.window.rest();
            match rest {
                [] => return Ok(false),
                [b' ' | b'\t' | b'\r' | b'\n' | b';' | b'/' | 0xef | 0xbb | 0xbf, ..] if !rest.starts_with(b"/*") => {
                    self.window.skip(1);
                }
                [b'-', b'-', ..] => {
                    match said_by_tool(rest) {
                        Some(Said::Begins) => self.begun += 1,
                        Some(Said::Ends) => self.begun = self.begun.saturating_sub(1),
                        None => {}
                    }
                    self.window.skip_line()?;
                }
                [b'#', ..] if self.flavour == Flavour::MySql => self.window.skip_line()?,
                [b'/', b'*', ..] => {
                    self.window.skip(2);
                    self.skip_comment()?;
                }
                [b'\\', ..] => {
                    if let Some(name) = connected(rest) {
                        *database = Some(name);
                    }
                    self.window.skip_line()?;
                }
                _ if is_message(rest) => self.window.skip_line()?,
                _ if self.flavour == Flavour::SqlServer && is_word(rest, b"go") => self.window.skip_line()?,
                _ if self.flavour == Flavour::MySql && is_word(rest, b"delimiter") => self.skip_delimited()?,
                _ => return Ok(true),
            }
        }
    }

    /// Goes over blanks and comments inside a statement.
    pub fn skip_space(&mut self) -> io::Result<()> {
        loop {
            self.window.ensure(2)?;
            match self.window.rest() {
                [byte, ..] if byte.is_ascii_whitespace() => self.window.skip(1),
                [b'-', b'-', ..] => self.window.skip_line()?,
                [b'/', b'*', ..] => {
                    self.window.skip(2);
                    self.skip_comment()?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> io::Result<()> {
        loop {
            match memchr::memmem::find(self.window.rest(), b"*/") {
                Some(end) => {
                    self.window.skip(end + 2);
                    return Ok(());
                }
                None => {
                    let keep = self.window.rest().len().min(1);
                    self.window.skip(self.window.rest().len() - keep);
                    if !self.window.grow()? {
                        self.window.skip(1);
                        return Ok(());
                    }
                }
            }
        }
    }

    /// MySQL's bodies: from `DELIMITER ;;` to `DELIMITER ;`.
    fn skip_delimited(&mut self) -> io::Result<()> {
        self.window.skip_line()?;
        loop {
            self.window.ensure(MAX_LINE_HEAD)?;
            let rest = self.window.rest();
            if rest.is_empty() || is_word(rest, b"delimiter") {
                return self.window.skip_line();
            }
            self.window.skip_line()?;
        }
    }

    /// Takes in one statement and goes behind it.
    fn statement(&mut self, outline: &mut Outline, database: Option<&String>) -> io::Result<()> {
        let rest = self.window.rest();
        if Call::begins(rest) {
            let text = self.text(MAX_CALL)?;
            outline.objects.take(text.as_deref().and_then(Call::of), self.window.offset());
            return Ok(());
        }
        outline.objects.interrupt();
        if is_word(rest, b"copy") {
            return self.copy(outline, database);
        }
        if is_word(rest, b"insert") || is_word(rest, b"replace") {
            return self.insert(outline, database);
        }
        if !is_statement(rest) && outline.odd.is_none() {
            let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let text = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
            outline.odd = Some((self.window.offset(), text));
        }
        if let Some(escapes) = sets_escapes(rest) {
            outline.escapes = escapes;
        }
        let keeps = is_word(rest, b"create") || is_word(rest, b"alter");
        let body = is_word(rest, b"create") && self.flavour != Flavour::Postgres && makes_code(rest);
        let mut text = Vec::new();
        let whole = self.walk(|part| {
            if keeps && text.len() < MAX_STATEMENT {
                text.extend_from_slice(part);
            }
        })?;
        outline.is_cut |= !whole && keeps;
        if keeps {
            outline.read_statement(&text, database, self.flavour);
        }
        if body || has_atomic_body(&text) {
            outline.close_blocks();
            self.skip_body()?;
        }
        Ok(())
    }

    /// Statements inside a trigger or function, up to its END.
    fn skip_body(&mut self) -> io::Result<()> {
        let mut nothing = None;
        while self.find_statement(&mut nothing)? {
            let ends = is_word(self.window.rest(), b"end");
            self.walk(|_| {})?;
            if ends {
                break;
            }
        }
        Ok(())
    }

    /// Goes behind the statement's end, handing over its text; `false` where the text ends first.
    pub fn walk(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        if self.flavour == Flavour::SqlServer {
            return self.walk_lines(each);
        }
        let mut lex = Lex::new(self.flavour);
        loop {
            let rest = self.window.rest();
            let end = lex.find_end(rest);
            each(&rest[..end.unwrap_or(rest.len())]);
            let found = end.is_some();
            self.window.skip(end.map_or(rest.len(), |end| end + 1));
            if found {
                return Ok(true);
            }
            if !self.window.grow()? {
                return Ok(false);
            }
        }
    }

    /// Goes behind the statement's end; its text, where that is there and no longer than `most`.
    pub fn text(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut text = Vec::new();
        let whole = self.walk(|part| {
            if text.len() <= most {
                text.extend_from_slice(part);
            }
        })?;
        Ok((whole && text.len() <= most).then_some(text))
    }

    /// SQL Server's statements need no semicolon: the next one begins with a line.
    fn walk_lines(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        let mut lex = Lex::new(self.flavour);
        loop {
            let rest = self.window.rest();
            let line_end = memchr::memchr(b'\n', rest);
            let line = &rest[..line_end.map_or(rest.len(), |end| end + 1)];
            let end = lex.find_end(line);
            each(&line[..end.unwrap_or(line.len())]);
            let taken = end.map_or(line.len(), |end| end + 1);
            self.window.skip(taken);
            if end.is_some() {
                return Ok(true);
            }
            // A line may be longer than what is held.
            if line_end.is_none() && self.window.grow()? {
                continue;
            }
            self.window.ensure(MAX_LINE_HEAD)?;
            let outside = matches!(lex.within, Within::Statement) && lex.brackets == 0;
            if self.window.rest().is_empty() {
                return Ok(outside);
            }
            if outside && begins_statement(self.window.rest()) {
                return Ok(true);
            }
        }
    }

    fn copy(&mut self, outline: &mut Outline, database: Option<&String>) -> io::Result<()> {
        let mut text = Vec::new();
        self.walk(|part| {
            if text.len() < MAX_HEAD {
                text.extend_from_slice(&part[..part.len().min(MAX_HEAD)]);
            }
        })?;
        let Some((place, columns)) = copy_head(&text, database) else {
            // A COPY to somewhere, or a line of text that begins so.
            return Ok(());
        };
        self.window.skip_line()?;
        let start = self.window.offset();
        let (end, whole) = self.copy_end()?;
        outline.is_cut |= !whole;
        let table = outline.table(place);
        let columns = match columns {
            Some(columns) => columns,
            None => outline.tables[table].columns.iter().map(|column| column.name.clone()).collect(),
        };
        let (form, heads) = (Form::Copy, Vec::new());
        outline.add_block(Block { table, columns: columns.into(), form, data: start..end, heads });
        Ok(())
    }

    /// Goes behind the line `\.`; where the rows end, and whether that line is there.
    fn copy_end(&mut self) -> io::Result<(u64, bool)> {
        let mut at_line = true;
        loop {
            self.window.ensure(4)?;
            let rest = self.window.rest();
            if at_line && is_end_of_copy(rest) {
                let end = self.window.offset();
                self.window.skip_line()?;
                return Ok((end, true));
            }
            at_line = false;
            let mut from = 0;
            let found = loop {
                match memchr::memmem::find(&rest[from..], b"\n\\.") {
                    Some(at) if is_end_of_copy(&rest[from + at + 1..]) => break Some(from + at + 1),
                    // The line's end may come with the next bytes.
                    Some(at) if from + at + 5 > rest.len() && !self.window.is_last() => break None,
                    Some(at) => from += at + 3,
                    None => break None,
                }
            };
            if let Some(found) = found {
                self.window.skip(found);
                let end = self.window.offset();
                self.window.skip_line()?;
                return Ok((end, true));
            }
            let keep = rest.len().min(4);
            self.window.skip(rest.len() - keep);
            if !self.window.grow()? {
                self.window.skip(keep);
                return Ok((self.window.offset(), false));
            }
        }
    }

    fn insert(&mut self, outline: &mut Outline, database: Option<&String>) -> io::Result<()> {
        self.window.ensure(MAX_HEAD)?;
        let start = self.window.offset();
        let rest = self.window.rest();
        let head = insert_head(rest, database, self.flavour).map(|head| (rest[..head.len].to_vec(), head));
        let whole = self.walk(|_| {})?;
        let Some((begins, head)) = head else { return Ok(()) };
        outline.is_cut |= !whole;
        let table = outline.table(head.place);
        let columns = match head.columns {
            Some(columns) => columns,
            None => outline.tables[table].columns.iter().map(|column| column.name.clone()).collect(),
        };
        let data = start..self.window.offset();
        let (form, heads) = (Form::Insert, vec![begins]);
        outline.add_block(Block { table, columns: columns.into(), form, data, heads });
        Ok(())
    }
}

/// A line's first bytes that tell what it is.
pub(super) const MAX_LINE_HEAD: usize = 512;

pub(super) fn is_end_of_copy(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"\\.") else { return false };
    matches!(rest, [] | [b'\n', ..] | [b'\r', ..])
}

/// The text begins with that word, which is in lower case.
pub(super) fn is_word(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
        && !text.get(word.len()).is_some_and(|next| is_name(*next))
}

/// A line of SQL Server's that begins a statement.
pub(super) fn begins_statement(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"go", b"insert", b"set", b"create", b"alter", b"use", b"print", b"if", b"declare", b"update", b"delete",
        b"exec",
    ];
    WORDS.iter().any(|word| is_word(text, word)) || text.starts_with(b"--") || text.starts_with(b"/*")
}

/// What a tool says of its dump in a comment.
enum Said {
    Begins,
    Ends,
}

fn said_by_tool(comment: &[u8]) -> Option<Said> {
    const ENDS: [&[u8]; 3] = [
        b"-- PostgreSQL database dump complete",
        b"-- PostgreSQL database cluster dump complete",
        b"-- Dump completed",
    ];
    const BEGINS: [&[u8]; 4] =
        [b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump", b"-- MySQL dump", b"-- MariaDB dump"];
    let is_any = |all: &[&[u8]]| all.iter().any(|text| comment.starts_with(text));
    if is_any(&ENDS) { Some(Said::Ends) } else { is_any(&BEGINS).then_some(Said::Begins) }
}

/// The text begins with a word that begins statements, of whatever database.
fn is_statement(text: &[u8]) -> bool {
    const WORDS: &str = "alter analyze backup begin bulk call checkpoint cluster comment commit copy create dbcc \
        declare deallocate delete deny detach discard do drop end exec execute explain grant if import insert listen \
        load lock merge notify optimize pragma prepare print raiserror reassign refresh reindex release rename repair \
        replace reset restore return revoke rollback savepoint security select set show start table throw truncate \
        unlock update use vacuum values waitfor while with xa";
    let len = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text[..len].to_ascii_lowercase();
    text.starts_with(b"(") || WORDS.split_ascii_whitespace().any(|known| known.as_bytes() == word)
}

/// What a tool said while it wrote: `pg_dump: reading extensions`, `mysqldump: [Warning] …`.
fn is_message(text: &[u8]) -> bool {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let word = line[..colon].trim_ascii();
    line.get(colon + 1) == Some(&b' ')
        && !word.is_empty()
        && word.len() < 40
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' '))
        && !line.ends_with(b";")
}

/// The database of `\connect name`.
fn connected(text: &[u8]) -> Option<String> {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let rest = line.strip_prefix(b"\\connect ").or_else(|| line.strip_prefix(b"\\c "))?;
    let rest = String::from_utf8_lossy(rest);
    let mut rest = rest.trim();
    while let Some(option) = rest.strip_prefix('-') {
        rest = option.split_once(' ').map_or("", |(_, behind)| behind).trim();
    }
    let name = match rest.split_once("dbname=") {
        Some((_, name)) => name.trim_matches(['"', '\'']),
        None => rest.trim_matches(['"', '\'']),
    };
    Some(name.replace("\"\"", "\""))
}

/// `CREATE TRIGGER`, `CREATE PROCEDURE` and the like, whose bodies are statements.
fn makes_code(text: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&text[..text.len().min(200)]).to_lowercase();
    let head = head.split('(').next().unwrap_or_default();
    head.split_whitespace().take(8).any(|word| matches!(word, "trigger" | "procedure" | "function" | "event"))
}

/// `SET standard_conforming_strings = off;`: backslashes in strings escape.
fn sets_escapes(text: &[u8]) -> Option<bool> {
    let value = text.strip_prefix(b"SET standard_conforming_strings = ")?;
    Some(is_word(value, b"off"))
}

/// A function in the form of SQL's standard.
fn has_atomic_body(text: &[u8]) -> bool {
    is_word(text, b"create") && memchr::memmem::find(text, b"BEGIN ATOMIC").is_some()
}

/// `COPY s.t (a, "b") FROM stdin`.
pub(super) fn copy_head(text: &[u8], database: Option<&String>) -> Option<(Place, Option<Vec<String>>)> {
    let mut tokens = Tokens::new(text, Flavour::Postgres);
    if tokens.word().as_deref() != Some("copy") {
        return None;
    }
    let place = tokens.place(database)?;
    let columns = if tokens.is_symbol(b'(') { Some(tokens.names()?) } else { None };
    (tokens.is_any(&["from"]) && tokens.is_any(&["stdin"])).then_some((place, columns))
}

/// Where the rows of a statement begin.
pub(super) struct InsertHead {
    pub place: Place,
    pub columns: Option<Vec<String>>,
    /// Bytes up to the first row's bracket.
    pub len: usize,
}

/// `INSERT INTO s.t (a, b) VALUES `; `None` where it inserts no values.
pub(super) fn insert_head(text: &[u8], database: Option<&String>, flavour: Flavour) -> Option<InsertHead> {
    let mut tokens = Tokens::new(text, flavour);
    let first = tokens.word()?;
    if first != "insert" && first != "replace" {
        return None;
    }
    while tokens.is_any(&["ignore", "or", "replace", "into", "low_priority", "delayed"]) {}
    let place = tokens.place(database)?;
    let columns = if tokens.is_symbol(b'(') { Some(tokens.names()?) } else { None };
    if tokens.is_any(&["overriding"]) {
        while tokens.is_any(&["system", "user", "value"]) {}
    }
    if !tokens.is_any(&["values", "value"]) {
        return None;
    }
    tokens.skip_space();
    Some(InsertHead { place, columns, len: tokens.at })
}

#[cfg(test)]
mod tests {
    use super::super::outline::Holds;
    use super::*;
    use crate::formats::bytes::FileBytes;
    use std::io::Write;

    fn read(text: &str, flavour: Flavour) -> Outline {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let bytes: Arc<dyn Bytes> = Arc::new(FileBytes::open(file.path()).expect("open"));
        outline(&bytes, flavour).expect("read")
    }

    /// Where rows stand, by table: what is there, in the script's own words.
    fn rows(text: &str, flavour: Flavour) -> Vec<(String, String)> {
        let outline = read(text, flavour);
        let place = |at: usize| {
            let place = &outline.tables[at].place;
            let parts = [&place.database, &place.schema].into_iter().flatten();
            parts.chain([&place.name]).cloned().collect::<Vec<_>>().join(".")
        };
        let end = |block: &Block| (block.data.end as usize).min(text.len());
        let said = |block: &Block| {
            let table = place(outline.root(block.table));
            (table, text[block.data.start as usize..end(block)].to_owned())
        };
        outline.blocks.iter().map(said).collect()
    }

    fn pair(table: &str, rows: &str) -> (String, String) {
        (table.to_owned(), rows.to_owned())
    }

    #[test]
    fn only_statements_hold_rows() {
        let script = "\\restrict abc\npg_dump: reading extensions\n-- COPY a (b) FROM stdin;\n/* INSERT INTO x VALUES (1); */\n\
            CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $_$\nCOPY a (b) FROM stdin;\n1\n\\.\n$_$;\n\
            CREATE TABLE s.a (b text DEFAULT 'INSERT INTO x VALUES (1);', \"c d\" bytea, CONSTRAINT k PRIMARY KEY (b));\n\
            COPY s.a (b, \"c d\") FROM stdin;\nCOPY s.a (b) FROM stdin;\t\\\\.\nINSERT INTO x VALUES (1);\t2\n\\.\n\n\
            INSERT INTO s.a VALUES ('x;', '\\x00');\n\\unrestrict abc\n";
        assert_eq!(
            rows(script, Flavour::Postgres),
            [
                pair("s.a", "COPY s.a (b) FROM stdin;\t\\\\.\nINSERT INTO x VALUES (1);\t2\n"),
                pair("s.a", "INSERT INTO s.a VALUES ('x;', '\\x00');"),
            ]
        );
        let outline = read(script, Flavour::Postgres);
        let kinds: Vec<(&str, Holds)> =
            outline.tables[0].columns.iter().map(|own| (own.name.as_str(), own.holds)).collect();
        assert_eq!(kinds, [("b", Holds::Text), ("c d", Holds::Bytes)]);
    }

    #[test]
    fn rows_of_parts_are_the_whole_tables() {
        let script = "CREATE TABLE e (a int) PARTITION BY LIST (a);\nCREATE TABLE e1 (a int);\n\
            ALTER TABLE ONLY e ATTACH PARTITION e1 FOR VALUES IN (1);\n\
            CREATE TABLE chunk (CONSTRAINT c CHECK (a > 0)) INHERITS (e);\n\
            CREATE TABLE other PARTITION OF e DEFAULT;\n\
            COPY e1 (a) FROM stdin;\n1\n\\.\nCOPY chunk FROM stdin;\n2\n\\.\nCOPY other (a) FROM stdin;\n3\n\\.\nCOPY e (a) FROM stdin;\n\\.\n";
        let found = rows(script, Flavour::Postgres);
        assert_eq!(found, [pair("e", "1\n"), pair("e", "2\n"), pair("e", "3\n"), pair("e", "")]);
    }

    #[test]
    fn tables_of_two_databases_are_two() {
        let script = "\\connect one\nCOPY public.e (a, b) FROM stdin;\n1\t2\n\\.\n\\connect -reuse-previous=on \"dbname='two'\"\n\
            COPY public.e (a, b) FROM stdin;\n3\t4\n\\.\n";
        assert_eq!(rows(script, Flavour::Postgres), [pair("one.public.e", "1\t2\n"), pair("two.public.e", "3\t4\n")]);
    }

    #[test]
    fn other_databases_have_their_own_quotes_and_bodies() {
        let mysql = "mysqldump: [Warning] Using a password is insecure.\n/*!40101 SET NAMES utf8mb4 */;\n\
            CREATE TABLE `e` (`id` int COMMENT 'a; it''s', `key` text, KEY `k` (`id`)) ENGINE=InnoDB;\n\
            INSERT INTO `e` VALUES (1,'a\\';b'),(2,'c');\nINSERT INTO `e` VALUES (3,'d');\n\
            DELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON e FOR EACH ROW BEGIN INSERT INTO x VALUES (1); END ;;\nDELIMITER ;\n";
        let rows_of = "INSERT INTO `e` VALUES (1,'a\\';b'),(2,'c');\nINSERT INTO `e` VALUES (3,'d');";
        assert_eq!(rows(mysql, Flavour::MySql), [pair("e", rows_of)]);
        let sqlite = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE IF NOT EXISTS \"e\" (a, b blob);\n\
            INSERT INTO e VALUES(1,X'00');\nCREATE TRIGGER t AFTER INSERT ON e BEGIN\n INSERT INTO x VALUES(1);\nEND;\n\
            INSERT INTO e VALUES(2,'\\');\nCOMMIT;\n";
        let found = rows(sqlite, Flavour::Sqlite);
        assert_eq!(found, [pair("e", "INSERT INTO e VALUES(1,X'00');"), pair("e", "INSERT INTO e VALUES(2,'\\');")]);
        let server = "USE [shop]\nGO\nCREATE TABLE [dbo].[e]([a] [bigint] NOT NULL, [b] [nvarchar](max));\nGO\n\
            INSERT [dbo].[e] ([a], [b]) VALUES (1, N'x]y')\nGO\nINSERT [dbo].[e] ([a], [b]) VALUES (2, N'z')\nGO\n";
        assert_eq!(read(server, Flavour::SqlServer).blocks.len(), 1);
    }

    #[test]
    fn keys_are_found_wherever_they_stand() {
        let postgres = "CREATE TABLE a (b text PRIMARY KEY, c int);\n\
            CREATE TABLE d (e int DEFAULT 7, \"f g\" text DEFAULT 'primary key', CONSTRAINT k PRIMARY KEY (\"f g\", e));\n\
            CREATE TABLE h (i int, j jsonb[], k boolean, CHECK (i > 0), UNIQUE (i));\n\
            CREATE TABLE l (m json);\nCOPY l (m) FROM stdin;\nALTER TABLE ONLY l ADD CONSTRAINT x PRIMARY KEY (n);\n\\.\n\
            ALTER TABLE ONLY public.h\n    ADD CONSTRAINT h_pkey PRIMARY KEY (i, k);\n\
            ALTER TABLE ONLY a ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES h(i);\nALTER TABLE l ADD COLUMN primary text;\n";
        let mysql = "CREATE TABLE `a` (`b` varchar(9) NOT NULL COMMENT 'primary key', `c` int, PRIMARY KEY (`c`,`b`(4)), KEY `d` (`b`));\n\
            CREATE TABLE `e` (`f` enum('primary key') NOT NULL);\nALTER TABLE `e`\n  ADD PRIMARY KEY (`f`),\n  ADD KEY `g` (`f`);\n";
        let sqlite = "CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT, c);\n\
            CREATE TABLE d (e, f, PRIMARY KEY(\"f\" DESC, e)) STRICT, WITHOUT ROWID;\nCREATE TABLE g (h /* primary key */, i);\n";
        let server = "CREATE TABLE [dbo].[a]([b] [int] NOT NULL, [c] [int],\n CONSTRAINT [PK_a] PRIMARY KEY CLUSTERED \n(\n\t[b] ASC,\n\t[c] ASC\n\
            )WITH (PAD_INDEX = OFF) ON [PRIMARY]\n) ON [PRIMARY]\nGO\n";
        let h2 = "CREATE MEMORY TABLE \"PUBLIC\".\"A\"(\"B\" INTEGER NOT NULL);\n\
            ALTER TABLE \"PUBLIC\".\"A\" ADD CONSTRAINT \"PUBLIC\".\"C_1\" PRIMARY KEY(\"B\");\n";
        for (text, flavour, wanted) in [
            (postgres, Flavour::Postgres, "a(b) d(f g,e) h(i,k) l()"),
            (mysql, Flavour::MySql, "a(c,b) e(f)"),
            (sqlite, Flavour::Sqlite, "a(b)* d(f,e) g()*"),
            (server, Flavour::SqlServer, "a(b,c)"),
            (h2, Flavour::Postgres, "A(B)"),
        ] {
            let outline = read(text, flavour);
            let said = outline.tables.iter().map(|own| {
                format!("{}({}){}", own.place.name, own.key.join(","), if own.has_rowid { "*" } else { "" })
            });
            assert_eq!(said.collect::<Vec<_>>().join(" "), wanted);
        }
        let kinds = |at: usize| -> Vec<Holds> {
            read(postgres, Flavour::Postgres).tables[at].columns.iter().map(|own| own.holds).collect()
        };
        assert_eq!(kinds(2), [Holds::Integers, Holds::Text, Holds::Booleans]);
        assert_eq!(kinds(3), [Holds::Json]);
    }

    #[test]
    fn keys_in_hostile_text_cost_little() {
        for part in ["[", "\"", "`", "(", "a ", "primary ", "'", "--\n", "/*", "key,"] {
            let text = format!(
                "CREATE TABLE e (a int {0}, PRIMARY KEY ({0});\nALTER TABLE e ADD PRIMARY KEY ({0});\n",
                part.repeat(50_000)
            );
            for flavour in [Flavour::Postgres, Flavour::MySql, Flavour::Sqlite, Flavour::SqlServer] {
                assert!(read(&text, flavour).tables.len() < 2);
            }
        }
    }

    #[test]
    fn a_cut_dump_says_so() {
        for text in ["COPY e (a, b) FROM stdin;\n1\t2\n3", "INSERT INTO e (a, b) VALUES (1, 'x", "CREATE TABLE e (a"] {
            assert!(read(text, Flavour::Postgres).is_cut, "{text}");
        }
        assert!(!read("COPY e (a, b) FROM stdin;\n1\t2\n\\.\n", Flavour::Postgres).is_cut);
    }
}
