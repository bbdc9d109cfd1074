//! Numbers, times and values as the user reads them.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, FixedOffset, Local, Offset, Timelike, Utc};

use super::text;
use crate::app::view::{Count, Zone};
use crate::model::{Node, Time, Version};

pub use crate::model::number;

/// `12,408`, or `≥ 12,408` while it may still grow.
pub fn count(count: Count) -> String {
    if count.exact { number(count.number) } else { format!("≥ {}", number(count.number)) }
}

/// `1 event`, `214 events`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `v57`.
pub fn version(version: Version) -> String {
    format!("v{version}")
}

/// `8.0 GB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A moment in the zone that is shown.
pub fn in_zone(time: Time, zone: Zone) -> Option<DateTime<FixedOffset>> {
    let utc: DateTime<Utc> = DateTime::from_timestamp_micros(time.0)?;
    Some(match zone {
        Zone::Utc => utc.fixed_offset(),
        Zone::Local => utc.with_timezone(&Local).fixed_offset(),
        Zone::Fixed(secs) => utc.with_timezone(&FixedOffset::east_opt(secs).unwrap_or(Utc.fix())),
    })
}

/// Date, clock and offset: `2026-10-06`, `14:03:05.377`, `+02:00`; of a second's parts those
/// that are there.
pub fn time_parts(time: Time, zone: Zone) -> Option<(String, String, String)> {
    let at = in_zone(time, zone)?;
    let date = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
    let mut clock = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
    match at.timestamp_subsec_micros() {
        0 => Ok(()),
        micros if micros.is_multiple_of(1_000) => write!(clock, ".{:03}", micros / 1_000),
        micros => write!(clock, ".{micros:06}"),
    }
    // Writing to a string cannot fail.
    .ok();
    Some((date, clock, at.format("%:z").to_string()))
}

