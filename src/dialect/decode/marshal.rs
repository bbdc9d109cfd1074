//! Ruby's Marshal 4.8 (<https://docs.ruby-lang.org/en/3.1/marshal_rdoc.html>), read as data: no
//! class is looked up and nothing is called. Objects show their class as `@class`; symbols show
//! their colon, but for keys.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, TimeDelta};

use super::number::whole;
use super::read::{Reader, Room, Trouble};
use super::yaml::{big_decimal, without_colons};
use crate::model::{Node, Text};

pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[4, 8])
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let mut marshal = Marshal { reader: Reader::new(bytes), room, symbols: Vec::new(), objects: Vec::new() };
    if marshal.reader.array()? != [4, 8] {
        return Err("it does not begin with 04 08".into());
    }
    let node = marshal.value()?;
    marshal.reader.end()?;
    Ok(node)
}

struct Marshal<'b, 'r> {
    reader: Reader<'b>,
    room: &'r mut Room,
    symbols: Vec<Text>,
    /// What `@` points at; none while it is being read.
    objects: Vec<Option<Node>>,
}

/// Names and values of an object's variables.
type Variables = Vec<(Text, Node)>;

impl<'b> Marshal<'b, '_> {
    fn value(&mut self) -> Result<Node, Trouble> {
        let kind = self.reader.byte()?;
        self.value_of(kind, false).map(|(node, _)| node)
    }

    /// A value whose kind was read; where it is in an `I`, variables stand behind it: `true` where
    /// they were read with it.
    fn value_of(&mut self, kind: u8, has_variables: bool) -> Result<(Node, bool), Trouble> {
        match kind {
            b'I' => return self.with_variables().map(|node| (node, false)),
            b'u' => return self.dumped(has_variables).map(|node| (node, true)),
            b'e' | b'C' => return self.subclass(has_variables),
            _ => {}
        }
        let node = match kind {
            b'0' | b'T' | b'F' | b'i' | b':' | b';' => self.small(kind)?,
            b'@' => self.link()?,
            _ => self.object(kind)?,
        };
        Ok((node, false))
    }

    /// What nothing points at.
    fn small(&mut self, kind: u8) -> Result<Node, Trouble> {
        match kind {
            b'0' => self.room.null(),
            b'i' => {
                let number = self.number()?;
                self.room.number(number)
            }
            b':' | b';' => {
                let symbol = if kind == b':' { self.new_symbol()? } else { self.old_symbol()? };
                self.room.text(&format!(":{symbol}"))
            }
            _ => self.room.bool(kind == b'T'),
        }
    }

    fn link(&mut self) -> Result<Node, Trouble> {
        let at = self.number()?;
        match usize::try_from(at).ok().and_then(|at| self.objects.get(at)) {
            Some(Some(node)) => {
                let node = node.clone();
                self.room.again(&node)
            }
            Some(None) => {
                self.room.open()?;
                let members = vec![(Text::from("@link"), self.room.number(at)?)];
                self.room.object(members)
            }
            None => Err(self.reader.fail("a link to nothing")),
        }
    }

    /// A subclass of a text, an array or a hash is shown as that.
    fn subclass(&mut self, has_variables: bool) -> Result<(Node, bool), Trouble> {
        self.symbol()?;
        self.room.open()?;
        let kind = self.reader.byte()?;
        let made = self.value_of(kind, has_variables)?;
        self.room.close();
        Ok(made)
    }

    /// What `@` may point at.
    fn object(&mut self, kind: u8) -> Result<Node, Trouble> {
        let at = self.objects.len();
        self.objects.push(None);
        let node = match kind {
            b'[' => self.array()?,
            b'{' | b'}' => self.hash(kind == b'}')?,
            b'o' | b'S' | b'd' => self.instance(kind == b'd')?,
            b'U' => self.made_of()?,
            _ => self.leaf(kind)?,
        };
        if let Some(slot) = self.objects.get_mut(at) {
            *slot = Some(node.clone());
        }
        Ok(node)
    }

    fn array(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        let len = self.number()?;
        let mut items = Vec::new();
        for _ in 0..len {
            items.push(self.value()?);
        }
        self.room.array(items)
    }

    fn hash(&mut self, has_default: bool) -> Result<Node, Trouble> {
        self.room.open()?;
        let mut members = self.pairs()?;
        if has_default {
            members.push((Text::from("@default"), self.value()?));
        }
        self.room.object(members)
    }

    fn instance(&mut self, is_data: bool) -> Result<Node, Trouble> {
        self.room.open()?;
        let class = self.symbol()?;
        let mut members = vec![(Text::from("@class"), self.room.text(&class)?)];
        if is_data {
            members.push((Text::from("@data"), self.value()?));
        } else {
            members.extend(self.variables()?);
        }
        self.room.object(members)
    }

    /// What `marshal_dump` of a class made of an object.
    fn made_of(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        let class = self.symbol()?;
        let inside = self.value()?;
        if let Some(text) = date(&class, &inside) {
            self.room.close();
            return self.room.text(&text);
        }
        let members = vec![(Text::from("@class"), self.room.text(&class)?), (Text::from("@dump"), inside)];
        self.room.object(members)
    }

    fn leaf(&mut self, kind: u8) -> Result<Node, Trouble> {
        match kind {
            b'"' | b'c' | b'm' | b'M' => {
                let bytes = self.bytes()?;
                self.room.text_or_bytes(bytes)
            }
            b'f' => self.float(),
            b'l' => {
                let is_negative = self.reader.byte()? == b'-';
                let words = u64::try_from(self.number()?).unwrap_or(u64::MAX);
                let magnitude = self.reader.take_long(words.saturating_mul(2))?.iter().rev().copied();
                let digits = whole(is_negative, &magnitude.collect::<Vec<u8>>())?;
                self.room.number(digits)
            }
            b'/' => {
                let source = String::from_utf8_lossy(self.bytes()?);
                let options = self.reader.byte()?;
                let letters = [(4, 'm'), (1, 'i'), (2, 'x')].into_iter().filter(|(bit, _)| options & bit != 0);
                let letters: String = letters.map(|(_, letter)| letter).collect();
                self.room.text(&format!("/{source}/{letters}"))
            }
            _ => Err(self.reader.fail("a kind of value that is not known")),
        }
    }

    /// A value with variables behind it: of a text they say how it is written.
    fn with_variables(&mut self) -> Result<Node, Trouble> {
        self.room.open()?;
        let kind = self.reader.byte()?;
        if kind == b':' {
            // What a symbol is written in is read with it; ours are UTF-8 or shown as if.
            let symbol = self.new_symbol()?;
            self.variables()?;
            self.room.close();
            return self.room.text(&format!(":{symbol}"));
        }
        let at = self.objects.len();
        let (mut node, has_read) = self.value_of(kind, true)?;
        if has_read {
            self.room.close();
            return Ok(node);
        }
        let mut others = Vec::new();
        for (name, value) in self.variables()? {
            match (&*name, &value) {
                ("E", _) => {}
                ("encoding", Node::String(label)) => {
                    if let (Node::Bytes(bytes), Some(encoding)) =
                        (&node, encoding_rs::Encoding::for_label(label.as_bytes()))
                    {
                        node = Node::text(&encoding.decode_without_bom_handling(bytes).0);
                    }
                }
                _ => others.push((name, value)),
            }
        }
        if others.is_empty() {
            self.room.close();
        } else {
            others.insert(0, (Text::from("@value"), node));
            node = self.room.object(others)?;
        }
        if let Some(slot) = self.objects.get_mut(at) {
            *slot = Some(node.clone());
        }
        Ok(node)
    }

    /// What `_dump` of a class made of an object, with variables of its own.
    fn dumped(&mut self, has_variables: bool) -> Result<Node, Trouble> {
        self.room.open()?;
        let class = self.symbol()?;
        let bytes = self.bytes()?;
        let variables = if has_variables { self.variables()? } else { Vec::new() };
        let text = std::str::from_utf8(bytes).ok();
        let node = match &*class {
            "BigDecimal" => text.and_then(big_decimal),
            "Time" => time(bytes, &variables).map(|text| Node::text(&text)),
            _ => None,
        };
        let node = match node {
            Some(node) => {
                self.room.close();
                self.room.value(bytes.len())?;
                node
            }
            None => {
                let dump = self.room.text_or_bytes(bytes)?;
                let mut members = vec![(Text::from("@class"), self.room.text(&class)?), (Text::from("@dump"), dump)];
                members.extend(variables.into_iter().filter(|(name, _)| &**name != "E"));
                self.room.object(members)?
            }
        };
        self.objects.push(Some(node.clone()));
        Ok(node)
    }

    fn variables(&mut self) -> Result<Variables, Trouble> {
        let len = self.number()?;
        let mut all = Vec::new();
        for _ in 0..len {
            let name = self.symbol()?;
            let name = name.strip_prefix('@').map_or_else(|| Arc::clone(&name), Text::from);
            all.push((name, self.value()?));
        }
        Ok(all)
    }

    fn pairs(&mut self) -> Result<Variables, Trouble> {
        let len = self.number()?;
        let (mut members, mut symbols) = (Vec::new(), Vec::new());
        for _ in 0..len {
            symbols.push(matches!(self.reader.rest(), [b':' | b';', ..] | [b'I', b':', ..]));
            let key = self.value()?;
            members.push((self.room.key(&key)?, self.value()?));
        }
        Ok(without_colons(members, &symbols))
    }

    fn symbol(&mut self) -> Result<Text, Trouble> {
        match self.reader.byte()? {
            b':' => self.new_symbol(),
            b';' => self.old_symbol(),
            b'I' if self.reader.byte()? == b':' => {
                let symbol = self.new_symbol()?;
                self.room.open()?;
                self.variables()?;
                self.room.close();
                Ok(symbol)
            }
            _ => Err(self.reader.fail("no symbol, where one has to be,")),
        }
    }

    fn new_symbol(&mut self) -> Result<Text, Trouble> {
        let name: Text = String::from_utf8_lossy(self.bytes()?).into();
        self.room.value(name.len())?;
        self.symbols.push(Arc::clone(&name));
        Ok(name)
    }

    fn old_symbol(&mut self) -> Result<Text, Trouble> {
        let at = self.number()?;
        let symbol = usize::try_from(at).ok().and_then(|at| self.symbols.get(at)).cloned();
        symbol.ok_or_else(|| self.reader.fail("a link to no symbol"))
    }

    fn bytes(&mut self) -> Result<&'b [u8], Trouble> {
        let len = u64::try_from(self.number()?).unwrap_or(u64::MAX);
        self.reader.take_long(len)
    }

    /// A number of up to four bytes; the first says how many, or is the number.
    fn number(&mut self) -> Result<i64, Trouble> {
        let first = self.reader.byte()? as i8;
        Ok(match first {
            0 => 0,
            1..=4 => self.reader.le(first as usize)? as i64,
            -4..=-1 => {
                let len = usize::from(first.unsigned_abs());
                self.reader.le(len)? as i64 - (1_i64 << (8 * len))
            }
            5.. => i64::from(first) - 5,
            _ => i64::from(first) + 5,
        })
    }

    fn float(&mut self) -> Result<Node, Trouble> {
        let text = String::from_utf8_lossy(self.bytes()?).into_owned();
        match text.as_str() {
            "nan" => self.room.text("NaN"),
            "inf" => self.room.text("Infinity"),
            "-inf" => self.room.text("-Infinity"),
            text => match text.parse() {
                Ok(number) => self.room.float(number),
                Err(_) => Err(self.reader.fail("a float that is no number")),
            },
        }
    }
}

