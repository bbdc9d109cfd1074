//! [`enter`]: from a place to the container that reads what is there, all layers off; and what
//! stands there instead where no container does.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use super::bytes::Bytes;
use super::dynamodb;
use super::layers::{self, Member};
use super::probe::{Head, Kind, Probe};
use super::spool::Spool;
use super::unpacked::{self, Folder};
use super::{
    CONTAINERS, Container, Contents, Inside, Location, OpenChoice, OpenError, ReadError, Source, kurrent, open,
    understand,
};
use crate::model::Findings;

/// Files of one archive that are opened to see which of them is the store, at most.
const TRIED: usize = 16;
/// A file of a folder that is no larger is opened to see whether it is a store.
const LOOKED_AT: u64 = 4 << 20;

/// A store whose container is known, and nothing else of it.
pub(super) struct Entered<'l> {
    pub path: &'l Path,
    /// The container's word.
    pub engine: &'static str,
    pub contents: Box<dyn Contents>,
    /// Size of the file itself.
    pub bytes: u64,
    pub evidence: Vec<String>,
    /// Why what was unpacked is not whole.
    pub trouble: Option<String>,
}

/// Finds the container of what stands at a place.
pub(super) fn enter<'l>(
    location: &'l Location,
    cache: &'l Path,
    choice: &OpenChoice,
) -> Result<Entered<'l>, OpenError> {
    let Location::Path(path) = location else { return Err(OpenError::Server(location.clone())) };
    let mut probe = Probe::of(path)?;
    let place = Place { path, cache, bytes: probe.len };
    if let Kind::Folder(names) = &probe.kind
        && let Some(export) = dynamodb::export(path, names)?
    {
        return place.export(&probe, export);
    }
    let Kind::File(head) = &mut probe.kind else {
        let source = place.source(Inside::Folder);
        return match container(&probe) {
            (Some(container), _) => place.entered(container, source, Vec::new()),
            (None, _) => Err(place.folder(&probe.kind)),
        };
    };
    let accepts = |names| container(&Probe::of_names(names)).0.is_some();
    match unpacked::folder(path, &head.bytes, cache, accepts).map_err(|error| ReadError::io(path, error))? {
        Folder::One { path: folder, name, trouble } => {
            if let (Some(container), _) = container(&Probe::of(&folder)?) {
                let source = Source { path: folder, cache: cache.to_owned(), inside: Inside::Folder };
                let name = if name.is_empty() { "a folder".to_owned() } else { format!("the folder {name}") };
                let evidence = vec![format!("it is {name} in an archive, read from an unpacked copy in the cache")];
                return Ok(Entered { trouble, ..place.entered(container, source, evidence)? });
            }
        }
        Folder::Several { is_tar, names } => {
            return Err(OpenError::Archive { path: path.to_owned(), is_tar, stores: names });
        }
        Folder::None => {}
    }
    if head.bytes.is_empty() {
        return Err(OpenError::Empty(path.to_owned()));
    }
    let outer = std::mem::take(head);
    let mut members = layers::find(path, outer).map_err(|(reason, help)| OpenError::NotAStore {
        path: path.to_owned(),
        reason,
        help,
    })?;
    if let [_] = members.as_slice() {
        return place.member(&probe, members.remove(0));
    }
    place.one_of(&probe, members, choice)
}

/// Why what begins so is no store, where no container knows it.
pub(super) fn refused(path: &Path, head: &[u8], reasons: &[String]) -> OpenError {
    let place = Place { path, cache: Path::new(""), bytes: 0 };
    let help = "open a SQLite file, a file of JSON lines or a dump; an encrypted store must be decrypted first";
    place.known(head).unwrap_or_else(|| place.not_a_store(reasons.join(", and "), help))
}

/// The container that knows the head, or why none does.
fn container(probe: &Probe) -> (Option<&'static dyn Container>, Vec<String>) {
    let mut reasons = Vec::new();
    let known = CONTAINERS.iter().find(|container| container.accepts(probe).map_err(|why| reasons.push(why)).is_ok());
    (known.copied(), reasons)
}

/// A file opens as a store; of a large one its beginning tells.
fn is_store(file: &Path, cache: &Path) -> bool {
    match Probe::of(file) {
        Ok(Probe { kind: Kind::Folder(_), .. }) | Err(_) => false,
        Ok(probe) if probe.len > LOOKED_AT => container(&probe).0.is_some(),
        Ok(_) => open(&Location::Path(file.to_owned()), cache, &OpenChoice::default()).is_ok(),
    }
}

struct Place<'l> {
    path: &'l Path,
    cache: &'l Path,
    /// Size of the file.
    bytes: u64,
}

impl<'l> Place<'l> {
    fn source(&self, inside: Inside) -> Source {
        Source { path: self.path.to_owned(), cache: self.cache.to_owned(), inside }
    }

