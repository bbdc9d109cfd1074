//! [`NameForm`]: what a stream's name was made of, so that two different stored values never are
//! one stream because they are written alike.

/// What a stored value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    Number,
    /// A number that a container keeps as a float, so `1` is its text and 1.0 its value.
    Real,
    Bytes,
    /// `true`, an array, an object.
    Json,
}

const KINDS: [(ValueKind, &str); 5] = [
    (ValueKind::Text, "text"),
    (ValueKind::Number, "number"),
    (ValueKind::Real, "real"),
    (ValueKind::Bytes, "bytes"),
    (ValueKind::Json, "json"),
];

/// The kind of the value that a stream's name tells, or of several values the kinds and where
/// each begins: `a-b` and `c` are not `a` and `b-c`. Of streams of one name each has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameForm(u16);

impl NameForm {
    pub fn of(kind: ValueKind) -> NameForm {
        NameForm(kind as u16)
    }

    /// With one value more, which begins at that place of the name.
    pub fn and(self, begin: usize, kind: ValueKind) -> NameForm {
        let more = (begin as u16) << 3 | kind as u16;
        // Odd, so that no two forms of one value become one.
        NameForm(self.0.wrapping_mul(0x9e37).wrapping_add(more).wrapping_add(KINDS.len() as u16))
    }

    /// What the one value is.
    pub fn word(self) -> Option<&'static str> {
        KINDS.iter().find(|(kind, _)| NameForm::of(*kind) == self).map(|(_, word)| *word)
    }
}
