//! [`Input`]: bytes that pass by once, as those of standard input: read from front to back, and
//! held no longer than they are needed.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bytes::{Bytes, Now};
use super::choose::{any, choose};
use super::enter::{Entered, refused};
use super::json_lines::JsonLines;
use super::layers::Layer;
use super::probe::{Head, Kind, Probe};
use super::{Container, Inside, OpenChoice, OpenError, Opened, Reach, ReadError, Source, bind};
use crate::model::Findings;
use crate::model::json::BOM;

/// Why an input that begins so is not read line by line, and what helps; `None` where it may be.
pub(super) fn why_no_lines(head: &[u8]) -> Option<(String, &'static str)> {
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    match (Layer::of(head), first) {
        (Some(layer), _) => {
            let help = match layer {
                Layer::Utf16 { .. } => "turn it into UTF-8 first: iconv -t UTF-8",
                _ => "unpack it first: gzip -dc, or zstd -dc",
            };
            Some((layer.sentence().to_owned(), help))
        }
        (None, [b'[', ..]) => Some(("it is a JSON array, not JSON lines".to_owned(), "make lines of it: jq -c '.[]'")),
        (None, b"{") => Some(("it is JSON over several lines".to_owned(), "make lines of it: jq -c .")),
        _ => None,
    }
}

/// How far an input is looked at before it is read, as if it ended there: all of that is held.
const LOOK_BYTES: u64 = 16 << 20;

/// What standard input is called in messages.
pub const INPUT: &str = "standard input";

/// Opens JSON lines that pass by once: nothing is kept of them, and [`super::Store::passage`]
/// reads them. As what, only the first of them tell.
///
/// # Errors
/// As [`super::open`].
pub fn open_input(from: Box<dyn Read + Send>, choice: &OpenChoice) -> Result<Opened, OpenError> {
    let (path, input) = (Path::new(INPUT), Arc::new(Input::new(from)));
    let mut head = Vec::new();
    input.read(0, Head::WANT, &mut head).map_err(|error| ReadError::io(path, error))?;
    let is_blank = head.strip_prefix(BOM).unwrap_or(&head).trim_ascii().is_empty();
    if let Some((reason, help)) = why_no_lines(&head) {
        return Err(OpenError::NotAStore { path: path.to_owned(), reason, help: help.to_owned() });
    }
    let probe = Probe::of_input(head);
    if let (false, Err(reason), Kind::File(head)) = (is_blank, JsonLines.accepts(&probe), &probe.kind) {
        return Err(refused(path, &head.bytes, &[reason]));
    }
    let source = Source { path: path.to_owned(), cache: PathBuf::new(), inside: Inside::Input(Arc::clone(&input)) };
    let contents = JsonLines.contents(source)?;
    let engine = contents.engine();
    let tables = contents.tables(Reach::first())?.list;
    let mut findings = Findings::default();
    // One of many workers may have nothing to do.
    let chosen = match is_blank {
        true => Ok(any(&tables)),
        false => choose(path, engine, &tables, choice, &mut findings),
    };
    let entered = Entered { path, engine, contents, bytes: 0, evidence: Vec::new(), trouble: None };
    let choice = if is_blank { &OpenChoice::default() } else { choice };
    let opened = bind(entered, (tables, chosen), choice, findings);
    input.let_go();
    opened
}

/// See the module's documentation.
pub(super) struct Input(Mutex<State>);

struct State {
    from: Box<dyn Read + Send>,
    /// What was read and may be asked for again.
    held: Vec<u8>,
    /// Bytes that have gone by in front of it.
    gone: u64,
    /// Nothing goes by: how the input begins is being looked at.
    holds_all: bool,
}

impl Input {
    /// Everything is held until [`Input::let_go`].
    pub fn new(from: Box<dyn Read + Send>) -> Input {
        Input(Mutex::new(State { from, held: Vec::new(), gone: 0, holds_all: true }))
    }

    /// From now on what lies before a place that is read has gone by.
    pub fn let_go(&self) {
        self.state().holds_all = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bytes for Input {
    fn read(&self, offset: u64, want: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let State { from, held, gone, holds_all } = &mut *self.state();
        if *holds_all && offset > LOOK_BYTES {
            out.clear();
            return Ok(());
        }
        let passed = || io::Error::other("it has gone by");
        let before = offset.checked_sub(*gone).ok_or_else(passed)?.min(held.len() as u64) as usize;
        let mut at = before;
        if !*holds_all {
            held.drain(..before);
            (*gone, at) = (*gone + before as u64, 0);
            // What one large record took is not kept for small ones.
            if held.capacity() > 16 * want.max(held.len()) {
                held.shrink_to(want);
            }
        }
        let lacks = (at + want).saturating_sub(held.len());
        from.take(lacks as u64).read_to_end(held)?;
        out.clear();
        out.extend_from_slice(&held[at..held.len().min(at + want)]);
        Ok(())
    }

    fn progress(&self, _offset: u64) -> f32 {
        0.0
    }

    fn present(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn now(&self) -> io::Result<Now> {
        let state = self.state();
        Ok(Now::Same(state.gone + state.held.len() as u64))
    }

    fn passes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_may_be_read_again_until_something_behind_it_is() {
        let input = Input::new(Box::new(io::Cursor::new(b"0123456789".to_vec())));
        let read = |offset, want| {
            let mut out = Vec::new();
            input.read(offset, want, &mut out).map(|()| String::from_utf8(out).expect("digits")).ok()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((read(0, 4), read(0, 6), read(2, 2)), (text("0123"), text("012345"), text("23")));
        input.let_go();
        assert_eq!((read(1, 2), read(5, 2), read(5, 4)), (text("12"), text("56"), text("5678")));
        assert_eq!((read(4, 1), read(8, 9), read(10, 1)), (None, text("89"), text("")));
    }
}
