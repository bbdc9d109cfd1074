//! A folder that was put into one file: a tar, compressed or not, or a zip, of what a server or
//! a tool keeps in a folder. What lies in it is unpacked into the cache, and read there.
//!
//! tar: POSIX.1-2001 with its long names, and GNU's.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dump::Dump;
use super::layers::{self, Layer, Stream};
use super::probe::Head;
use super::spool::Room;

/// Members of an archive that are looked at.
const MAX_MEMBERS: usize = 100_000;
/// A name that has a block of its own.
const MAX_NAME: u64 = 64 << 10;

/// How the archive is read.
enum Packing {
    Zip,
    /// A tar, inside these layers.
    Tar(Vec<Layer>),
}

impl Packing {
    fn of(path: &Path, head: &[u8]) -> Option<Packing> {
        if head.starts_with(b"PK\x03\x04") {
            return Some(Packing::Zip);
        }
        let is_tar = |head: &[u8]| head.get(257..262) == Some(b"ustar") && !Dump::is_archive(head);
        if is_tar(head) {
            return Some(Packing::Tar(Vec::new()));
        }
        let layers = vec![Layer::of(head)?];
        let inner = layers::open(path, &layers, &Arc::default()).and_then(Head::read).ok()?;
        is_tar(&inner.bytes).then_some(Packing::Tar(layers))
    }

    /// Hands over each file's name and length, and what stands in it. Says why the archive ends
    /// early, where it does.
    fn each(
        &self,
        path: &Path,
        mut then: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<Option<String>> {
        match self {
            Packing::Zip => {
                for (name, layer) in layers::members(path).map_err(|(reason, _)| io::Error::other(reason))? {
                    let size = if let Layer::Member { size, .. } = layer { size } else { 0 };
                    then(&name, size, &mut layers::open(path, &[layer], &Arc::default())?)?;
                }
                Ok(None)
            }
            Packing::Tar(layers) => {
                let inner = layers::open(path, layers, &Arc::default())?;
                let mut from = UpToDamage { inner, trouble: None };
                let cut = each_of_tar(&mut from, then)?;
                // A checksum stands at the end.
                io::copy(&mut from, &mut io::sink())?;
                Ok(from.trouble.or(cut))
            }
        }
    }
}

/// What cannot be read further ends there.
struct UpToDamage {
    inner: Stream,
    trouble: Option<String>,
}

impl Read for UpToDamage {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.trouble.is_some() {
            return Ok(0);
        }
        match self.inner.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.trouble = Some(error.to_string());
                Ok(0)
            }
            read => read,
        }
    }
}

/// Says where the archive is cut, if it is.
fn each_of_tar(
    from: &mut UpToDamage,
    mut then: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
) -> io::Result<Option<String>> {
    let mut long_name = None;
    for _ in 0..MAX_MEMBERS {
        let mut head = Vec::with_capacity(512);
        (&mut *from).take(512).read_to_end(&mut head)?;
        // Some tools write no empty block at the end.
        let Some(&[first, ..]) = head.first_chunk::<512>() else {
            return Ok((!head.is_empty()).then(|| "it ends in the head of a file".to_owned()));
        };
        if first == 0 {
            return Ok(None);
        }
        let text = |range: std::ops::Range<usize>| {
            let bytes = head[range].split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        let len = tar_number(&head[124..136]);
        let mut inside = (&mut *from).take(len);
        match head[156] {
            b'L' | b'x' => {
                let mut block = Vec::new();
                (&mut inside).take(MAX_NAME).read_to_end(&mut block)?;
                let block = String::from_utf8_lossy(&block).into_owned();
                long_name = match head[156] {
                    b'L' => Some(block.trim_end_matches('\0').to_owned()),
                    // `27 path=a/b`
                    _ => block.lines().find_map(|line| Some(line.split_once(" path=")?.1.to_owned())).or(long_name),
                };
            }
            b'0' | 0 => {
                let prefix = if head[257..263] == *b"ustar\0" { text(345..500) } else { String::new() };
                let short = if prefix.is_empty() { text(0..100) } else { format!("{prefix}/{}", text(0..100)) };
                let name = long_name.take().unwrap_or(short);
                then(&name, len, &mut inside)?;
            }
            b'g' => {}
            _ => long_name = None,
        }
        let (inside, padding) = (inside.limit(), (512 - len % 512) % 512);
        if io::copy(&mut (&mut *from).take(inside), &mut io::sink())? < inside {
            return Ok(Some("it ends inside a file".to_owned()));
        }
        io::copy(&mut (&mut *from).take(padding), &mut io::sink())?;
    }
    Ok(Some(format!("only its first {MAX_MEMBERS} files are looked at")))
}

/// A number of a tar's head: octal digits, or bytes behind a bit that says so.
pub(super) fn tar_number(field: &[u8]) -> u64 {
    if field[0] & 0x80 != 0 {
        return field[4..].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    }
    let digits = field.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |sum: u64, digit| sum.wrapping_mul(8).wrapping_add(u64::from(digit - b'0')))
}

