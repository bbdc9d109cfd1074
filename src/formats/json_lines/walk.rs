//! [`Walk`]: where in a JSON document arrays begin, found from bracket to bracket. [`Arrays`]:
//! those that are read as one table.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use crate::dialect::plain;
use crate::formats::bytes::Bytes;
use crate::model::json::{end_of_value, parse, unquoted};
use crate::model::{Node, Text};

/// Read at once while a document is walked through.
pub(super) const BLOCK: usize = 1 << 20;
/// Brackets around an array, at most: deeper ones are no tables.
const MAX_DEPTH: usize = 16;
/// Arrays that are remembered: some 24 bytes each.
const MAX_ARRAYS: usize = 16 << 20;
/// Longer keys are cut.
const MAX_KEY: usize = 256;
/// Where developer tools of Redux keep every state there was: only the last is read.
const STATES: &str = "computedStates";
/// Arrays that have a name each, at most.
const MAX_TABLES: usize = 1_000;
/// Arrays of one object that are looked at to see what their keys are.
const LOOKED_AT: usize = 8;
/// Objects with arrays in them that are looked at.
const MAX_PARENTS: usize = 10_000;
/// Of an item so much is read, mostly and at most, and of all of them together.
const ITEM_BYTES: [usize; 2] = [4 << 10, 64 << 10];
const ALL_ITEMS_BYTES: usize = 64 << 20;

/// One array.
#[derive(Clone, Copy, Debug)]
struct Array {
    /// Where what is inside begins.
    start: u64,
    /// Bytes back from there to its key.
    key: u32,
    parent: u32,
    is_empty: bool,
}

/// An object with arrays in it.
#[derive(Clone, Debug)]
struct Parent {
    /// The keys that lead to it.
    path: Vec<String>,
    /// Brackets around it.
    depth: usize,
}

/// Arrays that are read as one table.
#[derive(Debug)]
pub(super) struct Named {
    /// The keys that lead to them; with a number where a document has them twice.
    pub name: String,
    /// Brackets around each.
    pub depth: usize,
    pub arrays: Arrays,
}

/// Arrays of one kind, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Arrays {
    arrays: Vec<Array>,
    parents: Arc<[Parent]>,
    /// Their keys say something: they differ.
    has_keys: bool,
}

impl Arrays {
    /// Where the first begins.
    pub fn first(&self) -> u64 {
        self.arrays.first().map_or(0, |array| array.start)
    }

    /// Where the first begins that lies behind the offset.
    pub fn behind(&self, offset: u64) -> Option<u64> {
        let at = self.arrays.partition_point(|array| array.start <= offset);
        self.arrays.get(at).map(|array| array.start)
    }

    /// How many keys stand above an item at most.
    pub fn levels(&self) -> usize {
        match self.has_keys {
            true => 1 + self.parents.iter().map(|parent| parent.path.len()).max().unwrap_or(0),
            false => 0,
        }
    }

    /// The place of the array in which an offset lies.
    pub fn array_of(&self, offset: u64) -> Option<usize> {
        self.arrays.partition_point(|array| array.start <= offset).checked_sub(1)
    }

    /// The keys above the items of an array, from its own on outwards.
    pub fn keys(&self, array: usize, bytes: &Arc<dyn Bytes>) -> io::Result<Vec<Text>> {
        let Some(array) = self.arrays.get(array) else { return Ok(Vec::new()) };
        let parents = self.parents.get(array.parent as usize).into_iter().flat_map(|parent| &parent.path);
        let mut keys = vec![Text::from(own_key(array, bytes)?)];
        keys.extend(parents.rev().map(|key| Text::from(key.as_str())));
        Ok(keys)
    }
}

fn own_key(array: &Array, bytes: &Arc<dyn Bytes>) -> io::Result<String> {
    let mut text = Vec::new();
    bytes.read(array.start - u64::from(array.key), array.key as usize, &mut text)?;
    let end = end_of_value(&text, 0).unwrap_or(text.len());
    Ok(unquoted(&String::from_utf8_lossy(&text[..end])).into_owned())
}

