//! Layers around a store: what is taken off a file before any container looks at it. Each is
//! a stream of bytes in and a stream of bytes out; they may lie one inside the other.
//!
//! gzip: RFC 1952, any number of members. zstd: RFC 8878, any number of frames. zip: APPNOTE
//! 6.3, one of its files, stored or deflated. UTF-16 as PowerShell's `>` writes it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

use super::probe::Head;

/// Layers inside each other, at most.
const DEPTH: usize = 4;

/// A stream of bytes that another thread may go on with.
pub(super) type Stream = Box<dyn BufRead + Send>;

/// One layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Gzip,
    Zstd,
    /// A member of an archive: of a zip, or of a tar.
    Member {
        offset: u64,
        len: u64,
        deflated: bool,
        /// What it unpacks to, as the archive says.
        size: u64,
    },
    Utf16 {
        little_endian: bool,
    },
    /// A block of pg_dump's custom archive: chunks, each behind its length.
    Chunks {
        offset: u64,
        int_bytes: u8,
        /// The block's kind and number stand before them.
        has_head: bool,
    },
    Zlib,
    Lz4,
    /// Text in another encoding than UTF-8, as the dump itself says.
    Charset(&'static encoding_rs::Encoding),
}

impl Layer {
    /// As a sentence of the evidence.
    pub fn sentence(self) -> &'static str {
        match self {
            Layer::Gzip => "it is compressed with gzip",
            Layer::Zstd => "it is compressed with zstd",
            Layer::Member { .. } => "it is in a zip archive",
            Layer::Utf16 { .. } => "it is UTF-16 text",
            Layer::Chunks { .. } => "it is an archive of pg_dump",
            Layer::Zlib => "it is compressed with zlib",
            Layer::Lz4 => "it is compressed with lz4",
            Layer::Charset(_) => "it is in another encoding than UTF-8, which it names",
        }
    }

    /// The layer that begins so.
    pub fn of(head: &[u8]) -> Option<Layer> {
        match head {
            [0x1f, 0x8b, ..] => Some(Layer::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Layer::Zstd),
            // Of a frame that is to be skipped.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Layer::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Layer::Lz4),
            [0xff, 0xfe, ..] => Some(Layer::Utf16 { little_endian: true }),
            [0xfe, 0xff, ..] => Some(Layer::Utf16 { little_endian: false }),
            [b'{' | b'[', 0, second, 0, ..] if *second != 0 => Some(Layer::Utf16 { little_endian: true }),
            [0, b'{' | b'[', 0, second, ..] if *second != 0 => Some(Layer::Utf16 { little_endian: false }),
            _ => None,
        }
    }

    fn take_off(self, inner: Stream) -> io::Result<Stream> {
        Ok(match self {
            Layer::Gzip => Box::new(BufReader::with_capacity(BLOCK, MultiGzDecoder::new(inner))),
            Layer::Zlib => Box::new(BufReader::with_capacity(BLOCK, ZlibDecoder::new(inner))),
            Layer::Lz4 => Box::new(BufReader::with_capacity(BLOCK, lz4_flex::frame::FrameDecoder::new(inner))),
            Layer::Charset(charset) => Box::new(BufReader::with_capacity(
                BLOCK,
                Recoded { inner, decoder: charset.new_decoder(), out: Cursor::default(), ended: false },
            )),
            Layer::Chunks { int_bytes, has_head, .. } => {
                let state = if has_head { ChunkState::Head } else { ChunkState::Inside };
                Box::new(BufReader::with_capacity(BLOCK, Chunks { inner, int_bytes, left: 0, state }))
            }
            Layer::Zstd => Box::new(BufReader::with_capacity(BLOCK, Frames { inner: Some(inner), frame: None })),
            Layer::Member { len, deflated, .. } => {
                let member = inner.take(len);
                if deflated {
                    Box::new(BufReader::with_capacity(BLOCK, DeflateDecoder::new(member)))
                } else {
                    Box::new(member)
                }
            }
            Layer::Utf16 { little_endian } => Box::new(BufReader::with_capacity(
                BLOCK,
                Utf16 { inner, little_endian, begins: true, out: Cursor::default() },
            )),
        })
    }
}

