//! From a dialect's rules and the columns that are there to a [`Mapping`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::members;
use super::{Column, Count, Counting, Field, Flag, ITEM, Items, Join, Mapping, Piece, ROWID, Reading, RowTest, Source};
use crate::dialect::decode::Decode;
use crate::dialect::file::{Dialect, Lacks};
use crate::dialect::library::Ending;
use crate::dialect::rules::{
    Comparison, FieldRule, FlagRule, JoinRule, JsonPath, JsonPaths, Names, On, PathOf, Scalar, Test, TextRule,
};
use crate::dialect::template::{Filter, Part, Template};
use crate::dialect::{Name, ROLES, Table, nearest};
use crate::model::{Listing, Numbering, Text, TimeUnit};

/// Stands for the table's own name in a template.
const TABLE: &str = "$table";
/// Stands for the name of the store's file.
const FILE: &str = "$file";
/// Stands for the columns that tell one object of an audit trail from another.
pub(in crate::dialect) const KEY: &str = "$key";

/// The fields in which paths begin.
struct Inside {
    payload: Field,
    metadata: Field,
}

impl Inside {
    fn at(&self, path: &JsonPath) -> Field {
        match path.of {
            PathOf::Payload => members::below(&self.payload, &path.members),
            PathOf::Metadata => members::below(&self.metadata, &path.members),
            PathOf::Item => members::below(&vec![Source::of(ITEM)], &path.members),
        }
    }
}

/// The role of `--map` that a field's name in messages stands for.
fn role_of(field: &str) -> Option<&'static str> {
    let role = match field {
        "payload" => "data",
        "event id" => "id",
        same => same,
    };
    ROLES.into_iter().find(|own| *own == role)
}

pub(super) struct Resolver<'a> {
    tables: Vec<(&'a str, &'a Table)>,
    columns: Vec<Column>,
    /// By column how its bytes are looked into.
    inside: HashMap<usize, Vec<Decode>>,
}

impl<'a> Resolver<'a> {
    fn place(&mut self, column: Column) -> usize {
        match self.columns.iter().position(|other| *other == column) {
            Some(at) => at,
            None => {
                self.columns.push(column);
                self.columns.len() - 1
            }
        }
    }

