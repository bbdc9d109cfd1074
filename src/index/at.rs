//! [`At`]: where in a stream a person points, and how many events that is.

use std::fmt;

use super::StreamRows;
use crate::model::{Applied, Time, Version};

/// A place in a stream, as a person names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// Before the first event.
    Initial,
    /// After the last event whose number is at most this; of several streams, after so many.
    Version(Version),
    /// After the last event that is not later than this.
    Time(Time),
    /// After so many events; after the last where there are fewer.
    Applied(Applied),
    /// After the last event.
    #[default]
    Last,
}

impl At {
    /// `57`, `v57` or `initial`; `None` for everything else.
    pub fn parse(text: &str) -> Option<At> {
        match text {
            "initial" => Some(At::Initial),
            text => text.strip_prefix('v').unwrap_or(text).parse().ok().map(|number| At::Version(Version(number))),
        }
    }
}

/// The stream ends before the version asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchPlace {
    pub asked: Version,
    /// The last version there is, or the number of all events; `None` in a stream without events.
    pub last: Option<Version>,
    /// Of several streams, whose events are counted.
    pub is_count: bool,
}

impl fmt::Display for NoSuchPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            _ if self.is_count => {
                let all = self.last.unwrap_or(Version(0));
                write!(f, "there are no {} events in them: there are {all}", self.asked)
            }
            Some(last) => write!(f, "the stream has no version {}: its last is {last}", self.asked),
            None => write!(f, "the stream has no version {}: it has no events", self.asked),
        }
    }
}

impl StreamRows {
    /// How many events are applied at a place, and whether one of them is later than the time
    /// asked for, since times run backwards.
    ///
    /// # Errors
    /// A version above the last.
    pub fn find(&self, at: At) -> Result<(Applied, bool), NoSuchPlace> {
        match at {
            At::Initial => Ok((Applied(0), false)),
            At::Last => Ok((Applied(self.len()), false)),
            At::Applied(applied) => Ok((applied.min(Applied(self.len())), false)),
            At::Time(time) => {
                let (applied, later_inside) = self.applied_at_time(time);
                Ok((Applied(applied), later_inside))
            }
            At::Version(asked) if self.is_together => match u64::try_from(asked.0) {
                Ok(count) if count <= self.len() => Ok((Applied(count), false)),
                _ => Err(NoSuchPlace { asked, last: Some(Version(self.len() as i64)), is_count: true }),
            },
            At::Version(asked) => {
                let last = self.len().checked_sub(1).and_then(|last| self.version(last));
                if last.is_none_or(|last| asked > last) {
                    return Err(NoSuchPlace { asked, last, is_count: false });
                }
                Ok((Applied(self.applied_at(asked)), false))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_understood_and_nothing_else() {
        assert_eq!(At::parse("57"), Some(At::Version(Version(57))));
        assert_eq!(At::parse("v-1"), Some(At::Version(Version(-1))));
        assert_eq!(At::parse("initial"), Some(At::Initial));
        for text in ["", "v", "vv57", "abc", "57.0", "last"] {
            assert_eq!(At::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_stream_without_events_has_no_version() {
        let rows = StreamRows::default();
        assert_eq!(rows.find(At::Last), Ok((Applied(0), false)));
        let none = rows.find(At::Version(Version(1))).expect_err("there is no event");
        assert_eq!(none.to_string(), "the stream has no version 1: it has no events");
    }
}
