//! [`Window`]: the part of the bytes that is looked at, moved forward over files of any size.

use std::io;
use std::sync::Arc;

use crate::formats::bytes::Bytes;

/// Bytes read at once, mostly.
pub(super) const STEP: usize = 512 << 10;

/// A window over the bytes, and a place in it.
pub(super) struct Window {
    bytes: Arc<dyn Bytes>,
    held: Vec<u8>,
    more: Vec<u8>,
    /// Offset of `held[0]`.
    start: u64,
    at: usize,
    /// `held` reaches to the end.
    is_last: bool,
    /// Bytes read at once.
    step: usize,
}

impl Window {
    pub fn new(bytes: Arc<dyn Bytes>) -> Window {
        Window::with_step(bytes, STEP)
    }

    /// Reads so many bytes at once.
    pub fn with_step(bytes: Arc<dyn Bytes>, step: usize) -> Window {
        Window { bytes, held: Vec::new(), more: Vec::new(), start: 0, at: 0, is_last: false, step }
    }

    /// Where it stands, from the beginning of the bytes.
    pub fn offset(&self) -> u64 {
        self.start + self.at as u64
    }

    /// Stands at another place.
    pub fn seek(&mut self, offset: u64) {
        match offset.checked_sub(self.start).map(|at| at as usize) {
            Some(at) if at <= self.held.len() => self.at = at,
            _ => {
                self.held.clear();
                (self.start, self.at, self.is_last) = (offset, 0, false);
            }
        }
    }

    /// What is held of the bytes from here on.
    pub fn rest(&self) -> &[u8] {
        self.held.get(self.at..).unwrap_or_default()
    }

    /// Nothing follows [`Window::rest`].
    pub fn is_last(&self) -> bool {
        self.is_last
    }

    pub fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.held.len());
    }

    /// Holds more; `false` where there is no more.
    pub fn grow(&mut self) -> io::Result<bool> {
        if self.is_last {
            return Ok(false);
        }
        // What lies behind is let go; what one long value took is not kept.
        self.held.drain(..self.at);
        self.start += self.at as u64;
        self.at = 0;
        if self.held.capacity() > 64 * STEP && self.held.len() < STEP {
            self.held = self.held.to_vec();
        }
        // A long value is not read in ever so many small steps.
        let want = self.step.max(self.held.len());
        self.bytes.read(self.start + self.held.len() as u64, want, &mut self.more)?;
        self.is_last = self.more.len() < want;
        self.held.extend_from_slice(&self.more);
        Ok(!self.more.is_empty())
    }

    /// Holds at least so many bytes from here on, or all there are.
    pub fn ensure(&mut self, bytes: usize) -> io::Result<()> {
        while self.rest().len() < bytes && self.grow()? {}
        Ok(())
    }

    /// The byte here; `None` at the end.
    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at >= self.held.len() {
            self.grow()?;
        }
        Ok(self.held.get(self.at).copied())
    }

    /// Goes behind the end of the line; without its end, to the end.
    pub fn skip_line(&mut self) -> io::Result<()> {
        loop {
            match memchr::memchr(b'\n', self.rest()) {
                Some(end) => {
                    self.skip(end + 1);
                    return Ok(());
                }
                None => {
                    self.skip(self.rest().len());
                    if !self.grow()? {
                        return Ok(());
                    }
                }
            }
        }
    }
}