    /// Takes `alias.` off a name.
    fn table_of<'n>(&self, name: &'n str) -> (usize, &'n str) {
        let found = name.split_once('.').and_then(|(alias, column)| {
            let at = self.tables.iter().position(|(own, _)| !own.is_empty() && *own == alias)?;
            Some((at, column))
        });
        found.unwrap_or((0, name))
    }

    /// The column of that name, if there is one.
    fn find(&self, name: &Name) -> Option<Column> {
        let (table, own) = self.table_of(name.as_str());
        let name = if own == name.as_str() { name.clone() } else { Name::from(own) };
        let of = self.tables[table].1;
        let found = of.column(&name).cloned();
        let hidden = || (of.has_rowid && !of.is_open && name.as_str() == ROWID).then_some(name.clone());
        Some(Column { table, name: found.or_else(hidden)? })
    }

    /// Every place at which a name's value may be found; of tables the one that is there.
    pub(super) fn sources(&mut self, names: &Names) -> Field {
        self.sources_of(names, false)
    }

    fn sources_of(&mut self, names: &Names, all: bool) -> Field {
        if self.tables[0].1.is_open {
            let columns = names.0.iter().map(|name| Column { table: 0, name: name.clone() });
            return columns.map(|column| Source::of(self.place(column))).collect();
        }
        let found = names.0.iter().filter_map(|name| self.find(name)).take(if all { usize::MAX } else { 1 });
        let found: Vec<Column> = found.collect();
        found.into_iter().map(|column| Source::of(self.place(column))).collect()
    }

    /// What a user's `--map` points at: a column of that name, or a path into one; and behind
    /// it, where no column is called so, how its value is read: `COL:ms`, `COL:guid`.
    fn by_hand(&mut self, name: &Name, role: &str) -> Result<Field, Lacks> {
        let whole = self.by_path(name, role);
        let Some((column, word)) = name.as_str().rsplit_once(':') else { return whole };
        let (reading, words) = match role {
            "time" => (TimeUnit::named(word).map(Reading::Time), TimeUnit::ALL.map(TimeUnit::name).to_vec()),
            "stream" | "event id" => ((word == "guid").then_some(Reading::Guid), vec!["guid"]),
            _ => return whole,
        };
        // A column called so is meant; of a member called so only where the word says nothing else.
        let is_column = |field: &Field| field.iter().any(|source| source.path.is_empty());
        if whole.as_ref().is_ok_and(|field| is_column(field) || reading.is_none()) {
            return whole;
        }
        // Where the column itself is missing, that is what must be said.
        let mut field = self.by_path(&Name::from(column), role)?;
        let Some(reading) = reading else {
            let near = nearest(&Name::from(word), &words.iter().copied().map(Name::from).collect::<Vec<_>>())
                .map(|near| format!("{column}:{near}"));
            let message = format!("{word} is no way to read the {role}; behind a column stands {}", words.join(", "));
            return Err(Lacks { message, near, role: role_of(role), by_hand: true });
        };
        field.iter_mut().for_each(|source| source.reading = reading);
        Ok(field)
    }

    fn by_path(&mut self, name: &Name, role: &str) -> Result<Field, Lacks> {
        let mut field = Field::new();
        let text = name.as_str();
        let ends = std::iter::once(text.len()).chain(text.rmatch_indices('.').map(|(at, _)| at));
        for end in ends {
            if let Some(column) = self.find(&Name::from(&text[..end])) {
                let path = text[end..].split('.').skip(1).map(str::to_owned).collect();
                field.push(Source { path, ..Source::of(self.place(column)) });
                if !self.tables[0].1.is_open {
                    break;
                }
            }
        }
        if !field.is_empty() {
            return Ok(field);
        }
        let near = nearest(name, &self.tables[0].1.columns).map(|near| near.as_str().to_owned());
        let message = format!("there is no column {name} for the {role}");
        Err(Lacks { message, near, role: role_of(role), by_hand: true })
    }

    fn field(&mut self, rule: &FieldRule, role: &str, inside: &Inside) -> Result<Field, Lacks> {
        if let (true, Some(Names(names))) = (rule.by_hand, &rule.col) {
            let Some(name) = names.first() else { return Ok(Field::new()) };
            let found = self.by_hand(name, role);
            return if found.is_err() && rule.in_payload { Ok(members::named(&inside.payload, name)) } else { found };
        }
        let mut field = match &rule.col {
            Some(names) => self.sources_of(names, rule.any),
            // Without a column a path lies in the payload.
            None if rule.json.0.is_empty() => inside.payload.clone(),
            None => rule.json.0.iter().flat_map(|path| inside.at(path)).collect(),
        };
        if rule.col.is_some() && !rule.json.0.is_empty() {
            let below = |path: &JsonPath| members::below(&field, &path.members);
            field = rule.json.0.iter().flat_map(below).collect();
        }
        let first = rule.first.iter().flat_map(|path| inside.at(path));
        field.splice(0..0, first);
        if !rule.inside.is_empty() {
            for source in &field {
                self.inside.insert(source.column, rule.inside.clone());
            }
        }
        let reading = match (rule.guid, rule.unit) {
            (true, _) => Reading::Guid,
            (false, Some(unit)) => Reading::Time(unit.0),
            (false, None) if rule.tag => Reading::Tag,
            (false, None) => Reading::Plain,
        };
        field.iter_mut().for_each(|source| source.reading = reading);
        let pairs: Vec<Source> = rule.pair.iter().flat_map(|(list, names)| self.pairs(list, names)).collect();
        field.splice(0..0, pairs);
        if rule.row_without.is_some() {
            return Ok(Field::new());
        }
        if field.is_empty() && !rule.optional && rule.members.is_empty() {
            let names = rule.col.as_ref().map_or_else(|| "of the payload".to_owned(), Names::or);
            let message = format!("there is no column {names} for the {role}");
            return Err(Lacks { message, near: None, role: role_of(role), by_hand: false });
        }
        Ok(field)
    }

    /// Columns, or what stands in one of them: `message:$.serializer`.
    fn places(&mut self, names: &[Name]) -> Result<Field, Lacks> {
        let Some((column, path)) = names.first().and_then(|name| name.as_str().split_once(":$")) else {
            return Ok(self.sources(&Names(names.to_vec())));
        };
        let field = self.sources(&Names(vec![Name::from(column)]));
        let path = JsonPath::try_from(format!("${path}")).map_err(Lacks::from)?;
        Ok(members::below(&field, &path.members))
    }

    /// The values behind names in a flat list.
    fn pairs(&mut self, list: &str, names: &[String]) -> Field {
        let lists = self.sources(&Names(vec![Name::from(list)]));
        let of = |name: &String| members::below(&lists, std::slice::from_ref(name));
        let mut pairs: Field = names.iter().flat_map(of).collect();
        pairs.iter_mut().for_each(|source| source.reading = Reading::Pair);
        pairs
    }

    /// Where a line is tested: a member, or one inside it, `after.op`.
    fn tested(&mut self, name: &Name) -> Field {
        let mut members = name.as_str().split('.').map(str::to_owned);
        let column = members.next().unwrap_or_default();
        let field = self.sources(&Names(vec![Name::from(column)]));
        members::below(&field, &members.collect::<Vec<_>>())
    }

    /// What `--map` points at for the stream: one place, or several, `tenant+id`, where no column
    /// is called so.
    fn stream_by_hand(&mut self, name: &Name) -> Result<Vec<Piece>, Lacks> {
        let several: Vec<&str> = name.as_str().split('+').collect();
        if several.len() < 2 || self.find(name).is_some() {
            return Ok(joined(vec![self.by_hand(name, "stream")?]));
        }
        let fields = several.into_iter().map(|name| self.by_hand(&Name::from(name), "stream"));
        let fields: Result<Vec<Field>, Lacks> = fields.collect();
        // Members may be called so, too.
        fields.or_else(|lacks| Ok(vec![self.by_hand(name, "stream").map_err(|_| lacks)?])).map(joined)
    }

    fn text(&mut self, rule: &TextRule, role: &str, inside: &Inside) -> Result<Vec<Piece>, Lacks> {
        match rule {
            TextRule::Field(FieldRule { by_hand: true, in_payload: false, col: Some(Names(names)), .. })
                if role == "stream" =>
            {
                names.first().map_or_else(|| Ok(Vec::new()), |name| self.stream_by_hand(name))
            }
            TextRule::Joined(rules) => {
                let fields = rules.iter().map(|rule| self.field(rule, role, inside)).collect::<Result<_, _>>()?;
                Ok(joined(fields))
            }
            TextRule::Field(rule) => {
                let field = self.field(rule, role, inside)?;
                let before = rule.before.iter().cloned().map(Filter::Before);
                let before = rule.filter.iter().cloned().chain(before);
                let filters = before.chain(rule.after_last.0.iter().cloned().map(Filter::AfterLast));
                let names = (!rule.names.is_empty()).then(|| Filter::Named(Arc::new(rule.names.clone())));
                let filters = filters.chain(names).chain(rule.or.clone().map(Filter::Or)).collect();
                Ok(if field.is_empty() { Vec::new() } else { vec![Piece::Value(field, filters)] })
            }
            // It is not known yet, and rows are read all the same.
            TextRule::Member(_) => Ok(vec![Piece::Literal("?".to_owned())]),
            TextRule::Template(template) => self.template(template, role, inside),
            TextRule::Either(templates) => {
                // Of those that name columns which are not there nothing can come.
                let all: Vec<_> = templates.iter().map(|template| self.template(template, role, inside)).collect();
                let mut there = Vec::new();
                let mut lacks = None;
                for pieces in all {
                    match pieces {
                        Ok(pieces) => there.push(pieces),
                        Err(error) => lacks = Some(error),
                    }
                }
                match (there.is_empty(), lacks) {
                    (true, Some(lacks)) => Err(lacks),
                    _ => Ok(vec![Piece::Either(there)]),
                }
            }
        }
    }

    fn template(&mut self, template: &Template, role: &str, inside: &Inside) -> Result<Vec<Piece>, Lacks> {
        let mut pieces = Vec::new();
        for part in &template.0 {
            match part {
                Part::Value(name, filters) if name == KEY => {
                    let of = self.tables[0].1;
                    for (at, column) in of.key.iter().enumerate() {
                        if at > 0 {
                            pieces.push(Piece::Literal("|".to_owned()));
                        }
                        let part = Part::Value(column.as_str().to_owned(), filters.clone());
                        pieces.push(self.piece(&part, role, inside)?);
                    }
                }
                part => pieces.push(self.piece(part, role, inside)?),
            }
        }
        Ok(pieces)
    }

    fn piece(&mut self, part: &Part, role: &str, inside: &Inside) -> Result<Piece, Lacks> {
        match part {
            Part::Literal(text) => Ok(Piece::Literal(text.clone())),
            Part::Value(name, filters) if name == FILE => {
                let name = self.tables[0].1.file.as_deref();
                let name = name.ok_or_else(|| Lacks::from(format!("no file names the {role}")))?;
                Ok(Piece::Literal(filtered(name, filters)))
            }
            Part::Value(name, filters) if name == TABLE => {
                let of = self.tables[0].1;
                Ok(Piece::Literal(filtered(of.label.as_deref().unwrap_or_else(|| of.name.as_str()), filters)))
            }
            Part::Value(name, filters) => {
                let path = name.contains('$').then(|| JsonPath::try_from(name.clone()).ok()).flatten();
                let rule = FieldRule {
                    col: path.is_none().then(|| Names(vec![Name::from(name.as_str())])),
                    json: JsonPaths(path.into_iter().collect()),
                    optional: Filter::instead(filters).is_some(),
                    ..FieldRule::default()
                };
                Ok(Piece::Value(self.field(&rule, role, inside)?, filters.clone()))
            }
        }
    }

    fn flag(&mut self, rule: &FlagRule) -> Option<Flag> {
        let field = self.sources(&rule.col);
        let values = rule.values.iter().map(|(value, word)| (value.clone(), word.clone())).collect();
        (!field.is_empty()).then_some(Flag { field, filter: rule.filter.clone(), values })
    }

    fn join(&self, number: usize, rule: &JoinRule, table: &Table) -> Result<Join, Lacks> {
        let column = |name: &str| {
            let lacks = || Lacks::from(format!("there is no column {name} to join by"));
            self.find(&Name::from(name)).ok_or_else(lacks)
        };
        let (mut on, mut tests) = (Vec::new(), Vec::new());
        for rule in &rule.on {
            match rule {
                On::Columns(left, right) => on.push((column(left)?, column(right)?)),
                On::Is(left, value) => {
                    let value = Scalar::Integer(*value);
                    tests.push(RowTest { column: column(left)?, comparison: Comparison::Equal, value });
                }
            }
        }
        let first = rule.first.as_deref().map(column).transpose()?;
        Ok(Join { number, table: table.name.clone(), on, tests, first, optional: rule.optional })
    }
}

