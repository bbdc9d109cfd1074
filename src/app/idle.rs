//! What the slider's axis is made of: when a stretch without events counts as idle.
//!
//! The list of events marks the same stretches as the slider, hence one rule here.

/// A stretch without events is idle when it is far longer than usual in its
/// stream and a visible part of the whole. `span` is the time from the first to
/// the last of `events` events; the answer is in microseconds like it.
pub fn idle_threshold(events: u64, span: i64) -> i64 {
    let intervals = events.saturating_sub(1).max(1);
    let mean = i128::from(span) / i128::from(intervals);
    let part = i128::from(span) / 40;
    i64::try_from((mean * 8).max(part).max(1)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::idle_threshold;

    #[test]
    fn even_streams_have_no_idle_stretch() {
        let hour = 3_600_000_000;
        assert!(idle_threshold(100, 99 * hour) > hour);
        assert!(idle_threshold(2, hour) > hour, "the only stretch there is is not idle");
    }

    #[test]
    fn two_bursts_have_one() {
        let day = 86_400_000_000;
        assert!(idle_threshold(200, 30 * day) < 29 * day);
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert_eq!(idle_threshold(0, 0), 1);
        assert_eq!(idle_threshold(1, i64::MAX), i64::MAX);
    }
}