/// The date or time that Ruby's `Date` and `DateTime` dump as six numbers.
fn date(class: &str, dump: &Node) -> Option<String> {
    const UNIX_EPOCH: i64 = 2_440_588;
    /// Before it dates are of Julius Caesar's calendar.
    const GREGORY: i64 = 2_299_161;
    let Node::Array(parts) = dump else { return None };
    let number = |at: usize| match parts.get(at) {
        Some(Node::Number(digits)) => digits.parse::<i64>().ok(),
        _ => None,
    };
    let (0, day, seconds, nanos, offset) = (number(0)?, number(1)?, number(2)?, number(3)?, number(4)?) else {
        return None;
    };
    if day < GREGORY {
        return None;
    }
    let time = DateTime::from_timestamp(
        (day - UNIX_EPOCH).checked_mul(86_400)?.checked_add(seconds)?,
        nanos.try_into().ok()?,
    )?;
    match class {
        "Date" if (seconds, nanos, offset) == (0, 0, 0) => Some(time.format("%Y-%m-%d").to_string()),
        "DateTime" => with_offset(time, offset),
        _ => None,
    }
}

fn with_offset(time: DateTime<chrono::Utc>, seconds: i64) -> Option<String> {
    let offset = FixedOffset::east_opt(seconds.try_into().ok()?)?;
    Some(time.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::AutoSi, false))
}

