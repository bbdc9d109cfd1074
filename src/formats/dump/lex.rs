//! The words of SQL: where a statement ends in text that comes in parts, and the names and columns
//! in one that is whole.

use super::Flavour;
use super::outline::{Holds, Kind, Place};
use super::rows::string;
use crate::dialect::Declared;

/// A letter of a name without quotes.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// Finds the end of a statement in text that comes in parts.
pub(super) struct Lex {
    pub within: Within,
    pub before: [u8; 2],
    pub flavour: Flavour,
    pub depth: usize,
    /// Open ones.
    pub brackets: usize,
}

pub(super) enum Within {
    Statement,
    /// A string; backslashes in it escape.
    String(bool),
    Escape,
    Name(u8),
    Line,
    Comment,
    /// Between `$` and `$`: the tag so far.
    Tag(Vec<u8>),
    /// A text between such tags, and how much of the closing one was seen.
    Tagged(Vec<u8>, usize),
}

impl Lex {
    pub fn new(flavour: Flavour) -> Lex {
        Lex { within: Within::Statement, before: [b' '; 2], flavour, depth: 0, brackets: 0 }
    }

    /// Where the statement ends, at its semicolon.
    pub fn find_end(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            match &mut self.within {
                Within::Statement => {
                    if byte == b';' {
                        return Some(at);
                    }
                    self.in_statement(byte);
                }
                Within::String(escapes) => {
                    let found = match escapes {
                        true => memchr::memchr2(b'\'', b'\\', &text[at..]),
                        false => memchr::memchr(b'\'', &text[at..]),
                    };
                    let found = found?;
                    at += found;
                    self.within = if text[at] == b'\\' { Within::Escape } else { Within::Statement };
                    self.before = [b'\'', b'\''];
                }
                Within::Escape => self.within = Within::String(true),
                Within::Name(end) => {
                    let end = *end;
                    match memchr::memchr(end, &text[at..]) {
                        Some(found) => at += found,
                        None => return None,
                    }
                    (self.within, self.before) = (Within::Statement, [b' ', end]);
                }
                Within::Line => match memchr::memchr(b'\n', &text[at..]) {
                    Some(found) => {
                        at += found;
                        (self.within, self.before) = (Within::Statement, [b' '; 2]);
                    }
                    None => return None,
                },
                Within::Comment => {
                    match (self.before[1], byte) {
                        (b'*', b'/') => self.depth -= 1,
                        (b'/', b'*') if self.flavour != Flavour::MySql && self.flavour != Flavour::Sqlite => {
                            self.depth += 1;
                        }
                        _ => {}
                    }
                    let paired = matches!((self.before[1], byte), (b'*', b'/') | (b'/', b'*'));
                    self.before = [self.before[1], if paired { b' ' } else { byte }];
                    if self.depth == 0 {
                        self.within = Within::Statement;
                    }
                }
                Within::Tag(tag) => match byte {
                    b'$' => {
                        let mut end = std::mem::take(tag);
                        end.push(b'$');
                        self.within = Within::Tagged(end, 0);
                    }
                    byte if is_name(byte) && tag.len() < 64 => tag.push(byte),
                    _ => {
                        (self.within, self.before) = (Within::Statement, [b' ', b' ']);
                        continue;
                    }
                },
                Within::Tagged(end, seen) => {
                    if *seen == 0 {
                        match memchr::memchr(b'$', &text[at..]) {
                            Some(found) => at += found,
                            None => return None,
                        }
                    }
                    match () {
                        () if text[at] == end[*seen] => *seen += 1,
                        () if text[at] == b'$' => *seen = 1,
                        () => *seen = 0,
                    }
                    if *seen == end.len() {
                        (self.within, self.before) = (Within::Statement, [b' '; 2]);
                    }
                }
            }
            at += 1;
        }
        None
    }

    fn in_statement(&mut self, byte: u8) {
        let [first, second] = self.before;
        self.before = [second, byte];
        match byte {
            b'(' => self.brackets += 1,
            b')' => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.within = match (second, byte) {
            (_, b'\'') => {
                let escapes = match self.flavour {
                    Flavour::MySql => true,
                    Flavour::Postgres => matches!(second, b'e' | b'E') && !is_name(first),
                    _ => false,
                };
                Within::String(escapes)
            }
            (_, b'"') => Within::Name(b'"'),
            (_, b'`') if matches!(self.flavour, Flavour::MySql | Flavour::Sqlite) => Within::Name(b'`'),
            (_, b'[') if self.flavour == Flavour::SqlServer => Within::Name(b']'),
            (b'-', b'-') => Within::Line,
            (_, b'#') if self.flavour == Flavour::MySql => Within::Line,
            (b'/', b'*') => {
                (self.depth, self.before) = (1, [b' '; 2]);
                Within::Comment
            }
            (second, b'$') if self.flavour == Flavour::Postgres && !is_name(second) => Within::Tag(vec![b'$']),
            _ => return,
        };
    }
}

