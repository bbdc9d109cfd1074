//! Findings: odd things in the data. They are collected, never thrown, and the
//! collection is bounded however odd the store is.

use std::collections::BTreeMap;

use super::ids::{StreamId, Version};
use super::node::Text;

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingCode {
    BadDialect,
    BadLine,
    Damaged,
    DuplicateKey,
    DuplicateVersion,
    Encrypted,
    Gap,
    HandlerThrew,
    NoTime,
    OrderNotProven,
    Precision,
    ReplacedText,
    TimeBackwards,
    TooLarge,
    TruncatedTail,
    Undecodable,
}

impl FindingCode {
    /// The stable word of the command line's JSON.
    pub fn name(self) -> &'static str {
        match self {
            FindingCode::BadDialect => "bad-dialect",
            FindingCode::BadLine => "bad-line",
            FindingCode::Damaged => "damaged",
            FindingCode::DuplicateKey => "duplicate-key",
            FindingCode::DuplicateVersion => "duplicate-version",
            FindingCode::Encrypted => "encrypted",
            FindingCode::Gap => "gap",
            FindingCode::HandlerThrew => "handler-threw",
            FindingCode::NoTime => "no-time",
            FindingCode::OrderNotProven => "order-not-proven",
            FindingCode::Precision => "precision",
            FindingCode::ReplacedText => "replaced-text",
            FindingCode::TimeBackwards => "time-backwards",
            FindingCode::TooLarge => "too-large",
            FindingCode::TruncatedTail => "truncated-tail",
            FindingCode::Undecodable => "undecodable",
        }
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            FindingCode::BadLine | FindingCode::Damaged | FindingCode::HandlerThrew | FindingCode::Undecodable => {
                Severity::Error
            }
            FindingCode::OrderNotProven | FindingCode::DuplicateKey => Severity::Info,
            _ => Severity::Warning,
        }
    }
}

/// Error: something could not be shown as stored. Warning: odd. Info: worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
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

/// Places kept for one code; further ones are only counted.
pub const KEPT_PER_CODE: usize = 1_000;

/// A bounded collection of findings.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<FindingCode, u64>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_insert(0);
        *count += 1;
        if *count <= KEPT_PER_CODE as u64 {
            self.kept.push(finding);
        }
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
    }

    /// Says of each kept one that does not know its stream in the index which it is.
    pub fn locate(&mut self, mut stream: impl FnMut(&Finding) -> Option<StreamId>) {
        for finding in self.kept.iter_mut().filter(|finding| finding.stream_id.is_none()) {
            finding.stream_id = stream(finding);
        }
    }

    pub fn kept(&self) -> &[Finding] {
        &self.kept
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
        for i in 0..1_500 {
            some.note(FindingCode::Gap, format!("{i}"));
        }
        all.note(FindingCode::Gap, "first");
        all.absorb(&mut some);
        assert_eq!(all.kept().len(), KEPT_PER_CODE);
        assert_eq!(all.total(), 1_501);
        assert!(some.is_empty() && some.kept().is_empty());
    }
}
