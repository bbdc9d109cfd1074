//! [`DocumentIndex`]: which states of which streams a store itself keeps, and [`StoredDocuments`],
//! which reads them.
//!
//! A document belongs to a stream by its name, in the table that is called as the stream's
//! category; where no table is, in the only one that has a document at a version of the stream.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Indexer;
use crate::dialect::plain;
use crate::formats::{Documents, EventPage, Fetcher, Opened, ReadError, file_name};
use crate::index::{EventIndex, StreamTable};
use crate::model::{FindingCode, Findings, Helpful, Node, Problem, RowKey, StreamId, Version};
use crate::replay::stored::StoredStates;

/// Every document of a store, by stream and version; read once, shared by all who fold.
pub struct DocumentIndex {
    opened: Arc<Opened>,
    events: EventIndex,
    names: Names,
    /// Of streams that are told by what stands behind the first hyphen of their name.
    ids: Names,
    /// By [`Store::part_of`](crate::formats::Store::part_of) the events.
    tables: Vec<Vec<TableIndex>>,
    findings: Findings,
}

struct TableIndex {
    about: Documents,
    index: EventIndex,
    names: Names,
}

/// Streams by a hash of something that their name tells.
struct Names(Vec<(u64, StreamId)>);

impl Names {
    /// `key` gives nothing for a stream that is not among them.
    fn of<'t>(streams: &'t StreamTable, key: impl Fn(StreamId) -> Option<&'t str>) -> Names {
        let mut all: Vec<_> = streams.ids().filter_map(|id| Some((hash(key(id)?), id))).collect();
        all.sort_unstable();
        Names(all)
    }

    fn find(&self, key: &str) -> impl Iterator<Item = StreamId> {
        let wanted = hash(key);
        let first = self.0.partition_point(|(own, _)| *own < wanted);
        self.0[first..].iter().take_while(move |(own, _)| *own == wanted).map(|(_, id)| *id)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What stands behind the first hyphen of a stream's name.
fn id_of(name: &str) -> Option<&str> {
    name.split_once('-').map(|(_, id)| id)
}

/// The id of an entity's stream. What stands before it may name a kind of messages, `CATEGORY:KIND`:
/// such a stream is no entity's.
fn entity(name: &str) -> Option<&str> {
    name.split_once('-').filter(|(category, _)| !category.contains(':')).map(|(_, id)| id)
}

/// Why there are no states that the store keeps.
#[derive(Debug)]
pub enum NoDocuments {
    None(Problem),
    Unreadable(ReadError),
}

impl From<NoDocuments> for Problem {
    fn from(none: NoDocuments) -> Problem {
        match none {
            NoDocuments::None(problem) => problem,
            NoDocuments::Unreadable(error) => error.problem("Documents could not be read"),
        }
    }
}

impl From<ReadError> for NoDocuments {
    fn from(error: ReadError) -> NoDocuments {
        NoDocuments::Unreadable(error)
    }
}

/// Reads the tables of documents, a few pages at a time.
pub struct DocumentReader {
    opened: Arc<Opened>,
    /// Tables that are still to be read, the last first, each with the part that it is of.
    left: Vec<(usize, Documents)>,
    current: Option<(usize, Documents, Indexer)>,
    tables: Vec<Vec<TableIndex>>,
    findings: Findings,
}

impl DocumentReader {
    /// # Errors
    /// A store that keeps no states.
    pub fn new(opened: &Arc<Opened>) -> Result<DocumentReader, NoDocuments> {
        if !opened.keeps_states() {
            return Err(NoDocuments::None(Problem {
                what: format!("{} keeps no documents or snapshots", file_name(&opened.path)),
                cause: format!("none are known of {} here", opened.framework),
                help: "fold its events: choose a reducer, or merge".to_owned(),
            }));
        }
        let parts = opened.documents.iter().enumerate();
        let left = parts.flat_map(|(part, tables)| tables.iter().map(move |table| (part, table.clone())));
        let mut left: Vec<_> = left.collect();
        left.reverse();
        Ok(DocumentReader {
            opened: Arc::clone(opened),
            left,
            current: None,
            tables: opened.documents.iter().map(|_| Vec::new()).collect(),
            findings: Findings::default(),
        })
    }

    /// Reads for about `budget`. `true`: all is read.
    ///
    /// # Errors
    /// Where the store can no longer be read.
    pub fn advance(&mut self, budget: Duration) -> Result<bool, ReadError> {
        let start = Instant::now();
        loop {
            let Some((part, about, mut indexer)) = self.current.take() else {
                let Some((part, about)) = self.left.pop() else { return Ok(true) };
                let (store, documents) = (Arc::clone(&about.store), Arc::new([]));
                let own = Opened { store, documents, findings: Findings::default(), ..(*self.opened).clone() };
                let mut indexer = Indexer::open(Arc::new(own))?;
                indexer.end_at_present()?;
                self.current = Some((part, about, indexer));
                continue;
            };
            if indexer.step()? {
                self.current = Some((part, about, indexer));
            } else {
                self.take(part, about, &indexer.publish());
            }
            if start.elapsed() >= budget {
                return Ok(false);
            }
        }
    }

    /// A table that was read.
    fn take(&mut self, part: usize, about: Documents, index: &EventIndex) {
        let mut found = index.findings().clone();
        // A row without a version is a document of another kind, and what is odd about an order
        // of versions is no matter; where the dump ends, its events tell.
        found.retain(|finding| {
            use FindingCode::{Damaged, Encrypted, TooLarge, Undecodable};
            matches!(finding.code, Damaged | Encrypted | TooLarge | Undecodable)
        });
        self.findings.absorb(&mut found);
        let streams = index.streams();
        let names = Names::of(streams, |id| {
            let name = streams.stored_name(id);
            if about.by_id { id_of(name) } else { Some(name) }
        });
        if let Some(tables) = self.tables.get_mut(part) {
            tables.push(TableIndex { about, names, index: index.clone() });
        }
    }

    /// What was read, of the streams of these events.
    pub fn end(self, events: &EventIndex) -> DocumentIndex {
        let DocumentReader { opened, tables, findings, .. } = self;
        let by_id = tables.iter().flatten().any(|table| table.about.by_id);
        let streams = events.streams();
        let ids = Names::of(streams, |id| entity(streams.stored_name(id)).filter(|_| by_id));
        let names = Names::of(streams, |id| Some(streams.name(id)));
        DocumentIndex { opened, events: events.clone(), names, ids, tables, findings }
    }
}

impl DocumentIndex {
    /// Reads all of them.
    ///
    /// # Errors
    /// See [`NoDocuments`].
    pub fn read(opened: &Arc<Opened>, events: &EventIndex) -> Result<DocumentIndex, NoDocuments> {
        let mut reader = DocumentReader::new(opened)?;
        reader.advance(Duration::MAX)?;
        Ok(reader.end(events))
    }

    /// What was odd on the way.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// It is of these very events.
    pub fn is_of(&self, events: &EventIndex) -> bool {
        self.events.events() == events.events()
    }

    /// The documents of a stream.
    pub fn of(&self, stream: StreamId) -> Option<StreamDocuments<'_>> {
        let streams = self.events.streams();
        let rows = self.events.rows_of(stream);
        let part = self.opened.store.part_of(rows.key(0)?);
        let tables = self.tables.get(usize::from(part))?;
        let category = plain(streams.category_name(streams.summary(stream)?.category)).into_owned();
        let is_named =
            |table: &&TableIndex| table.about.category.as_deref().is_some_and(|own| is_named(own, &category));
        if let Some(table) = tables.iter().find(is_named) {
            return self.in_table(table, stream);
        }
        let (first, last) = (rows.version(0)?, rows.version(rows.len() - 1)?);
        let found = tables.iter().filter_map(|table| self.in_table(table, stream));
        let mut found = found.filter(|own| own.at.iter().any(|(version, _)| (first..=last).contains(version)));
        let only = found.next();
        only.filter(|_| found.next().is_none())
    }

    fn in_table<'t>(&self, table: &'t TableIndex, stream: StreamId) -> Option<StreamDocuments<'t>> {
        let (events, own) = (self.events.streams(), table.index.streams());
        let name = events.stored_name(stream);
        let found = match table.about.by_id {
            false => table.names.find(name).find(|id| own.stored_name(*id) == name)?,
            true => {
                let id = entity(name)?;
                let all: Vec<StreamId> =
                    table.names.find(id).filter(|found| id_of(own.stored_name(*found)) == Some(id)).collect();
                let category = plain(name.split_once('-')?.0).into_owned();
                let of_name = |found: &&StreamId| {
                    let kept = own.summary(**found).map_or("", |summary| own.category_name(summary.category));
                    plain(kept) == category
                };
                let is_only =
                    || self.ids.find(id).filter(|other| entity(events.stored_name(*other)) == Some(id)).count() == 1;
                match (all.iter().find(of_name), all.as_slice()) {
                    (Some(own), _) => *own,
                    (None, [only]) if is_only() => *only,
                    _ => return None,
                }
            }
        };
        let rows = table.index.rows_of(found);
        let mut at: Vec<(Version, RowKey)> =
            (0..rows.len()).filter_map(|place| Some((rows.version(place)?, rows.key(place)?))).collect();
        // Of two at one version the later one counts.
        at.reverse();
        at.dedup_by_key(|(version, _)| *version);
        at.reverse();
        Some(StreamDocuments { about: &table.about, at })
    }
}

