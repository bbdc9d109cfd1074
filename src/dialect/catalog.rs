//! [`Catalog`]: every dialect that is known, the built-in ones and the user's own.
//!
//! Of a built-in one only the beginning of its file is read, its [`Head`], which says what it is
//! told by; the rules behind it are read when a table may be one of its, so that a hundred
//! dialects cost a store no more than ten.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::file::Detect;
use super::rules::Names;
use super::{Dialect, DialectError, Name, Table};
use crate::home;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/dialects");

/// A user's dialect is a page of text; a larger file is something else.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// What a dialect is called, and what it is told by: how its file begins.
#[derive(Clone, Debug, Deserialize)]
pub struct Head {
    pub id: String,
    pub name: String,
    pub family: Option<String>,
    pub language: Option<String>,
    pub versions: Option<String>,
    pub engines: Vec<String>,
    pub(super) detect: Vec<Detect>,
}

impl Head {
    fn of(dialect: &Dialect) -> Head {
        let Dialect { id, name, family, language, versions, engines, detect, .. } = dialect.clone();
        Head { id, name, family, language, versions, engines, detect }
    }

    /// The framework below which it is listed.
    pub fn family(&self) -> &str {
        self.family.as_ref().unwrap_or(&self.name)
    }

    pub fn reads(&self, engine: &str) -> bool {
        self.engines.iter().any(|known| known == engine)
    }
}

/// A dialect: its head at once, its rules when they are asked for.
#[derive(Clone, Debug)]
pub struct Known(Source);

#[derive(Clone, Debug)]
enum Source {
    BuiltIn(&'static BuiltIn),
    Own(Arc<(Head, Dialect)>),
}

#[derive(Debug)]
struct BuiltIn {
    head: Head,
    file: &'static str,
    text: &'static str,
    whole: OnceLock<Result<Dialect, DialectError>>,
}

impl From<Dialect> for Known {
    fn from(dialect: Dialect) -> Known {
        Known(Source::Own(Arc::new((Head::of(&dialect), dialect))))
    }
}

impl Known {
    pub fn head(&self) -> &Head {
        match &self.0 {
            Source::BuiltIn(own) => &own.head,
            Source::Own(own) => &own.0,
        }
    }

    /// It is the user's.
    pub fn is_own(&self) -> bool {
        matches!(self.0, Source::Own(_))
    }

    /// # Errors
    /// A built-in one that is not understood, which a test keeps from being there.
    pub fn dialect(&self) -> Result<&Dialect, &DialectError> {
        match &self.0 {
            Source::BuiltIn(own) => own.whole.get_or_init(|| Dialect::parse(own.file, own.text)).as_ref(),
            Source::Own(own) => Ok(&own.1),
        }
    }
}

/// Every dialect there is, and files that should have been some.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub dialects: Vec<Known>,
    /// With the name of the file and the place in it.
    pub broken: Vec<DialectError>,
}

/// Every dialect: the built-in ones, then those of the user's folder, which replace a built-in
/// one of the same id. A file that is no dialect hides none of the others.
pub fn catalog(user_folder: Option<&Path>) -> Catalog {
    let (own, broken) = built_in();
    let known = own.iter().map(|own| Known(Source::BuiltIn(own)));
    let mut catalog = Catalog { dialects: known.collect(), broken: broken.clone() };
    let mut paths = Vec::new();
    if let Some(folder) = user_folder {
        match std::fs::read_dir(folder) {
            Ok(entries) => paths.extend(entries.filter_map(|entry| Some(entry.ok()?.path()))),
            // Who has none of his own has no folder.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => catalog.broken.push(DialectError::new(folder.display().to_string(), error.to_string())),
        }
    }
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let name = path.display().to_string();
        let text = read(path).map_err(|message| DialectError::new(&name, message));
        match text.and_then(|text| Dialect::parse(&name, &text)) {
            Ok(dialect) => {
                catalog.dialects.retain(|other| other.head().id != dialect.id);
                catalog.dialects.push(dialect.into());
            }
            Err(error) => catalog.broken.push(error),
        }
    }
    catalog
}

/// Those of the program, read once.
fn built_in() -> &'static (Vec<BuiltIn>, Vec<DialectError>) {
    static READ: OnceLock<(Vec<BuiltIn>, Vec<DialectError>)> = OnceLock::new();
    READ.get_or_init(|| {
        let (mut known, mut broken) = (Vec::new(), Vec::new());
        for file in FILES.files() {
            let (name, text) = (file.path().to_str().unwrap_or_default(), file.contents_utf8().unwrap_or_default());
            match toml::from_str(beginning(text)) {
                Ok(head) => known.push(BuiltIn { head, file: name, text, whole: OnceLock::new() }),
                Err(error) => broken.push(DialectError::new(name, error.message())),
            }
        }
        (known, broken)
    })
}

