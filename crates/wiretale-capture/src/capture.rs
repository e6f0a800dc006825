//! One capture, read from its first frame to its last.

mod batch;
mod open;
mod several;

use std::io;

use wiretale_packet::Frame;

use crate::Error;
use crate::compressed::Progress;
use crate::format::Format;
use crate::plain::PlainFile;
use crate::record::{Fault, Record, Step};
use crate::source::Source;

pub use batch::Batch;
pub use several::Several;

/// A capture that lends its frames one at a time, or many.
///
/// Each call of [`Capture::next`] either moves forward or ends: after an error nothing more comes.
pub struct Capture {
    name: String,
    source: Source,
    format: Format,
    /// The record lent last, where it was one by itself; its bytes are still in the window.
    record: Option<Record>,
    /// How many bytes of the window that record covers, or all that were lent together.
    lent: usize,
    offset: u64,
    number: u64,
    ended: bool,
    compressed: bool,
    progress: Progress,
    total: Option<u64>,
    plain: Option<PlainFile>,
}

impl Capture {
    /// The next frame; nothing at the end.
    ///
    /// # Errors
    /// If the capture is cut off, broken, or cannot be read on. Nothing follows an error.
    #[allow(clippy::should_implement_trait, reason = "what it lends lives until the next call")]
    #[inline]
    pub fn next(&mut self) -> Option<Result<Frame<'_>, Error>> {
        match self.advance()? {
            Ok(()) => self.frame().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// Moves to the next frame, which [`Capture::frame`] then lends; nothing at the end.
    ///
    /// # Errors
    /// As [`Capture::next`].
    #[inline]
    pub fn advance(&mut self) -> Option<Result<(), Error>> {
        self.release();
        while !self.ended {
            match self.format.step(self.source.window()) {
                Ok(Step::Frame(record, len)) => {
                    self.lent = len;
                    self.number += 1;
                    self.record = Some(record);
                    return Some(Ok(()));
                }
                Ok(Step::Skip(len)) => {
                    self.lent = len;
                    self.release();
                }
                Ok(Step::Need(need)) => {
                    if let Some(error) = self.fill(need) {
                        return Some(Err(error));
                    }
                }
                Err(fault) => return Some(Err(self.fault(fault))),
            }
        }
        None
    }

    /// The frame that the last call of [`Capture::next`] or [`Capture::advance`] came to.
    #[inline]
    #[must_use]
    pub fn frame(&self) -> Option<Frame<'_>> {
        self.record.as_ref().map(|record| record.frame(self.source.window()))
    }

    /// The number of the frame lent last, from 1; also how many were lent.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its name, as errors have it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is it compressed?
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// How many bytes of the file were read; of a compressed one, compressed bytes.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.progress.bytes()
    }

    /// How many bytes the file had when it was opened, if it is a plain one.
    #[must_use]
    pub fn bytes_total(&self) -> Option<u64> {
        self.total
    }

    /// The file itself, if it is one that is not compressed: what was lent can be read there again.
    #[must_use]
    pub fn plain(&self) -> Option<&PlainFile> {
        self.plain.as_ref()
    }

    #[inline]
    fn release(&mut self) {
        self.record = None;
        self.source.consume(self.lent);
        self.offset = self.offset.saturating_add(self.lent as u64);
        self.lent = 0;
    }

    /// Widens the window to `need` bytes, or ends; an error unless it ends between two records.
    #[cold]
    fn fill(&mut self, need: usize) -> Option<Error> {
        match self.source.fill(need) {
            Ok(true) => None,
            Ok(false) => {
                self.ended = true;
                let whole = self.source.window().is_empty();
                (!whole).then(|| cut(&self.name, self.offset, &self.source, need))
            }
            Err(error) => {
                self.ended = true;
                Some(failed(&self.name, self.offset, &self.source, need, error, &self.progress))
            }
        }
    }

    #[cold]
    fn fault(&mut self, fault: Fault) -> Error {
        self.ended = true;
        Error::at(&self.name, self.offset, fault)
    }
}

impl std::fmt::Debug for Capture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut fields = f.debug_struct("Capture");
        fields.field("name", &self.name).field("offset", &self.offset).field("number", &self.number);
        fields.finish_non_exhaustive()
    }
}

fn cut(name: &str, offset: u64, source: &Source, needed: usize) -> Error {
    let found = source.window().len() as u64;
    Error::Cut { file: name.to_owned(), offset, needed: needed as u64, found }
}

/// A compressed capture whose compressed bytes end too early is cut off, like a plain one.
fn failed(name: &str, offset: u64, source: &Source, needed: usize, error: io::Error, progress: &Progress) -> Error {
    if progress.ended() {
        return cut(name, offset, source, needed);
    }
    Error::Read { file: name.to_owned(), offset, source: error }
}
