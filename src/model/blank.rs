//! Names that show nothing: the empty text, and such as have blanks only. Each has a word or signs
//! that stand for it on screen; what is looked up or copied stays the name itself.

use std::borrow::Cow;

/// Stands for an empty name.
pub const EMPTY: &str = "(empty)";
/// Stands for a blank in a name that has nothing else.
const BLANK: char = '·';
/// So many blanks of one name are shown.
const MOST: usize = 40;

/// Nothing of the name would be seen.
pub fn is_blank(name: &str) -> bool {
    name.chars().all(char::is_whitespace)
}

/// The name as it can be seen.
pub fn visible_name(name: &str) -> Cow<'_, str> {
    match name {
        "" => Cow::Borrowed(EMPTY),
        _ if is_blank(name) => Cow::Owned(name.chars().take(MOST).map(|_| BLANK).collect()),
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_nothing_is_seen() {
        assert_eq!(visible_name(""), "(empty)");
        assert_eq!(visible_name("  \t"), "···");
        assert_eq!(visible_name(" a "), " a ");
        assert_eq!(visible_name(&"\u{3000}".repeat(9_000)).chars().count(), MOST);
    }
}
