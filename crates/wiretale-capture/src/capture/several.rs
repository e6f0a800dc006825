//! Many frames at a time.

use wiretale_packet::Frame;

use super::Capture;
use crate::Error;
use crate::plain::PlainFile;
use crate::record::Step;

/// Frames that come one after the other.
#[derive(Debug)]
pub struct Several<'c> {
    /// The frames, slices of one piece of memory in which they stand as in the file.
    pub frames: Vec<Frame<'c>>,
    /// The number of the first, from 1.
    pub first: u64,
    /// Where the bytes of the first stand in the file, or in what it gives when it is decompressed.
    pub position: u64,
    /// [`Capture::plain`].
    pub plain: Option<&'c PlainFile>,
}

impl Capture {
    /// The frames that come next and lie in the buffer, `most` at most, but one at least; nothing at the end. Waits for no
    /// more than [`Capture::next`] does.
    ///
    /// # Errors
    /// As [`Capture::next`].
    pub fn next_many(&mut self, most: usize) -> Option<Result<Several<'_>, Error>> {
        if let Err(error) = self.advance()? {
            return Some(Err(error));
        }
        let Self { source, format, record, lent, number, offset, plain, .. } = self;
        let window = source.window();
        let mut frames = Vec::with_capacity(most.min(window.len() / RECORD));
        let position = *offset + record.as_ref().map_or(0, |record| record.data.start as u64);
        frames.extend(record.take().map(|record| record.frame(window)));
        while frames.len() < most {
            let rest = window.get(*lent..).unwrap_or_default();
            // What is broken or not here yet is found again by whoever asks next.
            match format.step(rest) {
                Ok(Step::Frame(record, len)) => {
                    frames.push(record.frame(rest));
                    *lent += len;
                }
                Ok(Step::Skip(len)) => *lent += len,
                Ok(Step::Need(_)) | Err(_) => break,
            }
        }
        let first = *number;
        *number += frames.len() as u64 - 1;
        Some(Ok(Several { frames, first, position, plain: plain.as_ref() }))
    }
}

/// Bytes that a record has at the least.
pub(super) const RECORD: usize = 16;
