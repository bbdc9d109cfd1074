//! [`Mapper`]: what a store could mean, for a user who points at its columns. A thread beside
//! the session looks at the store once, then reads its first events by every choice that it is
//! asked about, just as they would be read if the store were opened so; and it saves a choice
//! as a dialect. Nothing of it is waited for; of several questions only the last is answered.

use std::io::{ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{Indexer, STACK_BYTES, Waker, pages};
use crate::dialect::{Layout, Table, catalog};
use crate::formats::{self, EventPage, Location, OpenChoice, OpenError, Opened, PAGE_ROWS, Stored, Survey, survey};
use crate::index::EventIndex;
use crate::model::json::to_text;
use crate::model::{FindingCode, Findings, Helpful, Marks, Problem, RecordedEvent, StreamId, Text, Time, Version};

/// Events of a preview, and the streams that they are of at most.
const EVENTS: u64 = 20;
const STREAMS: usize = 5;
/// Payload bytes read for a preview; what comes behind them is left out.
const BYTES: usize = 16 << 20;
/// Characters of a value in a preview.
const SHOWN: usize = 300;

/// Holds the thread: dropping it ends it.
pub struct Mapper {
    asks: Sender<MapperAsk>,
    answers: Receiver<MapperAnswer>,
}

/// Asked of the thread.
#[derive(Debug)]
pub enum MapperAsk {
    /// The first events, read this way.
    Preview {
        ticket: u64,
        choice: OpenChoice,
    },
    Save(Box<Save>),
}

/// A choice to be kept as a dialect of the user's.
#[derive(Clone, Debug)]
pub struct Save {
    pub id: String,
    pub layout: Layout,
    pub table: Table,
    /// The container's word.
    pub format: &'static str,
    /// A dialect of this name that is there is given up.
    pub replace: bool,
}

/// What the thread says.
#[derive(Debug)]
pub enum MapperAnswer {
    /// Said once, before everything else.
    Survey(Result<Survey, Problem>),
    Preview {
        ticket: u64,
        result: Result<Preview, Misfit>,
    },
    Saved(Result<Saved, SaveError>),
}

/// A store opened for a look.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// What is read as what; `None` where no table alone is the store.
    pub layout: Option<Layout>,
    /// The first events of the first streams.
    pub samples: Vec<Sample>,
    /// Events of which the following tells, from the beginning.
    pub events: u64,
    pub streams: u32,
    /// These are all there are.
    pub is_all: bool,
    /// Why times are none.
    pub no_time: Option<String>,
    /// What else is odd, the worst first: code, message, how often.
    pub odd: Vec<(FindingCode, String, u64)>,
}

/// An event as it would be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub stream: String,
    pub version: Version,
    pub event_type: String,
    pub time: Option<Time>,
    /// Where it is no time, as it is stored.
    pub time_text: Option<String>,
    /// JSON, or what else is stored.
    pub data: String,
    /// Why the payload could not be decoded.
    pub undecodable: Option<String>,
}

/// Why a choice cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The role of `--map` that is to blame.
    pub role: Option<&'static str>,
    pub problem: Problem,
}

/// A dialect that is saved.
#[derive(Clone, Debug)]
pub struct Saved {
    pub path: PathBuf,
    /// What reads the store by it: nothing, where it is found by the columns.
    pub choice: OpenChoice,
}

/// Why a dialect is not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveError {
    /// There is one of this name.
    Exists,
    Failed(Problem),
}

impl Mapper {
    /// Looks at the store in the background; `choice` is how it is, or was to be, opened.
    pub fn start(path: PathBuf, cache: PathBuf, choice: OpenChoice, waker: Waker) -> Mapper {
        let (asks, asked) = channel();
        let (answers, answered) = channel();
        let out = answers.clone();
        let thread = Thread { path, cache, choice };
        let spawned = std::thread::Builder::new().name("mapper".to_owned()).stack_size(STACK_BYTES).spawn(move || {
            let tell = |answer| {
                let heard = out.send(answer).is_ok();
                waker();
                heard
            };
            thread.work(&asked, tell);
        });
        if let Err(error) = spawned {
            // The caller holds the other end.
            let _ = answers.send(MapperAnswer::Survey(Err(Problem {
                what: "The store could not be looked at".to_owned(),
                cause: format!("no thread could be started: {error}"),
                help: "close other programs".to_owned(),
            })));
        }
        Mapper { asks, answers: answered }
    }

