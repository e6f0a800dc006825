//! What time and packets settle: holes that are given up, FINs that prove true, the end.

use wiretale_packet::{Direction, SeqNumber, Timestamp};

use super::{Bits, Half, Rare};
use crate::doubt::is_late;
use crate::{Anomaly, Bound, Chunk, Delivery, End, Limits, Reason, Sink};

/// The hole in front of what waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hole {
    at: u64,
    since: Timestamp,
    /// When it was first seen to be acknowledged, and how far.
    acked: Option<(Timestamp, u64)>,
    packets: u8,
}

impl Half {
    /// Notes a FIN at `seq`. The end is delivered when it is acknowledged, or nobody is there to do so.
    pub(crate) fn finish(&mut self, from: Direction, seq: SeqNumber, sink: &mut impl Sink) {
        if self.has(Bits::ENDED) {
            return;
        }
        if self.has(Bits::FIN) {
            if seq.0 != self.fin {
                sink.anomaly(from, Anomaly::FinMoved);
            }
            return;
        }
        if seq.ahead_of(self.expected()) < 0 {
            sink.anomaly(from, Anomaly::FinMoved);
            return;
        }
        self.bits.set(Bits::FIN);
        self.bits.set(Bits::WAITING);
        self.fin = seq.0;
        if self.rare.as_ref().and_then(|rare| rare.held.end()).is_some_and(|end| end > self.offset(self.fin)) {
            sink.anomaly(from, Anomaly::DataAfterFin);
        }
    }

    /// Is the direction at its end, as far as can be seen?
    pub(crate) fn finished(&self) -> bool {
        self.has(Bits::ENDED) || (self.has(Bits::FIN) && self.next >= self.offset(self.fin))
    }

    /// The place of the FIN, where one was seen.
    pub(crate) fn fin(&self) -> Option<SeqNumber> {
        self.has(Bits::FIN).then_some(SeqNumber(self.fin))
    }

    /// Looks at what waits: holes past their grace become gaps, an acknowledged FIN ends the stream.
    pub(crate) fn settle(
        &mut self,
        from: Direction,
        now: Timestamp,
        alone: bool,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        self.judge_fin(from, alone, limits, sink);
        if self.host.delivery == Delivery::OnAck {
            if alone && !self.has(Bits::ON_ARRIVAL) {
                self.lift(from, sink);
            }
            self.drain(from, limits, sink);
        }
        self.age(from, now, limits, sink);
        let held = self.rare.as_ref().is_some_and(|rare| !rare.held.is_empty());
        if !held && (!self.has(Bits::FIN) || self.has(Bits::ENDED)) {
            self.bits.clear(Bits::WAITING);
        }
        self.judge_fin(from, alone, limits, sink);
    }

    /// A FIN that is acknowledged is true; one behind which bytes are acknowledged is not.
    fn judge_fin(&mut self, from: Direction, alone: bool, limits: &Limits, sink: &mut impl Sink) {
        if !self.has(Bits::FIN) || self.has(Bits::ENDED) {
            return;
        }
        let (fin, acked) = (self.offset(self.fin), self.offset(self.acked));
        if acked > fin.saturating_add(1) {
            self.bits.clear(Bits::FIN);
            sink.anomaly(from, Anomaly::FinVoid);
            self.drain(from, limits, sink);
        } else if self.next >= fin && (acked == fin.saturating_add(1) && !self.holds(fin) || alone) {
            self.end(from, End::Finished, sink);
        }
    }

    /// Does a byte wait at this place? Then an acknowledgement of it proves no FIN there.
    fn holds(&self, offset: u64) -> bool {
        self.rare.as_ref().and_then(|rare| rare.held.first()) == Some(offset)
    }

    /// Counts a packet of the connection towards the grace of an acknowledged hole.
    pub(crate) fn count_packet(&mut self) {
        if let Some(hole) = self.rare.as_mut().and_then(|rare| rare.hole.as_mut()) {
            hole.packets = hole.packets.saturating_add(u8::from(hole.acked.is_some()));
        }
    }

    /// Declares gaps where a hole has had its grace.
    fn age(&mut self, from: Direction, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        let Some(target) = self.target() else {
            if let Some(rare) = &mut self.rare {
                rare.hole = None;
            }
            return;
        };
        let (next, acked) = (self.next, self.offset(self.acked));
        let fresh = Hole { at: next, since: now, acked: None, packets: 0 };
        let rare = self.rare();
        let hole = rare.hole.get_or_insert(fresh);
        if hole.at != next {
            *hole = fresh;
        }
        if acked < target {
            if now.since(hole.since) >= limits.hole_age {
                sink.anomaly(from, Anomaly::LimitReached(Bound::HoleAge));
                self.give_up(from, target, sink);
                self.drain(from, limits, sink);
            }
            return;
        }
        let (since, upto) = *hole.acked.get_or_insert((now, acked));
        let waited = now.since(since);
        let due = hole.packets >= limits.grace_packets && waited >= limits.grace;
        let due = due || waited >= limits.grace.saturating_mul(PATIENCE);
        if due {
            self.give_up_to(from, upto, limits, sink);
        }
    }

