//! [`Mapping`]: a dialect's rules resolved against the columns of a table, and the pure
//! functions that turn a row's cells into event fields.

mod by_hand;
mod condition;
mod members;
mod resolve;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

pub use by_hand::{Layout, Spot};
use members::Member;
pub(in crate::dialect) use resolve::KEY;

use super::decode::{Decode, Decoded, Wrapper, decode, peel};
use super::file::{Comparison, Scalar};
use super::link::{LinkRule, Linking};
use super::template::{Filter, category_of};
use super::{Cell, Chain, Declared, Library, Name};
use crate::model::json::{self, with_whole_characters};
use crate::model::{
    Link, Listing, Marks, NameForm, Node, Number, Numbering, Position, StreamStatus, Text, Time, TimeUnit, typed,
};

/// What SQLite calls the hidden integer key of a row.
pub const ROWID: &str = "rowid";

/// A column whose cells a row must bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// 0 is the events table, then come the joined ones.
    pub table: usize,
    pub name: Name,
}

/// Stands for a row's item in place of a column.
const ITEM: usize = usize::MAX;

/// Where a value is found: in a cell, or inside one.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    /// Index into [`Mapping::columns`], or [`ITEM`].
    column: usize,
    /// Members to follow in the decoded cell.
    path: Vec<String>,
    reading: Reading,
}

/// What the form of a value does not say of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reading {
    Plain,
    /// 16 bytes are a UUID as Windows lays it out.
    Guid,
    /// A number is a time in this unit.
    Time(TimeUnit),
    /// What tells the variants of an enumeration apart: see [`tag`].
    Tag,
    /// The last member of the path is a name in a flat list, and the value stands behind it.
    Pair,
}

impl Source {
    fn of(column: usize) -> Source {
        Source { column, path: Vec::new(), reading: Reading::Plain }
    }
}

/// What numbers in the place of the time count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
    /// Nobody knows, so they are no times.
    Unknown,
    /// The same, and a finding of the store says so already.
    Undecided,
    Given(TimeUnit),
    /// The only unit that fits the first ones; where it does not fit, there is no time.
    Guessed(TimeUnit),
}

/// Places of one value: the first that holds something counts. In a table only one is left;
/// each line of JSON is asked for all of them.
type Field = Vec<Source>;

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    Value(Field, Vec<Filter>),
    /// The first of which all values are there.
    Either(Vec<Vec<Piece>>),
}

impl Piece {
    /// Every field that it is made of.
    fn fields(&self) -> Box<dyn Iterator<Item = &Field> + '_> {
        match self {
            Piece::Literal(_) => Box::new(std::iter::empty()),
            Piece::Value(field, _) => Box::new(std::iter::once(field)),
            Piece::Either(all) => Box::new(all.iter().flatten().flat_map(Piece::fields)),
        }
    }
}

#[derive(Clone, Debug)]
struct Flag {
    field: Field,
    filter: Option<Filter>,
    values: Vec<(String, String)>,
}

/// What the version of a row with several events counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// The event itself.
    Event,
    /// The last of the row's items.
    LastItem,
    /// The first of the row's items, or nothing: the item's place in the row, counted from here, is
    /// added.
    Place(i64),
}

/// A table that is joined to the events table.
#[derive(Clone, Debug)]
pub struct Join {
    /// The table's number in [`Column::table`].
    pub number: usize,
    pub table: Name,
    /// Pairs of columns that are equal.
    pub on: Vec<(Column, Column)>,
    /// What holds for its rows.
    pub tests: Vec<RowTest>,
    /// Of several rows that belong to one event the one with the smallest number here does.
    pub first: Option<Column>,
    /// Events without such a row are events all the same.
    pub optional: bool,
}

/// A row is an event only where this holds.
#[derive(Clone, Debug)]
pub struct RowTest {
    pub column: Column,
    pub comparison: Comparison,
    pub value: Scalar,
}

/// What several events of one row are told apart by.
#[derive(Clone, Debug)]
enum Items {
    /// They are the items of this array, decoded so.
    Events(Field, Vec<Decode>),
    /// The row is one event, which is in a stream for each item.
    Tags(Field, Vec<Decode>),
    /// The same for each of these columns that holds something.
    Columns(Vec<usize>),
}

