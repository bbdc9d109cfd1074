//! [`Replaced`]: which lines count in a file where a line replaces one that came before, or takes
//! it away. Of each id only a hash of 16 bytes and the place of its line are kept.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;

use sha2::{Digest, Sha256};

use super::line::each_plain_member;
use super::records::{Record, Records};
use crate::dialect::{Mapping, Name};
use crate::model::Typing;

/// Ids that are kept: programs that write so hold all of them in memory as well.
const MAX_IDS: usize = 8 << 20;

/// What makes a line replace another.
pub(super) struct Rule {
    id: Name,
    gone: Option<Name>,
    typing: Option<Typing>,
}

impl Rule {
    pub fn of(mapping: &Mapping, typing: Option<Typing>) -> Option<Rule> {
        let (id, gone) = mapping.replaces()?;
        Some(Rule { id: id.clone(), gone: gone.cloned(), typing })
    }

    /// The id of a line, and whether it takes that away; `None` where it has none.
    fn read(&self, text: &str) -> Option<(u128, bool)> {
        let (mut id, mut gone) = (None, false);
        // What is no object replaces nothing.
        let _ = each_plain_member(text, self.typing, |key, value| {
            if key == self.id.as_str() {
                id = value.to_text().map(|text| hash(&text));
            } else if self.gone.as_ref().is_some_and(|own| own.as_str() == key) {
                gone = value.to_text().is_some_and(|text| text != "false");
            }
        });
        Some((id?, gone))
    }
}

fn hash(id: &str) -> u128 {
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

/// See the module's documentation.
pub(super) struct Replaced {
    rule: Rule,
    /// Where the line is that counts, by its id.
    lines: HashMap<u128, u64>,
    /// Where lines are that do not count, ascending.
    dead: Vec<u64>,
    /// Looking goes on here.
    next: u64,
    /// All in front of this was looked at.
    until: u64,
    /// A line that was scanned counts no longer.
    pub is_stale: bool,
}

impl Replaced {
    pub fn new(rule: Rule) -> Replaced {
        let (lines, dead) = (HashMap::new(), Vec::new());
        Replaced { rule, lines, dead, next: 0, until: 0, is_stale: false }
    }

    /// How far it was looked.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// The line there does not count.
    pub fn has(&self, offset: u64) -> bool {
        self.dead.binary_search(&offset).is_ok()
    }

    /// Looks at what follows, to the end or to where the end is meant to be, if a scan has come
    /// there; what lies before `scanned` cannot be taken back.
    ///
    /// # Errors
    /// Where it cannot be read, or has more ids than can be kept.
    pub fn look_on(&mut self, records: &mut Records, scanned: u64, present: Option<u64>) -> io::Result<()> {
        let start = records.shape().start;
        if scanned <= start {
            // A scan from the beginning knows nothing yet.
            self.is_stale = false;
            (self.next, self.until) = (start, start);
            self.lines.clear();
            self.dead.clear();
        } else if scanned < self.next {
            return Ok(());
        }
        while present.is_none_or(|present| self.next < present) {
            let Some(record) = records.record(self.next)? else { break };
            self.until = record.next;
            let found = self.read(records, &record);
            if record.unfinished && found.is_none() {
                // It is looked at again when more of it is there.
                break;
            }
            self.next = record.next;
            let Some((id, gone)) = found else { continue };
            let before = match self.lines.entry(id) {
                Entry::Occupied(entry) if gone => Some(entry.remove()),
                Entry::Occupied(mut entry) => Some(entry.insert(record.offset)),
                Entry::Vacant(entry) => {
                    if !gone {
                        entry.insert(record.offset);
                    }
                    None
                }
            };
            self.is_stale |= before.is_some_and(|before| before < scanned);
            self.dead.extend(before);
            self.dead.extend(gone.then_some(record.offset));
            if self.lines.len() > MAX_IDS {
                let message = format!("more than {MAX_IDS} ids, of which lines replace others, are not kept");
                return Err(io::Error::other(message));
            }
        }
        self.dead.sort_unstable();
        Ok(())
    }

    fn read(&self, records: &Records, record: &Record) -> Option<(u128, bool)> {
        let text = std::str::from_utf8(records.text(record)).ok()?;
        self.rule.read(text)
    }
}
