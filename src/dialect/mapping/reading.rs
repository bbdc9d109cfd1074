//! What a row says by a mapping: the value of each role.

use std::borrow::Cow;
use std::collections::HashSet;

use super::*;

impl Mapping {
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
        let found = self.look(&self.payload, row);
        if !found.is_null() {
            return found;
        }
        // What cannot be looked into is handed over whole, so that why is said.
        let is_closed = |source: &&Source| {
            let slot = row.decoded.get(source.column).and_then(OnceCell::get);
            let is_open = |node: &Node| matches!(node, Node::Object(_) | Node::Array(_) | Node::Null);
            !source.path.is_empty() && slot.is_some_and(|decoded| decoded.error.is_some() || !is_open(&decoded.node))
        };
        let closed = self.payload.iter().find(is_closed).and_then(|source| row.cells.get(source.column));
        closed.copied().unwrap_or_default()
    }

    /// The state before it, as stored; nothing where the payload is the state, or no column holds it.
    pub fn before<'r>(&self, row: &Row<'r>) -> Cell<'r> {
        self.look(&self.before.0, row)
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
    pub(super) fn other_chains(&self) -> impl Iterator<Item = &Vec<Decode>> {
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
    pub(super) fn moment(&self, cell: Cell<'_>) -> Option<Time> {
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
        let mut tags = match &self.items {
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
        // A tag that is there twice makes no second event.
        let mut seen = HashSet::new();
        tags.retain(|tag| *tag != Node::Null && seen.insert(json::to_text(tag)));
        Node::array(if tags.is_empty() { vec![Node::Null] } else { tags })
    }

    /// Decodes a payload, in the way that [`Mapping::coding`] says, and takes the framework's
    /// wrappers off.
    pub fn decode_payload(&self, cell: Cell<'_>, coding: u8) -> Decoded {
        let mut decoded = self.restored(decode(cell, self.decoders(coding)));
        peel(&mut decoded, &self.peel);
        decoded
    }

    /// Decodes the state before a row.
    pub fn decode_before(&self, cell: Cell<'_>) -> Decoded {
        self.restored(decode(cell, &self.before.1))
    }

    /// Decodes metadata.
    pub fn decode_metadata(&self, cell: Cell<'_>) -> Decoded {
        self.restored(decode(cell, &self.metadata_decode))
    }

    fn restored(&self, decoded: Decoded) -> Decoded {
        if self.is_typed { Decoded { node: typed::restored(&decoded.node), ..decoded } } else { decoded }
    }

    /// The first of a field's places that holds something.
    pub(super) fn look<'r>(&self, field: &Field, row: &Row<'r>) -> Cell<'r> {
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
