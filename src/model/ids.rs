//! Newtypes for every id and number that could be swapped for another.

use std::fmt;

/// The store's own number of an event in its stream, verbatim: some frameworks
/// start at 0, some at 1, some leave gaps. Where a store has none, the ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub i64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events of a stream are folded: 0 is the initial state, `n` is after
/// the `n`-th event. The unit of the slider and of keyframes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Applied(pub u64);

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A store that is open in this window; never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(pub u32);

/// Ordinal of an event in our index (scan order). A handle, never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventRow(pub u32);

/// Where the container keeps a row: a SQLite rowid, or a byte offset in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(pub i64);

/// Bits of a key that tell the events of one row apart.
const ITEM_BITS: u32 = 20;

impl RowKey {
    /// The key of one of a row's events; `None` where the row's own leaves no room.
    pub fn of_item(row: i64, place: usize) -> Option<RowKey> {
        let place = i64::try_from(place).ok().filter(|place| *place < 1 << ITEM_BITS)?;
        let row = row.checked_mul(1 << ITEM_BITS)?;
        Some(RowKey(row + place))
    }

    /// The row's own key and the place in it, as [`RowKey::of_item`] put them together.
    pub fn row_and_item(self) -> (i64, usize) {
        (self.0 >> ITEM_BITS, (self.0 & ((1 << ITEM_BITS) - 1)) as usize)
    }
}

/// Interned stream, in order of first appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

/// Interned category of streams, in order of first appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(pub u32);

/// Interned event type. `u16`: a store with more than 65,535 types folds the
/// rest into [`TypeId::OTHER`]; the index no longer knows their names, the events do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u16);

impl TypeId {
    /// Stands for every type after the first 65,535.
    pub const OTHER: TypeId = TypeId(u16::MAX);
}
