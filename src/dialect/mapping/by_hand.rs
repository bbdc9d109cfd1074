//! [`Layout`]: what a mapping reads, in the words of `--map`, and the dialect file that reads
//! other stores of that kind the same way.

use std::fmt::{self, Write};

use super::resolve::CATEGORIES;
use super::{Column, Count, Counting, Decode, Field, ITEM, Mapping, Piece, Reading};
use crate::dialect::{Dialect, DialectError, Name, ROLES, Table};

/// Where one role is read: `COL`, `COL.member`, `COL:ms`; a stream's name also `COL+COL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub column: String,
    /// Members to follow in the column's value.
    pub path: Vec<String>,
    /// A unit of times, or `guid`; empty where nothing needs to be said.
    pub way: &'static str,
    /// Places whose values stand behind it, each after a hyphen.
    pub more: Vec<Spot>,
}

/// How a table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub table: String,
    /// Roles of `--map` that one place holds.
    pub roles: Vec<(&'static str, Spot)>,
    /// What numbers in the place of the time count, in a sentence; empty where that is not known.
    pub time: String,
    /// What a stream's category is, in a sentence.
    pub category: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)?;
        for member in &self.path {
            write!(f, ".{member}")?;
        }
        if !self.way.is_empty() {
            write!(f, ":{}", self.way)?;
        }
        self.more.iter().try_for_each(|more| write!(f, "+{more}"))
    }
}

impl Mapping {
    pub fn layout(&self) -> Layout {
        let is_own = |role: &str| role != "category" || !self.finds_category();
        let of = |role: &'static str| match role {
            "stream" => Some((role, self.stream_spot()?)),
            role => Some((role, self.spot(self.field(role).filter(|_| is_own(role))?)?)),
        };
        Layout {
            table: self.table.to_string(),
            roles: ROLES.into_iter().filter_map(of).collect(),
            time: self.time_sentence(),
            category: self.category_sentence(),
        }
    }

    fn field(&self, role: &str) -> Option<&Field> {
        match role {
            "stream" => alone(&self.stream),
            "type" => alone(&self.event_type),
            "id" => alone(&self.event_id),
            "category" => alone(&self.category),
            "version" => Some(&self.version),
            "data" => Some(&self.payload),
            "metadata" => Some(&self.metadata),
            "time" => Some(&self.time),
            "position" => Some(&self.position),
            _ => None,
        }
    }

    /// The place of a role that is found inside of columns only, and in no column itself.
    pub fn inside(&self, role: &str) -> Option<Spot> {
        let field = self.field(role)?;
        field.iter().all(|source| !source.path.is_empty()).then(|| self.spot(field))?
    }

    /// Another reading of the same table: every row is an event, its time is what the role's place
    /// holds, and its payload what is there when only so many members are followed.
    pub fn looking_for(&self, role: &str, members: usize) -> Mapping {
        let field = self.field(role).cloned().unwrap_or_default();
        let mut outside = field.clone();
        outside.iter_mut().for_each(|source| source.path.truncate(members));
        let word = || vec![Piece::Literal("-".to_owned())];
        let mut mapping = Mapping {
            stream: word(),
            event_type: word(),
            category: word(),
            items: None,
            version: Field::new(),
            count: Count::Event,
            position: Field::new(),
            then: Vec::new(),
            orders: false,
            event_id: Vec::new(),
            payload: outside,
            payload_decode: vec![Decode::Auto],
            decode_by: Default::default(),
            plus: None,
            metadata: Field::new(),
            rest: None,
            time: field,
            counting: Counting::Unknown,
            status: None,
            marks: Vec::new(),
            ..self.clone()
        };
        mapping.in_header = (0..mapping.columns.len()).map(|at| mapping.header_needs(at)).collect();
        mapping
    }

    fn stream_spot(&self) -> Option<Spot> {
        let field = |piece: &Piece| match piece {
            Piece::Value(field, filters) if filters.is_empty() => self.spot(field),
            _ => None,
        };
        let (first, behind) = self.stream.split_first()?;
        let after_hyphen = |pair: &[Piece]| match pair {
            [Piece::Literal(hyphen), value] if hyphen == "-" => field(value),
            _ => None,
        };
        let more = behind.chunks(2).map(after_hyphen).collect::<Option<Vec<Spot>>>()?;
        Some(Spot { more, ..field(first)? })
    }

    /// The one place of the events table where a field is found.
    fn spot(&self, field: &Field) -> Option<Spot> {
        field.iter().filter(|source| source.column != ITEM && source.reading != Reading::Pair).find_map(|source| {
            let column = self.spelled.get(source.column)?.as_ref()?.to_string();
            let way = match source.reading {
                Reading::Plain | Reading::Filled | Reading::Tag | Reading::Pair => "",
                Reading::Guid => "guid",
                Reading::Time(unit) => unit.name(),
            };
            Some(Spot { column, path: source.path.clone(), way, more: Vec::new() })
        })
    }

    /// The category's column was found by its name.
    fn finds_category(&self) -> bool {
        let known = |column: &Column| CATEGORIES.iter().any(|name| column.name.is_like(&Name::from(*name)));
        self.category_of_stream
            && alone(&self.category)
                .is_some_and(|field| field.iter().all(|source| self.columns.get(source.column).is_some_and(known)))
    }

    fn time_sentence(&self) -> String {
        match self.counting {
            _ if self.time.is_empty() => "No column holds it.".to_owned(),
            Counting::Given(unit) => format!("Numbers are {}.", unit.sentence()),
            Counting::Guessed(unit) => {
                format!("Numbers: only as {} are they between 1995 and 2100.", unit.sentence())
            }
            Counting::Unknown => "Read as it is written.".to_owned(),
            Counting::Undecided => String::new(),
        }
    }

    fn category_sentence(&self) -> String {
        let of_stream = "What stands before the first hyphen of the stream's name; a UUID has none.";
        match alone(&self.category).and_then(|field| self.spot(field)) {
            Some(spot) if self.finds_category() => format!("{spot} holds it, by its name."),
            Some(spot) => format!("{spot} holds it."),
            None if self.category_of_stream => of_stream.to_owned(),
            None if self.category.is_empty() => "There are none.".to_owned(),
            None => "As the dialect puts it together.".to_owned(),
        }
    }
}