/// A bracket that is open.
enum Open {
    Object {
        key: String,
        key_at: u64,
        parent: Option<u32>,
    },
    /// Of an array of states how many arrays and parents were known before it.
    Array {
        before: Option<(usize, usize)>,
    },
}

/// What a walk through the first value of the file found.
#[derive(Default)]
pub(super) struct Walk {
    /// Arrays of objects, and arrays without items.
    arrays: Vec<Array>,
    parents: Vec<Parent>,
    known: HashMap<Vec<String>, u32>,
    /// There are more than can be remembered.
    is_too_much: bool,
    pub has_line_breaks: bool,
    /// Some member of the outermost object is a text, a number, or the like.
    pub has_plain_values: bool,
    /// The value is complete.
    pub ends: bool,
    /// Where it ends.
    pub end: u64,
    pub line_break_behind: bool,
    /// The first byte that stands behind it.
    pub next: Option<u8>,
    /// Brackets that are open.
    path: Vec<Open>,
    in_string: bool,
    escaped: bool,
    /// A member of the outermost object begins next.
    at_member: bool,
    /// The text of the last string, and where it stands.
    word: Vec<u8>,
    word_at: u64,
    /// Where the array begins that has just been opened.
    opened: Option<u64>,
}

impl Walk {
    /// Begins inside of so many arrays and objects.
    pub fn inside(depth: usize) -> Walk {
        Walk { path: (0..depth).map(|_| Open::Array { before: None }).collect(), ..Walk::default() }
    }

    /// Goes from bracket to bracket. `true`: the value is over, and something stands behind it.
    pub fn feed(&mut self, block: &[u8], offset: u64) -> bool {
        let mut at = 0;
        while let Some(&byte) = block.get(at) {
            if self.in_string {
                at += self.through_string(&block[at..]);
                continue;
            }
            at += 1;
            if byte.is_ascii_whitespace() {
                match self.ends {
                    true => self.line_break_behind |= byte == b'\n',
                    false => self.has_line_breaks |= byte == b'\n',
                }
                continue;
            }
            if self.ends {
                self.next = Some(byte);
                return true;
            }
            self.take(byte, offset + at as u64);
        }
        false
    }

    /// Goes on in a string; how many bytes that takes.
    fn through_string(&mut self, rest: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let found = memchr::memchr2(b'"', b'\\', rest);
        let len = found.unwrap_or(rest.len());
        let room = MAX_KEY.saturating_sub(self.word.len());
        self.word.extend_from_slice(&rest[..len.min(room)]);
        match found {
            Some(at) if rest[at] == b'"' => self.in_string = false,
            Some(_) => self.escaped = true,
            None => return len,
        }
        len + 1
    }

    /// Takes a byte that is no part of a string; `behind` is where the next stands.
    fn take(&mut self, byte: u8, behind: u64) {
        let array = self.opened.take();
        self.has_plain_values |= self.at_member && !matches!(byte, b'{' | b'[');
        self.at_member = byte == b':' && self.path.len() == 1;
        match byte {
            b'"' => {
                self.in_string = true;
                self.word.clear();
                self.word_at = behind - 1;
            }
            b':' => {
                if let Some(Open::Object { key, key_at, .. }) = self.path.last_mut() {
                    key.clear();
                    key.push_str(&String::from_utf8_lossy(&self.word));
                    *key_at = self.word_at;
                }
            }
            b'{' => {
                if let Some(start) = array {
                    self.add(start, false);
                }
                self.path.push(Open::Object { key: String::new(), key_at: 0, parent: None });
            }
            b'[' => {
                let is_states = matches!(self.path.last(), Some(Open::Object { key, .. }) if key == STATES);
                let before = is_states.then_some((self.arrays.len(), self.parents.len()));
                self.path.push(Open::Array { before });
                self.opened = Some(behind);
            }
            b',' => {
                // Another state follows: what was found in the one before is not read.
                if let Some(Open::Array { before: Some((arrays, parents)) }) = self.path.last() {
                    self.arrays.truncate(*arrays);
                    self.parents.truncate(*parents);
                    let parents = *parents as u32;
                    self.known.retain(|_, parent| *parent < parents);
                }
            }
            b'}' | b']' => {
                if let Some(start) = array.filter(|_| byte == b']') {
                    self.add(start, true);
                }
                self.path.pop();
                self.ends = self.path.is_empty();
                self.end = behind;
            }
            _ => {}
        }
    }

