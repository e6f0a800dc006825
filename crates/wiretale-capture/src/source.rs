//! Where the bytes of a capture come from, seen through a window that moves forward.

use std::io::{self, Read};
use std::mem;

/// A reader and what was read ahead of it, in a buffer that is used again and again.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Invariant: `start <= end <= buffer.len()`.
    start: usize,
    end: usize,
    /// Why reading ahead failed: said when what was read until then does not do.
    failed: Option<io::Error>,
}

impl Source {
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, buffer: vec![0; FIRST], start: 0, end: 0, failed: None }
    }

    /// What can be seen now, from the first byte not consumed.
    #[inline]
    pub(crate) fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Moves the window forward.
    #[inline]
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
    }

    /// Widens the window to `len` bytes, or as far as can be had.
    pub(crate) fn read_ahead(&mut self, len: usize) {
        if self.failed.is_none() {
            self.failed = self.fill(len).err();
        }
    }

    /// Gives away the buffer with the window's first `len` bytes, and where in it they begin; goes on in `empty`, whose bytes
    /// mean nothing, with what stands behind them.
    pub(crate) fn give(&mut self, len: usize, mut empty: Vec<u8>) -> (Vec<u8>, usize) {
        let start = self.start;
        self.consume(len);
        let rest = self.end - self.start;
        if empty.len() < rest {
            empty.resize(rest, 0);
        }
        empty[..rest].copy_from_slice(self.window());
        (self.start, self.end) = (0, rest);
        (mem::replace(&mut self.buffer, empty), start)
    }

    /// Widens the window to `need` bytes; false if the source ends before that.
    pub(crate) fn fill(&mut self, need: usize) -> io::Result<bool> {
        while self.end - self.start < need {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            self.make_room(need);
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(n) => self.end = self.end.saturating_add(n).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Room for at least one byte more. The buffer grows with what has arrived, not with what a length field promises.
    fn make_room(&mut self, need: usize) {
        if self.end < self.buffer.len() && self.buffer.len() - self.start >= need {
            return;
        }
        // A source that fills the first buffer is a large one.
        let least = if self.end == self.buffer.len() { CHUNK } else { 0 };
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = if self.end == self.buffer.len() { need.min(self.buffer.len() * 2).max(self.end + 1) } else { 0 };
        self.buffer.resize(room.max(least).max(self.buffer.len()), 0);
    }
}

/// One read's length: large enough that the calls cost nothing, small enough to stay in the cache.
const CHUNK: usize = 128 << 10;
/// The first read's: many a source is small, and ends there.
const FIRST: usize = 4 << 10;
