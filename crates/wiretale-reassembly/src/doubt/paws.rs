//! Segments that are too old by a timestamp which their receiver may never have seen: one forged segment with a timestamp
//! far ahead must not make a stream deaf.

use wiretale_packet::{Direction, Timestamp};

use super::{Doubt, Doubted, Fate, is_old};
use crate::accept::Judgement;
use crate::half::{Bits, PATIENCE};
use crate::{Arrival, Connection, Limits, Reason, Sink};

impl Connection {
    /// A segment that PAWS refuses: kept aside for its receiver's word where there is room, or one like it needs no more
    /// time. Nothing else in doubt is pushed out by it.
    pub(crate) fn keep_outdated(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        let oldest = self.doubts.as_ref().filter(|doubts| doubts.list.len() >= limits.doubts);
        let oldest = oldest.map(|doubts| doubts.list.front());
        if oldest.is_none_or(|oldest| oldest.is_some_and(|it| self.is_outdated(it) && self.is_acknowledged(it))) {
            self.keep_doubt(from, arrival, Doubt::Paws, limits, sink);
        } else {
            self.half(from).drop_bytes(Reason::Refused, arrival.segment.payload.len() as u64);
        }
    }

    /// Would PAWS refuse it still?
    pub(super) fn is_outdated(&self, doubted: &Doubted) -> bool {
        doubted.doubt == Doubt::Paws && is_old(doubted.stamp, self.peek(doubted.from).newest_stamp())
    }

    fn is_acknowledged(&self, doubted: &Doubted) -> bool {
        let end = doubted.seq.advance(doubted.arrival().0.segment.seq_len());
        let half = self.peek(doubted.from);
        half.has(Bits::CLAIMED) && half.claim().ahead_of(end) >= 0
    }

    /// It counts if its receiver acknowledges it and nothing else came in its place meanwhile.
    pub(super) fn fate_of_outdated(&mut self, doubted: &Doubted, late: bool, due: bool) -> Fate {
        let (arrival, options) = doubted.arrival();
        let bad = matches!(self.judge(doubted.from, &arrival, &options, None), Judgement::Refuse(..));
        let (half, peer) = self.peek_pair(doubted.from);
        let silent = !peer.has(Bits::SEEN) || half.has(Bits::ALONE);
        if bad || half.has(Bits::STARTED) && !half.is_news(&arrival.segment) {
            Fate::Refused
        } else if late && self.is_acknowledged(doubted) {
            Fate::Proven
        } else if due && silent {
            Fate::Unopposed
        } else if due {
            Fate::Refused
        } else {
            Fate::Wait
        }
    }
}

impl Doubted {
    /// Has its receiver had time to acknowledge it, from however far?
    pub(super) fn is_long_past(&self, now: Timestamp, limits: &Limits) -> bool {
        now.since(self.at) >= limits.grace.saturating_mul(PATIENCE)
    }
}