impl Items {
    fn needs(&self, column: usize, is_in: impl Fn(&Field) -> bool) -> bool {
        match self {
            Items::Events(field, _) | Items::Tags(field, _) => is_in(field),
            Items::Columns(columns) => columns.contains(&column),
        }
    }
}

/// A dialect's rules over the columns of one table.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The events table.
    table: Name,
    columns: Vec<Column>,
    /// For each column how the events table spells it; `None` where it is not known to have it.
    spelled: Vec<Option<Name>>,
    /// For each column what its type says of the values, where it is the events table's.
    declared: Vec<Option<Declared>>,
    /// For each column whether a header needs its cell.
    in_header: Vec<bool>,
    joins: Vec<Join>,
    tests: Vec<RowTest>,
    /// The same of lines: where each looks, which may be inside a column.
    conditions: Vec<(Field, RowTest)>,
    /// Of lines that have the same value here the last counts; one that has the other takes it away.
    replaces: Option<(Name, Option<Name>)>,
    stream: Vec<Piece>,
    /// Empty: no rule names one.
    category: Vec<Piece>,
    /// Where a row stands for several events.
    items: Option<Items>,
    /// Where no value names the category, the stream's name does.
    category_of_stream: bool,
    /// Columns from this one on are only looked at: what they hold belongs to the payload.
    claimed: usize,
    version: Field,
    count: Count,
    numbering: Numbering,
    /// What is added to each version.
    added: i64,
    position: Field,
    /// Where it is the same these tell the order.
    then: Vec<Field>,
    /// The position is part of a header.
    orders: bool,
    event_id: Vec<Piece>,
    event_type: Vec<Piece>,
    payload: Field,
    payload_decode: Vec<Decode>,
    /// By column how its bytes are looked into, where they are not what their beginning says.
    inside: HashMap<usize, Vec<Decode>>,
    /// A value that says how rows are decoded, and for which texts of it how.
    decode_by: (Field, Vec<(String, Vec<Decode>)>),
    /// By the column that holds the payload how it is decoded, where that differs.
    decode_by_col: Vec<(usize, Vec<Decode>)>,
    metadata: Field,
    metadata_decode: Vec<Decode>,
    /// The metadata is an object of these, where no column holds it.
    members: Vec<Member>,
    /// Rows are parts of events, told apart by what a header of others does not need.
    is_grouped: bool,
    /// Columns that nothing else names; their members are the payload where no column holds it.
    rest: Option<Vec<usize>>,
    time: Field,
    /// A second part of it, and what it counts.
    plus: Option<(Field, TimeUnit)>,
    counting: Counting,
    status: Option<Flag>,
    marks: Vec<Flag>,
    links: Vec<LinkRule>,
    listing: Listing,
    /// The column of a link's id.
    cause: Field,
    peel: Vec<Wrapper>,
    library: Library,
    chain: Option<Chain>,
    /// Values are written as JSON that says more than JSON does: see [`crate::model::typed`].
    is_typed: bool,
    is_open: bool,
}

/// One row's cells, and what was decoded of them on the way.
pub struct Row<'r> {
    pub cells: &'r [Cell<'r>],
    /// As many as there are cells; empty where no field lies inside one.
    pub decoded: &'r [OnceCell<Decoded>],
    /// The item that is the event, where a row holds several.
    pub item: Option<Item<'r>>,
}

/// One of the events of a row.
#[derive(Clone, Copy)]
pub struct Item<'r> {
    pub node: &'r Node,
    /// Its place in the row, from 0.
    pub place: usize,
    /// Items of the row.
    pub of: usize,
}

impl<'r> Row<'r> {
    /// A row of which nothing is decoded.
    pub fn plain(cells: &'r [Cell<'r>]) -> Row<'r> {
        Row { cells, decoded: &[], item: None }
    }
}

impl Mapping {
    /// Columns to read, in the order of the cells.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// For each column whether a header needs it: payload, metadata and id it does not, unless a
    /// header's field lies inside, and the position only where events are ordered by it.
    pub fn in_header(&self) -> &[bool] {
        &self.in_header
    }

