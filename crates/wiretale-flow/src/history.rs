//! Zeek's history letters.

use smallvec::SmallVec;
use wiretale_protocol::Direction;

/// The letters of one flow, in the order of what they stand for; the client's in upper case.
#[derive(Default, Debug)]
pub(crate) struct History(SmallVec<[u8; 16]>);

impl History {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds `letter`, given in upper case.
    pub(crate) fn add(&mut self, from: Direction, letter: u8) {
        self.push(match from {
            Direction::Client => letter,
            Direction::Server => letter.to_ascii_lowercase(),
        });
    }

    /// The roles were found the other way round.
    pub(crate) fn flipped(&mut self) {
        self.push(b'^');
    }

    /// Where the next letter will stand.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts `letter`, given in upper case, where the history had come to when it happened.
    pub(crate) fn insert(&mut self, at: usize, from: Direction, letter: u8) {
        let letter = if from == Direction::Client { letter } else { letter.to_ascii_lowercase() };
        if self.0.len() < MOST && at <= self.0.len() {
            self.0.insert(at, letter);
        }
    }

    fn push(&mut self, letter: u8) {
        if self.0.len() < MOST {
            self.0.push(letter);
        }
    }
}

/// Counts what is written down at the first, tenth, hundredth… time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaled {
    count: u32,
    next: u32,
}

impl Scaled {
    /// Counts once more; true if it is to be written down.
    pub(crate) fn hit(&mut self) -> bool {
        self.count = self.count.wrapping_add(1);
        let due = self.count == self.next;
        if due {
            self.next = self.next.saturating_mul(10);
        }
        due
    }
}

impl Default for Scaled {
    fn default() -> Self {
        Self { count: 0, next: 1 }
    }
}

/// A peer can have S, H, F and R written as often as it likes; nobody reads more than this.
const MOST: usize = 128;
