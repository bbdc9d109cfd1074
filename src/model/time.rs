//! Times as stores write them: to microseconds since 1970 in UTC, and back to text.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// RFC 3339 in UTC, as short as the value allows (`…:05Z`, `…:05.377Z`).
    pub fn to_rfc3339(self) -> String {
        match DateTime::from_timestamp_micros(self.0) {
            Some(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            None => format!("{} µs", self.0),
        }
    }

    /// Reads any of the forms seen in stores: RFC 3339 with zone, `Y-m-d H:M:S[.f]`
    /// and `Y-m-d` without one (taken as UTC), RFC 2822.
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        if let Some(time) = plain_utc(text) {
            return Some(time);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(Time(time.timestamp_micros()));
        }
        for form in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(text, form) {
                return Some(Time(time.and_utc().timestamp_micros()));
            }
        }
        for form in ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %z"] {
            if let Ok(time) = DateTime::parse_from_str(text, form) {
                return Some(Time(time.timestamp_micros()));
            }
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Time(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros()));
        }
        DateTime::parse_from_rfc2822(text).ok().map(|time| Time(time.timestamp_micros()))
    }

    /// Reads a number whose unit shows by its size: seconds, milliseconds,
    /// microseconds or nanoseconds since 1970 (years 1973 to 5138 in seconds).
    pub fn from_number(value: f64) -> Option<Time> {
        let size = value.abs();
        let micros = if !value.is_finite() || size < 1e8 {
            return None;
        } else if size < 1e11 {
            value * 1e6
        } else if size < 1e14 {
            value * 1e3
        } else if size < 1e17 {
            value
        } else if size < 1e20 {
            value / 1e3
        } else {
            return None;
        };
        Some(Time(micros as i64))
    }

    /// Like [`Time::from_number`] for integers, without rounding.
    pub fn from_integer(value: i64) -> Option<Time> {
        match value.unsigned_abs() {
            0..100_000_000 => None,
            100_000_000..100_000_000_000 => value.checked_mul(1_000_000).map(Time),
            100_000_000_000..100_000_000_000_000 => value.checked_mul(1_000).map(Time),
            100_000_000_000_000..100_000_000_000_000_000 => Some(Time(value)),
            _ => Some(Time(value / 1_000)),
        }
    }
}

/// `2025-07-31 06:34:40`, with `T`, fraction and `Z` if they are there: the form of nearly
/// every store, read without chrono's formats. `None`: some other form, or no date.
fn plain_utc(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_at_checked(19)?;
    let number = |from: usize, to: usize| {
        head[from..to].iter().try_fold(0u32, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| head[*at] != *mark) || !matches!(head[10], b' ' | b'T') {
        return None;
    }
    let tail = tail.strip_suffix(b"Z").unwrap_or(tail);
    let micros = match tail {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            let value =
                digits.iter().try_fold(0u32, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))?;
            value * 10u32.pow(6 - digits.len() as u32)
        }
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)?, number(8, 10)?)?;
    let time = date.and_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, micros)?;
    Some(Time(time.and_utc().timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_stores_write() {
        let want = "2025-07-31T06:34:40.790Z";
        for text in [
            "2025-07-31T06:34:40.790Z",
            "2025-07-31T12:04:40.790000+05:30",
            "2025-07-31 06:34:40.790",
            "2025-07-31T06:34:40.79",
            "2025-07-31 06:34:40.790Z",
            "2025-07-31 06:34:40.790000",
            "2025-07-31 06:34:40.790000+00",
        ] {
            assert_eq!(Time::parse(text).map(Time::to_rfc3339).as_deref(), Some(want), "{text}");
        }
        for number in [1_753_943_680_790_i64, 1_753_943_680_790_000, 1_753_943_680_790_000_000] {
            assert_eq!(Time::from_integer(number).map(Time::to_rfc3339).as_deref(), Some(want));
        }
        assert_eq!(Time::from_number(1_753_943_680.79).map(Time::to_rfc3339).as_deref(), Some(want));
        assert_eq!(Time::parse("2025-07-31").map(Time::to_rfc3339).as_deref(), Some("2025-07-31T00:00:00Z"));
        assert_eq!(
            Time::parse("Thu, 31 Jul 2025 08:52:21 +0000").map(Time::to_rfc3339).as_deref(),
            Some("2025-07-31T08:52:21Z")
        );
        for text in
            ["", "yesterday", "12", "2025-13-01", "2025-13-01 00:00:00", "2025-02-30T00:00:00Z", "2025-01-01 0a:00:00"]
        {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        assert_eq!(Time::from_integer(42), None);
    }
}
