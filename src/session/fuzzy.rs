//! [`Fuzzy`]: whether a text has the letters that were typed, in their order, and how well.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Of longer texts the beginning is looked at.
const MOST_BYTES: usize = 1_024;

/// What was typed, word by word; case and accents are alike.
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    letters: Vec<char>,
}

impl Fuzzy {
    pub fn new(typed: &str) -> Fuzzy {
        let typed = &typed[..typed.floor_char_boundary(MOST_BYTES)];
        Fuzzy {
            pattern: Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy),
            matcher: Matcher::new(Config::DEFAULT),
            letters: Vec::new(),
        }
    }

    /// How well a text fits; `None`: not at all.
    pub fn score(&mut self, text: &str) -> Option<u32> {
        let text = &text[..text.floor_char_boundary(MOST_BYTES)];
        self.pattern.score(Utf32Str::new(text, &mut self.letters), &mut self.matcher)
    }

    /// The letters of a text that were typed, counted from 0, in order.
    pub fn marks(&mut self, text: &str) -> Vec<u32> {
        let text = &text[..text.floor_char_boundary(MOST_BYTES)];
        let mut marks = Vec::new();
        let _ = self.pattern.indices(Utf32Str::new(text, &mut self.letters), &mut self.matcher, &mut marks);
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order_and_those_that_stand_together_fit_best() {
        let mut fuzzy = Fuzzy::new("1042");
        let of = |fuzzy: &mut Fuzzy, text| fuzzy.score(text);
        assert!(of(&mut fuzzy, "account-1042") > of(&mut fuzzy, "account-19042"));
        assert_eq!(of(&mut fuzzy, "account-1024"), None);
        assert_eq!(fuzzy.marks("account-1042"), [8, 9, 10, 11]);
        assert!(Fuzzy::new("ACC 42").score("account-1042").is_some(), "word by word, case alike");
        assert!(Fuzzy::new("uber").score("über").is_some());
        assert_eq!(Fuzzy::new("über").marks("x über"), [2, 3, 4, 5], "letters, not bytes");
    }

    #[test]
    fn the_longest_names_are_looked_at_in_part() {
        let long = "é".repeat(5_000);
        assert!(Fuzzy::new("ee").score(&long).is_some());
        assert!(Fuzzy::new(&long).score("e").is_none());
    }
}
