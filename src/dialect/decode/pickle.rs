//! Python's pickle, protocols 0 to 5, read as data: the program in it is walked through, and
//! nothing is imported or called. Objects show their class as `@class`; values that Python's own
//! library makes (decimals, dates, ids, sets) are shown as such.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::number::{signed, uuid};
use super::read::{Reader, Room, Trouble};
use crate::model::json::is_number;
use crate::model::{Node, Text};

/// Values on the stack and in the memo: each takes some bytes of ours for one of theirs.
const MAX_PUSHES: usize = 4_000_000;

const END: u8 = b'.';

pub fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, .., END])
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut machine = Machine { reader: Reader::new(bytes), ..Machine::default() };
    let top = machine.run()?;
    machine.reader.end()?;
    let mut tree = Tree { values: &machine.values, made: vec![None; machine.values.len()], room };
    tree.node(top)
}

/// Where a value is among all values.
type Id = usize;

#[derive(Debug)]
enum Value {
    /// What has no others in it.
    Leaf(Node),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function, by its name.
    Global(Text),
    Object(Box<Object>),
}

/// What a class would make of its arguments.
#[derive(Debug, Default)]
struct Object {
    class: Id,
    arguments: Vec<Id>,
    state: Option<Id>,
    items: Vec<Id>,
    pairs: Vec<(Id, Id)>,
}

#[derive(Default)]
struct Machine<'b> {
    reader: Reader<'b>,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Where the stack was when a mark was set.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    pushes: usize,
}