    /// After a long pause since `last`, gives up every hole that was acknowledged before it.
    pub(crate) fn resume(
        &mut self,
        from: Direction,
        last: Timestamp,
        now: Timestamp,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        if now.since(last) >= limits.grace.saturating_mul(PATIENCE) {
            let acked = self.offset(self.acked);
            self.give_up_to(from, acked, limits, sink);
        }
    }

    /// Was what is too old by its timestamp captured late, and not sent late? Its receiver has these bytes, nobody else
    /// brought them, and it is older by little.
    pub(crate) fn came_late(&self, seq: SeqNumber, end: SeqNumber, stamp: Option<u32>) -> bool {
        self.misses(seq, end) && is_late(stamp, self.newest_stamp())
    }

    /// Did the receiver acknowledge what stands from `seq` to `end`, though nothing of it came?
    pub(crate) fn misses(&self, seq: SeqNumber, end: SeqNumber) -> bool {
        let Ok(place) = u64::try_from(self.place(seq)) else { return false };
        let free = |rare: &Rare| rare.held.is_free(place, self.offset(end.0));
        let known = self.has(Bits::STARTED) && self.acked().ahead_of(end) >= 0;
        known && place >= self.next && self.rare.as_ref().is_none_or(|rare| free(rare))
    }

    /// Gives up every hole that was acknowledged as far as `upto`.
    fn give_up_to(&mut self, from: Direction, upto: u64, limits: &Limits, sink: &mut impl Sink) {
        while let Some(target) = self.target().filter(|target| *target <= upto) {
            self.give_up(from, target, sink);
            self.drain(from, limits, sink);
        }
    }

    /// The end of the first hole: what waits behind it, or the FIN.
    fn target(&self) -> Option<u64> {
        let held = self.rare.as_ref().and_then(|rare| rare.held.first());
        let fin = self.has(Bits::FIN).then(|| self.offset(self.fin));
        let target = match (held, fin) {
            (Some(held), Some(fin)) => held.min(fin),
            (held, fin) => held.or(fin)?,
        };
        (target > self.next).then_some(target)
    }

    /// Packet time alone: an acknowledged hole need not wait for more packets.
    pub(crate) fn expire(
        &mut self,
        from: Direction,
        now: Timestamp,
        alone: bool,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        if let Some(hole) = self.rare.as_mut().and_then(|rare| rare.hole.as_mut())
            && hole.acked.is_some_and(|(since, _)| now.since(since) >= limits.grace)
        {
            hole.packets = u8::MAX;
        }
        self.settle(from, now, alone, limits, sink);
        if self.offset(self.acked) >= self.next {
            self.forget_recent();
        }
    }

    /// Delivers what waits, gaps between, and the end.
    pub(crate) fn close(&mut self, from: Direction, end: End, sink: &mut impl Sink) {
        if self.has(Bits::ENDED) {
            return;
        }
        self.bits.set(Bits::ON_ARRIVAL);
        let limits = Limits::default();
        self.drain(from, &limits, sink);
        while let Some(target) = self.target() {
            self.give_up(from, target, sink);
            self.drain(from, &limits, sink);
        }
        // One acknowledged byte may be a FIN that was not captured.
        let claimed = if self.has(Bits::CLAIMED) && self.has(Bits::STARTED) { self.offset(self.claim) } else { 0 };
        let plausible = claimed.saturating_sub(self.next) < MAX_TAIL;
        if !self.has(Bits::FIN) && !self.has(Bits::LENGTHS) && plausible && claimed > self.next.saturating_add(1) {
            self.give_up(from, claimed, sink);
        }
        self.end(from, if self.has(Bits::FIN) { End::Finished } else { end }, sink);
    }

    #[inline]
    fn end(&mut self, from: Direction, end: End, sink: &mut impl Sink) {
        if let Some(rare) = &mut self.rare {
            let cut = rare.held.clear();
            rare.ledger.drop_bytes(Reason::AfterFin, cut);
        }
        self.bits.set(Bits::ENDED);
        sink.chunk(from, self.next, Chunk::End(end));
    }
}

/// How many times the grace a hole is left where hardly any packets come.
const PATIENCE: u32 = 20;
/// How many bytes behind the last one seen are believed to be missing when a connection closes.
const MAX_TAIL: u64 = 1 << 24;
