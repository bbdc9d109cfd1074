//! [`Word`]: a word that is looked for in JSON as it is shown, and [`StoredJson`], which answers from
//! the bytes as stored, where those can tell.

use memchr::memmem::Finder;

use crate::model::json::{MAX_DEPTH, SIGNS, is_json};
use crate::model::jsonb::begins_as_text;

/// A word that may stand anywhere in an event.
pub(super) struct Word {
    /// In lower case.
    pub(super) text: String,
    /// The version that it names.
    pub(super) version: Option<i64>,
    finder: Finder<'static>,
    /// It has nothing of JSON's own signs, so it lies within one token.
    plain: bool,
    /// Its longest part without such signs: where that is not, the word is not.
    core: Option<Finder<'static>>,
}

impl Word {
    pub(super) fn new(text: String) -> Word {
        let digits = text.trim_start_matches('v');
        let version = digits.parse::<i64>().ok().filter(|number| number.to_string() == digits);
        let core = text.split(SIGNS).max_by_key(|part| part.len()).filter(|part| !part.is_empty());
        Word {
            version,
            finder: Finder::new(text.as_bytes()).into_owned(),
            plain: core.is_some_and(|core| core.len() == text.len()),
            core: core.map(|core| Finder::new(core.as_bytes()).into_owned()),
            text,
        }
    }

    /// Its longest part that lies within one token, in lower case.
    pub(super) fn core(&self) -> &str {
        let bytes = self.core.as_ref().map_or(&[][..], |core| core.needle());
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// It is not in what is shown of this text, which is JSON in lower case, plain ASCII without
    /// escapes.
    pub(super) fn is_not_in(&self, lower: &[u8]) -> bool {
        self.core.as_ref().is_some_and(|core| core.find(lower).is_none())
    }

    /// What is no JSON is shown in quotes with its own escaped: a word that is not in `text`
    /// may be there all the same if it has one of the outer quotes, or an escape.
    fn may_lie_at_quotes_around(&self, text: &[u8]) -> bool {
        let word = self.text.as_bytes();
        let inside = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\""));
        word.contains(&b'\\')
            || inside == Some(text)
            || word.strip_prefix(b"\"").is_some_and(|rest| text.starts_with(rest))
            || word.strip_suffix(b"\"").is_some_and(|rest| text.ends_with(rest))
    }
}

/// Searches JSON that is shown as it is stored.
#[derive(Default)]
pub(super) struct StoredJson {
    /// None of what is searched needs a closer look.
    all_simple: bool,
    /// Text without blanks, reused.
    squeezed: Vec<u8>,
}

impl StoredJson {
    pub(super) fn new(all_simple: bool) -> StoredJson {
        StoredJson { all_simple, squeezed: Vec::new() }
    }

    /// The answer of the stored bytes, where they can tell. `lower`: the same with ASCII in lower
    /// case.
    pub(super) fn finds(&mut self, word: &Word, bytes: &[u8], lower: &[u8]) -> Option<bool> {
        // Anything else may be packed.
        if !begins_as_text(bytes) {
            return None;
        }
        let simple = self.all_simple || is_simple(bytes);
        let mut found = simple && word.finder.find(lower).is_some();
        if simple {
            // Whether it is JSON or not, it is shown with these characters in this order: JSON
            // lacks blanks between tokens, and what is none stands in quotes, its own escaped.
            if word.plain {
                return Some(found);
            }
            if !found && word.is_not_in(lower) {
                return Some(false);
            }
            if !found && lower.contains(&b' ') {
                without_blanks(lower, &mut self.squeezed);
                found = word.finder.find(&self.squeezed).is_some();
            }
            if !found && !word.may_lie_at_quotes_around(lower) {
                return Some(false);
            }
        }
        // Blanks of the word may be blanks of a text, but not those between two tokens.
        if word.text.contains(char::is_whitespace) {
            return None;
        }
        // What lies deeper is shown with its blanks.
        let opened = bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
        let text = std::str::from_utf8(bytes).ok()?;
        if opened > MAX_DEPTH || !escapes_as_shown(text) || !is_json(text) {
            return None;
        }
        // JSON, shown as it is stored but for the blanks.
        if !simple {
            without_blanks(bytes, &mut self.squeezed);
            found = String::from_utf8_lossy(&self.squeezed).to_lowercase().contains(&word.text);
        }
        Some(found)
    }
}

/// ASCII without control characters and escapes.
pub(super) fn is_simple(bytes: &[u8]) -> bool {
    // Without an early end, so that many bytes are looked at together.
    !bytes.iter().fold(false, |odd, byte| odd | (*byte < 0x20) | (*byte >= 0x80) | (*byte == b'\\'))
}

/// Every escape is one that we write too: `\"`, `\\`, `\n`, `\r`, `\t`.
pub(super) fn escapes_as_shown(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && !matches!(bytes.next(), Some(b'"' | b'\\' | b'n' | b'r' | b't')) {
            return false;
        }
    }
    true
}

/// JSON text without the blanks between tokens.
pub(super) fn without_blanks(text: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let (mut inside, mut escaped) = (false, false);
    for byte in text {
        if inside || !byte.is_ascii_whitespace() {
            out.push(*byte);
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = inside,
            b'"' => inside = !inside,
            _ => {}
        }
    }
}