impl<'b> Machine<'b> {
    fn run(&mut self) -> Result<Id, Trouble> {
        loop {
            let code = self.reader.byte()?;
            if code == END {
                return self.pop();
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Result<(), Trouble> {
        match code {
            0x80 => self.reader.take(1).map(drop),
            0x95 => self.reader.take(8).map(drop),
            b'(' => {
                self.counted()?;
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.since_mark().map(drop),
            b'2' => {
                let top = self.pop()?;
                self.stack.push(top);
                self.push_id(top)
            }
            b'p' | b'q' | b'r' | 0x94 => self.memoize(code),
            b'g' | b'h' | b'j' => self.recall(code),
            b']' | b'l' | b')' | b't' | 0x85..=0x87 | 0x8f | 0x91 | b'e' | b'a' | 0x90 => self.sequence(code),
            b'}' | b'd' | b's' | b'u' => self.mapping(code),
            b'c' | 0x93 | b'R' | b'b' | b'i' | b'o' | 0x81 | 0x92 | 0x82..=0x84 | b'P' | b'Q' => self.object(code),
            _ => self.leaf(code),
        }
    }

    fn counted(&mut self) -> Result<(), Trouble> {
        self.pushes += 1;
        if self.pushes > MAX_PUSHES {
            return Err(Trouble::too_large("its program has more than 4,000,000 steps"));
        }
        Ok(())
    }

    fn push_id(&mut self, id: Id) -> Result<(), Trouble> {
        self.counted()?;
        self.stack.push(id);
        Ok(())
    }

    fn new_value(&mut self, value: Value) -> Result<Id, Trouble> {
        self.counted()?;
        self.values.push(value);
        Ok(self.values.len() - 1)
    }

    fn push(&mut self, value: Value) -> Result<(), Trouble> {
        let id = self.new_value(value)?;
        self.push_id(id)
    }

    fn pop(&mut self) -> Result<Id, Trouble> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let popped = if self.stack.len() > floor { self.stack.pop() } else { None };
        popped.ok_or_else(|| self.reader.fail("an empty stack"))
    }

    fn since_mark(&mut self) -> Result<Vec<Id>, Trouble> {
        let mark = self.marks.pop().ok_or_else(|| self.reader.fail("no mark"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn top(&mut self) -> Result<&mut Value, Trouble> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let top = self.stack.last().copied().filter(|_| self.stack.len() > floor);
        let fail = self.reader.fail("an empty stack");
        top.and_then(|id| self.values.get_mut(id)).ok_or(fail)
    }

    fn memoize(&mut self, code: u8) -> Result<(), Trouble> {
        let at = match code {
            b'p' => self.line_number()?,
            b'q' => self.reader.le(1)?,
            b'r' => self.reader.le(4)?,
            _ => self.memo.len() as u64,
        };
        let top = *self.stack.last().ok_or_else(|| self.reader.fail("an empty stack"))?;
        self.counted()?;
        self.memo.insert(at, top);
        Ok(())
    }

    fn recall(&mut self, code: u8) -> Result<(), Trouble> {
        let at = match code {
            b'g' => self.line_number()?,
            b'h' => self.reader.le(1)?,
            _ => self.reader.le(4)?,
        };
        let id = self.memo.get(&at).copied().ok_or_else(|| self.reader.fail("a value that was not kept"))?;
        self.push_id(id)
    }

    fn sequence(&mut self, code: u8) -> Result<(), Trouble> {
        match code {
            b']' | b')' | 0x8f => self.push(Value::List(Vec::new())),
            b'l' | b't' | 0x91 => {
                let items = self.since_mark()?;
                self.push(Value::List(items))
            }
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0x84..code {
                    items.push(self.pop()?);
                }
                items.reverse();
                self.push(Value::List(items))
            }
            _ => {
                let more = if code == b'a' { vec![self.pop()?] } else { self.since_mark()? };
                match self.top()? {
                    Value::List(items) => items.extend(more),
                    Value::Object(object) => object.items.extend(more),
                    _ => return Err(self.reader.fail("items for what takes none")),
                }
                Ok(())
            }
        }
    }

    fn mapping(&mut self, code: u8) -> Result<(), Trouble> {
        if code == b'}' {
            return self.push(Value::Dict(Vec::new()));
        }
        let both = if code == b's' {
            let value = self.pop()?;
            vec![self.pop()?, value]
        } else {
            self.since_mark()?
        };
        if !both.len().is_multiple_of(2) {
            return Err(self.reader.fail("a key without its value"));
        }
        let more: Vec<(Id, Id)> = both.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        if code == b'd' {
            return self.push(Value::Dict(more));
        }
        match self.top()? {
            Value::Dict(pairs) => pairs.extend(more),
            Value::Object(object) => object.pairs.extend(more),
            _ => return Err(self.reader.fail("members for what takes none")),
        }
        Ok(())
    }

    fn object(&mut self, code: u8) -> Result<(), Trouble> {
        match code {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Global(global(module, name)))
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id: Id| match self.values.get(id) {
                    Some(Value::Leaf(Node::String(text))) => Some(Arc::clone(text)),
                    _ => None,
                };
                let (Some(module), Some(name)) = (text(module), text(name)) else {
                    return Err(self.reader.fail("a class without a name"));
                };
                self.push(Value::Global(global(&module, &name)))
            }
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                let class = self.pop()?;
                self.made(class, arguments)
            }
            // With arguments by name, which are shown with the others.
            0x92 => {
                let named = self.pop()?;
                let arguments = self.pop()?;
                let class = self.pop()?;
                let mut arguments = self.items(arguments)?;
                arguments.push(named);
                self.push(Value::Object(Box::new(Object { class, arguments, ..Object::default() })))
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let class = self.new_value(Value::Global(global(module, name)))?;
                let arguments = self.since_mark()?;
                self.push(Value::Object(Box::new(Object { class, arguments, ..Object::default() })))
            }
            b'o' => {
                let mut arguments = self.since_mark()?;
                if arguments.is_empty() {
                    return Err(self.reader.fail("an object of no class"));
                }
                let class = arguments.remove(0);
                self.push(Value::Object(Box::new(Object { class, arguments, ..Object::default() })))
            }
            b'b' => {
                let state = self.pop()?;
                match self.top()? {
                    Value::Object(object) => object.state = Some(state),
                    _ => return Err(self.reader.fail("a state for what takes none")),
                }
                Ok(())
            }
            // What only the program that wrote it can find.
            code => {
                let text = match code {
                    0x82..=0x84 => self.reader.le(1 << (code - 0x82))?.to_string(),
                    b'P' => self.line()?.to_owned(),
                    _ => String::new(),
                };
                let arguments = match code {
                    b'Q' => vec![self.pop()?],
                    _ => vec![self.new_value(Value::Leaf(Node::text(&text)))?],
                };
                let name = if matches!(code, b'P' | b'Q') { "persistent" } else { "extension" };
                let class = self.new_value(Value::Global(Text::from(name)))?;
                self.push(Value::Object(Box::new(Object { class, arguments, ..Object::default() })))
            }
        }
    }

    fn items(&self, id: Id) -> Result<Vec<Id>, Trouble> {
        match self.values.get(id) {
            Some(Value::List(items)) => Ok(items.clone()),
            _ => Err(self.reader.fail("arguments that are none")),
        }
    }

    /// An object, or what the functions give by which older protocols make plain values.
    fn made(&mut self, class: Id, arguments: Id) -> Result<(), Trouble> {
        let mut arguments = self.items(arguments)?;
        self.pushes += arguments.len();
        self.counted()?;
        let name = match self.values.get(class) {
            Some(Value::Global(name)) => &**name,
            _ => "",
        };
        match (name, arguments.as_slice()) {
            ("_codecs.encode", [text, ..]) => {
                if let Some(Value::Leaf(Node::String(text))) = self.values.get(*text)
                    && let Ok(bytes) = text.chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<Vec<u8>, _>>()
                {
                    return self.push(Value::Leaf(Node::Bytes(bytes.into())));
                }
            }
            ("copyreg._reconstructor" | "copy_reg._reconstructor", [class, ..]) => {
                let class = *class;
                return self.push(Value::Object(Box::new(Object { class, ..Object::default() })));
            }
            ("builtins.bytearray" | "builtins.bytes", [inside]) => {
                let inside = *inside;
                if let Some(Value::Leaf(Node::Bytes(_))) = self.values.get(inside) {
                    return self.push_id(inside);
                }
            }
            ("builtins.set" | "builtins.frozenset", [inside]) => {
                let inside = *inside;
                if let Some(Value::List(_)) = self.values.get(inside) {
                    return self.push_id(inside);
                }
            }
            ("builtins.set" | "builtins.frozenset", []) => return self.push(Value::List(Vec::new())),
            _ => {}
        }
        arguments.shrink_to_fit();
        self.push(Value::Object(Box::new(Object { class, arguments, ..Object::default() })))
    }

    fn leaf(&mut self, code: u8) -> Result<(), Trouble> {
        let node = match code {
            b'N' => Node::Null,
            0x88 | 0x89 => Node::Bool(code == 0x88),
            b'K' => Node::number(self.reader.le(1)?),
            b'M' => Node::number(self.reader.le(2)?),
            b'J' => Node::number(i32::from_le_bytes(self.reader.array()?)),
            b'G' => float(f64::from_be_bytes(self.reader.array()?)),
            0x8a | 0x8b => {
                let len = self.reader.le(if code == 0x8a { 1 } else { 4 })?;
                let mut bytes = self.reader.take_long(len)?.to_vec();
                bytes.reverse();
                Node::number(signed(&bytes)?)
            }
            b'I' => match self.line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                digits => self.digits(digits)?,
            },
            b'L' => {
                let line = self.line()?;
                self.digits(line.trim_end_matches('L'))?
            }
            b'F' => {
                let line = self.line()?;
                float(line.parse().map_err(|_| self.reader.fail("a float that is no number"))?)
            }
            b'S' => {
                let line = self.line()?;
                let inside = |quote: char| line.strip_prefix(quote)?.strip_suffix(quote);
                let text = inside('\'').or_else(|| inside('"'));
                Node::text(text.ok_or_else(|| self.reader.fail("a text without quotes"))?)
            }
            b'V' => Node::text(&unescaped(self.raw_line()?)),
            b'X' | 0x8c | 0x8d => {
                let len = self.reader.le(match code {
                    0x8c => 1,
                    b'X' => 4,
                    _ => 8,
                })?;
                Node::text(&String::from_utf8_lossy(self.reader.take_long(len)?))
            }
            b'U' | b'T' => {
                let len = self.reader.le(if code == b'U' { 1 } else { 4 })?;
                text_or_bytes(self.reader.take_long(len)?)
            }
            b'B' | b'C' | 0x8e | 0x96 => {
                let len = self.reader.le(match code {
                    b'C' => 1,
                    b'B' => 4,
                    _ => 8,
                })?;
                Node::Bytes(Arc::from(self.reader.take_long(len)?))
            }
            _ => return Err(self.reader.fail(format_args!("the code {code:02x}, which is not known,"))),
        };
        self.push(Value::Leaf(node))
    }