    /// Some array is a member of the outermost object.
    pub fn has_outer_array(&self) -> bool {
        let is_outer = |array: &&Array| self.parents.get(array.parent as usize).is_some_and(|own| own.depth == 0);
        self.arrays.iter().any(|array| !array.is_empty && is_outer(&array))
    }

    /// Remembers the array that was opened last. One in an array is no table.
    fn add(&mut self, start: u64, is_empty: bool) {
        let depth = self.path.len();
        let Some((Open::Array { before: None }, above)) = self.path.split_last_mut() else { return };
        let Some((Open::Object { key_at, parent, .. }, outer)) = above.split_last_mut() else { return };
        if depth > MAX_DEPTH {
            return;
        }
        let number = match parent {
            Some(number) => *number,
            None => {
                let mut path = Vec::with_capacity(outer.len());
                for open in outer.iter() {
                    match open {
                        Open::Object { key, .. } => path.push(key.clone()),
                        Open::Array { before: Some(_) } => {}
                        Open::Array { before: None } => return,
                    }
                }
                let (next, parents) = (self.parents.len() as u32, &mut self.parents);
                let number = *self.known.entry(path).or_insert_with_key(|path| {
                    parents.push(Parent { path: path.clone(), depth: depth - 2 });
                    next
                });
                *parent.insert(number)
            }
        };
        match u32::try_from(start - *key_at) {
            Ok(key) if self.arrays.len() < MAX_ARRAYS => {
                self.arrays.push(Array { start, key, parent: number, is_empty })
            }
            _ => self.is_too_much = true,
        }
    }

    /// The arrays of objects by the name of their table, and those without items. Those of an
    /// object whose keys are ids are one table, with those of other such objects: `*.events.*`.
    pub fn tables(self, bytes: &Arc<dyn Bytes>) -> io::Result<(Vec<Named>, Vec<Named>)> {
        if self.is_too_much {
            return Err(io::Error::other(format!("it has more than {MAX_ARRAYS} arrays")));
        }
        let parents: Arc<[Parent]> = self.parents.into();
        let mut by_parent: Vec<Vec<Array>> = vec![Vec::new(); parents.len()];
        for array in self.arrays {
            by_parent[array.parent as usize].push(array);
        }
        let (mut maps, mut single, mut left) = (Maps::new(), Vec::new(), ALL_ITEMS_BYTES);
        for (number, (parent, arrays)) in parents.iter().zip(&mut by_parent).enumerate().take(MAX_PARENTS) {
            match looks_like_ids(arrays, bytes, &mut left)? {
                Some(member) => {
                    arrays.retain(|array| !array.is_empty);
                    let kind = (parent.path.len(), member);
                    match maps.iter_mut().find(|(own, _)| *own == kind) {
                        Some((_, numbers)) => numbers.push(number),
                        None => maps.push((kind, vec![number])),
                    }
                }
                None => single.append(arrays),
            }
        }
        single.sort_unstable_by_key(|array| array.start);
        single.truncate(MAX_TABLES);
        let (mut full, mut empty) = (Vec::new(), Vec::new());
        for (_, numbers) in maps {
            let mut arrays: Vec<Array> =
                numbers.iter().flat_map(|number| std::mem::take(&mut by_parent[*number])).collect();
            arrays.sort_unstable_by_key(|array| array.start);
            let own: Vec<&Parent> = numbers.iter().map(|number| &parents[*number]).collect();
            let (name, depth) = (pattern(&own), own.first().map_or(0, |parent| parent.depth + 1));
            full.push(Named { name, depth, arrays: Arrays { arrays, parents: Arc::clone(&parents), has_keys: true } });
        }
        let mut names: Vec<String> = Vec::new();
        for array in single {
            let parent = &parents[array.parent as usize];
            let path = parent.path.iter().cloned().chain([own_key(&array, bytes)?]);
            let name = path.collect::<Vec<_>>().join(".");
            let other_names = (2..).map(|nth| format!("{name}#{nth}"));
            let Some(name) = std::iter::once(name.clone()).chain(other_names).find(|name| !names.contains(name)) else {
                continue;
            };
            names.push(name.clone());
            let arrays = Arrays { arrays: vec![array], parents: Arc::default(), has_keys: false };
            let list = if array.is_empty { &mut empty } else { &mut full };
            list.push(Named { name, depth: parent.depth + 1, arrays });
        }
        Ok((full, empty))
    }
}