/// The field that alone is the text.
fn alone(pieces: &[Piece]) -> Option<&Field> {
    match pieces {
        [Piece::Value(field, filters)] if filters.is_empty() => Some(field),
        _ => None,
    }
}

/// Columns that must be there before a dialect is believed.
const LEAST_COLUMNS: usize = 3;

impl Layout {
    fn spot(&self, role: &str) -> Option<&Spot> {
        self.roles.iter().find(|(own, _)| *own == role).map(|(_, spot)| spot)
    }

    /// The text of a dialect's file that finds tables with these columns and reads them so;
    /// `engine` is the container's word.
    ///
    /// # Errors
    /// What of it no file can say.
    pub fn to_dialect(&self, id: &str, engine: &str, table: &Table) -> Result<String, DialectError> {
        let error = |message: &str| DialectError::new(id, message);
        let columns = self.telling_columns(table);
        if columns.len() < LEAST_COLUMNS {
            return Err(error("a dialect is found by three columns or more, and the table has fewer"));
        }
        // Lines have no table whose name would mean something.
        let name = if table.is_open { "*" } else { table.name.as_str() };
        let mut text = String::from("# Columns that were pointed at in Eventglass.\n");
        let list: Vec<String> = columns.iter().map(|column| names(column)).collect();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "id = {}\nname = {}\nengines = [{}]\n\n[[detect]]\ntable = {name}\ncolumns = [\n    {},\n]\n\n\
             [events]\ntable = {name}\n\n[events.map]\n",
            quoted(id),
            quoted(id),
            quoted(engine),
            list.join(",\n    "),
            name = quoted(name),
        );
        const KEYS: [(&str, &str); 9] = [
            ("stream", "stream"),
            ("category", "category"),
            ("version", "version"),
            ("position", "position"),
            ("event_id", "id"),
            ("type", "type"),
            ("payload", "data"),
            ("metadata", "metadata"),
            ("time", "time"),
        ];
        for (key, role) in KEYS {
            let rule = match (self.spot(role), role) {
                (Some(spot), _) => rule(spot, matches!(role, "data" | "metadata")).map_err(|why| error(&why))?,
                // Columns without a role are the payload.
                (None, "data") => "{ rest = true, optional = true, decode = [\"auto\"] }".to_owned(),
                (None, "stream" | "type") => return Err(error(&format!("no one column is the {role}"))),
                (None, _) => continue,
            };
            let _ = writeln!(text, "{key} = {rule}");
        }
        Dialect::parse(id, &text)?;
        Ok(text)
    }

    /// The columns by which the table is known again: all of them, of lines those with a role,
    /// for others come and go.
    fn telling_columns(&self, table: &Table) -> Vec<String> {
        let all = || table.columns.iter().map(ToString::to_string);
        if !table.is_open {
            return all().collect();
        }
        let mut columns: Vec<String> = Vec::new();
        let least = all().take(LEAST_COLUMNS);
        let spots = self.roles.iter().flat_map(|(_, spot)| std::iter::once(spot).chain(&spot.more));
        for column in spots.map(|spot| spot.column.clone()).chain(least) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }
}

