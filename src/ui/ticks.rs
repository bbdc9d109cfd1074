//! Labels and ticks of the slider's axis: round versions, or the steps of the calendar.

use super::axis::TimeAxis;
use super::format::{self, DAY, HOUR, MINUTE, SECOND};
use crate::app::action::Axis;
use crate::app::view::{TimelineEvents, Zone};
use crate::model::Time;

/// A label or a tick below the bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where.
    pub x: f32,
    /// What it says; empty = only a tick.
    pub label: String,
    /// Longer than others.
    pub major: bool,
}

impl TimeAxis {
    /// Ticks with their labels, in order.
    pub fn ticks(&self, events: &dyn TimelineEvents, zone: Zone) -> Vec<Tick> {
        match self.axis() {
            Axis::Sequence => self.sequence_ticks(events),
            Axis::Time => self.time_ticks(zone),
        }
    }

    fn sequence_ticks(&self, events: &dyn TimelineEvents) -> Vec<Tick> {
        let per_event = self.x_of_ordinal(1) - self.x_of_ordinal(0);
        let wanted = (90.0 / per_event.max(f32::MIN_POSITIVE)).max(1.0);
        let mut step = 1_u64;
        for factor in [2, 5, 10].into_iter().cycle() {
            if step as f32 >= wanted {
                break;
            }
            let decade = 10_u64.pow(step.ilog10());
            step = decade.saturating_mul(factor);
        }
        let mut ticks = Vec::new();
        if self.is_seen(self.x_of_ordinal(0)) {
            ticks.push(Tick { x: self.x_of_ordinal(0), label: "Initial".to_owned(), major: true });
        }
        // Round versions, as far as the stream has no gaps.
        let (first, last) = self.shown(events);
        let Some(mut index) = first.0.checked_sub(1) else { return ticks };
        let version = if index < last.0 { events.version(index).0.rem_euclid(step as i64) as u64 } else { 0 };
        index += (step - version) % step;
        while index < last.0 {
            let label = format::version(events.version(index));
            ticks.push(Tick { x: self.x_of_ordinal(index + 1), label, major: true });
            index += step;
        }
        ticks
    }

    fn time_ticks(&self, zone: Zone) -> Vec<Tick> {
        let busy: i64 = self.stretches().map(|stretch| stretch.time.1 - stretch.time.0).sum();
        let points: f32 = self.stretches().map(|stretch| stretch.x.1 - stretch.x.0).sum();
        let per_point = busy as f64 / f64::from(points.max(1.0));
        let unit_of = |least: f32| UNITS.iter().find(|unit| unit.0 as f64 >= per_point * f64::from(least));
        let (Some(major), minor) = (unit_of(84.0), unit_of(6.0)) else { return Vec::new() };
        let minor = minor.filter(|minor| minor.0 < major.0);
        let mut ticks = Vec::new();
        let year_of = |time: i64| format::in_zone(Time(time), zone).map(|at| chrono::Datelike::year(&at));
        // A day of another year than the last one's says which.
        let last_year = self.stretches().last().and_then(|stretch| year_of(stretch.time.1));
        let label_of = |time: i64, unit: Unit, begin: bool| {
            let label = label_of(time, unit, zone, begin);
            match year_of(time).filter(|year| Some(*year) != last_year) {
                Some(year) if names_day(time, unit, zone, begin) => format!("{label} {year}"),
                _ => label,
            }
        };
        for stretch in self.stretches() {
            // Each stretch says when it begins, or which day it is where it is seen from.
            let first = Tick { x: stretch.x.0, label: label_of(stretch.time.0, UNITS[0].1, true), major: true };
            ticks.push(first);
            for unit in [Some(major), minor].into_iter().flatten() {
                let is_major = unit.0 == major.0;
                for time in steps(stretch.time, *unit, zone) {
                    let label = if is_major { label_of(time, unit.1, false) } else { String::new() };
                    ticks.push(Tick { x: self.x_of_time(time), label, major: is_major });
                }
            }
        }
        ticks.sort_by(|a, b| a.x.total_cmp(&b.x));
        ticks
    }
}

/// How the label of a unit looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Millis,
    Seconds,
    Minutes,
    Days,
    Weeks,
    Months(i64),
    Years(i64),
}