    fn header_needs(&self, column: usize) -> bool {
        if self.is_grouped {
            return true;
        }
        let field = |field: &Field| field.iter().any(|source| source.column == column);
        let text = |pieces: &[Piece]| pieces.iter().flat_map(Piece::fields).any(&field);
        let flag = |flag: &Flag| field(&flag.field);
        text(&self.stream)
            || text(&self.category)
            || text(&self.event_type)
            || field(&self.version)
            || field(&self.time)
            || self.plus.as_ref().is_some_and(|(plus, _)| field(plus))
            || (self.orders && (field(&self.position) || self.then.iter().any(field)))
            || self.items.as_ref().is_some_and(|items| items.needs(column, field))
            || self.status.iter().chain(&self.marks).any(flag)
    }

    pub fn joins(&self) -> &[Join] {
        &self.joins
    }

    pub fn tests(&self) -> &[RowTest] {
        &self.tests
    }

    /// Of lines with the same value in one member the last counts, and one that has the other
    /// member takes it away.
    pub fn replaces(&self) -> Option<(&Name, Option<&Name>)> {
        self.replaces.as_ref().map(|(id, gone)| (id, gone.as_ref()))
    }

    /// How its events vouch for each other.
    pub fn chain(&self) -> Option<&Chain> {
        self.chain.as_ref()
    }

    /// How events are numbered, as far as the dialect says; of the rows' order the container tells.
    pub fn numbering(&self) -> Numbering {
        self.numbering
    }

    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Sets and bytes are there as `{"$set":…}` and `{"$bytes":…}`.
    pub fn with_types(self) -> Mapping {
        Mapping { is_typed: true, ..self }
    }

    pub fn is_typed(&self) -> bool {
        self.is_typed
    }

    /// Lines of other kinds may stand between events: one without a name or type is none.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Some value lies inside a cell, so that rows need a place for decoded ones.
    pub fn looks_inside(&self) -> bool {
        let is_inside = |source: &Source| !source.path.is_empty() || source.reading == Reading::Tag;
        let inside = |field: &Field| field.iter().any(|source| source.column != ITEM && is_inside(source));
        let text = |pieces: &[Piece]| pieces.iter().flat_map(Piece::fields).any(inside);
        [&self.version, &self.position, &self.payload, &self.metadata, &self.time].into_iter().any(inside)
            || [&self.stream, &self.category, &self.event_id, &self.event_type].into_iter().any(|pieces| text(pieces))
            || self.members.iter().map(Member::field).chain(self.tested()).any(inside)
    }

    fn column_of(&self, field: &Field) -> Option<&Column> {
        match field.as_slice() {
            [source] if source.path.is_empty() => self.columns.get(source.column),
            _ => None,
        }
    }

    /// The column that alone is the stream's name, where there is one: rows of one
    /// stream can then be asked for by it.
    pub fn stream_column(&self) -> Option<&Column> {
        match self.stream.as_slice() {
            [Piece::Value(field, filters)] if filters.is_empty() => self.column_of(field),
            _ => None,
        }
    }

    /// The version's column.
    pub fn version_column(&self) -> Option<&Column> {
        self.column_of(&self.version)
    }

    /// The position's column, where there is one alone.
    pub fn position_column(&self) -> Option<&Column> {
        self.column_of(&self.position).filter(|_| self.then.is_empty())
    }

    /// Headers bring the position from now on: rows do not lie in its order.
    pub fn order_by_position(&mut self) {
        self.orders = !self.position.is_empty();
        self.in_header = (0..self.columns.len()).map(|at| self.header_needs(at)).collect();
    }

    /// Headers bring the position.
    pub fn orders(&self) -> bool {
        self.orders
    }

    /// The payload's column, where there is one alone and it says by itself how it is decoded.
    pub fn payload_column(&self) -> Option<&Column> {
        self.column_of(&self.payload).filter(|_| !self.has_codings())
    }

    /// Payloads are decoded in more than one way: see [`Mapping::coding`].
    pub fn has_codings(&self) -> bool {
        !(self.decode_by.1.is_empty() && self.decode_by_col.is_empty())
    }

    /// A payload that is stored as a JSON object or array is shown as it is stored: nothing is
    /// peeled off.
    pub fn shows_json_as_stored(&self) -> bool {
        self.peel.is_empty() && self.other_chains().chain([&self.payload_decode]).all(|chain| leaves_json(chain))
    }

    /// Payload and metadata that are stored as a JSON object or array are that, and nothing else.
    pub fn hands_on_json(&self) -> bool {
        !self.is_typed && self.shows_json_as_stored() && leaves_json(&self.metadata_decode)
    }

