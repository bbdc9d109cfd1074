//! [`FindJob`]: where a text stands in what a panel shows: in a whole tree, whether its branches
//! are open or not, in a list of changes, in a text or in bytes. Capital letters are as small ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::jobs::{Found, Job, Progress};
use super::matrix::{Found as Cell, MatrixColumn};
use crate::formats::Opened;
use crate::model::json::to_text;
use crate::model::{Node, Pointer, Problem, Text};
use crate::replay::diff::Change;

/// Places that are counted.
pub const MAX_FOUND: usize = 10_000;
/// Bytes of text, and values of a tree, between two looks at the clock.
const PART: usize = 1 << 20;
const VALUES: usize = 256;

/// What is looked through.
#[derive(Clone, Debug)]
pub enum FindIn {
    Tree(Node),
    /// The paths of a matrix, and what its columns changed.
    Matrix(Node, Vec<Arc<MatrixColumn>>),
    Changes(Vec<Change>),
    /// Rows of a list as they are read; `is_part`: there are more.
    Lines {
        lines: Vec<String>,
        is_part: bool,
    },
    Text(Text),
    Bytes(Arc<[u8]>),
}

/// Where it stands, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundIn {
    pub places: Vec<FoundPlace>,
    /// There are more, which are not counted.
    pub has_more: bool,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundPlace {
    /// A member whose name or value has it.
    Path(Pointer),
    /// A row that has it, counted from 0.
    Row(u64),
    /// Where it begins, in bytes.
    At(usize),
}

/// The job; see the module above.
pub struct FindJob {
    within: FindIn,
    text: String,
    lower: String,
    /// The branches that the next value of the tree is in, and where in each it goes on.
    stack: Vec<(Node, usize)>,
    path: Vec<Text>,
    /// The next change, or the next byte.
    next: usize,
    done: u64,
    found: FoundIn,
}

impl FindJob {
    pub fn new(within: FindIn, text: &str) -> FindJob {
        let stack = match &within {
            FindIn::Tree(root) | FindIn::Matrix(root, _) => vec![(root.clone(), 0)],
            _ => Vec::new(),
        };
        FindJob {
            within,
            text: text.to_owned(),
            lower: text.to_lowercase(),
            stack,
            path: Vec::new(),
            next: 0,
            done: 0,
            found: FoundIn::default(),
        }
    }

    fn add(&mut self, place: FoundPlace) {
        if self.found.places.len() < MAX_FOUND {
            self.found.places.push(place);
        } else {
            self.found.has_more = true;
        }
    }

    /// Looks at some more; `true`: that was all.
    fn part(&mut self) -> bool {
        match &self.within {
            _ if self.lower.is_empty() || self.found.has_more => true,
            FindIn::Tree(root) | FindIn::Matrix(root, _) if root.len().is_none() => {
                let found = has(root, &self.lower) || self.has_cell(&Pointer::default());
                if found {
                    self.add(FoundPlace::Path(Pointer::default()));
                }
                true
            }
            FindIn::Tree(_) | FindIn::Matrix(..) => (0..VALUES).any(|_| self.value()),
            FindIn::Changes(changes) => {
                let Some(Change { path, before, after }) = changes.get(self.next) else { return true };
                let found = contains(&path.readable(), &self.lower)
                    || [before, after].into_iter().flatten().any(|node| holds(node, &self.lower));
                self.row(found);
                false
            }
            FindIn::Lines { lines, is_part } => {
                let Some(line) = lines.get(self.next) else {
                    self.found.has_more |= is_part;
                    return true;
                };
                let found = contains(line, &self.lower);
                self.row(found);
                false
            }
            FindIn::Text(text) => {
                let whole = Arc::clone(text);
                self.bytes(whole.as_bytes())
            }
            FindIn::Bytes(bytes) => {
                let whole = Arc::clone(bytes);
                self.bytes(&whole)
            }
        }
    }

    /// A cell of the row of this path has it, before its event or after.
    fn has_cell(&self, path: &Pointer) -> bool {
        let FindIn::Matrix(_, columns) = &self.within else { return false };
        let has = |own: &Option<Text>| own.as_deref().is_some_and(|own| contains(own, &self.lower));
        columns.iter().any(|column| {
            let found = column.find(path);
            matches!(found, Cell::Changed(cell) if has(&cell.before) || has(&cell.after))
        })
    }

