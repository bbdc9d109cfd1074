//! XML as XStream writes it (<https://x-stream.github.io/tutorial.html>), and any other: elements
//! are members by their name, several of one name an array; attributes begin with `@`, the text
//! beside them is `#text`. `<entry>` pairs become members, `<null/>` is null, references are
//! followed. The class that the root is named after is its `@class`.

use quick_xml::Reader as Xml;
use quick_xml::events::{BytesStart, Event};

use super::read::{Room, Trouble};
use crate::model::json::is_number;
use crate::model::{Node, Text};

/// Elements looked at on the ways that references take.
const MAX_STEPS: usize = 50_000_000;

/// The name Axon gives to the map of an event's metadata.
const META_DATA: &str = "meta-data";

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Node, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
    let elements = parse(text.trim_start_matches('\u{feff}'))?;
    let Some(root) = elements.first() else { return Err("there is no element in it".into()) };
    let name = root.name.clone();
    let mut tree = Tree { made: vec![Made::Not; elements.len()], elements, steps: 0, room };
    let class = (name != META_DATA).then_some(name.as_str());
    tree.node(0, class)
}

struct Element {
    /// As it is in the file.
    tag: String,
    /// Without XStream's escapes.
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<usize>,
    parent: Option<usize>,
    /// `<a/>`, which XStream never writes for a text.
    is_empty: bool,
}

/// Every element in the order in which they begin.
fn parse(text: &str) -> Result<Vec<Element>, Trouble> {
    let mut xml = Xml::from_str(text);
    let mut room = Room::default();
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let at = xml.buffer_position();
        let fail = |why: String| Trouble::from(format!("{why} at byte {at}"));
        match xml.read_event().map_err(|error| fail(error.to_string()))? {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let is_empty = matches!(event, Event::Empty(_));
                let (Event::Start(start) | Event::Empty(start)) = event else { continue };
                if open.is_empty() && !elements.is_empty() {
                    return Err(fail("a second element stands behind the first".to_owned()));
                }
                let parent = open.last().copied();
                let element = element(&start, parent, is_empty, &mut room).map_err(fail)?;
                room.value(element.name.len())?;
                if let Some(parent) = parent {
                    let own = elements.len();
                    elements[parent].children.push(own);
                }
                if !is_empty {
                    room.open()?;
                    open.push(elements.len());
                }
                elements.push(element);
            }
            Event::End(_) => {
                room.close();
                open.pop();
            }
            Event::Text(piece) => {
                let piece = piece.decode().map_err(|error| fail(error.to_string()))?;
                append(&mut elements, &open, &piece).map_err(fail)?;
            }
            Event::CData(piece) => {
                let piece = piece.decode().map_err(|error| fail(error.to_string()))?;
                append(&mut elements, &open, &piece).map_err(fail)?;
            }
            Event::GeneralRef(name) => {
                let name = name.decode().map_err(|error| fail(error.to_string()))?;
                let c = character(&name).ok_or_else(|| fail(format!("`&{name};` is not known")))?;
                append(&mut elements, &open, c.encode_utf8(&mut [0; 4])).map_err(fail)?;
            }
            Event::DocType(_) => return Err(fail("it has a document type, which may name other files".to_owned())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if open.is_empty() => return Ok(elements),
            Event::Eof => return Err(fail("it ends inside an element".to_owned())),
        }
    }
}

fn append(elements: &mut [Element], open: &[usize], piece: &str) -> Result<(), String> {
    match open.last() {
        Some(at) => elements[*at].text.push_str(piece),
        None if piece.trim().is_empty() => {}
        None => return Err("text stands outside of the element".to_owned()),
    }
    Ok(())
}

