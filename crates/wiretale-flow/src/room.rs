//! How much is kept of a flow while it is not known whose it is.

use wiretale_protocol::{Direction, Observer, Services};

use crate::delivery::Delivery;
use crate::reading::Reading;

impl<P: Services<O>, O: Observer> Delivery<'_, P, O> {
    /// With these bytes more, is as much kept of a flow as may be? A client's head for somebody on the way does not
    /// count, as long as it is no longer than heads are, nor does it hide what stands behind it.
    pub(crate) fn is_full(&mut self, from: Direction, data: &[u8]) -> bool {
        let len = self.kept_of(from) + data.len();
        let head = if len < self.commons.limits.probe_bytes { 0 } else { self.head(from, data) };
        self.is_full_beside(from, len, head)
    }

    // The same, of so many bytes of a side of which so many are a head.
    fn is_full_beside(&mut self, from: Direction, len: usize, head: usize) -> bool {
        let limits = self.commons.limits;
        if len - head >= limits.probe_bytes {
            return true;
        }
        let Reading::Probing(Some(held)) = &mut *self.reading else { return false };
        // Datagrams stay what they are. Behind a long head each look costs more, and there are fewer.
        let many = held.pieces().len() >= limits.probe_pieces;
        let short = held.len_of(Direction::Client) < limits.probe_bytes;
        let begins = from == Direction::Server && held.len_of(from) < limits.probe_pieces;
        if many && self.established.is_some() && (short || begins || head == len) {
            let before = held.memory();
            held.merge();
            self.commons.stats.probed_bytes -= (before - held.memory()) as u64;
        }
        held.pieces().len() >= limits.probe_pieces
    }

    /// Are these bytes more of a head that is long already? Then nobody can tell anything yet.
    #[inline]
    pub(crate) fn is_head_alone(&mut self, from: Direction, data: &[u8]) -> bool {
        let kept = self.kept_of(from);
        if kept < self.commons.limits.probe_bytes {
            return false;
        }
        let (len, head) = (kept + data.len(), self.head(from, data));
        head == len && !self.is_full_beside(from, len, head)
    }

    fn kept_of(&self, from: Direction) -> usize {
        match &*self.reading {
            Reading::Probing(Some(held)) => held.len_of(from),
            _ => 0,
        }
    }

    // So much of what the client said, with these bytes, is a head for others.
    #[cold]
    fn head(&mut self, from: Direction, data: &[u8]) -> usize {
        let most = self.commons.limits.probe_head;
        if from != Direction::Client || self.established.is_none() {
            return 0;
        }
        Some(self.shown(Some((from, data)), false, |opening| P::head(opening)))
            .filter(|head| *head <= most)
            .unwrap_or(0)
    }
}