/// What stands in front of the first part that is no `[[detect]]`.
fn beginning(text: &str) -> &str {
    let is_rule = |line: &&str| line.starts_with('[') && !line.starts_with("[[detect]]");
    let end = text.split_inclusive('\n').take_while(|line| !is_rule(line)).map(str::len).sum();
    text.get(..end).unwrap_or(text)
}

/// The text of a user's dialect.
fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = home::open_regular(path).map_err(|error| error.to_string())?;
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20));
    }
    Ok(text)
}

/// Which tables have a column of a name: of all tables a dialect looks at those only that have
/// its rarest column.
pub(super) struct Columns<'t> {
    tables: &'t [Table],
    having: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Columns<'t> {
    pub(super) fn of(tables: &'t [Table]) -> Columns<'t> {
        let mut having: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            for column in table.columns.iter().chain(&table.inside) {
                having.entry(column.plain()).or_default().push(at);
            }
        }
        Columns { tables, having }
    }

    fn having(&self, name: &Name) -> &[usize] {
        self.having.get(name.plain()).map_or(&[], Vec::as_slice)
    }

    /// For each thing that the dialect must find there is a table: without that it does not fit.
    pub(super) fn may_fit(&self, head: &Head) -> bool {
        head.detect.iter().all(|block| {
            let all = |names: &&Names| names.0.iter().map(|name| self.having(name).len()).sum::<usize>();
            match block.columns.iter().min_by_key(all) {
                Some(rarest) => {
                    rarest.0.iter().flat_map(|name| self.having(name)).any(|at| block.fits(&self.tables[*at]))
                }
                None => self.tables.iter().any(|table| block.fits(table)),
            }
        })
    }
}

/// A framework, with all dialects of its.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    pub name: String,
    /// Of several, all.
    pub language: String,
    /// With which dialects they are of, where these differ.
    pub versions: String,
    /// The words of `engines`.
    pub containers: Vec<String>,
    pub ids: Vec<String>,
    /// One of the dialects is the user's.
    pub is_own: bool,
}

/// The frameworks by their names.
pub fn frameworks(dialects: &[Known]) -> Vec<Framework> {
    let mut families: BTreeMap<(String, &str), Vec<&Known>> = BTreeMap::new();
    for known in dialects {
        let name = known.head().family();
        families.entry((name.to_lowercase(), name)).or_default().push(known);
    }
    families.into_iter().map(|((_, name), own)| Framework::of(name, own)).collect()
}

impl Framework {
    fn of(name: &str, mut own: Vec<&Known>) -> Framework {
        own.sort_by(|a, b| a.head().id.cmp(&b.head().id));
        let heads: Vec<&Head> = own.iter().map(|known| known.head()).collect();
        let each = |words: &mut Vec<String>, word: &str| {
            if !words.iter().any(|own| own == word) {
                words.push(word.to_owned());
            }
        };
        let (mut languages, mut containers) = (Vec::new(), Vec::new());
        for head in &heads {
            let own = head.language.iter().flat_map(|language| language.split(", "));
            own.for_each(|word| each(&mut languages, word));
            head.engines.iter().for_each(|word| each(&mut containers, word));
        }
        Framework {
            name: name.to_owned(),
            language: languages.join(", "),
            versions: versions(&heads),
            containers,
            ids: heads.iter().map(|head| head.id.clone()).collect(),
            is_own: own.iter().any(|known| known.is_own()),
        }
    }

    /// The table of the README, of these frameworks.
    pub fn markdown(frameworks: &[Framework]) -> String {
        let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        let mut out = "| framework | language | versions tried | containers | ids |\n".to_owned();
        out.push_str("| --- | --- | --- | --- | --- |\n");
        for own in frameworks {
            let ids: Vec<String> = own.ids.iter().map(|id| format!("`{id}`")).collect();
            let cells = [&own.name, &own.language, &own.versions, &own.containers.join(", "), &ids.join(", ")];
            out.push_str(&format!("| {} |\n", cells.map(|text| cell(text)).join(" | ")));
        }
        out
    }
}