    pub fn ask(&self, ask: MapperAsk) {
        // A thread that ended has said why.
        let _ = self.asks.send(ask);
    }

    /// The next answer, if there is one.
    pub fn answer(&self) -> Option<MapperAnswer> {
        self.answers.try_recv().ok()
    }
}

struct Thread {
    path: PathBuf,
    cache: PathBuf,
    choice: OpenChoice,
}

impl Thread {
    fn work(&self, inbox: &Receiver<MapperAsk>, tell: impl Fn(MapperAnswer) -> bool) {
        let survey = guarded(|| survey(&Location::of(&self.path), &self.cache, &self.choice).map_err(|e| self.says(e)));
        let mut listening = tell(MapperAnswer::Survey(survey.unwrap_or_else(Err)));
        while listening && let Ok(first) = inbox.recv() {
            // Of previews only the last one that was asked for is still wanted.
            let (mut wanted, mut saves) = (None, Vec::new());
            for ask in std::iter::once(first).chain(inbox.try_iter()) {
                match ask {
                    MapperAsk::Preview { ticket, choice } => wanted = Some((ticket, choice)),
                    MapperAsk::Save(save) => saves.push(save),
                }
            }
            if let Some((ticket, choice)) = wanted {
                let result = guarded(|| self.preview(&choice));
                let result = result.unwrap_or_else(|problem| Err(Misfit { role: None, problem }));
                listening = tell(MapperAnswer::Preview { ticket, result });
            }
            for save in saves {
                let result = guarded(|| self.save(&save));
                let result = result.unwrap_or_else(|problem| Err(SaveError::Failed(problem)));
                listening &= tell(MapperAnswer::Saved(result));
            }
        }
    }

    fn says(&self, error: OpenError) -> Problem {
        in_short(error, format!("{} could not be opened", formats::file_name(&self.path)))
    }

    fn open(&self, choice: &OpenChoice) -> Result<Opened, OpenError> {
        let choice = OpenChoice { dialects: self.choice.dialects.clone(), ..choice.clone() };
        formats::open(&Location::of(&self.path), &self.cache, &choice)
    }

    fn preview(&self, choice: &OpenChoice) -> Result<Preview, Misfit> {
        let opened = Arc::new(self.open(choice).map_err(|error| match &error {
            OpenError::Dialect(dialect) => Misfit { role: dialect.role, problem: self.says(error) },
            _ => Misfit { role: None, problem: self.says(error) },
        })?);
        let failed = |error: formats::ReadError| {
            let what = format!("{} cannot be read", formats::file_name(&self.path));
            Misfit { role: None, problem: error.problem(what) }
        };
        let mut indexer = Indexer::open(Arc::clone(&opened)).map_err(failed)?;
        let mut is_all = !indexer.step().map_err(failed)?;
        if !is_all && indexer.events() < PAGE_ROWS as u64 {
            // The end is known only to who looks for it.
            is_all = !indexer.step().map_err(failed)?;
        }
        let index = indexer.publish();
        let findings = index.findings();
        let first = |code| {
            let found = findings.kept().iter().find(|finding| finding.code == code);
            found.map(|finding| finding.message.clone())
        };
        let of_code = |(code, count): (&FindingCode, &u64)| (*code, first(*code).unwrap_or_default(), *count);
        let mut odd: Vec<(FindingCode, String, u64)> = findings.counts().iter().map(of_code).collect();
        // That stands with the role.
        odd.retain(|(code, ..)| *code != FindingCode::NoTime);
        odd.sort_by_key(|(code, ..)| std::cmp::Reverse(code.severity()));
        Ok(Preview {
            layout: opened.store.layout(),
            samples: samples(&opened, &index).map_err(failed)?,
            events: index.events(),
            streams: index.streams().len(),
            is_all,
            no_time: first(FindingCode::NoTime),
            odd,
        })
    }