    fn digits(&self, digits: &str) -> Result<Node, Trouble> {
        let is_whole = is_number(digits) && !digits.contains(['.', 'e', 'E']);
        if is_whole { Ok(Node::number(digits)) } else { Err(self.reader.fail("a number that is none")) }
    }

    fn line_number(&mut self) -> Result<u64, Trouble> {
        let line = self.line()?;
        line.parse().map_err(|_| self.reader.fail("a number that is none"))
    }

    fn raw_line(&mut self) -> Result<&'b [u8], Trouble> {
        let rest = self.reader.rest();
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = self.reader.take(len)?;
        self.reader.byte()?;
        Ok(line)
    }

    fn line(&mut self) -> Result<&'b str, Trouble> {
        let line = self.raw_line()?;
        std::str::from_utf8(line).map_err(|_| self.reader.fail("a line that is not UTF-8"))
    }
}

/// A name of a module and one in it; those of Python 2 by what they are called today.
fn global(module: &str, name: &str) -> Text {
    let module = match module {
        "__builtin__" | "exceptions" => "builtins",
        module => module,
    };
    Text::from(format!("{module}.{name}"))
}

fn float(value: f64) -> Node {
    if value.is_finite() { Node::number(format_args!("{value:?}")) } else { Node::text(super::read::word(value)) }
}