/// The rule of one role.
fn rule(spot: &Spot, decodes: bool) -> Result<String, String> {
    if !spot.more.is_empty() {
        let first = Spot { more: Vec::new(), ..spot.clone() };
        let all = std::iter::once(&first).chain(&spot.more).map(|spot| rule(spot, decodes));
        return Ok(format!("[{}]", all.collect::<Result<Vec<_>, _>>()?.join(", ")));
    }
    let mut rule = format!("{{ col = [{}]", quoted(&spot.column));
    if !spot.path.is_empty() {
        if let Some(odd) = spot.path.iter().find(|member| member.is_empty() || member.contains("']")) {
            return Err(format!("the member {odd:?} of {} has a name that no path can say", spot.column));
        }
        let path: String = spot.path.iter().map(|member| format!("['{member}']")).collect();
        let _ = write!(rule, ", json = {}", quoted(&format!("${path}")));
    }
    match spot.way {
        "" => {}
        "guid" => rule.push_str(", guid = true"),
        unit => drop(write!(rule, ", unit = {}", quoted(unit))),
    }
    if decodes {
        rule.push_str(", decode = [\"auto\"]");
    }
    rule.push_str(" }");
    Ok(rule)
}

/// A column as `[[detect]]` names it.
fn names(column: &str) -> String {
    // `|` in a plain text stands between names.
    if column.contains('|') { format!("[{}]", quoted(column)) } else { quoted(column) }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Candidate, MapOverride, detect};

    fn layout_by(map: &[(&str, &str)], table: &Table) -> Layout {
        let columns = map.iter().map(|(role, column)| ((*role).to_owned(), (*column).to_owned())).collect();
        let dialect = Dialect::from_map(&MapOverride { table: None, columns }).expect("roles");
        Candidate::chosen(dialect, table.clone(), String::new()).mapping().expect("a mapping").layout()
    }

    #[test]
    fn a_layout_says_what_the_map_said_and_its_dialect_reads_the_same() {
        let odd = ["with space", "a|b", "quo\"te\\", "two\nlines\u{1b}\u{7f}", "dots.in.it", "at", "uuid", "tail"];
        for is_open in [false, true] {
            let columns = odd.map(str::to_owned);
            let table = Table { is_open, ..Table::new("My \"odd\"\ttable", columns, true) };
            let map = [
                ("stream", "dots.in.it+uuid:guid+with space.a"),
                ("version", "quo\"te\\"),
                ("type", "a|b"),
                ("data", "two\nlines\u{1b}\u{7f}"),
                ("metadata", "with space.a.b c"),
                ("time", "at:ms"),
                ("id", "dots.in.it"),
                ("category", "tail"),
            ];
            let layout = layout_by(&map, &table);
            let said: Vec<(&str, String)> = layout.roles.iter().map(|(role, spot)| (*role, spot.to_string())).collect();
            let said: Vec<(&str, &str)> = said.iter().map(|(role, spot)| (*role, spot.as_str())).collect();
            assert_eq!(said, map);
            assert_eq!(layout.time, "Numbers are milliseconds since 1970.");
            let text = layout.to_dialect("odd", "sqlite", &table).expect("a dialect");
            let dialect = Dialect::parse("odd.toml", &text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let found = detect("sqlite", std::slice::from_ref(&table), &[dialect.into()]);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].mapping().expect("a mapping").layout(), layout, "{text}");
        }
    }

    #[test]
    fn without_data_the_rest_is_the_payload_in_the_file_too() {
        let table = Table::new("t", ["s", "t", "aggregate_type", "more"].map(str::to_owned), true);
        let layout = layout_by(&[("stream", "s"), ("type", "t"), ("position", "rowid")], &table);
        assert_eq!(layout.category, "aggregate_type holds it, by its name.");
        assert_eq!(layout.time, "No column holds it.");
        let text = layout.to_dialect("rest", "sqlite", &table).expect("a dialect");
        let found = detect("sqlite", &[table], &[Dialect::parse("rest", &text).expect("a dialect").into()]);
        let mapping = found[0].mapping().expect("a mapping");
        assert_eq!((mapping.layout(), mapping.rest().map(<[usize]>::len)), (layout, Some(2)));
    }

    #[test]
    fn what_no_file_can_say_is_refused() {
        let two = Table::new("t", ["s", "t"].map(str::to_owned), true);
        let layout = layout_by(&[("stream", "s"), ("type", "t")], &two);
        let error = layout.to_dialect("two", "sqlite", &two).expect_err("two columns").to_string();
        assert!(error.contains("three columns or more"), "{error}");
        let table = Table::new("t", ["s", "t", "d"].map(str::to_owned), true);
        let layout = layout_by(&[("stream", "d.a']b"), ("type", "t")], &table);
        let error = layout.to_dialect("odd", "sqlite", &table).expect_err("a path").to_string();
        assert!(error.contains("no path can say"), "{error}");
    }
}
