//! [`Chain`]: the part `[chain]` of a dialect's file, how events vouch for each other: each holds
//! a hash of what it says and of the hash of the one before it, so that none can be changed later.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::rules::{JsonPath, PathOf};
use crate::model::Node;

/// The hash of an event is SHA-256 of two others, each in hex: that of its texts with `|` between
/// them, and that of its payload.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// Where the event's own hash stands.
    hash: JsonPath,
    /// Where that of the event before it stands; of the first it is nothing but zeros.
    before: JsonPath,
    /// The texts.
    texts: Vec<Part>,
}

/// A text of an event: `stream`, `type`, `id`, `time`, or a path.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
enum Part {
    Stream,
    Type,
    Id,
    Time,
    At(JsonPath),
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(text: String) -> Result<Part, String> {
        Ok(match text.as_str() {
            "stream" => Part::Stream,
            "type" => Part::Type,
            "id" => Part::Id,
            "time" => Part::Time,
            _ => Part::At(JsonPath::try_from(text)?),
        })
    }
}

/// What is looked at of an event.
pub struct Vouched<'a> {
    pub stream: &'a str,
    pub event_type: &'a str,
    pub id: Option<&'a str>,
    /// As stored.
    pub time: Option<&'a str>,
    /// Its place in the store, counted from 0 without gaps.
    pub position: Option<i64>,
    /// As JSON.
    pub payload: &'a [u8],
    pub data: &'a Node,
    pub metadata: &'a Node,
}

/// The event that was looked at last.
struct Neighbour {
    position: i64,
    hash: String,
    before: String,
}

/// Follows a chain from event to event.
pub struct Verifier<'c> {
    chain: &'c Chain,
    last: Option<Neighbour>,
    /// Events that follow one which is not there.
    pub unfollowed: u64,
}

impl<'c> Verifier<'c> {
    pub fn new(chain: &'c Chain) -> Verifier<'c> {
        Verifier { chain, last: None, unfollowed: 0 }
    }

    /// What is wrong with the event, in words.
    pub fn look(&mut self, event: &Vouched<'_>) -> Vec<String> {
        let Chain { hash, before, .. } = self.chain;
        let (Some(hash), Some(before)) = (at(event, hash), at(event, before)) else {
            (self.last, self.unfollowed) = (None, self.unfollowed + 1);
            return vec!["it has no hash, as others have".to_owned()];
        };
        let mut wrong = Vec::new();
        if self.chain.hash_of(event) != hash {
            wrong.push("its hash does not fit what it says: one of them was changed later".to_owned());
        }
        // Newest first, the one before stands behind.
        let follows = match (event.position, &self.last) {
            (Some(0), _) => before.bytes().all(|byte| byte == b'0'),
            (Some(own), Some(last)) if last.position.checked_add(1) == Some(own) => last.hash == before,
            (Some(own), Some(last)) if own.checked_add(1) == Some(last.position) => last.before == hash,
            _ => {
                self.unfollowed += 1;
                true
            }
        };
        if !follows {
            wrong.push(
                "it does not name the hash of the event before it: one was put in, changed or left out".to_owned(),
            );
        }
        let (hash, before) = (hash.to_owned(), before.to_owned());
        self.last = event.position.map(|position| Neighbour { position, hash, before });
        wrong
    }
}

impl Chain {
    fn hash_of(&self, event: &Vouched<'_>) -> String {
        let text = |part: &Part| match part {
            Part::Stream => Some(event.stream),
            Part::Type => Some(event.event_type),
            Part::Id => event.id,
            Part::Time => event.time,
            Part::At(path) => at(event, path),
        };
        let texts: Vec<&str> = self.texts.iter().map(|part| text(part).unwrap_or_default()).collect();
        let both = sha256(texts.join("|").as_bytes()) + &sha256(event.payload);
        sha256(both.as_bytes())
    }
}

fn at<'e>(event: &Vouched<'e>, path: &JsonPath) -> Option<&'e str> {
    let whole = if path.of == PathOf::Metadata { event.metadata } else { event.data };
    path.members.iter().try_fold(whole, |node, member| node.get(member))?.as_str()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    const RULE: &str =
        "hash = \"metadata:$.hash\"\nbefore = \"metadata:$.before\"\ntexts = [\"id\", \"metadata:$.before\"]";

    /// Event, hash and the one before it, as a writer makes them.
    fn written(position: i64, payload: &str, before: &str) -> (i64, String, String, String) {
        let both = sha256(format!("{position}|{before}").as_bytes()) + &sha256(payload.as_bytes());
        (position, payload.to_owned(), sha256(both.as_bytes()), before.to_owned())
    }

    fn said(events: &[(i64, String, String, String)]) -> (Vec<(i64, usize)>, u64) {
        let chain: Chain = toml::from_str(RULE).expect("a rule");
        let mut verifier = Verifier::new(&chain);
        let mut wrong = Vec::new();
        for (position, payload, hash, before) in events {
            let metadata = parse_text(&format!("{{\"hash\":\"{hash}\",\"before\":\"{before}\"}}")).node;
            let id = position.to_string();
            let found = verifier.look(&Vouched {
                stream: "s",
                event_type: "T",
                id: Some(&id),
                time: None,
                position: Some(*position),
                payload: payload.as_bytes(),
                data: &Node::Null,
                metadata: &metadata,
            });
            wrong.extend((!found.is_empty()).then_some((*position, found.len())));
        }
        (wrong, verifier.unfollowed)
    }

    #[test]
    fn an_event_that_was_changed_is_named_and_no_other() {
        let zeros = "0".repeat(64);
        let mut events = vec![written(0, "{}", &zeros)];
        for position in 1..6 {
            events.push(written(position, "[1]", &events[position as usize - 1].2.clone()));
        }
        assert_eq!(said(&events), (vec![], 0));
        let backwards: Vec<_> = events.iter().rev().cloned().collect();
        assert_eq!(said(&backwards), (vec![], 1), "of the newest nothing follows");
        let mut changed = events.clone();
        changed[3].1 = "[2]".to_owned();
        assert_eq!(said(&changed), (vec![(3, 1)], 0));
        // Its hash was made anew, so the next does not name it.
        let mut anew = events.clone();
        anew[3] = written(3, "[2]", &events[2].2);
        assert_eq!(said(&anew), (vec![(4, 1)], 0));
        let mut first = events.clone();
        first[0] = written(0, "{}", &"0".repeat(63).replace('0', "1"));
        assert_eq!(said(&first).0, [(0, 1), (1, 1)]);
        // Of some that are not there nothing is said but how many.
        events.remove(2);
        assert_eq!(said(&events), (vec![], 1));
    }
}
