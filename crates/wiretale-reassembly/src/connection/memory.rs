//! What a connection holds, and the account of it.

use wiretale_packet::Direction;

use crate::half::{Bits, Half};
use crate::{Connection, Ledger};

impl Connection {
    /// Bytes of payload held in memory.
    #[must_use]
    #[inline]
    pub fn held_bytes(&self) -> usize {
        let odd = self.doubts.is_some() || self.opening.is_some();
        if odd || self.halves.iter().any(|half| half.has(Bits::WAITING)) { self.count_held_bytes() } else { 0 }
    }

    /// Bytes of memory in what is held: payload, and what it takes to keep it in order.
    #[must_use]
    #[inline]
    pub fn held_memory(&self) -> usize {
        let odd = self.doubts.is_some() || self.opening.is_some();
        if odd || self.halves.iter().any(|half| half.has(Bits::WAITING)) { self.count_held_memory() } else { 0 }
    }

    #[cold]
    fn count_held_memory(&self) -> usize {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.overhead());
        let kept = self.halves.iter().map(Half::held_overhead).sum::<usize>();
        self.count_held_bytes().saturating_add(doubted).saturating_add(kept)
    }

    #[cold]
    fn count_held_bytes(&self) -> usize {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.bytes());
        let on_syn = self.opening.as_ref().map_or(0, |opening| opening.bytes());
        self.halves.iter().map(Half::held_bytes).sum::<usize>().saturating_add(doubted).saturating_add(on_syn)
    }

    /// What the next segment of `from` will need beyond the connection itself, if there is such: a byte of it, so far
    /// behind where an empty slice begins. A caller with many connections at hand asks for that line of the cache ahead.
    #[must_use]
    #[inline]
    pub fn recent(&self, from: Direction) -> Option<(&[u8], usize)> {
        self.peek_pair(from).0.recent()
    }

    /// The account of what `direction` sent.
    #[must_use]
    pub fn ledger(&self, direction: Direction) -> Ledger {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.bytes_from(direction));
        let on_syn = self.opening.as_ref().map_or(0, |opening| opening.bytes_from(direction));
        self.peek(direction).ledger(doubted.saturating_add(on_syn))
    }
}