    /// The columns that alone are metadata and id, each shown as it is stored; `None` where one of them
    /// is something else, or the payload is.
    pub fn beside_columns(&self) -> Option<[Option<&Column>; 2]> {
        self.shown_columns()?;
        let id = match self.event_id.as_slice() {
            [Piece::Value(field, _)] => Some(self.column_of(field)?),
            _ => None,
        };
        let metadata = if self.metadata.is_empty() { None } else { Some(self.column_of(&self.metadata)?) };
        Some([metadata, id])
    }

    /// The columns whose text is all that is shown of id, payload and metadata, but for what a line
    /// has beside them, and whether it is the id's; `None` where it is not, for something is taken
    /// off, put together or given a name.
    pub fn shown_columns(&self) -> Option<Vec<(usize, bool)>> {
        let is_plain = self.items.is_none() && !self.is_grouped && self.members.is_empty() && self.hands_on_json();
        let none = Field::new();
        let id = match self.event_id.as_slice() {
            [] => Some(&none),
            [Piece::Value(field, filters)] if filters.is_empty() => Some(field),
            _ => None,
        };
        let id = id.filter(|_| is_plain)?.iter().map(|source| (source.column, true));
        let others = [&self.payload, &self.metadata].into_iter().flatten().map(|source| (source.column, false));
        let mut columns: Vec<_> = id.chain(others).collect();
        columns.sort_unstable();
        columns.dedup();
        Some(columns)
    }

    /// Columns that nothing names, whose values together are the payload; `None` where a
    /// payload has a place of its own. Lines are asked one by one: for them it is empty.
    pub fn rest(&self) -> Option<&[usize]> {
        self.rest.as_deref()
    }

    /// What the type of a column says of its values.
    pub fn declared(&self, column: usize) -> Option<Declared> {
        self.declared.get(column).copied().flatten()
    }

    /// Appends the stream's name; `None` where there is none, else what the name is made of.
    pub fn stream(&self, row: &Row<'_>, out: &mut String) -> Option<NameForm> {
        self.expand(&self.stream, row, Cell::to_id, out)
    }

    /// Appends the category of the row's stream; nothing where it has none.
    pub fn category(&self, row: &Row<'_>, stream: &str, out: &mut String) {
        let start = out.len();
        if self.category.is_empty() || self.expand(&self.category, row, Cell::to_text, out).is_none() {
            out.truncate(start);
            out.push_str(if self.category_of_stream { category_of(stream) } else { "" });
        }
    }

    /// What a column holds is not part of the payload, for something else in the mapping is it.
    pub fn claims(&self, column: usize) -> bool {
        column < self.claimed
    }

    pub fn event_id(&self, row: &Row<'_>, out: &mut String) -> bool {
        !self.event_id.is_empty() && self.expand(&self.event_id, row, Cell::to_id, out).is_some()
    }

    /// Appends the event's type; `false` where there is none.
    pub fn event_type(&self, row: &Row<'_>, out: &mut String) -> bool {
        self.expand(&self.event_type, row, Cell::to_text, out).is_some()
    }

    /// The stored version; `Err` with its text where it is no integer.
    pub fn version(&self, row: &Row<'_>) -> Result<Option<i64>, String> {
        let cell = self.look(&self.version, row);
        let behind = match (self.count, row.item) {
            (Count::Place(first), Some(item)) if self.version.is_empty() => return Ok(Some(first + item.place as i64)),
            (Count::Place(first), Some(item)) => first + item.place as i64,
            (Count::LastItem, Some(item)) => item.place as i64 + 1 - item.of as i64,
            _ => 0,
        };
        if cell.is_null() {
            return Ok(None);
        }
        match cell.to_integer() {
            Some(version) => Ok(Some(version.saturating_add(behind).saturating_add(self.added))),
            None => Err(cell.to_text().map(Cow::into_owned).unwrap_or_default()),
        }
    }

    /// Where the row is in the store's order. Of several numbers it is a text whose letters are in
    /// that order.
    pub fn position(&self, row: &Row<'_>) -> Position {
        let first = self.look(&self.position, row);
        if self.then.is_empty() {
            return first.to_position();
        }
        let cells = std::iter::once(first).chain(self.then.iter().map(|field| self.look(field, row)));
        let whole = |cell: Cell<'_>| cell.to_integer().filter(|number| *number >= 0);
        let numbers = cells.map(whole).collect::<Option<Vec<i64>>>();
        let Some(numbers) = numbers else { return first.to_position() };
        let digits: Vec<String> = numbers.iter().map(|number| format!("{number:019}")).collect();
        Position::Text(digits.join("-").into())
    }

