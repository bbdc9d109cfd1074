//! A record on its way to cells: its members, and which columns they belong to.

use std::collections::HashMap;
use std::sync::Arc;

use jiter::Jiter;

use crate::dialect::mapping::{Column, Row};
use crate::dialect::{Cell, Mapping, Name, plain};
use crate::model::json::{end_of_value, is_json, parse_text, write, write_string};
use crate::model::{Node, Text, Typing};

/// Different keys whose columns are remembered.
pub(super) const KNOWN_KEYS: usize = 4_096;

/// A record on its way to cells.
pub(super) enum Line<'l> {
    /// As it stands there.
    Text(&'l str),
    /// With plain values.
    Plain(Node),
}

impl Line<'_> {
    /// A record whose values name their types.
    pub fn typed(text: &str, typing: Typing) -> Result<Line<'static>, String> {
        let parsed = parse_text(text);
        match parsed.error {
            Some(error) => Err(format!("is no JSON: {error}")),
            None => typing.plain(&parsed.node).map(Line::Plain),
        }
    }

    fn each_member<'l>(&'l self, mut each: impl FnMut(&str, Cell<'l>)) -> Result<(), String> {
        match self {
            Line::Text(text) => each_member(text, |key, value| each(key, Cell::Json(value))),
            Line::Plain(Node::Object(object)) => {
                object.0.iter().for_each(|(key, node)| each(key, Cell::from(node)));
                Ok(())
            }
            Line::Plain(_) => Err("is no JSON object".to_owned()),
        }
    }
}

/// As [`each_member`], of plain values.
pub(super) fn each_plain_member(
    text: &str,
    typing: Option<Typing>,
    each: impl FnMut(&str, Cell<'_>),
) -> Result<(), String> {
    match typing {
        Some(typing) => Line::typed(text, typing)?.each_member(each),
        None => Line::Text(text).each_member(each),
    }
}

/// Which columns the keys of a line belong to.
pub(super) struct Keys {
    columns: usize,
    /// So many of them, in front, hold what has a role.
    claimed: usize,
    /// Columns by their name as it is compared, each with its very name.
    by_name: HashMap<String, Vec<(usize, Name)>>,
    /// The keys of the line before, in their order: lines of one log are mostly alike.
    before: Vec<(String, Arc<[Place]>)>,
    /// What a key has that belongs to no column.
    none: Arc<[Place]>,
    /// Columns that are keys above an item, each with its level.
    pub above: Vec<(usize, usize)>,
    /// What the line has twice though it has a role, in words.
    pub repeated: Option<String>,
}

/// A column, and whether the key is its very name.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    exact: bool,
}