/// The table's name is that of the category; a number behind it counts versions of a projection.
fn is_named(table: &str, category: &str) -> bool {
    !category.is_empty() && (table == category || table.trim_end_matches(|c: char| c.is_ascii_digit()) == category)
}

/// Where the documents of one stream are.
pub struct StreamDocuments<'i> {
    pub about: &'i Documents,
    /// By version.
    pub at: Vec<(Version, RowKey)>,
}

/// Reads documents, of one stream after the other.
pub struct StoredDocuments {
    index: Arc<DocumentIndex>,
    documents: Option<Documents>,
    versions: Vec<Version>,
    keys: Vec<RowKey>,
    /// By table: each may hold a connection.
    fetchers: HashMap<Arc<str>, Box<dyn Fetcher>>,
}

impl StoredDocuments {
    pub fn new(index: Arc<DocumentIndex>) -> StoredDocuments {
        StoredDocuments { index, documents: None, versions: Vec::new(), keys: Vec::new(), fetchers: HashMap::new() }
    }

    /// Turns to a stream of the index.
    pub fn turn(&mut self, stream: Option<StreamId>) {
        let found = stream.and_then(|stream| self.index.of(stream));
        let (documents, at) = found.map_or((None, Vec::new()), |own| (Some(own.about.clone()), own.at));
        (self.versions, self.keys) = at.into_iter().unzip();
        self.documents = documents;
    }

