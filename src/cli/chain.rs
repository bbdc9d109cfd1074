//! `check --verify` of events that vouch for each other by a chain of hashes.

use super::CliError;
use super::check::each_row;
use crate::dialect::{Chain, Verifier, Vouched};
use crate::formats::Opened;
use crate::index::EventIndex;
use crate::model::{Position, StreamId, Version};

/// Follows the chain through the whole store and tells of each event that does not fit; returns
/// what was verified, in words.
///
/// # Errors
/// Where the store can no longer be read.
pub(super) fn verify(
    opened: &Opened,
    index: &EventIndex,
    chain: &Chain,
    tell: &mut impl FnMut(Option<StreamId>, Option<Version>, &str),
) -> Result<String, CliError> {
    let mut verifier = Verifier::new(chain);
    each_row(opened, index, index.as_scanned(), |row, stored| {
        // Of one that is gone was told before.
        let Some(stored) = stored else { return };
        let content = opened.store.decode(stored);
        let position = match &stored.position {
            Position::Number(number) => Some(*number),
            Position::Digits(text) | Position::Text(text) => text.parse().ok(),
            Position::None => None,
        };
        let wrong = verifier.look(&Vouched {
            stream: stored.stream,
            event_type: stored.event_type,
            id: stored.id,
            time: stored.time_text,
            position,
            payload: stored.payload.bytes().unwrap_or(b"null"),
            data: &content.data,
            metadata: &content.metadata,
        });
        let (stream, version) = (index.stream_of(row), index.version_of(row));
        wrong.iter().for_each(|said| tell(stream, version, said));
    })?;
    Ok(match verifier.unfollowed {
        0 => "the hash of every event, and that each names the hash of the one before it".to_owned(),
        1 => "the hash of every event; the one before is not there for 1 of them".to_owned(),
        count => format!("the hash of every event; the one before is not there for {count} of them"),
    })
}
