//! What is found in a panel.

use crate::app::action::Panel;
use crate::app::find::Find;
use crate::app::store::OpenStore;
use crate::session::find::FoundPlace;

/// The line for finding something in a panel.
#[derive(Clone, Copy)]
pub struct FindView<'a> {
    pub text: &'a str,
    places: &'a [FoundPlace],
    /// There are more than are counted.
    pub has_more: bool,
    /// The place that is gone to.
    pub at: Option<usize>,
    /// It is still being looked for.
    pub looking: bool,
    /// Changes whenever a place is to be seen.
    pub jumps: u64,
}

impl<'a> FindView<'a> {
    /// Number of places.
    pub fn len(self) -> usize {
        self.places.len()
    }

    pub fn is_empty(self) -> bool {
        self.places.is_empty()
    }

    /// Where each place in a text begins, in bytes.
    pub fn starts(self) -> Vec<usize> {
        let start = |place: &FoundPlace| match place {
            FoundPlace::At(start) => Some(*start),
            _ => None,
        };
        self.places.iter().filter_map(start).collect()
    }

    /// The row of a list that is gone to.
    pub fn row(self) -> Option<u64> {
        match self.places.get(self.at?)? {
            FoundPlace::Row(row) => Some(*row),
            _ => None,
        }
    }
}

pub(super) fn find(store: &OpenStore, panel: Panel) -> Option<FindView<'_>> {
    let find: &Find = store.finds.of(panel)?;
    Some(FindView {
        text: &find.text,
        places: &find.found.places,
        has_more: find.found.has_more,
        at: find.at,
        looking: find.is_looking(),
        jumps: find.jumps,
    })
}
