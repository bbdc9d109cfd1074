//! Where a value ends that stands among others, and where the next begins behind one that is
//! damaged.

use jiter::{Jiter, JiterErrorType, JsonErrorType};

use super::line::each_member;
use crate::model::json::{end_of_value, is_json};

/// The parser's word on the last bytes before a cut means nothing: a number or an escape may
/// go on behind it.
const NEAR_THE_CUT: usize = 16;

/// How a value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Before this byte.
    At(usize),
    /// Behind the bytes that are there.
    Cut,
    /// It is no JSON from about this byte on.
    Damaged(usize),
}

/// The end of the value that begins at `from`; `is_last`: nothing follows behind the bytes.
pub(super) fn end(bytes: &[u8], from: usize, is_last: bool) -> End {
    let value = &bytes[from..];
    let mut parser = Jiter::new(value);
    let error = match parser.next_skip() {
        Ok(()) => return End::At(from + parser.current_index()),
        Err(error) => error,
    };
    use JsonErrorType::{
        EofWhileParsingList, EofWhileParsingObject, EofWhileParsingString, EofWhileParsingValue,
        InvalidUnicodeCodePoint, LoneLeadingSurrogateInHexEscape, NumberOutOfRange, RecursionLimitExceeded,
        UnexpectedEndOfHexEscape,
    };
    match error.error_type {
        JiterErrorType::JsonError(
            EofWhileParsingList | EofWhileParsingObject | EofWhileParsingString | EofWhileParsingValue,
        ) => End::Cut,
        _ if !is_last && error.index + NEAR_THE_CUT >= value.len() => End::Cut,
        // What JSON allows and the parser does not; and what costs a text, not the value.
        JiterErrorType::JsonError(
            RecursionLimitExceeded
            | LoneLeadingSurrogateInHexEscape
            | UnexpectedEndOfHexEscape
            | NumberOutOfRange
            | InvalidUnicodeCodePoint,
        ) => match end_of_value(bytes, from) {
            Some(end) if is_json(&String::from_utf8_lossy(&bytes[from..end])) => End::At(end),
            Some(_) => End::Damaged(from + error.index),
            None => End::Cut,
        },
        _ => End::Damaged(from + error.index),
    }
}

/// What values stand among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Among {
    /// One behind the other.
    Values,
    /// Between the commas of an array.
    Items,
}

/// Where the next object begins behind a damaged value: one that is whole, and begins with the
/// same key or stands where one may stand. In an array objects inside the damaged one stand so,
/// too; so one with the same key comes first, and where `is_sure` no other will do.
pub(super) fn next(bytes: &[u8], from: usize, among: Among, is_last: bool, is_sure: bool) -> Option<usize> {
    // What is tried in vain, in bytes: a hostile file has no end of places that nearly fit.
    let mut effort = bytes.len().saturating_mul(8);
    let wanted = first_key(&bytes[from..]);
    let mut other = None;
    for at in memchr::memchr_iter(b'{', &bytes[from + 1..]).map(|at| from + 1 + at) {
        let is_like = wanted.is_some() && first_key(&bytes[at..]) == wanted;
        let is_enough = among == Among::Values || !(is_sure || other.is_some());
        if !(is_like || is_enough && may_begin(bytes, at, among)) {
            continue;
        }
        match end(bytes, at, is_last) {
            End::At(end) if may_follow(bytes, end, among) => {
                if among == Among::Values || is_like {
                    return Some(at);
                }
                other = Some(at);
            }
            End::At(end) | End::Damaged(end) => effort = effort.saturating_sub(end - at),
            End::Cut => effort = effort.saturating_sub(bytes.len() - at),
        }
        if effort == 0 {
            break;
        }
    }
    other
}

/// The key with which an object begins, as it is written.
fn first_key(bytes: &[u8]) -> Option<&[u8]> {
    let inside = bytes.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', &inside[..inside.len().min(256)])?;
    Some(&inside[..end])
}

/// A value may begin here, by what stands before it.
fn may_begin(bytes: &[u8], at: usize, among: Among) -> bool {
    let before = bytes[..at].trim_ascii_end();
    let line_begins = at > 0 && bytes[at - 1] == b'\n';
    match among {
        Among::Values => line_begins || before.ends_with(b"}"),
        Among::Items => {
            line_begins || before.strip_suffix(b",").is_some_and(|before| before.trim_ascii_end().ends_with(b"}"))
        }
    }
}

/// A value may end here, by what stands behind it.
fn may_follow(bytes: &[u8], end: usize, among: Among) -> bool {
    match (bytes[end..].trim_ascii_start().first(), among) {
        (None, _) => true,
        (Some(byte), Among::Values) => matches!(byte, b'{' | b'['),
        (Some(byte), Among::Items) => matches!(byte, b',' | b']'),
    }
}

/// The keys of the object with which the bytes begin, as far as it can be read.
pub(super) fn keys(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    // Cut off or damaged, it has those in front.
    let _ = each_member(&String::from_utf8_lossy(bytes), |key, _| found.push(key.to_owned()));
    found
}
