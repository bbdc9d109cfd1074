//! [`Neighbours`]: what is odd between an event of a stream and those before it.

use crate::model::{FindingCode, Time, Version};

/// Gaps, repeated versions and times that run backwards, found as the events of a stream pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours {
    before: Option<Version>,
    latest: Option<(Time, Version)>,
}

impl Neighbours {
    /// Hands over what is odd about the next event.
    pub fn push(&mut self, version: Version, time: Option<Time>, mut odd: impl FnMut(FindingCode, String)) {
        if let Some(before) = self.before {
            let step = version.0.wrapping_sub(before.0);
            if step == 0 {
                odd(FindingCode::DuplicateVersion, format!("v{version} is there more than once"));
            } else if step > 1 {
                let (first, last) = (before.0 + 1, version.0 - 1);
                let lacks = if first == last { format!("v{first} is") } else { format!("v{first} to v{last} are") };
                odd(FindingCode::Gap, format!("{lacks} not in the store"));
            }
        }
        self.before = Some(version);
        if let Some(time) = time {
            if let Some((earlier, of)) = self.latest
                && time < earlier
            {
                let by = span(earlier.0.saturating_sub(time.0));
                odd(FindingCode::TimeBackwards, format!("{by} before v{of}"));
            }
            self.latest = Some((time, version));
        }
    }
}

/// A length of time in words a person uses.
fn span(micros: i64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..120_000_000 => format!("{} s", micros / 1_000_000),
        120_000_000..7_200_000_000 => format!("{} min", micros / 60_000_000),
        7_200_000_000..172_800_000_000 => format!("{} h", micros / 3_600_000_000),
        _ => format!("{} d", micros / 86_400_000_000),
    }
}
