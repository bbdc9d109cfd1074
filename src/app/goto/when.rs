//! Places in a stream as people type them: `v57`, `-10`, `2026-10-06 14:03`, `Tue 14:03`.
//!
//! A clock or a day without a date is the last one that is not later than the stream's last
//! event. Where clocks are put back a reading is two moments; one that was left out when they
//! were put forward is the moment before that.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};

use crate::model::{Time, Version};

/// What was typed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum When {
    Initial,
    Last,
    Version(Version),
    /// So many events on, or back.
    By(i64),
    /// The later one first, where there are two.
    Moments(Vec<Moment>),
    /// It is a time, and there is none in the stream from which to count.
    Untimed,
}

/// A moment, and the last one that reads the same as far as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) time: Time,
    pub(super) through: Time,
}

/// Reads a place. `latest` is the time of the stream's last event; `None`: it is something else.
pub(super) fn read<Z: TimeZone>(text: &str, latest: Option<Time>, zone: &Z) -> Option<When> {
    let text = text.trim();
    let lower = text.to_lowercase();
    match &*lower {
        "initial" | "first" | "start" => return Some(When::Initial),
        "last" | "end" => return Some(When::Last),
        _ => {}
    }
    if let Some(by) = relative(text) {
        return Some(When::By(by));
    }
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    if let Ok(number) = number.parse() {
        return Some(When::Version(Version(number)));
    }
    if let Some(typed) = Typed::read(&lower) {
        let Some(moments) = typed.moments(latest, zone) else { return Some(When::Untimed) };
        return (!moments.is_empty()).then_some(When::Moments(moments));
    }
    // One that names its zone.
    let time = Time::parse(text).filter(|_| text.contains(':'))?;
    Some(When::Moments(vec![Moment { time, through: time }]))
}

/// The first and the last moment of a time that was typed; `6 Oct` is the whole day.
///
/// # Errors
/// Why it is none.
pub(in crate::app) fn stretch<Z: TimeZone>(text: &str, latest: Option<Time>, zone: &Z) -> Result<(Time, Time), String> {
    match read(text, latest, zone) {
        Some(When::Moments(moments)) => {
            let first = moments.iter().map(|moment| moment.time).min();
            let last = moments.iter().map(|moment| moment.through).max();
            first.zip(last).ok_or_else(|| "There is no such time.".to_owned())
        }
        Some(When::Untimed) => Err("The events have no times: type a whole date.".to_owned()),
        _ => Err("This is no time: type 2026-10-06 14:03, Tue 14:03 or 6 Oct.".to_owned()),
    }
}

/// `-10`, `+3`.
fn relative(text: &str) -> Option<i64> {
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '\u{2212}' => (-1, &text['\u{2212}'.len_utf8()..]),
        _ => return None,
    };
    let digits = Some(digits).filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    Some(sign * digits?.parse::<i64>().ok()?)
}

/// A day, as far as it was typed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Day {
    Date(NaiveDate),
    /// Of the last year that has it.
    OfYear {
        month: u32,
        day: u32,
    },
    Weekday(Weekday),
    /// The last one.
    Any,
}