    /// The payload as stored, and the column that holds it; [`Cell::Null`] where none does.
    pub fn payload<'r>(&self, row: &Row<'r>) -> Cell<'r> {
        self.look(&self.payload, row)
    }

    pub fn metadata<'r>(&self, row: &Row<'r>) -> Cell<'r> {
        self.look(&self.metadata, row)
    }

    /// The event's time, its text as stored, and whether it is stored as a number.
    pub fn time<'r>(&self, row: &Row<'r>) -> (Option<Time>, Option<Cow<'r, str>>, bool) {
        let cell = self.look(&self.time, row);
        if let Some(text) = date_in(cell) {
            return (Time::parse(&text), Some(Cow::Owned(text)), false);
        }
        let time = match (self.moment(cell), &self.plus) {
            (Some(time), Some((plus, unit))) => {
                self.look(plus, row).to_number().map_or(Some(time), |more| time.plus(*unit, more))
            }
            (time, _) => time,
        };
        (time, cell.to_text(), cell.is_number())
    }

    /// Which of the ways to decode the row's payload holds for it: 0 is the usual one.
    pub fn coding(&self, row: &Row<'_>) -> u8 {
        let (field, ways) = &self.decode_by;
        let by_value = || {
            let text = self.look(field, row).to_text().filter(|_| !ways.is_empty())?;
            ways.iter().position(|(own, _)| *own == text)
        };
        let by_column = || {
            let is_there = |source: &&Source| !self.at(source, row).is_null();
            let source = self.payload.iter().filter(|_| !self.decode_by_col.is_empty()).find(is_there)?;
            Some(ways.len() + self.decode_by_col.iter().position(|(column, _)| *column == source.column)?)
        };
        let way = by_value().or_else(by_column);
        way.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
    }

    fn decoders(&self, coding: u8) -> &[Decode] {
        let other = usize::from(coding).checked_sub(1).and_then(|at| self.other_chains().nth(at));
        other.unwrap_or(&self.payload_decode)
    }

    /// The ways to decode payloads beside the usual one, in the order of [`Mapping::coding`].
    fn other_chains(&self) -> impl Iterator<Item = &Vec<Decode>> {
        let by_value = self.decode_by.1.iter().map(|(_, chain)| chain);
        by_value.chain(self.decode_by_col.iter().map(|(_, chain)| chain))
    }

    /// What a text of JSON holds is decoded further: its letters count, not its quotes.
    pub fn unpacks_texts(&self, coding: u8) -> bool {
        !leaves_json(self.decoders(coding))
    }

    /// The same of metadata.
    pub fn unpacks_metadata(&self) -> bool {
        !leaves_json(&self.metadata_decode)
    }

    /// The time that a cell says.
    fn moment(&self, cell: Cell<'_>) -> Option<Time> {
        if let Some(text) = date_in(cell) {
            return Time::parse(&text);
        }
        let text = cell.to_text();
        // No number is a moment by itself, so the usual form is tried first.
        let written = if let Cell::Text(text) = cell { Time::parse(text) } else { None };
        written.or_else(|| match (cell.to_number(), self.counting) {
            (None, _) => text.as_deref().and_then(Time::parse),
            (Some(_), Counting::Unknown | Counting::Undecided) => None,
            (Some(number), Counting::Given(unit)) => unit.time(number),
            (Some(number), Counting::Guessed(unit)) => unit.time(number).filter(|time| time.is_likely()),
        })
    }

    /// Why a text in the place of the time is none, in words; `None` where that was said of
    /// the whole store.
    pub fn why_no_time(&self, text: &str) -> Option<String> {
        // PostgreSQL's words for no time at all.
        if matches!(text, "infinity" | "-infinity") {
            return None;
        }
        Some(match (Number::parse(text.trim()), self.counting) {
            (None, _) => format!("the time {text} is in no form that is known"),
            (Some(_), Counting::Unknown) => format!("the time {text} is a number of a unit that is not known"),
            (Some(_), Counting::Undecided) => return None,
            (Some(_), Counting::Given(unit)) => format!("the time {text} is no moment in {}", unit.sentence()),
            (Some(_), Counting::Guessed(unit)) => {
                format!("the time {text} is not between 1995 and 2100 in {}, as others are", unit.sentence())
            }
        })
    }

    /// Times may be numbers, and nothing says what they count.
    pub fn lacks_unit(&self) -> bool {
        !self.time.is_empty() && self.counting == Counting::Unknown
    }

    /// Takes the only unit that puts every one of these times between 1995 and 2100, and says
    /// so; `Err` says why there is none. Without such times nothing is decided.
    pub fn guess_unit(&mut self, times: &[Number]) -> Result<Option<String>, String> {
        let fits = |unit: &TimeUnit| times.iter().all(|time| unit.time(*time).is_some_and(Time::is_likely));
        let fitting: Vec<TimeUnit> = TimeUnit::ALL.into_iter().filter(fits).collect();
        match (fitting.as_slice(), times.iter().min(), times.iter().max()) {
            ([unit], _, Some(_)) => {
                self.counting = Counting::Guessed(*unit);
                let sentence = unit.sentence();
                Ok(Some(format!("its times are numbers: only as {sentence} are they between 1995 and 2100")))
            }
            (_, Some(least), Some(most)) => {
                self.counting = Counting::Undecided;
                let such = if least == most { format!("{least}") } else { format!("{least} and {most}") };
                Err(format!("the times are numbers such as {such}, and no unit is certain: name it, time=COLUMN:ms"))
            }
            _ => Ok(None),
        }
    }

    /// What the store says became of the row's stream.
    pub fn status(&self, row: &Row<'_>) -> StreamStatus {
        let words = self.status.as_ref().map(|flag| self.words(flag, row)).unwrap_or_default();
        match words.first().copied() {
            Some("archived") => StreamStatus::Archived,
            Some("soft-deleted") => StreamStatus::SoftDeleted,
            Some("tombstoned") => StreamStatus::Tombstoned,
            _ => StreamStatus::Active,
        }
    }

    /// What sets a row apart from a plain event.
    pub fn marks(&self, row: &Row<'_>) -> Marks {
        let words = self.marks.iter().flat_map(|flag| self.words(flag, row));
        words.filter_map(Marks::of).fold(Marks::NONE, Marks::and)
    }

    /// The id of another event that a column of its own holds.
    pub fn cause<'r>(&self, row: &Row<'r>) -> Option<Cow<'r, str>> {
        if self.cause.is_empty() { None } else { self.look(&self.cause, row).to_id() }
    }

    /// Where an event points.
    pub fn links(&self, event: &Linking<'_>) -> Vec<Link> {
        self.links.iter().filter_map(|rule| rule.link(event)).collect()
    }

    /// How streams are listed.
    pub fn listing(&self) -> Listing {
        self.listing.clone()
    }

    /// Events may point at one event alone.
    pub fn has_links(&self) -> bool {
        self.links.iter().any(LinkRule::is_of_events)
    }

    /// A row holds any number of events.
    pub fn has_items(&self) -> bool {
        self.items.is_some()
    }

    /// What a row's events are made of, as an array, decoded; [`Node::Null`] where it holds none.
    pub fn items(&self, cells: &[Cell<'_>]) -> Node {
        let list = |field: &Field, chain: &[Decode]| {
            let found = field.iter().find_map(|source| {
                let decoded = decode(*cells.get(source.column)?, chain);
                source.path.iter().try_fold(&decoded.node, |node, member| inside(node, member)).cloned()
            });
            found.unwrap_or(Node::Null)
        };
        let tags = match &self.items {
            None => return Node::Null,
            Some(Items::Events(field, chain)) => return list(field, chain),
            Some(Items::Tags(field, chain)) => match list(field, chain) {
                Node::Array(tags) => tags.to_vec(),
                Node::Null => Vec::new(),
                tag => vec![tag],
            },
            Some(Items::Columns(columns)) => {
                let tag = |at: &usize| {
                    let (column, value) = (self.columns.get(*at)?, cells.get(*at)?.to_id()?);
                    Some(Node::text(&format!("{}:{value}", column.name.as_str())))
                };
                columns.iter().filter_map(tag).collect()
            }
        };
        Node::array(if tags.is_empty() { vec![Node::Null] } else { tags })
    }

    /// Decodes a payload, in the way that [`Mapping::coding`] says, and takes the framework's
    /// wrappers off.
    pub fn decode_payload(&self, cell: Cell<'_>, coding: u8) -> Decoded {
        let mut decoded = self.restored(decode(cell, self.decoders(coding)));
        peel(&mut decoded, &self.peel);
        decoded
    }

    /// Decodes metadata.
    pub fn decode_metadata(&self, cell: Cell<'_>) -> Decoded {
        self.restored(decode(cell, &self.metadata_decode))
    }

    fn restored(&self, decoded: Decoded) -> Decoded {
        if self.is_typed { Decoded { node: typed::restored(&decoded.node), ..decoded } } else { decoded }
    }

    /// The first of a field's places that holds something.
    fn look<'r>(&self, field: &Field, row: &Row<'r>) -> Cell<'r> {
        let cells = field.iter().map(|source| self.at(source, row));
        cells.into_iter().find(|cell| !cell.is_null()).unwrap_or_default()
    }

    fn at<'r>(&self, source: &Source, row: &Row<'r>) -> Cell<'r> {
        if source.column == ITEM {
            let item =
                row.item.and_then(|item| source.path.iter().try_fold(item.node, |node, member| inside(node, member)));
            return item.map_or(Cell::Null, Cell::from);
        }
        let cell = row.cells.get(source.column).copied().unwrap_or_default();
        match cell {
            Cell::Bytes(bytes) if source.reading == Reading::Guid => return Cell::Guid(bytes),
            cell if cell.is_null() || (source.path.is_empty() && source.reading != Reading::Tag) => return cell,
            _ => {}
        }
        let Some(slot) = row.decoded.get(source.column) else { return Cell::Null };
        let whole = slot.get_or_init(|| match self.is_payload(source.column) {
            true => self.decode_payload(cell, self.coding(row)),
            false => decode(cell, self.inside.get(&source.column).map_or(&[Decode::Auto], Vec::as_slice)),
        });
        let follow = |path: &[String]| path.iter().try_fold(&whole.node, |node, member| inside(node, member));
        if let (Reading::Pair, Some((name, path))) = (source.reading, source.path.split_last()) {
            return follow(path).and_then(|list| behind(list, name)).map_or(Cell::Null, Cell::from);
        }
        let found = follow(&source.path);
        match source.reading {
            Reading::Tag => found.and_then(tag).map_or(Cell::Null, Cell::Text),
            _ => found.map_or(Cell::Null, Cell::from),
        }
    }

    fn is_payload(&self, column: usize) -> bool {
        self.payload.iter().any(|own| own.column == column && own.path.is_empty())
    }

    /// The decoded payload, where a field had to be looked for inside.
    pub fn payload_looked_into<'r>(&self, row: &Row<'r>) -> Option<&'r Decoded> {
        let slots = row.decoded.iter().enumerate();
        slots.filter(|(column, _)| self.is_payload(*column)).find_map(|(_, slot)| slot.get())
    }

    /// Half a surrogate pair, which no text can hold, stands where the stream, the type or the
    /// category is read.
    pub fn has_half_pair(&self, name: &str, row: &Row<'_>) -> bool {
        let pieces = match name {
            "stream" => &self.stream,
            "type" => &self.event_type,
            _ => &self.category,
        };
        let is_half = |source: &Source| match row.cells.get(source.column) {
            Some(Cell::Json(text)) if source.path.is_empty() => *with_whole_characters(text) != **text,
            _ => row.decoded.get(source.column).and_then(OnceCell::get).is_some_and(|decoded| decoded.replaced),
        };
        pieces.iter().flat_map(Piece::fields).any(|field| field.iter().any(is_half))
    }

    /// Columns that were looked into and are neither payload nor metadata, which are decoded
    /// later: where one has a key twice, its name and the key.
    pub fn twice_inside<'r>(&self, row: &Row<'r>) -> impl Iterator<Item = (&Name, &'r Text)> {
        let is_metadata = |column| self.metadata.iter().any(|own| own.column == column && own.path.is_empty());
        let slots = row.decoded.iter().zip(&self.columns).enumerate();
        slots.filter_map(move |(at, (slot, column))| {
            let key = slot.get()?.duplicate_key.as_ref()?;
            (!self.is_payload(at) && !is_metadata(at)).then_some((&column.name, key))
        })
    }

    /// What a flag's value means: at most one word, or one for each item of a list in a line.
    fn words<'m>(&self, flag: &'m Flag, row: &Row<'_>) -> Vec<&'m str> {
        let cell = self.look(&flag.field, row);
        // Every row has it: nothing is allocated for the usual answer, none.
        let mut values = flag.values.iter();
        let word = |(_, word): &'m (String, String)| word.as_str();
        if let Some((_, word)) = values.clone().find(|(value, _)| value == "*") {
            return if cell.is_null() { Vec::new() } else { vec![word.as_str()] };
        }
        if let (Cell::Integer(number), None) = (cell, &flag.filter) {
            return values.find(|(value, _)| value.parse() == Ok(number)).map(word).into_iter().collect();
        }
        let Some(text) = cell.to_text().filter(|text| text != "[]") else { return Vec::new() };
        let text = match &flag.filter {
            Some(filter) => filter.apply(text),
            None => text,
        };
        if !text.starts_with('[') {
            return values.find(|(value, _)| value.eq_ignore_ascii_case(&text)).map(word).into_iter().collect();
        }
        let Node::Array(items) = json::parse_text(&text).node else { return Vec::new() };
        let has = |value: &str| items.iter().any(|item| matches!(item, Node::String(item) if **item == *value));
        values.filter(|(value, _)| has(value)).map(word).collect()
    }

    /// Appends the text, each value `as_text`; `None` where one of them is missing.
    fn expand<'r>(
        &self,
        pieces: &[Piece],
        row: &Row<'r>,
        as_text: fn(Cell<'r>) -> Option<Cow<'r, str>>,
        out: &mut String,
    ) -> Option<NameForm> {
        let mut form: Option<NameForm> = None;
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Value(field, filters) => {
                    let cell = self.look(field, row);
                    let kind = cell.kind();
                    let text = match as_text(cell) {
                        Some(text) => filters.iter().fold(text, |text, filter| filter.apply(text)),
                        None => Cow::Borrowed(Filter::instead(filters)?),
                    };
                    form = Some(form.map_or(NameForm::of(kind), |before| before.and(out.len(), kind)));
                    out.push_str(&text);
                }
                Piece::Either(all) => {
                    let begin = out.len();
                    let found = all.iter().find_map(|pieces| {
                        out.truncate(begin);
                        self.expand(pieces, row, as_text, out)
                    });
                    form = Some(form.unwrap_or(found?));
                }
            }
        }
        form.or_else(|| Some(NameForm::default()))
    }
}

