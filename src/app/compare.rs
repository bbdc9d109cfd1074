//! [`PointA`]: a place of the stream that is kept beside the playhead, to compare the two.

use super::stream::{Ask, StreamView};
use crate::model::{Applied, Version};
use crate::replay::diff::Change;
use crate::session::{Against, ReplayAsk};

/// The point, if it is set, and whether the state is compared with the one there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PointA {
    pub(super) at: Option<Applied>,
    pub(super) is_compared: bool,
}

impl StreamView {
    /// Sets the point; where it is set there already, it is taken away.
    pub(super) fn set_point_a(&mut self, at: Applied, ask: &Ask<'_>) {
        let at = Applied(at.0.min(self.playhead.len()));
        let at = Some(at).filter(|at| self.point_a.at != Some(*at));
        let was_compared = self.point_a.is_compared;
        self.point_a = PointA { at, is_compared: was_compared && at.is_some() };
        self.trees.revision += 1;
        if was_compared {
            self.ask_compared(ask);
        }
    }

    /// Compares the state with that at the point, or no more.
    pub(super) fn compare(&mut self, is_compared: bool, ask: &Ask<'_>) {
        let is_compared = is_compared && self.point_a.at.is_some();
        if is_compared != self.point_a.is_compared {
            self.point_a.is_compared = is_compared;
            self.trees.revision += 1;
            self.ask_compared(ask);
        }
    }

    fn ask_compared(&mut self, ask: &Ask<'_>) {
        let PointA { at, is_compared } = self.point_a;
        ask.session.ask_replay(ReplayAsk::Compare(at.filter(|_| is_compared)));
        if !self.is_arranging() {
            self.seek(ask);
        }
    }

    /// The rows are others: the point stays at its event, the one with this version.
    pub(super) fn keep_point_a(&mut self, version: Option<Version>, ask: &Ask<'_>) {
        let Some(at) = self.point_a.at else { return };
        let moved = version.map_or(Applied(0), |version| Applied(self.rows.applied_at(version)));
        if moved != at {
            self.point_a.at = Some(moved);
            if self.point_a.is_compared {
                self.ask_compared(ask);
            }
        }
    }

    /// What the last event changed, or what differs from the state at the point.
    pub(super) fn changes(&self) -> Option<&[Change]> {
        match self.against() {
            Some(against) => Some(&against.changes),
            None => self.fold.shown.as_ref().map(|shown| &shown.changes[..]),
        }
    }

    /// What the state shown is compared with, once it is there.
    pub(super) fn against(&self) -> Option<&Against> {
        let against = self.fold.shown.as_ref()?.against.as_deref()?;
        (self.point_a.is_compared && self.point_a.at == Some(against.asked)).then_some(against)
    }
}
