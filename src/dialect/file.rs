//! The TOML shape of a dialect on disk, taken apart and checked as it is read, and the test
//! whether a dialect fits the tables of a store.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::chain::Chain;
use super::decode::Decode;
use super::guess::{Sampled, TableSample};
use super::link::LinkRule;
use super::progress::Progress;
use super::rules::{Doubt, EventMap, Events, FieldRule, JoinRule, Names, On, Peel, TableName, Test, TextRule};
use super::sample::Sample;
use super::stored::StoredRule;
use super::{Candidate, Library, Mapping, Name, ROLES, Table, nearest};
use crate::model::{FindingCode, Helpful, Marks};

/// What stands for a file where the user pointed at the columns.
const MAP: &str = "--map";

/// A dialect that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {message}", if file == MAP { MAP.to_owned() } else { format!("the dialect {file} is not understood") })]
pub struct DialectError {
    /// The file, the dialect's id, or `--map`.
    pub file: String,
    pub message: String,
    /// The role of `--map` that it is about.
    pub role: Option<&'static str>,
    help: Option<String>,
}

impl DialectError {
    pub(super) fn new(file: impl Into<String>, message: impl Into<String>) -> DialectError {
        DialectError { file: file.into(), message: message.into(), role: None, help: None }
    }

    fn with_help(self, help: impl Into<String>) -> DialectError {
        DialectError { help: Some(help.into()), ..self }
    }

    /// A role of `--map` that points at something which is not there.
    pub fn of_map(role: &str, message: impl Into<String>, help: impl Into<String>) -> DialectError {
        let role = ROLES.into_iter().find(|own| *own == role);
        DialectError { role, ..DialectError::new(MAP, message) }.with_help(help)
    }
}

impl Helpful for DialectError {
    fn help(&self) -> String {
        let usual = || match self.file.as_str() {
            MAP => "write --map stream=COLUMN,version=COLUMN,type=COLUMN,data=COLUMN,time=COLUMN".to_owned(),
            file => format!("correct {file}, or move it out of the folder of dialects"),
        };
        self.help.clone().unwrap_or_else(usual)
    }
}

/// One framework's layout, as its file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Unique, stable; the command line's `--dialect`.
    pub id: String,
    /// The framework's name as shown.
    pub name: String,
    /// The framework below which it is listed, where the name says more than that.
    pub family: Option<String>,
    /// The programming language of the framework.
    pub language: Option<String>,
    /// Versions of the framework that write this layout.
    pub versions: Option<String>,
    /// Containers it is found in.
    pub engines: Vec<String>,
    /// Its tables stand beside those of an event store, which are then meant: an outbox, a history of
    /// jobs.
    #[serde(default)]
    pub beside: bool,
    pub(super) detect: Vec<Detect>,
    pub(super) events: Events,
    #[serde(default)]
    pub(super) peel: Peel,
    #[serde(default)]
    pub(super) library: Library,
    /// Where it keeps states of streams.
    #[serde(default)]
    pub(super) stored: Vec<StoredRule>,
    /// Where it notes how far its projections are.
    pub(super) progress: Option<Progress>,
    /// Rows as the framework writes them, and how they must be read.
    #[serde(default, rename = "sample")]
    pub samples: Vec<Sample>,
    /// How its events vouch for each other.
    pub chain: Option<Chain>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Detect {
    pub table: TableName,
    pub columns: Vec<Names>,
    /// Columns that the table must not have.
    #[serde(default)]
    without: Vec<Name>,
    /// The table has these columns and no others.
    #[serde(default)]
    exact: bool,
    /// This column is part of its primary key, with others.
    key: Option<Name>,
    /// A table of any other name will do, too, where this column is such a part.
    or_key: Option<Name>,
    /// The table has a hidden integer key, or must not have one.
    rowid: Option<bool>,
}

/// The command line's `--table T --map stream=COL,version=COL,…`.
#[derive(Clone, Debug, Default)]
pub struct MapOverride {
    pub table: Option<String>,
    /// Role to column.
    pub columns: BTreeMap<String, String>,
}