fn element(start: &BytesStart<'_>, parent: Option<usize>, is_empty: bool, room: &mut Room) -> Result<Element, String> {
    let tag = std::str::from_utf8(start.name().into_inner()).map_err(|error| error.to_string())?.to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = std::str::from_utf8(attribute.key.into_inner()).map_err(|error| error.to_string())?;
        let value = std::str::from_utf8(&attribute.value).map_err(|error| error.to_string())?;
        room.value(value.len()).map_err(|trouble| trouble.message)?;
        attributes.push((name.to_owned(), unescaped(value)?));
    }
    let name = tag.replace("_-", "$").replace("__", "_");
    Ok(Element { tag, name, attributes, text: String::new(), children: Vec::new(), parent, is_empty })
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        let (name, after) = behind.split_once(';').ok_or("`&` without its `;`")?;
        out.push_str(before);
        out.push(character(name).ok_or_else(|| format!("`&{name};` is not known"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// What stands between `&` and `;`: also the control characters that XML 1.0 does not know.
fn character(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => digits.parse().ok()?,
        },
        None => {
            let names = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];
            return names.into_iter().find(|(own, _)| *own == name).map(|(_, c)| c);
        }
    };
    char::from_u32(number)
}

struct Tree<'r> {
    elements: Vec<Element>,
    made: Vec<Made>,
    steps: usize,
    room: &'r mut Room,
}

#[derive(Clone)]
enum Made {
    Not,
    /// It is being made: what points at it is inside it.
    Begun,
    Done(Node),
}