/// The folder's path and a file's name in it.
fn split(name: &str) -> Option<(&str, &str)> {
    let name = name.trim_start_matches("./");
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let is_plain = !matches!(file, "" | "." | "..") && !file.contains(['\\', ':', '\0']);
    is_plain.then_some((folder, file))
}

/// The folder that a file holds.
pub(super) enum Folder {
    /// None that is known by the names in it.
    None,
    One {
        /// Where it was unpacked, now or before.
        path: PathBuf,
        /// What it is called in the archive.
        name: String,
        /// Why it is not whole.
        trouble: Option<String>,
    },
    /// Their names in the archive, each with a slash at its end.
    Several { is_tar: bool, names: Vec<String> },
}

/// Looks for the folder that `accepts` knows by the names in it, and unpacks it.
pub(super) fn folder(
    path: &Path,
    head: &[u8],
    cache: &Path,
    accepts: impl Fn(Vec<OsString>) -> bool,
) -> io::Result<Folder> {
    let Some(packing) = Packing::of(path, head) else { return Ok(Folder::None) };
    let mut folders: BTreeMap<String, (Vec<OsString>, u64)> = BTreeMap::new();
    let listed = packing.each(path, |name, len, _| {
        if let Some((folder, file)) = split(name) {
            let (names, bytes) = folders.entry(folder.to_owned()).or_default();
            names.push(OsString::from(file));
            *bytes = bytes.saturating_add(len);
        }
        Ok(())
    });
    // What is damaged is told by those who read it as a file.
    let Ok(trouble) = listed else { return Ok(Folder::None) };
    folders.retain(|_, (names, _)| accepts(std::mem::take(names)));
    if folders.len() > 1 {
        let names = folders.into_keys().map(|name| name + "/").collect();
        return Ok(Folder::Several { is_tar: matches!(packing, Packing::Tar(_)), names });
    }
    let Some((wanted, (_, bytes))) = folders.pop_first() else { return Ok(Folder::None) };
    let room = Room::of_folder(path, &wanted, cache)?;
    // One that ends early says more than is there.
    let known = if trouble.is_none() { bytes } else { 0 };
    let found = |path| Folder::One { path, name: wanted.clone(), trouble };
    if room.is_there() {
        return Ok(found(room.path));
    }
    room.needs(known)?;
    let unpacking = room.begin()?;
    let mut left = room.bytes;
    packing.each(path, |name, _, from| {
        let Some((_, file)) = split(name).filter(|(folder, _)| *folder == wanted) else { return Ok(()) };
        let mut out = File::create(unpacking.path().join(file))?;
        let written = io::copy(&mut from.take(left.saturating_add(1)), &mut out)?;
        room.needs(known.max(room.bytes - left + written))?;
        left -= written;
        Ok(())
    })?;
    room.keep(unpacking).map(found)
}
