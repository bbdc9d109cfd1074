//! Times as stores write them: to microseconds since 1970 in UTC, and back to text.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

impl Time {
    /// RFC 3339 in UTC, as short as the value allows (`…:05Z`, `…:05.377Z`).
    pub fn to_rfc3339(self) -> String {
        match DateTime::from_timestamp_micros(self.0) {
            Some(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            None => format!("{} µs", self.0),
        }
    }

    /// With three digits of a second, as JavaScript's `toISOString` writes it.
    pub fn to_iso_millis(self) -> String {
        let time = DateTime::from_timestamp_micros(self.0);
        time.map_or_else(|| self.to_rfc3339(), |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    /// So much later, in a unit that counts since 1970; `None` in another.
    pub fn plus(self, unit: TimeUnit, count: Number) -> Option<Time> {
        let Number(billionths) = count;
        let micros = match unit {
            TimeUnit::Seconds => billionths.div_euclid(Number::ONE / SECOND),
            TimeUnit::Millis => billionths.div_euclid(Number::ONE / 1_000),
            TimeUnit::Micros => billionths.div_euclid(Number::ONE),
            TimeUnit::Nanos => billionths.div_euclid(Number::ONE * 1_000),
            _ => return None,
        };
        Time::writable(i128::from(self.0) + micros)
    }

    /// Reads a time as databases and languages print it: a date, a clock behind `T` or a blank,
    /// a fraction behind `.` or `,`, and a zone (`Z`, `UTC`, `+01`, `+0100`, `+01:00`, each with
    /// a place such as `[Europe/Berlin]` behind it); or RFC 2822. Without a zone it is UTC.
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.trim();
        let micros = in_parts(text).or_else(|| Some(DateTime::parse_from_rfc2822(text).ok()?.timestamp_micros()));
        Time::writable(micros?.into())
    }

    /// A moment of the years 1 to 9999, which RFC 3339 can write; none of another.
    fn writable(micros: i128) -> Option<Time> {
        const FROM: i128 = -719_162 * DAY;
        const TO: i128 = 2_932_897 * DAY;
        (FROM..TO).contains(&micros).then_some(Time(micros as i64))
    }

    /// Between 1995 and 2100: where events of programs lie.
    pub fn is_likely(self) -> bool {
        const FROM: i64 = 788_918_400_000_000;
        const TO: i64 = 4_102_444_800_000_000;
        (FROM..TO).contains(&self.0)
    }
}

/// Microseconds of `2025-07-31 06:34:40.79 +02:00` from its parts; `None`: some other form, or
/// no moment.
fn in_parts(text: &str) -> Option<i64> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.digits(4)?;
    let dash = rest.skip(b"-").is_some();
    let month = rest.digits(2)?;
    if dash {
        rest.skip(b"-")?;
    }
    let date = NaiveDate::from_ymd_opt(year as i32, month, rest.digits(2)?)?;
    if rest.0.is_empty() {
        return dash.then(|| date.and_time(NaiveTime::MIN).and_utc().timestamp_micros());
    }
    rest.skip(b"Tt ")?;
    let hour = rest.digits(2)?;
    let colon = rest.skip(b":").is_some();
    let minute = rest.digits(2)?;
    let has_seconds = if colon { rest.skip(b":").is_some() } else { rest.0.first().is_some_and(u8::is_ascii_digit) };
    let second = if has_seconds { rest.digits(2)? } else { 0 };
    let micros = if has_seconds && rest.skip(b".,").is_some() { rest.fraction()? } else { 0 };
    // A leap second is the one before it, held longer.
    let second = if second == 60 { 59 } else { second };
    let clock = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?;
    let offset = rest.zone()?;
    let utc = date.and_time(clock).and_utc().timestamp_micros();
    Some(utc - offset * SECOND as i64)
}

/// What of a text is not read yet.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// A number of so many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        number.iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
    }

    /// One of these bytes.
    fn skip(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first().filter(|(first, _)| any.contains(first))?;
        self.0 = rest;
        Some(*first)
    }

    /// Microseconds of a second; more digits than six are cut off.
    fn fraction(&mut self) -> Option<u32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let kept = count.min(6);
        let micros = self.digits(kept)? * 10u32.pow(6 - kept as u32);
        self.0 = &self.0[count - kept..];
        (count > 0).then_some(micros)
    }

    /// Seconds east of Greenwich, and nothing behind them.
    fn zone(&mut self) -> Option<i64> {
        let text = self.0.trim_ascii_start();
        // The place's name only explains the offset.
        let text = match text.iter().position(|byte| *byte == b'[') {
            Some(at) if at > 0 && text.ends_with(b"]") => text[..at].trim_ascii_end(),
            _ => text,
        };
        let (sign, rest) = match text {
            [] | b"Z" | b"z" | b"UTC" | b"GMT" | b"Etc/UTC" => return Some(0),
            [b'+', rest @ ..] => (1, rest),
            [b'-', rest @ ..] => (-1, rest),
            // A minus sign as typographers write it, which RFC 3339's readers take as well.
            [0xe2, 0x88, 0x92, rest @ ..] => (-1, rest),
            _ => return None,
        };
        // Go writes both: `+0000 UTC`. A shorter word, such as BC or PM, would change the time.
        let mut words = rest.split(|byte| *byte == b' ');
        let mut rest = Rest(words.next()?);
        if !words.all(|word| matches!(word.len(), 3..=5) && word.iter().all(u8::is_ascii_uppercase)) {
            return None;
        }
        let mut seconds = i64::from(rest.digits(2).filter(|hours| *hours < 24)?) * 3_600;
        for unit in [60, 1] {
            if rest.0.is_empty() {
                break;
            }
            rest.skip(b":");
            seconds += i64::from(rest.digits(2).filter(|part| *part < 60)?) * unit;
        }
        rest.0.is_empty().then_some(sign * seconds)
    }
}