/// `4 to 9`; where dialects differ `0.38 to 0.42 (emmett-sqlite); 0.20 to 0.44 (emmett-mongodb, emmett-pg)`.
fn versions(heads: &[&Head]) -> String {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for head in heads {
        let Some(versions) = &head.versions else { continue };
        match told.iter_mut().find(|(own, _)| own == versions) {
            Some((_, ids)) => ids.push(&head.id),
            None => told.push((versions, vec![&head.id])),
        }
    }
    match told.as_slice() {
        [(versions, ids)] if ids.len() == heads.len() => (*versions).to_owned(),
        _ => {
            told.iter().map(|(versions, ids)| format!("{versions} ({})", ids.join(", "))).collect::<Vec<_>>().join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_dialect_is_understood_and_has_samples() {
        let all = catalog(None);
        assert!(all.broken.is_empty(), "{:?}", all.broken);
        for known in &all.dialects {
            let dialect = known.dialect().unwrap_or_else(|error| panic!("{error}"));
            assert!(!dialect.samples.is_empty(), "{} has no [[sample]]", dialect.id);
        }
        assert!(all.dialects.len() >= 90);
    }

    #[test]
    fn dialects_are_called_what_others_call_them() {
        let ids = "act akka-net axon4 axon5 booster broadway cap castore-dynamodb castore-memory castore-pg \
            castore-redux chronicle-sql cloudevents cqrs-es dbos debezium disintegrate django-auditlog \
            django-pghistory django-reversion django-simple-history elixir-es emmett-pg emmett-sqlite envers esrs \
            eventflow eventsauce eventually eventuous evento evtstore flowable go-hallgren go-workflows goes hangfire \
            james javers kcat kurrentdb livestore marten message-db modulith neos neventstore node-eventstore \
            orleans-log outbox paper-trail patchlevel pekko-jdbc pekko-jdbc-legacy pekko-r2dbc plain prooph \
            python-dcb python-es rails-es rangedb rebus-audit resolve river sequent spatie sqlalchemy-continuum \
            sqlstreamstore thefabric watermill wolverine zitadel";
        let all = catalog(None).dialects;
        let lacking = ids.split_whitespace().filter(|id| !all.iter().any(|known| known.head().id == *id));
        assert_eq!(lacking.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn what_a_dialect_is_told_by_stands_at_its_beginning() {
        for known in &catalog(None).dialects {
            let dialect = known.dialect().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(format!("{:?}", known.head()), format!("{:?}", Head::of(dialect)));
        }
    }

    #[test]
    fn a_broken_dialect_hides_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.toml"), "id = 3").expect("a file");
        std::fs::write(folder.path().join("b.toml"), [0xff, 0xfe]).expect("a file");
        std::fs::create_dir(folder.path().join("c.toml")).expect("a folder");
        std::fs::write(folder.path().join("notes.txt"), "not meant").expect("a file");
        let all = catalog(Some(folder.path()));
        assert_eq!(all.dialects.len(), catalog(None).dialects.len());
        let said: Vec<String> = all.broken.iter().map(ToString::to_string).collect();
        assert!(said.len() == 3 && said[0].contains("a.toml") && said[0].contains("invalid type"), "{said:?}");
        assert!(said[2].contains("directory"), "{said:?}");
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_no_dialects() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.toml")).expect("a link");
        let said: Vec<String> = catalog(Some(folder.path())).broken.iter().map(ToString::to_string).collect();
        assert!(said.len() == 2 && said.iter().all(|said| said.contains("a pipe or a device")), "{said:?}");
    }

    #[test]
    fn dialects_of_one_framework_are_one_line() {
        let all = frameworks(&catalog(None).dialects);
        assert!(all.is_sorted_by_key(|own| own.name.to_lowercase()));
        let of = |name: &str| all.iter().find(|own| own.name == name).unwrap_or_else(|| panic!("no {name}"));
        let axon = of("Axon Framework");
        assert_eq!(axon.ids, ["axon2", "axon4", "axon5"]);
        assert_eq!(axon.versions, "2.0 to 2.4 (axon2); 4.12 and 4.13 (axon4); 5.0 (axon5)");
        assert_eq!(of("Marten").versions, "4 to 9");
        let emmett = of("Emmett");
        assert_eq!(emmett.versions, "0.20 to 0.44 (emmett-mongodb, emmett-pg); 0.38 to 0.42 (emmett-sqlite)");
        assert!(["sqlite", "postgres", "mongodb"].iter().all(|word| emmett.containers.iter().any(|own| own == word)));
        let ids: usize = all.iter().map(|own| own.ids.len()).sum();
        assert_eq!(ids, catalog(None).dialects.len());
        // What stands in a cell ends neither it nor its row.
        let odd = Framework { name: "a|b\nc".to_owned(), ..axon.clone() };
        assert!(Framework::markdown(&[odd]).lines().nth(2).is_some_and(|row| row.starts_with("| a\\|b c | Java |")));
    }

    #[test]
    fn what_may_fit_is_all_that_fits() {
        let all = catalog(None).dialects;
        for known in &all {
            let dialect = known.dialect().unwrap_or_else(|error| panic!("{error}"));
            for sample in dialect.samples.iter().filter(|sample| sample.line.is_none()) {
                let tables = dialect.sample_tables(sample);
                let columns = Columns::of(&tables);
                for other in &all {
                    let fits = other.dialect().is_ok_and(|dialect| !dialect.fits(&tables).is_empty());
                    assert!(!fits || columns.may_fit(other.head()), "{} fits {tables:?}", other.head().id);
                }
            }
        }
    }
}