/// A day and a clock, and for how long they read so, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Typed {
    day: Day,
    clock: NaiveTime,
    unit: i64,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Typed {
    fn read(lower: &str) -> Option<Typed> {
        let mut typed = Typed { day: Day::Any, clock: NaiveTime::MIN, unit: DAY };
        let (mut month, mut numbers) = (None, Vec::new());
        // `2026-10-06t14:03` is two words.
        let is_joined = lower.as_bytes().get(10) == Some(&b't') && lower.starts_with(|c: char| c.is_ascii_digit());
        let (head, tail) = if is_joined { (lower.get(..10)?, lower.get(11..)?) } else { (lower, "") };
        let words = head.split([' ', ',', '\t']).chain(tail.split([' ', ','])).filter(|word| !word.is_empty());
        for word in words {
            if word.contains(':') && typed.unit == DAY {
                (typed.clock, typed.unit) = clock(word)?;
            } else if let (Some(date), Day::Any) = (date(word), typed.day) {
                typed.day = Day::Date(date);
            } else if let (Some(weekday), Day::Any) = (named(word, &WEEKDAYS), typed.day) {
                typed.day = Day::Weekday(WEEKDAY[weekday]);
            } else if let (Some(named), None) = (named(word, &MONTHS), month) {
                month = Some(named as u32 + 1);
            } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
                numbers.push(word.parse::<u32>().ok()?);
            } else {
                return None;
            }
        }
        match (month, &numbers[..]) {
            (None, []) => {}
            (Some(month), [day]) if typed.day == Day::Any && (1..=31).contains(day) => {
                typed.day = Day::OfYear { month, day: *day };
            }
            (Some(month), [day, year]) if typed.day == Day::Any => {
                typed.day = Day::Date(NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, month, *day)?);
            }
            _ => return None,
        }
        (typed.day != Day::Any || typed.unit < DAY).then_some(typed)
    }

    /// The moments that are meant; `None`: there is nothing to count back from.
    fn moments<Z: TimeZone>(&self, latest: Option<Time>, zone: &Z) -> Option<Vec<Moment>> {
        if let Day::Date(date) = self.day {
            return Some(self.on(date, zone));
        }
        let latest = latest?;
        let today = DateTime::from_timestamp_micros(latest.0)?.with_timezone(zone).date_naive();
        let days = |count: i64| today.checked_sub_signed(Duration::days(count));
        let candidates: Vec<NaiveDate> = match self.day {
            Day::Date(date) => vec![date],
            Day::Any => [days(0), days(1)].into_iter().flatten().collect(),
            Day::Weekday(weekday) => {
                let back = i64::from((7 + today.weekday().num_days_from_monday() - weekday.num_days_from_monday()) % 7);
                [days(back), days(back + 7)].into_iter().flatten().collect()
            }
            // The 29th of February is in every eighth year at least.
            Day::OfYear { month, day } => {
                (0..=8).filter_map(|back| NaiveDate::from_ymd_opt(today.year() - back, month, day)).collect()
            }
        };
        let not_later = |date: NaiveDate| -> Vec<Moment> {
            self.on(date, zone).into_iter().filter(|moment| moment.time <= latest).collect()
        };
        Some(candidates.into_iter().map(not_later).find(|found| !found.is_empty()).unwrap_or_default())
    }

    fn on<Z: TimeZone>(&self, date: NaiveDate, zone: &Z) -> Vec<Moment> {
        let begins = instants(date.and_time(self.clock), zone);
        let end = |time: Time| match self.unit {
            // A day may have an hour more or less.
            DAY => {
                let end = date.and_time(NaiveTime::MIN).checked_add_signed(Duration::microseconds(DAY - 1));
                end.and_then(|end| instants(end, zone).first().copied()).unwrap_or(time)
            }
            unit => Time(time.0.saturating_add(unit - 1)),
        };
        begins.into_iter().map(|time| Moment { time, through: end(time).max(time) }).collect()
    }
}

/// The moments at which clocks read so, the later one first; where they never do, the one before they were
/// put forward.
fn instants<Z: TimeZone>(reading: NaiveDateTime, zone: &Z) -> Vec<Time> {
    let found = read_so(reading, zone);
    if !found.is_empty() {
        return found;
    }
    // Clocks went from one minute to a later one: the end of the former. A place that changed sides of the
    // date line left out a day.
    let into_minute = reading.and_utc().timestamp_micros().rem_euclid(60 * SECOND);
    let minute = reading - Duration::microseconds(into_minute);
    let before = (1..=26 * 60).find_map(|back| {
        let reading = minute.checked_sub_signed(Duration::minutes(back))?;
        read_so(reading, zone).first().copied()
    });
    before.map(|time| Time(time.0 + 60 * SECOND - 1)).into_iter().collect()
}

/// The moments at which clocks read so, the later one first.
pub(in crate::app) fn read_so<Z: TimeZone>(reading: NaiveDateTime, zone: &Z) -> Vec<Time> {
    let found = zone.from_local_datetime(&reading);
    // chrono counts the moment at which clocks are put forward or back among those before it as well.
    let reads_so = |at: &DateTime<Z>| zone.from_utc_datetime(&at.naive_utc()).naive_local() == reading;
    let found = [found.clone().latest(), found.earliest()].into_iter().flatten().filter(reads_so);
    let mut times: Vec<Time> = found.map(|at| Time(at.timestamp_micros())).collect();
    times.sort_by_key(|time| std::cmp::Reverse(*time));
    times.dedup();
    times
}

