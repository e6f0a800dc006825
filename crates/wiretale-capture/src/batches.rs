//! One capture or several, batch by batch.

use crate::{Batch, Capture, Error, Merged, PlainFile};

/// The frames of one capture, or of several in the order of time ([`Merged`]), a [`Batch`] at a time.
#[derive(Debug)]
pub struct Batches(Input);

#[derive(Debug)]
enum Input {
    One(Box<Capture>),
    Several(Merged),
}

impl Batches {
    /// The frames of all `captures`.
    #[must_use]
    pub fn of(captures: Vec<Capture>) -> Self {
        match <[Capture; 1]>::try_from(captures) {
            Ok([only]) => Self(Input::One(Box::new(only))),
            Err(captures) => Self(Input::Several(Merged::new(captures))),
        }
    }

    /// Fills `batch` with the frames that come next; nothing at the end.
    ///
    /// # Errors
    /// What ends a capture; others go on.
    pub fn next(&mut self, batch: &mut Batch) -> Option<Result<(), Error>> {
        match &mut self.0 {
            Input::One(capture) => capture.next_batch(batch),
            Input::Several(merged) => merged.next_batch(batch),
        }
    }

    /// How many bytes of all files were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.0 {
            Input::One(capture) => capture.bytes_read(),
            Input::Several(merged) => merged.bytes_read(),
        }
    }

    /// [`Capture::plain`] of the only capture.
    #[must_use]
    pub fn plain(&self) -> Option<&PlainFile> {
        match &self.0 {
            Input::One(capture) => capture.plain(),
            Input::Several(_) => None,
        }
    }
}