const BLOCK: usize = 64 << 10;

/// What a file is or holds: of an archive there are several.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its path in an archive; empty where the file is none.
    pub name: String,
    pub layers: Vec<Layer>,
    /// How what is inside all layers begins.
    pub head: Head,
}

impl Member {
    /// By its name it is for people, whatever stands in it.
    pub fn is_prose(&self) -> bool {
        let name = self.name.rsplit('/').next().unwrap_or_default().to_lowercase();
        ["readme", "license", "licence", "changelog"].iter().any(|word| name.starts_with(word)) || name.ends_with(".md")
    }
}

/// Members of an archive that are looked at.
const MEMBERS: usize = 1_000;

/// Finds the layers of a file, and how what is inside begins. `Err` says in words what is
/// wrong with one of them, and what helps.
pub(super) fn find(path: &Path, outer: Head) -> Result<Vec<Member>, (String, String)> {
    if !outer.bytes.starts_with(b"PK\x03\x04") {
        return peel(path, Member { name: String::new(), layers: Vec::new(), head: outer }).map(|one| vec![one]);
    }
    let (mut found, mut first_error) = (Vec::new(), None);
    for (name, layer) in members(path)? {
        let begun = begin(path, Member { name, layers: vec![layer], head: Head::default() });
        match begun.and_then(|member| peel(path, member)) {
            Ok(member) => found.push(member),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match (found.is_empty(), first_error) {
        (true, Some(error)) => Err(error),
        _ => Ok(found),
    }
}

/// Takes off what else lies around a member.
fn peel(path: &Path, mut member: Member) -> Result<Member, (String, String)> {
    while member.layers.len() < DEPTH
        && let Some(layer) = Layer::of(&member.head.bytes).or_else(|| {
            let is_known = member.layers.iter().any(|layer| matches!(layer, Layer::Charset(_)));
            charset_named(&member.head.bytes).filter(|_| !is_known)
        })
    {
        member.layers.push(layer);
        member = begin(path, member)?;
    }
    Ok(member)
}

/// Reads how the inside of the layers begins.
fn begin(path: &Path, mut member: Member) -> Result<Member, (String, String)> {
    member.head = open(path, &member.layers, &Arc::default()).and_then(Head::read).map_err(|error| {
        let sentence = member.layers.last().map_or("", |layer| layer.sentence());
        (format!("{sentence}, and does not unpack: {error}"), "it is damaged; try another copy".to_owned())
    })?;
    Ok(member)
}

/// The stream inside all layers. `consumed` counts the bytes of the file that are read.
pub(super) fn open(path: &Path, layers: &[Layer], consumed: &Arc<AtomicU64>) -> io::Result<Stream> {
    let mut file = File::open(path)?;
    // What is written from now on is looked at when all of this is read.
    let len = file.metadata()?.len();
    if let Some(Layer::Member { offset, .. } | Layer::Chunks { offset, .. }) = layers.first() {
        file.seek(SeekFrom::Start(*offset))?;
    }
    let counted = Counted { file: file.take(len), consumed: Arc::clone(consumed) };
    inside(Box::new(BufReader::with_capacity(BLOCK, counted)), layers)
}

/// The stream inside all layers of another.
pub(super) fn inside(mut stream: Stream, layers: &[Layer]) -> io::Result<Stream> {
    for layer in layers {
        stream = layer.take_off(stream)?;
    }
    Ok(stream)
}

/// Bytes to which a file unpacks at least, as its outermost layer says.
pub(super) fn least_bytes(path: &Path, layers: &[Layer]) -> u64 {
    let said = || -> io::Result<u64> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        let mut head = [0; 18];
        let read = read_full(&mut file, &mut head)?;
        let (head, number) =
            (&head[..read], |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        Ok(match (layers.first(), head) {
            (Some(Layer::Member { size, .. }), _) => *size,
            // Of the last member, without what is more than 4 GiB of it.
            (Some(Layer::Gzip), _) if len > 18 => {
                file.seek(SeekFrom::End(-4))?;
                let mut end = [0; 4];
                file.read_exact(&mut end)?;
                u64::from(u32::from_le_bytes(end))
            }
            // RFC 8878, 3.1.1.1: how many bytes the size has, and whether a window and a
            // dictionary stand before it.
            (Some(Layer::Zstd), [0x28, 0xb5, 0x2f, 0xfd, flags, rest @ ..]) => {
                let is_single = flags & 0x20 != 0;
                let before = usize::from(!is_single) + [0, 1, 2, 4][usize::from(flags & 3)];
                let bytes = [usize::from(is_single), 2, 4, 8][usize::from(flags >> 6)];
                rest.get(before..before + bytes).map_or(0, number)
            }
            (Some(Layer::Lz4), [_, _, _, _, flags, _, rest @ ..]) if flags & 0x08 != 0 => {
                rest.get(..8).map_or(0, number)
            }
            _ => 0,
        })
    };
    said().unwrap_or(0)
}

/// The stream inside all layers of a file, whatever they are.
pub(super) fn open_any(path: &Path, consumed: &Arc<AtomicU64>) -> io::Result<Stream> {
    let head = Head::read(File::open(path)?)?;
    let mut members = find(path, head).map_err(|(reason, _)| io::Error::new(io::ErrorKind::InvalidData, reason))?;
    match members.pop() {
        Some(member) if members.is_empty() => open(path, &member.layers, consumed),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it is an archive of several files")),
    }
}

/// Files of lines, one behind the other. One that is damaged or gone hides none of the others:
/// only at the end of all is it an error.
pub(super) struct Files {
    left: std::vec::IntoIter<PathBuf>,
    now: Option<(PathBuf, Stream)>,
    consumed: Arc<AtomicU64>,
    trouble: Option<String>,
    /// The last byte that was read ends a line.
    at_line: bool,
}

impl Files {
    pub fn new(files: Vec<PathBuf>, consumed: &Arc<AtomicU64>) -> Files {
        let consumed = Arc::clone(consumed);
        Files { left: files.into_iter(), now: None, consumed, trouble: None, at_line: true }
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.trouble.get_or_insert_with(|| format!("{name}: {error}"));
    }
}

impl Read for Files {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some((path, stream)) = &mut self.now else {
                let Some(path) = self.left.next() else {
                    return self.trouble.take().map_or(Ok(0), |trouble| Err(io::Error::other(trouble)));
                };
                match open_any(&path, &self.consumed) {
                    Ok(stream) => self.now = Some((path, stream)),
                    Err(error) => self.failed(&path, &error),
                }
                continue;
            };
            match stream.read(buffer) {
                Ok(0) if !self.at_line && !buffer.is_empty() => {
                    self.at_line = true;
                    buffer[0] = b'\n';
                    return Ok(1);
                }
                Ok(0) => self.now = None,
                Ok(bytes) => {
                    self.at_line = buffer[bytes - 1] == b'\n';
                    return Ok(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let path = path.clone();
                    self.failed(&path, &error);
                    (self.now, self.at_line) = (None, false);
                    // The next file begins a line of its own.
                    if let Some(first) = buffer.first_mut() {
                        (*first, self.at_line) = (b'\n', true);
                        return Ok(1);
                    }
                }
            }
        }
    }
}

struct Counted {
    file: Take<File>,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.consumed.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

/// The files in a zip that can be unpacked, hidden ones aside; one at least.
pub(super) fn members(path: &Path) -> Result<Vec<(String, Layer)>, (String, String)> {
    let unpack = || "unpack it first: unzip FILE".to_owned();
    let wrong = |error: String| (format!("it is a zip archive that cannot be read: {error}"), unpack());
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| wrong(error.to_string()))?;
    let (mut found, mut unknown) = (Vec::new(), None);
    for at in 0..archive.len().min(MEMBERS) {
        let member = archive.by_index_raw(at).map_err(|error| wrong(error.to_string()))?;
        let name = String::from_utf8_lossy(member.name_raw()).into_owned();
        let hidden = name.split('/').any(|part| part.len() > 1 && part.starts_with('.') || part == "__MACOSX");
        if member.is_dir() || hidden {
            continue;
        }
        let deflated = match member.compression() {
            zip::CompressionMethod::STORE => Some(false),
            zip::CompressionMethod::DEFLATE => Some(true),
            _ => None,
        };
        let offset = member.data_start().filter(|_| !member.encrypted());
        match deflated.zip(offset) {
            Some((deflated, offset)) => {
                let (len, size) = (member.compressed_size(), member.size());
                found.push((name, Layer::Member { offset, len, deflated, size }));
            }
            None => unknown = Some(name),
        }
    }
    match (found.is_empty(), unknown) {
        (false, _) => Ok(found),
        (true, Some(name)) => Err((format!("it is a zip archive whose {name} is packed in an unknown way"), unpack())),
        (true, None) => Err(("it is a zip archive without files".to_owned(), "open a store file instead".to_owned())),
    }
}

/// The encoding that a dump names as its own, where it is not UTF-8: `SET client_encoding =
/// 'LATIN1';`, `SET NAMES latin1`.
pub(super) fn charset_named(head: &[u8]) -> Option<Layer> {
    let head = &head[..head.len().min(CHARSET_HEAD)];
    let text = String::from_utf8_lossy(head);
    let named = text.lines().find_map(|line| {
        let line = line.trim_start_matches(['/', '*', '!', ' ']).trim_start_matches(|c: char| c.is_ascii_digit());
        let line = line.trim_start();
        let behind = line.strip_prefix("SET client_encoding = ").or_else(|| line.strip_prefix("SET NAMES "))?;
        let name = behind.trim_start_matches('\'').split(['\'', ';', ' ', '*']).next()?;
        Some(name.to_ascii_lowercase())
    })?;
    // PostgreSQL's names and MySQL's, where the standard has others.
    let name = match named.as_str() {
        name if name.starts_with("utf") || name == "sql_ascii" || name == "binary" => return None,
        "latin1" | "win1252" => "windows-1252",
        "latin2" => "iso-8859-2",
        "latin9" => "iso-8859-15",
        "euc_jp" | "ujis" => "euc-jp",
        "euc_kr" | "euckr" | "uhc" => "euc-kr",
        "euc_cn" | "gb2312" => "gbk",
        "sjis" | "cp932" => "shift_jis",
        "koi8r" => "koi8-r",
        "koi8u" => "koi8-u",
        name => &name.replace("win", "windows-").replace("latin", "iso-8859-"),
    };
    encoding_rs::Encoding::for_label(name.as_bytes()).map(Layer::Charset)
}

/// Bytes of a dump in which it says how it is encoded.
const CHARSET_HEAD: usize = 16 << 10;

/// Text of another encoding as UTF-8; what is no text in it becomes U+FFFD.
struct Recoded {
    inner: Stream,
    decoder: encoding_rs::Decoder,
    out: Cursor<Vec<u8>>,
    ended: bool,
}

impl Read for Recoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.out.read(buffer)?;
            if bytes > 0 || buffer.is_empty() || self.ended {
                return Ok(bytes);
            }
            let block = self.inner.fill_buf()?;
            self.ended = block.is_empty();
            let mut text = vec![0; self.decoder.max_utf8_buffer_length(block.len()).unwrap_or(4 * BLOCK)];
            let (_, taken, written, _) = self.decoder.decode_to_utf8(block, &mut text, self.ended);
            self.inner.consume(taken);
            text.truncate(written);
            self.out = Cursor::new(text);
        }
    }
}