impl MapOverride {
    /// Adds what `--map` was given, `ROLE=COLUMN,…`. Quotes keep a comma in a name:
    /// `data="a,b"`, and `""` inside them is a quote.
    ///
    /// # Errors
    /// A part that names no column, or a role that has one already.
    pub fn add(&mut self, text: &str) -> Result<(), DialectError> {
        let mut quoted = false;
        let parts = text.split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        for part in parts {
            let (role, column) = part.split_once('=').ok_or_else(|| {
                let help = "write ROLE=COLUMN, such as stream=entity_id; a name with a comma in quotes";
                DialectError::new(MAP, format!("{part} names no column")).with_help(help)
            })?;
            let (role, column) = (role.trim(), column.trim());
            let quoted = column.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let column = quoted.map_or_else(|| column.to_owned(), |name| name.replace("\"\"", "\""));
            if let Some(before) = self.columns.get(role) {
                let message = format!("{role} is given twice, as {before} and as {column}");
                return Err(DialectError::new(MAP, message).with_help("name one column for each role"));
            }
            self.columns.insert(role.to_owned(), column);
        }
        Ok(())
    }

    /// The value of one `--map`, as [`MapOverride::add`] reads it.
    pub fn part(role: &str, column: &str) -> String {
        let quotes = column.contains([',', '"']) || column.trim() != column;
        let column = if quotes { format!("\"{}\"", column.replace('"', "\"\"")) } else { column.to_owned() };
        format!("{role}={column}")
    }

    /// It says all that is needed to read a table that no dialect knows.
    pub fn is_whole(&self) -> bool {
        ["stream", "type"].iter().all(|role| self.columns.contains_key(*role))
    }

    /// Whether the roles are known ones.
    ///
    /// # Errors
    /// An unknown one.
    pub fn check(&self) -> Result<(), DialectError> {
        let Some(role) = self.columns.keys().find(|role| !ROLES.contains(&role.as_str())) else { return Ok(()) };
        let near = nearest(&Name::from(role.as_str()), &ROLES.map(Name::from)).map(|near| format!("{near}; "));
        let near = near.unwrap_or_default();
        let message = format!("unknown role {role}; {near}the roles are {}", ROLES.join(", "));
        Err(DialectError::new(MAP, message))
    }

    fn field(&self, role: &str) -> Option<FieldRule> {
        self.columns.get(role).map(|column| FieldRule {
            col: Some(Names(vec![Name::from(column.as_str())])),
            decode: vec![Decode::Auto],
            by_hand: true,
            ..FieldRule::default()
        })
    }
}

impl Dialect {
    /// Reads one file; `name` is for the error.
    ///
    /// # Errors
    /// Where the text is no TOML, or a key is missing, unknown or of the wrong kind.
    pub fn parse(name: &str, text: &str) -> Result<Dialect, DialectError> {
        let error = |message: String| DialectError::new(name, message);
        let dialect: Dialect = toml::from_str(text).map_err(|cause| error(in_one_line(&cause, text)))?;
        let told = |block: &Detect| block.columns.len() + usize::from(block.table.is_pattern());
        if dialect.detect.iter().map(told).sum::<usize>() < 3 {
            return Err(error(
                "[[detect]] must name at least three columns: a table's name alone proves nothing".into(),
            ));
        }
        let mut words = dialect.events.map.mark.iter().flat_map(|rule| rule.values.values());
        if let Some(word) = words.find(|word| Marks::of(word).is_none()) {
            return Err(error(format!("there is no mark {word}; the marks are {}", Marks::known())));
        }
        dialect.events.links.iter().try_for_each(LinkRule::check).map_err(error)?;
        dialect.events.tests.iter().try_for_each(Test::check).map_err(error)?;
        Ok(dialect)
    }