/// The words, names and signs of a statement.
pub(super) struct Tokens<'t> {
    pub text: &'t [u8],
    pub at: usize,
    pub flavour: Flavour,
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t [u8], flavour: Flavour) -> Tokens<'t> {
        Tokens { text, at: 0, flavour }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_ascii_start().len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with(b"--") {
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
            } else if blank == 0 {
                return;
            }
        }
    }

    /// A word without quotes, in lower case.
    pub fn word(&mut self) -> Option<String> {
        self.skip_space();
        let rest = self.rest();
        let len = rest.iter().take_while(|byte| is_name(**byte)).count();
        if len == 0 {
            return None;
        }
        self.at += len;
        Some(String::from_utf8_lossy(&rest[..len]).to_lowercase())
    }

    /// Goes behind the next word if it is one of these.
    pub fn is_any(&mut self, words: &[&str]) -> bool {
        let before = self.at;
        let found = self.word().is_some_and(|word| words.contains(&word.as_str()));
        if !found {
            self.at = before;
        }
        found
    }

    pub fn is_symbol(&mut self, symbol: u8) -> bool {
        self.skip_space();
        let found = self.rest().first() == Some(&symbol);
        self.at += usize::from(found);
        found
    }

    /// A name, with quotes or without.
    fn name(&mut self) -> Option<String> {
        self.skip_space();
        let end = match (self.rest().first()?, self.flavour) {
            (b'"', _) => b'"',
            (b'`', Flavour::MySql | Flavour::Sqlite) => b'`',
            (b'[', Flavour::SqlServer | Flavour::Sqlite) => b']',
            (b'\'', Flavour::Sqlite) => b'\'',
            _ => {
                let rest = self.rest();
                let len = rest.iter().take_while(|byte| is_name(**byte) || **byte == b'@').count();
                self.at += len;
                return (len > 0).then(|| String::from_utf8_lossy(&rest[..len]).into_owned());
            }
        };
        let (mut name, mut from) = (Vec::new(), self.at + 1);
        loop {
            let found = memchr::memchr(end, self.text.get(from..)?)?;
            name.extend_from_slice(&self.text[from..from + found]);
            from += found + 1;
            if self.text.get(from) != Some(&end) {
                break;
            }
            name.push(end);
            from += 1;
        }
        self.at = from;
        Some(String::from_utf8_lossy(&name).into_owned())
    }

    /// `schema.table`.
    pub fn place(&mut self, database: Option<&String>) -> Option<Place> {
        let mut parts = vec![self.name()?];
        while self.is_symbol(b'.') {
            parts.push(self.name()?);
        }
        let name = parts.pop()?;
        Some(Place { database: database.cloned(), schema: parts.pop(), name })
    }

    /// `a, "b")`, the bracket before them read.
    pub fn names(&mut self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        loop {
            names.push(self.name()?);
            if self.is_symbol(b')') {
                return Some(names);
            }
            if !self.is_symbol(b',') {
                return None;
            }
        }
    }

    /// The columns of a CREATE TABLE, and the names of those that are its primary key; goes behind
    /// their bracket.
    pub fn columns(&mut self) -> Option<(Vec<Kind>, Vec<String>)> {
        if !self.is_symbol(b'(') {
            return None;
        }
        const RULES: [&str; 8] = ["constraint", "primary", "unique", "foreign", "check", "exclude", "like", "period"];
        const INDEXES: [&str; 4] = ["key", "index", "fulltext", "spatial"];
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        loop {
            self.skip_space();
            let quoted = matches!(self.rest().first(), Some(b'"' | b'`' | b'['));
            let before = self.at;
            let word = if quoted { None } else { self.word() };
            let is_rule = word.is_some_and(|word| {
                RULES.contains(&word.as_str())
                    || (matches!(self.flavour, Flavour::MySql) && INDEXES.contains(&word.as_str()))
            });
            self.at = before;
            let mut column = None;
            if is_rule {
                key = self.primary_key().unwrap_or(key);
            } else if let Some(name) = self.name() {
                let quoted_type = matches!(self.flavour, Flavour::SqlServer) && self.is_symbol(b'[');
                let mut kind = self.word().unwrap_or_default();
                // `public.lo`
                if self.flavour == Flavour::Postgres && self.is_symbol(b'.') {
                    kind = self.word().filter(|kind| kind == "lo").unwrap_or_default();
                }
                if quoted_type {
                    self.is_symbol(b']');
                }
                // Arrays are written in a form of their own.
                let is_array = self.flavour == Flavour::Postgres && (self.is_symbol(b'[') || self.is_any(&["array"]));
                let holds = if is_array { Holds::Text } else { Holds::of(&kind, self.flavour) };
                let holds = if self.is_one_bit(&kind) { Holds::Booleans } else { holds };
                column = Some(name.clone());
                columns.push(Kind { name, holds });
            }
            let behind = self.at;
            let is_last = !self.skip_item()?;
            let said = &self.text[behind..self.at];
            // MariaDB's `json` is a text that is checked.
            if let Some(own) = columns.last_mut().filter(|own| column.is_some() && own.holds == Holds::Text)
                && self.flavour == Flavour::MySql
                && said.windows(11).any(|own| own.eq_ignore_ascii_case(b"json_valid("))
            {
                own.holds = Holds::Json;
            }
            key.extend(column.filter(|_| Tokens::new(said, self.flavour).says_key()));
            if is_last {
                return Some((columns, key));
            }
        }
    }

    /// MySQL's words for a boolean, `bit(1)` and `tinyint(1)`; what stands behind the word is told by it.
    fn is_one_bit(&self, kind: &str) -> bool {
        let rest = self.rest().trim_ascii_start();
        self.flavour == Flavour::MySql
            && (matches!(kind, "bit" | "tinyint") && rest.starts_with(b"(1)")
                || kind == "bit" && !rest.starts_with(b"("))
    }

    /// The columns of `CONSTRAINT name PRIMARY KEY (a, b)`; stays where it is at something else.
    pub fn primary_key(&mut self) -> Option<Vec<String>> {
        let before = self.at;
        let names = self.key_names();
        if names.is_none() {
            self.at = before;
        }
        names
    }

    fn key_names(&mut self) -> Option<Vec<String>> {
        let has_name = self.is_any(&["constraint"]);
        if !self.is_any(&["primary"]) {
            self.place(None).filter(|_| has_name)?;
            self.is_any(&["primary"]).then_some(())?;
        }
        self.is_any(&["key"]).then_some(())?;
        while self.is_any(&["clustered", "nonclustered", "using", "btree", "hash"]) {}
        self.is_symbol(b'(').then_some(())?;
        let mut names = Vec::new();
        loop {
            names.push(self.name()?);
            // `a ASC`, `a(10)`, `a AUTOINCREMENT`
            if !self.skip_item()? {
                return Some(names);
            }
        }
    }

    /// `WITHOUT ROWID` stands among what follows the columns.
    pub fn is_without_rowid(&mut self) -> bool {
        while self.is_any(&["strict"]) || self.is_symbol(b',') {}
        self.is_any(&["without"]) && self.is_any(&["rowid"])
    }

    /// `PRIMARY KEY` stands in what is said of a column, outside brackets and strings.
    fn says_key(&mut self) -> bool {
        while !self.rest().is_empty() {
            if self.is_any(&["primary"]) {
                if self.is_any(&["key"]) {
                    return true;
                }
            } else if self.is_symbol(b'(') {
                while self.skip_item() == Some(true) {}
            } else if self.rest().first() == Some(&b'\'') {
                let escapes = self.flavour == Flavour::MySql;
                let end = string(self.text, self.at, escapes, false, &mut Vec::new());
                self.at = end.unwrap_or(self.text.len());
            } else if self.name().is_none() {
                // A quote that is not closed hides what follows.
                if self.rest().first().is_some_and(|byte| matches!(byte, b'"' | b'`' | b'[')) {
                    return false;
                }
                self.at += 1;
            }
        }
        false
    }

    /// Goes behind the next comma, `true`, or behind the closing bracket.
    fn skip_item(&mut self) -> Option<bool> {
        let mut depth = 0_usize;
        let mut lex = Lex::new(self.flavour);
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            let outside = matches!(lex.within, Within::Statement);
            match byte {
                b'(' if outside => depth += 1,
                b')' if outside && depth == 0 => return Some(false),
                b')' if outside => depth -= 1,
                b',' if outside && depth == 0 => return Some(true),
                _ => {}
            }
            if byte != b';' || !outside {
                lex.find_end(&[byte]);
            }
        }
        None
    }
}

impl Holds {
    pub fn of(kind: &str, flavour: Flavour) -> Holds {
        match kind {
            "bigint" | "integer" | "int" | "smallint" | "tinyint" | "mediumint" | "serial" | "bigserial" | "int2"
            | "int4" | "int8" => Holds::Integers,
            "numeric" | "decimal" | "real" | "double" | "float" | "float4" | "float8" => Holds::Numbers,
            "bytea" | "blob" | "longblob" | "mediumblob" | "tinyblob" | "binary" | "varbinary" | "image" => {
                Holds::Bytes
            }
            "boolean" | "bool" => Holds::Booleans,
            "json" | "jsonb" => Holds::Json,
            "bit" if flavour == Flavour::SqlServer => Holds::Booleans,
            "oid" | "lo" if flavour == Flavour::Postgres => Holds::LargeObjects,
            _ => Holds::Text,
        }
    }

    /// What is known of the values that their cells do not say.
    pub fn declared(self) -> Option<Declared> {
        match self {
            Holds::Booleans => Some(Declared::Boolean),
            Holds::Json => Some(Declared::Json),
            _ => None,
        }
    }
}