    /// The next row has it, or not.
    fn row(&mut self, has_it: bool) {
        if has_it {
            self.add(FoundPlace::Row(self.next as u64));
        }
        self.next += 1;
    }

    /// Looks at the next value of a tree; `true`: there is none.
    fn value(&mut self) -> bool {
        let Some((branch, at)) = self.stack.last_mut() else { return true };
        let member = match branch {
            Node::Object(object) => object.0.get(*at).map(|(key, node)| (Arc::clone(key), node.clone(), true)),
            Node::Array(items) => items.get(*at).map(|node| (Text::from(at.to_string()), node.clone(), false)),
            _ => None,
        };
        *at += 1;
        let Some((step, node, is_named)) = member else {
            self.stack.pop();
            self.path.pop();
            return false;
        };
        self.done += 1;
        let found = is_named && contains(&step, &self.lower) || has(&node, &self.lower);
        self.path.push(step);
        if found || matches!(self.within, FindIn::Matrix(..)) && self.has_cell(&Pointer(self.path.clone())) {
            self.add(FoundPlace::Path(Pointer(self.path.clone())));
        }
        match node.len() {
            Some(len) if len > 0 => self.stack.push((node, 0)),
            _ => drop(self.path.pop()),
        }
        false
    }

    /// Looks at the next part of a text or of bytes.
    fn bytes(&mut self, whole: &[u8]) -> bool {
        let until = self.next.saturating_add(PART).min(whole.len());
        let (found, next) = starts(whole, self.next..until, &self.text, MAX_FOUND + 1 - self.found.places.len());
        self.next = next.max(until);
        found.into_iter().for_each(|start| self.add(FoundPlace::At(start)));
        until == whole.len()
    }
}