    fn save(&self, save: &Save) -> Result<Saved, SaveError> {
        let what = || format!("The dialect {} is not saved", save.id);
        let failed =
            |cause: String, help: &str| SaveError::Failed(Problem { what: what(), cause, help: help.to_owned() });
        let Some(folder) = &self.choice.dialects else {
            return Err(failed("there is no folder for dialects".to_owned(), "set EVENTGLASS_HOME to a folder"));
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if save.id.is_empty() || save.id.len() > 64 || !save.id.chars().all(is_plain) {
            let cause = "its name is also the name of its file".to_owned();
            return Err(failed(cause, "use letters, digits and hyphens, 64 at most"));
        }
        if catalog(None).dialects.iter().any(|known| known.head().id == save.id) {
            return Err(failed("a built-in dialect has this name".to_owned(), "choose another name"));
        }
        let path = folder.join(format!("{}.toml", save.id));
        let others = catalog(Some(folder)).dialects;
        if !path.exists() && others.iter().any(|known| known.head().id == save.id) {
            return Err(failed("another file of yours holds a dialect of this name".to_owned(), "choose another name"));
        }
        let text = save.layout.to_dialect(&save.id, save.format, &save.table);
        let text = text.map_err(|error| failed(error.to_string(), "copy the command line instead"))?;
        match write(folder, &path, &text, save.replace) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(SaveError::Exists),
            Err(error) => {
                let cause = format!("{error}: {}", path.display());
                return Err(failed(cause, "check that the folder can be written, and that there is room"));
            }
            Ok(()) => {}
        }
        // Whether it reads the store as it was shown is asked of the file itself.
        let by_name = OpenChoice { dialect: Some(save.id.clone()), ..OpenChoice::default() };
        let reads = |opened: &Opened| opened.dialect == save.id && opened.store.layout().as_ref() == Some(&save.layout);
        for choice in [OpenChoice::default(), by_name] {
            if self.open(&choice).is_ok_and(|opened| reads(&opened)) {
                return Ok(Saved { path, choice });
            }
        }
        let cause = format!("{} is written, but it does not read this store as it is shown here", path.display());
        Err(failed(cause, "correct the file by hand, or copy the command line instead"))
    }
}

/// An error in the words of a page that shows tables and columns itself.
pub(super) fn in_short(error: OpenError, what: String) -> Problem {
    let cause = match &error {
        OpenError::Unmapped { .. } => Some("no framework is known by its columns"),
        OpenError::Tie { .. } => Some("it holds several stores, and one is read at a time"),
        _ => None,
    };
    let problem = error.problem(what);
    Problem { cause: cause.map_or(problem.cause, str::to_owned), ..problem }
}

/// A mistake of ours ends the question, not the program.
fn guarded<T>(body: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|_| Problem {
        what: "The program made a mistake".to_owned(),
        cause: "the work in the background stopped; the store is unchanged".to_owned(),
        help: "report what you did".to_owned(),
    })
}

/// The first events of the first streams, whole, one by one: each may be large.
fn samples(opened: &Opened, index: &EventIndex) -> Result<Vec<Sample>, formats::ReadError> {
    let mut fetcher = opened.store.fetcher()?;
    let streams: Vec<StreamId> = index.streams().ids().take(STREAMS).collect();
    let (mut page, mut samples, mut bytes) = (EventPage::default(), Vec::new(), 0);
    for stream in &streams {
        let rows = index.rows_of(*stream);
        let name = Text::from(index.streams().name(*stream));
        for at in 0..EVENTS / streams.len() as u64 {
            let (Some(key), Some(version), true) = (rows.key(at), rows.version(at), bytes < BYTES) else { break };
            page.clear();
            fetcher.fetch(&[key], None, &mut page, &mut Findings::default())?;
            let Some(stored) = page.get(0) else { continue };
            if let Stored::Text(payload) | Stored::Bytes(payload) | Stored::Opaque(payload) | Stored::Cut(payload, _) =
                stored.payload
            {
                bytes += payload.len();
            }
            let notes = &mut Findings::default();
            samples.push(sample(&pages::recorded(&*opened.store, &stored, &name, version, Marks::NONE, notes)));
        }
    }
    Ok(samples)
}

fn sample(event: &RecordedEvent) -> Sample {
    let cut = |text: &str| match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    Sample {
        stream: cut(&event.stream),
        version: event.version,
        event_type: cut(&event.event_type),
        time: event.time,
        time_text: event.time_text.as_deref().filter(|_| event.time.is_none()).map(cut),
        data: cut(&to_text(&event.data)),
        undecodable: event.undecodable.as_deref().map(cut),
    }
}

/// Puts a whole file there at once, in the place of another only where that is wanted.
fn write(folder: &Path, path: &Path, text: &str, replace: bool) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let placed = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map(drop).map_err(|error| error.error)
}