    fn read(&mut self, key: RowKey) -> Result<Node, String> {
        let Some(Documents { table, store, .. }) = &self.documents else { return Ok(Node::Null) };
        let said = |error: ReadError| format!("cannot be read: {error}; {}", error.help());
        if !self.fetchers.contains_key(table) {
            self.fetchers.insert(Arc::clone(table), store.fetcher().map_err(said)?);
        }
        let Some(fetcher) = self.fetchers.get_mut(table) else { return Ok(Node::Null) };
        let mut page = EventPage::default();
        let fetched = fetcher.fetch(&[key], None, &mut page, &mut Findings::default());
        fetcher.rest();
        fetched.map_err(said)?;
        let Some(row) = page.get(0) else { return Err("is no longer there".to_owned()) };
        let content = store.decode(&row);
        match content.undecodable {
            Some(why) => Err(format!("cannot be decoded: it is {why}")),
            None => Ok(content.data),
        }
    }
}

impl StoredStates for StoredDocuments {
    fn turn_to(&mut self, stream: &str) {
        let index = Arc::clone(&self.index);
        let found = index.names.find(stream).find(|id| index.events.streams().name(*id) == stream);
        self.turn(found);
    }

    fn versions(&self) -> &[Version] {
        &self.versions
    }

    fn state(&mut self, version: Version) -> Result<Node, String> {
        match self.versions.binary_search(&version) {
            Ok(at) => self.read(self.keys[at]),
            Err(_) => Err("is not there".to_owned()),
        }
    }
}
