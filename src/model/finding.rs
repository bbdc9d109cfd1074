//! Findings: odd things in the data. They are collected, never thrown, and the
//! collection is bounded however odd the store is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::ids::{StreamId, Version};
use super::node::Text;

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    BadDialect,
    BadLine,
    Damaged,
    DuplicateId,
    DuplicateKey,
    DuplicateVersion,
    Encrypted,
    Gap,
    HandlerThrew,
    Incomplete,
    HashMismatch,
    KeyNotProven,
    NoFont,
    NoTime,
    NotMerged,
    NotRead,
    OrderNotProven,
    Precision,
    ReplacedText,
    StateDiffers,
    TimeBackwards,
    TooLarge,
    TruncatedTail,
    Uncommitted,
    Undecodable,
    UnresolvedLink,
}

impl FindingCode {
    /// The stable word of the command line's JSON, and how much it matters.
    fn row(self) -> (&'static str, Severity) {
        match self {
            FindingCode::BadDialect => ("bad-dialect", Severity::Warning),
            FindingCode::BadLine => ("bad-line", Severity::Error),
            FindingCode::Damaged => ("damaged", Severity::Error),
            FindingCode::DuplicateId => ("duplicate-id", Severity::Warning),
            FindingCode::DuplicateKey => ("duplicate-key", Severity::Note),
            FindingCode::DuplicateVersion => ("duplicate-version", Severity::Warning),
            FindingCode::Encrypted => ("encrypted", Severity::Warning),
            FindingCode::Gap => ("gap", Severity::Warning),
            FindingCode::HandlerThrew => ("handler-threw", Severity::Error),
            FindingCode::Incomplete => ("incomplete", Severity::Warning),
            FindingCode::HashMismatch => ("hash-mismatch", Severity::Error),
            FindingCode::KeyNotProven => ("key-not-proven", Severity::Warning),
            FindingCode::NoFont => ("no-font", Severity::Note),
            FindingCode::NoTime => ("no-time", Severity::Warning),
            FindingCode::NotMerged => ("not-merged", Severity::Warning),
            FindingCode::NotRead => ("not-read", Severity::Warning),
            FindingCode::OrderNotProven => ("order-not-proven", Severity::Note),
            FindingCode::Precision => ("precision", Severity::Warning),
            FindingCode::ReplacedText => ("replaced-text", Severity::Warning),
            FindingCode::StateDiffers => ("state-differs", Severity::Warning),
            FindingCode::TimeBackwards => ("time-backwards", Severity::Warning),
            FindingCode::TooLarge => ("too-large", Severity::Warning),
            FindingCode::TruncatedTail => ("truncated-tail", Severity::Warning),
            FindingCode::Uncommitted => ("uncommitted", Severity::Warning),
            FindingCode::Undecodable => ("undecodable", Severity::Error),
            FindingCode::UnresolvedLink => ("unresolved-link", Severity::Note),
        }
    }

    pub fn name(self) -> &'static str {
        self.row().0
    }

    pub fn severity(self) -> Severity {
        self.row().1
    }
}

/// Error: something could not be shown as stored. Warning: odd. Note: worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    /// The worst first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

    /// The word of the command line's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One odd thing, at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: FindingCode,
    pub stream: Option<Text>,
    /// The stream in the index: an archived stream may have the name of an active one.
    pub stream_id: Option<StreamId>,
    pub version: Option<Version>,
    /// What is odd, naming the row or line.
    pub message: String,
}

/// Places kept for one code; further ones are only counted. More than a page has rows, so
/// that of one page every row may be odd.
pub const KEPT_PER_CODE: usize = 5_000;

/// A bounded collection of findings.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<FindingCode, u64>,
    /// Made when it is first asked for, and again after a change.
    groups: OnceLock<Vec<FindingGroup>>,
}

