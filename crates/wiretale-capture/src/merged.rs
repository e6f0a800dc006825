//! Several captures read as one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use wiretale_packet::{Frame, Timestamp};

use crate::{Batch, Capture, Error};

/// Several captures read as one, in the order of time; at the same moment, in the order they were given.
///
/// Within a capture the order is the capture's own, even where its time goes back.
#[derive(Debug)]
pub struct Merged {
    captures: Vec<Capture>,
    /// The captures that stand at a frame, by its time and their place.
    heads: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// The capture that lent the last frame; at first and after that it is moved on.
    current: Option<usize>,
    errors: VecDeque<Error>,
    number: u64,
}

impl Merged {
    /// The frames of all `captures`.
    #[must_use]
    pub fn new(captures: Vec<Capture>) -> Self {
        let heads = BinaryHeap::with_capacity(captures.len());
        let mut merged = Self { captures, heads, current: None, errors: VecDeque::new(), number: 0 };
        (0..merged.captures.len()).for_each(|index| merged.advance(index));
        merged
    }

    /// The next frame; nothing when all captures have ended.
    ///
    /// # Errors
    /// What ends one of the captures; the others go on.
    #[allow(clippy::should_implement_trait, reason = "what it lends lives until the next call")]
    pub fn next(&mut self) -> Option<Result<Frame<'_>, Error>> {
        if let Some(index) = self.current.take() {
            self.advance(index);
        }
        if let Some(error) = self.errors.pop_front() {
            return Some(Err(error));
        }
        let Reverse((_, index)) = self.heads.pop()?;
        self.current = Some(index);
        self.number += 1;
        self.captures[index].frame().map(Ok)
    }

    /// Fills `batch` with copies of the frames that come next; nothing when all captures have ended.
    ///
    /// # Errors
    /// As [`Merged::next`].
    pub fn next_batch(&mut self, batch: &mut Batch) -> Option<Result<(), Error>> {
        batch.begin(self.number + 1);
        while !batch.is_full() {
            match self.next() {
                Some(Ok(frame)) => batch.push(&frame),
                Some(Err(error)) if batch.is_empty() => return Some(Err(error)),
                Some(Err(error)) => {
                    self.errors.push_front(error);
                    break;
                }
                None => break,
            }
        }
        (!batch.is_empty()).then_some(Ok(()))
    }

    /// How many frames were lent; the number of the last one, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The capture that lent the last frame: its name, and the frame's number in it.
    #[must_use]
    pub fn source(&self) -> Option<&Capture> {
        self.current.and_then(|index| self.captures.get(index))
    }

    /// The captures, in the order they were given.
    #[must_use]
    pub fn captures(&self) -> &[Capture] {
        &self.captures
    }

    /// How many bytes of all files were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.captures.iter().map(Capture::bytes_read).sum()
    }

    /// How many bytes all files had when they were opened, if all are plain ones.
    #[must_use]
    pub fn bytes_total(&self) -> Option<u64> {
        self.captures.iter().map(Capture::bytes_total).sum()
    }

    fn advance(&mut self, index: usize) {
        let capture = &mut self.captures[index];
        match capture.advance() {
            Some(Ok(())) => self.heads.extend(capture.frame().map(|frame| Reverse((frame.at, index)))),
            Some(Err(error)) => self.errors.push_back(error),
            None => {}
        }
    }
}