/// What stands in the chunks of a block.
struct Chunks {
    inner: Stream,
    int_bytes: u8,
    /// Bytes of the chunk that were not read yet.
    left: u64,
    state: ChunkState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ChunkState {
    /// Before the block's kind and number.
    Head,
    Inside,
    End,
}

impl Chunks {
    /// A number: its sign in a byte, then its bytes from the least on.
    fn int(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 9];
        let len = usize::from(self.int_bytes).min(8);
        self.inner.read_exact(&mut bytes[..=len])?;
        let [sign, number @ ..] = bytes;
        Ok(if sign == 0 { u64::from_le_bytes(number) } else { 0 })
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.state == ChunkState::Head {
            let mut kind = [0];
            self.inner.read_exact(&mut kind)?;
            self.int()?;
            self.state = ChunkState::Inside;
        }
        if self.left == 0 && self.state == ChunkState::Inside {
            self.left = self.int()?;
            if self.left == 0 {
                self.state = ChunkState::End;
            }
        }
        if self.state == ChunkState::End || buffer.is_empty() {
            return Ok(0);
        }
        let want = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..want])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// Every frame of a zstd file, one behind the other.
struct Frames {
    /// Between frames.
    inner: Option<Stream>,
    frame: Option<StreamingDecoder<Stream, ruzstd::decoding::FrameDecoder>>,
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let bytes = frame.read(buffer)?;
                if bytes > 0 || buffer.is_empty() {
                    return Ok(bytes);
                }
                self.inner = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut inner) = self.inner.take() else { return Ok(0) };
            if inner.fill_buf()?.is_empty() {
                self.inner = Some(inner);
                return Ok(0);
            }
            // A frame to be skipped tells its length in bytes 4 to 7.
            if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] = inner.fill_buf()? {
                let mut header = [0; 8];
                inner.read_exact(&mut header)?;
                let len = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
                io::copy(&mut (&mut inner).take(u64::from(len)), &mut io::sink())?;
                self.inner = Some(inner);
                continue;
            }
            self.frame = Some(StreamingDecoder::new(inner).map_err(|error| match error {
                FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::MagicNumberReadError(error)) => error,
                error => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
            })?);
        }
    }
}

