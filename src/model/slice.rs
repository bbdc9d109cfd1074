//! [`Slice`]: a text that may lie in a longer one which many share, so that reading a million events
//! takes no memory for each of their texts.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Text;

/// See the module's documentation. Cheap to copy; keeps all of the longer text alive.
#[derive(Clone)]
pub struct Slice(Of);

#[derive(Clone)]
enum Of {
    Own(Text),
    /// Bytes from and to, between characters.
    Part(Arc<String>, u32, u32),
}

impl Slice {
    /// `part` without a copy, where it lies in `whole`.
    pub fn of(whole: &Arc<String>, part: &str) -> Slice {
        let from = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
        let to = from.wrapping_add(part.len());
        let lies_there = from <= to && whole.get(from..to).is_some_and(|own| std::ptr::eq(own, part));
        match (u32::try_from(from), u32::try_from(to)) {
            (Ok(from), Ok(to)) if lies_there => Slice(Of::Part(Arc::clone(whole), from, to)),
            _ => Slice::from(part),
        }
    }
}

impl Deref for Slice {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Of::Own(text) => text,
            Of::Part(whole, from, to) => whole.get(*from as usize..*to as usize).unwrap_or_default(),
        }
    }
}

impl From<&str> for Slice {
    fn from(text: &str) -> Slice {
        Slice(Of::Own(Text::from(text)))
    }
}

impl From<Text> for Slice {
    fn from(text: Text) -> Slice {
        Slice(Of::Own(text))
    }
}

impl From<String> for Slice {
    fn from(text: String) -> Slice {
        Slice(Of::Own(Text::from(text)))
    }
}

impl PartialEq for Slice {
    fn eq(&self, other: &Slice) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_shared_text_is_not_copied_and_others_are() {
        let whole = Arc::new("id-1 {\"a\":\"ä\"}".to_owned());
        let part = Slice::of(&whole, &whole[5..]);
        assert_eq!((&*part, Arc::strong_count(&whole)), ("{\"a\":\"ä\"}", 2));
        assert_eq!((&*Slice::of(&whole, &whole[..0]), &*Slice::of(&whole, &whole[whole.len()..])), ("", ""));
        let other = "id-1".to_owned();
        assert_eq!((&*Slice::of(&whole, &other), Arc::strong_count(&whole)), ("id-1", 2));
        assert_eq!(Slice::from("x"), Slice::of(&Arc::new("x".to_owned()), "x"));
        drop(whole);
        assert_eq!(&*part, "{\"a\":\"ä\"}");
    }
}