fn text_or_bytes(bytes: &[u8]) -> Node {
    std::str::from_utf8(bytes).map_or_else(|_| Node::Bytes(Arc::from(bytes)), Node::text)
}

/// Text in Latin-1 with `\u` and `\U` for what is none.
fn unescaped(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let len = match bytes.get(at..at + 2) {
            Some(b"\\u") => 4,
            Some(b"\\U") => 8,
            _ => 0,
        };
        let digits = bytes.get(at + 2..at + 2 + len).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match escaped.filter(|_| len > 0) {
            Some(c) => {
                out.push(c);
                at += 2 + len;
            }
            None => {
                out.push(char::from(*byte));
                at += 1;
            }
        }
    }
    out
}

/// Makes the tree of what the program left.
struct Tree<'m, 'r> {
    values: &'m [Value],
    made: Vec<Option<Made>>,
    room: &'r mut Room,
}

#[derive(Clone)]
enum Made {
    Begun,
    Done(Node),
}

impl<'m> Tree<'m, '_> {
    fn node(&mut self, id: Id) -> Result<Node, Trouble> {
        match self.made.get(id) {
            Some(Some(Made::Done(node))) => {
                let node = node.clone();
                return self.room.again(&node);
            }
            Some(Some(Made::Begun)) => {
                self.room.open()?;
                let members = vec![(Text::from("@ref"), self.room.number(id)?)];
                return self.room.object(members);
            }
            _ => {}
        }
        if let Some(Value::Leaf(node)) = self.values.get(id) {
            return self.room.again(node);
        }
        if let Some(slot) = self.made.get_mut(id) {
            *slot = Some(Made::Begun);
        }
        let node = match self.values.get(id) {
            Some(Value::List(items)) => self.list(items)?,
            Some(Value::Dict(pairs)) => self.dict(pairs)?,
            Some(Value::Global(name)) => self.room.text(name)?,
            Some(Value::Object(object)) => match self.known(object) {
                Some(node) => self.room.again(&node)?,
                None => self.object(object)?,
            },
            Some(Value::Leaf(_)) | None => return Err("a value that is not there".into()),
        };
        if let Some(slot) = self.made.get_mut(id) {
            *slot = Some(Made::Done(node.clone()));
        }
        Ok(node)
    }

    fn list(&mut self, items: &[Id]) -> Result<Node, Trouble> {
        self.room.open()?;
        let mut nodes = Vec::new();
        for item in items {
            nodes.push(self.node(*item)?);
        }
        self.room.array(nodes)
    }

    fn dict(&mut self, pairs: &[(Id, Id)]) -> Result<Node, Trouble> {
        self.room.open()?;
        let members = self.members(pairs)?;
        self.room.object(members)
    }

    fn members(&mut self, pairs: &[(Id, Id)]) -> Result<Vec<(Text, Node)>, Trouble> {
        let mut members = Vec::new();
        for (key, value) in pairs {
            let key = self.node(*key)?;
            members.push((self.room.key(&key)?, self.node(*value)?));
        }
        Ok(members)
    }

    fn object(&mut self, object: &'m Object) -> Result<Node, Trouble> {
        let class = self.class(object);
        let is_dict = matches!(class, "collections.OrderedDict" | "collections.defaultdict" | "collections.Counter");
        if is_dict && object.state.is_none() && object.items.is_empty() {
            return self.dict(&object.pairs);
        }
        self.room.open()?;
        let class = match class {
            "" => self.node(object.class)?,
            class => self.room.text(class)?,
        };
        let mut members = vec![(Text::from("@class"), class)];
        if !object.arguments.is_empty() {
            members.push((Text::from("@args"), self.list(&object.arguments)?));
        }
        if !object.items.is_empty() {
            members.push((Text::from("@items"), self.list(&object.items)?));
        }
        if !object.pairs.is_empty() {
            members.push((Text::from("@pairs"), self.dict(&object.pairs)?));
        }
        // A pair of two dictionaries where the class has slots.
        let states: Vec<Id> = match object.state.map(|state| (state, self.values.get(state))) {
            None => Vec::new(),
            Some((_, Some(Value::List(both)))) if both.len() == 2 && both.iter().all(|id| self.is_state(*id)) => {
                both.clone()
            }
            Some((state, _)) => vec![state],
        };
        for state in states {
            match self.values.get(state) {
                Some(Value::Dict(pairs)) => members.extend(self.members(pairs)?),
                Some(Value::Leaf(Node::Null)) => {}
                _ => members.push((Text::from("@state"), self.node(state)?)),
            }
        }
        self.room.object(members)
    }

    fn is_state(&self, id: Id) -> bool {
        matches!(self.values.get(id), Some(Value::Dict(_) | Value::Leaf(Node::Null)))
    }

    fn class(&self, object: &Object) -> &'m str {
        match self.values.get(object.class) {
            Some(Value::Global(name)) => name,
            _ => "",
        }
    }

    /// Values of Python's library that are plain ones everywhere else.
    fn known(&self, object: &Object) -> Option<Node> {
        if !object.items.is_empty() || !object.pairs.is_empty() {
            return None;
        }
        let leaf = |at: usize| match self.values.get(*object.arguments.get(at)?)? {
            Value::Leaf(node) => Some(node),
            _ => None,
        };
        match (self.class(object), object.arguments.len()) {
            ("decimal.Decimal", 1) => {
                let digits = leaf(0)?.as_str()?;
                Some(if is_number(digits) { Node::number(digits) } else { Node::text(digits) })
            }
            ("datetime.date", 1) => date(bytes(leaf(0)?)?).map(|date| Node::text(&date.format("%Y-%m-%d").to_string())),
            ("datetime.time", 1) => {
                time(bytes(leaf(0)?)?).map(|time| Node::text(&time.format("%H:%M:%S%.f").to_string()))
            }
            ("datetime.datetime", len @ 1..=2) => {
                let bytes = bytes(leaf(0)?)?;
                let at = NaiveDateTime::new(date(bytes.get(..4)?)?, time(bytes.get(4..)?)?);
                let mut text = at.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
                if len == 2 {
                    let offset = FixedOffset::east_opt(self.offset(*object.arguments.get(1)?)?)?;
                    text.push_str(&if offset.local_minus_utc() == 0 { "Z".to_owned() } else { offset.to_string() });
                }
                Some(Node::text(&text))
            }
            ("uuid.UUID", 0) => {
                let Value::Dict(pairs) = self.values.get(object.state?)? else { return None };
                let number = pairs.iter().take(2).find_map(|(key, value)| {
                    match (self.values.get(*key)?, self.values.get(*value)?) {
                        (Value::Leaf(Node::String(key)), Value::Leaf(Node::Number(digits))) if &**key == "int" => {
                            Some(digits)
                        }
                        _ => None,
                    }
                });
                Some(Node::text(&uuid(number?.parse::<u128>().ok()?.to_be_bytes())))
            }
            _ => None,
        }
    }

    /// Seconds of a `timezone` of a `timedelta`.
    fn offset(&self, id: Id) -> Option<i32> {
        let Value::Object(zone) = self.values.get(id)? else { return None };
        let Value::Object(delta) = self.values.get(*zone.arguments.first()?)? else { return None };
        if (self.class(zone), self.class(delta)) != ("datetime.timezone", "datetime.timedelta") {
            return None;
        }
        let number = |at: usize| match self.values.get(*delta.arguments.get(at)?)? {
            Value::Leaf(Node::Number(digits)) => digits.parse::<i32>().ok(),
            _ => None,
        };
        number(0)?.checked_mul(86_400)?.checked_add(number(1)?)
    }
}

