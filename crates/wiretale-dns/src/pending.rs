//! Questions that wait for their replies.

use alloc::vec::Vec;

use wiretale_protocol::Timestamp;

use crate::{Asked, Question};

/// Those of one flow, at most [`Pending::MOST`].
#[derive(Debug, Default)]
pub(crate) struct Pending {
    // Oldest first.
    waiting: Vec<Waiting>,
    asked: u64,
    dropped: u64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: u16,
    kind: u16,
    name: u32,
    number: u64,
    at: Timestamp,
}

impl Pending {
    /// The most that wait.
    pub(crate) const MOST: usize = 256;

    /// Questions forgotten because too many waited.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes on the heap.
    pub(crate) const fn held(&self) -> usize {
        self.waiting.capacity() * size_of::<Waiting>()
    }

    /// A question was asked: which one of the flow it is, counted from 0, and whether another had to go for it, for the
    /// first time.
    pub(crate) fn ask(&mut self, at: Timestamp, id: u16, question: &Question<'_>) -> (u64, bool) {
        let full = self.waiting.len() >= Self::MOST;
        if full {
            self.waiting.remove(0);
            self.dropped += 1;
        }
        let number = self.asked;
        self.asked += 1;
        let (kind, name) = (question.kind, question.name.digest());
        self.waiting.push(Waiting { id, kind, name, number, at });
        (number, full && self.dropped == 1)
    }

    /// Which question a reply answers. A host may ask two under one number, and hear of the second one first.
    pub(crate) fn answer(&mut self, now: Timestamp, id: u16, question: Option<&Question<'_>>) -> Option<Asked> {
        let mut same = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.id == id).peekable();
        let (oldest, _) = *same.peek()?;
        let repeated = question.and_then(|question| {
            let name = question.name.digest();
            same.find(|(_, waiting)| waiting.kind == question.kind && waiting.name == name)
        });
        let Waiting { number, at, .. } = self.waiting.remove(repeated.map_or(oldest, |(at, _)| at));
        Some(Asked { number, at, took: now.since(at) })
    }
}