impl Keys {
    pub fn new(mapping: &Mapping) -> Keys {
        let columns = mapping.columns();
        let mut by_name: HashMap<String, Vec<(usize, Name)>> = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            by_name.entry(column.name.plain().to_owned()).or_default().push((at, column.name.clone()));
        }
        let level = |column: &Column| column.name.as_str().strip_prefix('$')?.parse().ok();
        let above = columns.iter().enumerate().filter_map(|(at, column)| Some((at, level(column)?))).collect();
        let claimed = (0..columns.len()).filter(|column| mapping.claims(*column)).count();
        let (columns, none) = (columns.len(), Arc::default());
        Keys { columns, claimed, by_name, before: Vec::new(), none, above, repeated: None }
    }

    /// The columns of the line's key of that number.
    fn places(&mut self, nth: usize, key: &str) -> &[Place] {
        if self.before.get(nth).is_none_or(|(before, _)| before != key) {
            let places = self.look_up(key);
            self.before.truncate(KNOWN_KEYS);
            match self.before.get_mut(nth) {
                Some((before, old)) => {
                    before.clear();
                    before.push_str(key);
                    *old = places;
                }
                None => self.before.push((key.to_owned(), places)),
            }
        }
        // The line has more keys than are remembered: the last place serves for all of them.
        self.before.get(nth).or(self.before.last()).map_or(&[], |(_, places)| places)
    }

    fn look_up(&self, key: &str) -> Arc<[Place]> {
        match self.by_name.get(plain(key).as_ref()) {
            None => Arc::clone(&self.none),
            Some(alike) => {
                alike.iter().map(|(column, own)| Place { column: *column, exact: own.as_str() == key }).collect()
            }
        }
    }

    /// The cells of a line, by the mapping's columns. `above` are the keys above it.
    pub fn cells<'l>(&mut self, line: &'l Line<'l>, above: &'l [Text]) -> Result<Vec<Cell<'l>>, String> {
        let mut cells = vec![Cell::Null; self.columns];
        for (column, level) in &self.above {
            let key = level.checked_sub(1).and_then(|place| above.get(place));
            cells[*column] = key.map_or(Cell::Null, |key| Cell::Text(key));
        }
        // Columns whose very name the line has, and those that have one like it.
        let (mut exact, mut alike) = (0_u128, 0_u128);
        let (mut nth, claimed, mut repeated) = (0, self.claimed, None);
        line.each_member(|key, value| {
            for place in self.places(nth, key) {
                let bit = 1_u128.checked_shl(place.column as u32).unwrap_or(0);
                if bit & if place.exact { exact } else { alike & !exact } != 0 && place.column < claimed {
                    repeated = Some(format!("the key \"{key}\" is there twice, the last one counts"));
                }
                alike |= bit;
                if place.exact || exact & bit == 0 {
                    cells[place.column] = value;
                    exact |= if place.exact { bit } else { 0 };
                }
            }
            nth += 1;
        })?;
        self.repeated = repeated;
        Ok(cells)
    }

    /// The members that nothing in the mapping names, as an object, where they are the payload.
    pub fn rest(&mut self, line: &Line<'_>, cells: &[Cell<'_>], mapping: &Mapping) -> Option<String> {
        mapping.rest().filter(|_| mapping.payload(&Row::plain(cells)).is_null())?;
        let mut rest = String::from("{");
        let mut nth = 0;
        // The line was read before.
        let _ = line.each_member(|key, value| {
            if !self.places(nth, key).iter().any(|place| mapping.claims(place.column)) {
                if rest.len() > 1 {
                    rest.push(',');
                }
                write_string(key, &mut rest);
                rest.push(':');
                match value {
                    Cell::Json(value) => rest.push_str(value),
                    Cell::Text(text) => write_string(text, &mut rest),
                    Cell::Bytes(bytes) => write(&Node::Bytes(bytes.into()), &mut rest),
                    Cell::Node(node) => write(node, &mut rest),
                    _ => rest.push_str("null"),
                }
            }
            nth += 1;
        });
        (rest.len() > 1).then(|| rest + "}")
    }
}

/// Calls `each` with every top-level key of the object and the text of its value.
pub(super) fn each_member<'l>(line: &'l str, mut each: impl FnMut(&str, &'l str)) -> Result<(), String> {
    let bytes = line.as_bytes();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let wrong = |error: jiter::JiterError| format!("is no JSON: {}", error.error_type);
    if bytes.get(start) != Some(&b'{') {
        return Err("is no JSON object".to_owned());
    }
    // Positions count from `base`, which moves when the parser is made anew behind a
    // value that it refuses.
    let mut base = 0;
    let mut parser = Jiter::new(bytes);
    let mut name = String::new();
    let mut more = keep(parser.next_object().map_err(wrong)?, &mut name);
    while more {
        let peek = parser.peek().map_err(wrong)?;
        let from = base + parser.current_index();
        if parser.known_skip(peek).is_err() {
            // What JSON allows and the parser does not: depth, and surrogates that stand alone.
            let to = end_of_value(bytes, from).ok_or("is no JSON: it ends inside a value")?;
            if !is_json(&line[from..to]) {
                return Err("is no JSON".to_owned());
            }
            base = to;
            parser = Jiter::new(&bytes[base..]);
        }
        let to = base + parser.current_index();
        each(&name, &line[from..to]);
        more = keep(parser.next_key().map_err(wrong)?, &mut name);
    }
    parser.finish().map_err(wrong)
}

/// Keeps a key while the parser goes on; `false` where there is none.
fn keep(key: Option<&str>, name: &mut String) -> bool {
    name.clear();
    name.push_str(key.unwrap_or_default());
    key.is_some()
}

/// What the key is called that stands so many levels above an item.
pub(super) fn level_name(level: usize) -> String {
    format!("${level}")
}
