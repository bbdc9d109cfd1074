//! [`Writes`]: which events wrote a path, in short, as they are found.

use std::sync::Arc;

use crate::model::json::to_text;
use crate::model::{Applied, Node, Problem, Text};

/// Lines that are shared between copies.
const BLOCK: usize = 512;
/// Characters of a value that are kept of it.
const SHOWN: usize = 160;
/// Bytes of lines that are held; more are not looked for.
const MOST_BYTES: usize = 32 << 20;

/// One event that wrote the path. Values are in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteLine {
    /// The event is the `applied`-th of the stream, counted from 1.
    pub applied: Applied,
    /// `None`: there was no value.
    pub before: Option<Text>,
    /// `None`: there is none any more.
    pub after: Option<Text>,
    /// What changed inside, where the value stayed an object or a list; it is then all there is.
    pub inside: Option<Text>,
}

/// Lines in the order of the stream. A copy shares all but the last of them.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    full: Vec<Arc<Vec<WriteLine>>>,
    rest: Vec<WriteLine>,
    bytes: usize,
    /// What could not be folded; known at the end.
    pub problems: Vec<Problem>,
}

impl Writes {
    pub fn push(&mut self, line: WriteLine) {
        let texts = [&line.before, &line.after, &line.inside].into_iter().flatten();
        self.bytes += size_of::<WriteLine>() + texts.map(|text| text.len() + 16).sum::<usize>();
        self.rest.push(line);
        if self.rest.len() == BLOCK {
            self.full.push(Arc::new(std::mem::take(&mut self.rest)));
        }
    }

    pub fn len(&self) -> u64 {
        (self.full.len() * BLOCK + self.rest.len()) as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No more of them are held.
    pub fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    pub fn get(&self, at: u64) -> Option<&WriteLine> {
        let (block, at) = (at as usize / BLOCK, at as usize % BLOCK);
        self.full.get(block).map_or(&self.rest[..], |block| &block[..]).get(at)
    }

    /// How many of them are by the first `applied` events.
    pub fn up_to(&self, applied: Applied) -> u64 {
        let is_before = |line: &WriteLine| line.applied <= applied;
        let full = self.full.partition_point(|block| block.last().is_some_and(is_before));
        let block = self.full.get(full).map_or(&self.rest[..], |block| &block[..]);
        (full * BLOCK + block.partition_point(is_before)) as u64
    }
}

/// A value in one line; of a branch how much there is in it. Of two long texts the part that differs
/// is in it.
pub fn value_in_short(node: &Node, other: Option<&Node>) -> Text {
    let text = match node {
        Node::String(text) if text.len() > SHOWN => {
            let same = other.and_then(Node::as_str).map_or(0, |other| same_start(text, other));
            let from = text.floor_char_boundary(same.saturating_sub(SHOWN / 4));
            let part = to_text(&Node::text(head(&text[from..])));
            if from > 0 { format!("…{}", &part[1..]) } else { part }
        }
        Node::Object(object) => format!("{{{}}}", object.0.len()),
        Node::Array(items) => format!("[{}]", items.len()),
        Node::Bytes(bytes) => format!("{} bytes", bytes.len()),
        leaf => to_text(leaf),
    };
    match head(&text) {
        head if head.len() < text.len() => format!("{head}…").into(),
        _ => text.into(),
    }
}

/// Bytes that two texts begin with alike.
fn same_start(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}

fn head(text: &str) -> &str {
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number_and_by_event() {
        let mut writes = Writes::default();
        let line = |at: u64| WriteLine { applied: Applied(at), before: None, after: None, inside: None };
        for at in 1..=1_300 {
            writes.push(line(at * 2));
        }
        assert_eq!((writes.len(), writes.get(0), writes.get(1_299)), (1_300, Some(&line(2)), Some(&line(2_600))));
        assert_eq!(writes.get(1_300), None);
        for (applied, count) in [(0, 0), (1, 0), (2, 1), (1_023, 511), (1_024, 512), (1_025, 512), (9_999, 1_300)] {
            assert_eq!(writes.up_to(Applied(applied)), count, "{applied}");
        }
        assert!(!writes.is_full());
    }

    #[test]
    fn of_two_long_texts_the_part_that_differs_is_kept() {
        let long = |end: &str| Node::text(&format!("{}{end}", "é and more ".repeat(1_000)));
        let (one, two) = (long("one"), long("two"));
        let short = value_in_short(&one, Some(&two));
        assert!(short.starts_with('…') && short.ends_with("more one\"") && short.len() < 80, "{short}");
        // Alone it is its beginning.
        let alone = value_in_short(&one, None);
        assert!(alone.starts_with("\"é and") && alone.ends_with('…') && alone.chars().count() == SHOWN + 1, "{alone}");
        let object = Node::object(vec![("a".into(), Node::Null)]);
        let (number, bytes) = (Node::number("1".repeat(400)), Node::Bytes([1, 2].into()));
        assert_eq!((&*value_in_short(&object, None), &*value_in_short(&bytes, None)), ("{1}", "2 bytes"));
        assert_eq!(value_in_short(&number, None).chars().count(), SHOWN + 1);
    }
}