impl Tree<'_> {
    fn node(&mut self, at: usize, class: Option<&str>) -> Result<Node, Trouble> {
        self.made[at] = Made::Begun;
        let node = self.fresh(at, class)?;
        self.made[at] = Made::Done(node.clone());
        Ok(node)
    }

    fn fresh(&mut self, at: usize, class: Option<&str>) -> Result<Node, Trouble> {
        let element = &self.elements[at];
        if element.name == "null" && element.is_empty && element.attributes.is_empty() {
            return self.room.null();
        }
        let attributes = element.attributes.clone();
        let path = attributes.iter().find(|(name, _)| name == "reference").map(|(_, path)| path.as_str());
        if let Some(target) = path.map(|path| self.target(at, path)).transpose()?.flatten()
            && let Made::Done(node) = &self.made[target]
        {
            let node = node.clone();
            return self.room.again(&node);
        }
        let text = std::mem::take(&mut self.elements[at].text);
        let is_leaf = self.elements[at].children.is_empty();
        if is_leaf && attributes.is_empty() && class.is_none() && !self.elements[at].is_empty {
            return self.leaf(&self.elements[at].name.clone(), &text);
        }
        self.room.open()?;
        let mut members: Vec<(Text, Node)> = Vec::new();
        let has_class = attributes.iter().any(|(name, _)| name == "class");
        if let Some(class) = class.filter(|_| !has_class) {
            members.push((Text::from("@class"), self.room.text(class)?));
        }
        for (name, value) in &attributes {
            let value = if name == "class" { value.replace("_-", "$") } else { value.clone() };
            members.push((Text::from(format!("@{name}")), self.room.text(&value)?));
        }
        if !text.trim().is_empty() || is_leaf && !self.elements[at].is_empty {
            members.push((Text::from("#text"), self.room.text(&text)?));
        }
        let children = self.elements[at].children.clone();
        let inside = if self.are_entries(&children) { self.entries(&children) } else { self.children(&children) };
        members.extend(inside?);
        self.room.object(members)
    }

    /// An element whose name says what its text is.
    fn leaf(&mut self, name: &str, text: &str) -> Result<Node, Trouble> {
        const NUMBERS: [&str; 8] = ["int", "long", "short", "byte", "double", "float", "big-decimal", "big-int"];
        match name {
            name if NUMBERS.contains(&name) && is_number(text) => self.room.number(text),
            "boolean" if text == "true" || text == "false" => self.room.bool(text == "true"),
            _ => self.room.text(text),
        }
    }

    /// A map: nothing but entries of a key and a value.
    fn are_entries(&self, children: &[usize]) -> bool {
        !children.is_empty()
            && children.iter().all(|at| {
                let entry = &self.elements[*at];
                entry.name == "entry" && entry.attributes.is_empty() && entry.children.len() == 2
            })
    }

    fn entries(&mut self, children: &[usize]) -> Result<Vec<(Text, Node)>, Trouble> {
        let mut members = Vec::new();
        for at in children {
            self.room.open()?;
            let [key, value] = self.elements[*at].children[..] else { continue };
            let key = self.node(key, None)?;
            let key = self.room.key(&key)?;
            members.push((key, self.node(value, None)?));
            self.room.close();
        }
        Ok(members)
    }

    /// Members by name, in the order in which the names come first. `null` among others of one
    /// name is one of them; what stands in turns keeps its order in `@items`.
    fn children(&mut self, children: &[usize]) -> Result<Vec<(Text, Node)>, Trouble> {
        let mut names: Vec<String> = children.iter().map(|at| self.elements[*at].name.clone()).collect();
        let mut others: Vec<&String> = names.iter().filter(|name| *name != "null").collect();
        others.dedup();
        if let [only] = others.as_slice() {
            let only = (*only).clone();
            names.iter_mut().for_each(|name| name.clone_from(&only));
        }
        let mut runs = names.clone();
        runs.dedup();
        let count = runs.len();
        runs.sort_unstable();
        runs.dedup();
        let in_turns = runs.len() < count;
        let mut members: Vec<(Text, Node)> = Vec::new();
        let mut items: Vec<Node> = Vec::new();
        for (place, at) in children.iter().enumerate() {
            let node = self.node(*at, None)?;
            let name = &names[place];
            items.push(match in_turns {
                true => {
                    self.room.open()?;
                    self.room.object(vec![(Text::from(name.as_str()), node)])?
                }
                false => node,
            });
            if in_turns || names.get(place + 1) == Some(name) {
                continue;
            }
            let all = std::mem::take(&mut items);
            members.push((Text::from(name.as_str()), self.one_or_many(name, all)?));
        }
        if in_turns {
            self.room.open()?;
            members.push((Text::from("@items"), self.room.array(items)?));
        }
        Ok(members)
    }

    /// What can be no name of a field is an item of a list, also where it is alone.
    fn one_or_many(&mut self, name: &str, mut nodes: Vec<Node>) -> Result<Node, Trouble> {
        const TYPES: [&str; 9] = ["int", "long", "short", "byte", "double", "float", "boolean", "char", "string"];
        let is_item = TYPES.contains(&name) || name.contains(['.', '-']);
        match nodes.pop() {
            Some(node) if nodes.is_empty() && !is_item => Ok(node),
            last => {
                nodes.extend(last);
                self.room.open()?;
                self.room.array(nodes)
            }
        }
    }

    /// The element that a reference points at: `../a/b[2]` from the element, or `/root/a`.
    fn target(&mut self, from: usize, path: &str) -> Result<Option<usize>, Trouble> {
        let (mut at, path) = match path.strip_prefix('/') {
            Some(path) => (None, path),
            None => (Some(from), path),
        };
        for step in path.split('/') {
            at = match (step, at) {
                ("..", Some(own)) => self.elements[own].parent,
                ("..", None) => return Ok(None),
                (step, own) => {
                    let (name, place) =
                        step.strip_suffix(']').and_then(|step| step.split_once('[')).unwrap_or((step, "1"));
                    let Some(place) = place.parse::<usize>().ok().and_then(|place| place.checked_sub(1)) else {
                        return Ok(None);
                    };
                    let children: &[usize] = match own {
                        Some(own) => &self.elements[own].children,
                        None => &[0],
                    };
                    self.steps += children.len();
                    let found = children.iter().copied().filter(|child| self.elements[*child].tag == name).nth(place);
                    if self.steps > MAX_STEPS {
                        return Err(Trouble::too_large("its references go a long way"));
                    }
                    if found.is_none() {
                        return Ok(None);
                    }
                    found
                }
            };
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, shown};
    use super::*;

    #[test]
    fn what_xstream_writes_is_read() {
        // fixtures/real/axon/sqlite-xstream: Axon 4.13.0, XStream; the last as in jpa-xstream.
        for (xml, want) in [
            (
                r#"<com.example.ferry.Facts_-Launched><id>m/f Tern 6</id><name>M/F &quot;Sandøya&quot;&#x7;</name><tonnage>8477.844</tonnage><flags class="linked-hash-set"><string>PL</string></flags><lines/><on>1985-05-21</on></com.example.ferry.Facts_-Launched>"#,
                r#"{"@class":"com.example.ferry.Facts$Launched","id":"m/f Tern 6","name":"M/F \"Sandøya\"\u0007","tonnage":"8477.844","flags":{"@class":"linked-hash-set","string":["PL"]},"lines":{},"on":"1985-05-21"}"#,
            ),
            (
                "<meta-data><entry><string>traceId</string><string>ec3f</string></entry><entry><string>note</string><string></string></entry></meta-data>",
                r#"{"traceId":"ec3f","note":""}"#,
            ),
            (
                r#"<a.Sailed><fares class="linked-hash-map"><entry><string>adult</string><big-decimal>3358.27</big-decimal></entry><entry><string>bell</string><boolean>false</boolean></entry><entry><string>barn</string><null/></entry></fares><depths><int>10</int><int>3</int></depths></a.Sailed>"#,
                r#"{"@class":"a.Sailed","fares":{"@class":"linked-hash-map","adult":3358.27,"bell":false,"barn":null},"depths":{"int":[10,3]}}"#,
            ),
            (
                r#"<a.Refit><items><a.Item><what>oil</what></a.Item><a.Item><what>wick</what></a.Item></items><first reference="../items/a.Item[2]"/><remark class="int">5</remark><tags><string>x</string><null/><string>y</string></tags></a.Refit>"#,
                r##"{"@class":"a.Refit","items":{"a.Item":[{"what":"oil"},{"what":"wick"}]},"first":{"what":"wick"},"remark":{"@class":"int","#text":"5"},"tags":{"string":["x",null,"y"]}}"##,
            ),
            (
                r#"<a.B><languages resolves-to="java.util.CollSer" serialization="custom"><java.util.CollSer><default><tag>1</tag></default><int>2</int><string>nb</string><string>de</string></java.util.CollSer></languages></a.B>"#,
                r#"{"@class":"a.B","languages":{"@resolves-to":"java.util.CollSer","@serialization":"custom","java.util.CollSer":[{"default":{"tag":"1"},"int":[2],"string":["nb","de"]}]}}"#,
            ),
        ] {
            assert_eq!(shown(read, xml.as_bytes()), want);
            damaged(xml.as_bytes(), |bytes| drop(read(bytes, &mut Room::default())));
        }
    }

    #[test]
    fn odd_xml_is_shown_or_has_a_reason() {
        let mixed = "<list><int>1</int><string>a</string><int>2</int></list>";
        assert_eq!(shown(read, mixed.as_bytes()), r#"{"@class":"list","@items":[{"int":1},{"string":"a"},{"int":2}]}"#);
        let ring = r#"<a.Node><next reference=".."/><gone reference="../x"/></a.Node>"#;
        let want = r#"{"@class":"a.Node","next":{"@reference":".."},"gone":{"@reference":"../x"}}"#;
        assert_eq!(shown(read, ring.as_bytes()), want);
        assert_eq!(shown(read, b"<string>a</string>"), r##"{"@class":"string","#text":"a"}"##);
        for xml in
            ["", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "text", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "{}"]
        {
            assert!(shown(read, xml.as_bytes()).starts_with("! "), "{xml}: {}", shown(read, xml.as_bytes()));
        }
        assert!(read("<a>".repeat(200_000).as_bytes(), &mut Room::default()).expect_err("deep").is_too_large);
        let deepest = ["<a>".repeat(255), "</a>".repeat(255)].concat();
        assert!(read(deepest.as_bytes(), &mut Room::default()).is_ok());
        let mut laughs = String::from("<a><b0><c>lol</c></b0>");
        for level in 1..60 {
            let one = format!("<c reference=\"../../b{}\"/>", level - 1);
            laughs.push_str(&format!("<b{level}>{}</b{level}>", one.repeat(9)));
        }
        laughs.push_str("</a>");
        assert!(read(laughs.as_bytes(), &mut Room::default()).is_err_and(|trouble| trouble.is_too_large));
    }
}