fn bytes(node: &Node) -> Option<&[u8]> {
    match node {
        Node::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn date(bytes: &[u8]) -> Option<NaiveDate> {
    let [high, low, month, day] = bytes else { return None };
    NaiveDate::from_ymd_opt(i32::from(*high) << 8 | i32::from(*low), (*month & 0x7f).into(), (*day).into())
}

fn time(bytes: &[u8]) -> Option<NaiveTime> {
    let [hour, minute, second, micros @ ..] = bytes else { return None };
    let [a, b, c] = micros else { return None };
    let micros = u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c);
    // The second of two equal clocks when clocks are set back has a bit more.
    NaiveTime::from_hms_micro_opt((*hour & 0x7f).into(), (*minute).into(), (*second).into(), micros)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    // Python 3.11, the same object in protocols 0, 2 and 4: {"a": 1, "b": [True, None, 2**70, -5, 1.5, "é",
    // b"\xff\x00"], "t": (1, (2, 3)), "s": {3}, "d": Decimal("12.50"), "u": UUID("00112233-…"),
    // "dt": datetime(2024, 5, 13, 4, 14, 52, 602529, utc), "nd": datetime(2024, 5, 13, 4, 14, 52),
    // "day": date(2024, 5, 13), "tm": time(4, 5, 6), "o": Tree(), "od": OrderedDict([(1, 2)]), "e": Color.RED,
    // "x": ValueError("bad"), "l1": l, "l2": l}, classes of a module shop.domain.
    const DUMPS: [&str; 3] = [
        "286470300a56610a70310a49310a7356620a70320a286c70330a4930310a614e614c3131383035393136323037313734313133303334
         32344c0a61492d350a6146312e350a6156e90a70340a61635f636f646563730a656e636f64650a70350a2856ff5c75303030300a7036
         0a566c6174696e310a70370a7470380a5270390a617356740a7031300a2849310a2849320a49330a747031310a747031320a7356730a
         7031330a635f5f6275696c74696e5f5f0a7365740a7031340a28286c7031350a49330a61747031360a527031370a7356640a7031380a
         63646563696d616c0a446563696d616c0a7031390a285631322e35300a7032300a747032310a527032320a7356750a7032330a63636f
         70795f7265670a5f7265636f6e7374727563746f720a7032340a2863757569640a555549440a7032350a635f5f6275696c74696e5f5f
         0a6f626a6563740a7032360a4e747032370a527032380a28647032390a56696e740a7033300a4c383839363237313033303631323737
         30323836363234313732373433333134323031354c0a7362735664740a7033310a636461746574696d650a6461746574696d650a7033
         320a2867350a285607e8055c7530303064040e340931a10a7033330a67370a747033340a527033350a636461746574696d650a74696d
         657a6f6e650a7033360a28636461746574696d650a74696d6564656c74610a7033370a2849300a49300a49300a747033380a52703339
         0a747034300a527034310a747034320a527034330a73566e640a7034340a6733320a2867350a285607e8055c7530303064040e345c75
         303030305c75303030305c75303030300a7034350a67370a747034360a527034370a747034380a527034390a73566461790a7035300a
         636461746574696d650a646174650a7035310a2867350a285607e8055c75303030640a7035320a67370a747035330a527035340a7470
         35350a527035360a7356746d0a7035370a636461746574696d650a74696d650a7035380a2867350a28560405065c75303030305c7530
         3030305c75303030300a7035390a67370a747036300a527036310a747036320a527036330a73566f0a7036340a6732340a286373686f
         702e646f6d61696e0a547265650a7036350a6732360a4e747036360a527036370a28647036380a566b696e640a7036390a566f616b0a
         7037300a73566e0a7037310a286c7037320a49310a6149320a61736273566f640a7037330a63636f6c6c656374696f6e730a4f726465
         726564446963740a7037340a2874527037350a49310a49320a737356650a7037360a6373686f702e646f6d61696e0a436f6c6f720a70
         37370a28567265640a7037380a747037390a527038300a7356780a7038310a63657863657074696f6e730a56616c75654572726f720a
         7038320a28566261640a7038330a747038340a527038350a73566c310a7038360a286c7038370a49310a6173566c320a7038380a6738
         370a732e",
        "80027d71002858010000006171014b0158010000006271025d710328884e8a090000000000000000404afbffffff473ff80000000000
         005802000000c3a97104635f636f646563730a656e636f64650a71055803000000c3bf00710658060000006c6174696e317107867108
         52710965580100000074710a4b014b024b0386710b86710c580100000073710d635f5f6275696c74696e5f5f0a7365740a710e5d710f
         4b0361857110527111580100000064711263646563696d616c0a446563696d616c0a7113580500000031322e35307114857115527116
         580100000075711763757569640a555549440a7118298171197d711a5803000000696e74711b8a0fffeeddccbbaa9988776655443322
         11736258020000006474711c636461746574696d650a6461746574696d650a711d6805580c00000007c3a8050d040e340931c2a1711e
         680786711f527120636461746574696d650a74696d657a6f6e650a7121636461746574696d650a74696d6564656c74610a71224b004b
         004b0087712352712485712552712686712752712858020000006e647129681d6805580b00000007c3a8050d040e34000000712a6807
         86712b52712c85712d52712e5803000000646179712f636461746574696d650a646174650a71306805580500000007c3a8050d713168
         078671325271338571345271355802000000746d7136636461746574696d650a74696d650a7137680558060000000405060000007138
         680786713952713a85713b52713c58010000006f713d6373686f702e646f6d61696e0a547265650a713e2981713f7d71402858040000
         006b696e64714158030000006f616b714258010000006e71435d7144284b014b0265756258020000006f64714563636f6c6c65637469
         6f6e730a4f726465726564446963740a7146295271474b014b027358010000006571486373686f702e646f6d61696e0a436f6c6f720a
         71495803000000726564714a85714b52714c580100000078714d63657863657074696f6e730a56616c75654572726f720a714e580300
         0000626164714f85715052715158020000006c3171525d71534b016158020000006c3271546853752e",
        "8004950e020000000000007d94288c0161944b018c0162945d9428884e8a090000000000000000404afbffffff473ff8000000000000
         8c02c3a9944302ff0094658c0174944b014b024b03869486948c0173948f94284b03908c0164948c07646563696d616c948c07446563
         696d616c9493948c0531322e353094859452948c0175948c0475756964948c04555549449493942981947d948c03696e74948a0fffee
         ddccbbaa99887766554433221173628c026474948c086461746574696d65948c086461746574696d65949394430a07e8050d040e3409
         31a194681a8c0874696d657a6f6e65949394681a8c0974696d6564656c74619493944b004b004b008794529485945294869452948c02
         6e6494681c430a07e8050d040e3400000094859452948c0364617994681a8c0464617465949394430407e8050d94859452948c02746d
         94681a8c0474696d65949394430604050600000094859452948c016f948c0b73686f702e646f6d61696e948c04547265659493942981
         947d94288c046b696e64948c036f616b948c016e945d94284b014b026575628c026f64948c0b636f6c6c656374696f6e73948c0b4f72
         6465726564446963749493942952944b014b02738c01659468398c05436f6c6f729493948c0372656494859452948c0178948c086275
         696c74696e73948c0a56616c75654572726f729493948c0362616494859452948c026c31945d944b01618c026c32946855752e",
    ];

    #[test]
    fn what_python_writes_is_read() {
        let want = concat!(
            r#"{"a":1,"b":[true,null,1180591620717411303424,-5,1.5,"é",{"$bytes":"/wA="}],"t":[1,[2,3]],"s":[3],"d":12.50,"#,
            r#""u":"00112233-4455-6677-8899-aabbccddeeff","dt":"2024-05-13T04:14:52.602529Z","nd":"2024-05-13T04:14:52","#,
            r#""day":"2024-05-13","tm":"04:05:06","o":{"@class":"shop.domain.Tree","kind":"oak","n":[1,2]},"od":{"1":2},"#,
            r#""e":{"@class":"shop.domain.Color","@args":["red"]},"x":{"@class":"builtins.ValueError","@args":["bad"]},"#,
            r#""l1":[1],"l2":[1]}"#
        );
        for dump in DUMPS {
            let bytes = hex(dump);
            assert_eq!(shown(read, &bytes), want);
            damaged(&bytes, |bytes| drop(read(bytes, &mut Room::default())));
        }
        assert!(begins(&hex(DUMPS[2])) && !begins(&hex(DUMPS[0])));
    }

    #[test]
    fn nothing_is_run_and_everything_ends() {
        // os.system("…") is shown.
        let want = r#"{"@class":"os.system","@args":["rm -rf /"]}"#;
        assert_eq!(shown(read, b"cos\nsystem\n(Vrm -rf /\ntR."), want);
        // r = []; r.append(r); pickle.dumps(r, 2).
        assert_eq!(shown(read, &hex("80025d71006800612e")), r#"[{"@ref":0}]"#);
        let deep = [&[0x5d; 500_000][..], &[b'a'; 499_999], b"."].concat();
        assert!(read(&deep, &mut Room::default()).expect_err("deep").is_too_large);
        assert!(shown(read, b"](2l.").contains("an empty stack"), "a mark ends what may be doubled");
        let mut laughs = b"](K\x01e".to_vec();
        for at in 0..40_u8 {
            laughs.extend([b'q', at, b'(', b'h', at, b'h', at, b'h', at, b'l']);
        }
        laughs.push(END);
        assert!(read(&laughs, &mut Room::default()).is_err_and(|trouble| trouble.is_too_large));
        for bytes in [&b"."[..], b"0.", b"a.", b"(.", b"R.", b"h\x00.", b"N", b"NN..", b"\xff."] {
            assert!(shown(read, bytes).starts_with("! "), "{bytes:?}");
        }
    }
}
