//! What became of the bytes of a stream.

use super::{Bits, Half, Rare};
use crate::{Ledger, Reason};

impl Half {
    /// Counts payload in. Each of these bytes leaves by exactly one of the other accounts.
    #[inline]
    pub(crate) fn receive(&mut self, n: usize) {
        self.received = self.received.saturating_add(n as u64);
    }

    /// Counts payload out that was handed on.
    #[inline]
    pub(crate) fn delivered(&mut self, n: usize) {
        self.delivered = self.delivered.saturating_add(n as u64);
    }

    /// Takes back what [`Self::receive`] counted: the segment belongs to another connection.
    pub(crate) fn unreceive(&mut self, n: usize) {
        self.received = self.received.saturating_sub(n as u64);
    }

    pub(crate) fn drop_bytes(&mut self, reason: Reason, n: u64) {
        if n > 0 {
            self.rare().ledger.drop_bytes(reason, n);
        }
    }

    /// Memory that waiting payload takes beside itself.
    pub(crate) fn held_overhead(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| size_of::<Rare>() + rare.held.overhead())
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.held.bytes())
    }

    /// The account; `doubted` bytes of it wait elsewhere.
    pub(crate) fn ledger(&self, doubted: u64) -> Ledger {
        let mut ledger = self.rare.as_ref().map(|rare| rare.ledger).unwrap_or_default();
        ledger.received = self.received;
        ledger.delivered = self.delivered;
        ledger.held = doubted.saturating_add(self.held_bytes() as u64);
        if self.has(Bits::UNWANTED) {
            let known =
                ledger.delivered + ledger.duplicate + ledger.conflict_lost + ledger.dropped_total() + ledger.held;
            ledger.drop_bytes(Reason::Unwanted, ledger.received.saturating_sub(known));
        }
        ledger
    }
}
