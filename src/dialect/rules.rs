//! What the sections of a dialect's file say, as TOML writes it: which rows are events, and where
//! in a row each value stands.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::decode::{Decode, Wrapper};
use super::file::Detect;
use super::group::{Group, StreamMember};
use super::link::LinkRule;
use super::mapping::KEY;
use super::template::{Filter, Part, Template};
use super::{Name, RowStates, Table};
use crate::model::{FindingCode, TimeUnit};

/// A table's name, several (`a|b`), or `*` for any; `*x` ends so, `x*` begins so.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Names")]
pub(super) enum TableName {
    Any,
    Named(Names),
}

impl From<Names> for TableName {
    fn from(names: Names) -> TableName {
        match names.0.as_slice() {
            [name] if name.as_str() == "*" => TableName::Any,
            _ => TableName::Named(names),
        }
    }
}

impl TableName {
    pub(super) fn is(&self, name: &Name) -> bool {
        match self {
            TableName::Any => true,
            TableName::Named(names) => names.match_name(name),
        }
    }

    /// Only a part of its name is told.
    pub fn is_pattern(&self) -> bool {
        let has_star = |name: &Name| name.plain().len() > 1 && name.plain().contains('*');
        matches!(self, TableName::Named(names) if names.0.iter().all(has_star))
    }

    /// A table that is called so.
    pub(super) fn example(&self) -> &str {
        match self {
            TableName::Named(Names(names)) => names.first().map_or("", Name::as_str),
            TableName::Any => "my_events",
        }
    }
}

/// One name, or several that mean the same: `"a"`, `"a|b"` or `["a", "b"]`. The first that is
/// there counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "OneOrMore")]
pub(super) struct Names(pub Vec<Name>);

enum OneOrMore {
    One(String),
    More(Vec<String>),
}

// Written out, for each dialect has dozens: to try one form after the other takes a copy of each.
impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OneOrMore, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<OneOrMore, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = texts.next_element()? {
                    all.push(text);
                }
                Ok(OneOrMore::More(all))
            }
        }
        from.deserialize_any(Texts)
    }
}

impl From<OneOrMore> for Names {
    fn from(names: OneOrMore) -> Names {
        Names(match names {
            OneOrMore::One(names) => names.split('|').map(Name::from).collect(),
            OneOrMore::More(names) => names.into_iter().map(Name::from).collect(),
        })
    }
}

impl Names {
    /// It is one of these; `*x` ends so, `x*` begins so.
    pub(super) fn match_name(&self, name: &Name) -> bool {
        self.0.iter().any(|own| match (own.plain().strip_prefix('*'), own.plain().strip_suffix('*')) {
            (Some(end), _) => name.plain().ends_with(end),
            (_, Some(begin)) => name.plain().starts_with(begin),
            _ => own.is_like(name),
        })
    }

    pub(super) fn or(&self) -> String {
        self.0.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ")
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    /// The events table; `*` is the one that was detected.
    pub table: TableName,
    /// What names of its columns may begin with, `m.`, where there are joins.
    pub alias: Option<String>,
    #[serde(default)]
    pub joins: Vec<JoinRule>,
    /// Of lines that have the same value here the last counts.
    pub replaces: Option<Name>,
    /// A line that has this takes away what it would replace.
    pub gone: Option<Name>,
    /// Rows for which one of these does not hold are no events.
    #[serde(default, rename = "where")]
    pub tests: Vec<Test>,
    /// The column that says whose a row is, where several share a store.
    pub tenant: Option<Name>,
    /// The array inside a row whose items are events; a row without it holds none.
    pub items: Option<FieldRule>,
    /// What an event is of, where there are no streams: it is in one for each of these, or in one
    /// of those that have none. A list; or, with `rest`, every column that nothing names and that
    /// holds something, as `column:value`.
    pub tags: Option<FieldRule>,
    /// Several rows are one event.
    pub group: Option<Group>,
    /// How events point at others.
    #[serde(default, rename = "link")]
    pub links: Vec<LinkRule>,
    /// What stands behind this in a category is a kind of its streams: `account:command` is listed
    /// below `account`.
    pub kinds: Option<String>,
    /// Streams of rows that are all marked as the framework's own are listed as others are.
    #[serde(default)]
    pub lists_system: bool,
    /// Where nothing numbers the events of a stream, their times do, and not where they lie.
    #[serde(default)]
    pub by_time: bool,
    /// The table that says what the others hold, where their names do not.
    pub names: Option<Registry>,
    /// What is to be said of every store, or of some of its tables.
    #[serde(default, rename = "doubt")]
    pub doubts: Vec<Doubt>,
    /// What rows hold where they hold states.
    pub state: Option<RowStates>,
    pub map: EventMap,
}

impl Events {
    /// Every row of the table that is meant is an event by this map.
    pub fn of(map: EventMap) -> Events {
        Events {
            table: TableName::Any,
            alias: None,
            joins: Vec::new(),
            replaces: None,
            gone: None,
            tests: Vec::new(),
            tenant: None,
            items: None,
            tags: None,
            group: None,
            links: Vec::new(),
            kinds: None,
            lists_system: false,
            by_time: false,
            names: None,
            doubts: Vec::new(),
            state: None,
            map,
        }
    }
}

/// A table with a row for each other: what it is called, and what it holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registry {
    pub table: Name,
    /// The column of the table's name, a schema may stand before it.
    pub of: Name,
    /// The column of what it holds.
    pub is: Name,
}