/// Date, time and offset in one text.
pub fn time_full(time: Time, zone: Zone) -> String {
    match time_parts(time, zone) {
        Some((date, clock, offset)) => format!("{date} {clock} {offset}"),
        None => time.to_rfc3339(),
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date in few characters beside `latest`: `22 Nov` of its year, `Nov ’25` a little before
/// that, else `2024`.
pub fn short_date(time: Time, latest: Option<Time>, zone: Zone) -> String {
    let Some(at) = in_zone(time, zone) else { return String::new() };
    let same_year = latest.and_then(|latest| in_zone(latest, zone)).is_none_or(|latest| latest.year() == at.year());
    let recent = latest.is_none_or(|latest| latest.0.saturating_sub(time.0) < 300 * DAY);
    match (same_year, recent) {
        (true, _) => day_month(&at, true),
        (false, true) => format!("{} ’{:02}", MONTHS[at.month0() as usize], at.year().rem_euclid(100)),
        (false, false) => at.year().to_string(),
    }
}

/// `1 Sep`, or `01 Sep` where columns must line up.
pub fn day_month(at: &DateTime<FixedOffset>, padded: bool) -> String {
    let month = MONTHS[at.month0() as usize];
    if padded { format!("{:02} {month}", at.day()) } else { format!("{} {month}", at.day()) }
}

/// Microseconds.
pub const SECOND: i64 = 1_000_000;
/// Microseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds.
pub const DAY: i64 = 24 * HOUR;

/// A duration in microseconds, two units at most: `3 ms`, `7.4 s`, `35 min`, `18 h 02 m`, `9 d 3 h`.
pub fn duration(micros: i64) -> String {
    let sign = if micros < 0 { "−" } else { "" };
    let abs = micros.saturating_abs();
    let text = match abs {
        0 => "0 ms".to_owned(),
        1..1_000 => format!("{abs} µs"),
        1_000..SECOND => format!("{} ms", abs / 1_000),
        SECOND..MINUTE => format!("{:.1} s", (abs / 100_000) as f64 / 10.0),
        MINUTE..HOUR => format!("{} min", abs / MINUTE),
        HOUR..DAY => format!("{} h {:02} m", abs / HOUR, abs % HOUR / MINUTE),
        _ => {
            let (days, hours) = (abs / DAY, abs % DAY / HOUR);
            if days >= 1_000 {
                format!("{:.1} y", days as f64 / 365.25)
            } else if days >= 100 {
                format!("{days} d")
            } else {
                format!("{days} d {hours} h")
            }
        }
    };
    format!("{sign}{text}")
}

/// A duration in one unit, for an idle gap: `9 d`, `5 h`.
pub fn gap(micros: i64) -> String {
    match micros {
        ..SECOND => format!("{} ms", micros / 1_000),
        SECOND..MINUTE => format!("{} s", micros / SECOND),
        MINUTE..HOUR => format!("{} min", micros / MINUTE),
        HOUR..DAY => format!("{} h", micros / HOUR),
        _ if micros / DAY >= 1_000 => format!("{:.1} y", (micros / DAY) as f64 / 365.25),
        _ => format!("{} d", micros / DAY),
    }
}

/// A value in one line: a string in quotes, `{3}`, `[2]`, a number's text.
pub fn value(node: &Node) -> Cow<'_, str> {
    match node {
        Node::Null => "null".into(),
        Node::Bool(true) => "true".into(),
        Node::Bool(false) => "false".into(),
        Node::Number(text) => Cow::Borrowed(text),
        Node::String(text) => quoted(text),
        Node::Array(items) => format!("[{}]", number(items.len() as u64)).into(),
        Node::Object(object) => format!("{{{}}}", number(object.0.len() as u64)).into(),
        Node::Raw(raw) => Cow::Borrowed(text::head(raw, text::MAX_LAYOUT_BYTES)),
        Node::Bytes(bytes) => hex_head(bytes).into(),
    }
}

/// Bytes of a value that a tooltip shows.
const WHOLE: usize = 2_000;

/// A value with all that is in it, as far as a tooltip shows it.
pub fn whole(node: &Node) -> String {
    let mut out = String::new();
    write_whole(node, 0, &mut out);
    if out.len() > WHOLE {
        out.truncate(out.floor_char_boundary(WHOLE));
        out.push('…');
    }
    out
}

fn write_whole(node: &Node, depth: usize, out: &mut String) {
    let mut members = |open: char, close: char, len: usize, write: &mut dyn FnMut(usize, &mut String)| {
        out.push(open);
        for at in 0..len {
            // What is behind that is not shown.
            if out.len() > WHOLE {
                return;
            }
            out.push_str(if at > 0 { ",\n" } else { "\n" });
            out.extend(std::iter::repeat_n("  ", depth + 1));
            write(at, out);
        }
        if len > 0 {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
        out.push(close);
    };
    match node {
        Node::Array(items) => members('[', ']', items.len(), &mut |at, out| write_whole(&items[at], depth + 1, out)),
        Node::Object(object) => members('{', '}', object.0.len(), &mut |at, out| {
            let (key, value) = &object.0[at];
            out.push_str(&quoted(key));
            out.push_str(": ");
            write_whole(value, depth + 1, out);
        }),
        leaf => out.push_str(&value(leaf)),
    }
}

/// Characters that are to be seen of a difference, and before it.
const DIFFERENCE: usize = 8;
/// Bytes of two texts that are compared to find where they differ.
const COMPARED: usize = 1 << 20;

/// A value in one line of about `room` characters beside the one it is to be told apart from: what
/// both begin with is left out where the difference would not be seen.
pub fn value_beside<'n>(node: &'n Node, other: &Node, room: usize) -> Cow<'n, str> {
    match (node, other) {
        (Node::String(text), Node::String(other)) => match difference(text, other, room.saturating_sub(1)) {
            0 => value(node),
            from => format!("…{}", &quoted(&text[from..])[1..]).into(),
        },
        _ => {
            let text = value(node);
            match difference(&text, &value(other), room) {
                0 => text,
                from => format!("…{}", &text[from..]).into(),
            }
        }
    }
}

/// Where to begin in a text that is shown in `room` characters, so that what differs from the other
/// one is seen.
pub fn difference(text: &str, other: &str, room: usize) -> usize {
    if text.chars().nth(room).is_none() {
        return 0;
    }
    let both = text.bytes().zip(other.bytes()).take(COMPARED);
    let same = text.floor_char_boundary(both.take_while(|(a, b)| a == b).count());
    // In little room half of it is left to what differs.
    let before = DIFFERENCE.min(room / 2).max(1);
    if text[..same].chars().nth(room.saturating_sub(before)).is_none() {
        return 0;
    }
    text[..same].char_indices().rev().nth(before - 1).map_or(0, |(at, _)| at)
}

fn quoted(whole: &str) -> Cow<'_, str> {
    let head = text::head(whole, text::MAX_LAYOUT_BYTES);
    let mut out = String::with_capacity(head.len() + 2);
    out.push('"');
    for c in head.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if text::is_invisible(c) => text::push_escaped(&mut out, c),
            _ => out.push(c),
        }
    }
    if head.len() < whole.len() {
        // Writing to a string cannot fail.
        write!(out, "… ({})", bytes(whole.len() as u64)).ok();
    } else {
        out.push('"');
    }
    out.into()
}