fn filtered(name: &str, filters: &[Filter]) -> String {
    filters.iter().fold(Cow::Borrowed(name), |text, filter| filter.apply(text)).into_owned()
}

/// Values with a hyphen between them.
fn joined(fields: Vec<Field>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for field in fields {
        if !pieces.is_empty() {
            pieces.push(Piece::Literal("-".to_owned()));
        }
        pieces.push(Piece::Value(field, Vec::new()));
    }
    pieces
}

/// How names end that are put together of these.
fn endings(pieces: &[Piece]) -> Vec<Ending> {
    match pieces {
        [Piece::Either(all)] => all.iter().flat_map(|pieces| endings(pieces)).collect(),
        [before @ .., Piece::Literal(between), Piece::Value(..)] if !between.is_empty() => {
            let has_value = before.iter().any(|piece| matches!(piece, Piece::Value(..)));
            let earlier = before.iter().map(|piece| match piece {
                Piece::Literal(text) => text.matches(between.as_str()).count(),
                Piece::Value(..) | Piece::Either(_) => 0,
            });
            let ending = Ending { between: between.clone(), earlier: earlier.sum() };
            has_value.then_some(ending).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Columns that are the category where no rule names one.
pub(super) const CATEGORIES: [&str; 4] = ["aggregate_type", "stream_type", "entity_type", "stream_category"];

/// The category as the dialect says. `{stream}` in its template is the stream's own value,
/// whichever of its names a row has.
fn category(
    columns: &mut Resolver<'_>,
    dialect: &Dialect,
    stream: &[Piece],
    inside: &Inside,
) -> Result<Vec<Piece>, Lacks> {
    let own = match (&dialect.events.map.stream, stream) {
        (TextRule::Field(_), [Piece::Value(field, _)]) => Some(field),
        _ => None,
    };
    match (&dialect.events.map.category, own) {
        (Some(TextRule::Template(template)), Some(own)) => {
            let piece = |part: &Part| match part {
                Part::Value(name, filters) if name == "stream" => Ok(vec![Piece::Value(own.clone(), filters.clone())]),
                part => {
                    let alone = Template(vec![part.clone()]);
                    columns.text(&TextRule::Template(alone), "category", inside)
                }
            };
            Ok(template.0.iter().map(piece).collect::<Result<Vec<_>, _>>()?.concat())
        }
        (Some(rule), _) => columns.text(rule, "category", inside),
        (None, _) => Ok(Vec::new()),
    }
}

impl Mapping {
    pub(in crate::dialect) fn resolve(dialect: &Dialect, table: &Table, joined: &[Table]) -> Result<Mapping, Lacks> {
        let (events, map) = (&dialect.events, &dialect.events.map);
        let mut tables = vec![(events.alias.as_deref().unwrap_or_default(), table)];
        tables.extend(events.joins.iter().map(|join| join.alias.as_str()).zip(joined));
        let mut columns = Resolver { tables, columns: Vec::new(), inside: HashMap::new() };
        let mut inside = Inside { payload: Field::new(), metadata: Field::new() };
        inside.payload = columns.field(&map.payload, "payload", &inside)?;
        if let Some(rule) = &map.metadata {
            inside.metadata = columns.field(rule, "metadata", &inside)?;
        }
        let inside = inside;
        let optional = |columns: &mut Resolver<'_>, rule: &Option<FieldRule>, role| match rule {
            Some(rule) => columns.field(rule, role, &inside),
            None => Ok(Field::new()),
        };
        let items = match (&events.items, &events.tags) {
            (Some(_), Some(_)) => return Err(Lacks::from("a row has items or tags, not both".to_owned())),
            (Some(rule), _) => Some(Items::Events(columns.field(rule, "items", &inside)?, rule.decode.clone())),
            (None, Some(rule)) if !rule.rest => {
                Some(Items::Tags(columns.field(rule, "tags", &inside)?, rule.decode.clone()))
            }
            _ => None,
        };
        let stream = columns.text(&map.stream, "stream", &inside)?;
        if stream.is_empty() {
            return Err(Lacks::from("there is no column for the stream".to_owned()));
        }
        let mut category = category(&mut columns, dialect, &stream, &inside)?;
        let count = match &map.version {
            Some(FieldRule { item: Some(first), .. }) => Count::Place(*first),
            Some(FieldRule { last_of_items: true, .. }) => Count::LastItem,
            _ => Count::Event,
        };
        let version = match count {
            Count::Place(_) if map.version.as_ref().is_some_and(|rule| rule.col.is_none()) => Field::new(),
            _ => optional(&mut columns, &map.version, "version")?,
        };
        let position = match &events.group {
            Some(group) => columns.sources(&Names(vec![group.same.clone()])),
            None => optional(&mut columns, &map.position, "position")?,
        };
        let then = map.position.iter().flat_map(|rule| &rule.then);
        let then = then.map(|name| columns.sources(&Names(vec![name.clone()]))).collect();
        let members = columns.members(&map.metadata);
        let event_id = match &map.event_id {
            Some(rule) => columns.text(rule, "event id", &inside)?,
            None => Vec::new(),
        };
        let event_type = columns.text(&TextRule::Field(map.event_type.clone()), "type", &inside)?;
        let time = optional(&mut columns, &map.time, "time")?;
        let plus = match map.time.as_ref().and_then(|rule| rule.plus.as_deref()) {
            Some(rule) => {
                let unit = rule.unit.as_ref().map_or(TimeUnit::Millis, |unit| unit.0);
                Some((columns.field(rule, "time", &inside)?, unit))
            }
            None => None,
        };
        let mut decode_by_col = Vec::new();
        for (name, chain) in &map.payload.decode_by_col {
            let field = columns.sources(&Names(vec![Name::from(name.as_str())]));
            decode_by_col.extend(field.first().map(|source| (source.column, chain.clone())));
        }
        let by = match &map.payload.by {
            Some(Names(names)) => match names.first().map(|name| JsonPath::try_from(name.as_str().to_owned())) {
                Some(Ok(path)) => inside.at(&path),
                _ => columns.places(names)?,
            },
            None => Field::new(),
        };
        let counting = time.iter().find_map(|source| match source.reading {
            Reading::Time(unit) => Some(Counting::Given(unit)),
            _ => None,
        });
        let counting = counting.unwrap_or(Counting::Unknown);
        let status = map.status.as_ref().and_then(|rule| columns.flag(rule));
        let marks = map.mark.iter().filter_map(|rule| columns.flag(rule)).collect();
        let join = |(number, (rule, table)): (usize, (&JoinRule, &Table))| columns.join(number + 1, rule, table);
        // One that may be missing, and is, has no columns.
        let there = events.joins.iter().zip(joined).enumerate().filter(|(_, (_, table))| !table.columns.is_empty());
        let joins = there.map(join).collect::<Result<_, Lacks>>()?;
        let test = |rule: &Test| match columns.find(&rule.0) {
            Some(column) => Ok(RowTest { column, comparison: rule.1, value: rule.2.clone() }),
            None => Err(Lacks::from(format!("there is no column {} to test", rule.0))),
        };
        let mut conditions = Vec::new();
        let tests = match table.is_open {
            // Not each line has each member.
            true => {
                for rule in &events.tests {
                    let column = Column { table: 0, name: rule.0.clone() };
                    let test = RowTest { column, comparison: rule.1, value: rule.2.clone() };
                    conditions.push((columns.tested(&rule.0), test));
                }
                Vec::new()
            }
            false => events.tests.iter().map(test).collect::<Result<_, Lacks>>()?,
        };
        let causes = events.links.iter().filter_map(|rule| rule.id_col.as_ref());
        let cause = causes.flat_map(|names| columns.sources(names)).collect();
        let before = match events.state.as_ref().and_then(|state| state.before.as_ref()) {
            Some(rule) => (columns.field(rule, "state", &inside)?, rule.decode.clone()),
            None => Default::default(),
        };
        let claimed = columns.columns.len();
        if map.category.is_none() {
            let names = Names(CATEGORIES.map(Name::from).to_vec());
            let field = Some(columns.sources(&names)).filter(|field| !field.is_empty());
            category.extend(field.map(|field| Piece::Value(field, Vec::new())));
        }
        // What stands before an id says whose it is, not what it is.
        let of_id = match (&map.stream, stream.as_slice()) {
            (TextRule::Field(_) | TextRule::Joined(_), [_, .., Piece::Value(id, _)]) => Some(id.clone()),
            _ => None,
        };
        if let (None, Some(id), true) = (&map.category, &of_id, category.is_empty()) {
            category.push(Piece::Value(id.clone(), vec![Filter::Category]));
        }
        let category_of_stream = match &map.category {
            None if of_id.is_some() => false,
            Some(TextRule::Field(rule)) => rule.optional,
            Some(TextRule::Template(_) | TextRule::Either(_) | TextRule::Joined(_) | TextRule::Member(_)) => false,
            None => true,
        };
        let row = map.payload.row_without.as_ref().map(|_| {
            let own = table.columns.iter().filter(|name| !map.payload.leaves_out(name, table));
            own.map(|name| columns.place(Column { table: 0, name: name.clone() })).collect::<Vec<_>>()
        });
        let unnamed = |columns: &mut Resolver<'_>| -> Vec<usize> {
            let own =
                table.columns.iter().filter(|_| !table.is_open).map(|name| Column { table: 0, name: name.clone() });
            let unnamed: Vec<Column> = own.filter(|column| !columns.columns[..claimed].contains(column)).collect();
            unnamed.into_iter().map(|column| columns.place(column)).collect()
        };
        let takes_rest = map.payload.rest && (table.is_open || inside.payload.is_empty());
        let rest = row.or_else(|| takes_rest.then(|| unnamed(&mut columns)));
        let by_columns = events.tags.as_ref().is_some_and(|rule| rule.rest);
        let items = if by_columns { Some(Items::Columns(unnamed(&mut columns))) } else { items };
        let spelled = |column: &Column| match columns.find(&column.name) {
            Some(found) if column.table == 0 => Some(found.name),
            _ => None,
        };
        let declared = |column: &Column| {
            let found = table.declared.iter().find(|(name, _)| column.table == 0 && *name == column.name);
            found.map(|(_, declared)| *declared)
        };
        let base = map.version.as_ref().and_then(|rule| rule.base);
        let numbering = Numbering {
            first: base.unwrap_or(1),
            begins_at: base.filter(|_| map.version.as_ref().is_some_and(|rule| rule.col.is_some())),
            is_shared: map.version.as_ref().is_some_and(|rule| rule.shared),
            is_heap: events.by_time,
            is_tagged: events.tags.is_some(),
        };
        let endings = endings(&stream);
        let mut mapping = Mapping {
            table: table.name.clone(),
            spelled: columns.columns.iter().map(spelled).collect(),
            declared: columns.columns.iter().map(declared).collect(),
            in_header: Vec::new(),
            joins,
            tests,
            conditions,
            replaces: events.replaces.clone().map(|id| (id, events.gone.clone())),
            stream,
            category,
            items,
            category_of_stream,
            claimed,
            version,
            count,
            numbering,
            added: map.version.as_ref().map_or(0, |rule| rule.add),
            position,
            then,
            orders: false,
            event_id,
            event_type,
            payload: inside.payload,
            payload_decode: map.payload.decode.clone(),
            before,
            decode_by: (by, map.payload.decode_by.clone().into_iter().collect()),
            decode_by_col,
            metadata: inside.metadata,
            metadata_decode: map.metadata.as_ref().map(|rule| rule.decode.clone()).unwrap_or_default(),
            members,
            is_grouped: events.group.is_some(),
            rest,
            time,
            plus,
            counting,
            status,
            marks,
            links: events.links.clone(),
            listing: Listing { kinds: events.kinds.as_deref().map(Text::from), with_system: events.lists_system },
            cause,
            peel: dialect.peel.payload.clone(),
            chain: dialect.chain.clone(),
            library: dialect.library.of_table(table).with_states(events.state.clone()).with_endings(endings),
            is_typed: false,
            is_open: table.is_open,
            inside: columns.inside,
            columns: columns.columns,
        };
        mapping.in_header = (0..mapping.columns.len()).map(|at| mapping.header_needs(at)).collect();
        Ok(mapping)
    }
}
