//! [`Sifting`]: cells of many rows put together, so that one look goes over all of them.

use rusqlite::types::ValueRef;

use crate::formats::Sieve;
use crate::model::RowKey;
use crate::model::jsonb::begins_as_text;

/// Bytes that are searched together: they fit into the cache of a core.
pub(super) const SIFTED_BYTES: usize = 256 << 10;

/// The text of rows that is searched.
#[derive(Default)]
pub(super) struct Sifting {
    text: Vec<u8>,
    /// Where that of each row begins.
    starts: Vec<(usize, RowKey)>,
    /// Places of what may be shown in another way than it is stored.
    odd: Vec<usize>,
}

impl Sifting {
    pub fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
        self.odd.clear();
    }

    /// A row begins.
    pub fn begin(&mut self, key: RowKey) {
        self.starts.push((self.text.len(), key));
    }

    pub fn rows(&self) -> u64 {
        self.starts.len() as u64
    }

    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a cell, which may be the event's id; `is_numeric`: what is looked for may be a number's
    /// text.
    pub fn take(&mut self, value: ValueRef<'_>, is_id: bool, is_numeric: bool) {
        let at = self.text.len();
        let is_odd = match value {
            ValueRef::Null => false,
            ValueRef::Integer(_) => is_numeric,
            // Neither of the infinities is written in digits.
            ValueRef::Real(value) => is_numeric || !value.is_finite(),
            ValueRef::Text(bytes) => {
                self.text.extend_from_slice(bytes);
                has_control(bytes) || std::str::from_utf8(bytes).is_err()
            }
            // It may be packed; what is an id is shown as a UUID or in digits.
            ValueRef::Blob(bytes) => {
                self.text.extend_from_slice(bytes);
                is_id || !begins_as_text(bytes) || has_control(bytes) || std::str::from_utf8(bytes).is_err()
            }
        };
        if is_odd {
            self.odd.push(at);
        }
        // No word has one, so that none lies in two cells.
        self.text.push(b'"');
    }

    /// Adds the keys of rows that may have the word.
    pub fn find(&self, sieve: &mut Sieve, found: &mut Vec<RowKey>) {
        let places = sieve.places(&self.text).iter().chain(&self.odd);
        let before = found.len();
        found.extend(places.filter_map(|place| {
            let row = self.starts.partition_point(|(start, _)| start <= place).checked_sub(1)?;
            Some(self.starts[row].1)
        }));
        found[before..].sort_unstable();
    }
}

/// Without an early end, so that many bytes are looked at together.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |has, byte| has | (*byte < b' '))
}