    /// A dialect from `--map`: the user points at the columns.
    ///
    /// # Errors
    /// An unknown role, or one of the needed ones missing.
    pub fn from_map(map: &MapOverride) -> Result<Dialect, DialectError> {
        map.check()?;
        let field = |role: &str| map.field(role);
        let missing = |role: &'static str| {
            let error = DialectError::new(MAP, format!("{role}=COLUMN is missing"));
            DialectError { role: Some(role), ..error }
        };
        let needed = |role: &'static str| field(role).ok_or_else(|| missing(role));
        Ok(Dialect {
            id: "map".to_owned(),
            name: "Columns by hand".to_owned(),
            family: None,
            language: None,
            versions: None,
            engines: Vec::new(),
            beside: false,
            detect: Vec::new(),
            events: Events::of(EventMap {
                stream: TextRule::Field(needed("stream")?),
                category: field("category").map(TextRule::Field),
                version: field("version"),
                position: field("position"),
                event_id: field("id").map(TextRule::Field),
                event_type: needed("type")?,
                payload: field("data").unwrap_or_else(|| FieldRule {
                    rest: true,
                    optional: true,
                    decode: vec![Decode::Auto],
                    ..FieldRule::default()
                }),
                metadata: field("metadata"),
                time: field("time"),
                status: None,
                mark: Vec::new(),
            }),
            peel: Peel::default(),
            library: Library::default(),
            stored: Vec::new(),
            progress: None,
            samples: Vec::new(),
            chain: None,
        })
    }

    /// The same dialect with other columns for the roles that `--map` names.
    ///
    /// # Errors
    /// An unknown role.
    pub fn with_roles(&self, map: &MapOverride) -> Result<Dialect, DialectError> {
        map.check()?;
        let mut dialect = self.clone();
        let own = &mut dialect.events.map;
        let set = |rule: &mut Option<FieldRule>, role: &str| *rule = map.field(role).or(rule.take());
        set(&mut own.version, "version");
        set(&mut own.position, "position");
        set(&mut own.metadata, "metadata");
        set(&mut own.time, "time");
        let text = |role: &str| map.field(role).map(TextRule::Field);
        own.category = text("category").or(own.category.take());
        own.event_id = text("id").or(own.event_id.take());
        if let Some(rule) = map.field("stream") {
            own.stream = super::group::stream_by_hand(&own.stream, rule);
        }
        for (rule, role) in [(&mut own.event_type, "type"), (&mut own.payload, "data")] {
            if let Some(named) = map.field(role) {
                *rule = named;
            }
        }
        Ok(dialect)
    }

    pub fn reads(&self, engine: &str) -> bool {
        self.engines.iter().any(|known| known == engine)
    }

    /// Every way this dialect fits the tables: one for each table that can be its events.
    pub(super) fn fits(&self, tables: &[Table]) -> Vec<Candidate> {
        // The tables of one store are in one schema.
        let mut schemas: Vec<&Option<String>> = tables.iter().map(|table| &table.within).collect();
        schemas.sort();
        schemas.dedup();
        let of = |schema: &Option<String>| tables.iter().filter(|table| table.within == *schema).collect::<Vec<_>>();
        schemas.into_iter().flat_map(|schema| self.fits_together(&of(schema))).collect()
    }

    fn fits_together(&self, tables: &[&Table]) -> Vec<Candidate> {
        let mut evidence = Vec::new();
        let mut matched = 0;
        // Tables that can be the events, each with what tells so.
        let mut targets: Vec<(&Table, String)> = Vec::new();
        let any = matches!(self.events.table, TableName::Any);
        for block in &self.detect {
            let fitting: Vec<&Table> = tables.iter().copied().filter(|table| block.fits(table)).collect();
            let Some(first) = fitting.first() else { return Vec::new() };
            matched += block.columns.len();
            let events = |table: &&Table| match any {
                true => matches!(block.table, TableName::Any) || block.or_key.is_some(),
                false => !matches!(block.table, TableName::Any) && self.events.table.is(&table.name),
            };
            let own: Vec<&Table> = fitting.iter().copied().filter(events).collect();
            if own.is_empty() {
                evidence.push(block.sentence(first));
            } else {
                targets = own.into_iter().map(|table| (table, block.sentence(table))).collect();
            }
        }
        let joined = |join: &JoinRule| {
            let has_all = |table: &Table| join.columns.iter().all(|name| table.column(name).is_some());
            let by_name = tables.iter().find(|table| table.name.is_like(&join.table));
            let by_columns = || tables.iter().find(|table| !join.columns.is_empty() && has_all(table));
            let found = by_name.or_else(by_columns).map(|table| (*table).clone());
            let missing = || Table::new(join.table.as_str(), [], false);
            found.or_else(|| join.optional.then(missing))
        };
        let Some(joined) = self.events.joins.iter().map(joined).collect::<Option<Vec<Table>>>() else {
            return Vec::new();
        };
        let candidate = |(table, sentence): (&Table, String)| {
            let evidence: Vec<String> = std::iter::once(sentence).chain(evidence.iter().cloned()).collect();
            let (mut table, mut joined, mut doubts) = (table.clone(), joined.clone(), self.doubts(tables));
            let rules = self.events.joins.iter().zip(&mut joined);
            rules.filter(|(rule, _)| !self.may_join(rule, &table)).for_each(|(rule, own)| {
                *own = Table::new(rule.table.as_str(), [], false);
            });
            if self.events.map.stream.asks_for_key() {
                table.key = self.key_of_objects(&table, tables)?;
                if table.key.is_empty() {
                    let id = table.column(&Name::from("id")).or(table.columns.first());
                    let id = id.into_iter().cloned().collect::<Vec<_>>();
                    let told = id.iter().map(|id| {
                        let table = table.full_name();
                        let says = format!("the key of the objects in {table} is not known: {id} is taken for it");
                        (FindingCode::KeyNotProven, says)
                    });
                    doubts.extend(told);
                    table.key = id;
                }
            }
            Some(Candidate { dialect: self.clone(), table, joined, evidence, doubts, matched })
        };
        targets.into_iter().filter_map(candidate).collect()
    }

    /// What is to be said of such a store.
    fn doubts(&self, tables: &[&Table]) -> Vec<(FindingCode, String)> {
        let said = |doubt: &Doubt| match &doubt.of {
            None => Some((doubt.code, doubt.says.clone())),
            Some(of) => {
                let own = tables.iter().filter(|table| of.fits(table)).map(|table| table.full_name().to_string());
                let names = own.collect::<Vec<_>>().join(", ");
                (!names.is_empty()).then(|| (doubt.code, format!("{names} {}", doubt.says)))
            }
        };
        self.events.doubts.iter().filter_map(said).collect()
    }

    /// The table has the columns by which another that may be missing is joined to it.
    fn may_join(&self, rule: &JoinRule, table: &Table) -> bool {
        let own = |side: &String| {
            let (alias, column) = side.split_once('.')?;
            (self.events.alias.as_deref() == Some(alias)).then(|| table.column(&Name::from(column)).is_some())
        };
        let has = |on: &On| match on {
            On::Columns(left, right) => [left, right].into_iter().filter_map(own).all(|has| has),
            On::Is(..) => true,
        };
        !rule.optional || rule.on.iter().all(has)
    }
}