/// UTF-16 to UTF-8; half a pair becomes U+FFFD.
struct Utf16 {
    inner: Stream,
    little_endian: bool,
    /// The mark of the encoding, which is none of the text, may come.
    begins: bool,
    /// Text that was not taken yet.
    out: Cursor<Vec<u8>>,
}

impl Utf16 {
    fn unit(&self, pair: &[u8]) -> u16 {
        let pair = [pair[0], pair[1]];
        if self.little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    }

    /// Turns one block into text; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut block = vec![0; BLOCK];
        let mut len = read_full(&mut self.inner, &mut block)?;
        // A pair is not torn apart.
        if len == BLOCK && (0xd800..0xdc00).contains(&self.unit(&block[BLOCK - 2..])) {
            let mut low = [0; 2];
            let more = read_full(&mut self.inner, &mut low)?;
            block.extend_from_slice(&low[..more]);
            len += more;
        }
        let mark = std::mem::take(&mut self.begins) && len >= 2 && self.unit(&block) == 0xfeff;
        let units = block[if mark { 2 } else { 0 }..len].chunks_exact(2).map(|pair| self.unit(pair));
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.out = Cursor::new(text.into_bytes());
        Ok(len > 0)
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.out.read(buffer)?;
            if bytes > 0 || buffer.is_empty() || !self.fill()? {
                return Ok(bytes);
            }
        }
    }
}

fn read_full(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