/// What a number in a column of times counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// 100 ns since the year 1, as .NET counts.
    Ticks,
    /// 100 ns since 1601, as Windows counts.
    FileTime,
    /// Days since a noon 6,700 years ago, as astronomers and SQLite's `julianday` count.
    Julian,
    /// The digits of a date and a clock in UTC.
    Digits,
}

impl TimeUnit {
    pub const ALL: [TimeUnit; 8] = [
        TimeUnit::Seconds,
        TimeUnit::Millis,
        TimeUnit::Micros,
        TimeUnit::Nanos,
        TimeUnit::Ticks,
        TimeUnit::FileTime,
        TimeUnit::Julian,
        TimeUnit::Digits,
    ];

    /// The word for it in a mapping.
    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "s",
            TimeUnit::Millis => "ms",
            TimeUnit::Micros => "us",
            TimeUnit::Nanos => "ns",
            TimeUnit::Ticks => "ticks",
            TimeUnit::FileTime => "filetime",
            TimeUnit::Julian => "julian",
            TimeUnit::Digits => "yyyymmddhhmmss",
        }
    }

    pub fn named(name: &str) -> Option<TimeUnit> {
        TimeUnit::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// What is counted, in words.
    pub fn sentence(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "seconds since 1970",
            TimeUnit::Millis => "milliseconds since 1970",
            TimeUnit::Micros => "microseconds since 1970",
            TimeUnit::Nanos => "nanoseconds since 1970",
            TimeUnit::Ticks => ".NET's ticks since the year 1",
            TimeUnit::FileTime => "Windows' file times since 1601",
            TimeUnit::Julian => "Julian days",
            TimeUnit::Digits => "the digits of date and clock",
        }
    }

    /// The moment that a number in this unit means; what is finer than a microsecond is cut off.
    pub fn time(self, number: Number) -> Option<Time> {
        let Number(billionths) = number;
        const ONE: i128 = Number::ONE;
        let micros = match self {
            TimeUnit::Seconds => billionths.div_euclid(ONE / SECOND),
            TimeUnit::Millis => billionths.div_euclid(ONE / 1_000),
            TimeUnit::Micros => billionths.div_euclid(ONE),
            TimeUnit::Nanos => billionths.div_euclid(ONE * 1_000),
            TimeUnit::Ticks => billionths.div_euclid(ONE * 10) - 719_162 * DAY,
            TimeUnit::FileTime => billionths.div_euclid(ONE * 10) - 134_774 * DAY,
            // A float of that size tells days apart to 40 µs: SQLite itself gives milliseconds.
            TimeUnit::Julian => {
                let millis = billionths.checked_mul(DAY / 1_000)?.checked_add(ONE / 2)?.div_euclid(ONE);
                millis * 1_000 - 4_881_175 * (DAY / 2)
            }
            TimeUnit::Digits => return from_digits(billionths),
        };
        Time::writable(micros)
    }
}