impl Candidate {
    /// The table that says what the tables of events hold.
    pub fn registry<'t>(&self, tables: &'t [Table]) -> Option<&'t Table> {
        let rule = self.dialect.events.names.as_ref()?;
        let has = |table: &&Table| [&rule.of, &rule.is].iter().all(|name| table.column(name).is_some());
        tables.iter().filter(|table| table.name.is_like(&rule.table)).find(has)
    }

    /// What tables hold by their names, from the rows of the registry.
    pub fn labels(&self, registry: &TableSample) -> HashMap<String, String> {
        let mut labels = HashMap::new();
        let Some(rule) = &self.dialect.events.names else { return labels };
        let place = |name: &Name| registry.table.columns.iter().position(|column| column.is_like(name));
        let (Some(of), Some(is)) = (place(&rule.of), place(&rule.is)) else { return labels };
        for row in &registry.rows {
            let (Some(Sampled::Text(name)), Some(Sampled::Text(label))) = (row.get(of), row.get(is)) else { continue };
            let without_schema = name.rsplit_once('.').map(|(_, name)| name);
            for name in without_schema.into_iter().chain([name.as_str()]) {
                labels.entry(name.to_owned()).or_insert_with(|| label.clone());
            }
        }
        labels
    }

    /// Takes the name of what its table holds from these.
    pub fn name_by(&mut self, labels: &HashMap<String, String>) {
        self.table.label = labels.get(self.table.name.as_str()).cloned();
    }

    /// Resolves the dialect's rules against the columns that exist.
    ///
    /// # Errors
    /// A needed column that the table lacks.
    pub fn mapping(&self) -> Result<Mapping, DialectError> {
        Mapping::resolve(&self.dialect, &self.table, &self.joined)
            .map_err(|lacks| lacks.into_error(&self.dialect.id, &self.table.name))
    }
}

/// What the parser says, with the line it stands in.
fn in_one_line(cause: &toml::de::Error, text: &str) -> String {
    let said = cause.message().split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(before) = cause.span().and_then(|span| text.get(..span.start)) else { return said };
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default().trim();
    format!("{said} in line {}: {line}", number + 1)
}

/// A rule that a table does not fulfil.
pub(super) struct Lacks {
    pub message: String,
    pub near: Option<String>,
    /// The role of `--map` that is without a column.
    pub role: Option<&'static str>,
    /// It is `--map` that names what is not there.
    pub by_hand: bool,
}

