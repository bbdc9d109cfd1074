//! [`Matrix`]: what the events around the playhead changed, for the tab of the state that shows
//! it. What is drawn decides which of them are asked for.

use std::cell::RefCell;

use super::action::StateTab;
use super::stream::{Ask, StreamView};
use crate::model::Applied;
use crate::session::{MATRIX_COLUMNS, MatrixColumn, MatrixNews, ReplayAsk, Session, Ticket, Window};

/// Events that are kept in view before the playhead and behind it.
const MARGIN: u64 = 2;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Matrix {
    pub(super) shown: Option<Box<MatrixNews>>,
    /// The window that was drawn last.
    drawn: RefCell<Option<Window>>,
    /// The window that was asked for last, and of which fold.
    asked: Option<(Ticket, Window)>,
    /// Since when it is waited for.
    stale_since: Option<f64>,
}

impl Matrix {
    /// Something was drawn that is neither there nor asked for.
    pub(super) fn lacks_some(&self, ticket: Ticket) -> bool {
        let asked = self.asked.as_ref().filter(|(of, _)| of.same_fold(ticket)).map(|(_, window)| window);
        self.drawn.borrow().as_ref().is_some_and(|drawn| asked != Some(drawn))
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.stale_since.is_some()
    }

    /// It has been waited for so many seconds.
    pub(super) fn is_stale_for(&self, seconds: f64, now: f64) -> bool {
        self.stale_since.is_some_and(|since| now - since >= seconds)
    }
}

impl StreamView {
    /// The window to draw where there is room for so many events: it stays where it is until the
    /// playhead comes near its edge. It is noted, and asked for if it is not there.
    pub(super) fn matrix_window(&self, room: u64) -> Option<Window> {
        let drawn = &mut *self.matrix.drawn.borrow_mut();
        let window = window_around(drawn.as_ref(), room, self.playhead.applied(), self.playhead.len());
        drawn.clone_from(&window);
        window
    }

    /// What the `applied`-th event changed, once that is known.
    pub(super) fn matrix_column(&self, applied: u64) -> Option<&MatrixColumn> {
        self.matrix_shown()?.columns.get(&applied).map(|column| &**column)
    }

    /// What is known of the events around the playhead, under what computes the states now.
    pub(super) fn matrix_shown(&self) -> Option<&MatrixNews> {
        self.matrix.shown.as_deref().filter(|news| news.ticket.same_fold(self.ticket()))
    }

    /// Asks for what was drawn and is not there.
    pub(super) fn ask_matrix(&mut self, ask: &Ask<'_>) {
        let ticket = self.ticket();
        if self.is_arranging() || !self.matrix.lacks_some(ticket) {
            return;
        }
        let Some(window) = self.matrix.drawn.borrow().clone() else { return };
        self.matrix.stale_since.get_or_insert(ask.now);
        self.matrix.asked = Some((ticket, window.clone()));
        ask.session.ask_replay(ReplayAsk::Matrix { ticket, window: Some(window) });
    }

    pub(super) fn take_matrix(&mut self, news: MatrixNews) {
        let is_asked = |(ticket, window): &(Ticket, Window)| ticket.same_fold(news.ticket) && *window == news.window;
        if !news.ticket.same_fold(self.ticket()) {
            return;
        }
        if self.matrix.asked.as_ref().is_some_and(is_asked) {
            self.matrix.stale_since = None;
        }
        self.trees.revision += 1;
        self.matrix.shown = Some(Box::new(news));
    }

    /// Nothing of it is found out while another tab is shown.
    pub(super) fn leave_matrix(&mut self, tab: StateTab, session: &Session) {
        if tab != StateTab::Matrix && self.matrix.asked.is_some() {
            self.matrix = Matrix::default();
            session.ask_replay(ReplayAsk::Matrix { ticket: self.ticket(), window: None });
        }
    }
}

/// The window for so many events: the one before as long as the playhead is well inside, else moved
/// no further than it takes; after a jump, around the playhead.
fn window_around(before: Option<&Window>, room: u64, playhead: Applied, len: u64) -> Option<Window> {
    let room = room.clamp(1, MATRIX_COLUMNS).min(len);
    if room == 0 {
        return None;
    }
    let at = playhead.0.clamp(1, len);
    let margin = MARGIN.min((room - 1) / 2);
    let centered = at.saturating_sub(room / 2);
    let first = match before {
        Some(before) if before.start().abs_diff(at) <= 2 * room => {
            (*before.start()).clamp((at + margin + 1).saturating_sub(room), at.saturating_sub(margin))
        }
        _ => centered,
    };
    let first = first.clamp(1, len - room + 1);
    Some(first..=first + room - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_until_the_playhead_comes_near_its_edge() {
        let window = |before: Option<Window>, room, at, len| window_around(before.as_ref(), room, Applied(at), len);
        assert_eq!(window(None, 10, 57, 214), Some(52..=61));
        for at in 54..=59 {
            assert_eq!(window(Some(52..=61), 10, at, 214), Some(52..=61), "{at}");
        }
        assert_eq!(window(Some(52..=61), 10, 60, 214), Some(53..=62));
        assert_eq!(window(Some(52..=61), 10, 53, 214), Some(51..=60));
        // Far away, at the ends, and in a stream that is shorter.
        assert_eq!(window(Some(52..=61), 10, 150, 214), Some(145..=154));
        assert_eq!(window(Some(52..=61), 10, 214, 214), Some(205..=214));
        assert_eq!(window(None, 10, 0, 214), Some(1..=10));
        assert_eq!(window(Some(1..=10), 20, 3, 5), Some(1..=5));
        assert_eq!((window(None, 0, 7, 9), window(None, 5, 0, 0)), (Some(7..=7), None));
        assert_eq!(window(None, 9_999, 1_000, 5_000), Some(968..=1_031), "never more than can be asked for");
    }
}
