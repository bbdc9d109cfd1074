//! Whether a row is an event, where the container itself cannot ask.

use super::{Cell, Field, Mapping, Row, RowTest};
use crate::dialect::rules::{Comparison, NOT_NULL, Scalar};

impl RowTest {
    /// It holds for this value. A null is no value: it is unequal to every one.
    pub fn holds(&self, cell: &Cell<'_>) -> bool {
        match (self.comparison, &self.value) {
            (Comparison::Has, Scalar::Text(part)) => cell.to_text().is_some_and(|text| text.contains(part.as_str())),
            (Comparison::Has, _) => false,
            (Comparison::Equal, _) => self.is_equal(cell),
            (Comparison::NotEqual, _) => !self.is_equal(cell),
            (Comparison::Is, _) => cell.is_null() != self.wants_value(),
        }
    }

    /// Of [`Comparison::Is`]: something must be there.
    pub fn wants_value(&self) -> bool {
        matches!(&self.value, Scalar::Text(word) if word == NOT_NULL)
    }

    fn is_equal(&self, cell: &Cell<'_>) -> bool {
        match (&self.value, cell) {
            (_, cell) if cell.is_null() => false,
            (Scalar::Bool(value), cell) => {
                let text = cell.to_text().unwrap_or_default();
                matches!(&*text, "1" | "t" | "true") == *value
            }
            (Scalar::Integer(value), cell) => cell.to_integer() == Some(*value),
            (Scalar::Text(value), cell) => cell.to_text().as_deref() == Some(value.as_str()),
        }
    }
}

impl Mapping {
    /// The line is an event; of a table the container asks itself.
    pub fn holds(&self, row: &Row<'_>) -> bool {
        self.conditions.iter().all(|(field, test)| test.holds(&self.look(field, row)))
    }

    /// Where the tests of lines look.
    pub(super) fn tested(&self) -> impl Iterator<Item = &Field> {
        self.conditions.iter().map(|(field, _)| field)
    }
}
