//! [`Mapping`]: a dialect's rules resolved against the columns of a table, and the pure
//! functions that turn a row's cells into event fields.

mod by_hand;
mod condition;
mod members;
mod reading;
mod resolve;

use std::cell::OnceCell;
use std::collections::HashMap;

pub use by_hand::{Layout, Spot};
use members::Member;
pub(in crate::dialect) use resolve::KEY;

use super::decode::{Decode, Decoded, Wrapper, decode, peel};
use super::link::{LinkRule, Linking};
use super::rules::{Comparison, Scalar};
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
    /// The state before a row, where its payload says what changed.
    before: (Field, Vec<Decode>),
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
}

/// What is JSON already passes through these steps as it is.
fn leaves_json(chain: &[Decode]) -> bool {
    chain.iter().all(|step| matches!(step, Decode::Auto | Decode::Json))
}