/// Steps of ticks, shortest first: length in microseconds, and look.
const UNITS: [(i64, Unit); 30] = [
    (1_000, Unit::Millis),
    (10_000, Unit::Millis),
    (100_000, Unit::Millis),
    (SECOND, Unit::Seconds),
    (5 * SECOND, Unit::Seconds),
    (15 * SECOND, Unit::Seconds),
    (30 * SECOND, Unit::Seconds),
    (MINUTE, Unit::Minutes),
    (5 * MINUTE, Unit::Minutes),
    (15 * MINUTE, Unit::Minutes),
    (30 * MINUTE, Unit::Minutes),
    (HOUR, Unit::Minutes),
    (3 * HOUR, Unit::Minutes),
    (6 * HOUR, Unit::Minutes),
    (12 * HOUR, Unit::Minutes),
    (DAY, Unit::Days),
    (7 * DAY, Unit::Weeks),
    (30 * DAY, Unit::Months(1)),
    (61 * DAY, Unit::Months(2)),
    (91 * DAY, Unit::Months(3)),
    (183 * DAY, Unit::Months(6)),
    (365 * DAY, Unit::Years(1)),
    (730 * DAY, Unit::Years(2)),
    (5 * 365 * DAY, Unit::Years(5)),
    (10 * 365 * DAY, Unit::Years(10)),
    (20 * 365 * DAY, Unit::Years(20)),
    (50 * 365 * DAY, Unit::Years(50)),
    (100 * 365 * DAY, Unit::Years(100)),
    (1_000 * 365 * DAY, Unit::Years(1_000)),
    (10_000 * 365 * DAY, Unit::Years(10_000)),
];

/// Moments inside a stretch at which a unit begins, in the zone that is shown.
fn steps(range: (i64, i64), (length, unit): (i64, Unit), zone: Zone) -> Vec<i64> {
    const MOST: usize = 2_000;
    let offset = format::in_zone(Time(range.0), zone).map_or(0, |at| i64::from(at.offset().local_minus_utc()) * SECOND);
    match unit {
        Unit::Months(months) => calendar_steps(range, months, offset),
        Unit::Years(years) => calendar_steps(range, years * 12, offset),
        _ => {
            // 1970-01-01 was a Thursday; weeks begin on Mondays.
            let origin = if unit == Unit::Weeks { 4 * DAY } else { 0 };
            let local = range.0 + offset - origin;
            let first = (local.div_euclid(length) + 1) * length + origin - offset;
            (0..MOST as i64).map(|i| first + i * length).take_while(|&time| time < range.1).collect()
        }
    }
}

fn calendar_steps(range: (i64, i64), months: i64, offset: i64) -> Vec<i64> {
    use chrono::{DateTime, Datelike, NaiveDate};
    let Some(start) = DateTime::from_timestamp_micros(range.0 + offset) else { return Vec::new() };
    let mut month = (i64::from(start.year()) * 12 + i64::from(start.month0())).div_euclid(months) * months;
    let mut out = Vec::new();
    for _ in 0..2_000 {
        month += months;
        let year = i32::try_from(month.div_euclid(12)).unwrap_or(i32::MAX);
        let Some(date) = NaiveDate::from_ymd_opt(year, month.rem_euclid(12) as u32 + 1, 1) else { break };
        let Some(at) = date.and_hms_opt(0, 0, 0) else { break };
        let time = at.and_utc().timestamp_micros() - offset;
        if time >= range.1 {
            break;
        }
        out.push(time);
    }
    out
}

/// The label is a day: where a stretch begins, at midnight, and where days are the steps.
fn names_day(time: i64, unit: Unit, zone: Zone, begin: bool) -> bool {
    use chrono::Timelike;
    let midnight = format::in_zone(Time(time), zone)
        .is_some_and(|at| at.num_seconds_from_midnight() == 0 && at.timestamp_subsec_millis() == 0);
    match unit {
        Unit::Days | Unit::Weeks => true,
        Unit::Minutes | Unit::Seconds | Unit::Millis => begin || midnight,
        Unit::Months(_) | Unit::Years(_) => begin,
    }
}

fn label_of(time: i64, unit: Unit, zone: Zone, begin: bool) -> String {
    use chrono::Datelike;
    let Some(at) = format::in_zone(Time(time), zone) else { return String::new() };
    match unit {
        _ if names_day(time, unit, zone, begin) => format::day_month(&at, false),
        Unit::Millis => at.format("%S%.3f").to_string(),
        Unit::Seconds => at.format("%H:%M:%S").to_string(),
        Unit::Minutes => at.format("%H:%M").to_string(),
        // Its label is a day.
        Unit::Days | Unit::Weeks => String::new(),
        Unit::Months(_) if at.month() == 1 => at.year().to_string(),
        Unit::Months(_) => at.format("%b").to_string(),
        Unit::Years(_) => at.year().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_months_and_weeks_are_those_of_the_calendar() {
        let time = |text: &str| Time::parse(text).expect("a time").0;
        let range = (time("2026-01-15"), time("2026-04-02"));
        let months = steps(range, (30 * DAY, Unit::Months(1)), Zone::Utc);
        assert_eq!(months, ["2026-02-01", "2026-03-01", "2026-04-01"].map(time));
        let weeks = steps((time("2026-10-01"), time("2026-10-13")), (7 * DAY, Unit::Weeks), Zone::Utc);
        assert_eq!(weeks, ["2026-10-05", "2026-10-12"].map(time));
    }
}
