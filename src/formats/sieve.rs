//! [`Sieve`]: finds the places of stored bytes at which a word may be once they are shown, many
//! rows at once, so that only those few are taken apart.

use memchr::memchr;
use memchr::memmem::Finder;

use crate::model::json::SIGNS;

/// Bytes that are looked at together for what is shown in another way.
const CHUNK: usize = 2_048;

/// A word, and room to look for it.
pub struct Sieve {
    finder: Finder<'static>,
    /// A number may be shown so.
    is_numeric: bool,
    lower: Vec<u8>,
    places: Vec<usize>,
}

/// How far rows were sifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sifted {
    /// Rows with smaller keys were, the first of them the one that was asked for.
    pub until: i64,
    /// How many there were, where it is known.
    pub rows: Option<u64>,
}

impl Sieve {
    /// The word is in lower case; `None`: it may come of what is not stored as text.
    pub fn new(word: &str) -> Option<Sieve> {
        let is_whole = word.is_ascii() && !word.contains(SIGNS) && word.bytes().all(|byte| byte >= b' ');
        // What is not there is shown as null.
        if !is_whole || word.is_empty() || "null".contains(word) {
            return None;
        }
        let is_numeric = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte));
        Some(Sieve {
            finder: Finder::new(word.as_bytes()).into_owned(),
            is_numeric,
            lower: Vec::new(),
            places: Vec::new(),
        })
    }

    pub(super) fn is_numeric(&self) -> bool {
        self.is_numeric
    }

    /// The places, in order, at which the word begins in any case, and those at which something
    /// begins that is shown in another way than it is stored: an escape that is not written
    /// so, or a letter that becomes an ASCII one in lower case.
    pub(super) fn places(&mut self, block: &[u8]) -> &[usize] {
        let Sieve { finder, lower, places, .. } = self;
        places.clear();
        lower.clear();
        lower.extend(block.iter().map(u8::to_ascii_lowercase));
        places.extend(finder.find_iter(lower));
        for start in (0..block.len()).step_by(CHUNK) {
            let chunk = &block[start..block.len().min(start + CHUNK + 1)];
            // Most have neither an escape nor another letter than ASCII's.
            if chunk.is_ascii() && memchr(b'\\', chunk).is_none() {
                continue;
            }
            let pairs = || chunk.iter().zip(chunk.get(1..).unwrap_or_default());
            if pairs().fold(0, |odd, (a, b)| odd | is_odd(*a, *b)) != 0 {
                let odd = pairs().enumerate().filter(|(_, (a, b))| is_odd(**a, **b) != 0);
                places.extend(odd.map(|(at, _)| start + at));
            }
        }
        places.sort_unstable();
        places
    }
}

/// 1 where the two bytes begin what is shown in another way. Without branches, so that many are
/// looked at together.
fn is_odd(first: u8, second: u8) -> u8 {
    let is_kept =
        u8::from(second == b'"') | u8::from(second == b'n') | u8::from(second == b'r') | u8::from(second == b't');
    let escape = u8::from(first == b'\\') & (is_kept ^ 1);
    // The Kelvin sign and the I with a dot.
    let kelvin = u8::from(first == 0xe2) & u8::from(second == 0x84);
    let dotted = u8::from(first == 0xc4) & u8::from(second == 0xb0);
    escape | kelvin | dotted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(word: &str, block: &str) -> Vec<usize> {
        Sieve::new(word).expect("a word").places(block.as_bytes()).to_vec()
    }

    #[test]
    fn a_place_is_where_the_word_is_or_may_be() {
        assert_eq!(places("red", r#"{"a":"Red"} {"b":"infrared"}"#), [6, 23]);
        assert_eq!(places("red", r#"{"a":"\u0072ed","b":"\"\n\r\t"}"#), [6]);
        assert_eq!(places("red", r#"{"a":"\\u0072ed"}"#), [6, 7]);
        assert_eq!(places("kg", "5 \u{212a}g, \u{130}"), [2, 8]);
        assert_eq!(places("zz", "é ü ñ"), [0_usize; 0]);
    }

    #[test]
    fn a_place_at_the_edge_of_a_chunk_is_seen() {
        for at in CHUNK - 3..CHUNK + 3 {
            let block = format!("{}\\u0041{}", "x".repeat(at), "x".repeat(CHUNK));
            assert_eq!(places("zz", &block), [at]);
            let block = format!("{}Zz{}", "x".repeat(at), "x".repeat(CHUNK));
            assert_eq!(places("zz", &block), [at]);
        }
    }

    #[test]
    fn words_that_may_come_of_nothing_stored_are_none() {
        for word in ["", "null", "ul", "é", "a:b", "\"a\"", "a\tb"] {
            assert!(Sieve::new(word).is_none(), "{word:?}");
        }
        assert!(Sieve::new("12.5").is_some_and(|sieve| sieve.is_numeric()));
        assert!(Sieve::new("a 12").is_some_and(|sieve| !sieve.is_numeric()));
    }
}