/// Objects whose keys are ids, by how deep they lie and which member of an event is the id.
type Maps = Vec<((usize, Option<String>), Vec<usize>)>;

/// The keys that all paths have, `*` where they differ, and `*` for the arrays' own.
fn pattern(parents: &[&Parent]) -> String {
    let first = parents.first().map(|parent| parent.path.as_slice()).unwrap_or_default();
    let same = |at: usize| parents.iter().all(|parent| parent.path.get(at) == first.get(at));
    let parts = first.iter().enumerate().map(|(at, key)| if same(at) { key.as_str() } else { "*" });
    parts.chain(["*"]).collect::<Vec<_>>().join(".")
}

/// The keys of these arrays of one object are ids: each item has its array's key for an id, of
/// which the member is told; or there are many arrays, and their items are alike.
fn looks_like_ids(arrays: &[Array], bytes: &Arc<dyn Bytes>, left: &mut usize) -> io::Result<Option<Option<String>>> {
    let mut seen: Vec<(String, Node)> = Vec::new();
    for array in arrays.iter().filter(|array| !array.is_empty).take(LOOKED_AT) {
        let (mut text, mut end) = (Vec::new(), None);
        for want in ITEM_BYTES {
            if end.is_none() {
                bytes.read(array.start, want.min(*left), &mut text)?;
                *left -= text.len();
                end = end_of_value(&text, 0);
            }
        }
        seen.push((own_key(array, bytes)?, parse(&text[..end.unwrap_or(text.len())]).node));
    }
    let Some((key, Node::Object(first))) = seen.first() else { return Ok(None) };
    let is_id = |name: &str| ["id", "stream", "streamname"].iter().any(|end| plain(name).ends_with(end));
    let members = first.0.iter().filter(|(name, value)| is_id(name) && value.as_str() == Some(key));
    for (name, _) in members {
        if seen.iter().all(|(key, item)| item.get(name).and_then(Node::as_str) == Some(key)) {
            return Ok(Some(Some(name.to_string())));
        }
    }
    let names = |node: &Node| match node {
        Node::Object(object) => object.0.iter().map(|(name, _)| name.to_string()).collect(),
        _ => Vec::new(),
    };
    let wanted = names(&seen[0].1);
    let alike = seen.iter().all(|(_, item)| names(item) == wanted);
    let differ = seen.iter().all(|(key, _)| seen.iter().filter(|(other, _)| other == key).count() == 1);
    Ok((seen.len() == LOOKED_AT && alike && differ).then_some(None))
}

/// Walks from a place to the end of the value there and what stands behind it, a block at a time.
pub(super) fn walk(bytes: &Arc<dyn Bytes>, start: u64, mut found: Walk) -> io::Result<Walk> {
    let (mut at, mut block) = (start, Vec::new());
    loop {
        bytes.read(at, BLOCK, &mut block)?;
        if found.feed(&block, at) || block.len() < BLOCK {
            return Ok(found);
        }
        at += block.len() as u64;
    }
}
