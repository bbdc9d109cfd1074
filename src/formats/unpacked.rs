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

    /// Hands over each file's name and length, and what stands in it. It ends where that says so.
    fn each(&self, path: &Path, mut then: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<bool>) -> io::Result<()> {
        match self {
            Packing::Zip => {
                for (name, layer) in layers::members(path).map_err(|(reason, _)| io::Error::other(reason))? {
                    let size = if let Layer::Member { size, .. } = layer { size } else { 0 };
                    if !then(&name, size, &mut layers::open(path, &[layer], &Arc::default())?)? {
                        break;
                    }
                }
                Ok(())
            }
            Packing::Tar(layers) => each_of_tar(layers::open(path, layers, &Arc::default())?, then),
        }
    }
}

fn each_of_tar(mut from: Stream, mut then: impl FnMut(&str, u64, &mut dyn Read) -> io::Result<bool>) -> io::Result<()> {
    let mut long_name = None;
    for _ in 0..MAX_MEMBERS {
        let mut head = [0; 512];
        // One that is cut has what was read until there.
        if from.read_exact(&mut head).is_err() || head[0] == 0 {
            return Ok(());
        }
        let text = |range: std::ops::Range<usize>| {
            let bytes = head[range].split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        let len = tar_number(&head[124..136]);
        let mut inside = (&mut from).take(len);
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
                if !then(&name, len, &mut inside)? {
                    return Ok(());
                }
            }
            b'g' => {}
            _ => long_name = None,
        }
        let rest = inside.limit() + len.next_multiple_of(512).wrapping_sub(len) % 512;
        if io::copy(&mut (&mut from).take(rest), &mut io::sink())? < rest {
            return Ok(());
        }
    }
    Ok(())
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

/// Where the folder is that the file holds: unpacked now, or before. `None`: it holds none that
/// `accepts` knows by the names in it.
pub(super) fn folder(
    path: &Path,
    head: &[u8],
    cache: &Path,
    accepts: impl Fn(Vec<OsString>) -> bool,
) -> io::Result<Option<PathBuf>> {
    let Some(packing) = Packing::of(path, head) else { return Ok(None) };
    let mut folders: BTreeMap<String, (Vec<OsString>, u64)> = BTreeMap::new();
    let listed = packing.each(path, |name, len, _| {
        if let Some((folder, file)) = split(name) {
            let (names, bytes) = folders.entry(folder.to_owned()).or_default();
            names.push(OsString::from(file));
            *bytes = bytes.saturating_add(len);
        }
        Ok(true)
    });
    // What is damaged is told by those who read it as a file.
    if listed.is_err() {
        return Ok(None);
    }
    let Some((wanted, (_, bytes))) = folders.into_iter().find(|(_, (names, _))| accepts(names.clone())) else {
        return Ok(None);
    };
    let room = Room::of_folder(path, &wanted, cache)?;
    if room.is_there() {
        return Ok(Some(room.path));
    }
    room.needs(bytes)?;
    let unpacking = room.begin()?;
    let mut left = room.bytes;
    packing.each(path, |name, _, from| {
        let Some((_, file)) = split(name).filter(|(folder, _)| *folder == wanted) else { return Ok(true) };
        let mut out = File::create(unpacking.path().join(file))?;
        let written = io::copy(&mut from.take(left.saturating_add(1)), &mut out)?;
        room.needs(bytes.max(room.bytes - left + written))?;
        left -= written;
        Ok(true)
    })?;
    room.keep(unpacking).map(Some)
}
