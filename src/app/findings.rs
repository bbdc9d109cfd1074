//! What is odd in a store and in the stream that is shown, as one list, and the way to its places.

use super::desk::Desk;
use super::store::OpenStore;
use crate::index::At;
use crate::model::{Finding, FindingCode, FindingGroup, Findings, Severity};

/// What is said of scripts that no font here has.
pub(super) const NO_FONT: &str =
    "no font here has these letters; they are shown as boxes with their numbers. Install a font for them";

impl OpenStore {
    /// Findings of the store, of the stream that is shown, and of how the window shows them.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Findings> {
        let of_stream = self.view.as_ref().map(|view| &*view.fold.news.findings);
        [Some(self.index.index.findings()), of_stream, Some(&self.unshown)].into_iter().flatten()
    }

    /// No font has some letters of these scripts: one finding names them all.
    pub(super) fn lack_fonts(&mut self, scripts: &[&'static str]) {
        self.no_fonts.extend(scripts);
        if !self.no_fonts.is_empty() {
            let scripts = self.no_fonts.iter().copied().collect::<Vec<_>>().join(", ");
            self.unshown = Findings::default();
            self.unshown.note(FindingCode::NoFont, format!("{scripts}: {NO_FONT}."));
        }
    }

    /// The n-th line of the list of findings.
    pub(super) fn finding_group(&self, at: u64) -> Option<(&Findings, &FindingGroup)> {
        self.finding_groups().nth(at as usize)
    }

    /// The lines of the list of findings: by severity, then those of the store before those of the
    /// stream.
    pub(super) fn finding_groups(&self) -> impl Iterator<Item = (&Findings, &FindingGroup)> {
        let of = |severity| {
            self.findings().flat_map(move |findings| {
                let groups = findings.groups();
                let begins = groups.partition_point(|group| group.code.severity() > severity);
                let ends = groups.partition_point(|group| group.code.severity() >= severity);
                groups[begins..ends].iter().map(move |group| (findings, group))
            })
        };
        Severity::ALL.into_iter().flat_map(of)
    }

    /// The worst code among the findings.
    pub(super) fn worst_finding(&self) -> Option<FindingCode> {
        self.findings().flat_map(|findings| findings.counts().keys().copied()).max_by_key(|code| code.severity())
    }

    /// Goes to the first place of a line of the list; where one of its places is shown, to the next.
    pub(super) fn open_finding(&mut self, at: u64, desk: &mut Desk) {
        let streams = self.index.index.streams();
        let place = |finding: &Finding| {
            let id = finding.stream_id.or_else(|| streams.find(finding.stream.as_deref()?))?;
            Some((id, finding.version))
        };
        let places: Vec<_> = match self.finding_group(at) {
            Some((findings, group)) => findings.places(group).filter_map(place).collect(),
            None => return,
        };
        let shown = self.view.as_ref().map(|view| (view.id, view.version()));
        let here = places.iter().position(|place| Some(*place) == shown);
        let next = here.map_or(0, |here| (here + 1) % places.len());
        let place = places.get(next).map(|(id, version)| (*id, version.map(At::Version)));
        if let Some((id, at)) = place {
            desk.history.leave(self.spot());
            self.show_at(id, at, desk.now);
        }
    }
}