    fn entered(
        &self,
        container: &'static dyn Container,
        source: Source,
        evidence: Vec<String>,
    ) -> Result<Entered<'l>, OpenError> {
        let contents = container.contents(source)?;
        Ok(Entered { path: self.path, engine: contents.engine(), contents, bytes: self.bytes, evidence, trouble: None })
    }

    /// The lines of all files of an export.
    fn export(mut self, probe: &Probe, export: dynamodb::Export) -> Result<Entered<'l>, OpenError> {
        let io = |error| ReadError::io(self.path, error);
        let spool = Arc::new(Spool::of_files(self.path, export.files, self.cache).map_err(io)?);
        let mut bytes = Vec::new();
        spool.read(0, Head::WANT, &mut bytes).map_err(io)?;
        if bytes.is_empty() {
            return Err(OpenError::Empty(self.path.to_owned()));
        }
        let head = Head::of(bytes);
        let Some(container) = container(&probe.with(head)).0 else { return Err(self.folder(&probe.kind)) };
        self.bytes = export.bytes;
        self.entered(container, self.source(Inside::Unpacked(spool)), vec![export.evidence])
    }

    /// What is inside all layers.
    fn member(&self, probe: &Probe, member: Member) -> Result<Entered<'l>, OpenError> {
        let Member { name, layers, head } = member;
        let mut evidence: Vec<String> = layers.iter().map(|layer| layer.sentence().to_owned()).collect();
        if !name.is_empty() {
            evidence.insert(1, format!("its name there is {name}"));
        }
        let inside = if layers.is_empty() {
            Inside::File(probe.file()?)
        } else {
            evidence.push("it is read from an unpacked copy in the cache".to_owned());
            let spool = Spool::open(self.path, layers, self.cache).map_err(|error| ReadError::io(self.path, error))?;
            evidence.extend(spool.sentence());
            Inside::Unpacked(Arc::new(spool))
        };
        let source = self.source(inside);
        let inner = probe.with(head);
        let (known, reasons) = container(&inner);
        if let Some(container) = known {
            return self.entered(container, source, evidence);
        }
        let Kind::File(head) = &inner.kind else { return Err(self.folder(&inner.kind)) };
        // Foreign lines may stand before the first that is known: text has no zeros.
        if self.known(&head.bytes).is_none() && !head.is_whole && !head.bytes.contains(&0) {
            let bytes = source.bytes()?;
            if let Some(container) = CONTAINERS.iter().find(|container| container.begins_late(&*bytes)) {
                return self.entered(*container, source, evidence);
            }
        }
        Err(refused(self.path, &head.bytes, &reasons))
    }

    /// The one file of an archive that is a store: by how it begins, then by what is in it.
    fn one_of(&self, probe: &Probe, members: Vec<Member>, choice: &OpenChoice) -> Result<Entered<'l>, OpenError> {
        let count = members.len();
        let (mut names, mut stores) = (Vec::new(), Vec::new());
        for member in members {
            names.push(member.name.clone());
            if !member.is_prose() && container(&probe.with(member.head.clone())).0.is_some() {
                stores.push(member);
            }
        }
        if stores.len() > 1 && stores.len() <= TRIED {
            let is_clear = |member: &Member| {
                let entered = self.member(probe, member.clone());
                entered.is_ok_and(|Entered { engine, contents, .. }| {
                    understand(self.path, engine, &*contents, choice, &mut Findings::default())
                        .is_ok_and(|(_, chosen)| chosen.is_ok())
                })
            };
            let clear: Vec<Member> = stores.iter().filter(|member| is_clear(member)).cloned().collect();
            if !clear.is_empty() {
                stores = clear;
            }
        }
        match stores.len() {
            0 => {
                names.truncate(5);
                let reason =
                    format!("it is a zip archive of {count} files, none of them a store: {}", names.join(", "));
                Err(self.not_a_store(reason, "unpack it first: unzip FILE"))
            }
            1 => self.member(probe, stores.remove(0)),
            _ => Err(OpenError::Archive {
                path: self.path.to_owned(),
                is_tar: false,
                stores: stores.into_iter().map(|member| member.name).collect(),
            }),
        }
    }

    /// A folder that no container knows, with the file inside it that may be meant: it is a store.
    fn folder(&self, kind: &Kind) -> OpenError {
        const ENDINGS: [&str; 10] = ["db", "sqlite", "sqlite3", "jsonl", "ndjson", "dump", "sql", "gz", "zst", "json"];
        let names: &[OsString] = if let Kind::Folder(names) = kind { names } else { &[] };
        let mut files: Vec<&Path> = names.iter().map(Path::new).collect();
        files.sort();
        let ends = |file: &&Path| file.extension().and_then(OsStr::to_str).is_some_and(|end| ENDINGS.contains(&end));
        let mut files = files.into_iter().filter(ends).take(TRIED).map(|file| self.path.join(file));
        let store = files.find(|file| is_store(file, self.cache));
        OpenError::Folder { path: self.path.to_owned(), store }
    }

    /// Names what the file is instead, where its first bytes tell.
    fn known(&self, head: &[u8]) -> Option<OpenError> {
        const KNOWN: [(&[u8], &str, &str); 7] = [
            (b"\x89PNG", "it is a PNG image", "open a store file instead"),
            (b"\xff\xd8\xff", "it is a JPEG image", "open a store file instead"),
            (b"GIF8", "it is a GIF image", "open a store file instead"),
            (b"%PDF", "it is a PDF document", "open a store file instead"),
            (b"PK\x03\x04", "it is a zip archive inside another file", "unpack it first: unzip FILE"),
            (b"BZh", "it is compressed with bzip2", "unpack it first: bunzip2 --keep FILE"),
            (b"\xfd7zXZ", "it is compressed with xz", "unpack it first: unxz --keep FILE"),
        ];
        if head.get(257..262) == Some(b"ustar") {
            return Some(self.not_a_store("it is a tar archive", "unpack it first: tar -xf FILE"));
        }
        if let Some(folder) = kurrent::folder_of_chunk(self.path) {
            let help = format!("open its folder: {folder}");
            return Some(self.not_a_store("it is a chunk of a log of EventStoreDB or KurrentDB", &help));
        }
        let known = KNOWN.iter().find(|(magic, _, _)| head.starts_with(magic));
        known.map(|(_, reason, help)| self.not_a_store(*reason, help))
    }

    fn not_a_store(&self, reason: impl Into<String>, help: &str) -> OpenError {
        OpenError::NotAStore { path: self.path.to_owned(), reason: reason.into(), help: help.to_owned() }
    }
}