/// The eight bytes of Ruby's `Time`, in UTC, and its variables.
fn time(bytes: &[u8], variables: &[(Text, Node)]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let (high, low) = (reader.le(4).ok()? as u32, reader.le(4).ok()? as u32);
    let number = |name: &str| match variables.iter().find(|(own, _)| &**own == name) {
        Some((_, Node::Number(digits))) => digits.parse::<i64>().ok(),
        _ => None,
    };
    let is_other = variables.iter().any(|(name, _)| &**name == "year");
    if high & (1 << 31) == 0 || !reader.is_empty() || is_other {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(
        1900 + i32::try_from(high >> 14 & 0xffff).ok()?,
        1 + (high >> 10 & 0xf),
        high >> 5 & 0x1f,
    )?;
    let clock = date.and_hms_micro_opt(high & 0x1f, low >> 26, low >> 20 & 0x3f, low & 0xf_ffff)?;
    let nanos = number("nano_num").unwrap_or(0).checked_div(number("nano_den").unwrap_or(1))?;
    let time = clock.and_utc().checked_add_signed(TimeDelta::nanoseconds(nanos))?;
    match number("offset") {
        Some(seconds) => with_offset(time, seconds),
        None => Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex, shown};
    use super::*;

    #[test]
    fn what_ruby_writes_is_read() {
        // Ruby 3.1.2, bigdecimal 3.1.1: Marshal.dump({a: 1, "b"=>[nil,true,false,-1,255,-300,70000,2**30,2**31,
        // 2**70,-(2**70),1.5,1.0/0,0.0/0,-0.0,1e100,0.1], s: s="é", s2: s, bin: "\xff\x00".b,
        // lat: "\xe9".force_encoding("ISO-8859-1"), sym: :a, o: Shop::Order.new, st: Shop::S.new(1,:z),
        // bd: BigDecimal("12.50"), d: Date.new(2024,5,13), t: Time.at(1715573692,602529,:usec).utc, r: (1..5),
        // cls: Shop::Order, mod: Shop, re: /ab+/i, 5=>6, set: Set.new([1]), c: Complex(1,2), q: Rational(1,3),
        // dh: Hash.new(3).merge({1=>2}), us: "ascii".encode("US-ASCII")}).
        let bytes = hex("04087b1b3a0661690649220662063a0645545b1630544669fa6901ff69fed4fe69037011016c2b07000000406c2b07000000
            806c2b0a000000000000000040006c2d0a000000000000000040006608312e356608696e6666086e616e66072d30660a31653130306608
            302e313a0673492207c3a9063b06543a07733240123a0862696e2207ff003a086c6174492206e9063a0d656e636f64696e67220f49534f
            2d383835392d313a0873796d3b003a066f6f3a1053686f703a3a4f72646572073a08406964690c3a0b406c696e65735b0649220661063b
            06543a077374533a0c53686f703a3a53073a067869063a06793a067a3a076264753a0f426967446563696d616c0f31383a302e31323565
            323a0664553a09446174655b0b690069031c8b25690069006900660c323239393136313a067449753a0954696d650da4111fc0a131493b
            063a097a6f6e65492208555443063b06463a06726f3a0a52616e6765083a096578636c463a0a626567696e69063a08656e64690a3a0863
            6c73631053686f703a3a4f726465723a086d6f646d0953686f703a077265492f0861622b01063b0646690a690b3a087365746f3a085365
            74063a0a40686173687d06690654463a0663553a0c436f6d706c65785b07690669073a0671553a0d526174696f6e616c5b07690669083a
            0764687d066906690769083a07757349220a6173636969063b0646");
        let want = concat!(
            r#"{"a":1,"b":[null,true,false,-1,255,-300,70000,1073741824,2147483648,1180591620717411303424,"#,
            r#"-1180591620717411303424,1.5,"Infinity","NaN",-0.0,1e100,0.1],"s":"é","s2":"é","bin":{"$bytes":"/wA="},"#,
            r#""lat":"é","sym":":a","o":{"@class":"Shop::Order","id":7,"lines":["a"]},"st":{"@class":"Shop::S","x":1,"y":":z"},"#,
            r#""bd":12.5,"d":"2024-05-13","t":"2024-05-13T04:14:52.602529Z","r":{"@class":"Range","excl":false,"begin":1,"end":5},"#,
            r#""cls":"Shop::Order","mod":"Shop","re":"/ab+/i","5":6,"set":{"@class":"Set","hash":{"1":true,"@default":false}},"#,
            r#""c":{"@class":"Complex","@dump":[1,2]},"q":{"@class":"Rational","@dump":[1,3]},"dh":{"1":2,"@default":3},"us":"ascii"}"#
        );
        assert_eq!(shown(read, &bytes), want);
        damaged(&bytes, |bytes| drop(read(bytes, &mut Room::default())));
        // Marshal.dump([Str2.new("x"), Time.new(2024, 5, 13, 4, 14, 52, "+02:00")]), Str2 a subclass of String.
        let bytes = hex(
            "04085b0749433a0953747232220678063a06455449753a0954696d650da2111f800000403b073a097a6f6e65303a0b6f66667365
            746902201c",
        );
        assert_eq!(shown(read, &bytes), r#"["x","2024-05-13T04:14:52+02:00"]"#);
    }

    #[test]
    fn rings_and_depths_end() {
        // a = []; a << a; Marshal.dump(a).
        assert_eq!(shown(read, &hex("04085b064000")), r#"[{"@link":0}]"#);
        for piece in [&b"[\x06"[..], b"I[\x06", b"e:\x06a", b"I", b"U:\x06a", b"{\x06"] {
            let deep = [&[4, 8][..], &piece.repeat(500_000 / piece.len())].concat();
            let trouble = read(&deep, &mut Room::default()).expect_err("deep");
            assert!(trouble.is_too_large, "{piece:?} {trouble:?}");
        }
        assert_eq!(shown(read, b"\x04\x08[\x07[\x06i\x06@\x06"), "[[1],[1]]");
        assert!(shown(read, &hex("04084006")).contains("a link to nothing"));
    }
}