impl Job for FindJob {
    fn step(&mut self, _store: &Arc<Opened>, budget: Duration) -> Result<bool, Problem> {
        let until = Instant::now() + budget;
        while !self.part() {
            if Instant::now() >= until {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done + self.next as u64, of: 0, found: self.found.places.len() as u64 }
    }

    fn found(&self) -> Found {
        Found::InPanel(Arc::new(self.found.clone()))
    }
}

/// A leaf shows the text; `lower` is in small letters.
fn has(node: &Node, lower: &str) -> bool {
    match node {
        Node::String(text) | Node::Number(text) | Node::Raw(text) => contains(text, lower),
        Node::Null => "null".contains(lower),
        Node::Bool(true) => "true".contains(lower),
        Node::Bool(false) => "false".contains(lower),
        Node::Array(_) | Node::Object(_) | Node::Bytes(_) => false,
    }
}

/// A value of a change shows it: a leaf, or a branch as its JSON.
fn holds(node: &Node, lower: &str) -> bool {
    if node.len().is_some() { contains(&to_text(node), lower) } else { has(node, lower) }
}

/// A text has another, which is in small letters.
pub fn contains(text: &str, lower: &str) -> bool {
    if lower.is_ascii() && text.is_ascii() {
        return !starts(text.as_bytes(), 0..text.len(), lower, 1).0.is_empty();
    }
    text.to_lowercase().contains(lower)
}

/// Where a text begins within a part of another, large and small letters of ASCII alike, one behind
/// the other and at most so many; and where the last of them ends.
pub fn starts(bytes: &[u8], part: std::ops::Range<usize>, text: &str, most: usize) -> (Vec<usize>, usize) {
    let wanted = text.as_bytes();
    let mut next = part.start;
    let Some(first) = wanted.first() else { return (Vec::new(), next) };
    let mut found = Vec::new();
    let begin = bytes.get(part.clone()).unwrap_or_default();
    for at in memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), begin) {
        let at = part.start + at;
        let is_it = at >= next && bytes[at..].get(..wanted.len()).is_some_and(|own| own.eq_ignore_ascii_case(wanted));
        if is_it {
            if found.len() == most {
                break;
            }
            found.push(at);
            next = at + wanted.len();
        }
    }
    (found, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    fn all(within: FindIn, text: &str) -> FoundIn {
        let mut job = FindJob::new(within, text);
        while !job.part() {}
        job.found
    }

    fn paths(json: &str, text: &str) -> Vec<String> {
        let found = all(FindIn::Tree(parse_text(json).node), text);
        let path = |place: FoundPlace| match place {
            FoundPlace::Path(path) => path.to_string(),
            other => panic!("{other:?}"),
        };
        found.places.into_iter().map(path).collect()
    }

    #[test]
    fn names_and_values_of_a_whole_tree_are_looked_at_in_their_order() {
        let json = r#"{"Owner":{"name":"Ada Owner"},"list":[{"a":"x"},["OWNER",7],true],"n":12.50,"größe":null}"#;
        assert_eq!(paths(json, "owner"), ["/Owner", "/Owner/name", "/list/1/0"]);
        assert_eq!(paths(json, "2.5"), ["/n"]);
        assert_eq!(paths(json, "GRÖ"), ["/größe"]);
        assert_eq!(paths(json, "null"), ["/größe"]);
        assert_eq!(paths(json, "tru"), ["/list/2"]);
        // The number of an item is no name.
        assert_eq!(paths(json, "1"), ["/n"]);
        assert!(paths(json, "").is_empty() && paths(json, "nobody").is_empty());
        assert_eq!(paths("\"a leaf\"", "LEAF"), [""]);
    }

    #[test]
    fn very_many_places_are_counted_as_far_as_that_is_of_use() {
        let many = Node::array(vec![Node::text("x"); MAX_FOUND + 5]);
        let found = all(FindIn::Tree(many), "x");
        assert_eq!((found.places.len(), found.has_more), (MAX_FOUND, true));
        let exact = Node::array(vec![Node::text("x"); MAX_FOUND]);
        assert!(!all(FindIn::Tree(exact), "x").has_more);
        let text: Text = "ab".repeat(MAX_FOUND + 1).into();
        let found = all(FindIn::Text(text), "B");
        assert_eq!((found.places.len(), found.has_more), (MAX_FOUND, true));
    }

    #[test]
    fn a_text_is_found_across_the_parts_in_which_it_is_read() {
        let mut text = "-".repeat(PART - 2);
        text.push_str("Needle");
        text.push_str(&"-".repeat(PART));
        text.push_str("needle");
        let places = [FoundPlace::At(PART - 2), FoundPlace::At(2 * PART + 4)];
        assert_eq!(all(FindIn::Bytes(text.into_bytes().into()), "needle").places, places);
    }

    #[test]
    fn changes_are_found_by_their_path_and_values_and_rows_by_what_they_say() {
        let change = |path: &str, before: Option<Node>, after: Option<Node>| Change {
            path: Pointer::parse(path).expect("a pointer"),
            before,
            after,
        };
        let changes = vec![
            change("/balance", Some(Node::number(10)), Some(Node::number(-40))),
            change("/owner/name", None, Some(parse_text(r#"{"last":"Balance"}"#).node)),
            change("/other", None, None),
        ];
        let found = all(FindIn::Changes(changes), "balance").places;
        assert_eq!(found, [FoundPlace::Row(0), FoundPlace::Row(1)]);
        let lines = vec!["v1 Deposited".to_owned(), "v2 Withdrawn".to_owned(), "v3 DEPOSITED".to_owned()];
        let found = all(FindIn::Lines { lines, is_part: true }, "deposited");
        assert_eq!((found.places, found.has_more), (vec![FoundPlace::Row(0), FoundPlace::Row(2)], true));
    }

    #[test]
    fn places_are_found_in_any_case_and_do_not_overlap() {
        let places = |bytes: &[u8], text| starts(bytes, 0..bytes.len(), text, usize::MAX).0;
        assert_eq!(places(b"Abab aBAB", "ab"), [0, 2, 5, 7]);
        assert_eq!(places(b"aaaa", "aa"), [0, 2]);
        assert!(places(b"abc", "").is_empty() && places(b"abc", "cd").is_empty());
        assert_eq!(places("größer".as_bytes(), "öß"), [2]);
        assert_eq!(starts(b"aaaa", 0..4, "a", 2), (vec![0, 1], 2));
    }
}
