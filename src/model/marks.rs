//! [`Marks`]: what sets a row apart from a plain event, in one byte of the index.

/// Any of eight words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(pub u8);

const WORDS: [&str; 8] = ["skipped", "command", "link", "snapshot", "system", "archived", "deleted", "redacted"];

impl Marks {
    pub const NONE: Marks = Marks(0);
    /// The framework passes over it when it folds.
    pub const SKIPPED: Marks = Marks(1 << 0);
    pub const COMMAND: Marks = Marks(1 << 1);
    pub const LINK: Marks = Marks(1 << 2);
    pub const SYSTEM: Marks = Marks(1 << 4);
    pub const ARCHIVED: Marks = Marks(1 << 5);
    pub const DELETED: Marks = Marks(1 << 6);

    /// The mark of that word.
    pub fn of(word: &str) -> Option<Marks> {
        WORDS.iter().position(|known| *known == word).map(|at| Marks(1 << at))
    }

    #[must_use]
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// The row is the server's own, or only points at another: people did not write it.
    pub fn is_system(self) -> bool {
        self.0 & (Marks::SYSTEM.0 | Marks::LINK.0) != 0
    }

    /// All marks of `other` are among these.
    pub fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn words(self) -> impl Iterator<Item = &'static str> {
        WORDS.iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, word)| *word)
    }

    /// Every word there is, for messages.
    pub fn known() -> String {
        WORDS.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_in_their_order() {
        let both = Marks::of("redacted").and_then(|a| Some(a.and(Marks::of("command")?))).expect("both are known");
        assert_eq!(both.words().collect::<Vec<_>>(), ["command", "redacted"]);
        assert!(both.has(Marks::COMMAND) && !both.has(Marks::ARCHIVED));
        assert_eq!(Marks::of("archived"), Some(Marks::ARCHIVED));
        assert_eq!(Marks::of("deleted"), Some(Marks::DELETED));
        assert_eq!((Marks::of("link"), Marks::of("system")), (Some(Marks::LINK), Some(Marks::SYSTEM)));
        assert!(Marks::LINK.is_system() && both.and(Marks::SYSTEM).is_system() && !both.is_system());
        assert_eq!((Marks::of("odd"), Marks::NONE.words().count()), (None, 0));
    }
}