impl From<String> for Lacks {
    fn from(message: String) -> Lacks {
        Lacks { message, near: None, role: None, by_hand: false }
    }
}

impl Lacks {
    fn into_error(self, dialect: &str, table: &Name) -> DialectError {
        let file = if self.by_hand || dialect == "map" { MAP } else { dialect };
        let mut error = DialectError::new(file, format!("{} in {table}", self.message));
        error.help = self.near.map(|near| format!("did you mean {near}?"));
        error.role = self.role;
        error
    }
}

impl Detect {
    pub(super) fn fits(&self, table: &Table) -> bool {
        let is_part = |name: &Name| table.key.len() > 1 && table.key.iter().any(|own| own.is_like(name));
        (self.table.is(&table.name) || self.or_key.as_ref().is_some_and(is_part))
            && self.key.as_ref().is_none_or(is_part)
            && self.rowid.is_none_or(|rowid| rowid == table.has_rowid)
            && (!self.exact || table.columns.len() == self.columns.len())
            && self.columns.iter().all(|names| names.0.iter().any(|name| table.has(name)))
            && !self.without.iter().any(|name| table.has(name))
    }

    fn sentence<'t>(&'t self, table: &'t Table) -> String {
        let own = |name: &'t Name| table.column(name).or(Some(name).filter(|name| table.has(name)));
        let found = |names: &'t Names| names.0.iter().find_map(own).map(Name::as_str);
        let columns: Vec<&str> = self.columns.iter().filter_map(found).collect();
        let more = match &self.or_key {
            Some(part) if !self.table.is(&table.name) => {
                format!(", and {part} is part of its key: its name says nothing")
            }
            _ if self.exact => ", and no others".to_owned(),
            _ => String::new(),
        };
        format!("{} has {}{more}", table.full_name(), columns.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let head = "id=\"x\"\nname=\"x\"\nengines=[]\n[[detect]]\ntable=\"events\"\ncolumns=[\"id\", \"a\", \"b\"]\n";
        let map = "[events]\ntable=\"*\"\n[events.map]\ntype={col=\"t\"}\npayload={col=\"p\"}\n";
        for (text, part) in [
            ("id = 1", "invalid type"),
            ("id = \"x\"\nname = \"x\"\nengines = []\ncolour = 1", "colour"),
            (&format!("{}{map}stream=\"{{id}}\"", head.replace(", \"a\", \"b\"", "")), "three columns"),
            (&format!("{head}{map}stream=\"{{id\""), "is not closed"),
            (&format!("{head}{map}stream=\"{{id}}\"\ntime={{json=\"a.b\"}}"), "is no path such as"),
            (
                &format!(
                    "{head}{}stream=\"{{id}}\"",
                    map.replace("[events]", "[events]\nwhere=[[\"a\",\"is\",\"x\"]]")
                ),
                "a \"is\" either",
            ),
        ] {
            let error = Dialect::parse("x.toml", text).expect_err(text).to_string();
            assert!(error.contains("x.toml") && error.contains(part), "{error}");
        }
        let map = MapOverride { table: None, columns: [("colour".to_owned(), "c".to_owned())].into() };
        assert!(Dialect::from_map(&map).expect_err("role").to_string().contains("unknown role colour"));
    }

    #[test]
    fn names_with_commas_stand_in_quotes() {
        let mut map = MapOverride::default();
        map.add(r#"stream="a,b", type = t,data="the ""x"" of",time=at:ms"#).expect("a map");
        let want = [("data", "the \"x\" of"), ("stream", "a,b"), ("time", "at:ms"), ("type", "t")];
        assert!(map.columns.iter().map(|(role, column)| (role.as_str(), column.as_str())).eq(want), "{map:?}");
        let said = |text: &str| MapOverride::default().add(text).expect_err(text).to_string();
        assert_eq!(said("stream=a,b"), "--map: b names no column");
        assert_eq!(said("stream=a, stream =b"), "--map: stream is given twice, as a and as b");
        for odd in ["plain", "a,b", "the \"x\" of", "\"", " a ", "a=b", "a:ms", "", "'"] {
            let mut map = MapOverride::default();
            map.add(&MapOverride::part("data", odd)).expect(odd);
            assert_eq!(map.columns["data"], odd);
        }
    }
}