/// What is not known of a store, or is not read of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doubt {
    pub code: FindingCode,
    /// Behind the tables' names, where it is of tables.
    pub says: String,
    /// It is said of tables that are so, and only where there are some.
    pub of: Option<Detect>,
}

/// Another table, of which one row belongs to each row of the events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinRule {
    pub table: Name,
    pub alias: String,
    pub on: Vec<On>,
    /// Where no table is called so, one that has these columns is it.
    #[serde(default)]
    pub columns: Vec<Name>,
    /// Of several rows the one that has the smallest number here.
    pub first: Option<String>,
    /// Events without such a row are events all the same.
    #[serde(default)]
    pub optional: bool,
}

/// `m.stream_id = s.id`, or with a whole number, `s.id = 0`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum On {
    Columns(String, String),
    Is(String, i64),
}

impl TryFrom<String> for On {
    type Error = String;

    fn try_from(text: String) -> Result<On, String> {
        let sides = text.split_once('=').map(|(left, right)| (left.trim(), right.trim()));
        match sides {
            Some((left, right)) if left.contains('.') && right.contains('.') => {
                Ok(On::Columns(left.to_owned(), right.to_owned()))
            }
            Some((left, right)) if left.contains('.') && right.parse::<i64>().is_ok() => {
                Ok(On::Is(left.to_owned(), right.parse().unwrap_or_default()))
            }
            _ => Err(format!("{text:?} is not of the form a.column = b.column or a.column = 0")),
        }
    }
}

/// `["deleted", "=", false]`, `["payload", "is", "not null"]`; in lines also of a member of a
/// member, `after.op`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Test(pub Name, pub Comparison, pub Scalar);

impl Test {
    pub fn check(&self) -> Result<(), String> {
        match self {
            Test(_, Comparison::Is, Scalar::Text(word)) if matches!(word.as_str(), "null" | NOT_NULL) => Ok(()),
            Test(name, Comparison::Is, _) => Err(format!("{name} \"is\" either \"null\" or \"{NOT_NULL}\"")),
            _ => Ok(()),
        }
    }
}

/// What a value [`Comparison::Is`] that is there.
pub(super) const NOT_NULL: &str = "not null";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Comparison {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    /// The text has this in it.
    #[serde(rename = "has")]
    Has,
    /// It is `null`, or `not null`; what a line lacks is null.
    #[serde(rename = "is")]
    Is,
}