/// A member, or an item of a list by its place.
fn inside<'n>(node: &'n Node, member: &str) -> Option<&'n Node> {
    match node {
        Node::Array(items) => items.get(member.parse::<usize>().ok()?),
        node => node.get(member),
    }
}

/// Members that hold the variant's name, as they are mostly called.
const TAGS: [&str; 7] = ["type", "event_type", "eventType", "$type", "kind", "event", "tag"];

/// The name of a variant in the forms that serde and its like write: a text alone, the only member
/// of an object, or the text of a member that is called so.
fn tag(node: &Node) -> Option<&str> {
    let object = match node {
        Node::Object(object) => object,
        other => return other.as_str(),
    };
    if let Some(text) = TAGS.iter().find_map(|name| object.get(name)?.as_str()) {
        return Some(text);
    }
    match object.0.as_slice() {
        [(name, _)] => Some(name),
        _ => None,
    }
}

/// What stands behind a name in a flat list of names and values.
fn behind<'n>(list: &'n Node, name: &str) -> Option<&'n Node> {
    let Node::Array(items) = list else { return None };
    items.chunks_exact(2).find(|pair| pair[0].as_str() == Some(name)).map(|pair| &pair[1])
}

/// A date that a database for JavaScript wrote as an object around it.
fn date_in(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Json(text) if text.starts_with('{') => typed::date_in(&json::parse_text(text).node),
        Cell::Node(node) => typed::date_in(node),
        _ => None,
    }
}

/// What is JSON already passes through these steps as it is.
fn leaves_json(chain: &[Decode]) -> bool {
    chain.iter().all(|step| matches!(step, Decode::Auto | Decode::Json))
}