fn hex_head(bytes: &[u8]) -> String {
    let mut out = String::from("0x");
    for byte in bytes.iter().take(24) {
        write!(out, "{byte:02x}").ok();
    }
    if bytes.len() > 24 {
        write!(out, "… ({})", self::bytes(bytes.len() as u64)).ok();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes() {
        for (n, want) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_408, "12,408"), (1_412_306, "1,412,306")] {
            assert_eq!(number(n), want);
        }
        assert_eq!(count(Count::at_least(4_812)), "≥ 4,812");
        assert_eq!(bytes(8_000_000_000), "8.0 GB");
        assert_eq!(bytes(999), "999 B");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (micros, want) in [
            (3_000, "3 ms"),
            (7_400_000, "7.4 s"),
            (35 * MINUTE, "35 min"),
            (18 * HOUR + 2 * MINUTE, "18 h 02 m"),
            (9 * DAY + 3 * HOUR, "9 d 3 h"),
            (-38_000, "−38 ms"),
        ] {
            assert_eq!(duration(micros), want);
        }
        assert_eq!(gap(9 * DAY + 3 * HOUR), "9 d");
    }

    #[test]
    fn times_follow_the_zone() {
        let time = Time::parse("2026-10-06T12:03:05.377Z").expect("a time");
        assert_eq!(time_full(time, Zone::Utc), "2026-10-06 12:03:05.377 +00:00");
        assert_eq!(time_full(time, Zone::Fixed(7_200)), "2026-10-06 14:03:05.377 +02:00");
        for (text, clock) in
            [("12:03:05", "12:03:05"), ("12:03:05.1", "12:03:05.100"), ("12:03:05.00025", "12:03:05.000250")]
        {
            let time = Time::parse(&format!("2026-10-06 {text}")).expect("a time");
            assert_eq!(time_parts(time, Zone::Utc).map(|parts| parts.1).as_deref(), Some(clock), "nothing is invented");
        }
        assert_eq!(short_date(time, Some(time), Zone::Utc), "06 Oct");
        assert_eq!(short_date(time, Some(Time(time.0 + 100 * DAY)), Zone::Utc), "Oct ’26");
        assert_eq!(short_date(time, Some(Time(time.0 + 400 * DAY)), Zone::Utc), "2026");
    }

    #[test]
    fn of_two_long_values_the_part_that_differs_is_shown() {
        let long = |end: &str| Node::text(&format!("{}{end}", "the same for both, é ".repeat(400)));
        let (one, two) = (long("ends with 1"), long("ends with 22"));
        assert_eq!(value_beside(&one, &two, 30), "…ds with 1\"");
        assert_eq!(value_beside(&two, &one, 30), "…ds with 22\"");
        // Where the difference is seen, or all of it, it begins where it begins.
        let (one, two) = (Node::text("abc, and much more of it"), Node::text("abd, and much more of it"));
        assert_eq!(value_beside(&one, &two, 14), value(&one));
        assert_eq!(value_beside(&Node::text("short"), &long("x"), 14), "\"short\"");
        // One that is the beginning of the other, and no texts.
        let (start, all) = (Node::text(&"ab".repeat(40)), Node::text(&"ab".repeat(50)));
        assert_eq!(value_beside(&start, &all, 20), "…abababab\"");
        let number = |end: u8| Node::number(format!("{}{end}", "1".repeat(60)));
        assert_eq!(value_beside(&number(1), &number(2), 20), "…111111111");
        assert_eq!(value_beside(&Node::text(""), &Node::Null, 0), "\"\"");
    }

    #[test]
    fn a_tooltip_has_the_whole_value_as_far_as_it_goes() {
        let node = crate::model::json::parse_text(r#"{"a":[1,"x"],"b":{},"c":null}"#).node;
        assert_eq!(whole(&node), "{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {},\n  \"c\": null\n}");
        let huge = Node::array((0..1_000_000).map(Node::number).collect());
        let deep = (0..200).fold(huge, |inner, _| Node::array(vec![inner]));
        let text = whole(&deep);
        assert!(text.len() <= WHOLE + '…'.len_utf8() && text.ends_with('…'), "{}", text.len());
        assert_eq!(whole(&Node::text("a\nb")), "\"a\\nb\"");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(value(&Node::text("a\"b\n")), "\"a\\\"b\\n\"");
        let long = value(&Node::text(&"x".repeat(10_000))).into_owned();
        assert!(long.len() < 4_200 && long.ends_with("(10.0 KB)"), "{long}");
    }
}
