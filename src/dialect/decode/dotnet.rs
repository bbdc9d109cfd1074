//! Times and ids as .NET keeps them.

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};

/// Since the first of January of the year 1, in steps of 100 ns.
const TICKS_OF_SECOND: u64 = 10_000_000;
const SECONDS_TO_1970: i64 = 62_135_596_800;

fn utc(ticks: u64) -> Option<DateTime<chrono::Utc>> {
    let seconds = i64::try_from(ticks / TICKS_OF_SECOND).ok()? - SECONDS_TO_1970;
    DateTime::from_timestamp(seconds, u32::try_from(ticks % TICKS_OF_SECOND).ok()? * 100)
}

/// A `DateTime` in its 64 bits: the two highest say whether it is UTC, local or neither.
pub fn date_time(bits: u64) -> Option<String> {
    let text = utc(bits & 0x3fff_ffff_ffff_ffff)?.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let is_neither = bits >> 62 == 0;
    Some(if is_neither { text.trim_end_matches('Z').to_owned() } else { text })
}

/// A clock and how far it is from UTC, both in ticks.
pub fn date_time_offset(clock: u64, offset: i64) -> Option<String> {
    let seconds = offset / TICKS_OF_SECOND as i64;
    let time = utc(clock)?.checked_sub_signed(TimeDelta::seconds(seconds))?;
    let offset = FixedOffset::east_opt(i32::try_from(seconds).ok()?)?;
    Some(time.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

/// A `Guid`, whose first three groups are turned round.
pub fn guid(bytes: [u8; 16]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    super::number::uuid(ORDER.map(|at| bytes[at]))
}