/// `20191202153851`.
fn from_digits(billionths: i128) -> Option<Time> {
    let whole = u64::try_from(billionths.div_euclid(Number::ONE)).ok().filter(|whole| *whole < 10u64.pow(14))?;
    let part = |from: u32, size: u32| (whole / 10u64.pow(from) % 10u64.pow(size)) as u32;
    let date = NaiveDate::from_ymd_opt(part(10, 4) as i32, part(8, 2), part(6, 2))?;
    let micros = (billionths.rem_euclid(Number::ONE) / 1_000) as u32;
    let time = date.and_hms_micro_opt(part(4, 2), part(2, 2), part(0, 2), micros)?;
    Time::writable(time.and_utc().timestamp_micros().into())
}

/// A number of a column of times, exact to a billionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(i128);

impl Number {
    const ONE: i128 = 1_000_000_000;

    /// Reads `1594184555.5702`, and `1.594e9`.
    pub fn parse(text: &str) -> Option<Number> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            let exponent = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
            return text.parse().ok().filter(|_| exponent && digits.contains(['e', 'E'])).and_then(Number::of);
        }
        let whole: i64 = whole.parse().ok()?;
        let kept = &fraction[..fraction.len().min(9)];
        let part = kept.parse().unwrap_or(0) * 10i128.pow(9 - kept.len() as u32);
        Some(Number(sign * (i128::from(whole) * Number::ONE + part)))
    }

    /// A float as its shortest text says it: that is what was written.
    pub fn of(value: f64) -> Option<Number> {
        (value.is_finite() && value.abs() < 1e19).then(|| Number::parse(&value.to_string())).flatten()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number(i128::from(value) * Number::ONE)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, part) = (size / Number::ONE as u128, size % Number::ONE as u128);
        match part {
            0 => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{}", format!("{part:09}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_stores_and_languages_write() {
        let want = "2025-07-31T06:34:40.790Z";
        for text in [
            "2025-07-31T06:34:40.790Z",
            "2025-07-31t06:34:40.790z",
            "2025-07-31T12:04:40.790000+05:30",
            "2025-07-31T12:04:40.790+0530",
            "2025-07-31 04:34:40.79-02",
            "2025-07-31 04:34:40.79 \u{2212}02:00",
            "2025-07-31 06:34:40.790",
            "2025-07-31T06:34:40.79",
            "2025-07-31 06:34:40.790Z",
            "2025-07-31 06:34:40.790000",
            "2025-07-31 06:34:40.790000+00",
            "2025-07-31T06:34:40.790+0000",
            "2025-07-31 06:34:40,790",
            "2025-07-31 06:34:40.790 UTC",
            "2025-07-31 06:34:40.790 +0000 UTC",
            "2025-07-31 08:34:40.790 +0200 CEST",
            "2025-07-31T06:34:40.790Z[UTC]",
            "2025-07-31T08:34:40.790+02:00[Europe/Berlin]",
            "20250731T063440.790Z",
            "20250731T083440,790+02",
        ] {
            assert_eq!(Time::parse(text).map(Time::to_rfc3339).as_deref(), Some(want), "{text}");
        }
        for (text, want) in [
            ("2025-07-31", "2025-07-31T00:00:00Z"),
            ("2025-07-31 06:34", "2025-07-31T06:34:00Z"),
            ("20250731T063440Z", "2025-07-31T06:34:40Z"),
            ("2025-07-31T06:34:40.123456789Z", "2025-07-31T06:34:40.123456Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("Thu, 31 Jul 2025 08:52:21 +0000", "2025-07-31T08:52:21Z"),
            ("1969-12-31 23:59:59.5", "1969-12-31T23:59:59.500Z"),
        ] {
            assert_eq!(Time::parse(text).map(Time::to_rfc3339).as_deref(), Some(want), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "12",
            "20250731",
            "2025-13-01",
            "2025-13-01 00:00:00",
            "2025-02-30T00:00:00Z",
            "2025-01-01 0a:00:00",
            "2025-01-01 24:00:01",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00 CEST",
            "2025-01-01T00:00:00Zulu",
            "2025-01-01T00:00:00+1",
            "2025-01-01T00:00:61Z",
            "2025-01-01é00:00:00",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_unit_has_its_own_size() {
        for (number, unit, want) in [
            ("1575301131", TimeUnit::Seconds, "2019-12-02T15:38:51Z"),
            ("1575301131.083", TimeUnit::Seconds, "2019-12-02T15:38:51.083Z"),
            ("1575301131.570212", TimeUnit::Seconds, "2019-12-02T15:38:51.570212Z"),
            ("1.575301131083e12", TimeUnit::Millis, "2019-12-02T15:38:51.083Z"),
            ("1575301131083", TimeUnit::Millis, "2019-12-02T15:38:51.083Z"),
            ("1575301131083000", TimeUnit::Micros, "2019-12-02T15:38:51.083Z"),
            ("1575301131083000000", TimeUnit::Nanos, "2019-12-02T15:38:51.083Z"),
            ("637108979310830000", TimeUnit::Ticks, "2019-12-02T15:38:51.083Z"),
            ("132197747310830000", TimeUnit::FileTime, "2019-12-02T15:38:51.083Z"),
            ("2458820.151980127", TimeUnit::Julian, "2019-12-02T15:38:51.083Z"),
            ("20191202153851", TimeUnit::Digits, "2019-12-02T15:38:51Z"),
        ] {
            let number = Number::parse(number).expect(number);
            assert_eq!(unit.time(number).map(Time::to_rfc3339).as_deref(), Some(want), "{number} {}", unit.name());
            let likely = |unit: &TimeUnit| unit.time(number).is_some_and(Time::is_likely);
            assert_eq!(TimeUnit::ALL.into_iter().filter(likely).collect::<Vec<_>>(), [unit], "{number}");
            assert_eq!(TimeUnit::named(unit.name()), Some(unit));
        }
        assert_eq!(TimeUnit::Seconds.time(Number::from(-1)), Some(Time(-1_000_000)));
        assert_eq!(TimeUnit::Seconds.time(Number::from(i64::MAX)), None);
        assert_eq!(TimeUnit::Digits.time(Number::from(20_191_302_153_851)), None);
    }

    #[test]
    fn a_moment_that_no_text_can_say_is_none() {
        let shown = |time: Option<Time>| time.map(Time::to_rfc3339);
        for (text, want) in [
            ("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z")),
            ("0001-01-01T00:00:00+01:00", None),
            ("0000-06-01", None),
            ("9999-12-31T23:59:59.999999Z", Some("9999-12-31T23:59:59.999999Z")),
            ("9999-12-31T23:59:59-01:00", None),
        ] {
            assert_eq!(shown(Time::parse(text)).as_deref(), want, "{text}");
        }
        for (number, unit, want) in [
            (7, TimeUnit::Julian, None),
            (1_721_426, TimeUnit::Julian, Some("0001-01-01T12:00:00Z")),
            (0, TimeUnit::Ticks, Some("0001-01-01T00:00:00Z")),
            (-1, TimeUnit::Ticks, None),
            (-62_135_596_801, TimeUnit::Seconds, None),
            (253_402_300_799, TimeUnit::Seconds, Some("9999-12-31T23:59:59Z")),
            (253_402_300_800, TimeUnit::Seconds, None),
            (101_000_000, TimeUnit::Digits, None),
        ] {
            assert_eq!(shown(unit.time(Number::from(number))).as_deref(), want, "{number} {}", unit.name());
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for text in ["0", "-1.5", "1594184555.570212", "9223372036854775807"] {
            assert_eq!(Number::parse(text).map(|number| number.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Number::of(1594184555.5702).map(|number| number.to_string()).as_deref(), Some("1594184555.5702"));
        for text in ["", "-", "x", "1x", "1.2.3", "0x10", "inf", "2025-07-31", "1-2", "1e400"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
