//! YAML as Ruby writes it, read as data: tags name classes and make none. Objects show their class
//! as `@class`; symbols show their colon, but for keys. What a plain word means is what Ruby's own
//! `Psych` takes it for.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::base64;
use super::number::decimal;
use super::read::{Room, Trouble};
use crate::model::json::{first_duplicate, is_number};
use crate::model::{Node, Text};

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
    let mut tree = Tree { room, open: Vec::new(), anchors: HashMap::new(), done: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        tree.take(event).map_err(|trouble| match trouble.is_too_large {
            true => trouble,
            false => format!("{} in line {}", trouble.message, span.start.line()).into(),
        })?;
    }
    tree.done.ok_or_else(|| "there is no document in it".into())
}

struct Tree<'r> {
    room: &'r mut Room,
    open: Vec<Open>,
    /// None while it is being read.
    anchors: HashMap<usize, Option<Node>>,
    done: Option<Node>,
}

/// A sequence or mapping that is not at its end.
struct Open {
    anchor: usize,
    class: Option<String>,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Node>),
    Mapping {
        members: Vec<(Text, Node)>,
        /// Which keys are symbols.
        symbols: Vec<bool>,
        /// A key without its value.
        key: Option<Text>,
    },
}

impl Tree<'_> {
    fn take(&mut self, event: Event<'_>) -> Result<(), Trouble> {
        match event {
            Event::Alias(anchor) => {
                let node = match self.anchors.get(&anchor) {
                    Some(Some(node)) => {
                        let node = node.clone();
                        self.room.again(&node)?
                    }
                    _ => {
                        self.room.open()?;
                        let members = vec![(Text::from("@alias"), self.room.number(anchor)?)];
                        self.room.object(members)?
                    }
                };
                self.put(node, 0, false)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let (node, is_symbol) = self.scalar(&text, style, tag.as_deref())?;
                self.put(node, anchor, is_symbol)
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag.as_deref(), Kind::Sequence(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Mapping { members: Vec::new(), symbols: Vec::new(), key: None };
                self.begin(anchor, tag.as_deref(), kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.done.is_some() => Err("a second document begins".into()),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, anchor: usize, tag: Option<&Tag>, kind: Kind) -> Result<(), Trouble> {
        self.room.open()?;
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        self.open.push(Open { anchor, class: tag.and_then(class), kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Trouble> {
        let Some(open) = self.open.pop() else { return Err("an end without a beginning".into()) };
        let node = match (open.kind, open.class) {
            (Kind::Sequence(items), None) => self.room.array(items)?,
            (Kind::Sequence(items), Some(class)) => {
                let items = self.room.array(items)?;
                self.room.open()?;
                let members = vec![(Text::from("@class"), self.room.text(&class)?), (Text::from("@items"), items)];
                self.room.object(members)?
            }
            (Kind::Mapping { members, symbols, .. }, class) => {
                let mut members = without_colons(members, &symbols);
                if let Some(class) = class {
                    members.insert(0, (Text::from("@class"), self.room.text(&class)?));
                }
                self.room.object(members)?
            }
        };
        self.put(node, open.anchor, false)
    }

    /// A value is complete: it goes into what is open.
    fn put(&mut self, node: Node, anchor: usize, is_symbol: bool) -> Result<(), Trouble> {
        if anchor > 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(node),
            Some(Kind::Sequence(items)) => items.push(node),
            Some(Kind::Mapping { members, symbols, key }) => match key.take() {
                Some(key) => members.push((key, node)),
                None => {
                    *key = Some(self.room.key(&node)?);
                    symbols.push(is_symbol);
                }
            },
        }
        Ok(())
    }

    /// A value without others in it, and whether it is a symbol.
    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<(Node, bool), Trouble> {
        let name = tag.map(name).unwrap_or_default();
        let is_word = match name {
            "" => style == ScalarStyle::Plain,
            // Without a meaning of its own, and quoted all the same.
            "!" => true,
            _ => false,
        };
        if is_word {
            let is_symbol = text.len() > 1 && text.starts_with(':');
            return Ok((self.word(text)?, is_symbol));
        }
        let node = match name {
            "" | "str" | "ruby/string" | "ruby/class" | "ruby/module" | "ruby/regexp" | "ruby/range"
            | "ruby/encoding" => self.room.text(text)?,
            "binary" => {
                let bytes = base64::unpack(text.as_bytes())?;
                self.room.bytes(&bytes)?
            }
            "ruby/symbol" | "ruby/sym" => return Ok((self.room.text(&format!(":{text}"))?, true)),
            "ruby/object:BigDecimal" => match big_decimal(text) {
                Some(node) => {
                    self.room.value(text.len())?;
                    node
                }
                None => self.room.text(text)?,
            },
            "ruby/object:DateTime" => match time(text) {
                Some(time) => self.room.text(&time)?,
                None => self.room.text(text)?,
            },
            "int" | "float" | "bool" | "null" | "timestamp" => self.word(text)?,
            name if name.starts_with("ruby/string:") => self.room.text(text)?,
            name => {
                self.room.open()?;
                let class = self.room.text(class_name(name))?;
                let members = vec![(Text::from("@class"), class), (Text::from("@value"), self.room.text(text)?)];
                self.room.object(members)?
            }
        };
        Ok((node, false))
    }

    /// What Psych takes a plain word for.
    fn word(&mut self, text: &str) -> Result<Node, Trouble> {
        let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if text.is_empty() || text == "~" || is_one_of(&["null"]) {
            return self.room.null();
        }
        if is_one_of(&["yes", "true", "on"]) {
            return self.room.bool(true);
        }
        if is_one_of(&["no", "false", "off"]) {
            return self.room.bool(false);
        }
        if is_one_of(&[".inf", "+.inf", "-.inf"]) {
            return self.room.text(if text.starts_with('-') { "-Infinity" } else { "Infinity" });
        }
        if is_one_of(&[".nan"]) {
            return self.room.text("NaN");
        }
        if let Some(symbol) = text.strip_prefix(':').filter(|symbol| !symbol.is_empty()) {
            let inside = |quote: char| symbol.strip_prefix(quote)?.strip_suffix(quote);
            let symbol = inside('"').or_else(|| inside('\'')).unwrap_or(symbol);
            return self.room.text(&format!(":{symbol}"));
        }
        if let Some(time) = time(text) {
            return self.room.text(&time);
        }
        if let Some(number) = number(text) {
            return self.room.number(number);
        }
        self.room.text(text)
    }
}

/// A tag without what every tag begins with; `!` for the one that says nothing.
fn name(tag: &Tag) -> &str {
    match tag.handle.as_str() {
        "!" if !tag.suffix.is_empty() => &tag.suffix,
        "tag:yaml.org,2002:" | "!!" => &tag.suffix,
        "" if tag.suffix != "!" => tag.suffix.strip_prefix("tag:yaml.org,2002:").unwrap_or(&tag.suffix),
        _ => "!",
    }
}

/// The class that a sequence or a mapping is of; none for those of YAML and their subclasses, which
/// are shown as what they are.
fn class(tag: &Tag) -> Option<String> {
    let name = name(tag);
    let is_plain = matches!(name, "!" | "map" | "seq" | "omap" | "set" | "pairs" | "ruby/hash")
        || name.starts_with("ruby/hash:")
        || name.starts_with("ruby/array:");
    (!is_plain).then(|| class_name(name).to_owned())
}

fn class_name(name: &str) -> &str {
    let own = name.strip_prefix("ruby/").and_then(|name| name.split_once(':'));
    own.map_or(name, |(_, class)| class)
}

/// Keys that are symbols lose their colon, unless another key is called the same.
pub fn without_colons(members: Vec<(Text, Node)>, symbols: &[bool]) -> Vec<(Text, Node)> {
    if !symbols.contains(&true) {
        return members;
    }
    let bare = members.iter().zip(symbols).map(|((key, node), is_symbol)| {
        let key = match key.strip_prefix(':') {
            Some(bare) if *is_symbol => Text::from(bare),
            _ => Arc::clone(key),
        };
        (key, node.clone())
    });
    let bare: Vec<(Text, Node)> = bare.collect();
    if first_duplicate(&bare).is_some() { members } else { bare }
}

/// The number that Ruby's BigDecimal dumps: its size, a colon and `0.` with digits, times a power.
pub fn big_decimal(dump: &str) -> Option<Node> {
    let (_, value) = dump.split_once(':')?;
    let Some((mantissa, exponent)) = value.split_once(['e', 'E']) else {
        let is_word = matches!(value, "NaN" | "Infinity" | "-Infinity");
        return is_word.then(|| Node::text(value)).or_else(|| is_number(value).then(|| Node::number(value)));
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits = mantissa.strip_prefix("0.").filter(|digits| !digits.is_empty())?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(digits.len()).ok()?)?;
    Some(Node::number(decimal(&format!("{sign}{}", digits.trim_start_matches('0')), exponent)))
}

/// A time or a date by Psych's grammar, as ISO 8601 writes it.
fn time(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') || text.len() > 48 {
        return None;
    }
    let (date, clock) = match text.find(['T', 't', ' ', '\t']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, ""),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number_of(year)?.try_into().ok()?, number_of(month)?, number_of(day)?)?;
    if clock.is_empty() {
        return (text.len() == year.len() + month.len() + day.len() + 2).then(|| date.format("%Y-%m-%d").to_string());
    }
    let end = clock.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(clock.len());
    let (clock, zone) = (&clock[..end], clock[end..].trim_start());
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else { return None };
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || second.len() != 2 {
        return None;
    }
    let time = date.and_hms_opt(number_of(hour)?, number_of(minute)?, number_of(second)?)?;
    let mut out = time.format("%Y-%m-%dT%H:%M:%S").to_string();
    // Milliseconds, microseconds or nanoseconds, as short as it allows.
    let mut fraction = fraction;
    while let Some(shorter) = fraction.strip_suffix("000") {
        fraction = shorter;
    }
    if !fraction.is_empty() {
        number_of(fraction)?;
        out.push('.');
        out.push_str(fraction);
    }
    match zone {
        "" => {}
        "Z" => out.push('Z'),
        zone => {
            let sign = zone.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
            let digits = zone.get(1..)?;
            let (hours, minutes) =
                digits.split_once(':').or_else(|| digits.split_at_checked(2)).unwrap_or((digits, ""));
            let minutes = if minutes.is_empty() { 0 } else { number_of(minutes)? };
            out.push_str(&format!("{sign}{:02}:{minutes:02}", number_of(hours)?));
        }
    }
    Some(out)
}

fn number_of(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A number by Psych's grammar, as JSON writes it.
fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let first = rest.as_bytes().first()?;
    if rest.contains(':') {
        return sexagesimal(rest).map(|number| format!("{sign}{number}"));
    }
    let plain = rest.replace([',', '_'], "");
    if let Some((whole, fraction)) = rest.split_once('.') {
        let whole = whole.replace([',', '_'], "");
        let (digits, exponent) = fraction.split_once(['e', 'E']).unwrap_or((fraction, ""));
        // Without its sign an exponent is none.
        let is_exponent = exponent.is_empty() && !fraction.contains(['e', 'E']) || exponent.starts_with(['+', '-']);
        let digits = digits.replace('_', "");
        if !is_exponent || *first == b'_' || whole.is_empty() && digits.is_empty() {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let number = format!(
            "{sign}{}.{}{}",
            if whole.is_empty() { "0" } else { whole },
            if digits.is_empty() { "0" } else { &digits },
            if exponent.is_empty() { String::new() } else { format!("e{exponent}") }
        );
        return is_number(&number).then_some(number);
    }
    let based = |digits: &str, base| {
        let digits = digits.replace([',', '_'], "");
        i128::from_str_radix(&digits, base)
            .ok()
            .filter(|_| !digits.starts_with(['+', '-']))
            .map(|number| format!("{sign}{number}"))
    };
    match rest.get(..2) {
        Some("0b") => based(&rest[2..], 2),
        Some("0x") => based(&rest[2..], 16),
        Some(start) if start.starts_with('0') => based(&rest[1..], 8),
        _ => {
            let number = format!("{sign}{plain}");
            let is_whole = plain.bytes().all(|byte| byte.is_ascii_digit()) && first.is_ascii_digit();
            // Separators stand between digits.
            let is_apart = rest.ends_with([',', '_'])
                || rest.contains("__")
                || rest.contains(",,")
                || rest.contains(",_")
                || rest.contains("_,");
            (is_whole && !is_apart).then_some(number)
        }
    }
}

/// `1:30:00`, in sixties.
fn sexagesimal(text: &str) -> Option<String> {
    let parts: Vec<String> = text.split(':').map(|part| part.replace('_', "")).collect();
    if !(2..=3).contains(&parts.len()) || parts[1..].iter().any(|part| part.len() > 2) {
        return None;
    }
    let mut seconds = 0_u64;
    // Ruby counts from hours, also where there are two.
    for (part, weight) in parts.iter().zip([3600_u64, 60, 1]) {
        let number: u64 = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
        seconds = seconds.checked_add(number.checked_mul(weight)?)?;
    }
    Some(seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, shown};
    use super::*;

    /// Ruby 3.1.2, Psych 4.0.4: YAML.dump of one of everything.
    const DUMP: &str =
        "---\n:a: 1\nb:\n-\n- true\n- -1\n- 1180591620717411303424\n- 1.5\n- .inf\n- -.inf\n- .nan\n- -0.0
- 1.0e+100\n- 1.0e-07\ns1: &1\n  k:\n  - 1\ns2: *1\n:bin: !binary |-\n  /wA=\n:sym: :a\n! ':odd: sym': ! ':foo: bar'
:with space: :x y\n:o: !ruby/object:Shop::Order\n  id: 7\n  lines:\n  - a\n  me:\n    :x: 1\n:st: !ruby/struct:Shop::S
  x: 1\n  y: :z\n:bd: !ruby/object:BigDecimal 18:0.125e2\n:nan: !ruby/object:BigDecimal 9:NaN
:neg: !ruby/object:BigDecimal 18:-0.123e-2\n:d: 2024-05-13
:dt: !ruby/object:DateTime 2024-05-13 04:14:52.000000000 +02:00\n:t: 2024-05-13 04:14:52.602529000 Z
:tl: 2024-05-13 04:14:52.000000000 +02:00\n:r: !ruby/range\n  begin: 1\n  end: 5\n  excl: false
:cls: !ruby/class 'Shop::Order'\n:re: !ruby/regexp /ab+/i\n5: 6\n:set: !ruby/object:Set\n  hash:\n    1: true
:h: !ruby/hash:Shop::H\n  a: :b\n:strs:\n- 'yes'\n- \"~\"\n- '2024-05-13'\n- \":a\"\n- ''\n- 'a: b'\n- é\n- |
  multi\n  line\n- aaaa aaaa\n  bbbb\n- \"\\0\\e\"\n- !!str '<<'\n- 1e3\n- 12e03\n- \"\\U0001F680\"\n- 'on

  '\n:nested:\n- - 1\n  - - 2\n- []\n:eh: {}\n:deep:\n- :a:\n  - :b: 1\ntrue: 1\n! '': 2\n1.5: 3\n? - 1\n  - 2\n: 4\n";

    #[test]
    fn what_ruby_dumps_is_read() {
        let want = concat!(
            r#"{"a":1,"b":[null,true,-1,1180591620717411303424,1.5,"Infinity","-Infinity","NaN",-0.0,1.0e+100,1.0e-07],"#,
            r#""s1":{"k":[1]},"s2":{"k":[1]},"bin":{"$bytes":"/wA="},"sym":":a","odd: sym":":foo: bar","with space":":x y","#,
            r#""o":{"@class":"Shop::Order","id":7,"lines":["a"],"me":{"x":1}},"st":{"@class":"Shop::S","x":1,"y":":z"},"#,
            r#""bd":12.5,"nan":"NaN","neg":-0.00123,"d":"2024-05-13","dt":"2024-05-13T04:14:52+02:00","#,
            r#""t":"2024-05-13T04:14:52.602529Z","tl":"2024-05-13T04:14:52+02:00","#,
            r#""r":{"@class":"ruby/range","begin":1,"end":5,"excl":false},"cls":"Shop::Order","re":"/ab+/i","5":6,"#,
            r#""set":{"@class":"Set","hash":{"1":true}},"h":{"a":":b"},"strs":["yes","~","2024-05-13",":a","","a: b","é","#,
            r#""multi\nline\n","aaaa aaaa bbbb","\u0000\u001b","<<","1e3","12e03","🚀","on\n"],"nested":[[1,[2]],[]],"eh":{},"#,
            r#""deep":[{"a":[{"b":1}]}],"true":1,"null":2,"1.5":3,"[1,2]":4}"#
        );
        assert_eq!(shown(read, DUMP.as_bytes()), want);
        damaged(DUMP.as_bytes(), |bytes| drop(read(bytes, &mut Room::default())));
    }

    #[test]
    fn words_mean_what_psych_takes_them_for() {
        // Each as `Psych.load` reads it, version 4.0.4.
        for (text, want) in [
            ("017", "15"),
            ("0x1f", "31"),
            ("-0b11", "-3"),
            ("1_000", "1000"),
            ("1,000", "1000"),
            ("+7", "7"),
            ("089", "\"089\""),
            (".5", "0.5"),
            ("5.", "5.0"),
            ("1.5e+3", "1.5e+3"),
            ("1.5e3", "\"1.5e3\""),
            ("1:30", "5400"),
            ("1:30:05", "5405"),
            ("Yes", "true"),
            ("off", "false"),
            ("y", "\"y\""),
            ("NULL", "null"),
            ("2024-5-3", "\"2024-05-03\""),
            ("2024-13-01", "\"2024-13-01\""),
            ("2024-05-13 04:14:52 -3", "\"2024-05-13T04:14:52-03:00\""),
            ("2024-05-13T04:14:52.100Z", "\"2024-05-13T04:14:52.100Z\""),
            (":\"a b\"", "\":a b\""),
            (":", "\":\""),
            ("1.2.3", "\"1.2.3\""),
            ("192.0.2.1", "\"192.0.2.1\""),
            ("-", "\"-\""),
            ("12 apples", "\"12 apples\""),
        ] {
            let mut room = Room::default();
            let mut tree = Tree { room: &mut room, open: Vec::new(), anchors: HashMap::new(), done: None };
            let got = tree.word(text).map(|node| crate::model::json::to_text(&node)).expect("a word");
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn symbols_and_texts_of_one_name_are_told_apart() {
        assert_eq!(shown(read, b"---\n:a: 1\na: 2\n:b: 3\n"), r#"{":a":1,"a":2,":b":3}"#);
    }

    #[test]
    fn laughs_rings_and_depths_end() {
        let mut laughs = String::from("---\na0: &a0 lol\n");
        for level in 1..40 {
            let alias = format!("*a{}", level - 1);
            laughs.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 9].join(",")));
        }
        assert!(read(laughs.as_bytes(), &mut Room::default()).expect_err("laughs").is_too_large);
        assert_eq!(shown(read, b"--- &1\n- *1\n"), r#"[{"@alias":1}]"#);
        for piece in ["- ", "[", "{a: ", "? ", "- - &a "] {
            assert!(read(piece.repeat(100_000).as_bytes(), &mut Room::default()).is_err(), "{piece}");
        }
        for text in ["", "a: b: c", "--- 1\n--- 2\n", "\"", "*a"] {
            assert!(shown(read, text.as_bytes()).starts_with("! "), "{text}");
        }
    }
}
