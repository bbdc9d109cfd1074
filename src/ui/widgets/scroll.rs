//! How far a list is scrolled: whole rows in `u64`, the rest in `f64`.

/// Remembered between frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// First row on screen.
    pub first: u64,
    /// How much of it is above the edge, 0 to 1.
    pub fraction: f64,
    /// The caller's cursor as of the last frame; a change scrolls to it.
    pub seen: Option<u64>,
    /// The keyboard cursor, where the list has its own.
    pub own: Option<u64>,
    /// Where the bar was grabbed, from its top.
    pub grab: f32,
    /// The row that its own keys asked for, until it is the selected one.
    pub asked: Option<u64>,
    /// Rows on screen in the last frame.
    pub page: f64,
}

impl Memory {
    /// Moves by so many rows.
    pub fn scroll(&mut self, rows: f64, page: f64, len: u64) {
        if rows == 0.0 {
            // The list may have become shorter all the same.
            let most = (len as f64 - page).max(0.0);
            if self.first as f64 + self.fraction > most {
                self.jump(most, page, len);
            }
            return;
        }
        let whole = rows.floor();
        let mut fraction = self.fraction + (rows - whole);
        let mut first = self.first.saturating_add_signed(whole as i64);
        if whole < 0.0 && self.first < whole.abs() as u64 {
            fraction = 0.0;
        }
        if fraction >= 1.0 {
            first += 1;
            fraction -= 1.0;
        }
        (self.first, self.fraction) = (first, fraction);
        self.clamp(page, len);
    }

    /// Makes the row at `position` (from the first row's top) the first one.
    pub fn jump(&mut self, position: f64, page: f64, len: u64) {
        self.first = position.max(0.0) as u64;
        self.fraction = position.max(0.0).fract();
        self.clamp(page, len);
    }

    fn clamp(&mut self, page: f64, len: u64) {
        let whole = page.floor() as u64;
        let last_first = len.saturating_sub(whole + 1);
        let last_fraction = 1.0 - page.fract();
        if len as f64 <= page {
            (self.first, self.fraction) = (0, 0.0);
        } else if self.first > last_first || self.first == last_first && self.fraction > last_fraction {
            if last_fraction >= 1.0 {
                (self.first, self.fraction) = (last_first + 1, 0.0);
            } else {
                (self.first, self.fraction) = (last_first, last_fraction);
            }
        }
    }

    /// Whether a row is on screen, at least partly.
    pub fn shows(&self, row: u64, page: f64) -> bool {
        row >= self.first && (row as f64) < self.first as f64 + self.fraction + page
    }

    /// Scrolls as little as possible so that a row is on screen; far jumps put it in the middle.
    pub fn reveal(&mut self, row: u64, page: f64, len: u64) {
        let whole = page.floor().max(1.0) as u64;
        let above = row < self.first || row == self.first && self.fraction > 0.0;
        let below = row as f64 + 1.0 > self.first as f64 + self.fraction + page;
        if above && self.first - row <= whole {
            (self.first, self.fraction) = (row, 0.0);
        } else if below && row - self.first <= whole.saturating_mul(2) {
            self.jump(row as f64 + 1.0 - page, page, len);
        } else if above || below {
            (self.first, self.fraction) = (row.saturating_sub(whole / 2), 0.0);
        }
        self.clamp(page, len);
    }

    /// A row that one came to from elsewhere: where it is not on screen, it gets there with some rows around it.
    pub fn arrive(&mut self, row: u64, page: f64, len: u64) {
        let is_beside = row + 1 >= self.first && (row as f64) < self.first as f64 + self.fraction + page + 1.0;
        if is_beside { self.reveal(row, page, len) } else { self.keep_in_middle(row, page, len) }
    }

    /// Scrolls as little as possible so that a row is in the middle third; far jumps put it in the middle.
    pub fn keep_in_middle(&mut self, row: u64, page: f64, len: u64) {
        let top = self.first as f64 + self.fraction;
        let (least, most) = (top + page / 3.0, top + page * 2.0 / 3.0 - 1.0);
        let at = row as f64;
        if (at - top - page / 2.0).abs() > page {
            self.jump(at - page / 2.0, page, len);
        } else if at > most.max(least) {
            self.jump(at - page * 2.0 / 3.0 + 1.0, page, len);
        } else if at < least {
            self.jump(at - page / 3.0, page, len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    const TEN_MILLION: u64 = 10_000_000;

    fn at(first: u64, fraction: f64) -> Memory {
        Memory { first, fraction, ..Memory::default() }
    }

    #[test]
    fn scrolling_is_exact_far_down() {
        let mut memory = at(9_000_000, 0.0);
        for _ in 0..8 {
            memory.scroll(0.125, 20.5, TEN_MILLION);
        }
        assert_eq!((memory.first, memory.fraction), (9_000_001, 0.0));
        for _ in 0..8 {
            memory.scroll(-0.125, 20.5, TEN_MILLION);
        }
        assert_eq!((memory.first, memory.fraction), (9_000_000, 0.0));
    }

    #[test]
    fn the_ends_hold() {
        let mut memory = at(3, 0.5);
        memory.scroll(-100.0, 20.5, TEN_MILLION);
        assert_eq!((memory.first, memory.fraction), (0, 0.0));
        memory.scroll(1e12, 20.5, TEN_MILLION);
        assert_eq!((memory.first, memory.fraction), (TEN_MILLION - 21, 0.5));
        memory.scroll(1.0, 20.0, 10);
        assert_eq!((memory.first, memory.fraction), (0, 0.0));
        let mut memory = at(500, 0.0);
        memory.scroll(0.0, 10.0, 100);
        assert_eq!(memory.first, 90, "the list became shorter");
    }

    #[test]
    fn what_plays_stays_in_the_middle_third() {
        let mut memory = at(0, 0.0);
        for row in 0..1_000 {
            memory.keep_in_middle(row, 30.0, 1_000);
            let seen = row as f64 - memory.first as f64 - memory.fraction;
            let is_at_an_end = memory.first == 0 || memory.first >= 970;
            assert!(is_at_an_end || (10.0..=19.0).contains(&seen), "row {row} is {seen} from the top");
            assert!((0.0..30.0).contains(&seen));
        }
        for row in (0..1_000).rev() {
            memory.keep_in_middle(row, 30.0, 1_000);
            let seen = row as f64 - memory.first as f64 - memory.fraction;
            let is_at_an_end = memory.first == 0 || memory.first >= 970;
            assert!(is_at_an_end || (10.0..=20.0).contains(&seen), "row {row} is {seen} from the top");
        }
        memory.keep_in_middle(700, 30.0, 1_000);
        assert_eq!((memory.first, memory.fraction), (685, 0.0));
        // A page of one row and a half has no thirds.
        memory.keep_in_middle(3, 1.5, 1_000);
        assert!(memory.shows(3, 1.5));
    }

    #[test]
    pub fn revealing_moves_as_little_as_possible() {
        for (first, fraction, row, want) in [
            (100, 0.0, 105, (100, 0.0)),
            (100, 0.5, 100, (100, 0.0)),
            (100, 0.0, 99, (99, 0.0)),
            (100, 0.0, 120, (100, 0.5)),
            (100, 0.0, 5_000_000, (4_999_990, 0.0)),
            (100, 0.0, 2, (0, 0.0)),
            (100, 0.0, TEN_MILLION - 1, (TEN_MILLION - 21, 0.5)),
        ] {
            let mut memory = at(first, fraction);
            memory.reveal(row, 20.5, TEN_MILLION);
            assert_eq!((memory.first, memory.fraction), want, "row {row} from {first}");
        }
    }
}