/// The findings with one code in one stream: a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingGroup {
    pub code: FindingCode,
    /// Where they are among the kept ones, as they were found; none where only the count is known.
    places: Vec<u32>,
    pub count: u64,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_insert(0);
        *count += 1;
        if *count <= KEPT_PER_CODE as u64 {
            self.kept.push(finding);
        }
        self.groups.take();
    }

    /// Adds one without stream or version.
    pub fn note(&mut self, code: FindingCode, message: impl Into<String>) {
        self.push(Finding { code, stream: None, stream_id: None, version: None, message: message.into() });
    }

    /// Moves everything from `other` to here.
    pub fn absorb(&mut self, other: &mut Findings) {
        let mut over = std::mem::take(&mut other.counts);
        for finding in other.kept.drain(..) {
            if let Some(count) = over.get_mut(&finding.code) {
                *count -= 1;
            }
            self.push(finding);
        }
        for (code, count) in over {
            *self.counts.entry(code).or_insert(0) += count;
        }
        self.groups.take();
        other.groups.take();
    }

    /// Takes out the kept ones for which `holds` is false.
    pub fn retain(&mut self, mut holds: impl FnMut(&Finding) -> bool) {
        let counts = &mut self.counts;
        self.kept.retain(|finding| {
            let keep = holds(finding);
            if let (false, Some(count)) = (keep, counts.get_mut(&finding.code)) {
                *count = count.saturating_sub(1);
            }
            keep
        });
        self.counts.retain(|_, count| *count > 0);
        self.groups.take();
    }

    /// Says of each kept one that does not know its stream in the index which it is.
    pub fn locate(&mut self, mut stream: impl FnMut(&Finding) -> Option<StreamId>) {
        for finding in self.kept.iter_mut().filter(|finding| finding.stream_id.is_none()) {
            finding.stream_id = stream(finding);
        }
        self.groups.take();
    }

    /// Puts the kept ones in other words.
    pub fn reword(&mut self, each: impl FnMut(&mut Finding)) {
        self.kept.iter_mut().for_each(each);
        self.groups.take();
    }

    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// A line for each code and stream, the worst first.
    pub fn groups(&self) -> &[FindingGroup] {
        self.groups.get_or_init(|| {
            let mut groups: Vec<FindingGroup> = Vec::new();
            let mut known = HashMap::new();
            let mut left = self.counts.clone();
            for (at, finding) in self.kept.iter().enumerate() {
                let group = *known.entry((finding.code, finding.stream_id, &finding.stream)).or_insert_with(|| {
                    groups.push(FindingGroup { code: finding.code, places: Vec::new(), count: 0 });
                    groups.len() - 1
                });
                groups[group].places.push(at as u32);
                groups[group].count += 1;
                left.entry(finding.code).and_modify(|count| *count -= 1);
            }
            let further = left.into_iter().filter(|(_, count)| *count > 0);
            groups.extend(further.map(|(code, count)| FindingGroup { code, places: Vec::new(), count }));
            groups.sort_by_key(|group| (Reverse(group.code.severity()), group.code));
            groups
        })
    }

    /// The findings of a group, as they were found.
    pub fn places<'f>(&'f self, group: &'f FindingGroup) -> impl Iterator<Item = &'f Finding> {
        group.places.iter().filter_map(|at| self.kept.get(*at as usize))
    }

    /// How often each code was found, also where the places are no longer kept.
    pub fn counts(&self) -> &BTreeMap<FindingCode, u64> {
        &self.counts
    }

    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_bounded_number_and_counts_the_rest() {
        let mut all = Findings::default();
        let mut some = Findings::default();
        for i in 0..KEPT_PER_CODE {
            some.note(FindingCode::Gap, format!("{i}"));
        }
        all.note(FindingCode::Gap, "first");
        all.absorb(&mut some);
        assert_eq!(all.kept().len(), KEPT_PER_CODE);
        assert_eq!(all.total(), KEPT_PER_CODE as u64 + 1);
        assert!(some.is_empty() && some.kept().is_empty());
        let counts: Vec<u64> = all.groups().iter().map(|group| group.count).collect();
        assert_eq!(counts, [KEPT_PER_CODE as u64, 1], "those without a place are counted too");
    }

    #[test]
    fn a_line_is_a_code_in_a_stream_and_the_worst_comes_first() {
        let mut all = Findings::default();
        let mut push = |code, stream: u32, version: i64| {
            let (stream_id, stream) = (Some(StreamId(stream)), Some(Text::from("twin")));
            all.push(Finding {
                code,
                stream,
                stream_id,
                version: Some(Version(version)),
                message: version.to_string(),
            });
        };
        push(FindingCode::Gap, 1, 3);
        push(FindingCode::DuplicateKey, 1, 4);
        push(FindingCode::Gap, 2, 5);
        push(FindingCode::Undecodable, 1, 6);
        push(FindingCode::Gap, 1, 7);
        all.note(FindingCode::BadLine, "line 9");
        let said = |all: &Findings| -> Vec<(&str, u64, Vec<String>)> {
            let places = |group| all.places(group).map(|finding| finding.message.clone()).collect();
            all.groups().iter().map(|group| (group.code.name(), group.count, places(group))).collect()
        };
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let lines = [
            ("bad-line", 1, texts(&["line 9"])),
            ("undecodable", 1, texts(&["6"])),
            ("gap", 2, texts(&["3", "7"])),
            ("gap", 1, texts(&["5"])),
            ("duplicate-key", 1, texts(&["4"])),
        ];
        assert_eq!(said(&all), lines);
        all.retain(|finding| finding.code != FindingCode::Gap);
        assert_eq!(said(&all).len(), 3, "what is taken out is no line any more");
    }
}