fn date(word: &str) -> Option<NaiveDate> {
    let is_date = word.len() == 10
        && word.bytes().enumerate().all(
            |(at, byte)| {
                if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
            },
        );
    NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().filter(|_| is_date)
}

/// `14:03`, `9:03:05`, `14:03:05.377`, and for how long a clock reads so.
fn clock(word: &str) -> Option<(NaiveTime, i64)> {
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| fits)
    };
    let mut parts = word.split(':');
    let (hour, minute) = (number(parts.next()?, 1..=2)?, number(parts.next()?, 2..=2)?);
    let (mut second, mut micros, mut unit) = (0, 0, 60 * SECOND);
    if let Some(part) = parts.next() {
        let (whole, fraction) = part.split_once('.').map_or((part, None), |(whole, fraction)| (whole, Some(fraction)));
        (second, unit) = (number(whole, 2..=2)?, SECOND);
        if let Some(fraction) = fraction {
            number(fraction, 1..=9)?;
            let kept = &fraction[..fraction.len().min(6)];
            let scale = 10_u32.pow(6 - kept.len() as u32);
            (micros, unit) = (number(kept, 1..=6)? * scale, i64::from(scale));
        }
    }
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?;
    parts.next().is_none().then_some((time, unit))
}

const WEEKDAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Which of these names begins so, by three letters at least.
fn named(word: &str, names: &[&str]) -> Option<usize> {
    let word = word.trim_end_matches('.');
    names.iter().position(|name| word.len() >= 3 && name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, MappedLocalTime, Offset, Utc};

    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap_or_else(|| panic!("{text} is no time"))
    }

    /// The first moment that is meant, in UTC, beside a last event on a Friday.
    fn first(text: &str) -> Option<String> {
        let latest = time("2026-10-09T10:00:00Z");
        match read(text, Some(latest), &Utc) {
            Some(When::Moments(moments)) => Some(moments[0].time.to_rfc3339()),
            _ => None,
        }
    }

    #[test]
    fn versions_and_steps_are_understood() {
        let read = |text: &str| read(text, None, &Utc);
        for (text, want) in [
            ("57", When::Version(Version(57))),
            (" v57 ", When::Version(Version(57))),
            ("V57", When::Version(Version(57))),
            ("v-1", When::Version(Version(-1))),
            ("-10", When::By(-10)),
            ("\u{2212}10", When::By(-10)),
            ("+3", When::By(3)),
            ("initial", When::Initial),
            ("Last", When::Last),
        ] {
            assert_eq!(read(text), Some(want), "{text}");
        }
        let odd = ["", " ", "-", "+", "v", "--1", "+-1", "5 7", "57x", "99999999999999999999", "-99999999999999999999"];
        for text in odd {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn times_are_understood_in_every_form() {
        for (text, want) in [
            ("2026-10-06 14:03", "2026-10-06T14:03:00Z"),
            ("2026-10-06T14:03", "2026-10-06T14:03:00Z"),
            ("2026-10-06t14:03:05.377", "2026-10-06T14:03:05.377Z"),
            ("2026-10-06, 9:03", "2026-10-06T09:03:00Z"),
            ("2026-10-06", "2026-10-06T00:00:00Z"),
            ("2026-10-06 14:03:05.377123", "2026-10-06T14:03:05.377123Z"),
            ("Tue 14:03", "2026-10-06T14:03:00Z"),
            ("tuesday 14:03:05", "2026-10-06T14:03:05Z"),
            ("14:03 tues", "2026-10-06T14:03:00Z"),
            ("Tue", "2026-10-06T00:00:00Z"),
            // The last event is on a Friday at 10:00.
            ("Fri 09:59", "2026-10-09T09:59:00Z"),
            ("Fri 10:00", "2026-10-09T10:00:00Z"),
            ("Fri 10:01", "2026-10-02T10:01:00Z"),
            ("9:00", "2026-10-09T09:00:00Z"),
            ("14:03", "2026-10-08T14:03:00Z"),
            ("6 Oct 14:03", "2026-10-06T14:03:00Z"),
            ("Oct 6", "2026-10-06T00:00:00Z"),
            ("22 Nov", "2025-11-22T00:00:00Z"),
            ("29 Feb 12:00", "2024-02-29T12:00:00Z"),
            ("6 October 2025 14:03", "2025-10-06T14:03:00Z"),
            ("2026-10-06 14:03Z", "2026-10-06T14:03:00Z"),
            ("2026-10-06T14:03:00+02:00", "2026-10-06T12:03:00Z"),
            // Later than the last event, and a time all the same.
            ("2030-01-01 00:00", "2030-01-01T00:00:00Z"),
        ] {
            assert_eq!(first(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_left_to_others() {
        for text in [
            "2026-13-01",
            "2026-02-30",
            "25:00",
            "12:60",
            "12:3",
            "123:00",
            "12:00:00:00",
            "12:00:",
            "12:00:00.",
            "tu 14:03",
            "tue wed",
            "14:03 15:03",
            "Tue 2026-10-06",
            "32 Oct",
            "Oct",
            "6 Oct x",
            "account 14:03",
            "2026-10-06x14:03",
            "½:00",
            "日曜 14:03",
            "12:00:00.1234567890",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }

    #[test]
    fn a_reading_holds_as_long_as_it_was_typed() {
        let through = |text: &str| match read(text, None, &Utc) {
            Some(When::Moments(moments)) => moments[0].through.0 - moments[0].time.0 + 1,
            other => panic!("{other:?}"),
        };
        for (text, want) in [
            ("2026-10-06", DAY),
            ("2026-10-06 14:03", 60 * SECOND),
            ("2026-10-06 14:03:05", SECOND),
            ("2026-10-06 14:03:05.3", 100_000),
            ("2026-10-06 14:03:05.377", 1_000),
            ("2026-10-06 14:03:05.377123", 1),
        ] {
            assert_eq!(through(text), want, "{text}");
        }
    }

    #[test]
    fn a_stretch_is_all_that_reads_so() {
        let latest = Some(time("2026-10-25T20:00:00Z"));
        let stretch = |text: &str| stretch(text, latest, &Berlin).map(|(from, to)| [from, to].map(Time::to_rfc3339));
        assert_eq!(stretch("6 Oct").expect("a day"), ["2026-10-05T22:00:00Z", "2026-10-06T21:59:59.999999Z"]);
        // An hour that comes twice is meant both times.
        assert_eq!(
            stretch("2026-10-25 02:30").expect("a minute"),
            ["2026-10-25T00:30:00Z", "2026-10-25T01:30:59.999999Z"]
        );
        for text in ["57", "-10", "last", "soon", "2026-13-01"] {
            assert!(stretch(text).is_err_and(|why| why.ends_with('.')), "{text}");
        }
        assert!(super::stretch("14:03", None, &Berlin).is_err_and(|why| why.contains("no times")));
    }

    #[test]
    fn without_a_time_in_the_stream_nothing_is_counted_back() {
        assert_eq!(read("Tue 14:03", None, &Utc), Some(When::Untimed));
        assert_eq!(read("14:03", None, &Utc), Some(When::Untimed));
        assert!(matches!(read("2026-10-06 14:03", None, &Utc), Some(When::Moments(_))), "this one needs none");
    }

    #[test]
    fn the_zone_that_is_shown_is_meant() {
        let east = FixedOffset::east_opt(2 * 3_600).expect("an offset");
        let Some(When::Moments(moments)) = read("Tue 14:03", Some(time("2026-10-09T10:00:00Z")), &east) else {
            panic!("a time")
        };
        assert_eq!(moments[0].time, time("2026-10-06T12:03:00Z"));
        // In this zone the last event is on Saturday already.
        let far = FixedOffset::east_opt(14 * 3_600 + 30 * 60).expect("an offset");
        let Some(When::Moments(moments)) = read("Sat 00:10", Some(time("2026-10-09T10:00:00Z")), &far) else {
            panic!("a time")
        };
        assert_eq!(moments[0].time, time("2026-10-09T09:40:00Z"));
    }

    /// Middle Europe in 2026: summer from 29 March, 01:00 UTC, to 25 October, 01:00 UTC.
    #[derive(Clone, Copy, Debug)]
    struct Berlin;

    impl Berlin {
        fn hours(utc: &NaiveDateTime) -> i32 {
            let at = |month, day| {
                NaiveDate::from_ymd_opt(2026, month, day).expect("a day").and_hms_opt(1, 0, 0).expect("an hour")
            };
            if *utc >= at(3, 29) && *utc < at(10, 25) { 2 } else { 1 }
        }
    }

    impl TimeZone for Berlin {
        type Offset = FixedOffset;
        fn from_offset(_: &FixedOffset) -> Berlin {
            Berlin
        }
        fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<FixedOffset> {
            self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
        }
        fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
            let offset = |hours: i32| FixedOffset::east_opt(hours * 3_600).expect("an offset");
            // As chrono counts: the moment of the change among those before it as well.
            let fits = |hours: i32| {
                let utc = *local - Duration::hours(i64::from(hours));
                [utc, utc - Duration::microseconds(1)].iter().any(|utc| Berlin::hours(utc) == hours)
            };
            match (fits(2), fits(1)) {
                (true, true) => MappedLocalTime::Ambiguous(offset(2), offset(1)),
                (true, false) => MappedLocalTime::Single(offset(2)),
                (false, true) => MappedLocalTime::Single(offset(1)),
                (false, false) => MappedLocalTime::None,
            }
        }
        fn offset_from_utc_date(&self, utc: &NaiveDate) -> FixedOffset {
            self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
        }
        fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> FixedOffset {
            FixedOffset::east_opt(Berlin::hours(utc) * 3_600).map_or(Utc.fix(), |offset| offset)
        }
    }

    #[test]
    fn an_hour_that_comes_twice_is_two_moments_and_one_that_never_comes_the_moment_before() {
        let read = |text: &str, latest: &str| match read(text, Some(time(latest)), &Berlin) {
            Some(When::Moments(moments)) => moments.iter().map(|moment| moment.time.to_rfc3339()).collect(),
            other => panic!("{other:?}"),
        };
        let moments: Vec<String> = read("2026-10-25 02:30", "2027-01-01T00:00Z");
        assert_eq!(moments, ["2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"], "the later one first");
        let moments: Vec<String> = read("02:30", "2026-10-25T01:00Z");
        assert_eq!(moments, ["2026-10-25T00:30:00Z"], "the later one is after the last event");
        let moments: Vec<String> = read("2026-03-29 02:30", "2027-01-01T00:00Z");
        assert_eq!(moments, ["2026-03-29T00:59:59.999999Z"]);
        let moments: Vec<String> = read("2026-03-29 02:00", "2027-01-01T00:00Z");
        assert_eq!(moments, ["2026-03-29T00:59:59.999999Z"]);
        let moments: Vec<String> = read("2026-10-25 03:00", "2027-01-01T00:00Z");
        assert_eq!(moments, ["2026-10-25T02:00:00Z"], "the hour after it comes once");
        let moments: Vec<String> = read("2026-03-29 03:00", "2027-01-01T00:00Z");
        assert_eq!(moments, ["2026-03-29T01:00:00Z"]);
        // A day of 25 hours ends with its last hour.
        let Some(When::Moments(day)) = super::read("2026-10-25", None, &Berlin) else { panic!("a day") };
        assert_eq!((day[0].through.0 - day[0].time.0 + 1) / SECOND, 25 * 3_600);
    }

    proptest::proptest! {
        #[test]
        fn a_day_and_a_clock_are_the_last_ones_that_are_not_later(
            latest in 0i64..4_000_000_000_000_000, hour in 0u32..24, minute in 0u32..60, weekday in 0usize..8,
            offset in -12i32..=14,
        ) {
            let zone = FixedOffset::east_opt(offset * 3_600).expect("an offset");
            let day = WEEKDAYS.get(weekday).map_or("", |name| &name[..3]);
            let text = format!("{day} {hour}:{minute:02}");
            let Some(When::Moments(moments)) = read(&text, Some(Time(latest)), &zone) else { panic!("{text}") };
            // Minute by minute back from the last event, as a calendar on the wall would be read.
            let mut at = latest.div_euclid(60 * SECOND);
            let reads = |at: i64| {
                let local = DateTime::from_timestamp_micros(at * 60 * SECOND).expect("a time").with_timezone(&zone);
                let is_day = WEEKDAY.get(weekday).is_none_or(|wanted| local.weekday() == *wanted);
                is_day && local.format("%H:%M").to_string() == format!("{hour:02}:{minute:02}")
            };
            while !reads(at) {
                at -= 1;
            }
            proptest::prop_assert_eq!(moments[0].time, Time(at * 60 * SECOND));
        }
    }
}