/// A value in a dialect's file.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Scalar {
    Bool(bool),
    Integer(i64),
    Text(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventMap {
    pub stream: TextRule,
    pub category: Option<TextRule>,
    pub version: Option<FieldRule>,
    pub position: Option<FieldRule>,
    pub event_id: Option<TextRule>,
    #[serde(rename = "type")]
    pub event_type: FieldRule,
    pub payload: FieldRule,
    pub metadata: Option<FieldRule>,
    pub time: Option<FieldRule>,
    pub status: Option<FlagRule>,
    /// Each that holds sets a mark; one may stand without its brackets.
    #[serde(default, deserialize_with = "one_or_more")]
    pub mark: Vec<FlagRule>,
}

/// A template (`"{a}-{b|before:-}"`), one value, several with a hyphen between them, or a member
/// of the payload that is found by what the first rows hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "TextForm")]
#[expect(clippy::large_enum_variant, reason = "a dialect has a handful of them, each once")]
pub(super) enum TextRule {
    Template(Template),
    /// The first of which all values are there.
    Either(Vec<Template>),
    Field(FieldRule),
    Joined(Vec<FieldRule>),
    Member(StreamMember),
}

impl TextRule {
    /// The table's key is part of it.
    pub fn asks_for_key(&self) -> bool {
        let asks =
            |template: &Template| template.0.iter().any(|part| matches!(part, Part::Value(name, _) if name == KEY));
        match self {
            TextRule::Template(template) => asks(template),
            TextRule::Either(templates) => templates.iter().any(asks),
            TextRule::Field(_) | TextRule::Joined(_) | TextRule::Member(_) => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "it is a rule a moment later")]
enum TextForm {
    Text(String),
    Texts(Vec<String>),
    Member(StreamMember),
    Field(FieldRule),
    Joined(Vec<FieldRule>),
}

impl TryFrom<TextForm> for TextRule {
    type Error = String;

    fn try_from(form: TextForm) -> Result<TextRule, String> {
        Ok(match form {
            TextForm::Text(text) => TextRule::Template(Template::try_from(text)?),
            TextForm::Texts(texts) => {
                TextRule::Either(texts.into_iter().map(Template::try_from).collect::<Result<_, String>>()?)
            }
            TextForm::Member(member) => TextRule::Member(member),
            TextForm::Field(field) => TextRule::Field(field),
            TextForm::Joined(fields) => TextRule::Joined(fields),
        })
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldRule {
    /// Column, or a top-level key of a line.
    pub col: Option<Names>,
    /// Path in the payload, `$.a.b`; in the metadata or the item, `metadata:$.a`, `item:$.a`;
    /// with `col` in that column.
    #[serde(default)]
    pub json: JsonPaths,
    /// Of several columns that a table has the first counts that holds a value.
    #[serde(default)]
    pub any: bool,
    /// Paths in the payload that come before the column, where something is there.
    #[serde(default)]
    pub first: Vec<JsonPath>,
    /// Values behind their names in a flat list, `["a", "1", "b", "2"]`: by the list's column the
    /// names, of which the first counts that is there. They come before all others.
    #[serde(default)]
    pub pair: BTreeMap<String, Vec<String>>,
    /// Columns that are the members of an object, where the value is put together of them.
    #[serde(default)]
    pub members: Vec<MemberRule>,
    /// How the column's bytes are looked into, where another role has it as its payload.
    #[serde(default)]
    pub inside: Vec<Decode>,
    /// What is done with the text, as in a template.
    #[serde(default)]
    pub filter: Vec<Filter>,
    /// Keep what stands before the first occurrence.
    pub before: Option<String>,
    /// Keep what follows the last occurrence; of several texts one after the other.
    #[serde(default)]
    pub after_last: Texts,
    /// How bytes become JSON: `json`, `zlib`, `gzip`, `auto`, in order.
    #[serde(default)]
    pub decode: Vec<Decode>,
    /// Older stores may lack it.
    #[serde(default)]
    pub optional: bool,
    /// Where no column holds it, the columns that nothing else names are it.
    #[serde(default)]
    pub rest: bool,
    /// All columns are it, but for those that are called so: `history_*`.
    pub row_without: Option<Names>,
    /// So are columns that are called as another and this behind it, `_mod`: they say whether that
    /// one changed.
    pub row_flags: Option<String>,
    /// The number of a stream's first event, where the store counts none.
    pub base: Option<i64>,
    /// What is added to the number.
    #[serde(default)]
    pub add: i64,
    /// The number is counted over all streams, so that those of one have gaps.
    #[serde(default)]
    pub shared: bool,
    /// What values mean, by their text; others stay as they are.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// The name of a variant: a text, the only member of an object, or a member that is called so.
    #[serde(default)]
    pub tag: bool,
    /// The column that says how the bytes become JSON, where rows differ; or a path, `item:$.D`, or
    /// `message:$.serializer` inside a column.
    pub by: Option<Names>,
    /// By its value, in place of `decode`.
    #[serde(default)]
    pub decode_by: BTreeMap<String, Vec<Decode>>,
    /// By the column that holds the value, in place of `decode`.
    #[serde(default)]
    pub decode_by_col: BTreeMap<String, Vec<Decode>>,
    /// Columns of whole numbers that tell the order where the first is the same.
    #[serde(default)]
    pub then: Vec<Name>,
    /// A second number that is part of the time.
    pub plus: Option<Box<FieldRule>>,
    /// The version is the item's place in its row, counted from here; with `col` that is added to
    /// the row's own.
    pub item: Option<i64>,
    /// The version is that of the row's last item.
    #[serde(default)]
    pub last_of_items: bool,
    /// What a number counts that is a time.
    pub unit: Option<Unit>,
    /// 16 bytes are a UUID as Windows lays it out: the first three groups are turned round.
    #[serde(default)]
    pub guid: bool,
    /// A user's `--map`: the name may be a path, `data.task_id`.
    #[serde(skip)]
    pub by_hand: bool,
    /// What no column is called is a member of the payload.
    #[serde(skip)]
    pub in_payload: bool,
    /// The text, where there is no value.
    pub or: Option<String>,
}

impl FieldRule {
    /// Where the row is the payload: the column is the trail's own, and no part of it.
    pub fn leaves_out(&self, column: &Name, table: &Table) -> bool {
        let is_flag = |ending: &String| {
            let text = column.as_str();
            let at = text.len().checked_sub(ending.len())?;
            let (of, own) = text.split_at_checked(at)?;
            (own.eq_ignore_ascii_case(ending) && !of.is_empty()).then(|| Name::from(of))
        };
        self.row_without.as_ref().is_some_and(|except| except.match_name(column))
            || self.row_flags.as_ref().and_then(is_flag).is_some_and(|of| table.column(&of).is_some())
    }
}

/// One member of an object that is put together of columns; null where the table lacks the column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberRule {
    pub name: String,
    pub col: Names,
    /// Path in that column.
    pub json: Option<JsonPath>,
    /// It is a time, and written as such.
    #[serde(default)]
    pub time: bool,
}

/// One text or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "OneOrMore")]
pub(super) struct Texts(pub Vec<String>);

impl From<OneOrMore> for Texts {
    fn from(texts: OneOrMore) -> Texts {
        Texts(match texts {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        })
    }
}

/// A unit of times by its word.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Unit(pub TimeUnit);

impl TryFrom<String> for Unit {
    type Error = String;

    fn try_from(name: String) -> Result<Unit, String> {
        TimeUnit::named(&name).map(Unit).ok_or_else(|| format!("{name} is no unit of times; they are {}", unit_names()))
    }
}

pub(super) fn unit_names() -> String {
    TimeUnit::ALL.map(TimeUnit::name).join(", ")
}

/// One path, or several of which the first counts where something is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "OneOrMore")]
pub(super) struct JsonPaths(pub Vec<JsonPath>);

impl TryFrom<OneOrMore> for JsonPaths {
    type Error = String;

    fn try_from(paths: OneOrMore) -> Result<JsonPaths, String> {
        let paths = match paths {
            OneOrMore::One(path) => vec![path],
            OneOrMore::More(paths) => paths,
        };
        paths.into_iter().map(JsonPath::try_from).collect::<Result<_, _>>().map(JsonPaths)
    }
}

/// `$.a.b`, `$['a'].b` or `$.a[0]`: members to follow, and from where.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(super) struct JsonPath {
    pub of: PathOf,
    pub members: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathOf {
    Payload,
    Metadata,
    Item,
}

impl TryFrom<String> for JsonPath {
    type Error = String;

    fn try_from(text: String) -> Result<JsonPath, String> {
        let wrong = || format!("{text:?} is no path such as $.a.b or $['a'].b");
        let (of, path) = match text.split_once(":$") {
            Some(("payload", path)) => (PathOf::Payload, path),
            Some(("metadata", path)) => (PathOf::Metadata, path),
            Some(("item", path)) => (PathOf::Item, path),
            _ => (PathOf::Payload, text.strip_prefix('$').ok_or_else(wrong)?),
        };
        let mut rest = path;
        let mut members = Vec::new();
        while !rest.is_empty() {
            let (member, behind) = if let Some(inside) = rest.strip_prefix("['") {
                inside.split_once("']").ok_or_else(wrong)?
            } else if let Some(inside) = rest.strip_prefix('[') {
                let place = inside.split_once(']').ok_or_else(wrong)?;
                place.0.parse::<usize>().map_err(|_| wrong())?;
                place
            } else {
                let inside = rest.strip_prefix('.').ok_or_else(wrong)?;
                inside.split_at(inside.find(['.', '[']).unwrap_or(inside.len()))
            };
            if member.is_empty() {
                return Err(wrong());
            }
            members.push(member.to_owned());
            rest = behind;
        }
        Ok(JsonPath { of, members })
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peel {
    #[serde(default)]
    pub payload: Vec<Wrapper>,
}

/// One rule, or several in brackets.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<FlagRule>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Rules {
        One(FlagRule),
        More(Vec<FlagRule>),
    }
    Ok(match Rules::deserialize(from)? {
        Rules::One(rule) => vec![rule],
        Rules::More(rules) => rules,
    })
}

/// A column whose value has a meaning: stored value to word.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagRule {
    pub col: Names,
    /// What is taken of the value first.
    pub filter: Option<Filter>,
    pub values: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_two_forms() {
        let parse = |text: &str| JsonPath::try_from(text.to_owned()).map(|path| path.members);
        assert_eq!(parse("$.a.b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(parse("$['$type'].b"), Ok(vec!["$type".to_owned(), "b".to_owned()]));
        assert_eq!(parse("$[0].b"), Ok(vec!["0".to_owned(), "b".to_owned()]));
        let of = |text: &str| JsonPath::try_from(text.to_owned()).map(|path| path.of);
        assert_eq!((of("metadata:$.a"), of("item:$")), (Ok(PathOf::Metadata), Ok(PathOf::Item)));
        for wrong in ["a.b", "$.", "$['a", "$a", "$[a]", "rows:$.a"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
