//! Frames with bytes of their own.

use std::mem;
use std::ops::Range;

use wiretale_packet::Frame;

use super::Capture;
use super::several::RECORD;
use crate::Error;
use crate::record::{Record, Step};

/// Frames that come one after the other, with bytes of their own: work for another thread.
///
/// It is filled again and again, so that its memory is used again, too.
#[derive(Default, Debug)]
pub struct Batch {
    bytes: Vec<u8>,
    /// Where in the bytes those of the records begin.
    start: usize,
    records: Vec<Record>,
    first: u64,
    /// Where the bytes of the first frame stand.
    position: Option<u64>,
}

impl Batch {
    /// About so many bytes are read into a batch, and one frame at least. How many frames that are does not depend on how
    /// the bytes arrive.
    pub const BYTES: usize = 256 << 10;

    /// How many frames it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Has it none?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Its bytes: those of frames that came one after the other in one capture stand in them as they do in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Some of its frames, all of them slices of [`Batch::bytes`].
    pub fn frames(&self, which: Range<usize>) -> impl ExactSizeIterator<Item = Frame<'_>> {
        self.records.get(which).unwrap_or_default().iter().map(|record| record.frame(self.bytes()))
    }

    /// One of its frames.
    #[must_use]
    pub fn frame(&self, at: usize) -> Option<Frame<'_>> {
        self.records.get(at).map(|record| record.frame(self.bytes()))
    }

    /// The number of its first frame, from 1.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// Where the bytes of a frame stand in the file, or in what it gives when it is decompressed; nothing where the frames
    /// come from several captures.
    #[must_use]
    pub fn position(&self, frame: usize) -> Option<u64> {
        let [first, frame] = [self.records.first()?, self.records.get(frame)?];
        self.position.map(|position| position + (frame.data.start - first.data.start) as u64)
    }

    /// Has it bytes of a frame that is longer than any link's?
    #[must_use]
    pub const fn is_large(&self) -> bool {
        self.bytes.len() > 2 * Self::BYTES
    }

    /// Its memory, to be used again; none where a long frame made it large.
    fn memory(&mut self) -> Vec<u8> {
        let large = self.is_large();
        let memory = mem::take(&mut self.bytes);
        if large { Vec::new() } else { memory }
    }

    /// Makes it one of frames that are copied, of which the first will have this number.
    pub(crate) fn begin(&mut self, first: u64) {
        self.bytes = self.memory();
        self.bytes.clear();
        self.records.clear();
        (self.start, self.first, self.position) = (0, first, None);
    }

    /// Copies a frame.
    pub(crate) fn push(&mut self, frame: &Frame<'_>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(frame.data);
        let data = start..self.bytes.len();
        self.records.push(Record { at: frame.at, link: frame.link, data, wire_len: frame.wire_len });
    }

    pub(crate) fn is_full(&self) -> bool {
        // Frames may be empty.
        self.bytes.len() >= Self::BYTES || self.records.len() >= Self::BYTES / RECORD
    }
}

impl Capture {
    /// Fills `batch` with the frames that come next; nothing at the end. The bytes are read into its memory, and not copied
    /// but for what it has beyond its last frame.
    ///
    /// # Errors
    /// As [`Capture::next`].
    pub fn next_batch(&mut self, batch: &mut Batch) -> Option<Result<(), Error>> {
        if let Err(error) = self.advance()? {
            return Some(Err(error));
        }
        // From the first frame on: what was passed over before it moves no border.
        self.source.read_ahead(Batch::BYTES);
        let Self { source, format, record, lent, number, offset, .. } = self;
        batch.records.clear();
        batch.position = record.as_ref().map(|record| *offset + record.data.start as u64);
        batch.first = *number;
        batch.records.extend(record.take());
        let window = source.window();
        // What is broken or not here yet is found again by whoever asks next.
        while let Ok(step) = format.step(window.get(*lent..).unwrap_or_default()) {
            match step {
                Step::Frame(record, len) if *lent + len <= Batch::BYTES => {
                    batch.records.push(record.behind(*lent));
                    *lent += len;
                }
                Step::Skip(len) => *lent += len,
                Step::Frame(..) | Step::Need(_) => break,
            }
        }
        *number += batch.records.len() as u64 - 1;
        (batch.bytes, batch.start) = source.give(*lent, batch.memory());
        *offset = offset.saturating_add(mem::take(lent) as u64);
        Some(Ok(()))
    }
}
