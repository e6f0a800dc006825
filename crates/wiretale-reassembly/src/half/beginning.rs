//! Where a stream begins.

use wiretale_packet::SeqNumber;

use super::{Bits, Half, MAX_LEAD};

impl Half {
    /// Lets the stream begin at `seq`, or anew there if nothing was delivered yet.
    pub(crate) fn start(&mut self, seq: SeqNumber) {
        self.bits.set(Bits::STARTED);
        (self.base, self.top, self.acked) = (seq.0, seq.0, seq.0);
    }

    /// May a stream of which nothing was settled yet, and whose SYN was not seen, begin at `seq`, a little earlier: was
    /// what it was taken to begin with captured before it?
    pub(crate) fn can_precede(&self, seq: SeqNumber) -> bool {
        let earlier = (1..MAX_LEAD).contains(&self.first().ahead_of(seq));
        let begun = self.has(Bits::STARTED) && !self.has(Bits::SYN) && !self.has(Bits::ENDED);
        earlier && begun && self.untouched()
    }

    /// Lets it begin there, if it may.
    pub(crate) fn precede(&mut self, seq: SeqNumber) {
        if !self.can_precede(seq) {
            return;
        }
        let top = self.top();
        self.start(seq);
        self.reach(top);
        if self.has(Bits::CLAIMED) {
            self.believe();
        }
    }

    /// Did the receiver say that there is a stream?
    pub(crate) const fn trusted(&self) -> bool {
        self.has(Bits::STARTED) || self.has(Bits::CLAIMED)
    }

    /// Forgets a beginning that was none. Its account stays.
    pub(crate) fn unstart(&mut self) {
        let beginning = [Bits::STARTED, Bits::SEEN, Bits::SYN, Bits::SCALED, Bits::CLAIMED, Bits::EDGE, Bits::SHUT];
        for bits in beginning.into_iter().chain([Bits::STAMPED, Bits::SIGNED, Bits::TWICE, Bits::LOOSE]) {
            self.bits.clear(bits);
        }
        self.ttl = 0;
    }

    /// Was nothing of the stream settled yet?
    pub(crate) fn untouched(&self) -> bool {
        self.next == 0 && self.rare.as_ref().is_none_or(|rare| rare.held.is_empty())
    }
}
